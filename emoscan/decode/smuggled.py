"""Files that a web page or a drawing (SVG) puts together in the browser: out of strings, arrays, data URLs; and addresses that start programs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from re import IGNORECASE
from typing import Final
from urllib.parse import unquote_to_bytes

from emoscan.context import Context
from emoscan.decode.plausible import TEXTUAL, decoded
from emoscan.model import UNKNOWN_KIND, Artifact, Child, Fact, Problem, Yields
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import fold, tokens, value_of
from emoscan.parse.text import text_of
from emoscan.registry import sniff, step

SINKS: Final = (
    "createobjecturl", "mssaveoropenblob", "mssaveblob", "new blob", "new file(", ".download", "download=", "'download'", '"download"', "window.location", "location.href",
    "document.write", "filesaver", "saveas(", "data:application/", "showsavefilepicker",
)  # fmt: skip
"""What hands a file to the reader. One of them must be on the page for it to count."""

CARRIES: Final = ("archive.", "disk.", "office.", "document.", "binary.", "script.", "windows.", "mail.", "text.html", "text.xml")
"""Kinds of which a page has no business to be full; pictures, fonts and style sheets it has."""

TELLING: Final = ("archive.", "disk.", "binary.", "script.", "windows.")
"""Of these a page is suspect even where nothing is seen that hands them out: that part may be hidden like the file."""

SHORTEST: Final = 60
LONGEST: Final = 64 << 20
MOST_LITERALS: Final = 20_000
MOST_FILES: Final = 50
KEYS: Final = 60

_DATA_URL: Final = lazy(r"data:([\w.+-]{1,60}/[\w.+-]{1,80})?((?:;[\w.=+-]{1,80}){0,4}+),([A-Za-z0-9+/=_%.~-]{40,}+)", IGNORECASE)
_NAMED: Final = lazy(
    r"""(?:\bdownload\b["']?\s{0,4}[=,]\s{0,4}|new\s{1,4}file\s{0,4}\(\s{0,4}\[[^\]]{0,200}\]\s{0,4},\s{0,4}|mssave(?:oropen)?blob\s{0,4}\([^,()]{1,200},\s{0,4}|saveas\s{0,4}\([^,()]{1,200},\s{0,4})"""
    r"""["']([^"'\r\n<>]{1,200})["']""",
    IGNORECASE,
)
_FILE_NAME: Final = lazy(
    r"[^\\/:*?\"<>|\r\n]{1,120}\.(?:zip|rar|7z|iso|img|vhdx?|cab|one|docm?|docx|xls[mxb]?|xll|pdf|js|jse|vbs|wsf|hta|lnk|exe|scr|msi|bat|cmd|ps1|html?)",
    IGNORECASE,
)
_BASE64: Final = lazy(r"={0,3}[A-Za-z0-9+/_-]{40,}+={0,3}")
_HEX: Final = lazy(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s,]{0,2}){60,}+")
_SCHEME: Final = lazy(
    r"\b(ms-msdt|ms-officecmd|search-ms|search(?=:(?:query|displayname|crumb)=)|ms-search|ms-appinstaller|ms-word|ms-excel|ms-powerpoint)\s{0,2}:[^\"'<>\s`]{2}[^\"'<>`\r\n]{0,2000}",
    IGNORECASE,
)


