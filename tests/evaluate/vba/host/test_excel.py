"""Excel: workbooks, sheets, cells, names, Excel 4 macros started by VBA."""

import pytest
from evaluate.vba.host.hosted import EXCEL, body, error, hosted, is_unknown, value

from emoscan.evaluate.core.values import Date, ErrorValue
from emoscan.parse.bundle import Control, Document, Module, Shape, load_xlm
from emoscan.parse.workbook import Cell, Name, Sheet, Style, Workbook

BOOK = Workbook(
    sheets=(
        Sheet(
            "Sheet1",
            code_name="Sheet1",
            cells=(
                Cell(1, 1, "hello"),
                Cell(1, 2, 5.0),
                Cell(2, 1, "world", style=1),
                Cell(2, 3, 44562.0, style=2),
                Cell(3, 1, None, 'CONCATENATE(A1,"-",A2)'),
                Cell(3, 2, "#N/A"),
                Cell(4, 2, True),
                Cell(5, 1, 7.25, style=3),
            ),
            notes={"A1": "note text"},
        ),
        Sheet("Data", code_name="Sheet2", visibility="very hidden", cells=(Cell(10, 5, "x" * 50), Cell(11, 5, "tail"))),
        Sheet("Mac", type="macro", cells=(Cell(1, 1, None, 'EXEC("calc.exe")'), Cell(2, 1, None, "HALT()"))),
    ),
    names=(Name("place", "Data!$E$10"), Name("text", '"constant"', hidden=True)),
    styles=(
        Style(),
        Style(bold=True, color_rgb=0xFF0000, fill_rgb=0x00FF00, number_format="@"),
        Style(number_format="yyyy/mm/dd"),
        Style(number_format="0.0"),
    ),
)
DOCUMENT = Document(
    host="excel",
    code_name="ThisWorkbook",
    workbook=BOOK,
    properties={"Title": "the title", "Comments": "commented"},
    controls=(Control("TextBox1", "TextBox", {"Text": "ctl", "Value": "ctl"}, module="Sheet1"),),
    shapes=(Shape("Box", "in the box", "alt", place="Data"),),
)
MODULES = (
    Module("ThisWorkbook", "Function Own()\nOwn = Sheets.Count & Name\nEnd Function", "document"),
    Module("Sheet1", 'Function Own()\nOwn = Range("A1") & TextBox1 & Me.TextBox1.Text & Cells(1, 2)\nEnd Function', "document"),
    Module("Sheet2", "", "document"),
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('Range("A1")', "hello"),
        ('Range("A1").Value & Range("B1").Value2', "hello5"),
        ('Cells(1, 1) & Cells(1, "B") & Cells(2)', "hello55"),
        ('Sheets("Data").Range("E10")', "x" * 50),
        ('Sheets("data").Cells(11, 5).Value', "tail"),
        ("Worksheets(2).Name & Sheets.Count & Worksheets.Count", "Data32"),
        ("Sheet2.Name & Sheet2.Index", "Data2"),
        ("Sheet1.Own()", "helloctlctl5"),
        ("ThisWorkbook.Own()", "3Invoice 20.doc"),
        ("Sheet2.Visible", 2),
        ("Sheet2.CodeName", "Sheet2"),
        ('Range("place").Value', "x" * 50),
        ('Range("Data!E11").Value', "tail"),
        ("[A1]", "hello"),
        ("[A1] & [B1*2]", "hello10"),
        ('Evaluate("LEN(A1)*2")', 10.0),
        ('Range("A1:B2").Value', ["hello", "world", 5.0, None]),
        ('Range("A1:B2")(2, 1)', "world"),
        ('Range("A1:B2").Value(2, 1)', "world"),
        ('UBound(Range("A1:C2").Value, 2)', 3),
        ('Range("A1", "A2").Count', 2),
        ("Range(Cells(1, 1), Cells(3, 2)).Address", "$A$1:$B$3"),
        ('Range("A1").Offset(1, 0)', "world"),
        ('Range("A1").Offset(0, 1).Resize(2, 2).Address', "$B$1:$C$2"),
        ("Cells(Rows.Count, 1).End(xlUp).Row", 5),
        ('Range("A1").End(xlDown).Address(False, False)', "A3"),
        ("ActiveSheet.UsedRange.Address", "$A$1:$C$5"),
        ("ActiveSheet.UsedRange.Rows.Count & ActiveSheet.UsedRange.Columns.Count", "53"),
        ('Range("A1").CurrentRegion.Address', "$A$1:$C$5"),
        ('Columns(2).Address & Rows(3).Address & Columns("B:C").Address', "$B:$B$3:$3$B:$C"),
        ("Rows(1).Cells(1, 2).Value", 5.0),
        ('Range("A2").EntireRow.Address', "$2:$2"),
        ('Range("A1,C5").Areas.Count', 2),
        ('Union(Range("A1"), Range("B5")).Address', "$A$1,$B$5"),
        ('Intersect(Range("A1:B3"), Range("B2:C9")).Address', "$B$2:$B$3"),
        ('Intersect(Range("A1"), Range("C9")) Is Nothing', True),
        ('Range("A1").Find("world").Address', "$A$2"),
        ('Cells.Find(What:="tail") Is Nothing', True),
        ('Range("A:A").Find("o", LookAt:=xlPart, After:=Range("A1")).Row', 2),
        ('Range("A2").Font.Bold', True),
        ('Range("A2").Font.Color', 255),
        ('Range("A2").Interior.Color', 0x00FF00),
        ('Range("A1").Interior.ColorIndex', -4142),
        ('Range("A2").NumberFormat', "@"),
        ('Range("C2").Value', Date(44562.0)),
        ('Range("C2").Value2', 44562.0),
        ('Range("B3").Value', ErrorValue(2042)),
        ('IsError(Range("B3").Value)', True),
        ('Range("A3").Formula & Range("A1").Formula', '=CONCATENATE(A1,"-",A2)hello'),
        ('Range("A3").Value', "hello-world"),
        ('Range("A3").HasFormula', True),
        ('Range("B4") + 1', 0),
        ('Range("A5").Text', "7.3"),
        ('Range("A1").Comment.Text & Range("A1").NoteText(Start:=1, Length:=4)', "note textnote"),
        ("ActiveSheet.Comments(1).Text", "note text"),
        ('Range("Z99").Comment Is Nothing', True),
        ('Sheets("Data").Shapes("Box").TextFrame.Characters.Text', "in the box"),
        ('Sheets("Data").Shapes(1).TextFrame2.TextRange.Text', "in the box"),
        ('Sheets("Data").Shapes(1).AlternativeText', "alt"),
        ('ActiveSheet.OLEObjects("TextBox1").Object.Value', "ctl"),
        ("ActiveSheet.OLEObjects(1).Object.Text", "ctl"),
        ('ActiveSheet.Shapes("TextBox1").OLEFormat.Object.Value', "ctl"),
        ('Names("place").RefersTo', "=Data!$E$10"),
        ("ThisWorkbook.Names(2).Name & ThisWorkbook.Names(2).Visible", "textFalse"),
        ('ThisWorkbook.Names("place").RefersToRange.Row', 10),
        ("[text]", "constant"),
        ("ActiveWorkbook.Name & ThisWorkbook.FullName", r"Invoice 20.docC:\Users\tanaka\Downloads\Invoice 20.doc"),
        ('ThisWorkbook.Title & ActiveWorkbook.BuiltinDocumentProperties("Comments")', "the titlecommented"),
        ("Application.International(xlCountrySetting)", 81),
        ("Application.Name & Application.Version", "Microsoft Excel16.0"),
        ("Application.WorksheetFunction.Sum(1, 2, 3)", 6.0),
        ('WorksheetFunction.Substitute("abcb", "b", "x")', "axcx"),
        ('Application.Max(Range("A1:B2"))', 5.0),
        ("WorksheetFunction.Index(Array(5, 6, 7), 2)", 6.0),
        ('WorksheetFunction.CountA(Range("A1:C5"))', 8.0),
        ('Join(Application.Transpose(Range("A1:A2").Value), "+")', "hello+world"),
        ("ActiveCell.Address & Selection.Address", "$A$1$A$1"),
        ("TypeName(ActiveSheet)", "Worksheet"),
        ("ActiveWorkbook Is ThisWorkbook", True),
        ('Workbooks(1).Sheets("Data").Range("E11").Value', "tail"),
        ("Workbooks.Count & Windows.Count", "11"),
        ('Range("A1").Worksheet.Name', "Sheet1"),
        ('Range("C1").Row & Range("C1").Column', "13"),
        ('Range("A1:A5").SpecialCells(xlCellTypeConstants).Count', 3),
        ("Cells.SpecialCells(xlCellTypeLastCell).Address", "$C$5"),
        ("xlUp & xlSheetVeryHidden & XlDirection.xlDown", "-41622-4121"),
    ],
)
def test_what_a_workbook_holds(expression, expected):
    assert value(expression, DOCUMENT, MODULES) == expected


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ('Sheets("nope").Name', 9),
        ("Worksheets(9)", 9),
        ('Range("no such name")', 1004),
        ("Cells(0, 1)", 1004),
        ('Range("A1").Offset(-1, 0)', 1004),
        ('Workbooks("other.xls")', 9),
        ('Names("nope")', 1004),
        ('WorksheetFunction.Find("z", "abc")', 1004),
        ('Range("Z1:Z9").SpecialCells(xlCellTypeConstants)', 1004),
    ],
)
def test_errors(expression, number):
    assert error(expression, DOCUMENT, MODULES) == number


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('Range("D1") = "x": Main = Range("D1") & Cells(1, 4)', "xx"),
        ('Cells(3, 4) = 7: Main = Range("D3").Value + 1', 8.0),
        ('[D4] = "b": Main = [D4]', "b"),
        ('Sheets("Data").Range("A1").Value = "q": Main = Sheet2.Range("A1")', "q"),
        ('Range("D1:E2").Value = "y": Main = Range("E2") & Range("D1:E2").Count', "y4"),
        ('Range("D1:E2") = Range("A1:B2").Value: Main = Range("D2") & Range("E1")', "world5"),
        ('Range("D1:F1") = Array(1, 2, 3): Main = Range("F1") + Range("D1")', 4.0),
        ('Range("D1") = "123": Main = TypeName(Range("D1").Value)', "Double"),
        ('Range("A2") = "0041": Main = Range("A2").Value', "0041"),
        ('Range("D1") = "\'=1+1": Main = Range("D1").Value', "=1+1"),
        ('Range("D1") = "=A1&""-""&B1": Main = Range("D1").Value & Range("D1").Formula', 'hello-5=A1&"-"&B1'),
        ('Range("D1").FormulaR1C1 = "=RC[-3]&R2C1": Main = Range("D1")', "helloworld"),
        ('Range("A1") = "bye": Main = Range("A3")', "bye-world"),
        ('Range("D1").Formula = "=CHAR(72)&CHAR(CODE(""h"")+1)": Main = Range("D1").Value', "Hi"),
        ('Range("A1:A2").Copy Range("D1"): Main = Range("D2")', "world"),
        ('Range("A1:A2").Copy: Range("D1").PasteSpecial Transpose:=True: Main = Range("E1")', "world"),
        ('Range("A1").ClearContents: Main = IsEmpty(Range("A1").Value)', True),
        ('Rows(1).Delete: Main = Range("A1")', "world"),
        ('Columns(1).Insert: Main = Range("B1")', "hello"),
        ('Range("A1:B2").Replace "o", "0": Main = Range("A1") & Range("A2")', "hell0w0rld"),
        ('For Each c In Range("A1:B2"): Main = Main & c.Address(0, 0) & " ": Next', "A1 B1 A2 B2 "),
        ('For Each r In Range("A1:B2").Rows: Main = Main & r.Address & " ": Next', "$A$1:$B$1 $A$2:$B$2 "),
        ("For Each s In Worksheets: Main = Main & s.Name: Next", "Sheet1Data"),
        ("For Each n In ThisWorkbook.Names: Main = Main & n.Name & n.RefersTo: Next", 'place=Data!$E$10text="constant"'),
        ('Sheets("Data").Activate: Main = ActiveSheet.Name & Range("E11")', "Datatail"),
        ('Sheets("Data").Select: Range("E11").Select: Main = ActiveCell & Selection.Row', "tail11"),
        ('Set s = Sheets.Add(After:=Sheets(1)): s.Name = "New": Main = Sheets(2).Name & ActiveSheet.Name', "NewNew"),
        ('Sheets(1).Name = "Other": Main = Sheets("Other").Range("A1")', "hello"),
        ('Sheets("Data").Delete: Main = Sheets.Count', 2),
        ('Sheets("Data").Visible = True: Main = Sheets("Data").Visible', -1),
        ('ThisWorkbook.Names.Add Name:="made", RefersTo:="=Sheet1!$A$2": Main = [made]', "world"),
        ('Range("A1").Name = "first": Main = Range("first") & Range("A1").Name.Name', "hellofirst"),
        ('Range("D1").AddComment "noted": Main = Range("D1").Comment.Text', "noted"),
        ('Range("A1").Interior.Color = vbRed: Main = Range("A1").Interior.Color', 255),
        ('Range("A1:B9").Font.Color = 5: Main = Range("B3").Font.Color & Range("C3").Font.Color', "50"),
        ('Range("A1").NumberFormat = "0": Main = Range("A1").NumberFormat', "0"),
        ('With Range("A1"): .Offset(1, 1).Value = "w": Main = .Offset(1, 1): End With', "w"),
        ('Range("A20:C20") = Array("a", "b", "c"): Main = Join(Application.Index(Range("A20:C20").Value, 1, 0), "")', "abc"),
        ('Application.Goto Sheets("Data").Range("E11"): Main = ActiveCell.Value', "tail"),
        (
            'Set b = Workbooks.Add: b.Sheets(1).Range("A1") = 3: Main = b.Sheets(1).Range("A1") & Workbooks.Count & ThisWorkbook.Name',
            "32Invoice 20.doc",
        ),
    ],
)
def test_writing_and_moving(lines, expected):
    assert body(lines, DOCUMENT, MODULES) == expected


