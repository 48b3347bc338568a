"""Candidates for passwords, from the texts, names and headers of whatever surrounds something locked."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Fact, Yields
from emoscan.parse import Malformed, header, mime, passwords, siblings
from emoscan.parse.lazy import lazy
from emoscan.parse.names import extension
from emoscan.parse.text import lowered, text_of
from emoscan.registry import step

MAX_NAMES: Final = 50
MAX_BYTES: Final = 1 << 19


def _clues(found: list[passwords.Candidate], place: str) -> Yields:
    for candidate in found:
        yield Fact("clue.password", candidate.value, f"{place}, {candidate.how}", confidence=candidate.rank)


SHORT: Final = 2_000
"""Characters of a text that may be nothing but a note with a password."""


@step("passwords in text", "text.plain", order=-1)
def in_text(artifact: Artifact, ctx: Context) -> Yields:
    """What a text gives away."""
    yield from _in_words(text_of(artifact.data[:MAX_BYTES]), ctx, "text")


@step("passwords in html", "text.html", order=-1)
def in_html(artifact: Artifact, ctx: Context) -> Yields:
    """What a page shows, the descriptions of its pictures included."""
    yield from _in_words(passwords.html_text(text_of(artifact.data[:MAX_BYTES])), ctx, "HTML text")


def _in_words(text: str, ctx: Context, place: str) -> Yields:
    # What a decoder or evaluator made has no name; guesses in it would be nothing but noise. Those in mails are for `in_mail`.
    guesses = (bool(ctx.name) or ctx.is_input) and ctx.name not in mime.TEXTS_OF_MAILS and len(text) <= SHORT
    yield from _clues(passwords.candidates(text, guesses=guesses), ctx.name or place)


@step("passwords in mail", "mail.rfc822", order=-1)
def in_mail(artifact: Artifact, ctx: Context) -> Yields:
    """Subject, date, addresses and names of attachments, and whatever else in it may be a password, where something is attached."""
    data = mime.readable(artifact.data)
    try:
        mail = mime.parse(data, max_depth=ctx.budget.limits.mime_depth, max_parts=ctx.budget.limits.mime_parts)
    except Malformed:
        return
    subject = header.decode_words(mime.field(mail.headers, "subject")[: mime.MAX_HEADER_BYTES])
    attached = any(map(_is_attached, mail.parts)) or bool(mime.field(mail.headers, "x-ms-has-attach"))
    yield from _clues(passwords.candidates(subject, 20, guesses=attached), "subject of the mail")
    if not attached:
        return
    for name, value in mail.headers:
        if name in _FIELDS or "pass" in name or name.startswith("x-pw"):
            text = header.decode_words(value[: mime.MAX_HEADER_BYTES])
            yield from _clues(
                passwords.candidates(text if name in _FIELDS else f"password: {text}", 10, guesses=False), f"field {name} of the mail"
            )
    for label, text in siblings.texts(data, mail):
        yield from _clues([candidate for candidate in passwords.candidates(text) if not candidate.told], label)
    sent = header.date(mime.field(mail.headers, "date")[:200].decode("latin-1"))
    for form in _date_forms(sent):
        yield Fact("clue.password", form, "date of the mail", confidence=0.12)
    for who in ("from", "to"):
        for address in header.addresses(mime.field(mail.headers, who)[:2_000])[:3]:
            local, _, domain = address.address.partition("@")
            for word in (local, domain.partition(".")[0]):
                if len(word) > 2:
                    yield Fact("clue.password", word, f"address of the mail ({who})", confidence=0.08)
    for part in mail.parts[:MAX_NAMES]:
        disposition = header.parameters(part.field("content-disposition"))[1]
        shown = part.field("content-id").strip(b"<> ").partition(b"@")[0][:100].decode("latin-1")
        for name in dict.fromkeys([*header.texts(disposition, "filename"), *header.texts(part.parameters, "name"), shown]):
            yield from _of_name(name)


_FIELDS: Final = frozenset(("from", "comments", "keywords"))
"""Fields besides the subject in which somebody may tell a password."""


def _is_attached(part: mime.Part) -> bool:
    return (
        not part.type.startswith("text")
        or part.field("content-disposition").lower().startswith(b"attachment")
        or b"name" in part.field("content-type")
    )


_LITERALS: Final = (
    (("password", "passwd", "pwd"), lazy(r"p(?:assword\w{0,20}|asswd|wd)\s{0,4}:?=\s{0,4}[\"']([^\"'\r\n]{1,64})[\"']")),
    (("protect",), lazy(r"\.(?:un)?protect\s{0,4}\(?\s{0,4}\"([^\"\r\n]{1,64})\"")),
    (
        ("workbooks.open",),
        lazy(r"w(?<!\ww)orkbooks\.open\b[^\r\n]{1,300}?,[^,\r\n]{0,80},[^,\r\n]{0,80},[^,\r\n]{0,80},\s{0,4}\"([^\"\r\n]{1,64})\""),
    ),
    (
        ("7z", "rar"),
        lazy(r"(?:7(?<!\w7)z[ar]?|u(?<!\wu)nrar|r(?<!\wr)ar|w(?<!\ww)inrar)(?:\.exe)?[\"']?\s[^\r\n]{0,200}?\s-(?:h?p)([^\s\"']{1,64})"),
    ),
    (("unzip",), lazy(r"u(?<!\wu)nzip(?:\.exe)?\s[^\r\n]{0,200}?-p\s{0,4}([^\s\"']{1,64})")),
)
"""Words of which one is in all that the pattern finds, and the pattern: of texts in lower case."""
_URL: Final = lazy(r"https?://[^\s\"'<>(){}\[\]|\\^`]{4,300}", re.IGNORECASE)
MAX_LITERALS: Final = 20


@step("passwords in scripts", "script.*", order=-1)
def in_scripts(artifact: Artifact, ctx: Context) -> Yields:
    """What a script opens things with; and the addresses it names, which some archives are locked with."""
    data = artifact.data[:MAX_BYTES]
    if artifact.kind.endswith(("-project", "-workbook")):
        return
    text = text_of(data)
    ctx.budget.spend(len(text) // 64)
    lower = lowered(text)
    for start, end in _literals(lower):
        yield Fact("clue.password", text[start:end], f"literal in {ctx.name or 'a script'}", confidence=0.9)
    for match in islice(_URL.finditer(text), MAX_LITERALS) if "://" in lower else ():
        url = match[0].rstrip(".,;")
        for part in dict.fromkeys(
            (url, url.rstrip("/").rpartition("/")[2].partition("?")[0], url.rpartition("=")[2] if "=" in url else "")
        ):
            if 3 <= len(part) <= 200:
                yield Fact("clue.password", part, f"address in {ctx.name or 'a script'}", confidence=0.05)


def _literals(lower: str) -> list[tuple[int, int]]:
    """Where the first words stand that something is opened with."""
    holds = lower.__contains__
    found = [
        match.span(1) for words, pattern in _LITERALS if any(map(holds, words)) for match in islice(pattern.finditer(lower), MAX_LITERALS)
    ]
    return sorted(found)[:MAX_LITERALS]


@step("passwords in names", ("archive.*", "office.*", "document.*", "disk.*"), order=-1)
def in_names(_artifact: Artifact, ctx: Context) -> Yields:
    """The name of a file may be the password of it, or of its neighbour."""
    for name in ctx.names[:MAX_NAMES]:
        yield from _of_name(name)


_WORDS_OF_NAME: Final = re.compile(r"[^\W_]{3,32}")


def _of_name(name: str) -> Yields:
    ending = extension(name)
    stem = name.replace("\\", "/").rpartition("/")[2]
    stem = stem[: -len(ending) - 1] if ending else stem
    found = [passwords.Candidate(stem, 0.3 if stem.isdecimal() else 0.15, "whole")] if 1 < len(stem) <= 64 else []
    found += passwords.candidates(stem.replace("_", " "), 10, guesses=False)
    words = _WORDS_OF_NAME.findall(stem)[:8]
    found += [passwords.Candidate(word, 0.14 if any(map(str.isdigit, word)) else 0.06, "a part of it") for word in words]
    yield from _clues(found, "name of a file")


def _date_forms(iso: str) -> tuple[str, ...]:
    """How people write a date as a password: yyyymmdd, yymmdd, mmdd, ddmmyyyy, ddmmyy, ddmm, yyyy."""
    if len(iso) < 10:
        return ()
    year, month, day = iso[:4], iso[5:7], iso[8:10]
    return (year + month + day, year[2:] + month + day, month + day, day + month + year, day + month + year[2:], day + month, year)
