import pytest
from evaluate.vba.run import NULL, Unknown, error, run, unknown, value

VALUES = [
    ('Asc("A")', 65),
    ('Asc("Apple")', 65),
    ("Asc(ChrW(8364))", 128),  # the euro sign in code page 1252
    ("Asc(ChrW(12354))", 63),  # hiragana a: not in the code page
    ('AscW("é")', 233),
    ("AscW(ChrW(-3))", -3),
    ("AscW(ChrW(65533))", -3),
    ('AscB("A")', 65),
    ("Chr(65)", "A"),
    ("Chr$(128)", "€"),
    ("Chr(129)", "\x81"),
    ("Chr(65.5)", "B"),  # rounded to even: 66
    ('Chr("66")', "B"),
    ("ChrW(12354)", "あ"),
    ("ChrW(-10179) & ChrW(-8704)", "\ud83d\ude00"),
    ("Len(ChrW(-10179) & ChrW(-8704))", 2),
    ("LenB(ChrB(65))", 1),
    ('ChrB(65) & ChrB(0) = "A"', False),  # two single bytes, not one character
    ('LenB("abc")', 6),
    ('Left("Hello World", 5)', "Hello"),
    ('Left("abc", 10)', "abc"),
    ('Left("abc", 0)', ""),
    ("Left(12345, 2)", "12"),
    ("Left(Null, 2)", NULL),
    ('Right("Hello World", 5)', "World"),
    ('Right("abc", 0)', ""),
    ('Right("abc", 10)', "abc"),
    ('Mid("Mid Function Demo", 1, 3)', "Mid"),
    ('Mid("Mid Function Demo", 14, 4)', "Demo"),
    ('Mid("Mid Function Demo", 5)', "Function Demo"),
    ('Mid("abc", 4, 1)', ""),
    ('Mid("abc", 2, 100)', "bc"),
    ('Mid$("abc", "2", "1")', "b"),
    ('LeftB("abc", 2)', "a"),
    ('MidB("abc", 3, 2)', "b"),
    ('RightB("abc", 2)', "c"),
    ('AscB(MidB("abc", 5, 1))', 99),
    ('Len("")', 0),
    ("Len(Null)", NULL),
    ("Len(Empty)", 0),
    ("Len(12.5)", 4),
    ("Len(True)", 4),
    ('InStr("XXpXXpXXPXXP", "p")', 3),
    ('InStr(4, "XXpXXpXXPXXP", "P", 1)', 6),
    ('InStr(1, "XXpXXpXXPXXP", "P", 0)', 9),
    ('InStr("abc", "")', 1),
    ('InStr(2, "abc", "")', 2),
    ('InStr("", "a")', 0),
    ('InStr("", "")', 0),
    ('InStr(5, "abc", "a")', 0),
    ('InStr(1, Null, "a")', NULL),
    ('InStr("a1b", 1)', 2),
    ('InStrB("abc", "b")', 3),
    ('InStrRev("the quick the", "the")', 11),
    ('InStrRev("the quick the", "the", 10)', 1),
    ('InStrRev("abc", "")', 3),
    ('InStrRev("abc", "b", 7)', 0),
    ('InStrRev("aBcb", "B", -1, 1)', 4),
    ('Replace("a.b.c", ".", "-")', "a-b-c"),
    ('Replace("a.b.c", ".", "-", 1, 1)', "a-b.c"),
    ('Replace("a.b.c", ".", "-", 3)', "b-c"),
    ('Replace("aXbxc", "x", "-", 1, -1, 1)', "a-b-c"),
    ('Replace("aXbxc", "x", "-", , , vbTextCompare)', "a-b-c"),
    ('Replace("abc", "", "-")', "abc"),
    ('Replace("", "a", "-")', ""),
    ('Replace("abc", "b", "")', "ac"),
    ('Replace("abc", "b", "x", 10)', ""),
    ('Replace("aaa", "a", "b", 1, 0)', "aaa"),
    ("Replace(12123, 12, 9)", "993"),
    ('Split("a b c")', ["a", "b", "c"]),
    ('Split("a,b,,c", ",")', ["a", "b", "", "c"]),
    ('Split("a,b,c", ",", 2)', ["a", "b,c"]),
    ('Split("a,b,c", ",", -1)', ["a", "b", "c"]),
    ('Split("", ",")', []),
    ('UBound(Split("", ","))', -1),
    ('Split("abc", "")', ["abc"]),
    ('Split("1xX2", "x", -1, 1)', ["1", "", "2"]),
    ('Split("a--b", "--")(1)', "b"),
    ('Join(Split("a,b,c", ","), "")', "abc"),
    ('Join(Array("a", 1, True))', "a 1 True"),
    ('Join(Array("x"), "-")', "x"),
    ('Join(Split("", ","), "-")', ""),
    ('Filter(Array("apple", "banana", "grape"), "ap")', ["apple", "grape"]),
    ('Filter(Array("apple", "banana"), "ap", False)', ["banana"]),
    ('Filter(Array("Apple", "banana"), "ap", True, 1)', ["Apple"]),
    ('UBound(Filter(Array("a"), "z"))', -1),
    ('LCase("ABC é Ä")', "abc é ä"),
    ('UCase("abc é ß")', "ABC É ß"),
    ("UCase(Null)", NULL),
    ('LTrim("  a ") & "|"', "a |"),
    ('RTrim("  a ") & "|"', "  a|"),
    ('Trim("  a ") & "|"', "a|"),
    ('Len(Trim(vbTab & "a"))', 2),
    ("Space(3)", "   "),
    ('String(3, "xyz")', "xxx"),
    ("String(3, 65)", "AAA"),
    ("String(2, 321)", "AA"),  # the code modulo 256
    ('StrReverse("abc")', "cba"),
    ('StrReverse("")', ""),
    ('StrComp("abc", "ABC", 1)', 0),
    ('StrComp("abc", "ABC", 0)', 1),
    ('StrComp("abc", "abd")', -1),
    ('StrComp("abc", Null)', NULL),
    ('StrConv("hello big world", 3)', "Hello Big World"),
    ('StrConv("MiXed", 1)', "MIXED"),
    ('StrConv("MiXed", vbLowerCase)', "mixed"),
    ('StrConv("ABC", 64)', "A\0B\0C\0"),
    ('LenB(StrConv("abc", vbFromUnicode))', 3),
    ('StrConv(StrConv("abc", vbFromUnicode), vbUnicode)', "abc"),
    ('StrConv("ab c", vbWide)', "ａｂ　ｃ"),
    ('StrConv("ＡＢ１ガ", vbNarrow)', "AB1ｶﾞ"),
    ('StrConv("ｶﾞｷ", vbWide)', "ガキ"),
    ('StrConv("ひらがな", vbKatakana)', "ヒラガナ"),
    ('StrConv("カタカナ", vbHiragana)', "かたかな"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


ERRORS = [
    ('Asc("")', 5),
    ("Asc(Null)", 94),
    ("Chr(256)", 5),
    ("Chr(-1)", 5),
    ("Chr(Null)", 94),
    ('Chr("x")', 13),
    ("ChrW(65536)", 5),
    ("ChrW(-32769)", 5),
    ('Left("a", -1)', 5),
    ('Right("a", -1)', 5),
    ('Mid("a", 0)', 5),
    ('Mid("a", 1, -1)', 5),
    ('InStr(0, "a", "b")', 5),
    ('InStr(1, "a", "b", 9)', 5),
    ('InStrRev("a", "b", 0)', 5),
    ('Replace(Null, "a", "b")', 94),
    ('Replace("a", "b", "c", 0)', 5),
    ("Space(-1)", 5),
    ('String(-1, "a")', 5),
    ('String(1, "")', 5),
    ('Join("abc", ",")', 13),
    ("Split(Null)", 94),
    ('StrConv("a", 3 + 64 + 128)', 5),
    ("Len(Array(1))", 13),
    ("Len(Nothing)", 91),
    ('Left("abc")', 450),
    ('Left("abc", 1, 2)', 450),
    ("Chr", 450),
    ("Left(, 1)", 449),
    ("StrReverse(Array(1, 2))", 13),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_named_arguments():
    assert value('Replace(Find:="b", Expression:="abc", Replace:="-")') == "a-c"
    assert value('InStr(String1:="abc", String2:="c")') == 3
    assert value('Split(Expression:="a,b", Delimiter:=",")') == ["a", "b"]
    assert value('Mid(String:="abcd", Start:=2, Length:=2)') == "bc"
    assert error('Mid(Text:="abcd", Start:=2)') == 448
    assert error('Mid(String:="abcd", Length:=2)') == 449


def test_byte_arrays():
    program = """
    Function Main()
        Dim b() As Byte, t As String
        b = StrConv("abc", vbFromUnicode)
        b(0) = b(0) + 1
        t = StrConv(b, vbUnicode)
        Main = t & UBound(b)
    End Function
    """
    assert run(program).value == "bbc2"


def test_bytes_of_a_text_and_back():
    program = """
    Function Main()
        Dim b() As Byte, t As String
        b = "hi"
        t = b
        Main = t & UBound(b) & b(1)
    End Function
    """
    assert run(program).value == "hi30"


def test_option_compare_text():
    declarations = "Option Compare Text"
    assert value('InStr("ABC", "b")', declarations=declarations) == 2
    assert value('StrComp("ABC", "abc")', declarations=declarations) == 0
    assert value('InStr(1, "ABC", "b", vbBinaryCompare)', declarations=declarations) == 0


def test_len_of_a_typed_variable_is_its_size():
    program = (
        "Function Main()\nDim n As Long, d As Double, b As Byte, v\nv = 123456\nMain = Len(n) & Len(d) & Len(b) & Len(v)\nEnd Function"
    )
    assert run(program).value == "4816"


def test_code_page():
    assert value("Chr(223)", code_page=1251) == "Я"
    assert value('Asc("Я")', code_page=1251) == 223


UNKNOWN = [
    ("Left(a, 4)", "http"),
    ("Left(a, 9)", "http://<Unknown: ?>"),
    ("Right(a, 2)", "/x"),
    ("Right(a, 3)", "<Unknown: ?>/x"),
    ("Mid(a, 2, 3)", "ttp"),
    ("Mid(a, 5)", "://<Unknown: ?>/x"),
    ('Replace(a, "/", "|")', "http:||<Unknown: ?>|x"),
    ("UCase(a)", "HTTP://<Unknown: ?>/X"),
    ("StrReverse(a)", "x/<Unknown: ?>//:ptth"),
    ('Split(a, "//")(1)', "<Unknown: ?>/x"),
    ('Join(Array("a", a, "b"), "")', "ahttp://<Unknown: ?>/xb"),
    ('Trim("  " & a & "  ")', "http://<Unknown: ?>/x"),
    ('Replace("%1/x", "%1", a)', "http://<Unknown: ?>/x/x"),
    ("Len(a)", "<Unknown: Len(?)>"),
    ('InStr(a, "p:")', 4),
    ("Asc(a)", 104),
    ("Chr(Len(a))", "<Unknown: Chr(Len(?))>"),
]


@pytest.mark.parametrize(("expression", "expected"), UNKNOWN)
def test_what_is_known_stays(expression, expected):
    found = value(expression, unknown("http://", None, "/x"))
    assert (found.text() if isinstance(found, Unknown) else found) == expected


def test_the_reason_of_an_unknown_does_not_grow():
    program = "Function Main(x)\nDim i\nFor i = 1 To 1000: x = Hex(x): Next\nMain = x\nEnd Function"
    assert len(run(program, "Main", Unknown("x")).value.text()) < 200


def test_escape_of_vbscript():
    result = run('MsgBox Escape("a b" & ChrW(12354) & "/")\nMsgBox Unescape("a%20b%u3042%zz%")', vbscript=True)
    assert result.error is None
    assert result.effects("dialog") == ["a%20b%u3042/", "a bあ%zz%"]


def test_vbscript_leaves_names_of_vba_free():
    result = run('Set shell = Nothing\nformat = "x"\nMsgBox format & TypeName(shell)', vbscript=True)
    assert result.error is None
    assert result.effects("dialog") == ["xNothing"]


def test_texts_of_fixed_length():
    program = """
    Const SIZE = 4
    Dim m As String * SIZE
    Function Main()
        Dim s As String * 6
        Main = Len(s) & Len(m)
        s = "abc": m = "too long"
        Main = Main & "[" & s & "][" & m & "]"
        For i = 1 To 3: s = s & "x": Next
        Main = Main & Len(s)
    End Function
    """
    assert run(program).value == "64[abc   ][too ]6"


def test_what_is_not_known_stays_small():
    program = "Function Main(x)\nFor i = 1 To 20000: t = t & x & i: Next\nMain = t\nEnd Function"
    found = run(program, "Main", Unknown("x")).value
    assert len(found.parts) <= 257
    assert found.text().startswith("<Unknown: x>1<Unknown: x>2")


def test_appending_sees_the_value_before_the_call():
    program = """
    Dim t
    Function F()
        t = "changed"
        F = "y"
    End Function
    Function Main()
        For i = 1 To 2
            t = "x"
            t = t & F()
        Next
        Main = t
    End Function
    """
    assert run(program).value == "xy"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('For i = 1 To 3: t = t & "a" & i: Next', "a1a2a3"),
        ('For i = 1 To 3: t = t + Mid("abc", i, 1): Next', "abc"),
        ("t = 1\nFor i = 1 To 3: t = t + i: Next", 7),
        ('t = "1"\nFor i = 1 To 2: t = t + i + 1: Next', 6),
        ('Dim t As String\nFor i = 1 To 2: t = t + "x" + "y": Next', "xyxy"),
        ("For i = 1 To 2: t = t & Null: Next", ""),
        ('For i = 1 To 2: u = t: t = t & "x": t = t & u: Next', "xxx"),
        ("For Each x In Array(1, 2): t = t & x: Next", "12"),
        ('On Error GoTo e\nFor i = 1 To 2: t = t & 1 / (2 - i): Next\ne: t = t & "!"', "1!"),
        ("On Error Resume Next\nFor i = 1 To 3: t = t & 2 / (2 - i): Next", "2-2"),
    ],
)
def test_appending_in_a_loop(body, expected):
    result = run(f"Function Main()\n{body}\nMain = t\nEnd Function")
    assert result.error is None
    assert result.value == expected
