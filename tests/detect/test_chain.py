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
    return [(fact.value, fact.confidence) for _, fact in connections(graph_of(*facts)) if fact.kind == "chain.runs_download"]


def lists(*downloads: Fact, run: str = "C:\\Temp\\a.exe") -> list[str]:
    graph = graph_of(Fact("effect.run", run), Fact("effect.run", f"{run} /s"))
    for fact in downloads:
        graph.apply(Stated(graph.root, fact))
    return [fact.value for _, fact in connections(graph) if fact.kind == "chain.url_list"]


def saved(url: str) -> Fact:
    return Fact("effect.download", url, "Stream.SaveToFile", detail={"path": "C:\\Temp\\a.exe"})


def asked(host: str) -> Fact:
    return Fact("effect.download", f"http://{host}.example.test/a", "XMLHTTP.Send")


def test_a_file_that_one_part_fetches_and_another_starts() -> None:
    run = Fact("effect.run", 'rundll32 "c:/programdata/X.dll",f1', "Shell")
    assert started(fetch("C:\\ProgramData\\x.dll", 0.5), run) == [('rundll32 "c:/programdata/X.dll",f1', 0.5)]
    assert started(run, fetch("C:\\ProgramData\\x.dll")) == [('rundll32 "c:/programdata/X.dll",f1', 1.0)]


def test_how_the_window_of_what_was_fetched_is_shown() -> None:
    run = Fact("effect.run", "C:\\Temp\\a.exe", "WScript.Shell.Run", detail={"show_window": "0"})
    ((_, fact),) = connections(graph_of(fetch("C:\\Temp\\a.exe"), run))
    assert fact.detail == {"url": "http://files.example.test/a", "show_window": "0"}


def test_what_is_not_connected() -> None:
    assert started(fetch(""), Fact("effect.run", "cmd")) == []
    assert started(fetch("C:\\Temp\\a.txt"), Fact("effect.run", "notepad C:\\Temp\\b.txt")) == []
    assert started(fetch("C:\\Temp\\a.txt"), Fact("effect.delete", "C:\\Temp\\a.txt")) == []
    assert started(Fact("effect.run", "C:\\Temp\\a.exe")) == []


def test_one_file_from_several_servers() -> None:
    one, two = saved("http://one.example.test/a"), saved("https://two.example.test/b")
    assert lists(one, two, saved("http://two.example.test/c")) == ["2"]
    assert lists(one, saved("http://one.example.test/b")) == []
    assert lists(saved("http://["), saved("")) == []
    assert lists(one, two, run="notepad") == []


def test_servers_that_are_asked_when_the_first_does_not_answer() -> None:
    one = saved("http://one.example.test/a")
    assert lists(asked("one"), one, asked("two"), asked("three")) == ["3"]
    assert lists(asked("one"), one, asked("two")) == []
    assert lists(one, asked("two"), asked("three"), asked("four")) == []
