"""What formulas can call: functions of worksheets, functions and commands of macros.

A function is registered with its name. `function` takes single values (errors, unknown values and arrays are dealt with before it is
called), `on_ranges` takes arguments as they are (references, arrays, MISSING), `command` as well and may act: it is written into the
listing of what ran. `special` makes code itself, for what decides about its own arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from emoscan.evaluate.core.values import VARIADIC

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Compiler, Eval
    from emoscan.evaluate.xlm.syntax import Node

Run = Callable[..., Any]
"""Called with the machine and the arguments."""
Special = Callable[["Compiler", "Node", bool], "Eval"]


class Function(Struct, frozen=True):
    name: str
    run: Run
    least: int
    most: int
    single: bool
    """It takes single values only, and gives one."""
    pure: bool
    """Worksheets may call it: it changes nothing."""


FUNCTIONS: Final[dict[str, Function]] = {}
SPECIAL: Final[dict[str, Special]] = {}

MODULES: Final = (
    "text", "maths", "statistics", "dates", "lookup", "lambdas", "information", "control", "sheets", "files", "calls", "surroundings",
)  # fmt: skip


def _register(names: tuple[str, ...], *, single: bool, pure: bool) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        code = run.__code__
        most = 255 if code.co_flags & VARIADIC else code.co_argcount - 1
        least = code.co_argcount - 1 - len(run.__defaults__ or ())
        for name in names:
            if name in FUNCTIONS:
                raise ValueError(f"{name} is registered twice")
            FUNCTIONS[name] = Function(name, run, least, most, single, pure)
        return run

    return register


def function(*names: str) -> Callable[[Run], Run]:
    return _register(names, single=True, pure=True)


def on_ranges(*names: str) -> Callable[[Run], Run]:
    return _register(names, single=False, pure=True)


def command(*names: str) -> Callable[[Run], Run]:
    return _register(names, single=False, pure=False)


def special(*names: str) -> Callable[[Special], Special]:
    def register(make: Special) -> Special:
        for name in names:
            SPECIAL[name] = make
        return make

    return register


def canonical(name: str) -> str:
    """The name a function is registered by: in capitals, without the prefixes files write before newer ones, in English."""
    name = name.upper().removesuffix("?")
    if name in ARRAY_NAMES:
        return ARRAY_NAMES[name]
    for prefix in ("_XLFN.", "_XLWS.", "_XLL.", "_XLUDF."):
        name = name.removeprefix(prefix)
    return ADD_IN_NAMES.get(name, name)


ARRAY_NAMES: Final = {"_XLFN._XLWS.FILTER": "FILTER#", "_XLFN._XLWS.SORT": "SORT#"}
"""Functions of Excel 365 by the names files give them; without those they are commands of Excel 4."""

ADD_IN_NAMES: Final = {
    local: english
    for english, words in {
        "RANDBETWEEN": "СЛУЧМЕЖДУ ZUFALLSBEREICH ALEA.ENTRE.BORNES ALEATORIO.ENTRE ALEATÓRIOENTRE CASUALE.TRA ASELECTTUSSEN LOS.ZAKR RASTGELEARADA",
        "HEX2DEC": "ШЕСТН.В.ДЕС HEXINDEZ HEXDEC HEX.A.DEC HEXADEC HEX.DECIMALE HEX.N.DEC",
        "DEC2HEX": "ДЕС.В.ШЕСТН DEZINHEX DECHEX DEC.A.HEX DECAHEX DECIMALE.HEX DEC.N.HEX",
        "BIN2DEC": "ДВ.В.ДЕС BININDEZ BINDEC BIN.A.DEC BINADEC BINARIO.DECIMALE BIN.N.DEC",
        "DEC2BIN": "ДЕС.В.ДВ DEZINBIN DECBIN DEC.A.BIN DECABIN DECIMALE.BINARIO DEC.N.BIN",
        "QUOTIENT": "ЧАСТНОЕ QUOTIENT COCIENTE QUOCIENTE QUOZIENTE",
        "EOMONTH": "КОНМЕСЯЦА MONATSENDE FIN.MOIS FIN.MES FIMMÊS FINE.MESE",
        "EDATE": "ДАТАМЕС EDATUM MOIS.DECALER FECHA.MES DATAM DATA.MESE",
        "WEEKNUM": "НОМНЕДЕЛИ KALENDERWOCHE NO.SEMAINE NUM.DE.SEMANA NÚMSEMANA NUM.SETTIMANA",
        "ISEVEN": "ЕЧЁТН ISTGERADE EST.PAIR ES.PAR ÉPAR VAL.PARI",
        "ISODD": "ЕНЕЧЁТ ISTUNGERADE EST.IMPAIR ES.IMPAR ÉIMPAR VAL.DISPARI",
    }.items()
    for local in words.split()
}
"""Functions of the Analysis ToolPak in the languages of the Excels that wrote them: of all functions, those alone are stored by name."""


@cache
def load() -> None:
    """Fill the tables, once."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
    import_module(f"{__name__}.rest").fill()
