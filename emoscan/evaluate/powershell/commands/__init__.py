"""Commands: how a name is resolved, the cmdlets there are, and programs outside PowerShell.

A module of this package registers cmdlets; all are imported when the first command is called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown, display
from emoscan.evaluate.powershell.binding import Args, Call, Parameters
from emoscan.evaluate.powershell.commands.names import ALIASES, CMDLETS, COMMON_WISH, FUNCTIONS
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.values import Bound, Hash, Record, Thrown
from emoscan.evaluate.powershell.wildcards import has_wildcards, like

Function = Callable[[Any, Call], list[Any] | None]


class Cmdlet:
    """A cmdlet: what it takes and what it does. Its output is a list, or None for none."""

    __slots__ = ("_parameters", "function", "name", "spec")

    def __init__(self, name: str, spec: str, function: Function) -> None:
        self.name = name
        self.spec = spec
        self.function = function
        self._parameters: Parameters | None = None

    @property
    def parameters(self) -> Parameters:
        if self._parameters is None:
            self._parameters = Parameters(self.spec)
        return self._parameters


REGISTERED: Final[dict[str, Cmdlet]] = {}
_loaded: Final[list[str]] = []


def cmdlet(*names: str, takes: str = "") -> Callable[[Function], Function]:
    """Register a function as one or several cmdlets. `takes`: see binding.Parameters."""

    def register(function: Function) -> Function:
        for name in names:
            REGISTERED[name.lower()] = Cmdlet(name, takes, function)
        return function

    return register


def load() -> None:
    if not _loaded:
        for module in iter_modules(__path__):
            _loaded.append(module.name)
            import_module(f"{__name__}.{module.name}")


# ---------------------------------------------------------------- resolving names


def find_function(scope: Scope | None, name: str) -> Code | None:
    lower = name.lower()
    while scope is not None:
        found = scope.functions.get(lower)
        if found is not None:
            return found  # type: ignore[no-any-return]
        scope = scope.parent
    return None


def alias_target(machine: Any, name: str) -> str | None:
    lower = name.lower()
    return machine.aliases.get(lower) or ALIASES.get(lower)


def spelt(name: str) -> str:
    """A command's name as PowerShell spells it; as it is for others."""
    lower = name.lower()
    target = ALIASES.get(lower)
    if target is not None:
        return target
    registered = REGISTERED.get(lower)
    return CMDLETS.get(lower) or (registered.name if registered else name)


def call(machine: Any, name: str, args: Args, input_: list[Any] | None, scope: Scope, operator: str = "") -> list[Any]:
    """Run a command by its name."""
    if not _loaded:
        load()
    machine.tick(10)
    lower = name.lower()
    for _ in range(8):
        target = machine.aliases.get(lower)
        if target is None:
            break
        lower = target.lower()
        name = target
    if "\\" in lower and "-" in lower:  # Microsoft.PowerShell.Utility\Write-Output
        module, _, rest = lower.rpartition("\\")
        if module.startswith("microsoft.powershell") or rest in REGISTERED:
            lower, name = rest, name.rpartition("\\")[2]
    function = find_function(scope, lower)
    if function is not None:
        return machine.call_code(function, args, input_, scope, dot=operator == ".")  # type: ignore[no-any-return]
    target = ALIASES.get(lower)
    if target is not None:
        lower, name = target.lower(), target
    registered = REGISTERED.get(lower)
    if registered is None and "-" not in lower and f"get-{lower}" in REGISTERED and lower.isalpha():
        registered = REGISTERED[f"get-{lower}"]  # PowerShell tries `Get-` in front of a name it does not know
    if registered is not None:
        given = Call(machine, registered.name, registered.parameters, args, input_, scope)
        if input_ is None:
            take_defaults(machine, given, registered, scope)
        values = registered.function(machine, given)
        return after(machine, given, values if values is not None else [], scope)
    return unknown_command(machine, name, args, input_, scope, operator)


def take_defaults(machine: Any, given: Call, cmdlet: Cmdlet, scope: Scope) -> None:
    """`$PSDefaultParameterValues = @{ 'Invoke-*:Command' = … }`: what parameters are that a call leaves out."""
    current: Scope | None = scope
    while current is not None and "psdefaultparametervalues" not in current.vars:
        current = current.parent
    defaults = current.vars["psdefaultparametervalues"] if current is not None else None
    if type(defaults) is not Hash or not len(defaults):
        return
    for key, value in list(defaults.items()):
        command, _, name = machine.shown(key).partition(":")
        parameter = cmdlet.parameters.find(name)
        if parameter is not None and parameter not in given.values and like(cmdlet.name.lower(), command.lower()):
            given.values[parameter] = value


