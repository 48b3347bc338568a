"""ZIP archives as a step: what is handed on, what stays shut and why."""

import time
import zlib

import pytest
from fixturelib.archives import Member, directory_bomb, nested_bomb, overlap_bomb, zip_file

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.engine import expand
from emoscan.formats.zip import unzip
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse import ziplock
from emoscan.registry import discover, sniff

discover(("formats",))


def run(data, *passwords, name="", **limits):
    clues = [Fact("clue.password", word, "mail text", confidence=0.9) for word in passwords]
    context = Context(Budget(Limits(**limits)), names=(name,) if name else (), clues=clues)
    return list(unzip(Artifact("archive.zip", data), context))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


def test_short_numbers_are_tried_on_the_old_encryption():
    items = run(
        zip_file(
            [
                Member("a.doc", b"document", encryption="zipcrypto", password="826"),
                Member("b.doc", b"second", encryption="zipcrypto", password="826"),
            ]
        )
    )
    assert {c.data: c.how for c in of(Child, items)} == {
        b"document": "ZipCrypto ZIP, password from short numbers, tried in turn",
        b"second": "ZipCrypto ZIP, password from short numbers, tried in turn",
    }


def test_sniffed_by_content():
    assert sniff(zip_file([Member("a.txt", b"x")]), "a.doc") == ("archive.zip",)
    assert "archive.zip" not in sniff(zip_file([Member("[Content_Types].xml", b"x")]))


def test_plain_members_by_priority():
    items = run(zip_file([Member("logo.png", b"1"), Member("readme.txt", b"2"), Member("a/invoice.DOC", b"3"), Member("folder/", b"")]))
    assert [(c.label, c.data, c.how) for c in of(Child, items)] == [
        ("a/invoice.DOC", b"3", "unzipped"),
        ("readme.txt", b"2", "unzipped"),
        ("logo.png", b"1", "unzipped"),
    ]
    assert not of(Problem, items)


@pytest.mark.parametrize(
    ("encryption", "scheme"), [("zipcrypto", "ZipCrypto"), ("aes128", "AES-128"), ("aes192", "AES-192"), ("aes256", "AES-256")]
)
@pytest.mark.parametrize("password", ["4432", "pässwörd", "合言葉"])
@pytest.mark.parametrize("method", [0, 8])
def test_opens_with_a_clue_and_says_where_it_came_from(encryption, scheme, password, method):
    data = zip_file([Member("invoice.doc", b"document" * 50, method, encryption, password)])
    items = run(data, "wrong", password)
    assert of(Child, items) == [Child(b"document" * 50, label="invoice.doc", how=f"{scheme} ZIP, password from mail text")]
    assert Fact("archive.encrypted", scheme) in items
    assert Fact("opened.password", password, "mail text") in items
    assert not of(Problem, items)


def test_password_in_the_code_page_of_japanese_windows():
    data = zip_file([Member("a.doc", b"document", encryption="zipcrypto", password="合言葉".encode("cp932"))])
    assert of(Child, run(data, "合言葉"))


def test_default_password_and_the_name_of_the_archive():
    data = zip_file([Member("a.doc", b"document", encryption="aes256", password="infected")])
    assert of(Child, run(data))[0].how == "AES-256 ZIP, password from default password"
    data = zip_file([Member("a.doc", b"document", encryption="zipcrypto", password="INV1010")])
    assert of(Child, run(data, name="INV1010.zip"))


def test_each_member_with_a_password_of_its_own():
    members = [Member(f"{n}.doc", b"document %d" % n, encryption="aes256", password=f"word{n}") for n in range(3)]
    items = run(zip_file(members), "word0", "word1", "word2")
    assert {c.data for c in of(Child, items)} == {b"document 0", b"document 1", b"document 2"}
    assert {f.value for f in of(Fact, items) if f.kind == "opened.password"} == {"word0", "word1", "word2"}


def test_what_stays_shut_is_named():
    data = zip_file([Member("invoice.doc", b"d" * 1_000, 0, "aes256", "secret"), Member("readme.txt", b"open")])
    items = run(data, "wrong")
    assert [c.label for c in of(Child, items)] == ["readme.txt"]
    [problem] = of(Problem, items)
    assert (problem.sort, problem.name) == ("encrypted", "AES-256")
    assert "'invoice.doc' (1,000 bytes)" in problem.message
    [member] = [f for f in of(Fact, items) if f.kind == "archive.member"]
    assert (member.value, member.detail["size"], member.detail["encrypted"]) == ("invoice.doc", "1000", "AES-256")


def test_wrong_hmac_is_malformed_and_nothing_of_it_is_handed_on():
    data = zip_file([Member("invoice.doc", b"document", encryption="aes256", password="4432", bad_tag=True)])
    items = run(data, "4432")
    assert not of(Child, items)
    assert [p.sort for p in of(Problem, items)] == ["malformed"]


