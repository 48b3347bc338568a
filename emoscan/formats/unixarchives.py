"""Archives of Unix: ar, which packages of Debian are, and cpio."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed, unixarchives, unpack
from emoscan.parse.names import priority
from emoscan.registry import Look, sniffs, step


@sniffs("archive.cpio", magic=(b"070701", b"070702", b"070707", b"\xc7\x71", b"\x71\xc7"))
def is_cpio(look: Look) -> bool:
    try:
        return next(unixarchives.cpio_members(look.data), None) is not None
    except Malformed:
        return False


@step("unix archive", ("archive.ar", "archive.cpio"))
def open_unix_archive(artifact: Artifact, ctx: Context) -> Yields:
    data, most = artifact.data, ctx.budget.limits.objects
    what = artifact.kind.partition(".")[2]
    members = unixarchives.ar_members if artifact.kind == "archive.ar" else unixarchives.cpio_members
    files: list[unixarchives.UnixMember] = []
    try:
        for member in members(data):
            ctx.budget.spend()
            files.append(member)
    except Malformed as error:
        yield Problem("malformed", what, f"the {what} archive cannot be read to its end: {error}")
    files.sort(key=lambda m: priority(m.name))
    for member in files[:most]:
        ctx.budget.grow(max(member.end - member.start, 0), member.name)
        yield from handed_on(
            (member.name,), unpack.Content(data[member.start : member.end], "cut off" if member.cut else ""), f"unpacked from {what}", what
        )
    if len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most} further members of the {what} archive are not read")
