from __future__ import annotations

import pytest

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.windowsxml import open_xml
from emoscan.model import Artifact, Child, Fact


@pytest.mark.parametrize(
    ("text", "facts", "children"),
    [
        (
            "<PCSettings><SearchableContent><ApplicationInformation><DeepLink>%windir%\\system32\\cmd.exe /c echo inert &amp; echo</DeepLink></ApplicationInformation>",
            [("effect.run", "%windir%\\system32\\cmd.exe /c echo inert & echo", "settings shortcut")],
            [("script.cmd", "%windir%\\system32\\cmd.exe /c echo inert & echo")],
        ),
        (
            "<libraryDescription><simpleLocation><url>\\\\192.0.2.7\\webdav</url></simpleLocation><simpleLocation><url>C:\\a</url></simpleLocation></libraryDescription>",
            [("link.external", "\\\\192.0.2.7\\webdav", "folder of a library")],
            [],
        ),
        (
            '<persistedQuery><query><scope><include path="\\\\files.example.test\\a"/></scope></query></persistedQuery>',
            [("link.external", "\\\\files.example.test\\a", "folder of a library")],
            [],
        ),
        (
            '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec><Command>cmd.exe</Command>\n<Arguments>/c echo inert</Arguments></Exec></Actions></Task>',
            [("effect.schedule", "cmd.exe /c echo inert", "task as XML")],
            [("script.cmd", "cmd.exe /c echo inert")],
        ),
        (
            '<stylesheet xmlns="http://www.w3.org/1999/XSL/Transform"><ms:script language="VBScript"><![CDATA[MsgBox "inert"]]></ms:script></stylesheet>',
            [],
            [("script.vbs", 'MsgBox "inert"')],
        ),
        (
            '<script:module script:name="Module1" script:language="StarBasic">Sub Main\nShell(&quot;inert&quot;)\nEnd Sub</script:module>',
            [],
            [("office.vba-source", 'Sub Main\nShell("inert")\nEnd Sub')],
        ),
        ("<feed><url>\\\\fileserver\\a</url><Command>x</Command></feed>", [], []),
    ],
)
def test_what_starts_or_fetches(text: str, facts: list[tuple[str, str, str]], children: list[tuple[str, str]]):
    items = list(open_xml(Artifact("text.xml", text.encode()), Context(Budget(Limits()))))
    assert [(f.kind, f.value, f.how) for f in items if isinstance(f, Fact)] == facts
    assert [(c.kind, c.data.decode()) for c in items if isinstance(c, Child)] == children
