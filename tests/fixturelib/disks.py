"""Writers of disks: FAT16 and NTFS file systems of a few files, a partition table, VHD (fixed and growing) and VHDX around them."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
from typing import Final

SECTOR: Final = 512


def fat16(files: Mapping[str, bytes], *, hidden: tuple[str, ...] = (), clusters: int = 4_200) -> bytes:
    """A FAT16 of clusters of one sector, its files in the root or in folders ("A/b.txt"), with long names (FAT specification 6, 7)."""
    fat_size = -(-(clusters + 2) * 2 // SECTOR)
    reserved, root_entries = 1, 512
    total = reserved + fat_size + root_entries * 32 // SECTOR + clusters
    boot = bytearray(SECTOR)
    boot[0:11] = b"\xeb\x3c\x90MSDOS5.0"
    struct.pack_into("<HBHBHHBHHHII", boot, 11, SECTOR, 1, reserved, 1, root_entries, total, 0xF8, fat_size, 63, 255, 0, 0)
    boot[54:62] = b"FAT16   "
    boot[510:512] = b"\x55\xaa"
    fat = [0xFFF8, 0xFFFF]
    body = bytearray()

    def store(data: bytes) -> int:
        if not data:
            return 0
        first = len(fat)
        count = -(-len(data) // SECTOR)
        fat.extend([*range(first + 1, first + count), 0xFFFF])
        body.extend(data + bytes(-len(data) % SECTOR))
        return first

    folders: dict[str, bytes] = {}
    root = b""
    for number, (path, data) in enumerate(files.items()):
        folder, _, name = path.rpartition("/")
        entry = _entry(name, number, 2 if path in hidden else 0x20, store(data), len(data))
        if folder:
            folders[folder] = folders.get(folder, b"") + entry
        else:
            root += entry
    for number, (folder, entries) in enumerate(folders.items(), 100):
        root += _entry(folder, number, 0x10, store(entries), 0)
    table = struct.pack(f"<{len(fat)}H", *fat)
    return (
        bytes(boot)
        + table
        + bytes(fat_size * SECTOR - len(table))
        + root
        + bytes(root_entries * 32 - len(root))
        + bytes(body)
        + bytes(clusters * SECTOR - len(body))
    )


def _entry(name: str, number: int, attributes: int, first: int, size: int) -> bytes:
    short = f"FILE{number:04d}DAT".encode()
    check = 0
    for byte in short:
        check = ((check & 1) << 7 | check >> 1) + byte & 0xFF
    text = name.encode("utf-16-le") + b"\0\0"
    text += b"\xff" * (-len(text) % 26)
    pieces = [text[at : at + 26] for at in range(0, len(text), 26)]
    out = b""
    for order in range(len(pieces), 0, -1):
        piece = pieces[order - 1]
        last = 0x40 if order == len(pieces) else 0
        out += struct.pack("<B10sBBB12sH4s", order | last, piece[:10], 0x0F, 0, check, piece[10:22], 0, piece[22:])
    return out + struct.pack("<11sB8xH4xHI", short, attributes, first >> 16, first & 0xFFFF, size)


def ntfs(files: Mapping[str, bytes], *, resident: int = 400, compressed: tuple[str, ...] = ()) -> bytes:
    """An NTFS of clusters of 512 bytes: the file table and the files, in the root; what is longer than `resident` lies outside its record.

    Files named in `compressed` are packed with LZNT1, 16 clusters together.
    """
    mft_at, size = 8, 1024
    names = list(files)
    records = 24 + len(names)
    content_at = mft_at + records * size // SECTOR
    body = bytearray()
    table: list[bytes] = []
    for number in range(records):
        if number == 0:
            count = records * size // SECTOR
            table.append(_record(0, [_name("$MFT", 5), _runs_attribute([(count, mft_at)], records * size)]))
        elif number == 5:
            table.append(_record(5, [_name(".", 5)], folder=True))
        elif number < 24:
            table.append(_record(number, []))
        else:
            name = names[number - 24]
            data = files[name]
            stem, _, stream = name.partition(":")
            if len(data) <= resident:
                attribute = _resident(0x80, data, stream)
            elif name in compressed:
                packed_runs: list[tuple[int, int]] = []
                for at in range(0, len(data), UNIT * SECTOR):
                    unit = data[at : at + UNIT * SECTOR]
                    small = lznt1(unit)
                    stored = small if len(small) <= (UNIT - 1) * SECTOR else unit
                    count = -(-len(stored) // SECTOR) if unit.strip(b"\0") else 0
                    if count:
                        packed_runs.append((count, content_at + len(body) // SECTOR))
                        body.extend(stored.ljust(count * SECTOR, b"\0"))
                    if count < UNIT:
                        packed_runs.append((UNIT - count, HOLE))
                attribute = _runs_attribute(packed_runs, len(data), stream, unit=4)
            else:
                count = -(-len(data) // SECTOR)
                first, second = count // 2, count - count // 2
                place = content_at + len(body) // SECTOR
                # Two runs, the second before the first, so that distances are negative too.
                half = data[: first * SECTOR]
                rest = data[first * SECTOR :]
                body.extend(rest + bytes(-len(rest) % SECTOR) + half)
                runs = [(first, place + second), (second, place)] if first else [(second, place)]
                attribute = _runs_attribute(runs, len(data), stream)
            table.append(_record(number, [_name(stem, 5), attribute]))
    boot = bytearray(SECTOR)
    boot[0:11] = b"\xeb\x52\x90NTFS    "
    struct.pack_into("<HB", boot, 11, SECTOR, 1)
    struct.pack_into("<QQQ", boot, 40, content_at + len(body) // SECTOR, mft_at, 2)
    struct.pack_into("<b", boot, 64, -10)
    boot[510:512] = b"\x55\xaa"
    return bytes(boot) + bytes((mft_at - 1) * SECTOR) + b"".join(table) + bytes(body)


def _record(number: int, attributes: list[bytes], *, folder: bool = False) -> bytes:
    body = b"".join(attributes) + b"\xff\xff\xff\xff\0\0\0\0"
    head = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 48, 3, 0, 1, 1, 56, 1 | 2 * folder, 56 + len(body), 1024, 0, 9, 0, number)
    raw = bytearray(head + bytes(56 - len(head)) + body + bytes(1024 - 56 - len(body)))
    assert len(raw) == 1024
    raw[48:50] = b"\x07\x00"  # update sequence: the ends of the sectors are kept here, and this number stands there
    for end, kept in ((510, 50), (1022, 52)):
        raw[kept : kept + 2] = raw[end : end + 2]
        raw[end : end + 2] = b"\x07\x00"
    return bytes(raw)


def _resident(type_: int, value: bytes, name: str = "") -> bytes:
    label = name.encode("utf-16-le")
    start = 24 + len(label)
    length = start + len(value) + -(start + len(value)) % 8
    head = struct.pack("<IIBBHHHIHH", type_, length, 0, len(name), 24, 0, 0, len(value), start, 0)
    return (head + label + value).ljust(length, b"\0")


def _name(name: str, parent: int) -> bytes:
    return _resident(0x30, struct.pack("<Q48xIIBB", parent | 5 << 48, 0x20, 0, len(name), 1) + name.encode("utf-16-le"))


UNIT, HOLE = 16, -1
"""Clusters that are compressed together; the place of a run that is not there."""


def lznt1(data: bytes) -> bytes:
    """Chunks of 4,096 bytes, packed where that makes them smaller."""
    out = b""
    for start in range(0, len(data), 4_096):
        chunk = data[start : start + 4_096]
        packed = _lznt1_chunk(chunk)
        body, flag = (packed, 0xB000) if len(packed) < len(chunk) else (chunk, 0x3000)
        out += struct.pack("<H", flag | len(body) - 1) + body
    return out


def _lznt1_chunk(chunk: bytes) -> bytes:
    out, items, flags = b"", b"", 0
    count = at = 0
    while at < len(chunk):
        bits = max(4, (at - 1).bit_length())
        before = chunk.rfind(chunk[at : at + 3], max(0, at - (1 << bits)), at + 2) if at and len(chunk) - at >= 3 else -1
        length = 0
        if 0 <= before < at:
            while length < (1 << 16 - bits) + 2 and at + length < len(chunk) and chunk[before + length] == chunk[at + length]:
                length += 1
        if length >= 3:
            items += struct.pack("<H", at - before - 1 << 16 - bits | length - 3)
            flags |= 1 << count
            at += length
        else:
            items += chunk[at : at + 1]
            at += 1
        count += 1
        if count == 8 or at >= len(chunk):
            out += bytes([flags]) + items
            items, flags, count = b"", 0, 0
    return out


def _runs_attribute(runs: list[tuple[int, int]], size: int, name: str = "", unit: int = 0) -> bytes:
    label = name.encode("utf-16-le")
    coded, before = b"", 0
    for count, place in runs:
        if place == HOLE:
            coded += b"\x04" + struct.pack("<I", count)
            continue
        coded += b"\x44" + struct.pack("<Ii", count, place - before)
        before = place
    start = 64 + len(label)
    length = start + len(coded) + 1
    length += -length % 8
    head = struct.pack(
        "<IIBBHHHQQHH4xQQQ", 0x80, length, 1, len(name), 64, bool(unit), 0, 0, sum(c for c, _ in runs) - 1, start, unit, size, size, size
    )
    return (head + label + coded).ljust(length, b"\0")


# Around them ------------------------------------------------------------------------------------------------------------


def partitioned(volume: bytes, kind: int = 0x06) -> bytes:
    """A disk with one partition from sector 63 on."""
    boot = bytearray(SECTOR)
    struct.pack_into("<B3xB3xII", boot, 446, 0x80, kind, 63, len(volume) // SECTOR)
    boot[510:512] = b"\x55\xaa"
    return bytes(boot) + bytes(62 * SECTOR) + volume


def gpt(volume: bytes) -> bytes:
    """The same with a GUID partition table."""
    boot = bytearray(SECTOR)
    struct.pack_into("<B3xB3xII", boot, 446, 0, 0xEE, 1, 0xFFFFFFFF)
    boot[510:512] = b"\x55\xaa"
    header = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, 0, 34, 0, bytes(16), 2, 1, 128, 0).ljust(SECTOR, b"\0")
    row = struct.pack("<16s16sQQ", b"\x01" * 16, b"\x02" * 16, 40, 40 + len(volume) // SECTOR - 1).ljust(128, b"\0")
    return bytes(boot) + header + row.ljust(38 * SECTOR, b"\0") + volume


def vhd(disk: bytes, *, grows: bool = False, block: int = 1 << 16) -> bytes:
    """A VHD of fixed size, or one that leaves out blocks of zeros."""
    footer = bytearray(SECTOR)
    struct.pack_into(">8sIIQ", footer, 0, b"conectix", 2, 0x10000, 512 if grows else (1 << 64) - 1)
    struct.pack_into(">QQII", footer, 40, len(disk), len(disk), 0, 3 if grows else 2)
    if not grows:
        return disk + bytes(footer)
    blocks = [disk[at : at + block] for at in range(0, len(disk), block)]
    table_size = -(-len(blocks) * 4 // SECTOR) * SECTOR
    header = struct.pack(">8sQQIII", b"cxsparse", (1 << 64) - 1, 1536, 0x10000, len(blocks), block).ljust(1024, b"\0")
    bitmap = b"\xff" * (-(-(block // SECTOR) // (8 * SECTOR)) * SECTOR)
    places, body = list[int](), b""
    for piece in blocks:
        if any(piece):
            places.append((1536 + table_size + len(body)) // SECTOR)
            body += bitmap + piece.ljust(block, b"\0")
        else:
            places.append(0xFFFFFFFF)
    return bytes(footer) + header + struct.pack(f">{len(places)}I", *places).ljust(table_size, b"\xff") + body + bytes(footer)


def vhdx(disk: bytes) -> bytes:
    """A VHDX with blocks of a megabyte; those of zeros are left out."""
    mib = 1 << 20
    blocks = [disk[at : at + mib] for at in range(0, len(disk), mib)]
    guid = {name: uuid.UUID(text).bytes_le for name, text in _GUIDS.items()}
    regions = struct.pack("<4sIII", b"regi", 0, 2, 0)
    regions += struct.pack("<16sQII", guid["bat"], 2 * mib, mib, 1) + struct.pack("<16sQII", guid["metadata"], mib, mib, 1)
    items = (
        (guid["parameters"], struct.pack("<II", mib, 0)),
        (guid["size"], struct.pack("<Q", len(disk))),
        (guid["sector"], struct.pack("<I", 512)),
    )
    metadata = struct.pack("<8sHH20x", b"metadata", 0, len(items))
    values = b""
    for name, value in items:
        metadata += struct.pack("<16sIII4x", name, 65_536 + len(values), len(value), 4)
        values += value
    entries, body = b"", b""
    for piece in blocks:
        if any(piece):
            entries += struct.pack("<Q", (3 * mib + len(body)) | 6)
            body += piece.ljust(mib, b"\0")
        else:
            entries += bytes(8)
    head = b"vhdxfile".ljust(192 << 10, b"\0") + regions.ljust(64 << 10, b"\0")
    return head.ljust(mib, b"\0") + metadata.ljust(65_536, b"\0") + values.ljust(mib - 65_536, b"\0") + entries.ljust(mib, b"\0") + body


_GUIDS: Final = {
    "bat": "2dc27766-f623-4200-9d64-115e9bfd4a08",
    "metadata": "8b7ca206-4790-4b9a-b8fe-575f050f886e",
    "parameters": "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
    "size": "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
    "sector": "8141bf1d-a96f-4709-ba47-f233a8faab5f",
}
