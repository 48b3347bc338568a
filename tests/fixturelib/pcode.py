"""Writer of p-code: modules from a small assembler language, and the stream `_VBA_PROJECT` with their names.

A line of the text is a line of source; its instructions stand between semicolons: `LitStr "a" ; Ld x ; Concat ; St y`.
Words are names, numbers are words, `name/flags` sets flags. Definitions: `FuncDefn Sub AutoOpen(a, ByVal b As String)`,
`VarDefn x As Long`, `Declare Function WinExec Lib "kernel32" Alias "…" (…) As Long`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

# Numbers in VBA 7: of 64-bit Office, of 32-bit Office.
NUMBERS: Final = {
    "Xor": (2, 2), "Eq": (5, 5), "Add": (11, 11), "Concat": (17, 17), "Paren": (29, 29), "Ld": (32, 32), "MemLd": (33, 33), "ArgsLd": (36, 36),
    "ArgsMemLd": (37, 37), "St": (39, 39), "MemSt": (40, 40), "ArgsSt": (43, 43), "Set": (46, 46), "ArgsCall": (65, 65), "ArgsMemCall": (66, 66),
    "BoS": (70, 70), "BoSImplicit": (71, 71), "Coerce": (88, 88), "Dim": (93, 93), "EndFunc": (105, 105), "EndIf": (106, 106),
    "EndIfBlock": (107, 107), "EndSub": (111, 111), "For": (146, 146), "FuncDefn": (150, 150), "If": (155, 155), "IfBlock": (156, 156),
    "LitDate": (170, 170), "LitDI2": (172, 172), "LitDI4": (173, 173), "LitHI2": (175, 174), "LitNothing": (178, 176), "LitR8": (183, 180),
    "LitStr": (185, 182), "LitVarSpecial": (186, 183), "New": (201, 198), "NextVar": (203, 200), "OnError": (204, 201), "OptionBase": (209, 206),
    "ParamNamed": (212, 209), "QuoteRem": (227, 224), "Redim": (228, 225), "Reparse": (230, 227), "SetStmt": (240, 237), "VarDefn": (245, 242),
    "EndForVariable": (257, 254), "StartForVariable": (258, 255),
}  # fmt: skip
NAMED: Final = frozenset("Ld MemLd ArgsLd ArgsMemLd St MemSt ArgsSt Set ArgsCall ArgsMemCall OnError ParamNamed Redim".split())
TYPES: Final = {"Integer": 2, "Long": 3, "Double": 5, "String": 8, "Object": 9, "Boolean": 11, "Variant": 12, "LongPtr": 0x83}

_INSTRUCTION: Final = re.compile(r"(\w+)(?:/(\d+))?\s*(.*)", re.DOTALL)
_HEAD: Final = re.compile(r'(Declare )?(Sub|Function) (\w+)(?: Lib "([^"]+)")?(?: Alias "([^"]+)")?\s*\(([^)]*)\)(?: As (\w+))?')
_PARAMETER: Final = re.compile(r"(Optional )?(ByVal |ByRef )?(\w+)(?: As (\w+))?")


@dataclass
class Compiler:
    """Writes modules; `stream()` is `_VBA_PROJECT` once all are written."""

    wide: bool = False
    release: int = 0xB2
    """Of Office: 0xB2 is 2016, all below 0x97 is VBA 6."""
    names: list[str] = field(default_factory=list)

    def code_of(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        first = 0x100 + ((7 if self.wide else 4) if self.release >= 0x97 else 0)
        return (first + self.names.index(name)) << 1

    def stream(self) -> bytes:
        out = struct.pack("<HHBH", 0x61CC, self.release, 0, 1).ljust(0x1E, b"\0")
        out += bytes(4) + bytes(2) + bytes(2) + bytes(2) + b"\xff\xff" * 3 + bytes(0x64) + bytes(2)
        out += bytes(6) + bytes(4) + bytes(6) + struct.pack("<HHH", len(self.names), len(self.names), 0) + bytes(4)
        for name in self.names:
            raw = name.encode("cp1252")
            out += bytes((len(raw), 0)) + raw + bytes(4)
        return out

    def cache(self, text: str) -> bytes:
        """What stands before the source in a module's stream."""
        module = _Module(self)
        lines = [module.line(line) for line in text.rstrip("\n").split("\n")]
        return module.bytes(lines)


