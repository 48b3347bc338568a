"""`Format` and its kin (MS-VBAL 6.1.2.11.1.9; Microsoft's page on the Format function).

A format is up to four sections. Each is read once into `Section`: the kind of value it is for (its first sign that means
something decides), and its tokens.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any, Final, Literal

from msgspec import Struct

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NULL, Date, Unknown
from emoscan.evaluate.vba.convert import number, overflow, parse_date, to_date, to_datetime
from emoscan.evaluate.vba.library import builtin, invalid_call, unknown
from emoscan.evaluate.vba.library.dates import day_and_seconds, week_of_year, weekday_of
from emoscan.evaluate.vba.locale import ERAS, Locale, locale_of
from emoscan.evaluate.vba.operators import text

Kind = Literal["", "number", "date", "string"]


class Token(Struct, frozen=True):
    sign: str
    """"literal", or what the format says: 0 # . , % E+ @ & d dd yyyy AM/PM …"""
    text: str = ""


class Section(Struct, frozen=True):
    kind: Kind
    tokens: tuple[Token, ...]


DATE_SIGNS: Final = {
    "d": 6,
    "m": 4,
    "y": 4,
    "h": 2,
    "n": 2,
    "s": 2,
    "w": 2,
    "q": 1,
    "c": 1,
    "g": 3,
    "e": 2,
    "o": 4,
}
"""Letters of date formats, and how many of them at most make one sign."""

HALVES: Final = ("am/pm", "a/p", "ampm")

MAX_FORMAT: Final = 1 << 14
MAX_SCALE: Final = 100
"""Percent signs or dividing commas in one format."""


@lru_cache(maxsize=256)
def sections(pattern: str) -> tuple[Section, ...]:
    """A format taken apart. All sections are for the kind of value that the first sign with a meaning is for."""
    found: list[Section] = []
    tokens: list[Token] = []
    kind: Kind = ""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        low = char.lower()
        if char == ";":
            found.append(Section(kind, tuple(tokens)))
            tokens = []
            at += 1
        elif char == '"':
            end = pattern.find('"', at + 1)
            end = len(pattern) if end < 0 else end
            tokens.append(Token("literal", pattern[at + 1 : end]))
            at = end + 1
        elif char == "\\":
            tokens.append(Token("literal", pattern[at + 1 : at + 2]))
            at += 2
        elif char in "@&<>!" and kind in ("", "string"):
            kind = "string"
            tokens.append(Token(char))
            at += 1
        elif char in "0#%" or (char in ".," and kind == "number") or (char == "." and pattern[at + 1 : at + 2] in ("0", "#")):
            if kind in ("", "number"):
                kind = "number"
                tokens.append(Token(char))
            else:
                tokens.append(Token("literal", char))
            at += 1
        elif low == "e" and pattern[at + 1 : at + 2] in ("+", "-") and kind == "number":
            tokens.append(Token(pattern[at : at + 2]))
            at += 2
        else:
            sign = date_sign(pattern, at) if kind in ("", "date") else ""
            if sign:
                kind = "date"
                tokens.append(Token(sign.lower(), sign))
                at += len(sign)
            else:
                tokens.append(Token("literal", char))
                at += 1
    found.append(Section(kind, tuple(tokens)))
    return tuple(found)


def date_sign(pattern: str, at: int) -> str:
    """The sign of a date format that begins at a place; empty where none does."""
    low = pattern[at].lower()
    if low in "/:":
        return low
    if low == "a":
        for half in HALVES:
            if pattern[at : at + len(half)].lower() == half:
                return pattern[at : at + len(half)]
        count = run(pattern, at, 4)
        return pattern[at : at + count] if count >= 3 else ""
    if low == "t":
        return pattern[at : at + 5] if pattern[at : at + 5].lower() == "ttttt" else ""
    most = DATE_SIGNS.get(low)
    return pattern[at : at + run(pattern, at, most)] if most else ""


def run(pattern: str, at: int, most: int) -> int:
    end = at
    while end < len(pattern) and end - at < most and pattern[end].lower() == pattern[at].lower():
        end += 1
    return end - at


# ---------------------------------------------------------------- Format

NAMED_NUMBERS: Final = {
    "fixed": "0.00",
    "standard": "#,##0.00",
    "percent": "0.00%",
    "scientific": "0.00E+00",
}

NAMED_TRUTHS: Final = {"yes/no": ("Yes", "No"), "true/false": ("True", "False"), "on/off": ("On", "Off")}


