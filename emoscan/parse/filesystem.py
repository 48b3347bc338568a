"""Files of FAT and NTFS file systems, as they lie on small disks that travel by mail.

Microsoft FAT specification (2005); NTFS as the kernel documents of Linux describe it. Deleted files are left out.
"""

from __future__ import annotations

import struct
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.disk import View
from emoscan.parse.lznt1 import decompress

MAX_FILES: Final = 5_000
MAX_RECORDS: Final = 100_000
MAX_DEPTH: Final = 64
MAX_RUNS: Final = 100_000
MAX_UNIT: Final = 1 << 20
"""Bytes that NTFS compresses together; it allows 64 KiB."""
MAX_STEPS: Final = 1_000_000
"""From cluster to cluster, for all files of a FAT together."""


class File(Struct, frozen=True):
    path: str
    size: int
    hidden: bool
    runs: tuple[tuple[int, int], ...]
    """(offset on the file system, bytes) in order; offset -1 for a hole."""
    resident: bytes = b""
    """The content itself, where it is that small."""
    unread: str = ""
    """Why it cannot be read."""
    unit: int = 0
    """Of a file that NTFS compressed: bytes that are compressed together."""


class Files(Struct, frozen=True):
    system: str
    files: tuple[File, ...]
    damage: tuple[str, ...]
    more: bool = False


def read(disk: View, file: File, limit: int) -> bytes:
    """The content, up to `limit` bytes. Raises Malformed where what is compressed is damaged."""
    if file.resident:
        return file.resident[:limit]
    if file.unit:
        return _inflated(disk, file, limit)
    pieces: list[bytes] = []
    left = min(file.size, limit)
    for offset, length in file.runs:
        if left <= 0:
            break
        length = min(length, left)
        piece = disk.read(offset, length) if offset >= 0 else b""
        pieces.append(piece + bytes(length - len(piece)) if offset < 0 else piece)
        left -= length
    return b"".join(pieces)


def _inflated(disk: View, file: File, limit: int) -> bytes:
    """The content of a file in units: those that are there in full are plain, those that end in a hole are compressed."""
    out = bytearray()
    size = min(file.size, limit)
    kept: list[bytes] = []
    filled = there = 0
    for offset, length in file.runs:
        while length > 0 and len(out) < size:
            part = min(length, file.unit - filled)
            if offset >= 0:
                kept.append(disk.read(offset, part))
                offset += part
                there += part
            length -= part
            filled += part
            if filled == file.unit:
                out += _unit(b"".join(kept), there, file.unit)
                kept.clear()
                filled = there = 0
    if kept and len(out) < size:
        out += _unit(b"".join(kept), there, filled)
    return bytes(out[:size])


def _unit(raw: bytes, there: int, unit: int) -> bytes:
    plain = raw if there == unit else decompress(raw, unit) if there else b""
    return plain + bytes(unit - len(plain))


def files(disk: View) -> Files:
    """What the file system holds. Raises Malformed when it is none that is known here."""
    boot = disk.read(0, 512)
    if boot[3:7] == b"NTFS":
        return _ntfs(disk, boot)
    if len(boot) == 512 and boot[510:512] == b"\x55\xaa" and boot[0] in (0xEB, 0xE9) and boot[3:8] != b"EXFAT":
        return _fat(disk, boot)
    raise Malformed("its file system is not known")


# ------------------------------------------------------------------ FAT


