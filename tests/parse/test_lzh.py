"""LZH and ARJ: headers of every level, every method, and what is damaged. What the writers make, lhafile reads too (LZH)."""

from contextlib import suppress

import pytest
from fixturelib.lzh import BY_METHOD, arj, constant, fastest, lz5, lzh, packed
from hypothesis import given, settings
from hypothesis import strategies as st
from mutate import mutate

from emoscan.parse import Malformed
from emoscan.parse import arj as arj_reader
from emoscan.parse import lzh as lzh_reader
from emoscan.parse.unpack import Unsupported

TEXT = "Rechnung über 4.711 Euro. ".encode() * 900 + bytes(range(256)) * 3 + b"\0" * 3_000


def contents(data, reader=lzh_reader):
    return [(m.name, b"".join(reader.plain(data, m))) for m in reader.members(data)]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("method", ["lh0", "lh4", "lh5", "lh6", "lh7", "lz4"])
def test_levels_and_methods(level, method):
    body = TEXT if method in ("lh0", "lz4") else packed(TEXT, method)
    data = lzh([("ordner/請求書.txt", method, TEXT, body), ("b.txt", "lh0", b"xyz", b"xyz")], level)
    assert contents(data) == [("ordner/請求書.txt", TEXT), ("b.txt", b"xyz")]
    assert [m.crc for m in lzh_reader.members(data)] == [lzh_reader.crc16(TEXT), lzh_reader.crc16(b"xyz")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([b"a", b"bc", b"\0" * 40, b"Rechnung", bytes(range(64))]), max_size=60).map(b"".join),
    st.sampled_from(sorted(BY_METHOD)),
)
def test_what_was_packed_comes_out(data, method):
    assert b"".join(lzh_reader.unpacked(packed(data, method, 7), len(data), method)) == data
    assert contents(lzh([("a", "lz5", data, lz5(data))])) == [("a", data)]
    assert contents(arj([("a", 4, data, fastest(data))]), arj_reader) == [("a", data)]


def test_codes_that_take_no_bits():
    assert b"".join(lzh_reader.unpacked(constant(65, 5, "lh5"), 5, "lh5")) == b"AAAAA"


def test_a_match_before_the_beginning_is_blanks():
    """Length 3 (symbol 256) at the position with no bits: the byte before, of a window of blanks."""
    assert b"".join(lzh_reader.unpacked(constant(256, 2, "lh5"), 5, "lh5")) == b"     "


def test_the_window_of_larc_begins_with_runs_of_every_byte():
    """No flag is set: two places. At 13 * 65 stand thirteen letters A, at 3,328 all bytes in order."""
    place = 13 * 65
    first = bytes([place & 0xFF, place >> 4 & 0xF0 | 10])
    second = bytes([(3_328 + 48) & 0xFF, (3_328 + 48) >> 4 & 0xF0 | 0])
    data = lzh([("a", "lz5", b"A" * 13 + b"012", b"\0" + first + second)])
    assert contents(data) == [("a", b"A" * 13 + b"012")]


@pytest.mark.parametrize("method", ["lh1", "lzs", "pm2"])
def test_methods_without_a_reader(method):
    data = lzh([("a", method, b"x", b"x")])
    (member,) = lzh_reader.members(data)
    with pytest.raises(Unsupported):
        lzh_reader.plain(data, member)


@pytest.mark.parametrize(("method", "body"), [(0, TEXT), (1, packed(TEXT, "arj")), (3, packed(TEXT, "arj", 99)), (4, fastest(TEXT))])
def test_arj(method, body):
    data = b"MZ a program" * bool(method) + arj([("dir/a.txt", method, TEXT, body), ("b.txt", 0, b"xyz", b"xyz")])
    assert contents(data, arj_reader) == [("dir/a.txt", TEXT), ("b.txt", b"xyz")]


@pytest.mark.parametrize("data", [b"", b"\x60\xea", b"\x60\xea\x20\0\x1e", b"nothing", b"\0" * 50])
def test_no_archive(data):
    with pytest.raises(Malformed):
        list(arj_reader.members(data))
    with pytest.raises(Malformed):
        list(lzh_reader.members(data))


@pytest.mark.parametrize("seed", range(120))
def test_damage_raises_nothing_but_malformed(seed):
    for reader, whole in (
        (lzh_reader, lzh([("a/b.txt", "lh5", TEXT, packed(TEXT, "lh5")), ("c", "lz5", b"x" * 50, lz5(b"x" * 50))], seed % 4)),
        (arj_reader, arj([("a", 1, TEXT, packed(TEXT, "arj")), ("c", 4, TEXT, fastest(TEXT))])),
    ):
        data = mutate(whole, seed)
        with suppress(Malformed):
            for number, member in enumerate(reader.members(data)):
                assert number < len(data) // 20
                made = 0
                with suppress(Malformed):
                    for piece in reader.plain(data, member):
                        made += len(piece)
                        if made > 1 << 20:  # whoever takes it stops at what the budget allows
                            break
