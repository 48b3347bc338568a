"""The report of one input: the JSON contract (schema version 1) and how a graph becomes one.

Every string that comes out of a sample passes `display` here, so a report can be printed, logged and rendered without
further care: control, bidirectional and surrogate characters show as escapes.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from emoscan.budget import Limits
from emoscan.graph import Graph
from emoscan.model import Artifact, Evidence, Fact, Finding, Label, MacroClass, Reason, Severity, Sort, Verdict
from emoscan.parse.text import text_of
from emoscan.parse.urls import find_urls, normalise

SCHEMA_VERSION: Final = 1

MAX_TEXT: Final = 1 << 20
"""Characters of one artifact's text that a report holds."""

# C0 but tab and line feed, DEL and C1, soft hyphen, zero-width and bidirectional marks (UAX #9), line and paragraph
# separator, lone surrogates, byte order mark, interlinear annotation, tags.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def display(text: str) -> str:
    """The text with every character that could steer a terminal, a reader or a parser shown as an escape."""
    return text if text.isprintable() else _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """`display`, and tab and line feed as escapes too."""
    return text if text.isprintable() else display(text).replace("\n", "\\n").replace("\t", "\\t")


class Engine(Struct, frozen=True):
    version: str
    rules: str
    """Digest of the rules in use: two reports with equal version and rules may be compared."""


class Input(Struct, frozen=True):
    path: str
    name: str
    size: int
    kind: str
    sha256: str
    sha1: str
    md5: str


class ReportFinding(Struct, frozen=True):
    id: str
    title: str
    severity: Severity
    points: int
    attack: list[str]
    artifact: str
    evidence: list[Evidence]
    path: list[str]
    """Ids of the artifacts from the input to `artifact`, both included."""


class ReportArtifact(Struct, frozen=True, omit_defaults=True):
    id: str
    kind: str
    size: int
    sha256: str
    names: list[str]
    depth: int
    text: str | None = None
    """Present when asked for (`--include`): the content of scripts and texts."""


class ReportEdge(Struct, frozen=True):
    parent: str
    child: str
    step: str
    label: str
    how: str


class Effect(Struct, frozen=True):
    """Something an evaluated script would have done."""

    kind: str
    value: str
    artifact: str
    count: int
    confidence: float
    how: str = ""
    detail: dict[str, str] = field(default_factory=dict)


class Ioc(Struct, frozen=True):
    type: str
    """url domain ipv4 ipv6 email file_path registry_key md5 sha1 sha256 …"""
    value: str
    defanged: str
    role: str
    """download: fetched by what the sample runs; link: for a person to click; reference: only mentioned; and so on."""
    artifact: str
    path: list[str]
    confidence: float = 1.0


class Password(Struct, frozen=True):
    artifact: str
    password: str
    source: str


class Macros(Struct, frozen=True):
    artifact: str
    modules: list[str]
    normalised_sha256: str


class Incomplete(Struct, frozen=True):
    sort: Sort
    name: str
    message: str
    artifact: str


