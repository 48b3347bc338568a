"""Base64 wherever it stands in scripts, texts and the strings around macros: long runs, broken over lines, put together
from literals, reversed, in the alphabet for URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Span, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, XLM_WORKBOOK, load_vba, load_xlm, strings_of
from emoscan.parse.encodings import from_base64
from emoscan.parse.literals import LANGUAGES, fold
from emoscan.parse.text import text_of
from emoscan.plausible import kind_of_decoded, normalised, telling, text_in
from emoscan.registry import step

SHORTEST: Final = 24
"""Characters of base64 below which nothing is tried: 18 bytes."""

MOST: Final = 100
"""Blobs of one artifact."""

_BLOCK: Final = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40,}+[ \t]*+\r?\n[ \t]*+)++[A-Za-z0-9+/]*+={0,2}")
"""Lines of it, as PEM and MIME write it."""
_RUN: Final = re.compile(r"(?<![A-Za-z0-9+/_-])={0,2}[A-Za-z0-9+/_-]{24,}+={0,2}")
_BLANKS: Final = re.compile(r"\s+")
_ARGUMENT: Final = re.compile(r"""[-/\u2013\u2014\u2015]e[a-z]{0,14}["'\s:]{1,8}\Z""", re.IGNORECASE)
"""Just before an argument of `-EncodedCommand`, which has a step of its own."""


@step("base64", takes=("script.*", "text.*"), order=20)
def sweep(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of every piece of base64 that decodes to something."""
    count = 0
    for place, text in texts_of(artifact):
        for blob, span, how in blobs(text):
            ctx.budget.spend(len(blob) // 16 + 1)
            kind = kind_of_decoded(blob)
            if not kind or (kind == "text.plain" and artifact.kind.startswith("text.") and not telling(text_in(blob))):
                continue
            count += 1
            if count > MOST:
                yield Problem("limit", "base64", f"more than {MOST} pieces of base64 in one artifact; the rest was not decoded")
                return
            ctx.budget.grow(len(blob), "base64")
            yield Child(normalised(blob), kind, label=place, how=how if not place else f"{how} in {place}", span=None if place else span)


def texts_of(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """(place, text): the text of a script with its literals put together, the strings of a bundle but its modules."""
    if artifact.kind in {VBA_PROJECT, XLM_WORKBOOK}:
        try:
            bundle = load_vba(artifact.data) if artifact.kind == VBA_PROJECT else load_xlm(artifact.data)
        except Malformed:
            return
        for place, text in strings_of(bundle):
            if len(text) >= SHORTEST and not place.startswith(("module ", "paragraph ")):
                yield place, text
        return
    text = text_of(artifact.data)
    yield "", fold(text, LANGUAGES[artifact.kind]) if artifact.kind in LANGUAGES else text


def blobs(text: str) -> Iterator[tuple[bytes, Span, str]]:
    """(bytes, where, how) of what may be base64; forward and, where it looks turned round, backward."""
    taken = 0
    for match in _candidates(text):
        if match.start() < taken or _ARGUMENT.search(text, max(0, match.start() - 24), match.start()):
            continue
        written = _BLANKS.sub("", match[0]) if "\n" in match[0] else match[0]
        plain = from_base64(written.lstrip("="), SHORTEST)
        if plain and (kind_of_decoded(plain) or not _may_be_reversed(written)):
            taken = match.end()
            yield plain, match.span(), "base64"
        if _may_be_reversed(written):
            turned = from_base64(written[::-1].lstrip("="), SHORTEST)
            if turned:
                yield turned, match.span(), "reversed base64"


def _candidates(text: str) -> Iterator[re.Match[str]]:
    blocks = list(_BLOCK.finditer(text))
    number = 0
    for run in _RUN.finditer(text):
        while number < len(blocks) and blocks[number].start() <= run.start():
            yield blocks[number]
            number += 1
        yield run
    yield from blocks[number:]


def _may_be_reversed(written: str) -> bool:
    """Padding stands in front, or nothing says where the end is."""
    return written.startswith("=") or (len(written) % 4 == 0 and not written.endswith("=") and len(written) >= 64)
