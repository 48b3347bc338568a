"""The machine that Excel 4 macros run on: a cursor that moves down the cells, names, sheets, and what formulas ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.evaluate.core.encoding import ansi_decode, ansi_encode
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.machine import Emit, Machine
from emoscan.evaluate.core.memory import Block
from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown, display
from emoscan.evaluate.core.world import World
from emoscan.evaluate.xlm import library
from emoscan.evaluate.xlm.blocks import MAX_IDLE, Loop, leave_loop
from emoscan.evaluate.xlm.compiler import Code, Compiler, area_of_any, calculate
from emoscan.evaluate.xlm.grid import SHIFT, Grid
from emoscan.evaluate.xlm.library import Function
from emoscan.evaluate.xlm.values import NAME, NULL, REF, VALUE, Array, Lambda, Ref, Refs, compare, shown, to_bool, to_number, to_text
from emoscan.parse.bundle import XlmWorkbook
from emoscan.parse.lazy import lazy
from emoscan.parse.workbook import Sheet, Style, Workbook

MAX_CELLS: Final = 60_000
"""Formulas that one run carries out."""
MAX_FRAMES: Final = 2_000
"""Subroutines that wait for each other."""
MAX_DEPTH: Final = 40
"""Of those, as many as are called in the middle of a formula; also cells whose values depend on each other."""
MAX_CALLS: Final = 10_000
"""Of functions that formulas make, in one cell."""
MAX_LISTED: Final = 4_000
OFTEN: Final = 3
"""Times a cell runs before only the last is listed: the pieces of a text that a loop puts together say nothing."""
MAX_SHOWN: Final = 600
"""Characters of a formula or value in the listing."""

ENTERED: Final = Unknown("a subroutine")
"""What a call in the last position gives: the result comes when the subroutine returns."""


class Halt(ScriptEnd):
    """HALT, closing the workbook, quitting Excel: all macros end."""


class TooLong(ScriptEnd):
    """One of several runs took more steps than it is worth."""


SPENT_TOGETHER: Final = 512
"""Operations that are taken from the budget at a time."""

NOTHING: Final[list[tuple[str, list[Any]]]] = []


class Line:
    """A cell that ran: what it was, and what came of it."""

    __slots__ = ("acts", "formula", "grid", "number", "place", "value")

    def __init__(self, number: int, grid: Grid, place: int, *, formula: str, acts: list[tuple[str, list[Any]]], value: Any) -> None:
        self.number, self.grid, self.place, self.formula, self.acts, self.value = number, grid, place, formula, acts, value


class Frame:
    """A macro that runs: where its cursor stands."""

    __slots__ = ("arguments", "caller", "column", "grid", "loops", "row", "taken")

    def __init__(self, grid: Grid, row: int, column: int, arguments: list[Any], caller: tuple[Grid, int] | None) -> None:
        self.grid, self.row, self.column = grid, row, column
        self.arguments = arguments
        self.taken = 0
        self.caller = caller
        """Cell that called, whose value the result becomes."""
        self.loops: list[Loop] = []


class Decision(NamedTuple):
    sheet: str
    place: int
    number: int
    """Of the decisions in the cell."""


class XlmMachine(Machine):
    language = "XLM"

    def __init__(self, budget: Budget, world: World, emit: Emit, grids: list[Grid], bundle: XlmWorkbook) -> None:
        super().__init__(budget, world, emit)
        library.load()
        self.grids = grids
        for index, grid in enumerate(grids):
            grid.number = index << 40
        self.book: Workbook = bundle.workbook
        self.by_name = {grid.name.lower(): grid for grid in grids}
        self.names: dict[tuple[str, str], Any] = {}
        """(sheet, name) in lower case, sheet "" for those of the whole workbook; `Defined` until a macro sets them."""
        for name in self.book.names:
            self.names.setdefault((name.sheet.lower(), name.name.lower()), Defined(name.formula, name.sheet))
            self.names.setdefault(("", name.name.lower()), Defined(name.formula, name.sheet))
        first = grids[min(self.book.active_sheet, len(grids) - 1)]
        self.selection = Ref(first, 1, 1)
        self.chosen: Ref | None = None
        """Cell of the selection that was made the active one."""
        self.calls = [0, 0]
        """The cell that runs, by its number among those that did, and how often functions that formulas make were called in it."""
        self.bound: dict[str, Any] = {}
        """Names that the formula itself has given values, by LET and LAMBDA."""
        self.frames: list[Frame] = []
        self.here: tuple[Grid, int, int] = (first, 1, 1)
        """Cell whose formula is worked out."""
        self.depth = 0
        self.jump: Ref | None = None
        self.entering: Frame | None = None
        self.breaking = False
        """BREAK stood inside of another function: the loop ends behind this cell."""
        self.returning: list[Any] | None = None
        self.cells_left = MAX_CELLS
        self.owed = 0
        """Operations that are still to be taken from the budget."""
        self.registered: dict[str, Registered] = {}
        self.by_id: dict[float, Registered] = {}
        self.open_files: dict[float, Any] = {}
        self.timed: list[Ref] = []
        """Macros that are to run later: at a time, on a key, on an event."""
        self.flips: frozenset[Decision] = frozenset()
        """Decisions that go the other way."""
        self.decisions: dict[Decision, bool] = {}
        self.repeated: set[Decision] = set()
        """Those that were made more than once."""
        self.ordinal = 0
        self.ran: dict[int, list[Line]] = {}
        """What ran, by cell. Of a cell that ran often, the last time only."""
        self.lines = 0
        self.acts: list[tuple[str, list[Any]]] = []
        """Commands the cell gave, with what they were given."""
        self.calculated: list[tuple[Grid, int]] = []
        """Cells of worksheets whose value was worked out since the last change."""
        self.touched = False
        self.working: set[tuple[int, int]] = set()
        self.times = 0
        """Questions for the time; the clock goes on with each."""
        self.unread: dict[str, None] = {}
        self.surroundings: set[str] = set()
        """Questions whose answers keys may be made of."""
        self.answers: dict[str, float] = {}
        """Answers to such questions that differ from those of the profile."""
        self.numeric: dict[str, float] = {}
        """Questions that were answered with a number."""
        self.characters = _characters(self.codec)
        """By their codes, for CHAR."""
        self.operating_system = "Windows (64-bit) NT :.00"
        self.choices = 0
        """Ways that chance may go, as far as the macro asked it; `shift` is the one it goes."""
        self.shift = 0
        self.copied: Ref | None = None
        self.foreign: Callable[[str, list[Any]], Any] | None = None
        """Calls a procedure of VBA by its name; MISSING when there is none."""
        self.result: Any = None
        """What the last macro that was started gave back."""
        self.sought = ""
        """What FORMULA.FIND looked for last."""
        self.on_error: Ref | None = None
        """The macro that ERROR(TRUE, …) named: where it goes on when a command fails."""
        self.dde_program = ""
        self.changes = 0
        """Counts writes to cells and names, and effects."""
        self.waits: dict[int, list[int]] = {}
        """By place that is jumped back to: how often, and the count of changes then."""
        self.patience = 0
        """Rounds of one loop, all together, after which it is left; 0 for no limit."""
        self.rounds: dict[int, int] = {}
        """Of loops, by the cell they begin with."""
        self.made: list[str] = []
        """Command lines that were started: what they name may be files that they write."""
        self.strange = 0
        """Texts that were written to cells and are unlike anything a macro would write."""
        self.written = 0

    # ------------------------------------------------------------ accounting

    def spend(self, operations: int) -> None:
        self.owed += operations
        if self.owed > SPENT_TOGETHER:
            self.settle()

    def settle(self) -> None:
        """Take what is owed from the budget."""
        owed, self.owed = self.owed, 0
        self.budget.spend(owed)

    # ------------------------------------------------------------ sheets, names, references

    def find(self, name: str) -> Grid | None:
        found = self.by_name.get(name.lower())
        if found is None and name.startswith("["):
            found = self.by_name.get(name.rpartition("]")[2].lower())
        return found

    def add_sheet(self, record: Sheet) -> Grid:
        """A new sheet, behind the others."""
        grid = Grid(record)
        grid.number = len(self.grids) << 40
        self.grids.append(grid)
        self.by_name[grid.name.lower()] = grid
        return grid

    @property
    def active(self) -> Ref:
        """The active cell: the first of the selection, unless another was chosen."""
        all_, one = self.selection, self.chosen
        if one is not None and one.grid is all_.grid and all_.top <= one.top <= all_.bottom and all_.left <= one.left <= all_.right:
            return one
        return Ref(all_.grid, all_.top, all_.left)

    def style(self, ref: Ref) -> Style:
        number = ref.grid.style_of(ref.top, ref.left)
        return self.book.styles[number] if 0 <= number < len(self.book.styles) else Style()

    def reference(self, text: str, where: Grid | str) -> Ref | None:
        """A reference written out, in either notation; `where`: the sheet, or its name ("" for the active one)."""
        grid: Grid | None = where if isinstance(where, Grid) else self.find(where) if where else self.selection.grid
        if grid is None:
            return None
        area = area_of_any(text, self.here[1], self.here[2])
        return Ref(grid, *area) if area is not None else None

    def refer(self, value: Any) -> Ref | None:
        """The cells an argument names: a reference, or the text of one, or a name."""
        if type(value) is Ref:
            return value
        if type(value) is Refs:
            return value.areas[0]
        if type(value) is not str:
            return None
        sheet, mark, rest = value.strip().removeprefix("=").rpartition("!")
        sheet = sheet.strip("'").replace("''", "'")
        found = self.reference(rest, sheet if mark else self.here[0])
        if found is None:
            named = self.name_value(rest, self.here[0], sheet or None)
            found = named if type(named) is Ref else None
        return found

    def define(self, name: str, value: Any, sheet: str = "") -> None:
        self.spend(1)
        self.changes += 1
        self.names[sheet.lower(), name.lower()] = value

    def named(self, name: str, grid: Grid, sheet: str | None) -> Any:
        """What a name was set to; MISSING for one nobody defined."""
        key = name.lower()
        get = self.names.get
        if sheet:
            found = get((sheet.lower(), key), MISSING)
            if found is not MISSING:
                return found
        found = get((grid.name.lower(), key), MISSING)
        return get(("", key), MISSING) if found is MISSING else found

    def name_value(self, name: str, grid: Grid, sheet: str | None) -> Any:
        found = self.named(name, grid, sheet)
        if found is MISSING:
            registered = self.registered.get(name.lower())
            return registered.id if registered else NAME
        if type(found) is not Defined:
            return found
        if self.depth >= MAX_DEPTH:
            return Unknown(f"name {name}")
        self.depth += 1
        try:
            home = self.find(found.sheet) or grid
            return self.compiled(home, found.formula).run(self)
        finally:
            self.depth -= 1

    def combine(self, kind: str, left: Any, right: Any) -> Any:
        one, other = self.refer(left), self.refer(right)
        if one is None or other is None:
            return next((value for value in (left, right) if type(value) is Unknown), REF)
        if kind == "union":
            return Refs([*(left.areas if type(left) is Refs else [one]), *(right.areas if type(right) is Refs else [other])])
        if kind == "range":
            return Ref(
                one.grid,
                min(one.top, other.top),
                min(one.left, other.left),
                max(one.bottom, other.bottom),
                max(one.right, other.right),
            )
        top, left_, bottom, right_ = (
            max(one.top, other.top),
            max(one.left, other.left),
            min(one.bottom, other.bottom),
            min(one.right, other.right),
        )
        return Ref(one.grid, top, left_, bottom, right_) if top <= bottom and left_ <= right_ and one.grid is other.grid else NULL

    # ------------------------------------------------------------ values of cells

    def compiled(self, grid: Grid, formula: str, *, array: bool = False) -> Code:
        """The code of a formula; of one that calculates with arrays, `array`."""
        key = f"{{{formula}" if array else formula
        code = grid.compiled.get(key)
        if code is None:
            self.grow(2 * len(formula))
            code = grid.compiled[key] = Compiler(grid, self.find, array=array).code(formula)
        return code

    def cell(self, grid: Grid, row: int, column: int) -> Any:
        place = row << SHIFT | column
        value = grid.values.get(place)
        return self.pending(grid, place) if value is None else value

    def pending(self, grid: Grid, place: int) -> Any:
        """The value of a cell that has none yet: that of its formula, nothing for an empty one."""
        formula = grid.formulas.get(place)
        if formula is None:
            return None
        code = self.compiled(grid, formula, array=place in grid.array_formulas)
        if grid.macro and not code.pure:
            return grid.cached.get(place, 0.0)
        key = (id(grid), place)
        if key in self.working or self.depth >= MAX_DEPTH:
            return grid.cached.get(place, Unknown(f"cell {grid.name}"))
        self.spend(code.size + 2)
        self.working.add(key)
        self.depth += 1
        here, self.here = self.here, (grid, place >> SHIFT, place & 0x7FFF)
        try:
            value = self.single(code.run(self))
        finally:
            self.here = here
            self.depth -= 1
            self.working.discard(key)
        if type(value) is Array:
            value = value.rows[0][0]
        if type(value) is Unknown and place in grid.cached:
            value = grid.cached[place]
        if value is None or value is MISSING:
            value = 0.0
        grid.result(place, value)
        if not grid.macro:
            self.calculated.append((grid, place))
        return value

    def changed(self) -> None:
        """A cell is written to: what formulas of worksheets gave before is worked out again when it is asked for."""
        self.changes += 1
        if self.touched and not self.calculated:
            return
        if not self.touched:
            self.touched = True
            for grid in self.grids:
                if not grid.macro:
                    self.spend(len(grid.formulas) // 8)
                    for place in grid.formulas:
                        grid.values.pop(place, None)
                    grid.changed = True
        for grid, place in self.calculated:
            grid.values.pop(place, None)
        self.spend(len(self.calculated))
        self.calculated.clear()

    def fill(self, ref: Ref, value: Any) -> None:
        """Write constants to cells."""
        self.changed()
        value = True if value is MISSING else value
        if ref.top == ref.bottom and ref.left == ref.right and type(value) is not Array:
            self.spend(1)
            if type(value) is str and len(value) > 1_024:
                self.grow(64)
            ref.grid.put(ref.top, ref.left, value)
            return
        rows = value.rows if type(value) is Array else None
        for row, column in ref.places():
            self.spend(1)
            item = value
            if rows is not None:
                line = rows[min(row - ref.top, len(rows) - 1)]
                item = line[min(column - ref.left, len(line) - 1)]
            if type(item) is str and len(item) > 1_024:
                self.grow(64)
            ref.grid.put(row, column, item)

    def single(self, value: Any) -> Any:
        """One value of a reference: its cell, or the one in our row or column."""
        if type(value) is Refs:
            value = value.areas[0]
        if type(value) is not Ref:
            return value
        row, column = value.top, value.left
        if value.top != value.bottom or value.left != value.right:
            _, our_row, our_column = self.here
            if value.left == value.right and value.top <= our_row <= value.bottom:
                row = our_row
            elif value.top == value.bottom and value.left <= our_column <= value.right:
                column = our_column
        return self.cell(value.grid, row, column)

    def whole(self, value: Any) -> Any:
        """All values of a reference, as formulas take it that calculate with arrays."""
        return self.single(value) if type(value) is Ref and value.single else Array(self.rows_of(value))

    def rows_of(self, value: Any) -> list[list[Any]]:
        """The values of an argument as rows."""
        if type(value) is Refs:
            return [row for area in value.areas for row in self.rows_of(area)]
        if type(value) is Array:
            return value.rows
        if type(value) is not Ref:
            return [[value]]
        if value.top == value.bottom and value.left == value.right:
            return [[self.cell(value.grid, value.top, value.left)]]
        rows: dict[int, list[Any]] = {}
        for row, column in value.places():
            self.spend(1)
            rows.setdefault(row, []).append(self.cell(value.grid, row, column))
        return list(rows.values())

    def flat(self, values: tuple[Any, ...]) -> Iterator[Any]:
        for value in values:
            for row in self.rows_of(value):
                yield from row

    # ------------------------------------------------------------ operators

    def broadcast(self, function: Callable[..., Any], values: list[Any]) -> Array:
        """A function of single values on arrays, element by element."""
        height = max(len(value.rows) for value in values if type(value) is Array)
        width = max(len(value.rows[0]) for value in values if type(value) is Array)
        self.spend(height * width)
        self.grow(height * width * 16)

        def at(value: Any, row: int, column: int) -> Any:
            if type(value) is not Array:
                return value
            line = value.rows[row if len(value.rows) > 1 else 0] if row < len(value.rows) or len(value.rows) == 1 else []
            column = 0 if len(line) == 1 else column
            return line[column] if column < len(line) else ErrorValue(2042)

        return Array([[function(*[at(v, r, c) for v in values]) for c in range(width)] for r in range(height)])

    def joined(self, pieces: list[Any]) -> Any:
        def join(*parts: Any) -> Any:
            texts: list[Any] = [to_text(part) for part in parts]
            bad = next((text for text in texts if type(text) is ErrorValue), None)
            return bad if bad is not None else Unknown.join(texts)

        return self.broadcast(join, pieces)

    def arithmetic(self, operator: str, left: Any, right: Any) -> Any:
        self.spend(1)
        if type(left) is Array or type(right) is Array:
            return self.broadcast(lambda a, b: self.arithmetic(operator, a, b), [left, right])
        one, other = to_number(self.single(left)), to_number(self.single(right))
        if not isinstance(one, float):
            return one
        return calculate(operator, one, other) if isinstance(other, float) else other

    def compare(self, operator: str, left: Any, right: Any) -> Any:
        self.spend(1)
        if type(left) is Array or type(right) is Array:
            return self.broadcast(lambda a, b: self.compare(operator, a, b), [left, right])
        left, right = self.single(left), self.single(right)
        for value, other in ((left, right), (right, left)):
            if type(value) is ErrorValue:
                return value
            if type(value) is Unknown:
                self.compared(value, other)
                return value
        order = compare(left, right)
        return _ORDERS[operator](order)

    def odd(self, function: Function, values: list[Any]) -> Any:
        """A function of single values, asked with an error, an array, or something unknown."""
        if any(type(value) is Array for value in values):
            return self.broadcast(lambda *given: self.apply(function, list(given)), values)
        return next(value for value in values if type(value) is ErrorValue or type(value) is Unknown)

    def apply(self, function: Function, values: list[Any]) -> Any:
        for value in values:
            if type(value) is ErrorValue or type(value) is Unknown:
                return value
        return function.run(self, *values)

    def truth_of(self, value: Any) -> bool | Unknown | ErrorValue:
        return to_bool(self.single(value))

    def decide(self, value: Any) -> bool:
        """Which way a test goes. Remembered, so that another run can go the other way."""
        truth = self.truth_of(value)
        outcome = False if type(truth) is ErrorValue else bool(truth)
        grid, row, column = self.here
        decision = Decision(grid.name, row << SHIFT | column, self.ordinal)
        self.ordinal += 1
        if decision in self.flips:
            outcome = not outcome
        if len(self.decisions) < 2_000:
            if self.decisions.pop(decision, None) is not None:  # the last comes last
                self.repeated.add(decision)
            self.decisions[decision] = outcome
        return outcome

    # ------------------------------------------------------------ running

    def run_at(self, start: Ref, arguments: list[Any] | None = None) -> Any:
        """Run the macro that begins at a cell to its end; its result."""
        base = len(self.frames)
        if self.depth >= MAX_DEPTH or base >= MAX_FRAMES:
            return Unknown("macros that call each other too deeply")
        self.depth += 1
        here, jump, acts, ordinal = self.here, self.jump, self.acts, self.ordinal
        self.jump = None
        self.frames.append(Frame(start.grid, start.top, start.left, arguments or [], None))
        result: Any = None
        try:
            while len(self.frames) > base:
                result = self.step()
        finally:
            del self.frames[base:]
            self.here, self.jump, self.acts, self.ordinal = here, jump, acts, ordinal
            self.depth -= 1
        return result

    def step(self) -> Any:
        """Carry out the next cell of the innermost macro. Returns the macro's result when it ends with it."""
        frame = self.frames[-1]
        grid, column = frame.grid, frame.column
        row = grid.next_formula(frame.row, column)
        if not row:
            return self.leave(frame, None)
        self.cells_left -= 1
        if self.cells_left < 0:
            raise TooLong
        place = row << SHIFT | column
        formula = grid.formulas[place]
        if grid.array_formulas and place in grid.array_formulas:
            code = self.compiled(grid, formula, array=True)
        else:
            code = grid.compiled.get(formula) or self.compiled(grid, formula)
        self.owed += code.size + 4
        if self.owed > SPENT_TOGETHER:
            self.settle()
        self.here = (grid, row, column)
        frame.row = row + 1
        if self.acts:
            self.acts = []
        self.ordinal = 0
        block = code.block
        value = code.run(self) if block is None else block(self, frame, row, code)
        if self.entering is not None:
            entered, self.entering = self.entering, None
            entered.caller = (grid, place)
            self.note(grid, place, formula, None)
            if len(self.frames) >= MAX_FRAMES:
                raise TooLong
            self.frames.append(entered)
            return None
        self.keep(grid, place, value)
        self.note(grid, place, formula, value)
        if self.returning is not None:
            result, self.returning = self.returning[0], None
            return self.leave(frame, result)
        if type(value) is ErrorValue and self.on_error is not None and not code.pure and self.jump is None:
            self.jump, self.on_error = self.on_error, None
        if self.breaking:
            self.breaking = False
            leave_loop(self, frame, row)
        if self.jump is not None:
            target, self.jump = self.jump, None
            if not self._waits(target, grid, row):
                frame.grid, frame.row, frame.column = target.grid, target.top, target.left
        return None

    def _waits(self, target: Ref, grid: Grid, row: int) -> bool:
        """Whether a jump back is one round too many of a loop that only waits."""
        if target.grid is not grid or target.top > row:
            return False
        seen = self.waits.setdefault(row << SHIFT | target.left, [0, -1])
        now = self.changes + self.effects
        seen[0], seen[1] = (seen[0] + 1 if seen[1] == now else 0), now
        return seen[0] > MAX_IDLE or not self.goes_round(grid, row, target.left)

    def goes_round(self, grid: Grid, row: int, column: int) -> bool:
        """Whether there is patience left for one more round of the loop that begins (or ends) with a cell."""
        if not self.patience:
            return True
        key = grid.number + (row << SHIFT | column)
        self.rounds[key] = self.rounds.get(key, 0) + 1
        return self.rounds[key] <= self.patience

    def keep(self, grid: Grid, place: int, value: Any) -> None:
        """The result of a formula becomes the value of its cell."""
        if type(value) not in PLAIN:
            value = self.single(value)
            if type(value) is Array:
                value = value.rows[0][0] if value.rows and value.rows[0] else 0.0
            if value is None or value is MISSING:
                value = 0.0
        if place in grid.formulas:
            grid.changed = True
            grid.values[place] = value
            if grid.journal is not None:
                grid.journal[place] = None

    def leave(self, frame: Frame, result: Any) -> Any:
        self.frames.pop()
        if frame.caller is not None:
            self.keep(*frame.caller, result)
        return result

    def enter(self, start: Ref, arguments: list[Any], *, tail: bool) -> Any:
        """Call a subroutine. In the last position of a formula nothing of it is left to do, so that no depth is needed."""
        if tail and self.jump is None:
            self.entering = Frame(start.grid, start.top, start.left, arguments, None)
            return ENTERED
        return self.run_at(start, arguments)

    def call_name(self, name: str, sheet: str | None, grid: Grid, arguments: list[Any], *, tail: bool) -> Any:
        """A function that is no function of Excel: registered by the macro, or a macro with a name."""
        from emoscan.evaluate.xlm.library.calls import invoke

        registered = self.registered.get(name.lower())
        if registered is not None:
            return invoke(self, registered, arguments)
        found = self.name_value(name, grid, sheet)
        if type(found) is Ref:
            return self.enter(found, arguments, tail=tail)
        if type(found) is Lambda:
            return self.call_lambda(found, arguments)
        if type(found) is float and found in self.by_id:
            return invoke(self, self.by_id[found], arguments)
        if found == NAME:
            place = self.reference(name, grid if sheet is None else sheet)
            if place is not None:
                return self.call_value(place, arguments, tail=tail)
            given = MISSING if self.foreign is None else self.foreign(name, arguments)
            if given is not MISSING:
                return self.traced(name, arguments, given)
        shown_arguments = ",".join(shown(self.single(argument))[:200] for argument in arguments[:12])
        return self.unmodelled(f"{sheet + '!' if sheet else ''}{name}({shown_arguments})")

    def call_value(self, what: Any, arguments: list[Any], *, tail: bool) -> Any:
        """A reference with parentheses behind it: the macro there, or the function whose registration its cell holds."""
        from emoscan.evaluate.xlm.library.calls import invoke

        value = self.single(what)
        if type(value) is Lambda:
            return self.call_lambda(value, arguments)
        if type(value) is float and value in self.by_id:
            return invoke(self, self.by_id[value], arguments)
        if type(value) is str and value.lower() in self.registered:
            return invoke(self, self.registered[value.lower()], arguments)
        ref = self.refer(what)
        return REF if ref is None else self.enter(ref, arguments, tail=tail)

    def call_lambda(self, function: Any, arguments: list[Any]) -> Any:
        """Call a function that a formula made. Arguments left out are MISSING in it."""
        if type(function) is not Lambda or len(arguments) > len(function.parameters):
            return function if type(function) is Unknown else VALUE
        if self.calls[0] != self.lines:
            self.calls = [self.lines, 0]
        self.calls[1] += 1
        if self.depth >= MAX_DEPTH or self.calls[1] > MAX_CALLS:
            return Unknown("functions that call each other too deeply")
        self.spend(20)
        before = self.bound
        self.bound = {**function.bound, **dict.fromkeys(function.parameters, MISSING), **dict(zip(function.parameters, arguments))}
        self.depth += 1
        try:
            return function.body(self)
        finally:
            self.bound = before
            self.depth -= 1

    # ------------------------------------------------------------ the record

    def traced(self, name: str, values: list[Any], result: Any) -> Any:
        """Note a command with what it was given. Of CALL, the function it calls was noted already."""
        if len(self.acts) < 20 and name != "CALL":
            self.acts.append((name, values))
        return result

    def note(self, grid: Grid, place: int, formula: str, value: Any) -> None:
        """One line of the listing of what ran."""
        self.lines += 1
        key = grid.number + place
        known = self.ran.get(key)
        acts = self.acts or NOTHING
        if known is None:
            if len(self.ran) < MAX_LISTED:
                self.ran[key] = [Line(self.lines, grid, place, formula=formula, acts=acts, value=value)]
        elif len(known) == 1 and known[0].number < 0:
            line = known[0]
            line.number, line.formula, line.acts, line.value = -self.lines, formula, acts, value
        elif len(known) < OFTEN:
            known.append(Line(self.lines, grid, place, formula=formula, acts=acts, value=value))
        else:  # from now on, the last alone is kept
            known[:] = [Line(-self.lines, grid, place, formula=formula, acts=acts, value=value)]

    def listing(self) -> list[str]:
        """What ran, in its order: cell, formula as it was carried out, result."""
        lines = sorted((line for known in self.ran.values() for line in known), key=lambda line: abs(line.number))
        return list(dict.fromkeys(self._line(line) for line in lines[-MAX_LISTED:]))

    def _line(self, line: Line) -> str:
        acts = (f"{name}({','.join(self._told(value) for value in values[:20])})" for name, values in line.acts)
        carried_out = "; ".join(acts) or line.formula[:MAX_SHOWN]
        text = f"{Ref(line.grid, line.place >> SHIFT, line.place & 0x7FFF).text()} ={carried_out[: 4 * MAX_SHOWN]}"
        return text if line.value is None else f"{text}  → {self._told(line.value)}"

    @staticmethod
    def _told(value: Any) -> str:
        return (repr(value) if type(value) in (Ref, Array) else shown(value))[:MAX_SHOWN]

    def wrote(self, value: Any) -> None:
        """A macro writes something to a cell: is it garbage, as a wrong key makes?"""
        self.written += 1
        if type(value) is ErrorValue:
            self.strange += 1
        elif isinstance(value, str):
            head = value[:200]
            if not head.isprintable() and any(not c.isprintable() and c not in "\r\n\t" for c in head):
                self.strange += 1

    def unreadable(self, why: str) -> Unknown:
        if len(self.unread) < 20:
            self.unread[why] = None
        return Unknown(why)

    def where(self) -> dict[str, str]:
        grid, row, column = self.here
        return {"module": grid.name, "line": Ref(grid, row, column).text(sheet=False)}

    def roots(self) -> Iterator[Any]:
        for grid in self.grids:
            yield grid.values
            yield grid.formulas
        yield self.names

    def run(self, command: str | Unknown, how: str, **detail: Any) -> None:
        super().run(command, how, **detail)
        line = display(command)
        if len(self.made) < 100:
            self.made.append(line.lower())
        exported = _EXPORT.search(line)
        if exported:
            # What a macro looks for in it is whether macros run without question here; they do not.
            text = f'Windows Registry Editor Version 5.00\r\n\r\n[{exported[1]}]\r\n"VBAWarnings"=dword:00000002\r\n'
            self.world.files.write(self.world.absolute(exported[2].strip('"')), text.encode("utf-16"))

    def made_by_program(self, path: str) -> bool:
        """Whether a command line named a file, so that its program may have written it."""
        name = path.lower().rpartition("\\")[2]
        return bool(name) and any(name in line for line in self.made)

    # ------------------------------------------------------------ for shared parts

    def text(self, value: Any) -> str | Unknown:
        text = to_text(self.single(value))
        return "#N/A" if type(text) is ErrorValue else text  # type: ignore[return-value]

    def number(self, value: Any) -> float | Unknown:
        number = to_number(self.single(value))
        return 0.0 if type(number) is ErrorValue else number  # type: ignore[return-value]

    def truth(self, value: Any) -> bool:
        return bool(self.truth_of(value))

    def items(self, value: Any) -> list[Any] | None:
        return [item for row in value.rows for item in row] if type(value) is Array else None

    def make_array(self, values: list[Any] | bytes, *, byte: bool = False) -> Any:  # noqa: ARG002 - arrays hold numbers
        return Array([[float(v) if type(v) is int else v for v in values]])

    def bytes_of(self, value: Any) -> bytes | Unknown:
        if type(value) is Array:
            numbers = [to_number(item) for row in value.rows for item in row]
            return bytes(int(number) & 0xFF for number in numbers if type(number) is float)
        text = self.text(value)
        return text if isinstance(text, Unknown) else ansi_encode(text, self.codec)

    def read_place(self, place: Any, offset: int, count: int, *, by_address: bool = False) -> bytes | Unknown:  # noqa: ARG002
        if isinstance(place, Block):
            return bytes(place.data[offset : offset + count])
        content = self.bytes_of(place)
        return content if isinstance(content, Unknown) else content[offset : offset + count]

    def write_place(self, place: Any, offset: int, data: bytes) -> None:
        """Texts and cells are handed to functions as copies."""

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        ref = self.refer(function)
        return self.run_at(ref, list(args)) if ref is not None else Unknown("a call")

    def decoded(self, data: bytes) -> str:
        return ansi_decode(data, self.codec)


class Defined(Struct, frozen=True):
    """What a name stands for, by its formula."""

    formula: str
    sheet: str


class Registered(Struct, frozen=True):
    """A function of a library that the macro may call."""

    library: str
    function: str
    types: str
    id: float


_EXPORT: Final = lazy(r"""(?i)\breg(?:\.exe)?"?\s+export\s+("[^"]{1,400}"|\S{1,400})\s+("[^"]{1,400}"|\S{1,400})""")

PLAIN: Final = frozenset((float, str, bool))
"""Classes of values that a cell can hold as they are."""


@cache
def _characters(codec: str) -> tuple[str, ...]:
    return tuple(ansi_decode(bytes((code,)), codec) for code in range(256))


_ORDERS: Final[dict[str, Callable[[int], bool]]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}
