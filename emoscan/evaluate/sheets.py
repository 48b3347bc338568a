"""The step that evaluates workbooks with Excel 4 macros."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import XLM_WORKBOOK, load_xlm
from emoscan.parse.text import text_of
from emoscan.registry import step

MAX_FORMULAS: Final = 50
MAX_FORMULAS_BYTES: Final = 65_536


@step("xlm", takes=XLM_WORKBOOK, order=20)
def evaluate_xlm(artifact: Artifact, ctx: Context) -> Yields:
    """Run the macros of a workbook: effects, what Excel starts by itself, the keys it takes, a listing of what ran."""
    from emoscan.evaluate.core.world import DEFAULT_NOW
    from emoscan.evaluate.xlm.run import evaluate

    try:
        bundle = load_xlm(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "xlm-workbook", str(error))
        return
    evaluate(bundle, ctx.budget, ctx.emit, ctx.document, ctx.now() or DEFAULT_NOW)


@step("xlm.formulas", takes="script.xlm", order=20)
def evaluate_formulas(artifact: Artifact, ctx: Context) -> Yields:
    """Formulas without a workbook, as ExecuteExcel4Macro takes them: one a line, each with its "="."""
    from emoscan.evaluate.core.world import DEFAULT_NOW
    from emoscan.evaluate.xlm.run import evaluate
    from emoscan.parse.bundle import XlmWorkbook
    from emoscan.parse.workbook import Cell, Name, Sheet, Style, Workbook

    lines = text_of(artifact.data[:MAX_FORMULAS_BYTES]).strip().split("\n")
    if len(lines) > MAX_FORMULAS or not all(line.startswith("=") for line in lines):
        return
    cells = tuple(Cell(number, 1, None, line.strip()[1:]) for number, line in enumerate(lines, 1))
    names = (Name("Auto_Open", "Macro1!$A$1", builtin=True),)
    bundle = XlmWorkbook(Workbook((Sheet("Macro1", "macro", cells=cells),), names, (Style(),)))
    evaluate(bundle, ctx.budget, ctx.emit, ctx.document, ctx.now() or DEFAULT_NOW)
    yield from ()
