"""The model of a document in an Office Open XML package: what its macros can read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from emoscan.parse import Malformed, drawingml, oforms, xml
from emoscan.parse.bundle import Control, Document, Property, Shape
from emoscan.parse.callbacks import read_callbacks
from emoscan.parse.cfb import MAGIC, CompoundFile
from emoscan.parse.hosts import Host
from emoscan.parse.oledocument import bind, code_name_of, read_forms
from emoscan.parse.ovba import Project
from emoscan.parse.package import Package, key, resolve
from emoscan.parse.text import text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_CONTROLS: Final = 2_000
MAX_SLIDES: Final = 2_000
MAX_SHEETS: Final = 1_000
MAX_CUSTOM_XML: Final = 1 << 20
"""Characters of custom XML parts together that are kept."""

_CORE: Final = {
    "title": "Title",
    "subject": "Subject",
    "creator": "Author",
    "keywords": "Keywords",
    "description": "Comments",
    "lastModifiedBy": "Last Author",
    "revision": "Revision Number",
    "lastPrinted": "Last Print Date",
    "created": "Creation Date",
    "modified": "Last Save Time",
    "category": "Category",
    "contentStatus": "Content status",
    "contentType": "Content type",
    "language": "Language",
    "version": "Document version",
}
_APP: Final = {
    "Template": "Template",
    "TotalTime": "Total Editing Time",
    "Pages": "Number of Pages",
    "Words": "Number of Words",
    "Characters": "Number of Characters",
    "CharactersWithSpaces": "Number of Characters (with spaces)",
    "Application": "Application Name",
    "DocSecurity": "Security",
    "Lines": "Number of Lines",
    "Paragraphs": "Number of Paragraphs",
    "Slides": "Number of Slides",
    "Notes": "Number of Notes",
    "HiddenSlides": "Number of Hidden Slides",
    "MMClips": "Number of Multimedia Clips",
    "PresentationFormat": "Format",
    "Company": "Company",
    "Manager": "Manager",
    "HyperlinkBase": "Hyperlink Base",
}
"""Elements of docProps/core.xml and app.xml, by the names BuiltInDocumentProperties takes."""
_COUNTED: Final = frozenset(("Revision Number", "Total Editing Time", "Security", "Number of Hidden Slides", "Number of Notes"))


def read_document(package: Package, project: Project, storage: CompoundFile, place: str) -> Document:
    """The model of the document around a project that lies in `storage`, at `place`. What is damaged is left out."""
    code_name = code_name_of(project.modules)
    builtin, custom = read_properties(package)
    host = _host(package)
    text = _READERS[host](package) if host else Document()
    return replace(
        text,
        host=host,
        code_name=code_name,
        forms=read_forms(storage, place, project),
        controls=bind(read_controls(package), project.modules, code_name),
        variables=read_variables(package),
        properties=builtin,
        custom_properties=custom,
        custom_xml=tuple(_custom_xml(package)),
        callbacks=(*read_callbacks(package), *text.callbacks),
    )


def _host(package: Package) -> Host:
    match package.host():
        case "word":
            return "word"
        case "excel":
            return "excel"
        case "powerpoint":
            return "powerpoint"
        case _:
            return ""


def _tree(package: Package, name: str) -> Element | None:
    """Root of an XML part, None when there is none or it is broken from the start."""
    if not package.find(name):
        return None
    try:
        return xml.tree(package.read(name))
    except Malformed as error:
        package.damage.append(f"part {name!r}: {error}")
        return None


# ---------------------------------------------------------------- text, slides, shapes


def _word(package: Package) -> Document:
    from emoscan.parse import wordxml

    main = package.main()
    links = {r.id: r.target for r in package.relationships(main) if r.type == "hyperlink"}
    reader = wordxml.Reader(_tree(package, next(package.targets(main, "styles"), "word/styles.xml")), links)
    root = _tree(package, main)
    if root is not None:
        reader.read_main(root)
    for relationship in package.relationships(main):
        story = wordxml.STORIES.get(relationship.type)
        if story and not relationship.external:
            root = _tree(package, resolve(main, relationship.target))
            if root is not None:
                reader.read_story(story, root)
    return reader.document()


def _powerpoint(package: Package) -> Document:
    main = package.main()
    order = [attributes.get("id", "") for tag, attributes in package.xml(main) if tag == "sldId"]
    parts = {r.id: resolve(main, r.target) for r in package.relationships(main) if r.type == "slide" and not r.external}
    names = [parts.pop(id_) for id_ in order if id_ in parts] + list(parts.values())
    slides: list[tuple[str, ...]] = []
    found: list[Shape] = []
    for number, name in enumerate(names[:MAX_SLIDES], 1):
        root = _tree(package, name)
        drawn = list(drawingml.shapes(root, str(number))) if root is not None else []
        found += drawn
        slides.append(tuple(shape.text for shape in drawn if shape.text))
    notes = [shape.text for part in package.under("ppt/notesSlides/") for shape in _shapes_of(package, part.name, "") if shape.text]
    tags: dict[str, str] = {}
    for part in package.under("ppt/tags/"):
        for tag, attributes in package.xml(part):
            if tag == "tag":
                tags.setdefault(attributes.get("name", ""), attributes.get("val", ""))
    stories = {"notes": "\r".join(notes)} if notes else {}
    return Document(slides=tuple(slides), shapes=tuple(found), stories=stories, tags=tags)


def _excel(package: Package) -> Document:
    from emoscan.parse import workbooks

    found: list[Shape] = []
    for sheet, name in _sheets(package):
        for relationship in package.relationships(sheet):
            if relationship.type in ("drawing", "vmlDrawing") and not relationship.external:
                found += _shapes_of(package, resolve(sheet, relationship.target), name)
    workbook, unread = workbooks.for_macros(workbooks.of_package(package, workbooks.FOR_MACROS))
    return Document(shapes=tuple(found), workbook=workbook, unread=unread)


_READERS: Final[dict[str, Callable[[Package], Document]]] = {"word": _word, "powerpoint": _powerpoint, "excel": _excel}


def _shapes_of(package: Package, part: str, place: str) -> list[Shape]:
    root = _tree(package, part) if not part.lower().endswith(".rels") else None
    return list(drawingml.shapes(root, place)) if root is not None else []


def _sheets(package: Package) -> list[tuple[str, str]]:
    """(part, name) of the sheets; of a binary workbook, whose names are not XML, every sheet part without its name."""
    main = package.main()
    parts = {r.id: resolve(main, r.target) for r in package.relationships(main) if "sheet" in r.type.lower() and not r.external}
    if main.lower().endswith(".bin"):
        return [(part, "") for part in parts.values()]
    named = [(parts[a["id"]], a.get("name", "")) for tag, a in package.xml(main) if tag == "sheet" and a.get("id") in parts]
    return named[:MAX_SHEETS]


def _custom_xml(package: Package) -> Iterator[str]:
    """Custom XML parts as text, as far as there is room."""
    left = MAX_CUSTOM_XML
    for part in package.under("customXml/"):
        name = key(part.name)
        if "/_rels/" in name or not name.endswith(".xml") or name.rpartition("/")[2].startswith("itemprops"):
            continue
        text = text_of(package.read(part))[:left]
        left -= len(text)
        if text:
            yield text


# ---------------------------------------------------------------- properties and variables


def read_properties(package: Package) -> tuple[dict[str, Property], dict[str, Property]]:
    """Built-in and custom properties (ECMA-376 part 2, 11; part 1, 22.2 and 22.3)."""
    builtin: dict[str, Property] = {}
    for part, names in (
        (_part(package, "core-properties", "docProps/core.xml"), _CORE),
        (_part(package, "extended-properties", "docProps/app.xml"), _APP),
    ):
        root = _tree(package, part)
        for element in root if root is not None else ():
            name = names.get(xml.local(element.tag))
            if name:
                builtin[name] = _number(element.text or "") if name.startswith("Number of") or name in _COUNTED else element.text or ""
    custom: dict[str, Property] = {}
    root = _tree(package, _part(package, "custom-properties", "docProps/custom.xml"))
    for element in root if root is not None else ():
        value = next(iter(element), None)
        if value is not None:
            custom[xml.attribute(element, "name")] = _variant(value)
    return builtin, custom


def _part(package: Package, type_: str, usual: str) -> str:
    return next(iter(package.targets("", type_)), usual)


def _number(text: str) -> Property:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else text


def _variant(element: Element) -> Property:
    """A value of docPropsVTypes (ECMA-376 part 1, 22.4)."""
    text = element.text or ""
    match xml.local(element.tag):
        case "bool":
            return text.strip() in ("true", "1")
        case "i1" | "i2" | "i4" | "i8" | "int" | "ui1" | "ui2" | "ui4" | "ui8" | "uint":
            digits = text.strip().removeprefix("-")
            return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 18 else text
        case "r4" | "r8" | "decimal":
            try:
                return float(text)
            except ValueError:
                return text
        case _:
            return text


def read_variables(package: Package) -> dict[str, str]:
    """Document variables of a text document: w:docVars (ECMA-376 part 1, 17.15.1.32)."""
    variables: dict[str, str] = {}
    main = package.main()
    for name in (*package.targets(main, "settings"), "word/settings.xml"):
        if package.find(name):
            for tag, attributes in package.xml(name):
                if tag == "docVar":
                    variables.setdefault(attributes.get("name", ""), attributes.get("val", ""))
    return variables


# ---------------------------------------------------------------- controls on pages


def read_controls(package: Package) -> list[Control]:
    """ActiveX controls on the pages, in the order of their parts, with the names that pages give them."""
    names = _control_names(package)
    found: list[Control] = []
    for part in package.parts:
        name = key(part.name)
        if "/activex/" not in name or not name.endswith(".xml"):
            continue
        if len(found) >= MAX_CONTROLS:
            break
        root = _tree(package, part.name)
        if root is not None and xml.local(root.tag) == "ocx":
            found.append(_control(package, part.name, root, names.get(name, ("", ""))))
    return found + list(_form_controls(package, names))


def _form_controls(package: Package, names: dict[str, tuple[str, str]]) -> Iterator[Control]:
    """Controls of sheets that are no ActiveX ([MS-XLSX] 2.2.6, ctrlProps): what they are set to and which macro they call."""
    for part in package.under("xl/ctrlProps/"):
        for tag, attributes in package.xml(part):
            if tag == "formControlPr":
                name, module = names.get(key(part.name), ("", ""))
                own: dict[str, Property] = {_FORM_CONTROL[k]: v for k, v in attributes.items() if k in _FORM_CONTROL}
                yield Control(name, attributes.get("objectType", ""), own, module=module)


_FORM_CONTROL: Final = {
    "val": "Value",
    "checked": "Checked",
    "min": "Min",
    "max": "Max",
    "fmlaLink": "LinkedCell",
    "fmlaRange": "ListFillRange",
    "fmlaMacro": "OnAction",
    "fmlaTxbx": "Formula",
    "sel": "ListIndex",
}


def _control(package: Package, part: str, root: Element, place: tuple[str, str]) -> Control:
    """A control by its part ([MS-OI29500] 2.2, activeX): its class, and where its state is."""
    clsid = xml.attribute(root, "classid").strip("{}").lower()
    type_ = oforms.CLASSES.get(clsid, clsid)
    properties: dict[str, Property] = {}
    for element in xml.children(root, "ocxPr"):
        properties[xml.attribute(element, "name")] = xml.attribute(element, "value")
    tabs: tuple[Control, ...] = ()
    wanted = xml.attribute(root, "id")
    for relationship in package.relationships(part):
        if relationship.id != wanted or relationship.external:
            continue
        target = resolve(part, relationship.target)
        if not package.find(target):
            continue
        type_, state, tabs = _state(package, package.read(target), type_)
        properties = {**state, **properties}
    return Control(place[0], type_, properties, tabs, place[1])


def _state(package: Package, data: bytes, type_: str) -> tuple[str, dict[str, Property], tuple[Control, ...]]:
    """What a control's binary holds: a compound file, or its CLSID and its stream."""
    if data.startswith(MAGIC):
        try:
            file = CompoundFile(data, package.budget)
        except Malformed:
            return type_, {oforms.STRINGS: oforms.strings_in(data)}, ()
        root = file.get("")
        control = oforms.read_page_control(file, root) if root is not None else None
        if control is None:
            return type_, {oforms.STRINGS: oforms.strings_in(data)}, ()
        return (control.type if control.type in oforms.KNOWN else type_), control.properties, control.controls
    return oforms.read_persisted(data, type_)


def _control_names(package: Package) -> dict[str, tuple[str, str]]:
    """Names that pages give their controls and the module of the page, by the part of the control in lower case.

    In Word w:control, in Excel and PowerPoint control elements carry a name and the id of a relationship to the part.
    Sheets say the name of their module; other pages have none.
    """
    names: dict[str, tuple[str, str]] = {}
    for source, rels in package.relationship_parts():
        relationships = package.relationships_in(rels)
        parts = {r.id: key(resolve(source, r.target)) for r in relationships if r.type in ("control", "ctrlProp") and not r.external}
        if not parts or source.lower().endswith(".bin") or not package.find(source):
            continue
        module = ""
        for tag, attributes in package.xml(source):
            if tag == "sheetPr":
                module = attributes.get("codeName", "")
            elif tag == "control" and attributes.get("id") in parts and attributes.get("name"):
                names.setdefault(parts[attributes["id"]], (attributes["name"], module))
    return names
