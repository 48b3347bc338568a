import pytest
from evaluate.com.program import run, units, value
from hypothesis import given
from hypothesis import strategies as st

STREAM = 'Set s = CreateObject("ADODB.Stream"): s.Open\n'


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ('s.WriteText "aé": s.Position = 0', "s.Size", 6),
        ('s.WriteText "aé": s.Position = 0', "s.ReadText", "aé"),
        ('s.Charset = "utf-8": s.WriteText "aé"', "s.Size", 6),
        ('s.Charset = "us-ascii": s.WriteText "abc"', "s.Size", 3),
        ('s.Charset = "Windows-1252": s.WriteText "é": s.Position = 0: s.Type = 1: b = s.Read', "b(0)", 0xE9),
        (
            's.Charset = "us-ascii": s.WriteText "ab" & vbCrLf & "cd": s.Position = 0',
            's.ReadText(-2) & "|" & s.ReadText(1) & s.EOS',
            "ab|cFalse",
        ),
        ('s.WriteText "ab", 1: s.Position = 0', "s.ReadText", "ab\r\n"),
        ('s.Charset = "us-ascii": s.WriteText "abc": s.Position = 1: s.SetEOS', "s.Size", 1),
        (
            's.Charset = "us-ascii": s.WriteText "abc": Set t = CreateObject("ADODB.Stream"): t.Open: s.Position = 1: s.CopyTo t: ',
            "t.Size",
            6,
        ),
        ("", "s.State & s.Type & s.Charset", "12Unicode"),
    ],
)
def test_stream(before, expression, expected):
    assert value(expression, STREAM + before) == expected


def test_text_written_becomes_a_file():
    outcome = run(STREAM + 's.Charset = "us-ascii": s.WriteText "WScript.Echo 1": s.SaveToFile "C:\\Users\\Public\\a.vbs", 2')
    assert outcome.effects() == [("write", r"C:\Users\Public\a.vbs")]
    assert outcome.texts() == ["WScript.Echo 1"]


def test_loading_what_was_saved():
    outcome = run(
        STREAM
        + """
        s.Charset = "utf-8": s.WriteText "aé": s.SaveToFile "a.txt": s.Close
        s.Open: s.Type = 2: s.LoadFromFile "a.txt"
        Main = s.ReadText
        """
    )
    assert outcome.value == "aé"


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("s.Open", 3705),
        ("s.Close: s.Close", 3704),
        ('s.LoadFromFile "none.txt"', 3002),
        ("x = s.Read", 3219),
        ('s.Charset = "no-such"', 3001),
        ("s.Type = 7", 3001),
        ("s.Position = -1", 3001),
        ('s.SaveToFile "a.txt": s.SaveToFile "a.txt"', 3004),
        ('s.Type = 1: s.WriteText "x"', 3219),
        ('s.WriteText "x": s.Type = 1', 3219),
    ],
)
def test_stream_errors(statement, number):
    assert run(STREAM + statement).error == number


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["utf-8", "unicode", "Windows-1252", "iso-8859-1"]))
def test_text_comes_back(text, charset):
    if charset not in ("utf-8", "unicode"):
        text = text.encode("latin-1", "ignore").decode("latin-1")
        if charset == "Windows-1252":
            text = "".join(c for c in text if not "\x80" <= c <= "\x9f")
    text = "".join(c for c in text if c not in '\r\n"\0' and c.isprintable())
    before = f'{STREAM}s.Charset = "{charset}": s.WriteText "{text}": s.Position = 0'
    assert units(value("s.ReadText", before)) == units(text)


def test_record_set_turns_bytes_into_text():
    outcome = run(
        """
        Set x = CreateObject("MSXML2.DOMDocument").createElement("a"): x.dataType = "bin.hex": x.Text = "68690d0a"
        Set rs = CreateObject("ADODB.Recordset")
        rs.Fields.Append "mBinary", 201, 4
        rs.Open
        rs.AddNew
        rs("mBinary").AppendChunk x.nodeTypedValue
        rs.Update
        Main = rs("mBinary").GetChunk(4) & rs.Fields("MBINARY").ActualSize & rs.RecordCount
        """
    )
    assert outcome.value == "hi\r\n41"


def test_rows_in_memory():
    outcome = run(
        """
        Set rs = CreateObject("ADODB.Recordset")
        rs.Fields.Append "n", 200, 10: rs.Fields.Append "v", 3: rs.Open
        For i = 1 To 3: rs.AddNew: rs("n") = "r" & i: rs("v").Value = i * 2: rs.Update: Next
        rs.MoveFirst
        Do Until rs.EOF: Main = Main & rs("n") & rs.Fields(1).Value & ";": rs.MoveNext: Loop
        rs.MoveFirst: Main = Main & rs.GetString(2, -1, "-", "|")
        """
    )
    assert outcome.value == "r12;r24;r36;r1-2|r2-4|r3-6|"


def test_databases_are_asked_and_answer_once():
    outcome = run(
        """
        Set c = CreateObject("ADODB.Connection"): c.Open "Provider=SQLOLEDB;Data Source=192.0.2.1"
        Set rs = c.Execute("SELECT a FROM t")
        Do Until rs.EOF: n = n + 1: x = rs("a"): rs.MoveNext: Loop
        c.Execute "EXEC master..xp_cmdshell 'ping 192.0.2.2'"
        Main = n
        """
    )
    assert outcome.value == 1
    assert outcome.effects() == [("open", "Provider=SQLOLEDB;Data Source=192.0.2.1"), ("run", "ping 192.0.2.2")]
