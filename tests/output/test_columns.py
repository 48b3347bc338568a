"""Text in columns of a terminal: East Asian characters are wide, combining marks take no room."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.context import Settings
from emoscan.model import Problem
from emoscan.output import View
from emoscan.output._text import clip, columns, fold_middle, wrap
from emoscan.output.explain import _Page
from emoscan.sources import Source
from emoscan.workers import empty_report

REPORT = empty_report(Source("x", "x"), Settings(), (Problem("failed", "unreadable", "no"),))

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=80)


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("請求書", 6), ("e\u0301", 1), ("ｶﾅ", 2), ("Ａ", 2), ("", 0)])
def test_columns(text: str, expected: int) -> None:
    assert columns(text) == expected


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("invoice", 7, "invoice"),
        ("invoice", 6, "invoi…"),
        ("請求書です", 7, "請求書…"),
        ("請求書です", 6, "請求…"),
        ("x", 1, "x"),
        ("xy", 1, "…"),
    ],
)
def test_clip(text: str, room: int, expected: str) -> None:
    assert clip(text, room) == expected


def test_of_a_path_the_end_says_most() -> None:
    assert fold_middle("/a/very/long/path/to/invoice.doc", 20) == "/a/ver…o/invoice.doc"
    assert fold_middle("short", 20) == "short"


def test_wrap_breaks_at_blanks_and_cuts_off_what_is_too_much() -> None:
    assert list(wrap("one two three four", 9)) == ["one two", "three", "four"]
    assert list(wrap("x" * 25, 10)) == ["x" * 10, "x" * 10, "x" * 5]
    assert list(wrap("one two three four five six", 9, lines=2)) == ["one two", "three fo…"]
    assert list(wrap("", 9)) == []


@given(TEXT, st.integers(1, 60))
def test_nothing_is_wider_than_it_may_be(text: str, room: int) -> None:
    assert columns(clip(text, room)) <= room
    if room >= 2:
        assert all(columns(line) <= room for line in wrap(text, room))
    if room >= 10:
        assert columns(fold_middle(text, room)) <= room


@given(TEXT.filter(lambda text: "…" not in text), st.integers(2, 60))
def test_wrapping_loses_nothing_but_blanks(text: str, room: int) -> None:
    assert "".join(wrap(text, room, lines=1000)).replace(" ", "") == text.replace(" ", "")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from("\n\t "), max_size=300), st.integers(20, 40))
def test_a_listing_shows_the_whole_text(text: str, width: int) -> None:
    page = _Page(REPORT, View(width=width, full=True))
    lines = [line.plain for line in page._listing(text, 1)]
    assert all(columns(line) <= width for line in lines)
    assert "".join(line.removeprefix("  │ ") for line in lines) == text.strip("\n").expandtabs(4).replace("\n", "")


def test_a_very_long_line_is_listed_quickly() -> None:
    started = time.process_time()
    assert len(list(_Page(REPORT, View(width=100, full=True))._listing("あ" * 500_000, 1))) == 10_417
    assert time.process_time() - started < 10


def test_what_is_folded_away_is_counted() -> None:
    lines = [line.plain for line in _Page(REPORT, View(width=100))._listing("one\ntwo\nthree\nfour", 2)]
    assert lines == ["  │ one", "  │ two", "  ┆ … 10 more characters (--full shows them)"]
