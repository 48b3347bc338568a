"""PowerShell source to its syntax tree. Never fails: a statement nobody can read becomes a `Bad` node.

Works on the text itself, because what a character means depends on where it stands: in an expression or among the
words of a command. Patterns are linear on any text. Source: the Windows PowerShell Language Specification 5.1, and what
the language takes beyond it (curly quotes, long dashes, back-ticks in words).

Where real scripts are broken (cut off, joined to one line, all lower case) the parser goes on: a missing bracket is
taken as given at the end of the text, a statement that makes no sense is left out up to the next separator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from emoscan.evaluate.powershell import syntax as s
from emoscan.parse.lazy import lazy

DEEPEST: Final = 120
"""Brackets within brackets that are still read."""

DASH: Final = "-\u2013\u2014\u2015"
SINGLE: Final = "'\u2018\u2019\u201a\u201b\x18\x19"
DOUBLE: Final = '"\u201c\u201d\u201e\x1c\x1d'
"""Curly quotes too, also where the high byte of their code was lost on the way (a command line read as Latin-1)."""
QUOTES: Final = SINGLE + DOUBLE

_BLANK: Final = " \t\f\v\xa0\x85\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_SPACE: Final = lazy(rf"(?:[{_BLANK}]++|`\r?\n|`\r|#[^\r\n\0]*+)*+")
_LINES: Final = lazy(rf"(?:[{_BLANK}\r\n]++|`\r?\n|#[^\r\n\0]*+)*+")
_ENDS: Final = lazy(rf"(?:[{_BLANK}\r\n;]++|`\r?\n|#[^\r\n\0]*+)*+")
_GAP: Final = frozenset(" \t\f\v\xa0\x85\u1680\u180e\u2028\u2029\u202f\u205f\u3000\ufeff`#<" + "".join(map(chr, range(0x2000, 0x200C))))
"""Characters that may begin what lies between tokens of a line."""

_OPERATOR: Final = lazy(
    rf"[{DASH}](?P<word>[ic]?(?:eq|ne|ge|gt|lt|le|like|notlike|match|notmatch|replace|contains|notcontains|in|notin|split)"
    r"|join|isnot|is|as|band|bor|bxor|and|or|xor|shl|shr|f)(?![A-Za-z_`])"
    rf"|(?P<sign>\.\.|[+*/%](?![=])|[{DASH}](?![={DASH}]|[A-Za-z]{{3}})|\?\?(?!=))",
    re.IGNORECASE,
)
_RANKS: Final[dict[str, int]] = (
    {"??": 0}
    | dict.fromkeys(("and", "or", "xor"), 1)
    | dict.fromkeys(("band", "bor", "bxor"), 2)
    | dict.fromkeys(("+", "-"), 4)
    | dict.fromkeys(("*", "/", "%"), 5)
    | {"f": 6, "..": 7}
)
_COMPARES: Final = 3
_OPERATOR_STARTS: Final = frozenset(DASH + "+*/%.?")

STEPS: Final = frozenset("+-")
_AFTER_STEP: Final = lazy(rf"[{_BLANK}]*+[;)}}\]|,\r\n\0]")

_ASSIGNMENT: Final = lazy(rf"([{DASH}+*/%]|\?\?)?=(?!=)")
_UNARY: Final = lazy(rf"[{DASH}](not|bnot|join|[ic]?split)(?![A-Za-z_])", re.IGNORECASE)

_NUMBER: Final = lazy(
    r"(?:0x(?P<hex>[0-9a-f]+)|(?P<whole>[0-9]+)(?P<part>\.(?!\.)[0-9]*)?|(?P<dot>\.[0-9]+))"
    r"(?P<exp>e[+-]?[0-9]+)?(?P<kind>u?[lsy]|[dun])?(?P<mult>[kmgtp]b)?",
    re.IGNORECASE,
)
_MULTIPLIERS: Final = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40, "pb": 1 << 50}
_LISTED: Final = lazy(r"(?:0[xX][0-9a-fA-F]{1,7}|[0-9]{1,9})(?:\s*+,\s*+(?:0[xX][0-9a-fA-F]{1,7}|[0-9]{1,9})(?![\w.])){7,}+(?!\s*+[,.])")
_LISTED_ONE: Final = lazy(r"0[xX][0-9a-fA-F]+|[0-9]+")

_VARIABLE: Final = lazy(r"\$(?:(?P<drive>[A-Za-z_][\w]*):(?=[\w?]))?(?P<name>[\w?]+|[$^]|::)")
_BRACED: Final = lazy(r"\$\{((?:[^`}]|`[\s\S])*+)\}")
_IN_TEXT: Final = lazy(r"\$(?:(?P<drive>[A-Za-z_]\w*):(?=\w))?(?P<name>\w+|[$?^])")
_NAME: Final = lazy(r"[^\W\d](?:\w|`\w)*+|`[^\W\d](?:\w|`\w)*+")
_KEYWORD: Final = lazy(r"[A-Za-z]++(?![\w`.:\\/*?-])")
_LABEL: Final = lazy(r":([A-Za-z_]\w*)")

_PLAIN_SINGLE: Final = lazy(rf"[^{SINGLE}\0]*+")
_PLAIN_DOUBLE: Final = lazy(rf"[^{DOUBLE}`$\0]*+")
_HERE: Final = lazy(rf"@([{QUOTES}])[{_BLANK}]*+(?:\r?\n|\r)")
_HERE_PLAIN: Final = lazy(r"[^`$\0]*+")

_WORD: Final = lazy(rf"[^{_BLANK}\r\n{QUOTES}$`(){{}};,|&<>\0]*+")
_WORD_ENDS: Final = frozenset("\r\n(){};,|&<> \t\f\v\xa0\x85")
_PARAMETER: Final = lazy(rf"[{DASH}]((?:[A-Za-z_?]|`[A-Za-z])[^{_BLANK}\r\n{QUOTES}${{}}(),;|&.\[\]:<>=\0]*+)(:?)")
_REDIRECT: Final = lazy(r"(?P<stream>[1-6*]?)(?P<sort>>>?)(?:&(?P<into>[12]))?|<")
_ARGUMENTS_END: Final = frozenset("|;\r\n)}&")

_TYPE_CHARACTERS: Final = lazy(r"[\w.,+`\[\]\s*&=:/$-]*+")
_TYPE_NAME: Final = lazy(r"\s*[^\W\d][\w.+`\s]*")
_ATTRIBUTE: Final = lazy(r"\[\s*([\w.]+)\s*\(")

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
"""What a back-tick makes of the next character in double quotes; any other stands for itself."""

_SKIP: Final = lazy(rf"[^{QUOTES}@(){{}}\[\];\r\n`#<]++")
_CLOSERS: Final = {"(": ")", "{": "}", "[": "]"}

_NAMED_BLOCK: Final = frozenset(("begin", "process", "end", "dynamicparam", "clean"))

EXPRESSION_STARTS: Final = frozenset("$(@[{!,0123456789+" + QUOTES + DASH)


class Unreadable(Exception):
    """The statement under way makes no sense. Caught where statements are listed."""


def parse(source: str) -> s.ScriptBlock:
    """The tree of a whole script."""
    return Parser(source).script()


class Parser:
    """`errors` are the `Bad` nodes, `ticks` the number of back-ticks that stood in words for nothing.

    `cut` says that the script ends inside a text in quotes.
    """

    def __init__(self, source: str) -> None:
        source = source.replace("\0", "")
        self.size = len(source)
        self.src = source + "\0\0\0"
        self.pos = 0
        self.depth = 0
        self.errors: list[s.Bad] = []
        self.cut = False
        self.ticks = 0
        self.no_comma = False
        self.wasted = 0

    # ------------------------------------------------------------ between tokens

    def _over(self, pattern: re.Pattern[str]) -> str:
        src = self.src
        match = pattern.match(src, self.pos)
        assert match is not None
        pos = match.end()
        while src.startswith("<#", pos):
            end = src.find("#>", pos + 2)
            pos = end + 2 if end >= 0 else self.size
            match = pattern.match(src, pos)
            assert match is not None
            pos = match.end()
        self.pos = pos
        return src[pos]

    def space(self) -> str:
        """Go over blanks and comments of a line; returns the character that follows."""
        src, pos = self.src, self.pos
        c = src[pos]
        if c not in _GAP:
            return c
        if c == " " and (after := src[pos + 1]) not in _GAP:  # most blanks stand alone
            self.pos = pos + 1
            return after
        return self._over(_SPACE)

    def lines(self) -> str:
        """The same, over line ends."""
        c = self.src[self.pos]
        return self._over(_LINES) if c in _GAP or c in "\r\n" else c

    def fail(self, why: str) -> Unreadable:
        return Unreadable(why)

    def at_end(self) -> bool:
        return self.pos >= self.size

    def expect(self, closer: str) -> None:
        """Go over a closing bracket; at the end of the text it is taken as given."""
        if self.lines() == closer:
            self.pos += 1
        elif not self.at_end():
            raise self.fail(f"{closer} expected")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail("nested too deeply")

    # ------------------------------------------------------------ script blocks and statements

    def script(self) -> s.ScriptBlock:
        block = self.block_body(0, "")
        block.text = self.src[: self.size]
        return block

    def braces(self) -> s.ScriptBlock:
        """`{ … }` with what a script block may hold; stands on the brace."""
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        block = self.block_body(self.pos, "}")
        block.stop = min(self.pos, self.size)
        block.text = self.src[block.start : block.stop]
        self.expect("}")
        self.no_comma = saved
        self.depth -= 1
        return block

    def block_body(self, start: int, closer: str) -> s.ScriptBlock:
        block = s.ScriptBlock(start)
        self._over(_ENDS)
        begin, depth = self.pos, self.depth
        broken: list[s.Node] = []
        try:
            self.param_block(block)
        except Unreadable as error:
            self.depth = depth
            broken.append(self.bad(begin, self.pos, str(error), closer))
        named = False
        while True:
            self._over(_ENDS)
            word = self.keyword()
            if word not in _NAMED_BLOCK:
                break
            before = self.pos
            self.pos += len(word)
            if self.lines() != "{":
                self.pos = before
                break
            named = True
            body = self.statement_block()
            if word == "dynamicparam":
                block.dynamic = body
            elif word != "clean":
                setattr(block, word, body)
        rest = broken + self.statements(closer)
        if rest or not named:
            block.end = (block.end or []) + rest
        block.traps = [node for node in block.end or [] if type(node) is s.Trap]
        return block

    def statement_block(self) -> list[s.Node]:
        """`{ statements }` of an `if` or a loop."""
        if self.lines() != "{":
            raise self.fail("{ expected")
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        body = self.statements("}")
        self.expect("}")
        self.no_comma = saved
        self.depth -= 1
        return body

    def statements(self, closer: str) -> list[s.Node]:
        """Statements up to a closing bracket, which is not taken, or the end."""
        found: list[s.Node] = []
        depth = self.depth
        while True:
            c = self._over(_ENDS)
            if self.at_end():
                return found
            if c == closer:
                return found
            begin = self.pos
            try:
                node = self.statement()
                found.append(node)
                c = self.space()
                if c not in ";\r\n" and c != closer and not self.at_end() and type(node) not in ENDED:
                    if c == "&" and self.src[self.pos + 1] != "&":
                        self.pos += 1  # run in the background
                        continue
                    raise self.fail(f"{c!r} after a statement")
            except Unreadable as error:
                self.depth = depth
                farthest = self.pos
                if found and found[-1].start >= begin and type(found[-1]) is not s.Bad:
                    begin = max(begin, self.pos)
                self.no_comma = False
                found.append(self.bad(begin, farthest, str(error), closer))

    def bad(self, begin: int, farthest: int, why: str, closer: str) -> s.Bad:
        """Leave out a statement: up to the next separator outside brackets."""
        self.wasted += max(0, farthest - begin)
        if self.wasted > 8 * self.size + 100_000:
            self.pos = self.size
        else:
            self.pos = self.resume(begin, farthest, closer)
        node = s.Bad(self.src[begin : self.pos], why, begin)
        self.errors.append(node)
        return node

    def resume(self, begin: int, farthest: int, closer: str) -> int:
        src, pos, size = self.src, begin, self.size
        open_: list[str] = []
        while pos < size:
            match = _SKIP.match(src, pos)
            if match:
                pos = match.end()
                continue
            c = src[pos]
            if c in ";\r\n" and not open_:
                return max(pos, begin + 1)
            if c in _CLOSERS:
                open_.append(_CLOSERS[c])
            elif c in ")}]":
                if open_ and c in open_:
                    while open_.pop() != c:
                        pass
                elif c == closer and not open_:
                    return max(pos, begin + 1) if pos == begin else pos
            elif c == "`":
                pos += 1
            elif c in QUOTES:
                end = self.end_of_quotes(pos)
                if end < 0:
                    break
                pos = end
                continue
            elif c == "@" and src[pos + 1] in QUOTES:
                end = self.end_of_here(pos)
                if end >= 0:
                    pos = end
                    continue
            elif c == "<" and src[pos + 1] == "#":
                end = src.find("#>", pos)
                pos = end + 1 if end >= 0 else size
            pos += 1
        if pos < size or open_:
            ends = [end for end in (src.find("\n", farthest), src.find(";", farthest)) if end >= 0]
            return max(min(ends, default=size), begin + 1)
        return size

    def end_of_quotes(self, pos: int) -> int:
        """Where the text that begins at `pos` ends; -1 when nowhere."""
        src = self.src
        if src[pos] in SINGLE:
            pos += 1
            while True:
                match = _PLAIN_SINGLE.match(src, pos)
                assert match is not None
                pos = match.end()
                if pos >= self.size:
                    return -1
                if src[pos + 1] not in SINGLE:
                    return pos + 1
                pos += 2
        pos += 1
        while pos < self.size:
            c = src[pos]
            if c == "`":
                pos += 2
            elif c in DOUBLE:
                if src[pos + 1] not in DOUBLE:
                    return pos + 1
                pos += 2
            else:
                match = _PLAIN_DOUBLE.match(src, pos)
                assert match is not None
                pos = max(match.end(), pos + 1)
        return -1

    def end_of_here(self, pos: int) -> int:
        match = _HERE.match(self.src, pos)
        if match is None:
            return -1
        end = self.here_end(match.end() - 1, match[1])
        return end[1] if end else -1

    def here_end(self, pos: int, quote: str) -> tuple[int, int] | None:
        """(end of the text, after the closing mark) of a here-string whose first line end is at or before `pos`."""
        marks = SINGLE if quote in SINGLE else DOUBLE
        while True:
            found = -1
            for mark in marks:
                at = self.src.find(f"\n{mark}@", pos)
                if at >= 0 and (found < 0 or at < found):
                    found = at
            if found < 0:
                return None
            end = found - 1 if self.src[found - 1] == "\r" else found
            return end, found + 3

    def keyword(self) -> str:
        match = _KEYWORD.match(self.src, self.pos)
        return match[0].lower() if match else ""

    def statement(self) -> s.Node:
        c = self.src[self.pos]
        if c == ":":
            match = _LABEL.match(self.src, self.pos)
            if match:
                self.pos = match.end()
                self.lines()
                word = self.keyword()
                if word in ("for", "foreach", "while", "do", "switch"):
                    return STATEMENTS[word](self, match[1].lower())
                raise self.fail("a loop expected after its label")
        if "A" <= c <= "z":
            match = _KEYWORD.match(self.src, self.pos)
            if match:
                rule = STATEMENTS.get(match[0].lower())
                if rule is not None:
                    return rule(self, "")
        elif c == "[" and _ATTRIBUTE.match(self.src, self.pos):
            before = self.pos
            self.attributes()
            self.lines()
            if self.keyword() == "param":
                block = s.ScriptBlock(before)
                self.param_block(block)
                return s.Block([], before)
            if self.pos == before:
                raise self.fail("an attribute of nothing")
        return self.and_or()

    def and_or(self) -> s.Node:
        start = self.pos
        first = self.pipeline()
        rest: list[tuple[str, s.Node]] = []
        while True:
            self.space()
            sign = self.src[self.pos : self.pos + 2]
            if sign not in ("&&", "||"):
                return s.AndOr(first, rest, start) if rest else first
            self.pos += 2
            self.lines()
            rest.append((sign, self.pipeline()))

    def word(self, length: int) -> None:
        self.pos += length
        self.lines()

    def condition(self) -> s.Node:
        """`( pipeline )`."""
        if self.lines() != "(":
            raise self.fail("( expected")
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        self.lines()
        node = self.and_or()
        self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        return node

    def if_(self, _label: str) -> s.Node:
        start = self.pos
        self.word(2)
        clauses = [(self.condition(), self.statement_block())]
        otherwise: list[s.Node] | None = None
        while True:
            before = self.pos
            self._over(_LINES)
            word = self.keyword()
            if word == "elseif":
                self.word(6)
                clauses.append((self.condition(), self.statement_block()))
            elif word == "else":
                self.word(4)
                if self.keyword() == "if":
                    self.word(2)
                    clauses.append((self.condition(), self.statement_block()))
                    continue
                otherwise = self.statement_block()
                break
            else:
                self.pos = before
                break
        return s.If(clauses, otherwise, start)

    def while_(self, label: str) -> s.Node:
        start = self.pos
        self.word(5)
        test = self.condition()
        return s.While(label, test, self.statement_block(), start)

    def do_(self, label: str) -> s.Node:
        start = self.pos
        self.word(2)
        body = self.statement_block()
        self.lines()
        word = self.keyword()
        if word not in ("while", "until"):
            raise self.fail("while or until expected")
        self.word(5)
        return s.While(label, self.condition(), body, start, first=True, until=word == "until")

    def for_(self, label: str) -> s.Node:
        start = self.pos
        self.word(3)
        if self.lines() != "(":
            raise self.fail("( expected")
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        parts: list[s.Node | None] = []
        for closer in (";", ";", ")"):
            c = self._over(_LINES)
            parts.append(None if c in ";)" or self.at_end() else self.and_or())
            c = self._over(_LINES)
            if c == ")":
                break
            if c == ";" and closer == ";":
                self.pos += 1
            elif c not in "\r\n" and not self.at_end() and self.src[self.pos - 1] not in "\r\n":
                raise self.fail("; expected")
        self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        parts += [None] * (3 - len(parts))
        return s.For(label, parts[0], parts[1], parts[2], self.statement_block(), start)

    def foreach(self, label: str) -> s.Node:
        start = self.pos
        before = self.pos
        self.word(7)
        while self.src[self.pos] in DASH:  # -parallel, -throttlelimit n
            match = _PARAMETER.match(self.src, self.pos)
            if match is None:
                raise self.fail("( expected")
            self.pos = match.end()
            self.lines()
        if self.src[self.pos] != "(":
            self.pos = before
            return self.and_or()
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        self.lines()
        variable = self.primary(arguments=False)
        if type(variable) is not s.Var:
            self.no_comma = saved
            self.depth -= 1
            self.pos = before
            return self.and_or()
        self.lines()
        if self.src[self.pos : self.pos + 2].lower() != "in":
            raise self.fail("in expected")
        self.pos += 2
        self.lines()
        subject = self.and_or()
        self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        return s.Foreach(label, variable, subject, self.statement_block(), start)

    def switch(self, label: str) -> s.Node:
        start = self.pos
        self.word(6)
        mode, case, file = "exact", False, False
        subject: s.Node | None = None
        while self.src[self.pos] in DASH:
            match = _PARAMETER.match(self.src, self.pos)
            if match is None:
                raise self.fail("a parameter of switch expected")
            name = match[1].lower()
            self.pos = match.end()
            self.lines()
            if "casesensitive".startswith(name):
                case = True
            elif "file".startswith(name):
                file = True
                subject = self.argument_value()
            else:
                mode = next((full for full in ("regex", "wildcard", "exact") if full.startswith(name)), mode)
            self.lines()
        if subject is None:
            subject = self.condition()
        if self.lines() != "{":
            raise self.fail("{ expected")
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        clauses: list[tuple[s.Node | None, list[s.Node]]] = []
        while self._over(_ENDS) != "}" and not self.at_end():
            test: s.Node | None = None
            if self.keyword() == "default":
                self.word(7)
            elif self.src[self.pos] == "{":
                test = s.BlockExpr(self.braces(), self.pos)
            elif self.src[self.pos] in EXPRESSION_STARTS and self.src[self.pos] != ",":
                test = self.binary(0)
            else:
                test = self.argument_value()
            clauses.append((test, self.statement_block()))
        self.expect("}")
        self.no_comma = saved
        self.depth -= 1
        return s.Switch(label, mode, subject, clauses, start, case=case, file=file)

    def try_(self, _label: str) -> s.Node:
        start = self.pos
        self.word(3)
        body = self.statement_block()
        catches: list[tuple[list[str], list[s.Node]]] = []
        final: list[s.Node] | None = None
        while True:
            before = self.pos
            self._over(_LINES)
            word = self.keyword()
            if word == "catch":
                self.word(5)
                types: list[str] = []
                while self.src[self.pos] == "[":
                    name = self.type_name()
                    if name is None:
                        raise self.fail("a type expected")
                    types.append(name)
                    if self.lines() == ",":
                        self.pos += 1
                        self.lines()
                catches.append((types, self.statement_block()))
            elif word == "finally":
                self.word(7)
                final = self.statement_block()
            else:
                self.pos = before
                return s.Try(body, catches, final, start)

    def trap(self, _label: str) -> s.Node:
        start = self.pos
        self.word(4)
        type_ = self.type_name() if self.src[self.pos] == "[" else ""
        return s.Trap(type_ or "", self.statement_block(), start)

    def function(self, _label: str) -> s.Node:
        start = self.pos
        word = self.keyword()
        self.word(len(word))
        match = re.compile(r"[^\s({;)\0]+").match(self.src, self.pos)
        if match is None:
            raise self.fail("a name expected")
        name = self.without_ticks(match[0])
        self.pos = match.end()
        params: list[s.Param] | None = None
        if self.lines() == "(":
            self.deeper()
            self.pos += 1
            params = self.parameters()
            self.depth -= 1
        if self.lines() != "{":
            raise self.fail("{ expected")
        block = self.braces()
        if params is not None and block.params is None:
            block.params = params
        return s.Function(name, block, start, self.pos, filter_=word == "filter")

    def jump(self, _label: str) -> s.Node:
        start = self.pos
        kind = self.keyword()
        self.pos += len(kind)
        c = self.space()
        if c in ";\r\n}|)&" or self.at_end():
            return s.Jump(kind, None, "", start)
        if kind in ("break", "continue"):
            match = re.compile(r"\w+").match(self.src, self.pos)
            if match:
                self.pos = match.end()
                return s.Jump(kind, None, match[0].lower(), start)
            return s.Jump(kind, None, self.binary(0), start)
        return s.Jump(kind, self.and_or_or_statement(), "", start)

    def data(self, _label: str) -> s.Node:
        start = self.pos
        before = self.pos
        self.word(4)
        while self.src[self.pos] != "{":
            match = _PARAMETER.match(self.src, self.pos) or re.compile(r"[\w,-]+").match(self.src, self.pos)
            if match is None:
                self.pos = before
                return self.and_or()
            self.pos = match.end()
            self.lines()
        return s.Block(self.statement_block(), start)

    def block_statement(self, _label: str) -> s.Node:
        """`begin { }` and the like where they make no sense, `parallel`, `sequence`: what they hold."""
        start = self.pos
        word = self.keyword()
        self.word(len(word))
        if self.src[self.pos] == "{":
            return s.Block(self.statement_block(), start)
        self.pos = start
        return self.and_or()

    def param_statement(self, _label: str) -> s.Node:
        start = self.pos
        block = s.ScriptBlock(start)
        if not self.param_block(block):
            return self.and_or()
        return s.Block([], start)

    def using(self, _label: str) -> s.Node:
        """`using namespace`, `using module`: nothing happens here."""
        start = self.pos
        match = re.compile(r"using[^\r\n;\0]*").match(self.src.lower(), self.pos) if self.size < 1 << 16 else None
        self.pos = match.end() if match else self.pos + 5
        if match is None:
            ends = [end for end in (self.src.find("\n", self.pos), self.src.find(";", self.pos)) if end >= 0]
            self.pos = min(ends, default=self.size)
        return s.Block([], start)

    def class_(self, _label: str) -> s.Node:
        start = self.pos
        enum = self.keyword() == "enum"
        self.word(4 if enum else 5)
        match = re.compile(r"\w+").match(self.src, self.pos)
        if match is None:
            self.pos = start
            return self.and_or()
        name = match[0]
        self.pos = match.end()
        bases: list[str] = []
        if self.lines() == ":":
            match = re.compile(r"[^{\0]*+").match(self.src, self.pos + 1)
            assert match is not None
            bases = [base.strip() for base in match[0].split(",")]
            self.pos = match.end()
        if self.lines() != "{":
            raise self.fail("{ expected")
        self.deeper()
        self.pos += 1
        properties: list[tuple[str, str, s.Node | None, bool]] = []
        methods: list[tuple[str, s.ScriptBlock, bool]] = []
        while self._over(_ENDS) != "}" and not self.at_end():
            self.class_member(enum, properties, methods)
        self.expect("}")
        self.depth -= 1
        return s.Class(name, bases, properties, methods, start, enum=enum)

    def class_member(
        self, enum: bool, properties: list[tuple[str, str, s.Node | None, bool]], methods: list[tuple[str, s.ScriptBlock, bool]]
    ) -> None:
        static, type_ = False, ""
        while True:
            c = self.lines()
            if c == "[":
                if _ATTRIBUTE.match(self.src, self.pos):
                    self.attributes()
                    continue
                type_ = self.type_name() or ""
                if not type_:
                    raise self.fail("a type expected")
            elif self.keyword() in ("static", "hidden"):
                static = static or self.keyword() == "static"
                self.word(6)
            else:
                break
        match = re.compile(r"\$?(\w+)").match(self.src, self.pos)
        if match is None:
            raise self.fail("a member of the class expected")
        name = match[1]
        self.pos = match.end()
        c = self.space()
        if c == "(":
            self.pos += 1
            params = self.parameters()
            if self.lines() == ":":  # : base(…)
                self.pos = self.src.find("{", self.pos) if self.src.find("{", self.pos) >= 0 else self.size
            if self.lines() == "{":
                block = self.braces()
                block.params = params
                methods.append((name, block, static))
            return
        value: s.Node | None = None
        if c == "=":
            self.pos += 1
            self.lines()
            value = self.and_or_or_statement()
        properties.append((name, type_, value, static or enum))

    # ------------------------------------------------------------ parameters

    def attributes(self) -> list[str]:
        """Go over `[Name(…)]` attributes; returns their texts."""
        found: list[str] = []
        while True:
            match = _ATTRIBUTE.match(self.src, self.pos)
            if match is None:
                return found
            start = self.pos
            self.pos = match.end() - 1
            self.balanced()
            if self.lines() != "]":
                self.pos = start
                return found
            self.pos += 1
            found.append(self.src[start : self.pos])
            self.lines()

    def balanced(self) -> None:
        """Go over a pair of brackets and what is in it."""
        src, pos = self.src, self.pos
        open_ = 0
        while pos < self.size:
            c = src[pos]
            if c in "([{":
                open_ += 1
            elif c in ")]}":
                open_ -= 1
                if not open_:
                    self.pos = pos + 1
                    return
            elif c in QUOTES:
                end = self.end_of_quotes(pos)
                if end < 0:
                    break
                pos = end
                continue
            elif c == "`":
                pos += 1
            pos += 1
        raise self.fail("brackets that do not close")

    def param_block(self, block: s.ScriptBlock) -> bool:
        before = self.pos
        attributes = self.attributes() if self.src[self.pos] == "[" else []
        if self.keyword() != "param":
            self.pos = before
            return False
        self.pos += 5
        if self.lines() != "(":
            self.pos = before
            return False
        self.deeper()
        self.pos += 1
        block.params = self.parameters()
        block.binding = any("cmdletbinding" in text.lower() for text in attributes) or any(
            param.mandatory or param.pipe or param.position is not None for param in block.params
        )
        self.depth -= 1
        return True

    def parameters(self) -> list[s.Param]:
        """Declared parameters up to the closing bracket, which is taken."""
        saved, self.no_comma = self.no_comma, False
        found: list[s.Param] = []
        while True:
            c = self.lines()
            if c == ")" or self.at_end():
                self.expect(")")
                self.no_comma = saved
                return found
            if c in ",;":
                self.pos += 1
                continue
            attributes: list[str] = []
            type_ = ""
            while self.lines() == "[":
                if _ATTRIBUTE.match(self.src, self.pos):
                    before = self.pos
                    attributes += self.attributes()
                    if self.pos == before:
                        raise self.fail("a broken attribute")
                    continue
                name = self.type_name()
                if name is None:
                    raise self.fail("a type expected")
                if name.lower() not in (
                    "validatenotnullorempty",
                    "validatenotnull",
                    "allownull",
                    "allowemptystring",
                    "allowemptycollection",
                ):
                    type_ = name
            variable = self.primary(arguments=True)
            if type(variable) is not s.Var:
                raise self.fail("a parameter expected")
            default: s.Node | None = None
            if self.lines() == "=":
                self.pos += 1
                self.lines()
                self.no_comma = True
                default = self.binary(0)
                self.no_comma = False
            param = s.Param(variable.name, type_, default)
            for text in attributes:
                describe(param, text)
            found.append(param)

    # ------------------------------------------------------------ pipelines

    def and_or_or_statement(self) -> s.Node:
        """What may stand after `=`: a pipeline, or `if`, `foreach`, `switch`, … whose output is taken."""
        match = _KEYWORD.match(self.src, self.pos)
        if match:
            word = match[0].lower()
            if word in ("if", "for", "foreach", "while", "do", "switch", "try", "data"):
                return STATEMENTS[word](self, "")
        return self.and_or()

    def pipeline(self) -> s.Node:
        start = self.pos
        first = self.pipeline_start()
        redirects: list[s.Redirect] = []
        if type(first) is not s.Command:
            self.space()
            while self.src[self.pos] in "><123456*":
                redirect = self.redirect()
                if redirect is None:
                    break
                redirects.append(redirect)
                self.space()
        elements = [first]
        while self.space() == "|" and self.src[self.pos + 1] != "|":
            self.pos += 1
            if self._over(_LINES) == "|":
                continue
            if self.at_end():
                break
            elements.append(self.command_or_expression())
        if len(elements) == 1 and not redirects:
            return first
        return s.Pipeline(elements, redirects, start)

    def command_or_expression(self) -> s.Node:
        c = self.src[self.pos]
        if c in EXPRESSION_STARTS and not (c in DASH and self.src[self.pos + 1].isalpha() and not _UNARY.match(self.src, self.pos)):
            return self.expression_statement()
        return self.command()

    def pipeline_start(self) -> s.Node:
        src, pos = self.src, self.pos
        c = src[pos]
        if c in EXPRESSION_STARTS:
            if c.isdigit():
                match = _NUMBER.match(src, pos)
                if match is None or (
                    src[match.end()].isalpha() or src[match.end()] in "_\\:" or (src[match.end()] == "." and src[match.end() + 1].isalpha())
                ):
                    return self.command()
            elif (c in DASH and not (_UNARY.match(src, pos) or src[pos + 1] in "0123456789.$(-'\"[" or src[pos + 1] in DASH)) or (
                c == "@" and src[pos + 1] not in "({" + QUOTES and not src[pos + 1].isalpha()
            ):
                return self.command()
            return self.expression_statement()
        if c == "." and src[pos + 1].isdigit():
            return self.expression_statement()
        if c == "<" and src[pos + 1] != "#":
            raise self.fail("< makes no sense")
        return self.command()

    def expression_statement(self) -> s.Node:
        """An expression, or an assignment that begins with one."""
        start = self.pos
        node = self.binary(0)
        c = self.space()
        if c in "=+*/%?" or c in DASH:
            if type(node) is s.Const and type(node.value) is str and _PARAMETER.match(self.src, self.pos):
                return self.arguments_of("&", node, start)  # a command line with its program in quotes
            match = _ASSIGNMENT.match(self.src, self.pos)
            if match:
                if not assignable(node):
                    raise self.fail("nothing that can be assigned to")
                self.pos = match.end()
                self.lines()
                op = "-" if match[1] and match[1] in DASH else match[1] or ""
                if self.at_end() or self.src[self.pos] in ";)}":
                    return s.Assign(node, op, s.Const(None), start)
                return s.Assign(node, op, self.and_or_or_statement(), start)
        return node

    # ------------------------------------------------------------ expressions

    def binary(self, least: int) -> s.Node:
        """Operators of at least this rank."""
        src = self.src
        left = self.operand()
        rank_of_left = 99
        while True:
            c = self.space()
            if c not in _OPERATOR_STARTS:
                return left
            if c in STEPS and src[self.pos + 1] == c and assignable(left):  # `$i ++`
                match = _AFTER_STEP.match(src, self.pos + 2)
                if match:
                    self.pos += 2
                    return s.Step(left, 1 if c == "+" else -1, left.start, prefix=False)
            match = _OPERATOR.match(src, self.pos)
            if match is None:
                if c == "?" and least == 0 and src[self.pos + 1] not in "?.[":
                    return self.ternary(left)
                return left
            op = match["word"]
            if op is not None:
                op = op.lower()
                rank = _RANKS.get(op)
                if rank is None:
                    rank = _COMPARES
                    if op[0] == "i" and op not in ("in", "is", "isnot"):
                        op = op[1:]
            else:
                op = match["sign"]
                if op in DASH:
                    op = "-"
                rank = _RANKS[op]
            if rank < least:
                return left
            self.pos = match.end()
            self.lines()
            right = self.binary(0) if rank == 0 else self.binary(rank + 1)
            if rank == rank_of_left and type(left) is s.Chain:
                left.rest.append((op, right))
            else:
                left = s.Chain(left, [(op, right)], left.start)
                rank_of_left = rank

    def ternary(self, test: s.Node) -> s.Node:
        self.deeper()
        self.pos += 1
        self.lines()
        then = self.binary(0)
        if self.lines() != ":":
            raise self.fail(": expected")
        self.pos += 1
        self.lines()
        node = s.Ternary(test, then, self.binary(0), test.start)
        self.depth -= 1
        return node

    def operand(self) -> s.Node:
        """One value, or several with commas between them."""
        src = self.src
        start = self.pos
        c = src[start]
        if c in "0123456789" and not self.no_comma:
            match = _LISTED.match(src, start)
            if match:
                self.pos = match.end()
                return s.Numbers([int(text, 0) if text[1:2] in "xX" else int(text) for text in _LISTED_ONE.findall(match[0])], start)
        first = self.unary()
        if self.no_comma or self.space() != ",":
            return first
        values = [first]
        while True:
            self.pos += 1
            self.lines()
            values.append(self.unary())
            if self.space() != ",":
                return s.Items(values, start)

    def unary(self) -> s.Node:
        src, start = self.src, self.pos
        c = src[start]
        if c == "$":
            return self.primary(arguments=False)
        if c == "[":
            return self.bracket()
        if c in DASH:
            following = src[start + 1]
            if following in DASH:
                self.pos += 2
                self.space()
                operand = self.unary()
                return s.Step(operand, -1, start, prefix=True) if assignable(operand) else operand
            if following.isdigit() or (following == "." and src[start + 2].isdigit()):
                self.pos += 1
                number = self.number()
                if type(number.value) in (int, float):
                    number.value = -number.value
                    number.text = "-" + number.text
                    number.start = start
                    return self.postfix(number, arguments=False)
                return s.Unary("-", number, start)
            match = _UNARY.match(src, start)
            if match is None:
                if following.isalpha():
                    raise self.fail("an operator without a left side")
                self.pos += 1
                op = "-"
            else:
                op = match[1].lower()
                op = "split" if op == "isplit" else op
                self.pos = match.end()
        elif c in "!,":
            self.pos += 1
            op = "not" if c == "!" else ","
        elif c == "+":
            if src[start + 1] == "+":
                self.pos += 2
                self.space()
                operand = self.unary()
                return s.Step(operand, 1, start, prefix=True) if assignable(operand) else operand
            self.pos += 1
            op = "+"
        else:
            return self.primary(arguments=False)
        self.deeper()
        self.lines()
        value = self.unary()
        self.depth -= 1
        return s.Unary(op, value, start)

    def bracket(self) -> s.Node:
        """A type, or a cast, or attributes before one."""
        start = self.pos
        self.deeper()
        if _ATTRIBUTE.match(self.src, start):
            self.attributes()
            if self.pos == start:
                raise self.fail("a broken attribute")
            node = self.unary()
            self.depth -= 1
            return node
        name = self.type_name()
        if name is None:
            raise self.fail("a type expected")
        c = self.src[self.pos]
        if c == ":" or (c == "." and self.src[self.pos + 1] != "."):
            node = self.postfix(s.TypeLit(name, start), arguments=False)
            self.depth -= 1
            return node
        c = self.space()
        if c in "$('\"@[{0123456789!,+" or c in QUOTES or (c == "." and self.src[self.pos + 1].isdigit()):
            if c == "," or (c == "@" and self.src[self.pos + 1].isspace()):
                node = s.TypeLit(name, start)
            else:
                node = s.Cast(name, self.unary(), start)
        elif c in DASH and (
            _UNARY.match(self.src, self.pos) or self.src[self.pos + 1] in "0123456789.$(" or self.src[self.pos + 1] in DASH
        ):
            node = s.Cast(name, self.unary(), start)
        elif c == ":" and self.src[self.pos + 1] == ":":
            node = self.postfix(s.TypeLit(name, start), arguments=False)
        else:
            node = self.postfix(s.TypeLit(name, start), arguments=False)
        self.depth -= 1
        return node

    def type_name(self) -> str | None:
        """Go over `[Some.Type]`; None when it is none, and then nothing is taken."""
        src, start = self.src, self.pos
        match = _TYPE_CHARACTERS.match(src, start + 1)
        assert match is not None
        limit = match.end()
        if not _TYPE_NAME.match(src, start + 1):
            return None
        depth, pos = 1, start + 1
        while pos < limit:
            c = src[pos]
            if c == "[":
                depth += 1
            elif c == "]":
                depth -= 1
                if not depth:
                    break
            pos += 1
        if depth:
            return None
        name = "".join(src[start + 1 : pos].split())
        if "`" in name:
            name = re.sub(r"`(?!\d)", "", name)
            self.ticks += 1
        if "," in name and "[" not in name:
            name = name.partition(",")[0]  # with its assembly
        self.pos = pos + 1
        return name

    def number(self) -> s.Const:
        match = _NUMBER.match(self.src, self.pos)
        if match is None or match.end() == self.pos:
            raise self.fail("a number expected")
        start, self.pos = self.pos, match.end()
        value: int | float
        kind = (match["kind"] or "").lower()
        if match["hex"]:
            value = int(match["hex"], 16)
            digits = len(match["hex"].lstrip("0"))
            if not kind.startswith("u"):  # the sign is in the highest bit, as in .NET
                if 0x80000000 <= value <= 0xFFFFFFFF and digits == 8 and kind == "":
                    value -= 1 << 32
                elif value >= 1 << 63 and digits == 16:
                    value -= 1 << 64
        elif match["exp"] or match["dot"] or (match["part"] or "").startswith("."):
            try:
                value = float(
                    match[0][: match.start("kind") - start]
                    if match["kind"]
                    else (match[0][: match.start("mult") - start] if match["mult"] else match[0])
                )
            except (ValueError, OverflowError):
                raise self.fail("a number expected") from None
        elif len(match["whole"]) > 400:
            raise self.fail("a number that is too long")
        else:
            value = int(match["whole"])
            if kind == "d" or value >= 1 << 96:
                value = float(value)
        if match["mult"]:
            value *= _MULTIPLIERS[match["mult"].lower()]
        return s.Const(value, match[0], start)

    def primary(self, *, arguments: bool) -> s.Node:
        """A value with the members, indexes and calls behind it. `arguments`: among the words of a command."""
        src, start = self.src, self.pos
        c = src[start]
        node: s.Node
        if c == "$":
            match = _VARIABLE.match(src, start)
            if match:
                self.pos = match.end()
                drive = match["drive"]
                node = s.Var(drive.lower() if drive else "", match["name"].lower(), start)
            elif src[start + 1] == "(":
                node = s.SubExpr(self.bracketed(2), start)
            elif src[start + 1] == "{":
                match = _BRACED.match(src, start)
                if match is None:
                    raise self.fail("a variable without its closing brace")
                self.pos = match.end()
                node = self.braced(match[1], start)
            else:
                raise self.fail("$ of nothing")
        elif c in SINGLE:
            node = self.single()
        elif c in DOUBLE:
            node = self.double()
        elif c == "(":
            node = self.paren()
        elif c.isdigit() or (c == "." and src[start + 1].isdigit()):
            node = self.number()
        elif c == "@":
            following = src[start + 1]
            if following == "(":
                node = s.ArrayExpr(self.bracketed(2), start)
            elif following == "{":
                node = self.hash_literal()
            elif following in QUOTES:
                node = self.here()
            else:
                match = _VARIABLE.match("$" + src[start + 1 : start + 256])
                if match is None:
                    raise self.fail("@ of nothing")
                self.pos = start + match.end()
                node = s.Var((match["drive"] or "").lower(), match["name"].lower(), start, splat=True)
        elif c == "{":
            node = s.BlockExpr(self.braces(), start)
        elif c == "[":
            name = self.type_name()
            if name is None:
                raise self.fail("a type expected")
            node = s.TypeLit(name, start)
        else:
            raise self.fail(f"{c!r} where a value is expected")
        c = src[self.pos]
        if c in ".[:+?" or c in DASH:
            return self.postfix(node, arguments=arguments)
        if c in " \t" and not arguments:
            return self.postfix_after_blank(node)
        return node

    def postfix_after_blank(self, node: s.Node) -> s.Node:
        """Obfuscated scripts put blanks before a dot or colons: `$x .Length`, `[x] ::y`."""
        match = _SPACE.match(self.src, self.pos)
        assert match is not None
        at = match.end()
        c = self.src[at]
        if (c == "." and (self.src[at + 1].isalpha() or self.src[at + 1] in QUOTES) and type(node) in (s.Paren, s.SubExpr, s.Var)) or (
            c == ":" and self.src[at + 1] == ":"
        ):
            self.pos = at
            return self.postfix(node, arguments=False)
        return node

    def braced(self, name: str, start: int) -> s.Node:
        name = re.sub(r"`(.)", r"\1", name, flags=re.DOTALL).lower() if "`" in name else name.lower()
        drive, colon, rest = name.partition(":")
        if colon and rest and re.fullmatch(r"[a-z_]\w*", drive):
            return s.Var(drive, rest, start)
        return s.Var("", name, start)

    def bracketed(self, opening: int) -> list[s.Node]:
        """Statements in `$( )` or `@( )`."""
        self.deeper()
        self.pos += opening
        saved, self.no_comma = self.no_comma, False
        body = self.statements(")")
        self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        return body

    def paren(self) -> s.Node:
        start = self.pos
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, False
        c = self.lines()
        if c == ")":
            self.pos += 1
            self.no_comma = saved
            self.depth -= 1
            return s.Const(None, "", start)
        inner = self.and_or_or_statement() if "A" <= c <= "z" else self.and_or()
        node: s.Node = s.Paren(inner, start)
        c = self.lines()
        if c == ")":
            self.pos += 1
        elif self.at_end():
            pass
        else:  # more than one statement, or an operator on the next line: no PowerShell, but its meaning is plain
            if c == ";":
                rest = self.statements(")")
                node = s.SubExpr([inner, *rest], start)
            elif c in _OPERATOR_STARTS and type(inner) is not s.Command and _OPERATOR.match(self.src, self.pos):
                node = s.Paren(self.continued(inner), start)
            else:
                raise self.fail(") expected")
            self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        return node

    def continued(self, left: s.Node) -> s.Node:
        """More of an expression on the next lines inside brackets."""
        while True:
            c = self.lines()
            match = _OPERATOR.match(self.src, self.pos) if c in _OPERATOR_STARTS else None
            if match is None:
                return left
            op = (match["word"] or match["sign"]).lower()
            op = "-" if op in DASH else op
            if op[0] == "i" and op not in ("in", "is", "isnot"):
                op = op[1:]
            self.pos = match.end()
            self.lines()
            left = s.Chain(left, [(op, self.binary(_RANKS.get(op, _COMPARES) + 1))], left.start)

    def hash_literal(self) -> s.Node:
        start = self.pos
        self.deeper()
        self.pos += 2
        saved, self.no_comma = self.no_comma, False
        pairs: list[tuple[s.Node, s.Node]] = []
        while True:
            c = self._over(_ENDS)
            if c == "}" or self.at_end():
                break
            key: s.Node
            match = _NAME.match(self.src, self.pos)
            if match and not match[0].isdigit():
                match = re.compile(r"[\w`.-]+").match(self.src, self.pos)
                assert match is not None
                self.pos = match.end()
                key = s.Const(self.without_ticks(match[0]), "")
            else:
                key = self.unary()
            if self.lines() != "=":
                raise self.fail("= expected")
            self.pos += 1
            self.lines()
            pairs.append((key, self.and_or_or_statement()))
        self.expect("}")
        self.no_comma = saved
        self.depth -= 1
        return s.HashLit(pairs, start)

    # ------------------------------------------------------------ members, calls, indexes

    def postfix(self, node: s.Node, *, arguments: bool) -> s.Node:
        src = self.src
        while True:
            at = self.pos
            c = src[at]
            if c == "?" and not arguments and src[at + 1] in ".[":
                self.pos += 1
                at += 1
                c = src[at]
            if c == ".":
                following = src[at + 1]
                if following in {".", "\x00"}:
                    return node
                if arguments and not (following.isalpha() or following in "_$(`{" or following in QUOTES):
                    return node
                self.pos = at + 1
                node = self.member(node, at, static=False)
            elif c == ":" and src[at + 1] == ":":
                self.pos = at + 2
                node = self.member(node, at, static=True)
            elif c == "[":
                self.deeper()
                self.pos = at + 1
                saved, self.no_comma = self.no_comma, False
                self.lines()
                index = self.binary(0)
                self.expect("]")
                self.no_comma = saved
                self.depth -= 1
                node = s.Index(node, index, at)
            elif c == "+" and src[at + 1] == "+" and not arguments and assignable(node):
                self.pos += 2
                node = s.Step(node, 1, at, prefix=False)
            elif c in DASH and src[at + 1] in DASH and not arguments and assignable(node):
                self.pos += 2
                node = s.Step(node, -1, at, prefix=False)
            elif c in " \t" and not arguments:
                match = _SPACE.match(src, at)
                assert match is not None
                end = match.end()
                if (src[end] == "." and (src[end + 1].isalpha() or src[end + 1] in QUOTES)) or (src[end] == ":" and src[end + 1] == ":"):
                    self.pos = end
                    continue
                return node
            else:
                return node

    def member(self, target: s.Node, at: int, *, static: bool) -> s.Node:
        src = self.src
        c = self.lines() if src[self.pos] in " \t\r\n" else src[self.pos]
        name: str | s.Node
        match = _NAME.match(src, self.pos)
        if match:
            self.pos = match.end()
            name = match[0]
            if "`" in name:
                name = self.without_ticks(name)
        elif c in SINGLE:
            name = self.single()
        elif c in DOUBLE:
            name = self.double()
        elif c == "$":
            variable = _VARIABLE.match(src, self.pos)
            if variable:
                name = s.Var((variable["drive"] or "").lower(), variable["name"].lower(), self.pos)
                self.pos = variable.end()
            elif src[self.pos + 1] == "(":
                name = s.SubExpr(self.bracketed(2), self.pos)
            else:
                braced = _BRACED.match(src, self.pos)
                if braced is None:
                    raise self.fail("the name of a member expected")
                name = self.braced(braced[1], self.pos)
                self.pos = braced.end()
        elif c == "(":
            name = self.paren()
        elif c.isdigit():
            number = re.compile(r"\d+").match(src, self.pos)
            assert number is not None
            name = number[0]
            self.pos = number.end()
        elif c == "{":
            name = s.BlockExpr(self.braces(), at)
        else:
            raise self.fail("the name of a member expected")
        if isinstance(name, s.Const) and isinstance(name.value, str):
            name = name.value
        c = src[self.pos]
        if c == "[" and static:  # [x]::Method[int](…)
            before = self.pos
            if self.type_name() is None or src[self.pos] != "(":
                self.pos = before
            c = src[self.pos]
        if c == "(":
            return s.Invoke(target, name, self.call_arguments(), at, static=static)
        if c in " \t" and not static and isinstance(name, str):
            match = _SPACE.match(src, self.pos)
            assert match is not None
            if src[match.end()] == "(" and name.lower() in CALLED:
                self.pos = match.end()
                return s.Invoke(target, name, self.call_arguments(), at, static=static)
        if c == "{" and isinstance(name, str) and name.lower() in ("foreach", "where"):
            block = s.BlockExpr(self.braces(), at)
            return s.Invoke(target, name, [block], at, static=static)
        return s.Member(target, name, at, static=static)

    def call_arguments(self) -> list[s.Node]:
        self.deeper()
        self.pos += 1
        saved, self.no_comma = self.no_comma, True
        args: list[s.Node] = []
        c = self.lines()
        while c != ")" and not self.at_end():
            if c == ",":
                self.pos += 1
                c = self.lines()
                continue
            args.append(self.argument())
            c = self.lines()
            if c == ",":
                self.pos += 1
                c = self.lines()
                if c == ",":
                    raise self.fail("an argument expected")
            elif c != ")" and not self.at_end():
                raise self.fail(") expected")
        self.expect(")")
        self.no_comma = saved
        self.depth -= 1
        return args

    def argument(self) -> s.Node:
        """An argument of a method. A command without brackets is no PowerShell, but one knows what is meant."""
        c = self.src[self.pos]
        if c.isalpha():
            match = _KEYWORD.match(self.src, self.pos)
            if match is None or match[0].lower() not in STATEMENTS:
                self.no_comma = True
                return self.command()
        node = self.binary(0)
        if self.space() == "=":
            match = _ASSIGNMENT.match(self.src, self.pos)
            if match and assignable(node):
                self.pos = match.end()
                self.lines()
                return s.Assign(node, "", self.binary(0), node.start)
        elif self.src[self.pos] == "|":
            elements = [node]
            while self.space() == "|":
                self.pos += 1
                self.lines()
                saved, self.no_comma = self.no_comma, False
                elements.append(self.command_or_expression())
                self.no_comma = saved
            return s.Pipeline(elements, [], node.start)
        return node

    # ------------------------------------------------------------ text

    def single(self) -> s.Const:
        src, start = self.src, self.pos
        match = _PLAIN_SINGLE.match(src, start + 1)
        assert match is not None
        pos = match.end()
        if src[pos + 1] not in SINGLE:
            self.pos = pos + 1
            if pos >= self.size:
                self.cut_off(start)
            return s.Const(match[0], "", start)
        pieces = [match[0]]
        while pos < self.size and src[pos + 1] in SINGLE:
            pieces.append(src[pos])
            match = _PLAIN_SINGLE.match(src, pos + 2)
            assert match is not None
            pieces.append(match[0])
            pos = match.end()
        self.pos = pos + 1
        if pos >= self.size:
            self.cut_off(start)
        return s.Const("".join(pieces), "", start)

    def cut_off(self, start: int) -> None:
        """Text that has no end: taken for cut off when it begins on the last line."""
        if "\n" in self.src[start : self.size].rstrip():
            raise self.fail("text without its closing quote")
        self.cut = True
        self.pos = self.size

    def double(self) -> s.Node:
        src, start = self.src, self.pos
        match = _PLAIN_DOUBLE.match(src, start + 1)
        assert match is not None
        pos = match.end()
        if src[pos] in DOUBLE and src[pos + 1] not in DOUBLE:
            self.pos = pos + 1
            return s.Const(match[0], "", start)
        self.pos = start + 1
        parts = self.expandable(self.end_of_double)
        return text_of(parts, start)

    def end_of_double(self, pos: int) -> int:
        """Whether a text in double quotes ends at `pos`: the place behind it, -1 when it goes on, 0 for a doubled quote."""
        if self.src[pos] not in DOUBLE:
            return -1
        return 0 if self.src[pos + 1] in DOUBLE else pos + 1

    def expandable(self, end: Callable[[int], int]) -> list[str | s.Node]:
        src = self.src
        start = self.pos
        parts: list[str | s.Node] = []
        text: list[str] = []
        self.deeper()
        while True:
            match = _PLAIN_DOUBLE.match(src, self.pos)
            assert match is not None
            if match.end() > self.pos:
                text.append(match[0])
                self.pos = match.end()
            if self.pos >= self.size:
                self.cut_off(start)
                break
            c = src[self.pos]
            if c == "`":
                self.escape(text)
            elif c == "$":
                node = self.in_text()
                if node is None:
                    text.append("$")
                    self.pos += 1
                else:
                    if text:
                        parts.append("".join(text))
                        text = []
                    parts.append(node)
            else:
                after = end(self.pos)
                if after > 0:
                    self.pos = after
                    break
                text.append(c)
                self.pos += 2 if after == 0 else 1
        if text:
            parts.append("".join(text))
        self.depth -= 1
        return parts

    def escape(self, text: list[str]) -> None:
        """A back-tick in text, and what it makes of the next character."""
        c = self.src[self.pos + 1]
        self.pos += 2
        if c == "\r" and self.src[self.pos] == "\n":
            self.pos += 1
            text.append("\r\n")
        elif c == "u" and self.src[self.pos] == "{":
            match = re.compile(r"\{([0-9a-fA-F]{1,6})\}").match(self.src, self.pos)
            if match and int(match[1], 16) < 0x110000:
                self.pos = match.end()
                text.append(chr(int(match[1], 16)))
            else:
                text.append("u")
        else:
            self.ticks += c.isalpha() and c not in "nrtabfv"
            text.append(_ESCAPES.get(c, c))

    def in_text(self) -> s.Node | None:
        """A variable or sub-expression in text; None when the dollar sign stands for itself."""
        src, start = self.src, self.pos
        following = src[start + 1]
        if following == "(":
            return s.SubExpr(self.bracketed(2), start)
        if following == "{":
            match = _BRACED.match(src, start)
            if match is None:
                return None
            self.pos = match.end()
            return self.braced(match[1], start)
        match = _IN_TEXT.match(src, start)
        if match is None:
            return None
        self.pos = match.end()
        return s.Var((match["drive"] or "").lower(), match["name"].lower(), start)

    def here(self) -> s.Node:
        src, start = self.src, self.pos
        match = _HERE.match(src, start)
        if match is None:  # lines were joined: read it as what it looks like
            quote = src[start + 1]
            self.pos = start + 1
            end = src.find(f"{quote}@", start + 2)
            if end < 0:
                return self.single() if quote in SINGLE else self.double()
            if quote in SINGLE:
                self.pos = end + 2
                return s.Const(src[start + 2 : end], "", start)
            self.pos = start + 2
            return text_of(self.here_parts(end, end + 2), start)
        found = self.here_end(match.end() - 1, match[1])
        if found is None:
            raise self.fail("a here-string without its end")
        end, after = found
        first = match.end()
        if match[1] in SINGLE or end <= first:
            self.pos = after
            return s.Const(src[first : max(first, end)], "", start)
        self.pos = first
        return text_of(self.here_parts(end, after), start)

    def here_parts(self, end: int, after: int) -> list[str | s.Node]:
        src = self.src
        parts: list[str | s.Node] = []
        text: list[str] = []
        self.deeper()
        while self.pos < end:
            match = _HERE_PLAIN.match(src, self.pos, end)
            assert match is not None
            if match.end() > self.pos:
                text.append(match[0])
                self.pos = match.end()
                continue
            if src[self.pos] == "`":
                self.escape(text)
                continue
            node = self.in_text()
            if node is None:
                text.append("$")
                self.pos += 1
                continue
            if text:
                parts.append("".join(text))
                text = []
            parts.append(node)
        if text:
            parts.append("".join(text))
        self.pos = after
        self.depth -= 1
        return parts

    def without_ticks(self, name: str) -> str:
        if "`" not in name:
            return name
        self.ticks += name.count("`")
        return name.replace("`", "")

    # ------------------------------------------------------------ commands

    def command(self) -> s.Node:
        src, start = self.src, self.pos
        c = src[start]
        operator = ""
        name: s.Node
        if c in "&.":
            following = src[start + 1]
            if c == "&" or following in " \t('\"$&{`" or following in QUOTES or following == "\0" or following in "\r\n":
                operator = c
                self.pos += 1
                c = self.space()
                if c in "&.":  # & . 'name'
                    self.pos += 1
                    c = self.space()
                if c in "\r\n":
                    c = self.lines()
        if operator:
            if c == "$":  # with what stands behind it, as an argument: & $env:temp\a.exe
                name = self.argument_value()
            elif c in "(@{" or c in QUOTES:
                name = self.primary(arguments=True)
            elif c == "[":
                name = self.bracket()
            else:
                name = self.bare_word()
        elif c == "%" and src[start + 1] != "\\":
            self.pos += 1
            name = s.Const("%", "%", start)
        elif c == "?" and src[start + 1] in "{ \t$(":
            self.pos += 1
            name = s.Const("?", "?", start)
        else:
            name = self.bare_word()
        return self.arguments_of(operator, name, start)

    def arguments_of(self, operator: str, name: s.Node, start: int) -> s.Node:
        """A command whose name was read."""
        elements: list[s.Node] = []
        redirects: list[s.Redirect] = []
        saved, commas = self.no_comma, not self.no_comma
        self.no_comma = False
        while True:
            c = self.space()
            if c in _ARGUMENTS_END or self.pos >= self.size:
                break
            if not commas and c == ",":
                break
            if c in ">123456*<":
                redirect = self.redirect()
                if redirect is not None:
                    redirects.append(redirect)
                    continue
            elements.append(self.command_element(commas=commas))
        self.no_comma = saved
        return s.Command(operator, name, elements, redirects, start, min(self.pos, self.size))

    def command_element(self, *, commas: bool) -> s.Node:
        src, start = self.src, self.pos
        c = src[start]
        if c in DASH:
            if src.startswith("--%", start):
                match = re.compile(r"[^\r\n\0]*+").match(src, start + 3)
                assert match is not None
                self.pos = match.end()
                return s.Const(match[0].strip("\0 "), match[0].strip("\0 "), start)
            match = _PARAMETER.match(src, start)
            if match:
                self.pos = match.end()
                name = self.without_ticks(match[1])
                if match[2] and self.space() not in _ARGUMENTS_END:
                    return s.Parameter(name, self.argument_list(commas=commas), start)
                return s.Parameter(name, None, start)
        return self.argument_list(commas=commas)

    def argument_list(self, *, commas: bool) -> s.Node:
        start = self.pos
        if self.src[start] in "0123456789" and commas:
            match = _LISTED.match(self.src, start)
            if match and self.src[match.end()] in " \t\r\n);}|\0":
                self.pos = match.end()
                return s.Numbers([int(text, 0) if text[1:2] in "xX" else int(text) for text in _LISTED_ONE.findall(match[0])], start)
        if self.src[start] == ",":  # a list that begins with its separator: one element
            self.pos += 1
            self.lines()
            return s.Unary(",", self.argument_value(), start)
        first = self.argument_value()
        if not commas or self.space() != ",":
            return first
        values = [first]
        while self.space() == ",":
            self.pos += 1
            c = self.lines()
            if c in ")}|;" or self.at_end():
                break
            values.append(self.argument_value())
        return s.Items(values, start)

    def argument_value(self) -> s.Node:
        """One argument of a command."""
        src, start = self.src, self.pos
        c = src[start]
        if c == "$":
            match = _VARIABLE.match(src, start)
            if match:
                following = src[match.end()]
                if following in _WORD_ENDS or following in ".[\0" or following in QUOTES:
                    if following in QUOTES:
                        return self.bare_word()
                    if following == "." and not (src[match.end() + 1].isalpha() or src[match.end() + 1] in "_('\"$`"):
                        return self.bare_word()
                    return self.then_word(self.primary(arguments=True))
                if following == ":" and src[match.end() + 1] == ":":
                    return self.primary(arguments=True)
                return self.bare_word()
            if src[start + 1] == "(" or src[start + 1] == "{":
                return self.then_word(self.primary(arguments=True))
            return self.bare_word()
        if c in QUOTES or c in "({":
            return self.primary(arguments=True)
        if c == "@":
            following = src[start + 1]
            if following in "({" or following in QUOTES or following.isalpha() or following == "_":
                return self.primary(arguments=True)
            return self.bare_word()
        if c.isdigit() or (c in DASH + "." and src[start + 1].isdigit()):
            sign = c in DASH
            match = _NUMBER.match(src, start + sign)
            if match and match.end() > start + sign and (src[match.end()] in _WORD_ENDS or match.end() >= self.size):
                self.pos = start + sign
                node = self.number()
                if sign:
                    node.value = -node.value
                    node.text = "-" + node.text
                    node.start = start
                return node
            if match and src.startswith("..", match.end()):
                return self.bare_word()
            return self.bare_word()
        return self.bare_word()

    def then_word(self, node: s.Node) -> s.Node:
        """A value with more of a word behind it is text: a path that begins with a variable."""
        c = self.src[self.pos]
        if c in _WORD_ENDS or self.pos >= self.size or c in QUOTES or c == "`":
            return node
        rest = self.bare_word()
        parts: list[str | s.Node] = [node]
        if isinstance(rest, s.Expand):
            parts += rest.parts
        elif isinstance(rest, s.Const):
            parts.append(str(rest.value))
        return s.Expand(parts, node.start, bare=True)

    def bare_word(self) -> s.Node:
        """A word of a command, with the quotes, variables and back-ticks in it."""
        src, start = self.src, self.pos
        match = _WORD.match(src, start)
        assert match is not None
        pos = match.end()
        c = src[pos]
        if c in _WORD_ENDS or (c == "\0" and pos >= self.size):
            if pos == start:
                raise self.fail(f"{c!r} where a word is expected")
            self.pos = pos
            return s.Const(match[0], match[0], start)
        parts: list[str | s.Node] = []
        text = [match[0]]
        self.pos = pos
        while True:
            c = src[self.pos]
            if self.pos >= self.size:
                break
            if c == "`":
                following = src[self.pos + 1]
                if following in "\r\n":
                    break
                if self.pos + 1 >= self.size:
                    self.pos += 1
                    break
                text.append(following)
                self.ticks += 1
                self.pos += 2
            elif c == "$":
                node = self.in_text()
                if node is None:
                    text.append("$")
                    self.pos += 1
                else:
                    if any(text):
                        parts.append("".join(text))
                    text = []
                    parts.append(node)
            elif c in QUOTES and self.end_of_quotes(self.pos) < 0:
                text.append(c)
                self.pos += 1
            elif c in SINGLE:
                text.append(str(self.single().value))
            elif c in DOUBLE:
                inner = self.double()
                if isinstance(inner, s.Const):
                    text.append(str(inner.value))
                elif isinstance(inner, s.Expand):
                    if any(text):
                        parts.append("".join(text))
                    text = []
                    parts += inner.parts
            elif c in _WORD_ENDS:
                break
            else:
                match = _WORD.match(src, self.pos)
                assert match is not None
                if match.end() == self.pos:
                    break
                text.append(match[0])
                self.pos = match.end()
        if self.pos == start:
            raise self.fail(f"{src[start]!r} where a word is expected")
        if not parts:
            word = "".join(text)
            return s.Const(word, word or " ", start)
        if any(text):
            parts.append("".join(text))
        return s.Expand(parts, start, bare=True)

    def redirect(self) -> s.Redirect | None:
        match = _REDIRECT.match(self.src, self.pos)
        if match is None:
            return None
        start, self.pos = self.pos, match.end()
        if match["sort"] is None:
            self.space()
            self.argument_value()
            return s.Redirect("0", None, start, append=False)
        if match["into"]:
            return s.Redirect(match["stream"] or "1", None, start, append=False)
        if self.space() in _ARGUMENTS_END or self.at_end():
            raise self.fail("a file to write to expected")
        return s.Redirect(match["stream"] or "1", self.argument_value(), start, append=match["sort"] == ">>")


def assignable(node: s.Node) -> bool:
    kind = type(node)
    if kind is s.Var or kind is s.Member or kind is s.Index or kind is s.Invoke:
        return True
    if kind is s.Cast:
        return assignable(node.value)  # type: ignore[attr-defined]
    if kind is s.Items:
        return all(assignable(value) for value in node.values)  # type: ignore[attr-defined]
    if kind is s.Paren:
        return assignable(node.inner)  # type: ignore[attr-defined]
    return False


def text_of(parts: list[str | s.Node], start: int) -> s.Node:
    """A constant when there is nothing to expand."""
    if not parts:
        return s.Const("", "", start)
    if len(parts) == 1 and isinstance(parts[0], str):
        return s.Const(parts[0], "", start)
    return s.Expand(parts, start)


_PROPERTY: Final = lazy(r"(\w+)\s*(?:=\s*(\$?\w+|'[^']*'|\"[^\"]*\"))?")


def describe(param: s.Param, attribute: str) -> None:
    """What an attribute says of a parameter."""
    name, _, inside = attribute[1:].partition("(")
    name = name.strip().lower()
    if name == "alias":
        param.aliases += [alias.lower() for alias in re.findall(r"[\w-]+", inside)]
        return
    if name != "parameter":
        return
    for match in _PROPERTY.finditer(inside):
        key, value = match[1].lower(), (match[2] or "$true").lower()
        if key == "position" and value.isdigit():
            param.position = int(value)
        elif value not in {"$false", "0"}:
            if key == "valuefrompipeline":
                param.pipe = "value"
            elif key == "valuefrompipelinebypropertyname":
                param.pipe = param.pipe or "property"
            elif key == "valuefromremainingarguments":
                param.rest = True
            elif key == "mandatory":
                param.mandatory = True


ENDED: Final = frozenset((s.If, s.While, s.For, s.Foreach, s.Switch, s.Try, s.Trap, s.Function, s.Class, s.Block))
"""Statements that end with their closing brace and need no separator."""

CALLED: Final = frozenset("invoke tostring readtoend getstring replace split frombase64string downloadstring".split())
"""Methods that obfuscated scripts write with a blank before the bracket."""

Rule = Callable[[Parser, str], s.Node]

STATEMENTS: Final[dict[str, Rule]] = {
    "if": Parser.if_,
    "while": Parser.while_,
    "do": Parser.do_,
    "for": Parser.for_,
    "foreach": Parser.foreach,
    "switch": Parser.switch,
    "try": Parser.try_,
    "trap": Parser.trap,
    "function": Parser.function,
    "filter": Parser.function,
    "workflow": Parser.function,
    "configuration": Parser.function,
    "return": Parser.jump,
    "break": Parser.jump,
    "continue": Parser.jump,
    "throw": Parser.jump,
    "exit": Parser.jump,
    "data": Parser.data,
    "param": Parser.param_statement,
    "begin": Parser.block_statement,
    "process": Parser.block_statement,
    "end": Parser.block_statement,
    "parallel": Parser.block_statement,
    "sequence": Parser.block_statement,
    "inlinescript": Parser.block_statement,
    "using": Parser.using,
    "class": Parser.class_,
    "enum": Parser.class_,
}
