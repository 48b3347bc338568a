"""Word 97-2003 documents ([MS-DOC]): text with its looks, stories, tables, shapes, variables."""

from __future__ import annotations

import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed, officeart
from emoscan.parse.bundle import Document, Paragraph, Run, Shape
from emoscan.parse.cfb import CompoundFile

MAGIC: Final = 0xA5EC
ENCRYPTED: Final = 0x0100
ONE_TABLE: Final = 0x0200

MAX_TEXT: Final = 4 << 20
"""Characters of all stories together that are kept."""
MAX_COPIES: Final = 4 << 20
"""Characters of parts of the text that are kept a second time: bookmarks, comments, boxes, results of fields."""
MAX_PARAGRAPHS: Final = 200_000
MAX_PIECES: Final = 100_000
MAX_RUNS: Final = 100_000
MAX_ITEMS: Final = 20_000
"""Of variables, bookmarks, fields each."""
MAX_DEPTH: Final = 100
"""Of fields in fields."""
MAX_OFFSET: Final = 1 << 32
MAX_FIELD: Final = 1 << 16
"""Characters of one field's code or result."""

# Places in FibRgFcLcb97 (2.5.6).
PAIRS: Final = 0x9A
PLCF_AND_REF, PLCF_AND_TXT, PLCF_BTE_CHPX, PLCF_BTE_PAPX = 4, 5, 12, 13
STTBF_BKMK, PLCF_BKF, PLCF_BKL, CLX, GRP_XST_ATN_OWNERS = 21, 22, 23, 33, 36
DGG_INFO, PLCF_TXBX_TXT, PLCF_HDR_TXBX_TXT, STW_USER = 50, 56, 58, 60

_STORIES: Final = (
    ("main", 0),
    ("footnotes", 1),
    ("header", 2),
    ("", 3),
    ("comments", 4),
    ("endnotes", 5),
    ("textboxes", 6),
    ("header textboxes", 7),
)
"""In the order of their text, with the number of the length of each in FibRgLw97, counted from ccpText."""

FIELD_BEGIN, FIELD_SEPARATOR, FIELD_END, CELL = "\x13", "\x14", "\x15", "\x07"
_FIELD_MARKS: Final = re.compile("([\x13\x14\x15])")
_PARAGRAPHS: Final = re.compile("[^\r\x07\f]*+[\r\x07\f]?")
"""Up to the next mark that ends a paragraph: return, end of a cell, page or section break."""


class Room:
    """How much may still be kept of what there is already once."""

    def __init__(self, left: int = MAX_COPIES) -> None:
        self.left = left

    def take(self, text: str) -> str:
        text = text[: self.left]
        self.left -= len(text)
        return text


class Fib:
    """The File Information Block (2.5.1): where everything is. Raises Malformed."""

    def __init__(self, data: bytes) -> None:
        if len(data) < PAIRS + 93 * 8 or int.from_bytes(data[:2], "little") != MAGIC:
            raise Malformed("no Word 97 document")
        self.data = data
        self.version, flags = struct.unpack_from("<H6xH", data, 2)
        self.encrypted = bool(flags & ENCRYPTED)
        self.table = "1Table" if flags & ONE_TABLE else "0Table"
        self.lengths: tuple[int, ...] = struct.unpack_from("<8I", data, 0x4C)
        """Of the stories, in characters."""

    def part(self, table: bytes, number: int) -> bytes:
        """The part of the table stream that a pair of FibRgFcLcb97 (2.5.6) names."""
        offset, length = struct.unpack_from("<II", self.data, PAIRS + 8 * number)
        return table[offset : offset + length]


