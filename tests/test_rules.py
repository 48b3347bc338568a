"""Rules: reading them, what is wrong with bad ones, and whether ours do what their own examples say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emoscan.detect import lint, load
from emoscan.detect.load import BadRule, Example, ExampleFact, ExampleProblem, Rule, bundled, digest, load_with_examples, read
from emoscan.detect.prove import graph_of, prove
from emoscan.detect.yara import compiled

ROOT = Path(__file__).parent.parent
OURS = load_with_examples(bundled())
IN_ORDER = load.load()

GOOD = """
id = "VBA.EXEC"
title = "A macro starts a program"
description = "A macro would start a program. Nearly all malicious macros do, hardly any other."
severity = "high"
points = 50
attack = ["T1059.005"]

[when]
fact = "effect.run"
inside = "script.vba-project"

[[hit]]
kind = "script.vba-project"
facts = [{ kind = "effect.run", value = "calc" }]

[[miss]]
kind = "script.vba-project"
facts = [{ kind = "effect.query", value = "calc" }]
"""

YARA = """
rule VBA_EXEC
{
    meta:
        description = "x"
    strings:
        $a = "needle in a haystack"
    condition:
        $a
}
"""


def write(tmp_path: Path, text: str = GOOD, name: str = "vba/VBA.EXEC.toml") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# ---------------------------------------------------------------- our own


@pytest.mark.parametrize("path", list(OURS), ids=lambda path: path.stem)
def test_our_rule_does_what_its_examples_say(path: Path) -> None:
    assert [str(failure) for failure in prove(OURS[path], IN_ORDER)] == []


def test_there_is_nothing_to_complain_of() -> None:
    assert [str(complaint) for complaint in lint.check(bundled())] == []


def test_our_yara_rules_compile() -> None:
    compiled()


VOCABULARY = set(re.findall(r"`([a-z0-9_.*<>-]+)`", (ROOT / "docs" / "vocabulary.md").read_text("utf-8")))


def test_facts_that_are_stated_are_in_the_vocabulary() -> None:
    stated = set()
    for path in (ROOT / "emoscan").rglob("*.py"):
        stated |= set(re.findall(r'(?:Fact|\.fact)\(\s*"([a-z0-9_-]+\.[a-z0-9_.-]+)"', path.read_text("utf-8")))
    assert len(stated) > 50
    assert {fact for fact in stated if fact not in VOCABULARY} == set()


def test_our_rules_ask_for_facts_that_are_in_the_vocabulary() -> None:
    for path, rule in OURS.items():
        for when in load.conditions(rule.when):
            fact = when.fact
            if fact and not fact.startswith("yara."):
                known = any(
                    word == fact or word.startswith(fact + ".") or (word.endswith(".*") and fact.startswith(word[:-1]))
                    for word in VOCABULARY
                )
                assert known, f"{path.name} asks for {fact}, which docs/vocabulary.md does not know"


# ---------------------------------------------------------------- the manual

MANUAL = (ROOT / "docs" / "writing-rules.md").read_text("utf-8")


@pytest.mark.parametrize("record", [Rule, load.When, Example, ExampleFact, ExampleProblem], ids=lambda record: record.__name__)
def test_every_key_of_a_rule_is_explained(record: type) -> None:
    for name in record.__struct_fields__:  # type: ignore[attr-defined]
        assert f"`{name}`" in MANUAL, name


def test_the_example_of_the_manual_is_a_good_rule(tmp_path: Path) -> None:
    text = re.findall(r"```toml\n(id = .*?)```", MANUAL, re.DOTALL)[0]
    path = write(tmp_path, text)
    assert complaints(tmp_path) == []
    told = read(path)
    assert list(prove(told, [told])) == []


def test_the_points_of_the_manual_are_those_of_the_lint() -> None:
    row = next(line for line in MANUAL.splitlines() if line.startswith("| `points` |"))
    for severity, (least, most) in lint.POINTS.items():
        said = f"at most {most}, or negative" if least < 0 else f"{least} to {most}"
        assert f"`{severity}`: {said}" in row


# ---------------------------------------------------------------- reading


def test_a_scan_reads_no_examples_and_a_proof_does(tmp_path: Path) -> None:
    path = write(tmp_path)
    bare, whole = read(path, examples=False), read(path)
    assert (bare.hit, bare.miss) == ([], [])
    assert (len(whole.hit), len(whole.miss)) == (1, 1)
    assert bare.when == whole.when
    assert digest([bare]) == digest([whole])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[when]", "[what]"), "unknown field `what`"),
        (("id = ", "id ="), None),
        (('"VBA.EXEC"', '"VBA.OTHER"'), "the rule inside is called VBA.OTHER"),
        (('fact = "effect.run"', 'fact = "effect.run"\nkind = "x"'), "exactly one of"),
        (('fact = "effect.run"', ""), "exactly one of"),
        (('fact = "effect.run"', 'fact = "effect.run"\nvalue = "("'), "unterminated subpattern"),
        (('severity = "high"', 'severity = "grave"'), "Invalid enum value 'grave'"),
        (("points = 50", 'points = "many"'), "Expected `int`"),
        (("points = 50", 'scope = "world"\npoints = 50'), "scope is one of artifact, below, input"),
        (("points = 50", "points ="), "Invalid value"),
        (('[when]\nfact = "effect.run"\ninside = "script.vba-project"', ""), "no condition"),
    ],
)
def test_a_bad_rule_is_refused_with_a_reason(tmp_path: Path, change: tuple[str, str], message: str | None) -> None:
    path = write(tmp_path, GOOD.replace(*change))
    if message is None:
        read(path)
        return
    with pytest.raises(BadRule, match=re.escape(message)) as error:
        read(path)
    assert str(path) in str(error.value)


def test_conditions_after_the_examples_would_be_lost_and_are_refused(tmp_path: Path) -> None:
    head, when, rest = GOOD.partition('[when]\nfact = "effect.run"\ninside = "script.vba-project"\n')
    write(tmp_path, YARA, "vba/VBA.EXEC.yar")
    with pytest.raises(BadRule, match="hits and misses come last"):
        read(write(tmp_path, head + rest + when))


def test_a_yara_rule_is_a_condition(tmp_path: Path) -> None:
    head, _, rest = GOOD.partition('[when]\nfact = "effect.run"\ninside = "script.vba-project"\n')
    write(tmp_path, YARA, "vba/VBA.EXEC.yar")
    assert read(write(tmp_path, head + rest)).when == load.When(fact="yara.VBA_EXEC")


def test_rules_of_a_folder_add_to_ours_and_replace_them(tmp_path: Path) -> None:
    write(tmp_path)
    rules = {rule.id: rule for rule in load.load((str(tmp_path),))}
    assert rules["VBA.EXEC"].points == 50
    assert set(rules) >= {rule.id for rule in IN_ORDER}
    with pytest.raises(BadRule, match="no such folder"):
        load.load((str(tmp_path / "none"),))


def test_the_nursery_is_not_loaded(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "nursery/vba/VBA.EXEC.toml")
    assert load_with_examples(tmp_path) == {}


def test_patterns_of_others_are_looked_at_when_they_are_loaded(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace('fact = "effect.run"', 'fact = "effect.run"\nvalue = "("'))
    with pytest.raises(BadRule, match="unterminated"):
        load.load((str(tmp_path),))


# ---------------------------------------------------------------- lint


def complaints(tmp_path: Path) -> list[str]:
    return [f"{complaint.lint}: {complaint.message}" for complaint in lint.check(tmp_path, {rule.id: rule for rule in IN_ORDER})]


def test_a_good_rule_is_not_complained_of(tmp_path: Path) -> None:
    write(tmp_path)
    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('title = "A macro', 'title = "a macro'), "words: a title is a capitalised phrase"),
        (('program"', 'program."'), "words: a title is a capitalised phrase"),
        (("hardly any other.", "hardly any other"), "words: a description says in sentences"),
        (("T1059.005", "TA0002"), "attack: 'TA0002' is no technique"),
        (("points = 50", "points = 5"), "points: high is worth 30 to 79 points, not 5"),
        (("points = 50", "points = 100"), "points: high is worth 30 to 79 points, not 100"),
        (('severity = "high"\npoints = 50', 'severity = "info"\npoints = 50'), "points: info is worth"),
        (("[[hit]]", "[[miss]]"), "examples: no hit"),
        (("[[miss]]", "[[hit]]"), "examples: no miss"),
        (('inside = "script.vba-project"', 'value = "a.*b"'), "pattern: 'a.*b': an unbounded `.`"),
        (('inside = "script.vba-project"', "how = '(\\w+\\s?)*'"), "pattern: '(\\\\w+\\\\s?)*': an unbounded repeat inside another"),
        (('fact = "effect.run"\ninside', 'kind = "script.cmd"\ninside'), "keys: `inside` says nothing beside `kind`"),
        (("points = 50", "points = "), "format: "),
        (('fact = "effect.run"\ninside = "script.vba-project"', 'finding = "VBA.NONE"'), "references: VBA.EXEC refers to VBA.NONE"),
    ],
)
def test_a_bad_rule_is_complained_of(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    assert change[0] in GOOD
    write(tmp_path, GOOD.replace(*change))
    assert any(said.startswith(complaint) for said in complaints(tmp_path)), complaints(tmp_path)


@pytest.mark.parametrize(
    ("name", "id_", "complaint"),
    [
        ("doc/VBA.EXEC.toml", "VBA.EXEC", "folder: VBA.EXEC lies in 'doc'"),
        ("vba/exec.toml", "exec", "id: 'exec' is no id"),
        ("foo/FOO.BAR.toml", "FOO.BAR", "folder: 'foo' is no theme"),
    ],
)
def test_a_misplaced_rule_is_complained_of(tmp_path: Path, name: str, id_: str, complaint: str) -> None:
    write(tmp_path, GOOD.replace("VBA.EXEC", id_), name)
    assert complaint in complaints(tmp_path)


def test_two_rules_of_one_name_are_complained_of(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD, "old/vba/VBA.EXEC.toml")
    assert any("is in" in said for said in complaints(tmp_path))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("meta:", "strings:"), "yara meta: "),
        (("rule VBA_EXEC", "rule Other"), "yara name: holds Other"),
        (('"needle in a haystack"', '"ab"'), "yara strings: $a is shorter than three bytes"),
        (('"needle in a haystack"', "/.*/"), "yara strings: $a has no three fixed bytes in a row"),
        (('"needle in a haystack"', "/[a-z]{3,9}/"), "yara strings: $a has no three fixed bytes in a row"),
        (('"needle in a haystack"', "/needle.*haystack/"), "yara strings: $a holds a repetition without a bound"),
        (("$a\n}", "$b\n}"), "yara: "),
    ],
)
def test_a_bad_yara_rule_is_complained_of(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    assert change[0] in YARA
    write(tmp_path)
    write(tmp_path, YARA.replace(*change), "vba/VBA.EXEC.yar")
    assert any(said.startswith(complaint) for said in complaints(tmp_path)), complaints(tmp_path)


def test_a_good_yara_rule_is_not_complained_of_and_a_lonely_one_is(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, YARA, "vba/VBA.EXEC.yar")
    assert complaints(tmp_path) == []
    write(tmp_path, YARA, "vba/VBA.LONELY.yar")
    assert complaints(tmp_path) == ["yara: no .toml beside it says what a match means"]


@pytest.mark.parametrize("pattern", [r"(a+)+", r"(a*)*b", r"(?:x(?:\w+)*)+", r"a.*b", r".+", r"(\w+\s)*?x", r"(?=(a+)+)"])
def test_slow_patterns_are_known(pattern: str) -> None:
    assert list(lint.slow_parts(pattern))


@pytest.mark.parametrize(
    "pattern", [r"a{1,20}", r"\bshell\b", r"a.{0,200}b", r"(?:ab?)+", r"[a-z]+\d", r"(?>a+)+", r"(?:a++b)+", r"[^\"]*x"]
)
def test_quick_patterns_are_left_alone(pattern: str) -> None:
    assert list(lint.slow_parts(pattern)) == []


# ---------------------------------------------------------------- prove


def rule(**examples: list[Example]) -> Rule:
    return Rule(id="T.T", title="", description="", severity="low", points=1, when=load.When(fact="effect.run", value="calc"), **examples)


RUN = ExampleFact("effect.run", "calc")


def test_a_rule_that_keeps_its_word_passes() -> None:
    told = rule(hit=[Example(facts=[RUN])], miss=[Example(facts=[ExampleFact("effect.run", "x")])])
    assert list(prove(told, [told])) == []


def test_a_rule_that_does_not_is_named_with_what_was_there() -> None:
    told = rule(hit=[Example(note="a note", facts=[ExampleFact("effect.run", "x")])], miss=[Example(facts=[RUN])])
    assert [str(failure) for failure in prove(told, [told])] == [
        "T.T: hit 1 (a note): should match; artifacts: text.plain; facts: effect.run",
        "T.T: miss 1: should not match; artifacts: text.plain; facts: effect.run",
    ]


def test_an_example_may_be_a_tree_of_artifacts() -> None:
    inner = Example(kind="script.cmd", how="Shell", facts=[RUN], problems=[ExampleProblem("limit", "seconds")])
    graph = graph_of(
        Example(
            kind="mail.rfc822",
            children=[Example(kind="image.png", name="a.png"), Example(kind="office.ole", name="a.doc", children=[inner])],
        )
    )
    assert [a.kind for a in graph.artifacts.values()] == ["mail.rfc822", "image.png", "office.ole", "script.cmd"]
    assert [(e.label, e.how) for e in graph.edges] == [("a.png", ""), ("a.doc", ""), ("", "Shell")]
    assert [t.problem.name for t in graph.troubles] == ["seconds"]


def test_an_example_may_be_text_that_is_analysed(registered: None) -> None:
    from emoscan.registry import step

    @step("t.words", "text.t")
    def words(artifact, ctx):  # type: ignore[no-untyped-def]
        from emoscan.model import Fact

        for word in artifact.data.decode().split():
            yield Fact("effect.run", word)

    told = rule(hit=[Example(kind="text.t", text="start calc")], miss=[Example(kind="text.t", text="start x")])
    assert list(prove(told, [told])) == []


def test_a_bad_sort_in_an_example_is_a_failure() -> None:
    told = rule(hit=[Example(problems=[ExampleProblem("none")])])
    assert [failure.message for failure in prove(told, [told])] == [
        "a problem's sort is one of limit, encrypted, malformed, unmodelled, failed, not 'none'"
    ]
