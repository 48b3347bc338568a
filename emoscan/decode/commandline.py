"""From command lines to PowerShell: `-EncodedCommand` in every spelling, and the text of `-Command`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import readable
from emoscan.decode.strings import MODULE, placed_texts
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.bundle import VBA_PROJECT
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import LANGUAGES, fold
from emoscan.parse.psargs import Call, calls
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import sniff, step

TAKES: Final = (
    "script.cmd",
    "script.powershell",
    "script.vba",
    "script.vbs",
    "script.js",
    "script.hta",
    "script.wsf",
    "script.xlm",
    "text.xml",
)

_CARETS: Final = lazy(r"[A-Za-z]\^+[A-Za-z]")
CARETS: Final = 5
"""Carets inside words that make a habit of it."""

# In a script, PowerShell is named often without being run: in a path, in a message.
_CODE_ONLY: Final = lazy(r"[;|($=]|::|\biex\b|-[A-Za-z]{2,}|\w\s+\S")


@step("commandline", takes=TAKES, order=10)
def powershell_of_command_lines(artifact: Artifact, ctx: Context) -> Yields:
    """What PowerShell is told to run by the command lines in a script."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 32)
    carets = len(_CARETS.findall(text)) if artifact.kind == "script.cmd" else 0
    if carets >= CARETS:
        yield Fact("obfuscation.caret", f"{carets} carets inside words")
    for call in calls(as_run(text, artifact.kind)):
        yield from _give(call, artifact)


def as_run(text: str, kind: str) -> str:
    """The text without the noise its interpreter drops: carets of cmd, ticks of PowerShell; literals put together."""
    if kind == "script.cmd":
        return text.replace("^\r\n", "").replace("^", "")
    if kind == "script.powershell":
        return text
    return fold(text, LANGUAGES[kind]) if kind in LANGUAGES else text


def _give(call: Call, artifact: Artifact) -> Iterator[Child | Fact]:
    if not readable(call.text) and len(call.text) < 3:
        return
    if call.type == "encoded":
        yield Fact("obfuscation.encoded_command", call.spelled, span=(call.start, call.end))
        yield Child(as_bytes(call.text), "script.powershell", how=f"{call.spelled} argument", span=(call.start, call.end))
    elif artifact.kind == "script.cmd" or (call.spelled and _CODE_ONLY.search(call.text)):
        how = f"{call.spelled} argument" if call.spelled else "argument of powershell"
        yield Child(as_bytes(call.text), "script.powershell", how=how, span=(call.start, call.end))


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
