"""Word's text: ranges and their pieces, the selection, finding and replacing, looks."""

import pytest
from evaluate.vba.host.hosted import body, value

from emoscan.parse.bundle import Document, Paragraph, Run

TEXT = Document(host="word", paragraphs=(Paragraph("Hello brave world. It is nice!"), Paragraph("second"), Paragraph("end")))
CELLS = Document(
    host="word", paragraphs=(Paragraph("before"), Paragraph("one\x07"), Paragraph("two\x07"), Paragraph("\x07"), Paragraph("after"))
)
LOOKS = Document(
    host="word",
    paragraphs=(
        Paragraph("abc", (Run("a", color=0xFF0000, size=1.0), Run("b", hidden=True), Run("c", bold=True))),
        Paragraph("white", (Run("white", color=0xFFFFFF),)),
    ),
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ActiveDocument.Content.Text", "Hello brave world. It is nice!\rsecond\rend\r"),
        ("ActiveDocument.Content", "Hello brave world. It is nice!\rsecond\rend\r"),
        ("ActiveDocument.Range.Text", "Hello brave world. It is nice!\rsecond\rend\r"),
        ("ActiveDocument.Range(6, 11)", "brave"),
        ("ActiveDocument.Range(Start:=31, End:=37).Text", "second"),
        ("ActiveDocument.Range(31).Text", "second\rend\r"),
        ("ActiveDocument.Paragraphs.Count", 3),
        ("ActiveDocument.Paragraphs(2).Range.Text", "second\r"),
        ("ActiveDocument.Paragraphs.Last.Range.Text", "end\r"),
        ("ActiveDocument.Paragraphs(1).Next.Range.Text", "second\r"),
        ("ActiveDocument.Paragraphs(2).Previous(1).Range.Words(1)", "Hello "),
        ("ActiveDocument.Words.Count", 13),
        ("ActiveDocument.Words(2).Text", "brave "),
        ("ActiveDocument.Words(4)", ". "),
        ("ActiveDocument.Sentences(2).Text", "It is nice!"),
        ("ActiveDocument.Characters(1) & ActiveDocument.Characters.Count", "H42"),
        ("ActiveDocument.Characters.Last", "\r"),
        ("ActiveDocument.Paragraphs(2).Range.Characters(2).Text", "e"),
        ("ActiveDocument.Paragraphs(2).Range.Start", 31),
        ("ActiveDocument.Paragraphs(2).Range.End", 38),
        ("ActiveDocument.ComputeStatistics(wdStatisticWords)", 8),
        ("Selection.Text", "H"),
        ("Selection.Start & Selection.End & Selection.Type", "001"),
        ("ActiveDocument.Content.StoryLength", 42),
    ],
)
def test_pieces(expression, expected):
    assert value(expression, TEXT) == expected


def test_cells_in_the_text():
    assert value("ActiveDocument.Content.Text", CELLS) == "before\rone\r\x07two\r\x07\r\x07after\r"
    assert value("ActiveDocument.Paragraphs(2).Range.Text", CELLS) == "one\r\x07"
    assert value("ActiveDocument.Paragraphs(2).Range.End - ActiveDocument.Paragraphs(2).Range.Start", CELLS) == 4


