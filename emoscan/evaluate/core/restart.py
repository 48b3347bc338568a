"""Scripts that start themselves: again with arguments, from a copy, in the console, or in the 32-bit host.

Such a script does nothing else when it is opened; what it does then is seen by running it once more as that command would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.evaluate.core.world import World

MOST_STARTS: Final = 3
MOST_COPIES: Final = 8
MOST_ARGUMENTS: Final = 50

_WORD: Final = re.compile(r"\"([^\"]*)\"?|'([^']*)'|(\S+)")


class Start(Struct, frozen=True):
    """How the script is started: where it lies, with what arguments, by which program."""

    path: str = ""
    """"" for where it was opened."""
    arguments: tuple[str, ...] = ()
    program: str = "wscript.exe"
    narrow: bool = False
    """By the 32-bit host."""


OPENED: Final = Start()
"""By a double click."""


def restarted(world: World, data: bytes, commands: Iterable[str], before: Iterable[Start]) -> Start | None:
    """The first way in which one of the commands starts the script whose bytes are `data`, other than those `before`."""
    own = world.absolute(world.document)
    paths = [own]
    if data:
        for path, content in world.files.written():
            if content == data and path.lower() != own.lower():
                paths.append(path)
    seen = {_key(own, start) for start in before}
    for command in commands:
        folded = world.expand(command).lower()
        for path in paths[: MOST_COPIES + 1]:
            at = folded.find(path.lower())
            if at < 0:
                continue
            head, rest = folded[:at], world.expand(command)[at + len(path) :]
            start = Start(path, _arguments(head, rest), "cscript.exe" if "cscript" in head else "wscript.exe", "syswow64" in head)
            if _key(own, start) not in seen:
                return start
    return None


def world_of(budget: Budget, now: datetime, name: str, data: bytes, start: Start) -> World:
    """The world of a script that was started so, with its file in it."""
    world = World(budget, now=now, document=start.path or name)
    world.files.write(world.absolute(world.document), data)
    world.arguments = start.arguments
    world.script_host = rf"{world.profile.windows}\{'SysWOW64' if start.narrow else 'System32'}\{start.program}"
    return world


def _key(own: str, start: Start) -> tuple[object, ...]:
    return (start.path or own).lower(), start.arguments, start.program, start.narrow


def _arguments(head: str, rest: str) -> tuple[str, ...]:
    """What stands behind the path, quotes taken off; options of the host (//B) are none."""
    if head[-1:] in ("'", '"') and rest[:1] == head[-1:]:
        rest = rest[1:]
    words = (match[1] or match[2] or match[3] or "" for match in _WORD.finditer(rest[:8_192]))
    found = [word.rstrip("\"'") for word in words if not word.startswith("//")]
    return tuple(word for word in found if word)[:MOST_ARGUMENTS]
