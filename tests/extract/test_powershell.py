"""What the words of PowerShell scripts tell."""

from __future__ import annotations

import pytest

from emoscan.analyse import analyse
from emoscan.context import Settings
from emoscan.extract.powershell import random_case
from emoscan.graph import Graph

IMPORT = "Add-Type -Name N -MemberDefinition '[DllImport(\"x.dll\")] public static extern IntPtr {}(int a);'"
KEY = r"New-Item 'HKCU:\Software\Classes\ms-settings\shell\open\command' -Force"


def facts(text: str, kind: str) -> list[tuple[str, str]]:
    graphs: list[Graph] = []
    analyse(f"$nothing = New-Object System.Object\n{text}\n".encode(), "x.ps1", "x.ps1", Settings(debug=True), on_graph=graphs.append)
    return list(dict.fromkeys((fact.value, fact.how) for _, fact in graphs[0].facts() if fact.kind == kind))


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (IMPORT.format("SetThreadToken"), "powershell.native", [("SetThreadToken", "rights of another process")]),
        (
            "function f { " + IMPORT.format("WriteProcessMemory") + " }",
            "powershell.native",
            [("WriteProcessMemory", "memory of another process")],
        ),
        (IMPORT.format("ShowWindow"), "powershell.native", []),
        (IMPORT.format("MySetThreadTokens"), "powershell.native", []),
        ("Write-Host 'SetThreadToken'", "powershell.native", []),
        ("function f { $g.CopyFromScreen(0, 0, 0, 0, $size) }", "powershell.capture", [("CopyFromScreen", "")]),
        (f"{KEY}; fodhelper.exe", "powershell.elevates", [(KEY.split("'")[1], "fodhelper")]),
        (KEY, "powershell.elevates", []),
        (
            "Add-Type 'class A { void B() { Assembly.Load(w.DownloadData(u)); } }'",
            "powershell.compiled_loader",
            [("Assembly.Load", "DownloadData")],
        ),
        ("Add-Type 'class A { void B() { w.DownloadData(u); } }'", "powershell.compiled_loader", []),
        ("Get-Item 'HKLM:\\Software\\Classes\\exefile\\shell\\open\\command'; eventvwr", "powershell.elevates", []),
    ],
)
def test_words(text: str, kind: str, found: list[tuple[str, str]]) -> None:
    assert facts(text, kind) == found


@pytest.mark.parametrize(
    ("text", "odd", "known"),
    [
        ("New-OBJeCt sYsTEM.Net.WEbClIENt", ["OBJeCt", "sYsTEM", "WEbClIENt"], 3),
        ("New-Object System.Net.WebClient", [], 3),
        ("NEW-OBJECT system.net.webclient", [], 3),
        ("new-object System.Net.Webclient; $webClient", [], 4),
        ("$FooBAR.QuUx()", [], 0),
        ("", [], 0),
    ],
)
def test_random_case(text: str, odd: list[str], known: int) -> None:
    assert random_case(text) == (odd, known)
