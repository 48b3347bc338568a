"""Whatever chain of members a macro asks for: a value, Unknown or an error of VBA, never one of Python."""

from __future__ import annotations

from contextlib import suppress

import pytest
from evaluate.vba.host.hosted import DOCUMENT_OF_FORMULAS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, ErrorValue, Object, ObjectClass, Unknown, accepts, arity
from emoscan.evaluate.core.world import World
from emoscan.evaluate.vba.arrays import Array, array_of
from emoscan.evaluate.vba.host import HOSTS, cells, excel, forms, make_host, names, powerpoint, properties, shapes, vbe, word, wordtext
from emoscan.evaluate.vba.host import application as apps
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.parse.bundle import Control, Document, Form, Module, Paragraph, Run, Shape

CONTROLS = (
    Control("Text1", "TextBox", {"Value": "v", "Text": "v"}),
    Control("List1", "ListBox", {"Value": "v"}),
    Control("Combo1", "ComboBox", {"Value": "v", "Text": "v"}),
    Control("Pages", "MultiPage", {"Value": 0}, (Control("P1", "Page", {"Caption": "c"}, (Control("In", "Label", {"Caption": "c"}),)),)),
    Control("Tabs", "TabStrip", {"Value": 0}, (Control("T1", "Tab", {"Caption": "c"}),)),
    Control("Frame1", "Frame", {"Caption": "c"}, (Control("Deep", "CheckBox", {"Value": True}),)),
    Control("Lost", "TextBox"),
)
PARTS = {
    "forms": (Form("UserForm1", {"Caption": "c"}, CONTROLS),),
    "controls": (Control("Page1", "TextBox", {"Value": "v", "Text": "v"}, module="ThisDocument"),),
    "variables": {"x": "y"},
    "properties": {"Title": "t"},
    "custom_properties": {"c": 1},
    "stories": {"header": "h", "notes": "n"},
    "custom_xml": ("<a><b>c</b></a>",),
    "comments": (("a", "c"),),
    "fields": (("AUTHOR", "x"),),
    "content_controls": (("t", "g", "x"),),
    "bookmarks": {"b": "Hello"},
    "tables": ((("1", "2"), ("3",)),),
    "paragraphs": (Paragraph("Hello world.", (Run("Hello", color=1, hidden=True), Run(" world."))), Paragraph("cell\x07"), Paragraph("")),
    "shapes": (Shape("S", "text", "alt"), Shape("I", inline=True), Shape("On sheet", "t", place="One"), Shape("On slide", "t", place="1")),
    "slides": (("a", "b"),),
    "tags": {"K": "v"},
}
DOCUMENTS = [
    Document(host="word", **PARTS),
    Document(host="excel", code_name="ThisWorkbook", workbook=DOCUMENT_OF_FORMULAS.workbook, **PARTS),
    Document(host="powerpoint", code_name="", **PARTS),
    Document(host="word", unread=("paragraphs", "shapes", "tables", "stories", "variables")),
    Document(host="excel"),
    Document(),
]
MODULES = [
    Module("ThisDocument", "Sub Workbook_Open()\nEnd Sub", "document"),
    Module("ThisWorkbook", "", "document"),
    Module("One", "", "document"),
    Module("UserForm1", "Private Sub UserForm_Initialize()\nEnd Sub\nPrivate Sub Ok_Click()\nMe.Show\nEnd Sub", "form"),
]

VALUES = st.one_of(
    st.sampled_from(
        [None, NULL, NOTHING, MISSING, True, False, 0, 1, 2, 3, -1, 6, 1 << 40, 0.5, -1e300, 1e18, ErrorValue(2042), Date(44562.5)]
    ),
    st.sampled_from(
        [
            "",
            "A1",
            "A1:B2",
            "x",
            "One",
            "=1+1",
            "=A1",
            "1",
            "Title",
            "UserForm1",
            "https://a.example.test/x",
            "C:\\x.txt",
            "*",
            "[a-z]@",
            "^p",
            "a" * 300,
        ]
    ),
    st.sampled_from([Unknown("u"), Unknown("u", ("a", Unknown("b")))]),
    st.integers(-4200, 4200),
    st.text(max_size=8),
    st.just("array"),
    st.just("object"),
)


