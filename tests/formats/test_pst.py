"""Data files of Outlook, as a step."""

from fixturelib import outlook
from fixturelib.outlook import Attached, Message
from fixturelib.pst import Folder, pst

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.registry import discover

discover()

INNER = Message(
    [(outlook.SUBJECT, outlook.TEXT16, "inside"), (outlook.BODY, outlook.TEXT16, "Passwort: 4711")], [], [Attached("a.txt", b"deep")]
)
WIRE = "Received: from a by b; Thu, 03 Feb 2022 10:20:31 +0900\r\nFrom: real@a.example\r\nContent-Type: multipart/mixed;\r\n\tboundary=x\r\n--=_parts--: x"
MAIL = Message(
    [
        (outlook.SUBJECT, outlook.TEXT16, "Angebot"),
        (outlook.HEADERS, outlook.TEXT16, WIRE),
        (outlook.HTML, outlook.BINARY, b"<b>hello</b>"),
    ],
    [],
    [Attached("見積.txt", b"nothing"), Attached("--=_parts", INNER)],
)


def graph(data, **limits):
    return expand(data, "x", budget=Budget(Limits(**limits)))


def facts(found, kind):
    return [fact.value for _, fact in found.facts(kind=kind)]


def test_messages_become_mails_with_their_attachments():
    found = graph(pst(Folder("", folders=[Folder("Inbox", [MAIL])])))
    assert not found.troubles
    assert facts(found, "mail.from") == ["real@a.example"]
    assert facts(found, "mail.subject") == ["Angebot", "inside"]
    assert facts(found, "mail.attachment") == ["見積.txt", "--=_parts", "a.txt"]
    assert "4711" in facts(found, "clue.password")
    hows = {edge.how for id_ in found.artifacts for edge in found.parents(id_)}
    assert "mail of the folder 'Inbox'" in hows
    assert b"deep" in {artifact.data for artifact in found.artifacts.values()}


def test_a_text_in_rtf_with_objects_is_looked_at():
    rtf = outlook.packed_rtf(rb"{\rtf1{\object\objocx{\*\objclass Equation.3}}}")
    found = graph(pst(Folder("", [Message([(outlook.RTF, outlook.BINARY, rtf)])])))
    assert "office.rtf" in {artifact.kind for artifact in found.artifacts.values()}


def test_what_its_owner_alone_can_read_is_said_to_be_locked():
    data = bytearray(pst(Folder("", [MAIL])))
    data[513] = 0x10
    assert [trouble.problem.sort for trouble in graph(bytes(data)).troubles] == ["encrypted"]


def test_damage_is_told_and_the_rest_read():
    data = pst(Folder("", [MAIL, INNER]))
    at = data.index("Angebot".encode("utf-16-le"))
    start = data.rindex(b"\xec\xbc", 0, at)
    found = graph(data[:start] + b"\0\0" + data[start + 2 :])
    assert [trouble.problem.name for trouble in found.troubles] == ["pst"]
    assert facts(found, "mail.subject") == ["inside"]


def test_no_store():
    assert [trouble.problem.name for trouble in graph(b"!BDN\0\0\0\0SM\x17\0" + bytes(1_000)).troubles] == ["pst"]
