"""Word: the application, its documents, and what a document holds beside its running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba.host import names, shapes, wordtext
from emoscan.evaluate.vba.host.application import APPLICATION, SETTINGS, Host, only_window, queried
from emoscan.evaluate.vba.host.base import (
    actions,
    adopt,
    as_bool,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    from_data,
    known,
    named,
    no_member,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.documents import as_format, document_members, new_document, opened_text, path_of, save_as
from emoscan.evaluate.vba.host.story import CELL, Story, from_paragraphs
from emoscan.evaluate.vba.host.wordtext import FORMAT, RANGE, SELECTION, STYLE, make_range, paragraphs, pieces
from emoscan.evaluate.vba.symbols import Module
from emoscan.parse import bundle
from emoscan.parse.lazy import lazy

STORIES: Final = {
    2: "footnotes",
    3: "endnotes",
    4: "comments",
    5: "textboxes",
    6: "even header",
    7: "header",
    8: "even footer",
    9: "footer",
    10: "first header",
    11: "first footer",
}
"""WdStoryType, by the names a document record has for its stories; 1 is the main text."""

HEADERS: Final = {1: "header", 2: "first header", 3: "even header"}
FOOTERS: Final = {1: "footer", 2: "first footer", 3: "even footer"}
"""WdHeaderFooterIndex."""

CHARACTERS_ON_PAGE: Final = 3_000


class WordHost(Host):
    app = "word"
    title = "Microsoft Word"

    def __init__(self, machine: Any, record: bundle.Document, modules: Sequence[bundle.Module] = ()) -> None:
        super().__init__(machine, record, modules)
        self.document: Object = new_document(self, DOCUMENT, record, self.world.document)
        self.documents: list[Object] = [self.document]
        self._selection: Object | None = None

    def document_class(self, _module: Module) -> ObjectClass:
        return DOCUMENT

    def inherited(self, _module: Module) -> frozenset[str]:
        return names.DOCUMENT

    def bind_document(self, module: Module) -> None:
        """The first document module stands for the document; there is only one in a document of Word."""
        assert module.instance is not None
        own = module.name == self.record.code_name.lower() or self.document.cls is DOCUMENT
        adopt(module.instance, self.document)
        if own:
            self.documents[0] = self.document = module.instance

    def start_empty(self) -> None:
        self.documents.clear()

    def value(self, name: str) -> Any:
        if name == "thisdocument":
            return self.document
        return super().value(name)

    # ------------------------------------------------------------ texts

    @property
    def active(self) -> Object:
        """The document in front."""
        if not self.documents:
            raise ScriptError(4248, "This command is not available because no document is open.")
        return self.documents[-1]

    @property
    def selection(self) -> Object:
        document = self.active
        if self._selection is None or self._selection.data["document"] not in self.documents:
            self._selection = Object(SELECTION, host=self, document=document, story=main_story(document), start=0, end=0)
        return self._selection

    def whole(self, document: Object) -> Object:
        return make_range(self, document, main_story(document))

    def story(self, document: Object, name: str) -> Story | None:
        """A story beside the main text, by the record's name for it; None where the document has none."""
        stories: dict[str, Story] = document.data["stories"]
        if name not in stories:
            record: bundle.Document = document.data["record"]
            text: Any = record.stories.get(name)
            if text is None and name == "textboxes":
                text = "".join(f"{shape.text}\r" for shape in record.shapes if shape.text) or None
            if text is None and name == "comments":
                text = "".join(f"{comment}\r" for _, comment in record.comments) or None
            if text is None and "stories" in record.unread:
                text = Unknown(name)
            if text is None:
                return None
            type_ = next((number for number, known_name in STORIES.items() if known_name == name), 1)
            stories[name] = Story(text if isinstance(text, Unknown) or text.endswith("\r") else text + "\r", name, type_)
        return stories[name]

    def made_story(self, document: Object, name: str) -> Story:
        """The same, empty where the document has none: headers can always be written to."""
        story = self.story(document, name)
        if story is None:
            type_ = next((number for number, known_name in STORIES.items() if known_name == name), 1)
            story = document.data["stories"][name] = Story("\r", name, type_, outside=False)
        return story

    def story_types(self, document: Object) -> list[int]:
        return [1, *(number for number, name in STORIES.items() if self.story(document, name) is not None)]

    def story_range(self, document: Object, type_: int) -> Object:
        if type_ == 1:
            return self.whole(document)
        story = self.story(document, STORIES.get(type_, ""))
        if story is None:
            raise no_member()
        return make_range(self, document, story)

    def style_at(self, document: Object, story: Story, position: int) -> str:
        record: bundle.Document = document.data["record"]
        if story is document.data["stories"].get("") and record.paragraphs:
            before = len(story.spans("paragraph", 0, position + 1))
            if 0 < before <= len(record.paragraphs) and record.paragraphs[before - 1].style:
                return record.paragraphs[before - 1].style
        return "Normal"

    def page_count(self, document: Object) -> int:
        stated = document.data["record"].properties.get("Number of Pages")
        return stated if isinstance(stated, int) and stated else 1 + len(main_story(document)) // CHARACTERS_ON_PAGE

    def bookmarks(self, document: Object) -> Object:
        made: Object = self.machine.get_member(document, "bookmarks")
        return made

    def text_of_file(self, path: Any) -> Any:
        return opened_text(self, path)

    def text_of_shape(self, story: Story, *, modern: bool) -> Object:
        return shapes.text_range(self, story) if modern else make_range(self, self.active, story)

    def range_of_shape(self, _shape: Object) -> Object:
        return make_range(self, self.active, main_story(self.active), 0, 1)

    def full_name(self) -> str:
        return path_of(self.document)

    def held(self) -> Iterator[Any]:
        yield from super().held()
        for document in self.documents:
            yield from (story.text for story in document.data["stories"].values())


def main_story(document: Object) -> Story:
    stories: dict[str, Story] = document.data["stories"]
    if "" not in stories:
        record: bundle.Document = document.data["record"]
        text = document.data.get("text")
        if text is not None:
            stories[""] = Story(text, f"text of {document.data['file']}", outside=not document.data.get("new"))
        elif "paragraphs" in record.unread and not record.paragraphs:
            stories[""] = Story(Unknown("document text"), "document text")
        else:
            stories[""] = from_paragraphs(record.paragraphs, "document text")
    return stories[""]


def host_of(this: Object) -> WordHost:
    host: WordHost = this.data["host"]
    return host


# ---------------------------------------------------------------- the document

