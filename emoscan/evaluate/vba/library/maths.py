"""Mathematics (MS-VBAL 6.1.2.10)."""

from __future__ import annotations

import math
import struct
from typing import Any

from emoscan.evaluate.core.values import MISSING, NULL, Date, Unknown
from emoscan.evaluate.vba.convert import number, overflow, round_half_even
from emoscan.evaluate.vba.library import builtin, invalid_call, unknown
from emoscan.evaluate.vba.library.dates import seconds_of_day


@builtin("Abs", "number", "v", result="P")
def abs_(_machine: Any, value: Any) -> Any:
    if value is NULL:
        return NULL
    if type(value) is Date:
        return Date(abs(value.serial))
    result = number(value)
    return unknown("Abs", result) if isinstance(result, Unknown) else abs(result)


@builtin("Sgn", "number", "n", result="P")
def sgn(_machine: Any, value: float) -> int:
    return (value > 0) - (value < 0)


@builtin("Sqr", "number", "N", result="D")
def sqr(_machine: Any, value: float) -> float:
    if value < 0:
        raise invalid_call()
    return math.sqrt(value)


@builtin("Exp", "number", "N", result="D")
def exp(_machine: Any, value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        raise overflow() from None


@builtin("Log", "number", "N", result="D")
def log(_machine: Any, value: float) -> float:
    if value <= 0:
        raise invalid_call()
    return math.log(value)


@builtin("Sin", "number", "N", result="D")
def sin(_machine: Any, value: float) -> float:
    return math.sin(value)


@builtin("Cos", "number", "N", result="D")
def cos(_machine: Any, value: float) -> float:
    return math.cos(value)


@builtin("Tan", "number", "N", result="D")
def tan(_machine: Any, value: float) -> float:
    return math.tan(value)


@builtin("Atn", "number", "N", result="D")
def atn(_machine: Any, value: float) -> float:
    return math.atan(value)


@builtin("Round", "number numdigitsafterdecimal", "n i?", result="P")
def round_(_machine: Any, value: float, digits: Any) -> Any:
    """To the nearest, halves to the even neighbour."""
    if digits is MISSING:
        digits = 0
    if not 0 <= digits <= 22:
        raise invalid_call()
    if type(value) is int:
        return value
    return float(round_half_even(value)) if digits == 0 else round(value, digits)


@builtin("Rnd", "number", "N?", result="D")
def rnd(machine: Any, value: Any) -> float:
    """Visual Basic's generator. Below zero: seeded by the number; zero: the latest one again."""
    random = machine.world.random
    if value is not MISSING:
        if value == 0:
            return random.last()  # type: ignore[no-any-return]
        if value < 0:
            bits = int.from_bytes(_single(value), "little")
            random.seed = bits + (bits >> 24) & 0xFFFFFF
    return random.next()  # type: ignore[no-any-return]


def _single(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        raise overflow() from None


@builtin("Randomize", "number", "N?", result="P")
def randomize(machine: Any, value: Any) -> None:
    """The seed's middle bits from the upper half of the number (a Double); from the clock without one."""
    number_ = seconds_of_day(machine) if value is MISSING else float(value)
    upper = int.from_bytes(struct.pack("<d", number_)[4:], "little")
    random = machine.world.random
    random.seed = random.seed & 0xFF0000FF | ((upper ^ upper >> 16) & 0xFFFF) << 8


@builtin("Partition", "number start stop interval", "i i i i", result="P")
def partition(_machine: Any, value: int, start: int, stop: int, interval: int) -> str:
    """The range a number falls in: `" 20: 24"`, both ends as wide as the ends of all ranges."""
    if start < 0 or stop <= start or interval < 1:
        raise invalid_call()
    width = max(len(str(start - 1)), len(str(stop + 1)))
    low: int | str
    high: int | str
    if value < start:
        low, high = "", start - 1
    elif value > stop:
        low, high = stop + 1, ""
    else:
        low = start + (value - start) // interval * interval
        high = min(low + interval - 1, stop)
    return f"{low:>{width}}:{high:>{width}}"
