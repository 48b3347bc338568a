"""Encryption of OpenDocument packages (OpenDocument 1.3 part 2, sections 3.4 and 5; 1.0 to 1.2 likewise).

Each member is deflated, then encrypted with a key of its own, which PBKDF2 makes from a hash of the password and the
member's salt. A checksum over the first 1,024 deflated bytes tells a right password.
"""

from __future__ import annotations

import binascii
import hashlib
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed, xml
from emoscan.parse.ciphers import aes_cbc, blowfish_cfb

MAX_ITERATIONS: Final = 10_000_000
CHECKED: Final = 1_024


class OdfLock(Struct, frozen=True):
    """How one member is encrypted."""

    path: str
    size: int
    """Of the content, as the manifest says."""
    cipher: str
    """"AES-256-CBC", "Blowfish-CFB", or the name the manifest gives another one."""
    iv: bytes
    salt: bytes
    iterations: int
    key_size: int
    start_key: str
    """Name of the hash the password goes through first."""
    checksum: bytes
    checksum_hash: str
    derivation: str

    @property
    def name(self) -> str:
        return f"ODF {self.cipher} {self.start_key.upper().replace('SHA', 'SHA-')}"

    @property
    def supported(self) -> bool:
        return (
            self.cipher in {"Blowfish-CFB", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC"}
            and self.derivation == "pbkdf2"
            and self.start_key in {"sha1", "sha256"}
            and 0 < self.iterations <= MAX_ITERATIONS
            and 0 < self.key_size <= 56
            and bool(self.checksum)
        )

    def key(self, password: str) -> bytes:
        """Costs `iterations`."""
        start = hashlib.new(self.start_key, password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
        return hashlib.pbkdf2_hmac("sha1", start, self.salt, self.iterations, self.key_size)

    def undo(self, packed: bytes, key: bytes, *, whole: bool = True) -> bytes:
        """The deflated bytes. Raises Malformed for parameters that do not fit the cipher."""
        if not whole:
            packed = packed[: CHECKED + 32]
        try:
            if self.cipher == "Blowfish-CFB":
                return blowfish_cfb(key, self.iv, packed)
            plain = aes_cbc(key, self.iv, packed)
        except ValueError as error:
            raise Malformed(f"{self.path}: {error}") from None
        # The last byte counts the padding, W3C XML Encryption 5.2.
        return plain[: -plain[-1]] if whole and plain and 0 < plain[-1] <= 16 else plain

    def fits(self, packed: bytes, key: bytes) -> bool:
        """Whether the key is right, by the checksum."""
        plain = self.undo(packed, key, whole=len(packed) <= CHECKED + 32)[:CHECKED]
        return hashlib.new(self.checksum_hash, plain, usedforsecurity=False).digest() == self.checksum


_CIPHERS: Final = {
    "blowfish cfb": "Blowfish-CFB",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#blowfish": "Blowfish-CFB",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": "AES-128-CBC",
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc": "AES-192-CBC",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": "AES-256-CBC",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm": "AES-256-GCM",
}
_HASHES: Final = {
    "": "sha1",
    "sha1": "sha1",
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2000/09/xmldsig#sha256": "sha256",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
}


def locks(manifest: bytes) -> list[OdfLock]:
    """The encrypted members a manifest lists. Raises Malformed when it is no XML."""
    entries: list[dict[str, Any]] = []
    for name, attributes in xml.elements(manifest):
        if name == "file-entry":
            entries.append({"path": attributes.get("full-path", ""), "size": attributes.get("size", "")})
        elif entries and name in {"encryption-data", "algorithm", "key-derivation", "start-key-generation"}:
            entries[-1][name] = attributes
    return [_lock(entry) for entry in entries if "encryption-data" in entry]


def _lock(entry: dict[str, Any]) -> OdfLock:
    data, algorithm = entry["encryption-data"], entry.get("algorithm", {})
    derivation, start = entry.get("key-derivation", {}), entry.get("start-key-generation", {})
    cipher = algorithm.get("algorithm-name", "")
    start_key = start.get("start-key-generation-name", "")
    return OdfLock(
        entry["path"],
        _number(entry["size"]),
        _CIPHERS.get(cipher.lower(), cipher),
        _binary(algorithm.get("initialisation-vector", "")),
        _binary(derivation.get("salt", "")),
        _number(derivation.get("iteration-count", "")),
        _number(derivation.get("key-size", "")) or 16,
        _HASHES.get(start_key.lower(), start_key),
        _binary(data.get("checksum", "")),
        "sha256" if "sha256" in data.get("checksum-type", "").lower() else "sha1",
        derivation.get("key-derivation-name", "").rpartition("#")[2].rpartition(":")[2].lower(),
    )


def _binary(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        return b""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
