"""PDF (ISO 32000-1): its objects, wherever they lie in the file, with what is compressed and encrypted.

Cross-reference tables are not followed: they may be damaged, and hostile files let them point past what a reader would
repair. Every object that can be seen is read once, in one pass over the file, older versions of it included.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.pdflock import Lock, lock_of

MAX_OBJECTS: Final = 200_000
MAX_DEPTH: Final = 100
MAX_ITEMS: Final = 100_000
"""Tokens of one object."""

Inflate = Callable[[bytes], bytes]
"""Undo zlib compression within the budget. Raises zlib.error on damage."""


class Name(str):
    """A name, without its slash and with `#xx` undone."""

    __slots__ = ()


class Ref(Struct, frozen=True):
    number: int
    generation: int


class Object(Struct, frozen=True):
    number: int
    generation: int
    value: Any
    """dict by names, list, bytes (strings), Name, int, float, bool, None, Ref."""
    start: int = -1
    end: int = -1
    """Where the stream of the object lies; -1 for an object without one."""
    packed: bool = False
    """It came out of an object stream, whose encryption was its own."""

    @property
    def has_stream(self) -> bool:
        return self.start >= 0


_SPACE: Final = re.compile(rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+)*+")
_TOKEN: Final = re.compile(
    rb"(<<|>>|\[|\])|/([^\0\t\n\f\r ()<>\[\]{}/%]*+)|([+-]?(?:\d{1,20}+(?:\.\d{0,20}+)?+|\.\d{1,20}+))(?![^\0\t\n\f\r ()<>\[\]{}/%])"
    rb"|<([0-9A-Fa-f\0\t\n\f\r ]*+)>?|(\()|([^\0\t\n\f\r ()<>\[\]{}/%]++)|([{})>])"
)
_HEADER: Final = re.compile(rb"(?<!\d)(\d{1,10})[\0\t\n\f\r ]{1,16}(\d{1,5})[\0\t\n\f\r ]{1,16}obj(?![a-zA-Z])|\btrailer(?![a-zA-Z])")
_STREAM: Final = re.compile(rb"(?:[\0\t\n\f\r ]|%[^\r\n]{0,200}+[\r\n]){0,64}stream(?:\r\n|\n|\r)?")
_IN_STRING: Final = re.compile(rb"[^()\\]++|\\[\0-\xff]|[()\\]")
_ESCAPED: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|[\0-\xff])")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_HASH: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_WORDS: Final = {b"true": True, b"false": False, b"null": None}


def read_value(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at `at`, and where it ends. Raises Malformed when there is none."""
    stack: list[tuple[str, list[Any]]] = [("", [])]
    for _ in range(MAX_ITEMS):
        space = _SPACE.match(data, at)
        at = space.end() if space else at
        match = _TOKEN.match(data, at)
        if match is None:
            break
        mark, name, number, digits, paren, word, _other = match.groups()
        items = stack[-1][1]
        if mark in (b"<<", b"["):
            if len(stack) > MAX_DEPTH:
                raise Malformed(f"objects are nested too deeply at {at:#x}")
            stack.append((">>" if mark == b"<<" else "]", []))
            at = match.end()
            continue
        at = match.end()
        if mark is not None:
            if len(stack) == 1:
                raise Malformed(f"nothing is open at {at:#x}")
            closing, inside = stack.pop()
            stack[-1][1].append(_dictionary(inside) if closing == ">>" else inside)
        elif name is not None:
            items.append(Name(_HASH.sub(lambda m: bytes.fromhex(m[1].decode()), name).decode("latin-1")))
        elif number is not None:
            items.append(float(number) if b"." in number else int(number))
        elif digits is not None:
            raw = digits.translate(None, b"\0\t\n\f\r ")
            items.append(bytes.fromhex((raw + b"0" * (len(raw) & 1)).decode("ascii")))
        elif paren is not None:
            text, at = _string(data, at)
            items.append(text)
        elif word == b"R" and len(items) >= 2 and type(items[-1]) is int and type(items[-2]) is int:
            generation, first = items.pop(), items.pop()
            items.append(Ref(first, generation))
        elif word in _WORDS:
            items.append(_WORDS[word])
        elif word is not None and (word.startswith((b"endobj", b"stream", b"obj", b"xref")) or len(stack) == 1):
            at = match.start()
            break
        if len(stack) == 1 and stack[0][1] and not (type(stack[0][1][-1]) is int and len(stack[0][1]) < 3):
            break
    while len(stack) > 1:  # what stays open ends with the object
        closing, inside = stack.pop()
        stack[-1][1].append(_dictionary(inside) if closing == ">>" else inside)
    if not stack[0][1]:
        raise Malformed(f"no object at {at:#x}")
    return stack[0][1][-1] if isinstance(stack[0][1][-1], Ref) else stack[0][1][0], at


