"""Images of hard disks and sticks, as mails carry them past the mark of the web: VHD, VHDX, raw ones; FAT and NTFS on them."""

from __future__ import annotations

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed, disk, filesystem, unpack
from emoscan.parse.names import priority
from emoscan.registry import Look, sniffs, step


@sniffs("disk.raw", magic=b"\x55\xaa", at=510)
def is_raw_disk(look: Look) -> bool:
    """A disk with a partition table; one that begins with its file system goes by the name of that."""
    if look.data[-512:].startswith(b"conectix"):
        return False
    return disk.is_partitioned(look.data) and look.data[54:57] != b"FAT" and look.data[82:85] != b"FAT" and look.data[3:7] != b"NTFS"


@step("disk image", ("disk.vhd", "disk.vhdx", "disk.fat", "disk.ntfs", "disk.raw"))
def open_disk(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    try:
        whole: disk.View = (
            disk.vhd(data)
            if artifact.kind == "disk.vhd"
            else disk.vhdx(data)
            if artifact.kind == "disk.vhdx"
            else disk.Flat(data, 0, len(data))
        )
    except Malformed as error:
        yield Problem("malformed", artifact.kind, f"the disk cannot be read: {error}")
        return
    for number, part in enumerate(disk.partitions(whole), 1):
        try:
            found = filesystem.files(part)
        except Malformed as error:
            yield Problem("unmodelled", "file system", f"partition {number} was not read: {error}")
            continue
        yield from _files(part, found, ctx)


def _files(part: disk.View, found: filesystem.Files, ctx: Context) -> Yields:
    for what in found.damage:
        yield Problem("malformed", found.system, f"the disk is damaged: {what}")
    most = ctx.budget.limits.objects
    files = sorted(found.files, key=lambda file: priority(file.path))
    for file in files[:most]:
        if file.hidden:
            yield Fact("disk.hidden", file.path)
        if file.unread:
            yield Problem("unmodelled", found.system, f"{file.path!r} ({file.size:,} bytes) was not read: {file.unread}")
            continue
        size = min(file.size, ctx.budget.limits.object_bytes, part.size)
        ctx.budget.grow(size, file.path)
        try:
            content = filesystem.read(part, file, size)
        except Malformed as error:
            yield Problem("malformed", found.system, f"{file.path!r} ({file.size:,} bytes) was not read: {error}")
            continue
        limit = "object_bytes" if size < file.size else ""
        yield from handed_on((file.path,), unpack.Content(content, limit=limit), f"file on the disk ({found.system})", "disk")
    if found.more or len(files) > most:
        yield Problem("limit", "objects", "the disk holds more files than are read")
