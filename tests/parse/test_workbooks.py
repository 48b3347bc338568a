"""Readers of workbooks, held against files made by writers of our own, by XlsxWriter where it writes, and by hand."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fixturelib import cfb, excel, ooxml
from hypothesis import given
from hypothesis import strategies as st
from mutate import mutate

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.parse import Malformed, biff, dde, spreadsheetml, sylk, workbooks, xlsb, xlsx
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.formula import shifted, to_a1
from emoscan.parse.package import Package
from emoscan.parse.workbook import Reading, Scope, a1

CHAIN = excel.joined([excel.text("ab"), excel.ref("B2"), excel.call("CHAR", excel.integer(65))])
XLS = excel.Workbook(
    [
        excel.Sheet("Data", {"A1": "text", "B2": 5.0, "C3": "日本"}, white=True),
        excel.Sheet(
            "Macro1",
            {
                "A1": excel.Formula(excel.call("EXEC", CHAIN), 33.0),
                "A2": excel.Formula(excel.call("IF", excel.ref("A1") + excel.integer(0) + excel.LESS, excel.call("HALT")), "x"),
                "A3": excel.Formula(excel.call("RETURN")),
            },
            "macro",
            "veryHidden",
        ),
    ],
    [excel.Name(excel.AUTO_OPEN, 1, "A1", hidden=True), excel.Name("Other", 0, "B2")],
)
XLSX = ooxml.excel(
    [
        ooxml.Sheet("Data", {"A1": "text & more", "B2": 5.0}),
        ooxml.Sheet("Macro1", {"A1": '=EXEC("ab"&B2)', "A3": "=RETURN()"}, "veryHidden", macro=True),
    ],
    names={"_xlnm.Auto_Open": "Macro1!$A$1"},
)


def cells(reading: Reading, sheet: int) -> dict[str, object]:
    return {a1(c.row, c.column): "=" + c.formula if c.formula else c.value for c in reading.workbook.sheets[sheet].cells}


def test_xls() -> None:
    reading = biff.read(XLS.stream())
    data, macro = reading.workbook.sheets
    assert (data.name, data.type, data.visibility) == ("Data", "worksheet", "visible")
    assert (macro.name, macro.type, macro.visibility) == ("Macro1", "macro", "very hidden")
    assert cells(reading, 0) == {"A1": "text", "B2": 5.0, "C3": "日本"}
    assert cells(reading, 1) == {"A1": '=EXEC("ab"&$B$2&CHAR(65))', "A2": "=IF($A$1<0,HALT())", "A3": "=RETURN()"}
    assert [c.value for c in macro.cells] == [33.0, "x", 0.0]
    names = reading.workbook.names
    assert [(n.name, n.formula, n.hidden, n.builtin) for n in names] == [
        ("Auto_Open", "Macro1!$A$1", True, True),
        ("Other", "Data!$B$2", False, False),
    ]
    style = reading.workbook.styles[data.cells[0].style]
    assert (style.font, style.size, style.color) == ("Arial", 10.0, 2)
    assert (reading.damage, reading.limits) == ((), ())


def test_xlsx() -> None:
    reading = xlsx.read(Package(XLSX.file(), Budget(Limits())))
    assert [(s.name, s.type, s.visibility) for s in reading.workbook.sheets] == [
        ("Data", "worksheet", "visible"),
        ("Macro1", "macro", "very hidden"),
    ]
    assert cells(reading, 0) == {"A1": "text & more", "B2": 5.0}
    assert cells(reading, 1) == {"A1": '=EXEC("ab"&B2)', "A3": "=RETURN()"}
    assert [(n.name, n.formula) for n in reading.workbook.names] == [("Auto_Open", "Macro1!$A$1")]


def test_sylk() -> None:
    reading = sylk.read(
        'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1;KOut Flank;F\r\nC;X1;Y1;K0;EEXEC("calc;;x")\r\nC;X1;Y2;K0;EHALT()\r\nC;X2;Y3;K"text"\r\nE\r\n'
    )
    sheet = reading.workbook.sheets[0]
    assert sheet.type == "macro"
    assert cells(reading, 0) == {"A1": '=EXEC("calc;x")', "A2": "=HALT()", "B3": "text"}
    assert [(n.name, n.formula.rpartition("!")[2]) for n in reading.workbook.names] == [("Auto_open", "$A$1")]


def test_spreadsheetml() -> None:
    reading = spreadsheetml.read(
        b"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <Worksheet ss:Name="One"><Table><Row><Cell><Data ss:Type="String">a</Data></Cell>
        <Cell ss:Index="3" ss:Formula="=R[1]C[-2]+1"><Data ss:Type="Number">2</Data></Cell></Row></Table></Worksheet></Workbook>"""
    )
    assert cells(reading, 0) == {"A1": "a", "C1": "=A2+1"}


