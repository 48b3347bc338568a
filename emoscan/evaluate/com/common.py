"""What the COM classes share: reading their arguments, and collections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, ObjectClass, Unknown, display
from emoscan.parse.lazy import lazy

Text = str | Unknown

FILE_NOT_FOUND: Final = 53
INVALID_CALL: Final = 5

DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - dates of scripts have no zone


def failed(number: int, description: str) -> ScriptError:
    """An error with an HRESULT, which scripts see as a negative number."""
    return ScriptError(number - (1 << 32) if number >= 1 << 31 else number, description)


def given(value: Any) -> bool:
    """Whether an argument says anything: not left out, Empty, Null or Nothing."""
    return value is not MISSING and value is not None and value is not NULL and value is not NOTHING


def text(machine: Any, value: Any, default: str = "") -> Text:
    """An argument as text."""
    if type(value) is str:
        return value
    return machine.text(value) if given(value) else default


def known(machine: Any, value: Any, default: str = "") -> str:
    """An argument as text, with what is not known of it in words."""
    return display(text(machine, value, default))


def whole(machine: Any, value: Any, default: int = 0) -> int:
    """An argument as a whole number; the default where it is left out or not known. Raises error 6."""
    if not given(value):
        return default
    number = machine.number(value)
    if type(number) is int:
        return number
    if type(number) is not float:
        return default
    if not -9.3e18 < number < 9.3e18:
        raise ScriptError(6, "Overflow")
    return round(number)


def flag(machine: Any, value: Any, *, default: bool = False) -> bool:
    """An argument as a truth; the default where it is left out or not known."""
    return bool(machine.truth(value)) if given(value) and type(value) is not Unknown else default


def date_of(moment: datetime) -> Date:
    return Date((moment - DAY_ZERO).total_seconds() / 86_400)


def join(*pieces: Text) -> Text:
    return Unknown.join(pieces)


def command_line(file: Text, arguments: Text) -> Text:
    """A program and its arguments as one line, the program quoted where it must be."""
    if isinstance(file, str) and " " in file and not file.startswith('"') and _PROGRAM.search(file):
        file = f'"{file}"'
    return join(file, " ", arguments) if arguments != "" else file


_PROGRAM: Final = lazy(r"\.\w{2,4}$")
_ADDRESS: Final = lazy(r"\s*(?:https?|ftp|mailto|ms-[a-z]+|search-ms):", re.IGNORECASE)


def is_address(target: Text) -> bool:
    """Whether a text begins as an address that a browser or mail program opens."""
    return _ADDRESS.match(target if isinstance(target, str) else target.text()) is not None


COLLECTION: Final = ObjectClass("collection", default="Item")
"""`data["values"]` by position, the first one being number `data["first"]`; `data["names"]` lower-case names of them."""


def collection(values: list[Any], names: list[str] | None = None, first: int = 1) -> Object:
    return Object(COLLECTION, values=values, names=[name.lower() for name in names or []], first=first)


@COLLECTION.method("Item", "_NewEnum", takes="Index")
def _item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    values, names = this.data["values"], this.data["names"]
    if type(index) is Unknown:
        return Unknown(f"item {index.text()}")
    if type(index) is str and not index.isdigit():
        if index.lower() in names:
            return values[names.index(index.lower())]
        raise failed(0x80070057, "The parameter is incorrect.")
    position = whole(machine, index) - this.data["first"] if given(index) else 0
    if 0 <= position < len(values):
        return values[position]
    raise ScriptError(9, "Subscript out of range")


@COLLECTION.method("Count", "Length")
def _count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


def _each(_machine: Any, this: Object) -> Iterator[Any]:
    yield from list(this.data["values"])


COLLECTION.items = _each


def thing(name: str, default: str = "", **properties: Any) -> Object:
    """An object whose properties just have values, which may be assigned to."""
    kind = ObjectClass(name, default)
    for key, value in properties.items():
        kind.field(key, value)
    return Object(kind)
