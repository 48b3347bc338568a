"""expand(): apply steps until nothing new appears. The worklist, and the only place with a broad `except`.

Order is breadth first, so that what lies beside a bomb is still seen. Everything a step yields becomes an event of the
graph the moment it is yielded, and is handed to `on_event` (a worker sends it to its supervisor): what was found before
a step is stopped, or its process killed, stays found.
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, Final, Self

from msgspec import Struct
from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.context import Context, Inside, Settings, Take
from emoscan.graph import Added, Begun, Ended, Event, Graph, Reopened, Stated, Troubled
from emoscan.model import SIMPLIFIED, Artifact, Child, Edge, Fact, Problem, Sort, Yield
from emoscan.registry import Look, Sniffer, Step, sniff, steps, steps_for

Listener = Callable[[Event], None]


class CutOff(Struct, frozen=True):
    """A run on an input whose process came to a sudden end: what it had found, and how it ended."""

    journal: list[Event]
    sort: Sort
    name: str
    why: str


def expand(
    data: bytes,
    name: str = "",
    settings: Settings | None = None,
    *,
    budget: Budget | None = None,
    on_event: Listener | None = None,
    after: CutOff | None = None,
    cut: Problem | None = None,
    kind: str = "",
    hints: tuple[Fact, ...] = (),
) -> Graph:
    """Everything that comes out of one input.

    Never raises for what the input holds: what could not be read is in the graph's troubles. With `after`, an earlier
    run on the same input is taken up: steps that were done are not repeated, the one under way is not tried again.
    `cut` says that `data` is not the whole input. `kind` is what it is, where that is not left to the sniffers.
    `hints` are clues from outside it.
    """
    settings = settings or Settings()
    run = _Run(settings, budget or Budget(settings.limits), on_event, hints)
    if after is not None:
        run.replay(after)
    run.start(data, name, kind)
    if cut is not None:
        run.trouble(run.graph.root, "engine", cut)
    with Alarm(lambda: run.busy) as alarm:
        run.work(alarm)
    return run.graph


ELSEWHERE: Final = 0.6
"""What a clue is worth that stands in another mail than the artifact it is to be used on."""


class _Clues(Struct, frozen=True):
    """What the user gave and what was found so far, for one artifact. Gathered when a step asks: most never do."""

    given: tuple[Fact, ...]
    graph: Graph
    artifact: str = ""

    def __iter__(self) -> Iterator[Fact]:
        yield from self.given
        near = self.in_its_mail()
        for places in self.graph.clues.values():
            for artifact, fact in places.items():
                yield fact if near is None or artifact in near else replace(fact, confidence=fact.confidence * ELSEWHERE)

    def in_its_mail(self) -> frozenset[str] | None:
        """What came out of the mail the artifact is in; None when there is but one mail, or none around it."""
        kinds = self.graph.artifacts
        if sum(artifact.kind == MAIL for artifact in kinds.values()) < 2:
            return None
        mail = next((id_ for id_ in reversed(self.graph.above(self.artifact)) if kinds[id_].kind in MAILS), None)
        return frozenset(self.graph.below(mail)) if mail else None


MAIL: Final = "mail.rfc822"
MAILS: Final = (MAIL, "mail.msg", "mail.tnef")


class _Run:
    def __init__(self, settings: Settings, budget: Budget, on_event: Listener | None, hints: tuple[Fact, ...] = ()) -> None:
        self.settings = settings
        self.budget = budget
        self.graph = Graph()
        given = tuple(Fact("clue.password", word, "given by the user", confidence=2.0) for word in settings.passwords)
        self.clues = _Clues((*given, *hints), self.graph)
        self.name = ""
        self.listener = on_event
        self.queue: deque[tuple[str, Step]] = deque()
        self.tried: dict[tuple[str, str], frozenset[str]] = {}
        self.busy = False
        """An event is on its way out and must not be torn."""
        self.sniffed: list[Problem] = []
        """What sniffers failed of, until it is known whose trouble it is."""
        self.purse = budget
        """Whose time runs: the input's, or that of the step under way."""

    # ------------------------------------------------------------ the worklist

    def start(self, data: bytes, name: str, kind: str) -> None:
        self.name = name
        for artifact in list(self.graph.artifacts.values()):
            self.enqueue(artifact)
        if not self.graph.root:
            first, *others = (kind,) if kind else sniff(data, name, self.ask)
            root = Artifact(first, data)
            self.happen(Added(root))
            self.trouble_of_sniffers(root.id)
            self.enqueue(root)
            for other in others:
                self.add(root, Child(data, other, how="read as what else it is"), "sniff")

    def replay(self, after: CutOff) -> None:
        for event in after.journal:
            self.graph.apply(event)
        guilty = [key for key, ended in self.graph.begun.items() if not ended]
        for artifact, step_name in guilty:
            message = f"{step_name} did not end: {after.why}; its part was not read"
            self.trouble(artifact, step_name, Problem(after.sort, after.name, message))
            self.happen(Ended(artifact, step_name))
        if not guilty and self.graph.root:
            self.trouble(self.graph.root, "engine", Problem(after.sort, after.name, f"the analysis did not end: {after.why}"))

    def work(self, alarm: Alarm) -> None:
        by_name = {step.name: step for step in steps()}
        while True:
            while self.queue:
                if self.budget.seconds_left() <= 0:
                    self.out_of_time()
                    return
                artifact, step = self.queue.popleft()
                self.apply_step(self.graph.artifacts[artifact], step, alarm)
            for again in (self.locked_with_new_clues, self.in_need_of_guesses):
                self.queue.extend((artifact, by_name[step_name]) for artifact, step_name in again())
                if self.queue:
                    break
            else:
                return

    def enqueue(self, artifact: Artifact) -> None:
        for step in steps_for(artifact.kind):
            if not step.fallback and self.is_for(step, artifact) and (artifact.id, step) not in self.queue:
                self.queue.append((artifact.id, step))

    def is_for(self, step: Step, artifact: Artifact) -> bool:
        """Whether a step that takes the kind has this artifact still before it."""
        return (artifact.id, step.name) not in self.graph.begun and (step.simplified or not self.graph.only_simplified(artifact.id))

    def locked_with_new_clues(self) -> Iterator[tuple[str, str]]:
        """Steps that left something locked and have clues now that they have not tried."""
        for step in steps():
            if step.clue:
                for trouble in [t for t in self.graph.troubles if t.step == step.name and t.problem.sort == "encrypted"]:
                    tried = self.tried.get((trouble.artifact, step.name), frozenset())
                    if self.context(trouble.artifact, self.budget, tried).clues(step.clue):
                        self.happen(Reopened(trouble.artifact, step.name))
                        yield trouble.artifact, step.name

    def in_need_of_guesses(self) -> Iterator[tuple[str, str]]:
        """Fallback steps for artifacts under which nothing took effect that is known in full."""
        for artifact in list(self.graph.artifacts.values()):
            for step in steps_for(artifact.kind):
                if step.fallback and self.is_for(step, artifact) and not self.took_effect(artifact.id):
                    yield artifact.id, step.name

    def took_effect(self, artifact: str) -> bool:
        """Whether what was evaluated did something, and nothing of it is unknown. Questions to the surroundings do not count."""
        effects = [fact for id_ in self.graph.below(artifact) for _, fact in self.graph.facts(id_, "effect") if fact.kind != "effect.query"]
        return bool(effects) and all(fact.confidence >= 1 for fact in effects)

    # ------------------------------------------------------------ one step

    def context(self, artifact: str, budget: Budget, tried: frozenset[str] | None) -> Context:
        names = self.graph.names(artifact)
        if artifact == self.graph.root and self.name:
            names = (self.name, *names)
        clues = _Clues(self.clues.given, self.graph, artifact)

        def above() -> Iterator[tuple[str, Artifact]]:
            for id_ in self.graph.above(artifact):
                yield self.name_of(id_), self.graph.artifacts[id_]

        is_input = artifact == self.graph.root
        return Context(budget, self.settings, names, clues, tried, is_input=is_input, above=above)

    def name_of(self, artifact: str) -> str:
        return self.name if artifact == self.graph.root else next(iter(self.graph.names(artifact)), "")

    def apply_step(self, artifact: Artifact, step: Step, alarm: Alarm) -> None:
        key = (artifact.id, step.name)
        budget = self.budget.for_step(getattr(self.settings.limits, step.seconds) if step.seconds else None)
        context = self.context(artifact.id, budget, self.tried.get(key))
        context.emit = lambda item: self.take(artifact, step.name, item)
        context.inside = self.inside_of(artifact, step.name)
        if step.clue:
            self.tried[key] = context.tried | {clue.value for clue in context.clues(step.clue)}
        self.happen(Begun(artifact.id, step.name, budget.seconds))

        def work() -> None:
            for item in step.run(artifact, context):
                self.take(artifact, step.name, item)

        self.purse = budget
        try:
            alarm.run(budget, work)
        except LimitReached as limit:
            message = f"{step.name} stopped: {limit}; what comes after it was not seen"
            self.trouble(artifact.id, step.name, Problem("limit", limit.name, message))
        except RecursionError:
            self.trouble(artifact.id, step.name, Problem("limit", "recursion", f"{step.name} stopped: nested too deeply"))
        except MemoryError:
            self.trouble(artifact.id, step.name, Problem("limit", "memory_bytes", f"{step.name} stopped: out of memory"))
        except Exception as error:  # the one place where the unexpected of any step ends: it costs that step only
            self.show(error)
            self.trouble(artifact.id, step.name, Problem("failed", step.name, f"{step.name} failed: {type(error).__name__}: {error}"))
        self.purse = self.budget
        self.happen(Ended(*key))

    # ------------------------------------------------------------ what it yields

    def take(self, artifact: Artifact, step_name: str, item: Yield) -> None:
        if isinstance(item, Child):
            self.add(artifact, item, step_name)
        elif isinstance(item, Fact):
            self.state(artifact.id, item)
        else:
            self.trouble(artifact.id, step_name, item)

    def inside_of(self, parent: Artifact, step_name: str) -> Inside:
        """For steps that work a child themselves where it stands: adds it, and says where its facts and children go."""

        def inside(child: Child) -> tuple[Take, Inside]:
            artifact = Artifact(child.kind, child.data)
            if (artifact.id, step_name) not in self.graph.begun:
                self.happen(Begun(artifact.id, step_name, 0))
                self.happen(Ended(artifact.id, step_name))
            self.add(parent, child, step_name)
            if artifact.id not in self.graph.artifacts:
                artifact = parent
            return lambda item: self.take(artifact, step_name, item), self.inside_of(artifact, step_name)

        return inside

    def add(self, parent: Artifact, child: Child, step_name: str) -> None:
        kinds = (child.kind,) if child.kind else sniff(child.data, child.label, self.ask)
        self.trouble_of_sniffers(parent.id)
        for kind in kinds:
            limits = self.budget.limits
            artifact = Artifact(kind, child.data)
            new = artifact.id not in self.graph.artifacts
            simplified = not new and self.graph.only_simplified(artifact.id)
            if new and len(self.graph.artifacts) >= limits.objects:
                raise LimitReached("objects", limits.objects, f"{child.label or kind} and what follows is not read")
            if new and self.graph.depth[parent.id] >= limits.depth:
                raise LimitReached("depth", limits.depth, f"{child.label or kind} is not read")
            if not new and artifact.id in self.graph.above(parent.id):
                self.state(parent.id, Fact("archive.contains_itself", child.label))
                continue
            edge = Edge(parent.id, artifact.id, step_name, child.label, child.how, child.span)
            self.happen(Added(artifact, edge))
            if new or (simplified and child.how != SIMPLIFIED):
                self.enqueue(artifact)

    def ask(self, sniffer: Sniffer, look: Look) -> Any:
        """Let one sniffer look; one that fails has seen nothing, and the others are asked all the same."""
        try:
            return sniffer.test(look)
        except Exception as error:  # as in apply_step
            self.show(error)
            self.sniffed.append(Problem("failed", "sniff", f"telling {sniffer.kind} failed: {type(error).__name__}: {error}"))
            return 0

    def trouble_of_sniffers(self, artifact: str) -> None:
        while self.sniffed:
            self.trouble(artifact, "sniff", self.sniffed.pop())

    def show(self, error: Exception) -> None:
        if self.settings.debug:
            traceback.print_exception(error, file=sys.stderr)

    def state(self, artifact: str, fact: Fact) -> None:
        if self.graph.fact_count >= self.budget.limits.facts:
            raise LimitReached("facts", self.budget.limits.facts)
        self.happen(Stated(artifact, fact))

    def trouble(self, artifact: str, step_name: str, problem: Problem) -> None:
        self.happen(Troubled(artifact, step_name, problem))

    def happen(self, event: Event) -> None:
        self.busy = True
        self.graph.apply(event)
        if self.listener is not None:
            before = self.budget.clock()
            self.listener(event)
            self.purse.postpone(self.budget.clock() - before)
        self.busy = False

    def out_of_time(self) -> None:
        left = sorted({step.name for _, step in self.queue})
        message = f"time is up after {self.budget.seconds:g} s; not run: {', '.join(left)}"
        self.trouble(self.graph.root, "engine", Problem("limit", "seconds", message))


