"""Packages of Windows Installer (.msi, .msp, .mst): the files in them, and what their custom actions run.

A package is a compound file whose streams are tables of a database, with names that are packed two characters into one.
Microsoft documents the tables ("Custom Action Types") and not how they are stored; that was worked out by the Wine project.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.cfb import CompoundFile, Entry
from emoscan.parse.codepage import decode

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS: Final = 0x3800
_SINGLES: Final = 0x4800
_TABLE: Final = "\u4840"
MOST_ACTIONS: Final = 10_000


def stream_name(name: str) -> tuple[str, bool]:
    """(plain name, whether it is a table) of a stream as the directory names it."""
    table = name.startswith(_TABLE)
    plain: list[str] = []
    for c in name[1:] if table else name:
        code = ord(c)
        if _PAIRS <= code < _SINGLES:
            code -= _PAIRS
            plain += [_LETTERS[code & 63], _LETTERS[code >> 6]]
        elif _SINGLES <= code < _SINGLES + 64:
            plain.append(_LETTERS[code - _SINGLES])
        else:
            plain.append(c)
    return "".join(plain), table


class Action(Struct, frozen=True):
    """A row of the table CustomAction."""

    name: str
    type: int
    """The kind of action in the lowest six bits."""
    source: str
    target: str


class Installer(Struct, frozen=True):
    files: tuple[tuple[str, Entry], ...]
    """Streams that are no tables: "Binary.name", "Icon.name", cabinets."""
    actions: tuple[Action, ...] = ()
    installs: bool = False
    """Whether there is a file that it would put on the disk."""
    damage: str = ""


def read_installer(file: CompoundFile) -> Installer:
    """Read a package. Tables that cannot be read are said in `damage`."""
    files: list[tuple[str, Entry]] = []
    tables: dict[str, Entry] = {}
    for entry in file.entries:
        if entry.type != "stream" or "/" in entry.path or entry.name.startswith("\5"):
            continue
        name, table = stream_name(entry.name)
        if table:
            tables.setdefault(name, entry)
        elif entry.size:
            files.append((name, entry))
    try:
        actions = tuple(_actions(file, tables))
    except (Malformed, struct.error) as error:
        return Installer(tuple(files), damage=f"the tables of the package cannot be read: {error}")
    return Installer(tuple(files), actions, installs="File" in tables and tables["File"].size > 0)


class _Strings:
    """The pool that all texts of the tables are numbers of."""

    def __init__(self, pool: bytes, data: bytes) -> None:
        if len(pool) < 4:
            raise Malformed("no pool of strings")
        code_page, flags = struct.unpack_from("<HH", pool)
        self.width = 3 if flags & 0x8000 else 2
        self.code_page = code_page
        self.data = data
        self.places: list[tuple[int, int]] = [(0, 0)]
        start = 0
        words = struct.iter_unpack("<HH", pool[4 : len(pool) & ~3])
        for length, uses in words:
            if length == 0 and uses:  # a long one: its length follows in place of the next
                low, high = next(words, (0, 0))
                length = high << 16 | low
            self.places.append((start, length))
            start += length

    def get(self, number: int) -> str:
        if not 0 <= number < len(self.places):
            return ""
        start, length = self.places[number]
        return decode(self.data[start : start + length], self.code_page or 1252)


def _actions(file: CompoundFile, tables: dict[str, Entry]) -> Iterator[Action]:
    if "CustomAction" not in tables:
        return
    for needed in ("_StringPool", "_StringData", "_Columns"):
        if needed not in tables:
            raise Malformed(f"there is no {needed}")
    strings = _Strings(file.read(tables["_StringPool"]), file.read(tables["_StringData"]))
    text, number = strings.width, 2
    columns = _columns(file.read(tables["_Columns"]), [text, number, text, number])
    named = [strings.get(table) for table, _, _, _ in columns]
    count = named.count("CustomAction")
    data = file.read(tables["CustomAction"])
    for name, type_, source, target, *_ in _columns(data, [text, number, text, text, *([4] if count > 4 else [])])[:MOST_ACTIONS]:
        yield Action(strings.get(name), type_ ^ 0x8000, strings.get(source), strings.get(target))


def _columns(data: bytes, widths: list[int]) -> list[tuple[int, ...]]:
    """The rows of a table, which is stored column by column."""
    rows = len(data) // sum(widths)
    made: list[list[int]] = []
    at = 0
    for width in widths:
        made.append([int.from_bytes(data[i : i + width], "little") for i in range(at, at + rows * width, width)])
        at += rows * width
    return list(zip(*made, strict=True))
