"""The model of a document in a compound file: what its macros can read of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed, oforms, pptbinary, propsets
from emoscan.parse.bundle import Control, Document, Form, Module
from emoscan.parse.cfb import CompoundFile, join
from emoscan.parse.hosts import Host, host_of
from emoscan.parse.lazy import lazy
from emoscan.parse.ovba import Project

MAX_CONTROLS: Final = 2_000
"""Of a document that are read."""


def host_of_modules(modules: Iterable[Module]) -> Host:
    """The program a project was made in, by what the project's document modules are derived from; for projects without their document."""
    for module in modules:
        base = _BASE.search(module.source, 0, 2_000) if module.type == "document" else None
        if base:
            return _BASES.get(base[1].lower(), "word" if base[1].lower().endswith("thisdocument") else "")
    return ""


_BASE: Final = lazy(r'Attribute VB_Base = "([^"\r\n]{1,200})"')
_BASES: Final[dict[str, Host]] = {
    "0{00020906-0000-0000-c000-000000000046}": "word",
    "0{00020819-0000-0000-c000-000000000046}": "excel",
    "0{00020820-0000-0000-c000-000000000046}": "excel",
    "0{00020821-0000-0000-c000-000000000046}": "excel",
}
_WHOLE: Final = ("0{00020819-0000-0000-c000-000000000046}", "0{00020906-0000-0000-c000-000000000046}", ".thisdocument")
"""The classes of workbooks and of texts, the latter also by their template ("1Normal.ThisDocument"); others are of sheets and controls."""
_CONTROL: Final = lazy(
    r'^Attribute VB_Control = "([^",\r\n]{1,255}), ?(-?[0-9]{1,9}), ?(-?[0-9]{1,9}), ?([^",\r\n]{0,99}), ?([^"\r\n]{0,99})"', re.MULTILINE
)
"""Name, id, index, library and class of a control on a page, in the module of the page."""


def code_name_of(modules: Iterable[Module]) -> str:
    """Name of the module that stands for the document itself."""
    documents = [m for m in modules if m.type == "document"]
    bases = [found[1].lower() if (found := _BASE.search(m.source, 0, 2_000)) else "" for m in documents]
    for wanted in _WHOLE:
        for module, base in zip(documents, bases, strict=True):
            if base.endswith(wanted):
                return module.name
    return documents[0].name if documents else "ThisDocument"


def read_document(file: CompoundFile, project: Project, storage: CompoundFile, place: str) -> Document:
    """The model of the document around a project that lies in `storage` (of a presentation, else `file` itself), at `place`.

    What is damaged is left out.
    """
    code_name = code_name_of(project.modules)
    controls, ids = _page_controls(file, storage, place), list[int]()
    text = Document()
    if file.stream("WordDocument") is not None:
        from emoscan.parse import wordbinary

        try:
            text = wordbinary.read(file)
        except Malformed as error:
            file.damage += [] if file.damage else [str(error)]  # else what is missing has been said
    elif file.stream(pptbinary.STREAM) is not None:
        text = pptbinary.read(file)
    elif any(file.stream(name) is not None for name in ("Workbook", "Book")):
        from emoscan.parse import workbooks, xlsdrawing

        shapes, of_sheets = xlsdrawing.read(file)
        workbook, unread = workbooks.for_macros(workbooks.of_compound_file(file, workbooks.FOR_MACROS))
        text = Document(shapes=tuple(shapes), workbook=workbook, unread=unread)
        ids = [0] * len(controls) + [id_ for _, id_ in of_sheets]
        controls += [control for control, _ in of_sheets]
    builtin, custom = propsets.read_properties(file)
    return replace(
        text,
        host=host_of(file) or host_of_modules(project.modules),
        code_name=code_name,
        forms=read_forms(storage, place, project),
        controls=bind(controls, project.modules, code_name, ids),
        properties=builtin,
        custom_properties=custom,
    )


