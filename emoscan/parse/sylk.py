"""SYLK files (.slk): one sheet of cells in lines of text, which Excel opens like any workbook, macros included.

The format was never published as a whole; what Excel reads and writes is described in "SYmbolic LinK (SYLK)" (Microsoft, 1986, as kept by
archivers of formats). References are in R1C1 notation. A line that makes no sense is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.parse import Malformed, formula
from emoscan.parse.room import MAX_ROWS, Room
from emoscan.parse.workbook import MAX_COLUMN, MAX_NAMES, MAX_ROW, Cell, Name, Reading, Scope, Sheet, SheetType, Style, Value, Workbook

MAX_LINES: Final = 1_000_000
SHEET: Final = "Sheet1"
"""What the sheet is called; Excel takes the name of the file."""


def fields(line: str) -> list[str]:
    """The fields of a record; a doubled semicolon is one in a text."""
    if ";;" not in line:
        return line.split(";")
    return [part.replace("\0", ";") for part in line.replace(";;", "\0").split(";")]


class _Reader:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.row = self.column = 1
        self.cells: dict[tuple[int, int], tuple[Value, str]] = {}
        self.names: list[Name] = []
        self.heights: dict[int, float] = {}
        self.widths: dict[int, float] = {}
        self.macro = False

    def record(self, line: str) -> None:
        kind, *parts = fields(line)
        match kind.strip().upper():
            case "C":
                self._cell(parts)
            case "F":
                self._format(parts)
            case "NN" | "NE":
                self._name(parts)
            case "O":
                self.macro = self.macro or any(part[:1] in "Ee" for part in parts)

    def _place(self, parts: list[str]) -> None:
        for part in parts:
            mark, number = part[:1], part[1:].strip()
            if mark in "XxYy" and mark and number.isascii() and number.isdigit() and len(number) < 9:
                if mark in "Xx":
                    self.column = int(number)
                else:
                    self.row = int(number)

    def _cell(self, parts: list[str]) -> None:
        self._place(parts)
        row, column = self.row, self.column
        if not 0 < row <= MAX_ROW or not 0 < column <= MAX_COLUMN:
            return
        value: Value = None
        text, source = "", dict[str, int]()
        for part in parts:
            mark, rest = part[:1].upper(), part[1:]
            if mark == "K":
                value = _value(rest)
            elif mark == "E":
                text = rest
            elif mark in "RC" and mark and rest.isascii() and rest.isdigit() and len(rest) < 9:
                source[mark] = int(rest)
            elif mark == "S" and not rest:
                source["S"] = 1
        if text:
            text = formula.to_a1(text.removeprefix("="), row, column)
        elif "S" in source:  # the formula of another cell, which was given before
            shared = self.cells.get((source.get("R", row), source.get("C", column)))
            text = formula.shifted(shared[1], row - source.get("R", row), column - source.get("C", column)) if shared else ""
        if (row, column) not in self.cells and not self.room.cell():
            return
        self.cells[row, column] = (self.room.text(value) if isinstance(value, str) else value, self.room.formula(text) if text else "")

    def _format(self, parts: list[str]) -> None:
        self._place(parts)
        given = {part[:1].upper(): part[1:].strip() for part in parts if part}
        if "M" in given and "R" in given and given["M"].isdigit() and given["R"].isdigit() and len(self.heights) < MAX_ROWS:
            self.heights[int(given["R"][:8])] = int(given["M"][:8]) / 20
        first, _, rest = given.get("W", "").partition(" ")
        last, _, width = rest.partition(" ")
        if first.isdigit() and last.isdigit() and width.isdigit():
            for column in range(int(first[:6]), min(int(last[:6]), MAX_COLUMN, int(first[:6]) + 1_024) + 1):
                self.widths[column] = float(width[:6])

    def _name(self, parts: list[str]) -> None:
        name = expression = ""
        macro = False
        for part in parts:
            match part[:1].upper():
                case "N":
                    name = part[1:]
                case "E":
                    expression = part[1:]
                case "K" | "F":
                    macro = True
        if name and len(self.names) < MAX_NAMES:
            self.names.append(Name(name, f"{SHEET}!{_reference(expression)}", macro=macro))


def _reference(expression: str) -> str:
    """What a name refers to, in A1 notation."""
    return formula.to_a1(expression.removeprefix("="), 1, 1)


def _value(text: str) -> Value:
    text = text.strip("\r")
    if text.startswith('"'):
        return text[1:-1].replace('""', '"') if text.endswith('"') and len(text) > 1 else text[1:]
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    try:
        value = float(text)
    except ValueError:
        return text or None
    return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - not a number


def _lines(text: str) -> Iterator[str]:
    at = 0
    for _ in range(MAX_LINES):
        end = text.find("\n", at)
        if end < 0:
            yield text[at:]
            return
        yield text[at:end].rstrip("\r")
        at = end + 1


def read(text: str, scope: Scope | None = None) -> Reading:
    """A workbook of one sheet. Raises Malformed when the text is no SYLK."""
    if not text.lstrip("\ufeff")[:3].upper() == "ID;":
        raise Malformed("the text does not begin as SYLK does")
    room = Room(scope or Scope())
    reader = _Reader(room)
    ended = False
    for line in _lines(text.replace("\r\n", "\n").replace("\r", "\n")):
        if line.strip().upper() == "E":
            ended = True
            break
        reader.record(line.lstrip())
    if not ended:
        room.note("the file has no end")
    type_: SheetType = "macro" if reader.macro else "worksheet"
    cells = tuple(Cell(row, column, *reader.cells[row, column]) for row, column in sorted(reader.cells))
    sheet = Sheet(SHEET, type_, cells=cells, row_heights=reader.heights, column_widths=reader.widths)
    return Reading(Workbook((sheet,), tuple(reader.names), (Style(),)), tuple(room.damage), tuple(room.limits))
