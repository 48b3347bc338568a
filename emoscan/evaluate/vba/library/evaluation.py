"""Text run as code, and what else VBScript has that VBA has not."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.vba.errors import failure
from emoscan.evaluate.vba.library import builtin, unknown
from emoscan.evaluate.vba.operators import plain, text

COST: Final = 500
"""Operations that compiling a text takes, beside its length."""

SHOWN: Final = 4_096
"""Characters of a text that stand in the effect itself; the child artifact holds all of it."""


RAN: Final = "text run as code"
"""Label of a script that was run where it was made; it is not run again by itself."""


def record(machine: Any, source: str | Unknown, how: str) -> None:
    """The effect, and the text as an artifact of its own; once for each text."""
    shown = source if isinstance(source, str) else source.text()
    if shown in machine.texts:
        return
    machine.texts.add(shown)
    machine.effect("eval", shown[:SHOWN], how)
    if isinstance(source, str) or source.known().strip():
        machine.child(shown, "script.vbs", label=RAN, how=how)


@builtin("Execute", "statement", result="P")
def execute(machine: Any, statement: Any) -> Any:
    return run(machine, statement, "Execute")


@builtin("ExecuteGlobal", "statement", result="P")
def execute_global(machine: Any, statement: Any) -> Any:
    return run(machine, statement, "ExecuteGlobal")


def run(machine: Any, statement: Any, how: str, scope: dict[str, Any] | None = None) -> None:
    source = text(plain(machine, statement))
    record(machine, source, how)
    if isinstance(source, str):
        machine.spend(COST + len(source))
        machine.project.run_statements(source, where(machine, how, scope), scope)


def where(machine: Any, how: str, scope: dict[str, Any] | None) -> Any:
    """The module whose names the text sees: outside of all procedures for ExecuteGlobal, and where no object of a class is at hand."""
    module = machine.module()
    return machine.project.outside(module) if how == "ExecuteGlobal" or not scope or "me" not in scope else module


@builtin("Eval", "expression")
def eval_(machine: Any, expression: Any) -> Any:
    return value_of(machine, expression)


def value_of(machine: Any, expression: Any, scope: dict[str, Any] | None = None) -> Any:
    """The value of a text as an expression; a value that is no text is its own."""
    source = plain(machine, expression)
    if type(source) is Unknown:
        record(machine, source, "Eval")
        return unknown("Eval", source)
    if type(source) is not str:
        return source
    record(machine, source, "Eval")
    machine.spend(COST + len(source))
    return machine.project.eval_expression(source, where(machine, "Eval", scope), scope)


@builtin("GetRef", "procname", "S")
def get_ref(machine: Any, name: str) -> Object:
    """The procedure of that name, to be called by others."""
    if machine.project.find(name) is None:
        raise failure(5)
    return machine.address_of(name)  # type: ignore[no-any-return]


@builtin("ScriptEngine", result="S")
def script_engine(_machine: Any) -> str:
    return "VBScript"


@builtin("ScriptEngineMajorVersion", result="P")
def script_engine_major_version(_machine: Any) -> int:
    return 5


@builtin("ScriptEngineMinorVersion", result="P")
def script_engine_minor_version(_machine: Any) -> int:
    return 8


@builtin("ScriptEngineBuildVersion", result="P")
def script_engine_build_version(_machine: Any) -> int:
    return 16384


@builtin("GetLocale", result="P")
def get_locale(machine: Any) -> Any:
    return machine.query("locale", machine.world.profile.lcid)


@builtin("SetLocale", "lcid", "x?", result="P")
def set_locale(machine: Any, _lcid: Any = MISSING) -> Any:
    """Returns the one before. Formats stay those of the profile."""
    return machine.world.profile.lcid
