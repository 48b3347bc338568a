"""UserForms and the controls of Microsoft Forms, on forms and on pages, with what the document says they hold.

What a macro reads of a control that came with the document lay outside the modules: the favourite place for a payload.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Object, ObjectClass, Unknown
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.host import names
from emoscan.evaluate.vba.host.base import (
    actions,
    as_bool,
    as_int,
    as_text,
    child_object,
    collection_class,
    known,
    office_class,
    pick,
    properties,
)
from emoscan.parse import bundle
from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.application import Host
    from emoscan.evaluate.vba.symbols import Module

# A default name that the form designer gives: what looks like one in a form nobody could read is a control of it.
DEFAULT_NAME: Final = lazy(
    r"(?:textbox|label|combobox|listbox|checkbox|optionbutton|togglebutton|frame|commandbutton|tabstrip|multipage|scrollbar|spinbutton|image)\d{1,3}"
)

CONTROL_ATTRIBUTE: Final = lazy(
    r'^\s*Attribute\s+VB_Control\s*=\s*"([^",\r\n]{1,255}),[^",\r\n]*,[^",\r\n]*,([^",\r\n]*),([^",\r\n]*)"', re.MULTILINE
)

NO_OBJECT: Final = -2147024809
"""Error of a collection of controls for a name or number that is not in it."""


class Forms:
    """The forms of a project and the controls on its document's pages."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.records = {form.name.lower(): form for form in host.record.forms}
        self.instances: dict[str, Object] = {}
        self.loaded: list[Object] = []
        self._page: dict[str, dict[str, bundle.Control]] | None = None
        self._page_objects: dict[tuple[str, str], Object] = {}

    # ------------------------------------------------------------ forms

    def bind(self, module: Module) -> None:
        instance = module.instance
        assert instance is not None
        record = self.records.get(module.name)
        data = instance.data
        data["name"] = module.shown
        data["read"] = record is not None
        data["values"] = {key.lower(): value for key, value in record.properties.items()} if record is not None else {}
        data["records"] = flat(record.controls) if record is not None else {}
        data["objects"] = {}
        data["place"] = f"form {module.shown}"
        self.instances[module.name] = instance
        assert module.cls is not None
        for name in data["records"]:
            if name not in module.procedures and name not in module.variables:
                module.cls.get[name] = _control_member(name)

    def has_control(self, form: str, name: str) -> bool:
        record = self.records.get(form)
        if record is None:
            return DEFAULT_NAME.fullmatch(name) is not None
        instance = self.instances.get(form)
        return name in (instance.data["records"] if instance is not None else flat(record.controls))

    def form_by_name(self, name: str) -> Any:
        return self.instances.get(name.lower(), NOTHING)

    def load(self, form: Any) -> None:
        """The form is made ready: its Initialize event runs, once."""
        if type(form) is Object and "records" in form.data and not form.data.get("loaded"):
            form.data["loaded"] = True
            self.loaded.append(form)
            self.event(form, "userform_initialize")

    def unload(self, form: Any) -> None:
        if type(form) is Object and form.data.get("loaded"):
            form.data["loaded"] = False
            self.loaded.remove(form)
            self.event(form, "userform_queryclose")
            self.event(form, "userform_terminate")

    def show(self, form: Object, *, modal: bool = True) -> None:
        """The form appears, and whoever is before the screen presses its default button, or closes a form that has none."""
        self.load(form)
        if form.data.get("shown"):
            return
        form.data["shown"] = True
        button = self.button(form)
        try:
            for event in ("userform_activate", "userform_layout"):
                self.event(form, event)
            if button:
                self.event(form, f"{button}_click")
            elif modal:
                self.unload(form)
        finally:
            form.data["shown"] = False

    def button(self, form: Object) -> str:
        """Name of the button that Enter would press: the default one, or the first that has code behind it."""
        module = form.data["module"]
        buttons = [name for name, control in form.data["records"].items() if control.type == "CommandButton"]
        clicked = [name for name in buttons if f"{name}_click" in module.procedures]
        default = [name for name in clicked if form.data["records"][name].properties.get("Default")]
        by_code = [name.removesuffix("_click") for name in module.procedures if name.endswith("_click") and name != "userform_click"]
        return next(iter(default or clicked or by_code), "")

    def event(self, form: Object, name: str) -> None:
        """Run an event procedure of a form, if it has one."""
        module = form.data["module"]
        procedure = module.procedures.get(name)
        if procedure is not None:
            project = self.host.machine.project
            required = [p for p in procedure.tree.parameters if not p.optional and not p.rest]
            self.host.machine.invoke(procedure, tuple(project.argument_of_event(p) for p in required), form)

    # ------------------------------------------------------------ controls on pages

    def page_records(self, module: str) -> dict[str, bundle.Control]:
        """Controls of a document module by lower-case name: those that were read, and those its source says it has."""
        if self._page is None:
            self._page = {}
            for control in self.host.record.controls:
                of_module = self._page.setdefault((control.module or self.host.record.code_name).lower(), {})
                for name, inner in flat((control,)).items():
                    of_module.setdefault(name, inner)
            for source in self.host.modules.values():
                if source.type == "document" and "VB_Control" in source.source:
                    of_module = self._page.setdefault(source.name.lower(), {})
                    for match in CONTROL_ATTRIBUTE.finditer(source.source):
                        name = match[1].strip()
                        of_module.setdefault(name.lower(), bundle.Control(name, match[3].strip(), module=source.name))
        return self._page.get(module, {})

    def has_page_control(self, module: str, name: str) -> bool:
        return name in self.page_records(module)

    def bind_page(self, module: Module) -> None:
        """The controls of a page as members of its module."""
        assert module.cls is not None
        for name in self.page_records(module.name):
            if name not in module.procedures and name not in module.variables:
                module.cls.get[name] = _page_member(name)

    def page_control(self, module: str, name: str) -> Object | None:
        """A control on the page that a document module stands for."""
        key = (module.lower(), name.lower())
        if key not in self._page_objects:
            record = self.page_records(key[0]).get(key[1])
            if record is None:
                return None
            self._page_objects[key] = control_object(self.host, record, record.module or self.host.record.code_name, None)
        return self._page_objects[key]

    def page_controls(self, module: str) -> list[Object]:
        found = (self.page_control(module, name) for name in self.page_records(module.lower()))
        return [control for control in found if control is not None]


