"""Running a scan for a command: outcomes one by one, what is said meanwhile, and the exit code in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click
from msgspec import Struct

from emoscan.cli.options import Run
from emoscan.model import LABELS, Label
from emoscan.sources import UNREADABLE
from emoscan.workers import Gist, Outcome, Supervisor

OK: Final = 0
FOUND: Final = 1
FAILED: Final = 2
INCOMPLETE: Final = 3
INTERRUPTED: Final = 130
TERMINATED: Final = 143


class Tally(Struct):
    """What came of the inputs so far."""

    counts: dict[str, int] = {}
    unreadable: int = 0
    incomplete: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def add(self, gist: Gist) -> None:
        self.counts[gist.verdict] = self.counts.get(gist.verdict, 0) + 1
        self.unreadable += any(problem.name == UNREADABLE for problem in gist.incomplete)
        self.incomplete += bool(gist.incomplete)

    def exit_code(self, fail_on: Label = "suspicious", *, exit_zero: bool = False) -> int:
        """0 nothing at or above `fail_on`; 1 something was; 2 nothing could be scanned; 3 nothing found, but not all was read."""
        if self.unreadable == self.total:
            return FAILED
        found = any(self.counts.get(label) for label in LABELS[LABELS.index(fail_on) :])
        if found and not exit_zero:
            return FOUND
        return INCOMPLETE if self.incomplete else OK

    def __str__(self) -> str:
        verdicts = ", ".join(f"{self.counts[label]} {label}" for label in reversed(LABELS) if self.counts.get(label))
        unread = f"; {self.unreadable} could not be read" if self.unreadable else ""
        return f"{self.total} scanned: {verdicts}{unread}" if self.total else "nothing was scanned"


def outcomes(run: Run, tally: Tally, *, contents: bool = False) -> Iterator[Outcome]:
    """The outcome of each input, in order, counted in `tally`. Workers are gone when it ends, however it ends."""
    try:
        supervisor = Supervisor(run.settings, run.workers, contents=contents)
    except ValueError as error:  # rules that cannot be used
        raise click.UsageError(str(error)) from None
    with supervisor:
        for outcome in supervisor.scan(run.inputs):
            tally.add(outcome.gist)
            run.console.count(f"{tally}")
            yield outcome
    run.console.clear()
    if run.inputs.skipped:
        run.console.note(f"{run.inputs.skipped} links, pipes and devices in folders were not followed", level=1)
