"""COM classes that scripts of every language create: shells, file systems, downloads, XML, databases.

A module of this package registers its classes by ProgID (without version) and CLSID; it is imported when one of its
classes is asked for first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown

Factory = Callable[[Any], Object]
Moniker = Callable[[Any, str], Any]

_FACTORIES: Final[dict[str, Factory]] = {}
_MONIKERS: Final[dict[str, Moniker]] = {}
_LOADED: Final[set[str]] = set()

_VERSION: Final = re.compile(r"(?:\.\d+)+$")
_CLSID: Final = re.compile(r"(?:new:|clsid:)?\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?")


def com_class(*names: str) -> Callable[[Factory], Factory]:
    """Register a function that makes an object, under ProgIDs without version and CLSIDs without braces."""

    def register(factory: Factory) -> Factory:
        for name in names:
            _FACTORIES[name.lower()] = factory
        return factory

    return register


def com_moniker(*prefixes: str) -> Callable[[Moniker], Moniker]:
    """Register a function (machine, whole name) that finds what names with these prefixes mean."""

    def register(function: Moniker) -> Moniker:
        for prefix in prefixes:
            _MONIKERS[prefix] = function
        return function

    return register


def load() -> None:
    """Import every module of the package, once."""
    for module in iter_modules(__path__):
        if module.name not in _LOADED:
            _LOADED.add(module.name)
            import_module(f"{__name__}.{module.name}")


def create(machine: Any, prog_id: str) -> Object | Unknown | None:
    """A new object, or None when no class of that name is registered on the computer."""
    load()
    key = prog_id.strip().lower()
    clsid = _CLSID.fullmatch(key)
    factory = _FACTORIES.get(clsid[1] if clsid else key) or _FACTORIES.get(_VERSION.sub("", key))
    return factory(machine) if factory is not None else None


def moniker(machine: Any, name: str) -> Object | Unknown | None:
    """What `GetObject(name)` gives: by prefix, else as the path of a file. None when there is nothing of that name."""
    load()
    prefix = name.strip().partition(":")[0].lower()
    function = _MONIKERS.get(prefix) or _MONIKERS.get("file")
    found: Object | Unknown | None = function(machine, name.strip()) if function is not None else None
    return found


@com_moniker("new", "clsid")
def _new(machine: Any, name: str) -> Object | Unknown | None:
    """`new:{CLSID}` and, as the class moniker also takes them, ProgIDs; what follows a further colon is left out."""
    wanted = name.partition(":")[2].strip()
    return create(machine, wanted.partition(":")[0])
