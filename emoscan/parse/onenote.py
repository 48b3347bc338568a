"""OneNote sections ([MS-ONESTORE], [MS-ONE]): embedded files with their names, and the text of the pages.

Nothing is followed from list to list, which a damaged or hostile file could bend: the objects are found by the marks they begin with,
so that one broken pointer hides nothing. Deleted objects that are still in the file are found as well.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed

SECTION: Final = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
CONTENTS: Final = bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f")
PACKAGED: Final = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
"""guidFileFormat of the form in which sections are sent between servers (2.8.1)."""
FILE_DATA: Final = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
"""guidHeader of FileDataStoreObject (2.6.13)."""

MAX_FILES: Final = 2_000
MAX_PROPERTIES: Final = 20_000
MAX_IN_VAIN: Final = 10_000
"""Ids that are looked at and stand in no list of ids, or in one that is known."""
MAX_IDS: Final = 128

# PropertyIDs (MS-ONE 2.1.12)
FILE_NAME, SOURCE_PATH, IMAGE_NAME = 0x1C001D9C, 0x1C001D9D, 0x1C001DD7
TEXT, TEXT_ASCII, LINK, ALTERNATIVE = 0x1C001C22, 0x1C003498, 0x1C001E20, 0x1C001E58
FILE_CONTAINER, PICTURE_CONTAINER, WEB_PICTURE = 0x20001D9B, 0x20001C3F, 0x200034C8
_NAMES: Final = (FILE_NAME, SOURCE_PATH, IMAGE_NAME)


class EmbeddedFile(Struct, frozen=True):
    start: int
    size: int
    """As far as the section goes."""
    stated: int
    """Length the object says it has."""
    name: str = ""
    source: str = ""
    """Path on the computer it was put in from."""
    extension: str = ""
    picture: bool = False
    """Stands on the page as a picture, not as a file to be opened."""


class Section(Struct, frozen=True):
    files: tuple[EmbeddedFile, ...]
    texts: tuple[str, ...]
    links: tuple[str, ...]
    packaged: bool = False
    more: bool = False
    """There is more than is listed."""


def parse(data: bytes) -> Section:
    """Raises Malformed when it is no section and no table of contents."""
    if not data.startswith((SECTION, CONTENTS)):
        raise Malformed("the header is no OneNote section's")
    declared = dict(_declarations(data))
    places = _places(data, declared)
    names: dict[int, list[dict[int, str]]] = {}
    texts: list[str] = []
    links: list[str] = []
    sets = list(_property_sets(data))
    for containers, values in sets:
        for container in containers:
            names.setdefault(container, []).append(values)
        texts += [values[kind] for kind in (TEXT, TEXT_ASCII, ALTERNATIVE) if values.get(kind)]
        links += [values[LINK]] if values.get(LINK) else []
    files, more = _files(data, places, declared, names)
    return Section(
        tuple(files),
        tuple(dict.fromkeys(text for text in texts if text.strip("\0\r\n\t \x0b"))),
        tuple(dict.fromkeys(links)),
        packaged=data[48:64] == PACKAGED,
        more=more or len(sets) >= MAX_PROPERTIES,
    )


class _Declared(Struct, frozen=True):
    id: int
    """CompactID of the object that stands for the file in its revision."""
    picture: bool
    extension: str


def _files(
    data: bytes, places: dict[int, bytes], declared: dict[bytes, _Declared], names: dict[int, list[dict[int, str]]]
) -> tuple[list[EmbeddedFile], bool]:
    """Every FileDataStoreObject: header GUID, cbLength (8), unused (4), reserved (8), then the file (2.6.13)."""
    found: list[EmbeddedFile] = []
    at = data.find(FILE_DATA)
    while at >= 0:
        if len(found) >= MAX_FILES:
            return found, True
        start = at + 36
        stated = int.from_bytes(data[at + 16 : at + 24], "little")
        size = max(0, min(stated, len(data) - start))
        what = declared.get(places.get(at, b""))
        known: dict[int, str] = {}
        if what is not None:
            sets = names.get(what.id, [])
            known = next((one for one in sets if _fits(one, what.extension)), sets[0] if sets else {})
        picture = what is not None and what.picture
        name = known.get(IMAGE_NAME if picture else FILE_NAME, "")
        found.append(EmbeddedFile(start, size, stated, name, known.get(SOURCE_PATH, ""), what.extension if what else "", picture))
        at = data.find(FILE_DATA, start + size if 0 < stated <= len(data) - start else start)
    return found, False


def _fits(names: dict[int, str], extension: str) -> bool:
    return not extension or any(names.get(key, "").lower().endswith(extension.lower()) for key in (FILE_NAME, IMAGE_NAME))


# ---------------------------------------------------------------- which object is which file

_REFERENCE: Final = re.compile(rb"<\0i\0f\0n\0d\0f\0>\0\{\0((?:[0-9A-Fa-f-]\0){36})\}\0")
_OBJECT_WITH_FILE: Final = ((13, 0x072), (16, 0x073))
"""(distance from the node's fields to the text of the reference, FileNodeID): ObjectDeclarationFileData3 (2.5.27, 2.5.28)."""
_PICTURE: Final = 0x00080039
_STORED: Final = 0x094
"""FileDataStoreObjectReferenceFND (2.5.21)."""


def _declarations(data: bytes) -> Iterator[tuple[bytes, _Declared]]:
    """GUID of a stored file and what is declared of it."""
    for number, match in enumerate(_REFERENCE.finditer(data)):
        if number >= MAX_FILES:
            return
        try:
            guid = _guid(match[1][::2])
        except ValueError:
            continue
        end = match.end()
        count = int.from_bytes(data[end : end + 4], "little")
        extension = data[end + 4 : end + 4 + 2 * count].decode("utf-16-le", "replace") if count <= 32 else ""
        for distance, node in _OBJECT_WITH_FILE:
            fields = match.start() - distance
            if fields >= 4 and int.from_bytes(data[fields - 4 : fields], "little") & 0x3FF == node:
                id_, kind = struct.unpack_from("<II", data, fields)
                yield guid, _Declared(id_, kind == _PICTURE, extension)
                break
        else:
            yield guid, _Declared(0, False, extension)


def _guid(text: bytes) -> bytes:
    digits = bytes.fromhex(text.replace(b"-", b"").decode("ascii"))
    if len(digits) != 16:
        raise ValueError(text)
    return digits[3::-1] + digits[5:3:-1] + digits[7:5:-1] + digits[8:]


_NODE: Final = re.compile(rb"(?=\x94[\x00-\xff]{3})", re.DOTALL)
_OFFSETS: Final = ((8, 1), (4, 1), (2, 8), (4, 8))
"""(bytes, unit) of an offset by StpFormat; of a size by CbFormat (2.4.3)."""
_SIZES: Final = (4, 8, 1, 2)


def _places(data: bytes, declared: dict[bytes, _Declared]) -> dict[int, bytes]:
    """Offset of a FileDataStoreObject → its GUID, from the nodes that refer to it."""
    found: dict[int, bytes] = {}
    if not declared:
        return found
    for match in _NODE.finditer(data):
        at = match.start()
        header = int.from_bytes(data[at : at + 4], "little")
        if header & 0x3FF != _STORED:
            continue
        width, unit = _OFFSETS[header >> 23 & 3]
        guid_at = at + 4 + width + _SIZES[header >> 25 & 3]
        guid = data[guid_at : guid_at + 16]
        if guid in declared:
            found[int.from_bytes(data[at + 4 : at + 4 + width], "little") * unit] = guid
    return found


# ---------------------------------------------------------------- property sets

_WANTED: Final = re.compile(b"|".join(re.escape(struct.pack("<I", one)) for one in (*_NAMES, TEXT, TEXT_ASCII, LINK, ALTERNATIVE)))
_FIXED: Final = {0x1: 0, 0x2: 0, 0x3: 1, 0x4: 2, 0x5: 4, 0x6: 8, 0x8: 0, 0xA: 0, 0xC: 0}
"""Bytes of rgData by the type of a property (2.6.6); of references the data stand in streams of their own."""
_COUNTED: Final = frozenset((0x9, 0xB, 0xD))
_MOST: Final = 64


def _property_sets(data: bytes) -> Iterator[tuple[list[int], dict[int, str]]]:
    """(CompactIDs of the containers it refers to, texts by PropertyID) of every property set with one of the texts we want."""
    seen: set[int] = set()
    in_vain = 0
    for match in _WANTED.finditer(data):
        if len(seen) >= MAX_PROPERTIES or in_vain >= MAX_IN_VAIN:
            return
        start = _start_of_set(data, match.start())
        if start is None or start in seen:
            in_vain += 1
            continue
        seen.add(start)
        yield _containers(data, start), _values(data, start)


def _start_of_set(data: bytes, at: int) -> int | None:
    """Where the PropertySet (2.6.7) starts of whose list of ids the one at `at` is."""
    for before in range(_MOST):
        start = at - 4 * before - 2
        if start < 0 or (before and not _is_property(data, start + 2)):
            return None
        count = int.from_bytes(data[start : start + 2], "little")
        if before < count <= _MOST and all(_is_property(data, start + 2 + 4 * number) for number in range(before, count)):
            return start
    return None


def _is_property(data: bytes, at: int) -> bool:
    """Whether a PropertyID may stand there: the ids of OneNote lie between 0x1400 and 0x4000, types between 1 and 0x11."""
    value = int.from_bytes(data[at : at + 4], "little")
    return 1 <= value >> 26 & 0x1F <= 0x11 and 0x1400 <= value & 0xFFFF < 0x4000 and not value >> 16 & 0x3FF


def _ids_of(data: bytes, start: int) -> list[int]:
    return [
        int.from_bytes(data[at : at + 4], "little")
        for at in range(start + 2, start + 2 + 4 * int.from_bytes(data[start : start + 2], "little"), 4)
    ]


def _values(data: bytes, start: int) -> dict[int, str]:
    ids = _ids_of(data, start)
    at = start + 2 + 4 * len(ids)
    found: dict[int, str] = {}
    for one in ids:
        kind = one >> 26 & 0x1F
        if kind in _FIXED:
            at += _FIXED[kind]
        elif kind in _COUNTED:
            at += 4
        elif kind == 0x7:
            length = int.from_bytes(data[at : at + 4], "little")
            raw = data[at + 4 : at + 4 + length]
            at += 4 + length
            if one & 0x7FFFFFFF == TEXT_ASCII:
                found[TEXT_ASCII] = raw.decode("cp1252", "replace").rstrip("\0")
            else:
                found[one & 0x7FFFFFFF] = raw.decode("utf-16-le", "replace").rstrip("\0")
        else:  # nested sets: nothing we want comes behind them
            break
    return {key: text for key, text in found.items() if key in (*_NAMES, TEXT, TEXT_ASCII, LINK, ALTERNATIVE)}


def _containers(data: bytes, start: int) -> list[int]:
    """CompactIDs of the files that a set refers to, from the stream of object ids in front of it (2.6.2)."""
    ids = _ids_of(data, start)
    references = [one & 0x7FFFFFFF for one in ids if one >> 26 & 0x1F == 0x8]
    wanted = [number for number, one in enumerate(references) if one in (FILE_CONTAINER, PICTURE_CONTAINER, WEB_PICTURE)]
    if not wanted:
        return []
    for count in range(MAX_IDS):
        at = start - 4 * count - 4
        if at < 0:
            break
        header = int.from_bytes(data[at : at + 4], "little")
        if header & 0xFFFFFF == count and header >> 31 and not header >> 24 & 0x3F:
            listed = [int.from_bytes(data[at + 4 + 4 * number : at + 8 + 4 * number], "little") for number in range(count)]
            return [listed[number] for number in wanted if number < count]
    return []
