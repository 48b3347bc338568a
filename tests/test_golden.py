"""What outputs make of a few reports. The reports are given, what is made of them is written by `make golden`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import msgspec
import pytest

from emoscan.output import Record, View
from emoscan.registry import outputs, renderer
from emoscan.report import from_json, to_json

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = GOLDEN.parent.parent / "docs" / "report.schema.json"
REPORTS = sorted(path.stem for path in GOLDEN.glob("*.json"))

VIEWS = {
    "": View(width=100),
    "narrow": View(width=80),
    "verbose": View(width=100, verbose=1),
    "colour": View(width=100, colour=True),
    "full": View(width=100, full=True),
}
RENDERED = [("table", view) for view in ("", "narrow", "verbose", "colour")] + [
    ("explain", view) for view in ("", "narrow", "colour", "full")
]


def record(name: str) -> Record:
    return Record(to_json(from_json((GOLDEN / f"{name}.json").read_bytes())))


@pytest.mark.parametrize("name", REPORTS)
def test_golden_reports_are_valid(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_bytes()
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(text))
    assert msgspec.json.format(record(name).line, indent=1) + b"\n" == text, (
        "it has other keys, or in another order, than a report of today"
    )


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("format_", "view"), RENDERED)
def test_what_is_made_of_them(name: str, format_: str, view: str) -> None:
    render = renderer(format_)(VIEWS[view])
    made = render.start() + render.add(record(name)) + render.end()
    path = GOLDEN / f"{name}.{format_}{f'.{view}' if view else ''}.txt"
    if os.environ.get("EMOSCAN_WRITE_GOLDEN"):
        path.write_bytes(made)
    assert made.decode() == path.read_text("utf-8")


def test_json_outputs_hold_what_the_reports_hold() -> None:
    records = [record(name) for name in REPORTS]
    render = renderer("json")(View())
    text = render.start() + b"".join(map(render.add, records)) + render.end()
    assert json.loads(text) == [json.loads(each.line) for each in records]
    lines = b"".join(map(renderer("jsonl")(View()).add, records)).splitlines()
    assert lines == [each.line for each in records]


def test_every_output_is_tried() -> None:
    assert {"json", "jsonl", *(format_ for format_, _ in RENDERED)} == set(outputs())
