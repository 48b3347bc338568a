"""Regular expressions of samples: what they match, and that none runs for ever."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.core.regex import (
    ECMASCRIPT,
    IGNORE_CASE,
    MULTILINE,
    RIGHT_TO_LEFT,
    BadPattern,
    TooManySteps,
    compile_regex,
    escape,
    expand,
)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("b+", "abbbcb", ["bbb", "b"]),
        ("(a|ab)(c|bcd)(d*)", "abcd", ["abcd"]),
        (r"(\w)\1", "hello  aa", ["ll", "aa"]),
        (r"(?<x>.)-\k<x>", "a-b a-a", ["a-a"]),
        (r"(?i)HT{2}P", "http HTTP", ["http", "HTTP"]),
        (r"(?=ab)a", "acab", ["a"]),
        (r"(?<!x)y", "xy y", ["y"]),
        (r"a{2,3}?", "aaaa", ["aa", "aa"]),
        (r"(?>a*)b", "aaab", ["aaab"]),
        (r"(?>a*)ab", "aaab", []),
        (r"[a-z-[aeiou]]+", "bcade", ["bc", "d"]),
        (r"[^\d\s]+", "a1 b", ["a", "b"]),
        (r"\x41\u0042", "AB", ["AB"]),
        (r"(..)", "abcde", ["ab", "cd"]),
        ("", "ab", ["", "", ""]),
        ("^.", "a\nb", ["a"]),
        ("(?m)^.", "a\nb", ["a", "b"]),
        ("(?s)a.b", "a\nb", ["a\nb"]),
        ("(?x) a b # comment", "ab", ["ab"]),
        (r"(?:a|b)+?c", "abac", ["abac"]),
        (r"\p{Lu}", "aB", ["B"]),
        (r"(x)?(?(1)y|z)", "xy z", ["xy", "z"]),
    ],
)
def test_what_matches(pattern, text, matches):
    assert [found.group(0) for found in compile_regex(pattern).matches(text)] == matches


def test_from_right_to_left():
    assert [found.group(0) for found in compile_regex("..", RIGHT_TO_LEFT).matches("abcde")] == ["de", "bc"]
    assert [found.group(0) for found in compile_regex(".", RIGHT_TO_LEFT).matches("abc")] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "result"),
    [
        ("(a)(b)", "$2$1", "abab", "baba"),
        ("(?<n>x)", "[${n}]", "xyx", "[x]y[x]"),
        ("b", "$$", "abc", "a$c"),
        ("b", "<$&>", "abc", "a<b>c"),
        ("b", "$`$'", "abc", "aacc"),
        ("b", "$9", "abc", "a$9c"),
    ],
)
def test_replacements(pattern, replacement, text, result):
    assert compile_regex(pattern).replace(text, lambda found: expand(replacement, found)) == result


def test_split_keeps_what_groups_took():
    assert compile_regex("(-)").split("a-b-c") == ["a", "-", "b", "-", "c"]
    assert compile_regex(",").split("a,b,c", 2) == ["a", "b,c"]


def test_case_is_kept_apart_unless_asked():
    assert compile_regex("ab").search("AB") is None
    assert compile_regex("ab", IGNORE_CASE).search("xAB").start == 1


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*a", r"\k<no>", "(?<n", "a" * 30_000, "(" * 200 + ")" * 200])
def test_bad_patterns_are_named(pattern):
    with pytest.raises(BadPattern):
        compile_regex(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){12}$", r"(a*)*\1b", "(?:a?){30}a{30}$"])
def test_catastrophes_end(pattern):
    with pytest.raises(TooManySteps):
        list(compile_regex(pattern).matches("a" * 28 + "b" + "a" * 28 + "!", 0))


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_escaped_text_matches_itself(text, around):
    found = compile_regex(escape(text)).search(around + text)
    assert found is not None
    assert found.group(0) == text


@given(st.text("ab(|)*+?[]{},^$\\d.-<>=!:k12", max_size=14), st.text("ab1-", max_size=12))
def test_no_pattern_fails_but_in_the_two_named_ways(pattern, text):
    with contextlib.suppress(BadPattern, TooManySteps):
        list(compile_regex(pattern).matches(text))


# The pattern `(z)((a+)?...` and others are the examples of ECMA-262; the rest were read off what VBScript 5.8 documents.
@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        ("(a)(b)?", "ac", ["a", "a", ""]),
        ("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]),
        (r"(\w)\1", "abccd", ["cc", "c"]),
        ("a(?!c)", "acab", ["a"]),
        ("x{a}", "x{a}", ["x{a}"]),
        (r"\x41\u0042", "AB", ["AB"]),
        ("[]", "a", None),
        ("[^]", "\n", ["\n"]),
        ("[[-a]+", "x[", ["["]),
        (r"[\d\-x]+", "-1x", ["-1x"]),
        (r"\w+", "äab", ["ab"]),
        (r"[\W]", "aä", ["ä"]),
        (r"\D", "1٣", ["٣"]),
        (r"\A\Z\p", "AZp", ["AZp"]),
        ("a$", "a\n", None),
        ("(?:a)$", "ba", ["a"]),
    ],
)
def test_patterns_of_vbscript(pattern, text, groups):
    found = compile_regex(pattern, ECMASCRIPT).search(text)
    assert (None if found is None else [found.group(n) for n in range(len(found.spans))]) == groups


@pytest.mark.parametrize("pattern", ["(?<x>a)", "(?<=a)b", "(?>a)", "(?i)a", "(?(1)a)"])
def test_vbscript_knows_no_other_groups(pattern):
    with pytest.raises(BadPattern):
        compile_regex(pattern, ECMASCRIPT)


def test_options_go_together():
    assert compile_regex("^B$", ECMASCRIPT | IGNORE_CASE | MULTILINE).search("a\nb\nc").start == 2


@given(st.text("ab()[]{}*+?|\\^$.-,1dswDSWbxu", max_size=14), st.text("ab1", max_size=10))
def test_any_pattern_of_vbscript(source, text):
    with contextlib.suppress(BadPattern, TooManySteps):
        list(compile_regex(source, ECMASCRIPT).matches(text))
