"""Configuration files: `emoscan.toml` of the machine, of the user, of the current folder, or the one named.

Top-level keys are options by their long names, for every command that has them; a table `[iocs]` holds what only that
command has. The command line is heard before the environment, the environment before files, and the nearer file before
the farther.

The current folder may hold what came out of a sample. Its file may therefore not say where to write, what to trust or
what to report: such keys are named in a warning and left alone. A file named by `--config` may say everything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

NAME: Final = "emoscan.toml"

ONLY_TRUSTED: Final = frozenset(
    {"allow", "config", "debug", "exit_zero", "fail_on", "files_from", "into", "null", "output", "password", "passwords_from", "rules"}
)
"""Options that the current folder's file may not set: with them a sample could write files or turn its own finding off."""

Values = dict[str, Any]


class BadConfig(ValueError):
    """A configuration file that cannot be used. The message names the file and what is wrong."""


def places() -> Iterator[tuple[Path, bool]]:
    """(file, whether it is trusted), from the one heard first to the one heard last. They need not exist."""
    yield Path(NAME), False
    if sys.platform.startswith(("win", "darwin")):
        import platformdirs

        yield platformdirs.user_config_path("emoscan", appauthor=False) / NAME, True
        yield platformdirs.site_config_path("emoscan", appauthor=False) / NAME, True
        return
    # The XDG base directory specification; platformdirs says the same and takes 18 ms to import.
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    yield Path(home) / "emoscan" / NAME, True
    yield Path("/etc/emoscan") / NAME, True
    yield Path("/etc") / NAME, True


def read(named: str | None, known: Callable[[], Mapping[str, Mapping[str, str]]]) -> tuple[Values, list[str]]:
    """Options by command, merged from the files that exist, and what a person should know about them.

    `named`: the only file to read, or "" for none at all. `known` gives the options by command, long name to parameter; ""
    holds those that may stand at the top level. Raises BadConfig.
    """
    if named is not None:
        files = [(Path(named), True)] if named else []
    else:
        files = [(path, trusted) for path, trusted in places() if path.is_file()]
    merged: Values = {}
    notes: list[str] = []
    for path, trusted in reversed(files):
        values, ignored = _one(path, known(), trusted=trusted)
        if ignored:
            notes.append(f"{path}: not heeded, because a sample could have brought this file: {', '.join(ignored)} (use --config)")
        notes.append(f"options from {path}")
        for command, options in values.items():
            merged.setdefault(command, {}).update(options)
    return merged, notes


def _one(path: Path, known: Mapping[str, Mapping[str, str]], *, trusted: bool) -> tuple[Values, list[str]]:
    import tomllib

    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(f"{path}: {error}") from None
    tables = {key: value for key, value in content.items() if isinstance(value, dict) and key in known}
    tables[""] = {key: value for key, value in content.items() if key not in tables}
    values: Values = {}
    ignored: list[str] = []
    for command, options in tables.items():
        values[command] = {}
        for key, value in options.items():
            name = key.replace("-", "_")
            if name not in known[command]:
                raise BadConfig(f"{path}: {f'[{command}]: ' if command else ''}there is no option {key!r}")
            if name in ONLY_TRUSTED and not trusted:
                ignored.append(key)
                continue
            # `limit` reads best as a table: limit = { seconds = 10 }
            values[command][known[command][name]] = [f"{k}={v}" for k, v in value.items()] if isinstance(value, dict) else value
    return values, ignored
