"""Arrays (MS-VBAL 6.1.2.2, 6.1.2.11)."""

from __future__ import annotations

from typing import Any

from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.vba.arrays import Array, array_of
from emoscan.evaluate.vba.convert import integer, mismatch
from emoscan.evaluate.vba.library import builtin, unknown
from emoscan.evaluate.vba.operators import plain


@builtin("Array", "arglist", result="P")
def array(_machine: Any, *values: Any) -> Array:
    """The compiler writes calls out itself, because the lower bound is the module's Option Base; this is for the rest."""
    return array_of([None if value is MISSING else value for value in values])


@builtin("UBound", "arrayname dimension", result="P")
def u_bound(machine: Any, value: Any, dimension: Any = MISSING) -> Any:
    if type(value) is Array and dimension is MISSING and value.bounds:
        return value.bounds[0][1]
    return bound(machine, value, dimension, 1)


@builtin("LBound", "arrayname dimension", result="P")
def l_bound(machine: Any, value: Any, dimension: Any = MISSING) -> Any:
    if type(value) is Array and dimension is MISSING and value.bounds:
        return value.bounds[0][0]
    return bound(machine, value, dimension, 0)


def bound(machine: Any, value: Any, dimension: Any, side: int) -> Any:
    value = plain(machine, value)
    which = 1 if dimension is MISSING else integer(plain(machine, dimension))
    if type(value) is Unknown:
        return unknown("UBound" if side else "LBound", value)
    if type(which) is Unknown:
        return which
    if type(value) is not Array:
        raise mismatch()
    return value.bound(which)[side]
