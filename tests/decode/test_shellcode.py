"""Machine code in the shape that the usual generators give it; the addresses are those of documentation (RFC 5737)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.decode.shellcode import read_stager
from emoscan.model import Artifact, Child, Fact

HEAD = bytes.fromhex("fce8820000006089e531c0648b5030") + b"\x68\x4c\x77\x26\x07\xff\xd5"
AGENT = b"User-Agent: Mozilla/5.0 (compatible; MSIE 9.0)\r\n\0"


def http_32(port, path, host, *, secure=False):
    flags = b"\x00\x32\xa0\x84" if secure else b"\x00\x02\x40\x84"
    return (
        HEAD + b"\x68\x3a\x56\x79\xa7\xff\xd5\x53\x53\x6a\x03\x53\x53\x68" + struct.pack("<I", port) + b"\x50\x68\x57\x89\x9f\xc6\xff\xd5"
        b"\x59\x31\xd2\x52\x68"
        + flags
        + b"\x52\x52\x52\x51\x52\x50\x68\xeb\x55\x2e\x3b\xff\xd5\xe8\x10\0\0\0"
        + path
        + b"\0"
        + AGENT
        + b"\x89\xe8"
        + host
        + b"\0\0\0"
    )


def tcp_32(host, port):
    return (
        HEAD + b"\x68" + bytes(host) + b"\x68\x02\x00" + struct.pack(">H", port) + b"\x89\xe6\x6a\x10\x56\x57\x68\x99\xa5\x74\x61\xff\xd5"
    )


def tcp_64(host, port):
    return (
        b"\xfc\x48\x83\xe4\xf0\xe8"
        b"\x49\xbc\x02\x00"
        + struct.pack(">H", port)
        + bytes(host)
        + b"\x41\x54\x41\xba\x4c\x77\x26\x07\xff\xd5\x41\xba\x99\xa5\x74\x61\xff\xd5"
    )


EXEC = HEAD + b"\x6a\x01\x8d\x85\xb2\0\0\0\x50\x68\x31\x8b\x6f\x87\xff\xd5\x6a\x00\x53\xff\xd5" + b"cmd /c echo inert\0"


def run(data):
    return list(read_stager(Artifact("data.shellcode", data), Context(Budget(Limits()))))


def values(items, kind):
    return [item.value for item in items if isinstance(item, Fact) and item.kind == kind]


@pytest.mark.parametrize(
    ("data", "kind", "value"),
    [
        (http_32(8080, b"/aB3x", b"files.example.test"), "effect.download", "http://files.example.test:8080/aB3x"),
        (http_32(443, b"/aB3x", b"192.0.2.7", secure=True), "effect.download", "https://192.0.2.7/aB3x"),
        (http_32(80, b"/a", b"192.0.2.7"), "effect.connect", "192.0.2.7:80"),
        (tcp_32((192, 0, 2, 5), 4444), "effect.connect", "192.0.2.5:4444"),
        (tcp_64((192, 0, 2, 5), 443), "effect.connect", "192.0.2.5:443"),
        (EXEC, "effect.run", "cmd /c echo inert"),
        (b"\x90" * 40 + b"\0http://files.example.test/x.exe\0" + b"\x90" * 9, "effect.download", "http://files.example.test/x.exe"),
    ],
)
@pytest.mark.parametrize("key", [0, 0x35, 0xFE])
def test_where_it_leads(data, kind, value, key):
    assert value in values(run(bytes(byte ^ key for byte in data)), kind)


def test_the_user_agent():
    items = run(http_32(80, b"/a", b"192.0.2.7"))
    assert [i.detail["user_agent"] for i in items if isinstance(i, Fact) and i.kind == "shellcode.stager"] == [
        "Mozilla/5.0 (compatible; MSIE 9.0)"
    ]


def test_a_program_behind_xor():
    program = b"MZ\x90\0" + bytes(74) + b"This program cannot be run in DOS mode." + bytes(50)
    items = run(bytes(byte ^ 0x41 for byte in program))
    assert [item.data for item in items if isinstance(item, Child)] == [program]


def test_noise_says_nothing():
    assert run(bytes(range(256)) * 4) == []


@given(st.binary(max_size=400))
def test_anything(data):
    run(data)
