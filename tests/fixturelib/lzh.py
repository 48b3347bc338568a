"""Writers of LZH and ARJ archives. The Huffman codes are always the same, complete ones: what readers must follow, not what packs well."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

LITERALS = [8, 8] + [9] * 508
POSITIONS = {14: [3] * 2 + [4] * 12, 16: [4] * 16, 17: [4] * 15 + [5] * 2}
BY_METHOD = {"lh4": (14, 4, 12), "lh5": (14, 4, 13), "lh6": (16, 5, 15), "lh7": (17, 5, 16), "arj": (17, 5, 15)}


class Bits:
    def __init__(self) -> None:
        self.out: list[str] = []

    def put(self, value: int, count: int) -> None:
        self.out.append(format(value, f"0{count}b") if count else "")

    def packed(self) -> bytes:
        text = "".join(self.out)
        text += "0" * (-len(text) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def codes(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Canonical codes: (code, length) by symbol."""
    found: list[tuple[int, int]] = [(0, 0)] * len(lengths)
    code = before = 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        code <<= length - before
        before = length
        found[symbol] = (code, length)
        code += 1
    return found


def matches(data: bytes, reach: int, longest: int = 256) -> Iterator[tuple[int, int]]:
    """(byte, 0) or (distance, length), greedily, over the last place where the next three bytes stood."""
    places: dict[bytes, int] = {}
    at = 0
    while at < len(data):
        key = data[at : at + 3]
        before = places.get(key, -1)
        length = 0
        if len(key) == 3 and before >= 0 and at - before <= reach:
            while length < longest and at + length < len(data) and data[before + length] == data[at + length]:
                length += 1
        for place in range(at, at + max(length, 1)):
            places[data[place : place + 3]] = place
        yield (at - before, length) if length else (data[at], 0)
        at += max(length, 1)


def packed(data: bytes, method: str, block: int = 1_000) -> bytes:
    """One of the methods of BY_METHOD, in blocks of so many items."""
    count, width, reach = BY_METHOD[method]
    bits = Bits()
    items = list(matches(data, (1 << reach) - 300))
    literal, position = codes(LITERALS), codes(POSITIONS[count])
    for start in range(0, len(items), block):
        part = items[start : start + block]
        bits.put(len(part), 16)
        bits.put(12, 5)  # twelve lengths of the codes of lengths, of which the last two are one bit
        for _ in range(3):
            bits.put(0, 3)
        bits.put(0, 2)
        for _ in range(7):
            bits.put(0, 3)
        bits.put(1, 3)
        bits.put(1, 3)
        bits.put(len(LITERALS), 9)
        for length in LITERALS:
            bits.put(length - 8, 1)
        bits.put(count, width)
        for length in POSITIONS[count]:
            bits.put(length, 3)
        for value, length in part:
            if not length:
                bits.put(*literal[value])
                continue
            bits.put(*literal[length + 253])
            distance = value - 1
            bits.put(*position[distance.bit_length()])
            if distance > 1:
                bits.put(distance - (1 << distance.bit_length() - 1), distance.bit_length() - 1)
    return bits.packed()


def constant(symbol: int, count: int, method: str) -> bytes:
    """A block of one symbol, whose codes take no bits."""
    width = BY_METHOD[method][1]
    bits = Bits()
    bits.put(count, 16)
    for number, size in ((0, 5), (0, 5), (0, 9), (symbol, 9), (0, width), (0, width)):
        bits.put(number, size)
    return bits.packed() + bytes(4)


