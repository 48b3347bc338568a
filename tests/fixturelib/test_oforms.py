"""The writer of form controls, held against oletools.

oletools reads the strings of a site one behind the other without the padding that MS-OFORMS 2.1.1.2 asks for, so names and
tags here have a length of a multiple of four.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

import olefile
import pytest

from fixturelib.oforms import Control, binary_storage, binary_stream, contents, control_line, page_control, user_form
from fixturelib.ovba import MSFORMS, STDOLE, Module, Project
from fixturelib.readers import olevba
from fixturelib.word import Document

PAGES = [
    Control("Page", "Page", caption="first page"),
    Control(
        "Page", "Pag2", caption="second page", tip="tip of a page", tag="tag of a page", controls=[Control("Label", "Labl", caption="low")]
    ),
]
CONTROLS = [
    Control("TextBox", "TextBox1", value="value one", tag="tag1", tip="tip one"),
    Control("Label", "Lbl1", caption="ラベル", tag="tag of a label!"[:12]),
    Control("CommandButton", "Cmd1", caption="OK"),
    Control("ComboBox", "ComboBox", value="chosen", source="Sheet!A1"),
    Control("CheckBox", "Chk1", value="1234", caption="yes?", group="grp1"),
    Control("Frame", "Frm1", caption="frame", tip="tip of a frame", controls=[Control("TextBox", "Innr", value="inside", wide=True)]),
    Control("MultiPage", "Pgs1", controls=PAGES),
    Control("TabStrip", "Tabs", controls=PAGES),
    Control("Image", "Img1", tag="image tag 12"),
]


def variables() -> dict[str, dict[str, Any]]:
    """What oletools reads: by path and name of the control."""
    vba = Project([Module("UserForm1", type="form")], forms={"UserForm1": user_form("UserForm1", CONTROLS)}, references=[STDOLE, MSFORMS])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = olevba().VBA_Parser("form.bin", data=vba.file())
        found = {}
        for _, path, control in parser.extract_form_strings_extended():
            name = (control["name"] or b"").decode("utf-16-le" if b"\0" in (control["name"] or b"") else "latin-1")
            found[f"{path}/{name}"] = control
        parser.close()
    return found


@pytest.mark.parametrize(
    ("path", "key", "want"),
    [
        ("UserForm1/TextBox1", "value", b"value one"),
        ("UserForm1/TextBox1", "tag", b"tag1"),
        ("UserForm1/TextBox1", "control_tip_text", b"tip one"),
        ("UserForm1/Lbl1", "caption", "ラベル".encode("utf-16-le")),
        ("UserForm1/Lbl1", "tag", b"tag of a lab"),
        ("UserForm1/ComboBox", "value", b"chosen"),
        ("UserForm1/Chk1", "caption", b"yes?"),
        ("UserForm1/Chk1", "group_name", b"grp1"),
        ("UserForm1/Frm1", "control_tip_text", b"tip of a frame"),
        ("UserForm1/i06/Innr", "value", "inside".encode("utf-16-le")),
        ("UserForm1/i08/i11/Labl", "caption", b"low"),
        ("UserForm1/Img1", "tag", b"image tag 12"),
    ],
)
def test_properties_are_those_of_oletools(path: str, key: str, want: bytes) -> None:
    assert variables()[path][key] == want


def test_every_control_is_met_with_its_class() -> None:
    classes = {path.rpartition("/")[2]: control["ClsidCacheIndex"] for path, control in variables().items()}
    assert classes["TextBox1"] == 23
    assert classes["Cmd1"] == 17
    assert (classes["Pgs1"], classes["Page"], classes["Tabs"]) == (57, 7, 18)


def test_the_tab_strip_of_a_multipage_holds_what_pages_say() -> None:
    form = user_form("F", [Control("MultiPage", "Pgs1", controls=PAGES)])
    strip = form.get("i01/o")
    assert isinstance(strip, bytes)
    assert strip[:2] == b"\0\x02"
    for text in (b"first page", b"second page", b"tip of a page", b"tag of a page", b"Pag2"):
        assert text in strip


def test_form_properties_are_in_its_frame() -> None:
    frame = user_form("F", [], caption="Invoice", tag="hidden").get("\x03VBFrame")
    assert isinstance(frame, bytes)
    lines = [line.split() for line in frame.decode().splitlines()]
    assert ["Caption", "=", '"Invoice"'] in lines
    assert ["Tag", "=", '"hidden"'] in lines


def test_a_text_box_on_a_page() -> None:
    """Bytes as Word writes them: mask, VariousPropertyBits, count with the compression flag, size, value, font."""
    box = Control("TextBox", "TextBox1", value="Invest")
    data = Document("x", controls={1631005539: (box.prog_id, page_control(box))}).file()
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        path = "ObjectPool/_1631005539"
        assert ole.getclsid(path) == "8BD21D10-EC42-11CE-9E0D-00AA006002F3"
        assert ole.openstream(f"{path}/\x03OCXNAME").read() == "TextBox1\0\0".encode("utf-16-le")
        stream = ole.openstream(f"{path}/contents").read()
    assert stream[:24] == bytes.fromhex("00022000" + "0101408000000000" + "1b48802c" + "06000080" + "ec090000")
    assert stream[28:36] == b"Invest\0\0"
    assert control_line(box, 3) == "TextBox1, 3, 3, MSForms, TextBox"


def test_binaries_of_activex_parts() -> None:
    box = Control("TextBox", "TextBox1", value="x" * 60_000)
    with olefile.OleFileIO(io.BytesIO(binary_storage(box))) as ole:
        assert ole.openstream("contents").read() == contents(box)
    assert binary_stream(box)[:4].hex() == "101dd28b"
