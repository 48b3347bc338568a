"""PDF: where its links lead, what it carries, and what it does when it is opened."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, passwords
from emoscan.parse import pdf as reader
from emoscan.parse.text import as_bytes
from emoscan.registry import step

MAX_LINKS: Final = 1_000
MAX_FILES: Final = 500
MAX_SCRIPTS: Final = 500
MAX_NODES: Final = 1_000_000
"""Values of all objects that are looked at."""
PASSWORDS, DEAR = 2_000, 200
"""Candidates, where one costs a fraction of a millisecond and where it costs several."""


@step("pdf", "document.pdf", clue="password")
def open_pdf(artifact: Artifact, ctx: Context) -> Yields:
    ctx.budget.spend(len(artifact.data) // 32)
    try:
        pdf = reader.Pdf(artifact.data, lambda body: ctx.inflate(body, 15)[0])
        opened = yield from _unlocked(pdf, ctx)
    except Malformed as error:
        yield Problem("malformed", "pdf", f"the document cannot be read: {error}; what it holds was not seen")
        return
    if not opened:
        return
    pdf.unpack()
    yield from _Reading(pdf, ctx).everything()
    for what in dict.fromkeys(pdf.damage):
        yield Problem("malformed", "pdf", f"{what}; what is missing was not seen")
    if pdf.more:
        yield Problem("limit", "objects", "the document has more objects than are read; the rest was not seen")


def _unlocked(pdf: reader.Pdf, ctx: Context) -> Generator[Fact | Problem, None, bool]:
    """Yields what is to be said of a lock; returns whether it is open."""
    if pdf.encryption is None:
        return not ctx.again
    if pdf.unlock("") and pdf.lock is not None:
        yield Fact("document.encrypted", pdf.lock.name, "opens without a password")
        return not ctx.again
    assert pdf.lock is not None
    if not ctx.again:
        yield Fact("document.encrypted", pdf.lock.name)
    tried = 0
    usual = passwords.DEFAULT_PDF
    for clue in ctx.passwords(usual, last=passwords.short_numbers())[:PASSWORDS] if pdf.lock.cheap else ctx.passwords(usual)[:DEAR]:
        ctx.budget.spend(100, "kdf_rounds")
        tried += 1
        if pdf.unlock(clue.value):
            yield Fact("opened.password", clue.value, clue.source)
            return True
    yield Problem("encrypted", pdf.lock.name, f"the document is locked, none of {tried} passwords opens it; what it holds was not seen")
    return False


class _Reading:
    def __init__(self, pdf: reader.Pdf, ctx: Context) -> None:
        self.pdf, self.ctx = pdf, ctx
        self.files: set[int] = set()
        self.links: set[str] = set()
        self.scripts = 0
        self.actions: set[tuple[str, str]] = set()
        self.nodes = 0

    def everything(self) -> Yields:
        for one in self.pdf.objects:
            yield from self.object(one)
        for one in self.pdf.objects:  # files that no specification names
            if one.has_stream and isinstance(one.value, dict) and one.value.get("Type") == "EmbeddedFile" and one.number not in self.files:
                yield from self.file(one, "")

    def object(self, owner: reader.Object) -> Yields:
        waiting: list[tuple[Any, str]] = [(owner.value, "")]
        while waiting:
            value, event = waiting.pop()
            self.nodes += 1
            if self.nodes > MAX_NODES:
                self.pdf.more = True
                return
            if isinstance(value, list):
                waiting += [(one, event) for one in reversed(value)]
            elif isinstance(value, dict):
                yield from self.dictionary(value, owner, event)
                waiting += [(inside, key if key in ("OpenAction", "AA") else event) for key, inside in reversed(value.items())]

    def dictionary(self, value: dict[str, Any], owner: reader.Object, event: str) -> Yields:
        if "URI" in value:
            yield from self.link(self.pdf.text(value["URI"], owner), "hyperlink")
        if "EF" in value:
            yield from self.specification(value, owner)
        if "XFA" in value:
            yield from self.forms(value["XFA"])
        for key in ("OpenAction", "AA"):
            if key in value:
                yield from self.on_event(key, value[key])
        kind = self.pdf.resolve(value.get("S"))
        if kind == "Launch":
            yield from self.launch(value, owner)
        elif kind in ("SubmitForm", "GoToR", "GoToE", "ImportData"):
            yield from self.link(self.file_name(value.get("F"), owner), str(kind))
        if "JS" in value and self.scripts < MAX_SCRIPTS:
            yield from self.script(value["JS"], owner, event)

    def on_event(self, event: str, action: Any) -> Yields:
        """What happens without a click: the kinds of action that hang at the opening of the document, of a page or field."""
        target = self.pdf.resolve(action)
        found = (
            [target] if event == "OpenAction" else [self.pdf.resolve(one) for one in target.values()] if isinstance(target, dict) else []
        )
        for one in found:
            kind = str(self.pdf.resolve(one.get("S"))) if isinstance(one, dict) and "S" in one else ""
            if kind and (event, kind) not in self.actions:
                self.actions.add((event, kind))
                yield Fact("pdf.action", kind, event)

    def link(self, target: str, how: str) -> Yields:
        target = target.strip().strip("\0")
        if target and len(target) <= 8_192 and target not in self.links and len(self.links) < MAX_LINKS:
            self.links.add(target)
            yield Fact("link.external", target, how)

    def launch(self, value: dict[str, Any], owner: reader.Object) -> Yields:
        windows = self.pdf.resolve(value.get("Win"))
        target = self.file_name(value.get("F"), owner)
        if isinstance(windows, dict):
            target = " ".join(filter(None, (self.pdf.text(windows.get("F"), owner) or target, self.pdf.text(windows.get("P"), owner))))
        if target:
            yield Fact("effect.run", target, "Launch action")
            yield Child(as_bytes(target), "script.cmd", how="command of a Launch action")

    def script(self, value: Any, owner: reader.Object, event: str) -> Yields:
        text = self.pdf.text(value, owner)
        if text.strip():
            self.scripts += 1
            content = as_bytes(text)
            self.ctx.budget.grow(len(content), "script of a PDF")
            yield Fact("pdf.script", f"{len(text):,} characters", event)
            yield Child(content, "script.pdf", how="JavaScript of the document")

    def forms(self, value: Any) -> Yields:
        parts = self.pdf.resolve(value)
        streams = [self.pdf.holder(one) for one in parts[:200]] if isinstance(parts, list) else [self.pdf.holder(value)]
        content = b"".join(self.pdf.stream(one) for one in streams if one is not None and one.has_stream)
        if content:
            self.ctx.budget.grow(len(content), "form of a PDF")
            yield Child(content, "text.xml", label="XFA", how="form of the document")

    def specification(self, value: dict[str, Any], owner: reader.Object) -> Yields:
        name = next((text for key in ("UF", "F", "Desc") if (text := self.pdf.text(value.get(key), owner))), "")
        files = self.pdf.resolve(value["EF"])
        for key in ("F", "UF", "DOS", "Unix", "Mac") if isinstance(files, dict) else ():
            held = self.pdf.holder(files.get(key))
            if held is not None and held.has_stream and held.number not in self.files:
                yield from self.file(held, name)

    def file(self, one: reader.Object, name: str) -> Yields:
        if len(self.files) >= MAX_FILES:
            self.pdf.more = True
            return
        self.files.add(one.number)
        content = self.pdf.stream(one)
        yield Fact("pdf.file", name, detail={"size": str(len(content))})
        if content:
            self.ctx.budget.grow(len(content), "file in a PDF")
            yield Child(content, label=name, how="embedded file")

    def file_name(self, value: Any, owner: reader.Object) -> str:
        """The name or address of a file specification (7.11)."""
        held = self.pdf.holder(value)
        found = self.pdf.resolve(value)
        if isinstance(found, dict):
            return next((text for key in ("UF", "F", "DOS", "Unix") if (text := self.pdf.text(found.get(key), held or owner))), "")
        return self.pdf.text(value, owner)
