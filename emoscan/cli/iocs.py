"""`emoscan iocs`: indicators to copy into other tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from emoscan.cli.options import Run, option, scanning
from emoscan.cli.run import INCOMPLETE, Tally, outcomes
from emoscan.report import ROLE_ORDER, Ioc, Report, from_json

COLUMNS = ("type", "value", "role", "confidence", "input", "input_sha256")

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes a cell for a formula by."""


@click.command()
@option("--format", "format_", command="iocs", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True, help="How.")
@option("--defang", command="iocs", is_flag=True, help="Write hxxp and [.], so that no program makes a link of it.")
@option("--type", "types", command="iocs", multiple=True, metavar="TYPE", help="Only this type: url, domain, ipv4, … Repeatable.")
@option("--role", "roles", command="iocs", multiple=True, type=click.Choice(list(ROLE_ORDER)), help="Only this role. Repeatable.")
@scanning
def command(run: Run, *, format_: str, defang: bool, types: tuple[str, ...], roles: tuple[str, ...]) -> int:
    """List the indicators of all inputs, those that matter most first, each once.

    Exit code 0, or 2 and 3 as in `scan`: finding something is no failure here.
    """
    from emoscan.cli.sinks import ReaderGone, Stdout

    tally = Tally()
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for outcome in outcomes(run, tally):
        report = from_json(outcome.report)
        for ioc in report.iocs:
            if (not types or ioc.type in types) and (not roles or ioc.role in roles):
                row = _row(ioc, report, defang=defang)
                known = rows.setdefault((row["type"], row["value"]), row)
                if _rank(row) < _rank(known):
                    rows[row["type"], row["value"]] = row
    try:
        Stdout().write("".join(FORMATS[format_](sorted(rows.values(), key=_rank))).encode())
    except ReaderGone:
        return INCOMPLETE
    return tally.exit_code(exit_zero=True)


def _row(ioc: Ioc, report: Report, *, defang: bool) -> dict[str, Any]:
    value = ioc.defanged if defang else ioc.value
    values = (ioc.type, value, ioc.role, ioc.confidence, report.input.path or report.input.name, report.input.sha256)
    return dict(zip(COLUMNS, values))


def _rank(row: dict[str, Any]) -> int:
    return ROLE_ORDER.get(row["role"], len(ROLE_ORDER))


def _text(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield f"{row['value']}\n"


def _csv(rows: list[dict[str, Any]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in row.values()])
    yield out.getvalue()


def _json(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


FORMATS = {"text": _text, "csv": _csv, "json": _json}
