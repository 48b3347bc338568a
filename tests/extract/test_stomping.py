"""Macro projects whose source and p-code are held against each other."""

from __future__ import annotations

from typing import Any

import pytest
from fixturelib.ovba import Module, Project

from emoscan.budget import Budget, Limits
from emoscan.extract.stomping import Compared, compare
from emoscan.parse import ovba
from emoscan.parse.cfb import CompoundFile

CODE = 'FuncDefn Sub AutoOpen()\nLitStr "%s" ; ArgsCall/16 Show 1\nEndSub\n'


def compared(*modules: Module, **options: Any) -> Compared:
    file = CompoundFile(Project(modules, **options).file(), Budget(Limits()))
    return compare(file, "", ovba.read_project(file, ""))


@pytest.mark.parametrize(
    ("source", "names", "texts"),
    [
        ('Sub AutoOpen()\n  Show "the text"\nEnd Sub\n', None, None),
        ('sub autoopen() : SHOW "the text" : end sub', None, None),
        ('Sub AutoOpen()\n  Show "other"\nEnd Sub\n', (), ("the text",)),
        ("Sub AutoOpen()\nEnd Sub\n", ("Show",), ("the text",)),
        ("", ("AutoOpen", "Show"), ("the text",)),
        ('Sub AutoOpen()\n  Display "the text"\nEnd Sub\n', None, None),  # one name alone
    ],
)
def test_what_only_the_p_code_has(source, names, texts):
    found = compared(Module("Module1", source, pcode=CODE % "the text"))
    if names is None:
        assert found == Compared()
    else:
        [difference] = found.differences
        assert (difference.module, difference.names, difference.texts) == ("Module1", names, texts)


def test_the_text_of_the_p_code_takes_the_place_of_the_source():
    other = Module("Other", "Sub f()\nEnd Sub\n", pcode="FuncDefn Sub f()\nEndSub\n")
    found = compared(Module("Module1", "", pcode=CODE % "the text"), other)
    assert [(m.name, m.origin) for m in found.modules] == [("Module1", "p-code"), ("Other", "dir")]
    assert found.modules[0].source == 'Attribute VB_Name = "Module1"\r\nSub AutoOpen()\r\nShow "the text"\r\nEnd Sub\r\n'
    assert found.modules[1].source == 'Attribute VB_Name = "Other"\r\nSub f()\r\nEnd Sub\r\n'


def test_short_texts_are_not_enough_alone():
    assert compared(Module("Module1", 'Sub AutoOpen()\n  Show "b"\nEnd Sub\n', pcode=CODE % "a")) == Compared()


def test_texts_with_quotes_are_found():
    source = 'Sub AutoOpen()\n  Show "say ""hello"""\nEnd Sub\n'
    assert compared(Module("Module1", source, pcode=CODE % 'say ""hello""')) == Compared()


def test_names_that_are_all_others_are_misread_rather():
    """The texts are where they should be: so the numbers of names were taken wrongly, as with an unknown Office."""
    source = 'Sub a()\n  b "the text"\nEnd Sub\n'
    assert compared(Module("Module1", source, pcode=CODE % "the text")) == Compared()


@pytest.mark.parametrize(
    ("modules", "purged"),
    [
        ([Module("A", "Sub f()\nEnd Sub\n", cache=0)], True),
        ([Module("A", "Sub f()\nEnd Sub\n", cache=0), Module("B", "Sub g()\nEnd Sub\n")], False),
        ([Module("A", "Sub f()\nEnd Sub\n")], False),  # what stands there is no p-code, but something
        ([Module("A", "Sub f()\nEnd Sub\n", cache=0, listed=False)], False),
    ],
)
def test_projects_without_p_code(modules, purged):
    assert compared(*modules) == Compared(purged=purged)


def test_names_that_cannot_be_read():
    assert compared(Module("Module1", "", pcode=CODE % "the text"), omit=["VBA/_VBA_PROJECT"]) == Compared()
