"""Sniffing, decoding and indicators on real files: nothing fails, nothing is slow, guesses stay few."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.engine import expand
from emoscan.registry import discover, sniff

CORPUS = os.environ.get("EMOSCAN_CORPUS", "")
SIZE = 500_000
EVERY = 7
"""One file in so many is taken, for time."""

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS or not Path(CORPUS).is_dir(), reason="EMOSCAN_CORPUS is not set"),
]

MINE = (
    "base64",
    "hex",
    "charcodes",
    "decompress",
    "commandline",
    "document.scripts",
    "tokens",
    "reverse",
    "concat",
)


def files() -> Iterator[bytes]:
    discover()
    for path in sorted(Path(CORPUS).iterdir())[::EVERY]:
        if path.is_file() and path.stat().st_size <= SIZE:
            yield path.read_bytes()


def test_every_file_is_sniffed_at_once() -> None:
    for data in files():
        start = time.process_time()
        assert sniff(data)
        assert time.process_time() - start < 0.5


def test_no_decoder_fails() -> None:
    for data in files():
        graph = expand(data, settings=Settings(limits=Limits(seconds=10)))
        failed = [
            t.problem.message
            for t in graph.troubles
            if t.problem.sort == "failed" and t.step in (*MINE, "iocs", "names", "unread", "program")
        ]
        assert not failed
        assert len(graph.artifacts) < 500
