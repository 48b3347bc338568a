"""Composite formatting: `"{0,-5:X2}" -f $x`, `String.Format`, `ToString("D4")`.

Sources: .NET documentation, "Composite formatting", "Standard numeric format strings", "Custom numeric format strings",
"Standard/Custom date and time format strings"; invariant culture with English names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell.convert import double_text
from emoscan.evaluate.powershell.values import SIZED, Char, Enum, Thrown
from emoscan.parse.lazy import lazy

WIDEST: Final = 1 << 20
_PLACE: Final = lazy(r"\{\{|\}\}|\{\s*([0-9]{1,7})\s*(?:,\s*(-?[0-9]{1,7})\s*)?(?::((?:[^{}]|\{\{|\}\})*+))?\}|[{}]")

Text = Callable[[Any], str | Unknown]


def bad_format() -> Thrown:
    return Thrown("System.FormatException", "Input string was not in a correct format.")


def composite(form: str, args: list[Any], text: Text, grow: Callable[[int], None]) -> str | Unknown:
    """`form` with its places filled. Raises Thrown for places without an argument and broken forms."""
    pieces: list[str | Unknown] = []
    at = size = 0
    for match in _PLACE.finditer(form):
        pieces.append(form[at : match.start()])
        at = match.end()
        if match[1] is None:
            if match[0] not in ("{{", "}}"):
                raise bad_format()
            pieces.append(match[0][0])
            continue
        index = int(match[1])
        if index >= len(args):
            raise Thrown(
                "System.FormatException",
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
            )
        value = args[index]
        shown = format_value(value, match[3], text) if match[3] else text(value)
        if match[2] and isinstance(shown, str):
            width = int(match[2])
            if abs(width) > WIDEST:
                raise bad_format()
            shown = shown.rjust(width) if width > 0 else shown.ljust(-width)
        size += len(shown) if isinstance(shown, str) else 0
        grow(size)
        pieces.append(shown)
    pieces.append(form[at:])
    return Unknown.join(pieces)


def format_value(value: Any, form: str, text: Text) -> str | Unknown:
    """A value by a format string. Those that have none of their own ignore it."""
    if type(value) is Unknown:
        return value
    if isinstance(value, (int, float)) and type(value) is not bool:
        return format_number(value, form, type(value))
    if type(value) is Enum:
        return format_number(value.value, form, int) if form[:1] in "dDxX" else str(value.name)
    if type(value) is Object and "moment" in value.data:
        return format_moment(value.data["moment"], form)
    if type(value) is Object and "guid" in value.data:
        return format_guid(value.data["guid"], form)
    if isinstance(value, Char):
        return str(value)
    return text(value)


_STANDARD: Final = lazy(r"([A-Za-z])([0-9]{0,3})")


def format_number(value: Any, form: str, kind: type = int) -> str:
    """A number by a standard or custom format string. Raises Thrown."""
    if not form:
        return double_text(value) if isinstance(value, float) else str(int(value))
    match = _STANDARD.fullmatch(form)
    if isinstance(value, float) and not math.isfinite(value):
        return double_text(value)
    if match is None:
        return custom_number(value, form)
    letter = match[1].upper()
    digits = int(match[2]) if match[2] else None
    if letter in "DX":
        if not isinstance(value, int):
            raise Thrown("System.FormatException", "Format specifier was invalid.")
        number = int(value)
        if letter == "D":
            return ("-" if number < 0 else "") + str(abs(number)).rjust(digits or 1, "0")
        if number < 0:
            bits = SIZED.get(kind, (32, True))[0] if number >= -(1 << 31) else 64
            number &= (1 << bits) - 1
        return format(number, "x" if match[1] == "x" else "X").rjust(digits or 1, "0")
    number_ = float(value)
    if letter == "N":
        return f"{number_:,.{2 if digits is None else digits}f}"
    if letter == "F":
        return f"{number_:.{2 if digits is None else digits}f}"
    if letter == "C":
        amount = f"${abs(number_):,.{2 if digits is None else digits}f}"
        return f"({amount})" if number_ < 0 else amount
    if letter == "P":
        return f"{number_ * 100:,.{2 if digits is None else digits}f} %"
    if letter == "E":
        mantissa, _, exponent = f"{number_:.{6 if digits is None else digits}e}".partition("e")
        return f"{mantissa}{match[1]}{exponent[0]}{exponent[1:].rjust(3, '0')}"
    if letter in "GR":
        if isinstance(value, float):
            return double_text(value) if not digits else f"{value:.{digits}g}".replace("e", "E")
        return str(int(value))
    raise Thrown("System.FormatException", "Format specifier was invalid.")


_CUSTOM: Final = lazy(r"'[^']*'|\"[^\"]*\"|\\.|[0#]|[.,%;]|[^0#.,%;'\"\\]+|.", re.DOTALL)


def custom_number(value: Any, form: str) -> str:
    """`00.0#`, `#,##0`, with sections for negative numbers and zero."""
    sections = _sections(form)
    if value < 0 and len(sections) > 1 and sections[1]:
        value, tokens = -value, sections[1]
    elif value == 0 and len(sections) > 2 and sections[2]:
        tokens = sections[2]
    else:
        tokens = sections[0]
    places = [mark for mark in tokens if mark in ("0", "#", ".")]
    if not any(mark in ("0", "#") for mark in tokens):
        return ("-" if value < 0 else "") + "".join(map(_literal, tokens))
    value *= 100 ** tokens.count("%")
    before = places.index(".") if "." in places else len(places)
    after = places[before + 1 :]
    number = f"{abs(value):.{len(after)}f}" if isinstance(value, float) or after else str(abs(int(value)))
    whole, _, fraction = number.partition(".")
    least = fraction.rstrip("0")
    kept = max(len(least), max((i + 1 for i, mark in enumerate(after) if mark == "0"), default=0))
    fraction = fraction[:kept]
    whole = whole.lstrip("0").rjust(places[:before].count("0"), "0") if "0" in places[:before] else whole.lstrip("0")
    if any(mark == "," for mark in tokens):
        whole = f"{int(whole):,}" if whole and len(whole) < 400 else whole
    out: list[str] = []
    left = before
    taken = 0
    seen_point = False
    for mark in tokens:
        if mark == ".":
            seen_point = True
            if fraction:
                out.append("." + fraction)
        elif mark in "0#":
            if not seen_point:
                left -= 1
                keep = left
                digits = whole[taken : len(whole) - keep] if keep < len(whole) else ""
                out.append(digits)
                taken += len(digits)
        elif mark != ",":
            out.append(_literal(mark))
    return ("-" if value < 0 else "") + "".join(out)


def _sections(form: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for match in _CUSTOM.finditer(form):
        if match[0] == ";":
            sections.append([])
        else:
            sections[-1].append(match[0])
    return sections


def _literal(mark: str) -> str:
    if len(mark) > 1 and mark[0] in "'\"":
        return mark[1:-1]
    return mark[1:] if mark[0] == "\\" and len(mark) > 1 else mark


# ---------------------------------------------------------------- moments

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip

STANDARD_MOMENT: Final = {
    "d": "MM/dd/yyyy", "D": "dddd, dd MMMM yyyy", "f": "dddd, dd MMMM yyyy HH:mm", "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss", "m": "MMMM dd", "M": "MMMM dd", "o": "yyyy-MM-ddTHH:mm:ss.fffffff",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffff", "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'", "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss", "t": "HH:mm", "T": "HH:mm:ss", "u": "yyyy-MM-dd HH:mm:ss'Z'", "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM", "Y": "yyyy MMMM",
}  # fmt: skip

_MOMENT: Final = lazy(
    r"'[^']*'|\"[^\"]*\"|\\.|%?(?:d{1,8}|M{1,8}|y{1,8}|H{1,4}|h{1,4}|m{1,4}|s{1,4}|f{1,7}|F{1,7}|t{1,4}|K|z{1,4})|.", re.DOTALL
)


def format_moment(moment: datetime, form: str) -> str:
    """A DateTime by a standard or custom format string."""
    if len(form) == 1:
        if form not in STANDARD_MOMENT:
            raise bad_format()
        form = STANDARD_MOMENT[form]
    return "".join(_part(moment, match[0].removeprefix("%")) for match in _MOMENT.finditer(form))


def _part(moment: datetime, mark: str) -> str:
    letter, count = mark[0], len(mark)
    if letter in "'\"\\" and count > 1:
        return _literal(mark)
    if letter == "d":
        return (
            str(moment.day)
            if count == 1
            else f"{moment.day:02}"
            if count == 2
            else DAYS[moment.weekday()][:3]
            if count == 3
            else DAYS[moment.weekday()]
        )
    if letter == "M":
        name = MONTHS[moment.month - 1]
        return str(moment.month) if count == 1 else f"{moment.month:02}" if count == 2 else name[:3] if count == 3 else name
    if letter == "y":
        return f"{moment.year:0{count}}" if count > 2 else str(moment.year % 100).rjust(count, "0")
    if letter == "H":
        return str(moment.hour).rjust(min(count, 2), "0")
    if letter == "h":
        return str((moment.hour + 11) % 12 + 1).rjust(min(count, 2), "0")
    if letter == "m":
        return str(moment.minute).rjust(min(count, 2), "0")
    if letter == "s":
        return str(moment.second).rjust(min(count, 2), "0")
    if letter in "fF":
        digits = f"{moment.microsecond:06}0"[:count]
        return digits if letter == "f" else digits.rstrip("0")
    if letter == "t":
        return ("AM" if moment.hour < 12 else "PM")[: min(count, 2)]
    if letter == "z":
        return "+09" if count < 3 else "+09:00"
    return "" if letter == "K" else mark


def format_guid(value: str, form: str) -> str:
    letter = form.upper() or "D"
    if letter == "N":
        return value.replace("-", "")
    if letter == "B":
        return f"{{{value}}}"
    if letter == "P":
        return f"({value})"
    if letter == "D":
        return value
    raise bad_format()
