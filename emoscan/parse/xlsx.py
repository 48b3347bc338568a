"""Workbooks in Office Open XML (.xlsx, .xlsm, .xltm …): sheets, cells, formulas, names, looks, links to outside.

ECMA-376 part 1, 18; macro sheets by [MS-OFFMACRO2] 2.2. A part that breaks off is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final

from emoscan.parse import Malformed, xml
from emoscan.parse.formula import shifted
from emoscan.parse.package import Package, key, resolve
from emoscan.parse.room import MAX_NOTES, MAX_ROWS, Room
from emoscan.parse.sheetlooks import SheetStyles
from emoscan.parse.workbook import (
    MAX_COLUMN,
    MAX_NAMES,
    MAX_ROW,
    MAX_SHEETS,
    Cell,
    Link,
    Name,
    Reading,
    Scope,
    Sheet,
    SheetParts,
    SheetType,
    Value,
    Visibility,
    Workbook,
    a1,
    dde_formula,
    finite,
    from_a1,
)

_STATES: Final[dict[str, Visibility]] = {"hidden": "hidden", "veryhidden": "very hidden"}


class Listed:
    """A sheet as the workbook part lists it."""

    __slots__ = ("name", "part", "relationship", "state", "type")

    def __init__(self, name: str, state: str, relationship: str) -> None:
        self.name = name
        self.state: Visibility = _STATES.get(state.lower(), "visible")
        self.relationship = relationship
        self.part = ""
        self.type: SheetType = "worksheet"


def sheet_type(relationship: str, content_type: str) -> SheetType:
    """By the type of the relationship that leads to a sheet, or its content type: either says that it is a macro sheet."""
    words = f"{relationship} {content_type}".lower()
    if "macrosheet" in words:
        return "macro"
    if "chartsheet" in words:
        return "chart"
    return "dialog" if "dialogsheet" in words else "worksheet"


def has_macro_sheets(package: Package) -> bool:
    """Whether a package holds macro sheets of Excel 4, by what is said of its parts; reads no sheet."""
    if any("macrosheet" in part.name.lower() for part in package.parts):
        return True
    main = package.main()
    return any(
        sheet_type(r.type, package.content_type(resolve(main, r.target))) == "macro"
        for r in package.relationships(main)
        if not r.external and "sheet" in r.type.lower()
    )


def unlisted(package: Package, main: str, listed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(part, name made of it) of macro sheets that the workbook part does not list, as when that part is damaged."""
    known = {key(part) for part in listed}
    related = (resolve(main, r.target) for r in package.relationships(main) if not r.external and "macrosheet" in r.type.lower())
    stored = (part.name for part in package.parts if "macrosheets/" in key(part.name) and _is_sheet(package, part.name))
    for part in (*related, *stored):
        if key(part) not in known and package.find(part):
            known.add(key(part))
            yield part, part.rpartition("/")[2].partition(".")[0]


def _is_sheet(package: Package, part: str) -> bool:
    """Whether a part in the folder of macro sheets is one, and no index of its rows or list of its relationships."""
    folder, _, name = key(part).rpartition("/")
    return not folder.endswith("_rels") and ("sheet" in name or "macrosheet" in package.content_type(part))


