"""Analysis in supervised worker processes: many inputs each, limited by the system, killed when they hang.

What a worker sends is never unpickled: it is either bytes the supervisor only keeps (the journal of the scan under way,
see `graph.py`) or a finished report. When a worker dies, the journal goes to a fresh one, which takes the scan up behind
the step that killed the first; so every input ends as one report that holds what was found.
"""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from emoscan import __version__
from emoscan.budget import MIB
from emoscan.context import Settings
from emoscan.model import Problem
from emoscan.report import Engine, Incomplete, Input, Report, ReportArtifact, one_line, to_json

RECYCLE_AFTER: Final = 500
RECYCLE_GROWTH: Final = 128 * MIB
START_SECONDS: Final = 30.0
JOURNAL_BYTES: Final = 64 * MIB
"""What the supervisor keeps of one scan under way. Beyond it events are dropped, and the end of the journal is."""
AHEAD: Final = 32
"""Inputs each worker may be ahead of the oldest unfinished one: results come in the order of the inputs."""
MAX_DEATHS: Final = 3

INLINE_BYTES: Final = 1 * MIB
"""Files up to this size travel to the worker as bytes, larger ones as an open descriptor."""

# The first byte of what a worker sends. A worker that sends its report as LAST ends.
READY, BEGUN, EVENT, CONTENT, REPORT, LAST = (bytes([c]) for c in b"SBJDRL")


class Source(Struct, frozen=True):
    """An input: a file, or bytes that are already there."""

    path: str
    """As the user gave it; for the report, and where the bytes are read from when `data` is None."""
    name: str = ""
    """The name it goes by for the analysis: the file's own, without folders."""
    data: bytes | None = None


class Outcome(Struct, frozen=True):
    source: Source
    report: bytes
    """The report as one line of JSON (`report.from_json` reads it)."""
    contents: dict[str, bytes]
    """Bytes of every artifact by SHA-256, when asked for."""


class _Task(Struct, frozen=True):
    path: str
    name: str
    data: bytes | None
    """None: an open descriptor follows."""
    settings: Settings
    seconds: float
    contents: bool
    journal: list[bytes]
    death: Problem | None
    """How the worker before died of this input."""


class Unreadable(Exception):
    """A path that cannot be scanned; the message says why."""


@dataclass(eq=False)
class _Job:
    index: int
    source: Source
    started: float = 0.0
    deadline: float = 0.0
    step_deadline: float = 0.0
    journal: list[bytes] = field(default_factory=list)
    journal_size: int = 0
    contents: dict[str, bytes] = field(default_factory=dict)
    deaths: int = 0
    problem: Problem | None = None


@dataclass(eq=False)
class _Worker:
    process: Any
    connection: Connection
    job: _Job | None = None
    ready: bool = False
    since: float = 0.0


