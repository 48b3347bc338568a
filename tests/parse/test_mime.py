"""The structure of mails, ordinary and hostile."""

import base64
import binascii
import email
import email.policy
import itertools
import time

import pytest
from fixturelib.mails import alternative, attachment, mail, mixed, nested, text
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.parse import Malformed
from emoscan.parse.mime import MAX_HEADER_BYTES, encoding_of, first_field, parse, readable, undo, undo_base64, uuencoded

FROM = [("From", "a@b.test"), ("To", "c@d.test"), ("Subject", "x")]


def leaves(data, **limits):
    """(type, content) of each leaf."""
    return [(p.type, undo(data[p.start : p.end], encoding_of(p.field("content-transfer-encoding")))) for p in parse(data, **limits).parts]


def multipart(body, boundary='"b"', subtype="mixed"):
    return b"From: a@b.test\nContent-Type: multipart/%s; boundary=%s\n\n" % (subtype.encode(), boundary.encode()) + body


def test_plain_mail():
    data = b"From: a@b.test\r\nSubject: one\r\n\ttwo\r\n\r\nhello\r\n"
    parsed = parse(data)
    assert parsed.headers == (("from", b"a@b.test"), ("subject", b"one\ttwo"))
    assert leaves(data) == [("text/plain", b"hello\r\n")]


def test_parts_in_order_with_their_content():
    document = bytes(range(256)) * 40
    data = mail(FROM, mixed(alternative(text("plain"), text("<b>html</b>", subtype="html")), attachment("a.doc", document)))
    assert leaves(data) == [("text/plain", b"plain"), ("text/html", b"<b>html</b>"), ("application/octet-stream", document)]
    assert [(p.depth, p.alternative) for p in parse(data).parts] == [(2, True), (2, True), (1, False)]


PARTS = st.recursive(
    st.binary(max_size=80).map(lambda data: attachment("a.bin", data)) | st.text("abc \n", max_size=60).map(text),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: mixed(*parts)),
    max_leaves=8,
)


@given(PARTS)
@settings(max_examples=60, deadline=None)
def test_finds_what_the_standard_library_finds(content):
    data = mail(FROM, content)
    expected = [
        p.get_payload(decode=True) for p in email.message_from_bytes(data, policy=email.policy.compat32).walk() if not p.is_multipart()
    ]
    assert [content.rstrip(b"\r\n") for _, content in leaves(data)] == [e.rstrip(b"\r\n") for e in expected]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_where_the_mail_begins(newline):
    body = newline.join([b"From: a@b.test", b"", b"hello"])
    for junk in (
        b"",
        b"\xef\xbb\xbf",
        newline * 3,
        b"From someone Mon Jan  1" + newline,
        b">From x" + newline,
        b"junk without colon" + newline,
    ):
        assert parse(junk + body).headers == (("from", b"a@b.test"),)
        assert leaves(junk + body) == [("text/plain", b"hello")]


def test_what_is_no_mail():
    for data in (b"", b"hello", b"\n\n\n", b"a b: c\n", bytes(10_000)):
        assert first_field(data) == -1
        with pytest.raises(Malformed):
            parse(data)


def test_header_without_body_and_line_that_is_no_field():
    assert parse(b"From: a@b.test").headers == (("from", b"a@b.test"),)
    assert parse(b"From: a@b.test\nnonsense\nTo: x\n\nbody").headers == (("from", b"a@b.test"), ("to", b"x"))
    assert leaves(b"From: a@b.test\nno field here\nnor here\n") == [("text/plain", b"no field here\nnor here\n")]


def test_missing_end():
    data = multipart(b"--b\n\none\n--b\n\ntwo")
    assert leaves(data) == [("text/plain", b"one"), ("text/plain", b"two")]


def test_parts_after_the_end_are_parts():
    data = multipart(b"--b\n\none\n--b--\nepilogue\n--b\n\ntwo\n")
    assert [content for _, content in leaves(data)] == [b"one", b"two\n"]


def test_boundary_that_never_comes_is_guessed():
    data = multipart(b"--other\nContent-Type: text/html\n\none\n--other\nContent-Type: text/plain\n\ntwo\n--other--\n")
    assert leaves(data) == [("text/html", b"one"), ("text/plain", b"two")]
    assert leaves(data.replace(b'; boundary="b"', b"")) == leaves(data)


def test_every_boundary_that_is_declared_counts():
    data = b"From: x\nContent-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\none\n--b\n\ntwo\n"
    assert [content for _, content in leaves(data)] == [b"one", b"two\n"]
    data = b"From: x\nContent-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntwo\n"
    assert [content for _, content in leaves(data)] == [b"two\n"]


def test_boundary_without_multipart():
    data = b"From: x\nContent-Type: text/plain; boundary=a\n\n--a\nContent-Type: text/html\n\none\n--a--\n"
    assert leaves(data) == [("text/html", b"one")]


def test_boundary_in_pieces():
    """RFC 2231 section 3."""
    data = b'From: x\nContent-Type: multipart/mixed; boundary*0=ab;\n boundary*1="cd"\n\n--abcd\n\none\n--abcd\n\ntwo\n--abcd--\n'
    assert [content for _, content in leaves(data)] == [b"one", b"two"]
    assert not parse(data).unended


@pytest.mark.parametrize("newline", [b"\r", b"\n\r"])
def test_line_ends_nobody_should_use(newline):
    data = multipart(b"--b\nX: 1\n\none\n--b\nX: 2\n\ntwo: 2\n--b--\n", "b")
    assert [content for _, content in leaves(readable(data.replace(b"\n", newline)))] == [b"one", b"two: 2"]


