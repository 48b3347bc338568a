"""Opening locked members of a ZIP: traditional PKWARE encryption (APPNOTE 6.1) and WinZip's AES (its "AES Encryption
Information", version 1.04).

Checking a password is cheap in both, and neither check is proof: ZipCrypto's byte lets one wrong password in 256 pass,
the two bytes of AES one in 65,536. Proof is the CRC of the content, and the HMAC of the stored bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import Final

from emoscan.parse import Malformed
from emoscan.parse.ciphers import aes_ctr
from emoscan.parse.zipdir import HAS_DESCRIPTOR, Aes, Member

ZIPCRYPTO_HEADER: Final = 12
AES_ROUNDS: Final = 1_000
"""Of PBKDF2 with HMAC-SHA-1, for each password that is checked."""
_VERIFIER, _HMAC = 2, 10

Decryptor = Callable[[bytes], bytes]


def passwords_as_bytes(password: str) -> tuple[bytes, ...]:
    """A password as the programs of different systems store it: UTF-8, and the code pages of Japanese and Western Windows."""
    if password.isascii():
        return (password.encode(),)
    readings = []
    for encoding in ("utf-8", "cp932", "cp437", "cp1252"):
        try:
            readings.append(password.encode(encoding))
        except UnicodeEncodeError:
            continue
    return tuple(dict.fromkeys(readings))


# ------------------------------------------------------------------ ZipCrypto


def zipcrypto_may_fit(data: bytes, member: Member, password: bytes) -> bool:
    """Whether the last byte of the decrypted header is right. Where the headers differ, two values are."""
    if member.packed < ZIPCRYPTO_HEADER:
        return False
    last = _decryptor(password)(data[member.start : member.start + ZIPCRYPTO_HEADER])[-1]
    return last == member.time >> 8 or (member.crc is not None and last == member.crc >> 24 and not _by_time_only(member))


def _by_time_only(member: Member) -> bool:
    return bool(member.flags & HAS_DESCRIPTOR) and member.reading == "both"


def zipcrypto(data: bytes, member: Member, password: bytes) -> bytes | None:
    """The member's bytes, decrypted and still compressed; None when the password is surely wrong.

    Only the CRC of the content proves that it is right.
    """
    decrypt = _decryptor(password)
    decrypt(data[member.start : member.start + ZIPCRYPTO_HEADER])
    start = member.start + ZIPCRYPTO_HEADER
    head = decrypt(data[start : min(start + 4_096, member.end)])
    if member.method == 8:
        try:
            zlib.decompressobj(-15).decompress(head)
        except zlib.error:
            return None
    return head + decrypt(data[start + len(head) : member.end])


def _decryptor(password: bytes) -> Decryptor:
    try:
        from stream_unzip._zipcrypto import zipcrypto_decryptor
    except ImportError:  # it is not part of that library's public interface
        return PlainZipCrypto(password)
    decryptor: Decryptor = zipcrypto_decryptor(password)
    return decryptor


class PlainZipCrypto:
    """The cipher in plain Python, some ten times slower than the library's."""

    def __init__(self, password: bytes) -> None:
        self.keys = (0x12345678, 0x23456789, 0x34567890)
        self.table = _crc_table()
        for byte in password:
            self.update(byte)

    def update(self, byte: int) -> None:
        one, two, three = self.keys
        table = self.table
        one = one >> 8 ^ table[(one ^ byte) & 0xFF]
        two = ((two + (one & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        three = three >> 8 ^ table[(three ^ two >> 24) & 0xFF]
        self.keys = (one, two, three)

    def __call__(self, data: bytes) -> bytes:
        plain = bytearray()
        one, two, three = self.keys
        table = self.table
        for byte in data:
            word = three | 2
            byte ^= (word * (word ^ 1) >> 8) & 0xFF
            one = one >> 8 ^ table[(one ^ byte) & 0xFF]
            two = ((two + (one & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            three = three >> 8 ^ table[(three ^ two >> 24) & 0xFF]
            plain.append(byte)
        self.keys = (one, two, three)
        return bytes(plain)


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
        table.append(value)
    return table


# ------------------------------------------------------------------ AES


def aes_keys(data: bytes, member: Member, aes: Aes, password: bytes) -> tuple[bytes, bytes] | None:
    """(key, HMAC key) if the password passes the check of two bytes. Costs AES_ROUNDS. Raises Malformed for a member cut short."""
    salt_length, key_length = aes.bits // 16, aes.bits // 8
    if member.packed < salt_length + _VERIFIER + _HMAC:
        raise Malformed("shorter than salt and HMAC")
    salt_end = member.start + salt_length
    derived = hashlib.pbkdf2_hmac("sha1", password, data[member.start : salt_end], AES_ROUNDS, 2 * key_length + _VERIFIER)
    if derived[-_VERIFIER:] != data[salt_end : salt_end + _VERIFIER]:
        return None
    return derived[:key_length], derived[key_length:-_VERIFIER]


def aes(data: bytes, member: Member, parameters: Aes, keys: tuple[bytes, bytes]) -> bytes:
    """The member's bytes, decrypted and still compressed. Raises Malformed when the HMAC does not fit."""
    body = data[member.start + parameters.bits // 16 + _VERIFIER : member.end - _HMAC]
    if hmac.digest(keys[1], body, "sha1")[:_HMAC] != data[member.end - _HMAC : member.end]:
        raise Malformed("the HMAC does not fit")
    return aes_ctr(keys[0], body)
