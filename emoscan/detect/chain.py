"""What only shows when the parts of a chain are seen together: one script fetches a file, another starts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.graph import Graph
from emoscan.model import Fact

STARTS: Final = frozenset(("effect.run", "effect.load", "effect.open"))
MOST: Final = 200
"""Files that were fetched, and starts they are looked for in, each."""
SHORTEST: Final = 6
"""Characters of a path that is looked for."""


def connections(graph: Graph) -> Iterator[tuple[str, Fact]]:
    """(artifact, fact `chain.runs_download`) for each start of a file that something in the input fetched."""
    fetched: dict[str, Fact] = {}
    for _, fact in graph.facts(kind="effect.download"):
        path = _plain(fact.detail.get("path", ""))
        if len(path) >= SHORTEST and len(fetched) < MOST:
            fetched.setdefault(path, fact)
    if not fetched:
        return
    for number, (artifact, fact) in enumerate((a, f) for a, f in graph.facts(kind="effect") if f.kind in STARTS):
        if number >= MOST:
            return
        command = _plain(fact.value)
        path = next((path for path in fetched if path in command), "")
        if path:
            download = fetched[path]
            confidence = min(fact.confidence, download.confidence)
            yield artifact, Fact("chain.runs_download", fact.value, fact.how, detail={"url": download.value}, confidence=confidence)


def _plain(text: str) -> str:
    return text.lower().replace("/", "\\").replace('"', "")
