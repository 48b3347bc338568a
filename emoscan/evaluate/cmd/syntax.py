"""What a line of cmd.exe is parsed to."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class Redirection(Struct, frozen=True):
    handle: int
    sign: Literal["<", ">", ">>"]
    target: str
    """A file name with its quotes, or `&1`."""


class Simple(Struct, frozen=True):
    """A command with its arguments: carets and redirections taken out, quotes left in."""

    text: str
    redirections: tuple[Redirection, ...] = ()


class Block(Struct, frozen=True):
    """Commands in parentheses."""

    body: Node
    redirections: tuple[Redirection, ...] = ()


class Chain(Struct, frozen=True):
    """Commands joined by one operator; a new line is `&`."""

    operator: Literal["&", "&&", "||", "|"]
    items: tuple[Node, ...]


class If(Struct, frozen=True):
    test: str
    """errorlevel, cmdextversion, exist, defined, or the operator: ==, equ, neq, lss, leq, gtr, geq."""
    left: str
    right: str
    negated: bool
    folded: bool
    """/i: case does not count."""
    then: Node
    otherwise: Node


class For(Struct, frozen=True):
    type: Literal["", "d", "r", "l", "f"]
    argument: str
    """Options of /f, folder of /r."""
    variable: str
    items: str
    """What stands in the parentheses."""
    body: Node


class Nothing(Struct, frozen=True):
    """A label, a remark, an empty line."""


class Bad(Struct, frozen=True):
    """A command nobody can parse."""

    text: str
    why: str


Node = Any
"""One of the above. (msgspec resolves annotations, and the types refer to each other.)"""

NOTHING = Nothing()
