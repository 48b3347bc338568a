"""Memory that two processes share: what is written whole is read, and nothing the other side writes does harm."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoscan import journal
from emoscan.journal import EVENTS, HEAD, SIZE, Journal

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no memory by descriptor here")


@pytest.fixture
def both() -> Iterator[tuple[Journal, Journal]]:
    """The worker's side and the supervisor's."""
    descriptor = journal.create()
    worker, supervisor = Journal(os.dup(descriptor)), Journal(descriptor)
    yield worker, supervisor
    worker.close()
    supervisor.close()


def test_what_is_written_on_one_side_is_read_on_the_other(both: tuple[Journal, Journal]) -> None:
    worker, supervisor = both
    worker.begin()
    assert (supervisor.events(), supervisor.step_due) == ([], 0.0)
    for event in (b"a", b"", b"b" * 100_000):
        worker.write(event)
    worker.due(12.5)
    assert (supervisor.events(), supervisor.step_due) == ([b"a", b"", b"b" * 100_000], 12.5)
    worker.begin()
    assert (supervisor.events(), supervisor.step_due) == ([], 0.0)


def test_when_it_is_full_the_end_is_lost_and_the_beginning_is_not(both: tuple[Journal, Journal]) -> None:
    worker, supervisor = both
    worker.begin()
    worker.write(b"first")
    worker.write(bytes(SIZE))
    worker.write(b"never")
    assert supervisor.events() == [b"first"]


def test_an_event_that_was_not_written_whole_is_not_read(both: tuple[Journal, Journal]) -> None:
    worker, supervisor = both
    worker.begin()
    worker.write(b"whole")
    at = worker.end
    worker.memory[at : at + 9] = struct.pack("<I", 5) + b"after"  # the process dies before it says so
    assert supervisor.events() == [b"whole"]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.integers(0, 2**64 - 1), body=st.binary(max_size=200), due=st.floats())
def test_nothing_that_is_written_there_does_harm(both: tuple[Journal, Journal], written: int, body: bytes, due: float) -> None:
    worker, supervisor = both
    HEAD.pack_into(worker.memory, 0, written, due)
    worker.memory[HEAD.size : HEAD.size + 200] = body.ljust(200, b"\xff")
    events = supervisor.events()
    assert sum(map(len, events)) <= SIZE
    assert len(events) <= EVENTS
    assert supervisor.step_due == due or math.isnan(due)
