"""Form controls ([MS-OFORMS]): UserForms and their controls, and ActiveX controls on pages.

All controls share one shape: a mask of the properties there are, a block of numbers and of string lengths in the
order of the mask, each aligned to its size, then a block with the strings. So each control is a table here. A control
that cannot be read is kept by its name, with the strings that lie in its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.bundle import Control, Form, Property
from emoscan.parse.cfb import CompoundFile, Entry, guid, join
from emoscan.parse.codepage import decode
from emoscan.parse.lazy import lazy

STRINGS: Final = "strings"
"""Property under which the strings found in an unreadable control are kept, one a line."""

MAX_CONTROLS: Final = 10_000
MAX_DEPTH: Final = 16

Value = int | str | tuple[int, int] | tuple[str, ...] | bool
Values = dict[str, Value]

# How a property is stored. Numbers stand in the first block; "s" a string, "p" a pair of numbers, "a" a list of strings,
# "g" a GUID: in the second; "x" a picture, icon or font: after both; "b" is the bit in the mask itself; "" is unused.
_SIZES: Final = {"1": 1, "2": 2, "4": 4, "i2": 2, "i4": 4, "s": 4, "a": 4, "x": 2}

Table = tuple[tuple[str, str], ...]


def _table(text: str) -> Table:
    """`BackColor:4 Caption:s -` …, in the order of the bits of the mask."""
    return tuple((name, kind) for name, _, kind in (word.partition(":") for word in text.split()))


_SITE: Final = _table(  # 2.2.10.12.2
    "Name:s Tag:s ID:i4 HelpContextID:i4 BitFlags:4 ObjectStreamSize:4 TabIndex:i2 ClsidCacheIndex:2 Position:p GroupID:2 -"
    " ControlTipText:s RuntimeLicKey:s ControlSource:s RowSource:s"
)
_CLASS: Final = _table("ClsID:g")  # 2.2.10.10.2; the rest is of no use here
_FORM: Final = _table(  # 2.2.10.2
    "- BackColor:4 ForeColor:4 NextAvailableID:4 - - BooleanProperties:4 BorderStyle:1 MousePointer:1 ScrollBars:1 DisplayedSize:p"
    " LogicalSize:p ScrollPosition:p GroupCnt:4 - MouseIcon:x Cycle:1 SpecialEffect:1 BorderColor:4 Caption:s Font:x Picture:x Zoom:4"
    " PictureAlignment:1 PictureTiling:b PictureSizeMode:1 ShapeCookie:4 DrawBuffer:4"
)
_MORPH: Final = _table(  # 2.2.5.2
    "VariousPropertyBits:4 BackColor:4 ForeColor:4 MaxLength:4 BorderStyle:1 ScrollBars:1 DisplayStyle:1 MousePointer:1 Size:p"
    " PasswordChar:2 ListWidth:4 BoundColumn:2 TextColumn:i2 ColumnCount:i2 ListRows:2 cColumnInfo:2 MatchEntry:1 ListStyle:1"
    " ShowDropButtonWhen:1 - DropButtonStyle:1 MultiSelect:1 Value:s Caption:s PicturePosition:4 BorderColor:4 SpecialEffect:4"
    " MouseIcon:x Picture:x Accelerator:2 - - GroupName:s"
)
_LABEL: Final = _table(  # 2.2.4.2
    "ForeColor:4 BackColor:4 VariousPropertyBits:4 Caption:s PicturePosition:4 Size:p MousePointer:1 BorderColor:4 BorderStyle:2"
    " SpecialEffect:2 Picture:x Accelerator:2 MouseIcon:x"
)
_BUTTON: Final = _table(  # 2.2.1.2
    "ForeColor:4 BackColor:4 VariousPropertyBits:4 Caption:s PicturePosition:4 Size:p MousePointer:1 Picture:x Accelerator:2"
    " TakeFocusOnClick:b MouseIcon:x"
)
_IMAGE: Final = _table(  # 2.2.3.2
    "- - AutoSize:b BorderColor:4 BackColor:4 BorderStyle:1 MousePointer:1 PictureSizeMode:1 SpecialEffect:1 Size:p Picture:x"
    " PictureAlignment:1 PictureTiling:b VariousPropertyBits:4 MouseIcon:x"
)
_SPIN: Final = _table(  # 2.2.8.2
    "ForeColor:4 BackColor:4 VariousPropertyBits:4 Size:p - Min:i4 Max:i4 Value:i4 PrevEnabled:4 NextEnabled:4 SmallChange:i4"
    " Orientation:i4 Delay:4 MouseIcon:x MousePointer:1"
)
_SCROLL: Final = _table(  # 2.2.7.2
    "ForeColor:4 BackColor:4 VariousPropertyBits:4 Size:p MousePointer:1 Min:i4 Max:i4 Value:i4 - PrevEnabled:4 NextEnabled:4"
    " SmallChange:i4 LargeChange:i4 Orientation:i4 ProportionalThumb:i2 Delay:4 MouseIcon:x"
)
_TABS: Final = _table(  # 2.2.9.2
    "ListIndex:i4 BackColor:4 ForeColor:4 - Size:p Items:a MousePointer:1 - TabOrientation:4 TabStyle:4 MultiRow:b TabFixedWidth:4"
    " TabFixedHeight:4 Tooltips:b - TipStrings:a - Names:a VariousPropertyBits:4 NewVersion:b TabsAllocated:4 Tags:a TabData:4"
    " Accelerators:a MouseIcon:x"
)
_PAGES: Final = _table("- PageCount:4 ID:4 Enabled:b")  # MultiPageProperties, 2.2.6.4

_TABLES: Final[dict[str, Table]] = {
    "TextBox": _MORPH,
    "ListBox": _MORPH,
    "ComboBox": _MORPH,
    "CheckBox": _MORPH,
    "OptionButton": _MORPH,
    "ToggleButton": _MORPH,
    "MorphData": _MORPH,
    "Label": _LABEL,
    "CommandButton": _BUTTON,
    "Image": _IMAGE,
    "SpinButton": _SPIN,
    "ScrollBar": _SCROLL,
    "TabStrip": _TABS,
}
"""Of controls that stand in an `o` or `contents` stream."""

CONTAINERS: Final = frozenset(("UserForm", "Frame", "MultiPage", "Page"))
"""Controls with a storage of their own."""

_CACHED: Final = {  # FormEmbeddedActiveXControlCached, 2.4.5
    7: "Page",
    12: "Image",
    14: "Frame",
    15: "MorphData",
    16: "SpinButton",
    17: "CommandButton",
    18: "TabStrip",
    21: "Label",
    23: "TextBox",
    24: "ListBox",
    25: "ComboBox",
    26: "CheckBox",
    27: "OptionButton",
    28: "ToggleButton",
    47: "ScrollBar",
    57: "MultiPage",
}
_DISPLAY: Final = {1: "TextBox", 2: "ListBox", 3: "ComboBox", 4: "CheckBox", 5: "OptionButton", 6: "ToggleButton", 7: "ComboBox"}
"""What DisplayStyle (2.5.20) makes of a MorphData control."""

CLASSES: Final = {
    "8bd21d10-ec42-11ce-9e0d-00aa006002f3": "TextBox",
    "8bd21d20-ec42-11ce-9e0d-00aa006002f3": "ListBox",
    "8bd21d30-ec42-11ce-9e0d-00aa006002f3": "ComboBox",
    "8bd21d40-ec42-11ce-9e0d-00aa006002f3": "CheckBox",
    "8bd21d50-ec42-11ce-9e0d-00aa006002f3": "OptionButton",
    "8bd21d60-ec42-11ce-9e0d-00aa006002f3": "ToggleButton",
    "d7053240-ce69-11cd-a777-00dd01143c57": "CommandButton",
    "978c9e23-d4b0-11ce-bf2d-00aa003f40d0": "Label",
    "4c599241-6926-101b-9992-00000b65c6f9": "Image",
    "dfd181e0-5e2f-11ce-a449-00aa004a803d": "ScrollBar",
    "79176fb0-b7f2-11ce-97ef-00aa006d2776": "SpinButton",
    "eae50eb0-4a62-11ce-bed6-00aa00611080": "TabStrip",
    "46e31370-3f7a-11ce-bed6-00aa00611080": "MultiPage",
    "6e182020-f460-11ce-9bcd-00aa00608e01": "Frame",
    "c62a69f0-16dc-11ce-9e98-00aa00574a4f": "UserForm",
}
"""MSForms classes by CLSID, 2.4.5."""
KNOWN: Final = frozenset(CLASSES.values())

_TEXTS: Final = ("Value", "Caption", "GroupName", "Tag", "ControlTipText", "ControlSource", "RowSource")
_NUMBERS: Final = frozenset(
    re.findall(
        r"\w+",
        "BackColor ForeColor BorderColor MaxLength ListWidth BoundColumn TextColumn ColumnCount ListRows Min Max SmallChange LargeChange"
        " Orientation Delay Zoom TabIndex HelpContextID ListIndex BorderStyle SpecialEffect ScrollBars MultiSelect Value",
    )
)


# ---------------------------------------------------------------- one block of properties


def _block(data: bytes, at: int, table: Table, mask_size: int = 4) -> tuple[Values, int]:
    """The properties of the block at `at`, and where the block says it ends.

    The size of a block has 16 bits and wraps around with long texts, so strings are believed as far as the data goes.
    Raises Malformed.
    """
    if at + 4 + mask_size > len(data):
        raise Malformed(f"properties at {at:#x} are cut off")
    end = at + 4 + int.from_bytes(data[at + 2 : at + 4], "little")
    mask = int.from_bytes(data[at + 4 : at + 4 + mask_size], "little")
    place = 4 + mask_size
    values: Values = {}
    later: list[tuple[str, str, int]] = []
    for bit, (name, kind) in enumerate(table):
        if not mask >> bit & 1 or not kind:
            continue
        number = 0
        size = _SIZES.get(kind, 0)
        if size:
            place += -place % size
            raw = data[at + place : at + place + size]
            if len(raw) < size:
                raise Malformed(f"property {name} at {at + place:#x} is cut off")
            number = int.from_bytes(raw, "little", signed=kind[0] == "i")
            place += size
        if kind in "spag":
            later.append((name, kind, number))
        elif kind == "b":
            values[name] = True
        elif kind != "x":
            values[name] = number
    place += -place % 4
    for name, kind, number in later:
        size = {"p": 8, "g": 16}.get(kind, number & 0x7FFFFFFF)
        raw = data[at + place : at + place + size]
        if len(raw) < size and kind != "s":
            raise Malformed(f"property {name} at {at + place:#x} is cut off")
        values[name] = _value(kind, raw, number)
        place += size + -size % 4
    return values, end


def _value(kind: str, raw: bytes, number: int) -> Value:
    match kind:
        case "s":
            return _string(raw, compressed=bool(number & 0x80000000))
        case "g":
            return guid(raw)
        case "p":
            return int.from_bytes(raw[:4], "little", signed=True), int.from_bytes(raw[4:], "little", signed=True)
        case _:
            return tuple(_strings(raw))


def _string(raw: bytes, *, compressed: bool) -> str:
    """Compressed strings are UTF-16 without the high bytes, which are zero (2.4.14)."""
    return raw.decode("latin-1") if compressed else raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass")


def _strings(raw: bytes) -> Iterator[str]:
    """ArrayString, 2.4.1: each with its length before it."""
    at = 0
    while at + 4 <= len(raw):
        number = int.from_bytes(raw[at : at + 4], "little")
        size = number & 0x7FFFFFFF
        yield _string(raw[at + 4 : at + 4 + size], compressed=bool(number & 0x80000000))
        at += 4 + size + -size % 4


# ---------------------------------------------------------------- a control


_READABLE: Final = lazy(rb"[\x20-\x7e\t\r\n]{6,}+|(?:[\x20-\x7e\t\r\n]\0){6,}+")


def strings_in(data: bytes) -> str:
    """Runs of at least six printable characters, in one or two bytes each, one a line."""
    found = (match[0] for match in _READABLE.finditer(data))
    return "\n".join(run[::2].decode("latin-1") if run[1:2] == b"\0" else run.decode("latin-1") for run in found)


def read_control(data: bytes, type_: str) -> tuple[str, dict[str, Property], tuple[Control, ...]]:
    """A control's type, properties and tabs out of its persisted bytes. Never raises.

    `type_` is a class of `CLASSES`; of others, and of damaged ones, the strings in the bytes are kept.
    """
    table = _TABLES.get(type_)
    try:
        values = _persisted(data, table)
    except Malformed:
        found = strings_in(data)
        return type_, {STRINGS: found} if found else {}, ()
    if type_ == "MorphData":
        style = values.get("DisplayStyle", 1)
        type_ = _DISPLAY.get(style, type_) if isinstance(style, int) else type_
    properties = _properties(values)
    _add_value(properties, type_)
    return type_, properties, _tabs(values) if type_ == "TabStrip" else ()


def read_persisted(data: bytes, type_: str) -> tuple[str, dict[str, Property], tuple[Control, ...]]:
    """The same for a control's CLSID followed by its bytes, as an activeX1.bin or the Ctls stream of a workbook holds them."""
    if len(data) >= 16:
        type_ = CLASSES.get(guid(data[:16]), type_)
    return read_control(data[16:], type_)


