"""Hyperlinks of documents: most lead to a page, some start a program."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from emoscan.model import Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes

_PROGRAM: Final = lazy(
    r"""(?:^|[\\/:])((?:[\w.$~-]{1,80}\.(?:exe|com|cmd|bat|vbs|vbe|js|jse|wsf|hta|ps1|msc|cpl|scr|pif)"""
    r"""|(?:powershell|pwsh|cmd|mshta|wscript|cscript|rundll32|regsvr32|certutil|bitsadmin|msiexec)(?=["']?\s)))(?:"|'|(?=\s)|$)(.{0,32000})""",
    re.IGNORECASE | re.DOTALL,
)
"""A program or script and what follows it, behind whatever folders were climbed to reach it."""

_SCRIPTS: Final = (".vbs", ".vbe", ".js", ".jse", ".wsf")

_PAGE: Final = lazy(r"\s*(?:https?|ftp|mailto|tel|news|onenote|cid):", re.IGNORECASE)


def hyperlink(target: str, how: str, detail: dict[str, str] | None = None) -> Yields:
    """What a link is: fact `link.external`, and a command line where the click starts a program (with or without `file:`)."""
    yield Fact("link.external", target, how, detail=detail or {})
    if _PAGE.match(target):
        return
    match = _PROGRAM.search(unquote(target))
    if match is not None:
        host = "wscript.exe " if match[1].lower().endswith(_SCRIPTS) else ""
        yield Child(as_bytes(f"{host}{match[1]} {match[2].strip()}".strip()), "script.cmd", how="program that a hyperlink starts")
