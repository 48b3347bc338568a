"""Runs a VBA function `Main` whose body is given, and tells what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.core.world import World
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.model import Child, Fact
from emoscan.parse.bundle import Module


@dataclass
class Outcome:
    """What `Main` returned, or the number of the error it ended with; facts and children in their order."""

    value: Any = None
    error: int = 0
    facts: list[Fact] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def effects(self, kind: str = "") -> list[tuple[str, str]]:
        """(kind without "effect.", value) of the effects but queries; the values alone where a kind is asked for."""
        found = [(f.kind.removeprefix("effect."), f.value) for f in self.facts if f.kind.startswith("effect.")]
        return [(k, v) for k, v in found if k != "query"] if not kind else [v for k, v in found if k == kind]

    def fact(self, kind: str) -> Fact:
        [found] = [f for f in self.facts if f.kind == kind]
        return found

    def texts(self, kind: str = "") -> list[str]:
        return [child.data.decode("utf-8", "replace") for child in self.children if not kind or child.kind == kind]


def machine(limits: Limits | None = None, emit: Any = None) -> VbaMachine:
    budget = Budget(limits or Limits(seconds=60))
    world = World(budget, document="invoice.doc")
    return VbaMachine(budget, world, emit or (lambda _: None))


def run(body: str, *, before: str = "", online: bool = True, limits: Limits | None = None) -> Outcome:
    outcome = Outcome()

    def emit(item: Any) -> None:
        (outcome.facts if isinstance(item, Fact) else outcome.children).append(item)

    made = machine(limits, emit)
    made.world.online = online
    project = Project(made)
    project.add(Module("Module1", f"{dedent(before)}\nFunction Main()\n{dedent(body)}\nEnd Function\n"))
    try:
        outcome.value = project.invoke(project.find("main"), ())
    except ScriptError as error:
        outcome.error = error.number
    except ScriptEnd:
        pass
    made.finish()
    if isinstance(outcome.value, Unknown):
        outcome.value = outcome.value.text()
    return outcome


def value(expression: str, before: str = "") -> Any:
    """The value of an expression, after some statements."""
    return run(f"{before}\nMain = {expression}").value


def units(text: str) -> bytes:
    """A text as a row of 16-bit units, as scripts see it."""
    return text.encode("utf-16-le", "surrogatepass")
