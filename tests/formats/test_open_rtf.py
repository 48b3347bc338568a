from __future__ import annotations

import struct

import pytest
from fixturelib import cfb
from fixturelib.rtf import Object, document, ole1, package

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.attacks import equation_attack
from emoscan.formats.exploits import attacks_in_objects
from emoscan.formats.fields import facts_of_field
from emoscan.formats.rtf import open_rtf
from emoscan.model import Artifact, Child, Fact


def run(data: bytes):
    return list(open_rtf(Artifact("office.rtf", data), Context(Budget(Limits()))))


def values(items, kind):
    return [(f.value, f.how) for f in items if isinstance(f, Fact) and f.kind == kind]


def test_a_package_is_a_file():
    items = run(document("Hello", [Object(ole1("Package", package("a.js", b"inert()")))]))
    assert [(c.label, c.how, c.data) for c in items if isinstance(c, Child)] == [
        ("a.js", "embedded file", b"inert()"),
        ("", "text of the document", b"Hello"),
    ]
    assert values(items, "document.package") == [("a.js", "")]
    assert values(items, "obfuscation.rtf") == []


def test_disguise_is_told():
    items = run(document("x", [Object(ole1("Package", package("a.js", b"inert()")), disguise="junk")], head="\\rt\\ansi"))
    assert [value for value, _ in values(items, "obfuscation.rtf")] == [
        "head that only Word takes for RTF",
        "junk between the digits of an object",
    ]


def test_links():
    items = run(
        document(
            "x", [Object(ole1("htmlfile", b"", linked="https://files.example.test/a.hta"))], template="https://files.example.test/t.dotm"
        )
    )
    assert values(items, "link.external") == [
        ("https://files.example.test/a.hta", "linked object"),
        ("https://files.example.test/t.dotm", "attachedTemplate"),
    ]


@pytest.mark.parametrize(
    ("words", "data", "said"),
    [
        ("\\objemb\\objupdate", b"x", 1),
        ("\\objemb", cfb.compound(cfb.Storage({"Equation Native": b"\x1c\0\0\0\2\0" + bytes(60)})), 0),
    ],
)
def test_formulas(words: str, data: bytes, said: int):
    items = run(document("x", [Object(ole1("Equation.3", data), "Equation.3", words)]))
    assert len(values(items, "document.exploit")) == said


HEADER = struct.pack("<HIHI16x", 28, 0x20000, 0, 40) + b"\3\1\1\3\x0a"


def test_names_of_fonts_that_are_too_long():
    assert equation_attack(HEADER + b"\x0a\x01\x08\x5a\x5aTimes New Roman\0" + bytes(40)) == ""
    assert "CVE-2017-11882" in equation_attack(HEADER + b"\x0a\x01\x08\x5a\x5a" + b"cmd /c echo inert & " * 3)
    assert equation_attack(b"junk") == "no header of the formula editor"


def test_monikers():
    moniker = bytes.fromhex("d30b2906aa48d2118432006008c3fbfc")
    items = list(attacks_in_objects(Artifact("office.ole", bytes(600) + moniker), Context(Budget(Limits()))))
    assert [value for value, _ in values(items, "document.exploit")] == ["scriptlet moniker: a script file is run (CVE-2017-8570)"]


@pytest.mark.parametrize(
    ("instruction", "facts"),
    [
        (
            'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k echo inert"',
            [("document.dde", "c:\\windows\\system32\\cmd.exe /k echo inert", "DDEAUTO")],
        ),
        ("DDE QUOTE 99 109 100 x", [("document.dde", "cmd x", "DDE")]),
        ('HYPERLINK "https://www.example.test/a" \\o "tip"', [("link.external", "https://www.example.test/a", "hyperlink")]),
        ('HYPERLINK \\l "place"', []),
        ('INCLUDEPICTURE "https://www.example.test/a.png" \\d', [("link.external", "https://www.example.test/a.png", "picture")]),
        ('INCLUDEPICTURE "C:\\\\a.png"', []),
        ("PAGEREF target", []),
        ("", []),
    ],
)
def test_fields(instruction: str, facts):
    assert [(f.kind, f.value, f.how) for f in facts_of_field(instruction) if isinstance(f, Fact)] == facts


@pytest.mark.parametrize(
    ("instruction", "commands"),
    [
        ('DDEAUTO "C:\\\\a b\\\\cmd.exe" "/c echo inert"', [b'"C:\\a b\\cmd.exe" /c echo inert']),
        ("DDE cmd x", [b"cmd x"]),
        ('DDE Excel.Sheet.8 "C:\\\\a.xls" "R1C1"', []),
    ],
)
def test_a_program_that_a_field_starts_is_a_command_line(instruction: str, commands: list[bytes]):
    assert [child.data for child in facts_of_field(instruction) if isinstance(child, Child)] == commands
