"""Compound files: documents of Office 97 to 2003, encrypted packages, projects alone; and what is embedded in them."""

from __future__ import annotations

import re
import struct
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.cfb import BETA_MAGIC, MAGIC, CompoundFile, Entry, join
from emoscan.parse.codepage import decode
from emoscan.registry import Look, sniffs, step

MAX_EMBEDDED: Final = 500
"""Objects of one document that are taken out."""

_DOCUMENTS: Final = {
    "worddocument": "word",
    "workbook": "excel",
    "book": "excel",
    "powerpoint document": "powerpoint",
    "pp40": "powerpoint",
}


def kind_of(look: Look) -> str:
    """The kind of a compound file by the streams at its root; that of mails is for another sniffer to name."""
    if "compound file" not in look.memo:
        look.memo["compound file"] = _kind(look.data)
    return str(look.memo["compound file"])


def _kind(data: bytes) -> str:
    try:
        file = CompoundFile(data)
    except Malformed:
        return "office.ole"
    names = {e.name.lower() for e in file.entries if e.path == e.name}
    if any(name.startswith(("__substg1.0_", "__properties_version1.0", "__nameid_version1.0")) for name in names):
        return "mail.msg"
    if "encryptioninfo" in names and "encryptedpackage" in names:
        return "office.encrypted"
    if not names & _DOCUMENTS.keys() and file.get("VBA/dir") is not None:
        return "office.vba-storage"
    return "office.ole"


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
    host = next((_DOCUMENTS[e.name.lower()] for e in file.entries if e.path == e.name and e.name.lower() in _DOCUMENTS), "")
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
        inside = (file.get(join(entry.path, stream)) for stream in _DOCUMENTS)
        if any(e is not None and e.type == "stream" for e in inside):
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


_FILES: Final = (b"%PDF", b"PK\3\4", MAGIC, b"{\\rt", b"MZ", b"<htm", b"<HTM", b"<?xm")


def _native(data: bytes) -> Yields:
    """An Ole10Native stream ([MS-OLEDS] 2.3.6), holding a package as the Object Packager writes it: names, then the file."""
    body = data[4:]
    label = file_name = ""
    content = body
    if len(body) > 6 and body[:2] == b"\2\0":
        at = 2
        texts = []
        for _ in range(2):
            end = body.find(b"\0", at, at + 1_024)
            if end < 0:
                break
            texts.append(decode(body[at:end], 1252))
            at = end + 1
        if len(texts) == 2 and at + 8 <= len(body):
            label, file_name = texts
            length = struct.unpack_from("<I", body, at + 4)[0]
            at += 8 + length
            if at + 4 <= len(body):
                size = struct.unpack_from("<I", body, at)[0]
                content = body[at + 4 : at + 4 + size]
    name = label or file_name.replace("\\", "/").rpartition("/")[2]
    yield Child(content, label=name, how="embedded file")


_ADDRESS: Final = re.compile(rb"(?:h\0t\0t\0p\0(?:s\0)?:\0/\0/\0|\\\0\\\0)(?:[!-~]\0){3,2000}|(?:https?://|\\\\)[!-~]{3,2000}")


def _links(data: bytes) -> Yields:
    """An Ole stream ([MS-OLEDS] 2.3.3) of an object that is linked: addresses in its monikers."""
    if len(data) < 8 or not data[4] & 1:
        return
    for match in _ADDRESS.finditer(data):
        target = match[0].replace(b"\0", b"").decode("ascii")
        yield Fact("link.external", target, "linked object")
