"""What only shows when the parts of a chain are seen together: one script fetches a file, another starts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from emoscan.graph import Graph
from emoscan.model import Fact

STARTS: Final = frozenset(("effect.run", "effect.load", "effect.open"))
MOST: Final = 200
"""Files that were fetched, and starts they are looked for in, each."""
SHORTEST: Final = 6
"""Characters of a path that is looked for."""


def connections(graph: Graph) -> Iterator[tuple[str, Fact]]:
    """(artifact, fact) of two kinds: `chain.runs_download` for each start of a file that something in the input fetched, and
    `chain.url_list` with the first start of a file that is fetched from one server or another.
    """
    fetched: dict[str, tuple[str, Fact]] = {}
    for artifact, fact in graph.facts(kind="effect.download"):
        path = _plain(fact.detail.get("path", ""))
        if len(path) >= SHORTEST and len(fetched) < MOST:
            fetched.setdefault(path, (artifact, fact))
    if not fetched:
        return
    told: set[str] = set()
    for number, (artifact, fact) in enumerate((a, f) for a, f in graph.facts(kind="effect") if f.kind in STARTS):
        if number >= MOST:
            return
        command = _plain(fact.value)
        path = next((path for path in fetched if path in command), "")
        if not path:
            continue
        script, download = fetched[path]
        confidence = min(fact.confidence, download.confidence)
        detail = {"url": download.value} | {key: fact.detail[key] for key in ("show_window",) if key in fact.detail}
        yield artifact, Fact("chain.runs_download", fact.value, fact.how, detail=detail, confidence=confidence)
        if path not in told:
            told.add(path)
            servers = _servers(graph, script, download.value, path)
            if servers > 1:
                yield artifact, Fact("chain.url_list", str(servers), fact.how, detail={"path": path}, confidence=confidence)


def _servers(graph: Graph, script: str, url: str, path: str) -> int:
    """How many servers a script would have a file from. Those that are asked when the first does not answer leave no file;
    they count from three on, asked in the same manner: to ask one for a version and fetch from another is common.
    """
    downloads = [fact for _, fact in graph.facts(script, "effect.download")]
    manners = {fact.how for fact in downloads if fact.value == url and not fact.detail.get("path")}
    saved = {_server(fact.value) for fact in downloads if _plain(fact.detail.get("path", "")) == path} - {""}
    asked = {_server(fact.value) for fact in downloads if fact.how in manners and not fact.detail.get("path")} - {""}
    return max(len(saved), len(asked) if len(asked) > 2 else 1)


def _server(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address in brackets
        return ""


def _plain(text: str) -> str:
    return text.lower().replace("/", "\\").replace('"', "")
