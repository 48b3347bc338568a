"""Values as the bytes that Get and Put exchange with a file (MS-VBAL 5.4.5.8, 5.4.5.9)."""

from __future__ import annotations

import struct
from typing import Any, Final

from msgspec import Struct

from emoscan.evaluate.core.encoding import ansi_decode, ansi_encode
from emoscan.evaluate.core.values import NULL, Date, Object, Unknown
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import RANGES, mismatch, number, overflow
from emoscan.evaluate.vba.operators import plain, text

SIZED: Final = {
    "byte": "<B",
    "integer": "<h",
    "boolean": "<h",
    "long": "<i",
    "longlong": "<q",
    "longptr": "<q",
    "single": "<f",
    "double": "<d",
    "date": "<d",
    "currency": "<q",
}

VARIANT: Final = {"integer": 2, "long": 3, "double": 5, "date": 7, "boolean": 11}
"""Types of Variants as they are written before them; text is 8."""
VARIANT_TYPES: Final = {number_: name for name, number_ in VARIANT.items()} | {4: "single", 6: "currency", 17: "byte", 20: "longlong"}

MAX_DEPTH: Final = 8


def pack(machine: Any, value: Any, type_: str, *, in_records: bool, depth: int = 0) -> bytes:
    """The bytes of a value of a declared type; "" for a Variant or one whose type nobody knows, which its value tells then."""
    if type(value) is Array:
        machine.spend(len(value.data))
        if value.type == "byte":
            return bytes(element & 0xFF if type(element) is int else 0 for element in value.data)
        return b"".join(pack(machine, element, value.type or "variant", in_records=in_records, depth=depth + 1) for element in value.data)
    if type(value) is Object and value.cls.name == "record":
        if depth > MAX_DEPTH:
            raise mismatch()
        types = field_types(machine, type_)
        return b"".join(pack(machine, part, types.get(name, ""), in_records=False, depth=depth + 1) for name, part in value.data.items())
    value = plain(machine, value)
    if type(value) is Unknown:
        return value.text().encode("utf-8", "surrogatepass")
    kind = type_ if type_ in SIZED or type_ in ("string", "variant") else ""
    if kind == "variant":
        return variant(machine, value)
    kind = kind or kind_of(value)
    if kind == "string":
        data = ansi_encode(str(text(value)), machine.codec)
        return struct.pack("<H", len(data) & 0xFFFF) + data if in_records else data
    return number_bytes(value, kind)


def kind_of(value: Any) -> str:
    """The type of a value that is not declared: the smallest one that holds it, Integer at least."""
    if value is None or value is NULL:
        return "integer"
    if type(value) is int:
        return next((kind for kind in ("integer", "long") if RANGES[kind][0] <= value <= RANGES[kind][1]), "longlong")
    return {bool: "boolean", float: "double", Date: "date"}.get(type(value), "string")


def number_bytes(value: Any, kind: str) -> bytes:
    amount: Any = -1 if value is True else 0 if value is NULL else number(value)
    if kind == "currency":
        amount = round(amount * 10_000)
    elif SIZED[kind][1] not in "fd":
        amount = round(amount)
    try:
        return struct.pack(SIZED[kind], amount)
    except (struct.error, OverflowError):
        raise overflow() from None


def variant(machine: Any, value: Any) -> bytes:
    if value is None or value is NULL:
        return struct.pack("<H", 0 if value is None else 1)
    kind = kind_of(value)
    if kind == "string":
        data = ansi_encode(str(text(value)), machine.codec)
        return struct.pack("<HH", 8, len(data) & 0xFFFF) + data
    if kind == "longlong":
        kind = "double"
    return struct.pack("<H", VARIANT[kind]) + number_bytes(value, kind)


def unpack(machine: Any, data: bytearray, at: int, current: Any, type_: str, *, in_records: bool, depth: int = 0) -> tuple[Any, int]:
    """(value, size) of what lies at a place of a file, for a variable that holds `current` now. Beyond the end lie zeros."""
    if type(current) is Array:
        return array(machine, data, at, current, in_records=in_records, depth=depth)
    if type(current) is Object and current.cls.name == "record":
        return record(machine, data, at, current, type_, depth)
    kind = type_ if type_ in SIZED or type_ in ("string", "variant") else kind_of(current) if current is not None else "variant"
    if kind == "variant":
        return unpack_variant(machine, data, at)
    if kind == "string":
        if in_records:
            length = int.from_bytes(data[at : at + 2], "little")
            return ansi_decode(bytes(data[at + 2 : at + 2 + length]), machine.codec), 2 + length
        length = len(current) if type(current) is str else 0
        machine.grow(length)
        found = ansi_decode(bytes(data[at : at + length]), machine.codec)
        return found + (current[len(found) :] if type(current) is str else ""), length
    return unpack_number(data, at, kind)


