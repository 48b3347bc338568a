"""Packages as a step: links to elsewhere, embedded documents, damage."""

import pytest
from fixturelib import ooxml
from fixturelib.archives import Member
from fixturelib.cfb import Storage, compound
from fixturelib.oforms import Control, binary_stream
from fixturelib.ovba import Module, Project

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.ooxml import open_ooxml
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.registry import discover, sniff

discover(("formats",))

VBA = Project([Module("ThisDocument", type="document"), Module("Module1", "Sub AutoOpen()\nEnd Sub\n")]).file()


def run(package, **limits):
    data = package.file() if isinstance(package, ooxml.Package) else package
    return list(open_ooxml(Artifact("office.ooxml", data), Context(Budget(Limits(**limits)))))


def children(items):
    return [(c.label, c.data) for c in items if isinstance(c, Child)]


def of(type_, items):
    return [i for i in items if isinstance(i, type_)]


@pytest.mark.parametrize(
    ("document", "host"), [(ooxml.word("a"), "word"), (ooxml.excel([ooxml.Sheet("S")]), "excel"), (ooxml.powerpoint([["a"]]), "powerpoint")]
)
def test_sniffed_with_its_host(document, host):
    assert sniff(document.file(), "x.zip") == ("office.ooxml",)
    items = run(document)
    assert items == [Fact("document.host", host)]


def test_external_relationships():
    document = ooxml.word("a", template="https://files.example.test/a.dotm")
    document.relate("word/document.xml", f"{ooxml.REL}/hyperlink", "https://www.example.test/", external=True)
    document.relate("word/document.xml", f"{ooxml.REL}/oleObject", r"\\192.0.2.1\share\x", external=True)
    document.relate("word/document.xml", f"{ooxml.REL}/hyperlink", "https://www.example.test/", external=True)
    links = [(f.value, f.how, f.detail["part"]) for f in of(Fact, run(document)) if f.kind == "link.external"]
    assert set(links) == {
        ("https://www.example.test/", "hyperlink", "word/document.xml"),
        (r"\\192.0.2.1\share\x", "oleObject", "word/document.xml"),
        ("https://files.example.test/a.dotm", "attachedTemplate", "word/settings.xml"),
    }
    assert len(links) == 3


def test_what_is_embedded_becomes_children():
    inner = ooxml.word("inner").file()
    ole = compound(Storage().put("\1Ole10Native", b"x" * 50))
    document = ooxml.word(
        "outer", vba=VBA, controls=[ooxml.ActiveX("T", Control("TextBox").clsid, binary_stream(Control("TextBox")), "stream")]
    )
    document.add("word/embeddings/inner.docx", inner)
    document.add("word/embeddings/oleObject1.bin", ole)
    document.add("word/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    document.add("word/media/image2.png", b"MZ" + bytes(50))
    document.add("word/chunk.xml", b"<html/>")
    document.add("customXml/item1.xml", b"<a/>")
    document.relate("word/document.xml", f"{ooxml.REL}/aFChunk", "chunk.xml")
    assert sorted(label for label, _ in children(run(document))) == [
        "word/chunk.xml",
        "word/embeddings/inner.docx",
        "word/embeddings/oleObject1.bin",
        "word/media/image2.png",
    ]


def test_a_document_type_is_refused_and_said():
    document = ooxml.word("a")
    document.extra.append(Member("word/_rels/x.xml.rels", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'))
    assert [p.name for p in of(Problem, run(document))] == ["ooxml"]


def test_locked_parts_are_said():
    document = ooxml.word("a")
    document.extra.append(Member("word/secret.bin", b"x" * 99, encryption="zipcrypto", password="p"))
    items = run(document)
    assert [p.sort for p in of(Problem, items)] == ["encrypted"]
    assert Fact("archive.encrypted", "ZipCrypto") in items


def test_truth_about_two_directories():
    document = ooxml.word("a")
    document.extra.append(Member("word/document.xml", b"<other/>"))
    assert any(f.kind == "archive.directory_lies" for f in of(Fact, run(document)))


def test_a_ribbon_that_calls_a_macro_of_a_file_on_a_server():
    package = ooxml.excel([ooxml.Sheet("One")])
    package.add("customUI/customUI.xml", "<customUI onLoad=\"'https://files.example.test/a.xlsm'!Sheet1.go\"/>")
    package.relate("", f"{ooxml.MS}/ui/extensibility", "customUI/customUI.xml")
    record = analyse(package.file())
    assert "DOC.RIBBON_REMOTE" in {finding.id for finding in record.findings}
