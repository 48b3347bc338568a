"""LZH archives of LHA and LArc: their headers, and the compression that ARJ shares with them.

Headers as the document of LHA for UNIX gives them (header.doc); the methods as ar002 of Haruhiko Okumura defines them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.charset import decode
from emoscan.parse.huffman import CODE_BITS, table
from emoscan.parse.unpack import CHUNK, Pieces, Unsupported

MAX_EXTENSIONS: Final = 64
_LITERALS, _LENGTH_CODES = 510, 19
LEAST: Final = 3
"""Bytes of the shortest match."""
_REACH: Final = 1 << 16
"""How far back a match may lie."""
POSITIONS: Final = {"lh4": (14, 4), "lh5": (14, 4), "lh6": (16, 5), "lh7": (17, 5), "arj": (17, 5)}
"""By method: how many codes of positions there are, and bits of their number."""
_STORED: Final = ("lh0", "lz4", "pm0")
_NAME, _FOLDER = 1, 2


class LzhMember(Struct, frozen=True):
    name: str
    method: str
    """"lh5" …; "lhd" for a folder."""
    size: int
    start: int
    end: int
    crc: int
    """CRC-16 of the content."""
    cut: bool = False


def members(data: bytes) -> Iterator[LzhMember]:
    """Members in order, folders too. Raises Malformed when not even the first header is one."""
    at = 0
    while at + 22 <= len(data) and data[at]:
        try:
            member = _member(data, at)
        except (Malformed, struct.error, IndexError):
            if not at:
                raise Malformed("no LZH header") from None
            return
        yield member
        at = max(member.end, at + 22)
    if not at:
        raise Malformed("no LZH header")


def _member(data: bytes, at: int) -> LzhMember:
    method = data[at + 2 : at + 7]
    packed, size = struct.unpack_from("<II", data, at + 7)
    level = data[at + 20]
    if method[:1] != b"-" or method[4:] != b"-" or level > 3:
        raise Malformed("no LZH header")
    name = folder = b""
    if level < 2:
        name = data[at + 22 : at + 22 + data[at + 21]]
        (crc,) = struct.unpack_from("<H", data, at + 22 + data[at + 21])
        start = at + 2 + data[at]
        end = start + packed
    else:
        (crc,) = struct.unpack_from("<H", data, at + 21)
        start = at + struct.unpack_from("<H" if level == 2 else "<I", data, at if level == 2 else at + 24)[0]
        end = start + packed
    if level:
        first = (start - 2, at + 24, at + 28)[level - 1]
        extensions, length = _extensions(data, first, 4 if level == 3 else 2)
        name, folder = extensions.get(_NAME, name), extensions.get(_FOLDER, folder)
        start += length if level == 1 else 0  # which counts them to the packed bytes
    if not at + 21 < start <= len(data):
        raise Malformed("no LZH header")
    path = decode(folder.replace(b"\xff", b"/") + name.replace(b"\xff", b"/")).text.replace("\\", "/")
    return LzhMember(path, method[1:4].decode("latin-1"), size, start, min(max(end, start), len(data)), crc, end > len(data))


def _extensions(data: bytes, at: int, width: int) -> tuple[dict[int, bytes], int]:
    """Extended headers by type, and the bytes of all of them. Each ends with the size of the next."""
    found: dict[int, bytes] = {}
    start = at + width
    size = int.from_bytes(data[at:start], "little")
    at = start
    for _ in range(MAX_EXTENSIONS):
        if size <= width or at + size > len(data):
            break
        found[data[at]] = data[at + 1 : at + size - width]
        at += size
        size = int.from_bytes(data[at - width : at], "little")
    return found, at - start


def plain(data: bytes, member: LzhMember) -> Pieces:
    """The content, piece by piece. Raises Unsupported at once, Malformed on the way."""
    packed = data[member.start : member.end]
    if member.method in _STORED:
        return (packed[at : at + CHUNK] for at in range(0, len(packed), CHUNK))
    if member.method in POSITIONS:
        return unpacked(packed, member.size, member.method)
    if member.method == "lz5":
        return _lz5(packed, member.size)
    raise Unsupported(f"the method {member.method}")


# ------------------------------------------------------------------ Huffman codes over a sliding window


class Bits:
    """Bits of some bytes, the highest first. Behind the end come zeros, and not many of them."""

    __slots__ = ("at", "bits", "count", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = self.bits = self.count = 0

    def need(self, count: int) -> None:
        if self.count < count:
            if self.at > len(self.data) + 8:
                raise Malformed("ends too early")
            self.bits = self.bits << 48 | int.from_bytes(self.data[self.at : self.at + 6].ljust(6, b"\0"))
            self.at += 6
            self.count += 48

    def read(self, count: int) -> int:
        self.need(count)
        self.count -= count
        value = self.bits >> self.count
        self.bits &= (1 << self.count) - 1
        return value

    def symbol(self, codes: list[tuple[int, int]]) -> int:
        self.need(CODE_BITS)
        symbol, length = codes[self.bits >> self.count - CODE_BITS]
        self.count -= length
        self.bits &= (1 << self.count) - 1
        return symbol


def unpacked(packed: bytes, size: int, method: str) -> Pieces:
    """Undo one of the methods of POSITIONS."""
    bits = Bits(packed)
    count, width = POSITIONS[method]
    window = bytearray(b" " * _REACH)
    made = left = 0
    fresh = len(window)
    literals: list[tuple[int, int]] = []
    positions: list[tuple[int, int]] = []
    while made < size:
        if not left:
            left = bits.read(16)
            if not left:
                raise Malformed("a block of no length")
            literals = _literal_codes(bits)
            positions = _codes(bits, count, width)
        left -= 1
        symbol = bits.symbol(literals)
        if symbol < 256:
            window.append(symbol)
            made += 1
        else:
            length = min(symbol - 256 + LEAST, size - made)
            position = bits.symbol(positions)
            if position > 1:
                position = (1 << position - 1) + bits.read(position - 1)
            copy(window, position + 1, length)
            made += length
        if len(window) > fresh + CHUNK:
            yield bytes(window[fresh:])
            del window[:-_REACH]
            fresh = len(window)
    yield bytes(window[fresh:])


def copy(window: bytearray, distance: int, length: int) -> None:
    source = len(window) - distance
    if source < 0:
        raise Malformed("a match before the beginning")
    if distance >= length:
        window += window[source : source + length]
    else:
        pattern = bytes(window[source:])
        window += (pattern * (length // distance + 1))[:length]


def _codes(bits: Bits, count: int, width: int, special: int = -1) -> list[tuple[int, int]]:
    """A table of few codes: lengths in three bits or, from seven on, one by one; behind number `special` a run of zeros."""
    number = bits.read(width)
    if not number:
        return _always(bits.read(width))
    lengths: list[int] = []
    while len(lengths) < min(number, count):
        length = bits.read(3)
        while length >= 7 and bits.read(1):
            length += 1
            if length > CODE_BITS:
                raise Malformed("a code that is too long")
        lengths.append(length)
        if len(lengths) == special:
            lengths += [0] * bits.read(2)
    return _full(lengths)


def _literal_codes(bits: Bits) -> list[tuple[int, int]]:
    codes = _codes(bits, _LENGTH_CODES, 5, 3)
    number = bits.read(9)
    if not number:
        return _always(bits.read(9))
    lengths: list[int] = []
    while len(lengths) < min(number, _LITERALS):
        symbol = bits.symbol(codes)
        if symbol > 2:
            lengths.append(symbol - 2)
        else:
            lengths += [0] * (1 if not symbol else bits.read(4) + 3 if symbol == 1 else bits.read(9) + 20)
    return _full(lengths[:_LITERALS])


def _full(lengths: list[int]) -> list[tuple[int, int]]:
    codes = table(lengths)
    if not codes[-1][1]:
        raise Malformed("a table of codes with gaps")
    return codes


@lru_cache(maxsize=16)
def _always(symbol: int) -> list[tuple[int, int]]:
    """One symbol that takes no bits at all."""
    return [(symbol, 0)] * (1 << CODE_BITS)


# ------------------------------------------------------------------ LArc


def _lz5(packed: bytes, size: int) -> Pieces:
    """Flags for eight items each: a byte, or a place in the window of 4,096 bytes and a length. The window begins with what is common."""
    common = b"".join(bytes([value]) * 13 for value in range(256)) + bytes(range(256)) + bytes(range(255, -1, -1)) + bytes(128) + b" " * 110
    window = bytearray(common.ljust(4_096, b" "))
    place = 4_096 - 18
    out = bytearray()
    at = made = 0
    while made < size:
        if at >= len(packed):
            raise Malformed("ends too early")
        flags = packed[at]
        at += 1
        for bit in range(8):
            if made >= size or at >= len(packed):
                break
            if flags >> bit & 1:
                piece = packed[at : at + 1]
                at += 1
            else:
                low, high = packed[at], packed[at + 1] if at + 1 < len(packed) else 0
                source, length = low | (high & 0xF0) << 4, min((high & 0x0F) + LEAST, size - made)
                piece = _from_ring(window, source, place, length)
                at += 2
            for byte in piece:
                window[place] = byte
                place = place + 1 & 0xFFF
            out += piece
            made += len(piece)
        if len(out) >= CHUNK:
            yield bytes(out)
            out.clear()
    yield bytes(out)


def _from_ring(window: bytearray, source: int, place: int, length: int) -> bytes:
    """Bytes of the window, those that are written meanwhile included."""
    found = bytearray()
    for number in range(length):
        at = source + number & 0xFFF
        behind = at - place & 0xFFF
        found.append(found[behind] if behind < number else window[at])
    return bytes(found)


def crc16(data: bytes) -> int:
    """CRC-16 as LHA computes it: polynomial 0x8005, reflected."""
    crc = 0
    steps = _CRC or _crc_table()
    for byte in data:
        crc = crc >> 8 ^ steps[(crc ^ byte) & 0xFF]
    return crc


_CRC: list[int] = []


def _crc_table() -> list[int]:
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
        _CRC.append(value)
    return _CRC
