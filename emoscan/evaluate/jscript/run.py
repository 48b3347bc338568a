"""Evaluating JScript: a file that the script host runs, or the script blocks of a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.machine import TELLING, Emit
from emoscan.evaluate.core.restart import MOST_STARTS, OPENED, Start, restarted, world_of
from emoscan.evaluate.core.world import DEFAULT_NOW
from emoscan.evaluate.jscript import prelude
from emoscan.evaluate.jscript.dialect import rewrite
from emoscan.evaluate.jscript.engine import OutOfMemory, OutOfTime, ScriptFailed, dumps, truth
from emoscan.evaluate.jscript.machine import JsMachine
from emoscan.evaluate.jscript.simplify import Simplified
from emoscan.model import SIMPLIFIED, Child, Fact, Yield
from emoscan.parse.text import as_bytes

MEMORY_SHARE: Final = 3
"""The engine gets this part of a worker's memory."""

TIME_SHARE: Final = 0.25
"""… and this share of the step's time. The engine counts the time of the processor, which is less than that of the clock where others work too."""

TOO_LARGE: Final = ("string too long", "invalid array length", "invalid string length")

LEAST_SECONDS: Final = 0.5

MOST_JOBS: Final = 1_000


class Element(Struct, frozen=True):
    """An element of a page, as far as scripts ask for it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Script(Struct, frozen=True):
    """A script to run. `blocks` are its pieces in their order; `data` is the whole file, which it may read."""

    blocks: tuple[str, ...]
    name: str = ""
    data: bytes = b""
    elements: tuple[Element, ...] | None = None
    """Of the page it stands in; None for a script of the script host."""
    start: Start = OPENED


def evaluate(script: Script, budget: Budget, emit: Emit, now: datetime = DEFAULT_NOW) -> None:
    """Run a script; `emit` takes facts, children and problems as they arise.

    Raises LimitReached when a limit is reached; what was found until then has been emitted.
    """
    seen: Seen = set()
    starts = [script.start]
    while True:
        machine = in_every_way(script, budget, emit, now, seen)
        if len(starts) == 1 and script.elements is None:
            report_simplified(machine, script, emit)
        start = None
        if script.elements is None and len(starts) <= MOST_STARTS:
            commands = sorted(value for kind, value, _ in seen if kind in STARTING)
            start = restarted(machine.world, script.data, commands, starts)
        if start is None:
            return
        starts.append(start)
        script = replace(script, start=start)


FOLDING_SECONDS: Final = 0.25


def report_simplified(machine: JsMachine, script: Script, emit: Emit) -> None:
    """What the script says, folded and in lines, as a child for people and rules."""
    text = "".join(block.text() for block in simplified(machine, script))
    if text:
        emit(Child(as_bytes(text), "script.js", "simplified", SIMPLIFIED))


def simplified(machine: JsMachine, script: Script) -> list[Simplified]:
    """The blocks of a script that the machine has run."""
    if machine.simplified is None:
        machine.engine.allow(FOLDING_SECONDS)
        time_left = True

        def fold(expression: str) -> str | None:
            nonlocal time_left
            try:
                return machine.value_of(expression) if time_left else None
            except OutOfTime:
                time_left = False
                return None

        machine.simplified = [Simplified(block, fold) for block in script.blocks]
    return machine.simplified


STARTING: Final = ("effect.run", "effect.schedule", "effect.open")


def in_every_way(script: Script, budget: Budget, emit: Emit, now: datetime, seen: Seen) -> JsMachine:
    """One way to start the script, with answers from the network and without; what was `seen` before is of no interest."""
    fresh: dict[Said, None] = {}

    def watch(item: Yield) -> None:
        if isinstance(item, Fact):
            key = (item.kind, item.value, item.how)
            fresh[key] = None
            if key in seen:
                return
        emit(item)

    began = budget.clock()
    machine = None
    try:
        machine = run(script, budget, watch, now, max(budget.seconds_left() * TIME_SHARE, LEAST_SECONDS))
        if machine.missed and not any(kind in TELLING for kind, _, _ in fresh):
            run(script, budget, watch, now, max(budget.seconds_left() * TIME_SHARE, LEAST_SECONDS), supposes=True)
    finally:
        asked = frozenset(value for kind, value, _ in fresh if kind == "effect.download")
        if asked:
            seconds = budget.clock() - began
            other_answers(script, budget, watch, fresh, asked, now=now, seconds=seconds, short=shortened(machine, script))
        seen.update(fresh)
    return machine


OUTCOMES: Final = frozenset(
    ("effect.run", "effect.write", "effect.load", "effect.eval", "effect.registry", "effect.schedule", "html.smuggle")
)
"""What shows what becomes of what was fetched."""

Said = tuple[str, str, str]
Seen = set[Said]

MANY_TEXTS: Final = 50
"""Texts of a script that its own functions decode, from which on it is worth while to put them where they are used."""


def shortened(machine: JsMachine | None, script: Script) -> Script | None:
    """The script with the texts it decodes in their places, where decoding them is most of what it does. None for others."""
    if machine is None or script.elements is not None or script.start != OPENED:
        return None
    blocks = simplified(machine, script)
    if sum(block.known() for block in blocks) < MANY_TEXTS:
        return None
    return replace(script, blocks=tuple(block.in_place() for block in blocks))


def other_answers(
    script: Script,
    budget: Budget,
    emit: Emit,
    seen: Collection[Said],
    asked: frozenset[str],
    *,
    now: datetime,
    seconds: float,
    short: Script | None,
) -> None:
    """Once more with every request failing: what has a list of addresses tries the others then.

    A script that did nothing but ask (everything is of interest then) may have looked whether an address is there that
    must not be: it runs a third time, with no answer from those that it `asked` at first. `short` is run in place of the
    script as long as it does the same.
    """
    everything = OUTCOMES.isdisjoint(kind for kind, _, _ in seen)
    start = beginning(seen)

    def others(item: Yield) -> None:
        if isinstance(item, Fact):
            if (item.kind == "effect.download" or (everything and item.kind in OUTCOMES)) and (item.kind, item.value, item.how) not in seen:
                emit(item)
        elif everything and isinstance(item, Child):
            emit(item)

    def again(script: Script, emit: Emit, unreachable: frozenset[str] | None) -> None:
        with suppress(LimitReached):
            left = min(2 * seconds + LEAST_SECONDS, budget.seconds_left() * TIME_SHARE)
            run(script, budget.for_step(), emit, now, left, unreachable=unreachable)

    for unreachable in (None, asked) if everything else (None,):
        found: list[Yield] = []
        if short is not None:
            again(short, found.append, unreachable)
        if start == beginning(dict.fromkeys((item.kind, item.value, item.how) for item in found if isinstance(item, Fact))):
            for item in found:
                others(item)
        else:
            again(script, others, unreachable)
        if not {value for kind, value, _ in seen if kind == "effect.download"} - asked:
            return


def beginning(said: Iterable[Said]) -> list[Said]:
    """What a script does up to its first request, which does not depend on answers. Running a text is left out: decoders do that."""
    done: list[Said] = []
    for one in said:
        if one[0].startswith("effect.") and one[0] != "effect.eval":
            done.append(one)
        if one[0] == "effect.download":
            break
    return done


ANSWERED: Final[frozenset[str]] = frozenset()


def run(
    script: Script,
    budget: Budget,
    emit: Emit,
    now: datetime,
    seconds: float,
    *,
    unreachable: frozenset[str] | None = ANSWERED,
    supposes: bool = False,
) -> JsMachine:
    """One run in a world of its own. `unreachable`: addresses that do not answer, None for all of them; `supposes`: see Machine."""
    machine = start(script, budget, emit, now, seconds)
    machine.supposes = supposes
    machine.world.online = unreachable is not None
    machine.world.unreachable = unreachable or ANSWERED
    try:
        prepare(machine, script)
        for block in script.blocks:
            run_block(machine, block)
        settle(machine, script)
    except ScriptEnd:
        pass
    finally:
        machine.finish()
    return machine


def start(script: Script, budget: Budget, emit: Emit, now: datetime, seconds: float) -> JsMachine:
    """A machine with the script's file in its world."""
    world = world_of(budget, now, script.name or "script.js", script.data, script.start)
    budget.spend(sum(map(len, script.blocks)) // 256)
    machine = JsMachine(budget, world, emit, seconds, budget.limits.memory_bytes // MEMORY_SHARE)
    machine.rewrite = lambda code: rewrite(code, truth)
    return machine


def settle(machine: JsMachine, script: Script) -> None:
    """What happens when all scripts of a page have run: its events, timers, promises."""
    if script.elements is not None:
        guarded(machine, machine.engine.call, "$settle")
    guarded(machine, machine.engine.jobs, MOST_JOBS)
    if script.elements is not None:
        guarded(machine, machine.engine.call, "$settle")


def prepare(machine: JsMachine, script: Script) -> None:
    engine = machine.engine
    engine.run("globalThis.$intrinsic = globalThis.eval")
    engine.run(prelude.CORE)
    if script.elements is not None:
        engine.run(prelude.PAGE)
        for element in script.elements:
            attributes = element.attributes
            if element.tag == "hta:application":
                attributes = {**attributes, "commandLine": f'"{machine.world.absolute(machine.world.document)}" '}
            guarded(machine, engine.run, f"$element({dumps(element.tag)}, {dumps(attributes)}, {dumps(element.text)})")
    else:
        engine.run(prelude.HOST)
    # A script finds the engine's own eval by its bare name, so that what it runs sees the variables around it.
    engine.run(prelude.LAST)


def run_block(machine: JsMachine, block: str) -> None:
    machine.written.append("\n")
    guarded(machine, machine.engine.run, machine.rewrite(block))


def guarded(machine: JsMachine, action: Any, *arguments: Any) -> None:
    """Let the engine do something. An error of the script ends one block only."""
    try:
        action(*arguments)
    except ScriptFailed as error:
        if machine.ended is None:
            if any(words in str(error)[:80] for words in TOO_LARGE):
                machine.problem("limit", "string_bytes", f"the script made a text or array that was too large: {str(error)[:60]}")
            machine.fact("eval.error", str(error).partition("\n")[0][:300], "JScript")
    except OutOfTime:
        if machine.ended is None:
            raise LimitReached("seconds", round(machine.seconds, 1), "the script ran too long") from None
    except OutOfMemory:
        raise LimitReached("strings_bytes", machine.budget.limits.memory_bytes // MEMORY_SHARE, "memory of the script") from None
    if machine.ended is not None:
        raise machine.ended
