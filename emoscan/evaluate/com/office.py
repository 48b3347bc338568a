"""Office applications as a script starts them: documents it opens, macros it puts into them, mails it sends.

The application that a macro itself runs in is the host's; these are further ones.
"""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, command_line, given, is_address, join, known, text, whole
from emoscan.evaluate.com.shells import created
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown, display
from emoscan.parse.bundle import VBA_PROJECT, Module, VbaProject, dump

APPLICATION: Final = ObjectClass("Office.Application", default="Name")
for _name, _initial in {
    "Visible": False,
    "DisplayAlerts": True,
    "ScreenUpdating": True,
    "EnableEvents": True,
    "UserControl": False,
    "AutomationSecurity": 1,
    "Interactive": True,
    "AskToUpdateLinks": True,
    "WindowState": 0,
    "StatusBar": "",
    "Caption": "",
}.items():
    APPLICATION.field(_name, _initial)

APPLICATIONS: Final = {
    "word": ("Microsoft Word", "Document", "000209ff-0000-0000-c000-000000000046"),
    "excel": ("Microsoft Excel", "Workbook", "00024500-0000-0000-c000-000000000046"),
    "powerpoint": ("Microsoft PowerPoint", "Presentation", "91493441-5a91-11cf-8700-00aa0060263b"),
    "outlook": ("Outlook", "MailItem", "0006f03a-0000-0000-c000-000000000046"),
    "access": ("Microsoft Access", "Database", "73a4c9c1-d68d-11d0-98bf-00a0c90dc8d9"),
    "publisher": ("Microsoft Publisher", "Document", "0002123d-0000-0000-c000-000000000046"),
    "visio": ("Microsoft Visio", "Document", "00021a20-0000-0000-c000-000000000046"),
    "msproject": ("Microsoft Project", "Project", "36d27c48-a1e8-11d3-ba55-00c04f72f325"),
    "onenote": ("OneNote", "Page", "dc67e480-c3cb-49f8-8232-60b0c2056c8e"),
}
"""By the first part of the ProgID: what the application calls itself, its document, its CLSID."""


def _register(key: str, clsid: str) -> None:
    others = ("Visio.InvisibleApp",) if key == "visio" else ()

    @com_class(f"{key}.Application", *others, clsid)
    def make(_machine: Any) -> Object:
        return Object(APPLICATION, app=key)


for _key, (_, _, _clsid) in APPLICATIONS.items():
    _register(_key, _clsid)


@com_class("Word.Document", "Excel.Sheet", "Excel.Workbook", "PowerPoint.Show", "Excel.Chart", "Word.Basic")
def make_document(_machine: Any) -> Object:
    return document("", "document")


def _how(this: Object, member: str) -> str:
    return f"{APPLICATIONS[this.data['app']][0].removeprefix('Microsoft ')}.{member}"


@APPLICATION.method("Name")
def _name_of(_machine: Any, this: Object) -> str:
    return APPLICATIONS[this.data["app"]][0]


@APPLICATION.method("Version")
def _version(machine: Any, _this: Object) -> Any:
    return machine.world.profile.office_version


@APPLICATION.method("Build")
def _build(machine: Any, _this: Object) -> Any:
    return machine.world.profile.office_build


@APPLICATION.method("OperatingSystem")
def _operating_system(machine: Any, _this: Object) -> Any:
    return machine.query("Application.OperatingSystem", machine.world.profile.operating_system)


@APPLICATION.method("UserName")
def _user_name(machine: Any, _this: Object) -> Any:
    return machine.query("Application.UserName", machine.world.profile.full_name)


@APPLICATION.method("Path")
def _path(_machine: Any, _this: Object) -> str:
    return r"C:\Program Files\Microsoft Office\root\Office16"


@APPLICATION.method("StartupPath", "AltStartupPath", "TemplatesPath")
def _startup(machine: Any, this: Object) -> str:
    folder = rf"{machine.world.profile.home}\AppData\Roaming\Microsoft"
    return rf"{folder}\Excel\XLSTART" if this.data["app"] == "excel" else rf"{folder}\Word\STARTUP"


