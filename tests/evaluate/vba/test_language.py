"""What the language does: control flow, variables, references, errors (MS-VBAL 5)."""

from __future__ import annotations

from typing import Any

import pytest

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import NOTHING, Unknown
from emoscan.evaluate.core.world import World
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.model import Problem, Yield
from emoscan.parse.bundle import Module


class Program:
    """Modules of source text, and what running them emitted."""

    def __init__(self, source: str, limits: Limits | None = None, **modules: str) -> None:
        self.emitted: list[Yield] = []
        budget = Budget(limits or Limits(seconds=60))
        self.machine = VbaMachine(budget, World(budget), self.emitted.append)
        self.project = Project(self.machine)
        self.project.add(Module("Module1", source))
        for name, text in modules.items():
            self.project.add(Module(name, text, "class" if name.startswith("Class") else "standard"))

    def call(self, name: str, *args: Any) -> Any:
        procedure = self.project.find(name)
        assert procedure is not None
        return self.project.invoke(procedure, args)


def run(body: str, *args: Any, before: str = "") -> Any:
    """The value that `T = …` in the body gives function T."""
    parameters = ", ".join(f"a{i}" for i in range(len(args)))
    return Program(f"{before}\nFunction T({parameters})\n{body}\nEnd Function\n").call("T", *args)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("T = 1 + 2 * 3", 7),
        ("T = (1 + 2) * 3", 9),
        ("T = -2 ^ 2", -4.0),
        ("T = 2 ^ -1", 0.5),
        ("T = 2 ^ 3 ^ 2", 64.0),
        ("T = 7 \\ 2 * 2", 1),
        ("T = 7 Mod 4 + 1", 4),
        ("T = -7 Mod 4", -3),
        ("T = -7 \\ 2", -3),
        ("T = 7.5 Mod 2", 0),
        ("T = 7 / 2", 3.5),
        ("T = 1 + 2 & 3 + 4", "37"),
        ('T = "a" & 1 & True', "a1True"),
        ('T = "1" + 1', 2),
        ('T = "1" + "1"', "11"),
        ("T = True + True", -2),
        ("T = Not 5", -6),
        ("T = Not True", False),
        ("T = 5 And 3 Or 8", 9),
        ("T = 5 Xor 1", 4),
        ("T = 1 = 1 = -1", True),
        ('T = 1 < "b"', True),
        ('T = "a" < "B"', False),
        ('T = "abc" Like "a*c"', True),
        ('T = "a1c" Like "a#[!x-z]"', True),
        ('T = "abc" Like "a?"', False),
        ("T = 3 Is Nothing", ScriptError),
        ('T = Null & "x"', "x"),
        ("T = &HFF", 255),
        ("T = &HFFFF", -1),
        ("T = &HFFFF&", 65535),
        ("T = &O17", 15),
        ("T = 1E3", 1000.0),
        ("T = #1/20/2021# - #1/19/2021#", 1.0),
        ("T = 40000 + 1", 40001),
        ("T = 30000 + 30000", ScriptError),
        ("x = 30000: T = x + x", 60000),
        ("x = 2147483647: T = x + 1", 2147483648.0),
        ("T = 1 / 0", ScriptError),
        ("T = x + 1", 1),
        ('T = x & "a"', "a"),
        ('T = x = 0 And x = ""', True),
    ],
)
def test_expressions(body: str, expected: Any) -> None:
    if expected is ScriptError:
        with pytest.raises(ScriptError):
            run(body)
    else:
        result = run(body)
        assert (result, type(result)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("For i = 1 To 3: T = T & i: Next", "123"),
        ("For i = 3 To 1 Step -1: T = T & i: Next", "321"),
        ("For i = 1 To 0: T = T & i: Next: T = T & i", "1"),
        ("For i = 1 To 3: Next: T = i", 4),
        ("For i = 1 To 5: If i = 3 Then Exit For\nT = T & i: Next: T = T & i", "123"),
        ("For i = 1 To 10: i = i + 2: T = T & i: Next", "36912"),
        ('For i = 0 To 1 Step 0.25: T = T & i & ";": Next', "0;0.25;0.5;0.75;1;"),
        ("For i = 1 To 2: For j = 1 To 2: T = T & i & j: Next j, i", "11122122"),
        ("For i = 1 To 2\nFor j = 1 To 2\nT = T & i & j\nNext j, i\nT = T & i", "111221223"),
        ("For Each i In Array(1, 2): For j = 1 To 1: For k = 1 To 2: T = T & i & k: Next k, j, i: T = T & 9", "111221229"),
        ("Do While T < 3: T = T + 1: Loop", 3),
        ("Do: T = T + 1: Loop Until T = 4", 4),
        ("Do Until T = 4: T = T + 1: If T = 2 Then Exit Do\nLoop", 2),
        ("While T < 3: T = T + 1: Wend", 3),
        ("For i = 1 To 3: Do: If i = 2 Then Exit For\nT = T & i: Exit Do: Loop: Next", "1"),
        ("For i = 1 To 4\nIf i = 2 Then GoTo skip\nT = T & i\nskip:\nNext", "134"),
        ('For i = 1 To 3\nFor j = 1 To 3\nIf j = 2 Then GoTo outer\nT = T & i & j & " "\nNext\nouter:\nNext', "11 21 31 "),
        ("i = 0\nagain:\ni = i + 1\nT = T & i\nIf i < 3 Then GoTo again", "123"),
        ("10 i = i + 1\n20 If i < 3 Then GoTo 10\nT = i", 3),
        ("T = 1\nGoSub sum\nGoSub sum\nExit Function\nsum:\nT = T + 10\nReturn", 21),
        (
            "For i = 1 To 2\nFor j = 1 To 2\nGoSub s\nNext\nNext\nExit Function\ns:\nT = T & i & j\nIf i = 1 Then Return\nT = T & 0\nReturn",
            "1112210220",
        ),
        ("On 2 GoSub a, b\nT = T & 3\nExit Function\na:\nT = 1\nReturn\nb:\nFor i = 1 To 9\nT = T & i\nIf i = 2 Then Return\nNext", "123"),
        ("On Error GoTo h\nGoSub s\nT = T & 3\nExit Function\ns:\nx = 1 / 0\nT = T & 2\nReturn\nh:\nT = 1\nResume Next", "123"),
        ("On Error Resume Next\nReturn\nT = Err.Number", 3),
        ('For i = 1 To 3\nOn i GoTo one, two\nT = T & "?"\nGoTo done\none: T = T & "a": GoTo done\ntwo: T = T & "b"\ndone:\nNext', "ab?"),
        ('Select Case 5\nCase 1, 2: T = "a"\nCase 3 To 6: T = "b"\nCase Else: T = "c"\nEnd Select', "b"),
        ('Select Case "x"\nCase Is > "y": T = 1\nCase "w", "x": T = 2\nEnd Select', 2),
        ("Select Case 9\nCase 1: T = 1\nCase Else: T = 3\nEnd Select", 3),
        ("If 0 Then\nT = 1\nElseIf 1 Then\nT = 2\nElse\nT = 3\nEnd If", 2),
        ("If 0 Then T = 1 Else T = 2", 2),
        ("If 1 Then T = 1: T = T + 1 Else T = 5", 2),
        ("If 0 Then T = 1: T = T + 1", None),
        ("If 1 Then If 0 Then T = 1 Else T = 2", 2),
        ('Dim a(2): For Each x In a: T = T & "-": Next', "---"),
    ],
)
def test_control_flow(body: str, expected: Any) -> None:
    assert run(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dim a(1 To 3): a(1) = 5: T = a(1) & a(2)", "5"),
        ("Dim a(2) As Integer: T = a(0) + a(2)", 0),
        ("Dim a(): ReDim a(2): a(2) = 7: ReDim Preserve a(3): T = a(2) & a(3)", "7"),
        ("Dim a(), d As Double: d = 2.5: ReDim a(d): d = d + 1: ReDim Preserve a(d): T = UBound(a)", 4),
        ("Dim d As Double: d = 1E+308: On Error Resume Next: d = d + 1E+308: T = Err.Number", 6),
        ("Dim d As Double, b As Byte: d = 254.5: b = d: T = b", 254),
        ("Dim b As Byte: On Error Resume Next: b = 255.5: T = b & Err.Number", "06"),
        ("Dim a(), d As Double: d = 3E+9: On Error Resume Next: ReDim a(d): T = Err.Number", 6),
        ("Dim a(1, 1): a(1, 0) = 4: T = a(1, 0)", 4),
        ("Dim a(2): a(3) = 1", ScriptError),
        ("Dim a() As String: T = a(0)", ScriptError),
        ("a = 5: T = a(1)", ScriptError),
        ('Dim a(1): b = a: b(0) = 3: T = a(0) & "|" & b(0)', "|3"),
        ('Dim b() As Byte: b = "AB": T = b(0) & b(1) & b(2)', "65066"),
        ("Dim b(3) As Byte: b(0) = 72: b(2) = 105: Dim s As String: s = b: T = s", "Hi"),
        ("Dim b(1) As Byte: b(0) = 256", ScriptError),
        ("Dim a(2): Erase a: T = a(1)", None),
        ("ReDim a(1): a(0) = 1: ReDim a(2): T = a(0)", None),
    ],
)
def test_arrays(body: str, expected: Any) -> None:
    if expected is ScriptError:
        with pytest.raises(ScriptError):
            run(body)
    else:
        assert run(body) == expected


