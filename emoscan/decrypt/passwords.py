"""Candidates for passwords, from the texts, names and headers of whatever surrounds something locked."""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Fact, Yields
from emoscan.parse import Malformed, header, mime
from emoscan.parse.mime import TEXTS_OF_MAILS
from emoscan.parse.names import extension
from emoscan.parse.passwords import Candidate, candidates, html_text
from emoscan.parse.text import text_of
from emoscan.registry import step

MAX_NAMES: Final = 50
MAX_BYTES: Final = 1 << 19


def _clues(found: list[Candidate], place: str) -> Yields:
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
    yield from _in_words(html_text(text_of(artifact.data[:MAX_BYTES])), ctx, "HTML text")


def _in_words(text: str, ctx: Context, place: str) -> Yields:
    guesses = ctx.name in TEXTS_OF_MAILS or len(text) <= SHORT
    yield from _clues(candidates(text, guesses=guesses), ctx.name or place)


@step("passwords in mail", "mail.rfc822", order=-1)
def in_mail(artifact: Artifact, ctx: Context) -> Yields:
    """Subject, date, addresses and names of attachments."""
    try:
        mail = mime.parse(artifact.data, max_depth=ctx.budget.limits.mime_depth, max_parts=ctx.budget.limits.mime_parts)
    except Malformed:
        return
    subject = header.decode_words(mime.field(mail.headers, "subject")[: mime.MAX_HEADER_BYTES])
    yield from _clues(candidates(subject, 20), "subject of the mail")
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
        for name in dict.fromkeys(header.texts(disposition, "filename") + header.texts(part.parameters, "name")):
            yield from _of_name(name)


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
    found = [Candidate(stem, 0.15, "whole")] if 1 < len(stem) <= 64 else []
    words = _WORDS_OF_NAME.findall(stem)[:8]
    found += [Candidate(word, 0.14 if any(map(str.isdigit, word)) else 0.06, "a part of it") for word in words]
    yield from _clues(found, "name of a file")


def _date_forms(iso: str) -> tuple[str, ...]:
    """How people write a date as a password: yyyymmdd, yymmdd, mmdd, ddmmyyyy, ddmmyy, ddmm, yyyy."""
    if len(iso) < 10:
        return ()
    year, month, day = iso[:4], iso[5:7], iso[8:10]
    return (year + month + day, year[2:] + month + day, month + day, day + month + year, day + month + year[2:], day + month, year)
