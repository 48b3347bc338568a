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

from emoscan.parse.lazy import lazy

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

DEFAULT_PDF: Final = ("1234", "123456", "12345", "123", "password", "0000", "1111", "infected")


@cache
def short_numbers() -> tuple[str, ...]:
    """What people take who lock a bill or a statement: three digits, then four that are a day, a year or easily typed. Below 2,000."""
    days = [(month, day) for month in range(1, 13) for day in range(1, 32)]
    four = [f"{day:02}{month:02}" for month, day in days] + [f"{month:02}{day:02}" for month, day in days]
    four += [str(year) for year in range(1940, 2031)] + [f"{a}{b}{a}{b}" for a in range(10) for b in range(10)]
    four += [f"{a}{a}{b}{b}" for a in range(10) for b in range(10)] + [f"{a}000" for a in range(1, 10)]
    four += ["0123", "1234", "2345", "3456", "4567", "5678", "6789", "7890", "9876", "4321", "3210", "2580", "0852"]
    return tuple(dict.fromkeys([*(f"{number:03}" for number in range(1_000)), *four]))


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


_SECOND_HALF: Final = r"[- _]?(?:w[o0]rds?|wrod|w[oö]rt|wor|woord|wds?|codes?|phrases?)"
_JAPANESE_KEY: Final = r"用?(?:キー|コード|鍵|番号)"
_KEYWORDS: Final = {
    # English, and what other languages borrowed; as people misspell it, too
    "pass": re.compile(_SECOND_HALF + "|ord(?:et)?"),
    "p@ss": lazy(_SECOND_HALF),
    "pas": lazy("w[o0]rd|woord"),
    # German, Dutch, Scandinavian
    "kennwort": None,
    "entpack": lazy("(?:ungs)?code"),
    "zugangscode": None,
    "toegangscode": None,
    "wachtwoord": None,
    "lösenord": lazy("(?:et)?"),
    "losenord": lazy("(?:et)?"),
    "adgangskode": lazy("n?"),
    "kodeord": lazy("(?:et)?"),
    # Italian, Spanish, Portuguese, Catalan, French, Romanian, Turkish
    "parola": lazy(r"(?:\s(?:d['’]ordine|chiave|d['’]accesso))?"),
    "parolă": None,
    "contra": lazy("[- ]?se(?:ñ|n|ny|nh)a"),
    "palavra": lazy("[- ](?:passe|chave)"),
    "mot": lazy(r"s?[-\s]?de[-\s]?passe"),
    "code d": lazy(r"['’]acc(?:è|e)s"),
    "codice di accesso": None,
    "código de acce": lazy("so"),
    "código de aces": lazy("so"),
    "şifre": None,
    "sifre": None,
    # Polish, Czech, Hungarian, Finnish
    "hasł": lazy("[oaeu]m?"),
    "kod dostępu": None,
    "přístupový kód": None,
    "jelsz": lazy("ó|o|av"),
    "salasana": None,
    # Russian, Ukrainian, Bulgarian, Greek, Serbian, Croatian, Lithuanian
    "парол": lazy("[ьяеюіа]"),
    "код доступ": None,
    "κωδικ": lazy("(?:ό|ο)ς"),
    "лозинк": None,
    "lozink": None,
    "slaptaž": None,
    # Japanese
    "パスワ": lazy(r"[ー\-−―]ド"),
    "パス": lazy("(?:コード|フレーズ)?(?!ポート|タ|テル|ワ)"),
    **dict.fromkeys(("解凍", "開封", "展開", "閲覧", "復号", "暗号", "アクセス", "認証"), lazy("化?" + _JAPANESE_KEY)),
    "暗証番号": None,
    "合言葉": None,
    # Chinese, Korean
    "密码": None,
    "密碼": None,
    "解压码": None,
    "解壓碼": None,
    "提取码": None,
    "口令": None,
    "비밀번호": None,
    "암호": None,
    "패스워드": None,
    "비번": None,
    # Vietnamese, Indonesian, Thai, Arabic, Hebrew, Hindi
    "mật khẩu": None,
    "kata sandi": None,
    "รหัสผ่าน": None,
    "كلمة": lazy(r"\s(?:ال)?(?:مرور|سر)"),
    "סיסמ": lazy("[הא]"),
    "पासवर्ड": None,
}
"""Words for "password", in lower case and after NFKC (which makes half-width kana and full-width Latin letters ordinary ones): how
they begin, which is quickly found, and how they go on.
"""
_SHORT_KEYWORDS: Final = (
    *(
        "pass",
        "passwd",
        "pwd",
        "pw",
        "psw",
        "p/w",
        "p.w",
        "pin",
        "clave",
        "senha",
        "chave",
        "mdp",
        "haslo",
        "heslo",
        "hesla",
        "hesle",
        "heslem",
    ),
    *("geslo", "parool", "parole", "losung", "pasahitza", "ww", "пасс"),
)
"""Those that count only as words of their own."""
_KEY: Final = r"(?:\b(?:code|codice|c[óo]digo|k[oó]d|код|key|ключ|schl(?:ü|ue)ssel|chiave|cl[ée]f?|sleutel|klucz|llave|secret)\b|キー|コード|鍵|番号|码|碼|키)"
_KEYS: Final = lazy(_KEY, re.IGNORECASE)
"""What passes for a word for password where a value stands beside it, and for nothing elsewhere."""

