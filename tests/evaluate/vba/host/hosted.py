"""Programs and expressions in tests, with the document they run in written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluate.vba.run import Result, plain

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.core.world import Profile, World
from emoscan.evaluate.vba.host import make_host
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.parse.bundle import Document, Module
from emoscan.parse.workbook import Cell, Sheet, Workbook

WORD = Document(host="word")
EXCEL = Document(host="excel")
POWERPOINT = Document(host="powerpoint")
DOCUMENT_OF_FORMULAS = Document(
    host="excel",
    workbook=Workbook(
        sheets=(
            Sheet("One", cells=(Cell(1, 1, 1.0), Cell(1, 2, 2.0), Cell(2, 1, 3.0), Cell(2, 2, 4.0), Cell(1, 3, "hello"))),
            Sheet("Other", cells=(Cell(1, 1, "other"),)),
            Sheet("My Sheet", cells=(Cell(1, 1, 9.0),)),
        )
    ),
)


def hosted(
    source: str,
    document: Document = WORD,
    modules: Sequence[Module] = (),
    *,
    entry: str = "Main",
    name: str = "Invoice 20.doc",
    profile: Profile | None = None,
    limits: Limits | None = None,
) -> Result:
    """Run a procedure of Module1 (`source`) or of the other modules, inside the document's application."""
    budget = Budget(limits or Limits(seconds=60))
    emitted: list[Any] = []
    machine = VbaMachine(budget, World(budget, profile, document=name), emitted.append)
    project = Project(machine)
    every = [*modules, Module("Module1", source)]
    project.host = make_host(machine, document, every)
    for module in every:
        project.add(module)
    result = Result(project, emitted)
    procedure = project.find(entry)
    assert procedure is not None, f"no procedure {entry}"
    try:
        result.value = plain(project.invoke(procedure, (), procedure.module.instance))
    except ScriptError as error:
        result.error = error
    except ScriptEnd:
        pass
    finally:
        machine.finish()
    return result


def value(expression: str, document: Document = WORD, modules: Sequence[Module] = (), **options: Any) -> Any:
    """The value of an expression. Raises ScriptError when it fails."""
    result = hosted(f"Function Main()\nMain = {expression}\nEnd Function\n", document, modules, **options)
    if result.error is not None:
        raise result.error
    return result.value


def body(lines: str, document: Document = WORD, modules: Sequence[Module] = (), **options: Any) -> Any:
    """What `Main` holds after some statements. Raises ScriptError when one fails."""
    result = hosted(f"Function Main()\n{lines}\nEnd Function\n", document, modules, **options)
    if result.error is not None:
        raise result.error
    return result.value


def error(expression: str, document: Document = WORD, modules: Sequence[Module] = (), **options: Any) -> int:
    """Number of the error an expression fails with; 0 when it does not fail."""
    try:
        value(expression, document, modules, **options)
    except ScriptError as failure:
        return failure.number
    return 0


def is_unknown(found: Any) -> bool:
    return isinstance(found, Unknown)
