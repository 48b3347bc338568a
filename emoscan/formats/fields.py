"""Fields of Word documents: those that fetch, and those that start programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.model import Child, Fact
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes

_WORD: Final = lazy(r"\s*+([A-Za-z]{2,40}+)\s*+(.{0,8000})", re.DOTALL)
_ARGUMENT: Final = lazy(r'"((?:[^"\\]|\\.){0,4000}+)"?|\\([a-zA-Z*#@!])|([^\s"\\][^\s"]{0,4000})')
_QUOTE: Final = lazy(r"\bQUOTE((?:\s++\d{1,5}){1,4000}+)", re.IGNORECASE)

FETCHES: Final = {
    "includepicture": "picture",
    "import": "picture",
    "includetext": "subDocument",
    "include": "subDocument",
    "rd": "subDocument",
    "link": "subDocument",
}
"""Fields that take in what lies behind an address, and the kind of relationship that does the same."""


_PROGRAM: Final = lazy(
    r"(?:[^\"]{0,1000}[\\/])?(?:[\w.-]{1,60}\.exe|cmd|powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|certutil|msiexec|bitsadmin|wmic)",
    re.IGNORECASE,
)


def facts_of_field(instruction: str) -> Iterator[Fact | Child]:
    """Facts `link.external` and `document.dde` of one instruction, nested instructions spelled out inside; a program that DDE starts is a
    command line.
    """
    instruction = _QUOTE.sub(lambda match: "".join(chr(min(int(code), 0x10FFFF)) for code in match[1].split()), instruction)
    match = _WORD.match(instruction)
    if match is None:
        return
    word = match[1].lower()
    if word in ("dde", "ddeauto"):
        words = [_unescape(a or c) for a, _, c in _ARGUMENT.findall(match[2]) if a or c]
        command = " ".join(words)
        if command:
            yield Fact("document.dde", command, match[1].upper())
        if words and _PROGRAM.fullmatch(words[0]) is not None:
            program = f'"{words[0]}"' if " " in words[0] else words[0]
            yield Child(as_bytes(" ".join((program, *words[1:]))), "script.cmd", how="command line of a DDE field")
        return
    if word == "hyperlink":
        target = next((_unescape(a or c) for a, switch, c in _ARGUMENT.findall(match[2]) if a or c), "")
        if target and "\\l" not in match[2][: match[2].find(target)].lower():
            yield Fact("link.external", target, "hyperlink")
        return
    how = FETCHES.get(word)
    if how is None:
        return
    for quoted, _, plain in _ARGUMENT.findall(match[2]):
        target = _unescape(quoted or plain)
        if "://" in target or target.startswith("\\\\"):
            yield Fact("link.external", target, how, detail={"field": match[1].upper()})
            return


def _unescape(text: str) -> str:
    return text.replace("\\\\", "\\").replace('\\"', '"')
