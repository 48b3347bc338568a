"""`emoscan scan`: inputs, outputs, exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from commandline import Emoscan
from mocks import mock

from emoscan import __version__
from emoscan.detect import load

CLEAN = b"hello"
SUSPICIOUS = mock("fact suspicious")
MALICIOUS = mock("fact malicious")
INCOMPLETE = mock("problem cut off")


@pytest.fixture
def files(quiet_surroundings: Path) -> Path:
    for name, data in (("clean", CLEAN), ("suspicious", SUSPICIOUS), ("malicious", MALICIOUS), ("incomplete", INCOMPLETE)):
        (quiet_surroundings / name).write_bytes(data)
    (quiet_surroundings / "both").write_bytes(mock("fact malicious", "problem cut off"))
    return quiet_surroundings


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


# ---------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("clean", 0),
        ("suspicious", 1),
        ("malicious", 1),
        ("incomplete", 3),
        ("both", 1),
        ("clean incomplete", 3),
        ("clean incomplete suspicious", 1),
        ("nonexistent", 2),
        ("nonexistent another", 2),
        ("clean nonexistent", 3),
        ("malicious nonexistent", 1),
        ("--fail-on malicious suspicious", 0),
        ("--fail-on malicious malicious", 1),
        ("--fail-on malicious suspicious incomplete", 3),
        ("--fail-on incomplete incomplete", 1),
        ("--fail-on incomplete clean", 0),
        ("--fail-on incomplete nonexistent", 2),
        ("--exit-zero malicious", 0),
        ("--exit-zero both", 3),
        ("--exit-zero incomplete", 3),
        ("--exit-zero nonexistent", 2),
        ("", 2),
        ("--no-such-option clean", 2),
        ("--format none clean", 2),
        ("--fail-on clean clean", 2),
        ("--limit speed=1 clean", 2),
        ("--limit seconds clean", 2),
        ("--limit depth=0 clean", 2),
        ("--profile fast clean", 2),
        ("--rules nonexistent clean", 2),
        ("--allow nonexistent clean", 2),
        ("--passwords-from nonexistent clean", 2),
        ("--files-from nonexistent", 2),
        ("--output jsonl clean", 2),
        ("--output none:x clean", 2),
        ("--output jsonl:nonexistent/x clean", 2),
        ("-j -1 clean", 2),
        ("- -", 2),
        ("- --files-from -", 2),
        ("- --passwords-from -", 2),
    ],
)
def test_exit_codes(emoscan: Emoscan, files: Path, arguments: str, code: int) -> None:
    result = emoscan("scan", *arguments.split())
    assert result.code == code, result
    assert "Traceback" not in result.err
    if code == 2 and "nonexistent" not in arguments:
        assert result.out == ""


def test_a_path_that_cannot_be_read_is_a_record_and_said_on_standard_error(emoscan: Emoscan, files: Path) -> None:
    result = emoscan("scan", "--format", "jsonl", "clean", "nonexistent")
    records = [json.loads(line) for line in result.lines]
    assert [record["input"]["path"] for record in records] == ["clean", "nonexistent"]
    assert records[1]["incomplete"][0]["message"] == "cannot be read: No such file or directory"
    assert "1 could not be read" in result.err


def test_an_empty_folder_is_nothing_scanned(emoscan: Emoscan, files: Path) -> None:
    (files / "folder").mkdir()
    result = emoscan("scan", "folder")
    assert (result.code, result.out) == (2, "")
    assert "nothing was scanned" in result.err


def test_scan_may_be_left_out(emoscan: Emoscan, files: Path) -> None:
    assert emoscan("malicious").code == 1
    assert emoscan("--format", "jsonl", "clean").out.startswith('{"schema_version":1')
    assert emoscan("-q", "clean").code == 0


def test_a_file_named_like_a_command_is_reached(emoscan: Emoscan, files: Path) -> None:
    (files / "doctor").write_bytes(MALICIOUS)
    assert emoscan("./doctor").code == 1
    assert emoscan("scan", "doctor").code == 1


def test_help_and_version(emoscan: Emoscan) -> None:
    assert emoscan("--version").out == f"emoscan {__version__}\n"
    for arguments in (["--help"], ["-h"], ["scan", "--help"]):
        result = emoscan(*arguments)
        assert (result.code, result.out[:6]) == (0, "Usage:")
    assert emoscan().code == 2
    assert "Exit codes:" in emoscan("scan", "--help").out


# ---------------------------------------------------------------- inputs


def names(result: object) -> list[str]:
    return [json.loads(line)["input"]["path"] for line in result.lines]  # type: ignore[attr-defined]


def test_standard_input(emoscan: Emoscan, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, MALICIOUS)
    result = emoscan("scan", "--format", "jsonl", "-")
    assert (result.code, names(result)) == (1, ["stdin"])
    feed(monkeypatch, b"")
    assert json.loads(emoscan("scan", "--format", "jsonl", "--stdin-name", "mail.eml", "-").out)["input"]["name"] == "mail.eml"


def test_standard_input_that_is_too_long_is_read_in_part(emoscan: Emoscan, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, bytes(1001))
    record = json.loads(emoscan("scan", "--format", "jsonl", "--limit", "object_bytes=1000", "-").out)
    assert (record["input"]["size"], record["incomplete"][0]["name"]) == (1000, "object_bytes")


def test_folders_are_scanned_with_what_is_in_them_in_order(emoscan: Emoscan, files: Path) -> None:
    for path in ("f/b/2", "f/b/1", "f/a/3", "f/c"):
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        (files / path).write_bytes(path.encode())
    (files / "f" / "empty").mkdir()
    assert names(emoscan("scan", "--format", "jsonl", "f")) == ["f/a/3", "f/b/1", "f/b/2", "f/c"]
    assert names(emoscan("scan", "--format", "jsonl", "-j", "2", "f", "clean", "f/")) == [
        *("f/a/3", "f/b/1", "f/b/2", "f/c", "clean"),
        *("f/a/3", "f/b/1", "f/b/2", "f/c"),
    ]


def test_links_pipes_and_devices_in_folders_are_left_alone_and_counted(emoscan: Emoscan, files: Path) -> None:
    folder = files / "f"
    folder.mkdir()
    (folder / "file").write_bytes(b"x")
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "fifo")
    result = emoscan("scan", "--format", "jsonl", "-v", "f")
    assert (result.code, names(result)) == (0, ["f/file"])
    assert "4 links, pipes and devices in folders were not followed" in result.err


def test_a_link_that_is_named_is_not_followed_and_said_so(emoscan: Emoscan, files: Path) -> None:
    (files / "link").symlink_to("malicious")
    (files / "folder").symlink_to("/etc")
    for name in ("link", "folder"):
        result = emoscan("scan", "--format", "jsonl", name)
        assert result.code == 2
        assert "a symbolic link, not followed" in result.out


def test_folders_that_are_too_deep_or_closed_are_records(emoscan: Emoscan, files: Path) -> None:
    deep = files / "deep"
    for _ in range(140):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"x")
    result = emoscan("scan", "--format", "jsonl", "deep")
    assert result.code == 2
    assert "more than 128 folders inside each other" in result.out
    if os.geteuid():
        (files / "closed").mkdir(mode=0)
        assert "Permission denied" in emoscan("scan", "--format", "jsonl", "closed").out


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\0"])
def test_lists_of_paths(emoscan: Emoscan, files: Path, monkeypatch: pytest.MonkeyPatch, separator: str) -> None:
    (files / "with blank").write_bytes(b"x")
    text = separator.join(["clean", "with blank", "", "malicious"]).encode()
    (files / "list").write_bytes(text)
    options = ["--format", "jsonl", *(["-0"] if separator == "\0" else [])]
    assert names(emoscan("scan", *options, "--files-from", "list")) == ["clean", "with blank", "malicious"]
    monkeypatch.setattr(sys, "stdin", open(files / "list", encoding="utf-8"))  # noqa: SIM115
    assert names(emoscan("scan", *options, "--files-from", "-")) == ["clean", "with blank", "malicious"]
    sys.stdin.close()
    assert names(emoscan("scan", *options, "incomplete", "--files-from", "list", "--files-from", "list"))[::3] == [
        "incomplete",
        "malicious",
        "malicious",
    ]


@pytest.mark.parametrize("name", [b"\xff\xfe.doc", b"a\x1b[31mb", "\u202ecod.exe".encode(), b"line\nfeed", "請求書.doc".encode()])
def test_names_of_every_kind(emoscan: Emoscan, files: Path, name: bytes) -> None:
    folder = os.path.join(os.fsencode(files), b"f")
    os.mkdir(folder)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(MALICIOUS)
    for format_ in ("table", "json", "jsonl", "explain"):
        result = emoscan("scan", "--format", format_, "-v", "f")
        assert result.code == 1
        assert not any(c in result.out + result.err for c in "\x1b\u202e\udcff")
    (files / "list").write_bytes(b"f/" + name)
    assert emoscan("scan", "-0", "--files-from", "list").code == 1


# ---------------------------------------------------------------- outputs


def test_json_is_one_array(emoscan: Emoscan, files: Path) -> None:
    assert [r["verdict"] for r in json.loads(emoscan("scan", "--format", "json", "clean", "malicious").out)] == ["clean", "malicious"]
    (files / "empty").mkdir()
    assert json.loads(emoscan("scan", "--format", "json", "empty").out) == []


def test_only_data_is_on_standard_output(emoscan: Emoscan, files: Path) -> None:
    result = emoscan("scan", "--format", "jsonl", "-v", "clean", "incomplete", "nonexistent")
    assert [json.loads(line)["verdict"] for line in result.lines] == ["clean", "incomplete", "incomplete"]
    assert "3 scanned: 2 incomplete, 1 clean; 1 could not be read" in result.err


def test_quiet_and_verbose(emoscan: Emoscan, files: Path) -> None:
    assert emoscan("scan", "clean", "malicious").err == "emoscan: 2 scanned: 1 malicious, 1 clean\n"
    assert emoscan("scan", "-q", "clean", "malicious").err == ""
    assert emoscan("scan", "clean").err == ""
    assert "1 scanned" in emoscan("scan", "-v", "clean").err
    assert "T.malicious" not in emoscan("scan", "malicious").out
    assert "+90  T.malicious  Runs malicious" in emoscan("scan", "-v", "malicious").out


def test_further_outputs_are_files(emoscan: Emoscan, files: Path) -> None:
    result = emoscan("scan", "--output", "jsonl:a.jsonl", "--output", "json:b.json", "--output", "table:c", "clean", "malicious")
    assert result.lines[0].startswith("CLEAN")
    assert len((files / "a.jsonl").read_text().splitlines()) == 2
    assert len(json.loads((files / "b.json").read_text())) == 2
    assert (files / "c").read_text() == result.out


def test_files_get_no_colour(emoscan: Emoscan, files: Path) -> None:
    result = emoscan("scan", "--color", "always", "--output", "table:c", "malicious")
    assert "\x1b[" in result.out
    assert "\x1b[" not in (files / "c").read_text()


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"EMOSCAN_COLOR": "always"}, True),
    ],
)
@pytest.mark.parametrize("format_", ["table", "explain"])
def test_colour(
    emoscan: Emoscan,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    coloured: bool,
    format_: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in emoscan("scan", "--format", format_, *arguments, "malicious").out) is coloured


@pytest.mark.parametrize(("include", "expected"), [("none", [None, None]), ("decoded", [None, "kept"]), ("all", [None, "kept"])])
def test_texts_are_included_when_asked_for(emoscan: Emoscan, files: Path, include: str, expected: list[str | None]) -> None:
    (files / "x").write_bytes(mock("child kept"))
    record = json.loads(emoscan("scan", "--format", "jsonl", "--include", include, "x").out)
    assert [artifact.get("text") for artifact in record["artifacts"]] == expected


def test_the_table_is_short(emoscan: Emoscan, files: Path) -> None:
    assert emoscan("scan", "clean", "malicious", "incomplete").lines == [
        "CLEAN         0  clean",
        "MALICIOUS    90  malicious",
        "                 Runs malicious.",
        "INCOMPLETE    0  incomplete",
        "                 Nothing found, but not everything was read: cut off.",
    ]


# ---------------------------------------------------------------- settings


def test_limits_and_profiles_reach_the_scan(emoscan: Emoscan, files: Path) -> None:
    record = json.loads(
        emoscan("scan", "--format", "jsonl", "--profile", "gateway", "--limit", "depth=3", "--limit", "seconds=1.5", "clean").out
    )
    assert (record["limits"]["depth"], record["limits"]["seconds"], record["limits"]["objects"]) == (3, 1.5, 1000)


def test_what_is_allowed_is_clean(emoscan: Emoscan, files: Path) -> None:
    import hashlib

    digest = hashlib.sha256(MALICIOUS).hexdigest()
    (files / "allow").write_text(f"# known\n\n{digest.upper()}  invoice.doc # why\n")
    assert emoscan("scan", "--allow", "allow", "malicious").code == 0
    (files / "bad").write_text("nonsense\n")
    result = emoscan("scan", "--allow", "bad", "malicious")
    assert result.code == 2
    assert "bad, line 1: 'nonsense' is no SHA-256" in result.err


def test_passwords_come_from_everywhere(emoscan: Emoscan, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from emoscan.model import Fact
    from emoscan.registry import step

    @step("mock.words", "mock", order=60)
    def words(artifact, ctx):  # type: ignore[no-untyped-def]
        for clue in ctx.clues("password"):
            yield Fact("effect.query", clue.value)

    (files / "words").write_text("from file\r\nパスワード\n\n", "utf-8")
    feed(monkeypatch, b"x")
    result = emoscan("scan", "--format", "jsonl", "-p", "a", "-p", "b c", "--passwords-from", "words", "malicious")
    said = [effect["value"] for effect in json.loads(result.out)["effects"] if effect["kind"] == "effect.query"]
    assert said == ["a", "b c", "from file", "パスワード"]


def test_rules_of_a_folder_are_used_and_bad_ones_refused(emoscan: Emoscan, files: Path) -> None:
    folder = files / "mine" / "t"
    folder.mkdir(parents=True)
    rule = 'id = "T.mine"\ntitle = "M"\ndescription = "D"\nseverity = "high"\npoints = 95\n[when]\nfact = "effect.run"\nvalue = "^mine$"\n'
    (folder / "T.mine.toml").write_text(rule)
    (files / "x").write_bytes(mock("fact mine"))
    assert emoscan("scan", "x").code == 0
    assert emoscan("scan", "--rules", "mine", "x").code == 1
    (folder / "T.bad.toml").write_text("id =")
    load._load.cache_clear()
    result = emoscan("scan", "--rules", "mine", "x")
    assert result.code == 2
    assert "T.bad.toml" in result.err


def test_yara_rules_that_do_not_compile_are_refused(emoscan: Emoscan, files: Path) -> None:
    folder = files / "mine" / "t"
    folder.mkdir(parents=True)
    (folder / "T.X.yar").write_text("rule X { condition: nonsense }")
    result = emoscan("scan", "--rules", "mine", "clean")
    assert result.code == 2
    assert "YARA rules" in result.err


def test_failures_of_our_own_are_one_line_without_debug(emoscan: Emoscan, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from emoscan.cli import run

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(run, "Supervisor", fail)
    result = emoscan("scan", "clean")
    assert (result.code, result.err) == (2, "emoscan: RuntimeError: boom\n")
    with pytest.raises(RuntimeError):
        emoscan("scan", "--debug", "clean")
