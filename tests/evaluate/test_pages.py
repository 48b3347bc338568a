"""Pages, HTML applications and .wsf files, from their bytes to what their scripts do."""

from __future__ import annotations

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
