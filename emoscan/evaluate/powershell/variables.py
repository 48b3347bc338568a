"""Variables: those that are there from the start, and the drives `env: variable: function: alias: script: global:`."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.values import Hash, Record

PSHOME: Final = r"C:\Windows\System32\WindowsPowerShell\v1.0"
SHELL_ID: Final = "Microsoft.PowerShell"
PID: Final = 4712
VERSION: Final = "5.1.19041.1"

CONSTANTS: Final[dict[str, Any]] = {
    "ConfirmPreference": "High",
    "ConsoleFileName": "",
    "DebugPreference": "SilentlyContinue",
    "ErrorActionPreference": "Continue",
    "ErrorView": "NormalView",
    "FormatEnumerationLimit": 4,
    "InformationPreference": "SilentlyContinue",
    "LASTEXITCODE": 0,
    "MaximumAliasCount": 4096,
    "MaximumDriveCount": 4096,
    "MaximumErrorCount": 256,
    "MaximumFunctionCount": 4096,
    "MaximumHistoryCount": 4096,
    "MaximumVariableCount": 4096,
    "NestedPromptLevel": 0,
    "PID": PID,
    "ProgressPreference": "Continue",
    "PSEmailServer": "",
    "PSHOME": PSHOME,
    "PSSessionApplicationName": "wsman",
    "PSSessionConfigurationName": "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
    "ShellId": SHELL_ID,
    "StackTrace": "",
    "VerbosePreference": "SilentlyContinue",
    "WarningPreference": "Continue",
    "WhatIfPreference": False,
}
"""Automatic and preference variables of Windows PowerShell 5.1, with the spelling `Get-Variable` shows."""

OTHERS: Final = (
    "? ^ $ args Error ExecutionContext false HOME Host input Matches MyInvocation null OutputEncoding PROFILE PSBoundParameters PSCommandPath PSCulture "
    "PSDefaultParameterValues PSScriptRoot PSSessionOption PSUICulture PSVersionTable PWD true"
).split()

SPELLING: Final = {name.lower(): name for name in (*CONSTANTS, *OTHERS)}

_LOWER: Final = {name.lower(): value for name, value in CONSTANTS.items()}


def automatic_variables(machine: Any) -> dict[str, Any]:
    """The variables of a new session by lower-case name."""
    from emoscan.evaluate.powershell.net.collections import array_list
    from emoscan.evaluate.powershell.net.session import execution_context, host, invocation, version_table

    profile = machine.world.profile
    home = profile.home
    profiles = rf"{home}\Documents\WindowsPowerShell"
    return {
        **_LOWER,
        "?": True,
        "^": "",
        "$": "",
        "args": [],
        "error": array_list([]),
        "executioncontext": execution_context(),
        "home": home,
        "host": host(),
        "input": [],
        "matches": None,
        "myinvocation": invocation(),
        "outputencoding": _ascii(),
        "profile": rf"{profiles}\Microsoft.PowerShell_profile.ps1",
        "psboundparameters": Hash(),
        "pscommandpath": "",
        "psculture": "ja-JP" if profile.lcid == 1041 else "en-US",
        "psdefaultparametervalues": Hash(),
        "psscriptroot": "",
        "pssessionoption": Record(),
        "psuiculture": "ja-JP" if profile.lcid == 1041 else "en-US",
        "psversiontable": version_table(),
        "pwd": path_info(machine.world.directory),
        "true": True,
        "false": False,
        "null": None,
    }


def _ascii() -> Object:
    from emoscan.evaluate.powershell.net.encodings import encoding

    return encoding("us-ascii")


def path_info(path: str) -> Record:
    return Record("System.Management.Automation.PathInfo", Path=path, ProviderPath=path, Drive=Record(Name=path[:1]))


def get(machine: Any, scope: Scope, drive: str, name: str) -> Any:
    """`$drive:name`."""
    if drive == "env":
        return environment(machine, name)
    if drive in ("script", "global"):
        top = scope.whole()
        return top.vars[name] if name in top.vars else machine.find_variable(scope, name)
    if drive == "function":
        from emoscan.evaluate.powershell.commands import find_function

        return find_function(scope, name)
    if drive == "alias":
        from emoscan.evaluate.powershell.commands import alias_target

        return alias_target(machine, name)
    if drive in ("workflow", "using", "variable", "local", "private"):
        return machine.find_variable(scope, name)
    if len(drive) == 1:  # a file: ${c:\x.txt}
        from emoscan.evaluate.powershell.commands import files

        return files.content(machine, f"{drive}:{name}")
    return None


def put(machine: Any, scope: Scope, drive: str, name: str, value: Any) -> None:
    if drive == "env":
        set_environment(machine, name, value)
    elif drive in ("script", "global"):
        scope.whole().vars[name] = value
    elif drive == "function":
        target = scope.whole()
        if type(value) is Code:
            target.functions[name] = value
        elif isinstance(value, str):
            target.functions[name] = Code(machine.parse(value), name=name)
        machine.functions_changed()
    elif drive == "alias":
        machine.aliases[name] = machine.shown(value)
        machine.functions_changed()
    elif len(drive) == 1:
        from emoscan.evaluate.powershell.commands import files

        files.write_lines(machine, f"{drive}:{name}", [value], "assignment to a file", append=False)
    else:
        scope.vars[name] = value


def environment(machine: Any, name: str) -> Any:
    """An environment variable; asking who and where one is, is recorded."""
    from emoscan.evaluate.com.shells import environ

    return environ(machine, name)


def set_environment(machine: Any, name: str, value: Any) -> None:
    if value is None or value == "":
        machine.world.environment.pop(name.lower(), None)
        return
    machine.world.set_here.add(name.lower())
    text = machine.text(value)
    machine.world.environment[name.lower()] = text if isinstance(text, str) else Unknown.text(text)
