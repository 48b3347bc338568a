"""Compiled help (.chm): its pages run scripts with the rights of the user, and a shortcut in a page starts a program."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, scriptblocks, unpack
from emoscan.parse import chm as reader
from emoscan.parse.lazy import lazy
from emoscan.parse.names import LOWEST, priority
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

BOOKKEEPING: Final = ("::", "/#", "/$")
MOST_BYTES: Final = 6 << 20
"""Plain bytes of compressed files that are read: unpacking them takes a second or two a megabyte."""


@step("chm", takes="windows.chm")
def open_help(artifact: Artifact, ctx: Context) -> Yields:
    """The files of the help: programs and scripts first, then pages, the small ones before the large; pictures are left out."""
    data = artifact.data
    try:
        found = reader.parse(data)
    except Malformed as error:
        yield Problem("malformed", "chm", f"the compiled help cannot be read: {error}")
        return
    if found.broken:
        yield Problem("malformed", "chm", f"the compiled help is damaged: {found.broken}; files may be missing")
    files = [
        e for e in found.entries if e.size and not e.name.endswith("/") and not e.name.startswith(BOOKKEEPING) and priority(e.name) < LOWEST
    ]
    files.sort(key=lambda entry: (priority(entry.name), entry.size, entry.offset))
    section: reader.Compressed | None = None
    if any(entry.section for entry in files):
        try:
            section = reader.Compressed(data, found)
        except Malformed as error:
            yield Problem("malformed", "chm", f"the compressed part of the help cannot be read: {error}")
            files = [entry for entry in files if not entry.section]
    left = MOST_BYTES
    passed = 0
    for number, entry in enumerate(files):
        if number >= ctx.budget.limits.objects or (entry.section and entry.size > left):
            passed += 1
            continue
        if entry.section and section is not None:
            left -= entry.size
            ctx.budget.spend(entry.size // 8)
            pieces = section.read(entry.offset, entry.size)
        else:
            start = found.data_at + entry.offset
            pieces = iter((data[start : start + entry.size],))
        content = unpack.Collector(pieces, len(data), ctx.budget).take(entry.size, name=entry.name)
        yield from handed_on((entry.name.lstrip("/"),), content, "file of compiled help", "help", len(data))
    if passed:
        yield Problem("limit", "objects", f"{passed} further files of the compiled help were not read")


CONTROL: Final = b"adb880a6-d8ff-11cf-9377-00aa003b7a11"
"""Class of the HTML Help control."""
_OBJECT: Final = lazy(r"<object\b([^<>]{0,1000})>", re.IGNORECASE)
_PARAM: Final = lazy(r"<param\b([^<>]{0,8000})>", re.IGNORECASE)
MOST_OBJECTS: Final = 100


@step("help control", takes=("text.html", "script.hta"))
def read_help_control(artifact: Artifact, ctx: Context) -> Yields:
    """Programs that a page of compiled help starts by the control's command "ShortCut": `Item1` is ",program,arguments"."""
    if CONTROL not in artifact.data.lower():
        return
    text = text_of(artifact.data)
    folded = text.lower()
    ctx.budget.spend(len(text) // 64)
    for number, found in enumerate(_OBJECT.finditer(text)):
        if number >= MOST_OBJECTS:
            return
        end = folded.find("</object", found.end())
        pairs = [scriptblocks.attributes_of(each[1]) for each in _PARAM.finditer(text, found.end(), end if end >= 0 else len(text))]
        values = {each.get("name", "").lower(): each.get("value", "") for each in pairs}
        if values.get("command", "").lower().startswith("shortcut") and values.get("item1"):
            _, _, program = values["item1"].partition(",")
            command = " ".join(part.strip() for part in program.split(",", 1)).strip()
            ctx.budget.grow(len(command), "command line")
            yield Fact("effect.run", command, "shortcut of compiled help")
            yield Child(as_bytes(command), "script.cmd", how="command line of a shortcut of compiled help")
