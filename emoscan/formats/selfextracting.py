"""Programs that unpack themselves: an archive behind, or among the resources of, a small program."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Yields
from emoscan.registry import step

MAX_LOOKS: Final = 64
"""Places that are looked at for each format."""


def _is_7z(data: bytes, at: int) -> bool:
    """The header that says where the other is has a checksum (7zFormat.txt, SignatureHeader)."""
    return zlib.crc32(data[at + 12 : at + 32]) == int.from_bytes(data[at + 8 : at + 12], "little") and len(data) > at + 32


def _is_rar(data: bytes, at: int) -> bool:
    """Behind the mark comes a header: the main one, or one that says that the others are encrypted."""
    if data[at + 6] == 0:
        return data[at + 9] == 0x73
    header = data[at + 8 : at + 64]
    length = header[4] if len(header) > 8 else 0
    return 2 < length < 48 and zlib.crc32(header[4 : 5 + length]) == int.from_bytes(header[:4], "little")


def _is_cab(data: bytes, at: int) -> bool:
    """Reserved fields are zero, sizes and offsets lie inside ([MS-CAB] 2.1)."""
    size, files = (int.from_bytes(data[at + offset : at + offset + 4], "little") for offset in (8, 16))
    return not any(data[at + 4 : at + 8]) and 36 < files < size <= len(data) - at and data[at + 25 : at + 26] == b"\1"


_FORMATS: Final[tuple[tuple[bytes, str, Callable[[bytes, int], bool]], ...]] = (
    (b"7z\xbc\xaf\x27\x1c", "7z", _is_7z),
    (b"Rar!\x1a\x07", "RAR", _is_rar),
    (b"MSCF", "CAB", _is_cab),
)
"""A ZIP behind a program is found as such: its directory stands at the end."""


@step("self-extracting", ("binary.pe", "binary.dotnet"))
def find_archive(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    ctx.budget.spend(len(data) >> 16)
    for magic, name, fits in _FORMATS:
        at = 0
        for _ in range(MAX_LOOKS):
            at = data.find(magic, at + 1)
            if at < 0 or at + 64 > len(data):
                break
            if fits(data, at):
                ctx.budget.grow(len(data) - at, "archive in a program")
                yield Child(data[at:], label=ctx.name, how=f"{name} archive in a program that unpacks itself")
                break
