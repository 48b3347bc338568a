"""Programs, services, scheduled tasks, downloads in the background, WMI, event logs and the computer itself."""

from __future__ import annotations

import re
from typing import Any

from emoscan.evaluate.com.common import command_line, is_address
from emoscan.evaluate.core.values import Object, Unknown, display
from emoscan.evaluate.powershell.binding import Call
from emoscan.evaluate.powershell.commands import cmdlet
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.flow import Code
from emoscan.evaluate.powershell.net.diagnostics import process
from emoscan.evaluate.powershell.values import Hash, Record
from emoscan.evaluate.powershell.variables import PID


def arguments(m: Any, value: Any) -> Any:
    """Arguments of Start-Process as one text."""
    if value is None:
        return ""
    if is_list(value):
        return m.operators.joined([m.text(item) for item in elements(value)], " ")
    return m.text(value)


@cmdlet(
    "Start-Process",
    takes="FilePath,PSPath+0 ArgumentList,Args+1* Credential WorkingDirectory LoadUserProfile? NoNewWindow,nnw? PassThru? RedirectStandardError,RSE RedirectStandardInput,RSI "
    "RedirectStandardOutput,RSO Verb Wait? WindowStyle UseNewEnvironment?",
)
def start_process(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.commands import programs

    for name in call.many("FilePath") if call.has("FilePath") else list(call.input or []):
        file = m.text(name)
        args = arguments(m, call.get("ArgumentList"))
        style = call.shown("WindowStyle").lower()
        detail = {"window": "hidden" if style.startswith("hid") or style == "1" else "", "verb": call.shown("Verb")}
        if args == "" and is_address(file):
            m.effect("open", file, "Start-Process")
            continue
        line = command_line(file, args)
        inner = programs.inner_code(m, line) if type(line) is str else None
        m.run(line, "Start-Process", **detail)
        if inner is not None:
            programs.run_inner(m, inner)
    return [process(call.shown("FilePath"))] if call.on("PassThru") else []


@cmdlet("Stop-Process", "Wait-Process", takes="Id+0 Name,ProcessName InputObject Force? PassThru? Timeout")
def stop_process(m: Any, call: Call) -> None:
    for name in call.many("Name") or call.many("Id") or list(call.input or []):
        shown = m.shown(m.get_member(name, "name", "Name") if type(name) is Object else name)
        if call.name == "Stop-Process":
            m.fact("powershell.stops_process", shown[:100])


@cmdlet("Get-Process", takes="Name,ProcessName+0 Id,PID InputObject ComputerName Module? FileVersionInfo? IncludeUserName?")
def get_process(m: Any, call: Call) -> list[Any]:
    wanted = call.texts("Name")
    if not wanted and call.has("Id") and call.get("Id") == PID:
        return [process("powershell.exe")]
    return [m.query(f"processes {', '.join(wanted)}".strip(), Unknown(f"process {', '.join(wanted)}".strip()))]


# ---------------------------------------------------------------- services


@cmdlet("Get-Service", takes="Name,ServiceName+0 DisplayName InputObject ComputerName Include Exclude DependentServices? RequiredServices?")
def get_service(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.texts("Name") or ["*"]:
        state = m.query(f"service {name}", Unknown(f"state of service {name}"))
        out.append(
            Record(
                "System.ServiceProcess.ServiceController",
                Name=name,
                ServiceName=name,
                DisplayName=name,
                Status=state,
                StartType="Automatic",
            )
        )
    return out


@cmdlet("New-Service", takes="Name+0,ServiceName BinaryPathName+1,Path DisplayName Description StartupType Credential DependsOn")
def new_service(m: Any, call: Call) -> None:
    m.effect("schedule", call.text("BinaryPathName"), "New-Service", name=call.shown("Name"))
    m.child(call.shown("BinaryPathName"), "script.cmd", label=call.shown("Name"), how="program of a service")


@cmdlet(
    "Start-Service",
    "Stop-Service",
    "Restart-Service",
    "Set-Service",
    "Suspend-Service",
    "Resume-Service",
    "Remove-Service",
    takes="Name,ServiceName+0 DisplayName InputObject Force? PassThru? StartupType Status",
)
def change_service(m: Any, call: Call) -> None:
    for name in call.names("Name"):
        m.fact("powershell.service", m.shown(name)[:100], call.name)


# ---------------------------------------------------------------- scheduled tasks


@cmdlet("New-ScheduledTaskAction", takes="Execute+0 Argument+1 WorkingDirectory Id")
def new_task_action(m: Any, call: Call) -> list[Any]:
    return [Record("MSFT_TaskExecAction", Execute=call.text("Execute"), Arguments=call.text("Argument"))]


@cmdlet(
    "New-ScheduledTaskTrigger",
    "New-ScheduledTaskPrincipal",
    "New-ScheduledTaskSettingsSet",
    "New-JobTrigger",
    "New-ScheduledJobOption",
    takes="At Once? AtLogOn? AtStartup? Daily? RepetitionInterval UserId RunLevel Weekly? DaysOfWeek Hidden? RepetitionDuration RandomDelay User",
)
def new_task_part(m: Any, call: Call) -> list[Any]:
    shown = ", ".join(f"{key}={m.shown(value)[:60]}" for key, value in call.values.items())
    return [Record("MSFT_TaskTrigger", Description=shown, ToString=lambda: shown)]


@cmdlet("New-ScheduledTask", takes="Action Trigger Principal Settings Description")
def new_task(_m: Any, call: Call) -> list[Any]:
    return [Record("MSFT_ScheduledTask", Actions=call.get("Action"), Triggers=call.get("Trigger"))]


@cmdlet(
    "Register-ScheduledTask",
    "Set-ScheduledTask",
    takes="TaskName+0 TaskPath+1 InputObject Action Trigger Settings Principal User Password RunLevel Description Xml Force?",
)
def register_task(m: Any, call: Call) -> list[Any]:
    actions = call.many("Action")
    for held in call.many("InputObject") + list(call.input or []):
        inner = m.get_member(held, "actions", "Actions")
        actions += elements(inner) if is_list(inner) else [] if inner is None else [inner]
    trigger = ", ".join(m.shown(item) for item in call.many("Trigger"))
    if call.has("Xml"):
        xml = call.shown("Xml")
        command = re.search(r"<Command>([^<]{1,2000})</Command>(?:\s*<Arguments>([^<]{0,20000})</Arguments>)?", xml)
        actions.append(
            Record("MSFT_TaskExecAction", Execute=command[1] if command else "", Arguments=(command[2] or "") if command else xml[:2000])
        )
    for action in actions:
        line = command_line(m.text(m.get_member(action, "execute", "Execute")), m.text(m.get_member(action, "arguments", "Arguments")))
        schedule(m, line, "Register-ScheduledTask", call.shown("TaskName"), trigger)
    return [Record("MSFT_ScheduledTask", TaskName=call.shown("TaskName"), State="Ready")]


def schedule(m: Any, line: Any, how: str, name: str, trigger: str) -> None:
    """A command that is to run later."""
    m.effect("schedule", line, how, name=name, trigger=trigger)
    m.child(display(line), "script.cmd", label=name, how="command of a scheduled task")


@cmdlet("Register-ScheduledJob", takes="Name+0 ScriptBlock+1 Trigger FilePath ArgumentList RunNow? ScheduledJobOption Credential")
def register_job(m: Any, call: Call) -> None:
    block = call.get("ScriptBlock")
    m.effect(
        "schedule", block.tree.text if type(block) is Code else call.text("FilePath"), "Register-ScheduledJob", name=call.shown("Name")
    )
    if type(block) is Code:
        m.call_code(block, [], None, call.scope)


@cmdlet(
    "Start-ScheduledTask",
    "Stop-ScheduledTask",
    "Unregister-ScheduledTask",
    "Disable-ScheduledTask",
    "Enable-ScheduledTask",
    takes="TaskName+0 TaskPath InputObject Confirm?",
)
def change_task(m: Any, call: Call) -> None:
    m.fact("powershell.task", call.shown("TaskName")[:100], call.name)


@cmdlet("Get-ScheduledTask", "Get-ScheduledTaskInfo", takes="TaskName+0 TaskPath")
def get_task(m: Any, call: Call) -> list[Any]:
    return [m.query(f"scheduled task {call.shown('TaskName')}", Unknown(f"scheduled task {call.shown('TaskName')}"))]


# ---------------------------------------------------------------- BITS


@cmdlet(
    "Start-BitsTransfer",
    "Add-BitsFile",
    takes="Source+0 Destination+1 Asynchronous? TransferType DisplayName Description Priority Credential ProxyUsage RetryInterval Suspended? Authentication TransferPolicy Dynamic?",
)
def start_bits(m: Any, call: Call) -> list[Any]:
    targets = call.many("Destination")
    for i, source in enumerate(call.many("Source")):
        target = m.text(targets[i] if i < len(targets) else targets[-1]) if targets else ""
        url = m.text(source)
        if type(url) is str and "://" not in url[:10]:
            if call.shown("TransferType").lower() == "upload":
                m.effect("connect", target, "Start-BitsTransfer", sent=url)
            else:
                m.copy_file(m.path(url), target, "Start-BitsTransfer")
            continue
        if type(target) is str and target and m.world.files.folder_exists(m.path(target)) and type(url) is str:
            target = f"{target.rstrip(chr(92))}\\{url.rpartition('/')[2]}"
        m.download(url, "Start-BitsTransfer", target)
    return (
        [Record("Microsoft.BackgroundIntelligentTransfer.Management.BitsJob", JobState="Transferred", JobId="1")]
        if call.on("Asynchronous")
        else []
    )


@cmdlet(
    "Get-BitsTransfer",
    "Complete-BitsTransfer",
    "Resume-BitsTransfer",
    "Remove-BitsTransfer",
    "Suspend-BitsTransfer",
    "Set-BitsTransfer",
    takes="BitsJob+0 JobId Name AllUsers?",
)
def other_bits(_m: Any, _call: Call) -> list[Any]:
    return []


# ---------------------------------------------------------------- WMI and CIM


def wmi(m: Any, namespace: str) -> Any:
    """The WMI service as the COM classes model it; None when they do not."""
    made = m.create("WbemScripting.SWbemLocator")
    if type(made) is not Object or "connectserver" not in made.cls.get:
        return None
    return m.get(made, "ConnectServer", (".", namespace))


@cmdlet(
    "Get-WmiObject",
    "Get-CimInstance",
    takes="Class,ClassName+0 Property+1 Filter Namespace ComputerName,Cn Query List? Amended? Credential EnableAllPrivileges? InputObject Impersonation Authority KeyOnly? CimSession",
)
def get_wmi_object(m: Any, call: Call) -> list[Any]:
    query = call.shown("Query")
    name = call.shown("Class")
    if query and not name:
        found = re.search(r"\bfrom\s+(\w+)", query, re.IGNORECASE)
        name = found[1] if found else ""
    if call.has("Query") is False and call.has("Filter"):
        query = f"select * from {name} where {call.shown('Filter')}"  # noqa: S608 - WQL, and nobody answers it
    if call.has("ComputerName"):
        m.effect("connect", call.text("ComputerName"), call.name)
    namespace = call.shown("Namespace") or r"root\cimv2"
    service = wmi(m, namespace)
    if type(service) is Object and "execquery" in service.cls.get:
        m.touched += 1
        found_objects = m.get(service, "ExecQuery", (query or f"select * from {name}",))  # noqa: S608 - WQL, and nobody answers it
        items = m.enumerate(found_objects)
        if items:
            return list(items)
    return [m.query(f"WMI {query or name}", Unknown(f"WMI object {name}"))]


@cmdlet(
    "Invoke-WmiMethod",
    "Invoke-CimMethod",
    takes="Class,ClassName,Path+0 Name,MethodName+1 ArgumentList,Arguments+2* InputObject,CimInstance ComputerName,Cn Namespace Credential Query CimSession",
)
def invoke_wmi_method(m: Any, call: Call) -> list[Any]:
    name, method = call.shown("Class"), call.shown("Name")
    args = call.get("ArgumentList")
    values: list[Any] = []
    if type(args) is Hash:
        values = [value for key, value in args.items() if m.shown(key).lower() in ("commandline", "command")] or args.values()
    elif args is not None:
        values = list(elements(args)) if is_list(args) else [args]
        values = [value for value in values if value is not None] or values
    return [wmi_call(m, name, method, values, call.name, call.shown("ComputerName"))]


def wmi_call(m: Any, name: str, method: str, values: list[Any], how: str, computer: str = "") -> Any:
    """A method of a WMI class: Win32_Process.Create starts a program."""
    lower = name.rpartition(":")[2].rpartition("\\")[2].lower()
    if method.lower() == "create" and lower in ("win32_process", "win32_processstartup"):
        m.run(m.text(values[0]) if values else "", f"Win32_Process.Create ({how})", computer=computer)
        return Record("System.Management.ManagementBaseObject", ReturnValue=0, ProcessId=PID + 8)
    shown = ", ".join(m.shown(value)[:100] for value in values)
    m.fact("eval.unmodelled", f"{name}.{method}({shown})", how)
    return Record("System.Management.ManagementBaseObject", ReturnValue=Unknown(f"result of {name}.{method}"))


@cmdlet(
    "Set-WmiInstance",
    "New-CimInstance",
    "Set-CimInstance",
    takes="Class,ClassName+0 Arguments,Property+1 Namespace InputObject,CimInstance ComputerName Path PutType ClientOnly?",
)
def set_wmi_instance(m: Any, call: Call) -> list[Any]:
    name = call.shown("Class")
    values = call.get("Arguments")
    made = Record(name or "System.Management.ManagementObject")
    if type(values) is Hash:
        for key, value in values.items():
            made.set(m.shown(key), value)
    persist(m, name, made, call.name)
    return [made]


def persist(m: Any, name: str, made: Record, how: str) -> None:
    """Consumers of WMI events run what they hold when the event comes."""
    for field in ("CommandLineTemplate", "ExecutablePath", "ScriptText"):
        value = made.get(field)
        if value is not None:
            m.effect("schedule", m.text(value), f"WMI {name}", name=m.shown(made.get("Name")))
            m.child(
                m.shown(value),
                "script.cmd" if field != "ScriptText" else "",
                label=m.shown(made.get("Name")),
                how=f"{field} of a WMI consumer",
            )


@cmdlet(
    "Remove-WmiObject",
    "Remove-CimInstance",
    "Get-CimClass",
    "Get-CimAssociatedInstance",
    takes="Class,ClassName+0 InputObject Query Namespace",
)
def remove_wmi(m: Any, call: Call) -> list[Any]:
    if call.name.startswith("Get"):
        return [Unknown(f"WMI class {call.shown('Class')}")]
    shown = " ".join(m.shown(item)[:100] for item in call.objects()) or call.shown("Query") or call.shown("Class")
    m.effect("delete", f"WMI {shown}", call.name)
    return []


# ---------------------------------------------------------------- the computer


@cmdlet("Restart-Computer", "Stop-Computer", takes="ComputerName+0 Force? Wait?")
def restart(m: Any, call: Call) -> None:
    m.effect("run", "shutdown", call.name)


@cmdlet("Set-ExecutionPolicy", takes="ExecutionPolicy+0 Scope+1 Force?")
def set_execution_policy(m: Any, call: Call) -> None:
    m.fact("powershell.execution_policy", call.shown("ExecutionPolicy"), "Set-ExecutionPolicy")


@cmdlet("Get-ExecutionPolicy", takes="Scope+0 List?")
def get_execution_policy(_m: Any, _call: Call) -> list[Any]:
    return ["Bypass"]


@cmdlet(
    "Set-MpPreference",
    "Add-MpPreference",
    "Remove-MpPreference",
    takes="ExclusionPath ExclusionExtension ExclusionProcess DisableRealtimeMonitoring Force? DisableIOAVProtection DisableScriptScanning MAPSReporting SubmitSamplesConsent DisableBehaviorMonitoring DisableIntrusionPreventionSystem",
)
def set_mp_preference(m: Any, call: Call) -> None:
    shown = ", ".join(f"{key}={m.shown(value)[:100]}" for key, value in call.values.items())
    m.fact("evade.defender", shown, call.name)


@cmdlet(
    "Get-MpPreference",
    "Get-MpComputerStatus",
    "Get-MpThreat",
    "Get-NetAdapter",
    "Get-NetIPAddress",
    "Get-NetTCPConnection",
    "Get-NetIPConfiguration",
    "Get-HotFix",
    "Get-ComputerInfo",
    "Get-LocalUser",
    "Get-LocalGroup",
    "Get-LocalGroupMember",
    "Get-SmbShare",
    "Get-Volume",
    "Get-Disk",
    "Get-PhysicalDisk",
    "Get-WinEvent",
    "Get-EventLog",
    "Get-Counter",
    "Get-DnsClientCache",
    "Get-WindowsOptionalFeature",
    "Get-WindowsFeature",
    "Get-AppxPackage",
    "Get-PnpDevice",
    "Get-NetFirewallRule",
    "Get-Tpm",
    "Get-BitLockerVolume",
    "Get-ADUser",
    "Get-ADComputer",
    "Get-ADDomain",
    "Get-ADForest",
    "Get-Package",
    "Get-PSRepository",
    "Get-ControlPanelItem",
    "Get-ComputerRestorePoint",
    "Get-Certificate",
    "Get-PfxCertificate",
    takes="Name+0 Filter Property ComputerName LogName MaxEvents",
)
def ask(m: Any, call: Call) -> list[Any]:
    shown = " ".join(m.shown(value)[:100] for value in call.values.values())
    return [m.query(f"{call.name} {shown}".strip(), Unknown(f"answer of {call.name}"))]


@cmdlet(
    "New-LocalUser",
    "Add-LocalGroupMember",
    "Set-LocalUser",
    "Enable-LocalUser",
    "Remove-LocalUser",
    "Disable-NetFirewallRule",
    "New-NetFirewallRule",
    "Set-NetFirewallProfile",
    "Set-NetFirewallRule",
    "Enable-NetFirewallRule",
    "Clear-EventLog",
    "Remove-EventLog",
    "Limit-EventLog",
    "Clear-RecycleBin",
    "Disable-ComputerRestore",
    "Checkpoint-Computer",
    "Set-DnsClientServerAddress",
    "Rename-Computer",
    "Add-Computer",
    "Import-Certificate",
    "Install-WindowsFeature",
    "Uninstall-WindowsFeature",
    "Add-WindowsCapability",
    "Set-SmbServerConfiguration",
    "New-SmbShare",
    "Mount-DiskImage",
    "Add-AppxPackage",
    "Remove-AppxPackage",
    takes="Name+0 Group Member Password Enabled Profile LogName FullName Description ImagePath",
)
def change(m: Any, call: Call) -> None:
    shown = " ".join(f"-{key} {m.shown(value)[:100]}" for key, value in call.values.items())
    m.fact("powershell.changes_system", f"{call.name} {shown}".strip())


@cmdlet(
    "Test-Connection",
    "Test-NetConnection",
    "Resolve-DnsName",
    takes="ComputerName,Name,Server+0 Count Quiet? Port Type DnsOnly? BufferSize Delay",
)
def test_connection(m: Any, call: Call) -> list[Any]:
    for name in call.many("ComputerName"):
        m.contact(m.text(name), call.name)
    shown = call.shown("ComputerName")
    if call.name == "Resolve-DnsName":
        return [
            Record(
                "Microsoft.DnsClient.Commands.DnsRecord",
                Name=shown,
                IPAddress=Unknown(f"address of {shown}"),
                Strings=Unknown(f"content of DNS {shown}"),
            )
        ]
    return [Unknown(f"answer of {shown}")]


@cmdlet("New-WebServiceProxy", takes="Uri+0 Class Namespace Credential UseDefaultCredential?")
def web_service(m: Any, call: Call) -> list[Any]:
    m.contact(call.text("Uri"), "New-WebServiceProxy")
    return [Unknown(f"web service {call.shown('Uri')}")]
