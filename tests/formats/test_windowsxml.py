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
        (
            "<searchConnectorDescription><iconReference>\\\\files.example.test\\i.ico</iconReference><simpleLocation><url>http://files.example.test/a/</url>",
            [
                ("link.external", "\\\\files.example.test\\i.ico", "folder of a library"),
                ("link.external", "http://files.example.test/a/", "folder of a library"),
            ],
            [],
        ),
        (
            '<jnlp codebase="http://files.example.test/b/"><resources><jar href="a.jar"/><jar href="https://x.example.test/c.jar"/></resources></jnlp>',
            [
                ("effect.download", "http://files.example.test/b/a.jar", "Java Web Start"),
                ("effect.load", "http://files.example.test/b/a.jar", "Java Web Start"),
                ("effect.download", "https://x.example.test/c.jar", "Java Web Start"),
                ("effect.load", "https://x.example.test/c.jar", "Java Web Start"),
            ],
            [],
        ),
        (
            '<AppInstaller xmlns="http://schemas.microsoft.com/appx/appinstaller/2017"><MainPackage Uri="http://files.example.test/a.msix"/></AppInstaller>',
            [("link.external", "http://files.example.test/a.msix", "package to install")],
            [],
        ),
        (
            (
                '<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><Exec Command="echo &quot;inert&quot;"/>'
                '<UsingTask TaskFactory="CodeTaskFactory"><Code Language="cs"><![CDATA[class C {}]]></Code></UsingTask></Project>'
            ),
            [("effect.run", 'echo "inert"', "MSBuild task"), ("effect.load", "class C {}", "MSBuild inline task")],
            [("script.cmd", 'echo "inert"'), ("script.csharp", "class C {}")],
        ),
        (
            '<s:stylesheet xmlns:s="http://www.w3.org/1999/XSL/Transform"><m:script language="C#"><![CDATA[class D {}]]></m:script></s:stylesheet>',
            [],
            [("script.csharp", "class D {}")],
        ),
        ("<feed><url>\\\\fileserver\\a</url><Command>x</Command></feed>", [], []),
    ],
)
def test_what_starts_or_fetches(text: str, facts: list[tuple[str, str, str]], children: list[tuple[str, str]]):
    items = list(open_xml(Artifact("text.xml", text.encode()), Context(Budget(Limits()))))
    assert [(f.kind, f.value, f.how) for f in items if isinstance(f, Fact)] == facts
    assert [(c.kind, c.data.decode()) for c in items if isinstance(c, Child)] == children
