"""The scripts in a page, an HTML application, a .wsf or a scriptlet, and the elements that scripts ask for.

Read tag by tag, as tolerantly as the programs that run such files: what is not closed goes on to the end.
"""

from __future__ import annotations

import html
from typing import Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

MOST_BLOCKS: Final = 500
MOST_ELEMENTS: Final = 2_000
MOST_ATTRIBUTES: Final = 40

_TAG: Final = lazy(r"<([a-zA-Z][\w:-]{0,40})((?:\s|/(?!>))(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)?/?>")
_ATTRIBUTE: Final = lazy(r"([^\s\"'=<>/]{1,60})(?:\s{0,20}=\s{0,20}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++)))?")
_MARKUP: Final = lazy(r"<[^<>]*+>")
_CDATA: Final = lazy(r"\A\s*+(?://[^\n<]{0,20})?<!\[CDATA\[|(?://\s{0,10})?\]\]>\s*+\Z")
_COMMENT: Final = lazy(r"\A\s*+<!--[^\n]*+\n?|(?:\n[ \t]*+(?://|')?[ \t]*+)?-->\s*+\Z")

LANGUAGES: Final = {
    "vbscript": "vbscript",
    "vbs": "vbscript",
    "vbscript.encode": "vbscript",
    "vb": "vbscript",
    "jscript": "jscript",
    "javascript": "jscript",
    "jscript.encode": "jscript",
    "jscript.compact": "jscript",
    "ecmascript": "jscript",
    "livescript": "jscript",
    "js": "jscript",
    "module": "jscript",
    "x-javascript": "jscript",
    "": "",
}


class Block(Struct, frozen=True):
    """One script block. `language`: vbscript, jscript, or the one that is named and nobody here knows."""

    language: str
    text: str
    source: str = ""
    """Where it is fetched from, if it is not there."""
    at: int = 0
    event: str = ""
    """What it waits for: "window.onload" of `<script for=window event=onload>`."""


class Element(Struct, frozen=True):
    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(Struct, frozen=True):
    blocks: tuple[Block, ...]
    elements: tuple[Element, ...]


def read(source: str, default: str = "jscript") -> Page:
    """The script blocks in their order, those that wait for an event after the others, and the elements that have a name, an event or data. Never raises.

    `default` is the language of blocks that do not say theirs, before another block has said one.
    """
    blocks: list[Block] = []
    elements: list[Element] = []
    at = 0
    folded = source.lower()
    comments = True
    bare = MOST_BARE if "getelementsby" in folded or "queryselector" in folded or ".children" in folded else 0
    while len(blocks) < MOST_BLOCKS and (at := source.find("<", at)) >= 0:
        if comments and source.startswith("<!--", at):
            end = source.find("-->", at)
            comments = end >= 0
            at = end + 3 if comments else at + 4
            continue
        tag = _TAG.match(source, at)
        if tag is None:
            at += 1
            continue
        at = tag.end()
        name = tag[1].lower()
        attributes = attributes_of(tag[2] or "")
        if name == "script":
            end = at if tag[0].endswith("/>") and "src" in attributes else _end(folded, "script", at)
            language = language_of(attributes)
            default = language or default
            text = source[at:end]
            event = f"{attributes['for']}.{attributes['event']}" if attributes.get("for") and attributes.get("event") else ""
            blocks.append(Block(language or default, text_of(text), attributes.get("src", ""), at, event))
            if attributes.get("id"):
                elements.append(Element(name, attributes, text))
            at = end
        elif len(elements) < MOST_ELEMENTS and (
            _is_wanted(attributes) or (bare > 0 and name in TEXTS) or name in ("title", "hta:application")
        ):
            bare -= name in TEXTS
            end = _end(folded, name, at) if name not in EMPTY else at
            elements.append(Element(name, attributes, html.unescape(_MARKUP.sub("", source[at:end]))))
            if name in ("textarea", "xmp", "style", "title"):
                at = end
    return Page(tuple(sorted(blocks, key=lambda block: bool(block.event))), tuple(elements))


TEXTS: Final = frozenset("p div span pre td li b i u h1 h2 h3 code textarea xmp title option noscript label body input".split())
"""Elements that hold a text or value, which scripts find by their kind."""
MOST_BARE: Final = 300

EMPTY: Final = frozenset("input img br hr meta link embed param source area base col body html form table".split())
"""Elements without content of their own, or with all of the page."""


def _end(folded: str, name: str, at: int) -> int:
    end = folded.find(f"</{name}", at)
    return end if end >= 0 else len(folded)


def attributes_of(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        if len(found) >= MOST_ATTRIBUTES:
            break
        found.setdefault(match[1].lower(), html.unescape(match[2] or match[3] or match[4] or ""))
    return found


def language_of(attributes: dict[str, str]) -> str:
    named = (attributes.get("language") or attributes.get("type") or "").lower().strip()
    named = named.removeprefix("text/").removeprefix("application/").partition(";")[0].strip()
    return LANGUAGES.get(named.rstrip("0123456789.") if named.startswith("javascript") else named, named)


def _is_wanted(attributes: dict[str, str]) -> bool:
    if "id" in attributes or "name" in attributes or "class" in attributes:
        return True
    return any(key.startswith(("on", "data-")) or value[:5].lower() == "data:" for key, value in attributes.items())


def text_of(block: str) -> str:
    """The code of a block without the marks that hide it from other readers."""
    block = _CDATA.sub("", block)
    return _COMMENT.sub("", block) if "<!--" in block[:200] else block
