"""The compression of RAR archives: version 2.9 to 4 ("29") and version 5 ("50").

Written from the format as the RAR 5 technical note and libarchive's readers describe it. Python decodes about a
megabyte a second, enough for a document.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.unpack import Unsupported

if TYPE_CHECKING:
    from emoscan.parse.ppmd import Model, RarCoder

_CODE_BITS: Final = 15
Table = list[tuple[int, int]]
"""For every 15 bits that may come next: the symbol, and how many of them are its code."""
Meter = Callable[[int], None]
"""Told how many bytes there are now, every so often; may raise to stop."""
_REPORT: Final = 1 << 16


class Filter(Struct, frozen=True):
    """What undoes a change that was made to a stretch of the file so that it packs better."""

    start: int
    length: int
    kind: str
    channels: int = 0


class _Bits:
    """Bits of a stream, highest first. Past the end there are zeros, for a little while."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = self.buffer = self.count = 0

    def need(self, count: int) -> None:
        while self.count < count:
            piece = self.data[self.at : self.at + 4]
            if self.at > len(self.data) + 64:
                raise Malformed("ends too early")
            self.at += 4
            self.buffer = self.buffer << 32 | int.from_bytes(piece.ljust(4, b"\0"), "big")
            self.count += 32

    def go_to(self, at: int) -> None:
        """To a byte of the stream."""
        self.at, self.buffer, self.count = at, 0, 0

    def read(self, count: int) -> int:
        self.need(count)
        self.count -= count
        value = self.buffer >> self.count
        self.buffer &= (1 << self.count) - 1
        return value

    def symbol(self, table: Table) -> int:
        if self.count < _CODE_BITS:
            self.need(_CODE_BITS)
        symbol, length = table[self.buffer >> self.count - _CODE_BITS]
        if not length:
            raise Malformed("no such code")
        self.count -= length
        self.buffer &= (1 << self.count) - 1
        return symbol

    @property
    def position(self) -> int:
        """In bits from the beginning."""
        return self.at * 8 - self.count

    def align(self) -> None:
        self.count -= self.count % 8
        self.buffer &= (1 << self.count) - 1


def _table(lengths: list[int]) -> Table:
    table: Table = []
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if 0 < length <= _CODE_BITS):
        table += [(symbol, length)] * (1 << _CODE_BITS - length)
    if len(table) > 1 << _CODE_BITS:
        raise Malformed("more codes than there is room for")
    return table + [(0, 0)] * ((1 << _CODE_BITS) - len(table))


