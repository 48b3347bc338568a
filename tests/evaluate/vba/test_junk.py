"""Statements that nothing depends on: which are left out, and that leaving them out changes nothing."""

from __future__ import annotations

import random

import pytest

from emoscan.evaluate.vba.symbols import statements
from tests.evaluate.vba.run import run


def left_out(body: str, **options: object) -> set[str]:
    """First words of the statements of `Main` that were not compiled; each stands on a line of its own."""
    source = f'Function Main(Optional p As String = "p")\n{body}\nEnd Function\n{options.pop("more", "")}'
    result = run(source, **options)  # type: ignore[arg-type]
    procedure = result.project.find("Main")
    assert procedure is not None
    lines = source.split("\n")
    return {lines[node.line - 1].split()[0] for node in statements(procedure.tree.body) if id(node) in procedure.junk}


QUIET = "On Error Resume Next\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # Nothing uses a, b and c but each other.
        (QUIET + "a = 5 * x - CByte(y)\nb = a & Chr(65)\nc = Len(b) / z\nMain = 1", {"a", "b", "c"}),
        # What the result depends on stays, through other variables and conditions too.
        (QUIET + 'a = "x"\nb = a & "y"\nc = b & a\nMain = b', {"c"}),
        (QUIET + "a = 1\nIf a Then\nMain = 2\nEnd If\nb = 3", {"b"}),
        (QUIET + "For i = 1 To 9\na = a + i\nNext\nb = a\nMain = 1", {"For", "a", "b"}),
        (QUIET + "For i = 1 To 9\na = a + i\nNext\nMain = i", {"a"}),
        (QUIET + "If x = 1 Then\na = 1\nElse\nb = 2\nEnd If\nMain = 1", {"If", "a", "b"}),
        (QUIET + "Select Case x\nCase 1\na = 1\nCase Else\nb = 2\nEnd Select\nMain = 1", {"Select", "a", "b"}),
        # Loops may be what never ends; a loop's own variable counts.
        (QUIET + "Do While i < 5\na = 2\ni = i + 1\nLoop\nMain = 1", {"a"}),
        # Effects, objects, arguments, what is passed by reference, and names that other code reads.
        (QUIET + 'a = Environ("x")\nb = Rnd()\nc = Now\nMain = 1', set()),
        (QUIET + 'Set o = CreateObject("Scripting.Dictionary")\na = o\nb = a & "x"\nMain = 1', set()),
        (QUIET + "a = p\nb = q\nMain = 1", {"b"}),
        (QUIET + "a = 1\nb = 2\nTake a\nMain = 1", {"b"}),
        (QUIET + 'a = Replace("aXb", "X", "")\nb = Replace("aXb", "X", "c")\nMain = 1', {"b"}),
        (QUIET + "a = Left(1)\nMid(b, 1, 1) = 2\nb = 3\nc = [b]\nMain = 1", {"a"}),
        # Without On Error, only what cannot fail.
        ('a = 1 / x\nb = CLng("x")\nc = "x" + 1\nMain = 1', set()),
        ('a = Left("abc", 2)\nb = a & 5\nc = Len(b)\nd = Not (a < 3)\nMain = 1', {"a", "b", "c", "d"}),
        ("Dim k As Integer, l As Byte, t As String\nk = 300\nl = 300\nt = 5\nMain = 1", {"Dim", "k", "t"}),
        ('For i = 1 To 20000\nIf i = 50 Then\na = StrReverse("abc")\nEnd If\nNext\nMain = 1', {"For", "If", "a"}),
        ('For i = 1 To x\na = 1\nNext\nb = Left("a", -1)\nMain = 1', {"a"}),
        ('For i = 1 To 20000\nIf i = 158 + 3124 Then\na = StrReverse("abc")\nEnd If\nNext\nMain = 1', {"For", "If", "a"}),
        ('If i = 30000 + 3000 Then\na = StrReverse("abc")\nEnd If\nMain = 1', {"a"}),
        ("On Error Resume Next\na = 1 / 0\nOn Error GoTo 0\nb = 1 / 0\nc = 2\nMain = 1", {"c"}),
        # Where the code jumps, nothing is left out; where it looks at errors, only what cannot fail.
        (QUIET + "a = 1\nGoTo there\nb = 2\nthere:\nMain = 1", set()),
        (QUIET + "a = 1 / 0\nb = 2\nMain = Err.Number", {"b"}),
    ],
)
def test_what_is_left_out(body: str, expected: set[str]) -> None:
    assert left_out(body, more="Sub Take(x)\nx = 2\nEnd Sub\n").difference({"Dim"}) == expected - {"Dim"}


def test_variables_of_the_module_are_no_junk() -> None:
    source = "Dim m\nFunction Main()\nOn Error Resume Next\nm = 1\nn = 2\nother\nMain = m\nEnd Function\nSub other()\nm = m + 1\nEnd Sub\n"
    assert run(source).value == 2


def test_a_long_loop_of_junk_costs_nothing() -> None:
    source = 'Function Main()\nFor i = 1 To 900000000\nIf i = 7 Then\na = Chr(65)\nEnd If\nb = UCase("x")\nNext\nMain = 1\nEnd Function'
    result = run(source)
    assert result.value == 1
    assert result.problems == []
    assert result.machine.budget.spent["operations"] < 1000


OPERANDS = (
    "1",
    "2",
    "-3",
    '"a"',
    '"7"',
    "a",
    "b",
    "c",
    "d",
    "p",
    "i",
    "Len(a)",
    'Mid("abcd", 2)',
    "CLng(b)",
    'Asc(c & "x")',
    "3.5",
    "True",
)
OPERATORS = ("+", "-", "*", "/", "\\", "&", "=", "<", ">=", "And", "Or", "Mod")


def program(chance: random.Random, depth: int = 0) -> list[str]:
    """Statements on a handful of variables, some of which make up the result."""
    lines = []
    for _ in range(chance.randint(2, 6)):
        value = f"{chance.choice(OPERANDS)} {chance.choice(OPERATORS)} {chance.choice(OPERANDS)}"
        match chance.randint(0, 7 if depth < 3 else 4):
            case 5:
                lines += [f"If {value} Then", *program(chance, depth + 1), "Else", *program(chance, depth + 1), "End If"]
            case 6:
                lines += [f"For {'ijk'[depth]} = 1 To 3", *program(chance, depth + 1), "Next"]
            case 7:
                lines += [
                    f"Select Case {value}",
                    'Case 1, "7"',
                    *program(chance, depth + 1),
                    "Case Else",
                    *program(chance, depth + 1),
                    "End Select",
                ]
            case _:
                lines.append(f"{chance.choice('abcdxyz')} = {value}")
    return lines


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("head", ["", QUIET])
def test_leaving_out_changes_no_result(seed: int, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "\n".join(program(random.Random(seed)))
    source = f'Function Main(Optional p As String = "4")\n{head}{body}\nMain = a & "|" & d\nEnd Function\n'
    found = run(source)
    monkeypatch.setattr("emoscan.evaluate.vba.project.find_junk", lambda *_: frozenset())
    plain = run(source)
    assert repr(found.value) == repr(plain.value)
    assert repr(found.error) == repr(plain.error)