# What stands between the word and the password, last one counts: "Password for the archive is: ".
_SEPARATOR: Final = re.compile(
    r"[:=⇒→]|\A\s(?:to|je)\s|\s[-–—]{1,2}\s|(?:は|が|은|는|是|为|為|\b(?:is|are|ist|lautet|è|e['’]|est|es|é|jest|brzmi|är|er|on|είναι|het is)\b)"
    r"[、,]?(?=[\s「『【〈《〔\"'“\x21-\x7e]|[^\W\d_a-z]{1,8}[0-9A-Za-z])"
)
_POINTER: Final = re.compile(
    r"下記|以下|次の|↓|below|follow|next line|folgend|wie folgt|unten|seguente|sotto|siguiente|abajo|suivant|dessous|poniżej|abaixo|hieronder"
    r"|onderstaand|следующ|ниже|níže|aşağıda|아래|如下",
    re.IGNORECASE,
)
"""The password stands on the next line."""
_QUOTES: Final = (
    "「」",
    "『』",
    "【】",
    "〈〉",
    "《》",
    "〔〕",
    '""',
    "“”",
    "„“",
    "„”",
    "‚‘",
    "‘’",
    "«»",
    "‹›",
    "()",
    "[]",
    "<>",
    "''",
    "``",
)
_QUOTED: Final = lazy("|".join(f"{re.escape(a)}([^{re.escape(a + b)}\n]{{1,64}}){re.escape(b)}" for a, b in _QUOTES))
_TOKEN: Final = re.compile(r"\S{1,256}")
_ASCII_RUN: Final = re.compile(r"[!-~]{1,256}")
_SPACED: Final = re.compile(r"(?:\S ){2,31}\S(?!\S)")
"""A character at a time: "4 7 1 1"."""
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{3,8}(?![0-9])")
_ODD: Final = re.compile(
    r"(?<![\w@#$%&+\-])(?=[^\W\d_]{1,32}\d|\d{1,32}[^\W\d_]|[A-Z]?[a-z]{1,32}[A-Z]|[A-Z]{2,32}[a-z]{1,32}[A-Z])[\w@#$%&+\-]{3,32}"
)
"""Tokens no language has: letters and digits, or capitals inside."""
_LABELLED: Final = lazy(r"^([^:=→⇒\n]{1,60})[:=→⇒][:=> \t]{0,8}(\S{1,64}(?: \S{1,24}){0,3})[ \t\r。.]{0,8}$", re.MULTILINE)
"""A short label and one token on a line of their own: that may be the password, in whatever language. More only behind `_KEYS`."""
_ALONE: Final = lazy(r"^[ \t]{0,16}([^\s:]{2,32})[ \t\r]{0,8}$", re.MULTILINE)
_TO_TYPE: Final = lazy(
    r"\b(?:enter|type|input|use|using|with|mit|con|avec|com|met|utilizz?are?|usare?|digitare?|inserire|introduzca|utilice|entrez|saisissez)"
    r":?\s{1,4}(?:(?:the|a|den|das|code|il|la|le|el|o)\s)?(\S{2,64})|[をと]入力|を入れ|で開",
    re.IGNORECASE,
)
"""What a reader is told to type stands behind these words, and before the Japanese ones."""
_KEYED: Final = lazy(_KEY + r"[ \t:=-]{1,8}([^\s:=-]\S{1,63})", re.IGNORECASE)
_COUNTS: Final = {
    **dict.fromkeys(("three", "drei", "tre", "tres", "três", "trois", "三"), 3),
    **dict.fromkeys(("four", "vier", "quattro", "cuatro", "quatro", "quatre", "cztery", "四"), 4),
    **dict.fromkeys(("five", "fünf", "cinque", "cinco", "cinq", "vijf", "五"), 5),
    **dict.fromkeys(("six", "sechs", "sei", "seis", "zes", "六"), 6),
}
_COUNT: Final = rf"\(?(?P<count%d>[3-8]|{'|'.join(_COUNTS)})\)?"
_PART_OF_NUMBER: Final = lazy(
    rf"(?:(?:(?P<last>last|final|letzten?|ultime|últim[oa]s|derniers|laatste|ostatnie)|first|ersten?|prime|primeir[oa]s|primer[oa]s|premiers|eerste)\s{_COUNT % 1}\s"
    rf"|{_COUNT % 2}\s(?:(?P<last2>last|derniers|últim[oa]s|ultime|laatste|ostatnie)|first|premiers|prime)\s"
    rf"|(?:(?P<last3>下|末尾|最後の)|上|頭|最初の)\s?{_COUNT % 3}\s?(?=[桁け文]))"
    r"(?:digits?|numbers?|figures|characters|ziffern|stellen|zahlen|cifre|numeri|d[íi]gitos|cifras|n[úu]meros|chiffres|cijfers|cyfry|[桁け文])",
    re.IGNORECASE,
)
"""What the password is a part of is a number somewhere in the text."""
_NUMBER: Final = lazy(r"(?<![0-9])[0-9](?:[0-9]|[- /.](?=[0-9])){2,24}")
_WORD: Final = re.compile(r"[A-Za-z]{4,32}")
MAX_WORDS: Final = 30
MAX_GUESSED: Final = 20
"""Candidates of one sort that no word for password stands beside."""
_QUOTE_BEGINS: Final = re.compile(
    r"^(?:>|-{2,}\s?(?:original|ursprüngliche|messaggio|mensaje|message|mensagem|元の|forwarded)|_{10,}|on .{5,100} wrote:|am .{5,100} schrieb|le .{5,100} a écrit|il .{5,100} ha scritto|from: .{3,100}$)",
    re.IGNORECASE | re.MULTILINE,
)

