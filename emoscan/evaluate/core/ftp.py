"""Scripts of the FTP client of Windows: `ftp -s:file`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from emoscan.evaluate.core.machine import Machine

MAX_LINES: Final = 1_000

SCRIPT: Final = lazy(r"""\bftp(?:\.exe)?["']?\s(?:[^\n]{0,200}?\s)?["']?-s:(?:"([^"\n]{1,300})"|([^\s"'&|]{1,300}))""", 2)
"""A command line that starts it, and the path of the script."""


def follow(machine: Machine, text: str, run: Callable[[str], object]) -> str:
    """Do what a script says: connections and downloads are effects, commands behind "!" go to `run`. Returns the server."""
    host = ""
    for line in text.splitlines()[:MAX_LINES]:
        words = line.split()
        if not words:
            continue
        verb = words[0].lower()
        if verb == "open" and len(words) > 1:
            host = words[1]
            machine.effect("connect", host, "ftp")
        elif verb in ("get", "recv", "mget") and len(words) > 1:
            path = words[2] if len(words) > 2 else words[1]
            machine.download(f"ftp://{host}/{words[1]}", "ftp", machine.world.absolute(path))
        elif verb.startswith("!") and len(line) > 1:
            run(line.strip()[1:])
    return host
