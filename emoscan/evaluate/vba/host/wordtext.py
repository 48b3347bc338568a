"""Word's ranges, the selection, paragraphs, finding and replacing: text as Word gives it to macros."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, Unknown
from emoscan.evaluate.vba.host.base import (
    Lazy,
    actions,
    as_bool,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    known,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.story import CELL, Story
from emoscan.evaluate.vba.library.office import constant

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.word import WordHost

MIXED: Final = 9999999
"""wdUndefined: not the same throughout."""

UNITS: Final = {
    1: "character",
    2: "word",
    3: "sentence",
    4: "paragraph",
    5: "paragraph",
    6: "story",
    8: "story",
    12: "paragraph",
    15: "story",
}
"""WdUnits. Where lines end is a matter of the printer; a paragraph is as good a line as any."""

EXTEND: Final = 1

RANGE: Final = office_class("Range", "text")


def make_range(host: WordHost, document: Object, story: Story, start: int = 0, end: int | None = None) -> Object:
    return Object(RANGE, host=host, document=document, story=story, start=start, end=len(story) if end is None else end)


def like(this: Object, start: int, end: int) -> Object:
    """A range in the same story."""
    return make_range(this.data["host"], this.data["document"], this.data["story"], start, end)


def span(this: Object) -> tuple[Story, int, int]:
    story: Story = this.data["story"]
    size = len(story)
    start = min(this.data["start"], size)
    return story, start, max(start, min(this.data["end"], size))


def set_span(this: Object, start: int, end: int) -> None:
    size = len(this.data["story"])
    this.data["start"] = max(0, min(start, size))
    this.data["end"] = max(this.data["start"], min(end, size))


def read(this: Object, start: int, end: int) -> Any:
    story: Story = this.data["story"]
    host = this.data["host"]
    with_hidden = not story.hidden or host.settings.get("hidden", False) or this.data.get("hidden", False)
    value = story.slice(start, end, with_hidden=with_hidden)
    if not value and story.hidden:  # Word tells it or not depending on what it shows; who asks for nothing but hidden text, counts on it
        value = story.slice(start, end)
    elif not with_hidden and len(value if isinstance(value, str) else value.known()) < end - start:
        host.kept_back = True
    return host.outside(value, story.place) if story.outside else value


def write(machine: Any, this: Object, start: int, end: int, text: str | Unknown) -> int:
    """Put text between two positions; returns how long it is."""
    story: Story = this.data["story"]
    size = len(known(machine, text))
    machine.grow(len(story) + size)
    machine.spend(len(story) // 1024)
    story.replace(start, end, text)
    return size


# ---------------------------------------------------------------- text and place


@RANGE.method("Text")
def range_text(_machine: Any, this: Object) -> Any:
    _, start, end = span(this)
    return read(this, start, end)


@RANGE.setter("Text")
def put_text(machine: Any, this: Object, value: Any) -> None:
    story, start, end = span(this)
    if end == len(story) > start and story.known.endswith("\r"):
        end -= 1  # the last mark of a story stays
    size = write(machine, this, start, end, as_text(machine, value))
    set_span(this, start, start + size)


def _position(name: str) -> None:
    def get(_machine: Any, this: Object) -> int:
        _, start, end = span(this)
        return start if name == "start" else end

    def put(machine: Any, this: Object, value: Any) -> None:
        at = as_int(machine, value)
        if not isinstance(at, Unknown):
            _, start, end = span(this)
            if name == "start":
                set_span(this, at, max(at, end))
            else:
                set_span(this, min(at, start), at)

    RANGE.get[name], RANGE.put[name] = get, put


_position("start")
_position("end")


@RANGE.method("SetRange", takes="start end")
def set_range(machine: Any, this: Object, start: Any = MISSING, end: Any = MISSING) -> None:
    a, b = as_int(machine, start), as_int(machine, end)
    if not isinstance(a, Unknown) and not isinstance(b, Unknown):
        set_span(this, a, b)


RANGE.get["storylength"] = lambda _machine, this: len(this.data["story"])
RANGE.get["storytype"] = lambda _machine, this: this.data["story"].type
RANGE.get["document"] = lambda _machine, this: this.data["document"]
RANGE.get["duplicate"] = lambda _machine, this: like(this, *span(this)[1:])
RANGE.get["formattedtext"] = RANGE.get["duplicate"]
RANGE.get["range"] = RANGE.get["duplicate"]
RANGE.get["characterwidth"] = lambda _machine, _this: 0


@RANGE.setter("FormattedText")
def put_formatted(machine: Any, this: Object, value: Any) -> None:
    put_text(machine, this, value)


@RANGE.method("NextStoryRange")
def next_story(machine: Any, this: Object) -> Any:
    host: WordHost = this.data["host"]
    types = host.story_types(this.data["document"])
    later = [type_ for type_ in types if type_ > this.data["story"].type]
    return host.story_range(this.data["document"], later[0]) if later else NOTHING


@RANGE.method("InRange", takes="range")
def in_range(_machine: Any, this: Object, other: Any = MISSING) -> bool:
    if type(other) is not Object or "story" not in other.data:
        raise ScriptError(13, "Type mismatch")
    return other.data["story"] is this.data["story"] and span(other)[1] <= span(this)[1] and span(this)[2] <= span(other)[2]


@RANGE.method("IsEqual", takes="range")
def is_equal(_machine: Any, this: Object, other: Any = MISSING) -> bool:
    return type(other) is Object and other.data.get("story") is this.data["story"] and span(other)[1:] == span(this)[1:]


@RANGE.method("InStory", takes="range")
def in_story(_machine: Any, this: Object, other: Any = MISSING) -> bool:
    return type(other) is Object and other.data.get("story") is this.data["story"]


# ---------------------------------------------------------------- pieces

PARAGRAPH: Final = office_class("Paragraph")
PARAGRAPHS: Final = collection_class("Paragraphs")
PIECES: Final = collection_class("Words")


def pieces(this: Object, unit: str) -> Object:
    """Words, Characters, Sentences: ranges."""
    story, start, end = span(this)
    if start == end and this is this.data["host"].selection:
        end = min(start + 1, len(story))  # an insertion point counts as the character after it
    if isinstance(story.text, Unknown):
        return Object(PIECES, host=this.data["host"], items=Unknown(story.place))
    if unit == "character":
        return Object(PIECES, host=this.data["host"], items=Lazy(end - start, lambda at: like(this, start + at, start + at + 1)))
    spans = story.spans(unit, start, end)
    return Object(PIECES, host=this.data["host"], items=Lazy(len(spans), lambda at: like(this, *spans[at])))


def paragraphs(this: Object) -> Object:
    story, start, end = span(this)
    host = this.data["host"]
    if isinstance(story.text, Unknown):
        return Object(PARAGRAPHS, host=host, items=Unknown(story.place), range=this)
    spans = story.spans("paragraph", start, end)
    return Object(PARAGRAPHS, host=host, items=Lazy(len(spans), lambda at: paragraph(this, spans[at])), range=this)


def paragraph(this: Object, where: tuple[int, int]) -> Object:
    data = this.data
    return Object(PARAGRAPH, host=data["host"], document=data["document"], story=data["story"], start=where[0], end=where[1])


for _name, _unit in (("words", "word"), ("characters", "character"), ("sentences", "sentence")):
    RANGE.get[_name] = lambda _machine, this, *, _unit=_unit: pieces(this, _unit)
RANGE.get["paragraphs"] = lambda _machine, this: paragraphs(this)


def _end_of(which: int) -> Callable[..., Any]:
    def get(_machine: Any, this: Object) -> Any:
        items = this.data["items"]
        if isinstance(items, Unknown):
            return items
        if not len(items):
            raise ScriptError(5941, "The requested member of the collection does not exist")
        return items[which if which >= 0 else len(items) - 1]

    return get


for _class in (PARAGRAPHS, PIECES):
    _class.get["first"] = _end_of(0)
    _class.get["last"] = _end_of(-1)


@PARAGRAPHS.method("Add", takes="range")
def add_paragraph(machine: Any, this: Object, *_: Any) -> Object:
    whole = this.data["range"]
    end = span(whole)[2]
    write(machine, whole, end, end, "\r")
    set_span(whole, span(whole)[1], end + 1)
    return paragraph(whole, (end, end + 1))


PARAGRAPH.get["range"] = lambda _machine, this: like(this, this.data["start"], this.data["end"])
STYLE_PROPERTIES: Final[dict[str, Any]] = {
    "alignment": 0,
    "leftindent": 0.0,
    "rightindent": 0.0,
    "firstlineindent": 0.0,
    "spacebefore": 0.0,
    "spaceafter": 0.0,
    "linespacing": 12.0,
    "linespacingrule": 0,
    "outlinelevel": 10,
    "keepwithnext": 0,
    "keeptogether": 0,
    "pagebreakbefore": 0,
    "widowcontrol": -1,
}
properties(PARAGRAPH, **STYLE_PROPERTIES)
actions(PARAGRAPH, "reset space1 space15 space2 indent outdent openup closeup outlinepromote outlinedemote tabindent")


def _beside(step: int) -> Callable[..., Any]:
    def get(machine: Any, this: Object, count: Any = MISSING) -> Any:
        story: Story = this.data["story"]
        number = as_int(machine, count, 1)
        spans = story.spans("paragraph")
        here = next((at for at, where in enumerate(spans) if where[0] >= this.data["start"]), len(spans))
        at = here if isinstance(number, Unknown) else here + step * number
        return paragraph(this, spans[at]) if 0 <= at < len(spans) else NOTHING

    return get


PARAGRAPH.get["next"] = _beside(1)
PARAGRAPH.get["previous"] = _beside(-1)

STYLE: Final = office_class("Style", "namelocal")
properties(STYLE, builtin=True, inuse=True, type=1, description="", basestyle="", nextparagraphstyle="", priority=99, hidden=False)
STYLE.get["namelocal"] = lambda _machine, this: this.data.get("=namelocal", this.data["name"])
actions(STYLE, "delete linktolisttemplate")


@PARAGRAPH.method("Style")
@RANGE.method("Style", "ParagraphStyle", "CharacterStyle")
def style_of(_machine: Any, this: Object) -> Any:
    if "=style" in this.data:
        return this.data["=style"]
    host: WordHost = this.data["host"]
    return Object(STYLE, host=host, name=host.style_at(this.data["document"], this.data["story"], this.data["start"]))


FORMAT: Final = office_class("ParagraphFormat")
properties(FORMAT, **STYLE_PROPERTIES)
actions(FORMAT, "reset space1 space15 space2")
child_object(RANGE, "ParagraphFormat", FORMAT)
child_object(PARAGRAPH, "Format", FORMAT)
for _name in ("TabStops", "Borders", "Shading", "ListFormat", "DropCap"):
    child_object(RANGE, _name, FORMAT)
    child_object(PARAGRAPH, _name, FORMAT)

# ---------------------------------------------------------------- fonts

FONT: Final = office_class("Font", "name")
FONT_VALUES: Final[dict[str, Any]] = {
    "name": "Calibri",
    "nameascii": "Calibri",
    "namefareast": "Calibri",
    "nameother": "Calibri",
    "size": 11.0,
    "bold": 0,
    "italic": 0,
    "underline": 0,
    "underlinecolor": -16777216,
    "color": -16777216,
    "colorindex": 0,
    "hidden": 0,
    "allcaps": 0,
    "smallcaps": 0,
    "strikethrough": 0,
    "doublestrikethrough": 0,
    "subscript": 0,
    "superscript": 0,
    "shadow": 0,
    "outline": 0,
    "emboss": 0,
    "engrave": 0,
    "scaling": 100,
    "spacing": 0.0,
    "position": 0.0,
    "kerning": 0.0,
    "animation": 0,
    "emphasismark": 0,
}


def font_value(this: Object, name: str) -> Any:
    story, start, end = span(this)
    this.data["host"].machine.spend((len(story.overrides) + len(story.looks)) // 64)
    value = story.common_look(start, max(end, start + 1), name, FONT_VALUES[name], MIXED)
    return -1 if value is True else 0 if value is False else value


def _font_member(name: str) -> None:
    def get(_machine: Any, this: Object) -> Any:
        of = this.data["of"]
        return font_value(of, name) if of is not None else this.data.get(f"={name}", FONT_VALUES[name])

    def put(machine: Any, this: Object, value: Any) -> None:
        of = this.data["of"]
        if of is None:
            this.data[f"={name}"] = value
        else:
            set_font(machine, of, name, value)

    FONT.get[name], FONT.put[name] = get, put


def set_font(machine: Any, this: Object, name: str, value: Any) -> None:
    story, start, end = span(this)
    if not isinstance(value, Unknown) and type(value) is not Object:
        number = value if isinstance(value, str) else machine.number(value)
        story.set_look(start, end, name, bool(number) if name in ("bold", "hidden") else number)


for _name in FONT_VALUES:
    _font_member(_name)
actions(FONT, "reset grow shrink setasdefault")
FONT.get["duplicate"] = lambda _machine, this: this
TEXT_COLOR: Final = office_class("ColorFormat", "rgb")
TEXT_COLOR.get["rgb"] = lambda machine, this: FONT.get["color"](machine, this.data["parent"])
TEXT_COLOR.put["rgb"] = lambda machine, this, value: FONT.put["color"](machine, this.data["parent"], value)
properties(TEXT_COLOR, type=1, objectthemecolor=13, tintandshade=0.0, brightness=0.0)
child_object(FONT, "TextColor", TEXT_COLOR)
for _name in ("Fill", "Line", "Glow", "Reflection", "TextShadow", "ThreeD", "Shading", "Borders"):
    child_object(FONT, _name, FORMAT)


@RANGE.method("Font")
def font(_machine: Any, this: Object) -> Object:
    return Object(FONT, host=this.data["host"], of=this, parent=this)


for _name in ("bold", "italic", "underline"):
    RANGE.get[_name] = lambda _machine, this, *, _name=_name: font_value(this, _name)
    RANGE.put[_name] = lambda machine, this, value, *, _name=_name: set_font(machine, this, _name, value)
properties(
    RANGE,
    highlightcolorindex=0,
    case=-1,
    languageid=1041,
    languageidfareast=1041,
    noproofing=0,
    showall=False,
    id="",
    kana=0,
    orientation=0,
)
properties(
    RANGE, grammarchecked=True, spellingchecked=True, isendofrowmark=False, bookmarkid=0, previousbookmarkid=0, combinecharacters=False
)

# ---------------------------------------------------------------- moving about


def stepped(story: Story, position: int, unit: int, count: int) -> int:
    """A position so many units further on."""
    name = UNITS.get(unit, "character")
    size = len(story)
    if name == "character":
        return max(0, min(position + count, size))
    if name == "story":
        return size if count > 0 else 0
    starts = [a for a, _ in story.spans(name)]
    from bisect import bisect_left, bisect_right

    at = bisect_right(starts, position) - 1 + count if count > 0 else bisect_left(starts, position) + count
    return 0 if at < 0 else starts[at] if at < len(starts) else size


def _number(machine: Any, value: Any, default: int) -> int:
    number = as_int(machine, value, default)
    return default if isinstance(number, Unknown) else max(-(1 << 31), min(number, 1 << 31))


@RANGE.method("Move", takes="unit count")
def move(machine: Any, this: Object, unit: Any = MISSING, count: Any = MISSING) -> int:
    story, start, end = span(this)
    number = _number(machine, count, 1)
    at = stepped(story, end if number > 0 and end > start else start, _number(machine, unit, 1), number)
    set_span(this, at, at)
    return number


def _move_edge(which: str) -> Callable[..., int]:
    def edge(machine: Any, this: Object, unit: Any = MISSING, count: Any = MISSING) -> int:
        story, start, end = span(this)
        number = _number(machine, count, 1)
        if which == "start":
            at = stepped(story, start, _number(machine, unit, 1), number)
            set_span(this, at, max(at, end))
        else:
            at = stepped(story, end, _number(machine, unit, 1), number)
            set_span(this, min(at, start), at)
        return number

    return edge


RANGE.method("MoveStart", takes="unit count")(_move_edge("start"))
RANGE.method("MoveEnd", takes="unit count")(_move_edge("end"))


def _move_over(which: str, *, until: bool) -> Callable[..., int]:
    """MoveEndUntil, MoveStartWhile …: over the characters of a set, or up to one of them."""

    def over(machine: Any, this: Object, characters: Any = MISSING, count: Any = MISSING) -> int:
        story, start, end = span(this)
        wanted = known(machine, characters)
        text = story.known
        at = start if which == "start" else end
        number = _number(machine, count, 1 << 30)
        step = 1 if number > 0 else -1
        first = at
        while 0 <= (at if step > 0 else at - 1) < len(text) and abs(at - first) < abs(number):
            if (text[at if step > 0 else at - 1] in wanted) == until:
                break
            at += step
        machine.spend(abs(at - first))
        if which == "start":
            set_span(this, at, max(at, end))
        elif which == "end":
            set_span(this, min(at, start), at)
        else:
            set_span(this, at, at)
        return at - first

    return over


for _name, _which in (("MoveStart", "start"), ("MoveEnd", "end"), ("Move", "both")):
    RANGE.method(f"{_name}Until", takes="cset count")(_move_over(_which, until=True))
    RANGE.method(f"{_name}While", takes="cset count")(_move_over(_which, until=False))


@RANGE.method("Collapse", takes="direction")
def collapse(machine: Any, this: Object, direction: Any = MISSING) -> None:
    _, start, end = span(this)
    at = end if _number(machine, direction, 1) == 0 else start
    set_span(this, at, at)


@RANGE.method("Expand", takes="unit")
def expand(machine: Any, this: Object, unit: Any = MISSING) -> int:
    story, start, end = span(this)
    name = UNITS.get(_number(machine, unit, 2), "word")
    if name == "story":
        set_span(this, 0, len(story))
    elif name != "character":
        set_span(this, story.span_at(name, start)[0], story.span_at(name, max(start, end - 1))[1])
    return (span(this)[2] - span(this)[1]) - (end - start)


@RANGE.method("WholeStory")
def whole_story(_machine: Any, this: Object) -> None:
    set_span(this, 0, len(this.data["story"]))


def _to_edge(*, end: bool) -> Callable[..., int]:
    def go(machine: Any, this: Object, unit: Any = MISSING, extend: Any = MISSING) -> int:
        story, start, stop = span(this)
        name = UNITS.get(_number(machine, unit, 2), "word")
        where = (0, len(story)) if name == "story" else story.span_at(name, start if not end else max(start, stop - 1))
        at = where[1] if end else where[0]
        if _number(machine, extend, 0) == EXTEND:
            set_span(this, min(start, at), max(stop, at))
        else:
            set_span(this, at, at)
        return at - (stop if end else start)

    return go


RANGE.method("StartOf", takes="unit extend")(_to_edge(end=False))
RANGE.method("EndOf", takes="unit extend")(_to_edge(end=True))


def _neighbour(step: int) -> Callable[..., Any]:
    def get(machine: Any, this: Object, unit: Any = MISSING, count: Any = MISSING) -> Any:
        story, start, _ = span(this)
        name = UNITS.get(_number(machine, unit, 1), "character")
        spans = story.spans(name if name != "story" else "paragraph")
        number = step * _number(machine, count, 1)
        here = next((at for at, (a, b) in enumerate(spans) if a <= start < b), None)
        if here is None or not 0 <= here + number < len(spans):
            return NOTHING
        return like(this, *spans[here + number])

    return get


RANGE.method("Next", takes="unit count")(_neighbour(1))
RANGE.method("Previous", takes="unit count")(_neighbour(-1))


@RANGE.method("Select")
def select(_machine: Any, this: Object) -> None:
    host: WordHost = this.data["host"]
    selection = host.selection
    selection.data.update(document=this.data["document"], story=this.data["story"])
    set_span(selection, *span(this)[1:])


@PARAGRAPH.method("SelectNumber")
def select_number(_machine: Any, this: Object) -> None:
    select(_machine, like(this, this.data["start"], this.data["end"]))


@RANGE.method("GoTo", takes="what which count name")
def go_to(machine: Any, this: Object, what: Any = MISSING, which: Any = MISSING, count: Any = MISSING, name: Any = MISSING) -> Any:
    """A bookmark by its name, a line by its number; otherwise the start of the text."""
    host: WordHost = this.data["host"]
    kind = as_int(machine, what, -1) if not isinstance(what, str) else -1
    if isinstance(name, str) and kind in (-1, constant("wdgotobookmark")):
        found = machine.call_member(host.bookmarks(this.data["document"]), "item", (name,))
        target: Object = machine.get_member(found, "range")
    else:
        story = this.data["story"]
        spans = story.spans("paragraph")
        number = _number(machine, count, 1) if kind == constant("wdgotoline") else 1
        start = spans[min(max(number, 1), len(spans)) - 1][0] if spans else 0
        target = like(this, start, start)
    if this is host.selection:
        select(machine, target)
    return target


RANGE.get["gotonext"] = RANGE.get["gotoprevious"] = lambda _machine, this, *_: like(this, this.data["end"], this.data["end"])


@RANGE.method("Information", takes="type")
def information(machine: Any, this: Object, type_: Any = MISSING) -> Any:
    """WdInformation."""
    story, start, _ = span(this)
    number = as_int(machine, type_)
    if number in (1, 3):  # wdActiveEndAdjustedPageNumber, wdActiveEndPageNumber
        return 1
    if number == 4:  # wdNumberOfPagesInDocument
        return this.data["host"].page_count(this.data["document"])
    if number == 12:  # wdWithInTable
        return CELL in story.known[start : start + 1]
    if number == 10:  # wdFirstCharacterLineNumber
        return len(story.spans("paragraph", 0, start)) or 1
    if number == 9:  # wdFirstCharacterColumnNumber
        return start - story.span_at("paragraph", start)[0] + 1
    return machine.unmodelled("Range.Information")


# ---------------------------------------------------------------- changing text


def _insert(*, after: bool) -> Callable[..., None]:
    def insert(machine: Any, this: Object, text: Any = MISSING) -> None:
        story, start, end = span(this)
        at = end - 1 if after and end == len(story) > 0 and story.known.endswith("\r") else end if after else start
        size = write(machine, this, at, at, as_text(machine, text))
        set_span(this, start, max(end, at) + size)

    return insert


RANGE.method("InsertAfter", takes="text")(_insert(after=True))
RANGE.method("InsertBefore", takes="text")(_insert(after=False))


@RANGE.method("InsertParagraphAfter")
def insert_paragraph_after(machine: Any, this: Object) -> None:
    _, start, end = span(this)
    set_span(this, start, end + write(machine, this, end, end, "\r"))


@RANGE.method("InsertParagraphBefore")
def insert_paragraph_before(machine: Any, this: Object) -> None:
    _, start, end = span(this)
    set_span(this, start, end + write(machine, this, start, start, "\r"))


@RANGE.method("InsertParagraph", "InsertBreak", takes="type")
def insert_paragraph(machine: Any, this: Object, *_: Any) -> None:
    type_text(machine, this, "\r")


@RANGE.method("InsertSymbol", takes="characternumber font unicode bias")
def insert_symbol(machine: Any, this: Object, number: Any = MISSING, *_: Any) -> None:
    code = as_int(machine, number)
    type_text(machine, this, code if isinstance(code, Unknown) else chr(code & 0xFFFF))


@RANGE.method("InsertDateTime", takes="datetimeformat insertasfield insertasfullwidth")
def insert_date(machine: Any, this: Object, *_: Any) -> None:
    type_text(machine, this, machine.world.now.strftime("%Y/%m/%d"))


@RANGE.method("InsertFile", takes="filename range confirmconversions link attachment")
def insert_file(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> None:
    host: WordHost = this.data["host"]
    path = as_text(machine, file)
    host.touch_url(path, "Range.InsertFile")
    type_text(machine, this, host.text_of_file(path))


@RANGE.method("InsertXML", takes="xml transform")
def insert_xml(machine: Any, this: Object, *_: Any) -> None:
    type_text(machine, this, machine.unmodelled("Range.InsertXML"))


def as_xml(machine: Any, text: str | Unknown) -> str | Unknown:
    """Text as WordprocessingML in one file: what macros look for in it is the text, not the looks around it."""
    if isinstance(text, Unknown):
        return Unknown("WordOpenXML")
    from xml.sax.saxutils import escape

    machine.grow(2 * len(text) + 100 * (text.count("\r") + 10))
    lines = escape(text.replace("\x07", "")).removesuffix("\r").split("\r")
    return "".join((XML_AROUND[0], *(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines), XML_AROUND[1]))


XML_AROUND: Final = (
    (
        '<?xml version="1.0" standalone="yes"?>\r\n<?mso-application progid="Word.Document"?>\r\n'
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/word/document.xml" '
        'pkg:contentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"><pkg:xmlData>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    ),
    "<w:sectPr/></w:body></w:document></pkg:xmlData></pkg:part></pkg:package>",
)


@RANGE.method("WordOpenXML", "XML", takes="dataonly")
def range_xml(machine: Any, this: Object, *_: Any) -> Any:
    return as_xml(machine, range_text(machine, this))


def type_text(machine: Any, this: Object, text: str | Unknown) -> None:
    """Put text in place of the range, and go behind it."""
    _, start, end = span(this)
    size = write(machine, this, start, end, text)
    set_span(this, start + size, start + size)


@RANGE.method("Delete", takes="unit count")
def delete(machine: Any, this: Object, unit: Any = MISSING, count: Any = MISSING) -> int:
    story, start, end = span(this)
    if start == end:
        other = stepped(story, start, _number(machine, unit, 1), _number(machine, count, 1))
        start, end = min(start, other), max(start, other)
    write(machine, this, start, end, "")
    set_span(this, start, start)
    return 1


@RANGE.method("Cut")
def cut(machine: Any, this: Object) -> None:
    copy(machine, this)
    delete(machine, this)


@RANGE.method("Copy", "CopyAsPicture")
def copy(_machine: Any, this: Object) -> None:
    _, start, end = span(this)
    this.data["host"].clipboard = read(this, start, end)


@RANGE.method("Paste", "PasteSpecial", "PasteAndFormat", "PasteExcelTable", "PasteAppendTable", "PasteAsNestedTable", takes="type")
def paste(machine: Any, this: Object, *_: Any) -> None:
    type_text(machine, this, as_text(machine, this.data["host"].clipboard))


actions(RANGE, "calculate checkgrammar checkspelling detectlanguage autoformat relocate sort sortascending sortdescending scrollintoview")
actions(RANGE, "resetparagraphformatting clearformatting pastedefault exportasfixedformat lookupnameproperties insertcaption")
actions(RANGE, "insertcrossreference modifyenclosure phoneticguide insertautotext copyformat pasteformat tcscconverter insertdatabase")
RANGE.get["textvisibleonscreen"] = lambda _machine, _this: 1


@RANGE.method("ComputeStatistics", takes="statistic")
def compute_statistics(machine: Any, this: Object, what: Any = MISSING, *_: Any) -> Any:
    """WdStatistic."""
    story, start, end = span(this)
    text = story.known[start:end]
    match as_int(machine, what):
        case 0:
            return len(text.split())
        case 1 | 4:
            return len(story.spans("paragraph", start, end))
        case 2:
            return this.data["host"].page_count(this.data["document"])
        case 3:
            return sum(not c.isspace() for c in text)
        case 5:
            return sum(c not in "\r\x07\n\f" for c in text)
    return machine.unmodelled("ComputeStatistics")


MODE: Final = office_class("TextRetrievalMode")
properties(MODE, includefieldcodes=False, viewtype=1)


@MODE.setter("IncludeHiddenText")
def include_hidden(machine: Any, this: Object, value: Any) -> None:
    this.data["parent"].data["hidden"] = as_bool(machine, value)


MODE.get["includehiddentext"] = lambda _machine, this: bool(this.data["parent"].data.get("hidden"))
child_object(RANGE, "TextRetrievalMode", MODE)
empty(RANGE, "frames", "hyperlinks", "revisions", "scripts", "editors", "smarttags", "xmlnodes", "formfields")
empty(
    RANGE, "subdocuments", "grammaticalerrors", "spellingerrors", "htmldivisions", "listparagraphs", "omaths", "conflicts", "topleveltables"
)
properties(RANGE, footnoteoptions=NOTHING, endnoteoptions=NOTHING, parentcontentcontrol=NOTHING, synonyminfo=NOTHING)


def _of_document(name: str) -> Callable[..., Any]:
    """Collections of a range that are given as those of its document."""
    return lambda machine, this: machine.get_member(this.data["document"], name)


for _name in ("bookmarks", "inlineshapes", "fields", "comments", "contentcontrols", "tables", "sections", "pagesetup"):
    RANGE.get[_name] = _of_document(_name)
RANGE.get["shaperange"] = _of_document("shapes")
for _name in ("rows", "columns", "cells"):
    empty(RANGE, _name)

# ---------------------------------------------------------------- finding

FIND: Final = office_class("Find")
REPLACEMENT: Final = office_class("Replacement", "text")
properties(
    FIND, text="", forward=True, wrap=0, format=False, matchcase=False, matchwholeword=False, matchwildcards=False, matchsoundslike=False
)
properties(
    FIND,
    matchallwordforms=False,
    matchbyte=False,
    matchfuzzy=False,
    matchprefix=False,
    matchsuffix=False,
    ignorespace=False,
    ignorepunct=False,
)
properties(FIND, highlight=9999999, found=False, correcthangulendings=False, style="", languageid=0, noproofing=0)
properties(REPLACEMENT, text="", style="", highlight=9999999, languageid=0, noproofing=0)
actions(FIND, "clearformatting setallfuzzyoptions clearallfuzzyoptions clearhithighlight hithighlight")
actions(REPLACEMENT, "clearformatting")
child_object(FIND, "Replacement", REPLACEMENT)
for _class in (FIND, REPLACEMENT):
    child_object(_class, "ParagraphFormat", FORMAT)
    _class.get["font"] = lambda _machine, this: Object(FONT, host=this.data["host"], of=None)


@RANGE.method("Find")
def find(_machine: Any, this: Object) -> Object:
    if "find" not in this.data:
        this.data["find"] = Object(FIND, host=this.data["host"], of=this, parent=this)
    found: Object = this.data["find"]
    return found


EXECUTE: Final = (
    "findtext matchcase matchwholeword matchwildcards matchsoundslike matchallwordforms forward wrap format replacewith replace "
    "matchkashida matchdiacritics matchalefhamza matchcontrol matchprefix matchsuffix matchphrase ignorespace ignorepunct"
)


@FIND.method("Execute", "Execute2007", "ExecuteOld", takes=EXECUTE)
def execute_find(machine: Any, this: Object, *args: Any) -> Any:
    given = dict(zip(EXECUTE.split(), args))

    def setting(name: str) -> Any:
        value = given.get(name, MISSING)
        return machine.get_member(this, name) if value is MISSING else value

    text = given.get("findtext", MISSING)
    wanted = as_text(machine, machine.get_member(this, "text") if text is MISSING else text)
    new = given.get("replacewith", MISSING)
    put = as_text(machine, machine.get_member(machine.get_member(this, "replacement"), "text") if new is MISSING else new)
    of = this.data["of"]
    story, start, end = span(of)
    if isinstance(story.text, Unknown) or isinstance(wanted, Unknown):
        return Unknown("Find.Execute")
    replace = _number(machine, given.get("replace", MISSING), 0)
    pattern = find_pattern(
        machine,
        wanted,
        wildcards=as_bool(machine, setting("matchwildcards")),
        case=as_bool(machine, setting("matchcase")),
        whole=as_bool(machine, setting("matchwholeword")),
    )
    if pattern is None or len(story) * 256 ** pattern.pattern.count("{0,255}?") > MAX_SEARCH:
        return Unknown(f"Find.Execute {wanted}")
    forward = as_bool(machine, setting("forward"))
    anywhere = of is of.data["host"].selection and start == end
    machine.spend(len(story) // 256)
    if replace == 2:  # wdReplaceAll
        low, high = (0, len(story)) if anywhere else (start, end)
        done = replace_all(machine, of, pattern, put, low, high)
        this.data["=found"] = done > 0
        return done > 0
    low, high = (end, len(story)) if anywhere or of.data.get("match") == (start, end) else (start, end)
    if not forward:
        low, high = (0, start) if anywhere or of.data.get("match") == (start, end) else (start, end)
    found = pattern.search(story.text, low, high) if forward else last_match(pattern, story.text, low, high)
    if found is None and anywhere and _number(machine, setting("wrap"), 0):
        found = pattern.search(story.text)
    this.data["=found"] = found is not None
    if found is None:
        return False
    a, b = found.span()
    if replace == 1:
        b = a + write(machine, of, a, b, replacement_text(machine, of, found, put))
    set_span(of, a, b)
    of.data["match"] = (a, b)
    return True


def last_match(pattern: re.Pattern[str], text: str, low: int, high: int) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text, low, high):
        found = match
    return found


def replace_all(machine: Any, of: Object, pattern: re.Pattern[str], put: str | Unknown, low: int, high: int) -> int:
    story: Story = of.data["story"]
    text = story.known
    out: list[str | Unknown] = []
    edits: list[tuple[int, int, int]] = []
    at, count = low, 0
    for match in pattern.finditer(text, low, high):
        if match.end() == match.start():
            continue
        new = replacement_text(machine, of, match, put)
        out += (text[at : match.start()], new)
        at = match.end()
        edits.append((match.start(), at, len(new if isinstance(new, str) else new.known())))
        count += 1
        if count & 0xFFF == 0:
            machine.grow(sum(len(p) for p in out if isinstance(p, str)))
            machine.spend(0xFFF)
    if count:
        out.append(text[at:high])
        whole = Unknown.join(out)
        looks = story.looks_after(edits)
        size = write(machine, of, low, high, whole)
        story.looks, story.overrides = looks
        set_span(of, low, low + size)
    return count


CODES: Final = {
    "p": "\r",
    "t": "\t",
    "l": "\v",
    "m": "\f",
    "n": "\x0e",
    "^": "^",
    "s": "\xa0",
    "-": "\x1f",
    "~": "\x1e",
    "+": "—",
    "=": "–",
}
CLASSES: Final = {"?": "(?s:.)", "#": "[0-9]", "$": "[^\\W\\d_]", "w": "[ \\t\\xa0]++"}


def replacement_text(machine: Any, of: Object, match: re.Match[str], put: str | Unknown) -> str | Unknown:
    r"""What a match is replaced by: `^&` is the match, `^p` a paragraph, `^c` the clipboard, `\1` a group of wildcards."""
    if isinstance(put, Unknown) or ("^" not in put and "\\" not in put):
        return put
    out: list[str | Unknown] = []
    i = 0
    while i < len(put):
        c = put[i]
        following = put[i + 1 : i + 2]
        if c == "^" and following:
            i += 2
            if following == "&":
                out.append(match[0])
            elif following == "c":
                out.append(as_text(machine, of.data["host"].clipboard))
            elif following.isdigit():
                code, i = _code(put, i - 1)
                out.append(code)
            else:
                out.append(CODES.get(following, following))
        elif c == "\\" and following.isdigit() and int(following) <= len(match.groups()) and following != "0":
            out.append(match[int(following)] or "")
            i += 2
        else:
            out.append(c)
            i += 1
    return Unknown.join(out)


def _code(text: str, at: int) -> tuple[str, int]:
    """The character of `^13` or `^0150`, and where it ends."""
    end = at
    while end < len(text) and end - at < 5 and text[end].isdigit():
        end += 1
    return chr(int(text[at:end]) & 0xFFFF), end


MAX_STARS: Final = 2
MAX_SEARCH: Final = 1 << 26
"""Steps a search may take at worst."""


def find_pattern(machine: Any, wanted: str, *, wildcards: bool, case: bool, whole: bool) -> re.Pattern[str] | None:
    """What Word's find text matches, None for wildcards that are not understood."""
    if not wanted or len(wanted) > 255:
        return None
    body = wildcard_pattern(wanted) if wildcards else literal_pattern(wanted)
    if body is None:
        return None
    machine.spend(64)
    if whole and not wildcards:
        body = rf"\b{body}\b"
    try:
        return re.compile(body, 0 if case or wildcards else re.IGNORECASE)
    except re.error:
        return None


