"""Compound files: documents of Office 97 to 2003, encrypted packages, projects alone; and what is embedded in them."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.formats.compound import kind_in, kind_of
from emoscan.formats.links import hyperlink
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, hosts, oleobject
from emoscan.parse.cfb import BETA_MAGIC, MAGIC, CompoundFile, Entry, join
from emoscan.parse.text import as_bytes
from emoscan.registry import Look, sniffs, step

MAX_EMBEDDED: Final = 500
"""Objects of one document that are taken out."""


@sniffs("office.ole", magic=(MAGIC, BETA_MAGIC))
def is_ole(look: Look) -> bool:
    return kind_of(look) == "office.ole"


@sniffs("office.encrypted", magic=MAGIC)
def is_encrypted(look: Look) -> bool:
    return kind_of(look) == "office.encrypted"


@sniffs("office.vba-storage", magic=MAGIC)
def is_vba_storage(look: Look) -> bool:
    return kind_of(look) == "office.vba-storage"


@step("ole", ("office.ole", "office.vba-storage"))
def open_ole(artifact: Artifact, ctx: Context) -> Yields:
    try:
        file = CompoundFile(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "compound-file", f"the document cannot be read: {error}; what it holds was not seen")
        return
    host = hosts.host_of(file)
    if host:
        yield Fact("document.host", host)
    if any(e.name in ("\tDRMContent", "\tDRMViewerContent") for e in file.entries):
        yield Fact("document.encrypted", "rights management (IRM)")
        yield Problem("encrypted", "irm", "the document is protected by rights management; its content was not seen")
    count = 0
    for entry in file.entries:
        for item in _embedded(file, entry):
            count += isinstance(item, Child)
            if count > MAX_EMBEDDED:
                yield Problem("limit", "embedded", f"more than {MAX_EMBEDDED} objects are embedded; the rest was not read")
                return
            yield item
    for what in file.damage:
        yield Problem("malformed", "compound-file", f"{what}; what is missing was not seen")


# ---------------------------------------------------------------- embedded objects


def _embedded(file: CompoundFile, entry: Entry) -> Yields:
    """What one entry of the directory holds of embedded objects."""
    name = entry.name.lower()
    parent = entry.path.rpartition("/")[0]
    if entry.type == "storage":
        if any(file.stream(join(entry.path, name)) is not None for name in hosts.STREAMS):
            from emoscan.parse.cfbwriter import standalone

            yield Child(standalone(file, entry), label=entry.name, how="embedded document")
    elif entry.type != "stream" or not entry.size:
        return
    elif name == "\1ole10native":
        yield from _native(file.read(entry))
    elif name == "package" and parent:
        yield Child(file.read(entry), label=parent, how="embedded package")
    elif name == "contents" and parent and file.read(entry, 8).startswith(_FILES):
        yield Child(file.read(entry), label=parent, how="embedded object")
    elif name == "\1ole":
        yield from _links(file.read(entry, 65_536))
    elif name == "powerpoint document":
        yield from _in_presentation(file, entry)


def _in_presentation(file: CompoundFile, entry: Entry) -> Yields:
    """Objects embedded in a presentation; its macro project and its controls are read with the presentation around them."""
    from emoscan.parse import oledocument, pptbinary

    assert file.budget is not None
    stream = file.read(entry)
    for target in pptbinary.hyperlinks(stream):
        yield from hyperlink(target, "hyperlink")
    for stored in pptbinary.storages(stream, file.budget):
        if stored.damage:
            yield Problem("malformed", "presentation", f"{stored.damage}; what is missing was not seen")
        if oledocument.control_in(stored.data, file.budget) is None and kind_in(stored.data) != "office.vba-storage":
            yield Child(stored.data, label=f"{entry.name} @{stored.offset:#x}", how="embedded object")


_FILES: Final = (b"%PDF", b"PK\3\4", MAGIC, b"{\\rt", b"MZ", b"<htm", b"<HTM", b"<?xm")


def _native(data: bytes) -> Yields:
    """An Ole10Native stream ([MS-OLEDS] 2.3.6): its size, and mostly a package as the Object Packager writes it."""
    body = data[4:]
    try:
        package = oleobject.packaged(body)
    except Malformed:
        yield Child(body, how="embedded data")
        return
    name = package.label or package.path.replace("\\", "/").rpartition("/")[2]
    detail = {"path": package.path, "temporary": package.temporary, "size": str(len(package.data))}
    yield Fact("document.package", name, detail=detail)
    if package.command:
        yield Fact("effect.run", package.command, "package")
        yield Child(as_bytes(package.command), "script.cmd", label=name, how="command line of a package")
    if package.data:
        yield Child(package.data, label=name, how="embedded file")


_ADDRESS: Final = re.compile(rb"(?:h\0t\0t\0p\0(?:s\0)?:\0/\0/\0|\\\0\\\0)(?:[!-~]\0){3,2000}|(?:https?://|\\\\)[!-~]{3,2000}")


def _links(data: bytes) -> Yields:
    """An Ole stream ([MS-OLEDS] 2.3.3) of an object that is linked: addresses in its monikers."""
    if len(data) < 8 or not data[4] & 1:
        return
    for match in _ADDRESS.finditer(data):
        target = match[0].replace(b"\0", b"").decode("ascii")
        yield Fact("link.external", target, "linked object")
