"""Archives of Unix without compression of their own: ar (.deb, .a) and cpio."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.charset import decode

AR: Final = b"!<arch>\n"
_TRAILER: Final = "TRAILER!!!"
_FILE: Final = 0o100000
MAX_NAME: Final = 4_096


class UnixMember(Struct, frozen=True):
    name: str
    start: int
    end: int
    cut: bool = False


def ar_members(data: bytes) -> Iterator[UnixMember]:
    """Files of an ar archive (ar(5) of System V and BSD), tables of symbols and names left out. Raises Malformed."""
    if not data.startswith(AR):
        raise Malformed("no ar archive")
    at, names = len(AR), b""
    while at + 60 <= len(data):
        header = data[at : at + 60]
        size = header[48:58].strip()
        if header[58:] != b"`\n" or not size.isdigit():
            raise Malformed("a header of a member is damaged")
        start = at + 60
        end = start + int(size)
        at = end + (end & 1)
        name = header[:16].rstrip(b" ")
        if name == b"//":
            names = data[start : min(end, len(data))]
            continue
        if name in (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"):
            continue
        if name[:1] == b"/" and name[1:].isdigit():
            name = names[int(name[1:]) :][:MAX_NAME].partition(b"\n")[0]
        elif name.startswith(b"#1/") and name[3:].isdigit():  # BSD: the name stands before the content
            length = min(int(name[3:]), MAX_NAME)
            name, start = data[start : start + length].rstrip(b"\0"), start + length
        yield UnixMember(decode(name.removesuffix(b"/")).text, start, min(end, len(data)), end > len(data))


_HEX: Final = (b"070701", b"070702")
_OCTAL: Final = b"070707"
_BINARY: Final = (b"\xc7\x71", b"\x71\xc7")


def cpio_members(data: bytes) -> Iterator[UnixMember]:
    """Regular files of a cpio archive in the new, the portable (POSIX.1-1988, 10.1.2) or the old binary form. Raises Malformed."""
    at, first = 0, True
    while at < len(data):
        while data[at : at + 1] == b"\0":
            at += 1
        read = _cpio_header(data, at)
        if read is None:
            if first:
                raise Malformed("no cpio archive")
            return
        first = False
        mode, named, size, name_at, unit = read
        if not 0 < named <= MAX_NAME or size < 0:
            raise Malformed("a header of a member is damaged")
        start = name_at + named
        start += -(start - (0 if unit == 4 else at)) % unit
        name = data[name_at : name_at + named].partition(b"\0")[0]
        if decode(name).text == _TRAILER:
            return
        end = start + size
        at = end + -(end - (0 if unit == 4 else at)) % unit
        if mode & 0o170000 == _FILE:
            yield UnixMember(decode(name).text, start, min(end, len(data)), end > len(data))


def _cpio_header(data: bytes, at: int) -> tuple[int, int, int, int, int] | None:
    """(mode, length of the name, size, where the name stands, what things are aligned to), None for none."""
    magic = data[at : at + 6]
    try:
        if magic in _HEX:
            field = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
            return field[1], field[11], field[6], at + 110, 4
        if magic == _OCTAL:
            return int(data[at + 18 : at + 24], 8), int(data[at + 59 : at + 65], 8), int(data[at + 65 : at + 76], 8), at + 76, 1
    except ValueError:
        return None
    if magic[:2] in _BINARY and at + 26 <= len(data):
        word = struct.unpack_from("<13H" if magic[:2] == _BINARY[0] else ">13H", data, at)
        return word[3], word[10], word[11] << 16 | word[12], at + 26, 2
    return None
