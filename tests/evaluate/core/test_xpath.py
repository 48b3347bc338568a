"""Paths of the simple kind."""

import pytest

from emoscan.evaluate.core.xpath import Predicate, Step, steps


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b:c", (Step(False, "element", "a"), Step(False, "element", "c"))),
        ("//@k", (Step(True, "attribute", "k"),)),
        ("*[2][@n='x/y']", (Step(False, "element", "*", (Predicate(2), Predicate(of="attribute", name="n", value="x/y"))),)),
        ("//*[local-name()='v']", (Step(True, "element", "*", (Predicate(of="name", value="v"),)),)),
        ("a[last()]/text()", (Step(False, "element", "a", (Predicate(-1),)), Step(False, "text"))),
        ('.//b[c="1"]/..', (Step(False, "self"), Step(True, "element", "b", (Predicate(of="child", name="c", value="1"),)), Step(False, "parent"))),
        ("ancestor::x", None),
        ("a[position()>1]", None),
        ("count(a)", None),
        ("a b", None),
        ("", None),
    ],
)  # fmt: skip
def test_steps(path, expected):
    assert steps(path) == expected
