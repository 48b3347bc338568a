"""7z archives, written by py7zr, opened by the step."""

import io
import random
import struct
import time
from pathlib import Path

import pytest
from fixturelib.mails import attachment, mail, mixed, text
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.sevenzip import open_7z
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse import Malformed, sevenzip
from emoscan.registry import discover, sniff

py7zr = pytest.importorskip("py7zr")
discover(("formats", "decrypt"))

AES = {"id": py7zr.FILTER_CRYPTO_AES256_SHA256}
CODE = bytes(random.Random(1).choices((0xE8, 0x0F, 0x84, 0, 0xFF, 0x10), k=40_000))
FILES = {"invoice.doc": b"document" * 4_000, "請求書/readme.txt": b"text\n" * 100, "empty.txt": b"", "setup.exe": CODE}


def archive(files=FILES, filters=None, password=None, packed_header=True, **options):
    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w", password=password, filters=filters, **options) as writer:
        if not packed_header:
            writer.set_encoded_header_mode(False)
        for name, data in files.items():
            writer.writestr(data, name)
    return file.getvalue()


LOCKED = archive({"invoice.doc": FILES["invoice.doc"]}, password="4432")
NAMES_LOCKED = archive({"invoice.doc": FILES["invoice.doc"]}, password="4432", header_encryption=True)


def run(data, *passwords, **limits):
    clues = [Fact("clue.password", word, "mail text", confidence=0.9 - number / 1_000) for number, word in enumerate(passwords)]
    return list(open_7z(Artifact("archive.7z", data), Context(Budget(Limits(**limits)), clues=clues)))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


@pytest.mark.parametrize(
    "filters",
    [
        None,
        [{"id": py7zr.FILTER_COPY}],
        [{"id": py7zr.FILTER_LZMA, "preset": 6}],
        [{"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA, "preset": 6}],
        [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_ARM}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_DELTA, "dist": 3}, {"id": py7zr.FILTER_LZMA2, "preset": 6}],
        [{"id": py7zr.FILTER_BZIP2}],
        [{"id": py7zr.FILTER_DEFLATE}],
        [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    ],
)
def test_methods(filters):
    items = run(archive(filters=filters))
    assert {c.label: c.data for c in of(Child, items)} == {name: data for name, data in FILES.items() if data}
    assert not of(Problem, items)


@pytest.mark.parametrize(("order", "memory"), [(2, 24), (6, 24), (16, 22), (64, 24)])
def test_text_model(order, memory):
    files = {
        "text.txt": Path(sevenzip.__file__).read_bytes()[:8_000],
        "noise.bin": random.Random(order).randbytes(3_000),
        "runs.bin": bytes(2_000) + bytes(range(256)) * 4 + b"\xff" * 2_000,
    }
    items = run(archive(files, filters=[{"id": py7zr.FILTER_PPMD, "order": order, "mem": memory}]))
    assert {c.label: c.data for c in of(Child, items)} == files
    assert not of(Problem, items)


def test_text_model_that_is_full_or_too_large_is_unmodelled(monkeypatch):
    noise = {"a.bin": random.Random(1).randbytes(30_000)}
    for changed in (1, 1 << 20):
        monkeypatch.setattr(sevenzip, "MAX_PPMD", changed)
        items = run(archive(noise, filters=[{"id": py7zr.FILTER_PPMD, "order": 8, "mem": 16}]))
        assert [(p.sort, "PPMd" in p.message) for p in of(Problem, items)] == [("unmodelled", True)]


def test_sniffed():
    assert sniff(LOCKED, "invoice.doc") == ("archive.7z",)


@pytest.mark.parametrize("data", [LOCKED, NAMES_LOCKED])
def test_opens_with_a_clue_and_says_where_it_came_from(data):
    items = run(data, "wrong", "4432")
    assert of(Child, items) == [Child(FILES["invoice.doc"], label="invoice.doc", how="7z AES-256, password from mail text")]
    assert Fact("opened.password", "4432", "mail text") in items
    assert [f.value for f in of(Fact, items) if f.kind == "archive.encrypted"] == ["7z AES-256" + ", names too" * (data is NAMES_LOCKED)]
    assert not of(Problem, items)


@pytest.mark.parametrize("password", ["パスワード", "longer than most passwords are, by far"])
def test_any_password(password):
    data = archive({"a.doc": b"document"}, password=password)
    assert of(Child, run(data, password))


def test_what_stays_shut_is_named():
    items = run(LOCKED, "wrong")
    [problem] = of(Problem, items)
    assert (problem.sort, problem.name) == ("encrypted", "7z AES-256")
    assert "'invoice.doc' (32,000 bytes)" in problem.message
    assert [f.value for f in of(Fact, items) if f.kind == "archive.member"] == ["invoice.doc"]
    assert [p.sort for p in of(Problem, run(NAMES_LOCKED, "wrong"))] == ["encrypted"]


def test_rounds_are_charged_and_limited():
    items = run(LOCKED, *(f"w{n}" for n in range(30)), kdf_rounds=500_000)
    assert [p.name for p in of(Problem, items)] == ["kdf_rounds", "7z AES-256"]
    assert of(Child, run(LOCKED, *(f"w{n}" for n in range(30)), "4432", kdf_rounds=4_000_000))


def test_wrong_passwords_cost_no_bytes():
    data = archive({"a.bin": bytes(range(256)) * 4_000}, filters=[{"id": py7zr.FILTER_COPY}, AES], password="4432")
    assert of(Child, run(data, *(f"w{n}" for n in range(20)), "4432", expanded_bytes=4_000_000))


def test_key_is_the_one_of_the_specification():
    # SHA-256 over salt, password and an eight byte counter, once for each of 2^power values.
    import hashlib

    for power in (0, 1, 5, 17):
        digest = hashlib.sha256()
        for number in range(1 << power):
            digest.update(b"salt" + "pä".encode("utf-16-le") + struct.pack("<Q", number))
        assert sevenzip.Locked(power, b"salt", bytes(16)).key("pä") == digest.digest()


def test_too_many_rounds_are_refused():
    with pytest.raises(sevenzip.Unsupported):
        sevenzip.locked(b"\x3e\x00")


def test_from_a_mail_and_with_later_clues():
    message = mail(
        [("From", "a@b.example.test"), ("To", "c@d.example.test"), ("Subject", "x")],
        mixed(attachment("a.7z", NAMES_LOCKED), text("PW: 4432")),
    )
    graph = expand(message, "a.eml", Settings())
    assert FILES["invoice.doc"] in {a.data for a in graph.artifacts.values()}
    assert not [t for t in graph.troubles if t.problem.sort == "encrypted"]


# ------------------------------------------------------------------ damage and hostility


def test_cut_off():
    [problem] = of(Problem, run(archive()[:-30]))
    assert problem.sort == "malformed"


def test_damaged_member_is_told():
    data = bytearray(archive({"a.txt": b"document" * 100}, filters=[{"id": py7zr.FILTER_COPY}]))
    data[40] ^= 1
    items = run(bytes(data))
    assert [p.sort for p in of(Problem, items)] == ["malformed"]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6), st.booleans())
