"""P-code: the compiled form of macros, which Office runs instead of the source where its version is the same.

It lies in the stream of each module before the source, its names in the stream `_VBA_PROJECT`. Microsoft calls both a
"performance cache" (MS-OVBA 2.3.4.1, 2.3.4.3) and documents neither; what is known was worked out by V. Bontchev
(pcodedmp). Documents of VBA 5, 6 and 7, 32 and 64 bits, of Windows and the Mac.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.codepage import decode
from emoscan.parse.pcodetable import Shape, instructions, names, reserved

MAGIC: Final = 0x61CC
CODE: Final = 0xCAFE
ME: Final = 0xFFFF
NO_OFFSET: Final = 0xFFFFFFFF

# ---------------------------------------------------------------- names


class Names(Struct, frozen=True):
    """What `_VBA_PROJECT` says: which VBA compiled the project, and the project's own names by number."""

    version: int
    """Of VBA: 5, 6 or 7."""
    big_endian: bool = False
    wide: bool = False
    """64-bit Office."""
    names: tuple[str, ...] = ()
    code_page: int = 1252

    def name(self, code: int) -> str:
        """The name with a code as instructions hold it; "" for a code that stands for none."""
        if code == ME:
            return "Me"
        number = code >> 1
        if number < 0x100:
            known = names()
            number -= self.version >= 7 and number >= 0xC3
            return known[number] if 0 < number < len(known) else ""
        number -= 0x100
        if self.version >= 7:
            number -= 7 if self.wide else 4
        return self.names[number] if 0 <= number < len(self.names) else ""


Reads = Callable[[bytes, int], tuple[Any, ...]]


class _Cursor:
    """Reads a stream from its beginning; every step is checked."""

    __slots__ = ("at", "data", "end", "order", "read_dword", "read_word")

    def __init__(self, data: bytes, at: int, order: str) -> None:
        self.data = data
        self.at = at
        self.end = len(data)
        self.order = order
        self.read_word: Reads = struct.Struct(order + "H").unpack_from
        self.read_dword: Reads = struct.Struct(order + "I").unpack_from

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > self.end:
            raise Malformed(f"ends at {self.end:#x}, within something that begins before")

    def word(self) -> int:
        at = self.at
        self.skip(2)
        return int(self.read_word(self.data, at)[0])

    def dword(self) -> int:
        at = self.at
        self.skip(4)
        return int(self.read_dword(self.data, at)[0])

    def skip_counted(self, size: int = 1, *, or_none: bool = False) -> None:
        """A number of things of that size; with `or_none`, FFFF stands for none."""
        count = self.word()
        if not (or_none and count == 0xFFFF):
            self.skip(count * size)

    def type_and_length(self) -> tuple[int, int]:
        word = self.word()
        return word >> 8, word & 0xFF


def read_names(stream: bytes, code_page: int = 1252, *, wide: bool = False) -> Names:
    """Read `_VBA_PROJECT`. Raises Malformed when it is none, holds no names, or breaks before their end."""
    if len(stream) < 0x1E or int.from_bytes(stream[:2], "little") != MAGIC:
        raise Malformed("no _VBA_PROJECT")
    big_endian = int.from_bytes(stream[5:7], "little") == 0x000E
    release = int.from_bytes(stream[2:4], "little")
    cursor = _Cursor(stream, 0x1E, ">" if big_endian else "<")
    _skip_references(cursor, release)
    cursor.skip_counted(2)  # classes and forms
    cursor.skip_counted(4)  # constants of conditional compilation
    cursor.skip(2)
    for _ in range(3):  # id of the type library, description, help file
        cursor.skip_counted(or_none=True)
    cursor.skip(0x64)
    _skip_modules(cursor, release)
    own = tuple(_own_names(cursor, code_page))
    # 0x97 is Office 2010; its previews are told by the constant that all projects of VBA 7 begin with
    seven = release >= 0x97 or (release > 0x88 and "VBA7" in own[:12])
    return Names(7 if seven else 6 if release >= 0x6B else 5, big_endian, wide, own, code_page)


def _unicode_from(release: int, first: int) -> bool:
    return (release >= first and release not in (0x60, 0x62, 0x63)) or release == 0x4E


