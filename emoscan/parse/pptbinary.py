"""PowerPoint 97-2003 documents ([MS-PPT]): slides, and the storages that hold macros, controls and embedded objects."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB, Budget
from emoscan.parse import officeart
from emoscan.parse.bundle import Document, Shape
from emoscan.parse.cfb import CompoundFile

STREAM: Final = "PowerPoint Document"
MAX_STORAGES: Final = 1_000
MAX_STORAGE: Final = 64 * MIB
CHUNK: Final = 4_096

_STORAGE: Final = re.compile(rb"[\0\x10]\0\x11\x10")
"""Header of an ExOleObjStg record (2.10.34): version 0, instance 0 plain or 1 compressed, type 0x1011."""
_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Stored(Struct, frozen=True):
    """A storage inside the document's stream."""

    offset: int
    data: bytes
    damage: str = ""


def storages(stream: bytes, budget: Budget) -> Iterator[Stored]:
    """Compound files inside the "PowerPoint Document" stream, wherever their records stand: what no list names counts too.

    Raises LimitReached when the budget has no room for one.
    """
    count = 0
    for match in _STORAGE.finditer(stream):
        at = match.start()
        end = min(at + 8 + int.from_bytes(stream[at + 4 : at + 8], "little"), len(stream))
        if match[0][0] == 0:
            if stream.startswith(_MAGIC, at + 8):
                budget.grow(end - at - 8, "storage in a presentation")
                yield Stored(at, stream[at + 8 : end])
            continue
        if end - at < 18 or stream[at + 12] & 0x0F != 8:  # a zlib stream after the size
            continue
        count += 1
        if count > MAX_STORAGES:
            return
        size = min(int.from_bytes(stream[at + 8 : at + 12], "little"), MAX_STORAGE)
        data, damage = _inflate(stream, at + 12, end, size, budget)
        if len(data) < size and not damage:
            damage = "it is cut short"
        if data.startswith(_MAGIC):
            yield Stored(at, data, f"the storage at {at:#x} is damaged: {damage}" if damage else "")


def _inflate(stream: bytes, at: int, end: int, size: int, budget: Budget) -> tuple[bytes, str]:
    """At most `size` bytes out of what stands from `at` to `end`, and the error that ended it early."""
    engine = zlib.decompressobj()
    pieces: list[bytes] = []
    total = 0
    try:
        for place in range(at, end, CHUNK):
            piece = engine.decompress(engine.unconsumed_tail + stream[place : min(place + CHUNK, end)], size - total)
            budget.spend(len(piece), "expanded_bytes", "storage in a presentation")
            pieces.append(piece)
            total += len(piece)
            if total >= size or engine.eof:
                break
    except zlib.error as error:
        return b"".join(pieces), str(error)
    return b"".join(pieces), ""


# ---------------------------------------------------------------- slides

MAX_TEXT: Final = 4 << 20
"""Characters of all slides together that are kept."""
MAX_SLIDES: Final = 5_000
MAX_TAGS: Final = 10_000

DOCUMENT, SLIDE, NOTES, DRAWING, SLIDE_LIST = 0x03E8, 0x03EE, 0x03F0, 0x040C, 0x0FF0
SLIDE_PERSIST, TEXT_HEADER, TEXT_CHARS, TEXT_BYTES, OUTLINE_REFERENCE = 0x03F3, 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
TAG, CSTRING = 0x1389, 0x0FBA
HYPERLINK_TARGET, HYPERLINK_PLACE = 1, 3
MAX_LINKS: Final = 5_000
MAX_LINK: Final = 1 << 17
_HYPERLINK: Final = re.compile(rb"\x0f\0\xd7\x0f")
_ACTION: Final = re.compile(rb"[\x0f\x1f]\0\xf2\x0f")
INTERACTION, RUN_PROGRAM = 0x0FF3, 2
_TAG: Final = re.compile(rb"\x0f\0\x89\x13")


