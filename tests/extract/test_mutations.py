"""Documents of every kind, mutated: whatever comes, no step raises, loops or spends more than it has."""

from __future__ import annotations

from functools import lru_cache

import pytest
from fixturelib import ooxml, summary
from fixturelib.oforms import Control, binary_storage, control_line, page_control, user_form
from fixturelib.ovba import Module, Project
from fixturelib.powerpoint import Presentation
from fixturelib.word import Document, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.context import Context
from emoscan.model import Artifact, Child
from emoscan.parse.bundle import VBA_PROJECT, load_vba
from emoscan.registry import discover, sniff, steps_for

discover(("formats", "extract"))

BOX = Control("TextBox", "TextBox1", value="cmd /c echo inert")
FORM = user_form("UserForm1", [BOX, Control("Frame", "F", controls=[Control("Label", "L", caption="in the frame")])])
EXPANDED = 20_000_000


@lru_cache(maxsize=1)
def documents() -> dict[str, bytes]:
    modules = [
        Module("ThisDocument", type="document", controls=[control_line(BOX, 0)]),
        Module("Module1", "Sub AutoOpen()\n    Shell TextBox1, 0\nEnd Sub\n"),
        Module("UserForm1", type="form"),
    ]
    vba = Project(modules, forms={"UserForm1": FORM})
    text = [Run("seen "), Run("unseen\r", hidden=True), Run("a\x07b\x07\x07"), Run("\x13 DATE \x14now\x15\r")]
    properties = summary.streams({"Title": "t"}, {"custom": "c"})
    control = ooxml.ActiveX("TextBox1", BOX.clsid, binary_storage(BOX))
    return {
        "doc": Document(text, vba, {1: (BOX.prog_id, page_control(BOX))}, {"v": "w"}, properties).file(),
        "docm": ooxml.word(text[:2], vba=vba.file(), controls=[control], variables={"v": "w"}, properties={"Title": "t"}).file(method=0),
        "ppt": Presentation([["one"], ["two"]], vba).file(),
        "bin": vba.file(),
    }


def work(data: bytes) -> list[object]:
    """Everything that steps yield for a document and what comes out of it, inside one budget."""
    budget = Budget(Limits(expanded_bytes=EXPANDED))
    found: list[object] = []
    queue = [(kind, data) for kind in sniff(data)]
    for kind, content in queue:
        for step in steps_for(kind):
            if step.run.__module__.split(".")[1] not in ("formats", "extract"):
                continue
            try:
                for item in step.run(Artifact(kind, content), Context(budget)):
                    found.append(item)
                    if isinstance(item, Child) and len(queue) < 40:
                        queue += [(k, item.data) for k in ((item.kind,) if item.kind else sniff(item.data))]
            except LimitReached:
                pass
    assert budget.spent["expanded_bytes"] <= EXPANDED
    return found


@pytest.mark.parametrize("kind", ["doc", "docm", "ppt", "bin"])
def test_whole_documents_give_their_macros(kind):
    projects = [load_vba(i.data) for i in work(documents()[kind]) if isinstance(i, Child) and i.kind == VBA_PROJECT]
    assert [m.name for m in projects[0].modules] == ["ThisDocument", "Module1", "UserForm1"]
    assert projects[0].document.forms[0].controls[0].properties["Value"] == "cmd /c echo inert"


@pytest.mark.parametrize("kind", ["doc", "docm", "ppt", "bin"])
@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_documents(kind, data):
    bytes_ = bytearray(documents()[kind])
    for _ in range(data.draw(st.integers(1, 30))):
        at = data.draw(st.integers(0, len(bytes_) - 1))
        bytes_[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del bytes_[data.draw(st.integers(0, len(bytes_))) :]
    work(bytes(bytes_))


@pytest.mark.parametrize("kind", ["doc", "docm", "ppt", "bin"])
@given(st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_documents_with_blocks_moved_about(kind, data):
    bytes_ = documents()[kind]
    blocks = [bytes_[at : at + 512] for at in range(0, len(bytes_), 512)]
    for _ in range(data.draw(st.integers(1, 6))):
        one, other = (data.draw(st.integers(1, len(blocks) - 1)) for _ in range(2))
        blocks[one] = blocks[other]
    work(b"".join(blocks))
