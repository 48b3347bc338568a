"""LZNT1. The first example is the one of [MS-XCA]."""

from contextlib import suppress

import pytest
from fixturelib.disks import lznt1
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse import Malformed
from emoscan.parse.lznt1 import decompress

SONG = b"F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0"
PACKED = bytes.fromhex(
    "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c091601484500be009e000401189000"
)


def test_the_example_of_the_specification():
    assert decompress(PACKED, 1_000) == SONG


@given(st.lists(st.sampled_from([b"a", b"bcd", b"\0" * 300, bytes(range(200)), b"Rechnung"]), max_size=80).map(b"".join))
def test_what_was_packed_comes_out(data):
    assert decompress(lznt1(data), len(data)) == data
    assert decompress(lznt1(data), 50) == data[:50]


@pytest.mark.parametrize("data", [b"\x03\xb0\x01\x00\x00\x00", b"\xff\xb0\x00", b"\x03\xb0\x02a\xff\xff"])
def test_damage(data):
    with pytest.raises(Malformed):
        decompress(data, 100)


@given(st.binary(max_size=200))
def test_nothing_but_malformed_and_no_more_than_asked_for(data):
    with suppress(Malformed):
        assert len(decompress(data, 5_000)) <= 5_000
