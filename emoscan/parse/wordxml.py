"""Text documents in Office Open XML (ECMA-376 part 1, 17): text with its looks, stories, tables, shapes, bookmarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from emoscan.parse import xml
from emoscan.parse.bundle import Callback, Document, FormField, Paragraph, Run, Shape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_TEXT: Final = 4 << 20
"""Characters of all stories together that are kept."""
MAX_PARAGRAPHS: Final = 200_000
MAX_COPIES: Final = 4 << 20
"""Characters of parts of the text that are kept a second time: cells, bookmarks, content controls."""
MAX_SHAPE: Final = 1 << 20
"""Characters of one shape."""
MAX_FIELD: Final = 1 << 16
"""Characters of one field's code or result."""
MAX_DEPTH: Final = 100
"""Of fields in fields."""
MAX_ITEMS: Final = 20_000
"""Of shapes, bookmarks, fields, content controls each."""

STORIES: Final = {
    "header": "header",
    "footer": "footer",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}
"""Types of relationships of the main part to other texts, and what the model calls them."""


class Look:
    """How text looks, by its style and by itself. None: nothing is said."""

    __slots__ = ("bold", "color", "hidden", "size")

    def __init__(self, hidden: bool | None = None, color: int | None = None, size: float | None = None, bold: bool | None = None) -> None:
        self.hidden = hidden
        self.color = color
        self.size = size
        self.bold = bold

    def over(self, below: Look) -> Look:
        """This look where it says something, else the one below."""
        return Look(
            below.hidden if self.hidden is None else self.hidden,
            below.color if self.color is None else self.color,
            below.size if self.size is None else self.size,
            below.bold if self.bold is None else self.bold,
        )


_PLAIN: Final = Look()
_OFF: Final = frozenset(("0", "false", "off"))


def look_of(properties: Element | None) -> Look:
    """The look that run properties (17.3.2) describe."""
    if properties is None:
        return _PLAIN
    look = Look()
    for element in properties:
        value = xml.attribute(element, "val")
        match xml.local(element.tag):
            case "vanish":
                look.hidden = value not in _OFF
            case "b":
                look.bold = value not in _OFF
            case "color":
                look.color = _number(value, 16)
            case "sz":
                half = _number(value, 10)
                look.size = None if half is None else half / 2
            case _:
                pass
    return look


def _number(text: str, base: int) -> int | None:
    try:
        return int(text[:12], base)
    except ValueError:
        return None


class Styles:
    """Looks and names of styles (17.7), by id."""

    def __init__(self, root: Element | None) -> None:
        self.names: dict[str, str] = {}
        self._own: dict[str, tuple[str, Look]] = {}
        self._whole: dict[str, Look] = {}
        for style in xml.children(root, "style") if root is not None else ():
            id_ = xml.attribute(style, "styleId")
            based, name = xml.child(style, "basedOn"), xml.child(style, "name")
            self.names[id_] = xml.attribute(name, "val") if name is not None else id_
            self._own[id_] = (xml.attribute(based, "val") if based is not None else "", look_of(xml.child(style, "rPr")))

    def look(self, id_: str) -> Look:
        """The look of a style with all it is based on."""
        if id_ not in self._whole:
            look, place, seen = _PLAIN, id_, set[str]()
            while place in self._own and place not in seen and len(seen) < 50:
                seen.add(place)
                based, own = self._own[place]
                look, place = look.over(own), based
            self._whole[id_] = look
        return self._whole[id_]


class _Shape:
    """A drawing object that is being read."""

    __slots__ = ("alt_text", "inline", "name", "text", "title", "type")

    def __init__(self, *, inline: bool) -> None:
        self.name = self.text = self.alt_text = self.title = self.type = ""
        self.inline = inline


