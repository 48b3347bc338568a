"""Writer of the property sets of a document (MS-OLEPS): SummaryInformation and DocumentSummaryInformation."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

SUMMARY: Final = "\x05SummaryInformation"
DOCUMENT_SUMMARY: Final = "\x05DocumentSummaryInformation"

FMTID_SUMMARY: Final = "F29F85E0-4FF9-1068-AB91-08002B27B3D9"
FMTID_DOCUMENT: Final = "D5CDD502-2E9C-101B-9397-08002B2CF9AE"
FMTID_CUSTOM: Final = "D5CDD505-2E9C-101B-9397-08002B2CF9AE"

# Property numbers by the names BuiltInDocumentProperties takes (MS-OSHARED 2.3.3.2).
SUMMARY_IDS: Final = {
    "Title": 2,
    "Subject": 3,
    "Author": 4,
    "Keywords": 5,
    "Comments": 6,
    "Template": 7,
    "Last Author": 8,
    "Revision Number": 9,
    "Creation Date": 12,
    "Last Save Time": 13,
    "Number of Pages": 14,
    "Number of Words": 15,
    "Number of Characters": 16,
    "Application Name": 18,
}
DOCUMENT_IDS: Final = {"Category": 2, "Format": 3, "Number of Bytes": 4, "Number of Lines": 5, "Manager": 14, "Company": 15}

Value = str | int | float | bool | datetime

_FILETIME_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)


def streams(properties: Mapping[str, Value], custom: Mapping[str, Value] | None = None, *, code_page: int = 1252) -> dict[str, bytes]:
    """The streams that hold some built-in and custom properties, by name."""
    summary = {SUMMARY_IDS[name]: value for name, value in properties.items() if name in SUMMARY_IDS}
    document = {DOCUMENT_IDS[name]: value for name, value in properties.items() if name in DOCUMENT_IDS}
    assert len(summary) + len(document) == len(properties), "a property that is not built in"
    sections = [(FMTID_DOCUMENT, _section(document, code_page))]
    if custom:
        numbered = dict(enumerate(custom.values(), 2))
        sections.append((FMTID_CUSTOM, _section(numbered, code_page, names=list(custom))))
    return {SUMMARY: _property_set([(FMTID_SUMMARY, _section(summary, code_page))]), DOCUMENT_SUMMARY: _property_set(sections)}


def _property_set(sections: list[tuple[str, bytes]]) -> bytes:
    """MS-OLEPS 2.21."""
    at = 28 + 20 * len(sections)
    out = struct.pack("<HHI16xI", 0xFFFE, 0, 0x00020006, len(sections))
    for fmtid, section in sections:
        out += uuid.UUID(fmtid).bytes_le + struct.pack("<I", at)
        at += len(section)
    return out + b"".join(section for _, section in sections)


def _section(values: Mapping[int, Value], code_page: int, names: list[str] | None = None) -> bytes:
    """MS-OLEPS 2.20; with names, the dictionary of a custom section (2.17)."""
    encoding = "utf-8" if code_page == 65001 else f"cp{code_page}"
    items: list[tuple[int, bytes]] = [(1, struct.pack("<IhH", 2, code_page if code_page < 0x8000 else code_page - 0x10000, 0))]
    if names:
        rows = b""
        for number, name in enumerate(names, 2):
            data = name.encode(encoding, "replace") + b"\0"
            rows += struct.pack("<II", number, len(data)) + data
        items.insert(0, (0, struct.pack("<I", len(names)) + rows))
    items += [(number, _typed(value, encoding)) for number, value in values.items()]
    table, body = b"", b""
    start = 8 + 8 * len(items)
    for number, data in items:
        table += struct.pack("<II", number, start + len(body))
        body += data + bytes(-len(data) % 4)
    return struct.pack("<II", start + len(body), len(items)) + table + body


def _typed(value: Value, encoding: str) -> bytes:
    """TypedPropertyValue (MS-OLEPS 2.15)."""
    match value:
        case bool():
            return struct.pack("<IHH", 0x0B, 0xFFFF if value else 0, 0)
        case int():
            return struct.pack("<Ii", 0x03, value)
        case float():
            return struct.pack("<Id", 0x05, value)
        case datetime():
            ticks = round((value - _FILETIME_EPOCH).total_seconds() * 10_000_000)
            return struct.pack("<IQ", 0x40, ticks)
        case _:
            data = value.encode(encoding, "replace") + b"\0"
            return struct.pack("<II", 0x1E, len(data)) + data
