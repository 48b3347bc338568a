"""Compiled help: the directory of an ITSF file and its LZX section (M. Wing's and P. Pabis' "Unofficial (Preliminary) HTML Help Specification")."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.lzx import FRAME, Lzx

_HEADER: Final = struct.Struct("<4sII")
_SECTIONS: Final = struct.Struct("<QQQQ")
_DIRECTORY: Final = struct.Struct("<4sIIIIIIiiii")
_LEAF: Final = struct.Struct("<4sIIii")
_CONTROL: Final = struct.Struct("<I4sIIII")
_RESETS: Final = struct.Struct("<IIIIQQQ")

CONTENT: Final = "::DataSpace/Storage/MSCompressed/Content"
CONTROL: Final = "::DataSpace/Storage/MSCompressed/ControlData"
RESETS: Final = "::DataSpace/Storage/MSCompressed/Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable"

MOST_LEAVES: Final = 10_000
MOST_ENTRIES: Final = 100_000
LARGEST_RESET: Final = 64
"""Frames after which a file that is sane starts anew; the writer of Windows takes 2."""


class Entry(Struct, frozen=True):
    """A file of the help, or of its bookkeeping (names that begin with "::", "/#" or "/$")."""

    name: str
    section: int
    """0 as it is, 1 compressed."""
    offset: int
    size: int


class Help(Struct, frozen=True):
    entries: tuple[Entry, ...]
    data_at: int
    """Where section 0 begins."""
    broken: str = ""
    """What is wrong with the directory, when entries may be missing."""


def parse(data: bytes) -> Help:
    """The directory of the file. Raises Malformed."""
    if len(data) < 0x58 or not data.startswith(b"ITSF"):
        raise Malformed("no header of compiled help")
    _, version, _ = _HEADER.unpack_from(data)
    _, _, at, size = _SECTIONS.unpack_from(data, 0x38)
    content = int.from_bytes(data[0x58:0x60], "little") if version >= 3 else at + size
    if at + 0x54 > len(data) or data[at : at + 4] != b"ITSP":
        raise Malformed("no directory")
    _, _, head, _, chunk, _, _, _, first, _, _ = _DIRECTORY.unpack_from(data, at)
    count = int.from_bytes(data[at + 0x2C : at + 0x30], "little")
    if not 32 <= chunk <= 1 << 20:
        raise Malformed(f"a directory of pieces of {chunk} bytes")
    entries: list[Entry] = []
    broken = ""
    seen: set[int] = set()
    place = first
    while 0 <= place < max(count, 1) and len(seen) < MOST_LEAVES and len(entries) < MOST_ENTRIES:
        start = at + head + place * chunk
        if place in seen or start + chunk > len(data) or data[start : start + 4] != b"PMGL":
            broken = "its list of files ends too early"
            break
        seen.add(place)
        _, free, _, _, place = _LEAF.unpack_from(data, start)
        try:
            entries += _leaf(data[start + _LEAF.size : start + chunk - min(free, chunk - _LEAF.size)])
        except Malformed as error:
            broken = str(error)
    return Help(tuple(entries), content, broken)


def _leaf(listing: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(listing):
        length, at = _number(listing, at)
        name, at = listing[at : at + length], at + length
        section, at = _number(listing, at)
        offset, at = _number(listing, at)
        size, at = _number(listing, at)
        yield Entry(name.decode("utf-8", "replace"), section, offset, size)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number in bytes of seven bits, the highest first, and where it ends."""
    value = 0
    for place in range(at, min(at + 10, len(data))):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    raise Malformed("a number in the list of files has no end")


class Compressed:
    """The compressed section. Frames are packed in groups that stand alone, so that a file is unpacked without those before it."""

    def __init__(self, data: bytes, found: Help) -> None:
        """Raises Malformed."""
        entries = {entry.name: entry for entry in found.entries if not entry.section}

        def content(name: str) -> bytes:
            entry = entries.get(name)
            if entry is None:
                raise Malformed(f"no {name.rpartition('/')[2]}")
            return data[found.data_at + entry.offset : found.data_at + entry.offset + entry.size]

        self.packed = content(CONTENT)
        control, resets = content(CONTROL), content(RESETS)
        if len(control) < _CONTROL.size or len(resets) < _RESETS.size:
            raise Malformed("ControlData or ResetTable is cut off")
        _, mark, version, interval, window, groups = _CONTROL.unpack_from(control)
        if mark != b"LZXC":
            raise Malformed("not LZX")
        if version >= 2:
            window, interval = window * FRAME, interval * FRAME
        if window < FRAME or window & (window - 1) or not interval:
            raise Malformed(f"LZX with a window of {window} bytes")
        self.window_bits = window.bit_length() - 1
        self.group = max(1, min(interval // max(window // 2, 1) * max(groups, 1), LARGEST_RESET))
        _, count, width, head, self.size, _, frame = _RESETS.unpack_from(resets)
        if frame != FRAME or width != 8:
            raise Malformed("a ResetTable of another kind")
        count = min(count, max(0, len(resets) - head) // 8)
        self.starts = [int.from_bytes(resets[head + 8 * n : head + 8 * n + 8], "little") for n in range(count)]

    def read(self, offset: int, size: int) -> Iterator[bytes]:
        """The bytes of a file, frame by frame. Raises Malformed where the section is damaged."""
        frame, skipped = divmod(offset, FRAME)
        stream: Lzx | None = None
        for number in range(frame - frame % self.group, len(self.starts)):
            if size <= 0:
                return
            if stream is None or number % self.group == 0:
                stream = Lzx(self.window_bits)
            end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.packed)
            plain = stream.frame(self.packed[self.starts[number] : end], max(0, min(FRAME, self.size - number * FRAME)))
            if number >= frame:
                piece = plain[skipped : skipped + size]
                skipped = 0
                size -= len(piece)
                yield piece
        if size > 0:
            raise Malformed("cut off")
