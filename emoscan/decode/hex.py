"""Hexadecimal in scripts and texts: long runs of digits, and digits with a mark before each byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import decoded
from emoscan.decode.strings import texts_around
from emoscan.model import Artifact, Child, Problem, Span, Yields
from emoscan.parse.lazy import lazy
from emoscan.registry import step

MOST: Final = 50
SHORTEST: Final = 36
"""Characters of the shortest thing that is taken for hexadecimal."""

_RUN: Final = lazy(r"(?<![0-9A-Fa-f])(?:0x)?((?:[0-9A-Fa-f]{2}){24,}+)(?![0-9A-Fa-f])")
_MARK: Final = r"""(?:0x|\\x|\\u00|&h|%(?:u00)?|\\)[0-9a-f]{2}(?:[\s,;_"'+]|&(?!h)){0,8}"""
_MARKED: Final = lazy(rf"{_MARK}(?:{_MARK}){{11,}}+", re.IGNORECASE)
_SPACED: Final = lazy(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}([ ,\-:;.|])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){14,}+")
_BYTE: Final = lazy(r"(?:0x|\\x|\\u00|&h|%u00|%|\\)([0-9a-f]{2})", re.IGNORECASE)

HOWS: Final = {"0": "0x bytes", "&": "&H bytes", "%": "percent escapes", "\\": "hex escapes"}


@step("hex", takes=("script.*", "text.*"), order=20)
def sweep(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of every piece of hexadecimal that decodes to something."""
    count = 0
    for place, text in texts_around(artifact, SHORTEST):
        ctx.budget.spend(len(text) // 32 + 1)
        for span, readings in candidates(text):
            kind, kept, how = next(((*found, how) for data, how in readings if (found := decoded(data))[0]), ("", b"", ""))
            if not kind:
                continue
            count += 1
            if count > MOST:
                yield Problem("limit", "hex", f"more than {MOST} pieces of hexadecimal in one artifact; the rest was not decoded")
                return
            ctx.budget.grow(len(kept), "hex")
            yield Child(kept, kind, label=place, how=f"{how} in {place}" if place else how, span=None if place else span)


def candidates(text: str) -> Iterator[tuple[Span, list[tuple[bytes, str]]]]:
    """(where, [(bytes, how)]) of what may be hexadecimal, and what it is turned round."""
    shape = text.encode("latin-1", "replace").translate(_SHAPES)
    lower = text.lower()
    for match in _RUN.finditer(text) if _LONG in shape else ():
        yield match.span(), [(bytes.fromhex(match[1]), "hex"), (bytes.fromhex(match[1][::-1]), "reversed hex")]
    for match in _MARKED.finditer(text) if sum(map(lower.count, _MARKS)) >= LEAST_BYTES else ():
        yield match.span(), [(bytes(int(digits, 16) for digits in _BYTE.findall(match[0])), HOWS[match[0][0]])]
    for match in _SPACED.finditer(text) if _SEPARATED in shape else ():
        yield match.span(), [(bytes.fromhex(match[0].replace(match[1], "")), "hex")]


# What every match has, found much faster than the patterns fail: digits as "h", separators as "s".
_SHAPES: Final = bytes(104 if chr(c) in "0123456789ABCDEFabcdef" else 115 if chr(c) in " ,-:;.|" else 46 for c in range(256))
_LONG: Final = b"hh" * 24
_SEPARATED: Final = b"hhs" * 15 + b"hh"
_MARKS: Final = ("\\", "%", "&h", "0x")
LEAST_BYTES: Final = 12
