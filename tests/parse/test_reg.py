import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse import Malformed
from emoscan.parse.reg import Value, parse

FIVE = "Windows Registry Editor Version 5.00\r\n\r\n"
KEY = r"HKEY_CURRENT_USER\Software\x"


def one(line, head=FIVE, codec="utf-16"):
    return list(parse((head + f"[{KEY}]\r\n" + line + "\r\n").encode(codec)))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('"a"="b"', Value(KEY, "a", "REG_SZ", "b")),
        ('@="b"', Value(KEY, "", "REG_SZ", "b")),
        (r'"a\"b"="c:\\x \"y\""', Value(KEY, 'a"b', "REG_SZ", 'c:\\x "y"')),
        ('"a"=dword:0000001f', Value(KEY, "a", "REG_DWORD", "31")),
        ('"a"=hex:4d,5a', Value(KEY, "a", "REG_BINARY", data=b"MZ")),
        ('"a"=hex:4d,\\\r\n  5a,90', Value(KEY, "a", "REG_BINARY", data=b"MZ\x90")),
        ('"a"=hex(2):25,00,54,00,25,00,00,00', Value(KEY, "a", "REG_EXPAND_SZ", "%T%", bytes.fromhex("2500540025000000"))),
        (
            '"a"=hex(7):61,00,62,00,00,00,63,00,00,00,00,00',
            Value(KEY, "a", "REG_MULTI_SZ", "ab\nc", bytes.fromhex("610062000000630000000000")),
        ),
        ('"a"=hex(b):01,00', Value(KEY, "a", "REG_QWORD", data=b"\x01\x00")),
        ('"a"=-', Value(KEY, "a", "")),
        ('"a"="two\r\nlines"', Value(KEY, "a", "REG_SZ", "two\nlines")),
        ('; "a"="b"\r\n"c"="d"', Value(KEY, "c", "REG_SZ", "d")),
    ],
)
def test_values(line, value):
    assert one(line) == [value]


def test_version_4_keeps_ansi_texts():
    values = one('"a"=hex(2):25,54,25,00', "REGEDIT4\n\n", "cp1252")
    assert values == [Value(KEY, "a", "REG_EXPAND_SZ", "%T%", b"%T%\0")]


def test_a_key_is_taken_away():
    assert list(parse(f"REGEDIT4\r\n\r\n[-{KEY}]\r\n".encode())) == [Value(KEY, "", "")]


def test_another_file():
    with pytest.raises(Malformed):
        list(parse(b"[a]\r\nb=c"))


@given(st.text(max_size=300))
def test_anything(text):
    list(parse((FIVE + f"[{KEY}]\r\n" + text).encode("utf-8", "replace")))
