"""PowerShell that is named in other scripts: `-EncodedCommand` in every spelling, and the text of `-Command`.

Command lines and batch files themselves are evaluated (`evaluate.commands`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import readable
from emoscan.decode.strings import MODULE, placed_texts
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse import psargs
from emoscan.parse.bundle import VBA_PROJECT
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import LANGUAGES, fold
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import sniff, step

TAKES: Final = (
    "script.powershell",
    "script.vba",
    "script.vbs",
    "script.js",
    "script.hta",
    "script.wsf",
    "script.xlm",
    "text.xml",
)

# In a script, PowerShell is named often without being run: in a path, in a message.
_CODE_ONLY: Final = lazy(r"[;|($=]|::|\biex\b|-[A-Za-z]{2,}|\w\s+\S")


@step("commandline", takes=TAKES, order=10)
def powershell_of_command_lines(artifact: Artifact, ctx: Context) -> Yields:
    """What PowerShell is told to run by the command lines in a script."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 32)
    for call in psargs.calls(as_run(text, artifact.kind)):
        yield from _give(call)


def as_run(text: str, kind: str) -> str:
    """The text with its literals put together."""
    if kind == "script.powershell":
        return text
    return fold(text, LANGUAGES[kind]) if kind in LANGUAGES else text


def _give(call: psargs.Call) -> Iterator[Child | Fact]:
    """What a script names PowerShell for: code, not a path or a word of a message. What is encoded was meant to be run."""
    if not readable(call.text) and len(call.text) < 3:
        return
    if call.type == "encoded" or (call.spelled and _CODE_ONLY.search(call.text)):
        yield from psargs.yields_of(call)


@step("document.scripts", takes=VBA_PROJECT, fallback=True)
def scripts_in_documents(artifact: Artifact, ctx: Context) -> Yields:
    """Strings around the macros that are command lines or scripts in clear: values of controls, properties, variables."""
    for place, text in placed_texts(artifact):
        if len(text) < SHORTEST or place.startswith(MODULE):
            continue
        ctx.budget.spend(len(text) // 32)
        kind = sniff(as_bytes(text))[0]
        if kind.startswith("script."):
            ctx.budget.grow(len(text), place)
            yield Child(as_bytes(text), kind, label=place, how=f"text of {place}")


SHORTEST: Final = 20
