r"""RTF: objects and packages, what its fields and templates fetch, and attacks on the programs that show its objects."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.formats.attacks import CLASSES, CONTROLS, MONIKERS, identifiers_in
from emoscan.formats.fields import facts_of_field
from emoscan.formats.luretext import lures_in
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, oleobject, rtf
from emoscan.parse.text import as_bytes
from emoscan.registry import step

CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
JUNK: Final = 20
"""Things between the digits of one object from which on it is no accident."""

PICTURES: Final = ("pbrush", "static", "metafile", "paint.picture", "msphotoed", "photoshop", "image", "bitmap", "mspaint", "visio", "dib")
"""Beginnings of classes whose data are pictures in forms of their own."""

KNOWN: Final = (b"PK\3\4", b"%PDF", b"{\\rt", b"MZ", b"\x4c\0\0\0\1\x14\2\0", b"ITSF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"<")


@step("rtf", "office.rtf")
def open_rtf(artifact: Artifact, ctx: Context) -> Yields:
    ctx.budget.spend(len(artifact.data) // 16)
    try:
        document = rtf.parse(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "rtf", f"the document cannot be read: {error}")
        return
    yield Fact("document.host", "word")
    yield from _head(document)
    for one in document.objects:
        yield from _object(one, ctx)
    for store in document.stores:
        if store.startswith(CFB):
            ctx.budget.grow(len(store), "data in RTF")
            yield Child(store, label="datastore", how="data store of the document")
    for template in document.templates:
        yield Fact("link.external", template, "attachedTemplate")
    for instruction in document.fields:
        yield from facts_of_field(instruction)
    yield from lures_in(document.text)
    if document.text.strip():
        text = as_bytes(document.text)
        ctx.budget.grow(len(text), "text of RTF")
        yield Child(text, "text.plain", how="text of the document")
    behind = artifact.data[document.end :].strip(b"\0\r\n\t \x1a}")
    if len(behind) >= 64:
        yield Fact("rtf.overlay", f"{len(behind):,} bytes", detail={"offset": str(document.end)})
    if document.more:
        yield Problem("limit", "rtf", "the document has more objects, fields or nested groups than are read; the rest was not seen")


def _head(document: rtf.Document) -> Yields:
    if document.objects and not document.head.startswith((b"rtf1", b"rtf0")):
        yield Fact("obfuscation.rtf", "head that only Word takes for RTF", detail={"head": document.head.decode("latin-1")})
    for name, length in document.shape_properties:
        if name.lower() == "pfragments":
            yield Fact("document.exploit", "shape property pFragments that is too long (CVE-2010-3333)", detail={"length": str(length)})


def _object(one: rtf.RtfObject, ctx: Context) -> Yields:
    data = one.data
    span = (one.start, one.start + 2 * len(data))
    if one.junk >= JUNK:
        yield Fact("obfuscation.rtf", "junk between the digits of an object", detail={"count": str(one.junk)}, span=span)
    try:
        inner: oleobject.OleObject | None = oleobject.ole1(data)
    except Malformed:
        inner = None
    class_name = inner.class_name if inner and inner.class_name.isprintable() and inner.class_name else one.class_name
    how = "linked" if inner and inner.format == oleobject.LINKED else "embedded"
    update = "updated when the document is opened" if "objupdate" in one.attributes else ""
    yield Fact("document.object", class_name, how, span=span, detail={"update": update, "size": str(len(data)), "called": one.class_name})
    yield from _attacks(one, class_name, data)
    if inner and inner.format == oleobject.LINKED and inner.topic:
        yield Fact("link.external", inner.topic, "linked object", span=span)
    at = data.find(CFB)
    if inner and class_name.lower().rstrip("\0") == "package":
        yield from _package(inner, ctx)
    elif at >= 0:
        ctx.budget.grow(len(data) - at, "object in RTF")
        yield Child(data[at:], label=class_name, how="embedded object", span=span)
    elif inner and inner.data.startswith(KNOWN) and not class_name.lower().startswith(PICTURES):
        ctx.budget.grow(len(inner.data), "object in RTF")
        yield Child(inner.data, label=class_name, how="embedded object", span=span)
    elif "equation" in class_name.lower():
        ctx.budget.grow(len(data), "object in RTF")
        yield Child(inner.data if inner else data, "data.shellcode", label=class_name, how="data for the formula editor", span=span)
    elif inner is None and len(data) > 16:
        yield Problem(
            "malformed", "rtf", f"an object of {len(data):,} bytes ({class_name!r}) is nothing Word could open as it is read here"
        )


def _attacks(one: rtf.RtfObject, class_name: str, data: bytes) -> Yields:
    called = {class_name.lower(), one.class_name.lower()}
    formula = any(name.startswith("equation") for name in called) or b"equation.3" in data[:256].lower()
    # The editor's own formulas are never updated by themselves, and Word writes their digits in one run.
    if formula and ("objupdate" in one.attributes or one.junk or CFB not in data[:256]):
        yield Fact("document.exploit", "formula editor: object that opens by itself or is disguised (CVE-2017-11882 and kin)")
    for name in called & CLASSES.keys():
        yield Fact("document.exploit", CLASSES[name])
    for said in (*identifiers_in(data, CONTROLS), *identifiers_in(data, MONIKERS)):
        yield Fact("document.exploit", said)


def _package(inner: oleobject.OleObject, ctx: Context) -> Yields:
    try:
        package = oleobject.packaged(inner.data)
    except Malformed as error:
        yield Problem("malformed", "package", f"a package in the document cannot be read: {error}")
        return
    name = package.label or package.path.replace("\\", "/").rpartition("/")[2]
    yield Fact("document.package", name, detail={"path": package.path, "temporary": package.temporary, "size": str(len(package.data))})
    if package.command:
        yield Fact("effect.run", package.command, "package")
        yield Child(as_bytes(package.command), "script.cmd", label=name, how="command line of a package")
    if package.data:
        ctx.budget.grow(len(package.data), "package in RTF")
        yield Child(package.data, label=name, how="embedded file")
