"""OPC packages: parts by any spelling of their name, content types, relationships."""

import pytest
from fixturelib import ooxml
from fixturelib.archives import Member, zip_file

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed
from emoscan.parse.package import Package, Relationship, resolve


def package(data, **limits):
    return Package(data, Budget(Limits(**limits)))


def test_parts_and_their_content_types():
    read = package(ooxml.word("text", kind="docm", vba=b"project").file())
    assert read.main() == "word/document.xml"
    assert read.host() == "word"
    assert read.content_type("/word/vbaProject.bin") == "application/vnd.ms-office.vbaproject"
    assert read.content_type("x.rels") == "application/vnd.openxmlformats-package.relationships+xml"
    assert read.read("WORD\\VBAPROJECT.BIN") == b"project"
    assert list(read.targets("word/document.xml", "vbaProject")) == ["word/vbaProject.bin"]


@pytest.mark.parametrize(
    ("document", "host"),
    [(ooxml.word(""), "word"), (ooxml.excel([ooxml.Sheet("S")]), "excel"), (ooxml.powerpoint([["a"]]), "powerpoint")],
)
def test_hosts(document, host):
    assert package(document.file()).host() == host


def test_relationships():
    read = package(ooxml.word("", template="https://files.example.test/a.dotm").file())
    assert read.relationships("word/settings.xml") == [Relationship("rId1", "attachedTemplate", "https://files.example.test/a.dotm", True)]
    assert {source for source, _ in read.relationship_parts()} == {"", "word/document.xml", "word/settings.xml"}
    assert read.relationships("word/none.xml") == []


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        ("word/document.xml", "vbaProject.bin", "word/vbaProject.bin"),
        ("word/document.xml", "/xl/a.xml", "xl/a.xml"),
        ("ppt/slides/slide1.xml", "../media/a.bin#x", "ppt/media/a.bin"),
        ("", "word/document.xml", "word/document.xml"),
        ("a/b.xml", "..\\..\\..\\c.xml", "c.xml"),
    ],
)
def test_targets_as_names_of_parts(source, target, name):
    assert resolve(source, target) == name


@pytest.mark.parametrize("method", [0, 8])
def test_the_first_bytes_of_a_part(method):
    content = bytes(range(256)) * 200
    read = package(zip_file([Member("a.bin", content, method), Member("b", b"xy", method)]))
    assert [read.head(part) for part in read.parts] == [content[:8], b"xy"]


def test_two_members_of_one_name_are_two_parts():
    read = package(zip_file([Member("word/vbaProject.bin", b"first"), Member("word/vbaProject.bin", b"second")]))
    assert [read.read(part) for part in read.find("word/vbaproject.bin")] == [b"first", b"second"]


def test_damage_is_collected():
    data = ooxml.word("").file(method=0).replace(b"<w:settings", b"<w:sattings")
    read = package(data)
    read.read("word/settings.xml")
    assert len(read.damage) == 1
    with pytest.raises(Malformed):
        read.read("word/none.xml")


@pytest.mark.parametrize("options", [{"encryption": "zipcrypto", "password": "p"}, {"local": {"method": 77}, "central": {"method": 77}}])
def test_a_part_that_cannot_be_read_is_empty_and_said(options):
    read = package(zip_file([Member("a.xml", b"<a/>", **options)]))
    assert read.read("a.xml") == b""
    assert len(read.damage) == 1


def test_a_part_that_is_too_large_is_cut():
    read = package(zip_file([Member("a.xml", b"<a/>" * 50_000)]), object_bytes=100_000)
    assert len(read.read("a.xml")) < 200_000
    assert read.limits
