"""Facts that connect the parts of a chain."""

from __future__ import annotations

from emoscan.detect.chain import connections
from emoscan.graph import Added, Graph, Stated
from emoscan.model import Artifact, Edge, Fact


def graph_of(*facts: Fact) -> Graph:
    graph = Graph()
    root = Artifact("script.cmd", b"root")
    graph.apply(Added(root))
    for number, fact in enumerate(facts):
        part = Artifact("script.cmd", bytes([number]))
        graph.apply(Added(part, Edge(root.id, part.id, "cmd")))
        graph.apply(Stated(part.id, fact))
    return graph


def fetch(path: str, confidence: float = 1.0) -> Fact:
    return Fact("effect.download", "http://files.example.test/a", detail={"path": path}, confidence=confidence)


def started(*facts: Fact) -> list[tuple[str, float]]:
    return [(fact.value, fact.confidence) for _, fact in connections(graph_of(*facts))]


def test_a_file_that_one_part_fetches_and_another_starts() -> None:
    run = Fact("effect.run", 'rundll32 "c:/programdata/X.dll",f1', "Shell")
    assert started(fetch("C:\\ProgramData\\x.dll", 0.5), run) == [('rundll32 "c:/programdata/X.dll",f1', 0.5)]
    assert started(run, fetch("C:\\ProgramData\\x.dll")) == [('rundll32 "c:/programdata/X.dll",f1', 1.0)]


def test_what_is_not_connected() -> None:
    assert started(fetch(""), Fact("effect.run", "cmd")) == []
    assert started(fetch("C:\\Temp\\a.txt"), Fact("effect.run", "notepad C:\\Temp\\b.txt")) == []
    assert started(fetch("C:\\Temp\\a.txt"), Fact("effect.delete", "C:\\Temp\\a.txt")) == []
    assert started(Fact("effect.run", "C:\\Temp\\a.exe")) == []
