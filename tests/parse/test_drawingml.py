"""Shapes of slides and sheets."""

from emoscan.parse import drawingml, xml
from emoscan.parse.bundle import Shape

NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"'
)


def read(body: str):
    return list(drawingml.shapes(xml.tree(f"<p:sld {NAMES}>{body}</p:sld>".encode()), "1"))


def test_shapes_with_their_texts():
    body = (
        '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="1" name="Group" descr="of the group"/></p:nvGrpSpPr>'
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Box" descr="alt" title="t"/><p:cNvSpPr txBox="1"/></p:nvSpPr>'
        "<p:txBody><a:p><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t>two</a:t></a:r></a:p><a:p><a:r><a:t>three</a:t></a:r></a:p></p:txBody></p:sp>"
        '</p:grpSp><p:pic><p:nvPicPr><p:cNvPr id="3" name="Picture 1" descr="in the picture"/></p:nvPicPr></p:pic>'
    )
    assert read(body) == [
        Shape("Box", "one\x0btwo\rthree", "alt", "t", "textbox", "1"),
        Shape("Group", "", "of the group", type="group", place="1"),
        Shape("Picture 1", "", "in the picture", type="picture", place="1"),
    ]


def test_vml():
    body = (
        '<v:shape id="Button_1" alt="said"><v:textbox><div><font>Click</font></div></v:textbox><x:ClientData ObjectType="Button"/></v:shape>'
        '<v:shape id="n"><v:textbox><div>a note</div></v:textbox><x:ClientData ObjectType="Note"/></v:shape>'
    )
    assert read(body) == [Shape("Button_1", "Click", "said", type="Button", place="1")]


def test_bounds(monkeypatch):
    monkeypatch.setattr(drawingml, "MAX_TEXT", 10)
    monkeypatch.setattr(drawingml, "MAX_SHAPES", 3)
    shapes = read("".join(f'<p:sp><p:cNvPr name="{n}"/><a:t>123456</a:t></p:sp>' for n in range(9)))
    assert [s.text for s in shapes] == ["123456", "1234", ""]
