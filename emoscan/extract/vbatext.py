"""Modules exported as text (.bas, .cls, .frm): made the macro project they come from, so that they are read like one."""

from __future__ import annotations

import re
from typing import Final, Literal

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse.bundle import PARTS, VBA_PROJECT, Document, Form, Module, ModuleType, Property, VbaProject, dump
from emoscan.parse.lazy import lazy
from emoscan.parse.text import text_of
from emoscan.registry import step

SOURCE: Final = "office.vba-source"
Host = Literal["word", "excel", "powerpoint", ""]

_NAME: Final = lazy(r'^[ \t]*+Attribute VB_Name[ \t]*+=[ \t]*+"([^"\r\n]{1,255})"', re.IGNORECASE | re.MULTILINE)
_HEADER: Final = lazy(r"^VERSION [0-9.]{1,8}(?: CLASS)?[ \t]*+\r?$", re.IGNORECASE | re.MULTILINE)
_BASE: Final = lazy(r'^[ \t]*+Attribute VB_Base[ \t]*+=[ \t]*+"([^"\r\n]{0,255})"', re.IGNORECASE | re.MULTILINE)
_DESIGN: Final = lazy(r"^Begin \{?[\w-]{1,40}\}? (\w{1,255})[ \t]*+\r?$", re.IGNORECASE | re.MULTILINE)
_PROPERTY: Final = lazy(r'^[ \t]++(\w{1,64})[ \t]*+=[ \t]*+(?:"((?:[^"\r\n]|"")*+)"|(-?[0-9]{1,9}))', re.MULTILINE)

# The classes behind the modules of documents (MS-OVBA 2.3.4.3: VB_Base).
_DOCUMENT_CLASSES: Final[dict[str, Host]] = {"00020819": "excel", "00020820": "excel", "00020821": "excel", "00020906": "word"}
_WORDS: Final[tuple[tuple[Host, re.Pattern[str]], ...]] = (
    ("word", lazy(r"\b(?:ActiveDocument|ThisDocument|Document_Open|AutoOpen|Selection\.TypeText)\b", re.IGNORECASE)),
    ("excel", lazy(r"\b(?:ThisWorkbook|ActiveSheet|ActiveWorkbook|Workbook_Open|Auto_Open|Worksheets?\(|Cells\()", re.IGNORECASE)),
    ("powerpoint", lazy(r"\b(?:ActivePresentation|SlideShowWindows|OnSlideShow\w+)\b", re.IGNORECASE)),
)


@step("vba.text", takes=SOURCE)
def read_exported_modules(artifact: Artifact, ctx: Context) -> Yields:
    """One project out of all modules in the text."""
    limits = ctx.budget.limits
    text = text_of(artifact.data)
    if len(text) > limits.vba_source_bytes:
        yield Problem(
            "limit", "vba_source_bytes", f"more than {limits.vba_source_bytes:,} characters of macro source; the rest was not read"
        )
        text = text[: limits.vba_source_bytes]
    pieces = split(text)
    if len(pieces) > limits.vba_modules:
        yield Problem("limit", "vba_modules", f"more than {limits.vba_modules:,} modules; the rest was not read")
    modules = tuple(module_of(piece, ctx.name, number) for number, piece in enumerate(pieces[: limits.vba_modules], 1))
    forms = tuple(form for piece in pieces if (form := form_of(piece)))
    unread = tuple(part for part in PARTS if part != "forms" or not forms)
    from emoscan.parse.oledocument import code_name_of

    document = Document(host=host_of(text), code_name=code_name_of(modules), forms=forms, unread=unread)
    project = VbaProject(modules, document=document)
    bundle = dump(project)
    ctx.budget.grow(len(bundle), "macro project")
    yield Child(bundle, VBA_PROJECT, label=ctx.name, how="exported modules")


def split(text: str) -> list[str]:
    """The modules one after the other, each from its header on."""
    starts = sorted({_start(text, match.start()) for match in _NAME.finditer(text)})
    if not starts:
        return [text]
    if text[: starts[0]].strip():
        starts[0] = 0
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _start(text: str, name: int) -> int:
    """Where a module begins whose name stands at `name`: at the VERSION line before it, when there is one."""
    headers = list(_HEADER.finditer(text, max(0, name - 4_096), name))
    if not headers or _NAME.search(text, headers[-1].end(), name):
        return name
    return headers[-1].start()


def module_of(source: str, file_name: str, number: int) -> Module:
    named = _NAME.search(source)
    stem = re.sub(r"\W", "_", re.split(r"[\\/]", file_name)[-1].rpartition(".")[0])
    return Module(named[1] if named else stem or f"Module{number}", source, type=type_of(source), origin="text")


def type_of(source: str) -> ModuleType:
    base = _BASE.search(source)
    if base is None:
        return "class" if re.match(r"\s*VERSION [0-9.]+ CLASS", source, re.IGNORECASE) or "Attribute VB_Creatable" in source else "standard"
    # a form is based on two class ids of its own project, a document on one of the host's or on a template
    return "form" if base[1].count("{") > 1 else "document"


def form_of(source: str) -> Form | None:
    """What a .frm says of its form: name and the properties that are text. The controls lie in the .frx beside it."""
    design = _DESIGN.search(source)
    if design is None:
        return None
    end = source.find("\nEnd", design.end())
    properties: dict[str, Property] = {}
    for match in _PROPERTY.finditer(source, design.end(), end if end >= 0 else len(source)):
        properties[match[1]] = match[2].replace('""', '"') if match[2] is not None else int(match[3])
    return Form(design[1], properties)


def host_of(text: str) -> Host:
    """The application the modules were written for, as far as they show it."""
    for match in _BASE.finditer(text):
        if "Normal." in match[1] or "TemplateProject" in match[1]:
            return "word"
        if match[1][2:10] in _DOCUMENT_CLASSES:
            return _DOCUMENT_CLASSES[match[1][2:10]]
    counts = {host: len(pattern.findall(text)) for host, pattern in _WORDS}
    best = max(counts, key=lambda host: counts[host])
    return best if counts[best] else ""
