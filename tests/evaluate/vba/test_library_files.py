import pytest
from evaluate.vba.run import Unknown, run

HOME = r"C:\Users\tanaka\Documents"


def body(lines):
    return "Function Main()\n" + lines.strip() + "\nEnd Function\n"


def test_a_text_file_is_written():
    result = run(body('n = FreeFile\nOpen "C:\\ProgramData\\x.bat" For Output As #n\nPrint #n, "echo"; " on"\nPrint #n, "end";\nClose #n'))
    assert result.error is None
    assert result.effects("write") == [r"C:\ProgramData\x.bat"]
    assert result.children == [(r"C:\ProgramData\x.bat", b"echo on\r\nend")]


def test_a_file_that_is_never_closed_is_written_at_the_end():
    result = run(body('Open "x.vbs" For Output As 1\nPrint #1, "a"'))
    assert result.children == [(rf"{HOME}\x.vbs", b"a\r\n")]


def test_appending():
    result = run(body('For i = 1 To 3\nOpen "x.txt" For Append As 1\nPrint #1, i\nClose 1\nNext'))
    assert result.machine.world.files.read(rf"{HOME}\x.txt") == b" 1 \r\n 2 \r\n 3 \r\n"
    assert result.children[-1][1] == b" 1 \r\n 2 \r\n 3 \r\n"


def test_print_lays_out_zones():
    lines = """
    Open "x.txt" For Output As 1
    Print #1, "a", "b"
    Print #1, 1; -2; 3.5
    Print #1, Spc(2); "x"; Tab(6); "y"
    Print #1, Tab(3); "z"; Tab(2); "n"
    Print #1, True; Null; #1/20/2021#; Empty
    Print #1,
    Print #1, "a";: Print #1, "b"
    Close
    """
    expected = b"a             b\r\n 1 -2  3.5 \r\n  x  y\r\n  z\r\n n\r\nTrueNull2021/01/20\r\n\r\nab\r\n"
    assert run(body(lines)).children[0][1] == expected


def test_write_and_input():
    lines = """
    Open "x.csv" For Output As 1
    Write #1, "a,b", 12, True, #1/20/2021#, Null, 1.5
    Write #1, "second"
    Close 1
    Open "x.csv" For Input As 1
    Dim t As String, n As Integer, b, d, z, f
    Input #1, t, n, b, d, z, f
    Main = t & "|" & n & "|" & b & "|" & Year(d) & "|" & IsNull(z) & "|" & f & "|" & EOF(1)
    Input #1, t
    Main = Main & "|" & t & "|" & EOF(1)
    """
    result = run(body(lines))
    assert result.value == "a,b|12|True|2021|True|1.5|False|second|True"
    assert result.children[0][1] == b'"a,b",12,#TRUE#,#2021-01-20#,#NULL#,1.5\r\n"second"\r\n'


def test_line_input():
    lines = """
    Open "in.txt" For Input As #1
    Do While Not EOF(1)
        Line Input #1, t
        Main = Main & "[" & t & "]"
    Loop
    """
    assert run(body(lines), files={rf"{HOME}\in.txt": b"one\r\ntwo, 2\rthree"}).value == "[one][two, 2][three]"


def test_reading_all_of_a_file():
    lines = 'Open "in.txt" For Binary As #1\nMain = Input$(LOF(1), #1)\nClose #1\nf = 2\nOpen "in.txt" For Input As #f\nMain = Main & Input(2, #f)'
    result = run(body(lines), files={rf"{HOME}\in.txt": b"caf\xe9"})
    assert result.error is None
    assert result.value == "caféca"


def test_get_and_put():
    lines = """
    Dim b As Byte, i As Integer, n As Long, d As Double, t As String, a() As Byte, v
    Open "x.bin" For Binary As #1
    b = 1: i = 2: n = 3: d = 1.5
    Put #1, , b
    Put #1, , i
    Put #1, , n
    Put #1, , d
    Put #1, , "text"
    ReDim a(2)
    a(0) = 65: a(1) = 66: a(2) = 67
    Put #1, , a
    Main = LOF(1) & "," & Loc(1) & "," & Seek(1)
    b = 0: i = 0: n = 0: d = 0
    Get #1, 1, b
    Get #1, , i
    Get #1, , n
    Get #1, , d
    t = Space(4)
    Get #1, , t
    ReDim a(2)
    Get #1, , a
    Main = Main & "|" & b & i & n & d & t & Chr(a(2)) & EOF(1)
    Get #1, , b
    Main = Main & EOF(1)
    Get #1, 16, b
    Main = Main & b
    """
    result = run(body(lines))
    assert result.error is None
    assert result.value == "22,22,23|1231.5textCFalseTrue116"
    assert result.children[0][1] == b"\x01\x02\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf8\x3ftextABC"


def test_random_access():
    lines = """
    Open "x.dat" For Random As #1 Len = 8
    Put #1, 2, "ab"
    Put #1, 1, "x"
    Dim t As String
    Get #1, 2, t
    Main = t & LOF(1) & Loc(1) & Seek(1)
    """
    assert run(body(lines)).value == "ab1223"


def test_records():
    program = """
    Type Header
        Magic As Integer
        Size As Long
    End Type
    Function Main()
        Dim h As Header
        Open "x.bin" For Binary As #1
        Get #1, , h
        Main = h.Magic & ":" & h.Size
    End Function
    """
    assert run(program, files={rf"{HOME}\x.bin": b"MZ\x10\x00\x01\x00"}).value == "23117:65552"


