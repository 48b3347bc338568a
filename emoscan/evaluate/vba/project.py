"""A macro project, linked: its modules' names, its namespace, and compiling procedures when they are first called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.arrays import Array, array_of
from emoscan.evaluate.vba.compiler import BINARY, Compiler
from emoscan.evaluate.vba.convert import NUMERIC_TYPES, default_of
from emoscan.evaluate.vba.junk import find_junk
from emoscan.evaluate.vba.library.constants import constant as library_constant
from emoscan.evaluate.vba.parser import parse, parse_expression
from emoscan.evaluate.vba.runtime import FILENAME, VbaMachine
from emoscan.evaluate.vba.symbols import (
    UNSET,
    Constant,
    Inherited,
    Module,
    Procedure,
    Reads,
    Variable,
    assigned,
    expressions,
    reads,
    statements,
    subexpressions,
)
from emoscan.parse import bundle


class Shared:
    """What the runs of one project have in common, because it follows from its source alone."""

    def __init__(self) -> None:
        self.code: dict[str, Any] = {}
        """Compiled code by its Python source."""
        self._reads: dict[int, tuple[s.Expr, Reads]] = {}
        """By the identity of an expression, which is held so that no other gets it."""
        self._junk: dict[tuple[Any, ...], tuple[s.Procedure, frozenset[int]]] = {}
        """The same by procedure, whether errors end it, and the number of names that have a meaning."""

    def reads(self, tree: s.Expr) -> Reads:
        known = self._reads.get(id(tree))
        if known is None:
            known = self._reads[id(tree)] = (tree, reads(tree))
        return known[1]

    def junk(self, compiler: Compiler, tree: s.Procedure, *key: Any) -> frozenset[int]:
        """Statements of a procedure that need not run (see junk.find_junk), which runs of one kind look for once."""
        known = self._junk.get((id(tree), *key))
        if known is None:
            known = self._junk[id(tree), *key] = (tree, find_junk(compiler, tree.body))
        return known[1]


PREFIX: Final = {"let": "=", "set": ":="}


class Project:
    """Modules by lower-case name. `host` is the application they run in (see host/), None for plain scripts."""

    def __init__(
        self,
        machine: VbaMachine,
        host: Any = None,
        *,
        vbscript: bool = False,
        shared: Shared | None = None,
        turned: bool = False,
        lenient: bool = False,
    ) -> None:
        self.machine = machine
        self.namespace = machine.namespace
        self.host = host
        self.vbscript = vbscript
        self.modules: dict[str, Module] = {}
        self.procedures: list[Procedure] = []
        self.declares: list[s.Declare] = []
        self.by_file: dict[str, Procedure] = {}
        self.public: dict[str, Any] = {}
        """Names that every module sees: public members of standard modules, enums, modules."""
        self.record_types: dict[str, s.UserType] = {}
        self.spellings: dict[str, str] = {}
        self.counter = 0
        self.instances: list[Object] = []
        self.raised: set[int] = set()
        """Handlers that the code itself called by raising their event, by the index of the procedure."""
        self.making: list[Module] = []
        """Classes whose instances are being made."""
        self.to_make: list[Variable] = []
        """Variables of modules declared `As New`, whose objects are not there yet."""
        self.shared = shared or Shared()
        self.turned = turned
        """Guards are turned round in this run (see compiler.Compiler.guard)."""
        self.lenient = lenient
        """Errors that nothing handles end no procedure in this run: what our models get wrong must not hide the rest."""
        self.guards: list[s.Expr] = []
        self.texts: dict[tuple[Any, ...], Procedure] = {}
        """Texts that were run as code, compiled."""
        self.bad_statements: list[s.Bad] = []
        """Of the texts that were run as code."""
        self._leads: dict[int, bool] = {}
        self._assigned: set[str] | None = None
        self._names: set[str] = set()
        """Every name that a module of the project gives a meaning."""
        self._built_in: dict[str, bool] = {}
        """By name: whether it is a function or constant of the language."""
        machine.project = self

    # ------------------------------------------------------------ linking

    def add(self, source: bundle.Module) -> Module:
        """Parse a module and make its names known."""
        return self.link(parse(source.source, vbscript=self.vbscript), source.name, source.type)

    def link(self, tree: s.Module, name: str, type_: str) -> Module:
        module = Module(name.lower(), type_, tree, len(self.modules), shown=name)
        self.modules[module.name] = module
        for key, spelt in tree.spellings.items():
            self.spellings.setdefault(key, spelt)
        for procedure_tree in tree.procedures:
            procedure = Procedure(procedure_tree, module, len(self.procedures))
            self.procedures.append(procedure)
            module.procedures.setdefault(procedure_tree.name + PREFIX.get(procedure_tree.kind, ""), procedure)
        for declare in tree.declares:
            module.declares[declare.name] = declare
        for record in tree.types:
            module.types[record.name] = record
            self.record_types.setdefault(record.name, record)
        for enum in tree.enums:
            module.enums[enum.name] = self.enum_members(enum)
        self._names.add(module.name)
        self._names.update(procedure.name for procedure in tree.procedures)
        self._names.update(module.declares, module.enums, *module.enums.values())
        for node in tree.statements:
            if isinstance(node, s.Const):
                module.constants.setdefault(node.name, Constant(node.value, node.type, node.public))
                self._names.add(node.name)
            elif isinstance(node, s.Dim):
                for declarator in node.variables:
                    self.declare(module, declarator, public=node.public)
        self.publish(module)
        for block in tree.classes:
            self.link(block.module, block.name, "class")
        if module.type != "standard":
            self.make_class(module)
        return module

    def declare(self, module: Module, declarator: s.Declarator, *, public: bool) -> Variable:
        """A variable of a module: a global of the namespace, or a field of each instance of a class."""
        type_ = declarator.type or module.tree.def_types.get(declarator.name[:1], "")
        array = declarator.bounds is not None
        if module.has_instances:
            variable = Variable(f"_f[{declarator.name!r}]", type_, array, public=public, declarator=declarator)
        else:
            self.counter += 1
            variable = Variable(f"g{self.counter}", type_, array, public=public, declarator=declarator)
            self.namespace[variable.code] = self.first_value(module, variable)
        module.variables.setdefault(declarator.name, variable)
        self._names.add(declarator.name)
        return variable

    def first_value(self, module: Module, variable: Variable) -> Any:
        declarator = variable.declarator
        if variable.array:
            bounds = []
            for low, high in declarator.bounds or [] if declarator is not None else []:
                lower = self.fold(low, module) if low is not None else module.tree.option_base
                upper = self.fold(high, module)
                bounds.append((lower if isinstance(lower, int) else 0, upper if isinstance(upper, int) else 0))
            return self.machine.new_array(bounds, variable.type, bool(bounds))
        if declarator is not None and declarator.new:
            if not module.has_instances:
                # Made when the first procedure runs: its class may be a module that comes later.
                self.to_make.append(variable)
                return NOTHING
            return self.new(declarator.type)
        length = self.fixed_length(declarator, module)
        return "\0" * length if length else self.default(variable.type)

    def make_objects(self) -> None:
        """The objects of module variables declared `As New`."""
        waiting, self.to_make = self.to_make, []
        for variable in waiting:
            if self.namespace.get(variable.code) is NOTHING:
                self.namespace[variable.code] = self.new(variable.type)

    def fixed_length(self, declarator: s.Declarator | None, module: Module) -> int:
        """Of a variable declared `As String * n`; 0 of any other."""
        if declarator is None or declarator.length is None:
            return 0
        length = self.fold(declarator.length, module)
        return min(length, LONGEST_FIXED) if isinstance(length, int) and length > 0 else 0

    def enum_members(self, enum: s.Enum) -> dict[str, Constant]:
        members: dict[str, Constant] = {}
        last: str = ""
        for name, tree in enum.members:
            if tree is None:
                tree = s.Binary("+", s.Name(last), s.Lit(1, "integer")) if last else s.Lit(0, "integer")
            members[name] = Constant(tree, "long")
            last = name
        return members

    def publish(self, module: Module) -> None:
        for members in module.enums.values():
            for name, member in members.items():
                self.public.setdefault(name, member)
        if module.type == "standard":
            private = module.tree.option_private
            for name, procedure in module.procedures.items():
                if procedure.tree.public or private:
                    self.public.setdefault(name.rstrip("=").rstrip(":"), procedure)
            for name, variable in module.variables.items():
                if variable.public:
                    self.public.setdefault(name, variable)
            for name, constant in module.constants.items():
                if constant.public:
                    self.public.setdefault(name, constant)
            for name, declare in module.declares.items():
                self.public.setdefault(name, declare)

    def make_class(self, module: Module) -> None:
        """The object class behind a class, document or form module."""
        base = self.host.base_class(module) if self.host is not None and module.type != "class" else None
        # A sheet stays a Worksheet to TypeName, whatever its module is called; a form does not.
        cls = module.cls = ObjectClass(base.name if base is not None and module.type == "document" else module.shown, parent=base)
        if base is not None:
            cls.missing = base.missing
        for key, procedure in module.procedures.items():
            name = key.rstrip("=").rstrip(":")
            if key.endswith("="):
                cls.put[name] = self.bound_writer(procedure)
            else:
                cls.get[name] = self.bound(procedure)
            if procedure.tree.default or module.tree.attributes.get(f"default:{name}"):
                cls.default = name
        for interface in module.tree.implements:
            # Callers know the members by the names they have in the interface.
            prefix = f"{interface.lower().rpartition('.')[2]}_"
            for key, procedure in module.procedures.items():
                if key.startswith(prefix):
                    name = key.removeprefix(prefix).rstrip("=").rstrip(":")
                    table, member = (cls.put, self.bound_writer(procedure)) if key.endswith("=") else (cls.get, self.bound(procedure))
                    table.setdefault(name, member)
        for name, variable in module.variables.items():
            self.publish_field(cls, name, variable)
        if module.type != "class":
            module.instance = Object(cls)
            module.instance.data["module"] = module
            if self.host is not None:
                self.host.bind(module)

    def bound(self, procedure: Procedure) -> Callable[..., Any]:
        def member(_machine: VbaMachine, this: Object, *args: Any) -> Any:
            return self.invoke(procedure, args, this)

        return member

    def bound_writer(self, procedure: Procedure) -> Callable[..., Any]:
        def member(_machine: VbaMachine, this: Object, *args: Any) -> None:
            self.invoke(procedure, args, this)

        return member

    def publish_field(self, cls: ObjectClass, name: str, variable: Variable) -> None:
        if variable.code.startswith("g"):
            code = variable.code
            cls.get[name] = lambda _m, _this: self.namespace[code]

            def put(_machine: VbaMachine, _this: Object, value: Any) -> None:
                self.namespace[code] = value
        else:
            cls.get[name] = lambda _m, this: this.data[name]

            def put(_machine: VbaMachine, _this: Object, value: Any) -> None:
                _this.data[name] = value

        cls.put[name] = put

    # ------------------------------------------------------------ what names mean

    def lookup(self, module: Module, name: str) -> Any:
        """The meaning of a name in a module, after its locals.

        A Variable, Constant, Procedure, Module, Declare, Inherited, enum (dict), or the name itself (str) of something in the
        library or the host. None for a name nobody knows.
        """
        if name in self._names:
            found = self.own(module, name)
            if found is not None:
                return found
        if module.type in ("document", "form") and self.host is not None and self.host.is_member(module, name):
            return Inherited(module, name)
        if name in self._names:
            found = self.of_others(name)
            if found is not None:
                return found
        return self.library(name)

    def own(self, module: Module, name: str) -> Any:
        """The meaning that a module itself gives a name."""
        for table in (module.variables, module.procedures, module.constants, module.declares, module.enums):
            if name in table:
                return table[name]
        for key in (f"{name}=", f"{name}:="):
            if key in module.procedures:
                return module.procedures[key]
        return next((members[name] for members in module.enums.values() if name in members), None)

    def of_others(self, name: str) -> Any:
        """The meaning that the project's modules give a name for all of them."""
        found = self.public.get(name) or self.modules.get(name)
        if found is not None:
            return found
        return next((other.enums[name] for other in self.modules.values() if name in other.enums), None)

    def library(self, name: str) -> str | None:
        known = self._built_in.get(name)
        if known is None:
            known = self._built_in[name] = self.is_builtin(name) or library_constant(name)[0]
        return name if known or (self.host is not None and self.host.knows(name)) else None

    def library_constant(self, name: str) -> tuple[bool, Any]:
        return library_constant(name)

    def is_builtin(self, name: str) -> bool:
        return library.knows(name, vbscript=self.vbscript)

    def builtin_code(self, name: str) -> str:
        code = f"b_{name}"
        if code not in self.namespace:
            self.namespace[code] = library.FUNCTIONS[name]
        return code

    def builtin_type(self, name: str) -> str:
        """Static type of the result. VBScript has nothing but Variants, whose arithmetic widens."""
        found = library.RESULTS[name]
        return "P" if self.vbscript and found in "ILYD" else found

    @staticmethod
    def builtin_arity(name: str) -> tuple[int, int]:
        return library.ARITY[name]

    @staticmethod
    def builtin_parameters(name: str) -> tuple[str, ...]:
        return library.PARAMETERS[name]

    def spelling(self, name: str) -> str:
        return self.spellings.get(name, name)

    def object_code(self, module: Module) -> str:
        code = f"o{module.index}"
        if code not in self.namespace:
            self.namespace[code] = module.instance if module.instance is not None else NOTHING
        return code

    def default(self, type_: str) -> Any:
        """The value variables of a type begin with; a new record for a user-defined type."""
        if type_ in self.record_types:
            return self.record(self.record_types[type_])
        if type_ in NUMERIC_TYPES or type_ in ("", "variant", "string", "object", "decimal", "any"):
            return default_of(type_)
        for module in self.modules.values():
            if type_ in module.enums:
                return 0
        return NOTHING

    def default_code(self, _module: Module, type_: str) -> str:
        value = self.default(type_)
        if value is NOTHING:
            return "NOTHING"
        if type(value) is Object:
            return f"new_record({type_!r})"
        if type_ == "date":
            return "Date(0.0)"
        return repr(value)

    def record(self, type_: s.UserType) -> Object:
        made = Object(RECORD)
        for field in type_.fields:
            if field.bounds is not None:
                variable = Variable("", field.type, array=True, declarator=field)
                made.data[field.name] = self.first_value(EMPTY_MODULE, variable)
            else:
                length = self.fixed_length(field, EMPTY_MODULE)
                value = "\0" * length if length else self.default(field.type) if field.type != type_.name else NOTHING
                made.data[field.name] = value
        return made

    def filler(self, type_: str) -> Callable[[int], list[Any]] | None:
        if type_ not in self.record_types:
            return None
        record = self.record_types[type_]
        return lambda count: [self.record(record) for _ in range(count)]

    def converter(self, type_: str) -> Callable[[Any], Any] | None:
        """The function that coerces to the element type of an array."""
        code = f"to_{type_ if type_ != 'longptr' else 'longlong'}"
        return self.namespace.get(code)

    def static_variable(self, procedure: Procedure | None, declarator: s.Declarator) -> str:
        self.counter += 1
        code = f"g{self.counter}"
        assert procedure is not None
        variable = Variable(code, declarator.type, declarator.bounds is not None, declarator=declarator)
        self.namespace[code] = self.first_value(procedure.module, variable)
        return code

    def implicit_global(self, module: Module, name: str) -> Variable:
        """Code outside procedures: a name nobody declared is a variable of the module."""
        variable = self.declare(self.outside(module), s.Declarator(name), public=True)
        self.public.setdefault(name, variable)
        return variable

    def declare_index(self, declare: s.Declare) -> int:
        if declare not in self.declares:
            self.declares.append(declare)
        return self.declares.index(declare)

    def assigned_names(self) -> set[str]:
        """Names that some statement of the project assigns to."""
        if self._assigned is None:
            trees = [node for module in self.modules.values() for node in module.tree.statements]
            bodies = [trees, *(procedure.tree.body for procedure in self.procedures)]
            self._assigned = {name for body in bodies for node in statements(body) for name in assigned(node)}
        return self._assigned

    # ------------------------------------------------------------ constants

    def constant_value(self, symbol: Constant, module: Module) -> tuple[bool, Any]:
        if not symbol.known:
            symbol.known = True
            symbol.value = self.fold(symbol.tree, module)
        if symbol.value is FOLDING_FAILED:
            return False, None
        return True, symbol.value

    def fold(self, tree: s.Expr, module: Module) -> Any:
        """The value of a constant expression, FOLDING_FAILED when it is none."""
        operators = self.machine.operators
        match tree:
            case s.Lit(type="date" | "null" | "nothing"):
                return FOLDING_FAILED
            case s.Lit():
                return tree.value
            case s.ByVal():
                return self.fold(tree.operand, module)
            case s.Unary():
                inner = self.fold(tree.operand, module)
                if inner is FOLDING_FAILED:
                    return inner
                return operators.not_(inner) if tree.op == "not" else operators.neg(inner)
            case s.Name():
                symbol = self.lookup(module, tree.name)
                if isinstance(symbol, Constant) and symbol.tree is not tree:
                    known, value = self.constant_value(symbol, module)
                    return value if known else FOLDING_FAILED
                if isinstance(symbol, str):
                    known, value = library_constant(symbol)
                    return value if known else FOLDING_FAILED
                return FOLDING_FAILED
            case s.Binary():
                return self.fold_chain(tree, module)
            case s.Call(function=s.Name(name=name), args=[argument]) if name in ("chr", "chrw") and argument is not None:
                code = self.fold(argument, module)
                try:
                    return library.FUNCTIONS[name](self.machine, code) if isinstance(code, int) else FOLDING_FAILED
                except ScriptError:
                    return FOLDING_FAILED
        return FOLDING_FAILED

    def fold_chain(self, tree: s.Binary, module: Module) -> Any:
        spine: list[s.Binary] = []
        node: s.Expr = tree
        while isinstance(node, s.Binary):
            spine.append(node)
            node = node.left
        value = self.fold(node, module)
        for operation in reversed(spine):
            right = self.fold(operation.right, module)
            if value is FOLDING_FAILED or right is FOLDING_FAILED:
                return FOLDING_FAILED
            try:
                value = getattr(self.machine.operators, FOLDABLE[operation.op])(value, right)
            except (KeyError, ScriptError):
                return FOLDING_FAILED
        return value

    # ------------------------------------------------------------ by reference

    def mutated(self, procedure: Procedure) -> tuple[bool, ...]:
        """By parameter: whether it is passed by reference and the procedure, or one it passes it on to, assigns to it."""
        if procedure.mutated is not None:
            return procedure.mutated
        tree = procedure.tree
        if procedure.analysing:
            return tuple(False for _ in tree.parameters)
        procedure.analysing = True
        names = {p.name for p in tree.parameters if p.by_ref and not p.rest and not p.array}
        found: set[str] = set()
        if self.runs_text(procedure):
            found = names
        elif names:
            compiler = Compiler(self, procedure.module)
            for node in statements(tree.body):
                found |= names & assigned(node)
                for expression in expressions(node):
                    for call in self.shared.reads(expression).calls:
                        if found < names:
                            found |= names & compiler.passed_by_reference(call)
        procedure.analysing = False
        procedure.mutated = tuple(p.name in found for p in tree.parameters)
        return procedure.mutated

    def runs_text(self, procedure: Procedure) -> bool:
        """Whether a procedure of VBScript has texts run as code (`Execute`, `Eval`), which may use its variables."""
        if not self.vbscript:
            return False
        if procedure.runs_text is None:
            procedure.runs_text = any(
                name in ("execute", "eval")
                for node in statements(procedure.tree.body)
                for tree in expressions(node)
                for name in self.shared.reads(tree).names
            )
        return procedure.runs_text

    # ------------------------------------------------------------ compiling and calling

    def junk(self, compiler: Compiler, tree: s.Procedure) -> frozenset[int]:
        return self.shared.junk(compiler, tree, self.lenient, len(self._names))

    def need(self, procedure: Procedure) -> None:
        """Make sure the procedure's name is in the namespace: at first as a stub that compiles it when it is called."""
        code = procedure.code
        if code in self.namespace:
            return

        def stub(*args: Any) -> Any:
            return self.compiled(procedure)(*args)

        self.namespace[code] = stub

    def compiled(self, procedure: Procedure) -> Callable[..., Any]:
        if procedure.function is None:
            file = f"{FILENAME}{procedure.index}"
            self.by_file[file] = procedure
            source, procedure.lines = Compiler(self, procedure.module, procedure).compile_procedure()
            self.machine.spend(len(procedure.lines))
            procedure.trace = [0] + [UNSET] * len(procedure.slots)
            self.namespace[procedure.trace_code] = procedure.trace
            self.execute(source, file)
            procedure.function = self.namespace[procedure.code]
        return procedure.function  # type: ignore[no-any-return]

    def execute(self, source: str, file: str) -> None:
        """Run generated Python source: code we wrote ourselves, in which all of the sample is quoted literals."""
        code = self.shared.code.get(source)
        if code is None:
            code = self.shared.code[source] = compile(source, file, "exec")
        exec(code, self.namespace)  # noqa: S102

    # ------------------------------------------------------------ guards

    def remember_guard(self, test: s.Expr) -> int:
        self.guards.append(test)
        return len(self.guards) - 1

    def leads_to_effect(self, compiler: Compiler, block: list[s.Statement]) -> bool:
        """Whether a block, or a procedure it calls, does anything beyond computing."""
        for node in statements(block):
            for tree in expressions(node):
                for part in subexpressions(tree):
                    if isinstance(part, (s.Name, s.Member)):
                        if part.name in SINKS:
                            return True
                        callee = compiler.variable(part.name) if isinstance(part, s.Name) else None
                        if isinstance(callee, Procedure) and self._procedure_leads(callee):
                            return True
        return False

    def _procedure_leads(self, procedure: Procedure) -> bool:
        known = self._leads.get(procedure.index)
        if known is None:
            self._leads[procedure.index] = False
            known = self._leads[procedure.index] = self.leads_to_effect(Compiler(self, procedure.module), procedure.tree.body)
        return known

    def argument_of_event(self, parameter: s.Parameter) -> Any:
        """What the host passes for a parameter of an event: False for Cancel, nothing known for objects."""
        value = self.default(parameter.type)
        return Unknown(f"event argument {self.spelling(parameter.name)}") if value is NOTHING or value is None else value

    def invoke(self, procedure: Procedure, args: tuple[Any, ...], instance: Any = None) -> Any:
        """Call a procedure with values, as the host or `Application.Run` does. Surplus arguments are an error, as there."""
        if self.to_make:
            self.make_objects()
        depth = self.machine.depth() + 1
        parameters = procedure.tree.parameters
        made: list[Any] = []
        rest = bool(parameters) and parameters[-1].rest
        if len(args) > len(parameters) and not rest:
            raise library.wrong_arguments()
        for position, (parameter, is_mutated) in enumerate(zip(parameters, self.mutated(procedure))):
            if parameter.rest:
                made.append(array_of(list(args[position:])))
                break
            value = args[position] if position < len(args) else MISSING
            made.append([value] if is_mutated else value)
        first: list[Any] = [depth]
        if procedure.module.has_instances:
            first.append(instance)
        return self.compiled(procedure)(*first, *made)

    def run_statements(self, source: str, module: Module, scope: dict[str, Any] | None = None) -> Any:
        """Run text as code in a module (VBScript's own code, `Execute`).

        `scope`: variables of the procedure that runs it, by name: values in boxes, arrays as they are.
        """
        scope = scope or {}
        known = self.same_text("statements", source, module, scope)
        if known in self.texts:
            return self.call_shell(self.texts[known], scope)
        tree = parse(source, vbscript=True)
        for key, spelt in tree.spellings.items():
            self.spellings.setdefault(key, spelt)
        self.bad_statements += tree.errors
        self.declare_text(tree, self.outside(module))
        shell = self.shell(tree.statements, module)
        self.compile_shell(shell, Compiler(self, module).compile_statements, tree.statements, scope)
        self.texts[self.same_text("statements", source, module, scope)] = shell
        return self.call_shell(shell, scope)

    def outside(self, module: Module) -> Module:
        """Where names belong that code in a class makes up while it runs: objects that are there already have no place for them."""
        if not module.has_instances:
            return module
        return next((other for other in self.modules.values() if not other.has_instances), module)

    def declare_text(self, tree: s.Module, module: Module) -> None:
        """Make known what a text that is run as code declares."""
        for procedure_tree in tree.procedures:
            procedure = Procedure(procedure_tree, module, len(self.procedures))
            self.procedures.append(procedure)
            module.procedures[procedure_tree.name + PREFIX.get(procedure_tree.kind, "")] = procedure
            self.public[procedure_tree.name] = procedure
            self._names.add(procedure.name)
        for block in tree.classes:
            self.link(block.module, block.name, "class")
        for node in tree.statements:
            if isinstance(node, s.Const):
                module.constants[node.name] = Constant(node.value, node.type)
                self._names.add(node.name)
            elif isinstance(node, s.Dim):
                for declarator in node.variables:
                    if declarator.name not in module.variables:
                        self.public[declarator.name] = self.declare(module, declarator, public=True)

    def shell(self, body: list[s.Statement], module: Module) -> Procedure:
        """The procedure that code outside procedures is run as; it has no name."""
        made = Procedure(s.Procedure("", "sub", [], "", body, 1, 1), module, len(self.procedures))
        self.procedures.append(made)
        self.by_file[f"{FILENAME}{made.index}"] = made
        return made

    def same_text(self, what: str, text: str, module: Module, scope: dict[str, Any]) -> tuple[Any, ...]:
        """What two texts have in common that compile to the same code: a loop may run one a thousand times."""
        kinds = tuple((name, type(value) is Array) for name, value in scope.items())
        return what, text, module.index, kinds, len(self.public), len(module.procedures), len(module.variables), len(self.modules)

    def compile_shell(self, shell: Procedure, compiled: Callable[..., Any], tree: Any, scope: dict[str, Any]) -> None:
        source, shell.lines = compiled(tree, shell, scope)
        self.machine.spend(len(shell.lines))
        shell.trace = [0] + [UNSET] * len(shell.slots)
        self.namespace[shell.trace_code] = shell.trace
        self.execute(source, f"{FILENAME}{shell.index}")

    def call_shell(self, shell: Procedure, scope: dict[str, Any]) -> Any:
        depth = self.machine.depth() + 1
        if depth > self.machine.budget.limits.call_depth:
            self.machine.too_deep()
        return self.namespace[shell.code](depth, *scope.values())

    def find(self, name: str) -> Procedure | None:
        """A procedure by the name Application.Run takes: `proc`, `Module.proc`, `Project.Module.proc`, `'book.xls'!proc`."""
        wanted = name.strip().lower().rpartition("!")[2].strip("'")
        parts = wanted.split(".")
        if len(parts) > 1:
            module = self.modules.get(parts[-2])
            if module is not None and parts[-1] in module.procedures:
                return module.procedures[parts[-1]]
        for module in self.modules.values():
            if parts[-1] in module.procedures:
                return module.procedures[parts[-1]]
        return None

    # ------------------------------------------------------------ objects and the host

    def new(self, type_: str) -> Any:
        """`New type`: an instance of a class of the project, or a COM object."""
        name = type_.rpartition(".")[2]
        module = self.modules.get(name)
        if module is not None and module.cls is not None:
            if module.instance is not None:
                return module.instance
            if module in self.making:
                return NOTHING  # a field `As New` of its own class: in VBA it is made when it is used
            return self.instantiate(module)
        made = self.machine.create(NEW_TYPES.get(type_, type_))
        return Unknown(f"New {self.spelling(type_)}") if made is None else made

    def instantiate(self, module: Module) -> Object:
        assert module.cls is not None
        made = Object(module.cls)
        self.making.append(module)
        try:
            for name, variable in module.variables.items():
                made.data[name] = self.first_value(module, variable)
        finally:
            self.making.pop()
        self.machine.grow(64 + 64 * len(module.variables))
        self.instances.append(made)
        start = module.procedures.get("class_initialize")
        if start is not None:
            self.invoke(start, (), made)
        return made

    def raise_event(self, source: Object, name: str, args: tuple[Any, ...]) -> None:
        """Call the handlers in variables declared `WithEvents` that hold the object an event comes from."""
        for module in list(self.modules.values()):
            for holder in module.event_sources():
                procedure = module.procedures.get(f"{holder}_{name}")
                if procedure is None:
                    continue
                self.raised.add(procedure.index)
                if module.has_instances:
                    self.machine.spend(len(self.instances))
                    for instance in [i for i in self.instances if i.cls is module.cls and i.data.get(holder) is source]:
                        self.invoke(procedure, args, instance)
                elif self.namespace.get(module.variables[holder].code) is source:
                    self.invoke(procedure, args)

    def events_of_instances(self) -> Iterator[tuple[Procedure, Object]]:
        """What still runs in objects of classes: handlers of events of objects they hold (`WithEvents`), and their end."""
        for instance in list(self.instances):
            module = next((m for m in self.modules.values() if m.cls is instance.cls), None)
            if module is None:
                continue
            for name in module.event_sources():
                if type(instance.data.get(name)) is Object:
                    handlers = ((key, p) for key, p in module.procedures.items() if key.startswith(f"{name}_"))
                    yield from ((p, instance) for _, p in handlers if p.index not in self.raised)
            end = module.procedures.get("class_terminate")
            if end is not None:
                yield end, instance

    def host_value(self, name: str) -> Any:
        return self.host.value(name) if self.host is not None else self.machine.unmodelled(self.spelling(name))

    def host_call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if self.host is None:
            return self.machine.unmodelled(self.spelling(name))
        return self.host.call(name, args, named)

    def host_put(self, name: str, value: Any) -> None:
        if self.host is not None:
            self.host.put(name, value)

    def evaluate(self, expression: str) -> Any:
        if self.host is not None:
            return self.host.evaluate(expression)
        return Unknown(f"[{expression}]")

    def eval_expression(self, text: str, module: Module, scope: dict[str, Any] | None = None) -> Any:
        """`Eval` of VBScript."""
        scope = scope or {}
        shell = self.texts.get(self.same_text("expression", text, module, scope))
        if shell is None:
            tree = parse_expression(text)
            if tree is None:
                raise ScriptError(1002, "Syntax error")
            shell = self.shell([], module)
            self.compile_shell(shell, Compiler(self, module).compile_expression, tree, scope)
            self.texts[self.same_text("expression", text, module, scope)] = shell
        return self.call_shell(shell, scope)


