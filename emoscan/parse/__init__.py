"""Bytes to records. Parsers hold no opinion, know no graph, and raise `Malformed` where the bytes break.

A module of this package that is imported as a whole (`from emoscan.parse import pdf`) is read and run when something of it is first
used: a step is known from the start, the parser behind it is loaded with the first document of its kind.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from typing import Any


class Malformed(ValueError):
    """The bytes are not what their format says. The message says where and how; what was read before may be of use."""


class _WhenUsed:
    """Finder of this package's modules, a step before the usual ones (`importlib`, "Implementing lazy imports")."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not name.startswith("emoscan.parse."):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


sys.meta_path.insert(0, _WhenUsed)
