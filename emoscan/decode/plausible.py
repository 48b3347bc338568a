"""Whether what a decoder made is something, or noise. Decoders try a lot; only what passes here becomes an artifact."""

from __future__ import annotations

import zlib
from typing import Final

from emoscan.model import UNKNOWN_KIND
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, looks_like_text, text_of
from emoscan.registry import sniff, sniff_but_text

ZLIB: Final = "data.zlib"
DEFLATE: Final = "data.deflate"
SHELLCODE: Final = "data.shellcode"

NOT_LOOKED_INTO: Final = ("image.", "audio.", "video.", "font.", "data.signature")
"""Kinds that no step goes on with: a picture in a data URL is no finding."""

TEXTUAL: Final = (
    "text.",
    "script.",
    "windows.url",
    "windows.reg",
    "windows.iqy",
    "windows.slk",
    "office.word2003xml",
    "office.flatopc",
    "office.vba-source",
)

LEAST_FILE: Final = 64
"""Bytes below which nothing but text and compressed text is worth a look."""

# How the usual generators of shellcode begin: cld; call or and rsp, -16.
_SHELLCODE: Final = (b"\xfc\xe8", b"\xfc\x48\x83\xe4", b"\xfc\x48\x81\xe4", b"\xfc\x41\x56", b"\xfc\x48\x31")

HEAD: Final = 4_096
LEAST_TEXT: Final = 12
"""Characters; what is shorter may be readable by chance."""

LONG_TEXT: Final = 64
"""Characters from which a text is kept whatever it says."""

_TELLING: Final = lazy(
    r"https?:|://[\w.-]{4}|powershell|c(?<!\wc)md(?:\.exe)?[ /]|f(?<!\wf)unction\b|createobject|activexobject|wscript|new-object|frombase64|invoke-|downloadstring"
    r"|downloadfile|r(?<!\wr)undll32|r(?<!\wr)egsvr32|m(?<!\wm)shta|msxml2|winmgmts|win32_process|<script|<html|v(?<!\wv)ar [\w$]+\s*=|i(?<!\wi)ex\b|-join\s*\("
    r"|\[char(?:\[\])?\]|\$\w+\s*=|d(?<!\wd)im \w|s(?<!\ws)et \w+\s*="
)
"""Of text in lower case. Every way it can begin is a character: so the search runs for these."""


def readable(text: str) -> bool:
    """Whether it is text: hardly anything but printable characters and white space."""
    head = text[:HEAD]
    if len(head) < LEAST_TEXT:
        return False
    common = len(head.encode("ascii", "ignore"))
    return len(_ODD.findall(head)) * 50 <= len(head) and common * 10 >= len(head) * 7


_ODD: Final = lazy("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def telling(text: str) -> bool:
    """Whether it is text that says what code, commands and URLs say, not just any string."""
    head = text[: 4 * HEAD].lower()
    return len(text) >= LEAST_TEXT and any(map(head.__contains__, _WORDS)) and readable(text) and _TELLING.search(head) is not None


_WORDS: Final = (
    "http", "://", "powershell", "cmd", "function", "object", "wscript", "base64", "invoke-", "download", "dll32", "regsvr32", "mshta", "msxml2", "winmgmts",
    "win32_", "<script", "<html", "var ", "iex", "-join", "[char", "$", "dim ", "set ",
)  # fmt: skip
"""One of them is in every text that tells something: finding a literal costs less than the pattern."""


def backward(text: str) -> str:
    """The text read backward where that says what code, commands and URLs say; "" otherwise."""
    return text[::-1] if not telling(text) and telling(text[::-1]) else ""


def text_in(data: bytes) -> str:
    """The text that decoded bytes are, "" when they are none: UTF-8, or UTF-16 as `-EncodedCommand` takes it."""
    if not looks_like_text(data):
        return ""
    text = text_of(data)
    return text if readable(text) else ""


def decoded(data: bytes, text: str | None = None) -> tuple[str, bytes]:
    """(kind, what to keep) of bytes that a decoder made; ("", b"") for noise, and for pictures and the like.

    Text has the kind its content has and is kept as UTF-8, everything else is kept as it is. `text` is what `text_in` said of it.
    """
    if len(data) < LEAST_TEXT:
        return "", b""
    if text is None:
        text = text_in(data)
    if text:
        kept = as_bytes(text)
        kind = sniff(kept)[0]
        if kind == "mail.rfc822":  # headers of HTTP and the like
            kind = "text.plain"
        if kind == UNKNOWN_KIND:
            return "", b""
        if not kind.startswith(TEXTUAL):
            return (kind, data) if not kind.startswith(NOT_LOOKED_INTO) else ("", b"")
        return (kind, kept) if kind != "text.plain" or len(text) >= LONG_TEXT or telling(text) else ("", b"")
    if len(data) >= LEAST_FILE or data.startswith(b"\x1f\x8b"):
        kind = sniff(data)[0] if looks_like_text(data) else sniff_but_text(data)
        if kind != UNKNOWN_KIND and not kind.startswith(TEXTUAL):
            return (kind, data) if not kind.startswith(NOT_LOOKED_INTO) else ("", b"")
        if data.startswith(_SHELLCODE):
            return SHELLCODE, data
    kind = compression_of(data)
    return kind, data if kind else b""


def compression_of(data: bytes) -> str:
    """`data.zlib` or `data.deflate` when the bytes are that and hold something readable or known; "" otherwise."""
    if len(data) < 16:
        return ""
    # RFC 1950: method 8, window at most 32 KiB, header a multiple of 31
    if data[0] & 0x0F == 8 and data[0] >> 4 <= 7 and (data[0] << 8 | data[1]) % 31 == 0 and _opens(data, 15):
        return ZLIB
    return DEFLATE if _opens(data, -15) else ""


def _opens(data: bytes, wbits: int) -> bool:
    engine = zlib.decompressobj(wbits)
    try:
        head = engine.decompress(data, HEAD)
    except zlib.error:
        return False
    if wbits < 0 and len(engine.unused_data) * 16 > len(data):
        return False  # without header or checksum, all that is certain is that it ends where the data does
    if len(head) < LEAST_TEXT or not (engine.eof or engine.unconsumed_tail or len(head) == HEAD):
        return False
    return bool(text_in(head)) or not sniff(head)[0].startswith((UNKNOWN_KIND, "text.", "script."))