def unpack_number(data: bytearray, at: int, kind: str) -> tuple[Any, int]:
    form = SIZED[kind]
    size = struct.calcsize(form)
    value = struct.unpack(form, bytes(data[at : at + size]).ljust(size, b"\0"))[0]
    if kind == "boolean":
        return value != 0, size
    if kind == "currency":
        return value / 10_000, size
    if kind in ("single", "double", "date") and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124 - not a number
        raise overflow()
    return (Date(value) if kind == "date" else value), size


def unpack_variant(machine: Any, data: bytearray, at: int) -> tuple[Any, int]:
    code = int.from_bytes(data[at : at + 2], "little")
    if code == 8:
        length = int.from_bytes(data[at + 2 : at + 4], "little")
        return ansi_decode(bytes(data[at + 4 : at + 4 + length]), machine.codec), 4 + length
    kind = VARIANT_TYPES.get(code)
    if kind is None:
        return (NULL if code == 1 else None), 2
    value, size = unpack_number(data, at + 2, kind)
    return value, size + 2


def array(machine: Any, data: bytearray, at: int, current: Array, *, in_records: bool, depth: int) -> tuple[Array, int]:
    count = len(current.data)
    machine.grow(8 * count)
    machine.spend(count >> 4)
    if current.type == "byte":
        values: list[Any] = list(bytes(data[at : at + count]).ljust(count, b"\0"))
        return Array(list(current.bounds), current.type, values), count
    machine.spend(count)
    start = at
    values = []
    for element in current.data:
        value, size = unpack(machine, data, at, element, current.type or "variant", in_records=in_records, depth=depth + 1)
        values.append(value)
        at += size
    return Array(list(current.bounds), current.type, values), at - start


def record(machine: Any, data: bytearray, at: int, current: Object, type_: str, depth: int) -> tuple[Object, int]:
    """Fields one after the other."""
    if depth > MAX_DEPTH:
        raise mismatch()
    start = at
    made = Object(current.cls)
    types = field_types(machine, type_)
    for name, value in current.data.items():
        made.data[name], size = unpack(machine, data, at, value, types.get(name, ""), in_records=False, depth=depth + 1)
        at += size
    return made, at - start


def field_types(machine: Any, type_: str) -> dict[str, str]:
    """Declared types of the fields of a record, where its own type is known."""
    tree = machine.project.record_types.get(type_)
    return {field.name: field.type or "variant" for field in tree.fields} if tree is not None else {}


POINTER: Final = 8


class Part(Struct, frozen=True):
    """A field of a record as it lies in memory."""

    name: str
    type: str
    offset: int
    size: int


def layout(machine: Any, value: Object, type_: str, *, depth: int = 0) -> tuple[list[Part], int]:
    """(fields, size) of a record in memory: each field at a multiple of its size, texts as the address of one."""
    if depth > MAX_DEPTH:
        raise mismatch()
    tree = machine.project.record_types.get(type_)
    declared = {field.name: field for field in tree.fields} if tree is not None else {}
    parts: list[Part] = []
    at, largest = 0, 1
    for name, held in value.data.items():
        field = declared.get(name)
        kind = field.type or "variant" if field is not None else ""
        size, align = _size(machine, held, kind, depth)
        if kind == "string" and field is not None and field.length is not None and type(held) is str:
            size, align = len(held), 1
        at += -at % align
        parts.append(Part(name, kind, at, size))
        at += size
        largest = max(largest, align)
    return parts, at + -at % largest


def _size(machine: Any, held: Any, kind: str, depth: int) -> tuple[int, int]:
    """(size, alignment) of a value in memory."""
    if type(held) is Array:
        size, align = _size(machine, held.data[0], kind, depth + 1) if held.data else (0, 1)
        return size * len(held.data), align
    if type(held) is Object and held.cls.name == "record":
        parts, size = layout(machine, held, kind, depth=depth + 1)
        return size, max((min(POINTER, part.size) for part in parts), default=1) or 1
    if kind in SIZED:
        size = struct.calcsize(SIZED[kind])
        return size, size
    return (POINTER, POINTER) if kind == "string" else (2 * POINTER, POINTER)


def size_in_memory(machine: Any, value: Object, type_: str) -> int:
    """What LenB says of a record."""
    return layout(machine, value, type_)[1]
