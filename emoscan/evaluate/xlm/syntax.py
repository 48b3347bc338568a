"""From the text of a formula to its tree.

A node is a tuple, its kind first. Operators of one kind in a row are one node, so long chains are not deep. What cannot be read is a node
"bad" with the reason: the formula is then unknown, the macro goes on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from emoscan.evaluate.xlm.values import ERRORS
from emoscan.parse.formula import Token, tokens

Node = tuple[Any, ...]
"""("value", v) ("ref", sheet, text) ("name", sheet, name) ("call", name or node, arguments) ("join", parts) ("sum" | "product" | "compare", first, [(op, node)])
("power", left, right) ("minus", node) ("percent", node) ("array", rows) ("range" | "union" | "section", left,
right) ("missing",) ("bad", why)"""

MAX_LENGTH: Final = 32_768
"""Characters of a formula that is read; Excel's own limit is 8,192."""
MAX_DEPTH: Final = 96

_BINDS: Final = {"=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "<>": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
UNION, SECTION, RANGE = 8, 9, 10
SIGN: Final = 7
"""Signs bind more than a power; a percent sign comes behind its operand and never waits."""


class Broken(ValueError):
    """The text is no formula."""


@lru_cache(maxsize=4_096)
def parse(formula: str) -> Node:
    """The tree of a formula, without "=" before it."""
    if len(formula) > MAX_LENGTH:
        return ("bad", f"a formula of {len(formula):,} characters")
    try:
        return _Parser(formula).parse()
    except Broken as error:
        return ("bad", str(error))


class _Parser:
    """Operators wait on a stack until one that binds less comes (Dijkstra's shunting yard), so no depth of a sample is recursion."""

    def __init__(self, formula: str) -> None:
        self.tokens = list(tokens(formula))
        self.at = 0
        self.operands: list[tuple[Node, int]] = []
        """(node, depth)."""
        self.waiting: list[tuple[str, int, Any]] = []
        """(operator, how much it binds, where it belongs): "(" and function calls bind 0 and hold the count of operands below them."""

    def parse(self) -> Node:
        if not self.tokens:
            return ("missing",)
        want_operand = True
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            want_operand = self._operand(token) if want_operand else self._operator(token)
        if want_operand:
            raise Broken("it ends where a value should be")
        self._reduce(0)
        if self.waiting or len(self.operands) != 1:
            raise Broken("a parenthesis is not closed")
        return self.operands[0][0]

    # ------------------------------------------------------------ tokens

    def _operand(self, token: Token) -> bool:
        """Take a token where a value is wanted. Returns whether one still is."""
        self.at += 1
        match token.kind:
            case "number":
                self._push(("value", float(token.text)))
            case "text":
                self._push(("value", token.text))
            case "error":
                self._push(("value", ERRORS.get(token.text, ERRORS["#N/A"])))
            case "ref" | "sheet" | "name":
                return self._reference(token)
            case "array" if token.text == "{":
                self._array()
            case "open":
                self.waiting.append(("(", 0, len(self.operands)))
                return True
            case "operator" if token.text in "+-":
                self.waiting.append((token.text, SIGN, None))
                return True
            case "operator" if token.text == "@":
                return True
            case "comma" | "close":
                self._empty(token)
                return token.kind == "comma"
            case _:
                raise Broken(f"{token.text[:20]!r} stands where a value should be")
        return False

    def _operator(self, token: Token) -> bool:
        """Take a token where an operator is wanted. Returns whether a value is next."""
        self.at += 1
        text = token.text
        match token.kind:
            case "operator" if text in _BINDS:
                self._wait(text, _BINDS[text])
            case "operator" if text == ":":
                self._wait(":", RANGE)
            case "operator" if text == "%":
                node, depth = self.operands.pop()
                self._push(("percent", node), depth + 1)
                return False
            case "comma":
                self._reduce(0)
                if not self.waiting:
                    raise Broken("a comma outside of parentheses")
                if self.waiting[-1][0] == "(":
                    self.waiting.append((",", UNION, None))
                # the arguments of a call stay on the stack
            case "close":
                self._close()
                return False
            case "open":
                return self._call_value()
            case "ref" | "name" | "sheet" if token.space:
                self.at -= 1
                self._wait(" ", SECTION)
            case _:
                raise Broken(f"{text[:20]!r} stands where an operator should be")
        return True

    def _reference(self, token: Token) -> bool:
        sheet: str | None = None
        if token.kind == "sheet":
            sheet = token.text
            if self.at >= len(self.tokens):
                raise Broken("a sheet without a cell")
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "error":
                self._push(("value", ERRORS["#REF!"]))
                return False
            if token.kind not in ("ref", "name"):
                raise Broken("a sheet without a cell")
        follows = self.tokens[self.at] if self.at < len(self.tokens) else None
        if follows is not None and follows.kind == "open" and not (follows.space and token.kind == "ref"):
            self.at += 1
            self.waiting.append(("call", 0, (len(self.operands), sheet, token.text)))
            if self.at < len(self.tokens) and self.tokens[self.at].kind == "close":
                self.at += 1
                self._close_call()
                return False
            return True
        if token.kind == "ref":
            self._push(("ref", sheet, token.text))
        elif token.text.upper() in ("TRUE", "FALSE") and sheet is None:
            self._push(("value", token.text.upper() == "TRUE"))
        else:
            self._push(("name", sheet, token.text))
        return False

    def _array(self) -> None:
        rows: list[list[Any]] = [[]]
        sign = 1.0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            match token.kind:
                case "array" if token.text == "}":
                    width = max(len(row) for row in rows)
                    self._push(("array", tuple(tuple(row + [ERRORS["#N/A"]] * (width - len(row))) for row in rows)))
                    return
                case "number":
                    rows[-1].append(sign * float(token.text))
                    sign = 1.0
                case "text":
                    rows[-1].append(token.text)
                case "name":
                    rows[-1].append(token.text.upper() == "TRUE")
                case "error":
                    rows[-1].append(ERRORS.get(token.text, ERRORS["#N/A"]))
                case "operator" if token.text in "+-":
                    sign = -1.0 if token.text == "-" else 1.0
                case "comma" if token.text == ";":
                    rows.append([])
                case "comma":
                    pass
                case _:
                    raise Broken("an array holds more than values")
        raise Broken("an array is not closed")

    def _empty(self, token: Token) -> None:
        """A comma or closing parenthesis where a value should be: an argument was left out."""
        if not self.waiting or self.waiting[-1][0] != "call":
            raise Broken(f"{token.text!r} stands where a value should be")
        self._push(("missing",))
        if token.kind == "close":
            self._close_call()

    def _call_value(self) -> bool:
        """A value is called: `INDEX(A1:A9,2)()`."""
        node, _ = self.operands.pop()
        self.waiting.append(("call", 0, (len(self.operands), None, node)))
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "close":
            self.at += 1
            self._close_call()
            return False
        return True

    # ------------------------------------------------------------ stacks

    def _push(self, node: Node, depth: int = 1) -> None:
        if depth > MAX_DEPTH:
            raise Broken(f"it is nested more than {MAX_DEPTH} deep")
        self.operands.append((node, depth))

    def _wait(self, operator: str, binds: int) -> None:
        self._reduce(binds)
        self.waiting.append((operator, binds, None))

    def _reduce(self, binds: int) -> None:
        """Apply the operators that wait and bind at least so much."""
        while self.waiting and self.waiting[-1][1] >= max(binds, 1):
            operator, strength, _ = self.waiting.pop()
            if not self.operands:
                raise Broken("an operator lacks its operands")
            right, depth = self.operands.pop()
            if strength == SIGN:
                self._push(right if operator == "+" else ("minus", right), depth + 1)
                continue
            if not self.operands:
                raise Broken("an operator lacks its operands")
            left, left_depth = self.operands.pop()
            node, deeper = _joined(operator, left, right)
            self._push(node, max(depth + 1, left_depth + deeper))

    def _close(self) -> None:
        self._reduce(0)
        if not self.waiting:
            raise Broken("a parenthesis too many")
        if self.waiting[-1][0] == "call":
            self._close_call()
        else:
            self.waiting.pop()
            if not self.operands:
                raise Broken("empty parentheses")
            node, depth = self.operands.pop()
            # In parentheses it is one operand: what follows may not melt into its chain.
            self._push(("group", node) if node[0] in _CHAINS.values() else node, depth + 1)

    def _close_call(self) -> None:
        _, _, (below, sheet, called) = self.waiting.pop()
        found = self.operands[below:]
        del self.operands[below:]
        arguments = tuple(node for node, _ in found)
        self._push(("call", sheet, called, arguments), 1 + max((depth for _, depth in found), default=0))


_CHAINS: Final = {"&": "join", "+": "sum", "-": "sum", "*": "product", "/": "product"} | dict.fromkeys(
    ("=", "<", ">", "<=", ">=", "<>"), "compare"
)
_OTHERS: Final = {":": "range", " ": "section", ",": "union", "^": "power"}


def _joined(operator: str, left: Node, right: Node) -> tuple[Node, int]:
    """(node of an operator and its two operands, how much deeper than its left operand)."""
    chain = _CHAINS.get(operator)
    if chain is not None and left[0] == chain:
        left[-1].append(right if chain == "join" else (operator, right))
        return left, 0
    if chain is not None:
        return ("join", [left, right]) if chain == "join" else (chain, left, [(operator, right)]), 1
    return (_OTHERS[operator], left, right), 1
