"""Strings and comments of script languages: where they are, and adjacent literals put together.

No parser, a tokeniser: what follows an unterminated quote counts as string to the end, so every pass over a text is linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from emoscan.parse.lazy import lazy

TokenType = Literal["string", "comment"]

_SINGLE: Final = "'\u2018\u2019\u201a\u201b"
_DOUBLE: Final = '"\u201c\u201d\u201e'
"""Quotes PowerShell takes for one another (about_Quoting_Rules)."""

_PATTERNS: Final[dict[str, tuple[tuple[TokenType, str], ...]]] = {
    "vba": (
        ("string", r'"(?:[^"\r\n]|"")*+(?:"|(?=[\r\n])|\Z)'),
        ("comment", r"'[^\r\n]*+"),
        ("comment", r"(?<![^\r\n:])[ \t]*+rem\b[^\r\n]*+"),
    ),
    "powershell": (
        ("string", r"@'[ \t]*+\r?\n(?:[^\n]|\n(?!'@))*+(?:\n'@|\Z)"),
        ("string", r'@"[ \t]*+\r?\n(?:[^\n]|\n(?!"@))*+(?:\n"@|\Z)'),
        ("comment", r"<#(?:[^#]|#(?!>))*+(?:#>|\Z)"),
        ("comment", r"(?<![\w$`\]])#[^\r\n]*+"),
        ("string", rf"[{_SINGLE}](?:[^{_SINGLE}]|[{_SINGLE}]{{2}})*+(?:[{_SINGLE}]|\Z)"),
        ("string", rf"[{_DOUBLE}](?:[^`{_DOUBLE}]|`[\s\S]|[{_DOUBLE}]{{2}})*+(?:[{_DOUBLE}]|\Z)"),
    ),
    "js": (
        ("comment", r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"),
        ("comment", r"//[^\r\n]*+"),
        ("string", r'"(?:[^"\\\r\n]|\\[\s\S])*+(?:"|(?=[\r\n])|\Z)'),
        ("string", r"'(?:[^'\\\r\n]|\\[\s\S])*+(?:'|(?=[\r\n])|\Z)"),
        ("string", r"`(?:[^`\\]|\\[\s\S])*+(?:`|\Z)"),
    ),
    "cmd": (("comment", r"^[ \t]*+@?(?:rem\b|::)[^\r\n]*+"),),
}

_BEGINS: Final = {"vba": "[\"'\\trR]", "powershell": f"[@<#{_SINGLE}{_DOUBLE}]", "js": "[\"'`/]", "cmd": "[@ \\trR:]"}
"""The characters a token begins with: one cheap test before the patterns."""

LANGUAGES: Final = {
    "script.vba": "vba",
    "script.vbs": "vba",
    "script.powershell": "powershell",
    "script.js": "js",
    "script.hta": "js",
    "script.wsf": "js",
    "script.cmd": "cmd",
}
"""The language of a kind of artifact, as the functions here know it."""


class Token(Struct, frozen=True, array_like=True, gc=False):
    type: TokenType
    start: int
    end: int


@lru_cache(maxsize=8)
def _pattern(language: str) -> tuple[re.Pattern[str], tuple[TokenType, ...]]:
    kinds = _PATTERNS[language]
    body = "|".join(f"({pattern})" for _, pattern in kinds)
    return re.compile(f"(?={_BEGINS[language]})(?:{body})", re.MULTILINE | re.IGNORECASE), tuple(kind for kind, _ in kinds)


REMEMBERED: Final = 1 << 20
"""Characters of the longest text whose reading is remembered: several steps ask for that of one artifact, one after the other."""


def tokens(text: str, language: str) -> Sequence[Token]:
    """The strings (quotes included) and comments of a script, in order. Raises KeyError for a language without patterns."""
    return _last_tokens(text, language) if len(text) <= REMEMBERED else _tokens(text, language)


def _tokens(text: str, language: str) -> Sequence[Token]:
    pattern, kinds = _pattern(language)
    return [Token(kinds[(m.lastindex or 1) - 1], m.start(), m.end()) for m in pattern.finditer(text)]


_last_tokens = lru_cache(maxsize=4)(_tokens)


def value_of(literal: str, language: str) -> str:
    """What a string literal, quotes included, stands for."""
    if literal.startswith("@") and len(literal) > 1:
        body = literal[2:].partition("\n")[2]
        return body.removesuffix(literal[1] + "@").removesuffix("\n").removesuffix("\r")
    quote = literal[:1]
    body = literal[1:-1] if len(literal) > 1 and literal[-1] in _PAIRS.get(quote, quote) else literal[1:]
    if language == "js":
        return _ESCAPE.sub(_unescape_js, body) if "\\" in body else body
    if language == "powershell" and quote in _DOUBLE and "`" in body:
        body = _TICK.sub(lambda m: _TICKS.get(m[1], m[1]), body)
    if language == "powershell":
        for one in _PAIRS.get(quote, quote):
            body = body.replace(one * 2, one) if one * 2 in body else body
        return body
    return body.replace(quote * 2, quote)


_PAIRS: Final = {**dict.fromkeys(_SINGLE, _SINGLE), **dict.fromkeys(_DOUBLE, _DOUBLE)}
_TICK: Final = lazy(r"`([\s\S])")
_TICKS: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_ESCAPE: Final = lazy(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3]?[0-7]{1,2})|([\s\S]))")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r": ""}


def _unescape_js(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        return chr(int(match[1] or match[2], 16))
    return chr(int(match[3], 8)) if match[3] else _ESCAPES.get(match[4], match[4])


def quoted(value: str, language: str, quote: str = '"') -> str:
    """A literal that stands for `value`."""
    if language == "js":
        escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n").replace("\r", "\\r")
        return quote + escaped + quote
    return quote + value.replace(quote, quote * 2) + quote


_JOINS: Final = {
    "vba": lazy(r"(?:[ \t]*+(?:_[ \t]*+\r?\n)?[ \t]*+)[&+](?:[ \t]*+(?:_[ \t]*+\r?\n)?[ \t]*+)\Z"),
    "powershell": lazy(r"\s{0,64}\+\s{0,64}\Z"),
    "js": lazy(r"\s{0,64}\+\s{0,64}\Z"),
}
LONGEST_JOIN: Final = 132
_MAY_JOIN: Final = {
    "vba": lazy(r'(?:\+|&)[ \t]*+(?:_[ \t]*+\r?\n[ \t]*+)?"'),
    "powershell": lazy(rf"\+\s{{0,64}}[{_SINGLE}{_DOUBLE}]"),
    "js": lazy(r"""\+\s{0,64}["'`]"""),
}
"""The sign between two literals, and the second one's quote."""


