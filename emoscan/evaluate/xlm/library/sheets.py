"""Cells and sheets: writing formulas, asking for looks, selecting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue
from emoscan.evaluate.xlm.grid import SHIFT
from emoscan.evaluate.xlm.library import command, on_ranges
from emoscan.evaluate.xlm.library.text import Wrong, matches, text_of, whole
from emoscan.evaluate.xlm.values import REF, VALUE, Array, Ref, Refs, number_text, parse_number, shown, to_number, to_text
from emoscan.parse.formula import is_r1c1, shifted, to_a1, tokens
from emoscan.parse.workbook import MAX_COLUMN, MAX_ROW, Sheet, Style, a1

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.grid import Grid
    from emoscan.evaluate.xlm.machine import XlmMachine

MAX_WRITTEN: Final = 100_000
"""Cells one command fills."""


def absolute(ref: Ref) -> str:
    def place(row: int, column: int) -> str:
        plain = a1(row, column)
        letters = plain.rstrip("0123456789")
        return f"${letters}${plain[len(letters) :]}"

    first = place(ref.top, ref.left)
    return first if ref.single else f"{first}:{place(ref.bottom, ref.right)}"


def in_a1(formula: str, row: int, column: int) -> str:
    """A formula a macro wrote, which may be in either notation."""
    if not any(c in formula for c in "RrCc"):
        return formula
    refs = [token.text for token in tokens(formula) if token.kind == "ref"]
    if any(is_r1c1(ref) for ref in refs) or not any(ref.lstrip("$")[:1] not in "RrCc" or ref[1:].isdigit() for ref in refs):
        return to_a1(formula, row, column)
    return formula


def typed(text: str) -> Any:
    """What Excel makes of a text typed into a cell."""
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if text.startswith("'"):
        return text[1:]
    if len(text) < 40 and text.strip()[:1] in set("0123456789.-+(") and text.strip():
        number = parse_number(text)
        if type(number) is float:
            return number
    return text


def write(m: XlmMachine, ref: Ref, value: Any) -> None:
    """Enter a value or a formula, as if it was typed, into every cell of a reference."""
    value = m.single(value) if type(value) in (Ref, Refs) else value
    if type(value) is Array:
        m.fill(ref, value)
        return
    if isinstance(value, str) and value[:1] in "=+-" and len(value) > 1 and (value[0] == "=" or type(typed(value)) is str):
        m.changed()
        formula = value[1:] if value[0] == "=" else value
        for count, (row, column) in enumerate(ref.places()):
            if count > MAX_WRITTEN:
                return
            m.spend(2 + len(formula) // 64)
            if len(formula) > 1_024:
                m.grow(len(formula))
            ref.grid.put_formula(row, column, in_a1(formula, row, column).strip())
        return
    m.fill(ref, typed(value) if isinstance(value, str) else value)


@command("FORMULA.ARRAY")
def formula_array(m: XlmMachine, text: Any, target: Any = MISSING) -> Any:
    ref = m.selection if target is MISSING else m.refer(target)
    done = formula(m, text, target)
    if ref is not None and (ref.top << SHIFT | ref.left) in ref.grid.formulas:
        ref.grid.array_formulas.add(ref.top << SHIFT | ref.left)
    return done


@command("FORMULA")
def formula(m: XlmMachine, text: Any, target: Any = MISSING) -> Any:
    ref = m.active if target is MISSING else m.refer(target)
    if ref is None:
        return REF
    value = m.single(text)
    m.wrote(value)
    write(m, ref, value)
    return True


@command("FORMULA.FILL")
def formula_fill(m: XlmMachine, text: Any, target: Any = MISSING) -> Any:
    return formula(m, text, m.selection if target is MISSING else target)


@command("SET.VALUE")
def set_value(m: XlmMachine, target: Any, value: Any = MISSING) -> Any:
    ref = m.refer(target)
    if ref is None:
        return REF
    item = Array(m.rows_of(value)) if type(value) is Ref and not value.single else m.single(value)
    m.wrote(item)
    if ref.grid.macro:
        # The value of a cell that holds a formula changes, the formula stays.
        m.changed()
        if ref.single and type(item) is not Array:
            place = ref.top << SHIFT | ref.left
            if place in ref.grid.formulas:
                ref.grid.result(place, item)
            else:
                m.fill(ref, item)
            return True
        for row, column in ref.places():
            place = row << SHIFT | column
            if place in ref.grid.formulas:
                ref.grid.result(place, item.rows[0][0] if type(item) is Array else item)
            else:
                m.fill(Ref(ref.grid, row, column), item.rows[0][0] if type(item) is Array and ref.single else _part(item, ref, row, column))
        return True
    m.fill(ref, item)
    return True


def _part(item: Any, ref: Ref, row: int, column: int) -> Any:
    if type(item) is not Array:
        return item
    line = item.rows[min(row - ref.top, len(item.rows) - 1)]
    return line[min(column - ref.left, len(line) - 1)]


@on_ranges("FORMULA.CONVERT")
def formula_convert(m: XlmMachine, text: Any, *_more: Any) -> Any:
    value = m.text(text)
    if not isinstance(value, str):
        return value
    return ("=" if value.startswith("=") else "") + in_a1(value.removeprefix("="), m.here[1], m.here[2])


@on_ranges("GET.FORMULA")
def get_formula(m: XlmMachine, target: Any) -> Any:
    ref = m.refer(target)
    return REF if ref is None else _content(m, ref)


def _content(m: XlmMachine, ref: Ref) -> Any:
    found = ref.grid.formulas.get(ref.top << SHIFT | ref.left)
    if found is not None:
        return f"={found}"
    text = to_text(m.single(Ref(ref.grid, ref.top, ref.left)))
    return shown(text) if type(text) is ErrorValue else text


# ---------------------------------------------------------------- GET.CELL


def _book(m: XlmMachine, grid: Grid) -> str:
    return f"[{m.world.document}]{grid.name}"


def _vertical(style: Style) -> float:
    return {255: 1.0, 90: 2.0, 180: 3.0, -90: 3.0}.get(style.rotation, 0.0)


def cell_type(m: XlmMachine, value: Any) -> float:
    return 2.0 if isinstance(value, str) else 4.0 if isinstance(value, bool) else 16.0 if type(value) is ErrorValue else 1.0


def _fill(style: Style) -> float:
    return float(style.fill_color if style.fill_pattern == 1 else style.fill_background)


_LOOKS: Final[dict[int, Any]] = {
    7: lambda s: s.number_format,
    8: lambda s: float(s.horizontal),
    9: lambda s: float(s.borders[0]),
    10: lambda s: float(s.borders[1]),
    11: lambda s: float(s.borders[2]),
    12: lambda s: float(s.borders[3]),
    13: lambda s: float(s.fill_pattern),
    14: lambda s: s.locked,
    15: lambda s: s.hidden,
    18: lambda s: s.font,
    19: lambda s: float(s.size),
    20: lambda s: s.bold,
    21: lambda s: s.italic,
    22: lambda s: s.underline,
    23: lambda s: s.strike,
    24: lambda s: float(s.color),
    25: lambda s: s.outline,
    26: lambda s: s.shadow,
    33: lambda s: s.wrap,
    34: lambda s: float(s.border_colors[0]),
    35: lambda s: float(s.border_colors[1]),
    36: lambda s: float(s.border_colors[2]),
    37: lambda s: float(s.border_colors[3]),
    38: lambda s: float(s.fill_color),
    39: lambda s: float(s.fill_background),
    50: lambda s: float(s.vertical),
    51: _vertical,
    57: lambda s: s.script == 1,
    58: lambda s: " ".join(word for word, on in (("Bold", s.bold), ("Italic", s.italic)) if on) or "Regular",
    59: lambda s: 2.0 if s.underline else 1.0,
    60: lambda s: s.script == 2,
    63: _fill,
    64: lambda s: float(s.fill_color),
}


@on_ranges("GET.CELL")
def get_cell(m: XlmMachine, kind: Any, target: Any = MISSING) -> Any:
    ref = m.active if target is MISSING else m.refer(target)
    try:
        number = whole(m.single(kind))
    except Wrong:
        return VALUE
    if ref is None:
        return REF
    grid, row, column = ref.grid, ref.top, ref.left
    m.surroundings.add(f"GET.CELL({number})")
    if number in _LOOKS:
        return _LOOKS[number](m.style(ref))
    if number in _PLACES:
        return _PLACES[number](m, grid, row, column)
    if number in (27, 28, 29, 42, 43, 44, 45):
        return 0.0 if number > 29 else 1.0
    return VALUE if number > 66 else False


# A file holds the height that a row had on the author's screen (5.1 points for 5); Excel answers in quarters of points.
_PLACES: Final[dict[int, Any]] = {
    1: lambda m, g, r, c: absolute(Ref(g, r, c)),
    2: lambda m, g, r, c: float(r),
    3: lambda m, g, r, c: float(c),
    4: lambda m, g, r, c: cell_type(m, m.cell(g, r, c)),
    5: lambda m, g, r, c: m.cell(g, r, c),
    6: lambda m, g, r, c: _content(m, Ref(g, r, c)),
    16: lambda m, g, r, c: Array([[g.record.column_widths.get(c, g.record.default_width), c not in g.record.column_widths]]),
    17: lambda m, g, r, c: round(4 * g.record.row_heights.get(r, g.record.default_height)) / 4,
    32: lambda m, g, r, c: _book(m, g),
    40: lambda m, g, r, c: "Normal",
    41: lambda m, g, r, c: _content(m, Ref(g, r, c)),
    46: lambda m, g, r, c: a1(r, c) in g.notes,
    48: lambda m, g, r, c: (r << SHIFT | c) in g.formulas,
    49: lambda m, g, r, c: bool(g.in_array(r, c)),
    52: lambda m, g, r, c: "",
    53: lambda m, g, r, c: _displayed(m, g, r, c),
    62: lambda m, g, r, c: _book(m, g),
    66: lambda m, g, r, c: m.world.document,
}


def _displayed(m: XlmMachine, grid: Grid, row: int, column: int) -> Any:
    value = m.cell(grid, row, column)
    layout = m.style(Ref(grid, row, column)).number_format
    if type(value) is float and layout not in ("General", "@"):
        from emoscan.evaluate.xlm.library.text import text

        return text(m, value, layout)
    return number_text(value) if type(value) is float else to_text(value)


@on_ranges("GET.NOTE")
def get_note(m: XlmMachine, target: Any = MISSING, start: Any = 1.0, count: Any = 255.0) -> Any:
    ref = m.active if target is MISSING else m.refer(target)
    try:
        first, size = whole(m.single(start), 1), whole(m.single(count), 255)
    except Wrong:
        return VALUE
    if ref is None:
        return REF
    return ref.grid.notes.get(a1(ref.top, ref.left), "")[max(0, first - 1) : max(0, first - 1) + max(0, size)]


@on_ranges("CELL")
def cell(m: XlmMachine, kind: Any, target: Any = MISSING) -> Any:
    ref = m.active if target is MISSING else m.refer(target)
    if ref is None:
        return REF
    grid, row, column = ref.grid, ref.top, ref.left
    style = m.style(ref)
    match text_of(m.single(kind)).lower():
        case "address":
            return absolute(Ref(grid, row, column))
        case "row":
            return float(row)
        case "col":
            return float(column)
        case "contents":
            return m.cell(grid, row, column)
        case "filename":
            return f"{m.world.directory}\\[{m.world.document}]{grid.name}"
        case "type":
            value = m.cell(grid, row, column)
            return "b" if value is None else "l" if isinstance(value, str) else "v"
        case "width":
            return float(round(grid.record.column_widths.get(column, grid.record.default_width)))
        case "protect":
            return float(style.locked)
        case "format":
            return "G" if style.number_format == "General" else "F0"
        case "color" | "parentheses":
            return 0.0
        case "prefix":
            return ""
    return VALUE


# ---------------------------------------------------------------- selecting


@on_ranges("ACTIVE.CELL")
def active_cell(m: XlmMachine) -> Any:
    return m.active


@on_ranges("SELECTION")
def selection(m: XlmMachine) -> Any:
    return m.selection


def _to_select(m: XlmMachine, target: Any) -> Ref | None:
    """Cells to select. In R1C1 notation a relative reference counts from the active cell."""
    value = m.single(target) if type(target) is not Ref else None
    if not isinstance(value, str):
        return m.refer(target)
    active = m.active
    here, m.here = m.here, (active.grid, active.top, active.left)
    try:
        return m.reference(value.lstrip("!"), m.selection.grid) or m.refer(value)
    finally:
        m.here = here


@command("SELECT", "FORMULA.GOTO")
def select(m: XlmMachine, target: Any = MISSING, active: Any = MISSING) -> Any:
    """Select cells; of them, or of those that are selected already, one is made the active cell."""
    if target is not MISSING:
        ref = _to_select(m, target)
        if ref is None:
            return REF
        m.selection, m.chosen = ref, None
    if active is not MISSING:
        one = _to_select(m, active)
        if one is None:
            return REF
        m.chosen = Ref(one.grid, one.top, one.left)
        if m.active != m.chosen:  # outside of the selection, which it then is
            m.selection = m.chosen
    return True


@command("SELECT.END")
def select_end(m: XlmMachine, direction: Any) -> Any:
    number = to_number(m.single(direction))
    ref = m.active
    row, column = ref.top, ref.left
    step = {1.0: (0, -1), 2.0: (0, 1), 3.0: (-1, 0), 4.0: (1, 0)}.get(number if type(number) is float else 0.0, (0, 0))
    last_row, last_column = ref.grid.extent()
    while step != (0, 0):
        following = (row + step[0], column + step[1])
        m.spend(1)
        if not (1 <= following[0] <= last_row and 1 <= following[1] <= last_column) or m.cell(ref.grid, *following) is None:
            break
        row, column = following
    m.selection = Ref(ref.grid, row, column)
    return True


@command("SELECT.LAST.CELL")
def select_last_cell(m: XlmMachine) -> Any:
    m.selection = Ref(m.selection.grid, *m.selection.grid.extent())
    return True


@command("WORKBOOK.ACTIVATE", "WORKBOOK.SELECT", "ACTIVATE", "WORKBOOK.NEXT", "WORKBOOK.PREV")
def activate(m: XlmMachine, name: Any = MISSING, *_more: Any) -> Any:
    value = m.single(name)
    grid = m.find(value.strip("'")) if isinstance(value, str) else None
    if grid is not None and grid is not m.selection.grid:
        m.selection = Ref(grid, 1, 1)
    return True


# ---------------------------------------------------------------- changing cells


def _clear(m: XlmMachine, ref: Ref) -> None:
    m.changed()
    for row, column in ref.places():
        m.spend(1)
        ref.grid.put(row, column, None)


@command("CLEAR", "EDIT.DELETE")
def clear(m: XlmMachine, *_more: Any) -> Any:
    _clear(m, m.selection)
    return True


@command("COPY", "CUT")
def copy(m: XlmMachine, source: Any = MISSING, target: Any = MISSING) -> Any:
    ref = m.selection if source is MISSING else m.refer(source)
    m.copied = ref
    to = m.refer(target) if target is not MISSING else None
    if ref is not None and to is not None:
        _paste(m, ref, to, values=False)
    return True


@command("PASTE")
def paste(m: XlmMachine, target: Any = MISSING) -> Any:
    to = m.selection if target is MISSING else m.refer(target)
    if m.copied is not None and to is not None:
        _paste(m, m.copied, to, values=False)
    return True


@command("PASTE.SPECIAL")
def paste_special(m: XlmMachine, what: Any = 1.0, *_more: Any) -> Any:
    if m.copied is not None:
        _paste(m, m.copied, m.selection, values=to_number(m.single(what)) == 3.0)
    return True


def _paste(m: XlmMachine, source: Ref, target: Ref, *, values: bool) -> None:
    items = [
        (row - source.top, column - source.left, source.grid.formulas.get(row << SHIFT | column), m.cell(source.grid, row, column))
        for row, column in source.places()
    ]
    m.spend(2 * len(items))
    m.changed()
    for down, right, formula_, value in items[:MAX_WRITTEN]:
        row, column = target.top + down, target.left + right
        if row > MAX_ROW or column > MAX_COLUMN:
            continue
        if formula_ is not None and not values:
            target.grid.put_formula(row, column, shifted(formula_, row - source.top - down, column - source.left - right))
        else:
            target.grid.put(row, column, value)


@command("FILL.DOWN", "FILL.RIGHT", "FILL.UP", "FILL.LEFT", "FILL.AUTO")
def fill(m: XlmMachine, *_more: Any) -> Any:
    ref = m.selection
    first = Ref(ref.grid, ref.top, ref.left, ref.top, ref.right)
    for row in range(ref.top + 1, min(ref.bottom, ref.top + 5_000) + 1):
        _paste(m, first, Ref(ref.grid, row, ref.left), values=False)
    return True


@command("FORMULA.FIND", "FORMULA.FIND.NEXT", "FORMULA.FIND.PREV")
def formula_find(m: XlmMachine, what: Any = MISSING, within: Any = 1.0, look_at: Any = 2.0, order: Any = 1.0, *_more: Any) -> Any:
    """Select the next cell that holds a text: `within` 1 formulas, 2 values, 3 notes; `look_at` 1 the whole cell, 2 a part."""
    wanted = m.text(what) if what is not MISSING else m.sought
    if not isinstance(wanted, str) or not wanted:
        return False
    m.sought = wanted
    kind, part, by = to_number(m.single(within)), to_number(m.single(look_at)) == 2.0, to_number(m.single(order))
    ref, pattern = m.selection, wanted.lower()
    area = Ref(ref.grid, 1, 1, *ref.grid.extent()) if ref.single else ref
    places = list(area.places())
    m.spend(len(places))
    if by == 2.0:
        places.sort(key=lambda place: (place[1], place[0]))
    current = (ref.top, ref.left)
    if ref.single and current in places:
        at = places.index(current) + 1
        places = places[at:] + places[:at]
    for row, column in places:
        if kind == 3.0:
            content: Any = ref.grid.notes.get(a1(row, column), "")
        else:
            formula_ = ref.grid.formulas.get(row << SHIFT | column) if kind == 1.0 else None
            content = f"={formula_}" if formula_ is not None else to_text(m.cell(ref.grid, row, column))
        if isinstance(content, str) and content and (pattern in content.lower() if part else matches(m, content.lower(), pattern)):
            m.selection = Ref(ref.grid, row, column)
            return True
    return False


@command("FORMULA.REPLACE")
def formula_replace(m: XlmMachine, old: Any, new: Any = "", *_more: Any) -> Any:
    what, by = m.text(old), m.text(new)
    ref = m.selection
    if not isinstance(what, str) or not isinstance(by, str) or not what:
        return True
    area = Ref(ref.grid, 1, 1, *ref.grid.extent()) if ref.single else ref
    for row, column in area.places():
        m.spend(1)
        place = row << SHIFT | column
        formula_ = ref.grid.formulas.get(place)
        value = ref.grid.values.get(place)
        if formula_ is not None and what in formula_:
            m.changed()
            ref.grid.put_formula(row, column, formula_.replace(what, by))
        elif isinstance(value, str) and what in value:
            write(m, Ref(ref.grid, row, column), value.replace(what, by))
    return True


@command("WORKBOOK.INSERT", "NEW", "WORKBOOK.NEW")
def insert_sheet(m: XlmMachine, kind: Any = 1.0, *_more: Any) -> Any:
    number = to_number(m.single(kind))
    name = f"{'Macro' if number == 3.0 else 'Sheet'}{len(m.grids) + 1}"
    if len(m.grids) < 200:
        m.selection = Ref(m.add_sheet(Sheet(name, "macro" if number == 3.0 else "worksheet")), 1, 1)
    return True


@command("WORKBOOK.NAME")
def rename_sheet(m: XlmMachine, old: Any, new: Any) -> Any:
    before, after = m.text(old), m.text(new)
    grid = m.find(before) if isinstance(before, str) else None
    if grid is not None and isinstance(after, str):
        m.by_name[after.lower()] = grid
        grid.name = after
    return True


@command("WORKBOOK.DELETE")
def delete_sheet(m: XlmMachine, name: Any = MISSING) -> Any:
    return True


@command("NOTE")
def note(m: XlmMachine, text: Any = MISSING, target: Any = MISSING, start: Any = MISSING, count: Any = MISSING) -> Any:
    """Write a note, or put a text in place of some of its characters."""
    ref = m.selection if target is MISSING else m.refer(target)
    if ref is None:
        return REF
    place = a1(ref.top, ref.left)
    if text is MISSING and start is MISSING:
        ref.grid.notes.pop(place, None)
        return True
    new = m.text(text) if text is not MISSING else ""
    old = ref.grid.notes.get(place, "")
    try:
        first, size = whole(m.single(start), 1) - 1, whole(m.single(count), 32_767)
    except Wrong:
        return VALUE
    if isinstance(new, str):
        made = new if start is MISSING else old[: max(0, first)] + new + old[max(0, first) + max(0, size) :]
        m.grow(len(made))
        ref.grid.changed = True
        ref.grid.notes[place] = made
    return float(len(new)) if isinstance(new, str) else new
