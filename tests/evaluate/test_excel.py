"""Workbooks with macros of both kinds, which call each other with arguments."""

from __future__ import annotations

from typing import Any

import pytest

from emoscan.analyse import analyse
from emoscan.context import Settings
from emoscan.parse.bundle import Document, Module, VbaProject, dump
from emoscan.parse.workbook import Cell, Name, Sheet, Workbook, from_a1

GO = Name("go", "Mac!$A$1")
OPEN = Name("Auto_Open", "Mac!$A$1")
ADD = {"A1": '=ARGUMENT("a")', "A2": '=ARGUMENT("b")', "A3": "=RETURN(a&b)"}
START = {"A1": '=EXEC("calc")', "A2": "=RETURN()"}


def commands(source: str, cells: dict[str, Any], *names: Name) -> list[str]:
    """Command lines that a workbook starts whose project has one module, and whose sheet Mac has these cells."""
    made = tuple(
        Cell(*from_a1(place), None, value[1:]) if isinstance(value, str) and value.startswith("=") else Cell(*from_a1(place), value)
        for place, value in cells.items()
    )
    book = Workbook((Sheet("Sheet1", "worksheet"), Sheet("Mac", "macro", cells=made)), names)
    home = Module("ThisWorkbook", source, "document") if "Workbook_" in source else Module("Module1", source, "standard")
    project = VbaProject((home,), document=Document(host="excel", workbook=book))
    report = analyse(dump(project), "macro", settings=Settings())
    return list(dict.fromkeys(effect.value for effect in report.effects if effect.kind.endswith("run")))


@pytest.mark.parametrize(
    ("body", "cells", "names"),
    [
        ('x = Application.Run("Mac!R1C1", "ca", "lc")\nShell x', ADD, ()),
        ('Shell Application.Run("Mac!A1", "ca", "lc")', ADD, ()),
        ('Shell Run("go", "ca", "lc")', ADD, (GO,)),
        ('Shell ExecuteExcel4Macro("go(""ca"",""lc"")")', ADD, (GO,)),
        ('ExecuteExcel4Macro "RUN(""Mac!R1C1"")"', START, ()),
        ('Sheets(1).Range("B2") = "calc"\nExecuteExcel4Macro "EXEC(Sheet1!R2C2)"', {}, ()),
        ("ActiveWorkbook.RunAutoMacros xlAutoClose", START, (Name("Auto_Close_x", "Mac!$A$1"),)),
    ],
)
def test_vba_starts_a_macro_sheet(body: str, cells: dict[str, Any], names: tuple[Name, ...]) -> None:
    assert commands(f"Sub Auto_Open()\n{body}\nEnd Sub", cells, *names) == ["calc"]


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        ("Sub Foo(a, b)\nShell a & b\nEnd Sub", '=Foo("ca","lc")'),
        ('Sub Foo()\nShell "calc"\nEnd Sub', '=RUN("Foo")'),
        ("Function Foo(s)\nFoo = StrReverse(s)\nEnd Function", '=EXEC(Module1.Foo("clac"))'),
        ("Function Foo(r)\nFor Each c In r\nFoo = Foo & Chr(c)\nNext\nEnd Function", "=EXEC(Foo(C1:C4))"),
    ],
)
def test_a_macro_sheet_calls_vba(source: str, formula: str) -> None:
    cells = {"A1": formula, "A2": "=HALT()", "C1": 99.0, "C2": 97.0, "C3": 108.0, "C4": 99.0}
    assert commands(source, cells, OPEN) == ["calc"]


WRITE = {"A1": '=FORMULA("ca","Sheet1!R2C2")', "A2": '=SET.VALUE(D1,"lc")', "A3": "=RETURN(1)"}


