"""Writer of Excel 97-2003 workbooks (MS-XLS, BIFF8): cells, formulas as tokens, names, macro sheets, a macro project."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fixturelib.cfb import Storage, compound
from fixturelib.ooxml import cell_place
from fixturelib.ovba import Project
from fixturelib.word import comp_obj

WORKBOOK_CLSID: Final = "00020820-0000-0000-C000-000000000046"
MOST: Final = 8224
"""Bytes of one record; more goes to CONTINUE records."""

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
PLAIN_CELL, WHITE_CELL = 15, 16

SheetKind = Literal["worksheet", "macro", "chart", "module"]
SHEET_KINDS: Final[dict[str, tuple[int, int]]] = {"worksheet": (0, 0x10), "macro": (1, 0x40), "chart": (2, 0x20), "module": (6, 0x06)}
"""By kind: `dt` of BOUNDSHEET8 and of the sheet's own BOF."""
STATES: Final = {"visible": 0, "hidden": 1, "veryHidden": 2}

AUTO_OPEN, AUTO_CLOSE = 1, 2
"""Built-in names (MS-XLS 2.5.114)."""


@dataclass(frozen=True)
class Formula:
    """A formula by its tokens, and the value that was there when the file was written."""

    tokens: bytes
    value: float | str = 0.0


@dataclass(frozen=True)
class Name:
    """A defined name. A number makes a built-in one; `sheet` and `cell` are what it refers to, unless `tokens` say it."""

    name: str | int
    sheet: int = 0
    cell: str = "A1"
    hidden: bool = False
    tokens: bytes = b""
    macro: bool = False
    """A macro name: one that can be run."""