_QUOTE_MARKS: Final = lazy(r"^(?:[>|][ \t]?){1,16}", re.MULTILINE)
_UNSEEN: Final = dict.fromkeys((0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
"""Characters that take no room: between the letters of a word they hide it from whoever searches for it."""

_LEADING: Final = "\"'`([{<「『【〈《〔“„‚‘«‹」』】〉》〕:=|/_-–—・※＊*•>"
_TRAILING: Final = "\"'`([{<)]}>「『【〈《〔」』】〉》〕”“’‘»›.,;:!?。、．，…*|_※"
_ENDINGS: Final = (
    "になります",
    "となります",
    "となっております",
    "でございます",
    "です",
    "でお願いします",
    "でお願いいたします",
    "にて",
    "で",
    "入力してください",
    "を",
    "が",
    "と",
    "입니다",
    "이에요",
)

_STOP: Final = frozenset(
    "a an and are as at be by can den der die das ein eine el en es est for für file files from have het i in ist il is it la le les los me mit "
    "my no not of on or our per please the this to und une use van von we will with you your zip rar 7z archive archiv archivio archivo attached attachment "
    "document dokument below following above protected open opening dear hello thanks regards is: de la: do da das para por pour su una un è é w na "
    "als code come como comme com con avec met jako que utiliser utilice usa usare using enter type it them their its mon dem des zum".split()
)


def _keywords(low: str) -> Iterator[tuple[int, int]]:
    """(start, end) of words for password, in order."""
    spans: list[tuple[int, int]] = []
    for stem, rest in _KEYWORDS.items():
        at = low.find(stem)
        while at >= 0:
            end = at + len(stem)
            match = rest.match(low, end) if rest is not None else None
            if rest is None or match is not None:
                spans.append((at, match.end() if match else end))
            at = low.find(stem, end)
    for word in _SHORT_KEYWORDS:
        at = low.find(word)
        while at >= 0:
            end = at + len(word)
            if not _of_a_word(low[at - 1 : at]) and not _of_a_word(low[end : end + 1]):
                spans.append((at, end))
            at = low.find(word, end)
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            last = end
            yield start, end


def _of_a_word(letter: str) -> bool:
    """Whether a short word beside this letter is a part of a longer one; in scripts without blanks ("解凍PWは") a letter says nothing."""
    return letter == "_" or (letter.isalnum() and letter < "\u0590")


def candidates(text: str, most: int = MAX_CANDIDATES, *, guesses: bool = True) -> list[Candidate]:
    """What may be a password in the text, likeliest first, each once. Without `guesses`, only what stands beside a word for it."""
    plain = _plain(text)
    best: dict[str, Candidate] = {}
    for candidate in (*_told(_QUOTE_MARKS.sub("", plain)), *(_guessed(plain, most) if guesses else ())):
        known = best.get(candidate.value)
        if known is None or candidate.rank > known.rank:
            best[candidate.value] = candidate
    return sorted(best.values(), key=lambda c: -c.rank)[:most]


def speaks_of_one(text: str) -> bool:
    """Whether a word for password is in the text."""
    return next(_keywords(_plain(text).lower()), None) is not None


def _plain(text: str) -> str:
    text = text[:MAX_TEXT]
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_UNSEEN)).replace("İ", "I")


