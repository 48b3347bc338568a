"""What JScript allows and ECMAScript does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.jscript.dialect import rewrite, tokens
from emoscan.evaluate.jscript.engine import truth


def rewritten(source):
    return rewrite(source, truth)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("var a = 1;", "var a = 1;"),
        ("function a.b(c){}", "a.b = function(c){};"),
        ("function window::onload(){}", "window.onload = function(){};"),
        ("eval(x)", "eval($layer(x))"),
        ("eval((a)+(b)); c()", "eval($layer((a)+(b))); c()"),
        ("eval ( f(eval(x)) )", "eval ($layer( f(eval($layer(x))) ))"),
        ("e = eval; e(x)", "e = $eval; e(x)"),
        ("function a.b(){if(1){}} c()", "a.b = function(){if(1){}}; c()"),
        ("this.eval(x)", "this.eval(x)"),
        ("s = 'eval(x)' // eval(y)", "s = 'eval(x)' // eval(y)"),
        ("r = /eval(')/; eval(x)", "r = /eval(')/; eval($layer(x))"),
        ("a = b / eval(x) / c", "a = b / eval($layer(x)) / c"),
        ("o.Item(1) = 2", "o.Item[$index(1)] = 2"),
        ("o('a')('b') = c(1) == 2", "o('a')[$index('b')] = c(1) == 2"),
        ("if (a) b = eval(c)", "if (a) b = eval($layer(c))"),
        ("f(a) == b; g = (a) => eval(a)", "f(a) == b; g = (a) => eval($layer(a))"),
    ],
)
def test_rewriting(source, result):
    assert rewritten(source) == result


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("for(var i=0;i<100000000;i++);", "for(var i=0;i<100000000;i=100000000);"),
        ("for (i = 1; i <= 90000; ++i) {}", "for (i = 1; i <= 90000; i=90001) {}"),
        ("for(n=0;n<12451;n++){if(6276==i)return r[i-6275]}", "for(n=0;n<12451;n=12451){if(6276==i)return r[i-6275]}"),
        ("for(n=0;n<12451;n++){if(6276==n)return 1}", "for(n=0;n<12451;n++){if(6276==n)return 1}"),
        ("for(n=0;n<12451;n++){if(i=1)return 1}", "for(n=0;n<12451;n++){if(i=1)return 1}"),
        ("for(n=0;n<12451;n++){s+=1}", "for(n=0;n<12451;n++){s+=1}"),
        ("s = 'for(n=0;n<12451;n++);'", "s = 'for(n=0;n<12451;n++);'"),
    ],
)
def test_loops_that_only_take_time_go_round_once(source, result):
    assert rewritten(source) == result


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("/*@cc_on @*/ a", "a"),
        ("/*@cc_on a @*/", "a"),
        ("//@cc_on\n/*@if (@_jscript) a @else b @end @*/", "a"),
        ("/*@cc_on @if (@_mac) a @elif (@_win32 && @_jscript_version > 5) b @else c @end @*/", "b"),
        ("/*@cc_on @if (0) a @if (1) b @end @else c @end @*/", "c"),
        ("@cc_on\n@set @n = 4\na = @n", "a = (4)"),
        ("@cc_on a = @nobody", "a = NaN"),
        ("x = '@cc_on @if (1)' // @if", "x = '@cc_on @if (1)' // @if"),
    ],
)
def test_conditional_compilation(source, kept):
    assert rewritten(source).split() == kept.split()


def test_conditions_are_decided_in_no_time():
    assert rewritten("/*@cc_on @if ((function(){for(;;);})()) a @else b @end @*/").strip() == "b"


@given(st.text(alphabet="aeval(){}[]'\"/*\\\n=.;@ifcn_+ `$", max_size=80))
def test_no_character_is_lost(source):
    assert "".join(text for _, text in tokens(source)) == source
    rewritten(source)
