"""Services of LibreOffice and OpenOffice that start programs."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import command_line, text
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass

SHELL_EXECUTE: Final = ObjectClass("com.sun.star.system.SystemShellExecute")


@com_class("com.sun.star.system.SystemShellExecute")
def make_shell_execute(_machine: Any) -> Object:
    return Object(SHELL_EXECUTE)


@SHELL_EXECUTE.method("Execute", takes="aCommand aParameter nFlags")
def _execute(machine: Any, _this: Object, command: Any, parameter: Any = MISSING, _flags: Any = MISSING) -> None:
    """A program, a document or an address, as a double click opens it."""
    machine.run(command_line(text(machine, command), text(machine, parameter)), "SystemShellExecute.execute")
