"""Analysis in supervised worker processes: many inputs each, limited by the system, killed when they hang.

What a worker sends is never unpickled: it is either bytes the supervisor only keeps (the journal of the scan under way,
see `graph.py`) or a finished report. When a worker dies, the journal goes to a fresh one, which takes the scan up behind
the step that killed the first; so every input ends as one report that holds what was found.
"""

from __future__ import annotations

import hashlib
import os
import struct
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from signal import Signals
from typing import Final, Self

import msgspec
from msgspec import Struct

from emoscan import __version__, journal
from emoscan.context import Settings
from emoscan.journal import Journal
from emoscan.model import Label, Problem
from emoscan.process import Process, start, start_method, wait
from emoscan.report import Engine, Incomplete, Input, Report, ReportArtifact, one_line, to_json
from emoscan.sources import UNREADABLE, Source, Unreadable, as_bytes, open_file, read_whole
from emoscan.worker import BEGUN, CONTENT, EVENT, LAST, READY, REPORT, Setup, Task, warm_up, work

START_SECONDS: Final = 30.0
AHEAD: Final = 32
"""Inputs each worker may be ahead of the oldest unfinished one: results come in the order of the inputs."""
MAX_DEATHS: Final = 3
MESSAGE_BYTES: Final = 1 << 30
"""No message of a worker is longer than this, or it is not heard out."""
HEAD: Final = 1 << 16
"""Bytes of a mail that are enough to find those that belong to it."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at what step a worker is in."""
LAST_WORDS: Final = 1.0
"""Seconds in which a worker that is overdue is heard out, in case it was us who did not listen."""
PRELOAD: Final = ("emoscan.worker", "emoscan.analyse")


class Gist(Struct, frozen=True):
    """What of a report decides over the exit code."""

    verdict: Label
    incomplete: list[Incomplete]


class Outcome(Struct, frozen=True):
    source: Source
    report: bytes
    """The report as one line of JSON (`report.from_json` reads it)."""
    contents: dict[str, bytes]
    """Bytes of every artifact by SHA-256, when asked for. The worker's word: verify them before use."""

    gist: Gist


class _Job(Struct, eq=False):
    index: int
    source: Source
    data: bytes | None = None
    descriptor: int = -1
    """What is scanned: opened once, so that a second attempt looks at the same file."""
    started: float = 0.0
    deadline: float = 0.0
    step_deadline: float = 0.0
    journal: list[bytes] = []
    journal_size: int = 0
    """Of events that came as messages."""
    patience: float = 0.0
    """Seconds in which nobody listened, which are not the worker's fault."""
    contents: dict[str, bytes] = {}
    deaths: int = 0
    contents_size: int = 0
    problem: Problem | None = None
    gist: Gist | None = None
    siblings: tuple[bytes, ...] | None = None
    """Mails that belong to it; None: nobody has asked yet."""

    def ask_siblings(self) -> bool:
        """Whether something in it stayed locked, and there are mails that may tell the password, who were not asked before."""
        if self.siblings is not None or self.source.siblings is None or self.gist is None:
            return False
        if not any(problem.sort == "encrypted" for problem in self.gist.incomplete):
            return False
        head = self.data[:HEAD] if self.data is not None else os.pread(self.descriptor, HEAD, 0)
        self.siblings = tuple(self.source.siblings(head))
        self.journal.clear()
        self.journal_size, self.started, self.deaths, self.problem = 0, 0.0, 0, None
        return bool(self.siblings)

    def open(self) -> None:
        """Raises Unreadable."""
        if self.data is None and self.descriptor < 0:
            if self.source.problem:
                raise Unreadable(f"cannot be read: {self.source.problem}")
            self.descriptor, self.data = (-1, self.source.data) if self.source.data is not None else open_file(self.source)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor, self.data = -1, None
        self.journal.clear()

    def report(self, settings: Settings, problem: Problem) -> Report:
        """The record of an input that no worker could report on."""
        cut: Problem | None = None
        data = self.data
        if self.descriptor >= 0:
            data, cut = read_whole(self.descriptor, settings.limits.object_bytes)
        problems = (problem,) if cut is None else (problem, cut)
        return empty_report(self.source, settings, problems, data)


