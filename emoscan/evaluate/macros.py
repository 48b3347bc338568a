"""The step that evaluates VBA projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, load_vba
from emoscan.registry import step

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import Excel4, ExcelHost
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
    evaluate(project, ctx.budget, ctx.emit, ctx.document, now, excel4=_excel4(ctx))
    book = project.document.workbook
    if book is not None and any(sheet.type == "macro" for sheet in book.sheets):
        from emoscan.evaluate import excel

        if excel.calls_procedures(project):
            excel.evaluate(project, ctx.budget, ctx.emit, ctx.document, now)


def _excel4(ctx: Context) -> Excel4:
    """What runs a macro sheet that VBA starts. Excel 4 macros are loaded with the first one."""
    found: list[Excel4] = []

    def run(workbook: XlmWorkbook, host: ExcelHost) -> Any:
        if not found:
            from emoscan.evaluate import excel

            found.append(excel.runner(ctx.budget))
        return found[0](workbook, host)

    return run
