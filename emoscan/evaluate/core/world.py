"""The world a script runs in: fake, fixed, and the same on every machine.

One documented profile of user, computer and Office; a clock that stands at the time of the mail; files, registry and
environment in memory; random numbers in a fixed order. Nothing here reads the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.evaluate.core.values import Unknown

LONGEST_EXPANDED: Final = 1 << 20


class Profile(Struct, frozen=True, kw_only=True):
    """Who and where the script thinks it runs: a fast computer with a history of use, in a domain, set up in Japanese."""

    user: str = "tanaka"
    full_name: str = "田中"
    computer: str = "DESKTOP-7Q2M1KD"
    domain: str = "CORP"
    windows: str = r"C:\WINDOWS"
    office_version: str = "16.0"
    office_build: str = "16.0.14326"
    operating_system: str = "Windows (64-bit) NT 10.00"
    country: int = 81
    lcid: int = 1041
    cores: int = 8
    memory: int = 16 << 30
    disk: int = 512 << 30
    recent_files: int = 27
    tasks: int = 61

    @property
    def home(self) -> str:
        return rf"C:\Users\{self.user}"

    @property
    def temp(self) -> str:
        return rf"{self.home}\AppData\Local\Temp"

    def environment(self) -> dict[str, str]:
        """Environment variables, with the spelling Windows gives them."""
        system = rf"{self.windows}\system32"
        return {
            "ALLUSERSPROFILE": r"C:\ProgramData",
            "APPDATA": rf"{self.home}\AppData\Roaming",
            "CommonProgramFiles": r"C:\Program Files\Common Files",
            "CommonProgramFiles(x86)": r"C:\Program Files (x86)\Common Files",
            "CommonProgramW6432": r"C:\Program Files\Common Files",
            "COMPUTERNAME": self.computer,
            "ComSpec": rf"{system}\cmd.exe",
            "DriverData": r"C:\Windows\System32\Drivers\DriverData",
            "HOMEDRIVE": "C:",
            "HOMEPATH": rf"\Users\{self.user}",
            "LOCALAPPDATA": rf"{self.home}\AppData\Local",
            "LOGONSERVER": r"\\DC01",
            "NUMBER_OF_PROCESSORS": str(self.cores),
            "OS": "Windows_NT",
            "Path": rf"{system};{self.windows};{system}\Wbem;{system}\WindowsPowerShell\v1.0\;{system}\OpenSSH\;{self.home}\AppData\Local\Microsoft\WindowsApps;",
            "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC",
            "PROCESSOR_ARCHITECTURE": "AMD64",
            "PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 142 Stepping 12, GenuineIntel",
            "PROCESSOR_LEVEL": "6",
            "PROCESSOR_REVISION": "8e0c",
            "ProgramData": r"C:\ProgramData",
            "ProgramFiles": r"C:\Program Files",
            "ProgramFiles(x86)": r"C:\Program Files (x86)",
            "ProgramW6432": r"C:\Program Files",
            "PSModulePath": rf"C:\Program Files\WindowsPowerShell\Modules;{system}\WindowsPowerShell\v1.0\Modules",
            "PUBLIC": r"C:\Users\Public",
            "SESSIONNAME": "Console",
            "SystemDrive": "C:",
            "SystemRoot": self.windows,
            "TEMP": self.temp,
            "TMP": self.temp,
            "USERDNSDOMAIN": f"{self.domain}.EXAMPLE.TEST",
            "USERDOMAIN": self.domain,
            "USERDOMAIN_ROAMINGPROFILE": self.domain,
            "USERNAME": self.user,
            "USERPROFILE": self.home,
            "windir": self.windows,
        }


DEFAULT_NOW: Final = datetime(2021, 1, 20, 10, 24, 36)  # noqa: DTZ001 - the script's local time, no zone
"""When no mail says what time it is."""

BOOT: Final = timedelta(hours=3, minutes=12)
"""How long the computer has been up."""

FOLDERS: Final = (
    "c:",
    r"c:\windows",
    r"c:\windows\system32",
    r"c:\windows\syswow64",
    r"c:\windows\temp",
    r"c:\program files",
    r"c:\program files (x86)",
    r"c:\programdata",
    r"c:\users",
    r"c:\users\public",
)

PROGRAMS: Final = (
    r"c:\windows\explorer.exe",
    r"c:\windows\notepad.exe",
    *(
        rf"c:\windows\system32\{name}.exe"
        for name in (
            "cmd certutil bitsadmin mshta regsvr32 rundll32 wscript cscript msiexec schtasks curl forfiles calc notepad wmic net reg ping"
        ).split()
    ),
    r"c:\windows\system32\windowspowershell\v1.0\powershell.exe",
    r"c:\windows\system32\wbem\wmic.exe",
    *(
        rf"c:\windows\syswow64\{name}.exe"
        for name in "cmd mshta regsvr32 rundll32 wscript cscript msiexec certutil bitsadmin explorer notepad".split()
    ),
    r"c:\windows\syswow64\windowspowershell\v1.0\powershell.exe",
)
"""Programs a script may look for. Drivers and tools of virtual machines and of analysts are not there."""


DOWNLOADED: Final = 0x2D000
"""Size of files whose content nobody knows."""


class Files:
    """Files by path, without regard to case. What was there before the script ran has no content to read."""

    def __init__(self, budget: Budget, folders: tuple[str, ...] = FOLDERS, programs: tuple[str, ...] = PROGRAMS) -> None:
        self._budget = budget
        self._content: dict[str, bytearray | Unknown] = {}
        self._names: dict[str, str] = {}
        self._revisions: dict[str, int] = {}
        self._shortcut = ""
        """The shortcut that the script came in: it stands in for one of any other name, since files are renamed before they are scanned."""
        self._folders: dict[str, str] = {Files.key(folder): folder for folder in folders}
        self._programs = frozenset(programs)

    @staticmethod
    def key(path: str) -> str:
        """The form paths are compared in: lower case, backslashes, without `.`, `..`, doubled separators, quotes."""
        path = path.strip().strip('"').replace("/", "\\")
        path = path.removeprefix("\\\\?\\")
        unc = path.startswith("\\\\")
        parts: list[str] = []
        for part in path.lower().split("\\"):
            if part == "..":
                if len(parts) > 1:
                    parts.pop()
            elif part not in ("", "."):
                parts.append(part.rstrip(". ") or part)
        return ("\\\\" if unc else "") + "\\".join(parts)

    def write(self, path: str, content: bytes | Unknown, *, append: bool = False) -> None:
        """Set or add to the content of a file. Scripts write through `Machine.write_file`."""
        key = self.key(path)
        self._names.setdefault(key, path.strip().strip('"'))
        self._revisions[key] = self._revisions.get(key, 0) + 1
        if isinstance(content, Unknown):
            self._content[key] = content
            return
        self._budget.grow(len(content), "files written by the script")
        held = self._content.get(key)
        if append and isinstance(held, bytearray):
            held += content
        elif not append or held is None:
            self._content[key] = bytearray(content)

    def read(self, path: str) -> bytes | None:
        """Content of a file the script wrote or brought along, None for any other."""
        key = self.key(path)
        content = self._content.get(key)
        if content is None and self._shortcut and key.endswith(".lnk"):
            content = self._content[self._shortcut]
        return bytes(content) if isinstance(content, bytearray) else None

    def bring(self, path: str, content: bytes) -> None:
        """A file that is there because the script came in it."""
        self.write(path, content)
        if self.key(path).endswith(".lnk"):
            self._shortcut = self.key(path)

    def unknown(self, path: str) -> Unknown | None:
        """The content of a file that exists but cannot be read here: downloaded, or part of Windows."""
        key = self.key(path)
        content = self._content.get(key)
        if isinstance(content, Unknown):
            return content
        return Unknown(f"content of file {path}") if key in self._programs else None

    def revision(self, path: str) -> int:
        """How often a file was written to."""
        return self._revisions.get(self.key(path), 0)

    def name(self, path: str) -> str:
        """A path as it was first spelt."""
        return self._names.get(self.key(path), path)

    def size(self, path: str) -> int:
        content = self._content.get(self.key(path))
        return len(content) if isinstance(content, bytearray) else DOWNLOADED

    def exists(self, path: str) -> bool:
        key = self.key(path)
        return key in self._content or key in self._programs

    def folder_exists(self, path: str) -> bool:
        key = self.key(path)
        home = r"c:\users" "\\"
        return key in self._folders or (key.startswith(home) and key not in self._content and "." not in key.rpartition("\\")[2])

    def is_folder(self, path: str) -> bool:
        """Whether a path is certainly one of a folder, not of a file in it."""
        return self.key(path) in self._folders

    def make_folder(self, path: str) -> None:
        self._folders.setdefault(self.key(path), path)

    def remove_folder(self, path: str) -> None:
        self._folders.pop(self.key(path), None)

    def delete(self, path: str) -> bytes | None:
        """Remove a file; returns what it held, where that is known."""
        key = self.key(path)
        self._names.pop(key, None)
        content = self._content.pop(key, None)
        self._shortcut = "" if key == self._shortcut else self._shortcut
        return bytes(content) if isinstance(content, bytearray) else None

    def written(self) -> Iterator[tuple[str, bytes]]:
        """(path as the script spelt it, content), in the order in which they were first written."""
        for key, name in list(self._names.items()):
            content = self._content[key]
            if isinstance(content, bytearray):
                yield name, bytes(content)

    def inside(self, folder: str) -> list[str]:
        """Paths of the files directly in a folder."""
        return self._inside(folder, [*self._names.values(), *sorted(self._programs)])

    def folders_inside(self, folder: str) -> list[str]:
        """Paths of the folders directly in a folder."""
        return self._inside(folder, list(self._folders.values()))

    def _inside(self, folder: str, names: list[str]) -> list[str]:
        prefix = self.key(folder) + "\\"
        self._budget.spend(len(names))
        keys = ((name, self.key(name)) for name in names)
        return [name for name, key in keys if key.startswith(prefix) and "\\" not in key[len(prefix) :]]


_USUAL: Final = {"windows.lnk": ("document.lnk", (".lnk",)), "script.cmd": ("start.bat", (".bat", ".cmd"))}
"""Name of a file that was scanned under another one, and what its name must end with to be what it is."""


class World:
    """Everything outside the script. Made anew for each evaluation."""

    def __init__(self, budget: Budget, profile: Profile | None = None, now: datetime = DEFAULT_NOW, document: str = "") -> None:
        self.profile = profile or Profile()
        self.now = self.began = now
        self.document = document or "document.doc"
        """Name of the file the script came in."""
        self.environment = {name.lower(): value for name, value in self.profile.environment().items()}
        self.directory = rf"{self.profile.home}\Documents"
        """The current one."""
        self.files = Files(budget)
        home, roaming = self.profile.home, rf"{self.profile.home}\AppData\Roaming"
        for folder in (
            home,
            self.profile.temp,
            roaming,
            rf"{home}\AppData\Local",
            rf"{roaming}\Microsoft\Windows\Start Menu\Programs\Startup",
        ):
            self.files.make_folder(folder)
        for name in ("Desktop", "Documents", "Downloads", "Pictures"):
            self.files.make_folder(rf"{home}\{name}")
        self.registry: dict[str, str | int | bytes] = {}
        """Values by lower-case path, the name of the value last."""
        self.random = Random()
        self.clipboard = ""
        self.arguments: tuple[str, ...] = ()
        self.script_host = rf"{self.profile.windows}\System32\wscript.exe"
        """The program that runs a script, and what stands behind the script's name."""
        self.set_here: set[str] = set()
        """Environment variables that the script set."""
        self.drives: dict[str, str] = {}
        """Shares by the letter they were connected as."""
        self._online = True
        self.asked_online = False
        """Something depended on whether there is a network."""
        self.unreachable: frozenset[str] = frozenset()
        """Addresses from which there is no answer all the same."""

    @property
    def online(self) -> bool:
        """Whether requests succeed."""
        self.asked_online = True
        return self._online

    @online.setter
    def online(self, yes: bool) -> None:
        self._online = yes

    def bring(self, name: str, kind: str, content: bytes) -> None:
        """Put a file in place that the script lies in, or came out of: where it stands, or with what the user has downloaded."""
        if kind == "windows.reg":
            self._import(content)
        name = name.replace("/", "\\")
        last = name.rpartition("\\")[2]
        fallback, extensions = _USUAL.get(kind, ("", ()))
        if not last.lower().endswith(extensions):
            last = fallback or last
        if name[1:3] == ":\\":
            self.files.bring(name, content)
        elif last:
            for folder in dict.fromkeys((self.directory, rf"{self.profile.home}\Downloads")):
                self.files.bring(rf"{folder}\{last}", content)

    def _import(self, content: bytes) -> None:
        """Values of a registry file are in the registry."""
        from emoscan.parse import Malformed, reg

        try:
            for value in reg.parse(content):
                path = f"{value.key}\\{value.name}".lower()
                self.registry[path] = int(value.text) if value.type == "REG_DWORD" else value.text or value.data
        except Malformed:
            return

    def environ(self, name: str) -> str | None:
        return self.environment.get(name.lower())

    def expand(self, text: str) -> str:
        """%NAME% replaced as ExpandEnvironmentStrings does: what does not exist stays."""
        pieces = text.split("%")
        out = [pieces[0]]
        i = 1
        while i < len(pieces):
            value = self.environ(pieces[i]) if i + 1 < len(pieces) else None
            if value is None:
                out.append("%" + pieces[i])
                i += 1
            else:
                out.append(value + pieces[i + 1])
                i += 2
        return "".join(out)

    def absolute(self, path: str) -> str:
        """A path seen from the current directory, as Windows completes it."""
        path = path.replace("/", "\\")
        if path.startswith("\\\\") or path[1:3] == ":\\":
            whole = path
        elif path[1:2] == ":":
            whole = f"{path[:2]}\\{path[2:]}"
        elif path.startswith("\\"):
            whole = self.directory[:2] + path
        else:
            whole = rf"{self.directory}\{path}"
        unc = whole.startswith("\\\\")
        parts: list[str] = []
        for part in whole.split("\\"):
            if part == "..":
                if len(parts) > 1:
                    parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "\\\\" + "\\".join(parts) if unc else "\\".join(parts) if len(parts) > 1 else "".join(parts) + "\\"

    def as_started(self, command: str) -> str:
        """A command line with what only this script knows: the variables it set, and the shares its drive letters stand for."""
        for name in self.set_here:
            value = self.environment.get(name, "")
            if name in command.lower() and len(value) * (command.count("%") + command.count("!")) < LONGEST_EXPANDED:
                quoted = "'" + value.replace("'", "''").replace('"', '\\"') + "'"
                key = re.escape(name)
                for written, meant in (
                    (f"%{key}%|!{key}!", value),
                    (
                        rf"\$(?:env:{key}\b|\{{env:{key}\}})|\((?:gi|ls|dir|gci|get-item|get-childitem)\s{{1,9}}env:\\?{key}\)\.value\b",
                        quoted,
                    ),
                ):
                    command = re.sub(written, meant.replace("\\", r"\\"), command, flags=re.IGNORECASE)
        return self.on_share(command)

    def on_share(self, text: str) -> str:
        """A path or command line with the shares that drive letters were given for."""
        if not self.drives:
            return text
        return re.sub(r"(?<![\w:])([a-zA-Z]):(?=[\\/])", lambda found: self.drives.get(found[1].lower(), found[0]), text)

    def pass_time(self, seconds: float) -> None:
        """Sleeping costs nothing but moves the clock."""
        self.now += timedelta(seconds=max(0.0, min(seconds, 86_400.0 * 366)))


class Random:
    """Visual Basic's generator (a 24-bit linear congruential one), from its fixed first seed."""

    def __init__(self) -> None:
        self.seed = 0x50000

    def next(self) -> float:
        self.seed = (self.seed * 0x43FD43FD + 0xC39EC3) & 0xFFFFFF
        return self.seed / 0x1000000

    def last(self) -> float:
        return self.seed / 0x1000000
