from __future__ import annotations

import contextlib

import pytest
from fixturelib.chm import help_file
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse import Malformed, chm


def contents(data: bytes) -> dict[str, bytes]:
    found = chm.parse(data)
    section = chm.Compressed(data, found)
    return {e.name: b"".join(section.read(e.offset, e.size)) for e in found.entries if e.section}


def test_files_of_both_sections_have_names_places_and_sizes():
    found = chm.parse(help_file({"/a.htm": b"<p>one</p>"}, plain={"/b.htm": b"two"}))
    assert [(e.name, e.section, e.offset, e.size) for e in found.entries[:2]] == [("/a.htm", 1, 0, 10), ("/b.htm", 0, 0, 3)]
    assert not found.broken


def test_files_are_unpacked_wherever_they_begin_and_end():
    files = {"/a.htm": b"a" * 100, "/b.htm": bytes(range(256)) * 300, "/c.htm": b"c"}
    assert contents(help_file(files)) == files


def test_a_file_that_is_cut_off_says_so():
    data = help_file({"/a.htm": b"x" * 40_000})
    found = chm.parse(data)
    with pytest.raises(Malformed, match=r"cut off|too early"):
        list(chm.Compressed(data, found).read(0, 50_000))


@pytest.mark.parametrize("data", [b"", b"ITSF", b"ITSF" + bytes(200)])
def test_what_is_no_help_is_refused(data: bytes):
    with pytest.raises(Malformed):
        chm.parse(data)


@given(st.data())
def test_damage_raises_malformed_only(draw: st.DataObject):
    data = bytearray(help_file({"/a.htm": b"<p>" + b"text " * 50, "/b.js": b"var a;"}))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        contents(bytes(data))
