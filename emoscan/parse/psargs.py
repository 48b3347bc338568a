"""Command lines of powershell.exe: which parameter is which, and what text they make it run.

`calls` finds them anywhere in a text, `parse` reads one that stands alone. Sources: about_PowerShell_exe, about_Pwsh,
`powershell.exe -?`: the console host takes a parameter when it is a prefix of its name and at least as long as its shortest form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Literal

from msgspec import Struct

from emoscan.model import Child, Fact
from emoscan.parse.commandline import Argument, split
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, looks_like_text, lowered

DASHES: Final = "-/\u2013\u2014\u2015"
"""What PowerShell takes for the dash before a parameter."""

PARAMETERS: Final = (
    # Name, the shortest prefix that stands for it, whether a value follows. The first that fits wins.
    ("encodedcommand", "e", True),
    ("encodedarguments", "encodeda", True),
    ("command", "c", True),
    ("commandwithargs", "commandw", True),
    ("file", "f", True),
    ("executionpolicy", "ex", True),
    ("windowstyle", "w", True),
    ("version", "v", True),
    ("inputformat", "inp", True),
    ("outputformat", "o", True),
    ("psconsolefile", "psc", True),
    ("configurationname", "config", True),
    ("custompipename", "cus", True),
    ("workingdirectory", "wo", True),
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
    "ea": "encodedarguments",
    "cwa": "commandwithargs",
    "ep": "executionpolicy",
    "if": "inputformat",
    "of": "outputformat",
    "wd": "workingdirectory",
}
_TAKES_VALUE: Final = {name: value for name, _, value in PARAMETERS}


def parameter(word: str) -> tuple[str, bool]:
    """(name, whether a value follows) of a parameter without its dash; ("", False) for none."""
    word = word.lower()
    name = OTHER_NAMES.get(word)
    if name is not None:
        return name, _TAKES_VALUE[name]
    for full, shortest, value in PARAMETERS:
        if full.startswith(word) and len(word) >= len(shortest):
            return full, value
    return "", False


def decode(written: str) -> str:
    """The text of an `-EncodedCommand` argument; "" when it is none.

    PowerShell takes UTF-16LE, padded or not. Scripts by hand are now and then plain UTF-8 by mistake; they are shown as what
    was meant. What stands between the letters of the alphabet was torn or put in on the way and is left out.
    """
    data = from_base64(_NO_BASE64.sub("", written.partition("=")[0])).removeprefix(b"\xff\xfe")
    if data[::2].count(0) * 2 >= len(data) // 2 > data[1::2].count(0) * 2:
        data = data[1:]  # what was put before it moved the text by a byte
    wide = data[1::2].count(0) * 2 >= len(data) // 2
    if not wide and looks_like_text(data):
        with suppress(UnicodeDecodeError):
            return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    if wide and len(data) % 2:
        data += b"\0"  # the end of the argument is missing
    return data[: len(data) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")


_NO_BASE64: Final = lazy(r"[^A-Za-z0-9+/]+")

# ---------------------------------------------------------------- calls in a text


class Call(Struct, frozen=True):
    """One text that a command line makes PowerShell run."""

    type: Literal["encoded", "command"]
    spelled: str
    """The parameter as it was written, dash included; "" when the text stands without one."""
    text: str
    start: int
    """Where the parameter stands."""
    end: int


def yields_of(call: Call, before: str = "") -> Iterator[Child | Fact]:
    """A call as steps hand it on: its text as an artifact, with lines before it that set what it reads, and what was encoded as a fact."""
    span = call.start, call.end
    if call.type == "encoded":
        yield Fact("obfuscation.encoded_command", call.spelled, span=span)
    how = f"{call.spelled} argument" if call.spelled else "argument of powershell"
    yield Child(as_bytes(before + call.text), "script.powershell", how=how, span=span)


_PROGRAM: Final = lazy(r"""[pP](?<![\w.$-].)(?i:owershell|wsh)(?i:\.exe)?["'^]{0,3}(?=[\s,;/-]|[\u2013-\u2015]|$)""")
_PROGRAMS: Final = ("powershell", "pwsh")
_WORD: Final = lazy(
    r"""[\s,;]*+(?:["']?([-/\u2013\u2014\u2015])["']?([A-Za-z]{1,20})["']?(?=[\s:"'{]|$)|("(?:[^"\\]|\\.)*+"?+|'[^']*+'|[^\s"';|&<>]++))"""
)
_ENCODED: Final = lazy(
    r"""([-/\u2013\u2014\u2015])["']?(e(?:c|n[a-z]{0,13})?)["']?[\s:]{1,64}["'(\s]{0,8}([A-Za-z0-9+/]{16,}+={0,2}(?:[ \t\r\n]{1,8}[A-Za-z0-9+/]{16,}+={0,2})*+(?:[ \t\r\n]{1,4}[A-Za-z0-9+/]{1,15}={0,2}(?=["'\s]|$))?)""",
    re.IGNORECASE,
)
_VALUE: Final = lazy(r"""[\s:]{0,64}("(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s"'|&<>]++)""")

