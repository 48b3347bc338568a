"""Writer of form controls (MS-OFORMS): UserForms of a VBA project, and controls on the pages of a document."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fixturelib.cfb import Storage, compound

Kind = Literal[
    "TextBox",
    "ListBox",
    "ComboBox",
    "CheckBox",
    "OptionButton",
    "ToggleButton",
    "Label",
    "CommandButton",
    "Image",
    "TabStrip",
    "Frame",
    "MultiPage",
    "Page",
]

FORM_CLSID: Final = "C62A69F0-16DC-11CE-9E98-00AA00574A4F"

# By kind: number in the class cache (MS-OFORMS 2.4.5), DisplayStyle of the morph controls (2.5.26), CLSID.
KINDS: Final[dict[str, tuple[int, int, str]]] = {
    "TextBox": (23, 1, "8BD21D10-EC42-11CE-9E0D-00AA006002F3"),
    "ListBox": (24, 2, "8BD21D20-EC42-11CE-9E0D-00AA006002F3"),
    "ComboBox": (25, 3, "8BD21D30-EC42-11CE-9E0D-00AA006002F3"),
    "CheckBox": (26, 4, "8BD21D40-EC42-11CE-9E0D-00AA006002F3"),
    "OptionButton": (27, 5, "8BD21D50-EC42-11CE-9E0D-00AA006002F3"),
    "ToggleButton": (28, 6, "8BD21D60-EC42-11CE-9E0D-00AA006002F3"),
    "Label": (21, 0, "978C9E23-D4B0-11CE-BF2D-00AA003F40D0"),
    "CommandButton": (17, 0, "D7053240-CE69-11CD-A777-00DD01143C57"),
    "Image": (12, 0, "4C599241-6926-101B-9992-00000B65C6F9"),
    "TabStrip": (18, 0, "EAE50EB0-4A62-11CE-BED6-00AA00611080"),
    "Frame": (14, 0, "6E182020-F460-11CE-9BCD-00AA00608E01"),
    "MultiPage": (57, 0, "46E31370-3F7A-11CE-BED6-00AA00611080"),
    "Page": (7, 0, FORM_CLSID),
}
PARENTS: Final = ("Frame", "MultiPage", "Page")


@dataclass
class Control:
    """A control and what it says at rest. Which texts a kind has is Office's affair: a TextBox has a value, a Label a caption."""

    kind: Kind
    name: str = ""
    value: str = ""
    caption: str = ""
    tag: str = ""
    tip: str = ""
    """ControlTipText."""
    group: str = ""
    password_char: str = ""
    source: str = ""
    """ControlSource."""
    wide: bool = False
    """Write every string as UTF-16, also those that fit one byte a character."""
    controls: Sequence[Control] = ()
    """What a Frame or Page holds; the pages of a MultiPage, the tabs of a TabStrip (as Pages)."""

    @property
    def clsid(self) -> str:
        return KINDS[self.kind][2]

    @property
    def prog_id(self) -> str:
        return f"Forms.{'Form' if self.kind == 'Page' else self.kind}.1"


@dataclass
class _Fields:
    """Properties of a control: a mask, fixed-size values in the order of its bits, then what is longer.

    Fixed values are aligned to their own size, longer ones to four bytes (MS-OFORMS 2.1.1.2).
    """

    wide: bool = False
    mask: int = 0
    data: bytearray = field(default_factory=bytearray)
    extra: bytearray = field(default_factory=bytearray)

    def flag(self, bit: int) -> None:
        self.mask |= 1 << bit

    def value(self, bit: int, number: int, size: int = 4) -> None:
        self.flag(bit)
        self.data += bytes(-len(self.data) % size) + number.to_bytes(size, "little")

    def long(self, bit: int, data: bytes) -> None:
        """A value of its own size that has no place among the fixed ones (Size, Position)."""
        self.flag(bit)
        self.extra += data

    def string(self, bit: int, text: str, *, keep_empty: bool = False) -> None:
        if text or keep_empty:
            data, count = counted(text, wide=self.wide)
            self.value(bit, count)
            self.extra += data

    def pack(self, major: int, mask_size: int) -> bytes:
        body = self.mask.to_bytes(mask_size, "little") + self.data + bytes(-len(self.data) % 4) + self.extra
        assert len(body) < 1 << 16, "a control holds less than 64 KiB"
        return struct.pack("<BBH", 0, major, len(body)) + body


