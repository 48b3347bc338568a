"""Processes that work for this one, and the lines to them.

On Linux a process is a plain fork, elsewhere what `multiprocessing` starts. The line is a pair of sockets on which whole
messages travel; nothing that comes over it is unpickled, and nobody waits for ever on half a message. `multiprocessing`
has all this but costs 15 ms to import, a tenth of a whole scan (docs/decisions/start-up.md).
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

PATIENCE: Final = 30.0
"""Seconds a message may take once it is under way. Only a process that was taken over, or stopped, is slower."""

HEADER: Final = struct.Struct("!I")
PIECE: Final = 1 << 16


class Line:
    """One end of a line. Methods raise OSError, of which EOFError's place takes ConnectionError, when the other end is gone."""

    def __init__(self, endpoint: socket.socket) -> None:
        self.endpoint = endpoint
        self.buffer = bytearray()

    def send(self, message: bytes) -> None:
        if len(message) < PIECE:
            self.endpoint.sendall(HEADER.pack(len(message)) + message)
        else:
            self.endpoint.sendall(HEADER.pack(len(message)))
            self.endpoint.sendall(message)

    def receive(self, limit: int) -> bytes:
        """The next message. Raises OSError also when it is longer than `limit`."""
        while not self.has_message(limit):
            self._read(PIECE)
        size = self._size()
        message = bytes(memoryview(self.buffer)[HEADER.size : HEADER.size + size])
        del self.buffer[: HEADER.size + size]
        return message

    def receive_exactly(self, limit: int) -> bytes:
        """The next message, and nothing that comes after it: what follows may be a descriptor."""
        while len(self.buffer) < HEADER.size:
            self._read(HEADER.size - len(self.buffer))
        size = self._size()
        if size > limit:
            raise OSError(f"a message of {size} bytes")
        while len(self.buffer) < HEADER.size + size:
            self._read(HEADER.size + size - len(self.buffer))
        return self.receive(limit)

    def has_message(self, limit: int) -> bool:
        """Whether a whole message is here already. Raises OSError when it will be longer than `limit`."""
        if len(self.buffer) < HEADER.size:
            return False
        if self._size() > limit:
            raise OSError(f"a message of {self._size()} bytes")
        return len(self.buffer) >= HEADER.size + self._size()

    def send_descriptor(self, descriptor: int) -> None:
        socket.send_fds(self.endpoint, [b"d"], [descriptor])

    def receive_descriptor(self) -> int:
        _, descriptors, _, _ = socket.recv_fds(self.endpoint, 1, 1)
        if not descriptors:
            raise ConnectionError("no descriptor came")
        return descriptors[0]

    def fileno(self) -> int:
        return self.endpoint.fileno()

    def close(self) -> None:
        self.endpoint.close()

    def _size(self) -> int:
        size: int = HEADER.unpack_from(self.buffer)[0]
        return size

    def _read(self, count: int) -> None:
        piece = self.endpoint.recv(count)
        if not piece:
            raise ConnectionError("the other end is gone")
        self.buffer += piece


class Process:
    """A process that was started, and this side's end of its line."""

    def __init__(self, line: Line, pid: int, spawned: Any = None) -> None:
        self.line = line
        self.pid = pid
        self._spawned = spawned
        self.exit_code: int | None = None
        """As in `subprocess`: negative for a signal. Known once it was ended."""

    def end(self, *, group: bool) -> None:
        """Kill it if it still runs, with its process group if it leads one, and wait until it is gone."""
        if self.exit_code is None:
            with suppress(OSError):
                if group and os.name == "posix":
                    os.killpg(self.pid, signal.SIGKILL)
            if self._spawned is not None:
                self._spawned.kill()
                self._spawned.join()
                self.exit_code = self._spawned.exitcode
            else:
                with suppress(OSError):
                    os.kill(self.pid, signal.SIGKILL)
                _, status = os.waitpid(self.pid, 0)
                self.exit_code = os.waitstatus_to_exitcode(status)
        self.line.close()


def start_method() -> str:
    """How processes are best started here: forking is quickest, and safe on Linux where there is a single thread."""
    if not sys.platform.startswith("linux"):
        return "spawn"
    return "fork" if threading.active_count() == 1 else "forkserver"


def start(work: Callable[[Line], None], method: str, preload: Iterable[str] = ()) -> Process:
    """A new process that calls `work` with its end of the line. `preload`: modules a fork server imports beforehand."""
    here, there = socket.socketpair()
    here.settimeout(PATIENCE)
    if method == "fork":
        pid = os.fork()
        if not pid:
            here.close()
            _child(work, there)
        there.close()
        return Process(Line(here), pid)
    from multiprocessing import get_context

    context: Any = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(list(preload))
    spawned = context.Process(target=_spawned, args=(work, there), daemon=True)
    spawned.start()
    there.close()
    return Process(Line(here), spawned.pid, spawned)


def _child(work: Callable[[Line], None], endpoint: socket.socket) -> None:
    """The rest of a forked process. Nothing of what its parent has registered for its own end may run here."""
    code = 1
    try:
        work(Line(endpoint))
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _spawned(work: Callable[[Line], None], endpoint: socket.socket) -> None:
    work(Line(endpoint))


def wait(lines: Iterable[Line], seconds: float, limit: int) -> list[Line]:
    """Those on which something can be received, or that are broken; none when `seconds` have passed."""
    waiting = list(lines)
    ready = [line for line in waiting if _is_ready(line, limit)]
    if ready:
        return ready
    if not hasattr(select, "poll"):
        return list(select.select(waiting, [], [], seconds)[0])
    poll = select.poll()
    by_descriptor = {line.fileno(): line for line in waiting}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    until = time.monotonic() + seconds
    while True:
        found = [by_descriptor[descriptor] for descriptor, _ in poll.poll(max(0.0, until - time.monotonic()) * 1000)]
        if found or time.monotonic() >= until:
            return found


def _is_ready(line: Line, limit: int) -> bool:
    try:
        return line.has_message(limit)
    except OSError:
        return True


def keep_only(line: Line) -> None:
    """Close every descriptor but the standard three and the line: what a fork has inherited is none of its business."""
    if os.name == "posix":
        mine = line.fileno()
        os.closerange(3, mine)
        os.closerange(mine + 1, max(1 << 12, mine + 2))
