"""One model of a workbook's cells, whatever file format they were read from.

Rows and columns count from 1, as A1 is (1, 1) to a macro.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from emoscan.parse import Malformed

Value = str | float | bool | None
"""Of a cell: text, number, truth, nothing. Error values are texts that begin with "#"."""

Visibility = Literal["visible", "hidden", "very hidden"]
SheetType = Literal["worksheet", "macro", "chart", "dialog", "vba"]


class Style(Struct, frozen=True, omit_defaults=True):
    """The look of a cell, as far as GET.CELL and the object model can ask. Defaults are Excel's own."""

    number_format: str = "General"
    font: str = "Calibri"
    size: float = 11.0
    """Points."""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    color: int = 0
    """Font colour as a palette index, 0 for automatic."""
    color_rgb: int = 0
    fill_pattern: int = 0
    fill_color: int = 0
    fill_background: int = 0
    fill_rgb: int | None = None
    horizontal: int = 1
    """Alignment as GET.CELL(8) numbers it: 1 general, 2 left, 3 centre …"""
    vertical: int = 3
    wrap: bool = False
    locked: bool = True
    hidden: bool = False
    indent: int = 0
    rotation: int = 0
    """Orientation as the file says it: degrees, 255 for letters one below the other."""
    outline: bool = False
    shadow: bool = False
    script: int = 0
    """1 superscript, 2 subscript."""
    borders: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Line style left, right, top, bottom."""
    border_colors: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Palette index left, right, top, bottom."""


class Cell(Struct, frozen=True, array_like=True):
    row: int
    column: int
    value: Value = None
    formula: str = ""
    """Without the leading "=", in A1 notation and English names; empty for a constant."""
    style: int = 0
    """Index into the workbook's styles."""


class Sheet(Struct, frozen=True, omit_defaults=True):
    name: str
    type: SheetType = "worksheet"
    visibility: Visibility = "visible"
    code_name: str = ""
    cells: tuple[Cell, ...] = ()
    """In reading order; only cells that hold something or have a look of their own."""
    arrays: dict[str, str] = {}
    """Array formulas: the range they fill ("B2:C9") by the A1 reference of the cell that holds the formula."""
    default_height: float = 15.0
    """Points."""
    default_width: float = 8.43
    """Characters."""
    row_heights: dict[int, float] = {}
    """Points, where not the default."""
    column_widths: dict[int, float] = {}
    row_styles: dict[int, int] = {}
    """Looks of whole rows, for cells that are not there."""
    column_styles: dict[int, int] = {}
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    notes: dict[str, str] = {}
    """Comments of cells, by A1 reference."""


class SheetParts:
    """What a reader gathers of one sheet besides its cells."""

    def __init__(self) -> None:
        self.arrays: dict[str, str] = {}
        self.code_name = ""
        self.default_height = 15.0
        self.default_width = 8.43
        self.heights: dict[int, float] = {}
        self.widths: dict[int, float] = {}
        self.row_styles: dict[int, int] = {}
        self.column_styles: dict[int, int] = {}
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []

    def sheet(self, name: str, type_: SheetType, visibility: Visibility, cells: tuple[Cell, ...], notes: dict[str, str]) -> Sheet:
        return Sheet(
            name,
            type_,
            visibility,
            self.code_name,
            cells,
            arrays=self.arrays,
            default_height=self.default_height,
            default_width=self.default_width,
            row_heights=self.heights,
            column_widths=self.widths,
            row_styles=self.row_styles,
            column_styles=self.column_styles,
            hidden_rows=tuple(self.hidden_rows),
            hidden_columns=tuple(self.hidden_columns),
            notes=notes,
        )


def finite(text: str) -> float | None:
    """The number that an attribute holds; None for none, and for those no cell can hold."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124 - not a number


class Name(Struct, frozen=True, omit_defaults=True):
    """A defined name. `builtin` names are written as Excel shows them: Auto_Open, Print_Area."""

    name: str
    formula: str
    """What it refers to, without "="."""
    sheet: str = ""
    """Name of the sheet it is local to."""
    hidden: bool = False
    builtin: bool = False
    macro: bool = False
    """It names a macro command or function."""


class Link(Struct, frozen=True, omit_defaults=True):
    """Something outside that formulas refer to."""

    type: Literal["workbook", "dde", "ole", "library"]
    target: str
    """Path or address of a workbook; program and topic of a DDE or OLE link, with "|" between; an add-in or library."""
    items: tuple[str, ...] = ()
    """Names in it that formulas ask for."""


class Workbook(Struct, frozen=True, omit_defaults=True):
    sheets: tuple[Sheet, ...] = ()
    names: tuple[Name, ...] = ()
    styles: tuple[Style, ...] = ()
    active_sheet: int = 0
    date_1904: bool = False
    links: tuple[Link, ...] = ()


class Reading(Struct, frozen=True):
    """What a reader made of a file: the workbook, as much of it as can be read, and what is missing."""

    workbook: Workbook
    damage: tuple[str, ...] = ()
    """What is broken, in words."""
    limits: tuple[str, ...] = ()
    """What was left out because there is too much of it, in words."""


class Scope(Struct, frozen=True):
    """How much of a workbook is wanted."""

    cells: int = 100_000
    """Of all sheets together; those of macro sheets come first."""
    formulas: int = 50_000
    """Whose text is made; beyond, cells keep their values only."""
    characters: int = 8 << 20
    """Of texts and formulas together."""


MAX_SHEETS: Final = 1_000
MAX_NAMES: Final = 20_000
MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384

_A1: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def a1(row: int, column: int) -> str:
    """Reference of a cell: "AB1" for row 1, column 28."""
    return f"{_letters(column)}{row}"


@lru_cache(maxsize=20_000)
def _letters(column: int) -> str:
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_a1(reference: str) -> bool:
    """Whether a text is written like the address of one cell."""
    return _A1.fullmatch(reference) is not None


def from_a1(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as "AB1" or "$AB$1". Raises Malformed for anything else."""
    match = _A1.fullmatch(reference)
    if match is None:
        raise Malformed(f"{reference!r} is no cell reference")
    letters, digits = match.groups()
    return int(digits), _column(letters)


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


def dde_formula(target: str, item: str) -> str:
    """A DDE or OLE item as a formula writes it: "cmd|'/c calc'!A0"; `target` has "|" between program and topic."""
    program, _, topic = target.partition("|")
    item = item if item.replace("_", "a").isalnum() else "'" + item.replace("'", "''") + "'"
    return f"{program}|'{topic.replace(chr(39), chr(39) * 2)}'!{item}"
