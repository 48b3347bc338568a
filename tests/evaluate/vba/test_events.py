"""Code that runs because of something else: events of forms and controls, of the application, of objects that come and go."""

from __future__ import annotations

from typing import Any

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.vba.run import evaluate
from emoscan.model import Fact
from emoscan.parse.bundle import Callback, Control, Document, Form, Module, VbaProject

FORM = Form(
    "UserForm1",
    {"Caption": "x"},
    (
        Control("TextBox1", "TextBox", {"Value": ""}),
        Control("CommandButton1", "CommandButton", {"Caption": "OK"}),
        Control("CheckBox1", "CheckBox", {"Value": False}),
    ),
)


def commands(code: str, *modules: Module) -> list[str]:
    """What is run with certainty; the document's module comes first, as in files."""
    emitted: list[Any] = []
    forms = (FORM,) if any(m.type == "form" for m in modules) else ()
    project = VbaProject((Module("ThisDocument", code, "document"), *modules), document=Document(host="word", forms=forms))
    evaluate(project, Budget(Limits(seconds=60)), emitted.append)
    return [f.value for f in emitted if isinstance(f, Fact) and f.kind == "effect.run" and f.confidence == 1]


@pytest.mark.parametrize(
    ("statement", "handler"),
    [
        ("UserForm1.Show", "UserForm_Initialize"),
        ("Load UserForm1", "UserForm_Initialize"),
        ("UserForm1.Show", "UserForm_Activate"),
        ("UserForm1.Show", "CommandButton1_Click"),
        ('UserForm1.TextBox1.Text = "x"', "TextBox1_Change"),
        ('UserForm1.TextBox1 = "x"', "TextBox1_Change"),
        ("UserForm1.CommandButton1.Value = True", "CommandButton1_Click"),
        ("UserForm1.CheckBox1.Value = True", "CheckBox1_Click"),
    ],
)
def test_events_of_forms(statement, handler):
    form = Module("UserForm1", f'Private Sub {handler}()\nShell "calc"\nEnd Sub', "form")
    assert commands(f"Sub AutoOpen()\n{statement}\nEnd Sub", form) == ["calc"]


def test_a_handler_that_changes_its_own_control_runs_once():
    form = Module("UserForm1", 'Private Sub TextBox1_Change()\nTextBox1.Text = TextBox1.Text & "."\nShell TextBox1.Text\nEnd Sub', "form")
    assert commands('Sub AutoOpen()\nUserForm1.TextBox1.Text = "x"\nEnd Sub', form) == ["x."]


def test_events_of_classes_of_the_project():
    code = "Dim WithEvents e As C\nSub AutoOpen()\nSet e = New C\ne.Go\nEnd Sub\nPrivate Sub e_Done(ByVal t)\nShell t\nEnd Sub"
    class_ = Module("C", 'Event Done(t)\nSub Go()\nRaiseEvent Done("calc")\nRaiseEvent Done("notepad")\nEnd Sub', "class")
    assert commands(code, class_) == ["calc", "notepad"]


def test_events_of_the_application():
    code = """Public WithEvents app As Word.Application
    Private Sub Document_Open()
    Set app = Word.Application
    End Sub
    Private Sub app_DocumentBeforeClose(ByVal Doc As Document, Cancel As Boolean)
    Shell "calc"
    End Sub"""
    assert commands(code) == ["calc"]


def test_events_that_an_object_of_a_class_listens_to():
    listener = Module(
        "Listener",
        'Public WithEvents app As Application\nPrivate Sub app_WindowSelectionChange(ByVal Sel As Selection)\nShell "calc"\nEnd Sub',
        "class",
    )
    assert commands("Dim x As New Listener\nSub AutoOpen()\nSet x.app = Application\nEnd Sub", listener) == ["calc"]
    assert commands("Dim x As New Listener\nSub AutoOpen()\nEnd Sub", listener) == []


