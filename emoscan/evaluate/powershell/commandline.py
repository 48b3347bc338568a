"""Command lines of powershell.exe: which code they carry, however their parameters are cut short or quoted.

Sources: `powershell.exe -?`; the parser of the console host takes a parameter when it is a prefix of its name and at least
as long as its shortest form; `-`, `/` and long dashes alike. Arguments are split as CommandLineToArgvW does.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from msgspec import Struct

from emoscan.evaluate.powershell.parser import DASH

PARAMETERS: Final = (
    # (name, shortest form, takes a value)
    ("encodedcommand", "e", True),
    ("encodedarguments", "encodeda", True),
    ("command", "c", True),
    ("commandwithargs", "commandw", True),
    ("file", "f", True),
    ("executionpolicy", "ex", True),
    ("windowstyle", "w", True),
    ("version", "v", True),
    ("inputformat", "if", True),
    ("outputformat", "o", True),
    ("psconsolefile", "pscf", True),
    ("configurationname", "config", True),
    ("custompipename", "cus", True),
    ("workingdirectory", "wd", True),
    ("settingsfile", "settings", True),
    ("noprofile", "nop", False),
    ("nologo", "nol", False),
    ("noninteractive", "noni", False),
    ("noexit", "noe", False),
    ("sta", "s", False),
    ("mta", "mta", False),
    ("login", "l", False),
    ("interactive", "i", False),
    ("help", "h", False),
)
OTHER_NAMES: Final = {
    "ec": "encodedcommand",
    "enc": "encodedcommand",
    "ep": "executionpolicy",
    "nop": "noprofile",
    "inp": "inputformat",
    "wi": "windowstyle",
    "of": "outputformat",
}

_START: Final = re.compile(
    r"""\s*(?:(?:cmd(?:\.exe)?\s+/[ck]\s+)?(?:start\s+(?:/\w+\s+|""\s+){0,4})?)"""
    r"""["']?(?:[^"'|;&<>$()\r\n]{0,200}[\\/])?(?:powershell|pwsh)(?:\.exe)?["']?(?=\s|$)""",
    re.IGNORECASE,
)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]+")
_TRASH: Final = re.compile(r"[^A-Za-z0-9+/]+")


class Invocation(Struct, frozen=True):
    """What a command line asks powershell.exe to run."""

    code: str = ""
    how: str = ""
    """Which argument the code was: "-ENC argument"."""
    raw: str = ""
    """For -Command: the same before quotes were taken off."""
    file: str = ""
    arguments: tuple[str, ...] = ()
    """Of the file."""
    stdin: bool = False
    encoded: bool = False
    hidden: bool = False


def split(line: str) -> list[tuple[str, int]]:
    """Arguments of a command line, each with the offset it begins at."""
    found: list[tuple[str, int]] = []
    piece: list[str] = []
    quoted = started = False
    start = pos = 0
    size = len(line)
    while pos < size:
        c = line[pos]
        if c == "\\":
            end = pos
            while end < size and line[end] == "\\":
                end += 1
            count = end - pos
            if end < size and line[end] == '"':
                piece.append("\\" * (count // 2))
                if count % 2:
                    piece.append('"')
                    end += 1
            else:
                piece.append("\\" * count)
            if not started:
                started, start = True, pos
            pos = end
            continue
        if c == '"':
            if not started:
                started, start = True, pos
            if quoted and line[pos + 1 : pos + 2] == '"':
                piece.append('"')
                pos += 1
            else:
                quoted = not quoted
        elif c in " \t\r\n" and not quoted:
            if started:
                found.append(("".join(piece), start))
                piece, started = [], False
        else:
            if not started:
                started, start = True, pos
            piece.append(c)
        pos += 1
    if started:
        found.append(("".join(piece), start))
    return found


def parameter(argument: str) -> tuple[str, bool] | None:
    """(full name, whether a value follows) of an argument that is a parameter; None for any other."""
    if len(argument) < 2 or argument[0] not in DASH + "/":
        return None
    word = argument[1:].lstrip(DASH).lower().replace("`", "").replace("^", "").rstrip(":")
    name = OTHER_NAMES.get(word)
    if name is not None:
        return next((full, value) for full, _, value in PARAMETERS if full == name)
    for full, shortest, value in PARAMETERS:
        if full.startswith(word) and len(word) >= len(shortest) and word:
            return full, value
    return None


def decode(text: str) -> str | None:
    """What -EncodedCommand holds: base64 of UTF-16, padded or not, sometimes of plain text. None when it is none."""
    packed = _TRASH.sub("", text.partition("=")[0] if "=" in text else text)
    if len(packed) < 4:
        return None
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return None
    if data[:2] == b"\xff\xfe":
        data = data[2:]
    zeros = data[1::2].count(0)
    if zeros * 2 >= len(data) // 2:
        return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")
    if all(b in b"\t\r\n" or 32 <= b < 127 for b in data):
        return data.decode("ascii")
    return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")


def is_command_line(text: str) -> bool:
    """Whether a script is one command line of powershell.exe."""
    match = _START.match(text)
    if match is None:
        return False
    rest = text[match.end() :].strip()
    first = rest.splitlines()[0] if rest else ""
    return first[:1] in DASH + "/\"'" or not rest or "\n" not in rest


def read(arguments: list[tuple[str, int]], line: str) -> Invocation:
    """What the arguments after the program's name mean. `line` is what their offsets count."""
    hidden = False
    i = 0
    while i < len(arguments):
        argument, start = arguments[i]
        known = parameter(argument)
        if known is None:
            if argument == "-":
                return Invocation(stdin=True, hidden=hidden)
            return command(arguments[i:], line, start, "-Command argument", hidden)
        name, takes = known
        value = arguments[i + 1][0] if i + 1 < len(arguments) else ""
        if name == "encodedcommand":
            rest = [value]
            following = i + 2
            while (
                following < len(arguments)
                and _BASE64.fullmatch(arguments[following][0])
                and len(arguments[following][0]) > 12
                and not rest[-1].endswith("=")
            ):
                rest.append(arguments[following][0])
                following += 1
            code = decode("".join(rest))
            if code is not None:
                return Invocation(code=code, how=f"{argument} argument", encoded=True, hidden=hidden)
            if i + 2 >= len(arguments):
                return Invocation(hidden=hidden)
        elif name in ("command", "commandwithargs"):
            if value == "-":
                return Invocation(stdin=True, hidden=hidden)
            if i + 1 < len(arguments):
                return command(arguments[i + 1 :], line, arguments[i + 1][1], f"{argument} argument", hidden)
            return Invocation(hidden=hidden)
        elif name == "file":
            if value == "-":
                return Invocation(stdin=True, hidden=hidden)
            return Invocation(file=value, arguments=tuple(text for text, _ in arguments[i + 2 :]), hidden=hidden)
        elif name == "windowstyle":
            hidden = value.lower().startswith("h") or value == "1"
        i += 2 if takes else 1
    return Invocation(hidden=hidden)


def command(arguments: list[tuple[str, int]], line: str, start: int, how: str, hidden: bool) -> Invocation:
    code = " ".join(text for text, _ in arguments)
    raw = line[start:].strip()
    if raw[:1] == raw[-1:] == '"' and len(raw) > 1 and '"' not in raw[1:-1].replace('\\"', ""):
        raw = raw[1:-1]
    return Invocation(code=code, how=how, raw=raw, hidden=hidden)


def parse(line: str) -> Invocation | None:
    """What a whole command line carries; None when it is none of powershell.exe."""
    match = _START.match(line)
    if match is None:
        return None
    rest = line[match.end() :]
    return read(split(rest), rest)
