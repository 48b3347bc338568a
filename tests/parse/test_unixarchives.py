"""ar as binutils write it, cpio as its manual describes it."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.engine import expand
from emoscan.parse import Malformed
from emoscan.parse.unixarchives import ar_members, cpio_members
from emoscan.registry import discover

discover()


def ar(*members):
    out = b"!<arch>\n"
    for name, data in members:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, len(data)) + data + b"\n" * (len(data) & 1)
    return out


def newc(name, data, mode=0o100644, magic=b"070701"):
    fields = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = magic + b"".join(b"%08X" % field for field in fields) + name + b"\0"
    head += bytes(-len(head) % 4)
    return head + data + bytes(-len(data) % 4)


def odc(name, data, mode=0o100644):
    return (
        b"070707"
        + b"%06o" % 0 * 2
        + b"%06o" % mode
        + b"%06o" % 0 * 4
        + b"%011o%06o%011o" % (0, len(name) + 1, len(data))
        + name
        + b"\0"
        + data
    )


def old(name, data, mode=0o100644, order="<"):
    words = (0o070707, 0, 0, mode, 0, 0, 1, 0, 0, 0, len(name) + 1, len(data) >> 16, len(data) & 0xFFFF)
    named = name + b"\0" + bytes((len(name) + 1) & 1)
    return struct.pack(f"{order}13H", *words) + named + data + bytes(len(data) & 1)


def read(reader, data):
    return {member.name: data[member.start : member.end] for member in reader(data)}


def test_ar():
    long = b"a name longer than sixteen.txt"
    data = ar(
        (b"/", b"\0\0\0\0"),
        (b"//", long + b"/\n"),
        (b"a.txt/", b"one"),
        (b"/0", b"two"),
        (b"debian-binary", b"2.0\n"),
        (b"#1/6", b"b.txt\0three"),
    )
    assert read(ar_members, data) == {"a.txt": b"one", long.decode(): b"two", "debian-binary": b"2.0\n", "b.txt": b"three"}


def test_ar_that_ends_early():
    assert [member.cut for member in ar_members(ar((b"a/", b"hello"))[:-3])] == [True]


@pytest.mark.parametrize("form", [newc, odc, old, lambda *a, **k: old(*a, order=">", **k)])
def test_cpio(form):
    data = (
        form(b"d", b"", mode=0o40755)
        + form(b"d/a.txt", b"one")
        + form(b"b", b"")
        + form(b"c", b"three3")
        + form(b"TRAILER!!!", b"", mode=0)
    )
    assert read(cpio_members, data) == {"d/a.txt": b"one", "b": b"", "c": b"three3"}


@pytest.mark.parametrize("data", [b"070701" + b"x" * 200, b"070707 is a number", b"", newc(b"a", b"x").replace(b"00000002", b"-0000002")])
def test_what_is_no_cpio(data):
    with pytest.raises(Malformed):
        list(cpio_members(data or b"x"))


@given(st.binary(max_size=120), st.integers(0, 250), st.sampled_from([newc, odc, old]))
def test_noise_raises_nothing_but_malformed(noise, at, form):
    for reader, whole in ((cpio_members, form(b"a.txt", b"one") * 2), (ar_members, ar((b"a.txt/", b"one"), (b"b/", b"two")))):
        with suppress(Malformed):
            list(reader(whole[:at] + noise + whole[at:]))


def test_documents_inside_are_reached():
    for data in (ar((b"a.htm/", b"<html><body><p>hello</p></body></html>")), newc(b"a.htm", b"<html><body><p>hello</p></body></html>")):
        graph = expand(data, "x")
        assert [graph.names(a.id) for a in graph.artifacts.values() if a.kind == "text.html"] == [("a.htm",)]
