"""What a mail does to be believed: facts `mail.lure.*`. Each is a weak sign; what it weighs is for the rules to say.

The forms, and what is known of how they come about, are those of Emotet's stolen threads and address books. Passed SPF or
DKIM is not asked for: the accounts that send are real ones, taken over.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from emoscan.model import Fact
from emoscan.parse import header, lookalike, mime, thread
from emoscan.parse.lazy import lazy
from emoscan.parse.urls import host_of, registrable

MAX_FIELD: Final = 4_096
SHORT: Final = 300
"""Characters of new text above a quote that are few."""
FUTURE_HOURS: Final = 6
PAST_DAYS: Final = 14


class Letter(Struct, frozen=True):
    """Of a mail what a reader goes by."""

    sender: tuple[header.Address, ...]
    reply_to: tuple[header.Address, ...]
    recipients: tuple[header.Address, ...]
    subject: str
    message_id: str
    references: str
    """In-Reply-To and References."""
    date: str
    """ISO 8601 in UTC, "" for none."""
    received: tuple[str, ...]
    """Received fields, the last hop first."""
    by_list: bool
    """A mailing list or ticket system has passed it on."""
    automatic: bool
    """A program answers: a notice of delivery, of absence (RFC 3834)."""
    raw_from: str
    text: str
    attachments: int
    pictures: int = 0


def letter(headers: mime.Headers, text: str, attachments: int, likely: str = "", pictures: int = 0) -> Letter:
    """A mail by its header fields; `text` as people read it."""

    def people(*names: str) -> tuple[header.Address, ...]:
        return tuple(a for name in names for key, value in headers if key == name for a in header.addresses(value[:MAX_FIELD], likely))

    def words(name: str) -> str:
        return " ".join(header.decode_words(mime.field(headers, name)[:MAX_FIELD], likely).split())

    names = {name for name, _ in headers}
    return Letter(
        people("from"),
        people("reply-to"),
        people("to", "cc", "delivered-to"),
        words("subject"),
        words("message-id"),
        f"{words('in-reply-to')} {words('references')}".strip(),
        header.date(words("date")),
        tuple(value.decode("latin-1") for name, value in headers if name == "received")[:30],
        bool(names & _OF_LISTS) or mime.field(headers, "precedence").lower() in (b"list", b"bulk"),
        mime.field(headers, "auto-submitted").lower().startswith(b"auto-") or mime.field(headers, "return-path") == b"<>",
        mime.field(headers, "from")[:MAX_FIELD].decode("latin-1"),
        text,
        attachments or int(mime.field(headers, "x-ms-has-attach").lower().startswith(b"yes")),
        pictures,
    )


_OF_LISTS: Final = frozenset(
    ("list-id", "list-unsubscribe", "list-post", "mailing-list", "x-mailing-list", "x-beenthere", "x-mailman-version", "resent-from")
)


def lures(mail: Letter, domains: Iterable[str] = ()) -> Iterator[Fact]:
    """The facts, and those about the thread that stand in the report without being a lure. `domains` are known to the recipient."""
    told = thread.thread(mail.text)
    yield from _about_thread(mail, told)
    if mail.pictures and len(told.new.strip()) < SHORT:
        yield Fact("mail.picture", f"{mail.pictures} pictures beside {len(told.new.strip())} characters of text")
    for fact in (
        *_display(mail),
        *_reply(mail, told),
        *_signature(mail, told),
        *_honorific(mail, told),
        *_lookalike(mail, told, domains),
        *_dates(mail),
    ):
        yield replace(fact, detail={**fact.detail, "list": "yes"}) if mail.by_list else fact


# ------------------------------------------------------------------ domains


@lru_cache(maxsize=1_024)
def domain(address: str) -> str:
    """The registered domain of an address or host, as far as it can be told; "" for none."""
    host = host_of(address.rpartition("@")[2].strip(" .>"))
    return (registrable(host) or ".".join(host.split(".")[-2:])) if host else ""


def _domains(addresses: Iterable[header.Address]) -> set[str]:
    return {found for address in addresses if (found := domain(address.address))}


def _for_a_member(mail: Letter, ours: set[str]) -> bool:
    """Whether a mailing list sends in the name of a member, as lists do since DMARC: what is sent from is where it goes."""
    return mail.by_list and bool(ours & _domains(mail.recipients))


# ------------------------------------------------------------------ A1 reply chains

_REPLY: Final = lazy(
    r"^\s*(?:(?:re|aw|fw|fwd|wg|sv|vs|rv|ref|tr|r|i|antw|odp|pd|res|enc|回复|答复|返信|転送)\s?(?:\[\d{1,3}\])?\s?[:：]\s?){1,8}",
    re.IGNORECASE,
)


def _about_thread(mail: Letter, told: thread.Thread) -> Iterator[Fact]:
    if told.quoted:
        yield Fact(
            "mail.quoted",
            f"{len(told.quoted):,} characters below {len(told.new.strip()):,} new ones",
            detail={"newest": told.dates[0]} if told.dates else {},
        )
        for person in told.people:
            yield Fact("mail.quoted_person", str(person))
    if _REPLY.match(mail.subject):
        yield Fact("mail.reply", "without In-Reply-To and References" if not mail.references else "with In-Reply-To or References")


def _reply(mail: Letter, told: thread.Thread) -> Iterator[Fact]:
    """(a) an answer that answers nothing, (b) a correspondent of the thread under an address that is not in it."""
    ours = _domains(mail.sender)
    if not ours or not told.people or _for_a_member(mail, ours):
        return
    in_thread = {domain(address) for address in told.addresses} - {""}
    hosts = {domain(host) for host in re.findall(r"@([^\s<>@]{3,255})", mail.references[:MAX_FIELD])} - {""}
    if ours & in_thread or hosts & (in_thread | ours):
        return
    names = {name for sender in mail.sender if (name := thread.folded(sender.name))}
    detail = _detail_of_thread(mail, told)
    for person in told.people:
        if thread.folded(person.name) in names:
            value = f"{mail.sender[0]} writes as {person} of the quoted mail"
            yield Fact("mail.lure.reply_chain", value, "a correspondent's name", detail=detail)
            return
    known = _domains(mail.recipients)
    if _REPLY.match(mail.subject) and not mail.references and known & in_thread and not known & ours:
        yield Fact("mail.lure.reply_chain", f"{mail.sender[0]} is nobody of the quoted mail", "a stranger in the thread", detail=detail)


def _detail_of_thread(mail: Letter, told: thread.Thread) -> dict[str, str]:
    detail = {"new_text": "short" if len(told.new.strip()) < SHORT else "long", "attachment": "yes" if mail.attachments else "no"}
    subject = _REPLY.sub("", mail.subject).strip()
    first = next((line.strip() for line in told.new.splitlines() if line.strip()), "")
    if len(subject) > 3 and _REPLY.sub("", first).strip() == subject:
        detail["first_line"] = "the subject"
    if told.dates and mail.date:
        from datetime import date

        days = (date.fromisoformat(mail.date[:10]) - date.fromisoformat(told.dates[0])).days
        detail["days_old"] = str(days)
    return detail


# ------------------------------------------------------------------ A2 display names

_MAILBOX: Final = lazy(r"[^\s<>()\[\],;:\"'@]{1,64}@((?:[\w-]{1,63}\.){1,8}[\w-]{2,63})")
_DOUBLED: Final = lazy(r"^\s*\"\"[^\"]|[^\"]\"\"\s*<")
_BRANDS: Final = {
    "docusign": "docusign",
    "dhl": "dhl dpdhl deutschepost",
    "fedex": "fedex",
    "ups": "ups",
    "paypal": "paypal",
    "amazon": "amazon",
    "microsoft": "microsoft microsoftonline office office365 azure outlook live windows sharepointonline onmicrosoft microsoftemail microsoftsupport",
    "office365": "microsoft microsoftonline office office365 onmicrosoft",
    "netflix": "netflix",
    "apple": "apple icloud",
    "linkedin": "linkedin",
    "dropbox": "dropbox dropboxmail",
    "adobe": "adobe adobesign echosign",
    "intuit": "intuit",
    "quickbooks": "intuit quickbooks",
    "adp": "adp",
    "efax": "efax j2",
    "楽天": "rakuten",
    "ヤマト運輸": "kuronekoyamato",
    "佐川急便": "sagawa-exp",
    "三井住友": "smbc smbc-card",
}
"""Names senders borrow, and the registered labels that are theirs."""


def _display(mail: Letter) -> Iterator[Fact]:
    for sender in mail.sender[:3]:
        ours = domain(sender.address)
        shown = unicodedata.normalize("NFKC", sender.name[:MAX_FIELD])
        others = {found for host in _MAILBOX.findall(shown) if (found := domain(host))}
        if ours and others and ours not in others and not _for_a_member(mail, {ours}):
            if {a.address.lower() for a in mail.reply_to} & {m[0].lower() for m in _MAILBOX.finditer(shown)}:
                yield Fact("mail.lure.display_spoof", str(sender), "address of another domain, where replies go")
            else:
                yield Fact("mail.lure.display_spoof", str(sender), "address of another domain")
        elif ours and not others:
            name = thread.bare(sender.name).casefold()
            if name == "microsoft outlook" and mail.automatic:  # what Exchange signs its notices of delivery with
                continue
            for brand, labels in _BRANDS.items():
                if re.search(rf"(?<![^\W_]){re.escape(brand)}(?![^\W_])", name) and not _is_theirs(ours, brand, labels):
                    yield Fact("mail.lure.display_spoof", str(sender), "a brand", detail={"brand": brand})
                    break
    if _DOUBLED.search(mail.raw_from):
        yield Fact("mail.lure.display_spoof", mail.raw_from[:300], "doubled quotes")
    identity = mail.message_id.strip("<> ")
    if identity.count("@") > 1:
        yield Fact("mail.lure.display_spoof", mail.message_id[:300], "two @ in the Message-ID")


def _is_theirs(ours: str, brand: str, labels: str) -> bool:
    registered = ours.split(".", 1)[0]
    return registered in labels.split() or registered == brand or registered.startswith(f"{brand}-")


# ------------------------------------------------------------------ A3 honorifics, A4 signatures

_LAST_LINES: Final = 8
_ADDRESS_LINE: Final = lazy(
    r"^(?:e-?mail|mail|メール|アドレス|✉)?\s{0,3}[:：]?\s{0,3}<?([\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63})>?$", re.IGNORECASE
)


_NAME_AND_ADDRESS: Final = lazy(r"^([^<>\[\]()@]{2,60}?)\s{0,3}[<\[(](?:mailto:)?([^\s<>\[\]()@]{1,64}@[^\s<>\[\]()@]{3,255})[>\])]$")
"""Both on one line."""


def _tail(told: thread.Thread) -> list[str]:
    """The last lines of the new text, without the first one of all, which greets the recipient."""
    lines = [line.strip() for line in told.new.splitlines() if line.strip(" \t\r\u3000-_=*")]
    return lines[1:][-_LAST_LINES:]


def _honorific(mail: Letter, told: thread.Thread) -> Iterator[Fact]:
    for sender in mail.sender[:3]:
        found = thread.honorific(sender.name)
        if found is not None:
            detail = {"sort": found.sort, "department": "yes" if found.department else "no"}
            yield Fact("mail.lure.honorific", sender.name, "name of the sender", detail=detail)
    tail = _tail(told)
    names = {name for sender in mail.sender if (name := thread.folded(sender.name))}
    for line, following in pairwise([*tail, ""]):
        found = thread.honorific(line)
        if found is not None and found.sort == "honorific" and (_ADDRESS_LINE.match(following) or thread.folded(line) in names):
            detail = {"sort": found.sort, "department": "yes" if found.department else "no"}
            yield Fact("mail.lure.honorific", line, "signature", detail=detail)
            return


def _signature(mail: Letter, told: thread.Thread) -> Iterator[Fact]:
    """A name and under it an address that is not the sender's: the block Emotet puts above the stolen thread."""
    ours = _domains((*mail.sender, *mail.reply_to, *mail.recipients))
    if not _domains(mail.sender):
        return
    names = {name for sender in mail.sender if (name := thread.folded(sender.name))}
    tail = _tail(told)
    for line, following in pairwise([*tail, ""]):
        match = _ADDRESS_LINE.match(following)
        both = None if match else _NAME_AND_ADDRESS.match(line)
        if both and thread.folded(both[1]) in names:
            line, match = both[1], _ADDRESS_LINE.match(both[2])
        if match is None or len(line) > 60:
            continue
        other = domain(match[1])
        if other and other not in ours:
            same = thread.folded(line) in names and bool(thread.folded(line))
            short = "short" if len(told.new.strip()) < SHORT else "long"
            yield Fact(
                "mail.lure.signature",
                f"{line} / {match[1]}",
                "the sender's name" if same else "another name",
                detail={"new_text": short, "reply": "yes" if told.quoted or _REPLY.match(mail.subject) else "no"},
            )
            return


