"""Objects as OLE 1 writes them ([MS-OLEDS] 2.2), in RTF, and what the Object Packager keeps in one (its Ole10Native, 2.3.6)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.codepage import decode

LINKED, EMBEDDED = 1, 2
LONGEST_NAME: Final = 4_096


class OleObject(Struct, frozen=True):
    format: int
    """1 linked, 2 embedded (2.2.4)."""
    class_name: str
    topic: str
    """Of a linked object: the file or address."""
    item: str
    data: bytes
    cut: bool = False


class Packaged(Struct, frozen=True):
    """A file in an object of the packager, or a command line in its place."""

    label: str
    path: str
    """Where it lay on the computer it was put in from."""
    temporary: str
    data: bytes
    command: str = ""


def ole1(data: bytes, at: int = 0) -> OleObject:
    """An ObjectHeader (2.2.4) and what follows it. Raises Malformed when there is none at `at`."""
    format_ = _number(data, at + 4)
    if format_ not in (LINKED, EMBEDDED):
        raise Malformed("no OLE 1 object")
    at += 8
    names: list[str] = []
    for _ in range(3):
        length = _number(data, at)
        if length > LONGEST_NAME or at + 4 + length > len(data):
            raise Malformed("a name of the OLE 1 object is cut off")
        names.append(decode(data[at + 4 : at + 4 + length].partition(b"\0")[0], 1252))
        at += 4 + length
    class_name, topic, item = names
    if format_ == LINKED:
        return OleObject(format_, class_name, topic, item, data[at:])
    size = _number(data, at)
    body = data[at + 4 : at + 4 + size]
    return OleObject(format_, class_name, topic, item, body, cut=len(body) < size)


def packaged(body: bytes) -> Packaged:
    """The data of an object of class Package. Raises Malformed when the packager did not write it."""
    if body[:2] != b"\2\0":
        raise Malformed("not written by the Object Packager")
    label, at = _text(body, 2)
    path, at = _text(body, at)
    kind = _number(body, at)
    temporary = ""
    if kind >> 16 == 1:  # a command line in place of a file
        command, at = _text(body, at + 4)
        return Packaged(label, path, "", b"", command)
    length = _number(body, at + 4)
    temporary = decode(body[at + 8 : at + 8 + length].rstrip(b"\0"), 1252)
    at += 8 + length
    size = _number(body, at)
    content = body[at + 4 : at + 4 + size]
    at += 4 + size
    for name in range(3):  # temporary path, label and path once more, in UTF-16
        length = _number(body, at) * 2
        text = body[at + 4 : at + 4 + length]
        if not 0 < length <= LONGEST_NAME or len(text) < length:
            break
        label = text.decode("utf-16-le", "replace") if name == 1 else label
        at += 4 + length
    return Packaged(label, path, temporary, content)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text that ends with a zero, and where it ends."""
    end = data.find(b"\0", at, at + LONGEST_NAME)
    return (decode(data[at:end], 1252), end + 1) if end >= 0 else ("", at)