def named_date(name: str, locale: Locale) -> str:
    """The format that a name for dates and times stands for."""
    return {
        "general date": "c",
        "long date": locale.long_date,
        "medium date": locale.medium_date,
        "short date": locale.short_date,
        "long time": "h:nn:ss",
        "medium time": "hh:nn AMPM",
        "short time": "hh:nn",
    }.get(name, "")


@builtin("Format", "expression format firstdayofweek firstweekofyear", "v s? i? i?", result="P")
def format_(machine: Any, value: Any, pattern: Any, first_day: Any, first_week: Any) -> Any:
    if type(value) is Unknown:
        return unknown("Format", value)
    pattern = "" if pattern is MISSING else pattern
    if not pattern:
        return "" if value is NULL else text(value)
    if len(pattern) > MAX_FORMAT:
        raise invalid_call()
    machine.spend(len(pattern) >> 3)
    machine.grow(len(pattern) + 400)
    locale = locale_of(machine)
    name = pattern.lower()
    if name in NAMED_TRUTHS:
        return named_truth(value, name)
    if name == "general number":
        return text(number(value)) if as_number(value) is not None else plain_text(value)
    if name == "currency":
        return currency(value, locale)
    date_format = named_date(name, locale)
    week = (1 if first_day is MISSING else first_day, 1 if first_week is MISSING else first_week)
    return by_pattern(value, date_format or NAMED_NUMBERS.get(name, pattern), locale, week)


def by_pattern(value: Any, pattern: str, locale: Locale, week: tuple[int, int]) -> str:
    found = sections(pattern)
    kinds = [section.kind for section in found]
    kind = next((kind for kind in kinds if kind), "")
    if kind == "string":
        return format_string("" if value is NULL else text(value), found)  # type: ignore[arg-type]
    if value is NULL:
        return format_number(0, (found[3],)) if len(found) > 3 else ""
    if kind == "date":
        moment = as_date(value)
        return plain_text(value) if moment is None else format_date(moment, found[0].tokens, locale, week)
    amount = as_number(value)
    if amount is None:
        return plain_text(value)
    return format_number(amount, found)


def plain_text(value: Any) -> str:
    return "" if value is NULL else str(text(value))


def as_number(value: Any) -> int | float | None:
    """A value as a number, or a text that is one or a date; None for other texts."""
    if value is NULL:
        return None
    try:
        return number(value)  # type: ignore[return-value]
    except ScriptError as error:
        if error.number == 6:
            raise
    found = parse_date(value) if type(value) is str else None
    return None if found is None else found.serial


def as_date(value: Any) -> Date | None:
    try:
        return to_date(value)  # type: ignore[return-value]
    except ScriptError as error:
        if error.number == 6:
            raise
        return None


def named_truth(value: Any, name: str) -> str:
    amount = as_number(value)
    if amount is None:
        return plain_text(value)
    return NAMED_TRUTHS[name][amount == 0]


def currency(value: Any, locale: Locale) -> str:
    amount = as_number(value)
    if amount is None:
        return plain_text(value)
    digits = "." + "0" * locale.currency_digits if locale.currency_digits else ""
    return format_number(amount, sections(f'"{locale.currency}"#,##0{digits};-"{locale.currency}"#,##0{digits}'))


# ---------------------------------------------------------------- numbers


def format_number(amount: float, found: tuple[Section, ...]) -> str:
    """By the section for its sign. A section that is empty leaves it to the first."""
    value = decimal(amount)
    section, show_sign = found[0], value < 0
    if value < 0 and len(found) > 1 and found[1].tokens:
        section, show_sign = found[1], False
    elif value == 0 and len(found) > 2 and found[2].tokens:
        section = found[2]
    return ("-" if show_sign else "") + format_section(abs(value), section.tokens)


def decimal(amount: float) -> Decimal:
    """A number with the 15 digits that a Double has."""
    if type(amount) is int and abs(amount) < 10**28:
        return Decimal(amount)
    value = Decimal(f"{float(amount):.15g}")
    if not value.is_finite():
        raise overflow()
    return value


