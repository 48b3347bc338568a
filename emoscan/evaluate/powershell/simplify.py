"""The simplified source of a script: constants worked out, names in plain, junk left out, one statement a line.

What comes out means what went in. Only expressions without effects are worked out, by the machine that has run the
script; variables are used for that when they are set once, before, at the top of the script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import Object
from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.commands import spelt
from emoscan.evaluate.powershell.flow import Leave, Scope
from emoscan.evaluate.powershell.types import full_name
from emoscan.evaluate.powershell.values import Array, Char, NetType
from emoscan.evaluate.powershell.variables import automatic_variables
from emoscan.parse.lazy import lazy

LONGEST: Final = 1 << 16
"""Characters of a literal that is put in the place of an expression."""

MOST_ITEMS: Final = 256
LARGEST: Final = 1 << 20
"""Characters of a script that is simplified."""

_WORD: Final = lazy(r"[A-Za-z_][\w.-]{0,80}\Z")
_IDENTIFIER: Final = lazy(r"[A-Za-z_]\w{0,80}\Z")
_BARE: Final = lazy(r"[\w.:\\/*?+%~-]{1,200}\Z")
_WILDCARD: Final = lazy(
    r"[&.] ?\((?:Get-Command|Get-Alias) [^|;]{0,20}[\w-][*?]|[&.] ?\((?:Get-Command|Get-Alias) [^|;]{0,20}[*?][\w-]", re.IGNORECASE
)
"""A command looked up by part of its name and called."""

_WORDS: Final = lazy(r"[\W_]+")
_SIGNS: Final = frozenset(("+", "-", "*", "/", "%", "..", "??"))

_PURE_CLASSES: Final = frozenset(
    "System.Convert System.String System.Char System.Text.Encoding System.Math System.Text.RegularExpressions.Regex System.BitConverter "
    "System.Uri System.Net.WebUtility System.Int32 System.Byte System.Text.ASCIIEncoding System.Text.UTF8Encoding System.Text.UnicodeEncoding".split()
)
_PURE_METHODS: Final = frozenset(
    "replace split substring tostring tolower toupper tolowerinvariant toupperinvariant trim trimstart trimend insert remove padleft padright "
    "tochararray indexof lastindexof contains startswith endswith getstring getbytes normalize".split()
)
_PURE_MEMBERS: Final = frozenset(
    "length count ascii unicode utf8 utf7 utf32 default bigendianunicode empty name fullname value groups".split()
)
_PURE_VARIABLES: Final = frozenset("pshome shellid verbosepreference debugpreference maximumdrivecount true false null".split())
_PURE_ENVIRONMENT: Final = frozenset(
    "comspec public psmodulepath windir systemroot programfiles programdata allusersprofile pathext os".split()
)
_VARIABLE_COMMANDS: Final = frozenset(("gv", "get-variable", "variable"))
_FOLDED: Final = (s.Chain, s.Cast, s.Invoke, s.Index, s.Unary, s.Expand, s.Paren, s.Member, s.ArrayExpr, s.SubExpr)


_NAMED_BY_NODES: Final = (s.Member, s.Invoke, s.Command)
_NO_NODES: Final = frozenset(("compiled", "start", "stop", "text", "op"))
_PARTS: Final[dict[Any, tuple[str, ...]]] = {
    cls: tuple(name for name in slots if name not in _NO_NODES and (name != "name" or cls in _NAMED_BY_NODES))
    for cls in vars(s).values()
    if isinstance(cls, type) and (slots := getattr(cls, "__slots__", None)) is not None
}
"""Attributes that may hold nodes, by kind of node."""
_NODES: Final = frozenset(cls for cls in _PARTS if issubclass(cls, s.Node))

_WORTH: Final = lazy(
    r"[A-Za-z]`[A-Za-z]|['\"]\s{0,9}\+\s{0,9}\(?['\"$\[]|\[\s{0,3}char|-[ic]?(?:join|replace|split|bxor)\b|\.\W{0,3}replace|['\"]\s{0,9}-f\b|\[type\]"
    r"|[&.]\s{0,3}[('\"]",
    re.IGNORECASE,
)
"""What scripts hold of which a plain form may be easier to read."""


_ALL_WORDS: Final = lazy(r"\w+")


def nodes_of(value: Any) -> Iterator[s.Node]:
    """All nodes of a tree, in no order."""
    stack = [value]
    pop = stack.pop
    while stack:
        item = pop()
        kind = type(item)
        if kind is list or kind is tuple:
            stack += item
        elif kind in _PARTS:
            if kind in _NODES:
                yield item
            stack += [getattr(item, name, None) for name in _PARTS[kind]]


def quoted(text: str) -> str:
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"


class Simplifier:
    """One script, its tree, and the machine that has run it. `folds` counts expressions that were worked out."""

    def __init__(self, machine: Any, tree: s.ScriptBlock, others: Iterable[str] = ()) -> None:
        self.m = machine
        self.tree = tree
        self.folds = 0
        self.odd = 0
        """Of them, words that were put together, and names in disguise."""
        self.hidden: list[str] = []
        """Names of commands, members and types that the text does not show: put together, cut out of something, with ticks inside."""
        self.dropped = 0
        self.scope = Scope(None)
        self.scope.vars.update(automatic_variables(machine))
        self.level = 0
        self._known: dict[int, tuple[Any, str | None] | None] = {}
        self._alive: list[s.Node] = []
        self._settle(others)

    # ------------------------------------------------------------ what is known

    def _settle(self, others: Iterable[str]) -> None:
        """Find variables that are set once and known, and those nobody reads."""
        written: Counter[str] = Counter()
        read: set[str] = set()
        plain: set[int] = set()
        variables: list[s.Var] = []
        for node in nodes_of(self.tree):
            if isinstance(node, s.Var):
                variables.append(node)
            elif isinstance(node, s.Const):
                if isinstance(node.value, str) and len(node.value) < 200:
                    read.update(map(str.lower, _ALL_WORDS.findall(node.value)))
            elif isinstance(node, s.Assign):
                if isinstance(node.target, s.Var):
                    written[node.target.name] += 1 if not node.op else 2
                    plain.add(id(node.target))
            elif isinstance(node, s.Foreach):
                written[node.variable.name] += 2
                plain.add(id(node.variable))
            elif isinstance(node, s.Step) and isinstance(node.target, s.Var):
                written[node.target.name] += 2
        read.update(variable.name for variable in variables if id(variable) not in plain)
        elsewhere = "\0".join(others).lower()
        self.junk = {name for name in written if name not in read and f"${name}" not in elsewhere}
        self.known: dict[str, int] = {}
        for statement in self.tree.end or ():
            if isinstance(statement, s.Assign) and isinstance(statement.target, s.Var) and not statement.op:
                target = statement.target
                if not target.drive and written[target.name] == 1 and self.pure(statement.value):
                    value = self.worked_out(statement.value)
                    if value is not None and value[1] is not None and len(value[1]) <= LONGEST:
                        self.scope.vars[target.name] = value[0]
                        self.known[target.name] = statement.start

    def pure(self, node: Any) -> bool:
        """Whether working a node out touches nothing."""
        if isinstance(node, (s.Const, s.Numbers, s.TypeLit)):
            return True
        if isinstance(node, s.Var):
            if node.drive == "env":
                return node.name in _PURE_ENVIRONMENT
            return not node.drive and (node.name in _PURE_VARIABLES or self.known.get(node.name, node.start) < node.start)
        if isinstance(node, s.Items):
            return all(self.pure(value) for value in node.values)
        if isinstance(node, (s.Paren,)):
            return self.pure(node.inner)
        if isinstance(node, (s.Cast, s.Unary)):
            return self.pure(node.value)
        if isinstance(node, (s.ArrayExpr, s.SubExpr)):
            return len(node.body) == 1 and self.pure(node.body[0])
        if isinstance(node, s.Chain):
            return self.pure(node.first) and all(self.pure(right) for _, right in node.rest)
        if isinstance(node, s.Index):
            return self.pure(node.target) and self.pure(node.index)
        if isinstance(node, s.Expand):
            return all(isinstance(part, str) or self.pure(part) for part in node.parts)
        if isinstance(node, (s.Member, s.Invoke)):
            name = self.name_of(node.name)
            if name is None or not self.pure(node.target):
                return False
            if isinstance(node, s.Member):
                return name.lower() in _PURE_MEMBERS and (not node.static or self.pure_class(node.target))
            if not all(self.pure(arg) for arg in node.args):
                return False
            return self.pure_class(node.target) if node.static else name.lower() in _PURE_METHODS
        if isinstance(node, s.Command):
            name = self.name_of(node.name)
            return name is not None and name.lower() in _VARIABLE_COMMANDS and all(isinstance(part, s.Const) for part in node.elements)
        return False

    def pure_class(self, node: s.Node) -> bool:
        if not isinstance(node, s.TypeLit):
            found = self.worked_out(node) if self.pure(node) else None
            return found is not None and isinstance(found[0], NetType) and found[0].name in _PURE_CLASSES
        return full_name(node.name) in _PURE_CLASSES

    def name_of(self, name: Any) -> str | None:
        """A name of a member or command that may be worked out."""
        if isinstance(name, str):
            return name
        if isinstance(name, s.Const):
            return str(name.value)
        found = self.worked_out(name) if self.pure(name) else None
        return found[0] if found is not None and isinstance(found[0], str) else None

    def worked_out(self, node: s.Node) -> tuple[Any, str | None] | None:
        """The value of a pure expression and the literal for it, None when there is none."""
        key = id(node)
        if key not in self._known:
            self._alive.append(node)
            self._known[key] = self._work_out(node)
        return self._known[key]

    def _work_out(self, node: s.Node) -> tuple[Any, str | None] | None:
        m = self.m
        emit, undone = m._emit, dict(m.undone)
        m._emit = lambda _item: None
        try:
            value = m.compiler.value(node)(self.scope)
        except (ScriptError, ScriptEnd, Leave):
            return None
        finally:
            m._emit = emit
            m.undone = undone
        shown = literal(value)
        return (value, shown) if shown is not None or isinstance(value, (NetType, Object)) else None

    def folded(self, node: s.Node) -> str | None:
        if not isinstance(node, _FOLDED) or not self.pure(node):
            return None
        found = self.worked_out(node)
        if found is None or found[1] is None or len(found[1]) > LONGEST:
            return None
        value = found[0]
        if isinstance(node, s.Paren) and isinstance(node.inner, (s.Const, s.Numbers, s.Items, s.TypeLit, s.Var)):
            return None
        if isinstance(value, (list, Array)) and not isinstance(node, (s.Chain, s.Paren, s.Invoke, s.Cast)):
            return None
        self.folds += 1
        if isinstance(value, str) and len(value) > 2 and not any(c.isspace() for c in value):
            self.odd += 1
        if isinstance(value, NetType):
            while isinstance(node, s.Paren):
                node = node.inner
            if isinstance(node, s.Cast) and not isinstance(node.value, s.Const):
                self.disguised(node.value, value.name)
        return found[1] if not isinstance(value, (list, Array)) else f"@({found[1]})"

    def disguised(self, node: Any, name: str) -> None:
        """Note a name that is written in another way than as it is, unless it is only put together of whole words."""
        if isinstance(node, s.Paren):
            node = node.inner
        if isinstance(node, s.Const):
            hidden = "`" in self.tree.text[node.start : node.start + len(str(node.value))]
        elif any(isinstance(inner, s.Var) for inner in nodes_of(node)):
            shown = self.tree.text.lower()
            hidden = any(len(word) > 2 and word not in shown for word in _WORDS.split(name.lower()))
        else:
            hidden = True
        if hidden and len(name) > 2:
            self.hidden.append(name)

    # ------------------------------------------------------------ writing

    def text(self) -> str:
        lines: list[str] = []
        self.block_lines(self.tree, lines)
        return "\n".join(lines) + "\n"

    def block_lines(self, block: s.ScriptBlock, lines: list[str]) -> None:
        if block.params:
            lines.append(self.indent() + f"param({', '.join(self.param(param) for param in block.params)})")
        for name, body in (("begin", block.begin), ("process", block.process), ("dynamicparam", block.dynamic)):
            if body is not None:
                lines.append(self.indent() + name + " " + self.braces(body))
        lines.extend(self.indent() + self.trap(trap) for trap in block.traps)
        if block.end is not None:
            named = block.begin is not None or block.process is not None
            if named:
                lines.append(self.indent() + "end " + self.braces(block.end))
            else:
                self.statements(block.end, lines)

    def trap(self, node: s.Trap) -> str:
        return f"trap {f'[{node.type}] ' if node.type else ''}{self.braces(node.body)}"

    def param(self, param: s.Param) -> str:
        shown = (f"[{param.type}]" if param.type else "") + f"${param.name}"
        return shown if param.default is None else f"{shown} = {self.show(param.default)}"

    def indent(self) -> str:
        return "    " * self.level

    def statements(self, body: list[s.Node], lines: list[str]) -> None:
        for node in body:
            if (
                isinstance(node, s.Assign)
                and isinstance(node.target, s.Var)
                and not node.target.drive
                and node.target.name in self.junk
                and self.pure(node.value)
            ):
                self.dropped += 1
                continue
            lines.append(self.indent() + self.show(node))

    def braces(self, body: list[s.Node]) -> str:
        lines: list[str] = []
        self.level += 1
        self.statements(body, lines)
        self.level -= 1
        return "{\n" + "\n".join(lines) + f"\n{self.indent()}}}" if lines else "{ }"

    def block(self, block: s.ScriptBlock) -> str:
        lines: list[str] = []
        self.level += 1
        self.block_lines(block, lines)
        self.level -= 1
        if len(lines) == 1 and len(lines[0]) < 100 and "\n" not in lines[0]:
            return "{ " + lines[0].strip() + " }"
        return "{\n" + "\n".join(lines) + f"\n{self.indent()}}}" if lines else "{ }"

    def show(self, node: s.Node) -> str:
        folded = self.folded(node)
        if folded is not None:
            return folded
        rule = _RULES.get(type(node))
        return rule(self, node) if rule is not None else ""

    def const(self, node: s.Const) -> str:
        if node.text and isinstance(node.value, str):
            return node.text if _BARE.match(node.text) else quoted(node.value)
        shown = literal(node.value)
        return shown if shown is not None else node.text

    def expand(self, node: s.Expand) -> str:
        pieces = []
        for part in node.parts:
            if isinstance(part, str):
                pieces.append(re.sub(r'([`"$])', r"`\1", part))
            elif isinstance(part, s.Var):
                pieces.append(self.var(part, braced=True))
            else:
                shown = self.show(part)
                pieces.append(shown if shown.startswith("$(") else f"$({shown})")
        return '"' + "".join(pieces) + '"'

    def var(self, node: s.Var, *, braced: bool = False) -> str:
        name = f"{node.drive}:{node.name}" if node.drive else node.name
        plain = name.replace(":", "", 1) if node.drive else name
        if (braced and not plain.isalnum()) or not re.fullmatch(r"[\w?^$]+", plain):
            return f"${{{name}}}"
        return ("@" if node.splat else "$") + name

    def items(self, node: s.Items) -> str:
        return ", ".join(self.show(value) for value in node.values)

    def body(self, nodes: list[s.Node]) -> str:
        return "; ".join(self.show(node) for node in nodes)

    def hash_literal(self, node: s.HashLit) -> str:
        return "@{" + "; ".join(f"{self.show(key)} = {self.show(value)}" for key, value in node.pairs) + "}"

    def unary(self, node: s.Unary) -> str:
        sign = node.op if node.op in "+-," else f"-{node.op} "
        return sign + self.show(node.value)

    def step(self, node: s.Step) -> str:
        sign = "++" if node.by > 0 else "--"
        return sign + self.show(node.target) if node.prefix else self.show(node.target) + sign

    def chain(self, node: s.Chain) -> str:
        pieces = [self.show(node.first)]
        for op, right in node.rest:
            pieces += [op if op in _SIGNS else f"-{op}", self.show(right)]
        return ("" if ".." in pieces else " ").join(pieces)

    def member_name(self, node: s.Member | s.Invoke) -> str:
        name = node.name
        if isinstance(name, str):
            if "`" in self.tree.text[node.start : node.start + len(name) + 1]:
                self.hidden.append(name)
            return name
        found = self.name_of(name)
        if found is not None and _IDENTIFIER.match(found):
            if not isinstance(name, s.Const) or not name.text:
                self.folds += 1
                self.odd += 1
                self.disguised(name, found)
            return found
        return self.show(name) if isinstance(name, (s.Var, s.Paren, s.Const)) else f"({self.show(name)})"

    def target(self, node: s.Node, *, static: bool) -> str:
        if static and not isinstance(node, s.TypeLit) and self.pure(node):
            found = self.worked_out(node)
            if found is not None and isinstance(found[0], NetType):
                self.folds += 1
                self.odd += 1
                if isinstance(node, s.Cast) and not isinstance(node.value, s.Const):
                    self.disguised(node.value, found[0].name)
                return f"[{short(found[0].name)}]"
        shown = self.show(node)
        return f"({shown})" if isinstance(node, (s.Chain, s.Unary, s.Command)) else shown

    def member(self, node: s.Member) -> str:
        return self.target(node.target, static=node.static) + ("::" if node.static else ".") + self.member_name(node)

    def invoke(self, node: s.Invoke) -> str:
        args = ", ".join(self.show(arg) for arg in node.args)
        return f"{self.target(node.target, static=node.static)}{'::' if node.static else '.'}{self.member_name(node)}({args})"

    def assign(self, node: s.Assign) -> str:
        return f"{self.show(node.target)} {node.op}= {self.show(node.value)}"

    def command(self, node: s.Command) -> str:
        name = self.name_of(node.name) if not isinstance(node.name, s.Var) else None
        if name is not None and (_WORD.match(name) or name in "%?"):
            plain = spelt(name)
            if node.operator or not isinstance(node.name, s.Const):
                self.folds += 1
                self.odd += not isinstance(node.name, s.Const)
            self.disguised(node.name, plain)
            shown = plain if not node.operator or node.operator == "&" or "-" in plain else f"{node.operator} {plain}"
        else:
            shown = f"{node.operator} {self.show(node.name)}" if node.operator else self.show(node.name)
            if node.operator and _WILDCARD.search(shown):
                self.hidden.append(shown)
        pieces = [shown, *(self.argument(part) for part in node.elements), *(self.redirect(part) for part in node.redirects)]
        return " ".join(piece for piece in pieces if piece)

    def argument(self, node: s.Node) -> str:
        if isinstance(node, s.Items):
            return ",".join(self.argument(value) for value in node.values)
        shown = self.show(node)
        return f"({shown})" if isinstance(node, (s.Chain, s.Cast, s.Unary)) and shown[:1] not in "'@\"" else shown

    def parameter(self, node: s.Parameter) -> str:
        return f"-{node.name}" if node.value is None else f"-{node.name}:{self.argument(node.value)}"

    @staticmethod
    def redirect_sign(node: s.Redirect) -> str:
        return ("" if node.stream in ("", "1") else node.stream) + (">>" if node.append else ">")

    def redirect(self, node: s.Redirect) -> str:
        sign = self.redirect_sign(node)
        return f"{sign}&1" if node.target is None else f"{sign} {self.argument(node.target)}"

    def pipeline(self, node: s.Pipeline) -> str:
        shown = " | ".join(self.show(part) for part in node.elements)
        return " ".join([shown, *(self.redirect(part) for part in node.redirects)])

    def and_or(self, node: s.AndOr) -> str:
        return " ".join([self.show(node.first), *(f"{op} {self.show(part)}" for op, part in node.rest)])

    def if_(self, node: s.If) -> str:
        shown = ""
        for test, body in node.clauses:
            shown += (" elseif " if shown else "if ") + f"({self.show(test)}) {self.braces(body)}"
        return shown if node.otherwise is None else f"{shown} else {self.braces(node.otherwise)}"

    def while_(self, node: s.While) -> str:
        test = self.show(node.test) if node.test is not None else "$true"
        if node.first:
            return f"do {self.braces(node.body)} {'until' if node.until else 'while'} ({test})"
        return f"{label(node.label)}while ({test}) {self.braces(node.body)}"

    def for_(self, node: s.For) -> str:
        parts = "; ".join(self.show(part) if part is not None else "" for part in (node.init, node.test, node.step))
        return f"{label(node.label)}for ({parts}) {self.braces(node.body)}"

    def foreach(self, node: s.Foreach) -> str:
        return f"{label(node.label)}foreach ({self.var(node.variable)} in {self.show(node.subject)}) {self.braces(node.body)}"

    def switch(self, node: s.Switch) -> str:
        options = (
            ("" if node.mode == "exact" else f"-{node.mode} ") + ("-casesensitive " if node.case else "") + ("-file " if node.file else "")
        )
        self.level += 1
        clauses = [
            f"{self.indent()}{self.show(test) if test is not None else 'default'} {self.braces(body)}" for test, body in node.clauses
        ]
        self.level -= 1
        return f"{label(node.label)}switch {options}({self.show(node.subject)}) {{\n" + "\n".join(clauses) + f"\n{self.indent()}}}"

    def try_(self, node: s.Try) -> str:
        shown = f"try {self.braces(node.body)}"
        for names, body in node.catches:
            shown += " catch " + "".join(f"[{name}] " for name in names) + self.braces(body)
        return shown if node.final is None else f"{shown} finally {self.braces(node.final)}"

    def jump(self, node: s.Jump) -> str:
        mark = node.label if isinstance(node.label, str) else self.show(node.label)
        return " ".join(part for part in (node.kind, mark, self.show(node.value) if node.value is not None else "") if part)

    def class_(self, node: s.Class) -> str:
        self.level += 1
        lines = [f"{self.indent()}{'static ' if fixed else ''}[{type_ or 'object'}]${name}" for name, type_, _, fixed in node.properties]
        lines += [f"{self.indent()}{'static ' if fixed else ''}{name}() {self.block(block)}" for name, block, fixed in node.methods]
        self.level -= 1
        return f"{'enum' if node.enum else 'class'} {node.name} {{\n" + "\n".join(lines) + f"\n{self.indent()}}}"


def label(name: str) -> str:
    return f":{name} " if name else ""


def short(name: str) -> str:
    return name.removeprefix("System.")


def literal(value: Any) -> str | None:
    """How a value is written; None for those that cannot be."""
    if value is None:
        return "$null"
    kind = type(value)
    if kind is bool:
        return "$true" if value else "$false"
    if kind is str or kind is Char:
        return quoted(str(value))
    if kind is int:
        return str(value)
    if kind is float:
        return repr(value)
    if kind is NetType:
        return f"[{short(value.name)}]"
    if kind in (list, Array):
        items = list(value)
        if not 0 < len(items) <= MOST_ITEMS:
            return None
        shown = [literal(item) if not isinstance(item, (list, Array)) else None for item in items]
        return None if None in shown else ",".join(part for part in shown if part is not None)
    return None


def simplified(machine: Any, tree: s.ScriptBlock, others: Iterable[str] = ()) -> Simplifier | None:
    """A script's plain form, None when it is too long, or plain as it is."""
    if len(tree.text) > LARGEST or not _WORTH.search(tree.text):
        return None
    machine.tick(len(tree.text) // 16)
    return Simplifier(machine, tree, others)


_RULES: Final[dict[type, Callable[[Simplifier, Any], str]]] = {
    s.Const: Simplifier.const,
    s.Expand: Simplifier.expand,
    s.Var: Simplifier.var,
    s.Items: Simplifier.items,
    s.Numbers: lambda _self, node: ",".join(map(str, node.values)),
    s.ArrayExpr: lambda self, node: f"@({self.body(node.body)})",
    s.SubExpr: lambda self, node: f"$({self.body(node.body)})",
    s.Paren: lambda self, node: f"({self.show(node.inner)})",
    s.HashLit: Simplifier.hash_literal,
    s.BlockExpr: lambda self, node: self.block(node.block),
    s.TypeLit: lambda _self, node: f"[{short(full_name(node.name))}]",
    s.Cast: lambda self, node: f"[{short(full_name(node.type))}]{self.show(node.value)}",
    s.Unary: Simplifier.unary,
    s.Step: Simplifier.step,
    s.Chain: Simplifier.chain,
    s.Ternary: lambda self, node: f"{self.show(node.test)} ? {self.show(node.then)} : {self.show(node.otherwise)}",
    s.Member: Simplifier.member,
    s.Invoke: Simplifier.invoke,
    s.Index: lambda self, node: f"{self.target(node.target, static=False)}[{self.show(node.index)}]",
    s.Assign: Simplifier.assign,
    s.Parameter: Simplifier.parameter,
    s.Redirect: Simplifier.redirect,
    s.Command: Simplifier.command,
    s.Pipeline: Simplifier.pipeline,
    s.AndOr: Simplifier.and_or,
    s.Block: lambda self, node: self.braces(node.body),
    s.If: Simplifier.if_,
    s.While: Simplifier.while_,
    s.For: Simplifier.for_,
    s.Foreach: Simplifier.foreach,
    s.Switch: Simplifier.switch,
    s.Try: Simplifier.try_,
    s.Trap: Simplifier.trap,
    s.Jump: Simplifier.jump,
    s.Function: lambda self, node: f"{'filter' if node.filter else 'function'} {node.name} {self.block(node.block)}",
    s.Class: Simplifier.class_,
    s.Bad: lambda _self, node: node.text.strip(),
}


__all__ = ["Simplifier", "simplified"]
