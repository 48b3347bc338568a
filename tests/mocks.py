"""An artifact that commands its own analysis to misbehave, as in Apache Tika's mock documents.

The first line is `MOCK`, each further one a command: what to yield, or how to go wrong. Registered by `install`, in the
test's own process before workers are forked from it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
import time

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.registry import Look, discover, sniffs, step

KEPT: list[bytearray] = []


def mock(*commands: str) -> bytes:
    return "\n".join(["MOCK", *commands]).encode()


def install() -> None:
    discover()

    @sniffs("mock", magic=b"MOCK")
    def _is_mock(look: Look) -> bool:
        return True

    @step("mock", "mock")
    def _obey(artifact: Artifact, ctx: Context) -> Yields:
        for line in artifact.data.decode().splitlines()[1:]:
            command, _, argument = line.partition(" ")
            yield from _do(command, argument, ctx)

    @step("mock.after", "mock", order=50)
    def _after(artifact: Artifact, ctx: Context) -> Yields:
        yield Fact("effect.eval", "the next step ran")


def _do(command: str, argument: str, ctx: Context) -> Yields:
    match command:
        case "fact":
            yield Fact("effect.run", argument)
        case "child":
            yield Child(argument.encode(), "text.plain", label=argument)
        case "problem":
            yield Problem("malformed", "mock", argument)
        case "pid":
            yield Fact("effect.run", str(os.getpid()))
        case "surrogate":
            yield Fact("effect.run", "before \ud800 after", how="\udfff", detail={"x": "\ud801"})
        case "raise":
            raise KeyError(argument)
        case "recurse":
            _recurse()
        case "loop":
            while True:
                pass
        case "stubborn":
            _swallow_everything()
        case "flood":
            while True:
                yield Fact("effect.run", os.urandom(8).hex())
        case "sleep":
            time.sleep(float(argument))
        case "hang":
            hashlib.pbkdf2_hmac("sha256", b"", b"", (1 << 31) - 1)  # stays in C: no signal handler of Python runs
        case "allocate":
            KEPT.append(bytearray(int(argument) << 20))
        case "keep":
            KEPT.append(bytearray(b"x" * (int(argument) << 20)))
        case "grow":
            ctx.budget.grow(int(argument))
        case "spend":
            ctx.budget.spend(int(argument))
        case "exit":
            os._exit(int(argument))
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "junk":
            print("junk", flush=True)
            os.write(1, b"junk\n")
            print("junk", file=sys.stderr, flush=True)
            os.write(2, b"junk\n")
        case _:
            raise ValueError(command)


def _recurse() -> None:
    _recurse()


def _swallow_everything() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:  # what some libraries do
            pass
