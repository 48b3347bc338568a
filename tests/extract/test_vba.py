"""Macro projects: out of every container into one bundle, out of the bundle into modules and facts."""

import pytest
from fixturelib import ooxml, summary
from fixturelib.archives import Member
from fixturelib.cfb import Storage, compound
from fixturelib.oforms import Control, binary_storage, binary_stream, control_line, page_control, user_form
from fixturelib.ovba import EXCEL_WORKBOOK, Module, Project, Reference
from fixturelib.word import Document

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.extract.vba import from_compound_file, from_package, open_project
from emoscan.formats.ole import open_ole
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse.bundle import VBA_PROJECT, VbaProject, dump, kind_of, load_vba

CODE = "Sub AutoOpen()\n    Shell ThisDocument.TextBox1.Value, 0\nEnd Sub\n"
TEXT_BOX = Control("TextBox", "TextBox1", value="cmd /c echo inert", tip="a tip")
FORM = user_form("UserForm1", [Control("Label", "Label1", caption="in the form")], caption="Form caption")


def project(*, controls=(), **options) -> Project:
    return Project(
        [
            Module("ThisDocument", type="document", controls=[control_line(c, n) for n, c in enumerate(controls)]),
            Module("Module1", CODE),
            Module("Empty", "' nothing\n"),
            Module("UserForm1", type="form"),
        ],
        forms={"UserForm1": FORM},
        **options,
    )


def run(step, kind, data, **limits):
    return list(step(Artifact(kind, data), Context(Budget(Limits(**limits)))))


def bundles(items) -> list[VbaProject]:
    return [load_vba(i.data) for i in items if isinstance(i, Child)]


def problems(items):
    return [(p.sort, p.name) for p in items if isinstance(p, Problem)]


def facts(items, kind):
    return [f.value for f in items if isinstance(f, Fact) and f.kind == kind]


# ---------------------------------------------------------------- into bundles


def test_a_word_document_with_its_model():
    properties = summary.streams({"Title": "Invoice", "Comments": "in the comments"}, {"custom": "value"})
    document = Document(
        "text", project(controls=[TEXT_BOX]), {7: (TEXT_BOX.prog_id, page_control(TEXT_BOX))}, {"name": "variable"}, properties
    )
    items = run(from_compound_file, "office.ole", document.file())
    assert not problems(items)
    assert [(i.kind, i.label, kind_of(i.data)) for i in items] == [(VBA_PROJECT, "Macros", VBA_PROJECT)]
    (bundle,) = bundles(items)
    assert [m.name for m in bundle.modules] == ["ThisDocument", "Module1", "Empty", "UserForm1"]
    model = bundle.document
    assert (model.host, model.code_name) == ("word", "ThisDocument")
    assert [(c.name, c.type, c.module, c.properties["Value"]) for c in model.controls] == [
        ("TextBox1", "TextBox", "ThisDocument", "cmd /c echo inert")
    ]
    assert model.variables == {"name": "variable"}
    assert model.properties["Comments"] == "in the comments"
    assert model.custom_properties == {"custom": "value"}
    assert model.forms[0].properties["Caption"] == "Form caption"
    assert model.forms[0].controls[0].properties["Caption"] == "in the form"


@pytest.mark.parametrize("persistence", ["storage", "stream", "bag"])
def test_a_package_with_its_model(persistence):
    data = {"storage": binary_storage(TEXT_BOX), "stream": binary_stream(TEXT_BOX), "bag": b""}[persistence]
    control = ooxml.ActiveX("TextBox1", TEXT_BOX.clsid, data, persistence, {"Value": "cmd /c echo inert"})
    document = ooxml.word(
        "text",
        vba=project(controls=[TEXT_BOX]).file(),
        controls=[control],
        variables={"name": "variable"},
        properties={"Title": "Invoice", "Comments": "in the comments", "Company": "Example"},
        custom={"custom": "value"},
    )
    items = run(from_package, "office.ooxml", document.file())
    assert not problems(items)
    (bundle,) = bundles(items)
    model = bundle.document
    assert (model.host, model.code_name) == ("word", "ThisDocument")
    assert [(c.name, c.type, c.module, c.properties["Value"]) for c in model.controls] == [
        ("TextBox1", "TextBox", "ThisDocument", "cmd /c echo inert")
    ]
    assert model.variables == {"name": "variable"}
    assert {k: model.properties[k] for k in ("Title", "Comments", "Company")} == {
        "Title": "Invoice",
        "Comments": "in the comments",
        "Company": "Example",
    }
    assert model.custom_properties == {"custom": "value"}
    assert model.forms[0].controls[0].properties["Caption"] == "in the form"


def test_the_workbook_is_the_document_of_a_workbook():
    vba = Project([Module("Sheet1", type="document"), Module("DieseArbeitsmappe", type="document", base=EXCEL_WORKBOOK), Module("M", CODE)])
    root = Storage().put("Workbook", b"x").put("_VBA_PROJECT_CUR", vba.storage())
    (bundle,) = bundles(run(from_compound_file, "office.ole", compound(root)))
    assert (bundle.document.host, bundle.document.code_name) == ("excel", "DieseArbeitsmappe")


def test_a_project_alone():
    (bundle,) = bundles(run(from_compound_file, "office.vba-storage", project().file()))
    assert bundle.document.host == "word"
    assert bundle.document.forms[0].name == "UserForm1"


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/renamed.dat", "media/image1.png"])
def test_a_project_is_found_under_any_name(part):
    document = ooxml.word("text", vba=project().file(), vba_part=part)
    assert len(bundles(run(from_package, "office.ooxml", document.file()))) == 1


