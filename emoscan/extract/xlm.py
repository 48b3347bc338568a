"""Excel 4 macros: from workbooks of every format to bundles, from bundles to the text of their formulas; DDE links beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, cfb
from emoscan.parse.bundle import XLM_WORKBOOK, Document, XlmWorkbook, dump, load_xlm
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emoscan.parse.workbook import Link, Reading, Workbook

OLD: Final = (b"\x09\x00", b"\x09\x02", b"\x09\x04")
"""How sheets of Excel 2 to 4 begin."""
MAX_LISTED: Final = 20_000
"""Formulas in the listing of a macro sheet."""


@step("xlm.ole", "office.ole")
def from_compound_file(artifact: Artifact, ctx: Context) -> Yields:
    """A bundle for a workbook with macro sheets; DDE links of any workbook."""
    from emoscan.parse import workbooks

    try:
        file = cfb.CompoundFile(artifact.data, ctx.budget)
    except Malformed:
        return  # the step that opens compound files says so
    for path in workbooks.streams_of(file):
        yield from _from_stream(file.read(path), ctx)


@step("xlm.biff", "office.biff")
def from_bare_stream(artifact: Artifact, ctx: Context) -> Yields:
    yield from _from_stream(artifact.data, ctx)


def _from_stream(stream: bytes, ctx: Context) -> Yields:
    from emoscan.parse import biffold, workbooks

    old = stream[:2] in OLD
    if not old:
        if stream[:2] != b"\x09\x08":
            return
        seen = workbooks.peek(stream, ctx.budget)
        if seen.locked:
            return  # it comes again, opened
        if not seen.macros:
            yield from _links(seen.links)
            return
    try:
        reading = biffold.read(stream, ctx.budget) if old else workbooks.of_stream(stream, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "workbook", f"the workbook cannot be read: {error}; macros in it were not seen")
        return
    yield from _bundle(reading)


@step("xlm.ooxml", "office.ooxml")
def from_package(artifact: Artifact, ctx: Context) -> Yields:
    from emoscan.parse import workbooks, xlsx
    from emoscan.parse.package import Package

    try:
        package = Package(artifact.data, ctx.budget)
    except Malformed:
        return  # the step that opens packages says so
    if package.host() != "excel" and not any("macrosheet" in part.name.lower() for part in package.parts):
        return
    if not xlsx.has_macro_sheets(package):
        if any("externallink" in part.name.lower() for part in package.parts):
            from emoscan.parse.workbook import Scope

            reading = workbooks.of_package(package, Scope(cells=0, formulas=0))
            yield from _links(reading.workbook.links if reading else ())
        return
    found = workbooks.of_package(package)
    if found is None:
        yield Problem("malformed", "workbook", "the workbook cannot be read; macros in it were not seen")
        return
    yield from _bundle(found)


@step("xlm.sylk", "windows.slk")
def from_sylk(artifact: Artifact, _: Context) -> Yields:
    from emoscan.parse import sylk

    try:
        reading = sylk.read(text_of(artifact.data))
    except Malformed as error:
        yield Problem("malformed", "workbook", str(error))
        return
    yield from _bundle(reading)
    yield from _cell_dde(reading.workbook)


@step("xlm.spreadsheetml", "office.excel2003xml")
def from_spreadsheetml(artifact: Artifact, _: Context) -> Yields:
    from emoscan.parse import spreadsheetml

    try:
        reading = spreadsheetml.read(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "workbook", str(error))
        return
    yield from _bundle(reading)
    yield from _cell_dde(reading.workbook)


def _bundle(reading: Reading) -> Yields:
    workbook = reading.workbook
    yield from _links(workbook.links)
    if any(sheet.type == "macro" for sheet in workbook.sheets):
        yield Child(dump(XlmWorkbook(workbook, Document(host="excel"))), XLM_WORKBOOK, label="Excel 4 macros", how="macro sheets")
    for what in reading.damage:
        yield Problem("malformed", "workbook", f"{what}; what is missing was not seen")
    for what in reading.limits:
        yield Problem("limit", f"workbook {what}", f"the workbook has more {what} than are read; the rest was not seen")


def _links(links: Iterable[Link]) -> Yields:
    """DDE commands that formulas of a workbook would start."""
    for link in links:
        if link.type == "dde":
            program, _, topic = link.target.partition("|")
            yield from dde(program, topic, link.items[0] if link.items else "", "DDE link of the workbook")


def _cell_dde(workbook: Workbook) -> Yields:
    from emoscan.parse.dde import find

    for sheet in workbook.sheets:
        for cell in sheet.cells:
            for program, topic, item in find(cell.formula) if "|" in cell.formula else ():
                yield from dde(program, topic, item, "formula of a cell")


def dde(program: str, topic: str, item: str, how: str) -> Yields:
    """A DDE conversation: its command line, as the program and what it is told."""
    from emoscan.parse.dde import command_of

    command = command_of(program, topic)
    yield Fact("document.dde", command, how, detail={"item": item} if item else {})
    if command != program:
        yield Child(as_bytes(command), "script.cmd", how=how)


@step("xlm.sheets", XLM_WORKBOOK, order=-10)
def open_workbook(artifact: Artifact, ctx: Context) -> Yields:
    """The text of the formulas of each macro sheet, and what is to be said of the workbook."""
    from emoscan.parse.workbook import a1

    try:
        workbook = load_xlm(artifact.data).workbook
    except Malformed as error:
        yield Problem("malformed", "bundle", str(error))
        return
    code = False
    for sheet in workbook.sheets:
        if sheet.type != "macro":
            continue
        yield Fact("xlm.sheet", sheet.name, detail={"visibility": sheet.visibility})
        lines = [f"{a1(cell.row, cell.column)} ={cell.formula}" for cell in sheet.cells if cell.formula]
        if lines:
            code = True
            text = as_bytes("\n".join(lines[:MAX_LISTED]))
            ctx.budget.grow(len(text), sheet.name)
            yield Child(text, "script.xlm", label=sheet.name, how="macro sheet")
    yield Fact("macro.code", "code" if code else "empty")


def _call(*names: str) -> str:
    """A call of one of the functions, found by its bracket."""
    return r"\((?:" + "|".join(rf"(?<=(?<![A-Za-z_.]){re.escape(name)}\()" for name in names) + ")"


_FORMULA: Final = ("formula", "formula.fill", "formula.array")
_WRITES: Final = lazy(_call(*_FORMULA, "set.value", "set.name"), re.IGNORECASE)
_CHARACTER: Final = lazy(
    rf"{_call('char')}(?:\s*+-?[$A-Z]{{1,4}}[$0-9]{{1,9}}+\s*+[-+*/]|[-+*/.$A-Z0-9\s]{{3,60}}+\))|{_call('mid')}[^(),]{{1,60}},[^(),]{{1,30}},1\)",
    re.IGNORECASE,
)
_KEYS: Final = (
    ("DAY(NOW())", lazy(_call(*_FORMULA) + r"[^\n]{0,80}?\b(?:day|weekday|month|hour)\((?:now|today)\(\)", re.IGNORECASE)),
    ("GET.CELL", lazy(_call(*_FORMULA) + r"[^\n]{0,60}?get\.cell\(", re.IGNORECASE)),
    ("GET.WORKSPACE", lazy(_call(*_FORMULA) + r"[^\n]{0,60}?get\.workspace\(", re.IGNORECASE)),
)
MANY: Final = 40
"""Characters calculated one by one; formulas for people have a line feed or two."""


@step("xlm.look", "script.xlm")
def look_at_formulas(artifact: Artifact, ctx: Context) -> Yields:
    """How formulas are written: character by character, by keys."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16)
    if not _WRITES.search(text):
        return
    count = sum(1 for _ in _CHARACTER.finditer(text))
    if count >= MANY:
        yield Fact("obfuscation.xlm", f"{count} characters")
    for name, pattern in _KEYS:
        if pattern.search(text):
            yield Fact("xlm.keyed", name)