class Supervisor:
    """Runs scans in `workers` processes. A context manager; `scan` may be called again and again.

    `start_method`: how processes are started, as in multiprocessing. The default forks where that is safe (Linux, a
    single thread), which is quickest.
    """

    def __init__(self, settings: Settings, workers: int = 1, *, start_method: str | None = None, contents: bool = False) -> None:
        self.settings = settings
        self.count = max(1, workers)
        self.contents = contents
        if start_method is None:
            alone = sys.platform.startswith("linux") and threading.active_count() == 1
            start_method = "fork" if alone else "forkserver" if sys.platform.startswith("linux") else "spawn"
        self._context: Any = get_context(start_method)
        if start_method == "forkserver":
            self._context.set_forkserver_preload(["emoscan.workers", "emoscan.analyse"])
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
                    yield done.pop(next_out)
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
                    outcome = self._give(worker, job)
                    if outcome is not None:
                        done[job.index] = outcome
                if not any(worker.job for worker in self._workers) and not again:
                    if next_out in done:
                        continue
                    if exhausted:
                        return
                for job, report in self._listen():
                    if report is None:
                        again.append(job)
                    else:
                        done[job.index] = Outcome(job.source, report, job.contents)
        finally:
            for worker in [w for w in self._workers if w.job is not None]:
                self._kill(worker)
                self._workers.remove(worker)

    def _free_worker(self) -> _Worker | None:
        for worker in self._workers:
            if worker.job is None:
                return worker
        if len(self._workers) < self.count:
            self._workers.append(self._start())
            return self._workers[-1]
        return None

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(target=work, args=(there, self.settings), daemon=True)
        process.start()
        there.close()
        return _Worker(process, here, since=time.monotonic())

    def _give(self, worker: _Worker, job: _Job) -> Outcome | None:
        """Hand the job to the worker. Returns an outcome at once when the source cannot be opened."""
        limits = self.settings.limits
        now = time.monotonic()
        left = limits.seconds if not job.started else limits.seconds - (now - job.started)
        try:
            descriptor, data = (-1, job.source.data) if job.source.data is not None else open_file(job.source.path)
        except Unreadable as error:
            return Outcome(job.source, to_json(empty_report(job.source, self.settings, Problem("failed", "unreadable", str(error)))), {})
        seconds = left if left > 1.0 and job.deaths < MAX_DEATHS - 1 else 0.0
        task = _Task(job.source.path, job.source.name, data, self.settings, seconds, self.contents, job.journal, job.problem)
        worker.job = job
        job.contents.clear()
        job.deadline = job.step_deadline = now + START_SECONDS
        try:
            worker.connection.send_bytes(msgspec.msgpack.encode(task))
            if descriptor >= 0:
                from multiprocessing.reduction import send_handle

                send_handle(worker.connection, descriptor, worker.process.pid)
        except OSError:
            pass  # the worker is gone; _listen hears of it
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return None

    def _listen(self) -> list[tuple[_Job, bytes | None]]:
        """Wait until a worker says something, dies or is overdue. Returns finished jobs with their report; None: again."""
        busy = [w for w in self._workers if w.job is not None]
        now = time.monotonic()
        nearest = min((_deadline(w) for w in busy), default=now)
        results: list[tuple[_Job, bytes | None]] = []
        for ready in wait([w.connection for w in busy], max(0.0, min(nearest - now, 60.0))):
            worker = next(w for w in busy if w.connection is ready)
            result = self._hear(worker)
            if result is not None:
                results.append(result)
        now = time.monotonic()
        overdue = [w for w in busy if w.job is not None and now >= _deadline(w)]
        results.extend(self._bury(worker, overdue=True) for worker in overdue)
        return results

    def _hear(self, worker: _Worker) -> tuple[_Job, bytes | None] | None:
        job = worker.job
        assert job is not None
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            return self._bury(worker)
        kind, body = message[:1], message[1:]
        limits = self.settings.limits
        now = time.monotonic()
        if kind == READY:
            worker.ready = True
            job.started = job.started or now
            job.deadline = job.started + limits.seconds + limits.kill_seconds
            if job.deaths:
                job.deadline = max(job.deadline, now + limits.kill_seconds)
            job.step_deadline = job.deadline
        elif kind in (BEGUN, EVENT):
            if kind == BEGUN:
                job.step_deadline = now + struct.unpack("<f", body[:4])[0] + limits.kill_seconds
                body = body[4:]
            job.journal_size += len(body)
            if job.journal_size <= JOURNAL_BYTES:
                job.journal.append(body)
        elif kind == CONTENT:
            job.contents[body[:64].decode("ascii")] = body[64:]
        elif kind in (REPORT, LAST):
            worker.job = None
            if kind == LAST:
                self._kill(worker)
                self._workers.remove(worker)
            return job, body
        return None

    def _bury(self, worker: _Worker, *, overdue: bool = False) -> tuple[_Job, bytes | None]:
        job = worker.job
        assert job is not None
        self._kill(worker)
        self._workers.remove(worker)
        job.deaths += 1
        job.problem = how_it_died(worker.process.exitcode, overdue=overdue, seconds=time.monotonic() - (job.started or worker.since))
        if job.deaths >= MAX_DEATHS:
            return job, to_json(empty_report(job.source, self.settings, job.problem))
        return job, None

    def _kill(self, worker: _Worker) -> None:
        with suppress(OSError, ProcessLookupError):
            if os.name == "posix" and worker.ready:
                os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.kill()
        worker.process.join()
        worker.connection.close()


def _deadline(worker: _Worker) -> float:
    assert worker.job is not None
    return min(worker.job.deadline, worker.job.step_deadline)


def how_it_died(code: int | None, *, overdue: bool, seconds: float) -> Problem:
    """The problem that a worker's end is, told from its exit code (negative: the signal)."""
    if overdue:
        return Problem("limit", "seconds", f"killed after {seconds:.1f} s")
    if code is not None and code < 0:
        number = -code
        name = signal.Signals(number).name if number in signal.Signals.__members__.values() else str(number)
        if name == "SIGXCPU":
            return Problem("limit", "seconds", "used up its processor time")
        return Problem("failed", "worker", f"its process died of {name} after {seconds:.1f} s")
    return Problem("failed", "worker", f"its process ended with code {code} after {seconds:.1f} s")


