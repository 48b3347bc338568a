"""Mails that belong together: the one with a locked archive, and the one that tells the password (in Japan a habit with a name, PPAP)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed, charset, header, mime
from emoscan.parse.passwords import Candidate, candidates, html_text, speaks_of_one

HEAD: Final = 1 << 16
"""Bytes of a mail that are enough for its header fields and, of one that tells a password, for its text."""
MAX_PARTS: Final = 20
MAX_CLUES: Final = 40
HOURS: Final = 72
"""Between the two mails."""

_FIELD: Final = re.compile(
    rb"^(from|return-path|sender|date):([^\r\n]{0,1000}(?:\r?\n[ \t][^\r\n]{0,1000}){0,4})", re.IGNORECASE | re.MULTILINE
)
_DOMAIN: Final = re.compile(rb"@([A-Za-z0-9.-]{3,255})")


class Envelope(Struct, frozen=True):
    """What of a mail's head tells whether another belongs to it; read without taking anything apart."""

    domains: frozenset[bytes]
    """Domains of the sender."""
    date: str
    """ISO 8601 in UTC, "" for none."""


def envelope(head: bytes) -> Envelope | None:
    """None when it does not begin like a mail. `head`: the first 16 KiB are looked at."""
    end = re.search(rb"\r?\n\r?\n", head[:16_384])
    domains: set[bytes] = set()
    date = ""
    for name, value in _FIELD.findall(head[: end.start() if end else 16_384]):
        if name.lower() == b"date":
            date = header.date(value.decode("latin-1"))
        else:
            domains |= {b".".join(found.lower().strip(b".").split(b".")[-2:]) for found in _DOMAIN.findall(value)}
    return Envelope(frozenset(domains), date) if domains else None


def belong_together(one: Envelope, other: Envelope) -> bool:
    """Whether both come from one place at about one time."""
    if not one.domains & other.domains:
        return False
    if not one.date or not other.date:
        return True
    from datetime import datetime

    apart = datetime.fromisoformat(one.date) - datetime.fromisoformat(other.date)
    return abs(apart.total_seconds()) <= HOURS * 3600


def clues(mails: Iterable[bytes]) -> Iterator[Candidate]:
    """Passwords that other mails tell, with where they stand. Of mails that do not speak of passwords in their subject less likely."""
    for mail in map(mime.readable, mails):
        try:
            parsed = mime.parse(mail, max_depth=16, max_parts=MAX_PARTS)
        except Malformed:
            continue
        subject = header.decode_words(mime.field(parsed.headers, "subject")[:4_096])
        notice = speaks_of_one(subject) or "解凍" in subject or "開封" in subject
        for candidate in _in(mail, parsed, guesses=notice)[:MAX_CLUES]:
            place = f"text of another mail, {subject!r}" if subject else "text of another mail"
            yield Candidate(candidate.value, candidate.rank * (0.9 if notice else 0.6), f"{place}, {candidate.how}")


def _in(mail: bytes, parsed: mime.Mail, *, guesses: bool) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    for _, text in texts(mail, parsed):
        for candidate in candidates(text, MAX_CLUES, guesses=guesses):
            if candidate.value not in best or best[candidate.value].rank < candidate.rank:
                best[candidate.value] = candidate
    return sorted(best.values(), key=lambda candidate: -candidate.rank)


def texts(mail: bytes, parsed: mime.Mail) -> Iterator[tuple[str, str]]:
    """(name, text) of the bodies of a mail, pages as people read them."""
    for part in parsed.parts[:MAX_PARTS]:
        if not part.type.startswith("text/") or part.field("content-disposition").lower().startswith(b"attachment"):
            continue
        content = mail[part.start : part.end]
        for claimed in part.all("content-transfer-encoding")[:1]:
            content = mime.undo(content, mime.encoding_of(claimed))
        text = charset.decode(content[: 4 * HEAD], next(iter(header.texts(part.parameters, "charset")), "")).text
        yield (mime.HTML_OF_MAIL, html_text(text)) if part.type == "text/html" else (mime.TEXT_OF_MAIL, text)
