"""Windows Installer packages: a compound file of tables, and of streams that hold what is installed or run."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.formats.compound import INSTALLER, kind_of
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, msi
from emoscan.parse.cfb import MAGIC, CompoundFile
from emoscan.parse.text import as_bytes
from emoscan.registry import Look, sniffs, step

MAX_STREAMS: Final = 500
KIND: Final = 0x3F
PROGRAMS: Final = {2: "program in the package", 18: "program it installs", 34: "program in a folder", 50: "program that a property names"}
SCRIPTS: Final = {37: "script.js", 38: "script.vbs"}
"""Kinds of actions (Microsoft, "Custom Action Types"): what they start; scripts that stand in the table itself."""


@sniffs(INSTALLER, magic=MAGIC)
def is_installer(look: Look) -> bool:
    return kind_of(look) == INSTALLER


@step("msi", INSTALLER)
def open_installer(artifact: Artifact, ctx: Context) -> Yields:
    """What custom actions start; cabinets, scripts and libraries of the package."""
    try:
        file = CompoundFile(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "compound-file", f"the package cannot be read: {error}")
        return
    package = msi.read_installer(file)
    for action in package.actions:
        yield from _started(action, package.installs, ctx)
    for name, entry in package.files[:MAX_STREAMS]:
        yield Child(file.read(entry), label=name, how="stream of the installer")
    if len(package.files) > MAX_STREAMS:
        yield Problem("limit", "streams", f"{len(package.files) - MAX_STREAMS} further streams of the package are not read")
    for what in [*file.damage, *([package.damage] if package.damage else [])]:
        yield Problem("malformed", "compound-file", f"{what}; what is missing was not seen")


def _started(action: msi.Action, installs: bool, ctx: Context) -> Yields:
    kind = action.type & KIND
    detail = {"name": action.name} if installs else {"name": action.name, "installs": "nothing"}
    if kind in PROGRAMS:
        command = action.target if kind == 34 else f"{action.source} {action.target}".strip()
        yield Fact("installer.action", command, PROGRAMS[kind], detail=detail)
        if kind == 34 and command:
            ctx.budget.grow(len(command), action.name)
            yield Child(as_bytes(command), "script.cmd", label=action.name, how="command line of a custom action")
    elif kind in SCRIPTS and action.target:
        yield Fact("installer.action", action.name, "script in the package", detail=detail)
        ctx.budget.grow(len(action.target), action.name)
        yield Child(as_bytes(action.target), SCRIPTS[kind], label=action.name, how="script of a custom action")
