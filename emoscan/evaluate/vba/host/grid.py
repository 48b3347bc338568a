"""The cells of a sheet as macros read and change them, and references to them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.core.values import Unknown, display
from emoscan.parse.workbook import Sheet, Style, a1

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; all from 1."""

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384

Place = tuple[int, int]

PLAIN: Final = Style()


class Grid:
    """A sheet. Values and formulas that the script writes lie over those of the document."""

    __slots__ = (
        "_columns",
        "_loaded",
        "_rows",
        "_used",
        "code_name",
        "formulas",
        "journal",
        "looks",
        "macro",
        "name",
        "notes",
        "record",
        "styles",
        "unknown",
        "values",
        "version",
        "visibility",
        "written",
    )

    def __init__(self, record: Sheet, *, unknown: bool = False) -> None:
        self.record = record
        self.name = record.name
        self.code_name = record.code_name
        self.macro = record.type == "macro"
        self.visibility = {"visible": -1, "hidden": 0, "very hidden": 2}[record.visibility]
        self.unknown = unknown
        """The cells could not be read: those the script did not write are unknown."""
        self.values: dict[Place, Any] = {}
        self.formulas: dict[Place, str] = {}
        self.styles: dict[Place, int] = {}
        self.notes: dict[Place, Any] = {}
        self.looks: list[tuple[Area, str, Any]] = []
        """What the script sets of the look of cells, later ones over earlier ones."""
        self.written: dict[Place, None] = {}
        """Cells the script wrote to, in order."""
        self.journal: dict[Place, None] | None = None
        """Cells that were written to, for somebody who wants to know; None when nobody does."""
        self.version = 0
        self._loaded = False
        self._used: tuple[int, Area | None] = (-1, None)
        self._rows: tuple[int, dict[int, list[int]]] = (-1, {})
        self._columns: tuple[int, dict[int, list[int]]] = (-1, {})

    def load(self) -> Grid:
        """Take over the cells of the document when they are first needed."""
        if not self._loaded:
            self._loaded = True
            for cell in self.record.cells:
                place = (cell.row, cell.column)
                if cell.value is not None or cell.formula:
                    self.values[place] = cell.value
                if cell.formula:
                    self.formulas[place] = cell.formula
                if cell.style:
                    self.styles[place] = cell.style
            for reference, text in self.record.notes.items():
                area = area_of(reference)
                if area is not None:
                    self.notes[area[:2]] = text
        return self

    # ------------------------------------------------------------ one cell

    def get(self, place: Place) -> Any:
        """The value of a cell: what was written, or what the document has."""
        self.load()
        value = self.values.get(place)
        if value is None and self.unknown and place not in self.written:
            return Unknown(f"cell {self.label(place)}")
        return value

    def put(self, place: Place, value: Any, formula: str = "") -> None:
        self.load()
        self.version += 1
        self.written.pop(place, None)
        self.written[place] = None
        if self.journal is not None:
            self.journal[place] = None
        if formula:
            self.formulas[place] = formula
        else:
            self.formulas.pop(place, None)
        if value is None and not formula:
            self.values.pop(place, None)
        else:
            self.values[place] = value

    def label(self, place: Place) -> str:
        return f"{self.name}!{a1(*place)}"

    def outside(self, place: Place) -> bool:
        return place not in self.written

    # ------------------------------------------------------------ where something is

    def places(self, area: Area) -> Iterator[Place]:
        """Cells in an area that hold something, in reading order."""
        self.load()
        r1, c1, r2, c2 = area
        if (r2 - r1 + 1) * (c2 - c1 + 1) <= len(self.values):
            return ((r, c) for r in range(r1, r2 + 1) for c in range(c1, c2 + 1) if (r, c) in self.values)
        return iter(sorted(p for p in self.values if r1 <= p[0] <= r2 and c1 <= p[1] <= c2))

    def used(self) -> Area:
        """The rectangle around all cells that hold something or look like something."""
        if self._used[0] != self.version or self._used[1] is None:
            self.load()
            places = [*self.values, *self.styles]
            if places:
                rows, columns = [p[0] for p in places], [p[1] for p in places]
                self._used = (self.version, (min(rows), min(columns), max(rows), max(columns)))
            else:
                self._used = (self.version, (1, 1, 1, 1))
        area = self._used[1]
        assert area is not None
        return area

    def in_column(self, column: int) -> list[int]:
        """Rows of the cells in a column that hold something."""
        if self._columns[0] != self.version:
            self.load()
            index: dict[int, list[int]] = {}
            for row, at in sorted(self.values):
                index.setdefault(at, []).append(row)
            self._columns = (self.version, index)
        return self._columns[1].get(column, [])

    def in_row(self, row: int) -> list[int]:
        if self._rows[0] != self.version:
            self.load()
            index: dict[int, list[int]] = {}
            for at, column in sorted(self.values):
                index.setdefault(at, []).append(column)
            self._rows = (self.version, index)
        return self._rows[1].get(row, [])

    def end(self, place: Place, direction: int) -> Place:
        """Where Ctrl+arrow goes: the edge of a run of cells, or the next one that holds something (XlDirection)."""
        row, column = place
        if direction in (-4162, -4121):  # xlUp, xlDown
            return edge(self.in_column(column), row, 1 if direction == -4121 else -1, ROWS), column
        return row, edge(self.in_row(row), column, 1 if direction == -4161 else -1, COLUMNS)

    def region(self, place: Place) -> Area:
        """The rectangle around a cell up to empty rows and columns."""
        self.load()
        r1 = r2 = place[0]
        c1 = c2 = place[1]
        grown = True
        rounds = 0
        while grown and rounds < 64:
            rounds += 1
            grown = False
            around = (max(r1 - 1, 1), max(c1 - 1, 1), r2 + 1, c2 + 1)
            for r, c in self.places(around):
                old = (r1, c1, r2, c2)
                r1, r2, c1, c2 = min(r1, r), max(r2, r), min(c1, c), max(c2, c)
                grown = grown or old != (r1, c1, r2, c2)
            if grown:
                # Take whole runs at once: a long column would otherwise need as many rounds as it has rows.
                r2 = max(r2, self.end((r2, c1), -4121)[0] if (r2, c1) in self.values and (r2 + 1, c1) in self.values else r2)
                c2 = max(c2, self.end((r1, c2), -4161)[1] if (r1, c2) in self.values and (r1, c2 + 1) in self.values else c2)
        return r1, c1, r2, c2

    # ------------------------------------------------------------ looks

    def look(self, place: Place, name: str) -> Any:
        """What the script set of a cell's look, None where it set nothing."""
        for (r1, c1, r2, c2), key, value in reversed(self.looks):
            if key == name and r1 <= place[0] <= r2 and c1 <= place[1] <= c2:
                return value
        return None

    def style(self, place: Place, styles: tuple[Style, ...]) -> Style:
        self.load()
        index = self.styles.get(place, 0)
        return styles[index] if 0 <= index < len(styles) else PLAIN

    # ------------------------------------------------------------ rows and columns

    def shift(self, first: int, count: int, *, rows: bool) -> None:
        """Rows (or columns) from `first` on move by `count`; those that moving swallows are gone."""
        self.load()
        self.version += 1
        at = 0 if rows else 1
        if self.journal is not None:
            self.journal.update(dict.fromkeys(self.values))

        def moved(place: Place) -> Place | None:
            if place[at] < first:
                return place
            if count < 0 and place[at] < first - count:
                return None
            return (place[0] + count, place[1]) if rows else (place[0], place[1] + count)

        tables: list[dict[Place, Any]] = [self.values, self.formulas, self.styles, self.notes, self.written]
        for table in tables:
            kept = {target: value for place, value in table.items() if (target := moved(place)) is not None}
            table.clear()
            table.update(kept)
        if self.journal is not None:
            self.journal.update(dict.fromkeys(self.values))


