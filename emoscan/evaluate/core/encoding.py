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


CHARSETS: Final = {
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "ucs-2": "utf-16-le",
    "unicodefffe": "utf-16-be",
    "utf-16be": "utf-16-be",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-7": "utf-7",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "x-ansi": "cp1252",
    "_autodetect": "cp932",
    "_autodetect_all": "utf-8",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "gb2312": "gbk",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "big5": "cp950",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (*range(1, 12), 13, 14, 15)},
    **{f"{prefix}{n}": f"cp{n}" for n in range(1250, 1259) for prefix in ("windows-", "cp", "")},
    **{f"{prefix}{n}": f"cp{n}" for n in (437, 850, 852, 855, 857, 858, 862, 866) for prefix in ("ibm", "cp", "dos-", "")},
}
"""Python's codecs by the names that Windows knows character sets by."""


def encode(text: str, codec: str) -> bytes:
    """Bytes of a text in any of these: single-byte code pages as above, others with question marks for what they lack."""
    if codec.startswith("cp125"):
        return ansi_encode(text, codec)
    if codec == "utf-16-le":
        return memory_of(text)
    if not text.isascii():
        # Pairs of surrogates are one character to other encodings.
        text = memory_of(text).decode("utf-16-le", "surrogatepass") if max(text) < chr(ODD) else text
    return text.encode(codec, "surrogatepass" if codec in ("utf-8", "utf-16-be", "utf-32-le") else "replace")


def decode(data: bytes, codec: str) -> str:
    """Text of bytes, with replacement marks for what has no meaning."""
    if codec.startswith("cp125"):
        return ansi_decode(data, codec)
    if codec == "utf-16-le":
        return text_of_memory(data)
    if codec == "ascii":
        data = bytes(byte & 0x7F for byte in data)  # Windows takes the lower seven bits
    text = data.decode(codec, "replace")
    return text_of_memory(memory_of(text)) if not text.isascii() and max(text) > "\uffff" else text
