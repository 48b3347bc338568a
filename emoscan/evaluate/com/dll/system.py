"""Who and where one is: names, folders, environment, time, locale, screen; and windows and messages."""

from __future__ import annotations

from typing import Any

from emoscan.evaluate.com.api import Call, api
from emoscan.evaluate.com.shell32 import VIRTUAL_MACHINE, known_folder
from emoscan.evaluate.com.shells import environ, expand
from emoscan.evaluate.core.values import display
from emoscan.evaluate.core.world import BOOT


def _give(call: Call, buffer: str, text: str) -> int:
    """A text to a buffer; its length."""
    call.out_text(buffer, text)
    return len(text)


@api("GetTempPath", "size buffer")
@api("GetTempPath2", "size buffer")
def temp_path(call: Call) -> int:
    return _give(call, "buffer", call.machine.world.profile.temp + "\\")


@api("GetTempFileName", "folder prefix unique buffer")
def temp_file(call: Call) -> int:
    number = call.number("unique") & 0xFFFF or int(call.machine.world.random.next() * 0xFFFF) or 1
    _give(call, "buffer", rf"{call.known('folder').rstrip(chr(92))}\{call.known('prefix')[:3]}{number:X}.tmp")
    return number


@api("GetWindowsDirectory GetSystemWindowsDirectory", "buffer size")
def windows_directory(call: Call) -> int:
    return _give(call, "buffer", call.machine.world.profile.windows)


@api("GetSystemDirectory", "buffer size")
def system_directory(call: Call) -> int:
    return _give(call, "buffer", rf"{call.machine.world.profile.windows}\system32")


@api("GetSystemWow64Directory", "buffer size")
def wow64_directory(call: Call) -> int:
    return _give(call, "buffer", rf"{call.machine.world.profile.windows}\SysWOW64")


@api("GetCurrentDirectory", "size buffer")
def current_directory(call: Call) -> int:
    return _give(call, "buffer", call.machine.world.directory)


@api("SetCurrentDirectory", "path")
def set_current_directory(call: Call) -> int:
    call.machine.world.directory = call.machine.world.absolute(call.known("path"))
    return 1


@api("SHGetSpecialFolderPath", "window buffer folder create")
def special_folder_path(call: Call) -> int:
    _give(call, "buffer", known_folder(call.machine, call.number("folder") & 0xFF))
    return 1


@api("SHGetFolderPath", "window folder token flags buffer")
def folder_path(call: Call) -> int:
    _give(call, "buffer", known_folder(call.machine, call.number("folder") & 0xFF))
    return 0


@api("SHGetSpecialFolderLocation SHGetFolderLocation", "window folder list")
def folder_location(call: Call) -> int:
    """An item list stands for its folder."""
    handle = call.handle({"folder": known_folder(call.machine, call.number("folder") & 0xFF)})
    call.out("list", handle)
    call.out_fields("list", {"mkid": handle})
    return 0


@api("SHGetPathFromIDList", "list buffer")
def path_from_list(call: Call) -> int:
    found = call.meaning("list")
    if not isinstance(found, dict) or "folder" not in found:
        return 0
    _give(call, "buffer", found["folder"])
    return 1


@api("GetComputerName", "buffer size")
@api("GetComputerNameEx", "kind buffer size")
def computer_name(call: Call) -> int:
    name = call.machine.query(call.name, call.machine.world.profile.computer)
    call.out("size", _give(call, "buffer", name))
    return 1


@api("GetUserName", "buffer size")
def user_name(call: Call) -> int:
    name = call.machine.query(call.name, call.machine.world.profile.user)
    call.out("size", _give(call, "buffer", name) + 1)
    return 1


@api("GetUserNameEx", "format buffer size")
def user_name_ex(call: Call) -> int:
    profile = call.machine.world.profile
    call.out("size", _give(call, "buffer", call.machine.query(call.name, rf"{profile.domain}\{profile.user}")))
    return 1


@api("WNetGetUser", "name buffer size")
def network_user(call: Call) -> int:
    _give(call, "buffer", call.machine.query(call.name, call.machine.world.profile.user))
    return 0


@api("GetEnvironmentVariable", "name buffer size")
def environment_variable(call: Call) -> int:
    value = environ(call.machine, call.known("name"))
    return _give(call, "buffer", value) if value is not None else 0


@api("SetEnvironmentVariable", "name value")
def set_environment_variable(call: Call) -> int:
    value = call.known("value")
    call.machine.grow(len(value) + 64)
    call.machine.world.environment[call.known("name").lower()] = value
    return 1


