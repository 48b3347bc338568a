"""Numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.library import function, on_ranges
from emoscan.evaluate.xlm.library.text import Wrong, matches, text_of, whole
from emoscan.evaluate.xlm.values import DIV, NUM, VALUE, Array, Ref, Refs, compare, to_bool, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine


MOST_CHOICES: Final = 12
"""Runs that let chance go another way."""


def finite(value: float) -> Any:
    return value if math.isfinite(value) else NUM


def _plain(name: str, calculate: Callable[..., float], default: float | None = None) -> None:
    """A function of one or two numbers that may fail."""

    def run(given: tuple[Any, ...]) -> Any:
        numbers = [to_number(value) for value in given]
        for number in numbers:
            if type(number) is not float:
                return number
        try:
            return finite(float(calculate(*numbers)))
        except ZeroDivisionError:
            return DIV
        except (ValueError, OverflowError, TypeError):
            return NUM

    count = calculate.__code__.co_argcount if hasattr(calculate, "__code__") else 1
    if count == 2 and default is not None:
        least = default

        def two_or_one(_: XlmMachine, one: Any, other: Any = least) -> Any:
            return run((one, least if other is MISSING else other))

        function(name)(two_or_one)
    elif count == 2:

        def two(_: XlmMachine, one: Any, other: Any) -> Any:
            return run((one, other))

        function(name)(two)
    else:

        def single(_: XlmMachine, one: Any) -> Any:
            return run((one,))

        function(name)(single)


def _places(number: float, digits: float, how: Callable[[float], float]) -> float:
    scale = 10.0 ** max(-300, min(300, int(digits)))
    return how(number * scale) / scale


def away(number: float) -> float:
    return math.copysign(math.ceil(abs(number) - 1e-12), number)


def nearest(number: float) -> float:
    return math.copysign(math.floor(abs(number) + 0.5 + 1e-12), number)


def _multiple(number: float, step: float, how: Callable[[float], float]) -> float:
    return how(number / step) * step if step else 0.0


def _combinations(n: float, k: float) -> float:
    if n > 5_000 or k > 5_000:
        raise OverflowError
    return float(math.comb(int(n), int(k)))


def _factorial(n: float) -> float:
    if n > 170:
        raise OverflowError
    return float(math.factorial(int(n)))


def _permutations(n: float, k: float) -> float:
    if n > 5_000 or k > 170:
        raise OverflowError
    return float(math.perm(int(n), int(k)))


def _double_factorial(n: float) -> float:
    if n > 300:
        raise OverflowError
    return float(math.prod(range(int(n), 0, -2)))


def _modulo(n: float, by: float) -> float:
    return n - by * math.floor(n / by)


for _name, _calculate, _default in (
    ("ABS", lambda n: abs(n), None),
    ("ACOS", lambda n: math.acos(n), None),
    ("ACOSH", lambda n: math.acosh(n), None),
    ("ASIN", lambda n: math.asin(n), None),
    ("ASINH", lambda n: math.asinh(n), None),
    ("ATAN", lambda n: math.atan(n), None),
    ("ATANH", lambda n: math.atanh(n), None),
    ("COS", lambda n: math.cos(n), None),
    ("COSH", lambda n: math.cosh(n), None),
    ("SIN", lambda n: math.sin(n), None),
    ("SINH", lambda n: math.sinh(n), None),
    ("TAN", lambda n: math.tan(n), None),
    ("TANH", lambda n: math.tanh(n), None),
    ("DEGREES", lambda n: math.degrees(n), None),
    ("RADIANS", lambda n: math.radians(n), None),
    ("EXP", lambda n: math.exp(n), None),
    ("LN", lambda n: math.log(n), None),
    ("LOG10", lambda n: math.log10(n), None),
    ("SQRT", lambda n: math.sqrt(n), None),
    ("INT", lambda n: math.floor(n), None),
    ("SIGN", lambda n: (n > 0) - (n < 0), None),
    ("EVEN", lambda n: 2 * away(n / 2), None),
    ("ODD", lambda n: math.copysign(2 * math.ceil((abs(n) - 1) / 2) + 1, n), None),
    ("FACT", _factorial, None),
    ("ATAN2", lambda x, y: math.atan2(y, x), None),
    ("POWER", lambda n, p: n**p, None),
    ("MOD", _modulo, None),
    ("QUOTIENT", lambda n, d: math.trunc(n / d), None),
    ("LOG", lambda n, b: math.log(n) / math.log(b), 10.0),
    ("ROUND", lambda n, d: _places(n, d, nearest), 0.0),
    ("ROUNDUP", lambda n, d: _places(n, d, away), 0.0),
    ("ROUNDDOWN", lambda n, d: _places(n, d, math.trunc), 0.0),
    ("TRUNC", lambda n, d: _places(n, d, math.trunc), 0.0),
    ("CEILING.MATH", lambda n, s: _multiple(n, abs(s), math.ceil), 1.0),
    ("FLOOR.MATH", lambda n, s: _multiple(n, abs(s), math.floor), 1.0),
    ("CEILING", lambda n, s: _multiple(n, s, math.ceil), 1.0),
    ("FLOOR", lambda n, s: _multiple(n, s, math.floor), 1.0),
    ("MROUND", lambda n, s: _multiple(n, s, nearest), None),
    ("COMBIN", _combinations, None),
    ("BITAND", lambda a, b: int(a) & int(b), None),
    ("BITOR", lambda a, b: int(a) | int(b), None),
    ("BITXOR", lambda a, b: int(a) ^ int(b), None),
    ("BITLSHIFT", lambda a, b: int(a) * 2 ** min(int(b), 60), None),
    ("BITRSHIFT", lambda a, b: int(a) // 2 ** min(int(b), 60), None),
    ("GCD", lambda a, b: math.gcd(int(a), int(b)), None),
    ("LCM", lambda a, b: math.lcm(int(a), int(b)), None),
    ("PERMUT", _permutations, None),
    ("COMBINA", lambda n, k: _combinations(n + k - 1, k), None),
    ("FACTDOUBLE", _double_factorial, None),
    ("SQRTPI", lambda n: math.sqrt(n * math.pi), None),
    ("DELTA", lambda a, b: a == b, 0.0),
    ("GESTEP", lambda a, b: a >= b, 0.0),
    ("COT", lambda n: 1 / math.tan(n), None),
    ("COTH", lambda n: 1 / math.tanh(n), None),
    ("SEC", lambda n: 1 / math.cos(n), None),
    ("SECH", lambda n: 1 / math.cosh(n), None),
    ("CSC", lambda n: 1 / math.sin(n), None),
    ("CSCH", lambda n: 1 / math.sinh(n), None),
    ("ACOT", lambda n: math.pi / 2 - math.atan(n), None),
    ("ACOTH", lambda n: math.atanh(1 / n), None),
    ("ERF", lambda n: math.erf(n), None),
    ("ERFC", lambda n: math.erfc(n), None),
    ("GAMMALN", lambda n: math.lgamma(n), None),
    ("FISHER", lambda n: math.atanh(n), None),
    ("FISHERINV", lambda n: math.tanh(n), None),
    ("NORMSDIST", lambda n: (1 + math.erf(n / math.sqrt(2))) / 2, None),
):
    _plain(_name, _calculate, _default)


@on_ranges("PI")
def pi(_: XlmMachine) -> Any:
    return math.pi


@on_ranges("RAND")
def rand(m: XlmMachine) -> Any:
    m.choices = max(m.choices, MOST_CHOICES)
    # By steps of the golden ratio, a few ways reach all parts of the range, however it is divided.
    return (m.world.random.next() + m.shift * 0.618_033_988_75) % 1


@function("RANDBETWEEN")
def randbetween(m: XlmMachine, low: Any, high: Any) -> Any:
    try:
        first, last = whole(low), whole(high)
    except Wrong:
        return VALUE
    count = last - first + 1
    m.choices = max(m.choices, min(count, MOST_CHOICES))
    return NUM if count < 1 else float(first + (int(m.world.random.next() * count) + m.shift) % count)


def numbers(m: XlmMachine, values: tuple[Any, ...]) -> list[float] | ErrorValue | Unknown:
    """The numbers of arguments: of cells only those that hold numbers, of values written out also texts and truths."""
    found: list[float] = []
    for value in values:
        if type(value) in (Ref, Refs, Array):
            for item in m.flat((value,)):
                if type(item) is float:
                    found.append(item)
                elif type(item) is ErrorValue or type(item) is Unknown:
                    return item
        elif value is not MISSING:
            number = to_number(value)
            if isinstance(number, (ErrorValue, Unknown)):
                return number
            found.append(number)
    return found


def _over(name: str, calculate: Callable[[list[float]], float], empty: Any = 0.0) -> None:
    def run(m: XlmMachine, *values: Any) -> Any:
        found = numbers(m, values)
        if not isinstance(found, list):
            return found
        try:
            return finite(float(calculate(found))) if found else empty
        except (OverflowError, ValueError):
            return NUM
        except ZeroDivisionError:
            return DIV

    on_ranges(name)(run)


def _median(values: list[float]) -> float:
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / (len(values) - 1)


_over("SUM", sum)
_over("PRODUCT", math.prod)
_over("AVERAGE", lambda found: sum(found) / len(found), DIV)
_over("MIN", min)
_over("MAX", max)
_over("MEDIAN", _median, NUM)
_over("SUMSQ", lambda found: sum(v * v for v in found))
_over("VAR", _variance, DIV)
_over("STDEV", lambda found: math.sqrt(_variance(found)), DIV)
_over("COUNT", len)


@on_ranges("COUNTA")
def counta(m: XlmMachine, *values: Any) -> Any:
    return float(sum(value is not None and value is not MISSING for value in m.flat(values)))


@on_ranges("COUNTBLANK")
def countblank(m: XlmMachine, *values: Any) -> Any:
    return float(sum(value is None or value == "" for value in m.flat(values)))


@on_ranges("LARGE")
def large(m: XlmMachine, values: Any, which: Any) -> Any:
    return _nth(m, values, which, largest=True)


@on_ranges("SMALL")
def small(m: XlmMachine, values: Any, which: Any) -> Any:
    return _nth(m, values, which, largest=False)


def _nth(m: XlmMachine, values: Any, which: Any, *, largest: bool) -> Any:
    found = numbers(m, (values,))
    number = to_number(m.single(which))
    if not isinstance(found, list) or type(number) is not float:
        return VALUE
    found.sort(reverse=largest)
    return found[int(number) - 1] if 1 <= number <= len(found) else NUM


@on_ranges("SUMPRODUCT")
def sumproduct(m: XlmMachine, *values: Any) -> Any:
    tables = [[to_number(item) for item in m.flat((value,))] for value in values]
    if len({len(table) for table in tables}) > 1:
        return VALUE
    total = 0.0
    for items in zip(*tables):
        product = 1.0
        for item in items:
            product *= item if type(item) is float else 0.0
        total += product
    return finite(total)


@on_ranges("SUBTOTAL")
def subtotal(m: XlmMachine, which: Any, *values: Any) -> Any:
    from emoscan.evaluate.xlm.library import FUNCTIONS

    kinds = ("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV", "STDEV", "SUM", "VAR", "VAR")
    number = to_number(m.single(which))
    if type(number) is not float or not 1 <= number % 100 <= len(kinds):
        return VALUE
    return FUNCTIONS[kinds[int(number % 100) - 1]].run(m, *values)


def criterion(m: XlmMachine, condition: Any) -> Callable[[Any], bool]:
    """The test that a condition of SUMIF and COUNTIF is: a value, "<5", a pattern."""
    if not isinstance(condition, str):
        return lambda value: value is not None and compare(value, condition) == 0 if type(value) not in (Unknown, ErrorValue) else False
    for sign in ("<=", ">=", "<>", "<", ">", "="):
        if condition.startswith(sign):
            break
    else:
        sign = ""
    rest: Any = condition[len(sign) :]
    number = to_number(rest)
    target = number if type(number) is float and rest.strip() else rest

    def test(value: Any) -> bool:
        if type(value) in (Unknown, ErrorValue):
            return False
        if sign in ("", "=") and isinstance(target, str):
            return isinstance(value, str) and matches(m, value.lower(), target.lower())
        if value is None:
            return sign == "<>"
        order = compare(value, target)
        return {"": order == 0, "=": order == 0, "<>": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[sign]

    return test


@on_ranges("COUNTIF")
def countif(m: XlmMachine, area: Any, condition: Any) -> Any:
    test = criterion(m, m.single(condition))
    return float(sum(test(value) for value in m.flat((area,))))


@on_ranges("SUMIF")
def sumif(m: XlmMachine, area: Any, condition: Any, of: Any = MISSING) -> Any:
    test = criterion(m, m.single(condition))
    values = list(m.flat((area,)))
    summed = values if of is MISSING else list(m.flat((of,)))
    return finite(sum(n for value, n in zip(values, summed) if test(value) and type(n) is float))


def _logic(m: XlmMachine, values: tuple[Any, ...]) -> list[bool] | ErrorValue | Unknown:
    found: list[bool] = []
    for value in m.flat(values):
        if isinstance(value, str) or value is None or value is MISSING:
            continue
        truth = to_bool(value)
        if isinstance(truth, (ErrorValue, Unknown)):
            return truth
        found.append(truth)
    return found


@on_ranges("AND")
def and_(m: XlmMachine, *values: Any) -> Any:
    found = _logic(m, values)
    return all(found) if isinstance(found, list) else found


@on_ranges("OR")
def or_(m: XlmMachine, *values: Any) -> Any:
    found = _logic(m, values)
    return any(found) if isinstance(found, list) else found


@on_ranges("XOR")
def xor(m: XlmMachine, *values: Any) -> Any:
    found = _logic(m, values)
    return sum(found) % 2 == 1 if isinstance(found, list) else found


@function("NOT")
def not_(_: XlmMachine, value: Any) -> Any:
    truth = to_bool(value)
    return not truth if type(truth) is bool else truth


@function("N")
def n(_: XlmMachine, value: Any) -> Any:
    return value if type(value) is float else 1.0 if value is True else 0.0


def _base(name: str, base: int, width: int) -> None:
    def run(_: XlmMachine, value: Any) -> Any:
        digits = text_of(value).strip() or "0"
        try:
            number = int(digits, base) if len(digits) <= width and "_" not in digits else -1
        except ValueError:
            return NUM
        if number < 0:
            return NUM
        return float(number - base**width if len(digits) == width and number >= base**width // 2 else number)

    function(name)(run)


_base("HEX2DEC", 16, 10)
_base("OCT2DEC", 8, 10)
_base("BIN2DEC", 2, 10)


def _in_base(name: str, letter: str, base: int, width: int = 10) -> None:
    def run(_: XlmMachine, value: Any, places: Any = MISSING) -> Any:
        try:
            number, least = whole(value), whole(places, 0)
        except Wrong:
            return VALUE
        if abs(number) >= base**width:
            return NUM
        return format(number + base**width if number < 0 else number, letter).zfill(min(max(least, 0), width))

    function(name)(run)


_in_base("DEC2HEX", "X", 16)
_in_base("DEC2OCT", "o", 8)
_in_base("DEC2BIN", "b", 2)


_BASES: Final = ("HEX", "OCT", "BIN")


def _between(one: str, other: str) -> None:
    from emoscan.evaluate.xlm.library import FUNCTIONS

    read, write = FUNCTIONS[f"{one}2DEC"].run, FUNCTIONS[f"DEC2{other}"].run

    def run(m: XlmMachine, value: Any, places: Any = MISSING) -> Any:
        number = read(m, value)
        return write(m, number, places) if type(number) is float else number

    function(f"{one}2{other}")(run)


for _one in _BASES:
    for _other in _BASES:
        if _one != _other:
            _between(_one, _other)


@function("BASE")
def base(_: XlmMachine, value: Any, radix: Any, least: Any = 0.0) -> Any:
    try:
        number, by, places = whole(value), whole(radix), whole(least, 0)
    except Wrong:
        return VALUE
    if not 2 <= by <= 36 or not 0 <= number < 1 << 53:
        return NUM
    digits = ""
    while number:
        number, rest = divmod(number, by)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + digits
    return (digits or "0").zfill(min(max(places, 0), 255))


@function("DECIMAL")
def decimal(_: XlmMachine, value: Any, radix: Any) -> Any:
    try:
        return float(int(text_of(value)[:255], whole(radix)))
    except (Wrong, ValueError, OverflowError):
        return NUM


@function("ROMAN")
def roman(_: XlmMachine, value: Any, *_more: Any) -> Any:
    try:
        number = whole(value)
    except Wrong:
        return VALUE
    if not 0 <= number < 4_000:
        return VALUE
    out = ""
    signs = {1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL", 10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}
    for size, sign in signs.items():
        count, number = divmod(number, size)
        out += sign * count
    return out


@function("ISEVEN")
def iseven(_: XlmMachine, value: Any) -> Any:
    try:
        return whole(value) % 2 == 0
    except Wrong:
        return VALUE


@function("ISODD")
def isodd(_: XlmMachine, value: Any) -> Any:
    try:
        return whole(value) % 2 == 1
    except Wrong:
        return VALUE
