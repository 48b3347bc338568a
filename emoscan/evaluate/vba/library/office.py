"""Constants of the Word, Excel, PowerPoint and Office object libraries that macros compute with."""

from __future__ import annotations

from typing import Any, Final

OFFICE: Final[dict[str, Any]] = {
    **{f"wdkey{chr(code)}": code - 32 for code in range(97, 123)},
    **{f"wdkey{digit}": 48 + digit for digit in range(10)},
}
