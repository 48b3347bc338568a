"""Installer packages. Names of streams are those of real packages; tables are written here by hand."""

from __future__ import annotations

import contextlib
import random
import struct

import pytest
from fixturelib.cfb import Storage, compound
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.msi import open_installer
from emoscan.model import Artifact, Child, Fact
from emoscan.parse import Malformed
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.msi import Action, read_installer, stream_name
from emoscan.registry import discover, sniff

DATA, POOL, COLUMNS = "䡀㼿䕷䑬㭪䗤䠤", "䡀㼿䕷䑬㹪䒲䠯", "䡀㬿䏲䐸䖱"
PACKAGE = "000c1084-0000-0000-c000-000000000046"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"


def packed(name: str, *, table: bool = False) -> str:
    codes = [LETTERS.index(c) for c in name]
    pairs = [chr(0x3800 + codes[i] + 64 * codes[i + 1]) for i in range(0, len(codes) - 1, 2)]
    return "\u4840" * table + "".join(pairs) + (chr(0x4800 + codes[-1]) if len(codes) % 2 else "")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        (DATA, ("_StringData", True)),
        (POOL, ("_StringPool", True)),
        ("䡀㽿䅤䈯䠶", ("_Tables", True)),
        (COLUMNS, ("_Columns", True)),
        ("䌋䄱䜵䟾㧍㡍", ("Binary._D", False)),
        ("plain name", ("plain name", False)),
    ],
)
def test_names_of_streams(name, plain):
    found, table = stream_name(name)
    assert (found[: len(plain[0])], table) == plain


def package(actions: list[tuple[str, int, str, str]], columns: int = 4, long_text: int = 0) -> bytes:
    texts = ["", "CustomAction", "c", *["x" * long_text] * bool(long_text)]
    for name, _, source, target in actions:
        texts += [text for text in (name, source, target) if text]
    pool = struct.pack("<HH", 1252, 0)
    for text in texts[1:]:
        pool += struct.pack("<HH", len(text), 1) if len(text) < 65536 else struct.pack("<HHHH", 0, 1, len(text) & 0xFFFF, len(text) >> 16)
    table = b"".join(struct.pack("<H", texts.index(a[0])) for a in actions)
    table += b"".join(struct.pack("<H", a[1] | 0x8000) for a in actions)
    table += b"".join(struct.pack("<H", texts.index(a[2])) for a in actions)
    table += b"".join(struct.pack("<H", texts.index(a[3])) for a in actions)
    table += bytes(4 * len(actions)) * (columns > 4)
    listed = struct.pack("<H", 1) * columns + struct.pack("<H", 0x8001) * columns + struct.pack("<HH", 2, 2) * columns
    root = Storage(clsid=PACKAGE)
    root.put(POOL, pool).put(DATA, "".join(texts).encode("cp1252")).put(COLUMNS, listed)
    root.put(packed("CustomAction", table=True), table).put(packed("Binary.tool"), b"MZ" + bytes(100))
    return compound(root)


ACTIONS = [
    ("Start", 2, "tool", "/quiet"),
    ("Line", 34, "TARGETDIR", "cmd.exe /c echo inert"),
    ("Script", 38, "", 'WScript.Echo "inert"'),
    ("Set", 51, "A", "b"),
]


@pytest.mark.parametrize("columns", [4, 5])
@pytest.mark.parametrize("long_text", [0, 70_000])
def test_files_and_actions(columns, long_text):
    found = read_installer(CompoundFile(package(ACTIONS, columns, long_text)))
    assert [name for name, _ in found.files] == ["Binary.tool"]
    assert found.actions == tuple(Action(*action) for action in ACTIONS)


def test_what_comes_out_of_a_package():
    discover(("formats",))
    data = package(ACTIONS)
    assert sniff(data)[0] == "binary.msi"
    items = list(open_installer(Artifact("binary.msi", data), Context(Budget(Limits()))))
    assert [(i.value, i.how) for i in items if isinstance(i, Fact)] == [
        ("tool /quiet", "program in the package"),
        ("cmd.exe /c echo inert", "program in a folder"),
        ("Script", "script in the package"),
    ]
    assert [(i.kind, i.label, i.data[:20]) for i in items if isinstance(i, Child)] == [
        ("script.cmd", "Line", b"cmd.exe /c echo iner"),
        ("script.vbs", "Script", b'WScript.Echo "inert"'),
        ("", "Binary.tool", b"MZ" + bytes(18)),
    ]


def test_tables_without_their_texts():
    root = Storage(clsid=PACKAGE)
    root.put(packed("CustomAction", table=True), bytes(8))
    assert "_StringPool" in read_installer(CompoundFile(compound(root))).damage


@given(st.integers(0, 2**32))
def test_damage(seed):
    chance = random.Random(seed)
    data = bytearray(package(ACTIONS))
    for _ in range(chance.randrange(1, 20)):
        data[chance.randrange(512, len(data))] = chance.choice((0, 1, 0xFF, chance.randrange(256)))
    with contextlib.suppress(Malformed):
        read_installer(CompoundFile(bytes(data)))
