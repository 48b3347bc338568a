"""Documents as text: web archives (MHT), Word 2003 XML, Flat OPC, and the ActiveMime container that macros lie in there."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Final

from emoscan.context import Context
from emoscan.formats.fields import facts_of_field
from emoscan.formats.luretext import lures_in
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, fieldcodes, header, mime, passwords
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

if TYPE_CHECKING:
    from emoscan.parse.word2003 import PageControl, Part

MAX_PARTS: Final = 2_000

# ---------------------------------------------------------------- ActiveMime

_ZLIB: Final = (b"\x78\x9c", b"\x78\x01", b"\x78\xda", b"\x78\x5e")


@step("activemime", "office.activemime")
def open_activemime(artifact: Artifact, ctx: Context) -> Yields:
    content, at = _unpacked(artifact.data, ctx)
    if content:
        yield Child(content, label=ctx.name, how="unpacked, ActiveMime", span=(at, len(artifact.data)))
    else:
        yield Problem("malformed", "activemime", "no compressed data were found in the ActiveMime container; its macros were not seen")


def _unpacked(data: bytes, ctx: Context) -> tuple[bytes, int]:
    """The compound file inside, and where it begins: deflated, behind a header whose length is mostly 50 bytes. b"" for none."""
    stated = int.from_bytes(data[30:32], "little") + 46
    places = dict.fromkeys((stated, 0x32, 0x22A, *(match.start() for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data[:4_096]))))
    for at in list(places)[:64]:
        if not data.startswith(_ZLIB, at):
            continue
        try:
            content, _ = ctx.inflate(data[at:], 15)
        except zlib.error:
            continue
        if content:
            return content, at
    return b"", 0


def _project_in(data: bytes, ctx: Context) -> bytes:
    """The compound file of a macro project that is packed in ActiveMime, b"" for anything else."""
    from emoscan.parse.cfb import CompoundFile

    content = _unpacked(data, ctx)[0] if data.startswith(b"ActiveMime") else b""
    try:
        return content if content and CompoundFile(content).stream("VBA/dir") is not None else b""
    except Malformed:
        return b""


# ---------------------------------------------------------------- MHT

_BASE64_LINES: Final = lazy(rb"(?:^[A-Za-z0-9+/=]{4,200}[ \t]*+\r?\n?){2,}+", re.MULTILINE)
_ACTIVEMIME_BASE64: Final = b"QWN0aXZlTWltZQ"


@step("mht", "office.mht")
def open_web_archive(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    start = max(0, data[:8_192].lower().find(b"mime-version:")) if not data[:64].lower().lstrip().startswith((b"mime", b"content")) else 0
    data = data[start:]
    found = 0
    projects: list[bytes] = []
    page = ""
    try:
        mail = mime.parse(data, max_depth=ctx.budget.limits.mime_depth, max_parts=ctx.budget.limits.mime_parts)
    except Malformed as error:
        yield Problem("malformed", "mht", f"the web archive cannot be read: {error}")
        return
    for part in mail.parts:
        content = mime.undo(data[part.start : part.end], mime.encoding_of(part.field("content-transfer-encoding")))
        if not content.strip():
            continue
        location = header.decode_words(part.field("content-location"), "")
        name = location.replace("\\", "/").rpartition("/")[2] or next(iter(header.texts(part.parameters, "name")), "")
        ctx.budget.grow(len(content), "part of a web archive")
        found += content.startswith(b"ActiveMime")
        if part.type == "text/html":
            markup = text_of(content)
            page = page or markup
            yield from lures_in(passwords.html_text(markup))
        project = _project_in(content, ctx)
        if project and page:
            projects.append(project)
            continue
        yield Child(content, label=name, how=f"part of the web archive, {part.type}")
    for limit, what in mail.limits:
        yield Problem("limit", limit, what)
    if not found and _ACTIVEMIME_BASE64 in data:  # behind boundaries that only Word understands
        for block in _BASE64_LINES.finditer(data):
            if _ACTIVEMIME_BASE64 in block[0][:64]:
                content = mime.undo_base64(block[0][block[0].find(_ACTIVEMIME_BASE64) :])
                ctx.budget.grow(len(content), "part of a web archive")
                project = _project_in(content, ctx) if page else b""
                if project:
                    projects.append(project)
                else:
                    yield Child(content, how="base64 in the web archive", span=block.span())
    if projects:
        from emoscan.parse.word2003 import parts_of_page

        body = max(page.lower().find("<body"), 0)
        yield _as_package(parts_of_page(passwords.html_text(page[body:], in_place=True), page, projects), ctx)


# ---------------------------------------------------------------- Word 2003 XML

_BINARY: Final = lazy(r"<(?:\w{1,20}:)?binData\b([^<>]{0,400})>([^<]*+)", re.IGNORECASE)
_NAME: Final = lazy(r"\bname\s{0,9}=\s{0,9}[\"']([^\"'<>]{0,200})")
_TEMPLATE: Final = lazy(r"<(?:\w{1,20}:)?attachedTemplate\b[^<>]{0,400}?\bval\s{0,9}=\s{0,9}\"([^\"<]{1,2000})\"", re.IGNORECASE)
_TEXT: Final = lazy(r"<(?:\w{1,20}:)?(?:t(?:\s[^<>]{0,200})?>([^<]*+)|(p)\b)")
_CONTROL: Final = lazy(r"\bdata\s{0,9}=\s{0,9}\"DATA:application/x-oleobject;base64,([^\"<]{1,1000000})\"", re.IGNORECASE)


@step("word 2003 xml", "office.word2003xml")
def open_word_xml(artifact: Artifact, ctx: Context) -> Yields:
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16)
    yield Fact("document.host", "word")
    projects: list[bytes] = []
    for number, match in enumerate(_BINARY.finditer(text)):
        if number >= MAX_PARTS:
            yield Problem("limit", "embedded", f"the document holds more than {MAX_PARTS:,} binary parts; the rest was not read")
            break
        named = _NAME.search(match[1])
        name = unescape(named[1]) if named else ""
        content = _from_base64(match[2])
        if not name.lower().endswith((".mso", ".bin")) and not content.startswith((b"ActiveMime", b"\xd0\xcf\x11\xe0")):
            continue  # pictures
        project = _project_in(content, ctx)
        if project:
            projects.append(project)
        elif content:
            ctx.budget.grow(len(content), "binary part of a document")
            yield Child(content, label=name, how="binary data of the document")
    controls = _controls(text, ctx)
    for control in controls:
        yield Child(control.data, label=control.name, how="control on the page")
    for match in _TEMPLATE.finditer(text):
        yield Fact("link.external", unescape(match[1]), "attachedTemplate")
    words = "".join("\n" if match[2] else unescape(match[1]) for match in _TEXT.finditer(text)).strip()
    if projects:  # with all that they read of the document; fields and lures are found there, too
        from emoscan.parse.word2003 import parts_of_xml

        yield _as_package(parts_of_xml(text, projects, controls), ctx)
    else:
        yield from lures_in(words)
        for instruction in fieldcodes.fields_in(text):
            yield from facts_of_field(instruction)
    if words:
        plain = as_bytes(words)
        ctx.budget.grow(len(plain), "text of a document")
        yield Child(plain, "text.plain", how="text of the document")


def _controls(text: str, ctx: Context) -> list[PageControl]:
    from emoscan.parse.word2003 import MAX_CONTROLS, PageControl

    found: list[PageControl] = []
    for match in _CONTROL.finditer(text):
        content = _from_base64(match[1])
        if len(found) >= MAX_CONTROLS or not content.startswith(b"\xd0\xcf\x11\xe0"):
            continue
        ctx.budget.grow(len(content), "control of a document")
        tag = text[text.rfind("<", 0, match.start()) : match.end() + 400].partition(">")[0]
        named = _NAME.search(tag)
        found.append(PageControl(unescape(named[1]) if named else f"control {len(found) + 1}", content))
    return found


def _as_package(parts: list[Part], ctx: Context) -> Child:
    """A document as a package, so that everything that reads packages reads it."""
    import io
    import zipfile

    ctx.budget.grow(sum(len(part.data) for part in parts) + 200 * len(parts), "package of a document")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        types = "".join(f'<Override PartName="/{_escape(part.name)}" ContentType="{_escape(part.type)}"/>' for part in parts if part.type)
        head = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        package.writestr(zipfile.ZipInfo("[Content_Types].xml"), head + types + "</Types>")
        for part in parts:
            package.writestr(zipfile.ZipInfo(part.name), part.data)
    return Child(out.getvalue(), "office.ooxml", label=ctx.name, how="parts put into a package")


def _from_base64(written: str) -> bytes:
    try:
        return base64.b64decode("".join(written.split()).rstrip("=") + "===")
    except (binascii.Error, ValueError):
        return b""


# ---------------------------------------------------------------- Flat OPC

_PART: Final = lazy(r"<(?:\w{1,20}:)?part\b([^<>]{0,2000})>\s{0,200}<(?:\w{1,20}:)?(xmlData|binaryData)\b[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE: Final = lazy(r"\b(name|contentType)\s{0,9}=\s{0,9}(?:\"([^\"<>]{0,1000})\"|'([^'<>]{0,1000})')", re.IGNORECASE)


@step("flat opc", "office.flatopc")
def open_flat_package(artifact: Artifact, ctx: Context) -> Yields:
    """The same package as a ZIP, so that everything that reads documents reads it."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16)
    parts = list(_parts(text))
    if not parts:
        yield Problem("malformed", "flat-opc", "the document has no parts that can be read; what it holds was not seen")
        return
    yield _as_package(parts, ctx)


def _parts(text: str) -> Iterator[Part]:
    """Each part, each name once."""
    from emoscan.parse.word2003 import Part

    seen: set[str] = set()
    at = 0
    while len(seen) < MAX_PARTS and (match := _PART.search(text, at)) is not None:
        attributes = {one[1].lower(): unescape(one[2] or one[3] or "") for one in _ATTRIBUTE.finditer(match[1])}
        name = attributes.get("name", "").lstrip("/").encode("utf-8", "replace").decode("utf-8")[:500]
        closing = re.compile(rf"</(?:\w{{1,20}}:)?{match[2]}\s{{0,9}}>", re.IGNORECASE).search(text, match.end())
        at = closing.end() if closing else len(text)
        body = text[match.end() : closing.start() if closing else len(text)]
        if name and name.lower() not in seen:
            seen.add(name.lower())
            content = (
                _from_base64(body)
                if match[2].lower() == "binarydata"
                else as_bytes('<?xml version="1.0" encoding="UTF-8"?>' + body.strip())
            )
            yield Part(name, attributes.get("contenttype", ""), content)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