def test_cells_that_were_not_read_are_unknown_and_written_ones_are_not():
    for document in (EXCEL, Document(host="excel", workbook=Workbook(sheets=(Sheet("A"),)), unread=("workbook",))):
        assert is_unknown(value('Range("A1").Value', document))
        assert is_unknown(value('Sheets("Hidden").Range("A1").Value', document))
        assert is_unknown(value("ActiveSheet.UsedRange.Address", document))
        assert is_unknown(value("Cells(Rows.Count, 1).End(xlUp).Row", document))
        assert body('Range("A1") = "w"\nMain = Range("A1").Value', document) == "w"


def test_sheet_modules_of_a_workbook_that_was_not_read():
    modules = (Module("ThisWorkbook", "", "document"), Module("Tabelle1", "", "document"), Module("Tabelle2", "", "document"))
    assert value("Sheets.Count & Tabelle2.Name", EXCEL, modules) == "2Tabelle2"
    assert is_unknown(value('Tabelle1.Range("A1").Value', EXCEL, modules))


def test_an_excel4_macro_started_by_vba():
    source = """
    Sub Main()
        Sheets.Add Type:=xlExcel4MacroSheet
        ActiveSheet.Name = "Sheet5"
        Sheets("Sheet5").Range("H9") = "=REGISTER(I9,I10,I11,I12,,1,9)"
        Sheets("Sheet5").Range("I9") = "urlmon"
        Sheets("Sheet5").Range("H10") = "=Byukilos(0,H24,G10,0,0)"
        Sheets("Sheet5").Range("H35") = "=HALT()"
        Application.Run Sheets("Sheet5").Range("H9")
    End Sub
    """
    result = hosted(source, DOCUMENT, MODULES)
    listing, bundle = [item for item in result.emitted if getattr(item, "kind", "").startswith("script.xlm")]
    assert listing.kind == "script.xlm"
    assert listing.data.decode().split("\r\n") == [
        "Sheet5!H9 =REGISTER(I9,I10,I11,I12,,1,9)",
        "Sheet5!H10 =Byukilos(0,H24,G10,0,0)",
        "Sheet5!H35 =HALT()",
    ]
    book = load_xlm(bundle.data).workbook
    sheet = next(s for s in book.sheets if s.name == "Sheet5")
    assert sheet.type == "macro"
    assert [(c.row, c.column, c.value, c.formula) for c in sheet.cells][:2] == [
        (9, 8, None, "REGISTER(I9,I10,I11,I12,,1,9)"),
        (9, 9, "urlmon", ""),
    ]
    assert (book.names[0].name, book.names[0].formula) == ("Auto_Open", "'Sheet5'!$H$9")


