"""The step that evaluates workbooks with Excel 4 macros."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import XLM_WORKBOOK, load_xlm
from emoscan.registry import step


@step("xlm", takes=XLM_WORKBOOK, order=20)
def evaluate_xlm(artifact: Artifact, ctx: Context) -> Yields:
    """Run the macros of a workbook: effects, what Excel starts by itself, the keys it takes, a listing of what ran."""
    from emoscan.evaluate.xlm.run import evaluate

    try:
        bundle = load_xlm(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "xlm-workbook", str(error))
        return
    evaluate(bundle, ctx.budget, ctx.emit, ctx.name)
