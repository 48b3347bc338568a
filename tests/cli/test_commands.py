"""The other commands: explain, extract, iocs, rules, doctor, version, completion."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import stat
from pathlib import Path

import pytest
from commandline import Emoscan
from mocks import mock

from emoscan import __version__
from emoscan.cli.extract import Folder, Refused
from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.registry import sniffs, step
from emoscan.report import from_json

COMMAND = "powershell -w hidden -enc " + "QUJD" * 200


@pytest.fixture
def mail(emoscan: Emoscan, quiet_surroundings: Path) -> Path:
    """A mail with a document with a macro that runs a command that downloads, and eight images; as steps would have it."""
    sniffs("mail.rfc822", magic=b"From:")(lambda look: True)

    @step("t.mail", "mail.rfc822")
    def _mail(artifact: Artifact, ctx: Context) -> Yields:
        yield Fact("mail.subject", "請求書 [bold]x[/bold]")
        yield Child(b"doc", "office.ole", label="請求書.doc", how="AES zip, password from mail text")
        for number in range(8):
            yield Child(b"png%d" % number, "image.png", label=f"image{number}.png")

    @step("t.ole", "office.ole")
    def _ole(artifact: Artifact, ctx: Context) -> Yields:
        yield Fact("opened.password", "4711", how="mail text")
        yield Child(b'{"modules": []}', "script.vba-project", label="Macros")
        yield Problem("malformed", "cfb", "a stream is cut off")

    @step("t.vba", "script.vba-project")
    def _vba(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"Sub AutoOpen()\nEnd Sub\n" * 20, "script.vba", label="ThisDocument")
        yield Fact("effect.run", COMMAND, how="Win32_Process.Create")
        yield Fact("effect.run", "malicious", how="Shell")
        yield Child(COMMAND.encode(), "script.cmd", how="Win32_Process.Create")

    @step("t.cmd", "script.cmd")
    def _cmd(artifact: Artifact, ctx: Context) -> Yields:
        yield Child(b"$u = 'http://a.example.test/x'", "script.powershell", how="-enc argument")
        yield Fact("effect.query", "environment COMPUTERNAME")

    @step("t.ps", "script.powershell")
    def _ps(artifact: Artifact, ctx: Context) -> Yields:
        for host in "ab":
            url = f"http://{host}.example.test/x"
            yield Fact("effect.download", url, detail={"path": "C:\\x.exe"})
            yield Fact("ioc.url", url, detail={"role": "download"})
        yield Fact("ioc.url", "http://ref.example.test/", detail={"role": "reference"})
        yield Fact("ioc.domain", "=cmd.example.test", detail={"role": "link"})

    path = quiet_surroundings / "mail.eml"
    path.write_bytes(b"From: x\n")
    return path


# ---------------------------------------------------------------- explain


@pytest.mark.parametrize("width", [80, 100])
def test_explain_tells_the_whole_story(emoscan: Emoscan, mail: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = emoscan("explain", mail)
    assert result.code == 1
    page = result.out
    for part in (
        "MALICIOUS  score 90",
        "Subject: 請求書 [bold]x[/bold]",
        "└── … 8 more: 8 image.png",
        "macro project",
        "← Win32_Process.Create",
        "← -enc argument",
        "download hxxp://a[.]example[.]test/x",
        "  +90  T.malicious  Runs malicious",
        "   90  = malicious",
        "  4711  opened 請求書.doc  mail text",
        "query environment COMPUTERNAME",
        "  download  url       hxxp://a[.]example[.]test/x",
        "  malformed: a stream is cut off",
        "more characters (--full shows them)",
    ):
        assert part in page, part
    if width == 100:
        assert page.index("請求書.doc") < page.index("macro project") < page.index("← Win32") < page.index("← -enc") < page.index("Decoded")
    assert all(len(line) <= width for line in result.lines)


def test_explain_full_folds_nothing(emoscan: Emoscan, mail: Path) -> None:
    page = emoscan("explain", "--full", mail).out
    assert "image7.png" in page
    assert "more characters" not in page
    assert page.count("Sub AutoOpen()") >= 20


def test_explain_folds_to_so_many_lines(emoscan: Emoscan, mail: Path) -> None:
    assert emoscan("explain", "--lines", "3", mail).out.count("│ Sub AutoOpen()") == 2


def test_explain_of_something_dull_is_short(emoscan: Emoscan, quiet_surroundings: Path) -> None:
    (quiet_surroundings / "x").write_bytes(b"hello")
    result = emoscan("explain", "x")
    assert (result.code, len(result.lines)) == (0, 4)


# ---------------------------------------------------------------- extract


def test_extract_writes_everything_and_nothing_else(emoscan: Emoscan, mail: Path, quiet_surroundings: Path) -> None:
    result = emoscan("extract", "-o", "out", mail)
    assert result.code == 3  # a stream was cut off; that something was found is no failure
    folder = quiet_surroundings / "out"
    (report,) = [from_json(json.dumps(row).encode()) for row in json.loads((folder / "manifest.json").read_text())]
    assert {path.name for path in folder.iterdir()} == {artifact.sha256 for artifact in report.artifacts} | {"manifest.json"}
    for path in folder.iterdir():
        status = path.lstat()
        assert stat.S_ISREG(status.st_mode)
        assert stat.S_IMODE(status.st_mode) == 0o400
        if path.name != "manifest.json":
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {line.split("  ")[0] for line in result.lines} == {artifact.sha256 for artifact in report.artifacts}
    assert {path.name for path in quiet_surroundings.iterdir()} == {"mail.eml", "out"}


def test_extract_again_finds_what_is_there(emoscan: Emoscan, mail: Path) -> None:
    assert emoscan("extract", "-o", "out", mail).code == emoscan("extract", "-o", "out", mail).code == 3


def test_extract_overwrites_nothing_and_follows_no_link(emoscan: Emoscan, mail: Path, quiet_surroundings: Path) -> None:
    folder = quiet_surroundings / "out"
    folder.mkdir()
    name = hashlib.sha256(b"doc").hexdigest()
    (quiet_surroundings / "victim").write_bytes(b"precious")
    for make in (lambda p: p.symlink_to("../victim"), lambda p: p.write_bytes(b"else"), os.mkfifo, lambda p: p.mkdir()):
        make(folder / name)
        result = emoscan("extract", "-o", "out", mail)
        assert result.code == 2
        assert "is there already and is something else" in result.err
        assert (quiet_surroundings / "victim").read_bytes() == b"precious"
        (folder / name).rmdir() if (folder / name).is_dir() else (folder / name).unlink()


def test_extract_writes_what_it_has_checked(
    emoscan: Emoscan, mail: Path, quiet_surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emoscan.cli import extract

    seen = []
    original = extract._verified

    def lie(contents):  # type: ignore[no-untyped-def]
        rows = list(contents)
        seen.extend(rows)
        return original([*rows, ("0" * 64, b"not what it says"), ("../escape", b"x")])

    monkeypatch.setattr(extract, "_verified", lie)
    emoscan("extract", "-o", "out", mail)
    assert seen
    assert not (quiet_surroundings / "out" / ("0" * 64)).exists()
    assert not (quiet_surroundings / "escape").exists()


def test_extract_into_something_that_is_no_folder(emoscan: Emoscan, mail: Path, quiet_surroundings: Path) -> None:
    (quiet_surroundings / "file").write_bytes(b"")
    assert emoscan("extract", "-o", "file", mail).code == 2
    assert emoscan("extract", "-o", "no/such/folder", mail).code == 2
    assert emoscan("extract", mail).code == 2


def test_a_half_written_file_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path / "out")

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(OSError, match="No space"):
        folder.put("name", b"data")
    monkeypatch.undo()
    assert list((tmp_path / "out").iterdir()) == []
    folder.put("name", b"data")
    with pytest.raises(Refused):
        folder.put("name", b"other")
    folder.close()


# ---------------------------------------------------------------- iocs


def test_iocs_come_one_a_line_the_weightiest_first(emoscan: Emoscan, mail: Path) -> None:
    assert emoscan("iocs", mail).lines == [
        "http://a.example.test/x",
        "http://b.example.test/x",
        "=cmd.example.test",
        "http://ref.example.test/",
    ]
    assert emoscan("iocs", "--defang", "--type", "url", "--role", "download", mail, mail).lines == [
        "hxxp://a[.]example[.]test/x",
        "hxxp://b[.]example[.]test/x",
    ]


def test_iocs_as_csv_are_safe_in_a_spreadsheet(emoscan: Emoscan, mail: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(emoscan("iocs", "--format", "csv", mail).out)))
    assert [row["value"] for row in rows][2] == "'=cmd.example.test"
    assert rows[0]["input_sha256"] == hashlib.sha256(mail.read_bytes()).hexdigest()


def test_iocs_as_json(emoscan: Emoscan, mail: Path) -> None:
    rows = json.loads(emoscan("iocs", "--format", "json", "--role", "reference", mail).out)
    assert [(row["type"], row["value"], row["role"]) for row in rows] == [("url", "http://ref.example.test/", "reference")]


def test_iocs_of_nothing(emoscan: Emoscan) -> None:
    assert emoscan("iocs", "nonexistent").code == 2


# ---------------------------------------------------------------- rules


def test_rules_are_listed_checked_and_tested(emoscan: Emoscan, tmp_path: Path) -> None:
    assert [line.split()[0] for line in emoscan("rules", "list").lines] == ["T.malicious", "T.suspicious"]
    assert [rule["points"] for rule in json.loads(emoscan("rules", "list", "--format", "json").out)] == [90, 50]
    result = emoscan("rules", "check")
    assert result.code == 1
    assert "T.malicious.toml: folder: 't' is no theme" in result.out
    assert emoscan("rules", "test").out == "0 examples, 0 not as they should be\n"
    assert emoscan("rules", "test", "--rule", "NO.SUCH").code == 1
    assert emoscan("rules", "check", "nonexistent").code == 2


def test_rules_of_a_folder(emoscan: Emoscan, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "vba"
    folder.mkdir(parents=True)
    rule = (
        'id = "VBA.X"\ntitle = "Runs x"\ndescription = "A macro would run x, which nobody does."\nseverity = "high"\npoints = 60\n'
        '[when]\nfact = "effect.run"\nvalue = "^x$"\n[[hit]]\nfacts = [{ kind = "effect.run", value = "x" }]\n'
        '[[miss]]\nfacts = [{ kind = "effect.run", value = "y" }]\n'
    )
    (folder / "VBA.X.toml").write_text(rule)
    assert "VBA.X" in emoscan("rules", "list", tmp_path / "mine").out
    assert emoscan("rules", "check", tmp_path / "mine").out == "1 rules, nothing to complain of\n"
    assert emoscan("rules", "test", tmp_path / "mine").out == "2 examples, 0 not as they should be\n"
    (folder / "VBA.X.toml").write_text(rule.replace('value = "y"', 'value = "x"'))
    result = emoscan("rules", "test", tmp_path / "mine")
    assert result.code == 1
    assert "VBA.X: miss 1: should not match" in result.out


# ---------------------------------------------------------------- doctor, version, completion


def test_doctor_says_what_a_worker_really_got(emoscan: Emoscan) -> None:
    result = emoscan("doctor")
    assert result.code == 0
    for part in ("trial scan  well", "sandbox of a worker", "landlock", "heuristics", "digest", "expanded_bytes"):
        assert part in result.out, part
    facts = json.loads(emoscan("doctor", "--format", "json", "--profile", "gateway").out)
    assert facts["limits"]["seconds"] == 7.0
    assert facts["sandbox of a worker"]["processes"]


def test_version(emoscan: Emoscan) -> None:
    assert emoscan("version").out == f"emoscan {__version__}\n"
    facts = json.loads(emoscan("version", "--json").out)
    assert (facts["version"], facts["schema_version"]) == (__version__, 1)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(emoscan: Emoscan, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    script = emoscan("completion", shell)
    assert (script.code, "_EMOSCAN_COMPLETE" in script.out) == (0, True)
    if shell == "bash":
        monkeypatch.setenv("_EMOSCAN_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", "emoscan ex")
        monkeypatch.setenv("COMP_CWORD", "1")
        assert emoscan().out == "plain,explain\nplain,extract\n"


def test_an_input_that_kills_its_worker_is_extracted_as_far_as_it_was_read(emoscan: Emoscan, quiet_surroundings: Path) -> None:
    (quiet_surroundings / "x").write_bytes(mock("child kept", "exit 1"))
    assert emoscan("extract", "-o", "out", "x").code == 3
    assert (quiet_surroundings / "out" / hashlib.sha256(b"kept").hexdigest()).read_bytes() == b"kept"
