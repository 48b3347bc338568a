"""LZH and ARJ archives, as steps."""

from fixturelib.lzh import arj, fastest, lzh, packed

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.dosarchives import open_arj, open_lzh
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.registry import discover, sniff

discover()
SCRIPT = b'CreateObject("WScript.Shell").Run "cmd /c calc"\r\n' + b"' " * 900


def run(step, data, clues=(), **limits):
    kind = "archive.lzh" if step is open_lzh else "archive.arj"
    return list(step(Artifact(kind, data), Context(Budget(Limits(**limits)), clues=clues)))


def children(items):
    return [(child.label, child.data) for child in items if isinstance(child, Child)]


def problems(items):
    return [(problem.sort, problem.name) for problem in items if isinstance(problem, Problem)]


def test_members_are_handed_on():
    data = lzh([("x/Rechnung.vbs", "lh5", SCRIPT, packed(SCRIPT, "lh5"))], 2)
    assert sniff(data) == ("archive.lzh",)
    assert children(run(open_lzh, data)) == [("x/Rechnung.vbs", SCRIPT)]
    assert {fact.value for _, fact in expand(data, "a.lzh").facts(kind="effect.run")} >= {"cmd /c calc"}
    data = arj([("Rechnung.vbs", 1, SCRIPT, packed(SCRIPT, "arj"))])
    assert sniff(data) == ("archive.arj",)
    assert {fact.value for _, fact in expand(data, "a.arj").facts(kind="effect.run")} >= {"cmd /c calc"}


def test_a_locked_arj_archive():
    data = arj([("a.vbs", 4, SCRIPT, fastest(SCRIPT)), ("b.txt", 0, b"hello", b"hello")], password="Tn-4711", modifier=0xF3)
    shut = run(open_arj, data)
    assert problems(shut) == [("encrypted", "ARJ garbling")]
    assert [fact.value for fact in shut if isinstance(fact, Fact)] == ["ARJ garbling", "a.vbs", "b.txt"]
    opened = run(open_arj, data, [Fact("clue.password", "wrong"), Fact("clue.password", "Tn-4711", "mail text")])
    assert children(opened) == [("a.vbs", SCRIPT), ("b.txt", b"hello")]
    assert [fact.value for fact in opened if isinstance(fact, Fact) and fact.kind == "opened.password"] == ["Tn-4711"]
    assert not analyse(data, settings=Settings(passwords=("Tn-4711",))).incomplete


def test_a_crc_that_does_not_fit():
    for data, step in ((lzh([("a", "lh0", b"abc", b"abd")]), open_lzh), (arj([("a", 0, b"abc", b"abd")]), open_arj)):
        items = run(step, data)
        assert children(items) == [("a", b"abd")]
        assert problems(items) == [("malformed", step.__name__.removeprefix("open_"))]


def test_sizes_that_lie():
    """Four bytes that say they are four gigabytes; a member that says it is one."""
    bomb = bytearray(lzh([("a", "lh5", SCRIPT, packed(SCRIPT, "lh5"))]))
    bomb[11:15] = b"\xff\xff\xff\xff"
    assert problems(run(open_lzh, bytes(bomb)))
    bomb = bytearray(arj([("a", 1, SCRIPT, packed(SCRIPT, "arj"))]))
    at = bomb.index(b"a\0\0") - 30
    bomb[at + 16 : at + 20] = b"\xff\xff\xff\x7f"
    assert problems(run(open_arj, bytes(bomb))) == [("malformed", "arj")]


def test_what_goes_on_in_another_volume():
    assert problems(run(open_arj, arj([("a", 0, b"abc", b"abc")], volume=True))) == [("unmodelled", "arj")]


def test_methods_without_a_reader_and_no_archives():
    assert problems(run(open_lzh, lzh([("a", "lh1", b"x", b"x")]))) == [("unmodelled", "lzh")]
    assert problems(run(open_arj, arj([("a", 9, b"x", b"x")]))) == [("unmodelled", "arj")]
    assert problems(run(open_lzh, b"\x20\x20-xx5-" + bytes(10))) == [("malformed", "lzh")]
    assert problems(run(open_arj, b"\x60\xea\0")) == [("malformed", "arj")]
    many = lzh([(str(number), "lh0", b"x", b"x") for number in range(9)])
    assert problems(run(open_lzh, many, objects=5)) == [("limit", "objects")]
