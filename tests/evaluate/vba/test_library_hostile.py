"""Whatever a sample hands to the library: an error of VBA, never one of Python, and never more than the budget allows."""

import pytest
from evaluate.vba.run import MISSING, NOTHING, NULL, Date, Unknown, project, run
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import LimitReached, Limits
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import ErrorValue
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba.arrays import Array, array_of

library.load()

EXAMPLES = 500
LIMITS = Limits(seconds=20, operations=100_000, string_bytes=1 << 20, strings_bytes=1 << 22)

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "yyyy", "d", "0.00;(0);z", "#,##0.0E+00%", "@@<&", "2021/1/20", "10:24 PM", "&HFFFF", "1e308", "C:\\x\\*.?", "-1,5", "\udc80"]
    ),
    st.integers(0, 1 << 64).map(str),
)
NUMBERS = st.one_of(
    st.integers(-3, 300),
    st.integers(-(1 << 95), 1 << 95),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.5, -0.0, 1e308, 2958465.9999999, -657434.0]),
)
PLAIN = st.one_of(
    TEXTS,
    NUMBERS,
    st.booleans(),
    st.sampled_from([None, NULL, NOTHING, MISSING, ErrorValue(13), Unknown("x"), Unknown("x", ("ab", Unknown("y")))]),
    st.floats(-657434, 2958465).map(Date),
)
ARRAYS = st.one_of(
    st.lists(PLAIN, max_size=5).map(array_of),
    st.lists(st.integers(0, 255), max_size=9).map(lambda data: array_of(data, 0, "byte")),
    st.lists(TEXTS, min_size=1, max_size=4).map(lambda data: array_of(data, 1, "string")),
    st.just(Array([], "long")),
    st.just(Array([(0, 1), (0, 1)], "")),
)
ARGUMENTS = st.lists(st.one_of(PLAIN, PLAIN, ARRAYS), max_size=6)


@given(name=st.sampled_from(sorted(library.FUNCTIONS)), args=ARGUMENTS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_arguments(name, args):
    made, _ = project("Sub Main()\nEnd Sub", limits=LIMITS)
    least, most = library.ARITY[name]
    args = (args + [MISSING] * least)[: max(least, min(most, len(args)))]
    try:
        found = library.FUNCTIONS[name](made.machine, *args)
    except (ScriptError, LimitReached):
        return
    finally:
        made.machine.finish()
    if isinstance(found, str):
        assert len(found) <= LIMITS.string_bytes


def text_of(value):
    """A literal, or an expression, of VBA."""
    if isinstance(value, str):
        return '"' + "".join(c for c in value if c.isprintable()).replace('"', '""') + '"'
    if isinstance(value, bool) or value is NULL or value is NOTHING:
        return repr(value)
    if value is None or value is MISSING:
        return "Empty"
    if isinstance(value, (int, float)):
        return f"({value})"
    return "Array(1, 2)"


@given(calls=st.lists(st.tuples(st.sampled_from(sorted(library.FUNCTIONS)), ARGUMENTS), min_size=1, max_size=6))
@settings(max_examples=EXAMPLES // 8, deadline=None)
def test_any_program(calls):
    lines = [f"x = {name}({', '.join(map(text_of, args))})\ny = y & x" for name, args in calls]
    for source in ("On Error Resume Next\n" + "\n".join(lines), "\n".join(lines)):
        try:
            first = run(f"Function Main()\n{source}\nMain = y\nEnd Function", limits=LIMITS)
            second = run(f"Function Main()\n{source}\nMain = y\nEnd Function", limits=LIMITS)
        except LimitReached:
            continue
        assert first.facts == second.facts


FILE_STATEMENTS = st.sampled_from(
    [
        'Open "{t}" For {mode} As #{n} Len = {len}',
        "Close #{n}",
        "Print #{n}, {v}; {v}, {v}",
        "Write #{n}, {v}, {v}",
        "Put #{n}, {len}, {v}",
        "Get #{n}, {len}, x",
        "Line Input #{n}, x",
        "Input #{n}, x, y",
        "x = Input({len}, #{n})",
        "Seek #{n}, {len}",
        "x = EOF({n}) & LOF({n}) & Loc({n}) & Seek({n})",
        'Name "{t}" As "{t}2"',
        'Kill "{t}"',
        "x = Dir: y = Dir({v})",
    ]
)


@given(
    st.lists(
        st.tuples(
            FILE_STATEMENTS,
            st.fixed_dictionaries(
                {
                    "t": st.sampled_from(["a", "b.txt", "C:\\x\\y", "..", ""]),
                    "mode": st.sampled_from("Input Output Append Binary Random".split()),
                    "n": st.integers(0, 3),
                    "len": st.integers(-1, 40),
                    "v": PLAIN.map(text_of),
                }
            ),
        ),
        max_size=12,
    )
)
@settings(max_examples=EXAMPLES // 8, deadline=None)
def test_any_use_of_files(statements):
    body = "\n".join(template.format(**values) for template, values in statements)
    try:
        result = run(f"Sub Main()\nDim x As String, y\nOn Error Resume Next\n{body}\nEnd Sub", limits=LIMITS)
    except LimitReached:
        return
    assert result.error is None


GROWING = [
    "t = Space(100000000)",
    't = String(2000000000, "x")',
    't = "x": Do: t = t & t: Loop',
    't = "xx": Do: t = Replace(t, "x", "xx"): Loop',
    't = String(1000, "a"): Do: t = Join(Split(t, "a"), "bab"): t = Replace(t, "b", "a"): Loop',
    't = Format(1, String(10000000, "0"))',
    't = "x": Do: t = StrConv(t, 64): Loop',
    'Dim c As New Collection\nDo: c.Add "x": Loop',
    'Open "x" For Output As 1\nDo: Print #1, String(10000, "x"): Loop',
    "Dim a(1000000)\nDo: i = i + 1: a(i) = Space(1000): Loop",
    "Do: t = t & Chr(65): Loop",
]


@pytest.mark.parametrize("body", GROWING)
def test_growth_ends(body):
    limits = Limits(seconds=10, operations=300_000, string_bytes=1 << 20, strings_bytes=1 << 23, expanded_bytes=1 << 23)
    reached = ""
    try:
        result = run(f"Sub Main()\n{body}\nEnd Sub", limits=limits)
        reached = (result.problems[0].name if result.problems else "") or str(result.error)
    except LimitReached as limit:
        reached = limit.name
    assert reached not in ("", "seconds")
