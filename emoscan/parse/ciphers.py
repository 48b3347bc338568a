"""The ciphers that lock archives and documents. Data of block ciphers is cut to whole blocks; keys and vectors must fit,
or ValueError is raised.
"""

from __future__ import annotations

from typing import Any


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
