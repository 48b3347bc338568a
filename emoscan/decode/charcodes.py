"""Arrays of character codes: decimal, octal, binary, with the offset or the XOR key that the script names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import decoded, telling
from emoscan.decode.strings import SCRIPTS
from emoscan.model import Artifact, Child, Problem, Span, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import number_of
from emoscan.parse.text import as_bytes, lowered, text_of
from emoscan.registry import step

MOST: Final = 50
KEYS: Final = 24
"""Offsets and keys tried on one array."""
SAMPLE: Final = 64
"""Numbers a key is tried on first."""

_ARRAY: Final = lazy(r"[0-9](?<![\w.][0-9])[0-9]{0,7}(?:[^0-9\r\n]{1,4}(?:\r?\n[ \t]{0,40})?[0-9]{1,8}){14,}+")
_NUMBER: Final = lazy(r"[0-9]{1,8}")
_KEY: Final = lazy(r"""(-bxor|bxor|x(?<!\wx)or|\^|\+|-)[ \t("']{0,8}((?:0x|&h)?[0-9a-f]{1,6})(?![\w.])""")


@step("charcodes", takes=(*SCRIPTS, "text.html"), order=20)
def sweep(artifact: Artifact, ctx: Context) -> Yields:
    """Children out of every array of numbers that are the characters of something."""
    text = text_of(artifact.data)
    ctx.budget.spend(len(text) // 32)
    count = 0
    keys: list[tuple[str, int]] | None = None
    for match in _ARRAY.finditer(text):
        if keys is None:
            keys = keys_in(text)
        written = _NUMBER.findall(match[0])
        ctx.budget.spend(len(written))
        found = _decoded(written, keys)
        if found is None:
            continue
        count += 1
        if count > MOST:
            yield Problem("limit", "charcodes", f"more than {MOST} arrays of character codes in one artifact; the rest was not decoded")
            return
        data, kind, how = found
        ctx.budget.grow(len(data), "character codes")
        span: Span = match.span()
        yield Child(data, kind, how=how, span=span)


def keys_in(text: str) -> list[tuple[str, int]]:
    """("xor", 51), ("-", 5) …: what the script does with numbers, each once; nothing first, then exclusive or."""
    xors: dict[tuple[str, int], None] = {}
    offsets: dict[tuple[str, int], None] = {}
    for match in _KEY.finditer(lowered(text)):
        number = number_of(match[2])
        if number > 0 and match[1] not in "+-" and len(xors) < KEYS:
            xors.setdefault(("xor", number))
        elif number > 0 and match[1] in "+-" and len(offsets) < KEYS:
            # what is added while hiding is taken away while reading, and the script may be either
            offsets.setdefault(("-", number))
            offsets.setdefault(("+", number))
    return [("", 0), *xors, *offsets]


def _decoded(written: list[str], keys: list[tuple[str, int]]) -> tuple[bytes, str, str] | None:
    for base, word in _bases(written):
        numbers = [int(digits, base) for digits in written]
        for operation, key in keys:
            head = _apply(numbers[:SAMPLE], operation, key)
            if head is None:
                continue
            result = _apply(numbers, operation, key)
            how = f"{word} character codes" + (f", {operation} {key}" if operation else "")
            if result is None:
                continue
            if telling(result):
                kind, kept = decoded(as_bytes(result))
            elif not operation and max(numbers) < 256:
                kind, kept = decoded(bytes(numbers))
                kind = "" if kind == "text.plain" else kind
            else:
                continue
            if kind:
                return kept, kind, how
    return None


def _bases(written: list[str]) -> Iterator[tuple[int, str]]:
    digits = set("".join(written))
    if digits <= {"0", "1"} and min(map(len, written)) >= 5:
        yield 2, "binary"
        return
    yield 10, "decimal"
    if digits <= set("01234567"):
        yield 8, "octal"


def _apply(numbers: list[int], operation: str, key: int) -> str | None:
    """The text under a key; None when a code is none of a character."""
    if operation == "xor":
        numbers = [number ^ key for number in numbers]
    elif operation:
        numbers = [number - key if operation == "-" else number + key for number in numbers]
    return "".join(map(chr, numbers)) if min(numbers) >= 0 and max(numbers) <= 0xFFFF else None
