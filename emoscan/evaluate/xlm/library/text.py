"""Texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.library import function, on_ranges
from emoscan.evaluate.xlm.values import MAX_CHARACTERS, NA, NOISE, VALUE, Array, number_text, to_number, to_text
from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine


def text_of(value: Any) -> str:
    """The text of a value that is neither an error nor unknown."""
    text = to_text(value)
    return text if isinstance(text, str) else ""


class Wrong(Exception):
    """An argument that is no number."""


def whole(value: Any, default: int = 0) -> int:
    """A whole number. Raises Wrong, which the functions here turn into #VALUE!."""
    if value is MISSING:
        return default
    number = to_number(value)
    if type(number) is not float:
        raise Wrong
    if abs(number) > 1e15:
        raise Wrong
    return int((number + NOISE) // 1)


def checked(m: XlmMachine, text: str) -> Any:
    m.spend(1 + len(text) // 64)
    if len(text) > 1_024:
        if len(text) > MAX_CHARACTERS:
            return VALUE
        m.grow(len(text))
    return text


@function("CHAR")
def char(m: XlmMachine, code: Any) -> Any:
    number = to_number(code)
    if type(number) is not float or not 1 <= number + NOISE < 256:
        return VALUE
    return m.decoded(bytes((int(number + NOISE),)))


@function("UNICHAR")
def unichar(_: XlmMachine, code: Any) -> Any:
    number = to_number(code)
    return chr(int(number)) if type(number) is float and 1 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else VALUE


@function("CODE")
def code(m: XlmMachine, value: Any) -> Any:
    text = text_of(value)
    if not text:
        return VALUE
    from emoscan.evaluate.core.encoding import ansi_encode

    return float(ansi_encode(text[0], m.codec)[0])


@function("UNICODE")
def unicode_(_: XlmMachine, value: Any) -> Any:
    text = text_of(value)
    return float(ord(text[0])) if text else VALUE


@function("LEN", "LENB")
def length(_: XlmMachine, value: Any) -> Any:
    return float(len(text_of(value)))


@function("MID", "MIDB")
def mid(m: XlmMachine, value: Any, start: Any, count: Any) -> Any:
    try:
        first, size = whole(start), whole(count)
    except Wrong:
        return VALUE
    return VALUE if first < 1 or size < 0 else checked(m, text_of(value)[first - 1 : first - 1 + size])


@function("LEFT", "LEFTB")
def left(m: XlmMachine, value: Any, count: Any = 1.0) -> Any:
    try:
        size = whole(count, 0)
    except Wrong:
        return VALUE
    return VALUE if size < 0 else checked(m, text_of(value)[:size])


@function("RIGHT", "RIGHTB")
def right(m: XlmMachine, value: Any, count: Any = 1.0) -> Any:
    try:
        size = whole(count, 0)
    except Wrong:
        return VALUE
    text = text_of(value)
    return VALUE if size < 0 else checked(m, text[max(0, len(text) - size) :])


@on_ranges("CONCATENATE", "CONCAT")
def concatenate(m: XlmMachine, *values: Any) -> Any:
    pieces: list[Any] = []
    for value in m.flat(values):
        text = to_text(value)
        if type(text) is ErrorValue:
            return text
        pieces.append(text)
    made = Unknown.join(pieces)
    return made if isinstance(made, Unknown) else checked(m, made)


@on_ranges("TEXTJOIN")
def textjoin(m: XlmMachine, by: Any, skip: Any, *values: Any) -> Any:
    texts = [to_text(value) for value in m.flat(values)]
    bad = next((text for text in texts if type(text) is ErrorValue), None)
    if bad is not None:
        return bad
    separator = text_of(m.single(by))
    pieces: list[Any] = []
    for text in texts:
        if text == "" and m.truth(skip):
            continue
        pieces += [separator, text] if pieces else [text]
    made = Unknown.join(pieces)
    return made if isinstance(made, Unknown) else checked(m, made)


@function("LOWER")
def lower(_: XlmMachine, value: Any) -> Any:
    return text_of(value).lower()


@function("UPPER")
def upper(_: XlmMachine, value: Any) -> Any:
    return text_of(value).upper()


@function("PROPER")
def proper(_: XlmMachine, value: Any) -> Any:
    return text_of(value).title()


@function("TRIM")
def trim(_: XlmMachine, value: Any) -> Any:
    return " ".join(piece for piece in text_of(value).split(" ") if piece)


@function("CLEAN")
def clean(_: XlmMachine, value: Any) -> Any:
    return "".join(c for c in text_of(value) if ord(c) >= 32)


@function("REPT")
def rept(m: XlmMachine, value: Any, count: Any) -> Any:
    try:
        times = whole(count)
    except Wrong:
        return VALUE
    text = text_of(value)
    if times < 0 or len(text) * times > MAX_CHARACTERS:
        return VALUE
    return checked(m, text * times)


@function("REPLACE", "REPLACEB")
def replace(m: XlmMachine, value: Any, start: Any, count: Any, new: Any) -> Any:
    try:
        first, size = whole(start), whole(count)
    except Wrong:
        return VALUE
    text = text_of(value)
    return VALUE if first < 1 or size < 0 else checked(m, text[: first - 1] + text_of(new) + text[first - 1 + size :])


@function("SUBSTITUTE")
def substitute(m: XlmMachine, value: Any, old: Any, new: Any, which: Any = MISSING) -> Any:
    text, what, by = text_of(value), text_of(old), text_of(new)
    if not what:
        return text
    m.grow(len(text) + text.count(what) * len(by))
    if which is MISSING:
        return checked(m, text.replace(what, by))
    try:
        number = whole(which)
    except Wrong:
        return VALUE
    at = -1
    for _ in range(min(number, len(text))):
        at = text.find(what, at + 1)
        if at < 0:
            return text
    return VALUE if number < 1 else text[:at] + by + text[at + len(what) :]


@function("FIND", "FINDB")
def find(_: XlmMachine, what: Any, value: Any, start: Any = 1.0) -> Any:
    try:
        first = whole(start, 1)
    except Wrong:
        return VALUE
    at = text_of(value).find(text_of(what), first - 1) if first > 0 else -1
    return VALUE if at < 0 else float(at + 1)


@function("SEARCH", "SEARCHB")
def search(m: XlmMachine, what: Any, value: Any, start: Any = 1.0) -> Any:
    try:
        first = whole(start, 1)
    except Wrong:
        return VALUE
    text, pattern = text_of(value).lower(), text_of(what).lower()
    if first < 1:
        return VALUE
    if not any(c in pattern for c in "*?~"):
        at = text.find(pattern, first - 1)
        return VALUE if at < 0 else float(at + 1)
    for at in range(first - 1, len(text) + 1):
        m.spend(1)
        if matches(m, text[at:], pattern + "*"):
            return float(at + 1)
    return VALUE


def matches(m: XlmMachine, text: str, pattern: str) -> bool:
    """Whether a text is as a pattern with * ? ~ says; in time proportional to their lengths multiplied."""
    m.spend(1 + len(text) * len(pattern) // 256)
    at = spot = 0
    star, back = -1, 0
    while at < len(text):
        c = pattern[spot : spot + 1]
        if c == "*":
            star, back = spot, at
            spot += 1
        elif c == "~" and pattern[spot + 1 : spot + 2] == text[at]:
            spot, at = spot + 2, at + 1
        elif c and c != "~" and (c in ("?", text[at])):
            spot, at = spot + 1, at + 1
        elif star >= 0:
            back += 1
            spot, at = star + 1, back
        else:
            return False
    return not pattern[spot:].strip("*")


@function("EXACT")
def exact(_: XlmMachine, one: Any, other: Any) -> Any:
    return text_of(one) == text_of(other)


@function("T")
def only_text(_: XlmMachine, value: Any) -> Any:
    return value if isinstance(value, str) else ""


@function("VALUE", "NUMBERVALUE")
def value_(_: XlmMachine, value: Any, *_more: Any) -> Any:
    return to_number(value)


@function("FIXED")
def fixed(_: XlmMachine, value: Any, digits: Any = 2.0, plain: Any = False) -> Any:
    number = to_number(value)
    try:
        places = whole(digits, 2)
    except Wrong:
        return VALUE
    if type(number) is not float or not -15 <= places <= 127:
        return VALUE
    rounded = round(number, places)
    shown = max(0, places)
    return f"{rounded:.{shown}f}" if plain else f"{rounded:,.{shown}f}"


@function("DOLLAR")
def dollar(m: XlmMachine, value: Any, digits: Any = 2.0) -> Any:
    shown = fixed(m, value, digits)
    return f"${shown}" if isinstance(shown, str) else shown


_FRACTION = lazy(r"[#,?]*0[0#?,]*(?:\.([0#?]+))?(%?)|[#?,]+(?:\.([0#?]+))?(%?)")


@function("TEXT")
def text(m: XlmMachine, value: Any, layout: Any) -> Any:
    """TEXT with the formats macros use: numbers with zeros and places, dates, @."""
    shape = text_of(layout)
    number = to_number(value)
    if type(number) is not float or shape in ("@", ""):
        return text_of(value)
    if shape.lower() in ("general", "standard"):
        return number_text(number)
    plain = "".join(shape.split('"')[::2]).lower().replace("am/pm", "")
    if not any(c in plain for c in "ymdhs0#?@e"):
        return shape.replace('"', "")
    if any(c in plain for c in "ymdhs") and not any(c in plain for c in "0#"):
        from emoscan.evaluate.xlm.library.dates import written

        return written(m, number, shape)
    shape = shape.split(";")[0]
    match = _FRACTION.search(shape)
    if match is None:
        return shape.replace('"', "")
    digits = len(match[1] or match[3] or "")
    percent = "%" in match[0]
    figures = f"{abs(number) * (100 if percent else 1):.{min(digits, 100)}f}"
    before, _, after = figures.partition(".")
    least = sum(c == "0" for c in match[0].partition(".")[0])
    before = before.zfill(least) if least else before.lstrip("0")
    if "," in match[0]:
        before = f"{int(before or 0):,}"
    optional = (match[1] or match[3] or "").replace("?", "#")
    while after and optional.endswith("#") and after.endswith("0"):
        after, optional = after[:-1], optional[:-1]
    body = ("-" if number < 0 and float(figures) else "") + before + ("." + after if after else "") + ("%" if percent else "")
    prefix, suffix = shape[: match.start()].replace('"', ""), shape[match.end() :].replace('"', "")
    return prefix + body + suffix


@on_ranges("NA")
def not_available(_: XlmMachine) -> Any:
    return NA


@on_ranges("TRUE")
def true(_: XlmMachine) -> Any:
    return True


@on_ranges("FALSE")
def false(_: XlmMachine) -> Any:
    return False


def _cut(m: XlmMachine, value: Any, by: Any, which: Any, *, after: bool) -> Any:
    """The text before or behind the n-th of several separators, from the end when n is negative."""
    text = text_of(m.single(value))
    marks = [mark for mark in (text_of(item) for item in m.flat((by,))) if mark]
    try:
        number = whole(m.single(which), 1)
    except Wrong:
        return VALUE
    m.spend(1 + len(text) * len(marks) // 64)
    found: list[tuple[int, int]] = []
    at = 0
    while marks and len(found) < 32_768:
        places = [(place, -len(mark)) for mark in marks if (place := text.find(mark, at)) >= 0]
        if not places:
            break
        place, size = min(places)
        found.append((place, place - size))
        at = place - size
    if not number or abs(number) > len(found):
        return NA
    start, end = found[number - 1 if number > 0 else number]
    return text[end:] if after else text[:start]


@on_ranges("TEXTBEFORE")
def textbefore(m: XlmMachine, value: Any, by: Any, which: Any = 1.0, *_more: Any) -> Any:
    return _cut(m, value, by, which, after=False)


@on_ranges("TEXTAFTER")
def textafter(m: XlmMachine, value: Any, by: Any, which: Any = 1.0, *_more: Any) -> Any:
    return _cut(m, value, by, which, after=True)


def _split(text: str, marks: list[str], *, skip: bool) -> list[str]:
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return [piece for piece in (text.split(marks[0]) if marks else [text]) if piece or not skip]


@on_ranges("TEXTSPLIT")
def textsplit(m: XlmMachine, value: Any, columns: Any, rows: Any = MISSING, skip: Any = False, *_more: Any) -> Any:
    text = text_of(m.single(value))
    across, down = ([mark for mark in map(text_of, m.flat((by,))) if mark] if by is not MISSING else [] for by in (columns, rows))
    leave_out = skip is not MISSING and m.truth(skip)
    m.spend(1 + len(text) * (len(across) + len(down)) // 64)
    lines = [_split(line, across, skip=leave_out) for line in _split(text, down, skip=leave_out)]
    width = max(map(len, lines), default=0)
    m.grow(64 * len(lines) * width)
    return Array([line + [NA] * (width - len(line)) for line in lines]) if width else VALUE


@on_ranges("ARRAYTOTEXT", "VALUETOTEXT")
def arraytotext(m: XlmMachine, area: Any, *_more: Any) -> Any:
    return checked(m, ", ".join(text_of(value) for value in m.flat((area,))))


@function("HYPERLINK")
def hyperlink(_: XlmMachine, target: Any, shown: Any = MISSING) -> Any:
    return target if shown is MISSING else shown


_WIDE: Final = {0x3000: " "} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_NARROW: Final = {ord(narrow): chr(wide) for wide, narrow in _WIDE.items()}


@function("ASC")
def asc(_: XlmMachine, value: Any) -> Any:
    return text_of(value).translate(_WIDE)


@function("DBCS", "JIS")
def jis(_: XlmMachine, value: Any) -> Any:
    return text_of(value).translate(_NARROW)


@function("PHONETIC")
def phonetic(_: XlmMachine, value: Any) -> Any:
    return text_of(value)


@function("ENCODEURL")
def encodeurl(m: XlmMachine, value: Any) -> Any:
    from urllib.parse import quote

    return checked(m, quote(text_of(value), safe="-_.~", errors="replace"))


_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@function("ARABIC")
def arabic(_: XlmMachine, value: Any) -> Any:
    """A Roman number; a smaller sign before a greater one is taken away."""
    digits = text_of(value).strip().upper()
    minus = digits.startswith("-")
    try:
        values = [_ROMAN[digit] for digit in digits.removeprefix("-")[:255]]
    except KeyError:
        return VALUE
    total = sum(-value if value < following else value for value, following in zip(values, [*values[1:], 0]))
    return float(-total if minus else total)
