from __future__ import annotations

import base64
import contextlib
import zlib

import pytest
from fixturelib.pdf import Pdf as Writer
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear
from mutate import mutate

from emoscan.parse import Malformed
from emoscan.parse.pdf import Name, Pdf, Ref, read_value


def inflate(body: bytes) -> bytes:
    return zlib.decompressobj().decompress(body, 1 << 20)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"<< /A 1 /B [2 0 R (x) <4142>] /C true >>", {"A": 1, "B": [Ref(2, 0), b"x", b"AB"], "C": True}),
        (b"(a\\(b\\)\\101\\n(c)\\\r\nd)", b"a(b)A\n(c)d"),
        (b"/J#61vaScript", Name("JavaScript")),
        (b"% comment\n -1.5 ", -1.5),
        (b"<4>", b"@"),
        (b"12 0 R", Ref(12, 0)),
        (b"[1 2 3]", [1, 2, 3]),
        (b"<< /A << /B (open", {"A": {"B": b"open endobj"}}),
        (b"null", None),
        (b"42", 42),
    ],
)
def test_values(written: bytes, value: object):
    assert read_value(written + b" endobj", 0)[0] == value


def test_objects_wherever_they_lie():
    data = Writer(
        [b"<< /Type /Catalog >>", (b"/X 1", b"body 9 0 obj endobj")], [b"<< /URI (https://files.example.test/a) >>", b"[1 2]"]
    ).file()
    pdf = Pdf(data, inflate)
    pdf.unpack()
    assert [(one.number, one.packed) for one in pdf.objects] == [(1, False), (2, False), (3, False), (4, True), (5, True)]
    assert pdf.stream(pdf.by_number[2]) == b"body 9 0 obj endobj"
    assert pdf.resolve(Ref(5, 0)) == [1, 2]
    assert pdf.resolve(Ref(99, 0)) is None


@pytest.mark.parametrize("revision", [3, 4, 5, 6])
@pytest.mark.parametrize("password", ["", "4711"])
def test_locks(revision: int, password: str):
    writer = Writer(password=password, revision=revision)
    writer.objects = [
        b"<< /URI " + writer.string(b"https://files.example.test/a", 1) + b" >>",
        (b"/Filter /FlateDecode", zlib.compress(b"body")),
    ]
    pdf = Pdf(writer.file(), inflate)
    assert pdf.unlock("wrong") is False
    assert pdf.unlock(password) is True
    one, two = pdf.objects
    assert pdf.text(one.value["URI"], one) == "https://files.example.test/a"
    assert pdf.stream(two) == b"body"


@pytest.mark.parametrize(
    ("filters", "body"),
    [
        (b"/Filter /ASCIIHexDecode", b"62 6f64 79>"),
        (b"/Filter [/ASCII85Decode /FlateDecode]", base64.a85encode(zlib.compress(b"body")) + b"~>"),
        (b"/Filter /FlateDecode", zlib.compress(b"body")[:-3]),
        (b"/Length 9999", b"body"),
    ],
)
def test_filters(filters: bytes, body: bytes):
    pdf = Pdf(b"%PDF-1.4\n1 0 obj << " + filters + b" >> stream\n" + body + b"endstream endobj", inflate)
    assert pdf.stream(pdf.objects[0]).strip() in (b"body", zlib.decompress(zlib.compress(b"body")))


def test_no_objects():
    with pytest.raises(Malformed):
        Pdf(b"%PDF-1.7 nothing", inflate)


@given(st.binary(max_size=80), st.integers(0, 1 << 32))
def test_hostile(junk: bytes, seed: int):
    writer = Writer(
        [b"<< /A 1 0 R /B (x) >>", (b"/Filter /FlateDecode", zlib.compress(junk))], [b"<< /URI (a) >>"], password="", revision=3 + seed % 4
    )
    data = mutate(writer.file(), seed, [b"<<[((<", b"9 0 obj"])
    try:
        pdf = Pdf(data, inflate)
        pdf.unlock("")
        pdf.unpack()
        for one in pdf.objects:
            pdf.stream(one)
    except Malformed:
        pass


@pytest.mark.parametrize("unit", ["1 0 obj ", "<<", "1 0 obj (", "1 0 obj <</A ", "1 0 obj << >> stream ", "trailer", "% ", "/A#41"])
def test_work_grows_with_the_input(unit: str):
    def work(text: str) -> None:
        with contextlib.suppress(Malformed):
            Pdf(b"1 0 obj 1 endobj " + text.encode(), inflate)

    assert_linear(work, unit, 60_000)
