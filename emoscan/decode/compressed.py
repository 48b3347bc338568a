"""Compressed blobs: gzip, and the zlib and deflate streams that scripts unpack with a DeflateStream."""

from __future__ import annotations

import zlib
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import DEFLATE, ZLIB
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.registry import step

WBITS: Final = {"archive.gzip": 31, ZLIB: 15, DEFLATE: -15}
WORDS: Final = {"archive.gzip": "gzip", ZLIB: "zlib", DEFLATE: "deflate"}

MEMBERS: Final = 100
"""Members of one gzip file (RFC 1952, 2.2)."""


@step("decompress", takes=tuple(WBITS))
def decompress(artifact: Artifact, ctx: Context) -> Yields:
    """What is inside. Of damaged data, what comes out before the damage. Members of a gzip file without a name go on the one before."""
    word = WORDS[artifact.kind]
    rest, name = artifact.data, ""
    pieces: list[bytes] = []
    more = True
    for number in range(MEMBERS if word == "gzip" else 1):
        named = gzip_name(rest) if word == "gzip" else ""
        if named or not number:
            yield from _file(pieces, name, word)
            pieces, name = [], named
        try:
            plain, rest = ctx.inflate(rest, WBITS[artifact.kind])
        except zlib.error as error:
            plain = _until_damage(rest, WBITS[artifact.kind], ctx)
            yield Problem("malformed", word, f"{word} data is damaged ({error}); {len(plain):,} bytes of it were read")
            rest = b""
        pieces.append(plain)
        more = word == "gzip" and rest.startswith(b"\x1f\x8b")
        if not more:
            break
    yield from _file(pieces, name, word)
    if more:
        yield Problem("limit", "gzip", f"more than {MEMBERS} members in one gzip file; the rest was not read")


def _file(pieces: list[bytes], name: str, word: str) -> Yields:
    plain = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    if plain:
        yield Child(plain, label=name, how=word)


def gzip_name(data: bytes) -> str:
    """The name a gzip member states (RFC 1952, 2.3.1), "" for none."""
    if len(data) < 18 or not data[3] & 8:
        return ""
    at = 10
    if data[3] & 4:
        at += 2 + int.from_bytes(data[10:12], "little")
    return data[at : at + 1_024].partition(b"\0")[0].decode("latin-1")


def _until_damage(data: bytes, wbits: int, ctx: Context) -> bytes:
    engine = zlib.decompressobj(wbits)
    pieces: list[bytes] = []
    try:
        for at in range(0, len(data), 256):
            piece = engine.decompress(data[at : at + 256], 1 << 20)
            ctx.budget.grow(len(piece), "damaged deflate stream")
            pieces.append(piece)
    except zlib.error:
        pass
    return b"".join(pieces)
