"""Values of PowerShell.

`str int float bool None` and `list` (Object[]) are themselves, `bytearray` is Byte[]; an `int` stands for Int32, and for
Int64 where it is too large. What needs more is one of the classes here, or an `Object` of the class tables in `net`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import Object, ObjectClass

F = TypeVar("F", bound=Callable[..., Any])


class Char(str):
    """System.Char: a text of one character that behaves differently in sums and comparisons."""

    __slots__ = ()


_CHARS: Final = [Char(chr(code)) for code in range(256)]


def char(code: int) -> Char:
    return _CHARS[code] if code < 256 else Char(chr(code))


def chars(text: str) -> list[Char]:
    return [_CHARS[code] if (code := ord(c)) < 256 else Char(c) for c in text]


class Int64(int):
    """A whole number that is Int64 because somebody said so."""

    __slots__ = ()


class UInt64(int):
    __slots__ = ()


class UInt32(int):
    __slots__ = ()


class Int16(int):
    __slots__ = ()


class UInt16(int):
    __slots__ = ()


class SByte(int):
    __slots__ = ()


class BigInt(int):
    """System.Numerics.BigInteger."""

    __slots__ = ()


class Decimal(float):
    """System.Decimal, with the precision of a Double."""

    __slots__ = ()


class Single(float):
    __slots__ = ()


class Array(list):  # type: ignore[type-arg]
    """An array of one type: `of` is its full name ("System.Char")."""

    __slots__ = ("of",)

    def __init__(self, values: Iterable[Any], of: str) -> None:
        super().__init__(values)
        self.of = of


class Grid:
    """An array of several dimensions."""

    __slots__ = ("cells", "sizes")

    def __init__(self, sizes: list[int], cells: list[Any]) -> None:
        self.sizes = sizes
        self.cells = cells

    def place(self, index: list[int]) -> int:
        place = 0
        for size, at in zip(self.sizes, index):
            if not -size <= at < size:
                raise Thrown("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
            place = place * size + at % size
        return place


class Hash:
    """Hashtable, OrderedDictionary, Dictionary: keys without regard to case, in the order in which they came."""

    __slots__ = ("entries", "type")

    def __init__(self, type_: str = "System.Collections.Hashtable") -> None:
        self.entries: dict[Any, tuple[Any, Any]] = {}
        """By normalised key: (key, value)."""
        self.type = type_

    @staticmethod
    def key(key: Any) -> Any:
        if isinstance(key, str):
            return key.lower()
        if isinstance(key, (bytearray, list, Hash)):
            return id(key)
        if type(key) is bool:
            return ("bool", key)
        return key

    def get(self, key: Any, default: Any = None) -> Any:
        entry = self.entries.get(self.key(key))
        return default if entry is None else entry[1]

    def set(self, key: Any, value: Any) -> None:
        normal = self.key(key)
        entry = self.entries.get(normal)
        self.entries[normal] = (key if entry is None else entry[0], value)

    def remove(self, key: Any) -> None:
        self.entries.pop(self.key(key), None)

    def __contains__(self, key: Any) -> bool:
        return self.key(key) in self.entries

    def __len__(self) -> int:
        return len(self.entries)

    def keys(self) -> list[Any]:
        return [key for key, _ in self.entries.values()]

    def values(self) -> list[Any]:
        return [value for _, value in self.entries.values()]

    def items(self) -> Iterator[tuple[Any, Any]]:
        return iter(list(self.entries.values()))


class Record:
    """PSCustomObject, and any object of which only properties are known: a process, a service, a file's dates.

    A property may be a function of no arguments, which is called when it is asked for.
    """

    __slots__ = ("fields", "type")

    def __init__(self, type_: str = "System.Management.Automation.PSCustomObject", **fields: Any) -> None:
        self.type = type_
        self.fields: dict[str, tuple[str, Any]] = {name.lower(): (name, value) for name, value in fields.items()}

    def get(self, name: str, default: Any = None) -> Any:
        field = self.fields.get(name.lower())
        return default if field is None else field[1]

    def set(self, name: str, value: Any) -> None:
        key = name.lower()
        known = self.fields.get(key)
        self.fields[key] = (known[0] if known else name, value)

    def __repr__(self) -> str:
        return self.type

    def copy(self) -> Record:
        other = Record(self.type)
        other.fields = dict(self.fields)
        return other


class NetType:
    """A type as a value: `[int]`. `name` is its full name, with brackets for arrays."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetType) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return f"[{self.name}]"


class Enum:
    """A value of an enumeration."""

    __slots__ = ("name", "type", "value")

    def __init__(self, type_: str, name: str, value: int) -> None:
        self.type = type_
        self.name = name
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Enum) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


