"""XML out of hostile packages: no document type, no entities, as deep and as large as the caller allows.

A part that breaks off is kept as far as it is well formed, as Office's own repair does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from emoscan.parse import Malformed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 1_000


def tree(data: bytes) -> Element:
    """The root element, all names in Clark notation without the leading brace: "namespace}name".

    Raises Malformed when there is no root element, or a document type: Office refuses it as well, and entities could
    grow without bounds.
    """
    from xml.etree.ElementTree import TreeBuilder

    builder = TreeBuilder()
    parser = _parser()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed("XML is nested too deeply")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    _feed(parser, data)
    root = builder.close()
    if root is None:
        raise Malformed("no XML")
    return root


def elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """(local name, attributes by local name) of every element in order; quicker than a tree. Raises Malformed."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((local(tag), {local(key): value for key, value in attributes.items()}))

    parser.StartElementHandler = start
    _feed(parser, data)
    if not found:
        raise Malformed("no XML")
    return found


Start = Callable[[dict[str, str]], None]
"""Takes the attributes, with the prefixes they are written with."""
End = Callable[[str], None]
"""Takes the text inside, where it was asked for."""


def events(data: bytes, starts: dict[str, Start], ends: dict[str, End], texts: frozenset[str]) -> str:
    """Call back for elements, by their local names; those in `texts` are given their text when they end.

    Returns what breaks the XML off, "" when nothing does. The quickest way through a large part: what has no function costs little.
    Raises Malformed as the others do, and what the functions raise.
    """
    from xml.parsers.expat import ExpatError, ParserCreate

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    begin: dict[str, Start | None] = dict(starts)
    finish: dict[str, End | None] = dict(ends)
    wanted = set(texts)
    pieces: list[str] = []
    collect = pieces.append

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag not in begin:
            local_name = tag.rpartition(":")[2]
            begin[tag], finish[tag] = starts.get(local_name), ends.get(local_name)
            if local_name in texts:
                wanted.add(tag)
        function = begin[tag]
        if function is not None:
            function(attributes)
        if tag in wanted:
            pieces.clear()
            parser.CharacterDataHandler = collect

    def ended(tag: str) -> None:
        function = finish.get(tag)
        if tag in wanted:
            parser.CharacterDataHandler = None
            if function is not None:
                function("".join(pieces))
        elif function is not None:
            function("")

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    try:
        parser.Parse(data, True)
    except ExpatError as error:
        return f"the XML breaks off: {error}"
    except (LookupError, ValueError) as error:
        raise Malformed(str(error)) from None
    return ""


def local(tag: str) -> str:
    """The name without its namespace: strict and transitional documents use different ones."""
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name, "" when there is none."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def children(element: Element, name: str) -> Iterator[Element]:
    """Child elements by local name."""
    return (child for child in element if child.tag.rpartition("}")[2] == name)


def child(element: Element, name: str) -> Element | None:
    return next(children(element, name), None)


def _parser() -> Any:
    from xml.parsers.expat import ParserCreate

    parser = ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise Malformed("XML with a document type")


def _feed(parser: Any, data: bytes) -> None:
    """Parse; what comes before an error stays parsed."""
    from xml.parsers.expat import ExpatError

    try:
        parser.Parse(data, True)
    except ExpatError:
        pass
    except (LookupError, ValueError) as error:  # an encoding nobody knows, or expat does not; Malformed of a handler
        raise Malformed(str(error)) from None
