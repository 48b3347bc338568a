"""Text that is written backward: `StrReverse("llehsrewop")`."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import backward, decoded
from emoscan.decode.strings import strings
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.bundle import VBA_PROJECT
from emoscan.parse.text import as_bytes
from emoscan.registry import step

SHORTEST: Final = 12
WORTH_A_CHILD: Final = 40
MOST: Final = 50


@step("reverse", takes=(VBA_PROJECT, "script.vbs", "script.js", "script.powershell"), fallback=True, order=10)
def turn_round(artifact: Artifact, ctx: Context) -> Yields:
    """Strings that say something when they are read backward, and do not forward."""
    count = 0
    for place, text in dict.fromkeys(strings(artifact, SHORTEST)):
        ctx.budget.spend(len(text) // 64 + 1)
        if count >= MOST:
            return
        turned = backward(text)
        if not turned:
            continue
        count += 1
        yield Fact("obfuscation.reversed", turned[:200], how=place, confidence=0.5)
        kind, kept = decoded(as_bytes(turned))
        if kind and (len(turned) >= WORTH_A_CHILD or kind.startswith("script.")):
            ctx.budget.grow(len(kept), "reversed text")
            yield Child(kept, kind, label=place, how=f"reversed text{' of ' + place if place else ''}")
