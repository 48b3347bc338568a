"""The verdict is the sum of its reasons, and what was cut short is never clean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.graph import Added, Graph, Stated, Troubled
from emoscan.judge import MALICIOUS, SUSPICIOUS, judge
from emoscan.model import SORTS, Artifact, Fact, Finding, Problem, Sort

DOC = Artifact("office.ole", b"doc")


def finding(id_: str, points: int, group: str = "", title: str = "") -> Finding:
    return Finding(id_, title or f"Title of {id_}", "medium", points, group, (), DOC.id, (), ())


def graph(*facts: Fact, sort: Sort | None = None) -> Graph:
    made = Graph()
    made.apply(Added(DOC))
    for fact in facts:
        made.apply(Stated(DOC.id, fact))
    if sort:
        made.apply(Troubled(DOC.id, "ole", Problem(sort, "x", "a stream is cut off")))
    return made


@pytest.mark.parametrize(
    ("points", "label"),
    [
        (0, "clean"),
        (SUSPICIOUS - 1, "clean"),
        (SUSPICIOUS, "suspicious"),
        (MALICIOUS - 1, "suspicious"),
        (MALICIOUS, "malicious"),
        (500, "malicious"),
    ],
)
def test_bands(points: int, label: str) -> None:
    verdict = judge([finding("A.B", points)], graph())
    assert (verdict.label, verdict.score) == (label, points)


@pytest.mark.parametrize("sort", SORTS)
def test_what_was_not_read_is_never_clean_and_never_a_detection(sort: Sort) -> None:
    verdict = judge([], graph(sort=sort))
    assert (verdict.label, verdict.score, verdict.reasons) == ("incomplete", 0, ())
    assert "a stream is cut off" in verdict.summary
    assert judge([finding("A.B", 90)], graph(sort=sort)).label == "malicious"


def test_a_group_is_worth_its_heaviest_member() -> None:
    verdict = judge([finding("A.LIGHT", 20, "g"), finding("A.HEAVY", 50, "g"), finding("A.OTHER", 5)], graph())
    assert [(r.rule, r.points) for r in verdict.reasons] == [("A.HEAVY", 50), ("A.OTHER", 5), ("A.LIGHT", 0)]
    assert verdict.score == 55
    assert next(r.note for r in verdict.reasons if r.rule == "A.LIGHT") == "counted in A.HEAVY"


def test_how_a_mail_looks_is_never_malicious_alone() -> None:
    lures = [finding(f"MAIL.{n}", 30) for n in range(5)]
    verdict = judge(lures, graph())
    assert (verdict.label, verdict.score, verdict.reasons[-1].points) == ("suspicious", 60, -90)
    assert judge([*lures, finding("VBA.X", 20)], graph()).label == "malicious"


def test_a_rule_counts_once_however_often_it_matched() -> None:
    assert judge([finding("A.B", 30), finding("A.B", 30)], graph()).score == 30


def test_what_speaks_for_a_sample_takes_away() -> None:
    verdict = judge([finding("A.B", 50), finding("TRUST.X", -20)], graph())
    assert (verdict.score, verdict.label) == (30, "clean")


def test_the_summary_names_what_weighs_most() -> None:
    verdict = judge(
        [finding("A.A", 50, title="Starts a program"), finding("A.B", 60, title="Downloads"), finding("A.C", -10, title="Signed")], graph()
    )
    assert verdict.summary == "Downloads; Starts a program."
    assert judge([], graph()).summary == "Nothing found."


@pytest.mark.parametrize("by", ["file", "macros"])
def test_what_is_known_to_be_harmless_is_not_held_against_it(by: str) -> None:
    digest = DOC.sha256 if by == "file" else "ab" * 32
    made = graph(Fact("vba.normalised_sha256", "ab" * 32))
    verdict = judge([finding("A.B", 90)], made, frozenset({digest}))
    assert (verdict.score, verdict.label) == (0, "clean")
    assert verdict.reasons[-1].points == -90
    assert digest in verdict.reasons[-1].note


def test_an_allowed_file_that_was_not_read_whole_is_still_incomplete() -> None:
    assert judge([finding("A.B", 90)], graph(sort="limit"), frozenset({DOC.sha256})).label == "incomplete"


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(-100, 100), st.sampled_from(["", "g", "h"])), max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_the_score_is_the_sum_of_its_reasons(rows: list[tuple[str, int, str]], allowed: bool, cut: bool) -> None:
    verdict = judge(
        [finding(f"T.{name}", *rest) for name, *rest in rows],
        graph(sort="limit" if cut else None),
        frozenset({DOC.sha256} if allowed else ()),
    )
    assert verdict.score == sum(reason.points for reason in verdict.reasons)
    assert not (cut and verdict.label == "clean")
    if allowed:
        assert verdict.score <= 0


@pytest.mark.parametrize(
    ("facts", "sort", "points", "expected"),
    [
        ((), None, 0, "none"),
        ((Fact("macro.code", "empty"),), None, 0, "empty"),
        ((Fact("macro.code", "code"),), None, 0, "harmless"),
        ((Fact("macro.code", "code"), Fact("macro.code", "empty")), None, 0, "harmless"),
        ((Fact("macro.code", "code"), Fact("effect.run", "calc")), None, 0, "unclear"),
        ((Fact("macro.code", "code"),), "malformed", 0, "unclear"),
        ((Fact("macro.code", "code"),), "unmodelled", 0, "harmless"),
        ((Fact("macro.code", "code"),), None, 40, "suspicious"),
        ((Fact("macro.code", "code"),), None, 80, "malicious"),
        ((), None, 80, "none"),
    ],
)
def test_macros_are_classed(facts: tuple[Fact, ...], sort: Sort | None, points: int, expected: str) -> None:
    assert judge([finding("A.B", points)], graph(*facts, sort=sort)).macro_class == expected
