"""URLs and host names as people and malware write them: defanged, masked, escaped, with addresses in odd notations.

Pure text work; nothing is ever looked up. Every pattern is linear on hostile text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

_DOT: Final = lazy(r"[ ]?(?:\[\.\]|\(\.\)|\{\.\}|\[\.|\.\]|\[dot\]|\(dot\)|\{dot\})[ ]?", re.IGNORECASE)
_AT: Final = lazy(r"[ ]?(?:\[@\]|\(@\)|\[at\]|\(at\)|\{at\})[ ]?", re.IGNORECASE)

_SCHEME: Final = r"(?:h(?:tt|xx|\*\*|tx|xt|t\*|\*t)p(?:s|\[s\])?|fxps?|s?ftps?|meows?|(?<![a-z])(?:file|webdav))"
# What stands for "://": as it is, in brackets, with backslashes, with escaped slashes.
_COLON: Final = r"(?:\[:\]|\(:\)|\[:|:)[\\/]{2,5}\]?"
_SCHEME_BEFORE: Final = lazy(_SCHEME + r"\Z", re.IGNORECASE)
_COLONS: Final = lazy(_COLON)
START: Final = lazy(_SCHEME + _COLON, re.IGNORECASE)
_BODY: Final = lazy(r"""[^\s"'`<>\x00-\x20\x7f-\xa0\u2018-\u201f\u3000-\u3002\uff08-\uff0c]*+""")
"""Up to the first character that no URL holds: one URL or several with separators between them."""
_EAST_ASIAN: Final = lazy("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]")

# A token in place of "http", before "://": no quote, blank or separator.
_MASKED: Final = lazy(r"(?<=[\s\"'`@*|,;(=])[^\s\"'`@*|,;<>()=/\\]{2,40}\Z")
_AFTER_MASK: Final = lazy(r"://(?=[\w-]{1,63}\.)")

_PAGE_IN_PAGE: Final = lazy(r"!x-usc:", re.IGNORECASE)

SEPARATORS: Final = "@*|,;!^~+#$ "
_NESTED: Final = "=/?&:%(-_."
"""What stands before a URL inside a URL: a redirector, an archive of the web."""

NESTED_DEPTH: Final = 3
"""URLs inside one URL that are told of."""