def test_dir_goes_through_a_folder():
    lines = """
    Main = Dir("C:\\Users\\*.txt")
    Do While Len(Main) < 20
        f = Dir
        If f = "" Then Exit Do
        Main = Main & f
    Loop
    """
    files = {r"C:\Users\a.txt": b"1", r"C:\Users\b.exe": b"2", r"C:\Users\B.TXT": b"3"}
    assert run(body(lines), files=files).value == "a.txtB.TXT"


FILES = {rf"{HOME}\in.txt": b"12345", r"C:\Users\Public\x.txt": b"x"}

VALUES = [
    (r'Dir("C:\Windows\System32\cmd.exe")', "cmd.exe"),
    (r'Dir("C:\no.exe")', ""),
    (r'Dir("C:\Windows", vbDirectory)', "Windows"),
    (r'Dir("C:\Windows")', ""),
    ('Dir("in.txt")', "in.txt"),
    ('FileLen("in.txt")', 5),
    ('GetAttr("in.txt")', 32),
    (r'GetAttr("C:\Windows")', 16),
    (r'IsDate(FileDateTime("C:\Windows\explorer.exe"))', True),
    ("CurDir", HOME),
    ('CurDir("C")', HOME),
    ("FreeFile", 1),
    ("FreeFile(1)", 256),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    result = run(body(f"Main = {expression}"), files=FILES)
    assert result.error is None
    assert result.value == expected


STATEMENT_ERRORS = [
    ('Open "none.txt" For Input As 1', 53),
    ('Open "" For Input As 1', 75),
    ('Open "x" For Output As 600', 52),
    ('Open "x" For Output As 0', 52),
    ('Open "x" For Output As 1: Open "y" For Output As 1', 55),
    ('Open "x" For Random As 1 Len = 0', 5),
    ('Print #7, "x"', 52),
    ('Open "in.txt" For Input As 1: Print #1, "x"', 54),
    ('Open "x" For Output As 1: Line Input #1, t', 54),
    ('Open "in.txt" For Input As 1: Line Input #1, t: Line Input #1, t', 62),
    ('Open "in.txt" For Input As 1: t = Input(6, 1)', 62),
    ('Open "in.txt" For Input As 1: Get #1, , t', 54),
    ('Open "x" For Binary As 1: Seek #1, 0', 63),
    ('Open "x" For Random As 1 Len = 4: Put #1, , "too long"', 59),
    ('Kill "none.txt"', 53),
    ('Name "none.txt" As "y"', 53),
    (r'Name "in.txt" As "C:\Users\Public\x.txt"', 58),
    ('FileCopy "none.txt", "y"', 53),
    (r'ChDir "C:\no such"', 76),
    (r'RmDir "C:\no such"', 76),
    (r'MkDir "C:\new": MkDir "C:\new"', 75),
    ('ChDrive "Q"', 68),
    ("x = Dir", 5),
    ("x = EOF(3)", 52),
    ("x = LOF(3)", 52),
    ('x = FileLen("none")', 53),
    (r'x = GetAttr("C:\none")', 53),
]


@pytest.mark.parametrize(("line", "number"), STATEMENT_ERRORS)
def test_error(line, number):
    result = run(body(line), files=FILES)
    assert result.error is not None
    assert result.error.number == number


def test_copies_moves_and_deletes():
    lines = r"""
    FileCopy "in.txt", "C:\ProgramData\copy.txt"
    Name "C:\ProgramData\copy.txt" As "C:\ProgramData\moved.txt"
    SetAttr "C:\ProgramData\moved.txt", vbHidden
    Main = FileLen("C:\ProgramData\moved.txt") & GetAttr("C:\ProgramData\moved.txt") & Dir("C:\ProgramData\copy.txt")
    Kill "C:\ProgramData\*.txt"
    Main = Main & Dir("C:\ProgramData\moved.txt")
    MkDir "C:\new"
    ChDir "C:\new"
    Main = Main & CurDir
    RmDir "C:\new"
    """
    result = run(body(lines), files=FILES)
    assert result.error is None
    assert result.value == r"52C:\new"
    assert result.effects("write") == [r"C:\ProgramData\copy.txt", r"C:\ProgramData\moved.txt"]
    assert result.effects("delete") == [r"C:\ProgramData\moved.txt"]


def test_the_document_reads_itself():
    lines = 'Dim b() As Byte\nOpen "me.doc" For Binary As #1\nReDim b(LOF(1) - 1)\nGet #1, , b\nMain = StrConv(b, vbUnicode)'
    assert run(body(lines), files={rf"{HOME}\me.doc": b"\xd0\xcf\x11\xe0 end"}).value == "ÐÏ\x11à end"


def test_a_file_nobody_can_read_is_unknown():
    result = run(body(r'Open "C:\Windows\System32\cmd.exe" For Binary As #1' + "\nMain = Input(2, #1)"))
    assert isinstance(result.value, Unknown)


def test_what_is_written_is_metered():
    result_of = body('Open "x" For Binary As 1\nPut #1, 2000000000, "x"')
    with pytest.raises(BaseException, match="string_bytes"):
        run(result_of)


def test_open_leaves_a_path_that_is_not_known():
    result = run('Function Main(p)\nOpen p & "\\x.bat" For Output As 1\nPrint #1, "echo"\nEnd Function', "Main", Unknown("folder"))
    assert result.effects("write") == [r"<Unknown: folder>\x.bat"]


def test_named_arguments():
    assert run(body('FileCopy Source:="in.txt", Destination:="out.txt"'), files=FILES).effects("write") == [rf"{HOME}\out.txt"]
