"""Images of disks: what is behind VHD and VHDX, and the partitions on it.

Virtual Hard Disk Image Format Specification 1.0; [MS-VHDX]; UEFI specification 5 (MBR and GPT).
"""

from __future__ import annotations

import struct
import uuid
from typing import Final, Protocol

from msgspec import Struct

from emoscan.parse import Malformed

SECTOR: Final = 512
MAX_BLOCKS: Final = 1 << 20
MAX_PARTITIONS: Final = 128


class View(Protocol):
    """Bytes of a disk by their place on it."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """As many of the bytes as there are; what was never written is zero."""
        ...


class Flat(Struct, frozen=True):
    """A part of some bytes that is the disk as it is."""

    data: bytes
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        if offset < 0 or offset >= self.size:
            return b""
        return self.data[self.start + offset : self.start + min(offset + length, self.size)]


class Blocks(Struct, frozen=True):
    """Blocks of a disk wherever they lie in a file; -1 for those that were never written."""

    data: bytes
    places: tuple[int, ...]
    block: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        if offset < 0:
            return b""
        length = max(0, min(length, self.size - offset))
        pieces: list[bytes] = []
        while length > 0:
            number, inside = divmod(offset, self.block)
            count = min(length, self.block - inside)
            place = self.places[number] if number < len(self.places) else -1
            piece = self.data[place + inside : place + inside + count] if place >= 0 else b""
            pieces.append(piece + bytes(count - len(piece)))
            offset += count
            length -= count
        return b"".join(pieces)


class Part(Struct, frozen=True):
    """A partition: a disk of its own."""

    disk: View
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        if offset < 0 or offset >= self.size:
            return b""
        return self.disk.read(self.start + offset, min(length, self.size - offset))


def vhd(data: bytes) -> View:
    """The disk in a VHD. Raises Malformed, also for one that holds only differences to another."""
    at = next((at for at in (len(data) - 512, len(data) - 511, 0) if at >= 0 and data.startswith(b"conectix", at)), -1)
    if at < 0:
        raise Malformed("there is no footer")
    header, size, kind = (
        *struct.unpack_from(">Q", data, at + 16),
        *struct.unpack_from(">Q", data, at + 48),
        *struct.unpack_from(">I", data, at + 60),
    )
    if kind == 2:
        return Flat(data, 0, min(size, max(at, 0)) or at)
    if kind == 4:
        raise Malformed("it holds only what differs from another disk, which is not here")
    if kind != 3 or data[header : header + 8] != b"cxsparse" or header + 40 > len(data):
        raise Malformed(f"disk of type {kind}")
    table, count, block = struct.unpack_from(">Q", data, header + 16)[0], *struct.unpack_from(">II", data, header + 28)
    if not 512 <= block <= 1 << 30 or block % SECTOR:
        raise Malformed(f"blocks of {block} bytes")
    bitmap = -(-(block // SECTOR) // (8 * SECTOR)) * SECTOR
    count = min(count, MAX_BLOCKS, max(0, len(data) - table) // 4)
    places = tuple(
        entry * SECTOR + bitmap if entry != 0xFFFFFFFF else -1 for entry in struct.unpack(f">{count}I", data[table : table + 4 * count])
    )
    return Blocks(data, places, block, size)


_BAT: Final = uuid.UUID("2dc27766-f623-4200-9d64-115e9bfd4a08").bytes_le
_METADATA: Final = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
_PARAMETERS: Final = uuid.UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b").bytes_le
_DISK_SIZE: Final = uuid.UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8").bytes_le
_SECTOR_SIZE: Final = uuid.UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f").bytes_le


def vhdx(data: bytes) -> View:
    """The disk in a VHDX; what its log still holds is not played back. Raises Malformed."""
    regions = _table(data, next((at for at in (192 << 10, 256 << 10) if data.startswith(b"regi", at)), -1), b"regi", 8, 16)
    if _BAT not in regions or _METADATA not in regions:
        raise Malformed("it has no block table")
    base, _ = regions[_METADATA]
    items = _table(data, base, b"metadata", 10, 32)
    try:
        block, flags = struct.unpack_from("<II", data, base + items[_PARAMETERS][0])
        (size,) = struct.unpack_from("<Q", data, base + items[_DISK_SIZE][0])
        (sector,) = struct.unpack_from("<I", data, base + items[_SECTOR_SIZE][0])
    except (KeyError, struct.error):
        raise Malformed("what it says of itself is not there") from None
    if flags & 2:
        raise Malformed("it holds only what differs from another disk, which is not here")
    if not 1 << 20 <= block <= 256 << 20 or sector not in (512, 4096):
        raise Malformed(f"blocks of {block} bytes, sectors of {sector}")
    table, length = regions[_BAT]
    count = min(length // 8, MAX_BLOCKS, max(0, len(data) - table) // 8)
    ratio = (1 << 23) * sector // block
    entries = struct.unpack(f"<{count}Q", data[table : table + 8 * count])
    # Behind as many blocks as one bitmap speaks of stands the entry of the bitmap ([MS-VHDX] 2.5).
    places = tuple((entry >> 20 << 20) if entry & 7 >= 6 else -1 for number, entry in enumerate(entries) if (number + 1) % (ratio + 1))
    return Blocks(data, places, block, size)


def _table(data: bytes, at: int, magic: bytes, count_at: int, first: int) -> dict[bytes, tuple[int, int]]:
    """GUID → (offset, length) of a region or metadata table ([MS-VHDX] 2.2.3, 2.6.1)."""
    if at < 0 or not data.startswith(magic, at) or at + first > len(data):
        raise Malformed(f"there is no table {magic.decode()}")
    (count,) = struct.unpack_from("<I" if count_at == 8 else "<H", data, at + count_at)
    found: dict[bytes, tuple[int, int]] = {}
    for number in range(min(count, 2_047)):
        place = at + first + 32 * number
        if place + 32 > len(data):
            break
        if count_at == 8:
            offset, length = struct.unpack_from("<QI", data, place + 16)
        else:
            offset, length = struct.unpack_from("<II", data, place + 16)
        found[data[place : place + 16]] = (offset, length)
    return found


# ------------------------------------------------------------------ partitions


def is_partitioned(data: bytes) -> bool:
    """Whether these are the first bytes of a disk with a partition table whose entries lie on it."""
    if data[510:512] != b"\x55\xaa" or len(data) < 2 * SECTOR:
        return False
    entries = [data[446 + 16 * n : 462 + 16 * n] for n in range(4)]
    used = [entry for entry in entries if any(entry)]
    return bool(used) and all(
        entry[0] in (0, 0x80) and entry[4] and 0 < int.from_bytes(entry[8:12], "little") * SECTOR < len(data) and any(entry[12:16])
        for entry in used
    )


def partitions(disk: View) -> list[View]:
    """The partitions; the disk itself where it has none."""
    boot = disk.read(0, SECTOR)
    if boot[510:512] != b"\x55\xaa" or boot[3:7] == b"NTFS" or boot[54:57] == b"FAT" or boot[82:85] == b"FAT":
        return [disk]
    header = disk.read(SECTOR, 92)
    if header.startswith(b"EFI PART") and len(header) == 92:
        table, count, size = struct.unpack_from("<QII", header, 72)
        if not 128 <= size <= 4096:
            return [disk]
        rows = [disk.read(table * SECTOR + number * size, 48) for number in range(min(count, MAX_PARTITIONS))]
        spans = [struct.unpack_from("<QQ", row, 32) for row in rows if len(row) == 48 and any(row[:16])]
        return [Part(disk, first * SECTOR, (last - first + 1) * SECTOR) for first, last in spans if last >= first] or [disk]
    found: list[View] = []
    for number in range(4):
        kind, first, count = boot[450 + 16 * number], *struct.unpack_from("<II", boot, 454 + 16 * number)
        if kind in (0x05, 0x0F, 0x85):
            found += _logical(disk, first)
        elif kind and first and count:
            found.append(Part(disk, first * SECTOR, count * SECTOR))
    return found or [disk]


def _logical(disk: View, extended: int) -> list[View]:
    """Partitions in an extended one: a chain of tables of two entries."""
    found: list[View] = []
    at, seen = extended, set[int]()
    while at not in seen and len(found) < MAX_PARTITIONS:
        seen.add(at)
        table = disk.read(at * SECTOR, SECTOR)
        if table[510:512] != b"\x55\xaa":
            break
        first, count = struct.unpack_from("<II", table, 454)
        if table[450] and count:
            found.append(Part(disk, (at + first) * SECTOR, count * SECTOR))
        (following,) = struct.unpack_from("<I", table, 470)
        if not following:
            break
        at = extended + following
    return found
