from __future__ import annotations

from fixturelib.pdf import Pdf

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.pdf import open_pdf
from emoscan.model import Artifact, Child, Fact, Problem


def run(pdf: Pdf | bytes, **more):
    data = pdf.file() if isinstance(pdf, Pdf) else pdf
    return list(open_pdf(Artifact("document.pdf", data), Context(Budget(Limits()), **more)))


def facts(items):
    return [(f.kind, f.value, f.how) for f in items if isinstance(f, Fact)]


def test_links():
    body = b"<< /A << /S /URI /URI (https://files.example.test/a.zip) >> /B << /S /SubmitForm /F << /FS /URL /F (https://files.example.test/form) >> >> >>"
    assert facts(run(Pdf([body, b"<< /S /GoToR /F (\\\\\\\\files.example.test\\\\a) /URI (https://files.example.test/a.zip) >>"]))) == [
        ("link.external", "https://files.example.test/a.zip", "hyperlink"),
        ("link.external", "https://files.example.test/form", "SubmitForm"),
        ("link.external", "\\\\files.example.test\\a", "GoToR"),
    ]


def test_what_happens_when_it_is_opened():
    items = run(
        Pdf(
            [
                b"<< /Type /Catalog /OpenAction 2 0 R /AA << /WC << /S /GoTo >> >> >>",
                b"<< /S /JavaScript /JS 3 0 R >>",
                (b"", b"app.alert('inert');"),
            ]
        )
    )
    assert facts(items) == [("pdf.action", "JavaScript", "OpenAction"), ("pdf.action", "GoTo", "AA"), ("pdf.script", "19 characters", "")]
    assert [(c.kind, c.data) for c in items if isinstance(c, Child)] == [("script.pdf", b"app.alert('inert');")]


def test_a_program_is_started():
    items = run(Pdf([b"<< /S /Launch /Win << /F (cmd.exe) /P (/c echo inert) >> >>"]))
    assert facts(items) == [("effect.run", "cmd.exe /c echo inert", "Launch action")]
    assert [(c.kind, c.data) for c in items if isinstance(c, Child)] == [("script.cmd", b"cmd.exe /c echo inert")]


def test_embedded_files():
    named = b"<< /Type /Filespec /F (a.txt) /UF <FEFF0061002E006A0073> /EF << /F 2 0 R >> >>"
    items = run(Pdf([named, (b"/Type /EmbeddedFile", b"inert()"), (b"/Type /EmbeddedFile", b"nobody names it")]))
    assert [(c.label, c.data) for c in items if isinstance(c, Child)] == [("a.js", b"inert()"), ("", b"nobody names it")]


def test_a_lock_and_its_password():
    writer = Pdf(password="4711", revision=4)
    writer.objects = [b"<< /URI " + writer.string(b"https://files.example.test/a", 1) + b" >>"]
    shut = run(writer)
    assert facts(shut) == [("document.encrypted", "PDF, AES 128 bits", "")]
    assert [p.sort for p in shut if isinstance(p, Problem)] == ["encrypted"]
    clue = Fact("clue.password", "4711", "mail text")
    assert facts(run(writer, clues=(clue,))) == [
        ("document.encrypted", "PDF, AES 128 bits", ""),
        ("opened.password", "4711", "mail text"),
        ("link.external", "https://files.example.test/a", "hyperlink"),
    ]


def test_short_numbers_are_tried():
    writer = Pdf(password="0808", revision=4)
    writer.objects = [b"<< /URI " + writer.string(b"https://files.example.test/a", 1) + b" >>"]
    assert ("opened.password", "0808", "short numbers, tried in turn") in facts(run(writer))


def test_damage_is_told():
    assert [p.sort for p in run(b"%PDF-1.4 nothing") if isinstance(p, Problem)] == ["malformed"]
    assert [p.sort for p in run(Pdf([(b"/Type /EmbeddedFile /Filter /Nobody", b"x")])) if isinstance(p, Problem)] == ["malformed"]