def read(file: CompoundFile) -> Document:
    """What a Word document holds beside its macros. Raises Malformed when it is none, or its text cannot be found."""
    fib = Fib(file.read("WordDocument"))
    if fib.encrypted:
        return Document(host="word")
    table = file.read(fib.table)
    variables = _variables(fib.part(table, STW_USER))
    text = _Text(fib, table)
    stories = text.stories()
    main = stories.pop("main", "")
    room = Room()
    return Document(
        host="word",
        variables=variables,
        paragraphs=tuple(islice(text.paragraphs(main), MAX_PARAGRAPHS)),
        stories={name: visible(story) for name, story in stories.items() if story.strip("\r\x03\x04")},
        tables=_tables(fib, table, text, main) if CELL in main else (),
        shapes=tuple(_shapes(fib, table, file, stories, room)),
        bookmarks=_bookmarks(fib, table, main, room),
        comments=_comments(fib, table, stories.get("comments", ""), room),
        fields=tuple(_fields(main)),
    )


# ---------------------------------------------------------------- text: pieces and looks


class _Piece(Struct, frozen=True):
    start: int
    """First character."""
    end: int
    offset: int
    """Of its bytes in the WordDocument stream."""
    wide: bool


class _Look(Struct, frozen=True):
    hidden: bool = False
    color: int | None = None
    size: float = 0.0
    bold: bool = False


_PLAIN: Final = _Look()


class _Text:
    """The text of a document by its piece table (2.8.35), and the looks of its parts."""

    def __init__(self, fib: Fib, table: bytes) -> None:
        self.fib = fib
        self.table = table
        self.pieces = _pieces(fib.part(table, CLX))
        self.looks: list[tuple[int, int, _Look]] | None = None

    def stories(self) -> dict[str, str]:
        """The text of each story, field characters and marks included."""
        total = min(sum(self.fib.lengths), MAX_TEXT)
        whole = self.between(0, total)
        found: dict[str, str] = {}
        at = 0
        for name, number in _STORIES:
            end = at + self.fib.lengths[number]
            if name and end > at:
                found[name] = whole[at:end]
            at = end
        return found

    def between(self, start: int, end: int) -> str:
        """Characters by position; bytes that are not there are left out."""
        out: list[str] = []
        data = self.fib.data
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first >= last:
                continue
            width = 2 if piece.wide else 1
            at = piece.offset + (first - piece.start) * width
            raw = data[at : at + (last - first) * width]
            # Python's cp1252 has no character for five bytes; Word writes none of them.
            text = raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass") if piece.wide else raw.decode("cp1252", "replace")
            out.append(text.ljust(last - first, "\ufffd") if len(text) < last - first and at < len(data) else text)
        return "".join(out)

    def paragraphs(self, main: str) -> Iterator[Paragraph]:
        """Paragraphs without their marks, but for those that end a cell; field codes left out."""
        looks = list(self._character_looks(len(main)))
        starts = [start for start, _, _ in looks]
        depth: list[bool] = []
        """Of fields that are open: whether their result has begun."""
        for at, text in _paragraphs(main):
            kept = text[:-1] if text.endswith(("\r", "\f")) else text
            runs = tuple(_runs(kept, at, looks, starts, depth))
            plain = "".join(run.text for run in runs)
            styled = any(run.hidden or run.color is not None or run.size or run.bold for run in runs)
            yield Paragraph(plain, runs if styled else ())

    def _character_looks(self, length: int) -> Iterator[tuple[int, int, _Look]]:
        """(first, last + 1, look) of the characters that do not look plain, in order."""
        formatted = _character_pages(self.fib, self.table)
        if not formatted:
            return
        firsts = [first for first, _, _ in formatted]
        for piece in self.pieces:
            if piece.start >= length:
                return
            width = 2 if piece.wide else 1
            end = piece.offset + (piece.end - piece.start) * width
            index = max(0, bisect_right(firsts, piece.offset) - 1)
            for first, last, look in formatted[index : bisect_left(firsts, end)]:
                if last <= piece.offset or look == _PLAIN:
                    continue
                from_ = piece.start + (max(first, piece.offset) - piece.offset) // width
                to = piece.start + (min(last, end) - piece.offset) // width
                yield from_, to, look


