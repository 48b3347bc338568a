"""The matcher: a fragment of a rule and a few facts give findings, and each finding shows why it is one."""

from __future__ import annotations

import tomllib

import msgspec
import pytest

from emoscan.detect.load import BadRule, Rule, in_order
from emoscan.detect.match import SHOWN, match
from emoscan.graph import Added, Graph, Stated, Troubled
from emoscan.model import Artifact, Edge, Evidence, Fact, Finding, Problem

DOC = Artifact("office.ole", b"doc")
VBA = Artifact("script.vba-project", b"vba")
CMD = Artifact("script.cmd", b"cmd")
IMAGE = Artifact("image.png", b"png")


def graph() -> Graph:
    """A document with a macro that runs a command that downloads from two places, and an image."""
    made = Graph()
    made.apply(Added(DOC))
    made.apply(Added(VBA, Edge(DOC.id, VBA.id, "ole", "Macros")))
    made.apply(Added(CMD, Edge(VBA.id, CMD.id, "vba", "", "Win32_Process.Create")))
    made.apply(Added(IMAGE, Edge(DOC.id, IMAGE.id, "ole", "lure.png")))
    for artifact, fact in (
        (DOC, Fact("document.host", "word")),
        (VBA, Fact("vba.entry", "AutoOpen", detail={"module": "ThisDocument"})),
        (VBA, Fact("effect.run", "cmd /c calc", "Win32_Process.Create")),
        (CMD, Fact("effect.download", "http://a.example.test/1")),
        (CMD, Fact("effect.download", "http://b.example.test/2", confidence=0.4)),
    ):
        made.apply(Stated(artifact.id, fact))
    made.apply(Troubled(DOC.id, "ole", Problem("encrypted", "RC4", "no password fits")))
    made.apply(Troubled(IMAGE.id, "png", Problem("malformed", "png", "cut off")))
    return made


def rule(fragment: str, id_: str = "T.RULE") -> Rule:
    head = {"id": id_, "title": "T", "description": "D", "severity": "medium", "points": 10}
    return msgspec.convert(head | tomllib.loads(fragment), Rule)


def findings(*fragments: str) -> list[Finding]:
    rules = {f"T.RULE{number}": rule(fragment, f"T.RULE{number}") for number, fragment in enumerate(fragments)}
    return match(in_order(rules), graph())


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ('fact = "effect.run"', True),
        ('fact = "effect"', True),
        ('fact = "effec"', False),
        ('fact = "effect.run"\nvalue = "CALC"', True),
        ('fact = "effect.run"\nvalue = "notepad"', False),
        ('fact = "effect.run"\nhow = "win32"', True),
        ('fact = "effect.run"\nhow = "shell"', False),
        ('fact = "effect.run"\ninside = "script.vba-project"', True),
        ('fact = "effect.run"\ninside = "script.*"', True),
        ('fact = "effect.run"\ninside = "office.*"', False),
        ('fact = "vba.entry"\ndetail = { module = "^thisdocument$" }', True),
        ('fact = "vba.entry"\ndetail = { module = "Sheet" }', False),
        ('fact = "vba.entry"\ndetail = { line = "." }', False),
        ('fact = "vba.entry"\nname = "macros"', True),
        ('fact = "vba.entry"\nname = "other"', False),
        ('fact = "effect.download"\nat_least = 2', True),
        ('fact = "effect.download"\nat_least = 3', False),
        ('fact = "effect.download"\nvalue = "b.example"\nconfidence = 0.5', False),
        ('fact = "effect.download"\nat_least = 2\nconfidence = 0.5', False),
        ('kind = "image.png"', True),
        ('kind = "image.*"', True),
        ('kind = "image"', False),
        ('kind = "image.*"\nname = "LURE"', True),
        ('kind = "script.cmd"\nhow = "process.create"', True),
        ('kind = "script.cmd"\nhow = "shell"', False),
        ('kind = "*"\nat_least = 4', True),
        ('kind = "*"\nat_least = 5', False),
        ('problem = "encrypted"', True),
        ('problem = "encrypted"\nvalue = "rc4"', True),
        ('problem = "encrypted"\nvalue = "aes"', False),
        ('problem = "malformed"\ninside = "image.*"', True),
        ('problem = "malformed"\ninside = "office.*"', False),
        ('problem = "limit"', False),
        ('all = [{ fact = "effect.run" }, { kind = "image.*" }]', True),
        ('all = [{ fact = "effect.run" }, { kind = "audio.*" }]', False),
        ('any = [{ fact = "effect.write" }, { kind = "image.*" }]', True),
        ('any = [{ fact = "effect.write" }, { kind = "audio.*" }]', False),
        ('at_least = 2\nany = [{ fact = "effect.write" }, { kind = "image.*" }]', False),
        ('at_least = 2\nany = [{ fact = "effect.run" }, { kind = "image.*" }]', True),
        ('none = [{ fact = "effect.write" }]', True),
        ('none = [{ fact = "effect.write" }, { fact = "effect.run" }]', False),
        ('same = [{ fact = "effect.run" }, { fact = "vba.entry" }]', True),
        ('same = [{ fact = "effect.run" }, { fact = "effect.download" }]', False),
        ('all = [{ any = [{ fact = "x" }, { none = [{ fact = "y" }] }] }, { fact = "vba.entry" }]', True),
        ('finding = "T.OTHER"', False),
    ],
)
def test_conditions(when: str, matches: bool) -> None:
    rules = {"T.RULE": rule(f"[when]\n{when}"), "T.OTHER": rule('[when]\nfact = "nothing"', "T.OTHER")}
    assert bool(match(in_order(rules), graph())) is matches


