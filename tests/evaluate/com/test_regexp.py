import pytest
from evaluate.com.program import run, value

RE = 'Set r = CreateObject("VBScript.RegExp")\n'


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ('r.Pattern = "[^A-Za-z0-9+/=]": r.Global = True', 'r.Replace("a!b?c", "")', "abc"),
        ('r.Pattern = "b": r.Global = False', 'r.Replace("abab", "X")', "aXab"),
        ('r.Pattern = "(\\w)(\\d)": r.Global = True', 'r.Replace("a1b2", "$2$1$$")', "1a$2b$"),
        ('r.Pattern = "A": r.IgnoreCase = True', 'r.Test("xax")', True),
        ('r.Pattern = "^z"', 'r.Test("xz")', False),
        (
            'r.Pattern = "(\\d+)-(\\d+)": Set m = r.Execute("x 12-34")',
            "m.Count & m(0) & m(0).FirstIndex & m(0).Length & m(0).SubMatches(1)",
            "112-342534",
        ),
        ('r.Pattern = "..": r.Global = True: For Each m In r.Execute("4142"): s = s & Chr("&H" & m.Value): Next', "s", "AB"),
    ],
)
def test_regular_expressions(before, expression, expected):
    assert value(expression, RE + before) == expected


def test_errors_and_unknowns():
    assert run(RE + 'r.Pattern = "(": x = r.Test("a")').error == 5017
    assert value('r.Replace(CreateObject("WScript.Shell").Exec("a").StdOut.ReadAll, "")', RE + 'r.Pattern = "a"') is not None
    outcome = run(RE + 'r.Pattern = "(a+)+$": x = r.Test(String(3000, "a") & "b")')
    assert outcome.error == 0
    assert [f.kind for f in outcome.facts] == ["eval.unmodelled"]
