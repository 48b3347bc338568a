"""What JScript allows and ECMAScript does not, rewritten: conditional compilation, `function a.b() {}`, and `eval`.

The text is read as tokens (strings, comments and regular expressions are told from the rest) and put together again; what
is not rewritten stays as it is, so that a script is never damaged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

Answer = Callable[[str], bool]
"""The truth of an expression of constants."""

_TOKEN: Final = lazy(
    r"""
    (?P<string>"(?:[^"\\\r\n]|\\(?:\r\n|[\s\S]))*+"|'(?:[^'\\\r\n]|\\(?:\r\n|[\s\S]))*+'|`(?:[^`\\]|\\[\s\S])*+`)
  | (?P<comment>//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)
  | (?P<name>(?:[^\W\d]|\$)(?:\w|\$)*+)
  | (?P<number>(?:0[xX][0-9a-fA-F]+|\d[\d.]*+(?:[eE][+-]?\d+)?|\.\d+))
  | (?P<space>\s++)
  | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)
_REGEX: Final = lazy(r"/(?![*/])(?:[^/\\\[\r\n]|\\[^\r\n]|\[(?:[^\]\\\r\n]|\\[^\r\n])*+\])++/[a-z]*+")

_BEFORE_REGEX: Final = frozenset("return typeof case in of delete void throw new else do instanceof".split())
"""Words after which a slash begins a regular expression."""

_NEEDED: Final = lazy(r"e(?<!\we)val\b|@(?:cc_on|if|set)\b|f(?<!\wf)unction\s+[\w$]+\s*(?:\.|::)|\)\s*=(?![=>])")
"""Every way it can begin is a character: so the search runs for these."""

CONSTANTS: Final = {
    "_win32": "true",
    "_win16": "false",
    "_win64": "false",
    "_x86": "true",
    "_amd64": "false",
    "_jscript": "true",
    "_jscript_build": "16384",
    "_jscript_version": "5.8",
}
"""Variables of conditional compilation ("@_jscript"); any other is NaN."""

MOST_SETS: Final = 100

_DELAY: Final = lazy(
    r"(for\s{0,9}\([^;(){}]{0,80};\s{0,9}([\w$]{1,60})\s{0,9}(<=?)\s{0,9}(\d{4,12})\s{0,9};\s{0,9})(?:\2\s{0,9}\+\+|\+\+\s{0,9}\2)"
    r"(\s{0,9}\)\s{0,9}(?:;|\{\s{0,9}\}|\{\s{0,9}(if\s{0,9}\([^(){};]{1,80}\)\s{0,9}return\b[^(){};]{0,80});?\s{0,9}\}))"
)
"""A loop that only counts, or asks the same question in each round: it takes time, and once round is enough."""

Token = tuple[str, str]
"""Kind and text."""


def rewrite(source: str, answer: Answer) -> str:
    """The script as ECMAScript. `answer` decides the conditions of conditional compilation."""
    if _DELAY.search(source) is not None:
        source = "".join(_without_delays(source))
    if _NEEDED.search(source) is None:
        return source
    if "@" in source:
        source = conditional(source, answer)
    return "".join(_rewritten(source))


def tokens(source: str) -> Iterator[Token]:
    at, size = 0, len(source)
    before = ""
    match_token, match_regex = _TOKEN.match, _REGEX.match
    while at < size:
        found = match_token(source, at)
        assert found is not None  # the last alternative takes anything
        kind, text = found.lastgroup or "other", found[0]
        if text == "/" and _regex_may_begin(before):
            regex = match_regex(source, at)
            if regex is not None:
                kind, text = "regex", regex[0]
        yield kind, text
        at += len(text)
        if kind not in ("space", "comment"):
            before = text


def _regex_may_begin(before: str) -> bool:
    if not before or before in _BEFORE_REGEX:
        return True
    last = before[-1]
    return not (last.isalnum() or last in "_$)]}\"'`/." or ord(last) > 127)


def _without_delays(source: str) -> Iterator[str]:
    """The text with loops that only pass the time going round once."""
    code: list[str] = []
    for kind, text in (*tokens(source), ("string", "")):
        if kind in ("string", "regex", "comment"):
            yield _DELAY.sub(_once, "".join(code))
            yield text
            code = []
        else:
            code.append(text)


def _once(loop: re.Match[str]) -> str:
    head, counter, comparison, end, rest, question = loop.groups()
    if question and re.search(rf"(?<![\w$.]){re.escape(counter)}(?![\w$])|[^=!<>]=[^=]|\+\+|--", question):
        return loop[0]
    return f"{head}{counter}={int(end) + (comparison == '<=')}{rest}"


# ---------------------------------------------------------------- conditional compilation


def conditional(source: str, answer: Answer) -> str:
    """The text with its conditional compilation done, as `@cc_on` switches it on."""
    return "".join(_Conditional(_opened(source), answer).run())


_OPEN: Final = lazy(r"(?:/\*|//)@(?:cc_on|if|elif|else|end|set)\b|(?:/\*|//)@_?\w")


def _opened(source: str) -> str:
    """Comments of conditional compilation made code."""
    pieces = []
    on = False
    for kind, text in tokens(source):
        if kind == "comment" and _OPEN.match(text) is not None and (on or "@cc_on" in text or text[3:6] in ("if ", "if(", "set")):
            on = True
            body = text[2:-2] if text.startswith("/*") else text[2:] + "\n"
            pieces.append(" " + body.rstrip("@") + " ")
        else:
            pieces.append(text)
    return "".join(pieces)


