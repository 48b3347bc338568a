"""Signed and sealed messages (CMS, S/MIME): what a signature is put around is read like anything else."""

from __future__ import annotations

import zlib

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse import Malformed, cms, mime
from emoscan.registry import step


@step("cms", "data.pkcs7")
def open_message(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    if armour := cms.armoured(data):
        data = mime.undo_base64(armour)
    try:
        kind, content = cms.open_message(data)
        if kind == "compressed":
            content = ctx.inflate(content, 15)[0]
    except (Malformed, zlib.error) as error:
        yield Problem("malformed", "S/MIME", f"a signed or sealed message cannot be read: {error}")
        at = data.find(b"Content-")
        if at >= 0:
            yield Child(data[at:], "mail.rfc822", how="damaged message, S/MIME")
        return
    if kind in cms.SEALED:
        yield Problem("encrypted", "S/MIME", "the message is encrypted for its receiver (S/MIME); what it holds was not seen")
    elif content:
        ctx.budget.grow(len(content), "content of a signed message")
        name = ctx.name.removesuffix(".p7m").removesuffix(".P7M")
        is_mail = content[:8].lower() == b"content-" and mime.first_field(content) >= 0
        yield Child(content, "mail.rfc822" if is_mail else "", "" if is_mail or name == ctx.name else name, f"{kind} message, S/MIME")