def read_forms(file: CompoundFile, place: str, project: Project) -> tuple[Form, ...]:
    """The UserForms of a project: storages beside its VBA storage ([MS-OVBA] 2.2.10)."""
    names = {m.stream.rpartition("/")[2].lower(): m.name for m in project.modules}
    forms = []
    for entry in file.storages():
        if entry.path != join(place, entry.name) or entry.name.lower() == "vba":
            continue
        if file.stream(join(entry.path, "f")) is not None or file.stream(join(entry.path, "\3VBFrame")) is not None:
            name = names.get(entry.name.lower(), entry.name)
            forms.append(oforms.read_form(file, entry.path, name, project.code_page))
    return tuple(forms)


def _page_controls(file: CompoundFile, storage: CompoundFile, place: str) -> list[Control]:
    """ActiveX controls on pages, in the order of their storages: ObjectPool of a .doc, the root of what MHT holds."""
    found: list[Control] = []
    seen: set[str] = set()
    forms = (place or "VBA") + "/" if storage is file else "\0"
    if file.stream(pptbinary.STREAM) is not None:
        for stored in pptbinary.storages(file.read(pptbinary.STREAM), file.budget or Budget(Limits())):
            control = control_in(stored.data, file.budget)
            if control is not None and len(found) < MAX_CONTROLS:
                found.append(control)
    for entry in file.entries:
        if entry.type != "stream" or entry.name.lower() not in ("contents", "\3ocxname") or entry.path.startswith(forms):
            continue
        parent = entry.path.rpartition("/")[0]
        holder = file.get(parent)
        if parent in seen or holder is None or len(found) >= MAX_CONTROLS:
            continue
        seen.add(parent)
        named = file.stream(join(parent, "\3OCXNAME")) is not None
        if named or holder.clsid in oforms.CLASSES or oforms.prog_id(file, parent).startswith("Forms."):
            control = oforms.read_page_control(file, holder)
            if control is not None:
                found.append(control)
    return found


def control_in(data: bytes, budget: Budget | None) -> Control | None:
    """The control of MSForms that a compound file is, None when it is something else."""
    try:
        file = CompoundFile(data, budget)
    except Malformed:
        return None
    root = file.get("")
    if root is None or not (root.clsid in oforms.CLASSES or oforms.prog_id(file, "").startswith("Forms.")):
        return None
    return oforms.read_page_control(file, root)


def bind(controls: Iterable[Control], modules: Iterable[Module], code_name: str, ids: Sequence[int] = ()) -> tuple[Control, ...]:
    """Controls with the module each belongs to, by the VB_Control attributes of modules.

    A control without a name gets that of the attribute with its id, else of the first one of its class that is left.
    Attributes without a control become controls of which only the name and class are known.
    """
    controls = list(controls)
    stated = [
        (m[1].strip(), int(m[2]), m[5].strip(), module.name) for module in modules for m in _CONTROL.finditer(module.source, 0, 1 << 16)
    ]
    taken = {(c.name.lower(), c.module) for c in controls if c.name}
    waiting = [s for s in stated if not any((s[0].lower(), place) in taken for place in (s[3], ""))]
    bound = []
    for index, control in enumerate(controls):
        name, module_name = control.name, control.module
        if not name:
            of_id = (s for s in waiting if ids and s[1] == ids[index] and s[3] == (module_name or s[3]))
            of_class = (s for s in waiting if s[2] == control.type and s[3] == (module_name or s[3]))
            fitting = next(of_id, None) or next(of_class, None)
            if fitting is not None:
                waiting.remove(fitting)
                name, module_name = fitting[0], fitting[3]
        if not module_name:
            module_name = next((s[3] for s in stated if s[0].lower() == name.lower()), code_name)
        bound.append(Control(name, control.type, control.properties, control.controls, module_name))
    bound += [Control(name, class_, module=module_name) for name, _, class_, module_name in waiting]
    return tuple(bound)