def _control_member(name: str) -> Any:
    """A control as a member of its form, before members of that name which all controls have (Cancel, Default)."""

    def get(machine: Any, this: Object) -> Any:
        loaded(machine, this)
        return form_control(this, name)

    return get


def _page_member(name: str) -> Any:
    return lambda _machine, this: this.data["host"].forms.page_control(this.data["module"].name, name)


def flat(controls: tuple[bundle.Control, ...]) -> dict[str, bundle.Control]:
    """Controls by lower-case name, with those inside frames and pages."""
    found: dict[str, bundle.Control] = {}
    stack = list(reversed(controls))
    while stack:
        control = stack.pop()
        if control.type not in PARTS:
            found.setdefault(control.name.lower(), control)
        stack.extend(reversed(control.controls))
    return found


PARTS: Final = ("Page", "Tab")


def control_object(host: Host, record: bundle.Control, owner: str, parent: Object | None) -> Object:
    values = {key.lower(): value for key, value in record.properties.items()}
    unread = not values or "strings" in values
    cls = CLASSES.get(record.type, CONTROL)
    made = Object(cls, host=host, name=record.name, values=values, record=record, unread=unread, parent=parent, objects={})
    made.data["place"] = f"control {record.name} of {owner}"
    made.data["owner"] = owner
    return made


# ---------------------------------------------------------------- what all controls have