@pytest.mark.parametrize("place", ["Mac!R1C1", "Mac!A1", "'Mac'!$A$1"])
def test_running_a_stored_macro_sheet_by_name(place):
    result = hosted(f'Sub Main()\nApplication.Run "{place}"\nEnd Sub', DOCUMENT, MODULES)
    assert [item.kind for item in result.emitted if getattr(item, "kind", "").startswith("script.")] == [
        "script.xlm",
        "script.xlm-workbook",
    ]


def test_execute_excel4_macro():
    result = hosted(
        'Function Main()\nMain = ExecuteExcel4Macro("CALL(""Shell32"",""ShellExecuteA"",""JJCCCCJ"",0,""open"",""calc"","""",0,5)")\nEnd Function',
        DOCUMENT,
    )
    assert result.value == 0.0
    assert result.effects("eval")[0].startswith('CALL("Shell32"')
    assert [item.data[:6] for item in result.emitted if getattr(item, "kind", "") == "script.xlm"] == [b"=CALL("]
    assert value('Application.ExecuteExcel4Macro("LEN(""abc"")")', DOCUMENT) == 3.0


@pytest.mark.parametrize(
    ("statement", "kind", "expected"),
    [
        ('Workbooks.Open "https://a.example.test/b.xlsm"', "download", "https://a.example.test/b.xlsm"),
        (
            'ActiveSheet.QueryTables.Add Connection:="URL;https://a.example.test/q", Destination:=Range("A1")',
            "download",
            "https://a.example.test/q",
        ),
        ('Range("A1").Formula = "=cmd|\'/c calc\'!A0"', "run", "cmd /c calc"),
        ('Application.RegisterXLL "C:\\x\\a.xll"', "load", r"C:\x\a.xll"),
        ('ThisWorkbook.FollowHyperlink "https://a.example.test/"', "open", "https://a.example.test/"),
        (
            'ThisWorkbook.SaveCopyAs Application.StartupPath & "\\a.xls"',
            "write",
            r"C:\Users\tanaka\AppData\Roaming\Microsoft\Excel\XLSTART\a.xls",
        ),
        (
            'Range("Z1").Formula = "=WEBSERVICE(""https://a.example.test/w"")": x = Range("Z1").Value',
            "download",
            "https://a.example.test/w",
        ),
    ],
)
def test_effects_of_the_object_model(statement, kind, expected):
    assert hosted(f"Sub Main()\n{statement}\nEnd Sub", DOCUMENT).effects(kind) == [expected]


