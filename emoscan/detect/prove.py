"""Does a rule do what its own examples say? Each hit must match and each miss must not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from emoscan.detect.load import Example, Rule
from emoscan.detect.match import match
from emoscan.engine import expand
from emoscan.graph import Added, Graph, Stated, Troubled
from emoscan.model import SORTS, Artifact, Edge, Fact, Problem, Sort
from emoscan.parse.text import as_bytes
from emoscan.registry import discover

WRITTEN: str = "written by hand"
"""The step that edges and problems of an example are said to come from."""


class Failure(Struct, frozen=True):
    rule: str
    example: str
    """Its note, or its number."""
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.example}: {self.message}"


def prove(rule: Rule, rules: Sequence[Rule]) -> Iterator[Failure]:
    """What of the rule's examples does not come out as it should. `rules`: all there are, in order (`load.in_order`)."""
    for expected, examples in ((True, rule.hit), (False, rule.miss)):
        for number, example in enumerate(examples, 1):
            called = f"{'hit' if expected else 'miss'} {number}{f' ({example.note})' if example.note else ''}"
            try:
                graph = graph_of(example)
            except ValueError as error:
                yield Failure(rule.id, called, str(error))
                continue
            matched = any(finding.id == rule.id for finding in match(rules, graph))
            if matched != expected:
                yield Failure(rule.id, called, f"should {'match' if expected else 'not match'}; {_seen(graph)}")


def graph_of(example: Example) -> Graph:
    """The graph an example stands for: as written, or what a scan makes of its text. Raises ValueError for a bad sort."""
    if not (example.facts or example.problems or example.children):
        discover()
        return expand(as_bytes(example.text), example.name, kind=example.kind)
    graph = Graph()
    waiting: list[tuple[Example, str]] = [(example, "")]
    for inner, parent in waiting:
        artifact = _artifact(inner)
        label = inner.name
        graph.apply(Added(artifact, Edge(parent, artifact.id, WRITTEN, label, inner.how) if parent else None))
        for fact in inner.facts:
            graph.apply(Stated(artifact.id, Fact(fact.kind, fact.value, fact.how, confidence=fact.confidence, detail=fact.detail)))
        for problem in inner.problems:
            graph.apply(Troubled(artifact.id, WRITTEN, Problem(_sort(problem.sort), problem.name, problem.name)))
        waiting.extend((child, artifact.id) for child in inner.children)
    return graph


def _artifact(example: Example) -> Artifact:
    """Two parts of an example that say nothing of their content are still two: their names tell them apart."""
    return Artifact(example.kind or "text.plain", as_bytes(example.text or f"{example.kind} {example.name}"))


def _sort(sort: str) -> Sort:
    for known in SORTS:
        if sort == known:
            return known
    raise ValueError(f"a problem's sort is one of {', '.join(SORTS)}, not {sort!r}")


def _seen(graph: Graph) -> str:
    """What the graph holds, for whoever looks for the reason."""
    kinds = sorted({artifact.kind for artifact in graph.artifacts.values()})
    facts = sorted({fact.kind for _, fact in graph.facts()})
    return f"artifacts: {_list(kinds)}; facts: {_list(facts)}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
