"""What is installed is what is used, and what is used is installed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from test_layers import third_party

from emoscan.detect.load import BUNDLED, CHECKOUT, bundled, rule_files

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

DISTRIBUTIONS = {
    "_quickjs": "quickjs-ng",
    "bcj": "pybcj",
    "Crypto": "pycryptodome",
    "stream_unzip": "stream-unzip",
    "yara": "yara-python",
    "zstandard": "backports.zstd",
}
"""What a module is called where it is installed from, if that is not the same."""

OPTIONAL = {"backports.zstd"}
"""Imported under a name that the standard library of later versions has."""


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0] for requirement in requirements}


def test_every_library_that_is_imported_is_declared_and_the_other_way_round() -> None:
    declared = names(PROJECT["project"]["dependencies"])
    extras = {name for group, each in PROJECT["project"]["optional-dependencies"].items() if group != "dev" for name in names(each)}
    imported = {DISTRIBUTIONS.get(library, library) for library in third_party()}
    assert imported - declared - extras == set()
    assert declared - imported - OPTIONAL == set(), "declared, but nothing imports it: is it for the tests only?"


def test_every_dependency_has_a_reason() -> None:
    text = (ROOT / "docs" / "decisions" / "dependencies.md").read_text("utf-8")
    for name in names(PROJECT["project"]["dependencies"]):
        assert f"| {name} |" in text, f"docs/decisions/dependencies.md does not say why {name}"


@pytest.mark.parametrize("group", ["dependencies", "dev"])
def test_versions_are_bounded(group: str) -> None:
    project = PROJECT["project"]
    for requirement in project["dependencies"] if group == "dependencies" else project["optional-dependencies"][group]:
        assert re.search(r">=|==", requirement), requirement


def test_rules_go_into_the_wheel_and_are_found_in_a_checkout() -> None:
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"rules": "emoscan/_rules"}
    assert BUNDLED.parts[-2:] == ("emoscan", "_rules")
    assert bundled() == CHECKOUT == ROOT / "rules"
    assert rule_files(bundled()) is not None


def test_doctor_looks_for_every_library_of_the_analysis() -> None:
    from emoscan.cli.doctor import LIBRARIES

    own = {"click", "rich", "platformdirs", "msgspec"}
    assert set(third_party()) - own == set(LIBRARIES) - OPTIONAL
