"""The graph: equal things are one, every artifact knows its way back, and a journal makes the same graph again."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from emoscan.graph import Added, Begun, Ended, Event, Graph, Reopened, Stated, Troubled
from emoscan.model import Artifact, Edge, Fact, Problem

MAIL, ZIP, DOC = Artifact("mail.rfc822", b"mail"), Artifact("archive.zip", b"zip"), Artifact("office.ole", b"doc")


def edge(parent: Artifact, child: Artifact, label: str = "", how: str = "", step: str = "s") -> Added:
    return Added(child, Edge(parent.id, child.id, step, label, how))


def graph_of(*events: Event) -> Graph:
    graph = Graph()
    for event in events:
        graph.apply(event)
    return graph


def test_equal_content_of_one_kind_is_one_artifact_and_of_two_kinds_two() -> None:
    assert Artifact("text.plain", b"x").id == Artifact("text.plain", b"x").id
    assert Artifact("text.plain", b"x").id != Artifact("text.html", b"x").id
    assert Artifact("text.plain", b"x").sha256 == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert Artifact("text.plain", b"x") == Artifact("text.plain", b"x")
    assert Artifact("text.plain", b"x") != Artifact("text.html", b"x")


def test_an_artifact_knows_its_way_back() -> None:
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP, "a.zip"), edge(ZIP, DOC, "a.doc", "AES"))
    assert [(e.parent, e.child, e.label) for e in graph.lineage(DOC.id)] == [(MAIL.id, ZIP.id, "a.zip"), (ZIP.id, DOC.id, "a.doc")]
    assert graph.lineage(MAIL.id) == ()
    assert graph.above(DOC.id) == (MAIL.id, ZIP.id, DOC.id)
    assert graph.depth == {MAIL.id: 0, ZIP.id: 1, DOC.id: 2}


def test_of_two_ways_back_the_shorter_is_taken() -> None:
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP), edge(ZIP, DOC, "inner.doc"), edge(MAIL, DOC, "outer.doc"))
    assert graph.above(DOC.id) == (MAIL.id, DOC.id)
    assert graph.names(DOC.id) == ("inner.doc", "outer.doc")
    assert len(graph.edges) == 3


def test_a_shorter_way_found_later_brings_everything_below_nearer() -> None:
    image = Artifact("image.png", b"")
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP), edge(ZIP, DOC), edge(DOC, image), edge(MAIL, DOC, "again"))
    assert graph.depth == {MAIL.id: 0, ZIP.id: 1, DOC.id: 1, image.id: 2}
    assert len(graph.lineage(image.id)) == 2


def test_below_is_everything_that_came_out_once() -> None:
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP), edge(ZIP, DOC), edge(MAIL, DOC, "again"))
    assert list(graph.below(MAIL.id)) == [MAIL.id, ZIP.id, DOC.id]
    assert list(graph.below(DOC.id)) == [DOC.id]


def test_a_circle_of_edges_ends() -> None:
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP), edge(ZIP, DOC), edge(DOC, ZIP, "itself"))
    assert list(graph.below(ZIP.id)) == [ZIP.id, DOC.id]
    assert graph.above(DOC.id) == (MAIL.id, ZIP.id, DOC.id)


def test_the_same_way_is_one_edge_however_often_it_is_found() -> None:
    graph = graph_of(Added(MAIL), edge(MAIL, ZIP, "a"), edge(MAIL, ZIP, "a"), edge(MAIL, ZIP, "b"))
    assert [e.label for e in graph.edges] == ["a", "b"]


def test_equal_facts_are_counted_and_the_surest_counts() -> None:
    graph = graph_of(Added(MAIL))
    assert graph.apply(Stated(MAIL.id, Fact("effect.run", "calc", "Shell", confidence=0.4)))
    assert not graph.apply(Stated(MAIL.id, Fact("effect.run", "calc", "Shell", confidence=0.9, count=2)))
    assert graph.apply(Stated(MAIL.id, Fact("effect.run", "calc", "WMI")))
    facts = [fact for _, fact in graph.facts(MAIL.id)]
    assert [(f.how, f.count, f.confidence) for f in facts] == [("Shell", 3, 0.9), ("WMI", 1, 1.0)]
    assert graph.fact_count == 2


def test_facts_are_asked_for_by_kind_or_by_the_beginning_of_it() -> None:
    graph = graph_of(Added(MAIL), *(Stated(MAIL.id, Fact(kind, "x")) for kind in ("effect.run", "effect.runner", "effect", "ioc.url")))
    assert [fact.kind for _, fact in graph.facts(kind="effect")] == ["effect.run", "effect.runner", "effect"]
    assert [fact.kind for _, fact in graph.facts(kind="effect.run")] == ["effect.run"]
    assert list(graph.facts("unknown")) == []


def test_a_step_that_is_tried_again_takes_back_what_it_left_locked() -> None:
    locked, broken = Problem("encrypted", "AES-256", "no password"), Problem("malformed", "zip", "cut off")
    graph = graph_of(Added(ZIP), Troubled(ZIP.id, "zip", locked), Troubled(ZIP.id, "zip", broken), Troubled(ZIP.id, "yara", locked))
    graph.apply(Reopened(ZIP.id, "zip"))
    assert [(t.step, t.problem.sort) for t in graph.troubles] == [("zip", "malformed"), ("yara", "encrypted")]


IDS = st.sampled_from([MAIL, ZIP, DOC, Artifact("text.plain", b""), Artifact("script.vba", b"Sub")])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
FACTS = st.builds(
    Fact,
    st.sampled_from(["effect.run", "clue.password"]),
    TEXT,
    TEXT,
    confidence=st.floats(0, 1),
    detail=st.dictionaries(TEXT, TEXT, max_size=2),
)
PROBLEMS = st.builds(Problem, st.sampled_from(["limit", "encrypted"]), TEXT, TEXT)


@st.composite
def journals(draw: st.DrawFn) -> list[Event]:
    """Events as the engine makes them: nothing is said of an artifact before it is there."""
    known = [draw(IDS)]
    events: list[Event] = [Added(known[0])]
    for _ in range(draw(st.integers(0, 20))):
        at = draw(st.sampled_from(known))
        child = draw(IDS)
        step = draw(st.sampled_from(["zip", "ole"]))
        event: Event = draw(
            st.one_of(
                st.builds(Stated, st.just(at.id), FACTS),
                st.builds(Troubled, st.just(at.id), st.just(step), PROBLEMS),
                st.just(Begun(at.id, step)),
                st.just(Ended(at.id, step)),
                st.just(Reopened(at.id, step)),
                st.just(Added(child, Edge(at.id, child.id, step, "label", "how"))),
            )
        )
        if isinstance(event, Added):
            known.append(child)
        events.append(event)
    return events


def state(graph: Graph) -> object:
    return (graph.root, graph.artifacts, graph.edges, graph.troubles, graph.begun, graph.depth, list(graph.facts()), graph.fact_count)


@given(journals())
def test_a_journal_makes_the_same_graph_again(events: list[Event]) -> None:
    written = [msgspec.msgpack.encode(event) for event in events]
    replayed = graph_of(*(msgspec.msgpack.decode(event, type=Event) for event in written))
    assert state(replayed) == state(graph_of(*events))


@given(journals())
def test_depth_is_the_length_of_the_way_back(events: list[Event]) -> None:
    graph = graph_of(*events)
    for artifact in graph.artifacts:
        way = graph.lineage(artifact)
        if artifact != graph.root:
            assert way[0].parent == graph.root
            assert way[-1].child == artifact
        assert [e.child for e in way[:-1]] == [e.parent for e in way[1:]]
        assert len(way) == graph.depth[artifact]
