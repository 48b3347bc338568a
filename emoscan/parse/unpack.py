"""Undoing compression inside a budget: readers of each method, and the collector that decides what is kept.

A reader takes pieces of packed bytes and gives pieces of plain ones, each of a bounded size, so that a bomb is noticed
while it grows. It raises Malformed for damage, and Unsupported where no reader of the method is installed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from msgspec import Struct

from emoscan.budget import MIB, Budget
from emoscan.parse import Malformed

CHUNK: Final = 1 << 16
"""Of input that is handed to a decompressor at a time, and of output that is asked of it."""
WINDOW: Final = 128 * MIB
"""Of memory a method may ask for."""

Piece = bytes | memoryview
Pieces = Iterator[bytes]


class Unsupported(Malformed):
    """A compression method or encryption there is no reader of."""


class Content(Struct, frozen=True):
    """The content of a member, as far as it could be read."""

    data: bytes
    trouble: str = ""
    """What is wrong with it, in words."""
    limit: str = ""
    """Name of the limit that cut it off; `data` is its beginning then."""
    padding: int = 0
    """Length of the run of one byte at its end of which only the first PADDING_KEPT bytes are kept."""


# ------------------------------------------------------------------ readers


def bites(pieces: Iterable[Piece], size: int = CHUNK) -> Iterator[memoryview]:
    """The same bytes in pieces of at most that size."""
    for piece in pieces:
        view = memoryview(piece)
        for at in range(0, len(view), size):
            yield view[at : at + size]


def stored(pieces: Iterable[Piece]) -> Pieces:
    for piece in bites(pieces):
        yield bytes(piece)


def deflate(pieces: Iterable[Piece]) -> Pieces:
    engine = zlib.decompressobj(-15)
    empty = True
    try:
        for rest in bites(pieces):
            empty = False
            taken: Piece = rest
            while taken and not engine.eof:
                plain = engine.decompress(taken, CHUNK)
                taken = engine.unconsumed_tail
                if plain:
                    yield plain
            if engine.eof:
                return
        while plain := engine.decompress(b"", CHUNK):  # output may be due though all input is taken
            yield plain
    except zlib.error as error:
        raise Malformed(str(error)) from None
    if not engine.eof and not empty:
        raise Malformed("ends too early")


def deflate64(pieces: Iterable[Piece]) -> Pieces:
    try:
        from inflate64 import Inflater
    except ImportError:
        raise Unsupported("Deflate64 compression") from None
    return _inflate64(Inflater(), pieces)


def _inflate64(engine: Any, pieces: Iterable[Piece]) -> Pieces:
    """Fed in small bites: the library has no bound on what it returns, and 256 bytes grow to some MiB at most."""
    try:
        for piece in bites(pieces, 256):
            yield engine.inflate(bytes(piece))
            if engine.eof:
                return
    except (OSError, ValueError) as error:
        raise Malformed(str(error)) from None


def bzip2(pieces: Iterable[Piece]) -> Pieces:
    import bz2

    return _fed(bz2.BZ2Decompressor, pieces, OSError)


def lzma1(pieces: Iterable[Piece], coding: int, window: int, size: int, *, end_mark: bool = False) -> Pieces:
    """A bare LZMA stream. `coding` is the byte that packs lc, lp and pb; without an end mark its `size` ends it."""
    import lzma

    if coding >= 9 * 5 * 5:
        raise Malformed("LZMA properties are damaged")
    rest, literal_context = divmod(coding, 9)
    position, literal_position = divmod(rest, 5)
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": max(4_096, min(window, WINDOW)),
            "lc": literal_context,
            "lp": literal_position,
            "pb": position,
        }
    ]
    made = 0
    try:
        for piece in _fed(lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), pieces, lzma.LZMAError):
            made += len(piece)
            yield piece
            if made >= size and not end_mark:
                return
    except ValueError as error:  # lc and lp that liblzma does not take
        raise Malformed(str(error)) from None


def lzma2(pieces: Iterable[Piece], window: int) -> Pieces:
    import lzma

    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": max(4_096, min(window, WINDOW))}]
    return _fed(lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), pieces, lzma.LZMAError)


def xz(pieces: Iterable[Piece]) -> Pieces:
    import lzma

    return _fed(lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=WINDOW), pieces, lzma.LZMAError, again=True)


def lzip(pieces: Iterable[Piece]) -> Pieces:
    """A .lz file of one member (draft-diaz-lzip): six bytes of header, an LZMA stream that says where it ends, a trailer."""
    import lzma

    rest = iter(pieces)
    first = bytes(next(rest, b""))
    size = 1 << (first[5] & 31) if len(first) > 6 else 0
    size -= (size // 16) * (first[5] >> 5) if size else 0
    if not 1 << 12 <= size <= WINDOW:
        raise Malformed("its header is damaged")
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": 3, "lp": 0, "pb": 2}]
    yield from _fed(lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), chain((first[6:],), rest), lzma.LZMAError)


def zstandard(pieces: Iterable[Piece]) -> Pieces:
    module = _zstd()
    options = {module.DecompressionParameter.window_log_max: 27}
    return _fed(lambda: module.ZstdDecompressor(options=options), pieces, module.ZstdError, again=True)


def _zstd() -> Any:
    """The module of Python 3.14, or its backport."""
    import importlib

    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Unsupported("Zstandard compression")


def _fed(make: Any, pieces: Iterable[Piece], damage: type[Exception], *, again: bool = False) -> Pieces:
    """From decompressors with the interface of bz2 and lzma, which raise `damage`. With `again`, stream may follow stream."""
    engine = make()
    try:
        for bite in bites(pieces):
            rest = bytes(bite)
            while rest or not (engine.eof or engine.needs_input):
                plain = engine.decompress(rest, CHUNK)
                rest = b""
                if plain:
                    yield plain
                if engine.eof:
                    rest = engine.unused_data
                    if not again or not rest.strip(b"\0"):
                        return
                    engine = make()
    except damage as error:
        raise Malformed(str(error)) from None
    if not engine.eof:
        raise Malformed("ends too early")


def multi_bzip2(pieces: Iterable[Piece]) -> Pieces:
    """A .bz2 file, in which stream may follow stream."""
    import bz2

    return _fed(bz2.BZ2Decompressor, pieces, OSError, again=True)


# ------------------------------------------------------------------ what is kept

PREFIX_KEPT: Final = 8 * MIB
"""What is kept of an object that is cut off for its size."""
PADDING: Final = 16 * MIB
"""A run of one byte at the end that is longer is padding."""
PADDING_KEPT: Final = 1 << 16
PADDING_MAX: Final = 1 << 30
RATIO, RATIO_FROM = 1_000, 32 * MIB
"""An object may be so many times the size of its packed form, once it is larger than that."""
RUN: Final = 4_096
"""A piece of one byte only is taken for padding from this length on."""


class Collector:
    """Takes objects, one after the other, out of a stream of plain bytes; keeps of each what the budget allows.

    A long run of one byte at the end of an object is measured and not kept: documents are padded with half a gigabyte of
    it so that scanners pass them over.
    """

    def __init__(self, pieces: Pieces, packed: int, budget: Budget) -> None:
        self.pieces = pieces
        self.packed = packed
        self.budget = budget
        self.rest = b""
        self.trouble = ""
        """What ended the stream before its time."""
        self.runs = 0

    def take(self, size: int | None = None, crc: int | None = None, name: str = "") -> Content:
        """The next `size` bytes as one object, or all that is left. `crc` is what its CRC-32 should be, where that is known."""
        self.most = min(self.budget.limits.object_bytes, self.budget.left("expanded_bytes"))
        kept: list[bytes] = []
        total = digest = run = 0
        limit, last = "", b""
        for piece in self.next_bytes(size):
            digest = zlib.crc32(piece, digest)
            head = piece[:1]
            if limit:  # the rest is passed over, to come to what stands behind it
                self.budget.check_time()
                continue
            if (head == last if run else len(piece) >= RUN) and piece.count(head) == len(piece):
                run, last = run + len(piece), head
                limit = self.over_padding(len(piece))
            else:
                grown = run + len(piece)
                limit = self.over(total + grown)
                if not limit:
                    self.budget.spend(grown, "expanded_bytes", name)
                    if run:
                        kept.append(last * run)
                        run = 0
                    kept.append(piece)
                    total += grown
            if limit and size is None:
                break
        if not limit and 0 < run <= PADDING and total + run <= self.most:
            self.budget.spend(run, "expanded_bytes", name)
            kept.append(last * run)
            total, run = total + run, 0
        elif run:
            kept.append(last * min(run, PADDING_KEPT, self.most))
            total += run
        plain = b"".join(kept)
        if limit:
            return Content(plain[:PREFIX_KEPT], limit=limit, padding=run)
        trouble = self.trouble
        if not trouble and size is not None and total < size:
            trouble = f"cut off: {total} of {size} bytes"
        if not trouble and crc is not None and crc != digest:
            trouble = "CRC does not fit"
        return Content(plain, trouble, padding=run)

    def skip(self, size: int) -> None:
        """Pass over bytes that belong to no object."""
        for _ in self.next_bytes(size):
            self.budget.check_time()

    def next_bytes(self, size: int | None) -> Pieces:
        """Pieces up to `size` bytes in all."""
        left = size
        while left is None or left > 0:
            if not self.rest:
                try:
                    self.rest = next(self.pieces, b"")
                except Unsupported:
                    raise
                except (Malformed, zlib.error) as error:
                    self.trouble = str(error)
                if not self.rest:
                    return
            piece, self.rest = (self.rest, b"") if left is None else (self.rest[:left], self.rest[left:])
            if left is not None:
                left -= len(piece)
            yield piece

    def over(self, total: int) -> str:
        """Name of the limit that an object of that size goes beyond."""
        if total > self.most:
            return "object_bytes" if total > self.budget.limits.object_bytes else "expanded_bytes"
        return "ratio" if total > max(RATIO_FROM, RATIO * self.packed) else ""

    def over_padding(self, length: int) -> str:
        self.runs += length
        self.budget.check_time()
        return "object_bytes" if self.runs > PADDING_MAX else ""
