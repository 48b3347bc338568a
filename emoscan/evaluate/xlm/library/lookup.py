"""References, and looking values up in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.grid import SHIFT
from emoscan.evaluate.xlm.library import function, on_ranges, special
from emoscan.evaluate.xlm.library.text import Wrong, matches, text_of, whole
from emoscan.evaluate.xlm.values import NA, REF, VALUE, Array, Ref, Refs, compare, to_number
from emoscan.parse.ptg import sheet_prefix
from emoscan.parse.workbook import MAX_COLUMN, MAX_ROW, a1

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Compiler, Eval
    from emoscan.evaluate.xlm.machine import XlmMachine
    from emoscan.evaluate.xlm.syntax import Node


MAX_SEQUENCE = 100_000


@on_ranges("OFFSET")
def offset(m: XlmMachine, start: Any, rows: Any = 0.0, columns: Any = 0.0, height: Any = MISSING, width: Any = MISSING) -> Any:
    ref = m.refer(start)
    if ref is None:
        return start if type(start) is Unknown else REF
    try:
        down, right = whole(m.single(rows)), whole(m.single(columns))
        tall = whole(m.single(height), ref.bottom - ref.top + 1)
        wide = whole(m.single(width), ref.right - ref.left + 1)
    except Wrong:
        return next((v for v in map(m.single, (rows, columns, height, width)) if type(v) is Unknown), VALUE)
    top, left = ref.top + down, ref.left + right
    bottom, last = top + tall - 1, left + wide - 1
    if tall < 0:
        top, bottom = top + tall + 1, top
    if wide < 0:
        left, last = left + wide + 1, left
    return Ref(ref.grid, top, left, bottom, last) if 1 <= top <= bottom <= MAX_ROW and 1 <= left <= last <= MAX_COLUMN else REF


@on_ranges("INDIRECT", "TEXTREF")
def indirect(m: XlmMachine, text: Any, style: Any = MISSING) -> Any:
    value = m.single(text)
    if type(value) in (Unknown, ErrorValue):
        return value
    found = m.refer(text_of(value))
    return REF if found is None else found


@on_ranges("INDEX")
def index(m: XlmMachine, area: Any, row: Any = 0.0, column: Any = 0.0, which: Any = 1.0) -> Any:
    try:
        r, c, n = whole(m.single(row), 0), whole(m.single(column), 0), whole(m.single(which), 1)
    except Wrong:
        return next((v for v in map(m.single, (row, column)) if type(v) is Unknown), VALUE)
    if type(area) is Refs:
        area = area.areas[min(max(n, 1), len(area.areas)) - 1]
    if type(area) is Ref:
        tall, wide = area.bottom - area.top + 1, area.right - area.left + 1
        if tall == 1 and c == 0 and r:
            r, c = 1, r
        if r > tall or c > wide or r < 0 or c < 0:
            return REF
        top, left = area.top + max(r, 1) - 1, area.left + max(c, 1) - 1
        return Ref(area.grid, top, left, top if r else area.bottom, left if c else area.right)
    rows = m.rows_of(area)
    if len(rows) == 1 and c == 0 and r:
        r, c = 1, r
    if not 0 <= r <= len(rows) or not 0 <= c <= len(rows[0]):
        return REF
    if r and (c or len(rows[0]) == 1):
        return rows[r - 1][max(c, 1) - 1]
    chosen = [rows[r - 1]] if r else rows
    return Array([[line[c - 1]] for line in chosen] if c else chosen)


@special("CHOOSE")
def choose(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument, tail=tail and number > 0) for number, argument in enumerate(node[3])]

    def run(m: XlmMachine) -> Any:
        if not given:
            return VALUE
        number = to_number(m.single(given[0](m)))
        if type(number) is not float:
            return number
        return given[int(number)](m) if 1 <= number < len(given) else VALUE

    return run


def found_at(m: XlmMachine, wanted: Any, values: list[Any], kind: float) -> int:
    """Place of a value in a list as MATCH finds it, -1 for nowhere. `kind` 0 exactly, 1 the last not above, -1 the last not below."""
    m.spend(len(values))
    best = -1
    for at, value in enumerate(values):
        if value is None or type(value) in (Unknown, ErrorValue) or isinstance(value, str) != isinstance(wanted, str):
            continue
        if kind == 0:
            if isinstance(wanted, str):
                if matches(m, value.lower(), wanted.lower()):
                    return at
            elif compare(value, wanted) == 0:
                return at
        else:
            order = compare(value, wanted)
            if order == 0 or (order < 0) == (kind > 0):
                best = at
            else:
                break
    return best


@on_ranges("MATCH")
def match(m: XlmMachine, wanted: Any, area: Any, kind: Any = 1.0) -> Any:
    what, how = m.single(wanted), to_number(m.single(kind))
    if type(what) in (Unknown, ErrorValue):
        return what
    at = found_at(m, what, list(m.flat((area,))), how if type(how) is float and kind is not MISSING else 1.0)
    return NA if at < 0 else float(at + 1)


def _table(m: XlmMachine, wanted: Any, area: Any, which: Any, near: Any, *, by_row: bool) -> Any:
    what = m.single(wanted)
    if type(what) in (Unknown, ErrorValue):
        return what
    rows = m.rows_of(area)
    lines = rows if by_row else [list(line) for line in zip(*rows)]
    kind = 1.0 if near is MISSING or m.truth(near) else 0.0
    at = found_at(m, what, [line[0] for line in lines], kind)
    try:
        number = whole(m.single(which))
    except Wrong:
        return VALUE
    return NA if at < 0 else lines[at][number - 1] if 1 <= number <= len(lines[at]) else REF


@on_ranges("VLOOKUP")
def vlookup(m: XlmMachine, wanted: Any, area: Any, column: Any, near: Any = MISSING) -> Any:
    return _table(m, wanted, area, column, near, by_row=True)


@on_ranges("HLOOKUP")
def hlookup(m: XlmMachine, wanted: Any, area: Any, row: Any, near: Any = MISSING) -> Any:
    return _table(m, wanted, area, row, near, by_row=False)


@on_ranges("LOOKUP")
def lookup(m: XlmMachine, wanted: Any, keys: Any, results: Any = MISSING) -> Any:
    what = m.single(wanted)
    if type(what) in (Unknown, ErrorValue):
        return what
    found = list(m.flat((keys,)))
    at = found_at(m, what, found, 1.0)
    values = found if results is MISSING else list(m.flat((results,)))
    return values[at] if 0 <= at < len(values) else NA


@on_ranges("TRANSPOSE")
def transpose(m: XlmMachine, area: Any) -> Any:
    return Array([list(line) for line in zip(*m.rows_of(area))])


@on_ranges("ROW")
def row(m: XlmMachine, area: Any = MISSING) -> Any:
    ref = m.refer(area) if area is not MISSING else None
    if ref is None:
        return float(m.here[1])
    if ref.single:
        return float(ref.top)
    return Array([[float(r)] for r in range(ref.top, min(ref.bottom, ref.top + 10_000) + 1)])


@on_ranges("COLUMN")
def column(m: XlmMachine, area: Any = MISSING) -> Any:
    ref = m.refer(area) if area is not MISSING else None
    if ref is None:
        return float(m.here[2])
    return float(ref.left) if ref.single else Array([[float(c) for c in range(ref.left, ref.right + 1)]])


@on_ranges("ROWS")
def rows(m: XlmMachine, area: Any) -> Any:
    return float(area.bottom - area.top + 1) if type(area) is Ref else float(len(m.rows_of(area)))


@on_ranges("COLUMNS")
def columns(m: XlmMachine, area: Any) -> Any:
    return float(area.right - area.left + 1) if type(area) is Ref else float(len(m.rows_of(area)[0]))


@on_ranges("AREAS")
def areas(_: XlmMachine, area: Any) -> Any:
    return float(len(area.areas)) if type(area) is Refs else 1.0


@function("ADDRESS")
def address(_: XlmMachine, row: Any, column: Any, kind: Any = 1.0, a1_style: Any = True, sheet: Any = MISSING) -> Any:
    try:
        r, c, how = whole(row), whole(column), whole(kind, 1)
    except Wrong:
        return VALUE
    if not 1 <= r <= MAX_ROW or not 1 <= c <= MAX_COLUMN:
        return VALUE
    plain = a1(r, c)
    letters = plain.rstrip("0123456789")
    if a1_style is MISSING or a1_style:
        text = f"{'$' if how in (1, 3) else ''}{letters}{'$' if how in (1, 2) else ''}{r}"
    else:
        text = (f"R{r}" if how in (1, 2) else f"R[{r}]") + (f"C{c}" if how in (1, 3) else f"C[{c}]")
    return text if sheet is MISSING else sheet_prefix(text_of(sheet)) + text


@on_ranges("ABSREF")
def absref(m: XlmMachine, text: Any, start: Any) -> Any:
    ref = m.refer(start)
    if ref is None:
        return REF
    here, m.here = m.here, (ref.grid, ref.top, ref.left)
    try:
        found = m.refer(text_of(m.single(text)))
    finally:
        m.here = here
    return REF if found is None else found


@on_ranges("RELREF")
def relref(m: XlmMachine, area: Any, start: Any) -> Any:
    ref, base = m.refer(area), m.refer(start)
    return REF if ref is None or base is None else f"R[{ref.top - base.top}]C[{ref.left - base.left}]"


@on_ranges("REFTEXT")
def reftext(m: XlmMachine, area: Any, a1_style: Any = False) -> Any:
    ref = m.refer(area)
    if ref is None:
        return REF
    if a1_style is not MISSING and m.truth(a1_style):
        from emoscan.evaluate.xlm.library.sheets import absolute

        return f"{ref.grid.prefix}{absolute(ref)}"
    return f"{ref.grid.prefix}{ref.r1c1()}"


@on_ranges("DEREF")
def deref(m: XlmMachine, area: Any) -> Any:
    return m.single(area) if type(area) is not Ref or area.single else Array(m.rows_of(area))


@on_ranges("XMATCH")
def xmatch(m: XlmMachine, wanted: Any, area: Any, *_more: Any) -> Any:
    return match(m, wanted, area, 0.0)


@on_ranges("XLOOKUP")
def xlookup(m: XlmMachine, wanted: Any, keys: Any, results: Any, otherwise: Any = MISSING, *_more: Any) -> Any:
    what = m.single(wanted)
    if type(what) in (Unknown, ErrorValue):
        return what
    at = found_at(m, what, list(m.flat((keys,))), 0.0)
    values = list(m.flat((results,)))
    return values[at] if 0 <= at < len(values) else NA if otherwise is MISSING else m.single(otherwise)


@on_ranges("FORMULATEXT")
def formulatext(m: XlmMachine, area: Any) -> Any:
    ref = m.refer(area)
    found = ref.grid.formulas.get(ref.top << SHIFT | ref.left) if ref is not None else None
    return NA if found is None else f"={found}"


@on_ranges("ISFORMULA")
def isformula(m: XlmMachine, area: Any) -> Any:
    ref = m.refer(area)
    return VALUE if ref is None else (ref.top << SHIFT | ref.left) in ref.grid.formulas


@on_ranges("SHEET")
def sheet(m: XlmMachine, what: Any = MISSING) -> Any:
    grid = m.here[0]
    if what is not MISSING:
        ref = what if type(what) is Ref else None
        found = ref.grid if ref is not None else m.find(text_of(m.single(what)))
        if found is None:
            return NA
        grid = found
    return float(m.grids.index(grid) + 1) if grid in m.grids else NA


@on_ranges("SHEETS")
def sheets(m: XlmMachine, *_more: Any) -> Any:
    return float(len(m.grids))


@on_ranges("UNIQUE")
def unique(m: XlmMachine, area: Any, *_more: Any) -> Any:
    return Array([list(row) for row in dict.fromkeys(tuple(row) for row in m.rows_of(area))])


@on_ranges("SEQUENCE")
def sequence(m: XlmMachine, rows: Any, columns: Any = 1.0, start: Any = 1.0, step: Any = 1.0) -> Any:
    try:
        tall, wide = whole(m.single(rows), 1), whole(m.single(columns), 1)
    except Wrong:
        return VALUE
    first, by = to_number(m.single(start)), to_number(m.single(step))
    if type(first) is not float or type(by) is not float or tall < 1 or wide < 1 or tall * wide > MAX_SEQUENCE:
        return VALUE
    m.grow(16 * tall * wide)
    return Array([[first + by * (down * wide + right) for right in range(wide)] for down in range(tall)])
