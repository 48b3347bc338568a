"""What is tried when a project, run as it stands, shows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.sense import sensible
from emoscan.evaluate.vba.run import evaluate
from emoscan.model import Fact, Problem
from emoscan.parse.bundle import Document, Module, Paragraph, Run, VbaProject


def facts(source: str, host: Any = "word", constants: dict[str, str] | None = None, **document: Any) -> list[Fact]:
    emitted: list[Any] = []
    modules = (Module("ThisDocument", source, "document"),)
    project = VbaProject(modules, constants=constants or {}, document=Document(host=host, **document))
    evaluate(project, Budget(Limits(seconds=60)), emitted.append)
    return [item for item in emitted if isinstance(item, Fact)]


def commands(source: str, **options: Any) -> list[tuple[str, float]]:
    return [(f.value, f.confidence) for f in facts(source, **options) if f.kind == "effect.run"]


@pytest.mark.parametrize(
    ("test", "evidence"),
    [
        ('If Environ("USERDOMAIN") = "" Then Exit Sub', 'Environ("USERDOMAIN") = ""'),
        ("If RecentFiles.Count < 300 Then End", "RecentFiles.Count < 300"),
        ("If Application.RecentFiles.Count < 300 Then Application.Quit", "Application.RecentFiles.Count < 300"),
        ("If Tasks.Count < 500 Then\nActiveDocument.Close\nExit Sub\nEnd If", "Tasks.Count < 500"),
        ("If System.Country <> 7777 Then Exit Sub", "System.Country <> 7777"),
        ('If Dir("C:\\only\\here.txt") = "" Then Exit Sub', 'Dir("C:\\only\\here.txt") = ""'),
    ],
)
def test_guards_are_turned_round(test, evidence):
    found = facts(f'Sub AutoOpen()\n{test}\nShell "calc"\nEnd Sub')
    assert [f.value for f in found if f.kind == "effect.run"] == ["calc"]
    assert evidence.lower() in [f.value.lower() for f in found if f.kind == "evade.env"]


@pytest.mark.parametrize(
    "body",
    [
        'On Error GoTo bad\nn = Tasks.Count\nIf n < 500 Then Err.Raise 5\nShell "calc"\nbad:\nExit Sub',
        'If Tasks.Count < 500 Then GoTo bad\nShell "calc"\nbad:\nn = 1',
        'Select Case Application.Language\nCase 1, 2: Shell "calc"\nCase Else: ActiveDocument.Close False\nEnd Select',
        'Select Case Application.Language\nCase 1041: Exit Sub\nCase 1: n = 2\nEnd Select\nShell "calc"',
        'Do\nIf Environ("USERDOMAIN") = "X" Then Exit Do\nn = n + 1\nIf n > 10 Then Exit Sub\nLoop\nShell "calc"',
    ],
)
def test_guards_that_end_the_macro_some_other_way(body):
    assert commands(f"Sub AutoOpen()\n{body}\nEnd Sub") == [("calc", 1.0)]


def test_a_block_that_only_other_surroundings_would_enter():
    assert commands('Sub AutoOpen()\nIf Environ("USERNAME") = "victim" Then\nShell "calc"\nEnd If\nEnd Sub') == [("calc", 1.0)]


def test_hidden_text_is_looked_at_even_when_the_macro_did_something():
    source = 'Sub AutoOpen()\nShell "cmd /c first " & ActiveDocument.Content.Text\nEnd Sub'
    paragraphs = (Paragraph("Lure"), Paragraph("unseen", (Run("unseen", hidden=True),)))
    assert [c for c, _ in commands(source, paragraphs=paragraphs)] == ["cmd /c first Lure\r", "cmd /c first Lure\runseen\r"]


def test_hidden_text_that_this_user_does_not_see():
    """Word leaves it out of what a macro reads, unless the user has it shown."""
    paragraphs = (Paragraph("Lure"), Paragraph("cmd /c hidden", (Run("cmd /c hidden", hidden=True),)))
    source = "Sub AutoOpen()\nv = Split(ActiveDocument.Range.Text, vbCr)\nShell v(1)\nEnd Sub"
    assert commands(source, paragraphs=paragraphs) == [("cmd /c hidden", 1.0)]


@pytest.mark.parametrize(("host", "expected"), [("word", [("cmd /c 1", 1.0)]), ("powerpoint", [("cmd /c 1", 1.0)])])
def test_names_in_brackets(host, expected):
    """Only Excel takes what is in brackets as a formula."""
    source = 'Dim [a b]\nSub Auto_Open()\n[a b] = "cmd "\n[_x] = "/c 1"\nShell [a b] & [_x]\nEnd Sub'
    assert commands(source, host=host) == expected


@pytest.mark.parametrize(("host", "event"), [("excel", "Workbook_RowsetComplete(a, b)"), ("word", "Comm1_OnComm(ByVal x As Object)")])
def test_events_that_are_rare(host, event):
    assert commands(f'Private Sub {event}\nShell "calc"\nEnd Sub', host=host)[0][0] == "calc"


def test_what_added_code_starts_with():
    code = '"Sub AutoClose()" & vbLf & "Shell ""calc""" & vbLf & "End Sub"'
    assert commands(f"Sub AutoOpen()\nThisDocument.VBProject.VBComponents.Add(1).CodeModule.AddFromString {code}\nEnd Sub") == [
        ("calc", 1.0)
    ]


