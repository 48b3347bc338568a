"""The syntax tree of PowerShell, as `parser.parse` gives it.

Names of commands, variables and members are kept as they were written; operators are lower case without their dash,
with the prefix that decides about case: `ieq` is written `eq`, `ceq` stays. Offsets count characters of the source.
"""

from __future__ import annotations

from typing import Any


class Node:
    __slots__ = ("start",)
    start: int


class Const(Node):
    """A literal. `text` is how a bare word or number was written; empty for quoted text."""

    __slots__ = ("text", "value")

    def __init__(self, value: Any, text: str = "", start: int = 0) -> None:
        self.value = value
        self.text = text
        self.start = start


class Expand(Node):
    """Text with variables and sub-expressions in it. `bare`: a word without quotes."""

    __slots__ = ("bare", "parts")

    def __init__(self, parts: list[str | Node], start: int, *, bare: bool = False) -> None:
        self.parts = parts
        self.start = start
        self.bare = bare


class Var(Node):
    """`$name`: `drive` is `script`, `env`, `function`… or empty; both in lower case."""

    __slots__ = ("drive", "name", "splat")

    def __init__(self, drive: str, name: str, start: int, *, splat: bool = False) -> None:
        self.drive = drive
        self.name = name
        self.start = start
        self.splat = splat


class Items(Node):
    """`a, b, c`."""

    __slots__ = ("values",)

    def __init__(self, values: list[Node], start: int) -> None:
        self.values = values
        self.start = start


class Numbers(Node):
    """A long list of whole numbers."""

    __slots__ = ("values",)

    def __init__(self, values: list[int], start: int) -> None:
        self.values = values
        self.start = start


class ArrayExpr(Node):
    """`@( … )`."""

    __slots__ = ("body",)

    def __init__(self, body: list[Node], start: int) -> None:
        self.body = body
        self.start = start


class SubExpr(Node):
    """`$( … )`."""

    __slots__ = ("body",)

    def __init__(self, body: list[Node], start: int) -> None:
        self.body = body
        self.start = start


class Paren(Node):
    """`( … )` around one statement."""

    __slots__ = ("inner",)

    def __init__(self, inner: Node, start: int) -> None:
        self.inner = inner
        self.start = start


class HashLit(Node):
    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[Node, Node]], start: int) -> None:
        self.pairs = pairs
        self.start = start


class BlockExpr(Node):
    """`{ … }` as a value."""

    __slots__ = ("block",)

    def __init__(self, block: ScriptBlock, start: int) -> None:
        self.block = block
        self.start = start


class TypeLit(Node):
    __slots__ = ("name",)

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.start = start


class Cast(Node):
    __slots__ = ("type", "value")

    def __init__(self, type_: str, value: Node, start: int) -> None:
        self.type = type_
        self.value = value
        self.start = start


class Unary(Node):
    """`not bnot join split csplit - + ,`."""

    __slots__ = ("op", "value")

    def __init__(self, op: str, value: Node, start: int) -> None:
        self.op = op
        self.value = value
        self.start = start


class Step(Node):
    """`++` and `--`."""

    __slots__ = ("by", "prefix", "target")

    def __init__(self, target: Node, by: int, start: int, *, prefix: bool) -> None:
        self.target = target
        self.by = by
        self.prefix = prefix
        self.start = start


class Chain(Node):
    """Operators of one rank, from left to right: `first` and [(operator, operand), …]. Never nested to the left."""

    __slots__ = ("first", "rest")

    def __init__(self, first: Node, rest: list[tuple[str, Node]], start: int) -> None:
        self.first = first
        self.rest = rest
        self.start = start


class Ternary(Node):
    __slots__ = ("otherwise", "test", "then")

    def __init__(self, test: Node, then: Node, otherwise: Node, start: int) -> None:
        self.test = test
        self.then = then
        self.otherwise = otherwise
        self.start = start