class _Module:
    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.definitions = bytearray(8)
        self.declarations = bytearray()

    def line(self, text: str) -> bytes:
        return b"".join(self.instruction(piece) for piece in _split(text))

    def instruction(self, text: str) -> bytes:
        found = _INSTRUCTION.fullmatch(text)
        assert found, text
        name, flags, rest = found[1], int(found[2] or 0), found[3].strip()
        if name == "FuncDefn":
            operand = struct.pack("<I", self.procedure(rest))
            flags |= 2 if "Function" in rest else 0
        elif name == "VarDefn":
            operand = struct.pack("<I", self.variable(rest))
        elif name in ("LitStr", "Reparse", "QuoteRem"):
            raw = rest.removeprefix('"').removesuffix('"').replace('""', '"').encode("cp1252")
            operand = (b"\0\0" if name == "QuoteRem" else b"") + struct.pack("<H", len(raw)) + raw + bytes(len(raw) & 1)
        elif name == "LitDI4":
            operand = struct.pack("<I", int(rest))
        elif name in ("LitR8", "LitDate"):
            operand = struct.pack("<d", float(rest))
        else:
            words = rest.split()
            operand = struct.pack("<H", self.compiler.code_of(words.pop(0)) if words and name in NAMED and words[0] != "-" else 0) * (
                name in NAMED
            )
            operand += b"".join(struct.pack("<H", int(word)) for word in words if word != "-")
            if name == "Redim":
                operand += struct.pack("<I", 0)
        return struct.pack("<H", NUMBERS[name][not self.compiler.wide] | flags << 10) + operand

    def define(self, data: bytes) -> int:
        at = len(self.definitions)
        self.definitions += data
        return at

    def type_of(self, name: str | None) -> bytes:
        return struct.pack("<HH", TYPES[name], 0xFFFF) if name else bytes(4)

    def variable(self, text: str) -> int:
        name, _, kind = text.partition(" As ")
        shift = 4 if self.compiler.wide else 0
        head = struct.pack("<BBH", 0x20 if kind else 0, 0, self.compiler.code_of(name)).ljust(12 + shift, b"\0")
        return self.define((head + self.type_of(kind or None)).ljust(24 + shift, b"\0"))

    def procedure(self, text: str) -> int:
        found = _HEAD.fullmatch(text)
        assert found, text
        declare, _kind, name, library, alias, parameters, result = found.groups()
        first = self.parameters([p.strip() for p in parameters.split(",") if p.strip()])
        shift = (4 if self.compiler.release >= 0x6B else 0) + (16 if self.compiler.wide else 0)
        out = bytearray(64 + shift)
        struct.pack_into("<HH", out, 0, 0x1000 | (0x20 if result else 0), self.compiler.code_of(name))
        struct.pack_into("<I", out, shift + 36, first)
        out[shift + 40 : shift + 44] = self.type_of(result)
        struct.pack_into("<H", out, shift + 44, self.declare(library, alias or name) if declare else 0xFFFF)
        out[shift + (52 if self.compiler.wide else 54)] = 0 if declare else 0x90
        return self.define(bytes(out))

    def declare(self, library: str, name: str) -> int:
        at = len(self.declarations)
        self.declarations += struct.pack("<HHH14x", 0, self.compiler.code_of(library), at + 20) + name.encode() + b"\0"
        self.declarations += bytes(len(self.declarations) & 1)
        return at

    def parameters(self, texts: Sequence[str]) -> int:
        after = 0xFFFFFFFF
        shift = 4 if self.compiler.wide else 0
        for text in reversed(texts):
            found = _PARAMETER.fullmatch(text)
            assert found, text
            optional, passed, name, kind = found.groups()
            out = bytearray(28 + shift)
            struct.pack_into("<HH", out, 0, 0x20 if kind else 0, self.compiler.code_of(name))
            out[shift + 12 : shift + 16] = self.type_of(kind)
            options = {"ByVal ": 4, "ByRef ": 2}.get(passed, 0) | (0x200 if optional else 0)
            struct.pack_into("<IH", out, shift + 20, after, options)
            after = self.define(bytes(out))
        return after

    def bytes(self, lines: list[bytes]) -> bytes:
        out = bytearray(0x3F)
        out[0] = 1
        out += struct.pack("<I", len(self.declarations)) + self.declarations
        struct.pack_into("<I", out, 0x11, len(out))
        out += bytes(12 if self.compiler.wide else 10) + struct.pack("<I", len(self.definitions)) + self.definitions
        struct.pack_into("<I", out, 0x05, len(out))
        out += bytes(0x8A) + bytes(4)
        struct.pack_into("<I", out, 0x19, len(out))
        out += bytes(0x3C) + struct.pack("<HHH", 0xCAFE, 1, len(lines))
        at = 0
        for line in lines:
            out += struct.pack("<IHHI", 0, len(line), 0, at)
            at += len(line)
        return bytes(out + bytes(10) + b"".join(lines))


def _split(text: str) -> Iterator[str]:
    """Pieces between semicolons that stand outside of quotes."""
    for piece in re.findall(r'(?:"(?:[^"]|"")*"|[^";])+', text):
        if piece.strip():
            yield piece.strip()
