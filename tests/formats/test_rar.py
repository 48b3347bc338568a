"""RAR archives. There is no free writer, so the tests hold one of their own: stored and packed members, locks, both versions."""

import hashlib
import hmac
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.rar import open_rar
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse import Malformed, rar, unrar
from emoscan.registry import discover, sniff

discover(("formats", "decrypt"))

DOCUMENT = b"inert document " * 60


def run(data, *passwords, **limits):
    clues = [Fact("clue.password", word, "mail text", confidence=0.9 - number / 1_000) for number, word in enumerate(passwords)]
    return list(open_rar(Artifact("archive.rar", data), Context(Budget(Limits(**limits)), clues=clues)))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


# ------------------------------------------------------------------ a writer


class Bits:
    def __init__(self):
        self.text = ""

    def put(self, value, count):
        self.text += format(value, f"0{count}b") if count else ""

    def done(self):
        text = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def matches(data):
    """(literal) or (distance, length) steps; every match is as long as can be, up to 40, and found in the last 200 bytes."""
    at = 0
    while at < len(data):
        best = (0, 0)
        for distance in range(1, min(at, 200) + 1):
            length = 0
            while length < 40 and at + length < len(data) and data[at + length - distance] == data[at + length]:
                length += 1
            best = max(best, (length, distance))
        if best[0] >= 4:
            yield best
            at += best[0]
        else:
            yield data[at]
            at += 1


def slot_of(value, base_of):
    return max(slot for slot in range(40) if base_of(slot) <= value)


def pack50(data, filters=()):
    """One block of version 5: all codes of one table have one length."""
    bits = Bits()
    for index in range(20):
        bits.put(2 if index in {4, 6, 9} else 0, 4)  # codes for the lengths 4, 6 and 9: 00, 01, 10
    for count, code in ((306, 0b10), (64, 0b01), (16, 0b00), (44, 0b01)):
        for _ in range(count):
            bits.put(code, 2)
    for start, length, kind, channels in filters:
        bits.put(256, 9)
        for number in (start, length):
            bits.put(1, 2)
            bits.put(number & 0xFF, 8)
            bits.put(number >> 8, 8)
        bits.put(kind, 3)
        if kind == 0:
            bits.put(channels - 1, 5)
    for step in matches(data):
        if isinstance(step, int):
            bits.put(step, 9)
            continue
        length, distance = step
        slot = slot_of(length, lambda s: s + 2 if s < 8 else ((4 | s & 3) << (s >> 2) - 1) + 2)
        extra = 0 if slot < 8 else (slot >> 2) - 1
        bits.put(262 + slot, 9)
        bits.put(length - (slot + 2 if slot < 8 else ((4 | slot & 3) << extra) + 2), extra)
        slot = slot_of(distance, lambda s: s + 1 if s < 4 else ((2 | s & 1) << (s >> 1) - 1) + 1)
        extra = 0 if slot < 4 else (slot >> 1) - 1
        rest = distance - (slot + 1 if slot < 4 else ((2 | slot & 1) << extra) + 1)
        bits.put(slot, 6)
        if extra < 4:
            bits.put(rest, extra)
        else:
            bits.put(rest >> 4, extra - 4)
            bits.put(rest & 15, 4)
    body = bits.done()
    used = (len(bits.text) - 1) % 8
    flags = 0x80 | 0x40 | 1 << 3 | used
    size = struct.pack("<H", len(body))
    return bytes([flags, 0x5A ^ flags ^ size[0] ^ size[1]]) + size + body


def pack29(data):
    """Version 2.9: tables whose lengths count up from nothing, then the same steps."""
    bits = Bits()
    bits.put(0, 1)  # no PPMd
    bits.put(0, 1)  # no tables before
    for index in range(20):
        bits.put(2 if index in {5, 6, 9} else 0, 4)
    for count, code in ((299, 0b10), (60, 0b01), (17, 0b00), (28, 0b00)):
        for _ in range(count):
            bits.put(code, 2)
    lengths = unrar._LENGTHS
    for step in matches(data):
        if isinstance(step, int):
            bits.put(step, 9)
            continue
        length, distance = step
        slot = max(s for s in range(28) if lengths[s] + 3 <= length)
        bits.put(271 + slot, 9)
        bits.put(length - lengths[slot] - 3, unrar._LENGTH_BITS[slot])
        slot = max(s for s in range(60) if unrar._DISTANCES[s] + 1 <= distance)
        rest, extra = distance - unrar._DISTANCES[slot] - 1, unrar._DISTANCE_BITS[slot]
        bits.put(slot, 6)
        if slot <= 9:
            bits.put(rest, extra)
        else:
            bits.put(rest >> 4, extra - 4)
            bits.put(rest & 15, 5)
    bits.put(256, 9)
    bits.put(0, 2)
    return bits.done()