# ------------------------------------------------------------------ A9 look-alike domains


def _lookalike(mail: Letter, told: thread.Thread, domains: Iterable[str]) -> Iterator[Fact]:
    known = {found for address in (*[a.address for a in mail.recipients], *told.addresses, *domains) if (found := domain(address))}
    suspects = {a.address for a in (*mail.sender, *mail.reply_to)}
    for address in sorted(suspects):
        host = host_of(address.rpartition("@")[2].strip(" .>"))
        ours = domain(address)
        if not ours or ours in known:
            continue
        for other in sorted(known):
            how = lookalike.resembles(host, ours.split(".", 1)[0], other, other.split(".", 1)[0])
            if how:
                yield Fact("mail.lure.lookalike", host, how, detail={"known": other})
                return


# ------------------------------------------------------------------ A8 dates


def _dates(mail: Letter) -> Iterator[Fact]:
    arrived = next((found for value in mail.received if (found := header.date(value.rpartition(";")[2]))), "")
    if not mail.date or not arrived:
        return
    from datetime import datetime

    hours = (datetime.fromisoformat(mail.date) - datetime.fromisoformat(arrived)).total_seconds() / 3600
    if hours > FUTURE_HOURS:
        yield Fact("mail.lure.date", f"dated {hours:.0f} hours after it arrived", "future", detail={"date": mail.date, "arrived": arrived})
    elif hours < -24 * PAST_DAYS:
        yield Fact(
            "mail.lure.date", f"dated {-hours / 24:.0f} days before it arrived", "past", detail={"date": mail.date, "arrived": arrived}
        )


