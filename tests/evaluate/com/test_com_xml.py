import base64
import re

import pytest
from evaluate.com.program import machine, run, value
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.com.markup import Malformed, tokens
from emoscan.evaluate.com.xml import from_base64, to_base64

NODE = 'Set d = CreateObject("MSXML2.DOMDocument"): Set n = d.createElement("a")\n'


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ('n.dataType = "bin.base64": n.Text = "aGVs" & vbLf & "bG8=": b = n.nodeTypedValue', "b(0) & b(4)", "104111"),
        ('n.DataType = "bin.hex": n.Text = "4D5A": b = n.nodeTypedValue', "b(0) & b(1)", "7790"),
        (
            'n.dataType = "bin.hex": n.Text = "4D5A": b = n.nodeTypedValue: n.dataType = "bin.base64": n.nodeTypedValue = b',
            "n.Text",
            "TVo=",
        ),
        (
            'n.dataType = "bin.base64": n.Text = "TVo=": b = n.nodeTypedValue: n.dataType = "bin.hex": n.nodeTypedValue = b',
            "n.Text",
            "4d5a",
        ),
        ('n.setAttribute "xmlns:dt", "urn:x": n.setAttribute "dt:dt", "bin.hex": n.Text = "41": b = n.nodeTypedValue', "b(0)", 65),
        ('n.dataType = "int": n.Text = "12"', "n.nodeTypedValue + 1", 13),
        ('n.Text = "x<y"', "n.xml", "<a>x&lt;y</a>"),
        ("", "n.xml & n.nodeName & n.nodeType", "<a/>a1"),
    ],
)
def test_values_of_nodes(before, expression, expected):
    assert value(expression, NODE + before) == expected


DOCUMENT = """
    Set d = CreateObject("Msxml2.DOMDocument.6.0"): d.async = False
    ok = d.loadXML("<?xml version='1.0'?><r><b id='1'>one</b><b id='2' k='&lt;'>two<!-- c --><![CDATA[ & 3]]></b><c><b>deep</b></c></r>")
    """


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ok", True),
        ("d.documentElement.nodeName", "r"),
        ('d.selectSingleNode("/r/b").Text', "one"),
        ("d.selectSingleNode(\"//b[@id='2']\").text", "two & 3"),
        ('d.selectSingleNode("r/b[2]").getAttribute("k")', "<"),
        ('d.selectSingleNode("/r/b/@id").Text', "1"),
        ('d.selectNodes("//b").length', 3),
        ('d.selectNodes("//c/b").Item(0).text', "deep"),
        ('d.selectNodes("//b")(1).attributes.getNamedItem("id").text', "2"),
        ('d.getElementsByTagName("b").Item(2).parentNode.nodeName', "c"),
        ('d.selectSingleNode("//none") Is Nothing', True),
        ("d.documentElement.firstChild.nextSibling.firstChild.nodeValue", "two"),
        ("d.documentElement.childNodes.length", 3),
        ("d.parseError.errorCode", 0),
        ("d.Text", "onetwo & 3deep"),
        ("d.documentElement.lastChild.xml", "<c><b>deep</b></c>"),
        ('d.selectSingleNode("ancestor::x[last()]")', "<Unknown: ancestor::x[last()] of the document>"),
    ],
)
def test_documents(expression, expected):
    assert value(expression, DOCUMENT) == expected


@pytest.mark.parametrize("source", ["", "x", "<a>", "<a></b>", "<a", "<a b=c/>", "</a>", "<a><!-- </a>"])
def test_what_is_not_well_formed(source):
    assert value(f'CreateObject("MSXML2.DOMDocument").loadXML("{source}")') is False


def test_nodes_cannot_hold_themselves():
    assert run(NODE + 'Set m = d.createElement("m"): n.appendChild m: m.appendChild n').error == 5


def test_document_from_an_address():
    outcome = run(
        """
        Set d = CreateObject("Microsoft.XMLDOM"): d.async = False
        d.load "https://files.example.test/x.xml"
        Set Main = d.selectSingleNode("//cmd")
        """
    )
    assert outcome.effects() == [("download", "https://files.example.test/x.xml")]
    assert outcome.value == "<Unknown: //cmd of <Unknown: content of https://files.example.test/x.xml>>"


def test_style_sheets_run_their_scripts():
    outcome = run(
        """
        Set x = CreateObject("MSXML2.DOMDocument")
        x.loadXML "<xsl:stylesheet><ms:script language='JScript'><![CDATA[ new ActiveXObject('x'); ]]></ms:script></xsl:stylesheet>"
        CreateObject("MSXML2.DOMDocument").transformNode x
        """
    )
    assert [(c.kind, c.data.strip()) for c in outcome.children] == [("script.js", b"new ActiveXObject('x');")]
    remote = run(
        """
        Set x = CreateObject("MSXML2.DOMDocument"): x.load "http://files.example.test/a.xsl"
        x.transformNode x
        """
    )
    assert [kind for kind, _ in remote.effects()] == ["download", "eval"]


def test_saving():
    outcome = run(DOCUMENT + 'd.save "C:\\Users\\Public\\a.xml"')
    assert outcome.effects() == [("write", r"C:\Users\Public\a.xml")]
    assert outcome.texts()[0].startswith("<?xml version='1.0'?><r><b id=\"1\">one</b>")


@given(st.binary(max_size=300))
def test_base64(data):
    encoded = to_base64(data)
    assert encoded.replace("\n", "") == base64.b64encode(data).decode()
    assert all(len(line) <= 72 for line in encoded.split("\n"))
    assert from_base64(encoded) == data


@given(st.text(st.sampled_from("<>/='\"a!-[]&;? CDATA#x1")))
def test_tokens_of_anything(source):
    try:
        found = list(tokens(source))
    except Malformed:
        return
    assert len(found) <= len(source) + 1


def test_tree_of_great_depth_takes_time_in_proportion():
    made = machine()
    document = made.create("MSXML2.DOMDocument")
    depth = 20_000
    assert made.get(document, "loadXML", ("<a>" * depth + "</a>" * depth,)) is True
    assert len(re.findall("<a", made.get(document, "xml"))) == depth
