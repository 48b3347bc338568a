"""Writer of small ISO 9660 images (ECMA-119): one folder, names as they are, hidden files if asked for."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

SECTOR = 2_048


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    hidden: bool = False


def both(number: int) -> bytes:
    return struct.pack("<I", number) + struct.pack(">I", number)


def record(name: bytes, start: int, size: int, flags: int) -> bytes:
    body = (
        both(start)
        + both(size)
        + bytes([122, 9, 13, 8, 0, 0, 0, flags, 0, 0])
        + struct.pack("<H", 1)
        + struct.pack(">H", 1)
        + bytes([len(name)])
        + name
    )
    length = 2 + len(body) + (len(name) % 2 == 0)
    return bytes([length, 0]) + body + bytes(length - 2 - len(body))


def image(files: Sequence[File]) -> bytes:
    at, placed = 20, []
    for file in files:
        placed.append((file, at))
        at += max(1, -(-len(file.data) // SECTOR))
    folder = record(b"\0", 19, SECTOR, 2) + record(b"\1", 19, SECTOR, 2)
    folder += b"".join(record(file.name.encode() + b";1", start, len(file.data), int(file.hidden)) for file, start in placed)
    table = bytes([1, 0]) + struct.pack("<IH", 19, 1) + b"\0\0"
    volume = b"\1CD001\1\0" + b" " * 32 + b"DISC".ljust(32) + bytes(8) + both(at) + bytes(32)
    for number in (1, 1, SECTOR):  # volumes, this one, bytes of a block
        volume += struct.pack("<H", number) + struct.pack(">H", number)
    volume += both(len(table)) + struct.pack("<II", 18, 0) + bytes(8) + record(b"\0", 19, SECTOR, 2)
    sectors = [volume, b"\xffCD001\1", table, folder, *(file.data for file in files)]
    return bytes(16 * SECTOR) + b"".join(one.ljust(max(1, -(-len(one) // SECTOR)) * SECTOR, b"\0") for one in sectors)
