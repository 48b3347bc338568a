"""The cells of a sheet while macros run: what the file held, what was written since, and which formulas come next in a column."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.xlm.values import ERRORS
from emoscan.parse.ptg import sheet_prefix
from emoscan.parse.workbook import Sheet, Style, a1, from_a1

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Code

SHIFT: Final = 15
"""A place is one number: row << 15 | column, both from 1."""

PLAIN: Final = Style()


def place_of(row: int, column: int) -> int:
    return row << SHIFT | column


class Grid:
    """One sheet. `values` and `formulas` change as macros write; `reset` brings back what the file held."""

    def __init__(self, record: Sheet) -> None:
        self.record = record
        self.name = record.name
        self.prefix = sheet_prefix(record.name)
        self.macro = record.type == "macro"
        self.visibility = record.visibility
        self.values: dict[int, Any] = {}
        self.formulas: dict[int, str] = {}
        self.styles: dict[int, int] = {}
        self.notes: dict[str, str] = {}
        self.compiled: dict[str, Code] = {}
        """Code by the text of the formula; kept when the sheet is reset."""
        self.written: set[int] = set()
        """Places a macro wrote a formula to."""
        self.array_formulas: set[int] = set()
        """Places of formulas that calculate with arrays."""
        self.cached: dict[int, Any] = {}
        """Results of formulas as the file holds them."""
        self.changed = True
        self.journal: dict[int, None] | None = None
        """Places written to, in their order, for somebody who wants to know; None when nobody does."""
        self.number = 0
        """Added to a place, it tells the sheet as well."""
        self._first: tuple[dict[int, Any], dict[int, str], dict[int, int]] | None = None
        self._columns: dict[int, list[int]] | None = None
        self._arrays: dict[int, tuple[int, int, int, int]] | None = None

    def reset(self) -> None:
        """As the file has it. The dictionaries stay the same objects: compiled code holds on to them."""
        self.journal = None
        if not self.changed:
            return
        self.changed = False
        if self._first is None:
            self._first = self._read()
            self.cached = {place: value for place in self._first[1] if (value := self._first[0].get(place)) is not None}
        tables: tuple[dict[int, Any], ...] = (self.values, self.formulas, self.styles)
        firsts: tuple[dict[int, Any], ...] = self._first
        for mine, first in zip(tables, firsts):
            mine.clear()
            mine.update(first)
        self.written.clear()
        self.notes = dict(self.record.notes)
        self.array_formulas = {self._place(area) for area in self.record.arrays.values()}
        self._columns = None
        self.visibility = self.record.visibility
        self.name = self.record.name

    @staticmethod
    def _place(area: str) -> int:
        """Of the first cell of an area, 0 for what is none."""
        try:
            row, column = from_a1(area.partition(":")[0])
        except ValueError:
            return 0
        return row << SHIFT | column

    def _read(self) -> tuple[dict[int, Any], dict[int, str], dict[int, int]]:
        values: dict[int, Any] = {}
        formulas: dict[int, str] = {}
        styles: dict[int, int] = {}
        for cell in self.record.cells:
            place = cell.row << SHIFT | cell.column
            value = cell.value
            if value is not None:
                values[place] = ERRORS.get(value, value) if isinstance(value, str) and value[:1] == "#" else value
            if cell.formula:
                formulas[place] = cell.formula
            if cell.style:
                styles[place] = cell.style
        return values, formulas, styles

    # ------------------------------------------------------------ writing

    def put(self, row: int, column: int, value: Any) -> None:
        """Write a constant."""
        self.changed = True
        place = row << SHIFT | column
        if self.journal is not None:
            self.journal[place] = None
        if value is None:
            self.values.pop(place, None)
        else:
            self.values[place] = value
        if self.formulas.pop(place, None) is not None and self._columns is not None:
            rows = self._columns.get(column, [])
            at = bisect_left(rows, row)
            if at < len(rows) and rows[at] == row:
                del rows[at]

    def put_formula(self, row: int, column: int, formula: str) -> None:
        """Write a formula; what it gives is worked out when it is asked for or run."""
        self.changed = True
        place = row << SHIFT | column
        if self.journal is not None:
            self.journal[place] = None
        self.array_formulas.discard(place)
        self.values.pop(place, None)
        self.cached.pop(place, None)
        if place not in self.formulas and self._columns is not None:
            insort(self._columns.setdefault(column, []), row)
        self.formulas[place] = formula
        self.written.add(place)

    def result(self, place: int, value: Any) -> None:
        """Keep what the formula of a cell gave."""
        self.changed = True
        self.values[place] = value

    # ------------------------------------------------------------ looking

    def next_formula(self, row: int, column: int) -> int:
        """The first row from `row` on that holds a formula in the column; 0 when there is none."""
        if self._columns is None:
            self._columns = {}
            for place in self.formulas:
                self._columns.setdefault(place & 0x7FFF, []).append(place >> SHIFT)
            for rows in self._columns.values():
                rows.sort()
        found = self._columns.get(column)
        if not found:
            return 0
        at = bisect_left(found, row)
        return found[at] if at < len(found) else 0

    def rows_below(self, row: int, column: int) -> list[int]:
        """Rows below `row` that hold formulas in the column."""
        self.next_formula(row, column)
        found = (self._columns or {}).get(column, [])
        return found[bisect_right(found, row) :]

    def columns(self) -> list[int]:
        """Columns that hold formulas."""
        self.next_formula(1, 1)
        return sorted(self._columns or ())

    def extent(self) -> tuple[int, int]:
        """(last row, last column) that hold anything."""
        rows = max((place >> SHIFT for place in self.values), default=1)
        columns = max((place & 0x7FFF for place in self.values), default=1)
        return max(rows, *(place >> SHIFT for place in self.formulas), 1), max(columns, *(place & 0x7FFF for place in self.formulas), 1)

    def style_of(self, row: int, column: int) -> int:
        """Index of the look of a cell: its own, else its row's, else its column's."""
        own = self.styles.get(row << SHIFT | column)
        if own is not None:
            return own
        found = self.record.row_styles.get(row)
        return found if found is not None else self.record.column_styles.get(column, 0)

    def in_array(self, row: int, column: int) -> str:
        """The range of the array formula that a cell is part of, "" for none."""
        if self._arrays is None:
            self._arrays = {}
            for area in self.record.arrays.values():
                first, _, last = area.partition(":")
                try:
                    top, left = from_a1(first)
                    bottom, right = from_a1(last or first)
                except ValueError:
                    continue
                self._arrays[top << SHIFT | left] = (top, left, bottom, right)
        for top, left, bottom, right in self._arrays.values():
            if top <= row <= bottom and left <= column <= right:
                return f"{a1(top, left)}:{a1(bottom, right)}"
        return ""
