"""Form controls: what they hold, in every shape and on every kind of page; damaged ones too."""

import struct
from contextlib import suppress

import pytest
from fixturelib.cfb import Storage, compound
from fixturelib.oforms import Control, contents, page_control, user_form
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed, oforms
from emoscan.parse.cfb import CompoundFile

PAGES = [
    Control("Page", "First", caption="first page", controls=[Control("TextBox", "Deep", value="deep inside")]),
    Control(
        "Page", "Second", caption="second page", tip="tip of a page", tag="tag of a page", controls=[Control("Label", "L", caption="low")]
    ),
]
CONTROLS = [
    Control("TextBox", "TextBox1", value="value one", tag="tag", tip="tip one"),
    Control("TextBox", "Wide", value="値", tag="縦", tip="ツール", wide=True),
    Control("Label", "Label1", caption="ラベル", tag="of a label"),
    Control("CommandButton", "Button1", caption="OK", tip="press"),
    Control("ComboBox", "ComboBox1", value="chosen", source="Sheet!A1"),
    Control("ListBox", "ListBox1", value="listed"),
    Control("CheckBox", "CheckBox1", value="1", caption="yes?", group="grp"),
    Control("OptionButton", "Option1", value="0", caption="no"),
    Control("Frame", "Frame1", caption="frame", tip="of a frame", controls=[Control("TextBox", "Inner", value="inside")]),
    Control("MultiPage", "Pages1", controls=PAGES),
    Control("TabStrip", "Tabs", controls=PAGES),
    Control("Image", "Image1", tag="image tag"),
]


def form(controls=CONTROLS, **options):
    file = CompoundFile(compound(Storage().put("UserForm1", user_form("UserForm1", controls, **options))))
    return oforms.read_form(file, "UserForm1", "UserForm1")


def by_name(controls):
    return {c.name: c for c in controls}


def test_a_form_and_its_controls_in_order():
    read = form(caption="The caption", tag="hidden text")
    assert [(c.name, c.type) for c in read.controls] == [(c.name, c.kind) for c in CONTROLS]
    assert read.properties["Caption"] == "The caption"
    assert read.properties["Tag"] == "hidden text"
    assert read.properties["ClientHeight"] == 3015


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("TextBox1", {"Value": "value one", "Text": "value one", "Tag": "tag", "ControlTipText": "tip one"}),
        ("Wide", {"Value": "値", "Tag": "縦", "ControlTipText": "ツール"}),
        ("Label1", {"Caption": "ラベル", "Tag": "of a label"}),
        ("Button1", {"Caption": "OK", "ControlTipText": "press"}),
        ("ComboBox1", {"Value": "chosen", "Text": "chosen", "ControlSource": "Sheet!A1"}),
        ("ListBox1", {"Value": "listed"}),
        ("CheckBox1", {"Value": True, "Caption": "yes?", "GroupName": "grp"}),
        ("Option1", {"Value": False, "Caption": "no"}),
        ("Frame1", {"Caption": "frame", "ControlTipText": "of a frame"}),
        ("Image1", {"Tag": "image tag"}),
    ],
)
def test_properties_by_the_names_macros_use(name, properties):
    control = by_name(form().controls)[name]
    assert {key: control.properties.get(key) for key in properties} == properties


def test_size_and_place_in_points():
    control = by_name(form().controls)["TextBox1"]
    assert {k: control.properties[k] for k in ("Left", "Top", "Width", "Height")} == {"Left": 12, "Top": 6, "Width": 72, "Height": 18}


def test_what_is_in_a_frame_is_in_it():
    frame = by_name(form().controls)["Frame1"]
    assert [(c.name, c.properties["Value"]) for c in frame.controls] == [("Inner", "inside")]


def test_pages_in_order_with_their_captions_and_controls():
    pages = by_name(form().controls)["Pages1"].controls
    assert [(p.name, p.type, p.properties["Caption"], p.properties["Index"]) for p in pages] == [
        ("First", "Page", "first page", 0),
        ("Second", "Page", "second page", 1),
    ]
    assert pages[1].properties["ControlTipText"] == "tip of a page"
    assert pages[1].properties["Tag"] == "tag of a page"
    assert pages[0].controls[0].properties["Value"] == "deep inside"
    assert pages[1].controls[0].properties["Caption"] == "low"


