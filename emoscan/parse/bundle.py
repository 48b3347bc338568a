"""Bundles: a macro project together with the document it lives in, as one artifact.

What an evaluator needs beside the code travels with it, so a macro evaluates the same wherever it is met, can be saved,
diffed and replayed. A bundle is JSON with a first key that names it; equal projects give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct, field

from emoscan.parse import Malformed
from emoscan.parse.workbook import Workbook, a1

VBA_PROJECT: Final = "script.vba-project"
XLM_WORKBOOK: Final = "script.xlm-workbook"

Property = str | int | float | bool | None

ModuleType = Literal["standard", "class", "document", "form"]


class Module(Struct, frozen=True, omit_defaults=True):
    """The source of one module, line ends as stored, attributes included."""

    name: str
    source: str
    type: ModuleType = "standard"
    stream: str = ""
    """Path of the stream it was read from."""
    origin: Literal["dir", "signature", "orphan", "p-code", "text"] = "dir"
    """How it was found: listed by the project; a stream that only looks like one; one the project does not list."""


class Control(Struct, frozen=True, omit_defaults=True):
    """A form control (MS-OFORMS) or an ActiveX object on a page, with what it holds at rest."""

    name: str
    type: str
    """MSForms class ("TextBox", "ComboBox", "MultiPage", "Page") or the ProgID or CLSID of another."""
    properties: dict[str, Property] = {}
    """By the name VBA knows them: Value, Text, Caption, Tag, ControlTipText, GroupName … Of a control that could not be
    read "strings" holds the strings found in its bytes, one a line; with no properties at all, nothing is known of it.
    """
    controls: tuple[Control, ...] = ()
    """Of a Frame, MultiPage, TabStrip or Page: what is inside, pages and tabs in their order."""
    module: str = ""
    """Of a control on a page: code name of the document or sheet it sits in."""


class Form(Struct, frozen=True, omit_defaults=True):
    """A UserForm: its own properties and its controls."""

    name: str
    properties: dict[str, Property] = {}
    controls: tuple[Control, ...] = ()


class Shape(Struct, frozen=True, omit_defaults=True):
    """A drawing object, of a page, a sheet or a slide."""

    name: str = ""
    text: str = ""
    alt_text: str = ""
    title: str = ""
    type: str = ""
    place: str = ""
    """Name of the sheet or number of the slide; empty for a text document."""
    inline: bool = False
    control: str = ""
    """Name of the control that it is the frame of."""


class Run(Struct, frozen=True, omit_defaults=True):
    """A piece of a paragraph with one look."""

    text: str
    hidden: bool = False
    color: int | None = None
    """0xRRGGBB."""
    size: float = 0.0
    """Points; 0 when the document does not say."""
    bold: bool = False


class Paragraph(Struct, frozen=True, omit_defaults=True):
    text: str
    """Without its final mark, but for one that ends a table cell: "\\x07"."""
    runs: tuple[Run, ...] = ()
    """Only where it is not all of one plain look."""
    style: str = ""


class FormField(Struct, frozen=True, omit_defaults=True):
    """A field of a form in a text document, as FORMTEXT, FORMCHECKBOX and FORMDROPDOWN make them."""

    name: str
    type: Literal["text", "checkbox", "dropdown"] = "text"
    result: str = ""
    default: str = ""
    help: str = ""
    status: str = ""
    entries: tuple[str, ...] = ()
    """Of a drop-down list."""


class Callback(Struct, frozen=True, omit_defaults=True):
    """A procedure that something outside of the modules names: the ribbon, a button, a shape, a field."""

    procedure: str
    """As it is named: "Go", "Module1.Go", "[0]!Go"."""
    event: str
    """What names it: "onLoad of customUI", "macro of shape Button 1"."""
    when: Literal["opening", "use", "click"] = "click"
    ribbon: dict[str, str] = {}
    """Of a control of the ribbon what its procedure is told: Id, Tag."""


class Document(Struct, frozen=True, omit_defaults=True):
    """What a macro can read of its document."""

    host: Literal["word", "excel", "powerpoint", ""] = ""
    code_name: str = "ThisDocument"
    """Name of the module that stands for the document itself."""
    forms: tuple[Form, ...] = ()
    controls: tuple[Control, ...] = ()
    """On pages, sheets and slides."""
    variables: dict[str, str] = {}
    properties: dict[str, Property] = {}
    """Built-in document properties, by the names BuiltInDocumentProperties takes: Title, Subject, Author, Comments …"""
    custom_properties: dict[str, Property] = {}
    paragraphs: tuple[Paragraph, ...] = ()
    """Main text, hidden text included."""
    stories: dict[str, str] = {}
    """Other texts by story: header, footer, footnotes, endnotes, comments, textboxes; "first header", "even footer" and so on."""
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """Main text's tables: rows of cells."""
    shapes: tuple[Shape, ...] = ()
    bookmarks: dict[str, str] = {}
    comments: tuple[tuple[str, str], ...] = ()
    """(author, text)."""
    fields: tuple[tuple[str, str], ...] = ()
    """(code, result)."""
    form_fields: tuple[FormField, ...] = ()
    content_controls: tuple[tuple[str, str, str], ...] = ()
    """(title, tag, text)."""
    custom_xml: tuple[str, ...] = ()
    slides: tuple[tuple[str, ...], ...] = ()
    """Texts of each slide."""
    tags: dict[str, str] = {}
    """Of a presentation, its slides and shapes, by name in upper case as PowerPoint keeps them."""
    workbook: Workbook | None = None
    callbacks: tuple[Callback, ...] = ()
    unread: tuple[str, ...] = ()
    """Names of fields above that the document has but that could not be read: a macro that reads them reads something unknown."""


