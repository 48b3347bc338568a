"""Script blocks and elements of pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse.scriptblocks import read


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("<script>a</script>", [("jscript", "a")]),
        ('<SCRIPT Language="VBScript">a</SCRIPT><script>b', [("vbscript", "a"), ("vbscript", "b")]),
        ("<script type='text/javascript'><!--\na()\n//--></script>", [("jscript", "a()")]),
        ("<job><script language=JScript><![CDATA[ a < b ]]></script></job>", [("jscript", " a < b ")]),
        ("<script language='JScript.Encode'>a</script>", [("jscript", "a")]),
        ("<script type='application/json'>{}</script>", [("json", "{}")]),
        ("<!-- <script>x</script> --><p title='<script>'>a</p>", []),
        ("<script src=a.js/></script>", [("jscript", "")]),
    ],
)
def test_blocks(source, blocks):
    assert [(block.language, block.text) for block in read(source).blocks] == blocks


def test_elements_that_scripts_ask_for():
    page = read(
        '<body onload="f()"><div id="d" data-x="1&amp;2">a &lt; <b>b</b></div><p>no</p><input name=n value=v><textarea id=t><i>x</textarea>'
    )
    assert [(e.tag, e.attributes, e.text) for e in page.elements] == [
        ("body", {"onload": "f()"}, ""),
        ("div", {"id": "d", "data-x": "1&2"}, "a < b"),
        ("input", {"name": "n", "value": "v"}, ""),
        ("textarea", {"id": "t"}, "x"),
    ]


@given(st.text(alphabet="<>/script!- ='\"abc\n[]CDAT", max_size=120))
def test_never_raises(source):
    read(source)


def test_floods_are_read_in_no_time():
    for flood in ("<a ", "<script ", "<!--", "<a b=", '<a "', "<![CDATA[", "<a/"):
        read(flood * 20_000)
