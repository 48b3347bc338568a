"""What is said to people beside the data: on standard error, and only what a terminal can bear."""

from __future__ import annotations

import os
import sys
import time
from typing import Final, TextIO

from msgspec import Struct

from emoscan.report import one_line

PROGRESS_EVERY: Final = 0.2


def wants_colour(choice: str, stream: TextIO) -> bool:
    """`--color` first, then NO_COLOR, then FORCE_COLOR (no-color.org, force-color.org), then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO, otherwise: int) -> int:
    """Columns of the terminal, of COLUMNS, or `otherwise`."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return max(40, int(columns))
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return otherwise


class Console(Struct):
    """Speaks on standard error. `verbose`: -1 says only what is wrong, 0 the usual, 1 more."""

    verbose: int = 0
    progress: bool = True
    last: float = 0.0
    shown: bool = False

    def error(self, message: str) -> None:
        self._say(f"emoscan: {message}")

    def note(self, message: str, level: int = 0) -> None:
        if self.verbose >= level:
            self._say(f"emoscan: {message}")

    def count(self, text: str) -> None:
        """A line that the next one overwrites; on terminals only, and not more often than an eye can follow."""
        now = time.monotonic()
        if self.progress and self.verbose >= 0 and now - self.last >= PROGRESS_EVERY and sys.stderr.isatty():
            self.last, self.shown = now, True
            sys.stderr.write(f"\r\x1b[K{one_line(text)}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self.shown:
            self.shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _say(self, line: str) -> None:
        self.clear()
        try:
            sys.stderr.write(one_line(line) + "\n")
            sys.stderr.flush()
        except OSError:
            pass  # nobody listens
