"""Workbooks with macros of both kinds, calling each other with arguments.

Each kind is evaluated in a run of its own. Where a macro sheet calls a procedure of VBA, the project is started beside it; where VBA starts
a macro sheet and goes on with what it gave and wrote, the sheet is run at once, and what it showed is left to the workbook that becomes
an artifact. Cells, names and files are the same to both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from emoscan.budget import Budget
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.values import MISSING, ErrorValue, Object, Unknown
from emoscan.evaluate.vba import run as vba
from emoscan.evaluate.vba.arrays import Array as VbaArray
from emoscan.evaluate.xlm import run as xlm
from emoscan.evaluate.xlm.grid import SHIFT
from emoscan.evaluate.xlm.machine import Defined, XlmMachine
from emoscan.evaluate.xlm.values import ERROR_TEXTS, ERRORS, NA, VALUE, Array, Ref, Refs
from emoscan.parse.bundle import VbaProject, XlmWorkbook
from emoscan.parse.lazy import lazy
from emoscan.parse.workbook import Sheet

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import ExcelHost
    from emoscan.evaluate.vba.host.grid import Grid as VbaGrid
    from emoscan.evaluate.vba.project import Project
    from emoscan.evaluate.xlm.grid import Grid

MAX_CALLS: Final = 200
"""Of procedures, out of one run of the macro sheets."""
MAX_RESULTS: Final = 20
"""Macro sheets that are run for what they give back and write."""
CELLS_OF_RESULT: Final = 5_000
"""Formulas until one has to have its result."""
CELLS_OF_RESULTS: Final = 20_000
"""And those of all of them."""
MAX_DEPTH: Final = 4
"""Macros of both kinds that wait for each other."""
MAX_TEXT: Final = 1 << 20
"""Characters of formulas that are looked through for names of procedures."""

_WORDS: Final = lazy(r"[^\W\d]\w*")


def calls_procedures(source: VbaProject) -> bool:
    """Whether formulas of macro sheets name procedures of the project."""
    book = source.document.workbook
    sheets = [sheet for sheet in book.sheets if sheet.type == "macro"] if book is not None else []
    if not sheets:
        return False
    code = "\n".join(module.source for module in source.modules)[:MAX_TEXT]
    procedures = {name.lower() for name in _PROCEDURES.findall(code)}
    formulas = "\n".join(cell.formula for sheet in sheets for cell in sheet.cells if cell.formula)[:MAX_TEXT]
    return not procedures.isdisjoint(word.lower() for word in set(_WORDS.findall(formulas)))


_PROCEDURES: Final = lazy(r"\b(?:sub|function)[ \t]++([^\W\d]\w*)", re.IGNORECASE)


class Shared:
    """The cells and names of one workbook as both kinds of macros see them.

    Each kind has sheets of its own. What one has written is handed to the other before that goes on.
    """

    def __init__(self, machine: XlmMachine) -> None:
        self.machine = machine
        self.host: ExcelHost | None = None
        self.pairs: list[tuple[Grid, VbaGrid]] = []
        self.names = dict(machine.names)
        self.used = False
        """A procedure was called."""
        self.told: dict[str, str] = {}
        for grid in machine.grids:
            grid.journal = {}

    def join(self, host: ExcelHost) -> None:
        """From here on VBA has a part in it."""
        self.host = host
        ours = {grid.name.casefold(): grid for grid in self.machine.grids}
        self.pairs = [(ours[theirs.name.casefold()], theirs) for theirs in host.grids() if theirs.name.casefold() in ours]
        for _, theirs in self.pairs:
            theirs.journal = {}
        self.told = self._told(host)

    @staticmethod
    def _told(host: ExcelHost) -> dict[str, str]:
        return {str(name.data["name"]): str(name.data["formula"]) for name in host.names_}

    def to_vba(self) -> None:
        """What macro sheets have written since the last time."""
        host, machine = self.host, self.machine
        if host is None:
            return
        known = {id(ours) for ours, _ in self.pairs}
        for ours in [grid for grid in machine.grids if id(grid) not in known]:
            sheet = host.new_sheet(replace(ours.record, name=ours.name))
            host.sheets.append(sheet)
            self.pairs.append((ours, sheet.data["grid"]))
            ours.journal = dict.fromkeys((*ours.values, *ours.formulas))
        for ours, theirs in self.pairs:
            places, ours.journal = ours.journal or {}, {}
            machine.spend(2 * len(places))
            for place in places:
                spot = (place >> SHIFT, place & 0x7FFF)
                value, formula = ours.values.get(place), ours.formulas.get(place, "")
                if type(value) is ErrorValue:
                    value = ERROR_TEXTS.get(value.number, "#N/A")
                theirs.load()
                if theirs.values.get(spot) != value or theirs.formulas.get(spot, "") != formula:
                    theirs.put(spot, value, formula)
            theirs.journal = {}
        for key, meaning in machine.names.items():
            if self.names.get(key, MISSING) is not meaning and not key[0] and type(meaning) is not Defined:
                host.define_name(key[1], f"={meaning.text()}" if type(meaning) is Ref else host.literal(_from_sheet(meaning)))
        self.names = dict(machine.names)
        self.told = self._told(host)

    def to_sheets(self) -> None:
        """What VBA has written since the last time."""
        host, machine = self.host, self.machine
        if host is None:
            return
        known = {id(theirs) for _, theirs in self.pairs}
        for theirs in [grid for grid in host.grids() if id(grid) not in known]:
            self.pairs.append((machine.add_sheet(Sheet(theirs.name, "macro" if theirs.macro else "worksheet")), theirs))
            theirs.load().journal = dict.fromkeys((*theirs.values, *theirs.formulas))
        for ours, theirs in self.pairs:
            places, theirs.journal = theirs.journal or {}, {}
            machine.spend(2 * len(places))
            if places:
                machine.changed()
            machine.by_name.setdefault(theirs.name.lower(), ours)
            for row, column in places:
                value, formula = theirs.values.get((row, column)), theirs.formulas.get((row, column))
                if formula:
                    ours.put_formula(row, column, formula)
                else:
                    ours.put(row, column, ERRORS.get(value, value) if isinstance(value, str) else _to_sheet(value))
            ours.journal = {}
        told = self._told(host)
        for name, formula in told.items():
            if self.told.get(name) != formula:
                machine.define(name, Defined(formula, ""))
        self.told, self.names = told, dict(machine.names)


def evaluate(source: VbaProject, budget: Budget, emit: Emit, document_name: str, now: datetime) -> None:
    """Run the macro sheets of a project's workbook with the project at hand. Raises LimitReached."""
    book = source.document.workbook
    if book is None:
        return
    program = vba.Program(source, budget, document_name, now)

    def attach(machine: XlmMachine, take: Emit) -> Callable[[str, list[Any]], Any]:
        return _procedures(machine, Shared(machine), lambda: program.start(take, world=machine.world))

    xlm.evaluate(XlmWorkbook(book), budget, emit, document_name, now, attach=attach)


