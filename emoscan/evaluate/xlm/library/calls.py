"""What leaves the workbook: functions of Windows libraries, programs, DDE, keys, mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, ErrorValue, Unknown, display
from emoscan.evaluate.xlm.library import command, on_ranges
from emoscan.evaluate.xlm.values import NA, NAME, Array, Ref, Refs, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import Registered, XlmMachine

FIRST_ID: Final = -1_048_576_000.0


def register_function(m: XlmMachine, library: Any, function: Any, types: Any, name: Any = MISSING) -> Registered:
    from emoscan.evaluate.xlm.machine import Registered

    m.spend(20)
    made = Registered(display(m.text(library)), display(m.text(function)), display(m.text(types)), FIRST_ID + len(m.by_id))
    if len(m.by_id) < 2_000:
        m.by_id[made.id] = made
        m.registered[made.function.lower()] = made
        given = m.text(name) if name is not MISSING else ""
        if isinstance(given, str) and given:
            m.registered[given.lower()] = made
    return made


@command("REGISTER")
def register(m: XlmMachine, library: Any, function: Any = MISSING, types: Any = "", name: Any = MISSING, *_more: Any) -> Any:
    if function is MISSING:
        m.effect("load", m.text(library), "REGISTER")
        return NAME
    made = register_function(m, library, function, types, name)
    m.fact("xlm.register", f"{made.library}!{made.function}")
    return made.id


@command("REGISTER.ID")
def register_id(m: XlmMachine, library: Any, function: Any = "", types: Any = "") -> Any:
    return register_function(m, library, function, types).id


@command("UNREGISTER")
def unregister(m: XlmMachine, *_more: Any) -> Any:
    return True


@command("CALL")
def call(m: XlmMachine, library: Any, function: Any = MISSING, types: Any = "", *arguments: Any) -> Any:
    """By library, function and types, or by what REGISTER gave, and the arguments."""
    first = m.single(library)
    if type(first) is float and first in m.by_id:
        given = [] if function is MISSING else [function, *([types] if types != "" or arguments else []), *arguments]
        return invoke(m, m.by_id[first], given)
    made = register_function(m, library, function, types)
    m.fact("xlm.register", f"{made.library}!{made.function}")
    return invoke(m, made, list(arguments))


BY_NUMBER: Final = {
    "shell32": {61: "RunFileDlg", 680: "IsUserAnAdmin"},
    "ws2_32": {
        1: "accept", 2: "bind", 3: "closesocket", 4: "connect", 9: "htons", 11: "inet_addr", 16: "recv", 19: "send", 23: "socket", 52: "gethostbyname",
        115: "WSAStartup", 116: "WSACleanup",
    },
}  # fmt: skip
"""Functions that libraries give out by numbers that never change."""
BY_ARGUMENTS: Final = {
    ("urlmon", "NTTNN"): "URLDownloadToFileA",
    ("urlmon", "NTTNNN"): "URLDownloadToCacheFileA",
    ("shell32", "NTTTTN"): "ShellExecuteA",
    ("shell32", "NTTTNN"): "ShellExecuteA",
    ("shell32", "NTTNNN"): "ShellExecuteA",
    ("kernel32", "TN"): "WinExec",
    ("kernel32", "NNNN"): "VirtualAlloc",
    ("kernel32", "NNTNN"): "WriteProcessMemory",
    ("kernel32", "NNNNNN"): "CreateThread",
    ("kernel32", "TTN"): "MoveFileExA",
    ("wininet", "TNTTN"): "InternetOpenA",
    ("wininet", "NTTNNN"): "InternetOpenUrlA",
}
"""Other numbers change with every Windows. What is called shows by what it is given: T a text, N a number."""


def by_number(library: str, number: str, values: tuple[Any, ...]) -> str:
    """The function of a library that a number stands for; empty for one that nobody can tell."""
    plain = library.lower().rpartition("\\")[2].removesuffix(".dll")
    fixed = BY_NUMBER.get(plain, {}).get(int(number)) if len(number) < 6 else None
    shape = "".join("T" if isinstance(value, str) else "N" for value in values)
    return fixed or BY_ARGUMENTS.get((plain, shape), "")


def invoke(m: XlmMachine, registered: Registered, arguments: list[Any]) -> Any:
    """Call a function of a library. What nobody modelled succeeds: it gives zero."""
    from emoscan.evaluate.com import api

    values = tuple(_argument(m, argument) for argument in arguments[:30])
    shown = [m.single(argument) if type(argument) in (Ref, Refs) else argument for argument in arguments]
    name = registered.function.removeprefix("#")
    if name.isdecimal():
        name = by_number(registered.library, name, values) or f"#{name}"
        m.fact("xlm.register", f"{registered.library}!{name}")
    m.traced(f"{registered.library}!{name}", shown, None)
    m.spend(20)
    if "\\" in registered.library and (api.find(name) is None or name.startswith("Dll")):
        # A library of the macro's own: what its code does is not known, only that it runs.
        m.effect("load", registered.library, name)
        return 0.0
    if name.startswith("#"):
        m.unmodelled(f"{registered.library}!{name}")
        return 0.0
    result = api.invoke(m, name, values)
    if isinstance(result, Unknown):
        return 0.0 if api.find(name) is None else result
    if isinstance(result, bool):
        return float(result)
    return float(result) if isinstance(result, int) else result


def _argument(m: XlmMachine, value: Any) -> Any:
    if type(value) is Ref and not value.single:
        value = Array(m.rows_of(value))
    value = m.single(value)
    if type(value) is float:
        return int(value) if value == int(value) else value
    if isinstance(value, bool):
        return int(value)
    return 0 if value is None or value is MISSING or type(value) is ErrorValue else value


@command("EXEC")
def exec_(m: XlmMachine, program: Any, window: Any = MISSING) -> Any:
    value = m.single(program)
    if type(value) is ErrorValue:
        return value
    text = m.text(value)
    style = to_number(m.single(window)) if window is not MISSING else MISSING
    m.run(text, "EXEC", show_window="0" if style == 0.0 else "")
    return 33.0 if text else NA


@command("INITIATE")
def initiate(m: XlmMachine, program: Any, topic: Any) -> Any:
    m.dde_program = f"{display(m.text(program))} {display(m.text(topic))}".strip()
    return 1.0


@command("EXECUTE")
def execute(m: XlmMachine, channel: Any, text: Any) -> Any:
    m.run(f"{m.dde_program} {display(m.text(text))}".strip(), "EXECUTE")
    return True


@command("POKE", "REQUEST", "TERMINATE")
def dde(m: XlmMachine, *_more: Any) -> Any:
    return True


@on_ranges("WEBSERVICE")
def webservice(m: XlmMachine, url: Any) -> Any:
    return m.download(m.text(url), "WEBSERVICE")


@on_ranges("RTD")
def rtd(m: XlmMachine, program: Any, server: Any = "", *_more: Any) -> Any:
    m.effect("load", m.text(program), "RTD", server=display(m.text(server)))
    return Unknown("RTD")


@command("SEND.KEYS", "APP.ACTIVATE.MICROSOFT")
def send_keys(m: XlmMachine, keys: Any = MISSING, *_more: Any) -> Any:
    m.type_keys(m.text(keys), "SEND.KEYS")
    return True


@command("OPEN", "OPEN.TEXT")
def open_(m: XlmMachine, path: Any, *_more: Any) -> Any:
    name = m.text(path)
    shown = display(name)
    if "://" in shown:
        m.download(name, "OPEN")
    elif shown.startswith("\\\\"):
        m.effect("open", name, "OPEN")
    else:
        m.query(f"workbook {shown}", "")
    return True


@command("SEND.MAIL")
def send_mail(m: XlmMachine, recipients: Any, subject: Any = "", *_more: Any) -> Any:
    m.effect("mail", m.text(recipients), "SEND.MAIL", subject=m.text(subject))
    return True


@command("SAVE.AS", "SAVE.COPY.AS", "SAVE.WORKBOOK.AS")
def save_as(m: XlmMachine, path: Any = MISSING, *_more: Any) -> Any:
    name = m.text(path) if path is not MISSING else ""
    if name:
        m.effect("write", name, "SAVE.AS")
    return True


@command("VBA.INSERT.FILE", "INSERT.OBJECT", "ADDIN.MANAGER")
def insert(m: XlmMachine, *values: Any) -> Any:
    m.effect("load", " ".join(display(m.text(value)) for value in values[:3]), "INSERT")
    return True
