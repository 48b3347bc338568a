"""Commands that nobody modelled: they change the look of Excel and what it prints, and nothing a macro that attacks is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.xlm.library import FUNCTIONS, SPECIAL, command
from emoscan.parse import ftab

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine

WITHOUT_NUMBER: Final = """
    APP.TITLE UNPROTECT.DOCUMENT WINDOW.TITLE SHOW.BAR ADD.BAR ADD.COMMAND ADD.MENU ADD.TOOLBAR DELETE.BAR DELETE.COMMAND DELETE.MENU DELETE.TOOLBAR
    ENABLE.COMMAND ENABLE.TOOL CHECK.COMMAND RENAME.COMMAND PRESS.TOOL RESET.TOOLBAR SAVE.TOOLBAR CREATE.OBJECT GROUP HELP TEXT.BOX MOVE SIZE
    ADVANCED.FILTER WINDOW PAUSE.MACRO SPELLING.CHECK
""".split()
"""Those that files store as functions, or under another name."""


def quiet(m: XlmMachine, *_more: Any) -> Any:
    return True


def fill() -> None:
    """Register what is left when all others are."""
    names = frozenset(ftab.commands().values()) | frozenset(WITHOUT_NUMBER)
    command(*sorted(names - FUNCTIONS.keys() - SPECIAL.keys()))(quiet)
