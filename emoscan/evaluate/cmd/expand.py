"""What cmd.exe puts in place of `%name%`, `!name!`, `%1`, `%~dpnx0` and of the variables of FOR.

Source: `set /?`, `call /?`, `for /?`, and the phases as described by D. Benham and jeb ("How does the Windows Command
Interpreter (CMD.EXE) parse scripts?").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from emoscan.parse.lazy import lazy

Lookup = Callable[[str], "str | None"]
"""Value of a variable by its name; None when it is not set."""

_SUBSTRING: Final = lazy(r"~([^,%!]*)(?:,([^%!]*))?\Z")
_NUMBER: Final = lazy(r"\s*([+-]?)\s*(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})")
_ARGUMENT: Final = lazy(r"%(?:~([fdpnxsatzFDPNXSATZ]*)(?:\$([^:%\s]{1,80}):)?)?([0-9*])")
MODIFIERS: Final = frozenset("fdpnxsatz")


def number(text: str) -> int | None:
    """A number as `set` and `if` read it: decimal, 0x hexadecimal, 0 octal; None for no number. What follows it is passed over."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    digits = match[2]
    if digits[:2] in ("0x", "0X"):
        value = int(digits, 16)
    elif digits[0] == "0" and len(digits) > 1:
        octal = re.match(r"[0-7]+", digits)
        value = int(octal[0], 8) if octal else 0
    else:
        value = int(digits)
    return -value if match[1] == "-" else value


def modified(value: str, modifier: str, grow: Callable[[int], None]) -> str | None:
    """A value with what follows the colon done to it: `~2,-1` cuts, `a=b` and `*a=b` replace. None when it is neither."""
    cut = _SUBSTRING.match(modifier)
    if cut is not None:
        return _cut(value, number(cut[1]) or 0, None if cut[2] is None else number(cut[2]) or 0)
    old, equals, new = modifier.partition("=")
    whole = old.startswith("*")
    old = old[1:] if whole else old
    if not equals or not old:
        return None
    lower, wanted = value.lower(), old.lower()
    if len(lower) != len(value):  # letters whose small form has another length: compared as they are
        lower, wanted = value, old
    if whole:
        at = lower.find(wanted)
        return value if at < 0 else new + value[at + len(old) :]
    pieces: list[str] = []
    at = 0
    grow(len(value) + lower.count(wanted) * len(new))
    while (found := lower.find(wanted, at)) >= 0:
        pieces += (value[at:found], new)
        at = found + len(old)
    return "".join((*pieces, value[at:]))


def _cut(value: str, start: int, count: int | None) -> str:
    size = len(value)
    begin = max(size + start, 0) if start < 0 else min(start, size)
    if count is None:
        return value[begin:]
    end = size + count if count < 0 else begin + count
    return value[begin : max(end, begin)]


def percent(line: str, get: Lookup, argument: Callable[[str, str], str | None] | None, grow: Callable[[int], None]) -> str:
    """The first phase. `argument` (digit or *, modifiers) gives those of a batch file; without it the line was typed, and what is
    not set stays as it is.
    """
    if "%" not in line:
        return line
    out: list[str] = []
    at, end = 0, len(line)
    batch = argument is not None
    while (found := line.find("%", at)) >= 0:
        out.append(line[at:found])
        at = found + 1
        if argument is not None:
            if line.startswith("%", at):
                out.append("%")
                at += 1
                continue
            match = _ARGUMENT.match(line, found)
            value = argument(match[3], (match[1] or "") + "~" if line.startswith("~", at) else "") if match else None
            if match is not None and value is not None:
                grow(len(value))
                out.append(value)
                at = match.end()
                continue
        close = line.find("%", at)
        colon = line.find(":", at, close if close >= 0 else end)
        if close < 0:
            out.append("" if batch else "%")
            continue
        name = line[at : colon if colon >= 0 else close]
        value = get(name) if name else None
        if value is None:
            if not batch:
                out.append("%")
            else:
                at = (colon if colon >= 0 else close) + 1
            continue
        if colon >= 0 and colon + 1 < close:
            changed = modified(value, line[colon + 1 : close], grow)
            if changed is None:
                out.append("" if batch else "%")
                continue
            value = changed
        grow(len(value))
        out.append(value)
        at = close + 1
    out.append(line[at:])
    return "".join(out)


