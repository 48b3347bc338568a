"""The structure of a mail: header fields and the parts of its body (RFC 5322, 2045, 2046), in one pass and without recursion.

Mailers disagree about broken mails, and samples are broken on purpose. Where two readings are possible the one that
finds more is taken: every boundary a part declares counts, parts after a closing delimiter are still parts, a multipart
whose boundary never comes is read with the one that does.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.header import loose_base64, parameters, texts

MAX_HEADERS: Final = 2_000
MAX_HEADER_BYTES: Final = 256 << 10
"""Of one field; what is longer is cut."""
MAX_BLOCK_BYTES: Final = 2 << 20
"""Of all fields of one part."""
MAX_GUESSES: Final = 16
"""Multiparts whose boundary is looked for because theirs never comes."""
MAX_JUNK: Final = 4_096
"""Bytes before the first header field that are passed over."""

TEXT_OF_MAIL, HTML_OF_MAIL = TEXTS_OF_MAILS = ("text of the mail", "HTML text of the mail")
"""What the bodies of mails go by, which have no name of their own."""

Headers = tuple[tuple[str, bytes], ...]
"""(name in lower case, value unfolded and stripped), in order; names may come more than once."""


class Part(Struct, frozen=True):
    """A leaf of the tree of parts; `data[start:end]` is its body as sent."""

    headers: Headers
    type: str
    """Media type in lower case, "text/plain" where none is given."""
    parameters: list[tuple[str, bytes]]
    """Of Content-Type, as they stand; see `header.texts`."""
    start: int
    end: int
    depth: int
    """Number of multiparts around it."""
    alternative: bool = False
    """It is one of several forms of the same text."""

    def field(self, name: str) -> bytes:
        return field(self.headers, name)

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.headers if key == name]


class Mail(Struct, frozen=True):
    headers: Headers
    parts: tuple[Part, ...]
    """Leaves in order."""
    limits: tuple[tuple[str, str], ...] = ()
    """(name of the limit, what is not read because of it)."""
    between: tuple[tuple[int, int], ...] = ()
    """Spans of text before the first part of a multipart and after its last."""
    type: str = "text/plain"
    """Of the whole mail."""
    parameters: list[tuple[str, bytes]] = []
    unended: bool = False
    """A multipart it is made of has no last boundary."""


def field(headers: Headers, name: str) -> bytes:
    """The first field of that name, b"" when there is none."""
    return next((value for key, value in headers if key == name), b"")


class _Level(Struct):
    tokens: list[bytes]
    digest: bool
    alternative: bool
    closed: bool = False


CACHED: Final = 8 << 20
"""A larger mail is taken apart again each time, rather than kept in memory."""


def parse(data: bytes, *, max_depth: int = 64, max_parts: int = 1_000) -> Mail:
    """A mail's headers and parts. Raises Malformed when it does not begin with header fields."""
    return (_parse_cached if len(data) <= CACHED else _parse)(data, max_depth, max_parts)


_CR_ALONE: Final = re.compile(rb"[!-9;-~]{1,76}:[^\r\n]{0,1000}\r(?![\r\n])[!-~\t ]")
_LF_CR: Final = re.compile(rb"[!-9;-~]{1,76}:[^\r\n]{0,1000}\n\r(?!\n)")


def readable(data: bytes) -> bytes:
    """The mail with line ends that `parse` knows, where its own are CR alone or LF CR."""
    head = data[:MAX_JUNK].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if _CR_ALONE.match(head) or b"\n" not in data[:MAX_BLOCK_BYTES]:
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.replace(b"\n\r", b"\n") if _LF_CR.match(head) else data


@lru_cache(maxsize=8)
def _parse_cached(data: bytes, max_depth: int, max_parts: int) -> Mail:
    return _parse(data, max_depth, max_parts)


def _parse(data: bytes, max_depth: int, max_parts: int) -> Mail:
    if b"\n" not in data[:MAX_BLOCK_BYTES] and b"\r" in data:
        raise Malformed("lines end in CR alone; see readable()")
    start = first_field(data)
    if start < 0:
        raise Malformed("no header fields at the beginning")
    return _Splitter(data, max_depth, max_parts).split(start)


