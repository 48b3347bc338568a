"""A run of text that object models give out in pieces: the main text of a document, a header, a text box, a cell.

Positions count characters as Word does: a paragraph ends with a carriage return, a table cell with the one mark that
is read as Chr(13) and Chr(7).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, Final

from emoscan.evaluate.core.values import Unknown
from emoscan.parse.bundle import Paragraph, Run
from emoscan.parse.lazy import lazy

CELL: Final = "\x07"

Span = tuple[int, int]
Look = tuple[int, int, dict[str, Any]]

_WORDS: Final = lazy(r"[\w’']+ *|[^\S\r\x07\n]+|[\r\x07\n\f\v]|[^\w\s] *")
_SENTENCES: Final = lazy(r"[^.!?。\r\x07]*+(?:[.!?。]++[ \t]*+|[\r\x07]|\Z)")


class Story:
    """`text` and what is known of its look; `place` names it in reports. `outside`: it came with the document."""

    __slots__ = ("_cut", "hidden", "looks", "name", "outside", "overrides", "place", "text", "type")

    def __init__(self, text: str | Unknown, place: str, type_: int = 1, *, outside: bool = True, name: str = "") -> None:
        self.text = text
        self.place = place
        self.type = type_
        self.name = name
        self.outside = outside
        self.looks: list[Look] = []
        """(start, end, properties of the font), in order, as the document has them."""
        self.overrides: list[Look] = []
        """The same for what the script sets, later ones over earlier ones."""
        self.hidden = False
        """Whether any of it is hidden text."""
        self._cut: dict[str, list[Span]] = {}

    # ------------------------------------------------------------ reading

    @property
    def known(self) -> str:
        return self.text if isinstance(self.text, str) else self.text.known()

    def __len__(self) -> int:
        return len(self.known)

    def slice(self, start: int, end: int, *, with_hidden: bool = True) -> str | Unknown:
        """The text between two positions as a macro reads it."""
        if isinstance(self.text, Unknown):
            return self.text
        piece = self.text[start:end]
        if self.hidden and not with_hidden:
            piece = "".join(c for at, c in enumerate(piece, start) if not self.look(at, "hidden"))
        return piece.replace(CELL, "\r\x07") if CELL in piece else piece

    def spans(self, unit: str, start: int = 0, end: int | None = None) -> list[Span]:
        """Where the paragraphs, words or sentences between two positions lie."""
        whole = self._cut.get(unit)
        if whole is None:
            whole = self._cut[unit] = CUT[unit](self.known)
        if start == 0 and (end is None or end >= len(self)):
            return whole
        stop = len(self) if end is None else end
        first = max(0, bisect_right(whole, (start, 1 << 60)) - 1)
        found = []
        for span in whole[first:]:
            if span[0] >= stop and span[0] > start:
                break
            if span[1] > start or span[0] == start:
                found.append(span)
        return found

    def span_at(self, unit: str, position: int) -> Span:
        """The paragraph, word or sentence around a position."""
        whole = self.spans(unit)
        at = bisect_right(whole, (position, 1 << 60)) - 1
        return whole[max(at, 0)] if whole else (0, len(self))

    # ------------------------------------------------------------ changing

    def replace(self, start: int, end: int, text: str | Unknown) -> None:
        """Put text in place of what lies between two positions."""
        if isinstance(self.text, Unknown) or isinstance(text, Unknown):
            known = self.known
            self.text = Unknown.join((known[:start], text, known[end:])) if isinstance(self.text, str) else self.text
        else:
            self.text = self.text[:start] + text + self.text[end:]
            if self.looks or self.overrides:
                self.looks = moved(self.looks, start, end, len(text))
                self.overrides = moved(self.overrides, start, end, len(text))
        self._cut = {}

    # ------------------------------------------------------------ looks

    def looks_after(self, edits: Sequence[tuple[int, int, int]]) -> tuple[list[Look], list[Look]]:
        """`looks` and `overrides` as they are once some pieces have been replaced: (start, end, length of what comes there), in order."""
        if not self.looks and not self.overrides:
            return self.looks, self.overrides
        starts = [start for start, _, _ in edits]
        shifts = list(accumulate((length - (end - start) for start, end, length in edits), initial=0))

        def place(position: int) -> int:
            number = bisect_left(starts, position)
            if number and position < edits[number - 1][1]:
                start, _, length = edits[number - 1]
                return start + shifts[number - 1] + min(position - start, length)
            return position + shifts[number]

        looks, overrides = ([(place(a), place(b), values) for a, b, values in each] for each in (self.looks, self.overrides))
        return [look for look in looks if look[1] > look[0]], [look for look in overrides if look[1] > look[0]]

    def look(self, position: int, name: str) -> Any:
        """A property of the font at a position, None where nothing says."""
        for start, end, values in reversed(self.overrides):
            if start <= position < end and name in values:
                return values[name]
        at = bisect_right(self.looks, position, key=_start) - 1
        if at >= 0 and position < self.looks[at][1]:
            return self.looks[at][2].get(name)
        return None

    def common_look(self, start: int, end: int, name: str, default: Any, mixed: Any) -> Any:
        """The value that all characters between two positions share, `mixed` when they do not."""
        if not self.looks and not self.overrides:
            return default
        edges = {start}
        first = max(0, bisect_right(self.looks, start, key=_start) - 1)
        for a, b, values in (*self.looks[first : first + MAX_EDGES], *self.overrides):
            if name in values:
                edges.update(p for p in (a, b) if start < p < end)
        found = {self.look(position, name) for position in edges}
        if len(found) > 1:
            return mixed
        value = found.pop()
        return default if value is None else value

    def set_look(self, start: int, end: int, name: str, value: Any) -> None:
        if len(self.overrides) < MAX_LOOKS:
            self.overrides.append((start, end, {name: value}))
        if name == "hidden":
            self.hidden = self.hidden or bool(value)


MAX_LOOKS: Final = 2_000
MAX_EDGES: Final = 1_000


def _start(look: Look) -> int:
    return look[0]


def moved(looks: list[Look], start: int, end: int, length: int) -> list[Look]:
    """Looks after the text between two positions has been replaced by `length` characters."""
    shift = length - (end - start)

    def place(position: int, *, first: bool) -> int:
        if position < start or (position == start and not (first and start == end)):
            return position
        return position + shift if position >= end else start + min(position - start, length)

    made = [(place(a, first=True), place(b, first=False), values) for a, b, values in looks]
    return [look for look in made if look[1] > look[0]]


def from_paragraphs(paragraphs: Iterable[Paragraph], place: str) -> Story:
    """The main text of a document. There is always one paragraph at least."""
    pieces: list[str] = []
    looks: list[Look] = []
    at = 0
    hidden = False
    for paragraph in paragraphs:
        inside = at
        for run in paragraph.runs:
            values = look_of(run)
            if values:
                looks.append((inside, inside + len(run.text), values))
                hidden = hidden or run.hidden
            inside += len(run.text)
        if paragraph.runs and looks and looks[-1][1] == inside:
            looks[-1] = (looks[-1][0], inside + 1, looks[-1][2])  # the mark at the end looks like what it ends
        text = paragraph.text if paragraph.text.endswith(CELL) else paragraph.text + "\r"
        pieces.append(text)
        at += len(text)
    story = Story("".join(pieces) or "\r", place)
    story.looks = looks
    story.hidden = hidden
    return story


def look_of(run: Run) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if run.hidden:
        values["hidden"] = True
    if run.color is not None:
        # Word and Excel give colours as BGR.
        values["color"] = (run.color & 0xFF) << 16 | run.color & 0xFF00 | run.color >> 16 & 0xFF
    if run.size:
        values["size"] = run.size
    if run.bold:
        values["bold"] = True
    return values


def _paragraphs(text: str) -> list[Span]:
    spans = []
    start = 0
    for match in _PARAGRAPH_END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


_PARAGRAPH_END: Final = lazy(r"[\r\x07]")


def _pieces(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [match.span() for match in pattern.finditer(text) if match.end() > match.start()]


CUT: Final[dict[str, Callable[[str], list[Span]]]] = {
    "paragraph": _paragraphs,
    "word": lambda text: _pieces(_WORDS, text),
    "sentence": lambda text: _pieces(_SENTENCES, text),
    "character": lambda text: [(at, at + 1) for at in range(len(text))],
}