def _persisted(data: bytes, table: Table | None) -> Values:
    if table is None or data[:2] != b"\0\2":
        raise Malformed("no control of MSForms")
    return _block(data, 0, table, 8 if table is _MORPH else 4)[0]


def _properties(values: Values) -> dict[str, Property]:
    """Those a macro can ask for, by the names it knows them."""
    properties: dict[str, Property] = {}
    for name in _TEXTS:
        value = values.get(name)
        if isinstance(value, str):
            properties[name] = value
    properties.update({name: value for name, value in values.items() if name in _NUMBERS and isinstance(value, int)})
    character = values.get("PasswordChar")
    if isinstance(character, int) and character:
        properties["PasswordChar"] = chr(character)
    bits = values.get("VariousPropertyBits")
    if isinstance(bits, int):
        properties["Enabled"] = bool(bits & 0x2)
        properties["Locked"] = bool(bits & 0x4)
    for source, names in (("Position", ("Left", "Top")), ("Size", ("Width", "Height")), ("DisplayedSize", ("Width", "Height"))):
        pair = values.get(source)
        if isinstance(pair, tuple) and len(pair) == 2:
            for name, part in zip(names, pair):
                if isinstance(part, int):
                    # Hundredths of millimetres, that were made of pixels of 96 to the inch, to points.
                    properties[name] = round(part * 96 / 2540) * 0.75
    return properties


