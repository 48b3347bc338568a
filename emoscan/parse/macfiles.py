"""Files as a Macintosh wrote them for the rest of the world: BinHex 4.0 (RFC 1741), AppleSingle (RFC 1740), MacBinary; and yEnc."""

from __future__ import annotations

import binascii
import re
import struct
from collections.abc import Callable
from typing import Final

from emoscan.parse import Malformed

BINHEX: Final = b"(This file must be converted with BinHex"
APPLE_SINGLE: Final = b"\x00\x05\x16\x00"
YENC: Final = b"=ybegin "

_ALPHABET: Final = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64: Final = bytes.maketrans(_ALPHABET, _BASE64)
_REPEAT: Final = b"\x90"
_RUN: Final = re.compile(rb"\x90(.)", re.DOTALL)
MAX_NAME: Final = 63

File = tuple[bytes, bytes]
"""(name, content)"""


def binhex(text: bytes, grow: Callable[[int], None]) -> File:
    """The file in a BinHex text. `grow` is asked before a run is written out. Raises Malformed."""
    start = text.find(b":", text.find(BINHEX) + len(BINHEX))
    end = text.find(b":", start + 1)
    if start < 0:
        raise Malformed("BinHex without a beginning")
    coded = text[start + 1 : end if end >= 0 else len(text)].translate(_TO_BASE64, b"\r\n\t ")
    coded = coded[: len(coded) - (len(coded) % 4 == 1)]
    try:
        packed = binascii.a2b_base64(coded + b"=" * (-len(coded) % 4))
    except binascii.Error as error:
        raise Malformed(f"BinHex: {error}") from None
    plain = _repeated(packed, grow)
    length = plain[0] if plain else 0
    if not 0 < length <= MAX_NAME or len(plain) < length + 22:
        raise Malformed("BinHex: its header is damaged")
    (size,) = struct.unpack_from(">I", plain, length + 12)
    at = length + 22
    return plain[1 : 1 + length], plain[at : at + size]


def _repeated(packed: bytes, grow: Callable[[int], None]) -> bytes:
    """Runs written out: 0x90 and a count repeat the byte before, 0x90 and zero are 0x90 itself."""
    runs = list(_RUN.finditer(packed))
    grow(len(packed) + sum(run[1][0] for run in runs))
    out = bytearray()
    at = 0
    for run in runs:
        out += packed[at : run.start()]
        count = run[1][0]
        out += out[-1:] * (count - 1) if count else _REPEAT
        at = run.end()
    return bytes(out + packed[at:])


def apple_single(data: bytes) -> File:
    """The data fork and the real name of an AppleSingle file. Raises Malformed."""
    if not data.startswith(APPLE_SINGLE) or len(data) < 26:
        raise Malformed("no AppleSingle file")
    (count,) = struct.unpack_from(">H", data, 24)
    entries = {}
    for number in range(min(count, (len(data) - 26) // 12)):
        kind, start, length = struct.unpack_from(">III", data, 26 + 12 * number)
        entries[kind] = data[start : start + length]
    return entries.get(3, b"")[:255], entries.get(1, b"")


def is_mac_binary(data: bytes) -> bool:
    """By what its header has to be: zero bytes, a name, and forks that fill the file (MacBinary II)."""
    if len(data) < 256 or data[0] or data[74] or data[82] or not 0 < data[1] <= MAX_NAME:
        return False
    name = data[2 : 2 + data[1]]
    if any(byte < 0x20 for byte in name) or any(data[2 + data[1] : 65]):
        return False
    forks = struct.unpack_from(">II", data, 83)
    return any(forks) and 0 <= len(data) - 128 - sum(-(-fork // 128) * 128 for fork in forks) < 1_024


def mac_binary(data: bytes) -> File:
    """Name and data fork."""
    (size,) = struct.unpack_from(">I", data, 83)
    return data[2 : 2 + data[1]], data[128 : 128 + size]


_Y_BEGIN: Final = re.compile(rb"^=ybegin [^\r\n]{0,300}?name=([^\r\n]{1,255})\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?", re.MULTILINE)
_Y_ESCAPED: Final = re.compile(rb"=(.)", re.DOTALL)
_MINUS_42: Final = bytes((byte - 42) & 0xFF for byte in range(256))
_MINUS_64: Final = bytes((byte - 64) & 0xFF for byte in range(256))
MAX_FILES: Final = 100


def yencoded(text: bytes) -> list[File]:
    """Files that stand in a text as yEnc."""
    found: list[File] = []
    at = 0
    while len(found) < MAX_FILES and (match := _Y_BEGIN.search(text, at)):
        at = text.find(b"\n=yend", match.end())
        at = len(text) if at < 0 else at
        body = text[match.end() : at].replace(b"\n..", b"\n.").translate(None, b"\r\n")
        body = _Y_ESCAPED.sub(lambda escaped: escaped[1].translate(_MINUS_64), body)
        found.append((match[1].strip(), body.translate(_MINUS_42)))
    return found
