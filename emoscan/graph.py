"""The provenance graph of one input: artifacts, how each came out of another, what is stated of them, what went wrong.

It grows only by events (`apply`), and events are plain data: the sequence of them is the journal of a scan. A scan
whose worker died is taken up again by applying its journal to an empty graph.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from emoscan.model import SIMPLIFIED, Artifact, Edge, Fact, Problem


class Added(Struct, frozen=True, tag="a", array_like=True):
    """An artifact came in; the first one without an edge is the input."""

    artifact: Artifact
    edge: Edge | None = None


class Stated(Struct, frozen=True, tag="f", array_like=True):
    artifact: str
    fact: Fact


class Troubled(Struct, frozen=True, tag="p", array_like=True):
    """A problem, and the step that met it."""

    artifact: str
    step: str
    problem: Problem


class Begun(Struct, frozen=True, tag="b", array_like=True):
    artifact: str
    step: str
    seconds: float = 0.0
    """How long the step may take."""


class Ended(Struct, frozen=True, tag="e", array_like=True):
    artifact: str
    step: str


class Reopened(Struct, frozen=True, tag="r", array_like=True):
    """A step is tried again with new clues: what it left locked is no longer said to be."""

    artifact: str
    step: str


Event = Added | Stated | Troubled | Begun | Ended | Reopened


PLACES: Final = 16
"""Artifacts that are remembered to have told one clue."""


class Graph:
    """Artifacts and edges by id, in the order in which they were found."""

    def __init__(self) -> None:
        self.root = ""
        self.artifacts: dict[str, Artifact] = {}
        self.edges: list[Edge] = []
        self.troubles: list[Troubled] = []
        self.begun: dict[tuple[str, str], bool] = {}
        """(artifact, step) → whether the step came to its end."""
        self.depth: dict[str, int] = {}
        """Edges on the shortest way from the input."""
        self._facts: defaultdict[str, dict[tuple[str, str, str], Fact]] = defaultdict(dict)
        self._up: defaultdict[str, list[Edge]] = defaultdict(list)
        self._down: defaultdict[str, list[Edge]] = defaultdict(list)
        self.fact_count = 0
        self.clues: dict[tuple[str, str], dict[str, Fact]] = {}
        """The surest fact of each clue by where it was found: (kind, value) → artifact → fact."""

    def apply(self, event: Event) -> bool:
        """Let an event happen. Returns whether the graph holds something it did not hold before."""
        match event:
            case Added():
                return self._add(event)
            case Stated():
                return self._state(event.artifact, event.fact)
            case Troubled():
                if event in self.troubles:
                    return False
                self.troubles.append(event)
            case Begun():
                self.begun[event.artifact, event.step] = False
            case Ended():
                self.begun[event.artifact, event.step] = True
            case Reopened():
                self.troubles = [
                    t
                    for t in self.troubles
                    if not (t.artifact == event.artifact and t.step == event.step and t.problem.sort == "encrypted")
                ]
        return True

    def _add(self, event: Added) -> bool:
        artifact = event.artifact
        new = artifact.id not in self.artifacts
        if new:
            self.artifacts[artifact.id] = artifact
            self.depth[artifact.id] = 0 if event.edge is None else self.depth[event.edge.parent] + 1
        if event.edge is None:
            self.root = self.root or artifact.id
        elif not any(same_way(event.edge, edge) for edge in self._up[artifact.id]):
            self.edges.append(event.edge)
            self._up[artifact.id].append(event.edge)
            self._down[event.edge.parent].append(event.edge)
            self._shorten(event.edge)
        return new

    def ways_into(self, artifact: str) -> tuple[Edge, ...]:
        """Every edge by which an artifact was found."""
        return tuple(self._up[artifact])

    def only_simplified(self, artifact: str) -> bool:
        """Whether an artifact is nothing but the simplified form of another."""
        ways = self._up[artifact]
        return bool(ways) and all(edge.how == SIMPLIFIED for edge in ways)

    def _shorten(self, edge: Edge) -> None:
        """A new edge may bring its child, and what is below it, nearer to the input."""
        queue = [edge]
        for way in queue:
            if self.depth[way.parent] + 1 < self.depth[way.child]:
                self.depth[way.child] = self.depth[way.parent] + 1
                queue.extend(self._down[way.child])

    def _state(self, artifact: str, fact: Fact) -> bool:
        facts = self._facts[artifact]
        if fact.kind.startswith("clue."):
            places = self.clues.setdefault((fact.kind, fact.value), {})
            surest = places.get(artifact)
            if (surest is None and len(places) < PLACES) or (surest is not None and fact.confidence > surest.confidence):
                places[artifact] = fact
        key = (fact.kind, fact.value, fact.how)
        known = facts.get(key)
        if known is None:
            facts[key] = fact
            self.fact_count += 1
            return True
        facts[key] = replace(known, count=known.count + fact.count, confidence=max(known.confidence, fact.confidence))
        return False

    # ---------------------------------------------------------------- questions

    def facts(self, artifact: str | None = None, kind: str = "") -> Iterator[tuple[str, Fact]]:
        """(artifact id, fact), of one artifact or of all; `kind` is a prefix that ends at a dot: "effect" or "effect.run"."""
        below = kind + "."
        for id_ in self._facts if artifact is None else (artifact,):
            for fact in self._facts.get(id_, {}).values():
                if not kind or fact.kind == kind or fact.kind.startswith(below):
                    yield id_, fact

    def names(self, artifact: str) -> tuple[str, ...]:
        """The names it goes by, in the order in which they were met."""
        return tuple(dict.fromkeys(edge.label for edge in self._up[artifact] if edge.label))

    def parents(self, artifact: str) -> list[Edge]:
        return self._up[artifact]

    def children(self, artifact: str) -> list[Edge]:
        return self._down[artifact]

    def below(self, artifact: str) -> Iterator[str]:
        """Ids of the artifact and everything that came out of it, breadth first, each once."""
        seen, queue = {artifact}, [artifact]
        for id_ in queue:
            yield id_
            for edge in self._down[id_]:
                if edge.child not in seen:
                    seen.add(edge.child)
                    queue.append(edge.child)

    def lineage(self, artifact: str) -> tuple[Edge, ...]:
        """The shortest way from the input to the artifact. Empty for the input itself."""
        way: list[Edge] = []
        while artifact != self.root and self._up[artifact]:
            edge = min(self._up[artifact], key=lambda e: self.depth[e.parent])
            way.append(edge)
            artifact = edge.parent
            if len(way) > len(self.artifacts):
                break
        return tuple(reversed(way))

    def above(self, artifact: str) -> tuple[str, ...]:
        """Ids of the artifacts on its lineage, the input first, itself last."""
        way = self.lineage(artifact)
        return (*(edge.parent for edge in way), artifact)


def same_way(one: Edge, other: Edge) -> bool:
    return one.parent == other.parent and one.step == other.step and one.label == other.label and one.how == other.how
