"""Shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from emoscan import registry

# How long an example takes says more of the machine than of the code. Where changes are merged the examples are the same
# every time: what is new is looked for at home.
settings.register_profile("home", deadline=None)
settings.register_profile("merge", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("merge" if os.environ.get("CI") else "home")


@pytest.fixture
def registered() -> Iterator[None]:
    """What a test registers is gone after it."""
    registry.discover()
    for name in registry.outputs():
        registry.renderer(name)
    tables = (registry._steps, registry._sniffers, registry._outputs)
    before = [dict(table) for table in tables]
    yield
    for table, content in zip(tables, before):
        table.clear()
        table.update(content)
    registry._by_kind.clear()
    registry._by_first.clear()


@pytest.fixture
def alone(registered: None) -> None:
    """No step and no sniffer is registered but those the test registers."""
    for table in (registry._steps, registry._sniffers):
        table.clear()
    registry._by_kind.clear()
    registry._by_first.clear()
