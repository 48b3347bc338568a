"""What a mail does to be believed, and what only looks like it."""

import pytest

from emoscan.formats.lures import letter, lures, way
from emoscan.formats.luretext import MARKS, PHRASES
from emoscan.parse.mime import parse

THREAD = """Please see the attached form.

Dana Whitfield
d.whitfield@partner.example

-----Original Message-----
From: Peter Lang <p.lang@victim.example>
Sent: Wednesday, 13 October 2021 15:20
To: Dana Whitfield <d.whitfield@partner.example>
Subject: Delivery schedule

Hello Dana
"""


def found(head, text="Hello.", attachments=0):
    mail = parse(head.strip().encode() + b"\n\nx")
    return {
        (f.kind.removeprefix("mail.lure."), f.how): f
        for f in lures(letter(mail.headers, text, attachments))
        if f.kind.startswith("mail.lure.")
    }


@pytest.mark.parametrize(
    ("sender", "more", "how"),
    [
        ('"<Taro> yamada@partner.example" <i@other.example>', "", "address of another domain"),
        ('"yamada@mail.other.example" <i@other.example>', "", ""),
        (
            '"yamada@partner.example" <help@desk.example>',
            "Reply-To: yamada@partner.example\n",
            "address of another domain, where replies go",
        ),
        ('"yamada@partner.example via Team" <team@lists.example>', "To: team@lists.example\nList-Id: <team.lists.example>\n", ""),
        ("DHL Express <x@other.example.com>", "", "a brand"),
        ("DHL Express <x@dhl.com>", "", ""),
        ("Adhlem <x@other.example.com>", "", ""),
        ("Microsoft Outlook <postmaster@other.example>", "Auto-Submitted: auto-replied\n", ""),
        ("Microsoft Outlook <box@other.example>", "", "a brand"),
        ('""Taro Yamada"" <r.d@other.example>', "", "doubled quotes"),
        ("Taro Yamada <r.d@other.example>", "Message-ID: <2022@mail.third.example@[198.51.100.9]>\n", "two @ in the Message-ID"),
        ("Taro Yamada <r.d@other.example>", "Message-ID: <2022@mail.third.example>\n", ""),
    ],
)
def test_display_names(sender, more, how):
    got = [key[1] for key in found(f"From: {sender}\n{more}Subject: x") if key[0] == "display_spoof"]
    assert got == ([how] if how else [])


def test_a_stolen_thread():
    head = 'From: "Dana Whitfield" <info@hotel.example>\nTo: Peter Lang <p.lang@victim.example>\nSubject: RE: Delivery schedule\nDate: Tue, 16 Nov 2021 08:42:03 +0100'
    got = found(head, "RE: Delivery schedule\n\n" + THREAD, 1)
    fact = got["reply_chain", "a correspondent's name"]
    assert fact.detail == {"new_text": "short", "attachment": "yes", "first_line": "the subject", "days_old": "34"}
    assert ("signature", "the sender's name") in got
    assert "d.whitfield@partner.example" in fact.value


@pytest.mark.parametrize(
    "head",
    [
        'From: "Dana Whitfield" <d.whitfield@partner.example>',  # herself
        'From: "Dana Whitfield" <dana@mail.partner.example>',
        'From: "Dana Whitfield" <dana@home.example>\nIn-Reply-To: <1@victim.example>',  # answers, from home
    ],
)
def test_honest_answers(head):
    got = found(f"{head}\nTo: Peter Lang <p.lang@victim.example>\nSubject: RE: Delivery schedule", THREAD, 1)
    assert not any(kind == "reply_chain" for kind, _ in got)


def test_a_stranger_in_a_thread():
    head = "From: Nobody <n@other.example>\nTo: p.lang@victim.example\nSubject: Re: Delivery schedule"
    assert ("reply_chain", "a stranger in the thread") in found(head, THREAD, 1)
    assert ("reply_chain", "a stranger in the thread") not in found(head.replace("Re: ", ""), THREAD, 1)


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("営業部 佐藤さん", "honorific"),
        ("佐藤様", "honorific"),
        ("佐藤 太郎 様", "honorific"),
        ("鈴木さん(購買)", "honorific"),
        ("ｽｽﾞｷさん", "honorific"),
        ("佐藤様 <sato@partner.example>", "honorific"),
        ("大久保さん/営業部", "honorific"),
        ("ＡＢＣ社 佐藤様", "honorific"),
        ("山田商店/佐藤", ""),
        ("佐藤部長", "title"),
        ("Herr Lang", "address"),
        ("Mr. Brown", "address"),
        ("山田商店お客様センター", ""),
        ("お客様", ""),
        ("皆様", ""),
        ("会員様", ""),
        ("山田太郎", ""),
        ("営業部 佐藤", ""),
        ("仕様", ""),
        ("Maryam Frauke", ""),
        ("Hiroshi-san", ""),
        ("", ""),
    ],
)
def test_honorifics(name, sort):
    got = found(f'From: "{name}" <a@other.example>\nSubject: x')
    fact = got.get(("honorific", "name of the sender"))
    assert (fact.detail["sort"] if fact else "") == sort


