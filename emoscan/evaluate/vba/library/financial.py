"""Money (MS-VBAL 6.1.2.6): annuities, depreciation, and the return of cash flows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import mismatch, number, overflow
from emoscan.evaluate.vba.library import builtin, invalid_call, unknown
from emoscan.evaluate.vba.operators import plain

TRIES: Final = 40
CLOSE: Final = 1e-7


def reckoning(function: Callable[..., float]) -> Callable[..., float]:
    """Errors of arithmetic are those of VBA."""

    @wraps(function)
    def call(machine: Any, *args: Any) -> float:
        try:
            result = function(machine, *args)
        except ZeroDivisionError:
            raise invalid_call() from None
        except OverflowError:
            raise overflow() from None
        if result != result or result in (float("inf"), float("-inf")):  # noqa: PLR0124 - not a number
            raise overflow()
        return float(result)

    return call


def or_zero(*values: Any) -> tuple[float, ...]:
    return tuple(0.0 if value is MISSING else float(value) for value in values)


def growth(rate: float, periods: float) -> float:
    """(1 + rate) ** periods. Raises error 5 where that is no real number."""
    base = 1 + rate
    if base < 0 and periods != int(periods):
        raise invalid_call()
    return float(base**periods)


def present_value(rate: float, nper: float, pmt: float, fv: float, type_: float) -> float:
    if rate == 0:
        return -fv - pmt * nper
    factor = growth(rate, nper)
    return -(fv + pmt * (1 + rate * (type_ != 0)) * (factor - 1) / rate) / factor


def future_value(rate: float, nper: float, pmt: float, pv: float, type_: float) -> float:
    if rate == 0:
        return -pv - pmt * nper
    factor = growth(rate, nper)
    return -pv * factor - pmt * (1 + rate * (type_ != 0)) * (factor - 1) / rate


def payment(rate: float, nper: float, pv: float, fv: float, type_: float) -> float:
    if rate == 0:
        return -(pv + fv) / nper
    factor = growth(rate, nper)
    return -(fv + pv * factor) * rate / ((1 + rate * (type_ != 0)) * (factor - 1))


def interest(rate: float, per: float, nper: float, pv: float, fv: float, type_: float) -> float:
    """The interest in one payment."""
    if per <= 0 or per >= nper + 1:
        raise invalid_call()
    if type_ != 0 and per == 1:
        return 0.0
    paid = payment(rate, nper, pv, fv, type_)
    before = pv + paid if type_ != 0 else pv
    periods = per - 2 if type_ != 0 else per - 1
    return future_value(rate, periods, paid, before, 0) * rate


@builtin("PV", "rate nper pmt fv due", "N N N N? N?", result="D")
@reckoning
def pv(_machine: Any, rate: float, nper: float, pmt: float, fv: Any, type_: Any) -> float:
    return present_value(rate, nper, pmt, *or_zero(fv, type_))


@builtin("FV", "rate nper pmt pv due", "N N N N? N?", result="D")
@reckoning
def fv(_machine: Any, rate: float, nper: float, pmt: float, pv: Any, type_: Any) -> float:
    return future_value(rate, nper, pmt, *or_zero(pv, type_))


@builtin("Pmt", "rate nper pv fv due", "N N N N? N?", result="D")
@reckoning
def pmt(_machine: Any, rate: float, nper: float, pv: float, fv: Any, type_: Any) -> float:
    return payment(rate, nper, pv, *or_zero(fv, type_))


@builtin("IPmt", "rate per nper pv fv due", "N N N N N? N?", result="D")
@reckoning
def i_pmt(_machine: Any, rate: float, per: float, nper: float, pv: float, fv: Any, type_: Any) -> float:
    return interest(rate, per, nper, pv, *or_zero(fv, type_))


@builtin("PPmt", "rate per nper pv fv due", "N N N N N? N?", result="D")
@reckoning
def p_pmt(_machine: Any, rate: float, per: float, nper: float, pv: float, fv: Any, type_: Any) -> float:
    """The part of a payment that is no interest."""
    final, due = or_zero(fv, type_)
    return payment(rate, nper, pv, final, due) - interest(rate, per, nper, pv, final, due)


@builtin("NPer", "rate pmt pv fv due", "N N N N? N?", result="D")
@reckoning
def n_per(_machine: Any, rate: float, pmt: float, pv: float, fv: Any, type_: Any) -> float:
    from math import log

    final, due = or_zero(fv, type_)
    if rate == 0:
        return -(pv + final) / pmt
    if rate <= -1:
        raise invalid_call()
    paid = pmt * (1 + rate * (due != 0)) / rate
    quotient = (paid - final) / (paid + pv)
    if quotient <= 0:
        raise invalid_call()
    return log(quotient) / log(1 + rate)


@builtin("Rate", "nper pmt pv fv due guess", "N N N N? N? N?", result="D")
@reckoning
def rate(_machine: Any, nper: float, pmt: float, pv: float, fv: Any, type_: Any, guess: Any) -> float:
    """By the secant method, as VBA does it. Raises error 5 when 40 steps lead nowhere."""
    if nper <= 0:
        raise invalid_call()
    final, due = or_zero(fv, type_)

    def off(at: float) -> float:
        if at == 0:
            return pv + pmt * nper + final
        factor = growth(at, nper)
        return pv * factor + pmt * (1 + at * (due != 0)) * (factor - 1) / at + final

    return root(off, 0.1 if guess is MISSING else float(guess))


def root(off: Callable[[float], float], guess: float) -> float:
    one, two = guess, guess / 2 if guess else 1e-5
    off_one, off_two = off(one), off(two)
    for _ in range(TRIES):
        if abs(off_two) < CLOSE:
            return two
        if off_two == off_one:
            one -= 1e-5
            off_one = off(one)
            if off_two == off_one:
                break
        one, two, off_one = two, two - (two - one) * off_two / (off_two - off_one), off_two
        if isinstance(two, complex):
            break
        off_two = off(two)
    raise invalid_call()


# ---------------------------------------------------------------- cash flows


def flows(machine: Any, values: Any, name: str) -> list[float] | Unknown:
    values = plain(machine, values)
    if type(values) is Unknown:
        return unknown(name, values)
    if type(values) is not Array:
        raise mismatch()
    machine.spend(len(values.data))
    made: list[float] = []
    for element in values.data:
        amount = number(plain(machine, element))
        if type(amount) is Unknown:
            return unknown(name, amount)
        made.append(float(amount))
    if not made:
        raise invalid_call()
    return made


def net_value(rate: float, amounts: list[float], first: int = 1) -> float:
    total, factor = 0.0, float((1 + rate) ** first)
    for amount in amounts:
        total += amount / factor
        factor *= 1 + rate
    return total


@builtin("NPV", "rate valuearray", "N x", result="P")
def npv(machine: Any, rate: float, values: Any) -> Any:
    amounts = flows(machine, values, "NPV")
    if isinstance(amounts, Unknown):
        return amounts
    if rate == -1:
        raise invalid_call()
    return reckoning(lambda _machine: net_value(rate, amounts))(machine)


@builtin("IRR", "valuearray guess", "x N?", result="P")
def irr(machine: Any, values: Any, guess: Any) -> Any:
    amounts = flows(machine, values, "IRR")
    if isinstance(amounts, Unknown):
        return amounts
    if not any(a > 0 for a in amounts) or not any(a < 0 for a in amounts):
        raise invalid_call()
    machine.spend(len(amounts) * TRIES)
    largest = max(map(abs, amounts))
    scaled = [amount / largest for amount in amounts]
    start = 0.1 if guess is MISSING else float(guess)
    if start <= -1:
        raise invalid_call()
    return reckoning(lambda _machine: root(lambda at: net_value(at, scaled, 0), start))(machine)


@builtin("MIRR", "valuearray financerate reinvestrate", "x N N", result="P")
def mirr(machine: Any, values: Any, finance_rate: float, reinvest_rate: float) -> Any:
    amounts = flows(machine, values, "MIRR")
    if isinstance(amounts, Unknown):
        return amounts
    if finance_rate == -1 or reinvest_rate == -1 or len(amounts) < 2:
        raise invalid_call()

    def result(_machine: Any) -> float:
        positive = net_value(reinvest_rate, [max(amount, 0.0) for amount in amounts])
        negative = net_value(finance_rate, [min(amount, 0.0) for amount in amounts])
        periods = len(amounts)
        quotient = -positive * growth(reinvest_rate, periods) / (negative * (1 + finance_rate))
        if quotient < 0:
            raise invalid_call()
        return float(quotient ** (1 / (periods - 1)) - 1)

    return reckoning(result)(machine)


# ---------------------------------------------------------------- depreciation


@builtin("SLN", "cost salvage life", "N N N", result="D")
@reckoning
def sln(_machine: Any, cost: float, salvage: float, life: float) -> float:
    return (cost - salvage) / life


@builtin("SYD", "cost salvage life period", "N N N N", result="D")
@reckoning
def syd(_machine: Any, cost: float, salvage: float, life: float, period: float) -> float:
    if salvage < 0 or period > life or period <= 0:
        raise invalid_call()
    return (cost - salvage) * (life + 1 - period) * 2 / (life * (life + 1))


@builtin("DDB", "cost salvage life period factor", "N N N N N?", result="D")
@reckoning
def ddb(_machine: Any, cost: float, salvage: float, life: float, period: float, factor: Any) -> float:
    """Declining balance, twice as fast as straight-line unless `factor` says otherwise."""
    times = 2.0 if factor is MISSING else float(factor)
    if times <= 0 or salvage < 0 or period <= 0 or period > life:
        raise invalid_call()
    if cost <= 0:
        return 0.0
    share = min(times / life, 1.0)
    before = cost * float((1 - share) ** (period - 1))
    after = cost * float((1 - share) ** period)
    return max(0.0, before - max(after, salvage))
