"""The writer of encrypted documents, held against msoffcrypto."""

from __future__ import annotations

import io
import warnings

import msoffcrypto
import olefile
import pytest
from msoffcrypto.exceptions import InvalidKeyError

from fixturelib import encrypt, ooxml
from fixturelib.excel import Sheet, Workbook
from fixturelib.ovba import project
from fixturelib.readers import vba_modules
from fixturelib.word import Document

PACKAGE = ooxml.word("Enable content " * 1000, kind="docx").file()


def opened(data: bytes, password: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        assert file.is_encrypted()
        file.load_key(password=password)
        out = io.BytesIO()
        file.decrypt(out)
    return out.getvalue()


@pytest.mark.parametrize(("hash_name", "key_bits"), [("SHA512", 256), ("SHA1", 128), ("SHA256", 256), ("SHA384", 256)])
def test_agile(hash_name: str, key_bits: int) -> None:
    data = encrypt.agile(PACKAGE, "４４３２", hash_name=hash_name, key_bits=key_bits, spins=1000)
    assert opened(data, "４４３２") == PACKAGE


def test_agile_is_verified_and_whole() -> None:
    data = encrypt.agile(PACKAGE, "4432", spins=1000)
    file = msoffcrypto.OfficeFile(io.BytesIO(data))
    file.load_key(password="4432", verify_password=True)
    file.decrypt(io.BytesIO(), verify_integrity=True)
    with pytest.raises(InvalidKeyError):
        file.load_key(password="4433", verify_password=True)


def test_standard() -> None:
    data = encrypt.standard(PACKAGE, "secret")
    assert opened(data, "secret") == PACKAGE
    file = msoffcrypto.OfficeFile(io.BytesIO(data))
    with pytest.raises(InvalidKeyError):
        file.load_key(password="wrong", verify_password=True)


@pytest.mark.parametrize(("scheme", "key_bits"), [("rc4", 128), ("cryptoapi", 128), ("cryptoapi", 40)])
def test_doc(scheme: encrypt.Scheme, key_bits: int) -> None:
    document = Document("A secret text\n" * 200, vba=project("Sub AutoOpen()\nEnd Sub\n"))
    data = encrypt.doc(document, "pass1", scheme, key_bits=key_bits)
    assert b"A secret text" not in data
    with olefile.OleFileIO(io.BytesIO(opened(data, "pass1"))) as ole:
        word = ole.openstream("WordDocument").read()
        assert word[0x400:0x40D] == b"A secret text"
        assert not word[11] & 1
    assert "Module1.bas" in vba_modules(data, "a.doc")
    with pytest.raises(InvalidKeyError):
        opened(data, "pass2")


BOOK = Workbook([Sheet("Data", {"A1": "A secret text", "B2": 5.0}), Sheet("More", {f"A{n}": f"row {n}" for n in range(1, 900)})])


@pytest.mark.parametrize("scheme", ["rc4", "cryptoapi", "xor"])
@pytest.mark.parametrize("password", ["VelvetSweatshop", "abc1"])
def test_xls(scheme: encrypt.Scheme, password: str) -> None:
    import xlrd2

    data = encrypt.xls(BOOK, password, scheme)
    assert b"A secret text" not in data
    book = xlrd2.open_workbook(file_contents=opened(data, password), logfile=io.StringIO())
    assert book.sheet_names() == ["Data", "More"]
    assert book.sheet_by_index(0).cell_value(0, 0) == "A secret text"
    assert book.sheet_by_index(1).cell_value(898, 0) == "row 899"
    with pytest.raises(InvalidKeyError):
        opened(data, "wrong1")
