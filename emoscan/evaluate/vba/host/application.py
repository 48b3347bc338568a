"""An application and what all of them have: who and where it is, its windows, running macros, opening files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final

from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Date, Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba.host import forms, names, shapes, vbe
from emoscan.evaluate.vba.host.base import (
    EMPTY_COLLECTION,
    LONG,
    actions,
    as_bool,
    as_int,
    as_number,
    as_text,
    child_object,
    collection_class,
    empty,
    host_of,
    known,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.story import Story
from emoscan.evaluate.vba.library import office
from emoscan.evaluate.vba.symbols import Module
from emoscan.parse import bundle

MAX_READS: Final = 400
"""Short texts read from the document that are remembered, to say so when a sink is given one of them."""

MAX_SCHEDULED: Final = 20
"""Macros run by OnTime; one that schedules itself again never ends."""

URL: Final = re.compile(r"(?:https?|ftp)://[^\s\"'<>]+", re.IGNORECASE)


class Host:
    """The application around one document. `world` answers what it is asked about its surroundings."""

    app: ClassVar[str] = ""
    title: ClassVar[str] = "Microsoft Office"
    application_class: ClassVar[ObjectClass]
    document: Object
    """The document that the macros lie in."""

    def __init__(self, machine: Any, record: bundle.Document, modules: Sequence[bundle.Module] = ()) -> None:
        self.machine = machine
        self.world = machine.world
        self.record = record
        self.modules = {module.name.lower(): module for module in modules}
        self.code = vbe.Code(self)
        self.forms = forms.Forms(self)
        self.application = Object(self.application_class, host=self)
        self.names = names.GLOBAL[self.app]
        self.assigned: dict[str, Any] = {}
        """Names of the application that the script gave a value of its own."""
        self._constants: dict[str, bool] = {}
        """By name: whether it is that of an enumeration, or may be one of its constants."""
        self.reads: dict[str, str] = {}
        self.clipboard: Any = ""
        self.scheduled = 0
        self.settings: dict[str, Any] = {}
        self.kept_back = False
        """Hidden text was left out of what the script read, as it is where a user does not have it shown."""
        self.selected_shape: Any = None
        """The shape that is selected."""

    # ------------------------------------------------------------ names

    def open_sheets(self, *, followed: bool) -> None:
        """What else the application starts when it opens the document; `followed`: procedures run later that may read what that wrote."""

    def knows(self, name: str) -> bool:
        """Whether a name that the project does not have is one of the application."""
        if name in self.names or name in self.assigned:
            return True
        known = self._constants.get(name)
        if known is None:
            named = office.PREFIX.match(name) is not None  # few names that a macro makes up are
            known = self._constants[name] = named and (office.is_enumeration(name) or self.may_be_constant(name))
        return known

    def may_be_constant(self, name: str) -> bool:
        """A name nobody assigns to that is built like a constant of the object libraries, but is in none of our tables."""
        project = self.machine.project
        return project is not None and office.resembles_constant(project.spelling(name)) and name not in project.assigned_names()

    def value(self, name: str) -> Any:
        if name in self.assigned:
            return self.assigned[name]
        special = SPECIAL.get(name)
        if special is not None:
            return special(self)
        if office.is_enumeration(name):
            return Object(LIBRARY, host=self, name=name)
        if name in self.names:
            return self.machine.get_member(self.application, name)
        return self.machine.unmodelled(f"constant {self.spelling(name)}")

    def call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        statement = STATEMENTS.get(name)
        if statement is not None:
            return statement(self, *args)
        if name in self.assigned or name in SPECIAL or name not in self.names:
            return self.machine.index(self.value(name), args) if args else self.value(name)
        return self.machine.call_member(self.application, name, args, named)

    def put(self, name: str, value: Any) -> None:
        cls = self.application_class
        if name in cls.put or (name in self.names and name not in cls.get):
            self.machine.put(self.application, name, (), value)
            return
        current = self.value(name) if name in self.names else None
        if type(current) is Object and current.cls.default and type(value) is not Object:
            self.machine.put(current, current.cls.default, (), value)
        else:
            self.assigned[name] = value

    def evaluate(self, text: str) -> Any:
        """`[text]`: in Excel a formula or reference, elsewhere only another way to write a name."""
        name = text.strip().lower()
        return self.value(name) if self.knows(name) else self.machine.unmodelled(f"[{text}]")

    def spelling(self, name: str) -> str:
        project = self.machine.project
        return str(project.spelling(name)) if project is not None else name

    # ------------------------------------------------------------ the project's own document and forms

    def base_class(self, module: Module) -> ObjectClass | None:
        """What the class of a document or form module is derived from."""
        return forms.USER_FORM if module.type == "form" else self.document_class(module)

    def document_class(self, module: Module) -> ObjectClass | None:
        raise NotImplementedError

    def text_of_shape(self, story: Story, *, modern: bool) -> Object:
        """The range that gives the text of a shape. `modern`: by TextFrame2, which is the same in all applications."""
        return shapes.text_range(self, story)

    def range_of_shape(self, shape: Object) -> Object:
        """What `Shape.Range` gives."""
        return shape

    def full_name(self) -> str:
        """Path of the document."""
        raise NotImplementedError

    def start_empty(self) -> None:
        """Close the document: a new instance of the application has none."""
        raise NotImplementedError

    def bind(self, module: Module) -> None:
        """Give the object of a document or form module its data."""
        assert module.instance is not None
        module.instance.data["host"] = self
        if module.type == "form":
            self.forms.bind(module)
        else:
            self.bind_document(module)
            self.forms.bind_page(module)

    def bind_document(self, module: Module) -> None:
        raise NotImplementedError

    def ribbon_control(self, told: dict[str, str]) -> Object:
        """What the ribbon hands to a procedure it calls."""
        return Object(RIBBON_CONTROL, host=self, **{f"={name.lower()}": value for name, value in told.items()})

    def is_member(self, module: Module, name: str) -> bool:
        """Whether code of a document or form module may use a name without `Me`: a control, an inherited member."""
        if module.type == "form":
            return name in names.USER_FORM or self.forms.has_control(module.name, name)
        return name in self.inherited(module) or self.forms.has_page_control(module.name, name)

    def inherited(self, module: Module) -> frozenset[str]:
        """Names of the members that a document module has from its class, modelled or not."""
        raise NotImplementedError

    # ------------------------------------------------------------ what the script reads and does

    def outside(self, value: Any, place: str) -> Any:
        """A value that lay outside the modules. Long texts are hidden data; short ones are once a sink is given them."""
        if type(value) is str:
            if len(value) >= LONG:
                self.machine.fact("vba.hidden_data", place)
            elif len(value) >= 4 and len(self.reads) < MAX_READS:
                self.reads.setdefault(value, place)
        return value

    def used(self, value: Any) -> None:
        """A sink was given a value."""
        if self.reads:
            text = display(value)
            for piece, place in self.reads.items():
                if piece in text:
                    self.machine.fact("vba.hidden_data", place)

    def held(self) -> Iterator[Any]:
        """Texts that the document holds after what the script did to it."""
        yield self.clipboard
        yield self.assigned

    def touch_url(self, text: Any, how: str) -> None:
        """An address or path that the application would open by itself: a download when it is on the network."""
        shown = display(text)
        found = URL.search(shown)
        if found:
            self.machine.effect("download", found[0], how)
        elif shown.startswith("\\\\"):
            self.machine.effect("download", shown, how)

    def touch_document(self, path: Any, how: str, password: Any = MISSING) -> None:
        """A document is opened from a file or address. A password it is opened with is a clue for what is found locked."""
        word = as_text(self.machine, password)
        if isinstance(word, str) and word:
            self.machine.fact("clue.password", word, f"argument of {how}")
        shown = display(path)
        if URL.search(shown) or shown.startswith("\\\\"):
            self.touch_url(path, how)
        else:
            self.machine.effect("open", path, how)
            self.machine.give_file(path)

    def running(self, prog_id: str) -> Object | None:
        """The running application that `GetObject(, "Word.Application")` gives, None for others."""
        app, _, rest = prog_id.strip().lower().partition(".")
        return self.application if app == self.app and rest.startswith("application") else None

    def opened(self, path: str) -> Object | None:
        """The document itself, when a path leads to it."""
        files = self.world.files
        return self.document if files.key(path) == files.key(self.full_name()) else None

    # ------------------------------------------------------------ running macros

    def run(self, name: Any, args: tuple[Any, ...]) -> Any:
        """Application.Run: a macro by its name."""
        machine = self.machine
        if isinstance(name, Unknown):
            return Unknown(f"Run {name.text()}")
        project = machine.project
        self.code.give()
        procedure = project.find(name) if project is not None else None
        if procedure is None:
            self.machine.unmodelled(f"Application.Run {name}")
            raise ScriptError(1004, f"Cannot run the macro '{name}'.")
        args = tuple(arg for arg in args if arg is not MISSING)
        rest = any(p.rest for p in procedure.tree.parameters)
        return machine.invoke(procedure, args if rest else args[: len(procedure.tree.parameters)], procedure.module.instance)

    def later(self, name: Any, when: Any = MISSING) -> None:
        """Application.OnTime: a macro that is run when the present one has ended."""
        self.scheduled += 1
        if self.scheduled > MAX_SCHEDULED:
            return
        if type(when) is Date:
            self.machine.fact("vba.scheduled", display(name), f"OnTime {when.serial:.5f}")

        def start() -> None:
            with suppress(ScriptEnd, ScriptError):
                self.run(name, ())

        self.machine.at_end(start)


# ---------------------------------------------------------------- names that are no members of the application


def _of_library(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """`VBA.Interaction.Shell`, `Word.Selection`, `XlDirection.xlUp`: names that are looked up behind the library's."""
    project = machine.project
    key = name.lower()
    found, value = project.library_constant(key)
    if found:
        return value
    if project.is_builtin(key):
        return library.call(machine, key, args)
    host = host_of(this)
    if host.knows(key):
        return host.call(key, args, {}) if args else host.value(key)
    module = project.modules.get(key)
    if module is not None and module.instance is not None:
        return module.instance
    return machine.unmodelled(f"{this.data['name']}.{name}")