class _Conditional:
    def __init__(self, source: str, answer: Answer) -> None:
        self.tokens = list(tokens(source))
        self.at = 0
        self.answer = answer
        self.values = dict(CONSTANTS)
        self.sets = 0
        self.open: list[list[bool]] = []
        """Of each @if: whether its branch is taken, and whether one was."""

    def run(self) -> Iterator[str]:
        while self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            self.at += 1
            if text == "@" and kind == "other":
                yield from self.directive()
            elif all(taken for taken, _ in self.open):
                yield text

    def directive(self) -> Iterator[str]:
        name = self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == "name" else ""
        self.at += bool(name)
        taken = all(taken for taken, _ in self.open)
        match name:
            case "cc_on" | "":
                yield " " if taken else ""
            case "if":
                truth = taken and self.condition()
                self.open.append([truth, truth])
            case "elif" if self.open:
                truth = not self.open[-1][1] and self.condition()
                self.open[-1] = [truth, truth or self.open[-1][1]]
            case "else" if self.open:
                self.open[-1] = [not self.open[-1][1], True]
            case "end" if self.open:
                self.open.pop()
            case "set":
                self.set(taken=taken)
            case _:
                yield self.values.get(name, "NaN") if taken else ""

    def condition(self) -> bool:
        """The expression in parentheses after @if, with its variables put in."""
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "space":
            self.at += 1
        depth, pieces = 0, []
        while self.at < len(self.tokens):
            text = self.tokens[self.at][1]
            self.at += 1
            depth += (text == "(") - (text == ")")
            pieces.append(text)
            if depth <= 0:
                break
        return self.answer(self.filled("".join(pieces)))

    def filled(self, expression: str) -> str:
        return re.sub(r"@(\w+)", lambda found: self.values.get(found[1], "NaN"), expression)

    def set(self, *, taken: bool) -> None:
        """`@set @name = expression`, to the end of the line."""
        pieces = []
        while self.at < len(self.tokens) and "\n" not in self.tokens[self.at][1] and self.tokens[self.at][1] != ";":
            pieces.append(self.tokens[self.at][1])
            self.at += 1
        name, _, value = "".join(pieces).partition("=")
        self.sets += 1
        if taken and self.sets <= MOST_SETS and len(value) < 1_000:
            self.values[name.strip().lstrip("@")] = f"({self.filled(value).strip() or 'NaN'})"


# ---------------------------------------------------------------- the rest


class _Paren(Struct):
    """An open parenthesis: where it stands in the output, and what belongs to it."""

    at: int
    layer: bool = False
    """It is that of `eval(`."""
    call: bool = False
    """It holds the arguments of a call."""


def _rewritten(source: str) -> list[str]:
    """What `eval` is given goes through `$layer`, and `eval` as a value is `$eval`; `function a.b(` is an assignment, and so is
    `f(x) = y`, to a member whose name holds the arguments.
    """
    parts = [*tokens(source)]
    meant = [at for at, (kind, _) in enumerate(parts) if kind not in ("space", "comment")]
    place = {at: number for number, at in enumerate(meant)}
    out: list[str] = []
    open_: list[_Paren] = []

    def near(at: int, by: int) -> str:
        number = place[at] + by
        return parts[meant[number]][1] if 0 <= number < len(meant) else ""

    skip = -1
    depth = 0
    ends: list[int] = []
    """How deep the bodies of functions lie that were made assignments."""
    for at, (kind, text) in enumerate(parts):
        if at <= skip:
            continue
        if kind == "other" and text in "{}":
            depth += text == "{"
            out.append(text)
            if text == "}":
                if ends and ends[-1] == depth:
                    ends.pop()
                    out.append(";")
                depth -= 1
        elif text == "(" and kind == "other":
            before, second = near(at, -1), near(at, -2)
            layer = before == "eval" and second not in (".", "function")
            open_.append(_Paren(len(out), layer, _ends_value(before) and second != "function"))
            out.append("($layer(" if layer else text)
        elif text == ")" and kind == "other":
            paren = open_.pop() if open_ else _Paren(0)
            if paren.call and not paren.layer and _assigns(parts, at):
                out[paren.at] = "[$index("
                text = ")]"
            out.append("))" if paren.layer else text)
        elif kind == "name" and text == "eval" and near(at, 1) != "(" and _is_value(near(at, -1), near(at, 1)):
            out.append("$eval")
        elif kind == "name" and text == "function" and near(at, 2) in (".", ":") and near(at, 1).replace("$", "_").isidentifier():
            target, skip = _dotted(parts, meant, place[at])
            out.append(f"{target} = function")
            ends.append(depth + 1)
        else:
            out.append(text)
    return out


def _assigns(parts: list[Token], at: int) -> bool:
    """Whether a plain `=` follows: not `==`, not `=>`."""
    at += 1
    while at < len(parts) and parts[at][0] in ("space", "comment"):
        at += 1
    return at + 1 < len(parts) and parts[at][1] == "=" and parts[at + 1][1] not in ("=", ">")


_NO_CALL: Final = frozenset(
    "if while for switch catch with function return typeof in of delete void throw new else do instanceof case".split()
)


def _ends_value(text: str) -> bool:
    """Whether a parenthesis after this token holds arguments."""
    return bool(text) and text not in _NO_CALL and (text[-1].isalnum() or text[-1] in "_$)]")


def _is_value(before: str, after: str) -> bool:
    return before not in (".", "function", "var") and after not in (":", "=")


def _dotted(parts: list[Token], meant: list[int], number: int) -> tuple[str, int]:
    """The target of `function a.b.c(` or `function a::event(`, and where it ends."""
    target = ""
    number += 1
    while number < len(meant) and parts[meant[number]][1] != "(":
        target += parts[meant[number]][1]
        number += 1
        if len(target) > 500:
            break
    return target.replace("::", "."), meant[number - 1]