LONGEST: Final = 1 << 15
"""Characters of a command line (CreateProcess takes 32,767)."""
MOST: Final = 40
"""Parameters of a command line."""


def calls(text: str) -> list[Call]:
    """Every text that some command line in `text` hands to PowerShell, in order."""
    found = [*_encoded(text), *_commands(text)]
    found.sort(key=lambda call: call.start)
    return found


def _encoded(text: str) -> Iterator[Call]:
    """`-EncodedCommand` in all spellings, also where the name of the program is put together by other means."""
    for match in _ENCODED.finditer(text):
        if parameter(match[2])[0] == "encodedcommand":
            plain = decode(match[3])
            if plain and _written(plain):
                yield Call("encoded", match[1] + match[2], plain, match.start(), match.end())


def undecoded(text: str) -> str:
    """`-EncodedCommand` as it is spelled where its value cannot be decoded to anything written; "" when there is none."""
    for match in _ENCODED.finditer(text):
        if parameter(match[2])[0] == "encodedcommand" and not _written(decode(match[3]) or "\0"):
            return match[1] + match[2]
    return ""


def _written(text: str) -> bool:
    """Whether a decoded text was written by somebody: half a dozen letters in a row are base64 of something as well."""
    return sum(letter.isascii() and (letter.isprintable() or letter.isspace()) for letter in text) * 10 >= len(text) * 6


def _commands(text: str) -> Iterator[Call]:
    """`-Command`, and text without a parameter, which is taken as one."""
    done = 0
    lower = lowered(text)
    for program in _PROGRAM.finditer(text) if any(map(lower.__contains__, _PROGRAMS)) else ():
        if program.start() < done:
            continue
        line = text.find("\n", program.end(), program.end() + LONGEST)
        stop = line if line >= 0 else min(len(text), program.end() + LONGEST)
        at = program.end()
        for _ in range(MOST):
            word = _WORD.match(text, at, stop)
            if word is None:
                break
            name, takes_value = parameter(word[2]) if word[2] else ("", False)
            if name in {"command", "commandwithargs"} or not name:
                if name:
                    start, spelled = word.end(), word[1] + word[2]
                elif word[3] is not None and not word[3].startswith(tuple(DASHES)):
                    start, spelled = word.start(3), ""
                else:
                    break
                code, end = _argument(text, start, stop)
                if len(code) >= 3:
                    yield Call("command", spelled, code, word.start(), end)
                    done = end
                break
            at = word.end()
            if name in {"encodedcommand", "file"}:
                break
            value = _VALUE.match(text, at, stop) if takes_value else None
            if value is not None:
                at = value.end()