LIBRARY: Final = ObjectClass("Library")
LIBRARY.missing = _of_library


def _library(name: str) -> Any:
    return lambda host: Object(LIBRARY, host=host, name=name)


SPECIAL: Final[dict[str, Any]] = {
    "application": lambda host: host.application,
    "userforms": lambda host: Object(forms.USER_FORMS, host=host, items=host.forms.loaded),
    **{
        name: _library(name) for name in "vba global msforms office stdole interaction strings conversion information math datetime".split()
    },
    **{name: _library(name) for name in "filesystem constants vbide word excel powerpoint".split()},
}

STATEMENTS: Final[dict[str, Any]] = {
    "load": lambda host, form=MISSING, *_: host.forms.load(form),
    "unload": lambda host, form=MISSING, *_: host.forms.unload(form),
}


# ---------------------------------------------------------------- members of every application

APPLICATION: Final = office_class("Application", "name")
properties(
    APPLICATION,
    visible=True,
    screenupdating=True,
    displayalerts=-1,
    statusbar="",
    enableevents=True,
    automationsecurity=1,
    windowstate=1,
    left=0.0,
    top=0.0,
    width=1440.0,
    height=810.0,
    usablewidth=1428.0,
    usableheight=690.0,
    featureinstall=0,
    showstartupdialog=False,
    showvisualbasiceditor=False,
    displaystatusbar=True,
    enablecancelkey=1,
    cursor=0,
    usercontrol=True,
    displayrecentfiles=True,
    showwindowsintaskbar=True,
    isobjectvalid=True,
    specialmode=False,
    mathcoprocessoravailable=True,
    hwnd=0x20A4C,
    hinstance=0x400000,
    productcode="{90160000-000F-0000-0000-0000000FF1CE}",
)
actions(APPLICATION, "activate resize move screenrefresh goback goforward help beep undo repeat onkey volatile calculate substitutefont")
empty(APPLICATION, "comaddins", "smarttagrecognizers", "tasknanes")


