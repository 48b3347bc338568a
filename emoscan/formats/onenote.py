"""OneNote: files that lie on a page to be clicked, often under a picture of a button, and what the page says."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.formats.luretext import lures_in
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, onenote
from emoscan.parse.text import as_bytes
from emoscan.registry import step

MAX_LINKS: Final = 1_000


@step("onenote", "office.onenote")
def open_section(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    ctx.budget.spend(len(data) // 64)
    try:
        section = onenote.parse(data)
    except Malformed as error:
        yield Problem("malformed", "onenote", f"the section cannot be read: {error}")
        return
    for file in section.files:
        yield from _file(data, file, ctx)
    yield from lures_in("\n".join(section.texts))
    if section.texts:
        text = as_bytes("\n".join(section.texts))
        ctx.budget.grow(len(text), "text of OneNote pages")
        yield Child(text, "text.plain", how="text of the pages")
    for link in section.links[:MAX_LINKS]:
        yield Fact("link.external", link, "hyperlink")
    if section.packaged:
        yield Problem(
            "unmodelled", "onenote-packaged", "the section is in the form that servers send each other; its files were not taken out"
        )
    if section.more:
        yield Problem("limit", "embedded", "the section holds more objects than are read; the rest was not seen")


def _file(data: bytes, file: onenote.EmbeddedFile, ctx: Context) -> Yields:
    name = file.name or (f"embedded{file.extension}" if file.extension else "")
    if not file.picture:
        detail = {"size": str(file.stated), "extension": file.extension}
        if file.source:
            detail["source"] = file.source
        yield Fact("onenote.file", name, detail=detail)
    if file.size:
        ctx.budget.grow(file.size, "file in a OneNote section")
        how = "picture on the page" if file.picture else "embedded file"
        yield Child(data[file.start : file.start + file.size], label=name, how=how, span=(file.start, file.start + file.size))
    if file.size < file.stated:
        message = f"{name!r} has {file.size:,} of its {file.stated:,} bytes; the rest is not in the section"
        yield Problem("malformed", "onenote", message)
