"""Drawing objects of Excel 97-2003 workbooks ([MS-XLS]): shapes with their texts, ActiveX and form controls."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import officeart, oforms
from emoscan.parse.bundle import Control, Shape
from emoscan.parse.cfb import CompoundFile

MAX_TEXT: Final = 1 << 20
"""Characters of all text boxes together that are kept."""
MAX_SHEETS: Final = 1_000

BOF, EOF, FILEPASS, BOUNDSHEET, CONTINUE = 0x0809, 0x000A, 0x002F, 0x0085, 0x003C
OBJ, TXO, MSODRAWING, CODENAME = 0x005D, 0x01B6, 0x00EC, 0x01BA
BIFF8: Final = 0x0600

_OBJECTS: Final = {
    0x05: "chart",
    0x06: "textbox",
    0x07: "Button",
    0x08: "picture",
    0x0B: "CheckBox",
    0x0C: "OptionButton",
    0x0D: "EditBox",
    0x0E: "Label",
    0x10: "Spinner",
    0x11: "ScrollBar",
    0x12: "ListBox",
    0x13: "GroupBox",
    0x14: "DropDown",
    0x19: "note",
}
"""Kinds of objects (FtCmo, 2.5.143)."""


class _Object(Struct):
    """An OBJ record, and the text that follows it."""

    kind: int
    id: int
    place: tuple[int, int] | None = None
    """Offset and size of its state in the Ctls stream."""
    class_: str = ""
    texts: list[str] = []


class _Sheet(Struct):
    name: str = ""
    code_name: str = ""
    drawing: bytearray = bytearray()
    objects: list[_Object] = []


def read(file: CompoundFile) -> tuple[list[Shape], list[tuple[Control, int]]]:
    """Shapes and ActiveX controls of all sheets, controls with their object id and the code name of their sheet.

    Nothing of a locked workbook.
    """
    stream = file.stream("Workbook")
    if stream is None:
        return [], []
    sheets = _sheets(file.read(stream))
    states = file.stream("Ctls")
    persisted = file.read(states) if states is not None else b""
    shapes: list[Shape] = []
    controls: list[tuple[Control, int]] = []
    for sheet in sheets:
        with_data = (s for s in officeart.shapes(bytes(sheet.drawing)) if s.client is not None)
        for object_, art in zip(sheet.objects, _padded(with_data)):
            if object_.kind == 0x19:
                continue  # notes of cells belong to the cells
            if object_.place is not None:
                controls.append((_control(object_, art.name, persisted, sheet.code_name or sheet.name), object_.id))
                continue
            text = "".join(object_.texts) or art.text
            if text or art.name or art.alt_text or art.title:
                type_ = _OBJECTS.get(object_.kind) or art.type
                shapes.append(Shape(art.name, text, art.alt_text, art.title, type_, sheet.name))
    return shapes, controls


def _padded(shapes: Iterator[officeart.ArtShape]) -> Iterator[officeart.ArtShape]:
    """Then nameless ones, for objects whose shape is damaged."""
    yield from shapes
    while True:
        yield officeart.ArtShape(0, "")


def _control(object_: _Object, name: str, persisted: bytes, module: str) -> Control:
    type_ = object_.class_.removeprefix("Forms.").removesuffix(".1")
    type_ = type_ if type_ in oforms.KNOWN else object_.class_
    start, size = object_.place or (0, 0)
    type_, properties, tabs = oforms.read_persisted(persisted[start : start + size], type_)
    return Control(name, type_, properties, tabs, module)


def _sheets(data: bytes) -> list[_Sheet]:
    """Sheets in the order of their substreams, with what is drawn on them."""
    names: dict[int, str] = {}
    sheets: list[_Sheet] = []
    sheet: _Sheet | None = None
    depth = 0
    last = 0
    kept = 0
    wanted: list[int] = []
    """Lengths of the text of a TXO record, while its CONTINUE records come."""
    for at, type_, body in _records(data):
        if type_ == FILEPASS:
            return []
        if type_ == BOF:
            depth += 1
            if int.from_bytes(body[:2], "little") != BIFF8:
                return []
            if depth == 1:
                sheet = _Sheet(names.get(at, ""), drawing=bytearray(), objects=[]) if at else None
                if sheet is not None and len(sheets) < MAX_SHEETS:
                    sheets.append(sheet)
        elif type_ == EOF:
            depth = max(0, depth - 1)
        elif type_ == BOUNDSHEET and len(body) > 8:
            names[int.from_bytes(body[:4], "little")] = _short(body[6:])
        elif sheet is None or depth != 1:
            pass
        elif type_ == CODENAME:
            sheet.code_name = _long(body)
        elif type_ == MSODRAWING or (type_ == CONTINUE and last == MSODRAWING):
            sheet.drawing += body
        elif type_ == OBJ:
            sheet.objects.append(_object(body))
        elif type_ == TXO and len(body) >= 12:
            wanted = [int.from_bytes(body[10:12], "little")]
        elif type_ == CONTINUE and wanted and sheet.objects and body:
            text = body[1:].decode("utf-16-le", "replace") if body[0] & 1 else body[1:].decode("latin-1")
            text = text[: min(wanted[0], MAX_TEXT - kept)]
            kept += len(text)
            sheet.objects[-1].texts.append(text)
            wanted = [wanted[0] - len(text)] if wanted[0] > len(text) and text else []
        if type_ != CONTINUE:
            last = type_
            wanted = wanted if type_ == TXO else []
    return sheets


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(offset, type, body) of the records of a workbook stream (2.1.4)."""
    at = 0
    while at + 4 <= len(data):
        type_, length = struct.unpack_from("<HH", data, at)
        yield at, type_, data[at + 4 : at + 4 + length]
        at += 4 + length


def _short(data: bytes) -> str:
    """ShortXLUnicodeString, 2.5.240."""
    if len(data) < 2:
        return ""
    return _characters(data[2:], data[0], data[1])


def _long(data: bytes) -> str:
    """XLUnicodeString, 2.5.294."""
    if len(data) < 3:
        return ""
    return _characters(data[3:], int.from_bytes(data[:2], "little"), data[2])


def _characters(data: bytes, count: int, flags: int) -> str:
    return data[: count * 2].decode("utf-16-le", "replace") if flags & 1 else data[:count].decode("latin-1")


def _object(body: bytes) -> _Object:
    """OBJ, 2.4.181: sub-records, of which FtCmo comes first; FtPictFmla (2.5.154) says where an ActiveX control's state is."""
    object_ = _Object(0, 0)
    at = 0
    while at + 4 <= len(body):
        type_, length = struct.unpack_from("<HH", body, at)
        part = body[at + 4 : at + 4 + length]
        if type_ == 0x15 and len(part) >= 4:
            object_.kind, object_.id = struct.unpack_from("<HH", part)
        elif type_ == 0x09 and len(part) >= 2:
            formula = int.from_bytes(part[:2], "little")
            state = part[2 + formula : 10 + formula]
            class_ = part.find(b"\3", 2, 2 + formula)
            length_of_class = part[class_ + 1] if 0 <= class_ < len(part) - 4 else 0
            name = part[class_ + 4 : class_ + 4 + length_of_class].decode("latin-1")
            if len(state) == 8 and name:
                object_.place = struct.unpack("<II", state)
                object_.class_ = name
        elif type_ == 0:
            break
        at += 4 + length
    return object_
