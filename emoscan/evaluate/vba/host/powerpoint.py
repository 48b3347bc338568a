"""PowerPoint: the application, presentations, slides and the slide show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba.host import names, shapes
from emoscan.evaluate.vba.host import properties as texts
from emoscan.evaluate.vba.host.application import APPLICATION, SETTINGS, Host, only_window
from emoscan.evaluate.vba.host.base import (
    actions,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    office_class,
    properties,
)
from emoscan.evaluate.vba.host.documents import document_members, new_document, page_control, path_of, save_as
from emoscan.evaluate.vba.symbols import Module
from emoscan.parse import bundle

OUT_OF_RANGE: Final = -2147188160
"""PowerPoint's error for a number or name that is in no collection."""

MAX_SLIDES: Final = 5_000


class PowerPointHost(Host):
    app = "powerpoint"
    title = "Microsoft PowerPoint"

    def __init__(self, machine: Any, record: bundle.Document, modules: Sequence[bundle.Module] = ()) -> None:
        super().__init__(machine, record, modules)
        self.document: Object = new_document(self, PRESENTATION, record, self.world.document)
        self.presentations: list[Object] = [self.document]
        self.slide_objects: dict[str, Object] = {}
        self.at: int = 1
        """Number of the slide that is shown."""

    def document_class(self, _module: Module) -> ObjectClass:
        """Modules of a presentation stand for slides that hold controls."""
        return SLIDE

    def inherited(self, _module: Module) -> frozenset[str]:
        return names.SLIDE

    def bind_document(self, module: Module) -> None:
        instance = module.instance
        assert instance is not None
        digits = module.name.removeprefix("slide")
        number = int(digits) if digits.isdigit() and len(digits) < 6 else len(self.slide_objects) + 1
        instance.data.update(number=number, name=module.shown, presentation=self.document)
        self.slide_objects[str(number)] = instance

    def start_empty(self) -> None:
        self.presentations.clear()

    @property
    def active(self) -> Object:
        if not self.presentations:
            raise ScriptError(OUT_OF_RANGE, "Presentations: Integer out of range. There is no active presentation.")
        return self.presentations[-1]

    def slides(self, presentation: Object) -> list[Object]:
        """The slides of a presentation, each the same object each time."""
        if "slides" not in presentation.data:
            record: bundle.Document = presentation.data["record"]
            placed = [int(s.place) for s in record.shapes if s.place.isdigit() and len(s.place) < 6]
            count = min(
                max(len(record.slides), max(placed, default=0), len(self.slide_objects) if presentation is self.document else 0), MAX_SLIDES
            )
            made = []
            for number in range(1, count + 1):
                slide = self.slide_objects.get(str(number)) if presentation is self.document else None
                if slide is None:
                    slide = Object(SLIDE, host=self, number=number, name=f"Slide{number}", presentation=presentation)
                made.append(slide)
            presentation.data["slides"] = made
        items: list[Object] = presentation.data["slides"]
        return items

    def full_name(self) -> str:
        return path_of(self.document)

    def held(self) -> Iterator[Any]:
        yield from super().held()
        for presentation in self.presentations:
            yield presentation.data.get("tags")


def host_of(this: Object) -> PowerPointHost:
    host: PowerPointHost = this.data["host"]
    return host


# ---------------------------------------------------------------- slides

SLIDE: Final = office_class("Slide", "")
SLIDES: Final = collection_class("Slides", error=OUT_OF_RANGE)
SLIDE.missing = page_control
properties(
    SLIDE, layout=12, followmasterbackground=-1, displaymastershapes=-1, printsteps=1, hasnotespage=-1, backgroundstyle=1, sectionindex=1
)
actions(SLIDE, "select delete duplicate copy cut moveto applytemplate applytheme publishslides")
for _name in (
    "Background",
    "ColorScheme",
    "HeadersFooters",
    "Master",
    "SlideShowTransition",
    "TimeLine",
    "Design",
    "CustomLayout",
    "ThemeColorScheme",
):
    child_object(SLIDE, _name, SETTINGS)
empty(SLIDE, "comments", "scripts")
SLIDE.get["name"] = lambda _machine, this: this.data.get("=name", this.data["name"])
for _name in ("slideindex", "slidenumber"):
    SLIDE.get[_name] = lambda _machine, this: this.data["number"]