def format_section(value: Decimal, tokens: tuple[Token, ...]) -> str:
    """A number that is not negative, by the tokens of one section."""
    signs = [token.sign for token in tokens]
    if not any(sign in "0#" for sign in signs):
        # No place for a digit: only the text of the section.
        return "".join("%" if t.sign == "%" else t.text if t.sign == "literal" else t.sign if t.sign == "." else "" for t in tokens)
    point = signs.index(".") if "." in signs else len(signs)
    exponent = next((at for at, sign in enumerate(signs) if sign[0] in "eE" and len(sign) == 2), len(signs))
    point = min(point, exponent)
    places = [at for at, sign in enumerate(signs) if sign in ("0", "#")]
    whole_places = [at for at in places if at < point]
    part_places = [at for at in places if point < at < exponent]
    power_places = [at for at in places if at > exponent]
    grouped, scale = commas(signs, whole_places, point)
    if signs.count("%") > MAX_SCALE or scale > MAX_SCALE:
        raise overflow()
    with localcontext() as context:
        context.prec = 1000 + len(part_places)
        value = value.scaleb(2 * signs.count("%") - 3 * scale)
        power = 0
        if exponent < len(signs):
            value, power = scaled(value, max(1, len(whole_places)), len(part_places))
        rounded = value.quantize(Decimal(1).scaleb(-len(part_places)), rounding=ROUND_HALF_UP)
    digits = f"{rounded:f}"
    whole, _, fraction = digits.partition(".")
    whole = whole.lstrip("0")
    filled = fill_whole(whole, [signs[at] for at in whole_places], grouped=grouped)
    shown = dict(zip(whole_places, filled))
    needed = max((n + 1 for n, at in enumerate(part_places) if signs[at] == "0"), default=0)
    kept = fraction.rstrip("0").ljust(needed, "0") if fraction else ""
    shown |= {at: kept[n : n + 1] for n, at in enumerate(part_places)}
    shown |= dict(zip(power_places, fill_whole(str(abs(power)), [signs[at] for at in power_places], grouped=False)))
    pieces: list[str] = []
    for at, token in enumerate(tokens):
        if token.sign == "literal":
            pieces.append(token.text)
        elif at in shown:
            pieces.append(shown[at])
        elif token.sign == ".":
            pieces.append((whole if not whole_places and at == point else "") + ("." if at == point else ""))
        elif token.sign == "%":
            pieces.append("%")
        elif at == exponent:
            pieces.append(token.sign[0] + ("-" if power < 0 else "+" if token.sign[1] == "+" else ""))
    return "".join(pieces)


def commas(signs: list[str], whole_places: list[int], point: int) -> tuple[bool, int]:
    """(digits are grouped by thousands, times the number is divided by a thousand): commas between digits group, commas
    behind the last digit before the point divide.
    """
    if not whole_places:
        return False, 0
    first, last = whole_places[0], whole_places[-1]
    grouped = any(sign == "," and first < at < last for at, sign in enumerate(signs))
    return grouped, sum(sign == "," and last < at < point for at, sign in enumerate(signs))


def scaled(value: Decimal, whole: int, part: int) -> tuple[Decimal, int]:
    """(mantissa, power of ten): `whole` digits before the point once it is rounded to `part` digits."""
    if value == 0:
        return value, 0
    power = value.adjusted() - (whole - 1)
    mantissa = value.scaleb(-power)
    if mantissa.quantize(Decimal(1).scaleb(-part), rounding=ROUND_HALF_UP).adjusted() >= whole:
        power += 1
        mantissa = value.scaleb(-power)
    return mantissa, power


def fill_whole(digits: str, places: list[str], *, grouped: bool) -> list[str]:
    """What each place shows: the digits from the right, zeros where the format has 0, and what is too much in the first."""
    if not places:
        return []
    shown: list[str] = []
    rest = digits
    needed = len(places) - places.index("0") if "0" in places else 0
    rest = rest.rjust(needed, "0")
    position = 0
    for number_of_place in range(len(places)):
        last = number_of_place == len(places) - 1
        take = rest if last else rest[-1:]
        rest = "" if last else rest[:-1]
        piece = ""
        for char in reversed(take):
            if grouped and position and position % 3 == 0:
                piece = "," + piece
            piece = char + piece
            position += 1
        shown.append(piece)
    return shown[::-1]


# ---------------------------------------------------------------- texts


