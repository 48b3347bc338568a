"""Base64 wherever it stands in scripts, texts and the strings around macros: long runs, broken over lines, put together
from literals, reversed, in the alphabet for URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import backward, decoded, telling, text_in
from emoscan.decode.strings import texts_around
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

SHORTEST: Final = 24
"""Characters of base64 below which nothing is tried: 18 bytes."""

MOST: Final = 100
"""Blobs of one artifact."""

_BLOCK: Final = lazy(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40,}+[ \t]*+\r?\n[ \t]*+)++[A-Za-z0-9+/]*+={0,2}")
"""Lines of it, as PEM and MIME write it."""
_RUN: Final = lazy(r"(?<![A-Za-z0-9+/_-])={0,2}[A-Za-z0-9+/_-]{24,}+={0,2}")
_BLANKS: Final = lazy(r"\s+")
_ARGUMENT: Final = lazy(r"""[-/\u2013\u2014\u2015]e[a-z]{0,14}["'\s:]{1,8}\Z""", re.IGNORECASE)
"""Just before an argument of `-EncodedCommand`, which has a step of its own."""


@step("base64", takes=("script.*", "text.*"), order=20)
def sweep(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of every piece of base64 that decodes to something."""
    count = 0
    for place, text in texts_around(artifact, SHORTEST):
        for match in candidates(text):
            ctx.budget.spend(len(match[0]) // 16 + 1)
            kind, kept, how = first_that_is_something(match[0])
            if not kind or (kind == "text.plain" and artifact.kind.startswith("text.") and not telling(text_of(kept))):
                continue
            count += 1
            if count > MOST:
                yield Problem("limit", "base64", f"more than {MOST} pieces of base64 in one artifact; the rest was not decoded")
                return
            ctx.budget.grow(len(kept), "base64")
            yield Child(kept, kind, label=place, how=f"{how} in {place}" if place else how, span=None if place else match.span())


def candidates(text: str) -> Iterator[re.Match[str]]:
    """What may be base64, in order and without overlap: blocks of lines before the lines they are made of."""
    shape = text.encode("latin-1", "replace").translate(_SHAPES)
    blocks = list(_blocks(text, shape))
    number, taken = 0, 0
    for run in _runs(text, shape):
        while number < len(blocks) and blocks[number].start() <= run.start():
            yield blocks[number]
            taken = blocks[number].end()
            number += 1
        if run.start() >= taken and not _ARGUMENT.search(text, max(0, run.start() - 24), run.start()):
            yield run
    yield from blocks[number:]


def _runs(text: str, shape: bytes) -> Iterator[re.Match[str]]:
    """What `_RUN` finds, at places that are found in the text's shape: much faster than the pattern fails at all others."""
    end = 0
    while (at := shape.find(_LONG, end)) >= 0 and (run := _RUN.search(text, max(at - 2, end))) is not None:
        yield run
        end = run.end()


def _blocks(text: str, shape: bytes) -> Iterator[re.Match[str]]:
    """What `_BLOCK` finds: a line ends where its run of digits does, and begins behind the last one of the other alphabet."""
    end = 0
    while (at := shape.find(_LINE, end)) >= 0:
        end = shape.find(b".", at)
        end = end if end >= 0 else len(shape)
        block = _BLOCK.match(text, max(at, text.rfind("-", at, end) + 1, text.rfind("_", at, end) + 1))
        if block is not None:
            yield block
            end = block.end()


# Digits of base64, in either alphabet, as "d".
_SHAPES: Final = bytes(100 if chr(c).isascii() and (chr(c).isalnum() or chr(c) in "+/-_") else 46 for c in range(256))
_LONG: Final = b"d" * SHORTEST
_LINE: Final = b"d" * 40


def first_that_is_something(written: str) -> tuple[str, bytes, str]:
    """(kind, what to keep, how) of base64, read forward or backward; three times nothing when it is noise both ways."""
    body = _BLANKS.sub("", written) if "\n" in written else written
    data = from_base64(body.lstrip("="), SHORTEST)
    text = text_in(data)
    turned = backward(text)
    if turned:
        return *decoded(as_bytes(turned)), "base64 of reversed text"
    kind, kept = decoded(data, text)
    if kind:
        return kind, kept, "base64"
    # turned round, padding stands in front, or nothing says where the end is
    if body.startswith("=") or (len(body) % 4 == 0 and not body.endswith("=") and len(body) >= 2 * SHORTEST):
        kind, kept = decoded(from_base64(body[::-1].lstrip("="), SHORTEST))
    return kind, kept, "reversed base64"
