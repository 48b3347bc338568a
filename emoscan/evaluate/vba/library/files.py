"""Files: the Open statement and its kin, and the functions around them."""

from __future__ import annotations

from typing import Any


def statement(machine: Any, what: str, args: tuple[Any, ...], words: list[str]) -> None:
    """Open, Close, Print #, Write #, Put, Seek, Name …; `args` and `words` as in syntax.FileStatement."""
    machine.unmodelled(f"{what} {len(args)} {words}")


def read(machine: Any, what: str, handle: Any, record: Any, current: Any) -> Any:
    """What `Input #`, `Line Input #` or `Get` puts into its variable, whose value is `current` now."""
    return machine.unmodelled(f"{what} {handle} {record} {current}")