SLIDE.get["slideid"] = lambda _machine, this: 255 + this.data["number"]
SLIDE.get["parent"] = lambda _machine, this: this.data["presentation"]


def slide_shapes(this: Object) -> list[Object]:
    """The drawing objects of a slide; where only its texts are known, a shape for each."""
    if "shapes" not in this.data:
        host = host_of(this)
        record: bundle.Document = this.data["presentation"].data["record"]
        number = this.data["number"]
        found = [shape for shape in record.shapes if shape.place == str(number)]
        if not found and number <= len(record.slides):
            found = [bundle.Shape(f"Shape {at}", text) for at, text in enumerate(record.slides[number - 1], 1)]
        module = this.data.get("module")
        controls = {str(c.data["name"]).lower(): c for c in host.forms.page_controls(module.name)} if module is not None else {}
        made: list[Object] = []
        for shape in found:
            made.append(shapes.shape_object(host, shape, len(made) + 1, made, controls.get((shape.control or shape.name).lower())))
        for name, control in controls.items():
            if all(str(s.data["name"]).lower() != name for s in made):
                made.append(
                    shapes.shape_object(host, bundle.Shape(str(control.data["name"]), type="control"), len(made) + 1, made, control)
                )
        this.data["shapes"] = made
    items: list[Object] = this.data["shapes"]
    return items


@SLIDE.method("Shapes")
def shapes_of(_machine: Any, this: Object) -> Object:
    unread = "shapes" in this.data["presentation"].data["record"].unread and not slide_shapes(this)
    return Object(shapes.SHAPES, host=this.data["host"], items=Unknown("Slide.Shapes") if unread else slide_shapes(this))


NOTES: Final = office_class("NotesPage", "")


@NOTES.method("Shapes")
def notes_shapes(_machine: Any, this: Object) -> Object:
    """A record keeps the notes of all slides as one story."""
    host = host_of(this)
    text = host.record.stories.get("notes", "")
    made: list[Object] = []
    made += [
        shapes.shape_object(host, bundle.Shape(name, piece), at, made)
        for at, (name, piece) in enumerate((("Slide Image", ""), ("Notes", text)), 1)
    ]
    return Object(shapes.SHAPES, host=host, items=made)


child_object(SLIDE, "NotesPage", NOTES)


def tags_of(_machine: Any, this: Object) -> Object:
    """Tags of the presentation, its slides and its shapes, which a record keeps together."""
    host = host_of(this)
    data = host.document.data
    if "tags" not in data:
        data["tags"] = dict(host.record.tags)
    return Object(texts.TAGS, host=host, tags=data["tags"])


SLIDE.get["tags"] = tags_of


@SLIDE.method("Hyperlinks")
def slide_hyperlinks(_machine: Any, this: Object) -> Object:
    return Object(shapes.HYPERLINKS, host=this.data["host"], items=this.data.setdefault("hyperlinks", []))


