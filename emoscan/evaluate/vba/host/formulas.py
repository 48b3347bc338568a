"""Worksheet formulas: enough of them to know what a macro reads back from the cells it wrote, and WorksheetFunction.

A formula is put into reverse Polish order and run on a stack. What is not understood is Unknown, never an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.vba.host.grid import Area, Grid, Place, address, area_of, sheet_prefix, shown_value
from emoscan.parse.workbook import a1

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.excel import ExcelHost

MAX_DEPTH: Final = 40
"""Cells that depend on each other."""

MAX_TOKENS: Final = 4_000
MAX_CELLS: Final = 200_000
"""Of an area that a function looks at."""


class Error:
    """An error value of a cell."""

    __slots__ = ("code",)

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code


VALUE, REF, NAME, DIV, NA, NUM = (Error(code) for code in ("#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#N/A", "#NUM!"))
NUMBERS: Final = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}
"""What CVErr makes of them."""


class Reference:
    """Cells of a sheet, not yet read."""

    __slots__ = ("area", "grid")

    def __init__(self, grid: Grid, area: Area) -> None:
        self.grid, self.area = grid, area


Block = list[list[Any]]


class Sheetful:
    """What formulas are evaluated in: the host's sheets and names, seen from a cell."""

    __slots__ = ("at", "depth", "grid", "host")

    def __init__(self, host: ExcelHost, grid: Grid, at: Place = (1, 1), depth: int = 0) -> None:
        self.host, self.grid, self.at, self.depth = host, grid, at, depth

    # ------------------------------------------------------------ cells

    def cell(self, grid: Grid, place: Place) -> Any:
        """The value of a cell; its formula is worked out when the script has changed something since it was saved.

        On a macro sheet, a formula has the value it had when it ran.
        """
        formula = grid.formulas.get(place) if grid.load().formulas else None
        if formula and grid.macro and grid.journal is not None and grid.values.get(place) is not None:
            formula = None
        if formula and (grid.values.get(place) is None or any(g.written for g in self.host.grids())):
            key = (id(grid), place)
            version = sum(g.version for g in self.host.grids())
            held = self.host.computed.get(key)
            if held is not None and held[0] == version:
                return held[1]
            if self.depth >= MAX_DEPTH:
                return Unknown(f"cell {grid.label(place)}")
            value = Sheetful(self.host, grid, place, self.depth + 1).evaluate(formula)
            if isinstance(value, Unknown) and place not in grid.written and grid.values.get(place) is not None:
                value = grid.get(place)  # as it was saved
            self.host.computed[key] = (version, value)
            return value
        value = grid.get(place)
        if isinstance(value, str) and value.startswith("#") and value in NUMBERS:
            return Error(value)
        return value

    def block(self, reference: Reference) -> Block:
        r1, c1, r2, c2 = reference.area
        used = reference.grid.used()
        r2, c2 = max(r1, min(r2, used[2])), max(c1, min(c2, used[3]))
        size = (r2 - r1 + 1) * (c2 - c1 + 1)
        if size > MAX_CELLS:
            return [[Unknown("a large area")]]
        self.host.machine.spend(size)
        return [[self.cell(reference.grid, (r, c)) for c in range(c1, c2 + 1)] for r in range(r1, r2 + 1)]

    def scalar(self, value: Any) -> Any:
        """One value: of an area the cell in our row or column, else the first."""
        if isinstance(value, Reference):
            r1, c1, r2, c2 = value.area
            row = self.at[0] if r1 <= self.at[0] <= r2 and c1 == c2 and r1 != r2 else r1
            column = self.at[1] if c1 <= self.at[1] <= c2 and r1 == r2 and c1 != c2 else c1
            return self.cell(value.grid, (row, column))
        if isinstance(value, list):
            return value[0][0] if value and value[0] else None
        return value

    def reference(self, text: str) -> Any:
        """What `A1`, `Sheet1!A1:B2` or a name stands for."""
        sheet, rest = sheet_prefix(text)
        grid = self.host.grid_named(sheet) if sheet else self.grid
        area = area_of(rest)
        if area is not None:
            return Reference(grid, area) if grid is not None else REF
        name = self.host.name_formula(rest)
        if name is not None and self.depth < MAX_DEPTH:
            return Sheetful(self.host, self.grid, self.at, self.depth + 1).evaluate(name, whole=True)
        return None

    # ------------------------------------------------------------ formulas

    def evaluate(self, formula: str, *, whole: bool = False) -> Any:
        """The value of a formula without its `=`. `whole`: a reference stays one."""
        program = compiled(formula)
        if self.host.excel4 is not None and (program is None or foreign(formula)):
            found = self.host.excel4.formula(self, formula)
            if found is not MISSING:
                return found
        if program is None:
            return Unknown(f"formula {formula[:80]}")
        stack: list[Any] = []
        self.host.machine.spend(len(program))
        for kind, value, count in program:
            if kind == "value":
                stack.append(value)
            elif kind == "name":
                found = self.reference(value)
                stack.append(Unknown(f"name {value}") if found is None else found)
            elif kind == "unary":
                stack[-1] = self.unary(value, stack[-1])
            elif kind == "binary":
                right = stack.pop()
                stack[-1] = self.binary(value, stack[-1], right)
            else:
                args = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                stack.append(self.call(value, args))
        result = stack[0] if stack else None
        return result if whole else self.scalar(result)

    def unary(self, op: str, value: Any) -> Any:
        number = to_number(self.scalar(value))
        if isinstance(number, (Unknown, Error)):
            return number
        return -number if op == "-" else number / 100 if op == "%" else number

    def binary(self, op: str, left: Any, right: Any) -> Any:
        if op == ":" and isinstance(left, Reference) and isinstance(right, Reference):
            a, b = left.area, right.area
            return Reference(left.grid, (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])))
        left, right = self.scalar(left), self.scalar(right)
        for value in (left, right):
            if isinstance(value, Error):
                return value
        if op == "&":
            return self.grown(Unknown.join((to_text(left), to_text(right))))
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return left if isinstance(left, Unknown) else right
        if op in COMPARE:
            return COMPARE[op](*comparable(left, right))
        x, y = to_number(left), to_number(right)
        for number in (x, y):
            if isinstance(number, (Unknown, Error)):
                return number
        try:
            return checked(ARITHMETIC[op](x, y))
        except ZeroDivisionError:
            return DIV
        except (OverflowError, ValueError):
            return NUM

    def grown(self, text: Any) -> Any:
        if isinstance(text, str):
            self.host.machine.grow(len(text))
        return text

    def call(self, name: str, args: list[Any]) -> Any:
        function = FUNCTIONS.get(plain_name(name))
        if function is None:
            found = MISSING if self.host.excel4 is None else self.host.excel4.function(self, name, args)
            return Unknown(f"{name}(…)") if found is MISSING else found
        try:
            return function(self, *args)
        except (TypeError, ValueError, OverflowError, IndexError, ArithmeticError):
            # Arguments of the wrong number or kind: the sheet would show an error.
            return VALUE
        except Missing as missing:
            return missing.value


