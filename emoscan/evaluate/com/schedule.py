"""The task scheduler: Schedule.Service and the definitions it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, command_line, known, text, whole
from emoscan.evaluate.com.markup import Malformed, tokens
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown, display

SERVICE: Final = ObjectClass("Schedule.Service")
FOLDER: Final = ObjectClass("ITaskFolder")
DEFINITION: Final = ObjectClass("ITaskDefinition")
SECTION: Final = ObjectClass("ITaskSection")
"""RegistrationInfo, Settings, Principal: properties that are just kept."""
ACTIONS: Final = ObjectClass("IActionCollection", default="Item")
TRIGGERS: Final = ObjectClass("ITriggerCollection", default="Item")
ACTION: Final = ObjectClass("IAction")
TRIGGER: Final = ObjectClass("ITrigger")
TASK: Final = ObjectClass("IRegisteredTask", default="Name")

TRIGGER_TYPES: Final = {
    0: "event",
    1: "time",
    2: "daily",
    3: "weekly",
    4: "monthly",
    6: "idle",
    7: "registration",
    8: "boot",
    9: "logon",
    11: "session change",
}


@com_class("Schedule.Service", "TaskScheduler.TaskScheduler", "0f87369f-a4e5-4cfc-bd3e-73e6154572dd")
def make_service(_machine: Any) -> Object:
    return Object(SERVICE)


SERVICE.constants({"Connected": True, "HighestVersion": 65_542})


@SERVICE.method("Connect", takes="serverName user domain password")
def _connect(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@SERVICE.method("TargetServer")
def _server(machine: Any, _this: Object) -> Any:
    return machine.world.profile.computer


@SERVICE.method("ConnectedUser")
def _user(machine: Any, _this: Object) -> Any:
    return machine.query("Schedule.Service.ConnectedUser", machine.world.profile.user)


@SERVICE.method("ConnectedDomain")
def _domain(machine: Any, _this: Object) -> Any:
    return machine.query("Schedule.Service.ConnectedDomain", machine.world.profile.domain)


@SERVICE.method("GetFolder", takes="path")
def _get_folder(machine: Any, _this: Object, path: Any = MISSING) -> Object:
    return Object(FOLDER, path=known(machine, path, "\\"))


@SERVICE.method("NewTask", takes="flags")
def _new_task(_machine: Any, _this: Object, _flags: Any = MISSING) -> Object:
    return new_definition()


def new_definition() -> Object:
    made = Object(DEFINITION, actions=Object(ACTIONS, values=[]), triggers=Object(TRIGGERS, values=[]))
    for name in ("registrationinfo", "settings", "principal"):
        made.data[name] = Object(SECTION)
    return made


def _part(name: str) -> None:
    @DEFINITION.method(name)
    def read(_machine: Any, this: Object) -> Any:
        return this.data[name.lower()]


for _name in ("RegistrationInfo", "Settings", "Principal", "Actions", "Triggers"):
    _part(_name)


def _symbolic_section(_machine: Any, this: Object, name: str, _args: tuple[Any, ...]) -> Object:
    """Sections within sections: Settings.IdleSettings, Trigger.Repetition."""
    made: Object = this.data.setdefault(f"section {name.lower()}", Object(SECTION))
    return made


for _class in (SECTION, TRIGGER):
    _class.missing = _symbolic_section


@DEFINITION.setter("XmlText")
def _put_xml(machine: Any, this: Object, value: Any) -> None:
    _read_xml(machine, this, known(machine, value))


def _read_xml(machine: Any, definition: Object, source: str) -> None:
    """The programs of a definition in XML."""
    machine.grow(len(source))
    inside = ""
    fields: dict[str, str] = {}
    try:
        for kind, name, value in tokens(source):
            machine.spend(1)
            if kind == "start":
                inside = name.rpartition(":")[2].lower()
                fields = {} if inside == "exec" else fields
            elif kind in ("text", "cdata") and inside in ("command", "arguments", "workingdirectory"):
                fields[inside] = str(value).strip()
            elif kind == "end":
                if name.rpartition(":")[2].lower() == "exec":
                    action = Object(ACTION, kind=0)
                    action.data["=path"], action.data["=arguments"] = fields.get("command", ""), fields.get("arguments", "")
                    definition.data["actions"].data["values"].append(action)
                inside = ""
    except Malformed:
        machine.unmodelled("task definition that is no well-formed XML")


@ACTIONS.method("Create", takes="Type")
def _create_action(machine: Any, this: Object, kind: Any = MISSING) -> Object:
    machine.grow(400)
    made = Object(ACTION, kind=whole(machine, kind))
    this.data["values"].append(made)
    return made


@TRIGGERS.method("Create", takes="Type")
def _create_trigger(machine: Any, this: Object, kind: Any = MISSING) -> Object:
    machine.grow(400)
    made = Object(TRIGGER, kind=whole(machine, kind))
    this.data["values"].append(made)
    return made


@ACTIONS.method("Item", takes="Index")
@TRIGGERS.method("Item", takes="Index")
def _item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    at = whole(machine, index, 1) - 1
    return this.data["values"][at] if 0 <= at < len(this.data["values"]) else NOTHING


@ACTIONS.method("Count")
@TRIGGERS.method("Count")
def _count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


@ACTIONS.method("Clear")
@TRIGGERS.method("Clear")
def _clear(_machine: Any, this: Object) -> None:
    this.data["values"].clear()


def _each(_machine: Any, this: Object) -> Iterator[Any]:
    yield from list(this.data["values"])


ACTIONS.items = TRIGGERS.items = _each


@ACTION.method("Type")
@TRIGGER.method("Type")
def _type(_machine: Any, this: Object) -> int:
    return this.data["kind"]  # type: ignore[no-any-return]


@FOLDER.method("RegisterTaskDefinition", takes="path definition flags userId password logonType sddl")
def _register(machine: Any, _this: Object, path: Any = MISSING, definition: Any = MISSING, *_: Any) -> Object:
    return register(machine, text(machine, path), definition)


@FOLDER.method("RegisterTask", takes="path xmlText flags userId password logonType sddl")
def _register_xml(machine: Any, _this: Object, path: Any = MISSING, source: Any = MISSING, *_: Any) -> Object:
    definition = new_definition()
    _read_xml(machine, definition, known(machine, source))
    return register(machine, text(machine, path), definition)


def register(machine: Any, name: Text, definition: Any) -> Object:
    """A task is stored: what it runs is an artifact, and so are files it names that the script wrote."""
    if type(definition) is not Object or definition.cls is not DEFINITION:
        machine.effect("schedule", name, "Schedule.Service")
        return Object(TASK, name=name, commands=[])
    triggers = ", ".join(TRIGGER_TYPES.get(t.data["kind"], "other") for t in definition.data["triggers"].data["values"][:20])
    commands = [
        command_line(text(machine, action.data.get("=path")), text(machine, action.data.get("=arguments")))
        for action in definition.data["actions"].data["values"]
    ]
    for command in commands or [""]:
        machine.effect("schedule", name, "Schedule.Service", command=command, trigger=triggers)
        if display(command).strip():
            machine.child(command, "script.cmd", label=display(name), how="run by the task that Schedule.Service registers")
            machine.give_named_files(command)
    return Object(TASK, name=name, commands=commands)


@FOLDER.method("GetTask", takes="path")
def _get_task(machine: Any, _this: Object, path: Any = MISSING) -> Object:
    return Object(TASK, name=text(machine, path), commands=[])


@FOLDER.method("GetTasks", "GetFolders", takes="flags")
def _get_tasks(_machine: Any, _this: Object, _flags: Any = MISSING) -> Object:
    return collection([])


@FOLDER.method("GetFolder", "CreateFolder", takes="path")
def _get_subfolder(machine: Any, _this: Object, path: Any = MISSING, *_: Any) -> Object:
    return Object(FOLDER, path=known(machine, path))


@FOLDER.method("DeleteTask", "DeleteFolder", takes="name flags")
def _delete_task(machine: Any, _this: Object, name: Any = MISSING, _flags: Any = MISSING) -> None:
    machine.effect("delete", text(machine, name), "Schedule.Service")


@FOLDER.method("Path", "Name")
def _folder_path(_machine: Any, this: Object) -> Any:
    return this.data["path"]


@TASK.method("Name", "Path")
def _task_name(_machine: Any, this: Object) -> Any:
    return this.data["name"]


@TASK.method("Run", "RunEx", takes="params")
def _run_task(machine: Any, this: Object, *_: Any) -> Unknown:
    for command in this.data["commands"]:
        machine.run(command, "IRegisteredTask.Run")
    return Unknown("running task")


TASK.field("Enabled", initial=True)
TASK.constants({"State": 3, "LastTaskResult": 0})


@TASK.method("Stop")
def _stop_task(_machine: Any, _this: Object, *_: Any) -> None:
    return None
