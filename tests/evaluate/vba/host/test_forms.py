"""Forms and controls: what a macro reads of them, what it changes, which of their events run."""

import pytest
from evaluate.vba.host.hosted import body, error, hosted, is_unknown, value

from emoscan.parse.bundle import Control, Document, Form, Module

PAGES = (
    Control(
        "Page1",
        "Page",
        {"Caption": "first", "ControlTipText": "tip of a page", "Tag": "tag of a page"},
        (Control("Deep", "Label", {"Caption": "deep"}),),
    ),
    Control("Pineal", "Page", {"Caption": "second", "ControlTipText": "tip two"}),
)
FORM = Form(
    "UserForm1",
    {"Caption": "a caption", "Tag": "a tag", "Zoom": 100},
    (
        Control("TextBox1", "TextBox", {"Value": "in the box", "Text": "in the box", "Tag": "box tag", "ControlTipText": "box tip"}),
        Control("Label1", "Label", {"Caption": "of a label"}),
        Control("ComboBox1", "ComboBox", {"Value": "chosen", "Text": "chosen", "ControlSource": "Sheet!A1"}),
        Control("ListBox1", "ListBox", {"Value": "listed"}),
        Control("CheckBox1", "CheckBox", {"Value": True, "GroupName": "grp", "Caption": "yes"}),
        Control("Frame1", "Frame", {"Caption": "frame"}, (Control("Inner", "TextBox", {"Value": "inside", "Text": "inside"}),)),
        Control("MultiPage1", "MultiPage", {"Value": 1}, PAGES),
        Control(
            "TabStrip1",
            "TabStrip",
            {"Value": 0},
            (Control("Tab1", "Tab", {"Caption": "tab one", "Tag": "t"}), Control("Tab2", "Tab", {"Caption": "two"})),
        ),
        Control("CommandButton1", "CommandButton", {"Caption": "OK", "Default": True}),
        Control("Lost", "TextBox"),
        Control("Scroll", "ScrollBar", {"Value": 7, "Max": 90}),
        Control("Foreign", "{00000000-0000-0000-0000-000000000001}", {"strings": "one\ntwo"}),
    ),
)
DOCUMENT = Document(host="word", forms=(FORM,))
EMPTY = (Module("UserForm1", "", "form"),)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("UserForm1.TextBox1", "in the box"),
        ("UserForm1.TextBox1.Text", "in the box"),
        ("UserForm1.TextBox1.Value", "in the box"),
        ("UserForm1.TextBox1.Tag", "box tag"),
        ("UserForm1.TextBox1.ControlTipText", "box tip"),
        ("UserForm1.TextBox1.Name", "TextBox1"),
        ("UserForm1.TextBox1.TextLength", 10),
        ("UserForm1.TextBox1.PasswordChar", ""),
        ("UserForm1.Label1", "of a label"),
        ("UserForm1.Label1.Caption", "of a label"),
        ("UserForm1.ComboBox1", "chosen"),
        ("UserForm1.ListBox1.Value", "listed"),
        ("UserForm1.CheckBox1", True),
        ("UserForm1.CheckBox1.GroupName", "grp"),
        ("UserForm1.Frame1.Caption", "frame"),
        ("UserForm1.Frame1.Controls(0).Text", "inside"),
        ("UserForm1.Inner.Text", "inside"),
        ("UserForm1.MultiPage1", 1),
        ("UserForm1.MultiPage1.Pages(0).Caption", "first"),
        ("UserForm1.MultiPage1.Pages(1).ControlTipText", "tip two"),
        ('UserForm1.MultiPage1.Pages("Page1").Tag', "tag of a page"),
        ("UserForm1.MultiPage1.Pineal.ControlTipText", "tip two"),
        ("UserForm1.MultiPage1.SelectedItem.Caption", "second"),
        ("UserForm1.MultiPage1.Pages.Count", 2),
        ("UserForm1.TabStrip1.Tabs(0).Caption", "tab one"),
        ("UserForm1.TabStrip1.Tabs(0).Tag", "t"),
        ("UserForm1.TabStrip1.SelectedItem.Caption", "tab one"),
        ('UserForm1.Controls("Deep").Caption', "deep"),
        ("UserForm1.Controls(0).Name", "TextBox1"),
        ("UserForm1.Caption", "a caption"),
        ("UserForm1.Tag", "a tag"),
        ("UserForm1.Zoom - 1", 99),
        ("UserForm1.CommandButton1", False),
        ("UserForm1.CommandButton1.Caption", "OK"),
        ("UserForm1.Scroll.Max + UserForm1.Scroll", 97),
        ("TypeName(UserForm1.TextBox1)", "TextBox"),
        ("UserForm1.Name", "UserForm1"),
    ],
)
def test_what_a_form_holds(expression, expected):
    assert value(expression, DOCUMENT, EMPTY) == expected


