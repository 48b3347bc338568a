"""Calls of methods of objects that nobody knows: what they would do if the object is the one that has such a method.

A script whose `CreateObject` could not be evaluated still says what it runs. What is recorded here is a guess, and marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.com.common import Text, command_line, given, is_address, text
from emoscan.evaluate.core.values import MISSING, Unknown, display
from emoscan.parse.lazy import lazy

CONFIDENCE: Final = 0.5

_COMMAND: Final = lazy(r"[\s\\/]|\.(?:exe|com|bat|cmd|js|jse|vbs|vbe|wsf|hta|ps1|dll|lnk)\b", re.IGNORECASE)
"""What tells a command from the name of a macro or a table."""


def argument(machine: Any, args: tuple[Any, ...], at: int) -> Text:
    """An argument that is a text; empty for any other."""
    value = args[at] if at < len(args) else MISSING
    return text(machine, value) if given(value) and type(value) in (str, Unknown) else ""


def _run(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    command = argument(machine, args, 0)
    if _COMMAND.search(known(command)):
        machine.run(command, how)


def _shell_execute(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    line = command_line(argument(machine, args, 0), argument(machine, args, 1))
    if _COMMAND.search(known(line)):
        machine.run(line, how)


def _open(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    """Of requests: Open "GET", address."""
    if known(argument(machine, args, 0)).strip().upper() in ("GET", "POST", "HEAD", "PUT") and is_address(argument(machine, args, 1)):
        machine.download(argument(machine, args, 1), how)


def _navigate(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    if is_address(argument(machine, args, 0)):
        machine.download(argument(machine, args, 0), how)


def _download_file(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    if is_address(argument(machine, args, 0)):
        machine.download(argument(machine, args, 0), how, argument(machine, args, 1))


def _save(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    path = argument(machine, args, 0)
    if _COMMAND.search(known(path)):
        machine.effect("write", path, how)


def _evaluate(machine: Any, how: str, args: tuple[Any, ...]) -> None:
    code = argument(machine, args, 0)
    if len(known(code)) > 20:
        machine.effect("eval", code, how)
        machine.child(code, how=f"code given to {how}")


METHODS: Final[dict[str, Callable[[Any, str, tuple[Any, ...]], None]]] = {
    "run": _run,
    "exec": _run,
    "create": _run,
    "executeshellcommand": _shell_execute,
    "shellexecute": _shell_execute,
    "open": _open,
    "navigate": _navigate,
    "navigate2": _navigate,
    "downloadfile": _download_file,
    "downloadstring": _navigate,
    "savetofile": _save,
    "createtextfile": _save,
    "addcode": _evaluate,
    "executestatement": _evaluate,
    "execscript": _evaluate,
    "addfromstring": _evaluate,
}


def known(value: Text) -> str:
    """The known part of a text."""
    return value.known() if isinstance(value, Unknown) else value


def guess(machine: Any, target: Unknown, name: str, args: tuple[Any, ...]) -> None:
    """A method of something unknown was called with arguments."""
    function = METHODS.get(name)
    if function is None:
        return
    before, machine.certainty = machine.certainty, CONFIDENCE
    try:
        function(machine, f"{name} of {display(target)[:60]}", args)
    finally:
        machine.certainty = before
