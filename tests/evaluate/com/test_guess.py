import pytest
from evaluate.com.program import run

UNKNOWN = 'Set x = GetObject(CreateObject("WScript.Shell").Exec("a").StdOut.ReadAll)\n'


@pytest.mark.parametrize(
    ("statement", "effects"),
    [
        ('x.Run "cmd /c calc", 0', [("run", "cmd /c calc")]),
        ('x.Create "powershell -enc AAAA", Null, Null, p', [("run", "powershell -enc AAAA")]),
        ('x.ShellExecute "cmd.exe", "/c 1"', [("run", "cmd.exe /c 1")]),
        ('x.Open "GET", "http://files.example.test/a", False', [("download", "http://files.example.test/a")]),
        ('x.SaveToFile "C:\\Users\\Public\\a.exe", 2', [("write", r"C:\Users\Public\a.exe")]),
        ('x.Run "Macro1"', []),
        ('x.Open "C:\\a.txt"', []),
        ("x.Create 5, 6", []),
        ('x.Add "cmd /c calc"', []),
    ],
)
def test_methods_of_unknown_objects(statement, effects):
    outcome = run(UNKNOWN + statement)
    assert outcome.effects()[1:] == effects
    assert [f.confidence for f in outcome.facts if f.kind.startswith("effect.") and f.value != "a"] == [0.5] * len(effects)
