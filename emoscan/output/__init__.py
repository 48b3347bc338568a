"""Renderers of reports. One file each, named like the format; `registry.renderer` imports the one that is asked for.

A renderer is a class registered with `@output`. It is made for one run, gets one record for each input in their order,
and returns the bytes to write: nothing here opens files, so the same renderer serves standard output and `--output`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from msgspec import Struct

from emoscan.report import Report, from_json

DEFAULT_WIDTH: Final = 100


class View(Struct, frozen=True, kw_only=True):
    """How a run is to be shown."""

    colour: bool = False
    width: int = DEFAULT_WIDTH
    verbose: int = 0
    full: bool = False
    """Nothing is folded."""
    lines: int = 16
    """Lines of a decoded text that are shown when it is folded."""


class Record:
    """One report: the line of JSON a worker made, and the object for those who look into it."""

    def __init__(self, line: bytes) -> None:
        self.line = line

    @cached_property
    def report(self) -> Report:
        return from_json(self.line)


class Renderer:
    """What every output is: `start`, then `add` for each record, then `end`. Each returns bytes to write."""

    def __init__(self, view: View) -> None:
        self.view = view

    def start(self) -> bytes:
        return b""

    def add(self, record: Record) -> bytes:
        raise NotImplementedError

    def end(self) -> bytes:
        return b""
