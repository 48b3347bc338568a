"""How much one input may cost: the limits, and the meter that is asked before anything grows.

Two purses. Each input has one `Budget`; each step gets a share of what is left of it (`for_step`), so that a decoy
which burns its share cannot starve the step that would have found the real thing. Whatever a step spends is taken from
both. A purse that would be overdrawn raises `LimitReached` *before* the work is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

MIB: Final = 1 << 20


class LimitReached(BaseException):
    """We stopped. A `BaseException`, so that no `except Exception` of ours, of a library or of an evaluated script's
    own `On Error`/`try` handling takes it for something else. Caught where a step or a script is run, nowhere else.
    """

    def __init__(self, name: str, limit: float, what: str = "") -> None:
        super().__init__(name, limit, what)
        self.name, self.limit, self.what = name, limit, what

    def __str__(self) -> str:
        return f"{self.name} limit of {self.limit:,.10g} reached{': ' + self.what if self.what else ''}"


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every limit of a scan. Times in seconds, sizes in bytes, the rest in pieces. The defaults are profile `desk`."""

    seconds: float = 20.0
    """Soft limit for one input: when it is reached no new step starts and the running one is interrupted."""
    kill_seconds: float = 2.0
    """How long after the soft limit the supervisor waits before it kills the worker."""
    object_bytes: int = 100 * MIB
    """One object read from an archive, a mail, a document, or from disk."""
    expanded_bytes: int = 256 * MIB
    """Everything that steps yield or hold, for one input."""
    depth: int = 16
    """Edges between the input and an artifact."""
    objects: int = 2_000
    facts: int = 50_000
    kdf_rounds: int = 5_000_000
    """Hash rounds spent on trying passwords, for one input."""
    passwords: int = 40
    """Candidates tried where a long key derivation makes each one dear; cheap checks may try fifty times as many."""
    operations: int = 5_000_000
    """Operations of script evaluation, for one script; an input may spend SCRIPTS times as many in all."""
    call_depth: int = 64
    string_bytes: int = 16 * MIB
    """One string of an evaluated script."""
    strings_bytes: int = 64 * MIB
    """All strings an evaluated script holds at a time."""
    memory_bytes: int = 512 * MIB
    """Address space of a worker above what it uses before its first input."""
    yara_seconds: float = 5.0
    yara_bytes: int = 32 * MIB
    """The part of one object that YARA looks at."""
    mime_depth: int = 64
    mime_parts: int = 1_000
    vba_modules: int = 1_000
    vba_source_bytes: int = 16 * MIB

    @classmethod
    def profile(cls, name: str) -> Limits:
        """The limits of profile `desk`, `gateway` (seconds at most) or `deep` (an analyst who can wait).

        Raises KeyError for another name.
        """
        return PROFILES[name]

    def replace(self, **changes: object) -> Limits:
        """These limits with some changed; values may be numbers or their text.

        Raises ValueError for a name that is no limit or a value that is not a positive number.
        """
        types = {f.name: f.type for f in msgspec.structs.fields(self)}
        clean: dict[str, float] = {}
        for name, value in changes.items():
            if name not in types:
                raise ValueError(f"no limit is called {name!r}; there are: {', '.join(types)}")
            try:
                number = float(str(value))
                clean[name] = int(number) if types[name] is int else number
            except (ValueError, OverflowError):
                raise ValueError(f"limit {name} takes a number, not {value!r}") from None
            if not 0 < clean[name] < float("inf"):
                raise ValueError(f"limit {name} must be above zero")
        return msgspec.structs.replace(self, **clean)


PROFILES: Final[dict[str, Limits]] = {
    "desk": Limits(),
    "gateway": Limits(
        seconds=7.0, expanded_bytes=128 * MIB, objects=1_000, kdf_rounds=2_000_000, passwords=16, operations=2_000_000, yara_seconds=2.0
    ),
    "deep": Limits(
        seconds=120.0,
        kill_seconds=10.0,
        object_bytes=1_024 * MIB,
        expanded_bytes=2_048 * MIB,
        depth=32,
        objects=20_000,
        facts=500_000,
        kdf_rounds=100_000_000,
        passwords=800,
        operations=100_000_000,
        memory_bytes=4_096 * MIB,
        yara_seconds=30.0,
        yara_bytes=256 * MIB,
    ),
}

