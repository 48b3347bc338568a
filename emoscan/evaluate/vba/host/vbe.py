"""The macro editor as macros see it: reading their own source, writing modules, copying themselves into templates.

Code that a macro adds to a project is recorded, becomes an artifact, and can be run by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, Unknown, display
from emoscan.evaluate.vba.host.base import (
    OFFICE_OBJECT,
    actions,
    as_int,
    as_text,
    collection_class,
    empty,
    from_data,
    known,
    office_class,
    pick,
    properties,
)
from emoscan.parse import bundle
from emoscan.parse.lazy import lazy

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.application import Host

TYPES: Final = {"standard": 1, "class": 2, "form": 3, "document": 100}
"""vbext_ComponentType."""


MAX_LINES: Final = 100_000
SHOWN: Final = 2_000
"""Letters of added code that its effect shows; its artifact has all of it."""

_ATTRIBUTE: Final = lazy(r"\s*Attribute\s+[\w.]+\s*=", re.IGNORECASE)


class Code:
    """The projects that an application has open: the document's own one first, then that of its template."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._projects: dict[str, Object] = {}
        self._changed: dict[int, tuple[Object, str]] = {}
        """Modules with code that was put into them since it was last given, and by what."""
        self.added = 0

    def editor(self) -> Object:
        return Object(EDITOR, host=self.host)

    def project(self, name: str = "VBAProject") -> Object:
        """The project of the document (VBAProject) or of the template (Normal)."""
        if name not in self._projects:
            host = self.host
            components = [component(host, m.name, TYPES[m.type], m.source) for m in host.modules.values()] if name == "VBAProject" else []
            if not components:
                components = [component(host, "ThisDocument" if host.app == "word" else "ThisWorkbook", 100, "")]
            made = Object(PROJECT, host=host, name=name)
            made.data["items"] = components
            for one in components:
                one.data["project"] = made
            self._projects[name] = made
        return self._projects[name]

    def projects(self) -> list[Object]:
        own = [self.project(), self.project("Normal")] if self.host.app == "word" else [self.project()]
        return [*own, *(p for p in self._projects.values() if p not in own)]

    def add(self, target: Object, how: str) -> None:
        """Code was put into a module. It is given as a whole: before a macro is run by its name, or at the end."""
        if not self._changed:
            self.host.machine.at_end(self.give)
        self._changed[id(target)] = (target, how)

    def give(self) -> None:
        """Make the modules that were written to artifacts, and their procedures known."""
        changed, self._changed = list(self._changed.values()), {}
        machine, project = self.host.machine, self.host.machine.project
        own = project is not None and project.host is self.host
        for target, how in changed:
            text = "\r\n".join(target.data["lines"])
            place = f"{display(target.data['project'].data['name'])}.{display(target.data['name'])}"
            machine.effect("eval", text[:SHOWN], how, target=place, language="VBA")
            machine.grow(len(text))
            machine.spend(len(text) // 16)
            if own:
                machine.child(text, "script.vba", label=place, how=f"code added by {how}")
                self.added += 1
                project.add(bundle.Module(f"added{self.added}", text))
            if not own or target.data["project"] is not self.project():
                # What a template or another document starts with runs when that is opened.
                module = bundle.Module(display(target.data["name"]), text)
                made = bundle.VbaProject((module,), document=bundle.Document(host=self.host.app))  # type: ignore[arg-type]
                machine.child(bundle.dump(made), bundle.VBA_PROJECT, label=place, how=f"code added by {how}")


def component(host: Host, name: str, type_: int, source: str) -> Object:
    lines = [line for line in source.replace("\r\n", "\n").replace("\r", "\n").split("\n") if not _ATTRIBUTE.match(line)]
    return Object(COMPONENT, host=host, name=name, type=type_, lines=lines[:MAX_LINES] if source else [])


def own_text(machine: Any, this: Object, text: str) -> str:
    """Source a macro reads of its own project: text outside of what runs."""
    value: str = this.data["host"].outside(text, f"source of module {display(this.data['name'])}")
    machine.spend(len(text) // 64)
    return value


# ---------------------------------------------------------------- a module's code

CODE_MODULE: Final = office_class("CodeModule", "name")


def _lines(this: Object) -> list[str]:
    lines: list[str] = this.data["component"].data["lines"]
    return lines


@CODE_MODULE.method("Name")
def module_name(_machine: Any, this: Object) -> Any:
    return this.data["component"].data["name"]


@CODE_MODULE.method("CountOfLines")
def count_of_lines(_machine: Any, this: Object) -> int:
    return len(_lines(this))


@CODE_MODULE.method("CountOfDeclarationLines")
def count_of_declaration_lines(_machine: Any, this: Object) -> int:
    lines = _lines(this)
    return next((at for at, line in enumerate(lines) if _PROCEDURE.match(line)), len(lines))


_PROCEDURE: Final = lazy(r"\s*(?:(?:public|private|friend|static)\s+)*(?:sub|function|property\s+(?:get|let|set))\s+(\w+)", re.IGNORECASE)


@CODE_MODULE.method("Lines", takes="startline count")
def lines_of(machine: Any, this: Object, start: Any = MISSING, count: Any = MISSING) -> Any:
    first, number = as_int(machine, start, 1), as_int(machine, count, 1)
    lines = _lines(this)
    if isinstance(first, Unknown) or isinstance(number, Unknown):
        return Unknown("source of the project")
    if first < 1:
        raise ScriptError(9, "Subscript out of range")
    return own_text(machine, this.data["component"], "\r\n".join(lines[first - 1 : first - 1 + max(number, 0)]))


@CODE_MODULE.method("InsertLines", takes="line string")
def insert_lines(machine: Any, this: Object, line: Any = MISSING, text: Any = MISSING) -> None:
    at = as_int(machine, line, 1)
    put_lines(machine, this, len(_lines(this)) if isinstance(at, Unknown) else at - 1, 0, as_text(machine, text), "CodeModule.InsertLines")


@CODE_MODULE.method("AddFromString", takes="string")
def add_from_string(machine: Any, this: Object, text: Any = MISSING) -> None:
    """Before the first procedure, as the editor does."""
    put_lines(machine, this, count_of_declaration_lines(machine, this), 0, as_text(machine, text), "CodeModule.AddFromString")


@CODE_MODULE.method("AddFromFile", takes="filename")
def add_from_file(machine: Any, this: Object, file: Any = MISSING) -> None:
    put_lines(machine, this, len(_lines(this)), 0, file_text(machine, as_text(machine, file)), "CodeModule.AddFromFile")


@CODE_MODULE.method("ReplaceLine", takes="line string")
def replace_line(machine: Any, this: Object, line: Any = MISSING, text: Any = MISSING) -> None:
    at = as_int(machine, line, 1)
    if not isinstance(at, Unknown):
        put_lines(machine, this, at - 1, 1, as_text(machine, text), "CodeModule.ReplaceLine")


@CODE_MODULE.method("DeleteLines", takes="startline count")
def delete_lines(machine: Any, this: Object, start: Any = MISSING, count: Any = MISSING) -> None:
    first, number = as_int(machine, start, 1), as_int(machine, count, 1)
    if not isinstance(first, Unknown) and not isinstance(number, Unknown) and first >= 1:
        del _lines(this)[first - 1 : first - 1 + max(number, 0)]


def put_lines(machine: Any, this: Object, at: int, drop: int, text: str | Unknown, how: str) -> None:
    target = this.data["component"]
    new = known(machine, text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _lines(this)
    if len(lines) + len(new) <= MAX_LINES:
        at = max(0, at)
        lines[at : at + drop] = new
    machine.grow(2 * sum(map(len, new)) + 64)
    this.data["host"].code.add(target, how)


def file_text(machine: Any, path: str | Unknown) -> str | Unknown:
    content = machine.content_of(path)
    if isinstance(content, bytes):
        from emoscan.parse.text import text_of

        return text_of(content)
    return content if isinstance(content, Unknown) else Unknown(f"content of file {display(path)}")


@CODE_MODULE.method("Find", takes="target startline startcolumn endline endcolumn wholeword matchcase patternsearch")
def find(machine: Any, this: Object, target: Any = MISSING, *_: Any) -> bool:
    wanted = known(machine, target).lower()
    return any(wanted in line.lower() for line in _lines(this))


@CODE_MODULE.method("ProcStartLine", "ProcBodyLine", takes="procname prockind")
def proc_start_line(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> int:
    return procedure_lines(machine, this, name)[0]


@CODE_MODULE.method("ProcCountLines", takes="procname prockind")
def proc_count_lines(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> int:
    return procedure_lines(machine, this, name)[1]


@CODE_MODULE.method("ProcOfLine", takes="line prockind")
def proc_of_line(machine: Any, this: Object, line: Any = MISSING, *_: Any) -> str:
    at = as_int(machine, line, 1)
    found = ""
    for number, text in enumerate(_lines(this), 1):
        match = _PROCEDURE.match(text)
        found = match[1] if match else found
        if isinstance(at, Unknown) or number >= at:
            break
    return found


def procedure_lines(machine: Any, this: Object, name: Any) -> tuple[int, int]:
    """(first line, number of lines) of a procedure."""
    wanted = known(machine, name).lower()
    starts = [(number, match[1].lower()) for number, text in enumerate(_lines(this), 1) if (match := _PROCEDURE.match(text))]
    for position, (number, found) in enumerate(starts):
        if found == wanted:
            end = starts[position + 1][0] if position + 1 < len(starts) else len(_lines(this)) + 1
            return number, end - number
    raise ScriptError(35, "Sub or Function not defined")


@CODE_MODULE.method("CreateEventProc", takes="eventname objectname")
def create_event_proc(machine: Any, this: Object, event: Any = MISSING, subject: Any = MISSING) -> int:
    lines = _lines(this)
    lines += [f"Private Sub {known(machine, subject)}_{known(machine, event)}()", "", "End Sub"]
    return len(lines) - 2


CODE_MODULE.get["parent"] = lambda _machine, this: this.data["component"]

# ---------------------------------------------------------------- components and projects

COMPONENT: Final = office_class("VBComponent", "name")
from_data(COMPONENT, "name", "type")
empty(COMPONENT, "properties")
properties(COMPONENT, saved=True, hasopendesigner=False, designerid="")
actions(COMPONENT, "activate")
COMPONENT.get["designer"] = lambda machine, this: this.data["host"].forms.form_by_name(str(this.data["name"]))


@COMPONENT.method("CodeModule")
def code_module(_machine: Any, this: Object) -> Object:
    return Object(CODE_MODULE, host=this.data["host"], component=this)


@COMPONENT.method("Export", takes="filename")
def export(machine: Any, this: Object, file: Any = MISSING) -> None:
    machine.grow(sum(map(len, this.data["lines"])))
    text = f'Attribute VB_Name = "{display(this.data["name"])}"\r\n' + "\r\n".join(this.data["lines"])
    machine.write_file(as_text(machine, file), text.encode("utf-8", "replace"), "VBComponent.Export")


COMPONENTS: Final = collection_class("VBComponents", error=9)
COMPONENT.get["collection"] = lambda _machine, this: Object(COMPONENTS, host=this.data["host"], items=this.data["project"].data["items"])


@COMPONENTS.method("Add", takes="componenttype")
def add_component(machine: Any, this: Object, type_: Any = MISSING) -> Object:
    number = as_int(machine, type_, 1)
    items = this.data["items"]
    code = 1 if isinstance(number, Unknown) else number
    made = component(this.data["host"], f"{ {1: 'Module', 2: 'Class', 3: 'UserForm'}.get(code, 'Module') }{len(items) + 1}", code, "")
    made.data["project"] = this.data["project"]
    items.append(made)
    return made


@COMPONENTS.method("Import", takes="filename")
def import_component(machine: Any, this: Object, file: Any = MISSING) -> Object:
    made: Object = add_component(machine, this)
    put_lines(machine, code_module(machine, made), 0, 0, file_text(machine, as_text(machine, file)), "VBComponents.Import")
    return made


@COMPONENTS.method("Remove", takes="vbcomponent")
def remove_component(_machine: Any, this: Object, which: Any = MISSING) -> None:
    items = this.data["items"]
    if which in items:
        items.remove(which)


PROJECT: Final = office_class("VBProject", "name")
from_data(PROJECT, "name")
properties(PROJECT, protection=0, description="", helpfile="", helpcontextid=0, mode=2, saved=True, type=100)
actions(PROJECT, "makecompiledfile saveas")
PROJECT.get["vbe"] = lambda _machine, this: this.data["host"].code.editor()
PROJECT.get["filename"] = lambda _machine, this: this.data["host"].full_name()


@PROJECT.method("VBComponents")
def components_of(_machine: Any, this: Object) -> Object:
    return Object(COMPONENTS, host=this.data["host"], items=this.data["items"], project=this)


REFERENCES: Final = collection_class("References", error=9)
PROJECT.get["references"] = lambda _machine, this: Object(REFERENCES, host=this.data["host"], items=())


@REFERENCES.method("AddFromFile", takes="filename")
def add_reference(machine: Any, this: Object, file: Any = MISSING) -> Object:
    machine.effect("load", as_text(machine, file), "References.AddFromFile")
    return Object(OFFICE_OBJECT, host=this.data["host"])


REFERENCES.get["addfromguid"] = lambda _machine, this, *_: Object(OFFICE_OBJECT, host=this.data["host"])
actions(REFERENCES, "remove")

PROJECTS: Final = collection_class("VBProjects", error=9)

EDITOR: Final = office_class("VBE")
properties(EDITOR, version="7.01")
empty(EDITOR, "windows", "codepanes", "addins", "commandbars")
EDITOR.get["vbprojects"] = lambda _machine, this: Object(PROJECTS, host=this.data["host"], items=this.data["host"].code.projects())
EDITOR.get["activevbproject"] = lambda _machine, this: this.data["host"].code.project()


@EDITOR.method("MainWindow", "ActiveWindow")
def main_window(_machine: Any, this: Object) -> Object:
    return Object(EDITOR_WINDOW, host=this.data["host"])


@EDITOR.method("ActiveCodePane", "SelectedVBComponent")
def selected_component(machine: Any, this: Object) -> Any:
    return pick(machine, this.data["host"].code.project().data["items"], 1)


EDITOR_WINDOW: Final = office_class("Window")
properties(EDITOR_WINDOW, visible=False, caption="Microsoft Visual Basic for Applications", windowstate=0)
actions(EDITOR_WINDOW, "close setfocus")
