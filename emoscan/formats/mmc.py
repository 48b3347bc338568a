"""Consoles of the Microsoft Management Console (.msc): commands of their task pads, and scripts that are hidden among their texts."""

from __future__ import annotations

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

LONGEST: Final = 8 << 20
MOST: Final = 500
LONG: Final = 40
"""Characters from which a text may be a script."""

_STRING: Final = lazy(r"<String\b[^<>]{0,200}>([^<]*+)<")
_TASK: Final = lazy(r"<Task\b([^<>]{0,4000})>")
_LINE: Final = lazy(r"<CommandLine\b([^<>]{0,20000})>")
_COMMAND: Final = lazy(r"\bCommand\s{0,9}=\s{0,9}\"([^\"<>]{1,4000})\"")
_PARAMETERS: Final = lazy(r"\bParams\s{0,9}=\s{0,9}\"([^\"<>]{0,20000})\"")
_PAGE: Final = lazy(r"\bres://apds\.dll/", re.IGNORECASE)
_SCRIPT: Final = lazy(r"\b(?:ActiveXObject|ScopeNamespace|unescape|eval|transformNode|WScript|document\.write)\b", re.IGNORECASE)
_HIDDEN: Final = lazy(r"\bunescape\s{0,9}\(\s{0,9}(?:\"([^\"]{16,}+)\"|'([^']{16,}+)')", re.IGNORECASE)


@step("mmc", "text.xml")
def open_console(artifact: Artifact, ctx: Context) -> Yields:
    if b"MMC_ConsoleFile" not in artifact.data[:16_384].replace(b"\0", b""):
        return
    text = text_of(artifact.data[:LONGEST])
    ctx.budget.spend(len(text) // 16)
    yield from _tasks(text, ctx)
    for number, match in enumerate(_STRING.finditer(text)):
        if number >= MOST:
            return
        value = unescape(match[1])
        if _PAGE.search(value):
            yield Fact(
                "document.exploit", "a console that runs a script in a page of apds.dll", how="GrimResource", detail={"page": value[:400]}
            )
        elif len(value) >= LONG and _SCRIPT.search(value):
            content = as_bytes(value)
            ctx.budget.grow(len(content), "script of a console")
            yield Child(content, "script.js", how="script among the texts of a console")
            for hidden in _HIDDEN.finditer(value):  # a style sheet with a script, which the first hands to a document of the console
                plain = as_bytes(unquote(hidden[1] or hidden[2], encoding="latin-1"))
                ctx.budget.grow(len(plain), "script of a console")
                yield Child(plain, how="escaped text in the script of a console")


def _tasks(text: str, ctx: Context) -> Yields:
    for number, match in enumerate(_TASK.finditer(text)):
        command = _COMMAND.search(match[1])
        if number >= MOST or command is None:
            continue
        line = _LINE.search(text, match.end(), match.end() + 30_000)
        parameters = _PARAMETERS.search(line[1]) if line else None
        whole = " ".join(unescape(part) for part in (command[1], parameters[1] if parameters else "") if part)
        ctx.budget.grow(len(whole), "command line")
        yield Fact("effect.run", whole, "task of a console")
        yield Child(as_bytes(whole), "script.cmd", how="command line of a task of a console")
