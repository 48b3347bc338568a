"""Tape archives."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed, unpack
from emoscan.parse import tar as reader
from emoscan.parse.names import priority
from emoscan.registry import step

_FILES = "0\x007S"


@step("tar", "archive.tar")
def open_tar(artifact: Artifact, ctx: Context) -> Yields:
    data, most = artifact.data, ctx.budget.limits.objects
    try:
        files = []
        for member in reader.members(data):
            ctx.budget.spend()
            if member.type in _FILES and member.end > member.start:
                files.append(member)
    except Malformed as error:
        yield Problem("malformed", "tar", f"the tar archive cannot be read: {error}")
        return
    files.sort(key=lambda m: priority(m.name))
    for member in files[:most]:
        ctx.budget.grow(member.end - member.start, member.name)
        content = unpack.Content(data[member.start : member.end], "cut off" if member.cut else "")
        yield from handed_on((member.name,), content, "unpacked from tar", "tar")
    if len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most} further members of the tar archive are not read")