def lzh(files: Sequence[tuple[str, str, bytes, bytes]], level: int = 0) -> bytes:
    """An archive of (name, method, content, packed content)."""
    out = b""
    for path, method, content, body in files:
        folder, _, name = path.encode("cp932").rpartition(b"/")
        head = b"-" + method.encode() + b"-"
        if level == 0:
            whole = path.encode("cp932").replace(b"/", b"\\")
            rest = (
                head + struct.pack("<IIIBBB", len(body), len(content), 0, 0x20, 0, len(whole)) + whole + struct.pack("<H", crc16(content))
            )
            out += struct.pack("<BB", len(rest), sum(rest) & 0xFF) + rest + body
            continue
        width, form = (4, "<I") if level == 3 else (2, "<H")
        extensions = [b"\1" + name, *([b"\2" + folder.replace(b"/", b"\xff") + b"\xff"] if folder else [])]
        sizes = [len(one) + width for one in extensions] + [0]
        chain = struct.pack(form, sizes[0]) + b"".join(one + struct.pack(form, size) for one, size in zip(extensions, sizes[1:]))
        if level == 1:
            length = len(body) + len(chain) - 2
            rest = head + struct.pack("<IIIBBB", length, len(content), 0, 0x20, 1, 0) + struct.pack("<HB", crc16(content), 0x4D)
            out += struct.pack("<BB", len(rest) + 2, sum(rest) & 0xFF) + rest + chain + body
            continue
        rest = head + struct.pack("<IIIBBHB", len(body), len(content), 0, 0x20, level, crc16(content), 0x4D)
        if level == 2:
            total = 2 + len(rest) + len(chain)
            pad = b"\0" if not total & 0xFF else b""
            out += struct.pack("<H", total + len(pad)) + rest + chain + pad + body
        else:
            out += struct.pack("<H", 4) + rest + struct.pack("<I", 2 + len(rest) + 4 + len(chain)) + chain + body
    return out + b"\0"


def crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def arj(files: Sequence[tuple[str, int, bytes, bytes]], *, password: str = "", modifier: int = 0x2A, volume: bool = False) -> bytes:
    """An archive of (name, method, content, packed content)."""
    out = _arj_header("archive.arj", 2, 0, b"", b"", 0, 0)
    for name, method, content, body in files:
        key = bytes(letter + modifier & 0xFF for letter in password.encode())
        hidden = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(body)) if key else body
        out += _arj_header(name, 0, method, content, hidden, bool(password) | volume << 2, modifier) + hidden
    return out + b"\x60\xea\0\0"


def _arj_header(name: str, type_: int, method: int, content: bytes, body: bytes, flags: int, modifier: int) -> bytes:
    fixed = struct.pack(
        "<8BIIIIHHH", 30, 11, 1, 0, flags, method, type_, modifier, 0, len(body), len(content), zlib.crc32(content), 0, 0x20, 0
    )
    header = fixed + name.encode("cp437") + b"\0\0"
    return b"\x60\xea" + struct.pack("<H", len(header)) + header + struct.pack("<IH", zlib.crc32(header), 0)


def fastest(data: bytes) -> bytes:
    """ARJ's method 4."""
    bits = Bits()
    for value, length in matches(data, 13_000):
        if not length:
            bits.put(0, 1)
            bits.put(value, 8)
        else:
            _stepped(bits, length - 2, 0, 7)
            _stepped(bits, value - 1, 9, 13)
    return bits.packed()


def _stepped(bits: Bits, number: int, start: int, stop: int) -> None:
    width = start
    while width < stop and number >= 1 << width:
        number -= 1 << width
        bits.put(1, 1)
        width += 1
    if width < stop:
        bits.put(0, 1)
    bits.put(number, width)


def lz5(data: bytes, place: int = 4_096 - 18) -> bytes:
    """LArc's method, with matches into what was written."""
    items = list(matches(data, 4_000, 18))
    out = b""
    at = 0
    for start in range(0, len(items), 8):
        flags, body = 0, b""
        for bit, (value, length) in enumerate(items[start : start + 8]):
            if not length:
                flags |= 1 << bit
                body += bytes([value])
                at += 1
            else:
                source = (place + at - value) & 0xFFF
                body += struct.pack("<BB", source & 0xFF, source >> 4 & 0xF0 | length - 3)
                at += length
        out += bytes([flags]) + body
    return out
