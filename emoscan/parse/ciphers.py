"""The ciphers that lock archives and documents, and those that scripts use. Data of block ciphers is cut to whole blocks; keys and vectors must fit,
or ValueError is raised.
"""

from __future__ import annotations

from typing import Any, Final

from emoscan.parse import Malformed


def aes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    aes = _aes()
    return bytes(aes.new(key, aes.MODE_CBC, iv=iv).decrypt(_whole(data, 16)))


def aes_cfb(key: bytes, iv: bytes, data: bytes) -> bytes:
    """With a feedback of eight bits."""
    aes = _aes()
    return bytes(aes.new(key, aes.MODE_CFB, iv=iv, segment_size=8).decrypt(data))


def aes_ecb(key: bytes, data: bytes) -> bytes:
    aes = _aes()
    return bytes(aes.new(key, aes.MODE_ECB).decrypt(_whole(data, 16)))


def aes_ctr(key: bytes, data: bytes) -> bytes:
    """With WinZip's counter: little endian, from 1."""
    from Crypto.Util import Counter

    aes = _aes()
    return bytes(aes.new(key, aes.MODE_CTR, counter=Counter.new(128, initial_value=1, little_endian=True)).decrypt(data))


def blowfish_cfb(key: bytes, iv: bytes, data: bytes) -> bytes:
    """With a feedback of 64 bits; the last block may be a part of one."""
    from Crypto.Cipher import Blowfish

    cipher = Blowfish.new(key, Blowfish.MODE_CFB, iv=iv, segment_size=64)
    return bytes(cipher.decrypt(data + bytes(-len(data) % 8)))[: len(data)]


def rc4(key: bytes, data: bytes) -> bytes:
    from Crypto.Cipher import ARC4

    return bytes(ARC4.new(key).decrypt(data))


def _aes() -> Any:
    from Crypto.Cipher import AES

    return AES


def _whole(data: bytes, block: int) -> bytes:
    return data[: len(data) - len(data) % block]


# ---------------------------------------------------------------- by name, as scripts choose them

BLOCK: Final = {"aes": 16, "des": 8, "3des": 8, "rc2": 8}
"""Block sizes in bytes, by name of cipher."""

KEYS: Final = {"aes": (16, 24, 32), "des": (8,), "3des": (16, 24), "rc2": tuple(range(5, 17))}

PADDINGS: Final = ("none", "pkcs7", "zeros", "x923", "iso10126")


def decrypt(cipher: str, mode: str, key: bytes, iv: bytes, data: bytes, *, padding: str = "pkcs7") -> bytes:
    """`data` in clear. `cipher`: a name in BLOCK; `mode`: cbc, ecb, cfb; `padding`: one of PADDINGS.

    Raises Malformed for a key, vector or length that does not fit, and for padding that is wrong.
    """
    made = _cipher(cipher, mode, key, iv)
    if mode != "cfb" and len(data) % BLOCK[cipher]:
        raise Malformed("the length is no multiple of the block size")
    plain: bytes = made.decrypt(data)
    return _unpad(plain, padding, BLOCK[cipher])


def encrypt(cipher: str, mode: str, key: bytes, iv: bytes, data: bytes, *, padding: str = "pkcs7") -> bytes:
    """The counterpart of `decrypt`. Padding whose bytes are random is zeros here."""
    size = BLOCK[cipher]
    missing = size - len(data) % size
    if padding == "pkcs7":
        data += bytes([missing]) * missing
    elif padding in ("x923", "iso10126"):
        data += bytes(missing - 1) + bytes([missing])
    elif padding == "zeros":
        data += bytes(-len(data) % size)
    elif mode != "cfb" and len(data) % size:
        raise Malformed("the length is no multiple of the block size")
    result: bytes = _cipher(cipher, mode, key, iv).encrypt(data)
    return result


def _cipher(cipher: str, mode: str, key: bytes, iv: bytes) -> Any:
    from Crypto.Cipher import AES, ARC2, DES, DES3

    if len(key) not in KEYS[cipher] or (mode != "ecb" and len(iv) < BLOCK[cipher]):
        raise Malformed("the key or the initialisation vector has the wrong length")
    module: Any = {"aes": AES, "des": DES, "3des": DES3, "rc2": ARC2}[cipher]
    if mode == "ecb":
        arguments: tuple[Any, ...] = (module.MODE_ECB,)
    else:
        arguments = (module.MODE_CBC if mode == "cbc" else module.MODE_CFB, iv[: BLOCK[cipher]])
    try:
        return module.new(key, *arguments)
    except ValueError as error:  # a Triple DES key that is no more than DES
        raise Malformed(str(error)) from None


def _unpad(data: bytes, padding: str, size: int) -> bytes:
    if padding == "zeros":
        return data.rstrip(b"\0")
    if padding == "none" or not data:
        return data
    count = data[-1]
    if not 1 <= count <= size or (padding == "pkcs7" and data[-count:] != bytes([count]) * count):
        raise Malformed("the padding is wrong")
    return data[:-count]
