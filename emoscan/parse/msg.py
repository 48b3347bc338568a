"""Outlook's message files ([MS-OXMSG]): a compound file of properties, recipients and attachments."""

from __future__ import annotations

import re
import struct
from typing import Final

from msgspec import Struct

from emoscan.parse.cfb import CompoundFile, Entry
from emoscan.parse.mapi import (
    ATTACHED,
    INTERNET_CODE_PAGE,
    MESSAGE_CODE_PAGE,
    OBJECT,
    RECIPIENT,
    RECIPIENT_TYPE,
    TEXT8,
    TEXT16,
    Person,
    Properties,
    number,
    person,
    value_of,
)

MAX_RECIPIENTS: Final = 500
MAX_ATTACHMENTS: Final = 500
MAX_TEXT: Final = 16 << 20
"""Bytes of one property that is not an attachment's content."""
_STREAM: Final = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})", re.IGNORECASE)
_TABLE: Final = "__properties_version1.0"
_KINDS: Final = {1: "To", 2: "Cc", 3: "Bcc"}


class Attachment(Struct, frozen=True):
    properties: Properties
    content: Entry | None
    """The stream with its bytes."""
    storage: Entry | None
    """An embedded message or OLE object, instead."""


class Message(Struct, frozen=True):
    properties: Properties
    people: tuple[Person, ...]
    attachments: tuple[Attachment, ...]
    left_out: int = 0
    """Attachments beyond MAX_ATTACHMENTS."""


def read(file: CompoundFile) -> Message:
    """The message at the root. Damaged parts are left out (`file.damage` says so). Raises LimitReached."""
    children: dict[str, list[Entry]] = {}
    for entry in file.entries:
        if entry.type != "root":
            children.setdefault(entry.path.rpartition("/")[0].lower(), []).append(entry)
    top = children.get("", [])
    properties, _ = _properties(file, top, 0)
    code_page = number(properties, MESSAGE_CODE_PAGE) or number(properties, INTERNET_CODE_PAGE)
    properties, _ = _properties(file, top, code_page)
    people: list[Person] = []
    attachments: list[Attachment] = []
    left_out = 0
    for entry in top:
        name = entry.name.lower()
        inside = children.get(entry.path.lower(), [])
        if name.startswith("__recip_version1.0") and len(people) < MAX_RECIPIENTS:
            of_him, _ = _properties(file, inside, code_page)
            who = person(_KINDS.get(number(of_him, RECIPIENT_TYPE, 1), "To"), of_him, RECIPIENT)
            if who is not None:
                people.append(who)
        elif entry.type == "storage" and (name.startswith("__attach_version1.0") or any(_holds_content(e.name) for e in inside)):
            if len(attachments) >= MAX_ATTACHMENTS:
                left_out += 1
                continue
            of_it, places = _properties(file, inside, code_page)
            content = places.get(ATTACHED)
            is_storage = content is not None and content.type == "storage"
            attachments.append(Attachment(of_it, None if is_storage else content, content if is_storage else None))
    return Message(properties, tuple(people), tuple(attachments), left_out)


def _holds_content(name: str) -> bool:
    """Whether a stream is the content of an attachment, whatever the storage around it is called."""
    match = _STREAM.fullmatch(name)
    return match is not None and int(match[1], 16) == ATTACHED


def _properties(file: CompoundFile, entries: list[Entry], code_page: int) -> tuple[Properties, dict[int, Entry]]:
    """(values, where the content of an attachment is)."""
    values: Properties = {}
    places: dict[int, Entry] = {}
    for entry in entries:
        match = _STREAM.fullmatch(entry.name)
        if match is None:
            if entry.name.lower() == _TABLE and entry.type == "stream":
                values.update({id_: value for id_, value in _table(file.read(entry, 1 << 16)).items() if id_ not in values})
            continue
        id_, type_ = int(match[1], 16), int(match[2], 16)
        if id_ == ATTACHED:
            if entry.type == "storage" or type_ != OBJECT or id_ not in places:
                places[id_] = entry
            continue
        if entry.type != "stream" or (type_ in (TEXT8, TEXT16) and id_ in values and isinstance(values[id_], str) and type_ == TEXT8):
            continue
        value = value_of(type_, file.read(entry, MAX_TEXT), code_page or 1252)
        if value is not None:
            values[id_] = value
    return values, places


def _table(data: bytes) -> Properties:
    """Properties of fixed length, 2.4.2. The header has 32 bytes in a file's root, 24 in an embedded message, 8 elsewhere: the
    length of the whole tells which, and 24 reads as 8 and one entry that means nothing.
    """
    values: Properties = {}
    for at in range(32 if len(data) % 16 == 0 else 8, len(data) - 15, 16):
        type_, id_ = struct.unpack_from("<HH", data, at)
        if type_ not in (TEXT8, TEXT16, OBJECT, 0x102):
            value = value_of(type_, data[at + 8 : at + 16], 1252)
            if value is not None and value != "":
                values[id_] = value
    return values