def test_workbook_of_a_compound_file() -> None:
    assert workbooks.of_compound_file(CompoundFile(XLS.file())) is not None
    assert workbooks.of_compound_file(CompoundFile(cfb.compound(cfb.Storage()))) is None
    assert workbooks.peek(XLS.stream()) == workbooks.Peek(macros=True)


def test_who_reads_a_workbook_again_pays_as_much_and_gets_no_more_than_he_asked_for() -> None:
    file = XLSX.file()
    first, second, third = (Package(file, Budget(Limits())) for _ in range(3))
    reading = workbooks.of_package(first)
    assert reading is not None
    assert workbooks.of_package(second) is reading
    assert first.budget.spent == second.budget.spent
    narrow = workbooks.of_package(third, Scope(cells=1))
    assert narrow is not None
    assert narrow.limits == ("cells",)
    with pytest.raises(LimitReached):
        workbooks.of_package(Package(file, Budget(Limits(expanded_bytes=10))))


def test_scope() -> None:
    reading = biff.read(XLS.stream(), None, Scope(cells=4))
    assert [len(sheet.cells) for sheet in reading.workbook.sheets] == [1, 3]
    assert reading.limits == ("cells",)


def test_moving_formulas() -> None:
    assert shifted('A1+$B$2&"A1"', 1, 2) == 'C2+$B$2&"A1"'
    assert to_a1("R[1]C[-1]+R2C3", 5, 5) == "D6+$C$2"


@given(st.integers(0, 1 << 32))
def test_damaged_workbooks(seed: int) -> None:
    with suppress(Malformed):
        biff.read(mutate(XLS.stream(), seed))
    with suppress(Malformed):
        workbooks.of_compound_file(CompoundFile(mutate(XLS.file(), seed)))
    with suppress(Malformed):
        workbooks.of_package(Package(mutate(XLSX.file(), seed), Budget(Limits())))


@given(st.binary(max_size=300))
def test_records_of_anything(body: bytes) -> None:
    for reader in (lambda: biff.read(XLS.stream()[:20] + body), lambda: spreadsheetml.read(body), lambda: list(xlsb.records(body))):
        with suppress(Malformed):
            reader()


@given(st.text(max_size=200))
def test_sylk_of_anything(text: str) -> None:
    sylk.read("ID;P\n" + text)


@pytest.mark.parametrize(
    ("formula", "command"),
    [
        ("cmd|'/c calc'!A0", "cmd /c calc"),
        ("1+cmd|' /C notepad'!'A1'", "cmd /C notepad"),
        ("MSEXCEL|'\\..\\..\\Windows\\System32\\cmd.exe /c calc'!''", "MSEXCEL \\..\\..\\Windows\\System32\\cmd.exe /c calc"),
    ],
)
def test_dde(formula: str, command: str) -> None:
    assert [dde.command_of(program, topic) for program, topic, _ in dde.find(formula)] == [command]


@pytest.mark.parametrize(
    ("text", "formula"), [("=1+1", "1+1"), ("＝cmd|'/c calc'!A0", "cmd|'/c calc'!A0"), ("name", ""), ('"+SUM(A1)', "SUM(A1)")]
)
def test_formula_in_text(text: str, formula: str) -> None:
    assert dde.formula_in(text) == formula
