"""The ZIP reader: what ordinary archives hold, and every trick with two directories."""

import bz2
import contextlib
import io
import lzma
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed
from emoscan.parse.unpack import Unsupported
from emoscan.parse.zipdir import content, flavour, parse


def budget(**limits):
    return Budget(Limits(**limits))


def archive(*members, method=zipfile.ZIP_DEFLATED, comment=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as writer:
        for name, data in members:
            writer.writestr(name, data)
        writer.comment = comment
    return file.getvalue()


def local(name=b"a.txt", data=b"hello", *, method=0, flags=0, crc=None, packed=None, size=None, extra=b""):
    """A member as APPNOTE 4.3.7 lays it out, with any field made to lie."""
    crc = zlib.crc32(data) if crc is None else crc
    packed = len(data) if packed is None else packed
    size = len(data) if size is None else size
    return (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, flags, method, 0, 0, crc, packed, size, len(name), len(extra)) + name + extra + data
    )


def central(name=b"a.txt", data=b"hello", offset=0, *, method=0, flags=0, packed=None, size=None, extra=b""):
    packed = len(data) if packed is None else packed
    size = len(data) if size is None else size
    head = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\x01\x02",
        20,
        20,
        flags,
        method,
        0,
        0,
        zlib.crc32(data),
        packed,
        size,
        len(name),
        len(extra),
        0,
        0,
        0,
        0,
        offset,
    )
    return head + name + extra


def end(directory, offset, count=1, comment=b"", size=None):
    size = len(directory) if size is None else size
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, offset, len(comment)) + comment


def whole(body, directory, count=1):
    return body + directory + end(directory, len(body), count)


def read_all(data, **limits):
    return {m.name: content(data, m, budget(**limits)).data for m in parse(data).members}


