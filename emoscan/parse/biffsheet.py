"""One sheet of a workbook of Excel 5 to 2003: its cells, their formulas and looks, rows and columns, notes ([MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cached_property
from typing import Final

from emoscan.parse import ptg
from emoscan.parse.biffglobals import BOF, BY_BOF, CODENAME, CONTINUE, EOF, Bound, Globals, records, shared_strings, styles, text16
from emoscan.parse.codepage import decode
from emoscan.parse.room import MAX_NOTES, MAX_ROWS, Room
from emoscan.parse.workbook import Cell, Scope, Sheet, SheetParts, Value, Visibility, a1

STATES: Final[tuple[Visibility, ...]] = ("visible", "hidden", "very hidden", "very hidden")

_HEAD: Final = struct.Struct("<HH")
_CELL: Final = struct.Struct("<HHH")
_U16: Final = struct.Struct("<H")
_F64: Final = struct.Struct("<d")


class Whole:
    """What the sheets of one workbook share: what their records refer to, and how much may still be kept."""

    def __init__(self, book: Globals, scope: Scope) -> None:
        self.book = book
        self.room = Room(scope)
        self.room.damage = book.damage
        self.scene = book.scene()
        self.looks = styles(book)
        self.most = scope.characters

    @cached_property
    def strings(self) -> list[str]:
        texts, trouble = shared_strings(self.book.shared, self.most)
        if trouble:
            self.book.note(trouble)
        return texts


class SheetReader(SheetParts):
    """One sheet's records."""

    def __init__(self, whole: Whole, bound: Bound) -> None:
        super().__init__()
        self.whole = whole
        self.book = whole.book
        self.room = whole.room
        self.bound = bound
        self.looks = whole.looks
        self.scene = whole.scene
        self.type = bound.type
        self.cells: dict[int, tuple[Value, str, int]] = {}
        """(value, formula, style) by row << 16 | column, from 0."""
        self.waiting: list[tuple[int, tuple[int, int]]] = []
        """Cells whose formula is that of another: (place, row and column of that)."""
        self.common: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        """Tokens of shared and array formulas by the cell they are kept with."""
        self.areas: list[tuple[int, int, int, int, tuple[int, int]]] = []
        self.array_tops: dict[tuple[int, int], int] = {}
        """Places of the cells that hold array formulas; the others of their ranges hold results only."""
        self.last = 0
        """Place of the last formula."""
        self.text_wanted = False
        self.notes: dict[str, str] = {}
        self.note_places: dict[int, str] = {}
        self.texts: dict[int, str] = {}
        self.object = 0
        self.text_left = 0

    def read(self) -> Sheet:
        depth, last = 0, 0
        handlers = _SHEET
        biff8 = self.scene.biff == 8
        for at, type_, body in records(self.book.stream, self.bound.at):
            if type_ == BOF:
                depth += 1
                if depth == 1:
                    self._bof(body)
            elif type_ == EOF:
                depth -= 1
                if depth <= 0:
                    return self.done()
            elif type_ == CONTINUE:
                if last == TXO and biff8:
                    self._more_text(body)
                continue
            elif depth == 1:
                handler = handlers.get(type_)
                if handler is not None:
                    try:
                        handler(self, body)
                    except (struct.error, IndexError):
                        self.book.note(f"record {type_:#06x} at {at:#x}, of sheet {self.bound.name!r}, is cut off")
            last = type_
        self.book.note(f"sheet {self.bound.name!r} has no end")
        return self.done()

    def _bof(self, body: bytes) -> None:
        if len(body) >= 4:
            said = BY_BOF.get(_U16.unpack_from(body, 2)[0])
            if "macro" in (said, self.type):  # Excel goes by either, in one way or another
                self.type = "macro"

    def done(self) -> Sheet:
        for place, (row, column) in self.waiting:
            self._share(place, row, column)
        for number, reference in self.note_places.items():
            if number in self.texts:
                self.notes[reference] = self.texts[number]
        cells = tuple(Cell((place >> 16) + 1, (place & 0xFFFF) + 1, *content) for place, content in sorted(self.cells.items()))
        return self.sheet(self.bound.name, self.type, STATES[self.bound.state], cells, self.notes)

    # ------------------------------------------------------------ cells

    def put(self, row: int, column: int, xf: int, value: Value, formula: str = "") -> None:
        place = row << 16 | column
        if place not in self.cells and not self.room.cell():
            return
        self.cells[place] = (self.room.text(value) if isinstance(value, str) else value, formula, self.looks.of(xf))

    def _label_sst(self, body: bytes) -> None:
        row, column, xf, index = _LABELSST.unpack_from(body)
        strings = self.whole.strings
        if index < len(strings):
            self.put(row, column, xf, strings[index])
        else:
            self.book.note(f"cell {a1(row + 1, column + 1)} of sheet {self.bound.name!r} has a text that is not there")

    def _label(self, body: bytes) -> None:
        row, column, xf = _CELL.unpack_from(body)
        text = text16(body, 6) if self.scene.biff == 8 else decode(body[8 : 8 + int.from_bytes(body[6:8], "little")], self.scene.codepage)
        self.put(row, column, xf, text)

    def _number(self, body: bytes) -> None:
        row, column, xf, value = _NUMBER.unpack_from(body)
        self.put(row, column, xf, value if value == value else None)  # noqa: PLR0124 - not a number

    def _rk(self, body: bytes) -> None:
        row, column, xf, value = _LABELSST.unpack_from(body)
        self.put(row, column, xf, from_rk(value))

    def _mulrk(self, body: bytes) -> None:
        row, first = _HEAD.unpack_from(body)
        for number in range((len(body) - 6) // 6):
            xf, value = _XF_RK.unpack_from(body, 4 + 6 * number)
            self.put(row, first + number, xf, from_rk(value))

    def _blank(self, body: bytes) -> None:
        row, column, xf = _CELL.unpack_from(body)
        self._look(row, column, xf)

    def _mulblank(self, body: bytes) -> None:
        row, first = _HEAD.unpack_from(body)
        for number in range(min((len(body) - 6) // 2, 16_384)):
            self._look(row, first + number, _U16.unpack_from(body, 4 + 2 * number)[0])

    def _look(self, row: int, column: int, xf: int) -> None:
        if not self.looks.of(xf):
            return
        if self.room.blanks > 0:
            self.room.blanks -= 1
            self.put(row, column, xf, None)

    def _boolerr(self, body: bytes) -> None:
        row, column, xf, value, error = struct.unpack_from("<HHHBB", body)
        self.put(row, column, xf, ptg.ERRORS.get(value, "#N/A") if error else bool(value))

    def _formula(self, body: bytes) -> None:
        """[MS-XLS] 2.4.127; the value is a number unless its last bytes are all ones (2.5.133)."""
        row, column, xf, kind, value, mark = _FORMULA.unpack_from(body)
        result: Value
        self.text_wanted = False
        if mark != 0xFFFF:
            (number,) = _F64.unpack_from(body, 6)
            result = number if number == number else None  # noqa: PLR0124 - not a number
        elif kind == 1:
            result = bool(value)
        elif kind == 2:
            result = ptg.ERRORS.get(value, "#N/A")
        else:
            result = "" if kind == 3 else None
            self.text_wanted = kind == 0
        (size,) = _U16.unpack_from(body, 20)
        tokens, extra = body[22 : 22 + size], body[22 + size :]
        if len(tokens) < size:
            self.book.note(f"the formula of cell {a1(row + 1, column + 1)} of sheet {self.bound.name!r} is cut off")
        self.last = row << 16 | column
        if size == 5 and tokens[:1] in (b"\1", b"\2"):
            self.waiting.append((self.last, _HEAD.unpack_from(tokens, 1)))
            self.put(row, column, xf, result)
        else:
            self.put(row, column, xf, result, self.decompile(tokens, extra, row, column))

    def decompile(self, tokens: bytes, extra: bytes, row: int, column: int) -> str:
        if self.room.formulas <= 0:
            self.room.full("formulas")
            return ""
        if self.book.budget is not None:
            self.book.budget.spend(1 + len(tokens) // 8)
        made = ptg.decompile(self.scene, tokens, extra, row, column)
        if made.trouble:
            self.book.note(f"the formula of cell {a1(row + 1, column + 1)} of sheet {self.bound.name!r} cannot be read: {made.trouble}")
        return self.room.formula(made.text)

    def _string(self, body: bytes) -> None:
        """The text that the formula before gave."""
        if self.text_wanted and self.last in self.cells:
            self.text_wanted = False
            _, formula, style = self.cells[self.last]
            text = text16(body, 0) if self.scene.biff == 8 else decode(body[2:], self.scene.codepage)
            self.cells[self.last] = (self.room.text(text), formula, style)

    def _share(self, place: int, row: int, column: int) -> None:
        """Give a cell the formula it shares with others."""
        if place not in self.cells:
            return
        if self.array_tops.get((row, column), place) != place:
            return
        here = (place >> 16, place & 0xFFFF)
        found = self.common.get((row, column))
        if found is None:
            found = next(
                (self.common[key] for top, bottom, left, right, key in self.areas if top <= here[0] <= bottom and left <= here[1] <= right),
                None,
            )
        value, _, style = self.cells[place]
        if found is None:
            self.book.note(f"the formula that cell {a1(here[0] + 1, here[1] + 1)} of sheet {self.bound.name!r} shares is not there")
            return
        self.cells[place] = (value, self.decompile(*found, *here), style)

    def _shared(self, body: bytes) -> None:
        """ShrFmla, [MS-XLS] 2.4.277: it follows the first cell that uses it."""
        top, bottom, left, right, _, size = struct.unpack_from("<HHBBHH", body)
        self._keep((top, bottom, left, right), body[10 : 10 + size], body[10 + size :])

    def _array(self, body: bytes) -> None:
        """Array, [MS-XLS] 2.4.4."""
        top, bottom, left, right, _, _, size = struct.unpack_from("<HHBBHIH", body)
        self._keep((top, bottom, left, right), body[14 : 14 + size], body[14 + size :])
        if len(self.arrays) < MAX_ROWS:
            self.array_tops[top, left] = top << 16 | left
            self.arrays[a1(top + 1, left + 1)] = f"{a1(top + 1, left + 1)}:{a1(bottom + 1, right + 1)}"

    def _table(self, body: bytes) -> None:
        """Table, [MS-XLS] 2.4.313: what a data table shows; it has no formula of its own."""
        top, bottom, left, right = struct.unpack_from("<HHBB", body)
        self._keep((top, bottom, left, right), b"\x22\x00\x29\x80", b"")

    def _keep(self, area: tuple[int, int, int, int], tokens: bytes, extra: bytes) -> None:
        top, bottom, left, right = area
        key = (self.last >> 16, self.last & 0xFFFF)
        if len(self.areas) < MAX_ROWS:
            self.common[key] = self.common[top, left] = (tokens, extra)
            if top != bottom or left != right:
                self.areas.append((*area, key))

    # ------------------------------------------------------------ rows, columns, notes

    def _row(self, body: bytes) -> None:
        """[MS-XLS] 2.4.221."""
        row, _, _, height, _, _, options = struct.unpack_from("<HHHHHHI", body)
        if len(self.heights) >= MAX_ROWS or len(self.hidden_rows) >= MAX_ROWS:
            return
        if not height & 0x8000 and height:
            self.heights[row + 1] = height / 20
        if options & 0x20:
            self.hidden_rows.append(row + 1)
        if options & 0x80 and len(self.row_styles) < MAX_ROWS:
            style = self.looks.of(options >> 16 & 0xFFF)
            if style:
                self.row_styles[row + 1] = style

    def _default_height(self, body: bytes) -> None:
        self.default_height = _U16.unpack_from(body, 2)[0] / 20

    def _default_width(self, body: bytes) -> None:
        self.default_width = float(_U16.unpack_from(body)[0])

    def _columns(self, body: bytes) -> None:
        """[MS-XLS] 2.4.53."""
        first, last, width, xf, options = struct.unpack_from("<5H", body)
        style = self.looks.of(xf)
        for column in range(first + 1, min(last, 255) + 2):
            self.widths[column] = width / 256
            if style:
                self.column_styles[column] = style
            if options & 1 and len(self.hidden_columns) < 1_000:
                self.hidden_columns.append(column)

    def _code_name(self, body: bytes) -> None:
        self.code_name = text16(body, 0)

    def _note(self, body: bytes) -> None:
        """[MS-XLS] 2.4.179; of BIFF5 the text is in the record."""
        row, column = _HEAD.unpack_from(body)
        if len(self.note_places) + len(self.notes) >= MAX_NOTES:
            return
        if self.scene.biff == 8:
            self.note_places[_U16.unpack_from(body, 6)[0]] = a1(row + 1, column + 1)
        elif row != 0xFFFF:
            self.notes[a1(row + 1, column + 1)] = decode(body[6:], self.scene.codepage)

    def _obj(self, body: bytes) -> None:
        self.object = _U16.unpack_from(body, 6)[0]

    def _txo(self, body: bytes) -> None:
        self.text_left = _U16.unpack_from(body, 10)[0]

    def _more_text(self, body: bytes) -> None:
        if self.text_left > 0 and body and len(self.texts) < MAX_NOTES:
            wide = body[0] & 1
            text = body[1:].decode("utf-16-le", "replace") if wide else body[1:].decode("latin-1")
            text = text[: self.text_left]
            self.text_left -= len(text)
            self.texts[self.object] = self.texts.get(self.object, "") + text


TXO: Final = 0x01B6
_LABELSST: Final = struct.Struct("<HHHI")
_NUMBER: Final = struct.Struct("<HHHd")
_XF_RK: Final = struct.Struct("<HI")
_FORMULA: Final = struct.Struct("<HHHBxB3xH")

_SHEET: Final[dict[int, Callable[[SheetReader, bytes], None]]] = {
    0x00FD: SheetReader._label_sst,
    0x0204: SheetReader._label,
    0x00D6: SheetReader._label,
    0x0203: SheetReader._number,
    0x027E: SheetReader._rk,
    0x00BD: SheetReader._mulrk,
    0x0201: SheetReader._blank,
    0x00BE: SheetReader._mulblank,
    0x0205: SheetReader._boolerr,
    0x0006: SheetReader._formula,
    0x0206: SheetReader._formula,
    0x0406: SheetReader._formula,
    0x0207: SheetReader._string,
    0x04BC: SheetReader._shared,
    0x0221: SheetReader._array,
    0x0236: SheetReader._table,
    0x0208: SheetReader._row,
    0x0225: SheetReader._default_height,
    0x0055: SheetReader._default_width,
    0x007D: SheetReader._columns,
    CODENAME: SheetReader._code_name,
    0x001C: SheetReader._note,
    0x005D: SheetReader._obj,
    TXO: SheetReader._txo,
}


def from_rk(value: int) -> float:
    """[MS-XLS] 2.5.217: the upper 30 bits of a double, or an integer; perhaps a hundredth of it."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = float(_F64.unpack(b"\0\0\0\0" + (value & 0xFFFFFFFC).to_bytes(4, "little"))[0])
        number = 0.0 if number != number else number  # noqa: PLR0124 - not a number
    return number / 100 if value & 1 else number
