"""The simplified source of a script: one statement a line, comments dropped, texts as the script would put them together.

Pieces that are built of constants alone (`"W" + "Script"`, `String.fromCharCode(65)`, calls of the script's own functions
with constants) are replaced by their value, which is asked of the engine that ran the script. Names stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from emoscan.evaluate.jscript.dialect import Token, tokens
from emoscan.evaluate.jscript.engine import loads

Fold = Callable[[str], str | None]
"""The value of an expression as a literal; None when it is no text or number, or when the world is asked for it."""

LARGEST: Final = 1 << 17
"""Characters of a script beyond which it stays as it is."""
MOST_FOLDED: Final = 3_000
LONGEST_CHAIN: Final = 20_000
"""Tokens of one expression."""
MOST_WORK: Final = 400_000
"""Tokens that are looked at in search of the ends of expressions."""
MAX_TEXT: Final = 1 << 20
LEAST_LINES: Final = 3

CALLED: Final = frozenset("unescape escape decodeURIComponent decodeURI parseInt parseFloat Number String atob".split())
KEYWORDS: Final = frozenset(
    "if while for switch catch with function return typeof in of delete void throw new else do instanceof case var let const try eval".split()
)
_INSIDE: Final = frozenset(", + - * / % ^ & | ~ ! [ ] ( ) . < > ? :".split())
_METHODS: Final = frozenset(
    "split reverse join replace charAt charCodeAt substr substring slice toLowerCase toUpperCase concat fromCharCode toString trim length".split()
)
_GOES_ON: Final = frozenset("+.[")
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")


class Simplified:
    """A piece of a script with what is built of constants alone put together; nothing of one that is too large."""

    def __init__(self, source: str, fold: Fold) -> None:
        self._source = source
        self._parts = _Parts(source if len(source) <= LARGEST else "")
        self._folded = self._parts.folded(fold)

    def text(self) -> str:
        """One statement a line; "" for what is of a few lines."""
        text = _written(self._folded)
        return text if text.count("\n") >= LEAST_LINES else ""

    def known(self) -> int:
        """How many texts the script has from functions of its own that it calls with constants."""
        return sum(self._parts.kind(at) == "name" and self._parts.text(at) not in CALLED for at, _, _ in self._parts.texts)

    def in_place(self) -> str:
        """The source as it is, with texts in the place of what they are built by: the script does the same, sooner."""
        pieces, done = [], 0
        for at, end, text in self._parts.texts:
            pieces += [self._source[done : self._parts.starts[at]], text]
            done = self._parts.starts[end - 1] + len(self._parts.text(end - 1))
        return "".join((*pieces, self._source[done:]))


def _ends_value(text: str) -> bool:
    """Whether a bracket after this token is that of a member, and not of a list."""
    return bool(text) and text not in KEYWORDS and (text[-1].isalnum() or text[-1] in "_$)]\"'")


class _Parts:
    """The tokens without blanks and comments; `breaks` are those before which a line ended."""

    def __init__(self, source: str) -> None:
        self.parts: list[Token] = []
        self.starts: list[int] = []
        self.breaks: set[int] = set()
        self.texts: list[tuple[int, int, str]] = []
        """What was put together to a text: its first part, the one behind it, and the text as a literal."""
        place = 0
        for kind, text in tokens(source):
            if kind in ("space", "comment"):
                if "\n" in text or "\r" in text:
                    self.breaks.add(len(self.parts))
            else:
                self.parts.append((kind, text))
                self.starts.append(place)
            place += len(text)
        self.asked = self.work = 0

    def text(self, at: int) -> str:
        return self.parts[at][1] if 0 <= at < len(self.parts) else ""

    def kind(self, at: int) -> str:
        return self.parts[at][0] if 0 <= at < len(self.parts) else ""

    def folded(self, fold: Fold) -> list[tuple[str, str, bool]]:
        """(kind, text, whether a new line begins) of each token, constants put together."""
        out: list[tuple[str, str, bool]] = []
        at = 0
        while at < len(self.parts):
            end = self.expression(at) if self.may_begin(at) else at
            value = None
            if end > at and self.asked < MOST_FOLDED and (end > at + 1 or "\\" in self.text(at)):
                self.asked += 1
                value = fold(" ".join(text for _, text in self.parts[at:end]))
            line = at in self.breaks
            if value is not None:
                out.append(("string", value, line))
                if value.startswith('"'):
                    self.texts.append((at, end, value))
                at = end
            else:
                out.append((*self.parts[at], line))
                at += 1
            if out[-1][1] == "]":
                self.member(out)
        return out

    @staticmethod
    def member(out: list[tuple[str, str, bool]]) -> None:
        """`a["b"]` as `a.b`."""
        if len(out) >= 4 and out[-2][0] == "string" and out[-3][1] == "[":
            name = out[-2][1][1:-1]
            if _ends_value(out[-4][1]) and out[-4][0] != "string" and _NAME.fullmatch(name):
                out[-3:] = [("other", ".", False), ("name", name, False)]

    # ------------------------------------------------------------ what is built of constants alone

    def may_begin(self, at: int) -> bool:
        """A quick no, for most parts: nothing of constants that is worth asking for begins here."""
        kind, text = self.parts[at]
        if kind == "other":
            return text == "["
        after = self.text(at + 1)
        if kind == "name":
            return (after == "(" and text not in KEYWORDS) or (after == "." and text == "String")
        return kind == "string" and (after in _GOES_ON or "\\" in text)

    def expression(self, at: int) -> int:
        """Where an expression of constants that begins here ends; `at` for none."""
        if self.text(at - 1) in (".", "function", "new", "-", "*", "/", "%"):
            return at
        end = self.chain(at)
        while end > at and self.text(end) == "+" and self.text(end + 1) != "+":
            more = self.chain(end + 1)
            if more == end + 1 or self.text(more) in ("*", "/", "%", ".", "["):
                break
            end = more
        return (
            end if self.text(end) not in (".", "[", "(", "=", "++", "--") or (self.text(end) == "=" and self.text(end + 1) == "=") else at
        )

    def chain(self, at: int) -> int:
        """A constant with what is called on it, or a call with constants."""
        kind, text = self.kind(at), self.text(at)
        if kind == "string" or (kind == "name" and text == "String" and self.text(at + 1) == "."):
            end = at + 1
        elif kind == "name" and text not in KEYWORDS and self.text(at + 1) == "(":
            end = self.closed(at + 1)
            if end == at + 1:
                return at
        elif text == "[" and not _ends_value(self.text(at - 1)):
            end = self.closed(at)
            if self.text(end) != "." or self.text(end + 1) not in _METHODS:
                return at
        else:
            return at
        while True:
            if self.text(end) == "." and self.text(end + 1) in _METHODS:
                after = end + 2
                if self.text(after) == "(":
                    closed = self.closed(after)
                    if closed == after:
                        break
                    after = closed
                end = after
            elif self.text(end) == "[" and self.closed(end) > end:
                end = self.closed(end)
            else:
                break
        return end if end > at + 1 or kind == "string" else at

    def closed(self, at: int) -> int:
        """Behind the bracket that closes this one, when nothing but constants stands between; `at` otherwise."""
        depth = 0
        for place in range(at, min(at + min(LONGEST_CHAIN, MOST_WORK - self.work), len(self.parts))):
            self.work += 1
            kind, text = self.parts[place]
            if kind == "other":
                if text not in _INSIDE:
                    return at
                depth += (text in "([") - (text in ")]")
                if not depth:
                    return place + 1
            elif kind == "name" and text not in CALLED and text not in _METHODS:
                return at
        return at


# ---------------------------------------------------------------- lines

_NO_BLANK_BEFORE: Final = frozenset(", ; ) ] . (".split())
_NO_BLANK_AFTER: Final = frozenset("( [ . ! ~".split())
_OPERATORS: Final = "=+-*/%<>&|^?:!"


def _written(parts: list[tuple[str, str, bool]]) -> str:
    lines: list[str] = []
    line: list[str] = []
    indent = depth = size = 0
    open_: list[int] = []

    def flush() -> None:
        nonlocal size
        text = "".join(line).strip()
        line.clear()
        if text and size < MAX_TEXT:
            shift = indent - (text[0] == "}")
            lines.append("  " * max(0, min(shift, 40)) + text)
            size += len(lines[-1]) + 1

    before, before_kind = "", ""
    for kind, text, new in parts:
        if new and not depth:
            flush()
        if text == "}" and kind == "other":
            flush()
            indent = max(0, indent - 1)
            depth = open_.pop() if open_ else 0
            lines.append("  " * min(indent, 40) + "}")
        else:
            if line and _blank(before, before_kind, kind, text):
                line.append(" ")
            line.append(text)
        if kind == "other":
            if text == "{":
                flush()
                open_.append(depth)
                depth, indent = 0, indent + 1
            elif text in "([":
                depth += 1
            elif text in ")]":
                depth = max(0, depth - 1)
            elif text == ";" and not depth:
                flush()
        before, before_kind = text, kind
    flush()
    return "\n".join(lines) + "\n"


def _blank(before: str, before_kind: str, kind: str, text: str) -> bool:
    if before_kind in ("name", "number") and kind in ("name", "number", "string"):
        return True
    if text in _OPERATORS and kind == "other":
        return not (before in _OPERATORS and before_kind == "other")
    if before in _OPERATORS and before_kind == "other":
        return before not in _NO_BLANK_AFTER
    if before in (",", ";", ")") and kind != "other":
        return True
    return before in ("string", "return") or (before_kind == "name" and before in KEYWORDS and text not in _NO_BLANK_BEFORE)


def literal(value: object) -> str | None:
    """A value of the engine as it would stand in a script: texts and numbers."""
    return (
        value if isinstance(value, str) and value[:1] in '"-0123456789tf' and len(value) <= MAX_TEXT and loads(value) is not None else None
    )