def vint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


SALT, VECTOR = b"0123456789abcdef", b"fedcba9876543210"


def key5(password, power=4):
    key, mixed, checked = (hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, (1 << power) + more) for more in (0, 16, 32))
    check = bytes(checked[n] ^ checked[n + 8] ^ checked[n + 16] ^ checked[n + 24] for n in range(8))
    return key, mixed, check + hashlib.sha256(check).digest()[:4]


def rar5(members, *, password="", names=False, tweaked=True, check=True, solid=False):
    out = rar.MAGIC5
    key, mixed, value = key5(password) if password else (b"", b"", b"")

    def header(body, data=b""):
        full = vint(len(body)) + body
        head = struct.pack("<I", zlib.crc32(full)) + full
        if names and out != rar.MAGIC5:
            head = VECTOR + AES.new(key, AES.MODE_CBC, VECTOR).encrypt(head + bytes(-len(head) % 16))
        return head + data

    if names:
        out += header(vint(4) + vint(0) + vint(0) + vint(1) + b"\x04" + SALT + value)
    out += header(vint(1) + vint(0) + vint(0))
    for number, (name, data, packed) in enumerate(members):
        body, crc, extra = packed, zlib.crc32(data), b""
        if password:
            body = AES.new(key, AES.MODE_CBC, VECTOR).encrypt(packed + bytes(-len(packed) % 16))
            record = vint(1) + vint(0) + vint(check | tweaked << 1) + b"\x04" + SALT + VECTOR + value * check
            extra = vint(len(record)) + record
            if tweaked:
                words = struct.unpack("<8I", hmac.digest(mixed, struct.pack("<I", crc), "sha256"))
                crc = words[0] ^ words[1] ^ words[2] ^ words[3] ^ words[4] ^ words[5] ^ words[6] ^ words[7]
        method = (3 if packed != data else 0) << 7 | (0x40 if solid and number else 0)
        fields = (
            vint(4)
            + vint(len(data))
            + vint(0x20)
            + struct.pack("<I", crc)
            + vint(method)
            + vint(1)
            + vint(len(name.encode()))
            + name.encode()
        )
        out += header(vint(2) + vint(3 if extra else 2) + (vint(len(extra)) if extra else b"") + vint(len(body)) + fields + extra, body)
    return out + header(vint(5) + vint(0) + vint(0))


def key4(password, salt):
    digest, vector = hashlib.sha1(), b""
    for number in range(1 << 18):
        digest.update(password.encode("utf-16-le") + salt + struct.pack("<I", number)[:3])
        if not number % (1 << 14):
            vector += digest.digest()[-1:]
    return b"".join(digest.digest()[at : at + 4][::-1] for at in range(0, 16, 4)), vector


def rar4(members, *, password="", names=False):
    salt = b"saltsalt"
    key, vector = key4(password, salt) if password else (b"", b"")

    def header(kind, flags, body, *, lock=names):
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        head = struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head
        return salt + AES.new(key, AES.MODE_CBC, vector).encrypt(head + bytes(-len(head) % 16)) if lock else head

    out = rar.MAGIC4 + header(0x73, 0x80 if names else 0, bytes(6), lock=False)
    for name, data, packed in members:
        raw = name.encode("ascii")
        body = AES.new(key, AES.MODE_CBC, vector).encrypt(packed + bytes(-len(packed) % 16)) if password else packed
        fields = struct.pack(
            "<IIBIIBBHI", len(body), len(data), 2, zlib.crc32(data), 0, 29, 0x33 if packed != data else 0x30, len(raw), 0x20
        )
        out += header(0x74, 0x8000 | (0x404 if password else 0), fields + raw + (salt if password else b"")) + body
    return out + header(0x7B, 0x4000, b"")


# ------------------------------------------------------------------ what is read


@pytest.mark.parametrize(("write", "pack"), [(rar5, pack50), (rar4, pack29)])
def test_members_stored_and_packed(write, pack):
    files = {"a.txt": b"stored", "b/invoice.doc": DOCUMENT, "c.bin": bytes(range(256)) * 2}
    data = write([(name, text, text if name == "a.txt" else pack(text)) for name, text in files.items()])
    assert sniff(data) == ("archive.rar",)
    items = run(data)
    assert {c.label: c.data for c in of(Child, items)} == files
    assert not of(Problem, items)


