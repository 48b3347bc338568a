"""`emoscan explain`: the long answer."""

from __future__ import annotations

import sys

import click
from msgspec.structs import replace

from emoscan.cli.console import wants_colour, width
from emoscan.cli.options import Run, option, scanning
from emoscan.cli.run import INCOMPLETE, Tally, outcomes
from emoscan.output import DEFAULT_WIDTH, Record, View


@click.command()
@option("--full", command="explain", is_flag=True, help="Fold nothing: whole texts, whole lists.")
@option("--lines", command="explain", type=click.IntRange(1), default=16, show_default=True, metavar="N", help="Lines shown of each text.")
@option("--pager", command="explain", is_flag=True, help="Show it in the pager, when standard output is a terminal.")
@scanning
def command(run: Run, *, full: bool, lines: int, pager: bool) -> int:
    """Show the chain from the input to what it would have fetched, and why the verdict is what it is.

    Exit codes are those of `scan`.
    """
    from emoscan.cli.sinks import ReaderGone, Sinks, Stdout

    run.settings = replace(run.settings, include="all")
    colour = wants_colour(run.color, sys.stdout)
    view = View(colour=colour, width=width(sys.stdout, DEFAULT_WIDTH), verbose=run.console.verbose, full=full, lines=lines)
    tally = Tally()
    target = Pager(colour=colour) if pager and sys.stdout.isatty() else Stdout()
    try:
        with Sinks("explain", (), view, target) as sinks:
            for outcome in outcomes(run, tally):
                run.console.clear()
                sinks.add(Record(outcome.report))
    except ReaderGone:
        return tally.exit_code() or INCOMPLETE
    return tally.exit_code()


class Pager:
    """Collects what is written and shows it in the pager at the end."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour
        self.pages: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pages.append(data)

    def close(self) -> None:
        click.echo_via_pager(b"".join(self.pages).decode("utf-8"), color=self.colour)
