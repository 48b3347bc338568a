import pytest
from evaluate.com.program import run, value

CLASS = "new:{1C3B4210-F441-11CE-B9EA-00AA006B1A69}"


def test_what_is_put_there_is_found_there():
    before = f'Set d = CreateObject("{CLASS}"): d.SetText "abc": d.PutInClipboard\n'
    assert value("e.GetText & e.GetFormat(1)", before + 'Set e = CreateObject("MSForms.DataObject"): e.GetFromClipboard') == "abcTrue"


@pytest.mark.parametrize("before", ["", 'd.SetText "a": d.Clear: '])
def test_nothing_to_get(before):
    assert run(f'Set d = CreateObject("{CLASS}"): {before}x = d.GetText').error == -2147221404