def _told(text: str) -> Iterator[Candidate]:
    for start, end in islice(_keywords(text.lower()), _MAX_KEYWORDS):
        yield from _beside(text, start, end, text[start:end])


def _guessed(text: str, most: int) -> Iterator[Candidate]:
    """Whatever looks like one; what stands in the quoted mail less likely than what is new."""
    quote = _QUOTE_BEGINS.search(text)
    new = quote.start() if quote else len(text)
    for match in islice(_LABELLED.finditer(text), MAX_GUESSED):
        rank = 0.7 if _KEYS.search(match[1]) else 0.34
        if rank < 0.7 and " " in match[2]:
            continue
        yield from _variants(match[2], rank if match.start() < new else rank / 3, f'behind "{match[1].strip()[-30:]}"')
    for match in islice(_TO_TYPE.finditer(text), MAX_GUESSED):
        before = _ASCII_RUN.findall(text, max(0, match.start() - MAX_LENGTH), match.start())
        value = match[1] or (before[-1] if before else "")
        if value.lower().rstrip(_TRAILING) not in _STOP:
            yield from _variants(value, 0.33 if match.start() < new else 0.1, "what the reader is to type")
    for match in islice(_KEYED.finditer(text), MAX_GUESSED):
        if any(map(str.isdigit, match[1])) or not match[1].isalpha():
            yield from _variants(match[1], 0.5 if match.start() < new else 0.15, "behind a word for key")
    yield from _parts_of_numbers(text)
    for match in islice(_QUOTED.finditer(text), MAX_GUESSED):
        yield from _variants(next(filter(None, match.groups())), 0.32 if match.start() < new else 0.1, "in quotation marks")
    for pattern, rank, how, count in (
        (_DIGITS, 0.35, "digits in the text", most),
        (_ODD, 0.3, "word in the text", most),
        (_ALONE, 0.31, "alone on a line", MAX_GUESSED),
        (_WORD, 0.1, "word in the text", MAX_WORDS),
    ):
        for match in islice(pattern.finditer(text), count):
            value = match[match.lastindex or 0]
            if value.lower() not in _STOP and any(map(str.isalnum, value)):
                yield Candidate(value, rank if match.start() < new else rank / 3, how)


