"""The machine PowerShell runs on: accounting, effects, branches on what is unknown, layers of code, and calls.

What scripts ask of objects is in `members`, of types in `types`, of commands in `commands`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from emoscan.budget import Budget, LimitReached
from emoscan.context import Inside
from emoscan.evaluate.core import regex as rx
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import Emit, Machine
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.core.world import World
from emoscan.evaluate.powershell import convert, members, types
from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.compiler import LEAVES, Compiled, Compiler, Run, Value
from emoscan.evaluate.powershell.convert import elements, is_list, plain, simple_text, truth, unwrap
from emoscan.evaluate.powershell.flow import Break, Code, Continue, Return, Scope
from emoscan.evaluate.powershell.loops import LoopWatch
from emoscan.evaluate.powershell.operators import Operators
from emoscan.evaluate.powershell.parser import Parser
from emoscan.evaluate.powershell.values import Array, Char, Grid, Hash, NetType, Record, Thrown, char, type_name
from emoscan.evaluate.powershell.variables import automatic_variables
from emoscan.model import SIMPLIFIED, Child, Problem
from emoscan.parse.text import as_bytes

FUEL: Final = 2_048
"""Operations taken from the budget at a time."""

MOST_LAYERS: Final = 200
"""Texts run as code that become artifacts."""

SHOWN: Final = 300
"""Characters of a text run as code that its effect shows; the artifact holds it all."""

FORKS: Final = 12
"""Branches within branches on something unknown that are taken both ways."""

IDLE_FORKS: Final = 64
"""Times one test is taken both ways and nothing new is seen, before only the way is gone that went on the last time."""

ODD: Final = frozenset("backtick wildcard_command words char_codes securestring compressed cipher reverse".split())
"""What nobody writes for people to read."""

MANY: Final = 5
"""Expressions of that kind from which a script is called obfuscated."""

WITHIN_ITSELF: Final = 3
"""Times a text is run within itself: a script that starts the file it lies in goes on for ever."""

MOST_SIMPLIFIED: Final = 40
"""Layers that are also given in their plain form."""

DEEPEST_LIST: Final = 16
"""Arrays in arrays whose elements are written out."""

SPLITS: Final = 50
"""Lists of addresses whose separator is remembered."""


LETTERS_AGAIN: Final = str.maketrans("\0\a\b\f\n\r\t\v\x1b", "0abfnrtve")
"""No name holds a control character. A tick and a letter mean one where something on the way made the script lower case: `N is N, `n is not."""


class PowerShellMachine(Machine):
    language = "powershell"

    def __init__(self, budget: Budget, world: World, emit: Emit, inside: Inside | None = None) -> None:
        super().__init__(budget, world, emit)
        self._inside = inside
        self.operators = Operators(self)
        self.compiler = Compiler(self)
        self.fuel = 0
        self.used = 0
        """Operations so far."""
        self.here = 0
        """Offset of the command or call under way, in the text of its layer."""
        self.depth = 0
        self.layer = 0
        """How many texts run as code the code under way is inside of."""
        self.layers = 0
        self.deepest = 0
        self.sources: list[str] = []
        """Texts of the layers the machine is in."""
        self.layer_trees: dict[int, tuple[s.ScriptBlock, Emit]] = {}
        """Trees of the script and of texts it ran as code, and where what is found in them goes."""
        self.news = 0
        """Effects that were not seen before."""
        self.touched = 0
        """Calls that reach outside, seen before or not."""
        self.downloaded: list[str] = []
        """Addresses in the order in which they were first asked for."""
        self.listed = 0
        """How many of them a list was reported for."""
        self.skips = 0
        """Ends of loops or functions that were passed over because they depend on something unknown."""
        self.forking = 0
        self.forked: dict[Run, tuple[int, int, bool]] = {}
        """By first branch of a test that came out unknown: how often that showed nothing new, effects until then, whether the branch went on."""
        self.trying = 0
        self.errors = 0
        """Statements that failed."""
        self.loops_left = 0
        self.idle_loops: dict[int, tuple[int, int]] = {}
        """By number of a loop that was left because it showed nothing new: effects seen until then, idle rounds of its next run."""
        self.guards: frozenset[tuple[int, int]] = frozenset()
        """Tests (layer, offset) that are to be taken both ways though their outcome is known."""
        self.guard: tuple[int, int] | None = None
        """The last test whose branch ended the script."""
        self.sized: list[str] = []
        """What sizes of fetched files were compared with."""
        self.runners: list[str] = []
        self.separators: dict[str, str] = {}
        """By first piece of a list of addresses: what it was split at."""
        self.undone: dict[str, int] = {}
        """What obfuscation was undone, and how often."""
        self.aliases: dict[str, str] = {}
        self.own_enums: dict[str, tuple[str, dict[str, tuple[str, int]]]] = {}
        self.unpacked: dict[str, Unknown] = {}
        """By key of a folder: the archive that was unpacked into it."""
        self.addresses = 0x10000000
        """Where the next memory outside .NET will lie."""
        self.memories: list[tuple[int, bytearray]] = []
        self.last_copied = b""
        self.shellcodes: set[bytes] = set()
        self.clipboard: Any = None
        """Text somebody put there; None when it was not the script."""
        self.listing = 0
        """Arrays in arrays that are being written."""
        self.printed: list[Any] | None = None
        """What Write-Host shows, where somebody reads it."""
        self.said = 0
        """Messages shown."""
        self.locations: list[str] = []
        self.statics: dict[tuple[str, str], Any] = {}
        """Static properties that the script has set, by (type, name)."""
        self.imported: dict[str, Any] = {}
        """Types that Add-Type made, with the functions of libraries they declare."""
        self.class_definitions: dict[str, tuple[s.Class, Scope]] = {}
        self.version = 0
        self.random = 0
        self.top = Scope(None)
        self.top.vars.update(automatic_variables(self))
        self._known_effects: set[tuple[str, str]] = set()
        self._tree_cache: dict[str, s.ScriptBlock] = {}
        Unknown.on_branch = None

    # ------------------------------------------------------------ accounting

    def tick(self, weight: int = 1) -> None:
        self.used += weight
        self.fuel -= weight
        if self.fuel < 0:
            self.budget.spend(FUEL - self.fuel if self.fuel < -FUEL else FUEL)
            self.fuel = FUEL if self.fuel < -FUEL else self.fuel + FUEL

    def spend(self, operations: int) -> None:
        self.tick(operations)

    def roots(self) -> Iterator[Any]:
        yield self.top.vars
        for scope in self._scopes:
            yield scope.vars

    @property
    def _scopes(self) -> list[Scope]:
        return self.__dict__.setdefault("_live", [])  # type: ignore[no-any-return]

    def where(self) -> dict[str, str]:
        source = self.sources[-1] if self.sources else ""
        if len(source) > 1 << 20:
            return {}
        return {"line": str(source.count("\n", 0, self.here) + 1)} if "\n" in source else {}

    def innermost(self) -> Scope:
        """The scope of the block that runs."""
        return self._scopes[-1] if self._scopes else self.top

    # ------------------------------------------------------------ effects

    def effect(self, kind: str, value: Any, how: str = "", /, **detail: Any) -> None:
        self.touched += 1
        # what differs only in what is not known of it is nothing new
        key = (kind, value.known() if type(value) is Unknown else display(value))
        if key not in self._known_effects:
            self._known_effects.add(key)
            self.news += 1
        if self.forking:
            detail["if"] = "another branch is taken"
        super().effect(kind, value, how, **detail)

    def run(self, command: str | Unknown, how: str, **detail: Any) -> None:
        self.runners.append(how)
        super().run(command, how, **detail)

    def download(self, url: str | Unknown, how: str, path: str | Unknown = "", **detail: Any) -> Unknown:
        shown = display(url)
        if shown not in self.downloaded:
            self.downloaded.append(shown)
        if path != "" and isinstance(path, str):
            path = self.path(path)
        return super().download(url, how, path, **detail)

    def contact(self, address: str | Unknown, how: str) -> None:
        """A connection to somewhere, of which no file is known that would be fetched."""
        self.effect("connect", address, how)

    def undo(self, what: str, count: int = 1) -> None:
        """Note obfuscation that was undone: reported when the script has ended."""
        self.undone[what] = self.undone.get(what, 0) + count

    def compared(self, unknown: Unknown, other: Any) -> None:
        if "content of" in unknown.why:
            if isinstance(other, (int, float)) and type(other) is not bool:
                self.sized.append(display(other))
            return
        super().compared(unknown, other)

    def loop_left(self, rounds: int) -> None:
        self.loops_left += 1
        if self.loops_left == 1:
            message = f"a loop was left after {rounds:,} rounds; what it makes may be incomplete"
            self._emit(Problem("limit", "operations", message))

    def sleep(self, seconds: float) -> None:
        self.touched += 1
        self.world.pass_time(seconds)

    # ------------------------------------------------------------ coercion

    def text(self, value: Any) -> str | Unknown:
        known = simple_text(value)
        if known is not None:
            return known
        kind = type(value)
        if kind is Unknown:
            return value  # type: ignore[no-any-return]
        if kind is list or kind is Array or kind is bytearray:
            return self.list_text(value)
        if kind is Code:
            return str(value.tree.text)
        return members.text_of(self, value)

    def list_text(self, values: Any) -> str | Unknown:
        separator: Any = " "
        scope: Scope | None = self.innermost()
        while scope is not None:
            if "ofs" in scope.vars:
                separator = scope.vars["ofs"]
                break
            scope = scope.parent
        between = simple_text(separator)
        self.tick(len(values) // 16 + 1)
        if self.listing >= DEEPEST_LIST:
            return "System.Object[]"
        self.listing += 1
        try:
            return self.operators.joined([self.text(item) for item in values], " " if between is None else between)  # type: ignore[no-any-return]
        finally:
            self.listing -= 1

    def shown(self, value: Any) -> str:
        """A value as text, with what is not known of it in words."""
        return display(self.text(value))

    def number(self, value: Any) -> int | float | Unknown:
        return convert.number(value)

    def whole(self, value: Any, default: int = 0) -> int:
        """A whole number; the default for what is left out or not known."""
        if value is MISSING or value is None:
            return default
        result = convert.whole(value)
        return default if type(result) is Unknown else result

    def truth(self, value: Any) -> bool:
        return truth(value) is not False

    def items(self, value: Any) -> list[Any] | None:
        return list(elements(value)) if is_list(value) else None

    def make_array(self, values: list[Any] | bytes, *, byte: bool = False) -> Any:
        self.grow(len(values) if byte else 8 * len(values))
        return bytearray(values) if byte or isinstance(values, bytes) else list(values)

    def bytes_of(self, value: Any) -> bytes | Unknown:
        kind = type(value)
        if kind is bytearray:
            return bytes(value)
        if kind is Unknown:
            return value  # type: ignore[no-any-return]
        if isinstance(value, str):
            return value.encode("utf-16-le", "surrogatepass")
        held = types.cast(self, value, "byte[]")
        return bytes(held) if type(held) is bytearray else held if type(held) is Unknown else b""

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        if type(function) is Code:
            return unwrap(self.call_code(function, [(None, arg) for arg in args], None, self.top))
        return self.unmodelled(f"call of {self.shown(function)}")

    # ------------------------------------------------------------ what compiled code asks

    def enumerate(self, value: Any) -> list[Any]:
        """What a loop goes over."""
        if type(value) is Unknown:
            return [Unknown(f"one of {value.why}")] if not value.parts else [value]
        if type(value) is Object and value.cls.items is not None and "list" not in value.data:
            return [plain(item) for item, _ in zip(value.cls.items(self, value), range(100_000))]
        return elements(value)

    def cast(self, value: Any, name: str) -> Any:
        return types.cast(self, value, name)

    def caster(self, name: str) -> Callable[[Any], Any]:
        return types.caster(self, name)

    def type_named(self, name: str) -> NetType:
        return NetType(types.full_name(name))

    def is_instance(self, value: Any, type_: Any) -> Any:
        return types.is_instance(self, value, type_.name if type(type_) is NetType else self.shown(type_))

    def combine_enums(self, left: Any, right: Any, combine: Callable[[int, int], int]) -> Any:
        return types.combine_enums(self, left, right, combine)

    def operate(self, sign: str, left: Any, right: Any) -> Any:
        return members.operate(self, sign, left, right)

    def same(self, left: Any, right: Any) -> bool:
        return members.same(self, left, right)

    def order(self, left: Any, right: Any) -> Any:
        return members.order(self, left, right)

    def get_member(self, target: Any, lower: str, name: str) -> Any:
        return members.get_member(self, target, lower, name)

    def put_member(self, target: Any, name: str, value: Any) -> None:
        members.put_member(self, target, name if isinstance(name, str) else self.shown(name), value)

    def put_parameterized(self, target: Any, name: str, args: tuple[Any, ...], value: Any) -> None:
        if type(target) is Object:
            self.put(target, name, args, value)

    def static_get(self, target: Any, name: str) -> Any:
        return members.static_get(self, target, name)

    def static_put(self, target: Any, name: str, value: Any) -> None:
        members.static_put(self, target, name, value)

    def static_call(self, target: Any, name: str, args: tuple[Any, ...]) -> Any:
        return members.static_call(self, target, name, args)

    def call_method(self, target: Any, name: str, args: tuple[Any, ...], scope: Scope | None = None) -> Any:
        return members.call_method(self, target, name, args, scope or self.top)

    def call_computed(self, target: Any, name: Any, args: tuple[Any, ...], scope: Scope) -> Any:
        return members.call_computed(self, target, name, args, scope)

    def member_name(self, value: Any, _start: int) -> Any:
        """The name of a member that the script put together."""
        if isinstance(value, list):
            return [self.shown(item).translate(LETTERS_AGAIN) for item in value]
        return self.shown(value).translate(LETTERS_AGAIN)

    def index(self, held: Any, at: Any) -> Any:
        return members.index(self, held, at)

    def put_index(self, held: Any, at: Any, value: Any) -> None:
        members.put_index(self, held, at, value)

    def is_block(self, value: Any) -> bool:
        return type(value) is Code

    def create_object(self, name: str, args: tuple[Any, ...]) -> Any:
        return members.construct(self, name, args)

    # ------------------------------------------------------------ variables

    def automatic(self, name: str, _scope: Scope) -> Any:
        """A variable nobody has set."""
        return None

    def get_variable(self, scope: Scope, drive: str, name: str) -> Any:
        from emoscan.evaluate.powershell import variables

        return variables.get(self, scope, drive, name)

    def set_variable(self, scope: Scope, drive: str, name: str, value: Any) -> None:
        from emoscan.evaluate.powershell import variables

        variables.put(self, scope, drive, name, value)

    def find_variable(self, scope: Scope | None, name: str) -> Any:
        """A variable by name, None when there is none."""
        while scope is not None:
            if name in scope.vars:
                return scope.vars[name]
            scope = scope.parent
        return None

    # ------------------------------------------------------------ regular expressions

    def regex(self, pattern: str, options: int) -> rx.Regex:
        try:
            return rx.compile_regex(pattern, options)
        except rx.BadPattern as error:
            raise Thrown("System.ArgumentException", f'parsing "{pattern[:80]}" - {error}') from None

    def _counted(self, found: rx.Regex, work: Callable[[], Any]) -> Any:
        before = found.steps
        try:
            return work()
        except rx.TooManySteps:
            self._emit(
                Problem("limit", "regex_steps", f"the pattern {found.pattern[:80]!r} took too long; what it would find is not known")
            )
            return Unknown(f"matches of {found.pattern[:80]}")
        finally:
            self.tick((found.steps - before) // 32 + 1)

    def regex_search(self, text: str, pattern: str, options: int) -> rx.Match | Unknown | None:
        found = self.regex(pattern, options)
        return self._counted(found, lambda: found.search(text, 0))  # type: ignore[no-any-return]

    def regex_replace(self, text: str, pattern: str, replacement: Any, options: int, count: int = -1) -> Any:
        found = self.regex(pattern, options)
        self.tick(len(text) // 256)
        if type(replacement) is Code:
            code = replacement

            def by_code(match: rx.Match) -> str:
                self.tick(4)
                return self.shown(self.call_block_with(code, members.match_object(self, match)))

            make = by_code
        else:
            with_ = self.text(replacement)
            if type(with_) is Unknown:
                pieces: list[Any] = []
                for i, piece in enumerate(self.regex_split(text, pattern, options, 0)):
                    pieces += [with_, piece] if i else [piece]
                return Unknown.join(pieces)
            size = 0

            def by_text(match: rx.Match) -> str:
                nonlocal size
                piece = rx.expand(with_, match)
                size += len(piece)
                self.grow(size)
                return piece

            make = by_text
        return self._counted(found, lambda: found.replace(text, make, count))

    def regex_split(self, text: str, pattern: str, options: int, count: int) -> list[Any]:
        found = self.regex(pattern, options)
        self.tick(len(text) // 256)
        result = self._counted(found, lambda: found.split(text, max(count, 0)))
        return [result] if type(result) is Unknown else result

    def regex_matches(self, text: str, pattern: str, options: int) -> Any:
        found = self.regex(pattern, options)
        self.tick(len(text) // 256)

        def work() -> list[rx.Match]:
            made = []
            for match in found.matches(text):
                made.append(match)
                if not len(made) % 256:
                    self.grow(256 * 200)
            return made

        return self._counted(found, work)

    def set_matches(self, match: rx.Match | None, text: str | Unknown) -> None:
        made = Hash()
        if match is None:
            self.top.vars["matches"] = Unknown(f"matches in {text.why}") if type(text) is Unknown else made
            return
        names = {number: name for name, number in match.regex.names.items()}
        for number in range(len(match.spans)):
            if match.spans[number][0] >= 0:
                made.set(names.get(number, number), match.group(number))
        self.top.vars["matches"] = made

    def was_split(self, pieces: list[Any], separator: Any) -> None:
        """Remember what a list of addresses was split at."""
        if len(pieces) > 1 and len(self.separators) < SPLITS:
            first = pieces[0] if isinstance(pieces[0], str) else ""
            if "://" in first[:12]:
                self.separators.setdefault(first.strip().lower(), self.shown(separator)[:20])

    # ------------------------------------------------------------ branches

    def snapshot(self, scope: Scope) -> list[tuple[Scope, dict[str, Any]]]:
        saved = []
        current: Scope | None = scope
        while current is not None:
            self.tick(len(current.vars) // 16 + 1)
            saved.append((current, dict(current.vars)))
            current = current.parent
        return saved

    @staticmethod
    def restore(saved: list[tuple[Scope, dict[str, Any]]]) -> None:
        for scope, held in saved:
            scope.vars.clear()
            scope.vars.update(held)

    def fork(self, scope: Scope, out: list[Any], unknown: Unknown, first: Run, second: Run | None) -> None:
        """A test came out unknown: take the branch as though it held, then go the other way too.

        When one of the two leaves (break, return, exit, throw) and the other does not, the script goes on after the other.
        """
        self.guessed += 1
        if self.forking >= FORKS or self.depth > 32:
            first(scope, out)
            return
        idle, seen, went_on = self.forked.get(first, (0, -1, True))
        if second is not None and idle >= IDLE_FORKS and seen == self.news:
            (first if went_on else second)(scope, out)
            return
        seen = self.news
        before = self.snapshot(scope) if second is not None else []
        leave: BaseException | None = None
        try:
            first(scope, out)
        except LEAVES as error:
            leave = error
        if second is None:
            if leave is not None:
                self.passed_over(leave, scope)
            return
        after = self.snapshot(scope)
        self.restore(before)
        self.forking += 1
        other: BaseException | None = None
        written: list[Any] = []
        try:
            second(scope, written)
        except LEAVES as error:
            other = error
        finally:
            self.forking -= 1
        idle = self.forked.get(first, (0, -1, True))[0]  # the branches may have come here again
        self.forked[first] = idle + 1 if seen == self.news else 0, self.news, leave is None or other is not None
        if leave is None:
            self.restore(after)
        elif other is None:
            out.extend(written)
            self.passed_over(leave, scope)
        else:
            self.restore(after)
            raise leave

    def passed_over(self, leave: BaseException, scope: Scope) -> None:
        """A branch would have left, if it was taken."""
        self.skips += 1
        if isinstance(leave, Return) and leave.values and scope.pending is None:
            scope.pending = leave.values

    def enter_loop(self, number: int, items: list[Any] | None = None) -> LoopWatch:
        return LoopWatch(self, number, items)

    def attempt(self, scope: Scope, out: list[Any], body: Run, catches: list[tuple[list[str], Run]], final: Run | None) -> None:
        """`try`. What was fetched in its body may not have come: then the handler runs too."""
        fetched = len(self.downloaded)
        depth, layer = self.depth, self.layer
        leave: BaseException | None = None
        self.trying += 1
        try:
            body(scope, out)
        except ScriptError as error:
            self.trying -= 1
            self.depth, self.layer = depth, layer
            handler = self.handler_for(error, catches)
            leave = error if handler is None else self.handle(scope, out, handler, error)
        except (Break, Continue, Return, ScriptEnd) as jump:
            self.trying -= 1
            leave = jump
            if len(self.downloaded) > fetched and catches:
                other = self.handle(scope, out, catches[0][1], self.made_up_error())
                if other is None:
                    self.passed_over(jump, scope)
                    leave = None
        except BaseException:
            self.trying -= 1
            raise
        else:
            self.trying -= 1
            if len(self.downloaded) > fetched and catches and self.forking < FORKS:
                self.try_handler(scope, catches[0][1])
        if final is not None:
            final(scope, out)
        if leave is not None:
            raise leave

    def try_handler(self, scope: Scope, handler: Run) -> None:
        """See what a handler does, and forget what it did to the variables."""
        before = self.snapshot(scope)
        self.forking += 1
        try:
            self.handle(scope, [], handler, self.made_up_error())
        finally:
            self.forking -= 1
            self.restore(before)

    def handle(self, scope: Scope, out: list[Any], handler: Run, error: ScriptError) -> BaseException | None:
        before = scope.vars.get("_", MISSING)
        scope.vars["_"] = members.error_record(self, error)
        self.note_error(error)
        try:
            handler(scope, out)
        except LEAVES as leave:
            return leave
        finally:
            if before is MISSING:
                scope.vars.pop("_", None)
            else:
                scope.vars["_"] = before
        return None

    @staticmethod
    def made_up_error() -> Thrown:
        return Thrown("System.Net.WebException", "Unable to connect to the remote server")

    def handler_for(self, error: ScriptError, catches: list[tuple[list[str], Run]]) -> Run | None:
        type_ = error.type if isinstance(error, Thrown) else "System.Runtime.InteropServices.COMException"
        for names, handler in catches:
            if not names or any(types.derives(type_, types.full_name(name)) for name in names):
                return handler
        return None

    def failed(self, error: ScriptError, scope: Scope) -> None:
        """A statement failed. Inside `try`, or when it was thrown, that goes up; elsewhere the next statement follows."""
        fatal = isinstance(error, Thrown) and error.fatal
        traps = scope.code.tree.compiled.traps if scope.code is not None and scope.code.tree.compiled is not None else []
        for type_, body in traps:
            if not type_ or types.derives(getattr(error, "type", ""), types.full_name(type_)):
                leave = self.handle(scope, [], body, error)
                if leave is None or isinstance(leave, Continue):
                    return
                raise error if isinstance(leave, Break) else leave
        if self.trying or fatal:
            raise error
        self.note_error(error)

    def note_error(self, error: ScriptError) -> None:
        held = self.top.vars.get("error")
        if type(held) is Object and len(held.data["list"]) < 64:
            held.data["list"].insert(0, members.error_record(self, error))
        self.errors += 1
        self.top.vars["?"] = False

    def thrown(self, value: Any, scope: Scope) -> ScriptError:
        """What `throw` raises."""
        if value is None:
            current = scope.vars.get("_")
            if type(current) is Object and "error" in current.data:
                again = current.data["error"]
                if isinstance(again, ScriptError):
                    return again
        return members.to_error(self, value)

    def worked(self, run: Run, scope: Scope, out: list[Any]) -> bool:
        """Run a pipeline of `a && b`; whether it worked."""
        try:
            run(scope, out)
        except ScriptError as error:
            self.failed(error, scope)
            return False
        return True

    def switch_matches(self, item: Any, test: Any, mode: str, strict: bool, is_block: bool, scope: Scope) -> Any:
        if is_block:
            return truth(unwrap(self.call_code(test, [], None, scope, dot=True)))
        prefix = "c" if strict else ""
        table = self.operators.table
        if type(item) is Unknown:
            self.compared(item, test)
            return item
        if mode == "exact":
            return truth(table[prefix + "eq"](test, item))
        return truth(table[prefix + ("like" if mode == "wildcard" else "match")](item, test))

    # ------------------------------------------------------------ blocks and layers

    def compiled(self, tree: s.ScriptBlock) -> Compiled:
        made = tree.compiled
        if made is None:
            made = tree.compiled = Compiled(self.compiler, tree)
        return made  # type: ignore[no-any-return]

    def call_block_with(self, code: Code, value: Any) -> Any:
        """The value of a block for one `$_`, which is also its first argument."""
        scope = code.scope or self.top
        before = scope.vars.get("_", MISSING)
        scope.vars["_"] = value
        try:
            return unwrap(self.call_code(code, [(None, value)], None, scope))
        finally:
            if before is MISSING:
                scope.vars.pop("_", None)
            else:
                scope.vars["_"] = before

    def call_code(
        self,
        code: Code,
        args: list[tuple[str | None, Any]],
        input_: list[Any] | None,
        scope: Scope,
        *,
        dot: bool = False,
        this: Any = MISSING,
    ) -> list[Any]:
        """Run a block; returns its output. With `dot` it runs in the scope given, else in one of its own."""
        from emoscan.evaluate.powershell.binding import bind_block

        limit = self.budget.limits.call_depth
        if self.depth >= limit:
            if self.depth == limit:
                self.fact("eval.error", f"calls deeper than {limit}", "call depth")
            raise Thrown("System.Management.Automation.ScriptCallDepthException", "The script failed due to call depth overflow.")
        self.tick(4)
        made = self.compiled(code.tree)
        inner = scope if dot else Scope(code.scope or scope, code)
        bind_block(self, code, made, args, input_, inner, dot=dot)
        if this is not MISSING:
            inner.vars["this"] = this
        out: list[Any] = []
        self.depth += 1
        live = self._scopes
        around = inner.code
        if dot:
            inner.code = code  # its traps count, not those of what it runs in
        else:
            live.append(inner)
        try:
            self.run_parts(code, made, input_, inner, out)
        except Return as leave:
            out.extend(leave.values)
        finally:
            self.depth -= 1
            inner.code = around
            if not dot:
                live.pop()
        if inner.pending is not None and not dot:
            return inner.pending
        return out

    def run_parts(self, code: Code, made: Compiled, input_: list[Any] | None, scope: Scope, out: list[Any]) -> None:
        process = made.process
        last = made.end
        if code.filter and process is None:
            process, last = made.end, None
        if made.begin is not None:
            made.begin(scope, out)
        if process is not None:
            before = scope.vars.get("_", MISSING)
            watch = self.enter_loop(0, input_)
            for item in input_ if input_ is not None else [MISSING]:
                if not watch.round(2):
                    break
                if item is not MISSING:
                    scope.vars["_"] = item
                    self.take_from_pipe(code, scope, item)
                try:
                    process(scope, out)
                except Return as leave:
                    out.extend(leave.values)
            watch.leave()
            if before is MISSING:
                scope.vars.pop("_", None)
            else:
                scope.vars["_"] = before
        if last is not None:
            last(scope, out)

    def take_from_pipe(self, code: Code, scope: Scope, item: Any) -> None:
        for param in code.tree.params or ():
            if param.pipe == "value":
                scope.vars[param.name] = self.cast(item, param.type) if param.type else item
                return
            if param.pipe == "property" and type(item) in (Record, Hash, Object):
                value = self.get_member(item, param.name, param.name)
                if value is not None:
                    scope.vars[param.name] = value

    def parse(self, text: str) -> s.ScriptBlock:
        tree = self._tree_cache.get(text)
        if tree is None:
            self.tick(len(text) // 8 + 1)
            parser = Parser(text)
            tree = parser.script()
            if parser.ticks:
                self.undo("backtick", parser.ticks)
            if parser.cut and ("", "cut off", "") not in self._seen:
                self._seen.add(("", "cut off", ""))
                self.problem("malformed", "cut off", "the script ends inside a text in quotes; what followed was not seen")
            if len(text) < 1 << 16 and len(self._tree_cache) < 500:
                self._tree_cache[text] = tree
        return tree

    def evaluate_text(self, value: Any, how: str, scope: Scope, input_: list[Any] | None = None) -> list[Any]:
        """A text is run as code, in the scope given: one more layer. Returns its output."""
        if type(value) is Code:
            return self.call_code(value, [], input_, scope)
        text = self.text(value)
        if type(text) is Unknown:
            self.effect("eval", text, how)
            known = text.known()
            if len(known) < 8 or not any(c in known for c in "$(;|"):
                return [Unknown(f"result of {text.text()[:200]}")]
            text = "".join(part if isinstance(part, str) else " $unknown " for part in text.parts)
        text = str(text)
        if not text.strip():
            return []
        shown = text.strip()
        self.effect("eval", shown if len(shown) <= SHOWN else shown[:SHOWN] + "…", how)
        return self.in_layer(text, how, lambda: self.run_text(text, scope, input_))

    def run_text(self, text: str, scope: Scope, input_: list[Any] | None) -> list[Any]:
        tree = self.parse(text)
        self.begin_layer(tree)
        return self.call_code(Code(tree), [], input_, scope, dot=True)

    def begin_layer(self, tree: s.ScriptBlock) -> None:
        """The tree of the script, or of a text run as code, is about to be run."""
        if len(self.layer_trees) < MOST_SIMPLIFIED:
            self.layer_trees.setdefault(id(tree), (tree, self._emit))

    def simplify(self) -> None:
        """Give each layer in its plain form, where that differs by more than white space."""
        from emoscan.evaluate.powershell.simplify import simplified

        texts = [tree.text for tree, _ in self.layer_trees.values()]
        hidden: list[str] = []
        for tree, emit in self.layer_trees.values():
            found = simplified(self, tree, [text for text in texts if text is not tree.text])
            if found is None:
                continue
            text = found.text()
            self.undo("words", found.odd)
            hidden += found.hidden
            if found.folds or found.dropped or "`" in tree.text:
                self.grow(len(text))
                emit(Child(as_bytes(text), "script.powershell", how=SIMPLIFIED))
        if hidden:
            self.fact("obfuscation.name", hidden[0], count=str(len(hidden)))

    def in_layer(self, text: str, how: str, work: Callable[[], list[Any]], kind: str = "script.powershell") -> list[Any]:
        """Run work whose effects belong to a text that is an artifact of its own."""
        if self.sources.count(text) > WITHIN_ITSELF:
            return []
        emit, sources, here = self._emit, self.sources, self.here
        self.layers += 1
        if self.layers <= MOST_LAYERS and len(text) > 8:
            child = Child(as_bytes(text), kind, how=how)
            if self._inside is not None:
                parent_inside = self._inside
                self._emit, self._inside = parent_inside(child)
            else:
                parent_inside = None
                self._emit(child)
        else:
            parent_inside = self._inside
        self.sources = [*sources, text]
        self.layer += 1
        self.deepest = max(self.deepest, self.layer)
        try:
            return work()
        finally:
            self.layer -= 1
            self.sources, self.here = sources, here
            self._emit, self._inside = emit, parent_inside

    # ------------------------------------------------------------ commands

    def note_command(self, name: s.Node, operator: str) -> None:
        """A command was compiled: what its spelling says."""
        if operator and not isinstance(name, (s.Var, s.BlockExpr, s.Const)):
            self.undo("computed_command")

    def functions_changed(self) -> None:
        self.version += 1

    def command(
        self, name: str, args: list[tuple[str | None, Any]], input_: list[Any] | None, scope: Scope, operator: str = ""
    ) -> list[Any]:
        from emoscan.evaluate.powershell import commands

        return commands.call(self, name, args, input_, scope, operator)

    def call_value(self, what: Any, args: list[tuple[str | None, Any]], input_: list[Any] | None, scope: Scope, operator: str) -> list[Any]:
        """`& $x`: a block, a command or its name."""
        from emoscan.evaluate.powershell import commands

        return commands.call_value(self, what, args, input_, scope, operator)

    @staticmethod
    def splatted(value: Any) -> list[tuple[str | None, Any]]:
        if type(value) is Hash:
            return [(str(key), held) for key, held in value.items()]
        return [(None, item) for item in elements(value)]

    def write_output(self, where: Any, values: list[Any], *, append: bool) -> None:
        from emoscan.evaluate.powershell.commands import files

        files.write_lines(self, where, values, "redirection", append=append)

    def lines_of_file(self, path: Any) -> list[Any]:
        from emoscan.evaluate.powershell.commands import files

        return files.lines_of(self, self.shown(path))

    def path(self, path: str) -> str:
        """A path from where the script stands, without the name of a provider."""
        path = path.strip().strip('"')
        for provider in ("filesystem::", "microsoft.powershell.core\\filesystem::"):
            if path.lower().startswith(provider):
                path = path[len(provider) :]
        if "%" in path:
            path = self.world.expand(path)
        return self.world.absolute(path) if path else path

    def memory_at(self, address: int) -> tuple[bytearray, int] | None:
        """The memory an address without a known origin lies in, and the offset."""
        for start, memory in reversed(self.memories):
            if start <= address < start + len(memory):
                return memory, address - start
        return None

    def define_class(self, node: s.Class, scope: Scope) -> None:
        if node.enum:
            types.define_enum(self, node, scope)
        else:
            self.class_definitions[node.name.lower()] = (node, scope)

    def readable_parts(self, node: s.Bad) -> list[Run]:
        """What can be run of a statement nobody could read."""
        from emoscan.evaluate.powershell.salvage import pieces

        self.fact("eval.bad_statement", node.text[:200], node.why)
        trees = [self.parse(piece) for piece in pieces(node.text)]
        return [self.compiler.body(tree.end) for tree in trees if tree.end and not any(type(inner) is s.Bad for inner in tree.end)]

    def report_undone(self) -> None:
        """State what obfuscation was undone."""
        odd = sum(count for what, count in self.undone.items() if what in ODD)
        if odd >= MANY:
            detail = {what: str(count) for what, count in sorted(self.undone.items())}
            self.fact("obfuscation.powershell", f"{odd} obfuscated expressions", count=str(odd), **detail)
        if self.deepest:
            self.fact("eval.layers", str(self.deepest))


__all__ = ["Break", "Char", "Grid", "LimitReached", "ObjectClass", "PowerShellMachine", "Value", "char", "type_name"]
