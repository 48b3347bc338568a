"""Writer of PowerPoint 97-2003 presentations (MS-PPT): texts of slides and a macro project, and as little else as readers accept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fixturelib.cfb import Storage, compound
from fixturelib.ovba import Project

PRESENTATION_CLSID: Final = "64818D10-4F9B-11CF-86EA-00AA00B929E8"

# Record types (MS-PPT 2.13.24).
DOCUMENT, DOCUMENT_ATOM, END_DOCUMENT = 0x03E8, 0x03E9, 0x03EA
SLIDE, SLIDE_ATOM, SLIDE_PERSIST, SLIDE_LIST = 0x03EE, 0x03EF, 0x03F3, 0x0FF0
DOC_INFO_LIST, VBA_INFO, VBA_INFO_ATOM = 0x07D0, 0x03FF, 0x0400
TEXT_HEADER, TEXT_CHARS = 0x0F9F, 0x0FA0
EX_OLE_STORAGE, PERSIST_DIRECTORY, USER_EDIT, CURRENT_USER = 0x1011, 0x1772, 0x0FF5, 0x0FF6

CONTAINER: Final = 0xF


def record(type_: int, data: bytes, *, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", version | instance << 4, type_, len(data)) + data


@dataclass
class Presentation:
    """Slides by their texts. Without `compressed` the macro project lies there as a plain compound file."""

    slides: Sequence[Sequence[str]] = ((),)
    vba: Project | None = None
    compressed: bool = True

    def storage(self) -> Storage:
        objects = [self._document(), *(_slide() for _ in self.slides)]
        if self.vba:
            objects.append(self._vba_storage(self.vba.file()))
        stream, places = bytearray(), []
        for data in objects:
            places.append(len(stream))
            stream += data
        directory = len(stream)
        stream += record(PERSIST_DIRECTORY, struct.pack(f"<I{len(places)}I", 1 | len(places) << 20, *places))
        edit = len(stream)
        stream += record(USER_EDIT, struct.pack("<IHBBIIIIHH", 256, 0, 0, 3, 0, directory, 1, len(places) + 1, 1, 0))
        name = b"user"
        user = struct.pack("<IIIHHBBH", 20, 0xE391C05F, edit, len(name), 0x03F4, 3, 0, 0) + name + struct.pack("<I", 8)
        root = Storage(clsid=PRESENTATION_CLSID)
        return root.put("PowerPoint Document", bytes(stream)).put("Current User", record(CURRENT_USER, user))

    def file(self) -> bytes:
        return compound(self.storage())

    def _document(self) -> bytes:
        """The document container (MS-PPT 2.4.1); it is persist object 1, slides follow, the macro project is last."""
        atom = struct.pack("<iiiiiiIIHHBBBB", 5760, 4320, 4320, 5760, 1, 2, 0, 0, 1, 0, 0, 0, 0, 1)
        slides = b""
        for number, texts in enumerate(self.slides):
            slides += record(SLIDE_PERSIST, struct.pack("<IIiII", number + 2, 0, len(texts), 256 + number, 0))
            for kind, text in enumerate(texts):
                slides += record(TEXT_HEADER, struct.pack("<I", min(kind, 1)))
                slides += record(TEXT_CHARS, text.replace("\n", "\r").encode("utf-16-le"))
        body = record(DOCUMENT_ATOM, atom, version=1)
        if self.vba:
            info = record(VBA_INFO_ATOM, struct.pack("<III", len(self.slides) + 2, 1, 2), version=2)
            body += record(DOC_INFO_LIST, record(VBA_INFO, info, version=CONTAINER, instance=1), version=CONTAINER)
        body += record(SLIDE_LIST, slides, version=CONTAINER) + record(END_DOCUMENT, b"")
        return record(DOCUMENT, body, version=CONTAINER)

    def _vba_storage(self, project: bytes) -> bytes:
        """ExOleVbaActiveXStg (MS-PPT 2.10.34, 2.10.35)."""
        if not self.compressed:
            return record(EX_OLE_STORAGE, project)
        return record(EX_OLE_STORAGE, struct.pack("<I", len(project)) + zlib.compress(project, 9), instance=1)


def _slide() -> bytes:
    atom = record(SLIDE_ATOM, struct.pack("<I8xIIHH", 1, 0x80000000, 0, 7, 0), version=2)
    return record(SLIDE, atom, version=CONTAINER)
