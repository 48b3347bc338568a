"""Ciphers, hashes and secure strings."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.encodings import encode
from emoscan.evaluate.powershell.net.numbers import next_random
from emoscan.evaluate.powershell.net.streams import STREAM, put, rest_of, stream
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Enum, NetClass, Thrown

CIPHER_MODE: Final = "System.Security.Cryptography.CipherMode"
PADDING: Final = "System.Security.Cryptography.PaddingMode"
enumeration(CIPHER_MODE, CBC=1, ECB=2, OFB=3, CFB=4, CTS=5)
enumeration(PADDING, **{"None": 1}, PKCS7=2, Zeros=3, ANSIX923=4, ISO10126=5)
enumeration("System.Security.Cryptography.CryptoStreamMode", Read=0, Write=1)

ROUNDS: Final = 200_000
"""Rounds of a key derivation that are worked out."""


def data_of(machine: Any, value: Any) -> bytes:
    held = cast(machine, value, "byte[]")
    return bytes(held) if type(held) is bytearray else b""


# ---------------------------------------------------------------- ciphers

CIPHER: Final = net_class("System.Security.Cryptography.SymmetricAlgorithm")
TRANSFORM: Final = net_class("System.Security.Cryptography.ICryptoTransform")


def failed(message: str) -> Thrown:
    return Thrown("System.Security.Cryptography.CryptographicException", message)


def word(value: Any) -> str:
    return value.name if type(value) is Enum else str(value)


def kept(cls: NetClass, name: str, key: str, convert: Callable[[Any, Any], Any]) -> None:
    cls.prop(name)(lambda _machine, this: this.data[key])
    cls.put[name.lower()] = lambda machine, this, value: this.data.__setitem__(
        key, value if type(value) is Unknown else convert(machine, value)
    )


kept(CIPHER, "Key", "key", lambda machine, value: bytearray(data_of(machine, value)))
kept(CIPHER, "IV", "iv", lambda machine, value: bytearray(data_of(machine, value)))
kept(CIPHER, "Mode", "mode", lambda machine, value: cast(machine, value, CIPHER_MODE))
kept(CIPHER, "Padding", "padding", lambda machine, value: cast(machine, value, PADDING))
kept(CIPHER, "KeySize", "size", lambda machine, value: machine.whole(value))
kept(CIPHER, "BlockSize", "block", lambda machine, value: machine.whole(value))
kept(CIPHER, "FeedbackSize", "feedback", lambda machine, value: machine.whole(value))


def transform(machine: Any, this: Object, key: Any, iv: Any, *, decrypt: bool) -> Any:
    used_key = this.data["key"] if key is MISSING else cast(machine, key, "byte[]")
    used_iv = this.data["iv"] if iv is MISSING else cast(machine, iv, "byte[]")
    if type(used_key) is Unknown or type(used_iv) is Unknown:
        return Unknown("a cipher with an unknown key")
    return Object(
        TRANSFORM,
        family=this.data["family"],
        key=bytes(used_key),
        iv=bytes(used_iv or b""),
        mode=word(this.data["mode"]).upper(),
        padding=word(this.data["padding"]).upper(),
        decrypt=decrypt,
    )


@CIPHER.call("CreateDecryptor")
def decryptor(machine: Any, this: Object, key: Any = MISSING, iv: Any = MISSING) -> Any:
    return transform(machine, this, key, iv, decrypt=True)


@CIPHER.call("CreateEncryptor")
def encryptor(machine: Any, this: Object, key: Any = MISSING, iv: Any = MISSING) -> Any:
    return transform(machine, this, key, iv, decrypt=False)


@CIPHER.call("GenerateKey", "GenerateIV", "Clear", "Dispose")
def nothing(_machine: Any, _this: Object) -> None:
    return None


def _cipher(name: str, *others: str, family: str, key_size: int, block: int) -> None:
    cls = net_class(name, *others, parent=CIPHER)

    def make(machine: Any, *_args: Any) -> Object:
        random = [next_random(machine, 0, 256) for _ in range(key_size + block)]
        return Object(
            cls,
            family=family,
            key=bytearray(random[:key_size]),
            iv=bytearray(random[key_size:]),
            mode="CBC",
            padding="PKCS7",
            size=key_size * 8,
            block=block * 8,
        )

    cls.makes(make)
    cls.shared("Create", "CreateEncryptor")(lambda machine, _type, *_args: make(machine))


_cipher(
    "System.Security.Cryptography.AesManaged",
    "System.Security.Cryptography.Aes",
    "System.Security.Cryptography.AesCryptoServiceProvider",
    "System.Security.Cryptography.RijndaelManaged",
    "System.Security.Cryptography.Rijndael",
    "System.Security.Cryptography.AesCng",
    family="AES",
    key_size=32,
    block=16,
)
_cipher(
    "System.Security.Cryptography.TripleDESCryptoServiceProvider",
    "System.Security.Cryptography.TripleDES",
    family="DES3",
    key_size=24,
    block=8,
)
_cipher("System.Security.Cryptography.DESCryptoServiceProvider", "System.Security.Cryptography.DES", family="DES", key_size=8, block=8)
_cipher("System.Security.Cryptography.RC2CryptoServiceProvider", "System.Security.Cryptography.RC2", family="ARC2", key_size=16, block=8)


def crypt(machine: Any, this: Object, data: bytes) -> bytes:
    """What a transform makes of data. Raises Thrown for wrong keys and sizes."""
    from importlib import import_module

    held = this.data
    machine.grow(len(data))
    machine.tick(len(data) // 64 + 16)
    family = import_module(f"Crypto.Cipher.{held['family']}")
    modes = {"CBC": family.MODE_CBC, "ECB": family.MODE_ECB, "CFB": family.MODE_CFB, "OFB": family.MODE_OFB}
    size = family.block_size
    try:
        arguments = {} if held["mode"] == "ECB" else {"iv": held["iv"][:size].ljust(size, b"\0")}
        if held["mode"] == "CFB":
            arguments["segment_size"] = 8
        engine = family.new(held["key"], modes.get(held["mode"], family.MODE_CBC), **arguments)
    except ValueError:
        raise failed("Specified key is not a valid size for this algorithm.") from None
    if held["decrypt"]:
        if held["mode"] in ("CBC", "ECB") and len(data) % size:
            data = data[: len(data) - len(data) % size]
            if not data:
                raise failed("The input data is not a complete block.")
        return without_padding(engine.decrypt(data), held["padding"], size)
    count = size - len(data) % size
    if held["padding"] == "PKCS7":
        data += bytes([count]) * count
    elif len(data) % size and held["mode"] in ("CBC", "ECB"):
        data += bytes(count)
    return engine.encrypt(data)  # type: ignore[no-any-return]


def without_padding(data: bytes, padding: str, size: int) -> bytes:
    if not data or padding in ("NONE", "ZEROS"):
        return data
    count = data[-1]
    if not 0 < count <= size or (padding == "PKCS7" and data[-count:] != bytes([count]) * count):
        raise failed("Padding is invalid and cannot be removed.")
    return data[:-count]


@TRANSFORM.call("TransformFinalBlock")
def final_block(machine: Any, this: Object, data: Any, start: Any = 0, count: Any = MISSING) -> bytearray:
    held = data_of(machine, data)
    begin = machine.whole(start)
    machine.undo("cipher")
    return bytearray(crypt(machine, this, held[begin : begin + machine.whole(count, len(held))]))


@TRANSFORM.call("TransformBlock", opened=True)
def block_(machine: Any, this: Object, data: Any, start: Any, count: Any, target: Any, into: Any) -> int:
    held = data_of(machine, data)
    begin, at = machine.whole(start), machine.whole(into)
    plain = crypt(machine, Object(TRANSFORM, **{**this.data, "padding": "NONE"}), held[begin : begin + machine.whole(count)])
    if type(target) is bytearray:
        target[at : at + len(plain)] = plain
    return len(plain)


CRYPTO_STREAM: Final = net_class("System.Security.Cryptography.CryptoStream", parent=STREAM)


@CRYPTO_STREAM.makes
def make_crypto_stream(machine: Any, inner: Any, work: Any, mode: Any = "Read", *_rest: Any) -> Any:
    machine.undo("cipher")
    if word(mode).lower() in ("write", "1"):
        made = stream(CRYPTO_STREAM, bytearray())

        def sink() -> None:
            held = made.data["buffer"]
            if type(inner) is Object and "buffer" in inner.data:
                if type(held) is bytearray and held:
                    put(machine, inner, crypt(machine, work, bytes(held)))
                    made.data["buffer"] = bytearray()
                elif type(held) is Unknown:
                    inner.data["buffer"] = held

        made.data["sink"] = sink
        return made

    def fill() -> Any:
        data = rest_of(machine, inner)
        return data if type(data) is Unknown else bytearray(crypt(machine, work, data))

    return stream(CRYPTO_STREAM, bytearray(), fill=fill)


# ---------------------------------------------------------------- hashes

HASH: Final = net_class("System.Security.Cryptography.HashAlgorithm")


def hash_object(name: str, key: bytes | None = None) -> Object:
    return Object(HASH, name=name, key=key)


@HASH.call("ComputeHash")
def compute(machine: Any, this: Object, data: Any, start: Any = 0, count: Any = MISSING) -> Any:
    held = rest_of(machine, data)
    if type(held) is Unknown:
        return Unknown(f"hash of {held.why}")
    begin = machine.whole(start)
    part = held[begin : begin + machine.whole(count, len(held))]
    machine.tick(len(part) // 64)
    if this.data["key"] is not None:
        return bytearray(hmac.new(this.data["key"], part, this.data["name"]).digest())
    return bytearray(hashlib.new(this.data["name"], part).digest())


HASH.call("Clear", "Initialize", "Dispose")(lambda _machine, _this: None)
HASH.prop("HashSize")(lambda _machine, this: hashlib.new(this.data["name"]).digest_size * 8)


def _hash(name: str, *words: str) -> None:
    for one in words:
        cls = net_class(f"System.Security.Cryptography.{one}", parent=HASH)
        cls.makes(lambda _machine, *_args, _name=name: hash_object(_name))
        cls.shared("Create")(lambda _machine, _type, *_args, _name=name: hash_object(_name))
        cls.shared("HashData")(lambda machine, _type, data, _name=name: compute(machine, hash_object(_name), data))
    keyed = net_class(f"System.Security.Cryptography.HMAC{words[0]}", parent=HASH)
    keyed.makes(lambda machine, key=MISSING, _name=name: hash_object(_name, data_of(machine, key) if key is not MISSING else b""))


_hash("md5", "MD5", "MD5CryptoServiceProvider", "MD5Cng")
_hash("sha1", "SHA1", "SHA1Managed", "SHA1CryptoServiceProvider")
_hash("sha256", "SHA256", "SHA256Managed", "SHA256CryptoServiceProvider")
_hash("sha384", "SHA384", "SHA384Managed")
_hash("sha512", "SHA512", "SHA512Managed", "SHA512CryptoServiceProvider")


@HASH.shared("Create")
def hash_by_name(machine: Any, _type: str, name: Any = "SHA1") -> Object:
    text = machine.shown(name).lower().replace("-", "").removeprefix("system.security.cryptography.")
    return hash_object(text if text in ("md5", "sha1", "sha256", "sha384", "sha512") else "sha1")


@HASH.setter("Key")
def set_key(machine: Any, this: Object, value: Any) -> None:
    this.data["key"] = data_of(machine, value)


# ---------------------------------------------------------------- keys out of passwords

DERIVE: Final = net_class("System.Security.Cryptography.Rfc2898DeriveBytes")
OLD_DERIVE: Final = net_class("System.Security.Cryptography.PasswordDeriveBytes")


@DERIVE.makes
def make_derive(machine: Any, password: Any, salt: Any, rounds: Any = 1000, name: Any = "SHA1") -> Object:
    secret = machine.shown(password).encode("utf-8", "replace") if isinstance(password, str) else data_of(machine, password)
    kind = word(name).lower()
    return Object(
        DERIVE,
        secret=secret,
        salt=data_of(machine, salt),
        rounds=max(1, machine.whole(rounds)),
        name=kind if kind in ("sha1", "sha256", "sha384", "sha512") else "sha1",
        taken=0,
    )


@DERIVE.call("GetBytes")
def derive_bytes(machine: Any, this: Object, count: Any) -> Any:
    size = machine.whole(count)
    held = this.data
    if held["rounds"] > ROUNDS or not 0 < size <= 4096:
        return Unknown(f"a key derived in {held['rounds']} rounds")
    machine.budget.spend(held["rounds"], "kdf_rounds", "Rfc2898DeriveBytes")
    key = hashlib.pbkdf2_hmac(held["name"], held["secret"], held["salt"], held["rounds"], held["taken"] + size)
    begin = held["taken"]
    held["taken"] += size
    return bytearray(key[begin:])


@OLD_DERIVE.makes
def make_old_derive(machine: Any, password: Any, salt: Any = None, name: Any = "SHA1", rounds: Any = 100, *_rest: Any) -> Object:
    secret = machine.shown(password).encode("utf-8", "replace") if isinstance(password, str) else data_of(machine, password)
    kind = word(name).lower()
    return Object(
        OLD_DERIVE,
        secret=secret,
        salt=data_of(machine, salt),
        rounds=max(1, machine.whole(rounds)),
        name=kind if kind in hashlib.algorithms_available else "sha1",
    )


@OLD_DERIVE.call("GetBytes")
def old_derive_bytes(machine: Any, this: Object, count: Any) -> Any:
    """PBKDF1 with .NET's extension: a counter in front of the last hash."""
    size, held = machine.whole(count), this.data
    if held["rounds"] > ROUNDS or not 0 < size <= 1024:
        return Unknown(f"a key derived in {held['rounds']} rounds")
    machine.budget.spend(held["rounds"], "kdf_rounds", "PasswordDeriveBytes")
    state = hashlib.new(held["name"], held["secret"] + held["salt"]).digest()
    for _ in range(held["rounds"] - 2):
        state = hashlib.new(held["name"], state).digest()
    out = hashlib.new(held["name"], state).digest()
    counter = 1
    while len(out) < size:
        out += hashlib.new(held["name"], str(counter).encode() + state).digest()
        counter += 1
    return bytearray(out[:size])