def counted(text: str, *, wide: bool = False) -> tuple[bytes, int]:
    """A string padded to four bytes, and its CountOfBytesWithCompressionFlag (MS-OFORMS 2.4.14.2)."""
    wide = wide or not all(ord(c) < 0x100 for c in text)
    data = text.encode("utf-16-le" if wide else "latin-1")
    return data + bytes(-len(data) % 4), len(data) | (0 if wide else 1 << 31)


def size(width: int = 2540, height: int = 635) -> bytes:
    """In hundredths of a millimetre."""
    return struct.pack("<ii", width, height)


# Controls without children --------------------------------------------------------------------------------------------


def contents(control: Control) -> bytes:
    """The stream of one control: what lies in "o" of its form, or in "contents" of its storage on a page."""
    if control.kind == "Label":
        return _labelled(control, caption=3, size_bit=5) + _text_props()
    if control.kind == "CommandButton":
        return _labelled(control, caption=3, size_bit=5) + _text_props()
    if control.kind == "Image":
        fields = _Fields()
        fields.long(9, size())
        return fields.pack(2, 4)
    if control.kind == "TabStrip":
        return _tab_strip(control)
    return _morph(control) + _text_props()


def _labelled(control: Control, *, caption: int, size_bit: int) -> bytes:
    """LabelControl (2.2.4) and CommandButtonControl (2.2.1), alike as far as they are written here."""
    fields = _Fields(control.wide)
    fields.string(caption, control.caption)
    fields.long(size_bit, size())
    return fields.pack(2, 4)


def _morph(control: Control) -> bytes:
    """MorphDataControl (2.2.5)."""
    style = KINDS[control.kind][1]
    fields = _Fields(control.wide)
    fields.value(0, 0x2C80481B)
    if style > 1:
        fields.value(6, style, 1)
    fields.long(8, size())
    if control.password_char:
        fields.value(9, ord(control.password_char), 2)
    if control.kind == "ComboBox":
        fields.value(16, 1, 1)
        fields.value(18, 2, 1)
    fields.string(22, control.value)
    fields.string(23, control.caption)
    fields.flag(31)
    fields.string(32, control.group)
    return fields.pack(2, 8)


def _text_props() -> bytes:
    """TextProps (2.3.1): Tahoma, 8 points."""
    fields = _Fields()
    name, count = counted("Tahoma")
    fields.value(0, count)
    fields.value(2, 165)
    fields.value(4, 0, 1)
    fields.value(5, 2, 1)
    fields.extra += name
    return fields.pack(2, 4)


def _tab_strip(control: Control) -> bytes:
    """TabStripControl (2.2.9)."""
    tabs = control.controls
    columns = {
        5: [tab.caption for tab in tabs],
        15: [tab.tip for tab in tabs],
        17: [tab.name for tab in tabs],
        21: [tab.tag for tab in tabs],
        23: [""] * len(tabs),
    }
    arrays = {bit: b"".join(_array_string(text, wide=control.wide) for text in texts) for bit, texts in columns.items()}
    fields = _Fields(control.wide)
    fields.value(0, 0)
    fields.long(4, size(5080, 3810))
    for bit in (5, 15, 17):
        fields.value(bit, len(arrays[bit]))
        fields.extra += arrays[bit]
    fields.flag(19)
    fields.value(20, len(tabs))
    fields.value(21, len(arrays[21]))
    fields.value(22, len(tabs))
    fields.value(23, len(arrays[23]))
    fields.extra += arrays[21] + arrays[23]
    return fields.pack(2, 4) + _text_props() + struct.pack("<I", 3) * len(tabs)


