"""Writer of what a reader needs of a OneNote section: header, property sets, declarations of files, and the files ([MS-ONESTORE], [MS-ONE])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fixturelib.ovba import noise

SECTION = UUID("7b5c52e4-d88c-4da7-aeb1-5378d02996d3").bytes_le
FORMAT = UUID("109add3f-911b-49f5-a5d0-1791edc8aed8").bytes_le
FILE_HEADER = UUID("bde316e7-2665-4511-a4c4-8d4d0b7a9eac").bytes_le
FILE_FOOTER = UUID("71fba722-0f79-4a0b-bb13-899256426b24").bytes_le

OBJECT, TEXT = 0x8, 0x7


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    source: str = ""
    picture: bool = False

    @property
    def guid(self) -> UUID:
        return UUID(bytes=noise(self.name, 16))


def properties(values: Sequence[tuple[int, int | str]]) -> bytes:
    """An ObjectSpaceObjectPropSet (2.6.1): texts by PropertyID, numbers are CompactIDs of objects."""
    ids = [value for _, value in values if isinstance(value, int)]
    body = struct.pack("<I", len(ids) | 1 << 31) + b"".join(struct.pack("<I", one) for one in ids)
    body += struct.pack("<H", len(values)) + b"".join(struct.pack("<I", key) for key, _ in values)
    for _, value in values:
        if isinstance(value, str):
            raw = (value + "\0").encode("utf-16-le")
            body += struct.pack("<I", len(raw)) + raw
    return body + bytes(-len(body) % 8)


def _node(number: int, fields: bytes, *, stp: int = 0, cb: int = 0, base: int = 0) -> bytes:
    return struct.pack("<I", number | 4 + len(fields) << 10 | stp << 23 | cb << 25 | base << 27 | 1 << 31) + fields


def _counted(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def section(files: Sequence[File], texts: Sequence[str] = (), *, size_lie: int = 0) -> bytes:
    """A section. `size_lie` is added to the length that the last file says it has."""
    out = bytearray((SECTION + UUID(int=1).bytes_le + bytes(16) + FORMAT).ljust(1024, b"\0"))
    for text in texts:
        out += properties([(0x1C001C22, text)])
    places = []
    for number, file in enumerate(files):
        names = [(0x1C001DD7, file.name)] if file.picture else [(0x1C001D9C, file.name), (0x1C001D9D, file.source or file.name)]
        out += properties([(0x20001C3F if file.picture else 0x20001D9B, number + 7), *names])
    for number, file in enumerate(files):
        places.append(len(out))
        stated = len(file.data) + (size_lie if number == len(files) - 1 else 0)
        out += FILE_HEADER + struct.pack("<Q12x", stated) + file.data + bytes(-len(file.data) % 8) + FILE_FOOTER
    for number, (file, place) in enumerate(zip(files, places, strict=True)):
        kind = 0x00080039 if file.picture else 0x00080036
        extension = "." + file.name.rpartition(".")[2]
        reference = _counted(f"<ifndf>{{{str(file.guid).upper()}}}")
        out += _node(0x072, struct.pack("<IIB", number + 7, kind, 1) + reference + _counted(extension))
        out += _node(0x094, struct.pack("<II", place, len(file.data)) + file.guid.bytes_le, stp=1, base=1)
    return bytes(out)
