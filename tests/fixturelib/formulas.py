"""From the text of a formula to the tokens that binary workbooks keep it in (MS-XLS 2.5.198, MS-XLSB 2.5.97)."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

FUNCTIONS: Final = {
    "ACOS": (99, 1), "CALL": (150, -1), "CHAR": (111, 1), "COSH": (230, 1), "DAY": (67, 1), "EVALUATE": (257, 1), "EXEC": (110, -1),
    "GET.CELL": (185, -1), "GET.WORKSPACE": (186, 1), "GOTO": (53, 1), "HALT": (54, -1), "IF": (1, -1), "INDEX": (29, -1), "ISERROR": (3, 1),
    "ISNUMBER": (128, 1), "MID": (31, 3), "NOW": (74, 0), "REGISTER": (149, -1), "RETURN": (55, -1), "SEARCH": (82, -1), "SET.NAME": (88, -1),
    "SET.VALUE": (108, 2), "SUM": (4, -1),
}  # fmt: skip
"""Number (Ftab) and count of arguments, -1 where it varies."""
COMMANDS: Final = {"FORMULA": 96, "FORMULA.FILL": 97, "RUN": 17, "CLOSE": 16, "ALERT": 118, "WAIT": 149, "APP.MAXIMIZE": 173}
"""Number in the other table (Cetab)."""
OPERATORS: Final = {"+": 3, "-": 4, "*": 5, "/": 6, "^": 7, "&": 8, "<": 9, "<=": 10, "=": 11, ">=": 12, ">": 13, "<>": 14}
STRENGTH: Final = {"=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}

_TOKEN: Final = re.compile(
    r'\s*(?:"(?P<text>(?:[^"]|"")*)"|(?P<number>\d+(?:\.\d+)?)|(?P<ref>(?:(?P<sheet>\w+)!)?\$?(?P<column>[A-Z]{1,2})\$?(?P<row>\d+)(?![\w(]))'
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign><=|>=|<>|[-+*/^&<>=(),]))"
)


@dataclass
class Assembler:
    """`sheets` by their places, `names` by their numbers from 1; `wide` for BIFF12."""

    sheets: Sequence[str] = ()
    names: Mapping[str, int] = field(default_factory=dict)
    wide: bool = False

    def assemble(self, formula: str) -> bytes:
        """The tokens of a formula without "=" before it. Raises ValueError for what this does not know."""
        self._left = list(_TOKEN.finditer(formula.strip()))
        if "".join(m[0] for m in self._left) != formula.strip():
            raise ValueError(f"cannot read {formula!r}")
        out = self._expression(0)
        if self._left:
            raise ValueError(f"{formula!r} goes on with {self._left[0][0]!r}")
        return out

    def _peek(self) -> str:
        return self._left[0]["sign"] or "" if self._left else ""

    def _expression(self, least: int) -> bytes:
        out = self._operand()
        while STRENGTH.get(self._peek(), 0) > least:
            sign = self._left.pop(0)["sign"]
            out += self._expression(STRENGTH[sign]) + bytes((OPERATORS[sign],))
        return out

    def _operand(self) -> bytes:
        token = self._left.pop(0)
        if token["text"] is not None:
            return self._text(token["text"].replace('""', '"'))
        if token["number"]:
            value = float(token["number"])
            whole = value.is_integer() and value < 65_536
            return struct.pack("<BH", 0x1E, int(value)) if whole else struct.pack("<Bd", 0x1F, value)
        if token["ref"]:
            return self._ref(token)
        if token["name"]:
            return self._name(token["name"])
        if token["sign"] == "(":
            inner = self._expression(0)
            self._left.pop(0)
            return inner + b"\x15"
        if token["sign"] == "-":
            return self._operand() + b"\x13"
        raise ValueError(f"{token[0]!r} begins nothing")

    def _text(self, text: str) -> bytes:
        if self.wide:
            return struct.pack("<BH", 0x17, len(text)) + text.encode("utf-16-le")
        if all(ord(c) < 0x100 for c in text):
            return struct.pack("<BBB", 0x17, len(text), 0) + text.encode("latin-1")
        return struct.pack("<BBB", 0x17, len(text), 1) + text.encode("utf-16-le")

    def _ref(self, token: re.Match[str]) -> bytes:
        column = 0
        for letter in token["column"]:
            column = column * 26 + ord(letter) - 64
        place = struct.pack("<IH" if self.wide else "<HH", int(token["row"]) - 1, column - 1)
        if token["sheet"]:
            return struct.pack("<BH", 0x5A, self.sheets.index(token["sheet"])) + place
        return b"\x44" + place

    def _name(self, name: str) -> bytes:
        if self._peek() != "(":
            if name in ("TRUE", "FALSE"):
                return bytes((0x1D, name == "TRUE"))
            return struct.pack("<BI", 0x43, self.names[name])
        self._left.pop(0)
        arguments: list[bytes] = []
        while self._peek() != ")":
            arguments.append(b"\x16" if self._peek() == "," else self._expression(0))
            if self._peek() == ",":
                self._left.pop(0)
                if self._peek() == ")":
                    arguments.append(b"\x16")
        self._left.pop(0)
        body = b"".join(arguments)
        if name in COMMANDS:
            return body + struct.pack("<BBH", 0x42, len(arguments), 0x8000 | COMMANDS[name])
        if name in FUNCTIONS:
            number, count = FUNCTIONS[name]
            return body + (struct.pack("<BH", 0x41, number) if count >= 0 else struct.pack("<BBH", 0x42, len(arguments), number))
        # A function with a name of its own: the name goes before the arguments.
        return struct.pack("<BI", 0x23, self.names[name]) + body + struct.pack("<BBH", 0x42, len(arguments) + 1, 0xFF)
