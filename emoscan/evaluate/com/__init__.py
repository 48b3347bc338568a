"""COM classes that scripts of every language create: shells, file systems, downloads, XML, databases.

A module of this package registers its classes by ProgID (without version) and CLSID, and its monikers by prefix; all are
imported when the first object is asked for. Members are functions (machine, this, *arguments); arguments are values of the
core, of any kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from emoscan.evaluate.core.values import Object, ObjectClass, Unknown

Factory = Callable[[Any], Object]
Moniker = Callable[[Any, str], Any]

_FACTORIES: Final[dict[str, Factory]] = {}
_MONIKERS: Final[dict[str, Moniker]] = {}

HOMES: Final = {
    "wscript.": "shells",
    "vbscript.": "regexp",
    "shell.": "shell32",
    "scripting.": "files",
    "adodb.": "adodb",
    "msxml2.domdocument": "xml",
    "microsoft.xmldom": "xml",
    "msxml2.": "net",
    "microsoft.xmlhttp": "net",
    "winhttp.": "net",
    "internetexplorer.": "html",
    "htmlfile": "html",
    "system.": "dotnet",
    "winmgmts": "wmi",
    "wbemscripting.": "wmi",
    "schedule.": "schedule",
    "word.": "office",
    "excel.": "office",
    "outlook.": "office",
}
"""Modules by how names of the classes begin that most scripts ask for: only that module is imported, which saves time."""

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


@cache
def load() -> None:
    """Import every module of the package, once."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def _factory(key: str) -> Factory | None:
    """What makes objects of a class, by lower-case ProgID or CLSID."""
    clsid = _CLSID.fullmatch(key)
    names = (clsid[1],) if clsid else (key, _VERSION.sub("", key))
    home = next((module for prefix, module in HOMES.items() if key.startswith(prefix)), "")
    for find in (lambda: None, lambda: home and import_module(f"{__name__}.{home}"), load):
        find()
        for name in names:
            if name in _FACTORIES:
                return _FACTORIES[name]
    return None


def create(machine: Any, prog_id: str) -> Object | Unknown | None:
    """A new object, or None when no class of that name is registered on the computer.

    A class that exists on ordinary computers and is not modelled gives an object whose members are unknown. Monikers are
    understood too: real samples hand them to CreateObject.
    """
    key = prog_id.strip().lower()
    clsid = _CLSID.fullmatch(key)
    if clsid is None and ":" in key:
        return moniker(machine, prog_id)
    factory = _factory(key)
    if factory is not None:
        return factory(machine)
    from emoscan.evaluate.com.installed import is_installed

    if clsid is None and not is_installed(_VERSION.sub("", key)):
        return None
    machine.unmodelled(f"object {prog_id.strip()}")
    return Object(ObjectClass(prog_id.strip()))


def moniker(machine: Any, name: str) -> Object | Unknown | None:
    """What `GetObject(name)` gives: by prefix, else as the path of a file. None when there is nothing of that name."""
    prefix = name.strip().partition(":")[0].lower()
    if prefix in HOMES:
        import_module(f"{__name__}.{HOMES[prefix]}")
    if prefix not in _MONIKERS:
        load()
    function = _MONIKERS.get(prefix) or _MONIKERS["file"]
    found: Object | Unknown | None = function(machine, name.strip())
    return found


@com_moniker("new", "clsid")
def _new(machine: Any, name: str) -> Object | Unknown | None:
    """`new:{CLSID}` and, as the class moniker also takes them, ProgIDs; what follows a further colon is left out."""
    wanted = name.partition(":")[2].strip()
    return create(machine, wanted.partition(":")[0])
