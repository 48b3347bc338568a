"""Formulas of binary workbooks: tokens in reverse Polish order, made into the text a user would type.

[MS-XLS] 2.5.198 for BIFF8, [MS-XLSB] 2.5.97 for BIFF12, the Excel 95 Developer's Kit for BIFF5. The text is in A1 notation with English
names. Where operators would bind differently without a parenthesis that the tokens lack, it is put in: tokens are what Excel goes by.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed, ftab
from emoscan.parse.codepage import decode

MAX_BYTES: Final = 65_536
"""Of the tokens of one formula; Excel's own limit is 16,384."""
MAX_TEXT: Final = 65_536
"""Characters a formula's text may come to: shared operands repeat nothing, but a name may be long and often used."""

UNREADABLE: Final = "UNREADABLE"
"""What a formula is shown as a call of whose tokens end in something unknown: its arguments are the operands read until then."""

ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}

ATOM, RANGE, SECTION, UNION, SIGN, PERCENT, POWER, PRODUCT, SUM, JOIN, COMPARISON = range(11, 0, -1)
"""How tightly the outermost operator of a piece binds."""

_BINARY: Final[dict[int, tuple[str, int]]] = {
    0x03: ("+", SUM),
    0x04: ("-", SUM),
    0x05: ("*", PRODUCT),
    0x06: ("/", PRODUCT),
    0x07: ("^", POWER),
    0x08: ("&", JOIN),
    0x09: ("<", COMPARISON),
    0x0A: ("<=", COMPARISON),
    0x0B: ("=", COMPARISON),
    0x0C: (">=", COMPARISON),
    0x0D: (">", COMPARISON),
    0x0E: ("<>", COMPARISON),
    0x0F: (" ", SECTION),
    0x10: (",", UNION),
    0x11: (":", RANGE),
}


class Scene:
    """What tokens refer to by number. Readers fill it as they meet the records."""

    def __init__(self, biff: int, codepage: int = 1252) -> None:
        self.biff = biff
        """5, 8 or 12."""
        self.codepage = codepage
        self.names: list[str] = []
        """Defined names, in the order of their records."""
        self.prefix: Callable[[int], str] = lambda _: "#REF!"
        """What stands before a reference into the sheets with this number: "Sheet1!"."""
        self.prefix5: Callable[[int, int, int], str] = lambda *_: "#REF!"
        """The same for BIFF5, which states the book and its first and last sheet."""
        self.handlers: dict[int, Handler] = HANDLERS
        """What takes each token."""
        self.external: Callable[[int, int], str] = lambda *_: "#NAME?"
        """A name of another book, by the number of the book and its own."""


Handler = Callable[["Run"], None]


class Decompiled(Struct, frozen=True):
    text: str
    """Without "="."""
    trouble: str = ""
    """What kept it from being read to its end."""
    shared: tuple[int, int] | None = None
    """The cell (row and column from 0) whose shared, array or table formula it is."""


class Run:
    """One formula on its way through the tokens."""

    __slots__ = ("at", "column", "data", "extra", "extra_at", "prefix", "row", "scene", "shared", "stack", "wraps")

    def __init__(self, scene: Scene, data: bytes, extra: bytes, row: int, column: int) -> None:
        self.scene = scene
        self.data = data
        self.at = 0
        self.extra = extra
        self.extra_at = 0
        self.row = row
        self.column = column
        self.stack: list[tuple[str, int]] = []
        self.shared: tuple[int, int] | None = None
        self.prefix = ""
        """What stands before the references that follow (Excel 2 to 4)."""

    def take(self, format_: struct.Struct) -> tuple[int, ...]:
        try:
            found = format_.unpack_from(self.data, self.at)
        except struct.error:
            raise Malformed("its tokens are cut off") from None
        self.at += format_.size
        return found

    def skip(self, count: int) -> None:
        self.at += count

    def push(self, text: str, binds: int = ATOM) -> None:
        if len(text) > MAX_TEXT:
            raise Malformed(f"its text is longer than {MAX_TEXT:,} characters")
        self.stack.append((text, binds))

    def pop(self) -> tuple[str, int]:
        if not self.stack:
            raise Malformed("an operator lacks its operands")
        return self.stack.pop()

    def from_extra(self, format_: struct.Struct) -> tuple[int, ...]:
        try:
            found = format_.unpack_from(self.extra, self.extra_at)
        except struct.error:
            raise Malformed("what follows its tokens is cut off") from None
        self.extra_at += format_.size
        return found