def literal_pattern(wanted: str) -> str:
    out: list[str] = []
    i = 0
    while i < len(wanted):
        following = wanted[i + 1 : i + 2]
        if wanted[i] != "^" or not following:
            out.append(re.escape(wanted[i]))
            i += 1
        elif following.isdigit():
            code, i = _code(wanted, i + 1)
            out.append(re.escape(code))
        else:
            out.append(CLASSES.get(following) or re.escape(CODES.get(following, following)))
            i += 2
    return "".join(out)


_REPEAT: Final = re.compile(r"\{(\d{1,3})(,?)(\d{0,3})\}")


def wildcard_pattern(wanted: str) -> str | None:
    """Word's wildcards as a regular expression without backtracking, but for at most two `*` of at most 255 letters."""
    out: list[str] = []
    i = stars = 0
    while i < len(wanted):
        c = wanted[i]
        i += 1
        if c == "?":
            out.append("(?s:.)")
        elif c == "*":
            stars += 1
            if stars > MAX_STARS:
                return None
            out.append("(?s:.){0,255}?")
        elif c == "@" and out:
            out.append("++")
        elif c == "{" and out and (repeat := _REPEAT.match(wanted, i - 1)):
            out.append(f"{{{repeat[1]}{repeat[2]}{repeat[3]}}}+")
            i = repeat.end()
        elif c == "[":
            end = wanted.find("]", i + 1)
            if end < 0:
                return None
            inside = wanted[i:end]
            negated = "^" if inside.startswith("!") else ""
            inside = re.sub(r"([\\\]\[^&~|])", r"\\\1", inside.removeprefix("!"))
            out.append(f"[{negated}{inside}]")
            i = end + 1
        elif c in "<>":
            out.append(r"\b")
        elif c in "()":
            out.append(c)
        elif c == "\\" and i < len(wanted):
            out.append(re.escape(wanted[i]))
            i += 1
        elif c == "^" and i < len(wanted):
            if wanted[i].isdigit():
                code, i = _code(wanted, i)
            else:
                code = CODES.get(wanted[i], wanted[i])
                i += 1
            out.append(re.escape(code))
        else:
            out.append(re.escape(c))
    return "".join(out)


