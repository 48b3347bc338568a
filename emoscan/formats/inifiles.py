"""Small text files of Windows in sections that start or fetch something: .scf, .theme, autorun.inf, setup scripts (.inf), .rdp."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

LARGEST: Final = 256 << 10
MOST_LINES: Final = 4_000

_KIND: Final = lazy(
    r"^[ \t]*+(?:\[(shell|autorun|theme|version)\]|(full address):s:|(?:alternate )?shell:s:|remoteapplicationprogram:s:)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE: Final = lazy(r"[^\r\n]++")
_SCRIPTLET: Final = lazy(r"scrobj\.dll\s{0,9},\s{0,9}\w{1,4}\s{0,9},\s{0,9}([^\s,]{4,2000})", re.IGNORECASE)
_COMMANDS: Final = re.compile(r"run(?:pre|post)setupcommands|runpreuninstcommands|runpostuninstcommands", re.IGNORECASE)

STARTED: Final = {"autorun": ("open", "shellexecute"), "boot": ("scrnsave.exe",), "control panel\\desktop": ("scrnsave.exe",)}
FETCHED: Final = {
    "shell": ("iconfile",),
    "autorun": ("icon",),
    "theme": ("brandimage",),
    "control panel\\desktop": ("wallpaper", "scrnsave.exe"),
}


@step("ini", takes="text.plain")
def read_sections(artifact: Artifact, ctx: Context) -> Yields:
    """Commands, and files on servers that Windows asks for when the file, or only its folder, is opened."""
    if len(artifact.data) > LARGEST:
        return
    text = text_of(artifact.data)
    found = _KIND.search(text[:8_192])
    if found is None:
        return
    ctx.budget.spend(len(text) // 64)
    if found[1] is None:
        yield from _remote_desktop(text)
    elif found[1].lower() == "version":
        yield from _setup(text, ctx)
    else:
        for section, key, value in _entries(text):
            if key in FETCHED.get(section, ()) and value.startswith(("\\\\", "//", "http://", "https://")):
                yield Fact("link.external", value, f"{key} of [{section}]")
            if key in STARTED.get(section, ()) or (section == "autorun" and key.startswith("shell\\") and key.endswith("\\command")):
                yield from _started(value, f"{key} of [{section}]", ctx)


def _started(command: str, where: str, ctx: Context) -> Yields:
    if command:
        ctx.budget.grow(len(command), "command line")
        yield Fact("effect.run", command, where)
        yield Child(as_bytes(command), "script.cmd", how=f"command line in {where}")


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """(section, key, value) of each line, names in lower case; a line without "=" has no key."""
    section = ""
    for number, found in enumerate(_LINE.finditer(text)):
        line = found[0].strip()
        if number >= MOST_LINES:
            return
        if line.startswith("[") and "]" in line:
            section = line[1 : line.index("]")].strip().lower()
        elif line and not line.startswith(";"):
            key, equals, value = line.partition("=")
            yield (section, key.strip().lower(), value.strip().strip('"')) if equals else (section, "", line)


def _setup(text: str, ctx: Context) -> Yields:
    """A setup script: cmstp and rundll32 run its commands, and load scriptlets that it registers (T1218.003)."""
    entries = list(_entries(text))
    sections = {name.strip().lower() for _, key, value in entries if _COMMANDS.fullmatch(key) for name in value.split(",")}
    for section, key, value in entries:
        line = f"{key}={value}" if key else value
        if section in sections:
            yield from _started(line, "commands of a setup script", ctx)
        elif (scriptlet := _SCRIPTLET.search(line)) is not None and "://" in scriptlet[1]:
            yield Fact("effect.download", scriptlet[1], "scriptlet of a setup script")
            yield Fact("effect.load", scriptlet[1], "scriptlet of a setup script")


_RDP: Final = lazy(
    r"^[ \t]*+(full address|remoteapplicationprogram|(?:alternate )?shell|drivestoredirect):s:([^\r\n]{0,1000})",
    re.IGNORECASE | re.MULTILINE,
)


def _remote_desktop(text: str) -> Yields:
    """Where a desktop connection leads, and whether it opens the own drives to that computer."""
    values = {found[1].lower(): found[2].strip() for found in _RDP.finditer(text[:LARGEST])}
    if address := values.get("full address", ""):
        detail = {"drives": values["drivestoredirect"]} if values.get("drivestoredirect") else {}
        yield Fact("link.external", address, "remote desktop", detail=detail)
