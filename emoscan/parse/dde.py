"""DDE in formulas: `=cmd|'/c calc'!A0`. What Excel calls program and topic is what a shell calls a program and its arguments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from emoscan.parse.lazy import lazy

_DDE: Final = lazy(
    r"""(?:(?<=[=+\-@(,;*/&<>\s"'])|\A)([A-Za-z][\w.]{0,40}+|'[^'\r\n]{1,120}+')\s{0,4}\|\s{0,4}(?:'((?:[^'\r\n]|''){1,8000}+)'|([^\s'"!|]{1,2000}+))\s{0,4}!\s{0,4}('[^'\r\n]{0,200}'|[\w.$:]{0,200})"""
)


def find(formula: str) -> Iterator[tuple[str, str, str]]:
    """(program, topic, item) of each DDE reference in a formula."""
    for match in _DDE.finditer(formula):
        yield match[1].strip("'"), (match[2] or match[3] or "").replace("''", "'"), match[4].strip("'")


def command_of(program: str, topic: str) -> str:
    """The command line a DDE reference starts. Excel adds `.exe` and runs the program with the topic as its arguments;
    with `MSEXCEL` and the like, whose name only hides it, the topic holds a path to another.
    """
    topic = topic.strip()
    return f"{program} {topic}" if topic else program


STARTS: Final = "=+-@\t\r"
"""Characters a cell begins with that spreadsheets take for a formula."""


def formula_in(text: str) -> str:
    """The formula that a spreadsheet makes of a cell's text, "" when it stays a text. Full-width signs count as their plain ones, as Excel in
    East Asian languages reads them.
    """
    plain = text.strip(' "\ufeff')
    if plain[:1] and ord(plain[0]) > 0xFF00:
        plain = unicodedata.normalize("NFKC", plain)
    if not plain or plain[0] not in STARTS:
        return ""
    return plain.lstrip(STARTS + " ")