def test_constants_of_the_project():
    source = '#If Z = 3 Then\nSub AutoOpen()\nShell "calc"\nEnd Sub\n#End If'
    assert commands(source, constants={"Z": "3"}) == [("calc", 1.0)]
    assert commands(source, constants={"Z": "4"}) == []


def test_an_error_that_ends_the_macro_is_passed_over():
    """It may be our model that is wrong. What is found so is marked as less certain."""
    source = 'Sub AutoOpen()\nx = 1 / nothingHere\nShell "calc"\nEnd Sub'
    assert commands(source) == [("calc", 0.5)]
    source = 'Sub AutoOpen()\nShell "first"\nx = 1 / nothingHere\nShell "second"\nEnd Sub'
    assert commands(source) == [("first", 1.0), ("second", 0.5)]


def test_a_key_out_of_the_country():
    """xlCountrySetting as the key: with the wrong one the command is noise."""
    secret = [ord(c) ^ 49 for c in "powershell -nop -e QQBB"]
    source = f"""Sub Workbook_Open()
    k = Application.International(2)
    For Each c In Array({", ".join(map(str, secret))})
        t = t & Chr(c Xor k)
    Next
    Shell t, 0
    End Sub"""
    assert ("powershell -nop -e QQBB", 1.0) in commands(source, host="excel")


def test_a_key_out_of_the_date():
    secret = [ord(c) + 29 for c in "cmd /c start x"]
    source = f"""Sub AutoOpen()
    For Each c In Array({", ".join(map(str, secret))})
        t = t & Chr(c - Day(Now))
    Next
    Shell t, 0
    End Sub"""
    assert ("cmd /c start x", 1.0) in commands(source)


def test_what_nothing_calls_is_tried_at_last():
    assert commands('Sub Hidden()\nShell "calc"\nEnd Sub') == [("calc", 0.5)]
    assert commands('Sub AutoOpen()\nShell "a"\nEnd Sub\nSub Hidden()\nShell "b"\nEnd Sub') == [("a", 1.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("cmd /c dir", True), ("日本語.exe", True), ("\x12\x80ÿ\x07k", False), ("", False), ("ÞðÝ®©¾µ", False)],
)
def test_sensible_texts(text, expected):
    assert sensible(text) is expected


def test_each_guard_on_the_way_is_evidence():
    source = """Private Sub Document_Close()
    If Application.RecentFiles.Count < 300 Then Exit Sub
    If Application.International(26) <> 7777 Then
        Exit Sub
    End If
    If Tasks.Exists("Wireshark") Or Tasks.Count < 1000 Then End
    Shell "calc"
    End Sub"""
    found = facts(source)
    assert [f.value for f in found if f.kind == "evade.env"] == [
        "Application.RecentFiles.Count < 300",
        "Application.International(26) <> 7777",
        'Tasks.Exists("Wireshark") Or Tasks.Count < 1000',
    ]
    assert [f.value for f in found if f.kind == "effect.run"] == ["calc"]


def test_names_behind_the_name_of_the_project():
    main = Module("ThisDocument", "Sub AutoOpen()\nPrj.Other.Go Prj.Other.Word\nEnd Sub", "document")
    other = Module("Other", 'Public Const Word = "calc"\nSub Go(what)\nShell what\nEnd Sub')
    emitted: list[Any] = []
    evaluate(VbaProject((main, other), name="Prj", document=Document(host="word")), Budget(Limits(seconds=60)), emitted.append)
    assert [f.value for f in emitted if isinstance(f, Fact) and f.kind == "effect.run"] == ["calc"]


def test_what_nothing_calls_may_call_itself_without_end():
    emitted: list[Any] = []
    source = "Sub Hidden()\nHidden\nEnd Sub"
    evaluate(VbaProject((Module("ThisDocument", source, "document"),), document=Document(host="word")), Budget(Limits()), emitted.append)
    assert not [item for item in emitted if isinstance(item, Problem)]


def test_a_file_that_is_not_here_is_told_by_its_name():
    """It may lie there because something else brought it; the macro ended with an error without it."""
    found = commands('Sub AutoOpen()\nOpen "C:\\pub\\b.txt" For Input As #1\nLine Input #1, x\nShell x\nEnd Sub')
    assert [value for value, _ in found] == ["<Unknown: content of file C:\\pub\\b.txt>"]
