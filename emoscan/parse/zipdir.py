"""ZIP archives: every member, by every reading of it, and their content (PKWARE APPNOTE.TXT 6.3.10).

A ZIP says twice what it holds: in a local header before each member and in the central directory at the end. Programs
believe one or the other, and a sample may tell them different things. So both are read here: all central directories
that can be found, and the local headers none of them names. Where they differ, each reading is a member of its own or
another name of one, and the difference is written down in `Directory.lies`.

    directory = parse(data)                         # raises Malformed when nothing in it is a ZIP
    for member in directory.find("word/document.xml"):
        part = content(data, member, ctx.budget)    # .data, and .trouble where it is damaged

Nothing is believed: offsets and sizes only ever select from the bytes that are there.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from emoscan.budget import MIB, Budget
from emoscan.parse import Malformed
from emoscan.parse.lazy import lazy
from emoscan.parse.unpack import Collector, Content, Pieces, Unsupported, bzip2, deflate, deflate64, lzma1, stored, xz, zstandard

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
END64: Final = b"PK\x06\x06"
LOCATOR64: Final = b"PK\x06\x07"
DESCRIPTOR: Final = b"PK\x07\x08"

_CENTRAL: Final = struct.Struct("<4sBBHHHHHIIIHHHHHII")  # 4.3.12
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")  # 4.3.7
_END: Final = struct.Struct("<4sHHHHIIH")  # 4.3.16
_END64: Final = struct.Struct("<4sQHHIIQQQQ")  # 4.3.14

MAX_MEMBERS: Final = 100_000
MAX_ENDS: Final = 64
"""Signatures of one sort that are looked at where only one should stand."""
MAX_LIES: Final = 50

ENCRYPTED, HAS_DESCRIPTOR, STRONG, UTF8, MASKED = 1, 1 << 3, 1 << 6, 1 << 11, 1 << 13
"""General purpose flags, 4.4.4."""

METHODS: Final = {
    0: "stored",
    1: "shrunk",
    2: "reduced",
    3: "reduced",
    4: "reduced",
    5: "reduced",
    6: "imploded",
    8: "deflate",
    9: "Deflate64",
    10: "imploded (PKWARE DCL)",
    12: "bzip2",
    14: "LZMA",
    16: "IBM CMPSC",
    18: "IBM TERSE",
    19: "IBM LZ77",
    20: "Zstandard",
    93: "Zstandard",
    94: "MP3",
    95: "xz",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES",
}

Reading = Literal["both", "central", "local"]


class Aes(Struct, frozen=True):
    """WinZip's AES extra field, 0x9901."""

    version: int
    """1: the CRC is that of the content; 2: there is none, the HMAC alone tells."""
    bits: int
    """128, 192 or 256."""


class Member(Struct, frozen=True):
    """A member by one reading. Offsets are into the bytes that were parsed."""

    name: str
    raw_name: bytes
    names: tuple[str, ...]
    """Other readings of its name: of the other header, of another encoding, up to a NUL."""
    method: int
    """How it is compressed; that of the content, where it is AES-encrypted."""
    flags: int
    crc: int | None
    """None where no header tells."""
    size: int
    """What the header claims the content has."""
    offset: int
    """Of its local header."""
    start: int
    end: int
    """Of its bytes as stored; `end` is the last it can be where the headers do not say."""
    time: int
    """In MS-DOS format; ZipCrypto checks a password with it."""
    reading: Reading
    aes: Aes | None = None
    cut: bool = False
    """The file ends before the member does."""

    @property
    def packed(self) -> int:
        """Bytes as stored."""
        return self.end - self.start

    @property
    def is_folder(self) -> bool:
        return self.size == 0 and self.end - self.start <= 2 and self.name.endswith(("/", "\\"))

    @property
    def encryption(self) -> str:
        """Scheme that locks it, "" when none does."""
        if self.aes is not None:
            return f"AES-{self.aes.bits}"
        if not self.flags & ENCRYPTED:
            return ""
        return "PKWARE strong encryption" if self.flags & STRONG else "ZipCrypto"

    @property
    def compression(self) -> str:
        return METHODS.get(self.method, f"method {self.method}")