def read(file: CompoundFile) -> Document:
    """Texts, shapes and tags of the slides. Slides are taken in the order in which they are stored."""
    stream = file.stream(STREAM)
    data = file.read(stream) if stream is not None else b""
    outlines: list[list[str]] = []
    drawings: list[bytes] = []
    notes: list[bytes] = []
    for type_, _, body, _ in officeart.records(data):
        if type_ == DOCUMENT:
            outlines = _outlines(body)
        elif type_ in (SLIDE, NOTES) and len(drawings) + len(notes) < MAX_SLIDES:
            place = drawings if type_ == SLIDE else notes
            place.append(next((inner for kind, _, inner, _ in officeart.records(body) if kind == DRAWING), b""))
    left = MAX_TEXT
    slides: list[tuple[str, ...]] = []
    shapes: list[Shape] = []
    for number in range(max(len(drawings), len(outlines))):
        outline = outlines[number] if number < len(outlines) else []
        texts = list(outline)
        for art in officeart.shapes(drawings[number]) if number < len(drawings) else ():
            text = _text(art.text_box or b"", outline) or art.text
            left -= len(text)
            if left < 0:
                break
            if text and text not in texts:
                texts.append(text)
            if text or art.name or art.alt_text or art.title:
                shapes.append(Shape(art.name, text, art.alt_text, art.title, art.type, str(number + 1)))
        slides.append(tuple(texts))
    below = [text for drawing in notes for art in officeart.shapes(drawing) if (text := _text(art.text_box or b"", []))]
    stories = {"notes": "\r".join(below)[:MAX_TEXT]} if below else {}
    return Document(slides=tuple(slides), shapes=tuple(shapes), stories=stories, tags=_tags(data))


def _outlines(document: bytes) -> list[list[str]]:
    """Texts of the placeholders of each slide: SlideListWithTextContainer (2.4.14.3)."""
    slides: list[list[str]] = []
    for type_, instance, body, _ in officeart.records(document):
        if type_ != SLIDE_LIST or instance != 0:
            continue
        for kind, _, inner, _ in officeart.records(body):
            if kind == SLIDE_PERSIST:
                if len(slides) >= MAX_SLIDES:
                    return slides
                slides.append([])
            elif kind == TEXT_HEADER and slides:
                slides[-1].append("")
            elif kind in (TEXT_CHARS, TEXT_BYTES) and slides and slides[-1]:
                slides[-1][-1] += _decoded(kind, inner)
    return slides


def _text(text_box: bytes, outline: list[str]) -> str:
    """Text of a shape's ClientTextbox (2.9.76): its own, or one of the outline's."""
    out = []
    for kind, _, inner, _ in officeart.records(text_box):
        if kind in (TEXT_CHARS, TEXT_BYTES):
            out.append(_decoded(kind, inner))
        elif kind == OUTLINE_REFERENCE and len(inner) >= 4:
            (index,) = struct.unpack_from("<i", inner)
            out.append(outline[index] if 0 <= index < len(outline) else "")
    return "".join(out)


def hyperlinks(stream: bytes) -> Iterator[str]:
    """Targets of ExHyperlinkContainer (2.10.16) and programs of click and hover actions (2.6.1 to 2.6.3), wherever they stand."""
    seen: set[str] = set()
    for pattern in (_HYPERLINK, _ACTION):
        for match in pattern.finditer(stream):
            at = match.start()
            length = min(int.from_bytes(stream[at + 4 : at + 8], "little"), MAX_LINK)
            records = list(officeart.records(stream[at + 8 : at + 8 + length]))
            texts = {
                instance: body[: len(body) & ~1].decode("utf-16-le", "replace") for type_, instance, body, _ in records if type_ == CSTRING
            }
            if pattern is _ACTION:
                runs = any(type_ == INTERACTION and len(body) >= 9 and body[8] == RUN_PROGRAM for type_, _, body, _ in records)
                target = texts.get(0, "") if runs else ""
            else:
                target = texts.get(HYPERLINK_TARGET) or texts.get(0, "")
            if target and target not in seen:
                seen.add(target)
                yield target
                if len(seen) >= MAX_LINKS:
                    return


def _decoded(kind: int, data: bytes) -> str:
    return data[: len(data) & ~1].decode("utf-16-le", "replace") if kind == TEXT_CHARS else data.decode("latin-1")


def _tags(data: bytes) -> dict[str, str]:
    """ProgStringTagContainer (2.11.29), wherever it stands: a name and a value."""
    tags: dict[str, str] = {}
    left = MAX_TEXT
    for match in _TAG.finditer(data):
        at = match.start()
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if length > left or len(tags) >= MAX_TAGS:
            continue
        left -= length
        texts = {
            instance: body[: len(body) & ~1].decode("utf-16-le", "replace")
            for type_, instance, body, _ in officeart.records(data[at + 8 : at + 8 + length])
            if type_ == CSTRING
        }
        if 0 in texts:
            tags.setdefault(texts[0], texts.get(1, ""))
    return tags
