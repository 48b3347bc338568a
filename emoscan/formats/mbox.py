"""Folders of mails that lie inside something: each mail is an artifact. Folders that are inputs are taken apart before (`sources.mails_of`)."""

from __future__ import annotations

import io

from emoscan.context import Context
from emoscan.model import Artifact, Child, Yields
from emoscan.parse import mbox
from emoscan.registry import Look, sniffs, step


@sniffs("mail.mbox", magic=b"From ")
def is_mbox(look: Look) -> bool:
    return mbox.is_mbox(look.data)


@step("mbox", "mail.mbox")
def open_folder(artifact: Artifact, ctx: Context) -> Yields:
    """Every mail; passwords that one of them tells are tried on what the others carry."""
    most = ctx.budget.limits.object_bytes
    for number, (offset, mail) in enumerate(mbox.mails(io.BytesIO(artifact.data), most), 1):
        ctx.budget.grow(len(mail), f"mail {number} of the folder")
        yield Child(mail, "mail.rfc822", f"mail {number}", "mail of a folder", (offset, offset + len(mail)))
