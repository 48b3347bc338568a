"""Modules exported as text become the project they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.extract.vbatext import read_exported_modules
from emoscan.model import Artifact, Child, Problem
from emoscan.parse.bundle import load_vba

DOCUMENT = 'Attribute VB_Name = "ThisDocument"\r\nAttribute VB_Base = "1Normal.ThisDocument"\r\nSub AutoOpen()\r\n  Other\r\nEnd Sub\r\n'
STANDARD = 'Attribute VB_Name = "Module1"\r\nSub Other()\r\n  Debug.Print 1\r\nEnd Sub\r\n'
CLASS = 'VERSION 1.0 CLASS\r\nBEGIN\r\n  MultiUse = -1\r\nEND\r\nAttribute VB_Name = "Thing"\r\nAttribute VB_Creatable = False\r\nPublic A As Long\r\n'
FORM = (
    'VERSION 5.00\r\nBegin {C62A69F0-16DC-11CE-9E98-00AA00574A4F} UserForm1 \r\n   Caption         =   "powershell -c ""exit"""\r\n   ClientHeight    =   3015\r\n'
    '   OleObjectBlob   =   "UserForm1.frx":0000\r\nEnd\r\nAttribute VB_Name = "UserForm1"\r\n'
    'Attribute VB_Base = "0{AAAAAAAA-0000-0000-0000-000000000001}{AAAAAAAA-0000-0000-0000-000000000002}"\r\n'
)


def project(text, name=""):
    context = Context(Budget(Limits()), names=(name,) if name else ())
    (child,) = [i for i in read_exported_modules(Artifact("office.vba-source", text.encode()), context) if isinstance(i, Child)]
    return load_vba(child.data)


def test_several_modules_in_one_text():
    found = project(DOCUMENT + STANDARD + CLASS + FORM)
    assert [(m.name, m.type, m.origin) for m in found.modules] == [
        ("ThisDocument", "document", "text"),
        ("Module1", "standard", "text"),
        ("Thing", "class", "text"),
        ("UserForm1", "form", "text"),
    ]
    assert "".join(m.source for m in found.modules) == DOCUMENT + STANDARD + CLASS + FORM
    assert found.document.host == "word"
    (form,) = found.document.forms
    assert form.name == "UserForm1"
    assert form.properties["Caption"] == 'powershell -c "exit"'
    assert form.properties["ClientHeight"] == 3015


def test_text_without_attributes():
    found = project("Sub Workbook_Open()\r\n  ActiveSheet.Name = 1\r\nEnd Sub\r\n", "macro-1.bas")
    assert [(m.name, m.type) for m in found.modules] == [("macro_1", "standard")]
    assert found.document.host == "excel"


def test_a_scan_reads_it_as_macros():
    report = analyse((DOCUMENT + STANDARD).encode(), "modules.bas")
    assert [m.modules for m in report.macros] == [["ThisDocument", "Module1"]]
    assert {a.kind for a in report.artifacts} == {"office.vba-source", "script.vba-project", "script.vba"}
    assert not report.incomplete


@pytest.mark.limit("vba_source_bytes")
@pytest.mark.limit("vba_modules")
def test_too_much_source_is_cut_and_said_to_be():
    items = list(read_exported_modules(Artifact("office.vba-source", STANDARD.encode() * 20), Context(Budget(Limits(vba_modules=3)))))
    assert [i.name for i in items if isinstance(i, Problem)] == ["vba_modules"]
    items = list(
        read_exported_modules(Artifact("office.vba-source", STANDARD.encode() * 20), Context(Budget(Limits(vba_source_bytes=100))))
    )
    assert [i.name for i in items if isinstance(i, Problem)] == ["vba_source_bytes"]


@given(st.text(max_size=300))
def test_any_text(text):
    list(read_exported_modules(Artifact("office.vba-source", text.encode("utf-8", "surrogatepass")), Context(Budget(Limits()))))


def test_nothing_is_known_of_a_document_that_is_not_there():
    """A command that lies in a control beside the text is an unknown command, not an empty one."""
    other = 'Attribute VB_Name = "Other"\r\nAttribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"\r\n'
    page = (
        'Attribute VB_Name = "Page"\r\nAttribute VB_Base = "1Normal.ThisDocument"\r\n'
        'Attribute VB_Control = "TextBox1, 0, 0, MSForms, TextBox"\r\nSub AutoOpen()\r\n  Other1\r\nEnd Sub\r\n'
    )
    code = 'Attribute VB_Name = "M"\r\nSub Other1()\r\n  On Error Resume Next\r\n  Shell Page.TextBox1 + nothing1\r\nEnd Sub\r\n'
    found = project(other + page + code)
    assert found.document.code_name == "Page"
    assert "shapes" in found.document.unread
    report = analyse((other + page + code).encode(), "modules.bas")
    assert {e.value for e in report.effects if e.kind == "effect.run"} == {"<Unknown: control TextBox1 of Page: value>"}
