"""Text in the code pages Windows numbers."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

CODECS: Final = {
    1200: "utf-16-le",
    1201: "utf-16-be",
    1361: "johab",
    10000: "mac_roman",
    10001: "shift_jis",
    10002: "big5",
    10003: "euc_kr",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10008: "gb2312",
    10029: "mac_latin2",
    10079: "mac_iceland",
    10081: "mac_turkish",
    20127: "ascii",
    20866: "koi8_r",
    20932: "euc_jp",
    20936: "gb2312",
    21866: "koi8_u",
    28605: "iso8859_15",
    32768: "mac_roman",
    50220: "iso2022_jp",
    50221: "iso2022_jp",
    50222: "iso2022_jp",
    51932: "euc_jp",
    51949: "euc_kr",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
    **{28590 + part: f"iso8859_{part}" for part in range(1, 14)},
}
"""Those that Python does not call cp and the number."""


@lru_cache(maxsize=32)
def codec_of(code_page: int) -> str:
    """Name of Python's codec for a code page; that of 1252 for numbers that are none."""
    try:
        return codecs.lookup(CODECS.get(code_page) or f"cp{code_page}").name
    except LookupError:
        return "cp1252"


def decode(data: bytes, code_page: int) -> str:
    """The text. Never raises: a byte that means nothing in the code page becomes the character of its number, as Windows
    does it in pages of one byte.
    """
    if data.isascii() and _has_ascii(code_page):
        return data.decode("ascii")
    return data.decode(codec_of(code_page), "emoscan.keep")


@lru_cache(maxsize=32)
def _has_ascii(code_page: int) -> bool:
    """Whether ASCII stands for itself, which is read much faster so; it does not where escape sequences change what follows."""
    ascii_ = bytes(range(128)) + b"\x1b$B"
    try:
        return ascii_.decode(codec_of(code_page)) == ascii_.decode("ascii")
    except UnicodeDecodeError:
        return False


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("emoscan.keep", _keep)
