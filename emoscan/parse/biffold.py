"""Sheets of Excel 2 to 4 (BIFF2 to BIFF4), which are files of their own, and workbooks of several of them (Excel 4).

"OpenOffice.org's Documentation of the Microsoft Excel File Format", chapter 5. Cells, formulas, names and links are read; looks are not.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from emoscan.budget import Budget
from emoscan.parse import Malformed, ptg, ptgold
from emoscan.parse.biffglobals import (
    BUILT_IN,
    CODEPAGE,
    DATEMODE,
    EOF,
    EXTERNNAME,
    EXTERNSHEET,
    FILEPASS,
    records,
    virtual_path,
)
from emoscan.parse.biffsheet import from_rk
from emoscan.parse.codepage import decode
from emoscan.parse.room import MAX_ROWS, Room
from emoscan.parse.workbook import (
    MAX_NAMES,
    MAX_SHEETS,
    Cell,
    Link,
    Name,
    Reading,
    Scope,
    SheetParts,
    SheetType,
    Style,
    Value,
    Workbook,
    a1,
)

VERSIONS: Final = {0x0009: 2, 0x0209: 3, 0x0409: 4}
"""By the number of the BOF record."""
WORKBOOK: Final = 0x0100
_TYPES: Final[dict[int, SheetType]] = {0x10: "worksheet", 0x20: "chart", 0x40: "macro"}
SHEETHDR: Final = 0x008F
MAX_LINKS: Final = 1_000

_2U16: Final = struct.Struct("<HH")
_U16: Final = struct.Struct("<H")
_F64: Final = struct.Struct("<d")
_U32: Final = struct.Struct("<I")


def read(stream: bytes, budget: Budget | None = None, scope: Scope | None = None) -> Reading:
    """A workbook from a file of Excel 2 to 4. Raises Malformed when the bytes are none, or a locked one."""
    if int.from_bytes(stream[:2], "little") not in VERSIONS:
        raise Malformed("the file does not begin as one of Excel 2 to 4")
    return _Reader(stream, budget, scope or Scope()).read()


class _Sheet(SheetParts):
    """A sheet while its records come."""

    def __init__(self, name: str, type_: SheetType) -> None:
        super().__init__()
        self.name, self.type = name, type_
        self.cells: dict[int, tuple[Value, str]] = {}
        """(value, formula) by row << 16 | column, from 0."""
        self.waiting: dict[int, tuple[int, int]] = {}
        """Cells whose formula is the array formula of another."""
        self.notes: dict[str, str] = {}


class _Reader:
    def __init__(self, stream: bytes, budget: Budget | None, scope: Scope) -> None:
        self.stream = stream
        self.budget = budget
        self.room = Room(scope)
        self.version = VERSIONS[int.from_bytes(stream[:2], "little")]
        self.codepage = 1252
        self.date_1904 = False
        self.scene = ptgold.scene(self.version, self.codepage)
        self.scene.prefix = self.prefix
        self.sheets: list[_Sheet] = []
        self.current: _Sheet | None = None
        self.called = ""
        """Name of the sheet that comes next."""
        self.raw_names: list[tuple[bytes, str]] = []
        """Bodies of NAME records, and the sheet they stand in."""
        self.books: list[tuple[str, list[str]]] = []
        """EXTERNSHEET: what it says, and the names in it that formulas ask for."""
        self.last = -1
        """Place of the last formula, whose text may follow."""

    def read(self) -> Reading:
        self._names_first()
        opened = 0
        for at, type_, body in records(self.stream, 0):
            if type_ in VERSIONS:
                opened += 1
                self._begin(body)
            elif type_ == EOF:
                opened -= 1
                self.current = None
                if opened <= 0:
                    break
            elif type_ == FILEPASS:
                raise Malformed("the workbook is locked")
            else:
                handler = _RECORDS.get(type_)
                if handler is not None:
                    try:
                        handler(self, body)
                    except (struct.error, IndexError):
                        self.room.note(f"record {type_:#06x} at {at:#x} is cut off")
        else:
            self.room.note("the file has no end")
        return self._reading()

    def _names_first(self) -> None:
        """Formulas refer to names and links by their places among the records, which may follow them."""
        home = ""
        for _, type_, body in records(self.stream, 0):
            if type_ in VERSIONS:
                home = self.called or home
                self.called = ""
            elif type_ == SHEETHDR:
                self.called = self._short(body, 4)
            elif type_ == CODEPAGE and len(body) >= 2:
                number = _U16.unpack_from(body)[0]
                self.codepage = self.scene.codepage = {0x8000: 10000, 0x8001: 1252}.get(number, number)
            elif type_ in (0x0018, 0x0218) and len(self.raw_names) < MAX_NAMES:
                self.raw_names.append((body, home))
            elif type_ == EXTERNSHEET and len(self.books) < MAX_LINKS:
                self.books.append((decode(body[1 : 1 + body[0]], self.codepage) if body else "", []))
            elif type_ in (EXTERNNAME, 0x0223) and self.books and body:
                at = 0 if self.version == 2 else 2
                self.books[-1][1].append(self._short(body, at))
        self.called = ""
        self.scene.names = [self._called(body) for body, _ in self.raw_names]

    def _short(self, body: bytes, at: int) -> str:
        """A text whose length is one byte."""
        return decode(body[at + 1 : at + 1 + body[at]], self.codepage) if at < len(body) else ""

    def _begin(self, body: bytes) -> None:
        kind = _U16.unpack_from(body, 2)[0] if len(body) >= 4 else 0
        if kind == WORKBOOK or len(self.sheets) >= MAX_SHEETS:
            return
        type_ = _TYPES.get(kind, "worksheet")
        number = len(self.sheets) + 1
        self.current = _Sheet(self.called or f"{'Macro' if type_ == 'macro' else 'Sheet'}{number}", type_)
        self.called = ""
        self.sheets.append(self.current)

    # ------------------------------------------------------------ names and links

    def _parts(self, body: bytes) -> tuple[int, int, int]:
        """Of a NAME record: its flags, where the name begins, how long its formula is."""
        if self.version == 2:
            return body[0], 5, body[4]
        return _U16.unpack_from(body)[0], 6, _U16.unpack_from(body, 4)[0]

    def _called(self, body: bytes) -> str:
        try:
            flags, at, _ = self._parts(body)
        except (IndexError, struct.error):
            return "#NAME?"
        raw = body[at : at + body[3]]
        if raw and raw[0] < len(BUILT_IN) and (len(raw) == 1 or (self.version > 2 and flags & 0x20)):
            return BUILT_IN[raw[0]] + decode(raw[1:], self.codepage)
        return decode(raw, self.codepage)

    def _names(self) -> tuple[Name, ...]:
        found = []
        for (body, home), name in zip(self.raw_names, self.scene.names):
            try:
                flags, at, size = self._parts(body)
            except (IndexError, struct.error):
                self.room.note("the record of a name is cut off")
                continue
            at += body[3]
            made = ptg.decompile(self.scene, body[at : at + size], body[at + size :])
            if made.trouble:
                self.room.note(f"what a name stands for cannot be read: {made.trouble}")
            sheet = home or (self.sheets[0].name if self.sheets else "")
            text = made.text if "!" in made.text or not sheet else _on_sheet(made.text, sheet)
            found.append(
                Name(name, text, "", bool(flags & 1) and self.version > 2, name in BUILT_IN, bool(flags & (2 if self.version == 2 else 8)))
            )
        return tuple(found)

    def prefix(self, index: int) -> str:
        """What stands before references into the sheet of an EXTERNSHEET record, from 1."""
        target = self.books[index - 1][0] if 0 < index <= len(self.books) else ""
        own = next((sheet.name for sheet in self.sheets if target.rstrip().lower().endswith(sheet.name.lower())), "")
        if own or not target or target[0] in "\0\2":
            return ptg.sheet_prefix(own) if own else ""
        return ptg.sheet_prefix("Sheet1", "", virtual_path(target))

    def _links(self) -> tuple[Link, ...]:
        found = []
        for target, names in self.books:
            if "\3" in target[1:] and target[0] not in "\0\1\2":
                source, _, topic = target.partition("\3")
                found.append(Link("dde", f"{source}|{topic}", tuple(names[:100])))
            elif target and target[0] not in "\0\2":
                found.append(Link("workbook", virtual_path(target), tuple(names[:100])))
        return tuple(found)

    # ------------------------------------------------------------ cells

    def _sheet_name(self, body: bytes) -> None:
        self.called = self._short(body, 4)

    def _datemode(self, body: bytes) -> None:
        self.date_1904 = _U16.unpack_from(body)[0] == 1

    def put(self, body: bytes, value: Value, formula: str = "") -> int:
        row, column = _2U16.unpack_from(body)
        place: int = row << 16 | column
        sheet = self.current
        if sheet is not None and (place in sheet.cells or self.room.cell()):
            sheet.cells[place] = (self.room.text(value) if isinstance(value, str) else value, formula)
        return place

    def _integer(self, body: bytes) -> None:
        self.put(body, float(_U16.unpack_from(body, 7)[0]))

    def _number(self, body: bytes, at: int) -> None:
        (value,) = _F64.unpack_from(body, at)
        self.put(body, value if value == value else None)  # noqa: PLR0124 - not a number

    def _rk(self, body: bytes) -> None:
        self.put(body, from_rk(_U32.unpack_from(body, 6)[0]))

    def _label(self, body: bytes, at: int) -> None:
        if at == 7:
            self.put(body, self._short(body, 7))
        else:
            (size,) = _U16.unpack_from(body, 6)
            self.put(body, decode(body[8 : 8 + size], self.codepage))

    def _boolerr(self, body: bytes, at: int) -> None:
        self.put(body, ptg.ERRORS.get(body[at], "#N/A") if body[at + 1] else bool(body[at]))

    def _formula(self, body: bytes, at: int) -> None:
        value: Value
        mark = _U16.unpack_from(body, at + 6)[0]
        if mark != 0xFFFF:
            (number,) = _F64.unpack_from(body, at)
            value = number if number == number else None  # noqa: PLR0124 - not a number
        else:
            kind, content = body[at], body[at + 2]
            value = {0: None, 1: bool(content), 2: ptg.ERRORS.get(content, "#N/A")}.get(kind, "")
        if at == 7:
            size, start = body[16], 17
        else:
            size, start = _U16.unpack_from(body, 16)[0], 18
        row, column = _2U16.unpack_from(body)
        made = self._decompiled(body[start : start + size], body[start + size :], row, column)
        self.last = self.put(body, value, made.text)
        if made.shared is not None and self.current is not None:
            self.current.waiting[self.last] = made.shared

    def _decompiled(self, tokens: bytes, extra: bytes, row: int, column: int) -> ptg.Decompiled:
        if self.room.formulas <= 0:
            self.room.full("formulas")
            return ptg.Decompiled("")
        if self.budget is not None:
            self.budget.spend(1 + len(tokens) // 8)
        made = ptg.decompile(self.scene, tokens, extra, row, column)
        if made.trouble:
            self.room.note(f"the formula of cell {a1(row + 1, column + 1)} cannot be read: {made.trouble}")
        return ptg.Decompiled(self.room.formula(made.text), made.trouble, made.shared)

    def _string(self, body: bytes, early: bool) -> None:
        """The text that the formula before gave."""
        sheet = self.current
        if sheet is not None and self.last in sheet.cells:
            text = self._short(body, 0) if early else decode(body[2:], self.codepage)
            sheet.cells[self.last] = (self.room.text(text), sheet.cells[self.last][1])

    def _array(self, body: bytes, early: bool) -> None:
        """ARRAY: it follows the formula of its first cell, which says where it is kept."""
        top, bottom, left, right = struct.unpack_from("<HHBB", body)
        size, start = (body[7], 8) if early else (_U16.unpack_from(body, 8)[0], 10)
        sheet = self.current
        if sheet is None or len(sheet.arrays) >= MAX_ROWS:
            return
        made = self._decompiled(body[start : start + size], body[start + size :], top, left)
        place = top << 16 | left
        sheet.cells[place] = (sheet.cells.get(place, (None, ""))[0], made.text)
        sheet.arrays[a1(top + 1, left + 1)] = f"{a1(top + 1, left + 1)}:{a1(bottom + 1, right + 1)}"

    def _note(self, body: bytes) -> None:
        row, column, size = struct.unpack_from("<HHH", body)
        if self.current is not None and len(self.current.notes) < MAX_ROWS:
            self.current.notes[a1(row + 1, column + 1)] = decode(body[6 : 6 + size], self.codepage)

    # ------------------------------------------------------------ what came of it

    def _reading(self) -> Reading:
        sheets = []
        for made in self.sheets:
            cells = tuple(Cell((place >> 16) + 1, (place & 0xFFFF) + 1, *content) for place, content in sorted(made.cells.items()))
            sheets.append(made.sheet(made.name, made.type, "visible", cells, made.notes))
        workbook = Workbook(tuple(sheets), self._names(), (Style(),), 0, self.date_1904, self._links())
        return Reading(workbook, tuple(self.room.damage), tuple(self.room.limits))


def _on_sheet(text: str, sheet: str) -> str:
    """A reference of a name, which in a file of one sheet says no sheet."""
    plain = text.replace("$", "")
    return ptg.sheet_prefix(sheet) + text if plain.isalnum() and plain.isascii() and plain[:1].isalpha() and plain[-1:].isdigit() else text


Take = Callable[[_Reader, bytes], None]


def _cells(numbers: tuple[int, int], take: Callable[[_Reader, bytes, int], None]) -> dict[int, Take]:
    """A record of cells, by its number in Excel 2 and later: what it holds begins behind three bytes of looks, or two."""
    early, late = numbers
    return {early: lambda reader, body: take(reader, body, 7), late: lambda reader, body: take(reader, body, 6)}


_RECORDS: Final[dict[int, Take]] = {
    SHEETHDR: _Reader._sheet_name,
    DATEMODE: _Reader._datemode,
    0x0002: _Reader._integer,
    0x001C: _Reader._note,
    0x027E: _Reader._rk,
    **_cells((0x0003, 0x0203), _Reader._number),
    **_cells((0x0004, 0x0204), _Reader._label),
    **_cells((0x0005, 0x0205), _Reader._boolerr),
    **_cells((0x0006, 0x0206), _Reader._formula),
    0x0406: lambda reader, body: reader._formula(body, 6),
    0x0007: lambda reader, body: reader._string(body, early=True),
    0x0207: lambda reader, body: reader._string(body, early=False),
    0x0021: lambda reader, body: reader._array(body, early=True),
    0x0221: lambda reader, body: reader._array(body, early=False),
}