@lru_cache(maxsize=2_000)
def foreign(formula: str) -> bool:
    """Whether a formula calls functions that nobody knows here."""
    return any(kind == "call" and plain_name(value) not in FUNCTIONS for kind, value, _ in compiled(formula) or ())


def plain_name(name: str) -> str:
    """The name a function is known by here."""
    return name.lower().removeprefix("_xlfn.").removeprefix("_xlws.").replace(".", "_")


class Missing(Exception):
    """An argument that is an error or unknown: so is the result."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


# ---------------------------------------------------------------- parsing

_TOKEN: Final = re.compile(
    r"""\s*+(?:
      (?P<number>\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?|\.\d++)
    | (?P<text>"(?:[^"]|"")*+")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<name>(?:'(?:[^']|'')*+'!|[\w.\[\]]++!)?\$?[A-Za-z_\\][\w.$\\?]*+(?::\$?[A-Za-z]{1,3}\$?\d{0,7}(?![\w(]))?|(?:'(?:[^']|'')*+'!|[\w.\[\]]++!)?\$?\d{1,7}:\$?\d{1,7})
    | (?P<op><=|>=|<>|[-+*/^&=<>(),;:%{}@])
    )""",
    re.VERBOSE,
)

PRIORITY: Final = {
    "=": 1,
    "<>": 1,
    "<": 1,
    ">": 1,
    "<=": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
    "neg": 7,
    "%": 6,
    ":": 8,
}

Step = tuple[str, Any, int]
_PROGRAMS: Final[dict[str, list[Step] | None]] = {}


def compiled(formula: str) -> list[Step] | None:
    """The formula in reverse Polish order, None when it is not understood. Whole numbers before ":" are rows."""
    if formula not in _PROGRAMS:
        if len(_PROGRAMS) > 2_000:
            _PROGRAMS.clear()
        _PROGRAMS[formula] = parse(formula)
    return _PROGRAMS[formula]


def parse(formula: str) -> list[Step] | None:
    """Shunting yard. Operators wait on a stack together with open parentheses, of which those of calls count arguments."""
    out: list[Step] = []
    waiting: list[tuple[str, Any]] = []  # ("op", sign), ("(", None), ("call", [name, arguments])
    operand = False
    at = tokens = 0
    text = formula.strip().removeprefix("=")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None if text[at:].strip() else finished(out, waiting, operand=operand)
        tokens += 1
        if tokens > MAX_TOKENS:
            return None
        at = match.end()
        kind, lexeme = match.lastgroup, match[match.lastgroup or 0]
        if kind != "op":
            if operand:
                return None
            if kind == "name":
                if text[at : at + 1] == "(":
                    waiting.append(("call", [lexeme, 0]))
                    at += 1
                    continue
                upper = lexeme.upper()
                out.append(("value", upper == "TRUE", 0) if upper in ("TRUE", "FALSE") else ("name", lexeme, 0))
            elif kind == "number":
                out.append(("value", float(lexeme), 0))
            elif kind == "text":
                out.append(("value", lexeme[1:-1].replace('""', '"'), 0))
            else:
                out.append(("value", Error(lexeme), 0))
            operand = True
        elif lexeme == "(":
            if operand:
                return None
            waiting.append(("(", None))
        elif lexeme == ")":
            if not close(out, waiting, operand=operand):
                return None
            operand = True
        elif lexeme in ",;":
            if not operand:
                out.append(("value", None, 0))
            while waiting and waiting[-1][0] == "op":
                pop(out, waiting)
            if not waiting or waiting[-1][0] != "call":
                return None
            waiting[-1][1][1] += 1
            operand = False
        elif lexeme in "{}@":
            if lexeme != "@":
                return None
        elif not operand:
            if lexeme not in "+-":
                return None
            if lexeme == "-":
                waiting.append(("op", "neg"))
        else:
            priority = PRIORITY[lexeme]
            while waiting and waiting[-1][0] == "op" and PRIORITY[waiting[-1][1]] >= priority:
                pop(out, waiting)
            if lexeme == "%":
                out.append(("unary", "%", 1))
            else:
                waiting.append(("op", lexeme))
                operand = False
    return finished(out, waiting, operand=operand)


def finished(out: list[Step], waiting: list[tuple[str, Any]], *, operand: bool) -> list[Step] | None:
    while waiting:
        if waiting[-1][0] != "op":
            return None
        pop(out, waiting)
    return out if operand and sound(out) else None


def pop(out: list[Step], waiting: list[tuple[str, Any]]) -> None:
    sign = waiting.pop()[1]
    out.append(("unary", "-", 1) if sign == "neg" else ("binary", sign, 2))


def close(out: list[Step], waiting: list[tuple[str, Any]], *, operand: bool) -> bool:
    while waiting and waiting[-1][0] == "op":
        pop(out, waiting)
    if not waiting:
        return False
    kind, value = waiting.pop()
    if kind == "call":
        name, count = value
        if operand or count:
            if not operand:
                out.append(("value", None, 0))
            count += 1
        out.append(("call", name, count))
        return True
    return operand


def sound(program: list[Step]) -> bool:
    """Whether the stack never runs empty and ends with one value."""
    depth = 0
    for kind, _, count in program:
        if kind in ("value", "name"):
            depth += 1
        else:
            if depth < count:
                return False
            depth += 1 - count
    return depth == 1


# ---------------------------------------------------------------- coercion


def to_number(value: Any) -> Any:
    """A number, or Error or Unknown."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (int, float)):
        return float(value)
    if value is None:
        return 0.0
    if isinstance(value, str):
        text = value.strip().replace(",", "")
        if NUMERIC.fullmatch(text):
            return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
        return VALUE
    return value if isinstance(value, (Unknown, Error)) else VALUE


