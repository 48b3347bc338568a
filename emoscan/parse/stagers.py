"""Machine code that fetches the next stage: where the usual generators of it keep address, port and path.

The code finds functions of Windows by a hash of module and name (rotate right by 13), pushed before each call; what is pushed
before the hash of InternetConnectA, connect and HttpOpenRequestA is port, address and flags. Sources: Metasploit Framework,
`lib/msf/core/payload/windows` (block_api, reverse_tcp, reverse_http); Cobalt Strike's stagers are laid out alike.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

LOAD_LIBRARY: Final = b"\x4c\x77\x26\x07"
INTERNET_CONNECT: Final = b"\x57\x89\x9f\xc6"
HTTP_OPEN: Final = b"\xeb\x55\x2e\x3b"
WIN_EXEC: Final = b"\x31\x8b\x6f\x87"
BIND: Final = b"\xc2\xdb\x37\x67"
CONNECT: Final = b"\x99\xa5\x74\x61"

SECURE: Final = 0x00800000
"""INTERNET_FLAG_SECURE."""

_TCP_32: Final = lazy(rb"\x68(.{4})\x68\x02\x00(.{2})", 16)  # push address; push family and port
_TCP_64: Final = lazy(rb"\x49[\xbc\xbe]\x02\x00(.{2})(.{4})", 16)  # mov r12 or r14, sockaddr_in
_BIND_32: Final = lazy(rb"\x68\x02\x00(.{2})(?:\x89\xe6|\x54)", 16)
_PORT: Final = lazy(rb"(?:\x68|\x41\xb8|\x49\xc7\xc0)([^\0].|.[^\0])\x00\x00", 16)  # push; mov r8d; mov r8
_FLAGS: Final = lazy(rb"(?:\x68|\xba|\xb8)(\x00.[\x20-\xef]\x84)", 16)
_STRING: Final = lazy(rb"[\x20-\x7e\r\n]{4,}")
_HOST: Final = lazy(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:[a-z]{2,20}|\d{1,3})", 2)
_WIDE: Final = lazy(rb"(?:[\x20-\x7e]\x00){6,}")

NEAR: Final = 160
"""Bytes before a hash in which its arguments are pushed."""
STRINGS: Final = 200
LONGEST: Final = 1 << 20


class Stager(Struct, frozen=True):
    """What machine code says of where it gets the rest. Ports are 0 and texts empty where it does not say."""

    scheme: str
    """http, https, tcp, bind, run."""
    host: str = ""
    port: int = 0
    path: str = ""
    user_agent: str = ""
    command: str = ""

    @property
    def url(self) -> str:
        usual = {"http": 80, "https": 443}.get(self.scheme)
        port = f":{self.port}" if self.port and self.port != usual else ""
        return f"{self.scheme}://{self.host}{port}{self.path}"


def strings(data: bytes) -> list[str]:
    """Texts of four characters and more, those in UTF-16 after the others."""
    found = [match[0].decode("latin-1") for match in _STRING.finditer(data[:LONGEST])]
    found += [match[0].decode("utf-16-le") for match in _WIDE.finditer(data[:LONGEST])]
    return found[:STRINGS]


def key_of(data: bytes) -> int | None:
    """The byte that the code is XORed with: 0 for none, None when neither way gives code of this kind or an address."""
    head = data[:LONGEST]
    for key in range(256):
        needles = (LOAD_LIBRARY, b"http://", b"https://") if not key else _needles(key)
        if any(needle in head for needle in needles):
            return key
    return None


def _needles(key: int) -> tuple[bytes, ...]:
    return tuple(bytes(byte ^ key for byte in needle) for needle in (LOAD_LIBRARY, b"http://", b"https://", b"This program cannot"))


def xored(data: bytes, key: int) -> bytes:
    return data.translate(bytes(byte ^ key for byte in range(256))) if key else data


def read(data: bytes) -> Stager | None:
    """The configuration of code in clear; None when it has none that is known here."""
    at = data.find(INTERNET_CONNECT)
    if at >= 0:
        return _http(data, at)
    match = _TCP_32.search(data)
    if match is not None and CONNECT in data:
        return Stager("tcp", _dotted(match[1]), int.from_bytes(match[2], "big"))
    match = _TCP_64.search(data)
    if match is not None and (CONNECT in data or BIND in data):
        address = _dotted(match[2]) if any(match[2]) else ""
        return Stager("bind" if BIND in data else "tcp", address, int.from_bytes(match[1], "big"))
    match = _BIND_32.search(data)
    if match is not None and BIND in data:
        return Stager("bind", "", int.from_bytes(match[1], "big"))
    at = data.find(WIN_EXEC)
    if at >= 0:
        texts = [match[0].decode("latin-1").strip() for match in _STRING.finditer(data, at + 4)]
        command = max(texts, key=len, default="")
        return Stager("run", command=command) if command else None
    return None


def _http(data: bytes, at: int) -> Stager:
    ports = _PORT.findall(data, max(0, at - NEAR), at)
    port = int.from_bytes(ports[-1], "little") if ports else 0
    opened = data.find(HTTP_OPEN)
    flags = _FLAGS.findall(data, max(0, opened - NEAR), opened) if opened >= 0 else []
    secure = bool(flags) and bool(int.from_bytes(flags[-1], "little") & SECURE)
    host = path = agent = ""
    for text in strings(data):
        for line in text.replace("\r", "\n").split("\n"):
            word = line.strip()
            if word.lower().startswith("user-agent:"):
                agent = word[11:].strip()
            elif word.startswith(("Mozilla/", "Opera/")):
                agent = agent or word
            elif word.startswith("/") and len(word) > len(path) and " " not in word:
                path = word
            elif _HOST.fullmatch(word) and not word.lower().endswith((".dll", ".exe")):
                host = word
    if not flags and port in (443, 8443):
        secure = True
    return Stager("https" if secure else "http", host, port, path, agent)


def _dotted(four: bytes) -> str:
    return ".".join(str(byte) for byte in four)
