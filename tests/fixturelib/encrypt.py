"""Writer of password-protected Office documents (MS-OFFCRYPTO): agile and standard packages, RC4 and XOR in .doc and .xls.

Salts and keys are derived from the password, so that a document is the same every time: good for tests, for nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from fixturelib.cfb import Storage, compound
from fixturelib.excel import BOF, Workbook
from fixturelib.ovba import noise
from fixturelib.word import Document

Scheme = Literal["rc4", "cryptoapi", "xor"]

SEGMENT: Final = 4096

# Agile encryption (2.3.4.10 to 2.3.4.15) ------------------------------------------------------------------------------

VERIFIER_INPUT: Final = bytes.fromhex("fea7d2763b4b9e79")
VERIFIER_VALUE: Final = bytes.fromhex("d7aa0f6d3061344e")
KEY_VALUE: Final = bytes.fromhex("146e0be7abacd0d6")
HMAC_KEY: Final = bytes.fromhex("5fb2ad010cb9e1f6")
HMAC_VALUE: Final = bytes.fromhex("a0677f02b22c8433")


def agile(package: bytes, password: str, *, hash_name: str = "SHA512", key_bits: int = 256, spins: int = 100_000) -> bytes:
    """A package in an agile EncryptedPackage. Office 2010 wrote SHA1 with 128 bits, later ones SHA512 with 256."""
    algorithm = hash_name.lower()
    key_salt, data_salt = noise(password + " key salt", 16), noise(password + " data salt", 16)
    secret = noise(password + " secret", key_bits // 8)

    def digest(data: bytes) -> bytes:
        return hashlib.new(algorithm, data).digest()

    spun = digest(key_salt + password.encode("utf-16-le"))
    for number in range(spins):
        spun = digest(struct.pack("<I", number) + spun)

    def with_password(block: bytes, plain: bytes) -> str:
        key = _fit(digest(spun + block), key_bits // 8)
        return base64.b64encode(_aes_cbc(_padded(plain), key, key_salt)).decode()

    def with_secret(block: bytes, plain: bytes) -> str:
        return base64.b64encode(_aes_cbc(_padded(plain), secret, _fit(digest(data_salt + block), 16))).decode()

    segments = [package[at : at + SEGMENT] for at in range(0, len(package), SEGMENT)]
    body = struct.pack("<Q", len(package))
    for number, segment in enumerate(segments):
        body += _aes_cbc(_padded(segment), secret, _fit(digest(data_salt + struct.pack("<I", number)), 16))
    verifier = noise(password + " verifier", 16)
    hmac_key = noise(password + " hmac", len(digest(b"")))
    sizes = f'saltSize="16" blockSize="16" keyBits="{key_bits}" hashSize="{len(hmac_key)}"'
    how = f'cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="{hash_name}"'
    microsoft = "http://schemas.microsoft.com/office/2006"
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<encryption xmlns="{microsoft}/encryption" xmlns:p="{microsoft}/keyEncryptor/password">'
        f'<keyData {sizes} {how} saltValue="{base64.b64encode(data_salt).decode()}"/>'
        f'<dataIntegrity encryptedHmacKey="{with_secret(HMAC_KEY, hmac_key)}"'
        f' encryptedHmacValue="{with_secret(HMAC_VALUE, hmac.new(hmac_key, body, algorithm).digest())}"/>'
        f'<keyEncryptors><keyEncryptor uri="{microsoft}/keyEncryptor/password">'
        f'<p:encryptedKey spinCount="{spins}" {sizes} {how} saltValue="{base64.b64encode(key_salt).decode()}"'
        f' encryptedVerifierHashInput="{with_password(VERIFIER_INPUT, verifier)}"'
        f' encryptedVerifierHashValue="{with_password(VERIFIER_VALUE, digest(verifier))}"'
        f' encryptedKeyValue="{with_password(KEY_VALUE, secret)}"/></keyEncryptor></keyEncryptors></encryption>'
    )
    return _package(struct.pack("<HHI", 4, 4, 0x40) + xml.encode(), body)


def _fit(data: bytes, size: int) -> bytes:
    return data[:size].ljust(size, b"\x36")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def _aes_cbc(data: bytes, key: bytes, vector: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor().update(data)


# Standard encryption (2.3.4.5 to 2.3.4.9) -----------------------------------------------------------------------------

AES_128, RC4, SHA_1 = 0x660E, 0x6801, 0x8004


def standard(package: bytes, password: str) -> bytes:
    """A package in a standard EncryptedPackage, as Office 2007 wrote it: AES-128, SHA-1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    salt = noise(password + " salt", 16)
    spun = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
    for number in range(50_000):
        spun = hashlib.sha1(struct.pack("<I", number) + spun).digest()
    final = hashlib.sha1(spun + bytes(4)).digest()
    block = bytes(a ^ b for a, b in zip(final.ljust(64, b"\0"), b"\x36" * 64))
    key = hashlib.sha1(block).digest()[:16]
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    verifier = noise(password + " verifier", 16)
    locked = encryptor.update(verifier) + struct.pack("<I", 20) + encryptor.update(hashlib.sha1(verifier).digest() + bytes(12))
    info = struct.pack("<HHI", 4, 2, 0x24) + _header(0x24, AES_128, 128, "Microsoft Enhanced RSA and AES Cryptographic Provider")
    body = struct.pack("<Q", len(package)) + encryptor.update(_padded(package))
    return _package(info + struct.pack("<I", 16) + salt + locked, body)