class Directory(Struct, frozen=True):
    """What is in a ZIP. Members of the central directory come first, in its order."""

    members: tuple[Member, ...]
    lies: tuple[str, ...] = ()
    """Each difference between two readings, in words."""
    overlaps: tuple[str, ...] = ()
    """Members that share bytes with one before them, in words."""
    lost: tuple[str, ...] = ()
    """Names that are listed, with nothing to be found where they should stand."""
    prefix: int = 0
    """Bytes before the first member."""
    trailing: int = 0
    """Bytes after the end record and its comment."""
    comment: bytes = b""
    central: bool = True
    """A central directory was found."""
    ended: bool = True
    """An end record points at it."""
    cut: bool = False
    """It ends too early, or there are more than MAX_MEMBERS."""

    def find(self, name: str) -> list[Member]:
        """Members of that name by any reading, whatever their case and slashes; the likeliest first."""
        wanted = _key(name)
        return [m for m in self.members if _key(m.name) == wanted or any(_key(other) == wanted for other in m.names)]


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


# ------------------------------------------------------------------ the directories


CACHED: Final = 8 * MIB
"""The directory of a larger file is read again each time it is asked for, rather than keep the file in memory."""


def parse(data: bytes) -> Directory:
    """All members by all readings. Raises Malformed when there is neither a directory nor a local header."""
    return _parse_cached(data) if len(data) <= CACHED else _Reader(data).read()


@lru_cache(maxsize=8)
def _parse_cached(data: bytes) -> Directory:
    return _Reader(data).read()


