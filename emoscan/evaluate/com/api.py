"""Functions of Windows libraries that scripts declare and call.

A model is a function that takes the `Call`: its arguments by the names in its registration, read as text, number or bytes
however they were passed (a value, a reference to a variable, an address), and written to where the function has results.
Functions are found by name without the A or W at its end, and without regard to the library: scripts get that wrong as
often as not, and no two libraries here have different functions of one name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final, TypeVar

from msgspec import Struct

from emoscan.evaluate.com.common import Text, given, known
from emoscan.evaluate.core.encoding import ansi_decode, ansi_encode, memory_of, text_of_memory
from emoscan.evaluate.core.memory import Block
from emoscan.evaluate.core.values import MISSING, Object, Unknown, display

Model = Callable[["Call"], Any]

FIRST_HANDLE: Final = 0x154
MAX_TEXT: Final = 0x10000
"""Characters that are read where a text without an end is pointed to."""


class Entry(Struct, frozen=True):
    name: str
    parameters: tuple[str, ...]
    model: Model


_ENTRIES: Final[dict[str, Entry]] = {}


M = TypeVar("M", bound=Callable[..., Any])


def api(names: str, parameters: str = "") -> Callable[[M], M]:
    """Register a model under one or several names without A and W; `parameters` in their order."""

    def register(model: M) -> M:
        for name in names.split():
            _ENTRIES[name.lower()] = Entry(name, tuple(parameters.split()), model)
        return model

    return register


@cache
def load() -> None:
    package = import_module("emoscan.evaluate.com.dll")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


def find(alias: str) -> Entry | None:
    """The model of a function, by any of the forms its name has: with A or W, with Zw for Nt, with an underscore or @8."""
    load()
    plain = alias.strip().lower().partition("@")[0]
    for name in (plain, plain.lstrip("_")):
        name = f"nt{name[2:]}" if name.startswith("zw") else name
        found = _ENTRIES.get(name) or (_ENTRIES.get(name[:-1]) if name[-1:] in ("a", "w") else None)
        if found is not None:
            return found
    return None


def call(machine: Any, declare: Any, args: tuple[Any, ...]) -> Any:
    """The result of `Declare`d function `declare` (a syntax.Declare) called with `args`; references where they were passed."""
    entry = find(declare.alias)
    if entry is None:
        library = declare.library.rpartition("\\")[2]
        shown = ", ".join(shown_argument(machine, argument) for argument in args)
        return machine.unmodelled(f"{library}!{declare.alias}({shown})")
    machine.spend(2)
    made = Call(machine, entry, declare.alias, args, tuple(parameter.by_ref for parameter in declare.parameters))
    result = entry.model(made)
    return 0 if result is None else result


def invoke(machine: Any, name: str, args: tuple[Any, ...]) -> Any:
    """Call a function by its name with plain values: for languages that have no declarations."""
    entry = find(name)
    if entry is None:
        return machine.unmodelled(f"{name}({', '.join(shown_argument(machine, argument) for argument in args)})")
    result = entry.model(Call(machine, entry, name, args, ()))
    return 0 if result is None else result


def shown_argument(machine: Any, argument: Any) -> str:
    value = argument[0] if hasattr(argument, "__setitem__") else argument
    return known(machine, value)[:60] if type(value) in (str, int, float, bool, Unknown) else display(value)[:60]


class Function:
    """A function of a library, at the address that GetProcAddress gives."""

    __slots__ = ("library", "name")

    def __init__(self, library: str, name: str) -> None:
        self.library, self.name = library, name


class Call:
    """One call of a function."""

    __slots__ = ("args", "by_ref", "entry", "machine", "name", "wide")

    def __init__(self, machine: Any, entry: Entry, alias: str, args: tuple[Any, ...], by_ref: tuple[bool, ...]) -> None:
        self.machine, self.entry, self.args, self.by_ref = machine, entry, args, by_ref
        self.wide = alias.lower() != entry.name.lower() and alias[-1:] in ("W", "w")
        self.name = entry.name + (alias[-1:].upper() if alias.lower() != entry.name.lower() and alias[-1:] in "AaWw" else "")

    @property
    def how(self) -> str:
        return self.name

    # ------------------------------------------------------------ reading

    def argument(self, name: str) -> Any:
        """As it was passed: a value, or a reference, which has an item 0."""
        at = self.entry.parameters.index(name)
        return self.args[at] if at < len(self.args) else MISSING

    def value(self, name: str) -> Any:
        argument = self.argument(name)
        return argument[0] if hasattr(argument, "__setitem__") else argument

    def number(self, name: str, default: int = 0) -> int:
        value = self.value(name)
        if not given(value) or type(value) is Object or self._is_array(value):
            return default
        number = self.machine.number(value)
        return int(number) if type(number) in (int, float) and abs(number) < 1 << 64 else default

    def text(self, name: str) -> Text:
        """A text: a value, the characters an address points to, or bytes."""
        value = self.value(name)
        if not given(value):
            return ""
        if self._is_array(value):
            content = self.machine.bytes_of(value)
            return content if isinstance(content, Unknown) else self._decoded(content)
        if type(value) in (int, float):
            address = self.number(name)
            return self.text_at(address) if self.machine.memory.find(address) else known(self.machine, value) if address else ""
        content = self.machine.text(value)
        if isinstance(content, Unknown):
            return content
        if self.wide and "\0" in content and content[1::2].strip("\0") == "":
            # The bytes of a wide text, as StrConv(…, vbUnicode) makes them of it.
            content = content[::2]
        return str(content).partition("\0")[0]

    def known(self, name: str) -> str:
        return display(self.text(name))

    def text_at(self, address: int) -> Text:
        """The text at an address, to its zero."""
        found = self.machine.memory.find(address)
        if found is not None and not isinstance(found[0], Block) and not self.wide:
            # StrPtr(StrConv(text, vbFromUnicode)) gives bytes of the code page; StrPtr(text) two bytes a character.
            content = self.read(address, 2 * MAX_TEXT)
            if isinstance(content, bytes) and content[1:2] == b"\0":
                return text_of_memory(content[: len(content) & ~1]).partition("\0")[0]
        content = self.read(address, MAX_TEXT * (2 if self.wide else 1))
        return content if isinstance(content, Unknown) else self._decoded(content)

    def _decoded(self, data: bytes) -> str:
        if self.wide:
            return text_of_memory(data[: len(data) & ~1]).partition("\0")[0]
        return ansi_decode(data.partition(b"\0")[0], self.machine.codec)

    def _is_array(self, value: Any) -> bool:
        return type(value) is not Object and type(value) is not Unknown and self.machine.items(value) is not None

    def pointer(self, name: str) -> Any:
        """What points to memory: a reference, or an address (also one that was passed without ByVal)."""
        argument = self.argument(name)
        if hasattr(argument, "__setitem__"):
            return argument
        return self.number(name) if type(argument) in (int, float) else argument

    def data(self, name: str, count: int) -> bytes | Unknown:
        """`count` bytes that an argument points to, or that it is where no pointer was passed."""
        pointer = self.pointer(name)
        at = self.entry.parameters.index(name)
        if type(pointer) is int and self.machine.memory.find(pointer) is None and at < len(self.by_ref) and self.by_ref[at]:
            return (pointer & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")[:count]
        return self.read(pointer, count)

    def read(self, pointer: Any, count: int) -> bytes | Unknown:
        """Bytes that an address or reference points to; as many as there are, up to `count`."""
        count = max(0, min(count, self.machine.budget.limits.string_bytes))
        self.machine.grow(count)
        if type(pointer) is Unknown:
            return pointer
        if type(pointer) is int:
            found = self.machine.memory.find(pointer)
            if found is None:
                return b""
            place, offset = found
            if isinstance(place, Function):
                return b""
            if isinstance(place, Block):
                return place.unknown if place.unknown is not None else bytes(place.data[offset : offset + count])
            content: bytes | Unknown = self.machine.read_place(place, offset, count, by_address=True)
            return content
        if hasattr(pointer, "__setitem__"):
            return self.machine.read_place(pointer, 0, count)  # type: ignore[no-any-return]
        if type(pointer) is str:
            return ansi_encode(pointer, self.machine.codec)[:count]
        return b"" if not given(pointer) or type(pointer) is Object else self.machine.bytes_of(pointer)[:count]

    # ------------------------------------------------------------ writing

    def write(self, pointer: Any, data: bytes | Unknown) -> None:
        """Bytes to where an address or reference points."""
        if isinstance(data, Unknown):
            self._write_unknown(pointer, data)
            return
        if type(pointer) is int:
            found = self.machine.memory.find(pointer)
            if found is None:
                return
            place, offset = found
            if isinstance(place, Function):
                self.machine.effect("load", f"code over {place.library}!{place.name}: {data[:64].hex()}", self.name)
            elif isinstance(place, Block):
                data = data[: max(0, place.size - offset)]
                self.machine.grow(max(0, offset + len(data) - len(place.data)))
                place.write(offset, data)
                place.used(self.name)
            else:
                self.machine.write_place(place, offset, data)
        elif hasattr(pointer, "__setitem__"):
            self.machine.write_place(pointer, 0, data)

    def _write_unknown(self, pointer: Any, data: Unknown) -> None:
        found = self.machine.memory.find(pointer) if type(pointer) is int else None
        if found is not None and isinstance(found[0], Block):
            found[0].unknown = data
            found[0].used(self.name)
        elif hasattr(pointer, "__setitem__"):
            pointer[0] = data

    def out(self, name: str, value: int, size: int = 4) -> None:
        """A number to where an argument points."""
        argument = self.argument(name)
        if hasattr(argument, "__setitem__") and type(argument[0]) not in (Object, str):
            argument[0] = value
        elif type(argument) is int:
            self.write(argument, (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")[:size])

    def out_text(self, name: str, text: str) -> None:
        """A text and a zero to the buffer an argument is."""
        argument = self.argument(name)
        if type(argument) is int:
            self.write(argument, memory_of(text + "\0") if self.wide else ansi_encode(text + "\0", self.machine.codec))
        elif hasattr(argument, "__setitem__"):
            before = argument[0]
            if before is None or type(before) in (str, Unknown):
                rest = before[len(text) + 1 :] if type(before) is str else ""
                argument[0] = text + "\0" + rest
            else:
                self.write(argument, memory_of(text + "\0") if self.wide else ansi_encode(text + "\0", self.machine.codec))

    def out_fields(self, name: str, fields: dict[str, Any]) -> None:
        """Numbers and texts to the fields of a record, by the names that Windows gives them."""
        record = self.value(name)
        if type(record) is Object and record.cls.name == "record":
            for key, value in fields.items():
                if key.lower() in record.data:
                    record.data[key.lower()] = value

    def field(self, name: str, *fields: str) -> Any:
        """A field of a record by one of its names; MISSING when there is none."""
        record = self.value(name)
        data = record.data if type(record) is Object else {}
        return next((data[field.lower()] for field in fields if field.lower() in data), MISSING)

    # ------------------------------------------------------------ handles

    def handle(self, meaning: Any) -> int:
        """A new handle that stands for something."""
        self.machine.grow(64)
        number = FIRST_HANDLE + 4 * len(self.machine.windows)
        self.machine.windows[number] = meaning
        return number

    def meaning(self, name: str) -> Any:
        """What a handle stands for; None when it is none of ours."""
        return self.machine.windows.get(self.number(name))


__all__ = ["Call", "Function", "api", "call", "invoke"]
