"""Text by label, and without one."""

import time

import pytest
from fixturelib.mails import encode_text
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse.charset import codec_of, decode, decode_euc_jp, decode_jis

WINDOWS_ONLY = "①㈱髙﨑 請求書 ﾃｽﾄ～"


@pytest.mark.parametrize("label", ["iso-2022-jp", "ISO-2022-JP", '"iso-2022-jp"', "us-ascii", "", "x-unknown"])
def test_japanese_mail_with_what_windows_adds(label):
    assert decode(encode_text(WINDOWS_ONLY, "iso-2022-jp"), label).text == WINDOWS_ONLY


def test_euc_jp_with_what_windows_adds():
    # ① is row 13 cell 1 (NEC), 髙 is row 92 cell 66 (NEC selected IBM), half-width kana follow 0x8E
    assert decode_euc_jp(b"\xad\xa1 \xfc\xe2 \xc0\xc1 \x8e\xc3\x8e\xbd\x8e\xc4") == "① 髙 請 ﾃｽﾄ"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B@A5a=q\x1b(B ok", "請求書 ok"),
        (b"\x1b$@@A5a=q\x1b(J ok", "請求書 ok"),
        (b"\x1b(IC=D\x1b(B", "ﾃｽﾄ"),
        (b"\x0eC=D\x0f.", "ﾃｽﾄ."),
        (b"\x1b$B@A5a=q", "請求書"),
        (b"\x1b$B@A5a=\x1b(B", "請求\ufffd"),
        (b"\x1b$(D\x30\x21\x1b(B", "丂"),
        (b"\x1b[31m", "\x1b[31m"),
        (b"\x1b$B!A\x1b(B", "～"),
    ],
)
def test_escape_sequences(data, text):
    assert decode_jis(data) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("お世話になっております", "cp932"),
        ("請求書", "cp932"),
        ("請求書", "euc_jp"),
        ("お世話になっております", "euc_jp"),
        ("請求書", "utf-8"),
        ("Über Größe", "cp1252"),
        ("café", "cp1252"),
        ("“quoted” – dash", "cp1252"),
        ("Привет, как дела? Счёт во вложении", "cp1251"),
        ("发票 请查收附件", "gb18030"),
        ("안녕하세요 첨부파일", "cp949"),
    ],
)
def test_unlabelled(text, encoding):
    for label in ("", "us-ascii", "unknown-8bit"):
        decoded = decode(text.encode(encoding), label)
        assert decoded.text == text
        assert not decoded.sure


def test_labels_mean_what_windows_takes_them_for():
    assert decode("①".encode("cp932"), "Shift_JIS").text == "①"
    assert decode(b"\x93quoted\x94", "iso-8859-1").text == "“quoted”"
    assert decode("€".encode("gb18030"), "gb2312").text == "€"


def test_wrong_label_is_seen_through():
    assert decode("請求書を送ります".encode(), "iso-8859-2").text != ""
    assert decode("請求書を送ります".encode("cp932"), "utf-8").text == "請求書を送ります"
    assert decode("請求書を送ります".encode("cp932"), "iso-2022-jp").text == "請求書を送ります"


@pytest.mark.parametrize(
    "label",
    ["idna", "rot13", "unicode_escape", "base64_codec", "hex", "zlib", "punycode", "mbcs", "undefined", "../x", "raw_unicode_escape"],
)
def test_codecs_that_are_no_character_sets_are_not_reached(label):
    assert codec_of(label) == ""
    assert decode(b"abc \\u0041", label).text == "abc \\u0041"


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            "",
            "iso-2022-jp",
            "euc-jp",
            "shift_jis",
            "utf-8",
            "utf-7",
            "utf-16",
            "hz-gb-2312",
            "iso-2022-kr",
            "big5",
            "x",
            "gb18030",
            "utf-32",
        ]
    ),
)
def test_never_raises(data, label):
    assert isinstance(decode(data, label).text, str)
    assert isinstance(decode(b"\x1b$B" + data, label).text, str)


@given(
    st.text(st.characters(min_codepoint=0x20, codec="cp932", exclude_categories=["Co", "Cc"], exclude_characters="¢£¬‖−〜"), max_size=40)
)
def test_what_windows_writes_as_iso_2022_jp_comes_back(text):
    assert decode(encode_text(text, "iso-2022-jp"), "iso-2022-jp").text == text


def test_linear():
    for unit in (b"\x1b$B", b'\x1b$B$"\x1b(B', b"\xa1\xff", b"\x8f", b"\x0e", b'-!$"', b"\x1b"):
        for label in ("iso-2022-jp", "euc-jp", ""):
            started = time.process_time()
            decode(unit * (400_000 // len(unit)), label)
            assert time.process_time() - started < 2.5
