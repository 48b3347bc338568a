import pytest
from evaluate.com.program import run, value

PAGE = "http://www.example.test/page"


def test_explorer():
    outcome = run(
        f"""
        Set ie = CreateObject("InternetExplorer.Application"): ie.Visible = False
        ie.Navigate "{PAGE}"
        Do While ie.Busy Or ie.ReadyState <> 4: Loop
        Main = ie.Document.body.innerText
        ie.Quit
        """
    )
    assert outcome.effects() == [("download", PAGE)]
    assert outcome.value == f"<Unknown: content of {PAGE}>"


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        ('CreateObject("htmlfile").parentWindow.execScript "a=1", "JScript"', "script.js", "a=1"),
        ('CreateObject("htmlfile").parentWindow.eval "a=1"', "script.js", "a=1"),
        ('CreateObject("htmlfile").parentWindow.setTimeout "MsgBox 1", 10, "VBScript"', "script.vbs", "MsgBox 1"),
        ('CreateObject("InternetExplorer.Application").Navigate "javascript:alert(1)"', "script.js", "alert(1)"),
        ('Set d = CreateObject("htmlfile"): d.write "<script language=vbscript>Beep</script>"', "script.vbs", "Beep"),
        ('Set d = CreateObject("htmlfile"): d.body.innerHTML = "<p><script>x()</script>"', "script.js", "x()"),
    ],
)
def test_scripts_in_pages(statement, kind, code):
    outcome = run(statement)
    assert [(c.kind, c.data.decode()) for c in outcome.children if c.kind != "text.html"] == [(kind, code)]
    assert outcome.effects("eval") == [code]


def test_scripts_from_elsewhere():
    assert run('CreateObject("htmlfile").write "<script src=http://a.example.test/x.js></script>"').effects() == [
        ("download", "http://a.example.test/x.js")
    ]
    assert run(f'CreateObject("htmlfile").parentWindow.location.href = "{PAGE}"').effects() == [("download", PAGE)]


def test_clipboard():
    before = 'Set c = CreateObject("htmlfile").parentWindow.clipboardData: c.setData "text", "abc"\n'
    assert value('CreateObject("htmlfile").parentWindow.clipboardData.getData("text")', before) == "abc"
