"""What is to be scanned, and how it is opened: once, without following links, and nothing but regular files."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB
from emoscan.model import Problem

INLINE_BYTES: Final = 1 * MIB
"""Files up to this size are read at once, larger ones stay an open descriptor."""

UNREADABLE: Final = "unreadable"
"""Name of the problem of a path that could not be opened."""


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
    siblings: Callable[[bytes], list[bytes]] | None = None
    """Gives, for the beginning of this mail, the mails that belong to it: asked when something in it stays locked."""


class Unreadable(Exception):
    """A path that cannot be scanned; the message says why."""


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


def cut_to(data: bytes, limit: int) -> tuple[bytes, Problem | None]:
    if len(data) <= limit:
        return data, None
    return data[:limit], Problem("limit", "object_bytes", f"the input is longer than {limit:,} bytes; what comes after them was not read")


def as_bytes(name: str) -> bytes:
    """A name as the system has it, whatever encoding Python takes the system's to be."""
    try:
        return os.fsencode(name)
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")
