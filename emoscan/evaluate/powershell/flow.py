"""Scopes, blocks of code as values, and the ways in which a block of statements is left."""

from __future__ import annotations

from typing import Any

from emoscan.evaluate.powershell import syntax as s


class Scope:
    """Variables and functions by lower-case name; what is not here is looked for in `parent`, that is in the caller."""

    __slots__ = ("code", "converters", "functions", "parent", "pending", "vars")

    def __init__(self, parent: Scope | None, code: Code | None = None) -> None:
        self.vars: dict[str, Any] = {}
        self.functions: dict[str, Any] = {}
        self.converters: dict[str, Any] | None = None
        """What a typed variable does with a value: `[int]$x`."""
        self.parent = parent
        self.code = code
        self.pending: list[Any] | None = None
        """What a branch that was also left out returned."""

    def whole(self) -> Scope:
        """The global scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Code:
    """A script block as a value, and what a function's name stands for."""

    TYPE = "System.Management.Automation.ScriptBlock"

    __slots__ = ("filter", "layer", "name", "scope", "tree")

    def __init__(self, tree: s.ScriptBlock, scope: Scope | None = None, name: str = "", *, filter_: bool = False) -> None:
        self.tree = tree
        self.scope = scope
        """Where GetNewClosure was called; None for others, which see their caller."""
        self.name = name
        self.filter = filter_
        self.layer = 0


class Leave(Exception):
    """A statement list is left early."""


class Break(Leave):
    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class Continue(Leave):
    def __init__(self, label: str = "") -> None:
        super().__init__(label)
        self.label = label


class Return(Leave):
    """`return`, with what it adds to the output."""

    def __init__(self, values: list[Any]) -> None:
        super().__init__()
        self.values = values
