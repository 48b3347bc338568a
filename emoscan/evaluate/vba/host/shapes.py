"""Drawing objects: text boxes, pictures and controls on pages, sheets and slides, with their text and descriptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba.host.base import (
    Lazy,
    actions,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    from_data,
    known,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.story import Story
from emoscan.parse import bundle
from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.application import Host

NO_SHAPE: Final = -2147024809
"""The item with the specified name wasn't found."""

TYPES: Final = {
    "textbox": 17,
    "picture": 13,
    "control": 12,
    "chart": 3,
    "group": 6,
    "placeholder": 14,
    "line": 9,
    "freeform": 5,
    "comment": 4,
}
"""MsoShapeType by what readers call it; 1 for any other shape."""

PROGRAM_AT: Final = lazy(
    r"(?:https?|ftp)://[^/?#]++/[^?#]+\.(?:exe|dll|scr|com|pif|cpl|msi|ps1|vbs|vbe|js|jse|wsf|hta|bat|cmd|jar|iso|img|zip|rar|7z|gz|do[ct]m|xls[mb]|lnk)(?:[?#]|$)",
    re.IGNORECASE,
)
"""Addresses of what a browser saves, to be opened."""

INLINE_TYPES: Final = {"picture": 3, "control": 5, "chart": 12, "line": 6, "ole": 1}
"""WdInlineShapeType likewise; 3 for any other."""

# ---------------------------------------------------------------- text in shapes

TEXT_RANGE: Final = office_class("TextRange", "text")
"""Of PowerPoint, and TextRange2 of all applications."""

TEXT_PIECES: Final = collection_class("TextRanges", default="text")


def text_range(host: Host, story: Story, start: int = 0, end: int | None = None) -> Object:
    return Object(TEXT_RANGE, host=host, story=story, start=start, end=len(story) if end is None else end)


def _bounds(this: Object) -> tuple[Story, int, int]:
    story: Story = this.data["story"]
    return story, this.data["start"], min(this.data["end"], len(story))


@TEXT_RANGE.method("Text", "Characters.Text")
def range_text(_machine: Any, this: Object) -> Any:
    story, start, end = _bounds(this)
    value = story.slice(start, end)
    return this.data["host"].outside(value, story.place) if story.outside else value


@TEXT_RANGE.setter("Text")
def put_range_text(machine: Any, this: Object, value: Any) -> None:
    story, start, end = _bounds(this)
    text = as_text(machine, value)
    size = len(known(machine, text))
    machine.grow(len(story) + size)
    story.replace(start, end, text)
    this.data["end"] = start + size


TEXT_RANGE.get["length"] = lambda _machine, this: _bounds(this)[2] - _bounds(this)[1]
TEXT_RANGE.get["start"] = lambda _machine, this: this.data["start"] + 1
TEXT_RANGE.get["count"] = lambda _machine, _this: 1


