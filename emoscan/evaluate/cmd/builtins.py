"""Commands that are part of cmd.exe. Each takes the machine and the text behind its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from emoscan.evaluate.cmd import canned
from emoscan.evaluate.cmd.machine import CmdMachine, Jump, Leave, _label, split_arguments
from emoscan.evaluate.cmd.parser import DELIMITERS, parse
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import Unknown
from emoscan.parse.commandline import program_name
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes

INTERNAL: Final[dict[str, Callable[[CmdMachine, str], None]]] = {}

_SET_SWITCH: Final = lazy(r"\s*/([AaPp])")
_START_SWITCH: Final = lazy(
    r"""[\s,;=]*/(?:d\s*("[^"]*"|[^\s"]+)|node\s+\S+|affinity\s+\S+|machine\s+\S+|(?:min|max|wait|w|b|i|low|normal|high|realtime|abovenormal|belownormal|separate|shared|elevate)(?=[\s/"]|$))""",
    2,
)
_SWITCHES: Final = lazy(r"(?:[\s,;=]*/-?[A-Za-z]\w{0,3}(?::\S{0,40})?(?=[\s/,;=\"]|$))+")


def internal(*names: str) -> Callable[[Callable[[CmdMachine, str], None]], Callable[[CmdMachine, str], None]]:
    def register(function: Callable[[CmdMachine, str], None]) -> Callable[[CmdMachine, str], None]:
        INTERNAL.update(dict.fromkeys(names, function))
        return function

    return register


@internal("echo")
def echo(machine: CmdMachine, rest: str) -> None:
    text = rest[1:] if rest[:1] in tuple(" \t,;=/.(:\\+[]") and rest else rest
    if rest.strip().lower() in {"on", "off"}:
        return
    machine.write((text if rest.strip() else "ECHO is on.") + "\r\n" if rest else "ECHO is on.\r\n")
    if machine.output is None and text.strip():
        machine.commands.append(f"echo {text}")


@internal("set")
def set_(machine: CmdMachine, rest: str) -> None:
    switch = _SET_SWITCH.match(rest)
    if switch is not None:
        (_set_number if switch[1].lower() == "a" else _set_answer)(machine, rest[switch.end() :])
        return
    body = rest.lstrip(DELIMITERS)
    if body.startswith('"'):
        last = body.rfind('"')
        body = body[1:last] if last > 0 else body[1:]
    name, equals, value = body.partition("=")
    if not equals:
        wanted = name.strip(DELIMITERS).lower()
        environment = machine.world.environment
        found = [key for key in sorted(environment) if key.startswith(wanted)]
        machine.write("".join(f"{machine.spelling.get(key, key)}={environment[key]}\r\n" for key in found))
        if not found:
            machine.fail()
        return
    if value and machine.set_here:
        machine.trick("set")
    machine.set_variable(name, value)


def _set_number(machine: CmdMachine, text: str) -> None:
    value = machine.arithmetic(text)
    if value is None:
        machine.fail()
    elif machine.output is not None:
        machine.write(str(value))


def _set_answer(machine: CmdMachine, text: str) -> None:
    """`set /p`: a line of what is read; with nothing to read, what a user would type is not known."""
    body = text.strip()
    if body.startswith('"') and body.endswith('"') and len(body) > 1:
        body = body[1:-1]
    name, _, prompt = body.partition("=")
    if prompt and machine.stdin is not None:
        machine.write(prompt.strip('"'))
    if isinstance(machine.stdin, str):
        line, _, machine.stdin = machine.stdin.replace("\r\n", "\n").partition("\n")
        if line:
            machine.set_variable(name.strip(), line[:1021])
        else:
            machine.fail()


@internal("call")
def call(machine: CmdMachine, rest: str) -> None:
    """Percent signs are expanded once more; then a subroutine, a batch file, or any command."""
    text = machine.expand_line(rest).lstrip(DELIMITERS)
    if text.startswith(":"):
        name, *arguments = split_arguments(text)
        machine.call_label(_label(name), arguments)
        return
    if text:
        machine.enter()
        machine.execute(parse(text))
        machine.depth -= 1


@internal("goto")
def goto(machine: CmdMachine, rest: str) -> None:
    label = rest.strip()
    if label.lower().startswith(":eof"):
        raise Jump("eof")
    if not _label(label):
        machine.fail()
        return
    if machine.frame.arguments is None:
        machine.fail()
        return
    machine.frame.jumps += 1
    if machine.waits(_label(label)):
        return
    raise Jump(_label(label))


@internal("exit")
def exit_(machine: CmdMachine, rest: str) -> None:
    words = rest.lower().split()
    code = next((word for word in words if word.lstrip("-").isdigit()), "")
    if code:
        machine.errorlevel = int(code[:10])
    if "/b" in words and machine.frame.arguments is not None:
        raise Leave
    raise ScriptEnd


@internal("setlocal")
def setlocal(machine: CmdMachine, rest: str) -> None:
    machine.push_locals()
    for word in rest.lower().split():
        if word == "enabledelayedexpansion":
            machine.delayed_on = True
        elif word == "disabledelayedexpansion":
            machine.delayed_on = False


@internal("endlocal")
def endlocal(machine: CmdMachine, _rest: str) -> None:
    if machine.frame.saved:
        machine.pop_locals()


@internal("shift")
def shift(machine: CmdMachine, rest: str) -> None:
    arguments = machine.frame.arguments
    first = rest.strip().removeprefix("/")
    at = int(first) if first.isdigit() and len(first) == 1 else 0
    if arguments is not None and len(arguments) > at:
        del arguments[at]
        machine.revision += 1


@internal("cd", "chdir", "pushd")
def change_directory(machine: CmdMachine, rest: str) -> None:
    path = rest.strip()
    if path.lower().startswith("/d"):
        path = path[2:].strip()
    path = path.strip('"')
    if not path:
        machine.write(machine.world.directory + "\r\n")
        return
    machine.stack.append(machine.world.directory)
    if len(machine.stack) > 64:
        machine.stack.pop(0)
    if path.startswith("\\\\"):
        machine.effect("open", path, "pushd")
    machine.world.directory = machine.world.absolute(path).rstrip("\\") or "C:"


@internal("popd")
def popd(machine: CmdMachine, _rest: str) -> None:
    if machine.stack:
        machine.world.directory = machine.stack.pop()


@internal("type")
def type_(machine: CmdMachine, rest: str) -> None:
    for word in split_arguments(rest):
        paths = machine.matching(word) if "*" in word else [word]
        for path in paths:
            content = machine.read_file(path)
            if isinstance(content, str):
                machine.write(content)
            elif isinstance(content, Unknown):
                machine.write(content.text())
            else:
                machine.fail()


def _plain(rest: str) -> list[str]:
    """Arguments without the switches."""
    return [word for word in split_arguments(_SWITCHES.sub(" ", rest)) if not word.startswith("/")]


def copy_to(machine: CmdMachine, source: str, target: str, how: str) -> None:
    """A file is copied. A program of Windows is still that program under its new name."""
    world = machine.world
    whole = world.absolute(source.strip('"'))
    path = world.absolute(target.strip('"') or ".")
    if world.files.folder_exists(path) and not world.files.exists(path):
        path = path.rstrip("\\") + "\\" + whole.rpartition("\\")[2]
    name = program_name(whole)
    machine.copy_file(whole, path, how)
    machine.revision += 1
    machine.copies[world.files.key(path)] = machine.copies.get(world.files.key(whole), name)


@internal("copy", "move", "ren", "rename")
def copy(machine: CmdMachine, rest: str) -> None:
    words = _plain(rest)
    if words and words[0].lower() == "con" and len(words) > 1 and isinstance(machine.stdin, str):
        machine.write_file(machine.world.absolute(words[1].strip('"')), as_bytes(machine.stdin), "copy con")
        return
    sources, target = _joined(words)
    if len(sources) > 1:
        _append_files(machine, sources, target)
        return
    for source in sources:
        for path in machine.matching(source) if "*" in source or "?" in source else [source]:
            copy_to(machine, path, target, "copy")


def _joined(words: list[str]) -> tuple[list[str], str]:
    """`a+b c` and `a + b c`: (sources, target)."""
    text = "\n".join(words).replace("\n+\n", "+").replace("\n+", "+").replace("+\n", "+").split("\n")
    if not text or not text[0]:
        return [], ""
    return [part for part in text[0].split("+") if part], text[1] if len(text) > 1 else "."


def _append_files(machine: CmdMachine, sources: list[str], target: str) -> None:
    pieces: list[bytes] = []
    world = machine.world
    for source in sources:
        content = machine.content_of(world.absolute(source.strip('"')))
        if isinstance(content, Unknown):
            machine.write_file(world.absolute(target.strip('"')), content, "copy")
            return
        if content:
            machine.grow(len(content))
            pieces.append(content)
    path = world.absolute(target.strip('"')) if target != "." else world.absolute(sources[0].strip('"'))
    machine.write_file(path, b"".join(pieces), "copy")


@internal("del", "erase")
def delete(machine: CmdMachine, rest: str) -> None:
    for word in _plain(rest):
        if "*" not in word and "?" not in word:
            machine.delete_file(machine.world.absolute(word.strip('"')), "del")
    machine.revision += 1


@internal("md", "mkdir")
def make_directory(machine: CmdMachine, rest: str) -> None:
    for word in _plain(rest):
        machine.world.files.make_folder(machine.world.absolute(word.strip('"')))
    machine.revision += 1


@internal("rd", "rmdir")
def remove_directory(machine: CmdMachine, rest: str) -> None:
    for word in _plain(rest):
        machine.world.files.remove_folder(machine.world.absolute(word.strip('"')))


@internal("dir")
def directory(machine: CmdMachine, rest: str) -> None:
    words = _plain(rest)
    pattern = words[0].strip('"') if words else "*"
    if machine.world.files.folder_exists(machine.world.absolute(pattern)):
        pattern = pattern.rstrip("\\") + "\\*"
    found = machine.matching(pattern) if "*" in pattern or "?" in pattern else [pattern] * machine.exists(pattern)
    machine.write("".join(name.rpartition("\\")[2] + "\r\n" for name in found))
    if not found:
        machine.fail()


@internal("start")
def start(machine: CmdMachine, rest: str) -> None:
    """`start "title" /switches program arguments`: in a process of its own."""
    text = rest.lstrip(DELIMITERS)
    while True:
        if text.startswith('"') and not machine.world.files.exists(machine.world.absolute(text[1:].partition('"')[0])):
            _title, quote, after = text[1:].partition('"')
            if quote and after.strip():
                text = after.lstrip(DELIMITERS)
                continue
        match = _START_SWITCH.match(text)
        if match is None:
            break
        if match[1]:
            machine.world.directory = machine.world.absolute(match[1].strip('"'))
        text = text[match.end() :].lstrip(DELIMITERS)
    if not text:
        return
    machine.enter()
    with machine.another_shell():
        from emoscan.evaluate.cmd.programs import open_target

        if not open_target(machine, text):
            machine.command(text)
    machine.depth -= 1


@internal("assoc")
def assoc(machine: CmdMachine, rest: str) -> None:
    _associate(machine, canned.ASSOCIATIONS, rest)


@internal("ftype")
def ftype(machine: CmdMachine, rest: str) -> None:
    _associate(machine, canned.FILE_TYPES, rest)


def _associate(machine: CmdMachine, table: dict[str, str], rest: str) -> None:
    name, equals, value = rest.strip(DELIMITERS).partition("=")
    if equals:
        machine.effect("registry", rf"HKEY_LOCAL_MACHINE\SOFTWARE\Classes\{name.strip()}", "assoc or ftype", value=value)
        return
    lines = canned.listing(table, name.strip(DELIMITERS))
    machine.write("".join(line + "\r\n" for line in lines))
    if not lines:
        machine.fail()


@internal("ver")
def version(machine: CmdMachine, _rest: str) -> None:
    machine.write(f"\r\n{canned.VERSION}\r\n")


@internal("vol")
def volume(machine: CmdMachine, _rest: str) -> None:
    machine.write(" Volume in drive C is Windows\r\n Volume Serial Number is 5C2A-91E7\r\n")


@internal("date", "time")
def clock(machine: CmdMachine, rest: str) -> None:
    if rest.strip().lower() == "/t":
        machine.write(machine.world.now.strftime("%Y/%m/%d \r\n"))


@internal("path")
def path_(machine: CmdMachine, rest: str) -> None:
    value = rest.strip().removeprefix("=").strip()
    if value:
        machine.set_variable("Path", value)
    else:
        machine.write(f"PATH={machine.get_variable('path') or ''}\r\n")


@internal("mklink")
def make_link(machine: CmdMachine, rest: str) -> None:
    words = _plain(rest)
    if len(words) > 1:
        machine.effect("write", machine.world.absolute(words[0].strip('"')), "mklink", target=words[1].strip('"'))


@internal("rem", "title", "color", "cls", "pause", "prompt", "verify", "break", "keys", "dpath", "mode")
def quiet(_machine: CmdMachine, _rest: str) -> None:
    """Nothing that matters here."""
