"""The standard security handler of PDF (ISO 32000-1, 7.6; ISO 32000-2, 7.6.4): revisions 2 to 6."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.ciphers import aes_cbc, encrypt, rc4

PADDING: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


class Lock(Struct, frozen=True):
    revision: int
    bits: int
    owner: bytes
    user: bytes
    owner_key: bytes
    user_key: bytes
    permissions: int
    identifier: bytes
    metadata: bool
    """Metadata are encrypted as well."""
    streams: str
    """Cipher of streams: RC4, AESV2, AESV3, None."""
    strings: str

    @property
    def name(self) -> str:
        return f"PDF, {'AES' if self.streams.startswith('AES') else self.streams} {self.bits} bits"

    @property
    def cheap(self) -> bool:
        """Whether a password is checked in a fraction of a millisecond."""
        return self.revision < 5

    def open(self, password: bytes) -> bytes | None:
        """The key of the file, if the password is that of a user or the owner."""
        if self.revision >= 5:
            return self._open_new(password[:127])
        for user in (password, self._user_password(password)):
            key = self._key(user)
            if self._fits(key):
                return key
        return None

    def _key(self, password: bytes) -> bytes:
        """Algorithm 2."""
        digest = hashlib.md5(
            (password + PADDING)[:32] + self.owner[:32] + (self.permissions & 0xFFFFFFFF).to_bytes(4, "little") + self.identifier
        )
        if self.revision >= 4 and not self.metadata:
            digest.update(b"\xff\xff\xff\xff")
        key = digest.digest()
        size = self.bits // 8 if self.revision >= 3 else 5
        for _ in range(50 if self.revision >= 3 else 0):
            key = hashlib.md5(key[:size]).digest()
        return key[:size]

    def _fits(self, key: bytes) -> bool:
        """Algorithms 4 and 5."""
        if self.revision == 2:
            return rc4(key, PADDING) == self.user[:32]
        check = hashlib.md5(PADDING + self.identifier).digest()
        for number in range(20):
            check = rc4(bytes(byte ^ number for byte in key), check)
        return check[:16] == self.user[:16]

    def _user_password(self, owner: bytes) -> bytes:
        """Algorithm 7: the user's password out of the owner's."""
        key = hashlib.md5((owner + PADDING)[:32]).digest()
        for _ in range(50 if self.revision >= 3 else 0):
            key = hashlib.md5(key).digest()
        key = key[: self.bits // 8 if self.revision >= 3 else 5]
        found = self.owner[:32]
        for number in range(19 if self.revision >= 3 else 0, -1, -1):
            found = rc4(bytes(byte ^ number for byte in key), found)
        return found

    def _open_new(self, password: bytes) -> bytes | None:
        """Algorithm 2.A."""
        for stored, wrapped, extra in ((self.user, self.user_key, b""), (self.owner, self.owner_key, self.user[:48])):
            check, salt, key_salt = stored[:32], stored[32:40], stored[40:48]
            if len(stored) >= 48 and self._hash(password, salt, extra) == check:
                return aes_cbc(self._hash(password, key_salt, extra), bytes(16), wrapped[:32])
        return None

    def _hash(self, password: bytes, salt: bytes, extra: bytes) -> bytes:
        """Algorithm 2.B."""
        key = hashlib.sha256(password + salt + extra).digest()
        if self.revision == 5:
            return key
        for number in range(512):  # ends with a byte that is small enough, long before
            block = encrypt("aes", "cbc", key[:16], key[16:32], (password + key + extra) * 64, padding="none")
            key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(block[:16]) % 3](block).digest()
            if number >= 63 and block[-1] <= number - 31:
                break
        return key[:32]

    def decrypt(self, key: bytes, raw: bytes, number: int, generation: int, *, stream: bool) -> bytes:
        """Algorithms 1 and 1.A."""
        cipher = self.streams if stream else self.strings
        if cipher == "None":
            return raw
        if cipher != "AESV3":
            salt = b"sAlT" if cipher == "AESV2" else b""
            mixed = key + (number & 0xFFFFFF).to_bytes(3, "little") + (generation & 0xFFFF).to_bytes(2, "little") + salt
            key = hashlib.md5(mixed).digest()[: min(len(key) + 5, 16)]
        if cipher == "RC4":
            return rc4(key, raw)
        if len(raw) < 32 or (not stream and len(raw) % 16):
            return b"" if stream else raw  # a string that writers left as it was
        plain = aes_cbc(key, raw[:16], raw[16:])
        return plain[: -plain[-1]] if plain and 0 < plain[-1] <= 16 else plain


def lock_of(values: dict[str, Any], identifier: bytes) -> Lock:
    """The lock that an Encrypt dictionary describes. Raises Malformed for another handler, or one that is not whole."""
    if values.get("Filter") != "Standard":
        raise Malformed(f"security handler {values.get('Filter')}")
    revision, version = values.get("R"), values.get("V", 0)
    owner, user = values.get("O"), values.get("U")
    if (
        type(revision) is not int
        or not 2 <= revision <= 6
        or not isinstance(owner, bytes)
        or not isinstance(user, bytes)
        or not user
        or not owner
    ):
        raise Malformed(f"security handler of revision {revision}")
    bits = values.get("Length", 40)
    bits = bits if type(bits) is int and bits % 8 == 0 and 40 <= bits <= 256 else 128
    streams = strings = "RC4"
    if version in (4, 5):
        streams, strings = (_cipher(values, key) for key in ("StmF", "StrF"))
        bits = 256 if version == 5 else 128
    permissions = values.get("P", 0)
    owner_key, user_key = (value if isinstance(value := values.get(key), bytes) else b"" for key in ("OE", "UE"))
    return Lock(
        revision,
        bits,
        owner,
        user,
        owner_key,
        user_key,
        permissions if type(permissions) is int else 0,
        identifier,
        values.get("EncryptMetadata") is not False,
        streams,
        strings,
    )


def _cipher(values: dict[str, Any], use: str) -> str:
    filters = values.get("CF")
    name = values.get(use, "Identity")
    one = filters.get(str(name)) if isinstance(filters, dict) else None
    method = str(one.get("CFM", "None")) if isinstance(one, dict) else "None"
    return {"V2": "RC4", "AESV2": "AESV2", "AESV3": "AESV3"}.get(method, "None")
