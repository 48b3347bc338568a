"""Texts and the bytes they stand for, as Windows and COM see them.

A text of a script is a row of 16-bit units; a pair of surrogates is two of them, as it is in VBA. Byte functions (`ChrB`,
`LeftB`, `StrConv(…, vbFromUnicode)`) also make texts with an odd number of bytes: the last one is then a character of
plane 16 (`ODD` + byte), which no macro can write otherwise.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache
from typing import Any, Final

ODD: Final = 0x10FF00


def memory_of(text: str) -> bytes:
    """The bytes of a text as it lies in memory: UTF-16, little-endian."""
    if text.isascii() or max(text) < chr(ODD):
        return text.encode("utf-16-le", "surrogatepass")
    return b"".join(bytes((ord(c) & 0xFF,)) if ord(c) >= ODD else c.encode("utf-16-le", "surrogatepass") for c in text)


def text_of_memory(data: bytes) -> str:
    """The text that some bytes are in memory; any number of bytes."""
    even = len(data) & ~1
    text = data[:even].decode("utf-16-le", "surrogatepass")
    if text and max(text) > "\uffff":
        text = "".join(map(chr, memoryview(bytearray(data[:even])).cast("H")))
    return text + chr(ODD + data[-1]) if len(data) > even else text


@lru_cache(maxsize=16)
def ansi_characters(codec: str) -> str:
    """The 256 characters of a single-byte code page. A byte without one is the control character of its number, as in Windows."""
    return "".join(bytes((code,)).decode(codec, "ignore") or chr(code) for code in range(256))


@lru_cache(maxsize=16)
def ansi_codes(codec: str) -> dict[str, int]:
    """Byte by character of a single-byte code page."""
    return {char: code for code, char in enumerate(ansi_characters(codec))}


@lru_cache(maxsize=16)
def _encoding_map(codec: str) -> Any:
    return codecs.charmap_build(ansi_characters(codec))


def ansi_decode(data: bytes, codec: str) -> str:
    return codecs.charmap_decode(data, "strict", ansi_characters(codec))[0]


def ansi_encode(text: str, codec: str) -> bytes:
    """Bytes of a text in a single-byte code page; what it lacks becomes the letter that comes nearest, or a question mark."""
    table = _encoding_map(codec)
    try:
        return codecs.charmap_encode(text, "strict", table)[0]
    except UnicodeEncodeError:
        codes = ansi_codes(codec)
        return bytes(codes[c] if c in codes else _nearest(c, codes) for c in text)


def _nearest(char: str, codes: dict[str, int]) -> int:
    return codes.get(unicodedata.normalize("NFKD", char)[:1], 0x3F)