def test_ordinary_archive_has_members_in_order_and_nothing_odd():
    data = archive(("b/one.txt", b"one" * 100), ("two.bin", bytes(300)), comment=b"hi")
    directory = parse(data)
    assert [(m.name, m.compression, m.reading) for m in directory.members] == [
        ("b/one.txt", "deflate", "both"),
        ("two.bin", "deflate", "both"),
    ]
    assert (directory.lies, directory.overlaps, directory.lost, directory.prefix, directory.trailing) == ((), (), (), 0, 0)
    assert directory.comment == b"hi"
    assert read_all(data) == {"b/one.txt": b"one" * 100, "two.bin": bytes(300)}


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12), st.binary(max_size=300)),
        max_size=5,
    ),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
    st.binary(max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_reads_what_zipfile_writes(members, method, comment):
    members = list({name: (name, data) for name, data in members}.values())
    data = archive(*members, method=method, comment=comment)
    directory = parse(data)
    assert [(m.name, content(data, m, budget())) for m in directory.members] == [
        (name, content_of) for (name, d), content_of in zip(members, [content(data, m, budget()) for m in directory.members], strict=True)
    ]
    assert [content(data, m, budget()).data for m in directory.members] == [d for _, d in members]
    assert not any(content(data, m, budget()).trouble for m in directory.members)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_never_raises_anything_but_malformed(data):
    raw = bytearray(archive(("one.txt", b"one" * 50), ("two.txt", b"two" * 50)))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = bytes(raw[: data.draw(st.integers(0, len(raw)))])
    flavour(raw)
    try:
        directory = parse(raw)
    except Malformed:
        return
    meter = budget()
    for member in directory.members:
        try:
            content(raw, member, meter)
        except Unsupported:
            continue
    assert meter.spent["expanded_bytes"] < 100_000


@given(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"]), max_size=20),
)
@settings(max_examples=100, deadline=None)
def test_signatures_in_noise(noise, signatures):
    raw = noise.join(signatures)
    with contextlib.suppress(Malformed):
        assert parse(raw).members is not None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_of_the_standard_library(method):
    text = b"".join(b"line %d\n" % n for n in range(20_000))
    data = archive(("text", text), method=method)
    [member] = parse(data).members
    assert content(data, member, budget()) == content(data, member, budget()).__class__(text)


def test_deflate64_and_zstandard():
    inflate64, zstd = pytest.importorskip("inflate64"), pytest.importorskip("backports.zstd")
    text = b"".join(b"line %d\n" % n for n in range(20_000))
    deflater = inflate64.Deflater()
    for method, packed in ((9, deflater.deflate(text) + deflater.flush()), (93, zstd.compress(text)), (95, lzma.compress(text))):
        data = local(b"t", packed, method=method, crc=zlib.crc32(text), size=len(text))
        assert read_all(data) == {"t": text}


def test_unknown_method_is_said_to_be_unsupported():
    data = archive(("a", b"hello"))
    data = data.replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x62\x00")
    [member] = parse(data).members
    with pytest.raises(Unsupported, match="PPMd"):
        content(data, member, budget())


# ------------------------------------------------------------------ both directories


def test_no_central_directory():
    data = archive(("one.txt", b"one" * 50), ("two.txt", b"two" * 50))
    cut = data[: data.index(b"PK\x01\x02")]
    directory = parse(cut)
    assert not directory.central
    assert "no central directory" in directory.lies
    assert read_all(cut) == {"one.txt": b"one" * 50, "two.txt": b"two" * 50}


def test_end_record_cut_off():
    data = archive(("one.txt", b"one" * 50))
    directory = parse(data[: data.index(b"PK\x05\x06")])
    assert directory.central
    assert [m.reading for m in directory.members] == ["both"]


def test_member_cut_off_keeps_what_is_there():
    text = bytes(range(256)) * 40
    data = archive(("one.txt", text), method=zipfile.ZIP_STORED)[:5_000]
    [member] = parse(data).members
    read = content(data, member, budget())
    assert text.startswith(read.data)
    assert len(read.data) > 4_000
    assert "cut off" in read.trouble


def test_data_before_the_archive():
    data = b"MZ" + bytes(1_000) + archive(("one.txt", b"one"))
    directory = parse(data)
    assert directory.prefix == 1_002
    assert directory.lies == ()
    assert read_all(data) == {"one.txt": b"one"}


def test_offsets_already_corrected_for_the_data_before():
    body = b"junk!" * 7
    data = whole(body + local(), central(offset=len(body)))
    assert read_all(data) == {"a.txt": b"hello"}


def test_an_offset_far_beyond_the_file():
    data = bytearray(archive(("a.txt", b"hello")))
    struct.pack_into("<I", data, data.rfind(b"PK\5\6") + 16, 10_000_000)
    assert read_all(bytes(data)) == {"a.txt": b"hello"}


def test_two_archives_one_after_the_other():
    data = archive(("first.txt", b"1")) + archive(("second.txt", b"2"))
    directory = parse(data)
    assert {m.name for m in directory.members} == {"first.txt", "second.txt"}
    assert "2 central directories" in directory.lies


def test_end_record_in_the_comment_of_another():
    inner = central(b"fake.txt", b"x", 0)
    body = local(b"real.txt", b"secret")
    fake = local(b"fake.txt", b"x")
    directory = central(b"real.txt", b"secret", 0)
    comment = fake + inner + end(inner, 0)
    data = body + directory + end(directory, len(body), comment=comment)
    assert {"real.txt", "fake.txt"} <= set(read_all(data))


def test_member_the_directory_does_not_list():
    body = local(b"shown.txt", b"shown") + local(b"hidden.exe", b"MZ hidden")
    directory = parse(whole(body, central(b"shown.txt", b"shown", 0)))
    assert [(m.name, m.reading) for m in directory.members] == [("shown.txt", "both"), ("hidden.exe", "local")]
    assert "outside the central directory" in directory.lies[0]


def test_names_that_differ_are_both_known():
    data = whole(local(b"invoice.doc"), central(b"picture.png"))
    directory = parse(data)
    assert [m.name for m in directory.find("invoice.doc")] == ["picture.png"]
    assert directory.lies == ("'picture.png' is called 'invoice.doc' in its local header",)


def test_methods_that_differ_give_two_members():
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"hello" * 9) + packer.flush()
    body = local(b"a", packed, method=8, crc=zlib.crc32(b"hello" * 9), size=45)
    data = whole(body, central(b"a", packed, method=0))
    assert {content(data, m, budget()).data for m in parse(data).members} == {packed, b"hello" * 9}


