"""Commands of cmd.exe that pick the letters of another out of an alphabet: `for %a in (4,7,3) do set y=!y!!x:~%a,1!`."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import readable
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import sniff, step

_FOR: Final = lazy(r"\bfor\s{1,40}(?:/l\s{1,40})?%{1,2}~?([^\s%])\s{1,40}in\s{0,40}\(([\s0-9,;=+-]{2,65536})\)", re.IGNORECASE)
_SET: Final = lazy(r"""\bset\s{1,40}"?([^\s"=&|]{1,255})=([^\r\n]*)""", re.IGNORECASE)
_LOOKUP: Final = lazy(r"""!([^\s!:"'&|]{1,255}):~\s{0,20}%{1,2}(.)[^!]{0,40},[\s+]{0,8}1[^!]{0,8}!""", re.IGNORECASE)
_NUMBER: Final = lazy(r"-?[0-9]{1,9}")

COMMANDS: Final = 50


@step("for-coded", takes="script.cmd", fallback=True, order=10)
def pick_letters(artifact: Artifact, ctx: Context) -> Yields:
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 16 + 1)
    for number, loop in enumerate(_FOR.finditer(text)):
        if number >= COMMANDS:
            return
        lookup = _LOOKUP.search(text, loop.end(), loop.end() + 2_000)
        alphabet = _alphabet(text, lookup[1], loop.start()) if lookup else ""
        if not alphabet:
            continue
        command = _picked(alphabet, [int(n) for n in _NUMBER.findall(loop[2])], step_through="/l" in loop[0].lower())
        if readable(command):
            ctx.budget.grow(len(command), "letters picked")
            yield Fact("obfuscation.for_coded", f"{len(command)} letters picked out of an alphabet of {len(alphabet)}")
            yield Child(as_bytes(command), sniff(as_bytes(command))[0], how="letters picked in a FOR loop", span=loop.span())


def _alphabet(text: str, name: str, before: int) -> str:
    """The value of the variable, as it is set last before the loop. It ends where the next command begins."""
    value = ""
    for match in _SET.finditer(text, 0, before):
        if match[1].lower() == name.lower():
            value = match[2]
    # && cannot stand in a value that is not quoted; a single & can, in quotes around the whole line of cmd /c
    end = value.find("&&")
    return value[:end] if end >= 0 else value


def _picked(alphabet: str, numbers: list[int], step_through: bool) -> str:
    if step_through and len(numbers) == 3 and numbers[1]:
        start, stride, stop = numbers
        numbers = list(range(start, stop + (1 if stride > 0 else -1), stride)[: len(alphabet)])
    letters = []
    for number in numbers:
        if not -len(alphabet) <= number < len(alphabet):
            break  # the number that ends the loop lies outside the alphabet
        letters.append(alphabet[number])
    return "".join(letters)
