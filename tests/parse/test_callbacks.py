"""Procedures that the ribbon, shapes and fields of a package name."""

import pytest
from fixturelib import ooxml

from emoscan.budget import Budget, Limits
from emoscan.parse.callbacks import MAX_CALLBACKS, read_callbacks
from emoscan.parse.package import Package

UI = "http://schemas.microsoft.com/office/2009/07/customui"
RIBBON = f"""<customUI xmlns="{UI}" onLoad="Loaded"><commands><command idMso="FileSave" onAction="Saved"/></commands>
<ribbon><tabs><tab id="t" getVisible="TabVisible"><group id="g" getLabel="GroupLabel">
<button id="b" label="Rechnung öffnen" tag="cmd /c calc" onAction="Module1.Go"/><button id="c" onAction=""/></group></tab></tabs></ribbon></customUI>"""


def read(package):
    return [(c.procedure, c.event, c.when) for c in read_callbacks(Package(package.file(), Budget(Limits())))]


@pytest.mark.parametrize("name", ["customUI/customUI14.xml", "userCustomization/customUI.xml", "anything/at/all.xml"])
def test_the_ribbon(name):
    package = ooxml.excel([ooxml.Sheet("One")])
    package.add(name, RIBBON)
    package.relate("", f"{ooxml.MS}/ui/extensibility", name)
    assert read(package) == [
        ("Loaded", "onLoad of customUI", "opening"),
        ("Saved", "onAction of command FileSave", "click"),
        ("TabVisible", "getVisible of tab t", "opening"),
        ("GroupLabel", "getLabel of group g", "use"),
        ("Module1.Go", "onAction of button Rechnung öffnen", "click"),
    ]
    told = read_callbacks(Package(package.file(), Budget(Limits())))[-1].ribbon
    assert told == {"Id": "b", "Tag": "cmd /c calc"}


def test_a_ribbon_without_a_relationship_is_found_where_it_lies():
    package = ooxml.excel([ooxml.Sheet("One")])
    package.add("customUI/customUI.xml", RIBBON)
    assert read(package)[0][0] == "Loaded"


def test_shapes_and_buttons_of_sheets():
    package = ooxml.excel([ooxml.Sheet("One")])
    shape = '<xdr:sp macro="[0]!Go"><xdr:nvSpPr><xdr:cNvPr id="2" name="Picture 1"/></xdr:nvSpPr></xdr:sp>'
    plain = '<xdr:sp macro=""><xdr:nvSpPr><xdr:cNvPr id="3" name="Picture 2"/></xdr:nvSpPr></xdr:sp>'
    package.add("xl/drawings/drawing1.xml", f'<xdr:wsDr xmlns:xdr="x">{shape}{plain}</xdr:wsDr>')
    package.add(
        "xl/drawings/vmlDrawing1.vml", '<xml xmlns:x="x"><x:ClientData><x:FmlaMacro>[0]!Button1_Click</x:FmlaMacro></x:ClientData></xml>'
    )
    assert read(package) == [
        ("[0]!Go", "macro of shape Picture 1", "click"),
        ("[0]!Button1_Click", "macro of a button", "click"),
    ]


def test_actions_on_slides():
    package = ooxml.excel([ooxml.Sheet("One")])
    over = '<a:hlinkMouseOver action="ppaction://macro?name=Over"/>'
    click = '<a:hlinkClick action="ppaction://macro?name=Go"/><a:hlinkClick action="ppaction://hlinksldjump"/>'
    package.add("ppt/slides/slide1.xml", f'<p:sld xmlns:p="p" xmlns:a="a"><p:cNvPr name="Box">{over}{click}</p:cNvPr></p:sld>')
    assert read(package) == [("Over", "mouse over Box", "use"), ("Go", "action of Box", "click")]


def test_a_ribbon_of_many_and_a_broken_one():
    package = ooxml.excel([ooxml.Sheet("One")])
    buttons = "".join(f'<button onAction="a{number}"/>' for number in range(3 * MAX_CALLBACKS))
    package.add("customUI/customUI.xml", f"<customUI>{buttons}</customUI>")
    assert len(read(package)) == MAX_CALLBACKS
    package.add("customUI/customUI.xml", '<!DOCTYPE x [<!ENTITY a "b">]><customUI onLoad="&a;"/>')
    package.add("customUI/customUI14.xml", '<customUI onLoad="x"><cut')
    assert read(package) == [("x", "onLoad of customUI", "opening")]