class Book:
    """The workbook part and what it leads to."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = package.main()
        self.sheets: list[Listed] = []
        self.names: list[Name] = []
        self.active = 0
        self.date_1904 = False
        self.links: list[Link] = []
        self._read_main()
        self._read_links()

    def _read_main(self) -> None:
        """workbook.xml, ECMA-376 part 1, 18.2.27."""
        named: dict[str, str] = {}
        external: list[str] = []

        def sheet(attributes: dict[str, str]) -> None:
            if len(self.sheets) < MAX_SHEETS:
                self.sheets.append(Listed(attributes.get("name", ""), attributes.get("state", ""), _id(attributes)))

        def defined_name(attributes: dict[str, str]) -> None:
            nonlocal named
            named = attributes

        def defined_name_end(text: str) -> None:
            if len(self.names) < MAX_NAMES:
                self.names.append(self._name(named, text))

        def view(attributes: dict[str, str]) -> None:
            self.active = _number(attributes.get("activeTab", ""), 0)

        def properties(attributes: dict[str, str]) -> None:
            self.date_1904 = attributes.get("date1904", "") in ("1", "true")

        starts = {
            "sheet": sheet,
            "definedName": defined_name,
            "workbookView": view,
            "workbookPr": properties,
            "externalReference": lambda attributes: external.append(_id(attributes)),
        }
        if self.main:
            _events(self.package, self.main, starts, {"definedName": defined_name_end}, frozenset(("definedName",)))
        relationships = {r.id: r for r in self.package.relationships(self.main)}
        for listed in self.sheets:
            found = relationships.get(listed.relationship)
            if found is not None and not found.external:
                listed.part = resolve(self.main, found.target)
                listed.type = sheet_type(found.type, self.package.content_type(listed.part))
        for part, name in unlisted(self.package, self.main, [listed.part for listed in self.sheets]):
            found_sheet = Listed(name, "", "")
            found_sheet.part, found_sheet.type = part, "macro"
            self.sheets.append(found_sheet)
            self.package.damage.append(f"the workbook does not list its macro sheet {part!r}")
        self._external = [resolve(self.main, relationships[id_].target) for id_ in external if id_ in relationships]

    def _name(self, attributes: dict[str, str], formula: str) -> Name:
        name = attributes.get("name", "")
        sheet = _number(attributes.get("localSheetId", ""), -1)
        builtin = name.lower().startswith("_xlnm.")
        return Name(
            name[6:] if builtin else name,
            formula,
            self.sheets[sheet].name if 0 <= sheet < len(self.sheets) else "",
            hidden=attributes.get("hidden", "") in ("1", "true"),
            builtin=builtin,
            macro=any(attributes.get(key, "") in ("1", "true") for key in ("xlm", "function", "vbProcedure")),
        )

    def _read_links(self) -> None:
        """External links, ECMA-376 part 1, 18.14: books, DDE and OLE sources, in the order in which formulas number them."""
        for part in self._external[:1_000]:
            type_, target, items = "workbook", "", list[str]()
            for tag, attributes in self.package.xml(part):
                match tag:
                    case "ddeLink":
                        type_, target = "dde", f"{attributes.get('ddeService', '')}|{attributes.get('ddeTopic', '')}"
                    case "oleLink":
                        type_, target = "ole", attributes.get("progId", "")
                    case "ddeItem" | "oleItem" | "definedName" if len(items) < 100:
                        items.append(attributes.get("name", ""))
            if type_ != "dde":
                away = next((r.target for r in self.package.relationships(part)), "")
                target = f"{target}|{away}" if type_ == "ole" else away
            self.links.append(Link(type_, target, tuple(items)))  # type: ignore[arg-type]

    def external_names(self, formula: str) -> str:
        """A formula with "[1]!item" of a DDE or OLE link spelt out."""
        if "[" not in formula:
            return formula
        for number, link in enumerate(self.links, 1):
            if link.type in ("dde", "ole"):
                for item in link.items:
                    for written in (f"[{number}]!'{item.replace(chr(39), chr(39) * 2)}'", f"[{number}]!{item}"):
                        formula = formula.replace(written, dde_formula(link.target, item))
        return formula


def _id(attributes: dict[str, str]) -> str:
    """r:id, whatever prefix it goes by."""
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def read(package: Package, scope: Scope | None = None) -> Reading:
    """A workbook out of its package. Raises Malformed when there is none in it."""
    book = Book(package)
    if not book.main or book.main.lower().endswith(".bin"):
        raise Malformed("the package holds no workbook in XML")
    room = Room(scope or Scope())
    shared = _Shared(package, book.main, room)
    styles = SheetStyles(package, book.main)
    sheets: dict[int, Sheet] = {}
    for number in sorted(range(len(book.sheets)), key=lambda n: book.sheets[n].type != "macro"):
        listed = book.sheets[number]
        if not listed.part or not package.find(listed.part):
            room.note(f"the part of sheet {listed.name!r} is not there")
            sheets[number] = Sheet(listed.name, listed.type, listed.state)
        else:
            sheets[number] = SheetReader(book, listed, room, shared, styles).read()
    workbook = Workbook(
        tuple(sheets[number] for number in sorted(sheets)),
        tuple(book.names),
        tuple(styles.looks.styles),
        book.active,
        book.date_1904,
        tuple(book.links),
    )
    return Reading(workbook, tuple(dict.fromkeys((*package.damage, *room.damage))), tuple(room.limits))


class _Shared:
    """The texts that cells refer to by number, read when the first one does."""

    def __init__(self, package: Package, main: str, room: Room) -> None:
        self.package = package
        self.main = main
        self.most = room.characters

    @cached_property
    def strings(self) -> list[str]:
        """sharedStrings.xml, ECMA-376 part 1, 18.4.9; phonetic readings are left out."""
        found: list[str] = []
        pieces: list[str] = []
        phonetic = False
        left = self.most

        def phonetic_start(_attributes: dict[str, str]) -> None:
            nonlocal phonetic
            phonetic = True

        def phonetic_end(_text: str) -> None:
            nonlocal phonetic
            phonetic = False

        def text_end(text: str) -> None:
            if not phonetic:
                pieces.append(text)

        def item_end(_text: str) -> None:
            nonlocal left
            text = pieces[0] if len(pieces) == 1 else "".join(pieces)
            pieces.clear()
            found.append(escaped(text))
            left -= len(text)
            if left < 0:
                raise _Enough

        part = next(iter(self.package.targets(self.main, "sharedStrings")), "xl/sharedStrings.xml")
        if self.package.find(part):
            ends = {"t": text_end, "si": item_end, "rPh": phonetic_end}
            _events(self.package, part, {"rPh": phonetic_start}, ends, frozenset(("t",)))
        return found


class _Enough(Exception):
    """No more of a part is wanted."""


def _events(package: Package, part: str, starts: dict[str, xml.Start], ends: dict[str, xml.End], texts: frozenset[str]) -> None:
    """Walk through a part; one that breaks off has been walked through as far as it goes."""
    try:
        broken = xml.events(package.read(part), starts, ends, texts)
    except _Enough:
        return
    except Malformed as error:
        broken = str(error)
    if broken:
        package.damage.append(f"part {part!r}: {broken}")


def escaped(text: str) -> str:
    """A text with _xHHHH_ for characters XML cannot hold (ECMA-376 part 1, 22.9.2.19) undone."""
    if "_x" not in text:
        return text
    pieces = text.split("_x")
    out = [pieces[0]]
    for piece in pieces[1:]:
        digits = piece[:4]
        if len(piece) > 4 and piece[4] == "_" and all(c in "0123456789abcdefABCDEF" for c in digits):
            out.append(chr(int(digits, 16)) + piece[5:])
        else:
            out.append("_x" + piece)
    return "".join(out)


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


class SheetReader(SheetParts):
    """One sheet part, ECMA-376 part 1, 18.3.1.99."""

    def __init__(self, book: Book, listed: Listed, room: Room, shared: _Shared, styles: SheetStyles) -> None:
        super().__init__()
        self.book = book
        self.listed = listed
        self.room = room
        self.shared = shared
        self.styles = styles
        self.type = listed.type
        self.cells: dict[tuple[int, int], Cell] = {}
        self.common: dict[str, tuple[str, int, int]] = {}
        """Shared formulas by their number: text, row and column of the cell they stand in."""
        self.row = self.column = 0
        self.attributes: dict[str, str] = {}
        self.formula_attributes: dict[str, str] | None = None
        self.formula = ""
        self.text = ""

    def read(self) -> Sheet:
        starts: dict[str, xml.Start] = {
            "c": self._cell,
            "f": self._formula,
            "row": self._row,
            "col": self._col,
            "sheetFormatPr": self._format,
            "sheetPr": self._properties,
            "macrosheet": self._macro,
            "dialogsheet": self._dialog,
        }
        ends: dict[str, xml.End] = {"c": self._cell_end, "f": self._formula_end, "v": self._value_end, "t": self._text_end}
        _events(self.book.package, self.listed.part, starts, ends, frozenset(("f", "v", "t")))
        cells = tuple(self.cells[place] for place in sorted(self.cells))
        return self.sheet(self.listed.name, self.type, self.listed.state, cells, self._notes())

    # ------------------------------------------------------------ cells

    def _cell(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.formula = self.text = ""
        self.formula_attributes = None
        place = attributes.get("r")
        if place is None:
            self.column += 1
            return
        try:
            self.row, self.column = from_a1(place)
        except Malformed:
            self.column += 1

    def _formula(self, attributes: dict[str, str]) -> None:
        self.formula_attributes = attributes

    def _formula_end(self, text: str) -> None:
        self.formula = text

    def _value_end(self, text: str) -> None:
        self.text = text

    def _text_end(self, text: str) -> None:
        self.text += text

    def _cell_end(self, _text: str) -> None:
        attributes, room = self.attributes, self.room
        row, column = self.row, self.column
        if not 0 < row <= MAX_ROW or not 0 < column <= MAX_COLUMN:
            return
        formula = self._formula_text(row, column) if self.formula_attributes is not None else ""
        value = self._value(attributes.get("t", "n"))
        number = attributes.get("s")
        style = self.styles.looks.of(_number(number, 0)) if number else 0
        if value is None and not formula:
            if not style or room.blanks <= 0:
                return
            room.blanks -= 1
        place = (row, column)
        if place not in self.cells and not room.cell():
            raise _Enough
        self.cells[place] = Cell(row, column, value, formula, style)

    def _value(self, type_: str) -> Value:
        text = self.text
        match type_:
            case "s":
                number = _number(text.strip(), -1)
                strings = self.shared.strings
                if 0 <= number < len(strings):
                    return self.room.text(strings[number])
                if text:
                    self.room.note(f"cell {a1(self.row, self.column)} of sheet {self.listed.name!r} has a text that is not there")
                return None
            case "b":
                return text.strip() in ("1", "true") if text else None
            case "str" | "inlineStr":
                return self.room.text(escaped(text))
            case "e" | "d":
                return self.room.text(text) if text else None
            case _:
                return finite(text) if text else None

    def _formula_text(self, row: int, column: int) -> str:
        attributes = self.formula_attributes or {}
        formula = self.formula.removeprefix("=")
        kind, number = attributes.get("t"), attributes.get("si", "")
        if kind == "shared":
            if formula:
                self.common.setdefault(number, (formula, row, column))
            elif number in self.common:
                formula, first_row, first_column = self.common[number]
                if self.room.formulas > 0:
                    formula = shifted(formula, row - first_row, column - first_column)
            else:
                self.room.note(f"the formula that cell {a1(row, column)} of sheet {self.listed.name!r} shares is not there")
        elif kind == "array" and len(self.arrays) < MAX_ROWS:
            self.arrays[a1(row, column)] = attributes.get("ref", a1(row, column))
        elif kind == "dataTable":
            formula = "TABLE()"
        return self.room.formula(self.book.external_names(formula)) if formula else ""

    # ------------------------------------------------------------ rows, columns, the sheet

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self.row = _number(number, self.row + 1) if number else self.row + 1
        self.column = 0
        if len(attributes) > 1 and len(self.heights) < MAX_ROWS and len(self.hidden_rows) < MAX_ROWS and len(self.row_styles) < MAX_ROWS:
            height = finite(attributes.get("ht", ""))
            if height is not None:
                self.heights[self.row] = height
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self.row)
            if attributes.get("customFormat") in ("1", "true"):
                style = self.styles.looks.of(_number(attributes.get("s", ""), 0))
                if style:
                    self.row_styles[self.row] = style

    def _col(self, attributes: dict[str, str]) -> None:
        first, last = _number(attributes.get("min", ""), 0), _number(attributes.get("max", ""), 0)
        width = finite(attributes.get("width", ""))
        style = self.styles.looks.of(_number(attributes.get("style", ""), 0))
        hidden = attributes.get("hidden") in ("1", "true")
        for column in range(max(first, 1), min(last, MAX_COLUMN, 1_024) + 1):
            if width is not None:
                self.widths[column] = width
            if style:
                self.column_styles[column] = style
            if hidden:
                self.hidden_columns.append(column)

    def _format(self, attributes: dict[str, str]) -> None:
        self.default_height = finite(attributes.get("defaultRowHeight", "")) or 15.0
        self.default_width = finite(attributes.get("defaultColWidth", "")) or 8.43

    def _properties(self, attributes: dict[str, str]) -> None:
        self.code_name = attributes.get("codeName", "")

    def _macro(self, _attributes: dict[str, Any]) -> None:
        self.type = "macro"

    def _dialog(self, _attributes: dict[str, Any]) -> None:
        self.type = "dialog"

    def _notes(self) -> dict[str, str]:
        """Comments, ECMA-376 part 1, 18.7."""
        package, found = self.book.package, dict[str, str]()
        place, pieces = "", list[str]()

        def comment(attributes: dict[str, str]) -> None:
            nonlocal place
            place = attributes.get("ref", "")

        def comment_end(_text: str) -> None:
            text = self.room.text("".join(pieces))
            pieces.clear()
            if text and len(found) < MAX_NOTES:
                found[place] = text

        for part in package.targets(self.listed.part, "comments"):
            if package.find(part):
                _events(package, part, {"comment": comment}, {"comment": comment_end, "t": pieces.append}, frozenset(("t",)))
        return found
