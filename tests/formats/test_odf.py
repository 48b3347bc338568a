"""OpenDocument packages and files: links, DDE, events and macros."""

import io
from zipfile import ZipFile

import pytest
from linear import assert_linear

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.parse.opendocument import Content, procedure, read, words
from emoscan.registry import discover

discover()

SPACES = " ".join(
    f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "table", "draw", "script", "xlink", "style", "presentation", "meta", "form")
)
LISTENER = '<script:event-listener script:language="ooo:script" script:event-name="{}" xlink:href="{}"/>'
MODULE = (
    '<?xml version="1.0"?>\n<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n'
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="{}" script:language="StarBasic">{}</script:module>'
)


def odf(content="", meta="", **parts):
    out = io.BytesIO()
    with ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", f'<?xml version="1.0"?><office:document-content {SPACES}>{content}</office:document-content>')
        package.writestr("meta.xml", f"<office:document-meta {SPACES}>{meta}</office:document-meta>")
        for name, text in parts.items():
            package.writestr(f"Basic/Standard/{name}.xml", MODULE.format(name, text.replace("&", "&amp;")))
    return out.getvalue()


def facts(data, kind):
    found = expand(data, "a.odt", budget=Budget(Limits()))
    return [(fact.value, fact.how) for _, fact in found.facts(kind=kind)]


@pytest.mark.parametrize(
    ("element", "how"),
    [
        ('<text:section><text:section-source xlink:href="{}"/></text:section>', "subDocument"),
        ('<draw:frame><draw:floating-frame xlink:href="{}"/></draw:frame>', "frame"),
        ('<draw:frame><draw:object xlink:href="{}" xlink:actuate="onLoad"/></draw:frame>', "oleObject"),
        ('<draw:frame><draw:object-ole xlink:href="{}"/></draw:frame>', "oleObject"),
        ('<draw:image xlink:href="{}"/>', "image"),
        ('<style:background-image xlink:href="{}"/>', "image"),
        ('<text:a xlink:href="{}">x</text:a>', "hyperlink"),
        ('<form:button form:button-type="url" xlink:href="{}"/>', "hyperlink"),
    ],
)
@pytest.mark.parametrize("target", ["http://files.example.test/a.odt", "file://files.example.test/share/a.odt"])
def test_links(element, how, target):
    assert facts(odf(element.format(target)), "link.external") == [(target, how)]


def test_links_inside_the_package_are_none():
    assert facts(odf('<draw:image xlink:href="Pictures/1.png"/><text:a xlink:href="#top">x</text:a>'), "link.external") == []


def test_a_template_on_a_server():
    data = odf(meta='<meta:template xlink:href="https://files.example.test/a.ott"/>')
    assert facts(data, "link.external") == [("https://files.example.test/a.ott", "attachedTemplate")]


@pytest.mark.parametrize(
    "content",
    [
        '<text:dde-connection-decl office:dde-application="cmd" office:dde-topic="/c calc" office:dde-item="" office:automatic-update="true"/>',
        '<table:dde-links><table:dde-link><office:dde-source office:dde-application="cmd" office:dde-topic="/c" office:dde-item="calc"/></table:dde-link></table:dde-links>',
        '<table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;&quot;)"/>',
        "<table:table-cell table:formula=\"msoxl:=cmd|'/c calc'!A0\"/>",
    ],
)
def test_dde(content):
    assert facts(odf(content), "document.dde") == [("cmd /c calc", "DDE")]


BASIC = {
    "Shell": 'Shell("cmd /c calc")',
    "Shell with arguments": 'Shell("cmd", 0, "/c calc", False)',
    "SystemShellExecute": 'createUnoService("com.sun.star.system.SystemShellExecute").execute("cmd", "/c calc", 0)',
    "guarded": 'If GetGUIType = 1 Then Shell("cmd " & "/c calc")',
}