def _argument(text: str, start: int, stop: int) -> tuple[str, int]:
    """The rest of a line as PowerShell would get it: one pair of quotes around it taken off, escaped quotes undone."""
    rest = text[start:stop]
    body = rest.lstrip(" \t:")
    start += len(rest) - len(body)
    if body.startswith('"'):
        match = _QUOTED.match(body)
        if match:
            inner = match[1].replace('\\"', '"').replace('""', '"')
            return inner.strip(), start + match.end()
    if '\\"' in body:  # a command line as CreateProcess gets it
        return " ".join(argument.text for argument in split(body)), stop
    if body.startswith("'") and body.find("'", 1) == len(body.rstrip()) - 1:
        return body.rstrip()[1:-1], stop
    return body.strip().strip('"'), stop


_QUOTED: Final = lazy(r'"((?:[^"\\]|\\.|""(?!\s*$))*+)"')

# ---------------------------------------------------------------- one command line


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


_START: Final = lazy(
    r"""\s*(?:(?:cmd(?:\.exe)?\s+/[ck]\s+)?(?:start\s+(?:/\w+\s+|""\s+){0,4})?)"""
    r"""["']?(?:[^"'|;&<>$()\r\n]{0,200}[\\/])?(?:powershell|pwsh)(?:\.exe)?["']?(?=\s|$)""",
    re.IGNORECASE,
)
_BASE64: Final = lazy(r"[A-Za-z0-9+/=\s]+")


def is_command_line(text: str) -> bool:
    """Whether a script is one command line of powershell.exe."""
    match = _START.match(text)
    if match is None:
        return False
    rest = text[match.end() :].strip()
    first = rest.splitlines()[0] if rest else ""
    return first[:1] in DASHES + "\"'" or not rest or "\n" not in rest


def read(arguments: list[Argument], line: str) -> Invocation:
    """What the arguments after the program's name mean. `line` is what their offsets count."""
    hidden = False
    i = 0
    while i < len(arguments):
        argument = arguments[i].text
        name, takes = _parameter_of(argument)
        if not name:
            if argument == "-":
                return Invocation(stdin=True, hidden=hidden)
            return _command(arguments[i:], line, "-Command argument", hidden=hidden)
        value = arguments[i + 1].text if i + 1 < len(arguments) else ""
        if name == "encodedcommand":
            rest = [value]
            for more in arguments[i + 2 :]:
                if len(more.text) <= 12 or rest[-1].endswith("=") or not _BASE64.fullmatch(more.text):
                    break
                rest.append(more.text)
            code = decode("".join(rest))
            if code:
                return Invocation(code=code, how=f"{argument} argument", encoded=True, hidden=hidden)
            if i + 2 >= len(arguments):
                return Invocation(hidden=hidden)
        elif name in ("command", "commandwithargs"):
            if value == "-":
                return Invocation(stdin=True, hidden=hidden)
            if i + 1 < len(arguments):
                return _command(arguments[i + 1 :], line, f"{argument} argument", hidden=hidden)
            return Invocation(hidden=hidden)
        elif name == "file":
            if value == "-":
                return Invocation(stdin=True, hidden=hidden)
            return Invocation(file=value, arguments=tuple(more.text for more in arguments[i + 2 :]), hidden=hidden)
        elif name == "windowstyle":
            hidden = value.lower().startswith("h") or value == "1"
        i += 2 if takes else 1
    return Invocation(hidden=hidden)


def _parameter_of(argument: str) -> tuple[str, bool]:
    if len(argument) < 2 or argument[0] not in DASHES:
        return "", False
    return parameter(argument[1:].lstrip(DASHES).replace("`", "").replace("^", "").rstrip(":"))


def _command(arguments: list[Argument], line: str, how: str, *, hidden: bool) -> Invocation:
    raw = line[arguments[0].start :].strip()
    if raw[:1] == raw[-1:] == '"' and len(raw) > 1 and '"' not in raw[1:-1].replace('\\"', ""):
        raw = raw[1:-1]
    return Invocation(code=" ".join(argument.text for argument in arguments), how=how, raw=raw, hidden=hidden)


def parse(line: str) -> Invocation | None:
    """What a whole command line carries; None when it is none of powershell.exe."""
    match = _START.match(line)
    if match is None:
        return None
    rest = line[match.end() :]
    return read(split(rest, most=len(rest)), rest)
