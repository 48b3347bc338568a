"""What values are (MS-VBAL 6.1.2.7)."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, ErrorValue, Object, Unknown
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import to_date
from emoscan.evaluate.vba.library import builtin, invalid_call
from emoscan.evaluate.vba.library.conversion import is_numeric
from emoscan.evaluate.vba.operators import plain

ARRAY: Final = 8192

TYPES: Final[dict[str, tuple[str, int]]] = {
    "": ("Variant", 12),
    "variant": ("Variant", 12),
    "integer": ("Integer", 2),
    "long": ("Long", 3),
    "single": ("Single", 4),
    "double": ("Double", 5),
    "currency": ("Currency", 6),
    "date": ("Date", 7),
    "string": ("String", 8),
    "object": ("Object", 9),
    "boolean": ("Boolean", 11),
    "decimal": ("Decimal", 14),
    "byte": ("Byte", 17),
    "longlong": ("LongLong", 20),
    "longptr": ("LongLong", 20),
}
"""(TypeName, VarType) by declared type."""


def type_of(value: Any, type_: str = "") -> tuple[str, int]:
    """(TypeName, VarType) of a value. A number does not know its own width: the smallest type that holds it is named, unless
    the declared type says more.
    """
    if type_ in NUMERIC and type(value) in (int, float, bool):
        return TYPES[type_]
    match value:
        case bool():
            return "Boolean", 11
        case int():
            if -0x8000 <= value <= 0x7FFF:
                return "Integer", 2
            return ("Long", 3) if -0x80000000 <= value <= 0x7FFFFFFF else ("Decimal", 14)
        case float():
            return "Double", 5
        case str():
            return "String", 8
        case None:
            return "Empty", 0
        case Date():
            return "Date", 7
        case ErrorValue():
            return "Error", 10
        case Array():
            name, number = TYPES.get(value.type, (value.type, 9))
            return f"{name}()", ARRAY + number
        case Object():
            return value.cls.name.rpartition(".")[2], 9
    if value is NULL:
        return "Null", 1
    if value is NOTHING:
        return "Nothing", 9
    return ("Error", 10) if value is MISSING else ("Variant", 12)


NUMERIC: Final = frozenset("byte integer long longlong longptr single double currency boolean decimal".split())


@builtin("TypeName", "varname", result="S")
def type_name(_machine: Any, value: Any, type_: str = "") -> Any:
    return Unknown(f"TypeName({value.why})"[:120]) if type(value) is Unknown else type_of(value, type_)[0]


@builtin("VarType", "varname", result="P")
def var_type(machine: Any, value: Any, type_: str = "") -> Any:
    if type(value) is Object and value.cls.default:
        value = plain(machine, value)
    return Unknown(f"VarType({value.why})"[:120]) if type(value) is Unknown else type_of(value, type_)[1]


@builtin("IsArray", "varname", result="B")
def is_array(_machine: Any, value: Any) -> Any:
    return value if type(value) is Unknown else type(value) is Array


@builtin("IsDate", "expression", "v", result="B")
def is_date(_machine: Any, value: Any) -> Any:
    if type(value) is Unknown:
        return value
    if type(value) is not str:
        return type(value) is Date
    try:
        return type(to_date(value)) is Date and not is_numeric(value)
    except ScriptError:
        return False


@builtin("IsEmpty", "expression", "v", result="B")
def is_empty(_machine: Any, value: Any) -> Any:
    return value if type(value) is Unknown else value is None


@builtin("IsError", "expression", result="B")
def is_error(_machine: Any, value: Any) -> Any:
    return value if type(value) is Unknown else type(value) is ErrorValue


@builtin("IsMissing", "argname", result="B")
def is_missing(_machine: Any, value: Any) -> bool:
    return value is MISSING


@builtin("IsNull", "expression", "v", result="B")
def is_null(_machine: Any, value: Any) -> Any:
    return value if type(value) is Unknown else value is NULL


@builtin("IsNumeric", "expression", result="B")
def is_numeric_(machine: Any, value: Any) -> Any:
    if type(value) is Object:
        try:
            value = plain(machine, value)
        except ScriptError:
            return False
    return value if type(value) is Unknown else is_numeric(value)


@builtin("IsObject", "identifier", result="B")
def is_object(_machine: Any, value: Any) -> Any:
    return value if type(value) is Unknown else (type(value) is Object and value.cls.name != "record") or value is NOTHING


@builtin("Erl", result="P")
def erl(_machine: Any) -> int:
    """The numbered line of the latest error; numbers of lines are labels here, so there is none."""
    return 0


@builtin("IMEStatus", result="P")
def ime_status(_machine: Any) -> int:
    """vbIMENoOp: no input method is loaded."""
    return 0


# VBA reference, QBColor: the colours of the CGA palette.
QB_COLORS: Final = (
    0x000000,
    0x800000,
    0x008000,
    0x808000,
    0x000080,
    0x800080,
    0x008080,
    0xC0C0C0,
    0x808080,
    0xFF0000,
    0x00FF00,
    0xFFFF00,
    0x0000FF,
    0xFF00FF,
    0x00FFFF,
    0xFFFFFF,
)


@builtin("QBColor", "color", "I", result="P")
def qb_color(_machine: Any, color: int) -> int:
    if not 0 <= color <= 15:
        raise invalid_call()
    return QB_COLORS[color]


@builtin("RGB", "red green blue", "I I I", result="P")
def rgb(_machine: Any, red: int, green: int, blue: int) -> int:
    if min(red, green, blue) < 0:
        raise invalid_call()
    return min(red, 255) | min(green, 255) << 8 | min(blue, 255) << 16