MAX_FIELDS: Final = 200_000
_FIELD: Final = lazy(r'"(?:[^"]|""){0,32000}+"|[^",;\t\r\n]++')
_FETCHES: Final = lazy(
    r"""(?i)\b(webservice|importxml|importdata|importhtml|importfeed|image|hyperlink)\s*\(\s*["']+((?:https?|ftp|file)://[^"'\s,;)]{1,2000}|\\\\[^"'\s,;)]{1,2000})"""
)


@step("dde.csv", "text.csv")
def formulas_in_table(artifact: Artifact, ctx: Context) -> Yields:
    """Fields of a table in text that a spreadsheet takes for formulas: programs by DDE, addresses they fetch."""
    from emoscan.parse.dde import STARTS, find, formula_in

    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16)
    for count, match in enumerate(_FIELD.finditer(text)):
        if count > MAX_FIELDS:
            yield Problem("limit", "fields", f"the table has more than {MAX_FIELDS:,} fields; formulas in the rest were not seen")
            return
        field = match[0].strip('" \ufeff')
        if not field or (field[0] not in STARTS and ord(field[0]) < 0xFF00):
            continue
        formula = formula_in(field.replace('""', '"'))
        if not formula:
            continue
        # A topic may hold the sign that separates fields, so the line is asked, not the field.
        end = text.find("\n", match.start())
        line = text[match.start() : min(end if end >= 0 else len(text), match.start() + 8_000)]
        for program, topic, item in find(formula_in(line) or formula) if "|" in line else ():
            yield from dde(program, topic, item, "field of a table")
        for function, target in _FETCHES.findall(formula):
            yield Fact("link.external", target, how=f"{function.upper()} in a field of a table")
