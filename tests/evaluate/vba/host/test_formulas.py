"""Worksheet formulas, by the values Excel's documentation gives."""

import pytest
from evaluate.vba.host.hosted import DOCUMENT_OF_FORMULAS as DOCUMENT
from evaluate.vba.host.hosted import is_unknown, value
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.vba.host.formulas import parse


def formula(text):
    return value('Evaluate("' + text.replace('"', '""') + '")', DOCUMENT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1+2*3", 7.0),
        ("(1+2)*3", 9.0),
        ("2^3^2", 64.0),
        ("-2^2", 4.0),
        ("50%", 0.5),
        ("1=1", True),
        ('"a"<"B"', True),
        ('"a"&1&TRUE', "a1TRUE"),
        ("A1+B1", 3.0),
        ("SUM(A1:B2)", 10.0),
        ("SUM(A1:A2,B2,5)", 13.0),
        ("AVERAGE(A1:B2)", 2.5),
        ('COUNTIF(A1:B2,">2")', 2.0),
        ("MAX(A:A)", 3.0),
        ('IF(A1>1,"big","small")', "small"),
        ('IFERROR(1/0,"none")', "none"),
        ('CHAR(65)&CHAR(CODE("a")+1)', "Ab"),
        ('MID("abcdef",2,3)', "bcd"),
        ('LEFT("abc")&RIGHT("abc",2)', "abc"),
        ('SUBSTITUTE("a-b-c","-","+",2)', "a-b+c"),
        ('REPLACE("abcdef",2,3,"X")', "aXef"),
        ('REPT("ab",3)', "ababab"),
        ('FIND("c","abc")', 3.0),
        ('SEARCH("B","abc")', 2.0),
        ('TRIM("  a   b ")', "a b"),
        ('PROPER("ab cd")', "Ab Cd"),
        ("LEN(C1)", 5.0),
        ('CONCATENATE(C1,"!",A1)', "hello!1"),
        ('HEX2DEC("FF")', 255.0),
        ("DEC2HEX(255,4)", "00FF"),
        ('BIN2DEC("1010")', 10.0),
        ('HEX2BIN("F")', "1111"),
        ("BITXOR(5,3)", 6.0),
        ("MOD(-3,2)", 1.0),
        ("ROUND(2.5,0)", 3.0),
        ("ROUND(-2.5,0)", -3.0),
        ("ROUNDUP(3.2,0)", 4.0),
        ("INT(-3.2)", -4.0),
        ("TRUNC(-3.7)", -3.0),
        ("SIGN(-3)", -1.0),
        ("POWER(5,2)", 25.0),
        ("LOG(8,2)", 3.0),
        ("EVEN(3)", 4.0),
        ("CEILING(2.5,1)", 3.0),
        ("LARGE(A1:B2,2)", 3.0),
        ("MEDIAN(1,2,9)", 2.0),
        ('CHOOSE(2,"a","b")', "b"),
        ("INDEX(A1:B2,2,1)", 3.0),
        ("SUM(INDEX(A1:B2,0,2))", 6.0),
        ("MATCH(3,A1:A2,0)", 2.0),
        ("VLOOKUP(3,A1:B2,2,FALSE)", 4.0),
        ("ROW(B2)&COLUMN(B2)", "22"),
        ('INDIRECT("A"&2)', 3.0),
        ("OFFSET(A1,1,1)", 4.0),
        ("ADDRESS(2,3)", "$C$2"),
        ("AND(TRUE,1=1)", True),
        ("ISNUMBER(A1)&ISTEXT(C1)", "TRUETRUE"),
        ("DAY(DATE(2021,1,20))", 20.0),
        ("WEEKDAY(DATE(2021,1,20))", 4.0),
        ("Other!A1", "other"),
        ("'My Sheet'!A1", 9.0),
        ("SUM(A1:B2)/SUM(A1,B1)", 10 / 3),
        ("SUMPRODUCT(A1:A2,B1:B2)", 14.0),
    ],
)
def test_values(text, expected):
    found = formula(text)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected


@pytest.mark.parametrize("text", ["NOSUCH(1)", "1+", "((1)", "A1:", '"open', "{1,2}", "CUBEVALUE(1)"])
def test_what_is_not_understood_is_unknown(text):
    assert is_unknown(formula(text))


def test_circular_references_end():
    from evaluate.vba.host.hosted import body

    assert is_unknown(body('Range("A1") = "=A2"\nRange("A2") = "=A1+1"\nMain = Range("A1").Value', DOCUMENT))


@given(st.text(alphabet="A1B2:!,;()+-*/^&=<>\"'%.#RCSUM$ {}", max_size=60))
def test_any_text_parses_or_does_not(text):
    program = parse(text)
    assert program is None or isinstance(program, list)
