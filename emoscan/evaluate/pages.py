"""The steps that run the scripts in pages, HTML applications, .wsf files and scriptlets."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.evaluate.clear import Clear
from emoscan.model import Artifact, Child, Fact, Yield, Yields
from emoscan.parse import scriptblocks
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

KINDS: Final = {"vbscript": "script.vbs", "jscript": "script.js"}
RAN: Final = "text run as code"
"""Label of scripts that were run where they stand."""

LARGEST: Final = 16 << 20

MARKS: Final = ("<script", "javascript:", "onload", "onerror", "clipboard")
"""One of them is in every page that does anything of note."""

QUIET: Final = frozenset(("effect.query", "effect.dialog", "effect.open"))
"""Effects that say nothing: pages lead elsewhere and ask who reads them."""


@step("wsf", takes="script.wsf", order=20)
def run_wsf(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of a .wsf file or of a scriptlet, run one after the other."""
    page = scriptblocks.read(source_of(artifact, ctx), "vbscript")
    yield from as_children(page.blocks)
    yield from fetched(page.blocks)
    evaluate_clear(page, artifact, ctx, None)


@step("hta", takes="script.hta", order=20)
def run_hta(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of an HTML application, which may do what those of the script host may."""
    source = source_of(artifact, ctx)
    page = scriptblocks.read(source)
    yield from as_children(page.blocks)
    yield from fetched(page.blocks)
    evaluate_clear(page, artifact, ctx, source)


@step("page", takes=("text.html", "text.xml"), order=20)
def run_page(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of a web page or drawing: the files they put together, the pages they write, where they go."""
    source = source_of(artifact, ctx)
    folded = source[:LARGEST].lower()
    if artifact.kind == "text.xml" and "<svg" not in folded and "<html" not in folded:
        return
    if not any(mark in folded for mark in MARKS):
        return
    page = scriptblocks.read(source)
    if not page.blocks and not any(key.startswith("on") for element in page.elements for key in element.attributes):
        return
    if told(page, artifact, ctx, source):
        yield from as_children(page.blocks)


_NAME: Final = lazy(r"[A-Za-z]\w{0,60}")
_CLASS: Final = lazy(r"(?:clsid:)?\{?([0-9a-f-]{36})\}?", re.IGNORECASE)
_PLAIN: Final = lazy(r"[^\"\\\r\n]{1,2000}")


def with_objects(page: scriptblocks.Page) -> scriptblocks.Page:
    """The page with what `<object>` and `<resource>` declare made a block of code before the others."""
    language = next((block.language for block in page.blocks if block.language in KINDS), "")
    script = language == "jscript"
    lines = []
    resources = {}
    for element in page.elements:
        name, attributes = element.attributes.get("id", ""), element.attributes
        made = ""
        if element.tag == "resource" and _PLAIN.fullmatch(element.text.strip()):
            resources[name] = element.text.strip()
        if element.tag != "object" or _NAME.fullmatch(name) is None:
            continue
        if found := _CLASS.fullmatch(attributes.get("classid", "").strip()):
            made = f'GetObject("new:{{{found[1]}}}")'
        elif _PLAIN.fullmatch(attributes.get("progid", "")):
            made = f'{"new ActiveXObject" if script else "CreateObject"}("{attributes["progid"]}")'
        if made:
            lines.append(f"try {{ {name} = {made}; }} catch (e) {{}}" if script else f"Set {name} = {made}")
    if resources and any("getresource" in block.text.lower() for block in page.blocks):
        told = [(name, text) for name, text in resources.items() if _PLAIN.fullmatch(name)]
        if script:
            lines.append("function getResource(id) { return {" + ", ".join(f'"{name}": "{text}"' for name, text in told) + "}[id]; }")
        else:
            cases = (f'If id = "{name}" Then getResource = "{text}"' for name, text in told)
            lines.append("\n".join(("Function getResource(id)", *cases, "End Function")))
    if not lines or not language:
        return page
    return scriptblocks.Page((scriptblocks.Block(language, "\n".join(lines)), *page.blocks), page.elements)


def fetched(blocks: tuple[scriptblocks.Block, ...]) -> Yields:
    """Scripts that lie on a server and run as if they stood here."""
    for block in blocks:
        address = block.source.strip()
        if address.startswith(("\\\\", "//")) or "://" in address[:10]:
            yield Fact("effect.download", address, "script src")
            yield Fact("effect.eval", f"<Unknown: content of {address}>", "script src")


def source_of(artifact: Artifact, ctx: Context) -> str:
    ctx.budget.spend(len(artifact.data) // 256 + 1)
    return text_of(artifact.data)


def as_children(blocks: tuple[scriptblocks.Block, ...]) -> Yields:
    for block in blocks:
        if block.text.strip():
            yield Child(
                as_bytes(block.text), KINDS.get(block.language, ""), RAN, f"{block.language or 'script'} block", (block.at, block.at)
            )


def evaluate_clear(page: scriptblocks.Page, artifact: Artifact, ctx: Context, source: str | None) -> None:
    """Run a page's scripts, and say so when what they fetch stands nowhere in clear."""
    clear = Clear(ctx, "\n".join(block.text for block in page.blocks))
    page = with_objects(page)
    ctx.emit = clear
    try:
        evaluate(page, artifact, ctx, source)
    finally:
        clear.report()
        ctx.emit = clear.emit


def told(page: scriptblocks.Page, artifact: Artifact, ctx: Context, source: str) -> bool:
    """Run a page's scripts; whether they did anything of note."""
    found = False
    emit = ctx.emit
    folded = source[:LARGEST].lower()
    led: set[str] = set()

    def watch(item: Yield) -> None:
        nonlocal found
        if isinstance(item, Fact) and item.kind.startswith(("effect.", "html.")) and item.kind not in QUIET:
            found = True
        if isinstance(item, Fact) and item.kind == "effect.open" and hidden(item.value, folded) and len(led) < MOST_LED:
            led.add(item.value)
            emit(Fact("html.redirect", item.value, item.how))
        emit(item)

    ctx.emit = watch
    try:
        evaluate(page, artifact, ctx, source)
    finally:
        ctx.emit = emit
    return found


MOST_LED: Final = 20
_ADDRESS: Final = lazy(r"https?://(?!mail\.example\.test\b)([\w.-]{4,200})", re.IGNORECASE)


def hidden(target: str, source: str) -> bool:
    """Whether a page leads to a server that its text does not name. Its own address, as scripts see it, is none."""
    found = _ADDRESS.match(target)
    return found is not None and found[1].lower() not in source


def evaluate(page: scriptblocks.Page, artifact: Artifact, ctx: Context, source: str | None) -> None:
    """Run the blocks: those of one language by that language's ways, both together one after the other."""
    languages = {block.language for block in page.blocks}
    texts = tuple(block.text for block in page.blocks)
    if "vbscript" in languages and "jscript" not in languages:
        from emoscan.evaluate.vba import script as vbscript

        chosen = tuple(block.text for block in page.blocks if block.language == "vbscript")
        vbscript.evaluate(vbscript.Script(chosen, ctx.name, artifact.data, source), ctx.budget, ctx.emit)
        return
    from emoscan.evaluate.jscript import run as jscript

    elements = tuple(jscript.Element(e.tag, e.attributes, e.text) for e in page.elements) if source is not None else None
    if "vbscript" not in languages:
        texts = tuple(block.text for block in page.blocks if block.language == "jscript")
        jscript.evaluate(jscript.Script(texts, ctx.name, artifact.data, elements), ctx.budget, ctx.emit)
        return
    from emoscan.evaluate import mixed

    both = [(block.language, block.text) for block in page.blocks if block.language in KINDS]
    mixed.evaluate(both, source, jscript.Script(texts, ctx.name, artifact.data, elements), ctx.budget, ctx.emit)
