"""The report: a contract with a schema, and every string in it safe to print."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.graph import Added, Graph, Stated, Troubled
from emoscan.judge import judge
from emoscan.model import Artifact, Edge, Evidence, Fact, Finding, Problem
from emoscan.output import Record, View
from emoscan.registry import outputs, renderer
from emoscan.report import Engine, Report, compose, defang, display, from_json, one_line, schema, to_json
from emoscan.sources import Source
from emoscan.workers import empty_report

SCHEMA = Path(__file__).parent.parent / "docs" / "report.schema.json"

HOSTILE = "a\x00\x1b[31m\x7f\x85\x9b\u00ad\u061c\u200b\u200f\u202e\u2028\u2066\ufeff\ud800\udfff\U000e0041\r\n\tz"


def report_of(text: str, include: str = "all") -> Report:
    """A report in which `text` stands wherever a sample's text may stand."""
    root = Artifact("mail.rfc822", text.encode("utf-8", "surrogatepass"))
    child = Artifact("script.cmd", b"x" + text.encode("utf-8", "surrogatepass"))
    project = Artifact("script.vba-project", b"{}")
    graph = Graph()
    graph.apply(Added(root))
    graph.apply(Added(child, Edge(root.id, child.id, "eml", text, text)))
    graph.apply(Added(project, Edge(root.id, project.id, "eml", text, text)))
    for kind in ("effect.run", "ioc.url", "opened.password", "mail.subject", "mail.from"):
        graph.apply(Stated(root.id, Fact(kind, text, text, confidence=0.5, detail={"module": text, "role": "download"})))
    graph.apply(Stated(project.id, Fact("vba.module", text)))
    graph.apply(Troubled(child.id, "cmd", Problem("malformed", text, text)))
    evidence = Evidence(text, text, child.id, (Evidence(text, text),))
    finding = Finding("VBA.EXEC", "Title", "high", 90, "", ("T1059",), child.id, (evidence,), graph.lineage(child.id))
    report = compose(
        graph, [finding], judge([finding], graph), path=text, name=text, engine=Engine("0", "0"), limits=Limits(), include=include
    )
    return msgspec.structs.replace(report, timing_ms={"total": 1.0})


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def unsafe(text: str) -> list[str]:
    """Characters that may not reach a terminal, by properties of Unicode rather than by our own table."""
    import unicodedata

    return [
        c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\t\n" and c not in ARABIC_AND_THE_LIKE
    ]


ARABIC_AND_THE_LIKE = {chr(c) for c in (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)} | {
    chr(c) for c in (*range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B))
}
"""Format characters that are visible signs of their script, and those of hieroglyphs, shorthand and musical notation."""


def test_display_shows_what_could_steer_a_terminal() -> None:
    assert display("a\x1b[31mb") == "a\\x1b[31mb"
    assert display("exe\u202ecod") == "exe\\u202ecod"
    assert display("\ud83d") == "\\ud83d"
    assert display("\U000e0041") == "\\U000e0041"
    assert display("tab\tand\nline") == "tab\tand\nline"
    assert one_line("tab\tand\nline\r") == "tab\\tand\\nline\\x0d"
    assert display("請求書 – Grüße 😀") == "請求書 – Grüße 😀"


@given(st.text(st.characters()))
def test_display_leaves_nothing_unsafe(text: str) -> None:
    assert unsafe(display(text)) == []
    display(text).encode("utf-8")


@pytest.mark.parametrize("include", ["none", "decoded", "all"])
def test_every_string_of_a_report_is_safe(include: str) -> None:
    line = to_json(report_of(HOSTILE, include))
    assert b"\n" not in line
    for text in strings(json.loads(line)):
        assert unsafe(text) == [], text


@given(st.text(st.characters(), max_size=30))
def test_every_report_is_one_line_of_json_and_comes_back(text: str) -> None:
    report = report_of(text)
    line = to_json(report)
    assert b"\n" not in line
    assert from_json(line) == report


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("name", outputs())
def test_no_output_lets_a_control_character_through(name: str, *, colour: bool) -> None:
    view = View(colour=colour, verbose=2, full=True)
    render = renderer(name)(view)
    out = render.start() + render.add(Record(to_json(report_of(HOSTILE)))) + render.end()
    text = out.decode("utf-8")
    if colour:  # our own escapes are of one form
        import re

        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert unsafe(text) == []


@pytest.mark.parametrize("width", [40, 80, 100, 200])
@pytest.mark.parametrize("name", ["table", "explain"])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    from emoscan.output._text import columns

    render = renderer(name)(View(width=width, verbose=2))
    for text in (HOSTILE, "長い名前の請求書" * 30, "word " * 100, "x" * 500):
        page = render.add(Record(to_json(report_of(text)))).decode()
        assert max(map(columns, page.splitlines())) <= width


def test_markup_of_a_sample_is_text() -> None:
    page = renderer("explain")(View(width=200)).add(Record(to_json(report_of("[bold red]x[/bold red] :skull: [link=http://x]")))).decode()
    assert "[bold red]x[/bold red] :skull: [link=http://x]" in page


# ---------------------------------------------------------------- the contract


