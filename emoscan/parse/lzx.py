"""LZX, the compression of cabinets, help files and images of Windows ([MS-PATCH] 2, and the CAB SDK's "LZX Data Compression Format")."""

from __future__ import annotations

import struct
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.huffman import CODE_BITS, table

FRAME: Final = 32_768
_PRETREE, _LENGTHS = 20, 249
_MIN_MATCH: Final = 2
_VERBATIM, _ALIGNED, _PLAIN = 1, 2, 3
_SLOTS: Final = {15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50}
_FOOTER: Final = tuple(0 if slot < 4 else min((slot >> 1) - 1, 17) for slot in range(51))
_BASE: Final = tuple(sum(1 << bits for bits in _FOOTER[:slot]) for slot in range(51))


class Lzx:
    """A stream, of which each frame of 32,768 bytes of output is packed by itself. `frame` is called for one after the other."""

    def __init__(self, window_bits: int) -> None:
        if window_bits not in _SLOTS:
            raise Malformed(f"LZX with a window of {window_bits} bits")
        self.window = bytearray()
        self.window_size = 1 << window_bits
        self.main_lengths = [0] * (256 + 8 * _SLOTS[window_bits])
        self.length_lengths = [0] * _LENGTHS
        self.recent = [1, 1, 1]
        self.block = self.left = 0
        self.odd = False
        self.started = False
        self.translated = 0
        """Size of the file that calls are counted in, 0 when they stand as they are."""
        self.done = 0

    def frame(self, packed: bytes, size: int) -> bytes:
        """`size` bytes of output out of one packed block. Raises Malformed."""
        self.data = packed
        self.at = self.bits = self.count = 0
        start = len(self.window)
        if not self.started:
            self.started = True
            if self.read(1):
                self.translated = self.read(16) << 16 | self.read(16)
        while (made := len(self.window) - start) < size:
            if not self.left:
                self.new_block()
            self.left -= self.run(min(self.left, size - made))
            if self.left < 0:
                raise Malformed("an LZX match runs over the end of its block")
        out = bytes(self.window[start : start + size])
        if len(self.window) > 2 * self.window_size:
            del self.window[: -self.window_size]
        if self.translated and self.done < 1 << 30:
            out = self.calls(out)
        self.done += len(out)
        return out

    # ------------------------------------------------------------ bits: words of 16, low byte first, highest bit first

    def need(self, count: int) -> None:
        while self.count < count:
            word = self.data[self.at : self.at + 2]
            if self.at > len(self.data) + 8:
                raise Malformed("LZX ends too early")
            self.at += 2
            self.bits = self.bits << 16 | int.from_bytes(word, "little")
            self.count += 16

    def read(self, count: int) -> int:
        if not count:
            return 0
        self.need(count)
        self.count -= count
        value = self.bits >> self.count
        self.bits &= (1 << self.count) - 1
        return value

    def symbol(self, codes: list[tuple[int, int]]) -> int:
        """`codes` gives (symbol, length) for every 16 bits that may come next."""
        self.need(CODE_BITS)
        symbol, length = codes[self.bits >> self.count - CODE_BITS & 0xFFFF]
        if not length:
            raise Malformed("LZX: no such code")
        self.count -= length
        self.bits &= (1 << self.count) - 1
        return symbol

    # ------------------------------------------------------------ blocks

    def new_block(self) -> None:
        if self.block == _PLAIN and self.odd:
            self.at += 1
        self.block = self.read(3)
        self.left = self.read(8) << 16 | self.read(16)
        if not self.left:
            raise Malformed("an LZX block of no length")
        self.odd = bool(self.left & 1)
        if self.block == _PLAIN:
            self.at -= self.count // 16 * 2
            if self.count % 16 == 0 and not self.count:
                self.at += 2  # already on a boundary: a whole word of padding follows
            self.bits = self.count = 0
            raw = self.data[self.at : self.at + 12]
            if len(raw) < 12:
                raise Malformed("LZX ends too early")
            self.recent = list(struct.unpack("<3I", raw))
            self.at += 12
            return
        if self.block not in {_VERBATIM, _ALIGNED}:
            raise Malformed(f"LZX block of type {self.block}")
        self.aligned = table([self.read(3) for _ in range(8)]) if self.block == _ALIGNED else []
        self.lengths(self.main_lengths, 0, 256)
        self.lengths(self.main_lengths, 256, len(self.main_lengths))
        self.lengths(self.length_lengths, 0, _LENGTHS)
        self.main = table(self.main_lengths)
        self.length = table(self.length_lengths)

    def lengths(self, lengths: list[int], at: int, end: int) -> None:
        """Code lengths as differences from those of the block before."""
        pretree = table([self.read(4) for _ in range(_PRETREE)])
        while at < end:
            code = self.symbol(pretree)
            if code <= 16:
                lengths[at] = (lengths[at] - code) % 17
                at += 1
                continue
            if code == 19:
                run = self.read(1) + 4
                value = (lengths[at] - self.symbol(pretree)) % 17
            else:
                run, value = (self.read(4) + 4 if code == 17 else self.read(5) + 20), 0
            for index in range(at, min(at + run, end)):
                lengths[index] = value
            at += run

    def run(self, size: int) -> int:
        """At least `size` bytes of the block; a match may reach a little further. Returns how many."""
        window = self.window
        start = len(window)
        if self.block == _PLAIN:
            raw = self.data[self.at : self.at + size]
            if len(raw) < size:
                raise Malformed("LZX ends too early")
            window += raw
            self.at += size
            return size
        recent, main, lengths, aligned = self.recent, self.main, self.length, self.aligned
        end = start + size
        while len(window) < end:
            symbol = self.symbol(main)
            if symbol < 256:
                window.append(symbol)
                continue
            symbol -= 256
            length = symbol & 7
            if length == 7:
                length += self.symbol(lengths)
            length += _MIN_MATCH
            slot = symbol >> 3
            if slot < 3:
                offset = recent[slot]
                recent[slot] = recent[0]
            else:
                extra = _FOOTER[slot]
                if aligned and extra >= 3:
                    offset = _BASE[slot] + (self.read(extra - 3) << 3) + self.symbol(aligned) - 2
                else:
                    offset = _BASE[slot] + self.read(extra) - 2
                recent[2], recent[1] = recent[1], recent[0]
            recent[0] = offset
            if offset > len(window) or offset <= 0:
                raise Malformed("LZX: a match before the beginning")
            source = len(window) - offset
            if offset >= length:
                window += window[source : source + length]
            else:
                pattern = bytes(window[source:])
                window += (pattern * (length // offset + 1))[:length]
        return len(window) - start

    def calls(self, frame: bytes) -> bytes:
        """Targets of E8 calls as they were: relative to the instruction."""
        out = bytearray(frame)
        at, last = 0, len(out) - 10
        while 0 <= (at := out.find(0xE8, at)) < last:
            position = self.done + at
            (target,) = struct.unpack_from("<i", out, at + 1)
            if -position <= target < self.translated:
                struct.pack_into("<I", out, at + 1, (target - position if target >= 0 else target + self.translated) & 0xFFFFFFFF)
            at += 5
        return bytes(out)