@pytest.mark.parametrize(
    ("before", "body", "expected"),
    [
        ("Sub Inc(x): x = x + 1: End Sub", "n = 1: Inc n: Inc (n): T = n", 2),
        ("Sub Inc(ByVal x): x = x + 1: End Sub", "n = 1: Inc n: T = n", 1),
        ("Sub Inc(x): x = x + 1: End Sub\nSub Twice(y): Inc y: Inc y: End Sub", "n = 1: Twice n: T = n", 3),
        ("Sub Inc(x): x = x + 1: End Sub", "Dim a(1): Inc a(1): Inc a(1): T = a(1)", 2),
        ("Public g\nSub Inc(x): x = x + 1: End Sub", "Inc g: Inc Module1.g: T = g", 2),
        ("Sub Fill(x()): x(0) = 9: End Sub", "Dim a(1): Fill a: T = a(0)", 9),
        ("Sub Grow(x): ReDim x(3): x(3) = 1: End Sub", "Dim a(): Grow a: T = a(3)", 1),
        ("Function F(a, Optional b = 5, Optional c): F = a & b & IsMissing(c): End Function", "T = F(1) & F(1, 2, 3)", "15True12False"),
        ("Function F(a, Optional b As Integer): F = a & b: End Function", "T = F(b:=2, a:=1)", "12"),
        ("Function F(ParamArray p()): F = UBound(p) & p(1): End Function", "T = F(7, 8)", "18"),
        ("Function F(n)\nIf n < 2 Then F = 1 Else F = n * F(n - 1)\nEnd Function", "T = F(10)", 3628800),
        ('Function F() As String\nF = F & "x"\nF = F & "y"\nEnd Function', "T = F", "xy"),
        ("Function F(n As Byte): F = n: End Function", "T = F(300)", ScriptError),
        ('Const K = "a" & "b"\nConst N = 2 * 21', "T = K & N", "ab42"),
        ("Enum E: A = 5: B: C = A + 10: End Enum", "T = B & E.C", "615"),
        ("Type P: X As Long: S As String: End Type", "Dim a As P, b As P: a.X = 3: b = a: b.X = 4: T = a.X & b.X & a.S", "34"),
        ("Type P: V(2) As Long: End Type", "Dim a As P: a.V(1) = 7: T = a.V(1)", 7),
        ("Dim counter\nFunction N(): counter = counter + 1: N = counter: End Function", "T = N & N & N", "123"),
        ("Function N(): Static c: c = c + 1: N = c: End Function", "T = N & N", "12"),
        ("Property Get Q(): Q = 5: End Property", "T = Q", 5),
        ("Dim v\nProperty Let Q(x): v = x * 2: End Property\nProperty Get Q(): Q = v: End Property", "Q = 4: T = Q", 8),
        ("Function F(a$, b%)\nF = a$ & b%\nEnd Function", 'T = F("x", 2)', "x2"),
        ("DefStr S", "T = s1 & VarType(s1)", "8"),
        ("Option Base 1", "Dim a(2): a(2) = 1: T = LBound(a)", 1),
        ("Option Compare Text", 'T = "A" = "a"', True),
        ("Sub S(x): x = 1: End Sub", "Call S(n): T = n", 1),
        ("#If VBA7 Then\nFunction F(): F = 1: End Function\n#Else\nFunction F(): F = 2: End Function\n#End If", "T = F", 1),
        ("#Const X = 1\n#If Mac Then\nSub broken(\n#End If", "T = 3", 3),
        ("#Const X = 1\n#If X = 1 Then\nConst K = 2\n#End If", "T = K", 2),
        ("#Const X = 1\n#Const Y = X + 2\n#If Y <> 3 Then\nConst K = 1\n#ElseIf Y Then\nConst K = 2\n#End If", "T = K", 2),
        ('Declare PtrSafe Function lstrlenA& Lib "kernel32" (ByVal a$)', 'T = lstrlenA("abc")', 3),
        ("#If NotSet = 0 And Not NotSet Then\nConst K = 2\n#End If", "T = K", 2),
        ('#Const X = "a" & 1\n#If X = "a1" Then\nConst K = 2\n#End If', "T = K", 2),
        ("#If Mac Then\n#Const X = 1\n#Else\n#Const X = 2\n#End If", "#If X = 2 Then\nT = 2\n#End If", 2),
    ],
)
def test_procedures_and_names(before: str, body: str, expected: Any) -> None:
    if expected is ScriptError:
        with pytest.raises(ScriptError):
            run(body, before=before)
    else:
        assert run(body, before=before) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("On Error Resume Next: T = 1: T = 1 / 0: T = T + 1", 2),
        ('On Error Resume Next: T = "a": T = T & (1 / 0) & "b": T = T & "c"', "ac"),
        ('On Error Resume Next\nIf 1 / 0 Then\nT = "taken"\nElse\nT = "not"\nEnd If', "taken"),
        ("On Error Resume Next\nx = 1 / 0\nT = Err.Number\nErr.Clear\nT = T & Err.Number", "110"),
        ("On Error Resume Next: On Error GoTo 0: T = 1 / 0", ScriptError),
        ('On Error GoTo h\nT = 1 / 0\nT = 5\nExit Function\nh: T = "handled" & Err.Number', "handled11"),
        ('On Error GoTo h\nx = 1 / 0\nT = T & "after"\nExit Function\nh: T = "h": Resume Next', "hafter"),
        ("On Error GoTo h\nd = 0\nx = 6 / d\nT = x\nExit Function\nh: d = 2: Resume", 3.0),
        ('On Error GoTo h\nx = 1 / 0\nT = 1\nExit Function\nback: T = "back"\nExit Function\nh: Resume back', "back"),
        ("On Error GoTo h\nx = 1 / 0\nh:\nx = 1 / 0", ScriptError),
        ('On Error GoTo h\nFor i = 1 To 3\nx = 1 / (i - 2)\nT = T & i\nNext\nExit Function\nh: T = T & "!": Resume Next', "1!23"),
        ('On Error Resume Next\nFor i = 1 To "x"\nT = T & "once"\nNext', "once"),
        ('On Error Resume Next\nSet x = 5\nT = "on"', "on"),
        ("Error 9", ScriptError),
        ("Err.Raise 1234", ScriptError),
    ],
)
def test_errors(body: str, expected: Any) -> None:
    if expected is ScriptError:
        with pytest.raises(ScriptError):
            run(body)
    else:
        assert run(body) == expected


