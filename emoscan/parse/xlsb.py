"""Binary Office Open XML workbooks (.xlsb): sheets, cells, formulas, names, looks, links to outside ([MS-XLSB], BIFF12)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed, ptg
from emoscan.parse.looks import BUILT_IN_FORMATS, DEFAULT_PALETTE, Looks, from_palette, nearest
from emoscan.parse.package import Package, resolve
from emoscan.parse.room import MAX_NOTES, MAX_ROWS, Room
from emoscan.parse.workbook import (
    MAX_COLUMN,
    MAX_NAMES,
    MAX_ROW,
    MAX_SHEETS,
    Cell,
    Link,
    Name,
    Reading,
    Scope,
    Sheet,
    SheetParts,
    SheetType,
    Style,
    Value,
    Visibility,
    Workbook,
    a1,
    dde_formula,
)
from emoscan.parse.xlsx import sheet_type, unlisted

MAX_RECORDS: Final = 4_000_000
MAX_STYLES: Final = 70_000

_STATES: Final[tuple[Visibility, ...]] = ("visible", "hidden", "very hidden", "very hidden")

_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_F64: Final = struct.Struct("<d")
_CELL: Final = struct.Struct("<II")
_AREA: Final = struct.Struct("<IIII")


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of a part's records ([MS-XLSB] 2.1.4); the last one perhaps cut short."""
    at, end = 0, len(data)
    for _ in range(MAX_RECORDS):
        if at >= end:
            return
        type_ = data[at]
        at += 1
        if type_ & 0x80:
            type_ = type_ & 0x7F | (data[at] & 0x7F) << 7 if at < end else type_ & 0x7F
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield type_, data[at : at + size]
        at += size


def text_at(body: bytes, at: int) -> tuple[str, int]:
    """An XLWideString or XLNullableWideString (2.5.168, 2.5.166), and where it ends."""
    (count,) = _U32.unpack_from(body, at)
    at += 4
    if count == 0xFFFFFFFF:
        return "", at
    end = at + 2 * count
    if end > len(body):
        raise Malformed("a text is cut off")
    return body[at:end].decode("utf-16-le", "surrogatepass"), end


class _Book(Struct):
    """A book that formulas refer to."""

    type: str = "self"
    target: str = ""
    sheets: list[str] = []
    names: list[str] = []


class _Listed(Struct):
    name: str
    state: int
    relationship: str
    part: str = ""
    type: SheetType = "worksheet"


