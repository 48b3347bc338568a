import pytest
from evaluate.vba.run import NULL, error, value

from emoscan.evaluate.core.world import Profile

NUMBERS = [
    # Microsoft's examples of the Format function, and of its page on user-defined numeric formats.
    ('Format(5459.4, "##,##0.00")', "5,459.40"),
    ('Format(334.9, "###0.00")', "334.90"),
    ('Format(5, "0.00%")', "500.00%"),
    ('Format(5, "")', "5"),
    ('Format(-5, "0")', "-5"),
    ('Format(0.5, "0")', "1"),
    ('Format(-5, "0.00")', "-5.00"),
    ('Format(5, "#,##0;(#,##0)")', "5"),
    ('Format(-5, "#,##0;(#,##0)")', "(5)"),
    ('Format(0, "$#,##0.00;($#,##0.00);Zero")', "Zero"),
    ('Format(Null, "0;-0;z;none")', "none"),
    ('Format(5, "0%")', "500%"),
    ('Format(0.5, "0.00E+00")', "5.00E-01"),
    ('Format(50000, "0.00E+00")', "5.00E+04"),
    ('Format(50000, "0.00E-00")', "5.00E04"),
    ('Format(99999, "0.0E+0")', "1.0E+5"),
    ('Format(0.5, ".00")', ".50"),
    ('Format(12.5, ".00")', "12.50"),
    ('Format(0.5, "#.##")', ".5"),
    ('Format(5, "#.##")', "5."),
    ('Format(0, "#")', ""),
    ('Format(1234567, "#,##0")', "1,234,567"),
    ('Format(1234567, "#,##0,")', "1,235"),
    ('Format(1500000, "0,,.0")', "1.5"),
    ('Format(7, "000")', "007"),
    ('Format(5551234, "000-0000")', "555-1234"),
    ('Format(123, "\\a0\\b")', "a123b"),
    ('Format(123, """n=""0")', "n=123"),
    ('Format("12.345", "0.0")', "12.3"),
    ('Format("abc", "0.0")', "abc"),
    ('Format(2.345, "0.00")', "2.35"),
    ('Format(1E+20, "0")', "100000000000000000000"),
    ('Format(1234.5, "Standard")', "1,234.50"),
    ('Format(1234.5, "Fixed")', "1234.50"),
    ('Format(0.123, "Percent")', "12.30%"),
    ('Format(1234.5, "Scientific")', "1.23E+03"),
    ('Format(1234.5, "General Number")', "1234.5"),
    ('Format(1234.5, "Currency")', "$1,234.50"),
    ('Format(-1234.5, "Currency")', "-$1,234.50"),
    ('Format(0, "Yes/No")', "No"),
    ('Format(3, "True/False")', "True"),
    ('Format(1, "On/Off")', "On"),
    ('Format(True, "0")', "-1"),
    ("Format(True)", "True"),
    ("Format(1.5)", "1.5"),
    ("Format(Null)", ""),
]

DATES = [
    ('Format(#1/27/1993 5:04:23 PM#, "h:m:s")', "17:4:23"),
    ('Format(#1/27/1993 5:04:23 PM#, "hh:mm:ss am/pm")', "05:04:23 pm"),
    ('Format(#1/27/1993 5:04:23 PM#, "hh:mm:ss AM/PM")', "05:04:23 PM"),
    ('Format(#1/27/1993 5:04:23 PM#, "h:nn a/p")', "5:04 p"),
    ('Format(#1/27/1993#, "dddd, mmm d yyyy")', "Wednesday, Jan 27 1993"),
    ('Format(#1/27/1993#, "d-mmm-yy")', "27-Jan-93"),
    ('Format(#1/27/1993#, "mmmm")', "January"),
    ('Format(#1/27/1993#, "ddd w ww y q")', "Wed 4 5 27 1"),
    ('Format(#1/27/1993 5:04:23 PM#, "c")', "1/27/1993 17:04:23"),
    ('Format(#1/27/1993#, "Short Date")', "1/27/1993"),
    ('Format(#1/27/1993#, "Long Date")', "Wednesday, January 27, 1993"),
    ('Format(#5:04:23 PM#, "Long Time")', "17:04:23"),
    ('Format(#5:04:23 PM#, "Short Time")', "17:04"),
    ('Format(#5:04:23 PM#, "Medium Time")', "05:04 PM"),
    ('Format(#1/27/1993#, "yyyymmdd")', "19930127"),
    ('Format("2021/1/20", "dd.mm.yyyy")', "20.01.2021"),
    ('Format(44216, "yyyy-mm-dd")', "2021-01-20"),
    ('Format("no date", "yyyy")', "no date"),
    ('Format(#1/27/1993#, "dd \\d\\e mmmm")', "27 de January"),
]

