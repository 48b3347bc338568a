"""Tape archives: POSIX ustar and pax (IEEE 1003.1), GNU and old ones."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.charset import decode

BLOCK = 512
MAX_NAME = 1 << 16


class TarMember(Struct, frozen=True):
    name: str
    start: int
    end: int
    type: str
    """"0" for a file, "1" and "2" for links, "5" for a directory …"""
    cut: bool = False
    target: str = ""
    """Of a link."""


def members(data: bytes) -> Iterator[TarMember]:
    """Members in order, links and directories too. Raises Malformed when not even the first header is one."""
    at, long_name = 0, ""
    first = True
    while at + BLOCK <= len(data):
        header = data[at : at + BLOCK]
        if not header.strip(b"\0"):
            at += BLOCK
            continue
        size = _number(header[124:136])
        if size is None or not _sums_up(header):
            if first:
                raise Malformed("no tar header")
            at += BLOCK  # junk between members; the next header may still come
            continue
        first = False
        start = at + BLOCK
        end = min(start + size, len(data))
        type_ = chr(header[156]) if header[156] else "0"
        at = start + (size + BLOCK - 1) // BLOCK * BLOCK
        if type_ in "LK":
            if type_ == "L":
                long_name = _text(data[start : min(end, start + MAX_NAME)])
            continue
        if type_ in "xgX":
            long_name = _pax_path(data[start : min(end, start + MAX_NAME)]) or long_name
            continue
        prefix = _text(header[345:500]) if header[257:262] == b"ustar" and header[263:265] == b"00" else ""
        name = long_name or (f"{prefix}/" if prefix else "") + _text(header[:100])
        long_name = ""
        yield TarMember(name, start, end, type_, start + size > len(data), _text(header[157:257]))


def _text(raw: bytes) -> str:
    return decode(raw.partition(b"\0")[0]).text


def _number(raw: bytes) -> int | None:
    """Octal digits, or with the highest bit set a big-endian number."""
    if raw[0] & 0x80:
        return int.from_bytes(raw, "big") & (1 << 8 * len(raw) - 1) - 1
    digits = raw.strip(b" \0")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return None


def _sums_up(header: bytes) -> bool:
    """The checksum counts its own field as blanks; some writers added signed bytes."""
    stated = _number(header[148:156])
    body = header[:148] + b" " * 8 + header[156:]
    return stated == sum(body) or stated == sum(byte - 256 * (byte > 127) for byte in body)


def _pax_path(records: bytes) -> str:
    at = 0
    while at < len(records):
        length, blank, _ = records[at : at + 20].partition(b" ")
        if not blank or not length.isdigit() or not int(length):
            return ""
        key, _, value = records[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        if key == b"path":
            return value.decode("utf-8", "replace")
        at += int(length)
    return ""