class _Context:
    """A text that is being read: a story, or what is in one text box."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.runs: list[Run] = []
        self.style = ""
        self.length = 0
        """Characters so far, marks of paragraphs included."""
        self.tables: list[list[list[str]]] = []
        self.cells: list[int] = []
        """Number of the first paragraph of each cell that is open."""
        self.done: list[tuple[tuple[str, ...], ...]] = []

    def text(self) -> str:
        return "".join(p.text if p.text.endswith("\x07") else p.text + "\r" for p in self.paragraphs)


class Reader:
    """Reads the parts of a document one after the other; `document` is the model of all of them."""

    def __init__(self, styles: Element | None = None, links: Mapping[str, str] | None = None) -> None:
        """`links`: targets of the main part's hyperlinks by the id of their relationship."""
        self.styles = Styles(styles)
        self.links = links or {}
        self.left = MAX_TEXT
        self.copies = MAX_COPIES
        self.shapes: list[Shape] = []
        self.frames: dict[str, str] = {}
        """Names of controls by the identifier of the shape that shows each."""
        self.fields: list[tuple[str, str]] = []
        self.form_fields: list[FormField] = []
        self.callbacks: list[Callback] = []
        self.controls: list[tuple[str, str, str]] = []
        self.bookmarks: dict[str, str] = {}
        self.comments: list[tuple[str, str]] = []
        self.boxes: list[str] = []
        self.stories: dict[str, list[str]] = {}
        self.main = _Context()

    def document(self) -> Document:
        if self.boxes:
            self.stories.setdefault("textboxes", self.boxes)
        return Document(
            host="word",
            paragraphs=tuple(self.main.paragraphs),
            stories={name: "\r".join(texts) for name, texts in self.stories.items() if any(texts)},
            tables=tuple(self.main.done),
            shapes=tuple(self.framed(shape) for shape in self.shapes),
            bookmarks=self.bookmarks,
            comments=tuple(self.comments),
            fields=tuple(self.fields),
            form_fields=tuple(self.form_fields),
            content_controls=tuple(self.controls),
            callbacks=tuple(self.callbacks),
        )

    def framed(self, shape: Shape) -> Shape:
        """A shape with the control that it shows, if it does."""
        control = self.frames.get(shape.name)
        return replace(shape, control=control, type="control") if control else shape

    def read_main(self, root: Element) -> None:
        self.main = _Walk(self, root).run()

    def read_story(self, name: str, root: Element) -> None:
        """Another text; of comments each is kept with its author."""
        if name == "comments":
            for comment in xml.children(root, "comment"):
                text = _Walk(self, comment).run().text().rstrip("\r")
                if len(self.comments) < MAX_ITEMS:
                    self.comments.append((xml.attribute(comment, "author"), text))
            self.stories.setdefault(name, []).extend(text for _, text in self.comments)
            return
        self.stories.setdefault(name, []).append(_Walk(self, root).run().text().rstrip("\r"))


_SHAPES: Final = frozenset(("inline", "anchor", "shape", "rect", "roundrect", "oval", "line", "polyline", "wsp", "pic", "group", "image"))
_SKIPPED: Final = frozenset(
    ("del", "moveFrom", "sectPr", "pPrChange", "rPrChange", "tblPr", "trPr", "tcPr", "tblGrid", "binData", "imagedata")
)
_CHARACTERS: Final = {
    "tab": "\t",
    "br": "\x0b",
    "cr": "\x0b",
    "noBreakHyphen": "\x1e",
    "softHyphen": "\x1f",
    "footnoteReference": "\x02",
    "endnoteReference": "\x02",
    "footnoteRef": "\x02",
    "endnoteRef": "\x02",
    "annotationRef": "",
}


