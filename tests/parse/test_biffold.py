"""Sheets of Excel 2 to 4, byte by byte: "OpenOffice.org's Documentation of the Microsoft Excel File Format"."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Settings
from emoscan.parse import Malformed
from emoscan.parse.biffold import read

BOF = {2: 0x0009, 3: 0x0209, 4: 0x0409}
LOOK = {2: bytes(3), 3: bytes(2), 4: bytes(2)}


def record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def bof(version: int, kind: int) -> bytes:
    return record(BOF[version], struct.pack("<HH", 0, kind) + bytes(0 if version == 2 else 2))


def text(value: str) -> bytes:
    return b"\x17" + bytes((len(value),)) + value.encode("cp1252")


def function(version: int, number: int, *arguments: bytes) -> bytes:
    """tFuncVar; a command is tFuncCE before Excel 4."""
    made = b"".join(arguments)
    if version == 4:
        return made + b"\x42" + bytes((len(arguments),)) + struct.pack("<H", number)
    token = b"\x78" if number & 0x8000 else b"\x42"
    return made + token + bytes((len(arguments), number & 0xFF))


def fixed(version: int, number: int, *arguments: bytes) -> bytes:
    return b"".join(arguments) + b"\x41" + (struct.pack("<H", number) if version == 4 else bytes((number,)))


def ref(row: int, column: int) -> bytes:
    return b"\x44" + struct.pack("<HB", row, column)


def formula(version: int, row: int, column: int, tokens: bytes, extra: bytes = b"") -> bytes:
    head = struct.pack("<HH", row, column) + LOOK[version] + struct.pack("<d", 0.0)
    sizes = bytes((1, len(tokens))) if version == 2 else struct.pack("<HH", 0, len(tokens))
    return record({2: 0x0006, 3: 0x0206, 4: 0x0406}[version], head + sizes + tokens + extra)


def label(version: int, row: int, column: int, value: str) -> bytes:
    raw = value.encode("cp1252")
    size = bytes((len(raw),)) if version == 2 else struct.pack("<H", len(raw))
    return record(0x0004 if version == 2 else 0x0204, struct.pack("<HH", row, column) + LOOK[version] + size + raw)


def name(version: int, called: bytes, tokens: bytes) -> bytes:
    if version == 2:
        return record(0x0018, bytes((2, 0, 0, len(called), len(tokens))) + called + tokens + bytes((len(tokens),)))
    flags = 8 | (0x20 if len(called) == 1 else 0)
    return record(0x0218, struct.pack("<HBBH", flags, 0, len(called), len(tokens)) + called + tokens)


def macro(version: int, *, builtin: bool = False) -> bytes:
    """A macro sheet: EXEC("ca"&C3), a command, a choice, an array, HALT."""
    starts = b"\x44" + struct.pack("<HB", 0, 0)
    cells = [
        name(version, b"\x01" if builtin else b"Auto_Open", starts),
        formula(version, 0, 0, function(version, 110, text("ca") + ref(2, 2) + b"\x08")),
        formula(version, 1, 0, function(version, 0x8000, b"\x1e\x01\x00")),
        formula(version, 2, 0, fixed(version, 111, b"\x1e\x41\x00")),
        formula(version, 3, 0, function(version, 54)),
        label(version, 2, 2, "lc"),
    ]
    return bof(version, 0x40) + b"".join(cells) + record(0x000A, b"")


def contents(data: bytes) -> dict[tuple[int, int], Any]:
    (sheet,) = read(data).workbook.sheets
    return {(cell.row, cell.column): cell.formula or cell.value for cell in sheet.cells}


@pytest.mark.parametrize("builtin", [False, True])
@pytest.mark.parametrize("version", [2, 3, 4])
def test_macro_sheets(version: int, builtin: bool) -> None:
    data = macro(version, builtin=builtin)
    assert contents(data) == {(1, 1): 'EXEC("ca"&$C$3)', (2, 1): "BEEP(1)", (3, 1): "CHAR(65)", (4, 1): "HALT()", (3, 3): "lc"}
    workbook = read(data).workbook
    assert workbook.sheets[0].type == "macro"
    assert [(n.name, n.formula) for n in workbook.names] == [("Auto_Open", "Macro1!$A$1")]
    report = analyse(data, "old.xlm", settings=Settings())
    assert "calc" in [effect.value for effect in report.effects]


def test_a_workbook_of_several_sheets() -> None:
    sheets = (
        bof(4, 0x40)
        + formula(4, 0, 0, function(4, 110, text("calc")))
        + record(0x0A, b"")
        + bof(4, 0x10)
        + label(4, 0, 0, "x")
        + record(0x0A, b"")
    )
    end = sheets.index(bof(4, 0x10))
    first, second = sheets[:end], sheets[end:]
    data = bof(4, 0x0100) + b"".join(
        record(0x008F, struct.pack("<I", len(part)) + bytes((len(called),)) + called) + part
        for called, part in ((b"Mac", first), (b"Data", second))
    )
    data += record(0x000A, b"")
    workbook = read(data).workbook
    assert [(sheet.name, sheet.type, len(sheet.cells)) for sheet in workbook.sheets] == [("Mac", "macro", 1), ("Data", "worksheet", 1)]


@pytest.mark.parametrize(
    ("version", "tokens", "extra", "expected"),
    [
        (2, b"\x1e\x01\x00\x19\x04\x01\x00\x00\x1e\x02\x00\x42\x02\x64", b"", "CHOOSE(1,2)"),
        (3, b"\x1e\x01\x00\x19\x04\x01\x00\x00\x00\x00\x00\x1e\x02\x00\x42\x02\x64", b"", "CHOOSE(1,2)"),
        (2, b"\x25\x00\x00\x01\x00\x00\x01\x19\x10\x00", b"", "SUM($A$1:$B$2)"),
        (2, b"\x20" + bytes(6), b"\x02\x01\x00\x01" + struct.pack("<d", 7) + b"\x02\x01a", '{7,"a"}'),
        (3, b"\x20" + bytes(7), b"\x01\x01\x00\x04\x01" + bytes(7), "{TRUE}"),
        (2, b"\x1a" + bytes(4) + b"\x01\x00\x00\x44\x00\x00\x00\x1b" + bytes(3), b"", "'[C:\\a.xls]Sheet1'!$A$1"),
        (3, b"\x1a" + bytes(6) + b"\x01\x00\x00\x00\x44\x00\x00\x00\x1b" + bytes(4), b"", "'[C:\\a.xls]Sheet1'!$A$1"),
        (2, b"\x43\x01\x00" + bytes(5), b"", "word"),
        (4, b"\x43\x01\x00" + bytes(8), b"", "word"),
        (4, b"\x1e\x01\x00\x1e\x02\x00\x1e\x03\x00\x41\x66\x00", b"", "VLOOKUP(1,2,3)"),
    ],
)
def test_tokens_that_differ(version: int, tokens: bytes, extra: bytes, expected: str) -> None:
    data = (
        bof(version, 0x40)
        + record(0x0017, b"\x08\x01\x01Ca.xls\x00"[:10])
        + name(version, b"word", ref(0, 0))
        + formula(version, 0, 0, tokens, extra)
        + record(0x0A, b"")
    )
    assert contents(data)[1, 1] == expected


def test_other_cells() -> None:
    cells = [
        record(0x0002, struct.pack("<HH3xH", 0, 0, 7)),
        record(0x0003, struct.pack("<HH3xd", 1, 0, 2.5)),
        record(0x0005, struct.pack("<HH3xBB", 2, 0, 1, 0)),
        record(0x0005, struct.pack("<HH3xBB", 3, 0, 0x2A, 1)),
        record(0x001C, struct.pack("<HHH", 0, 0, 2) + b"hi"),
    ]
    data = bof(2, 0x10) + b"".join(cells) + record(0x0A, b"")
    assert contents(data) == {(1, 1): 7.0, (2, 1): 2.5, (3, 1): True, (4, 1): "#N/A"}
    assert read(data).workbook.sheets[0].notes == {"A1": "hi"}
    data = bof(4, 0x10) + record(0x027E, struct.pack("<HHHI", 0, 0, 0, 0x0000029E | 0)) + record(0x0A, b"")
    assert contents(data) == {(1, 1): 167.0}


def test_a_file_that_is_cut_off_says_so() -> None:
    reading = read(macro(3)[:-20])
    assert reading.workbook.sheets[0].cells
    assert "the file has no end" in reading.damage
    with pytest.raises(Malformed):
        read(bof(3, 0x40) + record(0x002F, bytes(4)))


@given(st.sampled_from([2, 3, 4]), st.integers(0, 200), st.binary(max_size=40))
@settings(max_examples=150)
def test_never_raises_but_malformed(version: int, at: int, junk: bytes) -> None:
    data = macro(version)
    with suppress(Malformed):
        read(data[:at] + junk + data[at + len(junk) :], Budget(Limits()))
