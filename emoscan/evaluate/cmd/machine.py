"""The interpreter of cmd.exe: runs what `parser.parse` makes of lines, in the fake world.

A command line is text that was typed, a batch file is lines that can jump; they differ in what percent signs mean. Programs that
are started become effects (see `programs`), and so does what they would be given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.cmd import arithmetic
from emoscan.evaluate.cmd.expand import Template, delayed, fill, loop_template, number, path_parts, percent
from emoscan.evaluate.cmd.parser import DELIMITERS, UNKNOWN, parse
from emoscan.evaluate.cmd.syntax import Bad, Block, Chain, For, If, Node, Nothing, Redirection, Simple
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.machine import Emit, Machine
from emoscan.evaluate.core.values import Unknown, display
from emoscan.evaluate.core.world import Files, World
from emoscan.model import Yield
from emoscan.parse.commandline import cmd_call, program_name
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of

MOST_OUTPUT: Final = 4 << 20
"""Characters one command may print into a file, a pipe or a loop."""

COST: Final = 12
"""Operations that a command is worth: it takes as long as that many of a macro."""

WAITS: Final = 3
"""Rounds without a change after which a loop is left."""

SPELLED: Final = 5
"""Letters that a loop puts together before that is called a trick."""

MOST_TEMPLATES: Final = 500
"""Texts in loops of which is remembered where they name variables."""

_NAME: Final = lazy(r'(?:"[^"\n]*"?|[^"\s,;=\xa0])+')
_INTERNAL: Final = lazy(r"([A-Za-z]{2,8})(?=[\s,;=/.(:\\+\[\]\"<>|&]|\Z)")
_PICKED: Final = lazy(r"[!%][^!%\s:]{1,80}:~")


class Jump(Exception):
    """`goto`: the batch file goes on elsewhere."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class Leave(Exception):
    """`exit /b`, `goto :eof`: the batch file or subroutine ends."""


class Frame:
    """A batch file, or a subroutine of one, or a command line (no arguments, no labels)."""

    def __init__(self, lines: list[str], arguments: list[str] | None = None, path: str = "") -> None:
        self.lines = lines
        self.at = 0
        self.arguments = arguments
        self.path = path
        self.saved: list[tuple[dict[str, str], dict[str, str], bool, str]] = []
        self.jumps = 0

    def find(self, label: str) -> int:
        """Line of a label, from here on and then from the beginning; -1 for none."""
        wanted = label.lower()
        count = len(self.lines)
        for offset in range(count):
            line = self.lines[(self.at + offset) % count].lstrip(DELIMITERS)
            if line.startswith(":") and _label(line) == wanted:
                return (self.at + offset) % count
        return -1


def _label(text: str) -> str:
    text = text.lstrip(" \t:,;=")
    end = len(text)
    for sign in ' \t,;=:+&|<>"':
        found = text.find(sign)
        if 0 <= found < end:
            end = found
    return text[:end].lower()


