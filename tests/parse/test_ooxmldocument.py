"""The model of a package's document: controls on sheets, slides in order, tags, custom XML."""

import pytest
from fixturelib import ooxml
from fixturelib.cfb import Storage, compound
from fixturelib.oforms import Control, binary_stream

from emoscan.budget import Budget, Limits
from emoscan.parse import ooxmldocument
from emoscan.parse.bundle import Module
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.ovba import Project
from emoscan.parse.package import Package

BOX = Control("TextBox", "TextBox1", value="payload")


def read(package: ooxml.Package, *modules: Module):
    storage = CompoundFile(compound(Storage().put("VBA/dir", b"x")))
    return ooxmldocument.read_document(Package(package.file(), Budget(Limits())), Project(modules), storage, "")


def sheet_with_controls() -> ooxml.Package:
    package = ooxml.excel([ooxml.Sheet("One", code_name="Sheet1"), ooxml.Sheet("Two", code_name="Sheet2")])
    part = "xl/worksheets/sheet2.xml"
    names = f'xmlns="x" xmlns:r="{ooxml.REL}"'
    control = package.relate(part, f"{ooxml.REL}/control", "../activeX/activeX1.xml")
    form = package.relate(part, f"{ooxml.REL}/ctrlProp", "../ctrlProps/ctrlProp1.xml")
    vml = package.relate(part, f"{ooxml.REL}/vmlDrawing", "../drawings/vmlDrawing1.vml")
    rows = f'<control shapeId="1" r:id="{control}" name="TextBox1"/><control shapeId="2" r:id="{form}" name="Button 1"/>'
    package.add(
        part, f'<worksheet {names}><sheetPr codeName="Sheet2"/><controls>{rows}</controls><legacyDrawing r:id="{vml}"/></worksheet>'
    )
    state = package.relate("xl/activeX/activeX1.xml", f"{ooxml.MS}/activeXControlBinary", "activeX1.bin")
    package.add("xl/activeX/activeX1.xml", f'<ocx {names} classid="{{{BOX.clsid}}}" persistence="persistStreamInit" r:id="{state}"/>')
    package.add("xl/activeX/activeX1.bin", binary_stream(BOX))
    package.add("xl/ctrlProps/ctrlProp1.xml", '<formControlPr xmlns="x" objectType="Button" fmlaMacro="[0]!Go" val="3"/>')
    button = '<v:shape id="Button_1" alt="said"><v:textbox><div><font>Click here</font></div></v:textbox><x:ClientData ObjectType="Button"/></v:shape>'
    package.add("xl/drawings/vmlDrawing1.vml", f'<xml xmlns:v="v" xmlns:x="x">{button}</xml>')
    return package


def test_controls_and_shapes_of_sheets():
    model = read(sheet_with_controls())
    assert [(c.name, c.type, c.module, c.properties["Value"]) for c in model.controls] == [
        ("TextBox1", "TextBox", "Sheet2", "payload"),
        ("Button 1", "Button", "Sheet2", "3"),
    ]
    assert model.controls[1].properties["OnAction"] == "[0]!Go"
    assert [(s.name, s.text, s.alt_text, s.type, s.place) for s in model.shapes] == [("Button_1", "Click here", "said", "Button", "Two")]


def test_controls_without_a_name_get_that_of_their_module():
    package = sheet_with_controls()
    package.add("xl/worksheets/sheet2.xml", "<worksheet/>")
    module = Module("Sheet2", 'Attribute VB_Control = "TextBox7, 1, 0, MSForms, TextBox"\r\n', "document")
    assert next((c.name, c.module) for c in read(package, module).controls) == ("TextBox7", "Sheet2")


def test_slides_in_the_order_of_the_presentation():
    package = ooxml.powerpoint([["one", "more"], ["two"]])
    main = package.parts["ppt/presentation.xml"].decode()
    ids = [part.split('"')[0] for part in main.split('<p:sldId id="256" ')[1].split('r:id="')[1:3]]
    package.parts["ppt/presentation.xml"] = main.replace(ids[0], "x").replace(ids[1], ids[0]).replace('"x"', f'"{ids[1]}"').encode()
    package.add("ppt/tags/tag1.xml", '<p:tagLst xmlns:p="p"><p:tag name="KEY" val="payload"/></p:tagLst>')
    package.add("ppt/notesSlides/notesSlide1.xml", '<p:notes xmlns:p="p" xmlns:a="a"><p:sp><a:t>a note</a:t></p:sp></p:notes>')
    model = read(package)
    assert model.slides == (("two",), ("one", "more"))
    assert [(s.name, s.place) for s in model.shapes] == [("TextBox 1", "1"), ("TextBox 1", "2"), ("TextBox 2", "2")]
    assert model.tags == {"KEY": "payload"}
    assert model.stories == {"notes": "a note"}


def test_custom_xml():
    package = ooxml.word("a")
    package.add("customXml/item1.xml", b"<root>payload</root>")
    package.add("customXml/itemProps1.xml", b"<ds/>")
    assert read(package).custom_xml == ("<root>payload</root>",)


@pytest.mark.parametrize(
    "value", [("lpwstr", "text", "text"), ("i4", "7", 7), ("bool", "true", True), ("r8", "0.5", 0.5), ("i4", "x", "x")]
)
def test_types_of_custom_properties(value):
    type_, text, want = value
    package = ooxml.word("a", custom={"p": "q"})
    part = package.parts["docProps/custom.xml"].replace(b"vt:lpwstr>q</vt:lpwstr", f"vt:{type_}>{text}</vt:{type_}".encode())
    package.parts["docProps/custom.xml"] = part
    assert read(package).custom_properties == {"p": want}


def test_broken_parts_cost_themselves_only():
    package = ooxml.word("kept", variables={"a": "b"}, properties={"Title": "t"})
    package.parts["docProps/core.xml"] = b"<!DOCTYPE a>"
    model = read(package)
    assert [p.text for p in model.paragraphs] == ["kept"]
    assert model.variables == {"a": "b"}
