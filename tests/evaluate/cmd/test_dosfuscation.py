"""Commands that generators of obfuscation for cmd.exe make (concatenation, reversal, FOR-coding, replacement, letters of the environment, words
found in what assoc, ftype and set print): each kind with hundreds of seeds, and the command must come out.

The forms are those of the DOSfuscation report (D. Bohannon, 2018); the generators are written anew.
"""

from __future__ import annotations

import random
import string

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.cmd.run import evaluate
from emoscan.evaluate.core.world import Profile
from emoscan.model import Fact

SEEDS = 150
SHARE = 0.99
COMMANDS = (
    "netstat -ano",
    "net user",
    "net localgroup administrators",
    "schtasks /query",
    "sc query type= service",
    "arp -a",
    "reg query HKCU",
)
ENVIRONMENT = Profile().environment()


class Maker(random.Random):
    """Random choices as such a generator makes them."""

    def chance(self, share=0.5):
        return self.random() < share

    def case(self, text):
        return "".join(c.upper() if self.chance() else c.lower() for c in text)

    def blanks(self, least=0):
        return " " * self.randint(least, 4)

    def noise(self, least=1):
        """Delimiters that cmd.exe passes over before and after words."""
        return "".join(self.choice(" ,; ") for _ in range(self.randint(least, 6)))

    def carets(self, text, share=0.4):
        return "".join("^" + c if c.isalnum() and self.chance(share) else c for c in text)

    def name(self, taken):
        while True:
            name = "".join(self.choice(string.ascii_letters + "_#.") for _ in range(self.randint(1, 4)))
            # a name that begins another one's would not be wrong, but names are told apart without case
            if name.lower() not in taken and name.lower() not in (key.lower() for key in ENVIRONMENT):
                taken.add(name.lower())
                return name

    def word(self, text):
        """A keyword in random case, with carets now and then."""
        return self.carets(self.case(text))

    def pieces(self, text):
        cuts = sorted(self.sample(range(1, len(text)), min(len(text) - 1, self.randint(2, 7))))
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    def shell(self, body, *, delayed):
        """The line around it: `cmd /V:ON /C "…"`."""
        program = self.choice(("cmd", "cmd.exe", r"C:\Windows\System32\cmd.exe", "%COMSPEC%", "%ComSpec%"))
        switch = self.choice(("/V:ON", "/V", "/v:o", "/V:ON/D", "/q /v:on")) if delayed else self.choice(("", "/D", "/Q"))
        separator = "" if self.chance(0.3) else self.noise()
        return f'{self.case(program) if "%" not in program else program} {switch}{self.blanks(1 if switch == "/V" else 0)} {self.case("/c")}{separator}"{self.noise(0)}{body}"'

    def set(self, name, value):
        return f"{self.word('set')}{self.noise()}{name}={value}&&"

    def last(self, name, *, delayed):
        """The variable is run, directly or through another shell."""
        shown = f"!{name}!" if delayed else f"%{name}%"
        form = self.randint(0, 2)
        call = "" if delayed and self.chance() else self.word("call") + self.noise()
        if form == 0 and call:
            return f"{call}{shown}"
        if form == 1:
            return f"{call}{self.word('echo')} {shown}|{self.noise(0)}{self.word('cmd')}"
        return f"{self.word('cmd')} {self.case('/c')} {shown}" if not call else f"{call}{self.word('cmd')} {self.case('/c')} {shown}"


def concatenated(make, command):
    taken = set()
    delayed = make.chance()
    parts = [(make.name(taken), piece) for piece in make.pieces(command)]
    mixed = make.sample(parts, len(parts))
    body = "".join(make.noise(0) + make.set(name, make.carets(piece, 0.2)) for name, piece in mixed)
    final = make.name(taken)
    sign = "!" if delayed else "%"
    joined = "".join(f"{sign}{name}{sign}" for name, _ in parts)
    body += ("" if delayed else make.word("call") + make.noise()) + make.set(final, joined)
    return make.shell(body + make.last(final, delayed=delayed), delayed=delayed)


