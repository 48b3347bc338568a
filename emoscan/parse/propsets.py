"""Document properties in compound files ([MS-OLEPS]): SummaryInformation, DocumentSummaryInformation, custom ones."""

from __future__ import annotations

import struct
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.bundle import Property
from emoscan.parse.cfb import CompoundFile, guid
from emoscan.parse.codepage import decode

SUMMARY: Final = "f29f85e0-4ff9-1068-ab91-08002b27b3d9"
DOCUMENT_SUMMARY: Final = "d5cdd502-2e9c-101b-9397-08002b2cf9ae"
USER_DEFINED: Final = "d5cdd505-2e9c-101b-9397-08002b2cf9ae"

_NAMES: Final = {
    SUMMARY: {
        2: "Title",
        3: "Subject",
        4: "Author",
        5: "Keywords",
        6: "Comments",
        7: "Template",
        8: "Last Author",
        9: "Revision Number",
        10: "Total Editing Time",
        11: "Last Print Date",
        12: "Creation Date",
        13: "Last Save Time",
        14: "Number of Pages",
        15: "Number of Words",
        16: "Number of Characters",
        18: "Application Name",
        19: "Security",
    },
    DOCUMENT_SUMMARY: {
        2: "Category",
        3: "Format",
        4: "Number of Bytes",
        5: "Number of Lines",
        6: "Number of Paragraphs",
        7: "Number of Slides",
        8: "Number of Notes",
        9: "Number of Hidden Slides",
        10: "Number of Multimedia Clips",
        14: "Manager",
        15: "Company",
        17: "Number of Characters (with spaces)",
        21: "Hyperlink Base",
        26: "Content type",
        27: "Content status",
        28: "Language",
        29: "Document version",
    },
}
"""By the names BuiltInDocumentProperties takes."""

MAX_PROPERTIES: Final = 10_000
DICTIONARY: Final = 0
CODE_PAGE: Final = 1

_EPOCH: Final = 116_444_736_000_000_000
"""1970 in hundreds of nanoseconds since 1601."""


class PropertySet(Struct, frozen=True):
    format: str
    """FMTID."""
    code_page: int
    values: dict[int, Property]
    """By property id; of the types a document can hold, others are left out."""
    names: dict[int, str]
    """Of a set with names of its own."""


def read_property_sets(data: bytes) -> list[PropertySet]:
    """The sets of a property set stream (2.21). Raises Malformed when its head is none; damaged values are left out."""
    if len(data) < 28 or data[:2] != b"\xfe\xff":
        raise Malformed("no property set stream")
    count = int.from_bytes(data[24:28], "little")
    sets = []
    for index in range(min(count, 4)):
        place = 28 + 20 * index
        if place + 20 > len(data):
            break
        offset = int.from_bytes(data[place + 16 : place + 20], "little")
        sets.append(_read_set(data, offset, guid(data[place : place + 16])))
    return sets


def _read_set(data: bytes, start: int, format_: str) -> PropertySet:
    """PropertySet, 2.20."""
    values: dict[int, Property] = {}
    names: dict[int, str] = {}
    offsets: dict[int, int] = {}
    count = min(int.from_bytes(data[start + 4 : start + 8], "little"), MAX_PROPERTIES)
    table = data[start + 8 : start + 8 + 8 * count]
    for id_, offset in struct.iter_unpack("<II", table[: len(table) & ~7]):
        if start + offset + 4 <= len(data):
            offsets.setdefault(id_, start + offset)
    code_page = 1252
    if CODE_PAGE in offsets:
        at = offsets.pop(CODE_PAGE)
        code_page = int.from_bytes(data[at + 4 : at + 6], "little") or 1252
    if DICTIONARY in offsets:
        names = _dictionary(data, offsets.pop(DICTIONARY), code_page)
    for id_, at in offsets.items():
        try:
            value = _value(data, at, code_page)
        except (struct.error, OverflowError, ValueError):
            continue
        if value is not None:
            values[id_] = value
    return PropertySet(format_, code_page, values, names)


def _dictionary(data: bytes, at: int, code_page: int) -> dict[int, str]:
    """Dictionary, 2.17: names of user-defined properties."""
    names: dict[int, str] = {}
    wide = code_page == 1200
    count = min(int.from_bytes(data[at : at + 4], "little"), MAX_PROPERTIES)
    at += 4
    for _ in range(count):
        if at + 8 > len(data):
            break
        id_, length = struct.unpack_from("<II", data, at)
        size = length * 2 if wide else length
        raw = data[at + 8 : at + 8 + size]
        names[id_] = decode(raw[: len(raw) & ~1] if wide else raw, code_page).rstrip("\0")
        at += 8 + size + (-size % 4 if wide else 0)
    return names


def _value(data: bytes, at: int, code_page: int) -> Property:
    """TypedPropertyValue, 2.15. None for types that are no single value."""
    type_ = int.from_bytes(data[at : at + 2], "little")
    at += 4
    match type_:
        case 0x1E | 0x08:  # VT_LPSTR, VT_BSTR
            size = int.from_bytes(data[at : at + 4], "little")
            raw = data[at + 4 : at + 4 + size]
            return decode(raw[: len(raw) & ~1] if code_page == 1200 else raw, code_page).partition("\0")[0]
        case 0x1F:  # VT_LPWSTR
            size = int.from_bytes(data[at : at + 4], "little") * 2
            raw = data[at + 4 : at + 4 + size]
            return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass").partition("\0")[0]
        case 0x0B:  # VT_BOOL
            return bool(struct.unpack_from("<h", data, at)[0])
        case 0x40:  # VT_FILETIME
            return _filetime(struct.unpack_from("<Q", data, at)[0])
        case _:
            number = _NUMBERS.get(type_)
            return struct.unpack_from(number, data, at)[0] if number else None


_NUMBERS: Final = {
    0x02: "<h",
    0x03: "<i",
    0x04: "<f",
    0x05: "<d",
    0x07: "<d",
    0x10: "<b",
    0x11: "<B",
    0x12: "<H",
    0x13: "<I",
    0x14: "<q",
    0x15: "<Q",
    0x16: "<i",
    0x17: "<I",
}


def _filetime(ticks: int) -> Property:
    """ISO 8601 in UTC; lengths of time, which the same type holds, in minutes."""
    if ticks < _EPOCH // 4:
        return ticks // 600_000_000
    from datetime import UTC, datetime, timedelta

    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=(ticks - _EPOCH) // 10)).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_properties(file: CompoundFile) -> tuple[dict[str, Property], dict[str, Property]]:
    """Built-in properties, and custom ones, of the document in a compound file. Never raises Malformed."""
    builtin: dict[str, Property] = {}
    custom: dict[str, Property] = {}
    for name, format_ in (("\5SummaryInformation", SUMMARY), ("\5DocumentSummaryInformation", DOCUMENT_SUMMARY)):
        stream = file.stream(name)
        if stream is None:
            continue
        try:
            sets = read_property_sets(file.read(stream))
        except Malformed:
            continue
        for index, of_format in enumerate(sets):
            # Word 6 for the Macintosh wrote the id of the set in another order of bytes: the stream's name says it as well.
            known = _NAMES.get(format_ if index == 0 else of_format.format)
            if known is not None:
                builtin.update({known[id_]: value for id_, value in of_format.values.items() if id_ in known})
            elif of_format.format == USER_DEFINED:
                custom.update({of_format.names[id_]: value for id_, value in of_format.values.items() if id_ in of_format.names})
    return builtin, custom
