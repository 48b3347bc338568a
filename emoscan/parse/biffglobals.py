"""The first part of a workbook of Excel 5 to 2003 (BIFF5, BIFF8): everything but the cells.

[MS-XLS]; for BIFF5 the Excel 95 Developer's Kit.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import ptg
from emoscan.parse.codepage import decode
from emoscan.parse.looks import BUILT_IN_FORMATS, DEFAULT_PALETTE, Looks, from_palette
from emoscan.parse.workbook import (
    MAX_NAMES,
    MAX_SHEETS,
    Link,
    Name,
    SheetType,
    Style,
    dde_formula,
)

MAX_RECORDS: Final = 4_000_000
MAX_LINKS: Final = 1_000
MAX_DAMAGE: Final = 50

BOF, EOF, CONTINUE, FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
CODEPAGE, DATEMODE, WINDOW1, FONT, FORMAT, XF, PALETTE = 0x0042, 0x0022, 0x003D, 0x0031, 0x041E, 0x00E0, 0x0092
BOUNDSHEET, SUPBOOK, EXTERNSHEET, EXTERNNAME, NAME, SST, CODENAME = 0x0085, 0x01AE, 0x0017, 0x0023, 0x0018, 0x00FC, 0x01BA
FONT4, FORMAT4, NAME3 = 0x0231, 0x001E, 0x0218

BUILT_IN: Final = (
    "Consolidate_Area",
    "Auto_Open",
    "Auto_Close",
    "Extract",
    "Database",
    "Criteria",
    "Print_Area",
    "Print_Titles",
    "Recorder",
    "Data_Form",
    "Auto_Activate",
    "Auto_Deactivate",
    "Sheet_Title",
    "_FilterDatabase",
)
"""Names by the number that stands for them ([MS-XLS] 2.5.114)."""

_BY_BOUNDSHEET: Final[dict[int, SheetType]] = {0: "worksheet", 1: "macro", 2: "chart", 6: "vba"}
BY_BOF: Final[dict[int, SheetType]] = {0x10: "worksheet", 0x40: "macro", 0x20: "chart", 0x06: "vba"}

_HEAD: Final = struct.Struct("<HH")
_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")


class Book(Struct):
    """A book that formulas refer to: this one, another, an add-in, a DDE or OLE source."""

    type: str = "self"
    target: str = ""
    sheets: list[str] = []
    names: list[str] = []


class Bound(Struct):
    """What the workbook says of a sheet."""

    name: str
    at: int
    state: int
    type: SheetType


class Globals:
    """The first part of a workbook stream: everything but the cells."""

    def __init__(self, stream: bytes, budget: Budget | None) -> None:
        self.stream = stream
        self.budget = budget
        self.biff = 8
        self.codepage = 1252
        self.date_1904 = False
        self.active = 0
        self.locked = False
        self.bounds: list[Bound] = []
        self.books: list[Book] = []
        self.pairs: list[tuple[int, int, int]] = []
        """EXTERNSHEET: book, first sheet, last sheet."""
        self.fonts: list[bytes] = []
        self.formats: dict[int, str] = {}
        self.xfs: list[bytes] = []
        self.palette: list[int] = []
        self.raw_names: list[bytes] = []
        self.shared: list[bytes] = []
        """Bodies of SST and what continues it."""
        self.end = 0
        """Where it ends."""
        self.damage: list[str] = []
        self._read()

    def note(self, what: str) -> None:
        if len(self.damage) < MAX_DAMAGE and what not in self.damage:
            self.damage.append(what)

    def _read(self) -> None:
        last = 0
        for at, type_, body in records(self.stream, 0):
            self.end = at + 4 + len(body)
            if type_ == CONTINUE:
                if last == SST:
                    self.shared.append(body)
                continue
            last = type_
            if type_ == EOF:
                return
            if type_ == FILEPASS:
                self.locked = True
                return
            handler = _GLOBALS.get(type_)
            if handler is not None:
                try:
                    handler(self, body)
                except (struct.error, IndexError):
                    self.note(f"record {type_:#06x} at {at:#x} is cut off")
        self.note("the workbook's first part has no end")

    # ------------------------------------------------------------ records

    def _bof(self, body: bytes) -> None:
        (version,) = _U16.unpack_from(body)
        if version == 0x0500:
            self.biff = 5

    def _codepage(self, body: bytes) -> None:
        (number,) = _U16.unpack_from(body)
        self.codepage = {0x8000: 10000, 0x8001: 1252}.get(number, number)

    def _datemode(self, body: bytes) -> None:
        self.date_1904 = _U16.unpack_from(body)[0] == 1

    def _window(self, body: bytes) -> None:
        (self.active,) = _U16.unpack_from(body, 10)

    def _font(self, body: bytes) -> None:
        if len(self.fonts) < 4_096:
            self.fonts.append(body)

    def _format(self, body: bytes) -> None:
        (number,) = _U16.unpack_from(body)
        if len(self.formats) < 4_096:
            self.formats[number] = text16(body, 2) if self.biff == 8 else decode(body[3 : 3 + body[2]], self.codepage)

    def _xf(self, body: bytes) -> None:
        if len(self.xfs) < 70_000:
            self.xfs.append(body)

    def _palette(self, body: bytes) -> None:
        (count,) = _U16.unpack_from(body)
        values = struct.unpack_from(f"<{min(count, 56, (len(body) - 2) // 4)}I", body, 2)
        self.palette = [from_palette(value) for value in values]

    def _boundsheet(self, body: bytes) -> None:
        at, state, type_ = struct.unpack_from("<IBB", body)
        if len(self.bounds) >= MAX_SHEETS:
            self.note(f"more than {MAX_SHEETS:,} sheets")
            return
        name = text8(body, 6) if self.biff == 8 else decode(body[7 : 7 + body[6]], self.codepage)
        self.bounds.append(Bound(name, at, state & 3, _BY_BOUNDSHEET.get(type_, "worksheet")))

    def _supbook(self, body: bytes) -> None:
        """[MS-XLS] 2.4.271, 2.5.277 (VirtualPath)."""
        if len(self.books) >= MAX_LINKS:
            return
        count, mark = _HEAD.unpack_from(body)
        if len(body) == 4:
            self.books.append(Book("library" if mark == 0x3A01 else "self"))
            return
        path = text16(body, 2)
        at = 2 + size16(body, 2)
        if path in ("\0", "\2"):
            self.books.append(Book("self"))
            return
        if count == 0 and "\3" in path[1:] and path[0] not in "\0\1\2":
            source, _, topic = path.partition("\3")
            self.books.append(Book("dde", f"{source}|{topic}"))
            return
        sheets = []
        for _ in range(min(count, MAX_SHEETS)):
            if at + 3 > len(body):
                break
            sheets.append(text16(body, at))
            at += size16(body, at)
        self.books.append(Book("workbook", virtual_path(path), sheets))

    def _externsheet(self, body: bytes) -> None:
        if self.biff == 8:
            (count,) = _U16.unpack_from(body)
            for number in range(min(count, (len(body) - 2) // 6)):
                self.pairs.append(struct.unpack_from("<HHH", body, 2 + 6 * number))
            return
        if len(self.books) >= MAX_LINKS:
            return
        count, mark = body[0], body[1:2]
        name = decode(body[2 : 1 + count + (mark == b"\3")], self.codepage)
        if mark == b"\3":
            self.books.append(Book("self", "", [decode(body[2 : 2 + count], self.codepage)]))
        elif mark == b"\2":
            self.books.append(Book("self"))
        elif mark == b":":
            self.books.append(Book("library"))
        elif "\3" in name and mark != b"\1":
            source, _, topic = decode(body[1 : 1 + count], self.codepage).partition("\3")
            self.books.append(Book("dde", f"{source}|{topic}"))
        else:
            self.books.append(Book("workbook", virtual_path("\1" + name)))

    def _externname(self, body: bytes) -> None:
        if not self.books:
            self.books.append(Book("workbook"))
        book = self.books[-1]
        (flags,) = _U16.unpack_from(body)
        if flags & 0x18 and book.type == "dde":
            book.type = "ole"
        if len(book.names) < MAX_NAMES:
            book.names.append(text8(body, 6) if self.biff == 8 else decode(body[7 : 7 + body[6]], self.codepage))

    def _name(self, body: bytes) -> None:
        if len(self.raw_names) < MAX_NAMES:
            self.raw_names.append(body)

    def _sst(self, body: bytes) -> None:
        self.shared.append(body)

    # ------------------------------------------------------------ what formulas refer to

    def scene(self) -> ptg.Scene:
        scene = ptg.Scene(self.biff, self.codepage)
        scene.names = [name_of(body, self.biff, self.codepage) for body in self.raw_names]
        scene.prefix = self.prefix
        scene.prefix5 = self.prefix5
        scene.external = self.external
        return scene

    def prefix(self, pair: int) -> str:
        if pair >= len(self.pairs):
            return "#REF!"
        book_number, first, last = self.pairs[pair]
        book = self.books[book_number] if book_number < len(self.books) else Book()
        if first == 0xFFFE:
            return ""
        if book.type == "self":
            return self._own(first, last)
        sheets = book.sheets
        if first >= len(sheets) or last >= len(sheets):
            return f"[{book.target}]#REF!"
        return ptg.sheet_prefix(sheets[first], sheets[last], book.target)

    def _own(self, first: int, last: int) -> str:
        if first >= len(self.bounds) or last >= len(self.bounds):
            return "#REF!"
        return ptg.sheet_prefix(self.bounds[first].name, self.bounds[last].name)

    def prefix5(self, book_number: int, first: int, last: int) -> str:
        if book_number <= 0:  # a sheet of this workbook, by its place
            return self._own(first, last) if first >= 0 else "#REF!"
        book = self.books[book_number - 1] if book_number <= len(self.books) else Book("workbook")
        if book.type == "self":
            return ptg.sheet_prefix(book.sheets[0]) if book.sheets else "!"
        return ptg.sheet_prefix("Sheet1" if not book.sheets else book.sheets[0], "", book.target)

    def external(self, book_number: int, index: int) -> str:
        if self.biff == 5:
            if book_number <= 0:
                return name_of(self.raw_names[index - 1], 5, self.codepage) if 0 < index <= len(self.raw_names) else "#NAME?"
            book_number -= 1
        elif book_number < len(self.pairs):
            book_number = self.pairs[book_number][0]
        book = self.books[book_number] if book_number < len(self.books) else Book()
        if book.type == "self" and self.biff == 8:
            return name_of(self.raw_names[index - 1], 8, self.codepage) if 0 < index <= len(self.raw_names) else "#NAME?"
        name = book.names[index - 1] if 0 < index <= len(book.names) else "#NAME?"
        if book.type in ("dde", "ole"):
            return dde_formula(book.target, name)
        if book.type == "library" or not book.target:
            return name
        return f"'{book.target.replace(chr(39), chr(39) * 2)}'!{name}"

    def links(self) -> tuple[Link, ...]:
        found = []
        for book in self.books:
            if book.type == "workbook" and book.target:
                found.append(Link("workbook", book.target, tuple(book.names[:100])))
            elif book.type == "dde":
                found.append(Link("dde", book.target, tuple(book.names[:100])))
            elif book.type == "ole":
                found.append(Link("ole", book.target, tuple(book.names[:100])))
        return tuple(found)

    def names(self, decompile: Callable[[bytes, bytes], str]) -> tuple[Name, ...]:
        found = []
        for body, name in zip(self.raw_names, self.scene().names):
            try:
                found.append(self._defined(body, name, decompile))
            except struct.error:
                self.note("the record of a name is cut off")
        return tuple(found)

    def _defined(self, body: bytes, name: str, decompile: Callable[[bytes, bytes], str]) -> Name:
        """Lbl, [MS-XLS] 2.4.150."""
        flags, _, count, size, _, sheet = struct.unpack_from("<HBBHHH", body)
        at = 14 + count
        if self.biff == 8:
            at = 15 + count * (2 if body[14:15] and body[14] & 1 else 1)
        text = decompile(body[at : at + size], body[at + size :])
        place = self.bounds[sheet - 1].name if 0 < sheet <= len(self.bounds) else ""
        return Name(name, text, place, bool(flags & 0x01), bool(flags & 0x20), bool(flags & 0x08))


_GLOBALS: Final[dict[int, Callable[[Globals, bytes], None]]] = {
    BOF: Globals._bof,
    CODEPAGE: Globals._codepage,
    DATEMODE: Globals._datemode,
    WINDOW1: Globals._window,
    FONT: Globals._font,
    FONT4: Globals._font,
    FORMAT: Globals._format,
    XF: Globals._xf,
    PALETTE: Globals._palette,
    BOUNDSHEET: Globals._boundsheet,
    SUPBOOK: Globals._supbook,
    EXTERNSHEET: Globals._externsheet,
    EXTERNNAME: Globals._externname,
    NAME: Globals._name,
    NAME3: Globals._name,
    SST: Globals._sst,
}


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """(offset, type, body) of the records from an offset on; the last one perhaps cut short."""
    end = len(stream)
    unpack = _HEAD.unpack_from
    for _ in range(MAX_RECORDS):
        if at + 4 > end:
            return
        type_, length = unpack(stream, at)
        start = at + 4
        yield at, type_, stream[start : start + length]
        at = start + length


# ---------------------------------------------------------------- texts


def text8(body: bytes, at: int) -> str:
    """ShortXLUnicodeString, [MS-XLS] 2.5.240."""
    return _characters(body, at + 2, body[at], body[at + 1])


def text16(body: bytes, at: int) -> str:
    """XLUnicodeString, [MS-XLS] 2.5.294."""
    return _characters(body, at + 3, body[at] | body[at + 1] << 8, body[at + 2])


def size16(body: bytes, at: int) -> int:
    return 3 + (body[at] | body[at + 1] << 8) * (2 if body[at + 2] & 1 else 1)


def _characters(body: bytes, at: int, count: int, flags: int) -> str:
    if flags & 0x08:  # rich text: a count of runs comes first; they follow the characters
        at += 2
    if flags & 0x04:
        at += 4
    if flags & 1:
        return body[at : at + 2 * count].decode("utf-16-le", "surrogatepass" if len(body) >= at + 2 * count else "replace")
    return body[at : at + count].decode("latin-1")


def name_of(body: bytes, biff: int, codepage: int) -> str:
    """The name that a Lbl record defines, built-in ones spelt out."""
    if len(body) < 15:
        return "#NAME?"
    flags, count = body[0] | body[1] << 8, body[3]
    text = _characters(body, 15, count, body[14]) if biff == 8 else decode(body[14 : 14 + count], codepage)
    if flags & 0x20 and text and ord(text[0]) < len(BUILT_IN):
        return BUILT_IN[ord(text[0])] + text[1:]
    return text


def virtual_path(path: str) -> str:
    """A path out of the form in which workbooks keep it ([MS-XLS] 2.5.277)."""
    if not path.startswith("\1"):
        return path
    out: list[str] = []
    at = 1
    while at < len(path):
        char = path[at]
        at += 1
        if char == "\1":
            drive = path[at : at + 1]
            out.append("\\\\" if drive == "@" else f"{drive}:\\")
            at += 1
        elif char == "\5":
            at += 1  # the length of an address that follows as it is
        elif char in "\2\3":
            out.append("\\")
        elif char == "\4":
            out.append("..\\")
        elif char in "\6\7\x08":
            continue
        else:
            out.append(char)
    return "".join(out)


def shared_strings(bodies: list[bytes], most: int) -> tuple[list[str], str]:
    """(texts, what is wrong) of an SST record and those that continue it ([MS-XLS] 2.4.265). At most `most` characters are read.

    Where a text goes on in the next record, that begins with a byte that says how wide its characters are there.
    """
    found: list[str] = []
    if not bodies or len(bodies[0]) < 8:
        return found, "the table of texts is cut off" if bodies else ""
    (count,) = _U32.unpack_from(bodies[0], 4)
    part, at = 0, 8
    body = bodies[0]
    while len(found) < count and most > 0:
        if at >= len(body):
            part += 1
            if part >= len(bodies):
                return found, f"the table of texts has {len(found):,} of its {count:,} texts"
            body, at = bodies[part], 0
            continue
        if at + 3 > len(body):
            return found, f"the table of texts has {len(found):,} of its {count:,} texts"
        length, flags = body[at] | body[at + 1] << 8, body[at + 2]
        at += 3
        behind = 0
        if flags & 0x08:
            behind += 4 * int.from_bytes(body[at : at + 2], "little")
            at += 2
        if flags & 0x04:
            behind += int.from_bytes(body[at : at + 4], "little")
            at += 4
        most -= length
        pieces: list[str] = []
        wide = flags & 1
        while True:
            size = length * 2 if wide else length
            raw = body[at : at + size]
            pieces.append(raw.decode("utf-16-le", "replace") if wide else raw.decode("latin-1"))
            at += len(raw)
            length -= len(raw) // 2 if wide else len(raw)
            if length <= 0 or part + 1 >= len(bodies):
                break
            part += 1
            body = bodies[part]
            wide, at = (body[0] & 1 if body else 0), 1
        found.append("".join(pieces) if len(pieces) > 1 else pieces[0])
        at += behind
        while at > len(body) and part + 1 < len(bodies):
            at -= len(body)
            part += 1
            body = bodies[part]
    return found, ""


# ---------------------------------------------------------------- looks


def styles(book: Globals) -> Looks:
    """The looks of cells, by the number of their XF record; that of the plain cell (XF 15) comes first."""
    fonts = [_font(body, book) for body in book.fonts]

    def style(number: int) -> Style:
        if number >= len(book.xfs):
            return Style()
        try:
            return _style(book, fonts, book.xfs[number])
        except struct.error:
            return Style()

    return Looks(style, plain=15)


class Font(Struct):
    name: str = "Arial"
    size: float = 10.0
    flags: int = 0
    color: int = 0x7FFF
    weight: int = 400
    script: int = 0
    underline: int = 0


def _font(body: bytes, book: Globals) -> Font:
    """[MS-XLS] 2.4.122."""
    if len(body) < 15:
        return Font()
    height, flags, color, weight, script, underline = struct.unpack_from("<5HB", body)
    try:
        name = text8(body, 14) if book.biff == 8 else decode(body[15 : 15 + body[14]], book.codepage)
    except IndexError:
        name = ""
    return Font(name, height / 20, flags, color, weight, script, underline)


def _style(book: Globals, fonts: list[Font], body: bytes) -> Style:
    """[MS-XLS] 2.4.353."""
    font_number, format_number, flags = struct.unpack_from("<HHH", body)
    index = font_number - (font_number > 4)  # there is no font 4
    font = fonts[index] if index < len(fonts) else Font()
    if book.biff == 8:
        align, rotation, indent, _, lines, more, fill = struct.unpack_from("<BBBBIIH", body, 6)
        borders = (lines & 15, lines >> 4 & 15, lines >> 8 & 15, lines >> 12 & 15)
        line_colors = (lines >> 16 & 127, lines >> 23 & 127, more & 127, more >> 7 & 127)
        pattern, fore, back = more >> 26 & 63, fill & 127, fill >> 7 & 127
    else:
        align, orientation, fill, low, middle, high = struct.unpack_from("<BBHHHH", body, 6)
        rotation, indent = (0, 255, 90, 180)[orientation & 3], 0
        pattern, fore, back = low & 63, fill & 127, fill >> 7 & 63
        borders = (middle >> 3 & 7, middle >> 6 & 7, middle & 7, low >> 6 & 7)
        line_colors = (high & 127, high >> 7 & 127, middle >> 9 & 127, low >> 9 & 127)
    color = palette_index(font.color)
    return Style(
        number_format=book.formats.get(format_number) or BUILT_IN_FORMATS.get(format_number, "General"),
        font=font.name,
        size=font.size,
        bold=font.weight >= 600,
        italic=bool(font.flags & 2),
        underline=bool(font.underline),
        strike=bool(font.flags & 8),
        outline=bool(font.flags & 16),
        shadow=bool(font.flags & 32),
        script=font.script if font.script < 3 else 0,
        color=color,
        color_rgb=rgb(book, color),
        fill_pattern=pattern,
        fill_color=palette_index(fore),
        fill_background=palette_index(back),
        fill_rgb=rgb(book, palette_index(fore)) if pattern else None,
        horizontal=(align & 7) + 1,
        vertical=(align >> 4 & 7) + 1,
        wrap=bool(align & 8),
        locked=bool(flags & 1),
        hidden=bool(flags & 2),
        indent=indent & 15,
        rotation=rotation,
        borders=borders,
        border_colors=tuple(palette_index(c) if line else 0 for c, line in zip(line_colors, borders)),  # type: ignore[arg-type]
    )


def palette_index(color: int) -> int:
    """A colour's number as macros see it, 1 to 56; 0 for automatic. Files count from 8."""
    if 8 <= color < 64:
        return color - 7
    return color + 1 if color < 8 else 0


def rgb(book: Globals, index: int) -> int:
    """0xRRGGBB of a palette index."""
    palette = book.palette or DEFAULT_PALETTE
    return palette[index - 1] if 0 < index <= len(palette) else 0