def _array_string(text: str, *, wide: bool) -> bytes:
    """ArrayString (2.4.14.4)."""
    if not text:
        return bytes(4)
    data, count = counted(text, wide=wide)
    return struct.pack("<I", count) + data


# Forms and other parents ----------------------------------------------------------------------------------------------


def user_form(name: str, controls: Sequence[Control], *, caption: str = "UserForm1", tag: str = "") -> Storage:
    """The designer storage of a UserForm: streams "f", "o", VBFrame, CompObj, and a storage for each parent control."""
    storage = _parent(Control("Page", name, controls=controls), top=True)
    storage.put("\x01CompObj", comp_obj("00000000-0000-0000-0000-000000000000", "Microsoft Forms 2.0 Form", ""))
    storage.put("\x03VBFrame", vb_frame(name, caption, tag).encode("cp1252"))
    return storage


def vb_frame(name: str, caption: str, tag: str) -> str:
    """MS-OVBA 2.3.5."""
    caption, tag = (text.replace('"', '""') for text in (caption, tag))
    rows = [("Caption", f'"{caption}"'), ("ClientHeight", "3015"), ("ClientLeft", "120"), ("ClientTop", "465"), ("ClientWidth", "4560")]
    rows += [("StartUpPosition", "1  'CenterOwner")]
    rows += [("Tag", f'"{tag}"')] if tag else []
    lines = ["VERSION 5.00", f"Begin {{{FORM_CLSID}}} {name} ", *(f"   {key:<15} =   {value}" for key, value in rows), "End", ""]
    return "\r\n".join(lines)