def after(machine: Any, given: Call, values: list[Any], scope: Scope) -> list[Any]:
    """`-OutVariable`."""
    held = given.values.get("outvariable")
    if held is not None and held is not True:
        scope.vars[machine.shown(held).lstrip("+").lower()] = list(values)
    return values


def call_value(machine: Any, what: Any, args: Args, input_: list[Any] | None, scope: Scope, operator: str) -> list[Any]:
    """`& $x`: a block, a command, or the name of one."""
    if not _loaded:
        load()
    if type(what) is Code:
        if what.layer:
            from emoscan.evaluate.powershell.net import session

            return list(elements(session.run_block(machine, what, args, scope, dot=operator == ".")))
        return machine.call_code(what, args, input_, scope, dot=operator == ".")  # type: ignore[no-any-return]
    if type(what) is Record and what.get("CommandType") is not None:
        inner = what.get("ScriptBlock")
        if type(inner) is Code:
            return machine.call_code(inner, args, input_, scope)  # type: ignore[no-any-return]
        return call(machine, machine.shown(what.get("Name")), args, input_, scope, operator)
    if type(what) is Bound:
        return [machine.call_method(what.target, what.name, tuple(value for _, value in args), scope)]
    if is_list(what):
        items = elements(what)
        if not items:
            raise Thrown(
                "System.Management.Automation.RuntimeException",
                "The expression after '&' in a pipeline element produced an object that was not valid.",
            )
        chosen = items[0] if not all(isinstance(item, Record) for item in items) else preferred(machine, items)
        return call_value(machine, chosen, args, input_, scope, operator)
    if what is None:
        raise Thrown(
            "System.Management.Automation.RuntimeException",
            "The expression after '&' in a pipeline element produced an object that was not valid.",
        )
    if type(what) is Unknown:
        shown = what.text()
        known = what.known()
        if "\\" in known or known.endswith((".exe", ".bat", ".cmd")):
            return run_program(machine, what, args, scope)
        machine.effect("eval", what, "call of an unknown command")
        return [Unknown(f"result of {shown[:200]}")]
    text = machine.shown(what)
    if has_wildcards(text) and not text.startswith("?"):
        found = found_commands(machine, text, scope)
        if found:
            return call_value(machine, found, args, input_, scope, operator)
    return call(machine, text.strip(), args, input_, scope, operator)


def preferred(machine: Any, found: list[Any]) -> Any:
    names = {machine.shown(item.get("Name")).lower(): item for item in found}
    return next((names[wish.lower()] for wish in COMMON_WISH if wish.lower() in names), found[0])


def command_info(name: str, sort: str, definition: Any = "", block: Any = None) -> Record:
    made = Record(
        f"System.Management.Automation.{sort}Info",
        Name=name,
        CommandType=sort,
        Definition=definition or name,
        Version="3.1.0.0",
        Source="Microsoft.PowerShell.Utility",
        ModuleName="Microsoft.PowerShell.Utility",
        DisplayName=name,
        ResolvedCommandName=definition or name,
        ReferencedCommand=definition or name,
        Path=definition if sort == "Application" else None,
        Extension=".exe" if sort == "Application" else None,
        ToString=lambda: name,
    )
    if block is not None:
        made.set("ScriptBlock", block)
    return made


def found_commands(machine: Any, pattern: str, scope: Scope) -> list[Any]:
    """What Get-Command finds for a name or wildcard, the likeliest first."""
    if not _loaded:
        load()
    lower = pattern.strip().lower()
    found: list[Any] = []
    current: Scope | None = scope
    while current is not None:
        found += [
            command_info(code.name or name, "Function", code.tree.text, code)
            for name, code in current.functions.items()
            if like(name, lower)
        ]
        current = current.parent
    if not has_wildcards(lower):
        target = alias_target(machine, lower)
        if target is not None:
            found.append(command_info(pattern, "Alias", spelt(target)))
        elif lower in CMDLETS or lower in REGISTERED:
            found.append(command_info(spelt(lower), "Cmdlet"))
        elif not found:
            path = program_path(machine, lower)
            if path:
                found.append(command_info(path.rpartition("\\")[2], "Application", path))
        return found
    machine.tick(100)
    machine.undo("wildcard_command")
    names = dict(CMDLETS)
    names.update({key: held.name for key, held in REGISTERED.items() if "-" in key})
    fitting = [name for key, name in names.items() if like(key, lower)]
    fitting += [name for key, name in FUNCTIONS.items() if like(key, lower) and name not in fitting]
    wished = [name for name in COMMON_WISH if name in fitting]
    found += [command_info(name, "Cmdlet") for name in dict.fromkeys(wished + fitting)]
    known = {**{name: spelt(name) for name in ALIASES}, **machine.aliases}
    return found + [command_info(name, "Alias", spelt(target)) for name, target in known.items() if like(name, lower)]