def test_an_empty_document_has_one_paragraph():
    assert value("ActiveDocument.Content.Text & ActiveDocument.Paragraphs.Count", Document(host="word")) == "\r1"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Set r = ActiveDocument.Range(0, 5): r.MoveEnd wdCharacter, 6: Main = r.Text", "Hello brave"),
        ("Set r = ActiveDocument.Range(0, 5): r.MoveStart Count:=1: Main = r", "ello"),
        ("Set r = ActiveDocument.Range(7, 7): r.Expand wdWord: Main = r", "brave "),
        ("Set r = ActiveDocument.Range(7, 7): r.Expand wdParagraph: Main = r", "Hello brave world. It is nice!\r"),
        ("Set r = ActiveDocument.Range(0, 5): r.Collapse wdCollapseEnd: r.MoveEnd wdWord, 1: Main = r", " "),
        ('Set r = ActiveDocument.Range(0, 0): r.MoveEndUntil ".": Main = r', "Hello brave world"),
        ('Set r = ActiveDocument.Range(0, 0): r.MoveEndWhile "Hel": Main = r', "Hell"),
        ("Set r = ActiveDocument.Words(1): Main = r.Next(wdWord, 2)", "world"),
        ("Set r = ActiveDocument.Range(6, 11): r.SetRange 0, 5: Main = r & r.InRange(ActiveDocument.Content)", "HelloTrue"),
        ("Set r = ActiveDocument.Paragraphs(2).Range: r.EndOf wdParagraph, wdExtend: Main = r", "second\r"),
        (
            'Set r = ActiveDocument.Paragraphs(2).Range: r.Text = "xy": Main = ActiveDocument.Content',
            "Hello brave world. It is nice!\rxyend\r",
        ),
        ('ActiveDocument.Content.InsertAfter "!": Main = ActiveDocument.Paragraphs.Last.Range', "end!\r"),
        ('ActiveDocument.Paragraphs(2).Range.InsertBefore "a ": Main = ActiveDocument.Paragraphs(2).Range', "a second\r"),
        ("ActiveDocument.Paragraphs(1).Range.Delete: Main = ActiveDocument.Content", "second\rend\r"),
        ("ActiveDocument.Paragraphs(2).Range.Copy: Selection.Paste: Main = ActiveDocument.Paragraphs(1).Range", "second\r"),
        ('ActiveDocument.Content = "all new": Main = ActiveDocument.Content & ActiveDocument.Paragraphs.Count', "all new\r1"),
        ("For Each p In ActiveDocument.Paragraphs: Main = Main & p.Range.Words(1): Next", "Hello secondend"),
        ("For Each w In ActiveDocument.Paragraphs(1).Range.Words: Main = Main & Left(w, 1): Next", "Hbw.Iin!\r"),
        ('Selection.TypeText "ab": Selection.TypeParagraph: Selection.TypeBackspace: Main = ActiveDocument.Words(1)', "abHello "),
        ('Selection.EndKey wdStory: Selection.TypeText "tail": Main = ActiveDocument.Paragraphs.Last.Range', "endtail\r"),
        ("Selection.WholeStory: Main = Len(Selection.Text)", 42),
        (
            "Selection.HomeKey Unit:=wdStory: Selection.MoveDown Unit:=wdLine, Count:=1: Selection.EndKey Unit:=wdLine, Extend:=wdExtend: Main = Selection",
            "second",
        ),
        ("Selection.MoveRight wdCharacter, 5, wdExtend: Main = Selection.Text", "Hello"),
        ("ActiveDocument.Paragraphs(2).Range.Select: Main = Selection.Text & Selection.Paragraphs.Count", "second\r1"),
        ("Selection.MoveRight wdWord, 1: Main = Selection.Words(1)", "brave "),
        ('ActiveDocument.Bookmarks.Add "b", ActiveDocument.Words(2): Selection.GoTo wdGoToBookmark, , , "b": Main = Selection', "brave "),
    ],
)
def test_moving_and_changing(lines, expected):
    assert body(lines, TEXT) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('Set r = ActiveDocument.Content: Main = r.Find.Execute("world") & r.Text & r.Start', "Trueworld12"),
        ('Set r = ActiveDocument.Content: Main = r.Find.Execute(FindText:="nothing")', False),
        ('Set r = ActiveDocument.Content: Main = r.Find.Execute("SECOND", MatchCase:=True)', False),
        ('Selection.Find.Text = "e": Selection.Find.Execute: Selection.Find.Execute: Main = Selection.Start', 10),
        ('Set r = ActiveDocument.Content: r.Find.Execute "[a-z]@.", MatchWildcards:=True: Main = r', "world."),
        (
            'ActiveDocument.Content.Find.Execute "e", ReplaceWith:="E", Replace:=wdReplaceAll: Main = ActiveDocument.Paragraphs(2).Range',
            "sEcond\r",
        ),
        (
            'ActiveDocument.Content.Find.Execute "^p", , , , , , , , , "|", 2: Main = ActiveDocument.Content',
            "Hello brave world. It is nice!|second|end|",
        ),
        (
            'ActiveDocument.Paragraphs(2).Range.Find.Execute "e", ReplaceWith:="-^&-", Replace:=2: Main = ActiveDocument.Content',
            "Hello brave world. It is nice!\rs-e-cond\rend\r",
        ),
        (
            'ActiveDocument.Content.Find.Execute "(is) (nice)", MatchWildcards:=True, ReplaceWith:="\\2 \\1", Replace:=2: Main = ActiveDocument.Sentences(2)',
            "It nice is!",
        ),
        ('ActiveDocument.Content.Find.Execute "^#", ReplaceWith:="", Replace:=2: Main = Len(ActiveDocument.Content)', 42),
    ],
)
def test_finding_and_replacing(lines, expected):
    assert body(lines, TEXT) == expected


def test_hidden_text_is_read_when_it_is_shown():
    assert value("ActiveDocument.Paragraphs(1).Range.Text", LOOKS) == "ac\r"
    assert body("ActiveWindow.View.ShowHiddenText = True\nMain = ActiveDocument.Paragraphs(1).Range", LOOKS) == "abc\r"
    assert body("Set r = ActiveDocument.Content\nr.TextRetrievalMode.IncludeHiddenText = True\nMain = r.Text", LOOKS) == "abc\rwhite\r"
    assert value("ActiveDocument.Characters(2).Font.Hidden", LOOKS) == -1


def test_looks_stay_with_their_text_when_other_text_is_replaced():
    lines = 'ActiveDocument.Content.Find.Execute "a", ReplaceWith:="long", Replace:=2: Main = ActiveDocument.Range(4, 5).Font.Hidden'
    assert body(lines, LOOKS) == -1
    lines = 'ActiveDocument.Content.Find.Execute "a", ReplaceWith:="", Replace:=2: Main = ActiveDocument.Range.Text'
    assert body(lines, LOOKS) == "c\rwhite\r"


def test_characters_picked_by_their_look():
    lines = """
    For Each c In ActiveDocument.Paragraphs(1).Range.Characters
        If c.Font.Color = wdColorRed Then Main = Main & c.Text
        If c.Font.Bold Then Main = Main & c.Text
    Next
    """
    assert body(lines, LOOKS) == "ac\r"
    assert value("ActiveDocument.Paragraphs(1).Range.Font.Size", LOOKS) == 9999999
    assert value("ActiveDocument.Characters(1).Font.Size", LOOKS) == 1
    assert body("ActiveDocument.Content.Font.Color = vbRed\nMain = ActiveDocument.Paragraphs(2).Range.Font.Color", LOOKS) == 255


def test_looks_move_with_the_text():
    lines = 'ActiveDocument.Range(0, 0).InsertBefore "xx"\nMain = ActiveDocument.Characters(3).Font.Size & ActiveDocument.Characters(1).Font.Size'
    assert body(lines, LOOKS) == "111"


def test_building_a_text_piece_by_piece():
    lines = 'Set d = ActiveDocument\nFor i = 1 To 300\nd.Content.InsertAfter "chunk" & i\nNext\nMain = Len(d.Content.Text)'
    assert body(lines, Document(host="word")) == 300 * 5 + 9 + 90 * 2 + 201 * 3 + 1
