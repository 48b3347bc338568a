"""What the object classes of all applications are built from.

Objects of a host hold in `data` their `host`, and what their class needs. Properties that a script assigns and that do
nothing else are kept under "=name" (`Machine.put`), where they are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NULL, Object, ObjectClass, Unknown

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.application import Host

LONG: Final = 40
"""Letters from which a text outside the modules counts as hidden data by itself."""

NO_MEMBER: Final = 5941
"""Word: "The requested member of the collection does not exist"."""


class Lazy(Sequence[Any]):
    """A sequence whose elements are made when they are asked for."""

    __slots__ = ("make", "size")

    def __init__(self, size: int, make: Callable[[int], Any]) -> None:
        self.size, self.make = size, make

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self.make(index)


# ---------------------------------------------------------------- arguments


def as_text(machine: Any, value: Any, default: str = "") -> str | Unknown:
    """An argument as text; `default` when it was left out."""
    if type(value) is str:
        return value
    if value is MISSING or value is NULL:
        return default
    text: str | Unknown = machine.text(value)
    return text


def as_number(machine: Any, value: Any, default: float = 0) -> int | float | Unknown:
    if value is MISSING:
        return default
    number: int | float | Unknown = machine.number(value)
    return number


def as_int(machine: Any, value: Any, default: int = 0) -> int | Unknown:
    number = as_number(machine, value, default)
    if isinstance(number, float):
        if not -1e15 < number < 1e15:
            raise ScriptError(6, "Overflow")
        return round(number)
    return number


def as_bool(machine: Any, value: Any, default: bool = False) -> bool:
    return default if value is MISSING else bool(machine.truth(value))


def known(machine: Any, value: Any, default: str = "") -> str:
    """An argument as text of which the known parts are all that is needed: a name to look for, a path to show."""
    text = as_text(machine, value, default)
    return text if isinstance(text, str) else text.text()


def no_member(number: int = NO_MEMBER) -> ScriptError:
    return ScriptError(number, ERRORS.get(number, "The requested member of the collection does not exist"))


ERRORS: Final = {
    5: "Invalid procedure call or argument",
    9: "Subscript out of range",
    424: "Object required",
    450: "Wrong number of arguments or invalid property assignment",
    1004: "Application-defined or object-defined error",
    5825: "Object has been deleted",
    5941: "The requested member of the collection does not exist",
}


# ---------------------------------------------------------------- classes


def _application(_machine: Any, this: Object) -> Any:
    return this.data["host"].application


def _parent(_machine: Any, this: Object) -> Any:
    parent = this.data.get("parent")
    return this.data["host"].application if parent is None else parent


OFFICE_OBJECT: Final = ObjectClass("Object")
"""What every object of an application has."""

OFFICE_OBJECT.get["application"] = _application
OFFICE_OBJECT.get["parent"] = _parent
OFFICE_OBJECT.get["creator"] = lambda _machine, _this: 0x4D535744  # "MSWD"


def office_class(name: str, default: str = "", parent: ObjectClass = OFFICE_OBJECT) -> ObjectClass:
    return ObjectClass(name, default, parent)


def properties(cls: ObjectClass, **values: Any) -> None:
    """Properties that have a value until the script assigns another."""
    for name, value in values.items():
        key, slot = name.lower(), f"={name.lower()}"
        cls.get[key] = lambda _machine, this, *, _slot=slot, _value=value: this.data.get(_slot, _value)


def from_data(cls: ObjectClass, *names: str) -> None:
    """Properties that read what the object's data holds under their name."""
    for name in names:
        key, slot = name.lower(), f"={name.lower()}"
        cls.get[key] = lambda _machine, this, *, _slot=slot, _key=key: this.data[_slot] if _slot in this.data else this.data.get(_key, "")


def actions(cls: ObjectClass, names: str, result: Any = None) -> None:
    """Methods that change nothing a script could see."""
    for name in names.lower().split():
        cls.get[name] = lambda _machine, _this, *_, _result=result: _result


def collection_class(
    name: str, *, base: int = 1, error: int = NO_MEMBER, parent: ObjectClass = OFFICE_OBJECT, default: str = "item"
) -> ObjectClass:
    """A class for collections: `data["items"]` is the sequence of its objects, or Unknown. Names of objects are in `data["name"]`."""
    cls = ObjectClass(name, default, parent)

    def count(_machine: Any, this: Object) -> Any:
        items = this.data["items"]
        return Unknown(f"{name}.Count") if isinstance(items, Unknown) else len(items)

    def item(machine: Any, this: Object, index: Any = MISSING, *_: Any) -> Any:
        items = this.data["items"]
        if isinstance(items, Unknown):
            return Unknown(f"{items.why}({known(machine, index)})")
        return pick(machine, items, index, base, error, name)

    def put_item(machine: Any, this: Object, *args: Any) -> None:
        target = machine.get(this, "item", args[:-1])
        if type(target) is Object and target.cls.default:
            machine.put(target, target.cls.default, (), args[-1])

    def items_of(_machine: Any, this: Object) -> Iterator[Any]:
        items = this.data["items"]
        if isinstance(items, Unknown):
            yield Unknown(f"item of {items.why}")
        else:
            yield from items

    cls.get.update({"count": count, "item": item, "_newenum": lambda _machine, this: this})
    cls.put["item"] = put_item
    cls.items = items_of
    return cls


def pick(machine: Any, items: Sequence[Any], index: Any, base: int = 1, error: int = NO_MEMBER, name: str = "") -> Any:
    """An element by its number or its name. Raises the error the application has for one that is not there."""
    if index is MISSING:
        raise ScriptError(449, "Argument not optional")
    if type(index) is Object:
        index = machine.text(index)
    if isinstance(index, Unknown):
        # Of one thing there is no doubt which is meant.
        return items[0] if len(items) == 1 else Unknown(f"{name}({index.text()})")
    if isinstance(index, str):
        found = named(machine, items, index)
        if found is not None:
            return found
        if not index.strip().isdigit() or len(index) > 9:
            raise no_member(error)
    number = as_int(machine, index)
    if isinstance(number, Unknown) or not 0 <= number - base < len(items):
        raise no_member(error)
    return items[number - base]


def named(machine: Any, items: Sequence[Any], name: str) -> Any:
    """The element of that name, without regard to case."""
    wanted = name.casefold()
    machine.spend(len(items) // 16)
    return next((item for item in items if str(item.data.get("name", "")).casefold() == wanted), None)


EMPTY_COLLECTION: Final = collection_class("Collection")
"""Of things a document could have and this one has not, as far as anyone reads them."""


def empty(cls: ObjectClass, *names: str) -> None:
    """Properties that hold an empty collection."""
    for name in names:
        cls.get[name.lower()] = lambda _machine, this: Object(EMPTY_COLLECTION, host=this.data["host"], items=())


def child_object(cls: ObjectClass, name: str, made: ObjectClass) -> None:
    """A property that holds one object without much of its own, the same each time: Font, View, Options."""

    def get(_machine: Any, this: Object) -> Object:
        slot = f"one {name.lower()}"
        if slot not in this.data:
            this.data[slot] = Object(made, host=this.data["host"], parent=this)
        found: Object = this.data[slot]
        return found

    cls.get[name.lower()] = get


def host_of(this: Object) -> Host:
    host: Host = this.data["host"]
    return host


def adopt(instance: Object, document: Object) -> None:
    """Make the object of a document module the document: it gets all the document is, but stays the object of its own module."""
    instance.data.update((name, value) for name, value in document.data.items() if name != "module")
