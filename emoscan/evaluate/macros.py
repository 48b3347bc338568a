"""The step that evaluates VBA projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, load_vba
from emoscan.registry import step

if TYPE_CHECKING:
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
    evaluate(project, ctx.budget, ctx.emit, ctx.document, now, excel4=_results(ctx, now))
    book = project.document.workbook
    if book is not None and any(sheet.type == "macro" for sheet in book.sheets):
        from emoscan.evaluate import excel

        if excel.calls_procedures(project):
            excel.evaluate(project, ctx.budget, ctx.emit, ctx.document, now)


def _results(ctx: Context, now: datetime) -> Callable[[XlmWorkbook], Any]:
    """What tells VBA the result of a macro sheet that it starts. Excel 4 macros are loaded with the first one."""
    found: list[Callable[[XlmWorkbook], Any]] = []

    def result(workbook: XlmWorkbook) -> Any:
        if not found:
            from emoscan.evaluate import excel

            found.append(excel.results(ctx.budget, ctx.document, now))
        return found[0](workbook)

    return result
