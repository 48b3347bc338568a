"""RAR archives, version 1.5 to 4 and version 5: members, their encryption, and their content as far as `unrar` reads it."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB, Budget
from emoscan.parse import Malformed
from emoscan.parse.charset import decode
from emoscan.parse.ciphers import aes_cbc
from emoscan.parse.unpack import RATIO, RATIO_FROM, Content, Unsupported
from emoscan.parse.unrar import Unpack29, Unpack50

MAGIC4: Final = b"Rar!\x1a\x07\x00"
MAGIC5: Final = b"Rar!\x1a\x07\x01\x00"
MAX_MEMBERS: Final = 20_000
MAX_HEADER: Final = 2 * MIB


class Lock(Struct, frozen=True):
    """What a password is checked against."""

    version: int
    """4 or 5."""
    salt: bytes
    power: int = 18
    """Logarithm of the number of rounds."""
    check: bytes = b""
    """Version 5: eight bytes that tell a right password; without them only the content does."""
    iv: bytes = b""

    @property
    def name(self) -> str:
        return "RAR AES-256" if self.version == 5 else "RAR AES-128"

    @property
    def rounds(self) -> int:
        """What a password costs, in rounds of a hash called one by one."""
        return (1 << self.power) // (3 if self.version == 5 else 6) + 1


class Member(Struct, frozen=True):
    name: str
    size: int
    start: int
    end: int
    method: int
    """0 stored, 1 to 5 packed."""
    version: int
    """Of the packing: 15, 20, 26, 29 or 50."""
    crc: int | None
    window: int
    solid: bool
    lock: Lock | None
    directory: bool = False
    split: bool = False
    """A part of it is in another volume."""
    tweaked: bool = False
    """The CRC is mixed with the key."""


class Rar(Struct, frozen=True):
    data: bytes
    version: int
    members: tuple[Member, ...]
    header_lock: Lock | None = None
    """Set when the names are encrypted and no password was given."""
    damage: str = ""
    volume: bool = False


def parse(data: bytes, password: str = "") -> Rar:
    """Members, with encrypted headers if the password opens them. Raises Malformed, Unsupported."""
    at = data.find(b"Rar!\x1a\x07", 0, 1 << 20)
    if at < 0:
        raise Malformed("no RAR archive")
    if data.startswith(MAGIC5, at):
        return _Reader5(data, at + len(MAGIC5), password).read()
    if data.startswith(MAGIC4, at):
        return _Reader4(data, at + len(MAGIC4), password).read()
    raise Unsupported("RAR of an unknown version")


# ------------------------------------------------------------------ keys


def key5(lock: Lock, password: str) -> tuple[bytes, bytes, bytes]:
    """(AES key, key of the checksums, check value) of version 5."""
    word = password.encode("utf-8", "surrogatepass")
    rounds = 1 << lock.power
    key, mixed, checked = (hashlib.pbkdf2_hmac("sha256", word, lock.salt, rounds + more) for more in (0, 16, 32))
    return key, mixed, bytes(a ^ b ^ c ^ d for a, b, c, d in zip(checked[:8], checked[8:16], checked[16:24], checked[24:], strict=True))


def fits5(lock: Lock, password: str) -> bool:
    """Whether the check value is right."""
    checked = hashlib.pbkdf2_hmac("sha256", password.encode("utf-8", "surrogatepass"), lock.salt, (1 << lock.power) + 32)
    return bytes(a ^ b ^ c ^ d for a, b, c, d in zip(checked[:8], checked[8:16], checked[16:24], checked[24:], strict=True)) == lock.check


def key4(salt: bytes, password: str) -> tuple[bytes, bytes]:
    """(AES key, vector) of version 2.9 to 4: SHA-1 over password and a counter of three bytes, 2^18 times."""
    word = password.encode("utf-16-le", "surrogatepass") + salt
    step, count = len(word) + 3, 1 << 14
    block = bytearray((word + bytes(3)) * count)
    at = len(word)
    numbers = struct.pack(f"<{count}H", *range(count))
    block[at::step] = numbers[0::2]
    digest = hashlib.sha1(usedforsecurity=False)
    vector = bytearray()
    for number in range(16):
        block[at + 1 :: step] = bytes(byte | (number & 3) << 6 for byte in numbers[1::2])
        block[at + 2 :: step] = bytes([number >> 2]) * count
        digest.update(block[:step])
        vector.append(digest.digest()[19])
        digest.update(block[step:])
    words = struct.unpack("<4I", digest.digest()[:16])
    return struct.pack(">4I", *words), bytes(vector)


# ------------------------------------------------------------------ version 5


class _Fields:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise Malformed("a number without end")

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise Malformed("a header is cut off")
        self.at += count
        return piece


class _Reader5:
    def __init__(self, data: bytes, at: int, password: str) -> None:
        self.data, self.at, self.password = data, at, password
        self.key = b""
        self.members: list[Member] = []
        self.volume = False

    def read(self) -> Rar:
        damage = ""
        try:
            while self.at < len(self.data) and len(self.members) < MAX_MEMBERS:
                lock = self.header()
                if lock is not None:
                    return Rar(self.data, 5, (), lock)
                if self.at < 0:
                    break
            else:
                damage = "the archive has no end"
        except Malformed as error:
            if self.key or not self.members:
                raise
            damage = str(error)
        return Rar(self.data, 5, tuple(self.members), None, damage, self.volume)

    def block(self) -> tuple[bytes, int]:
        """(header, where its data begins), decrypted where need be."""
        data, at = self.data, self.at
        if not self.key:
            fields = _Fields(data[at : at + 16])
            crc = int.from_bytes(fields.take(4), "little")
            length = fields.number()
            size = fields.at - 4 + length
            body = data[at + 4 : at + 4 + size]
            end = at + 4 + size
        else:
            vector, first = data[at : at + 16], data[at + 16 : at + 32]
            fields = _Fields(aes_cbc(self.key, vector, first))
            crc = int.from_bytes(fields.take(4), "little")
            length = fields.number()
            size = fields.at - 4 + length
            padded = (4 + size + 15) & ~15
            if size > MAX_HEADER:
                raise Malformed("a header of impossible size")
            body = aes_cbc(self.key, vector, data[at + 16 : at + 16 + padded])[4 : 4 + size]
            end = at + 16 + padded
        if size > MAX_HEADER or len(body) < size or zlib.crc32(body) != crc:
            raise Malformed("the CRC of a header does not fit")
        return body[fields.at - 4 :], end

    def header(self) -> Lock | None:
        """Read one header. Returns the lock of the headers that follow, if it is not opened."""
        body, end = self.block()
        fields = _Fields(body)
        kind, flags = fields.number(), fields.number()
        extra = fields.number() if flags & 1 else 0
        packed = fields.number() if flags & 2 else 0
        self.at = min(end + packed, len(self.data))
        if kind == 1:
            self.volume = bool(fields.number() & 1)
        elif kind == 2:
            self.file(fields, body[len(body) - extra :] if extra else b"", (end, packed, flags))
        elif kind == 4:
            _, lock_flags = fields.number(), fields.number()
            power = fields.take(1)[0]
            lock = Lock(5, fields.take(16), _power(power), fields.take(12)[:8] if lock_flags & 1 else b"")
            if not self.password or (lock.check and not fits5(lock, self.password)):
                return lock
            self.key = key5(lock, self.password)[0]
        elif kind == 5:
            self.at = -1
        return None

    def file(self, fields: _Fields, extra: bytes, place: tuple[int, int, int]) -> None:
        start, packed, header_flags = place
        flags, size, _ = fields.number(), fields.number(), fields.number()
        if flags & 2:
            fields.take(4)
        crc = int.from_bytes(fields.take(4), "little") if flags & 4 else None
        packing, _, length = fields.number(), fields.number(), fields.number()
        name = fields.take(length).decode("utf-8", "replace")
        lock, tweaked = _lock5(extra)
        self.members.append(
            Member(
                name,
                size,
                start,
                min(start + packed, len(self.data)),
                packing >> 7 & 7,
                50 if not packing & 0x3F else 70,
                crc,
                0x20000 << (packing >> 10 & 0x0F),
                bool(packing & 0x40),
                lock,
                bool(flags & 1),
                bool(header_flags & 0x18),
                tweaked,
            )
        )


def _lock5(extra: bytes) -> tuple[Lock | None, bool]:
    """(encryption, whether the CRC is mixed) from the records of the extra area."""
    fields = _Fields(extra)
    try:
        while fields.at < len(extra):
            length = fields.number()
            record = _Fields(fields.take(length))
            if record.number() == 1:
                _, flags = record.number(), record.number()
                power, salt, vector = record.take(1)[0], record.take(16), record.take(16)
                return Lock(5, salt, _power(power), record.take(12)[:8] if flags & 1 else b"", vector), bool(flags & 2)
    except Malformed:
        return None, False
    return None, False


MAX_POWER: Final = 24


def _power(power: int) -> int:
    if power > MAX_POWER:
        raise Unsupported(f"RAR encryption with 2^{power} rounds")
    return power


# ------------------------------------------------------------------ version 1.5 to 4

_MAIN, _FILE, _END = 0x73, 0x74, 0x7B


class _Reader4:
    def __init__(self, data: bytes, at: int, password: str) -> None:
        self.data, self.at, self.password = data, at, password
        self.encrypted = self.volume = False
        self.members: list[Member] = []
        self.keys: dict[bytes, tuple[bytes, bytes]] = {}

    def read(self) -> Rar:
        damage = ""
        try:
            while self.at + 7 <= len(self.data) and len(self.members) < MAX_MEMBERS:
                if self.encrypted and not self.password:
                    return Rar(self.data, 4, (), Lock(4, self.data[self.at : self.at + 8]))
                if self.header():
                    break
        except Malformed as error:
            if self.encrypted or not self.members:
                raise
            damage = str(error)
        return Rar(self.data, 4, tuple(self.members), None, damage, self.volume)

    def header(self) -> bool:
        """Read one header. Returns whether it is the last."""
        data, at = self.data, self.at
        if self.encrypted:
            salt = data[at : at + 8]
            if salt not in self.keys and len(self.keys) >= 50:
                raise Malformed("too many salts")
            key, vector = self.keys.setdefault(salt, key4(salt, self.password)) if salt not in self.keys else self.keys[salt]
            plain = aes_cbc(key, vector, data[at + 8 : at + 24])
            size = int.from_bytes(plain[5:7], "little")
            head = aes_cbc(key, vector, data[at + 8 : at + 8 + (size + 15 & ~15)])
            end = at + 8 + (size + 15 & ~15)
        else:
            head = data[at : at + 7]
            size = int.from_bytes(head[5:7], "little")
            head = data[at : at + size]
            end = at + size
        if size < 7 or len(head) < size:
            raise Malformed("a header is cut off")
        crc, kind, flags, size = struct.unpack_from("<HBHH", head)
        if kind != _MAIN and zlib.crc32(head[2:size]) & 0xFFFF != crc and (self.encrypted or kind not in {_FILE, 0x7A, _END}):
            raise Malformed("the CRC of a header does not fit")
        more = int.from_bytes(head[7:11], "little") if flags & 0x8000 and size >= 11 else 0
        if kind == _MAIN:
            self.encrypted, self.volume = bool(flags & 0x80), bool(flags & 1)
        elif kind == _FILE:
            more = self.file(head[:size], flags, end)
        self.at = min(end + more, len(data))
        return bool(kind == _END)

    def file(self, head: bytes, flags: int, start: int) -> int:
        """Take up a member. Returns the length of its packed bytes."""
        if len(head) < 32:
            raise Malformed("the header of a member is cut off")
        packed, size, _, crc, _, version, method, length, _ = struct.unpack_from("<IIBIIBBHI", head, 7)
        at = 32
        if flags & 0x100:
            high_packed, high_size = struct.unpack_from("<II", head.ljust(at + 8, b"\0"), at)
            packed, size, at = packed | high_packed << 32, size | high_size << 32, at + 8
        raw = head[at : at + length]
        salt = head[at + length : at + length + 8] if flags & 0x400 else b""
        directory = flags & 0xE0 == 0xE0
        self.members.append(
            Member(
                _name4(raw, unicode=bool(flags & 0x200)),
                size,
                start,
                min(start + packed, len(self.data)),
                max(method - 0x30, 0),
                version,
                crc,
                0x10000 << (flags >> 5 & 7) if not directory else 0,
                bool(flags & 0x10),
                Lock(4, salt) if flags & 4 else None,
                directory,
                bool(flags & 3),
            )
        )
        return int(packed)


def _name4(raw: bytes, *, unicode: bool) -> str:
    """A name in the code page of its writer, and behind a zero what makes it Unicode: two bits for each character."""
    plain, zero, encoded = raw.partition(b"\0")
    if not unicode:
        return decode(plain).text
    if not zero:
        return raw.decode("utf-8", "replace")
    high, at, out = encoded[0] if encoded else 0, 1, list[str]()
    flags = bits = 0
    while at < len(encoded) and len(out) < 2_000:
        if not bits:
            flags, bits, at = encoded[at], 8, at + 1
            continue
        bits -= 2
        what = flags >> bits & 3
        if what == 3:
            count = encoded[at]
            at += 1
            correction = encoded[at] if count & 0x80 and at < len(encoded) else 0
            at += bool(count & 0x80)
            for _ in range((count & 0x7F) + 2):
                base = plain[len(out)] if len(out) < len(plain) else 0
                out.append(chr((base + correction & 0xFF) | high << 8) if count & 0x80 else chr(base))
        else:
            low = encoded[at]
            top = high if what == 1 else encoded[at + 1] if what == 2 and at + 1 < len(encoded) else 0
            at += 2 if what == 2 else 1
            out.append(chr(low | top << 8))
    return "".join(out)


# ------------------------------------------------------------------ contents


class Contents:
    """Members of an archive, to be read in order: those of a solid one go on from each other."""

    def __init__(self, archive: Rar, budget: Budget) -> None:
        self.archive = archive
        self.budget = budget
        self.unpacker: Unpack29 | Unpack50 | None = None
        self.broken = False
        """A member before was not read, so that those that go on from it cannot be."""

    def read(self, member: Member, password: str = "", *, trial: bool = False) -> Content:
        """What a member holds; damage, a wrong password included, is told in the answer. Raises Unsupported.

        A `trial` is for passwords: what it reads is not kept, and not charged.
        """
        packed = self.archive.data[member.start : member.end]
        crc = member.crc
        if member.split:
            raise Unsupported("a member that reaches into another volume")
        if member.lock is not None:
            if not password:
                raise Unsupported("encryption without a password")
            packed, crc = self.decrypted(member, member.lock, packed, password)
        if member.method and member.version not in {29, 36, 50}:
            raise Unsupported(f"RAR compression of version {member.version / 10:.1f}")
        most = min(self.budget.limits.object_bytes, self.budget.left("expanded_bytes"), max(RATIO_FROM, RATIO * len(packed)))
        if member.size > most:
            self.broken = True
            limit = "object_bytes" if member.size > self.budget.limits.object_bytes else "expanded_bytes" if most < RATIO_FROM else "ratio"
            return Content(b"", limit=limit)
        if not trial:
            self.budget.grow(member.size, member.name)
        try:
            plain = self.unpacked(member, packed) if member.method else packed[: member.size]
        except Unsupported:
            self.broken = True
            raise
        except Malformed as error:
            self.broken = True
            return Content(b"", trouble=str(error))
        if len(plain) < member.size:
            return Content(plain, trouble=f"cut off: {len(plain)} of {member.size} bytes")
        return Content(plain, "" if crc is None or self.checksum(member, plain, password) == crc else "CRC does not fit")

    def decrypted(self, member: Member, lock: Lock, packed: bytes, password: str) -> tuple[bytes, int | None]:
        if lock.version == 5:
            return aes_cbc(key5(lock, password)[0], lock.iv, packed), member.crc
        key, vector = key4(lock.salt, password)
        return aes_cbc(key, vector, packed), member.crc

    def checksum(self, member: Member, plain: bytes, password: str) -> int:
        crc = zlib.crc32(plain)
        if not member.tweaked or member.lock is None:
            return crc
        digest = hmac.digest(key5(member.lock, password)[1], struct.pack("<I", crc), "sha256")
        mixed = 0
        for word in struct.unpack("<8I", digest):
            mixed ^= word
        return mixed

    def unpacked(self, member: Member, packed: bytes) -> bytes:
        kind = Unpack50 if member.version == 50 else Unpack29
        if not member.solid or not isinstance(self.unpacker, kind):
            if member.solid and self.broken:
                raise Malformed("it goes on from a member that was not read")
            self.unpacker = kind()
            self.broken = False
        return self.unpacker.file(packed, member.size, member.window, solid=member.solid, meter=lambda _: self.budget.check_time())
