"""How PowerShell turns values into each other.

Sources: Windows PowerShell Language Specification 5.1, chapter 6 (conversions), and the rules of .NET Framework for the
text of numbers. Functions take and give `Unknown` where that makes sense.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from emoscan.evaluate.core.values import NOTHING, NULL, Date, Object, Unknown
from emoscan.evaluate.powershell.values import (
    SIZED,
    Array,
    BigInt,
    Bound,
    Char,
    Decimal,
    Enum,
    Grid,
    Hash,
    Int16,
    Int64,
    NetType,
    Record,
    Reference,
    SByte,
    Single,
    Thrown,
    UInt16,
    UInt32,
    UInt64,
    char,
    chars,
    conversion_error,
    type_name,
)
from emoscan.parse.lazy import lazy

Number = int | float

LONGEST_NUMBER: Final = 4_000
"""Digits of a whole number that is still turned into text: Python refuses more."""


# ---------------------------------------------------------------- text


def double_text(value: float) -> str:
    """A Double as .NET Framework writes it: fifteen digits."""
    if value != value:  # noqa: PLR0124 - not a number
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = f"{value:.15g}"
    if "e" in text:
        text = text.replace("e", "E")
    return "0" if text == "-0" else text


def simple_text(value: Any) -> str | None:
    """The text of a value that is no collection and no object; None for those."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is Char:
        return str(value)
    if kind is bool:
        return "True" if value else "False"
    if kind is int or isinstance(value, int):
        if value.bit_length() > LONGEST_NUMBER * 3:
            return f"{math.inf}"
        return str(int(value))
    if value is None:
        return ""
    if kind is Decimal:
        return decimal_text(value)
    if isinstance(value, float):
        return f"{value:.7g}".replace("e", "E") if kind is Single else double_text(value)
    if kind is NetType:
        return str(value.name)
    if kind is Enum:
        return str(value.name)
    return None


def decimal_text(value: float) -> str:
    if math.isfinite(value) and value == int(value) and abs(value) < 1e28:
        return str(int(value))
    return double_text(value)


def plain(value: Any) -> Any:
    """What came from a COM object, as PowerShell sees it."""
    if value is NOTHING or value is NULL:
        return None
    if type(value) is Date:
        from emoscan.evaluate.powershell.net.dates import from_serial

        return from_serial(value.serial)
    return value


# ---------------------------------------------------------------- truth


def truth(value: Any) -> bool | Unknown:
    kind = type(value)
    if kind is bool or kind is Unknown:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return bool(value)
    if value is None:
        return False
    if kind is list or kind is Array:
        return (truth(value[0]) if len(value) == 1 else bool(value)) if value else False
    if kind is bytearray:
        return bool(value) if len(value) != 1 else bool(value[0])
    if isinstance(value, (int, float)):
        return bool(value)
    if kind is Char:
        return bool(value != "\0")
    if kind is Enum:
        return bool(value.value)
    return True


# ---------------------------------------------------------------- numbers

_NUMBER: Final = lazy(
    r"\s*+([+-]?)(?:0x([0-9a-f]{1,32})|((?:[0-9]++(?:,[0-9]++)*+\.?[0-9]*+|\.[0-9]++)(?:e[+-]?[0-9]{1,6})?))(?:u?[lsyd])?([kmgtp]b)?\s*+",
    re.IGNORECASE,
)
_MULTIPLIER: Final = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}
_WHOLE: Final = lazy(r"\s*+[+-]?[0-9,]{1,4000}\s*+")


