"""Scripts that start themselves in another way."""

from __future__ import annotations

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.restart import OPENED, Start, restarted, world_of
from emoscan.evaluate.core.world import DEFAULT_NOW
from emoscan.evaluate.jscript import run as jscript
from emoscan.evaluate.vba import script as vbscript

HOME = r"C:\Users\tanaka\Documents"
SELF = rf"{HOME}\a.js"


def world():
    made = world_of(Budget(Limits()), DEFAULT_NOW, "a.js", b"x", OPENED)
    made.files.write(r"C:\Users\Public\b.js", b"x")
    return made


@pytest.mark.parametrize(
    ("command", "start"),
    [
        (f'wscript.exe "{SELF}" go /x', Start(SELF, ("go", "/x"))),
        (f"cscript //nologo {SELF.upper()} 'a b'", Start(SELF, ("a b",), "cscript.exe")),
        (rf'%windir%\SysWOW64\wscript.exe //B "{SELF}"', Start(SELF, narrow=True)),
        (r"wscript C:\users\public\B.js", Start(r"C:\Users\Public\b.js")),
        (rf'schtasks /create /tn u /tr "wscript "{SELF}" run"', Start(SELF, ("run",))),
        (f'wscript "{SELF}"', None),
        ("notepad.exe a.js", None),
        ("", None),
    ],
)
def test_commands_that_start_the_script(command, start):
    found = restarted(world(), b"x", [command], [OPENED])
    assert found == start


def test_a_way_that_was_tried_is_not_tried_again():
    assert restarted(world(), b"x", [f'wscript "{SELF}" go'], [OPENED, Start(SELF, ("go",))]) is None


JS = {
    "arguments": "if (WScript.Arguments.length == 0) sh.Run('wscript \"' + WScript.ScriptFullName + '\" 5'); else sh.Run('end ' + WScript.Arguments(0));",
    "copy": "var p = 'C:\\\\Users\\\\Public\\\\b.js'; if (WScript.ScriptFullName != p) { new ActiveXObject('Scripting.FileSystemObject')"
    ".CopyFile(WScript.ScriptFullName, p); sh.Run('wscript ' + p); WScript.Quit(); } sh.Run('end 5');",
    "console": "if (!/cscript/i.test(WScript.FullName)) { sh.Run('cscript //E:jscript \"' + WScript.ScriptFullName + '\"'); WScript.Quit(); } sh.Run('end 5');",
}


@pytest.mark.parametrize("way", JS)
def test_jscript_that_starts_itself_is_followed(way):
    source = "var sh = new ActiveXObject('WScript.Shell');" + JS[way]
    found = []
    jscript.evaluate(jscript.Script((source,), "a.js", source.encode()), Budget(Limits()), found.append)
    assert "end 5" in [getattr(item, "value", "") for item in found]


VBS = {
    "arguments": 'If WScript.Arguments.Named.Exists("e") Then\nsh.Run "end 5"\nElse\n'
    'CreateObject("Shell.Application").ShellExecute WScript.FullName, """" & WScript.ScriptFullName & """ /e", "", "runas", 1\nEnd If',
    "narrow": 'If InStr(1, WScript.Path, "syswow64", 1) = 0 Then\nsh.Run "%windir%\\syswow64\\wscript.exe """ & WScript.ScriptFullName & """"\nWScript.Quit\nEnd If\n'
    'sh.Run "end 5"',
}


@pytest.mark.parametrize("way", VBS)
def test_vbscript_that_starts_itself_is_followed(way):
    source = 'Set sh = CreateObject("WScript.Shell")\n' + VBS[way]
    found = []
    vbscript.evaluate(vbscript.Script((source,), "a.vbs", source.encode()), Budget(Limits()), found.append)
    assert "end 5" in [getattr(item, "value", "") for item in found]


def test_a_script_that_starts_itself_for_ever_comes_to_an_end():
    source = (
        "var n = WScript.Arguments.length ? +WScript.Arguments(0) + 1 : 0;"
        "new ActiveXObject('WScript.Shell').Run('wscript \"' + WScript.ScriptFullName + '\" ' + n)"
    )
    found = []
    jscript.evaluate(jscript.Script((source,), "a.js", source.encode()), Budget(Limits()), found.append)
    assert len([item for item in found if getattr(item, "kind", "") == "effect.run"]) == 4
