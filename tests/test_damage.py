"""Whatever befalls a document: one record, inside the limits, no step that fails, and never "clean" when part of it is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fixturelib.build import build, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutate import mutate

from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.report import Report
from emoscan.scanner import Scanner

LIMITS = Limits(seconds=4, kill_seconds=1, expanded_bytes=16 << 20, objects=300)
CASES = [case for case in cases() if "bomb" not in case]  # which take as long as they may, damaged or not
CONTAINERS = [case for case in CASES if case[0] in "BF" and build(case)[1][:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")]


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    with Scanner(Settings(limits=LIMITS)) as made:
        yield made


def scan(scanner: Scanner, data: bytes, name: str) -> Report:
    started = time.monotonic()
    report = scanner.scan_bytes(data, name)
    assert time.monotonic() - started < LIMITS.seconds + 2 * LIMITS.kill_seconds
    assert report.input.size == len(data)
    assert [problem for problem in report.incomplete if problem.sort == "failed"] == []
    assert sum(artifact.size for artifact in report.artifacts[1:]) <= 2 * LIMITS.expanded_bytes
    assert len(report.artifacts) <= LIMITS.objects
    return report


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=st.sampled_from(CASES), seed=st.integers(0, 1 << 32))
def test_a_damaged_document_is_a_record(scanner: Scanner, case: str, seed: int) -> None:
    name, data = build(case)
    scan(scanner, mutate(data, seed, [build(CASES[seed % len(CASES)])[1]]), name)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=st.sampled_from(CONTAINERS), part=st.floats(0.05, 0.95))
def test_a_document_that_was_cut_off_is_clean_only_when_nothing_is_missing(scanner: Scanner, case: str, part: float) -> None:
    name, data = build(case)
    report = scan(scanner, data[: max(64, int(len(data) * part))], name)
    if report.verdict == "clean":
        whole = {artifact.sha256 for artifact in scan(scanner, data, name).artifacts[1:]}
        assert whole <= {artifact.sha256 for artifact in report.artifacts}, report


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", b"From: x", b"\xff" * 100_000, b"A" * 100_000]
)
def test_next_to_nothing_is_a_record_too(scanner: Scanner, data: bytes) -> None:
    scan(scanner, data, "x.doc")