def _may_join(text: str, language: str) -> bool:
    """Whether literals are joined: the sign is looked for first, because quotes stand everywhere."""
    for sign in _MAY_JOIN[language].finditer(text):
        before = text[max(0, sign.start() - LONGEST_JOIN) : sign.start()].rstrip()
        if (before.removesuffix("_").rstrip() if language == "vba" else before)[-1:] in _QUOTES[language]:
            return True
    return False


_QUOTES: Final = {"vba": ('"',), "powershell": tuple(_SINGLE + _DOUBLE), "js": ('"', "'", "`")}

_CHARACTERS: Final = {
    "vba": lazy(r"[cC](?<![\w.].)(?i:hr[wb]?\$?[ ]?\([ ]?((?:&h[0-9a-f]{1,4}|&o[0-7]{1,6}|\d{1,5})&?)[ ]?\))"),
    "powershell": lazy(r"\[[ ]{0,4}char[ ]{0,4}\][ ]{0,4}(0x[0-9a-f]{1,4}|\d{1,5})(?![\w.])", re.IGNORECASE),
    "js": lazy(
        r"[sS](?<![\w.].)(?i:tring\.fromcharcode[ ]?\([ ]?((?:0x[0-9a-f]{1,4}|\d{1,5})(?:[ ]?,[ ]?(?:0x[0-9a-f]{1,4}|\d{1,5})){0,400})[ ]?\))"
    ),
}


_CHARACTER_WORDS: Final = {"vba": "chr", "powershell": "char", "js": "fromcharcode"}
"""A word that is in each of them: most scripts do without."""


def fold(text: str, language: str) -> str:
    """The script with constants for characters written as literals, and literals that are concatenated made one.

    Nothing else is touched: what comes out means what went in.
    """
    return _last_folded(text, language) if len(text) <= REMEMBERED else _folded(text, language)


def _folded(text: str, language: str) -> str:
    characters, join = _CHARACTERS.get(language), _JOINS.get(language)
    if characters is None or join is None:
        return text
    if _CHARACTER_WORDS[language] in text.lower():
        text = characters.sub(lambda m: _character(m[1], language), text)
    if not _may_join(text, language):
        return text
    strings = [token for token in tokens(text, language) if token.type == "string"]
    pieces: list[str] = []
    at = 0  # everything before it is in `pieces`
    number = 0
    while number < len(strings):
        first = number
        while (
            number + 1 < len(strings)
            and strings[number + 1].start - strings[number].end <= LONGEST_JOIN
            and join.match(text[strings[number].end : strings[number + 1].start])
        ):
            number += 1
        if number > first:
            value = "".join(value_of(text[s.start : s.end], language) for s in strings[first : number + 1])
            quote = text[strings[first].start]
            pieces += (text[at : strings[first].start], quoted(value, language, "'" if quote in _SINGLE else '"'))
            at = strings[number].end
        number += 1
    pieces.append(text[at:])
    return "".join(pieces)


_last_folded = lru_cache(maxsize=4)(_folded)


def _character(written: str, language: str) -> str:
    codes = [number_of(part.strip()) for part in written.split(",")]
    if not all(0 < code < 0x10000 for code in codes):
        return written
    value = "".join(map(chr, codes))
    if language == "vba" and ("\n" in value or "\r" in value):
        return "vbCrLf" if value == "\r\n" else "vbLf"
    return quoted(value, language, "'" if language == "powershell" else '"')


def number_of(written: str) -> int:
    """A whole number as VBA, PowerShell or JavaScript write it; -1 when it is none."""
    text = written.strip().rstrip("&%").lower()
    for prefix, base in (("&h", 16), ("0x", 16), ("&o", 8), ("0b", 2)):
        if text.startswith(prefix):
            text, radix = text[2:], base
            break
    else:
        radix = 10
    try:
        return int(text, radix)
    except ValueError:
        return -1
