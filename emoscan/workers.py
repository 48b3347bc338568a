"""Analysis in supervised worker processes: many inputs each, limited by the system, killed when they hang.

What a worker sends is never unpickled: it is either bytes the supervisor only keeps (the journal of the scan under way,
see `graph.py`) or a finished report. When a worker dies, the journal goes to a fresh one, which takes the scan up behind
the step that killed the first; so every input ends as one report that holds what was found.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import signal
import stat
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from emoscan import __version__
from emoscan.budget import MIB
from emoscan.context import Settings
from emoscan.detect import load
from emoscan.detect.yara import compiled
from emoscan.graph import Begun, Event, Graph
from emoscan.model import Label, Problem
from emoscan.report import Engine, Incomplete, Input, Report, ReportArtifact, one_line, to_json

RECYCLE_AFTER: Final = 500
RECYCLE_GROWTH: Final = 128 * MIB
START_SECONDS: Final = 30.0
JOURNAL_BYTES: Final = 64 * MIB
"""What the supervisor keeps of one scan under way. Beyond it events are dropped, and the end of the journal is."""
AHEAD: Final = 32
"""Inputs each worker may be ahead of the oldest unfinished one: results come in the order of the inputs."""
MAX_DEATHS: Final = 3
MESSAGE_BYTES: Final = 1 << 30
"""No message of a worker is longer than this, or it is not heard out."""
PATIENCE: Final = 10
"""Seconds a message may take once its first byte is under way. Only a process that was taken over is slower."""

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
    folder: int = -1
    """Descriptor of the folder in which `name` is opened, instead of `path`; needed until the next source is asked for."""
    problem: str = ""
    """Why it cannot be read, where that is known already."""


UNREADABLE: Final = "unreadable"
"""Name of the problem of a path that could not be opened."""


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

    @property
    def gist(self) -> Gist:
        return msgspec.json.decode(self.report, type=Gist)


class _Task(Struct, frozen=True):
    path: bytes
    name: bytes
    """As the system has them: names need not be UTF-8."""
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
    contents: dict[str, bytes] = {}
    deaths: int = 0
    contents_size: int = 0
    problem: Problem | None = None

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

    def report(self, settings: Settings, problem: Problem) -> bytes:
        """The record of an input that no worker could report on."""
        cut: Problem | None = None
        data = self.data
        if self.descriptor >= 0:
            data, cut = read_whole(self.descriptor, settings.limits.object_bytes)
        problems = (problem,) if cut is None else (problem, cut)
        return to_json(empty_report(self.source, settings, problems, data))


class _Worker(Struct, eq=False):
    process: Any
    connection: Connection
    job: _Job | None = None
    ready: bool = False
    begun: bool = False
    """It has taken up the job it was given last."""
    since: float = 0.0


class Supervisor:
    """Runs scans in `workers` processes. A context manager; `scan` may be called again and again.

    `start_method`: how processes are started, as in multiprocessing. The default forks where that is safe (Linux, a
    single thread), which is quickest.

    Raises BadRule, or ValueError for YARA, when the rules of the settings cannot be used.
    """

    def __init__(self, settings: Settings, workers: int = 1, *, start_method: str | None = None, contents: bool = False) -> None:
        load.load(settings.rules)
        if settings.rules:
            compiled(settings.rules)
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
        self.confinement: dict[str, str] = {}
        """What the worker that last began an input has given up (`sandbox.confine`)."""

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
                    if not self._give(worker, job):
                        done[job.index] = self._finish(job, None)
                if not any(worker.job for worker in self._workers) and not again:
                    if next_out in done:
                        continue
                    if exhausted:
                        return
                for job, report in self._listen():
                    if report is None and job.deaths < MAX_DEATHS:
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
        if report is None:
            assert job.problem is not None
            report = job.report(self.settings, job.problem)
        job.close()
        return Outcome(job.source, report, job.contents)

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
        _be_patient(here)
        process = self._context.Process(target=work, args=(there, self.settings), daemon=True)
        process.start()
        there.close()
        return _Worker(process, here, since=time.monotonic())

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
        task = _Task(path, name, job.data, self.settings, seconds, self.contents, job.journal, job.problem)
        worker.job, worker.begun = job, False
        job.contents.clear()
        job.contents_size = 0
        job.deadline = job.step_deadline = now + START_SECONDS
        try:
            worker.connection.send_bytes(msgspec.msgpack.encode(task))
            if job.descriptor >= 0:
                from multiprocessing.reduction import send_handle

                send_handle(worker.connection, job.descriptor, worker.process.pid)
        except OSError:
            pass  # the worker is gone or does not listen; _listen learns of it
        return True

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
        """Take one message in. A worker that does not keep to the protocol was taken over by what it read, and ends."""
        job = worker.job
        assert job is not None
        try:
            message = worker.connection.recv_bytes(MESSAGE_BYTES)
        except (EOFError, OSError):
            return self._bury(worker)
        kind, body = message[:1], message[1:]
        if kind == READY and not worker.begun:
            self._begin(worker, job, body)
        elif kind in (BEGUN, EVENT) and worker.begun and len(body) > 4:
            if kind == BEGUN:
                job.step_deadline = time.monotonic() + struct.unpack("<f", body[:4])[0] + self.settings.limits.kill_seconds
                body = body[4:]
            job.journal_size += len(body)
            if job.journal_size <= JOURNAL_BYTES:
                job.journal.append(body)
        elif kind == CONTENT and worker.begun and self.contents and len(body) >= 32:
            job.contents_size += len(body)
            if job.contents_size <= self.settings.limits.expanded_bytes + self.settings.limits.object_bytes:
                job.contents[body[:32].hex()] = body[32:]
        elif kind in (REPORT, LAST) and worker.begun and is_report(body):
            worker.job = None
            if kind == LAST:
                self._kill(worker)
                self._workers.remove(worker)
            return job, body
        else:
            return self._bury(worker, strange=True)
        return None

    def _begin(self, worker: _Worker, job: _Job, body: bytes) -> None:
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
        self._kill(worker)
        self._workers.remove(worker)
        job.deaths += 1
        seconds = time.monotonic() - (job.started or worker.since)
        if strange:
            job.problem = Problem("failed", "worker", "its process said what no worker says")
        else:
            job.problem = how_it_died(worker.process.exitcode, overdue=overdue, seconds=seconds)
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


def _be_patient(connection: Connection) -> None:
    """Do not wait for ever on a process that stops in the middle of a message, or does not take one."""
    if os.name != "posix":
        return
    import socket

    with socket.socket(fileno=os.dup(connection.fileno())) as endpoint:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            endpoint.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", PATIENCE, 0))


def is_report(body: bytes) -> bool:
    """Whether these bytes may stand for a report: one line of UTF-8 that is a JSON object with a verdict."""
    try:
        body.decode("utf-8")
        msgspec.json.decode(body, type=Gist)
    except (UnicodeDecodeError, msgspec.DecodeError):
        return False
    return b"\n" not in body


def open_file(source: Source) -> tuple[int, bytes | None]:
    """(descriptor, None) of a large regular file, (-1, its bytes) of a small one. Never follows a link in the last place.

    Raises Unreadable: no such file, no permission, a folder, a device, a pipe, a link.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_CLOEXEC", 0)
    if not hasattr(os, "O_NOFOLLOW") and os.path.islink(source.path):
        raise Unreadable("cannot be read: a symbolic link, not followed")
    try:
        descriptor = os.open(source.name, flags, dir_fd=source.folder) if source.folder >= 0 else os.open(source.path, flags)
    except (OSError, ValueError) as error:
        code = getattr(error, "errno", None)
        reason = "a symbolic link, not followed" if code == errno.ELOOP else getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"cannot be read: {reason}") from None
    keep = False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"cannot be read: {'a folder' if stat.S_ISDIR(status.st_mode) else 'not a regular file'}")
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


