"""Commands that run other code: ForEach-Object, Where-Object, Invoke-Expression, Invoke-Command, jobs; and those that find commands."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.powershell.binding import Call
from emoscan.evaluate.powershell.commands import ALIASES, cmdlet, command_info, found_commands, spelt
from emoscan.evaluate.powershell.convert import elements, is_list, truth, unwrap
from emoscan.evaluate.powershell.flow import Break, Code, Continue, Return, Scope
from emoscan.evaluate.powershell.members import spelling
from emoscan.evaluate.powershell.pure import AT_A_TIME, FEW, Memory, pure_block
from emoscan.evaluate.powershell.values import Bound, Record, Thrown, type_name
from emoscan.evaluate.powershell.wildcards import has_wildcards, like


class Underscore:
    """`$_` of a scope, put back when done."""

    __slots__ = ("before", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.before = scope.vars.get("_", MISSING)

    def restore(self) -> None:
        if self.before is MISSING:
            self.scope.vars.pop("_", None)
        else:
            self.scope.vars["_"] = self.before


@cmdlet(
    "ForEach-Object", takes="Process+0* Begin End RemainingScripts InputObject MemberName ArgumentList,args Parallel ThrottleLimit AsJob?"
)
def for_each_object(m: Any, call: Call) -> list[Any]:
    blocks = call.many("Process") or call.many("Parallel")
    begin, end = call.get("Begin"), call.get("End")
    if len(blocks) > 1 and all(type(block) is Code for block in blocks):  # begin, process …, end by position
        if begin is None:
            begin, blocks = blocks[0], blocks[1:]
        if end is None and len(blocks) > 1:
            end, blocks = blocks[-1], blocks[:-1]
    scope = call.scope
    out: list[Any] = []
    items = call.objects()
    if type(begin) is Code:
        out += m.call_code(begin, [], None, scope, dot=True)
    if blocks and type(blocks[0]) is not Code:
        out += of_members(m, items, m.shown(blocks[0]), tuple(call.many("ArgumentList")) + tuple(blocks[1:]), call)
    elif blocks:
        go_through(m, items, [block for block in blocks if type(block) is Code], scope, out)
    elif call.has("MemberName"):
        out += of_members(m, items, call.shown("MemberName"), tuple(call.many("ArgumentList")), call)
    if type(end) is Code:
        out += m.call_code(end, [], None, scope, dot=True)
    return out


def go_through(m: Any, items: list[Any], blocks: list[Code], scope: Scope, out: list[Any]) -> None:
    held = Underscore(scope)
    watch = m.enter_loop(0, items)
    runs = [run for block in blocks if (run := simple_body(m, block)) is not None]
    left = len(items)
    try:
        if left > FEW and len(runs) == len(blocks) == 1 and pure_block(blocks[0]):
            memory = Memory(runs[0], scope)
            for start in range(0, left, AT_A_TIME):
                if not watch.round(AT_A_TIME):
                    break
                memory.extend(items[start : start + AT_A_TIME], out)
            return
        for item in list(items) if len(items) < 10_000 else items:
            left -= 1
            if not watch.round(4):
                break
            scope.vars["_"] = item
            try:
                for run in runs:
                    run(scope, out)
            except Return as leave:
                out.extend(leave.values)
            except Continue:
                continue
            except (Break, ScriptEnd) as leave:
                if not (left and watch.goes_on(leave)):
                    raise
    finally:
        watch.leave()
        held.restore()
    if watch.pending is not None and not isinstance(watch.pending, ScriptEnd):
        raise watch.pending


def simple_body(m: Any, block: Code) -> Any:
    """What a block does for one object, without the cost of a call."""
    made = m.compiled(block.tree)
    if made.params or made.begin is not None or block.layer:
        return lambda scope, out: out.extend(m.call_code(block, [], [scope.vars["_"]], scope, dot=True))
    return made.process or made.end


def of_members(m: Any, items: list[Any], name: str, args: tuple[Any, ...], call: Call) -> list[Any]:
    """`% Length`, `% ToString 'x'`."""
    out: list[Any] = []
    for item in items:
        m.tick(3)
        value = m.get_member(item, name.lower(), name)
        if type(value) is Bound:
            value = m.call_method(item, name, args, call.scope)
        if is_list(value):
            out += elements(value)
        elif value is not None:
            out.append(value)
    return out


COMPARISONS: Final = "eq ne gt ge lt le like notlike match notmatch contains notcontains in notin is isnot ceq cne clike cmatch cin".split()


@cmdlet(
    "Where-Object",
    takes="FilterScript+0 Property Value+1 InputObject Not? " + " ".join(f"{name.upper()}?" for name in COMPARISONS),
)
def where_object(m: Any, call: Call) -> list[Any]:
    test = call.get("FilterScript", call.get("Property"))
    items = call.objects()
    out: list[Any] = []
    scope = call.scope
    if type(test) is Code:
        held = Underscore(scope)
        watch = m.enter_loop(0, items)
        run = simple_body(m, test)
        try:
            for item in list(items):
                if not watch.round(4):
                    break
                scope.vars["_"] = item
                found: list[Any] = []
                try:
                    if run is not None:
                        run(scope, found)
                except Return as leave:
                    found.extend(leave.values)
                if truth(unwrap(found)) is not False:
                    out.append(item)
        finally:
            watch.leave()
            held.restore()
        return out
    name = m.shown(test)
    operator = next((op for op in COMPARISONS if call.on(op)), "")
    value = call.get("Value", True)
    for item in items:
        m.tick(3)
        held_value = m.get_member(item, name.lower(), name)
        if call.on("Not"):
            keep: Any = truth(held_value) is not True
        elif operator:
            keep = truth(m.operators.table[operator](held_value, value))
        else:
            keep = truth(held_value)
        if keep is not False:
            out.append(item)
    return out


@cmdlet("Invoke-Expression", takes="Command+0")
def invoke_expression(m: Any, call: Call) -> list[Any]:
    texts = call.many("Command") if call.has("Command") else list(call.input or [])
    out: list[Any] = []
    if len(texts) > 1 and call.has("Command"):
        texts = [m.list_text(texts)]
    elif len(texts) > 20 and all(isinstance(text, str) for text in texts):
        texts = ["\n".join(texts)]  # lines of a file
    for text in texts:
        out += m.evaluate_text(text, "Invoke-Expression", call.scope)
    return out


@cmdlet(
    "Invoke-Command",
    takes="ScriptBlock+1,Command ComputerName,Cn FilePath ArgumentList,Args* Session NoNewScope? InputObject Credential AsJob? JobName Port UseSSL? "
    "ConfigurationName ConnectionUri Authentication SessionOption ThrottleLimit HideComputerName? VMName Hostname",
)
def invoke_command(m: Any, call: Call) -> list[Any]:
    block = call.get("ScriptBlock")
    args = call.many("ArgumentList")
    if type(block) is not Code:  # a session stands before it
        block = next((value for value in [*call.values.values(), *args, *call.extra] if type(value) is Code), block)
        args = [value for value in args if value is not block]
        if block is None and call.input:
            block = next((value for value in call.input if type(value) is Code), None)
    if call.has("ComputerName") and type(call.get("ComputerName")) is not Code:
        m.effect("connect", call.text("ComputerName"), "Invoke-Command")
    if type(block) is Code:
        from emoscan.evaluate.powershell.net.session import run_block

        value = run_block(m, block, [(None, value) for value in args], call.scope, dot=call.on("NoNewScope"))
        return list(elements(value))
    if block is not None:
        return list(m.evaluate_text(block, "Invoke-Command", call.scope))
    return []


@cmdlet(
    "Start-Job",
    "Start-ThreadJob",
    takes="ScriptBlock+0,Command ArgumentList,Args* FilePath InitializationScript Name Credential InputObject RunAs32? PSVersion",
)
def start_job(m: Any, call: Call) -> list[Any]:
    block = call.get("ScriptBlock")
    out: list[Any] = []
    prepare = call.get("InitializationScript")
    if type(prepare) is Code:
        m.call_code(prepare, [], None, call.scope, dot=True)
    if type(block) is Code:
        out = m.call_code(block, [(None, value) for value in call.many("ArgumentList")], call.input, call.scope)
    elif block is not None:
        out = m.evaluate_text(block, "Start-Job", call.scope)
    job = Record(
        "System.Management.Automation.PSRemotingJob", Id=1, Name=call.shown("Name", "Job1"), State="Completed", HasMoreData=True, Output=out
    )
    job.set("ChildJobs", [job])
    return [job]


@cmdlet("Receive-Job", takes="Job+0 Id Name InstanceId Keep? Wait? AutoRemoveJob? ErrorAction")
def receive_job(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for job in call.objects("Job"):
        if type(job) is Record:
            out += elements(job.get("Output", []))
    return out


@cmdlet("Wait-Job", "Get-Job", "Stop-Job", "Remove-Job", takes="Job+0 Id Name Timeout Any? State Force?")
def wait_job(_m: Any, call: Call) -> list[Any]:
    return list(call.objects("Job")) if call.name == "Wait-Job" else []


@cmdlet(
    "Get-Command",
    takes="Name+0 Verb Noun Module,PSSnapin CommandType,Type TotalCount Syntax? ArgumentList,Args All? ListImported? ParameterName",
)
def get_command(m: Any, call: Call) -> list[Any]:
    names = [*call.texts("Name"), *(m.shown(item) for item in call.input or [])]
    if not names and (call.has("Verb") or call.has("Noun")):
        names = [f"{call.shown('Verb', '*')}-{call.shown('Noun', '*')}"]
    found: list[Any] = []
    for name in names or ["*"]:
        found += found_commands(m, name, call.scope)
    sort = call.shown("CommandType").lower()
    if sort:
        found = [item for item in found if m.shown(item.get("CommandType")).lower() in sort or sort == "all"] or found
    if call.on("Syntax"):
        return [f"{item.get('Name')} [<CommonParameters>]" for item in found]
    return found


@cmdlet("Get-Alias", takes="Name+0 Exclude Scope Definition")
def get_alias(m: Any, call: Call) -> list[Any]:
    known = {**{name: spelt(name) for name in ALIASES}, **m.aliases}
    definition = call.shown("Definition").lower()
    patterns = [*call.texts("Name"), *(m.shown(item) for item in call.input or [])] or ["*"]
    found = []
    for pattern in patterns:
        found += [(name, target) for name, target in known.items() if like(name, pattern) and (not definition or like(target, definition))]
    if not found and not any(has_wildcards(pattern) for pattern in patterns):
        raise Thrown(
            "System.Management.Automation.ItemNotFoundException",
            f"This command cannot find a matching alias because an alias with the name '{patterns[0][:80]}' does not exist.",
        )
    return [command_info(name, "Alias", target) for name, target in found]


@cmdlet("Set-Alias", "New-Alias", takes="Name+0 Value+1 Description Option PassThru? Scope Force?")
def set_alias(m: Any, call: Call) -> None:
    if call.has("Name") and call.has("Value"):
        name, value = call.shown("Name").lower(), call.shown("Value")
        if name != value.lower():
            m.aliases[name] = value
            m.undo("alias")


@cmdlet("Import-Alias", "Export-Alias", takes="Path+0")
def import_alias(_m: Any, _call: Call) -> None:
    return None


@cmdlet("Out-Null", "Out-Default", "Out-Host", takes="InputObject Paging?")
def out_null(_m: Any, _call: Call) -> None:
    return None


@cmdlet(
    "Import-Module",
    takes="Name+0 Force? Global? PassThru? DisableNameChecking? Function Cmdlet Variable Alias Prefix RequiredVersion MinimumVersion Scope Assembly",
)
def import_module(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.names("Name"):
        text = m.text(name)
        if type(text) is Unknown:
            m.effect("load", text, "Import-Module")
        elif any(c in text for c in "\\/") or text.lower().endswith((".ps1", ".psm1", ".dll", ".psd1")):
            path = m.path(text)
            m.effect("load", path, "Import-Module")
            content = m.content_of(path)
            if isinstance(content, bytes) and not path.lower().endswith(".dll"):
                from emoscan.parse.text import text_of

                out += m.evaluate_text(text_of(content), "Import-Module", call.scope)
    return out if call.on("PassThru") else []


@cmdlet("New-Module", takes="Name ScriptBlock+0 Function Cmdlet ReturnResult? AsCustomObject? ArgumentList,Args")
def new_module(m: Any, call: Call) -> list[Any]:
    block = call.get("ScriptBlock", call.get("Name"))
    if type(block) is Code:
        out: list[Any] = m.call_code(block, [(None, value) for value in call.many("ArgumentList")], None, call.scope, dot=True)
        return out if call.on("ReturnResult") else []
    return []


@cmdlet(
    "Export-ModuleMember", "Remove-Module", "Set-StrictMode", "Set-PSDebug", "Register-ArgumentCompleter", "Update-TypeData", "Update-FormatData", "Set-PSReadLineOption",
    "Enable-PSRemoting", "Disable-PSRemoting", "Start-Transcript", "Stop-Transcript", "Clear-Host", "Clear-History", "Set-Culture", "Add-PSSnapin", "Get-Verb", "Pause",
    "Set-WinUserLanguageList", "Set-PSReadLineKeyHandler", "Set-TimeZone", "Remove-PSReadLineKeyHandler", "Use-Transaction", "Wait-Event", "Remove-Event",
    takes="Name+0 Value+1 Function Cmdlet Variable Alias Version Off? Path",
)  # fmt: skip
def nothing(_m: Any, _call: Call) -> None:
    return None


@cmdlet("Get-Module", "Get-InstalledModule", takes="Name+0 ListAvailable? All?")
def get_module(_m: Any, _call: Call) -> list[Any]:
    return []


@cmdlet(
    "Install-Module",
    "Install-Package",
    "Install-PackageProvider",
    "Install-Script",
    takes="Name+0 Force? Scope Repository RequiredVersion MinimumVersion AllowClobber?",
)
def install_module(m: Any, call: Call) -> None:
    m.effect("download", call.text("Name"), call.name)


@cmdlet("Get-Help", "help", "man", takes="Name+0 Full? Examples? Online? Parameter")
def get_help(_m: Any, _call: Call) -> list[Any]:
    return [Unknown("help text")]


@cmdlet("Get-History", "Invoke-History", takes="Id+0 Count")
def get_history(_m: Any, _call: Call) -> list[Any]:
    return [Unknown("commands typed before")]


@cmdlet("Get-Member", takes="Name+0 InputObject MemberType,Type Static? View Force?")
def get_member(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.members import class_of, named_class

    patterns = call.texts("Name") or ["*"]
    found: list[Any] = []
    for item in call.objects()[:1]:
        cls = named_class(m, item) if call.on("Static") else class_of(item)
        if cls is None and type(item) is not Record:
            continue
        names: dict[str, str] = {}
        if type(item) is Record:
            names = {name: "NoteProperty" for name, _ in item.fields.values()}
        elif cls is not None:
            calls: set[str] = getattr(cls, "static_calls" if call.on("Static") else "calls", set())
            table = getattr(cls, "static", {}) if call.on("Static") else cls.get
            names = {spelling(name): "Method" if name in calls else "Property" for name in table}
        names |= {"ToString": "Method", "GetType": "Method", "Equals": "Method", "GetHashCode": "Method"}
        found += [
            Record(
                "Microsoft.PowerShell.Commands.MemberDefinition",
                Name=name,
                MemberType=sort,
                TypeName=type_name(item),
                Definition=name,
                ToString=lambda name=name: name,
            )
            for name, sort in sorted(names.items())
            if any(like(name, pattern) for pattern in patterns)
        ]
    return found


@cmdlet("Measure-Command", takes="Expression+0 InputObject")
def measure_command(m: Any, call: Call) -> list[Any]:
    block = call.get("Expression")
    if type(block) is Code:
        m.call_code(block, [], call.input, call.scope, dot=True)
    from emoscan.evaluate.powershell.net.dates import span

    return [span(1_200_000)]


@cmdlet(
    "Register-ObjectEvent",
    "Register-EngineEvent",
    "Register-WmiEvent",
    "Register-CimIndicationEvent",
    takes="InputObject+0 EventName+1 SourceIdentifier+2 Action Query Class Forward? SupportEvent? MessageData MaxTriggerCount Namespace",
)
def register_event(m: Any, call: Call) -> list[Any]:
    if call.has("Query") or call.has("Class"):
        m.effect("schedule", call.text("Query") if call.has("Query") else call.text("Class"), call.name)
    action = call.get("Action")
    if type(action) is Code:
        names = {"event": Unknown("an event"), "eventargs": Unknown("what an event tells"), "sender": call.get("InputObject")}
        inner = Scope(call.scope)
        inner.vars.update(names)
        m.call_code(action, [], None, inner)
    return []


@cmdlet("Trace-Command", takes="Name+0 Expression+1 Command ArgumentList")
def trace_command(m: Any, call: Call) -> list[Any]:
    block = call.get("Expression")
    return m.call_code(block, [], None, call.scope) if type(block) is Code else []


@cmdlet(
    "New-PSSession",
    "Enter-PSSession",
    "Connect-PSSession",
    "New-CimSession",
    takes="ComputerName+0,Cn Credential Name Port UseSSL? SessionOption ConfigurationName VMName",
)
def new_session(m: Any, call: Call) -> list[Any]:
    if call.has("ComputerName"):
        m.effect("connect", call.text("ComputerName"), call.name)
    return [Record("System.Management.Automation.Runspaces.PSSession", ComputerName=call.get("ComputerName"), State="Opened", Id=1)]


@cmdlet("Remove-PSSession", "Exit-PSSession", "Disconnect-PSSession", "Remove-CimSession", takes="Session+0 Id")
def end_session(_m: Any, _call: Call) -> None:
    return None
