"""Frames of LZ4, made by the reference program (lz4 1.9)."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.engine import expand
from emoscan.parse import Malformed
from emoscan.parse.lz4 import unpacked
from emoscan.parse.unpack import Unsupported
from emoscan.registry import discover

discover()

HELLO = b"Hello, hello, hello, hello, hello, world of frames!\n"
PLAIN = bytes.fromhex("04224d186440a71f0000008f48656c6c6f2c2068070008f002776f726c64206f66206672616d6573210a000000004698bb23")
SUMS = bytes.fromhex(  # with the size of the content and a checksum of each block
    "04224d187c403400000000000000881f0000008f48656c6c6f2c2068070008f002776f726c64206f66206672616d6573210ae1b70de5000000004698bb23"
)
LINES = b"".join(b"%d lines of text, and another one\n" % (n % 7) for n in range(6000))
LINKED = base64.b64decode(  # blocks of 64 KiB that go on in the one before
    "BCJNGERAXkoBAAD/EzAgbGluZXMgb2YgdGV4dCwgYW5kIGFub3RoZXIgb25lCjEhAA0fMiEADR8zIQANHzQhAA0fNSEADR82IQAND+cA"
    + "/" * 341
    + "wFQZXIgb24KAQAAD+cA"
    + "/" * 341
    + "+hQdGhlciAKAQAAD+cA"
    + "/" * 341
    + "+hQbm90aGUPAAAAD+cA//////9dUCBvbmUKAAAAAPYM110="
)


def plain(data):
    return b"".join(unpacked((data,)))


@pytest.mark.parametrize("data", [PLAIN, SUMS, b"\x50\x2a\x4d\x18\x03\0\0\0abc" + PLAIN, PLAIN + b"\0\0\0\0junk"])
def test_frames(data):
    assert plain(data) == HELLO


def test_two_frames_are_one_text():
    assert plain(PLAIN + SUMS) == HELLO * 2


def test_stored_blocks_and_blocks_that_go_on_in_the_one_before():
    head = b"\x04\x22\x4d\x18\x40\x40\x00"
    assert plain(head + b"\x03\0\0\x80abc" + bytes(4)) == b"abc"
    assert plain(LINKED) == LINES
    # four literals "abcd"; then, in a block of its own, a match of eight with what lies four back, and one literal
    assert plain(head + b"\x05\0\0\0\x40abcd" + b"\x05\0\0\0\x04\x04\0\x10e" + bytes(4)) == b"abcdabcdabcde"


@pytest.mark.parametrize(
    "data", [PLAIN[:30], PLAIN.replace(b"\x07\0", b"\xff\xff"), b"\x04\x22\x4d\x18\x04", PLAIN[:7] + b"\xff\xff\xff\x7f" + bytes(9)]
)
def test_damage_is_said(data):
    with pytest.raises(Malformed):
        plain(data)


def test_a_dictionary_is_not_to_be_had():
    with pytest.raises(Unsupported):
        plain(b"\x04\x22\x4d\x18\x61\x40\0\0\0\0\0")


@given(st.binary(max_size=200), st.integers(0, 60))
def test_noise_raises_nothing_but_malformed(noise, at):
    with suppress(Malformed):
        plain(PLAIN[:at] + noise)


def test_a_file_of_it():
    graph = expand(PLAIN, "note.txt.lz4")
    assert [graph.names(a.id) for a in graph.artifacts.values() if a.data == HELLO] == [("note.txt",)]
