"""Heuristic rules: the format of the TOML files, and finding and reading them.

A rule file is `<theme>/<ID>.toml` below a rules folder; `docs/writing-rules.md` explains every key with examples.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

from emoscan.model import Severity


class BadRule(ValueError):
    """A rule file that cannot be used. The message names the file and what is wrong."""


class When(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A condition. Exactly one of the keys in CONDITIONS says what kind; the others narrow it."""

    # what must be there
    fact: str = ""
    """A fact of this kind, or below it: "effect" also means "effect.run"."""
    kind: str = ""
    """An artifact of this kind; `*` matches any run of characters."""
    problem: str = ""
    """A problem of this sort."""
    finding: str = ""
    """Another rule has matched, anywhere in the input. It is evaluated before this one."""
    # logic
    all: list[When] = []
    any: list[When] = []
    none: list[When] = []
    """Holds when no condition of the list does."""
    same: list[When] = []
    """All hold in one and the same artifact."""
    # narrowing
    value: str = ""
    """Regular expression, searched without regard to case: of a fact its value, of a problem its name."""
    how: str = ""
    """Regular expression on the fact's `how`, of an artifact on that of an edge into it."""
    name: str = ""
    """Regular expression on a name the artifact goes by."""
    inside: str = ""
    """The kind of the artifact the fact or problem is stated of."""
    detail: dict[str, str] = {}
    """Regular expressions on the fact's details, by name."""
    confidence: float = 0.0
    """At least this sure."""
    at_least: int = 1
    """So many different values."""

    @cached_property
    def needs(self) -> frozenset[str] | None:
        """Names of which one must be in the graph for the condition to hold: kinds of facts, "problem" and a sort, "finding" and a
        rule. None where none can be told.
        """
        if self.fact:
            return frozenset((self.fact,))
        if self.problem:
            return frozenset((f"problem {self.problem}",))
        if self.finding:
            return frozenset((f"finding {self.finding}",))
        if self.any:
            parts = [inner.needs for inner in self.any]
            return None if None in parts else frozenset().union(*filter(None, parts))
        return next((inner.needs for inner in (*self.all, *self.same) if inner.needs is not None), None)

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        texts = {"value": self.value, "how": self.how, "name": self.name, **{f"detail.{k}": v for k, v in self.detail.items()}}
        return {key: re.compile(text, re.IGNORECASE) for key, text in texts.items() if text}


CONDITIONS: Final = ("fact", "kind", "problem", "finding", "all", "any", "none", "same")


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """An input on which the rule must match (`[[hit]]`) or must not (`[[miss]]`).

    With `facts`, `problems` or `children` the graph is just what is written; otherwise the text is analysed as in a scan.
    """

    note: str = ""
    kind: str = ""
    """Left out: what the text is sniffed to be, `text.plain` where the graph is written."""
    name: str = ""
    how: str = ""
    """Of a child: how it came out of its parent."""
    text: str = ""
    facts: list[ExampleFact] = []
    problems: list[ExampleProblem] = []
    children: list[Example] = []