class _Header(NamedTuple):
    """What one header says of a member."""

    raw_name: bytes
    names: tuple[str, ...]
    flags: int
    method: int
    crc: int | None
    packed: int
    size: int
    time: int
    at: int
    """Of the local header."""
    start: int
    fields: dict[int, bytes]

    def member(self, reading: Reading, length: int) -> Member:
        """As a member of a file of `length` bytes."""
        raw, names, flags, method, crc, packed, size, time, at, start, fields = self
        aes = None
        if method == 99:
            method, aes = _aes(fields)
        end = start + packed
        return Member(names[0], raw, names[1:], method, flags, crc, size, at, start, min(end, length), time, reading, aes, end > length)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.members: list[Member] = []
        self.extra: list[Member] = []
        """Second readings, of local headers."""
        self.listed: set[tuple[int, bytes, int]] = set()
        """(offset, name, end) of what directories list."""
        self.spans: dict[int, int] = {}
        """Offset of each local header that was read → end of its member's bytes."""
        self.areas: list[tuple[int, int]] = []
        """What directories and end records take up."""
        self.lies: list[str] = []
        self.lost: list[str] = []
        self.cut = False
        self.comment = b""
        self.tail = len(data)

    def lie(self, text: str) -> None:
        if len(self.lies) < MAX_LIES:
            self.lies.append(text)

    def read(self) -> Directory:
        directories = ended = self.by_end_records()
        if not directories:
            directories = self.without_end_record()
        if directories > 1:
            self.lie(f"{directories} central directories")
        central = len(self.members)
        self.outside_directory()
        if not self.members and not directories:
            raise Malformed("no ZIP directory and no local header")
        if not directories:
            self.lie("no central directory")
        elif len(self.members) > central:
            self.lie(f"{len(self.members) - central} members outside the central directory, first {self.members[central].name!r}")
        self.duplicates()
        return Directory(
            (*self.members, *self.extra),
            tuple(self.lies),
            self.overlaps(),
            tuple(self.lost),
            min(self.spans, default=0),
            len(self.data) - self.tail,
            self.comment,
            bool(directories),
            bool(ended),
            self.cut,
        )

    # -------------------------------------------------------------- central directories

    def by_end_records(self) -> int:
        """Read the central directories that end records point at, the last record first. Returns how many there were."""
        data, found, seen = self.data, 0, set[int]()
        at = data.rfind(END)
        for _ in range(MAX_ENDS):
            if at < 0:
                break
            if len(data) - at >= _END.size and not self.inside(at):
                record = _END.unpack_from(data, at)
                starts = self.directory_starts(at, record)
                fresh = [start for start in starts if start not in seen]
                seen.update(starts)
                for start, shift in ((start, starts[start]) for start in fresh):
                    if self.central_directory(start, shift, at, record[4]):
                        found += 1
                        if found == 1:
                            self.end_of_file(at, record[7])
                if not found and not fresh and record[4] == 0 and at == 0:
                    self.end_of_file(at, record[7])
                    found = 1  # an empty archive is an end record and nothing else
            at = data.rfind(END, 0, at)
        return found

    def end_of_file(self, at: int, comment: int) -> None:
        self.comment = self.data[at + _END.size : at + _END.size + comment]
        self.tail = at + _END.size + len(self.comment)
        self.areas.append((at, self.tail))

    def inside(self, at: int) -> bool:
        """Whether the offset lies in a member or directory that was read."""
        return any(start <= at < end for start, end in self.areas) or any(start < at < end for start, end in self.spans.items())

    def directory_starts(self, at: int, record: tuple[Any, ...]) -> dict[int, int]:
        """Where the central directory may begin by an end record → how far its offsets are off, because of bytes before the archive."""
        data = self.data
        size, offset = record[5], record[6]
        candidates = [(at - size, at - size - offset), (offset, 0)]
        locator = at - 20
        if locator >= 0 and data.startswith(LOCATOR64, locator):
            (stated,) = struct.unpack_from("<Q", data, locator + 8)
            end64 = next(
                (p for p in (stated, data.rfind(END64, 0, locator)) if 0 <= p <= locator - _END64.size and data.startswith(END64, p)), -1
            )
            if end64 >= 0:
                *_, size64, offset64 = _END64.unpack_from(data, end64)
                candidates[:0] = [(end64 - size64, end64 - size64 - offset64), (offset64, 0)]
        starts: dict[int, int] = {}
        for start, shift in candidates:
            if 0 <= start < at and data.startswith(CENTRAL, start):
                starts.setdefault(start, shift)
        return starts

    def without_end_record(self) -> int:
        """Central directories no end record names: those of a file that was cut at its end."""
        data, found = self.data, 0
        at = data.find(CENTRAL)
        for _ in range(MAX_ENDS):
            if at < 0:
                break
            end = 0 if self.inside(at) else self.central_directory(at, 0, len(data), None)
            if end:
                found += 1
                self.lie("central directory without end record")
            at = data.find(CENTRAL, max(end, at + 1))
        return found

    def central_directory(self, at: int, shift: int, limit: int, claimed: int | None) -> int:
        """Read the entries from `at` on. Returns where they end, 0 when not one of them leads to a member."""
        data, first, count, good = self.data, at, 0, 0
        lost = len(self.lost)
        while at + _CENTRAL.size <= len(data) and data.startswith(CENTRAL, at):
            if len(self.members) >= MAX_MEMBERS:
                self.cut = True
                break
            entry = _CENTRAL.unpack_from(data, at)
            name_end = at + _CENTRAL.size + entry[11]
            extra_end = name_end + entry[12]
            good += self.central_entry(entry, data[at + _CENTRAL.size : name_end], data[name_end:extra_end], shift)
            count += 1
            at = extra_end + entry[13]
        if not good:
            del self.lost[lost:]
            if claimed is None or not self.alone(first):
                return 0
        self.areas.append((first, min(at, len(data))))
        if claimed is not None and claimed != 0xFFFF and count & 0xFFFF != claimed and not self.cut:
            self.lie(f"the end record counts {claimed} members, the central directory lists {count}")
        if at > limit and claimed is not None:
            self.lie("the central directory runs over its own end record")
        return at

    def alone(self, first: int) -> bool:
        """Whether a directory without a single member to be found is all there is: what is left of a cut archive."""
        return not self.members and self.data.find(LOCAL, 0, first) < 0

    def central_entry(self, entry: tuple[Any, ...], raw: bytes, extra: bytes, shift: int) -> bool:
        """Take up an entry and what its local header says. Returns whether there is one."""
        data = self.data
        _, _, _, _, flags, method, time, _, crc, packed, size, *_, offset = entry
        fields = _extra_fields(extra) if extra else _NO_FIELDS
        if 0xFFFFFFFF in (packed, size, offset) and 1 in fields:
            size, packed, offset = _zip64(fields[1], size, packed, offset)
        at = offset + shift
        if at < 0 or not data.startswith(LOCAL, at) or at + _LOCAL.size > len(data):
            at = offset
        if not data.startswith(LOCAL, at) or at + _LOCAL.size > len(data):
            self.lost.append(_names(raw, flags, fields)[0])
            return False
        _, _, l_flags, l_method, l_time, _, l_crc, l_packed, l_size, l_name_length, l_extra_length = _LOCAL.unpack_from(data, at)
        name_at = at + _LOCAL.size
        l_raw = data[name_at : name_at + l_name_length]
        start = min(name_at + l_name_length + l_extra_length, len(data))
        end = min(start + packed, len(data))
        names = _names(raw, flags, fields)
        same = l_raw == raw and l_method == method and not (l_flags ^ flags) & ENCRYPTED
        if not same or (not l_flags & HAS_DESCRIPTOR and (l_packed != packed or l_size != size or l_crc != crc)):
            stated = _Header(raw, names, flags, method, crc, packed, size, time, at, start, fields)
            l_fields = _extra_fields(data[start - l_extra_length : start]) if l_extra_length else _NO_FIELDS
            if 0xFFFFFFFF in (l_packed, l_size) and 1 in l_fields:
                l_size, l_packed, _ = _zip64(l_fields[1], l_size, l_packed, 0)
            l_names = _names(l_raw, l_flags, l_fields)
            local = _Header(l_raw, l_names, l_flags, l_method, l_crc, l_packed, l_size, l_time, at, start, l_fields)
            if self.compare(stated, local):
                second = local.member("local", len(data))
                self.extra.append(replace(second, names=tuple(n for n in (*second.names, *names) if n != second.name)))
            names = tuple(dict.fromkeys((*names, *l_names)))
        if (at, raw, end) in self.listed:
            self.lie(f"{names[0]!r} is listed twice")
            return True
        self.listed.add((at, raw, end))
        check_time = l_time if flags & HAS_DESCRIPTOR else time
        header = _Header(raw, names, flags, method, crc, packed, size, check_time, at, start, fields)
        self.members.append(header.member("both" if same else "central", len(data)))
        self.spans[at] = max(end, self.spans.get(at, 0))
        return True

    def compare(self, central: _Header, local: _Header) -> bool:
        """Write down how a local header differs from its central entry. Returns whether it leads to other bytes."""
        name = central.names[0]
        if local.names[0] not in central.names:
            self.lie(f"{name!r} is called {local.names[0]!r} in its local header")
        other_method = local.method != central.method
        if other_method:
            one, other = METHODS.get(central.method, central.method), METHODS.get(local.method, local.method)
            self.lie(f"{name!r} is {one}, in its local header {other}")
        other_lock = bool((local.flags ^ central.flags) & ENCRYPTED)
        if other_lock:
            self.lie(f"{name!r} is {'' if central.flags & ENCRYPTED else 'not '}encrypted, its local header says otherwise")
        stated = not local.flags & HAS_DESCRIPTOR or local.packed
        other_end = bool(stated and local.packed != central.packed and (local.packed or local.size or local.crc))
        if other_end:
            self.lie(f"{name!r} takes {central.packed} bytes, by its local header {local.packed}")
        elif stated and (local.size or local.crc) and (local.size != central.size or local.crc != central.crc):
            self.lie(f"{name!r} has {central.size} bytes and CRC {central.crc:08x}, by its local header {local.size} and {local.crc:08x}")
        return other_method or other_lock or other_end

    # -------------------------------------------------------------- local headers

    def outside_directory(self) -> None:
        """Local headers in what no directory and no member accounts for."""
        taken = sorted([*self.spans.items(), *self.areas])
        at = 0
        for start, end in (*taken, (len(self.data), len(self.data))):
            if start - at >= _LOCAL.size:
                self.local_headers(at, start)
            at = max(at, end)

    def local_headers(self, at: int, limit: int) -> None:
        data = self.data
        while len(self.members) < MAX_MEMBERS:
            at = data.find(LOCAL, at, limit)
            if at < 0:
                return
            member = self.local_member(at, limit)
            if member is None:
                at += 4
                continue
            self.members.append(member)
            self.spans[at] = member.end
            at = max(member.end, member.start)
        self.cut = True

    def local_member(self, at: int, limit: int) -> Member | None:
        """The member of a local header none of the directories names, None when it is four bytes that look like one."""
        data = self.data
        if at + _LOCAL.size > len(data):
            return None
        _, version, flags, method, time, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_length + extra_length
        if start > len(data) or not 0 < name_length <= 4_096 or method not in METHODS or version & 0xFF > 99:
            return None
        raw = data[at + _LOCAL.size : at + _LOCAL.size + name_length]
        fields = _extra_fields(data[start - extra_length : start]) if extra_length else _NO_FIELDS
        if 0xFFFFFFFF in (packed, size) and 1 in fields:
            size, packed, _ = _zip64(fields[1], size, packed, 0)
        end = start + packed
        known_crc: int | None = crc
        if flags & HAS_DESCRIPTOR and not packed:
            known_crc, size, end = self.described(start, limit, size)
        header = _Header(raw, _names(raw, flags, fields), flags, method, known_crc, end - start, size, time, at, start, fields)
        return header.member("local", len(data))

    def described(self, start: int, limit: int, size: int) -> tuple[int | None, int, int]:
        """(crc, size, end) of a member whose sizes follow it in a data descriptor, 4.3.9; without one it may reach to what comes next."""
        data, at = self.data, start
        for _ in range(MAX_ENDS):
            at = data.find(DESCRIPTOR, at, limit)
            if at < 0:
                break
            for layout, length in (("<III", 12), ("<IQQ", 20)):
                if at + 4 + length <= len(data):
                    crc_, packed_, size_ = struct.unpack_from(layout, data, at + 4)
                    if packed_ == at - start:
                        return crc_, size_, at
            at += 4
        ends = [p for p in (data.find(signature, start, limit) for signature in (LOCAL, CENTRAL, END64, END)) if p >= 0]
        return None, size, min(ends, default=limit)

    # -------------------------------------------------------------- what does not fit together

    def duplicates(self) -> None:
        seen: dict[bytes, int] = {}
        for member in self.members:
            if member.raw_name in seen and seen[member.raw_name] != member.offset:
                self.lie(f"two members are called {member.name!r}")
            seen[member.raw_name] = member.offset

    def overlaps(self) -> tuple[str, ...]:
        """Members that begin before the one in front of them has ended. Two bytes are allowed: some JARs have that."""
        found: list[str] = []
        reached, last, last_offset = -1, "", -1
        for member in sorted(self.members, key=lambda m: m.offset):
            if member.offset == last_offset or member.offset < reached - 2:
                if len(found) < MAX_LIES:
                    found.append(f"{member.name!r} shares bytes with {last!r}")
                continue
            reached, last, last_offset = max(reached, member.end), member.name, member.offset
        return tuple(found)


