"""The writer of mails, held against the standard library."""

from __future__ import annotations

import email
import email.policy
from email.header import decode_header
from email.message import EmailMessage

import pytest

from fixturelib.mails import Part, attachment, encode_text, encoded_word, forwarded, mail, mixed, nested, person, text
from fixturelib.mails import alternative as either


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_with_all_its_parts() -> None:
    inner = mail([("Subject", "inner")], text("inside"))
    content = mixed(
        either(text("こんにちは", "iso-2022-jp"), text("<p>hello</p>", subtype="html")), attachment("a.doc", b"\xd0\xcf"), forwarded(inner)
    )
    message = parse(mail([("From", person("山田 太郎", "a@b.example.test", "iso-2022-jp")), ("Subject", "請求書")], content))
    assert message["from"] == "山田 太郎 <a@b.example.test>"
    assert message["subject"] == "請求書"
    assert message["mime-version"] == "1.0"
    assert message.get_body(("plain",)).get_content() == "こんにちは"  # type: ignore[union-attr]
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds[3:] == ["text/html", "application/octet-stream", "message/rfc822", "text/plain"]
    assert next(message.iter_attachments()).get_content() == b"\xd0\xcf"


NAME = "請求書 2022年3月分のご案内について（再送）'1'.doc"


@pytest.mark.parametrize("style", ["rfc2231", "rfc2231-split", "rfc2047", "plain"])
def test_attachment_names(style: str) -> None:
    message = parse(mail([], mixed(attachment(NAME, b"x", style=style))))
    assert next(message.iter_attachments()).get_filename() == NAME


def test_two_names() -> None:
    message = parse(mail([], mixed(attachment("a.doc", b"x", other_name="b.exe"))))
    part = next(message.iter_attachments())
    assert (part.get_filename(), part.get_param("name")) == ("a.doc", "b.exe")


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("letter", ["B", "Q"])
def test_encoded_words(charset: str, letter: str) -> None:
    word = encoded_word("注文書の件 123", charset, letter=letter).decode()  # type: ignore[arg-type]
    assert decode_header(word) == [("注文書の件 123".encode(charset), charset)]


def test_words_may_be_cut_inside_a_character() -> None:
    words = encoded_word("注文書", "utf-8", every=4).decode()
    assert words.count("=?utf-8?B?") == 3
    assert decode_header(words) == [("注文書".encode(), "utf-8")]


def test_japanese_as_the_standard_writes_it() -> None:
    plain = "会議の資料をお送りします。カタカナ ABC"
    assert encode_text(plain, "iso-2022-jp") == plain.encode("iso2022_jp")


def test_japanese_beyond_the_standard() -> None:
    """Row 13 of NEC, the IBM kanji in rows 89 to 92 of NEC, and half-width kana (JIS X 0201, ESC ( I)."""
    assert encode_text("①㈱", "iso-2022-jp") == b"\x1b$B\x2d\x21\x2d\x6a\x1b(B"
    assert encode_text("髙﨑", "iso-2022-jp") == b"\x1b$B\x7c\x62\x79\x75\x1b(B"
    assert encode_text("ｱｲ", "iso-2022-jp") == b"\x1b(I12\x1b(B"


def test_broken_mime() -> None:
    assert mail([], mixed(text("x"), close=False)).count(b"--\r\n") == 0
    depth, part = 0, parse(mail([], nested(60, Part(body=b"deep"))))
    while part.is_multipart():
        (part,), depth = part.iter_parts(), depth + 1  # type: ignore[assignment]
    assert (depth, part.get_content()) == (60, "deep")
