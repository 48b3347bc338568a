"""Where the program starts. A scan has its first worker started before anything else is loaded (docs/decisions/start-up.md)."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

COMMANDS: Final = ("scan", "explain", "extract", "iocs", "rules", "doctor", "version", "completion")
DEFAULT: Final = "scan"
SCANNING: Final = ("scan", "explain", "extract", "iocs", "doctor")
ASKING: Final = ("-h", "--help", "--version")


def entry() -> NoReturn:
    """The command `emoscan`. Ends without Python's tidying up, which takes longer than many a scan and has nothing to do."""
    gc.disable()  # starting makes no garbage
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises nothing."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not will_scan(arguments):
        from emoscan.cli.app import run

        return run(arguments)
    from emoscan.workers import dismiss, prepare

    prepare()
    try:
        from emoscan.cli.app import run

        return run(arguments)
    finally:
        dismiss()


def will_scan(arguments: Sequence[str]) -> bool:
    """Whether this looks like a scan. To be wrong costs a process that is started for nothing."""
    if not arguments or any(word in ASKING for word in arguments):
        return False
    return arguments[0] in SCANNING or arguments[0] not in COMMANDS