class Report(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One object per input. Keys and their order are a contract: they change only with `schema_version`."""

    schema_version: Literal[1] = SCHEMA_VERSION
    engine: Engine
    input: Input
    verdict: Label
    score: int
    summary: str
    macro_class: MacroClass
    reasons: list[Reason]
    findings: list[ReportFinding]
    artifacts: list[ReportArtifact]
    edges: list[ReportEdge]
    effects: list[Effect]
    iocs: list[Ioc]
    passwords: list[Password]
    macros: list[Macros]
    mail: dict[str, list[str]] | None
    """Header values and facts of the outermost mail, by name; null when the input holds none."""
    incomplete: list[Incomplete]
    limits: dict[str, int | float]
    timing_ms: dict[str, float]


def compose(
    graph: Graph,
    findings: Iterable[Finding],
    verdict: Verdict,
    *,
    path: str,
    name: str,
    engine: Engine,
    limits: Limits,
    include: str,
) -> Report:
    """The report, but for `timing_ms`, which is known when it is done."""
    root = graph.artifacts[graph.root]
    return Report(
        engine=engine,
        input=Input(
            path=one_line(path),
            name=one_line(name),
            size=len(root.data),
            kind=root.kind,
            sha256=root.sha256,
            sha1=hashlib.sha1(root.data, usedforsecurity=False).hexdigest(),
            md5=hashlib.md5(root.data, usedforsecurity=False).hexdigest(),
        ),
        verdict=verdict.label,
        score=verdict.score,
        summary=one_line(verdict.summary),
        macro_class=verdict.macro_class,
        reasons=list(verdict.reasons),
        findings=[
            ReportFinding(
                f.id,
                f.title,
                f.severity,
                f.points,
                list(f.attack),
                f.artifact,
                [_safe_evidence(e) for e in f.evidence],
                [*(edge.parent for edge in f.path), f.artifact],
            )
            for f in findings
        ],
        artifacts=[
            ReportArtifact(
                a.id,
                a.kind,
                len(a.data),
                a.sha256,
                [one_line(n) for n in graph.names(a.id)],
                graph.depth[a.id],
                _text(a, graph, include),
            )
            for a in graph.artifacts.values()
        ],
        edges=[ReportEdge(e.parent, e.child, e.step, one_line(e.label), one_line(e.how)) for e in graph.edges],
        effects=[
            Effect(
                fact.kind,
                display(fact.value),
                artifact,
                fact.count,
                fact.confidence,
                one_line(fact.how),
                {k: one_line(v) for k, v in fact.detail.items()},
            )
            for artifact, fact in graph.facts(kind="effect")
            if not _said_above(graph, artifact, fact)
        ],
        iocs=_iocs(graph),
        passwords=[Password(a, one_line(f.value), one_line(f.how)) for a, f in graph.facts(kind="opened.password")],
        macros=_macros(graph),
        mail=_mail(graph),
        incomplete=[Incomplete(t.problem.sort, one_line(t.problem.name), one_line(t.problem.message), t.artifact) for t in graph.troubles],
        limits=msgspec.to_builtins(limits),
        timing_ms={},
    )


def _said_above(graph: Graph, artifact: str, fact: Fact) -> bool:
    """Whether a command line does nothing but what the script that started it was already said to run."""
    return (
        fact.kind == "effect.run"
        and graph.artifacts[artifact].kind == "script.cmd"
        and any(
            _same_command(above.value, fact.value)
            for edge in graph.ways_into(artifact)
            for _, above in graph.facts(edge.parent, "effect.run")
        )
    )


def _same_command(one: str, other: str) -> bool:
    return one.replace('"', "").split() == other.replace('"', "").split()


MOST_MADE = 200
"""Addresses that scripts fetch, with which those in texts are compared."""

_NEW_LINE = re.compile("\r\n?")


def is_text(artifact: Artifact) -> bool:
    return artifact.kind.startswith(("script.", "text."))


def _text(artifact: Artifact, graph: Graph, include: str) -> str | None:
    """Text of decoded artifacts (what a step had to undo something for) or of all that are text."""
    if include == "none" or not is_text(artifact):
        return None
    if include == "decoded" and artifact.id == graph.root:
        return None
    return display(_NEW_LINE.sub("\n", text_of(artifact.data)[:MAX_TEXT]))


def _safe_evidence(evidence: Evidence) -> Evidence:
    children = tuple(_safe_evidence(child) for child in evidence.children)
    return Evidence(one_line(evidence.text), one_line(evidence.value), evidence.artifact, children)


def _iocs(graph: Graph) -> list[Ioc]:
    """One row per type and value: what scripts would download in the order in which they would, then the rest in the
    order in which it was found. The weightiest role wins; a URL that is cut off is left out where a whole one is known.
    """
    rows: dict[tuple[str, str], Ioc] = {}
    ways: dict[str, tuple[str, ...]] = {}
    for artifact, type_, value, role, confidence in _indicators(graph):
        known = rows.get((type_, value))
        if known is not None and ROLE_ORDER.get(role, 9) >= ROLE_ORDER.get(known.role, 9):
            if confidence > known.confidence:
                rows[type_, value] = replace(known, confidence=confidence)
            continue
        shown = one_line(value)
        sure = max(confidence, known.confidence) if known else confidence
        way = ways.get(artifact) or ways.setdefault(artifact, graph.above(artifact))
        rows[type_, value] = Ioc(type_, shown, defang(shown), role, artifact, list(way), sure)
    whole = sorted(value for (type_, value), row in rows.items() if type_ == "url" and row.confidence >= 1)
    fetched = sorted({normalise(fact.value) or fact.value for _, fact in graph.facts(kind="effect.download")})
    for (type_, value), row in rows.items():
        if (
            type_ == "url"
            and row.role == "download"
            and value not in fetched
            and (_host_goes_on(value, whole) or _made_into(value, fetched))
        ):
            rows[type_, value] = replace(row, role="reference")
    return [row for (type_, value), row in rows.items() if type_ != "url" or row.confidence >= 1 or not _told_better(value, whole)]


def _told_better(url: str, whole: list[str]) -> bool:
    """Whether a URL that was cut off is the beginning of one that is known, or has one in front of what it runs on into."""
    place = bisect_right(whole, url)
    return (place < len(whole) and whole[place].startswith(url)) or (place > 0 and url.startswith(whole[place - 1]))


def _host_goes_on(url: str, whole: list[str]) -> bool:
    """Whether a URL that is no more than a host is the beginning of one whose host is longer: a piece of a text put together."""
    place = bisect_right(whole, url)
    longer = whole[place] if place < len(whole) else ""
    return url.count("/") == 2 and longer.startswith(url) and longer[len(url)].isalnum() | (longer[len(url)] in ".-")


_RUNS_ON = re.compile(r";|&&|[|^]|\W?https?:?\b")
_NOISE = re.compile(r"[A-Za-z0-9]{3,12}")


def _made_into(url: str, fetched: list[str]) -> bool:
    """Whether an address of a text is what a script makes into one it fetches: the beginning of it, it with a token inside
    that is taken out, or it and the statement behind it.
    """
    for made in fetched[:MOST_MADE]:
        if made.startswith(url):
            return True
        same = next((place for place, (one, other) in enumerate(zip(url, made, strict=False)) if one != other), min(len(url), len(made)))
        if same == len(made) and _RUNS_ON.match(url, same):
            return True
        more = len(url) - len(made)
        if (
            8 < same < len(made)
            and more > 0
            and url.endswith(made[same:])
            and made[same].isalnum()
            and _NOISE.fullmatch(url, same, same + more)
        ):
            return True
    return False


def _indicators(graph: Graph) -> Iterator[tuple[str, str, str, str, float]]:
    """(artifact, type, value, role, confidence) of effects that fetch, of indicators and of links, in this order."""
    for artifact, fact in graph.facts(kind="effect.download"):
        url = normalise(fact.value) or fact.value
        if "://" in url:
            yield artifact, "url", url, "download", fact.confidence
    for artifact, fact in graph.facts(kind="ioc"):
        yield artifact, fact.kind.removeprefix("ioc."), fact.value, fact.detail.get("role", "reference"), fact.confidence
    for artifact, fact in graph.facts(kind="link.external"):
        for url in dict.fromkeys(found.value for found in find_urls(fact.value) if not found.nested):
            # a hyperlink waits for a click; everything else is fetched when the document opens
            role = "link" if not fact.how or "hyperlink" in fact.how.lower() else "template"
            yield artifact, "url", url, role, fact.confidence


ROLE_ORDER: Final = {"download": 0, "contact": 1, "drop": 2, "template": 3, "link": 4, "sender": 5, "reference": 6}
"""Roles of indicators, the weightiest first."""


def defang(value: str) -> str:
    """The usual written form that no program makes a link of: `hxxp://a[.]example`."""
    scheme, separator, rest = value.partition("://")
    if not separator:
        return value.replace("@", "[@]").replace(".", "[.]") if "/" not in value and "\\" not in value else value
    host, slash, path = rest.partition("/")
    scheme = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}.get(scheme.lower(), scheme)
    return f"{scheme}://{host.replace('.', '[.]')}{slash}{path}"


def _macros(graph: Graph) -> list[Macros]:
    rows = []
    for artifact in graph.artifacts.values():
        if artifact.kind == "script.vba-project":
            modules = [one_line(f.value) for _, f in graph.facts(artifact.id, "vba.module")]
            digest = next((f.value for _, f in graph.facts(artifact.id, "vba.normalised_sha256")), "")
            rows.append(Macros(artifact.id, modules, digest))
    return rows


_HEADER_FACTS: Final = frozenset(("mail.from", "mail.to", "mail.subject", "mail.date", "mail.received"))


def _mail(graph: Graph) -> dict[str, list[str]] | None:
    """Facts `mail.*` of the mail nearest to the input; of those that have header fields, if any has."""
    mails = [a for a in graph.artifacts.values() if a.kind.startswith("mail.")]
    if not mails:
        return None
    headed = [a for a in mails if any(fact.kind in _HEADER_FACTS for _, fact in graph.facts(a.id, "mail"))]
    nearest = min(headed or mails, key=lambda a: graph.depth[a.id])
    values: dict[str, list[str]] = {}
    for _, fact in graph.facts(nearest.id, "mail"):
        values.setdefault(fact.kind.removeprefix("mail."), []).append(one_line(fact.value))
    return values


def to_json(report: Report) -> bytes:
    """One line of JSON in UTF-8, keys in the order of the contract."""
    return msgspec.json.encode(report)


def from_json(data: bytes) -> Report:
    """Raises msgspec.ValidationError when it is no report of this schema version."""
    return msgspec.json.decode(data, type=Report)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a report, as published in docs/report.schema.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Report)}