class Book:
    """The workbook part and what it leads to."""

    def __init__(self, package: Package, main: str, room: Room) -> None:
        self.package = package
        self.main = main
        self.room = room
        self.sheets: list[_Listed] = []
        self.books: list[_Book] = []
        self.pairs: list[tuple[int, int, int]] = []
        self.raw_names: list[tuple[int, int, str, bytes, bytes]] = []
        self.active = 0
        self.date_1904 = False
        self.relationships = {r.id: r for r in package.relationships(main)}
        for type_, body in records(package.read(main)):
            handler = _MAIN.get(type_)
            if handler is not None:
                try:
                    handler(self, body)
                except (struct.error, IndexError, Malformed):
                    room.note(f"record {type_} of the workbook is cut off")
        for sheet in self.sheets:
            found = self.relationships.get(sheet.relationship)
            if found is not None and not found.external:
                sheet.part = resolve(main, found.target)
                sheet.type = sheet_type(found.type, package.content_type(sheet.part))
        for part, name in unlisted(package, main, [sheet.part for sheet in self.sheets]):
            self.sheets.append(_Listed(name, 0, "", part, "macro"))
            room.note(f"the workbook does not list its macro sheet {part!r}")
        self.scene = ptg.Scene(12)
        self.scene.names = [name for _, _, name, _, _ in self.raw_names]
        self.scene.prefix = self.prefix
        self.scene.external = self.external

    def _sheet(self, body: bytes) -> None:
        """BrtBundleSh, 2.4.311."""
        (state,) = _U32.unpack_from(body)
        relationship, at = text_at(body, 8)
        name, _ = text_at(body, at)
        if len(self.sheets) < MAX_SHEETS:
            self.sheets.append(_Listed(name, state & 3, relationship))

    def _properties(self, body: bytes) -> None:
        self.date_1904 = bool(body[0] & 1)

    def _view(self, body: bytes) -> None:
        (self.active,) = _U32.unpack_from(body, 24)

    def _name(self, body: bytes) -> None:
        """BrtName, 2.4.709."""
        flags, _, sheet = struct.unpack_from("<IBI", body)
        name, at = text_at(body, 9)
        tokens, extra, _ = formula_at(body, at)
        if len(self.raw_names) < MAX_NAMES:
            self.raw_names.append((flags, sheet, name, tokens, extra))

    def _self(self, _body: bytes) -> None:
        self.books.append(_Book())

    def _add_in(self, _body: bytes) -> None:
        self.books.append(_Book("library"))

    def _source(self, body: bytes) -> None:
        """BrtSupBookSrc: a part that describes what is linked (2.4.820, 2.4.16)."""
        book = _Book("workbook")
        self.books.append(book)
        found = self.relationships.get(text_at(body, 0)[0])
        if found is None:
            return
        part = resolve(self.main, found.target)
        if not self.package.find(part):
            return
        for type_, inner in records(self.package.read(part)):
            if type_ == 360:  # BrtBeginSupBook
                (kind,) = _U16.unpack_from(inner)
                first, at = text_at(inner, 2)
                second, _ = text_at(inner, at)
                book.type = ("workbook", "dde", "ole")[min(kind, 2)]
                away = next((r.target for r in self.package.relationships(part)), "")
                book.target = f"{first}|{second}" if kind == 1 else f"{second}|{away}" if kind == 2 else away
            elif type_ == 577 and len(book.names) < MAX_NAMES:  # BrtSupNameStart
                book.names.append(text_at(inner, 0)[0])
            elif type_ == 359:  # BrtSupTabs
                (count,) = _U32.unpack_from(inner)
                at = 4
                for _ in range(min(count, MAX_SHEETS)):
                    name, at = text_at(inner, at)
                    book.sheets.append(name)

    def _pairs(self, body: bytes) -> None:
        """BrtExternSheet, 2.4.665."""
        (count,) = _U32.unpack_from(body)
        for number in range(min(count, (len(body) - 4) // 12)):
            self.pairs.append(struct.unpack_from("<Iii", body, 4 + 12 * number))

    # ------------------------------------------------------------ what formulas refer to

    def prefix(self, pair: int) -> str:
        if pair >= len(self.pairs):
            return "#REF!"
        number, first, last = self.pairs[pair]
        book = self.books[number] if number < len(self.books) else _Book()
        if first == -2:
            return ""
        sheets = [sheet.name for sheet in self.sheets] if book.type == "self" else book.sheets
        if not (0 <= first < len(sheets) and 0 <= last < len(sheets)):
            return "#REF!"
        return ptg.sheet_prefix(sheets[first], sheets[last], book.target)

    def external(self, pair: int, index: int) -> str:
        number = self.pairs[pair][0] if pair < len(self.pairs) else pair
        book = self.books[number] if number < len(self.books) else _Book()
        names = self.scene.names if book.type == "self" else book.names
        name = names[index - 1] if 0 < index <= len(names) else "#NAME?"
        if book.type in ("dde", "ole"):
            return dde_formula(book.target, name)
        return f"'{book.target}'!{name}" if book.target else name

    def names(self) -> Iterator[Name]:
        for flags, sheet, name, tokens, extra in self.raw_names:
            made = ptg.decompile(self.scene, tokens, extra)
            if made.trouble:
                self.room.note(f"what the name {name!r} stands for cannot be read: {made.trouble}")
            builtin = name.lower().startswith("_xlnm.") or bool(flags & 0x20)
            place = self.sheets[sheet].name if sheet < len(self.sheets) else ""
            yield Name(name[6:] if name.lower().startswith("_xlnm.") else name, made.text, place, bool(flags & 1), builtin, bool(flags & 8))

    def links(self) -> Iterator[Link]:
        for book in self.books:
            if book.type in ("workbook", "dde", "ole") and book.target:
                yield Link(book.type, book.target, tuple(book.names[:100]))  # type: ignore[arg-type]


_MAIN: Final[dict[int, Callable[[Book, bytes], None]]] = {
    156: Book._sheet,
    153: Book._properties,
    158: Book._view,
    39: Book._name,
    357: Book._self,
    358: Book._self,
    667: Book._add_in,
    355: Book._source,
    362: Book._pairs,
}


def formula_at(body: bytes, at: int) -> tuple[bytes, bytes, int]:
    """(tokens, what follows them, where it ends) of a parsed formula (2.5.97)."""
    if at + 4 > len(body):
        return b"", b"", len(body)
    (size,) = _U32.unpack_from(body, at)
    tokens = body[at + 4 : at + 4 + size]
    at += 4 + size
    if at + 4 > len(body):
        return tokens, b"", len(body)
    (more,) = _U32.unpack_from(body, at)
    return tokens, body[at + 4 : at + 4 + more], at + 4 + more


# ---------------------------------------------------------------- looks


class _Styles:
    """styles.bin, read when a cell first asks for its look."""

    def __init__(self, package: Package, main: str) -> None:
        self.package = package
        self.part = next(iter(package.targets(main, "styles")), "xl/styles.bin")
        self.fonts: list[bytes] = []
        self.fills: list[bytes] = []
        self.borders: list[bytes] = []
        self.formats: dict[int, str] = {}
        self.looks = Looks(self._style, plain=0)

    @cached_property
    def _xfs(self) -> list[bytes]:
        found: list[bytes] = []
        if not self.package.find(self.part):
            return found
        inside = False
        for type_, body in records(self.package.read(self.part)):
            if type_ in (617, 618):
                inside = type_ == 617
            elif type_ == 47 and inside and len(found) < MAX_STYLES:
                found.append(body)
            elif type_ == 43:
                self.fonts.append(body)
            elif type_ == 45:
                self.fills.append(body)
            elif type_ == 46:
                self.borders.append(body)
            elif type_ == 44 and len(body) > 6:
                self.formats[_U16.unpack_from(body)[0]] = body[6:].decode("utf-16-le", "replace")
        return found

    def _style(self, number: int) -> Style:
        xfs = self._xfs
        if number >= len(xfs):
            return Style()
        try:
            return self._made(xfs[number])
        except (struct.error, IndexError, Malformed):
            return Style()

    def _made(self, body: bytes) -> Style:
        """BrtXF, 2.4.873; BrtFont 2.4.149, BrtFill 2.4.146, BrtBorder 2.4.56."""
        _, format_, font_number, fill_number, border_number, rotation, indent, align, more = struct.unpack_from("<5H4B", body)
        font = self.fonts[font_number] if font_number < len(self.fonts) else None
        fill = self.fills[fill_number] if fill_number < len(self.fills) else None
        border = self.borders[border_number] if border_number < len(self.borders) else None
        height, flags, weight, script, underline = struct.unpack_from("<4HB", font) if font else (220, 0, 400, 0, 0)
        color, rgb = _color(font, 12) if font else (0, 0)
        pattern = _U32.unpack_from(fill)[0] if fill else 0
        fore, fore_rgb = _color(fill, 4) if fill else (0, 0)
        back, _ = _color(fill, 12) if fill else (0, 0)
        places = (21, 31, 1, 11)  # left, right, top, bottom
        return Style(
            number_format=self.formats.get(format_) or BUILT_IN_FORMATS.get(format_, "General"),
            font=text_at(font, 21)[0] if font else "Calibri",
            size=height / 20,
            bold=weight >= 600,
            italic=bool(flags & 2),
            underline=bool(underline),
            strike=bool(flags & 8),
            outline=bool(flags & 16),
            shadow=bool(flags & 32),
            script=script if script < 3 else 0,
            color=color,
            color_rgb=rgb,
            fill_pattern=pattern if pattern < 64 else 0,
            fill_color=fore,
            fill_background=back,
            fill_rgb=fore_rgb if pattern else None,
            horizontal=(align & 7) + 1,
            vertical=(align >> 3 & 7) + 1,
            wrap=bool(align & 0x40),
            locked=bool(more & 0x10),
            hidden=bool(more & 0x20),
            indent=indent & 15,
            rotation=rotation,
            borders=tuple(border[at] if border else 0 for at in places),  # type: ignore[arg-type]
            border_colors=tuple(_color(border, at + 2)[0] if border else 0 for at in places),  # type: ignore[arg-type]
        )


def _color(body: bytes, at: int) -> tuple[int, int]:
    """(palette index, 0xRRGGBB) of a BrtColor (2.4.330)."""
    kind, index = body[at] >> 1, body[at + 1]
    rgb = from_palette(int.from_bytes(body[at + 4 : at + 7], "little"))
    if kind == 1:
        number = index - 7 if 8 <= index < 64 else index + 1 if index < 8 else 0
        return number, DEFAULT_PALETTE[number - 1] if 0 < number <= len(DEFAULT_PALETTE) else 0
    if kind == 2 or (kind == 3 and body[at] & 1 and index != 1):
        return nearest(rgb), rgb
    return 0, 0


# ---------------------------------------------------------------- sheets


class SheetReader(SheetParts):
    """One sheet part."""

    def __init__(self, book: Book, listed: _Listed, styles: _Styles, strings: Callable[[], list[str]]) -> None:
        super().__init__()
        self.book = book
        self.room = book.room
        self.listed = listed
        self.styles = styles
        self.strings = strings
        self.row = 0
        self.column = -1
        self.cells: dict[tuple[int, int], tuple[Value, str, int]] = {}
        """(value, formula, style) by row and column, from 0."""
        self.waiting: list[tuple[tuple[int, int], tuple[int, int]]] = []
        self.common: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        self.last = (0, 0)

    def read(self) -> Sheet:
        data = self.book.package.read(self.listed.part)
        handlers = _SHEET
        for type_, body in records(data):
            handler = handlers.get(type_)
            if handler is not None:
                try:
                    handler(self, body)
                except (struct.error, IndexError, Malformed):
                    self.room.note(f"record {type_} of sheet {self.listed.name!r} is cut off")
        for place, source in self.waiting:
            self._share(place, source)
        cells = tuple(Cell(row + 1, column + 1, *self.cells[row, column]) for row, column in sorted(self.cells))
        return self.sheet(self.listed.name, self.listed.type, _STATES[self.listed.state], cells, self._notes())

    # ------------------------------------------------------------ cells

    def _put(self, body: bytes, value: Value, formula: str = "") -> None:
        column, style = _CELL.unpack_from(body)
        self._at(column, style & 0xFFFFFF, value, formula)

    def _at(self, column: int, style: int, value: Value, formula: str = "") -> None:
        self.column = column
        if self.row >= MAX_ROW or column >= MAX_COLUMN:
            raise Malformed("a cell outside the sheet")
        place = (self.row, column)
        if place not in self.cells and not self.room.cell():
            return
        self.cells[place] = (self.room.text(value) if isinstance(value, str) else value, formula, self.styles.looks.of(style))

    def _blank(self, body: bytes) -> None:
        column, style = _CELL.unpack_from(body)
        self.column = column
        if self.styles.looks.of(style & 0xFFFFFF) and self.room.blanks > 0:
            self.room.blanks -= 1
            self._at(column, style & 0xFFFFFF, None)

    def _rk(self, body: bytes) -> None:
        self._put(body, rk(_U32.unpack_from(body, 8)[0]))

    def _error(self, body: bytes) -> None:
        self._put(body, ptg.ERRORS.get(body[8], "#N/A"))

    def _bool(self, body: bytes) -> None:
        self._put(body, bool(body[8]))

    def _real(self, body: bytes) -> None:
        self._put(body, finite(_F64.unpack_from(body, 8)[0]))

    def _text(self, body: bytes) -> None:
        self._put(body, text_at(body, 8)[0])

    def _rich(self, body: bytes) -> None:
        self._put(body, text_at(body, 9)[0])

    def _shared_text(self, body: bytes) -> None:
        (number,) = _U32.unpack_from(body, 8)
        strings = self.strings()
        if number < len(strings):
            self._put(body, strings[number])
        else:
            self.room.note(f"a cell of sheet {self.listed.name!r} has a text that is not there")

    def _formula_text(self, body: bytes) -> None:
        text, at = text_at(body, 8)
        self._formula(body, text, at)

    def _formula_number(self, body: bytes) -> None:
        self._formula(body, finite(_F64.unpack_from(body, 8)[0]), 16)

    def _formula_bool(self, body: bytes) -> None:
        self._formula(body, bool(body[8]), 9)

    def _formula_error(self, body: bytes) -> None:
        self._formula(body, ptg.ERRORS.get(body[8], "#N/A"), 9)

    def _formula(self, body: bytes, value: Value, at: int) -> None:
        """What follows the value: flags and the parsed formula (2.5.97.3)."""
        (column,) = _U32.unpack_from(body)
        tokens, extra, _ = formula_at(body, at + 2)
        self.last = (self.row, column)
        if tokens[:1] in (b"\x01", b"\x02") and len(tokens) >= 5:
            (row,) = _U32.unpack_from(tokens, 1)
            source = _U32.unpack_from(extra)[0] if len(extra) >= 4 else column
            self.waiting.append((self.last, (row, source)))
            self._put(body, value)
        else:
            self._put(body, value, self._decompiled(tokens, extra, self.row, column))

    def _decompiled(self, tokens: bytes, extra: bytes, row: int, column: int) -> str:
        if self.room.formulas <= 0:
            self.room.full("formulas")
            return ""
        self.book.package.budget.spend(1 + len(tokens) // 8)
        made = ptg.decompile(self.book.scene, tokens, extra, row, column)
        if made.trouble:
            self.room.note(f"the formula of cell {a1(row + 1, column + 1)} of sheet {self.listed.name!r} cannot be read: {made.trouble}")
        return self.room.formula(made.text)

    def _share(self, place: tuple[int, int], source: tuple[int, int]) -> None:
        found = self.common.get(source)
        if place not in self.cells or (a1(source[0] + 1, source[1] + 1) in self.arrays and place != source):
            return
        if found is None:
            self.room.note(f"the formula that cell {a1(place[0] + 1, place[1] + 1)} of sheet {self.listed.name!r} shares is not there")
            return
        value, _, style = self.cells[place]
        self.cells[place] = (value, self._decompiled(*found, *place), style)

    def _shared(self, body: bytes) -> None:
        top, _, left, _ = _AREA.unpack_from(body)
        self._keep(top, left, body, 16)

    def _array(self, body: bytes) -> None:
        top, bottom, left, right = _AREA.unpack_from(body)
        self._keep(top, left, body, 17)
        if len(self.arrays) < MAX_ROWS:
            self.arrays[a1(top + 1, left + 1)] = f"{a1(top + 1, left + 1)}:{a1(bottom + 1, right + 1)}"

    def _keep(self, top: int, left: int, body: bytes, at: int) -> None:
        tokens, extra, _ = formula_at(body, at)
        self.common[self.last] = self.common[top, left] = (tokens, extra)

    # ------------------------------------------------------------ rows, columns, the sheet

    def _row(self, body: bytes) -> None:
        """BrtRowHdr, 2.4.744."""
        row, style, height, flags = struct.unpack_from("<IIHH", body)
        if row >= MAX_ROW:
            raise Malformed("a row outside the sheet")
        self.row, self.column = row, -1
        if len(self.heights) < MAX_ROWS:
            if flags & 0x2000 or height / 20 != self.default_height:
                self.heights[row + 1] = height / 20
            if flags & 0x1000:
                self.hidden_rows.append(row + 1)
            if flags & 0x4000:
                look = self.styles.looks.of(style & 0xFFFFFF)
                if look:
                    self.row_styles[row + 1] = look

    def _columns(self, body: bytes) -> None:
        """BrtColInfo, 2.4.331."""
        first, last, width, style, flags = struct.unpack_from("<IIIIH", body)
        look = self.styles.looks.of(style)
        for column in range(first + 1, min(last + 1, MAX_COLUMN, 1_024) + 1):
            self.widths[column] = width / 256
            if look:
                self.column_styles[column] = look
            if flags & 1:
                self.hidden_columns.append(column)

    def _format(self, body: bytes) -> None:
        _, width, height = struct.unpack_from("<IHH", body)
        self.default_width, self.default_height = float(width), height / 20

    def _properties(self, body: bytes) -> None:
        self.code_name = text_at(body, 19)[0]

    def _notes(self) -> dict[str, str]:
        """Comments: BrtBeginComment 2.4.28, BrtCommentText 2.4.332."""
        package, found = self.book.package, dict[str, str]()
        for part in package.targets(self.listed.part, "comments"):
            place = ""
            for type_, body in records(package.read(part) if package.find(part) else b""):
                try:
                    if type_ == 635:
                        _, row, _, column = struct.unpack_from("<IIII", body)
                        place = a1(row + 1, column + 1) if row < MAX_ROW and column < MAX_COLUMN else ""
                    elif type_ == 637 and len(found) < MAX_NOTES:
                        text = self.room.text(text_at(body, 1)[0])
                        if text and place:
                            found[place] = text
                except (struct.error, Malformed):
                    self.room.note(f"a comment of sheet {self.listed.name!r} is cut off")
        return found


def _short(handler: Callable[[SheetReader, bytes], None]) -> Callable[[SheetReader, bytes], None]:
    """BrtShort…: a cell to the right of the one before, which does not say its column."""

    def short(reader: SheetReader, body: bytes) -> None:
        handler(reader, _U32.pack(reader.column + 1) + body)

    return short


_SHEET: Final[dict[int, Callable[[SheetReader, Any], None]]] = {
    0: SheetReader._row,
    1: SheetReader._blank,
    2: SheetReader._rk,
    3: SheetReader._error,
    4: SheetReader._bool,
    5: SheetReader._real,
    6: SheetReader._text,
    7: SheetReader._shared_text,
    8: SheetReader._formula_text,
    9: SheetReader._formula_number,
    10: SheetReader._formula_bool,
    11: SheetReader._formula_error,
    12: _short(SheetReader._blank),
    13: _short(SheetReader._rk),
    14: _short(SheetReader._error),
    15: _short(SheetReader._bool),
    16: _short(SheetReader._real),
    17: _short(SheetReader._text),
    18: _short(SheetReader._shared_text),
    62: SheetReader._rich,
    60: SheetReader._columns,
    147: SheetReader._properties,
    485: SheetReader._format,
    426: SheetReader._array,
    427: SheetReader._shared,
}


def rk(value: int) -> float:
    """RkNumber, 2.5.122: the upper 30 bits of a double, or an integer; perhaps a hundredth of it."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = finite(_F64.unpack(b"\0\0\0\0" + (value & 0xFFFFFFFC).to_bytes(4, "little"))[0]) or 0.0
    return number / 100 if value & 1 else number


def finite(value: float) -> float | None:
    return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - not a number


def read(package: Package, scope: Scope | None = None) -> Reading:
    """A workbook out of its package. Raises Malformed when there is none in it."""
    scope = scope or Scope()
    main = package.main()
    if not main.lower().endswith(".bin"):
        raise Malformed("the package holds no binary workbook")
    room = Room(scope)
    book = Book(package, main, room)
    styles = _Styles(package, main)
    texts: list[str] | None = None

    def strings() -> list[str]:
        nonlocal texts
        if texts is None:
            texts = []
            part, left = next(iter(package.targets(main, "sharedStrings")), "xl/sharedStrings.bin"), scope.characters
            for type_, body in records(package.read(part) if package.find(part) else b""):
                if type_ == 19 and left > 0:  # BrtSSTItem, 2.4.819
                    try:
                        texts.append(text_at(body, 1)[0])
                    except (struct.error, Malformed):
                        room.note("the table of texts is cut off")
                        texts.append("")
                    left -= len(texts[-1])
        return texts

    sheets: dict[int, Sheet] = {}
    for number in sorted(range(len(book.sheets)), key=lambda n: book.sheets[n].type != "macro"):
        listed = book.sheets[number]
        if not listed.part or not package.find(listed.part):
            room.note(f"the part of sheet {listed.name!r} is not there")
            sheets[number] = Sheet(listed.name, listed.type, _STATES[listed.state])
        else:
            sheets[number] = SheetReader(book, listed, styles, strings).read()
    workbook = Workbook(
        tuple(sheets[number] for number in sorted(sheets)),
        tuple(book.names()),
        tuple(styles.looks.styles),
        book.active,
        book.date_1904,
        tuple(book.links()),
    )
    return Reading(workbook, tuple(dict.fromkeys((*package.damage, *room.damage))), tuple(room.limits))