@given(st.text("abcd", max_size=300).map(str.encode) | st.binary(max_size=200))
@settings(deadline=None, max_examples=30)
def test_any_content_round_trips(text):
    archive = rar.parse(rar5([("a", text, pack50(text))] if text else []))
    assert [rar.Contents(archive, Budget(Limits())).read(m).data for m in archive.members] == ([text] if text else [])
    archive = rar.parse(rar4([("a", text, pack29(text))] if text else []))
    assert [rar.Contents(archive, Budget(Limits())).read(m).data for m in archive.members] == ([text] if text else [])


def test_filters():
    code = b"\x90\xe8" + struct.pack("<i", 0x1000) + b"\xe9" + struct.pack("<i", -3) + b"\x00" * 10
    undone = bytearray(code)
    struct.pack_into("<i", undone, 2, 0x1000 - 2)
    struct.pack_into("<i", undone, 7, 0x1000000 - 3)
    delta = bytes([1, 1, 1, 2, 2, 2])
    for packed, plain in (
        (pack50(code, [(0, len(code), 2, 0)]), bytes(undone)),
        (pack50(delta, [(0, 6, 0, 2)]), bytes([255, 254, 254, 252, 253, 250])),
        (pack50(b"\x05\0\0\xeb\x05\0\0\xeb", [(0, 8, 3, 0)]), b"\x05\0\0\xeb\x04\0\0\xeb"),
    ):
        [child] = of(Child, run(rar5([("a.exe", plain, packed)])))
        assert child.data == plain


def test_solid_members_go_on_from_each_other():
    packer = unrar.Unpack50()
    first, second = b"abcdefgh" * 30, b"abcdefgh" * 20
    assert packer.file(pack50(first), len(first), 1 << 17, solid=False, meter=lambda _: None) == first
    assert packer.file(pack50(second), len(second), 1 << 17, solid=True, meter=lambda _: None) == second
    data = rar5([("a", first, pack50(first)), ("b", second, pack50(second))], solid=True)
    assert [c.data for c in of(Child, run(data))] == [first, second]


@pytest.mark.parametrize("options", [{}, {"names": True}, {"tweaked": False}, {"check": False}])
@pytest.mark.parametrize("password", ["4432", "合言葉"])
def test_version_5_opens_with_a_clue(options, password):
    data = rar5([("invoice.doc", DOCUMENT, pack50(DOCUMENT))], password=password, **options)
    items = run(data, "wrong", password)
    assert of(Child, items) == [Child(DOCUMENT, label="invoice.doc", how="RAR AES-256, password from mail text")]
    assert Fact("opened.password", password, "mail text") in items
    assert not of(Problem, items)


@pytest.mark.parametrize("names", [False, True])
def test_version_4_opens_with_a_clue(names):
    data = rar4([("invoice.doc", DOCUMENT, pack29(DOCUMENT))], password="4432", names=names)
    items = run(data, "wrong", "4432")
    assert of(Child, items) == [Child(DOCUMENT, label="invoice.doc", how="RAR AES-128, password from mail text")]
    assert not of(Problem, items)


def test_key_of_version_4():
    assert rar.key4(b"saltsalt", "pä") == key4("pä", b"saltsalt")


@pytest.mark.parametrize("names", [False, True])
def test_what_stays_shut_is_said(names):
    for data in (
        rar5([("a.doc", b"document", b"document")], password="secret", names=names),
        rar4([("a.doc", b"document", b"document")], password="secret", names=names),
    ):
        items = run(data, "wrong")
        assert not of(Child, items)
        assert [p.sort for p in of(Problem, items)] == ["encrypted"]
        assert ["a.doc"] * (not names) == [f.value for f in of(Fact, items) if f.kind == "archive.member"]


def test_rounds_are_limited():
    data = rar4([("a.doc", b"document", b"document")], password="secret")
    items = run(data, *(f"w{n}" for n in range(30)), kdf_rounds=200_000)
    assert [p.name for p in of(Problem, items)] == ["kdf_rounds", "RAR AES-128"]


