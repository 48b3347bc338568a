"""Junk: statements of a procedure that compute what nothing depends on.

Obfuscators fill procedures with arithmetic and text functions on variables of their own, in branches and loops of thousands
of rounds. Such a statement is neither compiled nor run when all of this is certain:

- It assigns to a plain local variable, or is an `If`, `Select` or `For` with nothing else in it.
- What it computes has no effect: literals, operators, functions of the library that only compute, and variables that hold
  nothing but values of this kind, so no object whose default member would be called.
- What it computes cannot fail, or a failure goes unseen: `On Error Resume Next` holds, and nobody reads `Err`.
- No statement that is kept uses the variable, directly or through others that are kept for it.

A procedure with labels is left as it is, and `Do` loops are: whether they end depends on what they compute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.convert import NUMERIC_TYPES, RANGES
from emoscan.evaluate.vba.symbols import Constant, Variable, assigned, blocks, expressions, statements

NONE: Final[frozenset[int]] = frozenset()

COMPUTING: Final = frozenset(
    "abs asc ascb ascw atn cbool cbyte ccur cdate cdbl cdec chr chrb chrw cint clng clnglng cos csng cstr cvar escape exp fix hex instr instrb "
    "instrrev int isdate isempty isnull isnumeric lcase left leftb len lenb log ltrim mid midb oct qbcolor rgb right rightb round rtrim sgn sin "
    "space sqr str strcomp strconv string strreverse tan trim typename ucase unescape val vartype".split()
)
"""Functions of the library that give a value and do nothing else. `Replace` by nothing tells how a text was hidden."""

NEVER_FAILING: Final = frozenset("isempty isnull isnumeric lcase len ltrim rtrim strreverse trim typename ucase vartype".split())
"""Those of them that take any number or text."""

WORDS: Final = ("", "variant", "string")
"""Types of variables that take any number or text."""

NUMBERS: Final = frozenset(("integer", "long", "single", "double", "currency", "boolean"))

LARGE: Final = 1 << 30
SMALL: Final = 0x7FFF

SHORT: Final = 1_000
"""Length of a text, and size of a number, with which a function is tried out."""

READS_ERRORS: Final = ("err", "erl")


class _Entry:
    """A statement: what it stands in, what it assigns to, and whether it would be junk if nothing used that."""

    __slots__ = ("kept", "node", "outer", "quiet")

    def __init__(self, node: s.Statement, outer: _Entry | None, *, quiet: bool) -> None:
        self.node = node
        self.outer = outer
        self.quiet = quiet
        """A failure goes unseen here."""
        self.kept = False


def find_junk(compiler: Any, body: list[s.Statement]) -> frozenset[int]:
    """The statements of a procedure's body that need not run, by identity.

    `compiler` has declared the procedure's variables and answers what names mean (see compiler.Compiler).
    """
    if compiler.labels or compiler.runs_text:
        return NONE
    return _Search(compiler, body).junk()


class _Search:
    def __init__(self, compiler: Any, body: list[s.Statement]) -> None:
        self.compiler = compiler
        self.entries = list(
            entries(body, lenient=compiler.project.lenient, seen=any(n in compiler.project.spellings for n in READS_ERRORS))
        )
        self.values: dict[str, list[s.Expr]] = defaultdict(list)
        """What plain local variables are given."""
        self.spoiled: set[str] = set()
        """Variables that hold, or may hold, something else."""
        self.meanings: dict[str, str] = {}
        for entry in self.entries:
            self.note(entry.node)
        self.spread()
        self.numbers = {name for name, values in self.values.items() if all(map(self.is_number, values))}

    # ------------------------------------------------------------ variables

    def note(self, node: s.Statement) -> None:
        match node:
            case s.Assign(target=s.Name(name=name), value=value, set=False):
                self.values[name].append(value)
            case s.For(variable=s.Name(name=name)):
                self.values[name] += [node.start, node.end, *([node.step] if node.step is not None else [])]
            case _:
                self.spoiled |= assigned(node)
                if isinstance(node, s.Assign) and isinstance(node.target, s.Name):
                    self.spoiled.add(node.target.name)

    def spread(self) -> None:
        """Find the variables that are given something else than plain values, directly or through each other."""
        users: dict[str, list[str]] = defaultdict(list)
        queue = list(self.spoiled)
        for name, values in self.values.items():
            for value in values:
                used = self.used(value)
                if used is None:
                    queue.append(name)
                    break
                for other in used:
                    users[other].append(name)
        while queue:
            name = queue.pop()
            self.spoiled.add(name)
            queue += (user for user in users.pop(name, ()) if user not in self.spoiled)

    def meaning(self, name: str) -> str:
        """local: a plain variable of the procedure; value: something that has no effect when it is read; "" for the rest."""
        known = self.meanings.get(name)
        if known is None:
            known = self.meanings[name] = self._meaning(name)
        return known

    def _meaning(self, name: str) -> str:
        symbol = self.compiler.variable(name)
        if symbol is None:
            return "local" if self.compiler.procedure is not None and name != "me" else ""
        if isinstance(symbol, Variable):
            plain = symbol.type in WORDS or symbol.type in NUMERIC_TYPES or symbol.type == "boolean"
            declared_new = symbol.declarator is not None and symbol.declarator.new
            return "local" if plain and symbol.code.startswith("v") and not (symbol.array or symbol.boxed or declared_new) else ""
        if isinstance(symbol, Constant):
            return "value" if isinstance(symbol.tree, s.Lit) else ""
        return "value" if isinstance(symbol, str) and self.compiler.project.library_constant(symbol)[0] else ""

    def declared(self, name: str) -> str:
        symbol = self.compiler.variable(name)
        return symbol.type if isinstance(symbol, Variable) else self.compiler.module.tree.def_types.get(name[:1], "")

    # ------------------------------------------------------------ expressions

    def used(self, tree: s.Expr) -> set[str] | None:
        """The variables that an expression without effects reads; None for one that may have some."""
        found = self.compiler.project.shared.reads(tree)
        if not found.plain or not all(map(self.computes, found.calls)):
            return None
        used = set()
        for name in found.values:
            meaning = self.meaning(name)
            if meaning == "local":
                used.add(name)
            elif not meaning:
                return None
        return used

    def computes(self, call: s.Call) -> bool:
        """Whether a call is one of a function that gives a value and does nothing else."""
        if not isinstance(call.function, s.Name) or type(self.compiler.variable(call.function.name)) is not str:
            return False
        match call.args:
            case [_, _, s.Lit(type="string", value=str() as replacement), *_] if replacement:
                return call.function.name in COMPUTING or call.function.name == "replace"
        return call.function.name in COMPUTING

    def harmless(self, tree: s.Expr) -> bool:
        """Whether evaluating an expression has no effect."""
        used = self.used(tree)
        return used is not None and self.spoiled.isdisjoint(used)

    def is_number(self, tree: s.Expr) -> bool:
        """Whether a variable that is given such values alone holds nothing but numbers of a moderate size."""
        match tree:
            case s.Lit():
                return tree.type in NUMBERS and abs(tree.value) < LARGE
            case s.Unary(op="not") | s.Binary(op="=" | "<>" | "<" | ">" | "<=" | ">="):
                return True
            case s.Binary(op="+" | "-", left=s.Name(), right=s.Lit(type="integer")):
                return True
        return False

    def safe(self, tree: s.Expr) -> bool:
        """Whether evaluating an expression, which has no effect, cannot fail either."""
        match tree:
            case s.Lit():
                return tree.type in ("string", "empty") or self.is_number(tree)
            case s.Name(name=name):
                return self.meaning(name) == "local"
            case s.Unary(operand=operand):
                if isinstance(operand, s.Name):
                    return operand.name in self.numbers
                return self.safe(operand) and self.is_number(operand)
            case s.Binary(op="+" | "-", left=s.Name(name=name), right=s.Lit(type="integer")):
                return name in self.numbers and self.declared(name) in ("", "variant")
            case s.Binary(op="=" | "<>" | "<" | ">" | "<=" | ">=" | "&", left=left, right=right):
                return all((isinstance(side, (s.Lit, s.Name)) and self.safe(side)) or is_sum(side) for side in (left, right))
            case s.Call(function=s.Name(name=name), args=args):
                if name in NEVER_FAILING:
                    return len(args) == 1 and args[0] is not None and self.safe(args[0])
                return self.works(name, [a.value if isinstance(a, s.Lit) else None for a in args])
            case s.ByVal():
                return self.safe(tree.operand)
        return False

    def works(self, name: str, args: list[Any]) -> bool:
        """Whether a function takes these values: it is tried out."""
        least, most = library.ARITY[name]
        if not least <= len(args) <= most:
            return False
        if not all((type(a) is str and len(a) <= SHORT) or (type(a) is int and abs(a) <= SHORT) for a in args):
            return False
        try:
            library.FUNCTIONS[name](self.compiler.project.machine, *args)
        except ScriptError:
            return False
        return True

    # ------------------------------------------------------------ statements

    def junk(self) -> frozenset[int]:
        makers: dict[str, list[_Entry]] = defaultdict(list)
        queue: list[_Entry] = []
        for entry in self.entries:
            name = self.gives(entry)
            if name is None:
                queue.append(entry)
            elif name:
                makers[name].append(entry)
        needed: set[str] = set()
        while queue:
            entry = queue.pop()
            if entry.kept:
                continue
            entry.kept = True
            if entry.outer is not None:
                queue.append(entry.outer)
            for name in self.read(entry.node):
                if name not in needed:
                    needed.add(name)
                    queue += makers.pop(name, ())
        return frozenset(id(entry.node) for entry in self.entries if not entry.kept)

    def read(self, node: s.Statement) -> Iterator[str]:
        """The names in a statement's expressions, but for the variable that an assignment changes."""
        for tree in expressions(node):
            if not (isinstance(node, s.Assign) and tree is node.target and isinstance(tree, s.Name)):
                yield from self.compiler.project.shared.reads(tree).names

    def gives(self, entry: _Entry) -> str | None:
        """The variable that a statement gives a value, "" for none; None when the statement has to run in any case."""
        node = entry.node
        match node:
            case s.Dim() | s.Const() | s.Nothing():
                return ""
            case s.Assign(target=s.Name(name=name), value=value, set=False):
                if (
                    self.meaning(name) == "local"
                    and (name not in self.spoiled or self.harmless(value))
                    and (entry.quiet or (self.fits(name, value) and self.safe(value)))
                ):
                    return name
            case s.If():
                return "" if self.unseen([test for test, _ in node.branches], entry) else None
            case s.Select():
                tests = [case for cases, _ in node.cases for case in cases]
                trees = [node.subject, *(case.value for case in tests), *(case.upper for case in tests if case.upper is not None)]
                return "" if entry.quiet and self.unseen(trees, entry) else None
            case s.For(variable=s.Name(name=name)):
                bounds = [node.start, node.end, *([node.step] if node.step is not None else [])]
                if node.body and self.meaning(name) == "local" and self.unseen(bounds, entry) and (entry.quiet or self.counts(bounds)):
                    return name
        return None

    def fits(self, name: str, value: s.Expr) -> bool:
        """Whether a variable takes a value that is no object."""
        type_ = self.declared(name)
        if type_ in WORDS:
            return True
        if isinstance(value, s.Lit):
            low, high = RANGES.get(type_, (-LARGE, LARGE))
            return value.type in NUMBERS and low <= value.value <= high
        return type_ not in RANGES and self.is_number(value)

    def unseen(self, trees: list[s.Expr], entry: _Entry) -> bool:
        return all(self.harmless(tree) and (entry.quiet or self.safe(tree)) for tree in trees)

    @staticmethod
    def counts(bounds: list[s.Expr]) -> bool:
        return all(isinstance(bound, s.Lit) and bound.type in ("integer", "long") for bound in bounds)


def is_sum(tree: s.Expr) -> bool:
    """Whether it is two whole numbers added or subtracted that no type of them overflows with: `x = 158 + 3124`."""
    match tree:
        case s.Binary(op="+" | "-", left=s.Lit(type="integer", value=one), right=s.Lit(type="integer", value=other)):
            return bool(abs(one) + abs(other) <= SMALL)
    return False


def entries(body: list[s.Statement], *, lenient: bool, seen: bool) -> Iterator[_Entry]:
    """The statements of a body, each after the one it stands in. `lenient`: errors end nothing; `seen`: somebody looks at them."""
    switches_off = any(isinstance(node, s.OnError) and node.label != "next" for node in statements(body))
    quiet = lenient and not seen
    for top in body:
        if isinstance(top, s.OnError) and top.label == "next" and not seen and not switches_off:
            quiet = True
        stack: list[tuple[s.Statement, _Entry | None]] = [(top, None)]
        while stack:
            node, outer = stack.pop()
            entry = _Entry(node, outer, quiet=quiet and not switches_off)
            yield entry
            stack += [(inner, entry) for block in blocks(node) for inner in block]
