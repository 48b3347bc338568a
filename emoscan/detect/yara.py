"""YARA on every layer: each match is a fact `yara.<rule>` of the artifact it stands in.

yara-python's own timeout does not bound every regular expression, so this is a step like any other: the supervisor
kills a worker that hangs in it, and the scan goes on without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from emoscan.context import Context
from emoscan.detect.load import bundled, yara_files
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.registry import step

EXCERPT: Final = 120
MATCHES: Final = 5
"""Places of one rule in one artifact that become facts."""


@step("yara", takes="*", order=90, seconds="yara_seconds", simplified=True)
def scan(artifact: Artifact, ctx: Context) -> Yields:
    rules = compiled(ctx.settings.rules)
    if rules is None or not artifact.data:
        return
    import yara

    limits = ctx.budget.limits
    if len(artifact.data) > limits.yara_bytes:
        message = f"YARA looked at the first {limits.yara_bytes:,} of {len(artifact.data):,} bytes"
        yield Problem("limit", "yara_bytes", message)
    try:
        matches = rules.match(data=artifact.data[: limits.yara_bytes], timeout=max(1, int(limits.yara_seconds)))
    except yara.TimeoutError:
        yield Problem("limit", "yara_seconds", f"YARA stopped after {limits.yara_seconds:g} s; its rules say nothing of this part")
        return
    for match in matches:
        yield from _facts(match)


def _facts(match: Any) -> Iterator[Fact]:
    places = [(instance, string.identifier) for string in match.strings for instance in string.instances]
    if not places:
        yield Fact(f"yara.{match.rule}", match.rule, detail={"tags": " ".join(match.tags)} if match.tags else {})
    for instance, identifier in sorted(places, key=lambda place: place[0].offset)[:MATCHES]:
        text = instance.matched_data[:EXCERPT].decode("utf-8", "backslashreplace").replace("\0", "")
        span = (instance.offset, instance.offset + instance.matched_length)
        yield Fact(f"yara.{match.rule}", text, detail={"string": identifier}, span=span)


def sources(folders: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(namespace, text) of the YARA rules that come with emoscan and of those in further folders."""
    return [
        (f"{number}:{path.relative_to(folder).as_posix()}", path.read_text("utf-8"))
        for number, folder in enumerate((bundled(), *map(Path, folders)))
        for path in yara_files(folder)
    ]


@lru_cache(maxsize=4)
def compiled(folders: tuple[str, ...] = ()) -> Any:
    """The compiled rules, or None when there are none. Raises ValueError for rules that do not compile."""
    texts = sources(folders)
    if not texts:
        return None
    import yara

    try:
        return yara.compile(sources=dict(texts), includes=False)
    except yara.SyntaxError as error:
        raise ValueError(f"YARA rules: {error}") from error


def faults(text: str) -> list[str]:
    """What the compiler has to say against a rule, warnings included."""
    import yara

    try:
        yara.compile(source=text, includes=False, error_on_warning=True)
    except (yara.SyntaxError, yara.WarningError) as error:
        return [str(error)]
    return []
