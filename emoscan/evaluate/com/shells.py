"""Windows Script Host: WScript.Shell, WScript.Network and the WScript object itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class, create, moniker, registry
from emoscan.evaluate.com.common import Text, collection, failed, given, join, known, text, thing, whole
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.core.world import Profile

IDENTITY: Final = frozenset("username computername userdomain userdnsdomain logonserver number_of_processors processor_identifier".split())
"""Variables that say who and where one is; the others are parts of paths."""


def environ(machine: Any, name: str) -> str | None:
    """An environment variable; asking for one that says who one is, is recorded."""
    value: str | None = machine.world.environ(name)
    return machine.query(f"environment variable {name}", value) if name.lower() in IDENTITY else value


def expand(machine: Any, source: Text) -> Text:
    if isinstance(source, Unknown):
        return join(*(expand(machine, part) if isinstance(part, str) else part for part in source.parts or (source,)))
    lower = source.lower()
    for name in IDENTITY:
        if f"%{name}%" in lower:
            environ(machine, name)
    return machine.world.expand(source)  # type: ignore[no-any-return]


def special_folders(profile: Profile) -> dict[str, str]:
    """What WshShell.SpecialFolders holds, in its order."""
    roaming = rf"{profile.home}\AppData\Roaming"
    menu = rf"{roaming}\Microsoft\Windows\Start Menu"
    common = r"C:\ProgramData\Microsoft\Windows\Start Menu"
    return {
        "AllUsersDesktop": r"C:\Users\Public\Desktop",
        "AllUsersStartMenu": common,
        "AllUsersPrograms": rf"{common}\Programs",
        "AllUsersStartup": rf"{common}\Programs\StartUp",
        "Desktop": rf"{profile.home}\Desktop",
        "AppData": roaming,
        "PrintHood": rf"{roaming}\Microsoft\Windows\Printer Shortcuts",
        "Templates": rf"{roaming}\Microsoft\Windows\Templates",
        "Fonts": rf"{profile.windows}\Fonts",
        "NetHood": rf"{roaming}\Microsoft\Windows\Network Shortcuts",
        "StartMenu": menu,
        "SendTo": rf"{roaming}\Microsoft\Windows\SendTo",
        "Recent": rf"{roaming}\Microsoft\Windows\Recent",
        "Startup": rf"{menu}\Programs\Startup",
        "Favorites": rf"{profile.home}\Favorites",
        "MyDocuments": rf"{profile.home}\Documents",
        "Programs": rf"{menu}\Programs",
    }


# ---------------------------------------------------------------- WScript.Shell

SHELL: Final = ObjectClass("WScript.Shell")


@com_class(
    "WScript.Shell",
    "IWshRuntimeLibrary.WshShell",
    "IWshRuntimeLibrary.IWshShell_Class",
    "72c24dd5-d70a-438b-8a42-98424b88afb8",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b",
)
def make_shell(_machine: Any) -> Object:
    return Object(SHELL)


@SHELL.method("Run", takes="Command WindowStyle WaitOnReturn")
def _run(machine: Any, _this: Object, command: Any, style: Any = MISSING, _wait: Any = MISSING) -> int:
    hidden = given(style) and whole(machine, style, 1) == 0
    machine.run(text(machine, command), "WScript.Shell.Run", show_window="0" if hidden else "")
    return 0


POWERSHELL: Final = re.compile(r"[\"\s]*+(?:[^\s\"]*+\\)?(?:powershell|pwsh)\b", re.IGNORECASE)

EXEC: Final = ObjectClass("WshScriptExec")
EXEC.constants({"ExitCode": 0, "ProcessID": 4712})


@SHELL.method("Exec", takes="Command")
def _exec(machine: Any, _this: Object, command: Any) -> Object:
    line = text(machine, command)
    machine.run(line, "WScript.Shell.Exec")
    made = Object(EXEC, asked=0)
    kind = "script.powershell" if POWERSHELL.match(display(line)) else "script.cmd"
    for name, content in (("stdout", Unknown(f"output of {display(line)}")), ("stderr", ""), ("stdin", "")):
        made.data[name] = Object(PIPE, content=content, read=content == "", kind=kind, typed=[])
    return made


@EXEC.method("StdOut")
def _stdout(_machine: Any, this: Object) -> Any:
    return this.data["stdout"]


@EXEC.method("StdErr")
def _stderr(_machine: Any, this: Object) -> Any:
    return this.data["stderr"]


@EXEC.method("StdIn")
def _stdin(_machine: Any, this: Object) -> Any:
    return this.data["stdin"]


@EXEC.method("Status")
def _status(_machine: Any, this: Object) -> int:
    """Running (0) when asked first, so that loops that wait are entered, then finished (1)."""
    this.data["asked"] += 1
    return 0 if this.data["asked"] == 1 else 1


@EXEC.method("Terminate")
def _terminate(_machine: Any, _this: Object) -> None:
    return None


PIPE: Final = ObjectClass("WshTextStream")
"""A standard stream of a program: one unknown answer, then its end."""
PIPE.constants({"Line": 1, "Column": 1})


@PIPE.method("ReadAll", "ReadLine", "Read", takes="Characters")
def _read(_machine: Any, this: Object, _count: Any = MISSING) -> Any:
    if this.data["read"]:
        raise ScriptError(62, "Input past end of file")
    this.data["read"] = True
    return this.data["content"]


@PIPE.method("AtEndOfStream", "AtEndOfLine")
def _at_end(_machine: Any, this: Object) -> Any:
    return this.data["read"]


@PIPE.method("Write", takes="Text")
def _write(machine: Any, this: Object, value: Any = MISSING) -> None:
    _type_in(machine, this, value, "")


@PIPE.method("WriteLine", takes="Text")
def _write_line(machine: Any, this: Object, value: Any = MISSING) -> None:
    _type_in(machine, this, value, "\r\n")


def _type_in(machine: Any, this: Object, value: Any, end: str) -> None:
    """What a script types into a program it started is run by it, all together, when the program is a command interpreter."""
    line = text(machine, value)
    if display(line).strip():
        machine.effect("keys", line, "WshScriptExec.StdIn.Write")
        machine.grow(len(display(line)))
        typed: list[Text] = this.data["typed"]
        if not typed:
            how = "typed into the program started by WScript.Shell.Exec"
            machine.at_end(lambda: machine.child(Unknown.join(typed[:-1]), this.data["kind"], how=how))
        typed += (line, end)


@PIPE.method("Close", "Skip", "SkipLine", "WriteBlankLines")
def _nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@SHELL.method("ExpandEnvironmentStrings", takes="Src")
def _expand(machine: Any, _this: Object, source: Any) -> Text:
    return expand(machine, text(machine, source))


ENVIRONMENT: Final = ObjectClass("WshEnvironment", default="Item")


@SHELL.method("Environment", takes="Type")
def _environment(_machine: Any, _this: Object, _kind: Any = MISSING) -> Object:
    """Those of the process, of the user, of the computer: told apart by nobody who only reads them."""
    return Object(ENVIRONMENT)


@ENVIRONMENT.method("Item", takes="Name")
def _variable(machine: Any, _this: Object, name: Any) -> Text:
    key = text(machine, name)
    if isinstance(key, Unknown):
        return Unknown(f"environment variable {key.text()}")
    return environ(machine, key) or ""


@ENVIRONMENT.setter("Item")
def _set_variable(machine: Any, _this: Object, name: Any, value: Any) -> None:
    key, content = known(machine, name).lower(), known(machine, value)
    machine.grow(len(content))
    machine.world.environment[key] = content
    machine.world.set_here.add(key)


@ENVIRONMENT.method("Count", "Length")
def _variables(machine: Any, _this: Object) -> int:
    return len(machine.world.environment)


@ENVIRONMENT.method("Remove", takes="Name")
def _remove_variable(machine: Any, _this: Object, name: Any) -> None:
    machine.world.environment.pop(known(machine, name).lower(), None)


def _each_variable(machine: Any, _this: Object) -> Iterator[str]:
    yield from [f"{name}={value}" for name, value in machine.world.environment.items()]


ENVIRONMENT.items = _each_variable


@SHELL.method("SpecialFolders", takes="Item")
def _special_folders(machine: Any, _this: Object, name: Any = MISSING) -> Any:
    folders = special_folders(machine.world.profile)
    found = collection(list(folders.values()), list(folders), first=0)
    if not given(name):
        return found
    if type(name) is str and name.lower() not in found.data["names"]:
        return ""
    return machine.get(found, "Item", (name,))


@SHELL.method("CurrentDirectory")
def _directory(machine: Any, _this: Object) -> Any:
    return machine.world.directory


@SHELL.setter("CurrentDirectory")
def _set_directory(machine: Any, _this: Object, path: Any) -> None:
    machine.world.directory = machine.world.absolute(known(machine, path))


@SHELL.method("RegRead", takes="Name")
def _reg_read(machine: Any, _this: Object, name: Any) -> Any:
    path = text(machine, name)
    value = registry.read(machine, path)
    if value is None:
        raise failed(0x80070002, f'Unable to open registry key "{display(path)}" for reading.')
    return value


@SHELL.method("RegWrite", takes="Name Value Type")
def _reg_write(machine: Any, _this: Object, name: Any, value: Any, sort: Any = MISSING) -> None:
    kept: Any = value if type(value) in (int, Unknown) else text(machine, value)
    registry.write(machine, text(machine, name), kept, "WScript.Shell.RegWrite", known(machine, sort))


@SHELL.method("RegDelete", takes="Name")
def _reg_delete(machine: Any, _this: Object, name: Any) -> None:
    path = text(machine, name)
    if not registry.delete(machine, path, "WScript.Shell.RegDelete"):
        raise failed(0x80070002, f'Unable to remove registry key "{display(path)}".')


@SHELL.method("Popup", takes="Text SecondsToWait Title Type")
def _popup(
    machine: Any, _this: Object, _text: Any = MISSING, _seconds: Any = MISSING, _title: Any = MISSING, buttons: Any = MISSING
) -> int:
    """The user presses the button that lets things go on: Yes of two, Retry, else OK."""
    return {3: 6, 4: 6, 5: 4}.get(whole(machine, buttons) & 7, 1)


@SHELL.method("AppActivate", takes="App Wait")
def _activate(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@SHELL.method("LogEvent", takes="Type Message Target")
def _log_event(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@SHELL.method("SendKeys", takes="Keys Wait")
def _send_keys(machine: Any, _this: Object, keys: Any, _wait: Any = MISSING) -> None:
    machine.type_keys(text(machine, keys), "WScript.Shell.SendKeys")


# ---------------------------------------------------------------- shortcuts

SHORTCUT: Final = ObjectClass("WshShortcut", default="FullName")
for _name in ("TargetPath", "Arguments", "WorkingDirectory", "IconLocation", "Description", "Hotkey", "RelativePath"):
    SHORTCUT.field(_name, "")
SHORTCUT.field("WindowStyle", 1)


@SHELL.method("CreateShortcut", takes="PathLink")
def _create_shortcut(machine: Any, _this: Object, path: Any) -> Object:
    target = text(machine, path)
    if isinstance(target, str) and not target.lower().endswith((".lnk", ".url")):
        raise failed(0x80020009, "The shortcut pathname must end with .lnk or .url.")
    return Object(SHORTCUT, path=target)


@SHORTCUT.method("FullName")
def _full_name(_machine: Any, this: Object) -> Any:
    return this.data["path"]


@SHORTCUT.method("Load", takes="PathLink")
def _load_shortcut(machine: Any, this: Object, path: Any) -> None:
    this.data["path"] = text(machine, path)


@SHORTCUT.method("Save")
def _save_shortcut(machine: Any, this: Object) -> None:
    path = this.data["path"]
    target, arguments = (text(machine, this.data.get(key)) for key in ("targetpath", "arguments"))
    save_shortcut(machine, path, target, arguments, "WshShortcut.Save", style=whole(machine, this.data.get("windowstyle"), 1))


def save_shortcut(machine: Any, path: Text, target: Text, arguments: Text, how: str, *, style: int = 1) -> None:
    """A shortcut is written. What it starts is an artifact; one in a startup folder is a way to be started again."""
    command = join(target, " ", arguments) if arguments != "" else target
    machine.effect("write", path, how, target=target, arguments=arguments, show_window="0" if style in (0, 7) else "")
    machine.world.files.write(display(path), Unknown(f"shortcut to {display(command)}"))
    if r"\startup" "\\" in display(path).lower():
        machine.effect("schedule", path, how, command=command)
    if display(command).strip():
        machine.child(command, "script.cmd", label=display(path), how="target of the shortcut")


# ---------------------------------------------------------------- WScript.Network


@com_class(
    "WScript.Network", "IWshRuntimeLibrary.WshNetwork", "093ff999-1ea0-4079-9525-9614c3504b74", "f935dc26-1cf0-11d0-adb9-00c04fd58a0b"
)
def make_network(_machine: Any) -> Object:
    return Object(NETWORK)


NETWORK: Final = ObjectClass("WScript.Network")
NETWORK.constants({"UserProfile": "", "Site": ""})


@NETWORK.method("UserName")
def _user_name(machine: Any, _this: Object) -> Any:
    return machine.query("WScript.Network.UserName", machine.world.profile.user)


@NETWORK.method("ComputerName")
def _computer_name(machine: Any, _this: Object) -> Any:
    return machine.query("WScript.Network.ComputerName", machine.world.profile.computer)


@NETWORK.method("UserDomain")
def _user_domain(machine: Any, _this: Object) -> Any:
    return machine.query("WScript.Network.UserDomain", machine.world.profile.domain)


@NETWORK.method("MapNetworkDrive", takes="LocalName RemoteName UpdateProfile UserName Password")
def _map_drive(
    machine: Any, _this: Object, local: Any, remote: Any, _update: Any = MISSING, user: Any = MISSING, _password: Any = MISSING
) -> None:
    letter, share = known(machine, local), text(machine, remote)
    machine.effect("open", share, "WScript.Network.MapNetworkDrive", drive=letter, user=known(machine, user))
    if letter[:1].isalpha() and letter[1:] == ":" and isinstance(share, str) and share.startswith("\\\\"):
        machine.world.drives[letter[0].lower()] = share.rstrip("\\")


@NETWORK.method("EnumNetworkDrives", "EnumPrinterConnections")
def _enumerate(_machine: Any, _this: Object) -> Object:
    return collection([], first=0)


@NETWORK.method("RemoveNetworkDrive", "AddWindowsPrinterConnection", "AddPrinterConnection", "RemovePrinterConnection", "SetDefaultPrinter")
def _accept(_machine: Any, _this: Object, *_: Any) -> None:
    return None


# ---------------------------------------------------------------- WScript

MOST_SLEEPS: Final = 40

WSCRIPT: Final = ObjectClass("WScript", default="Name")
WSCRIPT.constants({"Name": "Windows Script Host", "Version": "5.812", "BuildVersion": 0})
WSCRIPT.field("Timeout", 0)
WSCRIPT.field("Interactive", initial=True)


def script_host(machine: Any) -> Object:
    """The object `WScript`."""
    return Object(WSCRIPT, arguments=list(machine.world.arguments), path=machine.world.absolute(machine.world.document))


@WSCRIPT.method("Application")
def _application(_machine: Any, this: Object) -> Object:
    return this


@WSCRIPT.method("FullName")
def _host_file(machine: Any, _this: Object) -> str:
    return machine.world.script_host  # type: ignore[no-any-return]


@WSCRIPT.method("Path")
def _host_folder(machine: Any, _this: Object) -> str:
    return machine.world.script_host.rpartition("\\")[0]  # type: ignore[no-any-return]


@WSCRIPT.method("ScriptFullName")
def _script_path(_machine: Any, this: Object) -> Any:
    return this.data["path"]


@WSCRIPT.method("ScriptName")
def _script_name(_machine: Any, this: Object) -> Any:
    return this.data["path"].rpartition("\\")[2]


@WSCRIPT.method("Echo")
def _echo(machine: Any, _this: Object, *values: Any) -> None:
    pieces = [piece for value in values for piece in (" ", text(machine, value))]
    machine.effect("dialog", join(*pieces[1:]), "WScript.Echo")


@WSCRIPT.method("Quit", takes="ExitCode")
def _quit(_machine: Any, _this: Object, _code: Any = MISSING) -> None:
    raise ScriptEnd


@WSCRIPT.method("Sleep", takes="Time")
def _sleep(machine: Any, this: Object, milliseconds: Any = MISSING) -> None:
    """A script that sleeps again and again waits for orders: nothing new is to come of it."""
    this.data["slept"] = this.data.get("slept", 0) + 1
    if this.data["slept"] > MOST_SLEEPS:
        machine.problem("limit", "rounds", f"the script slept {MOST_SLEEPS} times; it was ended there")
        raise ScriptEnd
    machine.world.pass_time(whole(machine, milliseconds) / 1000)


@WSCRIPT.method("CreateObject", takes="ProgID Prefix")
def _create_object(machine: Any, _this: Object, prog_id: Any, _prefix: Any = MISSING) -> Any:
    return created(machine, prog_id)


def created(machine: Any, prog_id: Any) -> Any:
    """What `CreateObject` of an object of ours gives. Raises error 429."""
    name = text(machine, prog_id)
    if isinstance(name, Unknown):
        return Unknown(f"CreateObject({name.text()})")
    made = create(machine, name)
    if made is None:
        raise ScriptError(429, "ActiveX component can't create object")
    return made


@WSCRIPT.method("GetObject", takes="Pathname ProgID Prefix")
def _get_object(machine: Any, _this: Object, path: Any = MISSING, prog_id: Any = MISSING, _prefix: Any = MISSING) -> Any:
    name = text(machine, path)
    if name == "" and given(prog_id):
        return created(machine, prog_id)
    if isinstance(name, Unknown):
        return Unknown(f"GetObject({name.text()})")
    made = moniker(machine, name)
    if made is None:
        raise ScriptError(432, "File name or class name not found during Automation operation")
    return made


@WSCRIPT.method("ConnectObject", "DisconnectObject")
def _connect(_machine: Any, _this: Object, *_: Any) -> None:
    return None


ARGUMENTS: Final = ObjectClass("WshArguments", default="Item")


@WSCRIPT.method("Arguments")
def _arguments(_machine: Any, this: Object) -> Object:
    return Object(ARGUMENTS, values=this.data["arguments"])


@ARGUMENTS.method("Item", takes="Index")
def _argument(machine: Any, this: Object, index: Any) -> Any:
    values, at = this.data["values"], whole(machine, index)
    if not values:
        return Unknown(f"command-line argument {at}")
    if not 0 <= at < len(values):
        raise ScriptError(9, "Subscript out of range")
    return values[at]


@ARGUMENTS.method("Count", "Length")
def _argument_count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


@ARGUMENTS.method("Unnamed")
def _unnamed(_machine: Any, this: Object) -> Object:
    return Object(ARGUMENTS, values=[value for value in this.data["values"] if not value.startswith("/")])


NAMED: Final = ObjectClass("WshNamed", default="Item")


@ARGUMENTS.method("Named")
def _named(_machine: Any, this: Object) -> Object:
    pairs = (value[1:].partition(":") for value in this.data["values"] if value.startswith("/"))
    return Object(NAMED, values={name.lower(): value for name, _, value in pairs})


@NAMED.method("Item", takes="Name")
def _named_argument(machine: Any, this: Object, name: Any) -> Any:
    return this.data["values"].get(known(machine, name).lower())


@NAMED.method("Exists", takes="Name")
def _has_argument(machine: Any, this: Object, name: Any) -> bool:
    return known(machine, name).lower() in this.data["values"]


@NAMED.method("Count", "Length")
def _named_count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


def _each_argument(_machine: Any, this: Object) -> Iterator[Any]:
    yield from list(this.data["values"])


ARGUMENTS.items = NAMED.items = _each_argument


@WSCRIPT.method("StdIn", "StdOut", "StdErr")
def _console(_machine: Any, _this: Object) -> Object:
    return Object(CONSOLE)


CONSOLE: Final = ObjectClass("TextStream")
CONSOLE.constants({"AtEndOfStream": True, "AtEndOfLine": True, "Line": 1, "Column": 1})


@CONSOLE.method("Write", "WriteLine", "WriteBlankLines", "Close", "Skip", "SkipLine")
def _to_console(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@CONSOLE.method("Read", "ReadLine", "ReadAll")
def _from_console(_machine: Any, _this: Object, *_: Any) -> Unknown:
    return Unknown("what the user types")


# ---------------------------------------------------------------- ScriptControl

CONTROL: Final = ObjectClass("ScriptControl")
CONTROL.field("Language", "")
CONTROL.field("Timeout", 10_000)
CONTROL.field("AllowUI", initial=True)
CONTROL.field("UseSafeSubset", initial=False)
CONTROL.field("State", 0)
CONTROL.field("SitehWnd", 0)

LANGUAGES: Final = {
    "vbscript": "script.vbs",
    "vbs": "script.vbs",
    "vb": "script.vbs",
    "vbscript.encode": "script.vbs",
    "jscript": "script.js",
    "javascript": "script.js",
    "ecmascript": "script.js",
    "livescript": "script.js",
    "js": "script.js",
    "jscript.encode": "script.js",
    "jscript.compact": "script.js",
    "powershell": "script.powershell",
}
"""Kinds of the scripts that a name of a language stands for."""


def evaluated(machine: Any, code: Text, language: str, how: str) -> None:
    """Text is run as code: the effect, and the text as an artifact."""
    if not display(code).strip():
        return
    machine.effect("eval", code, how, language=language)
    machine.child(code, LANGUAGES.get(language.strip().lower(), ""), how=f"code given to {how}")


@com_class("ScriptControl", "MSScriptControl.ScriptControl", "0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc")
def make_script_control(_machine: Any) -> Object:
    return Object(CONTROL, code=[])


def _language(machine: Any, this: Object) -> str:
    return known(machine, this.data.get("language"))


@CONTROL.method("AddCode", takes="Code")
def _add_code(machine: Any, this: Object, code: Any) -> None:
    """The code that is there already goes before it: pieces are often of no use alone."""
    added = text(machine, code)
    machine.grow(len(display(added)))
    this.data["code"].append(added)
    evaluated(machine, added, _language(machine, this), "ScriptControl.AddCode")


def _with_code(this: Object, statement: Text) -> Text:
    return join(*(piece for code in this.data["code"] for piece in (code, "\n")), statement)


@CONTROL.method("ExecuteStatement", takes="Statement")
def _execute(machine: Any, this: Object, statement: Any) -> None:
    evaluated(machine, _with_code(this, text(machine, statement)), _language(machine, this), "ScriptControl.ExecuteStatement")


@CONTROL.method("Eval", takes="Expression")
def _eval(machine: Any, this: Object, expression: Any) -> Unknown:
    source = text(machine, expression)
    evaluated(machine, _with_code(this, source), _language(machine, this), "ScriptControl.Eval")
    return Unknown(f"ScriptControl.Eval({display(source)[:80]})")


@CONTROL.method("Run", takes="ProcedureName")
def _run_procedure(machine: Any, this: Object, name: Any, *args: Any) -> Unknown:
    procedure, language = known(machine, name), _language(machine, this)
    literals = [str(a) if type(a) in (int, float) else '"' + known(machine, a).replace('"', '""') + '"' for a in args]
    statement = f"{procedure}({', '.join(literals)})"
    if LANGUAGES.get(language.lower()) == "script.vbs":
        statement = f"Call {statement}" if literals else f"Call {procedure}"
    evaluated(machine, _with_code(this, statement), language, "ScriptControl.Run")
    return Unknown(f"ScriptControl.Run({procedure})")


@CONTROL.method("Reset")
def _reset(_machine: Any, this: Object) -> None:
    this.data["code"].clear()


@CONTROL.method("AddObject", takes="Name Object AddMembers")
def _add_object(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@CONTROL.method("CodeObject")
def _code_object(_machine: Any, this: Object) -> Object:
    return Object(CODE_OBJECT, control=this)


CODE_OBJECT: Final = ObjectClass("ScriptControl.CodeObject")


def _call_code(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    return machine.get(this.data["control"], "Run", (name, *args))


CODE_OBJECT.missing = _call_code


@CONTROL.method("Modules", "Procedures")
def _modules(_machine: Any, this: Object) -> Object:
    return collection([this], ["global"])


@CONTROL.method("Error")
def _error(_machine: Any, _this: Object) -> Object:
    return thing("ScriptControl.Error", "Number", Number=0, Description="", Line=0, Column=0, Source="", Text="")