def test_the_published_schema_is_the_model() -> None:
    text = json.dumps(schema(), indent=2) + "\n"
    if os.environ.get("EMOSCAN_WRITE_GOLDEN"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text("utf-8") == text, "run `make golden`, and think of schema_version"


def test_reports_are_valid_by_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    jsonschema.Draft202012Validator.check_schema(validator.schema)
    for report in (
        report_of("text"),
        report_of(HOSTILE, "none"),
        empty_report(Source("a", "a"), Settings(), (Problem("failed", "unreadable", "no"),)),
    ):
        validator.validate(json.loads(to_json(report)))
    assert not validator.is_valid({"schema_version": 1})


def test_keys_stand_in_the_order_of_the_contract() -> None:
    expected = (
        "schema_version engine input verdict score summary macro_class reasons findings artifacts edges effects iocs passwords macros mail "
        "incomplete limits timing_ms"
    )
    assert list(json.loads(to_json(report_of("x")))) == expected.split()


def test_the_way_of_a_finding_is_told_by_ids() -> None:
    report = report_of("x")
    assert report.findings[0].path == [report.artifacts[0].id, report.artifacts[1].id]


def test_what_text_a_report_holds_is_asked_for() -> None:
    def texts(include: str) -> list[str | None]:
        return [artifact.text for artifact in report_of("hello", include).artifacts]

    assert texts("none") == [None, None, None]
    assert texts("all") == texts("decoded") == [None, "xhello", "{}"]


def test_an_indicator_is_listed_once_with_its_weightiest_role() -> None:
    root = Artifact("text.plain", b"")
    graph = Graph()
    graph.apply(Added(root))
    for how, role in enumerate(("reference", "download", "link")):
        graph.apply(Stated(root.id, Fact("ioc.url", "http://a.example.test/x", str(how), detail={"role": role})))
    report = compose(graph, [], judge([], graph), path="", name="", engine=Engine("", ""), limits=Limits(), include="none")
    assert [(ioc.type, ioc.value, ioc.defanged, ioc.role) for ioc in report.iocs] == [
        ("url", "http://a.example.test/x", "hxxp://a[.]example[.]test/x", "download")
    ]


def test_a_host_that_was_cut_off_is_no_place_of_download() -> None:
    """A literal of a script ends in the middle of an address; what was fetched, and other hosts, stay what they are."""
    graph = Graph()
    root = Artifact("script.vba", b"")
    graph.apply(Added(root))
    for value in ("http://a.exam", "http://b.exam", "http://a.example.test/x", "http://b.example.test/x"):
        graph.apply(Stated(root.id, Fact("ioc.url", value, detail={"role": "download"})))
    graph.apply(Stated(root.id, Fact("effect.download", "http://b.exam", "x")))
    report = compose(graph, [], judge([], graph), path="", name="", engine=Engine("", ""), limits=Limits(), include="none")
    assert [ioc.value for ioc in report.iocs if ioc.role == "download"] == [
        "http://b.exam",
        "http://a.example.test/x",
        "http://b.example.test/x",
    ]
    assert "http://a.exam" in [ioc.value for ioc in report.iocs]


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("http://a.example.test/dir/", "reference"),  # the beginning
        ("http://a.exaXYZ9mple.test/dir/x1", "reference"),  # a token that is taken out
        ("http://a.example.test/dir/x1;curl.exe", "reference"),  # with the next statement
        ("http://a.example.test/dir/x1https:", "reference"),
        ("http://a.example.test/dir/x12", "download"),
        ("http://a.example.test/dir/x1-setup.exe", "download"),
        ("http://b.example.test/dir/x1", "download"),
    ],
)
def test_what_a_script_makes_an_address_of_is_none(written: str, role: str) -> None:
    graph = Graph()
    root = Artifact("script.powershell", b"")
    graph.apply(Added(root))
    graph.apply(Stated(root.id, Fact("ioc.url", written, detail={"role": "download"})))
    graph.apply(Stated(root.id, Fact("effect.download", "http://a.example.test/dir/x1", "x")))
    report = compose(graph, [], judge([], graph), path="", name="", engine=Engine("", ""), limits=Limits(), include="none")
    assert {ioc.value: ioc.role for ioc in report.iocs} == {"http://a.example.test/dir/x1": "download", written: role}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://a.example.test/x.exe?y=1.2", "hxxp://a[.]example[.]test/x.exe?y=1.2"),
        ("https://192.0.2.1:8080/", "hxxps://192[.]0[.]2[.]1:8080/"),
        ("ftp://a.example.test", "fxp://a[.]example[.]test"),
        ("a.example.test", "a[.]example[.]test"),
        ("x@a.example.test", "x[@]a[.]example[.]test"),
        ("C:\\Users\\x.exe", "C:\\Users\\x.exe"),
        ("HKCU\\Software\\x.y", "HKCU\\Software\\x.y"),
    ],
)
def test_defanged_values_are_no_links(value: str, expected: str) -> None:
    assert defang(value) == expected


def test_a_command_that_was_started_is_told_once() -> None:
    graph = Graph()
    macro, line, other = Artifact("script.vba", b"m"), Artifact("script.cmd", b'notepad  "a.txt"'), Artifact("script.cmd", b"cmd /c calc")
    graph.apply(Added(macro))
    for command in (line, other):
        graph.apply(Stated(macro.id, Fact("effect.run", command.data.decode(), "Shell")))
        graph.apply(Added(command, Edge(macro.id, command.id, "vba")))
    graph.apply(Stated(line.id, Fact("effect.run", "notepad a.txt", "cmd")))
    graph.apply(Stated(other.id, Fact("effect.run", "calc", "cmd")))
    whole = compose(graph, [], judge([], graph), path="", name="", engine=Engine("", ""), limits=Limits(), include="none")
    told = [(effect.how, effect.value) for effect in whole.effects]
    assert told == [("Shell", 'notepad  "a.txt"'), ("Shell", "cmd /c calc"), ("cmd", "calc")]
