"""Procedures to Python code objects.

Names are resolved when a procedure is compiled: locals to Python locals, module variables to globals of one namespace,
procedures to functions in it. A procedure is compiled when it is first called, because most of an obfuscated macro never is.

Control flow. Blocks and loops are Python's own. A list of statements that holds labels becomes a loop around numbered
segments (`while True: if pc == 0: …`), in which GoTo is an assignment and `continue`. In a procedure with `On Error`,
every statement that can fail stands in a `try` of its own, which costs nothing while nothing fails; what happens then
is `On Error Resume Next` exactly: the statement is left, its target unchanged, a failed condition is taken. A handler
that a label names is run as a nested call of the procedure's body, so `Resume Next` is its return.

Loops count their rounds (`loop`, `more`), and one that exceeds what it may spend is left, with the state it has.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import add, mul, sub
from typing import Any, Final

from emoscan.evaluate.core.values import OUTPUTS
from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import NUMERIC_TYPES, RANGES, parse_date
from emoscan.evaluate.vba.junk import NONE
from emoscan.evaluate.vba.operators import LARGE
from emoscan.evaluate.vba.symbols import Constant, Inherited, Module, Procedure, Variable, assigned, expressions, statements, subexpressions

# Static types of compiled expressions: I L Y whole numbers of 16, 32, 8 bit; D floats; S text; B boolean; P any value
# that is no object; V anything.
STATIC: Final = {"integer": "I", "long": "L", "byte": "Y", "double": "D", "single": "D", "string": "S", "boolean": "B"}
WHOLE: Final = frozenset("ILY")
NUMERIC: Final = frozenset("ILYD")

BINARY: Final = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "\\": "idiv",
    "mod": "mod",
    "^": "power",
    "&": "cat",
    "=": "eq",
    "<>": "ne",
    "<": "lt",
    ">": "gt",
    "<=": "le",
    ">=": "ge",
    "like": "like",
    "is": "is_same",
    "and": "and_",
    "or": "or_",
    "xor": "xor",
    "eqv": "eqv",
    "imp": "imp",
}
ADDRESSES: Final = ("varptr", "strptr", "objptr")
"""Functions that are given the place of a variable, not its value."""

TYPED: Final = ("len", "lenb", "hex", "oct", "typename", "vartype")
"""Functions that tell apart what a number was declared as."""

COMPARE: Final = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
BITS: Final = {"and": "&", "or": "|", "xor": "^"}

LIBRARIES: Final = frozenset(
    "vba strings conversion math filesystem interaction information datetime financial collection vbastrings constants hiddenmodule".split()
)
"""Names that qualify a function of the VBA library."""

TEMPORARY_DEPTH: Final = 12
"""Nesting of an expression beyond which its parts go into temporaries: Python's own parser has its limits."""


class Scope:
    """A list of statements with labels: the Python variable that says which segment runs."""

    __slots__ = ("labels", "level", "variable")

    def __init__(self, variable: str, labels: dict[str, int], level: int) -> None:
        self.variable = variable
        self.labels = labels
        self.level = level


class Loop:
    """A loop of the source (`kind` for or do), or of the compiler's own around segments (dispatch)."""

    __slots__ = ("kind", "left", "number")

    def __init__(self, kind: str, number: int) -> None:
        self.kind = kind
        self.number = number
        self.left = False
        """Whether something inside leaves it through other loops."""


CONSTANT: Final = {"+": add, "-": sub, "*": mul}
INFINITY: Final = "1e999"
MINUS_INFINITY: Final = "-1e999"
EMPTY_AT_FIRST: Final = " = None"
TOGETHER: Final = 64
"""Variables in one statement."""