def _pieces(clx: bytes) -> list[_Piece]:
    """Pcdt of a Clx (2.9.38), in the order of the text. Raises Malformed."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if at + 5 > len(clx) or clx[at] != 2:
        raise Malformed("a Word document without a piece table")
    body = clx[at + 5 : at + 5 + int.from_bytes(clx[at + 1 : at + 5], "little")]
    count = (len(body) - 4) // 12
    if count <= 0:
        return []
    places = struct.unpack_from(f"<{count + 1}I", body)
    found: list[_Piece] = []
    reached = 0
    for number in range(min(count, MAX_PIECES)):
        offset = int.from_bytes(body[4 * (count + 1) + 8 * number + 2 : 4 * (count + 1) + 8 * number + 6], "little")
        start, end = places[number], min(places[number + 1], MAX_TEXT)
        if reached <= start < end:
            reached = end
            narrow = bool(offset & 0x40000000)  # FcCompressed, 2.9.73
            offset &= 0x3FFFFFFF
            found.append(_Piece(start, end, offset // 2 if narrow else offset, not narrow))
    return found


def _character_pages(fib: Fib, table: bytes) -> list[tuple[int, int, _Look]]:
    """(first byte, last byte + 1, look) of all runs, by the formatted disk pages (2.8.5, 2.9.33)."""
    found: list[tuple[int, int, _Look]] = []
    known: dict[bytes, _Look] = {}
    for page, count in _pages(fib, table, PLCF_BTE_CHPX, 101):
        edges = struct.unpack_from(f"<{count + 1}I", page)
        for number in range(count):
            place = page[4 * (count + 1) + number] * 2
            look = _PLAIN
            if place:
                modifiers = page[place + 1 : place + 1 + page[place]]
                if modifiers not in known:
                    known[modifiers] = _look(modifiers)
                look = known[modifiers]
            found.append((edges[number], edges[number + 1], look))
        if len(found) > MAX_RUNS:
            break
    found.sort(key=lambda run: run[0])
    ends = [*(first for first, _, _ in found[1:]), MAX_OFFSET]
    return [(first, min(last, end), look) for (first, last, look), end in zip(found, ends) if first < min(last, end)]


def _pages(fib: Fib, table: bytes, number: int, most: int) -> Iterator[tuple[bytes, int]]:
    """Formatted disk pages with the number of runs on each, of which a page has room for `most`."""
    body = fib.part(table, number)
    count = (len(body) - 4) // 8
    seen: set[int] = set()
    for index in range(max(0, count)):
        place = int.from_bytes(body[4 * (count + 1) + 4 * index : 4 * (count + 1) + 4 * index + 4], "little") & 0x3FFFFF
        page = fib.data[place * 512 : place * 512 + 512]
        if len(page) == 512 and place not in seen and 0 < page[511] <= most:
            seen.add(place)
            yield page, page[511]


_OPERANDS: Final = (1, 1, 2, 4, 2, 2, -1, 3)
"""Bytes of a modifier's operand by the top three bits of its number (2.6); -1: the first byte counts them."""
_COLORS: Final = (
    *(None, 0x000000, 0x0000FF, 0x00FFFF, 0x00FF00, 0xFF00FF, 0xFF0000, 0xFFFF00, 0xFFFFFF),
    *(0x000080, 0x008080, 0x008000, 0x800080, 0x800000, 0x808000, 0x808080, 0xC0C0C0),
)
"""Ico, 2.9.119."""