class _Walk:
    """One walk over a part, element by element, without recursion."""

    def __init__(self, reader: Reader, root: Element) -> None:
        self.reader = reader
        self.root = root
        self.contexts = [_Context()]
        self.look = _PLAIN
        self.shapes: list[_Shape] = []
        self.fields: list[list[list[str]]] = []
        """Open fields: pieces of the code, then those of the result once that has begun."""
        self.in_code = 0
        """How many of them are still at their code."""
        self.forms: dict[int, FormField] = {}
        """What is said of form fields that are open, by how many fields are."""
        self.open_bookmarks: dict[str, tuple[str, _Context, int]] = {}
        self.marks: list[tuple[str, _Context, int, int]] = []
        self.controls: list[tuple[str, str, _Context, int]] = []
        self.control_marks: list[tuple[str, str, _Context, int, int]] = []

    def run(self) -> _Context:
        stack: list[tuple[Element, Iterator[Element]]] = [(self.root, iter(self.root))]
        while stack and len(self.contexts[0].paragraphs) < MAX_PARAGRAPHS:
            element, inside = stack[-1]
            child = next(inside, None)
            if child is None:
                stack.pop()
                self.leave(xml.local(element.tag))
            elif xml.local(child.tag) == "AlternateContent":
                choice = xml.child(child, "Choice")  # of two ways to say the same thing the first
                stack.append((child, iter(child) if choice is None else iter((choice,))))
            elif self.enter(child, xml.local(child.tag)):
                stack.append((child, iter(child)))
        context = self.contexts[0]
        if context.runs:
            self.end_paragraph()
        self.settle()
        return context

    def enter(self, element: Element, tag: str) -> bool:
        """Take up an element. Returns whether to look into it."""
        context = self.contexts[-1]
        if tag in _SKIPPED:
            return False
        match tag:
            case "footnote" | "endnote":  # 17.11.10: all but "normal" are the lines above the notes
                return xml.attribute(element, "type") in ("", "normal")
            case "p":
                properties = xml.child(element, "pPr")
                style = xml.child(properties, "pStyle") if properties is not None else None
                context.style = xml.attribute(style, "val") if style is not None else ""
            case "r":
                self.look = self.run_look(element, context)
            case "t":
                self.say(element.text or "")
            case "instrText":
                if self.fields and len(self.fields[-1]) == 1:
                    self.fields[-1][0].append((element.text or "")[:MAX_FIELD])
            case "fldChar":
                self.field(xml.attribute(element, "fldCharType"))
            case "ffData":  # 17.16.17
                self.forms[len(self.fields)] = self.form_field(element)
            case "fldSimple":
                self.field("begin", xml.attribute(element, "instr"))
                self.field("separate")
            case "hyperlink":  # 17.16.22: Word shows it as a field
                self.field("begin", self.hyperlink(element))
                self.field("separate")
            case "tbl":
                context.tables.append([])
            case "tr":
                if context.tables:
                    context.tables[-1].append([])
            case "tc":
                context.cells.append(len(context.paragraphs))
            case "sdt":
                self.controls.append(self.content_control(element, context))
            case "bookmarkStart":
                if len(self.open_bookmarks) < MAX_ITEMS:
                    self.open_bookmarks[xml.attribute(element, "id")] = (xml.attribute(element, "name"), context, context.length)
            case "bookmarkEnd":
                opened = self.open_bookmarks.pop(xml.attribute(element, "id"), None)
                if opened is not None and opened[1] is context:
                    self.marks.append((opened[0], context, opened[2], context.length))
            case "control":  # 17.3.3.3
                if len(self.reader.frames) < MAX_ITEMS:
                    self.reader.frames[xml.attribute(element, "shapeid")] = xml.attribute(element, "name")
            case "txbxContent":
                self.contexts.append(_Context())
            case "wgp" | "wpc" if self.shapes:
                self.shapes[-1].type = "group"
            case "docPr" | "cNvPr" | "textpath":
                self.describe(element, tag)
            case "entryMacro" | "exitMacro" if len(self.reader.callbacks) < MAX_ITEMS:  # 17.16.15 and 17.16.16
                self.reader.callbacks.append(Callback(xml.attribute(element, "val"), f"{tag} of a form field", "use"))
            case _ if tag in _CHARACTERS:
                self.say("\f" if xml.attribute(element, "type") == "page" else _CHARACTERS[tag])
            case _ if tag in _SHAPES:
                self.open_shape(element, tag)
            case _:
                pass
        return True

    def leave(self, tag: str) -> None:
        """Finish what an element began."""
        context = self.contexts[-1]
        match tag:
            case "p":
                self.end_paragraph()
            case "r":
                self.look = _PLAIN
            case "fldSimple" | "hyperlink":
                self.field("end")
            case "tc" if context.cells:
                self.end_cell(context)
            case "tr" if context.tables:
                context.paragraphs.append(Paragraph("\x07"))
                context.length += 1
            case "tbl" if context.tables:
                table = context.tables.pop()
                if not context.tables:
                    context.done.append(tuple(tuple(row) for row in table))
            case "sdt" if self.controls:
                title, name, where, start = self.controls.pop()
                self.control_marks.append((title, name, where, start, where.length))
            case "txbxContent" if len(self.contexts) > 1:
                if context.runs:
                    self.end_paragraph()
                self.contexts.pop()
                text = context.text().rstrip("\r")
                self.reader.boxes.append(text)
                if self.shapes:
                    self.shapes[-1].text = (self.shapes[-1].text + text)[:MAX_SHAPE]
                    self.shapes[-1].type = "textbox"
            case _ if tag in _SHAPES and self.shapes:
                self.close_shape()
            case _:
                pass

    # ------------------------------------------------------------ text

    def run_look(self, element: Element, context: _Context) -> Look:
        properties = xml.child(element, "rPr")
        look = look_of(properties)
        style = xml.child(properties, "rStyle") if properties is not None else None
        if style is not None:
            look = look.over(self.reader.styles.look(xml.attribute(style, "val")))
        return look.over(self.reader.styles.look(context.style)) if context.style else look

    def say(self, text: str) -> None:
        """Text of the run that is being read; what belongs to the code of a field is not seen."""
        if self.in_code:
            return
        if self.fields:
            self.fields[-1][-1].append(text[:MAX_FIELD])
        text = text[: self.reader.left]
        self.reader.left -= len(text)
        if text:
            context, look = self.contexts[-1], self.look
            context.length += len(text)
            context.runs.append(Run(text, look.hidden or False, look.color, look.size or 0.0, look.bold or False))

    def end_paragraph(self) -> None:
        context = self.contexts[-1]
        runs = _joined(context.runs)
        plain = all(not run.hidden and run.color is None and not run.size and not run.bold for run in runs)
        name = self.reader.styles.names.get(context.style, context.style)
        context.paragraphs.append(Paragraph("".join(run.text for run in runs), () if plain else tuple(runs), name))
        context.length += 1
        context.runs = []
        context.style = ""

    def end_cell(self, context: _Context) -> None:
        first = context.cells.pop()
        if first >= len(context.paragraphs):
            self.end_paragraph()
        if context.tables and context.tables[-1]:
            context.tables[-1][-1].append(self.copy("\r".join(p.text for p in context.paragraphs[first:])))
        last = context.paragraphs[-1]
        # The cell's mark takes the place of the last paragraph's.
        context.paragraphs[-1] = Paragraph(last.text.removesuffix("\x07") + "\x07", last.runs, last.style)

    def hyperlink(self, element: Element) -> str:
        """The code of the field that stands for a hyperlink element."""
        target = self.reader.links.get(xml.attribute(element, "id"), "")
        parts = (("", target), ("\\l ", xml.attribute(element, "anchor")), ("\\o ", xml.attribute(element, "tooltip")))
        return "HYPERLINK" + "".join(f' {switch}"{value}"' for switch, value in parts if value)

    def field(self, what: str, code: str = "") -> None:
        if what == "begin":
            if len(self.fields) < MAX_DEPTH:
                self.fields.append([[code]])
                self.in_code += 1
        elif what == "separate" and self.fields and len(self.fields[-1]) == 1:
            self.fields[-1].append([])
            self.in_code -= 1
        elif what == "end" and self.fields:
            form = self.forms.pop(len(self.fields), None)
            code, *results = ("".join(pieces)[:MAX_FIELD] for pieces in self.fields.pop())
            self.in_code -= not results
            result = "".join(results)
            if len(self.reader.fields) < MAX_ITEMS:
                self.reader.fields.append((code.strip(), result))
            if form is not None and len(self.reader.form_fields) < MAX_ITEMS:
                self.reader.form_fields.append(replace(form, result=form.result or result))
            if self.fields and result:
                self.fields[-1][-1].append(result)

    def form_field(self, element: Element) -> FormField:
        """What the field's code does not say (17.16.17 to 17.16.36); a drop-down list shows one of its entries as its result."""
        values: dict[str, str] = {}
        entries: list[str] = []
        for inner in islice(element.iter(), MAX_ITEMS):
            tag, value = xml.local(inner.tag), self.copy(xml.attribute(inner, "val"))
            if tag == "listEntry":
                entries.append(value)
            else:
                values.setdefault(tag, value)
        type_: Any = "dropdown" if "ddList" in values else "checkbox" if "checkBox" in values else "text"
        default = values.get("default", "")
        chosen = values.get("result", default or "0")
        result = entries[int(chosen)] if type_ == "dropdown" and chosen.isdecimal() and int(chosen[:9]) < len(entries) else ""
        told = (values.get("helpText", ""), values.get("statusText", ""))
        return FormField(values.get("name", ""), type_, result, default, *told, tuple(entries))

    # ------------------------------------------------------------ shapes and marks

    def content_control(self, element: Element, context: _Context) -> tuple[str, str, _Context, int]:
        properties = xml.child(element, "sdtPr")
        values = {xml.local(e.tag): xml.attribute(e, "val") for e in properties} if properties is not None else {}
        return values.get("alias", ""), values.get("tag", ""), context, context.length

    def open_shape(self, element: Element, tag: str) -> None:
        floating = "position:absolute" in xml.attribute(element, "style").replace(" ", "")
        shape = _Shape(inline=tag == "inline" or (tag not in ("anchor", "wsp", "pic") and not floating))
        if tag not in ("inline", "anchor", "wsp", "pic"):
            shape.name = xml.attribute(element, "id")
            shape.alt_text = xml.attribute(element, "alt")
            shape.title = xml.attribute(element, "title")
        elif tag == "pic":
            shape.type = "picture"
        if self.shapes and tag in ("wsp", "pic"):
            shape.inline = self.shapes[-1].inline
        self.shapes.append(shape)

    def describe(self, element: Element, tag: str) -> None:
        if not self.shapes:
            return
        shape = self.shapes[-1]
        if tag == "textpath":
            shape.text = (shape.text + xml.attribute(element, "string"))[:MAX_SHAPE]
            shape.type = "wordart"
            return
        shape.name = shape.name or xml.attribute(element, "name")
        shape.alt_text = shape.alt_text or xml.attribute(element, "descr")
        shape.title = shape.title or xml.attribute(element, "title")

    def close_shape(self) -> None:
        shape = self.shapes.pop()
        if self.shapes and self.shapes[-1].type != "group":
            # The frame (wp:inline, wp:anchor) is what macros call the shape; the picture or box inside says what it is.
            above = self.shapes[-1]
            above.text = (above.text + shape.text)[:MAX_SHAPE]
            above.type = above.type or shape.type
            above.alt_text = above.alt_text or shape.alt_text
            above.title = above.title or shape.title
            return
        if len(self.reader.shapes) < MAX_ITEMS:
            self.reader.shapes.append(Shape(shape.name, shape.text, shape.alt_text, shape.title, shape.type, inline=shape.inline))

    def settle(self) -> None:
        """Bookmarks and content controls, with the text between their marks."""
        texts: dict[int, str] = {}

        def between(context: _Context, start: int, end: int) -> str:
            if id(context) not in texts:
                texts[id(context)] = context.text()
            return texts[id(context)][start:end]

        for name, context, start, end in self.marks[:MAX_ITEMS]:
            self.reader.bookmarks.setdefault(name, self.copy(between(context, start, end)))
        for title, tag, context, start, end in self.control_marks[:MAX_ITEMS]:
            self.reader.controls.append((title, tag, self.copy(between(context, start, end)).rstrip("\r")))

    def copy(self, text: str) -> str:
        text = text[: self.reader.copies]
        self.reader.copies -= len(text)
        return text


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of one look in one piece."""
    pieces: list[list[Run]] = []
    for run in runs:
        if pieces and _same(pieces[-1][0], run):
            pieces[-1].append(run)
        else:
            pieces.append([run])
    return [Run("".join(r.text for r in same), same[0].hidden, same[0].color, same[0].size, same[0].bold) for same in pieces]


def _same(one: Run, other: Run) -> bool:
    return (one.hidden, one.color, one.size, one.bold) == (other.hidden, other.color, other.size, other.bold)