def _fat(disk: View, boot: bytes) -> Files:
    sector, per_cluster, reserved, fats, root_entries, total16 = struct.unpack_from("<HBHBHH", boot, 11)
    size16, total32, size32, root_cluster = (
        *struct.unpack_from("<H", boot, 22),
        *struct.unpack_from("<II", boot, 32),
        *struct.unpack_from("<I", boot, 44),
    )
    if sector not in (512, 1024, 2048, 4096) or not per_cluster or not fats or not reserved:
        raise Malformed("its file system is not known")
    fat_size = size16 or size32
    root_at = (reserved + fats * fat_size) * sector
    root_size = -(-root_entries * 32 // sector) * sector
    data_at = root_at + root_size
    cluster = sector * per_cluster
    count = max(0, min(total16 or total32, disk.size // sector) * sector - data_at) // cluster
    bits = 12 if count < 4_085 else 16 if count < 65_525 else 32
    table = disk.read(reserved * sector, min(fat_size * sector, (count + 2) * bits // 8 + 4))
    damage: list[str] = []

    steps = 0

    def chain(first: int, most: int) -> tuple[tuple[int, int], ...]:
        nonlocal steps
        runs: list[tuple[int, int]] = []
        seen = 0
        number = first
        while 2 <= number < count + 2 and seen < most and steps < MAX_STEPS:
            steps += 1
            offset = data_at + (number - 2) * cluster
            if runs and runs[-1][0] + runs[-1][1] == offset:
                runs[-1] = (runs[-1][0], runs[-1][1] + cluster)
            else:
                runs.append((offset, cluster))
            seen += 1
            number = _next(table, number, bits)
        return tuple(runs)

    def content(first: int) -> bytes:
        return b"".join(disk.read(offset, length) for offset, length in chain(first, min(count, (4 << 20) // cluster + 1)))

    found: list[File] = []
    folders = [("", content(root_cluster) if bits == 32 else disk.read(root_at, root_entries * 32), 0)]
    seen_folders: set[int] = set()
    while folders:
        path, entries, depth = folders.pop()
        for name, attributes, first, size in _entries(entries):
            if len(found) >= MAX_FILES:
                return Files(f"FAT{bits}", tuple(found), tuple(damage), more=True)
            inner = f"{path}/{name}" if path else name
            if attributes & 0x10:
                if depth < MAX_DEPTH and first not in seen_folders and 2 <= first < count + 2:
                    seen_folders.add(first)
                    folders.append((inner, content(first), depth + 1))
                continue
            runs = chain(first, -(-size // cluster))
            if sum(length for _, length in runs) < size and len(damage) < 20:
                damage.append(f"{inner!r} has {sum(length for _, length in runs):,} of its {size:,} bytes")
            found.append(File(inner, size, bool(attributes & 2), runs))
    return Files(f"FAT{bits}", tuple(found), tuple(damage))


def _next(table: bytes, number: int, bits: int) -> int:
    if bits == 12:
        pair = int.from_bytes(table[number * 3 // 2 : number * 3 // 2 + 2], "little")
        return pair >> 4 if number & 1 else pair & 0xFFF
    width = bits // 8
    return int.from_bytes(table[number * width : number * width + width], "little") & 0x0FFFFFFF


def _entries(data: bytes) -> list[tuple[str, int, int, int]]:
    """(name, attributes, first cluster, size) of each entry in use of a folder."""
    found: list[tuple[str, int, int, int]] = []
    long: list[bytes] = []
    for at in range(0, len(data) - 31, 32):
        entry = data[at : at + 32]
        if not entry[0]:
            break
        attributes = entry[11]
        if entry[0] == 0xE5:
            long = []
        elif attributes & 0x3F == 0x0F:
            if entry[0] & 0x40:
                long = []
            long.insert(0, entry[1:11] + entry[14:26] + entry[28:32])
        else:
            name = b"".join(long)[:1024].decode("utf-16-le", "replace").partition("\0")[0].rstrip("\uffff")
            long = []
            if attributes & 8 or entry[:2] in (b". ", b".."):
                continue
            if not name:
                stem, ending = (part.rstrip(b" ").decode("cp437") for part in (entry[:8], entry[8:11]))
                stem = stem.lower() if entry[12] & 8 else stem
                ending = ending.lower() if entry[12] & 16 else ending
                name = f"{stem}.{ending}" if ending else stem
            high, low, size = *struct.unpack_from("<H", entry, 20), *struct.unpack_from("<HI", entry, 26)
            found.append((name, attributes, high << 16 | low, size))
            if len(found) >= MAX_FILES:
                break
    return found


# ------------------------------------------------------------------ NTFS


class _Attribute(Struct, frozen=True):
    type: int
    name: str
    resident: bytes
    runs: tuple[tuple[int, int], ...]
    size: int
    encrypted: bool
    unit: int
    """Bytes that are compressed together, 0 where nothing is."""


def _ntfs(disk: View, boot: bytes) -> Files:
    sector, per_cluster = struct.unpack_from("<HB", boot, 11)
    per_cluster = 1 << (256 - per_cluster) if per_cluster > 128 else per_cluster
    (mft,) = struct.unpack_from("<Q", boot, 48)
    (record_size,) = struct.unpack_from("<b", boot, 64)
    cluster = sector * per_cluster
    size = 1 << -record_size if record_size < 0 else record_size * cluster
    if sector not in (512, 1024, 2048, 4096) or not cluster or not 256 <= size <= 65_536:
        raise Malformed("the boot sector of its NTFS is damaged")
    first = _record(disk.read(mft * cluster, size), sector)
    table = next((a for a in _attributes(first, cluster) if a.type == 0x80 and not a.name), None) if first else None
    if table is None:
        raise Malformed("its NTFS has no file table")
    damage: list[str] = []
    names: dict[int, tuple[str, int, bool, bool]] = {}
    """Record → (name, record of its folder, hidden, is a folder)."""
    streams: list[tuple[int, _Attribute]] = []
    more = False
    number = -1
    for offset, length in table.runs:
        for at in range(0, length - size + 1, size):
            number += 1
            if number >= MAX_RECORDS:
                more = True
                break
            record = _record(disk.read(offset + at, size), sector) if offset >= 0 else b""
            if not record or not record[22] & 1 or (number < 24 and number != 5):
                continue
            base = int.from_bytes(record[32:38], "little") or number
            for attribute in _attributes(record, cluster):
                if attribute.type == 0x30 and len(attribute.resident) >= 66:
                    value = attribute.resident
                    name = value[66 : 66 + 2 * value[64]].decode("utf-16-le", "replace")
                    if base not in names or value[65] != 2:  # 2: the name of eight and three letters
                        flags = int.from_bytes(value[56:60], "little")
                        names[base] = (name, int.from_bytes(value[:6], "little"), bool(flags & 2), bool(record[22] & 2))
                elif attribute.type == 0x80:
                    streams.append((base, attribute))
    found: list[File] = []
    for base, attribute in streams:
        if base not in names or names[base][3] or names[base][0].startswith("$"):
            continue
        if len(found) >= MAX_FILES:
            more = True
            break
        path = _path(names, base) + (f":{attribute.name}" if attribute.name else "")
        unread = "it is encrypted by the file system" if attribute.encrypted else ""
        found.append(File(path, attribute.size, names[base][2], attribute.runs, attribute.resident, unread, attribute.unit))
    return Files("NTFS", tuple(found), tuple(damage), more)


def _path(names: dict[int, tuple[str, int, bool, bool]], number: int) -> str:
    parts: list[str] = []
    while number in names and number != 5 and len(parts) < MAX_DEPTH:
        name, parent, _, _ = names[number]
        parts.append(name)
        if parent == number:
            break
        number = parent
    return "/".join(reversed(parts))


def _record(raw: bytes, sector: int) -> bytes:
    """A file record with the ends of its sectors put back, b"" when it is none."""
    if not raw.startswith(b"FILE") or len(raw) < 48:
        return b""
    at, count = struct.unpack_from("<HH", raw, 4)
    out = bytearray(raw)
    for number in range(1, min(count, len(raw) // sector + 1)):
        out[number * sector - 2 : number * sector] = raw[at + 2 * number : at + 2 * number + 2]
    return bytes(out[: len(raw)])


def _attributes(record: bytes, cluster: int) -> list[_Attribute]:
    found: list[_Attribute] = []
    at = int.from_bytes(record[20:22], "little")
    for _ in range(200):
        if at + 24 > len(record):
            break
        type_, length, non_resident, name_length, name_at, flags = struct.unpack_from("<IIBBHH", record, at)
        if type_ == 0xFFFFFFFF or length < 24 or at + length > len(record):
            break
        body = record[at : at + length]
        name = body[name_at : name_at + 2 * name_length].decode("utf-16-le", "replace")
        encrypted = bool(flags & 0x4000)
        if not non_resident:
            size, start = struct.unpack_from("<IH", body, 16)
            value = body[start : start + size]
            found.append(_Attribute(type_, name, value, (), len(value), encrypted, 0))
        elif len(body) >= 64:
            start, shift = struct.unpack_from("<HH", body, 32)
            unit = min(cluster << min(shift, 8), MAX_UNIT) if flags & 0xFF and shift else 0
            (size,) = struct.unpack_from("<Q", body, 48)
            found.append(_Attribute(type_, name, b"", _runs(body[start:], cluster), size, encrypted, unit))
        at += length
    return found


def _runs(data: bytes, cluster: int) -> tuple[tuple[int, int], ...]:
    """The runs of a stream: pairs of a length and a signed distance, each of as many bytes as the byte before them says."""
    runs: list[tuple[int, int]] = []
    at = place = 0
    while at < len(data) and data[at] and len(runs) < MAX_RUNS:
        lengths, offsets = data[at] & 15, data[at] >> 4
        length = int.from_bytes(data[at + 1 : at + 1 + lengths], "little")
        if offsets:
            place += int.from_bytes(data[at + 1 + lengths : at + 1 + lengths + offsets], "little", signed=True)
        runs.append((place * cluster if offsets else -1, length * cluster))
        at += 1 + lengths + offsets
    return tuple(runs)