def test_an_error_without_a_handler_ends_the_callee_and_the_callers_statement() -> None:
    source = """
    Sub Inner(x): x = 1: y = 1 / 0: x = 2: End Sub
    Function T()
        On Error Resume Next
        Inner n
        T = n & "-"
        T = T & Inner2() & "lost"
        T = T & "end"
    End Function
    Function Inner2(): Inner2 = 1 / 0: End Function
    """
    assert Program(source).call("T") == "1-end"


def test_classes_have_fields_properties_events_and_defaults() -> None:
    program = Program(
        """
        Function T()
            Dim a As New Class1, b As Class1
            Set b = New Class1
            a.Name = "x": b.Name = "y": b.Count = 3
            T = a.Twice & b.Twice & b.Count & (a Is b) & TypeName(a)
        End Function
        """,
        Class1="""
        Public Count
        Private kept
        Private Sub Class_Initialize(): kept = "?": End Sub
        Property Let Name(v): kept = v: End Property
        Property Get Name(): Name = kept: End Property
        Function Twice(): Twice = Name & Me.Name: End Function
        """,
    )
    assert program.call("T") == "xxyy3FalseClass1"


def test_modules_see_public_names_of_others_only() -> None:
    program = Program(
        "Function T(): T = Other.Hidden & Shown & seen: End Function",
        Other="Private Sub x(): End Sub\nPublic seen\nFunction Shown(): seen = 2: Shown = 1: End Function\nFunction Hidden(): Hidden = 3: End Function",
    )
    assert program.call("T") == "312"