def test_sizes_that_differ_give_two_members():
    body = local(b"a", b"hello world")
    data = whole(body, central(b"a", b"hello", packed=5, size=5))
    assert {content(data, m, budget()).data for m in parse(data).members} == {b"hello", b"hello world"}


def test_same_name_twice():
    body = local(b"a", b"one") + local(b"a", b"two")
    data = whole(body, central(b"a", b"one", 0) + central(b"a", b"two", len(local(b"a", b"one"))), 2)
    directory = parse(data)
    assert [content(data, m, budget()).data for m in directory.find("a")] == [b"one", b"two"]
    assert directory.lies == ("two members are called 'a'",)


def test_counts_of_the_end_record_are_not_believed():
    body = local()
    directory = central()
    for count in (0, 7, 0xFFFE):
        found = parse(body + directory + end(directory, len(body), count))
        assert [m.name for m in found.members] == ["a.txt"]
        assert "counts" in found.lies[0]


def test_huge_claims_allocate_nothing():
    data = whole(local(packed=0xFFFFFFF0, size=0xFFFFFFF0), central(packed=0xFFFFFFF0, size=0xFFFFFFF0))
    read = content(data, parse(data).members[0], budget())
    assert len(read.data) < 200
    assert read.trouble


def test_zip64():
    body = local(b"big", b"hello", packed=0xFFFFFFFF, size=0xFFFFFFFF, extra=struct.pack("<HHQQ", 1, 16, 5, 5))
    entry = central(b"big", b"hello", packed=0xFFFFFFFF, size=0xFFFFFFFF, extra=struct.pack("<HHQQ", 1, 16, 5, 5))
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(entry), len(body))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body) + len(entry), 1)
    data = body + entry + end64 + locator + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    directory = parse(data)
    assert directory.lies == ()
    assert read_all(data) == {"big": b"hello"}


@pytest.mark.parametrize("wide", [False, True])
def test_data_descriptor_without_directory(wide):
    body = local(b"s", b"hello PK\x07\x08 hello", flags=8, crc=0, packed=0, size=0)
    numbers = (zlib.crc32(b"hello PK\x07\x08 hello"), 16, 16)
    data = body + b"PK\x07\x08" + struct.pack("<IQQ" if wide else "<III", *numbers) + local(b"t", b"next")
    assert read_all(data) == {"s": b"hello PK\x07\x08 hello", "t": b"next"}


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("請求書.doc".encode("cp932"), 0, "請求書.doc"),
        ("請求書.doc".encode(), 0x800, "請求書.doc"),
        ("請求書.doc".encode(), 0, "請求書.doc"),
        ("ﾃｽﾄ.doc".encode("cp932"), 0, "ﾃｽﾄ.doc"),
        ("Überweisung für März.doc".encode("cp437"), 0, "Überweisung für März.doc"),
        (b"bad\xff.doc", 0x800, "bad\ufffd.doc"),
    ],
)
def test_encodings_of_names(raw, flags, name):
    assert parse(whole(local(raw, flags=flags), central(raw, flags=flags))).members[0].name == name


def test_unicode_path_field():
    raw = b"seikyu.doc"
    path = "請求書.doc".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(path), 1, zlib.crc32(raw)) + path
    member = parse(whole(local(raw, extra=field), central(raw, extra=field))).members[0]
    assert (member.name, member.names) == ("請求書.doc", ("seikyu.doc",))


def test_name_with_nul_is_known_by_both_halves():
    directory = parse(whole(local(b"a.exe\0.txt"), central(b"a.exe\0.txt")))
    assert directory.members[0].name == "a.exe\0.txt"
    assert directory.find("a.exe")


def test_find_ignores_case_and_slashes():
    directory = parse(archive(("word\\Document.XML", b"x")))
    assert directory.find("word/document.xml")


