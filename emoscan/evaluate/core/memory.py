"""Addresses of a script's values: what `VarPtr` and `VirtualAlloc` give, and what API functions read and write through.

An address is a plain number, so that scripts may calculate with it and keep it in a Long. What lies there is a place:
anything that the language knows how to read and write as bytes (a reference to a variable, an array, a block of bytes).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from typing import Any, Final

FIRST: Final = 0x0A000000
HIGHEST: Final = 1 << 47
ROOM: Final = 0x10000000
"""Kept free behind the last place for those that get the next address."""
MOST_PLACES: Final = 10_000
ALIGNMENT: Final = 0x10000
"""Places begin this far apart at least, as blocks of VirtualAlloc do, so that one may grow a little where it is."""


class Memory:
    def __init__(self) -> None:
        self._starts: list[int] = []
        self._places: list[Any] = []
        self._sizes: list[int] = []
        self._known: dict[Hashable, int] = {}
        self._next = FIRST

    def address_of(self, place: Any, size: int, key: Hashable = None) -> int:
        """The address of a place, which is the same each time. `key`: what tells it from others, if not the object itself."""
        key = id(place) if key is None else key
        found = self._known.get(key)
        if found is not None:
            return found
        address = self.allocate(place, size)
        self._known[key] = address
        return address

    def allocate(self, place: Any, size: int, wanted: int = 0) -> int:
        """A new address for a place of `size` bytes; the one that is wanted, where nothing lies and Windows would give it."""
        wanted &= -ALIGNMENT
        if 0 < wanted < HIGHEST and len(self._starts) < MOST_PLACES and self._is_free(wanted, size):
            address = wanted
        else:
            address = self._next
            self._next += (size // ALIGNMENT + 2) * ALIGNMENT
        at = bisect_right(self._starts, address)
        self._starts.insert(at, address)
        self._places.insert(at, place)
        self._sizes.insert(at, size)
        return address

    def _is_free(self, wanted: int, size: int) -> bool:
        """Whether no place overlaps, nor those that are still to come."""
        at = bisect_right(self._starts, wanted)
        before = at == 0 or self._starts[at - 1] + self._sizes[at - 1] + ALIGNMENT <= wanted
        behind = at == len(self._starts) or wanted + size + ALIGNMENT <= self._starts[at]
        return before and behind and not FIRST - ALIGNMENT - size < wanted < self._next + ROOM

    def places(self) -> list[Any]:
        """Everything that has an address, by address."""
        return list(self._places)

    def find(self, address: int) -> tuple[Any, int] | None:
        """(place, offset in it) of an address; None where nothing lies."""
        at = bisect_right(self._starts, address) - 1
        if at < 0:
            return None
        offset = address - self._starts[at]
        return (self._places[at], offset) if offset < self._sizes[at] + ALIGNMENT else None


class Block:
    """Memory that a script allocated. `data` reaches as far as was written; what lies behind it is zeros.

    `uses` are the functions that touched it, in order, each once: how code got where it runs from.
    """

    __slots__ = ("data", "executable", "ran", "size", "unknown", "uses")

    def __init__(self, size: int, how: str, *, executable: bool = False) -> None:
        self.size = size
        self.data = bytearray()
        self.executable = executable
        self.uses: list[str] = [how]
        self.unknown: Any = None
        """Unknown content that was written to it."""
        self.ran = False

    def used(self, how: str) -> None:
        if how not in self.uses:
            self.uses.append(how)

    def write(self, offset: int, data: bytes) -> None:
        if offset > len(self.data):
            self.data.extend(bytes(offset - len(self.data)))
        self.data[offset : offset + len(data)] = data

    def read(self, offset: int, count: int) -> bytes:
        return bytes(self.data[offset : offset + count]).ljust(count, b"\0")