def _add_value(properties: dict[str, Property], type_: str) -> None:
    value = properties.get("Value")
    match type_:
        case "TextBox" | "ComboBox":
            properties["Value"] = properties["Text"] = value if isinstance(value, str) else ""
        case "CheckBox" | "OptionButton" | "ToggleButton":
            properties["Value"] = {"0": False, "1": True}.get(value) if isinstance(value, str) else False
        case "SpinButton" | "ScrollBar":
            properties.setdefault("Value", 0)
        case _:
            pass


def _tabs(values: Values) -> tuple[Control, ...]:
    def column(name: str) -> tuple[str, ...]:
        value = values.get(name)
        return tuple(text for text in value if isinstance(text, str)) if isinstance(value, tuple) else ()

    captions, names, tips, tags = (column(name) for name in ("Items", "Names", "TipStrings", "Tags"))

    def nth(texts: tuple[str, ...], index: int) -> str:
        return texts[index] if index < len(texts) else ""

    return tuple(
        Control(
            nth(names, index),
            "Tab",
            {"Caption": nth(captions, index), "ControlTipText": nth(tips, index), "Tag": nth(tags, index), "Index": index},
        )
        for index in range(max(len(captions), len(names)))
    )


# ---------------------------------------------------------------- forms: f, o and x streams


