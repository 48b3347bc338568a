"""Windows Installer: packages that a script installs, also straight from a server."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import collection, is_address, join, text
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass

INSTALLER: Final = ObjectClass("WindowsInstaller.Installer")
INSTALLER.constants({"Version": "5.0.19041.3636"})
INSTALLER.field("UILevel", 5)


@com_class("WindowsInstaller.Installer", "000c1090-0000-0000-c000-000000000046")
def make_installer(_machine: Any) -> Object:
    return Object(INSTALLER)


@INSTALLER.method("InstallProduct", takes="PackagePath PropertyValues")
def _install(machine: Any, this: Object, package: Any, properties: Any = MISSING) -> None:
    """As `msiexec /i` would: the package is fetched when its path is an address, and its actions run."""
    path, values = text(machine, package), text(machine, properties)
    if is_address(path):
        machine.download(path, "WindowsInstaller.InstallProduct")
    quiet = " /quiet" if this.data.get("uilevel") == QUIET else ""
    machine.run(join("msiexec /i ", path, quiet, " " if values != "" else "", values), "WindowsInstaller.InstallProduct")


QUIET: Final = 2
"""msiUILevelNone."""


@INSTALLER.method("Products", "RelatedProducts", takes="UpgradeCode")
def _products(_machine: Any, _this: Object, _code: Any = MISSING) -> Object:
    return collection([], first=0)
