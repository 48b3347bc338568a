"""Variable cmdlets."""

from __future__ import annotations

from typing import Any

from emoscan.evaluate.core.values import MISSING
from emoscan.evaluate.powershell.binding import Call
from emoscan.evaluate.powershell.commands import cmdlet
from emoscan.evaluate.powershell.convert import unwrap
from emoscan.evaluate.powershell.flow import Scope
from emoscan.evaluate.powershell.values import Record, Thrown
from emoscan.evaluate.powershell.variables import SPELLING
from emoscan.evaluate.powershell.wildcards import has_wildcards, like


def variable_object(machine: Any, name: str, scope: Scope) -> Record:
    """A variable as Get-Variable shows it."""
    made = Record(
        "System.Management.Automation.PSVariable",
        Name=SPELLING.get(name, name),
        Value=machine.find_variable(scope, name),
        Options="None",
        Description="",
    )
    made.set("ToString", lambda: "System.Management.Automation.PSVariable")
    return made


def exists(scope: Scope | None, name: str) -> bool:
    while scope is not None:
        if name in scope.vars:
            return True
        scope = scope.parent
    return False


def names_like(scope: Scope | None, pattern: str) -> list[str]:
    """Names of variables that fit a wildcard pattern."""
    found: dict[str, None] = {}
    while scope is not None:
        for name in scope.vars:
            if like(name, pattern):
                found[name] = None
        scope = scope.parent
    return sorted(found)


@cmdlet("Get-Variable", takes="Name+0 ValueOnly? Include Exclude Scope")
def get_variable(m: Any, call: Call) -> list[Any]:
    patterns = [*call.texts("Name"), *(m.shown(item) for item in call.input or [])] or ["*"]
    found: list[Record] = []
    for pattern in patterns:
        lower = pattern.lower().removeprefix("variable:").lstrip("\\/")
        if has_wildcards(lower):
            m.tick(40)
            found += [variable_object(m, name, call.scope) for name in names_like(call.scope, lower)]
        elif exists(call.scope, lower):
            found.append(variable_object(m, lower, call.scope))
        elif lower in ("_", "psitem", "this"):
            continue
        elif "erroraction" not in call.values:
            m.note_error(
                Thrown("System.Management.Automation.ItemNotFoundException", f"Cannot find a variable with the name '{pattern[:80]}'.")
            )
    if call.on("ValueOnly"):
        return [item.get("Value") for item in found]
    return list(found)


@cmdlet("Set-Variable", "New-Variable", takes="Name+0 Value+1 Include Exclude Description Option Force? Visibility PassThru? Scope")
def set_variable(m: Any, call: Call) -> list[Any]:
    value = call.get("Value", MISSING)
    if value is MISSING:
        value = unwrap(list(call.input)) if call.input is not None else None
    out = []
    place = target_scope(m, call)
    for name in call.texts("Name"):
        lower = name.lower().removeprefix("variable:").lstrip("\\/")
        for drive in ("global:", "script:", "local:"):
            if lower.startswith(drive):
                lower = lower[len(drive) :]
                place = call.scope.whole() if drive != "local:" else call.scope
        place.vars[lower] = value
        if call.on("PassThru"):
            out.append(variable_object(m, lower, call.scope))
    return out


def target_scope(m: Any, call: Call) -> Scope:
    word = call.shown("Scope").lower()
    if word in ("global", "script"):
        return call.scope.whole()
    if word.isdigit() and len(word) < 4:
        scope = call.scope
        for _ in range(int(word)):
            scope = scope.parent or scope
        return scope
    return call.scope


@cmdlet("Remove-Variable", "Clear-Variable", takes="Name+0 Include Exclude Force? Scope PassThru?")
def remove_variable(m: Any, call: Call) -> None:
    for name in call.texts("Name"):
        lower = name.lower().removeprefix("variable:").lstrip("\\/")
        for found in names_like(call.scope, lower) if has_wildcards(lower) else [lower]:
            scope: Scope | None = call.scope
            while scope is not None:
                if found in scope.vars and found not in SPELLING:
                    if call.name == "Clear-Variable":
                        scope.vars[found] = None
                    else:
                        del scope.vars[found]
                    break
                scope = scope.parent
