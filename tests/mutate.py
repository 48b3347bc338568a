"""Damage to a file as it happens, and as attackers make it: the same for the same seed."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\xfe\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"\xff\xff\xff\x7f",
)


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 4, 32))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: random.Random) -> None:
    value = rng.choice(INTERESTING)
    at = rng.randrange(len(data))
    data[at : at + len(value)] = value


def _number(data: bytearray, rng: random.Random) -> None:
    """A length, count or offset becomes a little, or a lot, larger or smaller."""
    at = rng.randrange(max(1, len(data) - 4)) & ~1
    if at + 4 <= len(data):
        value = struct.unpack_from("<I", data, at)[0] + rng.choice((-1, 1, -4096, 4096, 1 << 31))
        struct.pack_into("<I", data, at, value & 0xFFFFFFFF)


def _truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _remove(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 2, 16, 512, 5000))]


def _repeat(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    piece = data[at : at + rng.choice((1, 16, 512, 4096))]
    data[at:at] = piece * rng.choice((1, 2, 50))


def _swap(data: bytearray, rng: random.Random) -> None:
    size = rng.choice((16, 64, 512))
    one, other = rng.randrange(len(data)), rng.randrange(len(data))
    first, second = bytes(data[one : one + size]), bytes(data[other : other + size])
    data[one : one + size], data[other : other + size] = second, first


def _insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.choice((1, 7, 300)))


def _prepend(data: bytearray, rng: random.Random) -> None:
    data[0:0] = rng.choice((b"\r\n", b"junk", bytes(512), b"{\\rtf1 ", b"PK\x03\x04", b"%PDF-1.4\n"))


DAMAGE: Sequence[Callable[[bytearray, random.Random], None]] = (
    _flip,
    _overwrite,
    _number,
    _truncate,
    _remove,
    _repeat,
    _swap,
    _insert,
    _prepend,
)


def mutate(data: bytes, seed: int, others: Sequence[bytes] = ()) -> bytes:
    """The data with one to four kinds of damage, now and then with the tail of another file."""
    rng = random.Random(seed)
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if damaged:
            rng.choice(DAMAGE)(damaged, rng)
    if others and rng.random() < 0.05:
        other = rng.choice(others)
        at = rng.randrange(len(damaged) + 1)
        damaged[at:] = other[rng.randrange(len(other) + 1) :]
    return bytes(damaged)
