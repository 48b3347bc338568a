"""What names mean: the symbols of a project, its modules and its procedures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct, field

from emoscan.evaluate.core.values import Object, ObjectClass
from emoscan.evaluate.vba import syntax as s


class Variable(Struct):
    """A variable: `code` is the Python expression it is read and written by."""

    code: str
    type: str = ""
    array: bool = False
    boxed: bool = False
    """Kept in a one-element list, because a procedure it is passed to assigns to its parameter."""
    public: bool = False
    declarator: s.Declarator | None = None

    @property
    def place(self) -> str:
        return f"{self.code}[0]" if self.boxed else self.code


UNSET: Final = object()


class Constant(Struct):
    tree: s.Expr
    type: str = ""
    public: bool = True
    value: Any = None
    known: bool = False


class Inherited(Struct):
    """A control or inherited member of a document or form module, which its own code uses without `Me`."""

    module: Module
    name: str


class Procedure(Struct, eq=False):
    """A procedure of the project. `function` is None until it is first called: most junk never is."""

    tree: s.Procedure
    module: Module
    index: int
    function: Any = None
    mutated: tuple[bool, ...] | None = None
    """By parameter: whether it is passed by reference and assigned to."""
    analysing: bool = False
    runs_text: bool | None = None
    """Whether it has texts run as code, which see its variables; None when nobody has looked yet."""
    lines: list[int] = field(default_factory=list)
    """Source line by line of the compiled code."""
    trace: list[Any] = field(default_factory=list)
    """What its statements outside of loops gave: `trace[0]` counts calls, the rest is by `slots`. UNSET: never reached."""
    slots: dict[int, int] = field(default_factory=dict)
    """Place in `trace` of a statement, by the identity of its node."""
    junk: frozenset[int] = frozenset()
    """Statements that were not compiled because nothing depends on them, by identity (see junk.find_junk)."""

    @property
    def name(self) -> str:
        return self.tree.name

    @property
    def code(self) -> str:
        """The Python name of the compiled function."""
        return f"p{self.index}"

    @property
    def trace_code(self) -> str:
        """The Python name of `trace`."""
        return f"R{self.index}"


class Module(Struct, eq=False):
    name: str
    type: str
    """standard, class, document, form."""
    tree: s.Module
    index: int
    shown: str = ""
    """The name as spelt."""
    procedures: dict[str, Procedure] = field(default_factory=dict)
    """Subs, functions and Property Get by name; Property Let and Set as "name=" and "name:="."""
    variables: dict[str, Variable] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    declares: dict[str, s.Declare] = field(default_factory=dict)
    types: dict[str, s.UserType] = field(default_factory=dict)
    enums: dict[str, dict[str, Constant]] = field(default_factory=dict)
    cls: ObjectClass | None = None
    """What instances of a class, document or form answer to."""
    instance: Object | None = None
    """The one that its name stands for (documents, forms)."""

    @property
    def has_instances(self) -> bool:
        return self.type == "class"

    def event_sources(self) -> set[str]:
        """Variables declared WithEvents: procedures named after them run on events of the objects they hold."""
        declared = (node for node in self.tree.statements if isinstance(node, s.Dim) and node.with_events)
        return {declarator.name for node in declared for declarator in node.variables}


def statements(body: list[s.Statement]) -> Iterator[s.Statement]:
    """Every statement of a body, nested ones after the one they stand in."""
    stack = [iter(body)]
    while stack:
        for node in stack[-1]:
            yield node
            inner = blocks(node)
            if inner:
                stack.append(iter([x for block in inner for x in block]))
                break
        else:
            stack.pop()


NESTING: Final = frozenset((s.If, s.Select, s.For, s.ForEach, s.Do, s.With))
"""Statements that others stand in."""


def blocks(node: s.Statement) -> list[list[s.Statement]]:
    """The bodies directly inside a statement."""
    if type(node) not in NESTING:
        return []
    match node:
        case s.If():
            return [*(block for _, block in node.branches), node.otherwise]
        case s.Select():
            return [*(block for _, block in node.cases), node.otherwise]
        case s.For() | s.ForEach() | s.Do() | s.With():
            return [node.body]
    return []


def expressions(node: s.Statement) -> Iterator[s.Expr]:
    """The expressions directly in a statement, not those of nested statements."""
    match node:
        case s.Assign():
            yield node.target
            yield node.value
        case s.Invoke():
            yield node.call
        case s.If():
            for test, _ in node.branches:
                yield test
        case s.For():
            yield from (x for x in (node.variable, node.start, node.end, node.step) if x is not None)
        case s.ForEach():
            yield node.variable
            yield node.group
        case s.Do():
            if node.test is not None:
                yield node.test
        case s.With():
            yield node.object
        case s.Select():
            yield node.subject
            for tests, _ in node.cases:
                for case in tests:
                    yield case.value
                    if case.upper is not None:
                        yield case.upper
        case s.MidAssign():
            yield from (x for x in (node.target, node.start, node.length, node.value) if x is not None)
        case s.ReDim():
            yield node.target
            for low, high in node.bounds:
                if low is not None:
                    yield low
                yield high
        case s.Erase():
            yield from node.targets
        case s.FileStatement() | s.RaiseEvent():
            yield from (x for x in node.args if x is not None)
        case s.OnJump():
            yield node.selector
        case s.Const():
            yield node.value


LEAVES: Final = frozenset((s.Name, s.Lit))
"""Most expressions, with nothing inside them."""


def subexpressions(tree: s.Expr) -> Iterator[s.Expr]:
    """The expression and all inside it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if type(node) in LEAVES:
            continue
        match node:
            case s.Binary():
                stack += (node.left, node.right)
            case s.Call():
                stack.append(node.function)
                stack += [a for a in node.args if a is not None]
                stack += [value for _, value in node.named]
            case s.Member() | s.Bang():
                if node.object is not None:
                    stack.append(node.object)
            case s.Unary() | s.ByVal() | s.TypeOf():
                stack.append(node.operand)


