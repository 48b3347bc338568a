"""The step that evaluates VBA projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, load_vba
from emoscan.registry import step

if TYPE_CHECKING:
    from collections.abc import Callable

    from emoscan.evaluate.vba.host.excel import ExcelHost
    from emoscan.evaluate.vba.host.formulas import Sheetful
    from emoscan.parse.bundle import XlmWorkbook


@step("vba", takes=VBA_PROJECT, order=20)
def evaluate_vba(artifact: Artifact, ctx: Context) -> Yields:
    """Run the macros against their document: effects, entry points, and the scripts they would start."""
    from emoscan.evaluate.core.world import DEFAULT_NOW
    from emoscan.evaluate.vba.run import evaluate

    try:
        project = load_vba(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "vba-project", str(error))
        return
    now = ctx.now() or DEFAULT_NOW
    evaluate(project, ctx.budget, ctx.emit, ctx.document, now, excel4=_Excel4(ctx))
    book = project.document.workbook
    if book is not None and any(sheet.type == "macro" for sheet in book.sheets):
        from emoscan.evaluate import excel

        if excel.calls_procedures(project):
            excel.evaluate(project, ctx.budget, ctx.emit, ctx.document, now)


class _Excel4:
    """Runs macro sheets that VBA starts, and works out functions that only Excel 4 knows here. It is loaded when it is first needed."""

    def __init__(self, ctx: Context) -> None:
        self.budget = ctx.budget
        self._run: Callable[[XlmWorkbook, ExcelHost], Any] | None = None

    def run(self, workbook: XlmWorkbook, host: ExcelHost) -> Any:
        if self._run is None:
            from emoscan.evaluate import excel

            self._run = excel.runner(self.budget)
        return self._run(workbook, host)

    def knows(self, name: str) -> bool:
        from emoscan.evaluate import formulas

        return formulas.knows(name)

    def function(self, sheet: Sheetful, name: str, arguments: list[Any]) -> Any:
        from emoscan.evaluate import formulas

        return formulas.function(sheet, name, arguments)

    def formula(self, sheet: Sheetful, text: str) -> Any:
        from emoscan.evaluate import formulas

        return formulas.formula(sheet, text)
