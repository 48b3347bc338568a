"""OpenDocument packages and files: what is embedded in them, what they load and start, and their macros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from emoscan.context import Context
from emoscan.formats.links import hyperlink
from emoscan.formats.luretext import lures_in
from emoscan.formats.zipkind import flavour
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, unpack, zipdir
from emoscan.parse.lazy import lazy
from emoscan.parse.names import priority
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import Look, sniffs, step

if TYPE_CHECKING:
    from emoscan.parse.opendocument import Content

_OWN: Final = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.rdf", "mimetype", "layout-cache")
_MANIFEST: Final = "meta-inf/manifest.xml"
_READ: Final = ("content.xml", "styles.xml", "meta.xml")
"""Those of the document's own parts that load or start something. The parts of objects inside have the same names in folders of their own."""
_OWN_FOLDERS: Final = ("configurations2/", "thumbnails/")
MAX_MEMBERS: Final = 500
MAX_LINKS: Final = 1_000
MAX_PARAGRAPHS: Final = 20_000
_FLAT: Final = b"urn:oasis:names:tc:opendocument:xmlns:office"


@sniffs("office.odf")
def is_odf(look: Look) -> bool:
    return flavour(look) == "odf"


@step("odf", "office.odf")
def open_odf(artifact: Artifact, ctx: Context) -> Yields:
    from emoscan.parse.opendocument import Content, words

    try:
        directory = zipdir.parse(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "zip", f"the document cannot be read: {error}")
        return
    wanted = [m for m in directory.members if not m.is_folder and not m.name.lower().startswith(_OWN_FOLDERS)]
    wanted.sort(key=lambda m: (m.name.lower() != _MANIFEST, m.name.lower() not in _READ, priority(m.name)))
    found = Content()
    text = ""
    locked = False
    for member in wanted[:MAX_MEMBERS]:
        name = member.name.lower()
        own = name.rpartition("/")[2] in _READ or (name.startswith("basic/") and name.endswith(".xml"))
        if (name in _OWN and not own) or (own and member.encryption):
            continue
        try:
            content = zipdir.content(artifact.data, member, ctx.budget)
        except unpack.Unsupported as error:
            yield Problem("unmodelled", "zip", f"{member.name!r} was not read: no reader of {error}")
            continue
        if name == _MANIFEST:
            locked = b"encryption-data" in content.data
        elif content.data and own:
            if locked and not content.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                continue  # it is read where it is unlocked
            yield from _part(content.data, member.name, found, ctx)
            if name == "content.xml":
                text = words(text_of(content.data))
        elif content.data:
            yield Child(content.data, label=member.name, how="part of the document")
        if content.limit:
            yield Problem("limit", content.limit, f"{member.name!r} of the document is larger than may be read")
    if len(wanted) > MAX_MEMBERS:
        yield Problem("limit", "objects", f"{len(wanted) - MAX_MEMBERS} further parts of the document are not read")
    yield from _said(found, text, ctx)


@step("flat odf", "text.xml")
def open_flat_odf(artifact: Artifact, ctx: Context) -> Yields:
    """An OpenDocument file that is a single XML."""
    from emoscan.parse.opendocument import Content, words

    head = artifact.data[:8_192]
    if _FLAT not in head or b":document" not in head:
        return
    found = Content()
    yield from _part(artifact.data, ctx.name, found, ctx)
    yield from _said(found, words(text_of(artifact.data)), ctx)


def _part(data: bytes, name: str, found: Content, ctx: Context) -> Yields:
    from emoscan.parse.opendocument import read

    ctx.budget.spend(len(data) // 32)
    try:
        broken = read(data, found)
    except Malformed as error:
        broken = str(error)
    if broken:
        yield Problem("malformed", "odf", f"{name!r} of the document cannot be read to its end: {broken}")


def _said(found: Content, text: str, ctx: Context) -> Yields:
    from emoscan.parse.dde import command_of, find

    for target, how in dict.fromkeys(found.links[:MAX_LINKS]):
        if how == "hyperlink" and not target.startswith("#"):
            yield from hyperlink(target, how)
        elif "://" in target or target.startswith(("\\\\", "//")):
            yield Fact("link.external", target, how)
    commands = list(found.dde)
    for formula in found.formulas:
        commands += [(program, topic) for program, topic, _ in find(formula.partition(":")[2])]
        commands += _calls(formula)
    for program, topic in dict.fromkeys(commands):
        yield Fact("document.dde", command_of(program, topic), "DDE")
    yield from _listeners(found)
    if found.modules:
        yield _project(found, text, ctx)
    yield from lures_in(text)


_CALL: Final = lazy(
    r"""\bDDE\s{0,9}\(\s{0,9}"((?:[^"]|""){1,400}+)"\s{0,9}[;,]\s{0,9}"((?:[^"]|""){0,8000}+)"(?:\s{0,9}[;,]\s{0,9}"((?:[^"]|""){0,8000}+)")?"""
)


def _calls(formula: str) -> Iterator[tuple[str, str]]:
    """`DDE("program";"topic";"item")`, as OpenFormula writes it."""
    for match in _CALL.finditer(formula):
        program, topic, item = (part.replace('""', '"') for part in match.groups(""))
        yield program, f"{topic} {item}".strip()


_PYDOC: Final = lazy(r"pydoc\.py\$(?:temp|pipe)filepager\s{0,9}\([^,()]{0,400},(.{1,8000})\)")


def _listeners(found: Content) -> Yields:
    """Events that name no macro of the document: programs, and a function of Python that runs its argument (CVE-2018-16858)."""
    for listener in found.listeners:
        target = unquote(listener.procedure)
        match = _PYDOC.search(target)
        if match is not None:
            command = match[1].strip()
            yield Fact("document.exploit", "event that calls a function outside of the document (CVE-2018-16858)", how=listener.event)
            yield Fact("effect.run", command, "Python function named by an event")
            yield Child(as_bytes(command), "script.cmd", how="command line of an event")
        elif "location=document" in target and "language=basic" not in target.lower():
            language = target.rpartition("language=")[2].partition("&")[0][:40]
            yield Problem(
                "unmodelled",
                "script",
                f"an event of the document ({listener.event}) runs {language or 'a script'}, which nobody evaluates here",
            )
        elif not target.lower().startswith(("vnd.sun.star.script:", "macro:")) and ("/" in target or "\\" in target):
            yield from hyperlink(target, "hyperlink")


def _project(found: Content, text: str, ctx: Context) -> Child:
    """Basic of OpenOffice and LibreOffice: close enough to VBA to be read as that, with what the events of the document start."""
    from msgspec.structs import replace

    from emoscan.parse.bundle import VBA_PROJECT, Document, Paragraph, VbaProject, dump
    from emoscan.parse.opendocument import procedure

    callbacks = tuple(replace(one, procedure=name) for one in found.listeners if (name := procedure(one.procedure)))
    paragraphs = tuple(Paragraph(line) for line in text.split("\n")[:MAX_PARAGRAPHS])
    bundle = dump(VbaProject(tuple(found.modules), name="Standard", document=Document(paragraphs=paragraphs, callbacks=callbacks)))
    ctx.budget.grow(len(bundle), "macro project")
    return Child(bundle, VBA_PROJECT, label="Standard", how="macro project")
