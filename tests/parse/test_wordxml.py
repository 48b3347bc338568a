"""Text documents in Office Open XML: looks, styles, stories, tables, shapes, bookmarks, fields."""

import pytest

from emoscan.parse import xml
from emoscan.parse.bundle import FormField, Paragraph, Run, Shape
from emoscan.parse.wordxml import Reader

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
STYLES = (
    f'<w:styles {NAMES}><w:style w:styleId="Base"><w:name w:val="base"/><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    '<w:style w:styleId="Unseen"><w:name w:val="Not seen"/><w:basedOn w:val="Base"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style></w:styles>'
)


def read(body: str, *, styles: bool = False, **stories: str):
    reader = Reader(xml.tree(STYLES.encode()) if styles else None)
    reader.read_main(xml.tree(f"<w:document {NAMES}><w:body>{body}</w:body></w:document>".encode()))
    for name, text in stories.items():
        reader.read_story(name, xml.tree(f"<w:x {NAMES}>{text}</w:x>".encode()))
    return reader.document()


def r(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def test_paragraphs_and_characters():
    body = p(r("one"), "<w:r><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r>") + p() + p(r("four"))
    assert read(body).paragraphs == (Paragraph("one\ttwo\x0bthree"), Paragraph(""), Paragraph("four"))


def test_looks():
    body = p(
        r("a"),
        r("b", "<w:vanish/>"),
        r("c", '<w:vanish w:val="0"/>'),
        r("d", '<w:color w:val="FFFFFF"/><w:sz w:val="2"/>'),
        r("e", "<w:b/>"),
    )
    assert read(body).paragraphs[0].runs == (
        Run("a"),
        Run("b", hidden=True),
        Run("c"),
        Run("d", color=0xFFFFFF, size=1.0),
        Run("e", bold=True),
    )


def test_looks_by_style():
    style = '<w:pPr><w:pStyle w:val="Unseen"/></w:pPr>'
    body = p(r("x"), properties=style) + p(r("y", '<w:rStyle w:val="Base"/>'), r("z", '<w:rStyle w:val="Loop"/>'))
    assert read(body, styles=True).paragraphs == (
        Paragraph("x", (Run("x", hidden=True, color=0xFFFFFF),), "Not seen"),
        Paragraph("yz", (Run("y", color=0xFFFFFF), Run("z"))),
    )


def test_deleted_text_is_gone_and_inserted_text_is_there():
    body = p(
        r("a"), "<w:del><w:r><w:delText>b</w:delText></w:r></w:del>", f"<w:ins>{r('c')}</w:ins>", f"<w:hyperlink>{r('d')}</w:hyperlink>"
    )
    assert read(body).paragraphs == (Paragraph("acd"),)


def test_fields():
    body = p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDEAUTO c:\\\\</w:instrText></w:r>',
        '<w:r><w:instrText>x </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        r("result"),
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        f'<w:fldSimple w:instr="DATE">{r("today")}</w:fldSimple>',
    )
    model = read(body)
    assert model.paragraphs == (Paragraph("resulttoday"),)
    assert model.fields == (("DDEAUTO c:\\\\x", "result"), ("DATE", "today"))


def test_hyperlinks_are_fields():
    model = read(p(f'<w:hyperlink w:anchor="there" w:tooltip="tip">{r("shown")}</w:hyperlink>'))
    assert model.paragraphs == (Paragraph("shown"),)
    assert model.fields == (('HYPERLINK \\l "there" \\o "tip"', "shown"),)


def test_the_shape_that_shows_a_control():
    shape = '<v:shape id="_x0000_i1025" style="width:72pt"/>'
    model = read(p(f'<w:r><w:object>{shape}<w:control w:name="TextBox1" w:shapeid="_x0000_i1025"/></w:object></w:r>'))
    assert model.shapes == (Shape("_x0000_i1025", type="control", inline=True, control="TextBox1"),)


def cell(*paragraphs: str) -> str:
    return f"<w:tc>{''.join(paragraphs)}</w:tc>"


def test_tables():
    inner = f"<w:tbl><w:tr>{cell(p(r('in')))}</w:tr></w:tbl>"
    rows = f"<w:tr>{cell(p(r('a')))}{cell(p(r('b')), p(r('c')))}</w:tr><w:tr>{cell(inner + p(r('d')))}</w:tr>"
    model = read(p(r("before")) + f"<w:tbl>{rows}</w:tbl>" + p(r("after")))
    assert model.tables[0][0] == ("a", "b\rc")
    assert [q.text for q in model.paragraphs][:5] == ["before", "a\x07", "b", "c\x07", "\x07"]
    assert model.paragraphs[-1] == Paragraph("after")


