"""ARJ archives (TECHNOTE.TXT of ARJ 2.50): headers, stored members, and those packed with any of its four methods."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import Malformed
from emoscan.parse.charset import decode
from emoscan.parse.lzh import LEAST, Bits, copy, unpacked
from emoscan.parse.unpack import CHUNK, Pieces, Unsupported

MAGIC: Final = b"\x60\xea"
MAX_EXTENSIONS: Final = 64
MOST_JUNK: Final = 1 << 20
"""Bytes before the first header: a program that unpacks the archive."""
_GARBLED, _CONTINUED = 1, 4
_MAIN, _FOLDER, _LABEL, _CHAPTER = 2, 3, 4, 5


class ArjMember(Struct, frozen=True):
    name: str
    method: int
    size: int
    start: int
    end: int
    crc: int
    locked: bool
    modifier: int
    """What is added to each letter of a password."""
    continued: bool
    """The rest is in the next volume."""
    cut: bool
    type: int

    @property
    def is_file(self) -> bool:
        return self.type not in (_MAIN, _FOLDER, _LABEL, _CHAPTER)


def members(data: bytes) -> Iterator[ArjMember]:
    """Members in order. Raises Malformed when there is no main header."""
    at = data.find(MAGIC, 0, MOST_JUNK)
    if at < 0:
        raise Malformed("no ARJ header")
    first = True
    while data[at : at + 2] == MAGIC:
        try:
            member = _member(data, at, main=first)
        except (struct.error, IndexError):
            if first:
                raise Malformed("the ARJ header is cut off") from None
            return
        if member is None:
            return
        if not first:
            yield member
        first = False
        at = member.end


def _member(data: bytes, at: int, *, main: bool) -> ArjMember | None:
    (size,) = struct.unpack_from("<H", data, at + 2)
    if not size:
        return None
    head = at + 4
    first = data[head]
    flags, method, type_, modifier = data[head + 4], data[head + 5], data[head + 6], data[head + 7]
    packed, plain_size, crc = struct.unpack_from("<III", data, head + 12)
    name = data[head + first : head + size].partition(b"\0")[0]
    start = head + size + 4
    for _ in range(MAX_EXTENSIONS):
        (length,) = struct.unpack_from("<H", data, start)
        start += 2
        if not length:
            break
        start += length + 4
    end = start if main else start + packed
    path = decode(name).text.replace("\\", "/")
    return ArjMember(
        path,
        method,
        plain_size,
        start,
        min(end, len(data)),
        crc,
        bool(flags & _GARBLED),
        modifier,
        bool(flags & _CONTINUED),
        end > len(data),
        type_,
    )


def plain(data: bytes, member: ArjMember, password: str = "") -> Pieces:
    """The content, piece by piece. Raises Unsupported at once, Malformed on the way."""
    packed = data[member.start : member.end]
    if member.locked:
        packed = _ungarbled(packed, bytes(letter + member.modifier & 0xFF for letter in password.encode("cp437", "replace")))
    if member.method == 0:
        return (packed[at : at + CHUNK] for at in range(0, len(packed), CHUNK))
    if member.method in (1, 2, 3):
        return unpacked(packed, member.size, "arj")
    if member.method == 4:
        return _fastest(packed, member.size)
    raise Unsupported(f"method {member.method}")


def fits(pieces: Pieces, member: ArjMember, budget: Budget) -> bool:
    """Whether the content is the one the header speaks of."""
    crc = length = 0
    try:
        for piece in pieces:
            budget.spend(1 + len(piece) // 16)
            crc = zlib.crc32(piece, crc)
            length += len(piece)
    except Malformed:
        return False
    return crc == member.crc and length == member.size


def _ungarbled(packed: bytes, key: bytes) -> bytes:
    """ARJ's own lock: the letters of the password, over and over."""
    if not key:
        return packed
    stream = (key * (len(packed) // len(key) + 1))[: len(packed)]
    return (int.from_bytes(packed) ^ int.from_bytes(stream)).to_bytes(len(packed))


def _fastest(packed: bytes, size: int) -> Pieces:
    """Method 4: lengths and distances in codes that do not change."""
    bits = Bits(packed)
    window = bytearray()
    fresh = made = 0
    while made < size:
        length = _stepped(bits, 0, 7)
        if not length:
            window.append(bits.read(8))
            made += 1
        else:
            length = min(length - 1 + LEAST, size - made)
            copy(window, _stepped(bits, 9, 13) + 1, length)
            made += length
        if len(window) > fresh + CHUNK:
            yield bytes(window[fresh:])
            del window[: -(1 << 15)]
            fresh = len(window)
    yield bytes(window[fresh:])


def _stepped(bits: Bits, start: int, stop: int) -> int:
    """A number of as many bits as ones stand before it, and `start`."""
    base, width = 0, start
    while width < stop and bits.read(1):
        base += 1 << width
        width += 1
    return base + (bits.read(width) if width else 0)