def read_whole(descriptor: int, limit: int) -> tuple[bytes, Problem | None]:
    """The file from its beginning, up to `limit` bytes, and the problem that there are more. Leaves it open."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return cut_to(file.read(limit + 1), limit)


def as_bytes(name: str) -> bytes:
    """A name as the system has it, whatever encoding Python takes the system's to be."""
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")


def cut_to(data: bytes, limit: int) -> tuple[bytes, Problem | None]:
    if len(data) <= limit:
        return data, None
    return data[:limit], Problem("limit", "object_bytes", f"the input is longer than {limit:,} bytes; what comes after them was not read")


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


# ---------------------------------------------------------------- the worker's side


def work(connection: Connection, settings: Settings) -> None:
    """Main function of a worker process: one input after the other, until the supervisor is gone or it has grown.

    The limits and rule folders of `settings` are what the process is confined to; the rest comes with each task.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _silence(settings.debug)
    _close_others(connection)
    from emoscan.registry import discover
    from emoscan.sandbox import allow_cpu, confine, resident

    discover()
    state = msgspec.json.encode(confine(settings.limits, settings.rules))
    start_size = resident()
    for number in range(1, RECYCLE_AFTER + 1):
        try:
            task = msgspec.msgpack.decode(connection.recv_bytes(), type=_Task)
            data, cut = _read(task, connection)
        except (EOFError, OSError):
            return
        allow_cpu(settings.limits.seconds + settings.limits.kill_seconds)
        connection.send_bytes(READY + state)
        report = _analyse(connection, task, data, cut)
        last = number == RECYCLE_AFTER or resident() - start_size > RECYCLE_GROWTH
        connection.send_bytes((LAST if last else REPORT) + to_json(report))
        if last:
            return


def _close_others(connection: Connection) -> None:
    """Give up what a fork has inherited: the lines to other workers, and the files that reports are written to."""
    if os.name == "posix":
        mine = connection.fileno()
        os.closerange(3, mine)
        os.closerange(mine + 1, max(1 << 12, mine + 2))


def _read(task: _Task, connection: Connection) -> tuple[bytes, Problem | None]:
    limit = task.settings.limits.object_bytes
    if task.data is not None:
        return cut_to(task.data, limit)
    from multiprocessing.reduction import recv_handle

    descriptor = recv_handle(connection)
    try:
        return read_whole(descriptor, limit)
    finally:
        os.close(descriptor)


def _analyse(connection: Connection, task: _Task, data: bytes, cut: Problem | None) -> Report:
    from emoscan.analyse import analyse
    from emoscan.engine import CutOff

    def send(event: Event) -> None:
        if isinstance(event, Begun):
            connection.send_bytes(BEGUN + struct.pack("<f", event.seconds) + encode_event(event))
        else:
            connection.send_bytes(EVENT + encode_event(event))

    def send_contents(graph: Graph) -> None:
        for artifact in graph.artifacts.values():
            connection.send_bytes(CONTENT + bytes.fromhex(artifact.sha256) + artifact.data)

    after = None
    if task.death is not None:
        journal = [msgspec.msgpack.decode(event, type=Event) for event in task.journal]
        after = CutOff(journal, task.death.sort, task.death.name, task.death.message)
    return analyse(
        data,
        task.name.decode("utf-8", "surrogateescape"),
        task.path.decode("utf-8", "surrogateescape"),
        task.settings,
        on_event=send,
        after=after,
        cut=cut,
        seconds=task.seconds,
        on_graph=send_contents if task.contents else None,
    )


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def encode_event(event: Event) -> bytes:
    """The event for the journal. Lone surrogates, which no UTF-8 can hold, become the escapes that reports show."""
    try:
        return msgspec.msgpack.encode(event)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(_without_surrogates(msgspec.to_builtins(event, builtin_types=(bytes,))))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", value)
    if isinstance(value, list | tuple):
        return [_without_surrogates(inner) for inner in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(inner) for key, inner in value.items()}
    return value


def _silence(debug: bool) -> None:
    """Nothing a library prints about a sample reaches the user's terminal or the JSON on stdout."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1) if debug else (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    # Whoever embeds us may have put something else in the place of these.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
