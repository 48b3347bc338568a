"""The step that evaluates VBA projects."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, load_vba
from emoscan.registry import step


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
    evaluate(project, ctx.budget, ctx.emit, ctx.document, ctx.now() or DEFAULT_NOW)
