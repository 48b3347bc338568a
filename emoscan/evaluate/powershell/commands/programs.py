"""Programs a script starts: powershell.exe inside PowerShell is gone into, others are effects with their command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.com import registry
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.powershell.binding import Args
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.flow import Code, Leave, Scope
from emoscan.evaluate.powershell.parser import Parser
from emoscan.evaluate.powershell.values import Thrown
from emoscan.parse import psargs
from emoscan.parse.commandline import Argument, cmd_call
from emoscan.parse.text import text_of


def stem_of(name: str) -> str:
    """A program's bare name in lower case."""
    return name.strip("\"' ").replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".exe")


def start(m: Any, name: Any, args: Args, pieces: list[Any], input_: list[Any] | None, scope: Scope) -> list[Any]:
    """Start a program with its arguments; returns what it would print: unknown."""
    line = m.operators.joined([quoted(name) if isinstance(name, str) else name, *pieces], " ")
    stem = stem_of(name) if isinstance(name, str) else ""
    special = SPECIAL.get(stem)
    if special is not None:
        result = special(m, line, args, pieces, input_, scope)
        if result is not None:
            return result
    if isinstance(name, str) and name.lower().endswith((".ps1", ".psm1")) and type(line) is str:
        return script_file(m, name, args, scope)
    m.run(line, "PowerShell")
    m.top.vars["lastexitcode"] = 0
    if stem in PASSING_ON and input_ and (unknown := next((item for item in input_ if type(item) is Unknown), None)) is not None:
        return [unknown]
    return [Unknown(f"output of {stem or 'a program'}")]


PASSING_ON: Final = frozenset(("findstr", "find", "more", "sort"))
"""Programs that print lines of what they read."""


def quoted(name: str) -> str:
    return f'"{name}"' if " " in name and not name.startswith('"') else name


def script_file(m: Any, name: str, args: Args, scope: Scope) -> list[Any]:
    """A script the script has written, or one from elsewhere."""
    path = m.path(name)
    content = m.content_of(path)
    if isinstance(content, bytes):
        m.give_file(path)
        m.effect("run", name, "PowerShell")
        code = Code(m.parse(text_of(content)))
        return m.in_layer(text_of(content), "script file", lambda: m.call_code(code, args, None, scope))  # type: ignore[no-any-return]
    m.run(quoted(name), "PowerShell")
    return [Unknown(f"output of {name}")]


# ---------------------------------------------------------------- powershell.exe


def nested(m: Any, line: Any, args: Args, pieces: list[Any], input_: list[Any] | None, scope: Scope) -> list[Any] | None:
    """powershell.exe called from PowerShell: its arguments are values already."""
    block = next((value for _, value in args if type(value) is Code), None)
    if block is not None:
        m.effect("run", line, "PowerShell")
        at = next((index for index, (name, _) in enumerate(args) if name is not None and name.lower() == "args"), len(args))
        given: Args = [
            (None, item) for _, value in args[at:] if value is not MISSING for item in (elements(value) if is_list(value) else [value])
        ]
        return in_own_session(m, block.tree.text, "-Command argument", given)
    if type(line) is Unknown:
        m.run(line, "PowerShell")
        known = line.known()
        return [Unknown("output of powershell")] if len(known) < 20 else None
    arguments: list[Argument] = []
    for name, value in args:
        if name is not None:
            arguments.append(Argument(f"-{name}", 0, 0))
            if value is MISSING:
                continue
        arguments.append(Argument(m.shown(value), 0, 0))
    found = psargs.read(arguments, "")
    if found.stdin and input_ is not None:
        m.effect("run", line, "PowerShell")
        text = m.operators.joined([m.text(item) for item in input_], "\n")
        return in_own_session(m, text, "standard input of powershell.exe") if type(text) is str else [Unknown("output of powershell")]
    if found.code:
        m.effect("run", line, "PowerShell", window="hidden" if found.hidden else "")
        if found.encoded:
            m.undo("encoded_command")
        return in_own_session(m, found.code, found.how)
    if found.file:
        return script_file(m, found.file, [], scope)
    return None


