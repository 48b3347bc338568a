"""The tokens of XML, without document types and entities of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": "\xa0"}

_ENTITY: Final = re.compile(r"&(#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|\w{1,8});")
_NAME: Final = re.compile(r"[^\s/>='\"<]{1,500}")
_ATTRIBUTE: Final = re.compile(r"\s*([^\s/>='\"<]{1,500})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))")


class Malformed(ValueError):
    """The text is not well formed."""


def unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("#"):
            code = int(f"0{name[1:]}", 16) if name[1] == "x" else int(name[1:])
            return chr(code) if 0 < code < 0x110000 else ""
        return ENTITIES.get(name, match[0])

    return _ENTITY.sub(character, text) if "&" in text else text


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def tokens(source: str) -> Iterator[tuple[str, str, Any]]:
    """(kind, name, value): start and empty with a dict of attributes, end, text, cdata, comment, pi. Raises Malformed."""
    at, end = 0, len(source)
    while at < end:
        if source[at] != "<":
            to = source.find("<", at)
            to = end if to < 0 else to
            yield "text", "", unescape(source[at:to])
            at = to
        elif source.startswith("<!--", at):
            to = _find(source, "-->", at + 4)
            yield "comment", "", source[at + 4 : to]
            at = to + 3
        elif source.startswith("<![CDATA[", at):
            to = _find(source, "]]>", at + 9)
            yield "cdata", "", source[at + 9 : to]
            at = to + 3
        elif source.startswith("<?", at):
            to = _find(source, "?>", at + 2)
            name, _, value = source[at + 2 : to].partition(" ")
            yield "pi", name, value
            at = to + 2
        elif source.startswith("<!", at):
            at = _find(source, ">", at + 2) + 1
        elif source.startswith("</", at):
            to = _find(source, ">", at + 2)
            yield "end", source[at + 2 : to].strip(), None
            at = to + 1
        else:
            at, token = _element(source, at + 1)
            yield token


def _find(source: str, mark: str, at: int) -> int:
    to = source.find(mark, at)
    if to < 0:
        raise Malformed(f"no {mark} after offset {at}")
    return to


def _element(source: str, at: int) -> tuple[int, tuple[str, str, dict[str, str]]]:
    """(offset behind the tag, token)."""
    name = _NAME.match(source, at)
    if name is None:
        raise Malformed(f"no name at offset {at}")
    at = name.end()
    attributes: dict[str, str] = {}
    while (attribute := _ATTRIBUTE.match(source, at)) is not None:
        attributes[attribute[1]] = unescape(attribute[2] if attribute[2] is not None else attribute[3])
        at = attribute.end()
    while source[at : at + 1].isspace():
        at += 1
    if source.startswith("/>", at):
        return at + 2, ("empty", name[0], attributes)
    if source.startswith(">", at):
        return at + 1, ("start", name[0], attributes)
    raise Malformed(f"tag not closed at offset {at}")
