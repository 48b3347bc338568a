"""The writer of .doc, held against olefile, oletools and, where there is one, LibreOffice."""

from __future__ import annotations

import io
from pathlib import Path

import olefile
import pytest

from fixturelib.ovba import project
from fixturelib.readers import SOFFICE, soffice, vba_modules
from fixturelib.word import Document, Run, white

CODE = 'Sub AutoOpen()\n    Shell "cmd /c echo inert", 0\nEnd Sub\n'


def test_macros_are_found() -> None:
    data = Document("Enable content", vba=project(CODE)).file()
    assert list(vba_modules(data, "a.doc")) == ["ThisDocument.cls", "Module1.bas"]


def test_streams_and_class_are_those_of_word() -> None:
    with olefile.OleFileIO(io.BytesIO(Document("x").file())) as ole:
        assert ole.root.clsid == "00020906-0000-0000-C000-000000000046"
        assert ole.openstream("WordDocument").read(2) == b"\xec\xa5"
        assert ole.exists("1Table")


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_opens_them(tmp_path: Path) -> None:
    looks = [Run("seen "), Run("hidden あ", hidden=True), Run(" end\r"), *white(["Call me Ishmael."] * 70)]
    files = {
        "plain.doc": Document("First line\nSecond line", vba=project(CODE), variables={"a": "b"}).file(),
        "looks.doc": Document(looks).file(),
        "long.doc": Document("\n".join(f"Paragraph {number}" for number in range(3000))).file(),
    }
    found = soffice(files, "fodt", tmp_path)
    assert "First line" in found["plain"]
    assert "Paragraph 2999" in found["long"]
    assert all(mark in found["looks"] for mark in ('text:display="none"', 'fo:color="#ffffff"', 'fo:font-size="1pt"', "hidden あ"))
