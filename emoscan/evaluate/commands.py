"""The step that evaluates command lines and batch files."""

from __future__ import annotations

from emoscan.budget import Budget
from emoscan.context import Context
from emoscan.evaluate.clear import Clear
from emoscan.model import Artifact, Yields
from emoscan.parse.text import text_of
from emoscan.registry import step


@step("cmd", takes="script.cmd", order=10)
def evaluate_commands(artifact: Artifact, ctx: Context) -> Yields:
    """Run what cmd.exe would run: effects, what programs are given, scripts that are written and started."""
    from emoscan.evaluate.cmd.run import evaluate
    from emoscan.evaluate.core.world import DEFAULT_NOW, World

    def printed(command: str, budget: Budget, world: World) -> str:
        from emoscan.evaluate.powershell.run import printed_by

        return printed_by(command, budget, world)

    now = ctx.now() or DEFAULT_NOW
    text = text_of(artifact.data)
    clear = Clear(ctx, text)
    try:
        evaluate(text, ctx.budget, clear, ctx.names, now, files=ctx.files(), powershell=printed)
    finally:
        clear.report()
    yield from ()
