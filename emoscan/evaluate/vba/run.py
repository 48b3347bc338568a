"""Evaluating a macro project: which way through it shows what it would do.

Procedures that run by themselves come first, with the state they leave to each other; then those that run on closing or
on events of using the document, then clicks. When all of that shows no effect, the project is run again with its guards
turned round (a test that ends the run is not taken, a block that reaches a sink is entered), then in other surroundings
(dates, countries) if it asked for them, and at last procedures that nothing calls, marked as less certain; as is what shows when
errors that ended a procedure are passed over. What downloads is run once more without a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import TELLING, Emit
from emoscan.evaluate.core.sense import CONVINCING, sensible
from emoscan.evaluate.core.values import Object
from emoscan.evaluate.core.world import DEFAULT_NOW, Profile, World
from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.entry import Entry, entries, uncalled
from emoscan.evaluate.vba.host import make_host, placed
from emoscan.evaluate.vba.parser import parse
from emoscan.evaluate.vba.project import Project, Shared
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.evaluate.vba.simplify import simplify
from emoscan.evaluate.vba.symbols import Procedure
from emoscan.model import SIMPLIFIED, Child, Fact, Problem, Yield
from emoscan.parse.bundle import VbaProject
from emoscan.parse.text import as_bytes

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import Excel4

DECODED: Final = frozenset(("effect.run", "effect.eval"))

LOCALES: Final = ((81, 1041), (1, 1033), (49, 1031), (39, 1040), (44, 2057), (34, 3082), (33, 1036), (55, 1046), (48, 1045), (31, 1043))
"""(country, LCID) of the surroundings tried when a macro asks where it is."""

GUESSED: Final = 0.5
"""Confidence of what a procedure shows that nothing calls."""


class Program:
    """A project's parsed modules, to be linked and run as often as needed."""

    def __init__(
        self,
        source: VbaProject,
        budget: Budget,
        document_name: str = "",
        now: datetime = DEFAULT_NOW,
        *,
        excel4: Excel4 | None = None,
    ) -> None:
        self.source = source
        self.excel4 = excel4
        """Runs a macro sheet that is started."""
        self.budget = budget
        self.document_name = document_name
        self.now = now
        names = {module.name.lower() for module in source.modules}
        project = (source.name or "VBAProject").lower()
        project = "" if project in names else project
        excel = source.document.host not in ("word", "powerpoint")
        self.trees: list[s.Module] = [
            parse(module.source, project=project, modules=names, constants=source.constants, evaluates=excel) for module in source.modules
        ]
        self.document = placed(source.document, source.modules)
        self.shared = Shared()

    def start(
        self,
        emit: Emit,
        *,
        profile: Profile | None = None,
        now: datetime | None = None,
        turned: bool = False,
        lenient: bool = False,
        offline: Budget | None = None,
        hidden: bool = False,
        world: World | None = None,
    ) -> Project:
        """A fresh machine with the project linked in it. With `offline`, every request fails, and that budget pays.

        `hidden`: the user has hidden text of documents shown. `world`: one that others are in already.
        """
        budget = offline or self.budget
        if world is None:
            world = World(budget, profile, now or self.now, self.document_name)
            world.online = offline is None
        machine = VbaMachine(budget, world, emit, code_page=self.source.code_page)
        machine.supposes = turned or lenient
        project = Project(machine, shared=self.shared, turned=turned, lenient=lenient)
        project.host = make_host(machine, self.document, self.source.modules)
        project.host.settings["hidden"] = hidden
        if self.excel4 is not None and hasattr(project.host, "excel4"):
            project.host.excel4 = self.excel4
        for module, tree in zip(self.source.modules, self.trees):
            project.link(tree, module.name, module.type)
        return project


class Watch:
    """Passes on what a run emits, and remembers whether it showed anything. Each thing is passed on once."""

    def __init__(self, emit: Emit, confidence: float = 1.0, seen: set[Any] | None = None) -> None:
        self.emit = emit
        self.confidence = confidence
        self.telling = 0
        self.convincing = 0
        """Those that leave no doubt that they were decoded with the right key."""
        self.failed = False
        """An error ended an entry."""
        self.asked: set[str] = set()
        self.facts: list[Fact] = []
        self.seen: set[Any] = seen if seen is not None else set()

    def __call__(self, item: Yield) -> None:
        key: Any
        match item:
            case Fact():
                self.facts.append(item)
                if item.kind in TELLING and sensible(item.value):
                    self.telling += 1
                    self.convincing += item.kind not in DECODED or bool(CONVINCING.search(item.value))
                elif item.kind == "eval.error":
                    self.failed = True
                elif item.kind == "effect.query":
                    self.asked.add(item.value.lower())
                key = (item.kind, item.value, item.how)
                if self.confidence < item.confidence:
                    item = replace(item, confidence=self.confidence)
            case Child():
                key = (item.kind, item.data, item.label)
            case Problem():
                if item.name == "call_depth" and self.confidence < 1:
                    return  # where nothing leads to, calls without end tell nothing
                key = (item.sort, item.message)
        if key not in self.seen:
            self.seen.add(key)
            self.emit(item)


