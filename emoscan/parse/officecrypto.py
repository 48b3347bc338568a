"""Encryption of Office documents ([MS-OFFCRYPTO]): what locks one, what a password costs to check, and the plain bytes.

Each lock knows its `name`, how many hash `rounds` one password costs, and gives a `key` for a right password and None
for a wrong one. The check is part of the format: a hash of 16 bytes or more, but for XOR obfuscation with its 15 bits.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.ciphers import aes_cbc, aes_cfb, aes_ecb, rc4

MAX_SPIN: Final = 10_000_000
"""2.3.4.10: spinCount MUST NOT be greater; a file that says so is not tried at all."""


class Unmodelled(Malformed):
    """A scheme there is no reader of."""


# ------------------------------------------------------------------ EncryptionInfo of packages

_ATTRIBUTE: Final = re.compile(rb"([A-Za-z:]{1,40})\s{0,8}=\s{0,8}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
_HASHES: Final = {
    "sha1": "sha1",
    "sha-1": "sha1",
    "sha256": "sha256",
    "sha-256": "sha256",
    "sha384": "sha384",
    "sha-384": "sha384",
    "sha512": "sha512",
    "sha-512": "sha512",
    "md5": "md5",
}


def package_lock(info: bytes) -> Agile | Standard:
    """What locks an encrypted package, from its EncryptionInfo stream (2.3.4). Raises Malformed, Unmodelled."""
    if len(info) < 8:
        raise Malformed("EncryptionInfo is cut off")
    major, minor = struct.unpack_from("<HH", info)
    if (major, minor) == (4, 4):
        return _agile(info[8:])
    if minor == 2 and major in {2, 3, 4}:
        return _standard(info[4:])
    if minor == 3 and major in {3, 4}:
        raise Unmodelled("extensible encryption")
    raise Unmodelled(f"encryption of version {major}.{minor}")


class Agile(Struct, frozen=True):
    """2.3.4.10 to 15. A key that is right is also tried on nothing else: the verifier is a whole hash."""

    name: str
    rounds: int
    salt: bytes
    hash_name: str
    hash_size: int
    key_bytes: int
    block_size: int
    cfb: bool
    verifier_input: bytes
    verifier_hash: bytes
    encrypted_key: bytes
    data_salt: bytes
    data_hash_name: str
    data_key_bytes: int
    data_block_size: int
    data_cfb: bool

    def key(self, password: str) -> bytes | None:
        hash_ = getattr(hashlib, self.hash_name)
        digest = hash_(self.salt + password.encode("utf-16-le", "surrogatepass")).digest()
        pack = struct.Struct("<I").pack
        for number in range(self.rounds):
            digest = hash_(pack(number) + digest).digest()

        def undo(block_key: bytes, data: bytes) -> bytes:
            key = _sized(hash_(digest + block_key).digest(), self.key_bytes)
            return _aes(key, _sized(self.salt, self.block_size), data, cfb=self.cfb)

        verifier = undo(b"\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", self.verifier_input)
        expected = undo(b"\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", self.verifier_hash)
        # The input is as long as the salt, the hash as long as it is: both are padded to whole blocks.
        fits = any(
            hash_(verifier[:length]).digest() == expected[: hash_().digest_size]
            for length in dict.fromkeys((len(self.salt), len(verifier)))
        )
        return undo(b"\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", self.encrypted_key)[: self.data_key_bytes] if fits else None

    def package(self, stream: bytes, key: bytes) -> bytes:
        """The content of an EncryptedPackage stream (2.3.4.4)."""
        hash_ = getattr(hashlib, self.data_hash_name)
        body = stream[8:]
        plain = []
        for number, at in enumerate(range(0, len(body) & ~15, 4_096)):
            iv = _sized(hash_(self.data_salt + struct.pack("<I", number)).digest(), self.data_block_size)
            plain.append(_aes(key, iv, body[at : min(at + 4_096, len(body) & ~15)], cfb=self.data_cfb))
        return b"".join(plain)[: _stated_size(stream)]


def _agile(xml: bytes) -> Agile:
    data = _attributes(xml, rb"keyData")
    key = _attributes(xml, rb"encryptedKey", b"spinCount")
    try:
        spin = int(key["spinCount"])
        # What Office always writes stands in for what damage has taken.
        bits = int(key.get("keyBits") or data["keyBits"])
        data_bits = int(data.get("keyBits") or bits)
        block, data_block = int(key.get("blockSize", 16)), int(data.get("blockSize", 16))
        hash_name, data_hash_name = _HASHES[key["hashAlgorithm"].lower()], _HASHES[data["hashAlgorithm"].lower()]
        binary = {name: binascii.a2b_base64(key[name]) for name in _KEY_FIELDS}
        data_salt = binascii.a2b_base64(data["saltValue"])
    except (KeyError, ValueError) as error:
        raise Malformed(f"EncryptionInfo: {error}") from None
    for fields in (key, data):
        if fields.get("cipherAlgorithm", "").upper() != "AES" or fields.get("cipherChaining") not in {"ChainingModeCBC", "ChainingModeCFB"}:
            raise Unmodelled(f"agile encryption with {fields.get('cipherAlgorithm')}, {fields.get('cipherChaining')}")
    if not 0 <= spin <= MAX_SPIN:
        raise Unmodelled(f"agile encryption with {spin:,} rounds")
    if bits not in {128, 192, 256} or data_bits not in {128, 192, 256} or block != 16 or data_block != 16:
        raise Malformed(f"EncryptionInfo: AES with keys of {bits} and {data_bits} bits, blocks of {block} and {data_block} bytes")
    return Agile(
        f"agile AES-{data_bits} {hash_name.upper().replace('SHA', 'SHA-')}",
        spin,
        binary["saltValue"],
        hash_name,
        getattr(hashlib, hash_name)().digest_size,
        bits // 8,
        block,
        key["cipherChaining"] == "ChainingModeCFB",
        binary["encryptedVerifierHashInput"],
        binary["encryptedVerifierHashValue"],
        binary["encryptedKeyValue"],
        data_salt,
        data_hash_name,
        data_bits // 8,
        data_block,
        data["cipherChaining"] == "ChainingModeCFB",
    )


_KEY_FIELDS: Final = ("saltValue", "encryptedVerifierHashInput", "encryptedVerifierHashValue", "encryptedKeyValue")


def _attributes(xml: bytes, element: bytes, wanted: bytes = b"") -> dict[str, str]:
    """Attributes of the first element of that name, whatever its prefix, that has the attribute wanted."""
    for match in re.finditer(rb"<(?:[A-Za-z0-9]{1,20}:)?" + element + rb"\s([^>]{0,10000})", xml):
        if wanted in match[1]:
            return {m[1].decode(): (m[2] or m[3] or b"").decode("latin-1") for m in _ATTRIBUTE.finditer(match[1])}
    return {}


class Standard(Struct, frozen=True):
    """2.3.4.5 to 9."""

    name: str
    salt: bytes
    key_bytes: int
    verifier: bytes
    verifier_hash: bytes
    rounds: int = 50_000

    def key(self, password: str) -> bytes | None:
        digest = hashlib.sha1(self.salt + password.encode("utf-16-le", "surrogatepass")).digest()
        pack, sha1 = struct.Struct("<I").pack, hashlib.sha1
        for number in range(self.rounds):
            digest = sha1(pack(number) + digest).digest()
        digest = sha1(digest + bytes(4)).digest()
        halves = (sha1(bytes(byte ^ fill for byte in digest.ljust(64, b"\0"))).digest() for fill in (0x36, 0x5C))
        key = b"".join(halves)[: self.key_bytes]
        fits = sha1(aes_ecb(key, self.verifier)).digest() == aes_ecb(key, self.verifier_hash)[:20]
        return key if fits else None

    def package(self, stream: bytes, key: bytes) -> bytes:
        return aes_ecb(key, stream[8 : 8 + (len(stream) - 8 & ~15)])[: _stated_size(stream)]


_AES_IDS: Final = {0x660E: 128, 0x660F: 192, 0x6610: 256}


def _standard(info: bytes) -> Standard:
    header, salt, verifier, verifier_hash = _cryptoapi_header(info, 32)
    bits = _AES_IDS.get(header[2]) or (header[4] if header[2] == 0 else 0)
    if bits not in {128, 192, 256}:
        raise Unmodelled(f"standard encryption with algorithm {header[2]:#x}")
    return Standard(f"standard AES-{bits} SHA-1", salt, bits // 8, verifier, verifier_hash)


def _cryptoapi_header(info: bytes, hash_length: int) -> tuple[tuple[int, ...], bytes, bytes, bytes]:
    """(EncryptionHeader, salt, encrypted verifier, encrypted verifier hash) of 2.3.2 and 2.3.3, after the version and flags."""
    if len(info) < 8:
        raise Malformed("encryption header is cut off")
    size = struct.unpack_from("<I", info, 4)[0]
    at = 8 + int(size)
    if not 32 <= size <= 2_000 or at + 40 > len(info):
        raise Malformed("encryption header is cut off")
    header = struct.unpack_from("<8I", info, 8)
    salt, verifier = info[at + 4 : at + 20], info[at + 20 : at + 36]
    verifier_hash = info[at + 40 : at + 40 + hash_length]
    if len(verifier_hash) < 20:
        raise Malformed("encryption verifier is cut off")
    return header, salt, verifier, verifier_hash


def _stated_size(stream: bytes) -> int:
    return int.from_bytes(stream[:8], "little")


def _sized(data: bytes, size: int) -> bytes:
    """Cut, or filled up with 0x36 (2.3.4.11 and 12)."""
    return data[:size].ljust(size, b"\x36")


def _aes(key: bytes, iv: bytes, data: bytes, *, cfb: bool) -> bytes:
    return aes_cfb(key, iv, data) if cfb else aes_cbc(key, iv, data)


# ------------------------------------------------------------------ RC4 of binary documents

BlockKey = Callable[[int], bytes]
"""Number of a block → its RC4 key."""


class Rc4(Struct, frozen=True):
    """Office binary document RC4 encryption, 2.3.6: 40 bits of key."""

    salt: bytes
    verifier: bytes
    verifier_hash: bytes
    name: str = "RC4 40-bit"
    rounds: int = 1

    def key(self, password: str) -> BlockKey | None:
        start = hashlib.md5(password.encode("utf-16-le", "surrogatepass")).digest()[:5]
        middle = hashlib.md5((start + self.salt) * 16).digest()[:5]

        def of_block(number: int) -> bytes:
            return hashlib.md5(middle + struct.pack("<I", number)).digest()

        return of_block if _verifies(of_block(0), self.verifier, self.verifier_hash, "md5") else None


class CryptoApi(Struct, frozen=True):
    """RC4 CryptoAPI encryption, 2.3.5."""

    salt: bytes
    bits: int
    verifier: bytes
    verifier_hash: bytes
    name: str
    rounds: int = 1

    def key(self, password: str) -> BlockKey | None:
        start = hashlib.sha1(self.salt + password.encode("utf-16-le", "surrogatepass")).digest()

        def of_block(number: int) -> bytes:
            digest = hashlib.sha1(start + struct.pack("<I", number)).digest()
            return digest[:5].ljust(16, b"\0") if self.bits == 40 else digest[: self.bits // 8]

        return of_block if _verifies(of_block(0), self.verifier, self.verifier_hash, "sha1") else None


def _verifies(key: bytes, verifier: bytes, verifier_hash: bytes, hash_name: str) -> bool:
    plain = rc4(key, verifier + verifier_hash)
    return hashlib.new(hash_name, plain[:16], usedforsecurity=False).digest() == plain[16:]


def binary_lock(info: bytes) -> Rc4 | CryptoApi:
    """What locks a .doc, .xls or .ppt, from the version on (EncryptionVersionInfo). Raises Malformed, Unmodelled."""
    if len(info) < 4:
        raise Malformed("encryption header is cut off")
    major, minor = struct.unpack_from("<HH", info)
    if (major, minor) == (1, 1):
        if len(info) < 52:
            raise Malformed("encryption header is cut off")
        return Rc4(info[4:20], info[20:36], info[36:52])
    if minor == 2 and major in {2, 3, 4}:
        header, salt, verifier, verifier_hash = _cryptoapi_header(info[4:], 20)
        bits = header[4] or 40
        if header[2] not in {0, 0x6801} or not 40 <= bits <= 128 or bits % 8:
            raise Unmodelled(f"CryptoAPI encryption with algorithm {header[2]:#x} and {bits} bits")
        return CryptoApi(salt, bits, verifier, verifier_hash, f"RC4 CryptoAPI {bits}-bit")
    raise Unmodelled(f"encryption of version {major}.{minor}")


def rc4_blocks(key: BlockKey, data: bytes, size: int) -> bytes:
    """A stream whose every `size` bytes have a key of their own."""
    return b"".join(rc4(key(number), data[at : at + size]) for number, at in enumerate(range(0, len(data), size)))


# ------------------------------------------------------------------ XOR obfuscation

_PAD: Final = bytes.fromhex("BBFFFFBAFFFFB98000BE0F00BF0F00")
_INITIAL: Final[tuple[int, ...]] = struct.unpack(">15H", bytes.fromhex("E1F01D0FCC9C84C0110C0E10F1CE313E1872E139D40F84F9280CA96A4EC3"))
_MATRIX: Final[tuple[int, ...]] = struct.unpack(
    ">105H",
    bytes.fromhex(
        "AEFC4DD99BB227454E8A9D142A097B61F6C2FDA5EB6BC6F79DCF2BBF45638AC605AD0B5A16B42D685AD0037506EA0DD41BA837506EA0DD40D849A0B3"
        "5147A28E553DAA7A44D56F45DE8AAD354A4B9496390D721AEB23C6679CEF29FF53FEA7FC5FD947D38FA60F6D1EDA3DB47B68F6D0B86160E3C1C693AD"
        "377B6EF6DDEC45A08B4006A10D421A8435086A10AA5144838906022D045A08B4116876B4ED68CAF185C31BA7374E6E9C37306E60DCC0A9A1436386C6"
        "1DAD33316662CCC489A9037306E60DCC10212042408481081231246248C4"
    ),
)


class Xor(Struct, frozen=True):
    """XOR obfuscation, 2.3.7: an array of 16 bytes made from at most 15 characters. `verifier` has 15 bits, so a match is no proof."""

    key_value: int
    verifier: int
    name: str = "XOR obfuscation"
    rounds: int = 1

    def key(self, password: str) -> bytes | None:
        for data in _single_bytes(password):
            if xor_verifier(data) == self.verifier and xor_key(data) == self.key_value:
                return xor_array(data)
        return None


def _single_bytes(password: str) -> Iterator[bytes]:
    """The password as Word and Excel shorten it to bytes: low byte, or the high one where that is zero (2.3.7.4), and by code page."""
    wide = password[:15].encode("utf-16-le", "surrogatepass")
    yield bytes(low or high for low, high in zip(wide[0::2], wide[1::2], strict=True))
    if not password.isascii():
        for codec in ("cp932", "cp1252"):
            try:
                yield password.encode(codec)[:15]
            except UnicodeEncodeError:
                continue


def xor_verifier(password: bytes) -> int:
    """2.3.7.1."""
    verifier = 0
    for byte in reversed(bytes([len(password)]) + password):
        verifier = (verifier >> 14 & 1 | verifier << 1 & 0x7FFF) ^ byte
    return verifier ^ 0xCE4B


def xor_key(password: bytes) -> int:
    """2.3.7.2, CreateXorKey_Method1."""
    if not 0 < len(password) <= 15:
        return -1
    key = _INITIAL[len(password) - 1]
    element = len(_MATRIX) - 1
    for byte in reversed(password):
        for bit in range(7):
            if byte & 0x40 >> bit:
                key ^= _MATRIX[element]
            element -= 1
    return key


def xor_array(password: bytes) -> bytes:
    """2.3.7.2, CreateXorArray_Method1."""
    key = struct.pack("<H", xor_key(password))
    return bytes(_rotated_right(byte ^ key[number & 1], 1) for number, byte in enumerate((password + _PAD)[:16]))


def password_of(array: bytes, key_value: int, length: int) -> str:
    """The password of so many characters that an array was made from."""
    key = struct.pack("<H", key_value)
    return "".join(chr(_rotated_right(byte, 7) ^ key[number & 1]) for number, byte in enumerate(array[:length]))


def _rotated_right(byte: int, bits: int) -> int:
    return (byte >> bits | byte << 8 - bits) & 0xFF


ROTATED: Final = bytes(_rotated_right(byte, 5) for byte in range(256))
"""What undoes the rotation of method 1, 2.3.7.3."""


def xor_at(array: bytes, data: bytes, start: int) -> bytes:
    """Data XORed with the array, begun at an index of it."""
    shift = start % 16
    pattern = (array[shift:] + array[:shift]) * (len(data) // 16 + 1)
    return (int.from_bytes(data, "little") ^ int.from_bytes(pattern[: len(data)], "little")).to_bytes(len(data), "little")


Lock = Any
"""Agile, Standard, Rc4, CryptoApi or Xor."""