class Compiler:
    """Compiles one procedure of a project. `project` answers what names mean (see project.Project)."""

    def __init__(self, project: Any, module: Module, procedure: Procedure | None = None) -> None:
        self.project = project
        self.module = module
        self.procedure = procedure
        self.lines: list[str] = []
        self.source_lines: list[int] = []
        self.indent = 1
        self.line = 0
        self.locals: dict[str, Variable] = {}
        self.constants: dict[str, Constant] = {}
        self.globals: set[str] = set()
        """Names of the namespace that the procedure assigns to."""
        self.count = 0
        self.late: list[str] = []
        """Beginning values of variables nobody declared, found on the way."""
        self.prologue = 1
        """Where in the lines they go."""
        self.withs: list[str] = []
        self.loops: list[Loop] = []
        self.scopes: list[Scope] = []
        self.guarded = self.project.lenient
        """The procedure has `On Error`: statements are tried one by one."""
        self.handlers = False
        """… and labels for it to go to."""
        self.retries = False
        self.nested = False
        """The body is a function of its own inside the procedure's."""
        self.depth = 0
        self.labels: set[str] = set()
        self.gosubs = False
        self.result = ""
        self.result_type = ""
        self.tracer = procedure
        """Whose trace remembers what statements gave."""
        self.runs_text = False
        """The procedure runs texts as code, which sees its variables: each of them is in a box."""
        self.junk = NONE
        """Statements that need not run, by identity."""

    # ------------------------------------------------------------ output

    def emit(self, code: str) -> None:
        self.lines.append("    " * self.indent + code)
        self.source_lines.append(self.line)

    def fresh(self, prefix: str = "t") -> str:
        self.count += 1
        return f"{prefix}{self.count}_"

    # ------------------------------------------------------------ procedures

    def compile_procedure(self) -> tuple[str, list[int]]:
        """Python source of the procedure's function, and the line of the macro for each of its lines."""
        procedure = self.procedure
        assert procedure is not None
        tree = procedure.tree
        self.line = tree.line
        self.look_over(tree.body)
        mutated = self.project.mutated(procedure)
        parameters: list[str] = ["_d"]
        if self.module.has_instances:
            parameters.append("_me")
        for parameter, is_mutated in zip(tree.parameters, mutated):
            code = self.fresh("a")
            parameters.append(code)
            self.locals[parameter.name] = Variable(code, parameter.type, parameter.array, boxed=is_mutated)
        name = procedure.code
        self.lines.append(f"def {name}({', '.join(parameters)}):")
        self.source_lines.append(tree.line)
        if tree.kind in ("function", "get"):
            type_ = tree.type or self.module.tree.def_types.get(tree.name[:1], "")
            array = type_.endswith("()")
            self.result_type = type_.removesuffix("()")
            self.result = self.fresh("r")
            self.locals[tree.name] = Variable(self.result, self.result_type, array)
        boxed = self.boxed_locals(tree.body)
        self.runs_text = self.project.runs_text(procedure)
        self.declare_locals(tree, boxed)
        self.junk = procedure.junk = self.project.junk(self, tree)
        self.prologue = len(self.lines)
        self.emit(f"{procedure.trace_code}[0] += 1")
        self.emit(f"if _d > {self.project.machine.budget.limits.call_depth}: too_deep()")
        if self.module.has_instances:
            self.emit("_f = _me.data")
        for parameter in tree.parameters:
            self.receive(parameter)
        if self.runs_text:
            self.box_all()
        self.initialise()
        if self.guarded or self.nested:
            self.emit(f"_h = {self.no_handler}")
        if self.gosubs:
            self.emit("_g = 0")
        if self.nested:
            self.nested_body(tree.body)
        else:
            self.body(tree.body)
        if self.result:
            self.emit(f"return {self.locals[tree.name].place}")
        else:
            self.emit("return None")
        return self.finished()

    def finished(self) -> tuple[str, list[int]]:
        empty = [line.removesuffix(EMPTY_AT_FIRST).lstrip() for line in self.late if line.endswith(EMPTY_AT_FIRST)]
        late = [line for line in self.late if not line.endswith(EMPTY_AT_FIRST)]
        # Junk has hundreds of variables: one statement for many of them is compiled in a fraction of the time.
        late += [f"    {' = '.join(empty[at : at + TOGETHER])}{EMPTY_AT_FIRST}" for at in range(0, len(empty), TOGETHER)]
        self.lines[self.prologue : self.prologue] = late
        self.source_lines[self.prologue : self.prologue] = [self.source_lines[0]] * len(late)
        self.state_globals(1, 1)
        return "\n".join(self.lines) + "\n", self.source_lines

    def state_globals(self, at: int, indent: int) -> None:
        if self.globals:
            self.lines.insert(at, "    " * indent + f"global {', '.join(sorted(self.globals))}")
            self.source_lines.insert(at, self.line)

    def box_all(self) -> None:
        """Put every variable of the procedure into a box that the code of a text can be given."""
        for variable in self.locals.values():
            if variable.boxed or variable.array or variable.code in self.globals:
                continue
            if variable.code.startswith("a"):
                self.emit(f"{variable.code} = [{variable.code}]")
            variable.boxed = True

    def scope_code(self) -> str:
        """The variables of the procedure by name, for `Execute` and `Eval`."""
        pairs = [f"{name!r}: {variable.code}" for name, variable in self.locals.items() if variable.code not in self.globals]
        if self.module.has_instances:
            pairs.append("'me': _me")
        return f"{{{', '.join(pairs)}}}"

    def use_scope(self, scope: dict[str, Any]) -> str:
        """Make the variables of the procedure that runs a text its own; returns the parameters they come by."""
        parameters = []
        for name, value in scope.items():
            if name == "me":
                parameters.append("_me")
                continue
            code = self.fresh("a")
            parameters.append(code)
            self.locals[name] = Variable(code, array=type(value) is Array, boxed=type(value) is not Array)
        self.runs_text = bool(scope)
        return "".join(f", {parameter}" for parameter in parameters)

    def compile_expression(self, tree: s.Expr, owner: Procedure, scope: dict[str, Any]) -> tuple[str, list[int]]:
        """A function that gives the value of an expression (`Eval`)."""
        self.lines.append(f"def {owner.code}(_d{self.use_scope(scope)}):")
        self.source_lines.append(1)
        if "me" in scope:
            self.emit("_f = _me.data")
        self.emit(f"return {self.expression(tree)[0]}")
        return self.finished()

    def compile_statements(self, body: list[s.Statement], owner: Procedure, scope: dict[str, Any]) -> tuple[str, list[int]]:
        """The same for code outside procedures (VBScript, `Execute`): its variables are the module's, or those in `scope`."""
        self.look_over(body)
        self.tracer = owner
        self.lines.append(f"def {owner.code}(_d{self.use_scope(scope)}):")
        self.source_lines.append(1)
        self.emit(f"{owner.trace_code}[0] += 1")
        if "me" in scope:
            self.emit("_f = _me.data")
        if self.guarded or self.nested:
            self.emit(f"_h = {self.no_handler}")
        if self.gosubs:
            self.emit("_g = 0")
        if self.nested:
            self.nested_body(body)
        else:
            self.body(body)
        self.emit("return None")
        return self.finished()

    @property
    def no_handler(self) -> int:
        """What happens to an error that nothing handles: 0 ends the procedure, 1 goes on behind the statement."""
        return 1 if self.project.lenient else 0

    def look_over(self, body: list[s.Statement]) -> None:
        """What shape the code needs: error handling, labels, GoSub."""
        for node in statements(body):
            match node:
                case s.OnError():
                    self.guarded = True
                    if node.label not in ("next", "0", "-1"):
                        self.handlers = True
                case s.Resume():
                    self.retries = self.retries or node.label == ""
                case s.Label():
                    self.labels.add(node.name)
                case s.GoTo():
                    self.gosubs = self.gosubs or node.sub
                case s.OnJump():
                    self.gosubs = self.gosubs or node.sub
        self.nested = (self.handlers or self.gosubs) and bool(self.labels)

    def nested_body(self, body: list[s.Statement]) -> None:
        """The body as an inner function that can be entered at a label, to run an error handler or for GoSub.

        It returns 0 when the procedure is left, 1 and 2 for Resume Next and Resume, 3 for Return.
        """
        start = len(self.lines)
        self.emit("def run(_pc):")
        self.indent += 1
        self.segments(body, "_pc", top=True)
        self.emit("return 0")
        shared = {v.code for v in self.locals.values() if v.code.isidentifier()} - self.globals
        self.lines.insert(
            start + 1, "    " * self.indent + f"nonlocal {', '.join(sorted({*shared, '_h', '_act', *(('_g',) if self.gosubs else ())}))}"
        )
        self.source_lines.insert(start + 1, self.line)
        self.state_globals(start + 1, self.indent)
        self.indent -= 1
        self.late.append("    _act = False")
        self.emit("run(0)")

    # ------------------------------------------------------------ variables

    def boxed_locals(self, body: list[s.Statement]) -> set[str]:
        """Names of locals that are passed by reference to a parameter that is assigned to."""
        found: set[str] = set()
        for node in statements(body):
            for tree in expressions(node):
                for call in self.project.shared.reads(tree).calls:
                    found |= self.passed_by_reference(call)
        return found

    def passed_by_reference(self, call: s.Call) -> set[str]:
        if not any(type(a) is s.Name for a in call.args) and not call.named:
            return set()
        if isinstance(call.function, s.Name):
            symbol = self.project.lookup(self.module, call.function.name)
            if isinstance(symbol, s.Declare):
                return {a.name for a, wanted in zip(*self.declared_arguments(symbol, call)) if wanted and isinstance(a, s.Name)}
            if isinstance(symbol, str):
                return {a.name for a in call.args if isinstance(a, s.Name)} if call.function.name in ADDRESSES else set()
        if isinstance(call.function, s.Member) and call.function.name in OUTPUTS:
            return {a.name for a in call.args if isinstance(a, s.Name)}
        procedure = self.callee(call.function)
        if procedure is None:
            return set()
        mutated = self.project.mutated(procedure)
        names: set[str] = set()
        for position, argument in enumerate(call.args):
            if isinstance(argument, s.Name) and position < len(mutated) and mutated[position]:
                names.add(argument.name)
        for keyword, value in call.named:
            for parameter, is_mutated in zip(procedure.tree.parameters, mutated):
                if is_mutated and parameter.name == keyword and isinstance(value, s.Name):
                    names.add(value.name)
        return names

    def callee(self, function: s.Expr) -> Procedure | None:
        """The procedure of the project that a call means, when that is plain from its name."""
        if isinstance(function, s.Name):
            symbol = self.project.lookup(self.module, function.name)
            return symbol if isinstance(symbol, Procedure) else None
        if isinstance(function, s.Member) and isinstance(function.object, s.Name):
            symbol = self.project.lookup(self.module, function.object.name)
            if isinstance(symbol, Module) and not symbol.has_instances:
                return symbol.procedures.get(function.name)
            if function.object.name == "me" and not self.module.has_instances:
                return self.module.procedures.get(function.name)
        return None

    def declare_locals(self, tree: s.Procedure, boxed: set[str]) -> None:
        """Declared variables of a procedure; Static ones live in the namespace."""
        for node in statements(tree.body):
            if isinstance(node, s.Const):
                self.constants.setdefault(node.name, Constant(node.value, node.type))
            elif isinstance(node, s.Dim):
                for declarator in node.variables:
                    if declarator.name in self.locals:
                        continue
                    type_ = declarator.type or self.module.tree.def_types.get(declarator.name[:1], "")
                    array = declarator.bounds is not None
                    if node.static or tree.static:
                        code = self.project.static_variable(self.procedure, declarator)
                        self.locals[declarator.name] = Variable(code, type_, array, declarator=declarator)
                        self.globals.add(code)
                    else:
                        self.locals[declarator.name] = Variable(
                            self.fresh("v"), type_, array, boxed=declarator.name in boxed and not array, declarator=declarator
                        )
            elif isinstance(node, s.ReDim) and isinstance(node.target, s.Name):
                name = node.target.name
                if name not in self.locals and self.project.lookup(self.module, name) is None:
                    declarator = s.Declarator(name, node.type, [])
                    self.locals[name] = Variable(self.fresh("v"), node.type, array=True, declarator=declarator)
        if self.runs_text:
            # What it assigns to is its own, although nobody declared it.
            for name in {name for node in statements(tree.body) for name in assigned(node)} - self.locals.keys() - self.constants.keys():
                if self.project.lookup(self.module, name) is None:
                    self.locals[name] = Variable(self.fresh("v"))
        for name in boxed:
            if name not in self.locals and self.project.lookup(self.module, name) is None:
                self.locals[name] = Variable(self.fresh("v"), boxed=True)
        for name, variable in self.locals.items():
            if name in boxed and not variable.boxed and variable.code.startswith("r"):
                variable.boxed = True

    def initialise(self) -> None:
        """Beginning values, and where in the compiled text later ones go (`implicit`)."""
        for variable in list(self.locals.values()):
            if variable.code.startswith("a") or variable.code in self.globals:
                continue
            value = self.beginning(variable)
            self.emit(f"{variable.code} = {f'[{value}]' if variable.boxed else value}")

    def beginning(self, variable: Variable) -> str:
        """Python code of the value a variable begins with."""
        declarator = variable.declarator
        if variable.array:
            bounds = declarator.bounds if declarator is not None and declarator.bounds else []
            return f"new_array({self.bounds(bounds)}, {variable.type!r}, {bool(bounds)})"
        if declarator is not None and declarator.new:
            return f"new({declarator.type!r})"
        length = self.project.fixed_length(declarator, self.module)
        if length:
            return f'"\\0" * {length}'
        return str(self.project.default_code(self.module, variable.type))

    def bounds(self, bounds: list[tuple[s.Expr | None, s.Expr]]) -> str:
        base = self.module.tree.option_base
        parts = [f"({self.whole(low) if low is not None else base}, {self.whole(high)})" for low, high in bounds]
        return f"[{', '.join(parts)}]"

    def implicit(self, name: str) -> Variable:
        """A variable nobody declared: local to the procedure, Empty at first."""
        if self.procedure is None or self.runs_text:
            return self.project.implicit_global(self.module, name)  # type: ignore[no-any-return]
        type_ = self.module.tree.def_types.get(name[:1], "")
        variable = self.locals[name] = Variable(self.fresh("v"), type_)
        self.late.append(f"    {variable.code} = {self.beginning(variable)}")
        return variable

    def receive(self, parameter: s.Parameter) -> None:
        """Coerce a parameter to its type, supply its default."""
        variable = self.locals[parameter.name]
        if parameter.optional:
            default = (
                self.expression(parameter.default)[0]
                if parameter.default is not None
                else self.project.default_code(self.module, parameter.type)
            )
            if parameter.default is not None or parameter.type not in ("", "variant"):
                self.emit(f"if {variable.place} is MISSING: {variable.place} = {default}")
        coerce = self.coercion(parameter.type)
        if coerce and not parameter.array and not parameter.rest and not variable.boxed:
            self.emit(f"{variable.place} = {coerced(variable.place, parameter.type, coerce)}")

    def coercion(self, type_: str) -> str:
        """The function that let-coerces to a declared type; "" for Variant and objects."""
        if type_ in NUMERIC_TYPES:
            return f"to_{type_ if type_ != 'longptr' else 'longlong'}"
        return "to_string" if type_ == "string" else ""

    # ------------------------------------------------------------ statements

    def body(self, body: list[s.Statement]) -> None:
        """A list of statements, as segments when there are labels in it."""
        if any(isinstance(node, s.Label) for node in body):
            self.segments(body, self.fresh("pc"), top=False)
            return
        at = len(self.lines)
        if self.junk and self.indent > 1:
            self.mark(body)
        for node in body:
            self.statement(node)
        if len(self.lines) == at:
            self.emit("pass")

    def mark(self, body: list[s.Statement]) -> None:
        """Have the trace remember that a block was entered, where what would tell that is junk."""
        left_out = next((node for node in body if id(node) in self.junk), None)
        if left_out is not None:
            self.traced(left_out, "None")

    def segments(self, body: list[s.Statement], variable: str, *, top: bool) -> None:
        """`while True:` around numbered segments; a label begins one."""
        parts: list[list[s.Statement]] = [[]]
        labels: dict[str, int] = {}
        for node in body:
            if isinstance(node, s.Label):
                if parts[-1] or len(parts) == 1:
                    parts.append([])
                labels.setdefault(node.name, len(parts) - 1)
            else:
                parts[-1].append(node)
        if not top:
            self.emit(f"{variable} = 0")
        loop = Loop("dispatch", self.next_number())
        scope = Scope(variable, labels, len(self.loops) + 1)
        at = len(self.lines)
        self.emit("while True:")
        self.indent += 1
        self.loops.append(loop)
        self.scopes.append(scope)
        for number, part in enumerate(parts):
            self.emit(f"if {variable} == {number}:")
            self.indent += 1
            before = len(self.lines)
            for node in part:
                self.statement(node)
            if len(self.lines) == before or number + 1 < len(parts):
                self.emit(f"{variable} = {number + 1}")
            self.indent -= 1
        self.emit("break")
        self.scopes.pop()
        self.loops.pop()
        self.indent -= 1
        if loop.left:
            self.wrap_in_jumps(at, loop, variable)

    def next_number(self) -> int:
        self.count += 1
        return self.count

    def wrap_in_jumps(self, at: int, loop: Loop, variable: str) -> None:
        """A GoTo from inside another loop arrives as an exception: take it and go round again."""
        self.lines[at:] = ["    " + line for line in self.lines[at:]]
        pad = "    " * self.indent
        self.lines[at:at] = [f"{pad}while True:", f"{pad}    try:"]
        self.source_lines[at:at] = [self.line, self.line]
        self.lines[at + 2 :] = ["    " + line for line in self.lines[at + 2 :]]
        for line in (
            f"{pad}        break",
            f"{pad}    except Jump as _j:",
            f"{pad}        if _j.loop != {loop.number}: raise",
            f"{pad}        {variable} = _j.segment",
        ):
            self.lines.append(line)
            self.source_lines.append(self.line)

    def statement(self, node: s.Statement) -> None:
        if id(node) in self.junk:
            return
        self.line = node.line
        handler = STATEMENTS[type(node)]
        if self.guarded and type(node) in GUARDED:
            self.emit("try:")
            self.indent += 1
            at = len(self.lines)
            handler(self, node)
            if len(self.lines) == at:
                self.emit("pass")
            body = self.lines[at:]
            self.indent -= 1
            self.caught(body)
        else:
            handler(self, node)

    def caught(self, retry: list[str]) -> None:
        """The handler of a statement that failed."""
        if not self.nested:
            self.emit("except ScriptError: trap(_h)")
            return
        self.emit("except ScriptError:")
        self.indent += 1
        self.emit("if trap(-1 if _act else _h):")
        self.indent += 1
        self.run_handler(retry)
        self.indent -= 2

    def run_handler(self, retry: list[str]) -> None:
        self.emit("_act = True")
        self.emit("_s = run(_h - 10)")
        self.emit("_act = False")
        if self.retries and retry:
            self.emit("if _s == 2:")
            shift = self.indent + 1 - (len(retry[0]) - len(retry[0].lstrip())) // 4
            for line in retry:
                self.lines.append("    " * shift + line)
                self.source_lines.append(self.line)
            self.emit("elif _s != 1: return _s")
        else:
            self.emit("if _s not in (1, 2): return _s")

    def tried(self, target: str, code: str, on_failure: str) -> None:
        """`target = code` where a failure under Resume Next gives `on_failure`: conditions and headers of blocks."""
        if not self.guarded:
            self.emit(f"{target} = {code}")
            return
        self.emit("try:")
        self.emit(f"    {target} = {code}")
        self.emit("except ScriptError:")
        self.indent += 1
        if self.nested:
            self.emit("if trap(-1 if _act else _h):")
            self.indent += 1
            self.run_handler([])
            self.indent -= 1
        else:
            self.emit("trap(_h)")
        self.emit(f"{target} = {on_failure}")
        self.indent -= 1

    def bad(self, node: s.Bad) -> None:
        self.emit(f"bad_statement({node.text[:200]!r})")

    def nothing(self, node: s.Nothing) -> None:
        pass

    def dim(self, node: s.Dim) -> None:
        """Declared at the beginning of the procedure; at module level by the project."""

    def const(self, node: s.Const) -> None:
        """Known to the procedure, or the module, before anything runs."""

    def assign(self, node: s.Assign) -> None:
        if node.set:
            self.store(node.target, self.expression(node.value)[0], "V", set_=True)
            return
        if self.append(node):
            return
        code, kind = self.expression(node.value)
        self.store(node.target, self.traced(node, code), kind)

    def append(self, node: s.Assign) -> bool:
        """`text = text & …` in a loop: Python adds to a string in place when nothing else holds it, so nothing may."""
        if not isinstance(node.target, s.Name) or not isinstance(node.value, s.Binary) or node.value.op not in ("&", "+"):
            return False
        if flat(node.value)[0] != node.target:
            return False
        variable = self.variable(node.target.name)
        if variable is None:
            variable = self.implicit(node.target.name)
        if not isinstance(variable, Variable) or variable.array or variable.type not in ("", "variant", "string"):
            return False
        if self.project.fixed_length(variable.declarator, self.module):
            return False
        if all(loop.kind == "dispatch" for loop in self.loops) or variable.code.startswith("get_member"):
            return False
        operands = flat(node.value)
        if not variable.code.startswith(("v", "r", "a")) and any(self.may_call(operand) for operand in operands[1:]):
            # What is called could change the variable, whose old value counts.
            return False
        at = len(self.lines)
        rest = [self.expression(operand) for operand in operands[1:]]
        texts = all(kind == "S" for _, kind in rest) or (variable.type == "string" and len(rest) == 1 and rest[0][1] in ("P", "V"))
        if node.value.op == "+" and not texts:
            # It may be a sum.
            del self.lines[at:], self.source_lines[at:]
            return False
        self.declare_global(variable)
        place = variable.place
        self.emit(f"_a = cats({', '.join(code for code, _ in rest)})" if len(rest) > 1 else f"_a = {rest[0][0]}")
        self.emit(f"if type(_a) is str and type(_t := {place}) is str:")
        self.emit(f"    if len(_t) + len(_a) > {LARGE}: extend(len(_t), len(_a))")
        self.emit(f"    {place} = None")
        self.emit("    _t += _a")
        self.emit(f"    {place} = _t")
        self.emit(
            f"else: {place} = {coerced(f'{BINARY[node.value.op]}({place}, _a)', variable.type, self.coercion(variable.type))}"
            if variable.type == "string"
            else f"else: {place} = {BINARY[node.value.op]}({place}, _a)"
        )
        return True

    def may_call(self, tree: s.Expr) -> bool:
        """Whether an expression may run code of the project."""
        for part in subexpressions(tree):
            match part:
                case s.Name(name=name):
                    if isinstance(self.variable(name), (Procedure, s.Declare)):
                        return True
                case s.Member() | s.Bang() | s.New() | s.Evaluate():
                    return True
        return False

    def traced(self, node: s.Statement, code: str) -> str:
        """Code of a statement's value, which the procedure's trace remembers where the statement runs once a call."""
        if self.tracer is None or any(loop.kind != "dispatch" for loop in self.loops):
            return code
        slot = self.tracer.slots.setdefault(id(node), len(self.tracer.slots) + 1)
        place = f"{self.tracer.trace_code}[{slot}]"
        self.emit(f"{place} = {code}")
        return place

    def store(self, target: s.Expr, code: str, kind: str, *, set_: bool = False) -> None:
        """Emit the assignment of a compiled value to a target."""
        if isinstance(target, s.ByVal):
            target = target.operand
        match target:
            case s.Name():
                self.store_name(target.name, code, kind, set_=set_)
            case s.Evaluate():
                symbol = self.variable(target.text.lower())
                if isinstance(symbol, Variable):
                    self.store_name(target.text.lower(), code, kind, set_=set_)
                else:
                    self.emit(f"put_evaluated({target.text!r}, {code})")
            case s.Call():
                self.store_call(target, code, set_=set_)
            case s.Member():
                self.store_member(target, "()", code, set_=set_)
            case s.Bang():
                subject = self.object_code(target.object)
                self.emit(f"put_member({subject}, '', ({target.name!r},), {code}, {set_})")
            case _:
                self.emit(f"bad_statement({'assignment to a value'!r})")

    def store_name(self, name: str, code: str, kind: str, *, set_: bool) -> None:
        symbol = self.variable(name)
        if symbol is None:
            symbol = self.implicit(name)
        if isinstance(symbol, Variable):
            self.declare_global(symbol)
            self.emit_assignment(symbol.place, code, self.assignment(symbol, code, kind, set_=set_))
        elif isinstance(symbol, Procedure):
            writer = self.writer(symbol.module, name, set_=set_)
            if writer is not None:
                self.emit(self.writing_call(writer, [code], symbol.module))
            else:
                self.emit(f"bad_statement({'assignment to a procedure'!r})")
        elif isinstance(symbol, Module) and symbol.instance is not None:
            self.emit(f"put_member({self.project.object_code(symbol)}, '', (), {code}, {set_})")
        elif isinstance(symbol, Inherited):
            self.emit(f"put_member({self.project.object_code(symbol.module)}, {symbol.name!r}, (), {code}, {set_})")
        elif isinstance(symbol, str):
            self.emit(f"put_host({symbol!r}, {code}, {set_})")
        else:
            self.emit(f"bad_statement({'assignment to a constant'!r})")

    def emit_assignment(self, place: str, code: str, line: str) -> None:
        """Emit an assignment, in one with that of the trace when it has just been given the same value."""
        before = f"{'    ' * self.indent}{code} = "
        traced = self.tracer is not None and code.startswith(f"{self.tracer.trace_code}[")
        if traced and line == f"{place} = {code}" and self.lines[-1].startswith(before):
            self.lines[-1] = f"{before}{place} = {self.lines[-1].removeprefix(before)}"
        else:
            self.emit(line)

    def declare_global(self, symbol: Variable) -> None:
        if symbol.code.startswith("g"):
            self.globals.add(symbol.code)

    def assignment(self, variable: Variable, code: str, kind: str, *, set_: bool) -> str:
        if set_:
            return f"{variable.place} = set_object({code})"
        if variable.array:
            return f"assign_array({variable.code}, {code})"
        length = self.project.fixed_length(variable.declarator, self.module)
        if length:
            return f"{variable.place} = fixed({code}, {length})"
        coerce = self.coercion(variable.type)
        if coerce:
            wanted = STATIC.get(variable.type, "")
            if kind == wanted or (wanted == "L" and kind in WHOLE) or (wanted == "I" and kind == "Y"):
                return f"{variable.place} = {code}"
            return f"{variable.place} = {coerced(code, variable.type, coerce)}"
        if variable.type in ("", "variant"):
            return f"{variable.place} = {code if kind != 'V' else f'let({code})'}"
        return f"{variable.place} = let_typed({code}, {variable.place})"

    def store_call(self, target: s.Call, code: str, *, set_: bool) -> None:
        args = self.arguments(target.args)
        function = target.function
        if isinstance(function, s.Name):
            symbol = self.variable(function.name)
            if symbol is None:
                symbol = self.implicit(function.name)
            if isinstance(symbol, Variable) and not target.args:
                self.store(function, code, "V", set_=set_)  # `bytes() = …`: the whole array
            elif isinstance(symbol, Variable) and len(target.args) == 1 and target.args[0] is not None and not set_:
                self.emit(f"put_at({symbol.place}, {args[1:-2]}, {code})")
            elif isinstance(symbol, Variable):
                self.emit(f"put_index({symbol.place}, {args}, {code}, {set_})")
            elif isinstance(symbol, Procedure):
                writer = self.writer(symbol.module, function.name, set_=set_)
                if writer is not None:
                    codes = [self.expression(a)[0] if a is not None else "MISSING" for a in target.args]
                    self.emit(self.writing_call(writer, [*codes, code], symbol.module))
                else:
                    self.emit(f"put_index({self.expression(s.Call(function, [], []))[0]}, {args}, {code}, {set_})")
            elif isinstance(symbol, Module) and symbol.instance is not None:
                self.emit(f"put_member({self.project.object_code(symbol)}, '', {args}, {code}, {set_})")
            elif isinstance(symbol, Inherited):
                self.emit(f"put_member({self.project.object_code(symbol.module)}, {symbol.name!r}, {args}, {code}, {set_})")
            elif isinstance(symbol, str):
                # Cells(1, 1) = x: the default property of what the call gives.
                self.emit(f"put_member(call_host({symbol!r}, {args}), '', (), {code}, {set_})")
            else:
                self.emit(f"bad_statement({'assignment to a call'!r})")
        elif isinstance(function, s.Member):
            variable = self.member_variable(function)
            if variable is not None:
                self.emit(f"put_index({variable.place}, {args}, {code}, {set_})")
            else:
                self.store_member(function, args, code, set_=set_)
        else:
            self.emit(f"put_index({self.expression(function)[0]}, {args}, {code}, {set_})")

    def store_member(self, target: s.Member, args: str, code: str, *, set_: bool) -> None:
        variable = self.member_variable(target)
        if variable is not None and args == "()":
            self.declare_global(variable)
            self.emit(self.assignment(variable, code, "V", set_=set_))
            return
        subject = self.object_code(target.object)
        self.emit(f"put_member({subject}, {target.name!r}, {args}, {code}, {set_})")

    def member_variable(self, target: s.Member) -> Variable | None:
        """The module variable that `Module1.x` or `Me.x` names."""
        if not isinstance(target.object, s.Name) or target.object.name in self.locals:
            return None
        if target.object.name == "me":
            module = self.module
        else:
            symbol = self.project.lookup(self.module, target.object.name)
            if not isinstance(symbol, Module):
                return None
            module = symbol
        return None if module.has_instances else module.variables.get(target.name)

    def writer(self, module: Module, name: str, *, set_: bool) -> Procedure | None:
        keys = (f"{name}:=", f"{name}=") if set_ else (f"{name}=", f"{name}:=")
        return module.procedures.get(keys[0]) or module.procedures.get(keys[1])

    def instance_of(self, module: Module) -> str:
        return "_me" if module is self.module else "NOTHING"

    def mid_assign(self, node: s.MidAssign) -> None:
        value = f"mid_assign({self.expression(node.target)[0]}, {self.expression(node.start)[0]}, "
        value += f"{self.expression(node.length)[0] if node.length is not None else 'MISSING'}, {self.expression(node.value)[0]})"
        self.store(node.target, value, "V")

    def invoke(self, node: s.Invoke) -> None:
        tree = node.call
        if not isinstance(tree, s.Call):
            tree = s.Call(tree, [], [])
            plain = node.call
            if isinstance(plain, s.Name) and isinstance(self.variable(plain.name), Variable):
                return
        if tree.function == s.Name("error") and self.variable("error") == "error":
            self.emit(f"raise_error(*{self.arguments(tree.args)})")
            return
        code = self.call(tree, statement=True)[0]
        if not code.isidentifier() and self.traced(node, code) is code:
            self.emit(code)

    def erase(self, node: s.Erase) -> None:
        for target in node.targets:
            self.emit(f"erase({self.expression(target)[0]})")

    def redim(self, node: s.ReDim) -> None:
        bounds = self.bounds(node.bounds)
        target = node.target.operand if isinstance(node.target, s.ByVal) else node.target
        current = self.expression(target)[0]
        self.store_redim(target, f"redim({current}, {bounds}, {node.type!r}, {node.preserve})")

    def store_redim(self, target: s.Expr, code: str) -> None:
        symbol = self.variable(target.name) if isinstance(target, s.Name) else None
        if isinstance(target, s.Name) and symbol is None:
            symbol = self.implicit(target.name)
        if isinstance(symbol, Variable):
            self.declare_global(symbol)
            self.emit(f"{symbol.place} = {code}")
        else:
            self.store(target, code, "V", set_=False)

    def if_(self, node: s.If) -> None:
        if len(node.branches) == 1 and isinstance(node.branches[0][0], s.Lit) and node.branches[0][0].value is True and not node.otherwise:
            for inner in node.branches[0][1]:
                self.statement(inner)
            return
        chain = self.fresh("k") if len(node.branches) > 1 or node.otherwise else ""
        for number, (test, block) in enumerate(node.branches):
            self.branch(chain, number, partial(self.guard, test, block, node, number), block)
        self.otherwise(chain, node.otherwise)

    def branch(self, chain: str, number: int, condition: Callable[[], str], block: list[s.Statement]) -> None:
        """One of several branches, of which the first whose condition holds is taken.

        `chain` is a variable that is true until one was; a flat chain, because thousands of cases would nest too deeply.
        """
        indent = self.indent
        if number:
            self.emit(f"if {chain}:")
            self.indent += 1
        elif chain:
            self.emit(f"{chain} = True")
        code = condition()
        if self.guarded and not code.isidentifier():
            self.tried("_c", code, "True")
            code = "_c"
        self.emit(f"if {code}:")
        self.indent += 1
        if chain:
            self.emit(f"{chain} = False")
        self.body(block)
        self.indent = indent

    def otherwise(self, chain: str, block: list[s.Statement]) -> None:
        if block:
            self.emit(f"if {chain}:")
            self.indent += 1
            self.body(block)
            self.indent -= 1

    def guard(self, test: s.Expr, block: list[s.Statement], node: s.If, number: int) -> str:
        """Code of a branch's condition. In a run with guards turned round, a block that ends the run is not entered, and
        one that leads to an effect is.
        """
        code, kind = self.expression(test)
        if self.project.turned and not isinstance(test, s.Lit):
            last = number == len(node.branches) - 1
            other = node.otherwise if last else node.branches[number + 1][1]
            taken: bool | None = None
            if self.ends_run(block):
                taken = False
            elif self.project.leads_to_effect(self, block):
                taken = True
            elif other and last and self.project.leads_to_effect(self, other):
                taken = False
            if taken is not None:
                return f"turned({code}, {taken}, {self.project.remember_guard(test)})"
        if kind == "B":
            return code
        guard = self.project.remember_guard(test)
        if self.loops:  # there it is worth while to spare the call that most conditions do not need
            return f"(_x if ((_x := {code}) is True or _x is False) and not M.asked else guard(_x, {guard}))"
        return f"guard({code}, {guard})"

    def ends_run(self, block: list[s.Statement]) -> bool:
        """Whether a block leaves the procedure, the program or the application, and does nothing else of note."""
        for node in block:
            match node:
                case s.End() | s.Exit(what="sub" | "function" | "property"):
                    return True
                case s.GoTo(label=label, sub=False):
                    return self.leads_out(label)
                case s.Invoke(call=s.Member(name=name)) | s.Invoke(call=s.Call(function=s.Member(name=name))):
                    if name in ("quit", "close"):
                        return True
                    if name == "raise":
                        return not self.handles_errors()
        return False

    def leads_out(self, label: str) -> bool:
        """Whether what comes behind a label has no effect, but something before it has."""
        body = self.procedure.tree.body if self.procedure is not None else []
        at = next((n for n, node in enumerate(body) if isinstance(node, s.Label) and node.name == label), len(body))
        return at < len(body) and not self.project.leads_to_effect(self, body[at:]) and self.project.leads_to_effect(self, body[:at])

    def handles_errors(self) -> bool:
        """Whether an error in this procedure leads to something that has an effect."""
        body = self.procedure.tree.body if self.procedure is not None else []
        labels = {node.label for node in statements(body) if isinstance(node, s.OnError)}
        return any(not self.leads_out(label) for label in labels if label not in ("", "0", "next", "-1"))

    def turned_cases(self, node: s.Select) -> list[bool | None]:
        """In a run with guards turned round: of each case whether it is entered; None leaves it to its tests."""
        if not self.project.turned:
            return [None] * len(node.cases)
        leads = [self.project.leads_to_effect(self, block) for _, block in node.cases]
        if any(leads):
            return [number == leads.index(True) for number in range(len(leads))]
        return [False if self.ends_run(block) else None for _, block in node.cases]

    def select(self, node: s.Select) -> None:
        subject = self.fresh("s")
        code, kind = self.expression(node.subject)
        self.tried(subject, code if kind != "V" else f"plain({code})", "FAILED")
        chain = self.fresh("k")
        for number, ((tests, block), taken) in enumerate(zip(node.cases, self.turned_cases(node))):
            self.branch(chain, number, partial(self.cases, subject, kind, tests) if taken is None else partial(str, taken), block)
        if not node.cases:
            self.emit(f"{chain} = True")
        self.otherwise(chain, node.otherwise)

    def cases(self, subject: str, kind: str, tests: list[s.Case]) -> str:
        return " or ".join(self.case(subject, kind, test) for test in tests)

    def case(self, subject: str, kind: str, test: s.Case) -> str:
        left = (subject, kind)
        if test.op == "to":
            assert test.upper is not None
            low = self.comparison(">=", left, self.expression(test.value))[0]
            return f"(truth({low}) and truth({self.comparison('<=', left, self.expression(test.upper))[0]}))"
        code, result = self.comparison(test.op, left, self.expression(test.value))
        return code if result == "B" else f"truth({code})"

    # -- loops

    def for_(self, node: s.For) -> None:
        """A loop over a range when its variable is a plain local that the body leaves alone, else the general form."""
        weight = self.weight(node.body)
        start = self.expression(node.start)[0]
        end = self.expression(node.end)[0]
        step = self.expression(node.step)[0] if node.step is not None else "1"
        variable = self.variable(node.variable.name) if isinstance(node.variable, s.Name) else None
        if isinstance(node.variable, s.Name) and variable is None:
            variable = self.implicit(node.variable.name)
        counter = self.fresh("n")
        untouched = isinstance(node.variable, s.Name) and not self.assigns(node.body, node.variable.name)
        function = "for_range" if untouched else "for_counter"
        self.tried(counter, f"{function}({start}, {end}, {step}, {weight}, {self.is_empty(node.body)})", "FAILED_LOOP")
        loop = Loop("for", self.next_number())
        at = len(self.lines)
        if untouched and not self.guarded and isinstance(variable, Variable) and variable.code.startswith(("v", "a")):
            self.emit(f"for {variable.place} in {counter}:")
            self.indent += 1
        else:
            value = self.fresh("i")
            self.emit(f"for {value} in {counter}:")
            self.indent += 1
            self.store_counter(node.variable, value)
        self.loops.append(loop)
        self.body(node.body)
        self.loops.pop()
        if not untouched:
            # The body may have changed the variable: the next value is counted from what it is now.
            self.line = node.line
            self.emit(f"{counter}.current = {self.expression(node.variable)[0]}")
        self.indent -= 1
        self.emit("else:")
        self.indent += 1
        self.store_counter(node.variable, f"{counter}.after")
        self.indent -= 1
        self.leave(loop, at)

    def store_counter(self, target: s.Expr, code: str) -> None:
        """The loop variable's value; `KEEP` (a loop whose header failed) leaves it alone."""
        if isinstance(target, s.Name):
            variable = self.variable(target.name)
            if isinstance(variable, Variable):
                self.declare_global(variable)
                self.emit(f"if {code} is not KEEP: {variable.place} = {code}")
                return
        self.emit(f"if {code} is not KEEP:")
        self.indent += 1
        self.store(target, code, "V")
        self.indent -= 1

    def leave(self, loop: Loop, at: int) -> None:
        """Wrap a loop that something inside leaves through other loops."""
        if not loop.left:
            return
        pad = "    " * self.indent
        self.lines[at:] = ["    " + line for line in self.lines[at:]]
        self.lines.insert(at, f"{pad}try:")
        self.source_lines.insert(at, self.line)
        for line in (f"{pad}except Leave as _j:", f"{pad}    if _j.loop != {loop.number}: raise"):
            self.lines.append(line)
            self.source_lines.append(self.line)

    def assigns(self, body: list[s.Statement], name: str) -> bool:
        """Whether a body may change a variable: by assignment, as a loop variable, or by reference."""
        for node in statements(body):
            match node:
                case s.Assign(target=s.Name(name=found)) | s.For(variable=s.Name(name=found)) | s.ForEach(variable=s.Name(name=found)):
                    if found == name:
                        return True
                case s.MidAssign(target=s.Name(name=found)) | s.ReDim(target=s.Name(name=found)):
                    if found == name:
                        return True
                case s.FileStatement():
                    if any(isinstance(a, s.Name) and a.name == name for a in node.args):
                        return True
                case s.GoTo() | s.Label() | s.OnJump():
                    return True
            for tree in expressions(node):
                if any(name in self.passed_by_reference(call) for call in self.project.shared.reads(tree).calls):
                    return True
        return False

    def is_empty(self, body: list[s.Statement]) -> bool:
        """A loop that only passes time: nothing in it, or DoEvents."""
        return all(
            isinstance(node, (s.Nothing, s.Dim))
            or id(node) in self.junk
            or (isinstance(node, s.Invoke) and isinstance(node.call, s.Name) and node.call.name == "doevents")
            for node in body
        )

    def weight(self, body: list[s.Statement]) -> int:
        """Operations of one round, roughly: the statements in it."""
        return 1 + sum(1 for node in statements(body) if id(node) not in self.junk)

    def for_each(self, node: s.ForEach) -> None:
        items = self.fresh("n")
        self.tried(items, f"for_each({self.expression(node.group)[0]}, {self.weight(node.body)})", "FAILED_LOOP")
        value = self.fresh("i")
        loop = Loop("for", self.next_number())
        at = len(self.lines)
        self.emit(f"for {value} in {items}:")
        self.indent += 1
        if isinstance(node.variable, s.Name):
            variable = self.variable(node.variable.name)
            if variable is None:
                variable = self.implicit(node.variable.name)
            if isinstance(variable, Variable):
                self.declare_global(variable)
                self.emit(f"if {value} is not KEEP: {variable.place} = {value}")
            else:
                self.store_counter(node.variable, value)
        else:
            self.store_counter(node.variable, value)
        self.loops.append(loop)
        self.body(node.body)
        self.loops.pop()
        self.indent -= 1
        self.leave(loop, at)

    def do(self, node: s.Do) -> None:
        count, limit = self.fresh("c"), self.fresh("l")
        weight = self.weight(node.body)
        self.emit(f"{count} = 0; {limit} = more(0, {weight})")
        loop = Loop("do", self.next_number())
        at = len(self.lines)
        self.emit("while True:")
        self.indent += 1
        self.emit(f"{count} += 1")
        self.emit(f"if {count} >= {limit}:")
        self.emit(f"    {limit} = more({count}, {weight})")
        self.emit(f"    if {limit} < 0: break")
        if not node.after:
            self.loop_test(node, count)
        self.loops.append(loop)
        self.body(node.body)
        self.loops.pop()
        if node.after:
            self.loop_test(node, count)
        self.indent -= 1
        self.leave(loop, at)
        self.emit(f"rounds({count}, {weight})")

    def loop_test(self, node: s.Do, count: str) -> None:
        """Leave the loop when its test says so; a test that fails under Resume Next goes on."""
        if node.test is None:
            return
        self.line = node.line
        code, kind = self.expression(node.test)
        if kind != "B":
            code = f"(_x if (_x := {code}) is True or _x is False else loop_truth(_x, {count}, {node.until}))"
        if self.guarded:
            self.tried("_c", f"not {code}" if node.until else code, "True")
            self.emit("if not _c: break")
        else:
            self.emit(f"if {code}: break" if node.until else f"if not {code}: break")

    def exit(self, node: s.Exit) -> None:
        if node.what in ("sub", "function", "property"):
            self.leave_procedure()
            return
        for position in range(len(self.loops) - 1, -1, -1):
            loop = self.loops[position]
            if loop.kind == node.what:
                if position == len(self.loops) - 1:
                    self.emit("break")
                else:
                    loop.left = True
                    self.emit(f"raise Leave({loop.number})")
                return
        self.emit(f"bad_statement({f'Exit {node.what} outside of a loop'!r})")

    def leave_procedure(self) -> None:
        if self.nested:
            self.emit("return 0")
        elif self.result and self.procedure is not None:
            self.emit(f"return {self.locals[self.procedure.name].place}")
        else:
            self.emit("return None")

    def with_(self, node: s.With) -> None:
        subject = self.fresh("w")
        self.tried(subject, f"with_object({self.expression(node.object)[0]})", "NOTHING")
        self.withs.append(subject)
        self.body(node.body)
        self.withs.pop()

    # -- jumps

    def label(self, node: s.Label) -> None:
        """Handled by segments(); a label in the middle of a line is none."""

    def goto(self, node: s.GoTo) -> None:
        if node.sub:
            self.gosub(node.label)
        else:
            self.jump(node.label)

    def gosub(self, label: str) -> None:
        """The body is entered at the label, from inside: the loops around this statement stay as they are until it returns."""
        segment = self.scopes[0].labels.get(label) if self.nested and self.scopes else None
        if segment is None:
            self.emit(f"bad_statement({f'GoSub {label}: no such label here'!r})")
            return
        self.emit("_g += 1")
        self.emit(f"if _g > {self.project.machine.budget.limits.call_depth}: too_deep()")
        self.emit(f"_s = run({segment})")
        self.emit("_g -= 1")
        self.emit("jumped()")
        self.emit("if _s != 3: return _s")

    def jump(self, label: str) -> None:
        for scope in reversed(self.scopes):
            if label in scope.labels:
                segment = scope.labels[label]
                dispatch = self.loops[scope.level - 1]
                if scope.level == len(self.loops):
                    # Backward jumps are loops: they count.
                    self.emit(f"{scope.variable} = {segment}; jumped()")
                    self.emit("continue")
                else:
                    dispatch.left = True
                    self.emit(f"raise Jump({dispatch.number}, {segment})")
                return
        self.emit(f"bad_statement({f'GoTo {label}: no such label here'!r})")

    def on_jump(self, node: s.OnJump) -> None:
        selector = self.fresh("s")
        self.emit(f"{selector} = to_long({self.expression(node.selector)[0]})")
        for number, label in enumerate(node.labels, 1):
            self.emit(f"if {selector} == {number}:")
            self.indent += 1
            self.goto(s.GoTo(node.line, label, node.sub))
            self.indent -= 1

    def return_(self, _node: s.Return) -> None:
        if self.nested and self.gosubs:
            self.emit("if not _g: raise ScriptError(3, 'Return without GoSub')")
            self.emit("return 3")
        else:
            self.emit("raise ScriptError(3, 'Return without GoSub')")

    def on_error(self, node: s.OnError) -> None:
        if node.label == "next":
            self.emit("_h = 1; clear_error()")
        elif node.label == "0":
            self.emit(f"_h = {self.no_handler}; clear_error()")
        elif node.label == "-1":
            self.emit("_act = False; clear_error()" if self.nested else "clear_error()")
        else:
            segment = self.scopes[0].labels.get(node.label) if self.nested and self.scopes else None
            self.emit(f"_h = {10 + segment}; clear_error()" if segment is not None else "_h = 1; clear_error()")

    def resume(self, node: s.Resume) -> None:
        if not self.nested:
            self.emit("raise ScriptError(20, 'Resume without error')")
            return
        if node.label in ("", "next"):
            self.emit("if not _act: raise ScriptError(20, 'Resume without error')")
            self.emit(f"clear_error(); return {1 if node.label == 'next' else 2}")
        else:
            self.emit("_act = False; clear_error()")
            self.jump(node.label)

    def end(self, _node: s.End) -> None:
        self.emit("end_program()")

    def raise_event(self, node: s.RaiseEvent) -> None:
        me = "NOTHING" if self.module.instance is None else self.project.object_code(self.module)
        me = "_me" if self.module.has_instances else me
        self.emit(f"raise_event({me}, {node.name!r}, {self.arguments(node.args)})")

    def file(self, node: s.FileStatement) -> None:
        if node.what in ("input", "line input", "get"):
            value = self.fresh("t")
            targets = [a for a in node.args[1:] if a is not None]
            record = node.args[1] if node.what == "get" and len(node.args) > 2 else None
            if node.what == "get":
                targets = targets[-1:]
            for target in targets:
                handle = self.expression(node.args[0])[0] if node.args[0] is not None else "0"
                at = self.expression(record)[0] if record is not None else "MISSING"
                current = self.expression(target)[0]
                self.emit(f"{value} = read_file({node.what!r}, {handle}, {at}, {current}, {self.place_type(target)!r})")
                self.store(target, value, "V")
            return
        words = [self.place_type(node.args[-1])] if node.what == "put" and node.args[-1] is not None else node.words
        args = ", ".join("MISSING" if a is None else self.expression(a)[0] for a in node.args)
        self.emit(f"file_statement({node.what!r}, ({args}{',' if args else ''}), {words!r})")

    # ------------------------------------------------------------ expressions

    def expression(self, tree: s.Expr | None) -> tuple[str, str]:
        """Python code of an expression, and its static type."""
        if tree is None:
            return "MISSING", "V"
        self.depth += 1
        code, kind = EXPRESSIONS[type(tree)](self, tree)
        self.depth -= 1
        if self.depth and self.depth % TEMPORARY_DEPTH == 0 and not code.isidentifier():
            temporary = self.fresh("t")
            self.emit(f"{temporary} = {code}")
            return temporary, kind
        return code, kind

    def condition(self, tree: s.Expr) -> str:
        """Code of an expression as a condition."""
        code, kind = self.expression(tree)
        if kind == "B":
            return code
        return f"truth({code})"

    def whole(self, tree: s.Expr) -> str:
        code, kind = self.expression(tree)
        if kind == "D":
            low, high = RANGES["long"]
            return f"(round(_x) if {low} <= (_x := {code}) <= {high} else to_long(_x))"
        return code if kind in WHOLE else f"to_long({code})"

    def literal(self, tree: s.Lit) -> tuple[str, str]:
        match tree.type:
            case "string":
                return repr(tree.value), "S"
            case "integer" | "long":
                # VBScript computes with Variants, which widen.
                kind = "P" if self.project.vbscript else "I" if tree.type == "integer" else "L"
                return (f"({tree.value})" if tree.value < 0 else str(tree.value)), kind
            case "boolean":
                return str(tree.value), "B"
            case "double" | "single" | "currency":
                return (f"({tree.value!r})" if abs(tree.value) != float("inf") else "raise_overflow()"), "D"
            case "empty":
                return "None", "E"
            case "null":
                return "NULL", "N"
            case "nothing":
                return "NOTHING", "O"
            case "date":
                date = parse_date(tree.value)
                return (f"Date({date.serial!r})", "T") if date is not None else ("raise_mismatch()", "V")
        return repr(tree.value), "V"

    def name(self, tree: s.Name) -> tuple[str, str]:
        if tree.name == "me" and "me" not in self.locals:
            return ("_me" if self.module.has_instances else self.project.object_code(self.module)), "V"
        symbol = self.variable(tree.name)
        if symbol is None:
            symbol = self.implicit(tree.name)
        return self.symbol_value(symbol, tree.name)

    def symbol_value(self, symbol: Any, name: str) -> tuple[str, str]:
        if isinstance(symbol, Variable):
            static = STATIC.get(symbol.type, "V") if not symbol.array else "V"
            return symbol.place, static
        if isinstance(symbol, Constant):
            return self.constant(symbol)
        if isinstance(symbol, Procedure):
            return self.procedure_call(symbol, s.Call(s.Name(name), [], []))
        if isinstance(symbol, Module):
            return self.project.object_code(symbol), "V"
        if isinstance(symbol, Inherited):
            return f"get_member({self.project.object_code(symbol.module)}, {symbol.name!r})", "V"
        if isinstance(symbol, s.Declare):
            return f"call_dll({self.project.declare_index(symbol)}, ())", "V"
        if isinstance(symbol, str):
            return self.library_value(symbol)
        return "NOTHING", "V"

    def library_value(self, name: str) -> tuple[str, str]:
        """A name of the VBA library or the host: a constant, a function without arguments, an object."""
        known, value = self.project.library_constant(name)
        if known:
            return self.literal_of(value)
        if self.project.is_builtin(name):
            return self.builtin_call(name, s.Call(s.Name(name), [], []))
        return f"host({name!r})", "V"

    def literal_of(self, value: Any) -> tuple[str, str]:
        if isinstance(value, bool):
            return str(value), "B"
        if isinstance(value, int):
            kind = "I" if -0x8000 <= value <= 0x7FFF else "L" if RANGES["long"][0] <= value <= RANGES["long"][1] else "V"
            kind = "P" if self.project.vbscript else kind
            return (f"({value})" if value < 0 else str(value)), kind
        if isinstance(value, float):
            return f"({value!r})", "D"
        if isinstance(value, str):
            return repr(value), "S"
        return repr(value), "V"

    def constant(self, symbol: Constant) -> tuple[str, str]:
        known, value = self.project.constant_value(symbol, self.module)
        if known:
            return self.literal_of(value) if value is not None else ("None", "V")
        return self.expression(symbol.tree)

    def variable(self, name: str) -> Any:
        """What a name means here: a local, or what the project says; None for a name nobody knows."""
        local = self.locals.get(name) or self.constants.get(name)
        return local if local is not None else self.project.lookup(self.module, name)

    def object_code(self, tree: s.Expr | None) -> str:
        if tree is not None:
            return self.expression(tree)[0]
        return self.withs[-1] if self.withs else "NOTHING"

    def member(self, tree: s.Member) -> tuple[str, str]:
        return self.member_call(tree, s.Call(tree, [], []), is_call=False)

    def bang(self, tree: s.Bang) -> tuple[str, str]:
        return f"index({self.object_code(tree.object)}, ({tree.name!r},))", "V"

    def call(self, tree: s.Call, *, statement: bool = False) -> tuple[str, str]:
        function = tree.function
        if isinstance(function, s.Evaluate) and function.text.isidentifier():
            function = s.Name(function.text.lower())
        if isinstance(function, s.ByVal):
            function = function.operand
        if isinstance(function, s.Name):
            symbol = self.locals.get(function.name)
            own = symbol is not None and self.procedure is not None and function.name == self.procedure.name and symbol.code.startswith("r")
            recursive = own and symbol is not None and not symbol.array
            if recursive and self.procedure is not None and (tree.args or tree.named or not self.procedure.tree.parameters):
                return self.procedure_call(self.procedure, tree)
            meaning = symbol if symbol is not None else self.project.lookup(self.module, function.name)
            return self.call_symbol(meaning, function.name, tree, statement=statement)
        if isinstance(function, s.Member):
            return self.member_call(function, tree, is_call=True)
        code = self.expression(function)[0]
        return f"index({code}, {self.arguments(tree.args)})", "V"

    def call_symbol(self, symbol: Any, name: str, tree: s.Call, *, statement: bool = False) -> tuple[str, str]:
        if isinstance(symbol, Procedure):
            return self.procedure_call(symbol, tree)
        if isinstance(symbol, Variable):
            if not tree.args and not tree.named:
                return symbol.place, STATIC.get(symbol.type, "V") if not symbol.array else "V"
            if len(tree.args) == 1 and tree.args[0] is not None:
                element = STATIC.get(symbol.type, "V") if symbol.array else "V"
                return f"at({symbol.place}, {self.expression(tree.args[0])[0]})", element
            return f"index({symbol.place}, {self.arguments(tree.args)})", "V"
        if isinstance(symbol, s.Declare):
            return (
                f"call_dll({self.project.declare_index(symbol)}, {self.references(*self.declared_arguments(symbol, tree))})",
                "V",
            )
        if isinstance(symbol, Module):
            if symbol.instance is None and not tree.args and name in symbol.procedures:
                return self.procedure_call(symbol.procedures[name], tree)
            return f"index({self.project.object_code(symbol)}, {self.arguments(tree.args)})", "V"
        if isinstance(symbol, Inherited):
            named = f", {self.named(tree)}" if tree.named else ""
            return f"call_member({self.project.object_code(symbol.module)}, {symbol.name!r}, {self.arguments(tree.args)}{named})", "V"
        if isinstance(symbol, Constant):
            return self.constant(symbol)
        if isinstance(symbol, str):
            return self.library_call(symbol, tree)
        if tree.args or tree.named or statement:
            return f"unresolved({name!r}, {self.arguments(tree.args)})", "V"
        return self.name(s.Name(name))

    def library_call(self, name: str, tree: s.Call) -> tuple[str, str]:
        known, value = self.project.library_constant(name)
        if known:
            return self.literal_of(value)
        if self.project.is_builtin(name):
            return self.builtin_call(name, tree)
        if tree.named:
            return f"call_host({name!r}, {self.arguments(tree.args)}, {self.named(tree)})", "V"
        return f"call_host({name!r}, {self.arguments(tree.args)})", "V"

    def builtin_call(self, name: str, tree: s.Call) -> tuple[str, str]:
        """A call of a function of the VBA library. The number of arguments is checked here; the functions rely on it."""
        function = self.project.builtin_code(name)
        if name in ADDRESSES and not tree.named:
            if len(tree.args) != 1:
                return "raise_arguments()", "V"
            return f"{function}(M, *{self.references(tree.args, [True])})", "V"
        codes = [self.expression(a) for a in tree.args]
        if self.runs_text and name in ("execute", "eval") and len(codes) == 1:
            return f"{name}_in({codes[0][0]}, {self.scope_code()})", "V"
        if name == "array" and not tree.named:
            elements = ", ".join(f"pass_value({code})" if kind == "V" else code for code, kind in codes)
            return f"make_array([{elements}], {self.module.tree.option_base})", "P"
        args = [code for code, _ in codes]
        names = self.project.builtin_parameters(name)
        for keyword, value in tree.named:
            if keyword not in names:
                return f"raise_failure(448, {keyword!r})", "V"
            position = names.index(keyword)
            args += ["MISSING"] * (position + 1 - len(args))
            args[position] = self.expression(value)[0]
        least, most = self.project.builtin_arity(name)
        if not least <= len(args) <= most:
            return "raise_arguments()", "V"
        if self.module.tree.option_compare_text and not tree.named:
            args = self.comparing_text(name, args)
        if name in TYPED and len(tree.args) == 1 and isinstance(tree.args[0], s.Name):
            variable = self.variable(tree.args[0].name)
            types = (*NUMERIC_TYPES, *self.project.record_types) if name in ("len", "lenb") else NUMERIC_TYPES
            if isinstance(variable, Variable) and variable.type in types and not variable.array:
                args.append(repr(variable.type))
        return f"{function}({', '.join(['M', *args])})", self.project.builtin_type(name)

    @staticmethod
    def comparing_text(name: str, args: list[str]) -> list[str]:
        """Arguments of the functions whose way of comparing is the module's, if they do not say it."""
        if name == "instr" and len(args) in (2, 3):
            return [*(["1"] if len(args) == 2 else []), *args, "1"]
        return [*args, "1"] if name == "strcomp" and len(args) == 2 else args

    def member_call(self, function: s.Member, tree: s.Call, *, is_call: bool) -> tuple[str, str]:
        """`object.name(args)`: a member of a module where that is plain, of the library, or of an object at run time."""
        target = function.object
        if isinstance(target, s.Member) and isinstance(target.object, s.Name) and target.object.name == "vba" and target.name in LIBRARIES:
            target = s.Name("vba")
        if isinstance(target, s.Name) and target.name not in self.locals:
            if target.name == "me":
                symbol: Any = self.module
            else:
                symbol = self.project.lookup(self.module, target.name)
            if isinstance(symbol, Module) and not (symbol.has_instances and symbol is not self.module):
                found = self.module_member(symbol, function.name)
                if found is not None:
                    return self.call_symbol(found, function.name, tree)
            if isinstance(symbol, dict) and function.name in symbol:
                return self.constant(symbol[function.name])
            if (symbol is None or isinstance(symbol, str)) and target.name in LIBRARIES:
                meaning = self.project.library(function.name)
                if meaning is not None:
                    return self.call_symbol(meaning, function.name, tree)
        subject = self.object_code(target)
        if function.name in OUTPUTS and tree.args and not tree.named:
            return f"call_writing({subject}, {function.name!r}, {self.references(tree.args, [True] * len(tree.args))})", "V"
        if tree.named:
            return f"call_member({subject}, {function.name!r}, {self.arguments(tree.args)}, {self.named(tree)})", "V"
        if tree.args:
            return f"call_member({subject}, {function.name!r}, {self.arguments(tree.args)})", "V"
        return f"{'call_member' if is_call else 'get_member'}({subject}, {function.name!r})", "V"

    def module_member(self, module: Module, name: str) -> Any:
        if module.has_instances:
            # Inside its own class: fields and procedures of this instance.
            return module.variables.get(name) or module.procedures.get(name) or module.constants.get(name)
        for table in (module.procedures, module.variables, module.constants, module.declares):
            if name in table:
                return table[name]
        return None

    def procedure_call(self, procedure: Procedure, tree: s.Call) -> tuple[str, str]:
        """A call of a procedure of the project, its arguments matched to its parameters."""
        parameters = procedure.tree.parameters
        mutated = self.project.mutated(procedure)
        if len(tree.args) > len(parameters) and not (parameters and parameters[-1].rest):
            # A function without parameters that returns something that is indexed.
            if not parameters and tree.args:
                inner = self.direct_call(procedure, [], self.instance_of(procedure.module))
                return f"index({inner}, {self.arguments(tree.args)})", "V"
            return "raise_arguments()", "V"
        codes: list[str] = []
        named = dict(tree.named)
        for position, (parameter, is_mutated) in enumerate(zip(parameters, mutated)):
            if parameter.rest:
                codes.append(f"array_of([{', '.join(self.expression(a)[0] for a in tree.args[position:])}])")
                break
            argument = tree.args[position] if position < len(tree.args) else named.get(parameter.name)
            codes.append(self.argument(argument, parameter, is_mutated=is_mutated))
        kind = STATIC.get(procedure.tree.type, "V") if procedure.tree.kind in ("function", "get") else "V"
        return self.direct_call(procedure, codes, self.instance_of(procedure.module)), kind

    def argument(self, argument: s.Expr | None, parameter: s.Parameter, *, is_mutated: bool) -> str:
        if argument is None:
            if not parameter.optional:
                return "raise_arguments()"
            return "[MISSING]" if is_mutated else "MISSING"
        if is_mutated:
            return self.reference(argument)
        code, kind = self.expression(argument)
        if not parameter.by_ref and kind == "V" and not parameter.array and not self.coercion(parameter.type):
            return f"pass_value({code})"
        return code

    def reference(self, argument: s.Expr) -> str:
        """Something with `[0]` that reads and writes what the argument names."""
        match argument:
            case s.Name():
                symbol = self.variable(argument.name)
                if symbol is None:
                    symbol = self.implicit(argument.name)
                if isinstance(symbol, Variable):
                    if symbol.boxed:
                        return symbol.code
                    if symbol.code.startswith("g"):
                        return f"GlobalRef({symbol.code!r})"
                    if symbol.code.startswith("_f["):
                        return f"FieldRef(_f, {symbol.code[3:-1]})"
            case s.Call(function=s.Name(name=name), args=args) if args:
                symbol = self.variable(name)
                if isinstance(symbol, Variable):
                    return f"ElementRef({symbol.place}, {self.arguments(args)})"
            case s.Member():
                variable = self.member_variable(argument)
                if variable is not None and variable.code.startswith("g"):
                    return f"GlobalRef({variable.code!r})"
                return f"MemberRef({self.object_code(argument.object)}, {argument.name!r})"
        return f"[{self.expression(argument)[0]}]"

    @staticmethod
    def declared_arguments(declare: s.Declare, call: s.Call) -> tuple[list[s.Expr | None], list[bool]]:
        """Arguments of a DLL function by position, and of each whether it can be written to. Texts can, also those passed ByVal."""
        args = list(call.args)
        names = [parameter.name for parameter in declare.parameters]
        for name, value in call.named:
            if name in names:
                args += [None] * (names.index(name) + 1 - len(args))
                args[names.index(name)] = value
        wanted = [parameter.by_ref or parameter.type == "string" for parameter in declare.parameters[: len(args)]]
        return args, wanted + [True] * (len(args) - len(wanted))

    def references(self, args: list[s.Expr | None], wanted: list[bool]) -> str:
        """Arguments of an API function: references where the argument names something and may be written to."""
        codes = []
        for argument, is_wanted in zip(args, wanted):
            if argument is None:
                codes.append("MISSING")
            elif isinstance(argument, s.ByVal):
                codes.append(self.expression(argument.operand)[0])
            elif is_wanted and self.is_place(argument):
                code, type_ = self.reference(argument), self.place_type(argument)
                codes.append(f"TypedRef({code}, {type_!r})" if type_ else code)
            else:
                codes.append(self.expression(argument)[0])
        return f"({', '.join(codes)}{',' if codes else ''})"

    def is_place(self, argument: s.Expr) -> bool:
        """Whether an expression names a variable, an element or a field."""
        match argument:
            case s.Name(name=name):
                symbol = self.variable(name)
                return symbol is None or isinstance(symbol, Variable)
            case s.Call(function=s.Name(name=name), args=args) if args:
                return isinstance(self.variable(name), Variable)
            case s.Member(object=s.Name(name=name)):
                return isinstance(self.variable(name), Variable) or self.member_variable(argument) is not None
        return isinstance(argument, s.Member)

    def place_type(self, argument: s.Expr) -> str:
        """The declared type of a variable, or of the elements of an array variable."""
        name = argument.name if isinstance(argument, s.Name) else ""
        if isinstance(argument, s.Call) and isinstance(argument.function, s.Name):
            name = argument.function.name
        symbol = self.variable(name) if name else None
        return symbol.type if isinstance(symbol, Variable) else ""

    def direct_call(self, procedure: Procedure, codes: list[str], instance: str) -> str:
        self.project.need(procedure)
        first = ["_d + 1"]
        if procedure.module.has_instances:
            first.append(instance)
        return f"{procedure.code}({', '.join(first + codes)})"

    def writing_call(self, writer: Procedure, codes: list[str], module: Module) -> str:
        """A call of a Property Let or Set, whose last argument is the value."""
        parameters = writer.tree.parameters
        if len(parameters) != len(codes) or any(p.rest for p in parameters):
            return "raise_arguments()"
        boxed = [f"[{code}]" if is_mutated else code for code, is_mutated in zip(codes, self.project.mutated(writer))]
        return self.direct_call(writer, boxed, self.instance_of(module))

    def arguments(self, args: list[s.Expr | None]) -> str:
        codes = [self.expression(a)[0] for a in args]
        return f"({', '.join(codes)}{',' if codes else ''})"

    def named(self, tree: s.Call) -> str:
        return "{" + ", ".join(f"{name!r}: {self.expression(value)[0]}" for name, value in tree.named) + "}"

    def unary(self, tree: s.Unary) -> tuple[str, str]:
        code, kind = self.expression(tree.operand)
        if tree.op == "not":
            if kind == "B":
                return f"(not {code})", "B"
            return (f"(~{code})", kind) if kind in ("I", "L") else (f"not_({code})", "P")
        if kind == "D":
            return f"(-{code})", "D"
        return f"neg({code})", "P"

    def binary(self, tree: s.Binary) -> tuple[str, str]:
        if tree.op in ("&", "+"):
            chain = self.chain(tree)
            if chain is not None:
                return chain
        # A long chain of one-sided operators is a deep tree: take it apart without recursion.
        spine = [tree]
        while isinstance(spine[-1].left, s.Binary) and spine[-1].left.op not in ("&", "+"):
            spine.append(spine[-1].left)
        left = self.expression(spine[-1].left)
        for node in reversed(spine):
            left = self.operation(node.op, left, self.expression(node.right))
            if len(left[0]) > 400:
                temporary = self.fresh("t")
                self.emit(f"{temporary} = {left[0]}")
                left = (temporary, left[1])
        return left

    def chain(self, tree: s.Binary) -> tuple[str, str] | None:
        """`a & b & c …` and `a + b + c …` as one call, with neighbouring literals joined. None for short numeric sums."""
        op = tree.op
        operands = flat(tree)
        if op == "+" and len(operands) == 2 and not all(isinstance(x, s.Lit) and x.type == "string" for x in operands):
            return None
        folded: list[tuple[str, str]] = []
        pending: list[str] = []
        for position, operand in enumerate(operands):
            # `+` is left to right: two texts side by side may only be joined where the sum so far is text as well.
            if (
                isinstance(operand, s.Lit)
                and operand.type == "string"
                and (op == "&" or pending or not folded or folded[-1][1] == "S" or position == 0)
            ):
                pending.append(operand.value)
                continue
            if pending:
                folded.append((repr("".join(pending)), "S"))
                pending = []
            folded.append(self.expression(operand))
        if pending:
            folded.append((repr("".join(pending)), "S"))
        if len(folded) == 1:
            return folded[0]
        function = "cat" if op == "&" else "add"
        code, kind = folded[0]
        if len(folded) > 2 and not (op == "+" and all(k in NUMERIC for _, k in folded)):
            if len(folded) <= 200:
                kind = "S" if op == "&" and any(k == "S" for _, k in folded) else "P"
                return f"{function}s({', '.join(code for code, _ in folded)})", kind
            total = self.fresh("t")
            self.emit(f"{total} = {code}")
            for at in range(1, len(folded), 200):
                self.emit(f"{total} = {function}s({total}, {', '.join(code for code, _ in folded[at : at + 200])})")
            return total, "P"
        result = folded[0]
        for operand_code in folded[1:]:
            result = self.operation(op, result, operand_code)
        return result

    def operation(self, op: str, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        """One binary operation; in line where both sides are numbers of a known type."""
        (one, kind_one), (two, kind_two) = left, right
        if op in COMPARE:
            return self.comparison(op, left, right)
        if kind_one in WHOLE and kind_two in WHOLE:
            kind = "L" if "L" in (kind_one, kind_two) else "I" if "I" in (kind_one, kind_two) else "Y"
            if op in ("+", "-", "*"):
                low, high = RANGES[{"L": "long", "I": "integer", "Y": "byte"}[kind]]
                if one.isdigit() and two.isdigit():
                    value = CONSTANT[op](int(one), int(two))
                    if low <= value <= high:
                        return (f"({value})" if value < 0 else str(value)), kind
                return f"(_x if {low} <= (_x := {one} {op} {two}) <= {high} else raise_overflow())", kind
            if op in BITS:
                return f"({one} {BITS[op]} {two})", kind
            if op == "mod" and two.isdigit() and two != "0":
                return f"(_x % {two} if (_x := {one}) >= 0 else mod(_x, {two}))", kind
        if kind_one == "B" and kind_two == "B" and op in ("and", "or"):
            return f"({one} {BITS[op]} {two})", "B"
        if kind_one in NUMERIC and kind_two in NUMERIC and "D" in (kind_one, kind_two) and op in ("+", "-", "*"):
            return f"(_x if {MINUS_INFINITY} < (_x := {one} {op} {two}) < {INFINITY} else checked(_x))", "D"
        name = BINARY[op]
        if op == "like" and self.module.tree.option_compare_text:
            name = "like_t"
        kind = "P"
        if op == "&" and "S" in (kind_one, kind_two):
            kind = "S"
        elif op == "/" and kind_one in NUMERIC and kind_two in NUMERIC:
            kind = "D"
        return f"{name}({one}, {two})", kind

    def comparison(self, op: str, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        (one, kind_one), (two, kind_two) = left, right
        if kind_one in NUMERIC and kind_two in NUMERIC and op not in ("=", "<>"):
            return f"({one} {COMPARE[op]} {two})", "B"
        if kind_one in WHOLE and kind_two in WHOLE:
            return f"({one} {COMPARE[op]} {two})", "B"
        code = f"{BINARY[op]}{'_t' if self.module.tree.option_compare_text else ''}({one}, {two})"
        if kind_two in WHOLE and two.isdigit() and one.isidentifier():
            # What loops count with and branches look at is a number nearly always.
            code = f"({one} {COMPARE[op]} {two} if type({one}) is int else {code})"
        return code, "P"

    def new(self, tree: s.New) -> tuple[str, str]:
        return f"new({tree.type!r})", "V"

    def type_of_is(self, tree: s.TypeOf) -> tuple[str, str]:
        return f"type_of({self.expression(tree.operand)[0]}, {tree.type!r})", "B"

    def address_of(self, tree: s.AddressOf) -> tuple[str, str]:
        return f"address_of({tree.name!r})", "V"

    def evaluate(self, tree: s.Evaluate) -> tuple[str, str]:
        name = tree.text.lower()
        symbol = self.locals.get(name) or self.project.lookup(self.module, name)
        if symbol is not None:
            return self.symbol_value(symbol, name)
        return f"evaluated({tree.text!r})", "V"

    def by_value(self, tree: s.ByVal) -> tuple[str, str]:
        return self.expression(tree.operand)


def flat(tree: s.Binary) -> list[s.Expr]:
    """The operands of a chain of one operator, in order."""
    operands: list[s.Expr] = []
    node: s.Expr = tree
    while isinstance(node, s.Binary) and node.op == tree.op:
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


def coerced(code: str, type_: str, coerce: str) -> str:
    """Code of a value made what a variable's type is: nothing is called where it is that already."""
    if type_ in RANGES:
        low, high = RANGES[type_]
        return f"(_x if type(_x := {code}) is int and {low} <= _x <= {high} else {coerce}(_x))"
    if type_ == "string":
        return f"(_x if type(_x := {code}) is str else {coerce}(_x))"
    return f"{coerce}({code})"


EXPRESSIONS: Final[dict[type, Callable[[Compiler, Any], tuple[str, str]]]] = {
    s.Lit: Compiler.literal,
    s.Name: Compiler.name,
    s.Member: Compiler.member,
    s.Bang: Compiler.bang,
    s.Call: Compiler.call,
    s.Unary: Compiler.unary,
    s.Binary: Compiler.binary,
    s.New: Compiler.new,
    s.TypeOf: Compiler.type_of_is,
    s.AddressOf: Compiler.address_of,
    s.Evaluate: Compiler.evaluate,
    s.ByVal: Compiler.by_value,
}

STATEMENTS: Final[dict[type, Callable[[Compiler, Any], None]]] = {
    s.Bad: Compiler.bad,
    s.Nothing: Compiler.nothing,
    s.Dim: Compiler.dim,
    s.Const: Compiler.const,
    s.Assign: Compiler.assign,
    s.MidAssign: Compiler.mid_assign,
    s.Invoke: Compiler.invoke,
    s.ReDim: Compiler.redim,
    s.Erase: Compiler.erase,
    s.If: Compiler.if_,
    s.Select: Compiler.select,
    s.For: Compiler.for_,
    s.ForEach: Compiler.for_each,
    s.Do: Compiler.do,
    s.With: Compiler.with_,
    s.Label: Compiler.label,
    s.GoTo: Compiler.goto,
    s.OnJump: Compiler.on_jump,
    s.Return: Compiler.return_,
    s.OnError: Compiler.on_error,
    s.Resume: Compiler.resume,
    s.Exit: Compiler.exit,
    s.End: Compiler.end,
    s.RaiseEvent: Compiler.raise_event,
    s.FileStatement: Compiler.file,
}

GUARDED: Final = frozenset(
    (s.Assign, s.MidAssign, s.Invoke, s.ReDim, s.Erase, s.FileStatement, s.RaiseEvent, s.Bad, s.Const, s.OnJump, s.Return)
)
"""Statements that fail as a whole; blocks look after their headers themselves."""
