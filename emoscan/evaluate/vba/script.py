"""Evaluating VBScript: a file that the script host runs, or the script blocks of a page or of a .wsf.

The code runs from its top, in one global scope. When that shows no effect, it runs again with an error no longer ending
it, then with its guards turned round; at last procedures that nothing called are run by themselves, marked as less certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import TELLING, Emit
from emoscan.evaluate.core.restart import MOST_STARTS, OPENED, Start, restarted, world_of
from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.core.world import DEFAULT_NOW
from emoscan.evaluate.vba.project import Project, Shared
from emoscan.evaluate.vba.run import GUESSED, Watch, offline_share, only_downloads, report_simplified
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.evaluate.vba.symbols import Module, Procedure
from emoscan.evaluate.vba.syntax import Module as Tree
from emoscan.model import Fact

RESUME: Final = "On Error Resume Next: "
"""Before the code, on its first line, so that line numbers stay."""

EVENTS: Final = ("window_onload", "document_onreadystatechange", "main", "run", "start", "execute")
"""Procedures of a page or of a component that somebody calls, in this order."""

MOST_UNCALLED: Final = 50


class Script(Struct, frozen=True):
    """A script to run. `blocks` are its pieces in their order; `data` is the whole file, which it may read."""

    blocks: tuple[str, ...]
    name: str = ""
    data: bytes = b""
    page: str | None = None
    """The text of the page it stands in; None for a script of the script host."""
    start: Start = OPENED


class ScriptHost:
    """What a script finds by name that is not of the language: `WScript`, or the window of the page it is in."""

    def __init__(self, machine: VbaMachine, page: str | None) -> None:
        self.machine = machine
        self.values: dict[str, Any] = {}
        self.window: Object | None = None
        if page is None:
            from emoscan.evaluate.com.shells import script_host

            self.values["wscript"] = self.values["wsh"] = script_host(machine)
        else:
            from emoscan.evaluate.com.html import WINDOW, make_page

            document = make_page()
            document.data["source"] = page
            self.window = Object(WINDOW, page=document)
            self.values |= dict.fromkeys(("window", "self", "top", "parent"), self.window)
            self.values["document"] = document
            for name in ("navigator", "screen", "location", "clipboarddata"):
                self.values[name] = machine.get(self.window, name)

    def knows(self, name: str) -> bool:
        return name in self.values or (self.window is not None and (name in WINDOW_METHODS or self.element(name)))

    def element(self, name: str) -> bool:
        """Whether the page has an element of that name, which is then a value like the others."""
        from emoscan.evaluate.com.html import named

        if self.window is not None and name not in self.values:
            found = named(self.machine, self.values["document"], name)
            if found is None or found.data["tag"] == "object":
                return False
            self.values[name] = found
        return name in self.values

    def is_member(self, _module: Module, _name: str) -> bool:
        return False

    def value(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.call(name, (), {})

    def call(self, name: str, args: tuple[Any, ...], _named: dict[str, Any]) -> Any:
        if name in self.values:
            value = self.values[name]
            return self.machine.index(value, args) if args else value
        return self.machine.get(self.window, name, args) if self.window is not None else self.machine.unmodelled(name)

    def put(self, name: str, value: Any) -> None:
        if self.window is not None:
            self.machine.put(self.window, name, (), value)

    def evaluate(self, expression: str) -> Any:
        return Unknown(f"[{expression}]")

    def opened(self, _path: str) -> None:
        """No document is open."""

    def used(self, value: Any) -> None:
        """Nothing of a script lies outside its text."""

    def held(self) -> Iterator[Any]:
        yield from ()


MOST_ENDS: Final = 50
"""Objects of classes whose end is run when the script ends."""

WINDOW_METHODS: Final = frozenset(
    "close resizeto moveto moveby resizeby alert settimeout setinterval cleartimeout clearinterval execscript confirm prompt navigate".split()
)


class Run:
    """One run of a script in a world of its own."""

    def __init__(
        self,
        script: Script,
        budget: Budget,
        emit: Emit,
        now: datetime,
        *,
        turned: bool = False,
        resume: bool = False,
        shared: Shared | None = None,
        online: bool = True,
    ) -> None:
        world = world_of(budget, now, script.name or "script.vbs", script.data, script.start)
        world.online = online
        self.machine = VbaMachine(budget, world, emit)
        self.machine.supposes = turned or resume
        self.project = Project(self.machine, vbscript=True, turned=turned, shared=shared)
        self.module = self.project.link(Tree(), "script", "standard")
        self.project.host = ScriptHost(self.machine, script.page)
        self.failed = False
        for block in script.blocks:
            if not self.block(RESUME + block if resume else block):
                break
        if script.page is not None:
            self.events()
        self.ends()

    def block(self, source: str) -> bool:
        """Run a piece of the script; False when it ended the script."""
        return self.alive(self.project.run_statements, source, self.module)

    def ends(self) -> None:
        """Run what objects of classes do at their end; that may make others."""
        ended: set[tuple[int, int]] = set()
        while len(ended) < MOST_ENDS:
            waiting = ((p, o) for p, o in self.project.events_of_instances() if (p.index, id(o)) not in ended)
            found = next(waiting, None)
            if found is None:
                return
            procedure, instance = found
            ended.add((procedure.index, id(instance)))
            self.alive(self.project.invoke, procedure, (), instance)

    def events(self) -> None:
        """Run what the page calls when it is there."""
        for name in EVENTS:
            procedure = self.module.procedures.get(name)
            if procedure is not None and not ran(procedure) and not procedure.tree.parameters:
                self.alive(self.project.invoke, procedure, ())

    def alive(self, action: Callable[..., Any], *args: Any) -> bool:
        """Do something of the script; False when the script ended itself. An error ends one block only."""
        try:
            action(*args)
        except ScriptEnd:
            return False
        except ScriptError as error:
            self.failed = True
            self.machine.fact("eval.error", f"{error.number} {error.description}", "VBScript")
        finally:
            self.machine.finish()
        return True

    def uncalled(self) -> Iterator[Procedure]:
        """Procedures that never ran and need no arguments, the ones nothing else calls being the likelier."""
        for procedure in list(self.module.procedures.values()):
            if procedure.name and not ran(procedure) and procedure.tree.kind in ("sub", "function"):
                yield procedure


def ran(procedure: Procedure) -> bool:
    return bool(procedure.trace) and procedure.trace[0] > 0


def evaluate(script: Script, budget: Budget, emit: Emit, now: datetime = DEFAULT_NOW) -> None:
    """Run a script in every way that may show what it does; `emit` takes facts, children and problems as they arise.

    Raises LimitReached when the budget is used up; what was found until then has been emitted.
    """
    seen: set[Any] = set()
    shared = Shared()
    watch = Watch(emit, seen=seen)
    run = Run(script, budget, watch, now, shared=shared)
    report_bad_statements(run, emit)
    if not (watch.telling and shows_more_than_requests(watch)):
        for options in (*(({"resume": True},) if run.failed else ()), {"turned": True, "resume": run.failed}):
            second = Watch(emit, seen=seen)
            again = Run(script, budget, second, now, shared=shared, **options)
            if second.telling:
                watch, run = second, again
                break
        else:
            if not watch.telling:
                third = Watch(emit, GUESSED, seen)
                run_uncalled(run, third)
                watch.facts += third.facts
    again_as_started(script, run, budget, watch, now=now, shared=shared)
    report_simplified(run.project, watch, emit, "script.vbs", 3)
    if any(fact.kind == "effect.download" for fact in watch.facts):
        run_offline(script, budget, Watch(emit, seen=seen), now, shared)


def again_as_started(script: Script, run: Run, budget: Budget, watch: Watch, *, now: datetime, shared: Shared) -> None:
    """A script that starts itself runs as it is started then."""
    starts = [script.start]
    while len(starts) <= MOST_STARTS and script.page is None:
        commands = [fact.value for fact in watch.facts if fact.kind in STARTING]
        start = restarted(run.machine.world, script.data, commands, starts)
        if start is None:
            return
        starts.append(start)
        script = replace(script, start=start)
        again = Watch(watch.emit, seen=watch.seen)
        run = Run(script, budget, again, now, shared=shared)
        watch.facts += again.facts
        if any(fact.kind == "effect.download" for fact in again.facts):
            run_offline(script, budget, Watch(watch.emit, seen=watch.seen), now, shared)


STARTING: Final = ("effect.run", "effect.schedule", "effect.open")


def run_offline(script: Script, budget: Budget, watch: Watch, now: datetime, shared: Shared) -> None:
    """Once more with every request failing: what has a list of addresses tries the others then."""
    with suppress(LimitReached):
        Run(script, offline_share(budget), only_downloads(watch), now, shared=shared, online=False)


def shows_more_than_requests(watch: Watch) -> bool:
    """Whether a run showed what becomes of what it fetched; one that only asks may have looked for the wrong answer."""
    return any(
        fact.kind in TELLING and fact.kind not in REQUESTS and (fact.kind != "effect.eval" or "<Unknown: " in fact.value)
        for fact in watch.facts
    )


REQUESTS: Final = ("effect.download", "effect.connect")


def run_uncalled(run: Run, watch: Watch) -> None:
    """The last resort: procedures that nothing called, one after the other, with unknown arguments."""
    run.machine._emit = watch
    for procedure in list(run.uncalled())[:MOST_UNCALLED]:
        if not ran(procedure):
            args = tuple(Unknown(f"argument {p.name}") for p in procedure.tree.parameters)
            run.alive(run.project.invoke, procedure, args)


def report_bad_statements(run: Run, emit: Emit) -> None:
    for error in run.project.bad_statements[:20]:
        emit(Fact("vba.bad_statement", error.text[:200], error.why, detail={"line": str(error.line)}))