def _procedures(machine: XlmMachine, shared: Shared, start: Callable[[], Project]) -> Callable[[str, list[Any]], Any]:
    """What calls a procedure by its name, MISSING for a name nobody has. The project is started with the first call, and keeps its state."""
    projects: list[Project] = []
    calls = 0

    def call(name: str, arguments: list[Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls > MAX_CALLS:
            return Unknown(f"procedure {name}")
        if not projects:
            projects.append(start())
            if shared.host is None and projects[0].host is not None and projects[0].host.app == "excel":
                shared.join(projects[0].host)
        project = projects[0]
        procedure = project.find(name)
        if procedure is None:
            return MISSING
        shared.used = True
        shared.to_vba()
        given = [_to_vba(machine, argument) for argument in arguments[: len(procedure.tree.parameters)]]
        try:
            return _to_sheet(project.invoke(procedure, tuple(given)))
        except ScriptError as error:
            machine.fact("eval.error", f"{error.number} {error.description}", name)
            return VALUE
        finally:
            project.machine.finish()
            shared.to_sheets()

    return call


def _to_vba(machine: XlmMachine, value: Any) -> Any:
    if type(value) is Ref and not value.single:
        value = Array(machine.rows_of(value))
    if type(value) in (Ref, Refs):
        value = machine.single(value)
    if type(value) is Array:
        height, width = len(value.rows), len(value.rows[0]) if value.rows else 0
        return VbaArray([(1, height), (1, width)], "", [value.rows[r][c] for c in range(width) for r in range(height)])
    return value


def _to_sheet(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, (str, float, Unknown, ErrorValue)):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, VbaArray) and value.data:
        if len(value.bounds) == 2:
            height = value.bounds[0][1] - value.bounds[0][0] + 1
            return Array([[_to_sheet(item) for item in value.data[row::height]] for row in range(height)])
        return Array([[_to_sheet(item) for item in value.data]])
    return NA if isinstance(value, Object) or value is MISSING else str(value)


def _from_sheet(value: Any) -> Any:
    """A value of a macro sheet as VBA has it."""
    if isinstance(value, Array):
        rows = value.rows
        return VbaArray([(1, len(rows)), (1, len(rows[0]))], "", [rows[r][c] for c in range(len(rows[0])) for r in range(len(rows))])
    return value


def runner(budget: Budget) -> Callable[[XlmWorkbook, ExcelHost], Any]:
    """What runs the macro sheets that VBA starts: a function of the workbook as it is then, and of the host it is in."""
    runs, cells, depth = MAX_RESULTS, CELLS_OF_RESULTS, 0

    def run(workbook: XlmWorkbook, host: ExcelHost) -> Any:
        nonlocal runs, cells, depth
        runs -= 1
        if runs < 0 or cells <= 0 or depth >= MAX_DEPTH:
            return Unknown("an Excel 4 macro")
        sides: list[Shared] = []

        def attach(machine: XlmMachine, _: Emit) -> Callable[[str, list[Any]], Any]:
            sides.append(Shared(machine))
            sides[0].join(host)
            return _procedures(machine, sides[0], lambda: host.machine.project)

        depth += 1
        share = min(cells, CELLS_OF_RESULT)
        try:
            done = xlm.result(workbook, budget, host.world, attach, share)
        finally:
            depth -= 1
        machine = done.machine
        if sides[0].used:  # else the workbook shows it, as an artifact
            host.machine.pass_on(done.items)
        cells -= share - machine.cells_left
        sides[0].to_vba()
        return Unknown("an Excel 4 macro") if machine.result is None else _from_sheet(machine.result)

    return run
