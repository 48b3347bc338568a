"""Files of `compress`."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.engine import expand
from emoscan.parse import Malformed
from emoscan.parse.lzw import unpacked
from emoscan.registry import discover

discover()


def packed(data, most=16, *, clear_at=0):
    """With the groups of codes that real files have; the table is emptied behind so many codes."""
    bits, group, width, free, count = [], 0, 9, 257, 0
    table = {bytes([n]): n for n in range(256)}

    def put(code):
        nonlocal count
        bits.extend(code >> n & 1 for n in range(width))
        count += 1

    def pad():
        nonlocal group
        bits.extend([0] * (-(len(bits) - group) % (8 * width)))
        group = len(bits)

    word = b""
    for byte in data:
        longer = word + bytes([byte])
        if longer in table:
            word = longer
            continue
        put(table[word])
        if free < 1 << most:
            table[longer] = free
            free += 1
            if free > (1 << width) and width < most:
                pad()
                width += 1
        if clear_at and count >= clear_at:
            put(256)
            pad()
            table = {bytes([n]): n for n in range(256)}
            width, free, count = 9, 257, 0
        word = bytes([byte])
    if word:
        put(table[word])
    bits.extend([0] * (-len(bits) % 8))
    return (
        b"\x1f\x9d"
        + bytes([0x80 | most])
        + bytes(sum(bit << n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8))
    )


TEXT = b"".join(b"Rechnung %d vom %d.\n" % (number, number % 29) for number in range(9_000))


@pytest.mark.parametrize("most", [12, 16])
@pytest.mark.parametrize("clear_at", [0, 700])
def test_real_sizes(most, clear_at):
    assert b"".join(unpacked([packed(TEXT, most, clear_at=clear_at)])) == TEXT


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"a", b"aaaaaaaa", b"bcd", bytes(range(256))]), max_size=40).map(b"".join))
def test_what_was_packed_comes_out(data):
    assert b"".join(unpacked([packed(data)])) == data


@given(st.binary(max_size=300))
def test_nothing_but_malformed(data):
    with suppress(Malformed):
        b"".join(unpacked([b"\x1f\x9d\x90" + data]))


def test_the_file_inside_is_read():
    script = b'CreateObject("WScript.Shell").Run "cmd /c calc"\r\n'
    found = expand(packed(script), "Rechnung.vbs.Z")
    assert not found.troubles
    assert "cmd /c calc" in [fact.value for _, fact in found.facts(kind="effect.run")]
    assert "Rechnung.vbs" in {name for id_ in found.artifacts for name in found.names(id_)}