DOCUMENT: Final = office_class("Document", "name")
document_members(DOCUMENT)
properties(
    DOCUMENT,
    kind=0,
    type=0,
    saved=True,
    readonly=False,
    readonlyrecommended=False,
    protectiontype=-1,
    hasvbproject=True,
    trackrevisions=False,
    showrevisions=True,
    printrevisions=True,
    final=False,
    compatibilitymode=15,
    defaulttabstop=36.0,
    defaulttargetframe="",
    embedtruetypefonts=False,
    formsdesign=False,
    autohyphenation=False,
    hyphenationzone=18,
    grammarchecked=True,
    spellingchecked=True,
    isinautosave=False,
    isinplace=False,
    ismasterdocument=False,
    issubdocument=False,
    hasrootingslip=False,
    hasmailer=False,
    haspassword=False,
    password="",
    writepassword="",
    writereserved=False,
    removepersonalinformation=False,
    savesubsetfonts=False,
    saveformat=13,
    textencoding=932,
    saveencoding=932,
    userControl=True,
    vbasigned=False,
    updatestylesonopen=False,
    originaldocumenttitle="",
    activethemedisplayname="",
    activetheme="none",
    codename="ThisDocument",
    docid=0,
    envelopevisible=False,
    readinglayoutsizex=0,
    encryptionprovider="",
    showspellingerrors=True,
    showgrammaticalerrors=True,
    languagedetected=True,
)
actions(
    DOCUMENT,
    """activate select repaginate acceptallrevisions rejectallrevisions undo redo undoclear printout printpreview closeprintpreview
    checkspelling checkgrammar updatestyles copystylesfromtemplate toggleformsdesign protect unprotect fittopages reply replyall
    resetformfields convertnumberstotext removenumbers removedocumentinformation savesubset setcompatibilitymode convert
    deleteallcomments deleteallcommentsshown runautomacro presentit addtofavorites viewcode viewpropertybrowser autoformat
    autosummarize detectlanguage makecompatibilitydefault manualhyphenation webpagepreview updatesummaryproperties applytheme
    removetheme settheme recheckSmartTags removesmarttags applydocumenttheme lockserverfile endreview freezelayout unfreeze post
    runletterwizard reloadas checkin dataform setpasswordencryptionoptions setdefaulttablestyle acceptallrevisionsshown""",
)
empty(
    DOCUMENT,
    *"""Revisions Frames Indexes TablesOfContents TablesOfFigures TablesOfAuthorities Subdocuments Scripts
    Versions Signatures SmartTags XMLNodes HTMLDivisions SpellingErrors GrammaticalErrors ListParagraphs Lists ListTemplates
    XMLSchemaReferences XMLSchemaViolations ChildNodeSuggestions OMaths StyleSheets DocumentInspectors ReadabilityStatistics
    TablesOfAuthoritiesCategories Broadcast CoAuthoring""".split(),
)
for _name in (
    "PageSetup",
    "Background",
    "WebOptions",
    "Email",
    "MailEnvelope",
    "DocumentTheme",
    "Permission",
    "Sync",
    "SharedWorkspace",
    "Bibliography",
):
    child_object(DOCUMENT, _name, SETTINGS)


@DOCUMENT.method("Content")
def content(_machine: Any, this: Object) -> Object:
    return host_of(this).whole(this)


@DOCUMENT.method("Range", takes="start end")
def document_range(machine: Any, this: Object, start: Any = MISSING, end: Any = MISSING) -> Any:
    whole = host_of(this).whole(this)
    size = len(whole.data["story"])
    a, b = as_int(machine, start, 0), as_int(machine, end, size)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return Unknown("Document.Range")
    if a < 0 or b < a or a > size:
        raise ScriptError(4608, "Value out of range")
    wordtext.set_span(whole, a, b)
    return whole


DOCUMENT.get["paragraphs"] = lambda _machine, this: paragraphs(host_of(this).whole(this))
for _name, _unit in (("words", "word"), ("characters", "character"), ("sentences", "sentence")):
    DOCUMENT.get[_name] = lambda _machine, this, *, _unit=_unit: pieces(host_of(this).whole(this), _unit)
DOCUMENT.get["computestatistics"] = lambda machine, this, *args: wordtext.compute_statistics(machine, host_of(this).whole(this), *args)
DOCUMENT.get["goto"] = lambda machine, this, *args: wordtext.go_to(machine, host_of(this).whole(this), *args)
DOCUMENT.get["variables"] = lambda _machine, this: this.data["variables"]
DOCUMENT.get["wordopenxml"] = lambda machine, this, *_: wordtext.range_xml(machine, host_of(this).whole(this))

STORY_RANGES: Final = collection_class("StoryRanges")


@STORY_RANGES.method("Item", takes="index")
def story_range(machine: Any, this: Object, index: Any = MISSING) -> Any:
    number = as_int(machine, index)
    return Unknown("StoryRanges") if isinstance(number, Unknown) else host_of(this).story_range(this.data["document"], number)


@DOCUMENT.method("StoryRanges")
def story_ranges(_machine: Any, this: Object) -> Object:
    host = host_of(this)
    items = [host.story_range(this, type_) for type_ in host.story_types(this)]
    return Object(STORY_RANGES, host=host, document=this, items=items)


# ---------------------------------------------------------------- tables

TABLE: Final = office_class("Table")
TABLES: Final = collection_class("Tables")
ROW: Final = office_class("Row")
ROWS: Final = collection_class("Rows")
COLUMN: Final = office_class("Column")
COLUMNS: Final = collection_class("Columns")
CELL_CLASS: Final = office_class("Cell")
CELLS: Final = collection_class("Cells")


def table_object(host: WordHost, document: Object, rows: Sequence[Sequence[str]], number: int, *, outside: bool = True) -> Object:
    place = f"table {number}"
    cells = [[Story(text + CELL, place, outside=outside) for text in row] for row in rows]
    return Object(TABLE, host=host, document=document, cells=cells, number=number)


def cell_object(this: Object, row: int, column: int) -> Object:
    story = this.data["cells"][row][column]
    data = this.data
    return Object(CELL_CLASS, host=data["host"], document=data["document"], story=story, row=row + 1, column=column + 1, table=this)


