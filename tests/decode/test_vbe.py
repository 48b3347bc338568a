from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.decode.vbe import _ALPHABETS, _PICK, _PICK_ON, _PLAIN, decode, undo_script_encoder
from emoscan.model import Artifact, Child, Problem
from emoscan.registry import discover, sniff

discover()

# As Microsoft's encoder writes it: 14 characters, of which one is a DEL.
HELLO = "#@~^DgAAAA==\\ko$K6,JC\x7fV^GJqAQAAA==^#~@"


def encode(text):
    """By the rules of the format: the alphabet is picked by the number of the character, five of them are escaped."""
    escapes = {"\n": "@&", "\r": "@#", ">": "@*", "<": "@!", "@": "@$"}
    picks = _PICK + _PICK_ON
    letters, place = [], 0
    for letter in text:
        if letter in escapes:
            letters.append(escapes[letter])
        elif letter in _PLAIN:
            letters.append(chr(_ALPHABETS[picks[place % 64]][_PLAIN.index(letter)]))
        else:
            letters.append(letter)
        place += letter.isascii()
    return "".join(letters)


def run(text, kind="script.encoded"):
    return list(undo_script_encoder(Artifact(kind, text.encode("utf-8", "surrogatepass")), Context(Budget(Limits()))))


def test_what_the_encoder_wrote():
    assert sniff(HELLO.encode()) == ("script.encoded",)
    assert [(c.kind, c.data, c.how) for c in run(HELLO) if isinstance(c, Child)] == [
        ("script.vbs", b'MsgBox "Hello"', "Windows Script Encoder")
    ]


def test_each_alphabet_has_every_character_once():
    for alphabet in _ALPHABETS:
        assert len(alphabet) == len(_PLAIN) == 97
        assert sorted(set(alphabet) - {ord("?")}) == [c for c in (9, *range(32, 128)) if chr(c) not in "<>@?"]


def test_blocks_in_a_page():
    script = 'Set a = CreateObject("WScript.Shell")\r\na.Run "cmd /c echo inert", 0\r\n'
    page = f'<html><script language="VBScript.Encode">#@~^AAAAAA=={encode(script)}AAAAAA==^#~@</script>{HELLO}</html>'
    assert [c.data.decode() for c in run(page, "text.html") if isinstance(c, Child)] == [script, 'MsgBox "Hello"']


def test_a_block_without_an_end_is_read_and_said_to_be_cut():
    items = run(HELLO[:-14])
    assert [p.name for p in items if isinstance(p, Problem)] == ["script-encoder"]
    assert [c.data for c in items if isinstance(c, Child)] == [b'MsgBox "Hell']


def test_ordinary_scripts_hold_none():
    assert run("a = b #@~ ^ c == d", "script.js") == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_encoded_and_back(text):
    assert decode(encode(text)) == text


@given(st.text(max_size=200))
def test_any_text(text):
    run(text)
    run("#@~^AAAAAA==" + text)


def test_linear():
    assert_linear(run, "#@~^AAAAAA==", 15_000)
    assert_linear(run, HELLO, 3_000)
