"""Inputs that are many mails: a folder in one file becomes an input for each of its mails, and a mail can ask for its siblings.

Nothing is taken apart here but by line ends: this runs in the process that supervises.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from emoscan.parse.mbox import CHUNK, Readable, is_mbox, mails, separators
from emoscan.parse.siblings import HEAD, Envelope, belong_together, envelope
from emoscan.sources import Source, Unreadable, open_file

FIRST: Final = 32 * CHUNK
"""Bytes in which the second mail of a folder must begin for it to be taken for one."""
MOST_FILES: Final = 20_000
"""Of a folder that are looked at for siblings of a mail."""
MOST_SIBLINGS: Final = 8
REACH: Final = 4 << 20
"""Bytes before and after a mail of a folder in one file in which its siblings are looked for."""

Around = Callable[[int, int], Iterable[bytes]]
"""Mails around a span of a folder."""


def each_mail(source: Source, most: int) -> Iterator[Source]:
    """The source, or a source for each mail of the folder that it is; a mail longer than `most` bytes ends one byte behind them.

    A folder is read once, and no more of it is held than a mail.
    """
    if source.problem:
        yield source
        return
    descriptor, data = -1, source.data
    if data is None:
        try:
            descriptor, data = open_file(source)
        except Unreadable:
            yield source  # whoever opens it next says why
            return
    if data is not None:
        if is_mbox(data[:FIRST]):
            yield from _mails(source, io.BytesIO(data), most, _in_bytes(data))
        else:
            yield source if source.data is not None else replace(source, data=data, folder=-1)
        return
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        head = file.read(5)
        if head == b"From " and is_mbox(head + file.read(FIRST)):
            file.seek(0)
            yield from _mails(source, file, most, _in_file(source.path))
            return
    yield source


def _mails(source: Source, file: Readable, most: int, around: Around) -> Iterator[Source]:
    for number, (offset, mail) in enumerate(mails(file, most), 1):
        yield Source(f"{source.path}#{number}", f"{source.name}#{number}", mail, siblings=_question(around, offset, offset + len(mail)))


def _question(around: Around, start: int, end: int) -> Callable[[bytes], list[bytes]]:
    return lambda head: related(head, around(start, end))


def related(head: bytes, others: Iterable[bytes]) -> list[bytes]:
    """Those of the mails that come from the same place at about the same time, cut to their beginnings."""
    mine = envelope(head)
    found: list[bytes] = []
    if mine is not None:
        for other in others:
            theirs = envelope(other)
            if theirs is not None and belong_together(mine, theirs):
                found.append(other[: 4 * HEAD])
                if len(found) >= MOST_SIBLINGS:
                    break
    return found


def _in_bytes(data: bytes) -> Around:
    def around(start: int, end: int) -> Iterator[bytes]:
        first = max(0, start - REACH)
        yield from _whole(data[end : end + REACH])
        yield from reversed(list(_whole(data[first:start])))

    return around


def _in_file(path: str) -> Around:
    def around(start: int, end: int) -> Iterator[bytes]:
        try:
            descriptor, data = open_file(Source(path, os.path.basename(path)))
        except Unreadable:
            return
        if data is not None:  # it has shrunk meanwhile
            return
        with os.fdopen(descriptor, "rb") as file:
            file.seek(end)
            yield from _whole(file.read(REACH))
            first = max(0, start - REACH)
            file.seek(first)
            yield from reversed(list(_whole(file.read(start - first))))

    return around


def _whole(piece: bytes) -> Iterator[bytes]:
    """The mails that begin in a piece of a folder."""
    for at, after in pairwise([*separators(piece), len(piece)]):
        yield piece[at : min(after, at + 4 * HEAD)]


class Together:
    """Files that were named together, or lie in one folder: what to ask for the siblings of a mail among them.

    They are looked at when somebody asks, and then remembered by who sent them when.
    """

    def __init__(self, paths: Sequence[str], folder: str = "") -> None:
        self._paths = paths
        self._folder = folder
        self._known: list[tuple[str, Envelope]] | None = None

    def __call__(self, head: bytes) -> list[bytes]:
        mine = envelope(head)
        if mine is None:
            return []
        if self._known is None:
            self._known = [
                (path, theirs)
                for path in self._paths[:MOST_FILES]
                if (theirs := envelope(_head(os.path.join(self._folder, path), 16_384))) is not None
            ]
        found: list[bytes] = []
        for path, theirs in self._known:
            if belong_together(mine, theirs):
                data = _head(os.path.join(self._folder, path), 4 * HEAD)
                if data[:16_384] != head[:16_384]:
                    found.append(data)
            if len(found) >= MOST_SIBLINGS:
                break
        return found


def _head(path: str, size: int) -> bytes:
    try:
        descriptor, data = open_file(Source(path, os.path.basename(path)))
    except Unreadable:
        return b""
    if data is not None:
        return data[:size]
    with os.fdopen(descriptor, "rb") as file:
        return file.read(size)


def among(sources: Sequence[Source]) -> list[Source]:
    """The sources, each with the others, as far as their bytes are at hand, to ask for siblings."""
    mails_ = [source.data for source in sources if source.data is not None]

    def others(head: bytes) -> list[bytes]:
        return related(head, (mail for mail in mails_ if mail[: len(head)] != head))

    paths = Together([source.path for source in sources if source.data is None and not source.problem])
    return [
        source if source.siblings is not None else replace(source, siblings=paths if source.data is None else others) for source in sources
    ]