DEFAULTS: Final[dict[str, Any]] = {
    "tag": "",
    "controltiptext": "",
    "controlsource": "",
    "groupname": "",
    "rowsource": "",
    "caption": "",
    "visible": True,
    "enabled": True,
    "locked": False,
    "tabstop": True,
    "tabindex": 0,
    "left": 0.0,
    "top": 0.0,
    "width": 72.0,
    "height": 18.0,
    "zoom": 100,
    "helpcontextid": 0,
    "layouteffect": 0,
    "backcolor": -2147483633,
    "forecolor": -2147483630,
    "bordercolor": -2147483642,
    "borderstyle": 0,
    "backstyle": 1,
    "specialeffect": 0,
    "mousepointer": 0,
    "autosize": False,
    "wordwrap": True,
    "accelerator": "",
    "default": False,
    "cancel": False,
    "picture": NOTHING,
    "picturealignment": 2,
    "picturesizemode": 0,
    "picturetiling": False,
    "textalign": 1,
    "alignment": 1,
    "fontname": "Tahoma",
    "fontsize": 8.25,
    "fontbold": False,
    "oldleft": 0.0,
    "oldtop": 0.0,
    "oldwidth": 0.0,
    "oldheight": 0.0,
    "insidewidth": 0.0,
    "insideheight": 0.0,
    "scrollbars": 0,
    "cycle": 0,
    "drawbuffer": 32000,
    "startupposition": 1,
    "righttoleft": False,
    "takefocusonclick": True,
    "triplestate": False,
    "printobject": True,
    "placement": 2,
    "linkedcell": "",
    "listfillrange": "",
    "autoload": False,
}

CONTROL: Final = office_class("Control", "value")


def read_property(machine: Any, this: Object, name: str, default: Any = MISSING) -> Any:
    """A property: as assigned, else as the document has it, else as a new control has it."""
    data = this.data
    slot = f"={name}"
    if slot in data:
        return data[slot]
    if name in data["values"]:
        value = data["values"][name]
        if type(value) is str:
            value = data["host"].outside(value, data["place"])
        return value
    if data.get("unread"):
        return machine.unmodelled(f"{data['place']}: {name}")
    if default is not MISSING:
        return default
    return DEFAULTS[name] if name in DEFAULTS else machine.unmodelled(f"{this.cls.name}.{name}")


