"""Workbooks in the XML of Excel 2002 and 2003 (SpreadsheetML): sheets, cells, formulas, names, looks.

"XML Spreadsheet Reference" (Microsoft, 2001). References are in R1C1 notation.
"""

from __future__ import annotations

from typing import Final

from emoscan.parse import Malformed, formula, ftab, xml
from emoscan.parse.looks import nearest
from emoscan.parse.room import MAX_NOTES, MAX_ROWS, Room
from emoscan.parse.sheetlooks import HORIZONTAL, PATTERNS, VERTICAL
from emoscan.parse.workbook import (
    MAX_COLUMN,
    MAX_NAMES,
    MAX_ROW,
    MAX_SHEETS,
    Cell,
    Name,
    Reading,
    Scope,
    Sheet,
    Style,
    Value,
    Visibility,
    Workbook,
    a1,
    finite,
)

_STATES: Final[dict[str, Visibility]] = {"SheetHidden": "hidden", "SheetVeryHidden": "very hidden"}
_PATTERNS: Final = {"Solid": 1, "Gray75": 3, "Gray50": 2, "Gray25": 4, "Gray125": 17, "Gray0625": 18}
MAX_STYLES: Final = 10_000


class _Sheet:
    def __init__(self, name: str) -> None:
        self.name = name
        self.state: Visibility = "visible"
        self.cells: dict[tuple[int, int], Cell] = {}
        self.arrays: dict[str, str] = {}
        self.heights: dict[int, float] = {}
        self.hidden_rows: list[int] = []
        self.default_height = 15.0
        self.notes: dict[str, str] = {}
        self.macro = False


class _Reader:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.sheets: list[_Sheet] = []
        self.names: list[Name] = []
        self.styles: list[Style] = [Style()]
        self.style_numbers: dict[str, int] = {"Default": 0}
        self.style_id = ""
        self.look: dict[str, object] = {}
        self.row = self.column = self.across = 0
        self.cell: dict[str, str] = {}
        self.type = ""
        self.text = ""
        self.note = ""
        self.in_note = False

    def read(self, data: bytes) -> str:
        """Returns what breaks the XML off."""
        starts: dict[str, xml.Start] = {
            "Worksheet": self._sheet,
            "Table": self._table,
            "Row": self._row,
            "Cell": self._cell,
            "Data": self._data,
            "Comment": self._comment,
            "NamedRange": self._name,
            "Style": self._style,
            "Font": self._font,
            "Interior": self._interior,
            "Alignment": self._alignment,
            "NumberFormat": self._number_format,
        }
        ends: dict[str, xml.End] = {
            "Cell": self._cell_end,
            "Data": self._data_end,
            "Comment": self._comment_end,
            "Visible": self._visible,
            "Style": self._style_end,
        }
        return xml.events(data, starts, ends, frozenset(("Data", "Visible")))

    # ------------------------------------------------------------ sheets

    def _sheet(self, attributes: dict[str, str]) -> None:
        self.row = self.column = self.across = 0
        if len(self.sheets) < MAX_SHEETS:
            self.sheets.append(_Sheet(_get(attributes, "Name")))

    def _table(self, attributes: dict[str, str]) -> None:
        if self.sheets:
            self.sheets[-1].default_height = finite(_get(attributes, "DefaultRowHeight")) or 15.0

    def _visible(self, text: str) -> None:
        if self.sheets:
            self.sheets[-1].state = _STATES.get(text, "visible")

    def _row(self, attributes: dict[str, str]) -> None:
        self.row = _index(attributes, "Index", self.row + 1)
        self.column = self.across = 0
        if self.sheets and len(self.sheets[-1].heights) < MAX_ROWS:
            height = finite(_get(attributes, "Height"))
            if height is not None:
                self.sheets[-1].heights[self.row] = height
            if _get(attributes, "Hidden") == "1":
                self.sheets[-1].hidden_rows.append(self.row)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.column = _index(attributes, "Index", self.column + 1 + self.across)
        self.across = _index(attributes, "MergeAcross", 0)
        self.cell = attributes
        self.type = self.text = ""

    def _data(self, attributes: dict[str, str]) -> None:
        if not self.in_note:
            self.type = _get(attributes, "Type")

    def _data_end(self, text: str) -> None:
        if self.in_note:
            self.note += text
        else:
            self.text = text

    def _comment(self, _attributes: dict[str, str]) -> None:
        self.in_note, self.note = True, ""

    def _comment_end(self, _text: str) -> None:
        self.in_note = False
        if self.sheets and len(self.sheets[-1].notes) < MAX_NOTES:
            self.sheets[-1].notes[a1(max(self.row, 1), max(self.column, 1))] = self.room.text(self.note) or ""

    def _cell_end(self, _text: str) -> None:
        row, column = self.row, self.column
        if not self.sheets or not 0 < row <= MAX_ROW or not 0 < column <= MAX_COLUMN:
            return
        sheet = self.sheets[-1]
        written = _get(self.cell, "Formula")
        text = self.room.formula(formula.to_a1(written.removeprefix("="), row, column)) if written else ""
        style = self.style_numbers.get(_get(self.cell, "StyleID"), 0)
        value = self._value()
        if value is None and not text and not style:
            return
        if (row, column) not in sheet.cells and not self.room.cell():
            return
        if text and calls_macro(text):
            sheet.macro = True
        area = _get(self.cell, "ArrayRange")
        if area:
            sheet.arrays[a1(row, column)] = formula.to_a1(area, row, column)
        sheet.cells[row, column] = Cell(row, column, value, text, style)

    def _value(self) -> Value:
        match self.type:
            case "Number":
                return finite(self.text)
            case "Boolean":
                return self.text.strip() == "1"
            case "":
                return None
            case _:
                return self.room.text(self.text)

    def _name(self, attributes: dict[str, str]) -> None:
        place = self.sheets[-1].name if self.sheets and self.row == 0 else ""
        if len(self.names) < MAX_NAMES:
            refers = formula.to_a1(_get(attributes, "RefersTo").removeprefix("="), 1, 1)
            self.names.append(Name(_get(attributes, "Name"), refers, place, _get(attributes, "Hidden") == "1"))

    # ------------------------------------------------------------ looks

    def _style(self, attributes: dict[str, str]) -> None:
        self.style_id = _get(attributes, "ID")
        self.look = {}

    def _style_end(self, _text: str) -> None:
        if len(self.styles) >= MAX_STYLES:
            return
        style = Style(**self.look)  # type: ignore[arg-type]
        if self.style_id == "Default":
            self.styles[0] = style
        elif style in self.styles[:256]:
            self.style_numbers[self.style_id] = self.styles.index(style)
        else:
            self.style_numbers[self.style_id] = len(self.styles)
            self.styles.append(style)

    def _font(self, attributes: dict[str, str]) -> None:
        color = _color(_get(attributes, "Color"))
        self.look |= {
            "font": _get(attributes, "FontName") or "Calibri",
            "size": finite(_get(attributes, "Size")) or 11.0,
            "bold": _get(attributes, "Bold") == "1",
            "italic": _get(attributes, "Italic") == "1",
            "strike": _get(attributes, "StrikeThrough") == "1",
            "underline": _get(attributes, "Underline") not in ("", "None"),
            "color": 0 if color is None else nearest(color),
            "color_rgb": color or 0,
        }

    def _interior(self, attributes: dict[str, str]) -> None:
        color = _color(_get(attributes, "Color"))
        pattern = _get(attributes, "Pattern")
        self.look |= {
            "fill_pattern": _PATTERNS.get(pattern, PATTERNS.get(pattern[:1].lower() + pattern[1:], 0)),
            "fill_color": 0 if color is None else nearest(color),
            "fill_rgb": color,
        }

    def _alignment(self, attributes: dict[str, str]) -> None:
        self.look |= {
            "horizontal": HORIZONTAL.get(_get(attributes, "Horizontal").lower(), 1),
            "vertical": VERTICAL.get(_get(attributes, "Vertical").lower(), 3),
            "wrap": _get(attributes, "WrapText") == "1",
        }

    def _number_format(self, attributes: dict[str, str]) -> None:
        self.look["number_format"] = _get(attributes, "Format") or "General"


