"""Evaluation of one command line or batch file, from its text to effects and children."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from emoscan.budget import Budget
from emoscan.evaluate.cmd.builtins import INTERNAL
from emoscan.evaluate.cmd.filters import FILTERS
from emoscan.evaluate.cmd.machine import CmdMachine
from emoscan.evaluate.cmd.parser import DELIMITERS, parse
from emoscan.evaluate.cmd.programs import KNOWN, PROGRAMS
from emoscan.evaluate.cmd.syntax import Block, Chain, Simple
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.world import DEFAULT_NOW, World
from emoscan.model import SIMPLIFIED, Child, Fact, Problem, Yield
from emoscan.parse.commandline import program, program_name
from emoscan.parse.lazy import lazy
from emoscan.parse.psargs import calls, undecoded, yields_of

_CARETS: Final = lazy(r"(?<=[\w:/.-])\^(?=[\w:/.-])")

_LOOP_IN_FILE: Final = lazy(r"\bfor\b[^%\n]{0,200}%%\S\s{1,20}in\b", 2)  # re.IGNORECASE

_VARIABLE: Final = lazy(r"%\w{2,40}%")

FEW: Final = {"caret": 5, "substring": 3, "set": 8, "for_coded": 5}
"""How often a trick is played at least where it is one."""

FACTS: Final = {
    "caret": ("obfuscation.caret", "carets inside words"),
    "substring": ("obfuscation.substring", "letters cut out of variables"),
    "set": ("obfuscation.concatenation", "variables set one after the other"),
    "for_coded": ("obfuscation.for_coded", "letters put together in a FOR loop"),
}

GUESSED: Final = 0.5
"""Confidence of what shows only when each IF goes the other way."""

_EFFECTS: Final = frozenset(("effect.query",))


class _Watch:
    """Passes on what a run emits, each thing once."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.seen: set[Any] = set()
        self.telling = 0
        self.powershell = 0
        self.confidence = 1.0

    def __call__(self, item: Yield) -> None:
        key: Any
        match item:
            case Fact():
                key = (item.kind, item.value, item.how)
                self.telling += item.kind.startswith("effect.") and item.kind not in _EFFECTS
                if self.confidence < item.confidence:
                    item = replace(item, confidence=self.confidence)
            case Child():
                key = (item.kind, item.data, item.label)
                self.telling += 1
                self.powershell += item.kind == "script.powershell"
            case Problem():
                key = (item.sort, item.message)
        if key not in self.seen:
            self.seen.add(key)
            self.emit(item)


def evaluate(
    text: str,
    budget: Budget,
    emit: Emit,
    names: tuple[str, ...] = (),
    now: datetime = DEFAULT_NOW,
    *,
    files: Iterable[tuple[str, str, bytes]] = (),
    powershell: Callable[[str, Budget, World], str] | None = None,
) -> None:
    """Run a command line, or a batch file when its name or its lines say so; `emit` takes what arises.

    `files`: (name, kind, content) of what the text came out of, which it may read. `powershell`: what a command of PowerShell prints.

    Raises LimitReached when the budget is used up; what was found until then has been emitted.
    """
    watch = _Watch(emit)
    carets = len(_CARETS.findall(text))
    files = list(files)

    def start() -> CmdMachine:
        machine = CmdMachine(budget, World(budget, now=now), watch)
        machine.printed_by_powershell = powershell
        for name, kind, content in files:
            machine.world.bring(name, kind, content)
        return machine

    machine = start()
    machine.tricks["caret"] = carets
    try:
        run(machine, text, names)
        if not watch.telling and (machine.asked_branches or machine.missed) and not machine.tricks.get("for_coded"):
            watch.confidence = GUESSED
            again = start()
            again.turned = again.supposes = True
            run(again, text, names)
    finally:
        report(machine, text, watch)


def run(machine: CmdMachine, text: str, names: tuple[str, ...]) -> None:
    batch = batch_name(text, names)
    try:
        if batch:
            as_file(machine, text, batch)
        else:
            as_line(machine, text.strip("\r\n\0 \t"))
    except ScriptEnd:
        pass
    finally:
        machine.finish()


def batch_name(text: str, names: tuple[str, ...]) -> str:
    """The name of the batch file that the text is; empty for a command line."""
    name = next((name for name in names if name.lower().endswith((".bat", ".cmd"))), "")
    if name:
        return name
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 or (lines and _LOOP_IN_FILE.search(lines[0])):
        return "start.bat"
    return ""


def as_file(machine: CmdMachine, text: str, name: str) -> None:
    world = machine.world
    folder, _, last = name.replace("/", "\\").rpartition("\\")
    world.directory = folder if folder[1:2] == ":" else rf"{world.profile.home}\Downloads"
    path = rf"{world.directory}\{last}"
    if world.files.read(path) is None:
        world.files.write(path, text.encode("utf-8", "surrogatepass"))
    machine.run_file(path, "")


def as_line(machine: CmdMachine, text: str) -> None:
    """A command line: typed into cmd.exe, or handed to Windows by some program, which then sees no `&` or `|` in it."""
    line = machine.world.expand(text)
    written, _ = program(line)
    name = program_name(written)
    if not written or any(sign in written for sign in ("^", '"', ":~")):
        machine.run_line(text)
    elif name in ("cmd", "command") or (
        (name in PROGRAMS or name in KNOWN or name in FILTERS or written[1:3] == ":\\") and not _joined(text)
    ):
        machine.create_process(line)
    else:
        machine.run_line(text)


def _joined(text: str) -> bool:
    """Whether a line that begins with a program is several commands: another known one, or a file, stands behind `&` or `|`."""
    if "&" not in text and "|" not in text and ">" not in text:
        return False
    stack, first = [parse(text)], True
    while stack:
        node = stack.pop()
        if isinstance(node, Chain):
            stack.extend(reversed(node.items))
        elif isinstance(node, Block):
            stack.append(node.body)
        elif isinstance(node, Simple):
            if node.redirections:
                return True
            if not first:
                word, _ = program(node.text.lstrip(DELIMITERS + "@"))
                name = program_name(word)
                if (
                    name in INTERNAL
                    or name in PROGRAMS
                    or name in KNOWN
                    or name in FILTERS
                    or name == "cmd"
                    or "\\" in word
                    or _VARIABLE.match(word)
                ):
                    return True
            first = False
    return False


def report(machine: CmdMachine, text: str, watch: _Watch) -> None:
    """What was undone, what was run in plain words, and, where no PowerShell was seen, the calls of it that stand in the text."""
    for name, (kind, what) in FACTS.items():
        count = machine.tricks.get(name, 0)
        if count >= FEW[name]:
            watch(Fact(kind, what, detail={"count": str(count)}))
    if not watch.powershell:
        plain = text.replace("^\r\n", "").replace("^", "")
        for call in calls(plain):
            for item in yields_of(call):
                watch(item)
        if not watch.powershell and (broken := undecoded(plain)):
            watch(Problem("malformed", "encoded command", f"what {broken} is given is no encoded text; what it would run was not seen"))
    lines = "\n".join(dict.fromkeys(machine.commands))
    if lines and _squeezed(lines) not in _squeezed(text):
        machine.budget.grow(len(lines), "simplified script")
        watch(Child(lines.encode("utf-8", "surrogatepass"), "script.cmd", how=SIMPLIFIED))


def _squeezed(text: str) -> str:
    return "".join(text.lower().replace('"', "").split())
