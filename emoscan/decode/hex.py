"""Hexadecimal in scripts and texts: long runs of digits, and digits with a mark before each byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Span, Yields
from emoscan.parse.literals import LANGUAGES, fold
from emoscan.parse.text import text_of
from emoscan.plausible import kind_of_decoded, normalised
from emoscan.registry import step

MOST: Final = 50

_RUN: Final = re.compile(r"(?<![0-9A-Fa-f])(?:0x)?((?:[0-9A-Fa-f]{2}){24,}+)(?![0-9A-Fa-f])")
_MARKED: Final = re.compile(r"""(?:(?:0x|\\x|\\u00|&h|%(?:u00)?|\\)[0-9a-f]{2}[\s,;&_"'+]{0,8}){12,}+""", re.IGNORECASE)
_SPACED: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}([ ,\-:;.|])(?:[0-9A-Fa-f]{2}\1){15,}+[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_BYTE: Final = re.compile(r"(?:0x|\\x|\\u00|&h|%u00|%|\\)([0-9a-f]{2})", re.IGNORECASE)

HOWS: Final = {"0": "0x bytes", "&": "&H bytes", "%": "percent escapes", "\\": "hex escapes"}


@step("hex", takes=("script.*", "text.*"), order=20)
def sweep(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of every piece of hexadecimal that decodes to something."""
    text = text_of(artifact.data)
    text = fold(text, LANGUAGES[artifact.kind]) if artifact.kind in LANGUAGES else text
    ctx.budget.spend(len(text) // 32)
    count = 0
    for blob, span, how in blobs(text):
        kind = kind_of_decoded(blob)
        if not kind:
            continue
        count += 1
        if count > MOST:
            yield Problem("limit", "hex", f"more than {MOST} pieces of hexadecimal in one artifact; the rest was not decoded")
            return
        ctx.budget.grow(len(blob), "hex")
        yield Child(normalised(blob), kind, how=how, span=span)


def blobs(text: str) -> Iterator[tuple[bytes, Span, str]]:
    """(bytes, where, how) of what may be hexadecimal. Turned round when it reads so."""
    for match in _RUN.finditer(text):
        plain = bytes.fromhex(match[1])
        yield plain, match.span(), "hex"
        if not kind_of_decoded(plain):
            yield bytes.fromhex(match[1][::-1]), match.span(), "reversed hex"
    for match in _MARKED.finditer(text):
        yield bytes(int(digits, 16) for digits in _BYTE.findall(match[0])), match.span(), HOWS[match[0][0]]
    for match in _SPACED.finditer(text):
        yield bytes.fromhex(match[0].replace(match[1], "")), match.span(), "hex"
