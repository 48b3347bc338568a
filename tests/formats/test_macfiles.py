"""BinHex, AppleSingle, MacBinary and yEnc: the file inside is reached, alone and in a mail."""

import struct

import pytest
from fixturelib.mails import Part, attachment, mail, mixed, text

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.engine import expand
from emoscan.parse import Malformed, macfiles
from emoscan.registry import discover, sniff

discover(("formats",))

# "hi\x90" + nine times "A" in a file called "a.xls": packed by hand as RFC 1741 says.
NAME = b"a.xls"
CONTENT = b"hi\x90" + b"A" * 9
HEADER = bytes([5]) + NAME + b"\0XLS8XCEL\0\0" + struct.pack(">II", len(CONTENT), 0) + b"\0\0"
PACKED = HEADER + b"hi\x90\0A\x90\x09" + b"\0\0\0\0"


def binhex(packed=PACKED):
    letters = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
    bits = "".join(f"{byte:08b}" for byte in packed)
    coded = "".join(letters[int(bits[at : at + 6].ljust(6, "0"), 2)] for at in range(0, len(bits), 6))
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + coded[:40].encode() + b"\r\n" + coded[40:].encode() + b":\r\n"


def apple_single():
    at = 26 + 2 * 12
    entries = struct.pack(">III", 3, at, 5) + struct.pack(">III", 1, at + 5, len(CONTENT))
    return macfiles.APPLE_SINGLE + b"\0\2\0\0" + bytes(16) + b"\0\2" + entries + NAME + CONTENT


def mac_binary():
    header = bytearray(128)
    header[1:7] = b"\5" + NAME
    header[83:87] = struct.pack(">I", len(CONTENT))
    return bytes(header) + CONTENT + bytes(128 - len(CONTENT))


@pytest.mark.parametrize(
    ("data", "kind"), [(binhex(), "archive.binhex"), (apple_single(), "archive.applesingle"), (mac_binary(), "archive.macbinary")]
)
def test_the_file_inside(data, kind):
    assert sniff(data, "a.bin") == (kind,)
    graph = expand(mail([("From", "a@b.example.test")], mixed(text("x"), attachment("a.bin", data))), "a.eml")
    assert [graph.names(a.id) for a in graph.artifacts.values() if a.data == CONTENT] == [("a.xls",)]


def test_in_the_text_of_a_mail():
    graph = expand(mail([("From", "a@b.example.test")], Part(body=b"see below\r\n" + binhex())), "a.eml")
    assert CONTENT in [a.data for a in graph.artifacts.values()]


def test_yenc():
    # 0xD6 + 42 is NUL, which is written as "=@"; a full stop at the begin of a line is doubled on the way
    body = b"hi\r\n=ybegin line=128 size=4 name=a.xls\r\nk=@k\r\n..\r\n=yend size=4\r\n"
    assert macfiles.yencoded(body) == [(b"a.xls", b"A\xd6A\x04")]
    graph = expand(mail([("From", "a@b.example.test")], Part(body=body, encoding="8bit")), "a.eml")
    assert any(graph.names(a.id) == ("a.xls",) for a in graph.artifacts.values())


def test_runs_ask_the_budget_first():
    with pytest.raises(LimitReached):
        macfiles.binhex(binhex(HEADER + b"A" + b"\x90\xff" * 50_000), Budget(Limits(expanded_bytes=1 << 20)).grow)


@pytest.mark.parametrize("data", [b"", macfiles.BINHEX, macfiles.BINHEX + b":!!!!:", b":" * 100_000])
def test_damage(data):
    with pytest.raises(Malformed):
        macfiles.binhex(data, lambda _: None)
