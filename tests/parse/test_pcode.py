"""P-code that is written by an assembler of the tests. Its layout is what pcodedmp documents, which reads it too."""

from __future__ import annotations

import contextlib
import random

import pytest
from fixturelib.pcode import Compiler
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse import Malformed
from emoscan.parse.pcode import Code, Instruction, Names, Procedure, Variable, read_code, read_names, type_name
from emoscan.parse.pcodetable import instructions
from emoscan.parse.pcodetext import decompile

OFFICES = [(0xB2, False), (0xB2, True), (0x97, False), (0x73, False)]
"""Office 2016 of both widths, 2010, 2003."""


def code_of(text: str, release: int = 0xB2, wide: bool = False) -> Code:
    compiler = Compiler(wide, release)
    cache = compiler.cache(text)
    return read_code(cache, read_names(compiler.stream(), wide=wide))


@pytest.mark.parametrize(("release", "wide"), OFFICES)
def test_instructions_with_their_operands(release, wide):
    code = code_of('FuncDefn Sub AutoOpen()\nLitStr "cmd" ; Ld place ; Concat ; LitDI2 0 ; ArgsCall/16 Shell 2\n\nEndSub', release, wide)
    assert code == Code(
        (
            (Instruction("FuncDefn", 0, (Procedure("AutoOpen"),)),),
            (
                Instruction("LitStr", 0, ("cmd",)),
                Instruction("Ld", 0, ("place",)),
                Instruction("Concat"),
                Instruction("LitDI2", 0, (0,)),
                Instruction("ArgsCall", 16, ("Shell", 2)),
            ),
            (),
            (Instruction("EndSub"),),
        ),
        code.different,
    )


def test_instructions_that_are_the_same_are_one():
    code = code_of("FuncDefn Sub f()\nLd a ; St b\nLd a ; Ld b\nEndSub")
    assert [(i.name, i.operands) for i in code.different[1:]] == [("Ld", ("a",)), ("St", ("b",)), ("Ld", ("b",)), ("EndSub", ())]
    assert code.lines[1][0] is code.lines[2][0]


@pytest.mark.parametrize(("release", "wide"), OFFICES)
def test_definitions(release, wide):
    text = (
        "FuncDefn Function f(ByVal a As String, Optional b As Long, c) As Boolean\n"
        'FuncDefn Declare Function Run Lib "kernel32" Alias "WinExec" (ByVal a As String) As Long\n'
        "Dim ; VarDefn n As Double"
    )
    [[function], [declared], [_, variable]] = code_of(text, release, wide).lines
    [head] = function.operands
    assert isinstance(head, Procedure)
    assert (head.name, head.kind, head.type) == ("f", "Function", "Boolean")
    assert [(p.name, p.type, p.passed, p.optional) for p in head.parameters] == [
        ("a", "String", "ByVal", False),
        ("b", "Long", "", True),
        ("c", "", "", False),
    ]
    [head] = declared.operands
    assert isinstance(head, Procedure)
    assert (head.name, head.library, head.alias, head.type) == ("Run", "kernel32", "WinExec", "Long")
    assert variable.operands == (Variable("n", "Double"),)


# By hand: what VBA's editor shows for these instructions.
LINES = [
    ("LitVarSpecial/1 ; St x", "x = True"),
    ('LitStr "say ""a""" ; Ld a ; MemSt b', 'a.b = "say ""a"""'),
    ("LitDI2 5 ; Ld i ; ArgsSt x 1", "x(i) = 5"),
    ('SetStmt ; LitStr "A.B" ; ArgsLd CreateObject 1 ; Set o', 'Set o = CreateObject("A.B")'),
    ("Ld c ; LitDI2 0 ; Ld o ; ArgsMemCall/16 Run 2", "o.Run c, 0"),
    ("Ld c ; ArgsCall f 1", "Call f(c)"),
    ("ArgsCall/16 f 0", "f"),
    ("Ld a ; LitDI2 1 ; Add ; Paren ; LitHI2 255 ; Xor ; St x", "x = (a + 1) Xor &HFF"),
    ("Ld a ; Coerce/8 ; St x", "x = CStr(a)"),
    ("LitDI4 7 ; St x", "x = 7&"),
    ("LitDI4 70000 ; St x", "x = 70000"),
    ("LitR8 2.5 ; St x", "x = 2.5"),
    ("LitR8 2 ; St x", "x = 2#"),
    ("LitDate 36526.5 ; St x", "x = #1/1/2000 12:00:00#"),
    ("LitDate 36526 ; St x", "x = #1/1/2000#"),
    ("Ld s ; LitDI2 2 ; ArgsLd/8 Mid 2 ; St x", "x = Mid$(s, 2)"),
    ("StartForVariable ; Ld i ; EndForVariable ; LitDI2 1 ; LitDI2 9 ; For", "For i = 1 To 9"),
    ("StartForVariable ; Ld i ; EndForVariable ; NextVar", "Next i"),
    ("Ld a ; If ; BoSImplicit ; ArgsCall/16 f 0 ; BoS 0 ; ArgsCall/16 g 0 ; EndIf", "If a Then f: g"),
    ("Ld a ; LitNothing ; Eq ; IfBlock", "If a = Nothing Then"),
    ("OnError/1 -", "On Error Resume Next"),
    ("OnError/2 -", "On Error GoTo 0"),
    ("OnError done", "On Error GoTo done"),
    ("Dim/16 ; VarDefn a As Long ; VarDefn b", "Private a As Long, b"),
    ("Dim ; OptionBase ; LitDI2 9 ; VarDefn a As Long", "Dim a(9) As Long"),
    ("Dim/1 ; LitDI2 9 ; VarDefn a As Long", "Const a As Long = 9"),
    ("OptionBase ; LitDI2 9 ; Redim/16 a 1", "ReDim Preserve a(9)"),
    ("LitDI2 1 ; LitDI2 9 ; Redim a 1", "ReDim a(1 To 9)"),
    ("LitDI2 1 ; ParamNamed style ; ArgsCall/16 f 1", "f style:=1"),
    ('LitDI2 1 ; St x ; QuoteRem "note"', "x = 1 'note"),
    ('Reparse "x = = 1"', "x = = 1"),
    ("FuncDefn Function f(a, Optional ByVal b As Long) As String", "Function f(a, Optional ByVal b As Long) As String"),
    ('FuncDefn Declare Sub Sleep Lib "kernel32" (ByVal n As Long)', 'Declare Sub Sleep Lib "kernel32" (ByVal n As Long)'),
    ('FuncDefn Declare Sub s Lib "user32" Alias "GetDC" ()', 'Declare Sub s Lib "user32" Alias "GetDC" ()'),
    ("Concat ; St x", "x = ? & ?"),
    ("Ld a", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "source"), LINES)