def _spelled(make, name, target, numbers, end):
    """The FOR loop that puts letters together, and the call at its end."""
    loop = make.choice([letter for letter in "abcdeijkmquvxzABDHT" if letter != target[0]])
    comma = f",{make.blanks()}1"
    append = f"{make.word('set')}{make.noise()}{target}=!{target}!!{name}:~{make.blanks()}%{loop}{comma}!"
    equal = make.choice((f" {make.case('equ')} ", "=="))
    test = f"{make.word('if')}{make.noise()}%{loop}{equal}{end}"
    return f"{make.word('for')}{make.noise()}{numbers(loop)}{make.noise()}{make.word('do')}{make.noise()}{append}&&{test}{make.noise()}"


def backwards(make, command):
    taken = set()
    name, target = make.name(taken), make.name(taken)
    step = make.randint(1, 3)
    text = "".join(c + "".join(make.choice(string.ascii_letters) for _ in range(step - 1)) for c in reversed(command))
    first = (len(command) - 1) * step
    loop = _spelled(
        make,
        name,
        target,
        lambda v: (
            f"{make.case('/L')}{make.noise()}%{v}{make.noise()}{make.word('in')}{make.noise(1)}({make.noise(0)}{first}{make.noise()}{-step}{make.noise()}0{make.noise(0)})"
        ),
        0,
    )
    call = f"{make.word('call')}{make.noise()}%{target}:~{make.blanks()}-{len(command)}%"
    return make.shell(make.set(name, text) + loop + call, delayed=True)


def for_coded(make, command):
    taken = set()
    name, target = make.name(taken), make.name(taken)
    letters = list(dict.fromkeys(command + "".join(make.choice(string.ascii_letters) for _ in range(8))))
    make.shuffle(letters)
    alphabet = "".join(letters).rstrip(" ")
    alphabet = " ".join(alphabet.split(" ")) + ("" if " " in alphabet or " " not in command else " z")
    end = len(alphabet) + make.randint(1, 900)
    numbers = [*(alphabet.index(c) for c in command), end]
    shown = "".join(f"{make.noise(0)}{make.choice(('', '+')) if n != end and n else ''}{n}{make.choice(',; ')}" for n in numbers)
    loop = _spelled(make, name, target, lambda v: f"%{v}{make.noise()}{make.word('in')}{make.noise()}({shown})", end)
    call = make.choice(
        (f"{make.word('call')}{make.noise()}%{target}:~-{len(command)}%", f"{make.word('call')}{make.noise()}!{target}:*{target}!=!")
    )
    return make.shell(make.set(name, alphabet) + loop + call, delayed=True)


def replaced(make, command):
    taken = set()
    name = make.name(taken)
    text, steps = command, []
    unused = [c for c in string.ascii_uppercase + string.digits if c.lower() not in command.lower()]
    make.shuffle(unused)
    for letter in make.sample(sorted(set(command) - set(" =")), min(4, len(set(command)) - 2)):
        mark = unused.pop()
        text = text.replace(letter, mark)
        steps.append((mark, letter))
    body = make.set(name, text)
    delayed = make.chance()
    for mark, letter in steps[:-1]:
        new = make.name(taken)
        value = f"!{name}:{mark}={letter}!" if delayed else f"%{name}:{mark}={letter}%"
        body += ("" if delayed else make.word("call") + make.noise()) + make.set(new, value)
        name = new
    mark, letter = steps[-1]
    return make.shell(f"{body}{make.word('call')}{make.noise()}%{name}:{mark}={letter}%", delayed=delayed)


def of_environment(make, command):
    """Letters cut out of variables that every Windows has."""
    out = []
    for char in command:
        places = [
            (name, at)
            for name in ("ComSpec", "ProgramFiles", "windir", "PUBLIC", "CommonProgramFiles", "SystemRoot", "ProgramFiles(x86)")
            for at, c in enumerate(ENVIRONMENT[name])
            if c == char
        ]
        if not places or make.chance(0.5):
            out.append(char)
            continue
        name, at = make.choice(places)
        size = len(ENVIRONMENT[name])
        start = make.choice((at, at - size))
        length = make.choice((1, at + 1 - size)) if at + 1 < size else 1
        out.append(f"%{make.case(name)}:~{make.blanks()}{start},{make.blanks()}{length}%")
    return make.shell(f"{make.word('call')} {''.join(out)}" if make.chance() else "".join(out), delayed=False)


