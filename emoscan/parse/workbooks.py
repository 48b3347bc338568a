"""Workbooks in whatever they are stored in: which reader reads them, and whether they hold anything that runs."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import Malformed, biff, xlsb, xlsx
from emoscan.parse.biffglobals import BOF, BY_BOF, Globals
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.package import Package
from emoscan.parse.workbook import Link, Reading, Scope, Workbook

STREAMS: Final = ("Workbook", "Book")
"""Of Excel 97 to 2003, of Excel 5 and 95. A file may hold both; newer Excels read the first."""


def streams_of(file: CompoundFile) -> list[str]:
    return [entry.path for entry in file.entries if entry.type == "stream" and "/" not in entry.path and entry.name.lower() in _LOWER]


FOR_MACROS: Final = Scope(cells=20_000, formulas=10_000, characters=4 << 20)
"""What is read of a workbook for VBA: macros that attack keep their data in fewer cells, and one that goes through a million ends nowhere."""

_LOWER: Final = tuple(name.lower() for name in STREAMS)


class Peek(Struct, frozen=True):
    """What a BIFF stream says of itself before its cells."""

    locked: bool = False
    macros: bool = False
    """There are macro sheets, or sheets that are not where they should be."""
    links: tuple[Link, ...] = ()


def peek(stream: bytes, budget: Budget | None = None) -> Peek:
    """The first part of a BIFF stream, without its cells."""
    book = Globals(stream, budget)
    if book.locked:
        return Peek(locked=True)
    macros = any(bound.type == "macro" or _type_at(stream, bound.at) == "macro" for bound in book.bounds)
    lost = any(stream[bound.at : bound.at + 2] != b"\x09\x08" for bound in book.bounds)
    return Peek(macros=macros or lost or not book.bounds, links=tuple(book.links()))


def _type_at(stream: bytes, at: int) -> str:
    head = stream[at : at + 8]
    return BY_BOF.get(int.from_bytes(head[6:8], "little"), "") if int.from_bytes(head[:2], "little") == BOF else ""


def of_compound_file(file: CompoundFile, scope: Scope | None = None) -> Reading | None:
    """The workbook of a compound file; None when it holds none, or a locked one."""
    for path in streams_of(file):
        try:
            return biff.read(file.read(path), file.budget, scope)
        except Malformed:
            continue
    return None


def for_macros(reading: Reading | None) -> tuple[Workbook | None, tuple[str, ...]]:
    """A workbook as VBA finds it, and the names of what of it was left out."""
    if reading is None:
        return None, ()
    return reading.workbook, ("workbook",) if reading.limits else ()


def of_package(package: Package, scope: Scope | None = None) -> Reading | None:
    """The workbook of a package, in XML or binary; None when there is none."""
    for reader in (xlsb.read, xlsx.read) if package.main().lower().endswith(".bin") else (xlsx.read,):
        try:
            return reader(package, scope)
        except Malformed:
            continue
    return None
