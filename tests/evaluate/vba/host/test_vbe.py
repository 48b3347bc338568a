"""Macros that read or write macros."""

import pytest
from evaluate.vba.host.hosted import WORD, body, hosted, value

from emoscan.parse.bundle import VBA_PROJECT, Module, load_vba

OWN = (
    Module(
        "ThisDocument",
        'Attribute VB_Name = "ThisDocument"\r\n\'payload in a comment, long enough to count as hidden data\r\nSub Other()\r\nx = 1\r\nEnd Sub\r\n',
        "document",
    ),
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            'ActiveDocument.VBProject.VBComponents("ThisDocument").CodeModule.Lines(1, 1)',
            "'payload in a comment, long enough to count as hidden data",
        ),
        ("ThisDocument.VBProject.VBComponents(1).CodeModule.CountOfLines", 5),
        ("ThisDocument.VBProject.VBComponents(1).Name & ThisDocument.VBProject.VBComponents(1).Type", "ThisDocument100"),
        ("ThisDocument.VBProject.VBComponents.Count", 2),
        ('VBE.ActiveVBProject.VBComponents("ThisDocument").CodeModule.ProcStartLine("Other", 0)', 2),
        ('VBE.ActiveVBProject.VBComponents("ThisDocument").CodeModule.ProcCountLines("Other", 0)', 4),
        ('VBE.VBProjects(1).VBComponents("ThisDocument").CodeModule.ProcOfLine(3, 0)', "Other"),
        ('ThisDocument.VBProject.VBComponents(1).CodeModule.Find("x = 1", 1, 1, -1, -1)', True),
        ("NormalTemplate.VBProject.VBComponents(1).CodeModule.CountOfLines", 0),
        ("ActiveDocument.VBProject.Protection", 0),
    ],
)
def test_reading_the_source(expression, expected):
    assert value(expression, WORD, OWN) == expected


def test_source_that_is_read_is_hidden_data():
    facts = hosted("Sub Main()\nx = ThisDocument.VBProject.VBComponents(1).CodeModule.Lines(1, 1)\nEnd Sub", WORD, OWN).facts
    assert ("vba.hidden_data", "source of module ThisDocument") in facts


def test_code_is_added_and_run():
    lines = '''
    With ThisDocument.VBProject.VBComponents.Add(1).CodeModule
        .AddFromString "Function Fresh(a)" & vbLf & "Fresh = a & ""!"""
        .InsertLines 3, "End Function"
    End With
    Main = Application.Run("Fresh", "x")
    '''
    assert body(lines, WORD, OWN) == "x!"
    result = hosted(f"Function Main()\n{lines}\nEnd Function", WORD, OWN)
    assert result.effects("eval") == ['Function Fresh(a)\r\nFresh = a & "!"\r\nEnd Function']
    assert [item.kind for item in result.emitted if hasattr(item, "data")] == ["script.vba"]


def test_a_macro_that_copies_itself_into_the_template():
    source = """
    Sub Main()
        Set from = ThisDocument.VBProject.VBComponents(1).CodeModule
        For i = 1 To from.CountOfLines
            NormalTemplate.VBProject.VBComponents(1).CodeModule.InsertLines i, from.Lines(i, 1)
        Next
    End Sub
    """
    result = hosted(source, WORD, OWN)
    assert len(result.effects("eval")) == 1
    assert next(item.detail["target"] for item in result.emitted if getattr(item, "kind", "") == "effect.eval") == "Normal.ThisDocument"


def test_code_put_into_another_application_becomes_a_project():
    source = """
    Sub Main()
        Set x = CreateObject("Excel.Application")
        x.Workbooks.Add.VBProject.VBComponents.Add(1).CodeModule.AddFromString "Sub Auto_Open()" & vbLf & "Shell Chr(34)" & vbLf & "End Sub"
        x.Run "Auto_Open"
    End Sub
    """
    result = hosted(source)
    made = [item for item in result.emitted if getattr(item, "kind", "") == VBA_PROJECT]
    project = load_vba(made[0].data)
    assert project.document.host == "excel"
    assert "Shell" in project.modules[0].source


def test_exporting_and_importing():
    lines = 'ThisDocument.VBProject.VBComponents(1).Export "C:\\x\\m.bas"\nThisDocument.VBProject.VBComponents.Import "C:\\x\\m.bas"'
    result = hosted(f"Sub Main()\n{lines}\nEnd Sub", WORD, OWN)
    assert result.effects("write") == [r"C:\x\m.bas"]
    assert result.effects("eval")[0].startswith("Attribute VB_Name")