def _header(flags: int, algorithm: int, key_bits: int, provider: str) -> bytes:
    """EncryptionHeader (2.3.2) with its size in front."""
    name = provider.encode("utf-16-le") + b"\0\0"
    kind = 0x18 if algorithm == AES_128 else 1
    body = struct.pack("<8I", flags, 0, algorithm, SHA_1, key_bits, kind, 0, 0) + name
    return struct.pack("<I", len(body)) + body


def _package(info: bytes, body: bytes) -> bytes:
    """The compound file around an encrypted package, with the data spaces that name the transform (2.1)."""

    def prefixed(text: str) -> bytes:
        data = text.encode("utf-16-le")
        return struct.pack("<I", len(data)) + data + bytes(-len(data) % 4)

    stream, space, transform = "EncryptedPackage", "StrongEncryptionDataSpace", "StrongEncryptionTransform"
    versions = struct.pack("<HHHHHH", 1, 0, 1, 0, 1, 0)
    entry = struct.pack("<II", 1, 0) + prefixed(stream) + prefixed(space)
    id_, name = "{FF9A3F03-56EF-4613-BDD5-5A41C1D07246}", "Microsoft.Container.EncryptionTransform"
    head = struct.pack("<I", 1) + prefixed(id_)
    primary = struct.pack("<I", len(head) + 4) + head + prefixed(name) + versions + bytes(4) + struct.pack("<II", 0, 4)
    root = Storage()
    root.put("EncryptionInfo", info).put("EncryptedPackage", body)
    root.put("\x06DataSpaces/Version", prefixed("Microsoft.Container.DataSpaces") + versions)
    root.put("\x06DataSpaces/DataSpaceMap", struct.pack("<II", 8, 1) + struct.pack("<I", len(entry) + 4) + entry)
    root.put(f"\x06DataSpaces/DataSpaceInfo/{space}", struct.pack("<II", 8, 1) + prefixed(transform))
    root.put(f"\x06DataSpaces/TransformInfo/{transform}/\x06Primary", primary)
    return compound(root)


# RC4 in the binary formats (2.3.5, 2.3.6) -----------------------------------------------------------------------------


