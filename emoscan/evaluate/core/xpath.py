"""Paths of XPath 1.0 of the simple kind, taken apart; who has nodes walks them.

Names, `*`, `.`, `..`, `//`, `@name`, `text()`, and the predicates [n], [last()], [@a], [@a='x'], [name='x'], [text()='x'], [.='x'],
[local-name()='x'] (also `name()`). Prefixes are passed over: which name space one stands for is known to its user only.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from emoscan.parse.lazy import lazy


class Predicate(Struct, frozen=True):
    position: int = 0
    """From 1; -1 is the last."""
    of: Literal["", "attribute", "child", "text", "name"] = ""
    name: str = ""
    value: str | None = None
    """None where it is enough that there is one."""


class Step(Struct, frozen=True):
    deep: bool
    kind: Literal["element", "attribute", "text", "self", "parent"]
    name: str = ""
    """Without its prefix; "*" for any."""
    predicates: tuple[Predicate, ...] = ()


_NAME: Final = r"(?:[\w.-]++:)?+(\*|[\w.-]++)"
_STEP: Final = lazy(rf"(//?|^)(?:(text\(\)|node\(\)|\.\.?(?![\w.]))|(@?){_NAME}(?!\())((?:\[[^\[\]]{{1,200}}\]){{0,4}})")
_LITERAL: Final = r"(?:'([^']*+)'|\"([^\"]*+)\")"
_PREDICATE: Final = lazy(
    rf"\[\s*+(?:(\d++)|(last\(\))|(?:(text\(\)|\.)|((?:local-)?name\(\))|(@?){_NAME}(?!\())\s*+(?:=\s*+{_LITERAL}\s*+)?)\s*+\]"
)


def steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a path; None for one that is not of the simple kind. It starts at the document when it begins with a slash."""
    path = path.strip()
    found: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (at and not match[1]):
            return None
        at = match.end()
        predicates = _predicates(match[5] or "")
        if predicates is None:
            return None
        special = {"text()": "text", ".": "self", "..": "parent"}.get(match[2] or "")
        kind = special or ("attribute" if match[3] else "element")
        found.append(Step(match[1] == "//", kind, "" if special else match[4] or "*", predicates))  # type: ignore[arg-type]
    return tuple(found) or None


def _predicates(written: str) -> tuple[Predicate, ...] | None:
    found: list[Predicate] = []
    at = 0
    while at < len(written):
        match = _PREDICATE.match(written, at)
        if match is None:
            return None
        at = match.end()
        number, last, text, own, attribute, name, single, double = match.groups()
        if number or last:
            found.append(Predicate(position=-1 if last else int(number[:9])))
        else:
            of = "text" if text else "name" if own else "attribute" if attribute else "child"
            found.append(Predicate(of=of, name=name or "", value=single if single is not None else double))  # type: ignore[arg-type]
    return tuple(found)