def _missing_property(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    data = this.data
    child = child_by_name(this, name.lower())
    value = child if child is not None else read_property(machine, this, name.lower())
    if args and not (data.get("unread") or isinstance(value, Unknown)):
        return machine.index(value, args)
    return value


CONTROL.missing = _missing_property


def child_by_name(this: Object, name: str) -> Object | None:
    """What is inside a frame, a page or a multi-page, by its name."""
    record = this.data.get("record")
    if record is None or not record.controls:
        return None
    for inner in record.controls:
        if inner.name.lower() == name:
            return child(this, inner)
    return None


def child(this: Object, record: bundle.Control) -> Object:
    """The object of a control inside another: the same each time."""
    objects = this.data["objects"]
    key = id(record)
    if key not in objects:
        objects[key] = control_object(this.data["host"], record, this.data["owner"], this)
    made: Object = objects[key]
    return made


def reading(cls: ObjectClass, *which: str, **defaults: Any) -> None:
    """Members that read a property of the document; keyword arguments give the value of a new control."""
    for name in which:
        cls.get[name] = lambda machine, this, *, _name=name: read_property(machine, this, _name)
    for name, default in defaults.items():
        cls.get[name] = lambda machine, this, *, _name=name, _default=default: read_property(machine, this, _name, _default)


reading(CONTROL, *DEFAULTS)
actions(CONTROL, "setfocus move zorder select bringtofront sendtoback cut copy delete activate verb update showcontextmenu paste dropdown")
CONTROL.get["object"] = lambda _machine, this: this
CONTROL.get["name"] = lambda _machine, this: this.data.get("=name", this.data["name"])
CONTROL.get["index"] = lambda machine, this: read_property(machine, this, "index", 0)
CONTROL.get["text"] = lambda machine, this: read_property(machine, this, "text")
CONTROL.get["value"] = lambda machine, this: read_property(machine, this, "value")

FONT: Final = office_class("Font", "name")
properties(FONT, name="Tahoma", size=8.25, bold=False, italic=False, underline=False, strikethrough=False, weight=400, charset=1)
child_object(CONTROL, "Font", FONT)
child_object(CONTROL, "MouseIcon", FONT)


def happened(this: Object, *events: str) -> None:
    """Run what the code of a control's form or page does on events that the script itself causes, one at a time."""
    data = this.data
    project = data["host"].machine.project
    module = project.modules.get(data["owner"].lower()) if project is not None and "owner" in data else None
    if module is None or module.instance is None or data.get("busy"):
        return
    data["busy"] = True
    try:
        for event in events:
            procedure = module.procedures.get(f"{data['name'].lower()}_{event}")
            if procedure is not None:
                required = [p for p in procedure.tree.parameters if not p.optional and not p.rest]
                data["host"].machine.invoke(procedure, tuple(project.argument_of_event(p) for p in required), module.instance)
    finally:
        data["busy"] = False


def put_value(machine: Any, this: Object, value: Any) -> None:
    """A new value is a change, and of buttons and boxes a click."""
    this.data["=value"] = value
    clicks = this.cls.name in ("CheckBox", "OptionButton", "ToggleButton")
    if this.cls.name != "CommandButton":
        happened(this, "change", *(("click",) if clicks else ()))
    elif machine.truth(value):
        happened(this, "click")


CONTROL.put["value"] = put_value


def control_class(name: str, default: str, parent: ObjectClass = CONTROL) -> ObjectClass:
    return office_class(name, default, parent)


def same(cls: ObjectClass, first: str, second: str, initial: Any, convert: Any = None) -> None:
    """Two names of one property."""

    def get(machine: Any, this: Object) -> Any:
        values = this.data["values"]
        key = first if first in values or second not in values else second
        return this.data["=" + first] if "=" + first in this.data else read_property(machine, this, key, initial)

    def put(machine: Any, this: Object, value: Any) -> None:
        this.data["=" + first] = value if convert is None else convert(machine, value)
        happened(this, "change")

    for name in (first, second):
        cls.get[name] = get
        cls.put[name] = put


# ---------------------------------------------------------------- the classes

LABEL: Final = control_class("Label", "caption")
BUTTON: Final = control_class("CommandButton", "value")
reading(BUTTON, value=False)
reading(LABEL, value="")

TEXT_BOX: Final = control_class("TextBox", "value")
same(TEXT_BOX, "value", "text", "", as_text)
TEXTS: Final[dict[str, Any]] = {
    "passwordchar": "",
    "maxlength": 0,
    "multiline": False,
    "enterkeybehavior": False,
    "tabkeybehavior": False,
    "selstart": 0,
    "sellength": 0,
    "seltext": "",
    "curline": 0,
    "autotab": False,
    "autowordselect": True,
    "hideselection": True,
    "imemode": 0,
    "integralheight": True,
    "selectionmargin": True,
    "enterfieldbehavior": 0,
    "dragbehavior": 0,
}
reading(TEXT_BOX, **TEXTS)


@TEXT_BOX.method("TextLength", "LineCount")
def text_length(machine: Any, this: Object) -> Any:
    value = as_text(machine, machine.get(this, "value"))
    return value if isinstance(value, Unknown) else len(value)


def list_items(machine: Any, this: Object) -> Any:
    """Rows of a list: each a list of its columns. Made from what the document says the list holds."""
    if "rows" not in this.data:
        stored = this.data["values"].get("list")
        rows = stored.split("\r\n") if isinstance(stored, str) and stored else []
        this.data["rows"] = [[row] for row in rows]
    return this.data["rows"]


LIST: Final = control_class("ListControl", "value")
reading(
    LIST, columncount=1, boundcolumn=1, textcolumn=-1, columnwidths="", columnheads=False, liststyle=0, matchentry=1, topindex=0, listrows=8
)
reading(LIST, multiselect=0, **{key: TEXTS[key] for key in ("selstart", "sellength", "seltext", "maxlength", "imemode", "integralheight")})


@LIST.method("AddItem", takes="pvargitem pvargindex")
def add_item(machine: Any, this: Object, item: Any = MISSING, at: Any = MISSING) -> None:
    rows = list_items(machine, this)
    machine.grow(64)
    place = as_int(machine, at, len(rows))
    rows.insert(len(rows) if isinstance(place, Unknown) else place, ["" if item is MISSING else item])


@LIST.method("RemoveItem", takes="pvargindex")
def remove_item(machine: Any, this: Object, at: Any = MISSING) -> None:
    rows, place = list_items(machine, this), as_int(machine, at)
    if not isinstance(place, Unknown):
        if not 0 <= place < len(rows):
            raise ScriptError(5, "Invalid procedure call or argument")
        del rows[place]


@LIST.method("Clear")
def clear_list(_machine: Any, this: Object) -> None:
    this.data["rows"] = []


@LIST.method("ListCount")
def list_count(machine: Any, this: Object) -> Any:
    if this.data["unread"]:
        return Unknown(f"{this.data['place']}: ListCount")
    return len(list_items(machine, this))


@LIST.method("List", takes="pvargindex pvargcolumn")
def list_of(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    rows = list_items(machine, this)
    if this.data["unread"] and not rows:
        return Unknown(f"{this.data['place']}: List")
    if row is MISSING:
        width = max((len(r) for r in rows), default=1)
        machine.grow(8 * width * len(rows))
        data = [r[c] if c < len(r) else NULL for c in range(width) for r in rows]
        return Array([(0, len(rows) - 1), (0, width - 1)], "", data) if rows else NULL
    at, of = as_int(machine, row), as_int(machine, column)
    if isinstance(at, Unknown) or isinstance(of, Unknown):
        return Unknown(f"{this.data['place']}: List")
    if not 0 <= at < len(rows) or of < 0:
        raise ScriptError(381, "Could not get the List property. Invalid property array index.")
    value = rows[at][of] if of < len(rows[at]) else NULL
    return this.data["host"].outside(value, this.data["place"]) if type(value) is str else value


@LIST.setter("List")
def put_list(machine: Any, this: Object, *args: Any) -> None:
    value = args[-1]
    rows = list_items(machine, this)
    if len(args) == 1:
        if type(value) is Array and len(value.bounds) == 2:
            height, width = (high - low + 1 for low, high in value.bounds)
            this.data["rows"] = [[value.data[c * height + r] for c in range(width)] for r in range(height)]
        elif type(value) is Array:
            this.data["rows"] = [[item] for item in value.data]
        return
    at, of = as_int(machine, args[0]), as_int(machine, args[1]) if len(args) > 2 else 0
    if isinstance(at, Unknown) or isinstance(of, Unknown):
        return
    if not 0 <= at < len(rows) or not 0 <= of < 256:
        raise ScriptError(381, "Could not set the List property. Invalid property array index.")
    rows[at] += [NULL] * (of + 1 - len(rows[at]))
    rows[at][of] = value


@LIST.method("Column", takes="pvargcolumn pvargindex")
def column(machine: Any, this: Object, of: Any = MISSING, row: Any = MISSING) -> Any:
    return list_of(machine, this, list_index(machine, this) if row is MISSING else row, of)


@LIST.method("ListIndex")
def list_index(machine: Any, this: Object) -> Any:
    if "=listindex" in this.data:
        return this.data["=listindex"]
    value = this.data.get("=value", this.data["values"].get("value"))
    rows = list_items(machine, this)
    return next((at for at, row in enumerate(rows) if value is not None and row[0] == value), -1)


@LIST.setter("ListIndex")
def put_list_index(machine: Any, this: Object, value: Any) -> None:
    at = as_int(machine, value)
    rows = list_items(machine, this)
    if not isinstance(at, Unknown):
        if not -1 <= at < len(rows):
            raise ScriptError(380, "Could not set the ListIndex property. Invalid property value.")
        this.data["=value"] = rows[at][0] if at >= 0 else NULL
    this.data["=listindex"] = at


@LIST.method("Selected", takes="pvargindex")
def selected(machine: Any, this: Object, at: Any = MISSING) -> Any:
    chosen = this.data.get("chosen", {})
    place = as_int(machine, at)
    return chosen.get(place, place == list_index(machine, this))


@LIST.setter("Selected")
def put_selected(machine: Any, this: Object, *args: Any) -> None:
    place = as_int(machine, args[0]) if len(args) > 1 else 0
    this.data.setdefault("chosen", {})[place] = as_bool(machine, args[-1])


COMBO_BOX: Final = control_class("ComboBox", "value", LIST)
same(COMBO_BOX, "value", "text", "")
reading(COMBO_BOX, style=0, dropbuttonstyle=1, showdropbuttonwhen=2, matchfound=False, matchrequired=False, **TEXTS)
COMBO_BOX.get["textlength"] = text_length
LIST_BOX: Final = control_class("ListBox", "value", LIST)
same(LIST_BOX, "value", "text", NULL)

CHECK_BOX: Final = control_class("CheckBox", "value")
reading(CHECK_BOX, value=False)
OPTION_BUTTON: Final = control_class("OptionButton", "value", CHECK_BOX)
TOGGLE_BUTTON: Final = control_class("ToggleButton", "value", CHECK_BOX)

SCROLL_BAR: Final = control_class("ScrollBar", "value")
reading(SCROLL_BAR, value=0, min=0, max=32767, smallchange=1, largechange=1, delay=50, orientation=-1, proportionalthumb=True)
SPIN_BUTTON: Final = control_class("SpinButton", "value", SCROLL_BAR)
reading(SPIN_BUTTON, max=100)

IMAGE: Final = control_class("Image", "")

# Frames, pages and forms hold controls.

CONTROLS: Final = collection_class("Controls", base=0, error=NO_OBJECT)


@CONTROLS.method("Add", takes="bstrprogid name visible")
def add_control(machine: Any, this: Object, prog_id: Any = MISSING, name: Any = MISSING, *_: Any) -> Object:
    type_ = known(machine, prog_id).split(".")[1:2]
    record = bundle.Control(known(machine, name, f"Control{len(this.data['items'])}"), type_[0] if type_ else "")
    owner = this.data["parent"]
    made = control_object(this.data["host"], record, owner.data["name"], owner)
    owner.data.setdefault("added", []).append(made)
    return made


actions(CONTROLS, "remove clear move cut copy paste sendtoback bringtofront")

FRAME: Final = control_class("Frame", "controls")
reading(FRAME, scrollheight=0.0, scrollwidth=0.0, scrollleft=0.0, scrolltop=0.0, keepscrollbarsvisible=3, verticalscrollbarside=0)
actions(FRAME, "repaint redoaction undoaction scroll setdefaulttaborder")


@FRAME.method("Controls")
def frame_controls(_machine: Any, this: Object) -> Object:
    inside = [child(this, record) for record in this.data["record"].controls]
    return Object(CONTROLS, host=this.data["host"], items=[*inside, *this.data.get("added", ())], parent=this)


FRAME.get["activecontrol"] = lambda _machine, _this: NOTHING

PAGE: Final = control_class("Page", "controls", FRAME)
reading(PAGE, transitioneffect=0, transitionperiod=0)
PAGES: Final = collection_class("Pages", base=0, error=NO_OBJECT)
TAB: Final = control_class("Tab", "caption")
TABS: Final = collection_class("Tabs", base=0, error=NO_OBJECT)


def parts_of(made: ObjectClass) -> Any:
    def get(_machine: Any, this: Object) -> Object:
        host = this.data["host"]
        inside: Any = [child(this, record) for record in this.data["record"].controls if record.type in PARTS]
        inside += this.data.get("added", ())
        return Object(made, host=host, items=Unknown(f"{this.data['place']}: pages") if this.data["unread"] else inside, parent=this)

    return get


def add_part(type_: str) -> Any:
    def add(machine: Any, this: Object, name: Any = MISSING, caption: Any = MISSING, *_: Any) -> Object:
        owner = this.data["parent"]
        title = known(machine, name, f"{type_}{len(this.data['items']) + 1}")
        record = bundle.Control(title, type_, {"Caption": known(machine, caption, title)})
        made = control_object(this.data["host"], record, owner.data["owner"], owner)
        owner.data.setdefault("added", []).append(made)
        return made

    return add


PAGES.get["add"] = add_part("Page")
TABS.get["add"] = add_part("Tab")
for _collection in (PAGES, TABS):
    actions(_collection, "clear remove")


def selected_part(collection: str) -> Any:
    def get(machine: Any, this: Object) -> Any:
        items = this.cls.get[collection](machine, this).data["items"]
        return pick(machine, items, machine.get(this, "value"), 0, NO_OBJECT) if items and not isinstance(items, Unknown) else NOTHING

    return get


MULTI_PAGE: Final = control_class("MultiPage", "value")
reading(MULTI_PAGE, value=0, style=0, multirow=False, taborientation=0, tabfixedheight=0.0, tabfixedwidth=0.0)
MULTI_PAGE.get["pages"] = parts_of(PAGES)
MULTI_PAGE.get["selecteditem"] = selected_part("pages")
TAB_STRIP: Final = control_class("TabStrip", "selecteditem")
reading(TAB_STRIP, value=0, style=0, multirow=False, taborientation=0, clientheight=0.0, clientwidth=0.0, clientleft=0.0, clienttop=0.0)
TAB_STRIP.get["tabs"] = parts_of(TABS)
TAB_STRIP.get["selecteditem"] = selected_part("tabs")

CLASSES: Final = {
    cls.name: cls
    for cls in (
        LABEL,
        BUTTON,
        TEXT_BOX,
        COMBO_BOX,
        LIST_BOX,
        CHECK_BOX,
        OPTION_BUTTON,
        TOGGLE_BUTTON,
        SCROLL_BAR,
        SPIN_BUTTON,
        IMAGE,
        FRAME,
        PAGE,
        TAB,
        MULTI_PAGE,
        TAB_STRIP,
    )
}

# ---------------------------------------------------------------- forms

USER_FORM: Final = ObjectClass("UserForm", "controls", FRAME)
USER_FORMS: Final = collection_class("UserForms", base=0, error=9)


def loaded(machine: Any, this: Object) -> None:
    if not this.data.get("loaded") and "records" in this.data:
        this.data["host"].forms.load(this)


def _form_member(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """A control of the form, or one of its own properties."""
    if "records" not in this.data:
        return machine.unmodelled(f"{this.cls.name}.{name}")
    loaded(machine, this)
    key = name.lower()
    found = form_control(this, key)
    if found is not None:
        return machine.index(found, args) if args else found
    for made in this.data.get("added", ()):
        if str(made.data["name"]).lower() == key:
            return made
    if key in this.data["values"] or key in DEFAULTS:
        return read_property(machine, this, key)
    if not this.data["read"]:
        return machine.unmodelled(f"{this.data['place']}: {name}")
    return machine.unmodelled(f"UserForm.{name}") if key in names.USER_FORM else no_such_member()


def no_such_member() -> Any:
    raise ScriptError(438, "Object doesn't support this property or method")


def form_control(this: Object, name: str) -> Object | None:
    objects, records = this.data["objects"], this.data["records"]
    if name not in objects:
        if name not in records:
            return None
        objects[name] = control_object(this.data["host"], records[name], this.data["name"], this)
    made: Object = objects[name]
    return made


def _form_property(machine: Any, this: Object, name: str) -> Any:
    if "records" not in this.data:
        return machine.unmodelled(f"{this.cls.name}.{name}")
    loaded(machine, this)
    return read_property(machine, this, name)


for _name in DEFAULTS:
    USER_FORM.get[_name] = lambda machine, this, *, _name=_name: _form_property(machine, this, _name)
USER_FORM.missing = _form_member
for _name in ("value", "text", "object", "index"):
    USER_FORM.get.pop(_name, None)
USER_FORM.get["name"] = lambda _machine, this: this.data.get("name", this.cls.name)


@USER_FORM.method("Controls")
def form_controls(machine: Any, this: Object) -> Object:
    loaded(machine, this)
    if not this.data.get("read"):
        return Object(CONTROLS, host=this.data["host"], items=Unknown(f"{this.data.get('place')}: Controls"), parent=this)
    inside = [form_control(this, name) for name in this.data["records"]]
    return Object(CONTROLS, host=this.data["host"], items=[*inside, *this.data.get("added", ())], parent=this)


@USER_FORM.method("Show", takes="modal")
def show(machine: Any, this: Object, modal: Any = MISSING) -> None:
    this.data["host"].forms.show(this, modal=modal is MISSING or machine.number(modal) != 0)


actions(USER_FORM, "hide printform whatsthismode move repaint cut copy paste")


@USER_FORMS.method("Add", takes="name")
def add_form(machine: Any, this: Object, name: Any = MISSING) -> Any:
    host = this.data["host"]
    form = host.forms.form_by_name(known(machine, name))
    if form is NOTHING:
        raise ScriptError(424, "Object required")
    host.forms.load(form)
    return form


__all__ = ["CLASSES", "CONTROL", "USER_FORM", "USER_FORMS", "Forms", "control_object", "flat"]
