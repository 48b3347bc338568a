"""Writer of Word 97-2003 documents (MS-DOC): text with looks, page controls, document variables, a macro project."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from fixturelib.cfb import Storage, compound
from fixturelib.ovba import Project

DOCUMENT_CLSID: Final = "00020906-0000-0000-C000-000000000046"
TEXT_AT: Final = 0x400
PAGE: Final = 512
PER_PAGE: Final = 20
"""Runs or paragraphs that one formatted disk page gets; more would fit, fewer would not hurt."""

NFIB: Final = 0x00C1

# Places in FibRgFcLcb97 (MS-DOC 2.5.6).
STSHF, PLCF_SED, PLCF_BTE_CHPX, PLCF_BTE_PAPX, STTBF_FFN, PLCF_FLD_MOM, DOP, CLX, STW_USER = 1, 6, 12, 13, 15, 16, 31, 33, 60

FIELD_BEGIN, FIELD_SEPARATOR, FIELD_END = "\x13", "\x14", "\x15"
FIELD_CONTROL: Final = 87


@dataclass(frozen=True)
class Run:
    """Text of one look. A paragraph ends with the carriage return of its last run."""

    text: str
    hidden: bool = False
    color: int | None = None
    """0xRRGGBB."""
    size: float = 0.0
    """Points."""
    object_id: int | None = None
    """Storage in ObjectPool that this character stands for."""
    special: bool = False

    def grpprl(self) -> bytes:
        """Property modifiers (MS-DOC 2.6.1)."""
        out = b""
        if self.object_id is not None:
            out += struct.pack("<HIHB", 0x6A03, self.object_id, 0x080A, 1)  # sprmCPicLocation, sprmCFOle2
        if self.special:
            out += struct.pack("<HB", 0x0855, 1)  # sprmCFSpec
        if self.hidden:
            out += struct.pack("<HB", 0x083C, 1)  # sprmCFVanish
        if self.size:
            out += struct.pack("<HH", 0x4A43, round(self.size * 2))  # sprmCHps
        if self.color is not None:
            out += struct.pack("<H", 0x6870) + self.color.to_bytes(3, "big") + b"\0"  # sprmCCv
        return out


@dataclass
class Document:
    """A Word document. `text` is plain (lines become paragraphs) or runs, whose paragraphs end with a carriage return."""

    text: str | Sequence[Run] = "\r"
    vba: Project | None = None
    controls: dict[int, tuple[str, Storage]] = field(default_factory=dict)
    """By ObjectPool number: ProgID and storage (`oforms.page_control`). Each gets a CONTROL field at the end of the text."""
    variables: dict[str, str] = field(default_factory=dict)
    streams: dict[str, bytes] = field(default_factory=dict)
    """Further streams by path, such as property sets."""
    template: bool = False
    table_prefix: bytes = b""
    """What the table stream begins with: the header of its encryption."""

    def storage(self) -> Storage:
        word, table = _streams(self)
        root = Storage(clsid=DOCUMENT_CLSID)
        root.put("WordDocument", word).put("1Table", table)
        for number, (_, control) in self.controls.items():
            root.put(f"ObjectPool/_{number}", control)
        for path, data in self.streams.items():
            root.put(path, data)
        root.put("\x01CompObj", comp_obj(DOCUMENT_CLSID, "Microsoft Word 97-2003 Document", "MSWordDoc", "Word.Document.8"))
        if self.vba:
            root.put("Macros", self.vba.storage())
        return root

    def file(self, *, version: int = 3, slack: bytes = b"") -> bytes:
        return compound(self.storage(), version=version, slack=slack)


def comp_obj(clsid: str, user_type: str, clipboard: str, prog_id: str) -> bytes:
    """The CompObj stream (MS-OLEDS 2.3.8)."""
    import uuid

    def ansi(text: str) -> bytes:
        data = text.encode("cp1252") + b"\0"
        return struct.pack("<I", len(data)) + data

    head = struct.pack("<IIi", 0xFFFE0001, 0x0A03, -1) + uuid.UUID(clsid).bytes_le
    return head + ansi(user_type) + (ansi(clipboard) if clipboard else bytes(4)) + ansi(prog_id) + struct.pack("<I12x", 0x71B239F4)


def _runs(document: Document) -> list[Run]:
    if isinstance(document.text, str):
        runs = [Run(line + "\r") for line in document.text.rstrip("\r\n").split("\n")]
    else:
        runs = list(document.text)
    for number, (prog_id, _) in document.controls.items():
        runs += [
            Run(FIELD_BEGIN, special=True),
            Run(f" CONTROL {prog_id} \\s "),
            Run(FIELD_SEPARATOR, object_id=number, special=True),
            Run(FIELD_END, special=True),
            Run("\r"),
        ]
    return runs


def _streams(document: Document) -> tuple[bytes, bytes]:
    """WordDocument and 1Table."""
    runs = _runs(document)
    text = "".join(run.text for run in runs)
    width = 2 if any(ord(c) > 0x7F for c in text) else 1
    encoded = text.encode("utf-16-le") if width == 2 else text.encode("ascii")
    count = len(encoded) // width
    end = TEXT_AT + len(encoded)

    table = bytearray(document.table_prefix)
    places = [(0, 0)] * 93

    def put(slot: int, data: bytes) -> None:
        places[slot] = (len(table), len(data))
        table.extend(data)

    body = bytearray(encoded) + bytes(-end % PAGE)
    looks = [(len(run.text.encode("utf-16-le")) // 2 * width, run.grpprl()) for run in runs]
    paragraphs = [(len(p.encode("utf-16-le")) // 2 * width, b"") for p in text.split("\r")[:-1]]
    paragraphs = [(length + width, b"") for length, _ in paragraphs]
    put(STSHF, _styles())
    put(PLCF_SED, struct.pack("<IIHIHI", 0, count, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF))
    put(PLCF_BTE_CHPX, _formatted_pages(body, looks, _chpx_page))
    put(PLCF_BTE_PAPX, _formatted_pages(body, paragraphs, _papx_page))
    put(STTBF_FFN, _fonts("Times New Roman", "Arial"))
    put(DOP, bytes(500))
    put(CLX, _clx(count, compressed=width == 1))
    if FIELD_BEGIN in text:
        put(PLCF_FLD_MOM, _fields(text))
    if document.variables:
        put(STW_USER, _variables(document.variables))
    fib = _fib(document, count, end, TEXT_AT + len(body), places)
    return fib.ljust(TEXT_AT, b"\0") + bytes(body), bytes(table)


def _fib(document: Document, count: int, end: int, size: int, places: list[tuple[int, int]]) -> bytes:
    """MS-DOC 2.5.1."""
    flags = 0x0001 * document.template | 0x00F0 | 0x0200 | 0x1000  # fDot, cQuickSaves, fWhichTblStm, fExtChar
    base = struct.pack("<5HHHI BBHHII", 0xA5EC, NFIB, 0, 0x0409, 0, flags, 0x00BF, 0, 0, 0, 0, 0, TEXT_AT, end)
    words = struct.pack("<H26xH", 14, 0x0409)
    longs = struct.pack("<H22I", 22, size, 0, 0, count, *bytes(18))
    pairs = struct.pack("<H186I", 93, *(number for pair in places for number in pair))
    return base + words + longs + pairs + bytes(2)


def _formatted_pages(body: bytearray, pieces: list[tuple[int, bytes]], page: object) -> bytes:
    """Put formatted disk pages for runs or paragraphs behind the text; the table of where they are (PlcBte…)."""
    at, ends, numbers = TEXT_AT, [TEXT_AT], []
    for first in range(0, len(pieces), PER_PAGE):
        part = pieces[first : first + PER_PAGE]
        edges = [at]
        for length, _ in part:
            at += length
            edges.append(at)
        numbers.append((TEXT_AT + len(body)) // PAGE)
        body += page(edges, [data for _, data in part])  # type: ignore[operator]
        ends.append(at)
    return struct.pack(f"<{len(ends)}I{len(numbers)}I", *ends, *numbers)


def _chpx_page(edges: list[int], looks: list[bytes]) -> bytes:
    """ChpxFkp (MS-DOC 2.9.33): offsets are in words; 0 means no properties."""
    return _page(edges, [(bytes([len(look)]) + look) if look else b"" for look in looks], extra=0)


def _papx_page(edges: list[int], paragraphs: list[bytes]) -> bytes:
    """PapxFkp (MS-DOC 2.9.179): style 0 (Normal), no properties."""
    return _page(edges, [b"\x02\x00\x00\x00" for _ in paragraphs], extra=12)


def _page(edges: list[int], items: list[bytes], extra: int) -> bytes:
    page = bytearray(PAGE)
    struct.pack_into(f"<{len(edges)}I", page, 0, *edges)
    table, top = len(edges) * 4, PAGE - 2
    for number, item in enumerate(items):
        if item:
            top = (top - len(item)) & ~1
            page[top : top + len(item)] = item
            page[table + number * (1 + extra)] = top // 2
    assert top >= table + len(items) * (1 + extra), "too much on one page"
    page[-1] = len(items)
    return bytes(page)


def _clx(count: int, *, compressed: bool) -> bytes:
    """MS-DOC 2.9.38: one piece."""
    fc = TEXT_AT * 2 | 1 << 30 if compressed else TEXT_AT
    return struct.pack("<BI2IHIH", 2, 16, 0, count, 0, fc, 0)


def _styles() -> bytes:
    """STSH (MS-DOC 2.9.271) with Normal alone, in fifteen fixed places."""
    header = struct.pack("<9H", 15, 10, 1, 0x5B, 15, 0, 0, 0, 0)
    name = "Normal".encode("utf-16-le")
    std = struct.pack("<HHHHH", 0, 1 | 0xFFF << 4, 2, 0, 0) + struct.pack("<H", len(name) // 2) + name + bytes(2)
    std += struct.pack("<HH", 2, 0) + struct.pack("<H", 0)
    std = std[:6] + struct.pack("<H", len(std)) + std[8:]
    return struct.pack("<H", len(header)) + header + struct.pack("<H", len(std)) + std + bytes(2 * 14)


def _fonts(*names: str) -> bytes:
    """SttbfFfn (MS-DOC 2.9.286)."""
    out = struct.pack("<HH", len(names), 0)
    for name in names:
        ffn = struct.pack("<BHBB10x24x", 0x16, 400, 0, 0) + name.encode("utf-16-le") + b"\0\0"
        out += bytes([len(ffn)]) + ffn
    return out


def _fields(text: str) -> bytes:
    """PlcFld (MS-DOC 2.8.25): where the field characters are and what they say."""
    kinds = {FIELD_BEGIN: (0x13, FIELD_CONTROL), FIELD_SEPARATOR: (0x14, 0xFF), FIELD_END: (0x15, 0x80)}
    marks = [(at, kinds[c]) for at, c in enumerate(text) if c in kinds]
    places = struct.pack(f"<{len(marks) + 1}I", *(at for at, _ in marks), len(text))
    return places + b"".join(bytes(mark) for _, mark in marks)


def _variables(variables: dict[str, str]) -> bytes:
    """StwUser (MS-DOC 2.9.296): names with four extra bytes each, then values."""
    out = struct.pack("<HHH", 0xFFFF, len(variables), 4)
    out += b"".join(_counted(name) + bytes(4) for name in variables)
    return out + b"".join(_counted(value) for value in variables.values())


def _counted(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<H", len(data) // 2) + data


def white(lines: Iterable[str]) -> list[Run]:
    """Paragraphs that nobody sees: white, one point."""
    return [Run(line + "\r", color=0xFFFFFF, size=1.0) for line in lines]