def queried(cls: ObjectClass, name: str, what: str) -> Any:
    """A property that tells the script about its surroundings: asking is recorded."""

    def register(answer: Any) -> Any:
        slot = f"={name.lower()}"

        def get(machine: Any, this: Object) -> Any:
            return this.data[slot] if slot in this.data else machine.query(what, answer(machine.world))

        cls.get[name.lower()] = get
        return answer

    return register


queried(APPLICATION, "Version", "Application.Version")(lambda world: world.profile.office_version)
queried(APPLICATION, "Build", "Application.Build")(lambda world: world.profile.office_build)
queried(APPLICATION, "UserName", "Application.UserName")(lambda world: world.profile.full_name)
queried(APPLICATION, "UserInitials", "Application.UserInitials")(lambda world: world.profile.full_name[:1])
queried(APPLICATION, "UserAddress", "Application.UserAddress")(lambda _world: "")
queried(APPLICATION, "OrganizationName", "Application.OrganizationName")(lambda world: world.profile.domain)
queried(APPLICATION, "OperatingSystem", "Application.OperatingSystem")(lambda world: world.profile.operating_system)
queried(APPLICATION, "MouseAvailable", "Application.MouseAvailable")(lambda _world: True)
queried(APPLICATION, "Language", "Application.Language")(lambda world: world.profile.lcid)
queried(APPLICATION, "MemoryFree", "Application.MemoryFree")(lambda _world: 1048576)
queried(APPLICATION, "MemoryTotal", "Application.MemoryTotal")(lambda _world: 1048576)
queried(APPLICATION, "CapsLock", "Application.CapsLock")(lambda _world: False)
queried(APPLICATION, "NumLock", "Application.NumLock")(lambda _world: True)
queried(APPLICATION, "ActivePrinter", "Application.ActivePrinter")(lambda _world: "Microsoft Print to PDF")


