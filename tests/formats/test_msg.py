"""Outlook's message files, winmail.dat and folders of mails, as steps."""

from contextlib import suppress

import pytest
from fixturelib import outlook
from fixturelib.outlook import Attached, Message
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.parse import Malformed, tnef
from emoscan.parse.rtfcompressed import decompress, html_of
from emoscan.registry import discover, sniff

discover()

INNER = Message([(outlook.SUBJECT, outlook.TEXT16, "inside"), (outlook.BODY, outlook.TEXT16, "Passwort: 4711")])
PLAIN = [
    (outlook.SUBJECT, outlook.TEXT16, "Re: 見積書の件"),
    (outlook.SENDER_NAME, outlook.TEXT16, "営業部 佐藤さん"),
    (outlook.SENDER_ADDRESS, outlook.TEXT16, "indah@toko.example"),
    (outlook.SENT, outlook.TIME, 132883248310000000),
    (outlook.BODY, outlook.TEXT16, "ご確認\n\n佐藤さん\nsato@partner.example"),
]
MAIL = Message(
    PLAIN, [("田中", "tanaka@victim.example")], [Attached("資料.txt", b"parola d'ordine: xy12", "SHIRYO~1.TXT"), Attached("inside", INNER)]
)


def graph(data, **limits):
    return expand(data, "x", budget=Budget(Limits(**limits)))


def facts(found, kind):
    return [fact.value for _, fact in found.facts(kind=kind)]


@pytest.mark.parametrize("data", [MAIL.file(), outlook.tnef(MAIL)], ids=["msg", "tnef"])
def test_a_message(data):
    found = graph(data)
    assert not found.troubles
    assert facts(found, "mail.subject") == ["Re: 見積書の件", "inside"]
    assert facts(found, "mail.from")[0] == "営業部 佐藤さん <indah@toko.example>"
    assert facts(found, "mail.date") == ["Thu, 03 Feb 2022 01:20:31 +0000"]
    assert "name of the sender" in [fact.how for _, fact in found.facts(kind="mail.lure.honorific")]
    assert {("xy12"), ("4711")} <= set(facts(found, "clue.password"))
    names = {name for id_ in found.artifacts for name in found.names(id_)}
    assert {"資料.txt", "inside", "text of the mail"} <= names


def test_recipients_of_a_message_file():
    assert facts(graph(MAIL.file()), "mail.to") == ["田中 <tanaka@victim.example>"]


def test_fields_that_came_over_the_wire_come_first():
    wire = "Received: from a by b; Thu, 03 Feb 2022 10:20:31 +0900\r\nFrom: real@a.example\r\nContent-Type: multipart/mixed;\r\n\tboundary=x\r\nX-Y: 1"
    found = graph(Message([*PLAIN, (outlook.HEADERS, outlook.TEXT16, wire)]).file())
    assert facts(found, "mail.from") == ["real@a.example"]
    assert facts(found, "mail.subject") == ["Re: 見積書の件"]
    assert len(facts(found, "mail.hop")) == 1


ENCAPSULATED = (
    rb"{\rtf1\ansi\ansicpg932\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 PIN\'81\'46 \u12354?4711\htmlrtf \par}\htmlrtf0"
    rb"{\*\htmltag84 <a href=\\\'22x\'22>}{\*\mhtmltag84 <no>}a\{b\}{\*\htmltag92 </a>}\par}"
)


def test_the_page_inside_rtf():
    assert html_of(ENCAPSULATED) == '<p>PIN： あ4711<a href=\\"x">a{b}</a>\r\n'
    assert html_of(rb"{\rtf1\ansi\fromtext a<b\par c}") == "<pre>a&lt;b\r\nc</pre>"
    assert html_of(rb"{\rtf1\ansi ordinary}") == ""


def test_a_message_whose_text_is_rtf():
    found = graph(Message([*PLAIN[:4], (outlook.RTF, outlook.BINARY, outlook.packed_rtf(ENCAPSULATED))]).file())
    assert "text.html" in {artifact.kind for artifact in found.artifacts.values()}
    found = graph(Message([(outlook.RTF, outlook.BINARY, outlook.packed_rtf(rb"{\rtf1 ordinary}"))]).file())
    assert "office.rtf" in {artifact.kind for artifact in found.artifacts.values()}


def test_compressed_rtf():
    # the example of MS-OXRTFCP 4.1.1
    packed = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
    assert decompress(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    # and of 4.1.2: a reference that runs into what it writes
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@given(st.binary(max_size=300), st.integers(0, 600))
@settings(max_examples=150)
def test_damage_never_surprises(junk, at):
    data = outlook.tnef(MAIL)
    for damaged in (tnef.MAGIC + junk, data[:at] + junk[:4] + data[at + 4 :], data[:at]):
        with suppress(Malformed):
            tnef.read(damaged)
    decompress(junk)
    html_of(b"{\\rtf1\\fromhtml " + junk)


@given(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_damaged_message_files_never_surprise(at, junk):
    data = bytearray(MAIL.file())
    at %= len(data)
    data[at : at + len(junk)] = junk
    assert not [t for t in graph(bytes(data)).troubles if t.problem.sort == "failed"]


def test_kinds():
    assert sniff(MAIL.file()) == ("mail.msg",)
    assert sniff(outlook.tnef(MAIL)) == ("mail.tnef",)


def test_a_folder_inside_something():
    mail = "From a@b.example Mon Mar  8 17:40:0{0} 2021\nFrom: a@b.example\nTo: c@d.example\nSubject: {0}\n\nHello {0}\n\n"
    found = graph("".join(mail.format(number) for number in range(3)).encode())
    assert found.artifacts[found.root].kind == "mail.mbox"
    assert facts(found, "mail.subject") == ["0", "1", "2"]
