"""Workbooks with macros of both kinds, calling each other with arguments.

Each kind is evaluated in a run of its own. Where a macro sheet calls a procedure of VBA, the project is started beside it; where VBA starts
a macro sheet and goes on with what it gave, the sheet is run at once, and what it showed is left to the workbook that becomes an artifact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from emoscan.budget import Budget
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.values import MISSING, ErrorValue, Object, Unknown
from emoscan.evaluate.vba import run as vba
from emoscan.evaluate.vba.arrays import Array as VbaArray
from emoscan.evaluate.xlm import run as xlm
from emoscan.evaluate.xlm.machine import XlmMachine
from emoscan.evaluate.xlm.values import NA, VALUE, Array, Ref, Refs
from emoscan.parse.bundle import VbaProject, XlmWorkbook
from emoscan.parse.lazy import lazy

MAX_CALLS: Final = 200
"""Of procedures, out of one run of the macro sheets."""
MAX_RESULTS: Final = 20
"""Macro sheets that are run for what they give back."""
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


def evaluate(source: VbaProject, budget: Budget, emit: Emit, document_name: str, now: datetime) -> None:
    """Run the macro sheets of a project's workbook with the project at hand. Raises LimitReached."""
    book = source.document.workbook
    if book is None:
        return
    program = vba.Program(source, budget, document_name, now)

    def attach(machine: XlmMachine, take: Emit) -> Callable[[str, list[Any]], Any]:
        return _procedures(program, machine, take)

    xlm.evaluate(XlmWorkbook(book), budget, emit, document_name, now, attach=attach)


def _procedures(program: vba.Program, machine: XlmMachine, emit: Emit) -> Callable[[str, list[Any]], Any]:
    """What calls a procedure by its name, MISSING for a name nobody has. The project is started with the first call, and keeps its state."""
    projects: list[Any] = []
    calls = 0

    def call(name: str, arguments: list[Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls > MAX_CALLS:
            return Unknown(f"procedure {name}")
        if not projects:
            projects.append(program.start(emit, now=machine.world.now))
        project = projects[0]
        procedure = project.find(name)
        if procedure is None:
            return MISSING
        given = [_to_vba(machine, argument) for argument in arguments[: len(procedure.tree.parameters)]]
        try:
            return _to_sheet(project.invoke(procedure, tuple(given)))
        except ScriptError as error:
            machine.fact("eval.error", f"{error.number} {error.description}", name)
            return VALUE
        finally:
            project.machine.finish()

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


def results(budget: Budget, document_name: str, now: datetime) -> Callable[[XlmWorkbook], Any]:
    """What VBA asks for the result of a macro sheet that it starts: a function of the workbook as it is then."""
    left = MAX_RESULTS

    def result(workbook: XlmWorkbook) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            return Unknown("an Excel 4 macro")
        value = xlm.result(workbook, budget, document_name, now)
        if isinstance(value, Array):
            rows = value.rows
            return VbaArray([(1, len(rows)), (1, len(rows[0]))], "", [rows[r][c] for c in range(len(rows[0])) for r in range(len(rows))])
        return value

    return result
