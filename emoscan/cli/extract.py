"""`emoscan extract`: everything that came out of an input, as files that cannot hurt by their names."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from emoscan.cli.options import Run, option, scanning
from emoscan.cli.run import FAILED, Tally, outcomes
from emoscan.report import Report, from_json

MANIFEST = "manifest.json"
FILE_MODE = 0o400
FOLDER_MODE = 0o700


class Refused(Exception):
    """The folder holds something else under a name that is to be written."""


class Folder:
    """A folder that is written to by descriptor: no name leads out of it, no link is followed, nothing is overwritten."""

    def __init__(self, path: Path) -> None:
        """Creates it, for its owner only, if it is not there. Raises OSError."""
        with suppress(FileExistsError):
            os.mkdir(path, FOLDER_MODE)
        self.descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))

    def close(self) -> None:
        os.close(self.descriptor)

    def put(self, name: str, data: bytes) -> None:
        """Write a new file; one that is there already and equal is left alone. Raises OSError, Refused."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(name, flags, FILE_MODE, dir_fd=self.descriptor)
        except FileExistsError:
            if not self.holds(name, data):
                raise Refused(f"{name} is there already and is something else") from None
            return
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        except BaseException:
            os.unlink(name, dir_fd=self.descriptor)
            raise

    def holds(self, name: str, data: bytes) -> bool:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(name, flags, dir_fd=self.descriptor)
        except OSError:
            return False
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size != len(data):
                return False
            with os.fdopen(os.dup(descriptor), "rb") as file:
                return file.read() == data
        finally:
            os.close(descriptor)

    def replace(self, name: str, data: bytes) -> None:
        """Write a file in the place of what is there under that name. Raises OSError, Refused."""
        beside = f".{name}.{os.getpid()}"
        self.put(beside, data)
        os.replace(beside, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)


@click.command()
@option(
    "-o", "--into", command="extract", required=True, type=click.Path(file_okay=False), metavar="DIR", help="Where to; created if need be."
)
@scanning
def command(run: Run, *, into: str) -> int:
    """Write every artifact to DIR: its SHA-256 for a name, no extension, read-only. And `manifest.json`, the reports.

    Nothing else is ever written. They are live malware. A macro project is written as one bundle that can be scanned again.

    Exit code 0, or 2 and 3 as in `scan`: finding something is no failure here.
    """
    run.settings = replace(run.settings, include="none")
    tally = Tally()
    reports: list[Report] = []
    try:
        folder = Folder(Path(into))
    except OSError as error:
        raise click.UsageError(f"{into}: {error.strerror}") from None
    try:
        for outcome in outcomes(run, tally, contents=True):
            report = from_json(outcome.report)
            reports.append(report)
            _write(folder, report, outcome.contents)
        folder.replace(MANIFEST, msgspec.json.format(msgspec.json.encode(reports), indent=2) + b"\n")
    except (OSError, Refused) as error:
        run.console.error(f"{into}: {error}")
        return FAILED
    finally:
        folder.close()
    return tally.exit_code(exit_zero=True)


def _write(folder: Folder, report: Report, contents: dict[str, bytes]) -> None:
    for sha256, data in _verified(contents.items()):
        folder.put(sha256, data)
    for artifact in report.artifacts:
        if artifact.sha256 in contents:
            names = ", ".join(artifact.names)
            click.echo(f"{artifact.sha256}  {artifact.kind}  {artifact.size}{f'  {names}' if names else ''}")


def _verified(contents: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    """A worker has read hostile data; that the bytes are what it says is checked here."""
    for sha256, data in contents:
        if hashlib.sha256(data).hexdigest() == sha256:
            yield sha256, data
