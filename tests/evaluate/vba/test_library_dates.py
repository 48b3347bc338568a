import pytest
from evaluate.vba.run import NULL, error, run, value

# Dates are compared as text, in the form the world's Windows writes them.
VALUES = [
    ("DateSerial(2021, 1, 20)", "2021/01/20"),
    ("DateSerial(2021, 14, -1)", "2022/01/30"),
    ("DateSerial(99, 1, 1)", "1999/01/01"),
    ("DateSerial(29, 1, 1)", "2029/01/01"),
    ("DateSerial(1990 - 10, 8 - 2, 1 - 1)", "1980/05/31"),
    ('DateValue("January 20, 2021")', "2021/01/20"),
    ('DateValue("2021/01/20 10:00")', "2021/01/20"),
    ('TimeValue("2:24PM")', "14:24:00"),
    ("TimeSerial(12 - 6, -15, 0)", "5:45:00"),
    ('DateAdd("m", 1, #1/31/2021#)', "2021/02/28"),
    ('DateAdd("yyyy", -1, #2/29/2020#)', "2019/02/28"),
    ('DateAdd("q", 1, #11/30/2020#)', "2021/02/28"),
    ('DateAdd("d", 40, #1/1/2021#)', "2021/02/10"),
    ('DateAdd("ww", 2, #1/1/2021#)', "2021/01/15"),
    ('DateAdd("h", 25, #1/1/2021#)', "2021/01/02 1:00:00"),
    ('DateAdd("n", -1, #1/1/2021#)', "2020/12/31 23:59:00"),
    ('DateAdd("s", 3661, #1/1/2021#)', "2021/01/01 1:01:01"),
    ("#1/20/2021# + 1", "2021/01/21"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_date(expression, expected):
    assert value(f"CStr({expression})") == expected


NUMBERS = [
    ("Year(#1/20/2021#)", 2021),
    ("Month(#1/20/2021#)", 1),
    ("Day(#1/20/2021#)", 20),
    ("Hour(#4:35:17 PM#)", 16),
    ("Minute(#4:35:17 PM#)", 35),
    ("Second(#4:35:17 PM#)", 17),
    ("Year(0)", 1899),
    ("Year(Null)", NULL),
    ('Year("2021/1/20")', 2021),
    ("Weekday(#1/20/2021#)", 4),  # a Wednesday
    ("Weekday(#1/20/2021#, vbMonday)", 3),
    ('DateDiff("yyyy", #12/31/2020#, #1/1/2021#)', 1),
    ('DateDiff("m", #1/31/2021#, #2/1/2021#)', 1),
    ('DateDiff("q", #3/31/2021#, #4/1/2021#)', 1),
    ('DateDiff("d", #1/1/2021#, #1/20/2021 11:00 PM#)', 19),
    ('DateDiff("w", #1/1/2021#, #1/20/2021#)', 2),
    ('DateDiff("ww", #1/2/2021#, #1/3/2021#)', 1),  # Saturday, Sunday
    ('DateDiff("h", #10:59:00 AM#, #11:01:00 AM#)', 1),
    ('DateDiff("s", #10:00:00 AM#, #10:01:01 AM#)', 61),
    ('DateDiff("d", #1/20/2021#, #1/1/2021#)', -19),
    ('DatePart("yyyy", #1/20/2021#)', 2021),
    ('DatePart("q", #5/1/2021#)', 2),
    ('DatePart("y", #2/1/2021#)', 32),
    ('DatePart("w", #1/20/2021#)', 4),
    ('DatePart("ww", #1/20/2021#)', 4),
    ('DatePart("ww", #1/3/2021#, vbMonday, vbFirstFourDays)', 53),
    ('DatePart("ww", #1/4/2021#, vbMonday, vbFirstFourDays)', 1),
    ('DatePart("h", #1/20/2021 10:24:36#)', 10),
    ('DatePart("n", #1/20/2021 10:24:36#)', 24),
    ('DatePart("s", #1/20/2021 10:24:36#)', 36),
]


@pytest.mark.parametrize(("expression", "expected"), NUMBERS)
def test_number(expression, expected):
    assert value(expression) == expected


ERRORS = [
    ('DateAdd("x", 1, 1)', 5),
    ('DateAdd("d", 1E+10, #1/1/2021#)', 5),
    ('DateDiff("x", 1, 2)', 5),
    ('DateValue("no")', 13),
    ('TimeValue("25:00")', 13),
    ("DateSerial(10000, 1, 1)", 5),
    ("DateSerial(40000, 1, 1)", 6),
    ("Weekday(1, 9)", 5),
    ('Year("x")', 13),
    ("Month(3000000)", 6),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_the_clock_is_the_worlds():
    assert value('Format(Date, "yyyy-mm-dd")') == "2021-01-20"
    assert value('Format(Now, "yyyy-mm-dd hh:nn")') == "2021-01-20 10:24"
    assert value("Hour(Time)") == 10
    assert value("Int(Timer / 60)") == 624.0


def test_asking_for_the_date_is_recorded_once():
    result = run("Function Main()\nDim i\nFor i = 1 To 10: Main = Date: Next\nEnd Function")
    assert result.effects("query") == ["Date"]


@pytest.mark.parametrize(
    "loop",
    [
        "t = Timer + 5: Do While Timer < t: DoEvents: Loop",
        'e = DateAdd("s", 300, Now): Do Until Now > e: Loop',
        "s = Timer: While Timer - s < 60: Wend",
    ],
)
def test_waiting_ends(loop):
    result = run(f"Function Main()\n{loop}\nMain = 1\nEnd Function")
    assert result.value == 1
    assert result.problems == []


def test_the_clock_can_be_set():
    program = "Function Main()\nDate = #5/1/2022#\nTime = #3:00:00 AM#\nMain = Format(Now, 'yyyy-mm-dd hh')\nEnd Function".replace("'", '"')
    assert run(program).value == "2022-05-01 03"


def test_dates_before_the_first_day():
    assert value("Hour(-1.25)") == 6
    assert value("Day(-1.25)") == 29
    assert value('CDbl(DateAdd("h", 1, CDate(-1.25))) = -(1 + 7 / 24)') is True
