"""Locked OpenDocument packages, as OpenOffice (Blowfish, SHA-1) and LibreOffice (AES-256, SHA-256) write them."""

import base64
import hashlib
import io
import zipfile
import zlib

import pytest
from Crypto.Cipher import AES, Blowfish

from emoscan.budget import Budget, Limits
from emoscan.context import Context, Settings
from emoscan.decrypt.odf import open_odf
from emoscan.engine import expand
from emoscan.model import Artifact, Child, Fact, Problem
from emoscan.parse import zipdir
from emoscan.registry import discover, sniff

discover(("formats", "decrypt"))

MEMBERS = {"content.xml": b"<text>inert</text>" * 200, "Basic/Standard/Module1.xml": b"<module>inert</module>", "empty.xml": b""}
AES_256 = {
    "algorithm": "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "start": "http://www.w3.org/2000/09/xmldsig#sha256",
    "checksum": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k",
    "hash": "sha256",
    "size": 32,
}
BLOWFISH = {"algorithm": "Blowfish CFB", "start": "SHA1", "checksum": "SHA1/1K", "hash": "sha1", "size": 16}


def package(password, form=AES_256, iterations=1_024):
    """Sections 3.4.1 to 3.4.3 of the specification, forwards."""
    entries = []
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        writer.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
        for number, (name, data) in enumerate(MEMBERS.items()):
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(data) + packer.flush()
            salt, iv = bytes([number]) * 16, bytes([number + 100]) * (16 if form["size"] == 32 else 8)
            key = hashlib.pbkdf2_hmac("sha1", hashlib.new(form["hash"], password.encode()).digest(), salt, iterations, form["size"])
            if form["size"] == 32:
                padding = 16 - len(packed) % 16
                locked = AES.new(key, AES.MODE_CBC, iv=iv).encrypt(packed + bytes(padding - 1) + bytes([padding]))
            else:
                locked = Blowfish.new(key, Blowfish.MODE_CFB, iv=iv, segment_size=64).encrypt(packed + bytes(-len(packed) % 8))[
                    : len(packed)
                ]
            checksum = hashlib.new(form["hash"], packed[:1_024]).digest()
            code = [base64.b64encode(value).decode() for value in (checksum, iv, salt)]
            entries.append(
                f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml" manifest:size="{len(data)}">'
                f'<manifest:encryption-data manifest:checksum-type="{form["checksum"]}" manifest:checksum="{code[0]}">'
                f'<manifest:algorithm manifest:algorithm-name="{form["algorithm"]}" manifest:initialisation-vector="{code[1]}"/>'
                f'<manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="{form["size"]}"'
                f' manifest:iteration-count="{iterations}" manifest:salt="{code[2]}"/>'
                f'<manifest:start-key-generation manifest:start-key-generation-name="{form["start"]}" manifest:key-size="20"/>'
                "</manifest:encryption-data></manifest:file-entry>"
            )
            writer.writestr(name, locked)
        head = '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        writer.writestr("META-INF/manifest.xml", head + "".join(entries) + "</manifest:manifest>")
    return file.getvalue()


def run(data, *passwords, **limits):
    clues = [Fact("clue.password", word, "mail text", confidence=0.9) for word in passwords]
    return list(open_odf(Artifact("office.odf", data), Context(Budget(Limits(**limits)), clues=clues)))


def of(type_, items):
    return [item for item in items if isinstance(item, type_)]


@pytest.mark.parametrize(("form", "name"), [(AES_256, "ODF AES-256-CBC SHA-256"), (BLOWFISH, "ODF Blowfish-CFB SHA-1")])
@pytest.mark.parametrize("password", ["4432", "合言葉"])
def test_opens_and_leaves_a_plain_package(form, name, password):
    locked = package(password, form)
    assert sniff(locked) == ("office.odf",)
    items = run(locked, "wrong", password)
    [child] = of(Child, items)
    assert child.how == f"{name}, password from mail text"
    directory = zipdir.parse(child.data)
    read = {m.name: zipdir.content(child.data, m, Budget(Limits())).data for m in directory.members}
    assert {n: read[n] for n in MEMBERS} == MEMBERS
    assert b"encryption-data" not in read["META-INF/manifest.xml"]
    assert not of(Problem, items)
    assert run(child.data) == []


def test_what_stays_locked_is_said():
    items = run(package("secret"), "wrong")
    assert not of(Child, items)
    assert [(p.sort, p.name) for p in of(Problem, items)] == [("encrypted", "ODF AES-256-CBC SHA-256")]


def test_rounds_are_limited():
    items = run(package("secret", iterations=100_000), *(f"w{n}" for n in range(50)), kdf_rounds=300_000)
    assert [p.sort for p in of(Problem, items)] == ["limit", "encrypted"]


def test_newer_encryption_is_unmodelled():
    form = {**AES_256, "algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm"}
    [problem] = of(Problem, run(package("4432", form), "4432"))
    assert (problem.sort, "AES-256-GCM" in problem.message) == ("unmodelled", True)


def test_damaged_manifest():
    data = package("4432")
    damaged = data.replace(b"<manifest:manifest ", b"<manifest:<<nifest ")
    assert [p.sort for p in of(Problem, run(damaged, "4432"))] == ["malformed"]


def test_in_the_engine_its_scripts_are_reached():
    graph = expand(package("4432"), "a.odt", Settings(passwords=("4432",)))
    assert [b"inert" in a.data for a in graph.artifacts.values() if a.kind == "script.vba-project"] == [True]
    assert not [t for t in graph.troubles if t.problem.sort in {"encrypted", "failed"}]