def test_application_run_and_callbyname_find_what_they_name() -> None:
    program = Program("Function F(a): F = a * 2: End Function\nFunction T(): T = F(4): End Function")
    assert program.project.find("Project.Module1.F") is program.project.find("f")
    assert program.call("'book.xls'!F", 4) == 8


def test_unknown_values_travel_and_keep_what_is_known() -> None:
    program = Program('Function T(x): T = "http://" & x & "/a" & 1 + 2: End Function')
    result = program.call("T", Unknown("cell A1"))
    assert isinstance(result, Unknown)
    assert result.text() == "http://<Unknown: cell A1>/a3"


def test_an_unreadable_statement_costs_nothing_else() -> None:
    program = Program("Function T()\nT = 1\n)) nonsense ((\nT = T + 1\nEnd Function")
    assert program.call("T") == 2
    assert program.project.modules["module1"].tree.errors[0].text == ")) nonsense (("


def test_a_loop_without_end_is_left_and_what_follows_is_seen() -> None:
    program = Program(
        'Function T()\nDo\nx = x + 1\nLoop\nFor i = 1 To 2000000000\ny = y + 1\nNext\nIf y Then T = "seen"\nEnd Function',
        limits=Limits(operations=200_000),
    )
    assert program.call("T") == "seen"
    assert [p.name for p in program.emitted if isinstance(p, Problem)] == ["operations", "operations"]