def edge(filled: list[int], at: int, step: int, last: int) -> int:
    """In a line of cells of which `filled` hold something: where one step of Ctrl+arrow goes from `at`."""
    here = bisect_left(filled, at)
    inside = here < len(filled) and filled[here] == at
    if inside and 0 <= here + step < len(filled) and filled[here + step] == at + step:
        while 0 <= here + step < len(filled) and filled[here + step] == filled[here] + step:
            here += step
        return filled[here]
    following = bisect_right(filled, at) if step > 0 else here - 1
    if 0 <= following < len(filled):
        return filled[following]
    return last if step > 0 else 1


# ---------------------------------------------------------------- references

_CELL: Final = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_AREA: Final = re.compile(rf"{_CELL}(?::{_CELL})?")
_LINES: Final = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})|\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_R1C1: Final = re.compile(r"[Rr](\[?)(-?\d{1,7}|)\]?[Cc](\[?)(-?\d{1,7}|)\]?")
SHEET: Final = re.compile(r"(?:'((?:[^']|'')*)'|([\w.\[\]]+))!")


def column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    return a1(1, number)[:-1]


def area_of(reference: str) -> Area | None:
    """The area of `A1`, `$A$1:B2`, `A:C` or `1:3`; None for anything else."""
    text = reference.strip()
    match = _AREA.fullmatch(text)
    if match is not None:
        r1, c1 = int(match[2]), column_number(match[1])
        r2, c2 = (int(match[4]), column_number(match[3])) if match[3] else (r1, c1)
    else:
        match = _LINES.fullmatch(text)
        if match is None:
            return None
        if match[1]:
            r1, c1, r2, c2 = int(match[1]), 1, int(match[2]), COLUMNS
        else:
            r1, c1, r2, c2 = 1, column_number(match[3]), ROWS, column_number(match[4])
    area = (min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2))
    return area if area[0] >= 1 and area[2] <= ROWS and area[3] <= COLUMNS else None


