import pytest
from evaluate.vba.run import NULL, Date, Unknown, error, run, value

VALUES = [
    ("CLng(2.5)", 2),
    ("CLng(3.5)", 4),
    ('CLng("&H1F")', 31),
    ('CLng(" 12 ")', 12),
    ("CLng(True)", -1),
    ("CLng(Empty)", 0),
    ('CInt("32767")', 32767),
    ("CInt(-0.5)", 0),
    ("CByte(255)", 255),
    ('CByte("1e2")', 100),
    ("CLngLng(5000000000)", 5000000000),
    ('CDbl("1,234.5")', 1234.5),
    ("CDbl(1)", 1.0),
    ("CSng(0.1234567891)", 0.1234568),
    ("CCur(1.23456)", 1.2346),
    ('CDec("79228162514264337593543950335")', 79228162514264337593543950335),
    ("CDec(2.5)", 2.5),
    ('CBool("true")', True),
    ('CBool("0")', False),
    ("CBool(5)", True),
    ("CStr(1.5)", "1.5"),
    ("CStr(True)", "True"),
    ("CStr(1E+20)", "1E+20"),
    ("CStr(0.1)", "0.1"),
    ("CStr(Empty)", ""),
    ("CStr(CVErr(2042))", "Error 2042"),
    ("CStr(#1/20/2021#)", "2021/01/20"),
    ('CDate("2021/1/20 10:00:00")', Date(44216.416666666664)),
    ("CDate(36526)", Date(36526.0)),
    ("CVDate(1.5)", Date(1.5)),
    ("CVar(7)", 7),
    ('Val("    1615 198th Street N.E.")', 1615198.0),
    ('Val("    2 45 7")', 2457.0),
    ('Val("24 and 57")', 24.0),
    ('Val("-1.5e2x")', -150.0),
    ('Val("&HFFFF")', -1.0),
    ('Val("&HFFFF&")', 65535.0),
    ('Val("&H10000")', 65536.0),
    ('Val("&O17")', 15.0),
    ('Val("")', 0.0),
    ('Val("abc")', 0.0),
    ('Val(".5.5")', 0.5),
    ('Val("1,5")', 1.0),
    ("Str(459)", " 459"),
    ("Str(-459.65)", "-459.65"),
    ("Str(0.5)", " 0.5"),
    ("Hex(5)", "5"),
    ("Hex(459)", "1CB"),
    ("Hex(-1)", "FFFF"),
    ("Hex(-40000)", "FFFF63C0"),
    ("Hex(2147483648#)", "80000000"),
    ("Hex(15.6)", "10"),
    ("Hex(Null)", NULL),
    ('Hex("255")', "FF"),
    ("Oct(8)", "10"),
    ("Oct(459)", "713"),
    ("Oct(-1)", "177777"),
    ("Int(99.8)", 99.0),
    ("Int(-99.8)", -100.0),
    ("Int(-99.2)", -100.0),
    ("Fix(-99.8)", -99.0),
    ("Fix(99.2)", 99.0),
    ("Int(7)", 7),
    ('Int("3.7")', 3.0),
    ("Int(Null)", NULL),
    ("Error(6)", "Overflow"),
    ("Error(11)", "Division by zero"),
    ("Error(0)", ""),
    ("Error(1000)", "Application-defined or object-defined error"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


ERRORS = [
    ("CLng(2147483648#)", 6),
    ('CLng("x")', 13),
    ('CLng("")', 13),
    ("CLng(Null)", 94),
    ("CInt(32768)", 6),
    ("CByte(256)", 6),
    ("CByte(-1)", 6),
    ('CBool("maybe")', 13),
    ('CDate("not a date")', 13),
    ("CStr(Null)", 94),
    ("CStr(Array(1))", 13),
    ("CCur(1E+20)", 6),
    ("CLng()", 450),
    ("Val(Null)", 94),
    ('Val("1e999")', 6),
    ('Hex("x")', 13),
    ("CVErr(70000)", 5),
    ("CVErr(5) + 1", 13),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_hex_knows_how_a_variable_was_declared():
    assert run("Function Main()\nDim n As Long\nn = -1\nMain = Hex(n)\nEnd Function").value == "FFFFFFFF"
    assert run("Function Main()\nDim n As Integer\nn = -1\nMain = Hex(n)\nEnd Function").value == "FFFF"


def test_integers_of_vba_overflow_and_those_of_vbscript_grow():
    assert error('Asc("z") * 1000') == 6
    assert run('MsgBox Asc("z") * 1000 & " " & CInt(300) * 300', vbscript=True).effects("dialog") == ["122000 90000"]


def test_unknown():
    found = value("CLng(a) + 1", Unknown("cell A1"))
    assert isinstance(found, Unknown)
    assert found.text() == "<Unknown: cell A1>"


def test_error_values_compare():
    assert value("CVErr(5) = CVErr(5)") is True
    assert value("CVErr(5) = CVErr(6)") is False


def test_arithmetic_of_vbscript_widens():
    assert run("MsgBox 200 * 200 & (2147483647 + 1)", vbscript=True).effects("dialog") == ["400002147483648"]
