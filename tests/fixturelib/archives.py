"""Writer of ZIP archives (APPNOTE 6.3), honest or lying, with ZipCrypto or AES; and of gzip members.

Salts and random headers are derived from names, so that archives are the same every time.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from fixturelib.ovba import noise

STORED, DEFLATED, AES_MARKER = 0, 8, 99

TIME: Final = 10 << 11 | 30 << 5
DATE: Final = (2022 - 1980) << 9 | 3 << 5 | 14

Encryption = Literal["", "zipcrypto", "aes128", "aes192", "aes256"]
AES_STRENGTH: Final = {"aes128": 1, "aes192": 2, "aes256": 3}


@dataclass(frozen=True)
class Member:
    """A member of a ZIP archive and how its headers tell of it, truly or not."""

    name: str | bytes
    data: bytes = b""
    method: int = DEFLATED
    encryption: Encryption = ""
    password: str | bytes = b""
    vendor: int = 2
    """AE-1 keeps the CRC, AE-2 does not."""
    utf8: bool | None = None
    """General purpose bit 11; None sets it when the name is text beyond ASCII."""
    descriptor: bool = False
    """Sizes follow the data instead of standing in the local header."""
    zip64: bool = False
    bad_tag: bool = False
    """Break the authentication code of AES."""
    packed: bytes | None = None
    """The bytes to write instead of what compressing `data` would give."""
    local: dict[str, object] = field(default_factory=dict)
    """Lies of the local header: name, method, flags, crc, packed, size."""
    central: dict[str, object] = field(default_factory=dict)
    """Lies of the central directory, and `offset`."""
    times: int = 1
    """How many entries of the central directory point here."""

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    @property
    def flags(self) -> int:
        utf8 = self.utf8 if self.utf8 is not None else isinstance(self.name, str) and not self.name.isascii()
        return bool(self.encryption) | self.descriptor << 3 | utf8 << 11

    @property
    def crc(self) -> int:
        return 0 if self.encryption.startswith("aes") and self.vendor == 2 else zlib.crc32(self.data)

    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        plain = deflate(self.data) if self.method == DEFLATED else self.data
        password = self.password.encode() if isinstance(self.password, str) else self.password
        if self.encryption == "zipcrypto":
            check = TIME >> 8 if self.descriptor else self.crc >> 24
            return zipcrypto(plain, password, noise(repr(self.name), 11) + bytes([check]))
        if self.encryption:
            return winzip_aes(plain, password, AES_STRENGTH[self.encryption], noise(repr(self.name), 16), bad_tag=self.bad_tag)
        return plain

    def extra(self, packed: int, *, local: bool, offset: int) -> bytes:
        out = b""
        if self.zip64:
            sizes = struct.pack("<QQ", len(self.data), packed)
            out += struct.pack("<HH", 1, len(sizes) + 8 * (not local)) + sizes + (b"" if local else struct.pack("<Q", offset))
        if self.encryption.startswith("aes"):
            out += struct.pack("<HHH2sBH", 0x9901, 7, self.vendor, b"AE", AES_STRENGTH[self.encryption], self.method)
        return out


@dataclass
class _Header:
    """What both headers of a member say."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int = 0


def zip_file(
    members: Iterable[Member],
    *,
    prefix: bytes = b"",
    comment: bytes = b"",
    directory: bool = True,
    end: bool = True,
    truncate: int = 0,
    adjust: bool = True,
) -> bytes:
    """The bytes of an archive.

    `prefix` stands in front of it, with offsets that count it when `adjust` is set. Without `directory` there are only
    local headers; without `end` the end record is missing. `truncate` bytes are cut off the end.
    """
    out = bytearray(prefix)
    base = 0 if adjust else len(prefix)
    central = bytearray()
    count = 0
    for member in members:
        body = member.body()
        offset = len(out) - base
        method = AES_MARKER if member.encryption.startswith("aes") else member.method
        truth = _Header(member.raw_name, member.flags, method, member.crc, len(body), len(member.data), offset)
        out += _local_header(member, truth) + body
        if member.descriptor:
            width = "QQ" if member.zip64 else "II"
            out += struct.pack(f"<II{width}", 0x08074B50, truth.crc, truth.packed, truth.size)
        for number in range(member.times):
            count += 1
            named = replace(truth, name=b"%d-%s" % (number, truth.name)) if number else truth
            central += _central_header(member, named)
    if directory:
        start = len(out) - base
        out += central
        if end:
            out += _end(count, len(central), start, comment, zip64=count > 0xFFFE)
    return bytes(out[: len(out) - truncate])


def _told(header: _Header, lies: dict[str, object]) -> _Header:
    return _Header(**{**vars(header), **lies})


def _version(member: Member) -> int:
    return 51 if member.encryption.startswith("aes") else 45 if member.zip64 else 20


def _local_header(member: Member, truth: _Header) -> bytes:
    """APPNOTE 4.3.7."""
    hidden = _Header(truth.name, truth.flags, truth.method, 0, 0, 0) if member.descriptor else truth
    shown = _told(hidden, member.local)
    extra = member.extra(truth.packed, local=True, offset=0)
    packed, size = (0xFFFFFFFF, 0xFFFFFFFF) if member.zip64 else (shown.packed, shown.size)
    fixed = struct.pack(
        "<I5HIIIHH",
        0x04034B50,
        _version(member),
        shown.flags,
        shown.method,
        TIME,
        DATE,
        shown.crc,
        packed,
        size,
        len(shown.name),
        len(extra),
    )
    return fixed + shown.name + extra


