"""Command lines of Windows, taken apart: program and arguments, switches of cmd.exe, paths in their usual form.

Sources: "Parsing C++ command-line arguments" (Microsoft C runtime), CommandLineToArgvW, CreateProcess (lpApplicationName), `cmd /?`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from emoscan.parse.lazy import lazy

MOST: Final = 2_000
"""Arguments of one command line that are told apart."""


class Argument(Struct, frozen=True):
    """One argument as its program gets it, and where it stands in the line."""

    text: str
    start: int
    end: int


def split(line: str, start: int = 0, *, most: int = MOST) -> list[Argument]:
    """The arguments from `start` on, by the rules of the C runtime: blanks part them, quotes hold together, a backslash
    escapes a quote, a doubled quote inside quotes is one.
    """
    found: list[Argument] = []
    at, end = start, len(line)
    while len(found) < most:
        while at < end and line[at] in " \t\r\n":
            at += 1
        if at >= end:
            break
        begin = at
        pieces: list[str] = []
        quoted = False
        while at < end:
            match = _PIECE.match(line, at)
            if match is not None:
                pieces.append(match[0])
                at = match.end()
                continue
            char = line[at]
            if char == "\\":
                stop = at
                while stop < end and line[stop] == "\\":
                    stop += 1
                count = stop - at
                at = stop
                if stop < end and line[stop] == '"':
                    pieces.append("\\" * (count // 2))
                    if count % 2:
                        pieces.append('"')
                        at += 1
                else:
                    pieces.append("\\" * count)
            elif char == '"':
                if quoted and at + 1 < end and line[at + 1] == '"':
                    pieces.append('"')
                    at += 2
                else:
                    quoted = not quoted
                    at += 1
            elif quoted:
                pieces.append(char)
                at += 1
            else:
                break
        found.append(Argument("".join(pieces), begin, at))
    return found


_PIECE: Final = lazy(r'[^"\\ \t\r\n]+')


def program(line: str, exists: Callable[[str], bool] = lambda _: False) -> tuple[str, int]:
    """(program as written, without quotes; where the rest begins) of a line that is handed to CreateProcess.

    A path without quotes ends at its first blank, or at a later one where `exists` knows the file.
    """
    at = len(line) - len(line.lstrip())
    if line.startswith('"', at):
        end = line.find('"', at + 1)
        return (line[at + 1 :], len(line)) if end < 0 else (line[at + 1 : end], end + 1)
    first = end = _blank(line, at)
    for _ in range(SPACES):
        if exists(line[at:end]) or exists(line[at:end] + ".exe"):
            return line[at:end], end
        if end >= len(line):
            break
        end = _blank(line, end + 1)
    return line[at:first], first


SPACES: Final = 16
"""Blanks in the path of a program without quotes."""


def _blank(line: str, at: int) -> int:
    match = _BLANK.search(line, at)
    return match.start() if match else len(line)


_BLANK: Final = lazy(r"[ \t\r\n]")

SHORT_NAMES: Final = {
    "powers~1": "powershell",
    "window~1": "windowspowershell",
    "progra~1": "program files",
    "progra~2": "program files (x86)",
    "progra~3": "programdata",
    "docume~1": "documents and settings",
    "certut~1": "certutil",
    "bitsad~1": "bitsadmin",
    "regsvr~1": "regsvr32",
    "rundll~1": "rundll32",
    "cscrip~1": "cscript",
    "wscrip~1": "wscript",
    "msiexe~1": "msiexec",
    "forfil~1": "forfiles",
    "schtas~1": "schtasks",
}
"""Names of Windows' own folders and programs as FAT shortens them."""

_EXTENSION: Final = lazy(r"\.(?:exe|com|scr|pif)$", re.IGNORECASE)
_SYSTEM: Final = lazy(r"^([a-z]:\\windows)\\(?:sysnative|syswow64|sysarm32)(?=\\|$)", re.IGNORECASE)


