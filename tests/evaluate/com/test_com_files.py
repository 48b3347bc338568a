import re

import pytest
from evaluate.com.program import run, value
from hypothesis import given
from hypothesis import strategies as st

FSO = 'Set fso = CreateObject("Scripting.FileSystemObject")\n'

VALUES = [
    (r'fso.BuildPath("C:\a", "b.txt")', r"C:\a\b.txt"),
    (r'fso.BuildPath("C:\a\", "b.txt")', r"C:\a\b.txt"),
    (r'fso.GetFileName("C:\a\b.tar.gz")', "b.tar.gz"),
    (r'fso.GetBaseName("C:\a\b.tar.gz")', "b.tar"),
    (r'fso.GetExtensionName("C:\a\b.tar.gz")', "gz"),
    (r'fso.GetExtensionName("C:\a.b\c")', ""),
    (r'fso.GetParentFolderName("C:\a\b.txt")', r"C:\a"),
    (r'fso.GetParentFolderName("C:\b.txt")', "C:\\"),
    (r'fso.GetDriveName("C:\a")', "C:"),
    (r'fso.GetAbsolutePathName("..\x\.\y")', r"C:\Users\tanaka\x\y"),
    (r'fso.GetAbsolutePathName("\x")', r"C:\x"),
    (r'fso.GetAbsolutePathName("C:")', r"C:\ ".strip()),
    ("fso.GetSpecialFolder(2)", r"C:\Users\tanaka\AppData\Local\Temp"),
    ("fso.GetSpecialFolder(0).Name", "WINDOWS"),
    (r'fso.FileExists("C:\Windows\System32\cmd.exe")', True),
    (r'fso.FileExists("C:\Windows\System32\drivers\vmmouse.sys")', False),
    (r'fso.FolderExists("C:\Users\tanaka\AppData")', True),
    (r'fso.FolderExists("C:\Program Files\Oracle\VirtualBox Guest Additions")', False),
    ('fso.DriveExists("c:")', True),
    ('fso.DriveExists("Q")', False),
    ("fso.Drives.Count", 1),
    ('fso.GetDrive("C").FileSystem', "NTFS"),
    (r'fso.GetFile("C:\Windows\notepad.exe").ParentFolder.Path', r"C:\Windows"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    assert value(expression, FSO) == expected


def test_names_of_temporary_files_are_the_same_each_time():
    name = value("fso.GetTempName", FSO)
    assert re.fullmatch(r"rad[0-9A-F]{5}\.tmp", name)
    assert value("fso.GetTempName", FSO) == name
    assert value("fso.GetTempName & fso.GetTempName", FSO) != name * 2


def test_file_becomes_an_artifact_when_closed():
    outcome = run(
        FSO
        + """
        Set f = fso.CreateTextFile(fso.GetSpecialFolder(2) & "\\a.js", True)
        f.WriteLine "var a = 1;"
        f.WriteBlankLines 1
        f.Write "eval(a)"
        f.Close
        """
    )
    [child] = outcome.children
    assert (child.data, child.kind, child.label) == (b"var a = 1;\r\n\r\neval(a)", "", r"C:\Users\tanaka\AppData\Local\Temp\a.js")
    assert outcome.effects() == [("write", r"C:\Users\tanaka\AppData\Local\Temp\a.js")]


def test_file_never_closed_becomes_an_artifact_too():
    assert run(FSO + 'Set f = fso.CreateTextFile("a.bat"): f.Write "echo 1"').texts() == ["echo 1"]


def test_file_that_is_run_while_open():
    outcome = run(
        FSO
        + """
        Set f = fso.OpenTextFile("C:\\Users\\Public\\a.bat", 2, True)
        f.Write "echo 1"
        CreateObject("WScript.Shell").Run "cmd /c %PUBLIC%\\a.bat"
        """
    )
    assert outcome.texts() == [r"cmd /c %PUBLIC%\a.bat", "echo 1"]


def test_appending_again_and_again_yields_first_and_last():
    outcome = run(
        FSO
        + """
        For i = 1 To 50
            Set f = fso.OpenTextFile("a.txt", 8, True)
            f.Write "x"
            f.Close
        Next
        """
    )
    assert outcome.texts() == ["x", "x" * 50]
    assert outcome.effects() == [("write", "a.txt")]


def test_what_is_overwritten_or_deleted_was_seen():
    outcome = run(
        FSO
        + """
        Set f = fso.CreateTextFile("a.txt"): f.Write "one": Set f = fso.CreateTextFile("a.txt"): f.Write "two"
        fso.DeleteFile "a.txt"
        Main = fso.FileExists("a.txt")
        """
    )
    assert outcome.texts() == ["one", "two"]
    assert outcome.effects() == [("write", "a.txt"), ("delete", "a.txt")]
    assert outcome.value is False


def test_unicode_file():
    [child] = run(FSO + 'fso.CreateTextFile("a.txt", True, True).Write "é"').children
    assert child.data == b"\xff\xfe\xe9\x00"


def test_bytes_of_the_code_page():
    assert run(FSO + 'fso.CreateTextFile("a.bin").Write "MZ" & "\x81\x90"').children[0].data == b"MZ\x81\x90"


READ = (
    FSO
    + """
    Set f = fso.CreateTextFile("a.txt"): f.Write "one" & Chr(13) & Chr(10) & "two": f.Close
    Set f = fso.OpenTextFile("a.txt")
    """.replace("Chr(13) & Chr(10)", "vbCrLf")
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("f.ReadAll", "one\r\ntwo"),
        ("f.ReadLine & f.Line & f.ReadLine & f.AtEndOfStream", "one2twoTrue"),
        ("f.Read(2) & f.Column & f.Read(1) & f.AtEndOfLine", "on3eTrue"),
        ('fso.GetFile("a.txt").Size', 8),
        ('fso.GetFile("a.txt").OpenAsTextStream.ReadAll', "one\r\ntwo"),
    ],
)
def test_reading_back(expression, expected):
    assert value(expression, READ) == expected


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ('fso.OpenTextFile "nothing.txt"', 53),
        ('fso.GetFile "nothing.txt"', 53),
        ("f.ReadAll: f.ReadAll", 62),
        ('f.Write "x"', 54),
        ("fso.GetSpecialFolder 7", 5),
        ('fso.CreateTextFile "a.txt", False', 58),
    ],
)
def test_errors(statement, number):
    assert run(READ + statement).error == number


