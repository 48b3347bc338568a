"""Writer of mails (RFC 5322, MIME), as their senders and their attackers write them: byte for byte what is asked for."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from fixturelib.ovba import noise

CRLF: Final = b"\r\n"

Encoding = Literal["base64", "quoted-printable", "7bit", "8bit"]


@dataclass
class Part:
    """A leaf of a mail, or with `parts` a multipart. Header lines are kept in their order and never folded for you."""

    type: str = "text/plain"
    body: bytes = b""
    encoding: Encoding = "7bit"
    charset: str = ""
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    parts: Sequence[Part] = ()
    close: bool = True
    """Whether the last boundary is there."""

    def lines(self) -> bytes:
        """Header, empty line and body."""
        type_ = self.type + (f'; charset="{self.charset}"' if self.charset else "")
        if self.parts:
            boundary = self.boundary()
            body = b"".join(b"--" + boundary + CRLF + part.lines() + CRLF for part in self.parts)
            body += b"--" + boundary + b"--" + CRLF if self.close else b""
            head = [("Content-Type", f'{type_}; boundary="{boundary.decode()}"'.encode())]
        else:
            body = encode_body(self.body, self.encoding)
            head = [("Content-Type", type_.encode()), ("Content-Transfer-Encoding", self.encoding.encode())]
        named = {name.lower() for name, _ in self.headers}
        head = [item for item in head if item[0].lower() not in named]
        return header_block([*head, *self.headers]) + CRLF + body

    def boundary(self) -> bytes:
        """Made of the content, so that no two are alike and all are always the same."""
        seed = repr([(p.type, p.body[:200], p.headers, p.boundary() if p.parts else b"") for p in self.parts])
        return b"----=_Part_" + noise(seed, 9).hex().encode()


def header_block(headers: Iterable[tuple[str, bytes]]) -> bytes:
    return b"".join(name.encode("latin-1") + b": " + value + CRLF for name, value in headers)


def encode_body(body: bytes, encoding: Encoding) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(body).replace(b"\n", CRLF)
    if encoding == "quoted-printable":
        return quopri.encodestring(body).replace(b"\r\n", b"\n").replace(b"\n", CRLF)
    return body


def mail(headers: Iterable[tuple[str, str | bytes]], content: Part) -> bytes:
    """A whole mail. Text of headers beyond ASCII becomes encoded words in UTF-8; bytes stay what they are."""
    head = [(name, value if isinstance(value, bytes) else encode_header(value)) for name, value in headers]
    if not any(name.lower() == "mime-version" for name, _ in head):
        head.append(("MIME-Version", b"1.0"))
    return header_block(head) + content.lines()


def text(body: str, charset: str = "utf-8", subtype: str = "plain", encoding: Encoding | None = None) -> Part:
    data = encode_text(body.replace("\r\n", "\n").replace("\n", "\r\n"), charset)
    chosen: Encoding = encoding or ("7bit" if charset.lower() in {"us-ascii", "iso-2022-jp"} else "base64")
    return Part(f"text/{subtype}", data, chosen, charset)


def attachment(name: str, data: bytes, type_: str = "application/octet-stream", *, style: str = "plain", other_name: str = "") -> Part:
    """An attachment.

    `style` says how a name beyond ASCII is written: plain, rfc2047 (encoded word in the parameter, as much software
    does), rfc2231, rfc2231-split. `other_name` makes `name` of Content-Type differ from `filename`.
    """
    shown = parameter("filename", name, style)
    typed = f"{type_}; ".encode() + parameter("name", other_name or name, style if style != "rfc2231-split" else "rfc2231")
    disposition = b"attachment; " + shown
    return Part(type_, data, "base64", headers=[("Content-Type", typed), ("Content-Disposition", disposition)])


def forwarded(message: bytes) -> Part:
    """A mail inside a mail."""
    return Part("message/rfc822", message, "7bit")


def mixed(*parts: Part, close: bool = True) -> Part:
    return Part("multipart/mixed", parts=parts, close=close)


def alternative(*parts: Part) -> Part:
    return Part("multipart/alternative", parts=parts)


def nested(levels: int, innermost: Part) -> Part:
    """A multipart in a multipart, as deep as asked."""
    part = innermost
    for _ in range(levels):
        part = mixed(part)
    return part


# Names and headers ----------------------------------------------------------------------------------------------------


def parameter(name: str, value: str, style: str) -> bytes:
    """A MIME parameter, `name="value"` and its odder forms."""
    if style == "plain":
        return f'{name}="{value}"'.encode()
    if style == "rfc2047":
        return f'{name}="'.encode() + encoded_word(value, "iso-2022-jp") + b'"'
    quoted = "".join(f"%{byte:02X}" if byte > 0x7E or chr(byte) in " '%()*/:;<=>?@[\\]\"," else chr(byte) for byte in value.encode())
    if style == "rfc2231":
        return f"{name}*=UTF-8''{quoted}".encode()
    pieces, rest = list[str](), quoted
    while rest:
        cut = min(40, len(rest))
        while "%" in rest[cut - 2 : cut] and cut < len(rest):
            cut -= 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    first = f"{name}*0*=UTF-8''{pieces[0]}"
    return ";\r\n ".join([first, *(f"{name}*{number}*={piece}" for number, piece in enumerate(pieces[1:], 1))]).encode()


def person(name: str, address: str, charset: str = "utf-8") -> bytes:
    """A mailbox: display name and address."""
    shown = f'"{name}"'.encode() if name.isascii() else encoded_word(name, charset)
    return shown + f" <{address}>".encode()


def encode_header(value: str) -> bytes:
    return value.encode() if value.isascii() else encoded_word(value, "utf-8")


def encoded_word(value: str, charset: str, *, letter: Literal["B", "Q"] = "B", every: int = 0) -> bytes:
    """RFC 2047 words. `every` cuts the encoded bytes at that many, through characters if it so happens."""
    data = encode_text(value, charset)
    size = every or (len(data) or 1)
    return b" ".join(_word(data[at : at + size], charset, letter) for at in range(0, len(data), size))


def _word(data: bytes, charset: str, letter: str) -> bytes:
    if letter == "B":
        inner = base64.b64encode(data)
    else:
        inner = b"".join(b"_" if b == 32 else bytes([b]) if chr(b).isalnum() and b < 128 else b"=%02X" % b for b in data)
    return b"=?" + charset.encode() + b"?" + letter.encode() + b"?" + inner + b"?="


# Japanese -------------------------------------------------------------------------------------------------------------


def encode_text(value: str, charset: str) -> bytes:
    """Bytes of a text; `iso-2022-jp` as Windows writes it, with the rows of NEC and IBM and half-width kana."""
    if charset.lower() != "iso-2022-jp":
        return value.encode(charset, "replace")
    out, mode = bytearray(), b"\x1b(B"
    for character in value:
        wanted, code = _jis(character)
        if wanted != mode:
            out += wanted
            mode = wanted
        out += code
    return bytes(out) + (b"" if mode == b"\x1b(B" else b"\x1b(B")


def _jis(character: str) -> tuple[bytes, bytes]:
    """The escape sequence and the bytes of a character, by way of code page 932."""
    code = character.encode("cp932", "replace")
    if len(code) == 1:
        return (b"\x1b(B", code) if code[0] < 0x80 else (b"\x1b(I", bytes([code[0] & 0x7F]))
    if code[0] >= 0xFA:  # IBM extensions have a second place inside JIS, "NEC selected" (rows 89 to 92)
        code = _nec_selected().get(character, code)
    lead, trail = code
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 0x21
    if trail >= 0x9F:
        return b"\x1b$B", bytes([row + 1, trail - 0x7E])
    return b"\x1b$B", bytes([row, trail - (0x20 if trail > 0x7F else 0x1F)])


@lru_cache(1)
def _nec_selected() -> dict[str, bytes]:
    out = {}
    for lead in (0xED, 0xEE):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            code = bytes([lead, trail])
            try:
                out[code.decode("cp932")] = code
            except UnicodeDecodeError:
                continue
    return out