class Site(Struct, frozen=True):
    """What a container says of one of its controls (2.2.10.12)."""

    name: str
    type: str
    id: int
    size: int
    streamed: bool
    """Its bytes are in the `o` stream; else it has a storage."""
    properties: dict[str, Property]


def read_sites(data: bytes) -> tuple[dict[str, Property], list[Site], str]:
    """An `f` stream: the container's own properties, its controls in order, and what is wrong, "" when nothing is.

    Raises Malformed when not even the container's properties can be read.
    """
    if data[:2] != b"\0\4":
        raise Malformed("no form")
    values, at = _block(data, 0, _FORM)
    properties = _properties(values)
    sites: list[Site] = []
    flags = values.get("BooleanProperties", 0)
    try:
        at = _after_stream_data(data, at)
        classes: list[str] = []
        if not (isinstance(flags, int) and flags & 0x8000):
            count = int.from_bytes(data[at : at + 2], "little")
            at += 2
            for _ in range(count):
                of_class, at = _block(data, at, _CLASS)
                classes.append(str(of_class.get("ClsID", "")))
        count = int.from_bytes(data[at : at + 4], "little")
        at = _after_depths(data, at + 8, count)
        for _ in range(min(count, MAX_CONTROLS)):
            of_site, at = _block(data, at, _SITE)
            sites.append(_site(of_site, classes))
    except Malformed as error:
        return properties, sites, str(error)
    return properties, sites, ""


