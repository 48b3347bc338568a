"""Wildcards of PowerShell: `*`, `?`, `[a-z]`, and the back-tick that takes their meaning away. Linear, without backtracking."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PIECE: Final = re.compile(r"`(.)|(\*)|(\?)|\[([^\]]*)\]|(.)", re.DOTALL)


@lru_cache(maxsize=256)
def _segments(pattern: str, case: bool) -> tuple[re.Pattern[str], ...]:
    """What stands between the asterisks, each with a fixed length, as patterns."""
    segments = [""]
    for tick, star, question, characters, plain in _PIECE.findall(pattern):
        if star:
            segments.append("")
        elif question:
            segments[-1] += r"[\s\S]"
        elif characters:
            inner = re.sub(r"[\\^\[&~|]", r"\\\g<0>", characters)
            try:
                re.compile(f"[{inner}]")
            except re.error:
                inner = re.escape(characters)
            segments[-1] += f"[{inner}]"
        else:
            segments[-1] += re.escape(tick or plain)
    flags = re.NOFLAG if case else re.IGNORECASE
    return tuple(re.compile(segment, flags) for segment in segments)


def like(text: str, pattern: str, *, case: bool = False) -> bool:
    """Whether a whole text fits a wildcard pattern."""
    first, *rest = _segments(pattern, case)
    head = first.match(text)
    if head is None:
        return False
    if not rest:
        return head.end() == len(text)
    at = head.end()
    *middle, last = rest
    for segment in middle:
        found = segment.search(text, at)
        if found is None:
            return False
        at = found.end()
    return _at_end(last, text, at)


def _at_end(segment: re.Pattern[str], text: str, at: int) -> bool:
    length = _length(segment)
    return len(text) - length >= at and segment.match(text, len(text) - length) is not None


@lru_cache(maxsize=256)
def _length(segment: re.Pattern[str]) -> int:
    """How many characters a segment takes."""
    return len(re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", "x", segment.pattern, flags=re.DOTALL))


def has_wildcards(text: str) -> bool:
    return any(c in text for c in "*?[")