def decompile(scene: Scene, tokens: bytes, extra: bytes = b"", row: int = 0, column: int = 0) -> Decompiled:
    """The text of a formula in the cell at `row` and `column` (from 0). Never raises: what is damaged is said in `trouble`."""
    run = Run(scene, tokens, extra, row, column)
    try:
        _follow(run)
    except Malformed as error:
        return Decompiled(f"{UNREADABLE}({','.join(text for text, _ in run.stack)[:MAX_TEXT]})", str(error), run.shared)
    return Decompiled(run.stack[0][0] if run.stack else "", "", run.shared)


def _follow(run: Run) -> None:
    """Work through the tokens; what the formula is then lies on the stack. Raises Malformed."""
    tokens, handlers, binary = run.data, run.scene.handlers, _BINARY
    end = len(tokens)
    if not end:  # a name that refers to nothing
        return
    if end > MAX_BYTES:
        raise Malformed(f"it has more than {MAX_BYTES:,} bytes of tokens")
    while run.at < end:
        token = tokens[run.at]
        run.at += 1
        operator = binary.get(token)
        if operator is not None:
            _combine(run, *operator)
            continue
        if token >= 0x60:
            token -= 0x40
        elif token >= 0x40:
            token -= 0x20
        handler = handlers.get(token)
        if handler is None:
            raise Malformed(f"token {tokens[run.at - 1]:#04x} is unknown")
        handler(run)
    if len(run.stack) != 1 and run.shared is None:
        raise Malformed("its tokens do not add up to one value")


def _combine(run: Run, operator: str, binds: int) -> None:
    right, right_binds = run.pop()
    left, left_binds = run.pop()
    if left_binds < binds:
        left = f"({left})"
    if right_binds <= binds:
        right = f"({right})"
    run.push(f"{left}{operator}{right}", binds)


# ---------------------------------------------------------------- operators with one operand, constants

_U16: Final = struct.Struct("<H")
_2U16: Final = struct.Struct("<HH")
_U32: Final = struct.Struct("<I")
_F64: Final = struct.Struct("<d")
_BYTE: Final = struct.Struct("<B")


def _plus(run: Run) -> None:
    text, binds = run.pop()
    run.push(f"+({text})" if binds < SIGN else f"+{text}", SIGN)


def _minus(run: Run) -> None:
    text, binds = run.pop()
    run.push(f"-({text})" if binds < SIGN else f"-{text}", SIGN)


def _percent(run: Run) -> None:
    text, binds = run.pop()
    run.push(f"({text})%" if binds < PERCENT else f"{text}%", PERCENT)


def _parentheses(run: Run) -> None:
    run.push(f"({run.pop()[0]})")


def _missing(run: Run) -> None:
    run.push("")


def _string(run: Run) -> None:
    run.push(quoted(_characters(run, *_length(run))))


def _length(run: Run) -> tuple[int, bool]:
    if run.scene.biff == 12:
        return run.take(_U16)[0], True
    count = run.take(_BYTE)[0]
    return count, run.scene.biff == 8 and bool(run.take(_BYTE)[0] & 1)


def _characters(run: Run, count: int, wide: bool) -> str:
    size = count * 2 if wide else count
    raw = run.data[run.at : run.at + size]
    run.at += size
    if wide:
        return raw.decode("utf-16-le", "surrogatepass" if len(raw) % 2 == 0 else "replace")
    return raw.decode("latin-1") if run.scene.biff == 8 else decode(raw, run.scene.codepage)


def quoted(text: str) -> str:
    """A text as it stands in a formula."""
    return '"' + text.replace('"', '""') + '"'


def _error(run: Run) -> None:
    run.push(ERRORS.get(run.take(_BYTE)[0], "#N/A"))


def _boolean(run: Run) -> None:
    run.push("TRUE" if run.take(_BYTE)[0] else "FALSE")