NUMERIC: Final = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d{1,3})?%?")


def to_text(value: Any) -> Any:
    if isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, Error):
        raise Missing(value)
    if isinstance(value, float):
        return shown_value(value) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    return shown_value(value)


def checked(number: float) -> Any:
    if isinstance(number, complex) or number != number or number in (math.inf, -math.inf):  # noqa: PLR0124 - not a number
        return NUM
    return number


def comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Numbers come before texts, texts before truth values; an empty cell is like the other's nothing."""
    if left is None:
        left = "" if isinstance(right, str) else False if isinstance(right, bool) else 0.0
    if right is None:
        right = "" if isinstance(left, str) else False if isinstance(left, bool) else 0.0
    return rank(left), rank(right)


def rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    return (1, value.lower()) if isinstance(value, str) else (0, value)


COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}

ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}

# ---------------------------------------------------------------- functions

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {}


def function(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(made: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            FUNCTIONS[name] = made
        return made

    return register


def one(sheet: Sheetful, value: Any) -> Any:
    """An argument as one value; errors and unknowns end the call."""
    value = sheet.scalar(value)
    if isinstance(value, (Unknown, Error)):
        raise Missing(value)
    return value


def num(sheet: Sheetful, value: Any) -> float:
    number = to_number(one(sheet, value))
    if isinstance(number, (Unknown, Error)):
        raise Missing(number)
    return float(number)


def whole(sheet: Sheetful, value: Any) -> int:
    return math.floor(num(sheet, value))


def txt(sheet: Sheetful, value: Any) -> str:
    return str(to_text(one(sheet, value)))


def every(sheet: Sheetful, args: tuple[Any, ...]) -> Iterator[Any]:
    """Every value of arguments and areas."""
    for arg in args:
        rows = sheet.block(arg) if isinstance(arg, Reference) else arg if isinstance(arg, list) else [[arg]]
        for row in rows:
            yield from row


def each(sheet: Sheetful, args: tuple[Any, ...]) -> Iterator[Any]:
    """The same. Errors and unknowns end the call."""
    for value in every(sheet, args):
        if isinstance(value, (Unknown, Error)):
            raise Missing(value)
        yield value


def numbers(sheet: Sheetful, args: tuple[Any, ...]) -> list[float]:
    """Numbers among the values: texts in cells do not count, given ones must be numbers."""
    found = []
    for arg in args:
        direct = not isinstance(arg, (Reference, list))
        for value in each(sheet, (arg,)):
            if isinstance(value, (int, float)) and (direct or not isinstance(value, bool)):
                found.append(float(value))
            elif direct and value is not None:
                found.append(num(sheet, value))
    return found


def truths(sheet: Sheetful, args: tuple[Any, ...]) -> list[bool]:
    found = [value for value in each(sheet, args) if value is not None]
    return [value.upper() == "TRUE" if isinstance(value, str) else bool(value) for value in found]


def truth(sheet: Sheetful, value: Any) -> bool:
    value = one(sheet, value)
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise Missing(VALUE)
    return bool(value)


# -- text


@function("char", "chr")
def _char(sheet: Sheetful, code: Any) -> Any:
    number = whole(sheet, code)
    return bytes((number,)).decode("cp1252", "replace") if 1 <= number <= 255 else VALUE


@function("unichar")
def _unichar(sheet: Sheetful, code: Any) -> Any:
    number = whole(sheet, code)
    return chr(number) if 1 <= number <= 0x10FFFF else VALUE


@function("code")
def _code(sheet: Sheetful, text: Any) -> Any:
    value = txt(sheet, text)
    return float(value[0].encode("cp1252", "replace")[0]) if value else VALUE


@function("unicode")
def _unicode(sheet: Sheetful, text: Any) -> Any:
    value = txt(sheet, text)
    return float(ord(value[0])) if value else VALUE


@function("concatenate", "concat")
def _concat(sheet: Sheetful, *args: Any) -> Any:
    return sheet.grown("".join(str(to_text(value)) for value in each(sheet, args)))


@function("textjoin")
def _textjoin(sheet: Sheetful, by: Any, skip: Any, *args: Any) -> Any:
    values = [str(to_text(value)) for value in each(sheet, args)]
    return sheet.grown(txt(sheet, by).join(value for value in values if value or not truth(sheet, skip)))


FUNCTIONS.update(
    {
        "left": lambda sheet, text, count=1.0: txt(sheet, text)[: max(whole(sheet, count), 0)],
        "right": lambda sheet, text, count=1.0: txt(sheet, text)[max(len(txt(sheet, text)) - max(whole(sheet, count), 0), 0) :],
        "len": lambda sheet, text: float(len(txt(sheet, text))),
        "lower": lambda sheet, text: txt(sheet, text).lower(),
        "upper": lambda sheet, text: txt(sheet, text).upper(),
        "proper": lambda sheet, text: txt(sheet, text).title(),
        "trim": lambda sheet, text: " ".join(part for part in txt(sheet, text).split(" ") if part),
        "clean": lambda sheet, text: "".join(c for c in txt(sheet, text) if c >= " "),
        "exact": lambda sheet, a, b: txt(sheet, a) == txt(sheet, b),
        "t": lambda sheet, value: value if isinstance(value := one(sheet, value), str) else "",
        "n": lambda sheet, value: 0.0 if isinstance(value := one(sheet, value), str) else to_number(value),
        "value": num,
        "numbervalue": lambda sheet, text, *_: num(sheet, text),
        "hyperlink": lambda sheet, address, shown=None: one(sheet, address if shown is None else shown),
    }
)


@function("mid")
def _mid(sheet: Sheetful, text: Any, start: Any, count: Any) -> Any:
    first, number = whole(sheet, start), whole(sheet, count)
    return txt(sheet, text)[first - 1 : first - 1 + number] if first >= 1 and number >= 0 else VALUE


@function("substitute")
def _substitute(sheet: Sheetful, text: Any, old: Any, new: Any, which: Any = None) -> Any:
    value, wanted, put = txt(sheet, text), txt(sheet, old), txt(sheet, new)
    if not wanted:
        return value
    sheet.host.machine.grow(len(value) + value.count(wanted) * len(put))
    if which is None:
        return value.replace(wanted, put)
    pieces = value.split(wanted)
    at = whole(sheet, which)
    if not 1 <= at < len(pieces):
        return value
    return wanted.join(pieces[:at]) + put + wanted.join(pieces[at:])


@function("replace")
def _replace(sheet: Sheetful, text: Any, start: Any, count: Any, new: Any) -> Any:
    value, first, number = txt(sheet, text), whole(sheet, start), whole(sheet, count)
    return value[: first - 1] + txt(sheet, new) + value[first - 1 + number :] if first >= 1 and number >= 0 else VALUE


@function("rept")
def _rept(sheet: Sheetful, text: Any, count: Any) -> Any:
    value, number = txt(sheet, text), whole(sheet, count)
    if number < 0 or len(value) * number > 32767:
        return VALUE
    return sheet.grown(value * number)


def _finder(*, case: bool) -> Callable[..., Any]:
    def find(sheet: Sheetful, wanted: Any, text: Any, start: Any = 1.0) -> Any:
        a, b = txt(sheet, wanted), txt(sheet, text)
        at = (b if case else b.lower()).find(a if case else a.lower(), max(whole(sheet, start), 1) - 1)
        return float(at + 1) if at >= 0 else VALUE

    return find


FUNCTIONS["find"] = FUNCTIONS["findb"] = _finder(case=True)
FUNCTIONS["search"] = FUNCTIONS["searchb"] = _finder(case=False)


@function("text")
def _text(sheet: Sheetful, value: Any, layout: Any) -> Any:
    return sheet.host.format(one(sheet, value), txt(sheet, layout))


# -- numbers

FUNCTIONS.update(
    {
        "sum": lambda sheet, *args: math.fsum(numbers(sheet, args)),
        "product": lambda sheet, *args: checked(math.prod(numbers(sheet, args))),
        "min": lambda sheet, *args: min(numbers(sheet, args), default=0.0),
        "max": lambda sheet, *args: max(numbers(sheet, args), default=0.0),
        "count": lambda sheet, *args: float(sum(isinstance(v, (int, float)) and not isinstance(v, bool) for v in every(sheet, args))),
        "counta": lambda sheet, *args: float(sum(v is not None for v in every(sheet, args))),
        "countblank": lambda sheet, *args: float(sum(v is None or v == "" for v in every(sheet, args))),
        "abs": lambda sheet, x: abs(num(sheet, x)),
        "int": lambda sheet, x: float(math.floor(num(sheet, x))),
        "sign": lambda sheet, x: float((num(sheet, x) > 0) - (num(sheet, x) < 0)),
        "sqrt": lambda sheet, x: math.sqrt(num(sheet, x)) if num(sheet, x) >= 0 else NUM,
        "exp": lambda sheet, x: math.exp(num(sheet, x)),
        "ln": lambda sheet, x: math.log(num(sheet, x)) if num(sheet, x) > 0 else NUM,
        "log10": lambda sheet, x: math.log10(num(sheet, x)) if num(sheet, x) > 0 else NUM,
        "log": lambda sheet, x, base=10.0: math.log(num(sheet, x), num(sheet, base)) if num(sheet, x) > 0 else NUM,
        "pi": lambda sheet: math.pi,
        "power": lambda sheet, x, y: sheet.binary("^", num(sheet, x), num(sheet, y)),
        "degrees": lambda sheet, x: math.degrees(num(sheet, x)),
        "radians": lambda sheet, x: math.radians(num(sheet, x)),
        "fact": lambda sheet, x: float(math.factorial(whole(sheet, x))) if 0 <= whole(sheet, x) <= 170 else NUM,
        "combin": lambda sheet, n, k: float(math.comb(min(whole(sheet, n), 1030), whole(sheet, k))),
        "quotient": lambda sheet, x, y: float(int(num(sheet, x) / num(sheet, y))) if num(sheet, y) else DIV,
        "trunc": lambda sheet, x, digits=0.0: rounded(num(sheet, x), whole(sheet, digits), math.trunc),
        "rounddown": lambda sheet, x, digits=0.0: rounded(num(sheet, x), whole(sheet, digits), math.trunc),
        "roundup": lambda sheet, x, digits=0.0: rounded(num(sheet, x), whole(sheet, digits), away),
        "round": lambda sheet, x, digits=0.0: rounded(num(sheet, x), whole(sheet, digits), nearest),
        "even": lambda sheet, x: math.copysign(2.0 * math.ceil(abs(num(sheet, x)) / 2), num(sheet, x)),
        "odd": lambda sheet, x: math.copysign(2.0 * math.ceil((abs(num(sheet, x)) - 1) / 2) + 1, num(sheet, x) or 1),
        "ceiling": lambda sheet, x, step=1.0: math.ceil(num(sheet, x) / num(sheet, step)) * num(sheet, step) if num(sheet, step) else 0.0,
        "floor": lambda sheet, x, step=1.0: math.floor(num(sheet, x) / num(sheet, step)) * num(sheet, step) if num(sheet, step) else DIV,
        "gcd": lambda sheet, *args: float(math.gcd(*(int(x) for x in numbers(sheet, args)))),
        "lcm": lambda sheet, *args: float(math.lcm(*(int(x) for x in numbers(sheet, args)))),
        "sumsq": lambda sheet, *args: math.fsum(x * x for x in numbers(sheet, args)),
        "rand": lambda sheet: sheet.host.world.random.next(),
        **{
            name: lambda sheet, x, *, _real=real: checked(getattr(math, _real)(num(sheet, x)))
            for name, real in (
                *((n, n) for n in "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()),
                ("gammaln", "lgamma"),
                ("erf", "erf"),
            )
        },
        "atan2": lambda sheet, x, y: math.atan2(num(sheet, y), num(sheet, x)),
        "bitand": lambda sheet, a, b: float(whole(sheet, a) & whole(sheet, b)),
        "bitor": lambda sheet, a, b: float(whole(sheet, a) | whole(sheet, b)),
        "bitxor": lambda sheet, a, b: float(whole(sheet, a) ^ whole(sheet, b)),
        "bitlshift": lambda sheet, a, b: float(whole(sheet, a) << min(max(whole(sheet, b), 0), 53)),
        "bitrshift": lambda sheet, a, b: float(whole(sheet, a) >> min(max(whole(sheet, b), 0), 53)),
    }
)


def rounded(value: float, digits: int, how: Callable[[float], float]) -> float:
    digits = max(-300, min(digits, 300))
    factor = 10.0**digits
    return how(float(format(value * factor, ".15g"))) / factor if abs(value * factor) < 1e300 else value


def away(value: float) -> float:
    return math.copysign(math.ceil(abs(value)), value)


def nearest(value: float) -> float:
    """Halves go away from nought, unlike VBA's Round."""
    return math.copysign(math.floor(abs(value) + 0.5), value)


@function("mod")
def _mod(sheet: Sheetful, x: Any, y: Any) -> Any:
    divisor = num(sheet, y)
    return num(sheet, x) % divisor if divisor else DIV


@function("average")
def _average(sheet: Sheetful, *args: Any) -> Any:
    found = numbers(sheet, args)
    return math.fsum(found) / len(found) if found else DIV


@function("median")
def _median(sheet: Sheetful, *args: Any) -> Any:
    found = sorted(numbers(sheet, args))
    if not found:
        return NUM
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def _nth(*, largest: bool) -> Callable[..., Any]:
    def pick(sheet: Sheetful, area: Any, k: Any) -> Any:
        found = sorted(numbers(sheet, (area,)), reverse=largest)
        at = whole(sheet, k)
        return found[at - 1] if 1 <= at <= len(found) else NUM

    return pick


FUNCTIONS["large"], FUNCTIONS["small"] = _nth(largest=True), _nth(largest=False)


@function("randbetween")
def _randbetween(sheet: Sheetful, low: Any, high: Any) -> Any:
    a, b = math.ceil(num(sheet, low)), whole(sheet, high)
    return float(a + int(sheet.host.world.random.next() * (b - a + 1))) if a <= b else NUM


@function("sumproduct")
def _sumproduct(sheet: Sheetful, *args: Any) -> Any:
    columns = [[to_number(v) if isinstance(v, (int, float)) else 0.0 for v in each(sheet, (arg,))] for arg in args]
    return math.fsum(math.prod(values) for values in zip(*columns)) if len({len(c) for c in columns}) == 1 else VALUE


def criterion(sheet: Sheetful, condition: Any) -> Callable[[Any], bool]:
    """The test that `">5"`, `"a*"` or 3 stands for in COUNTIF and its kin."""
    from fnmatch import fnmatchcase

    value = one(sheet, condition)
    if not isinstance(value, str):
        return lambda cell: cell == value
    op = next((sign for sign in ("<=", ">=", "<>", "<", ">", "=") if value.startswith(sign)), "=")
    rest = value.removeprefix(op)
    number = to_number(rest) if rest else VALUE
    if isinstance(number, float):
        return lambda cell: isinstance(cell, (int, float)) and COMPARE[op](float(cell), number)
    pattern = rest.lower().replace("[", "[[]")
    if op in ("=", "<>"):
        return lambda cell: (isinstance(cell, str) and fnmatchcase(cell.lower(), pattern)) == (op == "=")
    return lambda cell: isinstance(cell, str) and COMPARE[op](cell.lower(), rest.lower())


@function("countif")
def _countif(sheet: Sheetful, area: Any, condition: Any) -> Any:
    test = criterion(sheet, condition)
    return float(sum(test(value) for value in each(sheet, (area,))))


@function("sumif")
def _sumif(sheet: Sheetful, area: Any, condition: Any, of: Any = None) -> Any:
    test = criterion(sheet, condition)
    summed = list(each(sheet, (area if of is None else of,)))
    return math.fsum(float(v) for cell, v in zip(each(sheet, (area,)), summed) if test(cell) and isinstance(v, (int, float)))


# -- bases


def _from_base(base: int, width: int) -> Callable[..., Any]:
    def convert(sheet: Sheetful, text: Any) -> Any:
        value = txt(sheet, text).strip()
        if not value or len(value) > 10:
            return NUM
        number = int(value, base)
        return float(number - base**width if len(value) == width and number >= base**width // 2 else number)

    return convert


def _to_base(letter: str, base: int) -> Callable[..., Any]:
    def convert(sheet: Sheetful, value: Any, places: Any = None) -> Any:
        number = whole(sheet, value)
        if abs(number) >= base**10 // 2:
            return NUM
        shown = format(number if number >= 0 else base**10 + number, letter).upper()
        return shown.zfill(min(max(whole(sheet, places), 0), 10)) if places is not None else shown

    return convert


FUNCTIONS.update({"hex2dec": _from_base(16, 10), "bin2dec": _from_base(2, 10), "oct2dec": _from_base(8, 10)})
FUNCTIONS.update({"dec2hex": _to_base("x", 16), "dec2bin": _to_base("b", 2), "dec2oct": _to_base("o", 8)})
for _a, _b in (("hex", "bin"), ("hex", "oct"), ("bin", "hex"), ("bin", "oct"), ("oct", "hex"), ("oct", "bin")):
    FUNCTIONS[f"{_a}2{_b}"] = lambda sheet, text, places=None, *, _a=_a, _b=_b: FUNCTIONS[f"dec2{_b}"](
        sheet, FUNCTIONS[f"{_a}2dec"](sheet, text), places
    )

# -- logic


@function("if")
def _if(sheet: Sheetful, test: Any, yes: Any = True, no: Any = False) -> Any:
    return yes if truth(sheet, test) else no


@function("iferror", "ifna")
def _iferror(sheet: Sheetful, value: Any, otherwise: Any = None) -> Any:
    return otherwise if isinstance(sheet.scalar(value), Error) else value


@function("ifs")
def _ifs(sheet: Sheetful, *args: Any) -> Any:
    return next((value for test, value in zip(args[::2], args[1::2]) if truth(sheet, test)), NA)


@function("switch")
def _switch(sheet: Sheetful, subject: Any, *args: Any) -> Any:
    value = one(sheet, subject)
    for case, result in zip(args[::2], args[1::2]):
        if COMPARE["="](*comparable(value, one(sheet, case))):
            return result
    return args[-1] if len(args) % 2 else NA


@function("choose")
def _choose(sheet: Sheetful, index: Any, *args: Any) -> Any:
    at = whole(sheet, index)
    return args[at - 1] if 1 <= at <= len(args) else VALUE


def _is(test: Callable[[Any], bool]) -> Callable[..., Any]:
    def ask(sheet: Sheetful, value: Any) -> Any:
        found = sheet.scalar(value)
        return found if isinstance(found, Unknown) else test(found)

    return ask


FUNCTIONS.update(
    {
        "and": lambda sheet, *args: all(truths(sheet, args)),
        "or": lambda sheet, *args: any(truths(sheet, args)),
        "xor": lambda sheet, *args: sum(truths(sheet, args)) % 2 == 1,
        "not": lambda sheet, value: not truth(sheet, value),
        "true": lambda sheet: True,
        "false": lambda sheet: False,
        "na": lambda sheet: NA,
        "isblank": _is(lambda v: v is None),
        "isnumber": _is(lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)),
        "istext": _is(lambda v: isinstance(v, str)),
        "isnontext": _is(lambda v: not isinstance(v, str)),
        "islogical": _is(lambda v: isinstance(v, bool)),
        "iserror": _is(lambda v: isinstance(v, Error)),
        "iserr": _is(lambda v: isinstance(v, Error) and v.code != "#N/A"),
        "isna": _is(lambda v: isinstance(v, Error) and v.code == "#N/A"),
        "iseven": lambda sheet, x: int(num(sheet, x)) % 2 == 0,
        "isodd": lambda sheet, x: int(num(sheet, x)) % 2 == 1,
    }
)

# -- looking up


def rows_of(sheet: Sheetful, value: Any) -> Block:
    return sheet.block(value) if isinstance(value, Reference) else value if isinstance(value, list) else [[value]]


@function("index")
def _index(sheet: Sheetful, area: Any, row: Any = 0.0, column: Any = None) -> Any:
    """One cell, or a whole row or column where the other number is 0. One number alone counts along a single row."""
    along = column is None
    r, c = whole(sheet, row), 0 if along else whole(sheet, column)
    if isinstance(area, Reference):
        r1, c1, r2, c2 = area.area
        if r1 == r2 and c1 != c2 and along:
            r, c = 1, r
        if not (0 <= r <= r2 - r1 + 1 and 0 <= c <= c2 - c1 + 1):
            return REF
        top, left = (r1 + r - 1, c1 + c - 1) if r and c else (r1 + max(r, 1) - 1, c1 + max(c, 1) - 1)
        return Reference(area.grid, (top, left, top if r or r1 == r2 else r2, left if c or c1 == c2 else c2))
    block = rows_of(sheet, area)
    if len(block) == 1 and along:
        r, c = 1, r
    elif along and block and len(block[0]) == 1:
        c = 1
    if not (0 <= r <= len(block) and 0 <= c <= len(block[0] if block else ())):
        return REF
    rows = [block[r - 1]] if r else block
    found = [[cells[c - 1]] if c else cells for cells in rows]
    return found[0][0] if r and c else found


@function("match")
def _match(sheet: Sheetful, wanted: Any, area: Any, kind: Any = 1.0) -> Any:
    value, how = one(sheet, wanted), whole(sheet, kind)
    cells = list(each(sheet, (area,)))
    if how == 0:
        test = criterion(sheet, value) if isinstance(value, str) else lambda cell: cell == value
        return next((float(at) for at, cell in enumerate(cells, 1) if test(cell)), NA)
    best = NA
    for at, cell in enumerate(cells, 1):
        if cell is not None and isinstance(cell, str) == isinstance(value, str):
            order = comparable(cell, value)
            if (order[0] <= order[1]) if how > 0 else (order[0] >= order[1]):
                best = float(at)  # type: ignore[assignment]
            else:
                break
    return best


def _table_lookup(*, by_row: bool) -> Callable[..., Any]:
    def look(sheet: Sheetful, wanted: Any, table: Any, index: Any, near: Any = True) -> Any:
        block = rows_of(sheet, table)
        lines = block if not by_row else [list(column) for column in zip(*block)]
        keys = [[line[0]] for line in lines]
        at = _match(sheet, wanted, keys, 1.0 if truth(sheet, near) else 0.0)
        if isinstance(at, Error):
            return at
        line = lines[int(at) - 1]
        column = whole(sheet, index)
        return line[column - 1] if 1 <= column <= len(line) else REF

    return look


FUNCTIONS["vlookup"], FUNCTIONS["hlookup"] = _table_lookup(by_row=False), _table_lookup(by_row=True)


@function("lookup")
def _lookup(sheet: Sheetful, wanted: Any, keys: Any, results: Any = None) -> Any:
    at = _match(sheet, wanted, keys, 1.0)
    if isinstance(at, Error):
        return at
    return list(each(sheet, (keys if results is None else results,)))[int(at) - 1]


@function("transpose")
def _transpose(sheet: Sheetful, area: Any) -> Any:
    return [list(column) for column in zip(*rows_of(sheet, area))]


def _edge(position: int) -> Callable[..., Any]:
    def get(sheet: Sheetful, area: Any = None) -> Any:
        return float(area.area[position] if isinstance(area, Reference) else sheet.at[position])

    return get


FUNCTIONS["row"], FUNCTIONS["column"] = _edge(0), _edge(1)
FUNCTIONS["rows"] = lambda sheet, area: (
    float(area.area[2] - area.area[0] + 1) if isinstance(area, Reference) else float(len(rows_of(sheet, area)))
)
FUNCTIONS["columns"] = lambda sheet, area: (
    float(area.area[3] - area.area[1] + 1) if isinstance(area, Reference) else float(len(rows_of(sheet, area)[0]))
)


@function("address")
def _address(sheet: Sheetful, row: Any, column: Any, kind: Any = 1.0, _style: Any = True, name: Any = None) -> Any:
    r, c, how = whole(sheet, row), whole(sheet, column), whole(sheet, kind)
    shown = address((r, c, r, c), row_fixed=how in (1, 2), column_fixed=how in (1, 3))
    return f"{txt(sheet, name)}!{shown}" if name is not None else shown


@function("indirect")
def _indirect(sheet: Sheetful, text: Any, *_: Any) -> Any:
    found = sheet.reference(txt(sheet, text))
    return REF if found is None else found


@function("offset")
def _offset(sheet: Sheetful, area: Any, rows: Any, columns: Any, height: Any = None, width: Any = None) -> Any:
    if not isinstance(area, Reference):
        return VALUE
    r1, c1, r2, c2 = area.area
    top, left = r1 + whole(sheet, rows), c1 + whole(sheet, columns)
    tall = r2 - r1 + 1 if height is None else whole(sheet, height)
    wide = c2 - c1 + 1 if width is None else whole(sheet, width)
    made = area_of(f"{a1(top, left)}:{a1(top + tall - 1, left + wide - 1)}") if top >= 1 and left >= 1 and tall >= 1 and wide >= 1 else None
    return Reference(area.grid, made) if made is not None else REF


# -- dates

EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - the script's local time, no zone


def moment(sheet: Sheetful, value: Any) -> datetime:
    return EPOCH + timedelta(days=num(sheet, value))


def serial(when: datetime) -> float:
    span = when - EPOCH
    return span.days + span.seconds / 86_400


FUNCTIONS.update(
    {
        "now": lambda sheet: sheet.host.machine.query("Now", serial(sheet.host.world.now)),
        "today": lambda sheet: sheet.host.machine.query("Date", math.floor(serial(sheet.host.world.now))),
        **{
            name: lambda sheet, value, _name=name: float(getattr(moment(sheet, value), _name))
            for name in ("year", "month", "day", "hour", "minute", "second")
        },
        "time": lambda sheet, h, m, s: (whole(sheet, h) * 3600 + whole(sheet, m) * 60 + whole(sheet, s)) / 86_400 % 1,
        "weekday": lambda sheet, value, kind=1.0: float(
            (moment(sheet, value).weekday() + (2 if whole(sheet, kind) == 1 else 1) - 1) % 7 + 1
        ),
        "webservice": lambda sheet, url: sheet.host.machine.download(txt(sheet, url), "WEBSERVICE"),
    }
)


@function("date")
def _date(sheet: Sheetful, year: Any, month: Any, day: Any) -> Any:
    y, m = divmod(whole(sheet, year) * 12 + whole(sheet, month) - 1, 12)
    return serial(datetime(y if y >= 1900 else y + 1900, m + 1, 1)) + whole(sheet, day) - 1  # noqa: DTZ001 - no zone
