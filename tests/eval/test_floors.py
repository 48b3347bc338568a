"""The keeper of floors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from check_floors import look_up, main

SUMMARY = {"total": {"crash": 0, "urls": {"all": 41}}, "sets": {"mal-office": {"detected": [85, 91]}}}


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(SUMMARY))
    return path


def floors(tmp_path: Path, floor: float, ceiling: float = 0) -> Path:
    path = tmp_path / "floors.toml"
    path.write_text(f'# a comment\n[floors]\n"sets.mal-office.detected.0" = {floor}\n[ceilings]\n"total.crash" = {ceiling}\n')
    return path


def test_numbers_are_found_by_their_path() -> None:
    assert look_up(SUMMARY, "sets.mal-office.detected.0") == 85
    assert look_up(SUMMARY, "total.urls.all") == 41
    for path in ("total.urls", "total.none", "sets.mal-office.detected.7", "sets.mal-office.detected.x", "total.crash.x"):
        assert look_up(SUMMARY, path) is None


@pytest.mark.parametrize(("floor", "ceiling", "code"), [(85, 0, 0), (80, 0, 0), (86, 0, 1), (85, -1, 1), (85, 3, 0)])
def test_worse_is_refused(tmp_path: Path, summary: Path, floor: float, ceiling: float, code: int) -> None:
    assert main([str(summary), str(floors(tmp_path, floor, ceiling))]) == code


def test_what_is_not_measured_is_not_held(tmp_path: Path, summary: Path) -> None:
    path = tmp_path / "floors.toml"
    path.write_text('[floors]\n"total.none" = 1\n[ceilings]\n')
    assert main([str(summary), str(path)]) == 1


def test_better_numbers_are_written_and_worse_ones_never(tmp_path: Path, summary: Path) -> None:
    path = floors(tmp_path, 80, 3)
    main([str(summary), str(path), "--update"])
    assert path.read_text() == floors(tmp_path, 85, 0).read_text()
    path = floors(tmp_path, 90, -1)
    before = path.read_text()
    assert main([str(summary), str(path), "--update"]) == 1
    assert path.read_text() == before


def test_our_own_floors_can_be_read(tmp_path: Path, summary: Path) -> None:
    main([str(summary), str(Path(__file__).parent / "floors.toml")])
