"""Writer of OLE compound files (MS-CFB): .doc, .xls, vbaProject.bin and whatever else lives in one."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")

FREE: Final = 0xFFFFFFFF
END: Final = 0xFFFFFFFE
FAT_SECTOR: Final = 0xFFFFFFFD
DIFAT_SECTOR: Final = 0xFFFFFFFC
NO_STREAM: Final = 0xFFFFFFFF

MINI_SECTOR: Final = 64
MINI_CUTOFF: Final = 4096
IN_HEADER: Final = 109
"""FAT sectors whose place the header itself holds (MS-CFB 2.2)."""

DIRECTORY: Final = "<directory>"
DIFAT: Final = "<difat>"


@dataclass
class Storage:
    """A storage: entries by name, each a stream (bytes) or a storage. `times` are FILETIMEs (created, modified)."""

    entries: dict[str, bytes | Storage] = field(default_factory=dict)
    clsid: str = ""
    times: tuple[int, int] = (0, 0)

    def put(self, path: str, data: bytes | Storage) -> Storage:
        """Put a stream or storage at a path such as "Macros/VBA/dir", with the storages on the way. Gives itself."""
        *parents, name = path.split("/")
        here = self
        for parent in parents:
            step = here.entries.setdefault(parent, Storage())
            assert isinstance(step, Storage), f"{parent} is a stream"
            here = step
        here.entries[name] = data
        return self

    def get(self, path: str) -> bytes | Storage:
        here: bytes | Storage = self
        for name in path.split("/"):
            assert isinstance(here, Storage)
            here = here.entries[name]
        return here


@dataclass
class _Entry:
    """A directory entry on its way to the file (MS-CFB 2.6.1)."""

    name: str
    kind: int
    path: str
    clsid: str = ""
    times: tuple[int, int] = (0, 0)
    data: bytes = b""
    red: bool = False
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM
    start: int = 0
    size: int = 0


_STORAGE, _STREAM, _ROOT = 1, 2, 5

Damage = Callable[[list[int], dict[str, list[int]]], None]
"""Gets the FAT, and by path the sectors of every chain that lies in it; may change the FAT."""


def compound(root: Storage, *, version: int = 3, loops: Collection[str] = (), damage: Damage | None = None, slack: bytes = b"") -> bytes:
    """The bytes of a compound file.

    `version` 3 has sectors of 512 bytes, 4 of 4096. `loops` names streams whose sector chain shall close in a circle, half
    way through, since a reader may stop where the size is reached; `DIRECTORY` and `DIFAT`, which have no size, close at
    their end. `slack` is put behind the last sector, where no chain leads.
    """
    return _Writer(root, version, loops, damage).file() + slack


class _Writer:
    def __init__(self, root: Storage, version: int, loops: Collection[str], damage: Damage | None) -> None:
        self.version = version
        self.size = {3: 512, 4: 4096}[version]
        self.loops = frozenset(loops)
        self.damage = damage
        self.fat: list[int] = []
        self.sectors: list[bytes] = []
        self.chains: dict[str, list[int]] = {}
        self.mini_fat: list[int] = []
        self.mini_stream = bytearray()
        self.entries = _directory(root)

    def file(self) -> bytes:
        for entry in self.entries:
            if entry.kind == _STREAM:
                entry.size = len(entry.data)
                entry.start = self._mini(entry) if entry.size < MINI_CUTOFF else self._chain(entry.path, entry.data)
        top = self.entries[0]
        top.size = len(self.mini_stream)
        top.start = self._chain("", bytes(self.mini_stream))
        mini_fat = self._chain("<minifat>", _pack(self.mini_fat, self.size)) if self.mini_fat else END
        directory = self._chain(DIRECTORY, self._directory_sectors())
        fat_sectors, difat_sectors = self._allocate_tables()
        for name in self.loops & self.chains.keys():
            chain = self.chains[name]
            self.fat[chain[-1 if name == DIRECTORY else len(chain) // 2]] = chain[0]
        if self.damage:
            self.damage(self.fat, self.chains)
        return b"".join(
            [
                self._header(directory, mini_fat, fat_sectors, difat_sectors),
                *self.sectors,
                _pack(self.fat, self.size),
                *self._difat(fat_sectors, difat_sectors),
            ]
        )

    def _chain(self, path: str, data: bytes) -> int:
        """Sectors for some data, one behind the other; the first of them."""
        if not data:
            return END
        first = len(self.sectors)
        padded = data + bytes(-len(data) % self.size)
        self.sectors += [padded[at : at + self.size] for at in range(0, len(padded), self.size)]
        self.chains[path] = list(range(first, len(self.sectors)))
        self.fat += [*range(first + 1, len(self.sectors)), END]
        return first

    def _mini(self, entry: _Entry) -> int:
        if not entry.data:
            return END
        first = len(self.mini_fat)
        count = -(-entry.size // MINI_SECTOR)
        self.mini_stream += entry.data + bytes(count * MINI_SECTOR - entry.size)
        self.mini_fat += [*range(first + 1, first + count), END]
        if entry.path in self.loops:
            self.mini_fat[first + count // 2] = first
        return first

    def _allocate_tables(self) -> tuple[list[int], list[int]]:
        """Places of FAT and DIFAT, which must describe themselves too, so their number is sought until it fits."""
        used, per_sector = len(self.fat), self.size // 4
        fat_count = difat_count = 0
        while True:
            need_fat = -(-(used + fat_count + difat_count) // per_sector)
            need_difat = -(-max(0, need_fat - IN_HEADER) // (per_sector - 1))
            need_difat = max(need_difat, DIFAT in self.loops)
            if (need_fat, need_difat) == (fat_count, difat_count):
                break
            fat_count, difat_count = need_fat, need_difat
        self.fat += [FAT_SECTOR] * fat_count + [DIFAT_SECTOR] * difat_count
        return list(range(used, used + fat_count)), list(range(used + fat_count, used + fat_count + difat_count))

    def _difat(self, fat_sectors: list[int], difat_sectors: list[int]) -> Iterator[bytes]:
        rest, room = fat_sectors[IN_HEADER:], self.size // 4 - 1
        after = [*difat_sectors[1:], difat_sectors[0] if DIFAT in self.loops else END] if difat_sectors else []
        for number, following in enumerate(after):
            part = rest[number * room : (number + 1) * room]
            yield struct.pack(f"<{room + 1}I", *part, *[FREE] * (room - len(part)), following)

    def _header(self, directory: int, mini_fat: int, fat_sectors: list[int], difat_sectors: list[int]) -> bytes:
        """MS-CFB 2.2."""
        shift = self.size.bit_length() - 1
        header = MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, self.version, 0xFFFE, shift, 6)
        header += struct.pack(
            "<9I",
            len(self.chains[DIRECTORY]) if self.version == 4 else 0,
            len(fat_sectors),
            directory,
            0,
            MINI_CUTOFF,
            mini_fat,
            -(-len(self.mini_fat) * 4 // self.size),
            difat_sectors[0] if difat_sectors else END,
            len(difat_sectors),
        )
        listed = fat_sectors[:IN_HEADER]
        header += struct.pack(f"<{IN_HEADER}I", *listed, *[FREE] * (IN_HEADER - len(listed)))
        return header.ljust(self.size, b"\0")

    def _directory_sectors(self) -> bytes:
        data = b"".join(map(_record, self.entries))
        free = _record(_Entry("", 0, "", red=True))
        return data + free * (-len(self.entries) % (self.size // 128))


def _pack(numbers: list[int], size: int) -> bytes:
    data = struct.pack(f"<{len(numbers)}I", *numbers)
    return data + b"\xff" * (-len(data) % size)


def _record(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    assert len(name) <= 62, f"{entry.name} is longer than 31 characters"
    clsid = uuid.UUID(entry.clsid).bytes_le if entry.clsid else bytes(16)
    named = len(name) + 2 if entry.kind else 0
    return name.ljust(64, b"\0") + struct.pack(
        "<HBB3I16sIQQIQ",
        named,
        entry.kind,
        0 if entry.red else 1,
        entry.left,
        entry.right,
        entry.child,
        clsid,
        0,
        *entry.times,
        entry.start,
        entry.size,
    )


def _directory(root: Storage) -> list[_Entry]:
    """All entries, the root first, siblings linked as a search tree (MS-CFB 2.6.4)."""
    entries = [_Entry("Root Entry", _ROOT, "", root.clsid, root.times)]
    waiting = [(0, root)]
    while waiting:
        parent, storage = waiting.pop(0)
        numbers = []
        prefix = f"{entries[parent].path}/" if parent else ""
        for name, content in storage.entries.items():
            numbers.append(len(entries))
            if isinstance(content, Storage):
                waiting.append((len(entries), content))
                entries.append(_Entry(name, _STORAGE, prefix + name, content.clsid, content.times))
            else:
                entries.append(_Entry(name, _STREAM, prefix + name, data=content))
        entries[parent].child = _link(entries, numbers)
    return entries


def _link(entries: list[_Entry], numbers: list[int]) -> int:
    """Make a red-black tree of siblings; its top.

    Halving fills every level but the deepest, so with that one red and all others black each way down meets equally
    many black nodes.
    """
    order = sorted(numbers, key=lambda n: (len(entries[n].name.encode("utf-16-le")), entries[n].name.upper().encode("utf-16-be")))
    deepest = len(order).bit_length() - 1

    def top(low: int, high: int, depth: int) -> int:
        if low >= high:
            return NO_STREAM
        middle = (low + high) // 2
        entry = entries[order[middle]]
        entry.red = depth == deepest > 0
        entry.left, entry.right = top(low, middle, depth + 1), top(middle + 1, high, depth + 1)
        return order[middle]

    return top(0, len(order), 0)
