"""Folders of mails in one file (RFC 4155 and its variants): mails that each begin behind a `From ` line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Protocol

CHUNK: Final = 1 << 20
LONGEST_LINE: Final = 1_000
"""Of a `From ` line with the first field below it."""

_SEPARATOR: Final = re.compile(
    rb"From [^\r\n]{0,300}?\b\d{1,2}:\d\d(?::\d\d)?[^\r\n]{0,60}\r?\n(?:>From [^\r\n]{0,300}\r?\n)?(?=[!-9;-~]{1,76}[ \t]{0,4}:)"
)
"""The line names a time, and a header field stands below it."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_mbox(head: bytes) -> bool:
    """Whether this is the beginning of a folder of two mails or more; of a longer file the first megabyte is enough."""
    if not head.startswith(b"From ") or _SEPARATOR.match(head) is None:
        return False
    return next(separators(head, 1), -1) >= 0


def separators(data: bytes, at: int = 0) -> Iterator[int]:
    """Offsets of `From ` lines that begin a mail: an empty line stands above."""
    if at == 0 and _SEPARATOR.match(data):
        yield 0
    at = data.find(b"\nFrom ", at)
    while at >= 0:
        above = data[max(at - 3, 0) : at + 1]
        if above.endswith((b"\n\n", b"\n\r\n")) and _SEPARATOR.match(data, at + 1, at + 1 + LONGEST_LINE):
            yield at + 1
        at = data.find(b"\nFrom ", at + 1)


def mails(file: Readable, most: int) -> Iterator[tuple[int, bytes]]:
    """(offset, mail) of each mail of an open file, its `From ` line included. Of one longer than `most` bytes, `most` + 1.

    The file is read once, a megabyte at a time.
    """
    kept = bytearray()
    window = b""
    base = start = taken = searched = 0
    """Offsets in the file: of the window, of the mail under way, up to where its bytes are taken, up to where separators are known."""
    more = True
    while more:
        chunk = file.read(CHUNK)
        more = bool(chunk)
        keep = min(len(window), LONGEST_LINE + 8)
        base += len(window) - keep
        window = window[len(window) - keep :] + chunk
        # What may be a separator that is not all there waits for the next round.
        end = base + len(window) - (LONGEST_LINE if more else 0)
        for at in separators(window, 0 if base == 0 else 1):
            at += base
            if at < searched or at >= end:
                continue
            if at > start:
                _take(kept, window[taken - base : at - base], most)
                yield start, bytes(kept)
                kept.clear()
            start = taken = at
        if end > taken:
            _take(kept, window[taken - base : end - base], most)
            taken = end
        searched = max(searched, end)
    if kept:
        yield start, bytes(kept)


def _take(kept: bytearray, piece: bytes, most: int) -> None:
    kept += piece[: max(0, most + 1 - len(kept))]
