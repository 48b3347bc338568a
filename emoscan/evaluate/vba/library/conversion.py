"""Conversions (MS-VBAL 6.1.2.3)."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, NULL, Date, ErrorValue, Object, Unknown
from emoscan.evaluate.vba.convert import (
    mismatch,
    number,
    overflow,
    to_boolean,
    to_byte,
    to_currency,
    to_date,
    to_double,
    to_integer,
    to_long,
    to_longlong,
    to_single,
)
from emoscan.evaluate.vba.errors import failure, message
from emoscan.evaluate.vba.library import builtin, converting, unknown
from emoscan.evaluate.vba.operators import plain, text
from emoscan.parse.lazy import lazy


def value_of(machine: Any, value: Any) -> Any:
    """The value an argument stands for; `CLng()` of an argument that was left out is a type mismatch."""
    if value is MISSING:
        raise mismatch()
    return plain(machine, value)


@builtin("CLng", "expression", result="L")
def c_lng(machine: Any, expression: Any) -> Any:
    if type(expression) is int and -0x80000000 <= expression <= 0x7FFFFFFF:
        return expression
    return to_long(value_of(machine, expression))


@builtin("CInt", "expression", result="I")
def c_int(machine: Any, expression: Any) -> Any:
    if type(expression) is int and -0x8000 <= expression <= 0x7FFF:
        return expression
    return to_integer(value_of(machine, expression))


@builtin("CByte", "expression", result="Y")
def c_byte(machine: Any, expression: Any) -> Any:
    if type(expression) is int and 0 <= expression <= 0xFF:
        return expression
    if type(expression) is str and len(expression) < 4 and expression.isascii() and expression.isdigit():
        number = int(expression)
        if number <= 0xFF:
            return number
    return to_byte(value_of(machine, expression))


@builtin("CLngLng CLngPtr", "expression", result="P")
def c_lng_lng(machine: Any, expression: Any) -> Any:
    return to_longlong(value_of(machine, expression))


@builtin("CDbl", "expression", result="D")
def c_dbl(machine: Any, expression: Any) -> Any:
    return to_double(value_of(machine, expression))


@builtin("CSng", "expression", result="D")
def c_sng(machine: Any, expression: Any) -> Any:
    return to_single(value_of(machine, expression))


@builtin("CCur", "expression", result="P")
def c_cur(machine: Any, expression: Any) -> Any:
    return to_currency(value_of(machine, expression))


LARGEST_DECIMAL: Final = 79228162514264337593543950335


@builtin("CDec", "expression", result="P")
def c_dec(machine: Any, expression: Any) -> Any:
    """A Decimal is a whole number here when it has no fraction: it may have 96 bits."""
    expression = value_of(machine, expression)
    if type(expression) is str and re.fullmatch(r"\s*[-+]?\d{1,29}\s*", expression):
        value: Any = int(expression)
    else:
        value = number(expression)
    if type(value) is Unknown:
        return value
    if abs(value) > LARGEST_DECIMAL:
        raise overflow()
    return int(value) if value == math.floor(value) else value


@builtin("CBool", "expression", result="B")
def c_bool(machine: Any, expression: Any) -> Any:
    return to_boolean(value_of(machine, expression))


@builtin("CDate CVDate", "expression", result="P")
def c_date(machine: Any, expression: Any) -> Any:
    value = value_of(machine, expression)
    return NULL if value is NULL else to_date(value)


@builtin("CStr", "expression", result="S")
def c_str(machine: Any, expression: Any) -> Any:
    if type(expression) is str:
        return expression
    value = value_of(machine, expression)
    return repr(value) if type(value) is ErrorValue else text(value)


@builtin("CVar", "expression")
def c_var(machine: Any, expression: Any) -> Any:
    return value_of(machine, expression) if type(expression) is not Object or expression.cls.default else expression


@builtin("CVErr", "expression", "I", result="P")
def cv_err(_machine: Any, expression: int) -> ErrorValue:
    if not 0 <= expression <= 0xFFFF:
        raise failure(5)
    return ErrorValue(expression)


@builtin("Error", "errornumber", result="S")
def error_text(machine: Any, errornumber: Any = MISSING) -> Any:
    """The message of an error; of the latest one without a number."""
    if errornumber is MISSING:
        return machine.error.description or message(machine.error.number)
    return _error_text(machine, errornumber)


@converting("I", "Error")
def _error_text(_machine: Any, errornumber: int) -> str:
    if not -0x80000000 <= errornumber <= 0xFFFF:
        raise overflow()
    return message(errornumber)


# ---------------------------------------------------------------- numbers written out


@builtin("Str", "number", "v", result="P")
def str_(_machine: Any, value: Any) -> Any:
    """A number as text, with a blank where a minus would stand."""
    if value is NULL:
        return NULL
    if type(value) is Unknown:
        return unknown("Str", value)
    if type(value) in (bool, Date):
        return text(value)
    written = text(number(value))
    return written if isinstance(written, Unknown) or written.startswith("-") else " " + written


_VAL: Final = lazy(r"([-+]?)(?:&([hHoO]?)([0-9a-fA-F]*)|((?:\d+(?:\.\d*)?|\.\d+)?)(?:[eEdD]([-+]?\d+))?)")
HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")
_BLANKS: Final = str.maketrans("", "", " \t\n\r")


@builtin("Val", "string", result="D")
def val(machine: Any, string: Any) -> Any:
    if type(string) is str and string.isascii() and string.isdigit() and len(string) < 16:
        return float(string)
    if type(string) is str and 3 <= len(string) <= 5 and string[:2] in ("&H", "&h"):
        digits = string[2:]
        if HEXADECIMAL.issuperset(digits):
            return float(int(digits, 16))  # three at most: none has a sign
    return _val(machine, string)


@converting("S", "Val")
def _val(_machine: Any, string: str) -> float:
    """The number at the beginning of a text, blanks left out; 0 when there is none."""
    match = _VAL.match(string[:4096].translate(_BLANKS))
    if match is None:
        return 0.0
    sign = -1.0 if match[1] == "-" else 1.0
    if match[3] is not None:
        return sign * float(_based(match[2], match[3], string))
    if not match[4]:
        return 0.0
    try:
        return sign * float(_finite(f"{match[4]}e{match[5][:6] if match[5] else 0}"))
    except ValueError:
        return 0.0


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise overflow()
    return value


def _based(base: str, digits: str, string: str) -> int:
    """`&H` or `&O` and its digits. Four hexadecimal digits are an Integer with its sign, eight a Long; a trailing & makes a Long."""
    if base not in ("h", "H"):
        digits = re.match(r"[0-7]*", digits)[0]  # type: ignore[index]
    digits = digits.lstrip("0")[:16]
    value = int(digits, 16 if base in ("h", "H") else 8) if digits else 0
    if value <= 0xFFFF and string.rstrip().endswith("&"):
        return value
    bits = 16 if value <= 0xFFFF else 32 if value <= 0xFFFFFFFF else 64
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


@builtin("Hex", "number", result="P")
def hex_(machine: Any, value: Any, type_: str = "") -> Any:
    if type(value) is int and value >= 0:
        return f"{value:X}"
    return _unsigned(machine, value, type_, "X", "Hex")


@builtin("Oct", "number", result="P")
def oct_(machine: Any, value: Any, type_: str = "") -> Any:
    return _unsigned(machine, value, type_, "o", "Oct")


def _unsigned(machine: Any, value: Any, type_: str, form: str, name: str) -> Any:
    """A number as its bits: 16 of an Integer, 32 of a Long. `type_`: the declared type, where the argument is a variable."""
    value = value_of(machine, value)
    if value is NULL:
        return NULL
    whole = to_longlong(value)
    if isinstance(whole, Unknown):
        return unknown(name, whole)
    if whole < 0:
        small = whole >= -0x8000 and type(value) in (int, bool) and type_ not in ("long", "longlong", "longptr")
        bits = 16 if small else 32 if whole >= -0x80000000 and type_ not in ("longlong", "longptr") else 64
        whole += 1 << bits
    return f"{whole:{form}}"


# ---------------------------------------------------------------- whole parts


@builtin("Int", "number", result="P")
def int_(machine: Any, value: Any) -> Any:
    """The whole number that is not greater."""
    if type(value) is int:
        return value
    return _whole_part(machine, value, math.floor, "Int")


@builtin("Fix", "number", result="P")
def fix(machine: Any, value: Any) -> Any:
    """The whole part: towards zero."""
    if type(value) is int:
        return value
    return _whole_part(machine, value, math.trunc, "Fix")


def _whole_part(machine: Any, value: Any, cut: Any, name: str) -> Any:
    value = value_of(machine, value)
    if value is NULL:
        return NULL
    if type(value) is Date:
        return Date(float(cut(value.serial)))
    result = number(value)
    if type(result) is Unknown:
        return unknown(name, result)
    if type(result) is int:
        return result
    if math.isinf(result) or math.isnan(result):
        raise overflow()
    return float(cut(result))


def is_numeric(value: Any) -> bool:
    """Whether a value could be used as a number."""
    from emoscan.evaluate.core.failures import ScriptError

    if type(value) in (int, float, bool) or value is None:
        return True
    if type(value) is not str:
        return False
    try:
        number(value)
    except ScriptError as error:
        return error.number == 6
    return True