@APPLICATION.method("Application", "Parent")
def _itself(_machine: Any, this: Object) -> Object:
    return this


@APPLICATION.method("Quit", "Activate", "Wait", "OnTime", "OnKey", "CalculateFull", "GoBack", "Move", "Resize", "ScreenRefresh")
def _nothing(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@APPLICATION.method("CreateObject", takes="ObjectName ServerName")
def _create_object(machine: Any, _this: Object, name: Any = MISSING, _server: Any = MISSING) -> Any:
    return created(machine, name)


@APPLICATION.method("Run", takes="MacroName")
def _run(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> Unknown:
    machine.effect("eval", text(machine, name), _how(this, "Run"))
    machine.finish()
    return Unknown(f"result of macro {known(machine, name)}")


@APPLICATION.method("ExecuteExcel4Macro", takes="String")
def _execute_xlm(machine: Any, this: Object, formula: Any = MISSING) -> Unknown:
    source = text(machine, formula)
    how = _how(this, "ExecuteExcel4Macro")
    machine.effect("eval", source, how, language="XLM")
    machine.child(Unknown.join(("=", source)), "script.xlm", how=f"formula given to {how}")
    return Unknown(f"result of {display(source)[:80]}")


@APPLICATION.method("RegisterXLL", takes="Filename")
def _register_xll(machine: Any, this: Object, path: Any = MISSING) -> bool:
    load_library(machine, text(machine, path), _how(this, "RegisterXLL"))
    return True


def load_library(machine: Any, path: Text, how: str) -> None:
    machine.effect("load", path, how)
    machine.give_file(path)


@APPLICATION.method("DDEInitiate", takes="App Topic")
def _dde_initiate(machine: Any, this: Object, app: Any = MISSING, topic: Any = MISSING) -> int:
    """A DDE server that does not run is started: `DDEInitiate "cmd", "/c …"` runs that command."""
    machine.run(command_line(text(machine, app), text(machine, topic)), _how(this, "DDEInitiate"))
    return 1


@APPLICATION.method("DDEExecute", "DDEPoke", takes="Channel String")
def _dde_execute(machine: Any, this: Object, _channel: Any = MISSING, command: Any = MISSING, *_: Any) -> None:
    machine.effect("keys", text(machine, command), _how(this, "DDEExecute"))


@APPLICATION.method("DDETerminate", "DDETerminateAll", "DDERequest")
def _dde_other(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@APPLICATION.method("SendKeys", takes="Keys Wait")
def _send_keys(machine: Any, this: Object, keys: Any = MISSING, _wait: Any = MISSING) -> None:
    machine.type_keys(text(machine, keys), _how(this, "SendKeys"))


ADDINS: Final = ObjectClass("AddIns", default="Item")


@APPLICATION.method("AddIns", "COMAddIns")
def _add_ins(_machine: Any, this: Object) -> Object:
    return Object(ADDINS, app=this.data["app"])


@ADDINS.method("Add", "Item", takes="FileName Install")
def _add_in(machine: Any, this: Object, path: Any = MISSING, _copy: Any = MISSING) -> Object:
    load_library(machine, text(machine, path), _how(this, "AddIns.Add"))
    return document(text(machine, path), this.data["app"])


ADDONS: Final = ObjectClass("Addons", default="Item")
ADDON: Final = ObjectClass("Addon", default="Name")


@APPLICATION.method("Addons")
def _addons(_machine: Any, this: Object) -> Object:
    return Object(ADDONS, app=this.data["app"])


@ADDONS.method("Add", "Item", takes="FileName")
def _addon(machine: Any, this: Object, path: Any = MISSING) -> Object:
    """Visio takes programs as add-ons."""
    return Object(ADDON, app=this.data["app"], path=text(machine, path))


@ADDON.method("Run", takes="ArgString")
def _run_addon(machine: Any, this: Object, arguments: Any = MISSING) -> None:
    machine.run(command_line(this.data["path"], text(machine, arguments)), _how(this, "Addon.Run"))


@APPLICATION.method("AppExecute", takes="Window Command Minimize Activate")
def _app_execute(machine: Any, this: Object, _window: Any = MISSING, command: Any = MISSING, *_: Any) -> bool:
    machine.run(text(machine, command), _how(this, "AppExecute"))
    return True


@APPLICATION.method("Eval", takes="StringExpr")
def _eval(machine: Any, this: Object, expression: Any = MISSING) -> Unknown:
    """Access works out an expression of VBA, calls of functions included."""
    source = text(machine, expression)
    run_text(machine, join("result = ", source), _how(this, "Eval"))
    return Unknown(f"value of {display(source)[:80]}")


def run_text(machine: Any, statement: Text, how: str) -> None:
    """A statement of VBA is run by itself: a project of one procedure."""
    machine.effect("eval", statement, how, language="VBA")
    module = Module("Module1", f"Sub AutoExec()\n{display(statement)}\nEnd Sub\n")
    machine.child(dump(VbaProject((module,))), VBA_PROJECT, how=f"code given to {how}")


# ---------------------------------------------------------------- documents

DOCUMENTS: Final = ObjectClass("Documents", default="Item")
WORKBOOKS: Final = ObjectClass("Workbooks", default="Item")
PRESENTATIONS: Final = ObjectClass("Presentations", default="Item")
DOCUMENT: Final = ObjectClass("Document", default="Name")


@APPLICATION.method("Documents")
def _documents(_machine: Any, this: Object) -> Object:
    return Object(DOCUMENTS, app=this.data["app"])


@APPLICATION.method("Workbooks")
def _workbooks(_machine: Any, this: Object) -> Object:
    return Object(WORKBOOKS, app=this.data["app"])


@APPLICATION.method("Presentations")
def _presentations(_machine: Any, this: Object) -> Object:
    return Object(PRESENTATIONS, app=this.data["app"])


def open_document(machine: Any, path: Text, how: str, passwords: tuple[Any, ...] = ()) -> None:
    """A document is opened from a file or address. Passwords it is opened with are clues for what is found locked."""
    for password in passwords:
        word = known(machine, password)
        if word:
            machine.fact("clue.password", word, f"argument of {how}")
    if is_address(path):
        machine.download(path, how)
    else:
        machine.effect("open", path, how)
        machine.give_file(path)


@DOCUMENTS.method(
    "Open",
    "OpenNoRepairDialog",
    takes="FileName ConfirmConversions ReadOnly AddToRecentFiles PasswordDocument PasswordTemplate Revert WritePasswordDocument"
    " WritePasswordTemplate Format Encoding Visible OpenAndRepair",
)
def _open_document(machine: Any, this: Object, path: Any = MISSING, *args: Any) -> Object:
    words = tuple(args[at] for at in (3, 4, 6, 7) if at < len(args))
    open_document(machine, text(machine, path), "Documents.Open", words)
    return document(text(machine, path), this.data["app"])


@WORKBOOKS.method(
    "Open",
    takes="Filename UpdateLinks ReadOnly Format Password WriteResPassword IgnoreReadOnlyRecommended Origin Delimiter Editable Notify Converter AddToMru",
)
def _open_workbook(machine: Any, this: Object, path: Any = MISSING, *args: Any) -> Object:
    words = tuple(args[at] for at in (3, 4) if at < len(args))
    open_document(machine, text(machine, path), "Workbooks.Open", words)
    return document(text(machine, path), this.data["app"])


@WORKBOOKS.method("OpenText", "OpenXML", "OpenDatabase", takes="Filename")
def _open_text(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> Object:
    open_document(machine, text(machine, path), "Workbooks.OpenText")
    return document(text(machine, path), this.data["app"])


@PRESENTATIONS.method("Open", "Open2007", takes="FileName ReadOnly Untitled WithWindow OpenAndRepair")
def _open_presentation(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> Object:
    open_document(machine, text(machine, path), "Presentations.Open")
    return document(text(machine, path), this.data["app"])


@DOCUMENTS.method("Add", takes="Template NewTemplate DocumentType Visible")
def _add_document(machine: Any, this: Object, template: Any = MISSING, *_: Any) -> Object:
    source = text(machine, template) if type(template) in (str, Unknown) else ""
    if source != "":
        open_document(machine, source, "Documents.Add")
    return document("", this.data["app"])


@DOCUMENTS.method("Item", takes="Index")
def _item(machine: Any, this: Object, index: Any = MISSING) -> Object:
    return document(text(machine, index) if type(index) is str else "", this.data["app"])


@DOCUMENTS.method("Count")
def _count(_machine: Any, _this: Object) -> int:
    return 1


@DOCUMENTS.method("Close", "Save")
def _close_all(_machine: Any, _this: Object, *_: Any) -> None:
    return None


WORKBOOKS.inherit(DOCUMENTS)
PRESENTATIONS.inherit(DOCUMENTS)


@APPLICATION.method("ActiveDocument", "ActiveWorkbook", "ActivePresentation", "NormalTemplate", "ThisWorkbook", "OpenCurrentDatabase")
def _active(machine: Any, this: Object, path: Any = MISSING) -> Object:
    return document(text(machine, path), this.data["app"])


def document(path: Text, app: str) -> Object:
    return Object(DOCUMENT, path=path, app=app)


@DOCUMENT.method("Name", "FullName")
def _document_name(_machine: Any, this: Object) -> Text:
    return this.data["path"] or "文書 1"


@DOCUMENT.method("Application", "Parent")
def _document_application(_machine: Any, this: Object) -> Object:
    return Object(APPLICATION, app=this.data["app"] if this.data["app"] in APPLICATIONS else "word")


@DOCUMENT.method("SaveAs", "SaveAs2", "SaveCopyAs", "ExportAsFixedFormat", takes="FileName FileFormat")
def _save_as(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> None:
    target = text(machine, path)
    machine.effect("write", target, "Document.SaveAs", source=this.data["path"])
    machine.world.files.write(display(target), Unknown(f"content of file {display(this.data['path'])}"))


@DOCUMENT.method("Close", "Save", "Activate", "Protect", "Unprotect", "PrintOut", "Select", "RunAutoMacros", "Calculate")
def _document_nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@DOCUMENT.method("ExecuteLine", takes="Line")
def _execute_line(machine: Any, _this: Object, line: Any = MISSING) -> None:
    run_text(machine, text(machine, line), "Document.ExecuteLine")


def _of_document(_machine: Any, this: Object, name: str, _args: tuple[Any, ...]) -> Unknown:
    return Unknown(f"{name} of {display(this.data['path']) or 'a document'}")


DOCUMENT.missing = _of_document

# ---------------------------------------------------------------- macros put into documents

PROJECT: Final = ObjectClass("VBProject", default="Name")
COMPONENTS: Final = ObjectClass("VBComponents", default="Item")
COMPONENT: Final = ObjectClass("VBComponent", default="Name")
CODE: Final = ObjectClass("CodeModule")
PROJECT.constants({"Name": "Project", "Protection": 0, "Type": 100, "Mode": 0})
COMPONENT.field("Name", "Module1")
COMPONENT.constants({"Type": 1})


def make_project() -> Object:
    """The macro project of a document that is not ours."""
    return Object(PROJECT)


@DOCUMENT.method("VBProject")
def _project(_machine: Any, _this: Object) -> Object:
    return make_project()


@APPLICATION.method("VBE")
def _editor(_machine: Any, _this: Object) -> Object:
    editor = ObjectClass("VBE")
    editor.method("ActiveVBProject")(lambda _machine, _this: make_project())
    editor.method("VBProjects")(lambda _machine, _this: collection([make_project()]))
    editor.field("MainWindow", NOTHING)
    return Object(editor)


@PROJECT.method("VBComponents")
def _components(_machine: Any, _this: Object) -> Object:
    return Object(COMPONENTS)


@PROJECT.method("References")
def _references(_machine: Any, _this: Object) -> Object:
    return collection([])


@COMPONENTS.method("Add", "AddCustom", "Item", takes="ComponentType")
def _component(_machine: Any, _this: Object, _kind: Any = MISSING) -> Object:
    return Object(COMPONENT, lines=[])


@COMPONENTS.method("Count")
def _component_count(_machine: Any, _this: Object) -> int:
    return 1


@COMPONENTS.method("Import", takes="FileName")
def _import(machine: Any, _this: Object, path: Any = MISSING) -> Object:
    source = text(machine, path)
    machine.effect("eval", source, "VBComponents.Import", language="VBA")
    machine.give_file(source)
    return Object(COMPONENT, lines=[])


@COMPONENTS.method("Remove", takes="VBComponent")
def _remove(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@COMPONENT.method("Export", takes="FileName")
def _export(machine: Any, _this: Object, path: Any = MISSING) -> None:
    machine.effect("write", text(machine, path), "VBComponent.Export")


@COMPONENT.method("CodeModule")
def _code_module(_machine: Any, this: Object) -> Object:
    made: Object = this.data.setdefault("code", Object(CODE, lines=[], told=False))
    return made


def _add_code(machine: Any, this: Object, at: int, code: Text) -> None:
    """Code goes into a module. The whole of it is an artifact when the script ends or runs it."""
    lines: list[Text] = this.data["lines"]
    machine.grow(len(display(code)) + 64)
    machine.spend(1 + len(lines) // 256)
    lines.insert(max(0, at), code)
    if not this.data["told"]:
        this.data["told"] = True

        def give() -> None:
            this.data["told"] = False
            evaluated_module(machine, Unknown.join(piece for line in lines for piece in (line, "\n")))

        machine.at_end(give)


def evaluated_module(machine: Any, code: Text) -> None:
    machine.effect("eval", display(code)[:2_000], "VBProject.CodeModule", language="VBA")
    machine.child(code, "office.vba-source", how="code put into a macro project")


@CODE.method("AddFromString", takes="String")
def _add_from_string(machine: Any, this: Object, code: Any = MISSING) -> None:
    _add_code(machine, this, len(this.data["lines"]), text(machine, code))


@CODE.method("AddFromFile", takes="FileName")
def _add_from_file(machine: Any, _this: Object, path: Any = MISSING) -> None:
    source = text(machine, path)
    machine.effect("eval", source, "CodeModule.AddFromFile", language="VBA")
    machine.give_file(source)


@CODE.method("InsertLines", "ReplaceLine", takes="Line String")
def _insert_lines(machine: Any, this: Object, line: Any = MISSING, code: Any = MISSING) -> None:
    _add_code(machine, this, whole(machine, line, 1) - 1, text(machine, code))


@CODE.method("CountOfLines", "CountOfDeclarationLines")
def _count_of_lines(_machine: Any, this: Object) -> int:
    return len(this.data["lines"])


@CODE.method("Lines", takes="StartLine Count")
def _lines(machine: Any, this: Object, start: Any = MISSING, count: Any = MISSING) -> Text:
    at = max(0, whole(machine, start, 1) - 1)
    taken = this.data["lines"][at : at + max(0, whole(machine, count, 1))]
    return Unknown.join(piece for line in taken for piece in (line, "\r\n"))


@CODE.method("DeleteLines", takes="StartLine Count")
def _delete_lines(machine: Any, this: Object, start: Any = MISSING, count: Any = MISSING) -> None:
    at = max(0, whole(machine, start, 1) - 1)
    del this.data["lines"][at : at + max(0, whole(machine, count, 1))]


@CODE.method("Find", "ProcStartLine", "ProcCountLines", "ProcBodyLine")
def _find(_machine: Any, _this: Object, *_: Any) -> int:
    return 0


@CODE.method("CreateEventProc", takes="EventName ObjectName")
def _create_event(machine: Any, this: Object, event: Any = MISSING, subject: Any = MISSING) -> int:
    count = len(this.data["lines"])
    _add_code(machine, this, count, f"Private Sub {known(machine, subject)}_{known(machine, event)}()")
    return count + 1


# ---------------------------------------------------------------- mail

MAIL: Final = ObjectClass("MailItem", default="Subject")
ATTACHMENTS: Final = ObjectClass("Attachments")
MAPI: Final = ObjectClass("NameSpace")
for _name in ("To", "CC", "BCC", "Subject", "Body", "HTMLBody", "SentOnBehalfOfName", "ReadReceiptRequested"):
    MAIL.field(_name, "")
MAIL.field("Importance", 1)
MAIL.field("DeleteAfterSubmit", initial=False)
MAIL.field("BodyFormat", 2)


@APPLICATION.method("CreateItem", "CreateItemFromTemplate", takes="ItemType")
def _create_item(_machine: Any, _this: Object, *_: Any) -> Object:
    return Object(MAIL, files=[])


@MAIL.method("Attachments")
def _attachments(_machine: Any, this: Object) -> Object:
    return Object(ATTACHMENTS, mail=this)


@ATTACHMENTS.method("Add", takes="Source Type Position DisplayName")
def _attach(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> Object:
    machine.grow(64)
    this.data["mail"].data["files"].append(known(machine, path))
    return this


@ATTACHMENTS.method("Count")
def _attachment_count(_machine: Any, this: Object) -> int:
    return len(this.data["mail"].data["files"])


@MAIL.method("Recipients")
def _recipients(_machine: Any, this: Object) -> Object:
    return Object(RECIPIENTS, mail=this)


RECIPIENTS: Final = ObjectClass("Recipients")


@RECIPIENTS.method("Add", takes="Name")
def _add_recipient(machine: Any, this: Object, name: Any = MISSING) -> Object:
    mail = this.data["mail"].data
    machine.grow(64)
    mail["to"] = f"{known(machine, mail.get('to'))}; {known(machine, name)}".strip("; ")
    return this


@RECIPIENTS.method("ResolveAll", "Resolve")
def _resolve(_machine: Any, _this: Object) -> bool:
    return True


@MAIL.method("Send")
def _send(machine: Any, this: Object) -> None:
    data = this.data
    recipients = "; ".join(known(machine, data.get(key)) for key in ("to", "cc", "bcc") if given(data.get(key)) and data.get(key) != "")
    machine.effect("mail", recipients, "MailItem.Send", subject=known(machine, data.get("subject")), attachments=", ".join(data["files"]))


@MAIL.method("Display", "Save", "Close", "Delete", "SaveAs", "Move")
def _mail_nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@APPLICATION.method("GetNamespace", "Session", takes="Type")
def _get_namespace(_machine: Any, _this: Object, _type: Any = MISSING) -> Object:
    return Object(MAPI)


@MAPI.method("Logon", "Logoff", "SendAndReceive")
def _logon(_machine: Any, _this: Object, *_: Any) -> None:
    return None


def _mapi_member(machine: Any, _this: Object, name: str, _args: tuple[Any, ...]) -> Any:
    return machine.query(f"Outlook {name}", Unknown(f"{name} of Outlook"))


MAPI.missing = _mapi_member


@com_class("CDO.Message")
def make_message(_machine: Any) -> Object:
    return Object(MESSAGE, files=[])


MESSAGE: Final = ObjectClass("CDO.Message", parent=MAIL)
for _name in ("From", "TextBody", "Sender", "ReplyTo", "Configuration"):
    MESSAGE.field(_name, "")


@MESSAGE.method("AddAttachment", takes="URL UserName Password")
def _add_attachment(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> None:
    machine.grow(64)
    this.data["files"].append(known(machine, path))


@MESSAGE.method("CreateMHTMLBody", takes="URL Flags")
def _mhtml_body(machine: Any, _this: Object, url: Any = MISSING, *_: Any) -> None:
    machine.download(text(machine, url), "CDO.Message.CreateMHTMLBody")


def _any_application_member(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Unknown:
    shown = f"({', '.join(known(machine, a)[:60] for a in args if not isinstance(a, Object))})" if args else ""
    return machine.unmodelled(f"{APPLICATIONS[this.data['app']][0]}.{name}{shown}")  # type: ignore[no-any-return]


APPLICATION.missing = _any_application_member
