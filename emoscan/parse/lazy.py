"""Regular expressions that are compiled when they are first used: a scan needs few of those the package holds, and
compiling all of them would be most of its start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Lazy:
    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        for method in METHODS:  # from now on they are found without coming here
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but done at the first search. An error in the pattern shows then, so tests use each one."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))
