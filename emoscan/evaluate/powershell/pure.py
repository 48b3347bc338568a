"""Blocks that are functions of `$_` and of what does not change: `% { [char]($_ -bxor 42) }`.

A payload of two hundred thousand pieces has a few hundred different ones. What such a block makes of a piece is worked
out once for each.
"""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.values import Char

FEW: Final = 32
"""Pieces for which nothing is remembered."""

MOST: Final = 4_096
"""Different pieces that are."""

AT_A_TIME: Final = 256
"""Pieces between two looks at the budget."""

PLAIN: Final = frozenset((str, int, Char))
"""Types of which equal values cannot be told apart."""

OPERATORS: Final = frozenset("bxor band bor shl shr + - * / % f replace creplace join eq ne ceq cne lt le gt ge".split())

TYPES: Final = frozenset("char int int32 int64 long byte uint16 uint32 int16 string convert math bitconverter text.encoding".split())


def is_pure(node: s.Node) -> bool:
    """Whether an expression does nothing but make a value of `$_`, of constants and of variables it does not set."""
    waiting: list[s.Node | str] = [node]
    while waiting:
        current = waiting.pop()
        match current:
            case str() | s.Const():
                pass
            case s.Var():
                if current.drive or current.splat:
                    return False
            case s.Paren():
                waiting.append(current.inner)
            case s.Unary(op="-" | "bnot" | "join"):
                waiting.append(current.value)
            case s.Cast():
                if current.type.lower().removeprefix("system.") not in TYPES:
                    return False
                waiting.append(current.value)
            case s.Chain():
                if any(op not in OPERATORS for op, _ in current.rest):
                    return False
                waiting += (current.first, *(right for _, right in current.rest))
            case s.Invoke(static=True, target=s.TypeLit(name=type_), name=str()):
                if type_.lower().removeprefix("system.") not in TYPES:
                    return False
                waiting += current.args
            case s.Expand():
                waiting += current.parts
            case _:
                return False
    return True


def pure_block(block: Any) -> bool:
    """Whether a block is one such expression."""
    tree = block.tree
    if tree.params or tree.begin is not None or tree.process is not None or tree.traps or block.layer:
        return False
    return tree.end is not None and len(tree.end) == 1 and is_pure(tree.end[0])


class Memory:
    """What a block made of each of the pieces it was given."""

    __slots__ = ("known", "run", "scope")

    def __init__(self, run: Any, scope: Any) -> None:
        self.run = run
        self.scope = scope
        self.known: dict[type, dict[Any, Any]] = {kind: {} for kind in PLAIN}

    def extend(self, items: list[Any], out: list[Any]) -> None:
        """Write what the block makes of pieces to the output."""
        for item in items:
            held = self.known.get(type(item))
            if held is not None and item in held:
                out.append(held[item])
                continue
            self.scope.vars["_"] = item
            made: list[Any] = []
            self.run(self.scope, made)
            out += made
            if held is not None and len(made) == 1 and type(made[0]) in PLAIN and len(held) < MOST:
                held[item] = made[0]