def _parts_of_numbers(text: str) -> Iterator[Candidate]:
    """Of texts like: the password is the last four digits of your order number."""
    for match in islice(_PART_OF_NUMBER.finditer(text), 3):
        said = next(filter(None, (match["count1"], match["count2"], match["count3"]))).lower()
        count = int(said) if said.isdecimal() else _COUNTS[said]
        at_end = bool(match["last"] or match["last2"] or match["last3"])
        for number in islice(_NUMBER.finditer(text), MAX_GUESSED):
            digits = "".join(filter(str.isdecimal, number[0]))
            if len(digits) >= count:
                yield Candidate(
                    digits[-count:] if at_end else digits[:count], 0.5, f"{'last' if at_end else 'first'} {count} digits of a number"
                )


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
    if not separators:
        yield from _line(rest, how)
    empty = not _substance(rest)
    if line_end >= 0:
        lines = list(islice(filter(_says_something, text[line_end : line_end + _WINDOW].splitlines()), 2))
        alone = empty or _POINTER.search(rest) is not None
        for number, line in enumerate(lines):
            yield from _first(line, (0.93 if alone else 0.4) - 0.3 * number, how)
            if alone:
                yield from _tokens(line, 0.7 - 0.3 * number, how)
    line_start = max(text.rfind("\n", 0, start) + 1, start - 80)
    before = text[line_start:start]
    how = f'before "{keyword}"'
    for match in islice(_QUOTED.finditer(before), 4):
        yield from _variants(next(group for group in match.groups() if group), 0.6, how)
    words = [token for token in _TOKEN.findall(before) if token.lower() not in _STOP and _says_something(token)][-3:]
    words.sort(key=lambda token: any(map(str.isalnum, "".join(_ASCII_RUN.findall(token)))))  # before particles that stand alone
    for number, token in enumerate(reversed(words)):
        yield from _variants(token, 0.55 if empty and number == 0 else 0.5 if any(map(str.isdigit, token)) else 0.2, how)


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))


def _substance(rest: str) -> bool:
    """Whether something is said behind the word, and not only the end of the sentence that it stands in."""
    words = rest.strip(_LEADING + _TRAILING + " \t\r")
    for ending in _ENDINGS:
        words = words.removesuffix(ending)
    return any(c.isalnum() for c in words.replace("は", "").replace("の", ""))


def _first(text: str, rank: float, how: str) -> Iterator[Candidate]:
    """The token right here, and a quoted or CJK-enclosed one."""
    text = text.lstrip(" \t:=-–—>*、").lstrip()
    match = _TOKEN.match(text)
    if match:
        token = match[0]
        run = _ASCII_RUN.search(token)
        if run and run[0] != token and token[0] not in _LEADING:  # "4432です。よろしくお願いします"
            yield from _variants(run[0], rank, how)
            yield from _variants(token, rank - 0.1, how)
        else:
            yield from _variants(token, rank if run else rank / 2, how)
        yield from _line(text, how)


def _line(text: str, how: str) -> Iterator[Candidate]:
    """The rest of the line as a password with blanks in it."""
    line = text.partition("\n")[0].strip()
    if " " in line and len(line) <= MAX_LENGTH and _says_something(line):
        yield from _variants(line, 0.45, how)
        if match := _SPACED.search(line):
            yield Candidate(match[0].replace(" ", ""), 0.6, how)