class _Splitter:
    def __init__(self, data: bytes, max_depth: int, max_parts: int) -> None:
        self.data = data
        self.max_depth = max_depth
        self.max_parts = max_parts
        self.levels: list[_Level] = []
        self.active: dict[bytes, int] = {}
        """Boundary → index of its level."""
        self.parts: list[Part] = []
        self.between: list[tuple[int, int]] = []
        self.limits: dict[str, str] = {}
        self.guesses = 0
        self.blank: tuple[int, re.Match[bytes] | None, int] = (-1, None, 0)
        """The last search for an empty line: from where, what was found, up to where."""

    def split(self, at: int) -> Mail:
        data = self.data
        headers, body = self.headers(at, len(data))
        type_, found = _content_type(headers, "text/plain")
        # What is open: a part (headers, …) or the space between parts (None).
        leaf: tuple[Headers, str, list[tuple[str, bytes]]] | None = (headers, type_, found)
        if self.enter(type_, found, headers, body):
            leaf = None
        while True:
            delimiter = self.next_delimiter(body)
            end = len(data) if delimiter is None else delimiter[0]
            if leaf is not None:
                alternative = any(level.alternative for level in self.levels)
                self.parts.append(Part(leaf[0], leaf[1], leaf[2], body, max(end, body), len(self.levels), alternative))
            elif data[body:end].strip():
                self.between.append((body, end))
            if delimiter is None:
                break
            _, body, level, closing = delimiter
            self.leave(level + 1)
            leaf = None
            if closing:
                self.levels[level].closed = True
                continue
            if len(self.parts) >= self.max_parts:
                self.limits["mime_parts"] = f"the mail has more than {self.max_parts} parts; the rest was not read"
                break
            digest = self.levels[level].digest
            part_headers, body = self.headers(body, len(data))
            part_type, found_here = _content_type(part_headers, "message/rfc822" if digest else "text/plain")
            if not self.enter(part_type, found_here, part_headers, body):
                leaf = (part_headers, part_type, found_here)
        return Mail(
            headers,
            tuple(self.parts),
            tuple(self.limits.items()),
            tuple(self.between),
            type_,
            found,
            bool(self.levels) and not self.levels[0].closed,
        )

    # ------------------------------------------------------------ levels

    def enter(self, type_: str, found: list[tuple[str, bytes]], headers: Headers, body: int) -> bool:
        """Begin a multipart. Returns whether the part is one."""
        multipart = type_.startswith("multipart")
        tokens = [value.rstrip() for key, value in found if key == "boundary"]
        if in_pieces := [(key, value) for key, value in found if key.startswith("boundary*")]:
            tokens += [value.rstrip().encode() for value in texts(in_pieces, "boundary")]
        for name, value in headers:  # a second Content-Type may name the boundary that is used
            if name == "content-type":
                tokens += [v.rstrip() for key, v in parameters(value)[1] if key == "boundary"]
        if not multipart and not tokens:
            return False
        tokens = [token for token in dict.fromkeys(tokens) if token and self.comes(token, body)]
        if not tokens and multipart:
            tokens = self.guess(body)
        tokens = [token for token in tokens if token not in self.active]
        if not tokens:
            return False
        if len(self.levels) >= self.max_depth:
            self.limits["mime_depth"] = f"multiparts are nested more than {self.max_depth} deep; what is inside was not taken apart"
            return False
        for token in tokens:
            self.active[token] = len(self.levels)
        self.levels.append(_Level(tokens, type_ == "multipart/digest", type_ == "multipart/alternative"))
        return True

    def comes(self, token: bytes, body: int) -> bool:
        if self.guesses >= MAX_GUESSES:
            return True
        found = self.data.find(b"--" + token, body) >= 0
        self.guesses += not found
        return found

    def guess(self, body: int) -> list[bytes]:
        """The boundary a multipart seems to use that names none, or one that never comes."""
        if self.guesses > MAX_GUESSES:
            return []
        self.guesses += 1
        match = _SEEMS_DELIMITER.search(self.data, body, body + (1 << 16))
        return [match[1].rstrip()] if match else []

    def leave(self, depth: int) -> None:
        """End the multiparts that are deeper."""
        while len(self.levels) > depth:
            for token in self.levels.pop().tokens:
                self.active.pop(token, None)

    def next_delimiter(self, at: int) -> tuple[int, int, int, bool] | None:
        """(end of what is before it, start of what is after it, its level, whether it closes) of the next line that is a delimiter."""
        data, active = self.data, self.active
        if not active:
            return None
        if data.startswith(b"--", at):
            at -= 1  # the line break before it belongs to the header
        else:
            at = data.find(b"\n--", at)
        while at >= 0 or data.startswith(b"--", at + 1):
            line_end = data.find(b"\n", at + 3)
            if line_end < 0:
                line_end = len(data)
            token = data[at + 3 : min(line_end, at + 1_003)].rstrip()
            closing = token not in active and token.endswith(b"--")
            if closing:
                token = token[:-2].rstrip()
            if token in active:
                end = at - 1 if at > 0 and data[at - 1] == 0x0D else at
                return max(end, 0), min(line_end + 1, len(data)), active[token], closing
            at = data.find(b"\n--", line_end)
            if at < 0:
                break
        return None

    # ------------------------------------------------------------ header fields

    def headers(self, at: int, limit: int) -> tuple[Headers, int]:
        """(fields, where the body begins)."""
        data = self.data
        first = data[at : at + 2]
        if first[:1] == b"\n" or first == b"\r\n":
            return (), at + (1 if first[:1] == b"\n" else 2)
        blank = self.next_blank(at, min(limit, at + MAX_BLOCK_BYTES))
        end, body = (blank.start() + 1, blank.end()) if blank else (min(limit, at + MAX_BLOCK_BYTES), -1)
        if self.active and b"\n--" in data[at:end]:
            stop = self.next_delimiter(at)
            if stop is not None and stop[0] < end:
                end = body = min(stop[0] + 2, end) if data.startswith(b"\r\n", stop[0]) else stop[0] + 1
        if body < 0:
            body = end
            if end < limit:
                self.limits["header_bytes"] = f"a part has more than {MAX_BLOCK_BYTES >> 20} MiB of header fields"
        fields, stopped = _fields(data[at:end])
        if len(fields) >= MAX_HEADERS:
            self.limits["headers"] = f"a part has more than {MAX_HEADERS} header fields; the rest was not read"
        return tuple(fields), body if stopped < 0 else at + stopped

    def next_blank(self, at: int, limit: int) -> re.Match[bytes] | None:
        """The empty line that ends a header. Parts without one would have each of them search to the end of the mail."""
        start, found, end = self.blank
        if start > at or (found is None and end < limit) or (found is not None and found.start() < at):
            found = _BLANK.search(self.data, at, limit)
            self.blank = (at, found, limit)
        return found if found is None or found.end() <= limit else None


