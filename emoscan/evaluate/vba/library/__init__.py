"""The VBA and VBScript run-time library: functions by lower-case name.

A function takes the machine and the arguments of the call (`MISSING` for those left out) and returns a value. With
`@builtin("Name", "parameter names", kinds)` it is found by every name given; `kinds` says what each argument is made
before the function sees it:

    s  text            n  number        i  whole number       b  truth         v  value (no object)      x  as it is

A lower-case letter may be left out by the caller when followed by `?` (the function then gets MISSING). An argument that is
Unknown makes the result Unknown, Null makes it Null, unless the kind is `x` or `v`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NULL, Object, Unknown
from emoscan.evaluate.vba.convert import integer, number, to_boolean
from emoscan.evaluate.vba.operators import plain, text

Function = Callable[..., Any]

FUNCTIONS: Final[dict[str, Function]] = {}
PARAMETERS: Final[dict[str, tuple[str, ...]]] = {}
RESULTS: Final[dict[str, str]] = {}
"""Static type of the result (see compiler.STATIC), where it is always one."""

MODULES: Final = ("strings", "conversion", "maths", "dates", "information", "interaction", "arrays", "files", "financial")


def builtin(names: str, parameters: str = "", kinds: str = "", *, result: str = "V") -> Callable[[Function], Function]:
    """Register a library function under one or several names, separated by blanks. Names with and without `$` are one."""

    def register(function: Function) -> Function:
        wrapped = _converting(function, kinds.split(), names.partition(" ")[0]) if kinds else function
        for name in names.lower().split():
            if name in FUNCTIONS:
                raise ValueError(f"library function {name!r} is defined twice")
            FUNCTIONS[name] = wrapped
            PARAMETERS[name] = tuple(parameters.lower().split())
            RESULTS[name] = result
        return function

    return register


def invalid_call() -> ScriptError:
    return ScriptError(5, "Invalid procedure call or argument")


def wrong_arguments() -> ScriptError:
    return ScriptError(450, "Wrong number of arguments or invalid property assignment")


def _converting(function: Function, kinds: list[str], name: str) -> Function:
    """The function with its arguments made what it expects."""
    least = sum(not kind.endswith("?") for kind in kinds)
    most = len(kinds)
    letters = [kind[0] for kind in kinds]

    def call(machine: Any, *args: Any) -> Any:
        count = len(args)
        if not least <= count <= most:
            raise wrong_arguments()
        made: list[Any] = []
        for letter, value in zip(letters, args):
            if value is MISSING:
                made.append(MISSING)
                continue
            if letter != "x":
                if type(value) is Object:
                    value = plain(machine, value)
                if letter != "v":
                    if value is NULL:
                        return NULL
                    value = MAKE[letter](value)
                    if type(value) is Unknown:
                        return Unknown(f"{name}({value.text()})")
            made.append(value)
        if MISSING in made[:least]:
            raise ScriptError(449, "Argument not optional")
        made += [MISSING] * (most - count)
        return function(machine, *made)

    return call


MAKE: Final[dict[str, Callable[[Any], Any]]] = {"s": text, "n": number, "i": integer, "b": to_boolean}


def load() -> None:
    """Import the modules of the library, once."""
    if not FUNCTIONS:
        for name in MODULES:
            import_module(f"emoscan.evaluate.vba.library.{name}")
