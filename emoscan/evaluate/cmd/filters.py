"""Programs whose output scripts go by: findstr, find, sort, more, where, tasklist, whoami …

Each takes the machine and a call, and prints; it returns nothing, and starts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from emoscan.evaluate.cmd import canned
from emoscan.evaluate.cmd.expand import number
from emoscan.evaluate.cmd.parser import UNKNOWN

FILTERS: Final[dict[str, Callable[[Any, Any], None]]] = {}


def prints(*names: str) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    def register(function: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        FILTERS.update(dict.fromkeys(names, function))
        return function

    return register


def _input(machine: Any, files: list[str]) -> Iterator[tuple[str, str]]:
    """(file, text) of what a filter reads: files that are named, or what comes in."""
    if not files:
        if isinstance(machine.stdin, str):
            yield "", machine.stdin
        return
    for name in files:
        for path in machine.matching(name) if "*" in name or "?" in name else [name]:
            text = machine.read_file(path)
            if isinstance(text, str):
                yield path, text


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _put(machine: Any, lines: list[str]) -> None:
    machine.write("".join(line + "\r\n" for line in lines))
    if not lines:
        machine.fail()


@prints("findstr")
def findstr(machine: Any, call: Any) -> None:
    r"""Lines with one of the texts, or with the expression: findstr knows . * ^ $ [class] \\< \\> and no groups."""
    flags = ""
    literal: list[str] = []
    loose: list[str] = []
    files: list[str] = []
    pattern_files: list[str] = []
    for word in call.args:
        if word[:1] in "/-" and len(word) > 1 and not loose:
            body = word[1:]
            letter = body[0].lower()
            if letter == "c" and body[1:2] == ":":
                literal.append(body[2:])
            elif letter == "g" and body[1:2] == ":":
                pattern_files.append(body[2:])
            elif letter in "adf" and body[1:2] == ":":
                continue
            else:
                flags += body.lower()
            continue
        if not literal and not pattern_files and not loose:
            loose = word.split()
        else:
            files.append(word)
    for path in pattern_files:
        content = machine.read_file(path)
        loose += _lines(content) if isinstance(content, str) else []
    as_text = "l" in flags or (bool(literal) and "r" not in flags)
    patterns = [re.escape(p.replace("\\\\", "\\").replace('\\"', '"')) if as_text else _expression(p) for p in (*literal, *loose) if p][
        :200
    ]
    if not patterns:
        machine.fail()
        return
    joined = "|".join(patterns)
    if "b" in flags:
        joined = f"^(?:{joined})"
    if "e" in flags:
        joined = f"(?:{joined})$"
    if "x" in flags:
        joined = f"^(?:{joined})$"
    try:
        fits = re.compile(joined, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        machine.fail(2)
        return
    found: list[str] = []
    for path, text in _input(machine, files):
        machine.spend(len(text) // 32 + 1)
        if "m" in flags:
            if fits.search(text):
                found.append(path)
            continue
        for position, line in enumerate(_lines(text)):
            if (fits.search(line[:LONGEST_LINE]) is not None) == ("v" in flags) and UNKNOWN.search(line) is None:
                continue
            label = f"{path}:" if path and len(files) > 1 else ""
            found.append(label + (f"{position + 1}:" if "n" in flags else "") + line)
    _put(machine, found)


LONGEST_LINE: Final = 8_191
"""Characters of a line that findstr looks at, and cmd.exe too."""

STARS: Final = 4
"""Repetitions of any character in one expression that are followed."""


def _expression(pattern: str) -> str:
    """An expression of findstr in Python's form. Repetitions are possessive where they stand for one character, so none backtracks for long."""
    out: list[str] = []
    at, stars = 0, 0
    while at < len(pattern):
        char = pattern[at]
        atom = ""
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            atom = r"\b" if pattern[at] in "<>" else re.escape(pattern[at])
        elif char == "[" and (end := pattern.find("]", at + 2)) > 0:
            body = pattern[at + 1 : end]
            negated = body.startswith("^")
            inner = (body[1:] if negated else body).replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            atom = f"[{'^' if negated else ''}{inner}]"
            at = end
        elif char == ".":
            atom = "."
        elif (char == "^" and at == 0) or (char == "$" and at == len(pattern) - 1):
            atom = char
        else:
            atom = re.escape(char)
        at += 1
        if pattern[at : at + 1] == "*" and atom not in ("^", "$", r"\b"):
            stars += 1
            atom += "*" if stars <= STARS else "?"
            at += 1
        out.append(atom)
    return "".join(out)


