"""judge(): findings and problems → verdict. The score is the sum of its reasons; nothing else moves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from emoscan.graph import Graph
from emoscan.model import Finding, Label, MacroClass, Reason, Verdict

SUSPICIOUS: Final = 40
MALICIOUS: Final = 80
LURES: Final = 60
"""Points that the look of a mail (rules MAIL.*) is worth at most: its signs are weak ones, and however many never make it malicious alone."""
SAID: Final = 3
"""Findings that the summary names."""


def judge(findings: Sequence[Finding], graph: Graph, allowed: frozenset[str] = frozenset()) -> Verdict:
    """The verdict on an input. `allowed`: SHA-256 of files and of normalised macro projects known to be harmless."""
    reasons = score(findings)
    known = sorted(allowed & _digests(graph))
    total = sum(reason.points for reason in reasons)
    if known and total > 0:
        reasons.append(Reason("ALLOWED", -total, f"on the list of known harmless content: {known[0]}"))
        total = 0
    label: Label
    if total >= MALICIOUS:
        label = "malicious"
    elif total >= SUSPICIOUS:
        label = "suspicious"
    elif graph.troubles:
        label = "incomplete"
    else:
        label = "clean"
    return Verdict(label, total, tuple(reasons), _summary(label, reasons, findings, graph), _macro_class(label, total, graph))


def score(findings: Sequence[Finding]) -> list[Reason]:
    """One reason for each rule that matched, the heaviest first. A group is worth its heaviest member only."""
    rules = {finding.id: finding for finding in findings}
    heaviest: dict[str, Finding] = {}
    for finding in rules.values():
        best = heaviest.get(finding.group)
        if finding.group and (best is None or abs(finding.points) > abs(best.points)):
            heaviest[finding.group] = finding
    reasons = []
    for finding in rules.values():
        if finding.group and heaviest[finding.group] is not finding:
            reasons.append(Reason(finding.id, 0, f"counted in {heaviest[finding.group].id}"))
        else:
            reasons.append(Reason(finding.id, finding.points))
    over = sum(reason.points for reason in reasons if reason.rule.startswith("MAIL.") and reason.points > 0) - LURES
    if over > 0:
        reasons.append(Reason("LURES", -over, f"how a mail looks counts {LURES} at most"))
    return sorted(reasons, key=lambda reason: (-reason.points, reason.rule))


def _digests(graph: Graph) -> frozenset[str]:
    normalised = (fact.value for _, fact in graph.facts(kind="vba.normalised_sha256"))
    return frozenset((graph.artifacts[graph.root].sha256, *normalised))


def _summary(label: Label, reasons: Sequence[Reason], findings: Sequence[Finding], graph: Graph) -> str:
    """One sentence a person can act on."""
    if label in ("malicious", "suspicious"):
        titles = {finding.id: finding.title for finding in findings}
        weighty = dict.fromkeys(titles[reason.rule] for reason in reasons if reason.points > 0)
        return "; ".join(list(weighty)[:SAID]) + "."
    if graph.troubles:
        first = graph.troubles[0].problem
        more = f" (and {len(graph.troubles) - 1} more)" if len(graph.troubles) > 1 else ""
        return f"Nothing found, but not everything was read: {first.message}{more}."
    return "Nothing found."


def _macro_class(label: Label, points: int, graph: Graph) -> MacroClass:
    """What the macros of an input are: none, empty (no statement), harmless, unclear, suspicious, malicious."""
    states = {fact.value for _, fact in graph.facts(kind="macro.code")}
    if not states:
        return "none"
    if states == {"empty"}:
        return "empty"
    if label in ("malicious", "suspicious"):
        return label
    unread = any(
        trouble.problem.sort != "unmodelled"
        for trouble in graph.troubles
        if graph.artifacts[trouble.artifact].kind.startswith(("script.", "office."))
    )
    doing = any(fact.kind not in ("effect.query", "effect.dialog") for _, fact in graph.facts(kind="effect"))
    return "unclear" if unread or (doing and points >= 0) else "harmless"
