"""The commands, by name. Each lives in a module of its own, which is imported when it is called."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from types import FrameType
from typing import Any, Final

import click

from emoscan import __version__
from emoscan.cli.main import COMMANDS, DEFAULT

COMPLETE: Final = "_EMOSCAN_COMPLETE"
"""Set by the script of `emoscan completion` when the shell asks what may follow."""


class Commands(click.Group):
    """Finds commands by name, and takes a first argument that is none for something to scan."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks for it
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"emoscan.cli.{name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in COMMANDS and args[0] not in ("--help", "-h", "--version"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group(cls=Commands, name="emoscan", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="emoscan", message="%(prog)s %(version)s")
def cli() -> None:
    """What an Emotet-style attachment would have done: from the mail to the download URLs.

    Nothing of a sample is ever run. `emoscan FILE` is short for `emoscan scan FILE`.
    """


@cache
def known_options() -> dict[str, dict[str, str]]:
    """Options a configuration file may set, by command: long name, with underscores, to parameter. "" is its top level."""
    from emoscan.cli.options import long_name

    options = {
        name: {long_name(option.opts): str(option.name) for option in _command(name).params if isinstance(option, click.Option)}
        for name in COMMANDS
        if not isinstance(_command(name), click.Group)
    }
    return {**options, "": options[DEFAULT]}


def _command(name: str) -> click.Command:
    command: click.Command = import_module(f"emoscan.cli.{name}").command
    return command


class Terminated(BaseException):
    """Asked to end by SIGTERM: workers are ended on the way out."""


def _terminate(_signum: int, _frame: FrameType | None) -> None:
    raise Terminated


def run(arguments: Sequence[str]) -> int:
    """Run one command. Returns the exit code; raises nothing.

    Does what click's own `main` does, but for exit codes: there a reader that has gone counts as 1, which is "found".
    """
    from emoscan.cli.run import FAILED, INCOMPLETE, INTERRUPTED, TERMINATED

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if COMPLETE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "emoscan", COMPLETE, os.environ[COMPLETE])
    gc.enable()
    try:
        with suppress(ValueError):  # not in the main thread: somebody else answers to signals
            signal.signal(signal.SIGTERM, _terminate)
        with cli.make_context("emoscan", list(arguments)) as ctx:
            result: Any = cli.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        # What is left in the buffer must not raise again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INCOMPLETE
    except Exception as error:
        if "--debug" in arguments or os.environ.get("EMOSCAN_DEBUG"):
            raise
        print(f"emoscan: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    return result if isinstance(result, int) else 0
