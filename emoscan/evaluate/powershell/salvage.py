"""What can still be read of a statement that makes no sense as a whole: its bracketed parts and the pieces between separators."""

from __future__ import annotations

import re
from typing import Final

from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.parser import Parser

MOST: Final = 12
LONGEST: Final = 1 << 16
_TELLING: Final = re.compile(r"https?://|download|invoke|iex|start-process|frombase64|webclient|createobject|new-object", re.IGNORECASE)


def pieces(text: str) -> list[str]:
    """Parts of the text that are sound by themselves and worth a look, in their order."""
    if len(text) > LONGEST or not _TELLING.search(text):
        return []
    found: list[str] = []
    for start in [match.start() for match in re.finditer(r"[({]", text)][:64]:
        end = closing(text, start)
        inner = text[start + 1 : end].strip()
        if end < 0 or len(inner) < 8 or not _TELLING.search(inner) or any(inner in other for other in found):
            continue
        if sound(inner):
            found.append(inner)
            if len(found) == MOST:
                break
    return found


def closing(text: str, start: int) -> int:
    """Where the bracket at `start` closes; -1 when it does not."""
    pairs = {"(": ")", "{": "}"}
    open_: list[str] = []
    parser = Parser(text)
    pos = start
    while pos < len(text):
        c = text[pos]
        if c in pairs:
            open_.append(pairs[c])
        elif c in ")}":
            if open_ and open_[-1] == c:
                open_.pop()
                if not open_:
                    return pos
        elif c in "'\"":
            end = parser.end_of_quotes(pos)
            if end < 0:
                return -1
            pos = end
            continue
        pos += 1
    return -1


def sound(text: str) -> bool:
    parser = Parser(text)
    tree = parser.script()
    return not parser.errors and bool(tree.end) and any(type(node) is not s.Const for node in tree.end or [])
