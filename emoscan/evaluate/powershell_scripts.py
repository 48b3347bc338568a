"""The step that evaluates PowerShell."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.evaluate.clear import Clear
from emoscan.model import Artifact, Yields
from emoscan.parse.text import text_of
from emoscan.registry import step


@step("powershell", takes="script.powershell", order=20)
def evaluate_powershell(artifact: Artifact, ctx: Context) -> Yields:
    """Run the script: effects, every layer of code as a child, its simplified form."""
    from emoscan.evaluate.core.world import DEFAULT_NOW
    from emoscan.evaluate.powershell.run import evaluate

    text = text_of(artifact.data)
    clear = Clear(ctx, text)
    try:
        evaluate(text, ctx.budget, clear, clear.within(ctx.inside), ctx.name, ctx.now() or DEFAULT_NOW, tuple(ctx.files()))
    finally:
        clear.report()
    yield from ()