# ------------------------------------------------------------------ fields of headers

_NO_FIELDS: Final[dict[int, bytes]] = {}


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    """Extra fields by id, the first of each, 4.5.1. A field that runs over the end is cut."""
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        id_, length = struct.unpack_from("<HH", extra, at)
        fields.setdefault(id_, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return fields


def _zip64(field: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """(size, packed, offset) with those that are all ones taken from the Zip64 field, 4.5.3."""
    values = [size, packed, offset]
    at = 0
    for index, value in enumerate(values):
        if value == 0xFFFFFFFF and at + 8 <= len(field):
            (values[index],) = struct.unpack_from("<Q", field, at)
            at += 8
    return values[0], values[1], values[2]


def _aes(fields: dict[int, bytes]) -> tuple[int, Aes | None]:
    """(compression method, AES parameters) of a member of method 99."""
    field = fields.get(0x9901, b"")
    if len(field) < 7:
        return 99, None
    version, _, strength, method = struct.unpack_from("<H2sBH", field)
    bits = {1: 128, 2: 192, 3: 256}.get(strength)
    return (method, Aes(version, bits)) if bits else (99, None)


_KANA_OR_RUN: Final = lazy("[\u3040-\u30ff]|[\u4e00-\u9fff\uff01-\uff5e\u3000-\u303f]{2}|[\uff61-\uff9f]{3}")


def _names(raw: bytes, flags: int, fields: dict[int, bytes]) -> tuple[str, ...]:
    """The name, then other readings of it."""
    if raw.isascii() and 0x7075 not in fields:
        name = raw.decode("ascii")
        return (name,) if "\0" not in name else (name, name[: name.index("\0")])
    readings = [_decode_name(raw, utf8=bool(flags & UTF8))]
    unicode_path = fields.get(0x7075, b"")  # 4.6.9: version, CRC of the name it belongs to, name in UTF-8
    if len(unicode_path) > 5 and unicode_path[0] == 1:
        name = unicode_path[5:].decode("utf-8", "replace")
        fits = int.from_bytes(unicode_path[1:5], "little") == zlib.crc32(raw)
        readings.insert(0 if fits else 1, name)
    readings += [reading[: reading.index("\0")] for reading in readings if "\0" in reading]
    return tuple(dict.fromkeys(readings))


def _decode_name(raw: bytes, *, utf8: bool) -> str:
    """A name without label: UTF-8 if it is that, CP932 if that gives Japanese, else the CP437 of the specification (D.1)."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if utf8:
            return raw.decode("utf-8", "replace")
    try:
        japanese = raw.decode("cp932")
    except UnicodeDecodeError:
        return raw.decode("cp437")
    return japanese if _KANA_OR_RUN.search(japanese) else raw.decode("cp437")


# ------------------------------------------------------------------ content


def content(data: bytes, member: Member, budget: Budget) -> Content:
    """What a member holds. Damage and limits are told in the answer, with what could be read before.

    Raises Unsupported for a method there is no reader of and for an encrypted member.
    """
    if member.encryption:
        raise Unsupported(f"{member.encryption} encryption")
    return unpack(memoryview(data)[member.start : member.end], member, budget)


def unpack(packed: bytes | memoryview, member: Member, budget: Budget, *, check_crc: bool = True) -> Content:
    """The content from its stored bytes, decrypted where need be. Raises Unsupported for a method there is no reader of."""
    if member.compression not in _READERS:
        raise Unsupported(f"{member.compression} compression")
    pieces = _READERS[member.compression](packed, member)
    read = Collector(pieces, len(packed), budget).take(crc=member.crc if check_crc and not member.cut else None, name=member.name)
    if member.cut and not read.trouble:
        return replace(read, trouble=f"cut off: {len(read.data)} of {member.size} bytes")
    if read.trouble and not read.trouble.startswith(("CRC", "cut off")):
        return replace(read, trouble=f"{member.compression}: {read.trouble}")
    return read


def _lzma(packed: bytes | memoryview, member: Member) -> Pieces:
    """LZMA with a header of its own, 5.8.8: version, length of properties, properties."""
    if len(packed) < 9:
        raise Malformed("LZMA header is cut off")
    _, length, coding, window = struct.unpack_from("<HHBI", packed)
    if length != 5:
        raise Malformed("LZMA properties are damaged")
    return lzma1((memoryview(packed)[9:],), coding, window, member.size, end_mark=bool(member.flags & 2))


_READERS: Final[dict[str, Callable[[bytes | memoryview, Member], Pieces]]] = {
    "stored": lambda packed, _: stored((packed,)),
    "deflate": lambda packed, _: deflate((packed,)),
    "Deflate64": lambda packed, _: deflate64((packed,)),
    "bzip2": lambda packed, _: bzip2((packed,)),
    "LZMA": _lzma,
    "Zstandard": lambda packed, _: zstandard((packed,)),
    "xz": lambda packed, _: xz((packed,)),
}


# ------------------------------------------------------------------ what sort of ZIP

Flavour = Literal["zip", "ooxml", "odf"]

_MARKER: Final = b"PK00PK\x03\x04"
"""Of an archive that was made to be split and then was not, 8.5.4."""
_LEADING: Final = 64
"""Bytes of junk before the first local header that do not keep a file from being taken for a ZIP."""


def flavour(data: bytes) -> Flavour | None:
    """Which sort of package it is: OPC by its content types (ISO 29500-2), OpenDocument, any other ZIP; None for no ZIP.

    A ZIP behind something else (a program, a picture) counts when its end record stands at the end of the file.
    """
    leads = data.startswith((LOCAL, END, _MARKER)) or LOCAL in data[: _LEADING + 4]
    if not leads and not _ends_as_zip(data):
        return None
    try:
        directory = parse(data)
    except Malformed:
        return "zip" if data.startswith(LOCAL) else None
    if directory.find("[Content_Types].xml"):
        return "ooxml"
    mime = directory.find("mimetype")
    if mime and data[mime[0].start : mime[0].end].startswith((b"application/vnd.oasis.opendocument", b"application/vnd.sun.xml")):
        return "odf"
    if directory.find("META-INF/manifest.xml") and (directory.find("content.xml") or directory.find("encrypted-package")):
        return "odf"
    return "zip" if directory.members or directory.lost or leads else None


def _ends_as_zip(data: bytes) -> bool:
    at = data.rfind(END, max(len(data) - _END.size - 0xFFFF, 0))
    return 0 <= at <= len(data) - _END.size and at + _END.size + _END.unpack_from(data, at)[7] == len(data)
