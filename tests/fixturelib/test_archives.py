"""The writer of archives, held against zipfile and pyzipper."""

from __future__ import annotations

import gzip
import io
import itertools
import zipfile
import zlib

import pytest
import pyzipper

from fixturelib.archives import DEFLATED, STORED, Member, directory_bomb, gzip_file, nested_bomb, overlap_bomb, simple, zip_file

DATA = b"hello " * 100
ENCRYPTIONS = ["", "zipcrypto", "aes128", "aes192", "aes256"]


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
def test_every_form_is_read(encryption: str) -> None:
    forms = itertools.product([STORED, DEFLATED], [False, True], [False, True], [1, 2])
    for method, descriptor, zip64, vendor in forms:
        how = {"encryption": encryption, "password": "pw1", "method": method, "descriptor": descriptor, "zip64": zip64, "vendor": vendor}
        data = simple({"a.txt": DATA, "日本.txt": b""}, **how)
        with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
            archive.setpassword(b"pw1")
            assert archive.namelist() == ["a.txt", "日本.txt"]
            assert archive.testzip() is None
            assert archive.read("a.txt") == DATA


@pytest.mark.parametrize("encryption", ENCRYPTIONS[1:])
def test_a_wrong_password_does_not_open(encryption: str) -> None:
    data = simple({"a.txt": DATA}, encryption=encryption, password="pw1")
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive, pytest.raises((RuntimeError, pyzipper.BadZipFile, zlib.error)):
        archive.read("a.txt", pwd=b"pw2")


def test_a_bad_tag_opens_and_fails() -> None:
    data = zip_file([Member("a.txt", DATA, encryption="aes256", password="pw1", bad_tag=True)])
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive, pytest.raises(pyzipper.BadZipFile):
        archive.read("a.txt", pwd=b"pw1")


def test_data_in_front_may_be_counted_or_not() -> None:
    for adjust in (False, True):
        with zipfile.ZipFile(io.BytesIO(zip_file([Member("a.txt", DATA)], prefix=b"MZ" * 50, adjust=adjust))) as archive:
            assert archive.read("a.txt") == DATA


def test_headers_may_lie_apart() -> None:
    member = Member("true.txt", DATA, local={"name": b"local.exe", "size": 3}, central={"crc": 7, "method": 99})
    data = zip_file([member])
    assert data[30:39] == b"local.exe"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.infolist()[0]
        assert (info.filename, info.CRC, info.compress_type, info.file_size) == ("true.txt", 7, 99, len(DATA))


def test_the_directory_may_be_missing_or_cut() -> None:
    whole = zip_file([Member("a.txt", DATA)])
    for cut in (zip_file([Member("a.txt", DATA)], directory=False), zip_file([Member("a.txt", DATA)], truncate=30)):
        assert whole.startswith(cut)
        assert not zipfile.is_zipfile(io.BytesIO(cut))


def test_names_are_written_as_they_are() -> None:
    names = [b"../../x", b"CON", b"a\0b.txt", b"n" * 300, "請求書.doc".encode("cp932")]
    data = zip_file([Member(name, b"1") for name in names])
    assert all(name in data for name in names)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist()[4].encode("cp437") == names[4]


def test_bombs_unpack_to_more_than_they_are() -> None:
    core = bytes(100_000)
    with zipfile.ZipFile(io.BytesIO(overlap_bomb(50, core))) as archive:
        assert archive.testzip() is None
        assert sum(info.file_size for info in archive.infolist()) > 50 * len(core)
    many = directory_bomb(500, core)
    with zipfile.ZipFile(io.BytesIO(many)) as archive:
        assert len({info.header_offset for info in archive.infolist()}) == 1
        assert sum(info.file_size for info in archive.infolist()) == 500 * len(core)
    assert len(nested_bomb(3, 4, core)) < 50_000


def test_gzip() -> None:
    assert gzip.decompress(gzip_file(DATA, "a.txt", members=3)) == DATA
    assert gzip.decompress(gzip_file(b"")) == b""