def delayed(text: str, get: Lookup, grow: Callable[[int], None], *, batch: bool) -> str:
    """The fifth phase: `!name!`, and carets once more where there is an exclamation mark."""
    if "!" not in text:
        return text
    out: list[str] = []
    at, end = 0, len(text)
    while at < end:
        match = _DELAYED.search(text, at)
        if match is None:
            out.append(text[at:])
            break
        out.append(text[at : match.start()])
        at = match.end()
        if match[0] == "^":
            out.append(text[at : at + 1])
            at += 1
            continue
        if (plain := _PLAIN.match(text, at)) is not None and (value := get(plain[1])) is not None:
            if plain[2] is not None:
                value = _cut(value, int(plain[2]), None if plain[3] is None else int(plain[3]))
            grow(len(value))
            out.append(value)
            at = plain.end()
            continue
        opening = at
        while text.startswith("!", at):
            at += 1
        close = text.find("!", at)
        if close < 0:
            if not batch and at == opening:
                out.append("")
            continue
        colon = text.find(":", at, close)
        name = text[at : colon if colon >= 0 else close]
        value = get(name) if name else None
        if value is not None and 0 <= colon < close - 1:
            if text[colon + 1] != "~" and "=" not in text[colon:close]:
                # What is replaced may hold an exclamation mark: it ends at the equals sign
                equals = text.find("=", close)
                close = text.find("!", equals) if equals >= 0 else close
                if close < 0:
                    continue
            value = modified(value, text[colon + 1 : close], grow)
        if value is not None:
            grow(len(value))
            out.append(value)
        elif not batch:
            out.append(text[at - 1 : close + 1])
        at = close + 1
    return "".join(out)


_DELAYED: Final = lazy(r"[!^]")
_PLAIN: Final = lazy(r"([^!:]++)(?::~(-?(?:0|[1-9][0-9]{0,8}))(?:,(-?(?:0|[1-9][0-9]{0,8})))?)?!")
"""What nearly all of them are: a name, and where letters are cut out, numbers that are not octal."""


_SEARCHED: Final = lazy(r"\$\w{1,40}:(.)")
"""`%~$PATH:a`: the file of that name in one of the folders of a variable."""


Template = tuple["str | tuple[str, str | None]", ...]
"""A text with variables of FOR: pieces as they stand, and (variable, its modifiers or None)."""


def loop_template(text: str, names: str) -> Template:
    """Where a text names variables of the FOR loops around, which are called `names`: the same in each round."""
    out: list[str | tuple[str, str | None]] = []
    at = 0
    while (found := text.find("%", at)) >= 0:
        out.append(text[at:found])
        name = text[found + 1 : found + 2]
        if name == "~":
            end = found + 2
            while text[end : end + 1].lower() in MODIFIERS and end < len(text):
                end += 1
            searched = _SEARCHED.match(text, end)
            if searched is not None and searched[1] in names:
                out.append((searched[1], "$"))
                at = searched.end()
                continue
            # `%~na`: the last of the letters may be the variable itself
            if text[end : end + 1] not in names or not text[end : end + 1]:
                end -= 1
                while end > found + 1 and text[end] not in names:
                    end -= 1
            if end > found + 1:
                out.append((text[end], text[found + 2 : end].lower()))
                at = end + 1
                continue
        elif name and name in names:
            out.append((name, None))
            at = found + 2
            continue
        out.append("%")
        at = found + 1
    out.append(text[at:])
    return tuple(piece for piece in out if piece)


def fill(template: Template, values: dict[str, str], path: Callable[[str, str], str], grow: Callable[[int], None]) -> str:
    """The fourth phase: `%a` and `%~nxa` of the FOR loops around. `path` applies modifiers to a value."""
    out: list[str] = []
    for piece in template:
        if isinstance(piece, tuple):
            name, modifiers = piece
            piece = values[name] if modifiers is None else path(values[name], modifiers)
            grow(len(piece))
        out.append(piece)
    return "".join(out)


def path_parts(value: str, modifiers: str, world: Any) -> str:
    """A value with the modifiers of `%~` applied: quotes off, and parts of the whole path."""
    value = value.strip().strip('"') if value[:1] == '"' else value.replace('"', "") if modifiers else value
    if modifiers == "$":  # programs of Windows are found, and nothing else is
        return rf"{world.profile.windows}\System32\{value}" if value.lower().endswith(".exe") else ""
    letters = [letter for letter in modifiers.lower() if letter in MODIFIERS]
    if not letters:
        return value
    whole = world.absolute(value)
    folder, _, name = whole.rpartition("\\")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    drive, rest = (folder[:2], folder[2:] + "\\") if folder[1:2] == ":" else ("", folder + "\\")
    known = {"d": drive, "p": rest, "n": stem, "x": dot + extension if dot else ""}
    before = []
    if "a" in letters:
        before.append("--a--------" if world.files.exists(whole) else "")
    if "t" in letters:
        before.append(world.now.strftime("%Y/%m/%d %H:%M") if world.files.exists(whole) else "")
    if "z" in letters:
        before.append(str(world.files.size(whole)) if world.files.exists(whole) else "")
    path = whole if "f" in letters or letters == ["s"] else "".join(known[part] for part in "dpnx" if part in letters)
    return " ".join(piece for piece in (*before, path) if piece)
