"""Shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emoscan import registry


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


@pytest.fixture
def alone(registered: None) -> None:
    """No step and no sniffer is registered but those the test registers."""
    for table in (registry._steps, registry._sniffers):
        table.clear()
    registry._by_kind.clear()
