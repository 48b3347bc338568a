from __future__ import annotations

import base64
import zlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from fixturelib.oforms import Control, binary_storage
from fixturelib.ovba import Module, Project
from linear import assert_linear

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.engine import expand
from emoscan.formats.webarchive import open_activemime, open_flat_package, open_web_archive, open_word_xml
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse.word2003 import parts_of_xml
from emoscan.registry import discover

discover()

INNER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def activemime(offset: int = 0x32) -> bytes:
    head = b"ActiveMime\0\0\1\xf0\4\0\0\0\xff\xff\xff\xff\0\0\7\xf0" + (4).to_bytes(4, "little")
    return head.ljust(offset, b"\0") + zlib.compress(INNER)


def run(step, kind: str, data: bytes):
    return list(step(Artifact(kind, data), Context(Budget(Limits()))))


def children(items):
    return [(c.label, c.data) for c in items if isinstance(c, Child)]


@pytest.mark.parametrize("offset", [0x32, 0x40, 0x22A])
def test_activemime(offset: int):
    assert children(run(open_activemime, "office.activemime", activemime(offset))) == [("", INNER)]


def test_activemime_without_anything():
    assert [p.sort for p in run(open_activemime, "office.activemime", b"ActiveMime" + bytes(90)) if isinstance(p, Problem)] == ["malformed"]


def mht(boundary: str = "b") -> bytes:
    body = base64.encodebytes(activemime()).decode()
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="{boundary}"\r\n\r\n--b\r\nContent-Location: file:///C:/x/doc.htm\r\n'
        "Content-Type: text/html\r\n\r\n<html><body>Click Enable Content</body></html>\r\n--b\r\nContent-Location: file:///C:/x/doc_files/editdata.mso\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Type: application/x-mso\r\n\r\n{body}\r\n--b--\r\n"
    ).encode()


def test_web_archive():
    items = run(open_web_archive, "office.mht", mht())
    assert [label for label, _ in children(items)] == ["doc.htm", "editdata.mso"]
    assert children(items)[1][1] == activemime()
    assert [f.value for f in items if isinstance(f, Fact)] == ["click enable content"]


def test_web_archive_whose_boundary_is_another():
    assert any(data.startswith(b"ActiveMime") for _, data in children(run(open_web_archive, "office.mht", mht("another"))))


def test_word_2003():
    xml = (
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument><w:docPr><w:attachedTemplate w:val="https://files.example.test/a.dot"/></w:docPr>'
        f'<w:binData w:name="editdata.mso">{base64.encodebytes(activemime()).decode()}</w:binData><w:binData w:name="wordml://1.png">iVBORw0KGgo=</w:binData>'
        "<w:p><w:r><w:t>One &amp; </w:t></w:r><w:r><w:t>two</w:t></w:r></w:p><w:p><w:t>three</w:t></w:p></w:wordDocument>"
    )
    items = run(open_word_xml, "office.word2003xml", xml.encode("utf-16"))
    assert children(items) == [("editdata.mso", activemime()), ("", b"One & two\nthree")]
    assert [(f.value, f.how) for f in items if isinstance(f, Fact) and f.kind == "link.external"] == [
        ("https://files.example.test/a.dot", "attachedTemplate")
    ]


