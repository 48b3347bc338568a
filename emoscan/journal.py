"""The journal of the scan under way, in memory that a worker and its supervisor share.

The worker writes without a word, the supervisor reads when the worker has died. So nothing that was found is lost however
the process ends, and nobody has to hear, and wake up for, each single event. What the worker has written is hostile: it is
bytes to the supervisor, and every length is looked at.
"""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from typing import Final

from emoscan.budget import MIB

SIZE: Final = 64 * MIB
"""What is kept of one scan. Beyond it events are dropped, and the end of the journal is. Pages that are not used cost nothing."""

EVENTS: Final = 1 << 20
"""Events that are read of one journal: more would be small ones, and written to fill the supervisor's memory."""

HEAD: Final = struct.Struct("<Qd")
"""Bytes written after the head; when the step under way should have ended, by `time.monotonic`."""

WRITTEN: Final = struct.Struct("<Q")
DUE: Final = struct.Struct("<d")
LENGTH: Final = struct.Struct("<I")


def create() -> int:
    """The descriptor of a new journal, for both sides to open; -1 where there is no memory that is shared by descriptor."""
    if not hasattr(os, "memfd_create"):
        return -1
    descriptor = -1
    try:
        descriptor = os.memfd_create("emoscan journal", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, SIZE)
    except OSError:
        if descriptor >= 0:
            os.close(descriptor)
        return -1
    return descriptor


class Journal:
    """One side of a journal."""

    def __init__(self, descriptor: int) -> None:
        """Takes the descriptor over. Raises OSError."""
        try:
            self.memory = mmap.mmap(descriptor, SIZE)
        finally:
            os.close(descriptor)
        with suppress(OSError, AttributeError):
            self.memory.madvise(mmap.MADV_DONTFORK)  # the next worker is not to see it
        self.end = HEAD.size
        self.full = False

    # ---------------------------------------------------------------- the worker's side

    def begin(self) -> None:
        """A new scan: what was written before is forgotten."""
        self.end, self.full = HEAD.size, False
        HEAD.pack_into(self.memory, 0, 0, 0.0)

    def write(self, event: bytes) -> None:
        start = self.end + LENGTH.size
        end = start + len(event)
        if self.full or end > SIZE:
            self.full = True
            return
        LENGTH.pack_into(self.memory, self.end, len(event))
        self.memory[start:end] = event
        self.end = end
        WRITTEN.pack_into(self.memory, 0, end - HEAD.size)

    def due(self, when: float) -> None:
        DUE.pack_into(self.memory, WRITTEN.size, when)

    # ---------------------------------------------------------------- the supervisor's side

    @property
    def step_due(self) -> float:
        """When the step under way should have ended; 0 when none has begun. It need not be a sensible number."""
        due: float = HEAD.unpack_from(self.memory)[1]
        return due

    def events(self) -> list[bytes]:
        """All that was written whole."""
        written = HEAD.unpack_from(self.memory)[0]
        at, end = HEAD.size, min(HEAD.size + written, SIZE)
        found: list[bytes] = []
        while at + LENGTH.size <= end and len(found) < EVENTS:
            size = LENGTH.unpack_from(self.memory, at)[0]
            at += LENGTH.size
            if at + size > end:
                break
            found.append(self.memory[at : at + size])
            at += size
        return found

    def close(self) -> None:
        self.memory.close()
