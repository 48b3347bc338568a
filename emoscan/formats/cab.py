"""Cabinets, and OneNote packages, which are such."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import Malformed, unpack
from emoscan.parse import cab as reader
from emoscan.registry import step


@step("cab", "archive.cab")
def open_cab(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    try:
        cabinet = reader.parse(data)
    except Malformed as error:
        yield Problem("malformed", "cab", f"the cabinet cannot be read: {error}")
        return
    if cabinet.continued:
        yield Problem("unmodelled", "cab", "the cabinet is one of several; members that reach over its borders were not read")
    most = ctx.budget.limits.objects
    if len(cabinet.members) > most:
        yield Problem("limit", "objects", f"{len(cabinet.members) - most} further members of the cabinet are not read")
    for index, folder in enumerate(cabinet.folders):
        members = [m for m in cabinet.members[:most] if m.folder == index]
        try:
            pieces = reader.plain(data, folder)
        except unpack.Unsupported as error:
            names = ", ".join(repr(m.name) for m in members[:5])
            yield Problem("unmodelled", "cab", f"{names} of the cabinet not read: no reader of {error}")
            continue
        collector = unpack.Collector(pieces, len(data), ctx.budget)
        at = 0
        for member in members:
            if member.offset < at:
                continue  # it shares its bytes with the one before
            if member.offset > at:
                collector.skip(member.offset - at)
            content = collector.take(member.size, name=member.name)
            at = member.offset + member.size
            yield from handed_on((member.name,), content, "unpacked from a cabinet", "cabinet", len(data))
