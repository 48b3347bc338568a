"""A mail's text in two: what its sender wrote, and the older mails it quotes, with the people these name.

Mail programs mark a quote in the words of their language; the marks known here are those of Outlook, Gmail, Thunderbird
and Apple Mail. Every pattern is bounded, so the time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse.header import Address
from emoscan.parse.lazy import lazy

MAX_TEXT: Final = 1 << 16
"""Characters of a text that are looked at."""
MAX_PEOPLE: Final = 50

_FROM: Final = r"From|Von|De|Da|Van|Od|Fr(?:å|a)n|Fra|差出人|送信者|寄件者|发件人|보낸\s?사람"
_BELOW_FROM: Final = (
    r"Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoy(?:é|e)|(?:À|A)|Objet|Inviato|Data|Oggetto|Enviad[oa](?:\s(?:el|em))?|Fecha|Para|Asunto|Assunto|Verzonden|Aan|Onderwerp"
    r"|Wys(?:ł|l)ano|Do|Temat|Skickat|Till|(?:Ä|A)mne|Sendt|Til|Emne|送信日時|日時|宛先|件名"
)
_WROTE: Final = r"wrote|writes|schrieb|a\s(?:é|e)crit|ha\sscritto|escribi(?:ó|o)|escreveu|schreef|napisa(?:ł|l)(?:\(?a\)?)?|skrev|kirjoitti|さん?は書きました|のメール"
_ORIGINAL: Final = (
    r"original\s(?:message|appointment)|forwarded\s(?:message|by)|begin\sforwarded|urspr(?:ü|ue|u)ngliche\s|weitergeleitete\s|messaggio\s(?:originale|inoltrato)|mensaje\s(?:original|reenviado)"
    r"|message\s(?:d['’]origine|transf(?:é|e)r(?:é|e)|original)|mensagem\s(?:original|encaminhada)|oorspronkelijk|doorgestuurd|wiadomo(?:ś|s)(?:ć|c)\soryginalna|元のメッセージ|転送メッセージ|返信元|original\s?nachricht"
)
_BEGINS: Final = lazy(
    r"^(?:"
    r"[ \t]{0,3}>"
    rf"|[ \t]{{0,3}}-{{2,40}}[ \t]{{0,3}}(?:{_ORIGINAL})"
    rf"|[ \t]{{0,3}}[*]{{0,2}}(?:{_FROM})[ \t]?[:：][*]{{0,2}}[^\n]{{3,300}}\n(?:[^\n]{{0,200}}\n)?[ \t]{{0,3}}[*]{{0,2}}(?:{_BELOW_FROM})[ \t]?[:：]"
    rf"|(?:On|Am|Le|Il|El|Em|Op|W\sdniu|Den|Dne|Pada)\s[^\n]{{5,200}}(?:\n[^\n]{{0,120}})?(?:{_WROTE})[^\n]{{0,100}}[:：][ \t]*$"
    r"|20\d\d(?:年|[/.-])\s?\d{1,2}(?:月|[/.-])\s?\d{1,2}[^\n]{0,80}<[^<>\s@]{1,64}@[^<>\s]{1,255}>[^\n]{0,30}[:：]?[ \t]*$"
    rf"|[^\n]{{0,80}}<[^<>\s@]{{1,64}}@[^<>\s]{{1,255}}>[^\n]{{0,20}}\s(?:{_WROTE})[^\n]{{0,30}}[:：]?[ \t]*$"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
_MARKS: Final = lazy(r"^[ \t]{0,3}(?:>[ \t]?){1,20}", re.MULTILINE)
_PERSON: Final = lazy(
    r"(?:^|[:：;,、]|\d\b)[ \t]{0,4}[\"'*]{0,2}([^\"<>\[\]\n:;,：、@]{2,80}?)[\"'*]{0,2}[ \t]{0,4}[<\[(](?:mailto:)?([^\s<>\[\]()@\"]{1,64}@[^\s<>\[\]()@\"]{3,255})[>\])]",
    re.MULTILINE,
)
_BEFORE_NAME: Final = lazy(r"^\d{1,2}(?:\s?[ap]\.?\s?m\.?|\s?Uhr)?(?:\s(?:schrieb|schreef|skrev|hat|a\s(?:é|e)crit))?\s", re.IGNORECASE)
"""The minutes of the time of day and what else stands between it and the name."""
_ADDRESS: Final = lazy(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DATES: Final = lazy(
    r"\b(20\d\d)\s?[年/.-]\s?(\d{1,2})\s?[月/.-]\s?(\d{1,2})|\b(\d{1,2})\.?\s{1,2}([A-Za-z]{3})[a-z]{0,6}\.?,?\s{1,2}(20\d\d)\b|\b([A-Za-z]{3})[a-z]{0,6}\.?\s{1,2}(\d{1,2}),?\s{1,2}(20\d\d)\b"
)
_MONTHS: Final = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


class Thread(Struct, frozen=True):
    new: str
    """What stands above the first quote."""
    quoted: str
    """The quotes, without their marks."""
    people: tuple[Address, ...]
    """Who the quotes name with an address."""
    addresses: frozenset[str]
    """Every address in the quotes, in lower case."""
    dates: tuple[str, ...]
    """Days the heads of the quotes name, "2021-03-08", the newest first."""


def thread(text: str) -> Thread:
    """The parts of a mail's text."""
    text = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    begins = _BEGINS.search(text)
    if begins is None:
        return Thread(text, "", (), frozenset(), ())
    quoted = _MARKS.sub("", text[begins.start() :])
    people: dict[tuple[str, str], Address] = {}
    for match in _PERSON.finditer(quoted):
        person = Address(_BEFORE_NAME.sub("", " ".join(match[1].split())), match[2].lower().rstrip("."))
        people.setdefault((person.name, person.address), person)
        if len(people) >= MAX_PEOPLE:
            break
    addresses = frozenset(address.lower() for address in _ADDRESS.findall(quoted)[: 10 * MAX_PEOPLE])
    return Thread(text[: begins.start()], quoted, tuple(people.values()), addresses, tuple(sorted(set(_dates(quoted)), reverse=True)))


