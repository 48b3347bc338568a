"""Formulas put into tokens, held against readers of others."""

from __future__ import annotations

import io

import pytest

from fixturelib import excel, ooxml, xlsb
from fixturelib.formulas import Assembler

FORMULAS = (
    '"a"&B1&"c"',
    "1+2*3",
    "(1+2)*3",
    "CHAR(65)",
    "IF(A1<0,HALT(),)",
    'EXEC("calc")',
    'CALL("urlmon","URLDownloadToFileA","JJ",0)',
    "GET.WORKSPACE(13)",
    "NOW()",
)


def test_biff8_by_xlrd() -> None:
    """xlrd2 writes absolute references and puts parentheses where they are not needed."""
    xlrd2 = pytest.importorskip("xlrd2")
    assembler = Assembler(["M"])
    cells = {f"A{n}": excel.Formula(assembler.assemble(formula)) for n, formula in enumerate(FORMULAS, 1)}
    book = xlrd2.open_workbook(file_contents=excel.Workbook([excel.Sheet("M", cells, "macro")]).file(), formatting_info=True)
    sheet = book.sheet_by_index(0)
    found = [
        sheet.cell(row, 0).formula.replace("(", "").replace(")", "").replace("$", "").replace(".0", "") for row in range(len(FORMULAS))
    ]
    assert found == [formula.replace("(", "").replace(")", "") for formula in FORMULAS]


def test_biff12_by_pyxlsb() -> None:
    pyxlsb2 = pytest.importorskip("pyxlsb2")
    package = xlsb.workbook(
        [ooxml.Sheet("M", {f"A{n}": f"={formula}" for n, formula in enumerate(FORMULAS, 1)}, macro=True)], {"_xlnm.Auto_Open": "M!$A$1"}
    )
    with pyxlsb2.open_workbook(io.BytesIO(package.file())) as book, book.get_sheet_by_name("M") as sheet:
        found = [cell.formula for row in sheet for cell in row if cell.formula]
    assert len(found) == len(FORMULAS)


@pytest.mark.parametrize("formula", ["", "A1+", "NOBODY(1)", "{1}", '"a'])
def test_what_it_does_not_know(formula: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        Assembler().assemble(formula)