def test_bookmarks_and_content_controls():
    start, end = '<w:bookmarkStart w:id="1" w:name="mark"/>', '<w:bookmarkEnd w:id="1"/>'
    control = (
        f'<w:sdt><w:sdtPr><w:alias w:val="title"/><w:tag w:val="tag"/></w:sdtPr><w:sdtContent>{p(r("filled in"))}</w:sdtContent></w:sdt>'
    )
    model = read(p(r("be"), start, r("fore")) + p(r("mid"), end, r("dle")) + control)
    assert model.bookmarks == {"mark": "fore\rmid"}
    assert model.content_controls == (("title", "tag", "filled in"),)


def test_form_fields():
    def field(code: str, data: str, result: str = "") -> str:
        inside = f'<w:ffData><w:name w:val="f"/>{data}</w:ffData>'
        begin = f'<w:r><w:fldChar w:fldCharType="begin">{inside}</w:fldChar></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        return f'{begin}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'

    drop = '<w:ddList><w:result w:val="1"/><w:listEntry w:val="one"/><w:listEntry w:val="two"/></w:ddList>'
    text = '<w:helpText w:val="h"/><w:statusText w:val="s"/><w:textInput><w:default w:val="d"/></w:textInput>'
    model = read(p(field("FORMDROPDOWN", drop)) + p(field("FORMTEXT", text, "typed")))
    assert model.form_fields == (
        FormField("f", "dropdown", "two", entries=("one", "two")),
        FormField("f", "text", "typed", "d", "h", "s"),
    )


def test_stories_and_comments():
    comments = f'<w:comment w:author="Taro">{p(r("look"))}</w:comment><w:comment>{p(r("here"))}</w:comment>'
    model = read(p(r("main")), header=p(r("head")), footer=p(r("foot")), footnotes=p(r("note")), comments=comments)
    assert model.stories == {"header": "head", "footer": "foot", "footnotes": "note", "comments": "look\rhere"}
    assert model.comments == (("Taro", "look"), ("", "here"))


BOX = (
    '<w:drawing><wp:anchor><wp:docPr id="1" name="Text Box 1" descr="alternative" title="a title"/><a:graphic><a:graphicData><wps:wsp>'
    f"<wps:txbx><w:txbxContent>{p(r('in the'))}{p(r('box'))}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
)
OLD_BOX = (
    f'<w:pict><v:shape id="Text Box 1"><v:textbox><w:txbxContent>{p(r("in the old box"))}</w:txbxContent></v:textbox></v:shape></w:pict>'
)


def test_text_boxes_once_though_said_twice():
    both = f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{OLD_BOX}</mc:Fallback></mc:AlternateContent>"
    model = read(p(f"<w:r>{both}</w:r>", r("main")))
    assert model.shapes == (Shape("Text Box 1", "in the\rbox", "alternative", "a title", "textbox"),)
    assert model.paragraphs == (Paragraph("main"),)
    assert model.stories == {"textboxes": "in the\rbox"}


def test_shapes_in_vml():
    floating = '<w:pict><v:shape id="Art" alt="said" style="position: absolute"><v:textpath string="word art"/></v:shape></w:pict>'
    model = read(p(f"<w:r>{OLD_BOX}</w:r><w:r>{floating}</w:r>"))
    assert model.shapes == (
        Shape("Text Box 1", "in the old box", type="textbox", inline=True),
        Shape("Art", "word art", "said", type="wordart"),
    )


def test_pictures_in_line():
    picture = '<pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="file.png" descr="inner"/></pic:nvPicPr></pic:pic>'
    inline = f'<w:drawing><wp:inline><wp:docPr id="1" name="Picture 1"/>{picture}</wp:inline></w:drawing>'
    assert read(p(f"<w:r>{inline}</w:r>")).shapes == (Shape("Picture 1", "", "inner", type="picture", inline=True),)


def test_shapes_in_groups():
    boxes = "".join(
        f'<wps:wsp><wps:cNvPr id="{n}" name="Box {n}"/><wps:txbx><w:txbxContent>{p(r(f"text {n}"))}</w:txbxContent></wps:txbx></wps:wsp>'
        for n in (1, 2)
    )
    group = f'<w:drawing><wp:anchor><wp:docPr id="9" name="Group"/><wpg:wgp>{boxes}</wpg:wgp></wp:anchor></w:drawing>'
    model = read(p(f"<w:r>{group}</w:r>"))
    assert [(s.name, s.text) for s in model.shapes] == [("Box 1", "text 1"), ("Box 2", "text 2"), ("Group", "")]


def test_text_is_bounded(monkeypatch):
    monkeypatch.setattr("emoscan.parse.wordxml.MAX_TEXT", 1_000)
    model = read("".join(p(r("x" * 100)) for _ in range(50)))
    assert sum(len(q.text) for q in model.paragraphs) == 1_000


@pytest.mark.parametrize("nested", [f"{'<w:ins>' * 500}x", "<w:tbl><w:tr><w:tc>" * 200, "<w:fldSimple>" * 300, "<w:sdt>" * 300])
def test_nesting_is_no_recursion(nested):
    reader = Reader()
    reader.read_main(xml.tree(f"<w:document {NAMES}><w:body><w:p>{nested}".encode()))
    reader.document()
