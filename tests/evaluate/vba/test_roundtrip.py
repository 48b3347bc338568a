"""What is hidden comes back: programs made from seeds, each with a command somewhere in it."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from evaluate.vba import obfuscate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.vba.run import evaluate
from emoscan.model import Fact
from emoscan.parse.bundle import VbaProject, dump, load_vba

SEEDS = 400
BATCH = 20


def commands(project: VbaProject) -> list[str]:
    emitted: list[Any] = []
    evaluate(project, Budget(Limits(seconds=60)), emitted.append)
    return [item.value for item in emitted if isinstance(item, Fact) and item.kind == "effect.run" and item.confidence == 1.0]


@pytest.mark.parametrize("batch", range(SEEDS // BATCH))
def test_the_hidden_command_comes_back(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        project, hidden, used = obfuscate.program(seed)
        found = commands(load_vba(dump(project)))
        assert found == [hidden], f"seed {seed}: {used}\n" + "\n".join(m.source.replace("\r\n", "\n") for m in project.modules)


def test_every_way_is_used():
    used = {name for seed in range(SEEDS) for name in obfuscate.program(seed)[2]}
    assert used == {way.__name__ for way in (*obfuscate.WAYS, *obfuscate.SPLITTING)}


TOKENS = re.compile(r'"[^"\r\n]*"|\w+|\s+|.', re.DOTALL)
SPARE = (
    *"( ) , . & + - * / \\ ^ = < > : # ! ? [ ] { } _ ' \"".split(),
    *"If Then Else End Sub Function Next Loop Wend Do While For Each In To Step Select Case Is With Set Let Call Exit GoTo GoSub Return "
    "On Error Resume Dim ReDim Preserve As New Type Enum Const Static Public Private Property Get ByRef ByVal Optional ParamArray Me Nothing "
    "Null Empty True False Not And Or Xor Mod Like Erase Stop Open Close Print Input Line Put Declare Lib Alias AddressOf TypeOf "
    "Err Shell Execute Eval CreateObject GetObject CallByName Application Run Chr Mid Replace Split Join String Space Now Rnd".split(),
    "99999999999999999999",
    "-1",
    "1E400",
    "&HFFFFFFFF",
    "\r\n",
)


def damaged(source: str, rng: random.Random) -> str:
    """Tokens taken away, doubled, exchanged, moved or put in."""
    tokens = TOKENS.findall(source)
    for _ in range(rng.choice((1, 2, 5, 20))):
        at, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(5):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = rng.choice(SPARE)
            case _:
                tokens[at] += f" {rng.choice(SPARE)} "
    return "".join(tokens)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32))
def test_damaged_programs(seed):
    """No exception gets out, nothing beyond the budget is spent, and the same program does the same twice."""
    rng = random.Random(seed)
    whole, _, _ = obfuscate.program(seed % SEEDS)
    project = msgspec.structs.replace(
        whole, modules=tuple(msgspec.structs.replace(m, source=damaged(m.source, rng)) if m.source else m for m in whole.modules)
    )
    runs = []
    for _ in range(2):
        budget = Budget(
            Limits(seconds=60, operations=20_000, expanded_bytes=4 << 20, string_bytes=1 << 20, strings_bytes=2 << 20)
        ).for_step()
        emitted: list[Any] = []
        with suppress(LimitReached):
            evaluate(project, budget, emitted.append)
        assert budget.spent["operations"] <= 20_000 + SLACK
        runs.append(emitted)
    assert runs[0] == runs[1]


SLACK = 10_000
"""What one statement may spend before it is stopped."""
