import pytest
from evaluate.com.program import run, value

WAYS = [
    'CreateObject("Shell.Application").ShellExecute "cmd.exe", "/c echo inert", "", "open", 0',
    'CreateObject("Shell.Application").ShellExecute File:="cmd.exe", vArgs:="/c echo inert", vShow:=0',
    'GetObject("new:9BA05972-F6A8-11CF-A442-00A0C90A8F39").Item.Document.Application.ShellExecute "cmd.exe", "/c echo inert", , , 0',
    'CreateObject("new:{C08AFD90-F2A1-11D1-8455-00A0C91F3880}").Document.Application.ShellExecute "cmd.exe", "/c echo inert", "", Null, 0',
    'CreateObject("Shell.Application").Windows()(0).Document.Application.ShellExecute "cmd.exe", "/c echo inert", , , 0',
    'CreateObject("MMC20.Application").Document.ActiveView.ExecuteShellCommand "cmd.exe", Null, "/c echo inert", "0"',
    'CreateObject("new:{3E5FC7F9-9A51-4367-9063-A120244FBEC7}").ShellExec "cmd.exe", "/c echo inert", "", 0, 0',
]


@pytest.mark.parametrize("statement", WAYS)
def test_ways_to_run(statement):
    outcome = run(statement)
    assert outcome.effects() == [("run", "cmd.exe /c echo inert")]
    assert outcome.texts("script.cmd") == ["cmd.exe /c echo inert"]
    assert outcome.fact("effect.run").detail["show_window"] == "0"


def test_documents_and_addresses_are_opened():
    outcome = run(
        """
        Set a = CreateObject("Shell.Application")
        a.Open "https://www.example.test/help"
        a.ShellExecute "C:\\Program Files\\x y.exe", "-a"
        a.Open "C:\\Users\\Public\\x.js"
        a.ControlPanelItem "x.cpl"
        """
    )
    assert outcome.effects() == [
        ("open", "https://www.example.test/help"),
        ("run", '"C:\\Program Files\\x y.exe" -a'),
        ("run", r"C:\Users\Public\x.js"),
        ("run", "control.exe x.cpl"),
    ]


def test_verbs_of_items_and_files_that_were_written():
    outcome = run(
        """
        Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("C:\\Users\\Public\\x.js")
        f.Write "WScript.Echo(1)"
        CreateObject("Shell.Application").Namespace("C:\\Users\\Public").ParseName("x.js").InvokeVerb "open"
        """
    )
    assert outcome.effects() == [("write", r"C:\Users\Public\x.js"), ("run", r"C:\Users\Public\x.js")]
    assert outcome.texts() == [r"C:\Users\Public\x.js", "WScript.Echo(1)"]


def test_zip_is_taken_apart_by_explorer():
    outcome = run(
        """
        Set a = CreateObject("Shell.Application")
        a.Namespace("C:\\Users\\Public\\out").CopyHere a.Namespace("C:\\Users\\Public\\a.zip").Items, 16
        """
    )
    assert outcome.effects() == [("write", r"C:\Users\Public\out\*")]
    assert outcome.fact("effect.write").detail["source"] == r"C:\Users\Public\a.zip\*"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.Namespace(7).Self.Path", r"C:\Users\tanaka\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"),
        ("a.NameSpace(&H25).Title", "System32"),
        ('a.Namespace("shell:AppData").Self.Path', r"C:\Users\tanaka\AppData\Roaming"),
        ('a.Namespace("") Is Nothing', True),
        ('a.IsServiceRunning("Spooler")', True),
        ('a.IsServiceRunning("VBoxService")', False),
        ('a.GetSystemInformation("PhysicalMemoryInstalled") > 8000000000', True),
    ],
)
def test_value(expression, expected):
    assert value(expression, 'Set a = CreateObject("Shell.Application")') == expected
