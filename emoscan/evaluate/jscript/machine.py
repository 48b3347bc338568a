"""The machine of JScript: what its values are to the COM world, and the one function by which a script reaches it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.com import common, shells
from emoscan.evaluate.core.encoding import memory_of
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import Emit, Machine
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, ObjectClass, Unknown, arity, display
from emoscan.evaluate.core.world import World
from emoscan.evaluate.jscript.engine import Engine, OutOfMemory, ScriptFailed, dumps, loads
from emoscan.evaluate.jscript.simplify import Simplified, literal
from emoscan.registry import sniff

MARK: Final = "\ue0f0"
END: Final = "\ue0f1"
"""Around the number of something unknown in a text of the script."""
_MARKED: Final = re.compile(f"{MARK}(\\d{{1,9}}){END}")

SHOWABLE: Final = "typeof v === 'string' || typeof v === 'number' && isFinite(v)"

CALLBACK: Final = ObjectClass("function")
MOST_ITEMS: Final = 20_000
RAN: Final = "text run as code"
"""Label of a script that was run where it was made; it is not run again by itself."""
SHOWN: Final = 4_096
LONGEST_WRITTEN: Final = 1 << 16
SNIFFED: Final = 1 << 20
HARMLESS: Final = ("text.", "image.", "audio.", "video.", "font.", "document.", "data.unknown")
"""Kinds of files that pages offer for good reasons: exports, pictures."""
MOST_LAYERS: Final = 200
MOST_REQUESTS: Final = 500
"""Of one address."""
SHORTEST_LAYER: Final = 40
"""Characters below which a text that is run as code is no layer: `eval("a+b")` in a loop, or JSON."""

METHOD: Final = re.compile(
    r"(?:abort|add|append|attach|begin|blur|cancel|clear|click|clone|close|commit|confirm|connect|copy|create|delete|detach|disconnect|doit"
    r"|echo|eject|enum|exec|exists|find|flush|focus|get|go|has|instances|invoke|items?|keys|load|log|map|minimize|move|navigate|next|open|poll"
    r"|popup|print|put|query|quit|read|recalc|refresh|register|remove|replace|requery|reset|resume|resync|rollback|run|save|scroll|select|send"
    r"|set|shell|show|shutdown|skip|sleep|spawn|start|stop|subclasses|submit|supports|suspend|terminate|test|tile|toggle|tostring|transform"
    r"|undominimize|update|verbs|wait|write)"
)
COMMAND: Final = re.compile(
    r"\s*[\"'(&]{0,3}(?:[\w%:.$~-]{0,60}[\\/]){0,8}(?:cmd|powershell|pwsh|mshta|rundll32|regsvr32|wscript|cscript|certutil|bitsadmin|msiexec|curl|wmic"
    r"|schtasks|forfiles|conhost|ssh|msbuild|finger|start|pushd|net)(?:\.exe)?[\"']?\s",
    re.IGNORECASE,
)
"""A text that Windows runs when it is pasted into its Run box or a console."""
UNIX: Final = re.compile(r"\|\s{0,9}(?:sudo\s{1,9})?(?:ba|z|da)?sh\b|\b(?:apt|apt-get|brew|sudo|chmod)\s")

PROPERTIES: Final = frozenset(
    "nextsibling readystate settings hashval startmode gettype setting state status statustext standardin opener showwindow selecteditems".split()
)
"""Names that begin like those of methods."""


class SafeArray:
    """An array of COM: bytes, or a list. Scripts see it through VBArray."""

    __slots__ = ("data",)

    def __init__(self, data: bytes | list[Any]) -> None:
        self.data = data


class JsMachine(Machine):
    """Runs one script. The engine calls `host`; what fails there is an exception of the script."""

    language = "jscript"

    def __init__(self, budget: Budget, world: World, emit: Emit, seconds: float, memory: int) -> None:
        super().__init__(budget, world, emit)
        self.handles: list[Any] = []
        self._numbers: dict[int, int] = {}
        self.ended: BaseException | None = None
        """Why the script is being stopped: it ended itself, or a limit was reached."""
        self.folding = self.asked_while_folding = False
        """Expressions are evaluated to show their values: the world is not to be asked."""
        self.requests: dict[str, int] = {}
        """How often each address was asked."""
        self.layers: set[str] = set()
        self.rewrite: Callable[[str], str] = lambda code: code
        self.foreign: Callable[[str, tuple[Any, ...]], Any] | None = None
        """Calls a procedure of the other language of a page."""
        self.wscript = shells.script_host(self)
        self.now_asked = False
        self.seconds = seconds
        self.simplified: list[Simplified] | None = None
        """The blocks of the script, once somebody has asked for them."""
        self.written: list[str] = []
        """Text without markup that a page wrote into itself."""
        Unknown.on_branch = None
        self.engine = Engine(self.host, memory, seconds)

    # ------------------------------------------------------------ the bridge

    def host(self, operation: str, request: str) -> str:
        """What the prelude calls: an operation and its arguments as JSON; the answer likewise."""
        if self.folding:
            self.asked_while_folding = True
            return '{"e":[0,"stopped"]}'
        if self.ended is not None:
            self.engine.stop()
            return '{"e":[0,"stopped"]}'
        try:
            self.spend(20 + len(request) // 64)
            arguments = [self.decode(item) for item in loads(request)]
            result = OPERATIONS[operation](self, *arguments)
            return dumps({"r": self.encode(result)})
        except ScriptError as error:
            return dumps({"e": [error.number, error.description]})
        except BaseException as stop:
            # No exception can pass through the engine: it is kept, and raised again when the engine has stopped.
            self.ended = stop
            self.engine.stop()
            return '{"e":[0,"stopped"]}'

    def encode(self, value: Any) -> Any:
        """A value of the core as JSON."""
        match value:
            case None:
                return {"u": 1}
            case bool() | int():
                return value
            case float():
                return value if math.isfinite(value) else {"n": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
            case str():
                return value
            case Unknown():
                return self.marked(value) if value.parts else {"k": self.number_of(value), "t": self.marked(value)}
            case Date():
                return {"d": (value.serial - 25569.0) * 86_400_000}
            case bytes():
                return {"o": self.number_of(SafeArray(value)), "v": 1}
            case SafeArray():
                return {"o": self.number_of(value), "v": 1}
            case list():
                return {"a": [self.encode(item) for item in value]}
            case Object(cls=cls) if cls is CALLBACK:
                return {"f": value.data["number"]}
            case Object():
                return {"o": self.number_of(value)}
        return None

    def marked(self, value: Unknown) -> str:
        return "".join(part if isinstance(part, str) else f"{MARK}{self.number_of(part)}{END}" for part in value.parts or (value,))

    def number_of(self, value: Any) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            self.grow(64)
            number = self._numbers[id(value)] = len(self.handles)
            self.handles.append(value)
        return number

    def decode(self, item: Any) -> Any:
        """A value of the script from its JSON."""
        if isinstance(item, str):
            return self.unmarked(item)
        if isinstance(item, float) and item.is_integer() and abs(item) < 1 << 53:
            return int(item)
        if isinstance(item, dict):
            match item:
                case {"o": number}:
                    return self.handles[number]
                case {"u": _}:
                    return None
                case {"a": list() as values}:
                    return SafeArray([self.decode(value) for value in values])
                case {"f": number}:
                    return Object(CALLBACK, number=number)
                case {"d": milliseconds}:
                    return Date(milliseconds / 86_400_000 + 25569.0)
                case {"n": text}:
                    return float(text)
            return str(item.get("x", ""))
        return NULL if item is None else item

    def unmarked(self, text: str) -> str | Unknown:
        """A text of the script, with what is unknown in it as such."""
        if MARK not in text:
            return text
        pieces: list[str | Unknown] = []
        at = 0
        for found in _MARKED.finditer(text):
            number = int(found[1])
            known = self.handles[number] if number < len(self.handles) else None
            pieces += [text[at : found.start()], known if isinstance(known, Unknown) else Unknown("?")]
            at = found.end()
        return Unknown.join([*pieces, text[at:]])

    # ------------------------------------------------------------ coercion, for the COM world

    def text(self, value: Any) -> str | Unknown:
        match value:
            case str() | Unknown():
                return value
            case bool():
                return "True" if value else "False"
            case int():
                return str(value)
            case float():
                return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
            case SafeArray(data=bytes() as data):
                return data.decode("latin-1")
            case SafeArray(data=list() as items):
                return ",".join(display(self.text(item)) for item in items)
            case Object() if value.cls.default:
                return self.text(self.get(value, value.cls.default))
            case Object():
                return "[object]"
        return ""

    def number(self, value: Any) -> int | float | Unknown:
        if isinstance(value, (bool, int, float, Unknown)):
            return value
        text = self.text(value)
        if isinstance(text, Unknown):
            return text
        try:
            number = int(text, 16) if text[:2].lower() == "0x" else float(text or "0")
        except (ValueError, OverflowError):
            return 0
        return int(number) if math.isfinite(number) and number == int(number) else number

    def truth(self, value: Any) -> bool:
        if isinstance(value, str):
            return value.lower() not in ("", "0", "false")
        return value is not None and value is not NULL and value is not NOTHING and (isinstance(value, (Unknown, Object)) or bool(value))

    def items(self, value: Any) -> list[Any] | None:
        if isinstance(value, SafeArray):
            return list(value.data)
        if isinstance(value, Object) and value.cls.items is not None:
            return list(islice(value.cls.items(self, value), MOST_ITEMS))
        return None

    def make_array(self, values: list[Any] | bytes, *, byte: bool = False) -> SafeArray:
        self.grow(len(values) if byte else 8 * len(values))
        return SafeArray(bytes(values) if byte else list(values))

    def bytes_of(self, value: Any) -> bytes | Unknown:
        if isinstance(value, SafeArray):
            if isinstance(value.data, bytes):
                return value.data
            return bytes(int(item) & 0xFF for item in map(self.number, value.data) if isinstance(item, (int, float)))
        text = self.text(value)
        return text if isinstance(text, Unknown) else memory_of(text)

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        if isinstance(function, Object) and function.cls is CALLBACK:
            self.engine.call("$callback", dumps([function.data["number"], [self.encode(arg) for arg in args]]))
        return None

    def index(self, value: Any, args: tuple[Any, ...]) -> Any:
        """The default member of an object, or an element of an array."""
        if isinstance(value, SafeArray):
            at = common.whole(self, args[0]) if args else 0
            return value.data[at] if 0 <= at < len(value.data) else None
        if isinstance(value, Object) and value.cls.default:
            return self.get(value, value.cls.default, args)
        return value if isinstance(value, Unknown) else self.unmodelled(f"call of {display(value)}")

    def finish(self) -> None:
        if any(piece.strip() for piece in self.written):
            self.child("".join(self.written), "text.plain", how="text that the page writes")
            self.written.clear()
        super().finish()

    def roots(self) -> Iterator[Any]:
        yield from self.handles

    # ------------------------------------------------------------ texts run as code

    def layer(self, code: Any, how: str) -> str | Unknown:
        """A text is about to be run as code: it is recorded, and rewritten as the script itself was."""
        source = self.text(code)
        shown = source if isinstance(source, str) else source.text()
        if shown not in self.layers and (len(shown) >= SHORTEST_LAYER or isinstance(source, Unknown)):
            self.layers.add(shown)
            self.effect("eval", shown[:SHOWN], how)
            if len(self.layers) <= MOST_LAYERS and (isinstance(source, str) or len(source.known()) > SHORTEST_LAYER):
                self.child(shown, "script.js", label=RAN, how=how)
        return self.rewrite(source) if isinstance(source, str) else source

    def download(self, url: str | Unknown, how: str, path: str | Unknown = "", **detail: Any) -> Unknown:
        """As any machine does; a script that asks the same address for ever waits for another answer, which this run does not give."""
        shown = display(url)
        self.requests[shown] = self.requests.get(shown, 0) + 1
        if self.requests[shown] > MOST_REQUESTS:
            raise LimitReached("rounds", MOST_REQUESTS, f"the script asks {shown[:100]} again and again")
        return super().download(url, how, path, **detail)

    # ------------------------------------------------------------ values of expressions, for readers

    def value_of(self, expression: str) -> str | None:
        """The value as a literal when it is a text or number and takes no effect; None otherwise, or when there is no time left."""
        self.folding, self.asked_while_folding = True, False
        try:
            value = self.engine.run(
                f"(function () {{ var v = ({self.rewrite(expression)}\n); return {SHOWABLE} ? JSON.stringify(v) : null }})()"
            )
        except (ScriptFailed, OutOfMemory):
            return None
        finally:
            self.folding = False
        return literal(value) if not self.asked_while_folding else None

    # ------------------------------------------------------------ names that another language has

    def names(self) -> dict[str, Any]:
        """What the script has put into the global scope: values, and functions as things to call."""
        text = self.engine.call("$names")
        return {name: self.decode(value) for name, value in loads(text).items()} if isinstance(text, str) else {}

    def take(self, name: str, value: Any) -> None:
        """Put a value into the global scope of the script."""
        self.engine.call("$take", dumps(name), dumps(self.encode(value)))

    def invoke(self, function: Object, args: tuple[Any, ...]) -> Any:
        """Call a function of the script from the other language."""
        text = self.engine.call("$invoke", dumps([function.data["number"], [self.encode(arg) for arg in args]]))
        return self.decode(loads(text)) if isinstance(text, str) else None


# ---------------------------------------------------------------- operations of the prelude

OPERATIONS: Final[dict[str, Callable[..., Any]]] = {}


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    OPERATIONS[function.__name__.strip("_")] = function
    return function


@operation
def create(machine: JsMachine, prog_id: Any = MISSING, *_: Any) -> Any:
    """`new ActiveXObject(name)`."""
    return shells.created(machine, prog_id)


@operation
def get_object(machine: JsMachine, path: Any = MISSING, prog_id: Any = MISSING, *_: Any) -> Any:
    return machine.get(machine.wscript, "GetObject", (path, prog_id))


@operation
def wscript(machine: JsMachine) -> Any:
    return machine.wscript


@operation
def get(machine: JsMachine, this: Any, name: str) -> Any:
    """The value of a property, or that the name may be one of a method: a list with nothing in it."""
    if not isinstance(this, Object):
        return Unknown(f"{name} of {display(this)}") if isinstance(this, Unknown) else None
    key = name.lower()
    member = this.cls.get.get(key)
    if member is None:
        return this.data.get(f"={key}", [])
    least, most = arity(member)
    fixed = getattr(member, "__name__", "") == "<lambda>"
    if least or (METHOD.match(key) is not None and key not in PROPERTIES) or (most and not fixed):
        return []
    return machine.get(this, name)


@operation
def has(_machine: JsMachine, this: Any, name: str) -> bool:
    """Whether a name inside `with (object)` is a member of it."""
    key = name.lower()
    return isinstance(this, Object) and (key in this.cls.get or key in this.cls.put or f"={key}" in this.data)


@operation
def value(machine: JsMachine, this: Any, name: str) -> Any:
    """The value of a property that was taken for a method."""
    return machine.get(this, name) if isinstance(this, Object) else None


@operation
def call(machine: JsMachine, this: Any, name: str, *arguments: Any) -> Any:
    machine.spend(5)
    if isinstance(this, Object):
        return machine.get(this, name, arguments)
    if isinstance(this, Unknown):
        from emoscan.evaluate.com.guess import guess

        guess(machine, this, name.lower(), arguments)
        return Unknown(f"{name} of {display(this)}"[:200])
    return None


@operation
def foreign(machine: JsMachine, name: str, *arguments: Any) -> Any:
    """Call a procedure of the other language of the page."""
    return machine.foreign(name, arguments) if machine.foreign is not None else None


@operation
def index(machine: JsMachine, this: Any, *arguments: Any) -> Any:
    """`object(arguments)`: its default member."""
    return machine.index(this, arguments)


@operation
def put(machine: JsMachine, this: Any, name: str, value: Any) -> None:
    if isinstance(this, Object):
        machine.put(this, name, (), value)


@operation
def put_index(machine: JsMachine, this: Any, name: str, value: Any, *arguments: Any) -> None:
    """`object.name(arguments) = value`, or `object(arguments) = value`."""
    if not isinstance(this, Object):
        return
    name = name or this.cls.default
    if name.lower() not in this.cls.put and name:
        holder = machine.get(this, name)
        if isinstance(holder, Object) and holder.cls.default:
            machine.put(holder, holder.cls.default, arguments, value)
            return
    machine.put(this, name, arguments, value)


@operation
def items(machine: JsMachine, this: Any) -> Any:
    """What an Enumerator or VBArray goes through."""
    found = machine.items(this)
    if found is None:
        return [] if this is None else [Unknown(f"item of {display(this)}")]
    machine.spend(len(found))
    return found


@operation
def default(machine: JsMachine, this: Any) -> Any:
    """The value an object stands for where a text or number is needed."""
    if isinstance(this, Object) and this.cls.default:
        member = this.cls.get.get(this.cls.default.lower())
        if member is not None and not arity(member)[0]:
            return machine.get(this, this.cls.default)
    return machine.text(this)


@operation
def layer(machine: JsMachine, code: Any = None, how: Any = "eval", *_: Any) -> Any:
    return machine.layer(code, display(how))


@operation
def unknown(_machine: JsMachine, why: Any) -> Unknown:
    return Unknown(display(why))


@operation
def effect(machine: JsMachine, kind: Any, value: Any, how: Any) -> None:
    machine.effect(display(kind), value if isinstance(value, Unknown) else machine.text(value), display(how))


@operation
def fact(machine: JsMachine, kind: Any, value: Any, how: Any = "") -> None:
    machine.fact(display(kind), display(value), display(how))


@operation
def download(machine: JsMachine, url: Any, how: Any) -> Unknown:
    return machine.download(machine.text(url), display(how))


@operation
def page(machine: JsMachine, html: Any, how: Any) -> None:
    """What is written to the document is a page of its own, with its scripts."""
    shown = machine.text(html)
    machine.grow(len(display(shown)))
    if "<" in display(shown):
        machine.child(shown, "text.html", how=display(how))
    elif sum(map(len, machine.written)) < LONGEST_WRITTEN:
        machine.written.append(display(shown))


@operation
def child(machine: JsMachine, code: Any, language: Any, how: Any) -> None:
    shells.evaluated(machine, machine.text(code), display(language) or "JScript", display(how))


@operation
def clipboard(machine: JsMachine, text: Any, how: Any) -> None:
    """A text is put into the clipboard: of interest when the reader of the page is to paste it where it runs."""
    command = machine.text(text)
    if COMMAND.match(display(command).replace("^", "")) is not None and UNIX.search(display(command)) is None:
        machine.fact("html.clipboard", display(command)[:SHOWN], display(how))
        machine.child(command, "script.cmd", how="command line put into the clipboard")


@operation
def file(machine: JsMachine, name: Any, content: Any, how: Any) -> None:
    """A file that a page puts together: its bytes as the characters of a text."""
    label = display(name)
    kind = "" if isinstance(content, Unknown) else sniff(content[:SNIFFED].encode("latin-1", "replace"), label)[0]
    if not kind.startswith(HARMLESS):
        machine.fact("html.smuggle", label, display(how))
    if isinstance(content, Unknown):
        machine.child(content, label=label, how=f"file made by {display(how)}")
    else:
        machine.grow(len(content))
        machine.child(content.encode("latin-1", "replace"), label=label, how=f"file made by {display(how)}")


@operation
def now(machine: JsMachine) -> float:
    """Milliseconds since 1970; each question takes a moment."""
    machine.world.pass_time(0.02)
    if not machine.now_asked:
        machine.now_asked = True
        machine.query("Date", str(machine.world.now))
    return round((common.date_of(machine.world.now).serial - 25569.0) * 86_400_000)


@operation
def random(machine: JsMachine) -> float:
    return machine.world.random.next()


@operation
def sleep(machine: JsMachine, milliseconds: Any) -> None:
    machine.world.pass_time(common.whole(machine, milliseconds) / 1000)
