"""Excel's Range: cells by place, what they hold and how they look, moving over them and writing to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, ErrorValue, Object, Unknown, display
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.host.base import (
    Lazy,
    actions,
    as_bool,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    known,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.formulas import NUMBERS, NUMERIC, Error, Sheetful
from emoscan.evaluate.vba.host.grid import (
    COLUMNS,
    ROWS,
    Area,
    Grid,
    Place,
    address,
    area_of,
    column_number,
    formula_from_r1c1,
    sheet_prefix,
    shown_value,
    split_areas,
)
from emoscan.parse.workbook import Style

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import ExcelHost

RANGE: Final = office_class("Range", "_default")
AREAS: Final = collection_class("Areas", error=9)

MAX_AREAS: Final = 8_192
MAX_FILL: Final = 1 << 17
"""Cells that one assignment fills; a whole column is filled as far as that."""

FAILED: Final = 1004


def failed(what: str) -> ScriptError:
    return ScriptError(FAILED, what)


def make_range(host: ExcelHost, grid: Grid, areas: tuple[Area, ...], unit: str = "cell") -> Object:
    """Cells of a sheet. `unit`: what Count and For Each go by: cell, row, column."""
    return Object(RANGE, host=host, grid=grid, areas=areas, unit=unit)


def range_at(host: ExcelHost, grid: Grid, row: int, column: int) -> Object:
    if not (1 <= row <= ROWS and 1 <= column <= COLUMNS):
        raise failed("Application-defined or object-defined error")
    return make_range(host, grid, ((row, column, row, column),))


def parts(this: Object) -> tuple[ExcelHost, Grid, Area]:
    """(host, sheet, first area)."""
    data = this.data
    return data["host"], data["grid"], data["areas"][0]


def by_text(host: ExcelHost, grid: Grid, text: str) -> Any:
    """Range("A1"), Range("Sheet1!A1:B2,C3"), Range("name"). Raises error 1004 for what is no reference."""
    areas: list[Area] = []
    for piece in split_areas(text)[:MAX_AREAS]:
        sheet, rest = sheet_prefix(piece.strip())
        if sheet:
            found = host.grid_named(sheet)
            if found is None:
                raise failed("Method 'Range' of object '_Global' failed")
            grid = found
        area = area_of(rest)
        if area is None:
            named = host.named_range(rest, grid)
            if named is None or isinstance(named, Unknown):
                if named is None and not host.unread:
                    raise failed("Method 'Range' of object '_Global' failed")
                return Unknown(f"range {text}")
            grid, area = named.grid, named.area
        areas.append(area)
    return make_range(host, grid, tuple(areas))


def range_of(machine: Any, host: ExcelHost, grid: Grid, first: Any, last: Any = MISSING) -> Any:
    """Range(Cell1, Cell2): each a text or a range."""
    if first is MISSING:
        raise ScriptError(449, "Argument not optional")
    a = first if type(first) is Object and first.cls is RANGE else as_text(machine, first)
    if isinstance(a, Unknown):
        return Unknown(f"range {a.text()}")
    start = by_text(host, grid, a) if isinstance(a, str) else a
    if last is MISSING or isinstance(start, Unknown):
        return start
    b = last if type(last) is Object and last.cls is RANGE else as_text(machine, last)
    end = by_text(host, grid, b) if isinstance(b, str) else b
    if isinstance(end, Unknown):
        return Unknown("range")
    x, y = start.data["areas"][0], end.data["areas"][0]
    return make_range(host, start.data["grid"], ((min(x[0], y[0]), min(x[1], y[1]), max(x[2], y[2]), max(x[3], y[3])),))


def item(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    """Cells(row, column), Rows(3), Columns("B"): counted from the first cell, on beyond the last."""
    host, grid, (r1, c1, r2, c2) = parts(this)
    unit = this.data["unit"]
    if row is MISSING:
        if column is MISSING:
            return this
        row = 1
    if unit != "cell" and isinstance(row, str) and ":" in row:
        area = area_of(row)
        if area is None:
            raise failed("Application-defined or object-defined error")
        if unit == "row":
            return make_range(host, grid, ((r1 + area[0] - 1, c1, r1 + area[2] - 1, c2),), unit)
        return make_range(host, grid, ((r1, c1 + area[1] - 1, r2, c1 + area[3] - 1),), unit)
    if isinstance(row, str) and unit == "cell" and column is MISSING and not NUMERIC.fullmatch(row.strip()):
        inner = area_of(row)
        if inner is not None:
            return make_range(host, grid, ((r1 + inner[0] - 1, c1 + inner[1] - 1, r1 + inner[2] - 1, c1 + inner[3] - 1),))
    if unit == "column" and column is MISSING:
        at = column_index(machine, row)
        return (
            Unknown(f"columns of {grid.name}")
            if isinstance(at, Unknown)
            else make_range(host, grid, ((r1, c1 + at - 1, r2, c1 + at - 1),), unit)
        )
    at = as_int(machine, row)
    if isinstance(at, Unknown):
        return Unknown(f"cell of {grid.name}")
    if unit == "row" and column is MISSING:
        if not 1 <= r1 + at - 1 <= ROWS:
            raise failed("Application-defined or object-defined error")
        return make_range(host, grid, ((r1 + at - 1, c1, r1 + at - 1, c2),), unit)
    width = c2 - c1 + 1
    if column is MISSING:
        if width <= 0:
            raise failed("Application-defined or object-defined error")
        return range_at(host, grid, r1 + (at - 1) // width, c1 + (at - 1) % width)
    across = column_index(machine, column)
    if isinstance(across, Unknown):
        return Unknown(f"cell of {grid.name}")
    return range_at(host, grid, r1 + at - 1, c1 + across - 1)


def column_index(machine: Any, value: Any) -> int | Unknown:
    if isinstance(value, str) and value.strip("$ ").isalpha() and len(value) <= 4:
        return column_number(value.strip("$ "))
    return as_int(machine, value)


# ---------------------------------------------------------------- values


def cell_value(host: ExcelHost, grid: Grid, place: Place, *, plain: bool = False) -> Any:
    """What Value gives: numbers that look like dates as dates, errors as unknown."""
    value = Sheetful(host, grid, place).cell(grid, place)
    if isinstance(value, Error):
        return ErrorValue(NUMBERS[value.code])
    if isinstance(value, str):
        return host.outside(value, f"cell {grid.label(place)}") if grid.outside(place) else value
    if isinstance(value, float) and not plain and host.is_date(grid, place) and -657434.0 <= value < 2958466.0:
        return Date(value)
    if isinstance(value, list):
        return value[0][0] if value and value[0] else None
    return value


def values(machine: Any, this: Object, *, plain: bool = False) -> Any:
    host, grid, (r1, c1, r2, c2) = parts(this)
    if (r1, c1) == (r2, c2):
        return cell_value(host, grid, (r1, c1), plain=plain)
    height, width = r2 - r1 + 1, c2 - c1 + 1
    machine.grow(8 * height * width)
    machine.spend(height * width // 16)
    if height * width > MAX_FILL and not grid.unknown:
        # Mostly empty: only what is there is worth asking for.
        data: list[Any] = [None] * (height * width)
        for r, c in grid.places((r1, c1, r2, c2)):
            data[(c - c1) * height + r - r1] = cell_value(host, grid, (r, c), plain=plain)
    else:
        data = [cell_value(host, grid, (r, c), plain=plain) for c in range(c1, c2 + 1) for r in range(r1, r2 + 1)]
    return Array([(1, height), (1, width)], "", data)


def put_values(machine: Any, this: Object, value: Any, *, formula: str = "") -> None:
    """Value, Formula …: one value for all cells, or an array for as many as it has. `formula`: how the text is written."""
    host, grid, _ = parts(this)
    if type(value) is Object:
        value = machine.get(value, value.cls.default) if value.cls.default else None
    for area in this.data["areas"]:
        r1, c1, r2, c2 = area
        if (r2 - r1 + 1) * (c2 - c1 + 1) > MAX_FILL:
            used = grid.used()
            r2, c2 = min(r2, max(used[2], r1)), min(c2, max(used[3], c1))
        machine.spend((r2 - r1 + 1) * (c2 - c1 + 1))
        machine.grow(64 * (r2 - r1 + 1) * (c2 - c1 + 1))
        for r in range(r1, r2 + 1):
            for c in range(c1, c2 + 1):
                single = element(value, r - r1, c - c1) if type(value) is Array else value
                if single is not MISSING:
                    put_cell(machine, host, grid, (r, c), single, formula)


def element(value: Array, row: int, column: int) -> Any:
    """The element an array gives a cell: a one-dimensional one is a row."""
    if len(value.bounds) == 1:
        return value.data[column] if column < len(value.data) else NULL
    height = value.bounds[0][1] - value.bounds[0][0] + 1
    width = value.bounds[1][1] - value.bounds[1][0] + 1
    row, column = (0 if height == 1 else row), (0 if width == 1 else column)
    return value.data[column * height + row] if row < height and column < width else NULL


DDE: Final = re.compile(r"=\s*[+-]?\s*([\w.]+)\|\s*(?:'([^']*)'|([^!]*))!", re.IGNORECASE)


def put_cell(machine: Any, host: ExcelHost, grid: Grid, place: Place, value: Any, formula: str) -> None:
    if value is NULL or value is NOTHING:
        value = None
    if isinstance(value, str):
        if value.startswith("=") and len(value) > 1:
            text = formula_from_r1c1(value[1:], place) if "r1c1" in formula else value[1:]
            dde = DDE.match(value)
            if dde is not None:
                machine.run(f"{dde[1]} {(dde[2] or dde[3] or '').strip()}", "DDE formula")
            grid.put(place, None, text)
            return
        if value.startswith("'"):
            value = value[1:]
        elif NUMERIC.fullmatch(value.strip()) and number_format(host, grid, place) != "@" and len(value) < 40:
            text = value.strip()
            value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int):
        value = float(value)
    elif type(value) is Date:
        grid.put(place, value.serial)
        if number_format(host, grid, place) == "General":
            grid.looks.append(((*place, *place), "numberformat", "yyyy/m/d"))
        return
    elif type(value) is ErrorValue:
        value = next((code for code, number in NUMBERS.items() if number == value.number), "#N/A")
    elif type(value) is Object:
        value = machine.text(value)
    grid.put(place, value)


def whole(machine: Any, this: Object, *index: Any) -> Object | Unknown:
    """The range itself, or what `range(2, 3)` picks of it."""
    found = item(machine, this, *index) if index else this
    return found if isinstance(found, (Object, Unknown)) else this


@RANGE.method("_Default", "Item", takes="rowindex columnindex")
def default_value(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    if row is MISSING and column is MISSING:
        return values(machine, this)
    return item(machine, this, row, column)


@RANGE.setter("_Default", "Item")
def put_default(machine: Any, this: Object, *args: Any) -> None:
    target = whole(machine, this, *args[:-1][:2])
    if isinstance(target, Object):
        put_values(machine, target, args[-1])


@RANGE.method("Value", takes="rangevaluedatatype")
def value(machine: Any, this: Object, _kind: Any = MISSING) -> Any:
    return values(machine, this)


@RANGE.method("Value2")
def value2(machine: Any, this: Object) -> Any:
    return values(machine, this, plain=True)


def _setter(name: str, formula: str = "") -> None:
    def put(machine: Any, this: Object, *args: Any) -> None:
        put_values(machine, this, args[-1], formula=formula)

    RANGE.put[name] = put


for _name in ("value", "value2", "formula", "formulalocal", "formulaarray", "formula2", "formulahidden"):
    _setter(_name)
for _name in ("formular1c1", "formular1c1local", "formula2r1c1"):
    _setter(_name, "r1c1")
del RANGE.put["formulahidden"]


@RANGE.method("Formula", "FormulaLocal", "FormulaArray", "Formula2", "FormulaR1C1", "FormulaR1C1Local")
def formula(machine: Any, this: Object) -> Any:
    host, grid, (r1, c1, r2, c2) = parts(this)

    def one(place: Place) -> Any:
        written = grid.load().formulas.get(place)
        if written:
            return host.outside(f"={written}", f"formula of {grid.label(place)}") if grid.outside(place) else f"={written}"
        value = cell_value(host, grid, place, plain=True)
        return "" if value is None else as_text(machine, value)

    if (r1, c1) == (r2, c2):
        return one((r1, c1))
    machine.grow(8 * (r2 - r1 + 1) * (c2 - c1 + 1))
    data = [one((r, c)) for c in range(c1, c2 + 1) for r in range(r1, r2 + 1)]
    return Array([(1, r2 - r1 + 1), (1, c2 - c1 + 1)], "", data)


@RANGE.method("Text")
def text(machine: Any, this: Object) -> Any:
    host, grid, (r1, c1, _, _) = parts(this)
    value = cell_value(host, grid, (r1, c1), plain=True)
    layout = number_format(host, grid, (r1, c1))
    shown = host.format(value, layout) if layout not in ("General", "@", "") else "" if value is None else as_text(machine, value)
    return host.outside(shown, f"cell {grid.label((r1, c1))}") if isinstance(shown, str) else shown


@RANGE.method("HasFormula")
def has_formula(_machine: Any, this: Object) -> bool:
    _, grid, (r1, c1, _, _) = parts(this)
    return (r1, c1) in grid.load().formulas


@RANGE.method("PrefixCharacter")
def prefix_character(_machine: Any, _this: Object) -> str:
    return ""


# ---------------------------------------------------------------- place

RANGE.get["row"] = lambda _machine, this: parts(this)[2][0]
RANGE.get["column"] = lambda _machine, this: parts(this)[2][1]


def count_of(this: Object) -> int:
    unit = this.data["unit"]
    total = 0
    for r1, c1, r2, c2 in this.data["areas"]:
        total += (r2 - r1 + 1 if unit != "column" else 1) * (c2 - c1 + 1 if unit != "row" else 1)
    return total


RANGE.get["count"] = RANGE.get["countlarge"] = lambda _machine, this: count_of(this)


def cells_of(this: Object) -> Iterator[Object]:
    host, grid = this.data["host"], this.data["grid"]
    unit = this.data["unit"]
    for r1, c1, r2, c2 in this.data["areas"]:
        if unit == "row":
            yield from (make_range(host, grid, ((r, c1, r, c2),), unit) for r in range(r1, r2 + 1))
        elif unit == "column":
            yield from (make_range(host, grid, ((r1, c, r2, c),), unit) for c in range(c1, c2 + 1))
        else:
            yield from (make_range(host, grid, ((r, c, r, c),)) for r in range(r1, r2 + 1) for c in range(c1, c2 + 1))


RANGE.items = lambda _machine, this: cells_of(this)


@RANGE.method("Address", "AddressLocal", takes="rowabsolute columnabsolute referencestyle external relativeto")
def address_of(
    machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING, style: Any = MISSING, external: Any = MISSING, *_: Any
) -> Any:
    host, grid, _area = parts(this)
    fixed = {"row_fixed": as_bool(machine, row, default=True), "column_fixed": as_bool(machine, column, default=True)}
    if as_int(machine, style, 1) == -4150:  # xlR1C1
        shown = ",".join(f"R{a[0]}C{a[1]}" + (f":R{a[2]}C{a[3]}" if a[:2] != a[2:] else "") for a in this.data["areas"])
    else:
        shown = ",".join(address(area, **fixed) for area in this.data["areas"])
    return f"[{host.workbook.data['file']}]{grid.name}!{shown}" if as_bool(machine, external) else shown


@RANGE.method("Cells", takes="rowindex columnindex")
def cells(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    host, grid, area = parts(this)
    inside = make_range(host, grid, (area,))
    return inside if row is MISSING and column is MISSING else item(machine, inside, row, column)


def _lines(unit: str) -> Callable[..., Any]:
    def get(machine: Any, this: Object, index: Any = MISSING) -> Any:
        host, grid, area = parts(this)
        lines = make_range(host, grid, (area,), unit)
        return lines if index is MISSING else item(machine, lines, index)

    return get


RANGE.method("Rows", takes="rowindex")(_lines("row"))
RANGE.method("Columns", takes="columnindex")(_lines("column"))


@RANGE.method("Range", takes="cell1 cell2")
def inner_range(machine: Any, this: Object, first: Any = MISSING, last: Any = MISSING) -> Any:
    """Seen from the first cell of this range."""
    host, grid, (r1, c1, _, _) = parts(this)
    found = range_of(machine, host, grid, first, last)
    if isinstance(found, Unknown) or type(first) is Object:
        return found
    moved = tuple((a + r1 - 1, b + c1 - 1, c + r1 - 1, d + c1 - 1) for a, b, c, d in found.data["areas"])
    return make_range(host, grid, moved)


def placed(host: ExcelHost, grid: Grid, areas: list[Area], unit: str = "cell") -> Object:
    for r1, c1, r2, c2 in areas:
        if not (1 <= r1 <= r2 <= ROWS and 1 <= c1 <= c2 <= COLUMNS):
            raise failed("Application-defined or object-defined error")
    return make_range(host, grid, tuple(areas), unit)


@RANGE.method("Offset", takes="rowoffset columnoffset")
def offset(machine: Any, this: Object, rows: Any = MISSING, columns: Any = MISSING) -> Any:
    host, grid, _ = parts(this)
    down, across = as_int(machine, rows), as_int(machine, columns)
    if isinstance(down, Unknown) or isinstance(across, Unknown):
        return Unknown(f"cell of {grid.name}")
    return placed(host, grid, [(a + down, b + across, c + down, d + across) for a, b, c, d in this.data["areas"]], this.data["unit"])


@RANGE.method("Resize", takes="rowsize columnsize")
def resize(machine: Any, this: Object, rows: Any = MISSING, columns: Any = MISSING) -> Any:
    host, grid, (r1, c1, r2, c2) = parts(this)
    height, width = as_int(machine, rows, r2 - r1 + 1), as_int(machine, columns, c2 - c1 + 1)
    if isinstance(height, Unknown) or isinstance(width, Unknown):
        return Unknown(f"cells of {grid.name}")
    return placed(host, grid, [(r1, c1, r1 + height - 1, c1 + width - 1)])


@RANGE.method("End", takes="direction")
def end(machine: Any, this: Object, direction: Any = MISSING) -> Any:
    host, grid, (r1, c1, _, _) = parts(this)
    way = as_int(machine, direction)
    if grid.unknown and not grid.written:
        return Unknown(f"end of cells of {grid.name}")
    if isinstance(way, Unknown) or way not in (-4162, -4121, -4159, -4161):
        raise failed("Application-defined or object-defined error")
    machine.spend(8)
    return range_at(host, grid, *grid.end((r1, c1), way))


@RANGE.method("CurrentRegion")
def current_region(_machine: Any, this: Object) -> Object:
    host, grid, (r1, c1, _, _) = parts(this)
    return make_range(host, grid, (grid.region((r1, c1)),))


@RANGE.method("EntireRow")
def entire_row(_machine: Any, this: Object) -> Object:
    host, grid, _ = parts(this)
    return make_range(host, grid, tuple((a, 1, c, COLUMNS) for a, _, c, _ in this.data["areas"]), "row")


@RANGE.method("EntireColumn")
def entire_column(_machine: Any, this: Object) -> Object:
    host, grid, _ = parts(this)
    return make_range(host, grid, tuple((1, b, ROWS, d) for _, b, _, d in this.data["areas"]), "column")


@RANGE.method("Areas")
def areas_of(_machine: Any, this: Object) -> Object:
    host, grid, _ = parts(this)
    areas = this.data["areas"]
    return Object(AREAS, host=host, items=Lazy(len(areas), lambda at: make_range(host, grid, (areas[at],))))


RANGE.get["worksheet"] = RANGE.get["parent"] = lambda _machine, this: this.data["host"].sheet_of(this.data["grid"])
RANGE.get["mergearea"] = RANGE.get["listheaderrows"] = lambda _machine, this: this
RANGE.get["next"] = lambda machine, this: offset(machine, this, 0, 1)
RANGE.get["previous"] = lambda machine, this: offset(machine, this, 0, -1)


@RANGE.method("SpecialCells", takes="type value")
def special_cells(machine: Any, this: Object, type_: Any = MISSING, *_: Any) -> Any:
    """XlCellType."""
    host, grid, area = parts(this)
    kind = as_int(machine, type_)
    if grid.unknown and not grid.written:
        return Unknown(f"cells of {grid.name}")
    used = grid.used()
    if kind == 11:  # xlCellTypeLastCell
        return range_at(host, grid, used[2], used[3])
    machine.spend(len(grid.values) // 8)
    if kind == 12:  # xlCellTypeVisible
        hidden_rows, hidden_columns = set(grid.record.hidden_rows), set(grid.record.hidden_columns)
        found = [p for p in grid.places(area) if p[0] not in hidden_rows and p[1] not in hidden_columns]
    elif kind == -4123:  # xlCellTypeFormulas
        found = sorted(p for p in grid.formulas if area[0] <= p[0] <= area[2] and area[1] <= p[1] <= area[3])
    elif kind == -4144:  # xlCellTypeComments
        found = sorted(grid.notes)
    elif kind == 4:  # xlCellTypeBlanks
        bounds = (max(area[0], used[0]), max(area[1], used[1]), min(area[2], used[2]), min(area[3], used[3]))
        inside = ((r, c) for r in range(bounds[0], bounds[2] + 1) for c in range(bounds[1], bounds[3] + 1))
        found = [place for place in inside if place not in grid.values][:MAX_AREAS]
    else:
        found = [p for p in grid.places(area) if p not in grid.formulas]
    if not found:
        raise failed("No cells were found.")
    return make_range(host, grid, tuple((r, c, r, c) for r, c in found[:MAX_AREAS]))


# ---------------------------------------------------------------- finding and replacing


def pattern_of(machine: Any, what: Any, look_at: Any, match_case: Any) -> re.Pattern[str] | None:
    wanted = known(machine, what)
    if not wanted or len(wanted) > 255:
        return None
    part = as_int(machine, look_at, 2) != 1  # xlWhole
    pieces = re.split(r"(~?[*?])", wanted)
    body = "".join({"*": "[^\0]*?" if part else "[^\0]*", "?": "[^\0]"}.get(p, re.escape(p.removeprefix("~"))) for p in pieces)
    if body.count("]*") > 2:
        return None
    return re.compile(body if part else rf"{body}\Z", 0 if as_bool(machine, match_case) else re.IGNORECASE)


FIND: Final = "what after lookin lookat searchorder searchdirection matchcase matchbyte searchformat"


@RANGE.method("Find", takes=FIND)
def find(
    machine: Any, this: Object, what: Any = MISSING, after: Any = MISSING, look_in: Any = MISSING, look_at: Any = MISSING, *rest: Any
) -> Any:
    host, grid, area = parts(this)
    if area[:2] == area[2:]:
        area = (1, 1, ROWS, COLUMNS)  # from one cell the whole sheet is searched
    by_columns = len(rest) > 0 and as_int(machine, rest[0], 1) == 2
    backwards = len(rest) > 1 and as_int(machine, rest[1], 1) == 2
    pattern = pattern_of(machine, what, look_at, rest[2] if len(rest) > 2 else MISSING)
    if grid.unknown and not grid.written:
        return Unknown(f"cell of {grid.name}")
    if pattern is None:
        return NOTHING
    found: list[Place] = []
    for place in grid.places(area):
        shown = grid.formulas.get(place) if as_int(machine, look_in, -4123) == -4123 else None
        shown = f"={shown}" if shown else shown_value(grid.get(place))
        machine.spend(1 + len(shown) // 64)
        if pattern.match(shown) if pattern.pattern.endswith(r"\Z") else pattern.search(shown):
            found.append(place)
    this.data["find"] = (what, look_in, look_at, *rest)
    if not found:
        return NOTHING
    if by_columns:
        found.sort(key=lambda place: (place[1], place[0]))
    start = after.data["areas"][0][:2] if type(after) is Object and after.cls is RANGE else area[:2]
    later = [p for p in found if (p > start if not by_columns else (p[1], p[0]) > (start[1], start[0]))]
    earlier = [p for p in found if (p < start if not by_columns else (p[1], p[0]) < (start[1], start[0]))]
    place = (earlier[-1] if earlier else found[-1]) if backwards else (later[0] if later else found[0])
    return range_at(host, grid, *place)


@RANGE.method("FindNext", "FindPrevious", takes="after")
def find_next(machine: Any, this: Object, after: Any = MISSING) -> Any:
    what, look_in, look_at, *rest = this.data.get("find", (MISSING, MISSING, MISSING))
    return find(machine, this, what, after, look_in, look_at, *rest)


@RANGE.method("Replace", takes="what replacement lookat searchorder matchcase matchbyte searchformat replaceformat")
def replace(
    machine: Any,
    this: Object,
    what: Any = MISSING,
    new: Any = MISSING,
    look_at: Any = MISSING,
    _order: Any = MISSING,
    case: Any = MISSING,
    *_: Any,
) -> bool:
    host, grid, _area = parts(this)
    pattern = pattern_of(machine, what, look_at, case)
    put = known(machine, new)
    if pattern is None:
        return False
    for area in this.data["areas"]:
        for place in list(grid.places(area)):
            written = grid.formulas.get(place)
            old = f"={written}" if written else shown_value(grid.get(place))
            machine.spend(1 + len(old) // 64)
            if pattern.match(old) if pattern.pattern.endswith(r"\Z") else pattern.search(old):
                machine.grow(len(old) + old.count(put) * len(put) + len(put))
                put_cell(machine, host, grid, place, pattern.sub(lambda _: put, old), "")
    return True


# ---------------------------------------------------------------- moving cells about


def clear_cells(machine: Any, this: Object) -> None:
    grid = this.data["grid"]
    for area in this.data["areas"]:
        places = list(grid.places(area))
        machine.spend(len(places))
        for place in places:
            grid.put(place, None)
        for place in [p for p in grid.formulas if area[0] <= p[0] <= area[2] and area[1] <= p[1] <= area[3]]:
            grid.put(place, None)


@RANGE.method("Clear", "ClearContents")
def clear(machine: Any, this: Object) -> None:
    clear_cells(machine, this)


@RANGE.method("ClearComments", "ClearNotes")
def clear_comments(_machine: Any, this: Object) -> None:
    grid = this.data["grid"].load()
    for r1, c1, r2, c2 in this.data["areas"]:
        for place in [p for p in grid.notes if r1 <= p[0] <= r2 and c1 <= p[1] <= c2]:
            del grid.notes[place]


@RANGE.method("Delete", takes="shift")
def delete(machine: Any, this: Object, *_: Any) -> None:
    shift_cells(machine, this, -1)


@RANGE.method("Insert", takes="shift copyorigin")
def insert(machine: Any, this: Object, *_: Any) -> None:
    shift_cells(machine, this, 1)


def shift_cells(machine: Any, this: Object, sign: int) -> None:
    """Whole rows and columns move; of other areas only what is in them goes."""
    _, grid, (r1, c1, r2, c2) = parts(this)
    machine.spend(len(grid.load().values) // 16)
    if c1 == 1 and c2 == COLUMNS:
        grid.shift(r1, sign * (r2 - r1 + 1), rows=True)
    elif r1 == 1 and r2 == ROWS:
        grid.shift(c1, sign * (c2 - c1 + 1), rows=False)
    elif sign < 0:
        clear_cells(machine, this)


@RANGE.method("Copy", takes="destination")
def copy(machine: Any, this: Object, destination: Any = MISSING) -> bool:
    host, _, _ = parts(this)
    host.clipboard = this
    if type(destination) is Object and destination.cls is RANGE:
        paste_at(machine, this, destination)
    return True


@RANGE.method("Cut", takes="destination")
def cut(machine: Any, this: Object, destination: Any = MISSING) -> bool:
    copy(machine, this, destination)
    if destination is not MISSING:
        clear_cells(machine, this)
    return True


@RANGE.method("PasteSpecial", takes="paste operation skipblanks transpose")
def paste_special(
    machine: Any, this: Object, what: Any = MISSING, _operation: Any = MISSING, _blanks: Any = MISSING, turned: Any = MISSING
) -> bool:
    source = this.data["host"].clipboard
    if type(source) is Object and source.cls is RANGE:
        paste_at(machine, source, this, formulas=as_int(machine, what, -4104) not in (-4163, 12), turned=as_bool(machine, turned))
    elif isinstance(source, (str, Unknown)):
        put_values(machine, this, source)
    return True


def paste_at(machine: Any, source: Object, target: Object, *, formulas: bool = True, turned: bool = False) -> None:
    host, grid, (r1, c1, r2, c2) = parts(source)
    _, to, (top, left, _, _) = parts(target)
    places = list(grid.places((r1, c1, r2, c2)))
    machine.spend(len(places))
    machine.grow(64 * len(places))
    copied = [(place, cell_value(host, grid, place, plain=True), grid.formulas.get(place, "")) for place in places]
    for (r, c), value, written in copied:
        place = (top + c - c1, left + r - r1) if turned else (top + r - r1, left + c - c1)
        to.put(place, value, written if formulas else "")


@RANGE.method("FillDown")
def fill_down(machine: Any, this: Object) -> None:
    host, grid, (r1, c1, r2, c2) = parts(this)
    for column in range(c1, c2 + 1):
        put_values(machine, make_range(host, grid, ((r1, column, r2, column),)), cell_value(host, grid, (r1, column), plain=True))


@RANGE.method("AutoFill", takes="destination type")
def auto_fill(machine: Any, this: Object, destination: Any = MISSING, *_rest: Any) -> None:
    """A single cell is repeated; series are not made."""
    host, grid, (r1, c1, _, _) = parts(this)
    if type(destination) is Object and destination.cls is RANGE:
        written = grid.load().formulas.get((r1, c1))
        put_values(machine, destination, f"={written}" if written else cell_value(host, grid, (r1, c1), plain=True))


@RANGE.method("TextToColumns")
def text_to_columns(machine: Any, _this: Object, *_: Any) -> Any:
    return machine.unmodelled("Range.TextToColumns")


@RANGE.method("Sort")
def sort(machine: Any, _this: Object, *_: Any) -> Any:
    return machine.unmodelled("Range.Sort")


@RANGE.method("Select", "Activate")
def select(_machine: Any, this: Object, *_: Any) -> bool:
    this.data["host"].select(this)
    return True


@RANGE.method("Run")
def run(_machine: Any, this: Object, *_: Any) -> Any:
    return this.data["host"].run_cell(this)


@RANGE.method("Calculate", "Dirty", "Show")
def nothing(_machine: Any, _this: Object) -> None:
    return None


actions(
    RANGE,
    """autofilter advancedfilter autofit autoformat borderaround checkspelling clearformats clearhyperlinks clearoutline group ungroup
    merge unmerge printout printpreview removeduplicates subtotal justify applynames autooutline consolidate createnames dataseries
    fillleft fillright fillup functionwizard goalseek insertindent addindent navigatearrow parse setphonetic showdependents
    showerrors showprecedents speak sortspecial copypicture exportasfixedformat flashfill removesubtotal replaceformat discardchanges""",
)
empty(RANGE, "hyperlinks", "formatconditions", "phonetics", "smarttags", "sparklinegroups", "errors", "querytables")
properties(
    RANGE,
    mergecells=False,
    hasarray=False,
    locked=True,
    formulahidden=False,
    hidden=False,
    indentlevel=0,
    orientation=-4128,
    shrinktofit=False,
)
properties(
    RANGE, id="", allowedit=True, style="Normal", outlinelevel=1, summary=False, showdetail=True, pagebreak=-4142, readingorder=-5002
)
properties(RANGE, left=0.0, top=0.0, width=48.0, height=15.0, usestandardheight=True, usestandardwidth=True)
for _name in (
    "Precedents",
    "Dependents",
    "DirectPrecedents",
    "DirectDependents",
    "CurrentArray",
    "ListObject",
    "PivotTable",
    "PivotCell",
    "QueryTable",
    "XPath",
):
    RANGE.get[_name.lower()] = lambda machine, _this, *, _name=_name: machine.unmodelled(f"Range.{_name}")

# ---------------------------------------------------------------- looks


def look(this: Object, name: str, read: Callable[[Style], Any]) -> Any:
    """A property of the format: as set by the script, else as the document has it."""
    host, grid, (r1, c1, _, _) = parts(this)
    value = grid.look((r1, c1), name)
    return read(grid.style((r1, c1), host.styles)) if value is None else value


def set_look(machine: Any, this: Object, name: str, value: Any) -> None:
    grid = this.data["grid"]
    machine.grow(64)
    if not isinstance(value, Unknown) and len(grid.looks) < MAX_AREAS:
        grid.looks += [(area, name, value) for area in this.data["areas"]]


def number_format(host: ExcelHost, grid: Grid, place: Place) -> str:
    value = grid.look(place, "numberformat")
    return grid.style(place, host.styles).number_format if value is None else display(value)


def bgr(rgb: int) -> int:
    return (rgb & 0xFF) << 16 | rgb & 0xFF00 | rgb >> 16 & 0xFF


ALIGNMENTS: Final = {1: 1, 2: -4131, 3: -4108, 4: -4152, 5: 5, 6: -4130, 7: 7, 8: -4117}
VERTICAL: Final = {1: -4160, 2: -4108, 3: -4107, 4: -4130, 5: -4117}
"""Alignment as GET.CELL numbers it, and as XlHAlign and XlVAlign do."""


def _look(cls: Any, name: str, key: str, read: Callable[[Style], Any]) -> None:
    """A property of a range, its font or its interior that lies in the format of its cells."""

    def of(this: Object) -> Object:
        found: Object = this if cls is RANGE else this.data["parent"]
        return found

    def get(machine: Any, this: Object) -> Any:
        value = look(of(this), key, read)
        return this.data["host"].outside(value, f"number format of {this.data['grid'].name}") if key == "numberformat" else value

    def put(machine: Any, this: Object, *args: Any) -> None:
        set_look(machine, of(this), key, args[-1])

    cls.get[name], cls.put[name] = get, put


FONT: Final = office_class("Font", "name")
INTERIOR: Final = office_class("Interior", "color")
properties(
    FONT, background=-4142, outlinefont=False, shadow=False, subscript=False, superscript=False, themecolor=2, tintandshade=0, themefont=2
)
properties(INTERIOR, invertifnegative=False, themecolor=1, tintandshade=0, patterncolor=0, patterncolorindex=-4142, patterntintandshade=0)
for _name, _read in {
    "numberformat": lambda style: style.number_format,
    "numberformatlocal": lambda style: style.number_format,
    "horizontalalignment": lambda style: ALIGNMENTS.get(style.horizontal, 1),
    "verticalalignment": lambda style: VERTICAL.get(style.vertical, -4107),
    "wraptext": lambda style: style.wrap,
    "locked": lambda style: style.locked,
    "formulahidden": lambda style: style.hidden,
}.items():
    _look(RANGE, _name, _name.removesuffix("local"), _read)
for _name, _read in {
    "name": lambda style: style.font,
    "size": lambda style: style.size,
    "bold": lambda style: style.bold,
    "italic": lambda style: style.italic,
    "underline": lambda style: 2 if style.underline else -4142,
    "strikethrough": lambda style: style.strike,
    "color": lambda style: bgr(style.color_rgb),
    "colorindex": lambda style: style.color or -4105,
    "fontstyle": lambda style: " ".join(w for w, on in (("Bold", style.bold), ("Italic", style.italic)) if on) or "Regular",
}.items():
    _look(FONT, _name, f"font {_name}", _read)
for _name, _read in {
    "color": lambda style: 16777215 if style.fill_rgb is None else bgr(style.fill_rgb),
    "colorindex": lambda style: style.fill_color or -4142,
    "pattern": lambda style: -4142 if not style.fill_pattern else style.fill_pattern,
}.items():
    _look(INTERIOR, _name, f"fill {_name}", _read)
child_object(RANGE, "Font", FONT)
child_object(RANGE, "Interior", INTERIOR)
BORDERS: Final = office_class("Borders", "item")
BORDER: Final = office_class("Border")
BORDERS.get["item"] = lambda _machine, this, *_: Object(BORDER, host=this.data["host"])
BORDERS.get["count"] = lambda _machine, _this: 6
BORDERS.items = lambda _machine, this: iter([Object(BORDER, host=this.data["host"])])
for _class in (BORDERS, BORDER):
    properties(_class, linestyle=-4142, weight=2, color=0, colorindex=-4105, tintandshade=0, themecolor=1)
child_object(RANGE, "Borders", BORDERS)
VALIDATION: Final = office_class("Validation")
properties(VALIDATION, type=0, formula1="", formula2="", value=True, errormessage="", inputmessage="", errortitle="", inputtitle="")
actions(VALIDATION, "add delete modify")
child_object(RANGE, "Validation", VALIDATION)


@RANGE.method("RowHeight")
def row_height(_machine: Any, this: Object) -> float:
    _, grid, (r1, c1, _, _) = parts(this)
    value = grid.look((r1, c1), "rowheight")
    return grid.record.row_heights.get(r1, 15.0) if value is None else value


@RANGE.method("ColumnWidth")
def column_width(_machine: Any, this: Object) -> float:
    _, grid, (r1, c1, _, _) = parts(this)
    value = grid.look((r1, c1), "columnwidth")
    return grid.record.column_widths.get(c1, 8.43) if value is None else value


RANGE.put["rowheight"] = lambda machine, this, value: set_look(machine, this, "rowheight", value)
RANGE.put["columnwidth"] = lambda machine, this, value: set_look(machine, this, "columnwidth", value)


@RANGE.method("Hidden")
def hidden(_machine: Any, this: Object) -> bool:
    _, grid, (r1, c1, _, c2) = parts(this)
    value = grid.look((r1, c1), "hidden")
    if value is not None:
        return bool(value)
    return r1 in grid.record.hidden_rows if c1 == 1 and c2 == COLUMNS else c1 in grid.record.hidden_columns


RANGE.put["hidden"] = lambda machine, this, value: set_look(machine, this, "hidden", value)

# ---------------------------------------------------------------- comments and names of cells

COMMENT: Final = office_class("Comment")
properties(COMMENT, author="", visible=False)
empty(COMMENT, "shape")


@COMMENT.method("Text", takes="text start overwrite")
def comment_text(machine: Any, this: Object, new: Any = MISSING, *_: Any) -> Any:
    host, grid, place = this.data["host"], this.data["grid"], this.data["place"]
    if new is not MISSING:
        grid.notes[place] = as_text(machine, new)
    return host.outside(grid.notes.get(place, ""), f"comment of {grid.label(place)}")


@COMMENT.method("Delete")
def delete_comment(_machine: Any, this: Object) -> None:
    this.data["grid"].notes.pop(this.data["place"], None)


def comment_at(this: Object, place: Place) -> Object:
    return Object(COMMENT, host=this.data["host"], grid=this.data["grid"], place=place, parent=this)


@RANGE.method("Comment", "CommentThreaded")
def comment(_machine: Any, this: Object) -> Any:
    _, grid, (r1, c1, _, _) = parts(this)
    return comment_at(this, (r1, c1)) if (r1, c1) in grid.load().notes else NOTHING


@RANGE.method("AddComment", "AddCommentThreaded", takes="text")
def add_comment(machine: Any, this: Object, new: Any = MISSING) -> Object:
    _, grid, (r1, c1, _, _) = parts(this)
    machine.grow(64)
    grid.load().notes[(r1, c1)] = as_text(machine, new)
    return comment_at(this, (r1, c1))


@RANGE.method("NoteText", takes="text start length")
def note_text(machine: Any, this: Object, new: Any = MISSING, start: Any = MISSING, length: Any = MISSING) -> Any:
    host, grid, (r1, c1, _, _) = parts(this)
    if new is not MISSING:
        grid.load().notes[(r1, c1)] = as_text(machine, new)
    note = grid.load().notes.get((r1, c1), "")
    first, size = as_int(machine, start, 1), as_int(machine, length, 255 if start is MISSING else 1 << 20)
    if isinstance(first, Unknown) or isinstance(size, Unknown) or isinstance(note, Unknown):
        return note
    return host.outside(note[max(first - 1, 0) : max(first - 1, 0) + max(size, 0)], f"comment of {grid.label((r1, c1))}")


@RANGE.method("Name")
def range_name(machine: Any, this: Object) -> Any:
    host: ExcelHost = this.data["host"]
    found = host.name_of_area(this)
    if found is None:
        raise failed("Application-defined or object-defined error")
    return found


@RANGE.setter("Name")
def put_range_name(machine: Any, this: Object, value: Any) -> None:
    _, grid, area = parts(this)
    this.data["host"].define_name(known(machine, value), f"'{grid.name}'!{address(area)}")


@RANGE.method("Characters", takes="start length")
def characters(machine: Any, this: Object, start: Any = MISSING, length: Any = MISSING) -> Object:
    return Object(CHARACTERS, host=this.data["host"], of=this, start=as_int(machine, start, 1), length=as_int(machine, length, 1 << 20))


CHARACTERS: Final = office_class("Characters", "text")
child_object(CHARACTERS, "Font", office_class("Font", "name"))


@CHARACTERS.method("Text", "Caption")
def characters_text(machine: Any, this: Object) -> Any:
    text = as_text(machine, values(machine, this.data["of"]))
    start, length = this.data["start"], this.data["length"]
    if isinstance(text, Unknown) or isinstance(start, Unknown) or isinstance(length, Unknown):
        return Unknown("Characters.Text")
    return text[max(start - 1, 0) : max(start - 1, 0) + max(length, 0)]


@CHARACTERS.method("Count")
def characters_count(machine: Any, this: Object) -> Any:
    text = characters_text(machine, this)
    return text if isinstance(text, Unknown) else len(text)
