"""What LibreOffice and OpenOffice Basic have beside the library of VBA, as far as macros there start programs with it."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.vba.library import builtin, unknown

WINDOWS: Final = 1
"""GetGUIType: what the office runs on."""


@builtin("GetGUIType")
def gui_type(_machine: Any) -> int:
    return WINDOWS


@builtin("CreateUnoService", "servicename", "T")
def create_uno_service(machine: Any, name: str | Unknown) -> Any:
    """An object of the office. Those nobody models are not known, and no error."""
    if isinstance(name, Unknown):
        return unknown("CreateUnoService", name)
    found = machine.create(name)
    return Unknown(f"service {name[:80]}") if found is None else found
