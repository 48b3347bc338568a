"""Where an option comes from: the command line before the environment before files, the nearer file before the farther."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commandline import Emoscan
from mocks import mock

from emoscan.cli import config


@pytest.fixture
def here(quiet_surroundings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with something to scan; the places of configuration files are inside it."""
    (quiet_surroundings / "x").write_bytes(mock("fact suspicious"))
    monkeypatch.setattr(
        config, "places", lambda: [(Path("emoscan.toml"), False), (tmp_path / "user.toml", True), (tmp_path / "machine.toml", True)]
    )
    return quiet_surroundings


def depth(emoscan: Emoscan, *arguments: str) -> int:
    result = emoscan("scan", "--format", "jsonl", *arguments, "x")
    assert result.code in (0, 1), result
    return int(json.loads(result.out)["limits"]["depth"])


def test_precedence(emoscan: Emoscan, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert depth(emoscan) == 16
    (tmp_path / "machine.toml").write_text('limit = ["depth=1"]')
    assert depth(emoscan) == 1
    (tmp_path / "user.toml").write_text("limit = { depth = 2 }")
    assert depth(emoscan) == 2
    (here / "emoscan.toml").write_text("limit = { depth = 3 }")
    assert depth(emoscan) == 3
    monkeypatch.setenv("EMOSCAN_LIMIT", "depth=4 objects=9")
    assert depth(emoscan) == 4
    assert depth(emoscan, "--limit", "depth=5") == 5


def test_a_named_file_is_the_only_one(emoscan: Emoscan, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "user.toml").write_text("limit = { depth = 2 }")
    (here / "mine.toml").write_text('fail-on = "malicious"')
    assert depth(emoscan, "--config", "mine.toml") == 16
    assert emoscan("scan", "--config", "mine.toml", "x").code == 0
    assert depth(emoscan, "--config", "") == 16
    monkeypatch.setenv("EMOSCAN_CONFIG", "mine.toml")
    assert emoscan("scan", "x").code == 0
    assert emoscan("scan", "--config", "nonexistent.toml", "x").code == 2


def test_options_of_scan_may_stand_at_the_top_or_in_its_table(emoscan: Emoscan, here: Path, tmp_path: Path) -> None:
    (tmp_path / "user.toml").write_text('format = "jsonl"\n[scan]\nfail-on = "malicious"\n[iocs]\nformat = "json"\n')
    result = emoscan("scan", "x")
    assert result.code == 0
    assert json.loads(result.out)["verdict"] == "suspicious"
    assert json.loads(emoscan("iocs", "x").out) == []
    assert emoscan("doctor").code == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [("exit_zero", "1"), ("fail_on", "malicious")],
)
def test_every_option_is_an_environment_variable(
    emoscan: Emoscan, here: Path, monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    assert emoscan("scan", "x").code == 1
    monkeypatch.setenv(f"EMOSCAN_{option.upper()}", value)
    assert emoscan("scan", "x").code == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("depth = 3", "there is no option 'depth'"),
        ("[scan]\ndefang = true", "[scan]: there is no option 'defang'"),
        ("[none]\nx = 1", "there is no option 'none'"),
        ("format =", "Invalid value"),
        ('format = "none"', "'none' is not one of"),
        ("jobs = -1", "-1"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(emoscan: Emoscan, here: Path, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "user.toml").write_text(text)
    result = emoscan("scan", "x")
    assert (result.code, result.out) == (2, "")
    assert reason in result.err


@pytest.mark.parametrize(
    "text",
    [
        'output = ["jsonl:stolen"]',
        "exit-zero = true",
        'fail-on = "malicious"',
        'rules = ["."]',
        'allow = ["list"]',
        'files-from = ["list"]',
        'passwords-from = ["list"]',
        'password = ["x"]',
        "debug = true",
    ],
)
def test_a_file_that_a_sample_brought_along_can_do_no_harm(emoscan: Emoscan, here: Path, tmp_path: Path, text: str) -> None:
    (here / "emoscan.toml").write_text(text)
    (here / "list").write_text("")
    result = emoscan("scan", "x")
    assert result.code == 1
    assert "a sample could have brought this file" in result.err
    assert not (here / "stolen").exists()
    (tmp_path / "user.toml").write_text(text)
    (here / "emoscan.toml").unlink()
    assert "brought" not in emoscan("scan", "x").err


def test_files_in_use_are_named_when_asked(emoscan: Emoscan, here: Path, tmp_path: Path) -> None:
    (tmp_path / "user.toml").write_text("limit = { depth = 2 }")
    assert "options from" not in emoscan("scan", "x").err
    assert f"options from {tmp_path / 'user.toml'}" in emoscan("scan", "-v", "x").err


def test_places_by_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name != "posix":
        pytest.skip("other systems have other places")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert [(str(path), trusted) for path, trusted in config.places()] == [
        ("emoscan.toml", False),
        ("/home/someone/.config/emoscan/emoscan.toml", True),
        ("/etc/emoscan/emoscan.toml", True),
        ("/etc/emoscan.toml", True),
    ]
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert str(list(config.places())[1][0]) == "/elsewhere/emoscan/emoscan.toml"
