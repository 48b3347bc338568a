"""How much of a workbook is kept, and what is written down of what is not."""

from __future__ import annotations

from typing import Final

from emoscan.parse.workbook import Scope

MAX_BLANKS: Final = 20_000
"""Cells of one workbook that hold nothing but a look."""
MAX_ROWS: Final = 20_000
"""Rows of one sheet whose height or look is kept."""
MAX_NOTES: Final = 5_000
MAX_DAMAGE: Final = 50


class Room:
    """Counts down while a reader fills the cells of a workbook."""

    def __init__(self, scope: Scope) -> None:
        self.cells = scope.cells
        self.formulas = scope.formulas
        self.characters = scope.characters
        self.blanks = MAX_BLANKS
        self.limits: dict[str, None] = {}
        self.damage: list[str] = []

    def full(self, what: str) -> None:
        self.limits[what] = None

    def note(self, what: str) -> None:
        if len(self.damage) < MAX_DAMAGE and what not in self.damage:
            self.damage.append(what)

    def cell(self) -> bool:
        """Whether there is room for one more cell; it is then taken."""
        if self.cells <= 0:
            self.full("cells")
            return False
        self.cells -= 1
        return True

    def text(self, text: str) -> str | None:
        """The text, None when there is no more room for it."""
        self.characters -= len(text)
        if self.characters < 0:
            self.full("characters")
            return None
        return text

    def formula(self, text: str) -> str:
        """The formula, "" when there is no more room for it."""
        if self.formulas <= 0 or self.text(text) is None:
            self.full("formulas")
            return ""
        self.formulas -= 1
        return text
