"""Command lines of powershell.exe: which parameter is which, and what text they make it run.

Source of the rules: about_PowerShell_exe and about_Pwsh; a parameter may be shortened to any prefix that is no other's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from emoscan.model import Child, Fact
from emoscan.parse.commandline import split
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, looks_like_text

DASHES: Final = "-/\u2013\u2014\u2015"
"""What PowerShell takes for the dash before a parameter."""

# Name, what counts as short form at least, and whether a value follows. The first that fits wins.
_PARAMETERS: Final = (
    ("encodedcommand", ("e", "ec"), True),
    ("executionpolicy", ("ex", "ep"), True),
    ("encodedarguments", ("encodeda", "ea"), True),
    ("command", ("c",), False),
    ("commandwithargs", ("commandw", "cwa"), False),
    ("configurationname", ("config",), True),
    ("custompipename", ("cus",), True),
    ("file", ("f",), True),
    ("windowstyle", ("w",), True),
    ("workingdirectory", ("wo", "wd"), True),
    ("version", ("v",), True),
    ("inputformat", ("inp", "if"), True),
    ("outputformat", ("o", "of"), True),
    ("psconsolefile", ("psc",), True),
    ("settingsfile", ("settings",), True),
    ("noprofile", ("nop",), False),
    ("nologo", ("nol",), False),
    ("noexit", ("noe",), False),
    ("noninteractive", ("noni",), False),
    ("interactive", ("i",), False),
    ("login", ("l",), False),
    ("sta", ("s",), False),
    ("mta", ("m",), False),
)
_EXACT: Final = {"ep": "executionpolicy", "ec": "encodedcommand", "ea": "encodedarguments", "cwa": "commandwithargs", "wd": "workingdirectory", "if": "inputformat",
                 "of": "outputformat", "wo": "workingdirectory"}  # fmt: skip


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


def parameter(written: str) -> tuple[str, bool]:
    """(name, whether a value follows) of a parameter without its dash; ("", False) for none."""
    word = written.lower()
    if word in _EXACT:
        word = _EXACT[word]
    for name, shortest, value in _PARAMETERS:
        if name.startswith(word) and any(word.startswith(short) for short in shortest):
            return name, value
    return "", False


_PROGRAM: Final = lazy(r"""(?<![\w.$-])(?:powershell|pwsh)(?:\.exe)?["'^]{0,3}(?=[\s,;/-]|[\u2013-\u2015]|$)""", re.IGNORECASE)
_WORD: Final = lazy(
    r"""[\s,;]*+(?:([-/\u2013\u2014\u2015])["']?([A-Za-z]{1,20})["']?(?=[\s:"'{]|$)|("(?:[^"\\]|\\.)*+"?+|'[^']*+'|[^\s"';|&<>]++))"""
)
_ENCODED: Final = lazy(
    r"""([-/\u2013\u2014\u2015])["']?(e(?:c|n[a-z]{0,13})?)["']?[\s:]{1,64}["'(\s]{0,8}([A-Za-z0-9+/]{16,}+={0,2}(?:[ \t\r\n]{1,8}[A-Za-z0-9+/]{16,}+={0,2})*+(?:[ \t\r\n]{1,4}[A-Za-z0-9+/]{1,15}={0,2}(?=["'\s]|$))?)""",
    re.IGNORECASE,
)
_BLANKS: Final = lazy(r"\s+")
_VALUE: Final = lazy(r"""[\s:]{0,64}("(?:[^"\\]|\\.)*+"|'[^']*+'|[^\s"'|&<>]++)""")

LONGEST: Final = 1 << 15
"""Characters of a command line (CreateProcess takes 32,767)."""
PARAMETERS: Final = 40


def calls(text: str) -> list[Call]:
    """Every text that some command line in `text` hands to PowerShell, in order."""
    found = [*_encoded(text), *_commands(text)]
    found.sort(key=lambda call: call.start)
    return found


def _encoded(text: str) -> Iterator[Call]:
    """`-EncodedCommand` in all spellings, also where the name of the program is put together by other means."""
    for match in _ENCODED.finditer(text):
        if parameter(match[2])[0] == "encodedcommand":
            plain = decode(_BLANKS.sub("", match[3]))
            if plain:
                yield Call("encoded", match[1] + match[2], plain, match.start(), match.end())


def decode(written: str) -> str:
    """The text of an `-EncodedCommand` argument; "" when it is none.

    PowerShell takes UTF-16LE. Scripts by hand are now and then plain UTF-8 by mistake; they are shown as what was meant.
    """
    data = from_base64(written)
    if data[1::2].count(0) * 10 >= len(data[1::2]) * 6:
        whole = data + b"\0" if len(data) % 2 else data  # the end of the argument is missing
        return whole.removeprefix(b"\xff\xfe").decode("utf-16-le", "replace").rstrip("\0")
    if not looks_like_text(data):
        wide = data.decode("utf-16-le", "replace")
        return wide if sum(letter.isascii() and letter.isprintable() for letter in wide) * 10 >= len(wide) * 6 else ""
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _commands(text: str) -> Iterator[Call]:
    """`-Command`, and text without a parameter, which is taken as one."""
    done = 0
    for program in _PROGRAM.finditer(text):
        if program.start() < done:
            continue
        line = text.find("\n", program.end(), program.end() + LONGEST)
        stop = line if line >= 0 else min(len(text), program.end() + LONGEST)
        at = program.end()
        for _ in range(PARAMETERS):
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
