"""PNG pictures: what stands behind their end. A picture that is shown as it should be can carry a program that way."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.registry import step

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS: Final = 100_000
LEAST: Final = 64
"""Bytes behind the end that are no slip of the program that wrote the picture."""


@step("png", takes="image.png")
def read_behind_picture(artifact: Artifact, ctx: Context) -> Yields:
    """Fact `image.overlay`: how many bytes follow the last chunk; they are a child."""
    end = end_of(artifact.data)
    ctx.budget.spend(end // 4096 + 1)
    rest = artifact.data[end:] if end else b""
    if len(rest.strip(b"\0")) >= LEAST:
        ctx.budget.grow(len(rest), "behind a picture")
        yield Fact("image.overlay", str(len(rest)), detail={"picture": str(end)})
        yield Child(rest, how="behind the end of the picture")


def end_of(data: bytes) -> int:
    """Where the chunk IEND ends (PNG specification 5.3, 11.2.5); 0 for a picture that is cut off."""
    at = len(SIGNATURE)
    if not data.startswith(SIGNATURE):
        return 0
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(data):
            return 0
        length = int.from_bytes(data[at : at + 4], "big")
        last = data[at + 4 : at + 8] == b"IEND"
        at += 12 + length
        if last:
            return at if at <= len(data) else 0
    return 0