class _Unpacker:
    """State that lasts from one file to the next in a solid archive."""

    sizes: tuple[int, ...] = ()
    """Of the tables of codes."""
    delta = False
    """Lengths of codes are differences from those of the tables before."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was before."""
        self.window = bytearray()
        self.distances = [0, 0, 0, 0]
        self.last_length = 0
        self.tables: list[Table] = []
        self.lengths = [0] * sum(self.sizes)

    def file(self, packed: bytes, size: int, window: int, *, solid: bool, meter: Meter) -> bytes:
        """The next file. `window` is how far back a match may reach; `solid` that it goes on from the one before."""
        if not solid:
            self.__init__()  # type: ignore[misc]
        elif len(self.window) > 2 * window:
            del self.window[:-window]
        start = len(self.window)
        self.filters: list[Filter] = []
        self.unpack(_Bits(packed), start, size, meter)
        return self.filtered(bytes(self.window[start : start + size]))

    def unpack(self, bits: _Bits, start: int, size: int, meter: Meter) -> None:
        raise NotImplementedError

    def read_tables(self, bits: _Bits) -> None:
        short: list[int] = []
        while len(short) < 20:
            length = bits.read(4)
            if length == 15:
                zeros = bits.read(4)
                if zeros:
                    short += [0] * (zeros + 2)
                    continue
            short.append(length)
        codes = _table(short[:20])
        lengths = self.lengths
        at, end = 0, len(lengths)
        while at < end:
            code = bits.symbol(codes)
            if code < 16:
                lengths[at] = (lengths[at] + code) & 15 if self.delta else code
                at += 1
                continue
            run = bits.read(3) + 3 if code in {16, 18} else bits.read(7) + 11
            if code < 18 and not at:
                raise Malformed("repeats a length before the first")
            value = lengths[at - 1] if code < 18 else 0
            for index in range(at, min(at + run, end)):
                lengths[index] = value
            at += run
        self.tables, at = [], 0
        for count in self.sizes:
            self.tables.append(_table(lengths[at : at + count]))
            at += count

    def copy(self, distance: int, length: int) -> None:
        window = self.window
        source = len(window) - distance
        if source < 0 or not distance:
            raise Malformed("a match before the beginning")
        if distance >= length:
            window += window[source : source + length]
        else:
            window += (bytes(window[source:]) * (length // distance + 1))[:length]

    def old_distance(self, index: int) -> int:
        distance = self.distances.pop(index)
        self.distances.insert(0, distance)
        return distance

    def new_distance(self, distance: int) -> None:
        self.distances = [distance, *self.distances[:3]]

    def filtered(self, plain: bytes) -> bytes:
        if not self.filters:
            return plain
        out = bytearray(plain)
        for each in self.filters:
            piece = bytes(out[each.start : each.start + each.length])
            out[each.start : each.start + len(piece)] = _FILTERS[each.kind](piece, each.start, each.channels)
        return bytes(out)


class Unpack50(_Unpacker):
    sizes = (306, 64, 16, 44)

    def unpack(self, bits: _Bits, start: int, size: int, meter: Meter) -> None:
        end = start + size
        last = False
        while len(self.window) < end and not last:
            bits.align()
            flags, checksum = bits.read(8), bits.read(8)
            width = (flags >> 3 & 3) + 1
            if width > 3:
                raise Malformed("a block with a length of four bytes")
            raw = [bits.read(8) for _ in range(width)]
            check = 0x5A ^ flags
            for byte in raw:
                check ^= byte
            if check != checksum:
                raise Malformed("the checksum of a block does not fit")
            length = int.from_bytes(bytes(raw), "little")
            stop = bits.position + 8 * (length - 1) + (flags & 7) + 1
            last = bool(flags & 0x40)
            if flags & 0x80:
                self.read_tables(bits)
            if not self.tables:
                raise Malformed("a block without tables")
            self.block(bits, stop, (start, end), meter)

    def block(self, bits: _Bits, stop: int, reach: tuple[int, int], meter: Meter) -> None:
        window, symbol = self.window, bits.symbol
        main, _, _, repeat = self.tables
        start, end = reach
        report = len(window) + _REPORT
        while len(window) < end and bits.at * 8 - bits.count < stop:
            code = symbol(main)
            if code < 256:
                window.append(code)
                continue
            if len(window) > report:
                meter(len(window) - start)
                report = len(window) + _REPORT
            if code >= 262:
                length = _length50(bits, code - 262)
                distance = self.distance(bits)
                length += (distance > 0x100) + (distance > 0x2000) + (distance > 0x40000)
                self.new_distance(distance)
            elif code == 256:
                self.filters.append(_filter50(bits, len(window) - start))
                continue
            elif code == 257:
                length, distance = self.last_length, self.distances[0]
                if not length:
                    continue
            else:
                distance = self.old_distance(code - 258)
                length = _length50(bits, symbol(repeat))
            self.last_length = length
            self.copy(distance, length)

    def distance(self, bits: _Bits) -> int:
        slot = bits.symbol(self.tables[1])
        if slot < 4:
            return slot + 1
        count = (slot >> 1) - 1
        base = ((2 | slot & 1) << count) + 1
        if count < 4:
            return base + bits.read(count)
        high = bits.read(count - 4) << 4 if count > 4 else 0
        return base + high + bits.symbol(self.tables[2])


def _length50(bits: _Bits, slot: int) -> int:
    if slot < 8:
        return slot + 2
    count = (slot >> 2) - 1
    return ((4 | slot & 3) << count) + 2 + bits.read(count)


def _filter50(bits: _Bits, at: int) -> Filter:
    start, length = (int.from_bytes(bytes(bits.read(8) for _ in range(bits.read(2) + 1)), "little") for _ in range(2))
    kind = bits.read(3)
    if kind > 3:
        raise Unsupported(f"RAR filter {kind}")
    return Filter(at + start, length, ("delta", "E8", "E8E9", "ARM")[kind], bits.read(5) + 1 if kind == 0 else 0)


_LENGTHS: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224)
_LENGTH_BITS: Final = (0,) * 8 + (1,) * 4 + (2,) * 4 + (3,) * 4 + (4,) * 4 + (5,) * 4
_SHORT: Final = ((0, 2), (4, 2), (8, 3), (16, 4), (32, 5), (64, 6), (128, 6), (192, 6))
_DISTANCE_BITS: Final = (0, 0, 0, 0, *(bits for bits in range(1, 16) for _ in range(2)), *(16,) * 14, *(18,) * 12)
_DISTANCES: Final = tuple(sum(1 << bits for bits in _DISTANCE_BITS[:slot]) for slot in range(60))


class Unpack29(_Unpacker):
    sizes = (299, 60, 17, 28)
    delta = True

    def begin(self) -> None:
        super().begin()
        self.low = self.low_left = 0
        self.programs: list[str] = []
        self.program = 0
        self.program_lengths: list[int] = []
        self.model: Model | None = None
        self.coder: RarCoder | None = None
        """Set while the text model is at work."""
        self.escape = 2

    def unpack(self, bits: _Bits, start: int, size: int, meter: Meter) -> None:
        end = start + size
        window = self.window
        if not self.tables or size:
            self.new_tables(bits)
        report = len(window) + _REPORT
        while len(window) < end:
            if self.coder is not None:
                if not self.text(bits, self.coder, start, end, meter):
                    break
                continue
            code = bits.symbol(self.tables[0])
            if code < 256:
                window.append(code)
                continue
            if len(window) > report:
                meter(len(window) - start)
                report = len(window) + _REPORT
            if code >= 271:
                length = _LENGTHS[code - 271] + 3 + bits.read(_LENGTH_BITS[code - 271])
                distance = self.distance(bits)
                length += (distance >= 0x2000) + (distance >= 0x40000)
                self.new_distance(distance)
            elif code >= 263:
                base, count = _SHORT[code - 263]
                length, distance = 2, base + 1 + bits.read(count)
                self.new_distance(distance)
            elif code == 256:
                if not bits.read(1):  # the end of the file, perhaps with new tables for the next
                    bits.read(1)
                    break
                self.new_tables(bits)
                continue
            elif code == 257:
                self.new_filter(lambda: bits.read(8), start)
                continue
            elif code == 258:
                length, distance = self.last_length, self.distances[0]
                if not length:
                    continue
            else:
                distance = self.old_distance(code - 259)
                slot = bits.symbol(self.tables[3])
                length = _LENGTHS[slot] + 2 + bits.read(_LENGTH_BITS[slot])
            self.last_length = length
            self.copy(distance, length)

    def new_tables(self, bits: _Bits) -> None:
        bits.align()
        self.coder = None
        if bits.read(1):
            self.new_model(bits)
            return
        if not bits.read(1):
            self.lengths = [0] * len(self.lengths)
        self.low = self.low_left = 0
        self.read_tables(bits)

    def new_model(self, bits: _Bits) -> None:
        """The text model, new or as the last block left it; how it is set up stands in up to three bytes."""
        from emoscan.parse.ppmd import Model, RarCoder

        flags = bits.read(7)
        memory = bits.read(8) + 1 << 20 if flags & 0x20 else 0
        if flags & 0x40:
            self.escape = bits.read(8)
        if memory:
            order = (flags & 0x1F) + 1
            self.model = Model(order if order <= 16 else 16 + (order - 16) * 3, memory)
        elif self.model is None:
            raise Malformed("goes on with a text model there is none of")
        self.coder = RarCoder(bits.data, bits.position // 8)

    def text(self, bits: _Bits, coder: RarCoder, start: int, end: int, meter: Meter) -> bool:
        """A block that the text model decodes. Whether another follows."""
        window, model, escape = self.window, self.model, self.escape
        assert model is not None

        def symbol() -> int:
            found = model.symbol(coder)
            if found < 0 or coder.at > len(coder.data) + 64:
                raise Malformed("ends too early")
            return found

        report = len(window) + _REPORT // 16
        while len(window) < end:
            if len(window) > report:
                meter(len(window) - start)
                report = len(window) + _REPORT // 16
            code = symbol()
            if code != escape:
                window.append(code)
                continue
            code = symbol()
            if code == 0:
                bits.go_to(coder.at)
                self.new_tables(bits)
                return True
            if code == 2:
                return False
            if code == 3:
                self.new_filter(symbol, start)
            elif code == 4:
                distance = symbol() << 16 | symbol() << 8 | symbol()
                self.copy(distance + 2, symbol() + 32)
            elif code == 5:
                self.copy(1, symbol() + 4)
            else:
                window.append(escape)
        return False

    def distance(self, bits: _Bits) -> int:
        slot = bits.symbol(self.tables[1])
        distance, count = _DISTANCES[slot] + 1, _DISTANCE_BITS[slot]
        if slot <= 9:
            return distance + bits.read(count)
        if count > 4:
            distance += bits.read(count - 4) << 4
        if self.low_left:
            self.low_left -= 1
        else:
            low = bits.symbol(self.tables[2])
            if low == 16:
                self.low_left = 15
            else:
                self.low = low
        return distance + self.low

    # ------------------------------------------------------------ programs

    def new_filter(self, byte: Callable[[], int], start: int) -> None:
        """A program for RAR's virtual machine. Real archives hold six of them, which are known by their CRC."""
        flags = byte()
        length = (flags & 7) + 1
        if length == 7:
            length = byte() + 7
        elif length == 8:
            length = byte() << 8 | byte()
        code = _Bits(bytes(byte() for _ in range(length)))
        if flags & 0x80:
            number = _vm_number(code)
            if not number:
                self.programs, self.program_lengths = [], []
            else:
                number -= 1
        else:
            number = self.program
        if number > len(self.programs):
            raise Malformed("a program that was not given")
        self.program = number
        at = _vm_number(code) + (258 if flags & 0x40 else 0)
        before = self.program_lengths[number] if number < len(self.program_lengths) else 0
        size = _vm_number(code) if flags & 0x20 else before
        registers = [0] * 7
        if flags & 0x10:
            mask = code.read(7)
            registers = [_vm_number(code) if mask & 1 << index else 0 for index in range(7)]
        if number == len(self.programs):
            body = bytes(code.read(8) for _ in range(min(_vm_number(code), 1 << 16)))
            self.programs.append(_PROGRAMS.get((len(body), zlib.crc32(body)), ""))
            self.program_lengths.append(size)
        self.program_lengths[number] = size
        kind = self.programs[number]
        if not kind:
            raise Unsupported("a program for RAR's virtual machine")
        self.filters.append(Filter(len(self.window) - start + at, size, kind, registers[0]))


_PROGRAMS: Final = {(53, 0xAD576887): "E8", (57, 0x3CD7E57E): "E8E9", (29, 0x0E06077D): "delta"}


def _vm_number(bits: _Bits) -> int:
    kind = bits.read(2)
    if kind == 0:
        return bits.read(4)
    if kind == 1:
        high = bits.read(8)
        return high if high >= 16 else 0xFFFFFF00 | high << 4 | bits.read(4)
    return bits.read(16) if kind == 2 else bits.read(32)


# ------------------------------------------------------------------ filters


def _delta(data: bytes, _start: int, channels: int) -> bytes:
    """Channels stand one after the other, each byte the difference from the one before it."""
    out = bytearray(len(data))
    at = 0
    for channel in range(min(channels, len(data))):
        value = 0
        for place in range(channel, len(out), channels):
            value = value - data[at] & 0xFF
            out[place] = value
            at += 1
    return bytes(out)


def _calls(first: int, last: int) -> Callable[[bytes, int, int], bytes]:
    def undo(data: bytes, start: int, _channels: int) -> bytes:
        out = bytearray(data)
        at, end = 0, len(out) - 4
        while at < end:
            if first <= out[at] <= last:
                offset = start + at + 1 & 0xFFFFFF
                (target,) = struct.unpack_from("<i", out, at + 1)
                if -offset <= target < 0:
                    struct.pack_into("<i", out, at + 1, target + 0x1000000)
                elif 0 <= target < 0x1000000:
                    struct.pack_into("<i", out, at + 1, target - offset)
                at += 4
            at += 1
        return bytes(out)

    return undo


def _arm(data: bytes, start: int, _channels: int) -> bytes:
    out = bytearray(data)
    for at in range(0, len(out) - 3, 4):
        if out[at + 3] == 0xEB:
            target = int.from_bytes(out[at : at + 3], "little") - (start + at) // 4
            out[at : at + 3] = (target & 0xFFFFFF).to_bytes(3, "little")
    return bytes(out)


_FILTERS: Final[dict[str, Callable[[bytes, int, int], bytes]]] = {
    "delta": _delta,
    "E8": _calls(0xE8, 0xE8),
    "E8E9": _calls(0xE8, 0xE9),
    "ARM": _arm,
}
