"""`emoscan rules`: which there are, whether they are well made, whether they do what their examples say."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from emoscan.cli.console import wants_colour, width
from emoscan.cli.options import FOLDER, option, talking
from emoscan.cli.run import FOUND, OK
from emoscan.detect import load
from emoscan.output import DEFAULT_WIDTH
from emoscan.output._text import clip

FOLDERS = click.argument("folders", nargs=-1, type=FOLDER, metavar="[DIR]...")


@click.group()
def command() -> None:
    """List, check and test detection rules. Without DIR: those that come with emoscan."""


@command.command("list")
@option("--format", "format_", command="rules_list", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How.")
@FOLDERS
@talking
def list_rules(folders: tuple[str, ...], format_: str, color: str, **_console: object) -> int:
    """List the rules in force, those in DIR included: id, severity, points, title."""
    rules = sorted(_load(folders), key=lambda rule: rule.id)
    if format_ == "json":
        rows = [{key: value for key, value in msgspec.to_builtins(rule).items() if key not in ("hit", "miss")} for rule in rules]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return OK
    room = width(sys.stdout, DEFAULT_WIDTH)
    colour = wants_colour(color, sys.stdout)
    longest = max((len(rule.id) for rule in rules), default=0)
    for rule in rules:
        head = f"{rule.id:<{longest}}  {rule.severity:<8} {rule.points:>+4}  "
        title = clip(rule.title, max(20, room - len(head)))
        click.echo((click.style(head, bold=True) if colour else head) + title, color=colour)
    return OK


@command.command("check")
@FOLDERS
@talking
def check_rules(folders: tuple[str, ...], **_console: object) -> int:
    """Look for mistakes in rules: format, names, points, patterns that an attacker could make slow. Exit code 1 if any."""
    from emoscan.detect.lint import check

    ours = {rule.id: rule for rule in load.load()}
    complaints = [
        (folder, complaint) for folder in _chosen(folders) for complaint in check(folder, None if folder == load.bundled() else ours)
    ]
    for folder, complaint in complaints:
        click.echo(f"{folder}/{complaint}")
    if not complaints:
        click.echo(f"{sum(len(load.rule_files(folder)) for folder in _chosen(folders))} rules, nothing to complain of")
    return FOUND if complaints else OK


@command.command("test")
@option("--rule", command="rules_test", multiple=True, metavar="ID", help="Only this rule. Repeatable.")
@FOLDERS
@talking
def test_rules(folders: tuple[str, ...], rule: tuple[str, ...], **_console: object) -> int:
    """Run the hits and misses of rules. Exit code 1 if one does not come out as it should.

    The examples are analysed in this process: run only rules whose authors you trust.
    """
    from emoscan.detect.prove import prove

    in_force = _load(folders)
    failures = 0
    examples = 0
    for folder in _chosen(folders):
        for candidate in load.load_with_examples(folder).values():
            if rule and candidate.id not in rule:
                continue
            examples += len(candidate.hit) + len(candidate.miss)
            for failure in prove(candidate, in_force):
                failures += 1
                click.echo(str(failure))
    click.echo(f"{examples} examples, {failures} not as they should be")
    return FOUND if failures or (rule and not examples) else OK


def _chosen(folders: tuple[str, ...]) -> list[Path]:
    return list(map(Path, folders)) or [load.bundled()]


def _load(folders: tuple[str, ...]) -> tuple[load.Rule, ...]:
    try:
        return load.load(folders)
    except load.BadRule as error:
        raise click.ClickException(str(error)) from None
