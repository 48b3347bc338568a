"""Looks of cells: what the readers of all workbook formats share."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from emoscan.parse.workbook import Style

DEFAULT_PALETTE: Final = tuple(
    int(color, 16)
    for color in """000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366
    FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC
    CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333""".split()
)
"""Excel's 56 colours, 0xRRGGBB, by number from 1 ([MS-XLS] 2.5.161)."""

BUILT_IN_FORMATS: Final = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Number formats that files refer to by number only (ECMA-376 part 1, 18.8.30)."""


class Looks:
    """Styles that cells of a workbook use, each once; index 0 is the plain cell's. Made when a cell first asks."""

    def __init__(self, make: Callable[[int], Style], plain: int) -> None:
        self._make = make
        self._known: dict[int, int] = {}
        self._index: dict[Style, int] = {}
        self.styles: list[Style] = []
        self.of(plain)

    def of(self, number: int) -> int:
        """Index of the style that the file keeps under a number."""
        found = self._known.get(number)
        if found is None:
            style = self._make(number)
            found = self._index.get(style)
            if found is None:
                found = self._index[style] = len(self.styles)
                self.styles.append(style)
            self._known[number] = found
        return found


def from_palette(value: int) -> int:
    """0xRRGGBB of a colour as binary workbooks keep it: red in the lowest byte."""
    return (value & 0xFF) << 16 | value & 0xFF00 | value >> 16 & 0xFF


@lru_cache(maxsize=512)
def nearest(color: int) -> int:
    """Number of the palette's colour that comes nearest to 0xRRGGBB, as GET.CELL answers for colours of newer files."""
    red, green, blue = color >> 16 & 255, color >> 8 & 255, color & 255

    def distance(number: int) -> int:
        other = DEFAULT_PALETTE[number]
        return ((other >> 16) - red) ** 2 + ((other >> 8 & 255) - green) ** 2 + ((other & 255) - blue) ** 2

    return 1 + min(range(len(DEFAULT_PALETTE)), key=distance)
