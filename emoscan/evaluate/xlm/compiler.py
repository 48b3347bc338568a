"""From the tree of a formula to a Python function that works it out.

`raw` makes a function whose result may be a reference or an array, `scalar` one whose result is a single value. A formula is compiled for
the sheet it stands on, once; references hold on to the sheet's dictionary of values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.blocks import BLOCKS, Block
from emoscan.evaluate.xlm.grid import SHIFT, Grid
from emoscan.evaluate.xlm.library import FUNCTIONS, SPECIAL, Function, canonical
from emoscan.evaluate.xlm.syntax import Node, parse
from emoscan.evaluate.xlm.values import DIV, MAX_CHARACTERS, NAME, NOISE, NUM, REF, VALUE, Array, Ref, Refs, to_text
from emoscan.parse.formula import from_letters, r1c1
from emoscan.parse.workbook import MAX_COLUMN, MAX_ROW, from_a1

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine

Eval = Callable[["XlmMachine"], Any]

ODD: Final = frozenset((ErrorValue, Unknown, Array))
"""Classes of values that functions of single values are not asked with."""


ACTING: Final = frozenset(("RUN", "WHILE", "FOR", "FOR.CELL", "ELSE.IF"))
"""Functions with code of their own that only macros may call."""

WITH_ARRAYS: Final = frozenset(("SUMPRODUCT", "LOOKUP", "CONCAT", "TEXTJOIN", "XLOOKUP", "UNIQUE", "MMULT"))
"""Functions whose arguments calculate with arrays in any formula."""


class Code(Struct):
    """A compiled formula."""

    run: Eval
    head: str
    """Name of the function it is a call of, in capitals: what tells the parts of a loop or block."""
    arguments: int
    size: int
    """Nodes of its tree: what running it costs."""
    bad: str = ""
    """Why it cannot be read."""
    pure: bool = True
    """It calls nothing that only macros may call: working it out changes nothing."""
    acts: bool = False
    """It calls a command, or something nobody knows."""
    block: Block | None = None
    """It is part of a block or loop: what carries it out."""


class Compiler:
    """Compiles formulas of one sheet."""

    def __init__(self, grid: Grid, find: Callable[[str], Grid | None], *, array: bool = False) -> None:
        self.grid = grid
        self.find = find
        """A sheet by its name."""
        self.array = array
        """References to several cells are arrays, where otherwise one of them would be taken."""
        self.size = 0
        self.pure = True
        self.acts = False
        self.bound: frozenset[str] = frozenset()
        """Names that the formula itself has given values, by LET and LAMBDA, in lower case."""

    def code(self, formula: str) -> Code:
        node = parse(formula)
        if node[0] == "bad":
            why = f"formula {formula[:80]!r} cannot be read: {node[1]}"
            return Code(lambda m: m.unreadable(why), "", 0, 1, node[1])
        self.size, self.pure, self.acts = 0, True, False
        run = self.raw(node, tail=True)
        head, arguments = (
            (canonical(node[2]), len(node[3])) if node[0] == "call" and isinstance(node[2], str) and node[1] is None else ("", 0)
        )
        block = BLOCKS.get(head) if head != "IF" or arguments == 1 else None
        return Code(run, head, arguments, self.size, "", self.pure, self.acts, block)

    # ------------------------------------------------------------ nodes

    def raw(self, node: Node, *, tail: bool = False) -> Eval:
        """A function for a node whose result is wanted as it is. `tail`: it is the whole statement, or a branch of it."""
        self.size += 1
        match node[0]:
            case "value":
                value = node[1]
                return lambda _: value
            case "missing":
                return lambda _: MISSING
            case "ref":
                return self._ref(node)
            case "name":
                return self._name(node)
            case "call":
                return self._call(node, tail=tail)
            case "join":
                return self._join(node[1])
            case "sum" | "product":
                return self._arithmetic(node)
            case "compare":
                return self._compare(node)
            case "group":
                return self.raw(node[1], tail=tail)
            case "minus":
                return self._sign(self.scalar(node[1]))
            case "percent":
                inner = self.scalar(node[1])
                return lambda m: m.arithmetic("/", inner(m), 100.0)
            case "power":
                left, right = self.scalar(node[1]), self.scalar(node[2])
                return lambda m: m.arithmetic("^", left(m), right(m))
            case "array":
                array = Array([list(row) for row in node[1]])
                return lambda _: array
            case "range" | "section" | "union":
                return self._areas(node)
        raise AssertionError(node[0])

    def scalar(self, node: Node) -> Eval:
        """A function for a node whose result is wanted as one value (or an array of them)."""
        if node[0] == "group":
            return self.scalar(node[1])
        if node[0] == "ref":
            self.size += 1
            place = self._place(node)
            if place is not None:
                return self._cell(*place)
        run = self.raw(node)
        if node[0] in ("value", "missing", "join", "sum", "product", "compare", "minus", "percent", "power", "array"):
            return run
        if node[0] == "call" and isinstance(node[2], str) and node[1] is None:
            function = FUNCTIONS.get(canonical(node[2]))
            if function is not None and function.single:
                return run

        if self.array:

            def whole(m: XlmMachine) -> Any:
                value = run(m)
                return m.whole(value) if type(value) is Ref or type(value) is Refs else value

            return whole

        def single(m: XlmMachine) -> Any:
            value = run(m)
            return m.single(value) if type(value) is Ref or type(value) is Refs else value

        return single

    # ------------------------------------------------------------ references and names

    def _place(self, node: Node) -> tuple[Grid, int, int] | None:
        """(sheet, row, column) of a reference to one cell that is known before the formula runs."""
        _, sheet, text = node
        grid = self._sheet(sheet)
        if grid is None:
            return None
        try:
            row, column = from_a1(text)
        except ValueError:
            return None
        return (grid, row, column) if 0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN else None

    def _sheet(self, name: str | None) -> Grid | None:
        if name is None:
            return self.grid
        if name == "":
            return None  # the active sheet, which may change
        return self.find(name)

    @staticmethod
    def _cell(grid: Grid, row: int, column: int) -> Eval:
        key = row << SHIFT | column
        get = grid.values.get

        def cell(m: XlmMachine) -> Any:
            value = get(key)
            return m.pending(grid, key) if value is None else value

        return cell

    def _ref(self, node: Node) -> Eval:
        place = self._place(node)
        if place is not None:
            ref = Ref(*place)
            return lambda _: ref
        _, sheet, text = node
        grid = self.grid

        def late(m: XlmMachine) -> Any:
            found = m.reference(text, grid if sheet is None else sheet)
            return REF if found is None else found

        return late

    def _name(self, node: Node) -> Eval:
        _, sheet, name = node
        grid = self.grid
        own = name.lower().removeprefix("_xlpm.") if sheet is None else ""
        if own in self.bound:
            return lambda m: m.bound.get(own, NAME)
        return lambda m: m.name_value(name, grid, sheet)

    def _areas(self, node: Node) -> Eval:
        kind, left, right = node
        if kind == "range" and left[0] == "ref" and right[0] == "ref":
            sheet = left[1] if left[1] is not None else right[1]
            text = f"{left[2]}:{right[2]}"
            grid = self.grid
            known = self._sheet(sheet)
            area = area_of(text) if known is not None else None
            if known is not None and area is not None:
                ref = Ref(known, *area)
                return lambda _: ref

            def late(m: XlmMachine) -> Any:
                found = m.reference(text, grid if sheet is None else sheet)
                return REF if found is None else found

            return late
        first, second = self.raw(left), self.raw(right)
        return lambda m: m.combine(kind, first(m), second(m))

    # ------------------------------------------------------------ operators

    def _join(self, nodes: Iterable[Node]) -> Eval:
        parts = [self.scalar(node) for node in nodes]

        def join(m: XlmMachine) -> Any:
            pieces: list[Any] = [part(m) for part in parts]
            for index, piece in enumerate(pieces):
                if type(piece) is not str:
                    if type(piece) is Array:
                        return m.joined(pieces)
                    text = to_text(piece)
                    if type(text) is ErrorValue:
                        return text
                    pieces[index] = text
            m.spend(len(pieces))
            try:
                text = "".join(pieces)
            except TypeError:
                return Unknown.join(pieces)
            if len(text) > 1_024:
                if len(text) > MAX_CHARACTERS:
                    return VALUE
                m.grow(len(text))
            return text

        return join

    def _arithmetic(self, node: Node) -> Eval:
        _, first_node, rest_nodes = node
        first = self.scalar(first_node)
        rest = [(operator, self.scalar(operand)) for operator, operand in rest_nodes]
        if len(rest) == 1:
            operator, second = rest[0]
            return _TWO[operator](first, second)

        def chain(m: XlmMachine) -> Any:
            value = first(m)
            for operator, operand in rest:
                value = m.arithmetic(operator, value, operand(m))
            return value

        return chain

    @staticmethod
    def _sign(operand: Eval) -> Eval:
        def minus(m: XlmMachine) -> Any:
            value = operand(m)
            return -value if type(value) is float else m.arithmetic("-", 0.0, value)

        return minus

    def _compare(self, node: Node) -> Eval:
        _, first_node, rest_nodes = node
        first = self.scalar(first_node)
        rest = [(operator, self.scalar(operand)) for operator, operand in rest_nodes]
        if len(rest) == 1:
            return _one_comparison(first, *rest[0])

        def comparison(m: XlmMachine) -> Any:
            value = first(m)
            for operator, operand in rest:
                value = m.compare(operator, value, operand(m))
            return value

        return comparison

    # ------------------------------------------------------------ calls

    def _call(self, node: Node, *, tail: bool) -> Eval:
        _, sheet, called, arguments = node
        if isinstance(called, str) and sheet is None:
            name = canonical(called)
            special = SPECIAL.get(name)
            if special is not None:
                function = FUNCTIONS.get(name)
                if function is None or not function.pure:
                    self.pure = False
                self.acts = self.acts or name in ACTING
                return special(self, node, tail)
            function = FUNCTIONS.get(name)
            if function is not None:
                if not function.pure:
                    self.pure, self.acts = False, True
                return self._function(function, arguments)
        self.pure = False
        given = [self.raw(argument) for argument in arguments]
        grid = self.grid
        if isinstance(called, str) and sheet is None and called.lower().removeprefix("_xlpm.") in self.bound:
            called = ("name", None, called)
        elif isinstance(called, str):
            self.acts = True
        if isinstance(called, str):
            return lambda m: m.call_name(called, sheet, grid, [argument(m) for argument in given], tail=tail)
        what = self.raw(called)
        return lambda m: m.call_value(what(m), [argument(m) for argument in given], tail=tail)

    def _function(self, function: Function, arguments: tuple[Node, ...]) -> Eval:
        count = len(arguments)
        if not function.least <= count <= function.most and function.pure:
            return lambda _: VALUE
        if not function.single:
            return self._with_references(function, arguments)
        given = [self.scalar(argument) for argument in arguments]
        run = function.run
        if count == 1:
            only = given[0]
            if function.name == "CHAR":
                return _character(function, only)

            def one(m: XlmMachine) -> Any:
                value = only(m)
                return m.odd(function, [value]) if type(value) in ODD else run(m, value)

            return one

        def several(m: XlmMachine) -> Any:
            values = [argument(m) for argument in given]
            for value in values:
                if type(value) in ODD:
                    return m.odd(function, values)
            return run(m, *values)

        return several

    def _with_references(self, function: Function, arguments: tuple[Node, ...]) -> Eval:
        array, self.array = self.array, self.array or function.name in WITH_ARRAYS
        given = [self.raw(argument) for argument in arguments]
        self.array = array
        run, name = function.run, function.name
        if name == "INDIRECT" and len(arguments) == 1 and _is_call(arguments[0], "ADDRESS", 2):
            row, column = arguments[0][3]
            return _place_by_numbers(self.scalar(row), self.scalar(column), lambda m: run(m, given[0](m)))
        if function.pure:
            return lambda m: run(m, *[argument(m) for argument in given])
        most = function.most
        lacking = [MISSING] * (function.least - len(given))

        def command(m: XlmMachine) -> Any:
            values = [argument(m) for argument in given] + lacking
            return m.traced(name, values, run(m, *values[:most]))

        return command


def _is_call(node: Node, name: str, arguments: int) -> bool:
    return node[0] == "call" and node[1] is None and node[2] in (name, name.lower()) and len(node[3]) == arguments


def _character(function: Function, only: Eval) -> Eval:
    """CHAR, of which texts are put together by the thousand: from the table for a number, as any other function for the rest."""
    run = function.run

    def character(m: XlmMachine) -> Any:
        value = only(m)
        if type(value) is float and 1.0 <= value < 255.5:
            return m.characters[int(value + NOISE)]
        return m.odd(function, [value]) if type(value) in ODD else run(m, value)

    return character


def _one_comparison(first: Eval, operator: str, second: Eval) -> Eval:
    order = _COMPARE[operator]

    def comparison(m: XlmMachine) -> Any:
        left, right = first(m), second(m)
        if type(left) is float and type(right) is float:
            return order(left, right)
        return order(left.lower(), right.lower()) if type(left) is str and type(right) is str else m.compare(operator, left, right)

    return comparison


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {"=": eq, "<>": ne, "<": lt, ">": gt, "<=": le, ">=": ge}


def _place_by_numbers(row: Eval, column: Eval, otherwise: Eval) -> Eval:
    """INDIRECT(ADDRESS(row, column)), as loops over cells have it: the reference is not written out to be read again."""

    def place(m: XlmMachine) -> Any:
        down, right = row(m), column(m)
        if type(down) is float and type(right) is float and 1.0 <= down <= MAX_ROW and 1.0 <= right <= MAX_COLUMN:
            return Ref(m.here[0], int(down + NOISE), int(right + NOISE))
        return otherwise(m)

    return place


def _plus(first: Eval, second: Eval) -> Eval:
    def plus(m: XlmMachine) -> Any:
        left, right = first(m), second(m)
        return left + right if type(left) is float and type(right) is float else m.arithmetic("+", left, right)

    return plus


def _less(first: Eval, second: Eval) -> Eval:
    def less(m: XlmMachine) -> Any:
        left, right = first(m), second(m)
        return left - right if type(left) is float and type(right) is float else m.arithmetic("-", left, right)

    return less


def _times(first: Eval, second: Eval) -> Eval:
    def times(m: XlmMachine) -> Any:
        left, right = first(m), second(m)
        return left * right if type(left) is float and type(right) is float else m.arithmetic("*", left, right)

    return times


def _over(first: Eval, second: Eval) -> Eval:
    def over(m: XlmMachine) -> Any:
        left, right = first(m), second(m)
        return left / right if type(left) is float and type(right) is float and right else m.arithmetic("/", left, right)

    return over


_TWO: Final = {"+": _plus, "-": _less, "*": _times, "/": _over}


def area_of(text: str) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of a range in A1 notation: "A1:B2", "$A:$B", "1:5", "A1"; None for anything else."""
    first, _, last = text.replace("$", "").partition(":")
    last = last or first
    try:
        (top, left), (bottom, right) = from_a1(first), from_a1(last)
    except ValueError:
        if first.isdigit() and last.isdigit() and len(first) < 8 and len(last) < 8:
            top, left, bottom, right = int(first), 1, int(last), MAX_COLUMN
        elif first.isalpha() and last.isalpha() and first.isascii() and last.isascii() and len(first) < 4 and len(last) < 4 and ":" in text:
            top, left, bottom, right = 1, from_letters(first + "1"), MAX_ROW, from_letters(last + "1")
        else:
            return None
    if not (min(top, bottom) > 0 and max(top, bottom) <= MAX_ROW and min(left, right) > 0 and max(left, right) <= MAX_COLUMN):
        return None
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def area_of_any(text: str, row: int, column: int) -> tuple[int, int, int, int] | None:
    """The same in either notation; a relative reference of R1C1 notation is seen from a cell."""
    text = text.strip()
    found = area_of(text)
    if found is not None:
        return found
    areas = []
    for part in text.split(":")[:2]:
        written = r1c1(part, row, column)
        area = area_of(written) if written else None
        if area is None:
            return None
        areas.append(area)
    return (
        min(area[0] for area in areas),
        min(area[1] for area in areas),
        max(area[2] for area in areas),
        max(area[3] for area in areas),
    )


def calculate(operator: str, left: float, right: float) -> Any:
    """An operator on two numbers."""
    try:
        match operator:
            case "+":
                value = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case _:
                value = left**right
    except ZeroDivisionError:
        return DIV
    except OverflowError:
        return NUM
    return value if isinstance(value, float) and math.isfinite(value) else NUM