_BLANK: Final = re.compile(rb"\n\r{0,2}\n")
_SEEMS_DELIMITER: Final = re.compile(rb"^--([^\r\n]{1,200})\r?\n(?=[A-Za-z-]{1,40}:)", re.MULTILINE)
_NO_NAME: Final = bytes(range(0x21)) + bytes(range(0x7F, 0x100))
"""What does not stand in the name of a field."""


def _fields(block: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """(fields, offset at which they end early because a line is none; -1 when they do not)."""
    fields: list[tuple[str, bytes]] = []
    name, pieces = "", list[bytes]()
    at = length = 0
    lines = block.split(b"\n")
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and name:
            if length < MAX_HEADER_BYTES:
                pieces.append(line.rstrip(b"\r"))
                length += len(line)
        elif line.strip():
            head, colon, value = line.partition(b":")
            head = head.rstrip(b" \t")
            if not colon or not head or len(head) > 200 or head.translate(None, _NO_NAME) != head:
                following = lines[number + 1] if number + 1 < len(lines) else b""
                if not _is_field(following) and not line.startswith((b"From ", b">From ")):
                    _finish(fields, name, pieces)
                    return fields, at
            else:
                _finish(fields, name, pieces)
                if len(fields) >= MAX_HEADERS:
                    return fields, -1
                name, pieces = head.decode("ascii").lower(), [value.rstrip(b"\r")[:MAX_HEADER_BYTES]]
                length = len(pieces[0])
        at += len(line) + 1
    _finish(fields, name, pieces)
    return fields, -1


def _finish(fields: list[tuple[str, bytes]], name: str, pieces: list[bytes]) -> None:
    if name:
        fields.append((name, (pieces[0] if len(pieces) == 1 else b"".join(pieces)).strip()))


def _is_field(line: bytes) -> bool:
    head, colon, _ = line.partition(b":")
    head = head.rstrip(b" \t")
    return bool(colon and head) and len(head) <= 200 and head.translate(None, _NO_NAME) == head


def _content_type(headers: Headers, default: str) -> tuple[str, list[tuple[str, bytes]]]:
    value = field(headers, "content-type")
    if not value:
        return default, []
    type_, found = parameters(value)
    return type_ or default, found


# ------------------------------------------------------------------ where a mail begins

_FIELD_LINE: Final = re.compile(rb"[!-9;-~]{1,76}[ \t]{0,4}:")
_LINE: Final = re.compile(rb"[^\n]*+\n")


def first_field(data: bytes) -> int:
    """Offset of the first header field: behind a byte order mark, blank lines, a `From ` line or a few lines of junk; -1 for none."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < min(len(data), MAX_JUNK):
        if _FIELD_LINE.match(data, at) and not data.startswith((b"From ", b">From "), at):
            return at
        match = _LINE.match(data, at)
        if match is None:
            return -1
        at = match.end()
    return -1


_NAMES: Final = re.compile(rb"^([!-9;-~]{1,76})[ \t]{0,4}:", re.MULTILINE)


def field_names(data: bytes) -> set[str]:
    """Names, in lower case, of the fields the data begins with, if it begins with any; a quick look, without reading them."""
    start = first_field(data)
    if start < 0:
        return set()
    blank = _BLANK.search(data, start)
    return {name.decode("ascii").lower() for name in _NAMES.findall(data[start : blank.start() if blank else len(data)])}


# ------------------------------------------------------------------ transfer encodings

Encoding = Literal["", "base64", "quoted-printable", "uuencode"]

_ENCODINGS: Final[dict[bytes, Encoding]] = {
    b"base64": "base64",
    b"quoted-printable": "quoted-printable",
    b"x-uuencode": "uuencode",
    b"x-uue": "uuencode",
    b"uuencode": "uuencode",
    b"uue": "uuencode",
}
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def encoding_of(value: bytes) -> Encoding:
    """The transfer encoding a Content-Transfer-Encoding field names; "" for those that change nothing and for unknown ones."""
    return _ENCODINGS.get(value.partition(b";")[0].partition(b"(")[0].strip(b" \t\"'").lower(), "")


def undo(body: bytes, encoding: Encoding) -> bytes:
    """The content of a body. Never raises: what does not belong to the encoding is passed over, as mailers do."""
    if encoding == "base64":
        return undo_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "uuencode":
        found = uuencoded(body)
        return found[0][1] if found else body
    return body


def undo_base64(body: bytes) -> bytes:
    """Base64 with junk in it, without padding, in several padded pieces, or with a footer that some list has put below it."""
    footer = _BLANK.search(body.rstrip(), len(body) - len(body.lstrip()))
    if footer and body[footer.end() :].translate(None, _ALPHABET + b"=\r\n"):
        body = body[: footer.start()]
    end = body.find(b"=")
    if end < 0 or body[end:].translate(None, _ALPHABET + b"=\r\n") or not body[end:].strip(b"=\r\n"):
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            return loose_base64(body)
    return b"".join(loose_base64(piece) for piece in body.split(b"=") if piece)


_UU_BEGIN: Final = re.compile(rb"^begin(?:-base64)?[ \t]{1,4}[0-7]{3,4}[ \t]{1,4}([^\r\n]{1,255})\r?\n", re.MULTILINE)
MAX_UU: Final = 100


def uuencoded(body: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of each uuencoded file in a text."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while len(found) < MAX_UU and (match := _UU_BEGIN.search(body, at)):
        lines = []
        at = match.end()
        while at < len(body):
            line_end = body.find(b"\n", at)
            line_end = len(body) if line_end < 0 else line_end
            line = body[at:line_end].rstrip(b"\r")
            at = line_end + 1
            if line in (b"end", b"`", b"====", b"") or line.startswith(b"begin "):
                break
            lines.append(line)
        content = undo_base64(b"".join(lines)) if match[0].startswith(b"begin-base64") else b"".join(map(_uu_line, lines))
        if content:
            found.append((match[1].strip(), content))
    return found


def _uu_line(line: bytes) -> bytes:
    """One line; some writers leave out spaces at its end, or add a character."""
    wanted = line[0] - 32 & 63
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        try:
            return binascii.a2b_uu(line[: 1 + (wanted * 4 + 2) // 3])
        except binascii.Error:
            return b""
