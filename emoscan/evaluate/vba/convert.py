"""Conversions between VBA values (MS-VBAL 5.5.1): numbers and text of them, let-coercion to declared types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import NOTHING, NULL, Date, Unknown

OVERFLOW: Final = 6
DIVISION_BY_ZERO: Final = 11
TYPE_MISMATCH: Final = 13
INVALID_NULL: Final = 94
OBJECT_NOT_SET: Final = 91
OBJECT_REQUIRED: Final = 424
NO_SUCH_MEMBER: Final = 438
INVALID_CALL: Final = 5
SUBSCRIPT: Final = 9

DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - VBA's dates have no zone

LAST_DAY: Final = 2958465
"""9999-12-31."""

RANGES: Final[dict[str, tuple[int, int]]] = {
    "byte": (0, 0xFF),
    "integer": (-0x8000, 0x7FFF),
    "long": (-0x80000000, 0x7FFFFFFF),
    "longlong": (-(1 << 63), (1 << 63) - 1),
    "longptr": (-(1 << 63), (1 << 63) - 1),
}


def overflow() -> ScriptError:
    return ScriptError(OVERFLOW, "Overflow")


def mismatch() -> ScriptError:
    return ScriptError(TYPE_MISMATCH, "Type mismatch")


# ---------------------------------------------------------------- text of values


def float_text(value: float) -> str:
    """15 significant digits, as VBA prints a Double: 0.1, 1E+15, 1.5E-07."""
    if value == 0:
        return "0"
    if math.isinf(value) or math.isnan(value):
        return "-1.#IND" if math.isnan(value) else "1.#INF" if value > 0 else "-1.#INF"
    text = f"{value:.14e}"
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    if -1 <= power < 15 or (power < 0 and len(digits) - power <= 16):
        if power < 0:
            return f"{sign}0.{'0' * (-power - 1)}{digits}"
        whole = digits[: power + 1].ljust(power + 1, "0")
        part = digits[power + 1 :]
        return f"{sign}{whole}{'.' + part if part else ''}"
    return f"{sign}{digits[0]}{'.' + digits[1:] if len(digits) > 1 else ''}E{'+' if power >= 0 else '-'}{abs(power):02d}"


def date_text(value: Date) -> str:
    """Japanese short form: 2021/01/20 10:24:36; without a part that is zero."""
    moment = to_datetime(value)
    day = f"{moment.year:04d}/{moment.month:02d}/{moment.day:02d}"
    time = f"{moment.hour}:{moment.minute:02d}:{moment.second:02d}"
    if value.serial == int(value.serial):
        return day
    return time if int(value.serial) == 0 else f"{day} {time}"


def to_datetime(value: Date) -> datetime:
    days = math.floor(value.serial) if value.serial >= 0 else math.ceil(value.serial)
    seconds = round(abs(value.serial - days) * 86_400)
    return DAY_ZERO + timedelta(days=days, seconds=seconds if days < LAST_DAY else min(seconds, 86_399))


# ---------------------------------------------------------------- numbers of text

_NUMBER: Final = re.compile(r"\s*([-+]?)\s*[¥$\\]?\s*((?:\d[\d,]*)?(?:\.\d*)?)(?:[eEdD]([-+]?\d{1,3}))?\s*([-+%]?)\s*")
_BASED: Final = re.compile(r"\s*&([hHoO]?)([0-9a-fA-F]{1,16})[&%^]?\s*")


def parse_number(text: str) -> int | float:
    """What a text is as a number in let-coercion. Raises error 13 when it is none."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    match = _NUMBER.fullmatch(text) if text[:1] != "&" else None
    if match is not None and any(map(str.isdigit, match[2])):
        digits = match[2].replace(",", "")
        sign = -1 if match[1] == "-" or match[4] == "-" else 1
        if match[3] is None and "." not in digits:
            value: int | float = int(digits[:400])
            if value > 0x7FFFFFFF:
                value = float(value) if len(digits) < 308 else math.inf
        else:
            value = float(f"{digits or '0'}e{match[3] or 0}")
        if math.isinf(value):
            raise overflow()
        return sign * value
    based = _BASED.fullmatch(text)
    if based is not None:
        try:
            value = int(based[2], 16 if based[1] in "hH" and based[1] else 8)
        except ValueError:
            raise mismatch() from None
        bits = 16 if value <= 0xFFFF else 32 if value <= 0xFFFFFFFF else 64
        return value - (1 << bits) if value >> (bits - 1) else value
    raise mismatch()


def number(value: Any) -> int | float | Unknown:
    """A value as a number. Dates are their serial, True is -1 (MS-VBAL 5.5.1.2). Raises errors 13, 94."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return -1 if value else 0
    if value is None:
        return 0
    if kind is str:
        return parse_number(value)
    if kind is Date:
        return value.serial  # type: ignore[no-any-return]
    if kind is Unknown:
        return value  # type: ignore[no-any-return]
    if value is NULL:
        raise ScriptError(INVALID_NULL, "Invalid use of Null")
    if value is NOTHING:
        raise ScriptError(OBJECT_NOT_SET, "Object variable or With block variable not set")
    raise mismatch()


def round_half_even(value: float) -> int:
    if math.isinf(value) or math.isnan(value):
        raise overflow()
    return round(value)


def integer(value: Any) -> int | Unknown:
    """A value as a whole number, rounded to even; any size."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]
    result = number(value)
    return round_half_even(result) if type(result) is float else result  # type: ignore[return-value]