@settings(deadline=None, max_examples=80)
def test_mutations_never_fail(changes, fix_crc):
    import zlib

    data = bytearray(
        archive({"a.txt": b"document" * 10, "b.txt": b"x"}, filters=[{"id": py7zr.FILTER_LZMA2, "preset": 0}], packed_header=False)
    )
    start = 32 + struct.unpack_from("<Q", data, 12)[0]
    for at, byte in changes:
        data[start + at % (len(data) - start)] = byte
    if fix_crc:
        struct.pack_into("<I", data, 28, zlib.crc32(data[start:]))
    meter = Budget(Limits())
    started = time.process_time()
    for item in open_7z(Artifact("archive.7z", bytes(data)), Context(meter)):
        assert isinstance(item, Child | Fact | Problem)
    assert meter.spent["expanded_bytes"] < 10_000_000
    assert time.process_time() - started < 5


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_headers_of_noise_raise_nothing_but_malformed(noise):
    import zlib

    for kind in (b"\x01", b"\x17", b"\x01\x04\x06", b"\x01\x05"):
        header = kind + noise
        data = struct.pack("<6sBBIQQI", sevenzip.MAGIC, 0, 4, 0, 0, len(header), zlib.crc32(header)) + header
        try:
            sevenzip.parse(data, Budget(Limits()))
        except Malformed:
            continue


def test_counts_without_end_are_refused_at_once():
    import zlib

    for header in (
        b"\x01\x05" + b"\xff" * 9,
        b"\x01\x04\x06\x00" + b"\xff" * 9 + b"\x09",
        b"\x01\x04\x07\x0b" + b"\xff" * 9,
        b"\x01\x04\x06\x00\xf0\xff\xff\xff\x0f\x0a\x01",
    ):
        data = struct.pack("<6sBBIQQI", sevenzip.MAGIC, 0, 4, 0, 0, len(header), zlib.crc32(header)) + header
        with pytest.raises(Malformed):
            sevenzip.parse(data, Budget(Limits()))


def test_bomb_is_cut_off_and_what_stands_behind_it_is_read():
    data = archive({"bomb.bin": bytes(range(256)) * 80_000, "late.txt": b"still here"})
    items = run(data, object_bytes=1_000_000)
    assert [(c.label, len(c.data)) for c in of(Child, items)] == [("bomb.bin", 983_036), ("late.txt", 10)]
    assert [p.name for p in of(Problem, items)] == ["object_bytes"]


def test_padding_is_measured_and_not_kept():
    [child] = of(Child, run(archive({"padded.doc": b"document" + bytes(60 << 20)})))
    assert len(child.data) < 1 << 18


@pytest.mark.parametrize("loop", [{0: 0}, {0: 1, 1: 0}])
def test_coders_that_feed_each_other(loop):
    coder = sevenzip.Coder(b"\x00")
    folder = sevenzip.Folder((coder, coder), loop, {}, (5, 5), None)
    whole = sevenzip.Archive(b"", (sevenzip.Member("a", 5, None, 0),), (folder,))
    with pytest.raises(Malformed):
        list(sevenzip.contents(whole, 0, Budget(Limits())))


def test_bcj2():
    """Worked by hand: a range coder that answers yes to the first question, and a call whose target was taken out."""
    # The first bound is (2^32 - 1 >> 11) * 1024 = 0x7FFFFC00; a code above it says that the target of E8 stands in the second stream.
    [piece] = sevenzip.bcj2(b"\x90\xe8\xc3", struct.pack(">I", 0x1006), b"", b"\0\xff\0\0\0\0\0\0\0", 7)
    assert piece == b"\x90\xe8" + struct.pack("<I", 0x1006 - 6) + b"\xc3"
    [piece] = sevenzip.bcj2(b"\x90\xe8\xc3", b"", b"", b"\0\0\0\0\0\0\0\0\0", 3)
    assert piece == b"\x90\xe8\xc3"
