"""Watching a loop: what it may spend, when it shows nothing new any more, and lists of addresses it goes through."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.powershell.flow import Return

IDLE_ROUNDS: Final = 40
"""Rounds of a loop without end that reach outside or depend on what nobody knows, and show nothing new, before it is left."""

LEAST_IDLE: Final = 4
"""A loop that was left for that before, with nothing new since, gets half as many of them each time, down to this."""


class LoopWatch:
    """One run of a loop over `items`, or of one that only its test or a `break` ends."""

    __slots__ = (
        "allowance", "branches", "fetched_before", "first", "guessed", "idle", "idle_rounds", "items", "left", "machine", "news", "number", "pending", "rounds", "skips", "touched",
    )  # fmt: skip

    def __init__(self, machine: Any, number: int, items: list[Any] | None) -> None:
        self.machine = machine
        self.number = number
        self.items = items
        self.rounds = 0
        self.allowance = machine.used + machine.budget.left("operations") // 2 + 1_000
        """Half of what is left to spend, so that what comes behind the loop is still seen."""
        self.news = machine.news
        self.touched = machine.touched
        self.branches = machine.guessed
        self.skips = machine.skips
        self.idle = 0
        news, rounds = machine.idle_loops.get(number, (-1, IDLE_ROUNDS))
        self.idle_rounds = rounds if news == machine.news else IDLE_ROUNDS
        self.guessed = 0
        self.first = len(machine.downloaded)
        self.fetched_before = self.first
        self.pending: BaseException | None = None
        self.left = False

    def round(self, weight: int) -> bool:
        """Begin a round; whether there may be one."""
        m = self.machine
        m.tick(weight)
        self.rounds += 1
        if m.used > self.allowance:
            m.loop_left(self.rounds)
            return False
        self.fetched_before = len(m.downloaded)
        if self.items is None and self.rounds > 1:
            if m.news != self.news:
                self.idle = 0
            elif m.skips != self.skips:
                return False  # it would have ended in a branch that was passed over, and goes on for nothing
            elif m.touched != self.touched or m.guessed != self.branches:
                self.idle += 1
                if self.idle > self.idle_rounds:
                    m.idle_loops[self.number] = m.news, max(self.idle_rounds // 2, LEAST_IDLE)
                    return False
        self.news, self.touched, self.skips, self.branches = m.news, m.touched, m.skips, m.guessed
        return True

    def goes_on(self, leave: BaseException | None = None) -> bool:
        """The loop is about to be left. It goes on when this round fetched something: that may have failed."""
        if len(self.machine.downloaded) == self.fetched_before:
            return False
        if self.pending is None:
            self.pending = leave
        return True

    def once_more(self) -> bool:
        """The test is unknown: one round, and more as long as each shows something new."""
        self.guessed += 1
        return self.guessed == 1 or self.machine.news != self.news

    def leave(self) -> None:
        """The loop has ended: report the addresses it went through."""
        m = self.machine
        start = max(self.first, m.listed)
        urls = m.downloaded[start:]
        if len(urls) >= 2 and self.rounds >= 2:
            m.listed = len(m.downloaded)
            separator = m.separators.get(urls[0].strip().lower(), "")
            m.fact(
                "powershell.url_list",
                str(len(urls)),
                separator=separator,
                size_check=m.sized[-1] if m.sized else "",
                runner=m.runners[-1] if m.runners else "",
            )

    def again(self) -> None:
        """After the loop: a `return` that was passed over still gives the function its value."""
        if isinstance(self.pending, Return):
            raise self.pending
