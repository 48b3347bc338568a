import pytest
from evaluate.vba.run import NULL, Unknown, error, run, unknown, value

VALUES = [
    ('Environ("USERNAME")', "tanaka"),
    ('Environ$("nothing")', ""),
    ("Environ(1)", r"ALLUSERSPROFILE=C:\ProgramData"),
    ("Environ(200)", ""),
    ("Command()", ""),
    ('IIf(1 > 2, "a", "b")', "b"),
    ("IIf(Null, 1, 2)", 2),
    ('Choose(2, "a", "b", "c")', "b"),
    ('Choose(4, "a", "b", "c")', NULL),
    ('Choose(1.6, "a", "b")', "b"),
    ('Switch(False, 1, True, "x")', "x"),
    ("Switch(False, 1)", NULL),
    ('MsgBox("x")', 1),
    ('MsgBox("x", vbYesNo + vbQuestion, "title")', 6),
    ('MsgBox(Prompt:="x", Buttons:=vbOKCancel)', 1),
    ('InputBox("x")', ""),
    ('InputBox("x", , "def")', "def"),
    ("DoEvents", 0),
    ('Shell("calc.exe", 1) > 0', True),
    ('GetSetting("app", "part", "key", "default")', "default"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    assert value(expression) == expected


ERRORS = [
    ('Environ("")', 5),
    ("Environ(0)", 5),
    ("Switch(True)", 5),
    ('Shell("")', 5),
    ("Shell(Null)", 94),
    ('CreateObject("No.Such.Class")', 429),
    ("GetObject()", 5),
    ('CallByName(1, "x", 1)', 424),
    ('CallByName(Nothing, "x", 1)', 91),
    ('MacID("abc")', 5),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_shell():
    result = run('Sub Main()\nShell "cmd /c " & "echo inert", 0\nEnd Sub')
    assert result.effects("run") == ["cmd /c echo inert"]
    assert ("", b"cmd /c echo inert") in result.children


def test_what_is_not_known_of_a_command_is_marked():
    result = run('Sub Main(x)\nShell "cmd /c start http://a.example.test/" & x & "/z"\nEnd Sub', "Main", Unknown("cell A1"))
    assert result.effects("run") == ["cmd /c start http://a.example.test/<Unknown: cell A1>/z"]


def test_dialogs_are_recorded_and_confirmed():
    result = run('Sub Main()\nMsgBox "Enable content"\nx = InputBox("Your name?")\nEnd Sub')
    assert result.effects("dialog") == ["Enable content", "Your name?"]


def test_questions_about_the_surroundings_are_recorded():
    result = run('Sub Main()\nx = Environ("USERNAME") & Environ("TEMP")\nEnd Sub')
    assert result.effects("query") == ["environment variable USERNAME", "environment variable TEMP"]


def test_keys():
    assert run('Sub Main()\nSendKeys "%{F4}", True\nEnd Sub').effects("keys") == ["%{F4}"]


def test_settings():
    program = 'Function Main()\nSaveSetting "app", "part", "key", "value"\nMain = GetSetting("app", "part", "key")\nEnd Function'
    result = run(program)
    assert result.value == "value"
    assert result.effects("registry") == [r"HKEY_CURRENT_USER\Software\VB and VBA Program Settings\app\part\key"]


def test_call_by_name():
    program = """
    Function Main()
        Dim c As New Collection
        CallByName c, "Add", VbMethod, "x", "key"
        Main = CallByName(c, "Item", VbGet, "key") & CallByName(c, "Count", VbGet)
        CallByName Err, "Number", VbLet, 5
        Main = Main & Err.Number
    End Function
    """
    assert run(program).value == "x15"


def test_an_unknown_class_is_listed():
    result = run('Sub Main()\nOn Error Resume Next\nSet x = CreateObject("No.Such.Class")\nEnd Sub')
    assert ("eval.unmodelled", "object No.Such.Class") in result.facts
    assert isinstance(value("CreateObject(a)", unknown(None)), Unknown)


def test_addresses():
    program = """
    Function Main()
        Dim a(9) As Long, b() As Byte, n As Long, t As String
        ReDim b(3)
        t = "x"
        Main = (VarPtr(a(3)) - VarPtr(a(0))) & (VarPtr(b(2)) - VarPtr(b(0))) & (VarPtr(n) = VarPtr(n)) & (VarPtr(a(0)) = VarPtr(b(0)))
        Main = Main & (StrPtr(t) > 0) & StrPtr("") & ObjPtr(Nothing)
        n = VarPtr(b(1))
        Main = Main & (n = VarPtr(b(0)) + 1)
    End Function
    """
    assert run(program).value == "122TrueFalseTrue00True"


def test_the_place_behind_an_address():
    made = run("Function Main()\nDim b(3) As Byte\nb(2) = 7\nMain = VarPtr(b(2))\nEnd Function")
    place, offset = made.machine.memory.find(made.value)
    assert (place.data[offset], offset) == (7, 2)
    assert made.machine.memory.find(5) is None


# ---------------------------------------------------------------- VBScript


def test_execute():
    result = run(
        'x = "MsgBox ""in"" & 1"\nExecute x\nExecuteGlobal "Function f(n)" & vbLf & "f = n * 2" & vbLf & "End Function"\nMsgBox f(4)',
        vbscript=True,
    )
    assert result.error is None
    assert result.effects("dialog") == ["in1", "8"]
    assert result.effects("eval")[0] == 'MsgBox "in" & 1'
    assert ("text run as code", b'MsgBox "in" & 1') in result.children


def test_eval():
    result = run('n = 3\nMsgBox Eval("n * 2 + 1")', vbscript=True)
    assert result.effects("dialog") == ["7"]


def test_text_that_runs_itself_ends():
    result = run('s = "Execute s"\nExecute s', vbscript=True)
    assert result.error is not None
    assert result.error.number == 28


def test_get_ref_and_engine():
    result = run(
        'Function f\nf = 1\nEnd Function\nSet r = GetRef("f")\nMsgBox TypeName(r) & ScriptEngine & ScriptEngineMajorVersion', vbscript=True
    )
    assert result.error is None
    assert result.effects("dialog")[0].endswith("VBScript5")


def test_a_class_that_calls_itself_ends():
    result = run(
        "Class C\nPublic Function F(n)\nSet o = New C\nF = o.F(n + 1)\nEnd Function\nEnd Class\nSet c1 = New C\nMsgBox c1.F(1)",
        vbscript=True,
    )
    assert result.error is not None
    assert result.error.number == 28


def test_all_settings():
    program = """
    Function Main()
        SaveSetting "app", "part", "one", 1
        SaveSetting "app", "part", "two", "x"
        all = GetAllSettings("app", "part")
        Main = all(0, 0) & all(0, 1) & all(1, 0) & all(1, 1)
        DeleteSetting "app", "part", "one"
        Main = Main & UBound(GetAllSettings("app", "part"))
        DeleteSetting "app", "part"
        Main = Main & IsEmpty(GetAllSettings("app", "part"))
        DeleteSetting "app", "part"
    End Function
    """
    result = run(program)
    assert result.error is not None
    assert result.error.number == 5
    assert run(program.replace('DeleteSetting "app", "part"\n    End', "End")).value == "one1twox0True"


def test_monikers():
    assert value('TypeName(GetObject("new:0D43FE01-F093-11CF-8940-00A0C9054228"))') == "FileSystemObject"
    assert value('TypeName(CreateObject("Scripting.Dictionary"))') == "Dictionary"


def test_functions_by_the_name_of_their_library():
    assert value('VBA.Strings.Left("abc", 2) & Interaction.IIf(True, "x", "y") & VBA.Conversion.Hex$(255)') == "abxFF"
    assert error('VBA.Strings.Left("abc")') == 450
