"""The comparison itself, with tools that are made up, and the reading of what tools print."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import compare
import pytest
import tools
from compare import Answer, Case, Ours, Row, Tool

FAKE = """
import json, os, sys, time
for line in sys.stdin:
    path = line.rstrip()
    name = os.path.basename(path)
    if name == "sleeps": time.sleep(60)
    if name == "dies": os._exit(3)
    print(json.dumps({"urls": ["http://one.example.test/" + name], "ms": 1.0}), flush=True)
"""
OURS = Ours(
    kind="script.powershell",
    kinds=frozenset({"script.powershell"}),
    urls=frozenset({"http://one.example.test/a", "http://two.example.test/b?x=1"}),
    offered=frozenset({"http://one.example.test/a"}),
    text=compare.squashed("mshta http://three.example.test/c\ncmd /c start 'two words'"),
    ms=4.0,
)


@pytest.fixture
def fake() -> Tool:
    return Tool([sys.executable, "-c", FAKE], 1.0)


def row(answer: Answer, known: tuple[str, ...] = ()) -> Row:
    row = Row("fake")
    row.add(Case(Path("x"), known), answer, OURS)
    return row


def test_a_tool_that_dies_or_sleeps_fails_for_that_file_only(fake: Tool, tmp_path: Path) -> None:
    with fake:
        answers = [fake.ask(tmp_path / name) for name in ("a", "dies", "b", "sleeps", "c")]
    assert [answer.error for answer in answers] == ["", "died", "", "took too long", ""]
    assert [answer.urls for answer in answers[::2]] == [[f"http://one.example.test/{name}"] for name in "abc"]


def test_what_only_the_tool_has_is_a_lack() -> None:
    answer = Answer(urls=["http://one.example.test/a", "http://four.example.test/"], commands=["cmd /c start two  words", "cmd /c del x"])
    assert [(lack.what, lack.value) for lack in row(answer).lacks] == [("URL", "http://four.example.test/"), ("command", "cmd /c del x")]


@pytest.mark.parametrize(
    "url",
    [
        "HTTP://ONE.example.test/a/",
        "http://two.example.test/b",  # the tool stopped at a character that it does not take
        "http://three.example.test/c",  # in a text that is shown
    ],
)
def test_what_emoscan_has_in_another_spelling_is_none(url: str) -> None:
    assert row(Answer(urls=[url])).lacks == []


def test_the_time_of_a_run_is_the_same_time_in_all_tools() -> None:
    assert compare.plain("http://one.example.test/46349.28456.dat") == compare.plain("http://one.example.test/45001.99999.dat")
    assert compare.plain("http://one.example.test/46349") != compare.plain("http://one.example.test/45001")


def test_what_was_looked_at_is_no_lack_and_is_counted() -> None:
    lacking = row(Answer(urls=["http://four.example.test/", "http://five.example.test/"]))
    lacking.review({lacking.lacks[0].digest})
    assert [lack.value for lack in lacking.lacks] == ["http://five.example.test/"]
    assert lacking.reviewed == 1


def test_what_was_looked_at_has_a_reason() -> None:
    reviewed = tomllib.loads((Path(compare.__file__).parent / "reviewed.toml").read_text("utf-8"))["reviewed"]
    assert all(len(digest) == 16 and len(reason) > 20 for digest, reason in reviewed.items())


@pytest.mark.parametrize("text", ["$env:TEMP\\one.exe", '"${env:Temp}\\one.exe"', "`n$env:TEMP\\one.exe"])
def test_spellings_of_a_text_are_one(text: str) -> None:
    assert compare.squashed(text) == "$env:temp\\one.exe"


def test_complete_is_who_names_all_that_is_known() -> None:
    known = ("http://one.example.test/a", "http://two.example.test/b")
    assert row(Answer(urls=["http://one.example.test/a"]), known).complete == [0, 1]
    assert row(Answer(urls=[*known]), known).complete == [1, 1]
    assert row(Answer(urls=[*known])).complete == [0, 0], "nothing is known of the file"


def test_the_table_holds_no_names_of_samples_and_no_urls() -> None:
    text = compare.table([row(Answer(urls=["http://four.example.test/"], ms=8.0))])
    assert "example.test" not in text
    assert [cell.strip() for cell in text.splitlines()[2].strip("|").split("|")][:4] == ["fake", "1", "0", "0 : 0 of 0"]


def test_fixtures_are_compared_with_a_tool_that_knows_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way, with one fixture: emoscan names what is known, the tool nothing."""
    import fixturelib.build

    monkeypatch.setattr(fixturelib.build, "cases", lambda: ["F02-docm-concat-chr"])
    monkeypatch.setattr(compare, "starter", lambda python, tool: [sys.executable, "-c", FAKE.replace('"http:', '"no-http:')])
    assert compare.main(["--tools", "refinery-vba,refinery-ps1"]) == 1
    out = capsys.readouterr().out
    assert "0 : 1 of 1" in out
    assert "F02-docm-concat-chr.docm: URL that emoscan lacks" in out


def test_a_corpus_is_read_by_its_sets(tmp_path: Path) -> None:
    tsv, truth = tmp_path / "dev.tsv", tmp_path / "truth.jsonl"
    tsv.write_text("sha256\tset\tkind\tlabel\tfamily\tcluster\tpassword\naa\tone\t\t\t\t\tgeheim\nbb\ttwo\t\t\t\t\t\n")
    truth.write_text('{"sha256": "aa", "urls": ["http://one.example.test/a"]}\n')
    cases = list(compare.corpus(tmp_path, tsv, truth, frozenset({"one"})))
    assert cases == [Case(tmp_path / "aa", ("http://one.example.test/a",), ("geheim",))]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("x='http://one.example.test/a@https://two.example.test/b'", ["http://one.example.test/a", "https://two.example.test/b"]),
        ("(http://one.example.test/a)., http://one.example.test/a", ["http://one.example.test/a"]),
        ("http:// nothing", []),
        ("http://one.example.test/a.ps1\x19 and", ["http://one.example.test/a.ps1"]),
    ],
)
def test_urls_are_read_the_same_way_for_all(text: str, urls: list[str]) -> None:
    assert tools.urls_in(text) == urls


def test_strings_and_commands_are_read_the_same_way_for_all() -> None:
    strings = tools.strings_in("a = \"cmd /c \"\"one\"\" two\" & 'short' & 'it''s long enough'")
    assert strings == ['cmd /c "one" two', "it's long enough"]
    assert tools.commands_in([*strings, r"C:\Windows\mshta.exe x", "the powershell of"]) == [strings[0], r"C:\Windows\mshta.exe x"]


def test_encoded_scripts_are_opened_layer_by_layer() -> None:
    import base64

    text = "http://one.example.test/a"
    for _ in range(2):
        text = "powershell -enc " + base64.b64encode(text.encode("utf-16-le")).decode()
    assert tools.urls_in(tools.layers([text], lambda script: script)) == ["http://one.example.test/a"]


def test_whatever_a_tool_fails_with_is_its_answer(tmp_path: Path) -> None:
    def fails(path: Path) -> str:
        raise RecursionError("deep")

    path = tmp_path / "x"
    path.write_bytes(b"")
    assert tools.answer(fails, path)["error"] == "RecursionError: deep"
