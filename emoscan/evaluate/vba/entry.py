"""Which procedures of a project run by themselves, which after a click, and in what order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.symbols import Procedure, expressions, statements, subexpressions
from emoscan.evaluate.vba.syntax import Call, Lit, Member, Name
from emoscan.parse.bundle import Callback, Document
from emoscan.parse.lazy import lazy


class Entry(Struct, frozen=True, eq=False):
    procedure: Procedure
    event: str
    """The name the host knows it by: AutoOpen, Document_Open, Click of CommandButton1."""
    stage: int
    """1: runs by itself; 2: runs when the document is closed, or on some event of using it; 3: a click; 4: nobody calls it."""
    arguments: tuple[Any, ...] = ()
    """What is known of those the host passes; the rest is made up."""


# Word: "Auto macros"; Excel: Auto_* procedures; both kinds are found in any standard module and in the document's own.
AUTOMATIC: Final = {
    "autoexec": 1,
    "autonew": 1,
    "autoopen": 1,
    "auto_open": 1,
    "auto_activate": 2,
    "auto_deactivate": 2,
    "autoclose": 2,
    "auto_close": 2,
    "autoexit": 2,
    "auto_add": 1,
    "auto_remove": 2,
}

# Events of the document's own module, by what follows the underscore.
DOCUMENT_EVENTS: Final = {
    "open": 1,
    "new": 1,
    "activate": 1,
    "windowactivate": 1,
    "sheetactivate": 2,
    "initialize": 1,
    "load": 1,
    "sync": 2,
    "close": 2,
    "beforeclose": 2,
    "beforesave": 2,
    "beforeprint": 2,
    "deactivate": 2,
    "windowdeactivate": 2,
    "sheetcalculate": 2,
    "sheetchange": 2,
    "sheetselectionchange": 2,
    "contentcontrolonenter": 2,
    "contentcontrolonexit": 2,
    "xmlafterinsert": 2,
    "calculate": 1,
    "change": 2,
    "selectionchange": 2,
    "beforedoubleclick": 3,
    "beforerightclick": 3,
    "followhyperlink": 3,
    **dict.fromkeys(
        (
            "addininstall addinuninstall afterremotechange aftersave afterxmlexport afterxmlimport beforedelete beforeremotechange"
            " beforexmlexport beforexmlimport buildingblockinsert contentcontrolafteradd contentcontrolbeforecontentupdate"
            " contentcontrolbeforedelete contentcontrolbeforestoreupdate lensgalleryrendercomplete modelchange newchart newsheet"
            " pivottableaftervaluechange pivottablebeforeallocatechanges pivottablebeforecommitchanges pivottablebeforediscardchanges"
            " pivottablechangesync pivottablecloseconnection pivottableopenconnection pivottableupdate rowsetcomplete sheetbeforedelete"
            " sheetdeactivate sheetlensgalleryrendercomplete sheetpivottableaftervaluechange sheetpivottablebeforeallocatechanges"
            " sheetpivottablebeforecommitchanges sheetpivottablebeforediscardchanges sheetpivottablechangesync sheetpivottableupdate"
            " sheettableupdate tableupdate windowresize xmlbeforedelete"
        ).split(),
        2,
    ),
    **dict.fromkeys("sheetbeforedoubleclick sheetbeforerightclick sheetfollowhyperlink".split(), 3),
}

# Events of controls that fire without a click: when the page is painted or laid out, or the mouse passes over.
CONTROL_EVENTS: Final = {
    "painted": 1,
    "layout": 1,
    "resize": 1,
    "gotfocus": 2,
    "lostfocus": 2,
    "enter": 2,
    "exit": 2,
    "change": 2,
    "mousemove": 2,
    "mouseenter": 2,
    "mousehover": 2,
    "click": 3,
    "dblclick": 3,
    "mousedown": 3,
    "mouseup": 3,
    "keydown": 3,
    "keypress": 3,
    "keyup": 3,
    "navigatecomplete2": 1,
    "documentcomplete": 1,
    "beforenavigate2": 1,
    "downloadcomplete": 1,
    "statechange": 1,
    "scroll": 2,
    "select": 3,
    "beforedragover": 3,
}

DOCUMENT_OBJECTS: Final = frozenset(
    "document workbook worksheet chart userform presentation thisdocument thisworkbook app application".split()
)

PRESENTATION_EVENTS: Final = {
    "onslideshowpagechange": 1,
    "slideshowbegin": 1,
    "onslideshowterminate": 2,
    "slideshowonnext": 1,
    "auto_showbegin": 1,
}

RIBBON: Final = frozenset(("onload", "ribbon_onload", "ribbononload", "onaction"))

STAGE_OF_CALLBACKS: Final = {"opening": 1, "use": 2, "click": 3}
_MACRO_BUTTON: Final = lazy(r"macrobutton\s{1,20}(\S{1,255})", re.IGNORECASE)


def callbacks(document: Document) -> Iterator[Callback]:
    """Everything in a document that names a procedure: the ribbon, shapes, controls of sheets, fields."""
    yield from document.callbacks
    for control in document.controls:
        macro = control.properties.get("OnAction")
        if isinstance(macro, str) and macro:
            yield Callback(macro, f"macro of {control.name or 'a control'}")
    for code, _ in document.fields:
        match = _MACRO_BUTTON.match(code.lstrip())
        if match is not None:
            yield Callback(match[1], "MACROBUTTON")


def entries(project: Project, document: Document) -> list[Entry]:
    """Procedures that the host, or the user by a click, would start; those that run first come first."""
    found: list[Entry] = []
    named: dict[int, tuple[str, int, tuple[Any, ...]]] = {}
    for callback in callbacks(document):
        target = project.find(callback.procedure)
        if target is not None:
            stage = STAGE_OF_CALLBACKS[callback.when]
            if target.index not in named or stage < named[target.index][1]:
                told = (project.host.ribbon_control(callback.ribbon),) if callback.ribbon and project.host is not None else ()
                named[target.index] = (f"{project.spelling(target.name)} ({callback.event})", stage, told)
    for procedure in project.procedures:
        event = event_of(project, procedure)
        other = named.get(procedure.index)
        if other is not None and (event is None or other[1] <= event[1]):
            found.append(Entry(procedure, *other))
        elif event is not None:
            found.append(Entry(procedure, *event))
    rank = {"document_open": 0, "workbook_open": 0, "autoexec": 1, "autoopen": 2, "auto_open": 2}
    return sorted(found, key=lambda e: (e.stage, rank.get(e.procedure.name, 5), e.procedure.index))


def event_of(project: Project, procedure: Procedure) -> tuple[str, int] | None:
    name, module = procedure.name, procedure.module
    if procedure.tree.kind not in ("sub", "function") or module.has_instances:
        return None
    spelt = project.spelling(name)
    if name in AUTOMATIC and module.type in ("standard", "document"):
        return spelt, AUTOMATIC[name]
    if name == "main" and module.name in AUTOMATIC:
        return f"{module.shown}.Main", AUTOMATIC[module.name]
    if name in PRESENTATION_EVENTS:
        return spelt, PRESENTATION_EVENTS[name]
    if name in RIBBON:
        return spelt, 1
    if module.type not in ("document", "form"):
        return None
    subject, underscore, event = name.rpartition("_")
    if not underscore:
        return None
    if subject in DOCUMENT_OBJECTS and event in DOCUMENT_EVENTS:
        # Forms open when a macro shows them; their events are no entry of their own.
        return None if module.type == "form" else (spelt, DOCUMENT_EVENTS[event])
    if event in CONTROL_EVENTS and module.type == "document":
        return spelt, CONTROL_EVENTS[event]
    if module.type == "document" and subject in module.event_sources():
        return spelt, 2  # an event of the application, which a variable declared WithEvents listens to
    return None


def uncalled(project: Project) -> list[Entry]:
    """Procedures that nothing in the project names, and that need no arguments or look like handlers of events: a last resort."""
    named = set(names_used(project))
    found = []
    for procedure in project.procedures:
        required = [p for p in procedure.tree.parameters if not p.optional and not p.rest]
        if (
            procedure.name not in named
            and (not required or (procedure.module.type == "document" and "_" in procedure.name))
            and procedure.tree.kind in ("sub", "function")
            and not procedure.module.has_instances
        ):
            found.append(Entry(procedure, project.spelling(procedure.name), 4))
    return found


def names_used(project: Project) -> Iterator[str]:
    """Names that stand in calls or expressions, and in texts that could name a procedure for Application.Run."""
    for procedure in project.procedures:
        for node in statements(procedure.tree.body):
            for tree in expressions(node):
                for part in subexpressions(tree):
                    match part:
                        case Name() | Member():
                            if part.name != procedure.name:
                                yield part.name
                        case Lit(type="string", value=str() as text) if text.isidentifier():
                            yield text.lower()
                        case Call():
                            pass