def _site(values: Values, classes: list[str]) -> Site:
    def number(name: str, default: int) -> int:
        value = values.get(name, default)
        return value if isinstance(value, int) else default

    index, flags = number("ClsidCacheIndex", 0x7FFF), number("BitFlags", 0x33)
    if index & 0x8000:
        clsid = classes[index & 0x7FFF] if index & 0x7FFF < len(classes) else ""
        type_ = CLASSES.get(clsid) or clsid
    else:
        type_ = _CACHED.get(index, "")
    properties = _properties(values)
    properties["Visible"] = bool(flags & 0x2)
    return Site(str(values.get("Name", "")), type_, number("ID", 0), number("ObjectStreamSize", 0), bool(flags & 0x10), properties)


def _after_depths(data: bytes, at: int, count: int) -> int:
    """Skip FormObjectDepthTypeCount (2.2.10.7) of `count` sites and their padding."""
    start = at
    while count > 0:
        if at + 2 > len(data):
            raise Malformed(f"the list of controls at {start:#x} is cut off")
        number = data[at + 1]
        at += 3 if number & 0x80 else 2
        count -= (number & 0x7F) if number & 0x80 else 1
        if number == 0x80:
            raise Malformed(f"the list of controls at {start:#x} does not end")
    return at + -(at - start) % 4


_STD_PICTURE: Final = bytes.fromhex("0452e30b918fce119de300aa004bb851")
_STD_FONT: Final = bytes.fromhex("0352e30b918fce119de300aa004bb851")
_TEXT_PROPS: Final = bytes.fromhex("2009c2af4edace11b94300aa006887b4")


def _after_stream_data(data: bytes, at: int) -> int:
    """Skip the icon, font and picture of a form (2.2.10.5); each begins with its GUID."""
    for _ in range(3):
        head = data[at : at + 16]
        if head == _STD_PICTURE:
            at += 24 + int.from_bytes(data[at + 20 : at + 24], "little")
        elif head == _STD_FONT:
            at += 27 + (data[at + 26] if at + 26 < len(data) else 0)
        elif head == _TEXT_PROPS:
            at += 20 + int.from_bytes(data[at + 18 : at + 20], "little")
    return at