def test_empty_loops_take_no_time() -> None:
    program = Program("Function T()\nFor i = 1 To 2000000000: Next\nFor j = 1 To 900000000: DoEvents: Next\nT = i\nEnd Function")
    assert program.call("T") == 2000000001
    assert program.emitted == []
    assert program.machine.budget.spent["operations"] < 1000


@pytest.mark.limit("string_bytes")
def test_a_text_that_doubles_stops_at_the_limit_of_one_text() -> None:
    program = Program('Function T()\ns = "x"\nDo\ns = s & s\nLoop\nT = s\nEnd Function')
    with pytest.raises(LimitReached) as stopped:
        program.call("T")
    assert stopped.value.name == "string_bytes"


@pytest.mark.limit("strings_bytes")
def test_many_texts_stop_at_the_limit_of_all() -> None:
    source = 'Function T()\nDim a(100)\nFor i = 0 To 100\na(i) = Big & i\nNext\nEnd Function\nFunction Big()\nBig = "x"\nFor j = 1 To 22: Big = Big & Big: Next\nEnd Function'
    with pytest.raises(LimitReached) as stopped:
        Program(source).call("T")
    assert stopped.value.name == "strings_bytes"


@pytest.mark.limit("call_depth")
def test_calls_without_end_are_an_error_of_the_script() -> None:
    program = Program("Function F(n): F = F(n + 1): End Function\nFunction T()\nOn Error Resume Next\nT = 1\nT = F(1)\nEnd Function")
    assert program.call("T") == 1
    assert [p.name for p in program.emitted if isinstance(p, Problem)] == ["call_depth"]


def test_nothing_has_no_members() -> None:
    with pytest.raises(ScriptError) as error:
        run("Dim o As Object: T = o.Name")
    assert error.value.number == 91
    assert NOTHING is not None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("For i = #1/1/2020# To #1/3/2020#: T = T & Day(i): Next", "123"),
        ("Dim a(): ReDim a(1): a(0) = 5: ReDim Preserve a(unheardOf(1)): T = a(0)", 5),
        ('Dim b() As Byte: b() = StrConv("ab", vbFromUnicode): T = UBound(b) & StrConv(b(), vbUnicode)', "1ab"),
    ],
)
def test_bounds_of_loops_and_arrays(body: str, expected: Any) -> None:
    assert run(body) == expected


def test_properties_of_a_module_that_change_their_argument() -> None:
    before = "Dim kept\nProperty Let P(v)\nv = v & 1\nkept = v\nEnd Property\nProperty Get P()\nP = kept\nEnd Property"
    assert run('P = "a": T = P', before=before) == "a1"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Add .x, 1", 6),
        ("Add .x + .y, 1", 13),
        ("Add .x & .y", 57),
        ("Add (.x), .y", 12),
        ("o _\n .Plus 4", 9),
        ("o.Plus .y", 12),
        (".Plus .y", 12),
        ("Call Add(.x, .y)", 12),
    ],
)
def test_members_of_the_with_object_as_arguments(statement: str, expected: int) -> None:
    """White space before the dot makes it an argument, a line continuation does not (MS-VBAL 5.6.12)."""
    program = Program(
        f"Dim total\nSub Add(a, Optional b = 0)\ntotal = a + b\nEnd Sub\nFunction T()\nSet o = New ClassThing\no.x = 5: o.y = 7\n"
        f"With o\n{statement}\nEnd With\nT = CLng(total) + CLng(o.z)\nEnd Function\n",
        ClassThing="Public x, y, z\nSub Plus(n)\nz = x + n\nEnd Sub\n",
    )
    assert program.call("T") == expected
