"""Expressions of `set /a`: 32-bit integers, variables by bare name, assignments, the operators of C without the logical ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from emoscan.evaluate.cmd.expand import number
from emoscan.parse.lazy import lazy

DEEPEST: Final = 40

_TOKEN: Final = lazy(
    r"\s*(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19}|<<=|>>=|<<|>>|[*/%+\-&^|]=|[*/%+\-&^|()=,!~]|[^\s*/%+\-&^|()=,!~<>0-9][^\s*/%+\-&^|()=,!~<>]*)"
)

_LEVELS: Final = {"|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
_ASSIGN: Final = frozenset(("=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "<<=", ">>="))


class Invalid(Exception):
    """No expression, or one that has no value."""


def wrap(value: int) -> int:
    """A number in 32 bits with sign."""
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def evaluate(text: str, get: Callable[[str], str | None], put: Callable[[str, int], None]) -> int:
    """The value of the last of the expressions that commas part. Raises Invalid."""
    return _Expression(text.replace('"', ""), get, put).all()


class _Expression:
    def __init__(self, text: str, get: Callable[[str], str | None], put: Callable[[str, int], None]) -> None:
        self.tokens: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise Invalid(text[at:])
            self.tokens.append(match[1])
            at = match.end()
        self.at = 0
        self.depth = 0
        self.get, self.put = get, put

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def all(self) -> int:
        value = self.assignment()
        while self.peek() == ",":
            self.at += 1
            value = self.assignment()
        if self.peek():
            raise Invalid(self.peek())
        return value

    def assignment(self) -> int:
        name = self.peek()
        operator = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if operator not in _ASSIGN or name in _LEVELS:
            return self.binary(1)
        self.at += 2
        self.enter()
        value = self.assignment()
        self.depth -= 1
        value = value if operator == "=" else combine(operator[:-1], self.variable(name), value)
        self.put(name, value)
        return value

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Invalid("nested too deeply")

    def binary(self, level: int) -> int:
        value = self.unary()
        while (mine := _LEVELS.get(self.peek(), 0)) >= level:
            operator = self.peek()
            self.at += 1
            self.enter()
            right = self.binary(mine + 1)
            self.depth -= 1
            value = combine(operator, value, right)
        return value

    def unary(self) -> int:
        sign = self.peek()
        self.at += 1
        if sign in ("-", "+", "!", "~"):
            self.enter()
            value = self.unary()
            self.depth -= 1
            return {"-": wrap(-value), "+": value, "!": int(not value), "~": ~value}[sign]
        if sign == "(":
            self.enter()
            value = self.assignment()
            self.depth -= 1
            if self.peek() != ")":
                raise Invalid("missing )")
            self.at += 1
            return value
        if sign[:1].isdigit():
            return wrap(number(sign) or 0)
        if not sign or sign in _LEVELS or sign in _ASSIGN or sign in ("(", ")", ","):
            raise Invalid(sign)
        return self.variable(sign)

    def variable(self, name: str) -> int:
        return wrap(number(self.get(name) or "") or 0)


def combine(operator: str, left: int, right: int) -> int:
    if operator in ("/", "%"):
        if not right:
            raise Invalid("division by zero")
        quotient = abs(left) // abs(right)
        quotient = quotient if (left < 0) == (right < 0) else -quotient
        return wrap(quotient if operator == "/" else left - quotient * right)
    if operator in ("<<", ">>"):
        return wrap(left << right if operator == "<<" else left >> right) if 0 <= right < 32 else 0
    return wrap(
        {"*": left * right, "+": left + right, "-": left - right, "&": left & right, "^": left ^ right, "|": left | right}[operator]
    )