def _tokens(text: str, rank: float, how: str) -> Iterator[Candidate]:
    for number, match in enumerate(islice(_TOKEN.finditer(text), 8)):
        token = match[0]
        odd = any(map(str.isdigit, token)) or (token.isascii() and not token.islower())
        if token.lower().rstrip(":") in _STOP:
            continue
        for piece in {token, *_ASCII_RUN.findall(token)[:3]}:
            yield from _variants(piece, rank - 0.04 * number - (0 if odd else 0.3), how)


def _variants(token: str, rank: float, how: str) -> Iterator[Candidate]:
    """The token, without what surrounds it in a sentence first, then as it stands and with some of the marks at its end."""
    token = token.strip()
    open_end = token.lstrip(_LEADING)
    bare = open_end.rstrip(_TRAILING)
    tail = open_end[len(bare) : len(bare) + 4]
    forms = [bare, *(open_end[: len(open_end) - cut] for cut in (1, 0, 2, 3) if cut < len(tail)), token]
    for ending in _ENDINGS:
        if bare.endswith(ending) and len(bare) > len(ending):
            bare = bare.removesuffix(ending).rstrip(_TRAILING)
    for number, value in enumerate(dict.fromkeys((bare, *forms))):
        if 0 < len(value) <= MAX_LENGTH and _says_something(value):
            yield Candidate(value, max(rank - 0.03 * number, 0.01), how)


# ------------------------------------------------------------------ HTML

_BREAKS: Final = frozenset("br p div tr td th li h1 h2 h3 h4 h5 h6 table ul ol pre hr blockquote body title".split())
_SHOWN: Final = re.compile(r"""\b(?:alt|title|placeholder|value|content)\s{0,4}=\s{0,4}(?:"([^"]{1,200})|'([^']{1,200}))""", re.IGNORECASE)


_VEIL: Final = lazy(
    r"""\bstyle\s{0,4}=[^>]{0,1000}(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}0(?![.\d]))""",
    re.IGNORECASE,
)
_EMPTY: Final = frozenset("br img hr input meta link wbr area base col embed source".split())
"""Elements without an end."""


def html_text(markup: str, *, in_place: bool = False) -> str:
    """What a person reads of a page: its text, and below it what is hidden and what pictures say instead of theirs. Linear, never fails.

    `in_place`: nothing but its text, the hidden where it stands, as a program that opens the page as a document has it.
    """
    from html import unescape

    pieces: list[str] = []
    unseen: list[str] = pieces if in_place else []
    shown: list[str] = []
    skipped, veil, depth = "", "", 0
    first, *tags = markup[: 8 * MAX_TEXT].split("<")
    pieces.append(first)
    for tag in tags:
        into = unseen if veil else pieces
        inside, closed, text = tag.partition(">")
        name = re.match(r"/?[a-zA-Z0-9]{0,10}", inside)
        what = name[0].lower() if name else ""
        if skipped:
            if what != "/" + skipped and not (skipped == "--" and "-->" in tag):
                continue
            text = tag.partition("-->")[2] if skipped == "--" else text
            skipped = ""
        elif what in ("script", "style"):
            skipped = what
            continue
        elif inside.startswith("!--"):
            _, closed, text = tag.partition("-->")
            if not closed:
                skipped = "--"
                continue
        elif not closed or not (what.strip("/") or inside.startswith(("!", "?"))):
            into.append("<" + tag)
            continue
        if veil and what.strip("/") == veil:
            depth += -1 if what.startswith("/") else 1
            if not depth:
                veil, into = "", pieces
        if what.strip("/") in _BREAKS:
            into.append("\n")
        if "=" in inside:
            shown += [one or other for one, other in _SHOWN.findall(inside[:2_000])]
            if not veil and what not in _EMPTY and _VEIL.search(inside[:2_000]):
                veil, depth, into = what, 1, unseen
                unseen += [] if in_place else ["\n"]
        into.append(text)
    if in_place:
        return unescape("".join(pieces))
    pieces += ["\n", *unseen]
    return unescape("".join(pieces) + "\n" + "\n".join(shown))