def test_honorifics_in_signatures_but_not_in_greetings():
    head = 'From: "佐藤" <a@other.example>\nTo: tanaka@victim.example\nSubject: x'
    assert ("honorific", "signature") in found(head, "早急に確認お願いします。\n\n営業部 佐藤さん\nsato@partner.example\n")
    assert ("honorific", "signature") not in found(head, "田中様\ntanaka@victim.example\n\nお世話になっております。\n\n佐藤\n")


def test_signatures():
    head = 'From: "Kenji Yamada" <k@home.example>\nTo: sato@victim.example\nSubject: x'
    assert ("signature", "the sender's name") in found(head, "Hello\n\nYamada, Kenji\nE-mail: k.yamada@partner.example")
    assert ("signature", "another name") in found(head, "Hello\n\nSales\nsales@partner.example")
    assert ("signature", "the sender's name") in found(head, "Hello\n\nKenji Yamada <k.yamada@partner.example>")
    assert not found(head, "Hello\n\nDana Whitfield <d.whitfield@partner.example>")
    assert not found(head, "Hello\n\nKenji Yamada\nk@home.example")
    assert not found(head, "Hello\n\nwrite to\nsato@victim.example")


@pytest.mark.parametrize(
    ("sender", "how"),
    [
        ("a@partner-okta.example", "its name and a word people trust"),
        ("a@support-partner.example", "its name and a word people trust"),
        ("a@employee-partner.example", "its name and a word people trust"),
        ("a@partnerticket.example", "its name and a word people trust"),
        ("a@xn--prtner-3nf.example", "looks like it"),
        ("a@partner.example.files.test", "the whole of its name"),
        ("a@partner-example.test", "the whole of its name"),
        ("a@partrier.example", ""),
        ("a@pаrtner.example", "looks like it"),
        ("a@pertner.example", "one letter off"),
        ("a@partner.example", ""),
        ("a@mail.partner.example", ""),
        ("a@partners-in-law.example", ""),
        ("a@other.example", ""),
    ],
)
def test_domains_that_imitate(sender, how):
    got = [key[1] for key in found(f"From: {sender}\nTo: sato@partner.example\nSubject: x") if key[0] == "lookalike"]
    assert got == ([how] if how else [])


@pytest.mark.parametrize(
    ("date", "how"),
    [
        ("Fri, 04 Feb 2022 10:20:31 +0900", "future"),
        ("Thu, 03 Feb 2022 10:25:00 +0900", ""),
        ("Wed, 05 Jan 2022 10:20:31 +0900", "past"),
        ("Thu, 03 Feb 0102 10:25:00 +0900", "past"),
        ("nonsense", ""),
    ],
)
def test_dates(date, how):
    head = f"Received: from a by b; Thu, 03 Feb 2022 10:20:31 +0900\nFrom: a@b.example\nSubject: x\nDate: {date}"
    assert [key[1] for key in found(head)] == ([how] if how else [])


def test_lists_are_told():
    got = found('From: ""T"" <a@b.example>\nList-Unsubscribe: <mailto:x@y.example>\nSubject: x')
    assert [fact.detail for fact in got.values()] == [{"list": "yes"}]


def test_way_and_authentication():
    mail = parse(
        b"Received: from mail.partner.example (mail.partner.example [203.0.113.25])\r\n by mx.victim.example with ESMTPS; Mon, 08 Mar 2021 17:40:03 +0900\r\n"
        b"Authentication-Results: mx.victim.example; spf=pass smtp.mailfrom=mail.shop.example; dkim=fail header.d=shop.example\r\n"
        b"Received-SPF: softfail (x)\r\nFrom: a@b.example\r\n\r\n"
    )
    facts = [(f.kind, f.value) for f in way(mail.headers)]
    assert facts == [
        ("mail.hop", "from mail.partner.example ip 203.0.113.25 by mx.victim.example with ESMTPS 2021-03-08T08:40:03Z"),
        ("mail.authentication", "spf=pass mail.shop.example"),
        ("mail.authentication", "dkim=fail shop.example"),
        ("mail.authentication", "spf=softfail"),
    ]


def test_domains_that_the_user_knows():
    mail = parse(b"From: a@helpdesk-partner.example\nTo: sato@victim.example\nSubject: x\n\nx")
    told = [f.detail["known"] for f in lures(letter(mail.headers, "", 0), ["partner.example"]) if f.kind == "mail.lure.lookalike"]
    assert told == ["partner.example"]


def test_every_phrase_has_a_mark():
    assert [phrase for phrases in PHRASES.values() for phrase in phrases if not any(mark in phrase for mark in MARKS)] == []
