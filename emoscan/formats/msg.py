"""Outlook's own forms of a mail: message files (.msg) and winmail.dat. Their header fields and texts become a mail like any other."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.formats.compound import kind_of
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, cfbwriter, mapi, msg, rtfcompressed, tnef
from emoscan.parse.cfb import MAGIC, CompoundFile
from emoscan.registry import Look, sniffs, step

AS_MAIL: Final = "header fields and texts, written as a mail"


@sniffs("mail.msg", magic=MAGIC)
def is_msg(look: Look) -> bool:
    return kind_of(look) == "mail.msg"


@step("msg", "mail.msg")
def open_msg(artifact: Artifact, ctx: Context) -> Yields:
    try:
        file = CompoundFile(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "compound-file", f"the message cannot be read: {error}")
        return
    message = msg.read(file)
    yield from _mail(message.properties, message.people, len(message.attachments), ctx)
    for attachment in message.attachments:
        names = _names(attachment.properties)
        yield from _said(attachment.properties, names, attachment.content.size if attachment.content else 0)
        if attachment.storage is not None:
            content = cfbwriter.standalone(file, attachment.storage)
        elif attachment.content is not None:
            content = file.read(attachment.content)
        else:
            continue
        yield from _handed_on(content, names)
    if message.left_out:
        yield Problem("limit", "attachments", f"the message has {message.left_out} attachments more than are read")
    for what in file.damage:
        yield Problem("malformed", "compound-file", f"the message is damaged: {what}")


@step("tnef", "mail.tnef")
def open_tnef(artifact: Artifact, ctx: Context) -> Yields:
    ctx.budget.grow(len(artifact.data), "contents of winmail.dat")
    try:
        message = tnef.read(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "tnef", f"winmail.dat cannot be read: {error}")
        return
    yield from _mail(message.properties, message.people, len(message.attachments), ctx)
    for attachment in message.attachments:
        names = [name for name in (*_names(attachment.properties), attachment.title) if name]
        content = tnef.embedded(attachment)
        yield from _said(attachment.properties, names, len(content))
        yield from _handed_on(content, names)
    for what in message.damage[:20]:
        yield Problem("malformed", "tnef", f"winmail.dat is damaged: {what}")


@step("rtf of mails", "office.rtf-compressed")
def open_packed_rtf(artifact: Artifact, ctx: Context) -> Yields:
    ctx.budget.grow(rtfcompressed.compressed_size(artifact.data), "compressed RTF")
    yield Child(rtfcompressed.decompress(artifact.data), "office.rtf", how="compressed RTF")


def _mail(properties: mapi.Properties, people: tuple[mapi.Person, ...], attachments: int, ctx: Context) -> Yields:
    ctx.budget.grow(mapi.rtf_size(properties), "RTF of the message")
    rtf = mapi.telling_rtf(properties)
    mail = mapi.as_mail(properties, people, attachments)
    ctx.budget.grow(len(mail), "texts of the message")
    yield Child(mail, "mail.rfc822", how=AS_MAIL)
    if rtf:
        yield Child(rtf, "office.rtf", "RTF text of the mail", "compressed RTF")
    if mapi.text(properties, mapi.MESSAGE_CLASS):
        yield Fact("mail.class", mapi.text(properties, mapi.MESSAGE_CLASS))


def _names(properties: mapi.Properties) -> list[str]:
    """Every name, the long one first; those of eight and three letters are left out where a longer one begins the same way."""
    long, short, shown = (mapi.text(properties, id_) for id_ in mapi.ATTACHED_NAMES)
    names = [long or short]
    if shown and shown.lower() not in (long.lower(), short.lower()) and "." in shown:
        names.append(shown)
    return [name for name in dict.fromkeys(names) if name]


def _said(properties: mapi.Properties, names: list[str], size: int) -> Yields:
    yield Fact("mail.attachment", names[0] if names else "", detail={"type": mapi.text(properties, mapi.ATTACHED_TYPE), "size": str(size)})
    for link in dict.fromkeys(mapi.text(properties, id_) for id_ in mapi.ATTACHED_LINKS):
        if link:
            yield Fact("link.external", link, "attachment by reference")


def _handed_on(content: bytes, names: list[str]) -> Yields:
    if content:
        for name in names or [""]:
            yield Child(content, label=name, how="attachment")
