"""PowerPoint 97-2003 documents ([MS-PPT]): the storages that hold macros, controls and embedded objects."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB, Budget

STREAM: Final = "PowerPoint Document"
MAX_STORAGES: Final = 1_000
MAX_STORAGE: Final = 64 * MIB
CHUNK: Final = 4_096

_STORAGE: Final = re.compile(rb"[\0\x10]\0\x11\x10")
"""Header of an ExOleObjStg record (2.10.34): version 0, instance 0 plain or 1 compressed, type 0x1011."""
_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Stored(Struct, frozen=True):
    """A storage inside the document's stream."""

    offset: int
    data: bytes
    damage: str = ""


def storages(stream: bytes, budget: Budget) -> Iterator[Stored]:
    """Compound files inside the "PowerPoint Document" stream, wherever their records stand: what no list names counts too.

    Raises LimitReached when the budget has no room for one.
    """
    count = 0
    for match in _STORAGE.finditer(stream):
        at = match.start()
        length = int.from_bytes(stream[at + 4 : at + 8], "little")
        body = stream[at + 8 : at + 8 + length]
        if match[0][0] == 0:
            if body.startswith(_MAGIC):
                budget.grow(len(body), "storage in a presentation")
                yield Stored(at, body)
            continue
        if len(body) < 8 or body[4] & 0x0F != 8:  # a zlib stream after the size
            continue
        count += 1
        if count > MAX_STORAGES:
            return
        size = min(int.from_bytes(body[:4], "little"), MAX_STORAGE)
        data, damage = _inflate(body[4:], size, budget)
        if len(data) < size and not damage:
            damage = "it is cut short"
        if data.startswith(_MAGIC):
            yield Stored(at, data, f"the storage at {at:#x} is damaged: {damage}" if damage else "")


def _inflate(packed: bytes, size: int, budget: Budget) -> tuple[bytes, str]:
    """At most `size` bytes, and the error that ended it early."""
    engine = zlib.decompressobj()
    pieces: list[bytes] = []
    total = 0
    try:
        for at in range(0, len(packed), CHUNK):
            piece = engine.decompress(engine.unconsumed_tail + packed[at : at + CHUNK], size - total)
            budget.spend(len(piece), "expanded_bytes", "storage in a presentation")
            pieces.append(piece)
            total += len(piece)
            if total >= size or engine.eof:
                break
    except zlib.error as error:
        return b"".join(pieces), str(error)
    return b"".join(pieces), ""
