"""Three failures, three names.

The script failed: `ScriptError`, which its own `On Error` or `try` may catch. We do not know: the value `Unknown`, which
travels on. We stopped: `budget.LimitReached`, a BaseException that passes through everything.
"""

from __future__ import annotations


class ScriptError(Exception):
    """An error the evaluated script would have met, with the number and text its language gives it."""

    def __init__(self, number: int, description: str = "", source: str = "") -> None:
        super().__init__(number, description)
        self.number = number
        self.description = description
        self.source = source


class ScriptEnd(Exception):
    """The script ended itself: `End`, `WScript.Quit`, `exit`, `Application.Quit`."""