# ------------------------------------------------------------------ hostile


def test_overlapping_members_are_named():
    inner = local(b"b", b"kernel")
    body = local(b"a", inner)
    directory = parse(whole(body, central(b"a", inner, 0) + central(b"b", b"kernel", len(local(b"a", b""))), 2))
    assert directory.overlaps == ("'b' shares bytes with 'a'",)


def test_directory_of_a_hundred_thousand_entries_for_one_member_is_quick():
    body = local()
    entries = b"".join(central(b"%06d" % n) for n in range(120_000))
    started = time.process_time()
    directory = parse(body + entries + end(entries, len(body), 0xFFFF))
    assert time.process_time() - started < 5
    assert directory.cut
    assert len(directory.members) <= 100_000
    assert directory.overlaps


def test_flood_of_signatures_is_quick():
    for signature in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"):
        started = time.process_time()
        with contextlib.suppress(Malformed):
            parse(signature * 250_000)
        assert time.process_time() - started < 3


def test_bomb_is_cut_off_at_the_limit_and_its_beginning_kept():
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = b"".join(packer.compress(bytes(range(256)) * 4_096) for _ in range(20)) + packer.flush()
    data = local(b"bomb", body, method=8, size=10, crc=0)
    read = content(data, parse(data).members[0], budget(object_bytes=16 << 20))
    assert read.limit == "object_bytes"
    assert len(read.data) == 8 << 20


def test_purse_of_the_input_cuts_off_too():
    text = b"".join(b"%d\n" % n for n in range(300_000))
    data = archive(("a", text))
    read = content(data, parse(data).members[0], budget(expanded_bytes=100_000))
    assert read.limit == "expanded_bytes"
    assert text.startswith(read.data)


def test_padding_is_measured_and_not_kept():
    text = b"document" * 1_000
    data = archive(("padded.doc", text + bytes(100 << 20)))
    read = content(data, parse(data).members[0], budget())
    assert (100 << 20) - (1 << 16) <= read.padding <= 100 << 20
    assert (read.limit, read.trouble) == ("", "")
    assert read.data.startswith(text)
    assert len(read.data) <= len(text) + (1 << 17)


def test_the_last_few_bytes_of_padding_are_padding_too():
    data = archive(("padded.doc", b"text" + bytes((101 << 20) + 5)))
    read = content(data, parse(data).members[0], Budget(Limits()))
    assert not read.limit
    assert read.data.startswith(b"text\0")


def test_short_runs_are_kept():
    for padding in (100, 70_000, 5 << 20):
        plain = b"a" * 10 + bytes(padding) + b"tail" + bytes(padding)
        assert read_all(archive(("a", plain))) == {"a": plain}


def test_multiple_bzip2_bombs_ask_the_budget():
    data = local(b"b", bz2.compress(bytes(range(256)) * 2_000), method=12, crc=0)
    assert content(data, parse(data).members[0], budget(object_bytes=100_000)).limit == "object_bytes"


# ------------------------------------------------------------------ what it is


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")], "ooxml"),
        ([("[content_types].XML", b"<x/>")], "ooxml"),
        ([("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")], "odf"),
        ([("META-INF/manifest.xml", b"<x/>"), ("content.xml", b"<x/>")], "odf"),
        ([("META-INF/MANIFEST.MF", b""), ("A.class", b"")], "zip"),
        ([("invoice.doc", b"")], "zip"),
    ],
)
def test_flavours(members, what):
    data = archive(*members, method=zipfile.ZIP_STORED)
    assert flavour(data) == what
    assert flavour(b"\xff\xd8 picture" * 10 + data) == what
    assert flavour(data[:-10]) == what


def test_what_is_no_zip():
    assert flavour(b"") is None
    assert flavour(b"PK is a brand of chewing gum") is None
    assert flavour(b"%PDF-1.4 " * 9 + archive(("a", b"b")) + b" trailer") is None
    assert flavour(b"PK\x03\x04 damaged beyond reading") == "zip"
    assert flavour(archive()) == "zip"