@APPLICATION.method("Name", "_Default", "Value")
def app_name(_machine: Any, this: Object) -> str:
    return host_of(this).title


@APPLICATION.method("Caption")
def app_caption(machine: Any, this: Object) -> str:
    return str(this.data.get("=caption", f"{machine.world.document} - {host_of(this).title.removeprefix('Microsoft ')}"))


OFFICE_FOLDER: Final = r"C:\Program Files\Microsoft Office\root\Office16"


@APPLICATION.method("Path", "LibraryPath")
def app_path(_machine: Any, _this: Object) -> str:
    return OFFICE_FOLDER


@APPLICATION.method("PathSeparator")
def app_path_separator(_machine: Any, _this: Object) -> str:
    return "\\"


@APPLICATION.method("StartupPath")
def startup_path(machine: Any, this: Object) -> str:
    folder = {"word": r"Word\STARTUP", "excel": "Excel\\XLSTART"}.get(host_of(this).app, "AddIns")
    return rf"{machine.world.profile.home}\AppData\Roaming\Microsoft\{folder}"


@APPLICATION.method("TemplatesPath", "UserTemplatesPath")
def templates_path(machine: Any, _this: Object) -> str:
    return rf"{machine.world.profile.home}\AppData\Roaming\Microsoft\Templates\\"[:-1]


@APPLICATION.method("UserLibraryPath", "AltStartupPath")
def user_library_path(machine: Any, _this: Object) -> str:
    return rf"{machine.world.profile.home}\AppData\Roaming\Microsoft\AddIns\\"[:-1]


@APPLICATION.method("Run", takes="macroname varg1 varg2 varg3 varg4 varg5 varg6 varg7 varg8 varg9 varg10")
def run(machine: Any, this: Object, name: Any = MISSING, *args: Any) -> Any:
    return host_of(this).run(as_text(machine, name), args)


@APPLICATION.method("OnTime", takes="when name tolerance schedule")
def on_time(
    machine: Any, this: Object, when: Any = MISSING, name: Any = MISSING, _tolerance: Any = MISSING, schedule: Any = MISSING
) -> None:
    if as_bool(machine, schedule, default=True):
        host_of(this).later(as_text(machine, name), when)


@APPLICATION.method("Wait", takes="time")
def wait(machine: Any, _this: Object, time: Any = MISSING) -> bool:
    if type(time) is Date:
        # Excel waits until that moment of the day.
        machine.world.pass_time((time.serial - serial_of(machine.world.now)) * 86_400)
    return True


def serial_of(moment: Any) -> float:
    """A datetime as Excel counts days."""
    from datetime import datetime

    span = moment - datetime(1899, 12, 30)  # noqa: DTZ001 - the script's local time, no zone
    return float(span.days + span.seconds / 86_400)


