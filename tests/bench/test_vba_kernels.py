"""Loops as macros have them, beside the same loops in plain Python: the results are tested, the ratio is shown by `make bench`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.core.world import World
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.runtime import VbaMachine
from emoscan.parse.bundle import Module

NUMBERS = """
Function Kernel(n As Long) As Long
    Dim i As Long, a As Long
    a = 11
    For i = 1 To n
        a = (a * 5 + (i Xor 37)) Mod 65521
        If a > 40000 Then a = a - 3
    Next i
    Kernel = a
End Function
"""


def numbers(n: int) -> int:
    a = 11
    for i in range(1, n + 1):
        a = (a * 5 + (i ^ 37)) % 65521
        if a > 40000:
            a = a - 3
    return a


DECODER = """
Function Kernel(n As Long) As String
    Dim i As Long, s As String, c As Long
    For i = 0 To n - 1
        c = (i Mod 90) + 33
        s = s & Chr((c Xor 6) Mod 128)
    Next i
    For i = 1 To Len(s) Step 101
        c = c + Asc(Mid(s, i, 1))
    Next i
    Kernel = Len(s) & "/" & c & "/" & Left(s, 6)
End Function
"""


def decoder(n: int) -> str:
    s, c = "", 0
    for i in range(n):
        c = (i % 90) + 33
        s = s + chr((c ^ 6) % 128)
    for i in range(1, len(s) + 1, 101):
        c = c + ord(s[i - 1])
    return f"{len(s)}/{c}/{s[:6]}"


CALLS = """
Function Inner(x As Long) As Long
    Inner = (x * 3 + 7) Mod 8191
End Function
Function Outer(x As Long, y As Long) As Long
    Outer = Inner(x) + Inner(y)
End Function
Function Kernel(n As Long) As Long
    Dim i As Long, a As Long
    For i = 1 To n
        a = Outer(a, i) Mod 8191
    Next i
    Kernel = a
End Function
"""


def calls(n: int) -> int:
    def inner(x: int) -> int:
        return (x * 3 + 7) % 8191

    def outer(x: int, y: int) -> int:
        return inner(x) + inner(y)

    a = 0
    for i in range(1, n + 1):
        a = outer(a, i) % 8191
    return a


ARRAY = """
Function Kernel(n As Long) As Long
    Dim v() As Long, i As Long, t As Long
    ReDim v(n - 1)
    For i = 0 To n - 1
        v(i) = (i * 29) Mod 241
    Next i
    For i = LBound(v) To UBound(v)
        t = (t + v(i)) Mod 999983
    Next i
    Kernel = t
End Function
"""


def array(n: int) -> int:
    v, t = [0] * n, 0
    for i in range(n):
        v[i] = (i * 29) % 241
    for i in range(len(v)):
        t = (t + v[i]) % 999983
    return t


PIECES = """
Function Kernel(n As Long) As String
    Dim i As Long, s As String, p As Variant, t As Long
    For i = 1 To n
        s = "hZQtZQtp://c" & i & ".exZQample.test*http://d" & i & ".test/y"
        s = Replace(s, "ZQ", "")
        p = Split(s, "*")
        t = (t + Len(Join(p, "|")) + UBound(p)) Mod 999983
    Next i
    Kernel = t & "/" & s
End Function
"""


def pieces(n: int) -> str:
    s, t = "", 0
    for i in range(1, n + 1):
        s = "hZQtZQtp://c" + str(i) + ".exZQample.test*http://d" + str(i) + ".test/y"
        s = s.replace("ZQ", "")
        p = s.split("*")
        t = (t + len("|".join(p)) + len(p) - 1) % 999983
    return f"{t}/{s}"


KERNELS: dict[str, tuple[str, Callable[[int], Any], int]] = {
    "whole numbers": (NUMBERS, numbers, 1_000_000),
    "decoder": (DECODER, decoder, 20_000),
    "calls": (CALLS, calls, 300_000),
    "array": (ARRAY, array, 1_000_000),
    "replace, split, join": (PIECES, pieces, 100_000),
}


def kernel(source: str) -> Callable[[int], Any]:
    budget = Budget(Limits(seconds=120, operations=100_000_000))
    project = Project(VbaMachine(budget, World(budget), lambda _: None))
    project.add(Module("Module1", source))
    procedure = project.find("Kernel")
    return lambda n: project.invoke(procedure, (n,))


@pytest.mark.parametrize("name", KERNELS)
def test_results(name: str) -> None:
    source, twin, _ = KERNELS[name]
    assert kernel(source)(500) == twin(500)


def test_results_in_figures() -> None:
    assert kernel(NUMBERS)(3) == 2508
    assert kernel(DECODER)(8) == "8/79/'$%\"# "
    assert kernel(ARRAY)(10) == 1064


def best(function: Callable[[int], Any], n: int) -> float:
    """Milliseconds of the quickest of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        function(n)
        times.append(time.perf_counter() - started)
    return min(times) * 1000


def main() -> None:
    print(f"{'kernel':<22} {'rounds':>9} {'VBA ms':>9} {'Python ms':>10} {'ratio':>6}")
    for name, (source, twin, n) in KERNELS.items():
        ours, theirs = best(kernel(source), n), best(twin, n)
        print(f"{name:<22} {n:>9,} {ours:>9.1f} {theirs:>10.1f} {ours / theirs:>6.1f}")


if __name__ == "__main__":
    main()
