"""The Collection object (MS-VBAL 6.1.3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown
from emoscan.evaluate.vba.convert import integer, mismatch
from emoscan.evaluate.vba.errors import failure
from emoscan.evaluate.vba.library import invalid_call
from emoscan.evaluate.vba.operators import plain, text

COLLECTION: Final = ObjectClass("Collection", default="Item")

ITEM_SIZE: Final = 64
"""Bytes an element takes, roughly."""


@com_class("vba.collection")
def new_collection(_machine: Any) -> Object:
    """`items` in order; `keys` beside them, in lower case, None for elements without."""
    return Object(COLLECTION, items=[], keys=[])


def position(machine: Any, this: Object, index: Any) -> int | Unknown:
    """Where an element stands, from its number (from 1) or key. Raises error 9 for a number out of range, 5 for an unknown key."""
    index = plain(machine, index)
    if type(index) is Unknown:
        return index
    if type(index) is str:
        machine.spend(1 + len(this.data["keys"]) // 64)
        try:
            return this.data["keys"].index(index.lower())  # type: ignore[no-any-return]
        except ValueError:
            raise invalid_call() from None
    number = integer(index)
    if isinstance(number, Unknown):
        return number
    if not 1 <= number <= len(this.data["items"]):
        raise failure(9)
    return number - 1


@COLLECTION.method("Add", takes="item key before after")
def add(machine: Any, this: Object, item: Any = MISSING, key: Any = MISSING, before: Any = MISSING, after: Any = MISSING) -> None:
    if item is MISSING:
        raise failure(449)
    items, keys = this.data["items"], this.data["keys"]
    wanted = None
    if key is not MISSING:
        key = plain(machine, key)
        if type(key) is not str and type(key) is not Unknown:
            raise mismatch()
        spelt = text(key)
        wanted = spelt.lower() if isinstance(spelt, str) else None
        machine.spend(1 + len(keys) // 64)
        if wanted is not None and wanted in keys:
            raise failure(457)
    if before is not MISSING and after is not MISSING:
        raise invalid_call()
    at: int | Unknown = len(items)
    if before is not MISSING:
        at = position(machine, this, before)
    elif after is not MISSING:
        found = position(machine, this, after)
        at = found if isinstance(found, Unknown) else found + 1
    machine.grow(ITEM_SIZE)
    where = len(items) if isinstance(at, Unknown) else at
    items.insert(where, item)
    keys.insert(where, wanted)


@COLLECTION.method("Item", takes="index")
def item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    if index is MISSING:
        raise failure(449)
    at = position(machine, this, index)
    return Unknown(f"item {at.why}") if isinstance(at, Unknown) else this.data["items"][at]


@COLLECTION.method("Remove", takes="index")
def remove(machine: Any, this: Object, index: Any = MISSING) -> None:
    if index is MISSING:
        raise failure(449)
    at = position(machine, this, index)
    if isinstance(at, int):
        del this.data["items"][at]
        del this.data["keys"][at]


@COLLECTION.method("Count")
def count(_machine: Any, this: Object) -> int:
    return len(this.data["items"])


def each(_machine: Any, this: Object) -> Iterator[Any]:
    return iter(list(this.data["items"]))


COLLECTION.items = each


def read_only(_machine: Any, _this: Object, *_: Any) -> None:
    raise ScriptError(438, "Object doesn't support this property or method")


COLLECTION.put["item"] = read_only
