"""`emoscan doctor`: what this installation can do, and what protects it."""

from __future__ import annotations

import os
import platform
from importlib.util import find_spec
from typing import Any

import click
import msgspec

from emoscan import __version__
from emoscan.budget import PROFILES, Limits
from emoscan.cli.options import FOLDER, option, talking
from emoscan.cli.run import FAILED, OK
from emoscan.context import Settings
from emoscan.detect import load
from emoscan.sources import Source
from emoscan.workers import Supervisor

LIBRARIES = {
    "_quickjs": "JScript",
    "backports.zstd": "Zstandard in archives",
    "bcj": "filters in 7z",
    "chardet": "encodings of texts that do not say theirs",
    "Crypto": "locked archives and documents",
    "idna": "international domain names",
    "inflate64": "Deflate64 in ZIP",
    "publicsuffixlist": "what is a domain",
    "stream_unzip": "locked members of ZIP",
    "yara": "YARA rules",
}
"""Modules that parts of the analysis use, and what for: without one, only that part is missing."""


@click.command()
@option("--format", "format_", command="doctor", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How.")
@option("--profile", type=click.Choice(list(PROFILES)), default="desk", show_default=True, help="Whose limits to show.")
@option("--rules", multiple=True, type=FOLDER, metavar="DIR", help="Count the rules in DIR too.")
@talking
def command(*, format_: str, profile: str, rules: tuple[str, ...], **_console: object) -> int:
    """Show what protects the analysis on this machine, which rules and libraries there are, and the limits.

    The sandbox is what a worker process really got, not what it should have. Exit code 2 when a trial scan fails.
    """
    settings = Settings(limits=Limits.profile(profile), rules=tuple(map(os.path.abspath, rules)))
    found, works = examine(settings)
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        for title, rows in found.items():
            click.echo(title)
            longest = max(map(len, rows), default=0)
            for name, value in rows.items():
                click.echo(f"  {name:<{longest}}  {f'{value:,}' if isinstance(value, int) else value}")
    return OK if works else FAILED


def examine(settings: Settings) -> tuple[dict[str, dict[str, Any]], bool]:
    """All there is to show, by section, and whether a trial scan went well."""
    from emoscan.analyse import rules_digest
    from emoscan.detect.yara import sources
    from emoscan.registry import discover, outputs, sniffed_kinds, steps

    with Supervisor(settings) as supervisor:
        outcome = next(supervisor.scan([Source("trial", "trial", b"A trial.\n")]))
        works = outcome.gist.verdict == "clean"
        state = supervisor.confinement or {"worker": "does not start"}
    discover()
    heuristics = load.load(settings.rules)
    return {
        "emoscan": {
            "version": __version__,
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "platform": platform.platform(),
            "trial scan": "well" if works else "failed",
        },
        "sandbox of a worker": state,
        "parts": {"steps": len(steps()), "kinds recognised": len(sniffed_kinds()), "outputs": ", ".join(outputs())},
        "rules": {
            "heuristics": len(heuristics),
            "YARA files": len(sources(settings.rules)),
            "digest": rules_digest(settings.rules),
            "folders": ", ".join(map(str, (load.bundled(), *settings.rules))),
        },
        "libraries": {name: f"{'there' if _is_there(name) else 'missing'}: {use}" for name, use in LIBRARIES.items()},
        "limits": msgspec.to_builtins(settings.limits),
    }, works


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it would be in
        return False
