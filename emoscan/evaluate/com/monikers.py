"""Monikers but those of WMI: scriptlets, web services, directories, elevated objects, files."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class, com_moniker, create
from emoscan.evaluate.com.common import command_line, given, is_address, text, whole
from emoscan.evaluate.com.shells import evaluated
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown


@com_moniker("script", "scriptlet")
def scriptlet(machine: Any, name: str) -> Unknown:
    """`script:http://…`: the scriptlet is fetched and run."""
    target = name.partition(":")[2]
    run_scriptlet(machine, target, "script moniker")
    return Unknown(f"object of scriptlet {target}")


def run_scriptlet(machine: Any, target: str, how: str) -> None:
    if is_address(target):
        machine.download(target, how)
        machine.effect("eval", target, how, language="scriptlet")
        return
    content = machine.content_of(target)
    machine.effect("eval", target, how, language="scriptlet")
    if isinstance(content, bytes):
        machine.give_file(target)


@com_moniker("soap")
def soap(machine: Any, name: str) -> Unknown:
    """`soap:wsdl=http://…`: the description of a service is fetched and compiled (CVE-2017-8759)."""
    address = name.partition("=")[2].partition("|")[0] or name.partition(":")[2]
    machine.download(address, "SOAP moniker")
    machine.effect("eval", address, "SOAP moniker", language="WSDL")
    return Unknown(f"service {address}")


@com_moniker("http", "https", "ftp")
def address(machine: Any, name: str) -> Unknown:
    machine.download(name, "URL moniker")
    return Unknown(f"object at {name}")


DIRECTORY: Final = ObjectClass("IADs")


@com_moniker("winnt", "ldap", "gc", "iis", "nds")
def directory(machine: Any, name: str) -> Object:
    """An object of a directory: asking for it is what is recorded."""
    machine.query(name, "")
    return Object(DIRECTORY, path=name)


def _entry(_machine: Any, this: Object, member: str, _args: tuple[Any, ...]) -> Unknown:
    return Unknown(f"{member} of {this.data['path']}")


DIRECTORY.missing = _entry


@com_moniker("elevation", "session")
def elevated(machine: Any, name: str) -> Object | Unknown | None:
    """`Elevation:Administrator!new:{CLSID}`, `Session:1!clsid:{CLSID}`: the object behind the mark."""
    _, mark, rest = name.rpartition("!")
    return create(machine, rest) if mark else None


@com_moniker("file")
def file(machine: Any, name: str) -> Object | Unknown | None:
    """The object of a file: a document, a scriptlet, a mail; None for a file that is not there."""
    path = name.partition(":")[2].lstrip("/") if name.lower().startswith("file:") else name
    if path.lower().endswith((".sct", ".wsc")):
        run_scriptlet(machine, path, "GetObject")
        return Unknown(f"object of scriptlet {path}")
    if path.lower().endswith((".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta")):
        content = machine.content_of(path)
        if isinstance(content, bytes):
            evaluated(machine, content.decode("utf-8", "replace"), "", "GetObject")
    extension = path.rpartition(".")[2].lower()
    prog_id = DOCUMENTS.get(extension)
    if prog_id is None and not machine.world.files.exists(path):
        return None
    machine.effect("open", path, "GetObject")
    return Unknown(f"{prog_id or 'object'} of {path}")


DOCUMENTS: Final = {
    **dict.fromkeys("doc docx docm dot dotx dotm rtf".split(), "Word.Document"),
    **dict.fromkeys("xls xlsx xlsm xlsb xlt xltx xltm xla xlam csv".split(), "Excel.Sheet"),
    **dict.fromkeys("ppt pptx pptm pps ppsx ppsm pot potx potm".split(), "PowerPoint.Show"),
    **dict.fromkeys("htm html mht".split(), "htmlfile"),
    "msg": "Outlook.FileAttach",
    "pdf": "AcroExch.Document",
}
"""Classes of the objects of files, by extension."""

# ---------------------------------------------------------------- an object that runs programs with more rights

ELEVATED: Final = ObjectClass("CMSTPLUA")


@com_class("3e5fc7f9-9a51-4367-9063-a120244fbec7")
def make_elevated(_machine: Any) -> Object:
    return Object(ELEVATED)


@ELEVATED.method("ShellExec", takes="file parameters directory operation show")
def _shell_exec(
    machine: Any,
    _this: Object,
    target: Any = MISSING,
    parameters: Any = MISSING,
    _folder: Any = MISSING,
    _verb: Any = MISSING,
    show: Any = MISSING,
) -> None:
    hidden = "0" if given(show) and whole(machine, show, 1) == 0 else ""
    machine.run(command_line(text(machine, target), text(machine, parameters)), "CMSTPLUA.ShellExec", show_window=hidden, verb="runas")