def format_string(value: str, found: tuple[Section, ...]) -> str:
    """`@` shows a character or a blank, `&` a character or nothing, from the right; from the left with `!`."""
    section = found[1] if not value and len(found) > 1 else found[0]
    signs = [token.sign for token in section.tokens]
    if ">" in signs:
        value = value.upper()
    elif "<" in signs:
        value = value.lower()
    places = [at for at, sign in enumerate(signs) if sign in ("@", "&")]
    if not places:
        literal = "".join(token.text for token in section.tokens)
        return literal + value if any(sign in ("<", ">", "!") for sign in signs) else literal
    missing = max(0, len(places) - len(value))
    blanks = [""] * missing
    characters = [*value, *blanks] if "!" in signs else [*blanks, *value]
    extra = len(characters) - len(places)
    if extra > 0:
        if "!" in signs:
            characters = [*characters[: len(places) - 1], "".join(characters[len(places) - 1 :])]
        else:
            characters = ["".join(characters[: extra + 1]), *characters[extra + 1 :]]
    shown = dict(zip(places, characters))
    return "".join(
        token.text if token.sign == "literal" else (shown[at] or (" " if token.sign == "@" else "")) if at in shown else ""
        for at, token in enumerate(section.tokens)
    )


# ---------------------------------------------------------------- dates


def format_date(value: Date, tokens: tuple[Token, ...], locale: Locale, week: tuple[int, int]) -> str:
    moment = to_datetime(value)
    signs = [token.sign for token in tokens]
    half_day = any(sign in HALVES for sign in signs)
    pieces: list[str] = []
    after_hour = False
    for token in tokens:
        sign = token.sign
        if sign in ("m", "mm") and after_hour:
            sign = "n" * len(sign)
        if sign == "literal":
            pieces.append(token.text)
            continue
        if sign in "/:":
            pieces.append(sign)
            continue
        after_hour = sign in ("h", "hh")
        pieces.append(date_piece(sign, token.text, value, moment, locale, week, half_day=half_day))
    return "".join(pieces)


