"""Shapes of slides and sheets in Office Open XML: DrawingML (ECMA-376 part 1, 20 and 21) and VML (part 4, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from emoscan.parse import xml
from emoscan.parse.bundle import Shape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_SHAPES: Final = 5_000
"""Of one slide or sheet."""
MAX_TEXT: Final = 1 << 20
"""Characters of one slide or sheet that are kept."""

_SHAPES: Final = {
    "sp": "",
    "pic": "picture",
    "cxnSp": "line",
    "graphicFrame": "",
    "grpSp": "group",
    "shape": "",
    "rect": "",
    "roundrect": "",
    "oval": "",
}
_NOTES: Final = "Note"


class _Open:
    __slots__ = ("alt_text", "name", "paragraphs", "parts", "title", "type")

    def __init__(self, type_: str) -> None:
        self.name = self.alt_text = self.title = ""
        self.type = type_
        self.parts: list[str] = []
        self.paragraphs = 0


def shapes(root: Element, place: str) -> Iterator[Shape]:
    """Every shape in a slide, drawing or VML part, groups after what is in them. Notes of cells are left out."""
    left = MAX_TEXT
    count = 0
    open_: list[_Open] = []
    stack: list[tuple[Element, Iterator[Element]]] = [(root, iter(root))]
    while stack:
        element, inside = stack[-1]
        child = next(inside, None)
        if child is None:
            stack.pop()
            if xml.local(element.tag) in _SHAPES and open_ and element is not root:
                done = open_.pop()
                text = "".join(done.parts)
                if done.type != _NOTES and (text or done.name or done.alt_text or done.title):
                    count += 1
                    if count > MAX_SHAPES:
                        return
                    yield Shape(done.name, text, done.alt_text, done.title, done.type, place)
            continue
        tag = xml.local(child.tag)
        if tag in _SHAPES:
            open_.append(_Open(_SHAPES[tag]))
            if tag in ("shape", "rect", "roundrect", "oval"):
                open_[-1].name = xml.attribute(child, "id")
                open_[-1].alt_text = xml.attribute(child, "alt")
                open_[-1].title = xml.attribute(child, "title")
        elif open_:
            left -= _add(open_[-1], child, tag, left)
        if tag != "imagedata":
            stack.append((child, iter(child)))


def _add(shape: _Open, element: Element, tag: str, left: int) -> int:
    """Take up what an element says of its shape. Returns the number of characters kept."""
    match tag:
        case "cNvPr":
            shape.name = xml.attribute(element, "name")
            shape.alt_text = xml.attribute(element, "descr")
            shape.title = xml.attribute(element, "title")
            return 0
        case "cNvSpPr" if xml.attribute(element, "txBox") in ("1", "true"):
            shape.type = "textbox"
            return 0
        case "ClientData":
            shape.type = xml.attribute(element, "ObjectType") or shape.type
            return 0
        case "textpath":
            text = xml.attribute(element, "string")
        case "p":
            shape.paragraphs += 1
            text = "\r" if shape.paragraphs > 1 else ""
        case "br":
            text = "\x0b"
        case "t" | "div" | "font" | "span":
            text = element.text or ""
        case _:
            return 0
    text = text[: max(left, 0)]
    shape.parts.append(text)
    return len(text)
