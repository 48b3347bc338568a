"""LZNT1 ([MS-XCA] 2.5), the compression of files on NTFS."""

from __future__ import annotations

from typing import Final

from emoscan.parse import Malformed

CHUNK: Final = 4_096


def decompress(data: bytes, size: int) -> bytes:
    """Up to `size` bytes, as far as the chunks go. Raises Malformed."""
    out = bytearray()
    at = 0
    while at + 2 <= len(data) and len(out) < size:
        header = int.from_bytes(data[at : at + 2], "little")
        if not header:
            break
        end = at + 3 + (header & 0xFFF)
        if end > len(data):
            raise Malformed("a chunk of LZNT1 is cut off")
        body = data[at + 2 : end]
        out += _chunk(body) if header & 0x8000 else body
        at = end
    return bytes(out[:size])


def _chunk(body: bytes) -> bytes:
    """Flags for eight items each: a byte, or two bytes with a length and a distance, of which the latter takes more bits the further the chunk is."""
    out = bytearray()
    at, bits = 0, 4
    while at < len(body):
        flags = body[at]
        at += 1
        for bit in range(8):
            if at >= len(body):
                break
            if not flags >> bit & 1:
                out.append(body[at])
                at += 1
                continue
            pair = int.from_bytes(body[at : at + 2], "little")
            at += 2
            while 1 << bits < len(out):
                bits += 1
            distance, length = (pair >> 16 - bits) + 1, (pair & (1 << 16 - bits) - 1) + 3
            if distance > len(out) or len(out) + length > CHUNK:
                raise Malformed("LZNT1: a match that leads out of its chunk")
            if distance >= length:
                source = len(out) - distance
                out += out[source : source + length]
            else:
                out += (bytes(out[-distance:]) * (length // distance + 1))[:length]
    return bytes(out)
