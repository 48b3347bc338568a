"""MAPI properties ([MS-OXPROPS], [MS-OXCDATA] 2.11) as Outlook's files and TNEF hold them, and a mail made of them."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from emoscan.parse.codepage import decode
from emoscan.parse.rtfcompressed import MAGICS, compressed_size, decompress, html_of

Value = str | bytes | int
Properties = dict[int, Value]
"""Property id → value; times are ISO 8601 in UTC, texts are decoded, what has no simple form is left out."""

SUBJECT: Final = 0x0037
SENT: Final = 0x0039
ARRIVED: Final = 0x0E06
REPRESENTING: Final = (0x0042, 0x0065, 0x5D02)
SENDER: Final = (0x0C1A, 0x0C1F, 0x5D01)
"""Name, address in the form of its type, SMTP address."""
HEADERS: Final = 0x007D
BODY: Final = 0x1000
RTF: Final = 0x1009
HTML: Final = 0x1013
MESSAGE_ID: Final = 0x1035
REFERENCES: Final = 0x1039
REPLY_TO_ID: Final = 0x1042
MESSAGE_CODE_PAGE: Final = 0x3FFD
INTERNET_CODE_PAGE: Final = 0x3FDE
MESSAGE_CLASS: Final = 0x001A
DISPLAY_TO, DISPLAY_CC = 0x0E04, 0x0E03

RECIPIENT_TYPE: Final = 0x0C15
RECIPIENT: Final = (0x3001, 0x3003, 0x39FE)

ATTACHED: Final = 0x3701
ATTACHED_NAMES: Final = (0x3707, 0x3704, 0x3001)
"""Long name, name of eight and three letters, name as shown."""
ATTACHED_LINKS: Final = (0x370D, 0x3708)
"""Paths of what is attached by reference."""
ATTACHED_TYPE: Final = 0x370E

TEXT8, TEXT16, BINARY, OBJECT, TIME = 0x1E, 0x1F, 0x102, 0x0D, 0x40
_FIXED: Final = {0x02: "<h", 0x03: "<i", 0x0B: "<H", 0x14: "<q"}
"""Types whose value is a number in the place itself."""


def value_of(type_: int, data: bytes, code_page: int) -> Value | None:
    """A property's value; None for types nobody here needs."""
    if type_ == TEXT16:
        return data.decode("utf-16-le", "replace").partition("\0")[0] if data.find(b"\0\0") >= 0 else data.decode("utf-16-le", "replace")
    if type_ == TEXT8:
        return decode(data.partition(b"\0")[0], code_page)
    if type_ in (BINARY, OBJECT):
        return data
    if type_ == TIME and len(data) >= 8:
        return filetime(int.from_bytes(data[:8], "little"))
    if type_ in _FIXED and len(data) >= struct.calcsize(_FIXED[type_]):
        return int(struct.unpack_from(_FIXED[type_], data)[0])
    return None


def filetime(ticks: int) -> str:
    """ISO 8601 in UTC of a FILETIME (100 ns since 1601), "" for none."""
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return ""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if ticks > 0 else ""


def text(properties: Properties, *ids: int) -> str:
    """The first of the properties that is a text and not empty."""
    return next((value for id_ in ids if isinstance(value := properties.get(id_), str) and value), "")


def number(properties: Properties, id_: int, default: int = 0) -> int:
    value = properties.get(id_)
    return value if isinstance(value, int) else default


class Person(Struct, frozen=True):
    kind: str
    """From, To, Cc or Bcc."""
    name: str
    address: str


def person(kind: str, properties: Properties, ids: tuple[int, int, int]) -> Person | None:
    """Who the three properties speak of; an address of Exchange (`/o=…`) is kept when there is no other."""
    name, address, smtp = (text(properties, id_) for id_ in ids)
    if not (name or address or smtp):
        return None
    best = smtp or address
    return Person(kind, name if name != best else "", best)


class Part(Struct, frozen=True):
    """What is attached to a mail that is written."""

    name: str
    type: str
    data: bytes


def as_mail(properties: Properties, people: Sequence[Person], attachments: int, parts: Sequence[Part] = ()) -> bytes:
    """The header fields and texts as a mail (RFC 5322), for whoever reads mails: UTF-8 in base64, without attachments but those in `parts`.

    The header fields that came over the wire are kept as they are; those that are missing are made of the properties.
    """
    wire = text(properties, HEADERS).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    wire = "\n".join(line for line in _unfolded(wire) if not line.lower().startswith(_REPLACED))
    have = {line.partition(":")[0].strip().lower() for line in wire.split("\n") if line[:1] not in (" ", "\t")}
    lines = [wire] if wire else []
    for name, value in _fields(properties, people):
        if value and name.lower() not in have:
            lines.append(f"{name}: {_flat(value)}")
    if attachments:
        lines.append("X-MS-Has-Attach: yes")
    head = "\n".join(lines).encode("utf-8", "surrogatepass") + b"\nMIME-Version: 1.0\n"
    texts = b'Content-Type: multipart/alternative; boundary="=_texts"\n\n' + _texts(properties) + b"--=_texts--\n"
    if not parts:
        return head + texts
    return b"".join(
        (head, b'Content-Type: multipart/mixed; boundary="=_parts"\n\n--=_parts\n', texts, *map(_written, parts), b"--=_parts--\n")
    )


