"""What the formulas of VBA's host leave to the library of Excel 4: functions that only that knows, LET and LAMBDA."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.vba.host.formulas import Error, Reference
from emoscan.evaluate.xlm.compiler import ODD
from emoscan.evaluate.xlm.grid import Grid
from emoscan.evaluate.xlm.library import FUNCTIONS, canonical, load
from emoscan.evaluate.xlm.machine import XlmMachine
from emoscan.evaluate.xlm.values import ERROR_TEXTS, ERRORS, NA, Array, Lambda, Ref, Refs
from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import ExcelHost
    from emoscan.evaluate.vba.host.formulas import Sheetful

ARRAYS: Final = lazy(r"(?<![\w.])(?=(?:filter|sort)\()(\w)", re.IGNORECASE)
"""Functions of Excel 365 that go by the names of commands of Excel 4."""


def _library(host: ExcelHost) -> XlmMachine | None:
    """A machine of Excel 4 with the sheets as they are now; None where they are too many to be given over again and again."""
    version = sum(grid.version for grid in host.grids())
    known, machine = host.library
    if known != version:
        book = host.workbook4("") if host.hands_over() else None
        grids = [Grid(sheet) for sheet in book.workbook.sheets] if book is not None else []
        for grid in grids:
            grid.reset()
        machine = XlmMachine(host.machine.budget, host.world, lambda item: host.machine.pass_on((item,)), grids, book) if book else None
        host.library = (version, machine)
    return machine  # type: ignore[no-any-return]


def knows(name: str) -> bool:
    """Whether there is such a function of worksheets; dots are underscores in its name, as VBA has it."""
    load()
    found = FUNCTIONS.get(canonical(name.replace("_", ".")))
    return found is not None and found.pure


def function(sheet: Sheetful, name: str, arguments: list[Any]) -> Any:
    """What a function of worksheets gives that the formulas of VBA's host do not know; MISSING for none. Values are those of its formulas."""
    load()
    found = FUNCTIONS.get(canonical(name.replace("_", ".")))
    machine = _library(sheet.host) if found is not None and found.pure else None
    if found is None or machine is None:
        return MISSING
    if not found.least <= len(arguments) <= found.most:
        return Error("#VALUE!")
    given = [_from_formula(sheet, argument) for argument in arguments]
    machine.spend(10)
    odd = found.single and any(type(value) in ODD for value in given)
    return _to_formula(machine, machine.odd(found, given) if odd else found.run(machine, *given))


def formula(sheet: Sheetful, text: str) -> Any:
    """What a formula gives that uses such functions; MISSING when Excel 4 does not know them either."""
    load()
    machine = _library(sheet.host)
    home = machine.find(sheet.grid.name) if machine is not None else None
    if machine is None or home is None:
        return MISSING
    if text.count('"') % 2:
        return MISSING
    code = machine.compiled(home, ARRAYS.sub(r"_xlfn._xlws.\1", text.strip().removeprefix("=")), array=True)
    if code.bad or code.acts:
        return MISSING
    machine.spend(10 + code.size)
    machine.here = (home, *sheet.at)
    return _to_formula(machine, code.run(machine))


def _from_formula(sheet: Sheetful, value: Any) -> Any:
    if isinstance(value, Reference):
        value = sheet.block(value)
    if isinstance(value, Error):
        return ERRORS.get(value.code, NA)
    if isinstance(value, list):
        rows = [[_from_formula(sheet, item) for item in row] for row in value]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else Array(rows)
    return value


def _to_formula(machine: XlmMachine, value: Any) -> Any:
    if type(value) in (Ref, Refs):
        value = machine.whole(value)
    if type(value) is Array:
        return [[_to_formula(machine, item) for item in row] for row in value.rows]
    if type(value) is ErrorValue:
        return Error(ERROR_TEXTS.get(value.number, "#N/A"))
    return Unknown("a function") if type(value) is Lambda else value
