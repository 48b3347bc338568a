"""Every limit is one that can be reached, and reaching it is said."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from fixturelib.archives import Member, zip_file
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from emoscan.budget import MIB, PROFILES, PURSES, SCRIPTS, SHARE, Budget, LimitReached, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.passwords import CHEAP
from emoscan.registry import discover, step

ROOT = Path(__file__).parent.parent
NAMES = [field.name for field in fields(Limits)]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_is_heeded_somewhere(name: str) -> None:
    uses = [
        p for p in (ROOT / "emoscan").rglob("*.py") if p.name != "budget.py" and re.search(rf'limits\.{name}\b|"{name}"', p.read_text())
    ]
    in_budget = re.search(rf"limits\.{name}\b", (ROOT / "emoscan/budget.py").read_text()) or name in PURSES
    assert uses or in_budget, f"no code asks for {name}"


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_has_a_test_that_reaches_it(name: str) -> None:
    marker = f'mark.limit("{name}")'
    assert any(marker in path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")), f"no test is marked {marker}"


def test_profiles_are_limits_and_gateway_is_the_strictest() -> None:
    for name in NAMES:
        values = [getattr(PROFILES[profile], name) for profile in ("gateway", "desk", "deep")]
        assert values == sorted(values), name
    with pytest.raises(KeyError):
        Limits.profile("none")


def test_limits_are_changed_by_name_from_text() -> None:
    limits = Limits().replace(seconds="1.5", depth="3", objects=7)
    assert (limits.seconds, limits.depth, limits.objects) == (1.5, 3, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 1), ("depth", "deep"), ("depth", 0), ("depth", -1), ("seconds", "inf"), ("seconds", "nan"), ("depth", "1e999")],
)
def test_a_change_that_makes_no_sense_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limits().replace(**{name: value})


# ---------------------------------------------------------------- purses


@pytest.mark.limit("expanded_bytes")
@pytest.mark.limit("kdf_rounds")
@pytest.mark.parametrize("purse", PURSES)
def test_a_purse_is_asked_before_it_is_overdrawn(purse: str) -> None:
    budget = Budget(Limits(**{purse: 100}))
    size = budget.size[purse]
    budget.spend(size - 1, purse)
    with pytest.raises(LimitReached) as stop:
        budget.spend(2, purse, "the rest")
    assert (stop.value.name, stop.value.limit, budget.left(purse)) == (purse, size, 1)
    assert "the rest" in str(stop.value)
    budget.spend(1, purse)
    assert budget.left(purse) == 0


@pytest.mark.limit("operations")
def test_one_script_has_its_operations_and_an_input_some_times_as_many() -> None:
    budget = Budget(Limits(operations=1000))
    for _ in range(SCRIPTS - 1):
        script = budget.for_step()
        assert script.size["operations"] <= 1000
        with pytest.raises(LimitReached, match="operations"):
            script.spend(1001)
        script.spend(script.left("operations"))
    assert budget.spent["operations"] > 1000


@pytest.mark.limit("object_bytes")
def test_one_object_may_not_be_larger_than_objects_are() -> None:
    budget = Budget(Limits(object_bytes=10))
    budget.grow(10)
    with pytest.raises(LimitReached, match="object_bytes limit of 10"):
        budget.grow(11, "a member")
    assert budget.spent["expanded_bytes"] == 10


def spend_all(budget: Budget) -> str:
    """What is said when nothing is left."""
    try:
        while True:
            budget.spend(1, "expanded_bytes")
    except LimitReached as stop:
        return str(stop)


def test_a_step_cannot_starve_the_next() -> None:
    budget = Budget(Limits(expanded_bytes=1000))
    for _ in range(5):
        greedy = budget.for_step()
        spend_all(greedy)
    assert budget.left("expanded_bytes") == pytest.approx(1000 * (1 - SHARE) ** 5, abs=2)


def test_what_a_step_spends_is_taken_from_the_input_too() -> None:
    budget = Budget(Limits())
    budget.for_step().for_step().grow(5 * MIB)
    assert budget.spent["expanded_bytes"] == 5 * MIB


@given(st.lists(st.tuples(st.sampled_from(PURSES), st.integers(0, 500), st.integers(0, 3)), max_size=50))
def test_no_purse_is_ever_overdrawn(spendings: list[tuple[str, int, int]]) -> None:
    budgets = [Budget(Limits(**dict.fromkeys(PURSES, 1000)))]
    for purse, count, depth in spendings:
        budget = budgets[min(depth, len(budgets) - 1)]
        try:
            budget.spend(count, purse)
        except LimitReached:
            budgets.append(budgets[-1].for_step())
    top = budgets[0]
    for budget in budgets:
        for purse in PURSES:
            assert 0 <= budget.spent[purse] <= budget.size[purse]
            assert budget.spent[purse] <= top.spent[purse] <= top.size[purse]


# ---------------------------------------------------------------- time


@pytest.mark.limit("seconds")
def test_time_is_looked_at_while_work_is_paid_for() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=10), clock)
    budget.spend(100_000)
    clock.now += 10
    assert spend_all(budget) == "seconds limit of 10 reached"


def test_a_step_has_a_share_of_the_time_and_no_more_than_its_own_limit() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=10), clock)
    assert budget.for_step().seconds == 10 * SHARE
    assert budget.for_step(2).seconds == 2
    clock.now += 11
    assert budget.for_step().seconds == 0


# ---------------------------------------------------------------- deflate


def test_inflate_gives_output_and_what_is_left() -> None:
    packed = zlib.compress(b"x" * 100_000) + b"tail"
    assert Context(Budget(Limits())).inflate(packed, 15) == (b"x" * 100_000, b"tail")


def test_inflate_stops_where_it_is_told() -> None:
    out, _ = Context(Budget(Limits())).inflate(zlib.compress(b"abcdef" * 100_000), 15, size=10)
    assert out == b"abcdefabcd"


@pytest.mark.parametrize("limits", [Limits(object_bytes=MIB), Limits(expanded_bytes=MIB)])
def test_inflate_keeps_no_more_than_the_budget(limits: Limits) -> None:
    bomb = zlib.compress(bytes(50 * MIB), 9)
    budget = Budget(limits)
    with pytest.raises(LimitReached):
        Context(budget).inflate(bomb, 15)
    assert budget.spent["expanded_bytes"] <= MIB


# ---------------------------------------------------------------- limits the engine holds


def scan_limited(data: bytes, **limits: object) -> dict[str, str]:
    """Names of the limits that were reached, with what is said of them."""
    graph = expand(data, settings=Settings(limits=Limits().replace(**limits)))
    return {t.problem.name: t.problem.message for t in graph.troubles if t.problem.sort == "limit"}


@pytest.mark.limit("depth")
@pytest.mark.limit("objects")
@pytest.mark.limit("facts")
@pytest.mark.parametrize(("name", "value"), [("depth", 3), ("objects", 5), ("facts", 4)])
def test_the_engine_stops_at(name: str, value: int, alone: None) -> None:
    @step("grow", "*")
    def grow(artifact: Artifact, ctx: Context) -> Yields:
        for number in range(10):
            yield Fact("mock.number", str(number))
        for number in range(4):
            yield Child(artifact.data + bytes([number]), "data.unknown", label=f"part {number}")

    reached = scan_limited(b"", **{"objects": 300, "facts": 5000, name: value})
    assert name in reached
    assert f"{value}" in reached[name]


@pytest.mark.limit("yara_bytes")
def test_yara_says_when_it_looked_at_a_part_only(tmp_path: Path) -> None:
    from emoscan.detect import yara

    (tmp_path / "mal").mkdir()
    (tmp_path / "mal" / "X.yar").write_text('rule X { strings: $a = "needle" condition: $a }')
    settings = Settings(limits=Limits(yara_bytes=100), rules=(str(tmp_path),))
    ctx = Context(Budget(settings.limits), settings)
    found = list(yara.scan(Artifact("data.unknown", b"needle" + bytes(200) + b"needle"), ctx))
    assert [getattr(item, "name", getattr(item, "value", "")) for item in found] == ["yara_bytes", "needle"]


@pytest.mark.limit("passwords")
@pytest.mark.parametrize(("passwords", "opened"), [(1, False), (3, True)])
def test_so_many_passwords_are_tried_and_what_stays_shut_is_said(passwords: int, opened: bool) -> None:
    words = tuple(f"wrong{number}" for number in range(CHEAP + 20))
    data = zip_file([Member("a.txt", b"hello" * 20, encryption="aes256", password="right")])
    settings = Settings(limits=Limits(passwords=passwords), passwords=(*words, "right"))
    discover()
    graph = expand(data, settings=settings)
    assert bool(list(graph.facts(kind="opened.password"))) is opened
    assert (("encrypted", "AES-256") in [(t.problem.sort, t.problem.name) for t in graph.troubles]) is not opened
