"""From what the user names to what is scanned: files, folders, lists, standard input."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB
from emoscan.mailboxes import Together, each_mail
from emoscan.sources import Source

STDIN: Final = "-"
DEEPEST: Final = 128
"""Folders inside each other: each holds a descriptor."""

BY_DESCRIPTOR: Final = os.open in os.supports_dir_fd and os.scandir in os.supports_fd


class Inputs(Struct):
    """What to scan, in the order in which it was named: iterate to get the sources.

    A source that lies in a folder is good until the next one is asked for (`Source.folder`).
    """

    paths: Sequence[str]
    files_from: Sequence[str] = ()
    null: bool = False
    """Lists are separated by NUL, not by line feeds."""
    stdin_name: str = "stdin"
    stdin_bytes: int = 0
    """How many bytes of standard input are read at most."""
    most: int = 100 * MIB
    """Bytes of one mail of a folder that are read."""
    skipped: int = 0
    """How many links, pipes and devices the folders held."""

    def __iter__(self) -> Iterator[Source]:
        for source in self._named():
            yield from each_mail(source, self.most)

    def _named(self) -> Iterator[Source]:
        together = Together(self.paths)
        for path in self.paths:
            yield from self._path(path, together)
        for name in self.files_from:
            for path in self._list(name):
                yield from self._path(path, None)

    def _path(self, path: str, together: Together | None) -> Iterator[Source]:
        if path == STDIN:
            # One byte more than the limit tells the worker that there is more.
            yield Source(self.stdin_name, os.path.basename(self.stdin_name), sys.stdin.buffer.read(self.stdin_bytes + 1))
        elif _is_folder(path):
            yield from self._folder(path)
        else:
            yield Source(path, os.path.basename(path), siblings=together)

    def _list(self, name: str) -> Iterator[str]:
        """Paths of a list, which is read as it is used: it may be a pipe that goes on for hours. Raises OSError."""
        separator = b"\0" if self.null else b"\n"
        with open(sys.stdin.fileno() if name == STDIN else name, "rb", closefd=name != STDIN) as file:
            rest = b""
            while piece := file.read1(1 << 16):
                *paths, rest = (rest + piece).split(separator)
                for path in paths:
                    yield from _entry(path, null=self.null)
            yield from _entry(rest, null=self.null)

    def _folder(self, top: str) -> Iterator[Source]:
        """Files of a folder and of those below it, by name. Links are not followed, and no folder is entered twice.

        Each is opened relative to the descriptor of the folder it lies in, so nobody can put a link in its way meanwhile.
        """
        seen: set[tuple[int, int]] = set()
        stack: list[tuple[int, str, list[tuple[str, int]], Together]] = []
        entering: str | None = top
        try:
            while stack or entering is not None:
                if entering is not None:
                    try:
                        stack.append(_enter(entering, stack[-1][0] if stack else -1, len(stack), seen))
                    except OSError as error:
                        yield Source(entering, os.path.basename(entering), problem=error.strerror or str(error))
                    entering = None
                    continue
                descriptor, path, names, together = stack[-1]
                if not names:
                    stack.pop()
                    _close(descriptor)
                    continue
                name, mode = names.pop()
                inner = os.path.join(path, name)
                if mode == stat.S_IFDIR:
                    entering = inner
                elif mode == stat.S_IFREG:
                    yield Source(inner, name, folder=descriptor, siblings=together)
                else:
                    self.skipped += 1
        finally:
            for descriptor, *_ in stack:
                _close(descriptor)


def _entry(line: bytes, *, null: bool) -> Iterator[str]:
    if not null:
        line = line.removesuffix(b"\r")
    if line:
        yield os.fsdecode(line)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False  # whoever opens it says why it cannot be


def _enter(path: str, above: int, depth: int, seen: set[tuple[int, int]]) -> tuple[int, str, list[tuple[str, int]], Together]:
    """(descriptor, path, names with their type, the last first, its files as siblings) of a folder. Raises OSError."""
    if depth >= DEEPEST:
        raise OSError(0, f"more than {DEEPEST} folders inside each other")
    descriptor = -1
    if BY_DESCRIPTOR:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(os.path.basename(path) if above >= 0 else path, flags, dir_fd=above if above >= 0 else None)
    try:
        status = os.fstat(descriptor) if descriptor >= 0 else os.lstat(path)
        names: list[tuple[str, int]] = []
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(descriptor if descriptor >= 0 else path) as entries:
                names = sorted(((entry.name, _type(entry)) for entry in entries), reverse=True)
    except BaseException:
        _close(descriptor)
        raise
    return descriptor, path, names, Together([name for name, mode in reversed(names) if mode == stat.S_IFREG], path)


def _type(entry: os.DirEntry[str]) -> int:
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        with suppress(OSError):
            os.close(descriptor)
