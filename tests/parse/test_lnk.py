from __future__ import annotations

import pytest
from fixturelib.lnk import Shortcut
from hypothesis import given
from hypothesis import strategies as st
from mutate import mutate

from emoscan.parse import Malformed
from emoscan.parse.lnk import items_path, parse

CMD = "C:\\Windows\\System32\\cmd.exe"


def test_everything_a_shortcut_says():
    link = parse(Shortcut(CMD, "Note", "..\\cmd.exe", "C:\\", "/c echo inert", "a.ico", "%comspec%", "desk-7", 7, overlay=b"tail").file())
    assert (link.items, link.local, link.environment, link.target) == (CMD, CMD, "%comspec%", CMD)
    assert (link.name, link.relative_path, link.folder, link.arguments, link.icon) == (
        "Note",
        "..\\cmd.exe",
        "C:\\",
        "/c echo inert",
        "a.ico",
    )
    assert (link.machine, link.show, link.damage) == ("desk-7", 7, ())


def test_what_stands_behind_the_end():
    data = Shortcut(CMD, arguments="x", overlay=b"tail").file()
    assert data[parse(data).end :] == b"tail"
    data = Shortcut(CMD, arguments="x", terminal=False).file()
    assert parse(data).end == len(data)


def test_a_share():
    link = parse(Shortcut("\\\\fs.example.test\\share\\a b.xlsx").file())
    assert link.target == link.network == "\\\\fs.example.test\\share\\a b.xlsx"


def test_text_that_is_not_unicode():
    assert parse(Shortcut(CMD, arguments="caf\xe9", unicode=False).file()).arguments == "café"


def test_cut_in_the_arguments():
    data = Shortcut(CMD, arguments="/c echo inert").file()
    link = parse(data[: data.find(b"i\0n\0e\0r\0t\0")])
    assert link.arguments == "/c echo "
    assert link.damage == ("arguments has 8 of its 13 characters",)


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ("4600410080" + b"\\\\srv\0".hex(), "\\\\srv"),
        ("14001f50e04fd020ea3a6910a2d808002b30309d", ""),
        ("14001f502020ec21ea3a6910a2dd08002b30309d", "Control Panel"),
        ("140061800000" + "https://x.example.test/".encode("utf-16-le").hex(), ""),
    ],
)
def test_shell_items(items: str, path: str):
    data = bytes.fromhex(items)
    size = len(data).to_bytes(2, "little")
    assert items_path(size + data[2:] + b"\0\0") in (path, "https://x.example.test/")


@given(st.binary(max_size=400), st.integers(0, 1 << 32))
def test_hostile(junk: bytes, seed: int):
    data = mutate(Shortcut(CMD, "n", "r", "f", "a" * 50, "i", "%e%", "m", overlay=junk).file(), seed, [junk or b"x"])
    try:
        link = parse(data)
    except Malformed:
        return
    assert 0 <= link.end <= len(data)
