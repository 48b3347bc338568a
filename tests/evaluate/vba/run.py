"""Evaluating VBA and VBScript in tests: `value` of an expression, `run` of a program."""

from __future__ import annotations

from typing import Any

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, Unknown
from emoscan.evaluate.core.world import Profile, World
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.model import Child, Fact, Problem
from emoscan.parse.bundle import Module


class Result:
    """What a program did: `value` of its entry, `error` it ended with, and everything it emitted."""

    def __init__(self, project: Project, emitted: list[Any]) -> None:
        self.project = project
        self.machine: VbaMachine = project.machine
        self.emitted = emitted
        self.value: Any = None
        self.error: ScriptError | None = None

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(item.kind, item.value) for item in self.emitted if isinstance(item, Fact)]

    def effects(self, kind: str) -> list[str]:
        """Values of the facts `effect.<kind>`, in order."""
        return [value for name, value in self.facts if name == f"effect.{kind}"]

    @property
    def children(self) -> list[tuple[str, bytes]]:
        """(label, data)."""
        return [(item.label, item.data) for item in self.emitted if isinstance(item, Child)]

    @property
    def problems(self) -> list[Problem]:
        return [item for item in self.emitted if isinstance(item, Problem)]


def project(
    source: str, *, vbscript: bool = False, limits: Limits | None = None, code_page: int = 1252, profile: Profile | None = None
) -> tuple[Project, list[Any]]:
    """A linked project of one module, and the list of what it will emit. The profile is English unless another is given."""
    budget = Budget(limits or Limits(seconds=60))
    emitted: list[Any] = []
    world = World(budget, profile or Profile(lcid=1033))
    made = Project(VbaMachine(budget, world, emitted.append, code_page=code_page), vbscript=vbscript)
    if not vbscript:
        made.add(Module("Module1", source))
    return made, emitted


def run(source: str, entry: str = "Main", *args: Any, files: dict[str, bytes] | None = None, **options: Any) -> Result:
    """Run a procedure of a VBA module (or, with `vbscript=True`, a whole script). `files`: what the world holds, by path."""
    made, emitted = project(source, **options)
    for path, content in (files or {}).items():
        made.machine.world.files.write(path, content)
    result = Result(made, emitted)
    try:
        if options.get("vbscript"):
            from emoscan.evaluate.vba.parser import parse

            module = made.link(parse("", vbscript=True), "Script", "standard")
            result.value = made.run_statements(source, module)
        else:
            procedure = made.find(entry)
            assert procedure is not None, f"no procedure {entry}"
            result.value = made.invoke(procedure, args)
    except ScriptError as error:
        result.error = error
    except ScriptEnd:
        pass
    finally:
        made.machine.finish()
    return result


def value(expression: str, *args: Any, declarations: str = "", **options: Any) -> Any:
    """The value of a VBA expression, plain: arrays as lists, Null, Nothing and Empty as such. `args` are `a`, `b`, `c` in it.

    Raises ScriptError when the expression fails.
    """
    names = ", ".join("abcdefgh"[: len(args)])
    source = f"{declarations}\nFunction Main({names})\nMain = {expression}\nEnd Function\n"
    result = run(source, "Main", *args, **options)
    if result.error is not None:
        raise result.error
    return plain(result.value)


def error(expression: str, *args: Any, **options: Any) -> int:
    """Number of the error an expression fails with; 0 when it does not fail."""
    try:
        value(expression, *args, **options)
    except ScriptError as failure:
        return failure.number
    return 0


def plain(result: Any) -> Any:
    if isinstance(result, Array):
        return [plain(element) for element in result.data]
    return result


def unknown(*parts: str | None, why: str = "?") -> Any:
    """A text of which the parts given as None are not known."""
    return Unknown.join(Unknown(why) if part is None else part for part in parts)


__all__ = ["MISSING", "NOTHING", "NULL", "Date", "Object", "Result", "Unknown", "error", "plain", "project", "run", "unknown", "value"]