# ------------------------------------------------------------------ hops and authentication

_HOP: Final = lazy(r"\b(from|by|with|for)\s+([^\s;()]{1,255})", re.IGNORECASE)
_IP: Final = lazy(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{3,45})\]")
_RESULT: Final = lazy(
    r"\b(spf|dkim|dmarc|arc|compauth|dkim-atps|auth|iprev)\s{0,3}=\s{0,3}([a-z]{2,20})(?:\s[^;]{0,200}?\b(?:header\.(?:d|i|from)|smtp\.(?:mailfrom|helo))=([^\s;]{1,255}))?",
    re.IGNORECASE,
)
MAX_HOPS: Final = 50


def way(headers: mime.Headers) -> Iterator[Fact]:
    """Facts `mail.hop`, the last first, and `mail.authentication` as the receiving servers found it."""
    hops = 0
    for name, value in headers:
        if name == "received" and hops < MAX_HOPS:
            hops += 1
            text = value[:MAX_FIELD].decode("latin-1")
            detail: dict[str, str] = {}
            for key, word in _HOP.findall(text.partition(";")[0]):
                detail.setdefault(key.lower(), word)
            ip = _IP.search(text)
            if ip:
                detail["ip"] = ip[1]
            date = header.date(text.rpartition(";")[2])
            said = " ".join(f"{key} {detail[key]}" for key in ("from", "ip", "by", "with") if key in detail)
            yield Fact("mail.hop", f"{said} {date}".strip(), detail={**detail, "date": date})
        elif name in ("authentication-results", "arc-authentication-results"):
            for method, result, who in _RESULT.findall(value[:MAX_FIELD].decode("latin-1"))[:20]:
                yield Fact("mail.authentication", f"{method.lower()}={result.lower()}{f' {who}' if who else ''}", name)
        elif name == "received-spf":
            yield Fact("mail.authentication", f"spf={value[:20].decode('latin-1').split(' ', 1)[0].lower()}", name)