@pytest.mark.parametrize("declaration", ["Dim k As New Thing", "Dim k As Thing"])
@pytest.mark.parametrize("event", ["Class_Initialize", "Class_Terminate"])
def test_objects_that_come_and_go(declaration, event):
    """The class stands behind the document in the project."""
    thing = Module("Thing", f'Private Sub {event}()\nShell "calc"\nEnd Sub\nSub Use()\nEnd Sub', "class")
    make = "" if "New" in declaration else "Set k = New Thing\n"
    assert commands(f"{declaration}\nSub AutoOpen()\n{make}k.Use\nEnd Sub", thing) == ["calc"]


def test_interfaces():
    modules = (
        Module("IDo", "Sub Go(x)\nEnd Sub", "class"),
        Module("Does", "Implements IDo\nPrivate Sub IDo_Go(x)\nShell x\nEnd Sub", "class"),
    )
    assert commands('Sub AutoOpen()\nDim d As IDo\nSet d = New Does\nd.Go "calc"\nEnd Sub', *modules) == ["calc"]


def test_a_class_that_holds_one_of_its_own():
    assert commands('Sub AutoOpen()\nDim c As New Ring\nShell "calc"\nEnd Sub', Module("Ring", "Dim r As New Ring", "class")) == ["calc"]


@pytest.mark.parametrize(
    "document",
    [
        Document(host="excel", callbacks=(Callback("Go", "onLoad of customUI", "opening"),)),
        Document(host="excel", callbacks=(Callback("[0]!Go", "macro of shape x"),)),
        Document(host="excel", callbacks=(Callback("'Book 1.xlsm'!Module1.Go", "macro of shape x"),)),
        Document(host="excel", controls=(Control("Button 1", "Button", {"OnAction": "[0]!Go"}),)),
        Document(host="word", fields=((" MACROBUTTON  Go [Click here]", ""),)),
    ],
)
def test_what_the_document_names_is_started(document):
    emitted: list[Any] = []
    code = 'Sub Go(Optional control)\nShell "calc"\nEnd Sub\nSub Auto_Open()\nShell "notepad"\nEnd Sub'
    evaluate(VbaProject((Module("Module1", code),), document=document), Budget(Limits(seconds=60)), emitted.append)
    assert {f.value for f in emitted if isinstance(f, Fact) and f.kind == "effect.run" and f.confidence == 1} == {"calc", "notepad"}


def test_the_ribbon_tells_the_procedure_which_control_it_was():
    button = Callback("Go", "onAction of button x", "click", {"Id": "b1", "Tag": "cmd /c calc"})
    code = 'Sub Go(control As IRibbonControl)\nIf control.ID = "b1" Then Shell control.Tag\nEnd Sub'
    emitted: list[Any] = []
    evaluate(
        VbaProject((Module("Module1", code),), document=Document(host="excel", callbacks=(button,))),
        Budget(Limits(seconds=60)),
        emitted.append,
    )
    assert [f.value for f in emitted if isinstance(f, Fact) and f.kind == "effect.run"] == ["cmd /c calc"]
    entry = next(f for f in emitted if isinstance(f, Fact) and f.kind == "vba.entry")
    assert (entry.value, entry.detail["stage"]) == ("Go (onAction of button x)", "runs on a click")


def test_callbacks_that_return_by_reference_and_the_ribbon_itself():
    code = 'Dim ui As IRibbonUI\nSub Loaded(ribbon As IRibbonUI)\nSet ui = ribbon\nui.Invalidate\nShell "calc"\nEnd Sub\n'
    code += 'Sub Label(control As IRibbonControl, ByRef returned)\nreturned = "x"\nShell "notepad"\nEnd Sub'
    named = (Callback("Loaded", "onLoad of customUI", "opening", {"Id": ""}), Callback("Label", "getLabel of tab", "opening", {"Id": "t"}))
    emitted: list[Any] = []
    evaluate(
        VbaProject((Module("Module1", code),), document=Document(host="word", callbacks=named)), Budget(Limits(seconds=60)), emitted.append
    )
    assert [f.value for f in emitted if isinstance(f, Fact) and f.kind == "effect.run"] == ["calc", "notepad"]
