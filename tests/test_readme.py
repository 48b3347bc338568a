"""What the README shows is what comes out. `make golden` writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from fixturelib.build import build
from msgspec.structs import replace

from emoscan import Scanner, Settings
from emoscan.output import Record, View
from emoscan.registry import renderer
from emoscan.report import to_json

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def record() -> Record:
    name, data = build("demo")
    with Scanner(Settings(include="all")) as scanner:
        return Record(to_json(replace(scanner.scan_bytes(data, name), timing_ms={"total": 0.0})))


@pytest.mark.skipif(not {"CI", "EMOSCAN_WRITE_GOLDEN"} & os.environ.keys(), reason="held where changes are merged: CI=1")
@pytest.mark.parametrize("command", ["scan", "explain"])
def test_the_readme_shows_what_comes_out(record: Record, command: str) -> None:
    """All of `scan`; of `explain` what stands before the decoded texts."""
    page = renderer({"scan": "table"}.get(command, command))(View(width=100)).add(record).decode()
    before, rule, _ = page.partition("\nDecoded ─")
    shown = f"{before}\n…\n" if rule else page
    text = README.read_text("utf-8")
    block = re.compile(rf"(?<=\$ emoscan {command} demo\.eml\n).*?(?=```)", re.DOTALL)
    if os.environ.get("EMOSCAN_WRITE_GOLDEN"):
        text = block.sub(lambda _: shown, text, count=1)
        README.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found
    assert found[0] == shown, "run `make golden`"
