"""`emoscan version`: what is installed."""

from __future__ import annotations

import platform

import click
import msgspec

from emoscan import __version__
from emoscan.cli.run import OK
from emoscan.report import SCHEMA_VERSION


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the digest of the rules.")
def command(as_json: bool) -> int:
    """Print the version."""
    if not as_json:
        click.echo(f"emoscan {__version__}")
        return OK
    from emoscan.analyse import rules_digest

    facts = {
        "version": __version__,
        "schema_version": SCHEMA_VERSION,
        "rules": rules_digest(()),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    click.echo(msgspec.json.encode(facts).decode())
    return OK