def evaluate(
    source: VbaProject,
    budget: Budget,
    emit: Emit,
    document_name: str = "",
    now: datetime = DEFAULT_NOW,
    *,
    excel4: Excel4 | None = None,
) -> None:
    """Run a macro project in every way that may show what it does; `emit` takes facts, children and problems as they arise.

    `excel4` runs a macro sheet that the project starts; without it, its result and what it writes are not known.
    Raises LimitReached when the budget is used up; what was found until then has been emitted.
    """
    program = Program(source, budget, document_name, now, excel4=excel4)
    report_bad_statements(program, emit)
    seen: set[Any] = set()
    watch = Watch(emit, seen=seen)
    project = program.start(watch)
    found = entries(project, source.document)
    for entry in found:
        emit(Fact("vba.entry", entry.event, detail={"module": entry.procedure.module.shown, "stage": STAGES[entry.stage]}))
    run_all(project, found)
    failed = watch.failed
    hidden = project.host is not None and project.host.kept_back
    keyed = bool(watch.telling) and (hidden or (not watch.convincing and in_key(watch.asked)))
    if project.procedures and (keyed or not watch.telling):
        # Where the first run left no doubt, only what it did not see of the document is worth another.
        for start in islice(other_ways(program, watch.asked, hidden=hidden), 1 if watch.convincing else None):
            held: list[Yield] = []
            second = Watch(held.append, seen=set(seen))
            again = start(second)
            try:
                run_all(again, entries(again, source.document))
            finally:
                if again.turned or second.convincing:
                    # What comes of a wrong key is noise.
                    seen |= second.seen
                    for item in held:
                        emit(item)
            failed = failed or second.failed
            if second.convincing or (again.turned and second.telling and not keyed):
                watch, project = second, again
                break
    guess = Watch(emit, GUESSED, seen)
    if failed:
        run_past_errors(program, guess, turned=not watch.telling)
    if not watch.telling and not guess.telling:
        run_uncalled(program, guess)
    report_simplified(project, watch, emit)
    if any(fact.kind == "effect.download" for fact in watch.facts):
        run_offline(program, Watch(emit, seen=seen))


def run_offline(program: Program, watch: Watch) -> None:
    """Once more with every request failing: what has a list of addresses tries the others then.

    Many scripts try for ever. This run costs little more than the first one, and when it is cut short nothing is missing
    of what the first one has shown.
    """
    project = program.start(only_downloads(watch), offline=offline_share(program.budget))
    with suppress(LimitReached):
        run_all(project, entries(project, program.source.document))


def offline_share(budget: Budget) -> Budget:
    """What the run without a network may use after the runs that `budget` has paid for."""
    share = budget.for_step()
    share.size["operations"] = min(share.size["operations"], 2 * budget.spent["operations"] + OFFLINE_LEAST)
    return share


def only_downloads(watch: Watch) -> Emit:
    """Passes downloads on to `watch`, and nothing else."""

    def emit(item: Yield) -> None:
        if isinstance(item, Fact) and item.kind == "effect.download":
            watch(item)

    return emit


OFFLINE_LEAST: Final = 20_000
"""Operations a run without a network gets in any case."""


def run_past_errors(program: Program, watch: Watch, *, turned: bool) -> None:
    """Once more, going on behind each error that ended a procedure: macros in the wild are tested, so the error may be ours."""
    project = program.start(watch, turned=turned, lenient=True)
    run_all(project, entries(project, program.source.document))


def run_uncalled(program: Program, watch: Watch) -> None:
    """The last resort: each procedure that nothing calls, in a world of its own."""
    project = program.start(watch, turned=True, lenient=True)
    for number, entry in enumerate(uncalled(project)):
        if number:
            project = program.start(watch, turned=True, lenient=True)
        run_all(project, [replace(entry, procedure=project.procedures[entry.procedure.index])])