class Reads(Struct, frozen=True, gc=False):
    """What an expression names and calls, found in one walk through it."""

    values: tuple[str, ...] = ()
    """Names that stand for themselves."""
    functions: tuple[str, ...] = ()
    """Names that have arguments: functions, arrays."""
    calls: tuple[s.Call, ...] = ()
    plain: bool = True
    """There is nothing in it but literals, names, operators and names with arguments."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.values + self.functions


NO_READS: Final = Reads()


def reads(tree: s.Expr) -> Reads:
    kind = type(tree)
    if kind is s.Lit:
        return NO_READS
    if kind is s.Name:
        return Reads((tree.name,))  # type: ignore[union-attr]
    values: list[str] = []
    functions: list[str] = []
    calls: list[s.Call] = []
    plain = True
    stack = [tree]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is s.Lit:
            continue
        if kind is s.Name:
            values.append(node.name)  # type: ignore[union-attr]
            continue
        match node:
            case s.Binary():
                plain = plain and node.op not in ("is", "like")
                stack += (node.left, node.right)
            case s.Call():
                calls.append(node)
                plain = plain and not node.named and None not in node.args
                if type(node.function) is s.Name:
                    functions.append(node.function.name)
                else:
                    plain = False
                    stack.append(node.function)
                stack += [a for a in node.args if a is not None]
                stack += [value for _, value in node.named]
            case s.Unary() | s.ByVal():
                stack.append(node.operand)
            case s.Member() | s.Bang():
                plain = False
                if node.object is not None:
                    stack.append(node.object)
            case s.TypeOf():
                plain = False
                stack.append(node.operand)
            case s.Evaluate():
                plain = False
                values.append(node.text.lower())
            case _:
                plain = False
    return Reads(tuple(values), tuple(functions), tuple(calls), plain)


def assigned(node: s.Statement) -> set[str]:
    """Names of the variables that a statement itself assigns to."""
    match node:
        case s.Assign(target=s.Name(name=name)) | s.MidAssign(target=s.Name(name=name)) | s.For(variable=s.Name(name=name)):
            return {name}
        case s.ForEach(variable=s.Name(name=name)) | s.ReDim(target=s.Name(name=name)):
            return {name}
        case s.FileStatement(what="input" | "line input" | "get", args=args):
            return {a.name for a in args if isinstance(a, s.Name)}
    return set()
