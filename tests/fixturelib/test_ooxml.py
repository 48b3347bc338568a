"""The writer of Office Open XML, held against oletools, zipfile and, where there is one, LibreOffice."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fixturelib import ooxml
from fixturelib.archives import Member
from fixturelib.ooxml import Package, Sheet
from fixturelib.ovba import project
from fixturelib.readers import SOFFICE, soffice, vba_modules
from fixturelib.word import Run

CODE = 'Sub AutoOpen()\n    Shell "cmd /c echo inert", 0\nEnd Sub\n'
VBA = project(CODE).file()


def packages() -> dict[str, Package]:
    return {
        "a.docm": ooxml.word("Enable content", vba=VBA, vba_part="word/other.dat", variables={"a": "b & c"}, custom={"x": "<y>"}),
        "b.dotm": ooxml.word([Run("hidden", hidden=True), Run(" seen\r")], kind="dotm", vba=VBA, properties={"Title": "t", "Company": "c"}),
        "c.xlsm": ooxml.excel([Sheet("Sheet1", {"A1": "text", "C2": 5})], vba=VBA),
        "d.xltm": ooxml.excel([Sheet("S"), Sheet("M", {"A1": "=HALT()"}, "veryHidden", macro=True)], kind="xltm", names={"x": "M!$A$1"}),
        "e.pptm": ooxml.powerpoint([["first", "second"]], vba=VBA),
        "f.docx": ooxml.word("plain", kind="docx", template="https://files.example.test/a.dotm"),
    }


@pytest.mark.parametrize("name", packages())
def test_every_xml_part_is_well_formed_and_named(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(packages()[name].file())) as archive:
        types = archive.read("[Content_Types].xml").decode()
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")):
                ET.fromstring(archive.read(part))
            assert part.endswith(".rels") or part == "[Content_Types].xml" or f'"/{part}"' in types


@pytest.mark.parametrize("name", ["a.docm", "b.dotm", "c.xlsm", "e.pptm"])
def test_macros_are_found(name: str) -> None:
    assert "Module1.bas" in vba_modules(packages()[name].file(), name)


def test_parts_may_come_twice_and_without_content_types() -> None:
    package = ooxml.word("x", vba=VBA)
    package.extra = [Member("word/vbaProject.bin", b"another")]
    package.content_types = False
    with zipfile.ZipFile(io.BytesIO(package.file())) as archive:
        names = archive.namelist()
    assert names.count("word/vbaProject.bin") == 2
    assert "[Content_Types].xml" not in names


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_opens_them(tmp_path: Path) -> None:
    files = {name: package.file() for name, package in packages().items()}
    texts = soffice({n: d for n, d in files.items() if n[2:5] == "doc"}, "fodt", tmp_path)
    assert "Enable content" in texts["a"]
    assert "plain" in texts["f"]
    sheets = soffice({n: d for n, d in files.items() if n[2:5] == "xls"}, "csv", tmp_path)
    assert sheets["c"] == "text,,\n,,5\n"
    slides = soffice({n: d for n, d in files.items() if n[2:5] == "ppt"}, "fodp", tmp_path)
    assert "second" in slides["e"]