def modifiers(grpprl: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, operand) of each property modifier (2.2.5.1)."""
    at = 0
    while at + 2 <= len(grpprl):
        number = int.from_bytes(grpprl[at : at + 2], "little")
        size = _OPERANDS[number >> 13]
        at += 2
        if number == 0xD608:  # sprmTDefTable counts in two bytes, and one too many
            size = int.from_bytes(grpprl[at : at + 2], "little") + 1
        elif size < 0:
            size = 1 + (grpprl[at] if at < len(grpprl) else 0)
        yield number, grpprl[at : at + size]
        at += size


def _look(grpprl: bytes) -> _Look:
    hidden = bold = False
    color: int | None = None
    size = 0.0
    for number, operand in modifiers(grpprl):
        if number == 0x083C and operand:  # sprmCFVanish
            hidden = operand[0] in (1, 0x81)
        elif number == 0x0835 and operand:  # sprmCFBold
            bold = operand[0] in (1, 0x81)
        elif number == 0x4A43 and len(operand) == 2:  # sprmCHps
            size = int.from_bytes(operand, "little") / 2
        elif number == 0x2A42 and operand:  # sprmCIco
            color = _COLORS[operand[0]] if operand[0] < len(_COLORS) else None
        elif number == 0x6870 and len(operand) == 4:  # sprmCCv: blue, green, red from the top; automatic
            color = None if operand[3] == 0xFF else int.from_bytes(operand[:3], "big")
    return _Look(hidden, color, size, bold)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """(position, text with its mark) of each paragraph."""
    return ((match.start(), match[0]) for match in _PARAGRAPHS.finditer(text) if match[0])


def _runs(text: str, at: int, looks: list[tuple[int, int, _Look]], starts: list[int], depth: list[bool]) -> Iterator[Run]:
    """The visible text of a paragraph that begins at `at`, split where its look changes."""
    place, end = at, at + len(text)
    index = max(0, bisect_right(starts, at) - 1)
    while place < end:
        while index < len(looks) and looks[index][1] <= place:
            index += 1
        first, last, look = looks[index] if index < len(looks) else (end, end, _PLAIN)
        stop = min(end, last if first <= place else first)
        piece = visible_part(text[place - at : stop - at], depth)
        if piece:
            here = look if first <= place else _PLAIN
            yield Run(piece, here.hidden, here.color, here.size, here.bold)
        place = stop


def visible(text: str) -> str:
    """A story as a macro sees it: results of fields without their codes."""
    return visible_part(text, []).rstrip("\r")


def visible_part(text: str, depth: list[bool]) -> str:
    """The part of a text outside of field codes. `depth` carries open fields from one part to the next."""
    if not depth and FIELD_BEGIN not in text and FIELD_END not in text:
        return text
    out: list[str] = []
    for part in _FIELD_MARKS.split(text):
        if part == FIELD_BEGIN:
            if len(depth) < MAX_DEPTH:
                depth.append(False)
        elif part == FIELD_SEPARATOR:
            depth[-1:] = [True] if depth else []
        elif part == FIELD_END:
            depth[-1:] = []
        elif part and all(depth):
            out.append(part)
    return "".join(out)


# ---------------------------------------------------------------- what stands in the text


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """(code, result) of each field (2.8.25), outer ones after what is in them."""
    open_: list[list[list[str]]] = []
    """Of each field the pieces of its code, then those of its result once that has begun."""
    count = 0
    for part in _FIELD_MARKS.split(text):
        if part == FIELD_BEGIN:
            if len(open_) < MAX_DEPTH:
                open_.append([[]])
        elif part == FIELD_SEPARATOR:
            if open_ and len(open_[-1]) == 1:
                open_[-1].append([])
        elif part != FIELD_END:
            if open_:
                open_[-1][-1].append(part[:MAX_FIELD])
        elif open_:
            code, *results = ("".join(pieces)[:MAX_FIELD] for pieces in open_.pop())
            result = "".join(results)
            count += 1
            if count > MAX_ITEMS:
                return
            yield code.strip(), result
            if open_ and result:
                open_[-1][-1].append(result)


def _bookmarks(fib: Fib, table: bytes, main: str, room: Room) -> dict[str, str]:
    """Names (2.9.281) with the text between their two places (2.8.10, 2.8.12)."""
    names = _strings(fib.part(table, STTBF_BKMK))
    starts, ends = fib.part(table, PLCF_BKF), fib.part(table, PLCF_BKL)
    count = min(len(names), (len(starts) - 4) // 8, MAX_ITEMS)
    last = len(ends) // 4
    found: dict[str, str] = {}
    for index in range(max(0, count)):
        start = int.from_bytes(starts[4 * index : 4 * index + 4], "little")
        number = int.from_bytes(starts[-4 * ((len(starts) - 4) // 8) :][4 * index : 4 * index + 2], "little")
        end = int.from_bytes(ends[4 * number : 4 * number + 4], "little") if number < last else start
        text = room.take(main[start:end])
        result, begin = text.find(FIELD_SEPARATOR), text.find(FIELD_BEGIN)
        if result >= 0 and (begin < 0 or result < begin):  # it begins in the code of a field
            text = text[result + 1 :]
        found[names[index]] = visible(text)
    return found


def _strings(data: bytes) -> list[str]:
    """STTB (2.2.4) in its extended form."""
    if len(data) < 6 or data[:2] != b"\xff\xff":
        return []
    count, extra = struct.unpack_from("<HH", data, 2)
    at, found = 6, []
    for _ in range(count):
        if at + 2 > len(data):
            break
        length = int.from_bytes(data[at : at + 2], "little") * 2
        found.append(data[at + 2 : at + 2 + length].decode("utf-16-le", "replace"))
        at += 2 + length + extra
    return found


def _comments(fib: Fib, table: bytes, story: str, room: Room) -> tuple[tuple[str, str], ...]:
    """(author, text), by ATRDPre10 (2.9.7) and the places of the texts (2.8.9)."""
    references, places = fib.part(table, PLCF_AND_REF), fib.part(table, PLCF_AND_TXT)
    count = (len(references) - 4) // 34
    owners = _counted(fib.part(table, GRP_XST_ATN_OWNERS))
    found = []
    for index in range(max(0, min(count, len(places) // 4 - 1))):
        start, end = struct.unpack_from("<II", places, 4 * index)
        at = 4 * (count + 1) + 30 * index
        owner = int.from_bytes(references[at + 20 : at + 22], "little")
        found.append((owners[owner] if owner < len(owners) else "", visible(room.take(story[start:end]).replace("\5", ""))))
    return tuple(found)


def _counted(data: bytes) -> list[str]:
    """Strings one after the other, each with its length (Xst, 2.9.353)."""
    at, found = 0, []
    while at + 2 <= len(data):
        length = int.from_bytes(data[at : at + 2], "little") * 2
        found.append(data[at + 2 : at + 2 + length].decode("utf-16-le", "replace"))
        at += 2 + length
    return found


def _tables(fib: Fib, table: bytes, text: _Text, main: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Rows of cells. Which paragraphs are in a table and which marks end a row is said by their properties (2.6.2).

    Where nothing is said, a table is what has cell marks, and a row ends with an empty cell.
    """
    inside, row_ends = _in_tables(fib, table, text)
    tables: list[tuple[tuple[str, ...], ...]] = []
    rows: list[tuple[str, ...]] = []
    cells: list[str] = []
    start = 0
    for at, paragraph in _paragraphs(main):
        end = at + len(paragraph)
        if main[end - 1] == CELL:
            if end - 1 in row_ends or (not row_ends and end - at == 1 and cells):
                rows.append(tuple(cells))
                cells = []
            else:
                cells.append(visible(main[start : end - 1]))
            start = end
        elif not (end - 1 in inside or cells):
            if rows:
                tables.append(tuple(rows))
                rows = []
            start = end
    if rows:
        tables.append(tuple(rows))
    return tuple(tables)