def open_file(path: str) -> tuple[int, bytes | None]:
    """(descriptor, None) of a large regular file, (-1, its bytes) of a small one. Never follows a link in the last place.

    Raises Unreadable: no such file, no permission, a folder, a device, a pipe, a link.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = "a symbolic link, not followed" if os.path.islink(path) else getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"cannot be read: {reason}") from None
    keep = False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("cannot be read: not a regular file")
        if status.st_size > INLINE_BYTES and os.name == "posix":
            keep = True
            return descriptor, None
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return -1, file.read()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    finally:
        if not keep:
            os.close(descriptor)


def empty_report(source: Source, settings: Settings, problem: Problem) -> Report:
    """The record of an input that no worker could report on: who it is, and that nothing is known."""
    data = source.data
    if data is None:
        with suppress(Unreadable, OSError):
            descriptor, data = open_file(source.path)
            if descriptor >= 0:
                with os.fdopen(descriptor, "rb") as file:
                    data = file.read(settings.limits.object_bytes)
    known = data is not None
    data = data or b""
    identity = Input(
        one_line(source.path),
        one_line(source.name),
        len(data),
        "data.unknown",
        *(hashlib.new(name, data, usedforsecurity=False).hexdigest() if known else "" for name in ("sha256", "sha1", "md5")),
    )
    return Report(
        engine=Engine(__version__, ""),
        input=identity,
        verdict="incomplete",
        score=0,
        summary=one_line(f"Nothing was read: {problem.message}."),
        macro_class="none",
        reasons=[],
        findings=[],
        artifacts=[ReportArtifact("input", "data.unknown", len(data), identity.sha256, [], 0)],
        edges=[],
        effects=[],
        iocs=[],
        passwords=[],
        macros=[],
        mail=None,
        incomplete=[Incomplete(problem.sort, problem.name, one_line(problem.message), "input")],
        limits=msgspec.to_builtins(settings.limits),
        timing_ms={"total": 0.0},
    )


# ---------------------------------------------------------------- the worker's side


def work(connection: Connection, settings: Settings) -> None:
    """Main function of a worker process: one input after the other, until the supervisor is gone or it has grown.

    The limits and rule folders of `settings` are what the process is confined to; the rest comes with each task.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _silence(settings.debug)
    from emoscan.registry import discover
    from emoscan.sandbox import allow_cpu, confine, resident

    discover()
    confine(settings.limits, settings.rules)
    start_size = resident()
    for number in range(1, RECYCLE_AFTER + 1):
        try:
            task = msgspec.msgpack.decode(connection.recv_bytes(), type=_Task)
            data, cut = _read(task, connection)
        except (EOFError, OSError):
            return
        allow_cpu(settings.limits.seconds + settings.limits.kill_seconds)
        connection.send_bytes(READY)
        report = _analyse(connection, task, data, cut)
        last = number == RECYCLE_AFTER or resident() - start_size > RECYCLE_GROWTH
        connection.send_bytes((LAST if last else REPORT) + to_json(report))
        if last:
            return


def _read(task: _Task, connection: Connection) -> tuple[bytes, Problem | None]:
    if task.data is not None:
        return task.data, None
    from multiprocessing.reduction import recv_handle

    limit = task.settings.limits.object_bytes
    with os.fdopen(recv_handle(connection), "rb") as file:
        data = file.read(limit)
        size = os.fstat(file.fileno()).st_size
    if size > limit:
        return data, Problem("limit", "object_bytes", f"the file has {size:,} bytes; only the first {limit:,} were read")
    return data, None


def _analyse(connection: Connection, task: _Task, data: bytes, cut: Problem | None) -> Report:
    from emoscan.analyse import analyse
    from emoscan.engine import CutOff
    from emoscan.graph import Begun, Event, Graph

    encode = msgspec.msgpack.Encoder().encode

    def send(event: Event) -> None:
        if isinstance(event, Begun):
            connection.send_bytes(BEGUN + struct.pack("<f", event.seconds) + encode(event))
        else:
            connection.send_bytes(EVENT + encode(event))

    def send_contents(graph: Graph) -> None:
        for artifact in graph.artifacts.values():
            connection.send_bytes(CONTENT + artifact.sha256.encode("ascii") + artifact.data)

    after = None
    if task.death is not None:
        journal = [msgspec.msgpack.decode(event, type=Event) for event in task.journal]
        after = CutOff(journal, task.death.sort, task.death.name, task.death.message)
    return analyse(
        data,
        task.name,
        task.path,
        task.settings,
        on_event=send,
        after=after,
        cut=cut,
        seconds=task.seconds,
        on_graph=send_contents if task.contents else None,
    )


def _silence(debug: bool) -> None:
    """Nothing a library prints about a sample reaches the user's terminal or the JSON on stdout."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1) if debug else (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
