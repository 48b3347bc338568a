"""The XML of OpenDocument files (ODF 1.3 part 3): what is loaded and started when they are opened, and the modules of Basic in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from emoscan.parse import xml
from emoscan.parse.bundle import Callback, Module
from emoscan.parse.lazy import lazy

MAX_ITEMS: Final = 2_000
"""Links, listeners, formulas: each."""
MAX_TEXT: Final = 1 << 20
"""Characters of the text that are kept."""

_DOCTYPE: Final = lazy(rb"<!DOCTYPE[^<>\[\]]{0,400}>")
"""Modules of Basic have one, without entities of its own."""

LINKS: Final = {
    "template": "attachedTemplate",
    "library": "template",
    "section-source": "subDocument",
    "table-source": "subDocument",
    "cell-range-source": "subDocument",
    "floating-frame": "frame",
    "object": "oleObject",
    "object-ole": "oleObject",
    "plugin": "oleObject",
    "applet": "oleObject",
    "image": "image",
    "background-image": "image",
    "fill-image": "image",
    "a": "hyperlink",
    "button": "hyperlink",
}
"""Elements with an xlink:href, and the relationship of other formats that does the same."""

_WHEN: Final[dict[str, str]] = {
    "load": "opening", "new": "opening", "loadfinished": "opening", "viewcreated": "opening", "startapp": "opening", "startup": "opening",
    "load-finished": "opening", "view-created": "opening", "start-app": "opening", "focus": "opening", "layout-finished": "opening",
    "click": "click", "dblclick": "click", "performaction": "click", "approveaction": "click", "mousedown": "click", "mouseup": "click",
    "keypress": "click", "keydown": "click", "keyup": "click",
}  # fmt: skip
"""Names of events without what stands before the colon; others happen in use."""


class Content(Struct):
    """What the parts of one document hold; filled by `read`, part after part."""

    links: list[tuple[str, str]] = field(default_factory=list)
    """(target, relationship)."""
    dde: list[tuple[str, str]] = field(default_factory=list)
    """(program, topic and item)."""
    formulas: list[str] = field(default_factory=list)
    """Those that may hold DDE."""
    listeners: list[Callback] = field(default_factory=list)
    """What the events of the document name; procedures are addresses as `procedure` takes them."""
    modules: list[Module] = field(default_factory=list)


def read(data: bytes, content: Content) -> str:
    """Take up a part. Returns what breaks it off, "" when nothing does. Raises Malformed."""
    name = ""

    def link(how: str) -> Callable[[dict[str, str]], None]:
        def start(attributes: dict[str, str]) -> None:
            target = _get(attributes, "href")
            if target and len(content.links) < MAX_ITEMS:
                content.links.append((target, how))

        return start

    def dde(attributes: dict[str, str]) -> None:
        program, topic = _get(attributes, "dde-application"), f"{_get(attributes, 'dde-topic')} {_get(attributes, 'dde-item')}".strip()
        if program and len(content.dde) < MAX_ITEMS:
            content.dde.append((program, topic))

    def cell(attributes: dict[str, str]) -> None:
        formula = _get(attributes, "formula")
        if ("|" in formula or "dde" in formula.lower()) and len(content.formulas) < MAX_ITEMS:
            content.formulas.append(formula)

    def listener(attributes: dict[str, str]) -> None:
        event = _get(attributes, "event-name")
        target = _get(attributes, "href") or _get(attributes, "macro-name")
        when = _WHEN.get(event.lower().removeprefix("on").rpartition(":")[2].removeprefix("on"), "use")
        if target and len(content.listeners) < MAX_ITEMS:
            content.listeners.append(Callback(target, event or _get(attributes, "action"), when))  # type: ignore[arg-type]

    def module(attributes: dict[str, str]) -> None:
        nonlocal name
        name = _get(attributes, "name") or name

    def source(text: str) -> None:
        if text.strip() and len(content.modules) < MAX_ITEMS:
            content.modules.append(Module(name or f"Module{len(content.modules) + 1}", text, origin="text"))

    starts: dict[str, xml.Start] = {element: link(how) for element, how in LINKS.items()}
    starts |= {
        "dde-source": dde,
        "dde-connection-decl": dde,
        "table-cell": cell,
        "event-listener": listener,
        "event": listener,
        "module": module,
    }
    ends: dict[str, xml.End] = {"module": source, "source-code": source}
    return xml.events(_DOCTYPE.sub(b"", data, count=1), starts, ends, frozenset(ends))


def _get(attributes: dict[str, str], name: str) -> str:
    for key, value in attributes.items():
        if key.rpartition(":")[2] == name:
            return value
    return ""


_PARAGRAPH: Final = lazy(r"<(?:/text:[ph]|text:line-break|text:tab)\b[^<>]{0,400}>")
_TAG: Final = lazy(r"<[^<>]{0,20000}>")


def words(text: str) -> str:
    """What a person reads of content.xml, a paragraph a line."""
    from html import unescape

    body = text[max(text.find("<office:body"), 0) :][: 8 * MAX_TEXT]
    return unescape(_TAG.sub("", _PARAGRAPH.sub("\n", body)))[:MAX_TEXT]


def procedure(address: str) -> str:
    """`Module.Procedure` of an address of the scripting framework: `vnd.sun.star.script:Standard.Module1.Main?language=Basic&location=document`,
    or of the older `macro:///Standard.Module1.Main()`. "" for another language.
    """
    plain = address.partition(":")[2].strip("/") if ":" in address[:32] else address
    place, _, options = plain.partition("?")
    if options and "language=basic" not in options.lower():
        return ""
    return ".".join(place.partition("(")[0].split(".")[-2:])
