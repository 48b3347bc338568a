"""Compound files ([MS-CFB]): the file system inside .doc, .xls, .ppt, .msg and vbaProject.bin.

Made for damaged and hostile files. Every chain of sectors ends at its first repetition, the directory is read as a flat
array first and as a tree second, so entries that no tree reaches are listed too; a file cut short is read as far as it
goes. `CompoundFile.damage` says where something is missing; oddities that hide nothing are passed over.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, Literal

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import Malformed

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BETA_MAGIC: Final = b"\x0e\x11\xfc\x0d\xd0\xcf\x11\xe0"
"""Of files of 1996 and before; the layout is the same."""

MAX_REGULAR: Final = 0xFFFFFFFA
"""Sector numbers above it are marks: free, end of chain, FAT, DIFAT."""
MINI_SECTOR: Final = 64
MINI_CUTOFF: Final = 4096
MAX_ENTRIES: Final = 65_536
"""Of the directory; Office writes some thousands at most."""

_HEADER: Final = struct.Struct("<26xH2xH16xI8xI4xI")
"""[MS-CFB] 2.2: major version, sector shift, first sectors of directory, mini FAT and DIFAT. The counts beside them may lie."""
_ENTRY: Final = struct.Struct("<64sHBBIII16sI16xIQ")
_TYPES: Final[dict[int, Literal["storage", "stream", "root"]]] = {1: "storage", 2: "stream", 5: "root"}


class Entry(Struct, frozen=True):
    """A storage or stream."""

    index: int
    """Its place in the directory."""
    path: str
    """Names from the root down, joined by "/"; "" for the root. Names are data: they may hold anything."""
    name: str
    type: Literal["storage", "stream", "root"]
    size: int
    """As the directory says; there may be less."""
    start: int
    clsid: str
    """Lower case, "" when there is none."""
    orphan: bool = False
    """No tree reaches it: it is below a deleted or damaged entry."""


class CompoundFile:
    """A compound file over bytes. `entries` are in the order of their tree, orphans last.

    Raises Malformed when there is neither header nor directory. `budget` is asked before a stream is read.
    """

    data: bytes
    budget: Budget | None
    damage: list[str]

    def __init__(self, data: bytes, budget: Budget | None = None) -> None:
        if type(data) is bytes and len(data) <= REMEMBERED:
            # Half a dozen steps open the same document, one after the other.
            known = _structure_of(data)
            self.__dict__.update(vars(known))
            self.damage = list(known.damage)
        else:
            self._read_structure(data)
        self.budget = budget

    def _read_structure(self, data: bytes) -> None:
        self.data = data
        self.budget = None
        self.damage = []
        self._read_header()
        self._fat = self._read_fat()
        self._mini_fat: array[int] | None = None
        self._mini_stream: bytes | None = None
        self.entries: tuple[Entry, ...] = tuple(self._read_tree(self._read_directory()))
        self._by_path = {entry.path.lower(): entry for entry in reversed(self.entries)}

    # ------------------------------------------------------------ asking

    def get(self, path: str) -> Entry | None:
        """The entry at a path, by names without regard to case. Of several with one path the first."""
        return self._by_path.get(path.lower())

    def stream(self, path: str) -> Entry | None:
        """The stream at a path."""
        entry = self.get(path)
        return entry if entry is not None and entry.type == "stream" else None

    def streams(self, under: str = "") -> Iterator[Entry]:
        """Streams anywhere below a storage."""
        prefix = under.lower() + "/" if under else ""
        return (e for e in self.entries if e.type == "stream" and e.path.lower().startswith(prefix))

    def storages(self) -> Iterator[Entry]:
        return (e for e in self.entries if e.type == "storage")

    def read(self, stream: Entry | str, limit: int = sys.maxsize) -> bytes:
        """The bytes of a stream, as many as the file holds of it but at most `limit`.

        Raises Malformed when there is no such stream, LimitReached when the budget has no room for it.
        """
        entry = self.stream(stream) if isinstance(stream, str) else stream
        if entry is None or entry.type != "stream":
            raise Malformed(f"there is no stream {stream!r}")
        size = min(entry.size, limit, len(self.data))
        if self.budget is not None:
            self.budget.grow(size, entry.name)
        content = self._read_mini(entry.start, size) if entry.size < MINI_CUTOFF else self._read_chain(entry.start, size)
        if len(content) < size:
            self._note(f"stream {entry.path!r} has {len(content):,} of its {entry.size:,} bytes")
        return content

    def places(self, stream: Entry) -> list[tuple[int, int]]:
        """(offset in the file, length) of each sector of a stream, in order."""
        if stream.size >= MINI_CUTOFF:
            chain = self._chain(self._fat, stream.start, min(-(-stream.size // self.sector_size), self._count))
            return [((sector + 1) * self.sector_size, self.sector_size) for sector in chain]
        self._read_mini(stream.start, stream.size)
        if self._mini_fat is None or self._root is None:
            return []
        under = self._chain(self._fat, self._root.start, self._count)
        found: list[tuple[int, int]] = []
        for mini in self._chain(self._mini_fat, stream.start, -(-stream.size // MINI_SECTOR)):
            sector, inside = divmod(mini * MINI_SECTOR, self.sector_size)
            if sector < len(under):
                found.append(((under[sector] + 1) * self.sector_size + inside, MINI_SECTOR))
        return found

    # ------------------------------------------------------------ sectors

    def _note(self, what: str) -> None:
        if len(self.damage) < 100 and what not in self.damage:
            self.damage.append(what)

    def _read_header(self) -> None:
        data = self.data
        if len(data) < 512 or not data.startswith((MAGIC, BETA_MAGIC)):
            raise Malformed("no compound file")
        major, shift, directory, mini_fat, difat = _HEADER.unpack_from(data)
        if shift not in (9, 12):
            self._note(f"sector size 2^{shift}")
            shift = 12 if major == 4 else 9
        self.sector_size = 1 << shift
        self._count = max(0, -(-len(data) // self.sector_size) - 1)
        """Of sectors after the header, the last one perhaps cut short."""
        self._directory_start = directory
        self._mini_fat_start = mini_fat
        self._difat_start = difat

    def _read_fat(self) -> array[int]:
        """The allocation table, as long as the file has sectors."""
        sector_size = self.sector_size
        needed = -(-self._count * 4 // sector_size)
        """FAT sectors beyond these would speak of sectors that are not there."""
        places = list(struct.unpack_from("<109I", self.data, 76))
        seen: set[int] = set()
        sector = self._difat_start
        while sector < self._count:
            if sector in seen:
                self._note("the list of the parts of the allocation table closes in a circle")
                break
            seen.add(sector)
            content = self._sector(sector)
            numbers = struct.unpack(f"<{len(content) // 4}I", content[: len(content) & ~3])
            if len(numbers) < sector_size // 4:
                break
            if len(places) < needed:
                places.extend(numbers[:-1])
            sector = numbers[-1]
        fat = array("I")
        for place in places[:needed]:
            if place < self._count and len(part := self._sector(place)) == sector_size:
                fat.frombytes(part)
            elif place <= MAX_REGULAR:
                self._note("a part of the allocation table is not there; sectors are taken to follow each other")
                fat.extend(range(len(fat) + 1, len(fat) + 1 + sector_size // 4))
        if sys.byteorder == "big":
            fat.byteswap()
        fat.extend(range(len(fat) + 1, self._count + 1))
        return fat

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.sector_size
        return self.data[at : at + self.sector_size]

    def _chain(self, fat: array[int], start: int, most: int) -> list[int]:
        """Sector numbers from `start` on, at most `most`, to the first that is none or was there before."""
        chain: list[int] = []
        sector, end = start, len(fat)
        while sector < end and len(chain) < most:
            chain.append(sector)
            sector = fat[sector]
        if len(set(chain)) == len(chain):
            return chain
        self._note(f"the chain of sectors from {start} on closes in a circle")
        return list(dict.fromkeys(chain))

    def _read_chain(self, start: int, size: int) -> bytes:
        chain = self._chain(self._fat, start, min(-(-size // self.sector_size), self._count))
        return _sectors(self.data, chain, self.sector_size, self.sector_size)[:size]

    def _read_mini(self, start: int, size: int) -> bytes:
        if self._mini_fat is None or self._mini_stream is None:
            content = self._read_chain(self._mini_fat_start, self._count * self.sector_size)
            self._mini_fat = array("I", content[: len(content) & ~3])
            if sys.byteorder == "big":
                self._mini_fat.byteswap()
            root = self._root
            self._mini_stream = self._read_chain(root.start, min(root.size or len(self.data), len(self.data))) if root else b""
            if self.budget is not None:
                self.budget.grow(len(self._mini_stream), "streams below 4,096 bytes")
        chain = self._chain(self._mini_fat, start, -(-size // MINI_SECTOR))
        return _sectors(self._mini_stream, chain, MINI_SECTOR, 0)[:size]

    # ------------------------------------------------------------ directory

    def _read_directory(self) -> list[tuple[Any, ...]]:
        """The fields of each entry ([MS-CFB] 2.6.1) by its index; unused ones have type 0."""
        content = self._read_chain(self._directory_start, MAX_ENTRIES * 128)
        if len(content) < 128 or content[66] != 5:
            at = self.data.find("Root Entry\0".encode("utf-16-le"))
            if at < 0 or at % 128:
                raise Malformed("a compound file without a directory")
            self._note("the directory is not where the header says")
            first = at // self.sector_size - 1
            start = at - (first + 1) * self.sector_size
            content = self._read_chain(first, MAX_ENTRIES * 128)[start:]
        return list(_ENTRY.iter_unpack(content[: len(content) // 128 * 128]))

    def _read_tree(self, raw: list[tuple[Any, ...]]) -> Iterator[Entry]:
        self._root: Entry | None = None
        valid = [index for index, fields in enumerate(raw) if fields[2] in _TYPES]
        seen = bytearray(len(raw))
        big = self.sector_size > 512

        def entry(index: int, parent: str, orphan: bool) -> Entry:
            raw_name, length, kind, _, _, _, _, clsid, _, start, size = raw[index]
            name = _name(raw_name, length)
            path = join(parent, name) if index else ""
            type_ = _TYPES[kind] if index == 0 or kind != 5 else "storage"
            # Before version 4 the high half of the size may hold rubbish, [MS-CFB] 2.6.1.
            return Entry(index, path, name, type_, size if big else size & 0xFFFFFFFF, start, _clsid(clsid), orphan)

        def below(top: int, orphan: bool) -> Iterator[Entry]:
            """The entry and its tree: siblings in order of their names, storages before what they hold."""
            stack: list[tuple[int, str, bool]] = [(top, "", False)]
            while stack:
                index, parent, done = stack.pop()
                if index >= len(raw) or raw[index][2] not in _TYPES:
                    continue
                if not done:
                    if seen[index]:
                        continue
                    seen[index] = 1
                    if index == top:
                        stack.append((index, parent, True))
                    else:
                        _, _, _, _, left, right, *_ = raw[index]
                        stack += ((right, parent, False), (index, parent, True), (left, parent, False))
                    continue
                found = entry(index, parent, orphan)
                yield found
                if found.type != "stream":
                    stack.append((raw[index][6], found.path, False))

        if raw and raw[0][2] in _TYPES:
            for found in below(0, orphan=False):
                if found.index == 0:
                    self._root = found
                yield found
        lost = [index for index in valid if not seen[index]]
        if lost:
            pointed_at = {number for index in lost for number in raw[index][4:7]}
            for index in sorted(lost, key=lambda i: i in pointed_at):
                if not seen[index]:
                    yield from below(index, orphan=True)


REMEMBERED: Final = 4 << 20
"""Bytes of the largest file whose structure is kept for the next who opens it."""


@lru_cache(maxsize=2)
def _structure_of(data: bytes) -> CompoundFile:
    file = CompoundFile.__new__(CompoundFile)
    file._read_structure(data)
    return file


def join(storage: str, name: str) -> str:
    """The path of something in a storage."""
    return f"{storage}/{name}" if storage else name


def _sectors(data: bytes, chain: list[int], size: int, base: int) -> bytes:
    """The sectors of a chain; neighbours are taken in one slice."""
    if not chain:
        return b""
    pieces: list[bytes] = []
    first = last = chain[0]
    for sector in chain:
        if sector - last > 1 or sector < last:
            pieces.append(data[base + first * size : base + (last + 1) * size])
            first = sector
        last = sector
    pieces.append(data[base + first * size : base + (last + 1) * size])
    return b"".join(pieces)


def _name(raw: bytes, length: int) -> str:
    """The length counts the final zero; one that cannot be is not believed."""
    believed = length - 2 if 2 < length <= 64 else 64
    return raw[: believed & ~1].decode("utf-16-le", "surrogatepass").partition("\0")[0]


def _clsid(raw: bytes) -> str:
    return guid(raw) if any(raw) else ""


def guid(raw: bytes) -> str:
    """The 16 bytes of a GUID as text, lower case, without braces."""
    a, b, c = struct.unpack_from("<IHH", raw)
    return f"{a:08x}-{b:04x}-{c:04x}-{raw[8:10].hex()}-{raw[10:16].hex()}"
