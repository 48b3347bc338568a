"""The VBA and VBScript run-time library: functions by lower-case name.

A function takes the machine and the arguments of the call (`MISSING` for those left out) and returns a value. With
`@builtin("Name", "parameter names", kinds)` it is found by every name given; `kinds` says what each argument is made
before the function sees it:

    s  text            n  number        i  whole number       b  truth         d  date
    t  text, or what is known of one (Unknown)                v  value (no object)      x  as it is

A letter followed by `?` may be left out by the caller (the function then gets MISSING). An argument that is Unknown makes
the result Unknown, unless the kind is `t`, `x` or `v`. Null makes it Null, or is error 94 where the letter is a capital:
the function's parameter is then no Variant. Without `kinds` a function gets its arguments as they are: those that macros
call in loops look at the common case themselves and leave the rest to a function made by `converting`.

How many arguments a function takes is checked when the call is compiled (`ARITY`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NULL, Object, Unknown
from emoscan.evaluate.vba.convert import integer, number, to_boolean, to_date
from emoscan.evaluate.vba.errors import failure
from emoscan.evaluate.vba.operators import plain, text

Function = Callable[..., Any]

FUNCTIONS: Final[dict[str, Function]] = {}
PARAMETERS: Final[dict[str, tuple[str, ...]]] = {}
RESULTS: Final[dict[str, str]] = {}
"""Static type of the result (see compiler.STATIC), where it is always one."""
ARITY: Final[dict[str, tuple[int, int]]] = {}
"""How many arguments a function needs and takes."""
ASSIGNABLE: Final[dict[str, Function]] = {}
"""What an assignment to a name of the library does: `Date = …`, `Err = …`."""

MODULES: Final = "strings formatting conversion maths dates information errorobject interaction evaluation arrays collection files financial starbasic".split()

VBSCRIPT: Final = frozenset(
    "abs array asc ascb ascw atn cbool cbyte ccur cdate cdbl chr chrb chrw cint clng cos createobject csng cstr date dateadd datediff "
    "datepart dateserial datevalue day err exp filter fix formatcurrency formatdatetime formatnumber formatpercent getobject hex hour "
    "inputbox instr instrb instrrev int isarray isdate isempty isnull isnumeric isobject join lbound lcase left leftb len lenb loadpicture "
    "log ltrim mid midb minute month monthname msgbox now oct randomize replace rgb right rightb rnd round rtrim second sgn sin space split "
    "sqr strcomp string strreverse tan time timer timeserial timevalue trim typename ubound ucase vartype weekday weekdayname year".split()
)
"""Functions that VBScript shares with VBA; other names are free for variables there."""

VBSCRIPT_ONLY: Final = frozenset(
    "escape unescape eval execute executeglobal getref getlocale setlocale scriptengine scriptenginemajorversion "
    "scriptengineminorversion scriptenginebuildversion".split()
)

LONGEST_REASON: Final = 120


def knows(name: str, *, vbscript: bool = False) -> bool:
    """Whether a name (in lower case) is a function of the language."""
    if name not in FUNCTIONS:
        return False
    return (name in VBSCRIPT or name in VBSCRIPT_ONLY) if vbscript else name not in VBSCRIPT_ONLY


def builtin(names: str, parameters: str = "", kinds: str = "", *, result: str = "V") -> Callable[[Function], Function]:
    """Register a library function under one or several names, separated by blanks. Names with and without `$` are one."""

    def register(function: Function) -> Function:
        wrapped = converting(kinds, names.partition(" ")[0])(function) if kinds else function
        for name in names.lower().split():
            if name in FUNCTIONS:
                raise ValueError(f"library function {name!r} is defined twice")
            FUNCTIONS[name] = wrapped
            PARAMETERS[name] = tuple(parameters.lower().split())
            RESULTS[name] = result
            ARITY[name] = _arity_of_kinds(kinds.split()) if kinds else _arity(function)
        return function

    return register


def assignable(name: str) -> Callable[[Function], Function]:
    """Register what assigning to a name of the library does."""

    def register(function: Function) -> Function:
        ASSIGNABLE[name.lower()] = function
        return function

    return register


def _arity_of_kinds(kinds: list[str]) -> tuple[int, int]:
    required = [at for at, kind in enumerate(kinds) if not kind.endswith("?")]
    return (required[-1] + 1 if required else 0), len(kinds)


def _arity(function: Function) -> tuple[int, int]:
    code = function.__code__
    most = code.co_argcount - 1
    return most - len(function.__defaults__ or ()), 1 << 16 if code.co_flags & VARIADIC else most


VARIADIC: Final = 0x04  # CO_VARARGS


def invalid_call() -> ScriptError:
    return failure(5)


def wrong_arguments() -> ScriptError:
    return failure(450)


def unknown(name: str, value: Unknown) -> Unknown:
    """The result of a function of something unknown. The reason does not grow with what a loop does to it."""
    return Unknown(f"{name}({value.why})"[:LONGEST_REASON])


def converting(kinds: str, name: str) -> Callable[[Function], Function]:
    """Have the arguments of a function made what it expects (see the module's text). `name` is for the reasons of unknowns."""
    letters = kinds.split()
    least, most = _arity_of_kinds(letters)
    makers = [MAKE.get(kind[0].lower()) for kind in letters]
    strict = [kind[0].isupper() for kind in letters]
    optional = [kind.endswith("?") for kind in letters]
    raw = [kind[0] == "x" for kind in letters]
    keeps = [kind[0] in "tT" for kind in letters]

    def decorate(function: Function) -> Function:
        def call(machine: Any, *args: Any) -> Any:
            count = len(args)
            if not least <= count <= most:
                raise wrong_arguments()
            made: list[Any] = []
            for at, value in enumerate(args):
                if value is MISSING:
                    if not optional[at]:
                        raise failure(449)
                elif not raw[at]:
                    if type(value) is Object:
                        value = plain(machine, value)
                    maker = makers[at]
                    if maker is not None:
                        if value is NULL and not strict[at]:
                            return NULL
                        value = maker(value)
                        if type(value) is Unknown and not keeps[at]:
                            return unknown(name, value)
                made.append(value)
            if count < most:
                made += [MISSING] * (most - count)
            return function(machine, *made)

        call.__name__ = function.__name__
        return call

    return decorate


def call(machine: Any, name: str, args: tuple[Any, ...]) -> Any:
    """Call a function by name with arguments that nobody has counted. Raises error 450 when there are too few or too many."""
    least, most = ARITY[name]
    if not least <= len(args) <= most:
        raise wrong_arguments()
    return FUNCTIONS[name](machine, *args)


MAKE: Final[dict[str, Callable[[Any], Any]]] = {"s": text, "t": text, "n": number, "i": integer, "b": to_boolean, "d": to_date}


def load() -> None:
    """Import the modules of the library, once."""
    if not FUNCTIONS:
        for name in MODULES:
            import_module(f"emoscan.evaluate.vba.library.{name}")
