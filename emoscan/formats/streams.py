"""Files that are one compressed stream: bzip2, xz, lzip, compress, LZ4, Zstandard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from emoscan.context import Context
from emoscan.formats.members import handed_on
from emoscan.model import Artifact, Problem, Yields
from emoscan.parse import lz4, lzw, unpack
from emoscan.registry import step

_READERS: Final[dict[str, tuple[str, Callable[[tuple[bytes]], unpack.Pieces], tuple[str, ...]]]] = {
    "archive.bzip2": ("bzip2", unpack.multi_bzip2, (".bz2", ".bz")),
    "archive.xz": ("xz", unpack.xz, (".xz", ".lzma")),
    "archive.lzip": ("lzip", unpack.lzip, (".lz",)),
    "archive.compress": ("compress", lzw.unpacked, (".z",)),
    "archive.lz4": ("LZ4", lz4.unpacked, (".lz4",)),
    "archive.zstd": ("Zstandard", unpack.zstandard, (".zst", ".zstd")),
}
"""Kind → (name, reader, endings that the name of the content is without)."""
_TARS: Final = {".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar", ".tlz": ".tar"}


@step("unpack stream", tuple(_READERS))
def unpack_stream(artifact: Artifact, ctx: Context) -> Yields:
    name, reader, endings = _READERS[artifact.kind]
    data = artifact.data
    try:
        pieces = reader((data,))
    except unpack.Unsupported as error:
        yield Problem("unmodelled", artifact.kind, f"the content was not read: no reader of {error}")
        return
    content = unpack.Collector(pieces, len(data), ctx.budget).take()
    yield from handed_on((_without(ctx.name, endings),), content, f"unpacked, {name}", name, len(data))


def _without(name: str, endings: tuple[str, ...]) -> str:
    low = name.lower()
    for ending in endings:
        if low.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    for ending, instead in _TARS.items():
        if low.endswith(ending):
            return name[: -len(ending)] + instead
    return name
