"""Where clues for passwords come from."""

import pytest
from fixturelib.archives import Member, zip_file
from fixturelib.mails import Part, alternative, attachment, encoded_word, mail, mixed, text
from linear import assert_linear

from emoscan import engine
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.decrypt.passwords import in_html, in_mail, in_names, in_scripts, in_text
from emoscan.engine import expand
from emoscan.formats.members import OPENED
from emoscan.model import Artifact
from emoscan.registry import discover

discover(("formats", "decrypt"))

HEADERS = [("From", "Taro <yamada@partner.example.test>"), ("To", "sato@victim.example.test"), ("Date", "Fri, 04 Sep 2020 10:00:00 +0900")]


def clues(step, data, *names):
    context = Context(Budget(Limits()), names=names)
    return {fact.value: fact for fact in step(Artifact("text.plain", data), context)}


def test_text_and_page():
    assert clues(in_text, "パスワード：４４３２".encode())["4432"].how == 'text, after "パスワード"'
    assert clues(in_text, b"PW: 77", "readme.txt")["77"].how == 'readme.txt, after "PW"'
    assert clues(in_html, b"<p>Passwort:<b>826</b></p>")["826"].confidence > 0.9


def test_headers():
    found = clues(in_mail, mail([*HEADERS, ("Subject", "PW: abc12")], mixed(text("hello"), attachment("a.zip", b"x"))))
    assert {"abc12", "20200904", "0904", "yamada", "partner", "sato"} <= set(found)
    assert found["abc12"].how == 'subject of the mail, after "PW"'


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Archive-Password", "Kv7-2290"), ("Comments", "Passwort: Kv7-2290"), ("From", '"PW Kv7-2290" <a@b.example.test>')],
)
def test_further_fields(header, value):
    found = clues(in_mail, mail([(header, value), *HEADERS], mixed(text("hello"), attachment("a.zip", b"x"))))
    assert found["Kv7-2290"].confidence > 0.8


def test_names():
    assert {"INV_1010 2020", "1010", "2020"} <= set(clues(in_names, b"", "INV_1010 2020.zip"))
    assert clues(in_names, b"", "Invoice_(pass_Kv7-2290).zip")["Kv7-2290"].confidence > 0.8


def test_the_name_a_page_calls_its_picture_by():
    picture = Part("image/png", b"x", "base64", headers=[("Content-ID", b"<Kv7-2290@01D7>")])
    assert "Kv7-2290" in clues(in_mail, mail(HEADERS, mixed(text("hello"), picture)))


def opened(message):
    graph = expand(message, "a.eml")
    return {a.data: [e.how for e in graph.parents(a.id)] for a in graph.artifacts.values()}, graph


def locked(password, encryption="aes256", data=b"inert document"):
    return attachment("invoice.zip", zip_file([Member("invoice.doc", data, encryption=encryption, password=password)]), "application/zip")


def test_attachment_opens_with_the_words_of_the_mail():
    body = alternative(text("添付ファイルの解凍パスワード：４４３２", "iso-2022-jp"), text("<p>パスワード</p>", "iso-2022-jp", "html"))
    found, graph = opened(mail(HEADERS, mixed(body, locked("4432"))))
    assert found[b"inert document"] == ['AES-256 ZIP, password from text of the mail, after "パスワード"']
    assert [f.value for _, f in graph.facts(kind="opened.password")] == ["4432"]
    assert not graph.troubles


def test_password_in_a_picture_description_the_subject_or_another_attachment():
    for content, subject in (
        (mixed(text('<img alt="PW: k9x2">', subtype="html"), locked("k9x2")), "hello"),
        (mixed(text("see attached"), locked("k9x2")), encoded_word("パスワード：k9x2", "iso-2022-jp")),
        (mixed(text("see attached"), locked("k9x2"), attachment("k9x2.txt", b"x")), "hello"),
        (mixed(locked("k9x2"), text("Password: k9x2")), "hello"),
    ):
        found, _ = opened(mail([*HEADERS, ("Subject", subject)], content))
        assert b"inert document" in found


def test_archive_inside_takes_the_password_of_the_one_around_it():
    inner = zip_file([Member("invoice.doc", b"inert document", encryption="zipcrypto", password="4432")])
    found, _ = opened(mail(HEADERS, mixed(text("PW: 4432"), locked("4432", data=inner))))
    assert b"inert document" in found


def test_mail_in_a_mail_is_opened_with_what_stands_around_it():
    forwarded = mail(HEADERS, mixed(text("see attached"), locked("9900")))
    found, _ = opened(mail(HEADERS, mixed(text("The password is 9900"), attachment("fwd.eml", forwarded, "message/rfc822"))))
    assert b"inert document" in found


def test_without_a_clue_it_is_said_to_be_locked():
    found, graph = opened(mail(HEADERS, mixed(text("see attached"), locked("never-guessed-1x"))))
    assert b"inert document" not in found
    assert [(t.problem.sort, t.problem.name) for t in graph.troubles] == [("encrypted", "AES-256")]


def test_scripts_tell_what_they_open_things_with():
    source = """Documents.Open FileName:=x, PasswordDocument:="k9-x2"
    Workbooks.Open "a.xls", False, True, , "book1"
    ActiveSheet.Unprotect "sheet1"
    Shell "cmd /c 7z.exe x a.7z -pseven1 -y"
    url = "http://a.example.test/load/key77?id=id88"
    """
    found = {}
    for fact in in_scripts(Artifact("script.vba", source.encode()), Context(Budget(Limits()), names=("Module1",))):
        found[fact.value] = fact.confidence
    assert {word for word, rank in found.items() if rank > 0.5} == {"k9-x2", "book1", "sheet1", "seven1"}
    assert {"http://a.example.test/load/key77?id=id88", "key77", "id88"} <= set(found)


def test_what_was_decoded_is_not_guessed_in():
    assert not clues(in_text, b"rundll32 JABx12 4711")
    assert "4711" in clues(in_text, b"rundll32 JABx12 4711", "note.txt")
    assert "4711" in clues(in_text, b"Password: 4711")


def test_the_password_of_the_same_mail_comes_first():
    tried = 30
    mails = [
        attachment(f"{n}.eml", mail(HEADERS, mixed(text(f"Password: right{n}", "us-ascii"), locked(f"right{n}", data=b"document %d" % n))))
        for n in range(tried)
    ]
    found, graph = opened(mail(HEADERS, mixed(*mails)))
    assert {b"document %d" % n for n in range(tried)} <= set(found)
    for artifact in graph.artifacts.values():
        if artifact.kind == "archive.zip":
            mail_of_it = next(id_ for id_ in reversed(graph.above(artifact.id)) if graph.artifacts[id_].kind == "mail.rfc822")
            clues_of_it = engine._Clues((), graph, artifact.id)
            best = max((fact for fact in clues_of_it if fact.confidence < OPENED), key=lambda fact: fact.confidence)
            assert best.value.encode() in graph.artifacts[mail_of_it].data
            assert graph.clues["clue.password", best.value]


@pytest.mark.parametrize("unit", ["password", 'password="', "Workbooks.Open ,", "7z ", "7z -", "http://a", ".protect (", "pwd = "])
def test_linear(unit):
    assert_linear(lambda source: list(in_scripts(Artifact("script.vba", source.encode()), Context(Budget(Limits())))), unit, 1 << 16)