def _pieces(unit: str) -> Any:
    """`Paragraphs(2)`, `Words(3, 2)`: some of the pieces, or all of them."""

    def get(machine: Any, this: Object, first: Any = MISSING, length: Any = MISSING) -> Any:
        story, start, end = _bounds(this)
        if first is MISSING:
            spans = story.spans(unit, start, end)
            machine.spend(len(spans) // 64)
            host = this.data["host"]
            items = Lazy(len(spans), lambda at: text_range(host, story, *spans[at]))
            return Object(TEXT_PIECES, host=host, items=items, story=story, start=start, end=end)
        at, count = as_int(machine, first, 1), as_int(machine, length, 1)
        if isinstance(at, Unknown) or isinstance(count, Unknown):
            return Unknown(story.place)
        if unit == "character":
            low = start + max(at, 1) - 1
            return text_range(this.data["host"], story, min(low, end), min(low + max(count, 0), end))
        spans = story.spans(unit, start, end)[max(at, 1) - 1 : max(at, 1) - 1 + max(count, 0)]
        return text_range(this.data["host"], story, spans[0][0], spans[-1][1]) if spans else text_range(this.data["host"], story, end, end)

    return get


for _name, _unit in (
    ("paragraphs", "paragraph"),
    ("lines", "paragraph"),
    ("words", "word"),
    ("sentences", "sentence"),
    ("characters", "character"),
    ("runs", "paragraph"),
):
    TEXT_RANGE.get[_name] = _pieces(_unit)
    TEXT_PIECES.get[_name] = _pieces(_unit)
TEXT_PIECES.get["text"] = range_text
TEXT_PIECES.put["text"] = put_range_text


def _insert(*, after: bool) -> Any:
    def insert(machine: Any, this: Object, text: Any = MISSING) -> Object:
        story, start, end = _bounds(this)
        new = as_text(machine, text)
        size = len(known(machine, new))
        machine.grow(len(story) + size)
        at = end if after else start
        story.replace(at, at, new)
        this.data["end"] = end + size
        return text_range(this.data["host"], story, at, at + size)

    return insert


TEXT_RANGE.get["insertafter"] = TEXT_RANGE.get["insert"] = _insert(after=True)
TEXT_RANGE.get["insertbefore"] = _insert(after=False)


@TEXT_RANGE.method("Replace", takes="findwhat replacewhat after matchcase wholewords")
def replace_text(machine: Any, this: Object, what: Any = MISSING, new: Any = MISSING, *_: Any) -> Any:
    """The first occurrence only, as PowerPoint does."""
    from emoscan.evaluate.core.values import NOTHING

    story, start, end = _bounds(this)
    wanted, put = known(machine, what), as_text(machine, new)
    at = story.known.lower().find(wanted.lower(), start, end) if wanted else -1
    if at < 0:
        return NOTHING
    machine.grow(len(story))
    story.replace(at, at + len(wanted), put)
    size = len(known(machine, put))
    this.data["end"] = end + size - len(wanted)
    return text_range(this.data["host"], story, at, at + size)


@TEXT_RANGE.method("Find", takes="findwhat after matchcase wholewords")
def find_text(machine: Any, this: Object, what: Any = MISSING, *_: Any) -> Any:
    from emoscan.evaluate.core.values import NOTHING

    story, start, end = _bounds(this)
    wanted = known(machine, what)
    at = story.known.lower().find(wanted.lower(), start, end) if wanted else -1
    return text_range(this.data["host"], story, at, at + len(wanted)) if at >= 0 else NOTHING


@TEXT_RANGE.method("Delete")
def delete_text(machine: Any, this: Object) -> None:
    put_range_text(machine, this, "")


actions(TEXT_RANGE, "select copy cut paste pastespecial changecase addperiods removeperiods")
TEXT_RANGE.get["trimtext"] = lambda _machine, this: this

TEXT_FONT: Final = office_class("Font", "name")
properties(TEXT_FONT, name="Calibri", size=18.0, bold=0, italic=0, underline=0)
COLOR: Final = office_class("ColorFormat", "rgb")
properties(COLOR, rgb=0, type=1, schemecolor=1, objectthemecolor=13, tintandshade=0.0, brightness=0.0)
child_object(TEXT_FONT, "Color", COLOR)
child_object(TEXT_RANGE, "Font", TEXT_FONT)

TEXT_FRAME: Final = office_class("TextFrame")
properties(
    TEXT_FRAME, orientation=1, autosize=0, marginleft=7.2, marginright=7.2, margintop=3.6, marginbottom=3.6, wordwrap=-1, verticalanchor=1
)
empty(TEXT_FRAME, "ruler")


@TEXT_FRAME.method("HasText")
def has_text(_machine: Any, this: Object) -> Any:
    story: Story = this.data["story"]
    return story.text if isinstance(story.text, Unknown) else -1 if story.text.strip("\r") else 0


@TEXT_FRAME.method("TextRange")
def frame_range(_machine: Any, this: Object) -> Object:
    host: Host = this.data["host"]
    return host.text_of_shape(this.data["story"], modern=this.data["modern"])


@TEXT_FRAME.method("Characters", takes="start length")
def frame_characters(machine: Any, this: Object, start: Any = MISSING, length: Any = MISSING) -> Any:
    """Excel reads the text of a shape as `TextFrame.Characters.Text`."""
    story = this.data["story"]
    whole = text_range(this.data["host"], story)
    if start is MISSING:
        return whole
    return machine.call_member(whole, "characters", (start, len(story) if length is MISSING else length))


TEXT_FRAME.get["containingrange"] = frame_range
actions(TEXT_FRAME, "deletetext breakforwardlink")

# ---------------------------------------------------------------- OLE objects in shapes

OLE_FORMAT: Final = office_class("OLEFormat")


@OLE_FORMAT.method("Object")
def ole_object(machine: Any, this: Object) -> Any:
    control = this.data["control"]
    return control if control is not None else machine.unmodelled("OLEFormat.Object")


@OLE_FORMAT.method("ProgID", "ClassType")
def ole_prog_id(machine: Any, this: Object) -> Any:
    control = this.data["control"]
    return f"Forms.{control.cls.name}.1" if control is not None else machine.unmodelled("OLEFormat.ProgID")


properties(OLE_FORMAT, displayasicon=False, iconlabel="", iconname="", iconindex=0)


@OLE_FORMAT.method("DoVerb", "Activate", "Open", "Edit", takes="verbindex")
def do_verb(machine: Any, this: Object, *_: Any) -> None:
    """An embedded object is opened: what the user would do by a double click."""
    machine.effect("open", f"embedded object {display(this.data['shape'].data['name'])}", "OLEFormat.DoVerb")


# ---------------------------------------------------------------- the shapes

SHAPE: Final = office_class("Shape", "name")
properties(SHAPE, visible=-1, left=0.0, top=0.0, width=72.0, height=72.0, rotation=0.0, lockaspectratio=0, autoshapetype=1, locked=True)
properties(
    SHAPE, id=1, zorderposition=1, onaction="", placement=2, hastextframe=-1, haschart=0, hastable=0, horizontalflip=0, verticalflip=0
)
actions(
    SHAPE,
    "apply pickup flip zorder incrementleft incrementtop incrementrotation scalewidth scaleheight copy cut copypicture converttoinlineshape",
)
actions(SHAPE, "setshapesdefaultproperties rerouteconnections activate reset")
empty(SHAPE, "groupitems", "adjustments", "nodes", "canvasitems")

FILL: Final = office_class("FillFormat")
properties(FILL, visible=-1, transparency=0.0, type=1)
actions(FILL, "solid patterned onecolorgradient twocolorgradient presettextured presetgradient background")
for _name in ("ForeColor", "BackColor"):
    child_object(FILL, _name, COLOR)
properties(FILL, weight=0.75, style=1, dashstyle=1)
for _name in (
    "Fill",
    "Line",
    "Shadow",
    "PictureFormat",
    "ThreeD",
    "TextEffect",
    "Glow",
    "Reflection",
    "SoftEdge",
    "WrapFormat",
    "ActionSettings",
):
    child_object(SHAPE, _name, FILL)


@FILL.method("UserPicture", "UserTextured", takes="picturefile")
def user_picture(machine: Any, this: Object, file: Any = MISSING) -> None:
    this.data["host"].touch_url(as_text(machine, file), "Fill.UserPicture")


def _name_of(_machine: Any, this: Object) -> Any:
    name = this.data.get("=name", this.data["name"])
    return this.data["host"].outside(name, f"name of shape {this.data['number']}")


SHAPE.get["name"] = _name_of


def _described(key: str) -> None:
    slot = f"={key}"

    def get(_machine: Any, this: Object) -> Any:
        if slot in this.data:
            return this.data[slot]
        return this.data["host"].outside(this.data[key], f"{DESCRIBED[key]} of shape {display(this.data['name'])}")

    SHAPE.get[key] = get


DESCRIBED: Final = {"alternativetext": "alternative text", "title": "title"}
for _name in DESCRIBED:
    _described(_name)


@SHAPE.method("Type")
def shape_type(_machine: Any, this: Object) -> int:
    type_ = "control" if this.data["control"] is not None else str(this.data["type"]).lower()
    if this.data["inline"]:
        return next((number for word, number in INLINE_TYPES.items() if word in type_), 3)
    return next((number for word, number in TYPES.items() if word in type_), 17 if this.data["story"].known else 1)


def _frame(*, modern: bool) -> Any:
    def get(_machine: Any, this: Object) -> Object:
        return Object(TEXT_FRAME, host=this.data["host"], story=this.data["story"], modern=modern, parent=this)

    return get


SHAPE.get["textframe"] = _frame(modern=False)
SHAPE.get["textframe2"] = _frame(modern=True)


@SHAPE.method("OLEFormat")
def ole_format(_machine: Any, this: Object) -> Object:
    return Object(OLE_FORMAT, host=this.data["host"], control=this.data["control"], shape=this)


@SHAPE.method("ControlFormat", "DrawingObject", "Object")
def drawing_object(_machine: Any, this: Object) -> Any:
    return this.data["control"] if this.data["control"] is not None else this


@SHAPE.method("Select", takes="replace")
def select_shape(_machine: Any, this: Object, *_: Any) -> None:
    this.data["host"].selected_shape = this


@SHAPE.method("Delete")
def delete_shape(_machine: Any, this: Object) -> None:
    shapes = this.data["all"]
    if this in shapes:
        shapes.remove(this)


@SHAPE.method("Duplicate")
def duplicate_shape(_machine: Any, this: Object) -> Object:
    return this


@SHAPE.method("Range", "ConvertToShape", "ConvertToFrame")
def shape_range(_machine: Any, this: Object) -> Any:
    return this.data["host"].range_of_shape(this)


# Text that Excel's drawing objects hold directly.
@SHAPE.method("Text", "Caption", "Characters")
def shape_text(_machine: Any, this: Object) -> Any:
    return range_text(_machine, text_range(this.data["host"], this.data["story"]))


@SHAPE.setter("Text", "Caption")
def put_shape_text(machine: Any, this: Object, value: Any) -> None:
    put_range_text(machine, text_range(this.data["host"], this.data["story"]), value)


def shape_object(host: Host, record: bundle.Shape, number: int, all_: list[Object], control: Object | None = None) -> Object:
    name = record.name or f"Shape {number}"
    text = record.text
    unread = "shapes" in host.record.unread and not text
    story = Story(Unknown(f"text of shape {name}") if unread else text, f"text of shape {name}", 5)
    made = Object(SHAPE, host=host, name=name, number=number, story=story, type=record.type, control=control, all=all_)
    made.data["inline"] = record.inline
    made.data["alternativetext"] = record.alt_text
    made.data["title"] = record.title
    made.data["place"] = record.place
    return made


SHAPES: Final = collection_class("Shapes", error=NO_SHAPE)
INLINE_SHAPES: Final = collection_class("InlineShapes")


def _in_either(item: Any) -> Any:
    """Which of Word's two collections a shape belongs to, readers may take wrongly: what one does not have, the other may."""

    def found(machine: Any, this: Object, *args: Any) -> Any:
        try:
            return item(machine, this, *args)
        except ScriptError:
            if not this.data.get("others"):
                raise
            return item(machine, Object(this.cls, host=this.data["host"], items=this.data["others"]), *args)

    return found


for _shapes in (SHAPES, INLINE_SHAPES):
    _shapes.get["item"] = _in_either(_shapes.get["item"])


def _selected(machine: Any, this: Object, index: Any = MISSING) -> Any:
    """Shapes.Range(…): one shape, or those whose names are in an array; what is done to them is done to the first."""
    items = machine.items(index) if index is not MISSING else None
    if items:
        index = items[0]
    if index is MISSING:
        return this
    return machine.call_member(this, "item", (index,))


SHAPES.get["range"] = _selected
actions(SHAPES, "selectall")
SHAPES.get["title"] = lambda machine, this: machine.call_member(this, "item", (1,))
SHAPES.get["hastitle"] = lambda _machine, _this: -1
SHAPES.get["placeholders"] = lambda _machine, this: this


def _adder(how: str, *, url: int = -1, text: int = -1) -> Any:
    """A method that adds a shape. `url`: the argument that names a file it takes from somewhere; `text`: its text."""

    def add(machine: Any, this: Object, *args: Any) -> Object:
        host: Host = this.data["host"]
        all_ = this.data["items"] if isinstance(this.data["items"], list) else []
        if 0 <= url < len(args) and args[url] is not MISSING:
            host.touch_url(as_text(machine, args[url]), how)
        new = as_text(machine, args[text]) if 0 <= text < len(args) else ""
        machine.grow(256)
        made = shape_object(host, bundle.Shape(f"Shape {len(all_) + 1}", "", type=how.removeprefix("Shapes.Add")), len(all_) + 1, all_)
        made.data["story"] = Story(new, f"text of shape {len(all_) + 1}", 5, outside=False)
        all_.append(made)
        return made

    return add


ADDERS: Final[dict[str, tuple[str, int]]] = {
    "AddPicture": ("filename linktofile savewithdocument left top width height anchor range", 0),
    "AddPicture2": ("filename linktofile savewithdocument left top width height compress", 0),
    "AddOLEObject": ("classtype filename linktofile displayasicon iconfilename iconindex iconlabel left top width height anchor range", 1),
    "AddOLEControl": ("classtype left top width height anchor range", -1),
    "AddTextbox": ("orientation left top width height anchor", -1),
    "AddLabel": ("orientation left top width height anchor", -1),
    "AddShape": ("type left top width height anchor", -1),
    "AddLine": ("beginx beginy endx endy anchor", -1),
    "AddTextEffect": ("preseteffect text fontname fontsize fontbold fontitalic left top anchor", -1),
    "AddFormControl": ("type left top width height", -1),
    "AddChart": ("type left top width height", -1),
    "AddChart2": ("style type left top width height newlayout", -1),
    "AddMediaObject2": ("filename linktofile savewithdocument left top width height", 0),
    "AddConnector": ("type beginx beginy endx endy", -1),
    "AddCurve": ("safearrayofpoints", -1),
    "AddPolyline": ("safearrayofpoints", -1),
    "AddTable": ("numrows numcolumns left top width height", -1),
    "AddHorizontalLine": ("filename range", 0),
    "AddHorizontalLineStandard": ("range", -1),
    "AddPictureBullet": ("filename range", 0),
    "New": ("range", -1),
}


def with_adders(cls: ObjectClass, kind: str) -> None:
    for name, (takes, url) in ADDERS.items():
        cls.method(name, takes=takes)(_adder(f"{kind}.{name}", url=url, text=1 if name == "AddTextEffect" else -1))


with_adders(SHAPES, "Shapes")
with_adders(INLINE_SHAPES, "InlineShapes")


# ---------------------------------------------------------------- hyperlinks

HYPERLINK: Final = office_class("Hyperlink", "address")
from_data(HYPERLINK, "address", "subaddress", "texttodisplay", "screentip", "target", "name")
for _name in ("address", "subaddress", "texttodisplay", "screentip", "target"):
    HYPERLINK.get[_name] = lambda _machine, this, key=_name: linked(this, key)
properties(HYPERLINK, type=0, emailsubject="")
actions(HYPERLINK, "delete addtofavorites createnewdocument")
HYPERLINKS: Final = collection_class("Hyperlinks")


def linked(this: Object, key: str) -> Any:
    """A text of a hyperlink, as the script set it, or as it came with the document."""
    if f"={key}" in this.data:
        return this.data[f"={key}"]
    value = this.data.get(key, "")
    return this.data["host"].outside(value, "hyperlink") if this.data.get("outside") else value


def open_address(machine: Any, address: Any, how: str) -> None:
    """A document or address is opened in the program for it. The browser fetches programs and scripts."""
    where = as_text(machine, address)
    machine.effect("open", where, how)
    if PROGRAM_AT.match(display(where)):
        machine.effect("download", where, how)


@HYPERLINK.method("Follow", takes="newwindow addhistory extrainfo method headerinfo")
def follow(machine: Any, this: Object, *_: Any) -> None:
    open_address(machine, this.data["address"], "Hyperlink.Follow")


@HYPERLINKS.method("Add", takes="anchor address subaddress screentip texttodisplay target")
def add_hyperlink(
    machine: Any,
    this: Object,
    _anchor: Any = MISSING,
    address: Any = MISSING,
    sub: Any = MISSING,
    tip: Any = MISSING,
    text: Any = MISSING,
    *_: Any,
) -> Object:
    values = {"address": address, "subaddress": sub, "screentip": tip, "texttodisplay": text}
    made = Object(HYPERLINK, host=this.data["host"], name="", **{key: as_text(machine, value) for key, value in values.items()})
    if isinstance(this.data["items"], list):
        machine.grow(64)
        this.data["items"].append(made)
    return made


__all__ = ["HYPERLINKS", "INLINE_SHAPES", "SHAPE", "SHAPES", "open_address", "shape_object", "text_range"]
