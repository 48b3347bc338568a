from __future__ import annotations

import pytest
from fixturelib.onenote import File, section
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear
from mutate import mutate

from emoscan.parse import Malformed
from emoscan.parse.onenote import FILE_DATA, SECTION, parse

FILES = [File("view.png", b"\x89PNG....", picture=True), File("click.wsf", b"<job></job>", "C:\\Users\\desk\\click.wsf")]


def test_files_with_names_and_the_text_of_pages():
    data = section(FILES, ["Double click\vto view", ""])
    found = parse(data)
    assert [(f.name, f.source, f.extension, f.picture, data[f.start : f.start + f.size]) for f in found.files] == [
        ("view.png", "", ".png", True, b"\x89PNG...."),
        ("click.wsf", "C:\\Users\\desk\\click.wsf", ".wsf", False, b"<job></job>"),
    ]
    assert found.texts == ("Double click\vto view",)
    assert (found.packaged, found.more) == (False, False)


def test_a_file_without_its_lists_is_still_found():
    found = parse(SECTION + bytes(1008) + FILE_DATA + (5).to_bytes(8, "little") + bytes(12) + b"hello")
    assert [(f.start, f.size, f.name) for f in found.files] == [(1060, 5, "")]


def test_a_length_that_lies():
    last = parse(section(FILES, size_lie=1 << 40)).files[-1]
    assert last.stated == 11 + (1 << 40)
    assert last.size < 2_000
    assert [f.size for f in parse(section([*FILES, File("a.txt", b"x")], size_lie=-1)).files] == [8, 11, 0]


def test_something_else():
    with pytest.raises(Malformed):
        parse(b"no section")


@given(st.binary(max_size=64), st.integers(0, 1 << 32))
def test_hostile(junk: bytes, seed: int):
    data = SECTION + mutate(section([*FILES, File("x.hta", junk)], ["text of a page"] * 3), seed, [junk or b"x"])[16:]
    for file in parse(data).files:
        assert file.start + file.size <= len(data) or file.size == 0


@pytest.mark.parametrize("unit", [FILE_DATA, b"\x94\0\x80\x08", b"\x9c\x1d\0\x1c", b"<\0i\0f\0n\0d\0f\0>\0{\0"])
def test_work_grows_with_the_input(unit: bytes):
    assert_linear(lambda text: parse(SECTION + text.encode("latin-1")), unit.decode("latin-1"), 200_000)