def _central_header(member: Member, truth: _Header) -> bytes:
    """APPNOTE 4.3.12."""
    shown = _told(truth, member.central)
    extra = member.extra(truth.packed, local=False, offset=truth.offset)
    packed, size, offset = (0xFFFFFFFF,) * 3 if member.zip64 else (shown.packed, shown.size, shown.offset)
    fixed = struct.pack(
        "<I6H3I5HII",
        0x02014B50,
        _version(member),
        _version(member),
        shown.flags,
        shown.method,
        TIME,
        DATE,
        shown.crc,
        packed,
        size,
        len(shown.name),
        len(extra),
        0,
        0,
        0,
        0x20,
        offset,
    )
    return fixed + shown.name + extra


def _end(count: int, size: int, start: int, comment: bytes, *, zip64: bool) -> bytes:
    """APPNOTE 4.3.14 to 4.3.16."""
    out = b""
    if zip64:
        out += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, start)
        out += struct.pack("<IIQI", 0x07064B50, 0, start + size, 1)
    number = min(count, 0xFFFF)
    return out + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, number, number, size, start, len(comment)) + comment


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zipcrypto(data: bytes, password: bytes, header: bytes) -> bytes:
    """Traditional PKWARE encryption (APPNOTE 6.1): a header of twelve bytes, then the data."""
    table = [_crc_entry(byte) for byte in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = table[(keys[0] ^ byte) & 0xFF] ^ keys[0] >> 8
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = table[(keys[2] ^ keys[1] >> 24) & 0xFF] ^ keys[2] >> 8

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in header + data:
        temporary = keys[2] | 2
        out.append(byte ^ ((temporary * (temporary ^ 1)) >> 8 & 0xFF))
        update(byte)
    return bytes(out)


def _crc_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xEDB88320 if byte & 1 else 0)
    return byte


def winzip_aes(data: bytes, password: bytes, strength: int, salt: bytes, *, bad_tag: bool = False) -> bytes:
    """WinZip's AE-1 and AE-2: salt, two bytes to check the password, the data, ten bytes of HMAC-SHA1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    size = 8 + 8 * strength
    salt = salt[: size // 2]
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 2 * size + 2)
    # CTR with a little-endian counter from 1, which no library offers: encrypt the counters.
    encryptor = Cipher(algorithms.AES(keys[:size]), modes.ECB()).encryptor()
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, len(data) // 16 + 2))
    stream = encryptor.update(counters)
    locked = (int.from_bytes(data, "big") ^ int.from_bytes(stream[: len(data)], "big")).to_bytes(len(data), "big")
    tag = hmac.new(keys[size : 2 * size], locked, "sha1").digest()[:10]
    return salt + keys[-2:] + locked + (bytes(byte ^ 0xFF for byte in tag) if bad_tag else tag)


# Bombs, all of a bounded size -----------------------------------------------------------------------------------------


def nested_bomb(levels: int, width: int, core: bytes, *, distinct: bool = True) -> bytes:
    """Archives in archives: `width` of the next level in each of `levels`, and `core` in the innermost.

    `distinct` makes every innermost file another one, so that knowing equal content does not help.
    """
    if not levels:
        return zip_file([Member("0.txt", core)])
    parts = [core + bytes([65 + number]) for number in range(width)] if distinct else [core] * width
    return zip_file([Member(f"lib {number}.zip", nested_bomb(levels - 1, width, part)) for number, part in enumerate(parts)])


def directory_bomb(entries: int, core: bytes) -> bytes:
    """Many entries of the central directory that all point at one member."""
    return zip_file([Member("a.txt", core, times=entries)])


def overlap_bomb(files: int, core: bytes) -> bytes:
    """Members that share one kernel of data: each holds, as a stored block, the local header of the next, and so on.

    Member n unpacks to the headers of all that follow and the core (D. Fifield, A better zip bomb, 2019).
    """
    kernel = packed = deflate(core)
    content = core
    chain: list[tuple[_Header, bytes, bytes]] = []
    for number in reversed(range(files)):
        header = _Header(b"%04d.txt" % number, 0, DEFLATED, zlib.crc32(content), len(packed), len(content))
        local = _local_header(Member(""), header)
        chain.insert(0, (header, local, packed[:5] if chain else kernel))
        packed = struct.pack("<BHH", 0, len(local), len(local) ^ 0xFFFF) + local + packed
        content = local + content
    out, central = bytearray(), bytearray()
    for header, local, quote in chain:
        central += _central_header(Member(""), replace(header, offset=len(out)))
        out += local + quote
    return bytes(out + central + _end(files, len(central), len(out), b"", zip64=False))


def simple(members: dict[str, bytes], **options: object) -> bytes:
    """An archive of members that are all written the same way."""
    return zip_file([replace(Member(name, data), **options) for name, data in members.items()])  # type: ignore[arg-type]


def gzip_file(data: bytes, name: str = "", *, members: int = 1) -> bytes:
    """RFC 1952; with several members the data is spread over them."""
    size = -(-len(data) // members) or 1
    parts: Sequence[bytes] = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    out = b""
    for part in parts:
        named = name.encode("latin-1") + b"\0" if name else b""
        out += b"\x1f\x8b\x08" + bytes([8 * bool(name)]) + bytes(4) + b"\x02\xff" + named + deflate(part)
        out += struct.pack("<II", zlib.crc32(part), len(part) & 0xFFFFFFFF)
    return out
