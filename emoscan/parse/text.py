"""The text in some bytes, whatever encoding they are in."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

from emoscan.parse.lazy import lazy

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

MARKS: Final = tuple(bom for bom, _ in BOMS)

SAMPLE: Final = 4_096


@lru_cache(maxsize=64)
def text_of(data: bytes) -> str:
    """The text, decoded as `encoding_of` says. Never raises: bytes that fit no encoding come back as replacement marks.

    Text that steps yield is UTF-8, in which lone surrogates of a damaged or decoded string are kept (`as_bytes`).
    """
    for bom, encoding in BOMS if data.startswith(MARKS) else ():
        if data.startswith(bom):
            if encoding.startswith("utf-16") and _plain_ascii(data[2:SAMPLE]):
                return data[2:].decode("latin-1")
            return data[len(bom) :].decode(encoding, "replace")
    encoding = _utf16_without_bom(data[:SAMPLE])
    if encoding:
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode(_guess(data), "replace")


def as_bytes(text: str) -> bytes:
    """The data of an artifact that holds `text`."""
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=8)
def lowered(text: str) -> str:
    """The text in lower case, letter by letter: what is found in it stands at the same place of the text itself."""
    return text.replace("\u0130", "i").lower()


def looks_like_text(data: bytes) -> bool:
    """Whether a person could read it: hardly any control characters once it is decoded."""
    sample = data[:SAMPLE]
    if not sample:
        return False
    if _utf16_without_bom(sample) or sample.startswith(MARKS):
        return True
    controls = len(sample.translate(None, _TEXT))
    return controls * 100 <= len(sample) or (controls * 25 <= len(sample) and sample.isascii() and 0 not in sample)


_TEXT: Final = bytes(byte for byte in range(256) if (byte >= 32 and byte != 127) or byte in b"\t\n\r\f\x1b")


def _plain_ascii(sample: bytes) -> bool:
    """Bytes that are ASCII text as they stand. After a mark of UTF-16 that is a batch file in disguise: editors show
    Chinese, cmd.exe skips the mark as an unknown command and runs the rest.
    """
    return len(sample) > 16 and sample.isascii() and not sample.translate(None, _TEXT)


def _utf16_without_bom(sample: bytes) -> str:
    """UTF-16 of mostly ASCII text has a zero in every second byte."""
    if len(sample) < 8 or 0 not in sample:
        return ""
    even, odd = sample[0::2], sample[1::2]
    if odd.count(0) * 10 >= len(odd) * 8 and even.count(0) * 10 < len(even):
        return "utf-16-le"
    if even.count(0) * 10 >= len(even) * 8 and odd.count(0) * 10 < len(odd):
        return "utf-16-be"
    return ""


_KANA: Final = lazy("[\u3040-\u30ff]")


def _guess(data: bytes) -> str:
    """Legacy 8-bit or East Asian text. cp932 first where it decodes without a flaw: the mails we read are often Japanese."""
    sample = data[: 1 << 16]
    for encoding in ("cp932", "euc_jp"):
        try:
            decoded = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_KANA.findall(decoded)) * 50 >= len(decoded) - len(decoded.encode("ascii", "ignore")):
            return encoding
    return "cp1252"