_FILE_END: Final = lazy(r"\.[a-z0-9]{1,5}\Z", re.IGNORECASE)
_PERCENT: Final = lazy(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LABEL: Final = lazy(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_TOP: Final = lazy(r"(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})\Z")
_NUMBER: Final = lazy(r"(?:0x[0-9a-f]{0,16}|[0-9]{1,20})\Z")


class Url(Struct, frozen=True):
    """A URL in a text. `value` is refanged and normalised."""

    value: str
    start: int
    end: int
    """Where it stands, half open."""
    cut: bool = False
    """Something that is not known follows: a variable is appended."""
    masked: bool = False
    """Its scheme was a guess: a token that repeats in the place of it."""
    nested: bool = False
    """It stands inside another URL."""


def refang(text: str) -> str:
    """The text with the usual bracketed dots and at-signs undone. URLs themselves are refanged by `normalise`."""
    lower = text.lower()
    if any(map(lower.__contains__, _BRACKETED)):
        text = _AT.sub("@", _DOT.sub(".", text))
    return text


_BRACKETED: Final = ("[.", ".]", "(.)", "{.}", "[dot", "(dot", "{dot", "[@", "(@", "[at]", "(at)", "{at}")


def find_urls(text: str, *, code: bool = False, splits: tuple[str, ...] = ()) -> list[Url]:
    """The URLs of a text in their order, lists without blanks split.

    `code` says that the text is a script, where a quote or a semicolon ends a URL and a plus may append to it. `splits`
    are literals the script is known to split at.
    """
    found: list[Url] = []
    # mhtml:http://host/page!x-usc:http://host/page, as in CVE-2021-40444
    text = _PAGE_IN_PAGE.sub("       ", text) if "x-usc:" in text else text
    starts = _starts(text)
    number = 0
    while number < len(starts):
        first = number
        body = _BODY.match(text, starts[first])
        end = body.end() if body else starts[first]
        while number < len(starts) and (number == first or starts[number] < end):
            number += 1
        found.extend(_split(text, starts[first:number], end, code, splits))
    masked = _unmask(text)
    if masked:
        found.extend(masked)
        found.sort(key=lambda url: url.start)
    return found


def _starts(text: str) -> list[int]:
    """Where schemes begin. The colon is looked for first: it is rare, and what stands before it is short."""
    starts = []
    for colon in _COLONS.finditer(text):
        before = text[max(0, colon.start() - 8) : colon.start()]
        scheme = _SCHEME_BEFORE.search(before)
        if scheme is not None:
            starts.append(colon.start() - len(before) + scheme.start())
    return starts


def _split(text: str, starts: list[int], end: int, code: bool, splits: tuple[str, ...]) -> list[Url]:
    """The URLs between the first of `starts` and `end`."""
    ends = [*starts[1:], end]
    tail = _common_tail([text[a:b] for a, b in zip(starts[:-1], ends, strict=False)], splits)
    cuts = [
        s
        for s in starts
        if s == starts[0] or tail or text[s - 1] not in _NESTED or any(mark and text.endswith(mark, starts[0], s) for mark in splits)
    ]
    urls: list[Url] = []
    for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
        piece = text[start:stop]
        if stop != end:
            body = _without_separator(piece, tail, splits)
        else:
            body = piece
            for mark in splits:
                body = body.partition(mark)[0] if mark and mark in body[8:] and mark not in "/.:-_" else body
        body, cut = _end_of(body, code)
        if len(body) == end - start:
            cut = cut or _appended(text, end)
        value = normalise(body)
        if value:
            urls.append(Url(value, start, start + len(body), cut))
            inside = starts[bisect_right(starts, start) : bisect_left(starts, start + len(body))]
            urls.extend(
                Url(inner, s, start + len(body), nested=True)
                for s in inside[:NESTED_DEPTH]
                if (inner := normalise(text[s : start + len(body)]))
            )
    return urls


def _common_tail(pieces: list[str], splits: tuple[str, ...]) -> str:
    """What a list puts between its items, where it is no usual separator: the end that all items but the last have."""
    if len(pieces) < 3 or any(piece.endswith(mark) for mark in splits for piece in pieces[:1] if mark):
        return ""
    shortest = min(pieces, key=len)
    length = 0
    while length < min(len(shortest) - 8, 40) and len({piece[-1 - length] for piece in pieces}) == 1:
        length += 1
    tail = pieces[0][len(pieces[0]) - length :].lstrip("/") if length else ""
    return "" if len(tail) < 3 or _FILE_END.search(tail) else tail


def _without_separator(piece: str, tail: str, splits: tuple[str, ...]) -> str:
    for mark in sorted(splits, key=len, reverse=True):
        if mark and piece.endswith(mark):
            return piece[: -len(mark)]
    if tail:
        return piece[: -len(tail)]
    return piece.rstrip(SEPARATORS)


def _end_of(body: str, code: bool) -> tuple[str, bool]:
    """The URL without what a sentence or a script puts behind it; whether a value that is not known follows."""
    cut = False
    for stop in "|{}$;\\)" if code else "|{}":
        at = body.find(stop, 9)
        if (
            at < 0
            or (stop == "\\" and "\\" in body[:10])
            or (stop == ")" and "(" in body[:at])
            or (stop == "\\" and body.startswith("\\/", at))
        ):
            continue
        cut = cut or stop in "${"
        body = body[:at]
    if code and body.count("(") > body.count(")"):
        body, cut = body[: body.rfind("(")], True
    before = ""
    while before != body:
        before = body
        body = body.rstrip(".,;:!?*_~@^&+" if not code else ",;:!*~@^+")
        for left, right in ("()", "[]"):
            if body.endswith(right) and body.count(left) < body.count(right):
                body = body[:-1]
        if body.endswith(("]", "[")) and "[" not in body[:12]:
            body = body[:-1]
        body = body.removesuffix("(")
    return body, cut


_APPENDED: Final = lazy(r"""["'][ \t]{0,8}(?:\)[ \t]{0,4}){0,4}[+&](?![&=])""")


def _appended(text: str, end: int) -> bool:
    return _APPENDED.match(text, end) is not None


def _unmask(text: str) -> list[Url]:
    """URLs whose "http" is a token: the same one at least three times, where nothing else would make a URL of them."""
    if text.count("://") < 3:
        return []
    places: list[tuple[int, int, str]] = []  # where the token starts, where the host does, the token
    for colon in _AFTER_MASK.finditer(text):
        mask = _MASKED.search(text, max(0, colon.start() - 41), colon.start())
        if mask is not None and not mask[0].isalnum() and not START.match(mask[0] + "://"):
            places.append((mask.start(), colon.end(), mask[0]))
    counts = Counter(token for _, _, token in places)
    # the token alone is http; the token and an "s" is https
    schemes: dict[str, str] = {}
    for token in counts:
        plain = token[:-1] if token.endswith("s") and (token[:-1] in counts or not token[:-1].isalnum()) else token
        if counts[plain] + counts[plain + "s"] >= 3:
            schemes[token] = "https" if plain != token else "http"
    places = [place for place in places if place[2] in schemes]
    found: list[Url] = []
    for number, (start, host, token) in enumerate(places):
        limit = places[number + 1][0] if number + 1 < len(places) else len(text)
        rest = _BODY.match(text, host, min(limit, host + 2_048))
        body, cut = _end_of("://" + (rest[0] if rest else "").rstrip(SEPARATORS), code=True)
        value = normalise(schemes[token] + body)
        if value:
            found.append(Url(value, start, host + len(body) - 3, cut, masked=True))
    return found


def normalise(written: str) -> str:
    """One URL, refanged: scheme and host in lower case, the host as a browser would understand it, percent signs undone
    where they hide ordinary characters (RFC 3986, 6.2.2). "" when it is none.
    """
    match = START.match(written)
    if match is None:
        return ""
    scheme = SCHEMES.get(re.split(r"[\[(:]", match[0].replace("[s]", "s").replace("[S]", "S"), maxsplit=1)[0].lower(), "")
    rest = written[match.end() :]
    if "\\" in match[0] and "/" not in match[0]:
        rest = rest.replace("\\", "/")
    rest = rest.replace("\\/", "/").lstrip("/")
    cut = next((i for i, c in enumerate(rest[:2_048]) if c in "/?#\\"), min(len(rest), 2_048))
    if not rest.isascii():
        rest = _without_prose(rest, cut)
        cut = min(cut, len(rest))
    host, port, user = _authority(refang(rest[:cut]))
    if not host or (scheme == "file" and "." not in host):
        return ""
    path = rest[cut:].replace("\\", "/") if rest[cut : cut + 1] == "\\" else rest[cut:]
    path = _PERCENT.sub(_plain, refang(path[:4_096]))
    return f"{scheme}://{user}{host}{port}{path}"


def _without_prose(rest: str, cut: int) -> str:
    """Japanese and Chinese put no blank behind a URL. A host may be in these scripts, a path is taken to end where they begin."""
    path = _EAST_ASIAN.search(rest, cut)
    if path is not None:
        rest = rest[: path.start()]
    host = _EAST_ASIAN.search(rest, 0, cut)
    return rest[: host.start()] if host is not None and registrable(host_of(rest[: host.start()])) else rest


SCHEMES: Final = {
    **dict.fromkeys(("http", "hxxp", "h**p", "htxp", "hxtp", "ht*p", "h*tp", "meow"), "http"),
    **dict.fromkeys(("https", "hxxps", "h**ps", "htxps", "hxtps", "ht*ps", "h*tps", "meows"), "https"),
    "ftp": "ftp", "fxp": "ftp", "ftps": "ftps", "fxps": "ftps", "sftp": "sftp", "sftps": "sftp", "file": "file", "webdav": "http",
}  # fmt: skip


def _plain(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    return letter if letter in _UNRESERVED else match[0].upper()


def _authority(written: str) -> tuple[str, str, str]:
    """(host, ":port" or "", "user@" or "") of the part of a URL before its path; an empty host when it is none."""
    user, at, host = written.rpartition("@")
    port = ""
    if host.startswith("["):
        import ipaddress

        host, _, port = host.partition("]")
        port = port[1:] if port.startswith(":") else ""
        try:
            return f"[{ipaddress.IPv6Address(host[1:])}]", f":{port}" if port.isdigit() else "", user + at
        except ValueError:
            return "", "", ""
    head, colon, number = host.rpartition(":")
    if colon and (number.isdigit() or not number):
        host, port = head, f":{number}" if number else ""
    return host_of(host), port, user + at


def host_of(written: str) -> str:
    """A host name or IPv4 address in normal form: lower case, IDNA, any notation of an address as four decimal numbers.

    "" when it is neither. A name needs a dot; whether its domain exists is `registrable`'s to say.
    """
    host = _PERCENT.sub(lambda m: chr(int(m[1], 16)), written).strip().rstrip(".").lower()
    if not host or len(host) > 253:
        return ""
    address = ipv4_of(host)
    if address:
        return address
    if not host.isascii():
        host = to_ascii(host)
    labels = host.split(".")
    if len(labels) < 2 or not _TOP.match(labels[-1]) or not all(_LABEL.match(label) for label in labels):
        return ""
    return host


def ipv4_of(host: str) -> str:
    """The address in four decimal numbers, of any notation browsers take (WHATWG URL, IPv4 parser): parts in decimal,
    octal or hexadecimal, the last one filling what the others leave. "" when it is none, or too short to be meant as one.
    """
    parts = host.split(".")
    if len(parts) > 4 or not all(_NUMBER.match(part) for part in parts):
        return ""
    try:
        numbers = [
            int(part[2:] or "0", 16) if part.startswith("0x") else int(part, 8 if part.startswith("0") and len(part) > 1 else 10)
            for part in parts
        ]
    except ValueError:
        return ""
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return ""
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number << 8 * (3 - place)
    if len(parts) < 4 and value < 1 << 24:
        return ""
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def to_ascii(host: str) -> str:
    """An international name as xn-- (IDNA 2008, with the mappings of UTS 46); "" when it is no such name."""
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)


@lru_cache(maxsize=4_096)
def registrable(host: str) -> str:
    """The domain somebody has registered, by the public suffix list that is installed: "example.co.jp" of
    "www.example.co.jp"; "" when the host ends in no public suffix or is one itself.
    """
    if "xn--" not in host:
        return str(_suffixes().privatesuffix(host) or "")
    # the list is held as it is written, because encoding its 10,000 entries takes longer than everything else
    written = ".".join(_to_unicode(label) for label in host.split("."))
    found = str(_suffixes().privatesuffix(written) or "")
    return ".".join(host.split(".")[-found.count(".") - 1 :]) if found else ""


def _to_unicode(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except (UnicodeError, ValueError):
        return label
