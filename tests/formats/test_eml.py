"""Mails as a step: facts, texts, attachments, and what cannot be read."""

import base64
import time

import pytest
from fixturelib.mails import Part, alternative, attachment, encoded_word, forwarded, mail, mixed, nested, person, text

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.eml import is_mail, open_mail
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.registry import Look, discover

discover(("formats", "decrypt"))

HEADERS = [
    ("Return-Path", "<box@unrelated.example.test>"),
    ("From", person("営業部 鈴木さん", "aa@other.example.test", "iso-2022-jp")),
    ("To", "sato@victim.example.test, b@victim.example.test"),
    ("Subject", encoded_word("Re: ①請求書の件", "iso-2022-jp", every=7)),
    ("Date", "Fri, 04 Sep 2020 10:00:00 +0900"),
    ("Message-ID", "<1@other.example.test>"),
    ("Received", "from a by b; Fri, 04 Sep 2020 10:00:00 +0900"),
    ("Received", "from c by a; Fri, 04 Sep 2020 09:59:00 +0900"),
]
DOCUMENT = bytes(range(256)) * 20


def run(data, **limits):
    return list(open_mail(Artifact("mail.rfc822", data), Context(Budget(Limits(**limits)))))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


def facts(items, kind):
    return [f.value for f in of(Fact, items) if f.kind == kind]


@pytest.mark.parametrize(
    ("data", "low", "high"),
    [
        (mail(HEADERS, text("x")), 90, 100),
        (b"From someone Mon\nFrom: a@b.test\nTo: c@d.test\nSubject: x\nDate: y\n\nhello", 90, 100),
        (b"\xef\xbb\xbfSubject: x\r\nFrom: a@b.test\r\nTo: b\r\n\r\n", 80, 100),
        (b"Subject: x\rFrom: a@b.test\rTo: b\r\rhello", 80, 100),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Location: file:///C:/a\n\n", 1, 50),
        (b"From: <Saved by Blink>\nSubject: a\nMIME-Version: 1.0\n\nx\nContent-Location: http://a.example.test\n", 1, 50),
        (b"Attribute VB_Name: x\nSub Auto_Open()\n", 0, 0),
        (b"<html>from: to: subject:</html>", 0, 0),
        (b"hello world: this is text\n", 0, 0),
        (b"", 0, 0),
    ],
)
def test_sniffed_by_its_header_fields(data, low, high):
    assert low <= is_mail(Look(data)) <= high


def test_header_facts():
    items = run(mail(HEADERS, text("hello")))
    assert facts(items, "mail.from") == ["営業部 鈴木さん <aa@other.example.test>"]
    assert of(Fact, items)[0].detail["name"] == "営業部 鈴木さん"
    assert facts(items, "mail.to") == ["sato@victim.example.test", "b@victim.example.test"]
    assert facts(items, "mail.subject") == ["Re: ①請求書の件"]
    assert facts(items, "mail.return_path") == ["box@unrelated.example.test"]
    assert facts(items, "clue.date") == ["2020-09-04T01:00:00Z"]
    assert len(facts(items, "mail.received")) == 2
    assert not of(Problem, items)


def test_texts_come_first_and_in_utf_8():
    items = run(
        mail(
            HEADERS,
            mixed(attachment("a.doc", DOCUMENT), alternative(text("①請求書", "iso-2022-jp"), text("<b>請求書</b>", "shift_jis", "html"))),
        )
    )
    assert [(c.kind, c.data.decode(), c.label, c.how) for c in of(Child, items)[:2]] == [
        ("text.plain", "①請求書", "text of the mail", "body, iso-2022-jp"),
        ("text.html", "<b>請求書</b>", "HTML text of the mail", "body, cp932"),
    ]
    assert of(Child, items)[2] == Child(DOCUMENT, label="a.doc", how="attachment, base64")


def test_page_that_names_its_own_character_set():
    body = '<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">請求書'.encode("euc_jp")
    items = run(mail(HEADERS, Part("text/html", body, "8bit")))
    assert of(Child, items)[0].data.decode().endswith("請求書")


@pytest.mark.parametrize("style", ["rfc2047", "rfc2231", "rfc2231-split", "plain"])
def test_names_of_attachments(style):
    items = run(mail(HEADERS, mixed(text("x"), attachment("請求書 2020年9月分.doc", DOCUMENT, style=style))))
    assert of(Child, items)[1].label == "請求書 2020年9月分.doc"
    assert facts(items, "mail.attachment") == ["請求書 2020年9月分.doc"]


def test_two_names_are_both_told():
    items = run(mail(HEADERS, mixed(attachment("invoice.pdf", DOCUMENT, other_name="invoice.exe"))))
    assert [c.label for c in of(Child, items)] == ["invoice.pdf", "invoice.exe"]
    [fact] = [f for f in of(Fact, items) if f.kind == "mail.attachment"]
    assert fact.detail["other_name"] == "invoice.exe"


def test_mail_in_a_mail():
    inner = mail(HEADERS, text("inner"))
    items = run(mail(HEADERS, mixed(text("outer"), forwarded(inner))))
    [child] = [c for c in of(Child, items) if c.kind == "mail.rfc822"]
    assert child.data == inner


def test_attachment_that_claims_to_be_the_text():
    items = run(mail(HEADERS, Part("text/plain", b"PK\x03\x04" + DOCUMENT, "base64")))
    assert of(Child, items)[0].kind == ""


