"""Header values, as broken as they come."""

import time

import pytest
from fixturelib.mails import encoded_word, parameter
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse.header import Address, addresses, date, decode_words, parameters, texts

WINDOWS_ONLY = "①㈱髙﨑 請求書 ﾃｽﾄ"


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "utf-8", "euc-jp"])
@pytest.mark.parametrize("letter", ["B", "Q"])
@pytest.mark.parametrize("every", [0, 1, 5, 7])
def test_words_cut_anywhere(charset, letter, every):
    text = "請求書を送ります。請求書"
    assert decode_words(encoded_word(text, charset, letter=letter, every=every)) == text


def test_words_with_what_windows_adds():
    assert decode_words(encoded_word(WINDOWS_ONLY, "iso-2022-jp", every=5)) == WINDOWS_ONLY


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"Re: =?utf-8?Q?a_b?= c", "Re: a b c"),
        (b"=?utf-8?B?44GC?= =?utf-8?B?44GE?=", "あい"),
        (b"=?utf-8?B?44GC?= and =?utf-8?B?44GE?=", "あ and い"),
        (b"=?utf-8?Q?=E3=81?=\r\n =?utf-8?Q?=82?=", "あ"),
        (b"=?utf-8*ja?B?44GC?=", "あ"),
        (b"=?no-such-set?Q?caf=E9?=", "café"),
        (b"=?utf-8?B?44GC", "=?utf-8?B?44GC"),
        (b"=?utf-8?B?44GC44?=", "あ\ufffd"),
        (b"=?utf-8?Q?are you ok??=", "are you ok?"),
        ("件名".encode("cp932"), "件名"),
        (b"\x1b$B7oL>\x1b(B", "件名"),
        (b"=?us-ascii?Q?x?==?us-ascii?Q?y?=", "xy"),
    ],
)
def test_encoded_words(value, text):
    assert decode_words(value) == text


def test_raw_bytes_follow_the_character_set_of_the_mail():
    assert decode_words("жук".encode("koi8-r"), "koi8-r") == "жук"


@pytest.mark.parametrize("style", ["rfc2047", "rfc2231", "rfc2231-split", "plain"])
def test_names_of_attachments(style):
    value = b"attachment; " + parameter("filename", "請求書 2020年9月分 ご確認ください.doc", style)
    assert texts(parameters(value)[1], "filename") == ["請求書 2020年9月分 ご確認ください.doc"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'text/plain; charset="utf-8"', ("text/plain", [("charset", b"utf-8")])),
        (b"Text/HTML ; name=a b.doc; x=1", ("text/html", [("name", b"a b.doc"), ("x", b"1")])),
        (b'a/b; name="x;y\\"z.doc"', ("a/b", [("name", b'x;y"z.doc')])),
        (b'a/b; name="x.doc" filename="y.exe"', ("a/b", [("name", b"x.doc"), ("filename", b"y.exe")])),
        (b'a/b (comment); ; junk; name="open', ("a/b", [("name", b"open")])),
        (b"a/b; boundary==_x", ("a/b", [("boundary", b"=_x")])),
        (b"", ("", [])),
    ],
)
def test_parameters(value, expected):
    assert parameters(value) == expected


def test_both_forms_of_a_name_are_found():
    found = parameters(b"attachment; filename=\"a.pdf\"; filename*=utf-8''b.exe")[1]
    assert texts(found, "filename") == ["b.exe", "a.pdf"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Taro <t@a.test>", [Address("Taro", "t@a.test")]),
        (b'"<x@y.test> Yamada" <b@c.test>', [Address("<x@y.test> Yamada", "b@c.test")]),
        (b'""Taro Yamada"" <b@c.test>', [Address("Taro Yamada", "b@c.test")]),
        (b"a@b.test, C <c@d.test>", [Address("", "a@b.test"), Address("C", "c@d.test")]),
        (b'"Smith, Bob" <b@s.test>', [Address("Smith, Bob", "b@s.test")]),
        (b"b@s.test (Bob)", [Address("", "b@s.test")]),
        (b"undisclosed-recipients:;", []),
        (b"Foo <a@b.test", [Address("Foo", "a@b.test")]),
        (encoded_word("営業部 鈴木さん", "iso-2022-jp") + b" <aa@b.test>", [Address("営業部 鈴木さん", "aa@b.test")]),
        ("鈴木さん".encode("cp932") + b" <aa@b.test>", [Address("鈴木さん", "aa@b.test")]),
    ],
)
def test_addresses(value, expected):
    assert addresses(value) == expected


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        ("Tue, 3 Nov 2020 10:11:12 +0900", "2020-11-03T01:11:12Z"),
        ("3 Nov 20 10:11 JST", "2020-11-03T01:11:00Z"),
        ("Mon, 14 Mar 2022 10:31:17 GMT", "2022-03-14T10:31:17Z"),
        ("Thu, 01 Jan 1970 00:00:00 -0000 (UTC)", "1970-01-01T00:00:00Z"),
        ("31 Feb 2020 01:01:01 +0000", ""),
        ("yesterday", ""),
        ("1 Jan 0001 00:00:00 +2359", ""),
    ],
)
def test_dates(value, utc):
    assert date(value) == utc


@given(st.binary(max_size=300))
def test_never_raises(value):
    decode_words(value)
    addresses(value)
    _, found = parameters(value)
    texts(found, "name")
    date(value.decode("latin-1"))


@given(
    st.lists(
        st.sampled_from(
            [
                b"=?",
                b"?=",
                b"utf-8",
                b"?B?",
                b"?Q?",
                b"44GC",
                b"=",
                b" ",
                b'"',
                b"\\",
                b"<",
                b">",
                b"(",
                b")",
                b";",
                b"*0*=",
                b"''",
                b"%41",
                b"name",
                b",",
            ]
        ),
        max_size=40,
    )
)
def test_never_raises_on_pieces(pieces):
    test_never_raises.hypothesis.inner_test(b"".join(pieces))


@pytest.mark.parametrize(
    "unit",
    [
        b"=?utf-8?Q?a=C3?= ",
        b"=?a?q? ",
        b"=?a?q?x",
        b"=?",
        b"=?utf-8?B?YQ?= ",
        b"=?utf-8?B?YQ==?= =?x?B?YQ==?= ",
        b";",
        b"x=y;",
        b"x;",
        b" ",
        b'"',
        b"\\",
        b'x="',
        b"(",
        b"<",
        b"a@",
        b"a ",
        b"a@b,",
        b"filename*1*=%41;",
        b"1 Jan ",
    ],
)
def test_linear(unit):
    value = b"a; " + unit * (240_000 // len(unit))
    started = time.process_time()
    test_never_raises.hypothesis.inner_test(value)
    assert time.process_time() - started < 2
