"""Data files of Outlook (.pst, .ost): every message becomes a mail with its attachments, as it could lie in a folder of mails."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, mapi, pst
from emoscan.registry import step

MOST_PROBLEMS: Final = 20


@step("pst", "mail.pst")
def open_data_file(artifact: Artifact, ctx: Context) -> Yields:
    try:
        store = pst.Store(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "pst", f"the data file of Outlook cannot be read: {error}")
        return
    if store.cipher == "unknown":
        yield Problem(
            "encrypted",
            "pst",
            "the data file of Outlook is encrypted for its owner (Windows Information Protection); nothing in it was seen",
        )
        return
    most = ctx.budget.limits.objects
    unread: list[str] = []
    for count, (folder, node) in enumerate(store.messages(), 1):
        if count > most:
            yield Problem("limit", "objects", f"the data file of Outlook holds more than {most:,} messages; the rest was not read")
            break
        try:
            messages = _with_embedded(store, store.message(node), unread)
        except Malformed as error:
            unread.append(f"message {count}: {error}")
            continue
        for link in _links(messages):
            yield Fact("link.external", link, "attachment by reference")
        yield Child(
            _written(messages, ctx), "mail.rfc822", f"mail {count}", f"mail of the folder {folder!r}" if folder else "mail of a data file"
        )
    for what in (*store.damage, *unread[:MOST_PROBLEMS]):
        yield Problem("malformed", "pst", f"the data file of Outlook is damaged: {what}; what is missing was not seen")
    if len(unread) > MOST_PROBLEMS:
        yield Problem("malformed", "pst", f"{len(unread) - MOST_PROBLEMS:,} further messages or attachments were not seen")


Place = tuple[int, int]
"""Of a message that is attached: which one of the list it is attached to, and as which attachment."""


def _with_embedded(store: pst.Store, message: pst.Message, unread: list[str]) -> list[tuple[pst.Message, Place]]:
    """The message, and behind it those attached to it and to them. Raises Malformed."""
    found = [(message, (-1, -1))]
    for index, (outer, _) in enumerate(found):  # grows as messages inside are met
        unread += outer.damage
        for number, attachment in enumerate(outer.attachments):
            if attachment.message is None:
                continue
            if len(found) > pst.MAX_EMBEDDED:
                unread.append("messages attached to a message, beyond the most that are read")
                return found
            try:
                found.append((store.message(attachment.message), (index, number)))
            except Malformed as error:
                unread.append(f"a message attached to a message: {error}")
    return found


def _links(messages: list[tuple[pst.Message, Place]]) -> list[str]:
    places = (mapi.text(one.properties, id_) for message, _ in messages for one in message.attachments for id_ in mapi.ATTACHED_LINKS)
    return [place for place in dict.fromkeys(places) if place]


def _written(messages: list[tuple[pst.Message, Place]], ctx: Context) -> bytes:
    """The first as a mail, with the others inside: from the innermost outwards."""
    mails: dict[Place, bytes] = {}
    for index in range(len(messages) - 1, -1, -1):
        message, place = messages[index]
        ctx.budget.grow(mapi.rtf_size(message.properties), "RTF of the message")
        rtf = mapi.telling_rtf(message.properties)
        parts = [mapi.Part("text.rtf", "text/rtf", rtf)] if rtf else []
        for number, attachment in enumerate(message.attachments):
            data = mails.pop((index, number), attachment.data)
            name = mapi.text(attachment.properties, *mapi.ATTACHED_NAMES)
            if data:
                parts.append(mapi.Part(name, "" if attachment.message else mapi.text(attachment.properties, mapi.ATTACHED_TYPE), data))
        ctx.budget.grow(sum(len(part.data) * 4 // 3 for part in parts), "a message with its attachments")
        mails[place] = mapi.as_mail(message.properties, (), len(message.attachments), parts)
        ctx.budget.grow(len(mails[place]) if len(messages) > 1 else 0, "messages in messages")
    return mails[-1, -1]
