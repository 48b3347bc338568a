"""Classes of .NET by name. A module of this package registers what it models; all are imported when one is asked for first."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from emoscan.evaluate.powershell.values import NetClass

CLASSES: Final[dict[str, NetClass]] = {}
"""By lower-case full name."""

ENUMS: Final[dict[str, tuple[str, dict[str, tuple[str, int]]]]] = {}
"""Enumerations by lower-case full name: (full name, {lower-case name: (name, value)})."""

OF_PYTHON: Final[dict[type, NetClass]] = {}
"""The class of values that are no objects."""

_loaded: Final[list[str]] = []


def net_class(name: str, *others: str, parent: NetClass | None = None, of: tuple[type, ...] = ()) -> NetClass:
    """The class of that full name, made when there is none yet, under other names too; `of` are the Python types whose
    values belong to it.
    """
    made = CLASSES.get(name.lower()) or NetClass(name, parent)
    for one in (name, *others):
        CLASSES[one.lower()] = made
    for kind in of:
        OF_PYTHON[kind] = made
    return made


def enumeration(name: str, **values: int) -> None:
    ENUMS[name.lower()] = (name, {key.lower(): (key, value) for key, value in values.items()})


def load() -> None:
    """Import every module of the package, once."""
    if not _loaded:
        for module in iter_modules(__path__):
            _loaded.append(module.name)
            import_module(f"{__name__}.{module.name}")
        for made in list(CLASSES.values()):
            inherit(made)


def inherit(cls: NetClass) -> None:
    """Give a class what its parent has, once all members are registered."""
    parent = cls.parent
    if parent is None:
        return
    inherit(parent)
    for name, member in parent.get.items():
        if name not in cls.get:
            cls.get[name] = member
            if name in parent.calls:
                cls.calls.add(name)
                if name in parent.open:
                    cls.open.add(name)
    for name, member in parent.put.items():
        cls.put.setdefault(name, member)


def find(name: str) -> NetClass | None:
    """A class by its full name, with or without `System.`."""
    if not _loaded:
        load()
    key = name.lower()
    return CLASSES.get(key) or CLASSES.get(f"system.{key}")


def class_of(value: Any) -> NetClass | None:
    """The class of a value that is no object; None for those of no class."""
    if not _loaded:
        load()
    return OF_PYTHON.get(type(value))
