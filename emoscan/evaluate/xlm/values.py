"""Values of formulas, and how Excel turns one kind into another.

Numbers are floats, texts `str`, truths `bool`; an empty cell is None, an argument left out MISSING. Beside them stand error values,
references, arrays, and what is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.parse.lazy import lazy
from emoscan.parse.workbook import a1

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.grid import Grid

NULL, DIV, VALUE, REF, NAME, NUM, NA = (ErrorValue(number) for number in (2000, 2007, 2015, 2023, 2029, 2036, 2042))

ERRORS: Final = {"#NULL!": NULL, "#DIV/0!": DIV, "#VALUE!": VALUE, "#REF!": REF, "#NAME?": NAME, "#NUM!": NUM, "#N/A": NA}
ERROR_TEXTS: Final = {error.number: text for text, error in ERRORS.items()}

NOISE: Final = 1e-9
"""What calculating in binary may have taken from a whole number: Excel goes by fifteen digits."""

MAX_CHARACTERS: Final = 32_767
"""Of a text that a formula makes (Excel's specifications and limits); a longer one is #VALUE!."""
MAX_AREA: Final = 200_000
"""Cells of a reference that a function looks at."""


class Ref:
    """Cells of one sheet, a rectangle; rows and columns from 1."""

    __slots__ = ("bottom", "grid", "left", "right", "top")

    def __init__(self, grid: Grid, top: int, left: int, bottom: int = 0, right: int = 0) -> None:
        self.grid = grid
        self.top, self.left = top, left
        self.bottom, self.right = bottom or top, right or left

    @property
    def single(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[int, int, int, int, int]:
        return id(self.grid), self.top, self.left, self.bottom, self.right

    def __repr__(self) -> str:
        return self.text()

    def text(self, *, sheet: bool = True) -> str:
        """In A1 notation, for people: "Macro1!A1:B2"."""
        place = a1(self.top, self.left)
        if not self.single:
            place += ":" + a1(self.bottom, self.right)
        return f"{self.grid.prefix}{place}" if sheet else place

    def r1c1(self) -> str:
        """As REFTEXT writes it."""
        place = f"R{self.top}C{self.left}"
        return place if self.single else f"{place}:R{self.bottom}C{self.right}"

    def places(self) -> Iterator[tuple[int, int]]:
        """(row, column) of its cells, row by row; whole columns and rows end where the sheet's content does."""
        bottom, right = self.bottom, self.right
        if (bottom - self.top + 1) * (right - self.left + 1) > MAX_AREA:
            last_row, last_column = self.grid.extent()
            bottom, right = min(bottom, max(last_row, self.top)), min(right, max(last_column, self.left))
        count = 0
        for row in range(self.top, bottom + 1):
            for column in range(self.left, right + 1):
                count += 1
                if count > MAX_AREA:
                    return
                yield row, column


class Refs:
    """A union of references."""

    __slots__ = ("areas",)

    def __init__(self, areas: list[Ref]) -> None:
        self.areas = areas


class Array:
    """Rows of values, all equally long."""

    __slots__ = ("rows",)

    def __init__(self, rows: list[list[Any]]) -> None:
        self.rows = rows

    def __repr__(self) -> str:
        return "{" + ";".join(",".join(shown(value) for value in row) for row in self.rows[:20]) + "}"


class Lambda:
    """A function that a formula made: the names of its parameters, its body, and the names that were bound where it was made."""

    __slots__ = ("body", "bound", "parameters")

    def __init__(self, parameters: tuple[str, ...], body: Callable[[Any], Any], bound: dict[str, Any]) -> None:
        self.parameters, self.body, self.bound = parameters, body, bound


def number_text(value: float) -> str:
    """A number as Excel writes it into a text: fifteen digits at most."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    digits, _, power = text.partition("e")
    exponent = int(power)
    if -10 < exponent < 0:
        return f"{value:.{max(0, 14 - exponent)}f}".rstrip("0").rstrip(".")
    if 0 < exponent < 21:
        return str(int(value))
    return f"{digits}E{'+' if exponent > 0 else '-'}{abs(exponent):02d}"


def shown(value: Any) -> str:
    """A value as a formula would write it, for people."""
    kind = type(value)
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if kind is float or kind is int:
        return number_text(value)
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is ErrorValue:
        return ERROR_TEXTS.get(value.number, "#N/A")
    if isinstance(value, Unknown):
        return value.text()
    return "" if value is None or value is MISSING else repr(value)


def to_text(value: Any) -> str | Unknown | ErrorValue:
    """A single value as text."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is float or kind is int:
        return number_text(value)
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if value is None or value is MISSING:
        return ""
    if kind is Unknown or kind is ErrorValue:
        return value  # type: ignore[no-any-return]
    if kind is Array:
        return to_text(value.rows[0][0]) if value.rows and value.rows[0] else ""
    return VALUE


_NUMBER: Final = lazy(r"\s*[-+]?\s*[$€£¥]?\s*(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]*+)(?:\.[0-9]*+)?(?:[eE][-+]?[0-9]{1,3})?\s*(%?)\s*")


def to_number(value: Any) -> float | Unknown | ErrorValue:
    """A single value as a number: truths count 1 and 0, empty cells 0, texts what they say."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is bool or kind is int:
        return float(value)
    if value is None or value is MISSING:
        return 0.0
    if kind is str:
        return parse_number(value)
    if kind is Unknown or kind is ErrorValue:
        return value  # type: ignore[no-any-return]
    if kind is Array:
        return to_number(value.rows[0][0]) if value.rows and value.rows[0] else 0.0
    return VALUE


def parse_number(text: str) -> float | ErrorValue:
    """What VALUE makes of a text: a number, a percentage, a date or time."""
    try:
        value = float(text)
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) and "_" not in text and "n" not in text.lower() else VALUE
    match = _NUMBER.fullmatch(text) if len(text) < 64 else None
    if match is not None and any(c.isdigit() for c in text):
        digits = "".join(c for c in text if c not in " ,$€£¥%\t\n")
        try:
            return float(digits) / (100 if match[1] else 1)
        except ValueError:
            return VALUE
    from emoscan.evaluate.xlm.library.dates import parse_moment

    moment = parse_moment(text)
    return VALUE if moment is None else moment


def to_bool(value: Any) -> bool | Unknown | ErrorValue:
    kind = type(value)
    if kind is bool:
        return bool(value)
    if kind is float or kind is int:
        return bool(value)
    if value is None or value is MISSING:
        return False
    if isinstance(value, str):
        word = value.strip().upper()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        number = parse_number(value)
        return number if isinstance(number, ErrorValue) else bool(number)
    if kind is Unknown or kind is ErrorValue:
        return value  # type: ignore[no-any-return]
    if kind is Array:
        return to_bool(value.rows[0][0]) if value.rows and value.rows[0] else False
    return VALUE


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1: numbers come before texts, texts before truths; case does not count; an empty cell is what the other is at rest.

    Anything else comes last, and is only like itself.
    """
    if type(left) is Array or type(right) is Array:
        left, right = (value.rows[0][0] if type(value) is Array else value for value in (left, right))
    if left is None or left is MISSING:
        left = _empty_like(right)
    if right is None or right is MISSING:
        right = _empty_like(left)
    rank_left, rank_right = _rank(left), _rank(right)
    if rank_left != rank_right:
        return -1 if rank_left < rank_right else 1
    if rank_left == 3:
        return 0 if left == right else 1
    if rank_left == 1:
        left, right = left.lower(), right.lower()
    return -1 if left < right else int(left > right)


def _empty_like(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    return False if isinstance(value, bool) else 0.0


def _rank(value: Any) -> int:
    if isinstance(value, bool):
        return 2
    if isinstance(value, str):
        return 1
    return 0 if isinstance(value, (float, int)) else 3
