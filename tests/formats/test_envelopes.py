"""Tape archives, cabinets, single streams and discs."""

import bz2
import contextlib
import io
import lzma
import random
import struct
import tarfile
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.cab import open_cab
from emoscan.formats.disc import open_disc
from emoscan.formats.streams import unpack_stream
from emoscan.formats.tar import open_tar
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse import Malformed, cab, optical, tar
from emoscan.parse.lzx import Lzx
from emoscan.registry import discover, sniff

discover(("formats", "decrypt"))

FILES = {
    "invoice.doc": b"document" * 5_000,
    "folder/readme.txt": b"text\n" * 30,
    "n" * 150 + ".txt": b"long name",
    "請求書.doc": b"japanese",
}


def run(step, kind, data, name="", **limits):
    return list(step(Artifact(kind, data), Context(Budget(Limits(**limits)), names=(name,) if name else ())))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


def read(items):
    return {c.label: c.data for c in of(Child, items)}


# ------------------------------------------------------------------ streams


@pytest.mark.parametrize(
    ("kind", "pack", "name"),
    [("archive.bzip2", bz2.compress, "a.doc.bz2"), ("archive.xz", lzma.compress, "a.doc.xz"), ("archive.zstd", None, "a.doc.zst")],
)
def test_streams(kind, pack, name):
    pack = pack or pytest.importorskip("backports.zstd").compress
    text = b"".join(b"line %d\n" % n for n in range(30_000))
    data = pack(text) + pack(b"and more")
    assert kind in sniff(data, name)
    [child] = run(unpack_stream, kind, data, name)
    assert (child.data, child.label) == (text + b"and more", "a.doc")
    items = run(unpack_stream, kind, data[: len(data) // 2], name)
    assert [p.sort for p in of(Problem, items)] == ["malformed"]
    items = run(unpack_stream, kind, data, name, object_bytes=100_000)
    assert [p.name for p in of(Problem, items)] == ["object_bytes"]


@given(
    st.sampled_from([bz2.compress(b"document" * 50), lzma.compress(b"document" * 50)]),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
)
@settings(deadline=None)
def test_damaged_streams_never_fail(data, changes):
    raw = bytearray(data)
    for at, byte in changes:
        raw[at % len(raw)] = byte
    for kind in ("archive.bzip2", "archive.xz", "archive.zstd"):
        assert run(unpack_stream, kind, bytes(raw)) is not None


# ------------------------------------------------------------------ tar


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar(format_):
    file = io.BytesIO()
    files = {k: v for k, v in FILES.items() if format_ != tarfile.USTAR_FORMAT or len(k) < 100}
    with tarfile.open(fileobj=file, mode="w", format=format_) as writer:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            writer.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        writer.addfile(link)
    data = file.getvalue()
    assert "archive.tar" in sniff(data)
    assert read(run(open_tar, "archive.tar", data)) == files
    assert [p.sort for p in of(Problem, run(open_tar, "archive.tar", data[:2_000]))] == ["malformed"]


@given(st.binary(max_size=1_500))
def test_noise_is_no_tar(noise):
    with contextlib.suppress(Malformed):
        assert list(tar.members(noise)) == []


# ------------------------------------------------------------------ cabinets


def cabinet(files, *, method=1, broken=b""):
    """[MS-CAB] 2: one folder of MSZIP or stored blocks."""
    plain = b"".join(files.values())
    blocks, before = b"", b""
    count = 0
    for at in range(0, len(plain), 32_768):
        block = plain[at : at + 32_768]
        if method == 1:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=before)
            packed = b"CK" + packer.compress(block) + packer.flush()
            before = (before + block)[-32_768:]
        else:
            packed = block
        blocks += struct.pack("<IHH", 0, len(packed), len(block)) + packed
        count += 1
    names, at = b"", 0
    for name, data in files.items():
        names += struct.pack("<IIHHHH", len(data), at, 0, 0, 0, 0x80) + name.encode() + b"\0"
        at += len(data)
    data_at = 36 + 8 + len(names)
    header = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, data_at + len(blocks), 0, 44, 0, 3, 1, 1, len(files), 0, 1, 0)
    return header + struct.pack("<IHH", data_at, count, method) + names + blocks + broken


@pytest.mark.parametrize("method", [0, 1])
def test_cabinets(method):
    data = cabinet(FILES, method=method)
    assert sniff(data) == ("archive.cab",)
    items = run(open_cab, "archive.cab", data)
    assert read(items) == FILES
    assert not of(Problem, items)
    assert [p.sort for p in of(Problem, run(open_cab, "archive.cab", data[:-60]))][:1] == ["malformed"]


def test_quantum_is_unmodelled_and_lzx_damage_is_told():
    assert [p.sort for p in of(Problem, run(open_cab, "archive.cab", cabinet(FILES, method=2)))] == ["unmodelled"]
    assert {p.sort for p in of(Problem, run(open_cab, "archive.cab", cabinet(FILES, method=0x1203)))} == {"malformed"}