def test_a_finding_speaks_of_the_artifact_its_evidence_stands_in_and_knows_the_way_to_it() -> None:
    (finding,) = findings('[when]\nfact = "effect.download"\nconfidence = 1.0')
    assert finding.artifact == CMD.id
    assert [edge.child for edge in finding.path] == [VBA.id, CMD.id]
    assert finding.evidence == (Evidence("effect.download", "http://a.example.test/1", CMD.id),)


def test_evidence_is_the_tree_of_what_held() -> None:
    (finding,) = findings('[when]\nall = [{ fact = "vba.entry" }, { fact = "effect.download" }, { none = [{ fact = "effect.write" }] }]')
    entry, downloads, absence = finding.evidence
    assert entry == Evidence("vba.entry (module ThisDocument)", "AutoOpen", VBA.id)
    assert [leaf.value for leaf in downloads.children] == ["http://a.example.test/1", "http://b.example.test/2"]
    assert absence.text == "nothing of: effect.write"


def test_evidence_shows_some_of_many() -> None:
    made = graph()
    for number in range(100):
        made.apply(Stated(CMD.id, Fact("ioc.url", f"http://{number}.example.test")))
    (finding,) = match([rule('[when]\nfact = "ioc.url"')], made)
    assert len(finding.evidence) == SHOWN


def test_scope_artifact_looks_at_each_for_itself() -> None:
    found = findings('scope = "artifact"\nanchor = "script.*"\n[when]\nfact = "effect"')
    assert [finding.artifact for finding in found] == [VBA.id, CMD.id]
    assert findings('scope = "artifact"\n[when]\nall = [{ fact = "effect.run" }, { fact = "effect.download" }]') == []


def test_scope_below_looks_at_all_that_came_out() -> None:
    found = findings('scope = "below"\nanchor = "script.*"\n[when]\nall = [{ fact = "effect.run" }, { fact = "effect.download" }]')
    assert [finding.artifact for finding in found] == [VBA.id]


def test_a_rule_may_build_on_another() -> None:
    found = findings('[when]\nfinding = "T.RULE1"', '[when]\nfact = "effect.run"')
    assert [finding.id for finding in found] == ["T.RULE1", "T.RULE0"]


def test_a_rule_of_the_whole_input_is_one_finding() -> None:
    assert len(findings('[when]\nfact = "effect.download"')) == 1


def test_rules_in_a_circle_are_refused() -> None:
    with pytest.raises(BadRule, match=r"circle: T.RULE0 → T.RULE1 → T.RULE0"):
        findings('[when]\nfinding = "T.RULE1"', '[when]\nfinding = "T.RULE0"')
    with pytest.raises(BadRule, match="which does not exist"):
        findings('[when]\nfinding = "T.NONE"')