def test_ordinary_line_ends_are_left_alone():
    for data in (b"A: b\r\n\r\nx\ry", b"A: b\n\r\nx", b"A: b\n\nx\ry\n"):
        assert readable(data) == data


def test_boundary_that_begins_like_another():
    inner = b'--b\nContent-Type: multipart/mixed; boundary="bb"\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n'
    assert [content for _, content in leaves(multipart(inner))] == [b"one", b"two"]


def test_header_cut_short_by_a_delimiter():
    data = multipart(b"--b\nContent-Type: text/html\n--b\n\ntwo\n--b--")
    assert leaves(data) == [("text/html", b""), ("text/plain", b"two")]


def test_text_between_parts_is_kept():
    data = multipart(b"preamble\n--b\n\none\n--b--\nepilogue")
    assert [data[start:end] for start, end in parse(data).between] == [b"preamble", b"epilogue"]


def test_digest_holds_mails():
    assert leaves(multipart(b"--b\n\nFrom: x\n\nhello\n--b--", subtype="digest")) == [("message/rfc822", b"From: x\n\nhello")]


@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--b--",
                b"\n",
                b"\r\n",
                b"Content-Type: multipart/mixed; boundary=c",
                b"--c",
                b"--c--",
                b"x",
                b"--",
                b"Content-Type: text/html",
                b" ",
            ]
        ),
        max_size=40,
    )
)
def test_pieces_in_any_order_never_raise(pieces):
    data = multipart(b"".join(pieces))
    parsed = parse(data)
    spans = sorted([(p.start, p.end) for p in parsed.parts] + list(parsed.between))
    assert all(0 <= start <= end <= len(data) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


@given(st.binary(max_size=400))
def test_noise_raises_nothing_but_malformed(noise):
    for data in (noise, b"From: a\n" + noise, multipart(noise)):
        try:
            parse(data)
        except Malformed:
            continue


# ------------------------------------------------------------------ limits


@pytest.mark.limit("mime_depth")
def test_depth_is_limited_and_said():
    data = mail(FROM, nested(80, text("deep")))
    parsed = parse(data)
    assert [name for name, _ in parsed.limits] == ["mime_depth"]
    assert len(parsed.parts) == 1
    assert [name for name, _ in parse(data, max_depth=100).limits] == []


@pytest.mark.limit("mime_parts")
def test_parts_are_limited_and_said():
    parsed = parse(multipart(b"--b\n\nx\n" * 1_500))
    assert [name for name, _ in parsed.limits] == ["mime_parts"]
    assert len(parsed.parts) == 1_000


def test_headers_are_limited_and_said():
    parsed = parse(b"X: y\n" * 5_000 + b"\nbody")
    assert [name for name, _ in parsed.limits] == ["headers"]
    parsed = parse(b"X: " + b"y\n " * 400_000 + b"\n\nbody")
    assert len(parsed.headers[0][1]) <= MAX_HEADER_BYTES + 10
    parsed = parse(b"From: x\nX: " + b"y" * (3 << 20) + b"\n\nbody")
    assert [name for name, _ in parsed.limits] == ["header_bytes"]


@pytest.mark.parametrize(
    "body",
    [
        b"--" * 500_000,
        b"\n--" * 350_000,
        b"\n--b" * 250_000,
        b"\n--bb" * 200_000,
        b"\n--b\nContent-Type: multipart/mixed; boundary=zz\n" * 20_000,
        b"\n--b\nContent-Type: multipart/mixed; boundary=b%d\n\n" * 20_000,
        b"\n--b\nA: b" * 100_000,
        b"\n" * 1_000_000,
        b"begin 644 x\n" * 80_000,
    ],
)
def test_linear(body):
    data = multipart(body)
    started = time.process_time()
    parse(data)
    uuencoded(data)
    assert time.process_time() - started < 3


# ------------------------------------------------------------------ transfer encodings


@given(st.binary(max_size=300), st.integers(1, 80))
def test_base64_round_trip(data, width):
    packed = base64.b64encode(data)
    lines = b"\r\n".join(packed[at : at + width] for at in range(0, len(packed), width))
    assert undo_base64(lines) == data
    assert undo_base64(lines.rstrip(b"=")) == data
    assert undo_base64(b" !" + lines.replace(b"\r\n", b"\r\n \t")) == data


def test_base64_in_pieces_and_with_a_footer():
    assert undo_base64(base64.b64encode(b"one!") + b"\n" + base64.b64encode(b"two!")) == b"one!two!"
    assert undo_base64(base64.b64encode(b"one") + b"\r\n\r\n-- \r\nThis list is brought to you") == b"one"
    assert undo_base64(base64.b64encode(b"one!") + b"\r\n-- \r\nfooter") == b"one!"
    assert undo_base64(b"A") == b""


def test_quoted_printable():
    assert undo(b"a=3Db=\r\nc =\nd=E3=81=82=ZZ", "quoted-printable") == b"a=bc d\xe3\x81\x82=ZZ"


def uu(data):
    return b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))


def test_uuencoded_files():
    data = bytes(range(256)) * 3
    message = b"hello\nbegin 644 a b.doc\n" + uu(data) + b"`\nend\nbye\nbegin 755 c.exe\n" + uu(b"MZ") + b"end\n"
    assert uuencoded(message) == [(b"a b.doc", data), (b"c.exe", b"MZ")]
    assert uuencoded(b"begin to think\n") == []
    stripped = b"begin 644 z\n" + b"\n".join(line.rstrip() for line in uu(bytes(100)).split(b"\n")) + b"\nend\n"
    assert uuencoded(stripped)[0][1] == bytes(100)
