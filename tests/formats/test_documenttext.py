from __future__ import annotations

import pytest
from fixturelib import ooxml
from fixturelib.word import Document

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.documenttext import text_of_compound_file, text_of_package
from emoscan.formats.luretext import dense, lures_in, lures_in_bytes
from emoscan.model import Artifact, Fact


def run(step, kind: str, data: bytes):
    return [(fact.kind, fact.value) for fact in step(Artifact(kind, data), Context(Budget(Limits()))) if isinstance(fact, Fact)]


def test_a_word_document_asks_to_enable_its_content():
    data = ooxml.word("This document is protected.\nClick Enable Editing, then Enable Content.").file()
    assert {value for _, value in run(text_of_package, "office.ooxml", data)} >= {
        "this document is protected. click enable editing, then enable content."
    }


def test_an_old_document_does():
    assert run(text_of_compound_file, "office.ole", Document("Bitte auf Inhalt aktivieren klicken").file()) == [
        ("document.lure", "inhalt aktivieren")
    ]


def test_a_field_of_an_old_document():
    data = Document('Text \x13DDEAUTO cmd.exe "/c echo inert"\x14!\x15 end').file()
    assert run(text_of_compound_file, "office.ole", data) == [("document.dde", "cmd.exe /c echo inert")]


@pytest.mark.parametrize(
    "text",
    [
        "Für die Anzeige Inhalt\naktivieren",
        "画面上の「コンテンツの有効化」を押してください",
        "Cliquez sur « Activer  le contenu »",
        "Abilita contenuto",
    ],
)
def test_phrases_of_other_languages(text: str):
    assert len(list(lures_in(text))) == 1
    raw = " ".join(text.split()).encode("utf-16-le")
    assert len(list(lures_in_bytes(raw, dense(raw)))) == 1


@pytest.mark.parametrize(
    "text", ["The content of this letter enables us to edit.", "Macro economics", "Please find enclosed our protected prices."]
)
def test_ordinary_text(text: str):
    assert not list(lures_in(text))
