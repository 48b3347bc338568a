"""Programs, threads, processes and modules."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com.api import Call, api
from emoscan.evaluate.com.common import Text, given, join, text, whole
from emoscan.evaluate.com.dll.sockets import peer_in
from emoscan.evaluate.com.shell32 import VIRTUAL_MACHINE, start
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import Unknown, display

PROCESS: Final = 4712
THREAD: Final = 4716
STARTUP_SIZE: Final = 104
"""Of a STARTUPINFO in 64-bit code."""


@api("ShellExecute", "window verb file parameters folder show")
def shell_execute(call: Call) -> int:
    show = call.value("show")
    start(call.machine, call.text("file"), call.text("parameters"), call.name, verb=call.known("verb"), show=show)
    return 42


@api("ShellExecuteEx", "info")
def shell_execute_ex(call: Call) -> int:
    machine = call.machine
    file, arguments = (text(machine, call.field("info", name)) for name in ("lpFile", "lpParameters"))
    verb, show = call.field("info", "lpVerb"), call.field("info", "nShow")
    start(machine, file, arguments, call.name, verb=display(text(machine, verb)), show=show)
    call.out_fields("info", {"hProcess": call.handle("process"), "hInstApp": 42})
    return 1


@api("WinExec", "command show")
def win_exec(call: Call) -> int:
    hidden = given(call.value("show")) and call.number("show", 1) == 0
    call.machine.run(call.text("command"), call.name, show_window="0" if hidden else "")
    return 33


@api("rtcShell", "command style")
@api("system popen", "command style")
def shell(call: Call) -> float:
    call.machine.run(call.text("command"), call.name)
    return 4712.0


@api("LoadModule", "command block")
def load_module(call: Call) -> int:
    call.machine.run(call.text("command"), call.name)
    return 33


@api("RunDll32 RunHTMLApplication ShellExec_RunDLL OpenURL", "window instance command show")
def run_dll(call: Call) -> int:
    call.machine.run(call.text("command"), call.name)
    return 0


def _create(call: Call) -> int:
    program, command = call.text("program"), call.text("command")
    line: Text = command if command != "" else program
    if command != "" and program != "" and display(program).lower() not in display(command).lower():
        line = join(program, " ", command)
    show = call.field("startup", "wShowWindow")
    flags = whole(call.machine, call.field("startup", "dwFlags"))
    hidden = given(show) and whole(call.machine, show, 1) == 0 and flags & 1
    suspended = call.number("flags") & 4
    record = call.data("startup", STARTUP_SIZE)
    peer = "" if isinstance(record, Unknown) else peer_in(call.machine, record)
    call.machine.run(line, call.name, show_window="0" if hidden else "", flags="suspended" if suspended else "", connection=peer)
    call.out_fields(
        "information",
        {"hProcess": call.handle("process"), "hThread": call.handle("thread"), "dwProcessId": PROCESS, "dwThreadId": THREAD},
    )
    return 1


@api("CreateProcess", "program command process_attributes thread_attributes inherit flags environment folder startup information")
@api(
    "CreateProcessAsUser", "token program command process_attributes thread_attributes inherit flags environment folder startup information"
)
@api(
    "CreateProcessInternal",
    "token program command process_attributes thread_attributes inherit flags environment folder startup information",
)
@api("CreateProcessWithLogon", "user domain password logon program command flags environment folder startup information")
@api("CreateProcessWithToken", "token logon program command flags environment folder startup information")
def create_process(call: Call) -> int:
    return _create(call)


@api("OpenProcess OpenThread", "access inherit id")
def open_process(call: Call) -> int:
    return call.handle("process")


@api("GetCurrentProcess GetCurrentThread")
def current_process(_call: Call) -> int:
    return -1


@api("GetCurrentProcessId GetCurrentThreadId")
def current_process_id(_call: Call) -> int:
    return 9136


@api("GetExitCodeProcess GetExitCodeThread", "process code")
def exit_code(call: Call) -> int:
    call.out("code", 0)
    return 1


@api("ExitProcess", "code")
def exit_process(_call: Call) -> int:
    raise ScriptEnd


@api("TerminateProcess NtTerminateProcess", "process code")
def terminate(call: Call) -> int:
    if call.number("process") == -1:
        raise ScriptEnd
    return 1


@api(
    "WaitForSingleObject WaitForSingleObjectEx WaitForMultipleObjects WaitForInputIdle GetLastError SetErrorMode "
    "NtUnmapViewOfSection NtClose NtDelayExecution SetPriorityClass MsgWaitForMultipleObjects"
)
def nothing(_call: Call) -> int:
    return 0


@api(
    "SuspendThread GetThreadContext SetThreadContext Wow64GetThreadContext Wow64SetThreadContext InitializeProcThreadAttributeList "
    "UpdateProcThreadAttribute DeleteProcThreadAttributeList OpenProcessToken AdjustTokenPrivileges LookupPrivilegeValue CreateEvent "
    "CreateMutex SetLastError DisableThreadLibraryCalls AllocConsole FreeConsole AttachConsole SetConsoleTitle CoInitialize CoUninitialize "
    "EnableMenuItem SetProcessDPIAware RevertToSelf ImpersonateLoggedOnUser"
)
def succeed(_call: Call) -> int:
    return 1


# ---------------------------------------------------------------- modules

ABSENT: Final = (
    "sbiedll",
    "dbghelp",
    "api_log",
    "dir_watch",
    "pstorec",
    "vmcheck",
    "wpespy",
    "cmdvrt",
    "snxhk",
    "cuckoomon",
    *VIRTUAL_MACHINE,
)
"""Libraries that sandboxes put into the processes they watch."""

SYSTEM_LIBRARIES: Final = frozenset(
    (
        "kernel32 kernelbase ntdll user32 gdi32 advapi32 shell32 shlwapi ole32 oleaut32 urlmon wininet winhttp ws2_32 wsock32 crypt32 "
        "bcrypt ncrypt psapi amsi msvcrt ucrtbase vbe7 msvbvm60 version winmm comctl32 comdlg32 userenv rpcrt4 secur32 netapi32 mpr iphlpapi "
        "dbghelp imagehlp mscoree clr rtl msxml3 msxml6 scrobj dnsapi setupapi wintrust cabinet mshtml gdiplus dwmapi uxtheme"
    ).split()
)


def module_name(path: str) -> str:
    return path.rpartition("\\")[2].lower().removesuffix(".dll").removesuffix(".exe")


@api("LoadLibrary", "name")
@api("LoadLibraryEx", "name file flags")
def load_library(call: Call) -> int:
    """Loading a library that is no part of Windows runs what is in it."""
    path = call.text("name")
    name = module_name(display(path))
    if name not in SYSTEM_LIBRARIES or "\\" in display(path).strip("\\"):
        call.machine.effect("load", path, call.name)
        call.machine.give_file(path)
    return call.handle({"module": name})


@api("GetModuleHandle", "name")
def module_handle(call: Call) -> int:
    name = module_name(call.known("name"))
    if any(word in name for word in ABSENT):
        return int(call.machine.query(f"module {name}", 0))
    return call.handle({"module": name})


@api("GetModuleHandleEx", "flags name module")
def module_handle_ex(call: Call) -> int:
    call.out("module", module_handle(call), 8)
    return 1


@api("FreeLibrary", "module")
def free_library(_call: Call) -> int:
    return 1


@api("GetModuleFileName GetModuleFileNameEx", "module buffer size")
def module_file_name(call: Call) -> int:
    path = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
    call.out_text("buffer", path)
    return len(path)


@api("DllRegisterServer DllInstall DllGetClassObject", "a b")
def register_server(call: Call) -> int:
    call.machine.effect("load", call.name, "Declare")
    return 0


# ---------------------------------------------------------------- other processes


@api("CreateToolhelp32Snapshot", "flags process")
def snapshot(call: Call) -> int:
    call.machine.query("running processes", "")
    return call.handle({"snapshot": 0})


@api("Process32First Process32Next", "snapshot entry")
def process_entry(call: Call) -> int:
    from emoscan.evaluate.com.profiles import processes

    found = call.meaning("snapshot")
    if not isinstance(found, dict) or "snapshot" not in found:
        return 0
    at, listed = found["snapshot"], processes(call.machine.world)
    if at >= len(listed):
        return 0
    found["snapshot"] = at + 1
    process = listed[at]
    call.out_fields(
        "entry",
        {
            "szExeFile": process["Name"] + "\0",
            "th32ProcessID": process["ProcessId"],
            "th32ParentProcessID": process["ParentProcessId"],
            "cntThreads": process["ThreadCount"],
        },
    )
    return 1


@api("EnumProcesses", "ids size needed")
def enum_processes(call: Call) -> int:
    from emoscan.evaluate.com.profiles import processes

    listed = processes(call.machine.world)
    call.machine.query("running processes", len(listed))
    call.write(call.pointer("ids"), b"".join(int(p["ProcessId"]).to_bytes(4, "little") for p in listed)[: max(0, call.number("size"))])
    call.out("needed", 4 * len(listed))
    return 1


@api("IsDebuggerPresent")
def debugger(call: Call) -> Any:
    return call.machine.query(call.name, 0)


@api("CheckRemoteDebuggerPresent", "process present")
def remote_debugger(call: Call) -> int:
    call.out("present", int(call.machine.query(call.name, 0)))
    return 1


@api("NtQueryInformationProcess", "process kind information length returned")
def process_information(call: Call) -> int:
    call.machine.query(f"{call.name} {call.number('kind')}", 0)
    call.write(call.pointer("information"), bytes(max(0, min(call.number("length"), 4_096))))
    return 0


@api("AmsiScanBuffer AmsiScanString AmsiInitialize AmsiOpenSession", "a b c d e f")
def amsi(call: Call) -> int:
    call.machine.query(call.name, 0)
    return 0