class _Worker(Struct, eq=False):
    process: Process
    journal: Journal | None
    job: _Job | None = None
    ready: bool = False
    """It has a process group of its own."""
    begun: bool = False
    """It has taken up the job it was given last."""
    kill_seconds: float = 0.0
    said: bytes = b""
    """What it said it has given up."""
    since: float = 0.0


class Supervisor:
    """Runs scans in `workers` processes. A context manager; `scan` may be called again and again.

    `method`: how processes are started, as in multiprocessing. The default forks where that is safe (Linux, a single
    thread), which is quickest.

    Raises BadRule, or ValueError for YARA, when the rules of the settings cannot be used.
    """

    def __init__(self, settings: Settings, workers: int = 1, *, method: str = "", contents: bool = False) -> None:
        if settings.rules:
            warm_up(settings.rules)
        self.settings = settings
        self.count = max(1, workers)
        self.contents = contents
        self.method = method or start_method()
        self.started = 0
        self.confinement: dict[str, str] = {}
        """What the worker that last began an input has given up (`sandbox.confine`)."""
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        self._workers.append(self._start())
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        for worker in self._workers:
            self._kill(worker)
        self._workers.clear()

    # ------------------------------------------------------------ the loop

    def scan(self, sources: Iterable[Source]) -> Iterator[Outcome]:
        """One outcome for each source, in their order. A source that cannot be read gets a report that says so."""
        waiting = enumerate(sources)
        again: deque[_Job] = deque()
        done: dict[int, Outcome] = {}
        next_out, exhausted = 0, False
        try:
            while True:
                while next_out in done:
                    before = time.monotonic()
                    yield done.pop(next_out)
                    self._postpone(time.monotonic() - before)
                    next_out += 1
                while not exhausted or again:
                    worker = self._free_worker()
                    if worker is None:
                        break
                    if again:
                        job = again.popleft()
                    else:
                        if len(done) >= AHEAD * self.count:
                            break
                        item = next(waiting, None)
                        if item is None:
                            exhausted = True
                            continue
                        job = _Job(*item)
                    if not self._give(worker, job):
                        done[job.index] = self._finish(job, None)
                if not any(worker.job for worker in self._workers) and not again:
                    if next_out in done:
                        continue
                    if exhausted:
                        return
                for job, report in self._listen():
                    if (report is None and job.deaths < MAX_DEATHS) or (report is not None and job.ask_siblings()):
                        again.append(job)
                    else:
                        done[job.index] = self._finish(job, report)
        finally:
            for worker in [w for w in self._workers if w.job is not None]:
                assert worker.job is not None
                worker.job.close()
                self._kill(worker)
                self._workers.remove(worker)
            for job in again:
                job.close()

    def _finish(self, job: _Job, report: bytes | None) -> Outcome:
        gist = job.gist
        if report is None or gist is None:
            assert job.problem is not None
            made = job.report(self.settings, job.problem)
            report, gist = to_json(made), Gist(made.verdict, made.incomplete)
        job.close()
        return Outcome(job.source, report, job.contents, gist)

    def _free_worker(self) -> _Worker | None:
        for worker in self._workers:
            if worker.job is None:
                return worker
        if len(self._workers) < self.count:
            self._workers.append(self._start())
            return self._workers[-1]
        return None

    def _start(self) -> _Worker:
        if self.started == 1:
            # There will be more: what they all load is loaded here once, and they are born with it.
            warm_up(self.settings.rules)
        self.started += 1
        process = _spare.pop() if _spare and self.method == "fork" else start(work, self.method, PRELOAD)
        descriptor = journal.create()
        with suppress(OSError):  # it is gone already; it will be noticed when it is given something to do
            process.line.send(msgspec.msgpack.encode(Setup(self.settings, journal=descriptor >= 0)))
            if descriptor >= 0:
                process.line.send_descriptor(descriptor)
        shared = Journal(descriptor) if descriptor >= 0 else None
        return _Worker(process, shared, since=time.monotonic(), kill_seconds=self.settings.limits.kill_seconds)

    def _postpone(self, seconds: float) -> None:
        """Time in which nobody listened is not the workers' fault: whoever reads our results was busy with one."""
        for worker in self._workers:
            if worker.job is not None:
                worker.job.started += seconds if worker.job.started else 0
                worker.job.deadline += seconds
                worker.job.step_deadline += seconds
                worker.job.patience += seconds

    def _give(self, worker: _Worker, job: _Job) -> bool:
        """Hand the job to the worker. Returns False, and the job says why, when its source cannot be opened."""
        limits = self.settings.limits
        now = time.monotonic()
        try:
            job.open()
        except Unreadable as error:
            job.problem = Problem("failed", UNREADABLE, str(error))
            return False
        seconds = limits.seconds
        if job.deaths:
            left = seconds - (now - job.started) if job.started else seconds
            seconds = left if left > min(1.0, seconds / 10) and job.deaths < MAX_DEATHS - 1 else 0.0
        path, name = as_bytes(job.source.path), as_bytes(job.source.name)
        task = Task(path, name, job.data, self.settings, seconds, self.contents, job.journal, job.problem, job.siblings or ())
        worker.job, worker.begun = job, False
        job.contents.clear()
        job.contents_size = 0
        job.deadline = job.step_deadline = now + START_SECONDS
        try:
            worker.process.line.send(msgspec.msgpack.encode(task))
            if job.descriptor >= 0:
                worker.process.line.send_descriptor(job.descriptor)
        except OSError:
            pass  # the worker is gone or does not listen; _listen learns of it
        return True

    def _listen(self) -> list[tuple[_Job, bytes | None]]:
        """Wait until a worker says something, dies or is overdue. Returns finished jobs with their report; None: again."""
        busy = [w for w in self._workers if w.job is not None]
        now = time.monotonic()
        nearest = min((_deadline(w) for w in busy), default=now)
        results: list[tuple[_Job, bytes | None]] = []
        for ready in wait([w.process.line for w in busy], max(0.0, min(nearest - now, LOOK_EVERY)), MESSAGE_BYTES):
            worker = next(w for w in busy if w.process.line is ready)
            result = self._hear(worker)
            if result is not None:
                results.append(result)
        now = time.monotonic()
        overdue = [w for w in busy if w.job is not None and now >= _deadline(w)]
        results.extend(self._last_words(worker) for worker in overdue)
        return results

    def _last_words(self, worker: _Worker) -> tuple[_Job, bytes | None]:
        """What a worker that is overdue has said already, its report perhaps; then its end."""
        until = time.monotonic() + LAST_WORDS
        while time.monotonic() < until and wait([worker.process.line], 0, MESSAGE_BYTES):
            result = self._hear(worker)
            if result is not None:
                return result
        return self._bury(worker, overdue=True)

    def _hear(self, worker: _Worker) -> tuple[_Job, bytes | None] | None:
        """Take one message in. A worker that does not keep to the protocol was taken over by what it read, and ends."""
        job = worker.job
        assert job is not None
        try:
            message = worker.process.line.receive(MESSAGE_BYTES)
        except OSError:
            return self._bury(worker)
        kind, body = message[:1], message[1:]
        if kind == READY and not worker.begun:
            self._begin(worker, job, body)
        elif kind in (BEGUN, EVENT) and worker.begun and worker.journal is None and len(body) > 4:
            if kind == BEGUN:
                job.step_deadline = time.monotonic() + struct.unpack("<f", body[:4])[0] + self.settings.limits.kill_seconds
                body = body[4:]
            job.journal_size += len(body)
            if job.journal_size <= journal.SIZE:
                job.journal.append(body)
        elif kind == CONTENT and worker.begun and self.contents and len(body) >= 32:
            job.contents_size += len(body)
            if job.contents_size <= self.settings.limits.expanded_bytes + self.settings.limits.object_bytes:
                job.contents[body[:32].hex()] = body[32:]
        elif kind in (REPORT, LAST) and worker.begun and (gist := read_gist(body)) is not None:
            worker.job, job.gist = None, gist
            if kind == LAST:
                self._kill(worker)
                self._workers.remove(worker)
            return job, body
        else:
            return self._bury(worker, strange=True)
        return None

    def _begin(self, worker: _Worker, job: _Job, body: bytes) -> None:
        if body != worker.said:
            worker.said = body
            with suppress(msgspec.DecodeError):
                self.confinement = msgspec.json.decode(body, type=dict[str, str])
        now = time.monotonic()
        limits = self.settings.limits
        worker.ready = worker.begun = True
        job.started = job.started or now
        job.deadline = job.started + limits.seconds + limits.kill_seconds
        if job.deaths:
            job.deadline = max(job.deadline, now + limits.kill_seconds)
        job.step_deadline = job.deadline

    def _bury(self, worker: _Worker, *, overdue: bool = False, strange: bool = False) -> tuple[_Job, bytes | None]:
        job = worker.job
        assert job is not None
        worker.process.end(group=worker.ready)
        job.deaths += 1
        if worker.journal is not None and worker.begun:
            job.journal.extend(worker.journal.events())
        seconds = time.monotonic() - (job.started or worker.since)
        if strange:
            job.problem = Problem("failed", "worker", "its process said what no worker says")
        else:
            job.problem = how_it_died(worker.process.exit_code, overdue=overdue, seconds=seconds)
        worker.job = None
        self._kill(worker)
        self._workers.remove(worker)
        return job, None

    def _kill(self, worker: _Worker) -> None:
        worker.process.end(group=worker.ready)
        if worker.journal is not None:
            worker.journal.close()


