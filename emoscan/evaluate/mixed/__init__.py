"""Pages and .wsf files with scripts in both languages: block after block, in one world, with the names of each known to the other.

What one language has put into the global scope is handed to the other before its next block runs: values as they are,
objects as the same objects, functions and procedures as something to call.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from emoscan.budget import Budget
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.values import NOTHING, NULL, Date, Object, Unknown
from emoscan.evaluate.core.world import DEFAULT_NOW
from emoscan.evaluate.jscript import run as jscript
from emoscan.evaluate.jscript.machine import CALLBACK, SafeArray
from emoscan.evaluate.vba import script as vbscript
from emoscan.evaluate.vba.arrays import Array, array_of
from emoscan.evaluate.vba.runtime import VbaMachine

MOST_NAMES: Final = 2_000


def evaluate(
    blocks: list[tuple[str, str]],
    page: str | None,
    script: jscript.Script,
    budget: Budget,
    emit: Emit,
    *,
    now: datetime = DEFAULT_NOW,
) -> None:
    """Run blocks of (language, text) in their order. Raises LimitReached."""
    machine = jscript.start(script, budget, emit, now, max(budget.seconds_left() * jscript.TIME_SHARE, jscript.LEAST_SECONDS))
    basic = vbscript.Run(vbscript.Script((), script.name, script.data, page), budget, emit, now)
    basic.machine.world = machine.world
    host = Shared(basic.machine, page, machine)
    basic.project.host = host
    machine.foreign = host.run_procedure
    try:
        jscript.prepare(machine, script)
        for language, text in blocks:
            if language == "jscript":
                host.give()
                jscript.run_block(machine, text)
            else:
                host.shared = machine.names()
                if not basic.block(text):
                    return
        host.shared = machine.names()
        if page is not None:
            basic.events()
        host.give()
        jscript.settle(machine, script)
    except ScriptEnd:
        pass
    finally:
        basic.machine.finish()
        machine.finish()


class Shared(vbscript.ScriptHost):
    """The host of the VBScript side, which also knows what the JScript side has."""

    def __init__(self, machine: VbaMachine, page: str | None, other: Any) -> None:
        super().__init__(machine, page)
        self.other = other
        self.shared: dict[str, Any] = {}

    def found(self, name: str) -> Any:
        return next((value for key, value in self.shared.items() if key.lower() == name), None)

    def knows(self, name: str) -> bool:
        return super().knows(name) or self.found(name) is not None

    def value(self, name: str) -> Any:
        value = self.found(name)
        return super().value(name) if value is None else self.call(name, (), {})

    def call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        value = self.found(name)
        if value is None:
            return super().call(name, args, named)
        if isinstance(value, Object) and value.cls is CALLBACK:
            return to_basic(self.other.invoke(value, tuple(map(to_script, args))))
        value = to_basic(value)
        return self.machine.index(value, args) if args else value

    def put(self, name: str, value: Any) -> None:
        spelt = next((key for key in self.shared if key.lower() == name), None)
        if spelt is None:
            super().put(name, value)
        else:
            self.shared[spelt] = to_script(value)
            self.other.take(spelt, self.shared[spelt])

    def give(self) -> None:
        """Hand the variables and procedures of VBScript to JScript."""
        project = self.machine.project
        for module in list(project.modules.values()):
            for name, variable in list(module.variables.items())[:MOST_NAMES]:
                if variable.code in self.machine.namespace:
                    value = to_script(self.machine.namespace[variable.code])
                    if value is not None:
                        self.other.take(project.spelling(name), value)
            for name in list(module.procedures)[:MOST_NAMES]:
                if name.isidentifier():
                    self.other.engine.call("$foreign", f'"{project.spelling(name)}"')

    def run_procedure(self, name: str, args: tuple[Any, ...]) -> Any:
        project = self.machine.project
        procedure = project.find(name)
        return to_script(project.invoke(procedure, tuple(map(to_basic, args)))) if procedure is not None else None


def to_script(value: Any) -> Any:
    """A value of VBScript as JScript has it."""
    if isinstance(value, Array):
        return SafeArray(list(value.data))
    if value is NOTHING:
        return NULL
    return value if isinstance(value, (str, bool, int, float, Unknown, Object, Date, SafeArray)) or value is None or value is NULL else None


def to_basic(value: Any) -> Any:
    return array_of(list(value.data)) if isinstance(value, SafeArray) else value
