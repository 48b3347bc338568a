"""Disks in mails: VHD, VHDX and raw images, FAT and NTFS on them."""

import random

import pytest
from fixturelib import disks
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.registry import discover, sniff

discover()

LONG = bytes(range(256)) * 30
FILES = {"readme.txt": b"open the other one", "請求書 2023.bin": LONG, "Papers/inner.txt": b"in a folder", "empty.txt": b""}
FLAT = {name: data for name, data in FILES.items() if "/" not in name}
FAT = disks.fat16(FILES, hidden=("請求書 2023.bin",))
NTFS = disks.ntfs({**FLAT, "readme.txt:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3"})


def contents(data, kind):
    assert sniff(data) == (kind,)
    graph = expand(data, "disk.img", budget=Budget(Limits()))
    assert not [t for t in graph.troubles if t.problem.name != "unknown"], graph.troubles
    return {name: a.data for a in graph.artifacts.values() for name in graph.names(a.id) if a.id != graph.root}, graph


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (FAT, "disk.fat"),
        (disks.partitioned(FAT), "disk.raw"),
        (disks.gpt(FAT), "disk.raw"),
        (disks.vhd(FAT), "disk.vhd"),
        (disks.vhd(disks.partitioned(FAT)), "disk.vhd"),
        (disks.vhd(disks.partitioned(FAT), grows=True), "disk.vhd"),
        (disks.vhdx(disks.partitioned(FAT)), "disk.vhdx"),
        (disks.vhdx(disks.gpt(FAT)), "disk.vhdx"),
    ],
)
def test_files_on_fat(data, kind):
    found, graph = contents(data, kind)
    assert {name: data for name, data in FILES.items() if data}.items() <= found.items()
    assert [fact.value for _, fact in graph.facts(kind="disk.hidden")] == ["請求書 2023.bin"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(NTFS, "disk.ntfs"), (disks.vhd(disks.partitioned(NTFS, 7), grows=True), "disk.vhd"), (disks.vhdx(disks.gpt(NTFS)), "disk.vhdx")],
)
def test_files_on_ntfs(data, kind):
    found, _ = contents(data, kind)
    assert {name: data for name, data in FLAT.items() if data}.items() <= found.items()
    assert found["readme.txt:Zone.Identifier"].startswith(b"[ZoneTransfer]")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (disks.partitioned(b"\xeb\x3c\x90unknown" + bytes(4000)), "file system is not known"),
        (
            disks.vhd(bytes(4096))[:-449] + b"\4" + disks.vhd(bytes(4096))[-448:],
            "differs from another",
        ),
        (disks.vhdx(FAT)[: 200 << 10], "no table metadata"),
        (disks.vhd(FAT, grows=True)[:1000], "file system is not known"),
    ],
)
def test_what_cannot_be_read_is_said(data, said):
    graph = expand(data, "disk.img", budget=Budget(Limits()))
    assert any(said in t.problem.message for t in graph.troubles)


@given(
    st.sampled_from([FAT[:90_000], NTFS, disks.vhd(NTFS, grows=True)]),
    st.lists(st.tuples(st.integers(0, 40_000), st.binary(min_size=1, max_size=4)), max_size=12),
)
@settings(max_examples=60)
def test_damage_never_surprises(data, changes):
    damaged = bytearray(data)
    for at, piece in changes:
        damaged[at : at + len(piece)] = piece
    graph = expand(bytes(damaged), "disk.img", budget=Budget(Limits()))
    assert not [t for t in graph.troubles if t.problem.sort == "failed"]


def test_a_chain_that_is_a_circle_ends():
    data = bytearray(disks.fat16({"a.bin": LONG}))
    for number in range(3, 20):
        data[512 + 2 * number : 514 + 2 * number] = b"\3\0"
    data[-(4200 * 512) - 512 * 32 :][28:32] = b"\xff\xff\xff\x7f"
    root = 512 + len(data[512:]) - 4200 * 512 - 512 * 32
    size_at = data.index(len(LONG).to_bytes(4, "little"), root)
    data[size_at : size_at + 4] = b"\xff\xff\xff\x0f"
    graph = expand(bytes(data), "disk.img", budget=Budget(Limits()))
    assert not [t for t in graph.troubles if t.problem.sort == "failed"]


PACKED = {
    "text.txt": b"Rechnung " * 4_000,
    "noise.bin": random.Random(1).randbytes(20_000),
    "zeros.bin": bytes(30_000) + b"x" * 9_000,
    "small.txt": b"small",
}


def test_files_that_ntfs_compressed():
    found, graph = contents(disks.ntfs(PACKED, compressed=tuple(PACKED)), "disk.ntfs")
    assert {trouble.problem.name for trouble in graph.troubles} == {"unknown"}
    assert PACKED.items() <= found.items()


def test_compressed_files_that_are_damaged():
    data = bytearray(disks.ntfs(PACKED, compressed=tuple(PACKED)))
    at = data.index(b"Rechnung", 30_000)
    data[at - 2 : at + 300] = b"\xff" * 302
    graph = expand(bytes(data), "disk.img", budget=Budget(Limits()))
    assert ["text.txt" in trouble.problem.message for trouble in graph.troubles if trouble.problem.sort == "malformed"] == [True]
