"""Options that several commands share, and what becomes of them.

Each option is also an environment variable: `EMOSCAN_` and its long name, `EMOSCAN_FAIL_ON`; those of a command other
than `scan` have its name in between, `EMOSCAN_IOCS_TYPE`. And each is a key of the configuration files (`config.py`).
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click
from msgspec import Struct

from emoscan.budget import PROFILES, Limits
from emoscan.cli import config
from emoscan.cli.console import Console
from emoscan.cli.inputs import STDIN, Inputs
from emoscan.context import Settings

F = TypeVar("F", bound=Callable[..., Any])

PASSWORDS: Final = 10_000
"""Lines of a file of passwords that are heeded."""

LIST = click.Path(exists=True, dir_okay=False, allow_dash=True)
FOLDER = click.Path(exists=True, file_okay=False)
FILE = click.Path(exists=True, dir_okay=False)


class Run(Struct):
    """What a command that scans was told."""

    inputs: Inputs
    settings: Settings
    workers: int
    console: Console
    color: str


def option(*names: str, command: str = "", **attributes: Any) -> Callable[[F], F]:
    """A click option that is an environment variable as well."""
    variable = "_".join(filter(None, ("EMOSCAN", command, long_name(names)))).upper()
    return click.option(*names, envvar=variable, **attributes)


def long_name(names: Sequence[str]) -> str:
    """`--fail-on` is `fail_on`."""
    return next(name for name in names if name.startswith("--")).removeprefix("--").replace("-", "_")


def _config(ctx: click.Context, _param: click.Parameter, named: str | None) -> None:
    """Read configuration before any other option takes its default."""
    from emoscan.cli.app import known_options

    try:
        values, notes = config.read(named, known_options)
    except config.BadConfig as error:
        raise click.UsageError(str(error)) from None
    command = ctx.info_name or ""
    mine = {parameter.name for parameter in ctx.command.params}
    shared = {name: value for name, value in values.get("", {}).items() if name in mine and (command == "scan" or name in SHARED)}
    ctx.default_map = {**shared, **values.get(command, {})}
    ctx.meta["emoscan.notes"] = notes


CONSOLE: Final = (
    option(
        "--config", is_eager=True, expose_value=False, callback=_config, metavar="FILE", help='Read options from FILE only; "" reads none.'
    ),
    option("-q", "--quiet", is_flag=True, help="Say only what is wrong on standard error."),
    option("-v", "--verbose", count=True, help="Say more; in tables, show findings and indicators."),
    option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="Whether to use colour."),
    option("--debug", is_flag=True, help="Show tracebacks of emoscan's own failures."),
)

INPUT: Final = (
    click.argument("paths", nargs=-1, metavar="[PATH|-]..."),
    option(
        "--files-from", multiple=True, type=LIST, metavar="FILE", help="Scan the paths listed in FILE, one a line; - is standard input."
    ),
    option("-0", "--null", is_flag=True, help="Paths of --files-from are separated by NUL."),
    option("--stdin-name", default="stdin", show_default=True, metavar="NAME", help="What standard input (-) is called in the report."),
)

ANALYSIS: Final = (
    option("--profile", type=click.Choice(list(PROFILES)), default="desk", show_default=True, help="How much an input may cost."),
    option("--limit", multiple=True, metavar="NAME=VALUE", help="Change one limit of the profile; `emoscan doctor` lists them."),
    option("-p", "--password", multiple=True, metavar="WORD", help="Try this password first. Other users may see it in the process list."),
    option(
        "--passwords-from", multiple=True, type=LIST, metavar="FILE", help="Try the passwords in FILE, one a line; - is standard input."
    ),
    option("--rules", multiple=True, type=FOLDER, metavar="DIR", help="Use the rules in DIR too."),
    option(
        "--allow", multiple=True, type=FILE, metavar="FILE", help="SHA-256 of files or normalised macros that are known to be harmless."
    ),
    option("--domain", multiple=True, metavar="NAME", help="A domain of yours or of a partner: senders that imitate it are told."),
    option("-j", "--jobs", type=click.IntRange(0), default=1, show_default=True, metavar="N", help="Worker processes; 0: one a processor."),
    option("--no-progress", is_flag=True, help="Show no progress, not even on a terminal."),
)

SHARED: Final = frozenset(
    {
        *("quiet", "verbose", "color", "debug"),
        *("files_from", "null", "stdin_name"),
        *("profile", "limit", "password", "passwords_from", "rules", "allow", "domain", "jobs", "no_progress"),
    }
)
"""Options that may stand at the top level of a configuration file, beside those of `scan`."""


def talking(function: F) -> F:
    """Give a command the options about the console."""
    for decorate in reversed(CONSOLE):
        function = decorate(function)
    return function


def scanning(function: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options about inputs, analysis and console; it is called with a `Run`, and its own options."""

    @functools.wraps(function)
    def command(**given: Any) -> int:
        return function(make_run(click.get_current_context(), given), **given)

    decorated: Callable[..., int] = command
    for decorate in reversed((*INPUT, *ANALYSIS, *CONSOLE)):
        decorated = decorate(decorated)
    return decorated


