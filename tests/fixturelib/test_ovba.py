"""The writer of VBA projects, held against oletools."""

from __future__ import annotations

import random

import pytest

from fixturelib.cfb import Storage
from fixturelib.ovba import MSFORMS, OFFICE, STDOLE, WORD_DOCUMENT, Module, Project, Reference, compress, encrypt, project
from fixturelib.readers import decompress, vba_modules

CODE = 'Sub AutoOpen()\n    Shell "cmd /c echo inert", 0\nEnd Sub\n'


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100, 4095, 4096, 4097, 8192, 20_000])
@pytest.mark.parametrize("alphabet", ["a", "ab ", "".join(map(chr, range(32, 127))), "".join(map(chr, range(256)))])
def test_what_is_compressed_comes_back(size: int, alphabet: str) -> None:
    data = "".join(random.Random(size).choices(alphabet, k=size)).encode("latin-1")
    back = decompress(compress(data))
    # A chunk that does not shrink is stored whole, with zeros to its end (MS-OVBA 2.4.1.3.10).
    assert back[:size] == data
    assert not back[size:].strip(b"\0")


def test_code_shrinks() -> None:
    assert len(compress(CODE.encode() * 500)) < len(CODE) * 500 / 10


def test_raw_chunks_hold_the_text_itself() -> None:
    data = bytes(range(256)) * 40
    packed = compress(data, raw=True)
    assert packed[1:3] == b"\xff\x3f"
    assert packed[3 : 3 + 4096] == data[:4096]
    assert decompress(packed)[: len(data)] == data


# MS-OVBA 3.2, the three examples of the specification.
EXAMPLES = [
    (b"abcdefghijklmnopqrstuv.", "0119b00061626364656667680069 6a6b6c6d6e6f70007172737475762e"),
    (
        b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        "012fb00023616161626364658266007061676869 6a013808616b6c00306d6e6f70067102700410727374757610 7778797a003c",
    ),
    (b"a" * 73, "0103b002614500"),
]


@pytest.mark.parametrize(("plain", "packed"), EXAMPLES)
def test_examples_of_the_specification(plain: bytes, packed: str) -> None:
    """Of copies of equal length another may be chosen than there; the size is the same."""
    container = bytes.fromhex(packed)
    assert decompress(container) == plain
    assert len(compress(plain)) == len(container)


def test_modules_and_text_are_those_of_oletools() -> None:
    vba = Project(
        [
            Module("ThisDocument", "Private Sub Document_Open()\nEnd Sub\n", "document", controls=["TextBox1, 0, 0, MSForms, TextBox"]),
            Module("Module1", CODE, docstring="a module"),
            Module("Class1", "Public x\n", "class", private=True, read_only=True),
        ]
    )
    found = vba_modules(vba.file())
    assert list(found) == ["ThisDocument.cls", "Module1.bas", "Class1.cls"]
    assert found["Module1.bas"] == 'Attribute VB_Name = "Module1"\r\n' + CODE.replace("\n", "\r\n")
    document = found["ThisDocument.cls"].splitlines()
    assert f'Attribute VB_Base = "{WORD_DOCUMENT}"' in document
    assert 'Attribute VB_Control = "TextBox1, 0, 0, MSForms, TextBox"' in document


@pytest.mark.parametrize(
    ("code_page", "name", "text"), [(932, "請求書", "請求①㈱ｱ"), (1251, "Счёт", "Оплата"), (1252, "Übersicht", "Größe")]
)
def test_code_pages(code_page: int, name: str, text: str) -> None:
    found = vba_modules(Project([Module(name, f"' {text}\n")], code_page=code_page).file())
    assert found == {f"{name}.bas": f'Attribute VB_Name = "{name}"\r\n\' {text}\r\n'}


def test_every_kind_of_reference_is_passed_over() -> None:
    normal = Reference("Normal", r"*\CC:\Users\x\Normal.dotm", "project")
    vba = project(CODE)
    vba.references = [STDOLE, normal, MSFORMS, OFFICE]
    assert "Module1.bas" in vba_modules(vba.file())


def test_a_large_project_comes_back() -> None:
    code = "".join(f"Sub s{number}()\n    x = {number}\nEnd Sub\n" for number in range(20_000))
    assert vba_modules(project(code).file())["Module1.bas"].count("End Sub") == 20_000


def test_raw_modules_are_read() -> None:
    code = "' " + "x" * 5000 + "\n"
    assert vba_modules(Project([Module("Module1", code, raw=True)]).file())["Module1.bas"].endswith("x\r\n")


def test_a_wrong_offset_is_really_wrong() -> None:
    right = Module("Module1", CODE)
    wrong = Module("Module1", CODE, offset_error=7)
    assert vba_modules(Project([right]).file())
    with pytest.raises(ValueError, match="invalid signature byte"):
        decompress(stream(Project([wrong]), "VBA/Module1")[512 + 7 :])


def test_modules_that_no_list_names_are_only_streams() -> None:
    vba = Project([Module("Module1"), Module("Hidden", CODE, listed=False)])
    assert b"Hidden" not in stream(vba, "PROJECT")
    assert "VBA/Hidden" in {f"VBA/{name}" for name in storage(vba, "VBA").entries}


def test_streams_are_left_out_on_demand() -> None:
    vba = project(CODE)
    vba.omit = ["PROJECT", "VBA/dir"]
    root = vba.storage()
    assert "PROJECT" not in root.entries
    assert "dir" not in storage(vba, "VBA").entries


def test_protection_can_be_undone() -> None:
    """MS-OVBA 2.4.3.3, written down once more from the other side."""
    id_ = "{917DED54-440B-4FD1-A5C1-74ACF261E600}"
    for seed in (0x5B, 0x81, 0xA7):
        locked = bytes.fromhex(encrypt(b"\x01\0\0\0", id_, seed))
        assert (locked[1] ^ seed, locked[2] ^ seed) == (2, sum(id_.encode()) & 0xFF)
        plain, two_before, before, known = b"", locked[1], locked[2], locked[2] ^ seed
        for byte in locked[3:]:
            known = byte ^ ((two_before + known) & 0xFF)
            plain += bytes([known])
            two_before, before = before, byte
        assert plain[(seed & 6) // 2 :] == b"\x04\0\0\0\x01\0\0\0"


def test_a_locked_project_holds_a_password_hash() -> None:
    vba = project(CODE)
    vba.locked = "secret"
    line = next(line for line in stream(vba, "PROJECT").decode().splitlines() if line.startswith("DPB="))
    assert len(line) > 60
    assert "Module1.bas" in vba_modules(vba.file())


def storage(vba: Project, path: str) -> Storage:
    found = vba.storage().get(path)
    assert isinstance(found, Storage)
    return found


def stream(vba: Project, path: str) -> bytes:
    found = vba.storage().get(path)
    assert isinstance(found, bytes)
    return found
