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
    project = VbaProject((Module("Module1", source, "standard"),), document=Document(host="excel", workbook=book))
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


def test_calls_without_end() -> None:
    source = 'Function Foo()\nFoo = Application.Run("Mac!A1")\nEnd Function'
    assert commands(source, {"A1": "=Foo()", "A2": "=GOTO(A1)"}, OPEN) == []
