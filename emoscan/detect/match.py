"""match(): rules × graph → findings. Pure: it changes nothing and reads nothing else.

A condition evaluates to a tree of evidence or to nothing, so a finding can show why it is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from emoscan.detect.load import Rule, When
from emoscan.graph import Graph
from emoscan.model import Evidence, Fact, Finding, of_kind

SHOWN: Final = 8
"""Facts or artifacts shown as evidence of one condition; more add nothing."""

EXCERPT: Final = 300
"""Characters of a value that evidence shows."""


def match(rules: Sequence[Rule], graph: Graph) -> list[Finding]:
    """Findings in the order of the rules (`load.in_order`), at most one for each rule and artifact it speaks of."""
    world = _World(graph)
    findings: list[Finding] = []
    for rule in rules:
        needs = rule.when.needs if rule.when is not None else None
        if rule.when is None or (needs is not None and needs.isdisjoint(world.names)) or not world.may_match(rule.when):
            continue
        for anchor, scope in _scopes(rule, graph):
            evidence = world.evaluate(rule.when, scope)
            if evidence is not None:
                speaks_of = anchor or evidence.artifact or _first_artifact(evidence) or graph.root
                if rule.id not in world.found or anchor:
                    findings.append(_finding(rule, speaks_of, evidence, graph))
                world.found.add(rule.id)
                world.names.add(f"finding {rule.id}")
    return findings


def _finding(rule: Rule, artifact: str, evidence: Evidence, graph: Graph) -> Finding:
    leaves = evidence.children if not evidence.text and evidence.children else (evidence,)
    return Finding(
        rule.id,
        rule.title,
        rule.severity,
        rule.points,
        rule.group,
        tuple(rule.attack),
        artifact,
        tuple(leaves),
        graph.lineage(artifact),
    )


def _scopes(rule: Rule, graph: Graph) -> Iterable[tuple[str, Collection[str]]]:
    """(artifact the finding speaks of, artifacts its conditions look at). No artifact for the whole input."""
    if rule.scope == "input":
        yield "", graph.artifacts
        return
    for artifact in graph.artifacts.values():
        if of_kind(artifact.kind, rule.anchor):
            yield artifact.id, (artifact.id,) if rule.scope == "artifact" else dict.fromkeys(graph.below(artifact.id))


def _first_artifact(evidence: Evidence) -> str:
    for child in evidence.children:
        found = child.artifact or _first_artifact(child)
        if found:
            return found
    return ""


class _World:
    """The graph, indexed the way conditions ask."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: set[str] = set()
        self.facts: dict[str, list[tuple[str, Fact]]] = {}
        for artifact, fact in graph.facts():
            kind = fact.kind
            while kind:
                self.facts.setdefault(kind, []).append((artifact, fact))
                kind = kind.rpartition(".")[0]
        self.kinds = {artifact.kind for artifact in graph.artifacts.values()}
        self.sorts = {trouble.problem.sort for trouble in graph.troubles}
        self.names = {*self.facts, *(f"problem {sort}" for sort in self.sorts)}
        """What `When.needs` may ask for."""

    def may_match(self, when: When) -> bool:
        """A quick no, without looking at values: most rules end here on most inputs."""
        if when.fact:
            return when.fact in self.facts
        if when.finding:
            return when.finding in self.found
        if when.problem:
            return when.problem in self.sorts
        if when.kind:
            return any(of_kind(kind, when.kind) for kind in self.kinds)
        if when.any:
            return any(map(self.may_match, when.any))
        return all(map(self.may_match, (*when.all, *when.same)))

    def evaluate(self, when: When, scope: Collection[str]) -> Evidence | None:
        if when.fact:
            return self._fact(when, scope)
        if when.kind:
            return self._kind(when, scope)
        if when.problem:
            return self._problem(when, scope)
        if when.finding:
            return Evidence(f"rule {when.finding} matched") if when.finding in self.found else None
        if when.all:
            return self._all(when.all, scope)
        if when.any:
            parts = [p for p in (self.evaluate(inner, scope) for inner in when.any) if p]
            return Evidence("", children=tuple(parts)) if len(parts) >= when.at_least else None
        if when.none:
            return None if any(self.evaluate(inner, scope) for inner in when.none) else Evidence(_absence(when))
        for artifact in scope:
            same = self._all(when.same, (artifact,))
            if same is not None:
                return Evidence("", artifact=artifact, children=same.children)
        return None

    def _all(self, conditions: Sequence[When], scope: Collection[str]) -> Evidence | None:
        parts: list[Evidence] = []
        for condition in conditions:
            evidence = self.evaluate(condition, scope)
            if evidence is None:
                return None
            parts.append(evidence)
        return Evidence("", children=tuple(parts))

    def _fact(self, when: When, scope: Collection[str]) -> Evidence | None:
        patterns = when.patterns
        hits: list[tuple[str, Fact]] = []
        for artifact, fact in self.facts.get(when.fact, ()):
            if (
                artifact in scope
                and fact.confidence >= when.confidence
                and (not when.inside or of_kind(self.graph.artifacts[artifact].kind, when.inside))
                and ("value" not in patterns or patterns["value"].search(fact.value))
                and ("how" not in patterns or patterns["how"].search(fact.how))
                and ("name" not in patterns or any(map(patterns["name"].search, self.graph.names(artifact))))
                and all(patterns[f"detail.{key}"].search(fact.detail.get(key, "")) for key in when.detail)
            ):
                hits.append((artifact, fact))
        if len({fact.value for _, fact in hits}) < when.at_least:
            return None
        leaves = tuple(Evidence(_said(fact), fact.value[:EXCERPT], artifact) for artifact, fact in hits[:SHOWN])
        return leaves[0] if len(leaves) == 1 else Evidence("", artifact=hits[0][0], children=leaves)

    def _kind(self, when: When, scope: Collection[str]) -> Evidence | None:
        patterns = when.patterns
        hits = [
            id_
            for id_ in scope
            if of_kind(self.graph.artifacts[id_].kind, when.kind)
            and ("name" not in patterns or any(map(patterns["name"].search, self.graph.names(id_))))
            and ("how" not in patterns or any(patterns["how"].search(edge.how) for edge in self.graph.parents(id_)))
        ]
        if len(hits) < when.at_least:
            return None
        leaves = tuple(
            Evidence(f"{self.graph.artifacts[id_].kind} present", ", ".join(self.graph.names(id_))[:EXCERPT], id_) for id_ in hits[:SHOWN]
        )
        return leaves[0] if len(leaves) == 1 else Evidence("", artifact=hits[0], children=leaves)

    def _problem(self, when: When, scope: Collection[str]) -> Evidence | None:
        pattern = when.patterns.get("value")
        hits = [
            t
            for t in self.graph.troubles
            if t.problem.sort == when.problem
            and t.artifact in scope
            and (pattern is None or pattern.search(t.problem.name))
            and (not when.inside or of_kind(self.graph.artifacts[t.artifact].kind, when.inside))
        ]
        if len(hits) < when.at_least:
            return None
        leaves = tuple(Evidence(t.problem.name, t.problem.message[:EXCERPT], t.artifact) for t in hits[:SHOWN])
        return leaves[0] if len(leaves) == 1 else Evidence("", artifact=hits[0].artifact, children=leaves)


def _said(fact: Fact) -> str:
    detail = ", ".join(f"{key} {value}" for key, value in fact.detail.items() if value)
    return f"{fact.kind}{f' by {fact.how}' if fact.how else ''}{f' ({detail})' if detail else ''}"


def _absence(when: When) -> str:
    return "nothing of: " + ", ".join(inner.fact or inner.kind or inner.finding or inner.problem or "…" for inner in when.none)
