"""Mails: header facts, texts and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.formats.lures import letter, lures, way
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, charset, header, macfiles, mime, passwords
from emoscan.parse.names import extension
from emoscan.parse.text import as_bytes, looks_like_text
from emoscan.registry import Look, sniffs, step

ADDRESS_FIELDS: Final = ("from", "sender", "reply-to", "return-path", "to", "cc", "bcc", "disposition-notification-to")
TEXT_FIELDS: Final = (
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "received",
    "x-mailer",
    "user-agent",
    "x-originating-ip",
    "authentication-results",
    "received-spf",
    "dkim-signature",
    "list-id",
    "delivered-to",
)
MAX_VALUES: Final = 50
"""Values of one kind of field that are stated."""
MAX_VALUE: Final = 2_000
"""Characters of one value."""

# ------------------------------------------------------------------ is it one?

_KNOWN: Final = frozenset(
    "from to cc subject date received return-path message-id delivered-to reply-to sender mime-version content-type in-reply-to references "
    "x-mailer envelope-to x-received dkim-signature authentication-results x-originating-ip content-transfer-encoding received-spf".split()
)
_OF_MAILS_ALONE: Final = frozenset("from to subject received return-path message-id delivered-to envelope-to x-received".split())


@sniffs("mail.rfc822", text=True)
def is_mail(look: Look) -> int:
    """By the header fields it begins with. A web archive begins with some of them too and leaves the rest out."""
    head = look.data[:16_384]
    if b":" not in head:
        return 0
    names = mime.field_names(mime.readable(head))
    known = len(names & _KNOWN)
    if not known:
        return 0
    if not names & _OF_MAILS_ALONE:
        score = 40 if "mime-version" in names or b"boundary" in head[:1_024].lower() else 25
    elif "received" not in names and b"\nContent-Location:" in look.data[: 1 << 16]:
        score = 50
    else:
        score = 95 if known >= 4 else (35, 60, 85)[known - 1]
    return max(score, 55) if extension(look.name) == "eml" else score


# ------------------------------------------------------------------ what is in it


@step("eml", "mail.rfc822")
def open_mail(artifact: Artifact, ctx: Context) -> Yields:
    data = mime.readable(artifact.data)
    try:
        mail = mime.parse(data, max_depth=ctx.budget.limits.mime_depth, max_parts=ctx.budget.limits.mime_parts)
    except Malformed as error:
        yield Problem("malformed", "mail", f"the mail cannot be read: {error}")
        return
    likely = next((label for part in mail.parts for label in header.texts(part.parameters, "charset")), "")
    yield from _header_facts(mail, likely)
    # Texts first: the password they hold is known when the attachments are opened.
    texts: dict[str, str] = {}
    for part in mail.parts:
        if _is_body(part):
            yield from _body(data, part, ctx, texts)
    text = texts.get("text.plain", "")
    if not text.strip() and "text.html" in texts:
        text = passwords.html_text(texts["text.html"])
    attached = [part for part in mail.parts if not _is_body(part)]
    pictures = sum(part.type.startswith("image/") or extension(next(iter(_names(part)), "")) in _PICTURES for part in attached)
    yield from lures(letter(mail.headers, text, len(attached), likely, pictures), ctx.settings.domains)
    for part in attached:
        yield from _attachment(data, part, likely, ctx)
    for start, end in mail.between:
        yield from _files_in_text(data[start:end], ctx)
    if mail.type == "multipart/encrypted":
        yield Problem("encrypted", "PGP", "the body of the mail is encrypted (PGP/MIME)")
    if mail.unended and _cut_off(data, mail):
        yield Problem("malformed", "cut off", "the mail ends inside an attachment; what came after is not there")
    for name, what in mail.limits:
        yield Problem("limit", name, what)


def _cut_off(data: bytes, mail: mime.Mail) -> bool:
    """Whether a mail without its last boundary ends where no writer ends: before the first attachment, or in the middle of base64."""
    if not mail.parts:
        return True
    last = mail.parts[-1]
    body = data[last.start : last.end]
    if not body.strip():
        return bool(last.headers)
    if b"\n--" in body:  # a last boundary, misspelt
        return False
    if mime.encoding_of(last.field("content-transfer-encoding")) != "base64":
        return mail.type == "multipart/mixed" and len(mail.parts) == 1
    body = body.translate(None, b"\r\n\t ")
    return not body.endswith(b"=") and (len(body) % 4 != 0 or not data.endswith(b"\n"))


_PICTURES: Final = frozenset(("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"))


def _header_facts(mail: mime.Mail, likely: str) -> Yields:
    for name in ADDRESS_FIELDS:
        kind = f"mail.{name.replace('-', '_')}"
        count = 0
        for key, value in mail.headers:
            if key == name:
                for address in header.addresses(value[: mime.MAX_HEADER_BYTES], likely):
                    count += 1
                    if count <= MAX_VALUES:
                        detail = {"name": address.name[:MAX_VALUE], "address": address.address[:MAX_VALUE]}
                        yield Fact(kind, str(address)[:MAX_VALUE], detail=detail)
    counts: dict[str, int] = {}
    for key, value in mail.headers:
        if key in TEXT_FIELDS:
            counts[key] = counts.get(key, 0) + 1
            if counts[key] <= MAX_VALUES:
                yield from _text_fact(key, " ".join(header.decode_words(value, likely).split())[:MAX_VALUE])
    yield from way(mail.headers)


def _text_fact(name: str, text: str) -> Iterator[Fact]:
    if name == "date":
        utc = header.date(text)
        yield Fact("mail.date", text, detail={"utc": utc} if utc else {})
        if utc:
            yield Fact("clue.date", utc, "Date of the mail")
    elif text:
        yield Fact(f"mail.{name.replace('-', '_')}", text)


def _is_body(part: mime.Part) -> bool:
    if not part.type.startswith("text/") and part.type != "text":
        return False
    return not part.field("content-disposition").lower().startswith(b"attachment") and not _names(part)


def _names(part: mime.Part, likely: str = "") -> list[str]:
    """Every name the part goes by, that of Content-Disposition first."""
    disposition = header.parameters(part.field("content-disposition"))[1] if part.field("content-disposition") else []
    names = header.texts(disposition, "filename", likely) + header.texts(part.parameters, "name", likely)
    return list(dict.fromkeys(" ".join(name.split("\n")).strip() for name in names))


def _contents(data: bytes, part: mime.Part, ctx: Context) -> list[tuple[bytes, mime.Encoding]]:
    """(content, encoding undone) by each transfer encoding the part claims."""
    body = data[part.start : part.end]
    claimed: dict[mime.Encoding, None] = dict.fromkeys(mime.encoding_of(value) for value in part.all("content-transfer-encoding"))
    contents: list[tuple[bytes, mime.Encoding]] = []
    for encoding in claimed or {"": None}:
        content = mime.undo(body, encoding)
        ctx.budget.grow(len(content), "part of the mail")
        contents.append((content, encoding))
    return contents


# ------------------------------------------------------------------ texts

_META_CHARSET: Final = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


def _body(data: bytes, part: mime.Part, ctx: Context, texts: dict[str, str]) -> Yields:
    """The text as a child; the first of each kind is also put into `texts`."""
    html = part.type in {"text/html", "text/xhtml"}
    declared = next(iter(header.texts(part.parameters, "charset")), "")
    for content, _ in _contents(data, part, ctx):
        if not content.strip():
            continue
        if not looks_like_text(content) and not charset.codec_of(declared).startswith("utf-16"):
            files = list(_encoded_files(content, ctx))
            yield from files or [Child(content, how=f"body that is not the {part.type} it claims to be")]
            continue
        if html and not declared:
            meta = _META_CHARSET.search(content[:2_048])
            declared = meta[1].decode() if meta else ""
        decoded = charset.decode(content, declared)
        kind, label = ("text.html", mime.HTML_OF_MAIL) if html else ("text.plain", mime.TEXT_OF_MAIL)
        texts.setdefault(kind, decoded.text)
        yield Child(as_bytes(decoded.text), kind, label, f"body, {decoded.charset}")
        yield from _files_in_text(content, ctx)


_BASE64_MAGIC: Final = re.compile(rb"^[ \t]{0,8}(?=UEsDB|0M8R4KGx|JVBERi|UmFyIR|N3q8rycc|TVqQ|TVpQ|e1xydG|H4sI)", re.MULTILINE)
_BASE64_LINES: Final = re.compile(rb"(?:[ \t]{0,8}[A-Za-z0-9+/=]{1,2000}+\r?\n?)++")
_BASE64_BLOCK: Final = re.compile(rb"(?:^|(?<=\n))([A-Za-z0-9+/]{60}|[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{72}|[A-Za-z0-9+/]{76})(?=\r?\n)")
"""A line as long as writers of base64 make them."""
LEAST_LINES: Final = 6
"""Of equal length, before something that says nothing of itself is taken for base64."""
MAX_CARVED: Final = 50


def _files_in_text(text: bytes, ctx: Context) -> Yields:
    """Files that stand in a text: uuencoded and the like, or as bare base64 of something known."""
    yield from _encoded_files(text, ctx)
    at = 0
    for _ in range(MAX_CARVED):
        match = _BASE64_MAGIC.search(text, at)
        lines = _BASE64_LINES.match(text, match.start()) if match else None
        if match is None or lines is None:
            break
        at = lines.end()
        if at - match.start() >= 64:
            content = mime.undo_base64(lines[0])
            ctx.budget.grow(len(content), "base64 in the text")
            yield Child(content, how="bare base64 in the text")
    yield from _blocks(text, ctx)


def _encoded_files(text: bytes, ctx: Context) -> Yields:
    for mark, how, read in ((b"begin", "uuencoded", mime.uuencoded), (macfiles.YENC, "yEnc", macfiles.yencoded)):
        for name, content in read(text) if mark in text else ():
            ctx.budget.grow(len(content), f"{how} file")
            yield Child(content, label=charset.decode(name).text, how=f"{how} in the text")
    at = text.find(macfiles.BINHEX)
    if at >= 0:
        yield Child(text[at:], "archive.binhex", how="BinHex in the text")


def _blocks(text: bytes, ctx: Context) -> Yields:
    """Base64 that does not begin like anything known, told by its lines; armoured keys and messages are left to who reads them."""
    at = 0
    for _ in range(MAX_CARVED):
        match = _BASE64_BLOCK.search(text, at)
        lines = _BASE64_LINES.match(text, match.start()) if match else None
        if match is None or lines is None:
            return
        at = lines.end()
        block = lines[0].split(b"\n")
        if len(block) < LEAST_LINES or any(len(line.rstrip(b"\r")) != len(match[1]) for line in block[1 : LEAST_LINES - 1]):
            continue
        if _BASE64_MAGIC.match(text, match.start()) or text.rfind(
            b"-----BEGIN ", max(0, match.start() - 2_000), match.start()
        ) > text.rfind(b"-----END ", max(0, match.start() - 2_000), match.start()):
            continue
        content = mime.undo_base64(lines[0])
        ctx.budget.grow(len(content), "base64 in the text")
        yield Child(content, how="bare base64 in the text")


# ------------------------------------------------------------------ attachments


def _attachment(data: bytes, part: mime.Part, likely: str, ctx: Context) -> Yields:
    names = _names(part, likely)
    disposition = part.field("content-disposition").partition(b";")[0].strip().decode("latin-1").lower()
    for content, encoding in _contents(data, part, ctx):
        detail = {"type": part.type, "size": str(len(content)), "disposition": disposition}
        if len(names) > 1:
            detail["other_name"] = names[1]
        yield Fact("mail.attachment", names[0] if names else "", detail=detail)
        if not content:
            continue
        if part.type.startswith("multipart"):  # its boundary is nowhere: what is inside is found by what it looks like
            yield from _files_in_text(content, ctx)
        if part.type in {"message/rfc822", "message/global"}:
            kind = "mail.rfc822" if mime.first_field(mime.readable(content)) >= 0 else ""
            yield Child(content, kind, names[0] if names else "", "attached mail")
            continue
        how = "attachment" if disposition == "attachment" or names else f"{part.type} part"
        for name in names or [""]:
            yield Child(content, label=name, how=f"{how}, {encoding}" if encoding else how)
    if part.type == "message/external-body":
        for where in header.texts(part.parameters, "url") + header.texts(part.parameters, "site"):
            yield Fact("link.external", " ".join(where.split()), "body that lies elsewhere")
    if part.type == "message/partial":
        yield Problem("unmodelled", "message/partial", "the mail is one piece of a larger one (message/partial); the others are not here")