def _dates(text: str) -> Iterator[str]:
    from datetime import date

    for number, match in enumerate(_DATES.finditer(text)):
        if number >= MAX_PEOPLE:
            return
        year, month, day, day2, name2, year2, name3, day3, year3 = match.groups()
        number_of_month = int(month) if month else _MONTHS.get((name2 or name3).lower(), 0)
        try:
            yield date(int(year or year2 or year3), number_of_month, int(day or day2 or day3)).isoformat()
        except ValueError:
            continue


# ------------------------------------------------------------------ names of people

_BRACKETED: Final = lazy(r"[(（\[【<＜«][^()（）\[\]【】<>＜＞«»]{0,100}[)）\]】>＞»]")
_DEPARTMENT: Final = r"(?:[^\s@]{1,20}(?:部|課|室|係|班|グループ|チーム|支店|営業所|事業所|センター|本部|本社|工場|店|担当|社)[\s・/]{0,3})"
_HONORIFIC: Final = r"様方|様|さま|サマ|殿|どの|さん|サン|氏|御中|くん|君|ちゃん"
_TITLE: Final = r"先生|社長|会長|専務|常務|部長|次長|課長|係長|主任|所長|店長|室長|理事|院長"
_KANJI: Final = r"[\u3400-\u9fff々〆ヶ]"
_NAMED: Final = lazy(
    rf"^(?P<department>{_DEPARTMENT}{{0,2}})(?P<who>(?:{_KANJI}{{1,6}}|[ァ-ヺー]{{2,10}}|[ぁ-ん]{{2,8}}|[A-Za-z][A-Za-z.'-]{{1,20}})(?:[\s・](?:{_KANJI}{{1,6}}|[ァ-ヺー]{{2,10}}|[ぁ-ん]{{2,8}}|[A-Za-z][A-Za-z.'-]{{1,20}})){{0,2}}?)"
    rf"\s?(?:(?P<honorific>{_HONORIFIC})|(?P<title>{_TITLE}))$"
)
_ASIDE: Final = lazy(r"[/|_@]")
"""What stands between a name and where its owner works: 大久保さん/営業部."""
_NO_NAMES: Final = (
    "お客 客 皆 みな 各 会員 王 神 仏 奥 若 殿 御 お嬢 お子 子 生徒 患者 利用者 ユーザー 得意先 お得意 取引先 業者 お父 お母 お兄 お姉 お爺 お婆 おじ おば 父 母 兄 姉 爺 婆 隣 たく 沢 "
    "オーナー 担当者 ご担当者 関係者 被 彼 保護者 読者 参加者 皆々 貴 同 何 両 我 この その どち あな 旧姓 摂 華 仮 セ 摂 "
).split()
"""What stands before an honorific and is nobody's name: お客様, 皆さん, 神様 …"""
_WESTERN: Final = lazy(
    r"^(?:Mrs?|Ms|Miss|Herr|Frau|Sig(?:\.ra|\.na|nor|nora)?|Monsieur|Madame|Mme|Se(?:ñ|n)ora?|Sra?|Pani?)\b\.?\s+[^\W\d_]"
)


