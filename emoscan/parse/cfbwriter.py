"""Writing compound files ([MS-CFB]), version 3."""

from __future__ import annotations

import struct
from typing import Final

from emoscan.parse.cfb import MAGIC, MINI_CUTOFF, MINI_SECTOR, CompoundFile, Entry

_END: Final = 0xFFFFFFFE
_NONE: Final = 0xFFFFFFFF


def standalone(file: CompoundFile, storage: Entry) -> bytes:
    """A compound file (version 3) of what is in a storage, so that an embedded document can stand for itself.

    Raises LimitReached when the budget has no room for it.
    """
    prefix = storage.path + "/"
    inside = [e for e in file.entries if e.path.startswith(prefix) and e.type != "root"]
    contents = [file.read(e) if e.type == "stream" else b"" for e in inside]
    mini = b"".join(c + bytes(-len(c) % MINI_SECTOR) for c in contents if len(c) < MINI_CUTOFF)
    pieces = [c for c in contents if len(c) >= MINI_CUTOFF]
    mini_fat: list[int] = []
    for content in contents:
        if content and len(content) < MINI_CUTOFF:
            mini_fat += _links(len(mini_fat), -(-len(content) // MINI_SECTOR))
    fat: list[int] = []
    starts: list[int] = []
    for piece in (*pieces, mini, struct.pack(f"<{len(mini_fat)}I", *mini_fat), bytes(128 * (len(inside) + 1))):
        starts.append(len(fat) if piece else _END)
        fat += _links(len(fat), -(-len(piece) // 512))
    directory = _directory_of(storage, inside, contents, starts, len(mini))
    body = b"".join(piece + bytes(-len(piece) % 512) for piece in (*pieces, mini, struct.pack(f"<{len(mini_fat)}I", *mini_fat), directory))
    return _file_of(body, fat, starts[-2], -(-len(mini_fat) * 4 // 512), starts[-1])


def patched(file: CompoundFile, contents: dict[Entry, bytes]) -> bytes:
    """The file with the bytes of some streams overwritten where they stand; what is longer than its stream is cut.

    Raises LimitReached when the budget has no room for it.
    """
    if file.budget is not None:
        file.budget.grow(len(file.data), "document with decrypted streams")
    out = bytearray(file.data)
    for entry, content in contents.items():
        at, size = 0, min(len(content), entry.size)
        for offset, length in file.places(entry):
            piece = content[at : min(at + length, size)]
            out[offset : offset + len(piece)] = piece
            at += length
    return bytes(out[: len(file.data)])


def _links(first: int, count: int) -> list[int]:
    """Allocation table of a chain of neighbours."""
    return [*range(first + 1, first + count), _END] if count else []


def _directory_of(storage: Entry, inside: list[Entry], contents: list[bytes], starts: list[int], mini_size: int) -> bytes:
    place = {storage.path: 0, **{e.path: number for number, e in enumerate(inside, 1) if e.type == "storage"}}
    below: dict[int, list[int]] = {}
    for number, entry in enumerate(inside, 1):
        below.setdefault(place.get(entry.path.rpartition("/")[0], 0), []).append(number)
    left, right, child = ([_NONE] * (len(inside) + 1) for _ in range(3))
    for parent, numbers in below.items():
        numbers.sort(key=lambda n: (len(inside[n - 1].name), inside[n - 1].name.upper()))
        child[parent] = _balance(numbers, left, right)
    out = [_entry_of("Root Entry", 5, storage.clsid, (_NONE, _NONE, child[0]), (starts[-3], mini_size))]
    large, mini_at = iter(starts), 0
    for number, (entry, content) in enumerate(zip(inside, contents), 1):
        start = 0
        if entry.type == "stream":
            if len(content) >= MINI_CUTOFF:
                start = next(large)
            elif content:
                start = mini_at
                mini_at += -(-len(content) // MINI_SECTOR)
            else:
                start = _END
        links = (left[number], right[number], child[number])
        out.append(_entry_of(entry.name, 2 if entry.type == "stream" else 1, entry.clsid, links, (start, len(content))))
    return b"".join(out)


def _balance(numbers: list[int], left: list[int], right: list[int]) -> int:
    """Make a balanced tree of directory entries in order. Returns its top."""
    work = [(0, len(numbers), left, -1)]
    top = _NONE
    while work:
        first, last, side, parent = work.pop()
        if first >= last:
            continue
        middle = (first + last) // 2
        if parent < 0:
            top = numbers[middle]
        else:
            side[parent] = numbers[middle]
        work += ((first, middle, left, numbers[middle]), (middle + 1, last, right, numbers[middle]))
    return top


def _entry_of(name: str, type_: int, clsid: str, links: tuple[int, int, int], place: tuple[int, int]) -> bytes:
    import uuid

    raw = name[:31].encode("utf-16-le", "surrogatepass")[:62]
    class_id = uuid.UUID(clsid).bytes_le if clsid else bytes(16)
    return struct.pack("<64sHBB3I16sI16xIQ", raw, len(raw) + 2, type_, 1, *links, class_id, 0, *place)


def _file_of(body: bytes, fat: list[int], mini_fat: int, mini_fat_count: int, directory: int) -> bytes:
    """Header, sectors, then the tables that say where they are; these count themselves."""
    fat_sectors = difat_sectors = 0
    while fat_sectors * 128 < len(fat) + fat_sectors + difat_sectors:
        fat_sectors += 1
        difat_sectors = max(0, -(-(fat_sectors - 109) // 127))
    places = [*range(len(fat), len(fat) + fat_sectors)]
    difat = [*range(len(fat) + fat_sectors, len(fat) + fat_sectors + difat_sectors)]
    table = [*fat, *[0xFFFFFFFD] * fat_sectors, *[0xFFFFFFFC] * difat_sectors]
    table += [_NONE] * (fat_sectors * 128 - len(table))
    more = places[109:]
    difat_body = b""
    for index in range(difat_sectors):
        part = more[index * 127 : index * 127 + 127]
        part += [_NONE] * (127 - len(part)) + [difat[index + 1] if index + 1 < difat_sectors else _END]
        difat_body += struct.pack("<128I", *part)
    header = struct.pack(
        "<8s16x5H6x9I",
        *(MAGIC, 0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_sectors, directory, 0, MINI_CUTOFF, mini_fat if mini_fat_count else _END, mini_fat_count),
        *(difat[0] if difat else _END, difat_sectors),
    )
    first = places[:109] + [_NONE] * (109 - len(places[:109]))
    return header + struct.pack("<109I", *first) + body + struct.pack(f"<{len(table)}I", *table) + difat_body