def r1c1_area(text: str, at: Place) -> Area | None:
    """The cell of `R2C3` or `R[-1]C`, seen from another."""
    match = _R1C1.fullmatch(text.strip())
    if match is None:
        return None
    row = at[0] + int(match[2] or 0) if match[1] or not match[2] else int(match[2])
    column = at[1] + int(match[4] or 0) if match[3] or not match[4] else int(match[4])
    return (row, column, row, column) if 1 <= row <= ROWS and 1 <= column <= COLUMNS else None


_R1C1_INSIDE: Final = re.compile(r"(?<![\w\"'$.])[Rr](?:\[-?\d{1,7}\]|\d{1,7})?[Cc](?:\[-?\d{1,7}\]|\d{1,5})?(?![\w(\"'])")


def formula_from_r1c1(text: str, at: Place) -> str:
    """A formula with its references in A1 notation. What stands between quotes stays."""

    def convert(match: re.Match[str]) -> str:
        area = r1c1_area(match[0], at)
        return a1(area[0], area[1]) if area is not None else match[0]

    pieces = text.split('"')
    pieces[::2] = [_R1C1_INSIDE.sub(convert, piece) for piece in pieces[::2]]
    return '"'.join(pieces)


def sheet_prefix(text: str) -> tuple[str, str]:
    """(name of the sheet, the rest) of `Sheet1!A1`; the name is empty where there is none."""
    match = SHEET.match(text)
    if match is None:
        return "", text
    name = (match[1] or "").replace("''", "'") or match[2] or ""
    return name.rpartition("]")[2], text[match.end() :]


def split_areas(text: str) -> list[str]:
    """The parts of `A1,B2:C3`, commas between quotes aside."""
    parts, depth, start = [], False, 0
    for at, c in enumerate(text):
        if c == "'":
            depth = not depth
        elif c == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def address(area: Area, *, row_fixed: bool = True, column_fixed: bool = True) -> str:
    """`$A$1`, `$A$1:$B$2`, `$A:$A`, `$1:$1`."""
    r1, c1, r2, c2 = area
    row, column = "$" if row_fixed else "", "$" if column_fixed else ""
    if c1 == 1 and c2 == COLUMNS:
        return f"{row}{r1}:{row}{r2}"
    if r1 == 1 and r2 == ROWS:
        return f"{column}{column_letters(c1)}:{column}{column_letters(c2)}"
    first = f"{column}{column_letters(c1)}{row}{r1}"
    return first if (r1, c1) == (r2, c2) else f"{first}:{column}{column_letters(c2)}{row}{r2}"


def shown_value(value: Any) -> str:
    """A cell as text in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return display(value)
