"""The library's front door: a scanner whose workers are reused."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from emoscan.context import Settings
from emoscan.mailboxes import among, each_mail
from emoscan.report import Report, from_json
from emoscan.sources import Source
from emoscan.workers import HEAD, Supervisor


class Scanner:
    """Scans inputs in worker processes that live as long as it does.

        with Scanner() as scanner:
            report = scanner.scan_path("invoice.eml")

    No method raises for what an input holds. `in_process` analyses in the calling process instead: for callers that
    bring a sandbox of their own, without limits that the system enforces.
    """

    def __init__(self, settings: Settings | None = None, *, workers: int = 1, in_process: bool = False) -> None:
        self.settings = settings or Settings()
        self._supervisor = None if in_process else Supervisor(self.settings, workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._supervisor is not None:
            self._supervisor.close()

    def scan_bytes(self, data: bytes, name: str = "", passwords: tuple[str, ...] = ()) -> Report:
        """The report on some bytes. `passwords` are tried before those of the settings."""
        return next(self.scan_many([Source(name, name, data)], passwords))

    def scan_path(self, path: str | os.PathLike[str], passwords: tuple[str, ...] = ()) -> Report:
        """The report on a file. One that cannot be read gets a report that says so."""
        return next(self.scan_many([Source(os.fspath(path), Path(path).name)], passwords))

    def scan_folder(self, path: str | os.PathLike[str], passwords: tuple[str, ...] = ()) -> Iterator[Report]:
        """A report on each mail of a folder of mails in one file (mbox), which may be of any size; on another file the one on it."""
        source = Source(os.fspath(path), Path(path).name)
        return self.scan_many(each_mail(source, self.settings.limits.object_bytes), passwords)

    def scan_many(self, sources: Iterable[Source], passwords: tuple[str, ...] = ()) -> Iterator[Report]:
        """Reports in the order of the sources. In a list (not a stream) mails may tell the passwords of each other's attachments."""
        if isinstance(sources, list | tuple):
            sources = among(sources)
        settings = replace(self.settings, passwords=(*passwords, *self.settings.passwords)) if passwords else self.settings
        if self._supervisor is None:
            yield from (_here(source, settings) for source in sources)
            return
        self._supervisor.settings = settings
        for outcome in self._supervisor.scan(sources):
            yield from_json(outcome.report)


def _here(source: Source, settings: Settings) -> Report:
    from emoscan.analyse import analyse
    from emoscan.model import Problem
    from emoscan.sources import UNREADABLE, Unreadable, cut_to, open_file, read_whole
    from emoscan.workers import empty_report

    descriptor, data = -1, source.data
    try:
        if data is None:
            descriptor, data = open_file(source)
        limit = settings.limits.object_bytes
        data, cut = cut_to(data, limit) if data is not None else read_whole(descriptor, limit)
    except Unreadable as error:
        return empty_report(source, settings, (Problem("failed", UNREADABLE, str(error)),))
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    report = analyse(data, source.name, source.path, settings, cut=cut)
    if source.siblings is not None and any(problem.sort == "encrypted" for problem in report.incomplete):
        siblings = tuple(source.siblings(data[:HEAD]))
        if siblings:
            return analyse(data, source.name, source.path, settings, cut=cut, siblings=siblings)
    return report


def scan_bytes(data: bytes, name: str = "", settings: Settings | None = None) -> Report:
    """Scan one input in a worker process of its own."""
    with Scanner(settings) as scanner:
        return scanner.scan_bytes(data, name)


def scan_path(path: str | os.PathLike[str], settings: Settings | None = None) -> Report:
    with Scanner(settings) as scanner:
        return scanner.scan_path(path)
