"""Writer of small PDFs (ISO 32000-1): objects as they are given, files, scripts, object streams, and the locks of revisions 3 to 6."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from Crypto.Cipher import AES, ARC4

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
IDENTIFIER = bytes(range(16))


@dataclass
class Pdf:
    """`objects` are bodies from number 1 on; a pair is a dictionary (without brackets) and a stream. The first is the catalog."""

    objects: Sequence[bytes | tuple[bytes, bytes]] = ()
    packed: Sequence[bytes] = ()
    """Bodies that go into one object stream; their numbers follow."""
    password: str | None = None
    revision: int = 3
    _key: bytes = field(default=b"", init=False)

    def file(self) -> bytes:
        bodies: list[bytes | tuple[bytes, bytes]] = list(self.objects)
        lock = self._lock() if self.password is not None else b""
        if self.packed:
            first = len(bodies) + 2
            plain, table = b"", b""
            for number, body in enumerate(self.packed):
                table += b"%d %d " % (first + number, len(plain))
                plain += body + b" "
            stream = zlib.compress(table + plain)
            bodies.append((b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(self.packed), len(table)), stream))
        out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        for number, one in enumerate(bodies, 1):
            if isinstance(one, tuple):
                body = self._encrypted(one[1], number)
                one = b"<< " + one[0] + b" /Length %d >>\nstream\n" % len(body) + body + b"\nendstream"
            out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
        trailer = b"<< /Root 1 0 R /ID [<" + IDENTIFIER.hex().encode() + b"> <00>]"
        return out + b"trailer\n" + trailer + (b" /Encrypt " + lock if lock else b"") + b" >>\nstartxref\n0\n%%EOF\n"

    def string(self, text: bytes, number: int) -> bytes:
        """A string of object `number`, encrypted when the file is."""
        if self.password is not None and not self._key:
            self._lock()
        return b"<" + self._encrypted(text, number).hex().encode() + b">"

    def _encrypted(self, plain: bytes, number: int) -> bytes:
        if self.password is None:
            return plain
        if self.revision >= 5:
            return bytes(16) + AES.new(self._key, AES.MODE_CBC, iv=bytes(16)).encrypt(pad(plain))
        salt = b"sAlT" if self.revision == 4 else b""
        key = hashlib.md5(self._key + number.to_bytes(3, "little") + b"\0\0" + salt).digest()
        if self.revision == 4:
            return bytes(16) + AES.new(key, AES.MODE_CBC, iv=bytes(16)).encrypt(pad(plain))
        return ARC4.new(key).encrypt(plain)

    def _lock(self) -> bytes:
        assert self.password is not None
        password = self.password.encode()
        if self.revision >= 5:
            self._key = hashlib.sha256(b"file key").digest()
            user = self._hash(password, b"A" * 8) + b"A" * 8 + b"B" * 8
            wrapped = AES.new(self._hash(password, b"B" * 8), AES.MODE_CBC, iv=bytes(16)).encrypt(self._key)
            values = b"/R %d /V 5 /Length 256 /O <%s> /U <%s> /OE <%s> /UE <%s> /P -4 /CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF"
            return (
                b"<< /Filter /Standard "
                + values
                % (self.revision, (b"\x01" * 48).hex().encode(), user.hex().encode(), bytes(32).hex().encode(), wrapped.hex().encode())
                + b" >>"
            )
        owner = bytes(32)
        key = hashlib.md5((password + PADDING)[:32] + owner + b"\xfc\xff\xff\xff" + IDENTIFIER).digest()
        for _ in range(50):
            key = hashlib.md5(key).digest()
        self._key = key
        user = hashlib.md5(PADDING + IDENTIFIER).digest()
        for number in range(20):
            user = ARC4.new(bytes(byte ^ number for byte in key)).encrypt(user)
        crypt = b" /V 4 /CF << /StdCF << /CFM /AESV2 >> >> /StmF /StdCF /StrF /StdCF" if self.revision == 4 else b" /V 2"
        return b"<< /Filter /Standard /R %d%s /Length 128 /P -4 /O <%s> /U <%s> >>" % (
            self.revision,
            crypt,
            owner.hex().encode(),
            (user + bytes(16)).hex().encode(),
        )

    def _hash(self, password: bytes, salt: bytes) -> bytes:
        key = hashlib.sha256(password + salt).digest()
        number = 0
        while self.revision == 6:
            block = AES.new(key[:16], AES.MODE_CBC, iv=key[16:32]).encrypt((password + key) * 64)
            key = {0: hashlib.sha256, 1: hashlib.sha384, 2: hashlib.sha512}[int.from_bytes(block[:16]) % 3](block).digest()
            number += 1
            if number >= 64 and block[-1] <= number - 32:
                break
        return key[:32]


def pad(plain: bytes) -> bytes:
    return plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