@api("ExpandEnvironmentStrings", "source buffer size")
def expand_strings(call: Call) -> int:
    return _give(call, "buffer", display(expand(call.machine, call.text("source")))) + 1


@api("GetCommandLine GetEnvironmentStrings FreeEnvironmentStrings")
def command_line(_call: Call) -> int:
    return 0


# ---------------------------------------------------------------- time


@api("Sleep SleepEx", "milliseconds alertable")
def sleep(call: Call) -> int:
    call.machine.world.pass_time((call.number("milliseconds") & 0xFFFFFFFF) / 1000)
    return 0


def _ticks(call: Call) -> int:
    world = call.machine.world
    return int((BOOT + (world.now - world.began)).total_seconds() * 1000)


@api("GetTickCount timeGetTime")
def tick_count(call: Call) -> int:
    return _ticks(call) & 0x7FFFFFFF


@api("GetTickCount64")
def tick_count_64(call: Call) -> int:
    return _ticks(call)


@api("QueryPerformanceCounter", "count")
def performance_counter(call: Call) -> int:
    call.out("count", _ticks(call) * 10_000, 8)
    return 1


@api("QueryPerformanceFrequency", "frequency")
def performance_frequency(call: Call) -> int:
    call.out("frequency", 10_000_000, 8)
    return 1


@api("GetLocalTime GetSystemTime", "time")
def local_time(call: Call) -> None:
    now = call.machine.world.now
    names = ("wYear", "wMonth", "wDay", "wHour", "wMinute", "wSecond")
    fields: dict[str, Any] = dict(zip(names, now.timetuple()[:6])) | {"wDayOfWeek": now.isoweekday() % 7, "wMilliseconds": 0}
    call.out_fields("time", fields)


# ---------------------------------------------------------------- the computer


@api(
    "GetUserDefaultLCID GetSystemDefaultLCID GetUserDefaultLangID GetSystemDefaultLangID GetThreadLocale GetUserDefaultUILanguage GetSystemDefaultUILanguage"
)
def locale(call: Call) -> Any:
    return call.machine.query(call.name, call.machine.world.profile.lcid)


@api("GetKeyboardLayout", "thread")
def keyboard_layout(call: Call) -> Any:
    lcid = call.machine.world.profile.lcid
    return call.machine.query(call.name, lcid << 16 | lcid)


@api("GetLocaleInfo", "locale kind buffer size")
def locale_info(call: Call) -> int:
    profile = call.machine.world.profile
    answers = {
        5: str(profile.country),
        0xB: "932",
        0x1004: "932",
        0x59: "ja",
        0x5A: "JP",
        0x1002: "Japan",
        6: "日本",
        1: f"{profile.lcid:04x}",
    }
    answer = answers.get(call.number("kind"), "")
    call.machine.query(f"{call.name} {call.number('kind')}", answer)
    return _give(call, "buffer", answer) + 1


@api("GetSystemMetrics", "index")
def system_metrics(call: Call) -> Any:
    index = call.number("index")
    answers = {0: 1920, 1: 1080, 16: 1920, 17: 1017, 19: 1, 43: 3, 67: 0, 78: 1920, 79: 1080, 80: 1, 0x1000: 0}
    return call.machine.query(f"GetSystemMetrics {index}", answers.get(index, 1))


@api("GetVersion")
def version(_call: Call) -> int:
    return 0x4A61000A - 0x40000000


@api("GetVersionEx RtlGetVersion", "information")
def version_ex(call: Call) -> int:
    fields = {"dwMajorVersion": 10, "dwMinorVersion": 0, "dwBuildNumber": 19042, "dwPlatformId": 2, "szCSDVersion": "\0"}
    call.out_fields("information", fields)
    return 1


