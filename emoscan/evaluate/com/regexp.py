"""VBScript.RegExp: regular expressions, their matches and submatches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, text, whole
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.regex import ECMASCRIPT, IGNORE_CASE, MULTILINE, BadPattern, Match, TooManySteps, compile_regex, expand
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown

REGEXP: Final = ObjectClass("VBScript.RegExp", default="Pattern")
MATCHES: Final = ObjectClass("MatchCollection", default="Item")
MATCH: Final = ObjectClass("Match", default="Value")
REGEXP.field("Pattern", "")
for _name in ("Global", "IgnoreCase", "MultiLine"):
    REGEXP.field(_name, initial=False)

MOST_MATCHES: Final = 200_000
STEPS_PER_OPERATION: Final = 4
"""Steps of a search are smaller than operations of a script."""


@com_class("VBScript.RegExp", "VBScript_RegExp_55.RegExp", "RegExp", "3f4daca4-160d-11d2-a8e9-00104b365c9f")
def make_regexp(_machine: Any) -> Object:
    return Object(REGEXP)


def _found(machine: Any, this: Object, subject: str) -> list[Match] | None:
    """The matches: all with Global, the first without; None when that cannot be told. Raises error 5017."""
    pattern = text(machine, this.data.get("pattern"))
    if isinstance(pattern, Unknown):
        return None
    options = ECMASCRIPT
    for key, option in (("ignorecase", IGNORE_CASE), ("multiline", MULTILINE)):
        if machine.truth(this.data.get(key, False)):
            options |= option
    everywhere = machine.truth(this.data.get("global", False))
    try:
        made = compile_regex(pattern, options)
    except BadPattern:
        raise ScriptError(5017, "Syntax error in regular expression") from None
    found: list[Match] = []
    before = made.steps
    try:
        for match in made.matches(subject):
            machine.grow(100)
            found.append(match)
            if not everywhere:
                break
            if len(found) >= MOST_MATCHES:
                return None
    except TooManySteps:
        machine.unmodelled(f"regular expression {pattern[:60]} on {len(subject):,} characters")
        return None
    finally:
        machine.spend((made.steps - before) // STEPS_PER_OPERATION)
    return found


@REGEXP.method("Test", takes="sourceString")
def _test(machine: Any, this: Object, subject: Any = MISSING) -> Any:
    value = text(machine, subject)
    found = None if isinstance(value, Unknown) else _found(machine, this, value)
    return Unknown("RegExp.Test") if found is None else bool(found)


@REGEXP.method("Execute", takes="sourceString")
def _execute(machine: Any, this: Object, subject: Any = MISSING) -> Any:
    value = text(machine, subject)
    found = None if isinstance(value, Unknown) else _found(machine, this, value)
    return Unknown("RegExp.Execute") if found is None else Object(MATCHES, values=[Object(MATCH, match=match) for match in found])


@REGEXP.method("Replace", takes="sourceString replaceVar")
def _replace(machine: Any, this: Object, subject: Any = MISSING, replacement: Any = MISSING) -> Text:
    value, other = text(machine, subject), text(machine, replacement)
    if isinstance(value, Unknown) or isinstance(other, Unknown):
        return Unknown("RegExp.Replace")
    found = _found(machine, this, value)
    if found is None:
        return Unknown("RegExp.Replace")
    pieces: list[str] = []
    at = 0
    longest = len(other) + other.count("$") * len(value)
    if longest > machine.budget.limits.string_bytes:
        machine.grow(longest)
    for match in found:
        pieces += [value[at : match.start], expand(other, match)]
        machine.grow(len(pieces[-1]))
        at = match.end
    pieces.append(value[at:])
    machine.grow(len(value))
    return "".join(pieces)


@MATCHES.method("Item", takes="index")
def _item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    at = whole(machine, index)
    if not 0 <= at < len(this.data["values"]):
        raise ScriptError(5, "Invalid procedure call or argument")
    return this.data["values"][at]


@MATCHES.method("Count")
def _count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


def _each(_machine: Any, this: Object) -> Iterator[Object]:
    yield from list(this.data["values"])


MATCHES.items = _each


@MATCH.method("Value")
def _value(_machine: Any, this: Object) -> str:
    return this.data["match"].group(0)  # type: ignore[no-any-return]


@MATCH.method("FirstIndex")
def _first_index(_machine: Any, this: Object) -> int:
    return this.data["match"].start  # type: ignore[no-any-return]


@MATCH.method("Length")
def _length(_machine: Any, this: Object) -> int:
    return this.data["match"].end - this.data["match"].start  # type: ignore[no-any-return]


@MATCH.method("SubMatches")
def _submatches(_machine: Any, this: Object) -> Object:
    match: Match = this.data["match"]
    return collection([match.group(number) for number in range(1, len(match.spans))], first=0)
