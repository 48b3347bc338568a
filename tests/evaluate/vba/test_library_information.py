import pytest
from evaluate.vba.run import NULL, error, run, value

VALUES = [
    ("TypeName(1)", "Integer"),
    ("TypeName(100000)", "Long"),
    ("TypeName(1.5)", "Double"),
    ('TypeName("a")', "String"),
    ("TypeName(True)", "Boolean"),
    ("TypeName(Empty)", "Empty"),
    ("TypeName(Null)", "Null"),
    ("TypeName(Nothing)", "Nothing"),
    ("TypeName(#1/1/2021#)", "Date"),
    ("TypeName(Array(1))", "Variant()"),
    ('TypeName(Split("a"))', "String()"),
    ("TypeName(CVErr(1))", "Error"),
    ("TypeName(New Collection)", "Collection"),
    ("TypeName(Err)", "ErrObject"),
    ("VarType(1)", 2),
    ("VarType(100000)", 3),
    ("VarType(1.5)", 5),
    ('VarType("a")', 8),
    ("VarType(Empty)", 0),
    ("VarType(Null)", 1),
    ("VarType(Nothing)", 9),
    ("VarType(CVErr(1))", 10),
    ("VarType(True)", 11),
    ("VarType(Array(1))", 8204),
    ('VarType(Split("a"))', 8200),
    ("IsArray(Array(1))", True),
    ("IsArray(1)", False),
    ('IsDate("2021/1/20")', True),
    ('IsDate("February 30, 2021")', False),
    ('IsDate("10:30")', True),
    ('IsDate("x")', False),
    ("IsDate(#1/1/2021#)", True),
    ("IsDate(1)", False),
    ("IsEmpty(Empty)", True),
    ('IsEmpty("")', False),
    ("IsNull(Null)", True),
    ('IsNull("")', False),
    ("IsError(CVErr(2042))", True),
    ("IsError(1)", False),
    ('IsNumeric("1.5e3")', True),
    ('IsNumeric("&H1F")', True),
    ('IsNumeric("12abc")', False),
    ('IsNumeric("")', False),
    ("IsNumeric(Empty)", True),
    ("IsNumeric(True)", True),
    ("IsNumeric(#1/1/2021#)", False),
    ("IsNumeric(Null)", False),
    ("IsNumeric(New Collection)", False),
    ("IsObject(Nothing)", True),
    ("IsObject(New Collection)", True),
    ("IsObject(1)", False),
    ("QBColor(4)", 128),
    ("QBColor(9)", 16711680),
    ("RGB(255, 0, 0)", 255),
    ("RGB(0, 300, 1)", 130816),
    ("LBound(Array(1, 2, 3))", 0),
    ("UBound(Array(1, 2, 3))", 2),
    ("UBound(Array())", -1),
    ("Erl", 0),
    ("IMEStatus", 0),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


ERRORS = [
    ("QBColor(16)", 5),
    ("RGB(-1, 0, 0)", 5),
    ("UBound(1)", 13),
    ("UBound(Array(1), 2)", 9),
    ("LBound(Nothing)", 91),
    ("TypeName()", 450),
]


@pytest.mark.parametrize(("expression", "number"), ERRORS)
def test_error(expression, number):
    assert error(expression) == number


def test_the_declared_type_of_a_variable_is_its_name():
    program = "Function Main()\nDim n As Long, b As Byte, s As Single\nMain = TypeName(n) & VarType(b) & TypeName(s)\nEnd Function"
    assert run(program).value == "Long17Single"


def test_bounds_of_declared_arrays():
    program = """
    Function Main()
        Dim a(3 To 7, 2) As Long, d() As Byte
        On Error Resume Next
        Main = LBound(a) & UBound(a) & LBound(a, 2) & UBound(a, 2) & TypeName(a) & VarType(d)
        Main = Main & UBound(d) & "!"
        Main = Main & Err.Number
    End Function
    """
    assert run(program).value == "3702Long()82099"


def test_option_base_is_the_lower_bound_of_array():
    assert value("LBound(Array(1, 2))", declarations="Option Base 1") == 1
    assert value('LBound(Split("a b"))', declarations="Option Base 1") == 0


def test_missing_arguments():
    program = "Function F(Optional x)\nF = IsMissing(x)\nEnd Function\nFunction Main()\nMain = F() & F(1)\nEnd Function"
    assert run(program).value == "TrueFalse"


def test_err():
    program = """
    Function Main()
        On Error Resume Next
        Err.Raise 513, "here", "my own"
        Main = Err.Number & Err.Source & Err.Description & Err
        Err.Clear
        Main = Main & Err.Number & Err.Description
        x = 1 / 0
        Main = Main & Err & Err.Description
        Err.Raise Number:=13
        Main = Main & Err.Description
        Error 53
        Main = Main & Error & Error(55)
        Err = 6
        Main = Main & Err.Number & Err.Description
    End Function
    """
    expected = "513heremy own513", "0", "11Division by zero", "Type mismatch", "File not found", "File already open", "6File not found"
    assert run(program).value == "".join(expected)


def test_an_error_that_is_not_handled_ends_the_program():
    result = run('Sub Main()\nErr.Raise vbObjectError + 1, , "x"\nEnd Sub')
    assert (result.error.number, result.error.description) == (-2147221503, "x")
    assert run("Sub Main()\nErr.Raise 0\nEnd Sub").error.number == 5


def test_collection():
    program = """
    Function Main()
        Dim c As New Collection, x
        c.Add "one", "K1"
        c.Add "three"
        c.Add Item:="two", Before:=2
        c.Add "four", , , 3
        c.Add Key:="k0", Item:="zero", Before:="k1"
        For Each x In c: Main = Main & x & " ": Next
        Main = Main & c.Count & c("K1") & c(1) & c.Item(3)
        c.Remove "k1"
        c.Remove 1
        Main = Main & c.Count & c(1)
    End Function
    """
    assert run(program).value == "zero one two three four 5onezerotwo3two"


COLLECTION_ERRORS = [
    ("c(4)", 9),
    ("c(0)", 9),
    ('c("nothing")', 5),
    ("c.Item(Null)", 94),
]


@pytest.mark.parametrize(("expression", "number"), COLLECTION_ERRORS)
def test_collection_errors(expression, number):
    result = run(f'Function Main()\nDim c As New Collection\nc.Add 1, "a"\nMain = {expression}\nEnd Function')
    assert result.error.number == number


def test_a_key_may_stand_once():
    assert run('Sub Main()\nDim c As New Collection\nc.Add 1, "a"\nc.Add 2, "A"\nEnd Sub').error.number == 457


def test_null_is_null():
    assert value("Null") is NULL
