"""Word 97-2003 documents ([MS-DOC]): document variables."""

from __future__ import annotations

import struct
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.bundle import Document
from emoscan.parse.cfb import CompoundFile

MAGIC: Final = 0xA5EC
ENCRYPTED: Final = 0x0100
ONE_TABLE: Final = 0x0200

PAIRS: Final = 0x9A
"""Of the FIB: where the (offset, length) pairs of FibRgFcLcb97 begin."""
STW_USER: Final = 60

MAX_VARIABLES: Final = 20_000


class Fib:
    """The File Information Block (2.5.1): where everything is. Raises Malformed."""

    def __init__(self, data: bytes) -> None:
        if len(data) < PAIRS + 93 * 8 or int.from_bytes(data[:2], "little") != MAGIC:
            raise Malformed("no Word 97 document")
        self.data = data
        self.version, flags = struct.unpack_from("<H6xH", data, 2)
        self.encrypted = bool(flags & ENCRYPTED)
        self.table = "1Table" if flags & ONE_TABLE else "0Table"

    def part(self, table: bytes, number: int) -> bytes:
        """The part of the table stream that a pair of FibRgFcLcb97 (2.5.6) names."""
        offset, length = struct.unpack_from("<II", self.data, PAIRS + 8 * number)
        return table[offset : offset + length]


def read(file: CompoundFile) -> Document:
    """What a Word document holds beside its macros. Raises Malformed when it is none, or locked."""
    fib = Fib(file.read("WordDocument"))
    if fib.encrypted:
        return Document(host="word")
    table = file.read(fib.table)
    return Document(host="word", variables=_variables(fib.part(table, STW_USER)))


def _variables(data: bytes) -> dict[str, str]:
    """StwUser (2.9.293): a table of names, then as many values."""
    if len(data) < 6:
        return {}
    marker, count, extra = struct.unpack_from("<HHH", data)
    if marker != 0xFFFF:
        return {}
    at, texts = 6, []
    for number in range(min(count, MAX_VARIABLES) * 2):
        length = int.from_bytes(data[at : at + 2], "little")
        texts.append(data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace"))
        at += 2 + 2 * length + (extra if number < count else 0)
    return dict(zip(texts[:count], texts[count:]))