def test_flat_package():
    xml = (
        '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        '<pkg:part pkg:name="/word/document.xml" pkg:contentType="application/x"><pkg:xmlData><w:document xmlns:w="u"/></pkg:xmlData></pkg:part>'
        f'<pkg:part pkg:name="/word/vbaProject.bin"><pkg:binaryData>{base64.b64encode(INNER).decode()}</pkg:binaryData></pkg:part></pkg:package>'
    )
    (child,) = run(open_flat_package, "office.flatopc", xml.encode())
    assert child.kind == "office.ooxml"
    with ZipFile(BytesIO(child.data)) as package:
        assert package.namelist() == ["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]
        assert package.read("word/vbaProject.bin") == INNER
        assert package.read("word/document.xml").endswith(b'<w:document xmlns:w="u"/>')
    assert [p.sort for p in run(open_flat_package, "office.flatopc", b"<pkg:package/>") if isinstance(p, Problem)] == ["malformed"]


# ---------------------------------------------------------------- what macros read of such documents


def project(code: str) -> bytes:
    document = Module("ThisDocument", type="document", base="0{00020906-0000-0000-C000-000000000046}")
    plain = Project([document, Module("Module1", code)]).file()
    return b"ActiveMime\0\0\1\xf0\4\0\0\0\xff\xff\xff\xff\0\0\7\xf0".ljust(50, b"\0") + zlib.compress(plain)


CONTROL = "DATA:application/x-oleobject;base64,"
PLACES = {
    'ActiveDocument.Variables("v").Value': "<w:docPr><w:docVars><w:docVar w:name='v' w:val='calc &amp; x'/></w:docVars></w:docPr>",
    'ActiveDocument.BuiltInDocumentProperties("Comments").Value': "<o:DocumentProperties><o:Description>calc &amp; x</o:Description></o:DocumentProperties>",
    'ActiveDocument.BuiltInDocumentProperties("Company").Value': "<o:DocumentProperties><o:Company>calc &amp; x</o:Company></o:DocumentProperties>",
    'ActiveDocument.CustomDocumentProperties("my name").Value': '<o:CustomDocumentProperties><o:my_x0020_name dt:dt="string">calc &amp; x</o:my_x0020_name></o:CustomDocumentProperties>',
    "ActiveDocument.Paragraphs(1).Range.Text": "<w:body><w:p><w:r><w:t>calc &amp; x</w:t></w:r></w:p></w:body>",
    "ActiveDocument.Tables(1).Cell(1, 1).Range.Text": "<w:body><w:tbl><w:tr><w:tc><w:p><w:r><w:t>calc &amp; x</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body>",
    'ActiveDocument.Bookmarks("b").Range.Text': '<w:body><w:p><aml:annotation aml:id="0" w:type="Word.Bookmark.Start" w:name="b"/><w:r><w:t>calc &amp; x</w:t></w:r><aml:annotation aml:id="0" w:type="Word.Bookmark.End"/></w:p></w:body>',
    "ActiveDocument.Shapes(1).AlternativeText": '<w:body><w:p><w:r><w:pict><v:shape id="s" style="position:absolute" alt="calc &amp; x"><v:textbox/></v:shape></w:pict></w:r></w:p></w:body>',
}


def word_2003(inside: str, code: str) -> bytes:
    spaces = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    macros = f'<w:docSuppData><w:binData w:name="editdata.mso">{base64.encodebytes(project(code)).decode()}</w:binData></w:docSuppData>'
    return (
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
        f'<w:wordDocument {spaces} xmlns:aml="http://schemas.microsoft.com/aml/2001/core" xmlns:dt="uuid:C2F41010">{macros}{inside}</w:wordDocument>'
    ).encode()


def commands(data: bytes) -> list[str]:
    found = expand(data, "x.doc")
    assert not found.troubles
    return [fact.value for _, fact in found.facts(kind="effect.run") if fact.how == "Shell"]


@pytest.mark.parametrize("place", PLACES)
def test_macros_of_word_2003_xml_read_their_document(place: str):
    code = f'Sub AutoOpen()\nShell "cmd /c " & Left({place}, 8)\nEnd Sub'
    assert commands(word_2003(PLACES[place], code)) == ["cmd /c calc & x"]


def test_controls_of_word_2003_xml():
    pool = binary_storage(Control("TextBox", "TextBox1", value="calc"))
    ocx = f'<w:body><w:p><w:r><w:pict><w:ocx w:data="{CONTROL}{base64.b64encode(pool).decode()}" w:name="TextBox1"/></w:pict></w:r></w:p></w:body>'
    assert commands(word_2003(ocx, 'Sub AutoOpen()\nShell "cmd /c " & ThisDocument.TextBox1.Text\nEnd Sub')) == ["cmd /c calc"]


def test_macros_of_web_archives_read_their_document():
    code = 'Sub AutoOpen()\nShell "cmd /c " & ActiveDocument.BuiltInDocumentProperties("Title").Value & ActiveDocument.Paragraphs(1).Range.Text\nEnd Sub'
    page = "<html><xml><o:DocumentProperties><o:Title>calc</o:Title></o:DocumentProperties></xml><body><p>&amp; x</p></body></html>"
    data = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Location: file:///C:/x/doc.htm\nContent-Type: text/html\n\n'
        f"{page}\n--b\nContent-Location: file:///C:/x/editdata.mso\nContent-Transfer-Encoding: base64\nContent-Type: application/x-mso\n\n"
        f"{base64.encodebytes(project(code)).decode()}\n--b--\n"
    ).encode()
    assert commands(data) == ["cmd /c calc& x\r"]


@pytest.mark.parametrize(
    "inside", ["<w:body><w:p>", "<w:body", "<o:DocumentProperties><o:Title>", '<w:ocx w:data="' + CONTROL + '0M8R4KGxGuE="/>', "\0\1"]
)
def test_what_is_broken_of_word_2003_xml_keeps_no_macro_from_running(inside: str):
    found = expand(word_2003(inside, 'Sub AutoOpen()\nShell "calc"\nEnd Sub'), "x.doc")
    assert "calc" in [fact.value for _, fact in found.facts(kind="effect.run")]


def test_many_of_everything_takes_time_in_proportion():
    for unit in ("<o:a>b</o:a>", "<w:body>", '<aml:annotation w:type="Word.Bookmark.Start" ', "<o:DocumentProperties>", "xmlns:a='b' "):
        assert_linear(lambda text: list(parts_of_xml("<w:wordDocument " + text, [], [])), unit, 100_000)
