"""Compound files as a step: which kind, and what is embedded."""

import struct

import pytest
from fixturelib.cfb import Storage, compound
from fixturelib.ovba import Module, Project
from fixturelib.word import Document

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.ole import open_ole
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.registry import discover, sniff

discover(("formats",))


def run(data, kind="office.ole", **limits):
    return list(open_ole(Artifact(kind, data), Context(Budget(Limits(**limits)))))


def children(items):
    return [(c.data, c.label, c.how) for c in items if isinstance(c, Child)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (Document("text").file(), "office.ole"),
        (Project([Module("M", "x = 1\n")]).file(), "office.vba-storage"),
        (compound(Storage().put("EncryptionInfo", b"x").put("EncryptedPackage", b"y")), "office.encrypted"),
        (compound(Storage().put("Workbook", b"x").put("VBA/dir", b"y")), "office.ole"),
        (compound(Storage().put("anything", b"x")), "office.ole"),
    ],
)
def test_kinds(data, kind):
    assert sniff(data, "a.txt") == (kind,)


def test_mails_are_left_to_another():
    data = compound(Storage().put("__properties_version1.0", b"x").put("__substg1.0_0037001F", b"y"))
    assert not any(kind.startswith("office.") for kind in sniff(data))


@pytest.mark.parametrize(
    ("stream", "host"), [("WordDocument", "word"), ("Workbook", "excel"), ("BOOK", "excel"), ("PowerPoint Document", "powerpoint")]
)
def test_hosts(stream, host):
    assert Fact("document.host", host) in run(compound(Storage().put(stream, b"x")))


def test_damaged_beyond_reading():
    items = run(Document("text").file()[:600])
    assert [(p.sort, p.name) for p in items if isinstance(p, Problem)] == [("malformed", "compound-file")]


def packager(label: bytes, path: bytes, content: bytes, names: bytes = b"") -> bytes:
    """An Ole10Native stream ([MS-OLEDS] 2.3.6)."""
    body = b"\2\0" + label + b"\0" + path + b"\0" + b"\0\0\3\0" + struct.pack("<I", len(path) + 1) + path + b"\0"
    body += struct.pack("<I", len(content)) + content + names
    return struct.pack("<I", len(body)) + body


def wide(*texts: str) -> bytes:
    return b"".join(struct.pack("<I", len(t)) + t.encode("utf-16-le") for t in texts)


def test_embedded_files():
    root = Storage().put("WordDocument", b"x")
    root.put("ObjectPool/_1/\1Ole10Native", packager(b"invoice.js", rb"C:\x\invoice.js", b"echo inert"))
    root.put("ObjectPool/_2/\1Ole10Native", packager(b"?.js", rb"C:\x\y.js", b"echo", wide(r"C:\x\請求.js", "請求.js", r"C:\x\請求.js")))
    root.put("ObjectPool/_3/\1Ole10Native", struct.pack("<I", 7) + b"no file")
    root.put("MBD1/Package", b"PK\3\4 package")
    root.put("MBD2/CONTENTS", b"%PDF-1.4")
    root.put("MBD3/CONTENTS", b"anything else")
    assert sorted(children(run(compound(root)))) == [
        (b"%PDF-1.4", "MBD2", "embedded object"),
        (b"PK\3\4 package", "MBD1", "embedded package"),
        (b"echo", "請求.js", "embedded file"),
        (b"echo inert", "invoice.js", "embedded file"),
        (b"no file", "", "embedded data"),
    ]


def test_embedded_documents_stand_for_themselves():
    root = Storage().put("Workbook", b"x").put("MBD1", Document("inner text").storage())
    ((data, label, how),) = children(run(compound(root)))
    assert (label, how) == ("MBD1", "embedded document")
    assert sniff(data) == ("office.ole",)
    assert Fact("document.host", "word") in run(data)


def test_linked_objects():
    moniker = b"\1\0\0\2" + struct.pack("<I", 1) + bytes(12) + "https://files.example.test/a.hta".encode("utf-16-le") + bytes(8)
    items = run(compound(Storage().put("MBD1/\1Ole", moniker).put("Workbook", b"x")))
    assert Fact("link.external", "https://files.example.test/a.hta", "linked object") in items
    embedded = b"\1\0\0\2" + bytes(4) + moniker[8:]
    assert not any(isinstance(i, Fact) and i.kind == "link.external" for i in run(compound(Storage().put("MBD1/\1Ole", embedded))))


def test_rights_management_is_said():
    items = run(compound(Storage().put("\tDRMContent", b"x")))
    assert [p.sort for p in items if isinstance(p, Problem)] == ["encrypted"]


def test_more_objects_than_are_read():
    root = Storage().put("WordDocument", b"x")
    for number in range(600):
        root.put(f"ObjectPool/_{number}/\1Ole10Native", packager(b"a", b"a", b"%d" % number))
    items = run(compound(root))
    assert len(children(items)) == 500
    assert [p.sort for p in items if isinstance(p, Problem)] == ["limit"]
