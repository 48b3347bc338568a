"""Cabinets ([MS-CAB]): members, stored or packed with MSZIP or LZX."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.charset import decode
from emoscan.parse.lzx import Lzx
from emoscan.parse.unpack import Pieces, Unsupported

MAGIC: Final = b"MSCF"
_HEADER: Final = struct.Struct("<4s4xI4xI4xBBHHHHH")
_FOLDER: Final = struct.Struct("<IHH")
_FILE: Final = struct.Struct("<IIHHHH")
_DATA: Final = struct.Struct("<IHH")
METHODS: Final = {0: "stored", 1: "MSZIP", 2: "Quantum", 3: "LZX"}
_WINDOW: Final = 32_768
_PREVIOUS, _NEXT, _RESERVED = 1, 2, 4


class CabFolder(Struct, frozen=True):
    start: int
    blocks: int
    type: int
    reserved: int
    """Bytes between the header of each block and its data."""

    @property
    def method(self) -> str:
        return METHODS.get(self.type & 0x0F, f"method {self.type & 0x0F}")


class CabMember(Struct, frozen=True):
    name: str
    size: int
    offset: int
    """Into the plain bytes of its folder."""
    folder: int


class Cabinet(Struct, frozen=True):
    folders: tuple[CabFolder, ...]
    members: tuple[CabMember, ...]
    """By folder and offset."""
    continued: bool
    """It is one of several, and members reach over their borders."""


def parse(data: bytes) -> Cabinet:
    """Folders and members, as far as the directory goes. Raises Malformed when there are none."""
    if len(data) < _HEADER.size or not data.startswith(MAGIC):
        raise Malformed("no cabinet")
    _, _, files_at, _, _, folder_count, file_count, flags, _, _ = _HEADER.unpack_from(data)
    folders: list[CabFolder] = []
    members: list[CabMember] = []
    try:
        _directory(data, folders, members, (files_at, folder_count, file_count, flags))
    except (struct.error, ValueError) as error:
        if not members:
            raise Malformed(f"the directory of the cabinet is cut off: {error}") from None
    members.sort(key=lambda m: (m.folder, m.offset))
    return Cabinet(tuple(folders), tuple(members), bool(flags & (_PREVIOUS | _NEXT)))


def _directory(data: bytes, folders: list[CabFolder], members: list[CabMember], head: tuple[int, int, int, int]) -> None:
    files_at, folder_count, file_count, flags = head
    at, per_folder, per_block = _HEADER.size, 0, 0
    if flags & _RESERVED:
        header, per_folder, per_block = struct.unpack_from("<HBB", data, at)
        at += 4 + header
    for _ in range(2 * bool(flags & _PREVIOUS) + 2 * bool(flags & _NEXT)):
        at = data.index(b"\0", at, at + 1_024) + 1
    for _ in range(folder_count):
        start, blocks, type_ = _FOLDER.unpack_from(data, at)
        folders.append(CabFolder(start, blocks, type_, per_block))
        at += _FOLDER.size + per_folder
    at = files_at
    for _ in range(file_count):
        size, offset, folder, _, _, attributes = _FILE.unpack_from(data, at)
        end = data.index(b"\0", at + _FILE.size, at + _FILE.size + 1_024)
        raw = data[at + _FILE.size : end]
        members.append(CabMember(raw.decode("utf-8", "replace") if attributes & 0x80 else decode(raw).text, size, offset, folder))
        at = end + 1


def plain(data: bytes, folder: CabFolder) -> Pieces:
    """The plain bytes of a folder, block by block. Raises Unsupported at once, Malformed on the way."""
    if folder.type & 0x0F == 0:
        return (block for block, _ in _blocks(data, folder))
    if folder.type & 0x0F == 1:
        return _mszip(data, folder)
    if folder.type & 0x0F == 3:
        return _lzx(data, folder)
    raise Unsupported(f"{folder.method} compression")


def _blocks(data: bytes, folder: CabFolder) -> Iterator[tuple[bytes, int]]:
    """(packed bytes, size of the plain ones) of each block."""
    at = folder.start
    for _ in range(folder.blocks):
        if at + _DATA.size > len(data):
            raise Malformed("the cabinet is cut off")
        _, packed, size = _DATA.unpack_from(data, at)
        start = at + _DATA.size + folder.reserved
        if start + packed > len(data):
            raise Malformed("the cabinet is cut off")
        yield data[start : start + packed], size
        at = start + packed


def _mszip(data: bytes, folder: CabFolder) -> Pieces:
    """Each block is deflated by itself, with the one before it as dictionary ([MS-MCI])."""
    before = b""
    for packed, size in _blocks(data, folder):
        if not packed.startswith(b"CK"):
            raise Malformed("an MSZIP block without its signature")
        try:
            block = zlib.decompressobj(-15, zdict=before).decompress(packed[2:], size)
        except zlib.error as error:
            raise Malformed(f"MSZIP: {error}") from None
        yield block
        before = (before + block)[-_WINDOW:]


def _lzx(data: bytes, folder: CabFolder) -> Pieces:
    stream = Lzx(folder.type >> 8 & 0x1F)
    for packed, size in _blocks(data, folder):
        yield stream.frame(packed, size)