def report_simplified(project: Project, watch: Watch, emit: Emit, kind: str = "script.vba", least: int = 0) -> None:
    """What ran, folded and without junk, as a child for people and rules, when it has `least` statements."""
    simplified = simplify(project, watch.facts)
    if simplified.text and simplified.statements >= least:
        emit(Child(as_bytes(simplified.text), kind, "simplified", SIMPLIFIED))
    if simplified.statements >= JUNK_MATTERS and simplified.junk > 0:
        emit(Fact("vba.junk", f"{simplified.junk:.2f}", detail={"statements": str(simplified.statements)}))


JUNK_MATTERS: Final = 40
"""Statements below which the share of junk says nothing."""

STAGES: Final = {1: "runs by itself", 2: "runs on closing or use", 3: "runs on a click", 4: "nothing calls it"}


def run_all(project: Project, found: list[Entry]) -> None:
    """Run entries one after the other in one world, then what the code they added starts with and the objects they made wait for."""
    known = len(project.procedures)
    later = next((number for number, entry in enumerate(found) if entry.stage > 1), len(found))
    for number, entry in enumerate([*found, None]):
        if number == later and project.host is not None:
            project.host.open_sheets(followed=entry is not None)
        if entry is None:
            break
        if entry.procedure.index not in project.raised:
            run_one(project, entry.procedure, entry.event, arguments=entry.arguments)
    if len(project.procedures) > known and project.host is not None:
        names = {procedure.name for procedure in project.procedures[:known]}
        added = [e for e in entries(project, project.host.record) if e.procedure.index >= known and e.procedure.name not in names]
        for entry in added[:MOST_EVENTS]:
            run_one(project, entry.procedure, entry.event)
    for procedure, instance in islice(project.events_of_instances(), MOST_EVENTS):
        run_one(project, procedure, project.spelling(procedure.name), instance)


def run_one(project: Project, procedure: Procedure, event: str, instance: Object | None = None, arguments: tuple[Any, ...] = ()) -> None:
    """Run a procedure as the host starts it. An error ends it only, as it does in Office."""
    required = [p for p in procedure.tree.parameters if not p.optional and not p.rest]
    told = arguments[: len(required)]
    try:
        project.invoke(procedure, (*told, *(project.argument_of_event(p) for p in required[len(told) :])), instance)
    except ScriptEnd:
        pass
    except ScriptError as error:
        project.machine.fact("eval.error", f"{error.number} {error.description}", event)
    finally:
        project.machine.finish()


MOST_EVENTS: Final = 50


OF_PLACE: Final = ("international", "locale", "language", "country", "lcid")
OF_TIME: Final = ("now", "date", "time", "day")


def asks(asked: set[str], words: tuple[str, ...]) -> bool:
    return any(word in query for query in asked for word in words)


def in_key(asked: set[str]) -> bool:
    """Whether the macro asked for something that can be the key of a decoder, and that has few values."""
    return asks(asked, OF_PLACE) or asks(asked, OF_TIME)


def other_ways(program: Program, asked: set[str], *, hidden: bool) -> Iterator[Callable[[Emit], Project]]:
    """Further runs, the likeliest first: hidden text shown (`hidden`: some was left out), guards turned round, other countries and days
    when the macro asked for them.
    """
    if hidden:
        yield lambda emit: program.start(emit, hidden=True)
    yield lambda emit: program.start(emit, turned=True)
    if asks(asked, OF_PLACE):
        for profile in (Profile(country=country, lcid=lcid) for country, lcid in LOCALES[1:]):
            yield lambda emit, p=profile: program.start(emit, profile=p)  # type: ignore[misc]
    if asks(asked, OF_TIME):
        for day in range(31):
            moment = program.now.replace(day=1) + timedelta(days=day)
            yield lambda emit, m=moment: program.start(emit, now=m)  # type: ignore[misc]
        for month in range(1, 13):
            moment = program.now.replace(day=1, month=month)
            yield lambda emit, m=moment: program.start(emit, now=m)  # type: ignore[misc]


def report_bad_statements(program: Program, emit: Emit) -> None:
    """Statements nobody could read: part of the code was not understood, and the record says so."""
    bad = [(module.name, error) for module, tree in zip(program.source.modules, program.trees) for error in tree.errors]
    for name, error in bad[:20]:
        emit(Fact("vba.bad_statement", error.text[:200], error.why, detail={"module": name, "line": str(error.line)}))