class _Node:
    """A control whose inside is still being read."""

    __slots__ = ("children", "name", "properties", "type")

    def __init__(self, name: str, type_: str, properties: dict[str, Property]) -> None:
        self.name = name
        self.type = type_
        self.properties = properties
        self.children: list[_Node | Control] = []


def read_form(file: CompoundFile, path: str, name: str, code_page: int = 1252) -> Form:
    """The UserForm in the storage at `path`: properties, controls, the controls in these. Never raises Malformed."""
    root = _read_container(file, path, _Node(name, "UserForm", {}))
    return Form(name, {**_frame(file, path, code_page), **root.properties}, root.controls)


def read_page_control(file: CompoundFile, storage: Entry, module: str = "") -> Control | None:
    """The ActiveX control in a storage (of ObjectPool in a .doc): `contents`, or `f` and `o` of a container.

    None when the storage holds none.
    """
    contents = file.stream(join(storage.path, "contents"))
    name = _ocx_name(file, storage.path)
    type_ = CLASSES.get(storage.clsid) or prog_id(file, storage.path) or storage.clsid
    if contents is not None:
        type_, properties, tabs = read_control(file.read(contents), type_)
        return Control(name, type_, properties, tabs, module)
    if file.stream(join(storage.path, "f")) is not None:
        node = _read_container(file, storage.path, _Node(name, type_ if type_ in CONTAINERS else "Frame", {}))
        return Control(name, node.type, node.properties, node.controls, module)
    if name:
        streams = (e for e in file.streams(storage.path) if e.name[:1] not in "\1\2\3")
        found = "\n".join(filter(None, (strings_in(file.read(stream)) for stream in streams)))
        return Control(name, type_, {STRINGS: found} if found else {}, module=module)
    return None


def _ocx_name(file: CompoundFile, path: str) -> str:
    stream = file.stream(join(path, "\3OCXNAME"))
    if stream is None:
        return ""
    data = file.read(stream)
    return data[: len(data) & ~1].decode("utf-16-le", "replace").partition("\0")[0]


def prog_id(file: CompoundFile, path: str) -> str:
    """The ProgID in the storage's CompObj stream ([MS-OLEDS] 2.3.8), "" when there is none."""
    stream = file.stream(join(path, "\1CompObj"))
    if stream is None:
        return ""
    data, at = file.read(stream, 4_096), 28
    for _ in range(2):  # display name, clipboard format
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4 + (4 if length >= 0xFFFFFFFE else length)
    length = int.from_bytes(data[at : at + 4], "little")
    return data[at + 4 : at + 4 + length].partition(b"\0")[0].decode("latin-1") if 0 < length <= 0x28 else ""


