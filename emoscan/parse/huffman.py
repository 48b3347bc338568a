"""Canonical Huffman codes, as LZX and LZH have them."""

from __future__ import annotations

from typing import Final

from emoscan.parse import Malformed

CODE_BITS: Final = 16
"""No code is longer."""


def table(lengths: list[int]) -> list[tuple[int, int]]:
    """Shorter codes first, among equals the lower symbol: for every 16 bits the (symbol, length) they begin with, (0, 0) for none.

    Raises Malformed for more codes than there is room for.
    """
    found: list[tuple[int, int]] = []
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if 0 < length <= CODE_BITS):
        found += [(symbol, length)] * (1 << CODE_BITS - length)
        if len(found) > 1 << CODE_BITS:
            raise Malformed("more codes than there is room for")
    return found + [(0, 0)] * ((1 << CODE_BITS) - len(found))