def program_name(path: str) -> str:
    """What a program is called: lower case, without folder, extension and quotes; a shortened name as it is in full."""
    name = path.replace('"', "").replace("/", "\\").rstrip(". \t\\").rpartition("\\")[2].lower()
    name = _EXTENSION.sub("", name)
    return SHORT_NAMES.get(name, name)


def plain_path(path: str) -> str:
    """A path in its usual form: backslashes, `.` and `..` resolved, shortened names in full, the folders that Windows keeps
    for other processor architectures as System32.
    """
    path = path.strip().strip('"').replace("/", "\\")
    for prefix in ("\\\\?\\", "\\\\.\\", "\\??\\"):
        if path.startswith(prefix) and path[5:6] == ":":
            path = path[4:]
    for share in ("\\\\localhost\\", "\\\\127.0.0.1\\"):
        if path.lower().startswith(share) and path[len(share) + 1 : len(share) + 2] == "$":
            path = f"{path[len(share)]}:{path[len(share) + 2 :]}"
    unc = path.startswith("\\\\")
    parts: list[str] = []
    for part in path.split("\\"):
        if part == ".." and parts and parts[-1] != "..":
            if len(parts) > 1 or not parts[0].endswith(":"):
                parts.pop()
        elif part not in {"", "."}:
            stem, dot, extension = part.partition(".")
            parts.append(SHORT_NAMES.get(stem.lower(), stem) + dot + extension if "~" in stem else part)
    rooted = path.startswith("\\") and not unc
    return _SYSTEM.sub(r"\1\\System32", ("\\\\" if unc else "\\" if rooted else "") + "\\".join(parts))


class CmdCall(Struct, frozen=True):
    """What the arguments of cmd.exe say."""

    command: str | None
    """The text it runs, its outer quotes taken off where cmd takes them off; None without /c, /k or /r: it reads its input."""
    stays: bool = False
    """/k: it goes on after the command."""
    delayed: bool | None = None
    """/v: whether delayed expansion is on; None when it is not said."""
    extensions: bool | None = None
    spelled: str = ""
    """The switch before the command, as written."""


def cmd_call(rest: str) -> CmdCall:
    """The switches of cmd.exe in the rest of its line, wherever they stand: words that are none are passed over."""
    delayed = extensions = None
    strips = False
    at = 0
    while (at := rest.find("/", at)) >= 0:
        letter = rest[at + 1 : at + 2].lower()
        if letter in {"c", "k", "r"} and letter:
            body = rest[at + 2 :]
            return CmdCall(unquoted(body, always=strips), letter == "k", delayed, extensions, rest[at : at + 2])
        if letter in {"v", "e"} and letter:
            on = not rest[at + 2 : at + 6].lower().lstrip(":").startswith("off")
            delayed, extensions = (on, extensions) if letter == "v" else (delayed, on)
        elif letter == "s":
            strips = True
        elif letter in {"x", "y"} and letter:
            extensions = letter == "x"
        at += 2
    return CmdCall(None, delayed=delayed, extensions=extensions)


def unquoted(body: str, *, always: bool = False) -> str:
    """The text after /c or /k as cmd runs it (`cmd /?`): a first quote goes, and with it the last one of the line, unless they
    are the only two and hold the name of a program with a blank in it and nothing special.
    """
    body = body.lstrip(" \t,;=")
    if not body.startswith('"'):
        return body
    last = body.rfind('"')
    if not always and last > 0 and body.count('"') == 2:
        inner = body[1:last]
        if " " in inner.strip() and not any(char in inner for char in "&<>()@^|") and _LOOKS_PROGRAM.search(inner):
            return body
    return body[1:] if last == 0 else body[1:last] + body[last + 1 :]


_LOOKS_PROGRAM: Final = lazy(r"^[^/]*\.(?:exe|com|bat|cmd|vbs|vbe|js|jse|wsf|hta|msi|ps1)$", re.IGNORECASE)
