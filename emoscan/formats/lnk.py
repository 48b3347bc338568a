"""Shortcuts: what a double click would start, with which arguments, and what is kept behind their end."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, lnk
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes
from emoscan.registry import step

PROGRAMS: Final = frozenset(
    ("exe", "com", "scr", "bat", "cmd", "pif", "cpl", "dll", "msi", "vbs", "vbe", "js", "jse", "wsf", "hta", "ps1", "lnk")
)
"""Endings of targets that run; all others open in the program they belong to."""

INTERPRETERS: Final = lazy(
    r"(?:^|\\)(?:cmd|powershell|pwsh|wscript|cscript|mshta|rundll32|regsvr32|msiexec|wmic|forfiles|certutil|bitsadmin|conhost|curl|ssh|scp|explorer"
    r"|msbuild|pcalua|cmstp|odbcconf|hh|python\w{0,4}|autoit3|%comspec%)(?:\.exe)?$|%comspec%",
    re.IGNORECASE,
)
DISGUISE: Final = lazy(
    r"(?:^|\\)((?:msedge|chrome|firefox|iexplore|winword|excel|powerpnt|onenote|outlook|acrord32|acrobat|acrodist|foxit\w{0,20}|wordpad|notepad|winrar|7zfm|mspaint|wordicon"
    r"|xlicons|pptico)\.exe|[^\\]{1,100}\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|jpe?g|png|html?|zip|one))$",
    re.IGNORECASE,
)
"""Icons of programs and files that people take for documents."""

BLANKS: Final = lazy(r"[\s\xa0\u2000-\u200b\u3000]{40,}+")
"""Explorer shows 260 characters of the arguments; a run of blanks pushes the rest out of sight."""

LONG: Final = 260
REMOTE: Final = ("\\\\", "//", "http:", "https:", "ftp:", "file:", "search-ms:", "ms-")


@step("lnk", "windows.lnk")
def open_shortcut(artifact: Artifact, ctx: Context) -> Yields:
    try:
        link = lnk.parse(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "shortcut", f"the shortcut cannot be read: {error}; where it leads was not seen")
        return
    yield from _targets(link)
    yield from _command(link, ctx)
    yield from _looks(link)
    yield from _behind(artifact.data, link, ctx)
    for what in link.damage:
        yield Problem("malformed", "shortcut", f"{what}; what is missing of the shortcut was not seen")


def _targets(link: lnk.Shortcut) -> Yields:
    places = {
        "items": link.items,
        "environment block": link.environment,
        "link information": link.local,
        "network": link.network,
        "relative path": link.relative_path,
    }
    seen: set[str] = set()
    for how, target in places.items():
        if target and target.lower() not in seen:
            seen.add(target.lower())
            yield Fact("lnk.target", target, how)
    if link.darwin:
        yield Fact("lnk.target", link.darwin, "program to be installed")
    if link.machine:
        yield Fact("lnk.machine", link.machine)
    if link.shim:
        yield Fact("lnk.shim", link.shim)
    target = link.target
    if target.lower().startswith(REMOTE):
        yield Fact("link.external", target, "target of the shortcut")
    for icon in dict.fromkeys((link.icon, link.icon_environment)):
        if icon.lower().startswith(("\\\\", "//")) or "://" in icon:
            yield Fact("link.external", icon, "icon of the shortcut")


def command_line(link: lnk.Shortcut) -> str:
    target = link.target
    quoted = f'"{target}"' if " " in target else target
    return f"{quoted} {link.arguments.strip()}".strip()


def _command(link: lnk.Shortcut, ctx: Context) -> Yields:
    if not link.target and not link.arguments:
        return
    detail = {"window": lnk.SHOW.get(link.show, "normal")}
    if link.folder:
        detail["folder"] = link.folder
    line = command_line(link)
    ending = link.target.rpartition(".")[2].lower()
    if ending not in PROGRAMS and not link.arguments and not INTERPRETERS.search(link.target):
        yield Fact("effect.open", link.target, "shortcut", detail=detail)
        return
    yield Fact("effect.run", line, "shortcut", detail=detail)
    if link.arguments.strip():
        ctx.budget.grow(len(line), "command line of a shortcut")
        yield Child(as_bytes(line), "script.cmd", how="command line of the shortcut")


def _looks(link: lnk.Shortcut) -> Yields:
    """What is done so that nobody sees what it is."""
    blanks = sum(len(run[0]) for run in BLANKS.finditer(link.arguments))
    if blanks:
        yield Fact("lnk.padding", f"{blanks:,} blanks in the arguments", detail={"length": str(len(link.arguments))})
    if len(link.arguments) > LONG:
        yield Fact("lnk.long_arguments", f"{len(link.arguments):,} characters of arguments")
    if not INTERPRETERS.search(link.target):
        return
    for icon in (link.icon, link.icon_environment):
        match = DISGUISE.search(icon)
        if match:
            program = link.target.rpartition("\\")[2]
            yield Fact("lnk.disguise", f"starts {program}, shows the icon of {match[1]}", detail={"icon": icon})
            return


def _behind(data: bytes, link: lnk.Shortcut, ctx: Context) -> Yields:
    overlay = data[link.end :].rstrip(b"\0")
    if len(overlay.strip(b"\0\r\n\t ")) < 4:
        return
    yield Fact("lnk.overlay", f"{len(data) - link.end:,} bytes", detail={"offset": str(link.end)})
    ctx.budget.grow(len(overlay), "data behind a shortcut")
    yield Child(overlay, label="behind the end", how="data behind the end of the shortcut", span=(link.end, len(data)))
