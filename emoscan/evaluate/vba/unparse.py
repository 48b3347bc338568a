"""Syntax trees back to VBA text."""

from __future__ import annotations

from typing import Final

from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.parser import BINARY, NEGATION, NOT

WORDS: Final = {"mod": "Mod", "like": "Like", "is": "Is", "and": "And", "or": "Or", "xor": "Xor", "eqv": "Eqv", "imp": "Imp"}
MAX_DEPTH: Final = 60


TYPES: Final = "$%&!#@^"
"""Type characters at the end of names."""


def text_of(tree: s.Expr | None, spellings: dict[str, str], level: int = 0, depth: int = 0) -> str:
    """VBA text of an expression. `level`: the binding strength of what stands around it."""
    if tree is None:
        return ""
    if depth > MAX_DEPTH:
        return "…"

    def inner(part: s.Expr | None, level: int = 0) -> str:
        return text_of(part, spellings, level, depth + 1)

    match tree:
        case s.Lit():
            return literal(tree)
        case s.Name():
            return spellings.get(tree.name, tree.name) if tree.name.rstrip(TYPES).isidentifier() else f"[{tree.name}]"
        case s.Member():
            return f"{inner(tree.object, 99)}.{spellings.get(tree.name, tree.name)}"
        case s.Bang():
            return f"{inner(tree.object, 99)}!{tree.name}"
        case s.Call():
            args = [inner(a) for a in tree.args] + [f"{spellings.get(n, n)}:={inner(v)}" for n, v in tree.named]
            return f"{inner(tree.function, 99)}({', '.join(args)})"
        case s.Unary():
            mine = NOT if tree.op == "not" else NEGATION
            text = f"{'Not ' if tree.op == 'not' else '-'}{inner(tree.operand, mine)}"
            return f"({text})" if mine < level else text
        case s.Binary():
            return binary(tree, spellings, level, depth)
        case s.New():
            return f"New {tree.type}"
        case s.TypeOf():
            text = f"TypeOf {inner(tree.operand, 99)} Is {tree.type}"
            return f"({text})" if level else text
        case s.AddressOf():
            return f"AddressOf {spellings.get(tree.name, tree.name)}"
        case s.Evaluate():
            return f"[{tree.text}]"
        case s.ByVal():
            return f"({inner(tree.operand)})"


def binary(tree: s.Binary, spellings: dict[str, str], level: int, depth: int) -> str:
    """A chain of operators, taken apart from the left without recursion."""
    spine = [tree]
    while isinstance(spine[-1].left, s.Binary) and BINARY[spine[-1].left.op] >= BINARY[spine[-1].op]:
        spine.append(spine[-1].left)
    text = text_of(spine[-1].left, spellings, BINARY[spine[-1].op], depth + 1)
    for node in reversed(spine):
        right = text_of(node.right, spellings, BINARY[node.op] + 1, depth + 1)
        text = f"{text} {WORDS.get(node.op, node.op)} {right}"
    return f"({text})" if BINARY[tree.op] < level else text


def literal(tree: s.Lit) -> str:
    match tree.type:
        case "string":
            return quoted(tree.value)
        case "boolean":
            return "True" if tree.value else "False"
        case "date":
            return f"#{tree.value}#"
        case "empty" | "null" | "nothing":
            return tree.type.capitalize()
    value = tree.value
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def quoted(text: str) -> str:
    """A VBA expression for a text: quotes doubled, control characters as constants."""
    pieces: list[str] = []
    run = ""
    for char in text:
        if char >= " ":
            run += char
            continue
        if run:
            pieces.append('"' + run.replace('"', '""') + '"')
            run = ""
        pieces.append({"\r": "vbCr", "\n": "vbLf", "\t": "vbTab"}.get(char, f"Chr({ord(char)})"))
    if run or not pieces:
        pieces.append('"' + run.replace('"', '""') + '"')
    return " & ".join(pieces).replace("vbCr & vbLf", "vbCrLf")