def date_piece(sign: str, spelt: str, value: Date, moment: datetime, locale: Locale, week: tuple[int, int], *, half_day: bool) -> str:
    """What one sign of a date format shows."""
    day = weekday_of(day_and_seconds(value)[0]) - 1
    hour = (moment.hour % 12 or 12) if half_day else moment.hour
    match sign:
        case "c" | "ddddd" | "dddddd" | "ttttt":
            return composed(sign, value, locale, week)
        case "d" | "dd":
            return padded(moment.day, sign)
        case "ddd" | "dddd":
            return ENGLISH_DAYS[day][: 3 if sign == "ddd" else None]
        case "aaa" | "aaaa":
            return (locale.short_days if sign == "aaa" else locale.days)[day]
        case "w":
            return str(weekday_of(day_and_seconds(value)[0], week[0]))
        case "ww":
            return str(week_of_year(day_and_seconds(value)[0], *week))
        case "m" | "mm":
            return padded(moment.month, sign)
        case "mmm" | "mmmm":
            return ENGLISH_MONTHS[moment.month - 1][: 3 if sign == "mmm" else None]
        case "oooo":
            return locale.months[moment.month - 1]
        case "q":
            return str((moment.month + 2) // 3)
        case "y":
            return str(moment.timetuple().tm_yday)
        case "yy" | "yyy":
            return f"{moment.year % 100:02d}" + (str(moment.timetuple().tm_yday) if sign == "yyy" else "")
        case "yyyy":
            return f"{moment.year:04d}"
        case "h" | "hh":
            return padded(hour, sign)
        case "n" | "nn":
            return padded(moment.minute, sign)
        case "s" | "ss":
            return padded(moment.second, sign)
        case "am/pm" | "a/p" | "ampm":
            return half(sign, spelt, moment, locale)
        case "g" | "gg" | "ggg" | "e" | "ee":
            return era(sign, moment)
    return spelt


ENGLISH_DAYS: Final = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
ENGLISH_MONTHS: Final = "January February March April May June July August September October November December".split()
"""`ddd` and `mmm` are English in a Japanese Windows too; `aaa` and `oooo` are its own words."""


def padded(value: int, sign: str) -> str:
    return f"{value:02d}" if len(sign) > 1 else str(value)


def composed(sign: str, value: Date, locale: Locale, week: tuple[int, int]) -> str:
    """Formats that stand for others: `c` is the date, the time, or both, as far as they are not zero."""
    has_time = value.serial != int(value.serial)
    patterns = {"ddddd": locale.short_date, "dddddd": locale.long_date, "ttttt": "h:nn:ss"}
    if sign == "c":
        pattern = locale.short_date if not has_time else "h:nn:ss" if int(value.serial) == 0 else f"{locale.short_date} h:nn:ss"
    else:
        pattern = patterns[sign]
    return format_date(value, sections(pattern)[0].tokens, locale, week)


def half(sign: str, spelt: str, moment: datetime, locale: Locale) -> str:
    late = moment.hour >= 12
    if sign == "ampm":
        return locale.halves[late]
    return spelt.split("/")[late]


def era(sign: str, moment: datetime) -> str:
    """Japanese eras: `g` `gg` `ggg` name one, `e` `ee` count its years."""
    for begins, letter, short, name in ERAS:
        if (moment.year, moment.month, moment.day) >= begins:
            if sign in ("e", "ee"):
                return padded(moment.year - begins[0] + 1, sign)
            return {"g": letter, "gg": short, "ggg": name}[sign]
    return padded(moment.year, sign) if sign in ("e", "ee") else ""


# ---------------------------------------------------------------- FormatNumber and its kin


@builtin(
    "FormatNumber",
    "expression numdigitsafterdecimal includeleadingdigit useparensfornegativenumbers groupdigits",
    "N I? I? I? I?",
    result="S",
)
def format_number_(_machine: Any, value: float, digits: Any, leading: Any, parens: Any, group: Any) -> str:
    return laid_out(value, 2, digits, leading, parens, group)


@builtin(
    "FormatPercent",
    "expression numdigitsafterdecimal includeleadingdigit useparensfornegativenumbers groupdigits",
    "N I? I? I? I?",
    result="S",
)
def format_percent(_machine: Any, value: float, digits: Any, leading: Any, parens: Any, group: Any) -> str:
    return laid_out(value, 2, digits, leading, parens, group, after="%")


@builtin(
    "FormatCurrency",
    "expression numdigitsafterdecimal includeleadingdigit useparensfornegativenumbers groupdigits",
    "N I? I? I? I?",
    result="S",
)
def format_currency(machine: Any, value: float, digits: Any, leading: Any, parens: Any, group: Any) -> str:
    locale = locale_of(machine)
    return laid_out(value, locale.currency_digits, digits, leading, parens, group, before=locale.currency)


def laid_out(value: float, usual_digits: int, digits: Any, leading: Any, parens: Any, group: Any, before: str = "", after: str = "") -> str:
    """`digits`: -1 for what Windows is set up with; the three switches: -1 yes, 0 no, -2 as Windows is set up."""
    digits = usual_digits if digits is MISSING or digits == -1 else digits
    if not 0 <= digits <= 99 or any(x is not MISSING and x not in (-2, -1, 0) for x in (leading, parens, group)):
        raise invalid_call()
    whole = "#" if leading == 0 else "0"
    pattern = ("#,##" if group is MISSING or group else "") + whole + ("." + "0" * digits if digits else "") + after
    shown = format_number(abs(value), sections(pattern))
    negative = value < 0 and any("1" <= c <= "9" for c in shown)
    if negative and parens == -1:
        return f"({before}{shown})"
    return ("-" if negative else "") + before + shown


@builtin("FormatDateTime", "date namedformat", "d i?", result="P")
def format_date_time(machine: Any, value: Date, named: Any) -> str:
    locale = locale_of(machine)
    patterns = {0: "c", 1: locale.long_date, 2: locale.short_date, 3: "h:nn:ss", 4: "hh:nn"}
    pattern = patterns.get(0 if named is MISSING else named)
    if pattern is None:
        raise invalid_call()
    return format_date(value, sections(pattern)[0].tokens, locale, (1, 1))


@builtin("MonthName", "month abbreviate", "I B?", result="S")
def month_name(machine: Any, month: int, abbreviate: Any) -> str:
    if not 1 <= month <= 12:
        raise invalid_call()
    locale = locale_of(machine)
    return (locale.months if abbreviate is MISSING or not abbreviate else locale.short_months)[month - 1]


@builtin("WeekdayName", "weekday abbreviate firstdayofweek", "I B? I?", result="S")
def weekday_name(machine: Any, weekday: int, abbreviate: Any, first: Any) -> str:
    first = 1 if first is MISSING or first == 0 else first
    if not 1 <= weekday <= 7 or not 1 <= first <= 7:
        raise invalid_call()
    locale = locale_of(machine)
    names = locale.days if abbreviate is MISSING or not abbreviate else locale.short_days
    return names[int(weekday + first - 2) % 7]
