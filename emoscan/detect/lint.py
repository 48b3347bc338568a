"""What is wrong with a rule, beside that it does not work (`prove.py`). Each lint is a small class that knows one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final

from msgspec import Struct

from emoscan.detect.load import BadRule, Rule, conditions, in_order, read, rule_files, yara_files, yara_name
from emoscan.detect.yara import faults
from emoscan.model import Severity

THEMES: Final[dict[str, str]] = {
    "analysis": "limits and failures",
    "arc": "archives",
    "cmd": "command lines",
    "doc": "documents, whatever their format",
    "evade": "checks of the surroundings",
    "html": "HTML attachments",
    "lnk": "shortcuts",
    "lolbin": "programs of the system put to other use",
    "mail": "the mail itself",
    "mal": "families and campaigns",
    "one": "OneNote",
    "pdf": "PDF",
    "persist": "autostart",
    "ps": "PowerShell",
    "reg": "registry files and values",
    "scr": "script hosts",
    "trust": "what speaks for a sample",
    "url": "addresses",
    "vba": "VBA",
    "xlm": "Excel 4 macros",
}
"""Folders of rules: the first part of an id in lower case."""

POINTS: Final[dict[Severity, tuple[int, int]]] = {
    "info": (-100, 9),
    "low": (1, 24),
    "medium": (10, 49),
    "high": (30, 79),
    "critical": (50, 100),
}
"""From 40 points a sample is suspicious, from 80 malicious; what one rule may add to that, by its severity."""

TITLE: Final = 80


class Case(Struct, frozen=True):
    """A rule under examination."""

    path: Path
    rule: Rule
    yara: str | None
    """Text of the YARA rule beside it."""


class Complaint(Struct, frozen=True):
    path: str
    lint: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.lint}: {self.message}{f' ({self.advice})' if self.advice else ''}"


class Lint:
    name: ClassVar[str]
    advice: ClassVar[str] = ""

    def find(self, case: Case) -> Iterator[str]:
        """What is wrong, one message for each thing."""
        raise NotImplementedError


class BadId(Lint):
    name = "id"
    advice = "THEME.NAME, like VBA.AUTOEXEC or LOLBIN.mshta"

    def find(self, case: Case) -> Iterator[str]:
        if not re.fullmatch(r"[A-Z]+\.[A-Za-z0-9_]+", case.rule.id):
            yield f"{case.rule.id!r} is no id"


class WrongFolder(Lint):
    name = "folder"
    advice = f"<theme>/<ID>.toml, with a theme of {', '.join(THEMES)}"

    def find(self, case: Case) -> Iterator[str]:
        theme = case.rule.id.partition(".")[0].lower()
        if theme not in THEMES:
            yield f"{theme!r} is no theme"
        elif case.path.parent.name != theme:
            yield f"{case.rule.id} lies in {case.path.parent.name!r}"


class UnclearWords(Lint):
    name = "words"

    def find(self, case: Case) -> Iterator[str]:
        title, description = case.rule.title, case.rule.description.strip()
        if not title or len(title) > TITLE or title.endswith((".", "!")) or title[:1].islower():
            yield f"a title is a capitalised phrase of at most {TITLE} characters without a full stop: {title!r}"
        if len(description) < 20 or not description.endswith("."):
            yield "a description says in sentences what matches and why it matters"


class BadAttackId(Lint):
    name = "attack"
    advice = "ATT&CK ids, like T1059.005"

    def find(self, case: Case) -> Iterator[str]:
        for attack in case.rule.attack:
            if not re.fullmatch(r"T\d{4}(\.\d{3})?", attack):
                yield f"{attack!r} is no technique"


class Unproved(Lint):
    name = "examples"
    advice = "rules without examples belong in nursery/"

    def find(self, case: Case) -> Iterator[str]:
        if not case.rule.hit:
            yield "no hit"
        if not case.rule.miss:
            yield "no miss"


class PointsAgainstSeverity(Lint):
    name = "points"

    def find(self, case: Case) -> Iterator[str]:
        least, most = POINTS[case.rule.severity]
        if not least <= case.rule.points <= most:
            yield f"{case.rule.severity} is worth {least} to {most} points, not {case.rule.points}"


class IdleKeys(Lint):
    """A key beside a condition that does not look at it narrows nothing, and its author thinks it does."""

    name = "keys"
    NARROWING: ClassVar[dict[str, frozenset[str]]] = {
        "fact": frozenset({"value", "how", "name", "inside", "detail", "confidence", "at_least"}),
        "kind": frozenset({"name", "how", "at_least"}),
        "problem": frozenset({"value", "inside", "at_least"}),
        "any": frozenset({"at_least"}),
    }
    KEYS: ClassVar[tuple[tuple[str, object], ...]] = (
        *((key, "") for key in ("value", "how", "name", "inside")),
        ("detail", {}),
        ("confidence", 0.0),
        ("at_least", 1),
    )

    def find(self, case: Case) -> Iterator[str]:
        for when in conditions(case.rule.when):
            said = next(key for key in ("fact", "kind", "problem", "finding", "all", "any", "none", "same") if getattr(when, key))
            for key, idle in self.KEYS:
                if getattr(when, key) != idle and key not in self.NARROWING.get(said, frozenset()):
                    yield f"`{key}` says nothing beside `{said}`"


class SlowPattern(Lint):
    name = "pattern"
    advice = "bound it: .{0,200}, or make it possessive: [a-z]*+"

    def find(self, case: Case) -> Iterator[str]:
        for when in conditions(case.rule.when):
            for pattern in (when.value, when.how, when.name, *when.detail.values()):
                if pattern:
                    for fault in slow_parts(pattern):
                        yield f"{pattern!r}: {fault}"


class NoYaraMeta(Lint):
    name = "yara meta"

    def find(self, case: Case) -> Iterator[str]:
        if case.yara is not None and not re.search(r"^\s*meta\s*:\s*$[^}]*^\s*description\s*=", case.yara, re.MULTILINE):
            yield "no `meta:` with a description"


class YaraName(Lint):
    name = "yara name"

    def find(self, case: Case) -> Iterator[str]:
        if case.yara is not None:
            names = re.findall(r"^(?!private\b)(?:global\s+)?rule\s+(\w+)", case.yara, re.MULTILINE)
            if names != [yara_name(case.rule.id)]:
                yield f"holds {', '.join(names) or 'no rule'}; it should hold {yara_name(case.rule.id)} and private rules at most"


class WeakYaraString(Lint):
    """YARA looks for short fixed parts of a string first; one that has none is tried at every offset."""

    name = "yara strings"
    advice = "at least three fixed bytes, and no unbounded .* or [^x]*"

    def find(self, case: Case) -> Iterator[str]:
        for name, text, regex in _yara_strings(case.yara or ""):
            if text is not None and len(re.sub(r"\\x[0-9a-fA-F]{2}|\\.", "x", text)) < 3:
                yield f"{name} is shorter than three bytes"
            if regex is not None:
                if not re.search(r"(?:[\w %/:;,<>@=&-]|\\[^wWsSdDbB]){3}", re.sub(r"\[[^\]]*\]|\{[^}]*\}", "\0", regex)):
                    yield f"{name} has no three fixed bytes in a row"
                if re.search(r"(?<!\\)(?:\.|\[[^\]]*\])[*+]|\{\d*,\}", regex):
                    yield f"{name} holds a repetition without a bound"


class YaraWarning(Lint):
    name = "yara"

    def find(self, case: Case) -> Iterator[str]:
        if case.yara is not None:
            yield from faults(case.yara)


LINTS: Final[tuple[Lint, ...]] = (
    BadId(),
    WrongFolder(),
    UnclearWords(),
    BadAttackId(),
    Unproved(),
    PointsAgainstSeverity(),
    IdleKeys(),
    SlowPattern(),
    NoYaraMeta(),
    YaraName(),
    WeakYaraString(),
    YaraWarning(),
)


def check(folder: Path, known: dict[str, Rule] | None = None) -> Iterator[Complaint]:
    """All that is wrong with the rules of a folder. `known`: rules of elsewhere that they may refer to."""
    rules: dict[str, Rule] = dict(known or {})
    homes: dict[str, Path] = {}
    for path in rule_files(folder):
        where = str(path.relative_to(folder))
        try:
            rule = read(path)
        except BadRule as error:
            yield Complaint(where, "format", str(error).removeprefix(f"{path}: "))
            continue
        if rule.id in homes:
            yield Complaint(where, "id", f"{rule.id} is in {homes[rule.id]} too")
        homes[rule.id], rules[rule.id] = path.relative_to(folder), rule
        beside = path.with_suffix(".yar")
        case = Case(path, rule, beside.read_text("utf-8") if beside.exists() else None)
        for lint in LINTS:
            for message in lint.find(case):
                yield Complaint(where, lint.name, message, lint.advice)
    for path in yara_files(folder):
        if not path.with_suffix(".toml").exists():
            yield Complaint(str(path.relative_to(folder)), "yara", "no .toml beside it says what a match means")
    try:
        in_order(rules)
    except BadRule as error:
        yield Complaint(str(folder), "references", str(error))


def slow_parts(pattern: str) -> Iterator[str]:
    """Parts of a regular expression that make it more than linear on a text of the attacker's choice.

    Unbounded repeats inside unbounded repeats may take exponential time, an unbounded `.` quadratic time. Possessive
    repeats and atomic groups never look back.
    """
    # Private, but the only parser that reads exactly what `re` reads; it has kept its shape for twenty years.
    parser = import_module("re._parser")
    try:
        tree = parser.parse(pattern, re.IGNORECASE)
    except re.error as error:
        yield str(error)
        return
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        node, repeated = stack.pop()
        for operation, argument in node:
            name = str(operation)
            if name in ("MAX_REPEAT", "MIN_REPEAT"):
                _, most, inner = argument
                unbounded = most == parser.MAXREPEAT
                if unbounded and repeated:
                    yield "an unbounded repeat inside another"
                if unbounded and any(str(op) == "ANY" for op, _ in inner):
                    yield "an unbounded `.`"
                stack.append((inner, repeated or unbounded))
            elif name not in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
                stack.extend((inner, repeated) for inner in _inside(argument, parser.SubPattern))


def _inside(argument: Any, kind: type) -> Iterator[Any]:
    """The subpatterns an argument of the parse tree holds, however it is nested in tuples and lists."""
    waiting = [argument]
    while waiting:
        item = waiting.pop()
        if isinstance(item, kind):
            yield item
        elif isinstance(item, tuple | list):
            waiting.extend(item)


_STRING = re.compile(
    r'^\s*(\$\w*)\s*=\s*(?:"((?:[^"\\\n]|\\.)*)"|/((?:[^/\\\n]|\\.)+)/)',
    re.MULTILINE,
)


def _yara_strings(text: str) -> Iterator[tuple[str, str | None, str | None]]:
    """(name, text, None) or (name, None, regular expression) of the strings of a rule; hexadecimal strings are left out."""
    for found in _STRING.finditer(text):
        yield found[1], found[2], found[3]
