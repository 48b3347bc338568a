"""Syntax trees to closures.

An expression becomes a function of the scope that returns its value; a statement becomes a function of the scope and of
the list its output goes to. What is constant is looked up once, what a name means is found when it is used, because a
script may define it a moment before. Blocks are compiled when they are first run: most of a script never is.

Loops ask `Machine.tick` in each round. One that exceeds what it may spend is left, with the state it has. A branch on
something unknown is taken both ways (`Machine.fork`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.convert import elements, is_list, number, truth, unwrap, whole
from emoscan.evaluate.powershell.flow import Break, Code, Continue, Leave, Return, Scope
from emoscan.evaluate.powershell.operators import not_
from emoscan.evaluate.powershell.values import Array, Char, Hash, NetType, Reference, Thrown, char, type_name

Value = Callable[[Scope], Any]
Run = Callable[[Scope, list[Any]], None]

LEAVES: Final = (Leave, ScriptEnd, ScriptError)
"""Every way in which a branch can be left."""

IDLE_ROUNDS: Final = 48
"""Rounds of an endless loop that show nothing new before it is left."""


PURE_OPERATORS: Final = frozenset(("and", "or", "??"))


def nothing(_scope: Scope) -> None:
    return None


def no_statement(_scope: Scope, _out: list[Any]) -> None:
    return None


def put_out(value: Any, out: list[Any]) -> None:
    """Write a value to the output: collections one by one."""
    kind = type(value)
    if kind is str or kind is int:
        out.append(value)
    elif value is None:
        return
    elif kind is list or kind is Array or kind is bytearray:
        out.extend(value)
    elif kind is Object and "list" in value.data:
        out.extend(value.data["list"])
    else:
        out.append(value)


def constantly(value: Any) -> Value:
    """A compiled expression of which the value is known."""
    return lambda _scope: value


class Compiler:
    """`machine` is what the compiled code runs on."""

    def __init__(self, machine: Any) -> None:
        self.m = machine
        self.loops = 0
        self.asks_outcome = False
        """Whether the block under way has `$?` in it."""

    # ------------------------------------------------------------ dispatch

    def value(self, node: s.Node) -> Value:
        return VALUES[type(node)](self, node)

    def run(self, node: s.Node) -> Run:
        rule = RUNS.get(type(node))
        if rule is not None:
            return rule(self, node)
        if type(node) is s.Step:  # as a statement it has no output
            step = self.stepper(node, result=False)
            return lambda f, _out: step(f)
        value = self.value(node)

        def run(f: Scope, out: list[Any]) -> None:
            put_out(value(f), out)

        return run

    def collect(self, node: s.Node) -> Callable[[Scope], list[Any]]:
        """What a statement writes to the output, as a list."""
        kind = type(node)
        if kind not in RUNS and kind is not s.Step:
            value = self.value(node)

            def of_value(f: Scope) -> list[Any]:
                result = value(f)
                if type(result) is list:
                    return list(result)
                out: list[Any] = []
                put_out(result, out)
                return out

            return of_value
        run = self.run(node)

        def of_statement(f: Scope) -> list[Any]:
            out: list[Any] = []
            run(f, out)
            return out

        return of_statement

    def body(self, nodes: list[s.Node]) -> Run:
        m = self.m
        runs = tuple(self.run(node) for node in nodes)
        if not runs:
            return no_statement
        if self.asks_outcome:
            runs = tuple(map(self.with_outcome, runs))
        if len(runs) == 1:
            only = runs[0]

            def one(f: Scope, out: list[Any]) -> None:
                try:
                    only(f, out)
                except ScriptError as error:
                    m.failed(error, f)

            return one

        def several(f: Scope, out: list[Any]) -> None:
            for run in runs:
                try:
                    run(f, out)
                except ScriptError as error:
                    m.failed(error, f)

        return several

    def with_outcome(self, run: Run) -> Run:
        """A statement in code that asks `$?`: whether the one before worked."""
        m = self.m

        def noted(f: Scope, out: list[Any]) -> None:
            errors = m.errors
            run(f, out)
            m.top.vars["?"] = m.errors == errors

        return noted

    # ------------------------------------------------------------ literals and variables

    def const(self, node: s.Const) -> Value:
        held = node.value
        return lambda _f: held

    def expand(self, node: s.Expand) -> Value:
        m = self.m
        parts: list[Any] = [part if isinstance(part, str) else self.part(part) for part in node.parts]

        def run(f: Scope) -> Any:
            pieces: list[Any] = []
            size = 0
            for part in parts:
                if type(part) is str:
                    pieces.append(part)
                else:
                    text = m.text(part(f))
                    pieces.append(text)
                    if type(text) is Unknown:
                        size = -1 << 60
                    else:
                        size += len(text)
            if size < 0:
                return Unknown.join(pieces)
            m.grow(size)
            return "".join(pieces)

        return run

    def part(self, node: s.Node) -> Value:
        """A variable or sub-expression in text."""
        return self.value(node)

    def var(self, node: s.Var) -> Value:
        m, name, drive = self.m, node.name, node.drive
        if not drive or drive in ("local", "private", "script", "global", "using", "variable"):
            if name == "null":
                return nothing
            if name in ("true", "false"):
                held = name == "true"
                return lambda _f: held
        if not drive or drive in ("local", "private", "using", "variable"):

            def look_up(f: Scope) -> Any:
                scope: Scope | None = f
                while scope is not None:
                    held = scope.vars
                    if name in held:
                        return held[name]
                    scope = scope.parent
                return m.automatic(name, f)

            return look_up
        return lambda f: m.get_variable(f, drive, name)

    def items(self, node: s.Items) -> Value:
        values = tuple(self.value(value) for value in node.values)
        return lambda f: [value(f) for value in values]

    def numbers(self, node: s.Numbers) -> Value:
        m, held = self.m, node.values

        def run(_f: Scope) -> Any:
            m.spend(len(held) // 64)
            return list(held)

        return run

    def array_expr(self, node: s.ArrayExpr) -> Value:
        if len(node.body) == 1 and type(node.body[0]) in (s.Items, s.Numbers):
            return self.value(node.body[0])
        run = self.body(node.body)

        def make(f: Scope) -> Any:
            out: list[Any] = []
            run(f, out)
            return out

        return make

    def sub_expr(self, node: s.SubExpr) -> Value:
        if len(node.body) == 1 and type(node.body[0]) not in RUNS and type(node.body[0]) is not s.Step:
            return self.value(node.body[0])
        run = self.body(node.body)

        def make(f: Scope) -> Any:
            out: list[Any] = []
            run(f, out)
            return unwrap(out)

        return make

    def paren(self, node: s.Paren) -> Value:
        inner = node.inner
        kind = type(inner)
        if kind is s.Assign or kind is s.Step:
            return self.assigned_value(inner)
        return self.value(inner)

    def statement_value(self, node: s.Node) -> Value:
        """A statement where a value is wanted: `$x = if …`."""
        collect = self.collect(node)
        return lambda f: unwrap(collect(f))

    def hash_literal(self, node: s.HashLit) -> Value:
        return self.hash_of(node, "System.Collections.Hashtable")

    def hash_of(self, node: s.HashLit, type_: str) -> Value:
        pairs = tuple((self.value(key), self.statement_or_value(value)) for key, value in node.pairs)

        def make(f: Scope) -> Any:
            made = Hash(type_)
            for key, value in pairs:
                held = key(f)
                made.set(str(held) if isinstance(held, str) else held, value(f))
            return made

        return make

    def statement_or_value(self, node: s.Node) -> Value:
        return self.statement_value(node) if type(node) in RUNS else self.value(node)

    def block_expr(self, node: s.BlockExpr) -> Value:
        tree = node.block
        return lambda _f: Code(tree)

    # ------------------------------------------------------------ types

    def type_lit(self, node: s.TypeLit) -> Value:
        m, name = self.m, node.name
        cache: list[NetType] = []

        def make(_f: Scope) -> Any:
            if not cache:
                cache.append(m.type_named(name))
            return cache[0]

        return make

    def cast(self, node: s.Cast) -> Value:
        m, name = self.m, node.type
        lower = name.lower().removeprefix("system.")
        inner = node.value
        if lower == "ordered" and type(inner) is s.HashLit:
            return self.hash_of(inner, "System.Collections.Specialized.OrderedDictionary")
        if lower == "pscustomobject" and type(inner) is s.HashLit:
            hashed = self.hash_of(inner, "System.Collections.Specialized.OrderedDictionary")
            return lambda f: m.cast(hashed(f), "pscustomobject")
        if lower in ("ref", "management.automation.psreference"):
            return self.reference(inner)
        value = self.value(inner)
        convert = m.caster(name)
        return lambda f: convert(value(f))

    def reference(self, node: s.Node) -> Value:
        if not isinstance(node, (s.Var, s.Member, s.Index)):
            value = self.value(node)

            def constant(f: Scope) -> Any:
                held = [value(f)]
                return Reference(lambda: held[0], lambda new: held.__setitem__(0, new))

            return constant
        value, store = self.value(node), self.target(node)
        return lambda f: Reference(lambda: value(f), lambda new: store(f, new))

    # ------------------------------------------------------------ operators

    def unary(self, node: s.Unary) -> Value:
        m, op = self.m, node.op
        ops = m.operators
        value = self.value(node.value)
        if op == "not":
            return lambda f: not_(value(f))
        if op == ",":
            return lambda f: [value(f)]
        if op == "join":
            return lambda f: ops.join(value(f), "")
        if op in ("split", "csplit"):

            def split(f: Scope) -> Any:
                out: list[Any] = []
                for item in elements(value(f)):
                    text = m.text(item)
                    out += text.split() if type(text) is not Unknown else [text]
                return out

            return split
        if op == "bnot":
            return lambda f: ops.bit_not(value(f))
        if op == "-":
            return lambda f: ops.negate(value(f))
        return lambda f: number(value(f))

    def step(self, node: s.Step) -> Value:
        return self.stepper(node, result=True)

    def stepper(self, node: s.Step, *, result: bool) -> Value:
        m, by, prefix = self.m, node.by, node.prefix
        add = m.operators.add
        value, store = self.value(node.target), self.target(node.target)

        def run(f: Scope) -> Any:
            before = value(f)
            if type(before) is not int:
                before = 0 if before is None else number(before)
            after = add(before, by)
            store(f, after)
            if result:
                return after if prefix else before
            return None

        return run

    def chain(self, node: s.Chain) -> Value:
        m = self.m
        table = m.operators.table
        first = self.value(node.first)
        if len(node.rest) == 1:
            op, right_node = node.rest[0]
            if op in PURE_OPERATORS:
                return self.short(first, op, self.value(right_node))
            return self.binary(first, op, right_node)
        steps: list[tuple[str, Value]] = [(op, self.value(right)) for op, right in node.rest]
        if all(op == "+" for op, _ in steps):
            return self.sum_of(first, tuple(value for _, value in steps))
        current = first
        if len(steps) <= 16:
            for op, right in steps:
                current = self.short(current, op, right) if op in PURE_OPERATORS else self.applied(current, table[op], right)
            return current
        if any(op in PURE_OPERATORS for op, _ in steps):
            return self.long_logic(first, steps)
        functions = tuple((table[op], right) for op, right in steps)

        def run(f: Scope) -> Any:
            left = first(f)
            for function, right in functions:
                left = function(left, right(f))
            return left

        return run

    def long_logic(self, first: Value, steps: list[tuple[str, Value]]) -> Value:
        def run(f: Scope) -> Any:
            left = first(f)
            for op, right in steps:
                left = self.short(constantly(left), op, right)(f) if op in PURE_OPERATORS else self.m.operators.table[op](left, right(f))
            return left

        return run

    def sum_of(self, first: Value, rest: tuple[Value, ...]) -> Value:
        """A long sum: texts are put together at once."""
        m = self.m
        add = m.operators.add

        def run(f: Scope) -> Any:
            left = first(f)
            pieces: list[str] = []
            for value in rest:
                right = value(f)
                if type(left) is str and type(right) is str:
                    if not pieces:
                        pieces.append(left)
                    pieces.append(right)
                    continue
                if pieces:
                    left = "".join(pieces)
                    pieces = []
                left = add(left, right)
            if pieces:
                left = "".join(pieces)
                m.grow(len(left))
            return left

        return run

    @staticmethod
    def applied(left: Value, function: Callable[[Any, Any], Any], right: Value) -> Value:
        return lambda f: function(left(f), right(f))

    def binary(self, left: Value, op: str, right_node: s.Node) -> Value:
        function = self.m.operators.table[op]
        if op in ("is", "isnot", "as") and type(right_node) is s.TypeLit:
            type_ = NetType(right_node.name)
            return lambda f: function(left(f), type_)
        right = self.value(right_node)
        if op == "bxor":

            def bxor(f: Scope) -> Any:
                a, b = left(f), right(f)
                return a ^ b if type(a) is int and type(b) is int else function(a, b)

            return bxor
        if op in ("lt", "gt", "le", "ge", "eq", "ne"):
            return self.compared(left, op, right, function)
        return lambda f: function(left(f), right(f))

    @staticmethod
    def compared(left: Value, op: str, right: Value, function: Callable[[Any, Any], Any]) -> Value:
        if op == "lt":

            def less(f: Scope) -> Any:
                a, b = left(f), right(f)
                return a < b if type(a) is int and type(b) is int else function(a, b)

            return less
        if op == "eq":

            def same(f: Scope) -> Any:
                a, b = left(f), right(f)
                return a == b if type(a) is int and type(b) is int else function(a, b)

            return same
        return lambda f: function(left(f), right(f))

    def short(self, left: Value, op: str, right: Value) -> Value:
        """`-and`, `-or`: the right side is asked only when it matters; when the left is unknown, it does."""
        if op == "??":

            def coalesce(f: Scope) -> Any:
                a = left(f)
                return right(f) if a is None else a

            return coalesce
        decided = op == "or"

        def logic(f: Scope) -> Any:
            a = truth(left(f))
            if a is decided:
                return decided
            b = truth(right(f))
            if type(a) is Unknown:
                return decided if b is decided else a
            return b

        return logic

    def ternary(self, node: s.Ternary) -> Value:
        test, then, otherwise = self.value(node.test), self.value(node.then), self.value(node.otherwise)

        def run(f: Scope) -> Any:
            known = truth(test(f))
            return otherwise(f) if known is False else then(f)

        return run

    # ------------------------------------------------------------ members

    def name_of(self, name: str | s.Node) -> tuple[str, Value | None]:
        """A member's name: (text, None), or ("", what it is found out by)."""
        if isinstance(name, str):
            return self.m.member_name(name, 0), None
        if isinstance(name, s.Const):
            self.m.undo("computed_member")
            return self.m.member_name(str(name.value), 0), None
        if not isinstance(name, s.Var):
            self.m.undo("computed_member")
        return "", self.value(name)

    def member(self, node: s.Member) -> Value:
        m, start = self.m, node.start
        name, computed = self.name_of(node.name)
        if node.static:
            target = self.static_target(node.target)
            if computed is None:
                return lambda f: m.static_get(target(f), name)
            return lambda f: m.static_get(target(f), m.member_name(computed(f), start))
        value = self.value(node.target)
        if computed is None:
            lower = name.lower()
            return lambda f: m.get_member(value(f), lower, name)

        def run(f: Scope) -> Any:
            target_value = value(f)
            found = m.member_name(computed(f), start)
            if isinstance(found, list):
                return [m.get_member(target_value, one.lower(), one) for one in found]
            return m.get_member(target_value, found.lower(), found)

        return run

    def static_target(self, node: s.Node) -> Value:
        return self.value(node)

    def invoke(self, node: s.Invoke) -> Value:
        m, start = self.m, node.start
        name, computed = self.name_of(node.name)
        args = tuple(self.argument(arg) for arg in node.args)
        if node.static:
            target = self.static_target(node.target)

            def static(f: Scope) -> Any:
                type_ = target(f)
                called = name if computed is None else m.member_name(computed(f), start)
                given = tuple([arg(f) for arg in args])
                m.here = start
                return m.static_call(type_, called, given)

            return static
        value = self.value(node.target)

        def call(f: Scope) -> Any:
            target_value = value(f)
            called = name if computed is None else computed(f)
            given = tuple([arg(f) for arg in args])
            m.here = start
            if computed is not None:
                if type(called) is not str:
                    return m.call_computed(target_value, called, given, f)
                called = m.member_name(called, start)
            return m.call_method(target_value, called, given, f)

        return call

    def argument(self, node: s.Node) -> Value:
        if type(node) in RUNS:
            return self.statement_value(node)
        return self.value(node)

    def index(self, node: s.Index) -> Value:
        m = self.m
        target, index = self.value(node.target), self.value(node.index)

        def run(f: Scope) -> Any:
            held, at = target(f), index(f)
            if type(at) is int:
                kind = type(held)
                if kind is list or kind is bytearray:
                    try:
                        return held[at]
                    except IndexError:
                        return None
                if kind is str and -len(held) <= at < len(held):
                    return char(ord(held[at]))
            return m.index(held, at)

        return run

    # ------------------------------------------------------------ assignment

    def assign(self, node: s.Assign) -> Value:
        return self.assigned(node, result=False)

    def assigned_value(self, node: s.Node) -> Value:
        if isinstance(node, s.Step):
            return self.stepper(node, result=True)
        assert isinstance(node, s.Assign)
        return self.assigned(node, result=True)

    def assigned(self, node: s.Assign, *, result: bool) -> Value:
        m = self.m
        store = self.target(node.target)
        value_node = node.value
        kind = type(value_node)
        if kind is s.Assign:
            value = self.assigned(value_node, result=True)  # type: ignore[arg-type]
        elif kind in RUNS:
            value = self.statement_value(value_node)
        else:
            value = self.value(value_node)
        if not node.op:

            def plain(f: Scope) -> Any:
                new = value(f)
                store(f, new)
                return new if result else None

            return plain
        if node.op == "+" and type(node.target) is s.Var and not node.target.drive:
            return self.append(node.target.name, value, store, result=result)
        current = self.value(node.target.value if isinstance(node.target, s.Cast) else node.target)
        if node.op == "??":

            def default(f: Scope) -> Any:
                held = current(f)
                if held is None:
                    held = value(f)
                    store(f, held)
                return held if result else None

            return default
        function = m.operators.table[node.op]

        def combined(f: Scope) -> Any:
            left = current(f)
            new = function(left, value(f))
            store(f, new)
            return new if result else None

        return combined

    def append(self, name: str, value: Value, store: Callable[[Scope, Any], None], *, result: bool) -> Value:
        """`$x += …`: a text or array that grows in a loop is not copied each time.

        Taken out of its variable, a text has one owner, and Python lengthens it in place. An array is a new one each time in
        PowerShell; the old one is used when nobody else holds it.
        """
        m = self.m
        add = m.operators.add
        from sys import getrefcount

        def run(f: Scope) -> Any:
            more = value(f)
            scope: Scope | None = f
            while scope is not None and name not in scope.vars:
                scope = scope.parent
            held = scope.vars[name] if scope is not None else m.automatic(name, f)
            if scope is f and f.converters is None and not result:
                kind = type(held)
                if kind is str and type(more) is str:
                    m.grow(len(held) + len(more) if len(held) + len(more) > 1024 else len(more))
                    f.vars[name] = None
                    held += more
                    f.vars[name] = held
                    return None
                if kind is list and getrefcount(held) == 3:
                    m.tick(1 + len(held) // 4096)
                    if is_list(more):
                        held.extend(elements(more))
                    else:
                        held.append(more)
                    return None
            new = add(held, more)
            store(f, new)
            return new if result else None

        return run

    def target(self, node: s.Node) -> Callable[[Scope, Any], None]:
        """What stores a value in a variable, member, element, or several of them."""
        m = self.m
        kind = type(node)
        if isinstance(node, s.Var):
            name, drive = node.name, node.drive
            if not drive or drive in ("local", "private", "variable", "using"):

                def to_variable(f: Scope, value: Any) -> None:
                    if f.converters is not None:
                        convert = f.converters.get(name)
                        if convert is not None:
                            value = convert(value)
                    f.vars[name] = value

                return to_variable
            return lambda f, value: m.set_variable(f, drive, name, value)
        if isinstance(node, s.Cast):
            inner = self.target(node.value)
            convert = m.caster(node.type)
            typed = node.value.name if isinstance(node.value, s.Var) and not node.value.drive else ""

            def to_typed(f: Scope, value: Any) -> None:
                value = convert(value)
                if typed:
                    if f.converters is None:
                        f.converters = {}
                    f.converters[typed] = convert
                inner(f, value)

            return to_typed
        if isinstance(node, s.Member):
            name, computed = self.name_of(node.name)
            start = node.start
            if node.static:
                static = self.static_target(node.target)
                return lambda f, value: m.static_put(static(f), name if computed is None else m.member_name(computed(f), start), value)
            subject = self.value(node.target)
            return lambda f, value: m.put_member(subject(f), name if computed is None else m.member_name(computed(f), start), value)
        if isinstance(node, s.Index):
            subject, index = self.value(node.target), self.value(node.index)
            return lambda f, value: m.put_index(subject(f), index(f), value)
        if isinstance(node, s.Items):
            targets = [self.target(value) for value in node.values]

            def to_several(f: Scope, value: Any) -> None:
                held = list(elements(value)) if is_list(value) else [value]
                for i, one in enumerate(targets):
                    if i == len(targets) - 1 and len(held) > len(targets):
                        one(f, held[i:])
                    else:
                        one(f, held[i] if i < len(held) else (value if type(value) is Unknown else None))

            return to_several
        if isinstance(node, s.Paren):
            return self.target(node.inner)
        if isinstance(node, s.Invoke):
            subject = self.value(node.target)
            name, computed = self.name_of(node.name)
            args = tuple(self.argument(arg) for arg in node.args)
            return lambda f, value: m.put_parameterized(subject(f), name, tuple(arg(f) for arg in args), value)
        raise AssertionError(f"assignment to {kind}")

    # ------------------------------------------------------------ commands

    def elements_of(self, nodes: list[s.Node]) -> Callable[[Scope], list[tuple[str | None, Any]]]:
        """Parameters and arguments as (name, value): (None, value) for an argument, (name, MISSING) for a bare parameter."""
        m = self.m
        made: list[tuple[int, str | None, Value | None]] = []
        for node in nodes:
            if isinstance(node, s.Parameter):
                made.append((0, node.name, self.argument(node.value) if node.value is not None else None))
            elif isinstance(node, s.Var) and node.splat:
                made.append((2, None, self.value(s.Var(node.drive, node.name, node.start))))
            elif isinstance(node, s.Const) and node.text and isinstance(node.value, (int, float)) and type(node.value) is not bool:
                made.append((3, node.text, self.value(node)))
            else:
                made.append((1, None, self.argument(node)))

        def gather(f: Scope) -> list[tuple[str | None, Any]]:
            found: list[tuple[str | None, Any]] = []
            for sort, name, value in made:
                if sort == 0:
                    found.append((name, MISSING if value is None else value(f)))
                elif value is None:
                    continue
                elif sort == 2:
                    found += m.splatted(value(f))
                else:
                    found.append((None, value(f)))
            return found

        return gather

    def command(self, node: s.Command) -> Callable[[Scope, list[Any] | None], list[Any]]:
        """A command as a function of its scope and input."""
        m, start, operator = self.m, node.start, node.operator
        gather = self.elements_of(node.elements)
        name_node = node.name
        if isinstance(name_node, s.Const) and isinstance(name_node.value, str):
            name = name_node.value
            m.note_command(name_node, operator)

            def named(f: Scope, input_: list[Any] | None) -> list[Any]:
                args = gather(f)
                m.here = start
                m.tick(2)
                return m.command(name, args, input_, f, operator)  # type: ignore[no-any-return]

            call = named
        else:
            found = self.argument(name_node)
            m.note_command(name_node, operator)

            def computed(f: Scope, input_: list[Any] | None) -> list[Any]:
                what = found(f)
                args = gather(f)
                m.here = start
                m.tick(2)
                return m.call_value(what, args, input_, f, operator)  # type: ignore[no-any-return]

            call = computed
        if not node.redirects:
            return call
        redirect = self.redirector(node.redirects)
        return lambda f, input_: redirect(f, call(f, input_))

    def redirector(self, redirects: list[s.Redirect]) -> Callable[[Scope, list[Any]], list[Any]]:
        m = self.m
        made = [(r.stream, self.argument(r.target) if r.target is not None else None, r.append) for r in redirects]

        def redirect(f: Scope, values: list[Any]) -> list[Any]:
            for stream, target, append in made:
                if target is None:
                    continue
                where = target(f)
                if stream in ("1", "*"):
                    if where is not None:
                        m.write_output(where, values, append=append)
                    values = []
            return values

        return redirect

    def command_run(self, node: s.Command) -> Run:
        call = self.command(node)

        def run(f: Scope, out: list[Any]) -> None:
            out.extend(call(f, None))

        return run

    def command_value(self, node: s.Command) -> Value:
        call = self.command(node)
        return lambda f: unwrap(call(f, None))

    def pipeline_of(self, node: s.Pipeline) -> Callable[[Scope], list[Any]]:
        first_node = node.elements[0]
        stages: list[Callable[[Scope, list[Any] | None], list[Any]]] = []
        first: Callable[[Scope], list[Any]]
        if isinstance(first_node, s.Command):
            call = self.command(first_node)
            first = lambda f: call(f, None)  # noqa: E731 - one of two shapes
        else:
            first = self.collect(first_node)
        for element in node.elements[1:]:
            if isinstance(element, s.Command):
                stages.append(self.command(element))
            else:
                collect = self.collect(element)
                stages.append(lambda f, _input, collect=collect: collect(f))  # type: ignore[misc]
        redirect = self.redirector(node.redirects) if node.redirects else None

        def run(f: Scope) -> list[Any]:
            values = first(f)
            if redirect is not None:
                values = redirect(f, values)
            for stage in stages:
                values = stage(f, values)
            return values

        return run

    def pipeline_run(self, node: s.Pipeline) -> Run:
        pipeline = self.pipeline_of(node)

        def run(f: Scope, out: list[Any]) -> None:
            out.extend(pipeline(f))

        return run

    def pipeline_value(self, node: s.Pipeline) -> Value:
        pipeline = self.pipeline_of(node)
        return lambda f: unwrap(pipeline(f))

    def and_or(self, node: s.AndOr) -> Run:
        m = self.m
        first = self.run(node.first)
        rest = [(sign, self.run(other)) for sign, other in node.rest]

        def run(f: Scope, out: list[Any]) -> None:
            worked = m.worked(first, f, out)
            for sign, other in rest:
                if (sign == "&&") == worked:
                    worked = m.worked(other, f, out)

        return run

    # ------------------------------------------------------------ statements

    def block(self, node: s.Block) -> Run:
        return self.body(node.body)

    def if_(self, node: s.If) -> Run:
        m = self.m
        clauses = [(self.condition(test), self.body(body)) for test, body in node.clauses]
        otherwise = self.body(node.otherwise) if node.otherwise is not None else None

        def rest(at: int) -> Run | None:
            if at == len(clauses):
                return otherwise
            return lambda f, out: decide(f, out, at)

        start = node.start

        def decide(f: Scope, out: list[Any], at: int = 0) -> None:
            while at < len(clauses):
                test, body = clauses[at]
                known = truth(test(f))
                at += 1
                if type(known) is bool and (m.layer, start) in m.guards:
                    m.fork(f, out, Unknown("a guard"), body, rest(at) or no_statement)
                    return
                if m.asked:  # what it asked of its surroundings decides here, or has decided
                    m.asked = False
                    m.guard = m.layer, start
                if known is True:
                    try:
                        body(f, out)
                    except ScriptEnd:
                        m.guard = m.layer, start
                        raise
                    return
                if known is not False:
                    m.fork(f, out, known, body, rest(at))
                    return
            if otherwise is not None:
                otherwise(f, out)

        return decide

    def condition(self, node: s.Node) -> Value:
        if isinstance(node, (s.Assign, s.Step)):
            return self.assigned_value(node)
        if type(node) in RUNS:
            return self.statement_value(node)
        return self.value(node)

    def loop(
        self, label: str, test: Value | None, step: Run | None, body: Run, weight: int, *, first: bool = False, until: bool = False
    ) -> Run:
        """`while`, `do`, `for`: rounds until the test fails, and not much longer than there is something new to see."""
        m = self.m
        self.loops += 1
        number_of_loop = self.loops

        def run(f: Scope, out: list[Any]) -> None:
            watch = m.enter_loop(number_of_loop)
            skip_test = first
            try:
                while True:
                    if not skip_test and test is not None:
                        known = truth(test(f))
                        if known is until:
                            break
                        if type(known) is Unknown and not watch.once_more():
                            break
                    skip_test = False
                    if not watch.round(weight):
                        break
                    try:
                        body(f, out)
                    except Break as leave:
                        if leave.label and leave.label != label:
                            raise
                        if not watch.goes_on():
                            break
                    except Continue as leave:
                        if leave.label and leave.label != label:
                            raise
                    except (Return, ScriptEnd) as leave:
                        if not watch.goes_on(leave):
                            raise
                    if step is not None:
                        step(f, [])
            finally:
                watch.leave()
            watch.again()

        return run

    def while_(self, node: s.While) -> Run:
        test = self.condition(node.test) if node.test is not None else None
        return self.loop(node.label, test, None, self.body(node.body), 1 + 2 * len(node.body), first=node.first, until=node.until)

    def for_(self, node: s.For) -> Run:
        init = self.run(node.init) if node.init is not None else no_statement
        test = self.condition(node.test) if node.test is not None else None
        step = self.run(node.step) if node.step is not None else None
        loop = self.loop(node.label, test, step, self.body(node.body), 2 + 2 * len(node.body))

        def run(f: Scope, out: list[Any]) -> None:
            init(f, [])
            loop(f, out)

        return run

    def foreach(self, node: s.Foreach) -> Run:
        m, label = self.m, node.label
        subject = self.collect(node.subject) if type(node.subject) in RUNS else None
        value = self.value(node.subject) if subject is None else None
        store = self.target(node.variable)
        body = self.body(node.body)
        weight = 1 + 2 * len(node.body)
        self.loops += 1
        number_of_loop = self.loops

        def run(f: Scope, out: list[Any]) -> None:
            if subject is not None:
                items = subject(f)
            else:
                assert value is not None
                held = value(f)
                items = m.enumerate(held)
            watch = m.enter_loop(number_of_loop, items)
            left = len(items)
            try:
                for item in list(items) if len(items) < 10_000 else items:
                    left -= 1
                    if not watch.round(weight):
                        break
                    store(f, item)
                    try:
                        body(f, out)
                    except Break as leave:
                        if leave.label and leave.label != label:
                            raise
                        if not (left and watch.goes_on()):
                            break
                    except Continue as leave:
                        if leave.label and leave.label != label:
                            raise
                    except (Return, ScriptEnd) as leave:
                        if not watch.goes_on(leave):
                            raise
            finally:
                watch.leave()
            watch.again()

        return run

    def switch(self, node: s.Switch) -> Run:
        m, label, mode, strict = self.m, node.label, node.mode, node.case
        subject = self.collect(node.subject) if type(node.subject) in RUNS else None
        value = self.value(node.subject) if subject is None else None
        clauses: list[tuple[Any, bool, Run]] = []
        default: Run | None = None
        for test, nodes in node.clauses:
            body = self.body(nodes)
            if test is None:
                default = body
            else:
                clauses.append((self.value(test), isinstance(test, s.BlockExpr), body))
        of_file = node.file
        table = literal_clauses(node, [body for _, _, body in clauses])

        def run(f: Scope, out: list[Any]) -> None:
            if subject is not None:
                items = subject(f)
            else:
                assert value is not None
                held = value(f)
                items = m.enumerate(held) if is_list(held) else [held]
            if of_file:
                items = m.lines_of_file(items[0] if items else None)
            before = f.vars.get("_", MISSING)
            watch = m.enter_loop(0, items)
            try:
                for item in items:
                    fits = table.get(table_key(item, strict=strict)) if table is not None else None
                    if not watch.round(2 if fits is not None else 1 + len(clauses)):
                        break
                    f.vars["_"] = item
                    try:
                        hit = fits is not None
                        for body in fits or ():
                            f.vars["_"] = item
                            body(f, out)
                        for test, is_block, body in clauses if fits is None else ():
                            matched = m.switch_matches(item, test(f), mode, strict, is_block, f)
                            if matched is False:
                                continue
                            if type(matched) is Unknown:
                                m.fork(f, out, matched, body, None)
                            else:
                                hit = True
                                f.vars["_"] = item
                                body(f, out)
                        if not hit and default is not None:
                            default(f, out)
                    except Break as leave:
                        if leave.label and leave.label != label:
                            raise
                        break
                    except Continue as leave:
                        if leave.label and leave.label != label:
                            raise
            finally:
                watch.leave()
                if before is MISSING:
                    f.vars.pop("_", None)
                else:
                    f.vars["_"] = before

        return run

    def try_(self, node: s.Try) -> Run:
        m = self.m
        body = self.body(node.body)
        catches = [(types, self.body(nodes)) for types, nodes in node.catches]
        final = self.body(node.final) if node.final is not None else None
        return lambda f, out: m.attempt(f, out, body, catches, final)

    def trap(self, _node: s.Trap) -> Run:
        return no_statement  # see ScriptBlock.traps

    def jump(self, node: s.Jump) -> Run:
        kind = node.kind
        label = node.label if isinstance(node.label, str) else ""
        if kind in {"break", "continue"}:
            leave = Break if kind == "break" else Continue
            if node.value is not None:
                computed, m = self.value(node.value), self.m

                def to_label(f: Scope, _out: list[Any]) -> None:
                    raise leave(m.shown(computed(f)).lower())

                return to_label

            def jump(_f: Scope, _out: list[Any]) -> None:
                raise leave(label)

            return jump
        m = self.m
        if kind == "return":
            collect = self.collect(node.value) if node.value is not None else None

            def return_(f: Scope, out: list[Any]) -> None:
                if collect is not None:
                    raise Return(collect(f))
                raise Return([])

            return return_
        value = (
            (self.statement_value(node.value) if type(node.value) in RUNS else self.value(node.value))
            if node.value is not None
            else nothing
        )
        if kind == "exit":

            def exit_(f: Scope, _out: list[Any]) -> None:
                value(f)
                raise ScriptEnd

            return exit_

        def throw(f: Scope, _out: list[Any]) -> None:
            raise m.thrown(value(f), f)

        return throw

    def function(self, node: s.Function) -> Run:
        m, name, tree, is_filter = self.m, node.name, node.block, node.filter
        scope_name, colon, rest = name.lower().partition(":")

        def define(f: Scope, _out: list[Any]) -> None:
            code = Code(tree, name=rest if colon else name, filter_=is_filter)
            target = f.whole() if colon and scope_name in ("global", "script") else f
            target.functions[rest if colon else name.lower()] = code
            m.functions_changed()

        return define

    def class_(self, node: s.Class) -> Run:
        m = self.m

        def define(f: Scope, _out: list[Any]) -> None:
            m.define_class(node, f)

        return define

    def bad(self, node: s.Bad) -> Run:
        m = self.m
        parts: list[Run] | None = None

        def run(f: Scope, out: list[Any]) -> None:
            nonlocal parts
            if parts is None:
                parts = m.readable_parts(node)
            for part in parts:
                part(f, out)

        return run


def table_key(item: Any, *, strict: bool) -> Any:
    """What an item of `switch` is looked up by among literals; None for what has to be compared with each."""
    kind = type(item)
    if kind is int:
        return item
    if (kind is str or kind is Char) and item.isascii():
        return str(item) if strict else item.lower()
    return None


def literal_clauses(node: s.Switch, bodies: list[Run]) -> dict[Any, list[Run]] | None:
    """Bodies by their tests, where all of those are numbers or all are texts: letters are looked up so in tables of hundreds."""
    tests = [test.value if type(test) is s.Const else None for test, _ in node.clauses if test is not None]
    kinds = set(map(type, tests))
    keys = [table_key(test, strict=node.case) for test in tests]
    if node.mode != "exact" or kinds not in ({int}, {str}) or None in keys:
        return None
    table: dict[Any, list[Run]] = {}
    for key, body in zip(keys, bodies):
        table.setdefault(key, []).append(body)
    return table


class Compiled:
    """A script block ready to run."""

    __slots__ = ("begin", "end", "params", "process", "traps")

    def __init__(self, compiler: Compiler, tree: s.ScriptBlock) -> None:
        compiler.asks_outcome = "$?" in tree.text
        self.begin = compiler.body(tree.begin) if tree.begin is not None else None
        self.process = compiler.body(tree.process) if tree.process is not None else None
        self.end = compiler.body(tree.end) if tree.end is not None else None
        self.traps = [(trap.type, compiler.body(trap.body)) for trap in tree.traps]
        self.params = [
            (
                param,
                compiler.value(param.default) if param.default is not None else None,
                compiler.m.caster(param.type) if param.type else None,
            )
            for param in tree.params or ()
        ]


VALUES: Final[dict[type, Callable[[Any, Any], Value]]] = {
    s.Const: Compiler.const,
    s.Expand: Compiler.expand,
    s.Var: Compiler.var,
    s.Items: Compiler.items,
    s.Numbers: Compiler.numbers,
    s.ArrayExpr: Compiler.array_expr,
    s.SubExpr: Compiler.sub_expr,
    s.Paren: Compiler.paren,
    s.HashLit: Compiler.hash_literal,
    s.BlockExpr: Compiler.block_expr,
    s.TypeLit: Compiler.type_lit,
    s.Cast: Compiler.cast,
    s.Unary: Compiler.unary,
    s.Step: Compiler.step,
    s.Chain: Compiler.chain,
    s.Ternary: Compiler.ternary,
    s.Member: Compiler.member,
    s.Invoke: Compiler.invoke,
    s.Index: Compiler.index,
    s.Assign: Compiler.assign,
    s.Command: Compiler.command_value,
    s.Pipeline: Compiler.pipeline_value,
    s.AndOr: Compiler.statement_value,
    s.Block: Compiler.statement_value,
    s.If: Compiler.statement_value,
    s.While: Compiler.statement_value,
    s.For: Compiler.statement_value,
    s.Foreach: Compiler.statement_value,
    s.Switch: Compiler.statement_value,
    s.Try: Compiler.statement_value,
    s.Trap: Compiler.statement_value,
    s.Jump: Compiler.statement_value,
    s.Function: Compiler.statement_value,
    s.Class: Compiler.statement_value,
    s.Bad: Compiler.statement_value,
}

RUNS: Final[dict[type, Callable[[Any, Any], Run]]] = {
    s.Command: Compiler.command_run,
    s.Pipeline: Compiler.pipeline_run,
    s.AndOr: Compiler.and_or,
    s.Block: Compiler.block,
    s.If: Compiler.if_,
    s.While: Compiler.while_,
    s.For: Compiler.for_,
    s.Foreach: Compiler.foreach,
    s.Switch: Compiler.switch,
    s.Try: Compiler.try_,
    s.Trap: Compiler.trap,
    s.Jump: Compiler.jump,
    s.Function: Compiler.function,
    s.Class: Compiler.class_,
    s.Bad: Compiler.bad,
}


__all__ = ["LEAVES", "Char", "Compiled", "Compiler", "Thrown", "put_out", "type_name", "whole"]
