"""VBA projects in storages ([MS-OVBA]): decompression, the `dir` stream, the PROJECT stream, the source of modules.

Nothing is trusted: a `dir` stream that breaks is read as far as it goes, modules whose offset is wrong are found by
what their compressed source looks like, and so are modules that no list names.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from typing import Final, Literal

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.bundle import Module, ModuleType
from emoscan.parse.cfb import CompoundFile, Entry, join
from emoscan.parse.codepage import decode
from emoscan.parse.lazy import lazy

# ---------------------------------------------------------------- decompression, 2.4.1

CHUNK: Final = 4096


def _copy_token_shapes() -> tuple[tuple[int, int], ...]:
    """By place in the chunk: how far to shift a copy token for its offset, and the mask of its length (2.4.1.3.19.1)."""
    shapes = []
    for place in range(CHUNK + 1):
        offset_bits = max(4, (place - 1).bit_length()) if place else 4
        shapes.append((16 - offset_bits, 0xFFFF >> offset_bits))
    return tuple(shapes)


def _flag_runs() -> tuple[tuple[tuple[int, ...], int], ...]:
    """By flag byte: numbers of literals before each of its copy tokens, and of those after the last one."""
    runs = []
    for flags in range(256):
        before, literals = [], 0
        for bit in range(8):
            if flags >> bit & 1:
                before.append(literals)
                literals = 0
            else:
                literals += 1
        runs.append((tuple(before), literals))
    return tuple(runs)


_SHAPES: Final = _copy_token_shapes()
_RUNS: Final = _flag_runs()


class Decompressed(Struct, frozen=True):
    data: bytes
    end: int
    """Offset after the last chunk that was read."""
    damage: str = ""
    """Why it ended early; "" when it did not."""
    limited: bool = False
    """It ended early because there is more than was asked for."""


def decompress(container: bytes, start: int = 0, limit: int = 1 << 24) -> Decompressed:
    """Decompress the container (2.4.1.1.1) at `start`, up to `limit` bytes; what comes before a damage is kept.

    Raises Malformed when there is no container at all.
    """
    if container[start : start + 1] != b"\x01":
        raise Malformed(f"no compressed container at {start:#x}")
    out = bytearray()
    at, size = start + 1, len(container)
    damage = ""
    while at + 2 <= size:
        header = container[at] | container[at + 1] << 8
        if header & 0x7000 != 0x3000:
            damage = f"no chunk of compressed source at {at:#x}" if any(container[at : at + 16]) else ""
            break
        end = at + (header & 0x0FFF) + 3
        if end > size:
            damage = f"compressed source is cut short at {size:#x}"
            end = size
        if len(out) >= limit:
            return Decompressed(bytes(out[:limit]), at, limited=True)
        if header & 0x8000:
            damage = _decompress_chunk(container, at + 2, end, out) or damage
        else:
            out += container[at + 2 : min(end, at + 2 + CHUNK)]
        at = end
        if damage:
            break
    return Decompressed(bytes(out), at, damage)


def _decompress_chunk(container: bytes, at: int, end: int, out: bytearray) -> str:
    """Append what a chunk holds to `out`. Returns what is wrong with it, if anything."""
    base, here = len(out), 0
    shapes, runs = _SHAPES, _RUNS
    while at < end:
        before, literals_after = runs[container[at]]
        at += 1
        for literals in before:
            if literals:
                out += container[at : at + literals]
                at += literals
                here += literals
            if at + 2 > end:
                del out[base + here - max(0, min(at - end, literals)) :]
                return "" if at == end else f"compressed source is cut short at {end:#x}"
            if here > CHUNK:
                break
            token = container[at] | container[at + 1] << 8
            at += 2
            shift, mask = shapes[here]
            offset, length = (token >> shift) + 1, (token & mask) + 3
            if offset > here:
                return f"compressed source at {at - 2:#x} copies from before its beginning"
            source = base + here - offset
            here += length
            if offset >= length:
                out += out[source : source + length]
            else:
                out += (out[source:] * (length // offset + 1))[:length]
        if literals_after:
            out += container[at : min(at + literals_after, end)]
            at += literals_after
            here += literals_after
        if here > CHUNK:
            break
    if len(out) - base > CHUNK:
        del out[base + CHUNK :]
        return f"a chunk of compressed source before {end:#x} holds more than 4,096 bytes"
    return ""


# ---------------------------------------------------------------- the dir stream, 2.3.4.2

SYSTEM: Final = 0x0001
WIN64: Final = b"\3\0\0\0"
PROJECT_VERSION: Final = 0x0009
MODULE_NAME: Final = 0x0019
TERMINATOR: Final = 0x0010

_RECORDS: Final = frozenset(
    bytes.fromhex("01 02 03 04 05 06 07 08 09 0c 0d 0e 0f 10 13 14 16 19 1a 1c 1e 21 22 25 28 2b 2c 2f 30 31 32 33 3c 3d 3e 40 47 48 4a")
)
"""Ids of all records there are."""
_IDS: Final = frozenset(bytes((id_, 0)) for id_ in _RECORDS)


class ModuleEntry(Struct, frozen=True):
    """What the `dir` stream says of a module."""

    name: str = ""
    stream: str = ""
    offset: int = -1
    """Of the compressed source in its stream; -1 when it is not said."""
    procedural: bool = True
    """Standard module; else document, class or form."""


class Directory(Struct, frozen=True):
    """The `dir` stream."""

    name: str = ""
    code_page: int = 1252
    wide: bool = False
    """Written by 64-bit Office."""
    references: tuple[str, ...] = ()
    """Name and library id of each: "Scripting *\\G{420B2830-…}#1.0#0#C:\\Windows\\…"."""
    constants: dict[str, str] = {}
    modules: tuple[ModuleEntry, ...] = ()
    damage: tuple[str, ...] = ()


def read_directory(data: bytes, most: int = 1_000) -> Directory:
    """Read a decompressed `dir` stream, with at most `most` modules. Never raises: damage is said, and the rest read."""
    damage: list[str] = []
    project: dict[int, bytes] = {}
    references: list[tuple[int, bytes]] = []
    modules: list[dict[int, bytes]] = []
    for id_, value in _records(data, damage):
        if id_ == MODULE_NAME:
            if len(modules) >= most:
                damage.append(f"only the first {most:,} modules were read")
                break
            modules.append({})
        if modules:
            modules[-1].setdefault(id_, value)
        elif id_ in (0x16, 0x3E, 0x0D, 0x0E, 0x2F, 0x30, 0x33):
            references.append((id_, value))
        else:
            project.setdefault(id_, value)
    code_page = int.from_bytes(project.get(0x03, b"")[:2], "little") or 1252

    def text(record: dict[int, bytes], mbcs: int, unicode: int) -> str:
        if record.get(unicode):
            return record[unicode].decode("utf-16-le", "replace")
        return decode(record.get(mbcs, b""), code_page)

    entries = []
    for record in modules:
        name = text(record, 0x19, 0x47)
        offset = record.get(0x31, b"")
        entries.append(
            ModuleEntry(
                name=name,
                stream=text(record, 0x1A, 0x32) or name,
                offset=int.from_bytes(offset[:4], "little") if len(offset) >= 4 else -1,
                procedural=0x22 not in record,
            )
        )
    return Directory(
        name=text(project, 0x04, 0xFFFF),
        code_page=code_page,
        wide=project.get(SYSTEM, b"")[:4] == WIN64,
        references=_references(references, code_page),
        constants=_constants(text(project, 0x0C, 0x3C)),
        modules=tuple(entries),
        damage=tuple(damage),
    )


def _records(data: bytes, damage: list[str]) -> Iterator[tuple[int, bytes]]:
    """(id, value) of each record. After a record that cannot be, reading goes on at the next name of a module."""
    at, size = 0, len(data)
    while at + 6 <= size:
        id_, length = struct.unpack_from("<HI", data, at)
        if id_ == TERMINATOR and length == 0:
            return
        if id_ == PROJECT_VERSION:
            length = 6  # 2.3.4.2.1.11: the four bytes where others say their length are reserved
        after = at + 6 + length
        if after > size or not (id_ in _RECORDS or data[after : after + 2] in _IDS):
            if not damage:
                damage.append(f"the dir stream breaks at {at:#x}")
            at = _next_module(data, at + 1)
            if at < 0:
                return
            continue
        yield id_, data[at + 6 : after]
        at = after
    damage.append("the dir stream is cut short")


def _next_module(data: bytes, at: int) -> int:
    """Offset of the next record that can be a module's name, -1 when there is none."""
    while (at := data.find(b"\x19\0", at)) >= 0:
        if at + 6 <= len(data):
            length = int.from_bytes(data[at + 2 : at + 6], "little")
            if 0 < length <= 255 and data[at + 6 + length : at + 8 + length] in (b"\x47\0", b"\x1a\0"):
                return at
        at += 1
    return -1