# ---------------------------------------------------------------- programs


def program_path(machine: Any, name: str) -> str:
    """Where a program of Windows lies; empty when there is none of that name."""
    stem = name.lower().removesuffix(".exe")
    for folder in (r"c:\windows\system32", r"c:\windows", r"c:\windows\system32\windowspowershell\v1.0", r"c:\windows\system32\wbem"):
        path = rf"{folder}\{stem}.exe"
        if machine.world.files.exists(path):
            return path.replace(r"c:\windows\system32", r"C:\Windows\System32").replace(r"c:\windows", r"C:\Windows")
    return ""


PROGRAMS: Final = frozenset(
    (
        "at attrib bcdedit bitsadmin calc certutil cipher cmd cmdkey control cscript csc driverquery eventvwr explorer expand extrac32 fltmc format forfiles fsutil ftp "
        "gpresult gpupdate hostname icacls iexplore ipconfig installutil klist logman makecab mshta msbuild msiexec mstsc nbtstat net net1 netsh netstat nltest "
        "notepad nslookup odbcconf pathping ping powershell pwsh print psexec qwinsta quser query rasdial reg regasm regedit regsvcs regsvr32 robocopy route rundll32 sc "
        "schtasks sdbinst setx shutdown ssh systeminfo takeown taskkill tasklist telnet timeout tracert tree vssadmin w32tm wbadmin wevtutil whoami winrm winrs wmic "
        "wscript wusa xcopy msg start wsl tar finger findstr find more sort where attrib pcalua conhost control hh presentationhost regini rasautou scriptrunner "
        "python python3 pythonw perl ruby node java javaw git docker chrome firefox msedge winword excel outlook acrord32 7z 7za rar unrar winrar"
    ).split()
)
"""Programs that are known by their bare name."""


def is_program(name: str) -> bool:
    lower = name.lower().strip("\"'")
    if any(c in lower for c in "\\/") and not lower.startswith(("http:", "https:")):
        return True
    stem, dot, extension = lower.rpartition(".")
    if dot and extension in (
        "exe",
        "com",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "js",
        "jse",
        "vbe",
        "wsf",
        "hta",
        "msi",
        "scr",
        "dll",
        "cpl",
        "lnk",
        "pif",
    ):
        return True
    return (stem if dot and extension == "exe" else lower) in PROGRAMS


def native_text(machine: Any, value: Any) -> Any:
    """An argument as a program gets it."""
    if is_list(value):
        return machine.operators.joined([native_text(machine, item) for item in elements(value)], " ")
    if type(value) is Code:
        return value.tree.text
    text = machine.text(value)
    if isinstance(text, str) and (not text or any(c in text for c in " \t")) and not text.startswith('"'):
        return f'"{text}"'
    return text


def native_arguments(machine: Any, args: Args) -> list[Any]:
    out: list[Any] = []
    for name, value in args:
        if name is not None:
            out.append(f"-{name}" if value is MISSING else Unknown.join((f"-{name}:", native_text(machine, value))))
        else:
            text = native_text(machine, value)
            if out and isinstance(text, str) and text.startswith("=") and isinstance(out[-1], str) and out[-1].startswith("-"):
                out[-1] += text  # -name=value is one word to a program
            else:
                out.append(text)
    return out


def unknown_command(machine: Any, name: str, args: Args, input_: list[Any] | None, scope: Scope, operator: str) -> list[Any]:
    """A name that is no function and no cmdlet we model."""
    if name.lower() in CMDLETS:
        machine.unmodelled(spelt(name))
        return [Unknown(f"result of {spelt(name)}")]
    if is_program(name):
        return run_program(machine, name, args, scope, input_)
    if name.lower().startswith("$") or not name.strip():
        return []
    shown = " ".join(display(piece) for piece in native_arguments(machine, args))
    machine.fact("eval.unmodelled", f"command {name}", arguments=shown[:200])
    if name.isidentifier() and len(name) > 2 and not scope.functions and machine.trying:
        raise Thrown(
            "System.Management.Automation.CommandNotFoundException",
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program.",
        )
    return [Unknown(f"result of command {name}")]


def run_program(machine: Any, name: Any, args: Args, scope: Scope, input_: list[Any] | None = None) -> list[Any]:
    """A program is started: what it is told to run is looked into where we can."""
    from emoscan.evaluate.powershell.commands import programs

    pieces = native_arguments(machine, args)
    return programs.start(machine, name, args, pieces, input_, scope)


__all__ = ["ALIASES", "Args", "Call", "Cmdlet", "Object", "cmdlet"]
