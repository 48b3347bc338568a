"""The last resort: functions that a script defines and nothing calls, each run once with arguments nobody knows.

Attackers' tools are files of functions, and the line that calls one lies in another file or in a command line that was
not caught. So do the tools of everybody else: what comes out is marked as a guess, and only what the functions say
without their arguments is told: an address, a program, a key.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from emoscan.budget import LimitReached
from emoscan.context import Inside, Take
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.powershell.flow import Code, Leave
from emoscan.model import Child, Fact, Yield

if TYPE_CHECKING:
    from emoscan.evaluate.powershell.machine import PowerShellMachine

MOST: Final = 32
"""Functions that are tried."""

OPERATIONS: Final = 300_000
"""What they may spend together."""

GUESSED: Final = 0.4
"""Below 0.5: rules about attacks ask for more, for a file of functions is none."""

ARGUMENT: Final = "argument of the caller"
MARK: Final = f"<Unknown: {ARGUMENT}"

TOLD: Final = (
    "effect.run",
    "effect.download",
    "effect.write",
    "effect.load",
    "effect.registry",
    "effect.schedule",
    "effect.eval",
    "effect.connect",
)
"""What is told of such a function."""


def run_uncalled(machine: PowerShellMachine) -> None:
    """Run what the script defined and never ran. Nothing is missing of the rest when this is cut short."""
    waiting = [code for code in machine.top.functions.values() if type(code) is Code and code.tree.compiled is None]
    emit, inside, budget, undone = machine._emit, machine._inside, machine.budget, dict(machine.undone)
    machine.budget = budget.for_step()
    machine.budget.size["operations"] = min(machine.budget.size["operations"], OPERATIONS)
    machine.certainty = GUESSED
    machine._emit, machine._inside = guessing(emit), guessing_inside(inside)
    try:
        with suppress(LimitReached):
            for code in waiting[:MOST]:
                if code.tree.compiled is None:
                    call(machine, code)
    finally:
        machine.finish()
        machine.certainty = 1.0
        machine._emit, machine._inside, machine.budget, machine.undone = emit, inside, budget, undone


def call(machine: PowerShellMachine, code: Code) -> None:
    """Call a function with something unknown for each parameter that has no value of its own."""
    params = code.tree.params
    given: list[tuple[str | None, Any]]
    if params is None:
        given = [(None, Unknown(ARGUMENT)) for _ in range(2)]
    else:
        given = [(param.name, Unknown(ARGUMENT)) for param in params if param.default is None and not param.switch]
    with suppress(ScriptError, ScriptEnd, Leave):
        machine.call_code(code, given, None, machine.top)


def guessing(emit: Emit) -> Emit:
    """Passes on what is known without the arguments, as a guess."""

    def take(item: Yield) -> None:
        if isinstance(item, Fact) and item.kind in TOLD and not item.value.startswith("<Unknown"):
            emit(item if item.confidence <= GUESSED else replace(item, confidence=GUESSED))
        elif isinstance(item, Child) and not item.data.startswith(b"<Unknown") and MARK.encode() not in item.data:
            emit(item)

    return take


def guessing_inside(inside: Inside | None) -> Inside | None:
    if inside is None:
        return None

    def enter(child: Child) -> tuple[Take, Inside]:
        emit, deeper = inside(child)
        following = guessing_inside(deeper)
        assert following is not None
        return guessing(emit), following

    return enter