class Bound:
    """A method without its call: `'x'.Replace`, to be called by Invoke."""

    __slots__ = ("name", "static", "target")

    def __init__(self, target: Any, name: str, *, static: bool) -> None:
        self.target = target
        self.name = name
        self.static = static


class Reference:
    """`[ref]$x`: `get` and `put` reach the variable."""

    __slots__ = ("get", "put")

    def __init__(self, get: Any, put: Any) -> None:
        self.get = get
        self.put = put


class Thrown(ScriptError):
    """An error of .NET or of `throw`. `value` is what was thrown."""

    def __init__(self, type_: str, message: str, value: Any = None) -> None:
        super().__init__(0, message)
        self.type = type_
        self.value = value
        self.fatal = False
        """It was thrown by the script itself, and ends it where nothing catches it."""


def conversion_error(value: str, target: str) -> Thrown:
    return Thrown("System.Management.Automation.PSInvalidCastException", f'Cannot convert value "{value[:200]}" to type "{target}".')


TYPE_NAMES: Final[dict[type, str]] = {
    str: "System.String",
    Char: "System.Char",
    bool: "System.Boolean",
    int: "System.Int32",
    float: "System.Double",
    Int64: "System.Int64",
    UInt64: "System.UInt64",
    UInt32: "System.UInt32",
    Int16: "System.Int16",
    UInt16: "System.UInt16",
    SByte: "System.SByte",
    BigInt: "System.Numerics.BigInteger",
    Decimal: "System.Decimal",
    Single: "System.Single",
    list: "System.Object[]",
    bytearray: "System.Byte[]",
    NetType: "System.RuntimeType",
    Bound: "System.Management.Automation.PSMethod",
    Reference: "System.Management.Automation.PSReference",
    Grid: "System.Object[,]",
}

SIZED: Final[dict[type, tuple[int, bool]]] = {
    Int64: (64, True),
    UInt64: (64, False),
    UInt32: (32, False),
    Int16: (16, True),
    UInt16: (16, False),
    SByte: (8, True),
}
"""(bits, signed) of the whole numbers with a type of their own."""


def type_name(value: Any) -> str:
    """The full name of a value's type."""
    kind = type(value)
    if kind is int and not -0x80000000 <= value <= 0x7FFFFFFF:
        return "System.Int64"
    known = TYPE_NAMES.get(kind)
    if known is not None:
        return known
    if kind is Array:
        return f"{value.of}[]"
    if kind is Hash or kind is Record or kind is Enum:
        return str(value.type)
    if kind is Object:
        return str(value.cls.name)
    return str(getattr(value, "TYPE", "System.Object"))


class NetClass(ObjectClass):
    """A class of .NET: what its objects and the class itself may be asked.

    Members are called as member(machine, this, *args); static ones get the class's name for `this`. Where an argument is
    unknown, so is the result, unless the member is `open`: those have effects, or look at their arguments themselves.
    """

    __slots__ = ("calls", "constructor", "open", "parent", "static", "static_calls")

    def __init__(self, name: str, parent: NetClass | None = None) -> None:
        super().__init__(name, parent=parent)
        self.calls: set[str] = set(parent.calls) if parent else set()
        """Those members that are methods."""
        self.open: set[str] = set(parent.open) if parent else set()
        self.static: dict[str, Any] = {}
        self.static_calls: set[str] = set()
        self.constructor: Any = None
        self.parent = parent

    def call(self, *names: str, opened: bool = False) -> Callable[[F], F]:
        """Register a method."""

        def register(function: F) -> F:
            self.method(*names)(function)
            for name in names:
                self.calls.add(name.lower())
                (self.open.add if opened else self.open.discard)(name.lower())
            return function

        return register

    def prop(self, *names: str) -> Callable[[F], F]:
        """Register a property."""

        def register(function: F) -> F:
            self.method(*names)(function)
            for name in names:
                self.calls.discard(name.lower())
            return function

        return register

    def shared(self, *names: str, opened: bool = False) -> Callable[[F], F]:
        """Register a static method."""

        def register(function: F) -> F:
            for name in names:
                self.static[name.lower()] = function
                self.static_calls.add(name.lower())
                if opened:
                    self.open.add("::" + name.lower())
            return function

        return register

    def shared_prop(self, *names: str) -> Callable[[F], F]:
        """Register a static property."""

        def register(function: F) -> F:
            for name in names:
                self.static[name.lower()] = function
            return function

        return register

    def values(self, **values: Any) -> None:
        """Static properties with fixed values."""
        for name, value in values.items():
            self.static[name.lower()] = lambda *_, _value=value: _value

    def makes(self, function: F) -> F:
        """Register the constructor: called as function(machine, *args)."""
        self.constructor = function
        return function