SHARE: Final = 0.5
"""Part of what is left of the input's purse that one step may spend."""

SCRIPTS: Final = 4
"""How many scripts of one input may use up all their operations."""

PURSES: Final = ("expanded_bytes", "kdf_rounds", "operations")
"""Limits that are purses: they are spent, by steps, and shared out between them."""

SHARES: Final = {**dict.fromkeys(PURSES, SHARE), "kdf_rounds": 0.8}
"""By purse: what locks a document is mostly alone, and all candidates of a hundred thousand rounds should have their turn."""

_CLOCK_EVERY: Final = 4_096
"""Operations between two looks at the clock."""


class Budget:
    """The meter of one input. `spend` and `grow` are asked before work is done and raise `LimitReached` when it may not be.

    `size` and `spent` hold, by purse, what there was at first and what was used.
    """

    __slots__ = ("_parent", "_until_clock", "clock", "deadline", "limits", "seconds", "size", "spent")

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.clock = clock
        self.seconds = limits.seconds
        self.deadline = clock() + limits.seconds
        self.size: dict[str, int] = {name: getattr(limits, name) for name in PURSES}
        self.size["operations"] *= SCRIPTS
        self.spent: dict[str, int] = dict.fromkeys(PURSES, 0)
        self._parent: Budget | None = None
        self._until_clock = _CLOCK_EVERY

    def for_step(self, seconds: float | None = None) -> Budget:
        """A budget for one step: a share of every purse and of the time that is left, spent from this one as well.

        `seconds` caps its time further.
        """
        now = self.clock()
        share = Budget.__new__(Budget)  # a share has nothing of the limits' own sizes
        share.limits = self.limits
        share.clock = self.clock
        share._parent = self
        share._until_clock = _CLOCK_EVERY
        share.seconds = max((self.deadline - now) * SHARE, 0.0)
        if seconds is not None:
            share.seconds = min(share.seconds, seconds)
        share.deadline = now + share.seconds
        size, spent = self.size, self.spent
        share.size = {name: int((size[name] - spent[name]) * share_of) for name, share_of in SHARES.items()}
        share.size["operations"] = min(share.size["operations"], self.limits.operations)
        share.spent = dict.fromkeys(PURSES, 0)
        return share

    def left(self, purse: str) -> int:
        return self.size[purse] - self.spent[purse]

    def seconds_left(self) -> float:
        return self.deadline - self.clock()

    def postpone(self, seconds: float) -> None:
        """Give time back that was spent waiting for somebody else, here and in the input's budget."""
        self.deadline += seconds
        if self._parent is not None:
            self._parent.postpone(seconds)

    def check_time(self) -> None:
        if self.clock() >= self.deadline:
            raise LimitReached("seconds", round(self.seconds, 1))

    def spend(self, count: int = 1, purse: str = "operations", what: str = "") -> None:
        """Take `count` from a purse, of this budget and of the input's. Looks at the clock now and then."""
        purse_of: Budget | None = self
        while purse_of is not None:
            if count > purse_of.size[purse] - purse_of.spent[purse]:
                raise LimitReached(purse, purse_of.size[purse], what)
            purse_of = purse_of._parent
        purse_of = self
        while purse_of is not None:
            purse_of.spent[purse] += count
            purse_of = purse_of._parent
        self._until_clock -= count if purse == "operations" else _CLOCK_EVERY
        if self._until_clock <= 0:
            self._until_clock = _CLOCK_EVERY
            self.check_time()

    def grow(self, count: int, what: str = "") -> None:
        """Ask for `count` bytes that are about to be made and kept."""
        if count > self.limits.object_bytes:
            raise LimitReached("object_bytes", self.limits.object_bytes, what)
        self.spend(count, "expanded_bytes", what)
