"""The types every part of emoscan speaks: what a step takes, what it yields, what a scan concludes.

Data only. Strings that come out of a sample are kept here exactly as they were found, because evaluators need
them so; `report.py` makes them safe to print at the one place where a report is composed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct, field
from msgspec.structs import force_setattr

Span = tuple[int, int]
"""Half-open range of offsets, (start, end): bytes in binary artifacts, characters in text artifacts."""

Sort = Literal["limit", "encrypted", "malformed", "unmodelled", "failed"]
"""Why something was not read: we stopped; it is locked; it is broken; we have no model of it; our code failed."""

SORTS: Final[tuple[Sort, ...]] = ("limit", "encrypted", "malformed", "unmodelled", "failed")

Severity = Literal["info", "low", "medium", "high", "critical"]

Label = Literal["clean", "incomplete", "suspicious", "malicious"]
LABELS: Final[tuple[Label, ...]] = ("clean", "incomplete", "suspicious", "malicious")
"""Verdicts in rising order; a verdict is at or above another when its index is not smaller."""

MacroClass = Literal["none", "empty", "harmless", "unclear", "suspicious", "malicious"]

UNKNOWN_KIND: Final = "data.unknown"


def of_kind(kind: str, pattern: str) -> bool:
    """Whether a kind fits a pattern, where `*` stands for any run of characters: "script.*"."""
    if "*" not in pattern:
        return kind == pattern
    first, *between, last = pattern.split("*")
    at, end = len(first), len(kind) - len(last)
    if at > end or not kind.startswith(first) or not kind.endswith(last):
        return False
    for part in between:
        at = kind.find(part, at, end) + len(part)
        if at < len(part):
            return False
    return True


class Artifact(Struct, frozen=True, eq=False):
    """A piece of content and what it is. It has no name, parent or depth: those belong to edges.

    `id` is the SHA-256 of bytes and kind, so equal content of one kind is one node of the graph and is worked once.
    """

    kind: str
    data: bytes
    id: str = ""
    sha256: str = ""
    """Of the bytes alone, as other tools know the content."""

    def __post_init__(self) -> None:
        if not self.id:
            digest = hashlib.sha256(self.data)
            force_setattr(self, "sha256", digest.hexdigest())
            digest.update(b"\0" + self.kind.encode())
            force_setattr(self, "id", digest.hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Artifact) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)


SIMPLIFIED: Final = "simplified"
"""`how` of a script that an evaluator made of one it ran: for people, rules and indicators. Nothing is run or decoded a second time."""


class Edge(Struct, frozen=True):
    """One step took `parent` and yielded `child`. A path from input to URL is a walk over edges."""

    parent: str
    child: str
    step: str
    label: str = ""
    """The name the child goes by in its parent: a file name, module name, stream path. Data, never a path to write."""
    how: str = ""
    """What was undone, in words: "AES zip, password from mail text", "-ENCOD argument"."""
    span: Span | None = None


class Child(Struct, frozen=True):
    """A new artifact a step found. An empty kind asks the engine to sniff what it is."""

    data: bytes
    kind: str = ""
    label: str = ""
    how: str = ""
    span: Span | None = None


class Fact(Struct, frozen=True):
    """Something a step states about its artifact. Effects of an evaluated script are facts of kind `effect.*`.

    Facts with equal kind, value and how merge in the graph and are counted.
    """

    kind: str
    value: str
    how: str = ""
    span: Span | None = None
    confidence: float = 1.0
    """1.0: read or evaluated; lower: the result of a guess that is named in `how`."""
    detail: dict[str, str] = field(default_factory=dict)
    """Further named values, for evidence: {"module": "Module1", "line": "12"}."""
    count: int = 1


class Problem(Struct, frozen=True):
    """Something that was not read, and why. Problems make a result incomplete, never a detection."""

    sort: Sort
    name: str
    """Stable short name: the limit's name, the encryption scheme, the structure that is broken."""
    message: str
    """For people: what, where, and what it means for the verdict."""
    where: Span | None = None


Yield = Child | Fact | Problem
Yields = Iterator[Yield]


class Evidence(Struct, frozen=True):
    """A node in the tree of conditions that made a rule match."""

    text: str
    """The condition that held, in words."""
    value: str = ""
    """What it matched: the fact's value, the excerpt of text."""
    artifact: str = ""
    children: tuple[Evidence, ...] = ()


class Finding(Struct, frozen=True):
    """A rule that matched, with its evidence and the way from the input to the artifact it speaks of."""

    id: str
    title: str
    severity: Severity
    points: int
    group: str
    attack: tuple[str, ...]
    artifact: str
    evidence: tuple[Evidence, ...]
    path: tuple[Edge, ...]


class Reason(Struct, frozen=True):
    """One term of the score."""

    rule: str
    points: int
    note: str = ""
    """Why the points are not the rule's own: "worth its group's heaviest member only"."""


class Verdict(Struct, frozen=True):
    """The conclusion. `score` is the sum of the points of `reasons`, always."""

    label: Label
    score: int
    reasons: tuple[Reason, ...]
    summary: str
    macro_class: MacroClass = "none"
