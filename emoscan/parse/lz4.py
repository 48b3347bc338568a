"""LZ4 frames (LZ4 Frame Format Description 1.6.4, LZ4 Block Format Description), and the frames that pass over bytes."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.unpack import CHUNK, Piece, Pieces, Unsupported

MAGIC: Final = b"\x04\x22\x4d\x18"
_WINDOW: Final = 1 << 16
_STORED: Final = 1 << 31
_SIZES: Final = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}
"""Most bytes of a block, by the Block Maximum Size of the descriptor."""


def unpacked(pieces: Iterable[Piece]) -> Pieces:
    """The plain bytes of all frames. Raises Malformed, and Unsupported for frames that need a dictionary."""
    data = b"".join(pieces)
    at = 0
    while at + 4 <= len(data):
        magic = int.from_bytes(data[at : at + 4], "little")
        if magic & 0xFFFFFFF0 == 0x184D2A50:  # skippable
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            continue
        if not data.startswith(MAGIC, at):
            if at:
                return  # what stands behind the last frame is none of it
            raise Malformed("no frame of LZ4")
        at = yield from _frame(data, at + 4)


def _frame(data: bytes, at: int) -> Generator[bytes, None, int]:
    flags, sizes = data[at : at + 1], data[at + 1 : at + 2]
    if not sizes or flags[0] >> 6 != 1 or sizes[0] >> 4 & 7 not in _SIZES:
        raise Malformed("its header is damaged")
    if flags[0] & 1:
        raise Unsupported("LZ4 with a dictionary")
    most = _SIZES[sizes[0] >> 4 & 7]
    at += 3 + (8 if flags[0] & 8 else 0)
    history = b""
    while True:
        if at + 4 > len(data):
            raise Malformed("ends too early")
        size = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if not size:
            return at + (4 if flags[0] & 4 else 0)
        length = size & ~_STORED
        block = data[at : at + length]
        if length > most or len(block) < length:
            raise Malformed("a block that is cut off or too large")
        plain = block if size & _STORED else _block(block, history, most)
        history = b"" if flags[0] & 0x20 else (history + plain)[-_WINDOW:]
        for start in range(0, len(plain), CHUNK):
            yield plain[start : start + CHUNK]
        at += length + (4 if flags[0] & 0x10 else 0)


def _block(block: bytes, history: bytes, most: int) -> bytes:
    """One block. `history` is what came out before, as far as matches reach."""
    out = bytearray(history)
    most += len(history)
    at, end = 0, len(block)
    while at < end:
        token = block[at]
        count, at = _length(block, token >> 4, at + 1)
        if at + count > end or len(out) + count > most:
            raise Malformed("literals that are not there")
        out += block[at : at + count]
        at += count
        if at >= end:  # the last sequence has no match
            break
        back = int.from_bytes(block[at : at + 2], "little")
        count, at = _length(block, token & 15, at + 2)
        count += 4
        if not 0 < back <= len(out) or len(out) + count > most:
            raise Malformed("a match with what is not there")
        if back >= count:
            out += out[len(out) - back : len(out) - back + count]
        else:
            piece = bytes(out[-back:])
            out += (piece * (count // back + 1))[:count]
    return bytes(out[len(history) :])


def _length(block: bytes, nibble: int, at: int) -> tuple[int, int]:
    """(length, where it ends): 15 goes on in the bytes that follow, up to one that is not 255."""
    if nibble < 15:
        return nibble, at
    while at < len(block):
        nibble += block[at]
        at += 1
        if block[at - 1] != 255:
            return nibble, at
    raise Malformed("ends too early")
