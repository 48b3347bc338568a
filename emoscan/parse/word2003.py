"""Word 2003 XML (WordprocessingML), and what Word's web archives say of themselves, as the parts of a package of today.

The names of elements are mostly the same, so that whatever reads packages reads these as well: the text with its fields, shapes and form
fields, document variables, properties and controls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

MAX_BLOCKS: Final = 4
MAX_PROPERTIES: Final = 1_000
"""Of one block."""
MAX_CONTROLS: Final = 500

_ROOT: Final = lazy(r"<(?:\w{1,20}:)?wordDocument\b([^<>]{0,20000})>")
_NAMESPACE: Final = lazy(r"""\bxmlns(?::\w{1,40})?\s{0,9}=\s{0,9}(?:"[^"<>]{0,400}"|'[^'<>]{0,400}')""")
_PROPERTIES: Final = lazy(r"<o:(DocumentProperties|CustomDocumentProperties)\b[^<>]{0,400}>")
_PROPERTY: Final = lazy(r"<o:([^\s<>/:]{1,300})(?:\s[^<>]{0,200})?>([^<]*+)<")
_BOOKMARK: Final = lazy(r"<aml:annotation\b([^<>]{0,400}?w:type\s{0,9}=\s{0,9}\"Word\.Bookmark\.(Start|End)\"[^<>]{0,400}?)/?>")
_ESCAPED: Final = lazy(r"_x([0-9A-Fa-f]{4})_")
_CONTROL_CHARACTERS: Final = lazy(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_CORE: Final = {
    "title": "title",
    "subject": "subject",
    "author": "creator",
    "keywords": "keywords",
    "description": "description",
    "lastauthor": "lastModifiedBy",
    "revision": "revision",
    "category": "category",
    "version": "version",
}
_APP: Final = {"company": "Company", "manager": "Manager", "template": "Template", "hyperlinkbase": "HyperlinkBase"}
"""Elements of o:DocumentProperties in lower case, and what the parts docProps/core.xml and app.xml call them."""


class PageControl(Struct, frozen=True):
    """A control on the page: its name, and the compound file with its state."""

    name: str
    data: bytes


class Part(Struct, frozen=True):
    name: str
    type: str
    """Content type."""
    data: bytes


def parts_of_xml(text: str, projects: Iterable[bytes], controls: Iterable[PageControl]) -> list[Part]:
    """The parts of a package for a Word 2003 XML document with these macro projects."""
    root = _ROOT.search(text)
    spaces = " ".join(dict.fromkeys(match[0] for match in _NAMESPACE.finditer(root[1]))) if root else ""
    body = _element(text, "body") or text[root.end() if root else 0 :]
    body = _BOOKMARK.sub(lambda match: f"<w:bookmark{match[2]}{match[1].rstrip('/')}/>", body)
    parts = [_xml("word/document.xml", _MAIN, f"<w:document {spaces}>{body}</w:document>")]
    for element, name in (("styles", "word/styles.xml"), ("docPr", "word/settings.xml")):
        content = _element(text, element)
        if content:
            parts.append(_xml(name, "application/xml", f"<w:{element} {spaces}>{content}</w:{element}>"))
    return [*parts, *_properties(text), *_projects(projects), *_controls(controls)]


def parts_of_page(text: str, markup: str, projects: Iterable[bytes]) -> list[Part]:
    """The same for a web page that Word saved: what a person reads of it, and its properties."""
    lines = (line.strip() for line in text.splitlines())
    paragraphs = "".join(f"<p><r><t>{_safe(line)}</t></r></p>" for line in lines if line)
    return [_xml("word/document.xml", _MAIN, f"<document>{paragraphs}</document>"), *_properties(markup), *_projects(projects)]


_MAIN: Final = "application/vnd.ms-word.document.macroEnabled.main+xml"


def _element(text: str, name: str) -> str:
    """What stands between the first tag of that name and the last that closes it."""
    start = re.search(rf"<(?:\w{{1,20}}:)?{name}(?:\s[^<>]{{0,4000}})?>", text)
    if start is None or start[0].endswith("/>"):
        return ""
    end = max(text.rfind(f"</w:{name}>"), text.rfind(f"</{name}>"))
    return text[start.end() : end if end > start.end() else len(text)]


def _properties(text: str) -> Iterator[Part]:
    """o:DocumentProperties and o:CustomDocumentProperties."""
    core: list[str] = []
    app: list[str] = []
    custom: list[str] = []
    for block in islice(_PROPERTIES.finditer(text), MAX_BLOCKS):
        end = text.find(f"</o:{block[1]}", block.end())
        for number, match in enumerate(_PROPERTY.finditer(text, block.end(), end + 1 if end >= 0 else len(text))):
            if number >= MAX_PROPERTIES:
                break
            name, value = match[1], _safe(unescape(match[2]))
            if block[1] == "CustomDocumentProperties":
                spelt = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), unescape(name))
                custom.append(f'<property name="{_safe(spelt)}"><lpwstr>{value}</lpwstr></property>')
            elif name.lower() in _CORE:
                core.append(f"<{_CORE[name.lower()]}>{value}</{_CORE[name.lower()]}>")
            elif name.lower() in _APP:
                app.append(f"<{_APP[name.lower()]}>{value}</{_APP[name.lower()]}>")
    for name, rows in (("core", core), ("app", app), ("custom", custom)):
        if rows:
            yield _xml(f"docProps/{name}.xml", "application/xml", f"<Properties>{''.join(rows)}</Properties>")


def _projects(projects: Iterable[bytes]) -> Iterator[Part]:
    for number, data in enumerate(projects):
        yield Part(f"word/vbaProject{number or ''}.bin", "application/vnd.ms-office.vbaProject", data)


def _controls(controls: Iterable[PageControl]) -> Iterator[Part]:
    rows: list[str] = []
    links: list[str] = []
    for number, control in enumerate(controls, 1):
        rows.append(f'<control id="c{number}" name="{_safe(control.name)}"/>')
        links.append(f'<Relationship Id="c{number}" Type="r/control" Target="activeX/activeX{number}.xml"/>')
        yield _xml(f"word/activeX/activeX{number}.xml", "application/xml", '<ocx persistence="persistStorage" id="b"/>')
        state = f'<Relationships><Relationship Id="b" Type="r/activeXControlBinary" Target="activeX{number}.bin"/></Relationships>'
        yield _xml(f"word/activeX/_rels/activeX{number}.xml.rels", "", state)
        yield Part(f"word/activeX/activeX{number}.bin", "application/vnd.ms-office.activeX", control.data)
    if rows:
        yield _xml("word/controls.xml", "application/xml", f"<controls>{''.join(rows)}</controls>")
        yield _xml("word/_rels/controls.xml.rels", "", f"<Relationships>{''.join(links)}</Relationships>")


def _xml(name: str, type_: str, text: str) -> Part:
    return Part(name, type_, ('<?xml version="1.0" encoding="UTF-8"?>' + text).encode("utf-8", "replace"))


def _safe(text: str) -> str:
    """As it may stand in an element or between double quotes."""
    text = _CONTROL_CHARACTERS.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