def test_check_byte_alone_is_no_proof():
    data = zip_file([Member("a.doc", b"document" * 100, encryption="zipcrypto", password="right")])
    items = run(data, *(f"wrong{n}" for n in range(1_000)))
    assert not of(Child, items)
    assert [p.sort for p in of(Problem, items)] == ["encrypted"]


def test_wrong_passwords_cost_no_bytes():
    data = zip_file([Member("a.bin", bytes(range(256)) * 4_000, 0, "zipcrypto", "right")])
    assert of(Child, run(data, *(f"w{n}" for n in range(1_500)), "right", expanded_bytes=3_000_000))


def test_two_thousand_passwords_are_tried():
    for encryption in ("zipcrypto", "aes256"):
        data = zip_file([Member("a.doc", b"document", encryption=encryption, password="w1899")])
        started = time.process_time()
        assert of(Child, run(data, *(f"w{n}" for n in range(1_900)), kdf_rounds=4_000_000))
        assert time.process_time() - started < 8


def test_rounds_that_are_spent_are_a_limit():
    data = zip_file([Member("a.doc", b"document", encryption="aes256", password="w50")])
    items = run(data, *(f"w{n}" for n in range(100)), kdf_rounds=20_000)
    assert not of(Child, items)
    assert [p.sort for p in of(Problem, items)] == ["limit", "encrypted"]


def test_unknown_compression_is_unmodelled():
    items = run(zip_file([Member("a.doc", b"document", packed=b"????", local={"method": 98}, central={"method": 98})]))
    assert [(p.sort, "PPMd" in p.message) for p in of(Problem, items)] == [("unmodelled", True)]


def test_damage_is_told_and_what_can_be_read_is_handed_on():
    data = zip_file([Member("a.doc", b"document" * 500, 0, local={"crc": 1}, central={"crc": 1})])
    items = run(data)
    assert [c.data for c in of(Child, items)] == [b"document" * 500]
    assert [p.sort for p in of(Problem, items)] == ["malformed"]


def test_lies_are_facts_and_both_names_lead_to_the_member():
    items = run(zip_file([Member("picture.png", b"MZ", local={"name": b"setup.exe"})]))
    assert [c.label for c in of(Child, items)] == ["picture.png", "setup.exe"]
    assert [f.kind for f in of(Fact, items)] == ["archive.directory_lies"]


def test_more_members_than_objects():
    data = zip_file([Member(f"{n}.txt", b"%d" % n) for n in range(300)] + [Member("late.exe", b"MZ")])
    items = run(data, objects=100)
    assert len(of(Child, items)) == 100
    assert of(Child, items)[0].label == "late.exe"
    [problem] = of(Problem, items)
    assert (problem.sort, problem.name) == ("limit", "objects")
    assert problem.message.startswith("201 further members")


def test_many_directory_entries_for_one_member_are_read_once():
    items = run(zip_file([Member("kernel", bytes(range(256)) * 4_000, times=500)]))
    assert len(of(Child, items)) == 1


def test_comment_is_handed_on():
    packed = zip_file([Member("a.doc", b"document", encryption="zipcrypto", password="c0mment")])
    note = b"password: c0mment"
    items = run(packed[:-2] + len(note).to_bytes(2, "little") + note)
    assert Child(note, "text.plain", "archive comment", "comment of the ZIP") in items


def test_later_clues_open_it_in_the_engine():
    inner = zip_file([Member("deep.txt", b"the end", encryption="aes256", password="4432")])
    outer = zip_file([Member("in.zip", inner, encryption="zipcrypto", password="4432")])
    graph = expand(outer, "a.zip", Settings(passwords=("4432",)))
    assert b"the end" in {a.data for a in graph.artifacts.values()}
    assert not graph.troubles


def test_archive_in_itself_ends():
    data = zip_file([Member("a.zip", b"")])
    for _ in range(30):
        data = zip_file([Member("a.zip", data, 0)])
    graph = expand(data, "a.zip")
    assert {t.problem.name for t in graph.troubles} == {"depth"}


@pytest.mark.parametrize("password", [b"x", b"secret", "秘密".encode()])
def test_plain_cipher_is_the_same_as_the_library(password):
    library = pytest.importorskip("stream_unzip._zipcrypto").zipcrypto_decryptor(password)
    text = zlib.compress(bytes(range(256)) * 3)
    assert ziplock.PlainZipCrypto(password)(text) == library(text)


def test_bombs_are_bounded_and_what_lies_beside_them_is_seen():
    core = bytes(range(256)) * 2_000
    for bomb in (nested_bomb(3, 8, core), overlap_bomb(60, core), directory_bomb(3_000, core)):
        started = time.process_time()
        data = zip_file([Member("bomb.zip", bomb), Member("late.txt", b"still here")])
        graph = expand(data, "a.zip", Settings(limits=Limits(expanded_bytes=32 << 20)))
        assert time.process_time() - started < 10
        assert b"still here" in {a.data for a in graph.artifacts.values()}
        assert sum(len(a.data) for a in graph.artifacts.values()) < 80 << 20
    assert "archive.overlap" in {f.kind for _, f in expand(overlap_bomb(5, core), "a.zip").facts()}
