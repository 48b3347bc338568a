"""`emoscan scan`: a verdict for each input."""

from __future__ import annotations

import sys

import click
from msgspec.structs import replace

from emoscan.cli.console import wants_colour, width
from emoscan.cli.options import Run, option, scanning
from emoscan.cli.run import INCOMPLETE, Tally, outcomes
from emoscan.model import Label
from emoscan.output import DEFAULT_WIDTH, Record, View
from emoscan.registry import outputs

EXIT_CODES = """\b
Exit codes:
  0    nothing at or above --fail-on
  1    something was
  2    wrong usage, or nothing could be scanned
  3    nothing found, but something failed or could not be read
  130  interrupted
"""


@click.command(epilog=EXIT_CODES)
@option("--format", "format_", type=click.Choice(outputs()), default="table", show_default=True, help="What is written to standard output.")
@option("--output", multiple=True, metavar="FMT:PATH", help="Write this format to PATH as well. Repeatable.")
@option(
    "--fail-on",
    type=click.Choice(["incomplete", "suspicious", "malicious"]),
    default="suspicious",
    show_default=True,
    help="The verdict from which the exit code is 1.",
)
@option("--exit-zero", is_flag=True, help="Findings do not change the exit code.")
@option(
    "--include",
    type=click.Choice(["none", "decoded", "all"]),
    default="none",
    show_default=True,
    help="Which scripts and texts the report holds in full.",
)
@scanning
def command(run: Run, *, format_: str, output: tuple[str, ...], fail_on: Label, exit_zero: bool, include: str) -> int:
    """Give a verdict on each input: files, folders and what is in them, or - for standard input.

    `scan` may be left out: a first argument that is no command is scanned.
    """
    from emoscan.cli.sinks import ReaderGone, Sinks

    run.settings = replace(run.settings, include=include)
    view = View(colour=wants_colour(run.color, sys.stdout), width=width(sys.stdout, DEFAULT_WIDTH), verbose=run.console.verbose)
    tally = Tally()
    try:
        with Sinks(format_, output, view) as sinks:
            for outcome in outcomes(run, tally):
                run.console.clear()
                sinks.add(Record(outcome.report))
    except ReaderGone:
        return tally.exit_code(fail_on, exit_zero=exit_zero) or INCOMPLETE
    run.console.note(str(tally), level=1 if tally.total == 1 else 0)
    return tally.exit_code(fail_on, exit_zero=exit_zero)