class ExampleFact(Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    value: str = ""
    how: str = ""
    confidence: float = 1.0
    detail: dict[str, str] = {}


class ExampleProblem(Struct, frozen=True, forbid_unknown_fields=True):
    sort: str
    name: str = ""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: str
    description: str
    severity: Severity
    points: int
    """Negative for evidence that speaks for the sample."""
    group: str = ""
    """Of the rules of one group only the heaviest counts."""
    attack: list[str] = []
    reference: list[str] = []
    scope: str = "input"
    """Where conditions look: "artifact" (each one for itself), "below" (each one and all that came out of it), "input"."""
    anchor: str = "*"
    """Kind of the artifacts a rule of scope "artifact" or "below" is tried on."""
    when: When | None = None
    """May be left out where a YARA rule of the same name lies beside it: then a match of that rule is the condition."""
    hit: list[Example] = field(default_factory=list)
    miss: list[Example] = field(default_factory=list)


NURSERY: Final = "nursery"
"""Folder of rules that are not ready: without an example that proves them."""

SCOPES: Final = ("artifact", "below", "input")

BUNDLED: Final = Path(__file__).parent.parent / "_rules"
CHECKOUT: Final = Path(__file__).parent.parent.parent / "rules"


def bundled() -> Path:
    """The rules that come with emoscan: inside the installed package, or beside it in a checkout."""
    return BUNDLED if BUNDLED.is_dir() else CHECKOUT


def load(folders: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The bundled rules and those of further folders, in an order in which every rule follows those it refers to.

    Raises BadRule. A rule of a later folder replaces one of the same id.
    """
    return _load(tuple(folders))


@lru_cache(maxsize=4)
def _load(folders: tuple[str, ...]) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for number, folder in enumerate((bundled(), *map(Path, folders))):
        if not folder.is_dir():
            raise BadRule(f"{folder}: no such folder of rules")
        for path in rule_files(folder):
            # Tests have compiled the patterns of our own rules; those that an input needs are compiled when it needs them.
            rule = read(path, examples=False, patterns=number > 0)
            rules[rule.id] = rule
    return in_order(rules)


def load_with_examples(folder: Path) -> dict[Path, Rule]:
    """The rules of one folder with their hits and misses, by file. Raises BadRule."""
    return {path: read(path) for path in rule_files(folder)}


def rule_files(folder: Path) -> list[Path]:
    """The rules of a folder; those in `nursery` are not loaded."""
    return sorted(p for p in folder.rglob("*.toml") if NURSERY not in p.parts)


def yara_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.yar") if NURSERY not in p.parts)


def yara_name(rule_id: str) -> str:
    """YARA allows no dot or dash in a rule's name."""
    return re.sub(r"\W", "_", rule_id)


_EXAMPLES = re.compile(r"^\[\[(?:hit|miss)\b", re.MULTILINE)


def read(path: Path, *, examples: bool = True, patterns: bool = True) -> Rule:
    """One rule, with or without its examples and a look at its patterns. Raises BadRule.

    A scan needs neither, and reading TOML is slow: the examples stand at the end of the file and are cut off unread.
    """
    rule = _parse(path, whole=False)
    if examples:
        bare, rule = rule, _parse(path, whole=True)
        if _bare(rule) != bare:
            raise BadRule(f"{path}: hits and misses come last")
    by_yara = When(fact=f"yara.{yara_name(rule.id)}")
    if rule.when is None:
        rule = msgspec.structs.replace(rule, when=by_yara)
    try:
        for condition in conditions(rule.when):
            check(condition, patterns=patterns)
    except (re.error, ValueError) as error:
        raise BadRule(f"{path}: {error}") from error
    if rule.when == by_yara and not path.with_suffix(".yar").exists():
        raise BadRule(f"{path}: it has no condition (`when`) and no YARA rule beside it")
    if rule.scope not in SCOPES:
        raise BadRule(f"{path}: scope is one of {', '.join(SCOPES)}, not {rule.scope!r}")
    if rule.id != path.stem:
        raise BadRule(f"{path}: the rule inside is called {rule.id}")
    return rule


def _parse(path: Path, *, whole: bool) -> Rule:
    import tomllib

    try:
        text = path.read_text("utf-8")
        cut = None if whole else _EXAMPLES.search(text)
        return msgspec.convert(tomllib.loads(text[: cut.start()] if cut else text), Rule)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadRule(f"{path}: {error}") from error


def _bare(rule: Rule) -> Rule:
    return msgspec.structs.replace(rule, hit=[], miss=[])


def check(when: When, *, patterns: bool = True) -> None:
    """Raises ValueError for a condition that says nothing or two things at once, re.error for a bad pattern."""
    said = [key for key in CONDITIONS if getattr(when, key)]
    if len(said) != 1:
        raise ValueError(f"a condition has exactly one of {', '.join(CONDITIONS)}; this one has {said or 'none'}")
    if patterns:
        _ = when.patterns


def conditions(when: When | None) -> Iterable[When]:
    """The condition and all inside it."""
    if when is None:
        return
    yield when
    for inner in (*when.all, *when.any, *when.none, *when.same):
        yield from conditions(inner)


def in_order(rules: dict[str, Rule]) -> tuple[Rule, ...]:
    """Rules sorted so that those a `finding` condition names come first. Raises BadRule for a circle or an unknown id."""
    done: dict[str, Rule] = {}

    def place(rule: Rule, way: tuple[str, ...]) -> None:
        if rule.id in way:
            raise BadRule(f"rules refer to each other in a circle: {' → '.join((*way, rule.id))}")
        for condition in conditions(rule.when):
            if condition.finding and condition.finding not in done:
                if condition.finding not in rules:
                    raise BadRule(f"{rule.id} refers to {condition.finding}, which does not exist")
                place(rules[condition.finding], (*way, rule.id))
        done.setdefault(rule.id, rule)

    for rule in sorted(rules.values(), key=lambda r: r.id):
        place(rule, ())
    return tuple(done.values())


def digest(rules: Iterable[Rule], yara: Iterable[tuple[str, str]] = ()) -> str:
    """Short name of a set of rules, for reports: equal sets, equal digests. `yara`: names and texts of YARA rules."""
    return hashlib.sha256(msgspec.json.encode([[_bare(rule) for rule in rules], list(yara)], order="sorted")).hexdigest()[:16]
