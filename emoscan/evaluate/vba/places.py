"""Variables, elements and texts as the bytes that functions of Windows read and write through their addresses."""

from __future__ import annotations

import struct
from typing import Any, Final

from emoscan.evaluate.core.encoding import ansi_decode, ansi_encode, memory_of, text_of_memory
from emoscan.evaluate.core.values import Date, Object, Unknown, display
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import integer
from emoscan.evaluate.vba.library.binary import POINTER, SIZED, layout, number_bytes, pack
from emoscan.evaluate.vba.library.interaction import Characters, key_of, referenced
from emoscan.evaluate.vba.operators import plain, text

VARIANT_SIZE: Final = 16
BY_SIZE: Final = {1: "<B", 2: "<h", 4: "<i", 8: "<q"}
"""How whole numbers of no declared type are stored."""


def element_size(array: Array) -> int:
    return struct.calcsize(SIZED[array.type]) if array.type in SIZED else 8 if array.type == "string" else VARIANT_SIZE


def _array_of(machine: Any, place: Any) -> tuple[Array, int] | None:
    """(array, offset in bytes) where a place is an array or an element of one."""
    reference, _ = referenced(place)
    if type(reference) is Array:
        return reference, 0
    array = getattr(reference, "array", None)
    if type(array) is not Array:
        held = reference[0] if isinstance(reference, list) and reference else None
        return (held, 0) if type(held) is Array else None
    indices = [integer(plain(machine, index)) for index in reference.indices]
    known = tuple(index for index in indices if isinstance(index, int))
    if len(known) != len(indices):
        return None
    return array, array.offset(known) * element_size(array)


class ArrayHeader:
    """The SAFEARRAY that describes an array."""

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        self.array = array


def _header(machine: Any, array: Array) -> bytes:
    """SAFEARRAY ([MS-OAUT] 2.2.30). The address of the data stands where 64-bit code and where 32-bit code looks for it."""
    size = element_size(array)
    data = machine.memory.address_of(array, size * len(array.data))
    bounds = b"".join(struct.pack("<Ii", max(0, high - low + 1) & 0xFFFFFFFF, low) for low, high in reversed(array.bounds))
    return struct.pack("<HHIIIQ", len(array.bounds), 0x80, size, 0, data & 0xFFFFFFFF, data) + bounds


def _variant(machine: Any, reference: Any, value: Any) -> bytes:
    """VARIANT ([MS-OAUT] 2.2.29): the type, six bytes of nothing, the value or the address of what it is."""
    if type(value) is str:
        address = machine.memory.address_of(Characters(reference), 2 * len(value) + 2, ("text", key_of(reference)))
        return struct.pack("<HHIQ", 8, 0, 0, address)
    if type(value) is Array:
        machine.grow(64)
        address = machine.memory.address_of(ArrayHeader(value), 64, ("array", id(value)))
        return struct.pack("<HHIQ", 0x2011 if value.type == "byte" else 0x200C, 0, 0, address)
    kind = VARIANT_TYPES.get(type(value), 0)
    return struct.pack("<HHI", kind, 0, 0) + _bytes(machine, value, "").ljust(8, b"\0")[:8]


VARIANT_TYPES: Final = {int: 3, float: 5, Date: 7, bool: 11}


def read(machine: Any, place: Any, offset: int, count: int, *, by_address: bool = False) -> bytes | Unknown:
    """The bytes of a place from an offset on; fewer where it ends."""
    if isinstance(place, ArrayHeader):
        return _header(machine, place.array)[offset : offset + count]
    if by_address and hasattr(place, "__setitem__"):
        reference, type_ = referenced(place)
        held = reference[0]
        if type_ in ("", "variant") and not hasattr(reference, "array") and type(held) in (str, int, float, bool, Date, Array):
            return _variant(machine, reference, held)[offset : offset + count]
    if isinstance(place, Characters):
        characters = text(plain(machine, place.reference[0]))
        return characters if isinstance(characters, Unknown) else (memory_of(characters) + b"\0\0")[offset : offset + count]
    found = _array_of(machine, place)
    if found is not None:
        return _read_array(machine, found[0], found[1] + offset, count)
    reference, type_ = referenced(place)
    value = _value(machine, reference)
    if type(value) is Unknown:
        return value
    return _bytes(machine, value, type_)[offset : offset + count]


def _value(machine: Any, reference: Any) -> Any:
    value = reference[0] if hasattr(reference, "__setitem__") else reference
    return value if type(value) is Object and value.cls.name == "record" else plain(machine, value)


def _bytes(machine: Any, value: Any, type_: str) -> bytes:
    if type(value) is str:
        # A text is handed to a function in the code page, with a zero behind it.
        return ansi_encode(value, machine.codec) + b"\0"
    if type(value) is int and type_ not in SIZED:
        return struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF)
    if type(value) is int and SIZED[type_][1] not in "fd" and type_ != "currency":
        return struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF)[: struct.calcsize(SIZED[type_])]
    if type(value) is Object and value.cls.name == "record":
        return _record_bytes(machine, value, type_)
    return pack(machine, value, type_, in_records=False)


