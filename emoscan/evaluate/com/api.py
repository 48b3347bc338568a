"""Functions of Windows libraries that scripts declare and call."""

from __future__ import annotations

from typing import Any


def call(machine: Any, declare: Any, args: tuple[Any, ...]) -> Any:
    """The result of `Declare`d function `declare` (a syntax.Declare) called with `args`; references where they were passed."""
    return machine.unmodelled(f"{declare.library}!{declare.alias}({len(args)} arguments)")
