"""Archives inside programs that unpack themselves."""

import io
import struct

import py7zr
import pytest

from emoscan.engine import expand
from emoscan.registry import discover

discover(("formats",))

CONTENT = b"inert document" * 20


def program(behind):
    """The least a PE file needs: headers, one section, and something behind it."""
    head = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(0x40)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 224, 0x102) + struct.pack("<H", 0x10B) + bytes(222)
    head += b".text\0\0\0" + struct.pack("<IIIIIIHHI", 512, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020)
    return head.ljust(512, b"\0") + b"\x90" * 512 + behind


def seven_zip():
    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.writestr(CONTENT, "a.doc")
    return file.getvalue()


def cabinet():
    """Stored, of one folder and one file ([MS-CAB] 2.1-2.4)."""
    size = len(CONTENT)
    folder = struct.pack("<IHH", 36 + 8 + 22, 1, 0)
    file = struct.pack("<IIHHHH", size, 0, 0, 0, 0, 0x20) + b"a.doc\0"
    block = struct.pack("<IHH", 0, size, size) + CONTENT
    total = 36 + len(folder + file + block)
    return struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, total, 0, 44, 0, 3, 1, 1, 1, 0, 0, 0) + folder + file + block


@pytest.mark.parametrize(
    "behind",
    [
        seven_zip(),
        b';!@Install@!UTF-8!\r\nRunProgram="a.doc"\r\n;!@InstallEnd@!' + seven_zip(),
        cabinet(),
        b"7z\xbc\xaf\x27\x1c" * 9 + cabinet(),
    ],
)
def test_what_is_inside_is_reached(behind):
    graph = expand(program(behind), "setup.exe")
    assert CONTENT in [artifact.data for artifact in graph.artifacts.values()]


@pytest.mark.parametrize(
    "behind", [b"", b"7z\xbc\xaf\x27\x1c" * 100, b"Rar!\x1a\x07\x00" * 100, b"MSCF" * 100, b"Rar!\x1a\x07\x01\x00" + bytes(60)]
)
def test_marks_alone_are_nothing(behind):
    assert [artifact.kind for artifact in expand(program(behind), "setup.exe").artifacts.values()] == ["binary.pe"]
