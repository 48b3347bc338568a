"""PPMd, variant H: the text model of 7z and of RAR 2.9 to 4 (the public domain Ppmd7.c of the LZMA SDK describes it).

    model = Model(order=6, memory=1 << 24)
    for piece in model.decode(SevenZipCoder(packed), size): ...

A context is what followed the last few characters, with how often; each symbol is looked for in the longest context known,
then in shorter ones. The model lives in a block of memory and begins anew where that is full, so the block is counted
here as it is filled there. What a full block does before it begins anew (it joins free pieces) is not imitated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.unpack import Unsupported

PIECE: Final = 1 << 12
"""Bytes that are decoded at a time: about a tenth of a second's work."""
MAX_ORDER: Final = 64
MAX_FREQUENCY: Final = 124
UNIT: Final = 12
"""Bytes of a context, and of two states."""
_INTERVAL_BITS, _PERIOD_BITS, _BINARY_SCALE = 7, 7, 1 << 14
_ESCAPES: Final = (25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2)
_BINARY_ESCAPES: Final = (0x3CDD, 0x1F3F, 0x59BF, 0x48F3, 0x64A1, 0x5ABC, 0x6632, 0x6051)

_UNITS: Final = (*range(1, 5), *range(6, 13, 2), *range(15, 25, 3), *range(28, 129, 4))
"""Units of the pieces that memory is given out in."""
_PIECE: Final = tuple(next(index for index, units in enumerate(_UNITS) if units >= number) for number in range(1, 129))
_FROM_SUFFIX: Final = (0, 2, *[4] * 9, *[6] * 245)


def _quantised() -> tuple[int, ...]:
    found = [0, 1, 2]
    value, left = 3, 1
    while len(found) < 256:
        found.append(value)
        left -= 1
        if not left:
            value += 1
            left = value - 2
    return tuple(found)


_QUANTISED: Final = _quantised()


class SevenZipCoder:
    """The range coder of 7z."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at + 5
        self.range = 0xFFFFFFFF
        self.code = int.from_bytes(data[at + 1 : at + 5].ljust(4, b"\0"), "big")

    def threshold(self, total: int) -> int:
        self.range //= total
        return self.code // self.range

    def take(self, start: int, size: int) -> None:
        self.code -= start * self.range
        self.range *= size
        self.fill()

    def likelier(self, chance: int) -> bool:
        """One of two symbols: the first, whose chance is so many in _BINARY_SCALE?"""
        bound = self.range // _BINARY_SCALE * chance
        first = self.code < bound
        if first:
            self.range = bound
        else:
            self.code -= bound
            self.range -= bound
        self.fill()
        return first

    def fill(self) -> None:
        while self.range < 1 << 24:
            self.code = (self.code << 8 | (self.data[self.at] if self.at < len(self.data) else 0)) & 0xFFFFFFFF
            self.range = self.range << 8 & 0xFFFFFFFF
            self.at += 1


class RarCoder:
    """The range coder of RAR, which knows no carry."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at + 4
        self.low, self.range = 0, 0xFFFFFFFF
        self.code = int.from_bytes(data[at : at + 4].ljust(4, b"\0"), "big")

    def threshold(self, total: int) -> int:
        self.range //= total
        return (self.code - self.low & 0xFFFFFFFF) // self.range

    def take(self, start: int, size: int) -> None:
        low = self.low + start * self.range & 0xFFFFFFFF
        range_ = self.range * size & 0xFFFFFFFF
        while True:
            if (low ^ low + range_) >= 1 << 24:
                if range_ >= 1 << 15:
                    break
                range_ = -low & 0x7FFF
            self.code = (self.code << 8 | (self.data[self.at] if self.at < len(self.data) else 0)) & 0xFFFFFFFF
            range_, low = range_ << 8 & 0xFFFFFFFF, low << 8 & 0xFFFFFFFF
            self.at += 1
        self.low, self.range = low, range_

    def likelier(self, chance: int) -> bool:
        first = self.threshold(_BINARY_SCALE) < chance
        self.take(0 if first else chance, chance if first else _BINARY_SCALE - chance)
        return first


Coder = SevenZipCoder | RarCoder


class _State:
    """A symbol in a context, how often it came, and the context it leads to: one that is made, or a place in the text."""

    __slots__ = ("frequency", "successor", "symbol")

    def __init__(self, symbol: int, frequency: int, successor: _Context | int) -> None:
        self.symbol, self.frequency, self.successor = symbol, frequency, successor


