"""Images of optical discs: ISO 9660 (ECMA-119) with Joliet and Rock Ridge names, and UDF (ECMA-167).

A disc may carry several file systems that show different files. All of them are read; files that lie at the same place
are one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed

SECTOR: Final = 2_048
MAX_FILES: Final = 20_000
MAX_EXTENTS: Final = 10_000
_HIDDEN, _DIRECTORY, _MULTI = 1, 2, 0x80


class DiscFile(Struct, frozen=True):
    path: str
    extents: tuple[tuple[int, int], ...]
    """(offset in the image, length)."""
    hidden: bool
    system: str
    """The file system that lists it: "ISO 9660", "Joliet", "UDF"."""

    @property
    def size(self) -> int:
        return sum(length for _, length in self.extents)


class Disc(Struct, frozen=True):
    data: bytes
    """The image with its sectors of 2,048 bytes, without what raw images put around them."""
    files: tuple[DiscFile, ...]
    damage: tuple[str, ...] = ()
    more: bool = False
    """There are more files than MAX_FILES."""

    def read(self, file: DiscFile) -> bytes:
        return b"".join(self.data[start : start + length] for start, length in file.extents)


def parse(data: bytes) -> Disc:
    """All files of all file systems. Raises Malformed when there is none."""
    data = _cooked(data)
    files: list[DiscFile] = []
    seen: set[tuple[tuple[int, int], ...]] = set()
    damage: list[str] = []
    found = False
    for name, reader in (("UDF", _udf), ("ISO 9660", _iso)):
        try:
            for file in reader(data):
                found = True
                if file.extents not in seen or not file.extents:
                    seen.add(file.extents)
                    files.append(file)
                if len(files) >= MAX_FILES:
                    return Disc(data, tuple(files), tuple(damage), more=True)
        except _None:
            continue
        except (Malformed, struct.error) as error:
            found = True
            damage.append(f"{name}: {error}")
        else:
            found = True
    if not found:
        raise Malformed("no file system of an optical disc")
    return Disc(data, tuple(files), tuple(damage))


class _None(Exception):
    """There is no such file system."""


_SYNC: Final = b"\0" + b"\xff" * 10 + b"\0"


def _cooked(data: bytes) -> bytes:
    """Raw images have sectors of 2,352 bytes: sync, header and user data from byte 16 (mode 1) or 24 (mode 2) on."""
    if not data.startswith(_SYNC):
        return data
    start = 24 if data[15:16] == b"\2" else 16
    return b"".join(data[at + start : at + start + SECTOR] for at in range(0, len(data), 2_352))


# ------------------------------------------------------------------ ISO 9660

_JOLIET: Final = (b"%/@", b"%/C", b"%/E")


def _iso(data: bytes) -> Iterator[DiscFile]:
    roots: list[tuple[bytes, str]] = []
    for sector in range(16, 116):
        descriptor = data[sector * SECTOR : (sector + 1) * SECTOR]
        if descriptor[1:6] != b"CD001" or descriptor[0] == 255:
            break
        if descriptor[0] == 1:
            roots.append((descriptor[156:190], "ISO 9660"))
        elif descriptor[0] == 2:
            roots.append((descriptor[156:190], "Joliet" if descriptor[88:91] in _JOLIET else "ISO 9660"))
    if not roots:
        raise _None
    for root, system in sorted(roots, key=lambda pair: pair[1] != "Joliet"):
        yield from _iso_tree(data, root, system)


def _iso_tree(data: bytes, root: bytes, system: str) -> Iterator[DiscFile]:
    if len(root) < 34:
        raise Malformed("the volume descriptor is cut off")
    start, length = struct.unpack_from("<I4xI", root, 2)
    stack = [(start, length, "")]
    seen = {start}
    while stack:
        start, length, path = stack.pop()
        parts: list[tuple[int, int]] = []
        for record in _iso_records(data[start * SECTOR : start * SECTOR + length]):
            extent, size = struct.unpack_from("<I4xI", record, 2)
            flags, name_length = record[25], record[32]
            raw = record[33 : 33 + name_length]
            if raw in (b"\0", b"\1"):
                continue
            name = _iso_name(raw, record[33 + name_length + (~name_length & 1) :], system)
            if flags & _DIRECTORY:
                if extent not in seen and len(seen) < MAX_FILES:
                    seen.add(extent)
                    stack.append((extent, size, f"{path}{name}/"))
                continue
            offset = (extent + record[1]) * SECTOR
            parts.append((offset, max(min(size, len(data) - offset), 0)))
            if flags & _MULTI and len(parts) < MAX_EXTENTS:
                continue
            yield DiscFile(path + name, tuple(p for p in parts if p[1]), bool(flags & _HIDDEN), system)
            parts = []


def _iso_records(directory: bytes) -> Iterator[bytes]:
    at = 0
    while at + 33 < len(directory):
        length = directory[at]
        if length < 34:
            at = (at // SECTOR + 1) * SECTOR  # no record crosses the border of a sector
            continue
        yield directory[at : at + length].ljust(34, b"\0")
        at += length


def _iso_name(raw: bytes, system_use: bytes, system: str) -> str:
    if system == "Joliet":
        return raw.decode("utf-16-be", "replace").partition(";")[0]
    at, rock_ridge = 0, b""
    while at + 5 <= len(system_use) and system_use[at + 2] >= 4:
        if system_use[at : at + 2] == b"NM":
            rock_ridge += system_use[at + 5 : at + system_use[at + 2]]
        at += system_use[at + 2]
    if rock_ridge:
        return rock_ridge.decode("utf-8", "replace")
    return raw.decode("cp1252", "replace").partition(";")[0].rstrip(".")


# ------------------------------------------------------------------ UDF

_ANCHOR, _PARTITION, _VOLUME, _TERMINATOR = 2, 5, 6, 8
_FILE_SET, _IDENTIFIER, _FILE_ENTRY, _EXTENDED_ENTRY, _CONTINUATION = 256, 257, 261, 266, 258


def _tag(data: bytes, at: int) -> int:
    """The identifier of the descriptor at an offset; 0 when its checksum says that it is none (3/7.2)."""
    tag = data[at : at + 16]
    if len(tag) < 16 or sum(tag[:4] + tag[5:]) & 0xFF != tag[4]:
        return 0
    return int.from_bytes(tag[:2], "little")


def _udf(data: bytes) -> Iterator[DiscFile]:
    last = len(data) // SECTOR - 1
    anchor = next((at for at in (256, last, last - 256, 512) if at > 0 and _tag(data, at * SECTOR) == _ANCHOR), None)
    if anchor is None:
        raise _None
    volume = _Udf(data, anchor)
    yield from volume.files()


class _Udf:
    def __init__(self, data: bytes, anchor: int) -> None:
        self.data = data
        self.partitions: dict[int, int] = {}
        self.maps: list[int] = []
        root = b""
        for length_at in (16, 24):  # the main sequence, then its copy
            length, start = struct.unpack_from("<II", data, anchor * SECTOR + length_at)
            for sector in range(start, start + min(length // SECTOR, 64)):
                at = sector * SECTOR
                kind = _tag(data, at)
                if kind == _PARTITION:
                    number, first = struct.unpack_from("<22xH164xI", data, at)
                    self.partitions[number] = first
                elif kind == _VOLUME and not root:
                    root = data[at + 248 : at + 264]
                    self.read_maps(data[at + 440 : at + SECTOR], struct.unpack_from("<I", data, at + 268)[0])
                elif kind == _TERMINATOR:
                    break
            if root and self.partitions:
                break
        if not root or not self.partitions:
            raise Malformed("no logical volume")
        self.file_set = self.place(*struct.unpack_from("<IIH", root)[1:])

    def read_maps(self, maps: bytes, count: int) -> None:
        at = 0
        for _ in range(min(count, 16)):
            if at + 6 > len(maps) or not maps[at + 1]:
                return
            if maps[at] != 1:
                raise Malformed("virtual, sparable and metadata partitions are not read")
            self.maps.append(int.from_bytes(maps[at + 4 : at + 6], "little"))
            at += maps[at + 1]

    def place(self, block: int, reference: int) -> int:
        """Offset in the image of a block of a partition."""
        number = self.maps[reference] if reference < len(self.maps) else reference
        if number not in self.partitions:
            raise Malformed(f"no partition {number}")
        return (self.partitions[number] + block) * SECTOR

    def files(self) -> Iterator[DiscFile]:
        if _tag(self.data, self.file_set) != _FILE_SET:
            raise Malformed("no file set")
        _, block, reference = struct.unpack_from("<IIH", self.data, self.file_set + 400)
        start = self.place(block, reference)
        stack = [(start, reference, "")]
        seen = {start}
        while stack:
            at, reference, path = stack.pop()
            content = b"".join(self.data[s : s + n] for s, n in self.extents(at, reference)[0])
            for name, flags, block, part in _identifiers(content):
                entry = self.place(block, part)
                if entry in seen or len(seen) > MAX_FILES:
                    continue
                seen.add(entry)
                if flags & 2:
                    stack.append((entry, part, f"{path}{name}/"))
                else:
                    extents, _ = self.extents(entry, part)
                    yield DiscFile(path + name, extents, bool(flags & 1), "UDF")

    def extents(self, at: int, reference: int) -> tuple[tuple[tuple[int, int], ...], int]:
        """(offset, length) of the pieces of a file, and its size (4/14.9, 4/14.17)."""
        data = self.data
        kind = _tag(data, at)
        if kind not in {_FILE_ENTRY, _EXTENDED_ENTRY}:
            raise Malformed(f"no file entry at {at:#x}")
        flags, size = struct.unpack_from("<34xH20xQ", data, at)
        table = at + (176 if kind == _FILE_ENTRY else 216)
        attributes, allocation = struct.unpack_from("<II", data, table - 8)
        start = table + attributes
        if flags & 7 == 3:  # the file stands in its own entry
            return ((start, min(allocation, size, SECTOR)),), size
        step = 16 if flags & 7 == 1 else 8
        found: list[tuple[int, int]] = []
        left = size
        end = start + min(allocation, SECTOR * 64)
        while start + step <= min(end, len(data)) and left > 0 and len(found) < MAX_EXTENTS:
            length, block = struct.unpack_from("<II", data, start)
            part = struct.unpack_from("<H", data, start + 8)[0] if step == 16 else reference
            start += step
            what, length = length >> 30, length & 0x3FFFFFFF
            if not length:
                break
            offset = self.place(block, part)
            if what == 3:  # the table goes on elsewhere
                if _tag(data, offset) != _CONTINUATION:
                    break
                start, end = offset + 24, offset + 24 + min(int.from_bytes(data[offset + 20 : offset + 24], "little"), SECTOR)
                found.append((0, 0))  # counts, so that tables in a circle end
                continue
            length = min(length, left, max(len(data) - offset, 0))
            if not length:
                break
            found.append((offset, length))
            left -= length
        return tuple(extent for extent in found if extent[1]), size


def _identifiers(content: bytes) -> Iterator[tuple[str, int, int, int]]:
    """(name, flags, block and partition of the entry) of the files a directory lists (4/14.4)."""
    at = 0
    while at + 38 <= len(content):
        if _tag(content, at) != _IDENTIFIER:
            at += 4
            continue
        flags, name_length, _, block, part = struct.unpack_from("<BBIIH", content, at + 18)
        use = int.from_bytes(content[at + 36 : at + 38], "little")
        raw = content[at + 38 + use : at + 38 + use + name_length]
        at += (38 + use + name_length + 3) & ~3
        if not flags & 0x0C and raw:  # neither deleted nor the parent
            yield raw[1:].decode("utf-16-be" if raw[0] == 16 else "latin-1", "replace"), flags, block, part
