"""New text and quotes, in the marks of many mail programs."""

import pytest
from linear import assert_linear

from emoscan.parse.thread import bare, folded, thread


@pytest.mark.parametrize(
    "quote",
    [
        "> Hello\n> there",
        "-----Original Message-----\nFrom: x",
        "-----Ursprüngliche Nachricht-----\nVon: x",
        "---------- Forwarded message ---------\nFrom: x",
        "Von: Peter <p@a.example>\nGesendet: Montag\nAn: b",
        "De : Peter <p@a.example>\nEnvoyé : lundi\n",
        "Da: Peter <p@a.example>\nInviato: lunedì\n",
        "差出人: 鈴木 <s@a.example>\n送信日時: 2021年3月8日\n",
        "*From:* Peter\n*Sent:* Monday",
        "On Mon, 8 Mar 2021 at 17:40, Peter <p@a.example>\nwrote:",
        "Am 08.03.2021 um 17:40 schrieb Peter Lang:",
        "Il giorno lun 8 mar 2021 Peter ha scritto:",
        "2021年3月8日(月) 17:40 鈴木 健 <s@a.example>:",
    ],
)
def test_quotes_begin(quote):
    got = thread(f"New words.\n\n{quote}\n")
    assert got.new.strip() == "New words."
    assert got.quoted


@pytest.mark.parametrize(
    "text", ["Hello\n-- \nPeter", "From: here to there\nwe went", "On Monday I wrote a letter.", "1 > 0\nis true", "----- Prices -----\n1"]
)
def test_no_quotes(text):
    assert thread(text).quoted == ""


@pytest.mark.parametrize(
    "head",
    [
        "On Wed, Oct 13, 2021 at 3:20 PM Kenji Yamada <k@partner.example> wrote:",
        "Am Mi., 13. Okt. 2021 um 15:20 Uhr schrieb Kenji Yamada <k@partner.example>:",
        "Op wo 13 okt. 2021 om 15:20 schreef Kenji Yamada <k@partner.example>:",
        "Il giorno mer 13 ott 2021 alle ore 15:20 Kenji Yamada <k@partner.example> ha scritto:",
        "Le mer. 13 oct. 2021 à 15:20, Kenji Yamada <k@partner.example> a écrit :",
    ],
)
def test_who_wrote_behind_the_time_of_day(head):
    assert [str(person) for person in thread(f"New.\n\n{head}\n> x\n").people] == ["Kenji Yamada <k@partner.example>"]


def test_people_and_days():
    got = thread(
        "New.\n\n-----Original Message-----\nFrom: Peter Lang <P.Lang@victim.example>\nSent: 13 October 2021 15:20\nTo: 'Dana' [mailto:d@partner.example]\n\n"
        '> On Oct 2, 2021, "Zoe Q" <z@q.example> wrote:\n> me too: w@w.example\n'
    )
    assert [str(person) for person in got.people] == [
        "Peter Lang <p.lang@victim.example>",
        "Dana <d@partner.example>",
        "Zoe Q <z@q.example>",
    ]
    assert got.addresses == {"p.lang@victim.example", "d@partner.example", "z@q.example", "w@w.example"}
    assert got.dates == ("2021-10-13", "2021-10-02")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dana Whitfield", "WHITFIELD, Dana", True),
        ("営業部 佐藤さん", "佐藤", True),
        ("佐藤様 <sato@partner.example>", "佐 藤", True),
        ("Dana Whitfield", "Dana White", False),
        ("佐藤", "鈴木", False),
    ],
)
def test_names_are_compared(one, other, same):
    assert (folded(one) == folded(other)) is same


def test_nothing_of_a_name():
    assert folded("<a@b.example>") == folded("") == "" == bare('"" ')


@pytest.mark.parametrize(
    "unit", ["> ", "From: a\n", "<a@", "a@b.", "On a ", "20210101 ", "-----", "様", "部", "(", "On a\n", ": a <a@b.example> "]
)
def test_linear(unit):
    assert_linear(thread, unit, 1 << 15)
    assert_linear(folded, unit, 200)
