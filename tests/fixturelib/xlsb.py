"""Writer of binary Office Open XML workbooks (MS-XLSB): cells, formulas as tokens, names, macro sheets."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Final

from fixturelib.formulas import Assembler
from fixturelib.ooxml import MS, REL, Package, Sheet, cell_place

MAIN: Final = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
STATES: Final = {"visible": 0, "hidden": 1, "veryHidden": 2}


def record(type_: int, body: bytes = b"") -> bytes:
    """A record: number and length in seven bits a byte (MS-XLSB 2.1.4)."""
    head = bytes((type_,)) if type_ < 0x80 else bytes((type_ & 0x7F | 0x80, type_ >> 7))
    size, length = b"", len(body)
    while True:
        size += bytes((length & 0x7F | (0x80 if length > 0x7F else 0),))
        length >>= 7
        if not length:
            return head + size + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def workbook(sheets: Sequence[Sheet], names: Mapping[str, str]) -> Package:
    """`names` are defined names with the formula that they stand for."""
    assembler = Assembler([sheet.name for sheet in sheets], {name: number for number, name in enumerate(names, 1)}, wide=True)
    package = Package()
    package.relate("", f"{REL}/officeDocument", "xl/workbook.bin")
    listed = b""
    for number, sheet in enumerate(sheets, 1):
        folder, rel = ("macrosheets", f"{MS}/xlMacrosheet") if sheet.macro else ("worksheets", f"{REL}/worksheet")
        part = f"xl/{folder}/sheet{number}.bin"
        content = "application/vnd.ms-excel.macrosheet" if sheet.macro else "application/vnd.ms-excel.worksheet"
        package.add(part, _sheet(sheet, assembler), content)
        id_ = package.relate("xl/workbook.bin", rel, f"{folder}/sheet{number}.bin")
        listed += record(156, struct.pack("<II", STATES[sheet.state], number) + wide(id_) + wide(sheet.name))  # BrtBundleSh
    links = record(353) + record(357)  # BrtBeginExternals, BrtSupSelf
    count = len(sheets)
    links += record(362, struct.pack("<I", count) + b"".join(struct.pack("<III", 0, n, n) for n in range(count))) + record(354)
    defined = b"".join(_name(name, formula, assembler) for name, formula in names.items())
    package.add("xl/workbook.bin", record(131) + record(143) + listed + record(144) + links + defined + record(132), MAIN)
    return package


def _name(name: str, formula: str, assembler: Assembler) -> bytes:
    """BrtName."""
    tokens = assembler.assemble(formula)
    builtin = name.startswith("_xlnm.")
    flags = 0x20 if builtin else 0
    body = (
        struct.pack("<IBI", flags, 0, 0xFFFFFFFF)
        + wide(name)
        + struct.pack("<I", len(tokens))
        + tokens
        + bytes(4)
        + struct.pack("<I", 0xFFFFFFFF)
    )
    return record(39, body)


def _sheet(sheet: Sheet, assembler: Assembler) -> bytes:
    out = record(129) + record(145)  # BrtBeginSheet, BrtBeginSheetData
    last = -1
    for (row, column), value in sorted((cell_place(place), value) for place, value in sheet.cells.items()):
        if row != last:
            out += record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0))  # BrtRowHdr
            last = row
        where = struct.pack("<II", column, 0)
        if isinstance(value, str) and value.startswith("="):
            tokens = assembler.assemble(value[1:])
            out += record(9, where + struct.pack("<dH", 0.0, 0) + struct.pack("<I", len(tokens)) + tokens + bytes(4))  # BrtFmlaNum
        elif isinstance(value, str):
            out += record(6, where + wide(value))  # BrtCellSt
        else:
            out += record(5, where + struct.pack("<d", value))  # BrtCellReal
    return out + record(146) + record(130)