def test_a_sheet_saved_as_text():
    result = hosted(
        'Sub Main()\nSheets("Data").Range("A1") = "a,b"\nSheets("Data").Activate\nActiveWorkbook.SaveAs "C:\\x\\o.csv", xlCSV\nEnd Sub',
        DOCUMENT,
        MODULES,
    )
    data = next(data for _, data in result.children)
    assert data.split(b"\r\n")[0] == b'"a,b",,,,'
    assert data.split(b"\r\n")[10] == b",,,,tail"


def test_macros_started_later_and_waiting():
    result = hosted(
        'Sub Main()\nApplication.OnTime EarliestTime:=Now, Procedure:="Later"\nEnd Sub\nSub Later()\nShell "calc"\nEnd Sub', DOCUMENT
    )
    assert result.effects("run") == ["calc"]
    assert body('t = Now\nApplication.Wait Now + TimeValue("0:00:10")\nMain = DateDiff("s", t, Now)', DOCUMENT) == 10


def test_reading_a_whole_column_takes_what_is_there():
    assert value('UBound(Sheets("Data").Range("E:E").Value, 1)', DOCUMENT) == 1048576
    assert body('For Each v In Sheets("Data").Range("E1:E20").Value\nMain = Main & Left(v, 2)\nNext', DOCUMENT) == "xxta"


def test_hidden_data_of_cells():
    facts = hosted('Sub Main()\nx = Sheets("Data").Range("E10").Value\nShell "cmd /c " & Range("A1")\nEnd Sub', DOCUMENT).facts
    assert ("vba.hidden_data", "cell Data!E10") in facts
    assert ("vba.hidden_data", "cell Sheet1!A1") in facts