_TYPE: Final = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)


def _written(part: Part) -> bytes:
    """Whatever is inside, its lines cannot end the part: they are base64."""
    from base64 import encodebytes
    from urllib.parse import quote

    type_ = part.type if _TYPE.fullmatch(part.type) and not part.type.lower().startswith("multipart/") else "application/octet-stream"
    name = quote(part.name, safe="", errors="replace")
    disposition = f"attachment; filename*=UTF-8''{name}" if name else "attachment"
    head = f"--=_parts\nContent-Type: {type_}\nContent-Disposition: {disposition}\nContent-Transfer-Encoding: base64\n\n"
    return head.encode("ascii") + encodebytes(part.data)


_REPLACED: Final = ("content-type:", "content-transfer-encoding:", "mime-version:", "content-disposition:")


def _unfolded(head: str) -> list[str]:
    """Fields, each with its continuation lines; what stands before the first is left out."""
    fields: list[str] = []
    for line in head.split("\n"):
        if line[:1] in (" ", "\t") and fields:
            fields[-1] += "\n" + line
        elif ":" in line:
            fields.append(line)
    return fields


def _flat(value: str) -> str:
    return " ".join(value.split())


def _fields(properties: Properties, people: Sequence[Person]) -> list[tuple[str, str]]:
    sender = person("From", properties, REPRESENTING) or person("From", properties, SENDER)
    found = [("From", _mailbox(sender))] if sender else []
    for kind, shown in (("To", DISPLAY_TO), ("Cc", DISPLAY_CC)):
        found.append((kind, ", ".join(_mailbox(p) for p in people if p.kind == kind) or text(properties, shown)))
    sent = text(properties, SENT, ARRIVED)
    return [
        *found,
        ("Subject", text(properties, SUBJECT)),
        ("Date", _date(sent)),
        ("Message-ID", text(properties, MESSAGE_ID)),
        ("In-Reply-To", text(properties, REPLY_TO_ID)),
        ("References", text(properties, REFERENCES)),
    ]


def _mailbox(who: Person) -> str:
    name = who.name.replace("\\", "").replace('"', "'").strip("'")
    return f'"{name}" <{who.address}>' if name and who.address else who.address or f'"{name}"'


def _date(iso: str) -> str:
    from datetime import datetime
    from email.utils import format_datetime

    return format_datetime(datetime.fromisoformat(iso)) if iso else ""


def _texts(properties: Properties) -> bytes:
    from base64 import encodebytes

    texts = [("plain", text(properties, BODY)), ("html", html(properties))]
    return b"".join(
        f"--=_texts\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: base64\n\n".encode()
        + encodebytes(body.encode("utf-8", "surrogatepass"))
        for kind, body in texts
        if body.strip()
    )


def html(properties: Properties) -> str:
    """The web page of the mail: as such, or out of the RTF that holds it."""
    page = properties.get(HTML)
    if isinstance(page, bytes):
        from emoscan.parse.text import text_of

        code_page = number(properties, INTERNET_CODE_PAGE)
        return decode(page, code_page) if code_page and not page.isascii() else text_of(page)
    if isinstance(page, str) and page:
        return page
    rtf = rtf_of(properties)
    return html_of(rtf) if rtf else ""


def rtf_of(properties: Properties) -> bytes:
    """The body in RTF, b"" for none. Ask the budget for `rtf_size` before."""
    packed = properties.get(RTF)
    return decompress(packed) if isinstance(packed, bytes) and packed[8:12] in MAGICS else b""


def telling_rtf(properties: Properties) -> bytes:
    """The body in RTF where it holds what the other texts do not: objects, a template, or the only text. Ask the budget for `rtf_size` before."""
    rtf = rtf_of(properties)
    return rtf if b"\\object" in rtf or b"\\*\\template" in rtf or (rtf and not (properties.get(HTML) or html_of(rtf))) else b""


def rtf_size(properties: Properties) -> int:
    """Bytes the RTF may take."""
    packed = properties.get(RTF)
    return compressed_size(packed) if isinstance(packed, bytes) else 0