class Honorific(Struct, frozen=True):
    word: str
    """様, さん, 部長, Herr …"""
    sort: str
    """honorific, title (rank of a person in a company) or address (Mr, Herr)."""
    department: bool
    """A department stands before the name, as people write it into their address books."""


def honorific(name: str) -> Honorific | None:
    """What nobody puts behind (in the west: before) his own name, where a name ends in it."""
    plain = bare(name)
    if not plain or len(plain) > 60:
        return None
    if plain.isascii() or not any(c > "\u2e80" for c in plain):
        match = _WESTERN.match(plain)
        return Honorific(match[0].split()[0], "address", False) if match else None
    match = _NAMED.match(plain) or _NAMED.match(_ASIDE.split(plain)[0].rstrip())
    if (
        match is None
        or match["who"].split()[-1] in _NO_NAMES
        or (match["who"] + match["honorific"] if match["honorific"] else "") in _WORDS
    ):
        return None
    word = match["honorific"] or match["title"]
    return Honorific(word, "honorific" if match["honorific"] else "title", bool(match["department"]))


_WORDS: Final = frozenset(
    (
        "模様",
        "仕様",
        "同様",
        "多様",
        "一様",
        "異様",
        "有様",
        "神殿",
        "宮殿",
        "御殿",
        "沢山さん",
        "諸君",
        "主君",
        "暴君",
        "摂氏",
        "華氏",
        "某氏",
        "同氏",
        "彼氏",
        "両氏",
    )
)


def bare(name: str) -> str:
    """A display name without addresses, brackets and quotes, in one spelling."""
    plain = unicodedata.normalize("NFKC", name[:300])
    for _ in range(3):
        plain = _BRACKETED.sub(" ", plain)
    plain = _ADDRESS.sub(" ", plain)
    return " ".join(plain.strip(" \t\"'`“”„「」『』<>＜＞,;:：、。").split())


_FOLD_DEPARTMENT: Final = lazy(rf"^{_DEPARTMENT}{{1,2}}")
_FOLD_HONORIFIC: Final = lazy(rf"\s?(?:{_HONORIFIC}|{_TITLE})$")


def folded(name: str) -> str:
    """A name for comparison: no department, honorific, blanks or case. "" where nothing of a name is left."""
    plain = bare(name)
    if any(c > "\u2e80" for c in plain):
        plain = _FOLD_HONORIFIC.sub("", _FOLD_DEPARTMENT.sub("", plain))
        return "".join(plain.split()).casefold()
    words = sorted(re.findall(r"[^\W\d_]{2,}", plain.casefold()))
    return " ".join(words)
