"""RTF as Outlook packs it ([MS-OXRTFCP]), and the HTML that may be inside ([MS-OXRTFEX])."""

from __future__ import annotations

import re
from typing import Final

from emoscan.parse.codepage import decode
from emoscan.parse.lazy import lazy

COMPRESSED, PLAIN = MAGICS = (b"LZFu", b"MELA")
_START: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    b"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the dictionary holds in the beginning, 2.1.3.1.1."""
_RING: Final = 4096
MOST_RATIO: Final = 9
"""A run of 8 references of 2 bytes and a control byte makes 136 bytes of 17."""


def compressed_size(packed: bytes) -> int:
    """At most so many bytes come out; what the header says of it may be a lie."""
    return len(packed) * MOST_RATIO


def decompress(packed: bytes) -> bytes:
    """The RTF; as much as there is where the data ends early. The checksum is not looked at: Outlook does not need it to be right."""
    if packed[8:12] == PLAIN:
        return packed[16:]
    ring = bytearray(_START + bytes(_RING - len(_START)))
    write = len(_START)
    out = bytearray()
    at, end = 16, len(packed)
    while at < end:
        control = packed[at]
        at += 1
        for bit in range(8):
            if at >= end:
                return bytes(out)
            if not control >> bit & 1:
                byte = packed[at]
                at += 1
                out.append(byte)
                ring[write] = byte
                write = (write + 1) % _RING
                continue
            if at + 2 > end:
                return bytes(out)
            reference = packed[at] << 8 | packed[at + 1]
            at += 2
            read = reference >> 4
            if read == write:
                return bytes(out)
            for _ in range((reference & 15) + 2):
                byte = ring[read]
                read = (read + 1) % _RING
                out.append(byte)
                ring[write] = byte
                write = (write + 1) % _RING
    return bytes(out)


# ------------------------------------------------------------------ the page inside

_TOKEN: Final = lazy(rb"([{}])|\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^a-z'])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL)
_BREAKS: Final = {b"par": "\r\n", b"line": "\r\n", b"tab": "\t", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d",
                  b"bullet": "\u2022", b"endash": "\u2013", b"emdash": "\u2014", b"ensp": "\u2002", b"emsp": "\u2003"}  # fmt: skip
_SKIPPED: Final = frozenset(
    (b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pntext", b"pict", b"object", b"listtable", b"listoverridetable", b"generator")
)
MAX_DEPTH: Final = 1_000


def html_of(rtf: bytes) -> str:
    """The page or text that is encapsulated in RTF, "" when there is none."""
    head = rtf[:2_000]
    if b"\\fromhtml" not in head and b"\\fromtext" not in head:
        return ""
    tags = b"\\fromhtml" in head
    pieces: list[str] = []
    raw = bytearray()
    code_page = 1252
    # (destination is skipped, RTF of no meaning to the page, inside \htmltag) of each open group
    stack: list[tuple[bool, bool, bool]] = []
    skipped = ignored = in_tag = starred = False
    unicode_skip = 1
    swallow = 0

    def flush() -> None:
        if raw:
            pieces.append(decode(bytes(raw), code_page))
            raw.clear()

    for match in _TOKEN.finditer(rtf):
        brace, word, argument, hexed, symbol, text = match.groups()
        if brace == b"{":
            if len(stack) >= MAX_DEPTH:
                break
            stack.append((skipped, ignored, in_tag))
            starred = False
        elif brace == b"}":
            if stack:
                skipped, ignored, in_tag = stack.pop()
        elif word is not None:
            if word == b"htmltag":
                in_tag, skipped = True, False
            elif word in (b"mhtmltag", b"htmlbase") or word in _SKIPPED or (starred and word != b"htmltag"):
                skipped = True
            elif word == b"htmlrtf":
                ignored = argument != b"0"
            elif word == b"ansicpg" and argument:
                code_page = int(argument) if 0 < int(argument) < 65_536 else code_page
            elif word == b"uc" and argument:
                unicode_skip = min(max(int(argument), 0), 8)
            elif skipped or (ignored and not in_tag):
                pass
            elif word == b"u" and argument:
                flush()
                pieces.append(chr(int(argument) & 0xFFFF))
                swallow = unicode_skip
            elif word in _BREAKS:
                flush()
                pieces.append(_BREAKS[word])
            starred = False
        elif symbol == b"*":
            starred = True
        elif skipped or (ignored and not in_tag):
            continue
        elif hexed is not None:
            if swallow:
                swallow -= 1
            else:
                raw.append(int(hexed, 16))
        elif symbol is not None:
            flush()
            pieces.append({b"~": "\u00a0", b"_": "\u2011", b"-": "\u00ad"}.get(symbol, symbol.decode("latin-1")))
        elif text is not None:
            raw += text[swallow:]
            swallow = 0
    flush()
    page = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if tags:
        return page
    from html import escape

    return f"<pre>{escape(page)}</pre>"
