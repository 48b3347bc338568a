import importlib
import pkgutil
import re

import pytest

import emoscan
from emoscan.parse.lazy import _Lazy, lazy


def test_works_like_a_compiled_pattern():
    pattern = lazy(r"(\d)(?P<x>[a-c])", re.IGNORECASE)
    assert pattern.sub(r"\2\1", "1A 2b") == "A1 b2"
    assert [m["x"] for m in pattern.finditer("1A 2b")] == ["A", "b"]
    assert pattern.search("x1a").span() == (1, 3)
    assert pattern.match("x1a") is None
    assert lazy(rb"\w+").findall(b"ab cd") == [b"ab", b"cd"]
    assert "x" in pattern.match("1a").re.groupindex


def test_a_bad_pattern_shows_when_it_is_used():
    with pytest.raises(re.error):
        lazy("(").search("x")


def test_every_pattern_of_the_package_compiles():
    found = 0
    for module in pkgutil.walk_packages(emoscan.__path__, "emoscan."):
        if module.name == "emoscan.__main__":
            continue
        waiting = list(vars(importlib.import_module(module.name)).values())
        for value in waiting:
            if isinstance(value, dict) and len(value) < 100:
                waiting.extend(value.values())
            elif isinstance(value, list | tuple) and len(value) < 100:
                waiting.extend(value)
            elif isinstance(value, _Lazy):
                found += 1
                re.compile(*value._source)
    assert found > 50
