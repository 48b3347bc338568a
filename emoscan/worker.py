"""Inside a worker process: what it is told, what it answers, and how it gives up what it does not need.

It is told in MessagePack of the structs below, and answers with messages whose first byte says what they are. What it
answers is kept or passed on by the supervisor as bytes.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import struct
import sys
import time
from typing import Any, Final

import msgspec
from msgspec import Struct

from emoscan.budget import MIB
from emoscan.context import Settings
from emoscan.graph import Begun, Event, Graph
from emoscan.journal import Journal
from emoscan.model import Problem
from emoscan.process import Line, keep_only
from emoscan.report import Report, to_json
from emoscan.sources import cut_to, read_whole

RECYCLE_AFTER: Final = 500
RECYCLE_GROWTH: Final = 128 * MIB
MESSAGE_BYTES: Final = (1 << 32) - 1
COLLECT: Final = (20_000, 50, 50)
"""Thresholds of Python's collector. Evaluators make many objects that live as long as their script, and few circles: with the usual
thresholds a third of the time went into looking for those.
"""

# The first byte of what a worker says. A worker that says its report as LAST ends.
READY, BEGUN, EVENT, CONTENT, REPORT, LAST = (bytes([c]) for c in b"SBJDRL")


class Setup(Struct, frozen=True):
    settings: Settings
    """Its limits and rule folders are what the process is confined to; the rest comes with each task."""
    journal: bool
    """Whether the descriptor of a journal follows; without one each event is a message."""


class Task(Struct, frozen=True):
    path: bytes
    name: bytes
    """As the system has them: names need not be UTF-8."""
    data: bytes | None
    """None: an open descriptor follows."""
    settings: Settings
    seconds: float
    """The time there is left for it; 0: conclude from what earlier workers had found."""
    contents: bool
    """Whether to send the bytes of every artifact along."""
    journal: list[bytes]
    death: Problem | None
    """How the worker before died of this input."""
    siblings: tuple[bytes, ...] = ()
    """Mails that belong to it, for the passwords they tell."""


def work(line: Line) -> None:
    """One input after the other, until the supervisor is gone or this process has grown.

    The first message is a `Setup`, each further one a `Task`. Until the first comes, there is time to load what every scan
    needs.
    """
    gc.disable()  # starting makes no garbage
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _silence(0, 1)
    keep_only(line)
    warm_up()
    try:
        setup = msgspec.msgpack.decode(line.receive_exactly(MESSAGE_BYTES), type=Setup)
        journal = Journal(line.receive_descriptor()) if setup.journal else None
    except OSError:
        return
    settings = setup.settings
    if not settings.debug:
        _silence(2)
    from emoscan.sandbox import allow_cpu, confine, resident

    warm_up(settings.rules)
    gc.freeze()
    gc.set_threshold(*COLLECT)
    gc.enable()
    state = msgspec.json.encode(confine(settings.limits, settings.rules))
    start_size = resident()
    for number in range(1, RECYCLE_AFTER + 1):
        try:
            task = msgspec.msgpack.decode(line.receive_exactly(MESSAGE_BYTES), type=Task)
            data, cut = _read(task, line)
        except OSError:
            return
        allow_cpu(settings.limits.seconds + settings.limits.kill_seconds)
        if journal is not None:
            journal.begin()
        line.send(READY + state)
        report = _analyse(line, journal, task, data, cut)
        short = any(item.name == "memory_bytes" for item in report.incomplete)  # what was loaded then may be half there
        last = number == RECYCLE_AFTER or short or resident() - start_size > RECYCLE_GROWTH
        line.send((LAST if last else REPORT) + to_json(report))
        if last:
            return


def warm_up(rules: tuple[str, ...] = ()) -> None:
    """Load what every scan needs: steps, rules, compiled YARA. What one format needs is imported when it is met.

    Raises BadRule, or ValueError for YARA.
    """
    from emoscan.analyse import rules_digest
    from emoscan.detect import load
    from emoscan.detect.yara import compiled
    from emoscan.registry import discover

    discover()
    load.load(rules)
    compiled(rules)
    rules_digest(rules)


def _read(task: Task, line: Line) -> tuple[bytes, Problem | None]:
    limit = task.settings.limits.object_bytes
    if task.data is not None:
        return cut_to(task.data, limit)
    descriptor = line.receive_descriptor()
    try:
        return read_whole(descriptor, limit)
    finally:
        os.close(descriptor)


def _analyse(line: Line, journal: Journal | None, task: Task, data: bytes, cut: Problem | None) -> Report:
    from emoscan.analyse import analyse
    from emoscan.engine import CutOff

    def write(event: Event) -> None:
        assert journal is not None
        if isinstance(event, Begun):
            journal.due(time.monotonic() + event.seconds)
        journal.write(encode_event(event))

    def send(event: Event) -> None:
        if isinstance(event, Begun):
            line.send(BEGUN + struct.pack("<f", event.seconds) + encode_event(event))
        else:
            line.send(EVENT + encode_event(event))

    def send_contents(graph: Graph) -> None:
        for artifact in graph.artifacts.values():
            line.send(CONTENT + bytes.fromhex(artifact.sha256) + artifact.data)

    after = None
    if task.death is not None:
        before = [msgspec.msgpack.decode(event, type=Event) for event in task.journal]
        after = CutOff(before, task.death.sort, task.death.name, task.death.message)
    return analyse(
        data,
        task.name.decode("utf-8", "surrogateescape"),
        task.path.decode("utf-8", "surrogateescape"),
        task.settings,
        on_event=write if journal is not None else send,
        after=after,
        cut=cut,
        seconds=task.seconds,
        on_graph=send_contents if task.contents else None,
        siblings=task.siblings,
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


def _silence(*descriptors: int) -> None:
    """Nothing a library prints about a sample reaches the user's terminal or the JSON on stdout."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)
    # Whoever embeds us may have put something else in the place of these.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
