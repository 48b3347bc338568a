"""The model of a document in an Office Open XML package: what its macros can read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from emoscan.parse import Malformed, oforms, xml
from emoscan.parse.bundle import Control, Document, Property
from emoscan.parse.cfb import MAGIC, CompoundFile, guid
from emoscan.parse.oledocument import bind, code_name_of, read_forms
from emoscan.parse.ovba import Project
from emoscan.parse.package import Package, key, resolve

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Host = Literal["word", "excel", "powerpoint", ""]

MAX_CONTROLS: Final = 2_000

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
    return Document(
        host=_host(package),
        code_name=code_name,
        forms=read_forms(storage, place, project),
        controls=bind(read_controls(package), project.modules, code_name),
        variables=read_variables(package),
        properties=builtin,
        custom_properties=custom,
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
            found.append(_control(package, part.name, root, names.get(name, "")))
    return found


def _control(package: Package, part: str, root: Element, name: str) -> Control:
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
    return Control(name, type_, properties, tabs)


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
    if len(data) >= 16:
        type_ = oforms.CLASSES.get(guid(data[:16]), type_)
    return oforms.read_control(data[16:], type_)


def _control_names(package: Package) -> dict[str, str]:
    """Names that pages give their controls, by the part of the control in lower case.

    In Word w:control, in Excel and PowerPoint control elements carry a name and the id of a relationship to the part.
    """
    names: dict[str, str] = {}
    for source, rels in package.relationship_parts():
        relationships = package.relationships_in(rels)
        parts = {r.id: key(resolve(source, r.target)) for r in relationships if r.type == "control" and not r.external}
        if not parts or not package.find(source):
            continue
        for tag, attributes in package.xml(source):
            if tag == "control" and attributes.get("id") in parts and attributes.get("name"):
                names.setdefault(parts[attributes["id"]], attributes["name"])
    return names