PARTS: Final = (
    "forms",
    "controls",
    "variables",
    "properties",
    "custom_properties",
    "paragraphs",
    "stories",
    "tables",
    "shapes",
    "bookmarks",
    "comments",
    "fields",
    "custom_xml",
    "slides",
    "tags",
    "workbook",
)
"""Fields of a document record; all are unread when there are only macros and no document."""


class Difference(Struct, frozen=True, omit_defaults=True):
    """What the compiled form of a module has, and its source has not."""

    module: str
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """The literals of its code."""


class VbaProject(Struct, frozen=True, omit_defaults=True):
    """A macro project: its modules and the document around them."""

    modules: tuple[Module, ...]
    name: str = ""
    code_page: int = 1252
    references: tuple[str, ...] = ()
    constants: dict[str, str] = {}
    """Conditional compilation constants of the project."""
    protection: tuple[str, ...] = ()
    """How it is locked against looking at it: "password", "locked for viewing", "hidden module X" …"""
    damage: tuple[str, ...] = ()
    """What of it is broken or missing, in words."""
    document: Document = Document()
    compiled: tuple[Difference, ...] = ()
    """Of a project whose modules were read from their p-code: how that differs from the source."""
    purged: bool = False
    """It holds no compiled form."""


class XlmWorkbook(Struct, frozen=True, omit_defaults=True):
    """A workbook with Excel 4 macros: cells, names and formats, and the document around them."""

    workbook: Workbook
    document: Document = Document()


def strings_of(bundle: VbaProject | XlmWorkbook) -> Iterator[tuple[str, str]]:
    """(place, text) of every text of a bundle: "module Module1", "control TextBox1.Value", "document variable x",
    "cell Sheet1!A1" … Modules come first, empty texts are left out.
    """
    if isinstance(bundle, VbaProject):
        for module in bundle.modules:
            yield f"module {module.name}", module.source
    for place, text in _document_strings(bundle.document):
        if text:
            yield place, text
    workbook = bundle.workbook if isinstance(bundle, XlmWorkbook) else bundle.document.workbook
    for place, text in _workbook_strings(workbook) if workbook else ():
        if text:
            yield place, text


