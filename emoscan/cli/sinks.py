"""Where rendered reports go: standard output, files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

import click

from emoscan.output import Record, Renderer, View
from emoscan.registry import outputs, renderer


class ReaderGone(Exception):
    """Whoever read our standard output has stopped (`emoscan scan … | head`)."""


class Target(Protocol):
    def write(self, data: bytes, /) -> Any: ...
    def close(self) -> None: ...


class Stdout:
    """Standard output as bytes, written through at once."""

    def write(self, data: bytes) -> None:
        if not data:
            return
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # What is left in the buffer must not raise again when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise ReaderGone from None

    def close(self) -> None:
        pass


class Sinks:
    """All outputs of a run."""

    def __init__(self, format_: str, files: Sequence[str], view: View, target: Target | None = None) -> None:
        """`format_` goes to `target`, standard output if none is given; `files`: FMT:PATH of each further one.

        Raises click.UsageError for an unknown format or a path that cannot be written.
        """
        self.sinks: list[tuple[Renderer, Target]] = [(renderer(format_)(view), target or Stdout())]
        for file in files:
            name, colon, path = file.partition(":")
            if not colon or not path or name not in outputs():
                raise click.UsageError(f"--output takes FORMAT:PATH with one of the formats {', '.join(outputs())}, not {file!r}")
            try:
                file_or_stdout: Target = Stdout() if path == "-" else open(path, "wb")  # noqa: SIM115 - closed in __exit__
            except OSError as error:
                raise click.UsageError(f"--output: {path}: {error.strerror}") from None
            plain = View(width=view.width, verbose=view.verbose, full=view.full, lines=view.lines)
            self.sinks.append((renderer(name)(plain), file_or_stdout))

    def __enter__(self) -> Self:
        for render, target in self.sinks:
            target.write(render.start())
        return self

    def add(self, record: Record) -> None:
        for render, target in self.sinks:
            target.write(render.add(record))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for render, target in self.sinks:
            if kind is not ReaderGone or not isinstance(target, Stdout):
                target.write(render.end())
            target.close()
