"""Passwords a text gives away, and those that are tried where nothing is known.

A mail that carries a locked attachment mostly says how to open it, in the words of its language. `candidates` finds
what stands beside such a word, and after that everything else a person might take for a password, each with a rank
that says how likely it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Final

from msgspec import Struct

DEFAULT_ARCHIVE: Final = (
    "infected",
    "1234",
    "123456",
    "12345",
    "password",
    "123",
    "12345678",
    "malware",
    "virus",
    "0000",
    "1111",
    "123456789",
    "abc123",
    "qwerty",
    "Password1",
    "admin",
    "test",
)
"""Habits of people who send samples and of those who do not care."""

VELVET_SWEATSHOP: Final = "VelvetSweatshop"
"""Excel opens a workbook with this one without asking."""

DEFAULT_OFFICE: Final = ("/01Hannes Ruescher/01", "infected", "1234", "123456", "password", "123", "12345")
"""The first is to PowerPoint what VelvetSweatshop is to Excel."""

CHEAP: Final = 50
"""Candidates for a check as cheap as that of a ZIP, as a multiple of those for a long key derivation."""

MAX_TEXT: Final = 1 << 16
"""Characters of a text that are looked at."""
MAX_CANDIDATES: Final = 100
MAX_LENGTH: Final = 64
_MAX_KEYWORDS: Final = 100
_WINDOW: Final = 200


class Candidate(Struct, frozen=True):
    value: str
    rank: float
    """0 to 1."""
    how: str
    """Where it stood: 'after "Passwort"'."""

    @property
    def told(self) -> bool:
        """It stands beside a word for password."""
        return self.how.startswith(("after", "before"))


# Words for "password", in lower case, after NFKC (which makes half-width kana and full-width Latin letters ordinary ones).
# Each begins with a plain character, so that the search skips to those.
_KEYWORDS: Final = (
    # English, and what other languages borrowed
    r"pass[- ]?(?:word|code|phrase|wd)s?",
    # German, Dutch, Scandinavian
    r"passw(?:o|ö)rt|kennwort|entpack(?:ungs)?code|wachtwoord|toegangscode|l(?:ö|o)senord|adgangskode|passord",
    # Italian, Spanish, Portuguese, French, Romanian, Turkish
    (
        r"parola(?:\s(?:d['’]ordine|chiave|d['’]accesso))?|contrase(?:ñ|n)a|palavra[- ]passe|mots?\sde\spasse|code\sd['’]acc(?:è|e)s"
        r"|parolă|şifre|sifre"
    ),
    # Polish, Hungarian, Finnish, Russian, Ukrainian, Greek
    r"hasł[oaeu]m?|jelsz(?:ó|o)|salasana|парол[ьяею]|κωδικ(?:ό|ο)ς",
    # Japanese, Chinese, Korean
    (
        r"パスワード|パス(?!ポート|タ|テル)|解凍(?:用)?(?:キー|コード)|開封(?:用)?(?:キー|コード)|暗号(?:化)?(?:キー|鍵)|暗証番号|合言葉|復号キー"
        r"|(?:解压|解壓)?密[码碼]|口令|비밀번호|암호|패스워드"
    ),
)
_SHORT_KEYWORDS: Final = r"pass|passwd|pwd|pw|psw|p/w|pin|clave|senha|chave|mdp|haslo|hesl[oa]"
"""Those that count only as words of their own."""

# What stands between the word and the password, last one counts: "Password for the archive is: ".
_SEPARATOR: Final = re.compile(
    r"[:=⇒→]|\s[-–—]{1,2}\s|(?:は|が|\b(?:is|are|ist|lautet|è|est|es|é|jest|to|är|is het)\b)(?=[\s「『【\"'\x21-\x7e])"
)
_POINTER: Final = re.compile(
    r"下記|以下|次の|below|follow|next line|folgend|unten|seguente|sotto|siguiente|abajo|suivant|dessous|poniżej|abaixo|hieronder|onderstaand",
    re.IGNORECASE,
)
"""The password stands on the next line."""
_QUOTED: Final = re.compile(
    r"「([^「」\n]{1,64})」|『([^『』\n]{1,64})』|【([^【】\n]{1,64})】|\"([^\"\n]{1,64})\"|“([^“”\n]{1,64})”|«([^«»\n]{1,64})»|\(([^()\n]{1,64})\)|\[([^\[\]\n]{1,64})\]|<([^<>\n]{1,64})>|'([^'\n]{1,64})'"
)
_TOKEN: Final = re.compile(r"\S{1,256}")
_ASCII_RUN: Final = re.compile(r"[!-~]{1,256}")
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{3,8}(?![0-9])")
_ODD: Final = re.compile(
    r"(?<![\w@#$%&+\-])(?=[^\W\d_]{1,32}\d|\d{1,32}[^\W\d_]|[a-z]{1,32}[A-Z]|[A-Z]{2,32}[a-z]{1,32}[A-Z])[\w@#$%&+\-]{3,32}"
)
"""Tokens no language has: letters and digits, or capitals inside."""
_WORD: Final = re.compile(r"[A-Za-z]{4,32}")
MAX_WORDS: Final = 30
_QUOTE_BEGINS: Final = re.compile(
    r"^(?:>|-{2,}\s?(?:original|ursprüngliche|messaggio|mensaje|message|mensagem|元の|forwarded)|_{10,}|on .{5,100} wrote:|am .{5,100} schrieb|le .{5,100} a écrit|il .{5,100} ha scritto|from: .{3,100}$)",
    re.IGNORECASE | re.MULTILINE,
)

_LEADING: Final = "\"'`([{<「『【《“‘«】」』:=-–—・※＊*•>"
_TRAILING: Final = "\"'`)]}>」』】》”’».,;:!?。、．，…*"
_ENDINGS: Final = ("になります", "となります", "でございます", "です", "でお願いします", "にて", "で")

_STOP: Final = frozenset(
    "a an and are as at be by can den der die das ein eine el en es est for für file files from have het i in ist il is it la le les los me mit "
    "my no not of on or our per please the this to und une use van von we will with you your zip rar 7z archive archiv archivio archivo attached attachment "
    "document dokument below following above protected open opening dear hello thanks regards is: de la: do da das para por pour su una un è é w na".split()
)


@cache
def _keyword() -> re.Pattern[str]:
    return re.compile(f"{'|'.join(_KEYWORDS)}|(?P<short>{_SHORT_KEYWORDS})(?![^\\W_])")


def candidates(text: str, most: int = MAX_CANDIDATES, *, guesses: bool = True) -> list[Candidate]:
    """What may be a password in the text, likeliest first, each once. Without `guesses`, only what stands beside a word for it."""
    plain = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    quote = _QUOTE_BEGINS.search(plain)
    new = quote.start() if quote else len(plain)
    best: dict[str, Candidate] = {}
    for candidate in (*_told(plain), *(_guessed(plain, new, most) if guesses else ())):
        known = best.get(candidate.value)
        if known is None or candidate.rank > known.rank:
            best[candidate.value] = candidate
    return sorted(best.values(), key=lambda c: -c.rank)[:most]


def _told(text: str) -> Iterator[Candidate]:
    low = text.lower()
    if len(low) != len(text):  # a letter like İ moves everything after it
        return
    for match in islice(_keyword().finditer(low), _MAX_KEYWORDS):
        start, end = match.span()
        if not match["short"] or start == 0 or not low[start - 1].isalnum():
            yield from _beside(text, start, end, text[start:end])


def _guessed(text: str, new: int, most: int) -> Iterator[Candidate]:
    """Whatever looks like one; what stands in the quoted mail less likely than what is new."""
    for pattern, rank, how, count in (
        (_DIGITS, 0.35, "digits in the text", most),
        (_ODD, 0.3, "word in the text", most),
        (_WORD, 0.1, "word in the text", MAX_WORDS),
    ):
        for match in islice(pattern.finditer(text), count):
            if match[0].lower() not in _STOP:
                yield Candidate(match[0], rank if match.start() < new else rank / 3, how)


def _beside(text: str, start: int, end: int, keyword: str) -> Iterator[Candidate]:
    """What stands after the word on its line, on the next, and before it."""
    how = f'after "{keyword}"'
    line_end = text.find("\n", end, end + _WINDOW)
    rest = text[end : line_end if line_end >= 0 else end + _WINDOW]
    separators = list(_SEPARATOR.finditer(rest, 0, 80))
    for number, separator in enumerate(separators):
        sure = 0.97 if number == 0 else 0.9
        yield from _first(rest[separator.end() :], sure, how)
    for match in islice(_QUOTED.finditer(rest), 4):
        yield from _variants(next(group for group in match.groups() if group), 0.95, how)
    # "password 1234", and the tail of the word itself: "Passwords", "パスワードの"
    yield from _tokens(rest, 0.85 if not separators else 0.6, how)
    if line_end >= 0:
        line = text[line_end : line_end + _WINDOW].lstrip().partition("\n")[0]
        alone = not _substance(rest) or _POINTER.search(rest) is not None
        yield from _first(line, 0.93 if alone else 0.4, how)
        if alone:
            yield from _tokens(line, 0.7, how)
    line_start = max(text.rfind("\n", 0, start) + 1, start - 80)
    before = text[line_start:start]
    for match in islice(_QUOTED.finditer(before), 4):
        yield from _variants(next(group for group in match.groups() if group), 0.6, f'before "{keyword}"')
    for token in _TOKEN.findall(before)[-3:]:
        if token.lower() not in _STOP:
            yield from _variants(token, 0.5 if any(map(str.isdigit, token)) else 0.2, f'before "{keyword}"')


def _substance(rest: str) -> bool:
    return any(c.isalnum() for c in rest.replace("は", "").replace("の", ""))


def _first(text: str, rank: float, how: str) -> Iterator[Candidate]:
    """The token right here, and a quoted or CJK-enclosed one."""
    text = text.lstrip(" \t:=-–—>*").lstrip()
    match = _TOKEN.match(text)
    if match:
        token = match[0]
        run = _ASCII_RUN.search(token)
        if run and run[0] != token and token[0] not in _LEADING:  # "4432です。よろしくお願いします"
            yield from _variants(run[0], rank, how)
            yield from _variants(token, rank - 0.1, how)
        else:
            yield from _variants(token, rank if run else rank / 2, how)
        if " " in (line := text.partition("\n")[0].strip()) and len(line) <= MAX_LENGTH:
            yield Candidate(line, 0.45, how)


def _tokens(text: str, rank: float, how: str) -> Iterator[Candidate]:
    for number, match in enumerate(islice(_TOKEN.finditer(text), 8)):
        token = match[0]
        odd = any(map(str.isdigit, token)) or (token.isascii() and not token.islower())
        if token.lower().rstrip(":") in _STOP:
            continue
        for piece in {token, *_ASCII_RUN.findall(token)[:3]}:
            yield from _variants(piece, rank - 0.04 * number - (0 if odd else 0.3), how)


def _variants(token: str, rank: float, how: str) -> Iterator[Candidate]:
    """The token, without what surrounds it in a sentence first, then as it stands."""
    bare = token.lstrip(_LEADING).rstrip(_TRAILING)
    for ending in _ENDINGS:
        if bare.endswith(ending) and len(bare) > len(ending):
            bare = bare.removesuffix(ending).rstrip(_TRAILING)
    for number, value in enumerate(dict.fromkeys((bare, token.rstrip("。、,;"), token.lstrip(_LEADING), token))):
        if 0 < len(value) <= MAX_LENGTH and any(c.isalnum() for c in value):
            yield Candidate(value, max(rank - 0.03 * number, 0.01), how)


# ------------------------------------------------------------------ HTML

_BREAKS: Final = frozenset("br p div tr td th li h1 h2 h3 h4 h5 h6 table ul ol pre hr blockquote body title".split())
_SHOWN: Final = re.compile(r"""\b(?:alt|title|placeholder|value|content)\s{0,4}=\s{0,4}(?:"([^"]{1,200})|'([^']{1,200}))""", re.IGNORECASE)


def html_text(markup: str) -> str:
    """What a person reads of a page: its text, and on lines of their own what pictures say instead of theirs. Linear, never fails."""
    from html import unescape

    pieces: list[str] = []
    shown: list[str] = []
    hidden = ""
    first, *tags = markup[: 8 * MAX_TEXT].split("<")
    pieces.append(first)
    for tag in tags:
        inside, closed, text = tag.partition(">")
        name = re.match(r"/?[a-zA-Z0-9]{0,10}", inside)
        what = name[0].lower() if name else ""
        if hidden:
            if what != "/" + hidden:
                continue
            hidden = ""
        elif what in ("script", "style"):
            hidden = what
            continue
        if not closed or not (what.strip("/") or inside.startswith(("!", "?"))):
            pieces.append("<" + tag)
            continue
        if what.strip("/") in _BREAKS:
            pieces.append("\n")
        if "=" in inside:
            shown += [one or other for one, other in _SHOWN.findall(inside[:2_000])]
        pieces.append(text)
    return unescape("".join(pieces) + "\n" + "\n".join(shown))
