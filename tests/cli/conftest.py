"""What tests of the command line share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import Emoscan, Result
from mocks import install

from emoscan.analyse import rules_digest
from emoscan.cli.main import main
from emoscan.detect import load, yara

RULE = """
id = "T.{name}"
title = "Runs {name}"
description = "A rule for tests."
severity = "high"
points = {points}
[when]
fact = "effect.run"
value = "^{name}$"
"""


@pytest.fixture
def quiet_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No option comes from outside; the current folder is empty."""
    for name in list(os.environ):
        if name.startswith("EMOSCAN_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "XDG_CONFIG_HOME"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def emoscan(
    alone: None, quiet_surroundings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Emoscan]:
    """Runs a command. Inputs are mocks; the rules are two: `suspicious` gives 50 points, `malicious` 90."""
    install()
    folder = tmp_path / "rules" / "t"
    folder.mkdir(parents=True)
    for name, points in (("suspicious", 50), ("malicious", 90)):
        (folder / f"T.{name}.toml").write_text(RULE.format(name=name, points=points))
    monkeypatch.setattr(load, "BUNDLED", folder.parent)
    caches = (load._load, yara.compiled, rules_digest)
    for cache in caches:
        cache.cache_clear()

    def run(*arguments: str | Path) -> Result:
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Result(code, out.decode("utf-8"), err.decode("utf-8"))

    yield run
    for cache in caches:
        cache.cache_clear()