_spare: list[Process] = []


def prepare() -> None:
    """Start a worker before it is known what to scan: it loads what it needs while the caller reads its command line.

    The next Supervisor takes it over; one that is not needed after all ends with `dismiss`.
    """
    if start_method() == "fork":
        _spare.append(start(work, "fork"))


def dismiss() -> None:
    while _spare:
        _spare.pop().end(group=False)


def _deadline(worker: _Worker) -> float:
    job = worker.job
    assert job is not None
    deadline = min(job.deadline, job.step_deadline)
    if worker.journal is not None and worker.begun and worker.journal.step_due > 0:
        deadline = min(deadline, worker.journal.step_due + worker.kill_seconds + job.patience)
    return deadline


def how_it_died(code: int | None, *, overdue: bool, seconds: float) -> Problem:
    """The problem that a worker's end is, told from its exit code (negative: the signal)."""
    if overdue:
        return Problem("limit", "seconds", f"killed after {seconds:.1f} s")
    if code is not None and code < 0:
        number = -code
        name = Signals(number).name if number in Signals.__members__.values() else str(number)
        if name == "SIGXCPU":
            return Problem("limit", "seconds", "used up its processor time")
        return Problem("failed", "worker", f"its process died of {name} after {seconds:.1f} s")
    return Problem("failed", "worker", f"its process ended with code {code} after {seconds:.1f} s")


