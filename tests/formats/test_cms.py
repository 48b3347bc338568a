"""Signed, sealed and compressed messages, as files of their own and as parts of mails."""

import base64
import zlib

import pytest

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.engine import expand
from emoscan.formats.cms import open_message
from emoscan.model import Artifact, Child, Problem
from emoscan.parse import Malformed, cms
from emoscan.registry import discover, sniff

discover(("formats",))

DATA, SIGNED, ENVELOPED, COMPRESSED = (
    bytes.fromhex(oid) for oid in ("2a864886f70d010701", "2a864886f70d010702", "2a864886f70d010703", "2a864886f70d0109100109")
)
ZLIB = bytes.fromhex("2a864886f70d0109100308")
MAIL = b"Content-Type: text/plain\r\n\r\nhello"


def tlv(tag, content):
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")) + content


def open_ended(tag, content):
    return bytes([tag, 0x80]) + content + b"\0\0"


def signed(content, wrap=tlv, pieces=0):
    parts = [tlv(4, content[at : at + pieces]) for at in range(0, len(content), pieces)] if pieces else []
    string = wrap(0x24, b"".join(parts)) if parts else tlv(4, content)
    inside = wrap(0x30, tlv(6, DATA) + wrap(0xA0, string))
    body = wrap(0x30, tlv(2, b"\1") + tlv(0x31, tlv(0x30, tlv(6, SIGNED[:5] + b"\1"))) + inside + tlv(0x31, b""))
    return wrap(0x30, tlv(6, SIGNED) + wrap(0xA0, body))


def run(data, name=""):
    return list(open_message(Artifact("data.pkcs7", data), Context(Budget(Limits()), names=(name,) if name else ())))


@pytest.mark.parametrize("wrap", [tlv, open_ended])
@pytest.mark.parametrize("pieces", [0, 7])
def test_signed_content_is_handed_on(wrap, pieces):
    message = signed(MAIL, wrap, pieces)
    assert sniff(message) == ("data.pkcs7",)
    assert run(message, "smime.p7m") == [Child(MAIL, "mail.rfc822", how="signed message, S/MIME")]
    assert run(signed(b"PK\3\4", wrap, pieces), "a.zip.p7m") == [Child(b"PK\3\4", label="a.zip", how="signed message, S/MIME")]


def test_in_a_text_file():
    pem = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed(MAIL)) + b"-----END PKCS7-----\n"
    assert sniff(pem) == ("data.pkcs7",)
    assert run(pem)[0].data == MAIL


def test_compressed_content_is_inflated():
    inside = tlv(0x30, tlv(6, DATA) + tlv(0xA0, tlv(4, zlib.compress(MAIL))))
    message = tlv(0x30, tlv(6, COMPRESSED) + tlv(0xA0, tlv(0x30, tlv(2, b"\0") + tlv(0x30, tlv(6, ZLIB)) + inside)))
    assert sniff(message) == ("data.pkcs7",)
    assert run(message)[0].data == MAIL


def test_sealed_content_is_said_to_be():
    sealed = tlv(0x30, tlv(6, ENVELOPED) + tlv(0xA0, tlv(0x30, tlv(2, b"\0"))))
    assert [(p.sort, p.name) for p in run(sealed)] == [("encrypted", "S/MIME")]
    assert [p.problem.sort for p in expand(sealed, "smime.p7m").troubles] == ["encrypted"]


def test_a_signature_that_stands_alone_holds_nothing():
    alone = tlv(0x30, tlv(6, SIGNED) + tlv(0xA0, tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + tlv(0x30, tlv(6, DATA)))))
    assert sniff(alone) == ("data.signature",)
    assert run(alone) == []


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_damage_is_told(cut):
    message = signed(MAIL * 4, open_ended, 20)
    try:
        kind, content = cms.open_message(message[:cut])
    except Malformed:
        assert [p.sort for p in run(message[:cut]) if isinstance(p, Problem)] == ["malformed"]
    else:
        assert kind == "signed"
        assert content in MAIL * 4


def test_linear():
    cms.armoured(b"-----BEGIN PKCS7-----\n" * 50_000)
    with pytest.raises(Malformed):
        cms.open_message(b"\x30\x80" * 200_000)
    with pytest.raises(Malformed):
        cms.open_message(tlv(0x30, tlv(6, SIGNED) + b"\xa0\x80" + b"\x30\x80" * 200_000))