def classes() -> list[ObjectClass]:
    found: dict[int, ObjectClass] = {}
    for module in (apps, cells, excel, forms, powerpoint, properties, shapes, vbe, word, wordtext):
        for thing in vars(module).values():
            if isinstance(thing, ObjectClass):
                found[id(thing)] = thing
    return list(found.values())


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.name)
def test_every_member_can_be_called_with_nothing(cls):
    for name, member in cls.get.items():
        assert name == name.lower()
        assert arity(member)[0] == 0, f"{cls.name}.{name} needs an argument"
        assert accepts(member, 0)
    for name in cls.put:
        assert name == name.lower()
    assert not cls.default or cls.default in cls.get or cls.missing is not None


def every_name() -> list[str]:
    found = {name for cls in classes() for name in (*cls.get, *cls.put)}
    return sorted(found | names.GLOBAL[""] | names.USER_FORM | {"nosuchmember", "text1", "page1", "pages", "p1", ""})


NAMES = every_name()
STARTS = sorted({*names.WORD, *names.EXCEL, *names.POWERPOINT, "thisdocument", "thisworkbook", "userform1", "one"})
STEP = st.tuples(
    st.sampled_from(["get", "call", "call", "put", "index", "items", "text"]), st.sampled_from(NAMES), st.lists(VALUES, max_size=4)
)


@given(st.sampled_from(DOCUMENTS), st.sampled_from(STARTS), st.lists(STEP, max_size=8))
@example(DOCUMENTS[1], "charts", [("put", "", [None, "array", "array"])])
@settings(max_examples=1_500, deadline=None)
def test_chains_of_members(document, start, steps):
    budget = Budget(Limits(seconds=30, operations=200_000))
    machine = VbaMachine(budget, World(budget), lambda _: None)
    project = Project(machine)
    project.host = make_host(machine, document, MODULES)
    try:
        for module in MODULES:
            project.add(module)
        module = project.modules.get(start)
        here = module.instance if module is not None else project.host_value(start) if project.host.knows(start) else None
        for how, name, values in steps:
            if isinstance(name, int):
                own = sorted({*here.cls.get, *here.cls.put}) if type(here) is Object else []
                name = own[name % len(own)] if own else ""
            args = tuple(array_of([1, "a", None]) if v == "array" else project.host.application if v == "object" else v for v in values)
            try:
                found = step(machine, how, here, name, args)
            except ScriptError:
                continue
            if type(found) in (Object, Array, Unknown):
                here = found
    except (ScriptError, ScriptEnd, LimitReached):
        pass
    with suppress(LimitReached):
        machine.finish()


def step(machine, how, here, name, args):
    match how:
        case "get":
            return machine.get_member(here, name)
        case "call":
            return machine.call_member(here, name, args)
        case "put":
            return machine.put_member(here, name, args[:-1], args[-1] if args else None, False)
        case "index":
            return machine.index(here, args)
        case "items":
            return next(iter(machine.for_each(here, 4)), None)
        case "text":
            return machine.text(here)
    return None


@given(st.sampled_from(sorted(HOSTS)), st.sampled_from(NAMES), st.lists(VALUES, max_size=3))
@settings(max_examples=500, deadline=None)
def test_global_names(app, name, values):
    budget = Budget(Limits(seconds=30, operations=200_000))
    machine = VbaMachine(budget, World(budget), lambda _: None)
    project = Project(machine)
    project.host = make_host(machine, Document(host=app))
    args = tuple(v for v in values if v not in ("array", "object"))
    if project.host.knows(name):
        for use in (
            lambda: project.host.value(name),
            lambda: project.host.call(name, args, {}),
            lambda: project.host.put(name, args[-1] if args else None),
        ):
            try:
                found = use()
            except (ScriptError, ScriptEnd, LimitReached):
                continue
            assert found is not None or use is not None


def test_a_host_is_made_quickly():
    import time

    budget = Budget(Limits(seconds=30))
    machine = VbaMachine(budget, World(budget), lambda _: None)
    make_host(machine, DOCUMENTS[0], MODULES)
    start = time.process_time()
    for _ in range(20):
        make_host(machine, DOCUMENTS[0], MODULES)
    assert (time.process_time() - start) / 20 < 0.002
