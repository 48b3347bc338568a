"""Values of mail header fields: encoded words, parameters, addresses, dates; as broken as mailers accept them.

RFC 5322 (fields, addresses, dates), RFC 2047 (encoded words), RFC 2231 (parameters). Every function is linear in the
length of its input and never raises.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from emoscan.parse import charset

MAX_CONTINUATIONS: Final = 500
"""Pieces one RFC 2231 parameter may come in."""
MAX_PARAMETERS: Final = 1_000
MAX_ADDRESSES: Final = 200

# ------------------------------------------------------------------ encoded words

_WORD: Final = re.compile(
    rb"=\?([!->@-~]{1,80})\?([BbQq])\?"  # charset (RFC 2231: charset*language), encoding
    rb"([^?]*(?:\?(?!=)[^?]*){0,5})\?="  # text; a stray question mark or five are let through
)


def decode_words(value: bytes, likely: str = "") -> str:
    """A header value as people see it. `likely` names the character set of raw 8-bit bytes.

    Neighbouring words of one character set are joined before they are decoded: mailers cut inside characters.
    """
    if b"=?" not in value:
        return _raw(value, likely)
    pieces: list[str] = []
    words: list[tuple[bytes, bytes]] = []
    label, at = "", 0
    for match in _WORD.finditer(value):
        between = value[at : match.start()]
        this = match[1].partition(b"*")[0].decode("ascii").lower()
        if words and (this != label or between.strip(b" \t\r\n")):
            pieces.append(_joined(words, label))
            words = []
        if between.strip(b" \t\r\n") or (at == 0 and between):
            pieces.append(_raw(between, likely))
        words.append((match[2].upper(), match[3]))
        label, at = this, match.end()
    if words:
        pieces.append(_joined(words, label))
    pieces.append(_raw(value[at:], likely))
    return "".join(pieces)


def _raw(value: bytes, likely: str) -> str:
    return value.decode("ascii") if value.isascii() and b"\x1b" not in value else charset.decode(value, "", likely).text


def _joined(words: list[tuple[bytes, bytes]], label: str) -> str:
    data: list[bytes] = []
    base64 = b""
    for encoding, text in words:
        if encoding == b"B":
            base64 += text.rstrip(b"=")
            if len(base64) % 4 != 1 and (text.endswith(b"=") or len(text) % 4 == 0):
                data.append(loose_base64(base64))
                base64 = b""
        else:
            if base64:
                data.append(loose_base64(base64))
                base64 = b""
            data.append(binascii.a2b_qp(text, header=True))
    if base64:
        data.append(loose_base64(base64))
    return charset.decode(b"".join(data), label).text


_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(byte for byte in range(256) if byte not in _ALPHABET)


def loose_base64(text: bytes) -> bytes:
    """Base64 whatever its padding, and whatever stands between its characters."""
    text = text.translate(None, _NOT_BASE64)
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


# ------------------------------------------------------------------ parameters

_PARAMETER: Final = re.compile(
    rb"([^\s=;\"()]{1,80}+)\s*+=\s*+"  # name
    rb"(?:\"((?:[^\"\\]|\\.)*+)\"?|([^;]*+))",  # quoted value, or all up to the next semicolon
    re.DOTALL,
)
_BETWEEN: Final = re.compile(rb"[\s;]*+")
_COMMENT: Final = re.compile(rb"\([^()]*+\)")
_SECTION: Final = re.compile(rb"([^*]+)(?:\*([0-9]{1,4}))?(\*)?")


def parameters(value: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """(value in lower case, parameters as they stand) of `text/plain; charset=x`. Names are in lower case and may come twice."""
    head, _, rest = value.partition(b";")
    head = _COMMENT.sub(b"", head)
    found: list[tuple[str, bytes]] = []
    at = 0
    while len(found) < MAX_PARAMETERS:
        match = _BETWEEN.match(rest, at)
        at = match.end() if match else at
        match = _PARAMETER.match(rest, at)
        if match is None:  # a comment, or junk: on to the next semicolon
            at = rest.find(b";", at) + 1
            if not at:
                break
            continue
        at = match.end()
        quoted = match[2]
        text = re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL) if quoted is not None and b"\\" in quoted else quoted
        found.append((match[1].decode("latin-1").lower(), match[3].strip() if text is None else text))
    return head.strip().decode("latin-1").lower(), found


def texts(found: list[tuple[str, bytes]], name: str, likely: str = "") -> list[str]:
    """Every value of a parameter: in one piece, in RFC 2231 pieces, with encoded words inside; each once."""
    values: list[str] = []
    sections: dict[int, tuple[bytes, bool]] = {}
    for key, value in found:
        if key == name:
            values.append(decode_words(value, likely))
        elif key.startswith(name + "*"):
            match = _SECTION.fullmatch(key.encode("latin-1"))
            if match and match[1].decode("latin-1") == name and len(sections) < MAX_CONTINUATIONS:
                sections.setdefault(int(match[2] or 0), (value, bool(match[3])))
    if sections:
        values.insert(0, _continued([sections[number] for number in sorted(sections)], likely))
    return list(dict.fromkeys(value for value in values if value))


def _continued(sections: list[tuple[bytes, bool]], likely: str) -> str:
    label = ""
    first, encoded = sections[0]
    if encoded and first.count(b"'") >= 2:
        declared, _, first = first.split(b"'", 2)
        label = declared.decode("latin-1")
        sections = [(first, True), *sections[1:]]
    if not any(is_encoded for _, is_encoded in sections):
        return decode_words(b"".join(value for value, _ in sections), likely)
    return charset.decode(b"".join(_unquoted(value) if is_encoded else value for value, is_encoded in sections), label, likely).text


_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


def _unquoted(value: bytes) -> bytes:
    return _PERCENT.sub(lambda m: bytes.fromhex(m[1].decode()), value)


# ------------------------------------------------------------------ addresses


class Address(Struct, frozen=True):
    name: str
    """Display name, decoded, without its quotes."""
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name and self.address else self.name or self.address


_ADDRESS_TOKEN: Final = re.compile(rb"\"((?:[^\"\\]|\\.)*+)\"?|<([^<>]*+)>?|\(((?:[^()\\]|\\.)*+)\)?|([,;])|([^\"<>(,;]+)|.", re.DOTALL)
_MAILBOX: Final = re.compile(r"[^\s<>()\[\],;:\"@]{1,128}@[^\s<>()\[\],;:\"@]{1,255}")


def addresses(value: bytes, likely: str = "") -> list[Address]:
    """The addresses of a From, To or the like. Doubled quotes, missing brackets and raw 8-bit names are taken as they come."""
    found: list[Address] = []
    for words, bracket in _mailboxes(value):
        name = " ".join(decode_words(b" ".join(words), likely).split())
        address = bracket.decode("latin-1").strip() if bracket is not None else ""
        if bracket is not None and not bracket.isascii():
            address = charset.decode(bracket, "", likely).text.strip()
        if bracket is None:
            mailbox = _MAILBOX.search(name)
            if mailbox:
                address, name = mailbox[0], (name[: mailbox.start()] + name[mailbox.end() :]).strip(" '\"")
        if name or address:
            found.append(Address(name, address))
        if len(found) >= MAX_ADDRESSES:
            break
    return found


def _mailboxes(value: bytes) -> Iterator[tuple[list[bytes], bytes | None]]:
    """(words of the display name, what stands in angle brackets) of each mailbox."""
    words: list[bytes] = []
    bracket: bytes | None = None
    for match in _ADDRESS_TOKEN.finditer(value):
        quoted, angle, comment, separator, plain = match.groups()
        if quoted is not None:
            words.append(re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL))
        elif angle is not None:
            bracket = angle
        elif comment is not None and not words:
            words.append(comment)
        elif separator:
            if words or bracket is not None:
                yield words, bracket
            words, bracket = [], None
        elif plain and plain.strip():
            plain = plain.strip()
            if plain.endswith(b":") and b"@" not in plain:  # "undisclosed-recipients:", the name of a group
                continue
            words.append(plain)
    if words or bracket is not None:
        yield words, bracket


# ------------------------------------------------------------------ dates

_MONTHS: Final = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES: Final = {
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "jst": 540,
    "cet": 60,
}
_DATE: Final = re.compile(
    r"(\d{1,2})[\s-]{1,4}([A-Za-z]{3})[a-z]{0,6}[\s.,-]{1,4}(\d{2,4}),?\s{1,4}(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s{0,4}([+-]\d{4}|[A-Za-z]{1,5}))?"
)


@lru_cache(maxsize=256)
def date(value: str) -> str:
    """A date as ISO 8601 in UTC, "" when there is none in it (RFC 5322, 3.3 and 4.3)."""
    from datetime import UTC, datetime, timedelta

    match = _DATE.search(value[:200])
    month = _MONTHS.get(match[2].lower()) if match else None
    if not match or not month:
        return ""
    year = int(match[3])
    if len(match[3]) < 4:
        year += 2000 if year < 50 else 1900
    zone = match[7] or ""
    offset = (
        (int(zone[1:3]) * 60 + int(zone[3:5])) * (-1 if zone[0] == "-" else 1) if zone[:1] in ("+", "-") else _ZONES.get(zone.lower(), 0)
    )
    try:
        local = datetime(year, month, int(match[1]), int(match[4]), int(match[5]), min(int(match[6] or 0), 59), tzinfo=UTC)
        return (local - timedelta(minutes=offset)).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""