def read_gist(body: bytes) -> Gist | None:
    """What decides of a report, or None when these bytes cannot be one: a line of UTF-8 that is a JSON object with a verdict."""
    if b"\n" in body:
        return None
    try:
        body.decode("utf-8")
        return msgspec.json.decode(body, type=Gist)
    except (UnicodeDecodeError, msgspec.DecodeError):
        return None


def empty_report(source: Source, settings: Settings, problems: tuple[Problem, ...], data: bytes | None = None) -> Report:
    """The record of an input that no worker could report on: who it is, and that nothing is known."""
    path, name = (one_line(as_bytes(text).decode("utf-8", "surrogateescape")) for text in (source.path, source.name))
    digests = ("" if data is None else hashlib.new(kind, data, usedforsecurity=False).hexdigest() for kind in ("sha256", "sha1", "md5"))
    identity = Input(path, name, len(data or b""), "data.unknown", *digests)
    return Report(
        engine=Engine(__version__, ""),
        input=identity,
        verdict="incomplete",
        score=0,
        summary=one_line(f"Nothing is known of it: {problems[0].message}."),
        macro_class="none",
        reasons=[],
        findings=[],
        artifacts=[ReportArtifact("input", "data.unknown", len(data or b""), identity.sha256, [], 0)],
        edges=[],
        effects=[],
        iocs=[],
        passwords=[],
        macros=[],
        mail=None,
        incomplete=[Incomplete(problem.sort, problem.name, one_line(problem.message), "input") for problem in problems],
        limits=msgspec.to_builtins(settings.limits),
        timing_ms={"total": 0.0},
    )
