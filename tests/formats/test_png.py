"""What stands behind pictures."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.formats.png import SIGNATURE, end_of
from emoscan.registry import discover

discover()


def chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PICTURE = SIGNATURE + HEADER + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND")
TEXT = b"What stands here is no part of the picture, and nobody who looks at it sees that.\n" * 20


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (PICTURE, len(PICTURE)),
        (PICTURE + b"more", len(PICTURE)),
        (PICTURE[:-1], 0),
        (PICTURE[:-12], 0),
        (SIGNATURE, 0),
        (b"GIF89a", 0),
        (SIGNATURE + b"\xff\xff\xff\xffIDAT" + bytes(20), 0),
    ],
)
def test_end_of(data: bytes, end: int) -> None:
    assert end_of(data) == end


@pytest.mark.parametrize(("behind", "stated"), [(TEXT, [str(len(TEXT))]), (b"", []), (bytes(4096), []), (b"\r\n", [])])
def test_behind_a_picture(behind: bytes, stated: list[str]) -> None:
    graph = expand(PICTURE + behind, "a.png", budget=Budget(Limits()))
    assert [fact.value for _, fact in graph.facts(kind="image.overlay")] == stated
    assert (TEXT in [a.data for a in graph.artifacts.values()]) is bool(stated)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert 0 <= end_of(SIGNATURE + data) <= len(SIGNATURE + data)
