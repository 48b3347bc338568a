"""Tokens of VBA and VBScript source (MS-VBAL 3.2, 3.3).

A token is three parallel entries: its type, its text (names in lower case, strings without quotes), its offset. Parallel
lists rather than objects, because a module has tens of thousands of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final

NAME, STRING, NUMBER, DATE, OPERATOR, NEWLINE, COLON, BRACKET, COMMENT, JUNK, END = range(11)

Literal = tuple[int | float, str]
"""A number and the VBA type of its literal: Integer, Long, LongLong, Single, Double, Currency."""


class Tokens:
    """The tokens of one module. The last one is of type END."""

    __slots__ = ("_newlines", "offsets", "source", "spellings", "texts", "types")

    def __init__(self, source: str) -> None:
        self.source = source
        self.types: list[int] = []
        self.texts: list[str] = []
        self.offsets: list[int] = []
        self.spellings: dict[str, str] = {}
        """Names by their lower-case form, as first spelt."""
        self._newlines: list[int] | None = None

    def line(self, offset: int) -> int:
        """Number of the physical line an offset lies in, from 1."""
        if self._newlines is None:
            self._newlines = [m.start() for m in re.finditer(r"\r\n?|\n", self.source)]
        return bisect_right(self._newlines, offset - 1) + 1


@lru_cache(maxsize=2)
def _pattern(vbscript: bool) -> re.Pattern[str]:
    suffix = "" if vbscript else r"(?:[%$@]|\#(?![\w\"])|!(?![\w\[])|&(?=[ \t]*(?:[),=:\r\n+*/<>-]|as\b|$))|\^(?=[ \t]*[),\r\n]))?"
    # Not any word: in `Close #1: Open f For Input As #2` there is no date.
    month = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    return re.compile(
        rf"""
        (?:[ \t\f\v\x00\x1a\xa0\u3000\ufeff]|(?<=[\s"),])_[ \t]*(?:\r\n?|\n))*+
      (?:
        (?P<name>(?:[^\W\d]|[^\x00-\x7f])(?:\w|[^\x00-\x7f])*+{suffix})
      | (?P<string>"(?:[^"\r\n]|"")*+"?)
      | (?P<newline>\r\n?|\n|\u2028|\u2029)
      | (?P<number>&[hH][0-9a-fA-F]+[%&^]?|&[oO]?[0-7]+[%&^]?|(?:\d+(?:\.\d*)?|\.\d+)(?:[eEdD][+-]?\d+)?[%&!\#@^]?)
      | (?P<comment>'(?:[^\r\n]|(?<=[ \t]_)(?:\r\n?|\n))*)
      | (?P<date>\#[ \t]*(?:\d{{1,4}}[ \t]*[/:-][ \t]*(?:\d|{month})|{month}[ \t,/-]*\d|\d{{1,2}}[ \t/,-]*{month}|\d{{1,2}}[ \t]*[ap]m)
            (?:[\d/:,.\ \t-]|{month}|[ap]\.?m\.?){{0,40}}\#)
      | (?P<colon>:(?!=))
      | (?P<operator><=|>=|<>|><|=<|=>|:=|[-+*/\\^&=<>(),.;!?\#@{{}}])
      | (?P<bracket>\[[^\]\r\n]*\])
      | (?P<junk>.)
      | (?P<end>\Z)
      )
        """,
        re.IGNORECASE | re.VERBOSE,
    )


TYPES: Final = (END, NAME, STRING, NEWLINE, NUMBER, COMMENT, DATE, COLON, OPERATOR, BRACKET, JUNK, END)
"""By the number of the pattern's group."""

BEGINNERS: Final = ("then", "else")
"""Words after which a statement begins."""


def tokenize(source: str, *, vbscript: bool = False) -> Tokens:
    """All tokens. Comments are dropped, except that one ends the statement before it. Never raises."""
    tokens = Tokens(source)
    types, texts, offsets, spellings = tokens.types, tokens.texts, tokens.offsets, tokens.spellings
    skip_to = 0
    for match in _pattern(vbscript).finditer(source):
        group: int = match.lastindex  # type: ignore[assignment]
        start = match.start(group)
        if start < skip_to:
            continue
        kind, text = TYPES[group], match[group]
        if kind == NAME:
            spelt, text = text, text.lower()
            if text == "rem" and (not types or types[-1] in (NEWLINE, COLON) or texts[-1] in BEGINNERS):
                skip_to = _end_of_remark(source, start)
                continue
            if text not in spellings:
                spellings[text] = spelt
        elif kind == STRING:
            inner = text[1:-1] if len(text) > 1 and text[-1] == '"' and _closed(text) else text[1:]
            text = inner.replace('""', '"')
        elif kind == NEWLINE:
            text = "\n"
        elif kind == COMMENT:
            continue
        elif kind == END:
            break
        types.append(kind)
        texts.append(text)
        offsets.append(start)
    types.append(END)
    texts.append("")
    offsets.append(len(source))
    return tokens


def _closed(spelt: str) -> bool:
    """Whether a string token that ends in a quote ends there: `"a""` does not."""
    quotes = len(spelt) - len(spelt.rstrip('"'))
    return quotes % 2 == (quotes < len(spelt))


_REMARK: Final = re.compile(r"(?:[^\r\n]|(?<=[ \t]_)(?:\r\n?|\n))*")


def _end_of_remark(source: str, start: int) -> int:
    match = _REMARK.match(source, start)
    return match.end() if match else start


def number(text: str) -> Literal:
    """The value and type of a number token (MS-VBAL 3.3.2)."""
    suffix = text[-1] if text[-1] in "%&!#@^" and len(text) > 1 else ""
    digits = text[: -len(suffix)] if suffix else text
    if digits.startswith("&"):
        base, body = (16, digits[2:]) if digits[1:2] in "hH" else (8, digits[1:].lstrip("oO"))
        value = int(body or "0", base)
        if suffix == "^":
            return _signed(value, 64), "LongLong"
        if value <= 0xFFFF and suffix != "&":
            return _signed(value, 16), "Integer"
        return (_signed(value, 32), "Long") if value <= 0xFFFFFFFF else (_signed(value, 64), "LongLong")
    if (suffix and suffix in "!#@") or not digits.isdigit():
        try:
            return float(digits.lower().replace("d", "e")), {"!": "Single", "@": "Currency"}.get(suffix, "Double")
        except (ValueError, OverflowError):
            return 0.0, "Double"
    if len(digits) > 300:
        return float("inf"), "Double"
    value = int(digits)
    if suffix == "%" or (not suffix and value <= 0x7FFF):
        return value, "Integer"
    if value <= 0x7FFFFFFF:
        return value, "Long"
    return (value, "LongLong") if suffix == "^" else (float(value), "Double")


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value