def in_own_session(m: Any, text: str, how: str, args: Args | None = None) -> list[Any]:
    """Code runs in a session of its own: nothing of the variables here is seen there."""
    from emoscan.evaluate.powershell.variables import automatic_variables

    if not text.strip():
        return []
    outer = m.top
    m.top = Scope(None)
    m.top.vars.update(automatic_variables(m))
    aliases, m.aliases = m.aliases, {}

    def work() -> list[Any]:
        tree = m.parse(text)
        m.begin_layer(tree)
        try:
            return m.call_code(Code(tree), args or [], None, m.top, dot=True)  # type: ignore[no-any-return]
        except (ScriptEnd, Leave, Thrown):
            return []

    try:
        return m.in_layer(text, how, work)  # type: ignore[no-any-return]
    finally:
        m.top = outer
        m.aliases = aliases


def inner_code(m: Any, line: str) -> psargs.Invocation | None:
    """The code in a command line of powershell.exe, for those that are started as text."""
    found = psargs.parse(line)
    return found if found is not None and (found.code or found.file) else None


def best_reading(found: psargs.Invocation) -> str:
    """-Command with its quotes taken off as Windows does, or as it was written where only that makes sense."""
    if not found.raw or found.raw == found.code or '"' not in found.raw:
        return found.code
    plain, raw = Parser(found.code), Parser(found.raw)
    plain.script()
    raw.script()
    return found.raw if len(raw.errors) < len(plain.errors) else found.code


def run_inner(m: Any, found: psargs.Invocation) -> list[Any]:
    """Go into what a started powershell.exe would run."""
    if found.file:
        content = m.content_of(m.path(found.file))
        if isinstance(content, bytes):
            return in_own_session(m, text_of(content), "-File argument")
        return []
    if found.encoded:
        m.undo("encoded_command")
    return in_own_session(m, best_reading(found), found.how)


# ---------------------------------------------------------------- others that are understood


def reg(m: Any, line: Any, _args: Args, pieces: list[Any], _input: list[Any] | None, _scope: Scope) -> list[Any] | None:
    """`reg add KEY /v NAME /d DATA`."""
    words = [m.shown(piece).strip('"') for piece in pieces]
    if len(words) < 2 or words[0].lower() != "add":
        return None
    options: dict[str, str] = {}
    for i, word in enumerate(words[2:], 2):
        if word[:1] == "/" and len(word) < 5:
            options[word[1:].lower()] = words[i + 1] if i + 1 < len(words) else ""
    m.effect("run", line, "PowerShell")
    registry.write(m, f"{words[1]}\\{options.get('v', '')}", options.get("d", ""), "reg add", options.get("t", ""))
    return [Unknown("output of reg")]


def schtasks(m: Any, line: Any, _args: Args, pieces: list[Any], _input: list[Any] | None, _scope: Scope) -> list[Any] | None:
    from emoscan.evaluate.powershell.commands.processes import schedule

    words = [m.shown(piece).strip('"') for piece in pieces]
    options = {word[1:].lower(): words[i + 1] if i + 1 < len(words) else "" for i, word in enumerate(words) if word[:1] in "/-"}
    if "create" in options and "tr" in options:
        m.effect("run", line, "PowerShell")
        schedule(m, options["tr"], "schtasks", options.get("tn", ""), options.get("sc", ""))
        return [Unknown("output of schtasks")]
    return None


def answer(text: Callable[[Any], str]) -> Callable[..., list[Any] | None]:
    def program(m: Any, line: Any, _args: Args, _pieces: list[Any], _input: list[Any] | None, _scope: Scope) -> list[Any]:
        m.run(line, "PowerShell")
        return [m.query(m.shown(line), text(m.world.profile))]

    return program


Program = Callable[[Any, Any, Args, list[Any], list[Any] | None, Scope], list[Any] | None]


def shell(m: Any, line: Any, _args: Args, _pieces: list[Any], input_: list[Any] | None, _scope: Scope) -> list[Any] | None:
    """cmd.exe that hands on what it reads, or runs it."""
    if not input_ or type(line) is not str:
        return None
    text = m.operators.joined([m.text(item) for item in input_], "\n")
    call = cmd_call(line.partition(" ")[2])
    found = psargs.parse(call.command) if call.command else None
    if type(text) is not str or (call.command and (found is None or not found.stdin)):
        return None
    m.run(line, "PowerShell")
    if found is not None:
        return in_own_session(m, text, "standard input of powershell.exe")
    m.child(text, "script.cmd", how="what is piped into cmd")
    return [Unknown("output of cmd")]


SPECIAL: Final[dict[str, Program]] = {
    "cmd": shell,
    "powershell": nested,
    "pwsh": nested,
    "reg": reg,
    "schtasks": schtasks,
    "whoami": answer(lambda profile: f"{profile.domain.lower()}\\{profile.user}"),
    "hostname": answer(lambda profile: profile.computer),
}