@APPLICATION.method("Quit", takes="savechanges format routedocument")
def quit_application(_machine: Any, this: Object, *_: Any) -> None:
    host = host_of(this)
    if this is host.application and host.machine.project is not None and host.machine.project.host is host:
        raise ScriptEnd


@APPLICATION.method("SendKeys", takes="keys wait")
def send_keys(machine: Any, _this: Object, keys: Any = MISSING, _wait: Any = MISSING) -> None:
    machine.type_keys(as_text(machine, keys), "Application.SendKeys")


@APPLICATION.method("ShellExecute", takes="file arguments directory operation show")
def shell_execute(machine: Any, _this: Object, file: Any = MISSING, arguments: Any = MISSING, *_: Any) -> None:
    command = Unknown.join((as_text(machine, file), " " if arguments is not MISSING else "", as_text(machine, arguments)))
    machine.run(command, "Application.ShellExecute")


DDE_SERVERS: Final = frozenset("excel winword powerpnt msaccess outlook progman folders iexplore wwwopenurl system shell".split())


@APPLICATION.method("DDEInitiate", takes="app topic")
def dde_initiate(machine: Any, this: Object, app: Any = MISSING, topic: Any = MISSING) -> int:
    """A program that serves no DDE is started with the topic as its arguments: `DDEInitiate "cmd", "/c …"`."""
    server, about = as_text(machine, app), as_text(machine, topic)
    if display(server).lower() not in DDE_SERVERS:
        machine.run(Unknown.join((server, " ", about)), "DDEInitiate")
    this.data["dde"] = server
    return 1


@APPLICATION.method("DDEExecute", takes="channel string")
def dde_execute(machine: Any, this: Object, _channel: Any = MISSING, text: Any = MISSING) -> None:
    machine.effect("keys", as_text(machine, text), "DDEExecute", to=this.data.get("dde", ""))


actions(APPLICATION, "ddepoke ddeterminate ddeterminateall")
APPLICATION.get["dderequest"] = lambda machine, _this, *_: machine.unmodelled("DDERequest")


@APPLICATION.method("InchesToPoints")
def inches_to_points(machine: Any, _this: Object, inches: Any = MISSING) -> Any:
    return as_number(machine, inches) * 72


@APPLICATION.method("CentimetersToPoints")
def centimeters_to_points(machine: Any, _this: Object, centimeters: Any = MISSING) -> Any:
    return as_number(machine, centimeters) * 72 / 2.54


@APPLICATION.method("PointsToInches")
def points_to_inches(machine: Any, _this: Object, points: Any = MISSING) -> Any:
    return as_number(machine, points) / 72


@APPLICATION.method("PointsToCentimeters")
def points_to_centimeters(machine: Any, _this: Object, points: Any = MISSING) -> Any:
    return as_number(machine, points) * 2.54 / 72


@APPLICATION.method("MillimetersToPoints")
def millimeters_to_points(machine: Any, _this: Object, millimeters: Any = MISSING) -> Any:
    return as_number(machine, millimeters) * 72 / 25.4


@APPLICATION.method("PixelsToPoints")
def pixels_to_points(machine: Any, _this: Object, pixels: Any = MISSING, _vertical: Any = MISSING) -> Any:
    return as_number(machine, pixels) * 0.75


@APPLICATION.method("PointsToPixels")
def points_to_pixels(machine: Any, _this: Object, points: Any = MISSING, _vertical: Any = MISSING) -> Any:
    return as_number(machine, points) / 0.75


# ---------------------------------------------------------------- the macro editor

APPLICATION.get["vbe"] = lambda _machine, this: host_of(this).code.editor()


# ---------------------------------------------------------------- languages

LANGUAGES: Final = office_class("LanguageSettings")


@LANGUAGES.method("LanguageID", takes="id")
def language_id(machine: Any, _this: Object, _id: Any = MISSING) -> Any:
    return machine.query("LanguageSettings.LanguageID", machine.world.profile.lcid)


@LANGUAGES.method("LanguagePreferredForEditing", takes="lid")
def language_preferred(machine: Any, _this: Object, lid: Any = MISSING) -> Any:
    return machine.query("LanguageSettings.LanguagePreferredForEditing", as_int(machine, lid) in (machine.world.profile.lcid, 1033))