class _Rc4:
    """Encryption of a stream by blocks, each with a key of its own, and the header that goes with it."""

    def __init__(self, password: str, scheme: Scheme, key_bits: int, block_size: int) -> None:
        self.password = password
        self.scheme = scheme
        self.key_bits = key_bits
        self.block_size = block_size
        self.salt = noise(password + " salt", 16)

    def key(self, block: int) -> bytes:
        text = self.password.encode("utf-16-le")
        if self.scheme == "rc4":
            first = hashlib.md5(text).digest()[:5]
            second = hashlib.md5((first + self.salt) * 16).digest()[:5]
            return hashlib.md5(second + struct.pack("<I", block)).digest()
        final = hashlib.sha1(hashlib.sha1(self.salt + text).digest() + struct.pack("<I", block)).digest()
        # A key of 40 bits is written as 128 with zeros (2.3.5.2).
        return final[:5] + bytes(11) if self.key_bits == 40 else final[: self.key_bits // 8]

    def apply(self, data: bytes) -> bytes:
        parts = (data[at : at + self.block_size] for at in range(0, len(data), self.block_size))
        return b"".join(_rc4(self.key(number), part) for number, part in enumerate(parts))

    def header(self) -> bytes:
        """EncryptionVersionInfo, header and verifier."""
        verifier = noise(self.password + " verifier", 16)
        if self.scheme == "rc4":
            locked = _rc4(self.key(0), verifier + hashlib.md5(verifier).digest())
            return struct.pack("<HH", 1, 1) + self.salt + locked
        locked = _rc4(self.key(0), verifier + hashlib.sha1(verifier).digest())
        flags = 0x04 | 0x08  # fCryptoAPI, fDocProps: the property sets stay readable
        header = _header(flags, RC4, self.key_bits, "Microsoft Enhanced Cryptographic Provider v1.0")
        verifier_part = struct.pack("<I", 16) + self.salt + locked[:16] + struct.pack("<I", 20) + locked[16:]
        return struct.pack("<HHI", 2, 2, flags) + header + verifier_part


def _rc4(key: bytes, data: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
        from cryptography.hazmat.primitives.ciphers import Cipher

        return Cipher(ARC4(key), mode=None).encryptor().update(data)


FIB_CLEAR: Final = 0x44
"""Bytes of WordDocument that stay readable (MS-DOC 2.2.6.2, 2.2.6.3)."""


def doc(document: Document, password: str, scheme: Scheme = "cryptoapi", *, key_bits: int = 128) -> bytes:
    """A .doc with encrypted text. Its macros are not encrypted: Office leaves that storage as it is."""
    lock = _Rc4(password, scheme, key_bits, 0x200)
    header = lock.header()
    storage = replace(document, table_prefix=header).storage()
    word, table = storage.get("WordDocument"), storage.get("1Table")
    assert isinstance(word, bytes)
    assert isinstance(table, bytes)
    base = bytearray(word[:FIB_CLEAR])
    base[11] |= 0x01  # fEncrypted
    base[14:18] = struct.pack("<I", len(header))
    storage.put("WordDocument", bytes(base) + lock.apply(word)[FIB_CLEAR:])
    storage.put("1Table", header + lock.apply(table)[len(header) :])
    return compound(storage)


# Records that stay readable (MS-XLS 2.2.10): BOF, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
CLEAR_RECORDS: Final = {BOF, 0x2F, 0x194, 0x195, 0xE1, 0x196, 0x138}
BOUND_SHEET: Final = 0x85


def xls(workbook: Workbook, password: str = "VelvetSweatshop", scheme: Scheme = "cryptoapi", *, key_bits: int = 128) -> bytes:
    """A .xls with a FilePass record. The default password is the one that Excel tries by itself."""
    if scheme == "xor":
        file_pass, change = _xor(password)
    else:
        lock = _Rc4(password, scheme, key_bits, 1024)
        file_pass = struct.pack("<H", 1) + lock.header()
        change = _by_stream(lock)
    locked = replace(workbook, file_pass=file_pass)
    return compound(locked.storage().put("Workbook", change(locked.stream())))


def _records(stream: bytes) -> list[tuple[int, int, int]]:
    """(number, start of its data that is to be encrypted, end) of each record."""
    out, at = [], 0
    while at < len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        start = at + 4
        at = start + size
        if number not in CLEAR_RECORDS:
            out.append((number, start + 4 * (number == BOUND_SHEET), at))
    return out


def _by_stream(lock: _Rc4) -> Callable[[bytes], bytes]:
    """RC4 runs over the whole stream, and what must stay readable is left out afterwards."""

    def change(stream: bytes) -> bytes:
        out, locked = bytearray(stream), lock.apply(stream)
        for _, start, end in _records(stream):
            out[start:end] = locked[start:end]
        return bytes(out)

    return change


def _xor(password: str) -> tuple[bytes, Callable[[bytes], bytes]]:
    """XOR obfuscation, method 1 (2.3.7.1 to 2.3.7.3). The key array comes from msoffcrypto, with its table of 105 words."""
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    key, array = DocumentXOR.create_xor_key_method1(password), DocumentXOR.create_xor_array_method1(password)
    verifier = 0
    for byte in reversed(bytes([len(password)]) + password.encode("latin-1")):
        verifier = (verifier >> 14 & 1 ^ verifier << 1 & 0x7FFF) ^ byte

    def change(stream: bytes) -> bytes:
        out = bytearray(stream)
        for number, start, end in _records(stream):
            size = end - start + 4 * (number == BOUND_SHEET)
            for at in range(start, end):
                byte = stream[at]
                rotated = (byte << 5 | byte >> 3) & 0xFF
                out[at] = rotated ^ array[(at + size) % 16]
        return bytes(out)

    return struct.pack("<HHH", 0, key, verifier ^ 0xCE4B), change