@step("smuggled", takes=("text.html", "text.xml", "script.hta", "script.js"), order=15)
def files_put_together(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of what a page holds as text and offers as a file; facts `html.smuggle` with their names."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16)
    low = text.lower()
    if artifact.kind.startswith("text."):
        yield from _schemes(text)
    if artifact.kind != "text.html" and not (artifact.kind == "text.xml" and "<svg" in low) and "blob" not in low:
        return
    sinks = [sink.strip("'\"(= ") for sink in SINKS if sink in low]
    if not sinks and "<script" not in low:
        return
    names = _names(text)
    yield from _hidden_words(text)
    seen: set[bytes] = set()
    for kind, content, how in _files(text, ctx):
        if content in seen or not (sinks or kind.startswith(TELLING)):
            continue
        if len(seen) >= MOST_FILES:
            yield Problem("limit", "smuggled", f"more than {MOST_FILES} files are put together by one page; the rest was not read")
            return
        seen.add(content)
        name = next(names, "")
        yield Fact(
            "html.smuggle",
            name or f"{kind} without a name",
            how,
            detail={"kind": kind, "size": str(len(content)), "sink": (sinks or [""])[0]},
        )
        yield Child(content, label=name, how=f"put together by the page, {how}")


def _schemes(text: str) -> Iterator[Fact]:
    seen: set[str] = set()
    for match in _SCHEME.finditer(text):
        if match[0].lower() not in seen and len(seen) < 20:
            seen.add(match[0].lower())
            yield Fact("link.external", match[0], "address that starts a program", detail={"scheme": match[1].lower()})


_ENCODED_WORD: Final = lazy(r"""["'`>]((?:[A-Za-z0-9+/]{4}){2,100}+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)["'`<]""")
RANK_OF_HIDDEN_WORDS: Final = 0.7


def _hidden_words(text: str) -> Iterator[Fact]:
    """Words that a script shows on the page out of base64 and an exclusive or: where the file is locked, its password is among them."""
    raws = list(dict.fromkeys(filter(None, (from_base64(match[1]) for match in islice(_ENCODED_WORD.finditer(text), 400)))))
    best = max(range(256), key=lambda key: (sum(1 for raw in raws if _reads(raw, key)), sum(_reads(raw, key) for raw in raws)))
    told = [raw for raw in raws if _reads(raw, best)]
    if len(told) < 2:
        return
    for raw in told:
        words = bytes(byte ^ best for byte in raw).decode("ascii").split()
        for word in words if len(words) < 3 else ():
            if 3 <= len(word) <= 40:
                yield Fact("clue.password", word.rstrip(".:"), "text of the page that a script decodes", confidence=RANK_OF_HIDDEN_WORDS)


def _reads(raw: bytes, key: int) -> int:
    """How many letters, digits and blanks the bytes are once the key is taken off; 0 when there are other signs than a few."""
    plain = raw.translate(_keyed(key))
    odd = len(plain.translate(None, _WORDS))
    return len(plain) - odd if not plain.translate(None, _PRINTABLE) and odd * 8 <= len(plain) else 0


@lru_cache(maxsize=256)
def _keyed(key: int) -> bytes:
    return bytes(byte ^ key for byte in range(256))


_PRINTABLE: Final = bytes(range(32, 127))
_WORDS: Final = bytes(byte for byte in _PRINTABLE if chr(byte).isalnum() or byte == 32)


def _names(text: str) -> Iterator[str]:
    """Names that files are offered by, the surest first."""
    found = dict.fromkeys(match[1].strip() for match in _NAMED.finditer(text))
    named = [name for name in found if "." in name]
    yield from named
    if not named:
        for token in tokens(text, "js"):
            value = text[token.start + 1 : token.end - 1]
            if token.type == "string" and len(value) <= 130 and _FILE_NAME.fullmatch(value):
                yield value
                return


def _files(text: str, ctx: Context) -> Iterator[tuple[str, bytes, str]]:
    """(kind, content, how) of everything that decodes to a file."""
    for match in _DATA_URL.finditer(text):
        ctx.budget.spend(len(match[3]) // 8)
        raw = from_base64(match[3]) if "base64" in (match[2] or "").lower() else unquote_to_bytes(match[3])
        kind = _kind(raw)
        if kind:
            ctx.budget.grow(len(raw), "data URL")
            yield kind, raw, "data URL"
    literals, arrays = _literals(text)
    keys = [literal for literal in dict.fromkeys(literals) if 0 < len(literal) <= 64][:KEYS]
    done: set[str] = set()
    for members in (*arrays, *([literal] for literal in dict.fromkeys(literals)), [literal for literal in literals if len(literal) >= 16]):
        whole = "".join(members)
        if SHORTEST <= len(whole) <= LONGEST and not (members and done.issuperset(members)):
            found = _decoded(whole, keys, ctx)
            if found:
                done.update(members)
                yield found


def _literals(text: str) -> tuple[list[str], list[list[str]]]:
    """Strings of the scripts, adjacent ones put together, and what hidden elements of the page hold; and the arrays they stand in."""
    folded = fold(text, "js") if len(text) < LONGEST else text
    found: list[str] = []
    arrays: list[list[str]] = []
    end = -1
    for token in islice(tokens(folded, "js"), MOST_LITERALS):
        if token.type != "string":
            continue
        value = value_of(folded[token.start : token.end], "js")
        if end >= 0 and token.start - end < 80 and folded[end : token.start].strip() == ",":
            arrays[-1].append(value)
        else:
            arrays.append([value])
        found.append(value)
        end = token.end
    for piece in islice(text.split(">"), MOST_LITERALS):
        body = piece.partition("<")[0].strip()
        if len(body) >= 4 * SHORTEST and not ("\n" in body and " " in body):
            found.append(body)
    return found, [array for array in arrays if len(array) > 1]


def _decoded(literal: str, keys: list[str], ctx: Context) -> tuple[str, bytes, str] | None:
    ctx.budget.spend(len(literal) // 8)
    for how, raw in _readings(literal):
        kind = _kind(raw)
        if kind:
            ctx.budget.grow(len(raw), "file put together by a page")
            return kind, raw, how
        opened = _with_key(raw, keys) if len(raw) >= 64 else None
        if opened:
            ctx.budget.grow(len(opened[1]), "file put together by a page")
            return opened[0], opened[1], f"{how}, exclusive or with {opened[2]}"
    return None


def _readings(literal: str) -> Iterator[tuple[str, bytes]]:
    body = "".join(literal.split()) if len(literal) < LONGEST else literal
    if _HEX.fullmatch(body):
        yield "hexadecimal", bytes.fromhex(_digits(body))
        yield "hexadecimal, reversed", bytes.fromhex(_digits(body[::-1]))
        return
    if "%" in literal[:200]:
        yield "percent signs", unquote_to_bytes(literal)
    if not _BASE64.fullmatch(body):
        if not literal.isascii() and all(ord(letter) < 256 for letter in literal[:4_096]):
            yield "bytes as characters", literal.encode("latin-1", "replace")
        return
    forward = from_base64(body)
    if forward:
        yield "base64", forward
        yield "base64, reversed text", forward[::-1]
    backward = from_base64(body[::-1].lstrip("=") if body.startswith("=") else body[::-1])
    if backward:
        yield "reversed base64", backward


def _digits(body: str) -> str:
    for mark in ("\\x", "0x", "%", ","):
        body = body.replace(mark, "")
    return body[: len(body) & ~1]


_MAGICS: Final = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1", b"MZ\x90\0\x03\0\0\0", b"%PDF-1.", b"MSCF\0\0\0\0", b"\x4c\0\0\0\x01\x14\x02\0",
                  b"\xe4\x52\x5c\x7b\x8c\xd8")  # fmt: skip


def _with_key(raw: bytes, keys: list[str]) -> tuple[str, bytes, str] | None:
    """The file behind an exclusive or with one byte, or with one of the strings of the page."""
    for magic in _MAGICS:
        one = raw[0] ^ magic[0]
        if one and all(raw[at] ^ one == byte for at, byte in enumerate(magic)):
            content = raw.translate(_keyed(one))
            kind = _kind(content)
            if kind:
                return kind, content, f"{one:#04x}"
    for key in keys:
        pad = key.encode("utf-8", "replace")
        head = bytes(byte ^ pad[at % len(pad)] for at, byte in enumerate(raw[:8]))
        if head.startswith(tuple(magic[:6] for magic in _MAGICS)):
            whole = (pad * (len(raw) // len(pad) + 1))[: len(raw)]
            content = (int.from_bytes(raw) ^ int.from_bytes(whole)).to_bytes(len(raw))
            kind = _kind(content)
            if kind:
                return kind, content, f"{key!r}"
    return None


def _kind(raw: bytes) -> str:
    """The kind of what a page has no business to hold, "" for all else."""
    if len(raw) < 32:
        return ""
    kind = sniff(raw)[0]
    if kind == UNKNOWN_KIND or not kind.startswith(CARRIES):
        return ""
    if kind.startswith(TEXTUAL):  # text must say something, or any string of letters would be a file
        return decoded(raw)[0] if kind in ("text.html", "script.hta", "script.wsf", "script.vbs", "script.js") and b"<" in raw[:512] else ""
    return kind