def _references(records: list[tuple[int, bytes]], code_page: int) -> tuple[str, ...]:
    """2.3.4.2.2: a name, in bytes and in Unicode, before each of three shapes of reference."""
    found: list[str] = []
    name = ""
    for id_, value in records:
        if id_ == 0x16:
            name = decode(value, code_page)
        elif id_ == 0x3E and value:
            name = value.decode("utf-16-le", "replace")
        elif id_ in (0x0D, 0x0E, 0x33):
            libid = value if id_ == 0x33 else value[4 : 4 + int.from_bytes(value[:4], "little")]
            found.append(f"{name} {decode(libid, code_page)}")
            name = ""
    return tuple(found)


def _constants(text: str) -> dict[str, str]:
    """`Name = value : Name2 = value2`, 2.3.4.2.1.12."""
    pairs = (part.partition("=") for part in text.split(":"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals and name.strip()}


# ---------------------------------------------------------------- the PROJECT stream, 2.3.1

_MODULE_KEYS: Final[dict[str, ModuleType]] = {"document": "document", "module": "standard", "class": "class", "baseclass": "form"}


class ProjectText(Struct, frozen=True):
    """The PROJECT stream."""

    name: str = ""
    modules: dict[str, ModuleType] = {}
    """By name in lower case."""
    protection: tuple[str, ...] = ()
    """How it is locked, in words; empty when it is not."""
    password: str = ""
    """The password, where it is stored in clear."""


def read_project_text(data: bytes, code_page: int) -> ProjectText:
    """Read a PROJECT stream. Never raises."""
    name, password = "", ""
    modules: dict[str, ModuleType] = {}
    locks: dict[str, bytes | None] = {}
    for line in decode(data, code_page).splitlines():
        if line.startswith("["):
            break
        key, equals, value = line.partition("=")
        key, value = key.strip().lower(), value.strip().strip('"')
        if not equals:
            continue
        if key in _MODULE_KEYS:
            modules.setdefault(value.partition("/")[0].lower(), _MODULE_KEYS[key])
        elif key == "name":
            name = value
        elif key in ("cmg", "dpb", "gc"):
            locks[key] = decrypt(value)
    protection = [word for flag, word in _PROTECTED if int.from_bytes((locks.get("cmg") or b"")[:4], "little") & flag]
    secret = locks.get("dpb") or b"\0"
    if secret != b"\0":
        protection.append("password")
        # A hash is 29 bytes that begin with FF, 2.4.4.1; anything else is the password itself and a zero, 2.3.1.16.
        if not (len(secret) == 29 and secret[0] == 0xFF):
            password = decode(secret.rstrip(b"\0"), code_page)
    if locks.get("gc") == b"\0":
        protection.append("hidden")
    protection += [f"broken value {key.upper()}" for key, value in locks.items() if value is None]
    return ProjectText(name, modules, tuple(protection), password)


_PROTECTED: Final = ((1, "locked by its user"), (2, "locked by its host"), (4, "locked for viewing"))
"""ProjectProtectionState, 2.3.1.15."""


def decrypt(text: str) -> bytes | None:
    """The data in CMG, DPB or GC (2.4.3.3). None for a value that is no such thing."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    if len(raw) < 3 or raw[0] ^ raw[1] != 2:
        return None
    seed, encrypted2, encrypted1 = raw[:3]
    clear = seed ^ encrypted1
    out = bytearray()
    for byte in raw[3:]:
        clear = byte ^ (encrypted2 + clear & 0xFF)
        out.append(clear)
        encrypted2, encrypted1 = encrypted1, byte
    skip = (seed & 6) >> 1
    length = int.from_bytes(out[skip : skip + 4], "little")
    value = bytes(out[skip + 4 : skip + 4 + length])
    return value if len(value) == length and length else None


# ---------------------------------------------------------------- modules

Origin = Literal["dir", "signature", "orphan"]

_UNPRINTED: Final = bytes({*range(32), 127} - {9, 10, 12, 13})

_NAME: Final = lazy(r'Attribute VB_Name = "([^"\r\n]{1,255})"')
_BASE: Final = lazy(r'Attribute VB_Base = "([01][^"\r\n]{1,200})"')
_SOURCE: Final = lazy(rb"\x01[\0-\xff][\xb0-\xbf]\0Attribut|\x01\xff\x3fAttribut")
"""A container whose first eight characters stand as they are: compressed, or in a chunk that is not."""


class Project(Struct, frozen=True):
    """A macro project, as read from its storage."""

    modules: tuple[Module, ...]
    name: str = ""
    code_page: int = 1252
    references: tuple[str, ...] = ()
    constants: dict[str, str] = {}
    protection: tuple[str, ...] = ()
    password: str = ""
    missing: tuple[str, ...] = ()
    """What could not be read."""
    repaired: tuple[str, ...] = ()
    """What is broken and was read all the same."""
    limited: bool = False
    """There is more source than was read."""
    wide: bool = False
    """Written by 64-bit Office."""
    caches: dict[str, bytes] = {}
    """By path of its stream, of each module the project lists: what stands before the source, which is its p-code."""


def find_projects(file: CompoundFile) -> list[str]:
    """Paths of the storages that hold a project: each has a storage VBA in it with a stream `dir` or `_VBA_PROJECT`."""
    found: dict[str, None] = {}
    for entry in file.entries:
        if entry.type == "stream" and entry.size and entry.name.lower() in ("dir", "_vba_project"):
            vba, _, _ = entry.path.rpartition("/")
            place, _, name = vba.rpartition("/")
            if name.lower() == "vba":
                found.setdefault(place)
    return list(found)


def read_project(file: CompoundFile, place: str, limit: int = 1 << 24, most: int = 1_000) -> Project:
    """Read the project in the storage at `place` ("" for the root), with at most `limit` bytes of source.

    Raises LimitReached when the file's budget is spent; what is damaged is said in the result.
    """
    reader = _ModuleReader(file, limit, most)
    directory = _directory(file, join(place, "VBA/dir"), reader)
    stream = file.stream(join(place, "PROJECT"))
    project = read_project_text(file.read(stream), directory.code_page) if stream is not None else ProjectText()
    reader.code_page, reader.types = directory.code_page, project.modules
    for entry in directory.modules:
        reader.read_listed(entry, join(place, "VBA/"))
    for stream in list(file.streams(join(place, "VBA"))):
        reader.read_unlisted(stream, "orphan" if directory.modules else "signature")
    hidden = [f"hidden module {m.name}" for m in directory.modules if project.modules and m.name.lower() not in project.modules]
    return Project(
        modules=tuple(reader.modules),
        name=project.name or directory.name,
        code_page=directory.code_page,
        references=directory.references,
        constants=directory.constants,
        protection=(*project.protection, *hidden),
        password=project.password,
        missing=tuple(reader.missing),
        repaired=tuple(reader.repaired),
        limited=reader.limited,
        wide=directory.wide,
        caches=reader.caches,
    )


def read_strays(
    file: CompoundFile, known: set[str], limit: int = 1 << 24, most: int = 1_000, *, outside: Collection[str] = ()
) -> Project | None:
    """Modules outside every project: in streams that no tree reaches, or anywhere when there is no project at all.

    `known` holds the paths of streams that were read as modules of a project; what is below the storages `outside` is
    not looked at. None when nothing is found.
    """
    reader = _ModuleReader(file, limit, most)
    everywhere = not known and (b"\0Attribut" in file.data or b"Attribute VB_Name" in file.data)
    for entry in file.entries:
        if entry.type != "stream" or entry.path in known or not (everywhere or entry.orphan):
            continue
        if not any(entry.path.startswith(place + "/") for place in outside):
            reader.read_unlisted(entry, "signature")
    if not reader.modules:
        return None
    return Project(
        tuple(reader.modules),
        missing=tuple(reader.missing),
        repaired=("modules that no project lists", *reader.repaired),
        limited=reader.limited,
    )


def carve(data: bytes, limit: int = 1 << 24, most: int = 1_000) -> Project | None:
    """Modules in bytes that are no readable file: whatever decompresses to the beginning of a module."""
    reader = _ModuleReader(None, limit, most)
    for match in _SOURCE.finditer(data):
        if reader.full():
            break
        name = f"@{match.start():#x}"
        reader.add(name, reader.decompress(data, match.start(), name), "", "signature")
    if not reader.modules:
        return None
    missing = ("the file is damaged: modules were carved out of its bytes, some may be missing", *reader.missing)
    return Project(tuple(reader.modules), missing=missing, limited=reader.limited)


def _directory(file: CompoundFile, path: str, reader: _ModuleReader) -> Directory:
    entry = file.stream(path)
    if entry is None:
        reader.repaired.append("there is no dir stream")
        return Directory()
    stream = file.read(entry)
    try:
        plain = decompress(stream, 0, reader.left)
    except Malformed as error:
        reader.repaired.append(f"the dir stream cannot be read: {error}")
        return Directory()
    if plain.damage:
        reader.repaired.append(f"the dir stream breaks: {plain.damage}")
    directory = read_directory(plain.data, reader.most)
    reader.repaired.extend(directory.damage)
    return directory


class _ModuleReader:
    """Collects modules and counts what they cost."""

    def __init__(self, file: CompoundFile | None, limit: int, most: int) -> None:
        self.file = file
        self.left = limit
        self.most = most
        self.code_page = 1252
        self.types: dict[str, ModuleType] = {}
        self.missing: list[str] = []
        self.repaired: list[str] = []
        self.modules: list[Module] = []
        self.read: set[int] = set()
        """Directory indexes of the streams that were taken."""
        self.caches: dict[str, bytes] = {}
        self.limited = False

    def full(self) -> bool:
        if self.left <= 0 or len(self.modules) >= self.most:
            self.limited = True
        return self.limited

    def read_listed(self, listed: ModuleEntry, prefix: str) -> None:
        assert self.file is not None
        entry = self.file.stream(prefix + listed.stream) or self.file.stream(prefix + listed.name)
        if entry is None:
            self.missing.append(f"module {listed.name} has no stream")
            return
        if self.full():
            return
        self.read.add(entry.index)
        stream = self.file.read(entry)
        place = listed.offset
        if not 0 <= place < len(stream) or stream[place] != 1:
            found = _SOURCE.search(stream)
            if found is None:
                self.caches[entry.path] = stream
                self.missing.append(f"module {listed.name} holds no source")
                self.add(listed.name, "", entry.path, "dir", listed.procedural)
                return
            self.repaired.append(f"the source of module {listed.name} is not where the dir stream says")
            place = found.start()
        self.caches[entry.path] = stream[:place]
        self.add(listed.name, self.decompress(stream, place, listed.name), entry.path, "dir", listed.procedural)

    def read_unlisted(self, entry: Entry, origin: Origin) -> None:
        assert self.file is not None
        if entry.index in self.read or entry.name.lower() in ("dir", "_vba_project") or self.full():
            return
        stream = self.file.read(entry)
        found = _SOURCE.search(stream)
        if found:
            self.read.add(entry.index)
            self.add(entry.name, self.decompress(stream, found.start(), entry.name), entry.path, origin)

    def decompress(self, stream: bytes, place: int, name: str) -> str:
        plain = decompress(stream, place, self.left)
        self.left -= len(plain.data)
        self.limited = self.limited or plain.limited
        if plain.damage:
            self.missing.append(f"the source of module {name} ends early: {plain.damage}")
        if self.file is not None and self.file.budget is not None:
            self.file.budget.grow(len(plain.data), name)
        headed = plain.data.startswith(b"Attribute VB_")
        if not headed and (plain.damage or len(plain.data.translate(None, _UNPRINTED)) * 20 < len(plain.data) * 19):
            self.missing.append(f"the source of module {name} is no text; it may have been overwritten")
            return ""
        return decode(plain.data, self.code_page)

    def add(self, name: str, source: str, path: str, origin: Origin, procedural: bool | None = None) -> None:
        named = _NAME.match(source)
        if origin != "dir" and named:
            name = named[1]
        self.modules.append(Module(name, source, self.type_of(name, source, procedural), path, origin))

    def type_of(self, name: str, source: str, procedural: bool | None) -> ModuleType:
        stated = self.types.get(name.lower())
        if stated is not None:
            return stated
        base = _BASE.search(source, 0, 2_000)
        if base is None:
            return "class" if procedural is False else "standard"
        if base[1].count("{") > 1:
            return "form"
        return "class" if base[1].upper() == "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}" else "document"
