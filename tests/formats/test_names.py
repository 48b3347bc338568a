"""Names against content, and what is hidden in names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.names import clean, extension, look_at_names, tricks
from emoscan.model import Artifact, Fact


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("invoice.doc", []),
        ("Invoice 2022-04-25_1114, USA.doc.lnk", ["double extension"]),
        ("invoice.pdf.exe", ["double extension"]),
        ("report.final.docx", []),
        ("archive.tar.gz", []),
        ("photos.jpg.zip", []),
        ("v1.2.doc", []),
        ("annex\u202ecod.exe", ["right-to-left override"]),
        ("a\u2066b.doc", ["direction mark"]),
        ("invo\u200bice.doc", ["invisible character"]),
        ("invoice\u2800.doc", ["invisible character"]),
        ("請求書.doc" + " " * 40 + ".exe", ["blanks before the extension", "double extension"]),
        ("invoice.exe .", ["trailing dot or blank"]),
        ("Re: your letter.", []),
        ("invoice．ｅｘｅ", ["full-width extension"]),
        ("invoice.doc\0.exe", ["NUL character"]),
        ("family \U0001f468\u200d\U0001f469\u200d\U0001f467.jpg", []),
        ("\x05SummaryInformation", []),
        ("Macros/VBA/ThisDocument", []),
        ("", []),
    ],
)
def test_tricks(name, found):
    assert tricks(name) == found


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.DOC", "doc"),
        ("folder.d/a", ""),
        ("..\\..\\a.vbs", "vbs"),
        ("a.exe. .", "exe"),
        ("a．ｅｘｅ", "exe"),
        ("a.doc\0.exe", "doc"),
        (".htaccess", ""),
        ("a.e\u200bxe", "exe"),
    ],
)
def test_effective_extension(name, ending):
    assert extension(name) == ending


def facts(kind, data, *names):
    return list(look_at_names(Artifact(kind, data), Context(Budget(Limits()), names=names)))


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("a.doc", "text.html", "named .doc, is a web page"),
        ("a.doc", "office.rtf", "named .doc, is an RTF document"),
        ("a.xls", "archive.zip", "named .xls, is a ZIP archive"),
        ("a.jpg", "binary.pe", "named .jpg, is a Windows program"),
        ("a.txt", "script.powershell", "named .txt, is a PowerShell script"),
        ("a.pdf", "windows.lnk", "named .pdf, is a shortcut"),
    ],
)
def test_mismatch(name, kind, said):
    (fact,) = facts(kind, b"x", name)
    assert (fact.kind, fact.value, fact.detail["name"]) == ("type.mismatch", said, name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.doc", "office.ole"),
        ("a.docx", "office.encrypted"),
        ("a.jpg", "image.png"),
        ("a.zip", "archive.7z"),
        ("a.doc", "data.unknown"),
        ("a", "text.html"),
        ("a.what", "text.html"),
        ("a.eml", "mail.rfc822"),
        ("a.img", "disk.fat"),
    ],
)
def test_no_mismatch(name, kind):
    assert facts(kind, b"x", name) == []


def test_each_name_is_looked_at():
    found = facts("office.ole", b"x", "a.doc", "b.pdf.exe")
    assert [f.kind for f in found] == ["name.trick", "type.mismatch"]
    assert found[0] == Fact("name.trick", "double extension", detail={"name": "b.pdf.exe", "extension": "exe"})


@given(st.text(max_size=200))
def test_any_name(name):
    clean(name)
    tricks(name)
    facts("office.ole", b"x", name)