@dataclass
class Sheet:
    """Cells by place: text, number, or `Formula`."""

    name: str
    cells: Mapping[str, str | float | Formula] = field(default_factory=dict)
    kind: SheetKind = "worksheet"
    state: Literal["visible", "hidden", "veryHidden"] = "visible"
    white: bool = False
    """White font for every cell."""
    code_name: str = ""
    looks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Looks of cells by place: `color`, `size` (points), `fill`, `horizontal`, `vertical`."""
    heights: Mapping[str, float] = field(default_factory=dict)
    """Of rows, in points, by number."""


@dataclass
class Workbook:
    sheets: Sequence[Sheet]
    names: Sequence[Name] = ()
    vba: Project | None = None
    streams: dict[str, bytes] = field(default_factory=dict)
    """Further streams by path, such as property sets."""

    file_pass: bytes = b""
    """Content of the FilePass record, when there is one."""

    def stream(self) -> bytes:
        """The Workbook stream."""
        strings = list(dict.fromkeys(c for sheet in self.sheets for c in sheet.cells.values() if isinstance(c, str)))
        numbers = {text: number for number, text in enumerate(strings)}
        uses = sum(isinstance(c, str) for sheet in self.sheets for c in sheet.cells.values())
        bodies = [_sheet(sheet, numbers, _looks(self.sheets)) for sheet in self.sheets]
        places = [0] * len(bodies)
        head = self._globals(places, strings, uses)
        at = len(head)
        for number, body in enumerate(bodies):
            places[number] = at
            at += len(body)
        return self._globals(places, strings, uses) + b"".join(bodies)

    def storage(self) -> Storage:
        root = Storage(clsid=WORKBOOK_CLSID)
        root.put("Workbook", self.stream())
        for path, data in self.streams.items():
            root.put(path, data)
        root.put("\x01CompObj", comp_obj(WORKBOOK_CLSID, "Microsoft Excel 2003 Worksheet", "Biff8", "Excel.Sheet.8"))
        if self.vba:
            root.put("_VBA_PROJECT_CUR", self.vba.storage())
        return root

    def file(self, *, version: int = 3) -> bytes:
        return compound(self.storage(), version=version)

    def _globals(self, places: list[int], strings: list[str], uses: int) -> bytes:
        """MS-XLS 2.1.7.20.3, as little of it as readers accept."""
        out = _bof(0x05) + (record(0x2F, self.file_pass) if self.file_pass else b"")
        out += record(0x42, struct.pack("<H", 1200))  # CODEPAGE: UTF-16
        out += record(0x3D, struct.pack("<9H", 0, 0, 16000, 9000, 0x38, 0, 0, 1, 600))  # WINDOW1
        if self.vba:
            out += record(0xD3, b"") + record(0x1BA, _wide("ThisWorkbook"))  # OBPROJ, CODENAME
        looks = _looks(self.sheets)
        out += b"".join(_font(color) for color in (0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF, 9))
        out += b"".join(_font(look.get("color", 0x7FFF), look.get("size", 10)) for look in looks)
        out += b"".join(_format(number) for number in range(17))
        out += b"".join(_look(number, look) for number, look in enumerate(looks))
        out += record(0x293, struct.pack("<HBB", 0x8000, 0, 0xFF))  # STYLE: Normal
        for place, sheet in zip(places, self.sheets):
            out += record(0x85, struct.pack("<IBB", place, STATES[sheet.state], SHEET_KINDS[sheet.kind][0]) + _short(sheet.name))
        count = len(self.sheets)
        out += record(0x1AE, struct.pack("<HH", count, 0x0401))  # SUPBOOK: this workbook
        out += record(0x17, struct.pack("<H", count) + b"".join(struct.pack("<HHH", 0, n, n) for n in range(count)))
        out += b"".join(_name(name) for name in self.names)
        return out + _sst(strings, uses) + record(EOF, b"")


def record(number: int, data: bytes) -> bytes:
    """A record, continued as often as need be."""
    out = struct.pack("<HH", number, min(len(data), MOST)) + data[:MOST]
    for at in range(MOST, len(data), MOST):
        part = data[at : at + MOST]
        out += struct.pack("<HH", CONTINUE, len(part)) + part
    return out


def _bof(kind: int) -> bytes:
    return record(BOF, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


Look = Mapping[str, int]


def _looks(sheets: Iterable[Sheet]) -> list[Look]:
    """The looks of cells that differ from the two of all others."""
    found: list[Look] = []
    for look in (look for sheet in sheets for look in sheet.looks.values()):
        if look not in found:
            found.append(look)
    return found


def _look(number: int, look: Look) -> bytes:
    """XF of a cell with a look of its own: its font is the sixth and so on; a fill is a solid one."""
    alignment = look.get("horizontal", 1) - 1 | (look.get("vertical", 3) - 1) << 4
    fill = look.get("fill", 0)
    body = struct.pack(
        "<HHHBBBBIIH", 6 + number, 0, 0x0001, alignment, 0, 0, 0, 0, (1 << 26) if fill else 0, 0x2080 | fill if fill else 0x20C0
    )
    return record(0xE0, body)


def _font(color: int, size: int = 10) -> bytes:
    return record(0x31, struct.pack("<5H4B", 20 * size, 0, color, 400, 0, 0, 0, 0, 0) + _short("Arial"))


def _format(number: int) -> bytes:
    """XF: fifteen for styles, then the plain cell and the white one (font 5, which is the fifth: there is no 4)."""
    style = number < PLAIN_CELL
    font = 5 if number == WHITE_CELL else 0
    return record(0xE0, struct.pack("<HHHBBBBIIH", font, 0, 0xFFF5 if style else 0x0001, 0x20, 0, 0, 0xF4 if style else 0, 0, 0, 0x20C0))


def _name(name: Name) -> bytes:
    """Lbl (MS-XLS 2.4.150)."""
    built_in = isinstance(name.name, int)
    text = chr(name.name) if isinstance(name.name, int) else name.name
    flags = name.hidden | 0x08 * name.macro | 0x20 * built_in
    tokens = name.tokens or ref3d(name.sheet, name.cell)
    body = struct.pack("<HBBHHHI", flags, 0, len(text), len(tokens), 0, 0, 0)
    return record(0x18, body + _characters(text) + tokens)


def _characters(text: str) -> bytes:
    """XLUnicodeStringNoCch: a flag, and characters of one or two bytes."""
    if all(ord(c) < 0x100 for c in text):
        return b"\0" + text.encode("latin-1")
    return b"\1" + text.encode("utf-16-le")


def _short(text: str) -> bytes:
    return bytes([len(text)]) + _characters(text)


def _wide(text: str) -> bytes:
    return struct.pack("<H", len(text)) + _characters(text)


def _sst(strings: list[str], uses: int) -> bytes:
    """The shared strings. A record that is full may end inside a string; the next then begins with the flag again."""
    records = [bytearray(struct.pack("<II", uses, len(strings)))]
    for text in strings:
        head, body = struct.pack("<H", len(text)) + _characters(text)[:1], _characters(text)[1:]
        if len(records[-1]) + len(head) > MOST:
            records.append(bytearray())
        records[-1] += head
        width = 1 + head[2]
        while body:
            room = (MOST - len(records[-1])) // width * width
            if not room:
                records.append(bytearray(head[2:]))
                continue
            records[-1] += body[:room]
            body = body[room:]
    return b"".join(struct.pack("<HH", CONTINUE if number else 0xFC, len(data)) + data for number, data in enumerate(records))


def _sheet(sheet: Sheet, strings: Mapping[str, int], looks: list[Look]) -> bytes:
    out = _bof(SHEET_KINDS[sheet.kind][1])
    places = sorted((cell_place(name), value) for name, value in sheet.cells.items())
    rows = [row for (row, _), _ in places] or [0]
    columns = [column for (_, column), _ in places] or [0]
    out += record(0x200, struct.pack("<IIHHH", min(rows), max(rows) + 1, min(columns), max(columns) + 1, 0))
    for row, height in sheet.heights.items():
        out += record(0x208, struct.pack("<HHHHHHI", int(row) - 1, 0, 256, int(20 * height), 0, 0, 0x140))  # ROW, of a height of its own
    places += [(cell_place(name), None) for name in sheet.looks if name not in sheet.cells]  # type: ignore[misc]
    own = {cell_place(name): WHITE_CELL + 1 + looks.index(look) for name, look in sheet.looks.items()}
    for (row, column), value in sorted(places, key=lambda item: item[0]):
        look = own.get((row, column), WHITE_CELL if sheet.white else PLAIN_CELL)
        where = struct.pack("<HHH", row, column, look)
        if value is None:
            out += record(0x201, where)  # BLANK
        elif isinstance(value, Formula):
            out += _formula(where, value)
        elif isinstance(value, str):
            out += record(0xFD, where + struct.pack("<I", strings[value]))
        else:
            out += record(0x203, where + struct.pack("<d", value))
    out += record(0x23E, struct.pack("<HHHIHHI", 0x06B6, 0, 0, 64, 0, 0, 0))  # WINDOW2
    if sheet.code_name:
        out += record(0x1BA, _wide(sheet.code_name))
    return out + record(EOF, b"")


def _formula(where: bytes, formula: Formula) -> bytes:
    """Formula (MS-XLS 2.4.127), with a String record behind it when the value was text."""
    text = isinstance(formula.value, str)
    value = struct.pack("<B5xH", 0, 0xFFFF) if isinstance(formula.value, str) else struct.pack("<d", formula.value)
    out = record(0x06, where + value + struct.pack("<HIH", 0, 0, len(formula.tokens)) + formula.tokens)
    return out + (record(0x207, _wide(str(formula.value))) if text else b"")


# Tokens (MS-XLS 2.5.198) ----------------------------------------------------------------------------------------------

ADD, SUB, CONCAT, LESS = b"\x03", b"\x04", b"\x08", b"\x09"
MISSING: Final = b"\x16"

# Numbers of functions that formulas here call (MS-XLS 2.5.198.17); those above take a number of arguments that varies.
FUNCTIONS: Final = {
    "CHAR": 111,
    "DAY": 67,
    "EXEC": 110,
    "FORMULA": 0x8000 | 96,
    "GOTO": 53,
    "HALT": 54,
    "RETURN": 55,
    "ALERT": 0x8000 | 118,
    "REGISTER": 149,
    "CALL": 150,
    "GET.CELL": 185,
    "GET.WORKSPACE": 186,
    "NOW": 74,
    "IF": 1,
    "CLOSE": 0x8000 | 16,
}
FIXED: Final = {"CHAR", "DAY", "NOW", "GET.CELL", "GET.WORKSPACE"}


def text(value: str) -> bytes:
    return b"\x17" + _short(value)


def integer(value: int) -> bytes:
    return struct.pack("<BH", 0x1E, value)


def number(value: float) -> bytes:
    return struct.pack("<Bd", 0x1F, value)


def ref(cell: str) -> bytes:
    """An absolute reference to a cell of the same sheet, by value."""
    row, column = cell_place(cell)
    return struct.pack("<BHH", 0x44, row, column)


def ref3d(sheet: int, cell: str) -> bytes:
    row, column = cell_place(cell)
    return struct.pack("<BHHH", 0x3A, sheet, row, column)


def call(function: str, *arguments: bytes) -> bytes:
    """A built-in function and its arguments."""
    number_ = FUNCTIONS[function]
    tail = struct.pack("<BH", 0x41, number_) if function in FIXED else struct.pack("<BBH", 0x42, len(arguments), number_)
    return b"".join(arguments) + tail


def joined(parts: Iterable[bytes]) -> bytes:
    """Operands put together by `&`."""
    first, *rest = parts
    return first + b"".join(part + CONCAT for part in rest)
