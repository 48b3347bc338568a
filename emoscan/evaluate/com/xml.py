"""MSXML documents: nodes, base64 and hexadecimal values, simple paths, style sheets that hold scripts."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, given, is_address, join, known, text, thing, whole
from emoscan.evaluate.com.markup import Malformed, escape, tokens
from emoscan.evaluate.com.shells import evaluated
from emoscan.evaluate.core import xpath
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import origin
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Object, ObjectClass, Unknown, display

NODE: Final = ObjectClass("IXMLDOMNode")
DOCUMENT: Final = ObjectClass("DOMDocument")
for _name, _initial in {
    "async": True,
    "validateOnParse": True,
    "resolveExternals": False,
    "preserveWhiteSpace": False,
}.items():
    DOCUMENT.field(_name, _initial)
DOCUMENT.constants({"readyState": 4, "url": ""})

NODE_SIZE: Final = 400
"""Bytes one node takes, roughly."""

TYPES: Final = {"element": 1, "attribute": 2, "text": 3, "cdata": 4, "pi": 7, "comment": 8, "document": 9, "fragment": 11}
NAMES: Final = {
    "text": "#text",
    "cdata": "#cdata-section",
    "comment": "#comment",
    "document": "#document",
    "fragment": "#document-fragment",
}


def make_node(machine: Any, kind: str, name: str = "", value: Text = "", cls: ObjectClass = NODE) -> Object:
    machine.grow(NODE_SIZE)
    return Object(cls, kind=kind, name=NAMES.get(kind, name), value=value, children=[], attributes={}, parent=None, type="", unknown=None)


@com_class(
    "Microsoft.XMLDOM",
    "Microsoft.FreeThreadedXMLDOM",
    *(
        f"MSXML{major}.{free}DOMDocument{version}"
        for major in ("", "2")
        for free in ("", "FreeThreaded")
        for version in ("", "26", "30", "40", "60")
    ),
    "2933bf90-7b36-11d2-b20e-00c04f983e60",
    "f6d90f11-9c73-11d3-b32e-00c04f990bb4",
    "f5078f32-c551-11d3-89b9-0000f81fe221",
    "88d969c0-f192-11d4-a65f-0040963251e5",
    "88d96a05-f192-11d4-a65f-0040963251e5",
)
def make_document(machine: Any) -> Object:
    return make_node(machine, "document", cls=DOCUMENT)


# ---------------------------------------------------------------- reading


def parse_into(machine: Any, document: Object, source: str) -> bool:
    """Replace a document's content by what a text says; False, and an empty document, when it is not well formed."""
    document.data["children"].clear()
    document.data["unknown"] = None
    machine.grow(len(source))
    machine.spend(len(source) // 64)
    open_nodes = [document]
    try:
        for kind, name, value in tokens(source):
            machine.spend(1)
            if kind == "end":
                _close(open_nodes, name)
                continue
            parent = open_nodes[-1]
            if kind in ("text", "cdata") and (parent is document or not str(value).strip()):
                continue
            if kind in ("start", "empty"):
                node = make_node(machine, "element", name)
                for key, item in value.items():
                    node.data["attributes"][key] = make_node(machine, "attribute", key, item)
            else:
                node = make_node(machine, kind, name, str(value))
            node.data["parent"] = parent
            parent.data["children"].append(node)
            if kind == "start":
                open_nodes.append(node)
        whole_document = len(open_nodes) == 1
    except Malformed:
        whole_document = False
    if not whole_document or _document_element(document) is NOTHING:
        document.data["children"].clear()
        return False
    return True


def _close(open_nodes: list[Object], name: str) -> None:
    if len(open_nodes) == 1 or open_nodes[-1].data["name"] != name:
        raise Malformed(f"</{name}>")
    open_nodes.pop()


@DOCUMENT.method("loadXML", takes="bstrXML")
def _load_xml(machine: Any, this: Object, source: Any = MISSING) -> bool:
    content = text(machine, source)
    if isinstance(content, Unknown):
        this.data["children"].clear()
        this.data["unknown"] = content
        return True
    return parse_into(machine, this, content)


@DOCUMENT.method("load", takes="xmlSource")
def _load(machine: Any, this: Object, source: Any = MISSING) -> Any:
    if type(source) is Object:
        if source.cls is DOCUMENT:
            return _load_xml(machine, this, serialise(machine, source))
        return Unknown(f"XML of {source.cls.name}")
    target = text(machine, source)
    if is_address(target):
        this.data["children"].clear()
        this.data["unknown"] = machine.download(target, "DOMDocument.load")
        return machine.world.online
    content = machine.content_of(target)
    if isinstance(content, bytes):
        from emoscan.parse.text import text_of

        return parse_into(machine, this, text_of(content))
    this.data["unknown"] = content
    return content is not None


@DOCUMENT.method("save", takes="destination")
def _save(machine: Any, this: Object, target: Any = MISSING) -> None:
    if type(target) is Object:
        if "write" in target.cls.get:
            machine.get(target, "Write", (serialise(machine, this),))
        return
    content = serialise(machine, this)
    path = text(machine, target)
    machine.write_file(path, content if isinstance(content, Unknown) else content.encode("utf-8", "replace"), "DOMDocument.save")
    machine.close_file(path)


@DOCUMENT.method("parseError")
def _parse_error(_machine: Any, _this: Object) -> Object:
    return thing("IXMLDOMParseError", "errorCode", errorCode=0, reason="", line=0, linepos=0, srcText="", filepos=0, url="")


@DOCUMENT.method("setProperty", "abort", "getProperty")
def _property(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@DOCUMENT.setter("onreadystatechange")
def _on_ready(machine: Any, _this: Object, handler: Any) -> None:
    machine.call(handler, ())


def _document_element(document: Object) -> Any:
    return next((child for child in document.data["children"] if child.data["kind"] == "element"), NOTHING)


@DOCUMENT.method("documentElement")
def _root(_machine: Any, this: Object) -> Any:
    found = _document_element(this)
    if found is NOTHING and this.data["unknown"] is not None:
        return Unknown(this.data["unknown"].text())
    return found


@DOCUMENT.setter("documentElement")
def _put_root(machine: Any, this: Object, node: Any) -> None:
    this.data["children"].clear()
    _append(machine, this, node)


# ---------------------------------------------------------------- making nodes


@DOCUMENT.method("createElement", takes="tagName")
def _create_element(machine: Any, _this: Object, name: Any = MISSING) -> Object:
    return make_node(machine, "element", known(machine, name))


@DOCUMENT.method("createNode", takes="type name namespaceURI")
def _create_node(machine: Any, _this: Object, kind: Any = MISSING, name: Any = MISSING, _namespace: Any = MISSING) -> Object:
    number = whole(machine, kind, 1) if type(kind) is not str else TYPES.get(kind.lower(), 1)
    by_number = {value: key for key, value in TYPES.items()}
    return make_node(machine, by_number.get(number, "element"), known(machine, name))


@DOCUMENT.method("createTextNode", takes="data")
def _create_text(machine: Any, _this: Object, value: Any = MISSING) -> Object:
    return make_node(machine, "text", value=text(machine, value))


@DOCUMENT.method("createCDATASection", takes="data")
def _create_cdata(machine: Any, _this: Object, value: Any = MISSING) -> Object:
    return make_node(machine, "cdata", value=text(machine, value))


@DOCUMENT.method("createComment", takes="data")
def _create_comment(machine: Any, _this: Object, value: Any = MISSING) -> Object:
    return make_node(machine, "comment", value=text(machine, value))


@DOCUMENT.method("createAttribute", takes="name")
def _create_attribute(machine: Any, _this: Object, name: Any = MISSING) -> Object:
    return make_node(machine, "attribute", known(machine, name))


@DOCUMENT.method("createProcessingInstruction", takes="target data")
def _create_instruction(machine: Any, _this: Object, name: Any = MISSING, value: Any = MISSING) -> Object:
    return make_node(machine, "pi", known(machine, name), known(machine, value))


@DOCUMENT.method("createDocumentFragment")
def _create_fragment(machine: Any, _this: Object) -> Object:
    return make_node(machine, "fragment")


# ---------------------------------------------------------------- the tree


def is_node(value: Any) -> bool:
    return type(value) is Object and value.cls in (NODE, DOCUMENT)


def _detach(node: Object) -> None:
    parent = node.data["parent"]
    if parent is not None and node in parent.data["children"]:
        parent.data["children"].remove(node)
    node.data["parent"] = None


def _check_new(machine: Any, this: Object, node: Any) -> Object:
    """A node that may become a child of this one: no ancestor of it. Raises error 5."""
    above: Object | None = this
    while is_node(node) and above is not None:
        machine.spend(1)
        if above is node:
            break
        above = above.data["parent"]
    if not is_node(node) or above is not None:
        raise ScriptError(5, "Invalid procedure call or argument")
    checked: Object = node
    return checked


@NODE.method("appendChild", takes="newChild")
def _append(machine: Any, this: Object, node: Any = MISSING) -> Object:
    return _insert(machine, this, node)


@NODE.method("insertBefore", takes="newChild refChild")
def _insert(machine: Any, this: Object, node: Any = MISSING, before: Any = MISSING) -> Object:
    child = _check_new(machine, this, node)
    if child.data["kind"] == "fragment":
        for part in list(child.data["children"]):
            _insert(machine, this, part, before)
        return child
    _detach(child)
    children: list[Object] = this.data["children"]
    machine.spend(len(children) // 64)
    children.insert(children.index(before) if before in children else len(children), child)
    child.data["parent"] = this
    return child


@NODE.method("removeChild", takes="childNode")
def _remove(_machine: Any, this: Object, node: Any = MISSING) -> Any:
    if is_node(node) and node.data["parent"] is this:
        _detach(node)
    return node


@NODE.method("replaceChild", takes="newChild oldChild")
def _replace(machine: Any, this: Object, new: Any = MISSING, old: Any = MISSING) -> Any:
    _insert(machine, this, new, old)
    return _remove(machine, this, old)


@NODE.method("cloneNode", takes="deep")
def _clone(machine: Any, this: Object, deep: Any = MISSING) -> Object:
    top = _copied(machine, this)
    if given(deep) and machine.truth(deep):
        waiting = [(this, top)]
        while waiting:
            source, target = waiting.pop()
            for child in source.data["children"]:
                made = _copied(machine, child)
                made.data["parent"] = target
                target.data["children"].append(made)
                waiting.append((child, made))
    return top


def _copied(machine: Any, node: Object) -> Object:
    machine.grow(NODE_SIZE)
    made = Object(node.cls, **{**node.data, "children": [], "parent": None})
    made.data["attributes"] = {key: Object(NODE, **attribute.data) for key, attribute in node.data["attributes"].items()}
    return made


def below(machine: Any, node: Object) -> Iterator[Object]:
    """All nodes below one, in the order of the text."""
    waiting = list(reversed(node.data["children"]))
    while waiting:
        machine.spend(1)
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.data["children"]))


def node_list(nodes: list[Any]) -> Object:
    return collection(nodes, first=0)


def _navigation(name: str, find: Any) -> None:
    @NODE.method(name)
    def _go(machine: Any, this: Object) -> Any:
        above = this.data["parent"]
        machine.spend(1 + (len(above.data["children"]) // 64 if above is not None else 0))
        return find(this) or NOTHING


def _beside(step: int) -> Any:
    def find(this: Object) -> Any:
        parent = this.data["parent"]
        if parent is None or this not in parent.data["children"]:
            return None
        at = parent.data["children"].index(this) + step
        return parent.data["children"][at] if 0 <= at < len(parent.data["children"]) else None

    return find


def _owner(this: Object) -> Any:
    node, steps = this, 0
    while node.data["parent"] is not None and steps < 10_000:
        node, steps = node.data["parent"], steps + 1
    return node if node.cls is DOCUMENT else None


_navigation("firstChild", lambda this: next(iter(this.data["children"]), None))
_navigation("lastChild", lambda this: this.data["children"][-1] if this.data["children"] else None)
_navigation("parentNode", lambda this: this.data["parent"])
_navigation("nextSibling", _beside(1))
_navigation("previousSibling", _beside(-1))
_navigation("ownerDocument", _owner)


@NODE.method("childNodes")
def _children(_machine: Any, this: Object) -> Object:
    return node_list(list(this.data["children"]))


@NODE.method("hasChildNodes")
def _has_children(_machine: Any, this: Object) -> bool:
    return bool(this.data["children"])


@NODE.method("attributes")
def _attributes(_machine: Any, this: Object) -> Object:
    return Object(ATTRIBUTES, node=this)


ATTRIBUTES: Final = ObjectClass("IXMLDOMNamedNodeMap", default="Item")


@ATTRIBUTES.method("Item", takes="index")
def _attribute_at(machine: Any, this: Object, index: Any = MISSING) -> Any:
    found, at = list(this.data["node"].data["attributes"].values()), whole(machine, index)
    return found[at] if 0 <= at < len(found) else NOTHING


@ATTRIBUTES.method("Length")
def _attribute_count(_machine: Any, this: Object) -> int:
    return len(this.data["node"].data["attributes"])


@ATTRIBUTES.method("getNamedItem", takes="name")
def _attribute_named(machine: Any, this: Object, name: Any = MISSING) -> Any:
    return this.data["node"].data["attributes"].get(known(machine, name), NOTHING)


@ATTRIBUTES.method("setNamedItem", takes="newItem")
def _set_attribute_node(machine: Any, this: Object, node: Any = MISSING) -> Any:
    return _set_node(machine, this.data["node"], node)


@NODE.method("setAttributeNode", takes="newItem")
def _set_node(_machine: Any, this: Object, node: Any = MISSING) -> Any:
    if is_node(node):
        this.data["attributes"][node.data["name"]] = node
    return node


def _each_attribute(_machine: Any, this: Object) -> Iterator[Object]:
    yield from list(this.data["node"].data["attributes"].values())


ATTRIBUTES.items = _each_attribute


@NODE.method("getAttribute", takes="name")
def _get_attribute(machine: Any, this: Object, name: Any = MISSING) -> Any:
    found = this.data["attributes"].get(known(machine, name))
    return NULL if found is None else found.data["value"]


@NODE.method("setAttribute", takes="name value")
def _set_attribute(machine: Any, this: Object, name: Any = MISSING, value: Any = MISSING) -> None:
    key, content = known(machine, name), text(machine, value)
    if key.lower() in ("dt:dt", "xmlns:dt") or key.lower().endswith(":dt"):
        this.data["type"] = display(content).lower()
    this.data["attributes"][key] = make_node(machine, "attribute", key, content)


@NODE.method("removeAttribute", takes="name")
def _remove_attribute(machine: Any, this: Object, name: Any = MISSING) -> None:
    this.data["attributes"].pop(known(machine, name), None)


@NODE.method("nodeName", "tagName", "name")
def _node_name(_machine: Any, this: Object) -> Any:
    return this.data["name"]


@NODE.method("baseName")
def _base_name(_machine: Any, this: Object) -> Any:
    return this.data["name"].rpartition(":")[2]


@NODE.method("nodeType")
def _node_type(_machine: Any, this: Object) -> int:
    return TYPES[this.data["kind"]]


@NODE.method("namespaceURI", "prefix")
def _namespace(_machine: Any, _this: Object) -> str:
    return ""


# ---------------------------------------------------------------- values


def node_text(machine: Any, node: Object) -> Text:
    if node.data["kind"] in ("text", "cdata", "attribute", "comment", "pi"):
        value: Text = node.data["value"]
        return value
    pieces: list[Text] = [found.data["value"] for found in below(machine, node) if found.data["kind"] in ("text", "cdata")]
    if node.data["unknown"] is not None:
        pieces.append(node.data["unknown"])
    return join(*pieces)


@NODE.method("text")
def _text(machine: Any, this: Object) -> Text:
    found = node_text(machine, this)
    return found.strip() if isinstance(found, str) and this.data["kind"] not in ("text", "cdata") else found


def set_text(machine: Any, node: Object, value: Text) -> None:
    machine.grow(len(display(value)))
    if node.data["kind"] in ("element", "document", "fragment"):
        node.data["children"] = []
        if value != "":
            child = make_node(machine, "text", value=value)
            child.data["parent"] = node
            node.data["children"].append(child)
    else:
        node.data["value"] = value


@NODE.setter("text", "nodeValue", "value", "data")
def _put_text(machine: Any, this: Object, value: Any) -> None:
    set_text(machine, this, text(machine, value))


@NODE.method("nodeValue", "value", "data")
def _node_value(_machine: Any, this: Object) -> Any:
    return NULL if this.data["kind"] in ("element", "document") else this.data["value"]


@NODE.method("dataType")
def _data_type(_machine: Any, this: Object) -> Any:
    return this.data["type"] or NULL


@NODE.setter("dataType")
def _put_data_type(machine: Any, this: Object, value: Any) -> None:
    this.data["type"] = known(machine, value).strip().lower()


LINE: Final = 72
"""Characters of base64 that MSXML puts in a line."""

NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]+")


def to_base64(data: bytes) -> str:
    encoded = base64.b64encode(data).decode()
    return "\n".join(encoded[i : i + LINE] for i in range(0, len(encoded), LINE))


def from_base64(encoded: str) -> bytes:
    """What base64 says, whatever stands between its characters; an incomplete last group gives what it can."""
    clean = NOT_BASE64.sub("", encoded)
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return base64.b64decode(clean + "=" * (-len(clean) % 4))


def from_hex(encoded: str) -> bytes:
    clean = NOT_HEX.sub("", encoded)
    return binascii.unhexlify(clean[: len(clean) - len(clean) % 2])


@NODE.method("nodeTypedValue")
def _typed_value(machine: Any, this: Object) -> Any:
    content, kind = node_text(machine, this), this.data["type"]
    if isinstance(content, Unknown):
        return content
    machine.spend(len(content) // 64)
    if kind == "bin.base64":
        return machine.make_array(from_base64(content), byte=True)
    if kind == "bin.hex":
        return machine.make_array(from_hex(content), byte=True)
    if kind in ("int", "i1", "i2", "i4", "ui1", "ui2", "ui4", "number", "r4", "r8", "float"):
        return machine.number(content)
    if kind == "boolean":
        return content.strip() not in ("0", "")
    return content if this.data["kind"] != "document" else NULL


@NODE.setter("nodeTypedValue")
def _put_typed_value(machine: Any, this: Object, value: Any) -> None:
    kind = this.data["type"]
    if kind not in ("bin.base64", "bin.hex"):
        set_text(machine, this, text(machine, value))
        return
    data = machine.bytes_of(value)
    if isinstance(data, Unknown):
        encoded: Text = data if origin(data) else Unknown(f"{kind} of {data.text()}")
    else:
        machine.grow(2 * len(data))
        encoded = to_base64(data) if kind == "bin.base64" else data.hex()
    set_text(machine, this, encoded)


def serialise(machine: Any, node: Object) -> Text:
    """The XML of a node and what is below it."""
    if node.data["unknown"] is not None:
        return node.data["unknown"]  # type: ignore[no-any-return]
    pieces: list[Text] = []
    waiting: list[Object | str] = [node]
    while waiting:
        machine.spend(1)
        item = waiting.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        kind, name, value, children = (item.data[key] for key in ("kind", "name", "value", "children"))
        waiting_children = list(reversed(children))
        if kind == "element":
            attributes = "".join(f' {key}="{escape(display(a.data["value"]))}"' for key, a in item.data["attributes"].items())
            pieces.append(f"<{name}{attributes}>" if children else f"<{name}{attributes}/>")
            waiting += [f"</{name}>", *waiting_children] if children else []
        elif kind in ("document", "fragment"):
            waiting += waiting_children
        elif kind == "text":
            pieces.append(escape(value) if isinstance(value, str) else value)
        else:
            wrapped = {"cdata": ("<![CDATA[", "]]>"), "comment": ("<!--", "-->"), "pi": (f"<?{name} ", "?>")}.get(kind, ("", ""))
            pieces += [wrapped[0], value, wrapped[1]]
    machine.grow(sum(len(display(piece)) for piece in pieces))
    return join(*pieces)


@NODE.method("xml")
def _xml(machine: Any, this: Object) -> Text:
    found = serialise(machine, this)
    return join(found, "\r\n") if this.cls is DOCUMENT and this.data["children"] else found


# ---------------------------------------------------------------- finding


def select(machine: Any, node: Object, path: str) -> list[Object] | None:
    """Nodes at a path of the simple kind (`core.xpath`); None for others."""
    wanted = xpath.steps(path)
    if wanted is None:
        return None
    found = [_owner(node) or node] if path.strip().startswith("/") else [node]
    for step in wanted:
        following: dict[int, Object] = {}
        for n in found:
            for match in _matching(machine, n, step):
                following.setdefault(id(match), match)
        found = list(following.values())
    return found


def _matching(machine: Any, node: Object, step: xpath.Step) -> list[Object]:
    """What a step finds from one node."""
    if step.kind == "self" and not step.deep:
        return [node]
    if step.kind == "parent":
        return [node.data["parent"]] if node.data["parent"] is not None else []
    inside = list(below(machine, node)) if step.deep else node.data["children"]
    machine.spend(len(inside) + 1)
    if step.kind == "attribute":
        around = [node, *inside] if step.deep else [node]
        return [a for n in around for name, a in n.data["attributes"].items() if step.name in ("*", name, name.rpartition(":")[2])]
    kinds = ("text", "cdata") if step.kind == "text" else ("element",)
    candidates = [c for c in inside if c.data["kind"] in kinds]
    matching = [c for c in candidates if step.kind != "element" or step.name in ("*", c.data["name"].rpartition(":")[2])]
    for predicate in step.predicates:
        matching = _filtered(machine, matching, predicate)
    return matching


def _filtered(machine: Any, nodes: list[Object], predicate: xpath.Predicate) -> list[Object]:
    if predicate.position:
        at = predicate.position
        return nodes[-1:] if at < 0 else nodes[at - 1 : at]
    kept = []
    for node in nodes:
        values: list[Any]
        match predicate.of:
            case "attribute":
                values = [a.data["value"] for name, a in node.data["attributes"].items() if predicate.name in ("*", name)]
            case "text":
                values = [node_text(machine, node)]
            case "name":
                values = [node.data["name"].rpartition(":")[2]]
            case _:
                children = [c for c in node.data["children"] if predicate.name in ("*", c.data["name"].rpartition(":")[2])]
                values = [node_text(machine, child) for child in children]
        if values and (predicate.value is None or predicate.value in values):
            kept.append(node)
    return kept


@NODE.method("selectSingleNode", takes="queryString")
def _select_one(machine: Any, this: Object, path: Any = MISSING) -> Any:
    wanted = known(machine, path)
    found = select(machine, this, wanted)
    if found is None or (not found and this.data["unknown"] is not None):
        return Unknown(f"{wanted} of {display(this.data['unknown']) or 'the document'}")
    return found[0] if found else NOTHING


@NODE.method("selectNodes", takes="queryString")
def _select(machine: Any, this: Object, path: Any = MISSING) -> Any:
    wanted = known(machine, path)
    found = select(machine, this, wanted)
    if found is None or (not found and this.data["unknown"] is not None):
        return Unknown(f"{wanted} of {display(this.data['unknown']) or 'the document'}")
    return node_list(found)


@NODE.method("getElementsByTagName", takes="tagName")
def _by_tag(machine: Any, this: Object, name: Any = MISSING) -> Any:
    wanted = known(machine, name)
    found = [n for n in below(machine, this) if n.data["kind"] == "element" and wanted in ("*", n.data["name"])]
    if not found and this.data["unknown"] is not None:
        return Unknown(f"{wanted} of {display(this.data['unknown'])}")
    return node_list(found)


@DOCUMENT.method("nodeFromID", takes="idString")
def _by_id(machine: Any, this: Object, name: Any = MISSING) -> Any:
    wanted = known(machine, name)
    for node in below(machine, this):
        identity = node.data["attributes"].get("id")
        if identity is not None and identity.data["value"] == wanted:
            return node
    return NOTHING


# ---------------------------------------------------------------- style sheets


def transform(machine: Any, sheet: Any, how: str) -> Unknown:
    """Applying a style sheet runs the scripts in it."""
    if type(sheet) is Unknown:
        machine.effect("eval", sheet, how)
        return Unknown("transformed XML")
    if not is_node(sheet):
        raise ScriptError(5, "Invalid procedure call or argument")
    if sheet.data["unknown"] is not None:
        machine.effect("eval", sheet.data["unknown"], how, language="XSLT")
    for node in below(machine, sheet):
        if node.data["kind"] == "element" and node.data["name"].rpartition(":")[2] == "script":
            language = node.data["attributes"].get("language")
            evaluated(machine, node_text(machine, node), display(language.data["value"]) if language is not None else "JScript", how)
    return Unknown("transformed XML")


@NODE.method("transformNode", takes="stylesheet")
def _transform(machine: Any, _this: Object, sheet: Any = MISSING) -> Unknown:
    return transform(machine, sheet, "DOMDocument.transformNode")


@NODE.method("transformNodeToObject", takes="stylesheet outputObject")
def _transform_to(machine: Any, _this: Object, sheet: Any = MISSING, _target: Any = MISSING) -> None:
    transform(machine, sheet, "DOMDocument.transformNodeToObject")


DOCUMENT.inherit(NODE)

TEMPLATE: Final = ObjectClass("XSLTemplate")
PROCESSOR: Final = ObjectClass("XSLProcessor")
TEMPLATE.field("stylesheet", NOTHING)
for _name in ("input", "output"):
    PROCESSOR.field(_name)


@com_class(*(f"MSXML2.XSLTemplate{version}" for version in ("", "26", "30", "40", "60")), "2933bf94-7b36-11d2-b20e-00c04f983e60")
def make_template(_machine: Any) -> Object:
    return Object(TEMPLATE)


@TEMPLATE.method("createProcessor")
def _processor(_machine: Any, this: Object) -> Object:
    return Object(PROCESSOR, sheet=this.data.get("stylesheet", NOTHING))


@PROCESSOR.method("transform")
def _process(machine: Any, this: Object) -> bool:
    transform(machine, this.data["sheet"], "XSLProcessor.transform")
    return True


@PROCESSOR.method("addParameter", "addObject", "reset")
def _parameter(_machine: Any, _this: Object, *_: Any) -> None:
    return None
