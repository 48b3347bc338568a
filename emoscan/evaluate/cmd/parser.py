"""From a line to its commands: the second of the phases in which cmd.exe reads (quotes, carets, operators, parentheses,
redirections, IF and FOR). Percent signs have been expanded before; loop variables and exclamation marks come later.

What cannot be parsed is a `Bad` node. Nesting of parentheses is followed to DEEPEST levels, but for those that open one
right after the other, which cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from emoscan.budget import LimitReached
from emoscan.evaluate.cmd.syntax import NOTHING, Bad, Block, Chain, For, If, Node, Redirection, Simple
from emoscan.parse.lazy import lazy

DELIMITERS: Final = " \t,;=\x0b\x0c\xa0"
"""Characters that part the words of a command."""

DEEPEST: Final = 80

_BLANKS: Final = lazy(r"[ \t,;=\x0b\x0c\xa0]+")
_BLANKS_AND_LINES: Final = lazy(r"[ \t,;=\x0b\x0c\xa0\n]+")
_SPECIAL: Final = lazy(r'[\^"&|<>)\n]')
_WORD_END: Final = lazy(r'[\^"&|<>()\n \t,;=\x0b\x0c\xa0]')
_TOKEN_END: Final = lazy(r'[\^"&|<>)\n \t,;=\x0b\x0c\xa0]')
_SET_END: Final = lazy(r'[\^")]')

_COMPARISONS: Final = frozenset(("equ", "neq", "lss", "leq", "gtr", "geq"))
_TESTS: Final = frozenset(("errorlevel", "cmdextversion", "exist", "defined"))


class _Error(Exception):
    """What follows is no command."""


def parse(text: str, more: Callable[[], str | None] | None = None) -> Node:
    """The commands of a line, or of as many lines as its parentheses hold; `more` gives the next one.

    Raises LimitReached when it is nested too deeply.
    """
    return _Parser(text, more).line()


class _Parser:
    def __init__(self, text: str, more: Callable[[], str | None] | None) -> None:
        self.text = text
        self.at = 0
        self.more = more
        self.depth = 0
        """Parentheses that are open."""
        self.level = 0

    def line(self) -> Node:
        """Everything: what is left over after a closing parenthesis that nobody opened is a line of its own."""
        items: list[Node] = []
        while True:
            items.append(self.sequence())
            self.skip(_BLANKS_AND_LINES)
            if self.at >= len(self.text):
                return chain("&", items)
            if self.text[self.at] == ")":  # at the beginning of a command: like a remark
                self.to_end_of_line()
            elif self.text[self.at] in "&|":
                self.at += 1

    # ------------------------------------------------------------ reading

    def fill(self) -> bool:
        """Take the next line in; False when there is none."""
        line = self.more() if self.more is not None else None
        if line is None:
            return False
        self.text = f"{self.text[self.at :]}\n{line}"
        self.at = 0
        return True

    def skip(self, pattern: object = _BLANKS) -> None:
        match = pattern.match(self.text, self.at)  # type: ignore[attr-defined]
        if match is not None:
            self.at = match.end()

    def peek(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def to_end_of_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def token(self, end: object = _TOKEN_END) -> str:
        """The next word, carets taken out, quotes left in. It may be empty."""
        pieces: list[str] = []
        while True:
            match = end.search(self.text, self.at)  # type: ignore[attr-defined]
            stop = match.start() if match else len(self.text)
            pieces.append(self.text[self.at : stop])
            self.at = stop
            if match is None:
                break
            char = match[0]
            if char == "^":
                pieces.append(self.escaped())
            elif char == '"':
                pieces.append(self.quoted())
            elif char == ")" and not self.depth:
                pieces.append(char)
                self.at += 1
            else:
                break
        return "".join(pieces)

    def escaped(self) -> str:
        """What a caret stands before; at the end of a line, the first character of the next one."""
        self.at += 1
        if self.at >= len(self.text) and not self.fill():
            return ""
        if self.text[self.at] == "\n":
            self.at += 1
            if self.at >= len(self.text) and not self.fill():
                return ""
        self.at += 1
        return self.text[self.at - 1]

    def quoted(self) -> str:
        """From a quote to the next one, or to the end of the line."""
        begin = self.at
        end = self.text.find('"', begin + 1)
        line = self.text.find("\n", begin, end if end >= 0 else len(self.text))
        if line >= 0:
            self.at = line
        else:
            self.at = end + 1 if end >= 0 else len(self.text)
        return self.text[begin : self.at]

    # ------------------------------------------------------------ operators

    def sequence(self, first: Node = None) -> Node:
        """Commands up to the end of the line or a closing parenthesis. The weakest operator is &, then ||, &&, |."""
        self.level += 1
        if self.level > DEEPEST:
            raise LimitReached("call_depth", DEEPEST, "commands nested in each other")
        ands: list[Node] = []
        ors: list[list[Node]] = [[]]
        alls: list[list[list[Node]]] = [[[]]]
        # alls[i]: commands of one "&&"; they are parts of "||", those of "&"; the innermost are parts of a pipe
        pipe: list[Node] = []
        while True:
            pipe.append(first if first is not None else self.command())
            first = None
            self.skip()
            sign = self.operator()
            if sign == "|":
                continue
            ands.append(chain("|", pipe))
            pipe = []
            if sign == "&&":
                continue
            ors[-1].append(chain("&&", ands))
            ands = []
            if sign == "||":
                continue
            alls[-1].append(ors[-1])
            ors = [[]]
            if sign != "&":
                break
        self.level -= 1
        return chain("&", [chain("||", parts) for parts in alls[-1] if parts])

    def operator(self) -> str:
        for sign in ("&&", "||", "&", "|"):
            if self.peek(sign):
                self.at += len(sign)
                if sign != "&":
                    self.skip()
                return sign
        return ""

    # ------------------------------------------------------------ commands

    def command(self) -> Node:
        self.skip()
        while self.peek("@"):
            self.at += 1
            self.skip()
        if self.at >= len(self.text):
            return NOTHING
        char = self.text[self.at]
        if char == "(":
            return self.block()
        if char == ":":
            self.to_end_of_line()
            return NOTHING
        if char in "\n&|" or (char == ")" and self.depth):
            return NOTHING
        begin = self.at
        keyword = self.keyword()
        try:
            if keyword == "for":
                return self.loop()
            if keyword == "if":
                return self.condition()
        except _Error as error:
            shown = self.text[begin : begin + 200].partition("\n")[0]
            self.to_end_of_line()
            return Bad(shown, str(error))
        if keyword == "rem":
            return self.remark()
        return self.simple()

    def keyword(self) -> str:
        """IF, FOR or REM where the next word is one; then it is read."""
        begin = self.at
        if self.text[begin] not in "iIfFrR^":
            return ""
        match = _KEYWORD.match(self.text, begin)
        word = match[0].replace("^", "").lower() if match else ""
        if match is None or word not in {"if", "for", "rem"}:
            return ""
        after = self.text[match.end() : match.end() + 1]
        if after and after not in DELIMITERS and after not in "\n/&|<>(" and not (word == "rem" and after in ".:"):
            return ""
        self.at = match.end()
        return word

    def remark(self) -> Node:
        """The rest of the line, unless an operator follows at once."""
        self.skip()
        if self.at < len(self.text) and self.text[self.at] not in "&|<>":
            self.to_end_of_line()
        return NOTHING

    def simple(self) -> Node:
        pieces: list[str] = []
        redirections: list[Redirection] = []
        while True:
            match = _SPECIAL.search(self.text, self.at)
            stop = match.start() if match else len(self.text)
            pieces.append(self.text[self.at : stop])
            self.at = stop
            if match is None:
                break
            char = match[0]
            if char == '"':
                pieces.append(self.quoted())
            elif char == "^":
                pieces.append(self.escaped())
            elif char == "<" and (mark := UNKNOWN.match(self.text, stop)):
                pieces.append(mark[0])
                self.at = mark.end()
            elif char in "<>":
                redirections.append(self.redirection(pieces))
            elif char == ")" and not self.depth:
                pieces.append(char)
                self.at += 1
            else:
                break
        text = "".join(pieces)
        return Simple(text, tuple(redirections)) if text.strip(DELIMITERS) or redirections else NOTHING

    def redirection(self, pieces: list[str]) -> Redirection:
        char = self.text[self.at]
        handle = 0 if char == "<" else 1
        last = pieces[-1] if pieces else ""
        if last[-1:].isdigit() and last[-1:].isascii():
            before = last[-2:-1] or (pieces[-2][-1:] if len(pieces) > 1 else "")
            if not before or before in DELIMITERS or before in ')"':
                handle = int(last[-1])
                pieces[-1] = last[:-1]
        self.at += 1
        sign: Literal["<", ">", ">>"] = "<" if char == "<" else ">"
        if char == ">" and self.peek(">"):
            sign = ">>"
            self.at += 1
        self.skip()
        if self.peek("&"):
            self.at += 1
            self.skip()
            target = "&" + self.text[self.at : self.at + 1]
            self.at += 1
        else:
            target = self.token()
        return Redirection(handle, sign, target)

    def block(self) -> Node:
        """A block in parentheses. Those that open one right after the other are one loop here, not one call each."""
        opened = 0
        while self.peek("("):
            self.at += 1
            opened += 1
            self.skip()
            while self.peek("@"):
                self.at += 1
                self.skip()
        node: Node = None
        while opened:
            body, redirections = self.body(opened, node), self.after_block()
            node = Block(body, redirections) if redirections or opened == 1 else body
            opened -= 1
        return node

    def body(self, opened: int, first: Node) -> Node:
        """Lines up to the closing parenthesis."""
        self.depth += opened
        items: list[Node] = []
        while True:
            if first is None:
                self.skip(_BLANKS_AND_LINES)
            if self.at >= len(self.text) and first is None:
                if not self.fill():
                    break
                continue
            if self.peek(")") and first is None:
                self.at += 1
                break
            text, at = self.text, self.at
            items.append(self.sequence(first))
            if first is None and self.at == at and self.text is text:
                self.at += 1
            first = None
        self.depth -= opened
        return chain("&", items)

    def after_block(self) -> tuple[Redirection, ...]:
        found: list[Redirection] = []
        while True:
            self.skip()
            match = _HANDLE.match(self.text, self.at)
            if match is None:
                return tuple(found)
            self.at = match.end() - 1
            found.append(self.redirection([match[1]] if match[1] else []))

    # ------------------------------------------------------------ IF

    def condition(self) -> Node:
        folded = negated = False
        while True:
            self.skip()
            begin = self.at
            word = self.token().lower()
            if word == "/i":
                folded = True
            elif word == "not":
                negated = not negated
            else:
                break
        if word in _TESTS and self.at < len(self.text) and not self.compares():
            self.skip()
            left, test, right = self.token(), word, ""
        else:
            left = self.operand(begin)
            self.skip_but_equals()
            if self.peek("=="):
                test = "=="
                self.at += 2
            else:
                test = self.token(_WORD_END).lower()
                if test not in _COMPARISONS:
                    raise _Error("IF without a comparison")
            self.skip()
            right = self.operand(self.at)
        return self.branches(test, left, right, negated=negated, folded=folded)

    def operand(self, begin: int) -> str:
        """One side of a comparison. A parenthesis right after a quote begins the block."""
        self.at = begin
        text = self.token()
        if text.endswith('"(') and self.text[self.at - 1] == "(":
            self.at -= 1
            text = text[:-1]
        return text

    def compares(self) -> bool:
        """Whether == comes next: then EXIST and the like are text."""
        match = _EQUALS.match(self.text, self.at)
        return match is not None

    def skip_but_equals(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in DELIMITERS and not self.peek("=="):
            self.at += 1

    def branches(self, test: str, left: str, right: str, *, negated: bool, folded: bool) -> Node:
        self.skip()
        if self.at >= len(self.text) or self.text[self.at] in "\n&|":
            raise _Error("IF without a command")
        if not self.peek("("):
            return If(test, left, right, negated, folded, self.sequence(), NOTHING)
        then = self.block()
        self.skip()
        match = _ELSE.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            return If(test, left, right, negated, folded, then, self.sequence())
        # What is joined to the block belongs to it
        return If(test, left, right, negated, folded, self.sequence(then), NOTHING)

    # ------------------------------------------------------------ FOR

    def loop(self) -> Node:
        type_: Literal["", "d", "r", "l", "f"] = ""
        argument = ""
        while True:
            self.skip()
            word = self.token()
            switch = word.lower()
            if switch in {"/d", "/r", "/l", "/f"}:
                type_ = "r" if type_ == "r" and switch == "/d" else switch[1]  # type: ignore[assignment]
            elif word.startswith("%") and len(word) == 2:
                break
            elif type_ in {"r", "f"} and word and not argument:
                argument = word
            else:
                raise _Error("FOR without a variable")
        self.skip()
        if self.token(_WORD_END).lower() != "in":
            raise _Error("FOR without IN")
        self.skip()
        if not self.peek("("):
            raise _Error("FOR without a set")
        self.at += 1
        items = self.items()
        self.skip(_BLANKS_AND_LINES)
        if self.token(_WORD_END).lower() != "do":
            raise _Error("FOR without DO")
        self.skip()
        return For(type_, argument, word[1], items, self.sequence())

    def items(self) -> str:
        """The text up to the closing parenthesis; new lines part items like blanks."""
        pieces: list[str] = []
        while True:
            match = _SET_END.search(self.text, self.at)
            stop = match.start() if match else len(self.text)
            pieces.append(self.text[self.at : stop].replace("\n", " "))
            self.at = stop
            if match is None:
                if not self.fill():
                    raise _Error("FOR without the end of its set")
                continue
            if match[0] == ")":
                self.at += 1
                return "".join(pieces)
            pieces.append(self.quoted() if match[0] == '"' else self.escaped())


_KEYWORD: Final = lazy(r"(?:\^?[A-Za-z]){2,3}(?![A-Za-z0-9_^])")
UNKNOWN: Final = lazy(r"<Unknown: [^<>\n]{0,400}>")
"""What stands for a part that the script around did not know; no redirection."""
_HANDLE: Final = lazy(r"([0-9]?)[<>]")
_EQUALS: Final = lazy(r"[ \t,;]*==")
_ELSE: Final = lazy(r"\^?e\^?l\^?s\^?e(?=[\s,;=(]|\Z)", 2)  # re.IGNORECASE


def chain(operator: Literal["&", "&&", "||", "|"], items: list[Node]) -> Node:
    if operator == "&":
        items = [item for item in items if item is not NOTHING]
        if not items:
            return NOTHING
    return items[0] if len(items) == 1 else Chain(operator, tuple(items))
