"""Properties, variables and custom XML of a document: small texts beside the body, in every application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core import xpath
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, Unknown
from emoscan.evaluate.vba.host.base import (
    actions,
    as_text,
    collection_class,
    empty,
    from_data,
    known,
    named,
    no_member,
    office_class,
    pick,
    properties,
)
from emoscan.parse import Malformed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from emoscan.evaluate.vba.host.application import Host

BUILT_IN: Final = (
    "Title",
    "Subject",
    "Author",
    "Keywords",
    "Comments",
    "Template",
    "Last Author",
    "Revision Number",
    "Application Name",
    "Last Print Date",
    "Creation Date",
    "Last Save Time",
    "Total Editing Time",
    "Number of Pages",
    "Number of Words",
    "Number of Characters",
    "Security",
    "Category",
    "Format",
    "Manager",
    "Company",
    "Number of Bytes",
    "Number of Lines",
    "Number of Paragraphs",
    "Number of Slides",
    "Number of Notes",
    "Number of Hidden Slides",
    "Number of Multimedia Clips",
    "Hyperlink Base",
    "Number of Characters (with spaces)",
    "Content type",
    "Content status",
    "Language",
    "Document version",
)
"""In the order of WdBuiltInProperty, which is that of the collection in all applications."""


# ---------------------------------------------------------------- document properties

PROPERTY: Final = office_class("DocumentProperty", "value")
from_data(PROPERTY, "name")
properties(PROPERTY, linktocontent=False, linksource="", type=4)


@PROPERTY.method("Value")
def property_value(_machine: Any, this: Object) -> Any:
    if "=value" in this.data:
        return this.data["=value"]
    return this.data["host"].outside(this.data["value"], f"document property {this.data['name']}")


@PROPERTY.method("Delete")
def delete_property(_machine: Any, this: Object) -> None:
    if this in this.data["all"]:
        this.data["all"].remove(this)


PROPERTIES: Final = collection_class("DocumentProperties", error=5)


@PROPERTIES.method("Add", takes="name linktocontent type value linksource")
def add_property(
    machine: Any, this: Object, name: Any = MISSING, _link: Any = MISSING, _type: Any = MISSING, value: Any = MISSING, *_: Any
) -> Object:
    items = this.data["items"]
    machine.grow(64)
    made = Object(PROPERTY, host=this.data["host"], name=known(machine, name), all=items)
    made.data["=value"] = None if value is MISSING else value
    items.append(made)
    return made


def built_in(host: Host, values: dict[str, Any]) -> Object:
    """BuiltInDocumentProperties: always all of them."""
    found = {name.lower(): value for name, value in values.items()}
    items: list[Object] = []
    unread = "properties" in host.record.unread
    for name in BUILT_IN:
        value = found.get(name.lower())
        if value is None:
            if unread:
                value = Unknown(f"document property {name}")
            elif name == "Application Name":
                value = host.title
            else:
                value = 0 if name.startswith(("Number", "Security", "Total")) else ""
        items.append(Object(PROPERTY, host=host, name=name, value=value, all=items))
    return Object(PROPERTIES, host=host, items=items)


def custom(host: Host, values: dict[str, Any]) -> Object:
    if "custom_properties" in host.record.unread:
        return Object(PROPERTIES, host=host, items=Unknown("CustomDocumentProperties"))
    items: list[Object] = []
    items += [Object(PROPERTY, host=host, name=name, value=value, all=items) for name, value in values.items()]
    return Object(PROPERTIES, host=host, items=items)


# ---------------------------------------------------------------- document variables and tags

VARIABLE: Final = office_class("Variable", "value")
from_data(VARIABLE, "name")
VARIABLE.get["index"] = lambda _machine, this: this.data["all"].index(this) + 1
NO_VARIABLE: Final = 5825


@VARIABLE.method("Value")
def variable_value(_machine: Any, this: Object) -> Any:
    if "=value" in this.data:
        return this.data["=value"]
    if "value" not in this.data:
        raise no_member(NO_VARIABLE)
    return this.data["host"].outside(this.data["value"], f"document variable {this.data['name']}")


@VARIABLE.setter("Value")
def put_variable(machine: Any, this: Object, value: Any) -> None:
    this.data["=value"] = as_text(machine, value)
    if this not in this.data["all"]:
        machine.grow(64)
        this.data["all"].append(this)


@VARIABLE.method("Delete")
def delete_variable(_machine: Any, this: Object) -> None:
    if this in this.data["all"]:
        this.data["all"].remove(this)


VARIABLES: Final = collection_class("Variables", error=NO_VARIABLE)


@VARIABLES.method("Item", takes="index")
def variable(machine: Any, this: Object, index: Any = MISSING) -> Any:
    """A variable that is not there comes to be when it is given a value; reading it is an error."""
    items = this.data["items"]
    if isinstance(items, Unknown):
        return Unknown(f"document variable {known(machine, index)}")
    if isinstance(index, str):
        found = named(machine, items, index)
        return Object(VARIABLE, host=this.data["host"], name=index, all=items) if found is None else found
    return pick(machine, items, index, 1, NO_VARIABLE, "Variables")


@VARIABLES.method("Add", takes="name value")
def add_variable(machine: Any, this: Object, name: Any = MISSING, value: Any = MISSING) -> Any:
    items = this.data["items"]
    if isinstance(items, Unknown):
        return items
    made = Object(VARIABLE, host=this.data["host"], name=known(machine, name), all=items)
    made.data["=value"] = as_text(machine, value)
    machine.grow(64)
    items.append(made)
    return made


def variables(host: Host, values: dict[str, str]) -> Object:
    if "variables" in host.record.unread:
        return Object(VARIABLES, host=host, items=Unknown("Variables"))
    items: list[Object] = []
    items += [Object(VARIABLE, host=host, name=name, value=value, all=items) for name, value in values.items()]
    return Object(VARIABLES, host=host, items=items)


TAGS: Final = office_class("Tags", "item")


@TAGS.method("Item", takes="name")
def tag(machine: Any, this: Object, name: Any = MISSING) -> Any:
    value = this.data["tags"].get(known(machine, name).upper(), "")
    return this.data["host"].outside(value, f"tag {known(machine, name)}")


@TAGS.method("Add", takes="name value")
def add_tag(machine: Any, this: Object, name: Any = MISSING, value: Any = MISSING) -> None:
    machine.grow(64)
    this.data["tags"][known(machine, name).upper()] = as_text(machine, value)


@TAGS.method("Name", takes="index")
def tag_name(machine: Any, this: Object, index: Any = MISSING) -> Any:
    return nth(machine, list(this.data["tags"]), index)


@TAGS.method("Value", takes="index")
def tag_value(machine: Any, this: Object, index: Any = MISSING) -> Any:
    return nth(machine, list(this.data["tags"].values()), index)


TAGS.get["count"] = lambda _machine, this: len(this.data["tags"])


@TAGS.method("Delete", takes="name")
def delete_tag(machine: Any, this: Object, name: Any = MISSING) -> None:
    this.data["tags"].pop(known(machine, name).upper(), None)


def nth(machine: Any, values: Sequence[Any], index: Any) -> Any:
    number = machine.number(index) if index is not MISSING else 0
    if isinstance(number, Unknown):
        return number
    if not 1 <= number <= len(values):
        raise ScriptError(5, "Invalid procedure call or argument")
    return values[int(number) - 1]


# ---------------------------------------------------------------- custom XML

XML_NODE: Final = office_class("CustomXMLNode", "text")
XML_NODES: Final = collection_class("CustomXMLNodes", error=9)
XML_PART: Final = office_class("CustomXMLPart")
XML_PARTS: Final = collection_class("CustomXMLParts", error=9)


def document_element(this: Object) -> Element | None:
    """The parsed root of a part, None when it is no XML."""
    if "root" not in this.data:
        from emoscan.parse import xml

        text = this.data["xml"]
        try:
            this.data["root"] = xml.tree(text.encode("utf-8", "replace")) if isinstance(text, str) and text.strip() else None
        except Malformed:
            this.data["root"] = None
    root: Element | None = this.data["root"]
    return root


def node(this: Object, element: Element) -> Object:
    return Object(XML_NODE, host=this.data["host"], element=element, place=this.data["place"], parent=this)


def local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


Found = tuple["Element", str]
"""An element and, where one of its attributes is meant, the name of that."""


def select(machine: Any, root: Element, path: str) -> list[Found]:
    """What a path of the simple kind (`core.xpath`) leads to; nothing for others. The way up is not known to an element."""
    found: list[Element | None] = [None if path.strip().startswith("/") else root]  # None stands for the document around the root
    attributes: list[Found] = []
    for step in xpath.steps(path) or ():
        following: dict[int, Element | None] = {}
        for element in found:
            around = root if element is None else element
            inside = list(around.iter())[element is not None :] if step.deep else [root] if element is None else list(around)
            machine.spend(len(inside) + 1)
            if step.kind == "attribute":
                owners = inside if element is None else [element, *(inside if step.deep else ())]
                attributes += [(e, name) for e in owners for name in e.keys() if step.name in ("*", local(name))]  # noqa: SIM118
            elif step.kind in ("self", "text"):
                following[id(element)] = element
            else:
                matched = [e for e in inside if step.name in ("*", local(e.tag))]
                for predicate in step.predicates:
                    matched = _filtered(matched, predicate)
                following.update((id(e), e) for e in matched)
        found = list(following.values())
    return attributes or [(element, "") for element in found if element is not None]


def _filtered(elements: list[Element], predicate: xpath.Predicate) -> list[Element]:
    if predicate.position:
        at = predicate.position
        return elements[-1:] if at < 0 else elements[at - 1 : at]
    kept = []
    for element in elements:
        match predicate.of:
            case "attribute":
                values = [value for name, value in element.items() if predicate.name in ("*", local(name))]
            case "text":
                values = ["".join(element.itertext())]
            case "name":
                values = [local(element.tag)]
            case _:
                values = ["".join(e.itertext()) for e in element if predicate.name in ("*", local(e.tag))]
        if values and (predicate.value is None or predicate.value in values):
            kept.append(element)
    return kept


@XML_NODE.method("Text", "NodeValue")
def node_text(machine: Any, this: Object) -> Any:
    if "=text" in this.data:
        return this.data["=text"]
    text = "".join(this.data["element"].itertext())
    machine.grow(len(text))
    return this.data["host"].outside(text, this.data["place"])


XML_NODE.get["basename"] = lambda _machine, this: local(this.data["element"].tag)
XML_NODE.get["namespaceuri"] = lambda _machine, this: str(this.data["element"].tag).rpartition("}")[0]
XML_NODE.get["nodetype"] = lambda _machine, _this: 1
XML_NODE.get["haschildnodes"] = lambda _machine, this: len(this.data["element"]) > 0
XML_NODE.get["childnodes"] = lambda _machine, this: Object(
    XML_NODES, host=this.data["host"], items=[node(this, e) for e in this.data["element"]]
)
XML_NODE.get["firstchild"] = lambda _machine, this: node(this, this.data["element"][0]) if len(this.data["element"]) else NOTHING
XML_NODE.get["lastchild"] = lambda _machine, this: node(this, this.data["element"][-1]) if len(this.data["element"]) else NOTHING


@XML_NODE.method("Attributes")
def attributes(_machine: Any, this: Object) -> Object:
    items = [attribute(this, this.data["element"], name) for name in this.data["element"].keys()]  # noqa: SIM118
    return Object(XML_NODES, host=this.data["host"], items=items)


def attribute(this: Object, element: Element, name: str) -> Object:
    return Object(XML_ATTRIBUTE, host=this.data["host"], name=local(name), value=element.get(name, ""), place=this.data["place"])


XML_ATTRIBUTE: Final = office_class("CustomXMLNode", "text")
XML_ATTRIBUTE.get["text"] = lambda _machine, this: this.data["host"].outside(this.data["value"], this.data["place"])
XML_ATTRIBUTE.get["nodevalue"] = XML_ATTRIBUTE.get["text"]
XML_ATTRIBUTE.get["basename"] = lambda _machine, this: this.data["name"]


def _root_of(this: Object) -> Element | None:
    element: Element | None = this.data["element"] if "element" in this.data else document_element(this)
    return element


def select_nodes(machine: Any, this: Object, path: Any = MISSING) -> Object:
    root = _root_of(this)
    found = select(machine, root, known(machine, path)) if root is not None else []
    items = [attribute(this, e, name) if name else node(this, e) for e, name in found]
    return Object(XML_NODES, host=this.data["host"], items=items)


def select_single(machine: Any, this: Object, path: Any = MISSING) -> Any:
    items = select_nodes(machine, this, path).data["items"]
    return items[0] if items else NOTHING


for _class in (XML_NODE, XML_PART):
    _class.get["selectnodes"] = select_nodes
    _class.get["selectsinglenode"] = select_single


@XML_PART.method("XML")
def part_xml(_machine: Any, this: Object) -> Any:
    return this.data["host"].outside(this.data["xml"], this.data["place"])


@XML_PART.method("DocumentElement")
def part_element(_machine: Any, this: Object) -> Any:
    root = document_element(this)
    return node(this, root) if root is not None else NOTHING


@XML_PART.method("NamespaceURI")
def part_namespace(_machine: Any, this: Object) -> str:
    root = document_element(this)
    return str(root.tag).rpartition("}")[0] if root is not None else ""


@XML_PART.method("LoadXML", takes="xml")
def load_xml(machine: Any, this: Object, text: Any = MISSING) -> bool:
    this.data["xml"] = as_text(machine, text)
    this.data.pop("root", None)
    return True


XML_PART.get["id"] = lambda _machine, this: this.data["id"]
properties(XML_PART, builtin=False)
empty(XML_PART, "errors", "namespacemanager", "schemacollection")
actions(XML_PART, "delete addnode load")


@XML_PARTS.method("Add", takes="xml schemacollection")
def add_part(machine: Any, this: Object, text: Any = MISSING, *_: Any) -> Object:
    made = part(this.data["host"], as_text(machine, text), len(this.data["items"]) + 1)
    this.data["items"].append(made)
    return made


@XML_PARTS.method("SelectByNamespace", takes="namespaceuri")
def select_by_namespace(machine: Any, this: Object, uri: Any = MISSING) -> Object:
    wanted = known(machine, uri)
    items = [p for p in this.data["items"] if part_namespace(machine, p) == wanted]
    return Object(XML_PARTS, host=this.data["host"], items=items)


@XML_PARTS.method("SelectByID", takes="id")
def select_by_id(machine: Any, this: Object, id_: Any = MISSING) -> Any:
    wanted = known(machine, id_)
    return next((p for p in this.data["items"] if p.data["id"] == wanted), NOTHING)


def part(host: Host, text: Any, number: int) -> Object:
    return Object(XML_PART, host=host, xml=text, place=f"custom XML part {number}", id=f"{{{number:08X}-0000-0000-0000-000000000000}}")


def xml_parts(host: Host, texts: tuple[str, ...]) -> Object:
    """CustomXMLParts: three of Office's own come first, as in every document."""
    if "custom_xml" in host.record.unread:
        return Object(XML_PARTS, host=host, items=Unknown("CustomXMLParts"))
    own = (
        '<coreProperties xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
        '<CoverPageProperties xmlns="http://schemas.microsoft.com/office/2006/coverPageProps"/>',
    )
    return Object(XML_PARTS, host=host, items=[part(host, text, number) for number, text in enumerate((*own, *texts), 1)])
