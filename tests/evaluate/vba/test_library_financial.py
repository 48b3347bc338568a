import pytest
from evaluate.vba.run import Unknown, error, value

# Microsoft Excel's documented results of the functions of the same names, rounded to cents or millionths.
VALUES = [
    ("Pmt(0.08 / 12, 10, 10000)", 2, -1037.03),
    ("Pmt(0.08 / 12, 10, 10000, 0, 1)", 2, -1030.16),
    ("Pmt(0, 10, 1000)", 2, -100.0),
    ("PV(0.08 / 12, 12 * 20, 500)", 2, -59777.15),
    ("FV(0.06 / 12, 10, -200, -500, 1)", 2, 2581.4),
    ("FV(0.12 / 12, 12, -1000)", 2, 12682.5),
    ("NPer(0.12 / 12, -100, -1000, 10000, 1)", 6, 59.673866),
    ("NPer(0.01, -100, -1000)", 6, -9.578594),
    ("NPer(0, -100, 1000)", 6, 10.0),
    ("Rate(48, -200, 8000)", 6, 0.007701),
    ("IPmt(0.1 / 12, 1, 36, 8000)", 2, -66.67),
    ("PPmt(0.1 / 12, 1, 24, 2000)", 2, -75.62),
    ("NPV(0.1, Array(-10000, 3000, 4200, 6800))", 2, 1188.44),
    ("IRR(Array(-70000, 12000, 15000, 18000, 21000, 26000))", 5, 0.08663),
    ("MIRR(Array(-120000, 39000, 30000, 21000, 37000, 46000), 0.1, 0.12)", 6, 0.126094),
    ("SLN(30000, 7500, 10)", 2, 2250.0),
    ("SYD(30000, 7500, 10, 1)", 2, 4090.91),
    ("SYD(30000, 7500, 10, 10)", 2, 409.09),
    ("DDB(2400, 300, 10 * 12, 1)", 2, 40.0),
    ("DDB(2400, 300, 10, 1, 2)", 2, 480.0),
    ("DDB(2400, 300, 10, 2, 1.5)", 2, 306.0),
    ("DDB(2400, 300, 10, 10)", 2, 22.12),
]


@pytest.mark.parametrize(("expression", "digits", "expected"), VALUES)
def test_value(expression, digits, expected):
    assert round(value(expression), digits) == expected


ERRORS = [
    ("Pmt(0.1, 0, 1000)", 5),
    ("Rate(0, 1, 1)", 5),
    ("Rate(10, 1, 1)", 5),
    ("IPmt(0.1, 0, 10, 100)", 5),
    ("NPer(-2, 1, 1)", 5),
    ("IRR(Array(1, 2, 3))", 5),
    ("MIRR(Array(1, 2), -1, 0)", 5),
    ("NPV(-1, Array(1))", 5),
    ("NPV(0.1, 5)", 13),
    ("SLN(1, 1, 0)", 5),
    ("SYD(1, 1, 5, 6)", 5),
    ("DDB(1, 1, 5, 0)", 5),
    ("FV(1E+200, 1E+10, 1)", 6),
    ("PV(-1.5, 0.5, 1)", 5),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_named_arguments():
    assert round(value("FV(Rate:=0.06 / 12, NPer:=10, Pmt:=-200, PV:=-500, Due:=1)"), 2) == 2581.4


def test_unknown():
    assert isinstance(value("NPV(0.1, Array(1, a))", Unknown("x")), Unknown)
