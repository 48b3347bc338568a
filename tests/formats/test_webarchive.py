from __future__ import annotations

import base64
import zlib
from io import BytesIO
from zipfile import ZipFile

import pytest

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.webarchive import open_activemime, open_flat_package, open_web_archive, open_word_xml
from emoscan.model import Artifact, Child, Fact, Problem

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
