"""Word 97-2003: text by the piece table, looks, stories, tables, bookmarks, comments, shapes."""

import struct

import pytest
from fixturelib import summary
from fixturelib.cfb import Storage, compound
from fixturelib.encrypt import doc
from fixturelib.word import CLX, Document, Run, white
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed, wordbinary
from emoscan.parse.bundle import Paragraph, Shape
from emoscan.parse.bundle import Run as Piece
from emoscan.parse.cfb import CompoundFile

CCP_TEXT = 0x4C
LENGTHS = {"main": 0, "footnotes": 1, "header": 2, "comments": 4, "endnotes": 5, "textboxes": 6}


def read(document: Document, parts: dict[int, bytes] | None = None, **lengths: int):
    """The model of a document, with parts put behind its table stream and named in its FIB, and other lengths of stories."""
    storage = document.storage()
    word, table = bytearray(storage.get("WordDocument")), bytearray(storage.get("1Table"))
    for number, data in (parts or {}).items():
        struct.pack_into("<II", word, wordbinary.PAIRS + 8 * number, len(table), len(data))
        table += data
    for name, length in lengths.items():
        struct.pack_into("<I", word, CCP_TEXT + 4 * LENGTHS[name], length)
    storage.put("WordDocument", bytes(word)).put("1Table", bytes(table))
    return wordbinary.read(CompoundFile(compound(storage), Budget(Limits())))


def sttb(*texts: str) -> bytes:
    """A table of strings in its extended form (2.2.4)."""
    return struct.pack("<HHH", 0xFFFF, len(texts), 0) + counted(*texts)


def counted(*texts: str) -> bytes:
    return b"".join(struct.pack("<H", len(t)) + t.encode("utf-16-le") for t in texts)