@pytest.mark.parametrize(
    ("body", "cells", "names"),
    [
        ('Run "Mac!A1"\nShell Sheets("Sheet1").Range("B2") & Sheets("Mac").Range("D1")', WRITE, ()),
        ('ExecuteExcel4Macro "go()"\nShell Sheets("Sheet1").Cells(2, 2) & Sheets("Mac").[D1]', WRITE, (GO,)),
        # What a formula of a macro sheet gave, a name, and a file.
        ('Run "Mac!A1"\nShell Sheets("Mac").Range("A1").Value', {"A1": '="ca"&"lc"', "A2": "=RETURN()"}, ()),
        ('Run "Mac!A1"\nShell [wrd]', {"A1": '=SET.NAME("wrd","calc")', "A2": "=RETURN()"}, ()),
        (
            'Run "Mac!A1"\nOpen "C:\\Users\\Public\\a.txt" For Input As 1\nLine Input #1, s\nShell s',
            {"A1": '=FOPEN("C:\\Users\\Public\\a.txt",3)', "A2": '=FWRITELN(A1,"calc")', "A3": "=FCLOSE(A1)", "A4": "=RETURN()"},
            (),
        ),
        # Each round, the macro finds other cells.
        (
            'For Each s In Split("ca lc")\nSheets("Mac").Range("B1") = s\nRun "Mac!A1"\nNext\nShell Sheets("Mac").Range("C1")',
            {"A1": "=SET.VALUE(C1,C1&B1)", "A2": "=RETURN()"},
            (),
        ),
    ],
)
def test_vba_reads_what_a_macro_sheet_wrote(body: str, cells: dict[str, Any], names: tuple[Name, ...]) -> None:
    assert commands(f"Sub Auto_Open()\n{body}\nEnd Sub", cells, *names) == ["calc"]


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        # What the procedure wrote, the cells below find; what stood there before, the procedure finds.
        ('Sub Foo()\nSheets("Mac").Range("B1") = "lc"\nEnd Sub', {"A1": "=Foo()", "A2": '=EXEC("ca"&B1)', "A3": "=HALT()"}),
        (
            'Sub Foo()\nShell Sheets("Mac").Range("B1") & Sheets("Sheet1").Range("C2")\nEnd Sub',
            {"A1": '=SET.VALUE(B1,"ca")', "A2": '=FORMULA("lc",Sheet1!C2)', "A3": "=Foo()", "A4": "=HALT()"},
        ),
        ('Sub Foo()\nSheets("Mac").Range("A2").Formula = "=EXEC(""calc"")"\nEnd Sub', {"A1": "=Foo()", "A2": "=HALT()", "A3": "=HALT()"}),
        ('Sub Foo()\nNames.Add "word", "=""calc"""\nEnd Sub', {"A1": "=Foo()", "A2": "=EXEC(word)", "A3": "=HALT()"}),
        # Auto_Open of a sheet runs behind Workbook_Open, and before what the user starts.
        ('Sub Workbook_Open()\nSheets("Mac").Range("B1") = "calc"\nEnd Sub', {"A1": "=EXEC(B1)", "A2": "=HALT()"}),
        ('Sub Auto_Close()\nShell Sheets("Mac").Range("B1")\nEnd Sub', {"A1": '=SET.VALUE(B1,"calc")', "A2": "=RETURN()"}),
    ],
)
def test_cells_that_both_write(source: str, cells: dict[str, Any]) -> None:
    assert "calc" in commands(source, cells, OPEN)


def test_calls_without_end() -> None:
    source = 'Function Foo()\nFoo = Application.Run("Mac!A1")\nEnd Function'
    assert commands(source, {"A1": "=Foo()", "A2": "=GOTO(A1)"}, OPEN) == []


@pytest.mark.parametrize(
    "expression",
    [
        'Evaluate("LET(x,""ca"",x&""lc"")")',
        'Evaluate("REDUCE("""",{99,97},LAMBDA(a,b,a&CHAR(b)))") & "lc"',
        'Join(Evaluate("FILTER({""ca"",""no"",""lc""},{1,0,1})"), "")',
        'Join(Application.TextSplit("ca|lc", "|"), "")',
        '"ca" & LCase(Chr(CLng("&H" & WorksheetFunction.Base(76, 16)))) & "c"',
        '"cal" & Chr(WorksheetFunction.NetworkDays(44197, 44333) + 2)',
        'Sheets("Mac").Range("B1").Value',
    ],
)
def test_functions_that_only_excel_4_knows(expression: str) -> None:
    cells = {"B1": '=LET(x,B2&B3,SUBSTITUTE(x,XLOOKUP(1,C1:C2,D1:D2),""))', "B2": "c#a", "B3": "l#c", "C2": 1.0, "D2": "#"}
    assert commands(f"Sub Auto_Open()\nShell {expression}\nEnd Sub", cells) == ["calc"]


@pytest.mark.parametrize("formula", ["EXEC(1)&LET(x,1,x)", "LET(x,1,NOSUCH(x))", "LET(x", "{1,2}("])
def test_formulas_that_nobody_knows(formula: str) -> None:
    (found,) = commands(f'Sub Auto_Open()\nShell Evaluate("{formula}")\nEnd Sub', {})
    assert found.startswith("<Unknown")