class Alarm:
    """Raises LimitReached in work whose budget's time is up, also in a library that never asks. The signal is taken for as
    long as the alarm is entered, for one piece of work after the other.

    It is raised again and again until the work has ended, for libraries that swallow everything; not while `busy`, or a module is loaded.
    Code that stays inside a C function is not reached; the supervisor kills its process. Without the main thread or
    interval timers (Windows) the work is only called.
    """

    def __init__(self, busy: Callable[[], bool] = lambda: False) -> None:
        self.busy = busy
        self.usable = False
        self.before: Any = None
        self.budget: Budget | None = None
        self.code: CodeType | None = None

    def __enter__(self) -> Self:
        self.usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self.usable:
            self.before = signal.signal(signal.SIGALRM, self.ring)
        return self

    def __exit__(self, *_: object) -> None:
        if self.usable:
            signal.signal(signal.SIGALRM, self.before)

    def run(self, budget: Budget, work: Callable[[], None]) -> None:
        if not self.usable:
            work()
            return
        self.budget, self.code = budget, work.__code__
        signal.setitimer(signal.ITIMER_REAL, max(budget.seconds_left(), 0.001), 0.25)
        try:
            work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def ring(self, _signum: int, frame: FrameType | None) -> None:
        # Only from the work on: raised between its end and the disarming it would leave the alarm armed. And not while a module
        # is loaded: half of one would be left for the next document.
        while frame is not None and frame.f_code is not self.code:
            if frame.f_code.co_filename.startswith("<frozen importlib."):
                return
            frame = frame.f_back
        if frame is not None and self.budget is not None and not self.busy() and self.budget.seconds_left() <= 0:
            raise LimitReached("seconds", round(self.budget.seconds, 1))
