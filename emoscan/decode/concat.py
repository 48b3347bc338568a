"""Strings put together without running the script: adjacent literals, character constants, lines that append to a variable.

A guess where nothing was evaluated: the order of the lines stands in for the order in which they would run.
"""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import decoded, telling
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import LANGUAGES, fold, tokens, value_of
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import sniff, step

SHORTEST: Final = 12
BASE64: Final = lazy(r"[A-Za-z0-9+/]{40,}={0,2}\Z")

_APPEND: Final = {
    # name = "…"   name = name & "…"   "…" & name is another matter
    "vba": lazy(
        r'^[ \t]*+(?:let[ \t]++)?(\w{1,255})\$?[ \t]*+=[ \t]*+(?:(\1)\$?[ \t]*+[&+][ \t]*+)?("(?:[^"\r\n]|"")*+")[ \t]*+(?:[:\'\r]|$)',
        re.IGNORECASE | re.MULTILINE,
    ),
    "js": lazy(
        r"""(?:^|[;{])[ \t]*+(?:var[ \t]++)?([\w$]{1,255})[ \t]*+(\+)?=[ \t]*+("(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')[ \t]*+(?=;|$)""",
        re.MULTILINE,
    ),
    "powershell": lazy(
        r"""(?:^|[;{])[ \t]*+(\$[\w:]{1,255})[ \t]*+(\+)?=[ \t]*+("(?:[^"`$]|"")*+"|'(?:[^']|'')*+')[ \t]*+(?=;|\r|$)""", re.MULTILINE
    ),
}


@step("concat", takes=("script.vba", "script.vbs", "script.js", "script.hta", "script.wsf", "script.powershell"), fallback=True, order=20)
def join_literals(artifact: Artifact, ctx: Context) -> Yields:
    """The script with its literals joined, where that shows something; and what variables are appended to bit by bit."""
    language = LANGUAGES[artifact.kind]
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16 + 1)
    folded = fold(text, language)
    # PowerShell has a step of its own that joins and does more
    if folded != text and language != "powershell" and any(shows(value) and value not in text for value in _values(folded, language)):
        ctx.budget.grow(len(folded), "joined literals")
        yield Fact("obfuscation.concatenation", "literals and character constants in pieces")
        yield Child(as_bytes(folded), artifact.kind, how="adjacent literals joined")
    for name, value, pieces in appended(folded, language):
        if pieces > 1 and shows(value):
            ctx.budget.grow(len(value), "joined literals")
            yield Fact("obfuscation.concatenation", f"{pieces} literals appended to {name}", confidence=0.5)
            yield Child(as_bytes(value), sniff(as_bytes(value))[0], label=name, how=f"{pieces} literals appended to {name}")


def _values(text: str, language: str) -> list[str]:
    return [value_of(text[t.start : t.end], language) for t in tokens(text, language) if t.type == "string" and t.end - t.start > SHORTEST]


def shows(value: str) -> bool:
    return telling(value) or (BASE64.match(value) is not None and bool(decoded(from_base64(value))[0]))


def appended(text: str, language: str) -> list[tuple[str, str, int]]:
    """(name, text, number of literals) of variables that get literals one after the other."""
    found: dict[str, list[str]] = {}
    done: list[tuple[str, str, int]] = []
    for match in _APPEND[language].finditer(text):
        name = match[1].lower() if language != "js" else match[1]
        if not match[2] and name in found:
            done.append((name, "".join(found[name]), len(found[name])))
            del found[name]
        found.setdefault(name, []).append(value_of(match[3], language))
    return done + [(name, "".join(pieces), len(pieces)) for name, pieces in found.items()]
