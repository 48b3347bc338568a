"""Workbooks of Excel 5 to 2003 (BIFF5, BIFF8): sheets, cells, formulas, names, looks, links to outside.

The reader takes what it can: a record that is cut off, a sheet that is not where the workbook says, a formula with unknown tokens are
written down as damage, and the rest is read.
"""

from __future__ import annotations

from emoscan.budget import Budget
from emoscan.parse import Malformed, ptg
from emoscan.parse.biffglobals import BOF, BY_BOF, EOF, Bound, Globals, records
from emoscan.parse.biffsheet import STATES, SheetReader, Whole
from emoscan.parse.workbook import MAX_SHEETS, Reading, Scope, Sheet, Workbook


def read(stream: bytes, budget: Budget | None = None, scope: Scope | None = None) -> Reading:
    """A workbook from its stream (`Workbook`, `Book`). Raises Malformed when the bytes are no workbook, or a locked one."""
    scope = scope or Scope()
    if stream[:2] != b"\x09\x08":
        raise Malformed("the stream does not begin as a workbook of Excel 5 or later")
    book = Globals(stream, budget)
    if book.locked:
        raise Malformed("the workbook is locked")
    whole = Whole(book, scope)
    _find_sheets(book)
    sheets: dict[int, Sheet] = {}
    for number in sorted(range(len(book.bounds)), key=lambda n: book.bounds[n].type != "macro"):
        bound = book.bounds[number]
        if bound.at < 0 or bound.type == "vba":
            sheets[number] = Sheet(bound.name, bound.type, STATES[bound.state])
        else:
            sheets[number] = SheetReader(whole, bound).read()

    def decompile(tokens: bytes, extra: bytes) -> str:
        made = ptg.decompile(whole.scene, tokens, extra)
        if made.trouble:
            book.note(f"what a name stands for cannot be read: {made.trouble}")
        return made.text

    names = book.names(decompile)
    workbook = Workbook(
        tuple(sheets[number] for number in sorted(sheets)), names, tuple(whole.looks.styles), book.active, book.date_1904, book.links()
    )
    return Reading(workbook, tuple(book.damage), tuple(whole.room.limits))


def _find_sheets(book: Globals) -> None:
    """Make sure that each sheet begins where the workbook says; else it is one of the sheets nobody has a name for."""
    stream = book.stream
    lost = [bound for bound in book.bounds if stream[bound.at : bound.at + 2] != b"\x09\x08"]
    if not lost and book.bounds:
        return
    known = {bound.at for bound in book.bounds}
    depth = 0
    starts: list[tuple[int, bytes]] = []
    for at, type_, body in records(stream, book.end):
        if type_ == BOF:
            if depth == 0 and at not in known and len(starts) < MAX_SHEETS:
                starts.append((at, body))
            depth += 1
        elif type_ == EOF:
            depth = max(0, depth - 1)
    for bound in lost:
        bound.at = starts.pop(0)[0] if starts else -1
        if bound.at < 0:
            book.note(f"sheet {bound.name!r} is not where the workbook says")
    if not book.bounds:  # a workbook without a list of its sheets; Excel 5 macro sheets alone are such files
        if stream[4:8][2:4] in (b"\x10\0", b"\x40\0"):
            starts.insert(0, (0, stream[4:8]))
        for number, (at, body) in enumerate(starts, 1):
            book.bounds.append(Bound(f"Sheet{number}", at, 0, BY_BOF.get(int.from_bytes(body[2:4], "little"), "worksheet")))