@prints("find")
def find(machine: Any, call: Any) -> None:
    flags = "".join(word[1:].lower() for word in call.args if word.startswith("/") and len(word) == 2)
    words = [word for word in call.args if not (word.startswith("/") and len(word) == 2)]
    if not words:
        machine.fail(2)
        return
    wanted = words[0].lower() if "i" in flags else words[0]
    found: list[str] = []
    for path, text in _input(machine, words[1:]):
        if path:
            machine.write(f"\r\n---------- {path.upper()}\r\n")
        for position, line in enumerate(_lines(text)):
            if (wanted in (line.lower() if "i" in flags else line)) != ("v" in flags) or UNKNOWN.search(line) is not None:
                found.append((f"[{position + 1}]" if "n" in flags else "") + line)
    if "c" in flags:
        machine.write(f"{len(found)}\r\n")
        return
    _put(machine, found)


@prints("more")
def more(machine: Any, call: Any) -> None:
    skip = next((number(word[1:]) or 0 for word in call.args if word.startswith("+")), 0)
    files = [word for word in call.args if word[:1] not in ("/", "+")]
    for _, text in _input(machine, files):
        _put(machine, [line for position, line in enumerate(_lines(text)) if position >= skip or UNKNOWN.search(line) is not None])


@prints("sort")
def sort(machine: Any, call: Any) -> None:
    backward = any(word.lower().startswith("/r") for word in call.args)
    files = [word for word in call.args if not word.startswith("/")]
    for _, text in _input(machine, files):
        _put(machine, sorted(_lines(text), key=str.lower, reverse=backward))


@prints("where")
def where(machine: Any, call: Any) -> None:
    from emoscan.evaluate.cmd.programs import place_of

    found = []
    for word in call.args:
        if word[:1] in "/-":
            continue
        name = word.rpartition(":")[2].replace("*", "").replace("?", "")
        path = place_of(machine, name)
        if path:
            found.append(path)
    _put(machine, found)


@prints("whoami")
def whoami(machine: Any, call: Any) -> None:
    machine.query("whoami", canned.whoami(machine.world))
    line = canned.whoami(machine.world)
    if any(word.lower() == "/groups" for word in call.args):
        line = "BUILTIN\\Administrators Alias S-1-5-32-544 Mandatory group, Enabled by default, Enabled group, Group owner S-1-16-12288"
    machine.write(line + "\r\n")


@prints("hostname")
def hostname(machine: Any, _call: Any) -> None:
    machine.write(machine.query("hostname", machine.world.profile.computer) + "\r\n")


@prints("systeminfo")
def systeminfo(machine: Any, _call: Any) -> None:
    machine.query("systeminfo", "")
    machine.write("\r\n".join(canned.system_information(machine.world)) + "\r\n")


@prints("tasklist")
def tasklist(machine: Any, _call: Any) -> None:
    machine.query("tasklist", "")
    machine.write("\r\n".join(canned.tasks()) + "\r\n")


@prints("chcp")
def code_page(machine: Any, call: Any) -> None:
    machine.write(f"Active code page: {call.args[0] if call.args else 932}\r\n")


@prints("clip")
def clip(machine: Any, _call: Any) -> None:
    if isinstance(machine.stdin, str):
        machine.world.clipboard = machine.stdin


@prints("timeout", "ping", "choice", "sleep", "waitfor")
def wait(machine: Any, call: Any) -> None:
    """Ways to wait."""
    words = [number(word) for word in call.args]
    machine.world.pass_time(float(max((word for word in words if word is not None), default=1)))


@prints(
    "attrib", "fsutil", "openfiles", "cacls", "icacls", "takeown", "mode", "doskey", "label", "tree", "subst", "chkdsk", "w32tm", "driverquery",
    "query", "quser", "ipconfig", "netstat_", "getmac", "gpupdate", "logoff_", "title", "comp", "fc", "tzutil", "ie4uinit", "reg_",
)  # fmt: skip
def quiet(machine: Any, call: Any) -> None:
    """Nothing that matters; each shows in the list of what was run."""
    machine.commands.append(call.line)