@TABLE.method("Cell", takes="row column")
def table_cell(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    r, c = as_int(machine, row, 1), as_int(machine, column, 1)
    if isinstance(r, Unknown) or isinstance(c, Unknown):
        return Unknown(f"cell of table {this.data['number']}")
    cells = this.data["cells"]
    if not (1 <= r <= len(cells) and 1 <= c <= len(cells[r - 1])):
        raise no_member()
    return cell_object(this, r - 1, c - 1)


def lines_of(this: Object, made: ObjectClass, *, rows: bool) -> list[Object]:
    """Rows or columns: objects over the cells in them."""
    cells = this.data["cells"]
    data = this.data
    if rows:
        where = [[(r, c) for c in range(len(row))] for r, row in enumerate(cells)]
    else:
        width = max((len(row) for row in cells), default=0)
        where = [[(r, c) for r, row in enumerate(cells) if c < len(row)] for c in range(width)]
    return [Object(made, host=data["host"], document=data["document"], table=this, where=w, index=i) for i, w in enumerate(where, 1)]


def cells_in(this: Object) -> list[Object]:
    return [cell_object(this.data["table"], r, c) for r, c in this.data["where"]]


def text_of_cells(this: Object, cells: list[Object]) -> Object:
    """A range over several cells: a story of its own, for reading."""
    stories = [cell.data["story"] for cell in cells]
    text = Unknown.join([story.text for story in stories])
    return make_range(host_of(this), this.data["document"], Story(text, stories[0].place if stories else "table"))


TABLE.get["rows"] = lambda _machine, this: Object(ROWS, host=this.data["host"], items=lines_of(this, ROW, rows=True), table=this)
TABLE.get["columns"] = lambda _machine, this: Object(COLUMNS, host=this.data["host"], items=lines_of(this, COLUMN, rows=False), table=this)
for _class in (ROW, COLUMN):
    _class.get["cells"] = lambda _machine, this: Object(CELLS, host=this.data["host"], items=cells_in(this))
    _class.get["range"] = lambda _machine, this: text_of_cells(this, cells_in(this))
    _class.get["index"] = lambda _machine, this: this.data["index"]
    properties(_class, height=0.0, width=0.0, heightrule=0, headingformat=0, allowbreakacrosspages=-1)
    actions(_class, "delete select setwidth setheight autofit")
for _class in (ROWS, COLUMNS):
    actions(_class, "add delete select setwidth setheight autofit distributewidth distributeheight")
    properties(_class, alignment=0, height=0.0, width=0.0)


def all_cells(this: Object) -> list[Object]:
    return [cell_object(this, r, c) for r, row in enumerate(this.data["cells"]) for c in range(len(row))]


@TABLE.method("Range")
def table_range(_machine: Any, this: Object) -> Object:
    made = text_of_cells(this, all_cells(this))
    made.data["cells"] = all_cells(this)
    return made


@RANGE.method("Cells")
def range_cells(_machine: Any, this: Object) -> Object:
    return Object(CELLS, host=this.data["host"], items=this.data.get("cells", ()))


SELECTION.get["cells"] = range_cells
properties(TABLE, title="", descr="", style="Table Grid", allowautofit=True, uniform=True, nestinglevel=1, spacing=0.0, id="")
actions(TABLE, "delete select autoformat autofitbehavior sort updateautoformat applystyledirectformatting split")
empty(TABLE, "tables")
for _name in ("Borders", "Shading"):
    child_object(TABLE, _name, FORMAT)
    child_object(CELL_CLASS, _name, FORMAT)
CELL_CLASS.get["range"] = lambda _machine, this: make_range(host_of(this), this.data["document"], this.data["story"])
CELL_CLASS.get["rowindex"] = lambda _machine, this: this.data["row"]
CELL_CLASS.get["columnindex"] = lambda _machine, this: this.data["column"]
properties(CELL_CLASS, width=72.0, height=14.0, verticalalignment=0, wordwrap=True, fittext=False)
actions(CELL_CLASS, "delete select merge split autosum formula setwidth setheight")


@DOCUMENT.method("Tables")
def tables(_machine: Any, this: Object) -> Object:
    if "tables" not in this.data:
        record: bundle.Document = this.data["record"]
        made = [table_object(host_of(this), this, rows, number) for number, rows in enumerate(record.tables, 1)]
        this.data["tables"] = Unknown("Tables") if "tables" in record.unread and not made else made
    return Object(TABLES, host=this.data["host"], items=this.data["tables"], document=this)


@TABLES.method("Add", takes="range numrows numcolumns defaulttablebehavior autofitbehavior")
def add_table(machine: Any, this: Object, _range: Any = MISSING, rows: Any = MISSING, columns: Any = MISSING, *_: Any) -> Any:
    height, width = as_int(machine, rows, 1), as_int(machine, columns, 1)
    if isinstance(height, Unknown) or isinstance(width, Unknown) or isinstance(this.data["items"], Unknown):
        return Unknown("Tables.Add")
    if not (1 <= height <= 32767 and 1 <= width <= 63):
        raise ScriptError(5148, "The number must be between 1 and 32767.")
    machine.grow(64 * height * width)
    made = table_object(
        host_of(this), this.data["document"], [[""] * width for _ in range(height)], len(this.data["items"]) + 1, outside=False
    )
    this.data["items"].append(made)
    return made


# ---------------------------------------------------------------- sections, headers, footers

SECTION: Final = office_class("Section")
SECTIONS: Final = collection_class("Sections")
HEADER_FOOTER: Final = office_class("HeaderFooter")
HEADERS_FOOTERS: Final = collection_class("HeadersFooters")
properties(HEADER_FOOTER, linktoprevious=False)
empty(HEADER_FOOTER, "shapes", "pagenumbers")
child_object(SECTION, "PageSetup", SETTINGS)
properties(SECTION, protectedforforms=True)
SECTION.get["range"] = lambda _machine, this: host_of(this).whole(this.data["document"])
SECTION.get["index"] = lambda _machine, _this: 1
HEADER_FOOTER.get["range"] = lambda _machine, this: make_range(
    host_of(this), this.data["document"], host_of(this).made_story(this.data["document"], this.data["story"])
)
HEADER_FOOTER.get["exists"] = lambda _machine, this: host_of(this).story(this.data["document"], this.data["story"]) is not None
HEADER_FOOTER.get["index"] = lambda _machine, this: this.data["index"]
HEADER_FOOTER.get["isheader"] = lambda _machine, this: "header" in this.data["story"]


def _headers(which: dict[int, str]) -> Callable[..., Object]:
    def get(_machine: Any, this: Object) -> Object:
        document = this.data["document"]
        items = [Object(HEADER_FOOTER, host=this.data["host"], document=document, story=name, index=i) for i, name in which.items()]
        return Object(HEADERS_FOOTERS, host=this.data["host"], items=items)

    return get


SECTION.get["headers"] = _headers(HEADERS)
SECTION.get["footers"] = _headers(FOOTERS)


@DOCUMENT.method("Sections")
def sections(_machine: Any, this: Object) -> Object:
    section = Object(SECTION, host=this.data["host"], document=this, parent=this)
    return Object(SECTIONS, host=this.data["host"], items=[section])


SECTIONS.get["first"] = SECTIONS.get["last"] = lambda _machine, this: this.data["items"][0]
child_object(SECTIONS, "PageSetup", SETTINGS)
actions(SECTIONS, "add")

# ---------------------------------------------------------------- bookmarks, comments, fields, content controls

BOOKMARK: Final = office_class("Bookmark", "name")
from_data(BOOKMARK, "name")
BOOKMARKS: Final = collection_class("Bookmarks")
properties(BOOKMARKS, showhidden=False, defaultsorting=0)
BOOKMARK.get["range"] = lambda _machine, this: this.data["range"]
for _name in ("start", "end", "storytype"):
    BOOKMARK.get[_name] = lambda machine, this, *, _name=_name: machine.get_member(this.data["range"], _name)
BOOKMARK.get["empty"] = lambda _machine, this: wordtext.span(this.data["range"])[1] == wordtext.span(this.data["range"])[2]
BOOKMARK.get["select"] = lambda machine, this: wordtext.select(machine, this.data["range"])
properties(BOOKMARK, column=False)
actions(BOOKMARK, "copy")


@BOOKMARK.method("Delete")
def delete_bookmark(_machine: Any, this: Object) -> None:
    if this in this.data["all"]:
        this.data["all"].remove(this)


@DOCUMENT.method("Bookmarks")
def bookmarks(_machine: Any, this: Object) -> Object:
    if "bookmarks" not in this.data:
        host, record = host_of(this), this.data["record"]
        made: list[Object] = []
        for name, text in record.bookmarks.items():
            story = main_story(this)
            at = story.known.find(text) if text else -1
            inside = at >= 0 and story.known.find(text, at + 1) < 0
            where = make_range(host, this, story, at, at + len(text)) if inside else make_range(host, this, Story(text, f"bookmark {name}"))
            made.append(Object(BOOKMARK, host=host, name=name, range=where, all=made))
        this.data["bookmarks"] = Unknown("Bookmarks") if "bookmarks" in record.unread and not made else made
    return Object(BOOKMARKS, host=this.data["host"], items=this.data["bookmarks"], document=this)


@BOOKMARKS.method("Exists", takes="name")
def bookmark_exists(machine: Any, this: Object, name: Any = MISSING) -> Any:
    items = this.data["items"]
    return items if isinstance(items, Unknown) else named(machine, items, known(machine, name)) is not None


@BOOKMARKS.method("Add", takes="name range")
def add_bookmark(machine: Any, this: Object, name: Any = MISSING, where: Any = MISSING) -> Any:
    items = this.data["items"]
    if isinstance(items, Unknown):
        return items
    host = host_of(this)
    found = where if type(where) is Object and "story" in where.data else host.selection
    machine.grow(64)
    made = Object(BOOKMARK, host=host, name=known(machine, name), range=wordtext.like(found, *wordtext.span(found)[1:]), all=items)
    items.append(made)
    return made


COMMENT: Final = office_class("Comment")
COMMENTS: Final = collection_class("Comments")
from_data(COMMENT, "author", "initial", "index")
COMMENT.get["range"] = lambda _machine, this: make_range(host_of(this), this.data["document"], this.data["story"])
COMMENT.get["scope"] = lambda _machine, this: make_range(host_of(this), this.data["document"], main_story(this.data["document"]), 0, 0)
properties(COMMENT, isink=False, showtip=False, done=False)
actions(COMMENT, "delete edit")
properties(COMMENTS, showby="All Reviewers")


@DOCUMENT.method("Comments")
def comments(_machine: Any, this: Object) -> Object:
    if "comments" not in this.data:
        made = []
        for number, (author, text) in enumerate(this.data["record"].comments, 1):
            story = Story(text, f"comment {number}", 4)
            made.append(
                Object(COMMENT, host=this.data["host"], document=this, author=author, initial=author[:1], index=number, story=story)
            )
        this.data["comments"] = Unknown("Comments") if "comments" in this.data["record"].unread and not made else made
    return Object(COMMENTS, host=this.data["host"], items=this.data["comments"], document=this)


@COMMENTS.method("Add", takes="range text")
def add_comment(machine: Any, this: Object, _range: Any = MISSING, text: Any = MISSING) -> Any:
    items = this.data["items"]
    if isinstance(items, Unknown):
        return items
    machine.grow(64)
    story = Story(as_text(machine, text), f"comment {len(items) + 1}", 4, outside=False)
    made = Object(COMMENT, host=this.data["host"], document=this.data["document"], author="", initial="", index=len(items) + 1, story=story)
    items.append(made)
    return made


NOTE: Final = office_class("Footnote")
NOTES: Final = collection_class("Footnotes")
from_data(NOTE, "index")
NOTE.get["range"] = lambda _machine, this: this.data["range"]
NOTE.get["reference"] = lambda _machine, this: make_range(host_of(this), this.data["range"].data["document"], *this.data["reference"])
actions(NOTE, "delete")
properties(NOTES, location=0, numberingrule=0, numberstyle=0, startingnumber=1)
actions(NOTES, "convert swapwithendnotes swapwithfootnotes resetseparator resetcontinuationseparator resetcontinuationnotice")

REFERENCE: Final = "\x02"
"""The mark of a note: where the main text refers to it, and before its own text (MS-DOC 2.4.1)."""


def _notes_of(name: str) -> Callable[..., Object]:
    def get(_machine: Any, this: Object) -> Object:
        document = this if "record" in this.data else this.data["document"]
        host = host_of(this)
        return Object(NOTES, host=host, document=document, name=name, items=notes(host, document, name))

    return get


def notes(host: WordHost, document: Object, name: str) -> list[Object] | Unknown:
    """Footnotes or endnotes: each is what lies between its mark and the next in the story of all of them."""
    story = host.story(document, name)
    if story is None:
        return []
    text = story.text
    if isinstance(text, Unknown):
        return Unknown(name.title())
    found: tuple[str, list[Object]] | None = document.data.get(f"{name} found")
    if found is not None and found[0] is text:
        return found[1]
    host.machine.grow(len(text))
    starts = [at + 1 for at, character in enumerate(text) if character == REFERENCE] or [0]
    main = main_story(document)
    marks = [at for at, character in enumerate(main.text) if character == REFERENCE] if type(main.text) is str else []
    made = []
    for number, (start, end) in enumerate(zip(starts, [*(at - 1 for at in starts[1:]), len(text)], strict=True)):
        at = marks[number] if number < len(marks) else 0
        where = make_range(host, document, story, start, end - 1 if text[end - 1 : end] == "\r" and end > start else end)
        made.append(Object(NOTE, host=host, range=where, reference=(main, at, at + 1), index=number + 1))
    document.data[f"{name} found"] = (text, made)
    return made


for _owner in (DOCUMENT, RANGE):
    _owner.get["footnotes"] = _notes_of("footnotes")
    _owner.get["endnotes"] = _notes_of("endnotes")


@NOTES.method("Add", takes="range reference text")
def add_note(machine: Any, this: Object, _range: Any = MISSING, _reference: Any = MISSING, text: Any = MISSING) -> Any:
    if isinstance(this.data["items"], Unknown):
        return this.data["items"]
    host, document = host_of(this), this.data["document"]
    story = host.made_story(document, this.data["name"])
    end = len(story)
    note = Unknown.join((REFERENCE, as_text(machine, text), "\r"))
    machine.grow(64 + len(display(note)))
    story.replace(end, end, note)
    found = notes(host, document, this.data["name"])
    return found if isinstance(found, Unknown) else found[-1]


FIELD: Final = office_class("Field")
FIELDS: Final = collection_class("Fields")
properties(FIELD, locked=False, showcodes=False, data="", type=-1, kind=2)
actions(FIELD, "update unlink select delete copy cut click doclick updatesource")
FIELD.get["code"] = lambda _machine, this: make_range(host_of(this), this.data["document"], this.data["code"])
FIELD.get["result"] = lambda _machine, this: make_range(host_of(this), this.data["document"], this.data["result"])
FIELD.get["index"] = lambda _machine, this: this.data["index"]
FIELD.get["next"] = FIELD.get["previous"] = lambda _machine, _this: NOTHING
actions(FIELDS, "update unlink updatesource toggleshowcodes", result=0)


def field_object(host: WordHost, document: Object, code: Any, result: Any, number: int, *, outside: bool = True) -> Object:
    code_story = Story(code, f"field {number}", outside=outside)
    return Object(
        FIELD, host=host, document=document, code=code_story, result=Story(result, f"field {number}", outside=outside), index=number
    )


@DOCUMENT.method("Fields")
def fields(_machine: Any, this: Object) -> Object:
    if "fields" not in this.data:
        made = [field_object(host_of(this), this, code, result, i) for i, (code, result) in enumerate(this.data["record"].fields, 1)]
        this.data["fields"] = Unknown("Fields") if "fields" in this.data["record"].unread and not made else made
    return Object(FIELDS, host=this.data["host"], items=this.data["fields"], document=this)


@FIELDS.method("Add", takes="range type text preserveformatting")
def add_field(machine: Any, this: Object, _range: Any = MISSING, _type: Any = MISSING, text: Any = MISSING, *_: Any) -> Any:
    host, code = host_of(this), as_text(machine, text)
    host.touch_url(code, "Fields.Add")
    items = this.data["items"]
    if isinstance(items, Unknown):
        return items
    machine.grow(64)
    items.append(field_object(host, this.data["document"], code, "", len(items) + 1, outside=False))
    return items[-1]


FORM_FIELD: Final = office_class("FormField", "result")
FORM_FIELDS: Final = collection_class("FormFields")
FORM_TYPES: Final = {"text": 70, "checkbox": 71, "dropdown": 83}
LIST_ENTRY: Final = office_class("ListEntry", "name")
LIST_ENTRIES: Final = collection_class("ListEntries")
properties(FORM_FIELD, enabled=True, calculateonexit=False, entrymacro="", exitmacro="", ownhelp=False, ownstatus=False)
from_data(FORM_FIELD, "name", "type")
actions(FORM_FIELD, "select delete copy cut")
from_data(LIST_ENTRY, "index")
for _name in ("helptext", "statustext", "default"):
    FORM_FIELD.get[_name] = lambda _machine, this, *, _name=_name: (
        this.data[f"={_name}"]
        if f"={_name}" in this.data
        else this.data["host"].outside(this.data[_name], f"form field {this.data['name']}")
    )
for _name in ("dropdown", "textinput", "checkbox"):
    FORM_FIELD.get[_name] = lambda _machine, this: this  # what they tell is told of the field
FORM_FIELD.get["valid"] = lambda _machine, _this: True


@FORM_FIELD.method("ListEntries")
def list_entries(_machine: Any, this: Object) -> Object:
    host, entries = this.data["host"], this.data["entries"]
    items = [Object(LIST_ENTRY, host=host, name=text, index=n) for n, text in enumerate(entries, 1)]
    return Object(LIST_ENTRIES, host=host, items=items)


@LIST_ENTRY.method("Name")
def entry_name(_machine: Any, this: Object) -> Any:
    return this.data["host"].outside(this.data["name"], "entry of a form field")


@FORM_FIELD.method("Value")
def form_field_value(machine: Any, this: Object) -> Any:
    """Of a drop-down list the number of the entry that is chosen; of a check box whether it is ticked."""
    if "=value" in this.data:
        return this.data["=value"]
    result = form_field_result(machine, this)
    entries = this.data["entries"]
    return entries.index(result) + 1 if result in entries else result == "1"


@FORM_FIELD.method("Result")
def form_field_result(machine: Any, this: Object) -> Any:
    if "=result" in this.data:
        return this.data["=result"]
    value = this.data["entries"][int(this.data["=value"]) - 1] if type(this.data.get("=value")) is int and this.data["entries"] else None
    return machine.get_member(this.data["range"], "text") if value is None else value


FORM_FIELD.get["range"] = lambda _machine, this: this.data["range"]


def form_field(document: Object, field: bundle.FormField, where: Object | None = None) -> Object:
    host = host_of(document)
    return Object(
        FORM_FIELD,
        host=host,
        name=field.name,
        default=field.default,
        helptext=field.help,
        statustext=field.status,
        type=FORM_TYPES[field.type],
        entries=field.entries,
        range=where or make_range(host, document, Story(field.result, f"form field {field.name}")),
    )


@DOCUMENT.method("FormFields")
def form_fields(machine: Any, this: Object) -> Object:
    """Form fields go by the names of the bookmarks around them; of some formats only those are known."""
    if "formfields" not in this.data:
        read = this.data["record"].form_fields
        items = [form_field(this, field) for field in read]
        if not read:
            marks = bookmarks(machine, this).data["items"]
            items = (
                [form_field(this, bundle.FormField(m.data["name"]), m.data["range"]) for m in marks] if isinstance(marks, list) else marks
            )
        this.data["formfields"] = items
    return Object(FORM_FIELDS, host=this.data["host"], items=this.data["formfields"])


CONTENT_CONTROL: Final = office_class("ContentControl")
CONTENT_CONTROLS: Final = collection_class("ContentControls")
properties(
    CONTENT_CONTROL,
    type=1,
    lockcontents=False,
    lockcontentcontrol=False,
    showingplaceholdertext=False,
    checked=False,
    temporary=False,
    multiline=False,
)
properties(CONTENT_CONTROL, placeholdertext=NOTHING, appearance=0, color=-16777216, dateformat="")
actions(CONTENT_CONTROL, "delete copy cut setplaceholdertext ungroup")
empty(CONTENT_CONTROL, "dropdownlistentries")
CONTENT_CONTROL.get["range"] = lambda _machine, this: make_range(host_of(this), this.data["document"], this.data["story"])
CONTENT_CONTROL.get["id"] = lambda _machine, this: str(100000000 + this.data["index"])


def _control_text(name: str) -> Callable[..., Any]:
    def get(_machine: Any, this: Object) -> Any:
        slot = f"={name}"
        if slot in this.data:
            return this.data[slot]
        return this.data["host"].outside(this.data[name], f"{name} of content control {this.data['index']}")

    return get


CONTENT_CONTROL.get["title"] = _control_text("title")
CONTENT_CONTROL.get["tag"] = _control_text("tag")


def controls_where(this: Object, name: str, wanted: str) -> list[Object]:
    return [c for c in content_controls(None, this).data["items"] if str(c.data.get(f"={name}", c.data[name])) == wanted]


@DOCUMENT.method("ContentControls")
def content_controls(_machine: Any, this: Object) -> Object:
    if "contentcontrols" not in this.data:
        made = []
        for number, (title, tag, text) in enumerate(this.data["record"].content_controls, 1):
            story = Story(text, f"content control {number}")
            made.append(
                Object(CONTENT_CONTROL, host=this.data["host"], document=this, title=title, tag=tag, story=story, index=number, name=title)
            )
        this.data["contentcontrols"] = made
    return Object(CONTENT_CONTROLS, host=this.data["host"], items=this.data["contentcontrols"])


@DOCUMENT.method("SelectContentControlsByTag", takes="tag")
def controls_by_tag(machine: Any, this: Object, tag: Any = MISSING) -> Object:
    return Object(CONTENT_CONTROLS, host=this.data["host"], items=controls_where(this, "tag", known(machine, tag)))


@DOCUMENT.method("SelectContentControlsByTitle", takes="title")
def controls_by_title(machine: Any, this: Object, title: Any = MISSING) -> Object:
    return Object(CONTENT_CONTROLS, host=this.data["host"], items=controls_where(this, "title", known(machine, title)))


# ---------------------------------------------------------------- shapes


def shapes_or_unknown(this: Object, name: str, *, inline: bool) -> Any:
    items = page_shapes(this, inline=inline)
    return Unknown(name) if not items and "shapes" in this.data["record"].unread else items


def page_shapes(this: Object, *, inline: bool) -> list[Object]:
    """Drawing objects in the text or over it. Controls nobody drew a frame for stand in the text."""
    key = "inline shapes" if inline else "shapes"
    if key not in this.data:
        host, record = host_of(this), this.data["record"]
        own = this is host.document
        controls = host.forms.page_controls(record.code_name) if own else []
        framed = {shape.control.lower() for shape in record.shapes if shape.control}
        made: list[Object] = []
        for shape in record.shapes:
            if shape.inline == inline:
                control = (
                    next((c for c in controls if str(c.data["name"]).lower() == shape.control.lower()), None) if shape.control else None
                )
                made.append(shapes.shape_object(host, shape, len(made) + 1, made, control))
        if inline:
            for control in controls:
                if str(control.data["name"]).lower() not in framed:
                    shape = bundle.Shape(str(control.data["name"]), type="control", inline=True)
                    made.append(shapes.shape_object(host, shape, len(made) + 1, made, control))
        this.data[key] = made
    items: list[Object] = this.data[key]
    return items


@DOCUMENT.method("Shapes")
def document_shapes(_machine: Any, this: Object) -> Object:
    others = page_shapes(this, inline=True)
    return Object(shapes.SHAPES, host=this.data["host"], items=shapes_or_unknown(this, "Shapes", inline=False), others=others)


@DOCUMENT.method("InlineShapes")
def inline_shapes(_machine: Any, this: Object) -> Object:
    others = page_shapes(this, inline=False)
    return Object(shapes.INLINE_SHAPES, host=this.data["host"], items=shapes_or_unknown(this, "InlineShapes", inline=True), others=others)


HYPERLINK_PART: Final = lazy(r'\\([a-z])|"([^"]*+)"|([^\s"\\]++)', re.IGNORECASE)
HYPERLINK_SWITCHES: Final = {"": "address", "l": "subaddress", "o": "screentip", "t": "target"}


@DOCUMENT.method("Hyperlinks")
def hyperlinks(_machine: Any, this: Object) -> Object:
    """Those that the text has: fields (ECMA-376 17.16.5.25)."""
    host, record = host_of(this), this.data["record"]
    if "hyperlinks" not in this.data:
        made = [hyperlink_of(host, code, result) for code, result in record.fields if code.lstrip()[:9].upper() == "HYPERLINK"]
        this.data["hyperlinks"] = Unknown("Hyperlinks") if not made and "fields" in record.unread else made
    return Object(shapes.HYPERLINKS, host=host, items=this.data["hyperlinks"])


def hyperlink_of(host: WordHost, code: str, result: str) -> Object:
    values = dict.fromkeys(HYPERLINK_SWITCHES.values(), "")
    switch = ""
    for found in HYPERLINK_PART.finditer(code.lstrip()[9:]):
        if found[1]:
            switch = found[1].lower()
        else:
            values[HYPERLINK_SWITCHES.get(switch, "other")] = found[2] if found[3] is None else found[3]
            switch = ""
    values["texttodisplay"] = result
    return Object(shapes.HYPERLINK, host=host, name=values["subaddress"], outside=True, **values)


@DOCUMENT.method("Styles")
def styles(_machine: Any, this: Object) -> Object:
    host = host_of(this)
    stated = dict.fromkeys(["Normal", "Heading 1", "Heading 2", "Heading 3", "Default Paragraph Font", "Table Normal", "No List", "Title"])
    stated.update(dict.fromkeys(p.style for p in this.data["record"].paragraphs if p.style))
    return Object(STYLES, host=host, items=[Object(STYLE, host=host, name=name) for name in stated])


STYLES: Final = collection_class("Styles")


@STYLES.method("Add", takes="name type")
def add_style(machine: Any, this: Object, name: Any = MISSING, _type: Any = MISSING) -> Object:
    return Object(STYLE, host=this.data["host"], name=known(machine, name))


# ---------------------------------------------------------------- saving, opening, templates

SAVE_AS: Final = (
    "filename fileformat lockcomments password addtorecentfiles writepassword readonlyrecommended embedtruetypefonts "
    "savenativepictureformat saveformsdata saveasaoceletter encoding insertlinebreaks allowsubstitutions lineending addbidimarks compatibilitymode"
)


@DOCUMENT.method("SaveAs", "SaveAs2", takes=SAVE_AS)
def document_save_as(machine: Any, this: Object, file: Any = MISSING, kind: Any = MISSING, *rest: Any) -> None:
    encoding = rest[9] if len(rest) > 9 else MISSING
    format_ = as_format(machine, kind)
    save_as(this, as_text(machine, file), bytes_of_text(machine, main_story(this), format_, encoding), "Document.SaveAs")


def bytes_of_text(machine: Any, story: Story, format_: int, encoding: Any) -> bytes | Unknown:
    """The document in one of WdSaveFormat; what is no plain text is not made, its content is unknown."""
    text = story.slice(0, len(story))
    if isinstance(text, Unknown):
        return text
    lines = text.replace("\r\x07", "\t").replace("\r", "\r\n").replace("\v", "\r\n")
    machine.grow(2 * len(lines))
    code_page = as_int(machine, encoding, 0)
    if format_ in (2, 3, 4, 5):  # wdFormatText, …LineBreaks, wdFormatDOSText, …LineBreaks
        return lines.encode("utf-8" if code_page == 65001 else machine.codec, "replace")
    if format_ == 7:  # wdFormatUnicodeText, also wdFormatEncodedText
        if code_page == 65001:
            return lines.encode("utf-8-sig", "replace")
        return lines.encode(machine.codec, "replace") if code_page not in (0, 1200) else b"\xff\xfe" + lines.encode("utf-16-le", "replace")
    if format_ in (8, 10):  # wdFormatHTML, wdFormatFilteredHTML
        from html import escape

        body = "\r\n".join(f"<p>{escape(line)}</p>" for line in lines.split("\r\n"))
        return f"<html><body>\r\n{body}\r\n</body></html>\r\n".encode("utf-8", "replace")
    return Unknown("saved document")


@DOCUMENT.method("Save")
def save(machine: Any, this: Object, *_: Any) -> None:
    this.data["=saved"] = True
    machine.fact("vba.saves_document", path_of(this))


@DOCUMENT.method("ExportAsFixedFormat", takes="outputfilename exportformat openafterexport")
def export_fixed(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> None:
    save_as(this, as_text(machine, file), Unknown("exported document"), "Document.ExportAsFixedFormat", renames=False)


@DOCUMENT.method("Close", takes="savechanges originalformat routedocument")
def close(_machine: Any, this: Object, *_: Any) -> None:
    host = host_of(this)
    if this is not host.document and this in host.documents:
        host.documents.remove(this)


@DOCUMENT.method("FollowHyperlink", takes="address subaddress newwindow addhistory extrainfo method headerinfo")
def follow_hyperlink(machine: Any, _this: Object, address: Any = MISSING, *_: Any) -> None:
    shapes.open_address(machine, address, "Document.FollowHyperlink")


@DOCUMENT.method("SendMail", "SendFax", "SendForReview")
def send_mail(machine: Any, this: Object, to: Any = MISSING, *_: Any) -> None:
    machine.effect("mail", as_text(machine, to), "Document.SendMail", attachments=this.data["file"])


TEMPLATE: Final = office_class("Template", "name")
TEMPLATES: Final = collection_class("Templates")
properties(TEMPLATE, saved=True, type=0, kerningbyalgorithm=False)
actions(TEMPLATE, "save openasdocument")
empty(TEMPLATE, "autotextentries", "buildingblockentries", "listtemplates")
from_data(TEMPLATE, "name")
TEMPLATE.get["path"] = lambda machine, _this: rf"{machine.world.profile.home}\AppData\Roaming\Microsoft\Templates"
TEMPLATE.get["fullname"] = lambda machine, this: rf"{machine.world.profile.home}\AppData\Roaming\Microsoft\Templates\{this.data['name']}"
TEMPLATE.get["vbproject"] = lambda _machine, this: host_of(this).code.project("Normal")
TEMPLATE.get["builtindocumentproperties"] = lambda machine, this: machine.get_member(host_of(this).document, "builtindocumentproperties")
TEMPLATE.get["customdocumentproperties"] = lambda machine, this: machine.get_member(host_of(this).document, "customdocumentproperties")


def normal(this: Object) -> Object:
    return Object(TEMPLATE, host=this.data["host"], name="Normal.dotm")


@DOCUMENT.method("AttachedTemplate")
def attached_template(_machine: Any, this: Object) -> Object:
    return Object(TEMPLATE, host=this.data["host"], name=display(this.data.get("=attachedtemplate", "Normal.dotm")))


@DOCUMENT.setter("AttachedTemplate")
def put_attached_template(machine: Any, this: Object, value: Any) -> None:
    path = as_text(machine, value)
    host_of(this).touch_url(path, "Document.AttachedTemplate")
    this.data["=attachedtemplate"] = display(path).rpartition("\\")[2]


MERGE: Final = office_class("MailMerge")
properties(MERGE, state=0, destination=0, maindocumenttype=-1, mailsubject="", mailaddressfieldname="")
actions(MERGE, "check execute usesaddressbook createheadersource")
empty(MERGE, "fields")


@MERGE.method("OpenDataSource", takes="name format confirmconversions readonly linktosource")
def open_data_source(machine: Any, this: Object, name: Any = MISSING, *_: Any) -> None:
    host_of(this).touch_url(as_text(machine, name), "MailMerge.OpenDataSource")


child_object(DOCUMENT, "MailMerge", MERGE)

# ---------------------------------------------------------------- windows

WINDOW: Final = office_class("Window", "caption")
WINDOWS: Final = collection_class("Windows")
VIEW: Final = office_class("View")
PANE: Final = office_class("Pane")
PANES: Final = collection_class("Panes")
properties(
    VIEW, type=3, readinglayout=False, fullscreen=False, showfieldcodes=False, seekview=0, splitspecial=0, draft=False, showbookmarks=False
)
properties(VIEW, showallowed=False, showparagraphs=False, tablegridlines=True, revisionsview=0, showrevisionsandcomments=True, markupmode=2)
for _name in ("Zoom", "RevisionsFilter"):
    child_object(VIEW, _name, SETTINGS)
actions(VIEW, "nextheaderfooter previousheaderfooter expandoutline collapseoutline")


def _shows_hidden(name: str) -> None:
    def put(machine: Any, this: Object, value: Any) -> None:
        host_of(this).settings["hidden"] = as_bool(machine, value)

    VIEW.get[name] = lambda _machine, this: bool(host_of(this).settings.get("hidden"))
    VIEW.put[name] = put


_shows_hidden("showhiddentext")
_shows_hidden("showall")
properties(
    WINDOW, visible=True, windowstate=1, width=1440.0, height=810.0, left=0.0, top=0.0, active=True, index=1, splitvertical=0, type=0
)
properties(
    WINDOW, displayscreentips=True, displayrulers=True, displayverticalscrollbar=True, displayhorizontalscrollbar=True, documentmap=False
)
actions(
    WINDOW,
    "activate setfocus largescroll smallscroll pagescroll printout scrollintoview togglerribbon toggleshowallreviewers close newwindow",
)
properties(PANE, index=1, displayrulers=True)
actions(PANE, "activate close largescroll smallscroll pagescroll autoscroll")
for _class in (WINDOW, PANE):
    child_object(_class, "View", VIEW)
    _class.get["selection"] = lambda _machine, this: host_of(this).selection
    _class.get["document"] = lambda _machine, this: host_of(this).active
WINDOW.get["caption"] = lambda _machine, this: this.data.get("=caption", host_of(this).active.data["file"])
WINDOW.get["panes"] = lambda _machine, this: Object(
    PANES, host=this.data["host"], items=[Object(PANE, host=this.data["host"], parent=this)]
)
WINDOW.get["activepane"] = lambda _machine, this: Object(PANE, host=this.data["host"], parent=this)


window: Final = only_window(WINDOWS, WINDOW)


actions(WINDOWS, "arrange add resetpositionssidebyside")

# ---------------------------------------------------------------- the application

WORD: Final = office_class("Application", "name", APPLICATION)
WordHost.application_class = WORD
properties(
    WORD, displayscrollbars=True, pasteoptions=False, checklanguage=False, defaultsaveformat="", browseextrafiletypes="", printpreview=False
)
properties(WORD, windowstate=1, isSandboxed=False, customizationcontext=NOTHING, defaulttableseparator="\t", restrictlinkedstyles=False)
empty(
    WORD,
    *"""ProtectedViewWindows KeyBindings CaptionLabels AutoCaptions FileConverters ListGalleries CustomDictionaries HangulHanjaDictionaries
    Bibliography UndoRecord Bookmarks""".split(),
)
child_object(WORD, "AutoCorrectEmail", SETTINGS)
actions(
    WORD,
    "listcommands organizerdelete organizerrename keyboard lookupnameproperties newwindow showme screenrefresh automaticchange browser",
)


WORD.get["activedocument"] = lambda _machine, this: host_of(this).active
WORD.get["selection"] = lambda _machine, this: host_of(this).selection
WORD.get["macrocontainer"] = lambda _machine, this: host_of(this).document
WORD.get["normaltemplate"] = lambda _machine, this: normal(this)
WORD.get["normal"] = WORD.get["normaltemplate"]
WORD.get["activewindow"] = lambda _machine, this: window(this)
WORD.get["windows"] = lambda _machine, this: Object(WINDOWS, host=this.data["host"], items=[window(this)])
WORD.get["templates"] = lambda _machine, this: Object(TEMPLATES, host=this.data["host"], items=[normal(this)])
WORD.get["synonyminfo"] = lambda machine, _this, *_: machine.unmodelled("SynonymInfo")


@WORD.method("International", takes="index")
def international(machine: Any, _this: Object, index: Any = MISSING) -> Any:
    """WdInternationalIndex."""
    number = as_int(machine, index)
    profile = machine.world.profile
    values = {
        17: ",",
        18: ".",
        19: ",",
        20: "¥" if profile.country == 81 else "$",
        21: True,
        22: "AM",
        23: "PM",
        24: ":",
        25: "/",
        26: profile.lcid,
    }
    answer = values.get(number) if isinstance(number, int) else None
    return machine.query(f"Application.International({display(number)})", Unknown("International") if answer is None else answer)


SYSTEM: Final = office_class("System")
properties(SYSTEM, cursor=2, quickdrawinstalled=False, mathcoprocessorinstalled=True, macintoshname="", connect="")
queried(SYSTEM, "OperatingSystem", "System.OperatingSystem")(lambda _world: "Windows NT")
queried(SYSTEM, "Version", "System.Version")(lambda _world: "10.0")
queried(SYSTEM, "Country", "System.Country")(lambda world: world.profile.country)
queried(SYSTEM, "LanguageDesignation", "System.LanguageDesignation")(
    lambda world: "日本語" if world.profile.lcid == 1041 else "English (United States)"
)
queried(SYSTEM, "HorizontalResolution", "System.HorizontalResolution")(lambda _world: 1920)
queried(SYSTEM, "VerticalResolution", "System.VerticalResolution")(lambda _world: 1080)
queried(SYSTEM, "ProcessorType", "System.ProcessorType")(lambda _world: "i686")
queried(SYSTEM, "ComputerType", "System.ComputerType")(lambda _world: "AT/AT COMPATIBLE")
queried(SYSTEM, "FreeDiskSpace", "System.FreeDiskSpace")(lambda world: world.profile.disk // 3)
actions(SYSTEM, "msinfo")


def registry_path(machine: Any, file: Any, section: Any, key: Any) -> str:
    return "\\".join(part for part in (known(machine, file), known(machine, section), known(machine, key)) if part)


@SYSTEM.method("PrivateProfileString", takes="filename section key")
def private_profile(machine: Any, _this: Object, file: Any = MISSING, section: Any = MISSING, key: Any = MISSING) -> Any:
    path = registry_path(machine, file, section, key)
    return machine.query(path, machine.world.registry.get(path.lower(), ""))


@SYSTEM.setter("PrivateProfileString")
def put_private_profile(machine: Any, _this: Object, *args: Any) -> None:
    """With an empty file name the section is a key of the registry."""
    path = registry_path(machine, *(*args[:-1], MISSING, MISSING, MISSING)[:3])
    machine.effect("registry", path, "System.PrivateProfileString", data=args[-1])
    machine.world.registry[path.lower()] = display(as_text(machine, args[-1]))


SYSTEM.get["profilestring"] = lambda machine, this, section=MISSING, key=MISSING: private_profile(machine, this, MISSING, section, key)
SYSTEM.put["profilestring"] = lambda machine, this, *args: put_private_profile(machine, this, MISSING, *args)
child_object(WORD, "System", SYSTEM)

TASK: Final = office_class("Task", "name")
TASKS: Final = collection_class("Tasks")
from_data(TASK, "name")
properties(TASK, visible=True, windowstate=0, width=800, height=600, left=0, top=0)
actions(TASK, "activate close move resize sendwindowmessage")
actions(TASKS, "exitwindows")
TASK_NAMES: Final = ("Program Manager", "Microsoft Outlook", "Microsoft Excel", "エクスプローラー", "タスク バー", "Google Chrome", "設定")


def task_names(host: WordHost) -> list[str]:
    return [f"{host.active.data['file']} - Word", "Microsoft Word", *TASK_NAMES]


@TASKS.method("Exists", takes="name")
def task_exists(machine: Any, this: Object, name: Any = MISSING) -> Any:
    wanted = known(machine, name)
    running = any(wanted.lower() == task.lower() for task in task_names(host_of(this)))
    return machine.query(f"Tasks.Exists({wanted})", running)


@TASKS.method("Count")
def task_count(machine: Any, _this: Object) -> Any:
    return machine.query("Tasks.Count", machine.world.profile.tasks)


@WORD.method("Tasks")
def tasks(machine: Any, this: Object) -> Object:
    machine.query("Tasks", "")
    listed = task_names(host_of(this))
    count = machine.world.profile.tasks
    every = listed + [f"MSCTFIME UI {number}" for number in range(count - len(listed))]
    return Object(TASKS, host=this.data["host"], items=[Object(TASK, host=this.data["host"], name=name) for name in every])


DOCUMENTS: Final = collection_class("Documents", error=4160)
actions(DOCUMENTS, "save close checkout")
OPEN: Final = (
    "filename confirmconversions readonly addtorecentfiles passworddocument passwordtemplate revert writepassworddocument "
    "writepasswordtemplate format encoding visible openandrepair documentdirection noencodingdialog xmltransform"
)


@WORD.method("Documents")
def documents(_machine: Any, this: Object) -> Object:
    host = host_of(this)
    for document in host.documents:
        document.data.setdefault("name", document.data["file"])
    return Object(DOCUMENTS, host=host, items=list(reversed(host.documents)))


@DOCUMENTS.method("Add", takes="template newtemplate documenttype visible")
def add_document(machine: Any, this: Object, template: Any = MISSING, *_: Any) -> Object:
    host = host_of(this)
    host.touch_url(as_text(machine, template), "Documents.Add")
    return opened(host, f"Document{len(host.documents) + 1}", "\r", new=True)


@DOCUMENTS.method("Open", "OpenNoRepairDialog", "OpenOld", takes=OPEN)
def open_document(machine: Any, this: Object, file: Any = MISSING, *rest: Any) -> Object:
    host = host_of(this)
    path = as_text(machine, file)
    shown = display(path)
    own = host.opened(shown)
    if own is not None:
        return own
    host.touch_document(path, "Documents.Open", rest[3] if len(rest) > 3 else MISSING)
    return opened(host, shown, opened_text(host, path), new=False)


def opened(host: WordHost, path: str, text: Any, *, new: bool) -> Object:
    """A further document, in front."""
    made = new_document(host, DOCUMENT, bundle.Document(host="word"), path)
    made.data.update(text=text, new=new)
    host.machine.grow(256)
    if len(host.documents) < MAX_DOCUMENTS:
        host.documents.append(made)
    return made


MAX_DOCUMENTS: Final = 200

OPTIONS: Final = office_class("Options")
PATHS: Final = {
    0: r"{home}\Documents",
    1: r"{home}\Pictures",
    2: r"{home}\AppData\Roaming\Microsoft\Templates",
    3: "",
    4: r"{home}\AppData\Roaming\Microsoft\Word",
    5: r"{home}\AppData\Roaming\Microsoft\Word",
    8: r"{home}\AppData\Roaming\Microsoft\Word\STARTUP",
    9: r"C:\Program Files\Microsoft Office\root\Office16",
    13: r"{home}\AppData\Local\Temp",
    14: r"{home}\Documents",
}
"""WdDefaultFilePath."""


@OPTIONS.method("DefaultFilePath", takes="path")
def default_file_path(machine: Any, _this: Object, which: Any = MISSING) -> Any:
    number = as_int(machine, which)
    path = PATHS.get(number) if isinstance(number, int) else None
    return machine.unmodelled("Options.DefaultFilePath") if path is None else path.format(home=machine.world.profile.home)


@OPTIONS.setter("DefaultFilePath")
def put_default_file_path(machine: Any, _this: Object, *args: Any) -> None:
    machine.unmodelled(f"Options.DefaultFilePath = {display(args[-1])}")


properties(
    OPTIONS, virusprotection=True, savenormalprompt=True, confirmconversions=False, checkspellingasyoutype=True, updatelinksatopen=True
)
properties(
    OPTIONS, savepropertiesprompt=False, createbackup=False, allowfastsave=False, backgroundsave=True, saveinterval=10, pagination=True
)
child_object(WORD, "Options", OPTIONS)

DIALOG: Final = office_class("Dialog")
DIALOGS: Final = collection_class("Dialogs")
actions(DIALOG, "show display execute", result=0)
actions(DIALOG, "update")


@DIALOGS.method("Item", takes="index")
def dialog(_machine: Any, this: Object, *_: Any) -> Object:
    return Object(DIALOG, host=this.data["host"])


WORD.get["dialogs"] = lambda _machine, this: Object(DIALOGS, host=this.data["host"], items=())


@WORD.method("CleanString", takes="string")
def clean_string(machine: Any, _this: Object, text: Any = MISSING) -> Any:
    value = as_text(machine, text)
    if isinstance(value, Unknown):
        return value
    return (
        "".join(" " if c < " " and c not in "\r\t\n\v" else c for c in value).replace("\x1e", "-").replace("\x1f", "").replace("\xa0", " ")
    )


@WORD.method("OrganizerCopy", takes="source destination name object")
def organizer_copy(machine: Any, _this: Object, source: Any = MISSING, destination: Any = MISSING, name: Any = MISSING, *_: Any) -> None:
    """A macro module copied from one document or template to another."""
    machine.effect(
        "write", as_text(machine, destination), "Application.OrganizerCopy", source=as_text(machine, source), module=as_text(machine, name)
    )


@WORD.method("ChangeFileOpenDirectory", takes="path")
def change_directory(machine: Any, _this: Object, path: Any = MISSING) -> None:
    machine.world.directory = known(machine, path) or machine.world.directory


@WORD.method("CheckSpelling", takes="word")
def check_spelling(_machine: Any, _this: Object, *_: Any) -> bool:
    return True


@WORD.method("BuildKeyCode", takes="arg1 arg2 arg3 arg4")
def build_key_code(machine: Any, _this: Object, *keys: Any) -> Any:
    total = 0
    for key in keys:
        number = as_int(machine, key)
        if isinstance(number, Unknown):
            return number
        total += number
    return total


NAMES_OF_FONTS: Final = (
    "Arial",
    "Calibri",
    "Cambria",
    "Courier New",
    "MS Gothic",
    "MS Mincho",
    "Meiryo",
    "Segoe UI",
    "Times New Roman",
    "Yu Gothic",
)
FONT_NAMES: Final = office_class("FontNames", "item")
FONT_NAMES.get["count"] = lambda _machine, _this: 243
FONT_NAMES.items = lambda _machine, _this: iter(NAMES_OF_FONTS)


@FONT_NAMES.method("Item", takes="index")
def font_name(machine: Any, _this: Object, index: Any = MISSING) -> Any:
    number = as_int(machine, index, 1)
    return number if isinstance(number, Unknown) else NAMES_OF_FONTS[number % len(NAMES_OF_FONTS)]


for _name in ("FontNames", "PortraitFontNames", "LandscapeFontNames"):
    child_object(WORD, _name, FONT_NAMES)


# WordBasic: the object that gives the commands of Word 95 to macros.
WORD_BASIC: Final = office_class("WordBasic")


def _word_basic(machine: Any, _this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """Functions of WordBasic that VBA still has; `[Right$]` keeps its sign."""
    key = name.lower().rstrip("$")
    if machine.project is not None and machine.project.is_builtin(key):
        return library.call(machine, key, args)
    return machine.unmodelled(f"WordBasic.{name}")


WORD_BASIC.missing = _word_basic
actions(WORD_BASIC, "disableautomacros screenupdating fileclose filesave")
WORD_BASIC.get["macrocopy"] = lambda machine, this, source=MISSING, target=MISSING, *_: organizer_copy(machine, this, source, target)
WORD_BASIC.get["sendkeys"] = lambda machine, _this, keys=MISSING, *_: machine.type_keys(as_text(machine, keys), "WordBasic.SendKeys")
WORD_BASIC.get["shell"] = lambda machine, _this, command=MISSING, *_: machine.run(as_text(machine, command), "WordBasic.Shell")
child_object(WORD, "WordBasic", WORD_BASIC)
