"""Workbooks in whatever they are stored in: which reader reads them, and whether they hold anything that runs."""

from __future__ import annotations

from collections.abc import Callable
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
            return of_stream(file.read(path), file.budget, scope)
        except Malformed:
            continue
    return None


def for_macros(reading: Reading | None) -> tuple[Workbook | None, tuple[str, ...]]:
    """A workbook as VBA finds it, and the names of what of it was left out."""
    if reading is None:
        return None, ()
    return reading.workbook, ("workbook",) if reading.limits else ()


def of_stream(stream: bytes, budget: Budget | None = None, scope: Scope | None = None) -> Reading:
    """The workbook of a BIFF stream. Raises Malformed."""
    scope = scope or Scope()
    return _once(stream, budget, scope, lambda: biff.read(stream, budget, scope))


def of_package(package: Package, scope: Scope | None = None) -> Reading | None:
    """The workbook of a package, in XML or binary; None when there is none."""
    scope = scope or Scope()
    for reader in (xlsb.read, xlsx.read) if package.main().lower().endswith(".bin") else (xlsx.read,):
        try:
            return _once(package.data, package.budget, scope, lambda read=reader: read(package, scope), package)  # type: ignore[misc]
        except Malformed:
            continue
    return None


MAX_REMEMBERED: Final = 4 << 20
"""Bytes of the largest file whose workbook is kept for the next who reads it."""


class _Known(Struct, frozen=True):
    """A workbook that was read to its end, and what that cost: whoever is given it again pays as much as who read it."""

    data: bytes
    reading: Reading
    spent: dict[str, int]
    damage: tuple[str, ...]
    limits: dict[str, str]
    """What was told of the package."""
    size: tuple[int, int, int]
    """Cells, formulas, characters."""

    def fits(self, scope: Scope) -> bool:
        """Whether a reader with this scope would read the same. Characters are counted twice: those of shared texts count by themselves."""
        cells, formulas, characters = self.size
        return cells <= scope.cells and formulas <= scope.formulas and 2 * characters <= scope.characters


_REMEMBERED: Final[list[_Known]] = []
"""The last one: two steps read the same document, one after the other."""


def _once(data: bytes, budget: Budget | None, scope: Scope, read: Callable[[], Reading], package: Package | None = None) -> Reading:
    """A workbook, as it was read before or is read now."""
    known = _REMEMBERED[0] if _REMEMBERED else None
    if known is not None and known.data == data and known.fits(scope):
        if budget is not None:
            for purse, count in known.spent.items():
                budget.spend(count, purse, "workbook")
        if package is not None:
            package.damage += [what for what in known.damage if what not in package.damage]
            package.limits |= known.limits
        return known.reading
    before = dict(budget.spent) if budget is not None else {}
    told, limited = (len(package.damage), set(package.limits)) if package is not None else (0, set())
    reading = read()
    if not reading.limits and len(data) <= MAX_REMEMBERED:
        cells = [cell for sheet in reading.workbook.sheets for cell in sheet.cells]
        known = _Known(
            data,
            reading,
            {purse: budget.spent[purse] - spent for purse, spent in before.items()} if budget is not None else {},
            tuple(package.damage[told:]) if package is not None else (),
            {name: what for name, what in package.limits.items() if name not in limited} if package is not None else {},
            (
                len(cells),
                sum(bool(cell.formula) for cell in cells),
                sum(len(cell.formula) + (len(cell.value) if isinstance(cell.value, str) else 0) for cell in cells),
            ),
        )
        _REMEMBERED[:] = [known]
    return reading
