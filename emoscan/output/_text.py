"""Text in columns of a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def columns(text: str) -> int:
    """How many columns a terminal gives it: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def head(text: str, room: int) -> str:
    """As much of the beginning as takes no more than so many columns."""
    if columns(text) <= room:
        return text
    used = 0
    for place, character in enumerate(text):
        used += columns(character)
        if used > room:
            return text[:place]
    return text


def clip(text: str, room: int) -> str:
    """The beginning of a text in so many columns, with a mark where it was cut off."""
    return text if columns(text) <= room else head(text, room - 1) + "…"


def fold_middle(path: str, room: int) -> str:
    """A path in so many columns: its end says more than its beginning."""
    if columns(path) <= room:
        return path
    tail = head(path[::-1], room - room // 3 - 1)[::-1]
    return f"{head(path, room - columns(tail) - 1)}…{tail}"


def wrap(text: str, room: int, lines: int = 3) -> Iterator[str]:
    """The text in lines of so many columns, broken at blanks where there are any; what is beyond `lines` is cut off."""
    while text and lines:
        lines -= 1
        if columns(text) <= room or not lines:
            yield clip(text, room)
            return
        line = head(text, room)
        blank = line.rfind(" ")
        if blank > room // 2:
            line = line[:blank]
        yield line
        text = text[len(line) :].lstrip(" ")