def _read_container(file: CompoundFile, path: str, root: _Node) -> Control:
    """The container in a storage with everything in it."""
    order: list[_Node] = [root]
    work: list[tuple[str, _Node, int]] = [(path, root, 0)]
    seen: set[str] = set()
    count = 0
    while work:
        place, node, depth = work.pop()
        if place in seen or depth > MAX_DEPTH:
            continue
        seen.add(place)
        form = file.stream(join(place, "f"))
        if form is None:
            continue
        data = file.read(form)
        try:
            properties, sites, damage = read_sites(data)
        except Malformed as error:
            properties, sites, damage = {}, [], str(error)
        if damage:
            properties[STRINGS] = strings_in(data)
        node.properties = {**properties, **node.properties}
        objects = file.stream(join(place, "o"))
        persisted = file.read(objects) if objects is not None else b""
        at = 0
        for site in sites:
            count += 1
            if count > MAX_CONTROLS:
                break
            if site.streamed:
                type_, own, tabs = read_control(persisted[at : at + site.size], site.type)
                at += site.size
                node.children.append(Control(site.name, type_, {**own, **site.properties}, tabs))
                continue
            child = _Node(site.name, site.type, site.properties)
            node.children.append(child)
            order.append(child)
            below = join(place, f"i{site.id:02}")
            if site.type in CONTAINERS:
                work.append((below, child, depth + 1))
            else:
                found = "\n".join(filter(None, (strings_in(file.read(s)) for s in file.streams(below))))
                if found:
                    child.properties[STRINGS] = found
        if at < len(persisted):
            rest = strings_in(persisted[at:])
            if rest:
                node.properties[STRINGS] = "\n".join(filter(None, (str(node.properties.get(STRINGS, "")), rest)))
        if node.type == "MultiPage":
            pages = file.stream(join(place, "x"))
            _arrange_pages(node, sites, file.read(pages) if pages is not None else b"")
    done: dict[int, Control] = {}
    for node in reversed(order):  # what is inside was listed after what it is inside of
        children = tuple(done[id(child)] if isinstance(child, _Node) else child for child in node.children)
        done[id(node)] = Control(node.name, node.type, node.properties, children)
    return done[id(root)]


def _arrange_pages(node: _Node, sites: list[Site], data: bytes) -> None:
    """Put a MultiPage's pages in their order, with the captions that its tab strip holds (2.2.6)."""
    tabs: tuple[Control, ...] = ()
    pages: dict[int, _Node] = {}
    others: list[_Node | Control] = []
    for site, child in zip(sites, node.children):
        if isinstance(child, _Node) and site.type == "Page":
            pages[site.id] = child
        elif isinstance(child, Control) and child.type == "TabStrip" and not tabs:
            tabs = child.controls
            node.properties.update({key: value for key, value in child.properties.items() if key == "ListIndex"})
        else:
            others.append(child)
    order = [number for number in _page_order(data, len(pages)) if number in pages]
    order += [number for number in pages if number not in order]
    for index, (number, tab) in enumerate(zip(order, tabs)):
        page = pages[number]
        page.properties = {**{key: value for key, value in tab.properties.items() if value != ""}, **page.properties, "Index": index}
        page.properties["Caption"] = tab.properties.get("Caption", "")
    node.properties["Value"] = node.properties.pop("ListIndex", 0)
    node.children = [*(pages[number] for number in order), *others]


def _page_order(data: bytes, count: int) -> list[int]:
    """Ids of the pages, out of an `x` stream (2.1.2.5): properties of each page and one more, then of the whole."""
    at = 0
    try:
        for _ in range(count + 1):
            _, at = _block(data, at, ())
        values, at = _block(data, at, _PAGES)
    except Malformed:
        return []
    pages = values.get("PageCount", 0)
    ids = data[at : at + 4 * pages] if isinstance(pages, int) else b""
    return [int.from_bytes(ids[i : i + 4], "little") for i in range(0, len(ids) & ~3, 4)]


# ---------------------------------------------------------------- designer text

_FRAME_LINE: Final = lazy(r'^\s{1,8}(\w{1,40})\s{1,40}=\s{1,40}(?:"((?:[^"\r\n]|"")*+)"|([-+0-9.]{1,20}))', re.MULTILINE)


def _frame(file: CompoundFile, path: str, code_page: int) -> dict[str, Property]:
    """What the form designer wrote (VBFrame stream, [MS-OVBA] 2.3.5): Caption, Tag, ClientHeight …"""
    stream = file.stream(join(path, "\3VBFrame"))
    if stream is None:
        return {}
    properties: dict[str, Property] = {}
    for match in _FRAME_LINE.finditer(decode(file.read(stream), code_page)):
        name, text, number = match.groups()
        if text is not None:
            properties[name] = text.replace('""', '"')
        else:
            try:
                properties[name] = float(number) if "." in number else int(number)
            except ValueError:
                properties[name] = number
    return properties
