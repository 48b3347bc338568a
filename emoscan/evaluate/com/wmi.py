"""Windows Management Instrumentation: services, queries, classes and what calling their methods does."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.evaluate.com import com_class, com_moniker, profiles, registry
from emoscan.evaluate.com.common import Text, failed, given, join, known, text, thing, whole
from emoscan.evaluate.com.shells import evaluated
from emoscan.evaluate.core.values import MISSING, NULL, OUTPUTS, Object, ObjectClass, Unknown, display

SERVICES: Final = ObjectClass("SWbemServices")
LOCATOR: Final = ObjectClass("SWbemLocator")
SET: Final = ObjectClass("SWbemObjectSet", default="Item")
INSTANCE: Final = ObjectClass("SWbemObject")
"""A class, an instance or a set of parameters. `data["class"]`; properties as `data["=name"]`; their spelling in `names`."""
PROPERTY: Final = ObjectClass("SWbemProperty", default="Value")
PROPERTIES: Final = ObjectClass("SWbemPropertySet", default="Item")
METHOD: Final = ObjectClass("SWbemMethod")
METHODS: Final = ObjectClass("SWbemMethodSet", default="Item")

NOT_FOUND: Final = 0x80041002


class Target(Struct, frozen=True):
    """What a moniker or object path names."""

    server: str
    namespace: str
    path: str
    """Of a class or instance: `Win32_Process`, `Win32_Process.Handle="4"`; empty for the services themselves."""


def parse_path(name: str) -> Target:
    r"""A moniker without `winmgmts:`, or an object path: [{security}!][\\server\][namespace][:class or instance]."""
    rest = name.strip()
    for opening, closing in ("{}", "[]"):
        if rest.startswith(opening):
            rest = rest.partition(closing)[2].lstrip()
    rest = rest.removeprefix("!").strip().replace("/", "\\")
    server = "."
    if rest.startswith("\\\\"):
        server, _, rest = rest[2:].partition("\\")
    head, colon, tail = rest.partition(":")
    if colon:
        return Target(server, head.strip("\\"), tail.strip())
    if rest.lower().startswith("root"):
        return Target(server, rest.strip("\\"), "")
    return Target(server, "", rest.strip())


@com_moniker("winmgmts")
def winmgmts(machine: Any, name: str) -> Object | None:
    """`winmgmts:` in all its forms."""
    target = parse_path(name.partition(":")[2])
    note_server(machine, target.server)
    services = make_services(target.namespace)
    return get_object(machine, services, target.path) if target.path else services


def note_server(machine: Any, server: str) -> None:
    if server not in (".", "", "localhost", "127.0.0.1", machine.world.profile.computer):
        machine.effect("query", f"WMI of {server}", "SWbemLocator.ConnectServer")


def make_services(namespace: str = "") -> Object:
    return Object(SERVICES, namespace=namespace or r"root\cimv2")


@com_class("WbemScripting.SWbemLocator", "WbemScripting.SWbemLocatorEx", "76a64158-cb41-11d1-8b02-00600806d9b6")
def make_locator(_machine: Any) -> Object:
    return Object(LOCATOR)


@LOCATOR.method(
    "ConnectServer", takes="strServer strNameSpace strUser strPassword strLocale strAuthority iSecurityFlags objWbemNamedValueSet"
)
def _connect(machine: Any, _this: Object, server: Any = MISSING, namespace: Any = MISSING, *_: Any) -> Object:
    note_server(machine, known(machine, server, "."))
    return make_services(known(machine, namespace).replace("/", "\\"))


@LOCATOR.method("Security_")
@SERVICES.method("Security_")
@INSTANCE.method("Security_")
def _security(_machine: Any, _this: Object) -> Object:
    made = thing("SWbemSecurity", ImpersonationLevel=3, AuthenticationLevel=4)
    made.cls.method("Privileges")(lambda _machine, _this: Object(PRIVILEGES))
    return made


PRIVILEGES: Final = ObjectClass("SWbemPrivilegeSet")


@PRIVILEGES.method("Add", "AddAsString", "Remove", "DeleteAll")
def _add_privilege(_machine: Any, _this: Object, *_: Any) -> None:
    return None


# ---------------------------------------------------------------- instances


def instance(class_name: str, values: dict[str, Any] | None = None, namespace: str = "") -> Object:
    names = {name.lower(): name for name in values or {}}
    made = Object(INSTANCE, namespace=namespace, names=names)
    made.data["class"] = class_name
    for name, value in (values or {}).items():
        made.data[f"={name.lower()}"] = value
    return made


def instances(machine: Any, class_name: str, namespace: str = "") -> list[Object]:
    """The instances of a class; one whose properties are unknown for a class nobody modelled."""
    make = profiles.CLASSES.get(class_name.lower())
    if make is None:
        return [instance(class_name, namespace=namespace)]
    made = [instance(class_name, values, namespace) for values in make(machine.world)]
    for one in made:
        for key, value in one.data.items():
            if type(value) is list:
                one.data[key] = machine.make_array(value) if key.startswith("=") else value
    return made


_KEYED: Final = re.compile(r"(\w+)(?:\.\s*(\w+)\s*)?=\s*[\"']?([^\"']*)[\"']?")


def get_object(machine: Any, services: Object, path: str) -> Object | None:
    """A class by its name, or an instance by its key; None when there is no such instance."""
    keyed = _KEYED.match(path)
    namespace = services.data["namespace"]
    if keyed is None:
        return instance(path, namespace=namespace)
    machine.query(f"WMI {path}", "")
    found = instances(machine, keyed[1], namespace)
    if keyed[1].lower() not in profiles.CLASSES or not keyed[3] or keyed[3] == "@":
        return found[0] if found else instance(keyed[1], namespace=namespace)
    key = (keyed[2] or "Name").lower()
    for one in found:
        if display(one.data.get(f"={key}")).lower() == keyed[3].lower():
            return one
    return None


def _class_of(this: Object) -> str:
    return str(this.data["class"])


def _value(this: Object, name: str) -> Any:
    """A property that was set or is known; MISSING otherwise."""
    return this.data.get(f"={name}", MISSING)


def _member(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """Methods of the class that the instance or class object is of; properties nobody knows."""
    method = CALLS.get(f"{_class_of(this)}.{name}".lower())
    if method is not None:
        return _invoke(machine, this, method, dict(zip(method.parameters, args, strict=False)))["returnvalue"]
    key = name.lower()
    if args or key.startswith(("set", "change", "delete", "start", "stop", "terminate", "rename", "add", "release", "renew", "enable")):
        machine.unmodelled(f"{_class_of(this)}.{name}")
        return 0
    return Unknown(f"WMI {_class_of(this)}.{name}")


INSTANCE.missing = _member


@INSTANCE.method("Properties_", "SystemProperties_")
def _properties(_machine: Any, this: Object) -> Object:
    return Object(PROPERTIES, of=this)


@PROPERTIES.method("Item", takes="strName")
def _property(machine: Any, this: Object, name: Any = MISSING) -> Object:
    return Object(PROPERTY, of=this.data["of"], name=known(machine, name))


@PROPERTIES.method("Add", takes="strName iCIMType")
def _add_property(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> Object:
    this.data["of"].data["names"][known(machine, name).lower()] = known(machine, name)
    return _property(machine, this, name)


@PROPERTIES.method("Count")
def _property_count(_machine: Any, this: Object) -> int:
    return len(this.data["of"].data["names"])


def _each_property(_machine: Any, this: Object) -> Iterator[Object]:
    for name in list(this.data["of"].data["names"].values()):
        yield Object(PROPERTY, of=this.data["of"], name=name)


PROPERTIES.items = _each_property


@PROPERTY.method("Name")
def _property_name(_machine: Any, this: Object) -> Any:
    return this.data["name"]


@PROPERTY.method("Value")
def _property_value(machine: Any, this: Object) -> Any:
    return machine.get(this.data["of"], this.data["name"])


@PROPERTY.setter("Value")
def _put_property_value(machine: Any, this: Object, value: Any) -> None:
    machine.put(this.data["of"], this.data["name"], (), value)


@PROPERTY.method("IsArray", "IsLocal")
def _property_is_array(_machine: Any, _this: Object) -> bool:
    return False


@INSTANCE.method("Path_")
def _path(_machine: Any, this: Object) -> Object:
    name = _class_of(this)
    relative = f'{name}.Name="{display(_value(this, "name"))}"' if "=name" in this.data else name
    full = rf"\\.\{this.data['namespace']}:{relative}"
    return thing("SWbemObjectPath", "Path", Path=full, RelPath=relative, Class=name, Namespace=this.data["namespace"], Server=".")


@INSTANCE.method("GetObjectText_")
def _object_text(machine: Any, this: Object, *_: Any) -> str:
    lines = [f"\t{name} = {known(machine, this.data.get('=' + key))};" for key, name in this.data["names"].items()]
    return "\n".join([f"\ninstance of {_class_of(this)}", "{", *lines, "};", ""])


@INSTANCE.method("SpawnInstance_", "Clone_", "SpawnDerivedClass_")
def _spawn(machine: Any, this: Object, *_: Any) -> Object:
    machine.grow(400)
    return Object(INSTANCE, **{**this.data, "names": dict(this.data["names"])})


@INSTANCE.method("Instances_", "Associators_", "References_", "Subclasses_")
def _instances_of_class(machine: Any, this: Object, *_: Any) -> Object:
    return Object(SET, values=instances(machine, _class_of(this), this.data["namespace"]))


@INSTANCE.method("Methods_")
def _methods(_machine: Any, this: Object) -> Object:
    return Object(METHODS, of=this)


@METHODS.method("Item", takes="strName")
def _method(machine: Any, this: Object, name: Any = MISSING) -> Object:
    return Object(METHOD, of=this.data["of"], name=known(machine, name))


@METHOD.method("Name")
def _method_name(_machine: Any, this: Object) -> Any:
    return this.data["name"]


@METHOD.method("InParameters", "OutParameters")
def _in_parameters(_machine: Any, _this: Object) -> Object:
    return instance("__PARAMETERS")


@INSTANCE.method("ExecMethod_", "ExecMethodAsync_", takes="strMethodName objWbemInParams iFlags objWbemNamedValueSet")
def _exec_method(machine: Any, this: Object, name: Any = MISSING, parameters: Any = MISSING, *_: Any) -> Object:
    method = CALLS.get(f"{_class_of(this)}.{known(machine, name)}".lower())
    if method is None:
        machine.unmodelled(f"{_class_of(this)}.{known(machine, name)}")
        return instance("__PARAMETERS", {"ReturnValue": 0})
    given_values = parameters.data if type(parameters) is Object else {}
    arguments = {key: given_values[f"={key}"] for key in method.parameters if f"={key}" in given_values}
    return instance("__PARAMETERS", _invoke(machine, this, method, arguments))


@INSTANCE.method("Put_", "PutAsync_")
def _put(machine: Any, this: Object, *_: Any) -> Object:
    """Storing an instance: of event consumers, that is how to be started again."""
    class_name = _class_of(this).lower()
    name = display(_value(this, "name")) if "=name" in this.data else _class_of(this)
    how = f"WMI {_class_of(this)}"
    if class_name == "commandlineeventconsumer":
        command = text(machine, _value(this, "commandlinetemplate")) or text(machine, _value(this, "executablepath"))
        machine.effect("schedule", name, how, command=command)
        machine.child(command, "script.cmd", label=name, how="run by a WMI event consumer")
    elif class_name == "activescripteventconsumer":
        machine.effect("schedule", name, how)
        script, file = text(machine, _value(this, "scripttext")), text(machine, _value(this, "scriptfilename"))
        evaluated(machine, script, known(machine, _value(this, "scriptingengine"), "VBScript"), how)
        machine.give_file(file)
    elif class_name == "__eventfilter":
        machine.effect("schedule", name, how, query=known(machine, _value(this, "query")))
    elif class_name == "__filtertoconsumerbinding":
        machine.effect("schedule", known(machine, path_text(machine, _value(this, "consumer"))), how)
    else:
        machine.unmodelled(f"{_class_of(this)}.Put_")
    return _path(machine, this)


def path_text(machine: Any, value: Any) -> Text:
    return machine.get(value, "Path_").data["path"] if type(value) is Object and value.cls is INSTANCE else text(machine, value)


@INSTANCE.method("Delete_", "DeleteAsync_")
def _delete(machine: Any, this: Object, *_: Any) -> None:
    name = _value(this, "name")
    machine.effect("delete", join(_class_of(this), " ", text(machine, name)) if given(name) else _class_of(this), "WMI Delete_")


@INSTANCE.method("Refresh_", "Qualifiers_", "Derivation_", "CompareTo_")
def _other(_machine: Any, this: Object, *_: Any) -> Unknown:
    return Unknown(f"WMI {_class_of(this)}")


# ---------------------------------------------------------------- what methods do


class Call(Struct, frozen=True):
    """A method of a WMI class: its parameters in lower case, and a function (machine, this, arguments) to further outputs."""

    parameters: tuple[str, ...]
    function: Callable[[Any, Object, dict[str, Any]], dict[str, Any] | None]


CALLS: Final[dict[str, Call]] = {}


def wmi_method(name: str, parameters: str = "") -> Callable[[Any], Any]:
    def add(function: Any) -> Any:
        CALLS[name.lower()] = Call(tuple(parameters.lower().split()), function)
        return function

    return add


def _invoke(machine: Any, this: Object, method: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"returnvalue": 0, **(method.function(machine, this, arguments) or {})}


@wmi_method("Win32_Process.Create", "CommandLine CurrentDirectory ProcessStartupInformation ProcessId")
def _create_process(machine: Any, _this: Object, arguments: dict[str, Any]) -> dict[str, Any]:
    startup = arguments.get("processstartupinformation")
    window = _value(startup, "showwindow") if type(startup) is Object else MISSING
    folder = text(machine, arguments.get("currentdirectory"))
    hidden = given(window) and whole(machine, window, 1) == 0
    machine.run(text(machine, arguments.get("commandline")), "Win32_Process.Create", show_window="0" if hidden else "", folder=folder)
    return {"processid": 4712}


@INSTANCE.method("Create", takes="CommandLine CurrentDirectory ProcessStartupInformation ProcessId")
def _create(machine: Any, this: Object, *args: Any) -> Any:
    """`Create` of the class. Of a class whose name did not come out right it is that of a process, which is what scripts mean."""
    known_name = _class_of(this).lower().startswith(("win32_", "cim_", "msft_", "__"))
    subject = this if known_name else instance("Win32_Process")
    return _member(machine, subject, "Create", args)


@wmi_method("Win32_ScheduledJob.Create", "Command StartTime RunRepeatedly DaysOfWeek DaysOfMonth InteractWithDesktop JobId")
def _create_job(machine: Any, _this: Object, arguments: dict[str, Any]) -> dict[str, Any]:
    command = text(machine, arguments.get("command"))
    machine.effect("schedule", command, "Win32_ScheduledJob.Create", start=known(machine, arguments.get("starttime")))
    machine.child(command, "script.cmd", how="scheduled by Win32_ScheduledJob.Create")
    return {"jobid": 1}


@wmi_method("Win32_Service.Create", "Name DisplayName PathName ServiceType ErrorControl StartMode DesktopInteract StartName StartPassword")
@wmi_method(
    "Win32_BaseService.Create", "Name DisplayName PathName ServiceType ErrorControl StartMode DesktopInteract StartName StartPassword"
)
def _create_service(machine: Any, _this: Object, arguments: dict[str, Any]) -> None:
    command = text(machine, arguments.get("pathname"))
    machine.effect("schedule", known(machine, arguments.get("name")), "Win32_Service.Create", command=command)
    machine.child(command, "script.cmd", how="run by the service that Win32_Service.Create makes")


@wmi_method("Win32_Process.GetOwner", "User Domain")
def _get_owner(machine: Any, _this: Object, arguments: dict[str, Any]) -> dict[str, Any]:
    profile = machine.world.profile
    write_back(arguments, "user", profile.user)
    write_back(arguments, "domain", profile.domain)
    return {"user": profile.user, "domain": profile.domain}


@wmi_method("Win32_Process.Terminate", "Reason")
@wmi_method("Win32_Service.StartService")
@wmi_method("Win32_Service.StopService")
@wmi_method("Win32_Service.ChangeStartMode", "StartMode")
@wmi_method("Win32_OperatingSystem.Reboot")
@wmi_method("Win32_OperatingSystem.Shutdown")
@wmi_method("Win32_OperatingSystem.Win32Shutdown", "Flags Reserved")
@wmi_method("Win32_ShadowCopy.Create", "Volume Context ShadowID")
def _succeed(_machine: Any, _this: Object, _arguments: dict[str, Any]) -> None:
    return None


# ---------------------------------------------------------------- StdRegProv


def write_back(arguments: dict[str, Any], name: str, value: Any) -> None:
    """Give a result to a variable that was passed for it (see ObjectClass.outputs)."""
    reference: Any = arguments.get(name)
    if hasattr(reference, "__setitem__"):
        reference[0] = value


def _registry_path(machine: Any, arguments: dict[str, Any]) -> str:
    root = registry.HANDLES.get(whole(machine, arguments.get("hdefkey"), 0x80000002) & 0xFFFFFFFF, "HKEY_LOCAL_MACHINE")
    return rf"{root}\{known(machine, arguments.get('ssubkeyname'))}"


def _registry_reader(output: str) -> Any:
    def read(machine: Any, _this: Object, arguments: dict[str, Any]) -> dict[str, Any]:
        value = registry.read(machine, rf"{_registry_path(machine, arguments)}\{known(machine, arguments.get('svaluename'))}")
        found = NULL if value is None else value
        write_back(arguments, output, found)
        return {"returnvalue": 2 if value is None else 0, output: found}

    return read


def _registry_writer(output: str, sort: str) -> Any:
    def write(machine: Any, _this: Object, arguments: dict[str, Any]) -> None:
        value = arguments.get(output)
        path = rf"{_registry_path(machine, arguments)}\{known(machine, arguments.get('svaluename'))}"
        many = machine.items(value) if given(value) and type(value) not in (str, int, Unknown) else None
        kept: Any = " ".join(known(machine, item) for item in many[:1_000]) if many is not None else value
        registry.write(machine, path, kept if type(kept) in (int, Unknown) else text(machine, kept), "StdRegProv", sort)

    return write


for _kind, _output in {
    "String": "svalue",
    "ExpandedString": "svalue",
    "MultiString": "svalue",
    "DWORD": "uvalue",
    "QWORD": "uvalue",
    "Binary": "uvalue",
}.items():
    wmi_method(f"StdRegProv.Get{_kind}Value", f"hDefKey sSubKeyName sValueName {_output}")(_registry_reader(_output))
    wmi_method(f"StdRegProv.Set{_kind}Value", f"hDefKey sSubKeyName sValueName {_output}")(_registry_writer(_output, _kind))


@wmi_method("StdRegProv.CreateKey", "hDefKey sSubKeyName")
@wmi_method("StdRegProv.CheckAccess", "hDefKey sSubKeyName uRequired bGranted")
def _create_key(_machine: Any, _this: Object, _arguments: dict[str, Any]) -> dict[str, Any]:
    return {"bgranted": True}


@wmi_method("StdRegProv.DeleteKey", "hDefKey sSubKeyName")
def _delete_key(machine: Any, _this: Object, arguments: dict[str, Any]) -> None:
    registry.delete(machine, _registry_path(machine, arguments) + "\\", "StdRegProv.DeleteKey")


@wmi_method("StdRegProv.DeleteValue", "hDefKey sSubKeyName sValueName")
def _delete_value(machine: Any, _this: Object, arguments: dict[str, Any]) -> None:
    path = rf"{_registry_path(machine, arguments)}\{known(machine, arguments.get('svaluename'))}"
    registry.delete(machine, path, "StdRegProv.DeleteValue")


@wmi_method("StdRegProv.EnumKey", "hDefKey sSubKeyName sNames")
@wmi_method("StdRegProv.EnumValues", "hDefKey sSubKeyName sNames Types")
def _enumerate(machine: Any, _this: Object, arguments: dict[str, Any]) -> dict[str, Any]:
    keys, values = registry.inside(machine, _registry_path(machine, arguments))
    found = machine.make_array(values if "types" in arguments else keys)
    write_back(arguments, "snames", found)
    return {"snames": found}


RESULTS: Final = frozenset(("svalue", "uvalue", "snames", "types", "user", "domain"))
"""Parameters that are written to."""


def _writing(name: str) -> None:
    @INSTANCE.method(name)
    def call(machine: Any, this: Object, *args: Any) -> Any:
        method = CALLS.get(f"{_class_of(this)}.{name}".lower())
        names = method.parameters if method is not None else ()
        values = [
            value if at < len(names) and names[at] in RESULTS else value[0] if hasattr(value, "__setitem__") else value
            for at, value in enumerate(args)
        ]
        return _member(machine, this, name, tuple(values))


for _name in OUTPUTS:
    _writing(_name)
INSTANCE.outputs |= OUTPUTS


# ---------------------------------------------------------------- services


@SERVICES.method("Get", "GetAsync", takes="strObjectPath iFlags objWbemNamedValueSet")
def _get(machine: Any, this: Object, path: Any = MISSING, *_: Any) -> Any:
    name = text(machine, path)
    if isinstance(name, Unknown):
        return Unknown(f"WMI {name.text()}")
    target = parse_path(name)
    found = get_object(machine, make_services(target.namespace or this.data["namespace"]), target.path)
    if found is None:
        raise failed(NOT_FOUND, "Not found")
    return found


_QUERY: Final = re.compile(r"\bfrom\s+(\w+)(?:\s+within\s+[\d.]+)?(?:\s+where\s+(.*))?\s*;?\s*$", re.IGNORECASE | re.DOTALL)
_CONDITION: Final = re.compile(r"(\w+)\s*(=|<>|!=|>=|<=|>|<|\blike\b|\bis\b)\s*(.*)", re.IGNORECASE | re.DOTALL)
_OR: Final = re.compile(r"\s+or\s+", re.IGNORECASE)
_AND: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
MAX_QUERY: Final = 2_000


def fulfils(one: Object, condition: str) -> bool:
    """Whether an instance fulfils the condition of a query. What cannot be told counts as fulfilled."""
    return any(all(_holds(one, term) for term in _AND.split(part)) for part in _OR.split(condition))


COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def _holds(one: Object, term: str) -> bool:
    match = _CONDITION.match(term.strip().lstrip("( "))
    if match is None:
        return True
    value = one.data.get(f"={match[1].lower()}", MISSING)
    wanted = match[3].strip(") ").strip("'\"").lower()
    if value is MISSING or type(value) is Unknown:
        return True
    comparison = match[2].lower()
    if comparison == "is":
        return (value is NULL) == ("not" not in wanted)
    shown = "" if value is NULL else display(value).lower()
    if comparison == "like":
        return like(shown[:500], wanted[:200])
    numbers = [float(side) if _NUMBER.fullmatch(side) else None for side in (shown, wanted)]
    left, right = numbers if None not in numbers else (shown, wanted)
    return COMPARE[comparison](left, right)


_NUMBER: Final = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")


def like(value: str, pattern: str) -> bool:
    """LIKE of WQL: `%` stands for any text, `_` for a character. Takes time in proportion to both lengths multiplied."""
    at = in_pattern = 0
    star, mark = -1, 0
    while at < len(value):
        if in_pattern < len(pattern) and pattern[in_pattern] == "%":
            star, mark = in_pattern, at
            in_pattern += 1
        elif in_pattern < len(pattern) and pattern[in_pattern] in ("_", value[at]):
            at += 1
            in_pattern += 1
        elif star >= 0:
            mark += 1
            at, in_pattern = mark, star + 1
        else:
            return False
    return pattern[in_pattern:].strip("%") == ""


@SERVICES.method("ExecQuery", takes="strQuery strQueryLanguage iFlags objWbemNamedValueSet")
def _exec_query(machine: Any, this: Object, query: Any = MISSING, *_: Any) -> Any:
    wql = text(machine, query)
    if isinstance(wql, Unknown):
        machine.effect("query", wql, "WMI")
        return Unknown(f"WMI {wql.text()}")
    match = _QUERY.search(wql[:MAX_QUERY])
    found: list[Object] = []
    if match is not None:
        found = [one for one in instances(machine, match[1], this.data["namespace"]) if not match[2] or fulfils(one, match[2])]
    machine.query(f"WMI {' '.join(wql[:MAX_QUERY].split())}", f"{len(found)} instances")
    return Object(SET, values=found)


@SERVICES.method("ExecQueryAsync", "ExecNotificationQueryAsync", "InstancesOfAsync", takes="objWbemSink strQuery")
def _query_async(machine: Any, this: Object, _sink: Any = MISSING, query: Any = MISSING, *_: Any) -> None:
    _exec_query(machine, this, query)


@SERVICES.method("InstancesOf", takes="strClass iFlags objWbemNamedValueSet")
def _instances_of(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> Object:
    class_name = known(machine, name)
    machine.query(f"WMI instances of {class_name}", "")
    return Object(SET, values=instances(machine, class_name, this.data["namespace"]))


@SERVICES.method("ExecMethod", "ExecMethodAsync", takes="strObjectPath strMethodName objWbemInParams iFlags objWbemNamedValueSet")
def _exec(machine: Any, this: Object, path: Any = MISSING, name: Any = MISSING, parameters: Any = MISSING, *_: Any) -> Any:
    subject = _get(machine, this, path)
    return _exec_method(machine, subject, name, parameters) if type(subject) is Object else subject


@SERVICES.method("ExecNotificationQuery", takes="strQuery")
def _notification(machine: Any, _this: Object, query: Any = MISSING, *_: Any) -> Object:
    machine.query(f"WMI {known(machine, query)}", "")
    return Object(EVENTS)


EVENTS: Final = ObjectClass("SWbemEventSource")


@EVENTS.method("NextEvent")
def _next_event(machine: Any, _this: Object, *_: Any) -> Object:
    machine.world.pass_time(5)
    return instance("__InstanceCreationEvent", {"TargetInstance": instance("Win32_Process")})


@SERVICES.method("SubclassesOf", "AssociatorsOf", "ReferencesTo")
def _related(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> Object:
    return Object(SET, values=[instance(known(machine, name), namespace=this.data["namespace"])])


@SERVICES.method("Delete", "DeleteAsync", takes="strObjectPath")
def _delete_path(machine: Any, _this: Object, path: Any = MISSING, *_: Any) -> None:
    machine.effect("delete", text(machine, path), "SWbemServices.Delete")


@SET.method("Item", takes="strObjectPath")
def _set_item(_machine: Any, this: Object, _path: Any = MISSING) -> Any:
    if not this.data["values"]:
        raise failed(NOT_FOUND, "Not found")
    return this.data["values"][0]


@SET.method("ItemIndex", takes="lIndex")
def _set_at(machine: Any, this: Object, index: Any = MISSING) -> Any:
    at = whole(machine, index)
    if not 0 <= at < len(this.data["values"]):
        raise failed(NOT_FOUND, "Not found")
    return this.data["values"][at]


@SET.method("Count")
def _set_count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


def _each(_machine: Any, this: Object) -> Iterator[Object]:
    yield from list(this.data["values"])


SET.items = _each