class _Numbers:
    """Control numbers of one form, across all its storages."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _parent(control: Control, *, top: bool = False, number: _Numbers | None = None) -> Storage:
    """The storage of a control that holds others (MS-OFORMS 2.1.2)."""
    numbers = number or _Numbers()
    storage = Storage(clsid="" if top else control.clsid)
    children: list[tuple[Control, int, bytes | None]] = []
    if control.kind == "MultiPage":
        strip = Control("TabStrip", controls=control.controls, wide=control.wide)
        children.append((strip, numbers.next(), contents(strip)))
    for child in control.controls:
        id_ = numbers.next()
        if child.kind in PARENTS:
            storage.put(f"i{id_:02}", _parent(child, number=numbers))
            children.append((child, id_, None))
        else:
            children.append((child, id_, contents(child)))
    storage.put("f", _form_stream(control, children, numbers.last + 1))
    storage.put("o", b"".join(data for _, _, data in children if data))
    if control.kind == "MultiPage":
        storage.put("x", _pages(id_ for child, id_, _ in children if child.kind == "Page"))
    if not top:
        user = {"Frame": "Microsoft Forms 2.0 Frame"}.get(control.kind, "Microsoft Forms 2.0 Form")
        storage.put("\x01CompObj", comp_obj(control.clsid, user, control.prog_id))
    return storage


def _form_stream(control: Control, children: Sequence[tuple[Control, int, bytes | None]], available: int) -> bytes:
    """FormControl (2.2.10) with its sites."""
    fields = _Fields(control.wide)
    fields.value(3, available)
    fields.value(6, 0x0004 | 0x8000)  # enabled; no class table
    fields.long(10, size(8043, 5318))
    fields.long(11, bytes(8))
    if control.kind == "Frame":
        fields.string(19, control.caption)
    fields.value(27, 32_000)
    sites = b"".join(_site(child, id_, len(data) if data is not None else 0) for child, id_, data in children)
    depths = _depths(len(children))
    return fields.pack(4, 4) + struct.pack("<II", len(children), len(depths) + len(sites)) + depths + sites


def _depths(count: int) -> bytes:
    """FormObjectDepthTypeCount (2.2.10.7): all at depth 0, of type 1, by runs of at most 127; padded to four bytes."""
    out = b""
    while count:
        run = min(count, 127)
        out += struct.pack("<BBB", 0, 0x80 | run, 1) if run > 1 else b"\x00\x01"
        count -= run
    return out + bytes(-len(out) % 4)


def _site(control: Control, id_: int, length: int) -> bytes:
    """OleSiteConcreteControl (2.2.10.12.1)."""
    parent = control.kind in PARENTS
    fields = _Fields(control.wide)
    fields.string(0, control.name)
    fields.string(1, control.tag if control.kind != "Page" else "")
    fields.value(2, id_)
    if parent:
        fields.value(4, 0x00040023)  # the default without fStreamed, with fPromoteControls
    else:
        fields.value(5, length)
    fields.value(6, id_, 2)
    fields.value(7, KINDS[control.kind][0], 2)
    fields.long(8, struct.pack("<ii", 423, 212 * id_))
    fields.string(11, control.tip if control.kind != "Page" else "")
    fields.string(13, control.source)
    packed = fields.pack(0, 4)
    return struct.pack("<H", 0) + packed[2:]


def _pages(ids: Iterable[int]) -> bytes:
    """Stream "x" of a MultiPage (2.1.2.4): properties of each page and of their sum, then the numbers of the pages."""
    numbers = list(ids)
    each = struct.pack("<BBHI", 0, 2, 4, 0)
    out = each * (len(numbers) + 1)
    out += struct.pack("<BBHIII", 0, 2, 12, 6, len(numbers), min(numbers, default=1) - 1)
    return out + struct.pack(f"<{len(numbers)}I", *numbers)


# Controls on a page ---------------------------------------------------------------------------------------------------


def page_control(control: Control) -> Storage:
    """The storage in ObjectPool of a control on the page of a .doc."""
    storage = Storage(clsid=control.clsid)
    storage.put("\x01CompObj", comp_obj(control.clsid, f"Microsoft Forms 2.0 {control.kind}", control.prog_id))
    storage.put("\x03ObjInfo", bytes.fromhex("001203000400"))
    storage.put("\x03OCXNAME", control.name.encode("utf-16-le") + bytes(4))
    storage.put("contents", contents(control))
    return storage


def binary_storage(control: Control) -> bytes:
    """`activeX1.bin` of a part with persistStorage: a compound file with one stream."""
    storage = Storage({"contents": contents(control)}, clsid=control.clsid)
    storage.put("\x01CompObj", comp_obj(control.clsid, f"Microsoft Forms 2.0 {control.kind}", control.prog_id))
    return compound(storage)


def binary_stream(control: Control) -> bytes:
    """`activeX1.bin` of a part with persistStreamInit: the CLSID and the control's stream."""
    return uuid.UUID(control.clsid).bytes_le + contents(control)


def control_line(control: Control, number: int) -> str:
    """The VB_Control attribute of the document module: name, number, z-order, library, class."""
    return f"{control.name}, {number}, {number}, MSForms, {control.kind}"


def comp_obj(clsid: str, user_type: str, prog_id: str) -> bytes:
    """The CompObj stream (MS-OLEDS 2.3.8) of a control."""

    def ansi(text: str) -> bytes:
        data = text.encode("cp1252") + b"\0" if text else b""
        return struct.pack("<I", len(data)) + data

    head = struct.pack("<IIi", 0xFFFE0001, 0x0A03, -1) + uuid.UUID(clsid).bytes_le
    return head + ansi(user_type) + ansi("Embedded Object") + ansi(prog_id) + struct.pack("<I12x", 0x71B239F4)


def split(text: str, count: int) -> Iterator[str]:
    """A text in so many parts of nearly equal length."""
    for number in range(count):
        yield text[len(text) * number // count : len(text) * (number + 1) // count]
