"""The writer of compound files, held against olefile."""

from __future__ import annotations

import io
import random

import olefile
import pytest

from fixturelib.cfb import DIFAT, DIRECTORY, Storage, compound

BIG = 9_000_000
"""Enough for a FAT that the header cannot list, so that there is a DIFAT (of version 3)."""


def read(data: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        assert ole.parsing_issues == []
        return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000])
def test_a_stream_of_any_size_comes_back(size: int, version: int) -> None:
    data = random.Random(size).randbytes(size)
    assert read(compound(Storage({"a": data, "b": b"beside"}), version=version)) == {"a": data, "b": b"beside"}


@pytest.mark.parametrize("version", [3, 4])
def test_many_nested_storages_come_back(version: int) -> None:
    root, want = Storage(), {}
    for number in range(100):
        path = f"ObjectPool/_{number * 7919}/contents"
        want[path] = bytes([number]) * (number * 100)
        root.put(path, want[path])
    root.put("Größe/\x01CompObj", b"x")
    assert read(compound(root, version=version)) == want | {"Größe/\x01CompObj": b"x"}


def test_a_large_file_has_a_difat() -> None:
    data = compound(Storage({"big": b"x" * BIG}))
    assert int.from_bytes(data[72:76], "little") == 1
    assert read(data)["big"] == b"x" * BIG


def test_clsid_and_times_are_kept() -> None:
    clsid = "00020906-0000-0000-C000-000000000046"
    root = Storage({"s": Storage({"a": b"1"}, clsid=clsid, times=(0, 132139631674810000))}, clsid=clsid)
    with olefile.OleFileIO(io.BytesIO(compound(root))) as ole:
        assert (ole.root.clsid, ole.getclsid("s")) == (clsid, clsid)
        assert ole.getmtime("s").year == 2019


def test_siblings_are_a_search_tree_without_two_red_in_a_row() -> None:
    for count in range(1, 40):
        with olefile.OleFileIO(io.BytesIO(compound(Storage({f"n{number}": b"" for number in range(count)})))) as ole:
            entries = ole.direntries
            black = set()
            waiting = [(ole.root.sid_child, 0, True)]
            while waiting:
                sid, blacks, parent_red = waiting.pop()
                if sid == olefile.NOSTREAM:
                    black.add(blacks)
                    continue
                entry = entries[sid] or ole._load_direntry(sid)
                assert not (entry.color == 0 and parent_red)
                red = entry.color == 0
                waiting += [(sid, blacks + (not red), red) for sid in (entry.sid_left, entry.sid_right)]
            assert len(black) == 1


@pytest.mark.parametrize("loop", ["big", "small", DIRECTORY, DIFAT])
def test_chains_close_where_asked(loop: str) -> None:
    whole = Storage({"big": b"x" * 20_000, "small": b"y" * 200})
    data = compound(whole, loops=[loop])
    assert data != compound(whole)
    if loop == DIFAT:
        start = int.from_bytes(data[68:72], "little")
        assert int.from_bytes(data[512 * (start + 2) - 4 : 512 * (start + 2)], "little") == start


def test_slack_lies_behind_the_last_sector() -> None:
    assert compound(Storage({"a": b"1"}), slack=b"tail").endswith(b"tail")
