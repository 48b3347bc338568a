"""Constants of the object libraries that macros compute with: Word, Excel, PowerPoint, Office, forms, ADO, the VBA editor, Outlook.

`enumerations/` holds them as the type libraries name them, one enumeration to a line.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import Final

LIBRARIES: Final = {
    "wd": ("word",),
    "xl": ("excel", "office"),
    "pp": ("powerpoint",),
    "mso": ("office", "powerpoint"),
    "fm": ("forms",),
    "ad": ("ado",),
    "vbext": ("vbide",),
    "rgb": ("excel",),
    "ol": ("outlook",),
    "vb": ("vba",),
}
"""Files of `enumerations/` by the prefix of the names in them."""

PREFIX: Final = re.compile(r"wd|xl|pp|mso|fm|ad|vbext|vb|rgb|ol", re.IGNORECASE)

_WORD: Final = re.compile(r"[A-Z][a-z]+|[A-Z]{2,}|[0-9]+")


@lru_cache(maxsize=32)
def _text(library: str, *, lower: bool) -> str:
    with open(os.path.join(os.path.dirname(__file__), "enumerations", f"{library}.txt"), encoding="ascii") as file:
        text = file.read()
    return "\n" + (text.lower() if lower else text)


@lru_cache(maxsize=4_096)
def constant(name: str) -> int | None:
    """The value of a constant by its lower-case name, None for a name that is no constant of these libraries."""
    prefix = PREFIX.match(name)
    for library in LIBRARIES[prefix[0]] if prefix is not None else ():
        text = _text(library, lower=True)
        at = text.find(f" {name}=")
        if at >= 0:
            digits = _DIGITS.match(text, at + len(name) + 2)
            return int(digits[0]) if digits is not None else None
    return None


_DIGITS: Final = re.compile(r"-?\d+")


@lru_cache(maxsize=1_024)
def is_enumeration(name: str) -> bool:
    """Whether a lower-case name is that of an enumeration: code may write `XlDirection.xlUp`."""
    prefix = PREFIX.match(name)
    libraries = LIBRARIES[prefix[0]] if prefix is not None else ()
    return any(f"\n{name} " in _text(library, lower=True) for library in libraries)


@lru_cache(maxsize=4_096)
def resembles_constant(spelling: str) -> bool:
    """Whether a name that is none of the constants is built like one: of the words that they are built of.

    A type library newer than ours may have it, so its value is not known; `wdQkzJe` is a variable nobody declared.
    """
    prefix = PREFIX.match(spelling)
    if prefix is None or not spelling.startswith(prefix[0].lower()):
        return False
    rest = spelling[prefix.end() :]
    words = _WORD.findall(rest)
    if "".join(words) != rest or not any(len(word) > 3 for word in words):
        return False
    texts = [_text(library, lower=False) for library in LIBRARIES[prefix[0].lower()]]
    return all(any(word in text for text in texts) for word in words)