def test_names_of_version_4_in_unicode():
    # "テスト.txt" with a high byte of 0x30 and two bits for each character: 1 = low byte with that high byte, 0 = low byte alone.
    encoded = b"\x30" + bytes([0b01_01_01_00]) + b"\xc6\xb9\xc8." + bytes([0b00_00_00_00]) + b"txt"
    assert rar._name4(b"___.txt\0" + encoded, unicode=True) == "テスト.txt"
    assert rar._name4("テスト.txt".encode(), unicode=True) == "テスト.txt"
    assert rar._name4("テスト.txt".encode("cp932"), unicode=False) == "テスト.txt"


# ------------------------------------------------------------------ damage and hostility


def test_cut_off_and_damaged():
    data = rar5([("a.txt", b"first", b"first"), ("b.doc", DOCUMENT, pack50(DOCUMENT))])
    items = run(data[:-40])
    assert of(Child, items)[0].data == b"first"
    assert "malformed" in {p.sort for p in of(Problem, items)}
    raw = bytearray(data)
    raw[-60] ^= 0xFF
    assert {p.sort for p in of(Problem, run(bytes(raw)))} == {"malformed"}


def test_text_model():
    """Two letters, coded by hand: "a" is one of 257, then five of 261 behind 96 others; order 6, one MiB."""
    interval = 0xFFFFFFFF // 257
    code = ord("a") * interval + 96 * (interval // 261) + 1
    items = run(rar4([("a.txt", b"aa", b"\xa5\0" + code.to_bytes(4, "big"))]))
    assert [c.data for c in of(Child, items)] == [b"aa"]
    assert not of(Problem, items)
    damaged = run(rar4([("a.txt", b"text", b"\x80" + bytes(20))]))
    assert [p.sort for p in of(Problem, damaged)] == ["malformed"]


def test_sizes_are_not_believed():
    data = rar5([("a.txt", b"x", b"x")])
    huge = data.replace(vint(1) + vint(0x20), vint(1 << 40) + vint(0x20), 1)
    with pytest.raises(Malformed):
        rar.parse(huge)
    archive = rar.parse(data)
    lied = rar.Contents(archive, Budget(Limits()))
    from msgspec.structs import replace

    assert lied.read(replace(archive.members[0], size=1 << 40)).limit == "object_bytes"
    assert lied.read(replace(archive.members[0], size=40 << 20)).limit == "ratio"


SAMPLES = [
    rar5([("a.doc", DOCUMENT, pack50(DOCUMENT)), ("b", b"x", b"x")]),
    rar4([("a.doc", DOCUMENT, pack29(DOCUMENT)), ("b", b"x", b"x")]),
]


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=5))
@settings(deadline=None, max_examples=80)
def test_mutations_never_fail(data, changes):
    raw = bytearray(data)
    for at, byte in changes:
        raw[7 + at % (len(raw) - 7)] = byte
    started = time.process_time()
    for item in run(bytes(raw)):
        assert isinstance(item, Child | Fact | Problem)
    assert time.process_time() - started < 5


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=60)
def test_noise_raises_nothing_but_malformed(noise):
    for kind in (unrar.Unpack29, unrar.Unpack50):
        try:
            kind().file(noise, 500, 1 << 17, solid=False, meter=lambda _: None)
        except Malformed:
            continue
    for magic in (rar.MAGIC4, rar.MAGIC5):
        try:
            rar.parse(magic + noise)
        except Malformed:
            continue


def test_from_an_archive_in_an_archive():
    inner = rar5([("deep.txt", b"the end of it", b"the end of it")], password="4432")
    graph = expand(rar5([("in.rar", inner, inner)], password="4432"), "a.rar", Settings(passwords=("4432",)))
    assert b"the end of it" in {a.data for a in graph.artifacts.values()}


@pytest.mark.corpus
def test_real_archives_unpack_to_their_crc():
    folder = Path(os.environ.get("EMOSCAN_CORPUS", ""))
    if not folder.name or not folder.is_dir():
        pytest.skip("EMOSCAN_CORPUS is not set")
    read = 0
    for path in folder.iterdir():
        data = path.read_bytes()
        if not data.startswith(b"Rar!"):
            continue
        for word in ("", "password"):
            try:
                archive = rar.parse(data, word)
            except Malformed:
                continue
            contents = rar.Contents(archive, Budget(Limits()))
            for member in archive.members:
                if member.lock is None and not member.directory:
                    try:
                        content = contents.read(member)
                    except rar.Unsupported:
                        continue
                    assert not content.trouble, path.name
                    read += 1
    assert read > 0