def record(type_: int, body: bytes, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", version | instance << 4, type_, len(body)) + body


def shape(id_: int, kind: int, **texts: str) -> bytes:
    """OfficeArtSpContainer with texts among its properties."""
    numbers = {"word_art": 0xC0, "name": 0x380, "alt": 0x381, "title": 0x3AE}
    raw = {numbers[key]: text.encode("utf-16-le") + b"\0\0" for key, text in texts.items()}
    table = b"".join(struct.pack("<HI", number | 0xC000, len(data)) for number, data in raw.items())
    options = record(0xF00B, table + b"".join(raw.values()), 3, len(raw))
    return record(0xF004, record(0xF00A, struct.pack("<II", id_, 0xA00), 2, kind) + options, 15)


def drawing(*shapes: bytes) -> bytes:
    """OfficeArtContent (2.9.172) with one drawing of the main text."""
    return record(0xF000, b"", 15) + b"\0" + record(0xF002, record(0xF003, b"".join(shapes), 15), 15)


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("text", ["plain text", "日本語とabc", ""])
def test_paragraphs(text):
    assert read(Document(f"first\n{text}\nlast")).paragraphs == (Paragraph("first"), Paragraph(text), Paragraph("last"))


def test_looks():
    runs = [Run("seen "), Run("unseen", hidden=True), Run(" red", color=0xFF0000), Run(" small\r", size=1.0), *white(["white"])]
    assert read(Document(runs)).paragraphs == (
        Paragraph(
            "seen unseen red small",
            (Piece("seen "), Piece("unseen", hidden=True), Piece(" red", color=0xFF0000), Piece(" small", size=1.0)),
        ),
        Paragraph("white", (Piece("white", color=0xFFFFFF, size=1.0),)),
    )


def test_looks_of_many_runs():
    runs = [Run(f"{n}" + "\r" * (n % 10 == 9), size=1.0 + n % 3) for n in range(300)]
    model = read(Document(runs))
    assert "".join(p.text for p in model.paragraphs) == "".join(str(n) for n in range(300))
    assert [r.size for p in model.paragraphs for r in p.runs][:4] == [1.0, 2.0, 3.0, 1.0]


def test_pieces_in_any_order():
    """A document saved quickly: its text stands in pieces, one of them in UTF-16."""
    document = Document("worldhello \r")
    storage = document.storage()
    word = bytearray(storage.get("WordDocument"))
    word[0x600:0x604] = "!\r".encode("utf-16-le")
    pieces = [(6, (0x400 + 5) * 2 | 1 << 30), (5, 0x400 * 2 | 1 << 30), (2, 0x600)]
    places = [0, 6, 11, 13]
    plc = struct.pack("<4I", *places) + b"".join(struct.pack("<HIH", 0, fc, 0) for _, fc in pieces)
    clx = b"\2" + struct.pack("<I", len(plc)) + plc
    table = storage.get("1Table")
    struct.pack_into("<II", word, wordbinary.PAIRS + 8 * CLX, len(table), len(clx))
    struct.pack_into("<I", word, CCP_TEXT, 13)
    storage.put("WordDocument", bytes(word.ljust(0x604, b"\0"))).put("1Table", table + clx)
    assert wordbinary.read(CompoundFile(compound(storage))).paragraphs == (Paragraph("hello world!"),)


def test_fields_show_their_results():
    model = read(Document('see \x13 HYPERLINK "https://www.example.test/" \x14the \x13 DATE \x14day\x15 page\x15 now'))
    assert model.paragraphs == (Paragraph("see the day page now"),)
    assert model.fields == (("DATE", "day"), ('HYPERLINK "https://www.example.test/"', "the day page"))


def test_stories():
    text = "main\rfoot\rhead\rcomm\rend\rbox\r"
    model = read(Document(text.replace("\r", "\n")), main=5, footnotes=5, header=5, comments=5, endnotes=4, textboxes=4)
    assert model.paragraphs == (Paragraph("main"),)
    assert model.stories == {"footnotes": "foot", "header": "head", "comments": "comm", "endnotes": "end", "textboxes": "box"}


def test_variables():
    model = read(Document("x", variables={"one": "payload", "二": ""}))
    assert model.variables == {"one": "payload", "二": ""}


TABLE = "before\na\x07b\x07\x07c\nd\x07e\x07\x07after"


def test_tables_by_the_properties_of_their_paragraphs():
    storage = Document(TABLE).storage()
    word, table = bytearray(storage.get("WordDocument")), storage.get("1Table")
    text = TABLE.replace("\n", "\r") + "\r"
    ends = [at + 1 for at, c in enumerate(text) if c in "\r\x07"]
    rows = {at for at, end in enumerate(ends) if text[end - 2 : end] == "\x07\x07"}
    in_table, row_end = b"\3\0\0\x16\x24\1", b"\4\0\0\x16\x24\1\x17\x24\1"
    page = bytearray(512)
    struct.pack_into(f"<{len(ends) + 1}I", page, 0, 0x400, *(0x400 + end for end in ends))
    page[400 : 400 + len(in_table)], page[420 : 420 + len(row_end)] = in_table, row_end
    for number in range(1, len(ends) - 1):
        page[4 * (len(ends) + 1) + 13 * number] = 210 if number in rows else 200
    page[511] = len(ends)
    plc = struct.pack("<III", 0x400, 0x400 + len(text), len(word) // 512)
    struct.pack_into("<II", word, wordbinary.PAIRS + 8 * wordbinary.PLCF_BTE_PAPX, len(table), len(plc))
    storage.put("WordDocument", bytes(word + page)).put("1Table", table + plc)
    model = wordbinary.read(CompoundFile(compound(storage)))
    assert model.tables == ((("a", "b"), ("c\rd", "e")),)
    assert [p.text for p in model.paragraphs] == ["before", "a\x07", "b\x07", "\x07", "c", "d\x07", "e\x07", "\x07", "after"]


def test_tables_by_their_marks_alone():
    assert read(Document(TABLE)).tables == ((("a", "b"),), (("d", "e"),))


def test_bookmarks():
    parts = {
        wordbinary.STTBF_BKMK: sttb("one", "two"),
        wordbinary.PLCF_BKF: struct.pack("<III HH HH", 0, 6, 12, 0, 0, 1, 0),
        wordbinary.PLCF_BKL: struct.pack("<III", 5, 11, 12),
    }
    assert read(Document("first second\n"), parts).bookmarks == {"one": "first", "two": "secon"}


def test_comments():
    parts = {
        wordbinary.PLCF_AND_REF: struct.pack("<II", 0, 4) + bytes(20) + struct.pack("<H", 1) + bytes(8),
        wordbinary.PLCF_AND_TXT: struct.pack("<III", 0, 6, 7),
        wordbinary.GRP_XST_ATN_OWNERS: counted("nobody", "Taro"),
    }
    assert read(Document("main\n\x05note\n"), parts, main=5, comments=6).comments == (("Taro", "note"),)


def test_shapes_with_text_and_alternative_text():
    parts = {
        wordbinary.DGG_INFO: drawing(
            shape(1025, 202, name="Box 1"), shape(1026, 75, alt="in the picture", title="t"), shape(1027, 136, word_art="art")
        ),
        wordbinary.PLCF_TXBX_TXT: struct.pack("<III", 0, 8, 9) + struct.pack("<IIHIII", 1, 0, 0, 0, 1025, 0) + bytes(22),
    }
    assert read(Document("main\npayload\n"), parts, main=5, textboxes=8).shapes == (
        Shape("Box 1", "payload", type="textbox"),
        Shape(alt_text="in the picture", title="t", type="picture"),
        Shape(text="art", type="wordart"),
    )


def test_pictures_in_line():
    inside = shape(1, 75, name="Picture 1", alt="in line")
    picture = struct.pack("<IHH", 68 + len(inside), 68, 0x64) + bytes(60) + inside
    model = read(Document("\x01", streams={"Data": picture}))
    assert model.shapes == (Shape("Picture 1", alt_text="in line", type="picture", inline=True),)


def test_a_locked_document_says_nothing():
    model = wordbinary.read(CompoundFile(doc(Document("secret", variables={"a": "b"}), "password")))
    assert (model.paragraphs, model.variables) == ((), {})


@pytest.mark.parametrize("data", [b"", bytes(2_000), b"\xec\xa5" + bytes(2_000)])
def test_no_document(data):
    with pytest.raises(Malformed):
        wordbinary.read(CompoundFile(compound(Storage().put("WordDocument", data).put("0Table", b"").put("1Table", b""))))


@given(st.data())
def test_whatever_is_mutated_nothing_but_malformed_comes_out(data):
    runs = [Run("seen"), Run("unseen\r", hidden=True), Run("a\x07b\x07\x07"), Run("\x13 DATE \x14now\x15\r")]
    storage = Document(runs, variables={"a": "b"}, streams=summary.streams({"Title": "t"})).storage()
    word, table = bytearray(storage.get("WordDocument")), bytearray(storage.get("1Table"))
    for _ in range(data.draw(st.integers(1, 10))):
        stream = data.draw(st.sampled_from((word, table)))
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    storage.put("WordDocument", bytes(word)).put("1Table", bytes(table))
    try:
        model = wordbinary.read(CompoundFile(compound(storage), Budget(Limits())))
    except Malformed:
        return
    assert sum(len(p.text) for p in model.paragraphs) <= wordbinary.MAX_TEXT