def parse_number(text: str) -> Number | None:
    """The number a text stands for; None when it is none. An empty text is 0."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return 0 if not text.strip() else None
    sign, hexadecimal, decimal, unit = match.groups()
    value: Number
    if hexadecimal:
        value = int(hexadecimal, 16)
        if 0x80000000 <= value <= 0xFFFFFFFF:
            value -= 1 << 32
    else:
        decimal = decimal.replace(",", "")
        if len(decimal) > LONGEST_NUMBER:
            return None
        value = float(decimal) if "." in decimal or "e" in decimal.lower() else int(decimal)
    if unit:
        value *= _MULTIPLIER[unit.lower()]
    return -value if sign == "-" else value


def number(value: Any) -> Number | Unknown:
    """A value as a number, as arithmetic takes it. Raises Thrown."""
    kind = type(value)
    if kind is int or kind is float or kind is Unknown:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return int(value)
    if value is None:
        return 0
    if isinstance(value, (int, float)):
        return value
    if kind is Char:
        return ord(value)
    if kind is str:
        result = parse_number(value)
        if result is None:
            raise conversion_error(value, "System.Int32")
        return result
    if kind is Enum:
        return int(value.value)
    if kind is list and len(value) == 1:
        return number(value[0])
    if kind is Object and "ticks" in value.data:
        return int(value.data["ticks"])
    raise conversion_error(type_name(value), "System.Int32")


def whole(value: Any, name: str = "System.Int32") -> int | Unknown:
    """A value as a whole number, rounded to even. Raises Thrown."""
    kind = type(value)
    if kind is int or kind is Unknown:
        return value  # type: ignore[no-any-return]
    result = number(value)
    if isinstance(result, float):
        if not math.isfinite(result):
            raise conversion_error(double_text(result), name)
        return round(result)
    return int(result) if type(result) is not Unknown else result


LIMITS: Final[dict[str, tuple[int, int]]] = {
    "System.Byte": (0, 255),
    "System.SByte": (-128, 127),
    "System.Int16": (-(1 << 15), (1 << 15) - 1),
    "System.UInt16": (0, (1 << 16) - 1),
    "System.Int32": (-(1 << 31), (1 << 31) - 1),
    "System.UInt32": (0, (1 << 32) - 1),
    "System.Int64": (-(1 << 63), (1 << 63) - 1),
    "System.UInt64": (0, (1 << 64) - 1),
}

_CLASSES: Final[dict[str, Callable[[int], int]]] = {
    "System.SByte": SByte,
    "System.Int16": Int16,
    "System.UInt16": UInt16,
    "System.UInt32": UInt32,
    "System.Int64": Int64,
    "System.UInt64": UInt64,
}


def to_whole(value: Any, name: str) -> int | Unknown:
    """A value as the whole number type of that name."""
    if type(value) is Char and name in ("System.Byte", "System.SByte") and ord(value) > 255:
        raise conversion_error(str(value), name)
    result = whole(value, name)
    if type(result) is Unknown:
        return result
    least, most = LIMITS[name]
    if not least <= result <= most:
        raise Thrown(
            "System.Management.Automation.PSInvalidCastException",
            f'Cannot convert value "{result if abs(result) < 1 << 64 else "…"}" to type "{name}". Error: "Value was either too large or too small."',
        )
    maker = _CLASSES.get(name)
    return maker(result) if maker else int(result)


def to_char(value: Any) -> Char | Unknown:
    kind = type(value)
    if kind is Char or kind is Unknown:
        return value  # type: ignore[no-any-return]
    if kind is str:
        if len(value) != 1:
            raise conversion_error(value, "System.Char")
        return Char(value)
    code = whole(value, "System.Char")
    if type(code) is Unknown:
        return code
    if not 0 <= code <= 0xFFFF:
        raise conversion_error(str(code), "System.Char")
    return char(code)


def wrapped(value: int, kind: type) -> int:
    """A whole number cut to the size of its type, for shifts and bits."""
    bits, signed = SIZED.get(kind, (32, True))
    value &= (1 << bits) - 1
    if signed and value >> (bits - 1):
        value -= 1 << bits
    return kind(value) if kind in SIZED else value


# ---------------------------------------------------------------- collections


def elements(value: Any) -> list[Any]:
    """A value as the list of what a pipeline or a loop gets from it."""
    kind = type(value)
    if kind is list or kind is Array:
        return value  # type: ignore[no-any-return]
    if value is None:
        return []
    if kind is bytearray:
        return list(value)
    if kind is Grid:
        return value.cells  # type: ignore[no-any-return]
    if kind is Object:
        held = value.data.get("list")
        if held is not None:
            return held  # type: ignore[no-any-return]
    return [value]


def is_list(value: Any) -> bool:
    kind = type(value)
    return kind is list or kind is Array or kind is bytearray or kind is Grid or (kind is Object and "list" in value.data)


def unwrap(values: list[Any]) -> Any:
    """What a pipeline gives: nothing, the one value, or an array."""
    if not values:
        return None
    return values[0] if len(values) == 1 else values


def as_array(value: Any) -> Any:
    """A value where an array is wanted."""
    return value if is_list(value) else ([] if value is None else [value])


# ---------------------------------------------------------------- dates


def spread(value: datetime) -> int:
    """Ticks of 100 ns since year 1."""
    delta = value.replace(tzinfo=None) - datetime(1, 1, 1)  # noqa: DTZ001
    return (delta.days * 86_400 + delta.seconds) * 10_000_000 + delta.microseconds * 10


def from_ticks(ticks: int) -> datetime:
    """The moment of a number of ticks. Raises Thrown."""
    try:
        return datetime(1, 1, 1) + timedelta(microseconds=ticks // 10)  # noqa: DTZ001
    except OverflowError:
        raise Thrown(
            "System.ArgumentOutOfRangeException", "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks."
        ) from None


__all__ = [
    "BigInt",
    "Bound",
    "Hash",
    "Number",
    "Record",
    "Reference",
    "as_array",
    "char",
    "chars",
    "elements",
    "from_ticks",
    "is_list",
    "number",
    "plain",
    "simple_text",
    "to_char",
    "to_whole",
    "truth",
    "unwrap",
    "whole",
    "wrapped",
]
