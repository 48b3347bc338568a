"""Instructions of fields in WordprocessingML, old (Word 2003 XML) and new (ECMA-376 part 1, 17.16), put together over runs."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

MOST: Final = 5_000
DEEPEST: Final = 64

_TOKEN: Final = re.compile(
    r"<(?:\w{1,20}:)?(?:"
    r"fldChar\b[^<>]{0,400}?fldCharType\s{0,9}=\s{0,9}[\"'](begin|separate|end)[\"']"
    r"|(instrText|delInstrText)\b[^<>]{0,400}>([^<]*+)"
    r"|fldSimple\b[^<>]{0,400}?\binstr\s{0,9}=\s{0,9}(?:\"([^\"<]*+)\"|'([^'<]*+)')"
    r"|hlink\b[^<>]{0,400}?\bdest\s{0,9}=\s{0,9}\"([^\"<]*+)\")"
)


def fields_in(markup: str) -> list[str]:
    """The instructions in order, those of nested fields spelled out where they stand. Fields that stay open count as well."""
    found: list[str] = []
    open_: list[list[str]] = []
    for match in _TOKEN.finditer(markup):
        if len(found) >= MOST:
            break
        mark, word, text, quoted, single, target = match.groups()
        if mark == "begin":
            if len(open_) < DEEPEST:
                open_.append([])
        elif mark == "end":
            if open_:
                _close(open_, found)
        elif word is not None:
            if open_:
                open_[-1].append(unescape(text))
            else:
                found.append(unescape(text))
        elif target is not None:
            found.append(f'HYPERLINK "{unescape(target)}"')
        elif mark is None:
            found.append(unescape(quoted if quoted is not None else single or ""))
    while open_:
        _close(open_, found)
    return [text for text in found if text.strip()]


def _close(open_: list[list[str]], found: list[str]) -> None:
    text = "".join(open_.pop())
    if open_:
        open_[-1].append(text)
    elif text:
        found.append(text)
