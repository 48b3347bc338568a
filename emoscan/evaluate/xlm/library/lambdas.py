"""Functions that formulas make themselves (LET, LAMBDA), and those that apply them to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.library import on_ranges, special
from emoscan.evaluate.xlm.library.text import Wrong, whole
from emoscan.evaluate.xlm.values import VALUE, Array, Lambda

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Compiler, Eval
    from emoscan.evaluate.xlm.machine import XlmMachine
    from emoscan.evaluate.xlm.syntax import Node

MAX_MADE: Final = 100_000
"""Values of an array that a function makes."""


def parameter(node: Node) -> str:
    """The name that a formula gives a value, in lower case; files write `_xlpm.` before it. Empty for what is no name."""
    return node[2].lower().removeprefix("_xlpm.") if node[0] in ("name", "ref") and node[1] is None else ""


@special("LET")
def let(compiler: Compiler, node: Node, tail: bool) -> Eval:
    """LET(name, value, …, result): each value sees the names before it."""
    arguments = node[3]
    names = [parameter(argument) for argument in arguments[:-1:2]]
    if len(arguments) % 2 == 0 or not all(names):
        return lambda _: VALUE
    outer, array = compiler.bound, compiler.array
    compiler.array = True
    values: list[Eval] = []
    for name, value in zip(names, arguments[1::2]):
        values.append(compiler.raw(value))
        compiler.bound = compiler.bound | {name}
    result = compiler.raw(arguments[-1])
    compiler.bound, compiler.array = outer, array

    def run(m: XlmMachine) -> Any:
        before = m.bound
        try:
            for name, value in zip(names, values):
                m.bound = {**m.bound, name: value(m)}
            return result(m)
        finally:
            m.bound = before

    return run


@special("LAMBDA")
def lambda_(compiler: Compiler, node: Node, tail: bool) -> Eval:
    arguments = node[3]
    names = tuple(parameter(argument) for argument in arguments[:-1])
    if not arguments or not all(names):
        return lambda _: VALUE
    outer, array = compiler.bound, compiler.array
    compiler.bound, compiler.array = compiler.bound | set(names), True
    body = compiler.raw(arguments[-1])
    compiler.bound, compiler.array = outer, array
    return lambda m: Lambda(names, body, m.bound)


def _made(m: XlmMachine, rows: list[list[Any]]) -> Any:
    width = max(map(len, rows), default=0)
    if not width or len(rows) * width > MAX_MADE:
        return VALUE
    m.grow(16 * len(rows) * width)
    return Array(rows)


def _one(m: XlmMachine, value: Any) -> Any:
    """What a function gave, as one value of an array."""
    value = m.single(value)
    return value.rows[0][0] if type(value) is Array else value


@on_ranges("MAP")
def map_(m: XlmMachine, first: Any, *values: Any) -> Any:
    *areas, function = (first, *values)
    if type(function) is not Lambda or not areas:
        return VALUE
    tables = [m.rows_of(area) for area in areas]
    return _made(m, [[_one(m, m.call_lambda(function, list(given))) for given in zip(*lines)] for lines in zip(*tables)])


@on_ranges("REDUCE")
def reduce(m: XlmMachine, start: Any, area: Any, function: Any) -> Any:
    held = m.single(start)
    for value in m.flat((area,)):
        held = m.call_lambda(function, [held, value])
    return held


@on_ranges("SCAN")
def scan(m: XlmMachine, start: Any, area: Any, function: Any) -> Any:
    held = m.single(start)
    rows: list[list[Any]] = []
    for line in m.rows_of(area):
        rows.append([])
        for value in line:
            held = _one(m, m.call_lambda(function, [held, value]))
            rows[-1].append(held)
    return _made(m, rows)


@on_ranges("BYROW")
def byrow(m: XlmMachine, area: Any, function: Any) -> Any:
    return _made(m, [[_one(m, m.call_lambda(function, [Array([line])]))] for line in m.rows_of(area)])


@on_ranges("BYCOL")
def bycol(m: XlmMachine, area: Any, function: Any) -> Any:
    columns = zip(*m.rows_of(area))
    return _made(m, [[_one(m, m.call_lambda(function, [Array([[value] for value in column])])) for column in columns]])


@on_ranges("MAKEARRAY")
def makearray(m: XlmMachine, rows: Any, columns: Any, function: Any) -> Any:
    try:
        tall, wide = whole(m.single(rows)), whole(m.single(columns))
    except Wrong:
        return VALUE
    if tall < 1 or wide < 1 or tall * wide > MAX_MADE:
        return VALUE
    return _made(m, [[_one(m, m.call_lambda(function, [r + 1.0, c + 1.0])) for c in range(wide)] for r in range(tall)])


@on_ranges("ISOMITTED")
def isomitted(_: XlmMachine, value: Any) -> Any:
    return value is MISSING


# ---------------------------------------------------------------- arrays put together and taken apart


def _numbers(m: XlmMachine, values: tuple[Any, ...]) -> list[int]:
    """Whole numbers out of arguments and arrays of them. Raises Wrong."""
    return [whole(value) for value in m.flat(values)]


@on_ranges("VSTACK")
def vstack(m: XlmMachine, *values: Any) -> Any:
    rows = [list(line) for value in values for line in m.rows_of(value)]
    width = max(map(len, rows), default=0)
    return _made(m, [line + [ErrorValue(2042)] * (width - len(line)) for line in rows])


@on_ranges("HSTACK")
def hstack(m: XlmMachine, *values: Any) -> Any:
    tables = [m.rows_of(value) for value in values]
    height = max(map(len, tables), default=0)
    return _made(m, [[v for t in tables for v in (t[r] if r < len(t) else [ErrorValue(2042)] * len(t[0]))] for r in range(height)])


def _in_line(m: XlmMachine, area: Any, ignore: Any, by_column: Any) -> list[Any]:
    rows = m.rows_of(area)
    lines = zip(*rows) if by_column is not MISSING and m.truth(by_column) else rows
    left_out = whole(m.single(ignore), 0)
    return [
        value
        for line in lines
        for value in line
        if not (left_out & 1 and value is None) and not (left_out & 2 and type(value) is ErrorValue)
    ]


@on_ranges("TOCOL")
def tocol(m: XlmMachine, area: Any, ignore: Any = MISSING, by_column: Any = MISSING) -> Any:
    try:
        return _made(m, [[value] for value in _in_line(m, area, ignore, by_column)])
    except Wrong:
        return VALUE


@on_ranges("TOROW")
def torow(m: XlmMachine, area: Any, ignore: Any = MISSING, by_column: Any = MISSING) -> Any:
    try:
        return _made(m, [_in_line(m, area, ignore, by_column)])
    except Wrong:
        return VALUE


def _slice(count: Any, m: XlmMachine, *, keep: bool) -> slice:
    if count is MISSING:
        return slice(None)
    number = whole(m.single(count))
    if keep:
        return slice(number) if number >= 0 else slice(number, None)
    return slice(number, None) if number >= 0 else slice(number)


def _part(name: str, *, keep: bool) -> None:
    def run(m: XlmMachine, area: Any, rows: Any = MISSING, columns: Any = MISSING) -> Any:
        try:
            down, right = _slice(rows, m, keep=keep), _slice(columns, m, keep=keep)
        except Wrong:
            return VALUE
        return _made(m, [line[right] for line in m.rows_of(area)[down]])

    on_ranges(name)(run)


_part("TAKE", keep=True)
_part("DROP", keep=False)


@on_ranges("CHOOSEROWS")
def chooserows(m: XlmMachine, area: Any, *numbers: Any) -> Any:
    rows = m.rows_of(area)
    try:
        return _made(m, [list(rows[n - 1 if n > 0 else n]) for n in _numbers(m, numbers)])
    except (Wrong, IndexError):
        return VALUE


@on_ranges("CHOOSECOLS")
def choosecols(m: XlmMachine, area: Any, *numbers: Any) -> Any:
    try:
        chosen = [n - 1 if n > 0 else n for n in _numbers(m, numbers)]
        return _made(m, [[line[n] for n in chosen] for line in m.rows_of(area)])
    except (Wrong, IndexError):
        return VALUE


def _wrapped(m: XlmMachine, values: Any, count: Any, pad: Any) -> list[list[Any]]:
    items, size = list(m.flat((values,))), whole(m.single(count))
    if size < 1 or size > MAX_MADE:
        raise Wrong
    filler = ErrorValue(2042) if pad is MISSING else m.single(pad)
    lines = [items[at : at + size] for at in range(0, len(items), size)]
    return [line + [filler] * (size - len(line)) for line in lines]


@on_ranges("WRAPROWS")
def wraprows(m: XlmMachine, values: Any, count: Any, pad: Any = MISSING) -> Any:
    try:
        return _made(m, _wrapped(m, values, count, pad))
    except Wrong:
        return VALUE


@on_ranges("WRAPCOLS")
def wrapcols(m: XlmMachine, values: Any, count: Any, pad: Any = MISSING) -> Any:
    try:
        return _made(m, [list(line) for line in zip(*_wrapped(m, values, count, pad))])
    except Wrong:
        return VALUE


@on_ranges("FILTER#")
def filter_(m: XlmMachine, area: Any, keep: Any, empty: Any = MISSING) -> Any:
    """Rows (or columns) of which a list says that they are wanted."""
    rows, wanted = m.rows_of(area), [m.truth_of(value) is True for value in m.flat((keep,))]
    if len(wanted) == len(rows):
        found = [list(row) for row, yes in zip(rows, wanted) if yes]
    else:
        found = [[value for value, yes in zip(row, wanted) if yes] for row in rows]
    return _made(m, found) if found and found[0] else ErrorValue(2042) if empty is MISSING else m.single(empty)


@on_ranges("SORT#")
def sort(m: XlmMachine, area: Any, index: Any = 1.0, order: Any = 1.0, by_column: Any = False) -> Any:
    rows = m.rows_of(area)
    try:
        at = whole(m.single(index), 1) - 1
    except Wrong:
        return VALUE
    across = by_column is not MISSING and m.truth(by_column)
    keys = rows[at] if across and 0 <= at < len(rows) else [row[at] for row in rows if 0 <= at < len(row)]
    return sortby(m, Array(rows), Array([keys] if across else [[key] for key in keys]), order)


@on_ranges("SORTBY")
def sortby(m: XlmMachine, area: Any, keys: Any, order: Any = 1.0, *_more: Any) -> Any:
    rows, by = m.rows_of(area), list(m.flat((keys,)))
    if any(type(key) is Unknown for key in by):
        return Unknown("SORTBY")
    across = len(rows) == 1 and len(rows[0]) == len(by)
    lines = [list(line) for line in zip(*rows)] if across else rows
    if len(lines) != len(by):
        return VALUE
    down = order is not MISSING and m.single(order) == -1.0
    placed = sorted(range(len(by)), key=lambda n: (isinstance(by[n], str), by[n] if by[n] is not None else 0.0), reverse=down)
    made = [list(lines[n]) for n in placed]
    return _made(m, [list(line) for line in zip(*made)] if across else made)


@on_ranges("MMULT")
def mmult(m: XlmMachine, one: Any, other: Any) -> Any:
    left, right = m.rows_of(one), m.rows_of(other)
    if len(left[0]) != len(right) or any(type(value) is not float for line in (*left, *right) for value in line):
        return VALUE
    m.spend(len(left) * len(right) * len(right[0]))
    return _made(m, [[sum(a * b for a, b in zip(line, column)) for column in zip(*right)] for line in left])
