"""The library: one front door, in workers or in the calling process, with the same result."""

from __future__ import annotations

import threading
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import pytest
from fixturelib.build import build
from msgspec.structs import replace

import emoscan
from emoscan import Limits, Report, Scanner, Settings, scan_bytes, scan_path
from emoscan.report import from_json, to_json
from emoscan.sources import Source
from emoscan.workers import Supervisor

CASES = ("demo", "F02-docm-concat-chr", "B03-ppap-1-archive", "X04-aes-zip-bad-hmac")


def without_time(report: Report) -> bytes:
    return to_json(replace(report, timing_ms={}))


def test_public_names_are_there() -> None:
    assert sorted(emoscan.__all__) == sorted({*emoscan._HOMES, "__version__"})
    for name in emoscan.__all__:
        assert getattr(emoscan, name)
    with pytest.raises(AttributeError):
        _ = emoscan.nothing


def test_one_scanner_is_asked_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"hello")
    with Scanner(Settings(limits=Limits.profile("gateway"))) as scanner:
        one, other = scanner.scan_bytes(b"hello", "x"), scanner.scan_path(path)
        assert one.input.sha256 == other.input.sha256
        assert one.limits["seconds"] == 7.0
        assert [r.input.name for r in scanner.scan_many([Source("a", "a", b"1"), Source("b", "b", b"2")])] == ["a", "b"]
        assert scanner.scan_path(tmp_path / "nonexistent").incomplete[0].name == "unreadable"


def test_short_forms(tmp_path: Path) -> None:
    assert scan_bytes(b"hello", "x").input.size == 5
    assert scan_path(tmp_path).incomplete[0].message == "cannot be read: a folder"


@pytest.mark.parametrize("case", CASES)
def test_the_same_input_gives_the_same_bytes(case: str) -> None:
    """But for the time it took; in a worker or in this process, the first time or later."""
    name, data = build(case)
    with Scanner() as workers, Scanner(in_process=True) as here:
        reports = {without_time(scanner.scan_bytes(data, name)) for scanner in (workers, workers, here, here)}
    assert len(reports) == 1


def test_in_this_process_too_a_file_that_is_too_large_is_read_in_part_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(3 << 20))
    with Scanner(Settings(limits=Limits(object_bytes=2 << 20)), in_process=True) as scanner:
        report = scanner.scan_path(path)
        assert (report.input.size, report.incomplete[0].name) == (2 << 20, "object_bytes")
        assert scanner.scan_path(tmp_path).incomplete[0].name == "unreadable"


def test_passwords_of_one_input_come_before_those_of_all(tmp_path: Path) -> None:
    name, data = build("X04-aes-zip-bad-hmac")
    with Scanner(Settings(passwords=("general",))) as scanner:
        report = scanner.scan_bytes(data, name, passwords=("special",))
    assert from_json(to_json(report)) == report


@pytest.mark.parametrize("case", ["demo", "F08-2019-09-objectpool", "F02-docm-concat-chr"])
def test_a_macro_bundle_that_was_extracted_comes_to_the_same_when_it_is_scanned(case: str) -> None:
    name, data = build(case)
    with Supervisor(Settings(), contents=True) as supervisor:
        (outcome,) = supervisor.scan([Source(name, name, data)])
        report = from_json(outcome.report)
        bundle = next(artifact for artifact in report.artifacts if artifact.kind == "script.vba-project")
        (again,) = supervisor.scan([Source("bundle", "bundle", outcome.contents[bundle.sha256])])
    alone = from_json(again.report)
    assert alone.artifacts[0].kind == "script.vba-project"
    below = {edge.child for edge in report.edges if edge.parent == bundle.id}
    assert below
    assert below == {edge.child for edge in alone.edges if edge.parent == bundle.id}
    assert [effect.value for effect in alone.effects] == [e.value for e in report.effects if e.artifact in {a.id for a in alone.artifacts}]


def test_it_may_be_used_beside_threads() -> None:
    """Where forking is not safe workers are started otherwise."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with Scanner() as scanner:
            assert scanner.scan_bytes(b"hello", "x").input.size == 5
    finally:
        stop.set()
        thread.join()
        forkserver._forkserver._stop()  # type: ignore[attr-defined]
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