# ---------------------------------------------------------------- the selection

SELECTION: Final = office_class("Selection", "text", RANGE)
properties(
    SELECTION,
    active=True,
    extendmode=False,
    startisactive=False,
    flags=1,
    columnselectmode=False,
    ipatendofline=False,
    haschildshaperange=False,
)
actions(
    SELECTION,
    "escapekey copyformat pasteformat selectcurrentfont shrink extend createtextbox insertcells insertrows insertcolumns splittable",
)
actions(
    SELECTION,
    "insertformula toggle boldrun italicrun ltrrun rtlrun nextfield previousfield nextrevision previousrevision createautotextentry",
)


@SELECTION.method("Text")
def selection_text(_machine: Any, this: Object) -> Any:
    _, start, end = span(this)
    return read(this, start, max(end, start + 1))


@SELECTION.method("Range")
def selection_range(_machine: Any, this: Object) -> Object:
    return like(this, *span(this)[1:])


@SELECTION.method("Type")
def selection_type(_machine: Any, this: Object) -> int:
    _, start, end = span(this)
    return 1 if start == end else 2  # wdSelectionIP, wdSelectionNormal


@SELECTION.method("TypeText", takes="text")
def selection_type_text(machine: Any, this: Object, text: Any = MISSING) -> None:
    type_text(machine, this, as_text(machine, text))