def _to_int(type_: str) -> Callable[[Any], int | Unknown]:
    low, high = RANGES[type_]

    def convert(value: Any) -> int | Unknown:
        kind = type(value)
        if kind is float and low <= value <= high:
            whole: int = round(value)  # to even
            return whole
        result = value if kind is int else integer(value)
        if type(result) is int and not low <= result <= high:
            raise overflow()
        return result

    return convert


to_byte, to_integer, to_long, to_longlong = (_to_int(name) for name in ("byte", "integer", "long", "longlong"))


def to_double(value: Any) -> float | Unknown:
    result = number(value)
    return result if type(result) is Unknown else float(result)


def to_single(value: Any) -> float | Unknown:
    result = to_double(value)
    if type(result) is float:
        if abs(result) > 3.4028235e38:
            raise overflow()
        return float(f"{result:.7g}")
    return result


def to_currency(value: Any) -> float | Unknown:
    result = to_double(value)
    if type(result) is float:
        if abs(result) > 922337203685477.58:
            raise overflow()
        return round(result, 4)
    return result


def to_boolean(value: Any) -> bool | Unknown:
    if type(value) is bool:
        return value
    if type(value) is str:
        word = value.strip().lower()
        if word in ("true", "false"):
            return word == "true"
        if word in ("#true#", "#false#"):
            return word == "#true#"
    result = number(value)
    return result if type(result) is Unknown else result != 0


def to_date(value: Any) -> Date | Unknown:
    if type(value) is Date:
        return value
    if type(value) is str:
        parsed = parse_date(value)
        if parsed is not None:
            return parsed
    result = number(value)
    return result if type(result) is Unknown else Date(float(result))


MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()

_TIME: Final = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?\s*([ap]\.?m\.?)?|(\d{1,2})\s*([ap])\.?m\.?", re.IGNORECASE)
_NUMERIC: Final = re.compile(r"(\d{1,4})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{1,4}))?")
_WORDS: Final = re.compile(r"(?:(\d{1,4})[\s,/-]*)?([a-z]{3,9})\.?[\s,/-]*(\d{1,4})?(?:[\s,/-]+(\d{2,4}))?", re.IGNORECASE)


def parse_date(text: str) -> Date | None:
    """A date, a time or both in the usual written forms. None when the text is neither."""
    rest = text.strip()
    seconds = 0
    time = _TIME.search(rest)
    if time is not None:
        hour = int(time[1] or time[5])
        half = (time[4] or time[6] or "")[:1].lower()
        if half and hour > 12:
            return None
        hour = hour % 12 + 12 * (half == "p") if half else hour
        minute, second = int(time[2] or 0), int(time[3] or 0)
        if hour > 23 or minute > 59 or second > 59:
            return None
        seconds = hour * 3600 + minute * 60 + second
        rest = (rest[: time.start()] + rest[time.end() :]).strip()
        if not rest:
            return Date(seconds / 86_400)
    day = _date_part(rest)
    if day is None:
        return None
    try:
        moment = datetime(*day)  # noqa: DTZ001
    except ValueError:
        return None
    if moment.year < 100:
        return None
    return Date(float((moment - DAY_ZERO).days) + seconds / 86_400)


def _date_part(text: str) -> tuple[int, int, int] | None:
    numeric = _NUMERIC.fullmatch(text)
    if numeric is not None:
        one, two = int(numeric[1]), int(numeric[2])
        if numeric[3] is None:
            return (2021, one, two) if one <= 12 else None
        three = int(numeric[3])
        if len(numeric[1]) == 4:
            return one, two, three
        month, day = (one, two) if one <= 12 else (two, one)
        return _year(three, len(numeric[3])), month, day
    words = _WORDS.fullmatch(text)
    if words is None or words[2][:3].lower() not in MONTHS:
        return None
    month = MONTHS.index(words[2][:3].lower()) + 1
    numbers = [group for group in (words[1], words[3], words[4]) if group]
    if not numbers:
        return None
    if len(numbers) == 1:
        only = int(numbers[0])
        return (only, month, 1) if len(numbers[0]) == 4 else (2021, month, only)
    first, second = numbers[0], numbers[1]
    if len(first) == 4:
        return int(first), month, int(second)
    return _year(int(second), len(second)), month, int(first)


def _year(value: int, digits: int) -> int:
    """Two digits: 0 to 29 are in this century (as Windows is set up)."""
    if digits > 2:
        return value
    return value + (2000 if value < 30 else 1900)


NUMERIC_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "byte": to_byte,
    "integer": to_integer,
    "long": to_long,
    "longlong": to_longlong,
    "longptr": to_longlong,
    "single": to_single,
    "double": to_double,
    "currency": to_currency,
    "boolean": to_boolean,
    "date": to_date,
}

DEFAULTS: Final[dict[str, Any]] = {
    "byte": 0,
    "integer": 0,
    "long": 0,
    "longlong": 0,
    "longptr": 0,
    "single": 0.0,
    "double": 0.0,
    "currency": 0.0,
    "decimal": 0,
    "boolean": False,
    "string": "",
    "date": Date(0.0),
    "variant": None,
    "": None,
    "any": None,
}


def default_of(type_: str) -> Any:
    """The value a variable of the type begins with. Object types begin as Nothing."""
    return DEFAULTS.get(type_, NOTHING)