@pytest.mark.parametrize("code", BASIC.values(), ids=BASIC)
@pytest.mark.parametrize(
    ("event", "stage"), [("dom:load", "runs by itself"), ("dom:click", "runs on a click"), ("dom:unload", "runs on closing or use")]
)
def test_macros_that_events_start(code, event, stage):
    listener = LISTENER.format(event, "vnd.sun.star.script:Standard.Module1.Go?language=Basic&amp;location=document")
    data = odf(f"<office:scripts>{listener}</office:scripts>", Module1="Sub Go\nModule2.Run\nEnd Sub", Module2=f"Sub Run\n{code}\nEnd Sub")
    found = expand(data, "a.odt", budget=Budget(Limits()))
    (run,) = [fact for _, fact in found.facts(kind="effect.run") if fact.detail.get("module")]
    assert (run.value, run.confidence) == ("cmd /c calc", 1)
    assert [fact.detail["stage"] for _, fact in found.facts(kind="vba.entry")] == [stage]


def test_macros_of_a_file_that_is_one_xml():
    listener = LISTENER.format("dom:load", "vnd.sun.star.script:Standard.Module1.Go?language=Basic&amp;location=document")
    library = '<ooo:library-embedded xmlns:ooo="o"><ooo:module ooo:name="Module1"><ooo:source-code>Sub Go\nShell "calc"\nEnd Sub</ooo:source-code></ooo:module></ooo:library-embedded>'
    data = (
        f'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" {SPACES.partition(" ")[2]} office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:scripts><office:script>{library}</office:script><office:event-listeners>{listener}</office:event-listeners></office:scripts></office:document>"
    )
    assert ("calc", "Shell") in facts(data.encode(), "effect.run")


def test_an_event_that_calls_a_python_function_outside_of_the_document():
    target = "vnd.sun.star.script:../../../program/python-core-3.5.5/lib/pydoc.py$tempfilepager(1, cmd /c calc )?language=Python&amp;location=share"
    data = odf(LISTENER.format("dom:mouseover", target))
    assert facts(data, "document.exploit")
    assert ("cmd /c calc", "Python function named by an event") in facts(data, "effect.run")


def test_an_event_of_a_presentation_that_starts_a_program():
    event = '<presentation:event-listener script:event-name="dom:click" presentation:action="execute" xlink:href="../../../windows/system32/mshta.exe"/>'
    assert facts(odf(event), "link.external") == [("../../../windows/system32/mshta.exe", "hyperlink")]


def test_python_in_the_document_is_said_not_to_be_read():
    data = odf(LISTENER.format("dom:load", "vnd.sun.star.script:a.py$go?language=Python&amp;location=document"))
    assert [trouble.problem.sort for trouble in expand(data, "a.odt").troubles] == ["unmodelled"]


def test_text_that_asks_to_enable_macros():
    assert facts(odf("<office:body><text:p>Please <text:span>enable</text:span> content</text:p></office:body>"), "document.lure")


def test_what_breaks_off_is_read_as_far_as_it_goes_and_said():
    data = odf('<draw:image xlink:href="http://files.example.test/a.png"/><text:p>')
    found = expand(data, "a.odt")
    assert [fact.value for _, fact in found.facts(kind="link.external")] == ["http://files.example.test/a.png"]
    assert [trouble.problem.name for trouble in found.troubles] == ["odf"]


def test_entities_are_refused():
    out = io.BytesIO()
    with ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    assert [trouble.problem.name for trouble in expand(out.getvalue(), "a.odt").troubles] == ["odf"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("vnd.sun.star.script:Standard.Module1.Main?language=Basic&location=document", "Module1.Main"),
        ("vnd.sun.star.script:a.py$go?language=Python&location=document", ""),
        ("macro:///Standard.Module1.Main()", "Module1.Main"),
        ("Main", "Main"),
    ],
)
def test_addresses_of_procedures(address, name):
    assert procedure(address) == name


def test_time_is_in_proportion():
    for unit in ("<text:p>x</text:p>", "<", "<text:tab ", "&amp;", "<a b='c'>"):
        assert_linear(words, unit, 200_000)
    assert_linear(lambda text: read(f"<a xmlns:x='x'>{text}".encode(), Content()), "<x:a x:href='http://a/'/>", 200_000)
