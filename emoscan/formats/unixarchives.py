"""Archives of Unix: ar, which packages of Debian are, and cpio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.names import priority
from emoscan.parse.unixarchives import UnixMember, ar_members, cpio_members
from emoscan.parse.unpack import Content
from emoscan.registry import Look, sniffs, step

_READERS: Final[dict[str, Callable[[bytes], Iterator[UnixMember]]]] = {"archive.ar": ar_members, "archive.cpio": cpio_members}


@sniffs("archive.cpio", magic=(b"070701", b"070702", b"070707", b"\xc7\x71", b"\x71\xc7"))
def is_cpio(look: Look) -> bool:
    try:
        return next(cpio_members(look.data), None) is not None
    except Malformed:
        return False


@step("unix archive", tuple(_READERS))
def open_unix_archive(artifact: Artifact, ctx: Context) -> Yields:
    data, most = artifact.data, ctx.budget.limits.objects
    what = artifact.kind.partition(".")[2]
    files: list[UnixMember] = []
    try:
        for member in _READERS[artifact.kind](data):
            ctx.budget.spend()
            files.append(member)
    except Malformed as error:
        yield Problem("malformed", what, f"the {what} archive cannot be read to its end: {error}")
    files.sort(key=lambda m: priority(m.name))
    for member in files[:most]:
        ctx.budget.grow(max(member.end - member.start, 0), member.name)
        yield from handed_on(
            (member.name,), Content(data[member.start : member.end], "cut off" if member.cut else ""), f"unpacked from {what}", what
        )
    if len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most} further members of the {what} archive are not read")
