"""PowerPoint 97-2003: slides, and storages in the document's stream."""

import struct
import zlib

import pytest
from fixturelib.cfb import Storage, compound
from fixturelib.ovba import Module, Project
from fixturelib.powerpoint import CONTAINER, EX_OLE_STORAGE, SLIDE, Presentation, record
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.parse import pptbinary
from emoscan.parse.bundle import Shape
from emoscan.parse.cfb import CompoundFile

VBA = Project([Module("Module1", "Sub OnSlideShowPageChange()\nEnd Sub\n")])


def stream_of(presentation: Presentation) -> bytes:
    return CompoundFile(presentation.file()).read(pptbinary.STREAM)


def storages(stream: bytes, **limits):
    return list(pptbinary.storages(stream, Budget(Limits(**limits))))


@pytest.mark.parametrize("compressed", [True, False])
def test_the_project_is_found(compressed):
    (stored,) = storages(stream_of(Presentation(vba=VBA, compressed=compressed)))
    assert stored.data == VBA.file()
    assert not stored.damage


def test_a_storage_no_list_names_is_found():
    stream = b"junk" * 9 + record(EX_OLE_STORAGE, struct.pack("<I", len(VBA.file())) + zlib.compress(VBA.file()), instance=1)
    assert [s.offset for s in storages(stream)] == [36]


def test_a_damaged_storage_is_read_as_far_as_it_goes():
    stream = record(EX_OLE_STORAGE, struct.pack("<I", len(VBA.file())) + zlib.compress(VBA.file(), 0)[:5_000] + b"\xff" * 99, instance=1)
    (stored,) = storages(stream)
    assert stored.damage
    assert len(stored.data) > 4_000


def test_a_bomb_is_stopped():
    bomb = record(
        EX_OLE_STORAGE, struct.pack("<I", 1 << 31) + zlib.compress(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1 << 23)), instance=1
    )
    with pytest.raises(LimitReached):
        storages(bomb * 9, expanded_bytes=1 << 24)


def art(type_: int, body: bytes, version: int = 0, instance: int = 0) -> bytes:
    return record(type_, body, version=version, instance=instance)


def shape(name: str, box: bytes) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    options = art(0xF00B, struct.pack("<HI", 0xC380, len(raw)) + raw, 3, 1)
    return art(0xF004, art(0xF00A, struct.pack("<II", 1, 0), 2, 202) + options + art(0xF00D, box), 15)


def test_slides_shapes_and_tags():
    presentation = Presentation([["title", "body"], ["second"]])
    own = record(0x0FA0, "own text".encode("utf-16-le"))
    of_outline = record(0x0F9E, struct.pack("<I", 1))
    drawing = record(0x040C, art(0xF002, shape("Box", own) + shape("Body", of_outline), 15), version=CONTAINER)
    tag = record(0x0FBA, "KEY".encode("utf-16-le")) + record(0x0FBA, "payload".encode("utf-16-le"), instance=1)
    document, _, _ = stream_of(presentation).partition(record(SLIDE, b"", version=CONTAINER)[:4])
    stream = (
        document
        + record(SLIDE, drawing + record(0x1389, tag, version=CONTAINER), version=CONTAINER)
        + record(SLIDE, b"", version=CONTAINER)
    )
    model = pptbinary.read(CompoundFile(compound(Storage().put(pptbinary.STREAM, stream))))
    assert model.slides == (("title", "body", "own text"), ("second",))
    assert model.shapes == (Shape("Box", "own text", type="textbox", place="1"), Shape("Body", "body", type="textbox", place="1"))
    assert model.tags == {"KEY": "payload"}


@given(st.data())
def test_whatever_is_mutated_nothing_is_raised(data):
    stream = bytearray(stream_of(Presentation([["title", "body"], ["second"]], vba=VBA)))
    for _ in range(data.draw(st.integers(1, 8))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    storages(bytes(stream))
    pptbinary.read(CompoundFile(compound(Storage().put(pptbinary.STREAM, bytes(stream)))))
