"""Tokens of formulas in files of Excel 2 to 4, where they differ from those of Excel 5.

"OpenOffice.org's Documentation of the Microsoft Excel File Format", chapter 3.
"""

from __future__ import annotations

import struct
from typing import Final

from emoscan.parse import ftab, ptg
from emoscan.parse.ptg import Handler, Run, Scene

_2BYTES: Final = struct.Struct("<BB")
_BYTE: Final = struct.Struct("<B")
_U16: Final = struct.Struct("<H")
_U16_BYTE: Final = struct.Struct("<HB")
_2U16: Final = struct.Struct("<HH")

FIXED: Final = {"VLOOKUP": 3, "HLOOKUP": 3, "FIXED": 2, "DAYS360": 2}
"""Counts of arguments that these functions always took then; of other functions with changing counts, one."""


def scene(version: int, codepage: int) -> Scene:
    """What tokens of Excel 2, 3 or 4 refer to."""
    made = Scene(5, codepage)
    made.handlers = ptg.HANDLERS | _handlers(version)
    return made


def _handlers(version: int) -> dict[int, Handler]:
    early = version == 2

    def shared(run: Run) -> None:
        row, column = run.take(_U16_BYTE if early else _2U16)
        run.shared = (row, column)

    def attribute(run: Run) -> None:
        """tAttr…, whose data take one byte in Excel 2."""
        (kind,) = run.take(_BYTE)
        (value,) = run.take(_BYTE if early else _U16)
        if kind & 0x04:  # tAttrChoose: a table of jumps
            run.skip((1 if early else 2) * (value + 1))
        elif kind & 0x10:
            run.push(f"SUM({run.pop()[0]})")

    def function(run: Run) -> None:
        (index,) = run.take(_BYTE if version < 4 else _U16)
        name, count = ftab.functions().get(index, (f"FUNCTION.{index}", 1))
        ptg.call(run, name, FIXED.get(name, 1) if count is None else count)

    def function_of_any(run: Run) -> None:
        count, index = run.take(_2BYTES)
        ptg.call_of_any(run, count & 0x7F, index)

    def command(run: Run) -> None:
        """tFuncCE: a command."""
        count, index = run.take(_2BYTES)
        ptg.call_of_any(run, count & 0x7F, index | 0x8000)

    def name(run: Run) -> None:
        (index,) = run.take(_U16)
        run.skip(5 if early else 8)
        names = run.scene.names
        run.push(names[index - 1] if 0 < index <= len(names) else "#NAME?")

    def sheet(run: Run) -> None:
        """tSheet: the references until tEndSheet are into a sheet of its own."""
        run.skip(4 if early else 6)
        (index,) = run.take(_U16)
        run.skip(1 if early else 2)
        run.prefix = run.scene.prefix(index)

    def end_of_sheet(run: Run) -> None:
        run.skip(3 if early else 4)
        run.prefix = ""

    def skipping(size: int) -> Handler:
        return lambda run: run.skip(size)

    def array(run: Run) -> None:
        run.at -= early  # a byte less is unused
        ptg.HANDLERS[0x20](run)

    def area_in_memory(run: Run) -> None:
        run.skip(4 if early else 6)
        (count,) = run.from_extra(_U16)
        run.extra_at += 6 * count

    found: dict[int, Handler] = {
        0x01: shared,
        0x02: shared,
        0x19: attribute,
        0x1A: sheet,
        0x1B: end_of_sheet,
        0x20: array,
        0x21: function,
        0x23: name,
        0x26: area_in_memory,
        0x27: skipping(4 if early else 6),
        0x28: skipping(4 if early else 6),
        0x29: skipping(1 if early else 2),
        0x2E: skipping(1 if early else 2),
        0x2F: skipping(1 if early else 2),
    }
    return found if version == 4 else found | {0x22: function_of_any, 0x38: command}
