"""Transport-neutral encapsulation, the `winmail.dat` of Outlook ([MS-OXTNEF]): attributes, and MAPI properties inside two of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.codepage import decode
from emoscan.parse.mapi import (
    ATTACHED,
    BODY,
    MESSAGE_CLASS,
    OBJECT,
    RECIPIENT,
    RECIPIENT_TYPE,
    SUBJECT,
    Person,
    Properties,
    Value,
    number,
    person,
    value_of,
)

MAGIC: Final = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES: Final = 10_000
MAX_PROPERTIES: Final = 2_000
MAX_ATTACHMENTS: Final = 500

# Low half of the attribute's id, 2.1.2
_SUBJECT, _BODY, _CLASS, _CODE_PAGE = 0x8004, 0x800C, 0x8008, 0x9007
_RENDERING, _DATA, _TITLE, _PROPERTIES, _MESSAGE, _RECIPIENTS, _TRANSPORT_NAME = 0x9002, 0x800F, 0x8010, 0x9005, 0x9003, 0x9004, 0x9001
_FIXED: Final = {0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value of each type of fixed length, with its padding."""
_VARIABLE: Final = (0x0D, 0x1E, 0x1F, 0x102)
_KINDS: Final = {1: "To", 2: "Cc", 3: "Bcc"}


class Attachment(Struct):
    properties: Properties
    title: str = ""
    data: bytes = b""


class Encapsulated(Struct, frozen=True):
    properties: Properties
    people: tuple[Person, ...]
    attachments: tuple[Attachment, ...]
    damage: tuple[str, ...]


def read(data: bytes) -> Encapsulated:
    """What is encapsulated, as far as the data goes. Raises Malformed when it does not begin as TNEF does."""
    if not data.startswith(MAGIC) or len(data) < 6:
        raise Malformed("no TNEF")
    properties: Properties = {}
    people: list[Person] = []
    attachments: list[Attachment] = []
    damage: list[str] = []
    code_page = 1252
    for id_, value in _attributes(data, damage):
        if id_ == _CODE_PAGE and len(value) >= 4:
            code_page = int.from_bytes(value[:4], "little")
        elif id_ in _TEXTS:
            properties.setdefault(_TEXTS[id_], decode(value.partition(b"\0")[0], code_page))
        elif id_ == _MESSAGE:
            found, _ = _properties(value, 0, code_page, damage)
            properties.update(found)
        elif id_ == _RECIPIENTS:
            people += _recipients(value, code_page, damage)
        elif id_ == _RENDERING:
            if len(attachments) >= MAX_ATTACHMENTS:
                damage.append(f"more than {MAX_ATTACHMENTS} attachments")
                break
            attachments.append(Attachment({}))
        elif id_ in (_DATA, _TITLE, _PROPERTIES, _TRANSPORT_NAME):
            if not attachments:
                attachments.append(Attachment({}))
            last = attachments[-1]
            if id_ == _DATA:
                last.data = value
            elif id_ == _PROPERTIES:
                found, _ = _properties(value, 0, code_page, damage)
                last.properties.update(found)
            elif not last.title:
                last.title = decode(value.partition(b"\0")[0], code_page)
    return Encapsulated(properties, tuple(people), tuple(attachments), tuple(damage))


_TEXTS: Final = {_SUBJECT: SUBJECT, _BODY: BODY, _CLASS: MESSAGE_CLASS}


def _attributes(data: bytes, damage: list[str]) -> Iterator[tuple[int, bytes]]:
    """(id, value) of each attribute, 2.1.3.1. The checksum behind a value is not looked at: Outlook reads on too."""
    at = 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(data):
            if at < len(data):
                damage.append("it ends inside an attribute")
            return
        level, id_, length = data[at], int.from_bytes(data[at + 1 : at + 3], "little"), int.from_bytes(data[at + 5 : at + 9], "little")
        if level not in (1, 2):
            damage.append(f"no attribute at {at:,}")
            return
        at += 9
        value = data[at : at + length]
        if len(value) < length:
            damage.append(f"an attribute has {len(value):,} of its {length:,} bytes")
        yield id_, value
        at += length + 2
    damage.append(f"more than {MAX_ATTRIBUTES} attributes")


def _properties(data: bytes, at: int, code_page: int, damage: list[str]) -> tuple[Properties, int]:
    """(properties, where they end), 2.1.3.4."""
    found: Properties = {}
    try:
        count = _u32(data, at)
        at += 4
        for _ in range(min(count, MAX_PROPERTIES)):
            id_, value, at = _property(data, at, code_page)
            if value is not None and value != "":
                found[id_] = value
    except Malformed as error:
        damage.append(f"properties are damaged: {error}")
        at = len(data)
    return found, at


def _property(data: bytes, at: int, code_page: int) -> tuple[int, Value | None, int]:
    """(id, value, where it ends) of one. Of several values the first counts."""
    head = _u32(data, at)
    type_, id_ = head & 0xFFFF, head >> 16
    at += 4
    if id_ >= 0x8000:  # a named property: a GUID, and a number or a text
        at += 24 if _u32(data, at + 16) == 0 else 24 + _padded(_u32(data, at + 20))
    multiple, type_ = bool(type_ & 0x1000), type_ & 0xEFFF
    values = 1
    if multiple or type_ in _VARIABLE:
        values = _u32(data, at)
        at += 4
    first: Value | None = None
    for number_ in range(min(values, MAX_PROPERTIES)):
        if type_ in _VARIABLE:
            length = _u32(data, at)
            at += 4
            raw = data[at : at + length]
            at += _padded(length)
        elif type_ in _FIXED:
            raw = data[at : at + _FIXED[type_]]
            at += _FIXED[type_]
        else:
            raise Malformed(f"there is no type {type_:#x}")
        if at > len(data) + 3:
            raise Malformed("one ends behind its attribute")
        if number_ == 0:
            # Before an embedded message or OLE object stands the id of its interface.
            first = raw[16:] if type_ == OBJECT else value_of(type_, raw, code_page)
    return id_, first, at


def _u32(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise Malformed("they end too early")
    return int.from_bytes(data[at : at + 4], "little")


def _padded(length: int) -> int:
    return length + -length % 4


def _recipients(data: bytes, code_page: int, damage: list[str]) -> Iterator[Person]:
    """2.1.3.5.1: a table, each row a list of properties."""
    count, at = int.from_bytes(data[:4], "little"), 4
    for _ in range(min(count, 500)):
        if at >= len(data):
            return
        row, at = _properties(data, at, code_page, damage)
        who = person(_KINDS.get(number(row, RECIPIENT_TYPE, 1), "To"), row, RECIPIENT)
        if who is not None:
            yield who


def embedded(attachment: Attachment) -> bytes:
    """The content of an attachment: its data, or the object among its properties (TNEF again for a message, else an OLE storage)."""
    if attachment.data:
        inner = attachment.properties.get(ATTACHED)
        return inner if isinstance(inner, bytes) and inner.startswith(MAGIC) else attachment.data
    inner = attachment.properties.get(ATTACHED)
    return inner if isinstance(inner, bytes) else b""