class _Context:
    __slots__ = ("states", "suffix", "total")

    def __init__(self, states: list[_State], total: int, suffix: _Context | None) -> None:
        self.states, self.total, self.suffix = states, total, suffix


class _See:
    """An estimate of how often none of the symbols left comes."""

    __slots__ = ("count", "shift", "sum")

    def __init__(self, sum_: int, shift: int, count: int) -> None:
        self.sum, self.shift, self.count = sum_, shift, count

    def update(self) -> None:
        if self.shift < _PERIOD_BITS:
            self.count -= 1
            if not self.count:
                self.sum = self.sum << 1 & 0xFFFF
                self.count = 3 << self.shift
                self.shift += 1


class Model:
    def __init__(self, order: int, memory: int) -> None:
        if not 2 <= order <= MAX_ORDER or not 1 << 11 <= memory < 1 << 32:
            raise Malformed("PPMd: order or memory is out of range")
        self.order, self.memory = order, memory
        self.restart()

    def restart(self) -> None:
        self.free = [0] * len(_UNITS)
        self.high = self.memory
        self.low = self.room_for_text = self.memory - self.memory // 8 // UNIT * 7 * UNIT
        self.text = bytearray(1)
        self.fall = self.order
        self.run = self.first_run = -min(self.order, 12) - 1
        self.success = 0
        self.high_bits = 0
        self.escape = 0
        self.high -= UNIT
        self.low += 128 * UNIT
        self.shortest = self.longest = _Context([_State(symbol, 1, 0) for symbol in range(256)], 257, None)
        self.found = self.shortest.states[0]
        self.binary = [[_BINARY_SCALE - escape // (row + 2) for escape in _BINARY_ESCAPES] * 8 for row in range(128)]
        self.see = [[_See(5 * row + 10 << _PERIOD_BITS - 4, _PERIOD_BITS - 4, 4) for _ in range(16)] for row in range(25)]

    # ------------------------------------------------------------ memory

    def give(self, piece: int) -> None:
        if self.free[piece]:
            self.free[piece] -= 1
        elif self.low + _UNITS[piece] * UNIT <= self.high:
            self.low += _UNITS[piece] * UNIT
        else:
            raise Unsupported("PPMd whose memory is full")

    def give_context(self) -> None:
        if self.high != self.low:
            self.high -= UNIT
        elif self.free[0]:
            self.free[0] -= 1
        else:
            raise Unsupported("PPMd whose memory is full")

    def shrink(self, old: int, new: int) -> None:
        """A piece for `old` units becomes one for `new`."""
        before, after = _PIECE[old - 1], _PIECE[new - 1]
        if before == after:
            return
        if self.free[after]:
            self.free[after] -= 1
            self.free[before] += 1
            return
        left = _UNITS[before] - _UNITS[after]
        piece = _PIECE[left - 1]
        if _UNITS[piece] != left:
            piece -= 1
            self.free[left - _UNITS[piece] - 1] += 1
        self.free[piece] += 1

    # ------------------------------------------------------------ decoding

    def symbol(self, coder: Coder) -> int:
        """The next byte; -1 for the end. Raises Malformed."""
        context = self.shortest
        states = context.states
        if len(states) != 1:
            count = coder.threshold(context.total)
            sum_ = 0
            for number, state in enumerate(states):
                sum_ += state.frequency
                if sum_ > count:
                    coder.take(sum_ - state.frequency, state.frequency)
                    self.found = state
                    symbol = state.symbol
                    if number:
                        self.update_several(number)
                    else:
                        self.update_first()
                    return symbol
            if count >= context.total:
                raise Malformed("PPMd: no such symbol")
            self.success = 0
            self.high_bits = 8 if self.found.symbol >= 0x40 else 0
            coder.take(sum_, context.total - sum_)
        else:
            state = states[0]
            assert context.suffix is not None
            self.high_bits = 8 if self.found.symbol >= 0x40 else 0
            row = self.binary[state.frequency - 1]
            column = (
                self.success
                + _FROM_SUFFIX[len(context.suffix.states) - 1]
                + self.high_bits
                + (16 if state.symbol >= 0x40 else 0)
                + (self.run >> 26 & 0x20)
            )
            chance = row[column]
            mean = chance + (1 << _PERIOD_BITS - 2) >> _PERIOD_BITS
            if coder.likelier(chance):
                row[column] = chance + (1 << _INTERVAL_BITS) - mean
                self.found = state
                symbol = state.symbol
                if state.frequency < 128:
                    state.frequency += 1
                self.success = 1
                self.run += 1
                self.next_context()
                return symbol
            row[column] = chance = chance - mean
            self.escape = _ESCAPES[chance >> 10]
            self.success = 0
        masked = {state.symbol for state in states}
        while True:
            seen = len(self.shortest.states)
            while len(self.shortest.states) == seen:
                self.fall += 1
                suffix = self.shortest.suffix
                if suffix is None:
                    return -1
                self.shortest = suffix
            context = self.shortest
            left = [state for state in context.states if state.symbol not in masked]
            see, sum_ = self.escape_estimate(context, seen)
            known = sum(state.frequency for state in left)
            sum_ += known
            count = coder.threshold(sum_)
            if count < known:
                high = 0
                for state in left:
                    high += state.frequency
                    if high > count:
                        break
                coder.take(high - state.frequency, state.frequency)
                if see is not None:
                    see.update()
                self.found = state
                symbol = state.symbol
                context.total += 4
                state.frequency += 4
                if state.frequency > MAX_FREQUENCY:
                    self.rescale()
                self.run = self.first_run
                self.update_model()
                return symbol
            if count >= sum_:
                raise Malformed("PPMd: no such symbol")
            coder.take(known, sum_ - known)
            if see is not None:
                see.sum = see.sum + sum_ & 0xFFFF
            masked.update(state.symbol for state in left)

    def escape_estimate(self, context: _Context, masked: int) -> tuple[_See | None, int]:
        size = len(context.states)
        if size == 256:
            return None, 1
        left = size - masked
        assert context.suffix is not None
        see = self.see[_QUANTISED[left - 1]][
            (left < len(context.suffix.states) - size) + 2 * (context.total < 11 * size) + 4 * (masked > left) + self.high_bits
        ]
        estimate = see.sum >> see.shift
        see.sum = see.sum - estimate & 0xFFFF
        return see, estimate or 1

    # ------------------------------------------------------------ learning

    def update_first(self) -> None:
        state, context = self.found, self.shortest
        self.success = int(2 * state.frequency > context.total)
        self.run += self.success
        context.total += 4
        state.frequency += 4
        if state.frequency > MAX_FREQUENCY:
            self.rescale()
        self.next_context()

    def update_several(self, number: int) -> None:
        state, context = self.found, self.shortest
        self.success = 0
        state.frequency += 4
        context.total += 4
        states = context.states
        if state.frequency > states[number - 1].frequency:
            states[number], states[number - 1] = states[number - 1], state
            if state.frequency > MAX_FREQUENCY:
                self.rescale()
        self.next_context()

    def next_context(self) -> None:
        successor = self.found.successor
        if not self.fall and isinstance(successor, _Context):
            self.shortest = self.longest = successor
        else:
            self.update_model()

    def rescale(self) -> None:
        context = self.shortest
        states, found = context.states, self.found
        states.remove(found)
        states.insert(0, found)
        escape = context.total - found.frequency
        adder = int(self.fall != 0)
        found.frequency = found.frequency + 4 + adder >> 1
        sum_ = found.frequency
        for number in range(1, len(states)):
            state = states[number]
            escape -= state.frequency
            state.frequency = state.frequency + adder >> 1
            sum_ += state.frequency
            if state.frequency > states[number - 1].frequency:
                place = number
                while place > 1 and state.frequency > states[place - 1].frequency:
                    place -= 1
                if place == 1 and state.frequency > states[0].frequency:
                    place = 0
                del states[number]
                states.insert(place, state)
        if not states[-1].frequency:
            before = last = len(states)
            while not states[last - 1].frequency:
                last -= 1
            del states[last:]
            escape += before - last
            if len(states) == 1:
                first = states[0]
                first.frequency -= first.frequency >> 1
                escape >>= 1
                while escape > 1:
                    first.frequency -= first.frequency >> 1
                    escape >>= 1
                self.free[_PIECE[(before + 1 >> 1) - 1]] += 1
                self.found = first
                return
            old, new = before + 1 >> 1, len(states) + 1 >> 1
            if old != new:
                self.shrink(old, new)
        context.total = sum_ + escape - (escape >> 1)
        self.found = states[0]

    def update_model(self) -> None:
        found, shortest = self.found, self.shortest
        symbol, frequency, successor = found.symbol, found.frequency, found.successor
        suffix = shortest.suffix
        if frequency < MAX_FREQUENCY // 4 and suffix is not None:
            states = suffix.states
            if len(states) == 1:
                if states[0].frequency < 32:
                    states[0].frequency += 1
            else:
                number = next(number for number, state in enumerate(states) if state.symbol == symbol)
                state = states[number]
                if number and state.frequency >= states[number - 1].frequency:
                    states[number], states[number - 1] = states[number - 1], state
                if state.frequency < MAX_FREQUENCY - 9:
                    state.frequency += 2
                    suffix.total += 2
        if not self.fall:
            self.shortest = self.longest = found.successor = self.new_contexts(skip=True)
            return
        self.text.append(symbol)
        place: _Context | int = len(self.text)
        if len(self.text) >= self.room_for_text:
            self.restart()
            return
        if successor != 0:
            if not isinstance(successor, _Context):
                successor = self.new_contexts(skip=False)
            self.fall -= 1
            if not self.fall:
                place = successor
                if self.longest is not shortest:
                    self.text.pop()
        else:
            found.successor = place
            successor = shortest
        size = len(shortest.states)
        rest = shortest.total - size - (frequency - 1)
        context = self.longest
        while context is not shortest:
            self.add(context, place, size, rest)
            assert context.suffix is not None
            context = context.suffix
        self.longest = self.shortest = successor

    def add(self, context: _Context, place: _Context | int, size: int, rest: int) -> None:
        """The symbol, which was found in a shorter context, goes into this one. `size`, `rest`: of that one, without the symbol."""
        symbol, frequency = self.found.symbol, self.found.frequency
        states = context.states
        here = len(states)
        if here != 1:
            if not here & 1:
                units = here >> 1
                piece = _PIECE[units - 1]
                if piece != _PIECE[units]:
                    self.give(piece + 1)
                    self.free[piece] += 1
            context.total += (2 * here < size) + 2 * ((4 * here <= size) & (context.total <= 8 * here))
        else:
            self.give(0)
            only = states[0]
            only.frequency = 2 * only.frequency if only.frequency < MAX_FREQUENCY // 4 - 1 else MAX_FREQUENCY - 4
            context.total = only.frequency + self.escape + (size > 3)
        weight = 2 * frequency * (context.total + 6)
        all_ = rest + context.total
        if weight < 6 * all_:
            value = 1 + (weight > all_) + (weight >= 4 * all_)
            context.total += 3
        else:
            value = 4 + (weight >= 9 * all_) + (weight >= 12 * all_) + (weight >= 15 * all_)
            context.total += value
        states.append(_State(symbol, value, place))

    def new_contexts(self, *, skip: bool) -> _Context:
        """Contexts for the places in the text that the symbol leads to, from the shortest on."""
        found, context = self.found, self.shortest
        branch = found.successor
        waiting = [] if skip else [found]
        while context.suffix is not None:
            context = context.suffix
            state = next(state for state in context.states if state.symbol == found.symbol)
            if state.successor is not branch and state.successor != branch:
                assert isinstance(state.successor, _Context)
                context = state.successor
                if not waiting:
                    return context
                break
            waiting.append(state)
        assert isinstance(branch, int)
        symbol = self.text[branch]
        if len(context.states) == 1:
            frequency = context.states[0].frequency
        else:
            state = next(state for state in context.states if state.symbol == symbol)
            weight = state.frequency - 1
            rest = context.total - len(context.states) - weight
            frequency = 1 + (int(5 * weight > rest) if 2 * weight <= rest else (2 * weight + 3 * rest - 1) // (2 * rest))
        while waiting:
            self.give_context()
            context = _Context([_State(symbol, frequency, branch + 1)], 0, context)
            waiting.pop().successor = context
        return context

    def decode(self, coder: Coder, size: int) -> Iterator[bytes]:
        """The next bytes in pieces. Raises Malformed, Unsupported."""
        for start in range(0, size, PIECE):
            out = bytearray()
            for _ in range(min(PIECE, size - start)):
                symbol = self.symbol(coder)
                if symbol < 0:
                    raise Malformed("PPMd: ends too early")
                out.append(symbol)
            if coder.at > len(coder.data) + 64:
                raise Malformed("PPMd: ends too early")
            yield bytes(out)
