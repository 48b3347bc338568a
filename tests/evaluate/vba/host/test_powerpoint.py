"""PowerPoint: slides, shapes, tags, the show."""

import pytest
from evaluate.vba.host.hosted import body, error, hosted, is_unknown, value

from emoscan.parse.bundle import Control, Document, Module, Shape

DOCUMENT = Document(
    host="powerpoint",
    code_name="",
    slides=(("title one", "body"), ("two",)),
    shapes=(Shape("Title 1", "title one", place="1"), Shape("Secret", "the secret", "alt text", "shape title", place="2")),
    tags={"KEY": "a tag"},
    stories={"notes": "in the notes"},
    properties={"Subject": "subject"},
    controls=(Control("Box", "TextBox", {"Text": "typed", "Value": "typed"}, module="Slide2"),),
)
MODULES = (Module("Slide2", "Function Own()\nOwn = Box.Text & Shapes.Count\nEnd Function", "document"),)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ActivePresentation.Slides(1).Shapes(1).TextFrame.TextRange.Text", "title one"),
        ('ActivePresentation.Slides(2).Shapes("Secret").TextFrame.TextRange', "the secret"),
        ('ActivePresentation.Slides(2).Shapes("Secret").AlternativeText', "alt text"),
        ("ActivePresentation.Slides(2).Shapes(1).Title", "shape title"),
        ("ActivePresentation.Slides(2).Shapes(1).TextFrame.TextRange.Words(2)", "secret"),
        ("ActivePresentation.Slides(2).Shapes(1).TextFrame.TextRange.Characters(5, 6).Text", "secret"),
        ("ActivePresentation.Slides(2).Shapes(1).TextFrame2.TextRange.Paragraphs(1).Text", "the secret"),
        ("ActivePresentation.Slides.Count", 2),
        ('ActivePresentation.Slides("Slide2").SlideIndex', 2),
        ('ActivePresentation.Tags("key") & ActivePresentation.Tags.Count', "a tag1"),
        ('ActivePresentation.Slides(1).Tags.Item("KEY")', "a tag"),
        ("ActivePresentation.Slides(1).NotesPage.Shapes(2).TextFrame.TextRange.Text", "in the notes"),
        ("SlideShowWindows(1).View.Slide.SlideIndex", 1),
        ("ActivePresentation.FullName", r"C:\Users\tanaka\Downloads\Invoice 20.doc"),
        ('ActivePresentation.BuiltInDocumentProperties("Subject")', "subject"),
        ("Application.Name & Presentations.Count", "Microsoft PowerPoint1"),
        ("Slide2.Box", "typed"),
        ("Slide2.Own()", "typed2"),
        ("ActivePresentation.Slides(2).Box.Text", "typed"),
        ('ActivePresentation.Slides(2).Shapes("Box").OLEFormat.Object.Value', "typed"),
        ('ActivePresentation.Slides(1).Shapes(1).TextFrame.TextRange.Find("one").Start', 7),
    ],
)
def test_what_a_presentation_holds(expression, expected):
    assert value(expression, DOCUMENT, MODULES) == expected


def test_errors_and_unread_parts():
    assert error("ActivePresentation.Slides(3)", DOCUMENT) == -2147188160
    assert is_unknown(
        value("ActivePresentation.Slides(1).Shapes(1).TextFrame.TextRange.Text", Document(host="powerpoint", unread=("slides", "shapes")))
    )


def test_changing():
    lines = """
    Set r = ActivePresentation.Slides(1).Shapes(1).TextFrame.TextRange
    r.Replace "title", "new"
    r.InsertAfter "!"
    ActivePresentation.Tags.Add "made", "v"
    SlideShowWindows(1).View.GotoSlide 2
    Main = r.Text & ActivePresentation.Tags("MADE") & SlideShowWindows(1).View.CurrentShowPosition
    For Each s In ActivePresentation.Slides(2).Shapes
        Main = Main & s.Name
    Next
    """
    assert body(lines, DOCUMENT) == "new one!v2Secret"


@pytest.mark.parametrize(
    ("statement", "kind", "expected"),
    [
        ('ActivePresentation.FollowHyperlink "https://a.example.test/"', "open", "https://a.example.test/"),
        ('Presentations.Open "https://a.example.test/p.pptm"', "download", "https://a.example.test/p.pptm"),
        ('ActivePresentation.SaveAs "C:\\x\\a.pptx"', "write", r"C:\x\a.pptx"),
    ],
)
def test_effects(statement, kind, expected):
    assert hosted(f"Sub Main()\n{statement}\nEnd Sub", DOCUMENT).effects(kind) == [expected]