def make_run(ctx: click.Context, given: dict[str, Any]) -> Run:
    """Take the shared options out of `given`."""
    console = make_console(ctx, given)
    console.progress = not given.pop("no_progress")
    paths, lists = given.pop("paths"), given.pop("files_from")
    words_from = given.pop("passwords_from")
    if not paths and not lists:
        raise click.UsageError("nothing to scan: name files or folders, - for standard input, or a list by --files-from", ctx)
    if [*paths, *lists, *words_from].count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once only", ctx)
    limits = read_limits(given.pop("profile"), given.pop("limit"))
    settings = Settings(
        limits=limits,
        passwords=(*map(_as_typed, given.pop("password")), *_passwords(words_from)),
        rules=tuple(map(os.path.abspath, given.pop("rules"))),
        allow=tuple(_allowed(given.pop("allow"))),
        domains=given.pop("domain"),
        debug=given.pop("debug"),
    )
    inputs = Inputs(
        paths, lists, null=given.pop("null"), stdin_name=given.pop("stdin_name"), stdin_bytes=limits.object_bytes, most=limits.object_bytes
    )
    workers = given.pop("jobs") or processors()
    return Run(inputs, settings, workers, console, given.pop("color"))


def make_console(ctx: click.Context, given: dict[str, Any]) -> Console:
    console = Console(verbose=-1 if given.pop("quiet") else given.pop("verbose"))
    given.pop("verbose", None)
    for note in ctx.meta.get("emoscan.notes", ()):
        console.note(note, level=0 if "not heeded" in note else 1)
    return console


def read_limits(profile: str, changes: Sequence[str]) -> Limits:
    pairs = dict(change.partition("=")[::2] for change in changes)
    try:
        return Limits.profile(profile).replace(**{name.strip(): value.strip() for name, value in pairs.items()})
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _as_typed(word: str) -> str:
    """An argument as UTF-8, also where Python takes the system for one that knows only ASCII."""
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeError:
        raise click.UsageError("a password is not UTF-8") from None


def _passwords(files: Sequence[str]) -> list[str]:
    words: list[str] = []
    for name in files:
        for line in _lines(name):
            word = line.rstrip("\r\n")
            if word:
                words.append(word)
    return words[:PASSWORDS]


def _allowed(files: Sequence[str]) -> list[str]:
    """The digests of allow lists: one a line, then anything; `#` begins a comment."""
    digests: list[str] = []
    for name in files:
        for number, line in enumerate(_lines(name), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            digest = words[0].lower()
            if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
                raise click.UsageError(f"{name}, line {number}: {words[0]!r} is no SHA-256")
            digests.append(digest)
    return digests


def _lines(name: str) -> list[str]:
    with open(sys.stdin.fileno() if name == STDIN else name, encoding="utf-8", errors="replace", closefd=name != STDIN) as file:
        return file.read(16 << 20).splitlines()


def processors() -> int:
    """Processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
