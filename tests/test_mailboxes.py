"""Folders of mails as inputs, and mails that tell the passwords of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixturelib.build import build

from emoscan.cli.inputs import Inputs
from emoscan.mailboxes import CHUNK, Together, among, each_mail, related
from emoscan.parse.siblings import belong_together, clues, envelope
from emoscan.scanner import Scanner
from emoscan.sources import Source

ARCHIVE = build("B03-ppap-1-archive")[1]
NOTICE = build("B03-ppap-2-password")[1]
OTHER = b"From: a@other.example\r\nDate: Mon, 08 Mar 2021 17:40:01 +0900\r\nSubject: x\r\n\r\nPassword: wrong1\r\n"


def folder(*mails: bytes) -> bytes:
    return b"".join(b"From x@y.example Mon Mar  8 17:40:03 2021\n" + mail + b"\n\n" for mail in mails)


@pytest.mark.parametrize("order", [(ARCHIVE, NOTICE), (NOTICE, OTHER, ARCHIVE)])
def test_a_password_comes_in_another_mail(order: tuple[bytes, ...]) -> None:
    with Scanner() as scanner:
        reports = list(scanner.scan_many([Source(f"{n}.eml", f"{n}.eml", data) for n, data in enumerate(order)]))
    assert [report.verdict for report in reports] == ["clean"] * len(order)
    (opened,) = [password for report in reports for password in report.passwords]
    assert opened.password == "hT5yqL8w"
    assert "text of another mail, '【パスワード通知】議事録送付の件'" in opened.source


def test_alone_it_stays_shut() -> None:
    with Scanner(in_process=True) as scanner:
        assert scanner.scan_bytes(ARCHIVE, "a.eml").verdict == "incomplete"


@pytest.mark.parametrize("in_process", [False, True])
def test_each_mail_of_a_folder_is_a_record(tmp_path: Path, in_process: bool) -> None:
    path = tmp_path / "archive.mbox"
    path.write_bytes(folder(OTHER, ARCHIVE, OTHER, NOTICE))
    with Scanner(in_process=in_process) as scanner:
        reports = list(scanner.scan_folder(path))
    assert [report.input.path for report in reports] == [f"{path}#{n}" for n in range(1, 5)]
    assert [report.verdict for report in reports] == ["clean"] * 4
    assert [len(report.passwords) for report in reports] == [0, 1, 0, 0]
    assert reports[1].mail is not None
    assert reports[1].mail["subject"] == ["議事録送付の件"]


def test_maildir_and_mailbox_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1614.M1.host:2,S").write_bytes(NOTICE)
    (tmp_path / "cur" / "1615.M2.host:2,").write_bytes(ARCHIVE)
    (tmp_path / "inbox").write_bytes(folder(OTHER, NOTICE, ARCHIVE))
    with Scanner() as scanner:
        reports = list(scanner.scan_many(Inputs([str(tmp_path)])))
    assert [Path(report.input.path).name for report in reports] == ["1614.M1.host:2,S", "1615.M2.host:2,", "inbox#1", "inbox#2", "inbox#3"]
    assert [len(report.passwords) for report in reports] == [0, 1, 0, 0, 1]
    with Scanner() as scanner:
        named = Inputs([str(tmp_path / "cur" / name) for name in ("1615.M2.host:2,", "1614.M1.host:2,S")])
        assert [len(report.passwords) for report in scanner.scan_many(named)] == [1, 0]


def test_large_folders_are_read_a_piece_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "large"
    filler = OTHER + b"x" * 300_000
    path.write_bytes(folder(*[filler] * 12, ARCHIVE, filler, NOTICE))
    assert path.stat().st_size > 3 * CHUNK
    sources = list(each_mail(Source(str(path), "large"), 200_000))
    assert [len(source.data or b"") for source in sources[:2]] == [200_001] * 2
    assert sources[12].siblings is not None
    assert sources[12].siblings(ARCHIVE[:1000])[0].endswith(NOTICE + b"\n\n")


@pytest.mark.parametrize("data", [b"", b"hello", ARCHIVE, b"From a\n\nb", folder(OTHER)])
def test_other_inputs_stay_what_they_are(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    for source in (Source("x", "x", data), Source(str(path), "file")):
        (one,) = each_mail(source, 1000)
        assert (one.data, one.path) == (data, source.path)


def test_what_cannot_be_read_is_left_to_say_so(tmp_path: Path) -> None:
    missing = Source(str(tmp_path / "none"), "none")
    assert list(each_mail(missing, 10)) == [missing]
    assert list(each_mail(Source("x", "x", problem="no"), 10)) == [Source("x", "x", problem="no")]


def test_who_belongs_together() -> None:
    one, other, stranger = envelope(ARCHIVE), envelope(NOTICE), envelope(OTHER)
    assert one
    assert other
    assert stranger
    assert belong_together(one, other)
    assert not belong_together(one, stranger)
    later = envelope(NOTICE.replace(b"Mon, 08 Mar 2021", b"Mon, 15 Mar 2021"))
    assert later
    assert not belong_together(one, later)
    assert envelope(b"hello") is None
    assert related(b"hello", [NOTICE]) == []


def test_files_named_together(tmp_path: Path) -> None:
    for name, data in (("a", ARCHIVE), ("b", NOTICE), ("c", OTHER)):
        (tmp_path / name).write_bytes(data)
    together = Together(["a", "b", "c", "missing", "."], str(tmp_path))
    assert together(ARCHIVE) == [NOTICE]
    assert together(b"nothing") == []
    sources = among([Source(str(tmp_path / name), name) for name in "abc"])
    assert sources[0].siblings
    assert sources[0].siblings(ARCHIVE) == [NOTICE]


def test_clues_of_mails() -> None:
    found = {clue.value: clue for clue in clues([NOTICE, OTHER, b"junk"])}
    assert found["hT5yqL8w"].rank > 0.8 > found["wrong1"].rank > 0.4
