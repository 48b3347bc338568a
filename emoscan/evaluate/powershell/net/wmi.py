"""[wmiclass], [wmi], [wmisearcher], directory services."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.values import Record

CLASS: Final = net_class("System.Management.ManagementClass")
SEARCHER: Final = net_class("System.Management.ManagementObjectSearcher")
OBJECT: Final = net_class("System.Management.ManagementObject")
ENTRY: Final = net_class("System.DirectoryServices.DirectoryEntry", "System.DirectoryServices.DirectorySearcher")


@CLASS.makes
def make_class(machine: Any, *args: Any) -> Object:
    texts = [machine.shown(arg) for arg in args if isinstance(arg, str) or type(arg) is Unknown]
    return Object(CLASS, name=texts[-1] if texts else "")


@CLASS.call("Create", "InvokeMethod", opened=True)
def create(machine: Any, this: Object, *args: Any) -> Any:
    from emoscan.evaluate.powershell.commands.processes import wmi_call

    values = list(args)
    method = "Create"
    if values and isinstance(values[0], str) and values[0].lower() == "create" and len(values) > 1:
        method, values = "Create", values[1:]
        from emoscan.evaluate.powershell.convert import elements, is_list

        values = list(elements(values[0])) if is_list(values[0]) else values
    return wmi_call(machine, this.data["name"], method, values, "[wmiclass]")


@CLASS.call("CreateInstance", "PSBase", "GetInstances", "Get", "GetMethodParameters", opened=True)
def create_instance(machine: Any, this: Object, *_args: Any) -> Any:
    from emoscan.evaluate.powershell.commands.processes import persist

    name = this.data["name"].rpartition(":")[2]
    made = Record(name)
    made.set("Put", lambda *_: persist(machine, name, made, "[wmiclass]"))
    made.set("Properties", made)
    return made


@CLASS.prop("__CLASS", "Name")
def class_name(_machine: Any, this: Object) -> str:
    return str(this.data["name"])


@SEARCHER.makes
def make_searcher(machine: Any, *args: Any) -> Object:
    return Object(SEARCHER, query=machine.shown(args[-1]) if args else "")


@SEARCHER.call("Get")
def search(machine: Any, this: Object) -> Any:
    return machine.command("Get-WmiObject", [("Query", this.data["query"])], None, machine.top)


@OBJECT.makes
def make_object(machine: Any, path: Any = "") -> Unknown:
    shown = machine.shown(path)
    return machine.query(f"WMI {shown}", Unknown(f"WMI object {shown}"))  # type: ignore[no-any-return]


@ENTRY.makes
def make_entry(machine: Any, path: Any = MISSING, *_rest: Any) -> Unknown:
    shown = "" if path is MISSING else machine.shown(path)
    return machine.query(f"directory {shown}".strip(), Unknown(f"directory {shown}".strip()))  # type: ignore[no-any-return]
