"""Code or none, and the digest that stays when a project is only dressed differently."""

import pytest

from emoscan.parse.bundle import Form, Module
from emoscan.parse.vbatext import has_code, logical_lines, normalised_sha256


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", False),
        ('Attribute VB_Name = "M"\r\nAttribute VB_Base = "1"\r\n', False),
        ("Option Explicit\r\nOption Compare Text\r\n' comment\r\n  Rem more\r\n\r\n", False),
        ("' a comment _\r\ngoes on here\r\n", False),
        ("VERSION 1.0 CLASS\r\nBEGIN\r\n  MultiUse = -1\r\nEND\r\n", False),
        ("Dim x\r\n", True),
        ("Sub AutoOpen()\r\nEnd Sub\r\n", True),
        ("Option Explicit: x = 1", False),
        ("remark = 1", True),
        ("optional_value = 2", True),
    ],
)
def test_has_code(source, code):
    assert has_code(source) is code


def test_logical_lines():
    assert list(logical_lines("a _\r\n b _\r\nc\r\nd_\r\ne _")) == ["a  b c", "d_", "e "]


PROJECT = """Attribute VB_Name = "One"
Private Const key As String = "abc"
Sub AutoOpen()
    Dim text, count As Long
    text = key & Chr(65) ' a comment
    Shell text, 0
End Sub
"""


def digest(*sources):
    return normalised_sha256([Module(f"M{n}", source) for n, source in enumerate(sources)])


@pytest.mark.parametrize(
    "same",
    [
        PROJECT.replace("One", "Two"),
        PROJECT.replace("    ", "\t").replace(" ' a comment", ""),
        PROJECT.upper().replace('"ABC"', '"abc"'),
        PROJECT.replace("text", "t3xt").replace("count", "n").replace("key", "k"),
        PROJECT.replace("text = key & ", "text = key _\n  & "),
        "Option Explicit\n" + PROJECT,
    ],
)
def test_what_makes_no_difference(same):
    assert digest(same) == digest(PROJECT)


@pytest.mark.parametrize(
    "other",
    [
        PROJECT.replace('"abc"', '"ABC"'),
        PROJECT.replace("Shell", "MsgBox"),
        PROJECT.replace("AutoOpen", "Anything"),
        PROJECT.replace("Chr(65)", "Chr(66)"),
        PROJECT.replace("Shell text", "Shell key"),
    ],
)
def test_what_makes_a_difference(other):
    assert digest(other) != digest(PROJECT)


def test_order_and_empty_modules_make_no_difference():
    assert digest("x = 1\n", "y = 2\n") == digest("y = 2\n", "' nothing\n", "x = 1\n")


def test_what_lies_in_forms_makes_a_difference():
    module = Module("M", PROJECT)
    forms = [[Form("F", {"Tag": tag})] for tag in ("a", "b")]
    assert len({normalised_sha256([module], form) for form in (*forms, [])}) == 3


def test_members_keep_their_names():
    assert digest("Dim run\nx.run run\n") != digest("Dim go\nx.go go\n")
    assert digest("Dim run\nx.run run\n") == digest("Dim go\nx.run go\n")