def calls_macro(text: str) -> bool:
    """Whether a formula calls something that only macros may call."""
    names = ftab.macro_names()
    return "(" in text and any(token.kind == "name" and token.text.upper() in names for token in formula.tokens(text))


def _get(attributes: dict[str, str], name: str) -> str:
    """An attribute by its local name."""
    found = attributes.get(f"ss:{name}")
    if found is None:
        found = attributes.get(name)
    if found is None:
        found = next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")
    return found


def _index(attributes: dict[str, str], name: str, default: int) -> int:
    text = _get(attributes, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _color(text: str) -> int | None:
    try:
        return int(text[1:7], 16) if text.startswith("#") else None
    except ValueError:
        return None


def read(data: bytes, scope: Scope | None = None) -> Reading:
    """A workbook. Raises Malformed when the bytes are no such XML."""
    room = Room(scope or Scope())
    reader = _Reader(room)
    broken = reader.read(data)
    if broken:
        room.note(broken)
    if not reader.sheets:
        raise Malformed("the XML holds no sheet")
    sheets = tuple(
        Sheet(
            sheet.name,
            "macro" if sheet.macro else "worksheet",
            sheet.state,
            cells=tuple(sheet.cells[place] for place in sorted(sheet.cells)),
            arrays=sheet.arrays,
            default_height=sheet.default_height,
            row_heights=sheet.heights,
            hidden_rows=tuple(sheet.hidden_rows),
            notes=sheet.notes,
        )
        for sheet in reader.sheets
    )
    return Reading(Workbook(sheets, tuple(reader.names), tuple(reader.styles)), tuple(room.damage), tuple(room.limits))
