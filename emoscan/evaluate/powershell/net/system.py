"""Environment, Console, threads, identity, Windows Forms, and what else a script asks of the computer."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.flow import Code
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.encodings import encoding
from emoscan.evaluate.powershell.net.numbers import next_random
from emoscan.evaluate.powershell.net.web import task
from emoscan.evaluate.powershell.values import Hash, Int64, NetClass, Record

ENVIRONMENT: Final = net_class("System.Environment")

FOLDERS: Final = {
    "ApplicationData": r"{home}\AppData\Roaming",
    "CommonApplicationData": r"C:\ProgramData",
    "CommonDocuments": r"C:\Users\Public\Documents",
    "CommonDesktopDirectory": r"C:\Users\Public\Desktop",
    "CommonProgramFiles": r"C:\Program Files\Common Files",
    "CommonStartup": r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp",
    "Desktop": r"{home}\Desktop",
    "DesktopDirectory": r"{home}\Desktop",
    "Favorites": r"{home}\Favorites",
    "InternetCache": r"{home}\AppData\Local\Microsoft\Windows\INetCache",
    "LocalApplicationData": r"{home}\AppData\Local",
    "MyDocuments": r"{home}\Documents",
    "MyMusic": r"{home}\Music",
    "MyPictures": r"{home}\Pictures",
    "MyVideos": r"{home}\Videos",
    "Personal": r"{home}\Documents",
    "ProgramFiles": r"C:\Program Files",
    "ProgramFilesX86": r"C:\Program Files (x86)",
    "Programs": r"{home}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs",
    "Recent": r"{home}\AppData\Roaming\Microsoft\Windows\Recent",
    "SendTo": r"{home}\AppData\Roaming\Microsoft\Windows\SendTo",
    "StartMenu": r"{home}\AppData\Roaming\Microsoft\Windows\Start Menu",
    "Startup": r"{home}\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup",
    "System": r"C:\Windows\system32",
    "SystemX86": r"C:\Windows\SysWOW64",
    "Templates": r"{home}\AppData\Roaming\Microsoft\Windows\Templates",
    "UserProfile": r"{home}",
    "Windows": r"C:\Windows",
}
NUMBERS: Final = {
    "Desktop": 0, "Programs": 2, "MyDocuments": 5, "Personal": 5, "Favorites": 6, "Startup": 7, "Recent": 8, "SendTo": 9, "StartMenu": 11,
    "DesktopDirectory": 16, "Templates": 21, "CommonStartup": 24, "ApplicationData": 26, "LocalApplicationData": 28, "CommonApplicationData": 35,
    "Windows": 36, "System": 37, "ProgramFiles": 38, "MyPictures": 39, "UserProfile": 40, "SystemX86": 41, "ProgramFilesX86": 42,
}  # fmt: skip
enumeration("System.Environment+SpecialFolder", **{name: NUMBERS.get(name, 100 + i) for i, name in enumerate(FOLDERS)})
_BY_NAME: Final = {name.lower(): path for name, path in FOLDERS.items()}


@ENVIRONMENT.shared("GetFolderPath")
def folder_path(machine: Any, _type: str, folder: Any, _option: Any = None) -> str:
    word = machine.shown(folder).lower()
    if word.isdigit():
        word = next((name.lower() for name, number in NUMBERS.items() if number == int(word)), "")
    return _BY_NAME.get(word, "").replace("{home}", machine.world.profile.home)


@ENVIRONMENT.shared("GetEnvironmentVariable")
def get_variable(machine: Any, _type: str, name: Any, _target: Any = None) -> Any:
    from emoscan.evaluate.powershell.variables import environment

    return environment(machine, machine.shown(name))


@ENVIRONMENT.shared("GetEnvironmentVariables")
def get_variables(machine: Any, _type: str, _target: Any = None) -> Hash:
    made = Hash()
    for name, value in machine.world.profile.environment().items():
        made.set(name, value)
    return made


@ENVIRONMENT.shared("SetEnvironmentVariable", opened=True)
def set_variable(machine: Any, _type: str, name: Any, value: Any, target: Any = "") -> None:
    from emoscan.evaluate.powershell.variables import set_environment

    set_environment(machine, machine.shown(name), value)
    if machine.shown(target).lower() in ("user", "machine", "1", "2"):
        root = (
            r"HKCU:\Environment"
            if machine.shown(target).lower() in ("user", "1")
            else r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
        )
        from emoscan.evaluate.com.registry import write

        write(machine, f"{root}\\{machine.shown(name)}", machine.text(value), "[Environment]::SetEnvironmentVariable")


@ENVIRONMENT.shared("ExpandEnvironmentVariables")
def expand(machine: Any, _type: str, text: Any) -> Any:
    from emoscan.evaluate.com.shells import expand as expand_text

    return expand_text(machine, machine.text(text))


@ENVIRONMENT.shared("Exit", "FailFast")
def exit_(_machine: Any, _type: str, *_args: Any) -> None:
    raise ScriptEnd


@ENVIRONMENT.shared("GetCommandLineArgs")
def command_line(_machine: Any, _type: str) -> list[str]:
    return ["powershell.exe"]


@ENVIRONMENT.shared("GetLogicalDrives")
def drives(_machine: Any, _type: str) -> list[str]:
    return ["C:\\"]


def asked(name: str, read: Any, *, telling: bool = False) -> None:
    def member(machine: Any, _type: str) -> Any:
        value = read(machine)
        return machine.query(f"[Environment]::{name}", value) if telling else value

    ENVIRONMENT.static[name.lower()] = member


asked("UserName", lambda m: m.world.profile.user, telling=True)
asked("MachineName", lambda m: m.world.profile.computer, telling=True)
asked("UserDomainName", lambda m: m.world.profile.domain, telling=True)
asked("Is64BitProcess", lambda _m: True)
asked("Is64BitOperatingSystem", lambda _m: True)
asked("ProcessorCount", lambda m: m.world.profile.cores, telling=True)
asked("NewLine", lambda _m: "\r\n")
asked("CurrentDirectory", lambda m: m.world.directory)
asked("SystemDirectory", lambda _m: r"C:\Windows\system32")
asked("TickCount", lambda _m: 11_520_000)
asked("TickCount64", lambda _m: Int64(11_520_000))
asked("WorkingSet", lambda _m: Int64(90_000_000))
asked("CommandLine", lambda _m: "powershell.exe")
asked("HasShutdownStarted", lambda _m: False)
asked("UserInteractive", lambda _m: True)
asked("ExitCode", lambda _m: 0)
asked("StackTrace", lambda _m: "")


@ENVIRONMENT.shared_prop("OSVersion")
def os_version(machine: Any, _type: str) -> Record:
    return machine.query(  # type: ignore[no-any-return]
        "[Environment]::OSVersion",
        Record(
            "System.OperatingSystem",
            Version=version("10.0.19042.0"),
            VersionString="Microsoft Windows NT 10.0.19042.0",
            Platform="Win32NT",
            ServicePack="",
            ToString=lambda: "Microsoft Windows NT 10.0.19042.0",
        ),
    )


@ENVIRONMENT.shared_prop("Version")
def clr_version(_machine: Any, _type: str) -> Object:
    return version("4.0.30319.42000")


# ---------------------------------------------------------------- Version

VERSION: Final = net_class("System.Version")


def version(text: str) -> Object:
    parts = [int(piece) for piece in text.split(".")[:4] if piece.isdigit() and len(piece) < 12]
    return Object(VERSION, version=tuple((parts + [-1] * 4)[:4]), text=text)


@VERSION.makes
def make_version(machine: Any, *args: Any) -> Object:
    return version(".".join(machine.shown(arg) for arg in args))


VERSION.shared("Parse")(lambda machine, _type, text: version(machine.shown(text)))
for _i, _name in enumerate(("Major", "Minor", "Build", "Revision")):
    VERSION.prop(_name)(lambda _machine, this, _i=_i: this.data["version"][_i])
VERSION.call("ToString")(lambda _machine, this, *_args: this.data["text"])

# ---------------------------------------------------------------- Console, threads, garbage

CONSOLE: Final = net_class("System.Console")
CONSOLE.shared("Write", "WriteLine", "Clear", "Beep", "SetWindowSize", "SetBufferSize", "SetCursorPosition", "ResetColor", opened=True)(
    lambda _machine, _type, *_args: None
)
CONSOLE.shared("ReadLine", "ReadKey", "Read")(lambda _machine, _type, *_args: Unknown("what is typed"))
for _name, _value in (
    ("Title", "Windows PowerShell"),
    ("WindowWidth", 120),
    ("WindowHeight", 30),
    ("KeyAvailable", False),
    ("CapsLock", False),
):
    _key = _name.lower()
    CONSOLE.static[_key] = lambda machine, _type, _key=_key, _value=_value: machine.statics.get(("system.console", _key), _value)
for _name in ("outputencoding", "inputencoding"):
    CONSOLE.static[_name] = lambda machine, _type, _key=_name: machine.statics.get(("system.console", _key)) or encoding("cp932")
for _name in ("out", "error", "in"):
    CONSOLE.static[_name] = lambda _machine, _type: Record(
        "System.IO.TextWriter", WriteLine=lambda *_: None, Write=lambda *_: None, Flush=lambda *_: None
    )

THREAD: Final = net_class("System.Threading.Thread")


@THREAD.shared("Sleep", opened=True)
def sleep(machine: Any, _type: str, amount: Any = 0) -> None:
    if type(amount) is Object and "ticks" in amount.data:
        machine.sleep(amount.data["ticks"] / 10_000_000)
    else:
        machine.sleep(machine.whole(amount) / 1000)


THREAD.static["currentthread"] = lambda *_: Record(
    "System.Threading.Thread",
    CurrentCulture="ja-JP",
    CurrentUICulture="ja-JP",
    ApartmentState="STA",
    ManagedThreadId=1,
    Name="",
    Priority="Normal",
    GetApartmentState=lambda: "STA",
)


@THREAD.makes
def make_thread(_machine: Any, work: Any, *_rest: Any) -> Object:
    return Object(THREAD, work=work)


@THREAD.call("Start")
def start_thread(machine: Any, this: Object, *args: Any) -> None:
    if type(this.data["work"]) is Code:
        machine.call(this.data["work"], args)


THREAD.call("Join", "Abort", "SetApartmentState")(lambda _machine, _this, *_args: True)

MUTEX: Final = net_class("System.Threading.Mutex", "System.Threading.EventWaitHandle", "System.Threading.Semaphore")


@MUTEX.makes
def make_mutex(machine: Any, *args: Any) -> Object:
    name = next((arg for arg in args if isinstance(arg, str)), "")
    if name:
        machine.fact("eval.mutex", name)
    return Object(MUTEX, name=name)


MUTEX.call("WaitOne", "ReleaseMutex", "Close", "Dispose", "Set", "Reset")(lambda _machine, _this, *_args: True)
net_class("System.GC").shared("Collect", "WaitForPendingFinalizers", "KeepAlive", "GetTotalMemory")(lambda _machine, _type, *_args: None)
net_class("System.Threading.Tasks.Task").shared("Delay")(
    lambda machine, _type, amount=0: machine.sleep(machine.whole(amount) / 1000) or task(None)
)

# ---------------------------------------------------------------- identity

IDENTITY: Final = net_class("System.Security.Principal.WindowsIdentity")
PRINCIPAL: Final = net_class("System.Security.Principal.WindowsPrincipal")
enumeration("System.Security.Principal.WindowsBuiltInRole", Administrator=544, User=545, Guest=546, PowerUser=547)


@IDENTITY.shared("GetCurrent")
def identity(_machine: Any, _type: str, *_args: Any) -> Object:
    return Object(IDENTITY)


@IDENTITY.prop("Name")
def identity_name(machine: Any, _this: Object) -> Any:
    profile = machine.world.profile
    return machine.query("WindowsIdentity.Name", f"{profile.domain}\\{profile.user}")


@IDENTITY.prop("User", "Owner")
def identity_user(_machine: Any, _this: Object) -> Record:
    sid = "S-1-5-21-1004336348-1177238915-682003330-1104"
    return Record("System.Security.Principal.SecurityIdentifier", Value=sid, ToString=lambda: sid)


@IDENTITY.prop("IsSystem", "IsAnonymous", "IsGuest")
def identity_no(_machine: Any, _this: Object) -> bool:
    return False


@IDENTITY.prop("Groups", "Token")
def identity_groups(_machine: Any, _this: Object) -> Unknown:
    return Unknown("groups of the user")


@PRINCIPAL.makes
def make_principal(_machine: Any, _identity: Any) -> Object:
    return Object(PRINCIPAL)


@PRINCIPAL.call("IsInRole", opened=True)
def is_in_role(machine: Any, _this: Object, role: Any) -> Unknown:
    return machine.query("whether the user is an administrator", Unknown(f"membership in {machine.shown(role)}"))  # type: ignore[no-any-return]


@PRINCIPAL.prop("Identity")
def principal_identity(_machine: Any, _this: Object) -> Object:
    return Object(IDENTITY)


SID: Final = net_class("System.Security.Principal.SecurityIdentifier", "System.Security.Principal.NTAccount")
SID.makes(
    lambda machine, *args: Record(
        "System.Security.Principal.SecurityIdentifier",
        Value=machine.shown(args[0]) if args else "",
        Translate=lambda *_: Unknown("an account"),
    )
)

# ---------------------------------------------------------------- Windows Forms and what it shows

FORMS: Final = net_class("System.Windows.Forms.Form")


@FORMS.makes
def make_form(_machine: Any, *_args: Any) -> Object:
    return Object(FORMS)


MESSAGE: Final = net_class("System.Windows.Forms.MessageBox", "System.Windows.MessageBox")


@MESSAGE.shared("Show", opened=True)
def show(machine: Any, _type: str, text: Any = "", *_rest: Any) -> str:
    machine.fact("eval.message", machine.shown(text)[:300])
    return "OK"


CLIPBOARD: Final = net_class("System.Windows.Forms.Clipboard", "System.Windows.Clipboard")


@CLIPBOARD.shared("GetText", "GetData", "GetDataObject")
def clipboard(machine: Any, _type: str, *_args: Any) -> Any:
    return machine.clipboard if machine.clipboard is not None else machine.query("clipboard", Unknown("clipboard"))


@CLIPBOARD.shared("SetText", "SetData", "SetDataObject", opened=True)
def set_clipboard(machine: Any, _type: str, *args: Any) -> None:
    machine.clipboard = machine.text(args[-1]) if args else ""


CLIPBOARD.shared("Clear")(lambda machine, _type: setattr(machine, "clipboard", ""))
CLIPBOARD.shared("ContainsText")(lambda machine, _type, *_args: machine.clipboard is not None)
net_class("System.Windows.Forms.SendKeys").shared("SendWait", "Send", opened=True)(
    lambda machine, _type, keys="": machine.type_keys(machine.text(keys), "SendKeys")
)
net_class("System.Windows.Forms.Cursor").static["position"] = lambda machine, _type: Record(
    "System.Drawing.Point", X=next_random(machine, 0, 1920), Y=next_random(machine, 0, 1080)
)
net_class("System.Windows.Forms.Application").shared(
    "Run", "DoEvents", "EnableVisualStyles", "Exit", "SetCompatibleTextRenderingDefault", opened=True
)(lambda _machine, _type, *_args: None)

SCREEN: Final = net_class("System.Windows.Forms.Screen", "System.Windows.Forms.SystemInformation")
_BOUNDS: Final = {"X": 0, "Y": 0, "Left": 0, "Top": 0, "Width": 1920, "Height": 1080}
SCREEN.static["primaryscreen"] = lambda *_: Record(
    "System.Windows.Forms.Screen",
    Bounds=Record("System.Drawing.Rectangle", **_BOUNDS),
    WorkingArea=Record("System.Drawing.Rectangle", **_BOUNDS),
    Primary=True,
)
SCREEN.static["allscreens"] = lambda *_: [SCREEN.static["primaryscreen"]()]
SCREEN.static["virtualscreen"] = lambda *_: Record("System.Drawing.Rectangle", **_BOUNDS)

# ---------------------------------------------------------------- registry

REGISTRY: Final = net_class("Microsoft.Win32.Registry")
KEY: Final = net_class("Microsoft.Win32.RegistryKey")
enumeration("Microsoft.Win32.RegistryValueKind", String=1, ExpandString=2, Binary=3, DWord=4, MultiString=7, QWord=11)
enumeration("Microsoft.Win32.RegistryHive", ClassesRoot=0, CurrentUser=1, LocalMachine=2, Users=3)


def key(path: str) -> Object:
    return Object(KEY, path=path)


for _name, _path in (
    ("CurrentUser", "HKCU"),
    ("LocalMachine", "HKLM"),
    ("ClassesRoot", "HKCR"),
    ("Users", "HKU"),
    ("CurrentConfig", "HKCC"),
):
    REGISTRY.static[_name.lower()] = lambda *_, _path=_path: key(_path)


def read_value(machine: Any, path: str) -> Any:
    from emoscan.evaluate.com.registry import read

    return read(machine, path)


@REGISTRY.shared("GetValue", opened=True)
def registry_get(machine: Any, _type: str, path: Any, name: Any, default: Any = None) -> Any:
    found = read_value(machine, f"{machine.shown(path)}\\{machine.shown(name)}")
    return default if found is None else found


@REGISTRY.shared("SetValue", opened=True)
def registry_set(machine: Any, _type: str, path: Any, name: Any, value: Any, kind: Any = "") -> None:
    from emoscan.evaluate.com.registry import write

    write(
        machine, f"{machine.shown(path)}\\{machine.shown(name)}", plain_value(machine, value), "[Registry]::SetValue", machine.shown(kind)
    )


def plain_value(machine: Any, value: Any) -> Any:
    """A value as the registry keeps it."""
    if isinstance(value, int) and type(value) is not bool:
        return value
    if type(value) is bytearray:
        return bytes(value)
    if is_list(value):
        return machine.operators.joined([machine.text(item) for item in elements(value)], "\n")
    return machine.text(value)


@KEY.call("OpenSubKey", "CreateSubKey", opened=True)
def sub_key(machine: Any, this: Object, name: Any, *_rest: Any) -> Object:
    return key(f"{this.data['path']}\\{machine.shown(name)}")


@KEY.shared("OpenBaseKey", "OpenRemoteBaseKey", opened=True)
def base_key(machine: Any, _type: str, hive: Any, *_rest: Any) -> Object:
    word = machine.shown(hive).lower()
    return key({"currentuser": "HKCU", "localmachine": "HKLM", "classesroot": "HKCR", "users": "HKU"}.get(word, "HKLM"))


@KEY.call("GetValue", opened=True)
def key_get(machine: Any, this: Object, name: Any = "", default: Any = None, *_rest: Any) -> Any:
    return registry_get(machine, "", this.data["path"], name, default)


@KEY.call("SetValue", opened=True)
def key_set(machine: Any, this: Object, name: Any, value: Any, kind: Any = "") -> None:
    registry_set(machine, "", this.data["path"], name, value, kind)


@KEY.call("DeleteValue", "DeleteSubKey", "DeleteSubKeyTree", opened=True)
def key_delete(machine: Any, this: Object, name: Any, *_rest: Any) -> None:
    from emoscan.evaluate.com.registry import delete

    delete(machine, f"{this.data['path']}\\{machine.shown(name)}", "RegistryKey.Delete")


@KEY.call("GetSubKeyNames", "GetValueNames")
def key_names(machine: Any, this: Object) -> list[Any]:
    from emoscan.evaluate.com.registry import inside

    return inside(machine, this.data["path"])[0]


@KEY.prop("Name")
def key_name(_machine: Any, this: Object) -> str:
    from emoscan.evaluate.com.registry import normal

    return normal(this.data["path"])


# ---------------------------------------------------------------- small ones

net_class("System.Globalization.CultureInfo").makes(
    lambda machine, name="": Record(
        "System.Globalization.CultureInfo", Name=machine.shown(name), TwoLetterISOLanguageName=machine.shown(name)[:2]
    )
)


def _culture(machine: Any, _type: str) -> Any:
    lcid = machine.world.profile.lcid
    name = {1041: "ja-JP", 1033: "en-US", 1031: "de-DE", 1040: "it-IT"}.get(lcid, "en-US")
    return machine.query(
        "culture",
        Record(
            "System.Globalization.CultureInfo",
            Name=name,
            LCID=lcid,
            TwoLetterISOLanguageName=name[:2],
            DisplayName=name,
            ToString=lambda: name,
        ),
    )


CULTURE: Final = net_class("System.Globalization.CultureInfo")
for _name in ("CurrentCulture", "CurrentUICulture", "InstalledUICulture"):
    CULTURE.static[_name.lower()] = _culture
CULTURE.static["invariantculture"] = lambda *_: Record("System.Globalization.CultureInfo", Name="", LCID=127)
CULTURE.shared("GetCultureInfo")(lambda machine, _type, name="": Record("System.Globalization.CultureInfo", Name=machine.shown(name)))

RUNTIME: Final = net_class("System.Runtime.InteropServices.RuntimeEnvironment")
RUNTIME.shared("GetRuntimeDirectory")(lambda _machine, _type: "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\")
RUNTIME.shared("GetSystemVersion")(lambda _machine, _type: "v4.0.30319")

NULL_STRING: Final = net_class("System.Management.Automation.Language.NullString", "System.DBNull", "System.Reflection.Missing")
NULL_STRING.static["value"] = lambda *_: None


def exception(cls: NetClass) -> None:
    @cls.makes
    def make(machine: Any, message: Any = "", *_rest: Any) -> Object:
        return Object(cls, message=machine.text(message))

    cls.prop("Message")(lambda _machine, this: this.data["message"])
    cls.prop("InnerException")(lambda _machine, this: None)
    cls.prop("StackTrace", "Source", "HelpLink")(lambda _machine, _this: "")
    cls.prop("HResult")(lambda _machine, _this: -2146233087)
    cls.call("ToString")(lambda machine, this: f"{this.cls.name}: {machine.shown(this.data['message'])}")
    cls.call("GetBaseException")(lambda _machine, this: this)


for _name in (
    "System.Exception", "System.ApplicationException", "System.ArgumentException", "System.ArgumentNullException", "System.InvalidOperationException",
    "System.IO.IOException", "System.IO.FileNotFoundException", "System.NotImplementedException", "System.NotSupportedException",
    "System.Management.Automation.RuntimeException", "System.Security.SecurityException", "System.UnauthorizedAccessException", "System.FormatException",
    "System.ArgumentOutOfRangeException", "System.Net.WebException", "System.TimeoutException", "System.OutOfMemoryException",
):  # fmt: skip
    exception(net_class(_name))
