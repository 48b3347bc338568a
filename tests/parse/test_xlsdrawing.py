"""Drawing objects of BIFF8 workbooks, and ActiveX controls in the Ctls stream."""

import struct

from fixturelib.cfb import Storage, compound
from fixturelib.oforms import Control, binary_stream
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.parse import xlsdrawing
from emoscan.parse.bundle import Module, Shape
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.oledocument import bind


def record(type_: int, body: bytes) -> bytes:
    return struct.pack("<HH", type_, len(body)) + body


def art(type_: int, body: bytes, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", version | instance << 4, type_, len(body)) + body


def shape(kind: int, name: str, *, box: bool = False) -> list[bytes]:
    """MSODRAWING data of a shape, cut where OBJ and TXO records stand between."""
    raw = name.encode("utf-16-le") + b"\0\0"
    options = art(0xF00B, struct.pack("<HI", 0xC380, len(raw)) + raw, 3, 1)
    body = art(0xF00A, struct.pack("<II", 1, 0), 2, kind) + options + art(0xF011, b"") + (art(0xF00D, b"") if box else b"")
    whole = art(0xF004, body, 15)
    return [whole[:-8], whole[-8:]] if box else [whole]


def obj(kind: int, id_: int, more: bytes = b"") -> bytes:
    return record(0x5D, struct.pack("<HHHHH", 0x15, 18, kind, id_, 0) + bytes(12) + more + bytes(4))


def control_place(start: int, size: int, class_: str = "Forms.TextBox.1") -> bytes:
    """FtPictFmla (2.5.154)."""
    name = class_.encode()
    formula = struct.pack("<HI", 5, 0) + bytes(5) + b"\3" + bytes([len(name)]) + b"\0\0" + name
    formula += bytes(len(formula) % 2)
    body = struct.pack("<H", len(formula)) + formula + struct.pack("<II", start, size) + bytes(8)
    return struct.pack("<HH", 9, len(body)) + body


def text(value: str) -> bytes:
    raw = value.encode("latin-1")
    half = len(raw) // 2
    return (
        record(0x1B6, bytes(10) + struct.pack("<HH", len(raw), 16) + bytes(4))
        + record(0x3C, b"\0" + raw[:half])
        + record(0x3C, b"\0" + raw[half:])
    )


CONTROLS = [Control("TextBox", "TextBox1", value="payload"), Control("TextBox", "TextBox2", value="second")]


def workbook() -> bytes:
    states = [binary_stream(c) for c in CONTROLS]
    box = shape(202, "Box 1", box=True)
    drawing = [
        record(0xEC, art(0xF002, b"", 15)[:8] + box[0]),
        obj(6, 1),
        record(0xEC, box[1]),
        text("text of the box"),
        record(0xEC, shape(201, "TextBox1")[0]),
        obj(8, 2, control_place(0, len(states[0]))),
        record(0xEC, shape(201, "")[0]),
        obj(8, 7, control_place(len(states[0]), len(states[1]))),
        record(0xEC, shape(75, "Picture 1")[0]),
        obj(8, 3),
    ]
    bof = record(0x809, struct.pack("<HH", 0x600, 5) + bytes(12))
    name = b"Invoice"
    bound = record(0x85, struct.pack("<IH", 0, 0) + bytes([len(name), 0]) + name)
    at = len(bof) + len(bound) + 4
    bound = record(0x85, struct.pack("<IH", at, 0) + bytes([len(name), 0]) + name)
    code_name = record(0x1BA, struct.pack("<HB", 6, 0) + b"Sheet1")
    stream = bof + bound + record(0x0A, b"") + bof + b"".join(drawing) + code_name + record(0x0A, b"")
    return compound(Storage().put("Workbook", stream).put("Ctls", b"".join(states)))


def test_shapes_and_controls():
    shapes, controls = xlsdrawing.read(CompoundFile(workbook()))
    assert shapes == [
        Shape("Box 1", "text of the box", type="textbox", place="Invoice"),
        Shape("Picture 1", type="picture", place="Invoice"),
    ]
    assert [(c.name, c.type, c.module, c.properties["Value"], id_) for c, id_ in controls] == [
        ("TextBox1", "TextBox", "Sheet1", "payload", 2),
        ("", "TextBox", "Sheet1", "second", 7),
    ]


def test_names_come_from_the_module_where_the_drawing_has_none():
    _, controls = xlsdrawing.read(CompoundFile(workbook()))
    lines = ["TextBox1, 2, 0, MSForms, TextBox", "Other, 5, 1, MSForms, TextBox", "TextBox2, 7, 2, MSForms, TextBox"]
    module = Module("Sheet1", "".join(f'Attribute VB_Control = "{line}"\r\n' for line in lines), "document")
    bound = bind([c for c, _ in controls], [module], "ThisWorkbook", [i for _, i in controls])
    assert [(c.name, c.module, c.properties.get("Value")) for c in bound] == [
        ("TextBox1", "Sheet1", "payload"),
        ("TextBox2", "Sheet1", "second"),
        ("Other", "Sheet1", None),
    ]


def test_nothing_of_a_locked_workbook():
    bof = record(0x809, struct.pack("<HH", 0x600, 5) + bytes(12))
    file = CompoundFile(compound(Storage().put("Workbook", bof + record(0x2F, bytes(54)) + bytes(200))))
    assert xlsdrawing.read(file) == ([], [])


@given(st.data())
def test_whatever_is_mutated_nothing_is_raised(data):
    stream = bytearray(CompoundFile(workbook()).read("Workbook"))
    for _ in range(data.draw(st.integers(1, 8))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    xlsdrawing.read(CompoundFile(compound(Storage().put("Workbook", bytes(stream)).put("Ctls", bytes(500))), Budget(Limits())))