@pytest.mark.parametrize("expression", ["UserForm1.Lost", "UserForm1.Lost.Text", "UserForm1.Foreign.Text", "UserForm1.Lost.Tag"])
def test_what_could_not_be_read_is_unknown(expression):
    assert is_unknown(value(expression, DOCUMENT, EMPTY))


def test_a_form_nobody_read_is_unknown_altogether():
    modules = (Module("UserForm1", "Function Own()\nOwn = TextBox1.Text & Me.Label2.Caption\nEnd Function", "form"),)
    assert is_unknown(value("UserForm1.TextBox1.Text", Document(host="word"), modules))
    assert is_unknown(value("UserForm1.Own()", Document(host="word"), modules))


@pytest.mark.parametrize(
    ("expression", "number"),
    [("UserForm1.NoSuch", 438), ("UserForm1.Controls(99)", -2147024809), ('UserForm1.MultiPage1.Pages("x")', -2147024809)],
)
def test_errors(expression, number):
    assert error(expression, DOCUMENT, EMPTY) == number


def test_a_control_is_a_member_of_its_own_form():
    source = 'Function Own()\nTextBox1 = TextBox1 & "!"\nOwn = TextBox1.Text & Caption & Me.Inner\nEnd Function'
    assert value("UserForm1.Own()", DOCUMENT, (Module("UserForm1", source, "form"),)) == "in the box!a captioninside"


def test_what_is_assigned_is_kept():
    lines = """
    With UserForm1.TextBox1
        .Text = "new": .Tag = "other": .Left = 5
        Main = .Value & .Tag & .Left
    End With
    """
    assert body(lines, DOCUMENT, EMPTY) == "newother5"


def test_lists():
    lines = """
    With UserForm1.ComboBox1
        .AddItem "a": .AddItem "b": .AddItem "c", 0
        .List(1, 2) = "z"
        .RemoveItem 2
        .ListIndex = 1
        Main = .ListCount & .List(0) & .List(1, 2) & .Text & .Column(2, 1)
        .Clear
        Main = Main & .ListCount
    End With
    """
    assert body(lines, DOCUMENT, EMPTY) == "2czaz0"
    assert error("UserForm1.ComboBox1.List(3)", DOCUMENT, EMPTY) == 381
    assert body('UserForm1.ListBox1.List = Array("x", "y")\nMain = UserForm1.ListBox1.List(1)', DOCUMENT, EMPTY) == "y"


EVENTS = """
Public Trace
Private Sub UserForm_Initialize()
    Trace = Trace & "I"
End Sub
Private Sub UserForm_Activate()
    Trace = Trace & "A"
End Sub
Private Sub CommandButton1_Click()
    Trace = Trace & "C"
    Me.Hide
End Sub
Private Sub UserForm_QueryClose(Cancel As Integer, CloseMode As Integer)
    Trace = Trace & "Q"
End Sub
Private Sub UserForm_Terminate()
    Trace = Trace & "T"
End Sub
"""