def _skip_references(cursor: _Cursor, release: int) -> None:
    unicode = _unicode_from(release, 0x5B)
    count = cursor.word()
    cursor.skip(2)
    for _ in range(count):
        length = cursor.word()
        if length == 0:
            cursor.skip(6)
        else:
            start = cursor.at
            cursor.skip(length)
            kind = start + (4 if unicode else 2)
            # a libid is "*\C…" or "*\D…" where the project is another one: its relative path follows
            if length >= (5 if unicode else 3) and cursor.data[kind] in b"CD":
                cursor.skip_counted()
        cursor.skip(10)
        if cursor.word():
            cursor.skip_counted()
            length = cursor.word()
            cursor.skip(length + 30 + (2 if length else 0))


def _skip_modules(cursor: _Cursor, release: int) -> None:
    unicode = _unicode_from(release, 0x59)
    narrow = release <= 0x59 and release != 0x4E
    for _ in range(cursor.word()):
        length = cursor.word()
        if unicode:
            cursor.skip(length)
        if narrow:
            cursor.skip(cursor.word() if unicode and length else length)
        cursor.skip_counted()
        cursor.skip_counted(or_none=True)
        cursor.skip(2)
        if release >= 0x6B:
            cursor.skip_counted(or_none=True)
        cursor.skip_counted(or_none=True)
        cursor.skip(2 if release == 0x51 else 6)
        cursor.skip_counted(8)
        cursor.skip(11)


def _own_names(cursor: _Cursor, code_page: int) -> list[str]:
    cursor.skip(6)
    cursor.skip(cursor.dword())
    cursor.skip(6)
    first, total, second = cursor.word(), cursor.word(), cursor.word()
    cursor.skip(4)
    for _ in range(total + second - first):
        cursor.skip(4)
        kind, length = cursor.type_and_length()
        cursor.skip(length + (6 if kind > 0x7F else 0))
    found: list[str] = []
    for _ in range(first - second):
        kind, length = cursor.type_and_length()
        known = kind == length == 0
        if known:
            cursor.skip(2)
            kind, length = cursor.type_and_length()
        if kind & 0x80:
            cursor.skip(6)
        start = cursor.at
        cursor.skip(length)
        if length:
            found.append(decode(cursor.data[start : cursor.at], code_page))
        if not known:
            cursor.skip(4)
    return found


# ---------------------------------------------------------------- instructions


class Parameter(Struct, frozen=True):
    name: str
    type: str = ""
    passed: str = ""
    """ByVal, ByRef or nothing."""
    optional: bool = False


class Procedure(Struct, frozen=True):
    """The head of a procedure, or a function of a library that is declared."""

    name: str
    kind: str = "Sub"
    """Sub, Function, Property Get, Property Let, Property Set."""
    parameters: tuple[Parameter, ...] = ()
    type: str = ""
    library: str = ""
    """Of a declared function."""
    alias: str = ""


class Variable(Struct, frozen=True):
    name: str
    type: str = ""
    new: bool = False


Operand = str | int | tuple[str, ...] | Procedure | Variable


class Instruction(Struct, frozen=True):
    name: str
    flags: int = 0
    operands: tuple[Operand, ...] = ()


class Code(Struct, frozen=True):
    """The p-code of a module, by lines of its source."""

    lines: tuple[tuple[Instruction, ...], ...]
    different: tuple[Instruction, ...]
    """All that differ from each other, in the order in which they are met; those that name a length or a declaration each time."""
    damaged: int = 0
    """Lines that were not read to their end."""


TYPES: Final = (
    "",
    "Null",
    "Integer",
    "Long",
    "Single",
    "Double",
    "Currency",
    "Date",
    "String",
    "Object",
    "Error",
    "Boolean",
    "Variant",
    "",
    "Decimal",
    "",
    "LongLong",
    "Byte",
)


def type_name(number: int) -> str:
    """By its number, the flags of which are taken off; "" where there is none. LongPtr is Long with the flag 80."""
    kind = number & 0x1F
    name = TYPES[kind] if kind < len(TYPES) else ""
    return f"{name}Ptr" if number & 0x80 and name else name