RNG: Final = net_class("System.Security.Cryptography.RNGCryptoServiceProvider", "System.Security.Cryptography.RandomNumberGenerator")


@RNG.makes
def make_rng(_machine: Any, *_args: Any) -> Object:
    return Object(RNG)


RNG.shared("Create")(lambda machine, _type, *_args: make_rng(machine))


@RNG.call("GetBytes", "GetNonZeroBytes")
def rng_bytes(machine: Any, _this: Object, data: Any) -> None:
    if type(data) is bytearray:
        machine.tick(len(data) // 16)
        for i in range(len(data)):
            data[i] = next_random(machine, 1, 256)


# ---------------------------------------------------------------- secure strings

SECURE: Final = net_class("System.Security.SecureString")


def secure(text: Any) -> Object:
    """A SecureString that holds text, known or not."""
    return Object(SECURE, secret=text)


@SECURE.makes
def make_secure(_machine: Any, *_args: Any) -> Object:
    return secure("")


@SECURE.call("AppendChar", opened=True)
def append_char(machine: Any, this: Object, value: Any) -> None:
    this.data["secret"] = Unknown.join((this.data["secret"], machine.text(value)))


@SECURE.prop("Length")
def secure_length(_machine: Any, this: Object) -> Any:
    secret = this.data["secret"]
    return len(secret) if isinstance(secret, str) else Unknown("length of a secure string")


@SECURE.call("ToString")
def secure_text(_machine: Any, _this: Object) -> str:
    return "System.Security.SecureString"


SECURE.call("MakeReadOnly", "Clear", "Copy")(lambda _machine, this: this)

HEADER: Final = "76492d1116743f0423413b16050a5345"
"""What ConvertFrom-SecureString with a key begins with: it says which form follows."""

HEX: Final = frozenset("0123456789abcdefABCDEF")
MOST_DAMAGED: Final = 4
"""Digits that are tried out."""

DPAPI: Final = "01000000d08c9ddf"
"""What it begins with without one: only the user's own computer can open that."""


def open_secure(machine: Any, text: str, key: bytes | None) -> Any:
    """The text in what ConvertFrom-SecureString gave: base64 of UTF-16 "version|IV|data in hex", in AES-CBC."""
    import base64
    import binascii
    import re

    packed = text.strip()
    if packed.lower().startswith(DPAPI):
        return Unknown("a secure string that only its own user can open (DPAPI)")
    if key is None:
        return Unknown("a secure string without its key")
    body = packed[len(HEADER) :] if packed.lower().startswith(HEADER) else packed
    try:
        if re.fullmatch(r"[0-9a-fA-F]+", body) and len(body) % 2 == 0:
            form = bytes.fromhex(body).decode("utf-16-le", "replace")
        else:
            form = base64.b64decode(body + "=" * (-len(body) % 4)).decode("utf-16-le", "replace")
        _, iv, data = form.split("|", 2)
        vector = base64.b64decode(iv)
    except (ValueError, binascii.Error):
        raise failed("Input string was not in a correct format.") from None
    machine.undo("securestring")
    digits = data.strip("\0 \r\n")
    damaged = [at for at, digit in enumerate(digits) if digit not in HEX]
    whole = "".join(digit if digit in HEX else "0" for digit in digits[: len(digits) & ~31])

    def decrypted(written: str, by: bytes, padding: str = "NONE", start: bytes = vector) -> bytes:
        made = Object(TRANSFORM, family="AES", key=by, iv=start, mode="CBC", padding=padding, decrypt=True)
        return crypt(machine, made, bytes.fromhex(written))

    if not damaged or not whole:
        try:
            plain = decrypted(whole, key, "PKCS7")
        except Thrown:
            mended = mended_key(key, lambda by: decrypted(whole[:64], by))
            if mended is None:
                raise
            key = mended
            plain = decrypted(whole, key)
    else:
        plain = decrypted(whole, key)
    for block in unreadable(plain)[:MOST_DAMAGED]:
        at = 32 * block
        before = bytes.fromhex(whole[at - 32 : at]) if block else vector
        for place in [place for place in damaged if at <= place < at + 32] or range(at, at + 32):
            tries = [whole[at:place] + digit + whole[place + 1 : at + 64] for digit in "0123456789abcdef"]
            best = max(tries, key=lambda written: letters(decrypted(written, key, start=before)))
            if letters(decrypted(best, key, start=before)) >= 15:
                whole = whole[:at] + best + whole[at + 64 :]
                plain = decrypted(whole, key)
                break
    return plain[: -plain[-1] if plain and 0 < plain[-1] <= 16 else None].decode("utf-16-le", "replace")


def unreadable(plain: bytes) -> list[int]:
    """Blocks of sixteen bytes in which hardly a letter is ASCII, where most others are: one wrong digit does that to its block."""
    blocks = [at // 16 for at in range(0, len(plain) - 16, 16) if letters(plain[at : at + 16]) < 4]
    return blocks if len(blocks) * 4 <= len(plain) // 16 else []


def letters(data: bytes) -> int:
    """How many characters of UTF-16 text are plain ASCII."""
    return sum(not high and 8 < low < 127 for low, high in zip(data[::2], data[1::2]))


def mended_key(key: bytes, decrypted: Callable[[bytes], bytes]) -> bytes | None:
    """A key with one wrong byte put right: what comes out is text then. `decrypted` gives the first 32 bytes."""
    for at in range(len(key)):
        for byte in range(256):
            tried = key[:at] + bytes([byte]) + key[at + 1 :]
            plain = decrypted(tried)
            if plain and letters(plain) == len(plain) // 2:
                return tried
    return None


def close_secure(machine: Any, text: str, key: bytes) -> str:
    """The reverse, with a fixed IV."""
    import base64

    iv = bytes(range(16))
    made = Object(TRANSFORM, family="AES", key=key, iv=iv, mode="CBC", padding="PKCS7", decrypt=False)
    body = crypt(machine, made, encode("utf-16-le", text)).hex()
    return HEADER + base64.b64encode(encode("utf-16-le", f"2|{base64.b64encode(iv).decode()}|{body}")).decode()


CREDENTIAL: Final = net_class("System.Management.Automation.PSCredential")


@CREDENTIAL.makes
def make_credential(machine: Any, user: Any = "", password: Any = None) -> Object:
    return Object(CREDENTIAL, user=machine.text(user), password=password)


@CREDENTIAL.prop("UserName")
def user_name(_machine: Any, this: Object) -> Any:
    return this.data["user"]


@CREDENTIAL.prop("Password")
def password_(_machine: Any, this: Object) -> Any:
    return this.data["password"]


@CREDENTIAL.call("GetNetworkCredential")
def as_network(_machine: Any, this: Object) -> Any:
    from emoscan.evaluate.powershell.net.web import CREDENTIAL as NETWORK

    password = this.data["password"]
    secret = password.data["secret"] if type(password) is Object and "secret" in password.data else password
    return Object(NETWORK, username=this.data["user"], password=secret, domain="")


PROTECTED: Final = net_class("System.Security.Cryptography.ProtectedData")


@PROTECTED.shared("Unprotect", "Protect")
def unprotect(_machine: Any, _type: str, *_args: Any) -> Unknown:
    return Unknown("data that only its own user can open (DPAPI)")
