"""Whatever is asked of any object, with whatever arguments: an answer, or an error of the script."""

import contextlib

from evaluate.com.program import machine
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import LimitReached, Limits
from emoscan.evaluate import com
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, Unknown
from emoscan.evaluate.vba.arrays import array_of
from emoscan.evaluate.vba.project import Project

com.load()
CLASSES = sorted(com._FACTORIES)
VALUES = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            1,
            -1,
            2,
            65,
            1 << 31,
            1 << 70,
            -5.5,
            1e300,
            "",
            "a",
            "a.txt",
            "TVqQ",
            r"C:\Users\Public\a.exe",
            "http://files.example.test/x",
            "<a b='1'>x</a>",
            "select * from Win32_Process where Name like '%a%'",
            "utf-8",
            "x" * 5000,
            "\ud800\0",
            MISSING,
            NULL,
            NOTHING,
            Date(44000.5),
        ]
    ),
    st.text(max_size=8),
    st.integers(-3, 300),
)


def value_of(made, drawn, objects):
    if drawn == "array":
        return array_of([1, "a", None, Unknown("x")])
    if drawn == "bytes":
        return array_of(list(b"MZ\x90\0"), 0, "byte")
    if drawn == "unknown":
        return Unknown("content of http://files.example.test/u")
    if drawn == "object":
        return objects[-1]
    return drawn


ARGUMENTS = st.lists(st.one_of(VALUES, st.sampled_from(["array", "bytes", "unknown", "object"])), max_size=5)
CALLS = st.lists(st.tuples(st.integers(0, 10_000), st.booleans(), st.integers(0, 5), ARGUMENTS), min_size=1, max_size=25)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CLASSES), CALLS)
def test_nothing_but_errors_of_the_script(name, calls):
    limits = Limits(seconds=60, operations=50_000, expanded_bytes=4 << 20, string_bytes=1 << 20, strings_bytes=2 << 20)
    emitted = []
    made = machine(limits, emitted.append)
    Project(made)
    with contextlib.suppress(LimitReached):
        objects = [made.create(name)]
        for member, assign, which, arguments in calls:
            this = objects[which % len(objects)]
            members = sorted({*this.cls.get, *this.cls.put, "nosuchmember"})
            args = tuple(value_of(made, argument, objects) for argument in arguments)
            with contextlib.suppress(ScriptError, ScriptEnd):
                if assign:
                    made.put_member(this, members[member % len(members)], args[1:], args[0] if args else None, set_=False)
                    continue
                answer = made.call_member(this, members[member % len(members)], args)
                if type(answer) is Object:
                    objects.append(answer)
                    if answer.cls.items is not None:
                        made.items(answer)
        made.finish()
    assert made.budget.spent["operations"] <= made.budget.size["operations"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["winmgmts:", "new:", "script:", "file:", "WinNT:", "soap:", "Elevation:", "session:", ""]), st.text(max_size=40))
def test_monikers_of_anything(prefix, rest):
    made = machine()
    with contextlib.suppress(ScriptError):
        found = com.moniker(made, prefix + rest)
        assert found is None or type(found) in (Object, Unknown)


def test_same_effects_each_time():
    def one():
        emitted = []
        made = machine(emit=emitted.append)
        for name in CLASSES:
            this = made.create(name)
            for member in sorted(this.cls.get):
                with contextlib.suppress(ScriptError, ScriptEnd):
                    made.call_member(this, member, ("a",))
        made.finish()
        return emitted

    assert one() == one()
