"""Writers of Outlook's forms of a mail: message files (MS-OXMSG) and winmail.dat (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fixturelib import cfb

TEXT8, TEXT16, BINARY, OBJECT, TIME, NUMBER = 0x1E, 0x1F, 0x102, 0x0D, 0x40, 0x03
SUBJECT, SENT, HEADERS, BODY, RTF, HTML, CLASS = 0x37, 0x39, 0x7D, 0x1000, 0x1009, 0x1013, 0x1A
SENDER_NAME, SENDER_ADDRESS, NAME, ADDRESS, RECIPIENT_TYPE = 0xC1A, 0x5D01, 0x3001, 0x39FE, 0xC15
DATA, LONG_NAME, SHORT_NAME, METHOD, MIME_TYPE = 0x3701, 0x3707, 0x3704, 0x3705, 0x370E

Property = tuple[int, int, bytes | str | int]
"""(id, type, value)."""


@dataclass
class Attached:
    name: str
    data: bytes | Message
    short: str = ""


@dataclass
class Message:
    properties: Sequence[Property] = ()
    recipients: Sequence[tuple[str, str]] = ()
    attached: Sequence[Attached] = field(default_factory=list)

    def storage(self, header: int = 32) -> cfb.Storage:
        root = _storage([*self.properties, (CLASS, TEXT16, "IPM.Note")], header)
        for number, (name, address) in enumerate(self.recipients):
            root.put(
                f"__recip_version1.0_#{number:08X}",
                _storage([(NAME, TEXT16, name), (ADDRESS, TEXT16, address), (RECIPIENT_TYPE, NUMBER, 1)], 8),
            )
        for number, one in enumerate(self.attached):
            names: list[Property] = [(LONG_NAME, TEXT16, one.name), *([(SHORT_NAME, TEXT16, one.short)] if one.short else [])]
            if isinstance(one.data, Message):
                inside = _storage([*names, (METHOD, NUMBER, 5)], 8).put("__substg1.0_3701000D", one.data.storage(24))
            else:
                inside = _storage([*names, (METHOD, NUMBER, 1), (DATA, BINARY, one.data)], 8)
            root.put(f"__attach_version1.0_#{number:08X}", inside)
        return root

    def file(self) -> bytes:
        return cfb.compound(self.storage())


def _encoded(type_: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return struct.pack("<q" if type_ == TIME else "<i4x", value)
    return value if isinstance(value, bytes) else value.encode("utf-16-le" if type_ == TEXT16 else "cp932")


def _storage(properties: Sequence[Property], header: int) -> cfb.Storage:
    """Streams of what has no fixed length, and the table of all (2.4.1)."""
    storage = cfb.Storage()
    table = bytes(header)
    for id_, type_, value in properties:
        data = _encoded(type_, value)
        if type_ in (TEXT8, TEXT16, BINARY):
            storage.put(f"__substg1.0_{id_:04X}{type_:04X}", data)
            table += struct.pack("<HHIII", type_, id_, 6, len(data) + (2 if type_ == TEXT16 else 0), 0)
        else:
            table += struct.pack("<HHI", type_, id_, 6) + data
    return storage.put("__properties_version1.0", table)


# winmail.dat ------------------------------------------------------------------------------------------------------------

_SIGNATURE: Final = b"\x78\x9f\x3e\x22\x01\x00"


def tnef(message: Message) -> bytes:
    """The properties in one attribute, each attachment in four."""
    out = _SIGNATURE + _attribute(1, 0x00069007, struct.pack("<II", 932, 0)) + _attribute(1, 0x00069003, _list(message.properties))
    for one in message.attached:
        out += _attribute(2, 0x00069002, bytes(14))
        if isinstance(one.data, Message):
            inner = bytes.fromhex("0703020000000000c000000000000046") + tnef(one.data)
            out += _attribute(2, 0x00069005, _list([(LONG_NAME, TEXT16, one.name), (DATA, OBJECT, inner)]))
        else:
            out += _attribute(2, 0x00018010, (one.short or one.name).encode("cp932", "replace") + b"\0") + _attribute(
                2, 0x0006800F, one.data
            )
            out += _attribute(2, 0x00069005, _list([(LONG_NAME, TEXT16, one.name)]))
    return out


def _attribute(level: int, id_: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, id_, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _list(properties: Sequence[Property]) -> bytes:
    out = struct.pack("<I", len(properties))
    for id_, type_, value in properties:
        data = _encoded(type_, value)
        if type_ in (TEXT8, TEXT16):
            data += b"\0\0" if type_ == TEXT16 else b"\0"
        out += struct.pack("<HH", type_, id_)
        if type_ in (TEXT8, TEXT16, BINARY, OBJECT):
            out += struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)
        else:
            out += data[:4] if type_ == NUMBER else data
    return out


def packed_rtf(rtf: bytes) -> bytes:
    """RTF in its container, not compressed (MS-OXRTFCP 2.1.1)."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