child_object(APPLICATION, "LanguageSettings", LANGUAGES)


# ---------------------------------------------------------------- dialogs about files

FILE_DIALOG: Final = office_class("FileDialog")
properties(FILE_DIALOG, title="", initialfilename="", allowmultiselect=True, buttonname="", filterindex=1, initialview=1)
actions(FILE_DIALOG, "show execute", result=0)  # nobody is there to choose a file
empty(FILE_DIALOG, "selecteditems", "filters")


@APPLICATION.method("FileDialog", takes="dialogtype")
def file_dialog(_machine: Any, this: Object, *_: Any) -> Object:
    return Object(FILE_DIALOG, host=host_of(this))


FILE_SEARCH: Final = office_class("FileSearch")
properties(FILE_SEARCH, lookin="", filename="", searchsubfolders=False, matchtextexactly=False, filetype=1, textorproperty="")
actions(FILE_SEARCH, "newsearch refreshscopes")


@FILE_SEARCH.method("Execute", takes="sortby sortorder alwaysaccurate")
def search_files(machine: Any, this: Object, *_: Any) -> int:
    """Finds what the script itself wrote to the folder."""
    import fnmatch

    pattern = known(machine, this.data.get("=filename", "*")).lower() or "*"
    folder = known(machine, this.data.get("=lookin", ""))
    inside = machine.world.files.inside(folder) if folder else []
    this.data["found"] = [path for path in inside if fnmatch.fnmatchcase(path.lower().rpartition("\\")[2], pattern)]
    return len(this.data["found"])


FOUND_FILES: Final = office_class("FoundFiles", "item")


@FOUND_FILES.method("Count")
def found_count(_machine: Any, this: Object) -> int:
    return len(this.data["found"])


@FOUND_FILES.method("Item", takes="index")
def found_item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    at = as_int(machine, index)
    found: list[str] = this.data["found"]
    if isinstance(at, Unknown) or not 1 <= at <= len(found):
        raise ScriptError(9, "Subscript out of range")
    return found[at - 1]


FOUND_FILES.items = lambda _machine, this: iter(this.data["found"])


@FILE_SEARCH.method("FoundFiles")
def found_files(_machine: Any, this: Object) -> Object:
    return Object(FOUND_FILES, host=host_of(this), found=this.data.get("found", []))


child_object(APPLICATION, "FileSearch", FILE_SEARCH)


# ---------------------------------------------------------------- command bars, assistant, options

COMMAND_BAR: Final = office_class("CommandBar", "name")
properties(COMMAND_BAR, enabled=True, visible=True, position=1, protection=0, name="")
actions(COMMAND_BAR, "reset delete showpopup")

COMMAND_BAR_CONTROL: Final = office_class("CommandBarControl", "caption")
properties(COMMAND_BAR_CONTROL, enabled=True, visible=True, caption="", onaction="", tag="", parameter="", tooltiptext="", begingroup=False)
properties(COMMAND_BAR_CONTROL, faceid=0, style=0, id=1, state=0)
actions(COMMAND_BAR_CONTROL, "reset delete execute setfocus copyface pasteface")


RIBBON_CONTROL: Final = office_class("IRibbonControl", "id")
properties(RIBBON_CONTROL, id="", tag="", index=0)
actions(RIBBON_CONTROL, "invalidate invalidatecontrol invalidatecontrolmso activatetab activatetabmso")
"""What the ribbon hands to a procedure: a control; when it is loaded, the ribbon itself, whose methods change nothing here."""


def _any_bar(made: ObjectClass) -> Any:
    def item(machine: Any, this: Object, index: Any = MISSING, *_: Any) -> Object:
        return Object(made, host=host_of(this), **{"=name": display(index) if index is not MISSING else ""})

    return item


COMMAND_BARS: Final = office_class("CommandBars", "item")
COMMAND_BARS.get.update({"item": _any_bar(COMMAND_BAR), "add": _any_bar(COMMAND_BAR), "activemenubar": _any_bar(COMMAND_BAR)})
COMMAND_BARS.get["findcontrol"] = _any_bar(COMMAND_BAR_CONTROL)
COMMAND_BARS.get["count"] = lambda _machine, _this: 140
COMMAND_BARS.items = lambda _machine, _this: iter(())
actions(COMMAND_BARS, "executemso releasefocus")
COMMAND_BARS.get["getenabledmso"] = COMMAND_BARS.get["getvisiblemso"] = lambda _machine, _this, *_: True
COMMAND_BARS.get["getpressedmso"] = lambda _machine, _this, *_: False