FOLDING_FAILED: Final = object()

LONGEST_FIXED: Final = 65526
"""Of texts with a fixed length (Microsoft's data type summary: about 64 K)."""

FOLDABLE: Final = {sign: BINARY[sign] for sign in ("+", "-", "*", "/", "\\", "mod", "^", "&", "and", "or", "xor")}

RECORD: Final = ObjectClass("record")

SINKS: Final = frozenset(
    "shell create createobject getobject run exec shellexecute shellexecutea shellexecutew callbyname createprocess createprocessa winexec "
    "urldownloadtofile urldownloadtofilea urldownloadtofilew send savetofile createtextfile executeexcel4macro createthread virtualalloc "
    "rtlmovememory createremotethread saveas followhyperlink navigate navigate2 sendkeys ontime execute executeglobal eval".split()
)
"""Names whose call does something beyond the macro: a branch that reaches one of them is worth a look."""

EMPTY_MODULE: Final = Module("", "standard", s.Module(), -1)

NEW_TYPES: Final = {
    "collection": "vba.collection",
    "dictionary": "scripting.dictionary",
    "filesystemobject": "scripting.filesystemobject",
    "wshshell": "wscript.shell",
    "iwshruntimelibrary.wshshell": "wscript.shell",
    "wshnetwork": "wscript.network",
    "xmlhttp": "msxml2.xmlhttp",
    "xmlhttp60": "msxml2.xmlhttp.6.0",
    "serverxmlhttp": "msxml2.serverxmlhttp",
    "serverxmlhttp60": "msxml2.serverxmlhttp.6.0",
    "winhttprequest": "winhttp.winhttprequest.5.1",
    "domdocument": "msxml2.domdocument",
    "domdocument60": "msxml2.domdocument.6.0",
    "stream": "adodb.stream",
    "regexp": "vbscript.regexp",
    "shell32.shell": "shell.application",
    "dataobject": "msforms.dataobject",
    "outlook.application": "outlook.application",
    "application": "word.application",
}
"""Classes of referenced libraries, by the names `New` knows them, and the ProgID that makes them."""


def _field(machine: VbaMachine, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    key = name.lower()
    if key not in this.data:
        raise ScriptError(461, "Method or data member not found")
    return machine.index(this.data[key], args) if args else this.data[key]


RECORD.missing = _field
