from __future__ import annotations

import pytest
from fixturelib.lnk import Shortcut

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.lnk import open_shortcut
from emoscan.model import Artifact, Child, Fact, Problem

CMD = "C:\\Windows\\System32\\cmd.exe"


def run(shortcut: Shortcut | bytes):
    data = shortcut.file() if isinstance(shortcut, Shortcut) else shortcut
    return list(open_shortcut(Artifact("windows.lnk", data), Context(Budget(Limits()))))


def values(items, kind):
    return [item.value for item in items if isinstance(item, Fact) and item.kind == kind]


def children(items):
    return {(item.label, item.how): item.data for item in items if isinstance(item, Child)}


def test_a_command_line_is_run_and_handed_on():
    items = run(Shortcut(CMD, arguments="/c echo inert", show=7))
    assert values(items, "effect.run") == [CMD + " /c echo inert"]
    assert children(items) == {("", "command line of the shortcut"): (CMD + " /c echo inert").encode()}
    assert [item.detail["window"] for item in items if isinstance(item, Fact) and item.kind == "effect.run"] == ["minimised"]


def test_a_document_is_opened():
    items = run(Shortcut("\\\\fs.example.test\\share\\a.xlsx"))
    assert values(items, "effect.open") == ["\\\\fs.example.test\\share\\a.xlsx"]
    assert values(items, "link.external") == ["\\\\fs.example.test\\share\\a.xlsx"]
    assert not values(items, "effect.run")


def test_a_program_without_arguments_has_no_command_line():
    items = run(Shortcut("C:\\Program Files\\A\\a.exe"))
    assert values(items, "effect.run") == ['"C:\\Program Files\\A\\a.exe"']
    assert children(items) == {}


@pytest.mark.parametrize(
    ("icon", "said"),
    [
        ("C:\\Program Files\\Microsoft Office\\winword.exe", ["starts cmd.exe, shows the icon of winword.exe"]),
        ("%SystemRoot%\\system32\\imageres.dll", []),
    ],
)
def test_disguise(icon: str, said: list[str]):
    assert values(run(Shortcut(CMD, arguments="/c x", icon=icon)), "lnk.disguise") == said


def test_blanks_in_front():
    assert values(run(Shortcut(CMD, arguments=" " * 120 + "/c echo inert")), "lnk.padding") == ["120 blanks in the arguments"]
    assert values(run(Shortcut(CMD, arguments="/c  echo   inert")), "lnk.padding") == []


OVERLAY = b'\r\nqZv7 = 1\r\nqZv7: WScript.Echo "inert"\r\nnot this one\r\n'


def test_what_stands_behind_the_end():
    items = run(Shortcut(CMD, arguments="/c x", overlay=OVERLAY))
    assert children(items)["behind the end", "data behind the end of the shortcut"] == OVERLAY
    assert values(items, "lnk.overlay") == [f"{len(OVERLAY)} bytes"]


def test_zeros_behind_the_end_are_nothing():
    assert values(run(Shortcut(CMD, arguments="x", overlay=bytes(500))), "lnk.overlay") == []


def test_what_is_cut_off_is_said():
    data = Shortcut(CMD, arguments="/c echo inert").file()
    items = run(data[:-10])
    assert [item.sort for item in items if isinstance(item, Problem)] == ["malformed"]
    assert values(items, "effect.run")
    assert [item.sort for item in run(data[:30]) if isinstance(item, Problem)] == ["malformed"]