def _in_tables(fib: Fib, table: bytes, text: _Text) -> tuple[frozenset[int], frozenset[int]]:
    """Positions of the marks of paragraphs in tables (sprmPFInTable), and of those that end rows (sprmPFTtp), by 2.9.179."""
    marked: list[tuple[int, bool]] = []
    for page, count in _pages(fib, table, PLCF_BTE_PAPX, 29):
        edges = struct.unpack_from(f"<{count + 1}I", page)
        for number in range(count):
            place = page[4 * (count + 1) + 13 * number] * 2
            if not place or place >= 510:
                continue
            length = page[place] * 2 - 1 if page[place] else page[place + 1] * 2
            body = page[place + (1 if page[place] else 2) :][:length]
            flags = {n: operand for n, operand in modifiers(body[2:]) if n in (0x2416, 0x2417)}
            if flags:
                marked.append((edges[number + 1], flags.get(0x2417) == b"\1"))
    marked.sort()
    places = [end for end, _ in marked]
    inside, row_ends = set(), set()
    for piece in text.pieces:
        width = 2 if piece.wide else 1
        last = piece.offset + (piece.end - piece.start) * width
        for end, row in marked[bisect_right(places, piece.offset) : bisect_right(places, last)]:
            position = piece.start + (end - piece.offset) // width - 1
            inside.add(position)
            if row:
                row_ends.add(position)
    return frozenset(inside), frozenset(row_ends)


