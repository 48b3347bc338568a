"""Images of optical discs, as mails carry them past the mark of the web."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed, optical, unpack
from emoscan.parse.names import priority
from emoscan.registry import step


@step("disc", ("disk.iso", "disk.udf"))
def open_disc(artifact: Artifact, ctx: Context) -> Yields:
    try:
        disc = optical.parse(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "disc", f"the disc image cannot be read: {error}")
        return
    if disc.data is not artifact.data:
        ctx.budget.grow(len(disc.data), "sectors of the disc")
    for what in disc.damage:
        yield Problem("malformed", "disc", f"the disc image is damaged: {what}")
    most = ctx.budget.limits.objects
    files = sorted(disc.files, key=lambda f: priority(f.path))
    for file in files[:most]:
        if file.hidden:
            yield Fact("disk.hidden", file.path)
        size = min(file.size, ctx.budget.limits.object_bytes)
        ctx.budget.grow(size, file.path)
        content = (
            unpack.Content(disc.read(file)[: unpack.PREFIX_KEPT], limit="object_bytes")
            if size < file.size
            else unpack.Content(disc.read(file))
        )
        yield from handed_on((file.path,), content, f"file on the disc ({file.system})", "disc")
    if disc.more or len(files) > most:
        yield Problem("limit", "objects", f"{len(files) - most if not disc.more else 'many'} further files of the disc are not read")