def _record_bytes(machine: Any, record: Object, type_: str) -> bytes:
    parts, size = layout(machine, record, type_)
    machine.spend(len(parts))
    machine.grow(size)
    whole = bytearray(size)
    for part in parts:
        held = record.data[part.name]
        if type(held) is Array:
            content = b"".join(_bytes(machine, element, part.type) for element in held.data)
        elif type(held) is Unknown:
            content = b""
        elif type(held) is str and part.size == POINTER:
            content = bytes(POINTER)
        else:
            content = _bytes(machine, held, part.type)
        whole[part.offset : part.offset + part.size] = content[: part.size].ljust(part.size, b"\0")
    return bytes(whole)


def _write_record(machine: Any, record: Object, type_: str, offset: int, data: bytes) -> None:
    parts, size = layout(machine, record, type_)
    machine.spend(len(parts))
    end = min(size, offset + len(data))
    for part in parts:
        if not (offset < part.offset + part.size and part.offset < end):
            continue
        held = record.data[part.name]
        start = part.offset - offset
        piece = data[max(0, start) : start + part.size]
        inner = max(0, -start)
        if type(held) is Array:
            _write_array(machine, held, inner, piece)
        elif type(held) is Object and held.cls.name == "record":
            _write_record(machine, held, part.type, inner, piece)
        elif type(held) is str:
            if part.size == len(held):
                record.data[part.name] = ansi_decode(_patched(ansi_encode(held, machine.codec), inner, piece), machine.codec)
        elif part.type in SIZED:
            record.data[part.name] = _number(machine, held, part.type, inner, piece)


def _read_array(machine: Any, array: Array, offset: int, count: int) -> bytes | Unknown:
    machine.spend(count // 64)
    if array.type == "byte":
        part = array.data[offset : offset + count]
        unknown = next((element for element in part if type(element) is Unknown), None) if not all(map(_is_byte, part)) else None
        return unknown if unknown is not None else bytes(element & 0xFF if type(element) is int else 0 for element in part)
    size = element_size(array)
    first = offset // size
    part = array.data[first : (offset + count + size - 1) // size]
    machine.spend(len(part))
    unknown = next((element for element in part if type(element) is Unknown), None)
    if unknown is not None:
        return unknown
    whole = b"".join(_bytes(machine, element, array.type)[:size].ljust(size, b"\0") for element in part)
    return whole[offset - first * size : offset - first * size + count]


def _is_byte(element: Any) -> bool:
    return type(element) is int


def write(machine: Any, place: Any, offset: int, data: bytes) -> None:
    """Change the bytes of a place, as far as it reaches."""
    machine.spend(len(data) // 64)
    if isinstance(place, Characters):
        before = memory_of(display(text(plain(machine, place.reference[0]))))
        place.reference[0] = text_of_memory(_patched(before, offset, data))
        return
    found = _array_of(machine, place)
    if found is not None:
        _write_array(machine, found[0], found[1] + offset, data)
        return
    reference, type_ = referenced(place)
    if not hasattr(reference, "__setitem__"):
        return
    value = _value(machine, reference)
    if type(value) is str:
        before = ansi_encode(value, machine.codec)
        reference[0] = ansi_decode(_patched(before, offset, data), machine.codec)
    elif type(value) is Object:
        _write_record(machine, value, type_, offset, data)
    elif type_ in SIZED or type(value) in (int, float, bool, type(None)):
        reference[0] = _number(machine, value, type_, offset, data)


def _number(machine: Any, value: Any, type_: str, offset: int, data: bytes) -> Any:
    if type_ in SIZED:
        before = b"" if type(value) is Unknown else _bytes(machine, value, type_)
        form = SIZED[type_]
    elif type(value) is float:
        before, form = number_bytes(value, "double"), "<d"
    else:
        before = struct.pack("<Q", (value or 0) & 0xFFFFFFFFFFFFFFFF)
        form = BY_SIZE.get(offset + len(data), "<q")
    size = struct.calcsize(form)
    changed = struct.unpack(form, _patched(before[:size].ljust(size, b"\0"), offset, data))[0]
    if type_ == "currency":
        return changed / 10_000
    return changed != 0 if type_ == "boolean" else changed


def _patched(before: bytes, offset: int, data: bytes) -> bytes:
    """Bytes with others in them, no longer than before."""
    return (before[:offset] + data + before[offset + len(data) :])[: len(before)] if offset <= len(before) else before


def _write_array(machine: Any, array: Array, offset: int, data: bytes) -> None:
    if array.type == "byte":
        room = max(0, len(array.data) - offset)
        array.data[offset : offset + min(room, len(data))] = list(data[:room])
        return
    size = element_size(array)
    if array.type not in SIZED or array.type in ("single", "double", "date", "currency", "boolean"):
        return
    machine.spend(len(data) // size)
    for index in range(offset // size, min(len(array.data), (offset + len(data) + size - 1) // size)):
        start = index * size - offset
        before = _bytes(machine, array.data[index], array.type)
        piece = data[max(0, start) : start + size]
        array.data[index] = struct.unpack(SIZED[array.type], _patched(before, max(0, -start), piece))[0]
