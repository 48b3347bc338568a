"""analyse(): expand → detect → judge → compose, for one input, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from emoscan import __version__
from emoscan.budget import Budget
from emoscan.context import Settings
from emoscan.detect import load
from emoscan.detect.chain import connections
from emoscan.detect.match import match
from emoscan.engine import CutOff, Listener, expand
from emoscan.graph import Graph, Stated
from emoscan.judge import judge
from emoscan.model import Fact, Problem
from emoscan.registry import discover
from emoscan.report import Engine, Report, compose


def analyse(
    data: bytes,
    name: str = "",
    path: str = "",
    settings: Settings | None = None,
    *,
    on_event: Listener | None = None,
    after: CutOff | None = None,
    cut: Problem | None = None,
    seconds: float | None = None,
    on_graph: Callable[[Graph], None] | None = None,
    siblings: tuple[bytes, ...] = (),
) -> Report:
    """The report on one input. Never raises for what the input holds.

    `after` takes up a run that was cut off (`engine.expand`); `seconds` is the time there is left, 0 to conclude from
    what it had found. `cut` says that `data` is not the whole input. `on_graph` sees the finished graph, with the bytes of every artifact.
    `siblings` are mails that belong to this one: passwords they tell are tried.
    """
    settings = settings or Settings()
    discover()
    rules = load.load(settings.rules)
    started = time.perf_counter()
    limits = settings.limits if seconds is None else settings.limits.replace(seconds=max(seconds, 1e-9))
    graph = expand(data, name, settings, budget=Budget(limits), on_event=on_event, after=after, cut=cut, hints=_hints(siblings))
    expanded = time.perf_counter()
    for artifact, fact in list(connections(graph)):
        graph.apply(Stated(artifact, fact))
    findings = match(rules, graph)
    verdict = judge(findings, graph, frozenset(settings.allow))
    judged = time.perf_counter()
    if on_graph is not None:
        on_graph(graph)
    report = compose(
        graph,
        findings,
        verdict,
        path=path,
        name=name,
        engine=Engine(__version__, rules_digest(settings.rules)),
        limits=settings.limits,
        include=settings.include,
    )
    timing = {"total": time.perf_counter() - started, "expand": expanded - started, "detect": judged - expanded}
    return replace(report, timing_ms={key: round(seconds * 1000, 3) for key, seconds in timing.items()})


def _hints(siblings: tuple[bytes, ...]) -> tuple[Fact, ...]:
    if not siblings:
        return ()
    from emoscan.parse.siblings import clues

    return tuple(Fact("clue.password", clue.value, clue.how, confidence=clue.rank) for clue in clues(siblings))


@lru_cache(maxsize=4)
def rules_digest(folders: tuple[str, ...]) -> str:
    """Digest of heuristics and YARA rules together."""
    from emoscan.detect.yara import sources

    return load.digest(load.load(folders), sources(folders))
