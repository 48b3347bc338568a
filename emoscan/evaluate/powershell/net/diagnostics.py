"""System.Diagnostics.Process, and what a started program is asked."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com.common import command_line, is_address
from emoscan.evaluate.core.values import MISSING, Object, Unknown, display
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.streams import READER, WRITER
from emoscan.evaluate.powershell.values import Hash, Record
from emoscan.evaluate.powershell.variables import PID

PROCESS: Final = net_class("System.Diagnostics.Process")
START: Final = net_class("System.Diagnostics.ProcessStartInfo")

enumeration("System.Diagnostics.ProcessWindowStyle", Normal=0, Hidden=1, Minimized=2, Maximized=3)
enumeration("System.Diagnostics.ProcessPriorityClass", Normal=32, Idle=64, High=128, RealTime=256)


def quoted(text: Any) -> Any:
    return f'"{text}"' if isinstance(text, str) and (" " in text or not text) and not text.startswith('"') else text


def arguments(machine: Any, value: Any) -> Any:
    """Arguments as one text."""
    if is_list(value):
        return machine.operators.joined([machine.text(item) for item in elements(value)], " ")
    return "" if value is None or value is MISSING else machine.text(value)


def start(machine: Any, file: Any, args: Any, how: str, **detail: Any) -> Object:
    """Start a program, or open a document with the program for it."""
    line = command_line(file, args)
    if args == "" and is_address(file):
        machine.effect("open", file, how)
    else:
        machine.run(line, how, **detail)
    return process(display(file))


def process(name: str) -> Object:
    stem = name.replace("/", "\\").rpartition("\\")[2].rpartition(".")
    return Object(PROCESS, name=stem[0] or stem[2], file=name)


@PROCESS.makes
def make_process(_machine: Any) -> Object:
    return Object(PROCESS, name="", file="", info=Object(START))


START.fields(
    FileName="",
    Arguments="",
    WindowStyle="Normal",
    CreateNoWindow=False,
    UseShellExecute=True,
    RedirectStandardOutput=False,
    RedirectStandardError=False,
    RedirectStandardInput=False,
    WorkingDirectory="",
    Verb="",
    UserName="",
    Password=None,
    Domain="",
    LoadUserProfile=False,
    StandardOutputEncoding=None,
)


@START.makes
def make_start(machine: Any, file: Any = "", args: Any = "") -> Object:
    return Object(START, filename=machine.text(file), arguments=machine.text(args))


@START.prop("EnvironmentVariables", "Environment")
def environment(_machine: Any, this: Object) -> Hash:
    return this.data.setdefault("environment", Hash())  # type: ignore[no-any-return]


def start_info(machine: Any, info: Object) -> Object:
    style = machine.shown(info.data.get("windowstyle", "")).lower()
    hidden = style == "hidden" or info.data.get("createnowindow") is True
    return start(
        machine,
        machine.text(info.data.get("filename", "")),
        arguments(machine, info.data.get("arguments", "")),
        "[Diagnostics.Process]::Start",
        window="hidden" if hidden else "",
        verb=info.data.get("verb", ""),
        directory=info.data.get("workingdirectory", ""),
    )


@PROCESS.shared("Start", opened=True)
def shared_start(machine: Any, _type: str, file: Any, args: Any = "", *_rest: Any) -> Object:
    if type(file) is Object and file.cls is START:
        return start_info(machine, file)
    return start(machine, machine.text(file), arguments(machine, args), "[Diagnostics.Process]::Start")


@PROCESS.call("Start")
def own_start(machine: Any, this: Object) -> bool:
    info = this.data.get("info")
    if type(info) is Object:
        started = start_info(machine, info)
        this.data.update(name=started.data["name"], file=started.data["file"])
    return True


@PROCESS.prop("StartInfo")
def info_of(_machine: Any, this: Object) -> Any:
    return this.data.setdefault("info", Object(START))


@PROCESS.setter("StartInfo")
def set_info(_machine: Any, this: Object, value: Any) -> None:
    this.data["info"] = value


@PROCESS.shared("GetCurrentProcess")
def current(_machine: Any, _type: str) -> Object:
    return Object(PROCESS, name="powershell", file=r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe")


@PROCESS.shared("GetProcesses", "GetProcessesByName", "GetProcessById")
def processes(machine: Any, _type: str, name: Any = "") -> Any:
    return machine.query(f"processes {machine.shown(name)}", Unknown("processes that run"))


@PROCESS.call("WaitForExit", "WaitForInputIdle")
def wait(_machine: Any, _this: Object, *_args: Any) -> bool:
    return True


@PROCESS.call("Kill", "CloseMainWindow", "Refresh", "BeginOutputReadLine", "BeginErrorReadLine")
def nothing(_machine: Any, _this: Object) -> None:
    return None


@PROCESS.prop("StandardOutput", "StandardError")
def output(_machine: Any, this: Object) -> Object:
    return Object(READER, text=Unknown(f"output of {this.data['file']}"), pos=0)


@PROCESS.prop("StandardInput")
def input_(_machine: Any, this: Object) -> Object:
    return this.data.setdefault("input", Object(WRITER, target=Object(PROCESS, name="", file=""), codec="utf-8"))  # type: ignore[no-any-return]


@PROCESS.prop("Id")
def id_(_machine: Any, _this: Object) -> int:
    return PID


@PROCESS.prop("ProcessName", "Name")
def name_(_machine: Any, this: Object) -> str:
    return str(this.data["name"])


@PROCESS.prop("Path", "FileName")
def path_(_machine: Any, this: Object) -> str:
    return str(this.data["file"])


@PROCESS.prop("MainModule")
def main_module(_machine: Any, this: Object) -> Record:
    return Record("System.Diagnostics.ProcessModule", FileName=this.data["file"], ModuleName=this.data["name"] + ".exe")


@PROCESS.prop("HasExited")
def has_exited(_machine: Any, _this: Object) -> bool:
    return True


@PROCESS.prop("ExitCode")
def exit_code(_machine: Any, _this: Object) -> int:
    return 0


@PROCESS.prop("MainWindowHandle", "Handle")
def handle(_machine: Any, _this: Object) -> int:
    return 0x1A2B


@PROCESS.prop("MainWindowTitle", "Modules", "StartTime", "PriorityClass", "SessionId", "Threads", "WorkingSet64")
def part(_machine: Any, this: Object) -> Unknown:
    return Unknown(f"state of process {this.data['name']}")


@PROCESS.call("ToString")
def shown(_machine: Any, this: Object) -> str:
    return f"System.Diagnostics.Process ({this.data['name']})"


PROCESS.put["priorityclass"] = lambda _machine, _this, _value: None
PROCESS.put["enableraisingevents"] = lambda _machine, _this, _value: None