def test_copy_and_move():
    outcome = run(
        FSO
        + r"""
        fso.CopyFile "C:\Windows\System32\mshta.exe", "C:\Users\Public\in.com", True
        Set f = fso.CreateTextFile("a.txt"): f.Write "x": f.Close
        fso.MoveFile "a.txt", "C:\Users\Public\"
        Main = fso.FileExists("C:\Users\Public\a.txt") & fso.FileExists("a.txt") & fso.FileExists("C:\Users\Public\in.com")
        """
    )
    assert outcome.effects("write") == [r"C:\Users\Public\in.com", "a.txt", r"C:\Users\Public\a.txt"]
    assert outcome.value == "TrueFalseTrue"
    assert outcome.texts() == ["x", "x"]


def test_folders():
    outcome = run(
        FSO
        + r"""
        fso.CreateFolder "C:\Users\Public\sub"
        Set f = fso.CreateTextFile("C:\Users\Public\sub\a.txt"): f.Close
        For Each x In fso.GetFolder("C:\Users\Public\sub").Files: Main = Main & x.Name & ";": Next
        For Each x In fso.GetFolder("C:\Users\Public").SubFolders: Main = Main & x & ";": Next
        """
    )
    assert outcome.value == r"a.txt;C:\Users\Public\sub;"


DICTIONARY = 'Set d = CreateObject("Scripting.Dictionary")\n'


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ('d.Add "a", 1: d("b") = 2', 'd("a") + d.Item("b")', 3),
        ('d.Add "a", 1', 'd("A") & d.Count', "2"),
        ('d.CompareMode = 1: d.Add "a", 1', 'd("A") & d.Count', "11"),
        ("d.Add 1, 10: d.Add True, 20", "d(1) & d(-1)", "1020"),
        ('d.Add "a", 1: d.Key("a") = "z"', 'Join(d.Keys, ",")', "z"),
        ('d.Add "a", 1: d.Add "b", 2: d.Remove "a"', "d.Items()(0)", 2),
        ('d.Add "a", 1: d.Add "b", 2: For Each k In d: s = s & k: Next', "s", "ab"),
        ('d.Add "a", 1: d.RemoveAll', "d.Count", 0),
        ('d.Add Key:="k", Item:="v"', 'd.Exists("k") & d!k', "Truev"),
    ],
)
def test_dictionary(before, expression, expected):
    assert value(expression, DICTIONARY + before) == expected


@pytest.mark.parametrize(
    ("statement", "number"), [('d.Add "a", 1: d.Add "a", 2', 457), ('d.Remove "x"', 32811), ('d.Add "a", 1: d.CompareMode = 1', 5)]
)
def test_dictionary_errors(statement, number):
    assert run(DICTIONARY + statement).error == number


@given(st.lists(st.sampled_from("write,line,close,open,append,run".split(",")), max_size=12))
def test_everything_written_is_seen(steps):
    """Whatever the order of opening, writing, closing and running, each text written is in some artifact."""
    body, written = [FSO, 'Set f = fso.CreateTextFile("a.bat")'], []
    for number, step in enumerate(steps):
        if step in ("write", "line"):
            written.append(f"<{number}>")
            body.append(f'f.{"Write" if step == "write" else "WriteLine"} "<{number}>"')
        body.append(
            {
                "close": "f.Close",
                "open": 'Set f = fso.CreateTextFile("a.bat")',
                "append": 'Set f = fso.OpenTextFile("a.bat", 8)',
                "run": 'CreateObject("WScript.Shell").Run "a.bat"',
            }.get(step, "")
        )
    outcome = run("On Error Resume Next\n" + "\n".join(body))
    closed = False
    expected = []
    for number, step in enumerate(steps):
        closed = step == "close" or (closed and step not in ("open", "append"))
        if step in ("write", "line") and not closed:
            expected.append(f"<{number}>")
    seen = "".join(outcome.texts())
    assert all(text in seen for text in expected)


def test_paths_on_other_computers():
    assert run(FSO + 'Set f = fso.OpenTextFile("//files.example.test/share/a", 1)').effects() == [("open", "//files.example.test/share/a")]