@api("GlobalMemoryStatus GlobalMemoryStatusEx", "status")
def memory_status(call: Call) -> int:
    total = call.machine.query("memory", call.machine.world.profile.memory)
    fields = {"ullTotalPhys": total, "ullAvailPhys": total // 2, "dwTotalPhys": 0x7FFFFFFF, "dwAvailPhys": 0x3FFFFFFF, "dwMemoryLoad": 50}
    call.out_fields("status", fields)
    return 1


@api("GetSystemInfo GetNativeSystemInfo", "information")
def system_info(call: Call) -> None:
    cores = call.machine.query("processors", call.machine.world.profile.cores)
    call.out_fields("information", {"dwNumberOfProcessors": cores, "dwNumberOrfProcessors": cores, "wProcessorArchitecture": 9})


@api("GetDiskFreeSpaceEx", "folder available total free")
def disk_space(call: Call) -> int:
    disk = call.machine.query("disk", call.machine.world.profile.disk)
    for name, value in (("available", disk // 3), ("total", disk), ("free", disk // 3)):
        call.out(name, value, 8)
    return 1


@api("GetVolumeInformation", "root name name_size serial component flags system system_size")
def volume_information(call: Call) -> int:
    _give(call, "name", "Windows")
    _give(call, "system", "NTFS")
    call.out("serial", call.machine.query("serial number of the disk", -1_431_389_082))
    return 1


@api("GetDriveType", "root")
def drive_type(call: Call) -> int:
    return 3 if call.known("root")[:1].lower() in ("c", "") else 1


@api("GetLogicalDrives")
def logical_drives(_call: Call) -> int:
    return 4


@api("IsUserAnAdmin IsNTAdmin")
def is_administrator(call: Call) -> Any:
    return call.machine.query(call.name, 0)


@api("IsWow64Process", "process wow64")
def is_wow64(call: Call) -> int:
    call.out("wow64", 0)
    return 1


# ---------------------------------------------------------------- windows


@api("FindWindow", "class title")
@api("FindWindowEx", "parent after class title")
def find_window(call: Call) -> Any:
    wanted = f"{call.known('class')} {call.known('title')}".strip()
    lower = wanted.lower()
    ours = any(word in lower for word in ("opusapp", "xlmain", "winword", "shell_traywnd", "thunder", "excel", "progman"))
    return call.machine.query(f"window {wanted}", 66_308 if ours and not any(word in lower for word in VIRTUAL_MACHINE) else 0)


@api("GetForegroundWindow GetActiveWindow GetDesktopWindow GetShellWindow GetFocus GetDC GetWindowDC GetParent GetWindow GetAncestor")
def some_window(_call: Call) -> int:
    return 66_308


@api("GetWindowText GetClassName", "window buffer size")
def window_text(call: Call) -> int:
    return _give(call, "buffer", "OpusApp" if call.entry.name == "GetClassName" else "文書 1 - Word")


@api("GetWindowThreadProcessId", "window process")
def window_process(call: Call) -> int:
    call.out("process", 9136)
    return 9140


@api("MessageBox", "window text caption kind")
@api("MessageBoxTimeout MessageBoxEx", "window text caption kind language milliseconds")
def message_box(call: Call) -> int:
    return {3: 6, 4: 6, 5: 4}.get(call.number("kind") & 7, 1)


@api("GetCursorPos", "point")
def cursor(call: Call) -> int:
    """The mouse moves."""
    world = call.machine.world
    world.pass_time(0.01)
    call.out_fields("point", {"x": 400 + int(world.random.next() * 900), "y": 300 + int(world.random.next() * 500)})
    call.machine.query(call.name, "")
    return 1


@api("GetLastInputInfo", "information")
def last_input(call: Call) -> int:
    call.out_fields("information", {"dwTime": _ticks(call) - 1_500})
    call.machine.query(call.name, "")
    return 1


@api("GetAsyncKeyState GetKeyState", "key")
def key_state(call: Call) -> Any:
    return call.machine.query(f"{call.name} {call.number('key')}", 0)


@api("keybd_event", "key scan flags extra")
def keyboard_event(call: Call) -> None:
    key = call.number("key")
    if not call.number("flags") & 2:  # KEYEVENTF_KEYUP
        call.machine.effect("keys", chr(key) if 0x20 <= key < 0x7F else f"key {key}", "keybd_event")


@api(
    "ShowWindow ShowWindowAsync SetForegroundWindow BringWindowToTop SetWindowPos MoveWindow SetWindowText EnableWindow DestroyWindow "
    "SetActiveWindow SetFocus BlockInput ReleaseDC ClipCursor KillTimer UnhookWindowsHookEx PostMessage SendMessage SendMessageTimeout "
    "OpenClipboard CloseClipboard EmptyClipboard SetClipboardData LockWindowUpdate RegisterHotKey UnregisterHotKey SetCursorPos Beep "
    "MessageBeep PlaySound sndPlaySound mciSendString SetWindowLong SetWindowLongPtr GetWindowRect GetClientRect IsWindow IsWindowVisible "
    "DrawMenuBar SetLayeredWindowAttributes UpdateWindow InvalidateRect PeekMessage TranslateMessage DispatchMessage"
)
def accept(_call: Call) -> int:
    return 1


@api("GetWindowLong GetWindowLongPtr GetSystemMenu DeleteMenu RemoveMenu GetMenu ReleaseCapture WindowFromPoint GetDeviceCaps")
def other(call: Call) -> int:
    return 96 if call.entry.name == "GetDeviceCaps" else 0
