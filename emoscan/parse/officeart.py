"""Office Art ([MS-ODRAW]): the drawing objects of binary documents, with the texts a macro can ask them for."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

MAX_SHAPES: Final = 5_000
MAX_DEPTH: Final = 16
"""Of groups in groups."""

SP_CONTAINER: Final = 0xF004
FSP: Final = 0xF00A
CLIENT_TEXTBOX: Final = 0xF00D
CLIENT_DATA: Final = 0xF011
_OPTIONS: Final = frozenset((0xF00B, 0xF121, 0xF122))

_WORD_ART: Final = 0x00C0
_PICTURE_NAME: Final = 0x0105
_NAME: Final = 0x0380
_DESCRIPTION: Final = 0x0381
_TOOLTIP: Final = 0x038D
_TITLE: Final = 0x03AE
"""Numbers of properties (2.3)."""

_TYPES: Final = {20: "line", 75: "picture", 201: "control", 202: "textbox", **dict.fromkeys(range(136, 176), "wordart")}
"""MSOSPT (2.4.24)."""


class ArtShape(Struct, frozen=True):
    id: int
    type: str
    name: str = ""
    alt_text: str = ""
    title: str = ""
    text: str = ""
    """Of word art; of other shapes the text lies elsewhere."""
    source: str = ""
    """Name or address of its picture."""
    text_box: bytes | None = None
    """What the host put in its ClientTextbox."""
    client: bytes | None = None
    """What the host put in its ClientData."""


def records(data: bytes, at: int = 0) -> Iterator[tuple[int, int, bytes, int]]:
    """(type, instance, body, offset of the body) of records one after the other (2.2.1)."""
    while at + 8 <= len(data):
        head, type_, length = struct.unpack_from("<HHI", data, at)
        yield type_, head >> 4, data[at + 8 : at + 8 + length], at + 8
        at += 8 + length


def shapes(data: bytes) -> Iterator[ArtShape]:
    """Every shape in the records of `data`, in the order in which they are drawn."""
    count = 0
    stack = [iter(_containers(data))]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        type_, body = found
        if type_ == SP_CONTAINER:
            count += 1
            if count > MAX_SHAPES:
                return
            yield _shape(body)
        elif len(stack) < MAX_DEPTH:
            stack.append(iter(_containers(body)))


def _containers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Records that hold others."""
    at = 0
    while at + 8 <= len(data):
        head, type_, length = struct.unpack_from("<HHI", data, at)
        if head & 0xF == 0xF:
            yield type_, data[at + 8 : at + 8 + length]
        at += 8 + length


def _shape(data: bytes) -> ArtShape:
    """OfficeArtSpContainer, 2.2.14."""
    id_ = kind = 0
    texts: dict[int, str] = {}
    text_box = client = None
    for type_, instance, body, _ in records(data):
        if type_ == FSP and len(body) >= 4:
            id_, kind = int.from_bytes(body[:4], "little"), instance
        elif type_ in _OPTIONS:
            texts.update(_options(body, instance))
        elif type_ == CLIENT_TEXTBOX:
            text_box = body
        elif type_ == CLIENT_DATA:
            client = body
    return ArtShape(
        id=id_,
        type=_TYPES.get(kind, ""),
        name=texts.get(_NAME, ""),
        alt_text=texts.get(_DESCRIPTION, ""),
        title=texts.get(_TITLE, "") or texts.get(_TOOLTIP, ""),
        text=texts.get(_WORD_ART, ""),
        source=texts.get(_PICTURE_NAME, ""),
        text_box=text_box,
        client=client,
    )


def _options(body: bytes, count: int) -> dict[int, str]:
    """Texts among the properties of a shape (OfficeArtRGFOPTE, 2.3.1): numbers first, then what is longer."""
    table = body[: count * 6]
    texts: dict[int, str] = {}
    at = len(table)
    for place in range(0, len(table) - 5, 6):
        id_, value = struct.unpack_from("<HI", table, place)
        if not id_ & 0x8000:
            continue
        raw = body[at : at + value]
        at += value
        if id_ & 0x3FFF in _TEXTS:
            texts[id_ & 0x3FFF] = raw[: len(raw) & ~1].decode("utf-16-le", "replace").rstrip("\0")
    return texts


_TEXTS: Final = frozenset((_WORD_ART, _PICTURE_NAME, _NAME, _DESCRIPTION, _TOOLTIP, _TITLE))
