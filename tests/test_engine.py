"""The worklist: what a step yields stays found whatever becomes of the step, and every scan ends."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from mocks import install, mock

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.context import Context, Settings
from emoscan.engine import Alarm, CutOff, expand
from emoscan.graph import Event, Graph
from emoscan.model import SIMPLIFIED, Artifact, Child, Fact, Problem, Yields
from emoscan.registry import sniffs, step

QUICK = Settings(limits=Limits(seconds=1.0))


@pytest.fixture
def mocked(alone: None) -> None:
    install()


def run(*commands: str, settings: Settings = QUICK) -> Graph:
    return expand(mock(*commands), settings=settings)


def effects(graph: Graph) -> list[str]:
    return [fact.value for _, fact in graph.facts(kind="effect")]


def problems(graph: Graph) -> list[tuple[str, str]]:
    return [(t.problem.sort, t.problem.name) for t in graph.troubles]


def test_nothing_goes_wrong(mocked: None) -> None:
    graph = run("fact a", "child b", "fact c")
    assert effects(graph) == ["a", "c", "the next step ran"]
    assert [artifact.kind for artifact in graph.artifacts.values()] == ["mock", "text.plain"]
    assert graph.troubles == []
    assert all(graph.begun.values())


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("raise boom", ("failed", "mock")),
        ("recurse", ("limit", "recursion")),
        ("loop", ("limit", "seconds")),
        ("sleep 60", ("limit", "seconds")),
        ("grow 200000000", ("limit", "object_bytes")),
        ("spend 100000000", ("limit", "operations")),
        ("allocate 100000000", ("limit", "memory_bytes")),
    ],
)
def test_a_step_that_goes_wrong_costs_what_it_had_not_yet_found(mocked: None, command: str, problem: tuple[str, str]) -> None:
    started = time.monotonic()
    graph = run("fact before", "child kept", command, "fact after")
    assert effects(graph) == ["before", "the next step ran"]
    assert problems(graph) == [problem]
    assert len(graph.artifacts) == 2
    assert time.monotonic() - started < 20


def test_a_step_that_yields_for_ever_is_stopped(mocked: None) -> None:
    graph = run("flood", settings=Settings(limits=Limits(facts=100)))
    assert graph.fact_count == 100
    assert ("limit", "facts") in problems(graph)


def test_time_is_shared_out_so_that_later_steps_have_some(mocked: None) -> None:
    graph = run("loop")
    assert "the next step ran" in effects(graph)


def test_when_time_is_up_what_was_not_run_is_named(alone: None) -> None:
    @step("slow", "*")
    def slow(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(artifact.data + b"x")
        time.sleep(0.15)

    graph = expand(b"", settings=Settings(limits=Limits(seconds=0.25)))
    last = graph.troubles[-1].problem
    assert (last.sort, last.name) == ("limit", "seconds")
    assert last.message == "time is up after 0.25 s; not run: slow"
    assert graph.troubles[-1].artifact == graph.root


def test_a_problem_of_a_step_is_kept_and_the_rest_goes_on(mocked: None) -> None:
    graph = run("problem cut off", "fact after")
    assert problems(graph) == [("malformed", "mock")]
    assert "after" in effects(graph)


def test_children_are_sniffed_when_their_kind_is_not_said(alone: None) -> None:
    sniffs("archive.zip", magic=b"PK")(lambda look: True)

    @step("parts", "data.unknown")
    def parts(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"PK", label="a")
        yield Child(b"PK", "text.plain", label="b")

    assert [a.kind for a in expand(b"").artifacts.values()] == ["data.unknown", "archive.zip", "text.plain"]


def test_an_input_that_is_two_things_is_read_as_both(alone: None) -> None:
    sniffs("archive.zip", magic=b"PK")(lambda look: True)
    sniffs("document.pdf")(lambda look: b"%PDF" in look.data)
    graph = expand(b"PK%PDF")
    assert [a.kind for a in graph.artifacts.values()] == ["archive.zip", "document.pdf"]
    assert graph.edges[0].how == "read as what else it is"


def test_a_sniffer_that_fails_costs_its_own_answer_only(alone: None) -> None:
    sniffs("document.bad")(lambda look: 1 // 0)
    sniffs("archive.zip", magic=b"PK")(lambda look: True)

    @step("unpack", "archive.zip")
    def unpack(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"inner")
        yield Child(b"other", "text.plain")

    graph = expand(b"PK")
    assert [a.kind for a in graph.artifacts.values()] == ["archive.zip", "data.unknown", "text.plain"]
    assert [(t.step, t.problem.sort, t.problem.name) for t in graph.troubles] == [("sniff", "failed", "sniff")]
    assert "document.bad failed: ZeroDivisionError" in graph.troubles[0].problem.message


def test_its_kind_may_be_told(alone: None) -> None:
    assert expand(b"x", kind="script.vba").artifacts[expand(b"x", kind="script.vba").root].kind == "script.vba"


def test_breadth_first_what_lies_beside_a_bomb_is_seen(alone: None) -> None:
    seen = []

    @step("unpack", "archive.zip")
    def unpack(artifact: Artifact, ctx: Context) -> Yields:
        if artifact.data == b"top":
            yield Child(b"bomb", "archive.zip")
            yield Child(b"doc", "office.ole")
        else:
            for number in range(1000):
                yield Child(artifact.data + b"%d" % number, "archive.zip")

    @step("read", "office.ole")
    def read(artifact: Artifact, ctx: Context) -> Yields:
        seen.append(artifact.data)
        yield from ()

    graph = expand(b"top", kind="archive.zip", settings=Settings(limits=Limits(objects=50)))
    assert seen == [b"doc"]
    assert ("limit", "objects") in problems(graph)


def test_an_archive_that_contains_itself_is_said_to_and_not_followed(alone: None) -> None:
    @step("unpack", "archive.zip")
    def unpack(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"b" if artifact.data == b"a" else b"a", "archive.zip", label="inner.zip")

    graph = expand(b"a", kind="archive.zip")
    assert len(graph.artifacts) == 2
    assert [(fact.kind, fact.value) for _, fact in graph.facts()] == [("archive.contains_itself", "inner.zip")]


def test_equal_content_is_worked_once(alone: None) -> None:
    runs = []

    @step("unpack", "archive.zip")
    def unpack(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"same", "office.ole", label="a.doc")
        yield Child(b"same", "office.ole", label="b.doc")

    @step("read", "office.ole")
    def read(artifact: Artifact, ctx: Context) -> Yields:
        runs.append(ctx.name)
        yield from ()

    graph = expand(b"x", kind="archive.zip")
    assert runs == ["a.doc"]
    assert len(graph.edges) == 2


# ---------------------------------------------------------------- clues, fallbacks


@pytest.fixture
def locked(alone: None) -> list[list[str]]:
    """A step that opens with the word "right"; returns the words it was given, run by run."""
    tried: list[list[str]] = []

    @step("open", "archive.zip", clue="password")
    def open_(artifact: Artifact, ctx: Context) -> Yields:
        words = [clue.value for clue in ctx.clues("password")]
        tried.append(words)
        if "right" in words:
            yield Fact("opened.password", "right")
            yield Child(b"inner", "office.ole")
        else:
            yield Problem("encrypted", "AES", "no password fits")

    return tried


def test_a_locked_thing_is_tried_again_when_a_clue_turns_up(locked: list[list[str]]) -> None:
    @step("mail", "mail.rfc822")
    def mail(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"zip", "archive.zip")
        yield Child(b"text", "text.plain")

    @step("text", "text.plain")
    def text(artifact: Artifact, ctx: Context) -> Yields:
        yield Fact("clue.password", "wrong", confidence=0.2)
        yield Fact("clue.password", "right", confidence=0.9)

    graph = expand(b"m", kind="mail.rfc822")
    assert locked == [[], ["right", "wrong"]]
    assert graph.troubles == []
    assert any(a.kind == "office.ole" for a in graph.artifacts.values())


def test_a_clue_is_tried_once_and_what_stays_locked_is_said_once(locked: list[list[str]]) -> None:
    @step("text", "archive.zip", order=1)
    def text(artifact: Artifact, ctx: Context) -> Yields:
        yield Fact("clue.password", "a")
        yield Fact("clue.password", "b")

    graph = expand(b"z", kind="archive.zip")
    assert locked == [[], ["a", "b"]]
    assert problems(graph) == [("encrypted", "AES")]


def test_given_passwords_come_first(locked: list[list[str]]) -> None:
    expand(b"z", kind="archive.zip", settings=Settings(passwords=("given", "right")))
    assert locked == [["given", "right"]]


@pytest.mark.parametrize(
    ("effects", "guessed"),
    [
        ([Fact("effect.run", "calc")], False),
        ([], True),
        ([Fact("effect.run", "<unknown>", confidence=0.8)], True),
        ([Fact("effect.run", "calc"), Fact("effect.run", "<unknown>", confidence=0.8)], True),
        ([Fact("effect.query", "user name")], True),
    ],
)
def test_guesses_are_made_only_where_nothing_took_effect_in_full(alone: None, effects: list[Fact], *, guessed: bool) -> None:
    order: list[str] = []

    @step("guess", "script.vba", fallback=True)
    def guess(artifact: Artifact, ctx: Context) -> Yields:
        order.append("guess")
        yield Fact("effect.run", "guessed", confidence=0.3)

    @step("evaluate", "script.vba", order=5)
    def evaluate(artifact: Artifact, ctx: Context) -> Yields:
        order.append("evaluate")
        yield Child(b"cmd", "script.cmd")

    @step("run", "script.cmd")
    def run_(artifact: Artifact, ctx: Context) -> Yields:
        yield from effects

    expand(b"x", kind="script.vba")
    assert order == (["evaluate", "guess"] if guessed else ["evaluate"])


# ---------------------------------------------------------------- a run that is taken up


def events_of(data: bytes) -> list[Event]:
    journal: list[Event] = []
    expand(data, settings=QUICK, on_event=journal.append)
    return journal


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_run_cut_off_anywhere_ends_and_says_so(mocked: None, cut: int) -> None:
    """Nine events: Added, Begun, Stated a, Added b, Stated c, Ended, Begun, Stated, Ended."""
    data = mock("fact a", "child b", "fact c")
    whole = events_of(data)
    assert len(whole) == 9
    after = CutOff(whole[:cut], "failed", "worker", "its process died")
    graph = expand(data, settings=QUICK, after=after)
    guilty = {2: "mock", 3: "mock", 4: "mock", 5: "mock", 7: "mock.after", 8: "mock.after"}.get(cut, "engine")
    assert [(t.step, t.problem.sort, t.problem.name) for t in graph.troubles] == [(guilty, "failed", "worker")]
    assert "its process died" in graph.troubles[0].problem.message
    assert all(graph.begun.values())
    assert ("a" in effects(graph)) == (cut != 2)
    assert ("c" in effects(graph)) == (cut not in (2, 3, 4))
    assert ("the next step ran" in effects(graph)) == (cut != 7)


def test_what_happens_is_told_as_it_happens(mocked: None) -> None:
    kinds = [type(event).__name__ for event in events_of(mock("fact a", "child b"))]
    assert kinds == ["Added", "Begun", "Stated", "Added", "Ended", "Begun", "Stated", "Ended"]


# ---------------------------------------------------------------- the alarm


def spin(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def run_within(seconds: float, work: Callable[[], None], *, busy: bool = False) -> None:
    with Alarm(lambda: busy) as alarm:
        alarm.run(Budget(Limits(seconds=seconds)), work)


def test_the_alarm_never_comes_after_what_it_is_for() -> None:
    for number in range(400):
        with suppress(LimitReached):
            run_within(0.001, lambda number=number: spin(0.0009 + number * 5e-7))  # the shortest there is
        spin(0.00001)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_the_alarm_comes() -> None:
    started = time.monotonic()
    with pytest.raises(LimitReached, match="seconds"):
        run_within(0.05, lambda: spin(5))
    assert time.monotonic() - started < 1


def test_the_alarm_waits_while_an_event_is_on_its_way_out() -> None:
    run_within(0.02, lambda: spin(0.1), busy=True)


def test_the_alarm_waits_until_a_module_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a module would stay for the next document."""
    (tmp_path / "loads_slowly.py").write_text("import time\nuntil = time.time() + 0.1\nwhile time.time() < until: pass\nWHOLE = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def work() -> None:
        importlib.import_module("loads_slowly")
        spin(5)

    with pytest.raises(LimitReached):
        run_within(0.02, work)
    assert sys.modules.pop("loads_slowly").WHOLE


def test_a_library_that_swallows_the_alarm_gets_another() -> None:
    def swallow_once() -> None:
        with suppress(BaseException):
            spin(5)
        spin(5)

    started = time.monotonic()
    with pytest.raises(LimitReached):
        run_within(0.02, swallow_once)
    assert time.monotonic() - started < 20


def test_outside_the_main_thread_nothing_interrupts() -> None:
    done: list[bool] = []
    thread = threading.Thread(target=lambda: run_within(0.001, lambda: done.append(True)))
    thread.start()
    thread.join()
    assert done == [True]


def test_waiting_for_whoever_listens_is_not_the_steps_time(mocked: None) -> None:
    graph = expand(
        mock("fact a", "fact b", "fact c"), settings=Settings(limits=Limits(seconds=0.3)), on_event=lambda event: time.sleep(0.1)
    )
    assert graph.troubles == []
    assert effects(graph) == ["a", "b", "c", "the next step ran"]


def test_context_hands_out_clues_likeliest_first_and_none_that_was_tried() -> None:
    facts = [
        Fact("clue.password", "a", "text", confidence=0.1),
        Fact("clue.password", "b", "subject", confidence=0.8),
        Fact("clue.password", "a", "name", confidence=0.5),
        Fact("clue.date", "2020"),
        Fact("clue.password", "old"),
    ]
    ctx = Context(Budget(Limits()), clues=facts, tried=frozenset({"old"}))
    assert [(clue.value, clue.source) for clue in ctx.clues("password")] == [("b", "subject"), ("a", "name")]
    assert ctx.name == ""


def test_simplified_scripts_are_for_people_and_indicators_alone(alone: None) -> None:
    looked: list[str] = []

    @step("make", takes="start")
    def make(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"a", "script", how=SIMPLIFIED)
        yield Child(b"b", "script", how=SIMPLIFIED)
        yield Child(b"b", "script", how="written to a file")

    @step("run", takes="script")
    def run_it(artifact: Artifact, ctx: Context) -> Yields:
        looked.append(f"run {artifact.data.decode()}")
        yield from ()

    @step("guess", takes="script", fallback=True)
    def guess(artifact: Artifact, ctx: Context) -> Yields:
        looked.append(f"guess {artifact.data.decode()}")
        yield from ()

    @step("list", takes="script", simplified=True)
    def list_it(artifact: Artifact, ctx: Context) -> Yields:
        looked.append(f"list {artifact.data.decode()}")
        yield from ()

    expand(b"", kind="start", settings=QUICK)
    assert sorted(looked) == ["guess b", "list a", "list b", "run b"]