def _document_strings(document: Document) -> Iterator[tuple[str, str]]:
    holders: list[tuple[str, Control | Form]] = [*(("control", c) for c in document.controls), *(("form", f) for f in document.forms)]
    for word, holder in holders:  # grows as controls inside others are met
        for name, value in holder.properties.items():
            if isinstance(value, str):
                yield f"{word} {holder.name}.{name}", value
        holders += (("control", inner) for inner in holder.controls)
    for label, values in (("document variable", document.variables), ("bookmark", document.bookmarks), ("story", document.stories)):
        for name, text in values.items():
            yield f"{label} {name}", text
    for label, properties in (("document property", document.properties), ("custom property", document.custom_properties)):
        for name, value in properties.items():
            if isinstance(value, str):
                yield f"{label} {name}", value
    yield "text", "\n".join(paragraph.text for paragraph in document.paragraphs)
    for number, paragraph in enumerate(document.paragraphs, 1):
        yield f"paragraph {number}", paragraph.text
    for number, table in enumerate(document.tables, 1):
        for row in table:
            for cell in row:
                yield f"table {number}", cell
    for shape in document.shapes:
        for name, text in (("text", shape.text), ("alternative text", shape.alt_text), ("title", shape.title)):
            yield f"shape {shape.name} {name}", text
    for author, text in document.comments:
        yield f"comment of {author}", text
    for code, result in document.fields:
        yield "field code", code
        yield "field result", result
    for form in document.form_fields:
        for text in (form.default, form.help, form.status, *form.entries):
            if text:
                yield f"form field {form.name}", text
    for title, tag, text in document.content_controls:
        yield f"content control {title}", tag
        yield f"content control {title}", text
    for text in document.custom_xml:
        yield "custom XML", text
    for number, texts in enumerate(document.slides, 1):
        for text in texts:
            yield f"slide {number}", text


def _workbook_strings(workbook: Workbook) -> Iterator[tuple[str, str]]:
    for sheet in workbook.sheets:
        for cell in sheet.cells:
            if cell.formula:
                yield f"formula {sheet.name}!{a1(cell.row, cell.column)}", cell.formula
            if isinstance(cell.value, str):
                yield f"cell {sheet.name}!{a1(cell.row, cell.column)}", cell.value
        for place, note in sheet.notes.items():
            yield f"note {sheet.name}!{place}", note
    for name in workbook.names:
        yield f"name {name.name}", name.formula


class _Envelope(Struct):
    emoscan: str
    content: msgspec.Raw = field(default_factory=lambda: msgspec.Raw(b"null"))


_NAMES: Final[dict[type, tuple[str, str]]] = {
    VbaProject: (VBA_PROJECT, "vba-project/1"),
    XlmWorkbook: (XLM_WORKBOOK, "xlm-workbook/1"),
}

MAGIC: Final = b'{"emoscan":"'


def dump(bundle: VbaProject | XlmWorkbook) -> bytes:
    """The bytes of a bundle. Lone surrogates of damaged strings are kept as escapes."""
    name = _NAMES[type(bundle)][1]
    try:
        return msgspec.json.encode(_Envelope(name, msgspec.Raw(msgspec.json.encode(bundle))))
    except UnicodeEncodeError:
        import json

        return json.dumps({"emoscan": name, "content": msgspec.to_builtins(bundle)}, separators=(",", ":")).encode("ascii")


def kind_of(data: bytes) -> str:
    """The kind of artifact a bundle is, "" when the bytes are none."""
    for kind, name in _NAMES.values():
        if data.startswith(MAGIC + name.encode() + b'"'):
            return kind
    return ""


def load_vba(data: bytes) -> VbaProject:
    """Raises Malformed when the bytes are no such bundle."""
    return _load(data, VbaProject)


def load_xlm(data: bytes) -> XlmWorkbook:
    """Raises Malformed when the bytes are no such bundle."""
    return _load(data, XlmWorkbook)


REMEMBERED: Final = 4 << 20
"""Bytes of the largest bundle that is kept for the next reader."""


def read_bundle(data: bytes, kind: str) -> VbaProject | XlmWorkbook:
    """A bundle of this kind to look at: other readers are given the same one. Raises Malformed when the bytes are none."""
    return _remembered(data, kind) if len(data) <= REMEMBERED else _read(data, kind)


def _read(data: bytes, kind: str) -> VbaProject | XlmWorkbook:
    return load_vba(data) if kind == VBA_PROJECT else load_xlm(data)


_remembered = lru_cache(maxsize=2)(_read)


T = TypeVar("T", VbaProject, XlmWorkbook)


def _load(data: bytes, type_: type[T]) -> T:
    name = _NAMES[type_][1]
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        if envelope.emoscan == name:
            return msgspec.json.decode(envelope.content, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _load_damaged(data, type_)
    raise Malformed(f"no {name} bundle")


def _load_damaged(data: bytes, type_: type[T]) -> T:
    """A bundle that holds lone surrogates, which msgspec refuses."""
    import json

    try:
        content = json.loads(data)
        return msgspec.convert(content["content"], type_)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Malformed(f"no {_NAMES[type_][1]} bundle: {error}") from None