class CmdMachine(Machine):
    """cmd.exe in a world of its own."""

    language = "cmd"

    def __init__(self, budget: Budget, world: World, emit: Emit) -> None:
        super().__init__(budget, world, emit)
        self.printed_by_powershell: Callable[[str, Budget, World], str] | None = None
        """What a command of PowerShell prints, where somebody can tell."""
        self.spelling = {name.lower(): name for name in world.profile.environment()}
        self.set_here: dict[str, str] = {}
        """Variables that the script has set, by lower-case name."""
        self.loops: dict[str, str] = {}
        self.delayed_on = False
        self.status: int | None = 0
        """Whether the last command failed; None when nobody can say."""
        self.errorlevel = 0
        self.output: list[str] | None = None
        """Where commands print to; None is the screen."""
        self.printed = 0
        self.stdin: str | Unknown | None = None
        self.piped = False
        """The command is one side of a pipe: `cmd /c` gets it, which expands percent signs once more."""
        self.frame = Frame([])
        self.depth = 0
        self.stack: list[str] = []
        self.copies: dict[str, str] = {}
        """Programs of Windows under another name: by path, the name they had."""
        self.ran: set[tuple[str, str]] = set()
        """Batch files that ran, with their arguments."""
        self.tricks: dict[str, int] = {}
        self.commands: list[str] = []
        """What was run in the end, line by line."""
        self.turned = False
        """Go the other way at each IF that asks for files, variables or results: the second try where the first shows nothing."""
        self.asked_branches = 0
        self.revision = 0
        """Grows with every change a loop could be waiting for."""
        self._jumps: dict[tuple[int, int, str], tuple[int, int]] = {}
        self._templates: dict[tuple[str, str], Template] = {}

    # ------------------------------------------------------------ what coercion means here

    def text(self, value: Any) -> str | Unknown:
        return value if isinstance(value, (str, Unknown)) else display(value)

    def number(self, value: Any) -> int | Unknown:
        return value if isinstance(value, Unknown) else number(str(value)) or 0

    def truth(self, value: Any) -> bool:
        return bool(value)

    def roots(self) -> Iterator[Any]:
        yield from self.world.environment.values()
        yield from self.loops.values()
        if self.output is not None:
            yield self.output

    # ------------------------------------------------------------ variables

    def get_variable(self, name: str) -> str | None:
        key = name.lower()
        value = self.world.environment.get(key)
        if value is not None:
            return value
        world = self.world
        if key == "cd":
            return world.directory
        if key == "errorlevel":
            return str(self.errorlevel)
        if key == "random":
            return str(int(world.random.next() * 32768))
        if key == "date":
            return world.now.strftime("%Y/%m/%d")
        if key == "time":
            return world.now.strftime("%H:%M:%S.00").rjust(11)
        if key == "cmdextversion":
            return "2"
        if key == "=exitcode":
            return f"{self.errorlevel & 0xFFFFFFFF:08X}"
        if key == "=exitcodeascii":
            return chr(self.errorlevel) if 32 < self.errorlevel < 127 else None
        if key == "cmdcmdline":
            return f"{world.environment.get('comspec', 'cmd.exe')}"
        return None

    def set_variable(self, name: str, value: str) -> None:
        key = name.lower()
        if not value:
            self.world.environment.pop(key, None)
            self.set_here.pop(key, None)
            return
        self.grow(len(value))
        if self.world.environment.get(key) != value:
            self.revision += 1
        self.world.environment[key] = value
        self.spelling.setdefault(key, name)
        self.set_here[key] = value

    def waits(self, label: str) -> bool:
        """Whether a jump goes round in a circle in which nothing changes: it would wait for ever, so the script goes on behind it."""
        key = id(self.frame), self.frame.at, label
        revision, times = self._jumps.get(key, (-1, 0))
        now = self.revision + self.effects
        times = times + 1 if revision == now else 0
        self._jumps[key] = now, times
        return times >= WAITS

    def hand_on(self, item: Yield) -> None:
        """Something another part has made of a command line."""
        self._emit(item)

    def trick(self, name: str, count: int = 1) -> None:
        """Count something that was undone."""
        self.tricks[name] = self.tricks.get(name, 0) + count

    # ------------------------------------------------------------ expansion

    def argument(self, digit: str, modifiers: str) -> str | None:
        """An argument of the batch file that runs."""
        arguments = self.frame.arguments
        if arguments is None:
            return None
        if digit == "*":
            return None if modifiers else " ".join(arguments[1:])
        index = int(digit)
        value = arguments[index] if index < len(arguments) else ""
        if not modifiers:
            return value
        if index == 0 and modifiers.strip("~"):
            value = self.frame.path or value
        return path_parts(value, modifiers.strip("~"), self.world) if value else ""

    def expand_line(self, line: str) -> str:
        if "%" not in line:
            return line
        before = line.count(":~") if ":~" in line else 0
        after = percent(line, self.get_variable, self.argument if self.frame.arguments is not None else None, self.grow)
        if before:
            self.trick("substring", max(0, before - after.count(":~")))
        return after

    def late(self, text: str) -> str:
        """The phases at the time a command runs: variables of loops, then exclamation marks."""
        if self.loops and "%" in text:
            key = text, "".join(self.loops)
            template = self._templates.get(key)
            if template is None:
                template = loop_template(*key)
                if len(self._templates) < MOST_TEMPLATES:
                    self._templates[key] = template
            text = fill(template, self.loops, lambda value, letters: path_parts(value, letters, self.world), self.grow)
        if self.delayed_on and "!" in text:
            if ":~" in text:
                self.trick("substring", text.count(":~"))
            text = delayed(text, self.get_variable, self.grow, batch=self.frame.arguments is not None)
        return text

    # ------------------------------------------------------------ running lines

    def run_line(self, text: str) -> None:
        """One line, or several, as typed."""
        self.enter()
        frame, self.frame = self.frame, Frame(text.split("\n"))
        try:
            self.run_frame()
        finally:
            self.frame = frame
            self.depth -= 1

    def enter(self) -> None:
        self.depth += 1
        if self.depth > self.budget.limits.call_depth:
            raise LimitReached("call_depth", self.budget.limits.call_depth, "command lines in command lines")

    def run_batch(self, text: str, path: str, arguments: list[str]) -> None:
        """A batch file from its first line, or a subroutine."""
        self.enter()
        frame, self.frame = self.frame, Frame(_lines(text), [path, *arguments], self.world.absolute(path))
        loops, self.loops = self.loops, {}
        try:
            self.run_frame()
        finally:
            self.pop_locals(0)
            self.frame, self.loops = frame, loops
            self.depth -= 1

    def call_label(self, label: str, arguments: list[str]) -> None:
        old = self.frame
        if label == "eof":
            return
        at = old.find(label)
        if at < 0:
            self.fail()
            return
        self.enter()
        frame = Frame(old.lines, [f":{label}", *arguments], old.path)
        frame.at = at + 1
        self.frame = frame
        loops, self.loops = self.loops, {}
        try:
            self.run_frame()
        finally:
            self.pop_locals(0)
            self.frame, self.loops = old, loops
            self.depth -= 1

    def run_frame(self) -> None:
        frame = self.frame

        def more() -> str | None:
            if frame.at >= len(frame.lines):
                return None
            frame.at += 1
            return self.expand_line(frame.lines[frame.at - 1])

        try:
            while frame.at < len(frame.lines):
                line = frame.lines[frame.at]
                frame.at += 1
                self.spend(1 + len(line) // 256)
                if not line or line.lstrip(DELIMITERS).startswith(":"):
                    continue
                try:
                    self.execute(parse(self.expand_line(line), more))
                except Jump as jump:
                    at = frame.find(jump.label) if jump.label != "eof" else -1
                    if at < 0:
                        if frame.arguments is None:
                            continue
                        return
                    frame.at = at + 1
        except Leave:
            return

    @contextmanager
    def captured(self, stdin: str | Unknown | None = None) -> Iterator[list[str]]:
        """What is printed meanwhile goes into the list."""
        old, old_in, printed = self.output, self.stdin, self.printed
        self.output, self.stdin, self.printed = [], stdin, 0
        try:
            yield self.output
        finally:
            self.output, self.stdin, self.printed = old, old_in, printed

    @contextmanager
    def another_shell(self, *, delayed_on: bool = False) -> Iterator[None]:
        """A process of cmd.exe of its own: it sees the variables, and what it sets is gone with it."""
        world = self.world
        saved = dict(world.environment), dict(self.set_here), self.delayed_on, world.directory, self.loops
        self.delayed_on, self.loops = delayed_on, {}
        try:
            yield
        except (ScriptEnd, Leave, Jump):
            pass
        finally:
            world.environment.clear()
            world.environment.update(saved[0])
            self.set_here, self.delayed_on, world.directory, self.loops = saved[1:]

    def output_of(self, command: str) -> str:
        """What a command prints that a FOR loop runs, or one side of a pipe."""
        with self.captured() as printed, self.another_shell():
            self.run_line(command)
        return "".join(printed)

    def write(self, text: str) -> None:
        """Print."""
        if self.output is None:
            return
        self.printed += len(text)
        if self.printed > MOST_OUTPUT:
            raise LimitReached("string_bytes", MOST_OUTPUT, "output of one command")
        self.output.append(text)

    def fail(self, code: int = 1) -> None:
        self.status = self.errorlevel = code

    def succeed(self) -> None:
        self.status = 0

    # ------------------------------------------------------------ nodes

    def execute(self, node: Node) -> None:
        self.spend(COST)
        RUN[type(node)](self, node)

    def nothing(self, _node: Node) -> None:
        pass

    def bad(self, node: Bad) -> None:
        self.fact("eval.unmodelled", node.why, detail=node.text[:80])

    def block(self, node: Block) -> None:
        if not node.redirections:
            self.execute(node.body)
            return
        with self.redirected(node.redirections):
            self.execute(node.body)

    def chain(self, node: Chain) -> None:
        if node.operator == "|":
            self.pipe(node)
            return
        for number_, item in enumerate(node.items):
            if number_ and ((node.operator == "&&" and self.status) or (node.operator == "||" and self.status == 0)):
                continue
            self.execute(item)

    def pipe(self, node: Chain) -> None:
        """Each side runs in a process of its own and reads what the one before it printed."""
        text = self.stdin
        old, piped, loops = self.stdin, self.piped, self.loops
        items = [replace(item, items=_unescaped(item.items)) if isinstance(item, For) else item for item in node.items]
        for item in items[:-1]:
            with self.captured(text) as printed, self.another_shell(delayed_on=self.delayed_on):
                self.loops, self.piped = loops, True
                self.execute(item)
            text = "".join(printed)
        self.stdin, self.piped = text, True
        try:
            self.execute(items[-1])
        finally:
            self.stdin, self.piped = old, piped

    def condition(self, node: If) -> None:
        left, right = self.late(node.left), self.late(node.right)
        holds = self.holds(node, left, right) != node.negated
        if node.test in ("exist", "errorlevel", "defined", "=="):
            self.asked_branches += 1
            holds = holds != self.turned
        if holds:
            self.execute(node.then)
        else:
            self.execute(node.otherwise)

    def holds(self, node: If, left: str, right: str) -> bool:
        test = node.test
        if test == "errorlevel":
            return self.errorlevel >= (number(left) or 0)
        if test == "cmdextversion":
            return (number(left) or 0) <= 2
        if test == "defined":
            return self.get_variable(left.strip('"')) is not None
        if test == "exist":
            return self.exists(left)
        if node.folded:
            left, right = left.lower(), right.lower()
        if test == "==":
            return left == right
        a, b = _whole(left), _whole(right)
        x, y = (a, b) if a is not None and b is not None else (left.lower(), right.lower())
        return {"equ": x == y, "neq": x != y, "lss": x < y, "leq": x <= y, "gtr": x > y, "geq": x >= y}[test]  # type: ignore[operator]

    def exists(self, path: str) -> bool:
        path = path.strip().strip('"')
        files = self.world.files
        if path.lower().rpartition("\\")[2] in ("nul", "."):
            return files.folder_exists(self.world.absolute(path.rpartition("\\")[0] or "."))
        if "*" in path or "?" in path:
            return bool(self.matching(path))
        whole = self.world.absolute(path)
        return files.exists(whole) or files.folder_exists(whole)

    def matching(self, pattern: str) -> list[str]:
        """Names of files in the fake world that fit a pattern with wildcards, with the folder as it was written."""
        folder, slash, name = pattern.strip('"').replace("/", "\\").rpartition("\\")
        import re

        fits = re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in name.lower().removesuffix(".*") or "*"))
        paths = self.world.files.inside(self.world.absolute(folder + slash if slash else "."))
        self.spend(len(paths))
        names = [path.rpartition("\\")[2] for path in paths]
        return [folder + slash + name_ for name_ in names if fits.match(name_.lower())]

    # ------------------------------------------------------------ FOR

    def loop(self, node: For) -> None:
        before = {name: len(value) for name, value in self.set_here.items()}
        saved = dict(self.loops)
        left: Jump | Leave | ScriptEnd | None = None
        try:
            for values in self.rounds(node):
                self.spend(COST)
                self.loops = {**saved, **values}
                fetched = len(self._fetched)
                try:
                    self.execute(node.body)
                except (Jump, Leave, ScriptEnd) as leave:
                    if node.type == "l" or len(self._fetched) == fetched:
                        raise
                    left = left or leave  # what it fetched may not have come: the next address is tried then
        finally:
            self.loops = saved
        if left is not None:
            raise left
        for name, value in self.set_here.items():
            if node.type in ("", "l") and len(value) - before.get(name, 0) >= SPELLED and _picks(node.body):
                self.trick("for_coded", len(value) - before.get(name, 0))

    def rounds(self, node: For) -> Iterator[dict[str, str]]:
        """The values of the loop's variables, round by round."""
        items = self.late(node.items)
        name = node.variable
        if node.type == "f":
            yield from self.lines_of(node, items)
        elif node.type == "l":
            numbers = [number(word) or 0 for word in _words(items)][:3]
            at, step, stop = (*numbers, *(0, 0, 0)[len(numbers) :])
            while (at <= stop) if step >= 0 else (at >= stop):
                yield {name: str(at)}
                at += step
        else:
            for word in _words(items):
                root = ""
                if node.type == "r":
                    root = self.world.absolute(self.late(node.argument).strip('"') or ".") + "\\"
                if "*" in word or "?" in word:
                    for found in self.matching(root + word.strip('"')):
                        yield {name: found}
                else:
                    yield {name: root + word}

    def lines_of(self, node: For, items: str) -> Iterator[dict[str, str]]:
        options = Options(self.late(node.argument))
        for line in options.lines(self.source(items, backquotes=options.backquotes)):
            values = options.values(line, node.variable)
            if values is not None:
                yield values

    def source(self, items: str, *, backquotes: bool) -> str:
        """The text a FOR /F loop goes through: a literal, the output of a command, or files."""
        body = items.strip(DELIMITERS)
        mark = body[:1]
        if len(body) > 1 and body[-1] == mark:
            if mark == ("`" if backquotes else "'"):
                # one side of a pipe is read by a second cmd.exe before the loop hands the command to a third
                return self.output_of(_ESCAPED.sub(r"\1", body[1:-1]) if self.piped else body[1:-1])
            if mark == ("'" if backquotes else '"'):
                return body[1:-1]
        pieces = []
        for word in _words(body):
            content = self.read_file(word)
            if isinstance(content, str):
                pieces.append(content)
        return "\n".join(pieces)

    # ------------------------------------------------------------ files and redirection

    def read_file(self, path: str) -> str | Unknown | None:
        """Text of a file in the fake world."""
        content = self.read(self.world.absolute(path.strip().strip('"')))
        if isinstance(content, bytes):
            self.grow(len(content))
            return text_of(content)
        return content

    @contextmanager
    def redirected(self, redirections: tuple[Redirection, ...]) -> Iterator[None]:
        target = ""
        append = silent = False
        old_in = self.stdin
        for item in redirections:
            name = self.late(item.target)
            if item.sign == "<":
                if not name.startswith("&"):
                    content = self.read_file(name)
                    self.stdin = "" if content is None else content
            elif item.handle == 1:
                silent = name == "&2" or _is_device(name)
                target = "" if silent or name.startswith("&") else name
                append = item.sign == ">>"
        if not target and not silent:
            try:
                yield
            finally:
                self.stdin = old_in
            return
        stdin = self.stdin
        try:
            with self.captured(stdin) as printed:
                yield
                text = "".join(printed)
        finally:
            self.stdin = old_in
        if target:
            path = self.world.absolute(target.strip('"'))
            self.write_file(path, as_bytes(text), "redirection of cmd", append=append)

    def simple(self, node: Simple) -> None:
        text = self.late(node.text)
        if self.piped and "%" in text:
            text = percent(text, self.get_variable, None, self.grow)
        if not node.redirections:
            self.command(text)
            return
        with self.redirected(node.redirections):
            self.command(text)

    # ------------------------------------------------------------ commands

    def command(self, text: str) -> None:
        """One command with everything expanded."""
        from emoscan.evaluate.cmd.builtins import INTERNAL

        text = text.lstrip(DELIMITERS + "@")
        if not text:
            return
        self.spend(1 + len(text) // 256)
        match = _INTERNAL.match(text)
        internal = INTERNAL.get(match[1].lower()) if match else None
        if internal is not None and match is not None:
            self.status = 0
            internal(self, text[match.end() :])
            return
        match = _NAME.match(text)
        if match is None:
            return
        name, rest = match[0], text[match.end() :]
        head, slash, tail = _switch_at(name)
        if slash:
            name, rest = head, slash + tail + rest
        unquoted = name.replace('"', "")
        if unquoted.lower() in INTERNAL and not rest.strip():
            INTERNAL[unquoted.lower()](self, rest)
            return
        self.status = 0
        self.start(unquoted, rest)

    def start(self, program: str, rest: str) -> None:
        """A program that is no part of cmd.exe, or a batch file."""
        from emoscan.evaluate.cmd.programs import run_program

        run_program(self, program, rest)

    def create_process(self, line: str) -> None:
        """A line that some program hands to Windows: cmd.exe sees none of it but what it is given itself."""
        from emoscan.parse.commandline import program

        line = line.strip()
        if _QUOTED_LINE.match(line):
            line = line[1:-1]
        if not line:
            return
        self.enter()
        name, end = program(line, lambda path: self.world.files.exists(self.world.absolute(path)))
        self.start(name, line[end:])
        self.depth -= 1

    def shell(self, rest: str) -> None:
        """cmd.exe with its switches; its input is run when it has no command."""
        call = cmd_call(rest)
        with self.another_shell(delayed_on=bool(call.delayed)):
            if call.command is not None:
                self.run_line(call.command)
            elif isinstance(self.stdin, str):
                text, self.stdin = self.stdin, None
                self.run_line("\n".join(_lines(text)))

    def batch_of(self, program: str) -> str:
        """Path of the batch file that a command means, where the script has its text."""
        files = self.world.files
        for extension in ("", ".bat", ".cmd"):
            path = self.world.absolute(program + extension)
            if Files.key(path).endswith((".bat", ".cmd")) and files.read(path) is not None:
                return path
        return ""

    def run_file(self, path: str, rest: str) -> None:
        """A batch file with the arguments that follow; once for each list of arguments."""
        content = self.world.files.read(path)
        arguments = split_arguments(rest)
        key = Files.key(path), " ".join(arguments)
        if content is None or key in self.ran:
            return
        self.ran.add(key)
        self.run_batch(text_of(content), path, arguments)

    # ------------------------------------------------------------ setlocal

    def push_locals(self) -> None:
        if len(self.frame.saved) < 32:
            self.frame.saved.append((dict(self.world.environment), dict(self.set_here), self.delayed_on, self.world.directory))

    def pop_locals(self, down_to: int | None = None) -> None:
        """`endlocal`: everything as it was at the last `setlocal`."""
        saved = self.frame.saved
        count = len(saved) - (down_to if down_to is not None else max(0, len(saved) - 1))
        for _ in range(count):
            environment, self.set_here, self.delayed_on, self.world.directory = saved.pop()
            self.world.environment.clear()
            self.world.environment.update(environment)

    def arithmetic(self, text: str) -> int | None:
        """`set /a`. None for no expression."""

        def put(name: str, value: int) -> None:
            self.set_variable(name, str(value))

        self.spend(1 + len(text) // 8)
        try:
            return arithmetic.evaluate(text, self.get_variable, put)
        except arithmetic.Invalid:
            return None


RUN: Final[dict[type, Any]] = {
    Simple: CmdMachine.simple,
    Block: CmdMachine.block,
    Chain: CmdMachine.chain,
    If: CmdMachine.condition,
    Nothing: CmdMachine.nothing,
    For: CmdMachine.loop,
    Bad: CmdMachine.bad,
}


class Options:
    """The options of FOR /F."""

    def __init__(self, text: str) -> None:
        text = text.strip()
        if text[:1] == '"':
            text = text[1 : -1 if text.endswith('"') and len(text) > 1 else None]
        self.delimiters = " \t"
        self.end_of_line = ";"
        self.skip = 0
        self.backquotes = False
        self.tokens = [1]
        self.rest = False
        at = 0
        while True:
            match = _OPTION.match(text, at)
            if match is None:
                break
            at = match.end()
            option = match[1].lower()
            while option not in {"delims=", "eol="} and text[at : at + 1] == " ":
                at += 1
            if option == "usebackq":
                self.backquotes = True
            elif option == "eol=":
                self.end_of_line = text[at : at + 1]
                at += 1
            elif option == "skip=":
                word = text[at:].split(" ")[0]
                self.skip = number(word) or 0
                at += len(word)
            elif option == "delims=":
                end = text.find(" ", at)
                if end < 0 or not text[end:].strip():
                    end = len(text)
                self.delimiters = text[at:end]
                at = end
            else:
                word = text[at:].split(" ")[0]
                at += len(word)
                self.choose(word)

    def choose(self, word: str) -> None:
        self.rest = word.endswith("*")
        self.tokens = []
        for part in word.rstrip("*").split(","):
            first, dash, last = part.partition("-")
            low = number(first)
            high = number(last) if dash else low
            if low is not None and high is not None:
                self.tokens += range(max(low, 1), min(high, 31) + 1)
        self.tokens = sorted(set(self.tokens))

    def lines(self, text: str) -> Iterator[str]:
        for position, line in enumerate(_lines(text)):
            if (position >= self.skip and line and not (self.end_of_line and line.startswith(self.end_of_line))) or UNKNOWN.search(line):
                yield line

    def values(self, line: str, variable: str) -> dict[str, str] | None:
        """Values by variable; None when the line has none of the tokens. Of a line that is not known, each is that line."""
        unknown = UNKNOWN.search(line)
        if unknown is not None and self.delimiters:
            count = max(len(self.tokens) + self.rest, 1)
            return {chr(ord(variable) + offset): unknown[0] for offset in range(count)}
        found: list[tuple[int, int]] = []
        at, end = 0, len(line)
        highest = max(self.tokens, default=0)
        rest = ""
        while True:
            while at < end and line[at] in self.delimiters:
                at += 1
            if len(found) == highest and self.rest:
                rest = line[at:]
                break
            if at >= end or len(found) == highest:
                break
            begin = at
            while at < end and line[at] not in self.delimiters:
                at += 1
            found.append((begin, at))
        words = [line[found[n - 1][0] : found[n - 1][1]] if n <= len(found) else "" for n in self.tokens]
        if self.rest:
            words.append(rest)
        if not any(words):
            return None
        return {chr(ord(variable) + offset): word for offset, word in enumerate(words)}


_QUOTED_LINE: Final = lazy(r'"[\w.-]{1,40} [^"]*"\Z')
"""A whole line in quotes: a path would have a drive or folders."""

_ESCAPED: Final = lazy(r"\^([&|<>^()])")

_OPTION: Final = lazy(r"\s*(usebackq|eol=|skip=|delims=|tokens=)", 2)  # re.IGNORECASE


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\r" in text else text.split("\n")


def _whole(text: str) -> int | None:
    """A number when the text is nothing else."""
    text = text.strip('" ')
    body = text[1:] if text[:1] in ("+", "-") else text
    if not body or not body[0].isdigit() or not body.isalnum():
        return None
    return number(text) if body.isdigit() or body[:2].lower() == "0x" else None


def _words(text: str) -> list[str]:
    """Items of a FOR set: parted by delimiters, quotes hold together."""
    return [match[0] for match in _ITEM.finditer(text)]


_ITEM: Final = lazy(r'(?:"[^"]*"?|[^"\s,;=\xa0])+')


def split_arguments(text: str) -> list[str]:
    """The arguments of a batch file, quotes left on."""
    return _words(text)


def _unescaped(text: str) -> str:
    """One more level of carets taken out, outside of quotes: the process on a side of a pipe reads its command anew."""
    return _CARET.sub(lambda match: match[1] or match[2] or "", text) if "^" in text else text


_CARET: Final = lazy(r'("[^"]*"?)|\^(.?)')


def _is_device(name: str) -> bool:
    return name.strip('" ').lower().rstrip(":") in ("nul", "con", "prn", "&2")


def _picks(node: Node) -> bool:
    """Whether a loop takes letters out of a variable."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Simple) and _PICKED.search(item.text):
            return True
        if isinstance(item, (Chain,)):
            stack.extend(item.items)
        elif isinstance(item, (Block, For)):
            stack.append(item.body)
        elif isinstance(item, If):
            stack += (item.then, item.otherwise)
    return False


def _switch_at(name: str) -> tuple[str, str, str]:
    """A name with a switch right behind it, as in `cmd/c`: parted there, unless it is a path."""
    at = name.find("/")
    if at <= 0 or '"' in name[:at] or not name[1:2]:
        return name, "", ""
    return (name[:at], "/", name[at + 1 :]) if "\\" not in name[at:] or program_name(name[:at]) in _SWITCHED else (name, "", "")


_SWITCHED: Final = frozenset(("cmd", "powershell", "reg", "schtasks", "wmic", "certutil", "bitsadmin", "mshta", "regsvr32", "msiexec"))
