import pytest
from evaluate.vba.run import NULL, Date, error, run, value

VALUES = [
    ("Abs(-50.3)", 50.3),
    ("Abs(-7)", 7),
    ('Abs("-2")', 2),
    ("Abs(Null)", NULL),
    ("Abs(-2147483648#)", 2147483648.0),
    ("Sgn(-2.4)", -1),
    ("Sgn(0)", 0),
    ("Sgn(12)", 1),
    ("Sqr(4)", 2.0),
    ("Sqr(Empty)", 0.0),
    ("Exp(0)", 1.0),
    ("Log(1)", 0.0),
    ("Round(Atn(1) * 4, 5)", 3.14159),
    ("Round(Sin(1.3), 6)", 0.963558),
    ("Round(Cos(1.3), 6)", 0.267499),
    ("Round(Tan(1.3), 6)", 3.602102),
    ("Round(Exp(1), 6)", 2.718282),
    ("Round(Log(10), 6)", 2.302585),
    ("Round(2.5)", 2.0),
    ("Round(3.5)", 4.0),
    ("Round(-2.5)", -2.0),
    ("Round(1.005, 2)", 1.0),
    ("Round(0.125, 2)", 0.12),
    ("Round(12)", 12),
    ("Round(Null)", NULL),
    # Microsoft's examples of the Partition function.
    ("Partition(5, 0, 99, 5)", "  5:  9"),
    ("Partition(100, 0, 99, 5)", "100:   "),
    ("Partition(-1, 0, 99, 5)", "   : -1"),
    ("Partition(268, 100, 299, 25)", "250:274"),
    ("Partition(1001, 100, 1010, 20)", "1000:1010"),
    # The first numbers of Visual Basic's generator, to seven digits as it prints them.
    ("CSng(Rnd)", 0.7055475),
    ("CSng(Rnd + 0 * Rnd)", 0.7055475),
    ("CSng(Rnd(-1))", 0.224007),
    ("Rnd(0) = Rnd(0)", True),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


ERRORS = [
    ("Sqr(-1)", 5),
    ("Log(0)", 5),
    ("Log(-1)", 5),
    ("Exp(710)", 6),
    ("Round(1.5, -1)", 5),
    ('Sin("x")', 13),
    ("Sqr(Null)", 94),
    ("Partition(1, 5, 5, 1)", 5),
    ("Partition(1, -1, 5, 1)", 5),
    ("Rnd(-1E+300)", 6),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_random_numbers_are_those_of_visual_basic():
    program = "Function Main()\nDim i, t\nFor i = 1 To 5: t = t & CSng(Rnd) & ' ': Next\nMain = t\nEnd Function".replace("'", '"')
    assert run(program).value == "0.7055475 0.533424 0.5795186 0.2895625 0.301948 "


def test_a_seed_gives_the_same_numbers_again():
    program = """
    Function Main()
        Dim x, y
        Rnd -1: Randomize 42: x = Rnd
        Rnd -1: Randomize 42: y = Rnd
        Randomize 43
        Main = (x = y) & (Rnd = y)
    End Function
    """
    assert run(program).value == "TrueFalse"


def test_randomize_without_a_number_is_the_same_in_every_run():
    program = "Function Main()\nRandomize\nMain = Int(Rnd * 1000000)\nEnd Function"
    assert run(program).value == run(program).value


def test_int_of_a_date_is_a_date():
    assert value("Int(#1/20/2021 10:00:00 AM#)") == Date(44216.0)