DISCOVERY = (
    ("assoc .cmd", ".cmd=cmdfile", "cmd"),
    ("assoc|findstr .cmd=", ".cmd=cmdfile", "cmd"),
    ("set|findstr ComS", "ComSpec=C:\\WINDOWS\\system32\\cmd.exe", "cmd"),
    ("assoc .psd1", ".psd1=Microsoft.PowerShellData.1", "PowerShell"),
    ("assoc|findstr llCm", ".cdxml=Microsoft.PowerShellCmdletDefinitionXML.1", "PowerShell"),
    (
        "ftype|findstr lCo",
        'Microsoft.PowerShellConsole.1="C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" -p "%1"',
        "powershell",
    ),
    ("set PSM", ENVIRONMENT["PSModulePath"].join(("PSModulePath=", "")), "PowerShell"),
    ("set ComSp", "ComSpec=C:\\WINDOWS\\system32\\cmd.exe", "cmd"),
)


def discovered(make, command):
    """`cmd` is found in what a command prints, by delimiters and the number of a word."""
    query, printed, wanted = make.choice(DISCOVERY)
    required = {
        ".cmd=cmdfile": "=f" if make.chance() else ".=",
        "PSModule": "s\\",
        ".psd1=Mi": ".D",
        ".cdxml=M": ".C",
        "Microsof": ".\\",
    }.get(printed if wanted == "cmd" else printed[:8], "\\.")
    others = [c for c in string.ascii_letters + string.digits if c not in wanted + "".join(required)]
    delimiters = list(required) + make.sample(others, make.randint(1, 4))
    make.shuffle(delimiters)
    words, word = [], ""
    for c in printed:
        if c in delimiters:
            words, word = ([*words, word] if word else words), ""
        else:
            word += c
    words += [word] if word else []
    if wanted not in words:
        return discovered(make, command)
    number = words.index(wanted) + 1
    options = [f"tokens={make.blanks()}{make.choice(('', '+'))}{number}", f"delims={''.join(delimiters)}"]
    make.shuffle(options)
    head, bar, tail = query.partition("|")
    find = make.carets("find", 0.3) if make.chance(0.4) and bar else make.carets("findstr", 0.3)
    tail = tail.removeprefix("findstr ")
    needle = f'"{tail}"' if find.replace("^", "") == "find" else tail.replace("=", "^=")
    asked = make.noise(0) + make.carets(head.split()[0], 0.5) + make.noise() + "".join(head.split()[1:])
    if make.chance():  # carets that outlive the first reading
        asked = asked.replace("^", "^^")
        needle = needle.replace("^", "^^^") if not needle.startswith('"') else needle
    asked += f"{make.noise(0)}^|{make.noise(0)}{find} {needle}" if bar else ""
    v = make.choice("abcdghijkmoqrtuvwyz")
    return (
        f'{make.word("for")}{make.noise()}{make.carets(make.case("/f"), 0.3)}{make.noise()}"{make.blanks()}{make.blanks(1).join(options)}"{make.noise()}%{v}{make.noise()}'
        f"{make.word('in')}{make.noise()}({make.noise(0)}'{asked}{make.noise(1) if not bar else ''}'{make.noise(0)}){make.noise()}{make.word('do')}{make.noise()}%{v} {'/c' if wanted == 'cmd' else '-c'} {command}"
    )


def plainly(make, command):
    """Carets, quotes inside the name, delimiters and parentheses around it."""
    name, blank, rest = command.partition(" ")
    name = "".join(make.choice(("", "", '""', "^")) + c for c in name)
    depth = make.randint(0, 4)
    inner = f"{make.noise(0)}{name}{blank}{make.carets(rest, 0.3)}"
    return make.noise(0) + "(" * depth + inner + (" " if depth else "") + ")" * depth


KINDS = (concatenated, backwards, for_coded, replaced, of_environment, discovered, plainly)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_command_comes_out(kind):
    wrong = []
    for seed in range(SEEDS):
        make = Maker(f"{kind.__name__} {seed}")
        command = make.choice(COMMANDS)
        text = kind(make, command)
        found = []
        evaluate(text, Budget(Limits()), found.append)
        runs = [" ".join(item.value.split()) for item in found if isinstance(item, Fact) and item.kind == "effect.run"]
        if not {command, f"PowerShell -c {command}", f"powershell -c {command}"} & set(runs):
            wrong.append((text, command, runs))
    assert len(wrong) <= SEEDS * (1 - SHARE), wrong[:3]
