"""What a set of numbers has in common; counting and adding up by conditions; money."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.library import function, on_ranges
from emoscan.evaluate.xlm.library.maths import criterion, finite, numbers
from emoscan.evaluate.xlm.values import DIV, NA, NUM, VALUE, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine

MAX_PAYMENTS = 10_000


def _of_numbers(names: str, calculate: Callable[[list[float]], float]) -> None:
    """Functions of a set of numbers that has to hold some."""

    def run(m: XlmMachine, *values: Any) -> Any:
        found = numbers(m, values)
        if not isinstance(found, list):
            return found
        try:
            return finite(float(calculate(found))) if found else NUM
        except ZeroDivisionError:
            return DIV
        except (OverflowError, ValueError):
            return NUM

    on_ranges(*names.split())(run)


def mean(found: list[float]) -> float:
    return sum(found) / len(found)


def _deviations(found: list[float]) -> float:
    middle = mean(found)
    return sum((value - middle) ** 2 for value in found)


_of_numbers("VARP VAR.P VARPA", lambda found: _deviations(found) / len(found))
_of_numbers("STDEVP STDEV.P STDEVPA", lambda found: math.sqrt(_deviations(found) / len(found)))
_of_numbers("VAR.S VARA", lambda found: _deviations(found) / (len(found) - 1))
_of_numbers("STDEV.S STDEVA", lambda found: math.sqrt(_deviations(found) / (len(found) - 1)))
_of_numbers("DEVSQ", _deviations)
_of_numbers("AVEDEV", lambda found: sum(abs(value - mean(found)) for value in found[:5_000]) / len(found))
_of_numbers("GEOMEAN", lambda found: math.exp(sum(math.log(value) for value in found) / len(found)))
_of_numbers("HARMEAN", lambda found: len(found) / sum(1 / value for value in found))


@on_ranges("MODE", "MODE.SNGL")
def mode(m: XlmMachine, *values: Any) -> Any:
    found = numbers(m, values)
    if not isinstance(found, list):
        return found
    number, count = Counter(found).most_common(1)[0] if found else (0.0, 0)
    return number if count > 1 else NA


def _looking_at_all(name: str, calculate: Callable[[list[float]], float]) -> None:
    """The relatives of AVERAGE, MAX and MIN that count texts as 0 and truths as 1."""

    def run(m: XlmMachine, *values: Any) -> Any:
        found: list[float] = []
        for item in m.flat(values):
            if type(item) is ErrorValue or type(item) is Unknown:
                return item
            if item is not None and item is not MISSING:
                found.append(item if type(item) is float else 1.0 if item is True else 0.0)
        return finite(float(calculate(found))) if found else 0.0

    on_ranges(name)(run)


_looking_at_all("AVERAGEA", mean)
_looking_at_all("MAXA", max)
_looking_at_all("MINA", min)


@on_ranges("RANK", "RANK.EQ")
def rank(m: XlmMachine, number: Any, area: Any, rising: Any = False) -> Any:
    found, wanted = numbers(m, (area,)), to_number(m.single(number))
    if not isinstance(found, list) or type(wanted) is not float:
        return found if not isinstance(found, list) else wanted
    up = rising is not MISSING and m.truth(rising)
    return float(1 + sum(value < wanted if up else value > wanted for value in found)) if wanted in found else NA


def _share(m: XlmMachine, area: Any, share: Any, parts: float) -> Any:
    found, where = numbers(m, (area,)), to_number(m.single(share))
    if not isinstance(found, list):
        return found
    if type(where) is not float or not found or not 0 <= where <= parts:
        return NUM
    found.sort()
    place = where / parts * (len(found) - 1)
    below = math.floor(place)
    above = min(below + 1, len(found) - 1)
    return found[below] + (found[above] - found[below]) * (place - below)


@on_ranges("PERCENTILE", "PERCENTILE.INC")
def percentile(m: XlmMachine, area: Any, share: Any) -> Any:
    return _share(m, area, share, 1.0)


@on_ranges("QUARTILE", "QUARTILE.INC")
def quartile(m: XlmMachine, area: Any, which: Any) -> Any:
    number = to_number(m.single(which))
    return _share(m, area, float(int(number)) if type(number) is float else number, 4.0)


def _chosen(m: XlmMachine, conditions: tuple[Any, ...]) -> list[bool] | None:
    """Which places of the areas meet all their conditions; None when areas are not alike."""
    chosen: list[bool] | None = None
    for area, condition in zip(conditions[::2], conditions[1::2]):
        test = criterion(m, m.single(condition))
        met = [test(value) for value in m.flat((area,))]
        if chosen is not None and len(chosen) != len(met):
            return None
        chosen = met if chosen is None else [one and other for one, other in zip(chosen, met)]
    return chosen


@on_ranges("COUNTIFS")
def countifs(m: XlmMachine, *conditions: Any) -> Any:
    chosen = _chosen(m, conditions)
    return VALUE if chosen is None else float(sum(chosen))


def _by_conditions(names: str, calculate: Callable[[list[float]], float], empty: Any) -> None:
    def run(m: XlmMachine, area: Any, *conditions: Any) -> Any:
        chosen, values = _chosen(m, conditions), list(m.flat((area,)))
        if chosen is None or len(chosen) != len(values):
            return VALUE
        found = [value for value, wanted in zip(values, chosen) if wanted and type(value) is float]
        return finite(float(calculate(found))) if found else empty

    on_ranges(*names.split())(run)


_by_conditions("SUMIFS", sum, 0.0)
_by_conditions("AVERAGEIFS", mean, DIV)
_by_conditions("MAXIFS", max, 0.0)
_by_conditions("MINIFS", min, 0.0)


@on_ranges("AVERAGEIF")
def averageif(m: XlmMachine, area: Any, condition: Any, of: Any = MISSING) -> Any:
    test = criterion(m, m.single(condition))
    values = list(m.flat((area,)))
    taken = values if of is MISSING else list(m.flat((of,)))
    found = [number for value, number in zip(values, taken) if test(value) and type(number) is float]
    return finite(mean(found)) if found else DIV


def _pairs(name: str, calculate: Callable[[float, float], float]) -> None:
    def run(m: XlmMachine, left: Any, right: Any) -> Any:
        one, other = [to_number(v) for v in m.flat((left,))], [to_number(v) for v in m.flat((right,))]
        if len(one) != len(other):
            return NA
        return finite(sum(calculate(x, y) for x, y in zip(one, other) if type(x) is float and type(y) is float))

    on_ranges(name)(run)


_pairs("SUMX2MY2", lambda x, y: x * x - y * y)
_pairs("SUMX2PY2", lambda x, y: x * x + y * y)
_pairs("SUMXMY2", lambda x, y: (x - y) ** 2)


# ---------------------------------------------------------------- money


def _money(name: str, calculate: Callable[..., float], least: int) -> None:
    """Of rate, periods, payment, value, and whether payments come first (Excel's order of the five); what is left out counts 0."""

    def run(given: tuple[Any, ...]) -> Any:
        found = [0.0 if value is MISSING else to_number(value) for value in given]
        bad = next((number for number in found if type(number) is not float), None)
        if bad is not None:
            return bad
        try:
            return finite(float(calculate(*found)))
        except ZeroDivisionError:
            return DIV
        except (OverflowError, ValueError, TypeError):
            return NUM

    if least == 2:
        function(name)(lambda _, a, b, c=MISSING, d=MISSING, e=MISSING: run((a, b, c, d, e)))
    else:
        function(name)(lambda _, a, b, c, d=MISSING, e=MISSING: run((a, b, c, d, e)))


def _future(rate: float, periods: float, payment: float, present: float, first: float) -> float:
    if not rate:
        return -present - payment * periods
    growth = math.pow(1 + rate, periods)
    return -present * growth - payment * (1 + rate * first) * (growth - 1) / rate


def _present(rate: float, periods: float, payment: float, future: float, first: float) -> float:
    if not rate:
        return -future - payment * periods
    growth = math.pow(1 + rate, periods)
    return (-future - payment * (1 + rate * first) * (growth - 1) / rate) / growth


def _payment(rate: float, periods: float, present: float, future: float, first: float) -> float:
    if not rate:
        return -(present + future) / periods
    growth = math.pow(1 + rate, periods)
    return -(present * growth + future) * rate / ((1 + rate * first) * (growth - 1))


_money("FV", _future, 3)
_money("PV", _present, 3)
_money("PMT", _payment, 3)


@function("SLN")
def sln(_: XlmMachine, cost: Any, salvage: Any, life: Any) -> Any:
    new, old, years = to_number(cost), to_number(salvage), to_number(life)
    if not isinstance(new, float):
        return new
    if not isinstance(old, float) or not isinstance(years, float):
        return years if isinstance(old, float) else old
    return finite((new - old) / years) if years else DIV


@on_ranges("NPV")
def npv(m: XlmMachine, rate: Any, *values: Any) -> Any:
    interest, found = to_number(m.single(rate)), numbers(m, values)
    if not isinstance(interest, float):
        return interest
    if not isinstance(found, list):
        return found
    try:
        return finite(sum(value / (1 + interest) ** (at + 1) for at, value in enumerate(found[:MAX_PAYMENTS])))
    except (ZeroDivisionError, OverflowError):
        return NUM