def test_lzx_plain_block():
    """Worked by hand: no translation, block type 3 of 5 bytes, three old offsets, five bytes and one of padding."""
    bits = "0" + "011" + "00000000" + "0000000000000101"
    bits += "0" * (-len(bits) % 16)
    words = b"".join(int(bits[at : at + 16], 2).to_bytes(2, "little") for at in range(0, len(bits), 16))
    assert Lzx(15).frame(words + struct.pack("<3I", 1, 1, 1) + b"hello\0", 5) == b"hello"


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=50)
def test_noise_in_cabinets(noise):
    for data in (b"MSCF" + noise, cabinet({"a": b"x"})[:44] + noise, cabinet({"a": b"x" * 99}, method=0x0F03)[:60] + noise):
        assert run(open_cab, "archive.cab", data) is not None
    try:
        Lzx(15).frame(noise, 200)
    except Malformed:
        return


def test_lzx_ends_on_anything():
    started = time.process_time()
    for seed in range(400):
        noise = random.Random(seed).randbytes(600)
        for head in (b"", b"\0\x20", b"\0\x40"):  # blocks of any, of verbatim and of aligned codes
            try:
                Lzx(16).frame(head + noise, 32_768)
            except Malformed:
                continue
    assert time.process_time() - started < 20


def test_members_that_share_bytes_are_read_once():
    data = bytearray(cabinet({"a.txt": b"x" * 50, "b.txt": b"y" * 50}))
    second = data.index(b"b.txt") - 16
    struct.pack_into("<II", data, second, 50, 0)
    assert list(read(run(open_cab, "archive.cab", bytes(data)))) == ["a.txt"]
    assert cab.parse(bytes(data)).members


# ------------------------------------------------------------------ discs


def disc(*, joliet=None, udf=None, rock_ridge=None):
    pycdlib = pytest.importorskip("pycdlib")
    iso = pycdlib.PyCdlib()
    iso.new(joliet=joliet, udf=udf, rock_ridge=rock_ridge)
    for number, (name, data) in enumerate({"invoice.lnk": b"shortcut" * 400, "setting.dll": b"MZ" * 3_000}.items()):
        names = {"joliet_path": "/" + name} if joliet else {}
        if udf:
            names["udf_path"] = "/" + name
        if rock_ridge:
            names["rr_name"] = name
        iso.add_fp(io.BytesIO(data), len(data), f"/FILE{number}.;1", **names)
    iso.add_directory(
        "/DIR",
        **({"joliet_path": "/dir"} if joliet else {}),
        **({"udf_path": "/dir"} if udf else {}),
        **({"rr_name": "dir"} if rock_ridge else {}),
    )
    out = io.BytesIO()
    iso.write_fp(out)
    iso.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("options", "system", "kind"),
    [({"joliet": 3}, "Joliet", "disk.iso"), ({"udf": "2.60"}, "UDF", "disk.udf"), ({"rock_ridge": "1.09"}, "ISO 9660", "disk.iso")],
)
def test_discs(options, system, kind):
    data = disc(**options)
    assert kind in sniff(data)
    items = run(open_disc, kind, data)
    assert read(items) == {"invoice.lnk": b"shortcut" * 400, "setting.dll": b"MZ" * 3_000}
    assert {c.how for c in of(Child, items)} == {f"file on the disc ({system})"}
    assert not of(Problem, items)


def test_raw_sectors():
    data = disc(joliet=3)
    raw = b"".join(b"\0" + b"\xff" * 10 + b"\0" + b"\0\2\0\1" + data[at : at + 2_048] + bytes(288) for at in range(0, len(data), 2_048))
    assert "invoice.lnk" in read(run(open_disc, "disk.iso", raw))


def test_hidden_files_are_named():
    data = bytearray(disc(joliet=3))
    name = "setting.dll".encode("utf-16-be")
    at = data.index(name)
    data[at - 8] |= 1
    assert Fact("disk.hidden", "setting.dll") in run(open_disc, "disk.iso", bytes(data))


def test_directory_that_holds_itself():
    data = bytearray(disc(joliet=3))
    root = struct.unpack_from("<I", data, 17 * 2_048 + 158)[0]
    at = data.index("dir".encode("utf-16-be"), root * 2_048) - 33
    struct.pack_into("<I", data, at + 2, root)
    assert len(optical.parse(bytes(data)).files) == 2


@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=20), st.sampled_from(["joliet", "udf"]))
@settings(deadline=None, max_examples=40)
def test_damaged_discs_never_fail(changes, which):
    raw = bytearray(_DISCS[which])
    for at, byte in changes:
        raw[0x8000 + at % (len(raw) - 0x8000)] = byte
    try:
        assert len(optical.parse(bytes(raw)).files) < 1_000
    except Malformed:
        return


_DISCS = {"joliet": disc(joliet=3), "udf": disc(udf="2.60")}


def test_envelopes_in_envelopes():
    inner = cabinet({"deep.txt": b"the end of it"})
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as writer:
        member = tarfile.TarInfo("a.cab")
        member.size = len(inner)
        writer.addfile(member, io.BytesIO(inner))
    graph = expand(lzma.compress(bz2.compress(file.getvalue())), "a.tar.bz2.xz", Settings())
    assert b"the end of it" in {a.data for a in graph.artifacts.values()}
    assert not graph.troubles