def test_showing_a_form_runs_its_events_and_its_default_button():
    modules = (Module("UserForm1", EVENTS, "form"),)
    assert body("UserForm1.Show\nUserForm1.Show\nUnload UserForm1\nMain = UserForm1.Trace", DOCUMENT, modules) == "IACACQT"


def test_using_a_form_loads_it():
    modules = (Module("UserForm1", 'Private Sub UserForm_Initialize()\nTextBox1 = "set at start"\nEnd Sub', "form"),)
    assert value("UserForm1.TextBox1.Text", DOCUMENT, modules) == "set at start"
    assert body("Load UserForm1\nMain = VBA.UserForms.Count & UserForms(0).Caption", DOCUMENT, modules) == "1a caption"


def test_a_form_without_buttons_is_closed():
    document = Document(host="word", forms=(Form("UserForm1", {}, ()),))
    modules = (Module("UserForm1", EVENTS.replace("CommandButton1_Click", "Nobody"), "form"),)
    assert body("UserForm1.Show\nMain = UserForm1.Trace", document, modules) == "IAQT"
    assert body("UserForm1.Show vbModeless\nMain = UserForm1.Trace", document, modules) == "IA"


def test_a_click_that_shows_the_form_again_ends():
    modules = (Module("UserForm1", "Private Sub CommandButton1_Click()\nMe.Show\nEnd Sub", "form"),)
    assert hosted("Sub Main()\nUserForm1.Show\nEnd Sub", DOCUMENT, modules).error is None


PAGE = Document(
    host="word",
    controls=(Control("Bedrock", "TextBox", {"Value": "on the page", "Text": "on the page"}, module="ThisDocument"),),
)
OWN = Module(
    "ThisDocument",
    'Attribute VB_Control = "Bedrock, 0, 1, MSForms, TextBox"\nAttribute VB_Control = "Gone, 1, 2, MSForms, TextBox"\n'
    "Function Own()\nOwn = Bedrock & Me.Bedrock.Text\nEnd Function\nFunction Missing()\nMissing = Gone.Text\nEnd Function",
    "document",
)


@pytest.mark.parametrize(
    "expression",
    [
        "ThisDocument.Bedrock",
        "ThisDocument.Bedrock.Text",
        "ActiveDocument.Bedrock",
        "ActiveDocument.InlineShapes(1).OLEFormat.Object.Value",
    ],
)
def test_controls_on_a_page(expression):
    assert value(expression, PAGE, (OWN,)) == "on the page"


def test_controls_on_a_page_in_its_own_code():
    assert value("ThisDocument.Own()", PAGE, (OWN,)) == "on the pageon the page"
    assert is_unknown(value("ThisDocument.Missing()", PAGE, (OWN,)))


def test_a_long_value_is_hidden_data_and_a_short_one_when_a_sink_is_given_it():
    controls = (
        Control("T", "TextBox", {"Text": "x" * 40, "Value": "x" * 40}),
        Control("U", "TextBox", {"Text": "calc.exe", "Value": "calc.exe"}),
    )
    document = Document(host="word", forms=(Form("F", {}, controls),))
    modules = (Module("F", "", "form"),)
    facts = hosted("Sub Main()\na = F.T\nb = F.U\nEnd Sub", document, modules).facts
    assert ("vba.hidden_data", "control T of F") in facts
    assert ("vba.hidden_data", "control U of F") not in facts
    facts = hosted('Sub Main()\nShell "cmd /c " & F.U\nEnd Sub', document, modules).facts
    assert ("vba.hidden_data", "control U of F") in facts


def test_controls_can_be_added():
    lines = 'Set c = UserForm1.Controls.Add("Forms.TextBox.1", "Fresh")\nc.Text = "t"\nMain = UserForm1.Fresh.Text & UserForm1.Controls("Fresh").Text'
    assert body(lines, DOCUMENT, EMPTY) == "tt"