@SLIDE.method("Export", takes="filename filtername scalewidth scaleheight")
def export_slide(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> None:
    save_as(host_of(this).document, as_text(machine, file), Unknown("picture of a slide"), "Slide.Export", renames=False)


@SLIDES.method("Add", "AddSlide", takes="index layout")
def add_slide(machine: Any, this: Object, *_: Any) -> Object:
    host, presentation = host_of(this), this.data["presentation"]
    machine.grow(256)
    items = host.slides(presentation)
    made = Object(SLIDE, host=host, number=len(items) + 1, name=f"Slide{len(items) + 1}", presentation=presentation)
    if len(items) < MAX_SLIDES:
        items.append(made)
    return made


@SLIDES.method("InsertFromFile", takes="filename index slidestart slideend")
def insert_slides(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> int:
    host_of(this).touch_url(as_text(machine, file), "Slides.InsertFromFile")
    return 0


@SLIDES.method("FindBySlideID", takes="slideid")
def slide_by_id(machine: Any, this: Object, id_: Any = MISSING) -> Any:
    number = as_int(machine, id_)
    return machine.call_member(this, "item", (number - 255 if isinstance(number, int) else number,))


actions(SLIDES, "paste range")


# ---------------------------------------------------------------- presentations

PRESENTATION: Final = office_class("Presentation", "name")
document_members(PRESENTATION)
properties(PRESENTATION, saved=-1, readonly=0, final=False, hasvbproject=True, templatename="", password="", writepassword="", vbasigned=0)
properties(PRESENTATION, hastitlemaster=0, layoutdirection=1, displaycomments=0, removepersonalinformation=0, envelopevisible=0)
actions(
    PRESENTATION,
    "save printout applytemplate applytheme addbaseline acceptall rejectall newwindow checkin endreview mergewithbaseline fixedformat",
)
empty(PRESENTATION, *"Fonts ExtraColors Designs SectionProperties CustomerData Broadcast Signatures DocumentLibraryVersions".split())
for _name in (
    "SlideMaster",
    "TitleMaster",
    "NotesMaster",
    "HandoutMaster",
    "PageSetup",
    "PrintOptions",
    "ColorSchemes",
    "DefaultShape",
    "WebOptions",
):
    child_object(PRESENTATION, _name, SETTINGS)
PRESENTATION.get["tags"] = tags_of


@PRESENTATION.method("Slides", takes="index")
def slides(machine: Any, this: Object, index: Any = MISSING) -> Any:
    host = host_of(this)
    items: Any = host.slides(this)
    if "slides" in this.data["record"].unread and not items:
        items = Unknown("Slides")
    made = Object(SLIDES, host=host, items=items, presentation=this)
    return made if index is MISSING else machine.call_member(made, "item", (index,))


@PRESENTATION.method(
    "SaveAs", "SaveCopyAs", "SaveCopyAs2", "ExportAsFixedFormat", "ExportAsFixedFormat2", "Export", takes="filename fileformat"
)
def save_presentation(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> None:
    save_as(this, as_text(machine, file), Unknown("saved presentation"), "Presentation.SaveAs")


@PRESENTATION.method("Close")
def close(_machine: Any, this: Object) -> None:
    host = host_of(this)
    if this is not host.document and this in host.presentations:
        host.presentations.remove(this)


@PRESENTATION.method("FollowHyperlink", takes="address subaddress newwindow addhistory extrainfo method headerinfo")
def follow_hyperlink(machine: Any, _this: Object, where: Any = MISSING, *_: Any) -> None:
    shapes.open_address(machine, where, "Presentation.FollowHyperlink")


@PRESENTATION.method("SendFaxOverInternet", "SendForReview", takes="recipients subject")
def send_mail(machine: Any, this: Object, to: Any = MISSING, subject: Any = MISSING, *_: Any) -> None:
    machine.effect(
        "mail", as_text(machine, to), "Presentation.SendForReview", subject=as_text(machine, subject), attachments=this.data["file"]
    )


PRESENTATIONS: Final = collection_class("Presentations", error=OUT_OF_RANGE)


def further(host: PowerPointHost, path: str) -> Object:
    made = new_document(host, PRESENTATION, bundle.Document(host="powerpoint"), path)
    host.machine.grow(256)
    if len(host.presentations) < 200:
        host.presentations.append(made)
    return made


@PRESENTATIONS.method("Add", takes="withwindow")
def add_presentation(_machine: Any, this: Object, *_: Any) -> Object:
    host = host_of(this)
    return further(host, f"Presentation{len(host.presentations) + 1}")


@PRESENTATIONS.method("Open", "Open2007", takes="filename readonly untitled withwindow")
def open_presentation(machine: Any, this: Object, file: Any = MISSING, *_: Any) -> Object:
    host = host_of(this)
    path = as_text(machine, file)
    shown = display(path)
    own = host.opened(shown)
    if own is not None:
        return own
    host.touch_document(path, "Presentations.Open")
    return further(host, shown)


# ---------------------------------------------------------------- windows and the show

VIEW: Final = office_class("View", "")
WINDOW: Final = office_class("DocumentWindow", "caption")
WINDOWS: Final = collection_class("DocumentWindows", error=OUT_OF_RANGE)
SHOW_WINDOWS: Final = collection_class("SlideShowWindows", error=OUT_OF_RANGE)
SELECTION: Final = office_class("Selection", "")
properties(
    VIEW,
    zoom=100,
    type=9,
    state=1,
    slideelapsedtime=0.0,
    presentationelapsedtime=0.0,
    pointertype=1,
    acceleratorsenabled=-1,
    mediacontrolsvisible=0,
)
actions(VIEW, "drawline erasedrawing exit gotonamedshow endnamedshow resetslidetime paste pastespecial printout player")
properties(WINDOW, active=-1, windowstate=2, viewtype=9, left=0.0, top=0.0, width=960.0, height=540.0, blackandwhite=0, isfullscreen=-1)
actions(WINDOW, "activate close fitToPage largescroll smallscroll newwindow")
properties(SELECTION, type=0, haschildshaperange=False)
actions(SELECTION, "copy cut delete unselect")


def _go(place: Callable[[PowerPointHost, int], int]) -> Callable[..., None]:
    def go(machine: Any, this: Object, index: Any = MISSING, *_: Any) -> None:
        host = host_of(this)
        number = as_int(machine, index, 1)
        if not isinstance(number, Unknown):
            host.at = max(1, min(place(host, number), max(len(host.slides(host.active)), 1)))

    return go


VIEW.method("GotoSlide", takes="index resetslide")(_go(lambda _host, number: number))
VIEW.method("Next")(_go(lambda host, _number: host.at + 1))
VIEW.method("Previous")(_go(lambda host, _number: host.at - 1))
VIEW.method("First")(_go(lambda _host, _number: 1))
VIEW.method("Last")(_go(lambda host, _number: len(host.slides(host.active))))
VIEW.get["currentshowposition"] = lambda _machine, this: host_of(this).at


@VIEW.method("Slide", "LastSlideViewed")
def slide_in_view(_machine: Any, this: Object) -> Any:
    host = host_of(this)
    items = host.slides(host.active)
    return items[host.at - 1] if 1 <= host.at <= len(items) else NOTHING


child_object(WINDOW, "View", VIEW)
WINDOW.get["presentation"] = lambda _machine, this: host_of(this).active
WINDOW.get["caption"] = lambda _machine, this: this.data.get("=caption", host_of(this).active.data["file"])
WINDOW.get["selection"] = lambda _machine, this: Object(SELECTION, host=this.data["host"])
empty(WINDOW, "panes")
SELECTION.get["sliderange"] = slide_in_view
SELECTION.get["shaperange"] = lambda _machine, this: host_of(this).selected_shape or Unknown("Selection.ShapeRange")
SELECTION.get["textrange"] = lambda _machine, _this: Unknown("Selection.TextRange")


window: Final = only_window(WINDOWS, WINDOW)


SHOW: Final = office_class("SlideShowSettings", "")
properties(
    SHOW,
    showtype=1,
    startingslide=1,
    endingslide=1,
    advancemode=2,
    loopuntilstopped=0,
    showwithanimation=-1,
    showwithnarration=-1,
    rangetype=1,
)
SHOW.get["run"] = lambda _machine, this: window(this)
child_object(PRESENTATION, "SlideShowSettings", SHOW)
PRESENTATION.get["slideshowwindow"] = lambda _machine, this: window(this)

# ---------------------------------------------------------------- the application

POWERPOINT: Final = office_class("Application", "name", APPLICATION)
PowerPointHost.application_class = POWERPOINT
properties(POWERPOINT, active=-1, isSandboxed=False, displaygridlines=0, displayguides=0, showwindowsintaskbar=-1, chartdatapointtrack=True)
empty(POWERPOINT, *"ProtectedViewWindows FileConverters Fonts ResampleMediaTasks".split())
POWERPOINT.get["activepresentation"] = lambda _machine, this: host_of(this).active
POWERPOINT.get["activewindow"] = lambda _machine, this: window(this)
POWERPOINT.get["windows"] = lambda _machine, this: Object(WINDOWS, host=this.data["host"], items=[window(this)])
POWERPOINT.get["slideshowwindows"] = lambda _machine, this: Object(SHOW_WINDOWS, host=this.data["host"], items=[window(this)])
POWERPOINT.get["presentations"] = lambda _machine, this: Object(
    PRESENTATIONS, host=this.data["host"], items=list(host_of(this).presentations)
)
POWERPOINT.get["dialogs"] = lambda machine, _this: machine.unmodelled("Application.Dialogs")


@POWERPOINT.method("Run", takes="macroname safearrayofparams")
def run(machine: Any, this: Object, name: Any = MISSING, *args: Any) -> Any:
    return host_of(this).run(as_text(machine, name), args)