@SELECTION.method("TypeParagraph")
def type_paragraph(machine: Any, this: Object) -> None:
    type_text(machine, this, "\r")


@SELECTION.method("TypeBackspace")
def type_backspace(machine: Any, this: Object) -> None:
    _, start, end = span(this)
    if start == end:
        set_span(this, max(0, start - 1), start)
    if span(this)[1] < span(this)[2]:
        delete(machine, this)


def _key(*, end: bool) -> Callable[..., int]:
    """HomeKey, EndKey: to the edge of the line, or of the text."""

    def press(machine: Any, this: Object, unit: Any = MISSING, extend: Any = MISSING) -> int:
        story, start, stop = span(this)
        name = UNITS.get(_number(machine, unit, 5), "paragraph")
        where = (0, len(story)) if name == "story" else story.span_at(name, start)
        at = max(where[0], where[1] - 1) if end else where[0]
        moved = at - (stop if end else start)
        if _number(machine, extend, 0) == EXTEND:
            set_span(this, min(start, at), max(stop if not end else at, at))
        else:
            set_span(this, at, at)
        return moved

    return press


SELECTION.method("HomeKey", takes="unit extend")(_key(end=False))
SELECTION.method("EndKey", takes="unit extend")(_key(end=True))


def _arrow(step: int, default_unit: int) -> Callable[..., int]:
    def press(machine: Any, this: Object, unit: Any = MISSING, count: Any = MISSING, extend: Any = MISSING) -> int:
        story, start, end = span(this)
        number = _number(machine, count, 1)
        kind = _number(machine, unit, default_unit)
        if _number(machine, extend, 0) == EXTEND:
            if step > 0:
                set_span(this, start, stepped(story, end, kind, number))
            else:
                set_span(this, stepped(story, start, kind, -number), end)
        else:
            # A selection first collapses to the side that is moved to.
            if start != end and default_unit == 1:
                number -= 1
            at = stepped(story, end if step > 0 else start, kind, step * number) if number else end if step > 0 else start
            set_span(this, at, at)
        return number

    return press


for _name, _step, _unit_number in (("MoveLeft", -1, 1), ("MoveRight", 1, 1), ("MoveUp", -1, 5), ("MoveDown", 1, 5)):
    SELECTION.method(_name, takes="unit count extend")(_arrow(_step, _unit_number))


@SELECTION.method("SetRange", takes="start end")
def selection_set_range(machine: Any, this: Object, start: Any = MISSING, end: Any = MISSING) -> None:
    set_range(machine, this, start, end)


SELECTION.get["selectcell"] = SELECTION.get["selectrow"] = SELECTION.get["selectcolumn"] = lambda machine, this: expand(machine, this, 4)
SELECTION.get["selectcurrentalignment"] = SELECTION.get["selectcurrentcolor"] = lambda machine, this: expand(machine, this, 4)

__all__ = ["FONT", "FORMAT", "PARAGRAPH", "RANGE", "SELECTION", "STYLE", "make_range", "paragraphs", "pieces", "read", "span"]