def _integer(run: Run) -> None:
    run.push(str(run.take(_U16)[0]))


def _number(run: Run) -> None:
    value = run.take(_F64)[0]
    run.push(number(value), ATOM if value >= 0 else SIGN)


def number(value: float) -> str:
    """A number as a formula writes it."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - not a number
        return "#NUM!"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value)).replace("e", "E")


def _array(run: Run) -> None:
    """PtgArray; its elements follow the tokens (PtgExtraArray, [MS-XLS] 2.5.198.8, [MS-XLSB] 2.5.97.30)."""
    biff = run.scene.biff
    run.skip(14 if biff == 12 else 7)
    if biff == 12:
        rows, columns = run.from_extra(_2U32)
    else:
        columns, rows = run.from_extra(_BYTE_U16)
        if biff == 8:
            columns, rows = columns + 1, rows + 1
        else:
            columns = columns or 256
    if columns * rows > len(run.extra) or not columns * rows:
        raise Malformed("an array is larger than the formula")
    lines = [",".join(_element(run) for _ in range(columns)) for _ in range(rows)]
    run.push("{" + ";".join(lines) + "}")


_2U32: Final = struct.Struct("<II")
_BYTE_U16: Final = struct.Struct("<BH")


def _element(run: Run) -> str:
    biff = run.scene.biff
    (kind,) = run.from_extra(_BYTE)
    start = run.extra_at
    if (kind == 0 and biff == 12) or (kind == 1 and biff != 12):
        return number(run.from_extra(_F64)[0])
    if (kind == 1 and biff == 12) or (kind == 2 and biff != 12):
        if biff == 12:
            count, wide = run.from_extra(_U16)[0], True
        elif biff == 8:
            count, flags = run.from_extra(_U16_BYTE)
            wide = bool(flags & 1)
        else:
            count, wide = run.from_extra(_BYTE)[0], False
        size = count * 2 if wide else count
        raw = run.extra[run.extra_at : run.extra_at + size]
        run.extra_at += size
        return quoted(
            raw.decode("utf-16-le", "replace") if wide else decode(raw, run.scene.codepage) if biff == 5 else raw.decode("latin-1")
        )
    run.extra_at = start + (8 if biff != 12 else 1 if kind == 2 else 4)
    value = run.extra[start : start + 1]
    if kind in (2, 4) and kind == (2 if biff == 12 else 4):
        return "TRUE" if value != b"\0" else "FALSE"
    if kind in (4, 16):
        return ERRORS.get(value[0] if value else 0x2A, "#N/A")
    return ""


_U16_BYTE: Final = struct.Struct("<HB")


# ---------------------------------------------------------------- functions


def _function(run: Run) -> None:
    (index,) = run.take(_U16)
    name, count = ftab.functions().get(index, (f"FUNCTION.{index}", 1))
    call(run, name, 1 if count is None else count)


def _function_of_any(run: Run) -> None:
    count, index = run.take(_BYTE_U16)
    call_of_any(run, count & 0x7F, index)


def call_of_any(run: Run, count: int, index: int) -> None:
    """A call of a function or a command with so many arguments; commands have the highest bit set."""
    if index & 0x8000:
        call(run, ftab.commands().get(index & 0x7FFF, f"COMMAND.{index & 0x7FFF}"), count)
    elif index == ftab.USER_DEFINED:
        arguments = _arguments(run, count)
        name = arguments.pop(0) if arguments else "#NAME?"
        run.push(f"{name}({','.join(arguments)})")
    else:
        call(run, ftab.functions().get(index, (f"FUNCTION.{index}", 1))[0], count)


def call(run: Run, name: str, count: int) -> None:
    run.push(f"{name}({','.join(_arguments(run, count))})")


def _arguments(run: Run, count: int) -> list[str]:
    if count > len(run.stack):
        raise Malformed("a function lacks arguments")
    if not count:
        return []
    taken = run.stack[-count:]
    del run.stack[-count:]
    return [f"({text})" if binds == UNION else text for text, binds in taken]


def _attribute(run: Run) -> None:
    """PtgAttr…: hints for calculation and layout; only a sum of one argument means something."""
    kind, value = run.take(_BYTE_U16)
    if kind & 0x04:  # tAttrChoose: a table of jumps
        run.skip(2 * (value + 1))
    elif kind & 0x10:
        text, binds = run.pop()
        run.push(f"SUM(({text}))" if binds == UNION else f"SUM({text})")


# ---------------------------------------------------------------- references


@lru_cache(maxsize=4_096)
def letters(column: int) -> str:
    """Letters of a column, which counts from 0."""
    out = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def cell(row: int, column: int, row_relative: object, column_relative: object) -> str:
    """A reference, rows and columns from 0."""
    return f"{'' if column_relative else '$'}{letters(column)}{'' if row_relative else '$'}{row + 1}"


def _place(run: Run, row: int, column: int, *, offset: bool) -> tuple[int, int, bool, bool]:
    """(row, column, row is relative, column is relative) of a place as tokens state it; `offset` when relative ones count from the cell."""
    biff = run.scene.biff
    if biff == 5:
        row_relative, column_relative = bool(row & 0x8000), bool(row & 0x4000)
        row &= 0x3FFF
    else:
        row_relative, column_relative = bool(column & 0x8000), bool(column & 0x4000)
        column &= 0x3FFF
    if offset:
        rows, columns = (0x100000, 0x4000) if biff == 12 else (0x4000 if biff == 5 else 0x10000, 0x100)
        if row_relative:
            row = (row + run.row) % rows
        if column_relative:
            column = (column + run.column) % columns
    return row, column, row_relative, column_relative


_REF: Final = {5: struct.Struct("<HB"), 8: struct.Struct("<HH"), 12: struct.Struct("<IH")}
_AREA: Final = {5: struct.Struct("<HHBB"), 8: struct.Struct("<HHHH"), 12: struct.Struct("<IIHH")}


def _ref_text(run: Run, *, offset: bool) -> str:
    row, column = run.take(_REF[run.scene.biff])
    return run.prefix + cell(*_place(run, row, column, offset=offset))


def _area_text(run: Run, *, offset: bool) -> str:
    first_row, last_row, first_column, last_column = run.take(_AREA[run.scene.biff])
    first = _place(run, first_row, first_column, offset=offset)
    last = _place(run, last_row, last_column, offset=offset)
    most_rows, most_columns = {5: (0x3FFF, 0xFF), 8: (0xFFFF, 0xFF), 12: (0xFFFFF, 0x3FFF)}[run.scene.biff]
    if first[0] == 0 and last[0] == most_rows and not offset:
        return f"{'' if first[3] else '$'}{letters(first[1])}:{'' if last[3] else '$'}{letters(last[1])}"
    if first[1] == 0 and last[1] == most_columns and not offset:
        return f"{'' if first[2] else '$'}{first[0] + 1}:{'' if last[2] else '$'}{last[0] + 1}"
    return f"{run.prefix}{cell(*first)}:{cell(*last)}"


def _ref(run: Run) -> None:
    run.push(_ref_text(run, offset=False))


def _area(run: Run) -> None:
    run.push(_area_text(run, offset=False), RANGE)


def _ref_offset(run: Run) -> None:
    run.push(_ref_text(run, offset=True))


def _area_offset(run: Run) -> None:
    run.push(_area_text(run, offset=True), RANGE)


def _lost(size5: int, size8: int, size12: int) -> Callable[[Run], None]:
    sizes = {5: size5, 8: size8, 12: size12}

    def handler(run: Run) -> None:
        run.skip(sizes[run.scene.biff])
        run.push("#REF!")

    return handler


_BOOK5: Final = struct.Struct("<h8xhh")


def _prefix(run: Run) -> str:
    if run.scene.biff == 5:
        book, first, last = run.take(_BOOK5)
        return run.scene.prefix5(book, first, last)
    return run.scene.prefix(run.take(_U16)[0])


def _ref_3d(run: Run) -> None:
    prefix = _prefix(run)
    run.push(prefix + _ref_text(run, offset=False))


def _area_3d(run: Run) -> None:
    prefix = _prefix(run)
    run.push(prefix + _area_text(run, offset=False), RANGE)


def _name(run: Run) -> None:
    if run.scene.biff == 12:
        (index,) = run.take(_U32)
    else:
        (index,) = run.take(_U16)
        run.skip(2 if run.scene.biff == 8 else 12)
    names = run.scene.names
    run.push(names[index - 1] if 0 < index <= len(names) else "#NAME?")


_NAME5: Final = struct.Struct("<h8xH12x")


def _external_name(run: Run) -> None:
    biff = run.scene.biff
    if biff == 5:
        book, index = run.take(_NAME5)
    elif biff == 8:
        book, index = run.take(_2U16)
        run.skip(2)
    else:
        book, index = run.take(_U16_U32)
    run.push(run.scene.external(book, index))


_U16_U32: Final = struct.Struct("<HI")


def _shared(run: Run) -> None:
    """PtgExp, PtgTbl: the formula is that of another cell."""
    if run.scene.biff == 12:
        (row,) = run.take(_U32)
        column = run.column
    else:
        row, column = run.take(_2U16)
    run.shared = (row, column)


def _area_in_memory(run: Run) -> None:
    """PtgMemArea: what the tokens that follow give, worked out; that comes behind the tokens (PtgExtraMem)."""
    run.skip(6)
    if run.scene.biff == 12:
        (count,) = run.from_extra(_U32)
        run.extra_at += 16 * count
    else:
        (count,) = run.from_extra(_U16)
        run.extra_at += count * (8 if run.scene.biff == 8 else 6)


def _in_memory(run: Run) -> None:
    run.skip(6)


def _function_in_memory(run: Run) -> None:
    run.skip(2)


def _extended(run: Run) -> None:
    """0x18: natural language references (PtgElf…), fields of pivot tables, tables of Excel 2007 ([MS-XLSB] PtgList)."""
    (kind,) = run.take(_BYTE)
    if kind == 0x19 and run.scene.biff == 12:
        run.skip(12)
        run.push("#TABLE!")
        return
    run.skip(4)
    if kind not in (0x0A, 0x0B, 0x0D, 0x0F, 0x10):  # those give no operand of their own
        run.push("#NAME?")


HANDLERS: Final[dict[int, Callable[[Run], None]]] = {
    0x01: _shared,
    0x02: _shared,
    0x12: _plus,
    0x13: _minus,
    0x14: _percent,
    0x15: _parentheses,
    0x16: _missing,
    0x17: _string,
    0x18: _extended,
    0x19: _attribute,
    0x1C: _error,
    0x1D: _boolean,
    0x1E: _integer,
    0x1F: _number,
    0x20: _array,
    0x21: _function,
    0x22: _function_of_any,
    0x23: _name,
    0x24: _ref,
    0x25: _area,
    0x26: _area_in_memory,
    0x27: _in_memory,
    0x28: _in_memory,
    0x29: _function_in_memory,
    0x2A: _lost(3, 4, 6),
    0x2B: _lost(6, 8, 12),
    0x2C: _ref_offset,
    0x2D: _area_offset,
    0x2E: _function_in_memory,
    0x2F: _function_in_memory,
    0x39: _external_name,
    0x3A: _ref_3d,
    0x3B: _area_3d,
    0x3C: _lost(17, 6, 8),
    0x3D: _lost(20, 10, 14),
}


def sheet_prefix(first: str, last: str = "", book: str = "") -> str:
    """What stands before a reference into a sheet, or several: "Sheet1!", "'[a.xls]My sheet'!"."""
    inner = f"[{book}]{first}" if book else first
    if last and last != first:
        inner += f":{last}"
    if inner.replace("_", "a").replace(".", "a").isalnum() and not inner[:1].isdigit() and not _like_reference(inner):
        return f"{inner}!"
    return "'" + inner.replace("'", "''") + "'!"


def _like_reference(text: str) -> bool:
    """Whether a name without quotes would be read as a cell: "AB12", "R1C1"."""
    head = text.rstrip("0123456789")
    return (
        (head != text and len(head) <= 3 and head.isascii())
        or text.upper() in ("R", "C", "RC")
        or text.upper().startswith(("R1", "C1", "RC"))
    )
