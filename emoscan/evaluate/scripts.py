"""The steps that evaluate scripts of the Windows script host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from emoscan.context import Context
from emoscan.evaluate.clear import Clear
from emoscan.model import SIMPLIFIED, Artifact, Yields
from emoscan.parse.text import text_of
from emoscan.registry import step

ALREADY_RUN: Final = frozenset((SIMPLIFIED, "text run as code"))
"""Labels of scripts that an evaluator made of one that it ran, or while it ran it."""


def _run(artifact: Artifact, ctx: Context, evaluate: Callable[[str, Clear], None]) -> None:
    """Evaluate a script that was not run yet, and say what of its effects stands in it in clear."""
    if ctx.names and ALREADY_RUN.issuperset(ctx.names):
        return
    source = text_of(artifact.data)
    clear = Clear(ctx, source)
    try:
        evaluate(source, clear)
    finally:
        clear.report()


@step("vbscript", takes="script.vbs", order=20)
def evaluate_vbscript(artifact: Artifact, ctx: Context) -> Yields:
    """Run the script: effects, the files it would drop, and the scripts it would start."""
    from emoscan.evaluate.vba.script import Script, evaluate

    yield from ()
    _run(artifact, ctx, lambda source, emit: evaluate(Script((source,), ctx.name, artifact.data), ctx.budget, emit))


@step("jscript", takes="script.js", order=20)
def evaluate_jscript(artifact: Artifact, ctx: Context) -> Yields:
    """Run the script in QuickJS with our stand-ins: effects, layers of code, the files it would drop."""
    from emoscan.evaluate.jscript.run import Script, evaluate

    yield from ()
    _run(artifact, ctx, lambda source, emit: evaluate(Script((source,), ctx.name, artifact.data), ctx.budget, emit))
