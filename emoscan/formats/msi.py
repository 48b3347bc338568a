"""Windows Installer packages: a compound file of tables, and of streams that hold what is installed or run."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.formats.compound import INSTALLER, kind_of
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.cfb import MAGIC, CompoundFile
from emoscan.registry import Look, sniffs, step

MAX_STREAMS: Final = 500
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE: Final = "\u4840"
"""First letter of the names of streams that are tables."""


@sniffs(INSTALLER, magic=MAGIC)
def is_installer(look: Look) -> bool:
    return kind_of(look) == INSTALLER


@step("msi", INSTALLER)
def open_installer(artifact: Artifact, ctx: Context) -> Yields:
    """Cabinets, scripts and libraries of the package; its tables are not read."""
    try:
        file = CompoundFile(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "compound-file", f"the package cannot be read: {error}")
        return
    streams = [e for e in file.streams() if e.size and not e.name.startswith((_TABLE, "\5"))]
    for entry in streams[:MAX_STREAMS]:
        yield Child(file.read(entry), label=written(entry.name), how="stream of the installer")
    if len(streams) > MAX_STREAMS:
        yield Problem("limit", "streams", f"{len(streams) - MAX_STREAMS} further streams of the package are not read")


def written(name: str) -> str:
    """The name of a stream as the package's author wrote it: two letters of 64 are packed into one character."""
    out: list[str] = []
    for character in name:
        code = ord(character)
        if 0x3800 <= code < 0x4800:
            out += (_LETTERS[code - 0x3800 & 63], _LETTERS[code - 0x3800 >> 6])
        elif 0x4800 <= code < 0x4840:
            out.append(_LETTERS[code - 0x4800])
        else:
            out.append(character)
    return "".join(out)