class Member(Node):
    """`target.name` or `target::name`; the name is text or an expression."""

    __slots__ = ("name", "static", "target")

    def __init__(self, target: Node, name: str | Node, start: int, *, static: bool) -> None:
        self.target = target
        self.name = name
        self.static = static
        self.start = start


class Invoke(Node):
    """A call of a method."""

    __slots__ = ("args", "name", "static", "target")

    def __init__(self, target: Node, name: str | Node, args: list[Node], start: int, *, static: bool) -> None:
        self.target = target
        self.name = name
        self.args = args
        self.static = static
        self.start = start


class Index(Node):
    __slots__ = ("index", "target")

    def __init__(self, target: Node, index: Node, start: int) -> None:
        self.target = target
        self.index = index
        self.start = start


class Assign(Node):
    """`op` is "" for a plain assignment, else `+ - * / % ??`."""

    __slots__ = ("op", "target", "value")

    def __init__(self, target: Node, op: str, value: Node, start: int) -> None:
        self.target = target
        self.op = op
        self.value = value
        self.start = start


# ------------------------------------------------------------------ commands and pipelines


class Parameter(Node):
    """`-Name` of a command, or `-Name:value`."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Node | None, start: int) -> None:
        self.name = name
        self.value = value
        self.start = start


class Redirect(Node):
    """`stream` is "1" to "6" or "*"; `target` None when it is merged into another stream."""

    __slots__ = ("append", "stream", "target")

    def __init__(self, stream: str, target: Node | None, start: int, *, append: bool) -> None:
        self.stream = stream
        self.target = target
        self.append = append
        self.start = start


class Command(Node):
    """`name` is what is to be run, `operator` "", "&" or "."; `elements` are parameters and arguments in order."""

    __slots__ = ("elements", "end", "name", "operator", "redirects")

    def __init__(self, operator: str, name: Node, elements: list[Node], redirects: list[Redirect], start: int, end: int) -> None:
        self.operator = operator
        self.name = name
        self.elements = elements
        self.redirects = redirects
        self.start = start
        self.end = end


class Pipeline(Node):
    """Two or more elements, or one expression whose output is redirected. The first may be an expression."""

    __slots__ = ("elements", "redirects")

    def __init__(self, elements: list[Node], redirects: list[Redirect], start: int) -> None:
        self.elements = elements
        self.redirects = redirects
        self.start = start


class AndOr(Node):
    """`first && second || third`: pipelines that depend on success."""

    __slots__ = ("first", "rest")

    def __init__(self, first: Node, rest: list[tuple[str, Node]], start: int) -> None:
        self.first = first
        self.rest = rest
        self.start = start


# ------------------------------------------------------------------ statements


class Block(Node):
    """Statements in braces that are no script block."""

    __slots__ = ("body",)

    def __init__(self, body: list[Node], start: int) -> None:
        self.body = body
        self.start = start


class If(Node):
    __slots__ = ("clauses", "otherwise")

    def __init__(self, clauses: list[tuple[Node, list[Node]]], otherwise: list[Node] | None, start: int) -> None:
        self.clauses = clauses
        self.otherwise = otherwise
        self.start = start


class While(Node):
    """`while`, and with `first` the body runs before the test: `do … while`, `do … until`."""

    __slots__ = ("body", "first", "label", "test", "until")

    def __init__(self, label: str, test: Node | None, body: list[Node], start: int, *, first: bool = False, until: bool = False) -> None:
        self.label = label
        self.test = test
        self.body = body
        self.first = first
        self.until = until
        self.start = start


class For(Node):
    __slots__ = ("body", "init", "label", "step", "test")

    def __init__(self, label: str, init: Node | None, test: Node | None, step: Node | None, body: list[Node], start: int) -> None:
        self.label = label
        self.init = init
        self.test = test
        self.step = step
        self.body = body
        self.start = start


class Foreach(Node):
    __slots__ = ("body", "label", "subject", "variable")

    def __init__(self, label: str, variable: Var, subject: Node, body: list[Node], start: int) -> None:
        self.label = label
        self.variable = variable
        self.subject = subject
        self.body = body
        self.start = start


class Switch(Node):
    """`mode` is exact, wildcard, regex; a clause without test is `default`."""

    __slots__ = ("case", "clauses", "file", "label", "mode", "subject")

    def __init__(
        self, label: str, mode: str, subject: Node, clauses: list[tuple[Node | None, list[Node]]], start: int, *, case: bool, file: bool
    ) -> None:
        self.label = label
        self.mode = mode
        self.case = case
        self.file = file
        self.subject = subject
        self.clauses = clauses
        self.start = start


class Try(Node):
    __slots__ = ("body", "catches", "final")

    def __init__(self, body: list[Node], catches: list[tuple[list[str], list[Node]]], final: list[Node] | None, start: int) -> None:
        self.body = body
        self.catches = catches
        self.final = final
        self.start = start


class Trap(Node):
    __slots__ = ("body", "type")

    def __init__(self, type_: str, body: list[Node], start: int) -> None:
        self.type = type_
        self.body = body
        self.start = start


class Jump(Node):
    """`return break continue throw exit`."""

    __slots__ = ("kind", "label", "value")

    def __init__(self, kind: str, value: Node | None, label: str | Node, start: int) -> None:
        self.kind = kind
        self.value = value
        self.label = label
        self.start = start


class Function(Node):
    __slots__ = ("block", "end", "filter", "name")

    def __init__(self, name: str, block: ScriptBlock, start: int, end: int, *, filter_: bool) -> None:
        self.name = name
        self.block = block
        self.start = start
        self.end = end
        self.filter = filter_


class Class(Node):
    """A class or enumeration: methods as functions, properties with their initial values."""

    __slots__ = ("bases", "enum", "methods", "name", "properties")

    def __init__(
        self,
        name: str,
        bases: list[str],
        properties: list[tuple[str, str, Node | None, bool]],
        methods: list[tuple[str, ScriptBlock, bool]],
        start: int,
        *,
        enum: bool,
    ) -> None:
        self.name = name
        self.bases = bases
        self.properties = properties
        """(name, type, initial value, static)."""
        self.methods = methods
        """(name, body, static); the constructor goes by the name of the class."""
        self.enum = enum
        self.start = start


class Bad(Node):
    """A statement nobody could read."""

    __slots__ = ("text", "why")

    def __init__(self, text: str, why: str, start: int) -> None:
        self.text = text
        self.why = why
        self.start = start


# ------------------------------------------------------------------ script blocks


class Param:
    """A declared parameter. `switch`: it takes no value. `pipe`: it takes what comes down the pipeline."""

    __slots__ = ("aliases", "default", "mandatory", "name", "pipe", "position", "rest", "switch", "type")

    def __init__(self, name: str, type_: str, default: Node | None) -> None:
        self.name = name
        self.type = type_
        self.default = default
        self.switch = type_.lower() in ("switch", "switchparameter", "system.management.automation.switchparameter")
        self.pipe = ""
        """"value", "property" or ""."""
        self.position: int | None = None
        self.aliases: list[str] = []
        self.mandatory = False
        self.rest = False
        """ValueFromRemainingArguments."""


class ScriptBlock:
    """A script, function or block. `end` holds the statements when there are no named parts."""

    __slots__ = ("begin", "binding", "compiled", "dynamic", "end", "params", "process", "start", "stop", "text", "traps")

    def __init__(self, start: int) -> None:
        self.params: list[Param] | None = None
        self.binding = False
        """[CmdletBinding()] or a parameter attribute: an advanced function, without `$args`."""
        self.begin: list[Node] | None = None
        self.process: list[Node] | None = None
        self.end: list[Node] | None = None
        self.dynamic: list[Node] | None = None
        self.traps: list[Trap] = []
        self.start = start
        self.stop = start
        self.text = ""
        """Its source without the braces."""
        self.compiled: Any = None