@pytest.mark.parametrize("wide", [False, True])
def test_source_of_p_code(line, source, wide):
    assert decompile(code_of(line, wide=wide)) == source + "\r\n"


def test_long_expressions_take_linear_time():
    line = " ; ".join(["Ld a"] * 5_000 + ["Concat"] * 4_999 + ["St x"])
    assert len(decompile(code_of(line))) == 5_000 * 4 + 3


def test_known_names_and_those_that_stand_for_nothing():
    names = Names(7, names=("first",))
    assert names.name(0xFFFF) == "Me"
    assert names.name(0) == ""
    assert names.name(104 << 1 | 8) == names.name(108 << 1)
    assert names.name(2 << 1) == "Abs"
    assert names.name(0x104 << 1) == "first"
    assert names.name(0x105 << 1) == ""
    assert type_name(0x83) == "LongPtr"


@pytest.mark.parametrize(("version", "wide", "count"), [(5, False, 253), (6, False, 261), (7, False, 261), (7, True, 264)])
def test_every_version_has_its_instructions(version, wide, count):
    assert len(instructions(version, wide)) == count
    assert instructions(version, wide)[-1].name == "Illegal"


@pytest.mark.parametrize("stream", [b"", b"\xcc\x61\xff\xff\0\0\0", b"\xcc\x61\xb2" + bytes(40), b"nothing" * 20])
def test_no_names(stream):
    with pytest.raises(Malformed):
        read_names(stream)


@pytest.mark.parametrize("cache", [b"", bytes(40), bytes(600), b"\xff" * 600])
def test_no_p_code(cache):
    with pytest.raises(Malformed):
        read_code(cache, Names(7))


def test_lines_that_lie_over_each_other_cost_what_the_stream_holds():
    compiler = Compiler()
    cache = bytearray(compiler.cache("\n".join(['LitStr "' + "a" * 500 + '" ; St x'] * 40)))
    start = cache.find(b"\xfe\xca") + 6
    length = int.from_bytes(cache[start + 4 : start + 6], "little")
    for line in range(40):
        cache[start + line * 12 + 4 : start + line * 12 + 6] = (length * 30).to_bytes(2, "little")
    code = read_code(bytes(cache), read_names(compiler.stream()))
    assert code.damaged == 39
    assert sum(map(len, code.lines)) < 100


def test_parameters_in_a_circle():
    compiler = Compiler()
    cache = bytearray(compiler.cache("FuncDefn Sub f(a As Long)\n" * 300))
    for at in range(len(cache) - 30):  # each parameter is its own successor
        if cache[at : at + 2] == b"\x20\0" and cache[at + 20 : at + 24] == b"\xff\xff\xff\xff":
            cache[at + 20 : at + 24] = (at - 83).to_bytes(4, "little")
    code = read_code(bytes(cache), read_names(compiler.stream()))
    assert sum(len(p.parameters) for line in code.lines for i in line for p in i.operands if isinstance(p, Procedure)) < 2_000


ALL = "\n".join(line for line, _ in LINES)


@given(st.integers(0, 2**32), st.integers(1, 12), st.booleans())
def test_damage_is_said_or_passed_over(seed, count, wide):
    chance = random.Random(seed)
    compiler = Compiler(wide)
    streams = [bytearray(compiler.cache(ALL)), bytearray(compiler.stream())]
    for _ in range(count):
        stream = chance.choice(streams)
        stream[chance.randrange(len(stream))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
    if chance.random() < 0.2:
        del streams[0][chance.randrange(len(streams[0])) :]
    with contextlib.suppress(Malformed):
        decompile(read_code(bytes(streams[0]), read_names(bytes(streams[1]), wide=wide)))


def test_previews_of_office_2010_are_told_by_their_constants():
    """Names are numbered as in VBA 7 from there on."""
    compiler = Compiler(release=0x94, names=["VBA6", "VBA7"])
    assert read_names(compiler.stream()).version == 7
    compiler.names = ["VBA6"]
    assert read_names(compiler.stream()).version == 6


def test_names_that_would_begin_a_statement_stand_in_brackets():
    compiler = Compiler(names=["Do"])
    code = read_code(compiler.cache("LitDI2 1 ; St Do\nLd o ; MemLd Do ; St x"), read_names(compiler.stream()))
    assert decompile(code) == "[Do] = 1\r\nx = o.Do\r\n"
