"""The registry: a few values that scripts ask for, and what they write themselves."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com.common import Text
from emoscan.evaluate.core.values import Unknown, display
from emoscan.evaluate.core.world import Profile
from emoscan.parse.lazy import lazy

ROOTS: Final = {
    "hkcr": "HKEY_CLASSES_ROOT",
    "hkcu": "HKEY_CURRENT_USER",
    "hklm": "HKEY_LOCAL_MACHINE",
    "hku": "HKEY_USERS",
    "hkcc": "HKEY_CURRENT_CONFIG",
}

HANDLES: Final = {
    0x80000000: "HKEY_CLASSES_ROOT",
    0x80000001: "HKEY_CURRENT_USER",
    0x80000002: "HKEY_LOCAL_MACHINE",
    0x80000003: "HKEY_USERS",
    0x80000005: "HKEY_CURRENT_CONFIG",
}

AUTOSTART: Final = lazy(
    r"\\(?:currentversion\\(?:run|runonce|runonceex|runservices|policies\\explorer\\run)\\"
    r"|winlogon\\(?:shell|userinit|notify)"
    r"|currentversion\\windows\\(?:load|run|appinit_dlls)"
    r"|image file execution options\\"
    r"|environment\\userinitmprlogonscript"
    r"|shell\\[^\\]+\\command\\"
    r"|session manager\\bootexecute"
    r"|inprocserver32\\|localserver32\\)"
)
"""Values that Windows starts programs from."""

LONG: Final = 200
"""Longer texts are kept in the registry to be run from there."""


def normal(path: str) -> str:
    """A path with the name of its root written out."""
    root, separator, rest = path.strip().replace("/", "\\").partition("\\")
    root = root.removesuffix(":")
    return ROOTS.get(root.lower(), root) + separator + rest


def shipped(profile: Profile) -> dict[str, str | int]:
    """Values that are there before the script runs, by lower-case path."""
    windows = r"hkey_local_machine\software\microsoft\windows nt\currentversion"
    office = rf"hkey_current_user\software\microsoft\office\{profile.office_version}"
    folders = r"hkey_current_user\software\microsoft\windows\currentversion\explorer\shell folders"
    international = r"hkey_current_user\control panel\international"
    return {
        rf"{windows}\productname": "Windows 10 Pro",
        rf"{windows}\currentversion": "6.3",
        rf"{windows}\currentbuild": "19042",
        rf"{windows}\currentbuildnumber": "19042",
        rf"{windows}\releaseid": "2009",
        rf"{windows}\registeredowner": profile.full_name,
        rf"{windows}\registeredorganization": profile.domain,
        rf"{windows}\systemroot": profile.windows,
        rf"{windows}\productid": "00330-80000-00000-AA456",
        rf"{office}\word\security\vbawarnings": 2,
        rf"{office}\excel\security\vbawarnings": 2,
        rf"{office}\word\security\accessvbom": 0,
        rf"{office}\excel\security\accessvbom": 0,
        rf"{folders}\desktop": rf"{profile.home}\Desktop",
        rf"{folders}\personal": rf"{profile.home}\Documents",
        rf"{folders}\appdata": rf"{profile.home}\AppData\Roaming",
        rf"{folders}\local appdata": rf"{profile.home}\AppData\Local",
        rf"{folders}\startup": rf"{profile.home}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup",
        rf"{international}\localename": "ja-JP" if profile.lcid == 1041 else "en-US",
        rf"{international}\locale": f"{profile.lcid:08x}",
        rf"{international}\scountry": "日本" if profile.lcid == 1041 else "United States",
        rf"{international}\geo\nation": "122" if profile.country == 81 else "244",
        r"hkey_local_machine\hardware\description\system\centralprocessor\0\processornamestring": "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
        r"hkey_local_machine\hardware\description\system\systembiosversion": "LENOVO - 1530",
        r"hkey_local_machine\system\currentcontrolset\control\computername\computername\computername": profile.computer,
        r"hkey_local_machine\software\microsoft\cryptography\machineguid": "4c3b9b4e-6a1d-4f0e-9d3a-2f5f6c1e7a90",
        r"hkey_local_machine\software\microsoft\windows\currentversion\programfilesdir": r"C:\Program Files",
        r"hkey_local_machine\software\microsoft\net framework setup\ndp\v4\full\release": 528372,
        r"hkey_local_machine\software\microsoft\windows script host\settings\enabled": 1,
    }


def read(machine: Any, path: Text) -> Any:
    """A value; None when there is none, Unknown when nobody can say."""
    if isinstance(path, Unknown):
        return Unknown(f"registry {path.text()}")
    key = normal(path).lower()
    value = machine.world.registry.get(key)
    if value is not None:
        return value
    return machine.query(f"registry {normal(path)}", shipped(machine.world.profile).get(key))


def write(machine: Any, path: Text, value: Any, how: str, sort: str = "") -> None:
    """Set a value: the effect, and the command as an artifact where Windows would run it."""
    name = normal(display(path))
    machine.effect("registry", name, how, value=value, type=sort)
    shown = display(value)
    if AUTOSTART.search(name.lower() + ("\\" if name.endswith("\\") else "")):
        if shown.strip():
            machine.child(shown, "script.cmd", label=name, how="started by this registry value")
    elif len(shown) > LONG:
        machine.child(shown, label=name, how="kept in this registry value")
    machine.world.registry[name.lower()] = value


def delete(machine: Any, path: Text, how: str) -> bool:
    """Remove a value or key; returns whether it was there."""
    name = normal(display(path))
    machine.effect("delete", name, how)
    prefix = name.lower()
    found = [key for key in machine.world.registry if key == prefix or (prefix.endswith("\\") and key.startswith(prefix))]
    for key in found:
        del machine.world.registry[key]
    return bool(found) or prefix.rstrip("\\") in shipped(machine.world.profile)


def inside(machine: Any, key: str) -> tuple[list[str], list[str]]:
    """Names of the keys and of the values directly in a key."""
    prefix = normal(key).lower().rstrip("\\") + "\\"
    keys: dict[str, None] = {}
    values: dict[str, None] = {}
    for path in (*shipped(machine.world.profile), *machine.world.registry):
        if path.startswith(prefix):
            name, deeper, _ = path[len(prefix) :].partition("\\")
            (keys if deeper else values)[name] = None
    return list(keys), list(values)
