"""What `compress` of Unix writes (.Z): LZW with codes of nine to sixteen bits, the lowest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.unpack import CHUNK, Piece, Pieces

MAGIC: Final = b"\x1f\x9d"
_FIRST_BITS: Final = 9
_CLEAR: Final = 256
_BLOCKS: Final = 0x80
"""Flag: a code empties the table."""


def unpacked(pieces: Iterable[Piece]) -> Pieces:
    """The plain bytes. Each entry of the table is a stretch of what came out before. Raises Malformed."""
    data = b"".join(pieces)
    if len(data) < 3 or not data.startswith(MAGIC) or not _FIRST_BITS <= data[2] & 0x1F <= 16:
        raise Malformed("its header is damaged")
    most, blocks = data[2] & 0x1F, bool(data[2] & _BLOCKS)
    out = bytearray()
    given = 0
    starts, lengths = [0] * (1 << most), [0] * (1 << most)
    free = _CLEAR + 1 if blocks else _CLEAR
    at = group = 24
    """Bits; codes of one width come in groups of eight."""
    width, end = _FIRST_BITS, 8 * len(data)
    before = -1
    """Length of what the code before stood for."""
    while True:
        if free > (1 << width) - (width < most) and width < most:
            at = group = group + -(-(at - group) // (8 * width)) * 8 * width
            width += 1
        if at + width > end:
            break
        code = int.from_bytes(data[at >> 3 : (at >> 3) + 4], "little") >> (at & 7) & (1 << width) - 1
        at += width
        if code == _CLEAR and blocks:
            at = group = group + -(-(at - group) // (8 * width)) * 8 * width
            width, free = _FIRST_BITS, _CLEAR
            continue
        here = len(out)
        if code < 256:
            out.append(code)
        elif code < free and lengths[code]:
            out += out[starts[code] : starts[code] + lengths[code]]
        elif code == free and before > 0:  # the entry that this code makes
            out += out[here - before : here]
            out.append(out[here - before])
        else:
            raise Malformed("a code that stands for nothing")
        if before > 0 and free < 1 << most:
            starts[free], lengths[free] = here - before, before + 1
            free += 1
        before = len(out) - here
        if len(out) - given >= CHUNK:
            yield bytes(out[given:])
            given = len(out)
    yield bytes(out[given:])
