from __future__ import annotations

import os
from pathlib import Path

import pytest
from fixturelib.rtf import Object, document, ole1, package
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear
from mutate import mutate

from emoscan.parse import Malformed
from emoscan.parse.oleobject import ole1 as read_ole1
from emoscan.parse.oleobject import packaged
from emoscan.parse.rtf import parse

PACKAGE = ole1("Package", package("a.sct", b"<scriptlet/>"))


@pytest.mark.parametrize("disguise", ["", "junk", "nibble"])
def test_objects_however_their_digits_are_disguised(disguise: str):
    (found,) = parse(document("x", [Object(PACKAGE, words="\\objemb\\objupdate", disguise=disguise)])).objects
    assert (found.data, found.class_name, found.attributes) == (PACKAGE, "Package", frozenset(("objemb", "objupdate")))
    assert (found.junk > 20) == bool(disguise)


@pytest.mark.parametrize(
    ("digits", "data"),
    [
        ("0102", b"\1\2"),
        ("01 0\r\n2", b"\1\2"),
        ("01{\\par 02}", b"\1\2"),
        ("01{\\mcount 99}02", b"\1\2"),
        ("01{\\*\\nobodyknows 99}02", b"\1\2"),
        ("01\\bin2 \x03\x0402", b"\1\3\4\2"),
        ("01\\bin-5 02", b"\1\2"),
        ("01\\bin 02", b"\1\2"),
        ("010\\'aa02", b"\1\2"),
        ("01\\'aa02", b"\1\2"),
        ("01020", b"\1\2"),
        ("zz01zz02", b"\1\2"),
        ("01\\objdata 02", b"\1\2"),
    ],
)
def test_what_word_makes_of_digits(digits: str, data: bytes):
    (found,) = parse(f"{{\\rt{{\\object{{\\*\\objdata {digits}}}}}}}".encode("latin-1")).objects
    assert found.data == data


def test_fields_templates_and_text():
    data = (
        b"{\\rtf1\\ansi\\ansicpg932{\\*\\template http://files.example.test/a.dotm}{\\field{\\*\\fldinst {DDE}{AUTO} cmd {\\field{\\*\\fldinst QUOTE 47 99}}}"
        b"{\\fldrslt no}}{\\fonttbl{\\f0 Arial;}}\\'83\\'4f\\u12464?\\par {\\*\\pnseclvl1 hidden}end}{\\rtf1 behind}"
    )
    found = parse(data)
    assert found.templates == ("http://files.example.test/a.dotm",)
    assert found.fields == ("DDEAUTO cmd QUOTE 47 99",)
    assert found.text == "noググ\nend"
    assert data[found.end :] == b"{\\rtf1 behind}"


def test_open_groups_are_closed_at_the_end():
    (found,) = parse(b"{\\rtf1{\\object{\\*\\objclass Equation.3}{\\*\\objdata 0102").objects
    assert (found.data, found.class_name) == (b"\1\2", "Equation.3")


def test_something_else():
    with pytest.raises(Malformed):
        parse(b"{\\html}")


def test_ole1_objects():
    assert read_ole1(PACKAGE).class_name == "Package"
    assert packaged(read_ole1(PACKAGE).data).data == b"<scriptlet/>"
    assert read_ole1(ole1("OLE2Link", b"", linked="https://files.example.test/a")).topic == "https://files.example.test/a"
    for broken in (b"", PACKAGE[:9], b"\xff" * 40):
        with pytest.raises(Malformed):
            read_ole1(broken)


@given(st.binary(max_size=64), st.integers(0, 1 << 32))
def test_hostile(junk: bytes, seed: int):
    data = (
        b"{\\rt"
        + mutate(document("text", [Object(PACKAGE, disguise="junk"), Object(junk)], fields=["DDE x"]), seed, [b"\\bin9999 ", b"{\\*\\x"])[
            4:
        ]
    )
    found = parse(data)
    assert sum(len(one.data) for one in found.objects) <= len(data)


@pytest.mark.parametrize(
    "unit", ["{", "}", "{\\*\\objdata ", "\\'", "\\bin1 ", "{\\*\\x", "{\\field{\\*\\fldinst ", "\\objdata 41\\'", "\\a"]
)
def test_work_grows_with_the_input(unit: str):
    assert_linear(lambda text: parse(b"{\\rt{\\object{\\*\\objdata 01" + text.encode()), unit, 60_000)


@pytest.mark.corpus
@pytest.mark.skipif(not os.environ.get("EMOSCAN_CORPUS"), reason="EMOSCAN_CORPUS is not set")
def test_objects_are_those_that_rtfobj_finds():
    from oletools.rtfobj import RtfObjParser

    for path in Path(os.environ["EMOSCAN_CORPUS"]).iterdir():
        data = path.read_bytes()
        if data.startswith(b"{\\rt"):
            other = RtfObjParser(data)
            other.parse()
            assert [one.start for one in parse(data).objects] == [one.start + 1 for one in other.objects]
