"""Archives of the time of DOS that still come by mail: LZH (LHA, LArc) and ARJ."""

from __future__ import annotations

from emoscan.context import Clue, Context
from emoscan.formats.members import Shut, candidates, handed_on, locked_problem, opened_with, still_shut
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed, arj, lzh, unpack
from emoscan.parse.names import priority
from emoscan.registry import step

GARBLED = "ARJ garbling"
MOST_METHODS = 4


@step("lzh", "archive.lzh")
def open_lzh(artifact: Artifact, ctx: Context) -> Yields:
    data, most = artifact.data, ctx.budget.limits.objects
    try:
        files = []
        for member in lzh.members(data):
            ctx.budget.spend()
            if member.method != "lhd":
                files.append(member)
    except Malformed as error:
        yield Problem("malformed", "lzh", f"the LZH archive cannot be read: {error}")
        return
    files.sort(key=lambda m: priority(m.name))
    for member in files[:most]:
        try:
            pieces = lzh.plain(data, member)
        except unpack.Unsupported as error:
            yield Problem("unmodelled", "lzh", f"{member.name!r} ({member.size:,} bytes) of the LZH archive not read: no reader of {error}")
            continue
        content = unpack.Collector(pieces, member.end - member.start, ctx.budget).take(member.size, name=member.name)
        whole = not (content.trouble or content.limit or content.padding)
        if whole and lzh.crc16(content.data) != member.crc:
            yield Problem("malformed", "lzh", f"{member.name!r} of the LZH archive is damaged: CRC does not fit")
        yield from handed_on((member.name,), content, "unpacked from LZH", "LZH", member.end - member.start)
    if len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most} further members of the LZH archive are not read")


@step("arj", "archive.arj", clue="password")
def open_arj(artifact: Artifact, ctx: Context) -> Yields:
    data, most = artifact.data, ctx.budget.limits.objects
    try:
        files = []
        for member in arj.members(data):
            ctx.budget.spend()
            if member.is_file:
                files.append(member)
    except Malformed as error:
        yield Problem("malformed", "arj", f"the ARJ archive cannot be read: {error}")
        return
    files.sort(key=lambda m: priority(m.name))
    clues = candidates(ctx, ctx.budget.limits.passwords) if any(m.locked for m in files) else []
    shut: list[Shut] = []
    working: list[Clue] = []
    for member in files[:most]:
        if ctx.again and not member.locked:
            continue
        clue = _password(data, member, [*working, *clues], ctx) if member.locked else None
        if member.locked and clue is None:
            shut.append((member.name, member.size, GARBLED))
            continue
        if clue is not None and clue not in working:
            working.append(clue)
        try:
            pieces = arj.plain(data, member, clue.value if clue else "")
        except unpack.Unsupported as error:
            yield Problem("unmodelled", "arj", f"{member.name!r} ({member.size:,} bytes) of the ARJ archive not read: no reader of {error}")
            continue
        content = unpack.Collector(pieces, member.end - member.start, ctx.budget).take(member.size, member.crc, member.name)
        how = f"{GARBLED}, password from {clue.source}" if clue else "unpacked from ARJ"
        yield from handed_on((member.name,), content, how, "ARJ", member.end - member.start)
        if member.continued:
            yield Problem("unmodelled", "arj", f"{member.name!r} of the ARJ archive goes on in another volume; only its beginning was read")
    if (shut or working) and not ctx.again:
        yield Fact("archive.encrypted", GARBLED)
    for clue in working:
        yield from opened_with(clue)
    if shut:
        yield from still_shut(shut)
        yield locked_problem(shut, len(clues))
    if len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most} further members of the ARJ archive are not read")


def _password(data: bytes, member: arj.ArjMember, clues: list[Clue], ctx: Context) -> Clue | None:
    """The password that gives the content the header speaks of, where there is a reader of its method."""
    if member.method > MOST_METHODS:
        return None
    for clue in clues:
        if arj.fits(arj.plain(data, member, clue.value), member, ctx.budget):
            return clue
    return None
