"""The writer of .xls, held against xlrd2, oletools and, where there is one, LibreOffice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlrd2

from fixturelib import excel as x
from fixturelib.excel import AUTO_OPEN, Formula, Name, Sheet, Workbook
from fixturelib.ovba import EXCEL_SHEET, EXCEL_WORKBOOK, Module, Project
from fixturelib.readers import SOFFICE, soffice, vba_modules

VBA = Project(
    [
        Module("ThisWorkbook", 'Private Sub Workbook_Open()\n    Shell "cmd /c echo inert"\nEnd Sub\n', "document", EXCEL_WORKBOOK),
        Module("Sheet1", type="document", base=EXCEL_SHEET),
    ]
)
MACRO = Sheet(
    "Macro1",
    {
        "A1": Formula(x.call("EXEC", x.joined([x.text("cmd /c "), x.text("echo "), x.ref("B1")]))),
        "A2": Formula(x.call("HALT")),
        "B1": "inert",
    },
    kind="macro",
    state="veryHidden",
    white=True,
)
DATA = Sheet(
    "シート1",
    {"A1": "hello", "B2": 5.5, "C3": "日本語", "C4": "hello", "AA300": "zあ" * 9000, "D1": Formula(x.call("CHAR", x.integer(65)), "A")},
)
BOOK = Workbook([DATA, MACRO], [Name(AUTO_OPEN, 1, "A1"), Name("Auto_Open123", 1, "A2", hidden=True)], VBA)


def book() -> xlrd2.book.Book:
    return xlrd2.open_workbook(file_contents=BOOK.file(), formatting_info=True, logfile=io.StringIO())


def test_cells() -> None:
    sheet = book().sheet_by_index(0)
    assert [sheet.cell_value(*place) for place in ((0, 0), (1, 1), (2, 2), (3, 2), (0, 3))] == ["hello", 5.5, "日本語", "hello", "A"]
    assert sheet.cell_value(299, 26) == "zあ" * 9000


def test_sheets_and_names() -> None:
    found = book()
    assert [(sheet.name, sheet.visibility) for sheet in found.sheets()] == [("シート1", 0), ("Macro1", 2)]
    assert [(n.name, n.hidden, n.builtin, n.result.text) for n in found.name_obj_list] == [
        ("Auto_Open", 0, 1, "'Macro1'!$A$1"),
        ("Auto_Open123", 1, 0, "'Macro1'!$A$2"),
    ]


def test_formulas_of_the_macro_sheet() -> None:
    sheet = book().sheet_by_index(1)
    assert [sheet.cell(row, 0).formula for row in (0, 1)] == ['EXEC(("cmd /c "&"echo ")&$B$1)', "HALT()"]


def test_white_cells() -> None:
    found = book()
    fonts = [found.font_list[found.xf_list[found.sheet_by_index(n).cell_xf_index(0, 0)].font_index].colour_index for n in (0, 1)]
    assert fonts == [0x7FFF, 9]


def test_macros() -> None:
    assert list(vba_modules(BOOK.file(), "a.xls")) == ["ThisWorkbook.cls", "Sheet1.cls"]


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    text = soffice({"a.xls": BOOK.file()}, "fods", tmp_path)["a"]
    assert 'table:formula="of:=CHAR(65)"' in text
    assert "日本語" in text
    assert 'table:cell-range-address="$Macro1.$A$1"' in text
