"""The session itself: $ExecutionContext, $Host, script blocks, [PowerShell]::Create(), errors."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, Unknown
from emoscan.evaluate.powershell.convert import elements, is_list, unwrap
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.net.system import version
from emoscan.evaluate.powershell.net.web import task
from emoscan.evaluate.powershell.values import Hash, Record, Thrown
from emoscan.evaluate.powershell.variables import VERSION

# ---------------------------------------------------------------- automatic objects


def version_table() -> Hash:
    made = Hash()
    for name, value in (
        ("PSVersion", version(VERSION)),
        ("PSEdition", "Desktop"),
        ("PSCompatibleVersions", [version(text) for text in ("1.0", "2.0", "3.0", "4.0", "5.0", VERSION)]),
        ("BuildVersion", version("10.0.19041.1")),
        ("CLRVersion", version("4.0.30319.42000")),
        ("WSManStackVersion", version("3.0")),
        ("PSRemotingProtocolVersion", version("2.3")),
        ("SerializationVersion", version("1.1.0.1")),
    ):
        made.set(name, value)
    return made


HOST: Final = net_class("System.Management.Automation.Internal.Host.InternalHost")
HOST_UI: Final = net_class("System.Management.Automation.Host.PSHostUserInterface")


def host() -> Object:
    return Object(HOST)


for _name, _value in (
    ("Name", "ConsoleHost"),
    ("CurrentCulture", "ja-JP"),
    ("CurrentUICulture", "ja-JP"),
    ("InstanceId", "5b1a3c1e-0f0e-4bb4-a7f2-0c2f6a7d9b11"),
    ("IsRunspacePushed", False),
):
    HOST.prop(_name)(lambda _machine, _this, _value=_value: _value)
HOST.prop("Version")(lambda _machine, _this: version(VERSION))
HOST.prop("UI")(lambda _machine, _this: Object(HOST_UI))
HOST.prop("PrivateData")(lambda _machine, _this: Record())
HOST.call("SetShouldExit", "EnterNestedPrompt")(lambda _machine, _this, *_args: None)
HOST_UI.call("Write", "WriteLine", "WriteErrorLine", "WriteVerboseLine", "WriteDebugLine", "WriteWarningLine", "WriteProgress")(
    lambda _machine, _this, *_args: None
)
HOST_UI.call("ReadLine", "ReadLineAsSecureString", "Prompt", "PromptForChoice")(lambda _machine, _this, *_args: Unknown("what is typed"))
HOST_UI.prop("SupportsVirtualTerminal")(lambda _machine, _this: True)


@HOST_UI.prop("RawUI")
def raw_ui(_machine: Any, this: Object) -> Record:
    return this.data.setdefault("raw", Record(WindowTitle="Windows PowerShell", ForegroundColor="White", BackgroundColor="DarkBlue"))  # type: ignore[no-any-return]


@HOST_UI.call("PromptForCredential")
def prompt_for_credential(machine: Any, _this: Object, *_args: Any) -> Any:
    machine.effect("query", "credentials of the user", "PromptForCredential")
    return machine.create_object("pscredential", ("", Unknown("a password that is typed")))


def invocation() -> Record:
    command = Record(
        "System.Management.Automation.ScriptInfo",
        Name="",
        Path="",
        Definition="",
        ScriptBlock="",
        CommandType="Script",
        ToString=lambda: "",
    )
    return Record(
        "System.Management.Automation.InvocationInfo",
        MyCommand=command,
        Line="",
        ScriptName="",
        InvocationName="",
        PSScriptRoot="",
        PSCommandPath="",
        BoundParameters=Hash(),
    )


CONTEXT: Final = net_class("System.Management.Automation.EngineIntrinsics")
INVOKER: Final = net_class("System.Management.Automation.CommandInvocationIntrinsics")
STATE: Final = net_class("System.Management.Automation.SessionState")
VARIABLES: Final = net_class("System.Management.Automation.PSVariableIntrinsics")
PATHS: Final = net_class("System.Management.Automation.PathIntrinsics")


def execution_context() -> Object:
    return Object(CONTEXT)


CONTEXT.prop("InvokeCommand")(lambda _machine, _this: Object(INVOKER))
CONTEXT.prop("SessionState")(lambda _machine, _this: Object(STATE))
CONTEXT.prop("Host")(lambda _machine, _this: host())
CONTEXT.prop("InvokeProvider")(lambda _machine, _this: Record())
STATE.prop("PSVariable")(lambda _machine, _this: Object(VARIABLES))
STATE.prop("InvokeCommand")(lambda _machine, _this: Object(INVOKER))
STATE.prop("Path")(lambda _machine, _this: Object(PATHS))
STATE.prop("LanguageMode")(lambda _machine, _this: "FullLanguage")
STATE.put["languagemode"] = lambda _machine, _this, _value: None
PATHS.prop("CurrentLocation")(
    lambda machine, _this: Record(
        "System.Management.Automation.PathInfo", Path=machine.world.directory, ProviderPath=machine.world.directory
    )
)
PATHS.call("GetUnresolvedProviderPathFromPSPath", "GetResolvedPSPathFromPSPath", "Combine")(
    lambda machine, _this, path="", *_rest: machine.path(machine.shown(path))
)


@INVOKER.call("InvokeScript", opened=True)
def invoke_script(machine: Any, _this: Object, *args: Any) -> Any:
    script = next((arg for arg in args if isinstance(arg, (str, Code)) or type(arg) is Unknown), "")
    return unwrap(machine.evaluate_text(script, "$ExecutionContext.InvokeCommand.InvokeScript", machine.top))


@INVOKER.call("NewScriptBlock", opened=True)
def new_script_block(machine: Any, _this: Object, text: Any) -> Any:
    return create_block(machine, "", text)


@INVOKER.call("ExpandString", opened=True)
def expand_string(machine: Any, _this: Object, text: Any) -> Any:
    known = machine.text(text)
    if type(known) is Unknown:
        return known
    quoted = '@"\n' + known + '\n"@'
    return unwrap(machine.call_code(Code(machine.parse(quoted)), [], None, machine.innermost(), dot=True))


@INVOKER.call("GetCommand", "GetCmdlet", "GetCmdlets", "GetCommands", opened=True)
def get_command(machine: Any, _this: Object, name: Any = "*", *_rest: Any) -> Any:
    from emoscan.evaluate.powershell import commands

    return unwrap(commands.found_commands(machine, machine.shown(name), machine.top))


@INVOKER.call("GetCommandName", opened=True)
def get_command_name(machine: Any, _this: Object, name: Any = "*", *_rest: Any) -> Any:
    from emoscan.evaluate.powershell import commands

    return unwrap([info.get("Name") for info in commands.found_commands(machine, machine.shown(name), machine.top)])


@VARIABLES.call("Get")
def variable_get(machine: Any, _this: Object, name: Any) -> Record:
    from emoscan.evaluate.powershell.commands.variables import variable_object

    return variable_object(machine, machine.shown(name).lower(), machine.top)


@VARIABLES.call("GetValue")
def variable_value(machine: Any, _this: Object, name: Any, default: Any = None) -> Any:
    found = machine.find_variable(machine.top, machine.shown(name).lower())
    return default if found is None else found


@VARIABLES.call("Set", opened=True)
def variable_set(machine: Any, _this: Object, name: Any, value: Any = None) -> None:
    machine.top.vars[machine.shown(name).lower()] = value


# ---------------------------------------------------------------- script blocks

BLOCK: Final = net_class("System.Management.Automation.ScriptBlock", of=(Code,))


@BLOCK.shared("Create", opened=True)
def create_block(machine: Any, _type: str, text: Any) -> Any:
    known = machine.text(text)
    if type(known) is Unknown:
        machine.effect("eval", known, "[scriptblock]::Create")
        return Unknown(f"script block of {known.text()[:200]}")
    code = Code(machine.parse(known))
    code.layer = 1
    return code


def run_block(machine: Any, code: Code, args: list[tuple[str | None, Any]], scope: Scope, *, dot: bool = False) -> Any:
    if code.layer:
        text = code.tree.text
        machine.effect("eval", text if len(text) < 300 else text[:300] + "…", "[scriptblock]::Create")
        machine.begin_layer(code.tree)
        return unwrap(machine.in_layer(text, "[scriptblock]::Create argument", lambda: machine.call_code(code, args, None, scope, dot=dot)))
    return unwrap(machine.call_code(code, args, None, scope, dot=dot))


def call_of_code(machine: Any, code: Code, lower: str, args: tuple[Any, ...], scope: Scope) -> Any:
    """Methods of a block; NOTHING for those it does not have."""
    if lower in ("invoke", "invokereturnasis", "begininvoke"):
        given = elements(args[0]) if len(args) == 1 and type(args[0]) is list else list(args)
        return run_block(machine, code, [(None, arg) for arg in given], scope)
    if lower == "invokewithcontext":
        return run_block(machine, code, [(None, arg) for arg in (elements(args[2]) if len(args) > 2 and is_list(args[2]) else ())], scope)
    if lower == "getnewclosure":
        return closure(code, scope)
    if lower == "tostring":
        return code.tree.text
    if lower == "getpowershell":
        return Object(POWERSHELL, pieces=[code])
    if lower == "checkrestrictedlanguage":
        return None
    return NOTHING


def closure(code: Code, scope: Scope) -> Code:
    """A block with the variables as they are now."""
    kept = Scope(scope.whole())
    current: Scope | None = scope
    while current is not None and current.parent is not None:
        for name, value in current.vars.items():
            kept.vars.setdefault(name, value)
        current = current.parent
    return Code(code.tree, kept, code.name, filter_=code.filter)


BLOCK.prop("Ast")(
    lambda _machine, this: Record(
        "System.Management.Automation.Language.ScriptBlockAst", Extent=Record(Text=this.tree.text), ToString=lambda: this.tree.text
    )
)
BLOCK.prop("File", "Module")(lambda _machine, _this: None)
BLOCK.prop("StartPosition")(lambda _machine, this: Record(Content=this.tree.text))
BLOCK.prop("IsFilter")(lambda _machine, this: this.filter)

# ---------------------------------------------------------------- [PowerShell]::Create()

POWERSHELL: Final = net_class("System.Management.Automation.PowerShell")
FACTORY: Final = net_class("System.Management.Automation.Runspaces.RunspaceFactory")
RUNSPACE: Final = net_class("System.Management.Automation.Runspaces.Runspace", "System.Management.Automation.Runspaces.RunspacePool")


@POWERSHELL.shared("Create")
def create_shell(_machine: Any, _type: str, *_args: Any) -> Object:
    return Object(POWERSHELL, pieces=[])


@POWERSHELL.call("AddScript", "AddStatement", opened=True)
def add_script(_machine: Any, this: Object, script: Any = "", *_rest: Any) -> Object:
    this.data["pieces"].append(script)
    return this


@POWERSHELL.call("AddCommand", "Add", opened=True)
def add_command(_machine: Any, this: Object, name: Any, *_rest: Any) -> Object:
    this.data["pieces"].append([name, []])
    return this


@POWERSHELL.call("AddParameter", opened=True)
def add_parameter(machine: Any, this: Object, name: Any, value: Any = MISSING) -> Object:
    if this.data["pieces"] and type(this.data["pieces"][-1]) is list:
        this.data["pieces"][-1][1].append((machine.shown(name), value))
    return this


@POWERSHELL.call("AddArgument", opened=True)
def add_argument(_machine: Any, this: Object, value: Any) -> Object:
    if this.data["pieces"] and type(this.data["pieces"][-1]) is list:
        this.data["pieces"][-1][1].append((None, value))
    else:
        this.data.setdefault("args", []).append((None, value))
    return this


@POWERSHELL.call("Invoke")
def shell_invoke(machine: Any, this: Object, *_args: Any) -> Any:
    out: list[Any] = []
    for piece in this.data["pieces"]:
        if type(piece) is list:
            out = machine.command(machine.shown(piece[0]), piece[1], out or None, machine.top)
        elif type(piece) is Code:
            out = machine.call_code(piece, this.data.get("args", []), None, machine.top)
        else:
            out = machine.evaluate_text(piece, "[PowerShell]::Create().AddScript", machine.top)
    return out


@POWERSHELL.call("BeginInvoke", "InvokeAsync")
def begin_invoke(machine: Any, this: Object, *args: Any) -> Object:
    return task(shell_invoke(machine, this, *args))


@POWERSHELL.call("EndInvoke")
def end_invoke(_machine: Any, _this: Object, handle: Any = None) -> Any:
    return handle.data.get("value") if type(handle) is Object else None


POWERSHELL.call("Stop", "Dispose")(lambda _machine, _this: None)
POWERSHELL.prop("Runspace", "RunspacePool", "Streams", "HadErrors", "InvocationStateInfo")(lambda _machine, _this: Record())
POWERSHELL.prop("Commands")(lambda _machine, this: this)
POWERSHELL.call("Clear")(lambda _machine, this: this.data["pieces"].clear())
for _name in ("runspace", "runspacepool"):
    POWERSHELL.put[_name] = lambda _machine, _this, _value: None
FACTORY.shared("CreateRunspace", "CreateRunspacePool", opened=True)(lambda _machine, _type, *_args: Object(RUNSPACE))
RUNSPACE.call("Open", "Close", "Dispose", "SetMinRunspaces", "SetMaxRunspaces")(lambda _machine, _this, *_args: True)
RUNSPACE.put["apartmentstate"] = RUNSPACE.put["threadoptions"] = lambda _machine, _this, _value: None
HOST.prop("Runspace")(lambda _machine, _this: Object(RUNSPACE))
RUNSPACE.static["defaultrunspace"] = lambda *_: Object(RUNSPACE)
PROXY: Final = net_class("System.Management.Automation.Runspaces.SessionStateProxy")
RUNSPACE.prop("SessionStateProxy")(lambda _machine, _this: Object(PROXY))


@PROXY.call("SetVariable", opened=True)
def proxy_set(machine: Any, _this: Object, name: Any, value: Any = None) -> None:
    machine.top.vars[machine.shown(name).lower()] = value


@RUNSPACE.call("CreatePipeline", "CreateNestedPipeline", opened=True)
def create_pipeline(_machine: Any, _this: Object, *scripts: Any) -> Object:
    return Object(POWERSHELL, pieces=list(scripts[:1]))


# ---------------------------------------------------------------- errors

ERROR: Final = net_class("System.Management.Automation.ErrorRecord")


def make_error_record(_machine: Any, error: ScriptError) -> Object:
    return Object(ERROR, error=error)


def text_of_error(this: Object) -> str:
    return str(this.data["error"].description)


@ERROR.prop("Exception")
def exception_of(machine: Any, this: Object) -> Any:
    error = this.data["error"]
    if isinstance(error, Thrown) and type(error.value) is Object and "message" in error.value.data:
        return error.value
    name = error.type if isinstance(error, Thrown) else "System.Runtime.InteropServices.COMException"
    made = machine.create_object("System.Exception", (error.description,))
    made.data["type"] = name
    return made


ERROR.call("ToString")(lambda _machine, this: text_of_error(this))
ERROR.prop("TargetObject")(lambda _machine, this: getattr(this.data["error"], "value", None))
ERROR.prop("FullyQualifiedErrorId")(lambda _machine, this: getattr(this.data["error"], "type", "COMException").rpartition(".")[2])
ERROR.prop("CategoryInfo")(lambda _machine, _this: Record(Category="NotSpecified", Reason="", Activity=""))
ERROR.prop("ErrorDetails")(lambda _machine, this: Record(Message=text_of_error(this)))
ERROR.prop("ScriptStackTrace")(lambda _machine, _this: "")
ERROR.prop("InvocationInfo")(lambda _machine, _this: invocation())


@ERROR.makes
def make_record(machine: Any, inner: Any = None, *_rest: Any) -> Object:
    error = Thrown(
        "System.Exception",
        machine.shown(inner.data["message"]) if type(inner) is Object and "message" in inner.data else machine.shown(inner),
        inner,
    )
    return Object(ERROR, error=error)
