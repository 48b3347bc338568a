"""Files of the registry editor (.reg), versions 4 and 5: keys and values as they would be written.

Source: "How to add, modify, or delete registry subkeys and values by using a .reg file" (Microsoft Support 310516).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.lazy import lazy
from emoscan.parse.text import text_of

MOST: Final = 20_000
"""Values of one file that are read."""

TYPES: Final = {
    0: "REG_NONE",
    1: "REG_SZ",
    2: "REG_EXPAND_SZ",
    3: "REG_BINARY",
    4: "REG_DWORD",
    5: "REG_DWORD_BIG_ENDIAN",
    6: "REG_LINK",
    7: "REG_MULTI_SZ",
    11: "REG_QWORD",
}
TEXTS: Final = frozenset(("REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_LINK"))

_NAME: Final = lazy(r'\s*(?:@|"((?:[^"\\]|\\.)*+)")\s*=\s*', 16)  # re.DOTALL
_STRING: Final = lazy(r'"((?:[^"\\]|\\.)*+)"', 16)
_DATA: Final = lazy(r"(dword|hex)(?:\(([0-9a-f]{1,8})\))?:([^\n]*)", 2)  # re.IGNORECASE
_ESCAPE: Final = lazy(r"\\(.)", 16)
_DIGITS: Final = lazy(r"[0-9a-fA-F]{1,2}")
_CONTINUED: Final = lazy(r"\\[ \t]*\r?\n[ \t]*")


class Value(Struct, frozen=True):
    """One value of a key; the name "" is the key's default value."""

    key: str
    name: str
    type: str
    """As in TYPES; "" when the value, or the whole key, is taken away."""
    text: str = ""
    """What a text holds, the parts of REG_MULTI_SZ in lines; a number in decimal digits."""
    data: bytes = b""
    """The bytes of anything that is written as such."""


def is_version_5(text: str) -> bool:
    return "version 5" in text[:200].lower()


def parse(data: bytes) -> Iterator[Value]:
    """The values, in their order. Raises Malformed when the file does not begin like one."""
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    head = text[:200].lstrip().lower()
    if not head.startswith(("regedit4", "windows registry editor")):
        raise Malformed("no file of the registry editor")
    text = _CONTINUED.sub("", text)
    wide = is_version_5(text)
    key, at, count = "", 0, 0
    while at < len(text) and count < MOST:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].strip()
        if line.startswith("[") and line.endswith("]"):
            key = line[1:-1]
            if key.startswith("-"):
                count += 1
                yield Value(key[1:], "", "")
        elif line and not line.startswith(";"):
            match = _NAME.match(text, at)
            if match is not None:
                count += 1
                value, end = _value(text, match.end(), key, _plain(match[1] or ""), wide=wide)
                if value is not None:
                    yield value
        at = end + 1


def _value(text: str, at: int, key: str, name: str, *, wide: bool) -> tuple[Value | None, int]:
    """The data behind an equals sign, and where its line ends."""
    string = _STRING.match(text, at)
    stop = text.find("\n", string.end() if string else at)
    stop = len(text) if stop < 0 else stop
    if string is not None:
        return Value(key, name, "REG_SZ", _plain(string[1])), stop
    if text[at : at + 1] == "-":
        return Value(key, name, ""), stop
    match = _DATA.match(text, at)
    if match is None:
        return None, stop
    if match[1].lower() == "dword":
        digits = match[3].strip().split(";")[0].strip()
        try:
            return Value(key, name, "REG_DWORD", str(int(digits, 16))), stop
        except ValueError:
            return None, stop
    raw = bytes(int(pair, 16) for pair in _DIGITS.findall(match[3].partition(";")[0]))
    type_ = TYPES.get(int(match[2], 16) if match[2] else 3, "REG_BINARY")
    if type_ not in TEXTS:
        return Value(key, name, type_, data=raw), stop
    # Version 4 writes the bytes of an ANSI text, version 5 those of UTF-16; both are met under the other's heading.
    wide = wide if len(raw) < 4 else raw[1::2].count(0) * 2 > len(raw) // 2 or (wide and 0 not in raw[:-2])
    shown = raw.decode("utf-16-le" if wide else "cp1252", "replace").rstrip("\0")
    return Value(key, name, type_, shown.replace("\0", "\n"), raw), stop


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
