import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.decode.commandline import powershell_of_command_lines, scripts_in_documents
from emoscan.model import Artifact, Child, Fact
from emoscan.parse.bundle import Control, Document, VbaProject, dump
from emoscan.registry import discover

discover()

CODE = "Write-Output 'INERT'; exit"
ENCODED = base64.b64encode(CODE.encode("utf-16-le")).decode()


def run(text, kind="script.vbs", step=powershell_of_command_lines):
    data = text if isinstance(text, bytes) else text.encode()
    return list(step(Artifact(kind, data), Context(Budget(Limits()))))


def children(items):
    return [(c.kind, c.data.decode(), c.how) for c in items if isinstance(c, Child)]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("script.vba", f'Shell "powershell -ENC" & "OD {ENCODED[:20]}" & "{ENCODED[20:]}", 0'),
        ("script.vbs", f'CreateObject("WScript.Shell").Run "powershell -ENCOD {ENCODED}", 0'),
        ("script.js", f"shell.Run('powershell -ENCOD '+'{ENCODED}');"),
        ("script.powershell", f"Start-Process powershell -ArgumentList '-ENCOD {ENCODED}'"),
    ],
)
def test_encoded_command_in_any_script(kind, text):
    items = run(text, kind)
    assert ("script.powershell", CODE, "-ENCOD argument") in children(items)
    assert [f.value for f in items if isinstance(f, Fact) and f.kind == "obfuscation.encoded_command"] == ["-ENCOD"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("script.powershell", "$path = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'"),
        ("script.vba", "' a macro that does not need powershell to work"),
        ("script.js", "var encoding = '-encoding utf8'; // powershell"),
    ],
)
def test_ordinary_scripts_hold_none(kind, text):
    assert run(text, kind) == []


def test_scripts_in_the_values_of_controls():
    controls = (
        Control("TextBox1", "TextBox", {"Value": f"powershell -enc {ENCODED}"}),
        Control("TextBox2", "TextBox", {"Value": "please enter your name in this box"}),
    )
    items = run(dump(VbaProject((), document=Document(controls=controls))), "script.vba-project", scripts_in_documents)
    assert children(items) == [("script.cmd", f"powershell -enc {ENCODED}", "text of control TextBox1.Value")]


@given(st.text(max_size=200), st.sampled_from(["script.vba", "script.powershell", "script.js"]))
def test_any_script(text, kind):
    run(text.encode("utf-8", "surrogatepass"), kind)


@given(st.binary(max_size=200))
def test_any_bundle(data):
    run(data, "script.vba-project", scripts_in_documents)
