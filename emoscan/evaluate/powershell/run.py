"""Evaluating a script: run it, and when a guard ended it before it showed anything, run it past the guard.

When nothing has shown anything, functions that were defined and never called are run, as a last resort.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any, Final

from emoscan.budget import Budget
from emoscan.context import Inside, Take
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import TELLING, Emit, origin
from emoscan.evaluate.core.values import display
from emoscan.evaluate.core.world import DEFAULT_NOW, World
from emoscan.evaluate.powershell.commands import programs
from emoscan.evaluate.powershell.flow import Code, Leave
from emoscan.evaluate.powershell.machine import PowerShellMachine
from emoscan.evaluate.powershell.uncalled import run_uncalled
from emoscan.model import Child, Fact, Yield
from emoscan.parse import psargs
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes

RETRIES: Final = 3
"""Guards that are run past, one after the other."""

RECURSION: Final = 12_000
"""Python calls a script may nest: closures in closures, layers in layers. They take memory, not stack."""


class Watch:
    """Passes on what a run emits, in every layer, and counts what tells something."""

    def __init__(self) -> None:
        self.telling = 0

    def counting(self, emit: Emit) -> Emit:
        def take(item: Yield) -> None:
            if isinstance(item, Fact) and item.kind in TELLING and item.value:
                self.telling += 1
            emit(item)

        return take

    def within(self, inside: Inside | None) -> Inside | None:
        if inside is None:
            return None

        def enter(child: Child) -> tuple[Take, Inside]:
            emit, deeper = inside(child)
            following = self.within(deeper)
            assert following is not None
            return self.counting(emit), following

        return enter


def evaluate(
    text: str,
    budget: Budget,
    emit: Emit,
    inside: Inside | None = None,
    name: str = "",
    now: datetime = DEFAULT_NOW,
    files: tuple[tuple[str, str, bytes], ...] = (),
) -> PowerShellMachine:
    """Run a script or a command line of powershell.exe; `emit` takes facts, children and problems as they arise.

    `files`: (name, kind, content) of what the script came out of, which it may read.
    Raises LimitReached when the budget is used up; what was found until then has been emitted.
    """
    watch = Watch()
    guards: frozenset[tuple[int, int]] = frozenset()
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        supposes = False
        for _ in range(1 + RETRIES):
            world = World(budget, now=now, document=name)
            for file in files:
                world.bring(*file)
            machine = PowerShellMachine(budget, world, watch.counting(emit), watch.within(inside))
            machine.guards, machine.supposes = guards, supposes
            place(machine, name, text)
            try:
                run(machine, text)
            finally:
                machine.finish()
            passed = guards if machine.guard is None else guards | {machine.guard}
            news = passed != guards or (machine.missed and not supposes)
            if watch.telling or not news:
                break
            guards, supposes = passed, supposes or machine.missed
        if not watch.telling:
            run_uncalled(machine)
        machine.simplify()
        machine.report_undone()
    finally:
        sys.setrecursionlimit(before)
    return machine


def printed_by(text: str, budget: Budget, world: World) -> str:
    """What a command prints for another program to read: what is known of it, a line each. What it does is found when it is run by itself."""
    machine = PowerShellMachine(budget, World(budget, now=world.now), lambda _item: None)
    machine.world.environment.update(world.environment)
    machine.printed = []
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    out: list[Any] = []
    try:
        machine.sources = [text]
        out = machine.call_code(Code(machine.parse(text)), [], None, machine.top, dot=True)
    except (ScriptEnd, ScriptError, Leave):
        pass
    finally:
        sys.setrecursionlimit(before)
    shown = [machine.text(value) for value in [*machine.printed, *out]]
    return "".join(f"{display(line)}\n" for line in shown if isinstance(line, str) or origin(line))


_WORKED_OUT: Final = lazy(r"\s[-/\u2013-\u2015]e\w{0,13}\s{1,9}[($]", 2)  # re.IGNORECASE
"""What is encoded is not written there, but an expression that makes it."""


def place(machine: PowerShellMachine, name: str, text: str) -> None:
    """Let the script lie in a file that it can read, and know where."""
    last = name.replace("/", "\\").rpartition("\\")[2]
    folder = rf"{machine.world.profile.home}\Downloads"
    path = folder + "\\" + (last if last.lower().endswith((".ps1", ".psm1")) else "script.ps1")
    machine.world.files.bring(path, as_bytes(text))
    held = machine.top.vars
    held["pscommandpath"], held["psscriptroot"] = path, folder
    command = held["myinvocation"].get("MyCommand")
    for field in ("Path", "Definition", "Source"):
        command.set(field, path)
    command.set("Name", path.rpartition("\\")[2])
    command.set("ScriptBlock", text)


def run(machine: PowerShellMachine, text: str) -> None:
    """Run a script in a machine, to its end."""
    machine.sources = [text]
    if psargs.is_command_line(text):
        found = psargs.parse(text)
        if found is not None and (found.code or found.file) and found.code[:1] != "{" and not (found.encoded and _WORKED_OUT.search(text)):
            programs.run_inner(machine, found)
            if machine.news or found.encoded or (found.file and "\n" not in text.strip()):
                return  # else it is PowerShell that calls powershell.exe: what is in brackets is worked out first
    tree = machine.parse(text)
    machine.begin_layer(tree)
    try:
        machine.call_code(Code(tree), [], None, machine.top, dot=True)
    except (ScriptEnd, Leave):
        pass
    except ScriptError as error:
        machine.fact("eval.error", error.description[:200])