class _Tables:
    """Where the instructions of a module point: declarations, definitions and imports."""

    def __init__(self, stream: bytes, names: Names) -> None:
        self.names = names
        self.order = ">" if names.big_endian else "<"
        self.word_of: Reads = struct.Struct(self.order + "H").unpack_from
        self.dword_of: Reads = struct.Struct(self.order + "I").unpack_from
        cursor = _Cursor(stream, 0, self.order)
        self.declarations = b""
        if names.version >= 6:
            self.declarations = self._sized(cursor, 0x3F)
            definitions = self._pointer(cursor, 0x11) + (12 if names.wide else 10)
            imports = self._pointer(cursor, 5) + 0x8A
            lines = 0x19
        else:
            self.declarations = self._sized(cursor, 11)
            cursor.skip(64)
            cursor.skip_counted(16)
            self._sized(cursor, cursor.at)
            self._sized(cursor, cursor.at + 6)
            base = cursor.at
            definitions = self._pointer(cursor, base + 8) + 10
            imports = self._pointer(cursor, base) + 0x8A
            lines = base + 77
        self.definitions = self._sized(cursor, definitions)
        self.imports = self._sized(cursor, imports)
        self.left = len(self.definitions) // 24
        """Parameters there can be: lists of them may run in circles."""
        cursor.at = self._pointer(cursor, lines) + 0x3C
        if cursor.word() != CODE:
            raise Malformed("no p-code where the module says it is")
        cursor.skip(2)
        self.count = cursor.word()
        self.lines = cursor.at
        cursor.skip(self.count * 12 + 10)
        self.code = cursor.at

    def _pointer(self, cursor: _Cursor, at: int) -> int:
        cursor.at = at
        return cursor.dword()

    def _sized(self, cursor: _Cursor, at: int) -> bytes:
        """Bytes with their length before them; what is not there is left out."""
        length = self._pointer(cursor, at)
        start = cursor.at
        cursor.at = min(start + length, len(cursor.data))
        return cursor.data[start : cursor.at]

    def text(self, raw: bytes) -> str:
        return decode(raw, self.names.code_page)

    def name_at(self, table: bytes, at: int) -> str:
        return self.names.name(self.word_of(table, at)[0])

    def imported(self, number: int) -> str:
        """The class an import stands for. Its number counts bytes of pointers; what they would point to is ten bytes each."""
        at = (number >> (3 if self.names.wide else 2)) * 10
        name = self.name_at(self.imports, at + 6) if at + 10 <= len(self.imports) else ""
        return "" if name in reserved() else name  # a class of another library: what stands there is no name

    def declared_type(self, at: int) -> str:
        """The type that stands, or is pointed to, at a place of the definitions."""
        low, high = self.word_of(self.definitions, at)[0], self.word_of(self.definitions, at + 2)[0]
        if self.names.big_endian:
            low, high = high, low
        if high == 0xFFFF:
            return type_name(low & 0xFF)
        place = low | high << 16
        if place + 8 > len(self.definitions):
            return ""
        if self.word_of(self.definitions, place)[0] & 2:
            return type_name(self.definitions[place + 6])
        number = self.word_of(self.definitions, place + 2)[0]
        return self.imported(number) if number else ""

    def variable(self, at: int) -> Variable:
        table = self.definitions
        typed, new = table[at] & 0x20, table[at + 1] & 0x20
        kind = self.declared_type(at + (16 if self.names.wide else 12)) if typed else ""
        return Variable(self.name_at(table, at + 2), kind, bool(new))

    def simple_type(self, at: int) -> str:
        return type_name(self.definitions[at + 6])

    def record(self, at: int) -> str:
        return self.name_at(self.definitions, at + 2)

    def procedure(self, at: int, flags: int) -> Procedure:
        table, names = self.definitions, self.names
        head = self.word_of(table, at)[0]
        shift = at + (4 if names.version > 5 else 0) + (16 if names.wide else 0)
        declared = self.word_of(table, shift + 44)[0]
        library = alias = ""
        if not table[shift + (52 if names.wide else 54)] & 0x90 and declared + 6 <= len(self.declarations):
            library = self.name_at(self.declarations, declared + 2)
            start = self.word_of(self.declarations, declared + 4)[0]
            alias = self.text(self.declarations[start : start + 256].partition(b"\0")[0])
        kind = next((kind for flag, kind in _KINDS if head & flag), "Function" if flags & 2 else "Sub")
        return Procedure(
            self.name_at(table, at + 2),
            "Function" if kind == "Sub" and flags & 2 else kind,
            self.parameters(self.dword_of(table, shift + 36)[0]),
            self.declared_type(shift + 40) if head & 0x20 else "",
            library,
            alias,
        )

    def parameters(self, at: int) -> tuple[Parameter, ...]:
        found: list[Parameter] = []
        table = self.definitions
        shift = 4 if self.names.wide else 0
        while 0 < at != NO_OFFSET and at + 26 + shift <= len(table) and len(found) < MOST_PARAMETERS and self.left > 0:
            self.left -= 1
            passed = self.word_of(table, at + shift + 24)[0]
            found.append(
                Parameter(
                    self.name_at(table, at + 2),
                    self.declared_type(at + shift + 12) if table[at] & 0x20 else "",
                    "ByVal" if passed & 4 else "ByRef" if passed & 2 else "",
                    bool(passed & 0x200),
                )
            )
            at = self.dword_of(table, at + shift + 20)[0]
        return tuple(found)