def test_tabs():
    tabs = by_name(form().controls)["Tabs"].controls
    assert [(t.name, t.properties["Caption"]) for t in tabs] == [("First", "first page"), ("Second", "second page")]
    assert tabs[1].properties["ControlTipText"] == "tip of a page"
    assert tabs[1].properties["Tag"] == "tag of a page"


@pytest.mark.parametrize("kind", ["TextBox", "ComboBox", "Label", "CommandButton", "CheckBox"])
def test_a_control_on_a_page(kind):
    control = Control(kind, "Control1", value="1" if kind == "CheckBox" else "payload", caption="payload")
    file = CompoundFile(compound(Storage().put("ObjectPool/_1", page_control(control))))
    storage = file.get("ObjectPool/_1")
    read = oforms.read_page_control(file, storage)
    assert (read.name, read.type) == ("Control1", kind)
    assert "payload" in read.properties.values()


def test_a_value_longer_than_the_size_of_a_block_can_say():
    """Office writes such, and lets the 16 bits of the size wrap around."""
    text = "".join(f"{n}," for n in range(30_000)).encode()
    short = contents(Control("TextBox", "T", value="x" * 4))
    head, count = short[:2], struct.pack("<I", 4 | 1 << 31)
    body = short[4:].replace(count, struct.pack("<I", len(text) | 1 << 31), 1)
    at = body.index(b"xxxx")
    body = body[:at] + text + bytes(-len(text) % 4) + body[at + 4 :]
    data = head + struct.pack("<H", len(body) & 0xFFFF) + body
    assert oforms.read_control(data, "TextBox")[1]["Value"] == text.decode()


def test_an_unknown_control_is_kept_by_name_with_its_strings():
    inside = b"\1\0\2\0" + b"a hidden command" + bytes(9) + "wide text".encode("utf-16-le") + b"\0\0"
    storage = Storage(clsid="D27CDB6E-AE6D-11CF-96B8-444553540000")
    storage.put("contents", inside).put("\3OCXNAME", "Flash1".encode("utf-16-le"))
    file = CompoundFile(compound(Storage().put("ObjectPool/_1", storage)))
    read = oforms.read_page_control(file, file.get("ObjectPool/_1"))
    assert (read.name, read.type) == ("Flash1", "d27cdb6e-ae6d-11cf-96b8-444553540000")
    assert read.properties == {oforms.STRINGS: "a hidden command\nwide text"}


def test_a_damaged_control_is_kept_by_name_with_its_strings():
    designer = user_form("F", [Control("TextBox", "One", value="the first"), Control("TextBox", "Two", value="the second")])
    persisted = bytearray(designer.get("o"))
    persisted[0] = 9
    designer.put("o", bytes(persisted))
    read = oforms.read_form(CompoundFile(compound(Storage().put("F", designer))), "F", "F")
    assert "the first" in read.controls[0].properties[oforms.STRINGS]
    assert read.controls[1].properties["Value"] == "the second"


def test_a_form_stream_cut_short_keeps_what_was_read():
    designer = user_form("F", CONTROLS)
    designer.put("f", designer.get("f")[:200])
    read = oforms.read_form(CompoundFile(compound(Storage().put("F", designer))), "F", "F")
    assert [c.name for c in read.controls][:1] == ["TextBox1"]
    assert "hidden" not in read.properties


def test_nesting_without_end_is_cut():
    inner = Control("Frame", "F", controls=[Control("TextBox", "T", value="v")])
    for _ in range(60):
        inner = Control("Frame", "F", controls=[inner])
    read, depth = form([inner]).controls, 0
    while read:
        read, depth = read[0].controls, depth + 1
    assert 10 < depth < 30


@given(st.data())
def test_whatever_is_mutated_nothing_is_raised(data):
    storage = user_form("F", CONTROLS)
    for path in ("f", "o"):
        stream = bytearray(storage.get(path))
        for _ in range(data.draw(st.integers(0, 6))):
            stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
        storage.put(path, bytes(stream[: data.draw(st.integers(0, len(stream)))]))
    file = CompoundFile(compound(Storage().put("F", storage)), Budget(Limits()))
    oforms.read_form(file, "F", "F")


@given(st.binary(max_size=300), st.sampled_from(sorted(oforms.KNOWN)))
def test_any_bytes_are_some_control(data, type_):
    oforms.read_control(b"\0\2" + data, type_)
    with suppress(Malformed):
        oforms.read_sites(b"\0\4" + data)
