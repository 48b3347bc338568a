"""Questions about values, and functions that look at errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown
from emoscan.evaluate.xlm.library import on_ranges, special
from emoscan.evaluate.xlm.values import ERROR_TEXTS, NA, Array, Ref, Refs

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Compiler, Eval
    from emoscan.evaluate.xlm.machine import XlmMachine
    from emoscan.evaluate.xlm.syntax import Node


def _is(name: str, test: Callable[[Any], bool]) -> None:
    def run(m: XlmMachine, value: Any) -> Any:
        found = m.single(value)
        if type(found) is Array:
            return m.broadcast(test, [found])
        if type(found) is Unknown and name not in ("ISERROR", "ISERR", "ISNA", "ISTEXT", "ISNONTEXT"):
            return found
        return test(found)

    on_ranges(name)(run)


_is("ISERROR", lambda value: type(value) is ErrorValue)
_is("ISERR", lambda value: type(value) is ErrorValue and value != NA)
_is("ISNA", lambda value: type(value) is ErrorValue and value == NA)
_is("ISNUMBER", lambda value: type(value) is float)
_is("ISTEXT", lambda value: isinstance(value, (str, Unknown)))
_is("ISNONTEXT", lambda value: not isinstance(value, (str, Unknown)))
_is("ISLOGICAL", lambda value: isinstance(value, bool))
_is("ISBLANK", lambda value: value is None)


@on_ranges("ISREF")
def isref(_: XlmMachine, value: Any) -> Any:
    return type(value) in (Ref, Refs)


@on_ranges("TYPE")
def type_(m: XlmMachine, value: Any) -> Any:
    if type(value) is Array:
        return 64.0
    found = m.single(value)
    if isinstance(found, str):
        return 2.0
    return 4.0 if isinstance(found, bool) else 16.0 if type(found) is ErrorValue else 1.0


@on_ranges("ERROR.TYPE")
def error_type(m: XlmMachine, value: Any) -> Any:
    found = m.single(value)
    return float(list(ERROR_TEXTS).index(found.number) + 1) if type(found) is ErrorValue and found.number in ERROR_TEXTS else NA


@special("IFERROR", "IFNA")
def iferror(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument, tail=tail and number > 0) for number, argument in enumerate(node[3])]

    def run(m: XlmMachine) -> Any:
        value = m.single(given[0](m)) if given else NA
        return given[1](m) if type(value) is ErrorValue and len(given) > 1 else value

    return run


@special("IFS")
def ifs(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument, tail=tail and number % 2 == 1) for number, argument in enumerate(node[3])]

    def run(m: XlmMachine) -> Any:
        for test, value in zip(given[::2], given[1::2]):
            if m.decide(test(m)):
                return value(m)
        return NA

    return run


@special("SWITCH")
def switch(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument, tail=tail and number > 1) for number, argument in enumerate(node[3])]

    def run(m: XlmMachine) -> Any:
        subject = m.single(given[0](m)) if given else MISSING
        pairs = given[1:]
        for test, value in zip(pairs[::2], pairs[1::2]):
            if m.compare("=", subject, test(m)) is True:
                return value(m)
        return pairs[-1](m) if len(pairs) % 2 else NA

    return run


@special("IF")
def if_(compiler: Compiler, node: Node, tail: bool) -> Eval:
    arguments = node[3]
    if not arguments:
        return lambda _: NA
    test = compiler.raw(arguments[0])
    if len(arguments) == 1:
        return test
    pure, compiler.pure = compiler.pure, True
    yes = compiler.raw(arguments[1], tail=tail)
    no = compiler.raw(arguments[2], tail=tail) if len(arguments) > 2 else (lambda _: False)
    acts = not compiler.pure
    compiler.pure = compiler.pure and pure

    def run(m: XlmMachine) -> Any:
        value = test(m)
        if type(value) is Array and acts:  # one of two commands: the first value decides
            value = value.rows[0][0]
        if type(value) is Array:
            chosen, other = m.single(yes(m)), m.single(no(m))
            return m.broadcast(lambda t, a, b: a if t else b, [value, chosen, other])
        truth = m.truth_of(value)
        if type(truth) is ErrorValue:
            m.decide(value)
            return truth
        result = yes(m) if m.decide(value) else no(m)
        return 0.0 if result is MISSING else result

    return run