def test_a_project_nothing_points_at_is_found():
    document = ooxml.word("text", kind="docx")
    document.extra.append(Member("docProps/thumbnail.jpeg", project().file()))
    (bundle,) = bundles(run(from_package, "office.ooxml", document.file()))
    assert bundle.document.host == "word"


def test_of_two_projects_of_one_name_both_are_read():
    document = ooxml.word("text", vba=project().file())
    document.extra.append(Member("word/vbaProject.bin", Project([Module("Other", CODE)]).file()))
    assert len(bundles(run(from_package, "office.ooxml", document.file()))) == 2


def test_no_macros_nothing_said():
    assert run(from_package, "office.ooxml", ooxml.word("text", kind="docx").file()) == []
    assert run(from_compound_file, "office.ole", Document("text").file()) == []


def test_embedded_documents_are_left_to_themselves():
    root = Storage().put("Workbook", b"x").put("MBD1", Document("text", project()).storage())
    assert run(from_compound_file, "office.ole", compound(root)) == []


@pytest.mark.parametrize("kept", [0.4, 0.6, 0.8, 0.95])
def test_a_document_cut_short_is_never_silent(kept):
    data = Document("text\n" * 2_000, project()).file()
    cut = data[: int(len(data) * kept)]
    assert problems([*run(from_compound_file, "office.ole", cut), *run(open_ole, "office.ole", cut)])


def test_a_project_that_cannot_be_read_is_said():
    document = ooxml.word("text", vba=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000))
    assert problems(run(from_package, "office.ooxml", document.file())) == [("malformed", "vba-project")]


def test_modules_are_carved_out_of_what_is_no_compound_file():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + project().file()[512:].replace("Root Entry".encode("utf-16-le"), bytes(20))
    items = run(from_compound_file, "office.ole", data)
    assert "Module1" in [m.name for b in bundles(items) for m in b.modules]
    assert problems(items) == [("malformed", "vba-project")]


def test_a_password_in_clear_is_a_clue(monkeypatch):
    from fixturelib import ovba as writer

    monkeypatch.setattr(writer, "password_hash", lambda word: word.encode() + b"\0")
    items = run(from_compound_file, "office.vba-storage", project(locked="sesame").file())
    assert facts(items, "clue.password") == ["sesame"]


def test_a_limit_is_said():
    items = run(from_compound_file, "office.vba-storage", Project([Module("M", "' comment\n" * 5_000)]).file(), vba_source_bytes=10_000)
    assert problems(items) == [("limit", "vba_source_bytes")]
    assert len(bundles(items)[0].modules[0].source) == 10_000


# ---------------------------------------------------------------- out of bundles


def test_modules_with_code_and_facts():
    (item,) = run(from_compound_file, "office.vba-storage", project(locked="secret").file())
    items = run(open_project, VBA_PROJECT, item.data)
    assert [(c.kind, c.label, c.how) for c in items if isinstance(c, Child)] == [("script.vba", "Module1", "macro module")]
    assert facts(items, "macro.code") == ["code"]
    assert [(f.value, f.detail) for f in items if isinstance(f, Fact) and f.kind == "vba.module"] == [
        ("ThisDocument", {"type": "document", "origin": "dir"}),
        ("Module1", {"type": "standard", "origin": "dir"}),
        ("Empty", {"type": "standard", "origin": "dir"}),
        ("UserForm1", {"type": "form", "origin": "dir"}),
    ]
    assert "password" in facts(items, "vba.protected")
    assert len(facts(items, "vba.normalised_sha256")[0]) == 64


def test_an_empty_project():
    (item,) = run(from_compound_file, "office.vba-storage", Project([Module("ThisDocument", type="document")]).file())
    items = run(open_project, VBA_PROJECT, item.data)
    assert facts(items, "macro.code") == ["empty"]
    assert not [c for c in items if isinstance(c, Child)]


def test_lost_source_is_not_called_empty():
    storage = Project([Module("ThisDocument", CODE, "document")]).storage()
    storage.put("VBA/ThisDocument", b"overwritten" * 99)
    (item, _) = run(from_compound_file, "office.vba-storage", compound(storage))
    assert facts(run(open_project, VBA_PROJECT, item.data), "macro.code") == ["code"]


def test_damage_is_a_fact():
    (item,) = run(from_compound_file, "office.vba-storage", Project([Module("M", CODE, offset_error=9)]).file())
    assert len(facts(run(open_project, VBA_PROJECT, item.data), "vba.damaged")) == 1


def test_references_to_elsewhere():
    vba = Project([Module("M", CODE)], references=[Reference("Evil", r"*\C\\192.0.2.1\share\evil.dotm", "project")])
    (item,) = run(from_compound_file, "office.vba-storage", vba.file())
    assert facts(run(open_project, VBA_PROJECT, item.data), "link.external") == [r"\\192.0.2.1\share\evil.dotm"]


def test_no_bundle():
    assert problems(run(open_project, VBA_PROJECT, b"{}")) == [("malformed", "bundle")]


def test_equal_projects_are_equal_bundles():
    one, other = (bundles(run(from_compound_file, "office.vba-storage", project().file()))[0] for _ in range(2))
    assert dump(one) == dump(other)
