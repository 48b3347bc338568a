"""The Err object (MS-VBAL 6.1.3.2), and the Error statement."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass
from emoscan.evaluate.vba.convert import to_long
from emoscan.evaluate.vba.errors import message
from emoscan.evaluate.vba.library import assignable, builtin, invalid_call
from emoscan.evaluate.vba.operators import plain, text

ERR: Final = ObjectClass("ErrObject", default="Number")

_THE_OBJECT: Final = Object(ERR)
"""It holds nothing: the machine knows the latest error."""


@builtin("Err")
def err(_machine: Any) -> Object:
    return _THE_OBJECT


@assignable("Err")
def set_err(machine: Any, value: Any) -> None:
    set_number(machine, _THE_OBJECT, value)


@ERR.method("Number")
def number(machine: Any, _this: Object) -> int:
    return machine.error.number  # type: ignore[no-any-return]


@ERR.setter("Number")
def set_number(machine: Any, _this: Object, value: Any) -> None:
    wanted = to_long(plain(machine, value))
    machine.error.number = wanted if type(wanted) is int else 0


@ERR.method("Description")
def description(machine: Any, _this: Object) -> str:
    return machine.error.description or message(machine.error.number)


@ERR.setter("Description")
def set_description(machine: Any, _this: Object, value: Any) -> None:
    machine.error.description = text(plain(machine, value))


@ERR.method("Source")
def source(machine: Any, _this: Object) -> str:
    return machine.error.source  # type: ignore[no-any-return]


@ERR.setter("Source")
def set_source(machine: Any, _this: Object, value: Any) -> None:
    machine.error.source = text(plain(machine, value))


ERR.field("HelpFile", "")
ERR.field("HelpContext", 0)


@ERR.method("LastDllError")
def last_dll_error(_machine: Any, _this: Object) -> int:
    return 0


@ERR.method("Clear")
def clear(machine: Any, _this: Object) -> None:
    machine.error.clear()


@ERR.method("Raise", takes="number source description helpfile helpcontext")
def raise_(
    machine: Any,
    _this: Object,
    number: Any = MISSING,
    source: Any = MISSING,
    description: Any = MISSING,
    _help_file: Any = MISSING,
    _help_context: Any = MISSING,
) -> None:
    if number is MISSING:
        raise invalid_call()
    wanted = to_long(plain(machine, number))
    if type(wanted) is not int:
        raise ScriptError(440, message(440))
    if wanted == 0:
        raise invalid_call()
    shown = [str(text(plain(machine, value))) if value is not MISSING else "" for value in (source, description)]
    raise ScriptError(wanted, shown[1] or message(wanted), shown[0])


# ---------------------------------------------------------------- Debug

DEBUG: Final = ObjectClass("Debug")
_DEBUG: Final = Object(DEBUG)


@builtin("Debug")
def debug(_machine: Any) -> Object:
    return _DEBUG


@DEBUG.method("Print", "Assert")
def debug_print(_machine: Any, _this: Object, *_: Any) -> None:
    """Written to a window that only an author has open."""
