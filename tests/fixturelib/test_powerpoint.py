"""The writer of .ppt, held against oletools and olefile."""

from __future__ import annotations

import io
import struct

import olefile
import pytest

from fixturelib.ovba import project
from fixturelib.powerpoint import Presentation
from fixturelib.readers import vba_modules

CODE = 'Sub Auto_Open()\n    Shell "cmd /c echo inert"\nEnd Sub\n'


@pytest.mark.parametrize("compressed", [True, False])
def test_macros_are_found(compressed: bool) -> None:
    data = Presentation([["Title", "Text"], []], project(CODE), compressed).file()
    modules = vba_modules(data, "a.ppt")
    assert modules["Module1.bas"].endswith(CODE.replace("\n", "\r\n"))


def test_the_persist_directory_leads_to_every_object() -> None:
    with olefile.OleFileIO(io.BytesIO(Presentation([["a"], ["b"]], project(CODE)).file())) as ole:
        stream, user = ole.openstream("PowerPoint Document").read(), ole.openstream("Current User").read()
    edit = struct.unpack_from("<I", user, 16)[0]
    directory, document = struct.unpack_from("<II", stream, edit + 8 + 12)
    count = struct.unpack_from("<I", stream, directory + 8)[0] >> 20
    places = struct.unpack_from(f"<{count}I", stream, directory + 12)
    types = [struct.unpack_from("<H", stream, place + 2)[0] for place in places]
    assert types == [0x03E8, 0x03EE, 0x03EE, 0x1011]
    assert document == 1


def test_texts_are_in_the_list_of_slides() -> None:
    with olefile.OleFileIO(io.BytesIO(Presentation([["Größe", "二"]]).file())) as ole:
        stream = ole.openstream("PowerPoint Document").read()
    assert all(struct.pack("<HI", 0x0FA0, len(t) * 2) + t.encode("utf-16-le") in stream for t in ("Größe", "二"))