COMMAND_BAR_CONTROLS: Final = office_class("CommandBarControls", "item")
COMMAND_BAR_CONTROLS.get.update({"item": _any_bar(COMMAND_BAR_CONTROL), "add": _any_bar(COMMAND_BAR_CONTROL)})
COMMAND_BAR_CONTROLS.get["count"] = lambda _machine, _this: 10
COMMAND_BAR_CONTROLS.items = lambda _machine, _this: iter(())
for _class in (COMMAND_BAR, COMMAND_BAR_CONTROL):
    child_object(_class, "Controls", COMMAND_BAR_CONTROLS)
    _class.get["findcontrol"] = _any_bar(COMMAND_BAR_CONTROL)
child_object(APPLICATION, "CommandBars", COMMAND_BARS)

SETTINGS: Final = office_class("Options")
"""Objects that only hold settings: what a macro sets is kept, what it reads without having set it is not known."""

for _name in (
    "Options",
    "AutoCorrect",
    "DefaultWebOptions",
    "Assistant",
    "AnswerWizard",
    "NewDocument",
    "SmartArtLayouts",
    "ErrorCheckingOptions",
):
    child_object(APPLICATION, _name, SETTINGS)

ADD_IN: Final = office_class("AddIn", "name")
ADD_INS: Final = collection_class("AddIns")


@ADD_IN.method("Name", "FullName", "Title")
def add_in_name(_machine: Any, this: Object) -> Any:
    return this.data["name"]


properties(ADD_IN, installed=False, isopen=False, loaded=False, autoload=False)
actions(ADD_IN, "delete")


@ADD_INS.method("Add", takes="filename copyfile")
def add_add_in(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> Object:
    path = as_text(machine, file)
    machine.effect("load", path, "AddIns.Add")
    return Object(ADD_IN, host=host_of(this), name=display(path))


APPLICATION.get["addins"] = lambda _machine, this: Object(ADD_INS, host=this.data["host"], items=())
APPLICATION.get["addins2"] = APPLICATION.get["addins"]


# ---------------------------------------------------------------- recent files

RECENT_FILE: Final = office_class("RecentFile", "name")
RECENT_FILES: Final = collection_class("RecentFiles")
RECENT_FILE.get["name"] = lambda _machine, this: this.data["name"]
RECENT_FILE.get["path"] = lambda machine, _this: rf"{machine.world.profile.home}\Documents"
RECENT_FILE.get["index"] = lambda _machine, this: this.data["index"]
actions(RECENT_FILE, "delete open")
properties(RECENT_FILES, maximum=50)


@RECENT_FILES.method("Count")
def recent_count(machine: Any, _this: Object) -> Any:
    return machine.query("RecentFiles.Count", machine.world.profile.recent_files)


@APPLICATION.method("RecentFiles")
def recent_files(machine: Any, this: Object) -> Object:
    host = host_of(this)
    suffix = {"excel": "xlsx", "powerpoint": "pptx"}.get(host.app, "docx")
    count = machine.world.profile.recent_files
    items = [Object(RECENT_FILE, host=host, name=rf"議事録{number:02}.{suffix}", index=number) for number in range(1, count + 1)]
    return Object(RECENT_FILES, host=host, items=items)


__all__ = ["APPLICATION", "EMPTY_COLLECTION", "LIBRARY", "NOTHING", "SETTINGS", "Host", "queried", "serial_of"]


def only_window(windows: ObjectClass, window: ObjectClass) -> Callable[[Object], Object]:
    """The one window an application has, made when it is first asked for. How many there are is a question macros ask of sandboxes."""

    def count(machine: Any, _this: Object) -> Any:
        return machine.query("Windows.Count", 1)

    def found(this: Object) -> Object:
        host = host_of(this)
        if "window" not in host.settings:
            host.settings["window"] = Object(window, host=host)
        made: Object = host.settings["window"]
        return made

    windows.method("Count")(count)
    return found
