"""Every case of `fixtures/` is scanned as a user would scan it, and the report held against the case's `want.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fixturelib.build import build, cases, want

from emoscan.model import LABELS
from emoscan.report import Report, to_json
from emoscan.scanner import Scanner
from emoscan.sources import Source

SCHEMA = jsonschema.Draft202012Validator(json.loads((Path(__file__).parent.parent / "docs" / "report.schema.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    with Scanner() as made:
        yield made


@cache
def built(case: str) -> tuple[str, bytes]:
    return build(case)


def kinds_on_some_path(report: Report, kinds: list[str]) -> bool:
    """Whether a path from the input downwards holds the kinds in this order, with others between them or not."""
    kind = {artifact.id: artifact.kind for artifact in report.artifacts}
    below: dict[str, list[str]] = {}
    for edge in report.edges:
        below.setdefault(edge.parent, []).append(edge.child)
    seen: set[tuple[str, int]] = set()
    waiting = [(report.artifacts[0].id, 0)]
    while waiting:
        artifact, met = waiting.pop()
        met += met < len(kinds) and kind[artifact] == kinds[met]
        if met == len(kinds):
            return True
        if (artifact, met) not in seen:
            seen.add((artifact, met))
            waiting += [(child, met) for child in below.get(artifact, ())]
    return False


def meets(wanted: dict[str, str], kind: str, value: str, how: str) -> bool:
    return (
        kind == wanted.get("kind", "effect.run")
        and value == wanted.get("is", value)
        and wanted.get("contains", "") in value
        and wanted.get("how", "").casefold() in how.casefold()
    )


def differences(report: Report, wanted: dict[str, Any]) -> list[str]:
    """What the report lacks or has too much of, one line each."""
    found = [f"no chain {wanted['chain']}"] if not kinds_on_some_path(report, wanted.get("chain", [])) else []
    verdict = wanted.get("verdict", {})
    low, high = verdict.get("at_least", LABELS[0]), verdict.get("at_most", LABELS[-1])
    if not LABELS.index(low) <= LABELS.index(report.verdict) <= LABELS.index(high):
        found.append(f"verdict {report.verdict} ({report.score}), wanted {verdict}")
    if report.macro_class != wanted.get("macro_class", report.macro_class):
        found.append(f"macro class {report.macro_class}")
    ids = {finding.id for finding in report.findings}
    found += [f"no finding {rule}" for rule in wanted.get("findings", []) if rule not in ids]
    found += [f"finding {rule}" for rule in wanted.get("must_not", []) if rule in ids]
    urls = [ioc.value for ioc in report.iocs if ioc.type == "url" and ioc.role == "download"]
    if urls != wanted.get("urls", urls):
        found.append(f"urls {urls}")
    effects = [(effect.kind, effect.value, effect.how) for effect in report.effects]
    for each in [*wanted.get("commands", []), *wanted.get("effects", [])]:
        if not any(meets(each, *effect) for effect in effects):
            found.append(f"no effect {each}")
    if wanted.get("commands") == [] and any(kind == "effect.run" for kind, _, _ in effects):
        found.append(f"effects {effects}")
    opened = [(each.password, each.source) for each in report.passwords]
    for each in wanted.get("passwords", []):
        if not any(password == each["password"] and each.get("source", "") in source for password, source in opened):
            found.append(f"password {each} is not among {opened}")
    if wanted.get("passwords") == [] and opened:
        found.append(f"passwords {opened}")
    sorts = {problem.sort for problem in report.incomplete}
    for each in wanted.get("incomplete", []):
        if not sorts & set([each] if isinstance(each, str) else each):
            found.append(f"nothing {each} in incomplete")
    if wanted.get("incomplete") == [] and report.incomplete:
        found.append(f"incomplete {report.incomplete}")
    return found


@pytest.mark.parametrize("case", cases())
def test_a_case_is_reported_as_it_should_be(scanner: Scanner, case: str) -> None:
    wanted = want(case)
    name, data = built(case)
    report = scanner.scan_bytes(data, name)
    SCHEMA.validate(json.loads(to_json(report)))
    assert differences(report, wanted) == []


@pytest.mark.parametrize("case", [case for case in cases() if "together" in want(case)])
def test_cases_that_are_scanned_together(scanner: Scanner, case: str) -> None:
    together = want(case)["together"]
    inputs = [built(each) for each in (case, *together["with"])]
    first, *_ = scanner.scan_many([Source(name, name, data) for name, data in inputs])
    assert differences(first, {key: value for key, value in together.items() if key != "with"}) == []