# ---------------------------------------------------------------- shapes


def _shapes(fib: Fib, table: bytes, file: CompoundFile, stories: dict[str, str], room: Room) -> Iterator[Shape]:
    """Drawing objects of the main text and of headers, with the text of their boxes; then pictures in line."""
    texts: dict[int, str] = {}
    for number, story in ((PLCF_TXBX_TXT, "textboxes"), (PLCF_HDR_TXBX_TXT, "header textboxes")):
        texts.update(_box_texts(fib.part(table, number), stories.get(story, ""), room))
    for drawing in _drawings(fib.part(table, DGG_INFO)):
        for shape in officeart.shapes(drawing):
            text = texts.get(shape.id, shape.text)
            if text or shape.name or shape.alt_text or shape.title or shape.type:
                yield Shape(shape.name, text, shape.alt_text, shape.title, shape.type)
    data = file.stream("Data")
    if data is not None:
        yield from _inline(file.read(data))


def _drawings(data: bytes) -> Iterator[bytes]:
    """OfficeArtContent (2.9.172): what all drawings share, then each drawing after a byte that says whose it is."""
    first = next(officeart.records(data), None)
    if first is None:
        return
    at = 8 + len(first[2])
    while at + 9 <= len(data):
        length = int.from_bytes(data[at + 5 : at + 9], "little")
        yield data[at + 1 : at + 9 + length]
        at += 9 + length


def _box_texts(places: bytes, story: str, room: Room) -> dict[int, str]:
    """Text by shape id: PlcftxbxTxt (2.8.32), with FTXBXS (2.9.100) of 22 bytes."""
    count = (len(places) - 4) // 26
    texts: dict[int, str] = {}
    for index in range(max(0, count)):
        start, end = struct.unpack_from("<II", places, 4 * index)
        at = 4 * (count + 1) + 22 * index
        reusable = int.from_bytes(places[at + 8 : at + 10], "little")
        id_ = int.from_bytes(places[at + 14 : at + 18], "little")
        if not reusable and start < end:
            texts[id_] = visible(room.take(story[start:end]))
    return texts


def _inline(data: bytes) -> Iterator[Shape]:
    """Pictures in line with the text: PICFAndOfficeArtData (2.9.192), one behind the other in the Data stream."""
    at = 0
    while at + 68 <= len(data):
        length, header, kind = struct.unpack_from("<IHH", data, at)
        if length < 68 or header != 68:
            return
        if kind in (0x64, 0x66):
            start = at + header
            if kind == 0x66:  # with the name of a file
                start += 1 + data[start] if start < len(data) else 1
            # The shape stands alone, without a drawing around it.
            for shape in officeart.shapes(data[start : at + length]):
                yield Shape(shape.name, shape.text, shape.alt_text, shape.title, shape.type or "picture", inline=True)
        at += length


def _variables(data: bytes) -> dict[str, str]:
    """StwUser (2.9.293): a table of names, then as many values."""
    if len(data) < 6:
        return {}
    marker, count, extra = struct.unpack_from("<HHH", data)
    if marker != 0xFFFF:
        return {}
    at, texts = 6, []
    for number in range(min(count, MAX_ITEMS) * 2):
        length = int.from_bytes(data[at : at + 2], "little")
        texts.append(data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace"))
        at += 2 + 2 * length + (extra if number < count else 0)
    return dict(zip(texts[:count], texts[count:]))
