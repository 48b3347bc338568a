import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.parse.psargs import Invocation, calls, decode, is_command_line, parameter, parse, undecoded

CODE = "Write-Output 'INERT'; exit"
WIDE = base64.b64encode(CODE.encode("utf-16-le")).decode()
PLAIN = base64.b64encode(CODE.encode()).decode()


@pytest.mark.parametrize("dash", list("-/\u2013\u2014\u2015"))
@pytest.mark.parametrize("name", ["e", "E", "ec", "en", "enc", "Enc", "ENCOD", "encodedcommand", "EncodedCommand"])
def test_every_spelling(dash, name):
    assert [(c.type, c.spelled, c.text) for c in calls(f"powershell {dash}{name} {WIDE}")] == [("encoded", dash + name, CODE)]


@pytest.mark.parametrize(
    "line",
    [
        f"powershell.exe -nop -w hidden -enc {WIDE.rstrip('=')}",
        f'"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -e "{WIDE}"',
        f"powershell -enc {WIDE[:40]} {WIDE[40:]}",
        f"powershell -enc\n{WIDE[:40]}\n{WIDE[40:]}",
        f"powershell -EncodedCommand:{WIDE}",
        f"powershell -enc {PLAIN}",
        f"$x -w hidden -ENCOD    {WIDE}",
        f"powershell -ExecutionPolicy Bypass -enc {WIDE} & echo done",
    ],
)
def test_forms_of_an_encoded_command(line):
    assert [c.text for c in calls(line) if c.type == "encoded"] == [CODE]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('powershell -nop -c "iex (1)"', "iex (1)"),
        ("powershell -command Write-Output 'INERT'", "Write-Output 'INERT'"),
        (
            "PowerShell -ExecutionPolicy bypass -noprofile -windowstyle hidden -command (New-Object X).Y('z');a b",
            "(New-Object X).Y('z');a b",
        ),
        ("powershell Write-Output 'INERT'", "Write-Output 'INERT'"),
        ('cmd /c powershell "Write-Output 1" & echo 1', "Write-Output 1"),
        ('powershell -c "& {\\"a\\"; b}"', '& {"a"; b}'),
        ("pwsh -NoLogo -Version 2 -Com 'Write-Output 1'", "Write-Output 1"),
    ],
)
def test_commands(line, code):
    assert [(c.type, c.text) for c in calls(line)] == [("command", code)]


@pytest.mark.parametrize(
    "line",
    [
        "powershell -File a.ps1",
        "powershell.exe",
        "C:\\WindowsPowerShell\\v1.0",
        "grep -e JABhAGIAYwBkAGUAZgBnAGgA= file",
        "sed -e 's/a/b/' internationalisation",
        "my-powershell-module",
        "-encoding utf8internationalisation",
    ],
)
def test_ordinary_lines_hold_none(line):
    assert [c for c in calls(line) if c.text.isascii() and c.type == "command"] == []
    assert all("\0" not in c.text for c in calls(line))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("e", "encodedcommand"),
        ("ex", "executionpolicy"),
        ("ep", "executionpolicy"),
        ("w", "windowstyle"),
        ("noni", "noninteractive"),
        ("c", "command"),
        ("file", "file"),
        ("x", ""),
        ("encodingx", ""),
    ],
)
def test_parameters(written, name):
    assert parameter(written)[0] == name


@pytest.mark.parametrize(
    ("line", "invocation"),
    [
        (f"powershell -nop -w hidden -enc {WIDE}", Invocation(code=CODE, how="-enc argument", encoded=True, hidden=True)),
        (f"powershell -e {WIDE[:40]} {WIDE[40:]}", Invocation(code=CODE, how="-e argument", encoded=True)),
        (f"powershell -e `{WIDE[:9]}#{WIDE[9:]}", Invocation(code=CODE, how="-e argument", encoded=True)),
        (
            'pwsh.exe -NoLogo -c "a \\"b\\""',
            Invocation(code='a "b"', how="-c argument", raw='a \\"b\\"'),
        ),
        ('"C:\\x\\powershell.exe" a "b c"', Invocation(code="a b c", how="-Command argument", raw='a "b c"')),
        ("powershell -ep bypass -File x.ps1 1 2", Invocation(file="x.ps1", arguments=("1", "2"))),
        ("powershell -noexit -", Invocation(stdin=True)),
        ("powershell -w 1 -c -", Invocation(stdin=True, hidden=True)),
        ("powershell", Invocation()),
        ("powershell.dll -c x", None),
        ("get-powershell", None),
    ],
)
def test_a_command_line_read_exactly(line, invocation):
    assert parse(line) == invocation


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("powershell -c x", True),
        ("cmd /c start /min powershell.exe 'x'", True),
        ("powershell $x\n$y", False),
        ("$x = 'powershell -c x'", False),
    ],
)
def test_a_script_that_is_one_command_line(text, whether):
    assert is_command_line(text) is whether


@given(st.text(max_size=200, alphabet=st.characters(min_codepoint=1, max_codepoint=126)), st.sampled_from(["", "日本語", "ü"]))
def test_encoded_and_back(text, more):
    code = f"Write-Output {text}{more};"
    assert decode(base64.b64encode(code.encode("utf-16-le")).decode()) == code


def test_what_was_put_before_an_encoded_command():
    """Five bytes of anything move the text by one: it is found again behind them."""
    packed = base64.b64encode(b"\xd6\x17\x62\xa3\xbb" + (CODE * 4).encode("utf-16-le")).decode()
    assert decode(packed).endswith(CODE)
    assert [c.text[-len(CODE) :] for c in calls(f"powershell -enc {packed}")] == [CODE]


@given(st.text(max_size=300))
def test_any_text(text):
    calls(text)
    calls("powershell " + text)
    calls("powershell -enc " + text)
    parse("powershell " + text)


@pytest.mark.parametrize(
    "unit", ["powershell ", "-e ", "-enc AAAAAAAAAAAAAAAAAAAA ", 'powershell -c "', "A", '\\"', 'powershell -w "', " ", "-e\n"]
)
def test_linear_on_floods(unit):
    assert_linear(calls, unit, 30_000)


@pytest.mark.parametrize(
    ("line", "spelled"),
    [
        (f"powershell -w hidden -enc A{WIDE[:-1]}", "-enc"),
        (f"powershell -e {'B' * 8}{'A' * 40}", "-e"),
        (f"powershell -enc {WIDE}", ""),
        (f"powershell -ep {'Bypass' * 4} -File a.ps1", ""),
        ("powershell -File a.ps1", ""),
    ],
)
def test_what_is_no_encoded_command(line, spelled):
    assert undecoded(line) == spelled
