"""Signed, sealed and compressed messages in CMS (RFC 5652, RFC 3274, RFC 5544): what they are and what they carry.

    kind, content = open_message(data)      # ("signed", b"Content-Type: …"), ("enveloped", b"")

Lengths may be definite or not (X.690, 8.1.3), strings whole or in pieces; nothing is verified.
"""

from __future__ import annotations

import re
from typing import Final

from emoscan.parse import Malformed

_ARC: Final = bytes.fromhex("2a864886f70d01")
KINDS: Final = {
    _ARC + b"\x07\x01": "data",
    _ARC + b"\x07\x02": "signed",
    _ARC + b"\x07\x03": "enveloped",
    _ARC + b"\x07\x04": "signed and enveloped",
    _ARC + b"\x07\x05": "digested",
    _ARC + b"\x07\x06": "encrypted",
    _ARC + b"\x09\x10\x01\x02": "authenticated",
    _ARC + b"\x09\x10\x01\x09": "compressed",
    _ARC + b"\x09\x10\x01\x17": "enveloped",
    _ARC + b"\x09\x10\x01\x1f": "time-stamped",
}
SEALED: Final = frozenset(("enveloped", "signed and enveloped", "encrypted"))
MAX_DEPTH: Final = 8
"""Of strings in pieces, and of elements whose end is a mark."""

_INTEGER, _OCTETS, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_CONSTRUCTED: Final = 0x20
_EXPLICIT: Final = 0xA0

Span = tuple[int, int, int]
"""(tag, start of the content, its end; -1 where a mark ends it)."""

_ARMOUR: Final = re.compile(rb"-----BEGIN (?:PKCS7|PKCS #7 SIGNED DATA|CMS)-----\r?\n([A-Za-z0-9+/=\s]{1,200000000}+)-----END ")


def armoured(data: bytes) -> bytes:
    """What is between the lines of a PEM file (RFC 7468), b"" when it is none."""
    match = _ARMOUR.search(data, 0)
    return match[1] if match else b""


def open_message(data: bytes) -> tuple[str, bytes]:
    """(kind, what is inside as far as it can be seen: b"" of a sealed one and of a signature that stands alone). Raises Malformed."""
    parts = _children(data, _expect(data, 0, _SEQUENCE), 2)
    if len(parts) < 2 or parts[0][0] != _OBJECT:
        raise Malformed("no signed or sealed message")
    kind = KINDS.get(data[parts[0][1] : parts[0][2]], "")
    if not kind:
        raise Malformed("a message of a type nobody knows")
    if kind in SEALED:
        return kind, b""
    body = _expect(data, parts[1][1], 0)
    if kind == "data":
        return kind, _string(data, body)
    inside = _children(data, body, 8)
    if kind == "time-stamped":
        strings = [one for one in inside if one[0] & ~_CONSTRUCTED == _OCTETS]
        return kind, _string(data, strings[0]) if strings else b""
    for one in inside:  # EncapsulatedContentInfo: type and content
        if one[0] == _SEQUENCE:
            fields = _children(data, one, 2)
            if fields and fields[0][0] == _OBJECT and data[fields[0][1] : fields[0][2]].startswith(_ARC[:6]) and _is_content(data, fields):
                return kind, _string(data, _expect(data, fields[1][1], 0)) if len(fields) > 1 else b""
    raise Malformed(f"the content of a {kind} message is not where it should be")


def _is_content(data: bytes, fields: list[Span]) -> bool:
    """Whether an object identifier and what follows it are a content, and no algorithm with its parameters."""
    return data[fields[0][1] : fields[0][2]] in KINDS and (len(fields) == 1 or fields[1][0] == _EXPLICIT)


def _element(data: bytes, at: int) -> Span:
    if at + 2 > len(data):
        raise Malformed("it is cut off")
    tag, length = data[at], data[at + 1]
    at += 2
    if tag & 0x1F == 0x1F:
        raise Malformed("a tag of many bytes")
    if length == 0x80:
        return tag, at, -1
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at : at + count], "big")
        at += count
        if count > 6:
            raise Malformed("a length of many bytes")
    return tag, at, min(at + length, len(data))


def _expect(data: bytes, at: int, tag: int) -> Span:
    found = _element(data, at)
    if tag and found[0] != tag:
        raise Malformed("no signed or sealed message")
    return found


def _children(data: bytes, parent: Span, most: int) -> list[Span]:
    """The first elements inside another; an element whose end is a mark gets its end."""
    _, at, end = parent
    found: list[Span] = []
    while len(found) < most and at < (end if end >= 0 else len(data)) and data[at : at + 2] != b"\0\0":
        child = _element(data, at)
        stop = child[2]
        if stop < 0 and len(found) + 1 < most:  # the last one is entered from its start, so its end is of no interest
            stop = _end_of(data, child[1])
        found.append((child[0], child[1], child[2]))
        if stop < 0:
            break
        at = stop + (2 if child[2] < 0 else 0)
    return found


def _end_of(data: bytes, at: int) -> int:
    """Where the mark stands that ends an element."""
    depth = 1
    while at < len(data):
        if data[at : at + 2] == b"\0\0":
            depth -= 1
            if not depth:
                return at
            at += 2
            continue
        _, start, end = _element(data, at)
        depth += end < 0
        at = start if end < 0 else end
    raise Malformed("an element has no end")


def _string(data: bytes, span: Span) -> bytes:
    """A string, whole or in pieces."""
    tag, start, end = span
    if not tag & _CONSTRUCTED:
        return data[start:end]
    pieces: list[bytes] = []
    ends = [end]
    at = start
    while ends and at < len(data):
        if ends[-1] >= 0 and at >= ends[-1]:
            ends.pop()
        elif ends[-1] < 0 and data[at : at + 2] == b"\0\0":
            ends.pop()
            at += 2
        else:
            tag, start, end = _element(data, at)
            if tag & _CONSTRUCTED:
                if len(ends) >= MAX_DEPTH:
                    raise Malformed("strings within strings")
                ends.append(end)
                at = start
            else:
                pieces.append(data[start:end])
                at = end
    return b"".join(pieces)