MOST_PARAMETERS: Final = 255
_KINDS: Final = ((0x1000, "Sub"), (0x2000, "Property Get"), (0x4000, "Property Let"), (0x8000, "Property Set"))


class _Reader:
    """Reads the lines of a module, one operand after the other."""

    def __init__(self, stream: bytes, tables: _Tables) -> None:
        self.data = stream
        self.tables = tables
        self.order: Any = "big" if tables.names.big_endian else "little"
        self.names: dict[int, str] = {}
        self.met: dict[tuple[int, ...], Instruction] = {}
        """Instructions by the words they are written in."""
        self.different: list[Instruction] = []
        self.at = 0
        self.end = 0
        self.flags = 0
        self.operands: dict[str, Callable[[], Operand]] = {
            "n": self.name,
            "w": lambda: self.number(2),
            "d": lambda: self.number(4),
            "q": lambda: self.number(8),
            "i": lambda: tables.imported(self.number(2)),
            "f": lambda: tables.procedure(self.number(4), self.flags),
            "v": self.variable,
            "r": lambda: tables.record(self.number(4)),
            "t": lambda: tables.simple_type(self.number(4)),
            "c": lambda: self.number(8 if tables.names.wide else 4),
            "s": lambda: tables.text(self.counted()),
            "b": lambda: self.counted().hex(),
            "l": self.labels,
        }

    def raw(self, count: int) -> bytes:
        start = self.at
        self.at += count
        if self.at > self.end:
            raise Malformed("an instruction ends after its line")
        return self.data[start : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.raw(size), self.order)

    def counted(self) -> bytes:
        """Bytes with their number before them, filled up to an even number."""
        length = self.number(2)
        found = self.raw(length)
        self.at += length & 1
        return found

    def name(self) -> str:
        code = self.number(2)
        found = self.names.get(code)
        if found is None:
            found = self.names[code] = self.tables.names.name(code)
        return found

    def variable(self) -> Variable:
        found = self.tables.variable(self.number(4))
        if self.flags & 0x10:
            self.number(2)
        return found

    def labels(self) -> tuple[str, ...]:
        raw = self.counted()
        return tuple(self.tables.names.name(int.from_bytes(raw[i : i + 2], self.order)) for i in range(0, len(raw) - 1, 2))

    def line(self, start: int, length: int, shapes: tuple[Shape, ...], out: list[Instruction]) -> None:
        """Append the instructions of a line to `out`. Raises Malformed, struct.error, IndexError where it breaks."""
        words: tuple[int, ...] = struct.unpack_from(f"{self.tables.order}{length // 2}H", self.data, start)
        self.end = start + length
        met, place = self.met, 0
        while place < len(words):
            word = words[place]
            shape = shapes[word & 0x3FF]
            written = words[place : place + shape.words]
            instruction = met.get(written)
            if instruction is None:
                self.at, self.flags = start + 2 * place + 2, word >> 10
                instruction = Instruction(shape.name, self.flags, tuple([self.operands[letter]() for letter in shape.operands]))
                self.different.append(instruction)
                if written:
                    met[written] = instruction
                place = (self.at - start) // 2
            else:
                place += shape.words
            out.append(instruction)


def read_code(stream: bytes, names: Names) -> Code:
    """The p-code in the part of a module's stream before its source. Raises Malformed when there is none to be read."""
    tables = _Tables(stream, names)
    reader = _Reader(stream, tables)
    shapes = instructions(names.version, names.wide)
    entries = struct.iter_unpack(tables.order + "4xH2xI", stream[tables.lines : tables.lines + tables.count * 12])
    lines: list[tuple[Instruction, ...]] = []
    damaged = 0
    left = len(stream)
    for length, offset in entries:
        found: list[Instruction] = []
        start = tables.code + offset
        if length and length != 0xFFFF:
            left -= length
            if left < 0 or start + length > len(stream):
                damaged += 1
            else:
                try:
                    reader.line(start, length, shapes, found)
                except (Malformed, struct.error, IndexError):
                    damaged += 1
        lines.append(tuple(found))
    return Code(tuple(lines), tuple(reader.different), damaged)
