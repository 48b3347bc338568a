"""Compound files: whole, damaged, hostile; and written again."""

import io

import olefile
import pytest
from fixturelib.cfb import END, Storage, compound
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.parse import Malformed
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.cfbwriter import standalone

LARGE = bytes(range(256)) * 40


def sample(**options) -> bytes:
    root = Storage(clsid="00020906-0000-0000-C000-000000000046")
    root.put("WordDocument", LARGE).put("Macros/VBA/dir", b"dir").put("Macros/PROJECT", b"project" * 9).put("\5Summary", b"")
    return compound(root, **options)


@pytest.mark.parametrize("version", [3, 4])
def test_streams_with_sizes_and_classes(version):
    file = CompoundFile(sample(version=version))
    assert {(e.path, e.type, e.size) for e in file.entries} == {
        ("", "root", file.entries[0].size),
        ("WordDocument", "stream", len(LARGE)),
        ("Macros", "storage", 0),
        ("Macros/VBA", "storage", 0),
        ("Macros/VBA/dir", "stream", 3),
        ("Macros/PROJECT", "stream", 63),
        ("\5Summary", "stream", 0),
    }
    assert file.entries[0].clsid == "00020906-0000-0000-c000-000000000046"
    assert file.read("WordDocument") == LARGE
    assert file.read("macros/vba/DIR") == b"dir"
    assert file.read("Macros/PROJECT", 7) == b"project"
    assert file.read("\5Summary") == b""
    assert not file.damage


def test_agrees_with_olefile():
    root = Storage()
    for number in range(300):
        root.put(f"s{number % 7}/stream {number}", bytes([number % 251]) * (number * 37))
    data = compound(root)
    other = olefile.OleFileIO(io.BytesIO(data))
    file = CompoundFile(data)
    assert {e.path for e in file.streams()} == {"/".join(path) for path in other.listdir()}
    for entry in file.streams():
        assert file.read(entry) == other.openstream(entry.path.split("/")).read()


def test_no_stream_of_that_name():
    with pytest.raises(Malformed):
        CompoundFile(sample()).read("Macros")


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK" * 400, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000)]
)
def test_no_compound_file(data):
    with pytest.raises(Malformed):
        CompoundFile(data)


@pytest.mark.parametrize("chain", ["WordDocument", "<directory>", "<difat>"])
def test_chains_that_loop_end(chain):
    root = Storage().put("WordDocument", LARGE)
    if chain == "<difat>":
        root.put("large", bytes(8_000_000))
    file = CompoundFile(compound(root, loops=[chain]))
    if file.get("WordDocument"):
        assert len(file.read("WordDocument")) <= len(LARGE)


def test_a_chain_that_ends_too_early_is_said():
    def cut(fat, chains):
        fat[chains["WordDocument"][3]] = END

    file = CompoundFile(sample(damage=cut))
    assert file.read("WordDocument") == LARGE[: 4 * 512]
    assert file.damage == ["stream 'WordDocument' has 2,048 of its 10,240 bytes"]


def test_entries_no_tree_reaches_are_listed_and_read():
    data = bytearray(sample())
    place = data.find("Macros".encode("utf-16-le"))
    above = next(at for at in range(0, len(data) - 127, 128) if data[at + 66 : at + 67] == b"\5")
    data[above + 76 : above + 80] = b"\xff\xff\xff\xff"  # the root's child
    assert place > 0
    file = CompoundFile(bytes(data))
    assert {e.path for e in file.entries if e.orphan} == {
        "WordDocument",
        "Macros",
        "Macros/VBA",
        "Macros/VBA/dir",
        "Macros/PROJECT",
        "\5Summary",
    }
    assert file.read("Macros/VBA/dir") == b"dir"


def test_the_directory_is_found_when_the_header_does_not_name_it():
    data = bytearray(sample())
    data[48:52] = (0x0FFFFFF0).to_bytes(4, "little")
    file = CompoundFile(bytes(data))
    assert file.read("WordDocument") == LARGE
    assert file.damage


def test_a_file_without_its_allocation_table_is_read_in_the_order_of_its_sectors():
    data = bytearray(sample())
    data[76:80] = (0x00FFFFFF).to_bytes(4, "little")
    file = CompoundFile(bytes(data))
    assert file.read("WordDocument") == LARGE
    assert file.damage


def test_many_entries_on_one_chain_are_stopped_by_the_budget():
    file = CompoundFile(sample(), Budget(Limits(expanded_bytes=3 * len(LARGE))))
    file.read("WordDocument")
    file.read("WordDocument")
    file.read("WordDocument")
    with pytest.raises(LimitReached):
        file.read("WordDocument")


@given(st.data())
def test_whatever_is_mutated_nothing_but_malformed_comes_out(data):
    bytes_ = bytearray(sample())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.one_of(st.integers(0, 600), st.integers(0, len(bytes_) - 1)))
        bytes_[at] = data.draw(st.integers(0, 255))
    kept = bytes(bytes_[: data.draw(st.integers(0, len(bytes_)))])
    try:
        file = CompoundFile(kept, Budget(Limits()))
    except Malformed:
        return
    for entry in file.streams():
        assert len(file.read(entry)) <= len(kept)


def test_a_storage_stands_for_itself():
    root = Storage()
    inner = Storage(clsid="00020906-0000-0000-C000-000000000046")
    inner.put("WordDocument", LARGE).put("Macros/VBA/dir", b"dir").put("empty", b"").put("é/x", b"y" * 4_096)
    root.put("ObjectPool/_1", inner).put("WordDocument", b"outer")
    file = CompoundFile(compound(root))
    storage = file.get("ObjectPool/_1")
    assert storage is not None
    data = standalone(file, storage)
    again = CompoundFile(data)
    assert not again.damage
    assert not any(e.orphan for e in again.entries)
    assert again.entries[0].clsid == "00020906-0000-0000-c000-000000000046"
    other = olefile.OleFileIO(io.BytesIO(data))
    want = {"WordDocument": LARGE, "Macros/VBA/dir": b"dir", "empty": b"", "é/x": b"y" * 4_096}
    assert {"/".join(path): other.openstream(path).read() for path in other.listdir()} == want
    assert {e.path: again.read(e) for e in again.streams()} == want


def test_a_large_storage_stands_for_itself():
    """More allocation table than the header has room for."""
    content = bytes(range(251)) * 40_000
    file = CompoundFile(compound(Storage().put("in/large", content)))
    storage = file.get("in")
    assert storage is not None
    data = standalone(file, storage)
    assert olefile.OleFileIO(io.BytesIO(data)).openstream("large").read() == content
    assert CompoundFile(data).read("large") == content
