"""System.Text.RegularExpressions."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core import regex as rx
from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Array

REGEX: Final = net_class("System.Text.RegularExpressions.Regex")
MATCH: Final = net_class(
    "System.Text.RegularExpressions.Match", "System.Text.RegularExpressions.Group", "System.Text.RegularExpressions.Capture"
)

OPTIONS: Final = "System.Text.RegularExpressions.RegexOptions"
enumeration(
    OPTIONS,
    **{"None": 0, "IgnoreCase": 1, "Multiline": 2, "ExplicitCapture": 4, "Compiled": 8, "Singleline": 16, "IgnorePatternWhitespace": 32},
    RightToLeft=64,
    ECMAScript=256,
    CultureInvariant=512,
)
enumeration("System.StringSplitOptions", **{"None": 0, "RemoveEmptyEntries": 1})
enumeration(
    "System.StringComparison",
    CurrentCulture=0,
    CurrentCultureIgnoreCase=1,
    InvariantCulture=2,
    InvariantCultureIgnoreCase=3,
    Ordinal=4,
    OrdinalIgnoreCase=5,
)

KNOWN_OPTIONS: Final = 1 | 2 | 4 | 16 | 32 | 64


def options_of(machine: Any, value: Any) -> int:
    """RegexOptions by name, number or both."""
    if value is MISSING or value is None:
        return 0
    if type(value) is int:
        return value & KNOWN_OPTIONS
    found = cast(machine, value, OPTIONS)
    if getattr(found, "value", 0) & rx.RIGHT_TO_LEFT:
        machine.undo("reverse")
    return getattr(found, "value", 0) & KNOWN_OPTIONS


@REGEX.makes
def make_regex(machine: Any, pattern: Any, options: Any = MISSING, _timeout: Any = MISSING) -> Object:
    return Object(REGEX, pattern=machine.shown(pattern), options=options_of(machine, options))


def make_match(match: rx.Match | None) -> Object:
    """A Match; one that failed for None."""
    return Object(MATCH, match=match, number=0)


def group_of(match: rx.Match, number: int) -> Object:
    return Object(MATCH, match=match, number=number)


def all_matches(machine: Any, text: Any, pattern: str, options: int) -> Any:
    subject = machine.text(text)
    if type(subject) is Unknown:
        return Unknown(f"matches in {subject.why}")
    found = machine.regex_matches(subject, pattern, options)
    if type(found) is Unknown:
        return found
    return [make_match(match) for match in found]


def first_match(machine: Any, text: Any, pattern: str, options: int, start: Any = MISSING) -> Any:
    subject = machine.text(text)
    if type(subject) is Unknown:
        return Unknown(f"match in {subject.why}")
    regex = machine.regex(pattern, options)
    begin = machine.whole(start, len(subject) if regex.backward else 0)
    return make_match(machine._counted(regex, lambda: regex.search(subject, begin)))


def replaced(machine: Any, text: Any, pattern: str, replacement: Any, options: int, count: Any = MISSING) -> Any:
    subject = machine.text(text)
    if type(subject) is Unknown:
        return subject
    return machine.regex_replace(subject, pattern, replacement, options, machine.whole(count, -1))


def pieces(machine: Any, text: Any, pattern: str, options: int, count: Any = MISSING) -> Any:
    subject = machine.text(text)
    if type(subject) is Unknown:
        return subject
    found = machine.regex_split(subject, pattern, options, machine.whole(count, 0))
    machine.was_split(found, pattern)
    return Array(found, "System.String")


# ---------------------------------------------------------------- static


@REGEX.shared("Matches", opened=True)
def static_matches(machine: Any, _type: str, text: Any, pattern: Any, options: Any = MISSING) -> Any:
    return all_matches(machine, text, machine.shown(pattern), options_of(machine, options))


@REGEX.shared("Match", opened=True)
def static_match(machine: Any, _type: str, text: Any, pattern: Any, options: Any = MISSING) -> Any:
    return first_match(machine, text, machine.shown(pattern), options_of(machine, options))


@REGEX.shared("IsMatch", opened=True)
def static_is_match(machine: Any, _type: str, text: Any, pattern: Any, options: Any = MISSING) -> Any:
    found = first_match(machine, text, machine.shown(pattern), options_of(machine, options))
    return found if type(found) is Unknown else found.data["match"] is not None


@REGEX.shared("Replace", opened=True)
def static_replace(machine: Any, _type: str, text: Any, pattern: Any, replacement: Any, options: Any = MISSING) -> Any:
    return replaced(machine, text, machine.shown(pattern), replacement, options_of(machine, options))


@REGEX.shared("Split", opened=True)
def static_split(machine: Any, _type: str, text: Any, pattern: Any, options: Any = MISSING) -> Any:
    return pieces(machine, text, machine.shown(pattern), options_of(machine, options))


@REGEX.shared("Escape")
def static_escape(machine: Any, _type: str, text: Any) -> str:
    return rx.escape(machine.shown(text))


@REGEX.shared("Unescape")
def static_unescape(machine: Any, _type: str, text: Any) -> str:
    """The characters that escapes such as those of line ends stand for."""
    source = machine.shown(text)
    reader = rx._Reader("", 0)
    reader.src = source
    out = []
    while reader.pos < len(source):
        c = source[reader.pos]
        reader.pos += 1
        out.append(reader.character() if c == "\\" and reader.pos < len(source) else c)
    return "".join(out)


# ---------------------------------------------------------------- objects


@REGEX.call("Matches", opened=True)
def matches(machine: Any, this: Object, text: Any, _start: Any = MISSING) -> Any:
    return all_matches(machine, text, this.data["pattern"], this.data["options"])


@REGEX.call("Match", opened=True)
def match_(machine: Any, this: Object, text: Any, start: Any = MISSING) -> Any:
    return first_match(machine, text, this.data["pattern"], this.data["options"], start)


@REGEX.call("IsMatch", opened=True)
def is_match(machine: Any, this: Object, text: Any, start: Any = MISSING) -> Any:
    found = first_match(machine, text, this.data["pattern"], this.data["options"], start)
    return found if type(found) is Unknown else found.data["match"] is not None


@REGEX.call("Replace", opened=True)
def replace(machine: Any, this: Object, text: Any, replacement: Any, count: Any = MISSING) -> Any:
    return replaced(machine, text, this.data["pattern"], replacement, this.data["options"], count)


@REGEX.call("Split", opened=True)
def split(machine: Any, this: Object, text: Any, count: Any = MISSING) -> Any:
    return pieces(machine, text, this.data["pattern"], this.data["options"], count)


@REGEX.call("ToString")
def pattern(_machine: Any, this: Object) -> str:
    return str(this.data["pattern"])


def span(this: Object) -> tuple[int, int]:
    match = this.data["match"]
    return match.spans[this.data["number"]] if match is not None else (-1, -1)


@MATCH.prop("Value")
def value(_machine: Any, this: Object) -> str:
    match = this.data["match"]
    return match.group(this.data["number"]) if match is not None else ""


@MATCH.call("ToString")
def shown(machine: Any, this: Object) -> str:
    return value(machine, this)


@MATCH.prop("Success")
def success(_machine: Any, this: Object) -> bool:
    return span(this)[0] >= 0


@MATCH.prop("Index")
def index(_machine: Any, this: Object) -> int:
    return max(span(this)[0], 0)


@MATCH.prop("Length")
def length(_machine: Any, this: Object) -> int:
    return span(this)[1] - span(this)[0]


GROUPS: Final = net_class("System.Text.RegularExpressions.GroupCollection")


@MATCH.prop("Groups", "Captures")
def groups(_machine: Any, this: Object) -> Object:
    match = this.data["match"]
    return Object(GROUPS, list=[group_of(match, n) for n in range(len(match.spans))] if match is not None else [this], match=match)


@GROUPS.prop("Count")
def group_count(_machine: Any, this: Object) -> int:
    return len(this.data["list"])


@GROUPS.call("Item", "get_Item")
def group_item(machine: Any, this: Object, key: Any) -> Any:
    held, match = this.data["list"], this.data["match"]
    if isinstance(key, str) and match is not None:
        number = match.regex.names.get(key, int(key) if key.isdigit() and len(key) < 5 else -1)
    else:
        number = machine.whole(key)
    return held[number] if 0 <= number < len(held) else make_match(None)


@MATCH.call("NextMatch")
def next_match(machine: Any, this: Object) -> Any:
    match = this.data["match"]
    if match is None:
        return this
    at = match.end + (match.start == match.end)
    if at > len(match.text):
        return make_match(None)
    return make_match(machine._counted(match.regex, lambda: match.regex.search(match.text, at)))


@MATCH.call("Result")
def result(machine: Any, this: Object, form: Any) -> str:
    match = this.data["match"]
    return rx.expand(machine.shown(form), match) if match is not None else ""
