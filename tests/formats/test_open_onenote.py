from __future__ import annotations

from fixturelib.onenote import File, section

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.onenote import open_section
from emoscan.model import Artifact, Child, Fact, Problem


def run(data: bytes):
    return list(open_section(Artifact("office.onenote", data), Context(Budget(Limits()))))


def test_files_pictures_and_text_are_handed_on():
    items = run(
        section([File("view.png", b"\x89PNG", picture=True), File("click.wsf", b"<job></job>", "C:\\a\\click.wsf")], ["Double click"])
    )
    assert [(c.label, c.how, c.data) for c in items if isinstance(c, Child)] == [
        ("view.png", "picture on the page", b"\x89PNG"),
        ("click.wsf", "embedded file", b"<job></job>"),
        ("", "text of the pages", b"Double click"),
    ]
    assert [(f.value, f.detail) for f in items if isinstance(f, Fact)] == [
        ("click.wsf", {"size": "11", "extension": ".wsf", "source": "C:\\a\\click.wsf"})
    ]


def test_what_is_not_there_is_said():
    assert [p.sort for p in run(section([File("a.hta", b"x")], size_lie=5_000)) if isinstance(p, Problem)] == ["malformed"]