def test_files_inside_the_text():
    from binascii import b2a_uu

    uu = b"begin 644 a.doc\n" + b"".join(b2a_uu(DOCUMENT[at : at + 45]) for at in range(0, len(DOCUMENT), 45)) + b"`\nend\n"
    items = run(mail(HEADERS, Part("text/plain", b"see below\n" + uu, "8bit")))
    assert Child(DOCUMENT, label="a.doc", how="uuencoded in the text") in items
    pdf = b"%PDF-1.4 " + DOCUMENT
    items = run(mail(HEADERS, Part("text/plain", b"see below\n\n" + base64.encodebytes(pdf) + b"\nbye", "8bit")))
    assert pdf in [c.data for c in of(Child, items)]


def test_every_transfer_encoding_that_is_claimed_is_undone():
    part = Part(
        "application/octet-stream",
        base64.encodebytes(DOCUMENT),
        "8bit",
        headers=[("Content-Transfer-Encoding", b"7bit"), ("Content-Transfer-Encoding", b"base64")],
    )
    assert DOCUMENT in [c.data for c in of(Child, run(mail(HEADERS, mixed(part))))]


def test_encrypted_mail_is_said_to_be():
    pgp = Part(
        "multipart/encrypted",
        parts=[Part("application/pgp-encrypted", b"Version: 1"), Part("application/octet-stream", b"-----BEGIN PGP MESSAGE-----")],
    )
    assert [(p.sort, p.name) for p in of(Problem, run(mail(HEADERS, pgp)))] == [("encrypted", "PGP")]


def test_body_that_lies_elsewhere():
    where = Part('message/external-body; access-type=URL; URL="https://files.example.test/a.doc"', b"Content-Type: application/msword\r\n")
    assert [f.value for f in of(Fact, run(mail(HEADERS, where))) if f.kind == "link.external"] == ["https://files.example.test/a.doc"]


def test_no_mail_is_malformed():
    assert [p.sort for p in of(Problem, run(b"\x00\x01"))] == ["malformed"]


# ------------------------------------------------------------------ hostile


def test_chaos_is_read_and_the_depth_told():
    content = mixed(nested(70, attachment("deep.doc", DOCUMENT)), attachment("beside.doc", DOCUMENT + b"!"), close=False)
    graph = expand(mail([*HEADERS, ("X-Raw", "件名".encode("cp932"))], content), "a.eml")
    assert DOCUMENT + b"!" in {a.data for a in graph.artifacts.values()}
    assert "mime_depth" in {t.problem.name for t in graph.troubles}


def test_mails_in_mails_end_at_the_depth():
    message = mail(HEADERS, text("inner"))
    for number in range(40):
        message = mail([("X-Number", str(number)), *HEADERS], mixed(forwarded(message)))
    started = time.process_time()
    graph = expand(message, "a.eml")
    assert time.process_time() - started < 5
    assert {t.problem.name for t in graph.troubles} == {"depth"}


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: " + b"=?utf-8?Q?a=C3?=\r\n " * 60_000,
        b"Subject: " + b"=?iso-2022-jp?B?GyRC?= =?utf-8?B?44GC?=\r\n " * 30_000,
        b"Content-Disposition: attachment; " + b"".join(b"filename*%d*=%%41;\r\n " % n for n in range(20_000)),
        b"Content-Type: text/plain; " + b'a="' * 80_000,
        b"To: " + b"a@b.example.test, " * 15_000,
        b"From: " + b"<" * 200_000,
        b"X: y\r\n" * 50_000,
        b"References: " + b"<a@b> " * 40_000,
    ],
)
def test_floods_of_headers_are_quick(header):
    data = b"From: a@b.example.test\r\n" + header + b"\r\n\r\nhello"
    started = time.process_time()
    graph = expand(data, "a.eml", Settings())
    assert time.process_time() - started < 4
    assert graph.artifacts[graph.root].kind == "mail.rfc822"
    assert graph.fact_count < 1_000


def test_bytes_are_asked_for():
    items = expand(
        mail(HEADERS, mixed(attachment("a.bin", bytes(2_000_000)))), "a.eml", Settings(limits=Limits(object_bytes=1_000_000))
    ).troubles
    assert {t.problem.name for t in items} == {"object_bytes"}


CONTENT = bytes(range(256)) * 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b'boundary="--', b'boundary="-x', 1),  # a boundary that comes nowhere
        lambda data: b"Subject: x\r\nFrom: a@b.test\r\n\r\nbefore\r\n" + data,
    ],
)
def test_attachments_of_mails_whose_structure_is_broken(damage):
    data = damage(mail(HEADERS, mixed(text("hello"), attachment("a.bin", CONTENT))))
    assert any(child.data.startswith(CONTENT) for child in of(Child, run(data)))


def test_armoured_messages_and_short_lines_are_no_attachments():
    block = "\r\n".join(["QUJD" * 16] * 10)
    armoured = mail(HEADERS, text(f"-----BEGIN PGP MESSAGE-----\r\n\r\n{block}\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n", "us-ascii"))
    assert [child.how for child in of(Child, run(armoured))] == ["body, ascii"]
    words = mail(HEADERS, text("\r\n".join(["word" * 16] * 3), "us-ascii"))
    assert [child.how for child in of(Child, run(words))] == ["body, ascii"]


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.97])
def test_a_mail_that_was_cut_off_says_so(part):
    data = mail(HEADERS, mixed(text("hello"), attachment("a.bin", CONTENT * 3)))
    assert [p.name for p in of(Problem, run(data))] == []
    begins = data.index(b"Content-Type: multipart")
    cut = data[: begins + int((len(data) - begins) * part)]
    assert [p.name for p in of(Problem, run(cut))] == ["cut off"]


def test_a_missing_last_boundary_alone_is_nothing():
    data = mail(HEADERS, mixed(text("hello"), attachment("a.bin", CONTENT), close=False))
    assert of(Problem, run(data)) == []