TEXTS = [
    ('Format("HELLO", "<")', "hello"),
    ('Format("This is it", ">")', "THIS IS IT"),
    ('Format("abc", "@@@@@")', "  abc"),
    ('Format("abc", "!@@@@@")', "abc  "),
    ('Format("abc", "&&&&&")', "abc"),
    ('Format("5551234", "@@@-@@@@")', "555-1234"),
    ('Format("abcdef", "@@-@@")', "abcd-ef"),
    ('Format("", "@;empty")', "empty"),
    ('Format("Abc", "<@@@@")', " abc"),
    ('Format(123, "@@@@@")', "  123"),
]


@pytest.mark.parametrize(("expression", "expected"), NUMBERS + DATES + TEXTS)
def test_format(expression, expected):
    assert value(expression) == expected


JAPANESE = [
    ('Format(#1/27/2021#, "Long Date")', "2021年1月27日"),
    ('Format(#1/27/2021#, "Short Date")', "2021/01/27"),
    ('Format(#1/27/2021#, "ggge年m月d日(aaa)")', "令和3年1月27日(水)"),
    ('Format(#1/27/1988#, "gee.mm.dd aaaa")', "S63.01.27 水曜日"),
    ('Format(#5:04:23 PM#, "AMPM hh:nn")', "午後 05:04"),
    ('Format(1234.5, "Currency")', "¥1,235"),
    ("FormatCurrency(-5)", "-¥5"),
    ("MonthName(1)", "1月"),
    ("WeekdayName(1)", "日曜日"),
    ("FormatDateTime(#1/27/2021#, vbLongDate)", "2021年1月27日"),
]


@pytest.mark.parametrize(("expression", "expected"), JAPANESE)
def test_japanese(expression, expected):
    assert value(expression, profile=Profile()) == expected


KIN = [
    ("FormatNumber(1234.567)", "1,234.57"),
    ("FormatNumber(1234.567, 1)", "1,234.6"),
    ("FormatNumber(0.5, 1, 0)", ".5"),
    ("FormatNumber(-5, 0, -1, -1)", "(5)"),
    ("FormatNumber(1234, 0, -2, -2, 0)", "1234"),
    ("FormatPercent(0.1234)", "12.34%"),
    ("FormatCurrency(1234.5)", "$1,234.50"),
    ("FormatDateTime(#1/27/2021 5:04:23 PM#, 4)", "17:04"),
    ("FormatDateTime(#1/27/2021 5:04:23 PM#)", "1/27/2021 17:04:23"),
    ("MonthName(2)", "February"),
    ("MonthName(2, True)", "Feb"),
    ("WeekdayName(1)", "Sunday"),
    ("WeekdayName(1, True, vbMonday)", "Mon"),
]


@pytest.mark.parametrize(("expression", "expected"), KIN)
def test_kin(expression, expected):
    assert value(expression) == expected


ERRORS = [
    ("FormatNumber(1, -2)", 5),
    ('FormatNumber("x")', 13),
    ("FormatDateTime(1, 9)", 5),
    ("MonthName(13)", 5),
    ("WeekdayName(0)", 5),
    ('Format(3000000, "yyyy")', 6),
    ('Format(1, String(200, "%") & "0")', 6),
    ("Format(Array(1), 1)", 13),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_named_arguments():
    assert value('Format(Expression:=7, Format:="000")') == "007"
    assert value("Format(Null)") == ""
    assert value("IsNull(Null) And Format(Null) = vbNullString") is True
    assert NULL is not None
