"""The steps that run the scripts in pages, HTML applications, .wsf files and scriptlets."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.evaluate.clear import Clear
from emoscan.model import Artifact, Child, Fact, Yield, Yields
from emoscan.parse.scriptblocks import Block, Page, read
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

KINDS: Final = {"vbscript": "script.vbs", "jscript": "script.js"}
RAN: Final = "text run as code"
"""Label of scripts that were run where they stand."""

LARGEST: Final = 16 << 20

QUIET: Final = frozenset(("effect.query", "effect.dialog", "effect.open"))
"""Effects that say nothing: pages lead elsewhere and ask who reads them."""


@step("wsf", takes="script.wsf", order=20)
def run_wsf(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of a .wsf file or of a scriptlet, run one after the other."""
    page = read(source_of(artifact, ctx), "vbscript")
    yield from as_children(page.blocks)
    evaluate_clear(page, artifact, ctx, None)


@step("hta", takes="script.hta", order=20)
def run_hta(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of an HTML application, which may do what those of the script host may."""
    source = source_of(artifact, ctx)
    page = read(source)
    yield from as_children(page.blocks)
    evaluate_clear(page, artifact, ctx, source)


@step("page", takes="text.html", order=20)
def run_page(artifact: Artifact, ctx: Context) -> Yields:
    """The scripts of a web page: the files they put together, the pages they write, where they go."""
    source = source_of(artifact, ctx)
    folded = source[:LARGEST].lower()
    if "<script" not in folded and "javascript:" not in folded and "onload" not in folded and "onerror" not in folded:
        return
    page = read(source)
    if not page.blocks and not any(key.startswith("on") for element in page.elements for key in element.attributes):
        return
    if told(page, artifact, ctx, source):
        yield from as_children(page.blocks)


def source_of(artifact: Artifact, ctx: Context) -> str:
    ctx.budget.spend(len(artifact.data) // 256 + 1)
    return text_of(artifact.data)


def as_children(blocks: tuple[Block, ...]) -> Yields:
    for block in blocks:
        if block.text.strip():
            yield Child(
                as_bytes(block.text), KINDS.get(block.language, ""), RAN, f"{block.language or 'script'} block", (block.at, block.at)
            )


def evaluate_clear(page: Page, artifact: Artifact, ctx: Context, source: str | None) -> None:
    """Run a page's scripts, and say so when what they fetch stands nowhere in clear."""
    clear = Clear(ctx, "\n".join(block.text for block in page.blocks))
    ctx.emit = clear
    try:
        evaluate(page, artifact, ctx, source)
    finally:
        clear.report()
        ctx.emit = clear.emit


def told(page: Page, artifact: Artifact, ctx: Context, source: str) -> bool:
    """Run a page's scripts; whether they did anything of note."""
    found = False
    emit = ctx.emit

    def watch(item: Yield) -> None:
        nonlocal found
        if isinstance(item, Fact) and item.kind.startswith(("effect.", "html.")) and item.kind not in QUIET:
            found = True
        emit(item)

    ctx.emit = watch
    try:
        evaluate(page, artifact, ctx, source)
    finally:
        ctx.emit = emit
    return found


def evaluate(page: Page, artifact: Artifact, ctx: Context, source: str | None) -> None:
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
