"""System.Xml: documents in a text, which scripts walk by the names of elements, and documents that are fetched."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.values import Thrown

DOCUMENT: Final = net_class("System.Xml.XmlDocument", "System.Xml.XmlDataDocument")
ELEMENT: Final = net_class("System.Xml.XmlElement", parent=DOCUMENT)

DEEPEST: Final = 200
MOST: Final = 20_000
"""Elements of a document that are kept."""


def read(machine: Any, text: str, into: Object) -> None:
    """Make the elements of a document properties of an object. Raises Thrown for what is no XML."""
    from xml.parsers import expat

    machine.grow(4 * len(text))
    machine.tick(len(text) // 16 + 1)
    path: list[Object] = [into]
    texts: list[list[str]] = [[]]
    count = 0
    into.data["nodes"] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST or len(path) > DEEPEST:
            raise ValueError("too many elements")
        element = Object(ELEMENT, name=name, text="", nodes=[])
        for key, value in attributes.items():
            element.data[f"={local(key)}"] = value
        path.append(element)
        texts.append([])

    def end(_name: str) -> None:
        element, text_ = path.pop(), "".join(texts.pop())
        machine.grow(len(text_))
        machine.tick(len(text_) // 64)
        element.data["text"] = text_
        texts[-1].append(text_)
        plain = not element.data["nodes"] and not any(key.startswith("=") for key in element.data)
        element.data["=#text"] = text_
        parent = path[-1]
        parent.data["nodes"].append(element)
        key = f"={local(element.data['name'])}"
        value: Any = text_ if plain else element
        held = parent.data.get(key, MISSING)
        if held is MISSING:
            parent.data[key] = value
        elif type(held) is list:
            held.append(value)
        else:
            parent.data[key] = [held, value]

    def characters(data: str) -> None:
        texts[-1].append(data)

    def entity(*_args: Any) -> None:
        raise ValueError("a document that declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text.strip().encode("utf-8", "replace"), True)
    except (expat.ExpatError, ValueError) as error:
        raise Thrown("System.Xml.XmlException", f'Cannot convert value to type "System.Xml.XmlDocument". Error: "{error}"') from None
    into.data["text"] = "".join(texts[0])


def local(name: str) -> str:
    return name.rpartition(":")[2].lower()


@DOCUMENT.makes
def make_document(machine: Any, source: Any = MISSING) -> Any:
    made = Object(DOCUMENT, name="#document", text="", nodes=[])
    if source is MISSING or source is None:
        return made
    text = machine.text(source)
    if type(text) is Unknown:
        return Unknown(f"XML of {text.text()[:400]}")
    read(machine, str(text), made)
    return made


@DOCUMENT.call("LoadXml")
def load_xml(machine: Any, this: Object, source: Any) -> None:
    read(machine, machine.shown(source), this)


@DOCUMENT.call("Load", opened=True)
def load(machine: Any, this: Object, source: Any) -> None:
    """From an address, a file of the script or a stream."""
    from emoscan.evaluate.powershell.net.web import fetched

    text = machine.text(source)
    if isinstance(text, str) and "://" in text[:10]:
        this.data["text"] = fetched(machine, text, "XmlDocument.Load")
    elif isinstance(text, str):
        content = machine.content_of(machine.path(text))
        if isinstance(content, bytes):
            read(machine, content.decode("utf-8", "replace"), this)


@DOCUMENT.prop("InnerText", "Value")
def inner_text(_machine: Any, this: Object) -> Any:
    return this.data["text"]


@DOCUMENT.prop("InnerXml", "OuterXml")
def inner_xml(_machine: Any, this: Object) -> Any:
    return this.data["text"]


@DOCUMENT.prop("DocumentElement", "FirstChild")
def first_child(_machine: Any, this: Object) -> Any:
    return next(iter(this.data["nodes"]), None)


@DOCUMENT.prop("ChildNodes")
def child_nodes(_machine: Any, this: Object) -> list[Any]:
    return list(this.data["nodes"])


@DOCUMENT.prop("LocalName", "Name")
def name_of(_machine: Any, this: Object) -> str:
    return str(this.data["name"])


@DOCUMENT.call("GetAttribute")
def get_attribute(machine: Any, this: Object, name: Any) -> Any:
    return this.data.get(f"={local(machine.shown(name))}", "")


@DOCUMENT.call("GetElementsByTagName", "SelectNodes", "SelectSingleNode")
def select(machine: Any, this: Object, path: Any, *_rest: Any) -> list[Any]:
    """Every element with the name that a path ends in."""
    wanted = local(machine.shown(path).rstrip("/").rpartition("/")[2].partition("[")[0])
    found, waiting = [], list(this.data["nodes"])
    while waiting:
        node = waiting.pop(0)
        machine.tick()
        if wanted in ("*", local(node.data["name"])):
            found.append(node)
        waiting[:0] = node.data["nodes"]
    return found


@DOCUMENT.call("ToString")
def shown(_machine: Any, this: Object) -> str:
    return this.cls.name


TRANSFORM: Final = net_class("System.Xml.Xsl.XslCompiledTransform", "System.Xml.Xsl.XslTransform")


@TRANSFORM.makes
def make_transform(_machine: Any, _debug: Any = False) -> Object:
    return Object(TRANSFORM)


@TRANSFORM.call("Load", opened=True)
def load_transform(machine: Any, _this: Object, source: Any, *_rest: Any) -> None:
    """A style sheet may hold script: what is fetched or read so is code."""
    from emoscan.evaluate.powershell.net.web import fetched

    text = machine.text(source)
    if isinstance(text, str) and "://" in text[:10]:
        machine.effect("eval", fetched(machine, text, "XslCompiledTransform.Load"), "XslCompiledTransform.Load")
    elif isinstance(text, str):
        machine.effect("load", text, "XslCompiledTransform.Load")
        machine.give_named_files(text)


@TRANSFORM.call("Transform", opened=True)
def transform(_machine: Any, _this: Object, *_args: Any) -> None:
    """What it writes is not known."""
