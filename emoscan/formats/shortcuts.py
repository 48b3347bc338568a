"""Small text files of Windows whose whole point is a link: .url and .iqy."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import text_of
from emoscan.registry import step

_ENTRY: Final = lazy(r"^[ \t]*+(url|baseurl|iconfile|workingdirectory)[ \t]*+=[ \t]*+([^\r\n]{1,4096})", re.IGNORECASE | re.MULTILINE)
LINKS: Final = 100


@step("url.shortcut", takes="windows.url")
def open_url_file(artifact: Artifact, _ctx: Context) -> Yields:
    """Where it leads, and what else it makes Windows fetch: an icon on a server is asked for as soon as it is shown."""
    for number, match in enumerate(_ENTRY.finditer(text_of(artifact.data))):
        if number >= LINKS:
            return
        name, target = match[1].lower(), match[2].strip()
        if name in {"url", "baseurl"}:
            yield Fact("link.external", target, how="hyperlink")
        elif target.startswith(("\\\\", "//")) or "://" in target:
            yield Fact("link.external", target, how=f"{name} of the shortcut")


@step("iqy", takes="windows.iqy")
def open_query(artifact: Artifact, _ctx: Context) -> Yields:
    """The page that Excel would fetch (third line of a web query)."""
    lines = text_of(artifact.data).splitlines()
    if len(lines) > 2 and lines[2].strip():
        yield Fact("link.external", lines[2].strip(), how="web query")