def _dictionary(items: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    while at < len(items):
        key = items[at]
        if not isinstance(key, Name):
            at += 1
            continue
        value = items[at + 1] if at + 1 < len(items) else None
        found.setdefault(str(key), value)
        at += 2
    return found


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    depth, start = 1, at
    for match in _IN_STRING.finditer(data, at):
        if match[0] == b"(":
            depth += 1
        elif match[0] == b")":
            depth -= 1
            if not depth:
                return _unescape(data[start : match.start()]), match.end()
    return _unescape(data[start:]), len(data)


def _unescape(raw: bytes) -> bytes:
    if b"\\" not in raw:
        return raw

    def one(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8) & 0xFF]) if code[:1].isdigit() and code[0] < 0x38 else _ESCAPES.get(code, code)

    return _ESCAPED.sub(one, raw)


class Pdf:
    """All objects of a file. Raises Malformed when there are none.

    `damage` says what could not be read. `unlock` has to be called before strings and streams of an encrypted file are asked for.
    """

    def __init__(self, data: bytes, inflate: Inflate) -> None:
        self.data = data
        self.inflate = inflate
        self.objects: list[Object] = []
        self.by_number: dict[int, Object] = {}
        self.trailers: list[dict[str, Any]] = []
        self.damage: list[str] = []
        self.more = False
        self.lock: Lock | None = None
        self.key = b""
        self._scan()
        if not self.objects:
            raise Malformed("there are no objects")
        self.encryption = self._encryption()

    def _scan(self) -> None:
        at = 0
        while (match := _HEADER.search(self.data, at)) is not None:
            if len(self.objects) >= MAX_OBJECTS:
                self.more = True
                return
            at = match.end()
            try:
                value, end = read_value(self.data, at)
            except Malformed:
                continue
            at = max(at, end)
            if match[1] is None:
                if isinstance(value, dict):
                    self.trailers.append(value)
                continue
            start = stop = -1
            stream = _STREAM.match(self.data, at) if isinstance(value, dict) else None
            if stream is not None:
                start = stream.end()
                stop = self._end_of_stream(start, value.get("Length"))
                at = stop
            self._add(Object(int(match[1]), int(match[2]), value, start, stop))

    def _end_of_stream(self, start: int, length: Any) -> int:
        if type(length) is int and 0 <= length <= len(self.data) - start:
            behind = self.data[start + length : start + length + 20].lstrip(b"\r\n\0 ")
            if behind.startswith(b"endstream"):
                return start + length
        end = self.data.find(b"endstream", start)
        if end < 0:
            self.damage.append("a stream has no end")
            return len(self.data)
        return end

    def _add(self, one: Object) -> None:
        self.objects.append(one)
        self.by_number[one.number] = one
        if isinstance(one.value, dict) and one.value.get("Type") == "XRef":
            self.trailers.append(one.value)

    def _encryption(self) -> dict[str, Any] | None:
        for trailer in reversed(self.trailers):
            found = self.resolve(trailer.get("Encrypt"))
            if isinstance(found, dict):
                return found
        return None

    def unlock(self, password: str) -> bool:
        """Whether the password opens the file; an empty one opens most. Raises Malformed for a way of locking nobody knows."""
        if self.encryption is None:
            return True
        if self.lock is None:
            identifiers = next(
                (trailer["ID"] for trailer in reversed(self.trailers) if isinstance(self.resolve(trailer.get("ID")), list)), None
            )
            listed = self.resolve(identifiers)
            first = self.resolve(listed[0]) if isinstance(listed, list) and listed else b""
            plain = {key: self.resolve(value) for key, value in self.encryption.items()}
            self.lock = lock_of(plain, first if isinstance(first, bytes) else b"")
        self.key = self.lock.open(password.encode("utf-8", "replace")) or b""
        return bool(self.key)

    def unpack(self) -> None:
        """Read the object streams; what is in them joins `objects`."""
        for holder in list(self.objects):
            if not (holder.has_stream and isinstance(holder.value, dict) and holder.value.get("Type") == "ObjStm"):
                continue
            count, first = self.resolve(holder.value.get("N")), self.resolve(holder.value.get("First"))
            body = self.stream(holder)
            if type(count) is not int or type(first) is not int or not 0 <= first <= len(body):
                self.damage.append(f"object stream {holder.number} is damaged")
                continue
            numbers = [int(one) for one in body[:first].split()[: 2 * min(count, MAX_OBJECTS)] if one.isdigit()]
            for number, offset in zip(numbers[::2], numbers[1::2]):
                if len(self.objects) >= MAX_OBJECTS:
                    self.more = True
                    return
                try:
                    value, _ = read_value(body, first + offset)
                except Malformed:
                    continue
                self._add(Object(number, 0, value, packed=True))

    # ------------------------------------------------------------ asking

    def resolve(self, value: Any) -> Any:
        """What a reference leads to; everything else is itself."""
        for _ in range(16):
            if not isinstance(value, Ref):
                return value
            found = self.by_number.get(value.number)
            value = found.value if found else None
        return None

    def holder(self, value: Any) -> Object | None:
        """The object a reference leads to."""
        return self.by_number.get(value.number) if isinstance(value, Ref) else None

    def text(self, value: Any, owner: Object) -> str:
        """A string of the object `owner` (or one it refers to) as text; "" for what is no string."""
        if isinstance(value, Ref):
            held = self.holder(value)
            if held is None:
                return ""
            if held.has_stream:
                return _text(self.stream(held))
            owner, value = held, self.resolve(value)
        if not isinstance(value, bytes):
            return str(value) if isinstance(value, Name) else ""
        return _text(self.decrypt(value, owner))

    def decrypt(self, raw: bytes, owner: Object, *, stream: bool = False) -> bytes:
        if not self.key or self.lock is None or owner.packed:
            return raw
        return self.lock.decrypt(self.key, raw, owner.number, owner.generation, stream=stream)

    def stream(self, one: Object) -> bytes:
        """The stream of an object, its filters undone as far as they are known."""
        body = self.data[one.start : one.end] if one.has_stream else b""
        if not (isinstance(one.value, dict) and one.value.get("Type") == "XRef"):
            body = self.decrypt(body, one, stream=True)
        for name, parameters in self._filters(one.value):
            if name in ("FlateDecode", "Fl"):
                try:
                    body = self.inflate(body)
                except zlib.error:
                    body = self._salvage(body)
                if parameters.get("Predictor", 1) not in (1, None):
                    body = _unpredict(body, parameters)
            elif name in ("ASCIIHexDecode", "AHx"):
                digits = body.partition(b">")[0].translate(None, _NOT_HEX)
                body = bytes.fromhex((digits + b"0" * (len(digits) & 1)).decode("ascii"))
            elif name in ("ASCII85Decode", "A85"):
                body = _ascii85(body)
            elif name != "Crypt":
                self.damage.append(f"there is no reader for the filter {name}")
                return b""
        return body

    def _salvage(self, body: bytes) -> bytes:
        """What comes out of damaged data before the damage, as readers show it."""
        for wbits in (15, -15):
            engine = zlib.decompressobj(wbits)
            try:
                out = engine.decompress(body[:65_536] if wbits == 15 else body[2:65_536], 1 << 20)
            except zlib.error:
                continue
            if out:
                return out
        self.damage.append("a compressed stream is damaged")
        return b""

    def _filters(self, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if not isinstance(value, dict):
            return
        names = self.resolve(value.get("Filter", value.get("F") if isinstance(value.get("F"), (Name, list)) else None))
        parameters = self.resolve(value.get("DecodeParms", value.get("DP")))
        names = names if isinstance(names, list) else [names] if names is not None else []
        listed = parameters if isinstance(parameters, list) else [parameters]
        for number, name in enumerate(names[:8]):
            one = self.resolve(listed[number]) if number < len(listed) else None
            yield str(self.resolve(name)), {key: self.resolve(v) for key, v in one.items()} if isinstance(one, dict) else {}


_NOT_HEX: Final = bytes(byte for byte in range(256) if byte not in b"0123456789abcdefABCDEF")


def _text(raw: bytes) -> str:
    """A text string (7.9.2.2): UTF-16 or UTF-8 by their marks, else close to Latin-1."""
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")


def _ascii85(body: bytes) -> bytes:
    try:
        return base64.a85decode(body.partition(b"~>")[0].strip().removeprefix(b"<~"), ignorechars=b" \t\n\r\v\0\f")
    except (ValueError, binascii.Error):
        return b""


def _unpredict(body: bytes, parameters: dict[str, Any]) -> bytes:
    """Undo the PNG predictors (RFC 2083, 6) that object streams may have; others are left as they are."""
    columns, colors, bits = (parameters.get(key, default) for key, default in (("Columns", 1), ("Colors", 1), ("BitsPerComponent", 8)))
    if not all(type(one) is int and 0 < one <= 1 << 16 for one in (columns, colors, bits)) or parameters.get("Predictor", 1) < 10:
        return body
    step = max(1, colors * bits // 8)
    width = (columns * colors * bits + 7) // 8
    out = bytearray()
    above = bytearray(width)
    for at in range(0, len(body), width + 1):
        kind, row = body[at], bytearray(body[at + 1 : at + 1 + width].ljust(width, b"\0"))
        for x in range(width):
            left = row[x - step] if x >= step else 0
            up = above[x]
            corner = above[x - step] if x >= step else 0
            row[x] = row[x] + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind if kind < 5 else 0] & 0xFF
        out += row
        above = row
    return bytes(out)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
